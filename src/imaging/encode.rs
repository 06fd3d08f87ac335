//! PNG encoding.

use image::{GrayImage, RgbImage, RgbaImage};

use super::palette::Palette;
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

/// Metadata and compression of a PNG.
#[derive(Clone, Copy, Debug, Default)]
pub struct PngMetadata<'a> {
    /// Text entries, keyword and text.
    pub text: &'a [(&'a str, &'a str)],
    /// The mask of the picture (an encoded grey PNG) in a private chunk; see [`super::decode::DecodedImage::mask`].
    pub mask: Option<&'a [u8]>,
    /// Density, dots per inch.
    pub dpi: Option<u32>,
    /// Pack for a small file instead of quickly.
    pub small: bool,
}

/// Encodes a PNG with text entries: `tEXt` if Latin-1 suffices, else `iTXt` (UTF-8) (PNG specification, third edition).
pub fn encode_png<'a>(image: impl Into<ImageRef<'a>>, text: &[(&str, &str)]) -> Result<Vec<u8>, png::EncodingError> {
    encode_png_with_mask(image, text, None)
}

/// Like [`encode_png`], with the mask of the picture; see [`PngMetadata::mask`].
pub fn encode_png_with_mask<'a>(
    image: impl Into<ImageRef<'a>>,
    text: &[(&str, &str)],
    mask: Option<&[u8]>,
) -> Result<Vec<u8>, png::EncodingError> {
    encode_png_with(image, PngMetadata { text, mask, ..PngMetadata::default() })
}

/// Encodes a PNG.
pub fn encode_png_with<'a>(image: impl Into<ImageRef<'a>>, metadata: PngMetadata<'_>) -> Result<Vec<u8>, png::EncodingError> {
    let (width, height, color, raw) = match image.into() {
        ImageRef::Rgb(i) => (i.width(), i.height(), png::ColorType::Rgb, i.as_raw()),
        ImageRef::Rgba(i) => (i.width(), i.height(), png::ColorType::Rgba, i.as_raw()),
        ImageRef::Gray(i) => (i.width(), i.height(), png::ColorType::Grayscale, i.as_raw()),
    };
    encode((width, height), color, None, raw, metadata)
}

/// Encodes a PNG with a palette; `indices` has one index for each pixel.
pub fn encode_png_with_palette(
    size: (u32, u32),
    palette: &Palette,
    indices: &[u8],
    metadata: PngMetadata<'_>,
) -> Result<Vec<u8>, png::EncodingError> {
    encode(size, png::ColorType::Indexed, Some(palette.colours().concat()), indices, metadata)
}

fn encode(
    (width, height): (u32, u32),
    color: png::ColorType,
    palette: Option<Vec<u8>>,
    raw: &[u8],
    metadata: PngMetadata<'_>,
) -> Result<Vec<u8>, png::EncodingError> {
    let mut out = Vec::with_capacity(raw.len() / 2 + 1024);
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(if metadata.small { png::Compression::High } else { png::Compression::Fast });
    if let Some(palette) = palette {
        encoder.set_palette(palette);
        // Neighbouring indices say nothing about each other, so differences do not pack better.
        encoder.set_filter(png::Filter::NoFilter);
    }
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    if let Some(dpi) = metadata.dpi {
        let per_metre = (f64::from(dpi) / 0.0254).round() as u32;
        encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit: png::Unit::Meter }));
    }
    for (key, value) in metadata.text {
        // NUL would end the text: it separates the fields of a chunk.
        let value = value.replace('\0', "");
        if value.chars().all(|c| u32::from(c) < 256) {
            encoder.add_text_chunk((*key).to_owned(), value)?;
        } else {
            encoder.add_itxt_chunk((*key).to_owned(), value)?;
        }
    }
    let mut writer = encoder.write_header()?;
    if let Some(mask) = metadata.mask {
        writer.write_chunk(png::chunk::ChunkType(MASK_CHUNK), mask)?;
    }
    writer.write_image_data(raw)?;
    writer.finish()?;
    Ok(out)
}
