//! The catalogue: the built-in formats and those of the user.

use std::path::{Path, PathBuf};

use super::read;
use super::spec::FormatSpec;
use crate::notice;
use crate::notice::Notice;

/// The built-in catalogue.
const EMBEDDED: &str = include_str!("../../assets/formats.toml");
/// Name of the user's catalogue, which is in the folder of the settings file.
const USER_FILE: &str = "formats.toml";
/// Largest user catalogue in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Why a user's catalogue cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatalogueError {
    /// The file cannot be read.
    Unreadable(PathBuf, String),
    /// The file is larger than 1 MiB.
    TooLarge(PathBuf),
    /// The file has mistakes; each notice names its line and field.
    Mistakes(PathBuf, Vec<Notice>),
}

impl CatalogueError {
    /// The error as a message for users.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Unreadable(path, detail) => notice!("formats-unreadable", path = path.as_path(), detail = detail.clone()),
            Self::TooLarge(path) => notice!("formats-too-large", path = path.as_path(), most = MAX_FILE >> 20),
            Self::Mistakes(path, mistakes) => {
                let all = mistakes.iter().cloned().reduce(|one, other| notice!("formats-two", one = one, other = other));
                notice!("formats-mistakes", path = path.as_path(), mistakes = all.unwrap_or_else(|| Notice::verbatim("")))
            }
        }
    }
}

/// A list of formats in the order in which they are offered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    formats: Vec<FormatSpec>,
}

impl Catalogue {
    /// The built-in formats.
    pub fn embedded() -> Self {
        // A test makes sure that the embedded file has no mistakes.
        Self { formats: read::read(EMBEDDED).unwrap_or_default() }
    }

    /// Path of the user's catalogue for a settings file; empty if the path of the settings file is empty.
    pub fn user_file(config: &Path) -> PathBuf {
        if config.as_os_str().is_empty() { PathBuf::new() } else { config.with_file_name(USER_FILE) }
    }

    /// The built-in formats, completed and replaced by those of the user's file if it exists. Blocking.
    ///
    /// # Errors
    /// The file cannot be read or has mistakes.
    pub fn load(user_file: &Path) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::embedded();
        let unreadable = |e: std::io::Error| CatalogueError::Unreadable(user_file.to_path_buf(), e.to_string());
        match std::fs::metadata(user_file) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(catalogue),
            Err(e) => return Err(unreadable(e)),
            Ok(found) if found.len() > MAX_FILE => return Err(CatalogueError::TooLarge(user_file.to_path_buf())),
            Ok(_) => {}
        }
        let text = std::fs::read_to_string(user_file).map_err(unreadable)?;
        let own = read::read(&text).map_err(|mistakes| CatalogueError::Mistakes(user_file.to_path_buf(), mistakes))?;
        for format in own {
            match catalogue.formats.iter_mut().find(|known| known.id == format.id) {
                Some(known) => *known = format,
                None => catalogue.formats.push(format),
            }
        }
        Ok(catalogue)
    }

    /// The formats in the order in which they are offered.
    pub fn formats(&self) -> &[FormatSpec] {
        &self.formats
    }

    /// A format by its ID.
    ///
    /// # Errors
    /// There is no such format; the message lists the existing ones.
    pub fn get(&self, id: &str) -> Result<&FormatSpec, Notice> {
        let known = || self.formats.iter().map(|format| format.id.clone()).collect::<Vec<_>>();
        let shown: String = id.chars().take(80).collect();
        self.formats.iter().find(|format| format.id == id).ok_or_else(|| notice!("formats-unknown", format = shown, known = known()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::spec::{FileType, canvas};
    use crate::limits::{MAX_SIDE, MIN_SIDE};
    use crate::notice::Language;

    #[test]
    fn the_catalogue_of_the_program_has_no_mistakes_and_what_designers_need() {
        let formats = read::read(EMBEDDED).unwrap();
        assert_eq!(formats, Catalogue::embedded().formats());
        let size = |id: &str| Catalogue::embedded().get(id).map(|f| (f.width, f.height, f.file, f.max_bytes)).unwrap();
        assert_eq!(size("instagram-portrait"), (1080, 1350, FileType::Jpeg, Some(30_000_000)));
        assert_eq!(size("kakao-bizboard"), (1029, 258, FileType::Png, Some(300_000)));
        assert_eq!(size("google-728x90"), (728, 90, FileType::Jpeg, Some(150_000)));
        assert_eq!(size("a4-print"), (2480, 3508, FileType::Png, None));
        for format in &formats {
            let (w, h) = format.canvas();
            assert!((MIN_SIDE..=MAX_SIDE).contains(&w) && (MIN_SIDE..=MAX_SIDE).contains(&h), "{}", format.id);
            assert_eq!((w % format.width, h % format.height, w / format.width), (0, 0, h / format.height), "{}", format.id);
            assert!(format.source.url.starts_with("https://") && format.source.date.len() == 10, "{}", format.id);
        }
        assert_eq!(canvas(728, 90), Some((2184, 270)));
        assert_eq!(canvas(336, 280), Some((672, 560)));
        assert_eq!(canvas(4096, 10), None);
    }

    #[test]
    fn a_users_file_adds_and_replaces() {
        let dir = tempfile::tempdir().unwrap();
        let path = Catalogue::user_file(&dir.path().join("config.toml"));
        assert_eq!(Catalogue::load(&path).unwrap(), Catalogue::embedded());
        assert_eq!(Catalogue::load(&Catalogue::user_file(Path::new(""))).unwrap(), Catalogue::embedded());
        let format = |id: &str, width: u32| {
            format!(
                "[[formats]]\nid = \"{id}\"\nname = {{ en = \"Mine\", ko = \"내 형식\" }}\nwidth = {width}\nheight = 300\nfile = \"png\"\n\
                 source = {{ url = \"https://example.com\", date = \"2026-01-31\" }}\n"
            )
        };
        // As Notepad saves it on Windows.
        std::fs::write(&path, format!("\u{feff}{}{}", format("my-banner", 900), format("a4-print", 400)).replace('\n', "\r\n")).unwrap();
        let catalogue = Catalogue::load(&path).unwrap();
        assert_eq!(catalogue.formats().len(), Catalogue::embedded().formats().len() + 1);
        assert_eq!(catalogue.get("my-banner").unwrap().name(Language::Korean), "내 형식");
        assert_eq!(catalogue.get("a4-print").unwrap().width, 400);
        assert!(catalogue.get("my-baner").unwrap_err().to_string().contains("my-banner"));
        std::fs::write(&path, "a = ").unwrap();
        assert!(matches!(Catalogue::load(&path), Err(CatalogueError::Mistakes(..))));
    }
}
