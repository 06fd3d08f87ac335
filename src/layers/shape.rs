//! The outlines of shapes.

use std::f32::consts::{PI, TAU};

use tiny_skia::{LineJoin, Path, PathBuilder, Rect, Stroke};

use super::patch::{Fill, polygons, rounded};
use crate::math;
use crate::request::layers::{Border, Color, ShapeKind, ShapeLayer};

/// Distance by which a ribbon's ends hang below its band, as a fraction of the band's height.
const HANG: f32 = 0.2;
/// Brightness of a ribbon's ends, as a fraction of the band's.
const ENDS: f32 = 0.84;
/// Brightness of a ribbon's folds, as a fraction of the band's.
const FOLDS: f32 = 0.58;

/// The fills of a shape, lowest first. `canvas`: its sides in pixels.
pub(super) fn fills(shape: &ShapeLayer, canvas: (f32, f32)) -> Vec<Fill> {
    let (w, h) = ((shape.width * canvas.0).max(0.5), (shape.height * canvas.1).max(0.5));
    let mut fills = Vec::new();
    if shape.kind == ShapeKind::Ribbon {
        fills.extend(ribbon_ends(w, h, shape, canvas.1));
    }
    if let Some(color) = shape.fill {
        fills.extend(Fill::color(outline(shape, w, h, 0.0), color));
    }
    if let Some(border) = &shape.border {
        let width = border.width * canvas.1;
        fills.extend(Fill::color(outline(shape, w, h, width / 2.0).and_then(|path| line_along(&path, width)), border.color));
    }
    fills
}

/// The outline of a shape, moved inwards by `inset` pixels.
fn outline(shape: &ShapeLayer, width: f32, height: f32, inset: f32) -> Option<Path> {
    let (w, h) = ((width - 2.0 * inset).max(0.1), (height - 2.0 * inset).max(0.1));
    match shape.kind {
        ShapeKind::Rectangle => rounded(w, h, 0.0),
        ShapeKind::Rounded => rounded(w, h, (shape.radius * width.min(height) - inset).max(0.0)),
        ShapeKind::Line => rounded(w, h, h / 2.0),
        ShapeKind::Ellipse => PathBuilder::from_oval(Rect::from_xywh(-w / 2.0, -h / 2.0, w, h)?),
        ShapeKind::Ribbon => {
            let band = (width - 2.0 * tail(width, height)).max(1.0);
            rounded((band - 2.0 * inset).max(0.1), h, 0.0)
        }
        ShapeKind::Burst => {
            let points = shape.points.clamp(3, 60);
            let star: Vec<[f32; 2]> = (0..2 * points)
                .map(|i| {
                    let angle = i as f32 * PI / points as f32 - TAU / 4.0;
                    let radius = if i % 2 == 0 { 1.0 } else { 1.0 - shape.depth };
                    let (sin, cos) = math::sin_cos(angle);
                    [cos * radius * w / 2.0, sin * radius * h / 2.0]
                })
                .collect();
            polygons([star.as_slice()])
        }
    }
}

/// The outline of a line along a path; `width` in pixels.
pub(super) fn line_along(path: &Path, width: f32) -> Option<Path> {
    path.stroke(&Stroke { width, line_join: LineJoin::Miter, ..Stroke::default() }, 4.0)
}

/// Visible length of a ribbon's end beside its band, pixels.
fn tail(width: f32, height: f32) -> f32 {
    (0.62 * height).min(0.16 * width)
}

/// The ends of a ribbon behind its band, and the folds between them.
fn ribbon_ends(w: f32, h: f32, shape: &ShapeLayer, canvas_height: f32) -> Vec<Fill> {
    let tail = tail(w, h);
    let (edge, fold) = (w / 2.0 - tail, tail * 0.42);
    let (top, bottom) = (-h / 2.0 + HANG * h, h / 2.0 + HANG * h);
    let mut fills = Vec::new();
    for side in [-1.0, 1.0] {
        let notch = tail * 0.42;
        let inner = edge - fold;
        let end = [[inner, top], [w / 2.0, top], [w / 2.0 - notch, (top + bottom) / 2.0], [w / 2.0, bottom], [inner, bottom]];
        let end: Vec<[f32; 2]> = end.iter().map(|[x, y]| [x * side, *y]).collect();
        let path = polygons([end.as_slice()]);
        let tone = |share: f32| shape.fill.map(|color| shaded(color, share));
        if let Some(color) = tone(ENDS) {
            fills.extend(Fill::color(path.clone(), color));
        }
        if let Some(Border { color, width }) = &shape.border {
            let line = path.as_ref().and_then(|path| line_along(path, width * canvas_height));
            fills.extend(Fill::color(line, shaded(*color, ENDS)));
        }
        let folded = [[edge, h / 2.0], [inner, h / 2.0], [inner, bottom]].map(|[x, y]| [x * side, y]);
        if let Some(color) = tone(FOLDS) {
            fills.extend(Fill::color(polygons([folded.as_slice()]), color));
        }
    }
    fills
}

fn shaded(color: Color, share: f32) -> Color {
    color.map(|v| (f32::from(v) * share + 0.5) as u8)
}
