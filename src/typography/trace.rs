//! Outlines of a picture's alpha by marching squares: the line where alpha is one half, interpolated between the centres of the pixels.

use std::collections::BTreeMap;

/// Alpha from which a pixel counts as opaque.
const HALF: f32 = 127.5;
/// Points closer than this to the line between their neighbours are left out, pixels.
const TOLERANCE: f32 = 0.02;

/// A point between the centres of two neighbouring pixels: the first one, and whether the second is below it instead of to its right.
type Edge = (i64, i64, bool);

/// Closed polygons in pixels; those around holes run the other way round.
pub(super) fn trace(alpha: &[u8], width: usize) -> Vec<Vec<[f32; 2]>> {
    let height = alpha.len() / width.max(1);
    // Outside of the picture is transparent.
    let at = |x: i64, y: i64| {
        let inside = x >= 0 && y >= 0 && (x as usize) < width && (y as usize) < height;
        if inside { f32::from(alpha[y as usize * width + x as usize]) } else { 0.0 }
    };
    let mut next: BTreeMap<Edge, Edge> = BTreeMap::new();
    for y in -1..height as i64 {
        for x in -1..width as i64 {
            cell([at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)], x, y, &mut next);
        }
    }
    let point = |(x, y, below): Edge| {
        let (a, b) = (at(x, y), if below { at(x, y + 1) } else { at(x + 1, y) });
        let t = (HALF - a) / (b - a);
        let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
        if below { [x, y + t] } else { [x + t, y] }
    };
    let mut contours = Vec::new();
    while let Some((start, _)) = next.first_key_value() {
        let (start, mut edge, mut contour) = (*start, *start, Vec::new());
        while let Some(following) = next.remove(&edge) {
            contour.push(point(edge));
            edge = following;
        }
        if edge == start && contour.len() >= 3 {
            contours.push(simplified(&contour));
        }
    }
    contours
}

/// Adds the lines through the square between four pixels: upper left, upper right, lower right, lower left. The opaque side is on their left.
fn cell(corners: [f32; 4], x: i64, y: i64, next: &mut BTreeMap<Edge, Edge>) {
    let [a, b, c, d] = corners.map(|v| v > HALF);
    let (top, right, bottom, left) = ((x, y, false), (x + 1, y, true), (x, y + 1, false), (x, y, true));
    let lines: &[(Edge, Edge)] = match (a, b, c, d) {
        (false, false, false, false) | (true, true, true, true) => &[],
        (true, false, false, false) => &[(left, top)],
        (false, true, false, false) => &[(top, right)],
        (false, false, true, false) => &[(right, bottom)],
        (false, false, false, true) => &[(bottom, left)],
        (true, true, false, false) => &[(left, right)],
        (false, true, true, false) => &[(top, bottom)],
        (false, false, true, true) => &[(right, left)],
        (true, false, false, true) => &[(bottom, top)],
        (true, true, true, false) => &[(left, bottom)],
        (true, true, false, true) => &[(bottom, right)],
        (true, false, true, true) => &[(right, top)],
        (false, true, true, true) => &[(top, left)],
        (true, false, true, false) => &[(left, top), (right, bottom)],
        (false, true, false, true) => &[(top, right), (bottom, left)],
    };
    next.extend(lines.iter().copied());
}

/// Leaves out points on straight lines.
fn simplified(contour: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let mut kept: Vec<[f32; 2]> = Vec::new();
    for (i, &p) in contour.iter().enumerate() {
        let (before, after) = (kept.last().copied().unwrap_or(contour[contour.len() - 1]), contour[(i + 1) % contour.len()]);
        let (u, v) = ([after[0] - before[0], after[1] - before[1]], [p[0] - before[0], p[1] - before[1]]);
        let (cross, length) = ((u[0] * v[1] - u[1] * v[0]).abs(), (u[0] * u[0] + u[1] * u[1]).sqrt());
        if cross > TOLERANCE * length || length < 1e-3 {
            kept.push(p);
        }
    }
    if kept.len() >= 3 { kept } else { contour.to_vec() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(contour: &[[f32; 2]]) -> f32 {
        let pairs = contour.iter().zip(contour.iter().cycle().skip(1));
        pairs.map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum::<f32>() / 2.0
    }

    #[test]
    fn outlines_enclose_what_is_opaque_and_leave_holes() {
        let width = 40;
        let alpha: Vec<u8> = (0..width * 30)
            .map(|i| {
                let (x, y) = ((i % width) as f32 - 18.0, (i / width) as f32 - 15.0);
                let r = (x * x + y * y).sqrt();
                (((12.5 - r).clamp(0.0, 1.0) - (5.5 - r).clamp(0.0, 1.0)) * 255.0) as u8
            })
            .collect();
        let contours = trace(&alpha, width);
        let mut areas: Vec<f32> = contours.iter().map(|c| area(c)).collect();
        areas.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
        assert_eq!(areas.len(), 2);
        let (hole, disc) = (areas[0], areas[1]);
        assert!((disc.abs() - 452.0).abs() < 8.0 && (hole.abs() - 78.5).abs() < 4.0 && disc * hole < 0.0, "{areas:?}");
        // A picture that is opaque up to its edge, and one that is not opaque.
        let full = trace(&[255; 12], 4);
        assert_eq!(full.len(), 1);
        assert!((area(&full[0]).abs() - 12.0).abs() < 1.0, "{full:?}");
        assert!(trace(&[0; 12], 4).is_empty() && trace(&[], 0).is_empty());
    }
}
