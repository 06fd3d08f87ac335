//! A brand kit: a folder with colours, typefaces, logo and default texts in `brand.toml`, which can be shared as it is.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
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
struct Contents {
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

    /// Whether the folder of the kit's fonts is, or will be made, inside this folder.
    pub fn has_own_fonts_folder(folder: &Path) -> bool {
        folder.join(FONTS).symlink_metadata().is_err() || Self::is_inside(folder, FONTS)
    }

    /// The folder of the kit's fonts in this folder.
    pub fn fonts_folder(folder: &Path) -> PathBuf {
        folder.join(FONTS)
    }

    /// Whether links do not lead this file or folder of the kit out of the kit's folder. `false` if it does not exist. Blocking.
    pub fn is_inside(folder: &Path, name: &str) -> bool {
        let real = folder.canonicalize().and_then(|root| Ok((root, folder.join(name).canonicalize()?)));
        real.is_ok_and(|(root, path)| path.starts_with(root))
    }

    /// Reads the text of the kit's file. Blocking.
    ///
    /// # Errors
    /// The file cannot be read, is too large, or is not a regular file.
    pub fn read_text(folder: &Path) -> Result<String, BrandError> {
        let path = folder.join(FILE);
        let unreadable = |e: std::io::Error| BrandError::Unreadable(path.clone(), e.to_string());
        let wrong = |reason: Notice| BrandError::Value(path.clone(), Box::new(reason));
        // Opening a FIFO waits for a program that writes to it, so the type is checked before.
        if !std::fs::metadata(&path).map_err(unreadable)?.is_file() {
            return Err(wrong(notice!("brand-not-regular")));
        }
        let file = File::open(&path).map_err(unreadable)?;
        // The limit holds for what is read: the size in the metadata may change, and is 0 for files of /proc.
        let mut bytes = Vec::new();
        file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(wrong(notice!("brand-too-large", most = MAX_FILE >> 10)));
        }
        String::from_utf8(bytes).map_err(|e| unreadable(std::io::Error::other(e)))
    }

    /// Reads a brand kit, and the text of its file. Blocking.
    ///
    /// # Errors
    /// The file or the logo cannot be used.
    pub fn load_with_text(folder: &Path, decode: DecodeLogo<'_>) -> Result<(Self, String), BrandError> {
        let path = folder.join(FILE);
        let wrong = |reason: Notice| BrandError::Value(path.clone(), Box::new(reason));
        let text = Self::read_text(folder)?;
        let source = text.trim_start_matches('\u{feff}');
        let file: Contents = toml::from_str(source).map_err(|e| {
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
            let is_plain = Path::new(&name).components().all(|part| matches!(part, std::path::Component::Normal(_)));
            // A missing file is told when it is used: a designer may have removed a logo from the folder.
            if !is_plain || (folder.join(&name).exists() && !Self::is_inside(folder, &name)) {
                return Err(wrong(notice!("brand-logo-outside")));
            }
            // Reading a FIFO or a device may wait forever.
            if std::fs::metadata(folder.join(&name)).is_ok_and(|meta| !meta.is_file()) {
                return Err(wrong(notice!("brand-logo", name = name, reason = notice!("brand-not-regular"))));
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
        let fonts = Some(folder.join(FONTS)).filter(|fonts| fonts.is_dir() && Self::is_inside(folder, FONTS));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn none(_: &Path) -> Result<SourceImage, Notice> {
        Err(notice!("brand-logo-outside"))
    }

    fn code(folder: &Path) -> String {
        match Brand::load(folder, &none) {
            Err(BrandError::Value(_, reason)) => reason.code().to_owned(),
            other => format!("{:?}", other.map(|brand| brand.name)),
        }
    }

    #[test]
    fn the_size_limit_is_exact() {
        let dir = tempfile::tempdir().unwrap();
        let text = |bytes: usize| format!("name = \"a\"\n#{}", "-".repeat(bytes - 12));
        std::fs::write(Brand::file(dir.path()), text(MAX_FILE as usize)).unwrap();
        assert_eq!(Brand::read_text(dir.path()).unwrap().len() as u64, MAX_FILE);
        std::fs::write(Brand::file(dir.path()), text(MAX_FILE as usize + 1)).unwrap();
        assert_eq!(code(dir.path()), "brand-too-large");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_or_fifo_is_refused_and_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = Brand::file(dir.path());
        std::os::unix::fs::symlink("/dev/zero", &file).unwrap();
        assert_eq!(code(dir.path()), "brand-not-regular");
        std::fs::remove_file(&file).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
        assert_eq!(code(dir.path()), "brand-not-regular");
        // Nor is a logo, the first one or another.
        let logo = dir.path().join("fifo.svg");
        std::fs::rename(&file, logo).unwrap();
        std::fs::write(&file, "name = \"a\"\nlogos = [\"missing.png\", \"fifo.svg\"]\n").unwrap();
        let error = Brand::load(dir.path(), &none).unwrap_err().notice().to_string();
        assert!(error.contains("fifo.svg"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_out_of_the_kits_folder() {
        let dir = tempfile::tempdir().unwrap();
        let (kit, other) = (dir.path().join("kit"), dir.path().join("other"));
        std::fs::create_dir_all(&kit).unwrap();
        std::fs::create_dir_all(&other).unwrap();
        std::fs::write(other.join("secret.png"), "x").unwrap();
        std::os::unix::fs::symlink(other.join("secret.png"), kit.join("logo.png")).unwrap();
        std::os::unix::fs::symlink(&other, kit.join(FONTS)).unwrap();
        std::fs::write(Brand::file(&kit), "name = \"a\"\nlogo = \"logo.png\"\n").unwrap();
        assert_eq!(code(&kit), "brand-logo-outside");
        std::fs::write(Brand::file(&kit), "name = \"a\"\n").unwrap();
        assert_eq!(Brand::load(&kit, &none).unwrap().fonts, None);
        assert!(!Brand::has_own_fonts_folder(&kit));
        // A link within the folder is fine, also if the folder itself is reached by a link.
        std::fs::remove_file(kit.join(FONTS)).unwrap();
        std::fs::create_dir_all(kit.join("faces")).unwrap();
        std::os::unix::fs::symlink("faces", kit.join(FONTS)).unwrap();
        std::os::unix::fs::symlink(&kit, dir.path().join("link")).unwrap();
        assert!(Brand::load(&dir.path().join("link"), &none).unwrap().fonts.is_some());
        assert!(Brand::has_own_fonts_folder(&kit));
    }
}
