//! The faces that the program can draw with: the bundled ones and those in the user's font folders.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use crate::assets;

/// Larger files are no fonts that a slogan needs; reading them would only cost memory.
const MAX_FONT_BYTES: u64 = 64 << 20;
/// Folders below a font folder are followed this deep.
const MAX_DEPTH: usize = 8;
/// Faces asked first when the chosen one cannot draw a character, by descending weight.
const FALLBACKS: [(&str, u16); 3] =
    [("Pretendard/Pretendard-Black.otf", 900), ("Pretendard/Pretendard-Bold.otf", 700), ("NanumGothic/NanumGothicBold.ttf", 700)];

/// What a designer wants to know about a face before choosing it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FontMetadata {
    /// Name as used in a job.
    pub name: String,
    /// `gothic`, `serif`, `handwriting`, `mono` or `sans-serif`.
    pub style: &'static str,
    /// `light`, `regular`, `bold`, `extrabold` or `heavy`.
    pub weight: &'static str,
    /// What it is good for.
    pub usage: Vec<&'static str>,
    /// How it sounds.
    pub tone: Vec<&'static str>,
}

/// One face of the catalog.
#[derive(Clone, Debug)]
pub struct FontEntry {
    data: FontData,
    weight: u16,
    family: String,
    labels: Labels,
    monospaced: bool,
}

/// What people call a face: in English and, where the face says it, in Korean.
#[derive(Clone, Debug, Default)]
struct Labels {
    english: Option<String>,
    korean: Option<String>,
}

impl Labels {
    /// From the `name` table: typographic family and style, else the plain ones.
    fn of(face: &Face<'_>) -> Self {
        use ttf_parser::{Language, name_id};
        let find = |id: u16, language: Language| {
            let names = face.names().into_iter().filter(|n| n.name_id == id && n.language() == language);
            names.filter_map(|n| n.to_string()).map(|n| n.trim().trim_end_matches("_TTF").to_owned()).find(|n| !n.is_empty())
        };
        let label = |language: Language| {
            let of = |first: u16, second: u16| find(first, language).or_else(|| find(second, language));
            let family = of(name_id::TYPOGRAPHIC_FAMILY, name_id::FAMILY)?;
            let style = of(name_id::TYPOGRAPHIC_SUBFAMILY, name_id::SUBFAMILY).filter(|s| s != "Regular");
            Some(style.map_or(family.clone(), |style| format!("{family} {style}")))
        };
        Self { english: label(Language::English_UnitedStates), korean: label(Language::Korean_Korea) }
    }
}

#[derive(Clone, Debug)]
enum FontData {
    Bundled(&'static [u8]),
    Loaded(Arc<[u8]>),
}

impl FontEntry {
    fn new(data: FontData) -> Option<Self> {
        let (weight, family, labels, monospaced) = {
            let face = Face::parse(bytes_of(&data), 0).ok()?;
            // A face that draws nothing at all is broken for our purpose.
            if face.number_of_glyphs() < 2 || face.units_per_em() == 0 {
                return None;
            }
            let family = face
                .names()
                .into_iter()
                .filter(|n| n.name_id == ttf_parser::name_id::FAMILY)
                .find_map(|n| n.to_string())
                .unwrap_or_default();
            (face.weight().to_number(), family, Labels::of(&face), face.is_monospaced())
        };
        Some(Self { data, weight, family, labels, monospaced })
    }

    /// The font file.
    pub fn bytes(&self) -> &[u8] {
        bytes_of(&self.data)
    }

    /// What people call it: by its Korean name where they read Korean and it has one, else by its English one, if it says any.
    pub fn label(&self, korean: bool) -> Option<&str> {
        let english = self.labels.english.as_deref();
        if korean { self.labels.korean.as_deref().or(english) } else { english }
    }

    /// OS/2 weight class, 100..=1000.
    pub fn weight(&self) -> u16 {
        self.weight
    }
}

fn bytes_of(data: &FontData) -> &[u8] {
    match data {
        FontData::Bundled(b) => b,
        FontData::Loaded(b) => b,
    }
}

/// All faces by name.
#[derive(Clone, Debug, Default)]
pub struct FontCatalog {
    entries: BTreeMap<String, FontEntry>,
}

impl FontCatalog {
    /// The bundled faces and every readable .ttf/.otf below `dirs`. A bundled name cannot be replaced by a file.
    pub fn load(dirs: &[PathBuf]) -> Self {
        let mut entries = BTreeMap::new();
        for &(name, bytes) in assets::FONTS {
            if let Some(entry) = FontEntry::new(FontData::Bundled(bytes)) {
                entries.insert(name.to_owned(), entry);
            }
        }
        for dir in dirs {
            if let Ok(root) = dir.canonicalize() {
                scan(&root, &root, 0, &mut entries);
            }
        }
        Self { entries }
    }

    /// Every name, sorted.
    pub fn names(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    /// The catalog's name for what a user wrote: the name itself, or a file name that only one face has.
    pub fn resolve(&self, name: &str) -> Option<String> {
        if name.is_empty() || name.contains("..") || name.contains(['\\', '\0', ':']) || name.starts_with('/') {
            return None;
        }
        if self.entries.contains_key(name) {
            return Some(name.to_owned());
        }
        let mut same = self.entries.keys().filter(|k| k.rsplit('/').next() == Some(name));
        let first = same.next()?;
        same.next().is_none().then(|| first.clone())
    }

    /// A face by its catalog name.
    pub fn entry(&self, name: &str) -> Option<&FontEntry> {
        self.entries.get(name)
    }

    /// The file of a face by its catalog name; bundled faces are borrowed.
    pub fn bytes(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.entries.get(name).map(|e| Cow::Borrowed(e.bytes()))
    }

    /// Descriptions of all faces, sorted by name.
    pub fn metadata(&self) -> Vec<FontMetadata> {
        self.entries.iter().map(|(name, entry)| describe(name, entry)).collect()
    }

    /// The face used when none is named.
    pub fn default_name(&self) -> String {
        if self.entries.contains_key(assets::DEFAULT_FONT) {
            return assets::DEFAULT_FONT.to_owned();
        }
        self.entries.keys().next().cloned().unwrap_or_default()
    }

    /// Characters of `text` that `font` cannot draw, each once, in order of appearance.
    pub fn missing_glyphs(&self, font: &str, text: &str) -> Vec<char> {
        let face = self.entries.get(font).and_then(|e| Face::parse(e.bytes(), 0).ok());
        let mut missing = Vec::new();
        for c in text.chars().filter(|&c| needs_ink(c)) {
            let drawn = face.as_ref().is_some_and(|f| inked_glyph(f, c).is_some());
            if !drawn && !missing.contains(&c) {
                missing.push(c);
            }
        }
        missing
    }

    /// Characters of `text` that neither `font` nor any other face can draw, each once.
    pub fn undrawable(&self, font: &str, text: &str) -> Vec<char> {
        let mut missing = self.missing_glyphs(font, text);
        for name in self.stand_ins(font) {
            if missing.is_empty() {
                break;
            }
            let left: String = missing.iter().collect();
            missing = self.missing_glyphs(name, &left);
        }
        missing
    }

    /// Other faces in the order in which they stand in for `font`: sturdy bundled ones of the closest weight, then all others.
    pub(crate) fn stand_ins(&self, font: &str) -> Vec<&str> {
        let weight = self.entries.get(font).map_or(700, FontEntry::weight);
        let mut known: Vec<(&str, u16)> = FALLBACKS.into_iter().filter(|(n, _)| *n != font && self.entries.contains_key(*n)).collect();
        known.sort_by_key(|(_, w)| w.abs_diff(weight));
        let mut names: Vec<&str> = known.into_iter().map(|(n, _)| n).collect();
        let mut others: Vec<(&str, u16)> = self.entries.iter().filter(|(n, _)| *n != font).map(|(n, e)| (n.as_str(), e.weight)).collect();
        others.sort_by_key(|(_, w)| w.abs_diff(weight));
        for (name, _) in others {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// Whether a character must leave ink; spaces, controls and invisible joiners need not.
pub(crate) fn needs_ink(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// Joiners, variation selectors and direction marks: they shape their neighbours and draw nothing.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
}

/// The glyph of a character if it has an outline: several Korean faces map every syllable and draw only the common ones.
pub(crate) fn inked_glyph(face: &Face<'_>, c: char) -> Option<GlyphId> {
    let id = face.glyph_index(c)?;
    if id.0 == 0 {
        return None;
    }
    let mut probe = InkProbe::default();
    face.outline_glyph(id, &mut probe)?;
    probe.inked.then_some(id)
}

#[derive(Default)]
struct InkProbe {
    inked: bool,
}

impl OutlineBuilder for InkProbe {
    fn move_to(&mut self, _: f32, _: f32) {}
    fn line_to(&mut self, _: f32, _: f32) {
        self.inked = true;
    }
    fn quad_to(&mut self, _: f32, _: f32, _: f32, _: f32) {
        self.inked = true;
    }
    fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {
        self.inked = true;
    }
    fn close(&mut self) {}
}

fn scan(root: &Path, dir: &Path, depth: usize, entries: &mut BTreeMap<String, FontEntry>) {
    if depth > MAX_DEPTH {
        return;
    }
    let Ok(listing) = std::fs::read_dir(dir) else { return };
    let mut paths: Vec<PathBuf> = listing.flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        // A link may point inside the folder but never out of it.
        let Ok(real) = path.canonicalize() else { continue };
        if !real.starts_with(root) {
            continue;
        }
        let Ok(meta) = std::fs::metadata(&real) else { continue };
        if meta.is_dir() {
            scan(root, &path, depth + 1, entries);
            continue;
        }
        let extension = path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
        if !meta.is_file() || meta.len() > MAX_FONT_BYTES || !matches!(extension.as_deref(), Some("ttf" | "otf")) {
            continue;
        }
        let Ok(relative) = path.strip_prefix(root) else { continue };
        let parts: Option<Vec<&str>> = relative.components().map(|c| c.as_os_str().to_str()).collect();
        let Some(name) = parts.map(|p| p.join("/")) else { continue };
        if entries.contains_key(&name) {
            continue;
        }
        let Ok(bytes) = std::fs::read(&real) else { continue };
        if let Some(entry) = FontEntry::new(FontData::Loaded(bytes.into())) {
            entries.insert(name, entry);
        }
    }
}

/// Known families by a word of their file name: style, usage, tone.
type Family = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);
const FAMILIES: &[Family] = &[
    ("bmdohyeon", "gothic", &["headline", "sale", "poster"], &["bold", "retro", "confident"]),
    ("bmjua", "handwriting", &["headline", "food", "kids", "casual"], &["friendly", "cute", "warm", "casual"]),
    ("nanumgothic", "gothic", &["body", "caption", "headline"], &["neutral", "clean", "trustworthy"]),
    ("nanumsquare", "gothic", &["headline", "title", "banner"], &["modern", "clean", "strong"]),
    ("pretendard", "sans-serif", &["headline", "title", "brand", "premium"], &["modern", "neutral", "premium"]),
];

fn describe(name: &str, entry: &FontEntry) -> FontMetadata {
    let file = name.rsplit('/').next().unwrap_or(name).to_lowercase();
    let text = format!("{file} {}", entry.family.to_lowercase());
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    // The two display faces carry weight class 400 though they are heavy.
    let weight = match entry.weight {
        _ if has(&["bmdohyeon", "bmjua"]) => "bold",
        _ if has(&["black", "heavy"]) => "heavy",
        0..=349 => "light",
        350..=599 => "regular",
        600..=749 => "bold",
        750..=849 => "extrabold",
        _ => "heavy",
    };
    let (style, usage, tone): (_, &[&str], &[&str]) = match FAMILIES.iter().find(|f| file.contains(f.0)) {
        Some(&(_, style, usage, tone)) => (style, usage, tone),
        None if entry.monospaced || has(&["mono", "code", "courier"]) => ("mono", &["tech", "caption"], &["technical", "precise"]),
        None if has(&["hand", "script", "pen", "brush", "손글씨", "펜", "붓"]) => {
            ("handwriting", &["headline", "card", "casual"], &["personal", "warm", "casual"])
        }
        None if !has(&["sans"]) && has(&["serif", "myeongjo", "myungjo", "batang", "명조", "바탕"]) => {
            ("serif", &["title", "body", "premium"], &["elegant", "classic", "premium"])
        }
        None if has(&["gothic", "dotum", "고딕", "돋움"]) => ("gothic", &["headline", "body"], &["neutral", "clean"]),
        None => ("sans-serif", &["headline", "body"], &["neutral", "modern"]),
    };
    let (mut usage, mut tone) = (usage.to_vec(), tone.to_vec());
    if !matches!(weight, "light" | "regular") {
        // Clients look for a face to shout with: a thin one is never the answer.
        usage.extend(["promotion", "accent"]);
        tone.push("promotion");
    }
    FontMetadata { name: name.to_owned(), style, weight, usage, tone }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_resolve() {
        let c = FontCatalog::load(&[]);
        let names = c.names();
        assert_eq!(names.len(), 10);
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
        assert_eq!(c.names().len(), 11);
    }
}
