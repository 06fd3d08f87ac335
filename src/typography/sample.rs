//! A sample of a face: one line of a text, in this face alone.

use unicode_normalization::UnicodeNormalization as _;

use super::face::FontEntry;
use super::faces::{Choice, Faces};
use super::outline::{Flattener, rasterize};
use super::shaping::{Paragraph, Span};
use crate::imaging::Plane;
use crate::limits::MAX_TEXT_CHARS;

/// Margin on each side, pixels.
const MARGIN: f32 = 2.0;

/// Draws the beginning of a text that fits into a width, both in pixels. `height` is that of the face from its ascent to its descent. `None` if
/// the face cannot draw any of it, or its outlines are too complex.
pub fn sample(entry: &FontEntry, text: &str, height: f32, width: f32) -> Option<Plane> {
    let text = text.nfc().filter(|c| !c.is_control()).map(|c| if c.is_whitespace() { ' ' } else { c });
    let text: String = text.take(MAX_TEXT_CHARS).collect();
    let mut faces = Faces::only(entry);
    let spans = vec![Span { text: 0..text.len(), face: 0, group: 0 }];
    let (paragraph, clusters) = Paragraph::new(text, spans, false, &mut faces, &mut Choice::default());
    let face = faces.get(0)?;
    let em = f32::from(face.units_per_em());
    let (ascent, descent) = (f32::from(face.ascender()) / em, f32::from(face.descender()) / em);
    let size = height / (ascent - descent).clamp(0.5, 4.0);
    let mut right = MARGIN;
    let fits = clusters.iter().take_while(|cluster| {
        right += cluster.advance * size;
        right <= width
    });
    let line = paragraph.line(&clusters, 0..fits.count(), &faces).ok()?;
    let (mut flattener, mut x) = (Flattener::default(), MARGIN);
    for cluster in paragraph.visual(&line) {
        for glyph in cluster.glyphs.iter().filter(|_| cluster.ink.is_some()) {
            flattener.glyph(face, glyph.id, x + glyph.x * size, (ascent * size).round() - glyph.y * size, size);
        }
        x += cluster.advance * size;
    }
    let contours = flattener.finish().filter(|contours| !contours.is_empty())?;
    rasterize(&contours, (x + MARGIN).ceil().clamp(1.0, width + 4.0 * MARGIN) as usize, (height + 2.0 * MARGIN).ceil() as usize)
}
