//! Identifies files of unsupported formats by their signatures, so that an error can name the format and say how to convert the file.
//! Signatures are from the formats' specifications and the PRONOM registry of the UK National Archives.

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
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Editor => "Open it in a picture editor and save it as PNG or JPEG.",
            Self::Layered => "Export it as PNG from the program that made it.",
            Self::Vector => "Export it as PNG, about 2000 pixels wide, from the program that made it.",
            Self::Raw => "Develop it to JPEG, PNG or TIFF first, for example in Lightroom, Capture One or darktable.",
            Self::Video => "Save one frame of it as PNG or JPEG.",
            Self::Heic => {
                "Save it as JPEG: on a Mac in Preview with File › Export, on Windows in Photos with Save as, on Android in the gallery app; an \
                 iPhone takes JPEG photos with Settings › Camera › Formats › Most Compatible."
            }
            Self::Avif => {
                "Save it as PNG or JPEG: on a Mac in Preview with File › Export, on Windows in Photos or Paint with Save as, on a phone in \
                 the gallery app."
            }
            Self::Archive => "Unpack it and choose the picture inside.",
            Self::WebPage => "Open the page in a browser and save the picture itself.",
            Self::Document => "Save the picture in it as PNG or JPEG.",
            Self::AppleDouble => "Choose the file of the same name without \"._\" in front.",
        }
    }
}

/// Name and remedy of a file by its beginning (`head`), its last bytes (`tail`) and its size. [`Remedy::Heic`] stands for files in HEIF
/// containers, which can be read with the feature `heic`.
pub(super) fn identify(head: &[u8], tail: &[u8], length: u64) -> Option<(&'static str, Remedy)> {
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
    name: &'static str,
    remedy: Remedy,
}

const fn sign(bytes: &'static [u8], name: &'static str, remedy: Remedy) -> Signature {
    Signature { at: 0, bytes, name, remedy }
}

const SIGNATURES: &[Signature] = &[
    sign(b"GIF87a", "GIF", Remedy::Editor),
    sign(b"GIF89a", "GIF", Remedy::Editor),
    sign(b"\0\0\0\x0CjP  \r\n\x87\n", "JPEG 2000", Remedy::Editor),
    sign(b"\xFF\x4F\xFF\x51", "JPEG 2000", Remedy::Editor),
    sign(b"\0\0\0\x0CJXL \r\n\x87\n", "JPEG XL", Remedy::Editor),
    sign(b"\xFF\x0A", "JPEG XL", Remedy::Editor),
    sign(b"II\xBC", "JPEG XR", Remedy::Editor),
    sign(b"\xFF\xD8\xFF\xF7", "JPEG-LS", Remedy::Editor),
    sign(b"8BPS\0\x01", "Photoshop (PSD)", Remedy::Layered),
    sign(b"8BPS\0\x02", "Photoshop large document (PSB)", Remedy::Layered),
    sign(b"8BPS", "Photoshop (PSD)", Remedy::Layered),
    sign(b"gimp xcf", "GIMP (XCF)", Remedy::Layered),
    sign(b"CSFCHUNK", "Clip Studio Paint", Remedy::Layered),
    sign(b"\0\xFFKA", "Affinity", Remedy::Layered),
    sign(b"Paint Shop Pro Image File", "Paint Shop Pro", Remedy::Layered),
    sign(b"fig-kiwi", "Figma", Remedy::Layered),
    sign(b"%PDF", "PDF", Remedy::Vector),
    sign(b"%!PS", "EPS (PostScript)", Remedy::Vector),
    sign(b"\xC5\xD0\xD3\xC6", "EPS (PostScript)", Remedy::Vector),
    sign(b"\xD7\xCD\xC6\x9A", "WMF", Remedy::Vector),
    Signature { at: 40, bytes: b" EMF", name: "EMF", remedy: Remedy::Vector },
    sign(b"\x1F\x8B", "Compressed (gzip, SVGZ)", Remedy::Archive),
    sign(b"FUJIFILMCCD-RAW", "Camera raw (Fujifilm RAF)", Remedy::Raw),
    sign(b"FOVb", "Camera raw (Sigma X3F)", Remedy::Raw),
    sign(b"\0MRM", "Camera raw (Minolta MRW)", Remedy::Raw),
    sign(b"II\x1A\0\0\0HEAPCCDR", "Camera raw (Canon CRW)", Remedy::Raw),
    sign(b"IIU\0", "Camera raw (Panasonic RW2)", Remedy::Raw),
    sign(b"IIRO", "Camera raw (Olympus ORF)", Remedy::Raw),
    sign(b"IIRS", "Camera raw (Olympus ORF)", Remedy::Raw),
    sign(b"MMOR", "Camera raw (Olympus ORF)", Remedy::Raw),
    sign(b"\x76\x2F\x31\x01", "OpenEXR", Remedy::Editor),
    sign(b"#?RADIANCE", "Radiance HDR", Remedy::Editor),
    sign(b"#?RGBE", "Radiance HDR", Remedy::Editor),
    sign(b"DDS ", "DDS texture", Remedy::Editor),
    sign(b"\xABKTX ", "KTX texture", Remedy::Editor),
    sign(b"qoif", "QOI", Remedy::Editor),
    sign(b"farbfeld", "farbfeld", Remedy::Editor),
    sign(b"BPG\xFB", "BPG", Remedy::Editor),
    sign(b"FLIF", "FLIF", Remedy::Editor),
    sign(b"icns", "Icon (ICNS)", Remedy::Editor),
    sign(b"\x8AMNG\r\n\x1A\n", "MNG animation", Remedy::Editor),
    sign(b"\x8BJNG\r\n\x1A\n", "JNG", Remedy::Editor),
    sign(b"SIMPLE  =", "FITS", Remedy::Editor),
    Signature { at: 128, bytes: b"DICM", name: "DICOM", remedy: Remedy::Editor },
    sign(b"\x59\xA6\x6A\x95", "Sun raster", Remedy::Editor),
    sign(b"\x01\xDA\0\x01", "SGI image", Remedy::Editor),
    sign(b"\x01\xDA\x01\x01", "SGI image", Remedy::Editor),
    sign(b"\x01\xDA\0\x02", "SGI image", Remedy::Editor),
    sign(b"\x01\xDA\x01\x02", "SGI image", Remedy::Editor),
    sign(b"/* XPM */", "XPM", Remedy::Editor),
    sign(b"\x0A\x05\x01", "PCX", Remedy::Editor),
    sign(b"\x0A\x05\0", "PCX", Remedy::Editor),
    sign(b"AT&TFORM", "DjVu", Remedy::Editor),
    sign(b"SQLite format 3\0", "Database", Remedy::Layered),
    sign(b"\x1A\x45\xDF\xA3", "Video (WebM, Matroska)", Remedy::Video),
    sign(b"FLV\x01", "Video (FLV)", Remedy::Video),
    sign(b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "Video (WMV)", Remedy::Video),
    sign(b"OggS", "Video or sound (Ogg)", Remedy::Video),
    Signature { at: 4, bytes: b"moov", name: "Video (QuickTime)", remedy: Remedy::Video },
    Signature { at: 4, bytes: b"mdat", name: "Video (QuickTime)", remedy: Remedy::Video },
    Signature { at: 4, bytes: b"wide", name: "Video (QuickTime)", remedy: Remedy::Video },
    sign(b"Rar!\x1A\x07", "Archive (RAR)", Remedy::Archive),
    sign(b"7z\xBC\xAF\x27\x1C", "Archive (7-Zip)", Remedy::Archive),
    sign(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "Office document", Remedy::Document),
    sign(b"{\\rtf", "Text document (RTF)", Remedy::Document),
    sign(b"\0\x05\x16\x07", "macOS metadata (AppleDouble)", Remedy::AppleDouble),
];

/// ISO base media files by their brands (ISO/IEC 14496-12): phone photos, videos, Canon raws.
fn iso_media(head: &[u8]) -> Option<(&'static str, Remedy)> {
    if head.get(4..8)? != b"ftyp" {
        return None;
    }
    let size = u32::from_be_bytes(head.get(..4)?.try_into().ok()?) as usize;
    let major = head.get(8..12)?;
    let compatible = head.get(16..size.clamp(16, head.len().max(16))).unwrap_or_default();
    let brands = || std::iter::once(major).chain(compatible.chunks_exact(4));
    let has = |wanted: &[&[u8]]| brands().any(|b| wanted.contains(&b));
    if has(&[b"crx "]) {
        Some(("Camera raw (Canon CR3)", Remedy::Raw))
    } else if has(&[b"avif", b"avis"]) {
        Some(("AVIF", Remedy::Avif))
    } else if brands().any(|b| matches!(b, [b'h', b'e', b'i' | b'v', _])) {
        Some(("HEIC", Remedy::Heic))
    } else if has(&[b"mif1", b"msf1", b"mif2", b"miaf"]) {
        Some(("HEIF", Remedy::Heic))
    } else if has(&[b"jxl "]) {
        Some(("JPEG XL", Remedy::Editor))
    } else if has(&[b"jp2 ", b"jpx ", b"jpm ", b"jph "]) {
        Some(("JPEG 2000", Remedy::Editor))
    } else {
        Some(("Video (MP4, MOV)", Remedy::Video))
    }
}

fn riff(head: &[u8]) -> Option<(&'static str, Remedy)> {
    match (head.get(..4)?, head.get(8..12)?) {
        (b"RIFF", b"AVI ") => Some(("Video (AVI)", Remedy::Video)),
        (b"RIFF", b"CDR9" | b"CDRA" | b"CDRB" | b"CDRC") => Some(("CorelDRAW", Remedy::Vector)),
        (b"RIFF", [b'C', b'D', b'R', _]) => Some(("CorelDRAW", Remedy::Vector)),
        (b"RIFF", b"ACON") => Some(("Cursor (ANI)", Remedy::Editor)),
        (b"FORM", b"ILBM" | b"PBM ") => Some(("Amiga picture (IFF)", Remedy::Editor)),
        (b"FORM" | b"FOR4", _) => Some(("IFF", Remedy::Editor)),
        _ => None,
    }
}

/// Icons and cursors, told from Targa by their type and number of pictures.
fn icon(head: &[u8]) -> Option<(&'static str, Remedy)> {
    match head {
        [0, 0, 1, 0, 1..=255, 0, ..] => Some(("Icon (ICO)", Remedy::Editor)),
        [0, 0, 2, 0, 1..=255, 0, ..] => Some(("Cursor (CUR)", Remedy::Editor)),
        _ => None,
    }
}

/// Netpbm. Any text may start with its two letters, so the white space and the width (or a comment) that must follow are checked too.
fn netpbm(head: &[u8]) -> Option<(&'static str, Remedy)> {
    let [b'P', kind @ (b'1'..=b'7' | b'F' | b'f'), space, rest @ ..] = head else { return None };
    let next = rest.iter().find(|b| !b.is_ascii_whitespace())?;
    let named = *kind == b'7' && next.is_ascii_uppercase();
    (space.is_ascii_whitespace() && (named || next.is_ascii_digit() || *next == b'#')).then_some(("Netpbm (PBM, PGM, PPM)", Remedy::Editor))
}

/// ZIP files: documents of several programs, by the name or content of the first member.
fn zip(head: &[u8]) -> Option<(&'static str, Remedy)> {
    if !head.starts_with(b"PK\x03\x04") {
        return None;
    }
    let inside = |word: &[u8]| head.windows(word.len()).any(|w| w == word);
    let found = if inside(b"application/x-krita") {
        ("Krita", Remedy::Layered)
    } else if inside(b"image/openraster") {
        ("OpenRaster", Remedy::Layered)
    } else if inside(b"opendocument") || inside(b"word/") || inside(b"ppt/") || inside(b"xl/") || inside(b"[Content_Types].xml") {
        ("Office document", Remedy::Document)
    } else if inside(b"QuickLook/Thumbnail.png") || inside(b"Document.archive") {
        ("Procreate", Remedy::Layered)
    } else if inside(b"document.json") || inside(b"pages/") {
        ("Sketch", Remedy::Layered)
    } else {
        ("Archive (ZIP)", Remedy::Archive)
    };
    Some(found)
}

/// SVG and HTML in UTF-8 or UTF-16.
fn text(head: &[u8]) -> Option<(&'static str, Remedy)> {
    let wide = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    let bytes: Vec<u8> = head.iter().copied().filter(|b| !wide || *b != 0).map(|b| b.to_ascii_lowercase()).collect();
    let start = bytes.iter().position(|b| b.is_ascii_alphanumeric() || *b == b'<')?;
    let marked = bytes[start..].starts_with(b"<");
    let has = |word: &[u8]| bytes.windows(word.len()).any(|w| w == word);
    if marked && (has(b"<svg") || has(b"<!doctype svg")) {
        Some(("SVG", Remedy::Vector))
    } else if marked && (has(b"<!doctype html") || has(b"<html") || has(b"<head") || has(b"<body")) {
        Some(("Web page (HTML)", Remedy::WebPage))
    } else {
        None
    }
}

fn mpeg(head: &[u8]) -> Option<(&'static str, Remedy)> {
    let program = matches!(head, [0, 0, 1, 0xBA | 0xB3, ..]);
    let transport = head.first() == Some(&0x47) && head.get(188) == Some(&0x47) && head.get(376) == Some(&0x47);
    (program || transport).then_some(("Video (MPEG)", Remedy::Video))
}

/// Targa. Version 2 files end with a signature; older ones are recognised by a consistent header.
fn targa(head: &[u8], tail: &[u8], length: u64) -> Option<(&'static str, Remedy)> {
    const TARGA: (&str, Remedy) = ("TGA", Remedy::Editor);
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

    fn named(bytes: &[u8]) -> Option<&'static str> {
        identify(bytes, &bytes[bytes.len().saturating_sub(26)..], bytes.len() as u64).map(|(name, _)| name)
    }

    #[test]
    fn phones_brands_are_told_apart() {
        let file = |brands: &[u8; 4], others: &[u8]| {
            let size = (16 + others.len()) as u32;
            [&size.to_be_bytes()[..], b"ftyp", brands, &[0; 4], others].concat()
        };
        assert_eq!(named(&file(b"heic", b"mif1heic")), Some("HEIC"));
        assert_eq!(named(&file(b"mif1", b"mif1heic")), Some("HEIC"));
        assert_eq!(named(&file(b"msf1", b"hevc")), Some("HEIC"));
        assert_eq!(named(&file(b"mif1", b"avifmif1miaf")), Some("AVIF"));
        assert_eq!(named(&file(b"avis", b"msf1")), Some("AVIF"));
        assert_eq!(named(&file(b"crx ", b"isom")), Some("Camera raw (Canon CR3)"));
        assert_eq!(named(&file(b"mif1", b"")), Some("HEIF"));
        assert_eq!(named(&file(b"qt  ", b"qt  ")), Some("Video (MP4, MOV)"));
        assert_eq!(named(&file(b"isom", b"avc1")), Some("Video (MP4, MOV)"));
        // A length that lies.
        assert_eq!(named(b"\xFF\xFF\xFF\xFFftypheic"), Some("HEIC"));
        assert_eq!(named(b"\0\0\0\0ftypheic\0\0\0\0"), Some("HEIC"));
    }

    #[test]
    fn targa_is_known_without_a_signature() {
        let mut old = vec![0; 18 + 12];
        old[2] = 2;
        old[12] = 2;
        old[14] = 2;
        old[16] = 24;
        assert_eq!(named(&old), Some("TGA"));
        old.truncate(20);
        assert_eq!(named(&old), None);
        assert_eq!(named(&[&[1; 40][..], b"TRUEVISION-XFILE.\0"].concat()), Some("TGA"));
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
            assert_eq!(named(bytes), Some(expected));
        }
        for plain in [&b"P6 is a pixel format"[..], b"hello world", b"", b"svg", b"the <svg tag", b"\0\0\0\0"] {
            assert_eq!(named(plain), None, "{plain:?}");
        }
    }
}
