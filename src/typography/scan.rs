//! Loads the font files of the user's folders into the catalog, with limits on files, faces and bytes.

use std::cell::Cell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization as _;

use super::catalog::FontCatalog;
use super::face::{BadFace, FontData, FontEntry, FontFile, MAX_PER_FILE};
use super::formats::{Kind, MAX_FONT_BYTES, Unreadable, unpack};
use super::headers::read_headers;
use crate::notice::Notice;
use crate::{assets, notice, paths};

/// Deepest level of subfolders that is scanned.
const MAX_DEPTH: usize = 8;
/// Most files and folders that are visited; a folder with more is not a font folder.
const MAX_VISITED: usize = 50_000;
/// Largest size of all font files in memory, bytes.
const MAX_TOTAL_BYTES: u64 = 384 << 20;
/// Most bytes that are read of the system's fonts to list them.
const MAX_SYSTEM_BYTES: u64 = 128 << 20;
/// Most bytes that are decompressed in all, including files that are skipped afterwards.
const MAX_UNPACKED_BYTES: u64 = 1 << 30;

impl FontCatalog {
    /// Loads the bundled faces and every usable font file below `dirs`; [`FontCatalog::skipped`] lists the other font files. A file cannot
    /// replace a bundled name. Of the fonts in folders of the system ([`paths::system_font_dirs`]) only names, weights and instances are read;
    /// the files are read as their faces are used. Blocking.
    pub fn load(dirs: &[PathBuf]) -> Self {
        Self::load_with(dirs, paths::system_font_dirs())
    }

    pub(super) fn load_with(dirs: &[PathBuf], system: &[PathBuf]) -> Self {
        Self::load_counted(dirs, system).0
    }

    /// The catalog, and how many bytes of the system's fonts were read.
    pub(super) fn load_counted(dirs: &[PathBuf], system: &[PathBuf]) -> (Self, u64) {
        let mut catalog = Self::default();
        for &(name, bytes) in assets::FONTS {
            if let Ok(entry) = FontEntry::new(FontData::Bundled(bytes), 0) {
                catalog.insert(name.to_owned(), entry);
            }
        }
        let read = scan(dirs, system, &mut catalog);
        (catalog, read)
    }
}

/// Returns how many bytes of the system's fonts were read.
fn scan(dirs: &[PathBuf], system: &[PathBuf], catalog: &mut FontCatalog) -> u64 {
    let mut scan = Scan { catalog, visited: 0, left: MAX_TOTAL_BYTES, read_of_system: 0, unpacked: Cell::new(0), is_system: false };
    let mut seen = HashSet::new();
    for dir in dirs {
        if let Ok(root) = paths::find(dir).canonicalize()
            && seen.insert(root.clone())
        {
            scan.is_system = system.contains(dir);
            scan.folder(&root, &root, 0);
        }
    }
    scan.read_of_system
}

struct Scan<'a> {
    catalog: &'a mut FontCatalog,
    visited: usize,
    /// Remaining bytes of [`MAX_TOTAL_BYTES`].
    left: u64,
    /// Bytes that were read of the system's fonts, at most [`MAX_SYSTEM_BYTES`] and one file.
    read_of_system: u64,
    unpacked: Cell<u64>,
    /// Whether the folder is one of the system's.
    is_system: bool,
}

impl Scan<'_> {
    fn skip(&mut self, name: impl Into<String>, reason: Notice) {
        // Nobody can change what the system brings: bitmap fonts, colour emoji, fonts of a hundred megabytes.
        if !self.is_system {
            self.catalog.skip(name, reason);
        }
    }

    fn folder(&mut self, root: &Path, dir: &Path, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let Ok(listing) = std::fs::read_dir(dir) else { return };
        let mut paths: Vec<PathBuf> = listing.take(MAX_VISITED).flatten().map(|e| e.path()).collect();
        paths.sort();
        for path in paths {
            self.visited += 1;
            if self.visited > MAX_VISITED {
                if self.visited == MAX_VISITED + 1 {
                    self.skip(shown(root, &path), notice!("typography-skip-files", count = MAX_VISITED));
                }
                return;
            }
            // Hidden files are ignored: macOS writes a "._Name.ttf" with metadata beside each font.
            if path.file_name().is_some_and(|n| n.as_encoded_bytes().starts_with(b".")) {
                continue;
            }
            let kind = Kind::of(path.extension().and_then(|e| e.to_str()));
            // Links must not lead out of the folder.
            let inside = path.canonicalize().ok().filter(|real| real.starts_with(root));
            let meta = inside.as_ref().and_then(|real| std::fs::metadata(real).ok());
            match (inside, meta) {
                (Some(_), Some(meta)) if meta.is_dir() => self.folder(root, &path, depth + 1),
                _ if kind == Kind::Other => {}
                (Some(real), Some(meta)) if meta.is_file() => {
                    if let Err(reason) = self.file(root, &path, &real, meta.len(), kind) {
                        self.skip(shown(root, &path), reason);
                    }
                }
                (Some(_), _) => {}
                (None, _) => {
                    self.skip(shown(root, &path), notice!("typography-skip-link"));
                }
            }
        }
    }

    /// Adds the faces of a file.
    ///
    /// # Errors
    /// Why the file is skipped.
    fn file(&mut self, root: &Path, path: &Path, real: &Path, size: u64, kind: Kind) -> Result<(), Notice> {
        if kind == Kind::OtherFont {
            return Err(notice!("typography-skip-format"));
        }
        let name = listed_name(root, path).ok_or_else(|| notice!("typography-skip-name"))?;
        if name.chars().any(char::is_control) {
            return Err(notice!("typography-skip-control"));
        }
        if !self.catalog.is_free(&name) {
            return Err(notice!("typography-skip-same-name"));
        }
        let too_large = || notice!("typography-skip-size", mebibytes = MAX_FONT_BYTES >> 20);
        if size > MAX_FONT_BYTES {
            return Err(too_large());
        }
        let full = || notice!("typography-skip-total", mebibytes = MAX_TOTAL_BYTES >> 20);
        if self.unpacked.get() > MAX_UNPACKED_BYTES || self.catalog.is_full() {
            return Err(full());
        }
        let unreadable = |e: std::io::Error| notice!("typography-skip-unreadable", error = e.to_string());
        let because = |why| match why {
            Unreadable::Damaged => damaged(),
            Unreadable::TooLarge => too_large(),
            Unreadable::PackedCollection => notice!("typography-skip-woff2-collection"),
        };
        if self.is_system {
            if self.read_of_system > MAX_SYSTEM_BYTES {
                return Err(full());
            }
            let file = std::fs::File::open(real).map_err(unreadable)?;
            let headers = read_headers(file, size, &mut self.read_of_system).map_err(because)?;
            return self.faces(&name, &FontData::Loaded(headers.into()), &FontData::File(Arc::new(FontFile::new(real.to_path_buf()))));
        }
        // Counted before reading, so that files that turn out to be unusable are limited too.
        self.left = self.left.checked_sub(size).ok_or_else(full)?;
        let packed = std::fs::read(real).map_err(unreadable)?;
        let bytes = unpack(packed, &self.unpacked).map_err(because)?;
        self.left = self.left.checked_sub((bytes.len() as u64).saturating_sub(size)).ok_or_else(full)?;
        let read = FontData::Loaded(bytes.into());
        self.faces(&name, &read, &read)
    }

    /// Adds all faces of a file and their named instances, which keep their bytes in `kept`.
    fn faces(&mut self, name: &str, data: &FontData, kept: &FontData) -> Result<(), Notice> {
        let collection = ttf_parser::fonts_in_collection(data.bytes());
        let count = collection.unwrap_or(1) as usize;
        // A collection header has 12 bytes and 4 bytes per face.
        if collection.is_some() && count > data.bytes().len() / 4 {
            return Err(damaged());
        }
        let parse = if self.is_system { FontEntry::from_headers } else { FontEntry::new };
        let mut bad = None;
        let (mut added, mut left_out) = (0, count.saturating_sub(MAX_PER_FILE));
        for index in 0..count.min(MAX_PER_FILE) {
            // A panic in the parser must only skip the face.
            let read = || parse(data.clone(), index as u32).map(|entry| (entry.instances(), entry));
            let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
            let ((instances, more), entry) = match read.unwrap_or(Err(BadFace::Damaged)) {
                Ok(found) => found,
                Err(why) => {
                    bad = Some(why);
                    continue;
                }
            };
            if self.catalog.is_full() {
                break;
            }
            let face = if collection.is_some() { self.free(&format!("{name}#{}", entry.name_in_collection())) } else { name.to_owned() };
            if collection.is_some() && added == 0 {
                self.catalog.alias(name.to_owned(), &face);
            }
            left_out += more;
            self.catalog.insert(face.clone(), entry.with_data(kept));
            added += 1;
            for (instance, entry) in instances {
                if self.catalog.is_full() {
                    break;
                }
                let separator = if collection.is_some() { ' ' } else { '#' };
                let listed = format!("{face}{separator}{instance}");
                // The default instance is the face itself, so its name becomes an alias.
                if entry.variations().next().is_none() {
                    if self.catalog.is_free(&listed) {
                        self.catalog.alias(listed, &face);
                    }
                } else {
                    let listed = self.free(&listed);
                    self.catalog.insert(listed, entry.with_data(kept));
                }
            }
        }
        if left_out > 0 && added > 0 {
            self.skip(name, notice!("typography-skip-faces", listed = MAX_PER_FILE, left = left_out));
        }
        match bad {
            Some(BadFace::NoOutlines) if added == 0 => Err(notice!("typography-skip-no-outlines")),
            _ if added == 0 => Err(damaged()),
            _ => Ok(()),
        }
    }

    /// The name if it is free, else the name with the lowest free number.
    fn free(&self, name: &str) -> String {
        let numbered = (2..).map(|n| format!("{name} {n}"));
        std::iter::once(name.to_owned()).chain(numbered).find(|n| self.catalog.is_free(n)).unwrap_or_default()
    }
}

fn damaged() -> Notice {
    notice!("typography-skip-damaged")
}

/// The path below the folder in NFC, components joined by `/`; `None` if it is not valid Unicode.
fn listed_name(root: &Path, path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.strip_prefix(root).ok()?.components().map(|c| c.as_os_str().to_str()).collect();
    Some(parts?.join("/").nfc().collect())
}

/// The path below the folder for messages, with invalid Unicode and control characters replaced.
fn shown(root: &Path, path: &Path) -> String {
    let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
    // As in listed names.
    let name = if cfg!(windows) { name.replace('\\', "/").into() } else { name };
    name.nfc().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
