//! The font catalog: the bundled faces and those in the user's font folders.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use unicode_normalization::UnicodeNormalization as _;

use super::describe::{FontMetadata, describe};
use super::face::FontEntry;
use crate::assets;
use crate::notice::Notice;

/// Bundled fallback faces for characters that the requested face cannot draw, by descending weight.
const FALLBACKS: [(&str, u16); 3] =
    [("Pretendard/Pretendard-Black.otf", 900), ("Pretendard/Pretendard-Bold.otf", 700), ("NanumGothic/NanumGothicBold.ttf", 700)];
/// Families of macOS and Windows that stand in for characters that no other face can draw. Other fonts of the system are used only by name: to
/// look for a character, every file would be read, and a picture would depend on what else is installed.
const SYSTEM_FALLBACKS: [&str; 10] = [
    "Apple SD Gothic Neo",
    "Malgun Gothic",
    "Hiragino Sans",
    "PingFang",
    "Yu Gothic",
    "Microsoft YaHei",
    "Arial Unicode MS",
    "Segoe UI Symbol",
    "Segoe UI Emoji",
    "Apple Color Emoji",
];
/// Most faces of the catalog.
pub(super) const MAX_FACES: usize = 8192;
/// Most skipped files that are listed; further ones are only counted.
const MAX_SKIPPED: usize = 200;

/// A font file that was found but cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SkippedFont {
    /// Path below the font folder.
    pub name: String,
    /// Why it is skipped, and what to do. In JSON, the English text.
    #[serde(serialize_with = "serialize_english")]
    pub reason: Notice,
}

fn serialize_english<S: serde::Serializer>(notice: &Notice, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&notice.english())
}

/// All faces by name. A name is the path below the font folder in NFC; for a face of a collection or a named instance of a variable font, it
/// is followed by `#` and the name of the face: `NotoSansCJK-Regular.ttc#Noto Sans CJK KR`, `NotoSans[wdth,wght].ttf#Bold`.
#[derive(Clone, Debug, Default)]
pub struct FontCatalog {
    entries: BTreeMap<String, FontEntry>,
    /// Additional names: the file of a collection for its first face, the name of a default instance for its face.
    aliases: HashMap<String, String>,
    skipped: Vec<SkippedFont>,
    /// Number of skipped files that are not listed.
    skipped_more: usize,
}

impl FontCatalog {
    /// Names of all faces, sorted; [`Self::resolve`] accepts each of them.
    pub fn names(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    /// Font files that were found and cannot be used, in the order of their folders; at most 200.
    pub fn skipped(&self) -> &[SkippedFont] {
        &self.skipped
    }

    /// Number of skipped files that [`Self::skipped`] omits.
    pub fn skipped_more(&self) -> usize {
        self.skipped_more
    }

    /// Why a font file was skipped, by its name or file name in any Unicode normalization form; `None` if it was not found.
    pub fn skip_reason(&self, name: &str) -> Option<&Notice> {
        let name: String = name.nfc().collect();
        let same = |s: &&SkippedFont| s.name == name || file_name(&s.name) == name;
        self.skipped.iter().find(same).map(|s| &s.reason)
    }

    /// Resolves a name that a user entered, in any Unicode normalization form: a listed name, or a file name that is unique. The file name of a
    /// collection stands for its first face.
    pub fn resolve(&self, name: &str) -> Option<String> {
        let name: String = name.nfc().collect();
        if let Some(known) = self.known(&name) {
            return Some(known.to_owned());
        }
        let keys = self.entries.keys().map(|k| (k, k)).chain(&self.aliases);
        let mut same = keys.filter(|(k, _)| file_name(k) == name).map(|(_, target)| target);
        let first = same.next()?;
        same.next().is_none().then(|| first.clone())
    }

    /// The listed name for a name or alias in NFC.
    fn known(&self, name: &str) -> Option<&str> {
        self.entries.get_key_value(name).map(|(k, _)| k.as_str()).or_else(|| self.aliases.get(name).map(String::as_str))
    }

    /// A face by its listed name, in any Unicode normalization form.
    pub fn entry(&self, name: &str) -> Option<&FontEntry> {
        let find = |name: &str| self.known(name).and_then(|n| self.entries.get(n));
        find(name).or_else(|| find(&name.nfc().collect::<String>()))
    }

    /// The font file of a face by its listed name.
    pub fn bytes(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.entry(name).map(|e| Cow::Borrowed(e.bytes()))
    }

    /// Whether a name is in use neither as a listed name nor as an alias.
    pub(super) fn is_free(&self, name: &str) -> bool {
        !self.entries.contains_key(name) && !self.aliases.contains_key(name)
    }

    pub(super) fn is_full(&self) -> bool {
        self.entries.len() >= MAX_FACES
    }

    pub(super) fn insert(&mut self, name: String, entry: FontEntry) {
        self.entries.insert(name, entry);
    }

    pub(super) fn alias(&mut self, name: String, target: &str) {
        self.aliases.insert(name, target.to_owned());
    }

    pub(super) fn skip(&mut self, name: impl Into<String>, reason: Notice) {
        if self.skipped.len() < MAX_SKIPPED {
            self.skipped.push(SkippedFont { name: name.into(), reason });
        } else {
            self.skipped_more += 1;
        }
    }

    /// Descriptions of all faces, sorted by name.
    pub fn metadata(&self) -> Vec<FontMetadata> {
        self.entries.iter().map(|(name, entry)| describe(name, entry)).collect()
    }

    /// Name of the default face.
    pub fn default_name(&self) -> String {
        if self.entries.contains_key(assets::DEFAULT_FONT) {
            return assets::DEFAULT_FONT.to_owned();
        }
        self.entries.keys().next().cloned().unwrap_or_default()
    }

    /// Characters of `text` that `font` cannot draw, each once, in order of appearance.
    pub fn missing_glyphs(&self, font: &str, text: &str) -> Vec<char> {
        let face = self.entry(font).and_then(FontEntry::open);
        let mut missing = Vec::new();
        for c in text.chars().filter(|&c| needs_ink(c)) {
            let drawn = face.as_ref().is_some_and(|f| f.covers(c));
            if !drawn && !missing.contains(&c) {
                missing.push(c);
            }
        }
        missing
    }

    /// Characters of `text` that neither `font` nor any other face can draw, each once.
    pub fn undrawable(&self, font: &str, text: &str) -> Vec<char> {
        let mut missing = self.missing_glyphs(font, text);
        for name in self.fallback_faces(font) {
            if missing.is_empty() {
                break;
            }
            let left: String = missing.iter().collect();
            missing = self.missing_glyphs(name, &left);
        }
        missing
    }

    /// Whether a face has a character with colours of its own, as emoji have.
    pub fn has_in_color(&self, c: char) -> bool {
        let colored = |entry: &FontEntry| entry.is_colored() && entry.open().is_some_and(|face| face.covers_in_color(c));
        self.fallback_faces("").into_iter().any(|name| self.entries.get(name).is_some_and(colored))
    }

    /// Fallback faces for `font` in order of preference: bundled ones by closest weight, then all others; of each variable font, the instance of
    /// the closest weight; at last some of the system's.
    pub(crate) fn fallback_faces(&self, font: &str) -> Vec<&str> {
        let chosen = self.entry(font);
        let weight = chosen.map_or(700, FontEntry::weight);
        let mut known: Vec<(&str, u16)> = FALLBACKS.into_iter().filter(|(n, _)| *n != font && self.entries.contains_key(*n)).collect();
        known.sort_by_key(|(_, w)| w.abs_diff(weight));
        let mut others: Vec<(&str, u16)> = self
            .entries
            .iter()
            .filter(|(n, e)| *n != font && e.is_upright() && !e.is_of_system())
            .map(|(n, e)| (n.as_str(), e.weight()))
            .collect();
        others.sort_by_key(|(_, w)| w.abs_diff(weight));
        let rank = |e: &FontEntry| SYSTEM_FALLBACKS.iter().position(|family| e.label(false).is_some_and(|label| label.starts_with(family)));
        let of_system = self.entries.iter().filter(|(n, e)| *n != font && e.is_upright() && e.is_of_system());
        let mut last: Vec<_> = of_system.filter_map(|(n, e)| Some((n.as_str(), e.weight(), rank(e)?))).collect();
        last.sort_by_key(|(_, w, rank)| (*rank, w.abs_diff(weight)));
        others.extend(last.into_iter().map(|(n, w, _)| (n, w)));
        // Instances of a variable font cover the same characters, so one of them suffices, and none if `font` is one.
        let mut seen: HashSet<_> = chosen.map(FontEntry::outlines).into_iter().collect();
        let ordered = known.into_iter().chain(others).filter(|(n, _)| self.entries.get(*n).is_some_and(|e| seen.insert(e.outlines())));
        ordered.map(|(n, _)| n).collect()
    }
}

/// The last component of a name.
fn file_name(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Whether a character must have a visible glyph, unlike spaces, control characters and invisible joiners.
pub(crate) fn needs_ink(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// Whether a character is a joiner, variation selector or direction mark, which affects its neighbours and has no glyph.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn names_are_sorted_and_resolve() {
        let c = FontCatalog::load(&[]);
        let names = c.names();
        assert_eq!(names.len(), assets::FONTS.len());
        assert!(names.is_sorted());
        assert_eq!(c.resolve("BMJUA_ttf.ttf").as_deref(), Some("BM/BMJUA_ttf.ttf"));
        assert_eq!(c.resolve(&c.default_name()), Some(c.default_name()));
        for bad in ["", "../x.ttf", "/etc/x.ttf", "a\\b.ttf", "BM\0.ttf", "nope.ttf"] {
            assert_eq!(c.resolve(bad), None, "{bad:?}");
        }
        assert!(c.bytes("BM/BMJUA_ttf.ttf").is_some());
    }

    #[test]
    fn empty_outlines_count_as_missing() {
        let c = FontCatalog::load(&[]);
        assert_eq!(c.missing_glyphs("NanumSquare/NanumSquareEB.ttf", "꿻가 \u{200d}\u{fe0f}"), vec!['꿻']);
        assert_eq!(c.missing_glyphs("BM/BMJUA_ttf.ttf", "꿻가꿻"), vec!['꿻']);
        assert!(c.missing_glyphs("Pretendard/Pretendard-Black.otf", "뷁꿻홟 Sale 50%").is_empty());
        assert_eq!(c.missing_glyphs("Pretendard/Pretendard-Black.otf", "a🍕"), vec!['🍕']);
    }

    #[test]
    fn metadata_is_complete() {
        for m in FontCatalog::load(&[]).metadata() {
            assert!(["gothic", "serif", "handwriting", "mono", "sans-serif"].contains(&m.style));
            assert!(["light", "regular", "bold", "extrabold", "heavy"].contains(&m.weight));
            assert!(!m.usage.is_empty() && !m.tone.is_empty());
        }
    }

    /// The words that clients of the original server choose a face by.
    #[test]
    fn faces_are_found_by_the_words_of_the_original() {
        let all = FontCatalog::load(&[]).metadata();
        for word in ["premium", "promotion", "casual"] {
            assert!(all.iter().any(|m| m.usage.contains(&word)) && all.iter().any(|m| m.tone.contains(&word)), "{word}");
        }
        assert!(all.iter().any(|m| m.usage.contains(&"accent")));
        for m in all.iter().filter(|m| m.usage.contains(&"promotion") || m.usage.contains(&"accent")) {
            assert!(["bold", "extrabold", "heavy"].contains(&m.weight), "{m:?}");
        }
    }

    #[test]
    fn folders_are_scanned_and_links_stay_inside() {
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::create_dir(dir.path().join("sub")).unwrap();
        std::fs::write(dir.path().join("sub/Mine.TTF"), assets::FONTS[0].1).unwrap();
        std::fs::write(dir.path().join("broken.ttf"), b"no font").unwrap();
        std::fs::write(outside.path().join("out.ttf"), assets::FONTS[0].1).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(outside.path().join("out.ttf"), dir.path().join("link.ttf")).unwrap();
        let c = FontCatalog::load(&[dir.path().to_path_buf(), PathBuf::from("/does/not/exist")]);
        assert_eq!(c.resolve("Mine.TTF").as_deref(), Some("sub/Mine.TTF"));
        assert_eq!(c.names().len(), assets::FONTS.len() + 1);
    }

    fn nfd(text: &str) -> String {
        text.nfd().collect()
    }

    fn small(name: &str) -> Vec<u8> {
        std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fonts").join(name)).unwrap()
    }

    #[test]
    fn names_are_found_in_either_normal_form_and_listed_names_are_accepted() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join(nfd("글꼴"));
        std::fs::create_dir_all(root.join(nfd("폴더"))).unwrap();
        let names = [nfd("배민 주아.ttf"), "나눔.TTF".into(), "a..b.ttf".into(), "a#b.ttf".into(), " lead.ttf".into(), nfd("폴더/é.otf")];
        for name in &names {
            std::fs::write(root.join(name), small("plain.ttf")).unwrap();
        }
        #[cfg(unix)]
        for name in ["a:b.ttf", "a\\b.ttf"] {
            std::fs::write(root.join(name), small("plain.ttf")).unwrap();
        }
        for root in [root.clone(), dir.path().join("글꼴")] {
            let c = FontCatalog::load(&[root]);
            assert!(c.skipped().is_empty(), "{:?}", c.skipped());
            assert_eq!(c.names().len(), assets::FONTS.len() + names.len() + if cfg!(unix) { 2 } else { 0 });
            for name in c.names() {
                for spelled in [name.clone(), nfd(&name)] {
                    assert_eq!(c.resolve(&spelled).as_ref(), Some(&name));
                    assert!(c.bytes(&spelled).is_some() && c.entry(&spelled).is_some());
                }
            }
            assert_eq!(c.resolve("é.otf").as_deref(), Some("폴더/é.otf"));
        }
    }

    #[test]
    fn collections_and_instances_have_names_of_their_own() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("Two.TTC"), small("collection.ttc")).unwrap();
        std::fs::write(dir.path().join("renamed.ttf"), small("collection.ttc")).unwrap();
        std::fs::write(dir.path().join("v.ttf"), small("variable.ttf")).unwrap();
        let c = FontCatalog::load(&[dir.path().to_path_buf()]);
        let mine: Vec<String> = c.names().into_iter().filter(|n| !assets::FONTS.iter().any(|f| f.0 == n)).collect();
        let wanted =
            ["Two.TTC#Box One", "Two.TTC#Box Two", "renamed.ttf#Box One", "renamed.ttf#Box Two", "v.ttf", "v.ttf#Black", "v.ttf#Bold"];
        assert_eq!(mine, wanted);
        assert_eq!(c.resolve("Two.TTC").as_deref(), Some("Two.TTC#Box One"));
        assert_eq!(c.resolve("v.ttf#Regular").as_deref(), Some("v.ttf"));
        assert_eq!(c.entry("v.ttf#Black").map(FontEntry::weight), Some(900));
        assert_eq!(c.entry("v.ttf#Bold").and_then(|e| e.label(false)), Some("Box Bold"));
        assert_eq!(c.metadata().iter().find(|m| m.name == "v.ttf#Black").map(|m| m.weight), Some("heavy"));
        // One outline stands in once.
        assert_eq!(c.fallback_faces(assets::DEFAULT_FONT).iter().filter(|n| n.starts_with("v.ttf")).count(), 1);
    }

    #[test]
    fn files_that_cannot_be_used_are_named_with_the_reason() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
        write("old.eot", b"x");
        write("broken.woff2", b"wOF2 and nothing");
        write("cut.woff", &small("plain.woff")[..100]);
        write("page.html", b"x");
        write("._ghost.ttf", b"x");
        write("line\nbreak.ttf", &small("plain.ttf"));
        // A table that claims 4 GB, and a stream that is longer than its table.
        let mut huge = small("plain.woff");
        huge[44 + 12..44 + 16].copy_from_slice(&u32::MAX.to_be_bytes());
        write("huge.woff", &huge);
        std::fs::File::create(dir.path().join("large.ttf")).unwrap().set_len(65 << 20).unwrap();
        #[cfg(target_os = "linux")]
        {
            use std::os::unix::ffi::OsStrExt as _;
            std::fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"\xff.ttf")), small("plain.ttf")).unwrap();
        }
        let c = FontCatalog::load(&[dir.path().to_path_buf()]);
        assert_eq!(c.names().len(), assets::FONTS.len());
        for (name, words) in [
            ("old.eot", "not read; export or convert it to .ttf or .otf"),
            ("broken.woff2", "damaged"),
            ("cut.woff", "damaged"),
            ("huge.woff", "larger than 64 MiB"),
            ("large.ttf", "larger than 64 MiB"),
        ] {
            assert!(c.skip_reason(name).unwrap().english().contains(words), "{name}: {:?}", c.skip_reason(name));
        }
        assert!(c.skipped().iter().any(|s| s.name == "line\u{fffd}break.ttf" && s.reason.code() == "typography-skip-control"));
        if cfg!(target_os = "linux") {
            assert!(c.skipped().iter().any(|s| s.name == "\u{fffd}.ttf" && s.reason.code() == "typography-skip-name"));
        }
        assert_eq!((c.skip_reason("page.html"), c.skip_reason("._ghost.ttf")), (None, None));
    }

    #[test]
    fn fonts_of_the_system_are_read_when_they_are_used_and_stand_in_by_name_only() {
        let (own, system) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let write = |name: &str, bytes: &[u8]| std::fs::write(system.path().join(name), bytes).unwrap();
        std::fs::create_dir(system.path().join("Supplemental")).unwrap();
        write("Supplemental/Two.ttc", &small("collection.ttc"));
        write("v.ttf", &small("variable.ttf"));
        write("plain.ttf", &small("plain.ttf"));
        write("packed.woff", &small("plain.woff"));
        write("old.fon", b"x");
        // The glyphs of a face do not count, however many there are.
        let large = assets::FONTS.iter().map(|f| f.1).max_by_key(|bytes| bytes.len()).unwrap();
        assert!(large.len() > 1 << 20);
        write("zz large.ttf", large);
        std::fs::write(own.path().join("plain.ttf"), small("plain.ttf")).unwrap();
        let dirs = [own.path().to_path_buf(), system.path().to_path_buf()];
        let (c, read) = FontCatalog::load_counted(&dirs, &dirs[1..]);
        assert!(read < 16 << 10, "{read} bytes were read to list the fonts");
        // What the system has and nobody can change is not reported; a font of the user has its name first.
        assert_eq!((c.skipped(), c.skipped_more()), (&[][..], 0));
        let mine: Vec<String> = c.names().into_iter().filter(|n| !assets::FONTS.iter().any(|f| f.0 == n)).collect();
        let wanted = [
            "Supplemental/Two.ttc#Box One",
            "Supplemental/Two.ttc#Box Two",
            "plain.ttf",
            "v.ttf",
            "v.ttf#Black",
            "v.ttf#Bold",
            "zz large.ttf",
        ];
        assert_eq!(mine, wanted);
        let of_system: Vec<_> = mine.iter().filter(|n| c.entry(n).unwrap().is_of_system()).collect();
        assert_eq!(of_system.len(), 6);
        assert!(c.fallback_faces(assets::DEFAULT_FONT).iter().all(|n| !c.entry(n).unwrap().is_of_system()));
        assert_eq!(c.resolve("Two.ttc").as_deref(), Some("Supplemental/Two.ttc#Box One"));
        assert_eq!(c.bytes("v.ttf#Bold").as_deref(), Some(&*small("variable.ttf")));
        assert_eq!(c.bytes("zz large.ttf").as_deref(), Some(large));
        assert!(c.missing_glyphs("zz large.ttf", "가나다 Sale").is_empty());
        // A file that went away since.
        std::fs::remove_file(system.path().join("Supplemental/Two.ttc")).unwrap();
        assert_eq!(c.missing_glyphs("Two.ttc", "A"), ['A']);
    }

    #[test]
    fn damaged_fonts_never_panic() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["plain.ttf", "plain.otf", "plain.woff", "plain.woff2", "variable.ttf", "collection.ttc"] {
            let whole = small(name);
            // A fixed walk over bytes and values, the same at every run.
            for i in 0..60usize {
                let mut bytes = whole.clone();
                let at = i * 7919 % bytes.len();
                bytes[at] = bytes[at].wrapping_add((i as u8).wrapping_mul(37) | 1);
                std::fs::write(dir.path().join(format!("{i}-{name}")), bytes).unwrap();
            }
        }
        let c = FontCatalog::load(&[dir.path().to_path_buf()]);
        for name in c.names() {
            let _ = c.missing_glyphs(&name, "ABEL가");
        }
    }
}
