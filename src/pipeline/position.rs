//! Where the text stands.

use crate::imaging::{LinearRgb, Plane, luminance};
use crate::request::{CompositionMode, Placement, TextPosition};

const TOP: f32 = 0.06;
const BOTTOM: f32 = 0.06;
/// In `behind`, more hidden text than this cannot be read.
const MOST_HIDDEN: f32 = 0.30;

/// Offset of the text layer to the right and down, and a note when the wish could not be followed. Numbers of the designer's own go before
/// `position`; the letters stay whole.
pub fn text_offset(
    background: &LinearRgb,
    text: &Plane,
    text_luminance: f32,
    product: Option<&Plane>,
    mode: CompositionMode,
    position: TextPosition,
    wish: &Placement,
) -> ((i64, i64), Option<String>) {
    let height = background.height as i64;
    let Some((x0, y0, x1, y1)) = text.bounds(0.3) else { return ((0, 0), None) };
    let centred = |at: f32, side: usize, ink: usize| {
        let start = (at * side as f32 - ink as f32 / 2.0).round() as i64;
        // Outline and shadow need a little air at the edge.
        let free = (side as i64 - ink as i64).max(0);
        let air = ((side as f32 * 0.015) as i64).min(free / 2);
        start.clamp(air, free - air)
    };
    let dx = wish.text_x.map_or(0, |x| centred(x, background.width, x1 - x0) - x0 as i64);
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
    let hidden = |top: i64| product.map_or(0.0, |p| overlap(text, p, (x0, y0, x1, y1), (dx, top - y0 as i64)));
    if let Some(y) = wish.text_y {
        let top = centred(y, background.height, y1 - y0);
        let note = (mode == CompositionMode::Behind && hidden(top) > MOST_HIDDEN)
            .then(|| format!("text_y: {:.0} % of the text is hidden behind the product there", hidden(top) * 100.0));
        return ((dx, top - y0 as i64), note);
    }
    let candidates: Vec<i64> = (0..=24).map(|i| highest + (lowest - highest) * i / 24).collect();
    let across = ((x0 as i64 + dx).max(0) as usize, (x1 as i64 + dx).max(0) as usize);
    let wanted = if position == TextPosition::Auto {
        let cost = |top: i64| {
            let covered = hidden(top);
            let (clutter, contrast) = region(background, across, top, block, text_luminance);
            // Words are expected above the product when nothing else speaks against it.
            let habit = (top - highest) as f32 / height as f32 * 0.25;
            2.5 * covered + 2.0 * clutter + 0.6 * (1.0 - contrast) + habit
        };
        candidates.iter().copied().min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap_or(highest)
    } else {
        top_of(position)
    };
    let mut note = None;
    let mut top = wanted;
    if mode == CompositionMode::Behind && hidden(wanted) > MOST_HIDDEN {
        // The nearest place where it can be read; where there is none, the one that hides least.
        let mut order: Vec<i64> =
            (0..=96).map(|i| (height as f32 * 0.03) as i64 + (lowest - (height as f32 * 0.03) as i64) * i / 96).collect();
        order.sort_by_key(|t| (t - wanted).abs());
        top = order
            .iter()
            .copied()
            .find(|t| hidden(*t) <= MOST_HIDDEN * 0.85)
            .unwrap_or_else(|| order.iter().copied().min_by(|a, b| hidden(*a).total_cmp(&hidden(*b))).unwrap_or(wanted));
        note = Some(format!(
            "text_position: behind the product {:.0} % of the text would be hidden there, so it was moved to where {:.0} % is",
            hidden(wanted) * 100.0,
            hidden(top) * 100.0
        ));
    }
    ((dx, top - y0 as i64), note)
}

/// Share of the text that the product covers.
pub fn overlap(text: &Plane, product: &Plane, (x0, y0, x1, y1): (usize, usize, usize, usize), (dx, dy): (i64, i64)) -> f32 {
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

/// Clutter (mean gradient) and contrast (0..=1) of a band of the picture.
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
