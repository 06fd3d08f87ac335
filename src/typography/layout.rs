//! Text layout: line breaks, type size and glyph outlines on the canvas.

use unicode_normalization::UnicodeNormalization;

use super::catalog::{FontCatalog, is_invisible, needs_ink};
use super::colored::{Colored, Polygons, place};
use super::faces::{Choice, Faces, StandIn};
use super::fit::{Area, Fit, LineInk};
use super::outline::{Flattener, rasterize};
use super::shaping::{Cluster, Paragraph, Span};
use super::wrap::break_lines;
use crate::imaging::Plane;
use crate::limits::MAX_TEXT_CHARS;
use crate::notice;
use crate::notice::Notice;

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
    /// Emoji with colours of their own, which are painted on their front faces.
    pub colored: Vec<Colored>,
}

/// Lays out `text` in the upper half of a canvas. `scale`, 0..=1, is a fraction of the largest type size that fits; it does not change the
/// line breaks.
///
/// # Errors
/// The text has nothing to draw, is too long, or cannot be drawn with the installed fonts.
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
    let text: String = text.replace("\r\n", "\n").replace('\r', "\n").nfc().filter(|c| !c.is_control() || c.is_whitespace()).collect();
    let text = text.trim();
    if width == 0 || height == 0 || !text.chars().any(needs_ink) {
        return Err(LayoutError::Empty);
    }
    let count = text.chars().filter(|&c| !is_invisible(c)).count();
    // Invisible characters are few; a text of nothing else would take as long as any other.
    if count > MAX_TEXT_CHARS || text.chars().count() > 4 * MAX_TEXT_CHARS {
        return Err(LayoutError::TooLong(count.max(MAX_TEXT_CHARS + 1)));
    }
    let font = catalog.resolve(font).ok_or_else(|| LayoutError::UnknownFont(font.to_owned()))?;
    let mut faces = Faces::new(catalog);
    let requested = faces.index(&font);
    if faces.get(requested).is_none() {
        return Err(LayoutError::UnknownFont(font));
    }
    let too_complex = || LayoutError::TooComplex(font.clone());
    let Shaped { paragraphs, clusters, fallbacks } = shape(&mut faces, requested, text)?;

    let area = Area::of(width as f32, height as f32, columns);
    let mut lines: Vec<(&Paragraph, Vec<Cluster>)> = Vec::new();
    for (index, range) in break_lines(&clusters, &area) {
        let line = paragraphs[index].line(&clusters[index], range, &faces).map_err(|_| too_complex())?;
        lines.push((&paragraphs[index], line));
    }
    let metrics: Vec<LineInk> = lines.iter().map(|(paragraph, line)| LineInk::of(&paragraph.visual(line))).collect();
    let fit = Fit::of(&metrics, &area);
    let size = fit.size * scale;

    let mut colored = Vec::new();
    let contours = outlines(&lines, &metrics, &fit, (area.center, size), &faces, &mut colored).ok_or_else(too_complex)?;
    let mut bounds = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
    for p in contours.iter().flatten() {
        bounds = (bounds.0.min(p[0]), bounds.1.min(p[1]), bounds.2.max(p[0]), bounds.3.max(p[1]));
    }
    if contours.is_empty() {
        return Err(LayoutError::Empty);
    }
    let coverage = rasterize(&contours, width, height).ok_or_else(too_complex)?;
    let visible = |text: &str| text.chars().filter(|&c| !is_invisible(c)).collect::<String>();
    let lines = lines.iter().map(|(paragraph, line)| visible(paragraph.text_of(line))).collect();
    Ok(TextLayout { width, height, coverage, contours, bounds, font_px: size, lines, fallbacks, colored })
}

/// The outlines of all lines, for a centre of the block and a type size in pixels, and the emoji among them. `None` if they are too complex.
fn outlines(
    lines: &[(&Paragraph, Vec<Cluster>)],
    metrics: &[LineInk],
    fit: &Fit,
    (center, size): ((f32, f32), f32),
    faces: &Faces<'_>,
    colored: &mut Vec<Colored>,
) -> Option<Polygons> {
    let mut flat = Flattener::default();
    let mut baseline = center.1 - fit.block * size / 2.0 + fit.first_ascent * size;
    for ((paragraph, line), ink) in lines.iter().zip(metrics) {
        let mut x = center.0 - (ink.left + ink.right) / 2.0 * size;
        for cluster in paragraph.visual(line) {
            if let Some(face) = faces.get(cluster.face).filter(|_| cluster.ink.is_some()) {
                for glyph in &cluster.glyphs {
                    let at = [x + glyph.x * size, baseline - glyph.y * size];
                    let Some(own) = face.color_glyph(glyph.id, size) else {
                        flat.glyph(face, glyph.id, at[0], at[1], size);
                        continue;
                    };
                    if !place(own, face, at, size, 0, colored) {
                        return None;
                    }
                }
            }
            x += cluster.advance * size;
        }
        baseline += fit.pitch * size;
    }
    for part in colored.iter() {
        part.outlines().into_iter().for_each(|contour| flat.polygon(contour));
    }
    flat.finish()
}

/// The paragraphs of a text, the clusters of each, and a notice for each face that stands in.
struct Shaped {
    paragraphs: Vec<Paragraph>,
    clusters: Vec<Vec<Cluster>>,
    fallbacks: Vec<Notice>,
}

/// Shapes the paragraphs of a text. A word with characters that the requested face lacks is set in a single fallback face if possible.
fn shape(faces: &mut Faces<'_>, requested: usize, text: &str) -> Result<Shaped, LayoutError> {
    let mut choice = Choice::default();
    let (mut paragraphs, mut clusters) = (Vec::new(), Vec::new());
    for line in text.split('\n') {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let spans = vec![Span { text: 0..line.len(), face: requested, group: 0 }];
        let (paragraph, mut letters) = Paragraph::new(line, spans, false, faces, &mut choice);
        letters.iter_mut().for_each(Cluster::settle_space);
        paragraphs.push(paragraph);
        clusters.push(letters);
    }
    let font = faces.name(requested).to_owned();
    if !choice.missing.is_empty() {
        return Err(LayoutError::MissingGlyphs { chars: choice.missing, font });
    }
    let fallback = |used: &StandIn| {
        let (characters, other) = (quoted(&used.lacking), faces.name(used.face).to_owned());
        if used.whole_words {
            notice!("typography-stand-in-whole-word", font = font.clone(), characters = characters, other = other)
        } else {
            notice!("typography-stand-in", font = font.clone(), characters = characters, other = other)
        }
    };
    let fallbacks = choice.stand_ins.iter().map(fallback).collect();
    Ok(Shaped { paragraphs, clusters, fallbacks })
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
