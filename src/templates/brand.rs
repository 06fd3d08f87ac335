//! A brand kit: a folder with colours, typefaces, logo and default texts in `brand.toml`, which can be shared as it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::color::parsed;
use crate::notice;
use crate::notice::Notice;
use crate::request::SourceImage;
use crate::request::layers::{Color, MAX_LAYER_TEXT};

/// The file in the folder.
const FILE: &str = "brand.toml";
/// Fonts of the brand, in the folder.
const FONTS: &str = "fonts";
/// Largest file in bytes.
const MAX_FILE: u64 = 64 << 10;
/// Most colours, texts and logos.
pub const MAX_ENTRIES: usize = 40;
/// Most characters of a kit's name.
const MAX_NAME: usize = 100;

/// The form of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    #[serde(default)]
    colors: BTreeMap<String, String>,
    #[serde(default)]
    fonts: FontNames,
    #[serde(default)]
    logo: Option<String>,
    #[serde(default)]
    logos: Vec<String>,
    #[serde(default)]
    texts: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FontNames {
    heading: Option<String>,
    body: Option<String>,
}

/// Why a brand kit cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrandError {
    /// The file cannot be read.
    Unreadable(PathBuf, String),
    /// The file is not valid TOML, or has unknown or missing keys; with the line, counted from 1.
    Syntax(PathBuf, usize, String),
    /// A value is wrong.
    Value(PathBuf, Box<Notice>),
}

impl BrandError {
    /// The error as a message to people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Unreadable(path, detail) => notice!("brand-unreadable", path = path.as_path(), detail = detail.clone()),
            Self::Syntax(path, line, detail) => notice!("brand-syntax", path = path.as_path(), line = *line, detail = detail.clone()),
            Self::Value(path, reason) => notice!("templates-value", path = path.as_path(), reason = (**reason).clone()),
        }
    }
}

/// A brand kit.
#[derive(Clone, Debug, Default)]
pub struct Brand {
    /// Name for people.
    pub name: String,
    /// Colours by role. Colours whose role no template uses are offered in the colour fields of the studio.
    pub colors: BTreeMap<String, Color>,
    /// Typeface of headlines.
    pub heading_font: Option<String>,
    /// Typeface of other texts.
    pub body_font: Option<String>,
    /// Texts by slot.
    pub texts: BTreeMap<String, String>,
    /// The logo that templates take: the first of `logos`.
    pub logo: Option<SourceImage>,
    /// The logos by their file names in the folder.
    pub logos: Vec<String>,
    /// The folder of its fonts, if it has one.
    pub fonts: Option<PathBuf>,
}

/// Decodes the file of a logo.
type DecodeLogo<'a> = &'a dyn Fn(&Path) -> Result<SourceImage, Notice>;

impl Brand {
    /// Reads a brand kit. Blocking.
    ///
    /// # Errors
    /// The file or the logo cannot be used.
    pub fn load(folder: &Path, decode: DecodeLogo<'_>) -> Result<Self, BrandError> {
        Self::load_with_text(folder, decode).map(|(brand, _)| brand)
    }

    /// The file of the kit in this folder.
    pub fn file(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    /// The folder of the kit's fonts in this folder.
    pub fn fonts_folder(folder: &Path) -> PathBuf {
        folder.join(FONTS)
    }

    /// Reads a brand kit, and the text of its file. Blocking.
    ///
    /// # Errors
    /// The file or the logo cannot be used.
    pub fn load_with_text(folder: &Path, decode: DecodeLogo<'_>) -> Result<(Self, String), BrandError> {
        let path = folder.join(FILE);
        let unreadable = |detail: String| BrandError::Unreadable(path.clone(), detail);
        let length = std::fs::metadata(&path).map_err(|e| unreadable(e.to_string()))?.len();
        let wrong = |reason: Notice| BrandError::Value(path.clone(), Box::new(reason));
        if length > MAX_FILE {
            return Err(wrong(notice!("brand-too-large", most = MAX_FILE >> 10)));
        }
        let text = std::fs::read_to_string(&path).map_err(|e| unreadable(e.to_string()))?;
        let source = text.trim_start_matches('\u{feff}');
        let file: File = toml::from_str(source).map_err(|e| {
            let before = e.span().and_then(|span| source.get(..span.start)).unwrap_or_default();
            BrandError::Syntax(path.clone(), before.matches('\n').count() + 1, e.message().trim().replace('\n', ", "))
        })?;
        if file.colors.len() > MAX_ENTRIES || file.texts.len() > MAX_ENTRIES {
            return Err(wrong(notice!("templates-too-many", field = "colors, texts", most = MAX_ENTRIES)));
        }
        let mut colors = BTreeMap::new();
        for (role, hex) in file.colors {
            let shown: String = hex.chars().take(80).collect();
            let color = parsed(&hex).ok_or_else(|| wrong(notice!("templates-color", field = format!("colors.{role}"), value = shown)))?;
            colors.insert(role, color);
        }
        if let Some((slot, text)) = file.texts.iter().find(|(_, text)| text.chars().count() > MAX_LAYER_TEXT) {
            let count = text.chars().count();
            return Err(wrong(notice!("templates-slot-too-long", slot = slot.clone(), count = count, most = MAX_LAYER_TEXT)));
        }
        let mut logos: Vec<String> = Vec::new();
        for name in file.logo.into_iter().chain(file.logos) {
            // A shared kit must not read files outside its folder.
            if Path::new(&name).components().any(|part| !matches!(part, std::path::Component::Normal(_))) {
                return Err(wrong(notice!("brand-logo-outside")));
            }
            if !logos.contains(&name) {
                logos.push(name);
            }
        }
        if logos.len() > MAX_ENTRIES {
            return Err(wrong(notice!("templates-too-many", field = "logos", most = MAX_ENTRIES)));
        }
        let first = logos
            .first()
            .map(|name| decode(&folder.join(name)).map_err(|why| wrong(notice!("brand-logo", name = name.clone(), reason = why))));
        let logo = first.transpose()?;
        let fonts = Some(folder.join(FONTS)).filter(|folder| folder.is_dir());
        let brand = Self {
            name: file.name.chars().take(MAX_NAME).collect(),
            colors,
            heading_font: file.fonts.heading,
            body_font: file.fonts.body,
            texts: file.texts,
            logo,
            logos,
            fonts,
        };
        Ok((brand, text))
    }

    /// The colour of a role.
    pub fn color(&self, role: &str) -> Option<Color> {
        self.colors.get(role).copied()
    }
}
