//! Where the text stands.

use image::{RgbImage, RgbaImage};

use super::layout::{Bounds, is_banner, percent};
use super::text::Headline;
use crate::imaging::{LinearRgb, Plane, luminance, srgb8_to_linear};
use crate::notice;
use crate::notice::Notice;
use crate::request::{CompositionMode, Placement, TextPosition};

/// Margin above and below the letters, as a fraction of the canvas' height.
const TOP: f32 = 0.06;
const BOTTOM: f32 = 0.06;
/// Text of which the product hides more than this share is illegible.
const MOST_HIDDEN: f32 = 0.30;
/// Ink is where the layer's alpha exceeds this.
const INK: f32 = 0.3;

/// Where the text layer goes.
#[derive(Default)]
pub struct TextPlacement {
    /// How far the layer moves right and down, in pixels.
    pub offset: (i64, i64),
    /// The ink's box before it moves; `None` for a layer without ink.
    pub ink: Option<Bounds>,
    /// A warning if the text is hidden, or was moved to stay visible.
    pub notice: Option<Notice>,
}

/// Places the text layer at the designer's coordinates, else at `position`. The letters always stay on the canvas.
pub fn place_text(
    background: &LinearRgb,
    text: &Plane,
    text_luminance: f32,
    product: Option<&Plane>,
    mode: CompositionMode,
    position: TextPosition,
    coordinates: &Placement,
) -> TextPlacement {
    let height = background.height as i64;
    let Some(ink) = text.bounds(INK) else { return TextPlacement::default() };
    let (x0, y0, x1, y1) = ink;
    let centred = |at: f32, side: usize, ink: usize| {
        let start = (at * side as f32 - ink as f32 / 2.0).round() as i64;
        // Outline and shadow need a little space at the edge.
        let free = (side as i64 - ink as i64).max(0);
        let margin = ((side as f32 * 0.015) as i64).min(free / 2);
        start.clamp(margin, free - margin)
    };
    let dx = coordinates.text_x.map_or(0, |x| centred(x, background.width, x1 - x0) - x0 as i64);
    let block = (y1 - y0) as i64;
    let (lowest, highest) = (height - (BOTTOM * height as f32) as i64 - block, (TOP * height as f32) as i64);
    let lowest = lowest.max(0);
    let highest = highest.min(lowest.max(0));
    let top_of = |p: TextPosition| match p {
        TextPosition::Top => highest,
        TextPosition::Center => (height - block) / 2,
        TextPosition::Bottom => lowest,
        TextPosition::Auto => highest,
    };
    // On a banner the text stands beside the product, in the middle of the height.
    let position = if is_banner(background.width, background.height) { TextPosition::Center } else { position };
    let hidden = |top: i64| product.map_or(0.0, |p| overlap(text, p, (x0, y0, x1, y1), (dx, top - y0 as i64)));
    if let Some(y) = coordinates.text_y {
        let top = centred(y, background.height, y1 - y0);
        let notice = (mode == CompositionMode::Behind && hidden(top) > MOST_HIDDEN)
            .then(|| notice!("pipeline-text-hidden", percent = percent(hidden(top))).at("text_y"));
        return TextPlacement { offset: (dx, top - y0 as i64), ink: Some(ink), notice };
    }
    let candidates: Vec<i64> = (0..=24).map(|i| highest + (lowest - highest) * i / 24).collect();
    let across = ((x0 as i64 + dx).max(0) as usize, (x1 as i64 + dx).max(0) as usize);
    let wanted = if position == TextPosition::Auto {
        let cost = |top: i64| {
            let covered = hidden(top);
            let (clutter, contrast) = region(background, across, top, block, text_luminance);
            // Everything else being equal, a headline belongs above the product.
            let depth = (top - highest) as f32 / height as f32 * 0.25;
            2.5 * covered + 2.0 * clutter + 0.6 * (1.0 - contrast) + depth
        };
        candidates.iter().copied().min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or(highest)
    } else {
        top_of(position)
    };
    let mut notice = None;
    let mut top = wanted;
    if mode == CompositionMode::Behind && hidden(wanted) > MOST_HIDDEN {
        // The nearest position where it is legible; if there is none, the one that hides least.
        let mut nearest: Vec<i64> =
            (0..=96).map(|i| (height as f32 * 0.03) as i64 + (lowest - (height as f32 * 0.03) as i64) * i / 96).collect();
        nearest.sort_by_key(|t| (t - wanted).abs());
        top = nearest
            .iter()
            .copied()
            .find(|t| hidden(*t) <= MOST_HIDDEN * 0.85)
            .unwrap_or_else(|| nearest.iter().copied().min_by(|a, b| hidden(*a).total_cmp(&hidden(*b))).unwrap_or(wanted));
        let (before, after) = (percent(hidden(wanted)), percent(hidden(top)));
        notice = Some(notice!("pipeline-text-moved", before = before, after = after).at("text_position"));
    }
    TextPlacement { offset: (dx, top - y0 as i64), ink: Some(ink), notice }
}

/// Row of the letters' centre at position `auto`; `None` for a headline without ink. Both pictures have the canvas' size.
pub(super) fn automatic_row(background: &RgbImage, headline: &Headline, product: Option<&Plane>, mode: CompositionMode) -> Option<f32> {
    let image = &headline.image;
    let (width, height) = (image.width() as usize, image.height() as usize);
    let alpha = Plane { width, height, data: image.pixels().map(|p| f32::from(p.0[3]) / 255.0).collect() };
    let tone = mean_luminance(image, headline.front_faces.as_ref().unwrap_or(&alpha));
    let background = LinearRgb::from_srgb(background);
    let placed = place_text(&background, &alpha, tone, product, mode, TextPosition::Auto, &Placement::default());
    let (_, top, _, bottom) = placed.ink?;
    Some((top + bottom) as f32 / 2.0 + placed.offset.1 as f32)
}

/// Mean luminance of the letters where `weight` exceeds one half.
pub(super) fn mean_luminance(text: &RgbaImage, weight: &Plane) -> f32 {
    let (mut sum, mut total) = (0.0_f64, 1e-6_f64);
    for (p, &a) in text.pixels().zip(&weight.data) {
        if a > 0.5 {
            sum += f64::from(luminance([p.0[0], p.0[1], p.0[2]].map(srgb8_to_linear)));
            total += 1.0;
        }
    }
    (sum / total) as f32
}

/// Share of the text that the product covers.
fn overlap(text: &Plane, product: &Plane, (x0, y0, x1, y1): Bounds, (dx, dy): (i64, i64)) -> f32 {
    let (mut covered, mut total) = (0.0, 1e-6);
    for y in (y0..y1).step_by(2) {
        let py = y as i64 + dy;
        if py < 0 || py >= product.height as i64 {
            continue;
        }
        for x in (x0..x1).step_by(2) {
            let px = x as i64 + dx;
            if px < 0 || px >= product.width as i64 {
                continue;
            }
            let a = text.at(x, y);
            total += a;
            covered += a * product.at(px as usize, py as usize);
        }
    }
    covered / total
}

/// Clutter (mean gradient) of the part of the picture behind the text, and its contrast to the text (0..=1).
fn region(image: &LinearRgb, (x0, x1): (usize, usize), top: i64, block: i64, text: f32) -> (f32, f32) {
    let (from, to) = (top.max(0) as usize, ((top + block).max(0) as usize).min(image.height));
    let (mut edges, mut sum, mut count) = (0.0, 0.0, 0.0_f32);
    let tone = |x: usize, y: usize| luminance(image.at(x, y)).max(0.0).sqrt();
    for y in (from..to.saturating_sub(4)).step_by(4) {
        for x in (x0..x1.saturating_sub(4)).step_by(4) {
            let v = tone(x, y);
            edges += (tone(x + 4, y) - v).abs() + (tone(x, y + 4) - v).abs();
            sum += v * v;
            count += 1.0;
        }
    }
    let mean = sum / count.max(1.0);
    let ratio = (mean.max(text) + 0.05) / (mean.min(text) + 0.05);
    (edges / count.max(1.0), ((ratio - 1.0) / 6.0).clamp(0.0, 1.0))
}
