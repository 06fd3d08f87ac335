//! Paths as people give them. Finds files and folders whose names differ only in Unicode normalization: macOS often writes decomposed names
//! (NFD), keyboards produce composed ones (NFC), and Linux and Windows treat the two as different names.

use std::path::{Component, Path, PathBuf};

use unicode_normalization::UnicodeNormalization as _;

/// Most entries of a folder that are compared with a name.
const MAX_ENTRIES: usize = 100_000;

/// Returns the path if it exists, else an existing path whose components differ only in Unicode normalization, else the path unchanged.
/// Blocking.
pub fn find(path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() || path.symlink_metadata().is_ok() {
        return path.to_path_buf();
    }
    let mut found = PathBuf::new();
    for part in path.components() {
        let Component::Normal(name) = part else {
            found.push(part);
            continue;
        };
        let as_is = found.join(name);
        found = if as_is.symlink_metadata().is_ok() {
            as_is
        } else {
            let Some(other) = name.to_str().filter(|n| !n.is_ascii()).and_then(|n| find_normalized(&found, n)) else {
                return path.to_path_buf();
            };
            other
        };
    }
    found
}

/// The entry of a folder whose name is equal to `name` after normalization to NFC.
fn find_normalized(folder: &Path, name: &str) -> Option<PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let wanted: String = name.nfc().collect();
    let entries = std::fs::read_dir(folder).ok()?.take(MAX_ENTRIES).flatten();
    let same = |e: &std::fs::DirEntry| e.file_name().to_str().is_some_and(|n| n.nfc().eq(wanted.chars()));
    entries.into_iter().find(same).map(|e| e.path())
}

/// The path in a text that was typed or pasted: without spaces around it, the quotes that "Copy as path" of Windows adds, and `file://`.
pub fn from_text(text: &str) -> PathBuf {
    let text = text.trim();
    let text = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    let Some(path) = text.strip_prefix("file://") else { return PathBuf::from(text) };
    // `file:///C:/photo.png`
    let drive = path.strip_prefix('/').filter(|p| p.as_bytes().get(1) == Some(&b':'));
    PathBuf::from(drive.unwrap_or(path))
}

/// Whether Windows takes the file name for a device, whatever its folder: `NUL`, `con.png`, `COM1`. It cannot be the name of a file there.
pub fn is_device_name(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let stem = name.split(['.', ':']).next().unwrap_or_default().trim_end_matches(' ').to_uppercase();
    let is_port = |kind: &str| {
        let mut number = stem.strip_prefix(kind).unwrap_or_default().chars();
        number.next().is_some_and(|n| "123456789¹²³".contains(n)) && number.next().is_none()
    };
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str()) || is_port("COM") || is_port("LPT")
}

/// A file name without extension that every system accepts: characters that Windows forbids become `_`, and device names get a `_`.
pub fn portable_name(name: &str) -> String {
    let allowed: String = name.chars().map(|c| if c.is_control() || "<>:\"/\\|?*".contains(c) { '_' } else { c }).collect();
    // Windows drops dots and spaces at the end.
    let name = allowed.trim_end_matches(['.', ' ']);
    if is_device_name(Path::new(name)) { format!("_{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_spelling_finds_the_other() {
        let dir = tempfile::tempdir().unwrap();
        let spell = |text: &str, composed: bool| -> String { if composed { text.nfc().collect() } else { text.nfd().collect() } };
        for on_disk in [true, false] {
            let root = dir.path().join(format!("{on_disk}"));
            let folder = root.join(spell("글꼴 é", on_disk));
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(spell("제품.png", !on_disk)), b"x").unwrap();
            for asked in [true, false] {
                let path = root.join(spell("글꼴 é", asked)).join(spell("제품.png", asked));
                assert_eq!(std::fs::read(find(&path)).unwrap(), b"x", "{path:?}");
                assert!(find(path.parent().unwrap()).is_dir());
            }
        }
        let missing = dir.path().join("없음.png");
        assert_eq!(find(&missing), missing);
        assert_eq!(find(Path::new("")), Path::new(""));
        assert_eq!(find(dir.path()), dir.path());
    }

    #[test]
    fn pasted_paths_lose_quotes_and_scheme() {
        for (text, path) in [
            (" /a b/c.png\n", "/a b/c.png"),
            ("\"C:\\내 사진\\cup.png\"", "C:\\내 사진\\cup.png"),
            ("file:///home/me/c.png", "/home/me/c.png"),
            ("file:///C:/a/c.png", "C:/a/c.png"),
            ("\"", "\""),
            ("", ""),
        ] {
            assert_eq!(from_text(text), Path::new(path), "{text}");
        }
    }

    #[test]
    fn device_names_are_known_with_and_without_an_extension() {
        for name in ["NUL", "nul.png", "dir/con.webp", "aux .png", "COM1", "lpt9.jpg", "com¹.png", "Prn.tar.gz", "CONIN$"] {
            assert!(is_device_name(Path::new(name)), "{name}");
        }
        for name in ["console.png", "COM", "COM0", "com10.png", "nullo.png", "con/ad.png", "ad.con", "", "컵.png", "auxiliary"] {
            assert!(!is_device_name(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn suggested_names_are_accepted_everywhere() {
        for (name, portable) in [
            ("봄 신메뉴", "봄 신메뉴"),
            ("A/B: 50% \"new\"?", "A_B_ 50% _new__"),
            ("con", "_con"),
            ("end. .", "end"),
            ("a\nb", "a_b"),
            ("", ""),
        ] {
            assert_eq!(portable_name(name), portable);
        }
    }
}
