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
/// Most colours and texts.
const MAX_ENTRIES: usize = 40;

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
    /// The file is not valid TOML, or has unknown or missing keys.
    Syntax(PathBuf, String),
    /// A value is wrong.
    Value(PathBuf, Box<Notice>),
}

impl BrandError {
    /// The error as a message to people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Unreadable(path, detail) => notice!("brand-unreadable", path = path.as_path(), detail = detail.clone()),
            Self::Syntax(path, detail) => notice!("templates-syntax", path = path.as_path(), detail = detail.clone()),
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
    /// The logo.
    pub logo: Option<SourceImage>,
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
        let path = folder.join(FILE);
        let unreadable = |detail: String| BrandError::Unreadable(path.clone(), detail);
        let length = std::fs::metadata(&path).map_err(|e| unreadable(e.to_string()))?.len();
        let wrong = |reason: Notice| BrandError::Value(path.clone(), Box::new(reason));
        if length > MAX_FILE {
            return Err(wrong(notice!("brand-too-large", most = MAX_FILE >> 10)));
        }
        let text = std::fs::read_to_string(&path).map_err(|e| unreadable(e.to_string()))?;
        let file: File = toml::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|e| BrandError::Syntax(path.clone(), e.to_string().trim().to_owned()))?;
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
        let logo = match file.logo {
            // A shared kit must not read files outside its folder.
            Some(name) if Path::new(&name).components().any(|part| !matches!(part, std::path::Component::Normal(_))) => {
                return Err(wrong(notice!("brand-logo-outside")));
            }
            Some(name) => Some(decode(&folder.join(&name)).map_err(|why| wrong(notice!("brand-logo", name = name.clone(), reason = why)))?),
            None => None,
        };
        let fonts = Some(folder.join(FONTS)).filter(|folder| folder.is_dir());
        Ok(Self {
            name: file.name.chars().take(100).collect(),
            colors,
            heading_font: file.fonts.heading,
            body_font: file.fonts.body,
            texts: file.texts,
            logo,
            fonts,
        })
    }

    /// The colour of a role.
    pub fn color(&self, role: &str) -> Option<Color> {
        self.colors.get(role).copied()
    }
}
