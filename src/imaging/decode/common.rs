//! Reads a format through the `image` crate, whole picture at once.

use image::{ImageDecoder as _, ImageFormat, ImageReader};

use super::color::ColorEncoding;
use super::rows::{Alpha, Assembler, ColorModel, Header, Picture, Row};
use super::{DecodeError, MAX_ALLOC, Source, check_size};

pub(super) fn read(source: &mut dyn Source, format: ImageFormat, name: &'static str) -> Result<Picture, DecodeError> {
    let fail = |error: image::ImageError| DecodeError::damaged(name, error);
    let mut reader = ImageReader::with_format(source, format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(fail)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let pixels = image::DynamicImage::from_decoder(decoder).map_err(fail)?.into_rgba8();
    let header = Header { width, height, model: ColorModel::Rgb, alpha: Alpha::Straight, encoding: ColorEncoding::Srgb, orientation };
    let mut assembler = Assembler::new(header)?;
    for row in pixels.as_raw().chunks_exact(width as usize * 4) {
        assembler.push(Row::U8(row))?;
    }
    Ok(assembler.finish(Vec::new()))
}
