//! Distance field of the glyph outlines, and the inflated height of the strokes.

use crate::math;
use crate::typography::TextLayout;

/// Fields on a region of the canvas: signed distance to the outline (negative inside), nearest outline segment, and the solution `u` of the
/// Poisson equation Δu = −1 inside with u = 0 outside; `sqrt(2u)` is the height of a balloon without creases.
pub(super) struct Field {
    pub x0: usize,
    pub y0: usize,
    pub w: usize,
    pub h: usize,
    distance: Vec<f32>,
    nearest: Vec<u32>,
    segments: Vec<Segment>,
    pillow: Vec<f32>,
    pillow_w: usize,
    /// Typical half-width of a stroke, pixels.
    pub half_stroke: f32,
}

#[derive(Clone, Copy)]
struct Segment {
    a: [f32; 2],
    b: [f32; 2],
    /// Unit normal, pointing out of the letter.
    out: [f32; 2],
    /// Length of the contour before `a`, pixels.
    arc: f32,
}

/// The outline point nearest to a point.
pub(super) struct Edge {
    /// Distance to it, pixels.
    pub distance: f32,
    /// Outward unit normal there.
    pub out: [f32; 2],
    /// Its position along the contour, pixels.
    pub arc: f32,
}

impl Segment {
    #[inline]
    fn closest(&self, p: [f32; 2]) -> [f32; 2] {
        let (dx, dy) = (self.b[0] - self.a[0], self.b[1] - self.a[1]);
        let t = (((p[0] - self.a[0]) * dx + (p[1] - self.a[1]) * dy) / (dx * dx + dy * dy).max(1e-12)).clamp(0.0, 1.0);
        [self.a[0] + dx * t, self.a[1] + dy * t]
    }

    #[inline]
    fn distance(&self, p: [f32; 2]) -> f32 {
        let c = self.closest(p);
        ((p[0] - c[0]) * (p[0] - c[0]) + (p[1] - c[1]) * (p[1] - c[1])).sqrt()
    }
}

const NONE: u32 = u32::MAX;

impl Field {
    /// Computes the fields for the text and `margin` pixels around it.
    pub(super) fn new(glyphs: &TextLayout, margin: f32) -> Self {
        let (bx0, by0, bx1, by1) = glyphs.bounds;
        let x0 = (bx0 - margin).floor().clamp(0.0, glyphs.width as f32 - 1.0) as usize;
        let y0 = (by0 - margin).floor().clamp(0.0, glyphs.height as f32 - 1.0) as usize;
        let x1 = ((bx1 + margin).ceil().max(1.0) as usize).clamp(x0 + 1, glyphs.width);
        let y1 = ((by1 + margin).ceil().max(1.0) as usize).clamp(y0 + 1, glyphs.height);
        let mut field = Self {
            x0,
            y0,
            w: x1 - x0,
            h: y1 - y0,
            distance: Vec::new(),
            nearest: vec![NONE; (x1 - x0) * (y1 - y0)],
            segments: outline(glyphs),
            pillow: Vec::new(),
            pillow_w: 0,
            half_stroke: 1.0,
        };
        field.seed();
        field.propagate();
        field.sign(glyphs);
        field.inflate(glyphs);
        field
    }

    fn center(&self, i: usize) -> [f32; 2] {
        [(self.x0 + i % self.w) as f32 + 0.5, (self.y0 + i / self.w) as f32 + 0.5]
    }

    /// Assigns each segment to the pixels that it crosses.
    fn seed(&mut self) {
        self.distance = vec![f32::MAX; self.w * self.h];
        for k in 0..self.segments.len() {
            let s = self.segments[k];
            let steps = (math::hypot(s.b[0] - s.a[0], s.b[1] - s.a[1]) / 0.7).ceil().max(1.0);
            for i in 0..=steps as usize {
                let t = i as f32 / steps;
                let x = (s.a[0] + (s.b[0] - s.a[0]) * t).floor() - self.x0 as f32;
                let y = (s.a[1] + (s.b[1] - s.a[1]) * t).floor() - self.y0 as f32;
                if x >= 0.0 && y >= 0.0 && x < self.w as f32 && y < self.h as f32 {
                    self.offer(y as usize * self.w + x as usize, k as u32);
                }
            }
        }
    }

    #[inline]
    fn offer(&mut self, i: usize, segment: u32) {
        if segment == NONE || self.nearest[i] == segment {
            return;
        }
        let d = self.segments[segment as usize].distance(self.center(i));
        if d < self.distance[i] {
            self.distance[i] = d;
            self.nearest[i] = segment;
        }
    }

    /// Propagates nearest segments through the grid in forward and backward sweeps.
    fn propagate(&mut self) {
        let (w, h) = (self.w, self.h);
        for pass in 0..3 {
            for row in 0..h {
                let y = if pass % 2 == 0 { row } else { h - 1 - row };
                let from = if pass % 2 == 0 { y.checked_sub(1) } else { Some(y + 1).filter(|&v| v < h) };
                if let Some(from) = from {
                    for x in 0..w {
                        for nx in x.saturating_sub(1)..=(x + 1).min(w - 1) {
                            self.offer(y * w + x, self.nearest[from * w + nx]);
                        }
                    }
                }
                for x in 1..w {
                    self.offer(y * w + x, self.nearest[y * w + x - 1]);
                }
                for x in (0..w - 1).rev() {
                    self.offer(y * w + x, self.nearest[y * w + x + 1]);
                }
            }
        }
    }

    fn sign(&mut self, glyphs: &TextLayout) {
        let (mut sum, mut count) = (0.0f64, 0u32);
        for i in 0..self.w * self.h {
            if self.nearest[i] == NONE {
                self.distance[i] = 1e4;
            } else if glyphs.coverage.at(self.x0 + i % self.w, self.y0 + i / self.w) > 0.5 {
                sum += f64::from(self.distance[i]);
                count += 1;
                self.distance[i] = -self.distance[i];
            }
        }
        // The mean distance across a stroke of half-width r is r/2.
        self.half_stroke = ((2.0 * sum / f64::from(count.max(1))) as f32).max(0.5);
    }

    /// Solves the Poisson equation by successive over-relaxation at half resolution, starting from the solution for straight strokes.
    fn inflate(&mut self, glyphs: &TextLayout) {
        let (w, h) = (self.w.div_ceil(2) + 2, self.h.div_ceil(2) + 2);
        let r = self.half_stroke;
        let mut inside = vec![false; w * h];
        let mut u = vec![0.0f32; w * h];
        for y in 1..h - 1 {
            for x in 1..w - 1 {
                let (px, py) = ((self.x0 + 2 * (x - 1)) as f32 + 1.0, (self.y0 + 2 * (y - 1)) as f32 + 1.0);
                if glyphs.coverage.sample(px, py) > 0.5 {
                    inside[y * w + x] = true;
                    let d = (-self.signed([px, py])).clamp(0.5, r);
                    u[y * w + x] = (d * r - d * d / 2.0) / 4.0;
                }
            }
        }
        let cells: Vec<usize> = (0..w * h).filter(|&i| inside[i]).collect();
        // A weak pull to zero limits the height of large areas.
        let pull = 0.35 / (r * r / 4.0).max(1.0);
        for _ in 0..40 {
            for &i in &cells {
                let target = (u[i - 1] + u[i + 1] + u[i - w] + u[i + w] + 1.0) / (4.0 + pull);
                u[i] += 1.6 * (target - u[i]);
            }
        }
        u.iter_mut().for_each(|v| *v = (*v * 4.0).max(0.0));
        self.pillow = u;
        self.pillow_w = w;
    }

    /// Signed distance at a point, bilinear.
    #[inline]
    pub(super) fn signed(&self, p: [f32; 2]) -> f32 {
        let x = (p[0] - self.x0 as f32 - 0.5).clamp(0.0, self.w as f32 - 1.001);
        let y = (p[1] - self.y0 as f32 - 0.5).clamp(0.0, self.h as f32 - 1.001);
        let (xi, yi) = (x as usize, y as usize);
        let (fx, fy) = (x - xi as f32, y - yi as f32);
        let i = yi * self.w + xi;
        let (r, d) = (usize::from(xi + 1 < self.w), if yi + 1 < self.h { self.w } else { 0 });
        let v = &self.distance;
        (v[i] * (1.0 - fx) + v[i + r] * fx) * (1.0 - fy) + (v[i + d] * (1.0 - fx) + v[i + d + r] * fx) * fy
    }

    /// The exact nearest outline point.
    #[inline]
    pub(super) fn edge(&self, p: [f32; 2], inside: bool) -> Edge {
        let x = (p[0] - self.x0 as f32 - 0.5).clamp(0.0, self.w as f32 - 1.0) as usize;
        let y = (p[1] - self.y0 as f32 - 0.5).clamp(0.0, self.h as f32 - 1.0) as usize;
        let (mut best, mut tried) = (Edge { distance: f32::MAX, out: [0.0, 1.0], arc: 0.0 }, [NONE; 4]);
        for (k, (dx, dy)) in [(0, 0), (1, 0), (0, 1), (1, 1)].into_iter().enumerate() {
            let id = self.nearest[(y + dy).min(self.h - 1) * self.w + (x + dx).min(self.w - 1)];
            if id == NONE || tried.contains(&id) {
                continue;
            }
            tried[k] = id;
            let s = &self.segments[id as usize];
            let c = s.closest(p);
            let v = [c[0] - p[0], c[1] - p[1]];
            let d = math::hypot(v[0], v[1]);
            if d < best.distance {
                let sign = if inside { 1.0 / d } else { -1.0 / d };
                let out = if d > 0.25 { [v[0] * sign, v[1] * sign] } else { s.out };
                best = Edge { distance: d, out, arc: s.arc + math::hypot(c[0] - s.a[0], c[1] - s.a[1]) };
            }
        }
        best
    }

    /// The Poisson solution and its gradient at a point.
    #[inline]
    pub(super) fn pillow(&self, p: [f32; 2]) -> (f32, [f32; 2]) {
        let w = self.pillow_w;
        let h = self.pillow.len() / w;
        let x = ((p[0] - self.x0 as f32 - 1.0) / 2.0 + 1.0).clamp(1.0, w as f32 - 3.0);
        let y = ((p[1] - self.y0 as f32 - 1.0) / 2.0 + 1.0).clamp(1.0, h as f32 - 3.0);
        let (xi, yi) = (x as usize, y as usize);
        let (fx, fy) = (x - xi as f32, y - yi as f32);
        let at = |dx: isize, dy: isize| self.pillow[((yi as isize + dy) * w as isize + xi as isize + dx) as usize];
        let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
        let value = mix(mix(at(0, 0), at(1, 0), fx), mix(at(0, 1), at(1, 1), fx), fy);
        // Interpolating central differences of the four corners gives a continuous gradient.
        let gx = |dx: isize, dy: isize| (at(dx + 1, dy) - at(dx - 1, dy)) / 4.0;
        let gy = |dx: isize, dy: isize| (at(dx, dy + 1) - at(dx, dy - 1)) / 4.0;
        let g = [
            mix(mix(gx(0, 0), gx(1, 0), fx), mix(gx(0, 1), gx(1, 1), fx), fy),
            mix(mix(gy(0, 0), gy(1, 0), fx), mix(gy(0, 1), gy(1, 1), fx), fy),
        ];
        (value, g)
    }
}

/// The outline as short segments, without those inside overlapping contours.
fn outline(glyphs: &TextLayout) -> Vec<Segment> {
    let coverage = &glyphs.coverage;
    let mut segments = Vec::new();
    for contour in &glyphs.contours {
        let mut arc = 0.0;
        for (i, &a) in contour.iter().enumerate() {
            let b = contour[(i + 1) % contour.len()];
            let length = math::hypot(b[0] - a[0], b[1] - a[1]);
            if length < 1e-4 {
                continue;
            }
            let pieces = (length / 3.0).ceil().max(1.0);
            let n = [(b[1] - a[1]) / length, (a[0] - b[0]) / length];
            let at = |t: f32| [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
            for k in 0..pieces as usize {
                let (p, q) = (at(k as f32 / pieces), at((k + 1) as f32 / pieces));
                let m = [(p[0] + q[0]) / 2.0, (p[1] + q[1]) / 2.0];
                if coverage.sample(m[0], m[1]) > 0.985 {
                    continue;
                }
                let side = |s: f32| coverage.sample(m[0] + n[0] * s, m[1] + n[1] * s);
                let out = if side(0.8) <= side(-0.8) { n } else { [-n[0], -n[1]] };
                segments.push(Segment { a: p, b: q, out, arc: arc + length * k as f32 / pieces });
            }
            arc += length;
        }
    }
    segments
}
