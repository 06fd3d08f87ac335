//! A face of the catalog: its font file, its index in a collection, its variations and its names.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use harfrust::{FontRef, Shaper, ShaperData, ShaperInstance, Variation};
use ttf_parser::{Face, GlyphId, Language, OutlineBuilder, Tag, name_id};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::decompose_canonical;

use super::color::ColorGlyph;
use super::formats::MAX_FONT_BYTES;
use super::{color, guard, shaping_guard};

/// Most faces of a collection, and most named instances of a variable face. Noto Sans has 36 instances.
pub(super) const MAX_PER_FILE: usize = 64;
/// Most records of the `name` table that are read for a name: a face has a handful, a hostile one 65,535.
const MAX_NAME_RECORDS: usize = 16;
/// Longest name that is read, bytes as stored (UTF-16).
const MAX_NAME_BYTES: usize = 512;

/// One face of the catalog.
#[derive(Clone, Debug)]
pub struct FontEntry {
    data: FontData,
    /// Index in the collection.
    index: u32,
    /// Axis positions of a named instance; empty for the default instance.
    variations: Vec<(Tag, f32)>,
    weight: u16,
    pub(super) family: String,
    labels: Labels,
    pub(super) monospaced: bool,
    /// Whether it may have glyphs with colours of their own.
    colored: bool,
    /// False for condensed, expanded or slanted instances, which are not used as fallbacks.
    upright: bool,
    /// The shaper's data of the face, once it was used; `None` in it if shaping would take too long.
    shaping: Arc<OnceLock<Option<Shaping>>>,
}

/// The shaper's data of a face.
struct Shaping {
    data: ShaperData,
    instance: ShaperInstance,
}

impl std::fmt::Debug for Shaping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shaping").finish_non_exhaustive()
    }
}

/// Display names of a face in English and, if it has one, in Korean.
#[derive(Clone, Debug, Default)]
struct Labels {
    english: Option<String>,
    korean: Option<String>,
}

/// The bytes of a font file.
#[derive(Clone, Debug)]
pub(super) enum FontData {
    /// Embedded in the program.
    Bundled(&'static [u8]),
    /// Read from a folder.
    Loaded(Arc<[u8]>),
    /// In a font folder of the system. Such a folder has hundreds of megabytes, of which a user needs a few.
    File(Arc<FontFile>),
}

/// A font file that is read when a face of it is used for the first time.
#[derive(Debug)]
pub(super) struct FontFile {
    path: PathBuf,
    bytes: OnceLock<Vec<u8>>,
}

impl FontFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, bytes: OnceLock::new() }
    }

    /// Empty, which no parser takes for a font, if the file cannot be read any more.
    fn bytes(&self) -> &[u8] {
        self.bytes.get_or_init(|| {
            let mut bytes = Vec::new();
            let read = std::fs::File::open(&self.path).and_then(|file| file.take(MAX_FONT_BYTES).read_to_end(&mut bytes));
            if let Err(error) = read {
                tracing::warn!(path = %self.path.display(), %error, "a font of the system cannot be read any more");
                bytes.clear();
            }
            bytes
        })
    }
}

/// Why a face cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadFace {
    /// It cannot be parsed.
    Damaged,
    /// It has neither outlines nor coloured pictures.
    NoOutlines,
}

/// A parsed face with its variations applied.
pub(crate) struct OpenFace<'a> {
    face: Face<'a>,
    entry: &'a FontEntry,
    /// Whether glyphs are checked before they are outlined; bundled faces are trusted.
    trusted: bool,
}

impl<'a> std::ops::Deref for OpenFace<'a> {
    type Target = Face<'a>;

    fn deref(&self) -> &Face<'a> {
        &self.face
    }
}

impl<'a> OpenFace<'a> {
    /// Whether the face draws a character: with a glyph of its own, in colours or not, or with those of its canonical decomposition, which the
    /// shaper composes.
    pub(crate) fn covers(&self, c: char) -> bool {
        if self.shaping().is_none() {
            return false;
        }
        if self.inked_glyph(c).is_some() || self.covers_in_color(c) {
            return true;
        }
        // Jamo side by side are no syllable.
        if ('가'..='힣').contains(&c) {
            return false;
        }
        let (mut parts, mut inked) = (0, true);
        decompose_canonical(c, |part| {
            parts += 1;
            inked = inked && self.inked_glyph(part).is_some();
        });
        parts > 1 && inked
    }

    /// Whether the face has a glyph for a character with colours of its own.
    pub(crate) fn covers_in_color(&self, c: char) -> bool {
        let is_colored = |id: GlyphId| id.0 != 0 && color::is_colored(&self.face, id);
        self.entry.colored && self.shaping().is_some() && self.face.glyph_index(c).is_some_and(is_colored)
    }

    /// The box of a glyph, ems, y up: left, bottom, right, top.
    pub(super) fn ink_box(&self, id: GlyphId) -> Option<[f32; 4]> {
        let em = f32::from(self.face.units_per_em());
        let outline = |id| self.face.glyph_bounding_box(id).map(|b| [b.x_min, b.y_min, b.x_max, b.y_max].map(|v| f32::from(v) / em));
        if self.entry.colored { color::ink_box(&self.face, id, outline).or_else(|| outline(id)) } else { outline(id) }
    }

    /// A glyph with colours of its own, for a type size in pixels.
    pub(super) fn color_glyph(&self, id: GlyphId, size: f32) -> Option<ColorGlyph> {
        if self.entry.colored { color::glyph(&self.face, id, size) } else { None }
    }

    /// Whether the outline of a glyph takes bounded time.
    pub(super) fn is_cheap(&self, id: GlyphId) -> bool {
        self.trusted || guard::is_cheap(&self.face, id)
    }

    /// The shaper of the face; `None` if shaping would take too long.
    pub(super) fn shaper(&self) -> Option<Shaper<'a>> {
        let shaping = self.shaping()?;
        let font = FontRef::from_index(self.entry.bytes(), self.entry.index).ok()?;
        Some(shaping.data.shaper(&font).instance(Some(&shaping.instance)).build())
    }

    fn shaping(&self) -> Option<&'a Shaping> {
        let read = || {
            if !(self.trusted || shaping_guard::is_cheap(&self.face)) {
                return None;
            }
            let font = FontRef::from_index(self.entry.bytes(), self.entry.index).ok()?;
            let variations = self.entry.variations().map(|(tag, value)| Variation { tag: harfrust::Tag::new(&tag), value });
            let read = || Shaping { data: ShaperData::new(&font), instance: ShaperInstance::from_variations(&font, variations) };
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).ok()
        };
        self.entry.shaping.get_or_init(read).as_ref()
    }

    /// The glyph of a character if it has an outline. Several Korean faces map every syllable but have outlines for the common ones only.
    pub(crate) fn inked_glyph(&self, c: char) -> Option<GlyphId> {
        let id = self.face.glyph_index(c)?;
        if id.0 == 0 || !self.is_cheap(id) {
            return None;
        }
        let mut probe = InkProbe::default();
        self.face.outline_glyph(id, &mut probe)?;
        probe.inked.then_some(id)
    }
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

impl FontEntry {
    /// Parses face `index` of a font file, without variations.
    pub(super) fn new(data: FontData, index: u32) -> Result<Self, BadFace> {
        let has_outlines = |face: &Face<'_>| {
            let tables = face.tables();
            tables.glyf.is_some() || tables.cff.is_some() || tables.cff2.is_some()
        };
        Self::parse(data, index, has_outlines, color::has_any)
    }

    /// Parses face `index` of what [`read_headers`](super::headers::read_headers) made of a font file: tables with outlines are listed there and
    /// empty. Call [`Self::with_data`] before the face is used.
    pub(super) fn from_headers(data: FontData, index: u32) -> Result<Self, BadFace> {
        let has = |face: &Face<'_>, tag: &[u8; 4]| face.raw_face().table(Tag::from_bytes(tag)).is_some();
        let has_outlines = |face: &Face<'_>| (has(face, b"glyf") && has(face, b"loca")) || has(face, b"CFF ") || has(face, b"CFF2");
        let has_colors = |face: &Face<'_>| has(face, b"CBDT") || has(face, b"sbix") || has(face, b"COLR");
        Self::parse(data, index, has_outlines, has_colors)
    }

    fn parse(
        data: FontData,
        index: u32,
        has_outlines: impl Fn(&Face<'_>) -> bool,
        has_colors: impl Fn(&Face<'_>) -> bool,
    ) -> Result<Self, BadFace> {
        let (weight, family, labels, monospaced, colored) = {
            let face = Face::parse(data.bytes(), index).map_err(|_| BadFace::Damaged)?;
            // A face without any outline is useless here.
            if face.number_of_glyphs() < 2 || face.units_per_em() == 0 {
                return Err(BadFace::Damaged);
            }
            let colored = has_colors(&face);
            if !(has_outlines(&face) || colored) {
                return Err(BadFace::NoOutlines);
            }
            let family = names(&face, name_id::FAMILY, None).next().unwrap_or_default();
            (face.weight().to_number(), family, Labels::of(&face), face.is_monospaced(), colored)
        };
        Ok(Self {
            data,
            index,
            variations: Vec::new(),
            weight,
            family,
            labels,
            monospaced,
            colored,
            upright: true,
            shaping: Arc::default(),
        })
    }

    /// The named instances of a variable face with their names, the default one first if it is named, and the number of omitted ones.
    pub(super) fn instances(&self) -> (Vec<(String, Self)>, usize) {
        let mut found = Vec::new();
        let Ok(face) = Face::parse(self.bytes(), self.index) else { return (found, 0) };
        let (instances, left) = read_instances(&face);
        let axes: Vec<_> = face.variation_axes().into_iter().collect();
        for (name_id, coordinates) in instances {
            let name = Labels::find(&face, name_id, Language::English_UnitedStates).or_else(|| names(&face, name_id, None).next());
            let Some(name) = name else { continue };
            let korean = Labels::find(&face, name_id, Language::Korean_Korea);
            let mut entry = Self { shaping: Arc::default(), ..self.clone() };
            for (axis, value) in axes.iter().zip(coordinates) {
                let value = value.clamp(axis.min_value, axis.max_value);
                if (value - axis.def_value).abs() > 1e-3 {
                    entry.variations.push((axis.tag, value));
                    entry.upright &= axis.tag == Tag::from_bytes(b"wght");
                }
                if axis.tag == Tag::from_bytes(b"wght") {
                    entry.weight = value as u16;
                }
            }
            let family = Labels::family(&face, Language::English_UnitedStates).unwrap_or_else(|| self.family.clone());
            entry.labels.english = Some(format!("{family} {name}").trim().to_owned());
            entry.labels.korean =
                Labels::family(&face, Language::Korean_Korea).map(|family| format!("{family} {}", korean.as_deref().unwrap_or(&name)));
            found.push((name, entry));
        }
        found.sort_by_key(|(_, entry)| !entry.variations.is_empty());
        (found, left)
    }

    /// The font file, decompressed if it was WOFF. Faces of a collection and instances of a variable font share it.
    pub fn bytes(&self) -> &[u8] {
        self.data.bytes()
    }

    /// Axis tags and positions of a named instance; empty for the default instance.
    pub fn variations(&self) -> impl Iterator<Item = ([u8; 4], f32)> + '_ {
        self.variations.iter().map(|(tag, value)| (tag.to_bytes(), *value))
    }

    /// Display name: the Korean one if `korean` is set and the face has it, else the English one.
    pub fn label(&self, korean: bool) -> Option<&str> {
        let english = self.labels.english.as_deref();
        if korean { self.labels.korean.as_deref().or(english) } else { english }
    }

    /// OS/2 weight class or `wght` position, 1..=1000.
    pub fn weight(&self) -> u16 {
        self.weight
    }

    /// Parses the face and applies its variations; `None` if the file is damaged.
    pub(crate) fn open(&self) -> Option<OpenFace<'_>> {
        let mut face = Face::parse(self.bytes(), self.index).ok()?;
        for (axis, value) in &self.variations {
            face.set_variation(*axis, *value)?;
        }
        Some(OpenFace { face, entry: self, trusted: matches!(self.data, FontData::Bundled(_)) })
    }

    /// Whether the face may have glyphs with colours of their own.
    pub(super) fn is_colored(&self) -> bool {
        self.colored
    }

    /// Whether the face may be used as a fallback.
    pub(super) fn is_upright(&self) -> bool {
        self.upright
    }

    /// Whether the face is in a font folder of the system.
    pub fn is_of_system(&self) -> bool {
        matches!(self.data, FontData::File(_))
    }

    /// The face with its bytes elsewhere.
    pub(super) fn with_data(self, data: &FontData) -> Self {
        Self { data: data.clone(), shaping: Arc::default(), ..self }
    }

    /// Identity of the outlines: equal for faces that differ in variations only.
    pub(super) fn outlines(&self) -> (*const u8, u32) {
        let file = match &self.data {
            FontData::Bundled(bytes) => bytes.as_ptr(),
            FontData::Loaded(bytes) => bytes.as_ptr(),
            FontData::File(file) => Arc::as_ptr(file).cast(),
        };
        (file, self.index)
    }

    /// Name of the face within its collection.
    pub(super) fn name_in_collection(&self) -> String {
        self.labels.english.clone().unwrap_or_else(|| if self.family.is_empty() { "Face".into() } else { self.family.clone() })
    }
}

impl FontData {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Bundled(b) => b,
            Self::Loaded(b) => b,
            Self::File(file) => file.bytes(),
        }
    }
}

impl Labels {
    /// Reads the `name` table: typographic family and style, else the legacy ones.
    fn of(face: &Face<'_>) -> Self {
        let label = |language: Language| {
            let family = Self::family(face, language)?;
            let style =
                Self::find(face, name_id::TYPOGRAPHIC_SUBFAMILY, language).or_else(|| Self::find(face, name_id::SUBFAMILY, language));
            let style = style.filter(|s| s != "Regular");
            Some(style.map_or(family.clone(), |style| format!("{family} {style}")))
        };
        Self { english: label(Language::English_UnitedStates), korean: label(Language::Korean_Korea) }
    }

    fn family(face: &Face<'_>, language: Language) -> Option<String> {
        Self::find(face, name_id::TYPOGRAPHIC_FAMILY, language).or_else(|| Self::find(face, name_id::FAMILY, language))
    }

    fn find(face: &Face<'_>, id: u16, language: Language) -> Option<String> {
        names(face, id, Some(language)).next()
    }
}

/// The readable names with this ID, in a language or in any.
fn names<'a>(face: &Face<'a>, id: u16, language: Option<Language>) -> impl Iterator<Item = String> + use<'a> {
    let records = face.names().into_iter().filter(move |n| n.name_id == id && language.is_none_or(|l| n.language() == l));
    let texts = records.take(MAX_NAME_RECORDS).filter(|n| n.name.len() <= MAX_NAME_BYTES).filter_map(|n| n.to_string());
    texts.map(|n| plain(&n)).filter(|n| !n.is_empty())
}

/// Normalizes a name for use in a listed name: NFC, no control characters or slashes, single spaces.
fn plain(name: &str) -> String {
    let text: String = name.trim().trim_end_matches("_TTF").nfc().map(|c| if c.is_control() || c == '/' { ' ' } else { c }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Name IDs and axis positions of at most [`MAX_PER_FILE`] named instances, and the number of omitted ones. Reads the `fvar` table, of which
/// `ttf-parser` parses only the axes.
fn read_instances(face: &Face<'_>) -> (Vec<(u16, Vec<f32>)>, usize) {
    let mut found = Vec::new();
    let Some(fvar) = face.raw_face().table(Tag::from_bytes(b"fvar")) else { return (found, 0) };
    let u16_at = |at: usize| fvar.get(at..at + 2).map(|b| u16::from_be_bytes([b[0], b[1]]));
    let header = (u16_at(4), u16_at(8), u16_at(10), u16_at(12), u16_at(14));
    let (Some(axes_at), Some(axes), Some(axis_size), Some(count), Some(size)) = header else { return (found, 0) };
    let first = usize::from(axes_at) + usize::from(axes) * usize::from(axis_size);
    for i in 0..usize::from(count).min(MAX_PER_FILE) {
        let at = first + i * usize::from(size);
        let Some(name_id) = u16_at(at) else { break };
        let fixed =
            |k: usize| fvar.get(at + 4 + 4 * k..at + 8 + 4 * k).map(|b| i32::from_be_bytes([b[0], b[1], b[2], b[3]]) as f32 / 65536.0);
        let Some(coordinates) = (0..usize::from(axes).min(64)).map(fixed).collect::<Option<Vec<f32>>>() else { break };
        found.push((name_id, coordinates));
    }
    (found, usize::from(count).saturating_sub(MAX_PER_FILE))
}
