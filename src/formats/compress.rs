//! Encodes a picture at the best quality within a byte limit.

use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use image::{ImageEncoder as _, RgbImage};

use super::pdf::{self, PRINT_DPI};
use super::spec::FileType;
use crate::imaging::encode::{PngMetadata, encode_png_with, encode_png_with_palette};
use crate::imaging::mark::{add_jpeg_metadata, encode_webp};
use crate::imaging::palette::Palette;
use crate::notice;
use crate::notice::Notice;

/// Lowest and highest JPEG quality. Below the lowest, blocks are visible in smooth backgrounds.
const JPEG_QUALITY: (u8, u8) = (50, 95);
/// Sizes of PNG palettes, tried in order. Fewer colours make bands in smooth backgrounds even with dithering.
const COLOURS: [usize; 4] = [256, 192, 128, 64];

/// The compression of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Lossless: every pixel is kept.
    Lossless,
    /// JPEG at this quality, 1 to 100.
    Quality(u8),
    /// PNG with a dithered palette of this many colours.
    Colours(u16),
}

/// Metadata of an exported file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FileMetadata<'a> {
    /// Density, dots per inch.
    pub dpi: Option<u32>,
    /// XMP packet with the origin.
    pub xmp: Option<&'a str>,
}

/// Encodes a picture at the best quality whose file has at most `most` bytes.
///
/// # Errors
/// No quality meets the limit, or the picture cannot be encoded.
pub(super) fn compress(
    image: &RgbImage,
    file: FileType,
    most: Option<u64>,
    metadata: FileMetadata<'_>,
) -> Result<(Vec<u8>, Compression), Notice> {
    let most = most.unwrap_or(u64::MAX);
    match file {
        FileType::Jpeg => jpeg(image, most, metadata),
        FileType::Png => png(image, most, metadata),
        FileType::Webp => {
            let bytes = encode_webp(image, metadata.xmp).map_err(|e| not_encoded(&e))?;
            if bytes.len() as u64 > most {
                return Err(notice!("formats-webp-too-large", size = kilobytes(bytes.len() as u64), most = kilobytes(most)));
            }
            Ok((bytes, Compression::Lossless))
        }
        FileType::Pdf => {
            let bytes = pdf::opaque(image, metadata.dpi.unwrap_or(PRINT_DPI), metadata.xmp)?;
            if bytes.len() as u64 > most {
                return Err(notice!("formats-pdf-too-large", size = kilobytes(bytes.len() as u64), most = kilobytes(most)));
            }
            Ok((bytes, Compression::Lossless))
        }
        // Made of the job's parts by `write_ora`.
        FileType::Ora => Err(notice!("formats-no-picture")),
    }
}

/// Bytes in units of 1000, rounded up. Text, so that digits are not grouped.
pub(super) fn kilobytes(bytes: u64) -> String {
    bytes.div_ceil(1000).to_string()
}

fn not_encoded(error: &dyn std::fmt::Display) -> Notice {
    notice!("formats-not-encoded", detail = error.to_string())
}

/// Finds the highest quality that fits by bisection, encoding at most eight times.
fn jpeg(image: &RgbImage, most: u64, metadata: FileMetadata<'_>) -> Result<(Vec<u8>, Compression), Notice> {
    let encode = |quality: u8| -> Result<Vec<u8>, Notice> {
        let mut out = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut out, quality);
        if let Some(dpi) = metadata.dpi.and_then(|dpi| u16::try_from(dpi).ok()) {
            encoder.set_pixel_density(PixelDensity::dpi(dpi));
        }
        encoder.write_image(image.as_raw(), image.width(), image.height(), image::ExtendedColorType::Rgb8).map_err(|e| not_encoded(&e))?;
        Ok(add_jpeg_metadata(&out, metadata.xmp))
    };
    let (least, best) = JPEG_QUALITY;
    let bytes = encode(best)?;
    if bytes.len() as u64 <= most {
        return Ok((bytes, Compression::Quality(best)));
    }
    let mut found = None;
    // The file fits at `low` and not at `high`.
    let (mut low, mut high) = (least - 1, best);
    while high - low > 1 {
        let quality = low + (high - low) / 2;
        let bytes = encode(quality)?;
        if bytes.len() as u64 <= most {
            (low, found) = (quality, Some((bytes, Compression::Quality(quality))));
        } else {
            high = quality;
        }
    }
    match found {
        Some(found) => Ok(found),
        None => {
            let size = kilobytes(encode(least)?.len() as u64);
            Err(notice!("formats-jpeg-too-large", quality = least, size = size, most = kilobytes(most)))
        }
    }
}

/// Encodes losslessly if that fits, else with the largest palette that fits.
fn png(image: &RgbImage, most: u64, metadata: FileMetadata<'_>) -> Result<(Vec<u8>, Compression), Notice> {
    let text: Vec<(&str, &str)> = metadata.xmp.map(|packet| ("XML:com.adobe.xmp", packet)).into_iter().collect();
    let png_metadata = PngMetadata { text: &text, dpi: metadata.dpi, small: most != u64::MAX, ..PngMetadata::default() };
    let bytes = encode_png_with(image, png_metadata).map_err(|e| not_encoded(&e))?;
    if bytes.len() as u64 <= most {
        return Ok((bytes, Compression::Lossless));
    }
    let mut size = 0;
    for colours in COLOURS {
        let palette = Palette::of(image, colours);
        let bytes =
            encode_png_with_palette(image.dimensions(), &palette, &palette.dither(image), png_metadata).map_err(|e| not_encoded(&e))?;
        size = bytes.len() as u64;
        if size <= most {
            return Ok((bytes, Compression::Colours(palette.colours().len() as u16)));
        }
    }
    let least = COLOURS[COLOURS.len() - 1];
    Err(notice!("formats-png-too-large", colours = least, size = kilobytes(size), most = kilobytes(most)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture that compresses badly: smooth colours with noise.
    fn noisy(width: u32, height: u32) -> RgbImage {
        let mut state = 1_u32;
        RgbImage::from_fn(width, height, |x, y| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = (state >> 27) as u8;
            image::Rgb([(x / 3) as u8 / 2 + noise, (y / 3) as u8 / 2 + noise, 90 + noise])
        })
    }

    #[test]
    fn the_best_quality_below_the_limit_is_found() {
        let image = noisy(400, 300);
        let size = |most| compress(&image, FileType::Jpeg, most, FileMetadata::default()).map(|(bytes, how)| (bytes.len() as u64, how));
        let (whole, best) = size(None).unwrap();
        assert_eq!(best, Compression::Quality(95));
        let (fits, how) = size(Some(whole * 6 / 10)).unwrap();
        let Compression::Quality(quality) = how else { panic!("{how:?}") };
        assert!(fits <= whole * 6 / 10 && (50..95).contains(&quality));
        // One step more would not fit.
        let mut next = Vec::new();
        image.write_with_encoder(JpegEncoder::new_with_quality(&mut next, quality + 1)).unwrap();
        assert!(add_jpeg_metadata(&next, None).len() as u64 > whole * 6 / 10);
        let refused = size(Some(2000)).unwrap_err();
        assert!(refused.code() == "formats-jpeg-too-large" && refused.to_string().contains("2 KB"), "{refused}");
    }

    #[test]
    fn png_loses_colours_only_where_it_must() {
        let image = noisy(400, 300);
        let png = |most| compress(&image, FileType::Png, most, FileMetadata { dpi: Some(300), xmp: None });
        let (whole, how) = png(None).unwrap();
        assert_eq!(how, Compression::Lossless);
        assert_eq!(image::load_from_memory(&whole).unwrap().into_rgb8(), image);
        let (small, how) = png(Some(130_000)).unwrap();
        assert!(matches!(how, Compression::Colours(64..=256)) && small.len() <= 130_000, "{how:?} {}", small.len());
        let back = image::load_from_memory(&small).unwrap().into_rgb8();
        let mean =
            back.as_raw().iter().zip(image.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / back.as_raw().len() as f64;
        assert!(mean < 12.0, "{mean}");
        assert_eq!(png(Some(5000)).unwrap_err().code(), "formats-png-too-large");
    }
}
