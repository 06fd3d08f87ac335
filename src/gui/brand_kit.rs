//! The brand kit that the studio uses: a folder with colours, fonts, logos and default texts. The functions that read and write it block.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::notice;
use crate::notice::Notice;
use crate::paths;
use crate::request::layers::Color;
use crate::templates::{Brand, MAX_BRAND_ENTRIES};
use crate::typography::FontCatalog;

/// Most font files of a kit that are listed first.
const MAX_FONTS: usize = 200;
/// Deepest level of subfolders with fonts, and most files and folders that are visited; as in the font catalogue.
const MAX_DEPTH: usize = 8;
const MAX_VISITED: usize = 50_000;
/// Largest file that is copied into a kit, bytes.
const MAX_COPIED: u64 = 64 << 20;

/// Numbers every state of every kit, so that two states are compared by it.
static REVISIONS: AtomicU64 = AtomicU64::new(1);

/// A brand kit with its folder.
#[derive(Clone, Debug)]
pub struct BrandKit {
    /// The folder.
    pub folder: PathBuf,
    /// Its contents.
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
            font_files = list_fonts(fonts);
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
        let there = Brand::read_text(&self.folder).map_err(|e| e.notice())?;
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
        let fonts = Brand::fonts_folder(&self.folder);
        if !Brand::has_own_fonts_folder(&self.folder) {
            return Err(notice!("brand-fonts-outside", path = fonts.as_path()));
        }
        copied(&from, &fonts)?;
        let mut brand = self.brand.clone();
        brand.fonts = Some(fonts);
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
    let stem = paths::portable_name(&paths::file_stem(from));
    let extension = from.extension().map(|e| format!(".{}", e.to_string_lossy().to_lowercase())).unwrap_or_default();
    for number in 1..1000 {
        let name = if number == 1 { format!("{stem}{extension}") } else { format!("{stem}-{number}{extension}") };
        let to = folder.join(&name);
        // A link may lead out of the kit, and reading a FIFO may wait forever.
        if to.symlink_metadata().is_ok_and(|there| !there.is_file()) {
            continue;
        }
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

/// The first font files below a folder, named as the font catalogue names them: relative, with `/`. Links that lead out of the folder are left
/// out, as in the catalogue.
fn list_fonts(fonts: &Path) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(root) = fonts.canonicalize() {
        add_fonts(&root, &root, 0, &mut found, &mut 0);
    }
    found.sort();
    found
}

fn add_fonts(root: &Path, folder: &Path, depth: usize, found: &mut Vec<String>, visited: &mut usize) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.take(MAX_VISITED).flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        *visited += 1;
        if found.len() >= MAX_FONTS || *visited > MAX_VISITED {
            return;
        }
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        let Some(real) = path.canonicalize().ok().filter(|real| !is_hidden && real.starts_with(root)) else { continue };
        if real.is_dir() {
            if depth < MAX_DEPTH {
                add_fonts(root, &path, depth + 1, found, visited);
            }
        } else if is_font_file(&path)
            && real.is_file()
            && let Ok(relative) = path.strip_prefix(root)
        {
            let parts: Vec<String> = relative.components().map(|part| paths::display_path(Path::new(part.as_os_str()))).collect();
            found.push(parts.join("/"));
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
        // A logo without an extension gets no dot.
        image::RgbaImage::new(4, 4).save_with_format(dir.path().join("mark"), image::ImageFormat::Png).unwrap();
        let kit = kit.with_logo(&dir.path().join("mark")).unwrap();
        assert_eq!(kit.brand.logos.last().map(String::as_str), Some("mark"));
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

    #[test]
    fn fonts_are_listed_as_deep_as_the_catalogue_and_other_files_do_not_fill_the_list() {
        let dir = tempfile::tempdir().unwrap();
        let deep = (0..MAX_DEPTH).fold(dir.path().to_path_buf(), |folder, level| folder.join(level.to_string()));
        std::fs::create_dir_all(deep.join("more")).unwrap();
        for number in 0..MAX_FONTS + 20 {
            std::fs::write(dir.path().join(format!("a-{number}.txt")), "x").unwrap();
        }
        std::fs::write(deep.join("Deep.ttf"), "x").unwrap();
        std::fs::write(deep.join("more").join("Deeper.ttf"), "x").unwrap();
        std::fs::write(dir.path().join("._Meta.ttf"), "x").unwrap();
        assert_eq!(list_fonts(dir.path()), ["0/1/2/3/4/5/6/7/Deep.ttf"]);
        for number in 0..MAX_FONTS + 20 {
            std::fs::write(dir.path().join(format!("b-{number}.otf")), "x").unwrap();
        }
        assert_eq!(list_fonts(dir.path()).len(), MAX_FONTS);
    }

    #[cfg(unix)]
    #[test]
    fn a_font_folder_that_is_a_link_out_of_the_kit_is_neither_read_nor_written() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, other) = (dir.path().join("kit"), dir.path().join("other"));
        let kit = BrandKit::create(&folder, &[]).unwrap();
        std::fs::create_dir_all(&other).unwrap();
        std::fs::write(other.join("Theirs.ttf"), "x").unwrap();
        std::os::unix::fs::symlink(&other, Brand::fonts_folder(&folder)).unwrap();
        std::fs::write(dir.path().join("Mine.ttf"), "x").unwrap();
        assert_eq!(kit.with_font(&dir.path().join("Mine.ttf")).unwrap_err().code(), "brand-fonts-outside");
        assert!(!other.join("Mine.ttf").exists() && BrandKit::open(&folder).unwrap().font_files.is_empty());
        std::fs::remove_file(Brand::fonts_folder(&folder)).unwrap();
        std::fs::create_dir(Brand::fonts_folder(&folder)).unwrap();
        std::os::unix::fs::symlink(other.join("Theirs.ttf"), Brand::fonts_folder(&folder).join("Theirs.ttf")).unwrap();
        assert!(BrandKit::open(&folder).unwrap().font_files.is_empty());
    }
}
