//! BMP, with the colour profile of a BITMAPV5HEADER.

use std::io::{Read as _, SeekFrom};

use image::codecs::bmp::BmpDecoder;
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder as _, ImageError};

use super::assembler::{Assembler, Header, Picture};
use super::color::ColorEncoding;
use super::error::DecodeError;
use super::limits::{MAX_ALLOC, MAX_PROFILE, check_size};
use super::row::{Alpha, ColorModel, Row};
use super::source::Source;
use crate::notice;

fn fail(error: ImageError) -> DecodeError {
    let detail = match error {
        ImageError::IoError(e) if e.kind() != std::io::ErrorKind::UnexpectedEof => return DecodeError::Io(e.to_string()),
        ImageError::IoError(_) => notice!("decode-damage-ends-early"),
        ImageError::Limits(_) => notice!("decode-damage-memory"),
        ImageError::Unsupported(_) => {
            let remedy = notice!("decode-remedy-png");
            return DecodeError::Variant { format: "BMP", variant: notice!("decode-uses-header"), remedy };
        }
        _ => notice!("decode-damage-header"),
    };
    DecodeError::damaged("BMP", detail)
}

pub(super) fn read(source: &mut dyn Source, side: usize) -> Result<Picture, DecodeError> {
    let encoding = profile(source).unwrap_or(ColorEncoding::Srgb);
    source.seek(SeekFrom::Start(0))?;
    let mut decoder = BmpDecoder::new(source).map_err(fail)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_ALLOC);
    decoder.set_limits(limits).map_err(fail)?;
    let (model, mut alpha, channels) = match decoder.color_type() {
        ColorType::L8 => (ColorModel::Gray, Alpha::None, 1),
        ColorType::Rgba8 => (ColorModel::Rgb, Alpha::Straight, 4),
        _ => (ColorModel::Rgb, Alpha::None, 3),
    };
    let mut pixels = vec![0; decoder.total_bytes() as usize];
    decoder.read_image(&mut pixels).map_err(fail)?;
    // Some programs declare alpha and leave it at 0; viewers show such pictures as opaque.
    if alpha == Alpha::Straight && pixels.chunks_exact(4).all(|p| p[3] == 0) {
        alpha = Alpha::None;
    }
    let header = Header { width, height, model, alpha, encoding, orientation: Orientation::NoTransforms };
    let mut assembler = Assembler::new(header, side);
    for row in pixels.chunks_exact(width as usize * channels) {
        if channels == 4 && alpha == Alpha::None {
            let opaque: Vec<u8> = row.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
            assembler.push(Row::U8(&opaque))?;
        } else {
            assembler.push(Row::U8(row))?;
        }
    }
    Ok(assembler.finish(Vec::new()))
}

/// Reads the colour profile embedded in a file with a BITMAPV5HEADER. Linked profiles are ignored.
fn profile(source: &mut dyn Source) -> Option<ColorEncoding> {
    let mut head = [0; 138];
    source.read_exact(&mut head).ok()?;
    let number = |at: usize| head[at..at + 4].try_into().map_or(0, u32::from_le_bytes);
    // Offsets are relative to the DIB header, which starts at byte 14.
    if number(14) != 124 || &head[14 + 56..14 + 60] != b"DEBM" {
        return None;
    }
    let (start, size) = (number(14 + 112), number(14 + 116));
    source.seek(SeekFrom::Start(14 + u64::from(start))).ok()?;
    let mut icc = Vec::new();
    source.take(u64::from(size).min(MAX_PROFILE as u64 + 1)).read_to_end(&mut icc).ok()?;
    Some(ColorEncoding::Icc(icc))
}
