//! Small real files, compared with what other programs read from them; see `tests/fixtures/pictures/README.md`.

use std::path::Path;

use super::*;

fn fixture(name: &str) -> DecodedImage {
    decode_fixture(name).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn decode_fixture(name: &str) -> Result<DecodedImage, DecodeError> {
    decode_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures").join(name))
}

/// Mean and maximum of the largest difference of a channel, where both are visible.
fn difference(a: &RgbaImage, b: &RgbaImage) -> (f64, u8) {
    assert_eq!(a.dimensions(), b.dimensions());
    let visible = a.pixels().zip(b.pixels()).filter(|(a, b)| a[3] > 8 && b[3] > 8);
    let each: Vec<u8> = visible.map(|(a, b)| (0..3).map(|c| a[c].abs_diff(b[c])).max().unwrap_or(0)).collect();
    (each.iter().map(|&d| f64::from(d)).sum::<f64>() / each.len() as f64, each.into_iter().max().unwrap_or(0))
}

#[test]
fn embedded_profiles_give_the_colours_of_littlecms() {
    for (name, reference, tolerance) in [
        ("icc-p3.png", "ref.png", 1.0),
        ("icc-adobe.jpg", "ref.png", 2.0),
        ("icc-cmyk.jpg", "refcmyk.png", 3.0),
        ("icc-linear.webp", "ref.png", 2.5),
        ("icc-gray18.jpg", "refgray.png", 2.0),
    ] {
        let got = fixture(name);
        let (mean, _) = difference(&got.pixels, &fixture(reference).pixels);
        assert!(mean <= tolerance, "{name}: {mean}");
        assert!(got.notes.is_empty(), "{name}: {:?}", got.notes);
    }
}

#[test]
fn every_kind_of_jpeg_is_read_as_libjpeg_does() {
    for kind in ["444", "422", "420", "440", "411", "420-separate", "440-separate", "420-progressive", "420-restart", "rgb", "gray", "cmyk"]
    {
        let name = format!("jpeg-{kind}.jpg");
        let got = fixture(&name);
        let (mean, most) = difference(&got.pixels, &fixture(&format!("jpeg-{kind}.ref.png")).pixels);
        assert!(mean < 0.1 && most <= 2, "{name}: mean {mean}, maximum {most}");
        assert!(got.notes.is_empty(), "{name}: {:?}", got.notes);
    }
}

#[test]
fn damage_is_refused_or_told_in_one_line() {
    for name in ["jpg-half-with-eoi.jpg", "jpg-zeros-in-middle.jpg", "jpg-comment-length-0.jpg", "png-broken-chunk.png"] {
        match decode_fixture(name) {
            Ok(image) => assert!(
                image.notes.iter().any(|n| matches!(n.code(), "decode-note-damaged-jpeg" | "decode-note-missing-rows")),
                "{name}: {:?}",
                image.notes
            ),
            Err(error @ DecodeError::Damaged { .. }) => {
                let words = error.to_string();
                assert!(!words.contains(['\n', '"', '{', '\\']), "{name}: {words}");
            }
            Err(error) => panic!("{name}: {error}"),
        }
    }
    assert!(matches!(decode_fixture("jpg-half-with-eoi.jpg"), Err(DecodeError::Damaged { .. })));
}

/// Bytes of a JPEG replaced, removed or repeated: silence is only right where the pixels stay right. Huffman codes carry no checksum, so a few
/// changes end on the very bit where the healthy data does; no decoder can tell those.
#[test]
fn damage_inside_a_jpeg_is_seldom_passed_over() {
    let whole = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures/icc-adobe.jpg")).unwrap();
    let right = decode_image(&whole).unwrap().pixels;
    let data = whole.windows(2).rposition(|w| w == [0xFF, 0xDA]).unwrap() + 14;
    let mut silent = 0;
    for step in 1..40 {
        let at = data + (whole.len() - data - 200) * step / 40;
        let zeros = [&whole[..at], &[0; 100], &whole[at + 100..]].concat();
        let removed = [&whole[..at], &whole[at + 100..]].concat();
        let repeated = [&whole[..at], &whole[at - 100..]].concat();
        for bent in [zeros, removed, repeated] {
            if let Ok(image) = decode_image(&bent)
                && image.notes.is_empty()
            {
                silent += usize::from(difference(&image.pixels, &right).0 > 1.0);
            }
        }
    }
    assert!(silent <= 6, "{silent} of 117 damaged files were accepted without a word");
}

#[test]
fn exif_in_webp_may_have_the_prefix_of_jpeg() {
    let got = fixture("exifpre6.webp");
    let (mean, _) = difference(&got.pixels, &fixture("ref.png").pixels);
    assert!(mean <= 2.0, "{mean}");
}

#[test]
fn a_bmp_whose_alpha_is_zero_everywhere_is_opaque() {
    let got = fixture("bmp32-v4-alpha0.bmp");
    let (mean, _) = difference(&got.pixels, &fixture("ref-small.png").pixels);
    assert!(mean <= 0.1 && got.pixels.pixels().all(|p| p[3] == 255), "{mean}");
}

#[test]
fn kinds_of_jpeg_that_are_not_read_are_named() {
    let jpeg = encoded(ImageFormat::Jpeg);
    let at = jpeg.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    for (code, precision, word) in
        [(0xC9, 8, "arithmetic coding"), (0xC3, 8, "lossless coding"), (0xC5, 8, "hierarchical coding"), (0xC1, 12, "12-bit samples")]
    {
        let mut bent = jpeg.clone();
        (bent[at + 1], bent[at + 4]) = (code, precision);
        let error = decode_image(&bent).unwrap_err();
        assert!(matches!(&error, DecodeError::Variant { variant, .. } if variant.english() == word), "{error:?}");
    }
}

#[test]
fn png_chunks_do_not_unpack_without_bound() {
    use std::io::Write as _;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![0; 80 << 20]).unwrap();
    let bomb = [b"x\0\0".as_slice(), &encoder.finish().unwrap()].concat();
    let mut out = Vec::new();
    let mut writer = ::png::Encoder::new(&mut out, 2, 1).write_header().unwrap();
    writer.write_chunk(::png::chunk::zTXt, &bomb).unwrap();
    writer.write_chunk(::png::chunk::iCCP, &bomb).unwrap();
    writer.write_image_data(&[10, 200]).unwrap();
    drop(writer);
    let got = decode_image(&out).unwrap();
    assert_eq!(got.pixels.as_raw(), &[10, 10, 10, 255, 200, 200, 200, 255]);
    assert!(got.text.is_empty());
    assert_eq!(got.notes, [notice!("decode-note-large-profile")]);
}

#[test]
fn large_pictures_are_scaled_while_they_are_read() {
    let large = image::GrayImage::from_fn(9000, 8000, |x, y| image::Luma([((x / 36 + y / 36) % 256) as u8]));
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageLuma8(large.clone()).write_to(&mut out, format).unwrap();
        let got = decode_image(out.get_ref()).unwrap();
        assert_eq!(got.pixels.dimensions(), (2560, 2276));
        assert!(got.pixels.get_pixel(1280, 1138)[0].abs_diff(large.get_pixel(4500, 4000)[0]) <= 2);
        assert!(got.description.contains("9000×8000"), "{}", got.description);
    }
}

fn png_of(pixel: [u8; 3], chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut out, 1, 1);
    encoder.set_color(::png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    for (name, data) in chunks {
        writer.write_chunk(::png::chunk::ChunkType(**name), data).unwrap();
    }
    writer.write_image_data(&pixel).unwrap();
    drop(writer);
    out
}

#[test]
fn a_png_says_its_colours_in_four_ways() {
    let of = |chunks: &[(&[u8; 4], &[u8])]| decode_image(&png_of([200, 100, 55], chunks)).unwrap().pixels.get_pixel(0, 0).0;
    let gamma = |v: u32| v.to_be_bytes();
    let (linear, usual) = (gamma(100_000), gamma(45_455));
    let plain = [200, 100, 55, 255];
    assert_eq!(of(&[]), plain);
    assert_eq!(of(&[(b"gAMA", &usual)]), plain);
    assert_eq!(of(&[(b"gAMA", &linear)])[2], 128);
    assert_eq!(of(&[(b"gAMA", &linear), (b"sRGB", &[0])]), plain);
    let p3 = of(&[(b"cICP", &[12, 13, 0, 1]), (b"gAMA", &linear)]);
    assert!(p3[0] > 210 && p3[1] < 98, "{p3:?}");
    // Primaries of Display P3 in hundred thousandths, white first.
    let wide: Vec<u8> = [31270u32, 32900, 68000, 32000, 26500, 69000, 15000, 6000].iter().flat_map(|v| v.to_be_bytes()).collect();
    let by_primaries = of(&[(b"gAMA", &usual), (b"cHRM", &wide)]);
    assert!((0..3).all(|c| by_primaries[c].abs_diff(p3[c]) <= 1), "{by_primaries:?} {p3:?}");
}

#[test]
fn a_png_file_brings_text_mask_and_orientation() {
    let mask = encode_png(&GrayImage::from_pixel(4, 3, image::Luma([77])), &[]).unwrap();
    let png = crate::imaging::encode::encode_png_with_mask(&sample(), &[("nanococoa", "{}")], Some(&mask)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    std::fs::write(&path, &png).unwrap();
    for got in [decode_file(&path).unwrap(), decode_image(&png).unwrap()] {
        assert_eq!(got.text, [("nanococoa".to_owned(), "{}".to_owned())]);
        assert_eq!(got.mask.as_ref().map(|m| (m.dimensions(), m.get_pixel(1, 1)[0])), Some(((4, 3), 77)));
        assert_eq!(got.pixels.get_pixel(7, 9).0[..3], sample().get_pixel(7, 9).0);
    }
    let exif = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let turned = [&png[..33], &26u32.to_be_bytes(), b"eXIf", exif, &[0; 4], &png[33..]].concat();
    assert_eq!(decode_image(&turned).unwrap().pixels.dimensions(), (30, 40));
    let prefixed = [&png[..33], &32u32.to_be_bytes(), b"eXIfExif\0\0", exif, &[0; 4], &png[33..]].concat();
    assert_eq!(decode_image(&prefixed).unwrap().pixels.dimensions(), (30, 40));
    let hex: String = exif.iter().map(|b| format!("{b:02x}")).collect();
    let by_text = encode_png(&sample(), &[("Raw profile type exif", &format!("\nexif\n      26\n{hex}\n"))]).unwrap();
    assert_eq!(decode_image(&by_text).unwrap().pixels.dimensions(), (30, 40));
    for (packet, size) in [
        ("<rdf:Description tiff:Orientation=\"6\"/>", (30, 40)),
        ("<tiff:Orientation>8</tiff:Orientation>", (30, 40)),
        ("<tiff:Orientation>x</tiff:Orientation>", (40, 30)),
    ] {
        let by_xmp = encode_png(&sample(), &[("XML:com.adobe.xmp", packet)]).unwrap();
        assert_eq!(decode_image(&by_xmp).unwrap().pixels.dimensions(), size, "{packet}");
    }
}

#[test]
fn samples_of_every_png_depth_are_read() {
    let ramp: Vec<u8> = (0..=255).collect();
    let encode = |color, depth, data: &[u8], width: u32, palette: Option<&[u8]>| {
        let mut out = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut out, width, 1);
        encoder.set_color(color);
        encoder.set_depth(depth);
        if let Some(palette) = palette {
            encoder.set_palette(palette.to_vec());
            encoder.set_trns(vec![0, 128]);
        }
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(data).unwrap();
        drop(writer);
        decode_image(&out).unwrap().pixels
    };
    use ::png::{BitDepth, ColorType};
    let gray = encode(ColorType::Grayscale, BitDepth::Eight, &ramp, 256, None);
    assert!(gray.pixels().zip(0..=255u8).all(|(p, v)| p.0 == [v, v, v, 255]));
    let bits = encode(ColorType::Grayscale, BitDepth::One, &[0b1010_0000], 3, None);
    assert_eq!(bits.pixels().map(|p| p[0]).collect::<Vec<_>>(), [255, 0, 255]);
    let palette = encode(ColorType::Indexed, BitDepth::Two, &[0b0001_1000], 3, Some(&[1, 2, 3, 4, 5, 6, 7, 8, 9]));
    assert_eq!(palette.as_raw(), &[1, 2, 3, 0, 4, 5, 6, 128, 7, 8, 9, 255]);
    let deep = encode(ColorType::GrayscaleAlpha, BitDepth::Sixteen, &[0x80, 0x80, 0xFF, 0xFF], 1, None);
    assert_eq!(deep.as_raw(), &[128, 128, 128, 255]);
}
