//! Finds files and folders whose names differ only in Unicode normalization. macOS often writes decomposed names (NFD), keyboards produce
//! composed ones (NFC), and Linux and Windows treat the two as different names.

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
}
