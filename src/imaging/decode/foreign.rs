//! Identifies files of unsupported formats by their signatures, so that an error can name the format and say how to convert the file.
//! Signatures are from the formats' specifications and the PRONOM registry of the UK National Archives.

use crate::notice;
use crate::notice::{Argument, Notice};

/// How to get a usable picture out of a file of an unsupported format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    Editor,
    Layered,
    Vector,
    Raw,
    Video,
    Heic,
    Avif,
    Archive,
    WebPage,
    Document,
    AppleDouble,
}

impl Remedy {
    /// The remedy as a sentence.
    pub(super) fn notice(self) -> Notice {
        match self {
            Self::Editor => notice!("decode-remedy-editor"),
            Self::Layered => notice!("decode-remedy-layered"),
            Self::Vector => notice!("decode-remedy-vector"),
            Self::Raw => notice!("decode-remedy-raw"),
            Self::Video => notice!("decode-remedy-video"),
            Self::Heic => notice!("decode-remedy-heic"),
            Self::Avif => notice!("decode-remedy-avif"),
            Self::Archive => notice!("decode-remedy-archive"),
            Self::WebPage => notice!("decode-remedy-web-page"),
            Self::Document => notice!("decode-remedy-document"),
            Self::AppleDouble => notice!("decode-remedy-apple-double"),
        }
    }
}

/// Name of an unsupported format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// A proper name, the same in every language.
    Proper(&'static str),
    /// A camera raw file of an unknown camera.
    CameraRaw,
    /// A camera raw file: the camera and its format.
    Raw(&'static str),
    /// A video format.
    Video(&'static str),
    /// A format for video or sound.
    VideoOrSound(&'static str),
    /// An archive format.
    Archive(&'static str),
    /// A compressed file.
    Compressed(&'static str),
    /// An icon format.
    Icon(&'static str),
    /// A mouse cursor format.
    Cursor(&'static str),
    /// A texture format.
    Texture(&'static str),
    /// A database file.
    Database,
    /// A document of an office program.
    OfficeDocument,
    /// A text document.
    TextDocument(&'static str),
    /// Metadata that macOS stores beside a file.
    MacMetadata(&'static str),
    /// A web page.
    WebPage(&'static str),
}

impl Name {
    /// The name as an argument of a notice.
    pub(super) fn argument(self) -> Argument {
        let notice = match self {
            Self::Proper(name) => return name.into(),
            Self::CameraRaw => notice!("decode-name-raw"),
            Self::Raw(format) => notice!("decode-name-raw-of", format = format),
            Self::Video(format) => notice!("decode-name-video", format = format),
            Self::VideoOrSound(format) => notice!("decode-name-video-or-sound", format = format),
            Self::Archive(format) => notice!("decode-name-archive", format = format),
            Self::Compressed(format) => notice!("decode-name-compressed", format = format),
            Self::Icon(format) => notice!("decode-name-icon", format = format),
            Self::Cursor(format) => notice!("decode-name-cursor", format = format),
            Self::Texture(format) => notice!("decode-name-texture", format = format),
            Self::Database => notice!("decode-name-database"),
            Self::OfficeDocument => notice!("decode-name-office-document"),
            Self::TextDocument(format) => notice!("decode-name-text-document", format = format),
            Self::MacMetadata(format) => notice!("decode-name-metadata", format = format),
            Self::WebPage(format) => notice!("decode-name-web-page", format = format),
        };
        notice.into()
    }
}

/// Name and remedy of a file by its beginning (`head`), its last bytes (`tail`) and its size. [`Remedy::Heic`] stands for files in HEIF
/// containers, which can be read with the feature `heic`.
pub(super) fn identify(head: &[u8], tail: &[u8], length: u64) -> Option<(Name, Remedy)> {
    iso_media(head)
        .or_else(|| riff(head))
        .or_else(|| SIGNATURES.iter().find(|s| head.get(s.at..).is_some_and(|h| h.starts_with(s.bytes))).map(|s| (s.name, s.remedy)))
        .or_else(|| icon(head))
        .or_else(|| netpbm(head))
        .or_else(|| zip(head))
        .or_else(|| text(head))
        .or_else(|| mpeg(head))
        .or_else(|| targa(head, tail, length))
}

struct Signature {
    at: usize,
    bytes: &'static [u8],
    name: Name,
    remedy: Remedy,
}

const fn sign(bytes: &'static [u8], name: Name, remedy: Remedy) -> Signature {
    Signature { at: 0, bytes, name, remedy }
}

const SIGNATURES: &[Signature] = &[
    sign(b"GIF87a", Name::Proper("GIF"), Remedy::Editor),
    sign(b"GIF89a", Name::Proper("GIF"), Remedy::Editor),
    sign(b"\0\0\0\x0CjP  \r\n\x87\n", Name::Proper("JPEG 2000"), Remedy::Editor),
    sign(b"\xFF\x4F\xFF\x51", Name::Proper("JPEG 2000"), Remedy::Editor),
    sign(b"\0\0\0\x0CJXL \r\n\x87\n", Name::Proper("JPEG XL"), Remedy::Editor),
    sign(b"\xFF\x0A", Name::Proper("JPEG XL"), Remedy::Editor),
    sign(b"II\xBC", Name::Proper("JPEG XR"), Remedy::Editor),
    sign(b"\xFF\xD8\xFF\xF7", Name::Proper("JPEG-LS"), Remedy::Editor),
    sign(b"8BPS\0\x01", Name::Proper("Photoshop (PSD)"), Remedy::Layered),
    sign(b"8BPS\0\x02", Name::Proper("Photoshop large document (PSB)"), Remedy::Layered),
    sign(b"8BPS", Name::Proper("Photoshop (PSD)"), Remedy::Layered),
    sign(b"gimp xcf", Name::Proper("GIMP (XCF)"), Remedy::Layered),
    sign(b"CSFCHUNK", Name::Proper("Clip Studio Paint"), Remedy::Layered),
    sign(b"\0\xFFKA", Name::Proper("Affinity"), Remedy::Layered),
    sign(b"Paint Shop Pro Image File", Name::Proper("Paint Shop Pro"), Remedy::Layered),
    sign(b"fig-kiwi", Name::Proper("Figma"), Remedy::Layered),
    sign(b"%PDF", Name::Proper("PDF"), Remedy::Vector),
    sign(b"%!PS", Name::Proper("EPS (PostScript)"), Remedy::Vector),
    sign(b"\xC5\xD0\xD3\xC6", Name::Proper("EPS (PostScript)"), Remedy::Vector),
    sign(b"\xD7\xCD\xC6\x9A", Name::Proper("WMF"), Remedy::Vector),
    Signature { at: 40, bytes: b" EMF", name: Name::Proper("EMF"), remedy: Remedy::Vector },
    sign(b"\x1F\x8B", Name::Compressed("gzip, SVGZ"), Remedy::Archive),
    sign(b"FUJIFILMCCD-RAW", Name::Raw("Fujifilm RAF"), Remedy::Raw),
    sign(b"FOVb", Name::Raw("Sigma X3F"), Remedy::Raw),
    sign(b"\0MRM", Name::Raw("Minolta MRW"), Remedy::Raw),
    sign(b"II\x1A\0\0\0HEAPCCDR", Name::Raw("Canon CRW"), Remedy::Raw),
    sign(b"IIU\0", Name::Raw("Panasonic RW2"), Remedy::Raw),
    sign(b"IIRO", Name::Raw("Olympus ORF"), Remedy::Raw),
    sign(b"IIRS", Name::Raw("Olympus ORF"), Remedy::Raw),
    sign(b"MMOR", Name::Raw("Olympus ORF"), Remedy::Raw),
    sign(b"\x76\x2F\x31\x01", Name::Proper("OpenEXR"), Remedy::Editor),
    sign(b"#?RADIANCE", Name::Proper("Radiance HDR"), Remedy::Editor),
    sign(b"#?RGBE", Name::Proper("Radiance HDR"), Remedy::Editor),
    sign(b"DDS ", Name::Texture("DDS"), Remedy::Editor),
    sign(b"\xABKTX ", Name::Texture("KTX"), Remedy::Editor),
    sign(b"qoif", Name::Proper("QOI"), Remedy::Editor),
    sign(b"farbfeld", Name::Proper("farbfeld"), Remedy::Editor),
    sign(b"BPG\xFB", Name::Proper("BPG"), Remedy::Editor),
    sign(b"FLIF", Name::Proper("FLIF"), Remedy::Editor),
    sign(b"icns", Name::Icon("ICNS"), Remedy::Editor),
    sign(b"\x8AMNG\r\n\x1A\n", Name::Proper("MNG animation"), Remedy::Editor),
    sign(b"\x8BJNG\r\n\x1A\n", Name::Proper("JNG"), Remedy::Editor),
    sign(b"SIMPLE  =", Name::Proper("FITS"), Remedy::Editor),
    Signature { at: 128, bytes: b"DICM", name: Name::Proper("DICOM"), remedy: Remedy::Editor },
    sign(b"\x59\xA6\x6A\x95", Name::Proper("Sun raster"), Remedy::Editor),
    sign(b"\x01\xDA\0\x01", Name::Proper("SGI image"), Remedy::Editor),
    sign(b"\x01\xDA\x01\x01", Name::Proper("SGI image"), Remedy::Editor),
    sign(b"\x01\xDA\0\x02", Name::Proper("SGI image"), Remedy::Editor),
    sign(b"\x01\xDA\x01\x02", Name::Proper("SGI image"), Remedy::Editor),
    sign(b"/* XPM */", Name::Proper("XPM"), Remedy::Editor),
    sign(b"\x0A\x05\x01", Name::Proper("PCX"), Remedy::Editor),
    sign(b"\x0A\x05\0", Name::Proper("PCX"), Remedy::Editor),
    sign(b"AT&TFORM", Name::Proper("DjVu"), Remedy::Editor),
    sign(b"SQLite format 3\0", Name::Database, Remedy::Layered),
    sign(b"\x1A\x45\xDF\xA3", Name::Video("WebM, Matroska"), Remedy::Video),
    sign(b"FLV\x01", Name::Video("FLV"), Remedy::Video),
    sign(b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", Name::Video("WMV"), Remedy::Video),
    sign(b"OggS", Name::VideoOrSound("Ogg"), Remedy::Video),
    Signature { at: 4, bytes: b"moov", name: Name::Video("QuickTime"), remedy: Remedy::Video },
    Signature { at: 4, bytes: b"mdat", name: Name::Video("QuickTime"), remedy: Remedy::Video },
    Signature { at: 4, bytes: b"wide", name: Name::Video("QuickTime"), remedy: Remedy::Video },
    sign(b"Rar!\x1A\x07", Name::Archive("RAR"), Remedy::Archive),
    sign(b"7z\xBC\xAF\x27\x1C", Name::Archive("7-Zip"), Remedy::Archive),
    sign(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Name::OfficeDocument, Remedy::Document),
    sign(b"{\\rtf", Name::TextDocument("RTF"), Remedy::Document),
    sign(b"\0\x05\x16\x07", Name::MacMetadata("AppleDouble"), Remedy::AppleDouble),
];

/// ISO base media files by their brands (ISO/IEC 14496-12): phone photos, videos, Canon raws.
fn iso_media(head: &[u8]) -> Option<(Name, Remedy)> {
    if head.get(4..8)? != b"ftyp" {
        return None;
    }
    let size = u32::from_be_bytes(head.get(..4)?.try_into().ok()?) as usize;
    let major = head.get(8..12)?;
    let compatible = head.get(16..size.clamp(16, head.len().max(16))).unwrap_or_default();
    let brands = || std::iter::once(major).chain(compatible.chunks_exact(4));
    let has = |wanted: &[&[u8]]| brands().any(|b| wanted.contains(&b));
    if has(&[b"crx "]) {
        Some((Name::Raw("Canon CR3"), Remedy::Raw))
    } else if has(&[b"avif", b"avis"]) {
        Some((Name::Proper("AVIF"), Remedy::Avif))
    } else if brands().any(|b| matches!(b, [b'h', b'e', b'i' | b'v', _])) {
        Some((Name::Proper("HEIC"), Remedy::Heic))
    } else if has(&[b"mif1", b"msf1", b"mif2", b"miaf"]) {
        Some((Name::Proper("HEIF"), Remedy::Heic))
    } else if has(&[b"jxl "]) {
        Some((Name::Proper("JPEG XL"), Remedy::Editor))
    } else if has(&[b"jp2 ", b"jpx ", b"jpm ", b"jph "]) {
        Some((Name::Proper("JPEG 2000"), Remedy::Editor))
    } else {
        Some((Name::Video("MP4, MOV"), Remedy::Video))
    }
}

fn riff(head: &[u8]) -> Option<(Name, Remedy)> {
    match (head.get(..4)?, head.get(8..12)?) {
        (b"RIFF", b"AVI ") => Some((Name::Video("AVI"), Remedy::Video)),
        (b"RIFF", b"CDR9" | b"CDRA" | b"CDRB" | b"CDRC") => Some((Name::Proper("CorelDRAW"), Remedy::Vector)),
        (b"RIFF", [b'C', b'D', b'R', _]) => Some((Name::Proper("CorelDRAW"), Remedy::Vector)),
        (b"RIFF", b"ACON") => Some((Name::Cursor("ANI"), Remedy::Editor)),
        (b"FORM", b"ILBM" | b"PBM ") => Some((Name::Proper("Amiga picture (IFF)"), Remedy::Editor)),
        (b"FORM" | b"FOR4", _) => Some((Name::Proper("IFF"), Remedy::Editor)),
        _ => None,
    }
}

/// Icons and cursors, told from Targa by their type and number of pictures.
fn icon(head: &[u8]) -> Option<(Name, Remedy)> {
    match head {
        [0, 0, 1, 0, 1..=255, 0, ..] => Some((Name::Icon("ICO"), Remedy::Editor)),
        [0, 0, 2, 0, 1..=255, 0, ..] => Some((Name::Cursor("CUR"), Remedy::Editor)),
        _ => None,
    }
}

/// Netpbm. Any text may start with its two letters, so the white space and the width (or a comment) that must follow are checked too.
fn netpbm(head: &[u8]) -> Option<(Name, Remedy)> {
    let [b'P', kind @ (b'1'..=b'7' | b'F' | b'f'), space, rest @ ..] = head else { return None };
    let next = rest.iter().find(|b| !b.is_ascii_whitespace())?;
    let named = *kind == b'7' && next.is_ascii_uppercase();
    (space.is_ascii_whitespace() && (named || next.is_ascii_digit() || *next == b'#'))
        .then_some((Name::Proper("Netpbm (PBM, PGM, PPM)"), Remedy::Editor))
}

/// ZIP files: documents of several programs, by the name or content of the first member.
fn zip(head: &[u8]) -> Option<(Name, Remedy)> {
    if !head.starts_with(b"PK\x03\x04") {
        return None;
    }
    let inside = |word: &[u8]| head.windows(word.len()).any(|w| w == word);
    let found = if inside(b"application/x-krita") {
        (Name::Proper("Krita"), Remedy::Layered)
    } else if inside(b"image/openraster") {
        (Name::Proper("OpenRaster"), Remedy::Layered)
    } else if inside(b"opendocument") || inside(b"word/") || inside(b"ppt/") || inside(b"xl/") || inside(b"[Content_Types].xml") {
        (Name::OfficeDocument, Remedy::Document)
    } else if inside(b"QuickLook/Thumbnail.png") || inside(b"Document.archive") {
        (Name::Proper("Procreate"), Remedy::Layered)
    } else if inside(b"document.json") || inside(b"pages/") {
        (Name::Proper("Sketch"), Remedy::Layered)
    } else {
        (Name::Archive("ZIP"), Remedy::Archive)
    };
    Some(found)
}

/// SVG and HTML in UTF-8 or UTF-16.
fn text(head: &[u8]) -> Option<(Name, Remedy)> {
    let wide = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    let bytes: Vec<u8> = head.iter().copied().filter(|b| !wide || *b != 0).map(|b| b.to_ascii_lowercase()).collect();
    let start = bytes.iter().position(|b| b.is_ascii_alphanumeric() || *b == b'<')?;
    let marked = bytes[start..].starts_with(b"<");
    let has = |word: &[u8]| bytes.windows(word.len()).any(|w| w == word);
    if marked && (has(b"<svg") || has(b"<!doctype svg")) {
        Some((Name::Proper("SVG"), Remedy::Vector))
    } else if marked && (has(b"<!doctype html") || has(b"<html") || has(b"<head") || has(b"<body")) {
        Some((Name::WebPage("HTML"), Remedy::WebPage))
    } else {
        None
    }
}

fn mpeg(head: &[u8]) -> Option<(Name, Remedy)> {
    let program = matches!(head, [0, 0, 1, 0xBA | 0xB3, ..]);
    let transport = head.first() == Some(&0x47) && head.get(188) == Some(&0x47) && head.get(376) == Some(&0x47);
    (program || transport).then_some((Name::Video("MPEG"), Remedy::Video))
}

/// Targa. Version 2 files end with a signature; older ones are recognised by a consistent header.
fn targa(head: &[u8], tail: &[u8], length: u64) -> Option<(Name, Remedy)> {
    const TARGA: (Name, Remedy) = (Name::Proper("TGA"), Remedy::Editor);
    if tail.ends_with(b"TRUEVISION-XFILE.\0") {
        return Some(TARGA);
    }
    let h: &[u8; 18] = head.first_chunk()?;
    let le = |at: usize| u64::from(u16::from_le_bytes([h[at], h[at + 1]]));
    let (mapped, kind, depth) = (h[1], h[2], h[16]);
    let kinds = match mapped {
        0 => matches!(kind, 2 | 3 | 10 | 11),
        1 => matches!(kind, 1 | 9) && matches!(h[7], 15 | 16 | 24 | 32) && le(5) > 0,
        _ => false,
    };
    let depths = matches!((kind, depth), (1 | 9, 8 | 16) | (3 | 11, 8 | 16) | (2 | 10, 15 | 16 | 24 | 32));
    let (width, height) = (le(12), le(14));
    // The reserved bits of the descriptor must be 0.
    if !kinds || !depths || width == 0 || height == 0 || h[17] & 0xC0 != 0 {
        return None;
    }
    let pixels = width * height * u64::from(depth.div_ceil(8));
    let palette = if mapped == 1 { le(5) * u64::from(h[7].div_ceil(8)) } else { 0 };
    let start = 18 + u64::from(h[0]) + palette;
    let fits = if kind < 9 { length >= start + pixels } else { length > start };
    fits.then_some(TARGA)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(bytes: &[u8]) -> Option<String> {
        identify(bytes, &bytes[bytes.len().saturating_sub(26)..], bytes.len() as u64)
            .map(|(name, _)| notice!("verbatim", text = name.argument()).english())
    }

    #[test]
    fn phones_brands_are_told_apart() {
        let file = |brands: &[u8; 4], others: &[u8]| {
            let size = (16 + others.len()) as u32;
            [&size.to_be_bytes()[..], b"ftyp", brands, &[0; 4], others].concat()
        };
        assert_eq!(named(&file(b"heic", b"mif1heic")).as_deref(), Some("HEIC"));
        assert_eq!(named(&file(b"mif1", b"mif1heic")).as_deref(), Some("HEIC"));
        assert_eq!(named(&file(b"msf1", b"hevc")).as_deref(), Some("HEIC"));
        assert_eq!(named(&file(b"mif1", b"avifmif1miaf")).as_deref(), Some("AVIF"));
        assert_eq!(named(&file(b"avis", b"msf1")).as_deref(), Some("AVIF"));
        assert_eq!(named(&file(b"crx ", b"isom")).as_deref(), Some("Camera raw (Canon CR3)"));
        assert_eq!(named(&file(b"mif1", b"")).as_deref(), Some("HEIF"));
        assert_eq!(named(&file(b"qt  ", b"qt  ")).as_deref(), Some("Video (MP4, MOV)"));
        assert_eq!(named(&file(b"isom", b"avc1")).as_deref(), Some("Video (MP4, MOV)"));
        // A length that lies.
        assert_eq!(named(b"\xFF\xFF\xFF\xFFftypheic").as_deref(), Some("HEIC"));
        assert_eq!(named(b"\0\0\0\0ftypheic\0\0\0\0").as_deref(), Some("HEIC"));
    }

    #[test]
    fn targa_is_known_without_a_signature() {
        let mut old = vec![0; 18 + 12];
        old[2] = 2;
        old[12] = 2;
        old[14] = 2;
        old[16] = 24;
        assert_eq!(named(&old).as_deref(), Some("TGA"));
        old.truncate(20);
        assert_eq!(named(&old), None);
        assert_eq!(named(&[&[1; 40][..], b"TRUEVISION-XFILE.\0"].concat()).as_deref(), Some("TGA"));
        assert_eq!(named(&[0; 64]), None);
    }

    #[test]
    fn documents_and_texts() {
        for (bytes, expected) in [
            (&b"<?xml version='1.0'?>\n<!-- made by hand -->\n<svg/>"[..], "SVG"),
            (b"\xEF\xBB\xBF  <SVG xmlns=''>", "SVG"),
            (b"\xFF\xFE<\0s\0v\0g\0 \0", "SVG"),
            (b"<!DOCTYPE html><title>404</title>", "Web page (HTML)"),
            (b"PK\x03\x04 mimetype application/x-krita", "Krita"),
            (b"PK\x03\x04 photo.jpg", "Archive (ZIP)"),
            (b"8BPS\0\x02", "Photoshop large document (PSB)"),
            (b"<?xml version='1.0'?><!DOCTYPE svg PUBLIC \"\" [", "SVG"),
            (b"P6\n3 3\n", "Netpbm (PBM, PGM, PPM)"),
            (b"P5\n# a scan\n3 3\n", "Netpbm (PBM, PGM, PPM)"),
            (b"P7\nWIDTH 3\n", "Netpbm (PBM, PGM, PPM)"),
            (b"\xFF\x0A\x10", "JPEG XL"),
            (b"%!PS-Adobe-3.0 EPSF-3.0", "EPS (PostScript)"),
        ] {
            assert_eq!(named(bytes).as_deref(), Some(expected));
        }
        for plain in [&b"P6 is a pixel format"[..], b"hello world", b"", b"svg", b"the <svg tag", b"\0\0\0\0"] {
            assert_eq!(named(plain), None, "{plain:?}");
        }
    }
}
