//! PDF for print: one page of an exact size with the picture on all of it, without loss.

use image::{GrayImage, RgbImage, RgbaImage};
use pdf_writer::types::Predictor;
use pdf_writer::{Content, Filter, Finish as _, Name, Pdf, Rect, Ref, TextStr};

use crate::imaging::encode::{ImageRef, PngMetadata, encode_png_with};
use crate::imaging::mark::srgb_profile;
use crate::notice;
use crate::notice::Notice;

/// Density where none is given: the usual one for print.
pub const PRINT_DPI: u32 = 300;
/// Points of PDF in an inch.
const POINTS: f32 = 72.0;
const MILLIMETRES: f32 = 25.4;
/// Sizes of paper in millimetres, the shorter side first: A0 to A7, B4 and B5, US letter, legal and tabloid.
const PAPERS: [(f32, f32); 13] = [
    (841.0, 1189.0),
    (594.0, 841.0),
    (420.0, 594.0),
    (297.0, 420.0),
    (210.0, 297.0),
    (148.0, 210.0),
    (105.0, 148.0),
    (74.0, 105.0),
    (250.0, 353.0),
    (176.0, 250.0),
    (215.9, 279.4),
    (215.9, 355.6),
    (279.4, 431.8),
];

/// Width and height in points of a page with so many pixels. Pixels are whole, so a page within a pixel of a paper's size has that size.
fn page((width, height): (u32, u32), dpi: u32) -> (f32, f32) {
    let dpi = dpi.max(1) as f32;
    let near = |pixels: u32, millimetres: f32| (pixels as f32 - millimetres / MILLIMETRES * dpi).abs() <= 1.0;
    let papers = PAPERS.into_iter().flat_map(|(short, long)| [(short, long), (long, short)]);
    let paper = papers.into_iter().find(|(w, h)| near(width, *w) && near(height, *h));
    match paper {
        Some((w, h)) => (w / MILLIMETRES * POINTS, h / MILLIMETRES * POINTS),
        None => (width as f32 / dpi * POINTS, height as f32 / dpi * POINTS),
    }
}

/// A picture as a page. `xmp`: a packet with its origin.
///
/// # Errors
/// The picture cannot be encoded.
pub(super) fn opaque(picture: &RgbImage, dpi: u32, xmp: Option<&str>) -> Result<Vec<u8>, Notice> {
    write(picture, None, dpi, xmp)
}

/// A picture as a page that is transparent where it is.
///
/// # Errors
/// The picture cannot be encoded.
pub fn write_pdf(picture: &RgbaImage, dpi: Option<u32>, xmp: Option<&str>) -> Result<Vec<u8>, Notice> {
    let (w, h) = picture.dimensions();
    let mut colours = RgbImage::new(w, h);
    let mut alpha = GrayImage::new(w, h);
    for ((to, a), from) in colours.pixels_mut().zip(alpha.pixels_mut()).zip(picture.pixels()) {
        to.0 = [from.0[0], from.0[1], from.0[2]];
        a.0 = [from.0[3]];
    }
    let alpha = alpha.pixels().any(|a| a.0[0] < 255).then_some(alpha);
    write(&colours, alpha.as_ref(), dpi.unwrap_or(PRINT_DPI), xmp)
}

fn write(picture: &RgbImage, alpha: Option<&GrayImage>, dpi: u32, xmp: Option<&str>) -> Result<Vec<u8>, Notice> {
    let [catalog, pages, page_at, content, image, mask, profile, metadata, info] = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(Ref::new);
    let (width, height) = page(picture.dimensions(), dpi);
    let mut pdf = Pdf::new();
    let mut root = pdf.catalog(catalog);
    root.pages(pages);
    if xmp.is_some() {
        root.metadata(metadata);
    }
    root.finish();
    pdf.document_info(info).producer(TextStr(concat!("nanoCocoa Studio ", env!("CARGO_PKG_VERSION"))));
    pdf.pages(pages).kids([page_at]).count(1);
    let mut sheet = pdf.page(page_at);
    sheet.media_box(Rect::new(0.0, 0.0, width, height)).parent(pages).contents(content);
    sheet.resources().x_objects().pair(Name(b"Picture"), image);
    sheet.finish();
    let mut drawing = Content::new();
    drawing.save_state().transform([width, 0.0, 0.0, height, 0.0, 0.0]).x_object(Name(b"Picture")).restore_state();
    pdf.stream(content, &drawing.finish());

    let (columns, rows) = (picture.width() as i32, picture.height() as i32);
    let data = packed(picture.into())?;
    let mut object = pdf.image_xobject(image, &data);
    object.filter(Filter::FlateDecode);
    object.width(columns).height(rows).bits_per_component(8);
    object.color_space().icc_based(profile);
    if alpha.is_some() {
        object.s_mask(mask);
    }
    object.decode_parms().predictor(Predictor::PngOptimum).colors(3).bits_per_component(8).columns(columns);
    object.finish();
    if let Some(alpha) = alpha {
        let data = packed(alpha.into())?;
        let mut object = pdf.image_xobject(mask, &data);
        object.filter(Filter::FlateDecode);
        object.width(columns).height(rows).bits_per_component(8);
        object.color_space().device_gray();
        object.decode_parms().predictor(Predictor::PngOptimum).colors(1).bits_per_component(8).columns(columns);
        object.finish();
    }
    pdf.icc_profile(profile, &srgb_profile()).n(3).alternate().srgb();
    if let Some(xmp) = xmp {
        pdf.metadata(metadata, xmp.as_bytes());
    }
    Ok(pdf.finish())
}

/// The pixels as PNG packs them, which is a packing of PDF too.
fn packed(picture: ImageRef<'_>) -> Result<Vec<u8>, Notice> {
    let failed = |detail: String| notice!("formats-not-encoded", detail = detail);
    let metadata = PngMetadata { small: true, ..PngMetadata::default() };
    let png = encode_png_with(picture, metadata).map_err(|e| failed(e.to_string()))?;
    let mut data = Vec::with_capacity(png.len());
    // Behind the signature come chunks: length, name, content, checksum.
    let mut rest = png.get(8..).unwrap_or_default();
    while let (Some(length), Some(name)) = (rest.first_chunk::<4>(), rest.get(4..8)) {
        let end = 8 + u32::from_be_bytes(*length) as usize;
        let Some(content) = rest.get(8..end) else { break };
        if name == b"IDAT" {
            data.extend_from_slice(content);
        }
        rest = rest.get(end + 4..).unwrap_or_default();
    }
    Ok(data)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// The text between two marks.
    fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
        let start = text.find(from).unwrap_or_else(|| panic!("{from} is missing")) + from.len();
        &text[start..start + text[start..].find(to).unwrap()]
    }

    fn media_box(pdf: &[u8]) -> Vec<f32> {
        let text = String::from_utf8_lossy(pdf);
        between(&text, "/MediaBox [", "]").split_whitespace().map(|v| v.parse().unwrap()).collect()
    }

    #[test]
    fn the_page_has_the_exact_size_of_its_paper() {
        let picture = RgbImage::from_pixel(2480, 3508, image::Rgb([200, 30, 20]));
        let pdf = opaque(&picture, 300, None).unwrap();
        let found = media_box(&pdf);
        let (w, h) = (210.0 / 25.4 * 72.0, 297.0 / 25.4 * 72.0);
        assert!((found[2] - w).abs() < 0.01 && (found[3] - h).abs() < 0.01 && found[0] == 0.0, "{found:?}");
        assert_eq!(page((3508, 2480), 300), (h, w));
        assert_eq!(page((600, 300), 300), (144.0, 72.0));
        assert!(pdf.starts_with(b"%PDF-1.") && pdf.ends_with(b"%%EOF"));
    }

    #[test]
    fn the_pixels_are_read_back_and_the_packet_is_there() {
        let picture = RgbaImage::from_fn(37, 21, |x, y| image::Rgba([7 * x as u8, 11 * y as u8, 90, if x < 5 { 0 } else { 255 }]));
        let pdf = write_pdf(&picture, Some(150), Some("<x:xmpmeta/>")).unwrap();
        let text: String = pdf.iter().map(|b| char::from(*b)).collect();
        assert!(text.contains("<x:xmpmeta/>") && text.contains("/SMask") && text.contains("/ICCBased"));
        let stream = |from: &str| {
            let object = &text[text.find(from).unwrap()..];
            let length: usize = between(object, "/Length ", "\n").trim().parse().unwrap();
            let start = object.find("stream\n").unwrap() + "stream\n".len();
            let bytes: Vec<u8> = object.chars().skip(start).take(length).map(|c| c as u8).collect();
            let mut out = Vec::new();
            flate2::read::ZlibDecoder::new(&bytes[..]).read_to_end(&mut out).unwrap();
            out
        };
        // A byte for the filter before each row.
        assert_eq!(stream("5 0 obj").len(), 21 * (1 + 3 * 37));
        assert_eq!(stream("6 0 obj").len(), 21 * (1 + 37));
        assert!((media_box(&pdf)[2] - 37.0 / 150.0 * 72.0).abs() < 0.01);
        let plain = opaque(&RgbImage::new(4, 4), 300, None).unwrap();
        assert!(!String::from_utf8_lossy(&plain).contains("/SMask"));
    }
}
