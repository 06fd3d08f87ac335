//! Shaping: characters become positioned glyphs. A paragraph is split into parts of one direction, script and face; the shaper (harfrust)
//! sets each. What belongs together is a cluster: a letter with its marks, a ligature, a syllable.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use harfrust::{Direction, Feature, ShapeOptions, Tag, UnicodeBuffer};
use ttf_parser::GlyphId;
use unicode_bidi::{Level, ParagraphBidiInfo};
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript as _};
use unicode_segmentation::UnicodeSegmentation as _;

use super::breaks::{Break, WordBreaks};
use super::catalog::is_invisible;
use super::face::OpenFace;
use super::faces::{Choice, Faces};

/// How often a paragraph is shaped again because a face turned out to be too complex. Every time one face fewer is used.
const MAX_REFUSED: usize = 8;
/// Most glyphs of a paragraph for each of its characters. Decompositions have a handful.
const MAX_GLYPHS: usize = 64;
/// Scripts whose letters join, so that letter spacing would tear them apart (CSS Text, "cursive scripts").
const JOINED: [Script; 10] = [
    Script::Adlam,
    Script::Arabic,
    Script::Hanifi_Rohingya,
    Script::Mandaic,
    Script::Manichaean,
    Script::Mongolian,
    Script::Nko,
    Script::Phags_Pa,
    Script::Sogdian,
    Script::Syriac,
];

/// A glyph; lengths in ems, y up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Glyph {
    pub(super) id: GlyphId,
    /// Where its origin is, from that of its cluster.
    pub(super) x: f32,
    pub(super) y: f32,
}

/// Characters that are set together; lengths in ems, y up.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    /// Its bytes of the paragraph.
    pub(super) text: Range<usize>,
    /// Its first character, and its last one that is no mark, for line breaks.
    pub(super) first: char,
    pub(super) last: char,
    pub(super) face: usize,
    pub(super) span: usize,
    pub(super) level: Level,
    /// From left to right.
    pub(super) glyphs: Vec<Glyph>,
    pub(super) advance: f32,
    /// Left, bottom, right, top of its ink.
    pub(super) ink: Option<[f32; 4]>,
    /// How well a line may begin with it.
    pub(super) before: Break,
    /// Whether it is joined to its neighbours, so that no space is put between them.
    pub(super) is_joined: bool,
}

impl Cluster {
    pub(super) fn is_space(&self) -> bool {
        self.first == ' '
    }

    /// Bounds the width of a space: that of display faces is often very narrow or wide.
    pub(super) fn settle_space(&mut self) {
        if self.is_space() {
            self.advance = self.advance.clamp(0.15, 0.4);
        }
    }
}

/// A part of a paragraph that asks for one face and size.
#[derive(Clone, Debug)]
pub(super) struct Span {
    /// Its bytes of the paragraph.
    pub(super) text: Range<usize>,
    pub(super) face: usize,
    /// Letters of spans with different groups are shaped apart.
    pub(super) group: u32,
}

/// A paragraph with the faces of its letters.
pub(super) struct Paragraph {
    text: String,
    levels: Vec<Level>,
    base: Level,
    spans: Vec<Span>,
    items: Vec<Item>,
    words: WordBreaks,
    /// Whether ligatures that only decorate are left out, because letters are spaced.
    is_spaced: bool,
}

/// A part of one direction, script, face and group.
#[derive(Clone, Debug, PartialEq)]
struct Item {
    text: Range<usize>,
    face: usize,
    level: Level,
    script: Script,
    group: u32,
}

impl Paragraph {
    /// Chooses the faces of a text without line breaks, whose only white space is U+0020, and shapes it. Adds to `choice` what the faces lack.
    pub(super) fn new(text: String, spans: Vec<Span>, is_spaced: bool, faces: &mut Faces<'_>, choice: &mut Choice) -> (Self, Vec<Cluster>) {
        let bidi = ParagraphBidiInfo::new(&text, None);
        let (levels, base) = (bidi.levels, bidi.paragraph_level);
        let words = WordBreaks::of(&text);
        let mut paragraph = Self { text, levels, base, spans, items: Vec::new(), words, is_spaced };
        for _ in 0..MAX_REFUSED {
            let mut found = Choice::default();
            paragraph.items = paragraph.itemize(faces, &mut found);
            match paragraph.shape(0..paragraph.text.len(), faces) {
                Ok(clusters) => {
                    choice.add(found);
                    return (paragraph, clusters);
                }
                Err(TooComplex(face)) => faces.refuse(face),
            }
        }
        let mut found = Choice::default();
        found.missing.extend(paragraph.text.chars().find(|c| !c.is_whitespace()));
        choice.add(found);
        paragraph.items.clear();
        (paragraph, Vec::new())
    }

    /// Splits the paragraph where direction, script, face or group change. Letters without a face are in no item.
    fn itemize(&self, faces: &mut Faces<'_>, choice: &mut Choice) -> Vec<Item> {
        let mut face_of = vec![None; self.text.len()];
        for span in &self.spans {
            let part = &self.text[span.text.clone()];
            faces.choose(span.face, part, choice, |at, face| {
                face_of[span.text.start + at.start..span.text.start + at.end].fill(Some(face));
            });
            for (at, _) in part.match_indices(' ') {
                face_of[span.text.start + at] = Some(span.face);
            }
        }
        let scripts = scripts(&self.text);
        let mut items: Vec<Item> = Vec::new();
        for (at, c) in self.text.char_indices() {
            let Some(face) = face_of[at] else { continue };
            let group = self.span_at(at).map_or(0, |span| self.spans[span].group);
            let end = at + c.len_utf8();
            let item = Item { text: at..end, face, level: self.levels[at], script: scripts[at], group };
            match items.last_mut() {
                Some(last) if last.text.end == at && (Item { text: at..end, ..last.clone() }) == item => last.text.end = end,
                _ => items.push(item),
            }
        }
        items
    }

    fn span_at(&self, at: usize) -> Option<usize> {
        self.spans.iter().position(|span| span.text.contains(&at))
    }

    /// A line: some of the paragraph's clusters, shaped by themselves, so that its first and last letter have their forms, and with settled spaces.
    pub(super) fn line(&self, all: &[Cluster], range: Range<usize>, faces: &Faces<'_>) -> Result<Vec<Cluster>, TooComplex> {
        let part = &all[range];
        let mut clusters = if part.len() == all.len() { part.to_vec() } else { self.shape(bytes(part), faces)? };
        clusters.iter_mut().for_each(Cluster::settle_space);
        Ok(clusters)
    }

    /// The text of some of the paragraph's clusters.
    pub(super) fn text_of(&self, clusters: &[Cluster]) -> &str {
        self.text.get(bytes(clusters)).unwrap_or_default()
    }

    /// Shapes a part of the text, such as a line. The clusters are in the order of the text.
    fn shape(&self, range: Range<usize>, faces: &Faces<'_>) -> Result<Vec<Cluster>, TooComplex> {
        let mut clusters = Vec::new();
        for item in &self.items {
            let part = item.text.start.max(range.start)..item.text.end.min(range.end);
            if part.start >= part.end {
                continue;
            }
            let Some(face) = faces.get(item.face) else { continue };
            let parts = self.shape_item(face, item, &part, &range).ok_or(TooComplex(item.face))?;
            clusters.extend(parts);
        }
        Ok(self.joined(clusters))
    }

    /// Shapes a part of an item; `None` if its glyphs are too complex. Letters beyond `line` do not show how a letter joins its neighbours.
    fn shape_item(&self, face: &OpenFace<'_>, item: &Item, part: &Range<usize>, line: &Range<usize>) -> Option<Vec<Cluster>> {
        let mut buffer = UnicodeBuffer::new();
        for (at, c) in self.text[part.clone()].char_indices() {
            buffer.add(c, (part.start + at) as u32);
        }
        buffer.set_pre_context(&self.text[line.start..part.start]);
        buffer.set_post_context(&self.text[part.end..line.end]);
        buffer.set_direction(if item.level.is_rtl() { Direction::RightToLeft } else { Direction::LeftToRight });
        if let Some(script) = iso_15924(item.script) {
            buffer.set_script(script);
        }
        let off = |tag| Feature::new(Tag::new(tag), 0, ..);
        let features = [off(b"liga"), off(b"clig")];
        let options = ShapeOptions::new().features(if self.is_spaced { &features } else { &[] });
        let shaper = face.shaper()?;
        // The overflow checks of a debug build panic where a release build wraps around.
        let shaped = catch_unwind(AssertUnwindSafe(|| shaper.shape(buffer, options))).ok()?;
        if shaped.len() > MAX_GLYPHS * (part.len() + 16) {
            return None;
        }
        let em = f32::from(face.units_per_em());
        let mut clusters: Vec<Cluster> = Vec::new();
        for (info, position) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let id = GlyphId(u16::try_from(info.glyph_id).ok()?);
            if !face.is_cheap(id) {
                return None;
            }
            let at = info.cluster as usize;
            if clusters.last().is_none_or(|last| last.text.start != at) {
                clusters.push(self.cluster(at, item));
            }
            let Some(cluster) = clusters.last_mut() else { continue };
            let glyph = Glyph { id, x: cluster.advance + position.x_offset as f32 / em, y: position.y_offset as f32 / em };
            cluster.push(glyph, face.ink_box(id));
            cluster.advance += position.x_advance as f32 / em;
        }
        if item.level.is_rtl() {
            clusters.reverse();
        }
        // A cluster ends where the next one starts.
        let ends: Vec<usize> = clusters.iter().skip(1).map(|c| c.text.start).chain([part.end]).collect();
        for (cluster, end) in clusters.iter_mut().zip(ends) {
            cluster.text.end = end.max(cluster.text.start);
            let of_cluster = self.text.get(cluster.text.clone()).unwrap_or_default();
            cluster.last = of_cluster.chars().rev().find(|&c| !is_combining_mark(c) && !is_invisible(c)).unwrap_or(cluster.first);
        }
        Some(clusters)
    }

    fn cluster(&self, at: usize, item: &Item) -> Cluster {
        let first = self.text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
        Cluster {
            text: at..at,
            first,
            last: first,
            face: item.face,
            span: self.span_at(at).unwrap_or(0),
            level: item.level,
            glyphs: Vec::new(),
            advance: 0.0,
            ink: None,
            before: Break::Never,
            is_joined: JOINED.contains(&item.script) && first != ' ',
        }
    }

    /// Merges clusters that are one letter to a reader, and notes where lines may be broken.
    fn joined(&self, clusters: Vec<Cluster>) -> Vec<Cluster> {
        let mut letters = vec![false; self.text.len() + 1];
        self.text.grapheme_indices(true).for_each(|(at, _)| letters[at] = true);
        let mut out: Vec<Cluster> = Vec::with_capacity(clusters.len());
        for mut cluster in clusters {
            match out.last_mut() {
                Some(last) if !letters[cluster.text.start] && last.face == cluster.face && last.level == cluster.level => {
                    last.append(cluster);
                }
                last => {
                    cluster.before = last.map_or(Break::Never, |last| self.words.quality(cluster.text.start, last.last, cluster.first));
                    out.push(cluster);
                }
            }
        }
        out
    }

    /// The clusters of a line from left to right.
    pub(super) fn visual<'c>(&self, line: &'c [Cluster]) -> Vec<&'c Cluster> {
        visual(line, self.base)
    }
}

/// The bytes of adjacent clusters.
fn bytes(clusters: &[Cluster]) -> Range<usize> {
    clusters.first().map_or(0, |c| c.text.start)..clusters.last().map_or(0, |c| c.text.end)
}

/// The clusters of a line of a paragraph with this direction from left to right. Spaces at its end stand at its end (UAX #9, L1).
pub(super) fn visual(line: &[Cluster], base: Level) -> Vec<&Cluster> {
    let end = line.iter().rposition(|c| !c.is_space()).map_or(0, |last| last + 1);
    let levels: Vec<Level> = line.iter().enumerate().map(|(i, c)| if i < end { c.level } else { base }).collect();
    if levels.iter().all(|level| level.number() == 0) {
        return line.iter().collect();
    }
    ParagraphBidiInfo::reorder_visual(&levels).into_iter().map(|i| &line[i]).collect()
}

impl Cluster {
    fn push(&mut self, glyph: Glyph, ink: Option<[f32; 4]>) {
        if let Some([x0, y0, x1, y1]) = ink.filter(|_| !self.is_space()) {
            self.add_ink([x0 + glyph.x, y0 + glyph.y, x1 + glyph.x, y1 + glyph.y]);
        }
        self.glyphs.push(glyph);
    }

    fn add_ink(&mut self, [x0, y0, x1, y1]: [f32; 4]) {
        self.ink = Some(self.ink.map_or([x0, y0, x1, y1], |[a, b, c, d]| [a.min(x0), b.min(y0), c.max(x1), d.max(y1)]));
    }

    /// Adds the next cluster of the same item.
    fn append(&mut self, mut other: Self) {
        if self.level.is_rtl() {
            std::mem::swap(self, &mut other);
            (self.first, self.before, self.text) = (other.first, other.before, other.text.start..self.text.end);
        } else {
            (self.last, self.text.end) = (other.last, other.text.end);
        }
        let shift = self.advance;
        self.glyphs.extend(other.glyphs.into_iter().map(|g| Glyph { x: g.x + shift, ..g }));
        if let Some([x0, y0, x1, y1]) = other.ink {
            self.add_ink([x0 + shift, y0, x1 + shift, y1]);
        }
        self.advance += other.advance;
    }
}

/// This face has glyphs that take too long to draw, or its rules take too long to apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooComplex(pub(super) usize);

/// The script of each byte: that of its character, or, for punctuation, digits and marks, that of the letters before or else after it.
fn scripts(text: &str) -> Vec<Script> {
    let own = |c: char| Some(c.script()).filter(|s| !matches!(s, Script::Common | Script::Inherited | Script::Unknown));
    let mut current = text.chars().find_map(own).unwrap_or(Script::Common);
    let mut scripts = Vec::with_capacity(text.len());
    for c in text.chars() {
        current = own(c).unwrap_or(current);
        scripts.extend(std::iter::repeat_n(current, c.len_utf8()));
    }
    scripts
}

fn iso_15924(script: Script) -> Option<harfrust::Script> {
    let name: [u8; 4] = script.short_name().as_bytes().try_into().ok()?;
    harfrust::Script::from_iso15924_tag(Tag::new(&name))
}

#[cfg(test)]
#[path = "shaping_tests.rs"]
mod tests;
