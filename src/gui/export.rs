//! Export as PNG, JPEG, WebP, PDF or OpenRaster, with an XMP packet that records how the picture was made.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ab_glyph::{Font as _, FontRef, PxScale, ScaleFont as _};
use image::{Rgb, RgbImage, RgbaImage};

use crate::engine::Layered;
use crate::formats::{self, FileType, FormatSpec, Master, OraLayer};
use crate::imaging::encode::encode_png;
use crate::imaging::mark::{Origin, add_jpeg_metadata, encode_webp};
use crate::imaging::over_white;
use crate::imaging::png_chunks::read_png_text;
use crate::imaging::resize::{Filter, fit_within, resize_rgb8, resize_rgba8};
use crate::job::ImageName;
use crate::notice;
use crate::notice::Language;
use crate::notice::Notice;

/// A picture of a job that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Part {
    Final,
    Background,
    Text,
    Cutout,
}

impl Part {
    /// All, in the order of the dialog.
    pub const ALL: [Self; 4] = [Self::Final, Self::Background, Self::Text, Self::Cutout];

    /// The picture's file in the job's folder.
    pub fn image(self) -> ImageName {
        match self {
            Self::Final => ImageName::Final,
            Self::Background => ImageName::Step1,
            Self::Text => ImageName::Step2,
            Self::Cutout => ImageName::Cutout,
        }
    }

    /// Key of the picture's name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Final => "tab-final",
            Self::Background => "tab-background",
            Self::Text => "tab-text",
            Self::Cutout => "export-cutout",
        }
    }

    /// Whether the picture has transparent pixels.
    pub fn is_transparent(self) -> bool {
        matches!(self, Self::Text | Self::Cutout)
    }
}

/// Settings of an export.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The picture.
    pub part: Part,
    /// Type of the file.
    pub file: FileType,
    /// The format of the catalogue that decides size, file type and quality; `None` leaves them to the other settings.
    pub spec: Option<Arc<FormatSpec>>,
    /// Long side in pixels; `None` keeps the size.
    pub side: Option<u32>,
    /// JPEG quality.
    pub quality: u8,
    /// Whether to write the XMP `DigitalSourceType`.
    pub xmp: bool,
    /// Whether to draw a visible badge in the corner.
    pub badge: bool,
    /// Whether a PNG keeps the request, so that the studio can restore it from the file.
    pub settings: bool,
}

impl Settings {
    /// The path to write for an entered one: with the file type's extension, unless it has that of a known type.
    pub fn written_file(&self, path: &Path) -> PathBuf {
        let kind = FileType::of_file(path);
        // A format of the catalogue has one file type, and so has a file with layers.
        let is_right = match &self.spec {
            Some(spec) => kind == Some(spec.file),
            None if self.file == FileType::Ora => kind == Some(FileType::Ora),
            None => kind.is_some_and(|kind| kind != FileType::Ora),
        };
        if is_right {
            return path.to_path_buf();
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(self.file_type().extension());
        name.into()
    }

    /// Type of the written file.
    pub fn file_type(&self) -> FileType {
        self.spec.as_ref().map_or(self.file, |spec| spec.file)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { part: Part::Final, file: FileType::Png, spec: None, side: None, quality: 92, xmp: true, badge: false, settings: true }
    }
}

/// A written file.
pub struct Written {
    /// The path with its extension.
    pub path: PathBuf,
    /// Type, quality and size; only for a format of the catalogue.
    pub summary: Option<Notice>,
    /// Rules of the format that the picture breaks, and the changes that fit it to the format.
    pub notices: Vec<Notice>,
}

/// Writes the picture `from` as the settings say. Blocks.
///
/// # Errors
/// The picture cannot be read or encoded, or the file cannot be written.
pub fn write(from: &Path, to: &Path, settings: Settings, lang: Language) -> Result<Written, Notice> {
    if let Some(spec) = settings.spec.clone() {
        return write_in_format(from, to, &settings, &spec, lang);
    }
    if settings.file == FileType::Ora {
        return Err(notice!("formats-no-picture"));
    }
    // The extension decides the type, so that file name and content agree.
    let named = FileType::of_file(to).filter(|kind| *kind != FileType::Ora);
    let settings = Settings { file: named.unwrap_or(settings.file), ..settings };
    let to = settings.written_file(to);
    let bytes = std::fs::read(from).map_err(|e| notice!("error-read", path = from.display(), detail = e.to_string()))?;
    let encoded = encode(&bytes, &settings, lang)?;
    crate::store::write_atomic(&to, &encoded).map_err(|e| e.notice())?;
    let loses = settings.file == FileType::Jpeg && !settings.part.is_transparent() && is_clear(&bytes);
    let notices = if loses { vec![formats::no_transparency(FileType::Jpeg)] } else { Vec::new() };
    Ok(Written { path: to, summary: None, notices })
}

/// Whether a PNG has pixels that are not opaque.
fn is_clear(png: &[u8]) -> bool {
    image::load_from_memory(png).is_ok_and(|picture| formats::has_clear_pixels(&picture))
}

/// Writes an advertisement with its layers; `from` is its picture. Blocks.
///
/// # Errors
/// The picture cannot be encoded, or the file cannot be written.
pub fn write_layered(layered: &Layered, from: &Path, to: &Path, settings: &Settings, lang: Language) -> Result<Written, Notice> {
    let names: Vec<String> = layered.parts.iter().map(|(name, _)| lang.notice(name)).collect();
    let layers: Vec<OraLayer<'_>> = names
        .iter()
        .zip(&layered.parts)
        .map(|(name, (_, part))| OraLayer { name, image: &part.image, left: part.left, top: part.top, is_hidden: part.is_hidden })
        .collect();
    let packet =
        settings.xmp.then(|| std::fs::read(from).ok().and_then(|png| Origin::of_text(&read_png_text(&png))).map(Origin::xmp)).flatten();
    let bytes = formats::write_ora(&layers, &layered.picture, formats::PRINT_DPI, packet.as_deref())?;
    let path = settings.written_file(to);
    crate::store::write_atomic(&path, &bytes).map_err(|e| e.notice())?;
    Ok(Written { path, summary: None, notices: Vec::new() })
}

fn write_in_format(from: &Path, to: &Path, settings: &Settings, spec: &FormatSpec, lang: Language) -> Result<Written, Notice> {
    let png = std::fs::read(from).map_err(|e| notice!("error-read", path = from.display(), detail = e.to_string()))?;
    // Masks lie beside the picture; a job without text or product has none.
    let beside = |name: ImageName| std::fs::read(from.with_file_name(name.file_name())).ok();
    let (letters, placed) = (beside(ImageName::Letters), beside(ImageName::Placed));
    let master = Master { name: settings.part.image(), png: &png, letters: letters.as_deref(), placed: placed.as_deref() };
    let draw = |image: &mut RgbImage| badge(image, lang.t("export-badge-text"));
    let overlay: Option<&dyn Fn(&mut RgbImage)> = if settings.badge { Some(&draw) } else { None };
    let exported = formats::export(&master, spec, formats::Options { mark: settings.xmp, overlay, file: None })?;
    let path = settings.written_file(to);
    crate::store::write_atomic(&path, &exported.bytes).map_err(|e| e.notice())?;
    Ok(Written { path, summary: Some(exported.summary(spec)), notices: exported.notices })
}

/// Encodes a PNG of a job for export.
///
/// # Errors
/// The picture cannot be decoded or encoded.
pub fn encode(png: &[u8], settings: &Settings, lang: Language) -> Result<Vec<u8>, Notice> {
    let decoded = image::load_from_memory(png).map_err(|e| notice!("error-decode", detail = e.to_string()))?;
    let (w, h) = (decoded.width() as usize, decoded.height() as usize);
    let (w, h) = settings.side.filter(|s| (*s as usize) < w.max(h)).map_or((w, h), |side| fit_within(w, h, side as usize));
    let clear = decoded.color().has_alpha();
    let mut image = if clear && settings.file != FileType::Jpeg {
        Out::Clear(resize_rgba8(&decoded.into_rgba8(), w, h, Filter::Lanczos3))
    } else if clear {
        // JPEG has no alpha channel.
        Out::Solid(on_white(&resize_rgba8(&decoded.into_rgba8(), w, h, Filter::Lanczos3)))
    } else {
        let image = decoded.into_rgb8();
        let same = image.dimensions() == (w as u32, h as u32);
        Out::Solid(if same { image } else { resize_rgb8(&image, w, h, Filter::Lanczos3) })
    };
    if let Out::Solid(image) = &mut image
        && settings.badge
    {
        badge(image, lang.t("export-badge-text"));
    }
    let text = read_png_text(png);
    let made = Origin::of_text(&text).unwrap_or(Origin { draft: false, with_photo: false });
    let origin = Origin { with_photo: made.with_photo && settings.part != Part::Text, ..made };
    // Every pixel of the cut-out comes from the photo, so it has no digital source type.
    let packet = (settings.xmp && settings.part != Part::Cutout).then(|| origin.xmp());
    match settings.file {
        FileType::Png => {
            let mut entries: Vec<(&str, &str)> = Vec::new();
            if settings.settings {
                entries.extend(text.iter().map(|(k, v)| (k.as_str(), v.as_str())));
            }
            if let Some(packet) = &packet {
                entries.push(("XML:com.adobe.xmp", packet));
            }
            match &image {
                Out::Solid(image) => encode_png(image, &entries),
                Out::Clear(image) => encode_png(image, &entries),
            }
            .map_err(|e| not_encoded(&e))
        }
        FileType::Jpeg => {
            let mut out = Vec::new();
            image.write(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, settings.quality))?;
            Ok(add_jpeg_metadata(&out, packet.as_deref()))
        }
        FileType::Pdf => match image {
            Out::Solid(image) => formats::write_pdf(&image::DynamicImage::ImageRgb8(image).into_rgba8(), None, packet.as_deref()),
            Out::Clear(image) => formats::write_pdf(&image, None, packet.as_deref()),
        },
        // Made of the job's parts, see `write_layered`.
        FileType::Ora => Err(notice!("formats-no-picture")),
        FileType::Webp => match &image {
            Out::Solid(image) => encode_webp(image, packet.as_deref()),
            Out::Clear(image) => encode_webp(image, packet.as_deref()),
        }
        .map_err(|e| not_encoded(&e)),
    }
}

fn not_encoded(error: &dyn std::fmt::Display) -> Notice {
    notice!("error-encode", detail = error.to_string())
}

/// Pixels to encode.
enum Out {
    Solid(RgbImage),
    Clear(RgbaImage),
}

impl Out {
    fn write(&self, encoder: impl image::ImageEncoder) -> Result<(), Notice> {
        match self {
            Self::Solid(image) => image.write_with_encoder(encoder),
            Self::Clear(image) => image.write_with_encoder(encoder),
        }
        .map_err(|e| not_encoded(&e))
    }
}

fn on_white(image: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(image.width(), image.height(), |x, y| Rgb(over_white(image.get_pixel(x, y).0)))
}

/// Draws white words on a dark pill in the lower right corner.
fn badge(image: &mut RgbImage, words: &str) {
    let Some(font) = crate::assets::FONTS.iter().find(|f| f.0.ends_with("NanumGothicBold.ttf")) else { return };
    let Ok(font) = FontRef::try_from_slice(font.1) else { return };
    let size = (image.width().min(image.height()) as f32 * 0.026).max(11.0);
    let scaled = font.as_scaled(PxScale::from(size));
    let width: f32 = words.chars().map(|c| scaled.h_advance(font.glyph_id(c))).sum();
    let (pad, height) = (size * 0.6, size * 1.7);
    let (w, h) = (image.width() as f32, image.height() as f32);
    let (left, top) = (w - width - pad * 2.0 - size, h - height - size);
    let mix = |p: &mut Rgb<u8>, to: f32, amount: f32| {
        for v in &mut p.0 {
            *v = (f32::from(*v) + (to - f32::from(*v)) * amount.clamp(0.0, 1.0)).round() as u8;
        }
    };
    for y in top.max(0.0) as u32..((top + height) as u32).min(image.height()) {
        for x in left.max(0.0) as u32..((left + width + pad * 2.0) as u32).min(image.width()) {
            let r = height / 2.0;
            let (cx, cy) = ((x as f32).clamp(left + r, left + width + pad * 2.0 - r), top + r);
            let away = ((x as f32 - cx).powi(2) + (y as f32 - cy).powi(2)).sqrt();
            mix(image.get_pixel_mut(x, y), 0.0, (r - away).clamp(0.0, 1.0) * 0.55);
        }
    }
    let mut x = left + pad;
    for c in words.chars() {
        let id = font.glyph_id(c);
        let at = ab_glyph::point(x, top + (height + scaled.ascent() + scaled.descent()) / 2.0);
        if let Some(outline) = font.outline_glyph(id.with_scale_and_position(PxScale::from(size), at)) {
            let b = outline.px_bounds();
            outline.draw(|gx, gy, coverage| {
                let (px, py) = (b.min.x + gx as f32, b.min.y + gy as f32);
                if px >= 0.0 && py >= 0.0 && px < w && py < h {
                    mix(image.get_pixel_mut(px as u32, py as u32), 255.0, coverage);
                }
            });
        }
        x += scaled.h_advance(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_carries_the_mark_and_reads_back() {
        let image = RgbImage::from_fn(320, 200, |x, y| Rgb([x as u8, y as u8, 120]));
        let png = encode_png(&image, &[("nanococoa", "{\"parameters\":{\"product_image\":\"PNG\"}}")]).unwrap();
        for file in [FileType::Png, FileType::Jpeg, FileType::Webp] {
            let settings = Settings { file, side: Some(160), badge: true, ..Settings::default() };
            let out = encode(&png, &settings, Language::Korean).unwrap();
            let back = image::load_from_memory(&out).unwrap();
            assert_eq!((back.width(), back.height()), (160, 100), "{file:?}");
            let has = |bytes: &[u8], words: &[u8]| bytes.windows(words.len()).any(|w| w == words);
            assert!(has(&out, b"compositeWithTrainedAlgorithmicMedia"), "{file:?}");
            // Every file has an sRGB profile.
            let tag: &[u8] = if file == FileType::Png { b"sRGB" } else { b"acsp" };
            assert!(has(&out, tag), "{file:?}");
            let plain = encode(&png, &Settings { file, xmp: false, settings: false, ..Settings::default() }, Language::English).unwrap();
            assert!(!has(&plain, b"DigitalSourceType") && !has(&plain, b"nanococoa") && has(&plain, tag), "{file:?}");
        }
        let kept = encode(&png, &Settings::default(), Language::English).unwrap();
        assert!(read_png_text(&kept).iter().any(|(k, _)| k == "nanococoa"));
        assert!(read_png_text(&kept).iter().any(|(k, _)| k == "XML:com.adobe.xmp"));
    }

    #[test]
    fn a_name_says_what_is_inside() {
        let png = Settings::default();
        let cases =
            [("ad", "ad.png"), ("ad.JPG", "ad.JPG"), ("ad.webp", "ad.webp"), ("ad.v2", "ad.v2.png"), ("신메뉴 1.5", "신메뉴 1.5.png")];
        for (typed, written) in cases {
            assert_eq!(png.written_file(Path::new(typed)), Path::new(written));
        }
        assert_eq!(FileType::of_file(Path::new("ad.JPEG")), Some(FileType::Jpeg));
    }

    #[test]
    fn letters_stay_clear_where_the_format_can() {
        let letters = RgbaImage::from_fn(300, 200, |x, _| image::Rgba([200, 40, 40, if x < 150 { 0 } else { 255 }]));
        let png = encode_png(&letters, &[]).unwrap();
        for file in [FileType::Png, FileType::Jpeg, FileType::Webp] {
            let settings = Settings { part: Part::Text, file, side: Some(150), ..Settings::default() };
            let back = image::load_from_memory(&encode(&png, &settings, Language::English).unwrap()).unwrap();
            assert_eq!((back.width(), back.height()), (150, 100));
            let corner = back.to_rgba8().get_pixel(2, 2).0;
            if file == FileType::Jpeg {
                assert!(corner[0] > 250 && corner[3] == 255, "{corner:?}");
            } else {
                assert_eq!(corner[3], 0, "{file:?}");
            }
        }
    }
}
