use std::io::Cursor;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use image::RgbaImage;

use super::*;

fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures/tiff").join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn decode(bytes: &[u8]) -> Result<Picture, DecodeError> {
    read(&mut Cursor::new(bytes), super::super::WORK_SIDE)
}

fn tif(name: &str) -> Result<Picture, DecodeError> {
    decode(&fixture(&format!("{name}.tif")))
}

fn reference(name: &str) -> RgbaImage {
    image::load_from_memory(&fixture(&format!("{name}.png"))).unwrap().into_rgba8()
}

/// The mean of the largest channel difference where neither is nearly clear, and the largest difference of alpha.
fn difference(a: &RgbaImage, b: &RgbaImage) -> (f64, u8) {
    assert_eq!(a.dimensions(), b.dimensions());
    let (mut sum, mut count, mut alpha) = (0.0, 0, 0);
    for (p, q) in a.pixels().zip(b.pixels()) {
        alpha = alpha.max(p[3].abs_diff(q[3]));
        if p[3] > 8 && q[3] > 8 {
            sum += f64::from((0..3).map(|c| p[c].abs_diff(q[c])).max().unwrap_or(0));
            count += 1;
        }
    }
    (sum / f64::from(count.max(1)), alpha)
}

fn check(cases: &[(&str, &str, f64)]) {
    for &(name, expected, tolerance) in cases {
        let picture = tif(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        let (color, alpha) = difference(&picture.pixels, &reference(expected));
        assert!(color <= tolerance && alpha <= 1, "{name}: {color:.2} {alpha}");
        assert!(!picture.notes.iter().any(|n| n.code() == "decode-note-missing-rows"), "{name}: {:?}", picture.notes);
    }
}

#[test]
fn layouts_compressions_and_predictors_give_the_same_picture() {
    check(&[
        ("rgb8", "rgb", 0.0),
        ("rgb8-lzw-p2", "rgb", 0.0),
        ("rgb8-deflate-tiled-be", "rgb", 0.0),
        ("rgb8-zstd-p2-planar", "rgb", 0.0),
        ("rgb8-packbits", "rgb", 0.0),
        ("rgb8-big-be", "rgb", 0.0),
        ("rgb8-tile-larger", "rgb", 0.0),
        ("rgb8-webp", "rgb", 0.0),
        ("rgb8-old-lzw", "rgb", 0.0),
        ("rgb8-no-lengths", "rgb", 0.0),
        ("rgb16-lzw-p2-be", "rgb", 0.0),
        ("rgb16-planar-tiled", "rgb", 0.0),
        ("rgb32-deflate-p2", "rgb", 0.0),
        ("gray8-white-is-zero", "gray", 0.0),
        ("gray8-fill-order-2", "gray", 0.0),
        ("jpeg-ycbcr-1", "rgb", 4.0),
        ("jpeg-ycbcr-2", "rgb", 8.0),
        ("jpeg-gray", "gray", 2.0),
        ("orientation6", "rgb-right", 0.0),
    ]);
}

#[test]
fn floats_are_linear_light() {
    check(&[("rgb-f32-p3-be", "rgb", 0.5), ("rgb-f16", "rgb", 0.5), ("gray-f64", "gray", 0.5)]);
}

#[test]
fn extra_channels_are_alpha_only_where_they_say_so() {
    check(&[
        ("rgba8", "rgba", 0.0),
        ("rgba8-associated", "rgba", 2.0),
        ("rgb8-selection", "rgb", 0.0),
        ("rgb8-selection-then-alpha", "rgba", 0.0),
        ("rgba8-without-tag", "rgba", 0.0),
        ("graya8-planar", "graya", 0.0),
        ("cmyk8-selection", "cmyk", 1.0),
    ]);
}

#[test]
fn alpha_that_would_leave_nothing_is_ignored_with_a_note() {
    let picture = tif("rgba8-all-clear").unwrap();
    assert_eq!(difference(&picture.pixels, &reference("rgb")), (0.0, 0));
    assert_eq!(picture.notes, [notice!("decode-note-zero-alpha")]);
}

#[test]
fn colour_models() {
    check(&[
        ("cmyk8-planar", "cmyk", 1.0),
        ("cmyk16", "cmyk", 1.0),
        ("lab8", "lab", 1.5),
        ("icclab8", "lab", 1.5),
        ("lab16", "lab", 1.5),
        ("palette4", "palette", 0.0),
        ("palette8-old-map", "palette", 0.0),
        ("palette8-lzw-p2", "palette", 0.0),
        ("ycbcr-2x2", "rgb", 8.0),
        ("ycbcr-1x1-video", "rgb", 2.0),
    ]);
}

#[test]
fn odd_depths_and_fax() {
    check(&[
        ("gray2", "gray2", 0.0),
        ("gray4", "gray4", 0.0),
        ("gray12-be", "gray", 1.0),
        ("rgb4", "rgb4", 0.0),
        ("fax-rle", "bilevel", 0.0),
        ("fax-g3", "bilevel", 0.0),
        ("fax-g3-2d", "bilevel", 0.0),
        ("fax-g4", "bilevel", 0.0),
        ("fax-g4-fill-order-2", "bilevel", 0.0),
    ]);
}

#[test]
fn files_that_once_went_wrong() {
    check(&[
        ("case-palette8-lzw", "case-ref", 4.0),
        ("case-jpeg-ycbcr-2x2", "case-ref", 4.0),
        ("case-rgb8-big", "case-ref", 2.0),
        ("case-rgb8-extra0-lzw-p2", "case-ref", 2.0),
        ("case-rgb8-tile-larger-planar", "case-ref", 2.0),
        ("case-rgba8-assoc-lzw-p2", "case-refcut", 2.0),
        ("case-cmyk8-planar-lzw", "case-ref", 4.0),
    ]);
}

#[test]
fn the_first_full_page_is_read() {
    check(&[("pages", "rgb", 0.0), ("thumbnail-first", "rgb", 0.0), ("camera-tiff", "rgb", 0.0)]);
    assert_eq!(tif("pages").unwrap().notes, [notice!("decode-note-pages", pages = 3)]);
    assert!(tif("thumbnail-first").unwrap().notes.is_empty());
}

#[test]
fn camera_raw_files_are_named_and_their_previews_are_not_used() {
    for name in ["raw-nef", "raw-dng-linear", "raw-preview-only", "raw-cr2"] {
        let error = tif(name).unwrap_err().to_string();
        assert!(error.starts_with("Camera raw files are not supported. Develop it to JPEG, PNG or TIFF first"), "{name}: {error}");
    }
}

#[test]
fn variants_that_are_not_read_are_named_with_the_way_out() {
    for (name, words) in [
        ("no-lzma", "This TIFF file uses LZMA compression, which is not supported. Save it with LZW or no compression, or as PNG."),
        ("no-jpeg2000", "uses JPEG 2000 compression,"),
        ("no-old-jpeg", "uses old-style JPEG compression,"),
        ("no-unknown-compression", "uses an unknown compression (number 12345),"),
        ("no-signed", "uses signed numbers for its pixels, which is not supported. Save it as 8-bit or 16-bit RGB, or as PNG."),
        ("no-complex", "uses complex numbers for its pixels,"),
        ("no-mixed-bits", "uses a different bit depth in each channel,"),
        ("no-spot-colours", "uses special inks (spot colours),"),
        ("no-logluv", "uses SGI LogLuv compression,"),
    ] {
        let error = tif(name).unwrap_err();
        assert!(matches!(error, DecodeError::Variant { .. }), "{name}: {error:?}");
        assert!(error.to_string().contains(words), "{name}: {error}");
    }
}

#[test]
fn a_cut_file_is_damaged() {
    for name in ["rgb8", "rgb8-lzw-p2", "rgb8-packbits", "gray12-be"] {
        let whole = fixture(&format!("{name}.tif"));
        for length in [whole.len() / 3, whole.len() - 300] {
            let cut = decode(&whole[..length]).unwrap_err();
            assert!(matches!(cut, DecodeError::Damaged { ref format, .. } if *format == "TIFF".into()), "{name} {length}: {cut:?}");
        }
    }
}

#[test]
fn hostile_headers_end_in_an_error() {
    let base = fixture("rgb8.tif");
    let ifd = u32::from_le_bytes(base[4..8].try_into().unwrap()) as usize;
    let entries = usize::from(u16::from_le_bytes([base[ifd], base[ifd + 1]]));
    let with = |tag: u16, value: u32| {
        let mut bytes = base.clone();
        let entry = (0..entries).map(|i| ifd + 2 + i * 12).find(|&e| u16::from_le_bytes([bytes[e], bytes[e + 1]]) == tag);
        let entry = entry.unwrap();
        bytes[entry + 2..entry + 8].copy_from_slice(&[4, 0, 1, 0, 0, 0]);
        bytes[entry + 8..entry + 12].copy_from_slice(&value.to_le_bytes());
        bytes
    };
    for (tag, value) in [(256, 0), (257, 0), (277, 0), (277, 60_000), (258, 77), (262, 999), (278, u32::MAX), (273, u32::MAX)] {
        let result = decode(&with(tag, value));
        assert!(result.is_err() || tag == 278, "{tag} {value}");
    }
    let error = decode(&with(256, 4_000_000_000)).unwrap_err();
    assert!(matches!(error, DecodeError::TooLarge { .. }), "{error:?}");
    // A directory that names itself as the next one.
    let mut bytes = base.clone();
    let next = ifd + 2 + entries * 12;
    bytes[next..next + 4].copy_from_slice(&(ifd as u32).to_le_bytes());
    assert_eq!(difference(&decode(&bytes).unwrap().pixels, &reference("rgb")), (0.0, 0));
    assert!(decode(b"II*\0").is_err() && decode(b"MM\0*\0\0\0\x08").is_err() && decode(b"II+\0\x08\0\0\0").is_err());
}

#[test]
fn bent_bytes_neither_panic_nor_take_long() {
    let mut seed = 0x9E37_79B9_u32;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        seed as usize % below
    };
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures/tiff");
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    names.retain(|p| p.extension().is_some_and(|e| e == "tif"));
    names.sort();
    for path in names {
        let good = std::fs::read(&path).unwrap();
        for _ in 0..40 {
            let mut bytes = good.clone();
            for _ in 0..=random(4) {
                // Half of the damage goes to the directory, which these files have at their start or end.
                let range = [0..bytes.len(), 0..bytes.len().min(300), bytes.len().saturating_sub(300)..bytes.len()][random(3)].clone();
                bytes[range.start + random(range.len())] = random(256) as u8;
            }
            let start = Instant::now();
            let result = decode(&bytes);
            let took = start.elapsed();
            assert!(took < Duration::from_secs(20), "{}: {took:?}", path.display());
            if let Err(error) = result {
                let text = error.to_string();
                assert!(!text.contains('\n') && !text.contains('"') && !text.contains("{ "), "{text}");
            }
        }
    }
}
