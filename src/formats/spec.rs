//! The description of a format: size, file type, limits and rules.

use std::path::Path;

use crate::limits::{MAX_SIDE, MIN_SIDE};
use crate::notice::Language;

/// A canvas whose longer side is smaller than this is painted larger, because small letters would lose their shape. Pixels.
const LEAST_LONG_SIDE: u32 = 640;

/// The type of an exported file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FileType {
    Jpeg,
    Png,
    Webp,
    Pdf,
    /// OpenRaster: the layers of the advertisement.
    Ora,
}

impl FileType {
    /// All types, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Png, Self::Jpeg, Self::Webp, Self::Pdf, Self::Ora];
    /// The types of one picture, which a format of the catalogue can ask for.
    pub const FLAT: [Self; 4] = [Self::Png, Self::Jpeg, Self::Webp, Self::Pdf];

    /// The word in the catalogue.
    pub fn word(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
            Self::Ora => "ora",
        }
    }

    /// Display name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Pdf => "PDF",
            Self::Ora => "OpenRaster",
        }
    }

    /// Extension of new files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
            Self::Ora => "ora",
        }
    }

    /// Media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Ora => "image/openraster",
        }
    }

    /// The type that the extension of a file's name says, in upper or lower case.
    pub fn of_file(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "png" => Some(Self::Png),
            "webp" => Some(Self::Webp),
            "pdf" => Some(Self::Pdf),
            "ora" => Some(Self::Ora),
            _ => None,
        }
    }
}

/// A rule about the content of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatRule {
    /// Everything but the product is pure white.
    WhiteBackground,
    /// No headline.
    NoText,
}

impl FormatRule {
    /// All rules, with their words in the catalogue.
    pub const ALL: [(Self, &'static str); 2] = [(Self::WhiteBackground, "white-background"), (Self::NoText, "no-text")];

    /// The word in the catalogue.
    pub fn word(self) -> &'static str {
        match self {
            Self::WhiteBackground => "white-background",
            Self::NoText => "no-text",
        }
    }
}

/// Margins of the file in pixels that text must leave free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct SafeZone {
    pub top: u32,
    pub bottom: u32,
    pub left: u32,
    pub right: u32,
}

/// The public page with a format's specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatSource {
    /// Its address.
    pub url: String,
    /// The day on which the specification was last compared, `YYYY-MM-DD`.
    pub date: String,
}

/// One format.
#[derive(Clone, Debug, PartialEq)]
pub struct FormatSpec {
    /// Identifier: lower-case letters, digits and hyphens.
    pub id: String,
    /// English name.
    pub name_en: String,
    /// Korean name.
    pub name_ko: String,
    /// Width of the file in pixels.
    pub width: u32,
    /// Height of the file in pixels.
    pub height: u32,
    /// Type of the file.
    pub file: FileType,
    /// Largest file in bytes; `None` for no limit.
    pub max_bytes: Option<u64>,
    /// Density in the file's metadata, dots per inch.
    pub dpi: Option<u32>,
    /// Margins that text must leave free.
    pub safe: SafeZone,
    /// Rules about the content.
    pub rules: Vec<FormatRule>,
    /// Smallest share of the picture's width or height for the product, 0..=1; the larger of the two shares counts.
    pub min_product: Option<f32>,
    /// The page that the entry was taken from.
    pub source: FormatSource,
}

impl FormatSpec {
    /// The name in a language.
    pub fn name(&self, language: Language) -> &str {
        if language == Language::Korean { &self.name_ko } else { &self.name_en }
    }

    /// Whether the format has a rule.
    pub fn has(&self, rule: FormatRule) -> bool {
        self.rules.contains(&rule)
    }

    /// Size of the canvas to paint: the size of the file, or its smallest whole multiple that is within the limits of a canvas and large enough for
    /// legible letters.
    pub fn canvas(&self) -> (u32, u32) {
        canvas(self.width, self.height).unwrap_or((self.width.clamp(MIN_SIDE, MAX_SIDE), self.height.clamp(MIN_SIDE, MAX_SIDE)))
    }
}

/// See [`FormatSpec::canvas`]; `None` if no multiple of the size is within the limits of a canvas.
pub(super) fn canvas(width: u32, height: u32) -> Option<(u32, u32)> {
    let (short, long) = (width.min(height), width.max(height));
    if short == 0 || long > MAX_SIDE {
        return None;
    }
    let needed = MIN_SIDE.div_ceil(short);
    if long.checked_mul(needed)? > MAX_SIDE {
        return None;
    }
    let factor = needed.max(LEAST_LONG_SIDE.div_ceil(long));
    Some((width * factor, height * factor))
}
