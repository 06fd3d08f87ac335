//! Text layout: line breaks, type size and glyph outlines on the canvas.

use ttf_parser::{Face, GlyphId};
use unicode_normalization::UnicodeNormalization;

use super::breaks::{self, Break};
use super::catalog::{FontCatalog, is_invisible, needs_ink};
use super::face::OpenFace;
use super::outline::{Flattener, pair_kerning, rasterize};
use super::scripts::unsettable;
use crate::imaging::Plane;
use crate::limits::MAX_TEXT_CHARS;
use crate::math;
use crate::notice;
use crate::notice::Notice;

/// Largest width of the ink as a fraction of the canvas; the rest is for the extrusion and margins.
const INK_WIDTH: f32 = 0.88;
/// Largest height of the text block as a fraction of the canvas.
const BLOCK_HEIGHT: f32 = 0.33;
/// Like [`BLOCK_HEIGHT`], for wide canvases.
const WIDE_BLOCK_HEIGHT: f32 = 0.29;
/// Largest type size as a fraction of the canvas height.
const MAX_SIZE: f32 = 0.24;
/// Vertical centre of the text block as a fraction of the canvas height.
const CENTER: f32 = 0.25;
/// The same for text between two columns, which has the whole height of the canvas.
const COLUMNS_WIDTH: f32 = 0.96;
const COLUMNS_HEIGHT: f32 = 0.66;
const COLUMNS_SIZE: f32 = 0.62;
/// Least gap between the ink of two lines, in ems. It leaves room for the extrusion of the upper line, which runs downwards.
pub const LINE_GAP: f32 = 0.26;

/// Why a text cannot be laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayoutError {
    /// The text has no visible character.
    Empty,
    /// The text has this number of characters, more than [`MAX_TEXT_CHARS`].
    TooLong(usize),
    /// No font can draw these characters.
    MissingGlyphs {
        /// The characters, each once.
        chars: Vec<char>,
        /// The requested font.
        font: String,
    },
    /// The catalog has no font with this name.
    UnknownFont(String),
    /// The text needs shaping, for this reason.
    Unsettable(Notice),
    /// The outlines in this font exceed the limits on points or edges.
    TooComplex(String),
}

impl LayoutError {
    /// The error as a message to people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Empty => notice!("typography-empty"),
            Self::TooLong(count) => notice!("typography-too-long", count = *count, most = MAX_TEXT_CHARS),
            Self::MissingGlyphs { chars, font } => {
                notice!("typography-missing-glyphs", font = font.clone(), characters = quoted(chars), count = chars.len())
            }
            Self::UnknownFont(font) => notice!("typography-unknown-font", font = font.clone()),
            Self::Unsettable(reason) => notice!("typography-unsettable", reason = reason.clone()),
            Self::TooComplex(font) => notice!("typography-too-complex", font = font.clone()),
        }
    }
}

impl std::fmt::Display for LayoutError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.notice().fmt(f)
    }
}

impl std::error::Error for LayoutError {}

/// Characters with their code points.
fn quoted(chars: &[char]) -> Vec<Notice> {
    let one = |&c: &char| notice!("typography-character", character = c, code = format!("U+{:04X}", u32::from(c)));
    chars.iter().map(one).collect()
}

/// A text laid out on the canvas: outlines and their raster.
#[derive(Clone, Debug, PartialEq)]
pub struct TextLayout {
    /// Canvas width in pixels.
    pub width: usize,
    /// Canvas height in pixels.
    pub height: usize,
    /// Coverage of the front faces, antialiased (nonzero winding rule), canvas size.
    pub coverage: Plane,
    /// Flattened closed outlines in canvas pixels; y down. Contours may overlap: fill them nonzero.
    pub contours: Vec<Vec<[f32; 2]>>,
    /// Ink box `(x0, y0, x1, y1)` in canvas pixels.
    pub bounds: (f32, f32, f32, f32),
    /// Type size in pixels per em.
    pub font_px: f32,
    /// The text as broken into lines.
    pub lines: Vec<String>,
    /// One notice for each fallback font that was used.
    pub fallbacks: Vec<Notice>,
}

/// A positioned character; lengths in ems, y up.
#[derive(Clone, Copy)]
struct Glyph {
    ch: char,
    face: usize,
    id: GlyphId,
    advance: f32,
    ink: Option<[f32; 4]>,
}

struct Faces<'a> {
    names: Vec<&'a str>,
    faces: Vec<OpenFace<'a>>,
}

impl<'a> Faces<'a> {
    fn index(&mut self, catalog: &'a FontCatalog, name: &'a str) -> Option<usize> {
        if let Some(i) = self.names.iter().position(|n| *n == name) {
            return Some(i);
        }
        let face = catalog.entry(name)?.open()?;
        self.names.push(name);
        self.faces.push(face);
        Some(self.faces.len() - 1)
    }
}

/// Lays out `text` in the upper half of a canvas. `scale`, 0..=1, is a fraction of the largest type size that fits; it does not change the
/// line breaks.
///
/// # Errors
/// The text has nothing to draw, is too long, needs shaping, or cannot be drawn with the installed fonts.
pub fn layout_text(catalog: &FontCatalog, font: &str, text: &str, size: (usize, usize), scale: f32) -> Result<TextLayout, LayoutError> {
    layout_text_between(catalog, font, text, size, scale, None)
}

/// As [`layout_text`]; with `columns` (left, right) in the middle of the canvas' height between them.
///
/// # Errors
/// As [`layout_text`].
pub fn layout_text_between(
    catalog: &FontCatalog,
    font: &str,
    text: &str,
    (width, height): (usize, usize),
    scale: f32,
    columns: Option<(f32, f32)>,
) -> Result<TextLayout, LayoutError> {
    let text: String = text.replace("\r\n", "\n").replace('\r', "\n").nfc().collect();
    // Check before invisible joiners and selectors are removed.
    let unsettable = unsettable(&text);
    let text: String = text.chars().filter(|&c| !is_invisible(c)).collect();
    let text = text.trim();
    if width == 0 || height == 0 || !text.chars().any(needs_ink) {
        return Err(LayoutError::Empty);
    }
    let count = text.chars().count();
    if count > MAX_TEXT_CHARS {
        return Err(LayoutError::TooLong(count));
    }
    let font = catalog.resolve(font).ok_or_else(|| LayoutError::UnknownFont(font.to_owned()))?;
    let mut faces = Faces { names: Vec::new(), faces: Vec::new() };
    faces.index(catalog, &font).ok_or_else(|| LayoutError::UnknownFont(font.clone()))?;
    let (paragraphs, fallbacks) = shape(catalog, &font, text, &mut faces)?;
    if let Some(why) = unsettable {
        return Err(LayoutError::Unsettable(why));
    }

    let area = Area::of(width as f32, height as f32, columns);
    let lines = break_lines(&paragraphs, &faces, &area);
    let metrics: Vec<LineInk> = lines.iter().map(|l| LineInk::of(l, &faces)).collect();
    let fit = Fit::of(&metrics, &area);
    let size = fit.size * scale;

    let mut flat = Flattener::default();
    let mut baseline = area.center.1 - fit.block * size / 2.0 + fit.first_ascent * size;
    for (line, ink) in lines.iter().zip(&metrics) {
        let mut x = area.center.0 - (ink.left + ink.right) / 2.0 * size;
        for (i, glyph) in line.iter().enumerate() {
            if i > 0 {
                x += kern(&line[i - 1], glyph, &faces) * size;
            }
            if glyph.ink.is_some() {
                flat.glyph(&faces.faces[glyph.face], glyph.id, x, baseline, size);
            }
            x += glyph.advance * size;
        }
        baseline += fit.pitch * size;
    }
    let contours = flat.finish().ok_or_else(|| LayoutError::TooComplex(font.clone()))?;
    let mut bounds = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
    for p in contours.iter().flatten() {
        bounds = (bounds.0.min(p[0]), bounds.1.min(p[1]), bounds.2.max(p[0]), bounds.3.max(p[1]));
    }
    if contours.is_empty() {
        return Err(LayoutError::Empty);
    }
    let coverage = rasterize(&contours, width, height).ok_or_else(|| LayoutError::TooComplex(font.clone()))?;
    let lines = lines.iter().map(|l| l.iter().map(|g| g.ch).collect()).collect();
    Ok(TextLayout { width, height, coverage, contours, bounds, font_px: size, lines, fallbacks })
}

/// Maps characters to glyphs, paragraph by paragraph. A word with characters that the requested face lacks is set in a single fallback face if
/// possible.
fn shape<'a>(
    catalog: &'a FontCatalog,
    font: &'a str,
    text: &str,
    faces: &mut Faces<'a>,
) -> Result<(Vec<Vec<Glyph>>, Vec<Notice>), LayoutError> {
    let mut shaper = Shaper { catalog, fallback_faces: catalog.fallback_faces(font), missing: Vec::new(), used: Vec::new() };
    let mut paragraphs = Vec::new();
    for line in text.split('\n') {
        let mut glyphs = Vec::new();
        for part in line.split_inclusive(char::is_whitespace) {
            let word = part.trim_end_matches(char::is_whitespace);
            shaper.word(word, faces, &mut glyphs);
            if word.len() < part.len() {
                let id = faces.faces[0].glyph_index(' ').unwrap_or(GlyphId(0));
                let advance = advance(&faces.faces[0], id).clamp(0.15, 0.4);
                glyphs.push(Glyph { ch: ' ', face: 0, id, advance, ink: None });
            }
        }
        paragraphs.push(glyphs);
    }
    if !shaper.missing.is_empty() {
        return Err(LayoutError::MissingGlyphs { chars: shaper.missing, font: font.to_owned() });
    }
    let fallback = |used: &FallbackUse| {
        let (characters, other) = (quoted(&used.lacking), faces.names[used.face].to_owned());
        if used.whole_words {
            notice!("typography-stand-in-whole-word", font = font.to_owned(), characters = characters, other = other)
        } else {
            notice!("typography-stand-in", font = font.to_owned(), characters = characters, other = other)
        }
    };
    let fallbacks = shaper.used.iter().map(fallback).collect();
    Ok((paragraphs, fallbacks))
}

/// A fallback face and the characters for which it was needed, each once.
struct FallbackUse {
    face: usize,
    lacking: Vec<char>,
    /// Whether it also draws characters that the requested face has.
    whole_words: bool,
}

struct Shaper<'a> {
    catalog: &'a FontCatalog,
    fallback_faces: Vec<&'a str>,
    missing: Vec<char>,
    used: Vec<FallbackUse>,
}

impl<'a> Shaper<'a> {
    /// Adds the glyphs of a word, from a single face if one covers the word.
    fn word(&mut self, word: &str, faces: &mut Faces<'a>, glyphs: &mut Vec<Glyph>) {
        let chars: Vec<char> = word.chars().filter(|&c| needs_ink(c)).collect();
        let lacking: Vec<bool> = chars.iter().map(|&c| faces.faces[0].inked_glyph(c).is_none()).collect();
        let whole = if lacking.contains(&true) {
            self.first_fallback(faces, |face| chars.iter().all(|&c| face.inked_glyph(c).is_some()))
        } else {
            Some(0)
        };
        for (&ch, &lacks) in chars.iter().zip(&lacking) {
            let face = whole.or_else(|| if lacks { self.first_fallback(faces, |face| face.inked_glyph(ch).is_some()) } else { Some(0) });
            let Some((face, id)) = face.and_then(|i| faces.faces[i].inked_glyph(ch).map(|id| (i, id))) else {
                if !self.missing.contains(&ch) {
                    self.missing.push(ch);
                }
                continue;
            };
            if face != 0 {
                self.note(face, ch, lacks);
            }
            let em = f32::from(faces.faces[face].units_per_em());
            let ink = faces.faces[face].glyph_bounding_box(id);
            let ink = ink.map(|b| [b.x_min, b.y_min, b.x_max, b.y_max].map(|v| f32::from(v) / em));
            glyphs.push(Glyph { ch, face, id, advance: advance(&faces.faces[face], id), ink });
        }
    }

    fn first_fallback(&self, faces: &mut Faces<'a>, suits: impl Fn(&OpenFace<'a>) -> bool) -> Option<usize> {
        self.fallback_faces.iter().find_map(|name| faces.index(self.catalog, name).filter(|&i| suits(&faces.faces[i])))
    }

    fn note(&mut self, face: usize, ch: char, lacks: bool) {
        let at = self.used.iter().position(|u| u.face == face).unwrap_or_else(|| {
            self.used.push(FallbackUse { face, lacking: Vec::new(), whole_words: false });
            self.used.len() - 1
        });
        let used = &mut self.used[at];
        used.whole_words |= !lacks;
        if lacks && !used.lacking.contains(&ch) {
            used.lacking.push(ch);
        }
    }
}

fn advance(face: &Face<'_>, id: GlyphId) -> f32 {
    f32::from(face.glyph_hor_advance(id).unwrap_or(0)) / f32::from(face.units_per_em())
}

fn kern(a: &Glyph, b: &Glyph, faces: &Faces<'_>) -> f32 {
    // Hangul and ideographs have a fixed advance; only alphabets are kerned.
    if a.face != b.face || a.ink.is_none() || b.ink.is_none() || a.ch > '\u{1100}' || b.ch > '\u{1100}' {
        return 0.0;
    }
    pair_kerning(&faces.faces[a.face], a.id, b.id)
}

/// Ink extents of a line relative to its origin, in ems.
#[derive(Clone, Copy)]
struct LineInk {
    left: f32,
    right: f32,
    ascent: f32,
    descent: f32,
}

impl LineInk {
    fn of(line: &[Glyph], faces: &Faces<'_>) -> Self {
        let (mut x, mut ink) = (0.0, Self { left: f32::MAX, right: f32::MIN, ascent: f32::MIN, descent: f32::MIN });
        for (i, g) in line.iter().enumerate() {
            if i > 0 {
                x += kern(&line[i - 1], g, faces);
            }
            if let Some([x0, y0, x1, y1]) = g.ink {
                ink.left = ink.left.min(x + x0);
                ink.right = ink.right.max(x + x1);
                ink.ascent = ink.ascent.max(y1);
                ink.descent = ink.descent.max(-y0);
            }
            x += g.advance;
        }
        if ink.left > ink.right { Self { left: 0.0, right: 0.0, ascent: 0.5, descent: 0.0 } } else { ink }
    }
}

/// Where on the canvas the text stands and how large it may be, in pixels.
struct Area {
    center: (f32, f32),
    ink_width: f32,
    block_height: f32,
    most_size: f32,
    short_side: f32,
}

impl Area {
    /// The upper part of the canvas, or all of the height between two columns.
    fn of(width: f32, height: f32, columns: Option<(f32, f32)>) -> Self {
        if let Some((left, right)) = columns {
            let width = right - left;
            return Self {
                center: ((left + right) / 2.0, height / 2.0),
                ink_width: width * COLUMNS_WIDTH,
                block_height: height * COLUMNS_HEIGHT,
                most_size: height * COLUMNS_SIZE,
                short_side: height.min(width),
            };
        }
        // Wide canvases have less height for text and product.
        let share = if width > 1.25 * height { WIDE_BLOCK_HEIGHT } else { BLOCK_HEIGHT };
        Self {
            center: (width / 2.0, height * CENTER),
            ink_width: width * INK_WIDTH,
            block_height: height * share,
            most_size: height * MAX_SIZE,
            short_side: height.min(width),
        }
    }
}

/// Largest type size for a set of lines, and the resulting block.
struct Fit {
    size: f32,
    pitch: f32,
    block: f32,
    first_ascent: f32,
}

impl Fit {
    fn of(lines: &[LineInk], area: &Area) -> Self {
        let widest = lines.iter().map(|l| l.right - l.left).fold(1e-3, f32::max);
        let pitch = lines.windows(2).map(|w| w[0].descent + w[1].ascent + LINE_GAP).fold(0.5, f32::max);
        let first_ascent = lines.first().map_or(0.0, |l| l.ascent);
        let last_descent = lines.last().map_or(0.0, |l| l.descent);
        let block = (pitch * (lines.len() as f32 - 1.0) + first_ascent + last_descent).max(1e-3);
        let size = (area.ink_width / widest).min(area.most_size).min(area.block_height / block);
        Self { size, pitch, block, first_ascent }
    }
}

/// Tries all useful line widths and keeps the breaks with the best score: large type, few lines of even width, few broken words.
fn break_lines(paragraphs: &[Vec<Glyph>], faces: &Faces<'_>, area: &Area) -> Vec<Vec<Glyph>> {
    let mut widths = vec![f32::MAX];
    for paragraph in paragraphs {
        let total: f32 = paragraph.iter().map(|g| g.advance).sum();
        widths.extend((2..=24).map(|n| total / n as f32 * 1.02));
        let length = |part: &[Glyph]| part.iter().map(|g| g.advance).sum();
        let words: Vec<f32> = paragraph.split(|g| g.ink.is_none()).map(length).collect();
        add_runs(&words, 0.3, &mut widths);
        let phrases: Vec<f32> = paragraph.chunk_by(|a, b| breaks::between(a.ch, b.ch) != Break::Best).map(length).collect();
        if phrases.len() > 1 {
            add_runs(&phrases, 0.0, &mut widths);
        }
    }
    let mut best: Option<(f32, Vec<Vec<Glyph>>)> = None;
    for limit in widths {
        let mut lines = Vec::new();
        let mut cuts = 0.0f32;
        for paragraph in paragraphs {
            let (broken, cost) = wrap(paragraph, limit);
            lines.extend(broken);
            cuts = cuts.max(cost);
        }
        if lines.len() > 40 && best.is_some() {
            continue;
        }
        let metrics: Vec<LineInk> = lines.iter().map(|l| LineInk::of(l, faces)).collect();
        let fit = Fit::of(&metrics, area);
        let extra = lines.len().saturating_sub(paragraphs.len()) as f32;
        // Prefer a single line unless breaking it gives much larger type …
        let mut score = fit.size * if extra > 0.0 { 0.66 * math::powf(0.97, extra - 1.0) } else { 1.0 };
        // … and penalise type that is too small to read.
        score *= (fit.size / (0.1 * area.short_side)).min(1.0).sqrt();
        score *= 1.0 - 0.45 * cuts;
        let (wide, narrow) = metrics.iter().fold((0.0f32, f32::MAX), |(w, n), m| (w.max(m.right - m.left), n.min(m.right - m.left)));
        score *= 1.0 + 0.08 * narrow / wide.max(1e-3);
        if best.as_ref().is_none_or(|(s, _)| score > *s * 1.0001) {
            best = Some((score, lines));
        }
    }
    best.map(|(_, lines)| lines).unwrap_or_default()
}

/// Adds the width of every run of adjacent parts.
fn add_runs(parts: &[f32], gap: f32, widths: &mut Vec<f32>) {
    for i in 0..parts.len() {
        let mut run = 0.0;
        for part in parts.iter().skip(i).take(40) {
            run += part + if run > 0.0 { gap } else { 0.0 };
            widths.push(run + 1e-3);
        }
    }
}

/// Greedy line breaking to at most `limit` ems. Also returns the penalty for broken words: 0 for none, up to 1 for alphabetic ones.
fn wrap(paragraph: &[Glyph], limit: f32) -> (Vec<Vec<Glyph>>, f32) {
    let mut lines: Vec<Vec<Glyph>> = Vec::new();
    let (mut line, mut used, mut cuts): (Vec<Glyph>, f32, f32) = (Vec::new(), 0.0, 0.0);
    let space = paragraph.iter().find(|g| g.ink.is_none()).copied();
    let gap = space.map_or(0.0, |s| s.advance);
    for word in words(paragraph, space) {
        let length: f32 = word.iter().map(|g| g.advance).sum();
        if !line.is_empty() && used + gap + length > limit {
            lines.push(std::mem::take(&mut line));
            used = 0.0;
        }
        if !line.is_empty() {
            line.extend(space);
            used += gap;
        }
        if length > limit {
            // A word that is too wide starts on a new line and is broken.
            let mut rest = word.as_slice();
            while let Some(at) = cut(rest, limit) {
                let (head, tail) = rest.split_at(at);
                cuts = cuts.max(if tail.first().is_some_and(|g| g.ch > '\u{2e80}') { 0.8 } else { 1.0 });
                lines.push(head.to_vec());
                rest = tail;
            }
            line.extend_from_slice(rest);
            used += rest.iter().map(|g| g.advance).sum::<f32>();
        } else {
            line.extend_from_slice(&word);
            used += length;
        }
    }
    // Empty lines are kept.
    lines.push(line);
    (lines, cuts)
}

/// Splits a paragraph into words. Closing punctuation after a space belongs to the previous word, as does a word after an opening bracket.
fn words(paragraph: &[Glyph], space: Option<Glyph>) -> Vec<Vec<Glyph>> {
    let mut words: Vec<Vec<Glyph>> = Vec::new();
    for word in paragraph.split(|g| g.ink.is_none()).filter(|w| !w.is_empty()) {
        match words.last_mut() {
            Some(last)
                if breaks::is_closing_punctuation(word.iter().map(|g| g.ch))
                    || last.last().is_some_and(|g| breaks::cannot_end_line(g.ch)) =>
            {
                last.extend(space);
                last.extend_from_slice(word);
            }
            _ => words.push(word.to_vec()),
        }
    }
    words
}

/// The index at which to break a word that is wider than `limit`; `None` if it fits or cannot be broken.
fn cut(word: &[Glyph], limit: f32) -> Option<usize> {
    /// Characters beyond the limit in which a break is searched for; without one, the word is broken at the limit.
    const OVERHANG: usize = 24;
    let mut width = 0.0;
    let fits = word.iter().take_while(|g| {
        width += g.advance;
        width <= limit
    });
    let fits = fits.count().max(1);
    if fits >= word.len() {
        return None;
    }
    let quality = |at: usize| match (&word[at - 1], &word[at]) {
        // A space before closing punctuation or after an opening bracket.
        (a, b) if a.ink.is_none() || b.ink.is_none() => Break::Never,
        (a, b) => breaks::between(a.ch, b.ch),
    };
    let last = |least: Break| (1..=fits).rev().find(|&at| quality(at) >= least);
    // Prefer the end of a phrase in the second half of the line to a full line.
    let phrase = last(Break::Best).filter(|at| at * 2 >= fits);
    let beyond = || (fits + 1..word.len().min(fits + OVERHANG)).find(|&at| quality(at) >= Break::Poor);
    let all = || word.len() <= fits + OVERHANG;
    phrase.or_else(|| last(Break::Good)).or_else(|| last(Break::Poor)).or_else(beyond).or_else(|| if all() { None } else { Some(fits) })
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
