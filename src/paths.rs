//! Paths as people give them. Finds files and folders whose names differ only in Unicode normalization: macOS often writes decomposed names
//! (NFD), keyboards produce composed ones (NFC), and Linux and Windows treat the two as different names.

use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

/// Most entries of a folder that are compared with a name.
const MAX_ENTRIES: usize = 100_000;

/// Font folders of macOS and Windows, those of the user first. Empty on Linux, where packages bring thousands of fonts that nobody chose.
pub fn system_font_dirs() -> &'static [PathBuf] {
    static FOUND: LazyLock<Vec<PathBuf>> =
        LazyLock::new(|| font_dirs_of(std::env::consts::OS, |name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from)));
    &FOUND
}

fn font_dirs_of(system: &str, variable: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let below = |name: &str, parts: &[&str]| variable(name).map(|root| parts.iter().fold(root, |path, part| path.join(part)));
    match system {
        // The folder "Supplemental" is inside the last one.
        "macos" => {
            below("HOME", &["Library", "Fonts"]).into_iter().chain(["/Library/Fonts", "/System/Library/Fonts"].map(PathBuf::from)).collect()
        }
        "windows" => below("LOCALAPPDATA", &["Microsoft", "Windows", "Fonts"]).into_iter().chain(below("WINDIR", &["Fonts"])).collect(),
        _ => Vec::new(),
    }
}

/// The path for people, in NFC: decomposed Hangul would be drawn letter by letter.
pub fn display_path(path: &Path) -> String {
    path.display().to_string().nfc().collect()
}

/// The last component for people, in NFC; empty if there is none.
pub fn file_name(path: &Path) -> String {
    display_path(Path::new(path.file_name().unwrap_or_default()))
}

/// The last component without its extension, in NFC; empty if there is none.
pub fn file_stem(path: &Path) -> String {
    display_path(Path::new(path.file_stem().unwrap_or_default()))
}

/// Whether two paths are the same apart from Unicode normalization.
pub fn are_equal(a: &Path, b: &Path) -> bool {
    a == b || a.to_str().zip(b.to_str()).is_some_and(|(a, b)| a.nfc().eq(b.nfc()))
}

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

/// The path in a text that was typed or pasted: without spaces around it, without the quotes that "Copy as path" of Windows adds, and decoded if it
/// is a `file:` URI.
pub fn from_text(text: &str) -> PathBuf {
    from_text_on(text, cfg!(windows))
}

fn from_text_on(text: &str, is_windows: bool) -> PathBuf {
    let text = text.trim();
    let text = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    let Some(uri) = text.strip_prefix("file://") else { return PathBuf::from(text) };
    // File managers list several copied files, one a line.
    let uri = uri.lines().next().unwrap_or_default();
    let (host, path) = uri.split_at(uri.find('/').unwrap_or(uri.len()));
    let path = decode_percent(path);
    // `file:///C:/photo.png`
    if let Some(drive) = path.strip_prefix('/').filter(|p| p.as_bytes().get(1) == Some(&b':')) {
        return PathBuf::from(drive);
    }
    // `file://server/share/photo.png` is a file of a server for Windows. Elsewhere the host is this computer.
    if is_windows && !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
        return PathBuf::from(format!("\\\\{host}{path}").replace('/', "\\"));
    }
    PathBuf::from(path)
}

/// Decodes `%20` and the like. A text that is not UTF-8 afterwards, or has a `%` that starts no escape, is no URI and stays as it is.
fn decode_percent(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let digits = part.as_bytes().get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let Some(byte) = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()) else {
            return text.to_owned();
        };
        bytes.push(byte);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Why Windows cannot write a file of this name, or writes one of another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowsNameProblem {
    /// The name stands for a device.
    Device,
    /// The name contains this character.
    Character(char),
    /// The name ends with a dot or a space, which Windows drops.
    End,
}

/// Checks the file name of a path by the rules of Windows, on every system.
pub fn windows_name_problem(path: &str) -> Option<WindowsNameProblem> {
    let path = path.replace('/', "\\");
    // `\\?\C:\…` and `\\?\UNC\server\…` name files; everything else in the namespaces of devices does not.
    let path = match path.strip_prefix("\\\\?\\") {
        Some(rest) if rest.as_bytes().get(1) == Some(&b':') => rest,
        Some(rest) if rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("UNC\\")) => rest,
        Some(_) => return Some(WindowsNameProblem::Device),
        None if path.starts_with("\\\\.\\") => return Some(WindowsNameProblem::Device),
        None => &path,
    };
    let has_drive = path.as_bytes().get(1) == Some(&b':') && path.starts_with(|c: char| c.is_ascii_alphabetic());
    let path = if has_drive { &path[2..] } else { path };
    let name = path.rsplit('\\').next().unwrap_or_default();
    if is_device_name(Path::new(name)) {
        return Some(WindowsNameProblem::Device);
    }
    if let Some(character) = name.chars().find(|c| c.is_ascii_control() || FORBIDDEN.contains(*c)) {
        return Some(WindowsNameProblem::Character(character));
    }
    // `.` and `..` are folders.
    let is_folder = matches!(name, "." | "..");
    (name.ends_with(['.', ' ']) && !is_folder).then_some(WindowsNameProblem::End)
}

/// Characters that names of files on Windows cannot have.
const FORBIDDEN: &str = "<>:\"/\\|?*";

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
    let allowed: String = name.chars().map(|c| if c.is_control() || FORBIDDEN.contains(c) { '_' } else { c }).collect();
    // Windows drops dots and spaces at the end.
    let name = allowed.trim_end_matches(['.', ' ']);
    if is_device_name(Path::new(name)) { format!("_{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn font_folders_of_each_system_are_known() {
        let variable = |name: &str| ["HOME", "LOCALAPPDATA", "WINDIR"].contains(&name).then(|| Path::new("/of").join(name));
        let expected = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
        let mac = ["/of/HOME/Library/Fonts", "/Library/Fonts", "/System/Library/Fonts"];
        assert_eq!(font_dirs_of("macos", variable), expected(&mac));
        assert_eq!(font_dirs_of("macos", |_| None), expected(&mac[1..]));
        assert_eq!(font_dirs_of("windows", variable), expected(&["/of/LOCALAPPDATA/Microsoft/Windows/Fonts", "/of/WINDIR/Fonts"]));
        assert!(font_dirs_of("windows", |_| None).is_empty() && font_dirs_of("linux", variable).is_empty());
        assert_eq!(system_font_dirs().is_empty(), cfg!(target_os = "linux"));
    }

    #[test]
    fn names_are_shown_composed_and_compared_in_either_form() {
        let (composed, decomposed) = ("봄/신메뉴 é.ncocoa", "봄/신메뉴 é.ncocoa".nfd().collect::<String>());
        let (a, b) = (Path::new(composed), Path::new(&decomposed));
        assert!(a != b && are_equal(a, b) && !are_equal(a, Path::new("봄/신메뉴.ncocoa")));
        assert_eq!((display_path(b), file_name(b), file_stem(b)), (composed.into(), "신메뉴 é.ncocoa".into(), "신메뉴 é".into()));
        assert_eq!((file_name(Path::new("/")), file_stem(Path::new(""))), (String::new(), String::new()));
    }

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
            // As file managers and browsers copy it: decoded, the first of several.
            ("file:///home/me/%EB%82%B4%20%EC%82%AC%EC%A7%84/%EC%BB%B5%201.png", "/home/me/내 사진/컵 1.png"),
            ("file:///home/me/a.png\r\nfile:///home/me/b.png\r\n", "/home/me/a.png"),
            ("file:///C:/Users/me/My%20Pictures/%EC%BB%B5.png", "C:/Users/me/My Pictures/컵.png"),
            ("file://localhost/home/me/c.png", "/home/me/c.png"),
            // Not URIs in truth: a percent sign that starts no escape, bytes that are no text, a path.
            ("file:///home/me/50% off.png", "/home/me/50% off.png"),
            ("file:///home/me/%FF.png", "/home/me/%FF.png"),
            ("file:///home/me/100%", "/home/me/100%"),
            ("file:///home/me/%+1.png", "/home/me/%+1.png"),
            ("/home/me/a%20b.png", "/home/me/a%20b.png"),
            ("\"", "\""),
            ("", ""),
        ] {
            for is_windows in [false, true] {
                assert_eq!(from_text_on(text, is_windows), Path::new(path), "{text}");
            }
        }
        let shared = "file://server/photos/%EB%82%B4%20%EC%82%AC%EC%A7%84/cup.png";
        assert_eq!(from_text_on(shared, true), Path::new("\\\\server\\photos\\내 사진\\cup.png"));
        assert_eq!(from_text_on(shared, false), Path::new("/photos/내 사진/cup.png"));
    }

    #[test]
    fn names_that_windows_cannot_write_are_known_everywhere() {
        use WindowsNameProblem::{Character, Device, End};
        for (path, problem) in [
            ("a?.png", Character('?')),
            ("d<.png", Character('<')),
            ("out\\a|b.png", Character('|')),
            ("C:\\out\\ad.png:stream", Character(':')),
            ("sub/\"q\".png", Character('"')),
            ("a*.png", Character('*')),
            ("line\nbreak.png", Character('\n')),
            ("b.png ", End),
            ("c.png.", End),
            ("C:\\out\\ad. .", End),
            ("\\\\.\\NUL", Device),
            ("\\\\.\\COM1", Device),
            ("//./C:/ad.png", Device),
            ("\\\\?\\GLOBALROOT\\Device\\Null", Device),
            ("C:\\out\\nul.png", Device),
            ("C:con.png", Device),
            ("out/lpt1", Device),
        ] {
            assert_eq!(windows_name_problem(path), Some(problem), "{path}");
        }
        for path in [
            "ad.png",
            "C:\\out\\ad.png",
            "c:/out/광고 1.png",
            "C:ad.png",
            "\\\\server\\share\\ad.png",
            "\\\\?\\C:\\out\\ad.png",
            "\\\\?\\UNC\\server\\share\\ad.png",
            ".hidden.png",
            "..\\ad.png",
            "out\\..",
            ".",
            "out\\",
            "",
        ] {
            assert_eq!(windows_name_problem(path), None, "{path}");
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
