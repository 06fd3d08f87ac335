//! The brand kit that the studio uses: a folder with colours, fonts, logos and default texts. The functions that read and write it block.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::brand_colors::BrandColors;
use crate::notice;
use crate::notice::Notice;
use crate::paths;
use crate::request::layers::Color;
use crate::templates::{Brand, MAX_BRAND_ENTRIES};
use crate::typography::FontCatalog;

/// Most font files of a kit that are listed first.
const MAX_FONTS: usize = 200;
/// Largest file that is copied into a kit, bytes.
const MAX_COPIED: u64 = 64 << 20;

/// Numbers every state of every kit, so that two states are compared by it.
static REVISIONS: AtomicU64 = AtomicU64::new(1);

/// A brand kit with its folder.
#[derive(Clone, Debug)]
pub struct BrandKit {
    /// The folder.
    pub folder: PathBuf,
    /// What is in it.
    pub brand: Brand,
    /// The text of its file as it was last read or written here. A file with another text was changed elsewhere.
    text: String,
    /// Font files of the kit, relative to its folder of fonts, as the font catalogue names them.
    font_files: Vec<String>,
    revision: u64,
}

impl PartialEq for BrandKit {
    fn eq(&self, other: &Self) -> bool {
        self.revision == other.revision
    }
}

fn next_revision() -> u64 {
    REVISIONS.fetch_add(1, Ordering::Relaxed)
}

impl BrandKit {
    /// Reads the kit in a folder.
    ///
    /// # Errors
    /// The file or the logo cannot be used.
    pub fn open(folder: &Path) -> Result<Self, Notice> {
        let folder = paths::find(folder);
        let (brand, text) = Brand::load_with_text(&folder, &crate::engine::decode_layer_source_file).map_err(|e| e.notice())?;
        let mut font_files = Vec::new();
        if let Some(fonts) = &brand.fonts {
            list_files(fonts, fonts, 3, &mut font_files);
            font_files.sort();
        }
        Ok(Self { folder, brand, text, font_files, revision: next_revision() })
    }

    /// Makes a kit in a folder, or opens the one that is there. A new one has the folder's name and these colours.
    ///
    /// # Errors
    /// The folder cannot be written to, or the kit in it cannot be used.
    pub fn create(folder: &Path, colors: &[Color]) -> Result<Self, Notice> {
        let file = Brand::file(folder);
        if !file.exists() {
            let colors = colors.iter().take(MAX_BRAND_ENTRIES).enumerate();
            let colors = colors.map(|(at, color)| (format!("color-{}", at + 1), *color)).collect();
            let brand = Brand { name: paths::file_name(folder), colors, ..Brand::default() };
            let text = brand.written("").unwrap_or_default();
            std::fs::create_dir_all(folder).map_err(|e| not_written(folder, &e))?;
            crate::store::write_atomic(&file, text.as_bytes()).map_err(|e| e.notice())?;
        }
        Self::open(folder)
    }

    /// The kit with other contents.
    #[must_use]
    pub fn edited(&self, brand: Brand) -> Self {
        Self { brand, revision: next_revision(), ..self.clone() }
    }

    /// Writes the kit's file and reads the kit again.
    ///
    /// # Errors
    /// The file was changed elsewhere meanwhile, or cannot be written; then it stays as it is.
    pub fn save(&self) -> Result<Self, Notice> {
        let file = Brand::file(&self.folder);
        let there = std::fs::read_to_string(&file).map_err(|e| notice!("error-read", path = file.as_path(), detail = e.to_string()))?;
        if there != self.text {
            return Err(notice!("brand-changed", path = file.as_path()));
        }
        let text = self.brand.written(&there).ok_or_else(|| notice!("brand-changed", path = file.as_path()))?;
        if text != there {
            crate::store::write_atomic(&file, text.as_bytes()).map_err(|e| e.notice())?;
        }
        Self::open(&self.folder)
    }

    /// Copies a picture into the kit as its last logo.
    ///
    /// # Errors
    /// It is no picture, or the kit cannot be written.
    pub fn with_logo(&self, from: &Path) -> Result<Self, Notice> {
        if self.brand.logos.len() >= MAX_BRAND_ENTRIES {
            return Err(notice!("brand-full", most = MAX_BRAND_ENTRIES));
        }
        let from = paths::find(from);
        crate::engine::decode_layer_source_file(&from)?;
        let name = copied(&from, &self.folder)?;
        let mut brand = self.brand.clone();
        if !brand.logos.contains(&name) {
            brand.logos.push(name);
        }
        self.edited(brand).save()
    }

    /// Copies a font file into the kit.
    ///
    /// # Errors
    /// It is no font, or the kit cannot be written.
    pub fn with_font(&self, from: &Path) -> Result<Self, Notice> {
        let from = paths::find(from);
        if !is_font_file(&from) {
            return Err(notice!("brand-no-font", path = from.as_path()));
        }
        copied(&from, &Brand::fonts_folder(&self.folder))?;
        let mut brand = self.brand.clone();
        brand.fonts = Some(Brand::fonts_folder(&self.folder));
        self.edited(brand).save()
    }

    /// The kit's colours with their roles.
    pub fn colors(&self) -> impl Iterator<Item = (&str, Color)> {
        self.brand.colors.iter().map(|(role, color)| (role.as_str(), *color))
    }

    /// The kit with one more colour; the same if it has the colour or is full.
    #[must_use]
    pub fn with_color(&self, color: Color) -> Self {
        if self.brand.colors.values().any(|known| *known == color) || self.brand.colors.len() >= MAX_BRAND_ENTRIES {
            return self.clone();
        }
        let mut brand = self.brand.clone();
        brand.colors.insert(free_name(&brand, "color"), color);
        self.edited(brand)
    }

    /// The listed names of the kit's faces: those of headlines and other texts, then those of its own fonts.
    pub fn font_names(&self, fonts: &FontCatalog) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let chosen = [&self.brand.heading_font, &self.brand.body_font].into_iter().flatten();
        names.extend(chosen.filter_map(|name| fonts.resolve(name)));
        let is_own = |name: &String| {
            // A face of a collection is named after its file and itself.
            let file = name.split_once('#').map_or(name.as_str(), |(file, _)| file);
            self.font_files.iter().any(|own| own == file)
        };
        if !self.font_files.is_empty() {
            names.extend(fonts.names().into_iter().filter(is_own));
        }
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    /// The listed names with the kit's faces first.
    pub fn sorted(kit: Option<&Self>, fonts: &FontCatalog) -> Vec<String> {
        let mut names = kit.map_or_else(Vec::new, |kit| kit.font_names(fonts));
        let own: std::collections::HashSet<String> = names.iter().cloned().collect();
        names.extend(fonts.names().into_iter().filter(|name| !own.contains(name)));
        names
    }
}

/// A role that no colour of the kit has: `color-3`.
pub fn free_name(brand: &Brand, stem: &str) -> String {
    let mut number = brand.colors.len() + 1;
    while brand.colors.contains_key(&format!("{stem}-{number}")) {
        number += 1;
    }
    format!("{stem}-{number}")
}

fn not_written(path: &Path, error: &dyn std::fmt::Display) -> Notice {
    notice!("error-write", path = path, detail = error.to_string())
}

/// Whether a file has the extension of a font.
fn is_font_file(file: &Path) -> bool {
    file.extension().and_then(|e| e.to_str()).is_some_and(|extension| FONT_FILES.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Extensions of font files.
pub const FONT_FILES: [&str; 6] = ["ttf", "otf", "ttc", "otc", "woff", "woff2"];

/// Copies a file into a folder under a name that is free there, and returns the name. A file that is there already is not copied.
fn copied(from: &Path, folder: &Path) -> Result<String, Notice> {
    let unreadable = |e: std::io::Error| notice!("error-read", path = from, detail = e.to_string());
    if std::fs::metadata(from).map_err(unreadable)?.len() > MAX_COPIED {
        return Err(notice!("brand-file-too-large", path = from, most = MAX_COPIED >> 20));
    }
    let bytes = std::fs::read(from).map_err(unreadable)?;
    std::fs::create_dir_all(folder).map_err(|e| not_written(folder, &e))?;
    let (stem, extension) = (paths::file_stem(from), from.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default());
    let stem = paths::portable_name(&stem);
    for number in 1..1000 {
        let name = if number == 1 { format!("{stem}.{extension}") } else { format!("{stem}-{number}.{extension}") };
        let to = folder.join(&name);
        match std::fs::read(&to) {
            Ok(there) if there == bytes => return Ok(name),
            Ok(_) => {}
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                crate::store::write_atomic(&to, &bytes).map_err(|e| e.notice())?;
                return Ok(name);
            }
            Err(e) => return Err(not_written(&to, &e)),
        }
    }
    Err(not_written(folder, &stem))
}

/// Lists files as the font catalogue names them: relative, with `/`.
fn list_files(root: &Path, folder: &Path, depth: usize, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() && depth > 0 {
            list_files(root, &path, depth - 1, found);
        } else if found.len() < MAX_FONTS
            && let Ok(relative) = path.strip_prefix(root)
        {
            let parts: Vec<String> = relative.components().map(|part| paths::display_path(Path::new(part.as_os_str()))).collect();
            found.push(parts.join("/"));
        }
    }
}

/// The kit in use, and what is being done with it.
#[derive(Default)]
pub struct BrandDesk {
    kit: Option<Arc<BrandKit>>,
    /// Why the chosen folder's kit cannot be used, or was not written.
    pub problem: Option<Notice>,
    /// When it was edited last, if that is not being written yet; seconds since the window opened.
    pub edited: Option<f64>,
    /// Whether its folder is being written to.
    pub busy: bool,
    colors: Option<Arc<BrandColors>>,
}

impl BrandDesk {
    /// The kit as panels see it.
    pub fn kit(&self) -> Option<&BrandKit> {
        self.kit.as_deref()
    }

    /// The kit, to be shared with a task.
    pub fn shared(&self) -> Option<Arc<BrandKit>> {
        self.kit.clone()
    }

    /// The colours for colour fields.
    pub fn colors(&self) -> Option<Arc<BrandColors>> {
        self.colors.clone()
    }

    /// Uses a kit from now on, or none.
    pub fn set(&mut self, kit: Option<BrandKit>) {
        let colors = |kit: &BrandKit| kit.colors().map(|(role, color)| (role.to_owned(), color)).collect();
        self.colors = kit.as_ref().map(|kit| Arc::new(BrandColors::new(colors(kit))));
        self.kit = kit.map(Arc::new);
    }

    /// Takes what was written of the kit `of`. What was edited meanwhile stays, and is written later. `now`: seconds since the window opened.
    pub fn take_written(&mut self, of: &BrandKit, written: BrandKit, now: f64) {
        self.problem = None;
        match self.kit.as_deref() {
            Some(kit) if kit.folder != written.folder => {}
            Some(kit) if kit != of => {
                let mut brand = kit.brand.clone();
                if kit.brand.logos == of.brand.logos {
                    (brand.logos, brand.logo) = (written.brand.logos.clone(), written.brand.logo.clone());
                }
                brand.fonts.clone_from(&written.brand.fonts);
                self.set(Some(written.edited(brand)));
                self.edited = self.edited.or(Some(now));
            }
            Some(_) => self.set(Some(written)),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kit_is_made_edited_and_kept_whole() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("봄 카페");
        let kit = BrandKit::create(&folder, &[[0, 0x70, 0x4A]]).unwrap();
        assert_eq!((kit.brand.name.as_str(), kit.colors().map(|c| c.1).collect::<Vec<_>>()), ("봄 카페", vec![[0, 0x70, 0x4A]]));
        let kit = kit.with_color([229, 57, 53]).save().unwrap();
        assert_eq!(kit.brand.colors.len(), 2);
        assert_eq!(kit.with_color([229, 57, 53]), kit, "a colour is there once");
        // Logos and fonts are copied, twice the same file once.
        let logo = dir.path().join("로고.svg");
        std::fs::write(&logo, "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 1'><rect width='2' height='1'/></svg>").unwrap();
        let kit = kit.with_logo(&logo).unwrap().with_logo(&logo).unwrap();
        assert_eq!(kit.brand.logos.len(), 1);
        assert!(kit.brand.logo.is_some());
        let (_, bytes) = crate::assets::FONTS.iter().find(|f| f.0.ends_with("NanumGothic.ttf")).unwrap();
        std::fs::write(dir.path().join("Mine.ttf"), bytes).unwrap();
        let kit = kit.with_font(&dir.path().join("Mine.ttf")).unwrap();
        let fonts = FontCatalog::load(&[Brand::fonts_folder(&kit.folder)]);
        assert_eq!(BrandKit::sorted(Some(&kit), &fonts)[0], "Mine.ttf");
        assert_eq!(BrandKit::sorted(Some(&kit), &fonts).len(), fonts.names().len());
        assert!(kit.with_logo(&dir.path().join("Mine.ttf")).is_err() && kit.with_font(&logo).is_err());
        // A file that was changed elsewhere is not overwritten.
        let file = Brand::file(&folder);
        let theirs = format!("{}\n# theirs\n", std::fs::read_to_string(&file).unwrap());
        std::fs::write(&file, &theirs).unwrap();
        assert_eq!(kit.with_color([1, 2, 3]).save().unwrap_err().code(), "brand-changed");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), theirs);
        // A damaged one is left as it is, also by "create".
        std::fs::write(&file, "name = ").unwrap();
        assert_eq!(BrandKit::create(&folder, &[]).unwrap_err().code(), "brand-syntax");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "name = ");
    }
}
