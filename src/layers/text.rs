//! Flat text: letters with outline and plate.

use tiny_skia::{LineJoin, PathBuilder, Rect, Stroke};

use super::patch::{Fill, Ink, polygons, rounded};
use super::picture::premultiplied;
use crate::request::layers::{Align, FlatText};
use crate::typography::{Colored, FlatRun, FlatStyle, FontCatalog, layout_flat};

/// A text that has been laid out.
pub(super) struct DrawnText {
    /// The fills, lowest first.
    pub(super) fills: Vec<Fill>,
    /// Type size in pixels.
    pub(super) size: f32,
    /// Whether letters are missing because their outlines have too many points.
    pub(super) is_cut: bool,
}

/// Lays out a text with its plate and outline. `canvas`: its sides in pixels.
pub(super) fn fills(text: &FlatText, canvas: (f32, f32), fonts: &FontCatalog) -> DrawnText {
    let size = text.size * canvas.1;
    let runs: Vec<FlatRun<'_>> = text.runs.iter().map(|run| FlatRun { text: &run.text, font: &run.font, scale: run.scale }).collect();
    let align = match text.align {
        Align::Left => 0.0,
        Align::Center => 0.5,
        Align::Right => 1.0,
    };
    let style = FlatStyle {
        size,
        line_height: text.line_height,
        letter_spacing: text.letter_spacing,
        align,
        width: text.width.map(|width| width * canvas.0),
    };
    let laid = layout_flat(fonts, &runs, &style);
    let mut fills = Vec::new();
    if let Some(plate) = &text.plate {
        let padding = plate.padding * canvas.1;
        // The line height already includes space above and below the letters.
        let (w, h) = (laid.width + 3.0 * padding, laid.height + 2.0 * padding - (text.line_height - 1.0).max(0.0) * size);
        let path = rounded(w, h, plate.radius * w.min(h));
        fills.extend(path.map(|path| Fill { path, ink: Ink::Color(plate.color, plate.opacity) }));
    }
    let paths: Vec<_> = laid.runs.iter().map(|run| polygons(run.iter().map(Vec::as_slice))).collect();
    if let Some(outline) = &text.outline {
        let stroke = Stroke { width: 2.0 * outline.width * canvas.1, line_join: LineJoin::Round, ..Stroke::default() };
        for path in paths.iter().flatten() {
            fills.extend(Fill::color(path.stroke(&stroke, 4.0), outline.color));
        }
    }
    for (path, run) in paths.into_iter().zip(&text.runs) {
        fills.extend(Fill::color(path, run.color));
    }
    let mut is_cut = laid.is_cut;
    for part in &laid.colored {
        match colored(part, text) {
            Some(fill) => fills.push(fill),
            None => is_cut = true,
        }
    }
    DrawnText { fills, size, is_cut }
}

/// The fill of an emoji, or of a part of one.
fn colored(part: &Colored, text: &FlatText) -> Option<Fill> {
    match part {
        Colored::Shape { polygons: shape, color, run } => {
            let own = color.map(|[r, g, b, a]| ([r, g, b], f32::from(a) / 255.0));
            let (color, opacity) = own.or_else(|| text.runs.get(*run).map(|run| (run.color, 1.0)))?;
            Some(Fill { path: polygons(shape.iter().map(Vec::as_slice))?, ink: Ink::Color(color, opacity) })
        }
        Colored::Picture { left, top, .. } => {
            let pixels = premultiplied(&part.picture()?)?;
            let path = PathBuilder::from_rect(Rect::from_xywh(*left, *top, pixels.width() as f32, pixels.height() as f32)?);
            Some(Fill { path, ink: Ink::Picture { pixels, left: *left, top: *top, scale: 1.0, smooth: true } })
        }
    }
}
