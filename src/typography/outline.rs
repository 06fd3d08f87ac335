//! Flattens glyph outlines to polygons, and rasterises polygons.

use ttf_parser::{Face, GlyphId, OutlineBuilder};

use crate::imaging::Plane;
use crate::math;

/// Largest distance between a curve and its polygon, pixels.
const TOLERANCE: f32 = 0.03;
/// Scan lines per pixel row; coverage is exact along x.
const SUB_ROWS: usize = 16;
/// Most points of all polygons; 200 characters of a brush face have half a million.
const MAX_POINTS: usize = 4_000_000;
/// Most intersections of polygons and scan lines; 200 characters on the largest canvas have about four million.
const MAX_CROSSINGS: usize = 40_000_000;

/// Flattens glyphs to polygons in canvas pixels.
#[derive(Default)]
pub(super) struct Flattener {
    contours: Vec<Vec<[f32; 2]>>,
    current: Vec<[f32; 2]>,
    origin: [f32; 2],
    scale: f32,
    points: usize,
}

impl Flattener {
    /// Adds one glyph with its origin on the baseline.
    pub(super) fn glyph(&mut self, face: &Face<'_>, id: GlyphId, x: f32, baseline: f32, size: f32) {
        self.origin = [x, baseline];
        self.scale = size / f32::from(face.units_per_em());
        let _ = face.outline_glyph(id, self);
        self.close();
    }

    /// Adds a polygon in canvas pixels.
    pub(super) fn polygon(&mut self, points: Vec<[f32; 2]>) {
        self.close();
        points.into_iter().for_each(|p| self.push(p));
        self.close();
    }

    /// The polygons without duplicate points and degenerate contours; `None` if there are too many points.
    pub(super) fn finish(mut self) -> Option<Vec<Vec<[f32; 2]>>> {
        self.close();
        (self.points <= MAX_POINTS).then_some(self.contours)
    }

    fn map(&self, x: f32, y: f32) -> [f32; 2] {
        [self.origin[0] + x * self.scale, self.origin[1] - y * self.scale]
    }

    fn push(&mut self, p: [f32; 2]) {
        if self.points <= MAX_POINTS && self.current.last().is_none_or(|q| (q[0] - p[0]).abs() + (q[1] - p[1]).abs() > 1e-3) {
            self.current.push(p);
            self.points += 1;
        }
    }
}

impl OutlineBuilder for Flattener {
    fn move_to(&mut self, x: f32, y: f32) {
        self.close();
        let p = self.map(x, y);
        self.push(p);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let p = self.map(x, y);
        self.push(p);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (c, e) = (self.map(x1, y1), self.map(x, y));
        let s = self.current.last().copied().unwrap_or(c);
        let bend = math::hypot(s[0] - 2.0 * c[0] + e[0], s[1] - 2.0 * c[1] + e[1]) / 4.0;
        let n = ((bend / TOLERANCE).sqrt().ceil() as usize).clamp(1, 64);
        for i in 1..=n {
            let t = i as f32 / n as f32;
            let u = 1.0 - t;
            self.push(std::array::from_fn(|k| u * u * s[k] + 2.0 * u * t * c[k] + t * t * e[k]));
        }
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (a, b, e) = (self.map(x1, y1), self.map(x2, y2), self.map(x, y));
        let s = self.current.last().copied().unwrap_or(a);
        let bend = math::hypot(s[0] - 2.0 * a[0] + b[0], s[1] - 2.0 * a[1] + b[1])
            .max(math::hypot(a[0] - 2.0 * b[0] + e[0], a[1] - 2.0 * b[1] + e[1]));
        let n = ((bend * 0.75 / TOLERANCE).sqrt().ceil() as usize).clamp(1, 64);
        for i in 1..=n {
            let t = i as f32 / n as f32;
            let u = 1.0 - t;
            self.push(std::array::from_fn(|k| u * u * u * s[k] + 3.0 * u * u * t * a[k] + 3.0 * u * t * t * b[k] + t * t * t * e[k]));
        }
    }

    fn close(&mut self) {
        let mut contour = std::mem::take(&mut self.current);
        if let (Some(first), Some(last)) = (contour.first().copied(), contour.last().copied())
            && contour.len() > 1
            && (first[0] - last[0]).abs() + (first[1] - last[1]).abs() < 1e-3
        {
            contour.pop();
        }
        if contour.len() >= 3 {
            self.contours.push(contour);
        }
    }
}

/// Rasterises polygons by the nonzero winding rule: exact coverage along x, [`SUB_ROWS`] samples along y. `None` if there are too many
/// intersections.
pub(super) fn rasterize(contours: &[Vec<[f32; 2]>], width: usize, height: usize) -> Option<Plane> {
    let rows = height * SUB_ROWS;
    let mut crossings: Vec<Vec<(f32, i8)>> = vec![Vec::new(); rows];
    let mut left = MAX_CROSSINGS;
    for contour in contours {
        for (i, &a) in contour.iter().enumerate() {
            let b = contour[(i + 1) % contour.len()];
            let (top, bottom, direction) = if a[1] < b[1] { (a, b, 1) } else { (b, a, -1) };
            // A scan line at y intersects an edge if top <= y < bottom.
            let first = (top[1] * SUB_ROWS as f32 - 0.5).ceil().max(0.0) as usize;
            let slope = (bottom[0] - top[0]) / (bottom[1] - top[1]).max(1e-9);
            for (row, list) in crossings.iter_mut().enumerate().skip(first) {
                let y = (row as f32 + 0.5) / SUB_ROWS as f32;
                if y >= bottom[1] {
                    break;
                }
                left = left.checked_sub(1)?;
                list.push((top[0] + (y - top[1]) * slope, direction));
            }
        }
    }
    let mut plane = Plane::new(width, height, 0.0);
    let weight = 1.0 / SUB_ROWS as f32;
    for (row, list) in crossings.iter_mut().enumerate() {
        list.sort_by(|a, b| a.0.total_cmp(&b.0));
        let line = &mut plane.data[row / SUB_ROWS * width..(row / SUB_ROWS + 1) * width];
        let (mut winding, mut start) = (0i32, 0.0);
        for &(x, direction) in list.iter() {
            let before = winding;
            winding += i32::from(direction);
            if before == 0 {
                start = x;
            } else if winding == 0 {
                fill_span(line, start, x, weight);
            }
        }
    }
    for v in &mut plane.data {
        // Remove rounding errors of the summed spans.
        *v = if *v > 0.9995 {
            1.0
        } else if *v < 0.0005 {
            0.0
        } else {
            *v
        };
    }
    Some(plane)
}

fn fill_span(line: &mut [f32], x0: f32, x1: f32, weight: f32) {
    let (x0, x1) = (x0.clamp(0.0, line.len() as f32), x1.clamp(0.0, line.len() as f32));
    if x1 <= x0 {
        return;
    }
    let (first, last) = (x0 as usize, (x1.ceil() as usize).min(line.len()));
    for (x, v) in line.iter_mut().enumerate().take(last).skip(first) {
        *v += weight * (x1.min(x as f32 + 1.0) - x0.max(x as f32)).max(0.0);
    }
}
