//! One format: size, type, limits and rules.

use crate::limits::{MAX_SIDE, MIN_SIDE};
use crate::notice::Language;

/// A canvas with a longest side below this is painted larger: small letters would lose their shape.
const LEAST_LONG_SIDE: u32 = 640;

/// The type of an exported file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FileType {
    Jpeg,
    Png,
    Webp,
}

impl FileType {
    /// All, with their words in the catalogue.
    pub const ALL: [(Self, &'static str); 3] = [(Self::Jpeg, "jpeg"), (Self::Png, "png"), (Self::Webp, "webp")];

    /// The word in the catalogue.
    pub fn word(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }

    /// Name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
        }
    }

    /// Extension of new files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }

    /// Media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// The type that a file name's extension says.
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "png" => Some(Self::Png),
            "webp" => Some(Self::Webp),
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
    /// All, with their words in the catalogue.
    pub const ALL: [(Self, &'static str); 2] = [(Self::WhiteBackground, "white-background"), (Self::NoText, "no-text")];

    /// The word in the catalogue.
    pub fn word(self) -> &'static str {
        match self {
            Self::WhiteBackground => "white-background",
            Self::NoText => "no-text",
        }
    }
}

/// Pixels at each side of the file that text must keep free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct SafeZone {
    pub top: u32,
    pub bottom: u32,
    pub left: u32,
    pub right: u32,
}

/// The public page that states a format's figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatSource {
    /// Its address.
    pub url: String,
    /// The day on which the figures were compared, `YYYY-MM-DD`.
    pub date: String,
}

/// One format.
#[derive(Clone, Debug, PartialEq)]
pub struct FormatSpec {
    /// Lower case letters, digits and hyphens.
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
    /// Most bytes of the file.
    pub max_bytes: Option<u64>,
    /// Density that the file states, dots per inch.
    pub dpi: Option<u32>,
    /// Margins that text keeps free.
    pub safe: SafeZone,
    /// Rules about the content.
    pub rules: Vec<FormatRule>,
    /// Least share of the picture's width or height that the product takes.
    pub min_product: Option<f32>,
    /// Where the figures come from.
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

    /// The canvas to paint: the size of the file, or the smallest whole multiple of it that the canvas' limits and legible letters allow.
    pub fn canvas(&self) -> (u32, u32) {
        canvas(self.width, self.height).unwrap_or((self.width.clamp(MIN_SIDE, MAX_SIDE), self.height.clamp(MIN_SIDE, MAX_SIDE)))
    }
}

/// See [`FormatSpec::canvas`]; `None` for a size that no multiple of makes a canvas.
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
