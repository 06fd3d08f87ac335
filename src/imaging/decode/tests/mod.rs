mod folder;
mod pictures;

use image::{GrayImage, ImageFormat, RgbImage};

use super::*;
use crate::imaging::encode::encode_png;
use crate::imaging::png_chunks::read_png_text;

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
        let DecodedImage { pixels: image, description: text, .. } = decode_image(&encoded(format)).unwrap();
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
            // Panics of other decoders are caught; the program's own must not have any.
            if format == ImageFormat::Jpeg {
                let _ = jpeg::read(&mut Cursor::new(&bent), WORK_SIDE);
            }
        }
    }
}

#[test]
fn says_what_it_cannot_read() {
    assert_eq!(decode_image(b"").unwrap_err(), DecodeError::Empty);
    assert_eq!(decode_image(b"hello world").unwrap_err(), DecodeError::NotAnImage);
    let unsupported = |bytes: &[u8]| match decode_image(bytes) {
        Err(DecodeError::Unsupported { format, .. }) => notice!("verbatim", text = format).english(),
        other => panic!("{other:?}"),
    };
    assert_eq!(unsupported(b"GIF89a\x01\0\x01\0\0\0\0"), "GIF");
    assert_eq!(unsupported(b"\0\0\0\x18ftypavif\0\0"), "AVIF");
    assert_eq!(unsupported(b"<svg xmlns=''/>"), "SVG");
}

#[cfg(unix)]
#[test]
fn pipes_and_folders_are_refused_without_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("a.png");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for path in [pipe.as_path(), folder.path()] {
        assert!(matches!(decode_file(path), Err(DecodeError::NotAFile)));
    }
}

#[test]
fn size_is_checked_in_the_header() {
    let mut bytes = Vec::new();
    {
        let mut encoder = ::png::Encoder::new(&mut bytes, 30_000, 30_000);
        encoder.set_color(::png::ColorType::Grayscale);
        let _writer = encoder.write_header().unwrap();
    }
    // The file must have some data chunk for its header to be read.
    let end = bytes.len() - 12;
    if &bytes[end + 4..end + 8] == b"IEND" {
        bytes.truncate(end);
    }
    bytes.extend_from_slice(&[0, 0, 0, 8, b'I', b'D', b'A', b'T', 0x78, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert!(matches!(decode_image(&bytes), Err(DecodeError::TooLarge { width: 30_000, height: 30_000, .. })));
}

#[test]
fn exif_orientation_is_honoured() {
    let jpeg = encoded(ImageFormat::Jpeg);
    let mut exif = b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    let length = (exif.len() - 2) as u16;
    exif[2..4].copy_from_slice(&length.to_be_bytes());
    let turned = [&jpeg[..2], &exif, &jpeg[2..]].concat();
    let DecodedImage { pixels: image, description: text, .. } = decode_image(&turned).unwrap();
    assert_eq!(image.dimensions(), (30, 40));
    assert!(text.starts_with("JPEG 30×40"), "{text}");
}

#[test]
fn sixteen_bit_grey_and_large_are_converted() {
    let mut out = Cursor::new(Vec::new());
    let deep = image::ImageBuffer::from_fn(5000, 3, |x, _| image::LumaA([(x * 13) as u16, 40_000u16]));
    DynamicImage::ImageLumaA16(deep).write_to(&mut out, ImageFormat::Png).unwrap();
    let DecodedImage { pixels: image, description: text, .. } = decode_image(out.get_ref()).unwrap();
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
    assert_eq!(decode_image(&png).unwrap().pixels.get_pixel(7, 9).0[..3], sample().get_pixel(7, 9).0);
    assert!(encode_png(&GrayImage::new(3, 3), &[]).is_ok() && encode_png(&RgbaImage::new(3, 3), &[]).is_ok());
    assert!(read_png_text(b"nonsense").is_empty());
}
