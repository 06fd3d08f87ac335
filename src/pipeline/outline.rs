//! The outline of a cut-out: the edge on which the product stands, and the elevation of the camera that it shows.
//!
//! A circle on the ground, seen from an elevation e, is an ellipse whose axes have the ratio sin e, and the near half of a round base is the lower
//! half of that ellipse. The near corner of a box shows the same: its edges are perpendicular, so their slopes in the picture have the product sin²
//! e.

use super::borders::CutSides;
use super::layout::Bounds;
use crate::backend::View;
use crate::imaging::Plane;
use crate::imaging::resize::{Filter, fit_within, resize_plane};
use crate::math;

/// Pixels with a matte above this value belong to the product.
const INSIDE: f32 = 0.5;
/// Longest side at which the outline is measured, pixels. A photo and a reduced copy of it thus give the same camera.
const MEASURED_SIDE: usize = 320;
/// An edge ends where its slope exceeds this: there the side of the product begins.
const STEEPEST: f32 = 2.0;
/// Up to this slope a gap below the edge belongs to it, as between two wheels. A gap below a steeper part, such as a handle, does not.
const FLAT: f32 = 0.15;
/// Up to this slope a wide gap lies between feet at different depths, such as the wheels of a car that is seen at an angle.
const SLANTED: f32 = 0.45;
/// If base and rim are flatter than this, the product may be a box that faces the camera.
const STRAIGHT: f32 = 0.12;
/// Largest mean deviation of a box's sides from straight lines, as a share of its width.
const MOST_WAVY: f32 = 0.006;
/// Sides that converge less than this do not show the elevation.
const LEAST_CONVERGENCE: f32 = 0.012;
/// Ratio of the foreshortening to the slope of a line of feet for a product that is turned by about 30°, as cars and chairs in advertisements are.
const TURNED: f32 = 1.6;
/// Largest foreshortening that is read from that slope.
const SLANTED_MOST: f32 = 0.6;
/// Elevations are rounded to this step in degrees, so that corrections of a mask rarely change the scene.
const STEP: f32 = 5.0;
/// A gap between feet takes at least this share of the product's width.
const SLANTED_SPAN: f32 = 0.3;
/// An edge whose deviation from an ellipse or corner exceeds this share of its half width does not show the elevation.
const MOST_MISFIT: f32 = 0.10;
/// Elevation in degrees for products without a base: they lie flat.
pub(super) const FROM_ABOVE: f32 = 75.0;
/// Elevation in degrees for products that the photo cuts off at the bottom.
const CUT_OFF: f32 = 8.0;

/// The lower edge of a product, or its upper edge mirrored.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    /// First column.
    pub left: usize,
    /// Height of each column's contour above the lowest one, in pixels. Gaps are bridged.
    pub rise: Vec<f32>,
    /// Rows from the near edge of the base to its middle.
    pub sag: f32,
    /// Height as a fraction of the width of the projected circle that the edge is part of.
    pub foreshortening: f32,
    /// Deviation from an ellipse or a corner as a fraction of half the width.
    pub misfit: f32,
    /// Slope of the line through feet at different depths, upwards to the right. Such an edge does not show its own foreshortening.
    pub slanted: Option<f32>,
    /// Whether it is the near corner of a box.
    pub corner: bool,
    /// Column of the lowest point.
    pub lowest: f32,
}

impl Edge {
    /// The part of the edge that touches the surface if circles on it have this foreshortening. The edge of a bowl curves more, so only its middle
    /// does.
    pub fn contact(self, foreshortening: f32) -> Self {
        let share = (foreshortening / self.foreshortening.max(1e-3)).powi(2);
        if share > 0.7 || self.rise.len() < 12 || self.corner || self.slanted.is_some() {
            return self;
        }
        let kept = ((self.rise.len() as f32 * share.max(0.25)) as usize).max(5);
        let lowest = (0..self.rise.len()).min_by(|&a, &b| self.rise[a].total_cmp(&self.rise[b])).unwrap_or(0);
        let from = lowest.saturating_sub(kept / 2).min(self.rise.len() - kept);
        let half = kept as f32 / 2.0;
        let bow = |i: usize| {
            let u = (i as f32 + 0.5) / half - 1.0;
            foreshortening * half * (1.0 - (1.0 - u * u).max(0.0).sqrt())
        };
        Self { left: self.left + from, rise: (0..kept).map(bow).collect(), sag: foreshortening * half, foreshortening, ..self }
    }

    /// Number of columns.
    pub fn width(&self) -> usize {
        self.rise.len()
    }
}

/// The lowest covered row of each column.
pub(super) fn lower_contour(alpha: &Plane) -> Vec<Option<usize>> {
    let mut lower = vec![None; alpha.width];
    for y in 0..alpha.height {
        for (slot, &a) in lower.iter_mut().zip(&alpha.data[y * alpha.width..]) {
            if a > INSIDE {
                *slot = Some(y);
            }
        }
    }
    lower
}

/// The highest covered row of each column.
fn upper_contour(alpha: &Plane) -> Vec<Option<usize>> {
    let mut upper = vec![None; alpha.width];
    for y in (0..alpha.height).rev() {
        for (slot, &a) in upper.iter_mut().zip(&alpha.data[y * alpha.width..]) {
            if a > INSIDE {
                *slot = Some(y);
            }
        }
    }
    upper
}

/// The lower edge of a product with this lower contour; `None` for an empty one.
pub(super) fn base(lower: &[Option<usize>]) -> Option<Edge> {
    let points: Vec<(f32, f32)> = lower.iter().enumerate().filter_map(|(x, y)| Some((x as f32, -((*y)? as f32)))).collect();
    edge(&points)
}

/// The upper edge of a product with this upper contour, mirrored.
fn rim(upper: &[Option<usize>]) -> Option<Edge> {
    let points: Vec<(f32, f32)> = upper.iter().enumerate().filter_map(|(x, y)| Some((x as f32, (*y)? as f32))).collect();
    edge(&points)
}

/// The edge around the lowest point of a contour. `points`: column and height, in the order of columns.
fn edge(points: &[(f32, f32)]) -> Option<Edge> {
    let (first, last) = (points.first()?, points.last()?);
    let span = last.0 - first.0 + 1.0;
    let hull = lower_hull(points);
    let lowest = (0..hull.len()).min_by(|&a, &b| hull[a].1.total_cmp(&hull[b].1))?;
    let mut slanted = None;
    let mut belongs = |a: (f32, f32), b: (f32, f32)| {
        let slope = (b.1 - a.1) / (b.0 - a.0).max(1e-3);
        if slope.abs() <= FLAT {
            return true;
        }
        let bridge = is_bridge(points, a, b, span);
        if bridge && slope.abs() <= SLANTED && b.0 - a.0 > SLANTED_SPAN * span {
            slanted = Some(slope);
            return true;
        }
        slope.abs() <= STEEPEST && !bridge
    };
    let (mut from, mut to) = (lowest, lowest);
    while from > 0 && belongs(hull[from - 1], hull[from]) {
        from -= 1;
    }
    while to + 1 < hull.len() && belongs(hull[to], hull[to + 1]) {
        to += 1;
    }
    let (left, right) = (hull[from].0, hull[to].0);
    let floor = hull[lowest].1;
    let mut at = from;
    let rise: Vec<f32> = (left as usize..=right as usize)
        .map(|x| {
            let x = x as f32;
            while at + 1 < to && hull[at + 1].0 < x {
                at += 1;
            }
            let (a, b) = (hull[at], hull[(at + 1).min(to)]);
            a.1 + (b.1 - a.1) * ((x - a.0) / (b.0 - a.0).max(1e-3)).clamp(0.0, 1.0) - floor
        })
        .collect();
    let Shape { foreshortening, sag, misfit, corner } = measure(&rise);
    Some(Edge { left: left as usize, rise, sag, foreshortening, misfit, slanted, corner, lowest: hull[lowest].0 })
}

/// The lower convex hull (Andrew 1979).
fn lower_hull(points: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let mut hull: Vec<(f32, f32)> = Vec::new();
    for &p in points {
        while let [.., a, b] = hull[..] {
            if (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0) > 0.0 {
                break;
            }
            hull.pop();
        }
        hull.push(p);
    }
    hull
}

/// Whether the contour lies clearly above the line between two points of its hull, as below a handle.
fn is_bridge(points: &[(f32, f32)], a: (f32, f32), b: (f32, f32), span: f32) -> bool {
    let between = b.0 - a.0 - 1.0;
    if between < 0.06 * span {
        return false;
    }
    let slope = (b.1 - a.1) / (b.0 - a.0);
    let inner = points.iter().filter(|p| p.0 > a.0 && p.0 < b.0);
    let (gap, count) = inner.fold((0.0, 0.0), |(gap, count), p| (gap + p.1 - a.1 - slope * (p.0 - a.0), count + 1.0));
    // Columns without any product are a gap too.
    count < 0.7 * between || gap / count > (0.02 * span).max(1.5)
}

/// The measurements of an edge; see the fields of [`Edge`].
struct Shape {
    foreshortening: f32,
    sag: f32,
    misfit: f32,
    corner: bool,
}

/// Measures an edge as an ellipse's lower half or as the near corner of a box, whichever fits.
fn measure(rise: &[f32]) -> Shape {
    let n = rise.len();
    let half = (n as f32 / 2.0).max(0.5);
    if n < 5 {
        return Shape { foreshortening: 0.0, sag: 0.0, misfit: 1.0, corner: false };
    }
    let (ratio, axis, off) = ellipse(rise);
    let ends = (rise[0] + rise[n - 1]) / 2.0;
    if let Some((slopes, misfit)) = corner(rise)
        && misfit < 0.6 * off
    {
        return Shape { foreshortening: (slopes.0 * slopes.1).sqrt().min(1.0), sag: ends, misfit: misfit / half, corner: true };
    }
    let ratio = ratio.clamp(0.0, 1.0);
    Shape { foreshortening: ratio, sag: (ratio * axis).max(0.0), misfit: off / half, corner: false }
}

/// The best-fitting ellipse: ratio of its axes, half its width and mean deviation, both in pixels.
fn ellipse(rise: &[f32]) -> (f32, f32, f32) {
    let n = rise.len();
    let (middle, half) = ((n as f32 - 1.0) / 2.0, n as f32 / 2.0);
    let mut best = (0.0, half, f32::MAX);
    // The ellipse may be wider than the edge, which ends where it becomes too steep.
    for wider in [1.0, 1.02, 1.05, 1.09, 1.15, 1.25, 1.4] {
        let axis = half * wider;
        let sagging = |x: usize| {
            let u = ((x as f32 - middle) / axis).clamp(-1.0, 1.0);
            (u, 1.0 - (1.0 - u * u).max(0.0).sqrt())
        };
        // Normal equations of height = a + b·u + c·arc(u); u is odd and the arc even, so b stands alone.
        let (mut s1, mut sa, mut saa, mut sh, mut sha, mut suu, mut shu) = (0.0, 0.0, 0.0, 0.0, 0.0, 1e-6, 0.0);
        for (x, &h) in rise.iter().enumerate() {
            let (u, arc) = sagging(x);
            s1 += 1.0;
            sa += arc;
            saa += arc * arc;
            sh += h;
            sha += h * arc;
            suu += u * u;
            shu += h * u;
        }
        let det: f32 = s1 * saa - sa * sa;
        if det.abs() < 1e-6 {
            continue;
        }
        let (a, c, b) = ((sh * saa - sa * sha) / det, (s1 * sha - sa * sh) / det, shu / suu);
        let off = rise.iter().enumerate().map(|(x, &h)| {
            let (u, arc) = sagging(x);
            (h - a - b * u - c * arc).abs()
        });
        let misfit = off.sum::<f32>() / n as f32;
        if misfit < best.2 {
            best = (c / axis, axis, misfit);
        }
    }
    best
}

/// The slopes of the two straight lines that meet at the lowest point, and the mean deviation from them in pixels; `None` if there is no corner.
fn corner(rise: &[f32]) -> Option<((f32, f32), f32)> {
    let n = rise.len();
    let flat: Vec<usize> = (0..n).filter(|&x| rise[x] < 0.75).collect();
    let at = (flat.first()? + flat.last()?) / 2;
    // A corner at the very end shows one side only.
    if at < n / 12 || n - at < n / 12 {
        return None;
    }
    let line = |side: &[f32], reversed: bool| {
        let m = side.len() as f32;
        let (mut num, mut den) = (0.0, 1e-6);
        for (i, &h) in side.iter().enumerate() {
            let d = if reversed { m - i as f32 } else { i as f32 + 1.0 };
            num += d * h;
            den += d * d;
        }
        let slope: f32 = num / den;
        let off = side.iter().enumerate().map(|(i, &h)| (h - slope * if reversed { m - i as f32 } else { i as f32 + 1.0 }).abs());
        (slope, off.sum::<f32>())
    };
    let (left, off_left) = line(&rise[..at], true);
    let (right, off_right) = line(&rise[at + 1..], false);
    (left > 0.02 && right > 0.02).then_some(((left, right), (off_left + off_right) / n as f32))
}

/// The view of the photo; `None` if the outline does not show it.
pub(super) fn view(alpha: &Plane, bounds: Bounds, cut: CutSides) -> Option<View> {
    let alpha = alpha.crop(bounds);
    let (w, h) = fit_within(alpha.width, alpha.height, MEASURED_SIDE);
    let alpha = if (w, h) == (alpha.width, alpha.height) { alpha } else { resize_plane(&alpha, w, h, Filter::Triangle) };
    let upper = if cut.top { None } else { rim(&upper_contour(&alpha)) };
    if cut.bottom {
        return Some(View { elevation: CUT_OFF });
    }
    if cut.any() {
        // An incomplete base cannot be measured.
        return None;
    }
    let base = base(&lower_contour(&alpha))?;
    let share = base.width() as f32 / w as f32;
    if lies_tilted(&alpha) || share < 0.12 {
        return Some(View { elevation: FROM_ABOVE });
    }
    let rim = upper.filter(|rim| rim.width() * 4 > w && rim.misfit < MOST_MISFIT).map(|rim| rim.foreshortening);
    let seen = match (rim, base.slanted) {
        (_, Some(slope)) => (slope.abs() * TURNED).min(SLANTED_MOST),
        _ if base.misfit > MOST_MISFIT => return None,
        // The base of a bowl is curved from every elevation, its rim only from above, so the flatter edge is more reliable.
        (Some(rim), None) if rim < base.foreshortening => 0.35 * base.foreshortening + 0.65 * rim,
        (_, None) => base.foreshortening,
    };
    let straight = |edge: f32| edge < STRAIGHT;
    let faced = if straight(seen) && rim.is_none_or(straight) { faced_box(&alpha) } else { None };
    let elevation = faced.unwrap_or_else(|| 90.0 - math::acos(seen.clamp(0.0, 1.0)).to_degrees());
    Some(View { elevation: ((elevation / STEP).round_ties_even() * STEP).clamp(5.0, FROM_ABOVE + STEP) })
}

/// Elevation in degrees of a box that faces the camera; `None` if it is not one. Its base is a straight line, but its sides converge: seen from
/// above, its front widens upwards to the upper front edge, and its top narrows from there to the upper back edge. With widths `b`, `m`, `t` of base,
/// front edge and back edge, and heights `f` of the front and `u` of the top on the picture, tan² e = (m/b − 1) · u / ((m/t − 1) · f), whatever the
/// lens.
fn faced_box(alpha: &Plane) -> Option<f32> {
    let rows: Vec<f32> = alpha.data.chunks_exact(alpha.width).map(|row| row.iter().filter(|a| **a > INSIDE).count() as f32).collect();
    let (first, last) = (rows.iter().position(|n| *n > 0.0)?, rows.iter().rposition(|n| *n > 0.0)?);
    let rows = &rows[first..=last];
    let n = rows.len();
    if n < 40 {
        return None;
    }
    // The front edge: where two straight lines meet that fit the widths best.
    let margin = n / 40 + 1;
    let mut best: Option<(f32, usize, [f32; 4])> = None;
    for edge in (2 * margin..n - 2 * margin).step_by(2) {
        let (top, bottom) = (straight_line(&rows[margin..edge]), straight_line(&rows[edge..n - margin]));
        let off = top.1 + bottom.1;
        if best.is_none_or(|b| off < b.0) {
            let (t, b) = (top.0, bottom.0);
            let span = ((edge - margin) as f32, (n - margin - edge) as f32);
            // Widths at the outermost rows and at the edge from both sides.
            best = Some((off, edge, [t.0 - t.1 * margin as f32, t.0 + t.1 * span.0, b.0, b.0 + b.1 * (span.1 + margin as f32)]));
        }
    }
    let (off, edge, [back, under, over, base]) = best?;
    let widest = (under + over) / 2.0;
    if off > MOST_WAVY * n as f32 * widest || (under - over).abs() > 0.02 * widest {
        return None;
    }
    let (front, top) = (widest / base - 1.0, widest / back - 1.0);
    if front < LEAST_CONVERGENCE || top < LEAST_CONVERGENCE {
        return None;
    }
    let tangent = (front * edge as f32 / (top * (n - edge) as f32)).sqrt();
    Some(math::atan2(tangent, 1.0).to_degrees())
}

/// Least-squares line through values at 0, 1, 2 …: its value at 0 and its slope; and the sum of absolute deviations from it.
fn straight_line(values: &[f32]) -> ((f32, f32), f32) {
    let n = values.len() as f32;
    let (mx, my) = ((n - 1.0) / 2.0, values.iter().sum::<f32>() / n);
    let (mut xy, mut xx) = (0.0, 1e-6);
    for (i, v) in values.iter().enumerate() {
        let x = i as f32 - mx;
        xy += x * (v - my);
        xx += x * x;
    }
    let slope = xy / xx;
    let off = values.iter().enumerate().map(|(i, v)| (v - my - slope * (i as f32 - mx)).abs()).sum();
    ((my - slope * mx, slope), off)
}

/// Whether the product is long and tilted, like a pen on a desk, so that it lies rather than stands. A car that is seen at an angle is shorter and flatter.
fn lies_tilted(alpha: &Plane) -> bool {
    let (mut n, mut sx, mut sy, mut sxx, mut syy, mut sxy) = (1e-6_f64, 0.0, 0.0, 0.0, 0.0, 0.0);
    for (i, _) in alpha.data.iter().enumerate().filter(|(_, a)| **a > INSIDE) {
        let (x, y) = ((i % alpha.width) as f64, (i / alpha.width) as f64);
        n += 1.0;
        sx += x;
        sy += y;
        sxx += x * x;
        syy += y * y;
        sxy += x * y;
    }
    let (mx, my) = (sx / n, sy / n);
    let (xx, yy, xy) = (sxx / n - mx * mx, syy / n - my * my, sxy / n - mx * my);
    let root = ((xx - yy) * (xx - yy) / 4.0 + xy * xy).sqrt();
    let (long, short) = ((xx + yy) / 2.0 + root, ((xx + yy) / 2.0 - root).max(1e-6));
    let angle = math::atan2(2.0 * xy as f32, (xx - yy) as f32).to_degrees().abs() / 2.0;
    (long / short > 8.0 && (15.0..75.0).contains(&angle)) || (long / short > 5.0 && (30.0..75.0).contains(&angle))
}

#[cfg(test)]
#[path = "outline_tests.rs"]
mod tests;
