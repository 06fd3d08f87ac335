//! Untrusted bytes in, pixels out; pixels in, PNG out.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader, RgbImage, RgbaImage};

use super::resize::{Filter, fit_within, resize_rgba8};

/// Most pixels a photo may have.
pub const MAX_PIXELS: u64 = 64_000_000;
/// Longest side a photo may have.
pub const MAX_SIDE: u32 = 32_768;
/// Longest side the program works with; larger photos are scaled down to it. The largest canvas has 2048 pixels, of which the product takes
/// about half: more would cost memory and time, and stops would come late.
pub const WORK_SIDE: usize = 2560;
/// Memory a decoder may ask for.
const MAX_ALLOC: u64 = 512 << 20;

/// Why a file is not a photo we can use, in words for the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// No known signature.
    #[error("This file is not an image. Please send a PNG, JPEG, WebP, BMP or TIFF photo.")]
    NotAnImage,
    /// An image, but of a kind that we do not read.
    #[error("{0} images are not supported. Please send a PNG, JPEG, WebP, BMP or TIFF photo.")]
    Unsupported(String),
    /// Above the limits.
    #[error("The image is too large ({width}×{height} pixels). The limits are 64 megapixels and 32768 pixels a side.")]
    TooLarge {
        /// Width in pixels, as the header says.
        width: u32,
        /// Height in pixels, as the header says.
        height: u32,
    },
    /// Starts like an image but cannot be read to its end.
    #[error("The {format} file is damaged or incomplete: {detail}. Save or copy it again, or choose another.")]
    Damaged {
        /// Such as "PNG".
        format: &'static str,
        /// The decoder's words.
        detail: String,
    },
}

/// A photo from bytes of any origin; the text says what it was, such as "PNG 600×400, 455.8 KiB".
///
/// The format is guessed from the content. Limits are checked before any pixel is decoded, the EXIF orientation is applied, and photos
/// above [`WORK_SIDE`] are scaled down to it.
pub fn decode_image(bytes: &[u8]) -> Result<(RgbaImage, String), DecodeError> {
    let (format, name) = sniff(bytes)?;
    // The decoders are good but many, and their input is hostile: a panic there must not end the server.
    catch_unwind(AssertUnwindSafe(|| decode(bytes, format, name)))
        .unwrap_or_else(|_| Err(DecodeError::Damaged { format: name, detail: "the decoder gave up".into() }))
}

fn sniff(bytes: &[u8]) -> Result<(ImageFormat, &'static str), DecodeError> {
    let unsupported = |name: &str| Err(DecodeError::Unsupported(name.into()));
    match image::guess_format(bytes) {
        Ok(ImageFormat::Png) => return Ok((ImageFormat::Png, "PNG")),
        Ok(ImageFormat::Jpeg) => return Ok((ImageFormat::Jpeg, "JPEG")),
        Ok(ImageFormat::WebP) => return Ok((ImageFormat::WebP, "WebP")),
        Ok(ImageFormat::Bmp) => return Ok((ImageFormat::Bmp, "BMP")),
        Ok(ImageFormat::Tiff) => return Ok((ImageFormat::Tiff, "TIFF")),
        // Netpbm's signature is two letters that any text may start with.
        Ok(ImageFormat::Pnm) if !bytes.get(2).is_some_and(u8::is_ascii_whitespace) => {}
        Ok(other) => return unsupported(&format!("{other:?}").to_uppercase()),
        Err(_) => {}
    }
    if bytes.get(4..8) == Some(b"ftyp") && matches!(bytes.get(8..11), Some(b"hei" | b"hev" | b"mif" | b"msf")) {
        return unsupported("HEIC");
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(512)]);
    if head.starts_with("8BPS") {
        unsupported("Photoshop (PSD)")
    } else if head.starts_with("%PDF") {
        unsupported("PDF")
    } else if head.contains("<svg") {
        unsupported("SVG")
    } else {
        Err(DecodeError::NotAnImage)
    }
}

fn decode(bytes: &[u8], format: ImageFormat, name: &'static str) -> Result<(RgbaImage, String), DecodeError> {
    let fail = |error: ImageError| match error {
        ImageError::Unsupported(_) => DecodeError::Unsupported(format!("{name} (this variant of it)")),
        other => DecodeError::Damaged { format: name, detail: other.to_string().trim_end_matches('.').to_owned() },
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(fail)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(DecodeError::Damaged { format: name, detail: "it has no pixels".into() });
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS || width.max(height) > MAX_SIDE || decoder.total_bytes() > MAX_ALLOC {
        return Err(DecodeError::TooLarge { width, height });
    }
    if format == ImageFormat::Jpeg && !jpeg_is_complete(bytes) {
        // The JPEG decoder would fill what is missing with grey.
        return Err(DecodeError::Damaged { format: name, detail: "the end of the file is missing".into() });
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut pixels = DynamicImage::from_decoder(decoder).map_err(fail)?.into_rgba8();
    let (fit_width, fit_height) = fit_within(width as usize, height as usize, WORK_SIDE);
    if fit_width != width as usize {
        pixels = resize_rgba8(&pixels, fit_width, fit_height, Filter::CatmullRom);
    }
    let mut turned = DynamicImage::ImageRgba8(pixels);
    turned.apply_orientation(orientation);
    let (w, h) = match orientation {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => (height, width),
        _ => (width, height),
    };
    Ok((turned.into_rgba8(), format!("{name} {w}×{h}, {}", file_size(bytes.len()))))
}

fn file_size(bytes: usize) -> String {
    match bytes as f64 {
        b if b < 1024.0 => format!("{bytes} B"),
        b if b < 1024.0 * 1024.0 => format!("{:.1} KiB", b / 1024.0),
        b => format!("{:.1} MiB", b / (1024.0 * 1024.0)),
    }
}

/// Whether an end marker follows the first scan. Headers are walked, since an embedded thumbnail has an end marker of its own.
fn jpeg_is_complete(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&[0xFF, marker]) = bytes.get(at..at + 2) {
        match marker {
            0xDA => return bytes[at..].windows(2).any(|w| w == [0xFF, 0xD9]),
            0xFF => at += 1,
            0x01 | 0xD0..=0xD8 => at += 2,
            _ => match bytes.get(at + 2..at + 4) {
                Some(&[high, low]) => at += 2 + usize::from(u16::from_be_bytes([high, low])),
                _ => return false,
            },
        }
    }
    // Bytes between segments: unusual, leave it to the decoder.
    at < bytes.len()
}

/// A picture that [`encode_png`] can write.
#[derive(Clone, Copy, Debug)]
pub enum PngImage<'a> {
    /// 8-bit sRGB.
    Rgb(&'a RgbImage),
    /// 8-bit sRGB with straight alpha.
    Rgba(&'a RgbaImage),
    /// 8-bit grey.
    Gray(&'a GrayImage),
}

impl<'a> From<&'a RgbImage> for PngImage<'a> {
    fn from(image: &'a RgbImage) -> Self {
        Self::Rgb(image)
    }
}

impl<'a> From<&'a RgbaImage> for PngImage<'a> {
    fn from(image: &'a RgbaImage) -> Self {
        Self::Rgba(image)
    }
}

impl<'a> From<&'a GrayImage> for PngImage<'a> {
    fn from(image: &'a GrayImage) -> Self {
        Self::Gray(image)
    }
}

/// Writes a PNG with text entries: `tEXt` where Latin-1 suffices, `iTXt` (UTF-8) otherwise (PNG specification, third edition).
pub fn encode_png<'a>(image: impl Into<PngImage<'a>>, text: &[(&str, &str)]) -> Result<Vec<u8>, png::EncodingError> {
    encode_png_with_mask(image, text, None)
}

/// The same with the mask that belongs to the picture (a grey PNG) in a private chunk; see [`carried_mask`].
pub fn encode_png_with_mask<'a>(
    image: impl Into<PngImage<'a>>,
    text: &[(&str, &str)],
    mask: Option<&[u8]>,
) -> Result<Vec<u8>, png::EncodingError> {
    let (width, height, color, raw) = match image.into() {
        PngImage::Rgb(i) => (i.width(), i.height(), png::ColorType::Rgb, i.as_raw()),
        PngImage::Rgba(i) => (i.width(), i.height(), png::ColorType::Rgba, i.as_raw()),
        PngImage::Gray(i) => (i.width(), i.height(), png::ColorType::Grayscale, i.as_raw()),
    };
    let mut out = Vec::with_capacity(raw.len() / 2 + 1024);
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    for (key, value) in text {
        // NUL separates the fields of a chunk.
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

/// Private, ancillary, safe-to-copy chunk: a grey PNG with the mask that belongs to a step result.
const MASK_CHUNK: [u8; 4] = *b"ncMk";
/// Largest mask chunk that is read.
const MAX_MASK_BYTES: usize = 16 << 20;

/// The mask that [`encode_png_with_mask`] put beside the pixels of one of the program's own pictures.
pub fn carried_mask(png: &[u8]) -> Option<std::sync::Arc<GrayImage>> {
    let mut rest = png.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    loop {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let kind = rest.get(4..8)?;
        let data = rest.get(8..8usize.checked_add(length)?)?;
        if kind == MASK_CHUNK && length <= MAX_MASK_BYTES {
            let (pixels, _) = decode_image(data).ok()?;
            return Some(std::sync::Arc::new(DynamicImage::ImageRgba8(pixels).into_luma8()));
        }
        // The chunk stands in front of the pixels.
        if kind == b"IDAT" || kind == b"IEND" {
            return None;
        }
        rest = rest.get(length.checked_add(12)?..)?;
    }
}

/// The text entries of a PNG in front of its pixels; empty for anything else.
pub fn read_png_text(bytes: &[u8]) -> Vec<(String, String)> {
    let Ok(reader) = png::Decoder::new(Cursor::new(bytes)).read_info() else {
        return Vec::new();
    };
    let info = reader.info();
    let latin = info.uncompressed_latin1_text.iter().map(|t| (t.keyword.clone(), t.text.clone()));
    let packed = info.compressed_latin1_text.iter().filter_map(|t| Some((t.keyword.clone(), t.get_text().ok()?)));
    let utf8 = info.utf8_text.iter().filter_map(|t| Some((t.keyword.clone(), t.get_text().ok()?)));
    latin.chain(packed).chain(utf8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> RgbImage {
        RgbImage::from_fn(40, 30, |x, y| image::Rgb([(x * 6) as u8, (y * 8) as u8, ((x * y) % 256) as u8]))
    }

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(sample()).write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn reads_the_five_formats() {
        for (format, name) in [
            (ImageFormat::Png, "PNG"),
            (ImageFormat::Jpeg, "JPEG"),
            (ImageFormat::WebP, "WebP"),
            (ImageFormat::Bmp, "BMP"),
            (ImageFormat::Tiff, "TIFF"),
        ] {
            let (image, text) = decode_image(&encoded(format)).unwrap();
            assert_eq!(image.dimensions(), (40, 30));
            assert!(text.starts_with(&format!("{name} 40×30, ")), "{text}");
        }
    }

    #[test]
    fn cut_files_are_damaged_and_noise_never_panics() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Bmp, ImageFormat::Tiff] {
            let whole = encoded(format);
            for part in [2, 5, 9] {
                let got = decode_image(&whole[..whole.len() * part / 10]);
                assert!(matches!(got, Err(DecodeError::Damaged { .. })), "{format:?} {part}: {got:?}");
            }
            let mut seed = 12345u32;
            for _ in 0..40 {
                let mut bent = whole.clone();
                for _ in 0..8 {
                    seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
                    let at = seed as usize % bent.len();
                    bent[at] = (seed >> 24) as u8;
                }
                let _ = decode_image(&bent);
            }
        }
    }

    #[test]
    fn says_what_it_cannot_read() {
        assert_eq!(decode_image(b"").unwrap_err(), DecodeError::NotAnImage);
        assert_eq!(decode_image(b"hello world").unwrap_err(), DecodeError::NotAnImage);
        assert_eq!(decode_image(b"GIF89a\x01\0\x01\0\0\0\0").unwrap_err(), DecodeError::Unsupported("GIF".into()));
        assert_eq!(decode_image(b"\0\0\0\x18ftypheic\0\0").unwrap_err(), DecodeError::Unsupported("HEIC".into()));
        assert!(matches!(decode_image(b"<svg xmlns=''/>"), Err(DecodeError::Unsupported(_))));
    }

    #[test]
    fn size_is_checked_in_the_header() {
        let mut bytes = Vec::new();
        {
            let mut encoder = png::Encoder::new(&mut bytes, 30_000, 30_000);
            encoder.set_color(png::ColorType::Grayscale);
            let _writer = encoder.write_header().unwrap();
        }
        // The file must have some data chunk for its header to be read.
        let end = bytes.len() - 12;
        if &bytes[end + 4..end + 8] == b"IEND" {
            bytes.truncate(end);
        }
        bytes.extend_from_slice(&[0, 0, 0, 8, b'I', b'D', b'A', b'T', 0x78, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(decode_image(&bytes).unwrap_err(), DecodeError::TooLarge { width: 30_000, height: 30_000 });
    }

    #[test]
    fn exif_orientation_is_honoured() {
        let jpeg = encoded(ImageFormat::Jpeg);
        let mut exif = b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        let length = (exif.len() - 2) as u16;
        exif[2..4].copy_from_slice(&length.to_be_bytes());
        let turned = [&jpeg[..2], &exif, &jpeg[2..]].concat();
        let (image, text) = decode_image(&turned).unwrap();
        assert_eq!(image.dimensions(), (30, 40));
        assert!(text.starts_with("JPEG 30×40"), "{text}");
    }

    #[test]
    fn sixteen_bit_grey_and_large_are_converted() {
        let mut out = Cursor::new(Vec::new());
        let deep = image::ImageBuffer::from_fn(5000, 3, |x, _| image::LumaA([(x * 13) as u16, 40_000u16]));
        DynamicImage::ImageLumaA16(deep).write_to(&mut out, ImageFormat::Png).unwrap();
        let (image, text) = decode_image(out.get_ref()).unwrap();
        assert_eq!(image.dimensions(), (2560, 2));
        assert!(image.pixels().all(|p| p[3].abs_diff(156) <= 1));
        assert!(text.starts_with("PNG 5000×3"), "{text}");
    }

    #[test]
    fn png_text_goes_round() {
        let entries = [("Title", "Café"), ("Prompt", "커피 한 잔"), ("Empty", "")];
        let png = encode_png(&sample(), &entries).unwrap();
        let mut back = read_png_text(&png);
        back.sort();
        let mut expected: Vec<_> = entries.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        expected.sort();
        assert_eq!(back, expected);
        assert_eq!(decode_image(&png).unwrap().0.get_pixel(7, 9).0[..3], sample().get_pixel(7, 9).0);
        assert!(encode_png(&GrayImage::new(3, 3), &[]).is_ok() && encode_png(&RgbaImage::new(3, 3), &[]).is_ok());
        assert!(read_png_text(b"nonsense").is_empty());
    }
}
