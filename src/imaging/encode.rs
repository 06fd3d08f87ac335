//! PNG encoding.

use image::{GrayImage, RgbImage, RgbaImage};

use super::png_chunks::MASK_CHUNK;

/// A borrowed 8-bit picture for the encoders.
#[derive(Clone, Copy, Debug)]
pub enum ImageRef<'a> {
    /// 8-bit sRGB.
    Rgb(&'a RgbImage),
    /// 8-bit sRGB with straight alpha.
    Rgba(&'a RgbaImage),
    /// 8-bit grey.
    Gray(&'a GrayImage),
}

impl<'a> From<&'a RgbImage> for ImageRef<'a> {
    fn from(image: &'a RgbImage) -> Self {
        Self::Rgb(image)
    }
}

impl<'a> From<&'a RgbaImage> for ImageRef<'a> {
    fn from(image: &'a RgbaImage) -> Self {
        Self::Rgba(image)
    }
}

impl<'a> From<&'a GrayImage> for ImageRef<'a> {
    fn from(image: &'a GrayImage) -> Self {
        Self::Gray(image)
    }
}

/// Encodes a PNG with text entries: `tEXt` if Latin-1 suffices, else `iTXt` (UTF-8) (PNG specification, third edition).
pub fn encode_png<'a>(image: impl Into<ImageRef<'a>>, text: &[(&str, &str)]) -> Result<Vec<u8>, png::EncodingError> {
    encode_png_with_mask(image, text, None)
}

/// Like [`encode_png`], with the mask of the picture (an encoded grey PNG) in a private chunk; see [`super::decode::DecodedImage::mask`].
pub fn encode_png_with_mask<'a>(
    image: impl Into<ImageRef<'a>>,
    text: &[(&str, &str)],
    mask: Option<&[u8]>,
) -> Result<Vec<u8>, png::EncodingError> {
    let (width, height, color, raw) = match image.into() {
        ImageRef::Rgb(i) => (i.width(), i.height(), png::ColorType::Rgb, i.as_raw()),
        ImageRef::Rgba(i) => (i.width(), i.height(), png::ColorType::Rgba, i.as_raw()),
        ImageRef::Gray(i) => (i.width(), i.height(), png::ColorType::Grayscale, i.as_raw()),
    };
    let mut out = Vec::with_capacity(raw.len() / 2 + 1024);
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    for (key, value) in text {
        // NUL would end the text: it separates the fields of a chunk.
        let value = value.replace('\0', "");
        if value.chars().all(|c| u32::from(c) < 256) {
            encoder.add_text_chunk((*key).to_owned(), value)?;
        } else {
            encoder.add_itxt_chunk((*key).to_owned(), value)?;
        }
    }
    let mut writer = encoder.write_header()?;
    if let Some(mask) = mask {
        writer.write_chunk(png::chunk::ChunkType(MASK_CHUNK), mask)?;
    }
    writer.write_image_data(raw)?;
    writer.finish()?;
    Ok(out)
}
