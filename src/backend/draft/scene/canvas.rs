//! The small HDR canvas on which backdrops are drawn sharp and then defocused. The backdrop is far out of focus in the final picture, so
//! 256 pixels per scene unit are enough, and its composition does not depend on the size of the picture.

use rayon::prelude::*;

use crate::backend::draft::color::{Rgb, mix3};
use crate::math::{self, smoothstep};

/// Pixels of the small canvas per scene unit (the geometric mean of the picture's sides).
pub const UNIT: f32 = 256.0;

/// A small HDR canvas. Coordinates: x right from the middle, y up from the ground line, in scene units.
#[derive(Clone, Debug)]
pub struct SmallCanvas {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Linear radiance, row by row.
    pub data: Vec<Rgb>,
    /// Half of the width in scene units.
    pub half: f32,
    /// Extent above the ground line in scene units.
    pub top: f32,
}

/// Extent of the canvas below the ground line in scene units; the blurred edge of the surface needs it.
pub const BELOW: f32 = 0.10;
/// Margin at the other sides in scene units.
const MARGIN: f32 = 0.05;

impl SmallCanvas {
    /// A black canvas for a picture that extends `half` scene units to both sides and `top` above the ground line.
    pub fn new(half: f32, top: f32) -> Self {
        let width = ((half + MARGIN) * 2.0 * UNIT).ceil() as usize + 2;
        let height = ((top + MARGIN + BELOW) * UNIT).ceil() as usize + 2;
        Self { width, height, data: vec![[0.0; 3]; width * height], half, top }
    }

    /// Converts scene units to pixels of this canvas.
    #[inline]
    pub fn to_px(&self, x: f32, y: f32) -> (f32, f32) {
        (x * UNIT + self.width as f32 * 0.5, (self.top + MARGIN - y) * UNIT)
    }

    /// Sets every pixel to a function of its coordinates.
    pub fn fill(&mut self, f: impl Fn(f32, f32) -> Rgb + Sync) {
        let (w, top) = (self.width, self.top);
        self.data.par_chunks_mut(w).enumerate().for_each(|(j, row)| {
            let y = top + MARGIN - (j as f32 + 0.5) / UNIT;
            for (i, c) in row.iter_mut().enumerate() {
                *c = f((i as f32 + 0.5 - w as f32 * 0.5) / UNIT, y);
            }
        });
    }

    /// Sets every pixel to a function of its coordinates and present colour.
    pub fn map(&mut self, f: impl Fn(f32, f32, Rgb) -> Rgb + Sync) {
        let (w, top) = (self.width, self.top);
        self.data.par_chunks_mut(w).enumerate().for_each(|(j, row)| {
            let y = top + MARGIN - (j as f32 + 0.5) / UNIT;
            for (i, c) in row.iter_mut().enumerate() {
                *c = f((i as f32 + 0.5 - w as f32 * 0.5) / UNIT, y, *c);
            }
        });
    }

    /// Blends a shape over the canvas: `cover` maps offsets from the centre in pixels to coverage, within a box of ±`rx`, ±`ry` pixels.
    fn stamp(&mut self, x: f32, y: f32, (rx, ry): (f32, f32), color: Rgb, alpha: f32, cover: impl Fn(f32, f32) -> f32) {
        let (cx, cy) = self.to_px(x, y);
        let (x0, x1) = ((cx - rx - 1.0).floor().max(0.0) as usize, ((cx + rx + 2.0).max(0.0) as usize).min(self.width));
        let (y0, y1) = ((cy - ry - 1.0).floor().max(0.0) as usize, ((cy + ry + 2.0).max(0.0) as usize).min(self.height));
        for j in y0..y1 {
            for i in x0..x1 {
                let a = alpha * cover(i as f32 + 0.5 - cx, j as f32 + 0.5 - cy);
                if a > 0.0 {
                    let c = &mut self.data[j * self.width + i];
                    *c = mix3(*c, color, a.min(1.0));
                }
            }
        }
    }

    /// Draws a rotated ellipse.
    pub fn ellipse(&mut self, at: (f32, f32), radii: (f32, f32), angle: f32, color: Rgb, alpha: f32) {
        let (rx, ry) = ((radii.0 * UNIT).max(0.5), (radii.1 * UNIT).max(0.5));
        let (s, c) = math::sin_cos(angle);
        let reach = rx.max(ry);
        self.stamp(at.0, at.1, (reach, reach), color, alpha, |dx, dy| {
            let (u, v) = ((dx * c - dy * s) / rx, (dx * s + dy * c) / ry);
            let d = (u * u + v * v).sqrt();
            (0.5 + (1.0 - d) * rx.min(ry)).clamp(0.0, 1.0)
        });
    }

    /// Draws an axis-aligned rectangle between two corners.
    pub fn rect(&mut self, a: (f32, f32), b: (f32, f32), color: Rgb, alpha: f32) {
        let (hx, hy) = ((b.0 - a.0).abs() * 0.5 * UNIT, (b.1 - a.1).abs() * 0.5 * UNIT);
        self.stamp((a.0 + b.0) * 0.5, (a.1 + b.1) * 0.5, (hx, hy), color, alpha, |dx, dy| {
            (hx - dx.abs() + 0.5).clamp(0.0, 1.0) * (hy - dy.abs() + 0.5).clamp(0.0, 1.0)
        });
    }

    /// Draws a line with round caps.
    pub fn line(&mut self, a: (f32, f32), b: (f32, f32), radius: f32, color: Rgb, alpha: f32) {
        let r = (radius * UNIT).max(0.3);
        let (ex, ey) = ((b.0 - a.0) * 0.5 * UNIT, -(b.1 - a.1) * 0.5 * UNIT);
        let l2 = (ex * ex + ey * ey).max(1e-6);
        self.stamp((a.0 + b.0) * 0.5, (a.1 + b.1) * 0.5, (ex.abs() + r, ey.abs() + r), color, alpha, |dx, dy| {
            let t = ((dx * ex + dy * ey) / l2).clamp(-1.0, 1.0);
            let (qx, qy) = (dx - t * ex, dy - t * ey);
            (r - (qx * qx + qy * qy).sqrt() + 0.5).clamp(0.0, 1.0)
        });
    }

    /// Adds a bokeh disc, the out-of-focus image of a point light: slightly brighter at its rim.
    pub fn bokeh(&mut self, at: (f32, f32), radius: f32, color: Rgb) {
        let (cx, cy) = self.to_px(at.0, at.1);
        let r = (radius * UNIT).max(0.8);
        let (x0, x1) = ((cx - r - 1.0).floor().max(0.0) as usize, ((cx + r + 2.0).max(0.0) as usize).min(self.width));
        let (y0, y1) = ((cy - r - 1.0).floor().max(0.0) as usize, ((cy + r + 2.0).max(0.0) as usize).min(self.height));
        for j in y0..y1 {
            for i in x0..x1 {
                let (dx, dy) = (i as f32 + 0.5 - cx, j as f32 + 0.5 - cy);
                let d = (dx * dx + dy * dy).sqrt();
                let a = ((r - d) * 0.7 + 0.5).clamp(0.0, 1.0) * (0.78 + 0.3 * smoothstep(0.55, 0.95, d / r));
                if a > 0.0 {
                    let c = &mut self.data[j * self.width + i];
                    (0..3).for_each(|k| c[k] += color[k] * a);
                }
            }
        }
    }

    /// Adds a soft glow around a point.
    pub fn glow(&mut self, at: (f32, f32), radii: (f32, f32), color: Rgb) {
        self.map(|x, y, c| {
            let (u, v) = ((x - at.0) / radii.0, (y - at.1) / radii.1);
            let g = 1.0 / (1.0 + u * u + v * v).powi(2);
            [c[0] + color[0] * g, c[1] + color[1] * g, c[2] + color[2] * g]
        });
    }

    /// Lens blur: convolves with a disc of `radius` scene units. Prefix sums reduce each row of the disc to two look-ups.
    pub fn defocus(&mut self, radius: f32) {
        let r = radius * UNIT;
        if r < 0.6 {
            return;
        }
        let (w, h) = (self.width, self.height);
        let reach = r.floor() as i32;
        let spans: Vec<(i32, f32)> = (-reach..=reach).map(|dy| (dy, (r * r - (dy * dy) as f32).max(0.25).sqrt())).collect();
        let total: f32 = spans.iter().map(|s| 2.0 * s.1).sum();
        let pad = reach as usize + 3;
        let pw = w + 2 * pad + 1;
        let mut sums = vec![[0.0_f32; 3]; pw * h];
        sums.par_chunks_mut(pw).enumerate().for_each(|(y, row)| {
            let mut acc = [0.0_f32; 3];
            for i in 0..pw - 1 {
                let x = (i as i32 - pad as i32).clamp(0, w as i32 - 1) as usize;
                let c = self.data[y * w + x];
                (0..3).for_each(|k| acc[k] += c[k]);
                row[i + 1] = acc;
            }
        });
        // Interpolated prefix sums give spans with fractional ends, so that discs keep a round outline.
        let upto = |y: usize, p: f32| {
            let i = p.floor();
            let f = p - i;
            let i = i as usize;
            mix3(sums[y * pw + i], sums[y * pw + i + 1], f)
        };
        self.data.par_chunks_mut(w).enumerate().for_each(|(y, row)| {
            for (x, c) in row.iter_mut().enumerate() {
                let mut acc = [0.0_f32; 3];
                let centre = (x + pad) as f32 + 0.5;
                for &(dy, half) in &spans {
                    let yy = (y as i32 + dy).clamp(0, h as i32 - 1) as usize;
                    let (a, b) = (upto(yy, centre - half), upto(yy, centre + half));
                    (0..3).for_each(|k| acc[k] += b[k] - a[k]);
                }
                *c = acc.map(|v| v / total);
            }
        });
    }

    /// A copy blurred by two box passes with radii `rx` and `ry` in scene units, for rough reflections.
    pub fn softened(&self, rx: f32, ry: f32) -> Self {
        let mut out = self.clone();
        for _ in 0..2 {
            out.box_pass((rx * UNIT) as usize, true);
            out.box_pass((ry * UNIT) as usize, false);
        }
        out
    }

    fn box_pass(&mut self, r: usize, across: bool) {
        if r == 0 {
            return;
        }
        let (lines, n, step, stride) =
            if across { (self.height, self.width, 1, self.width) } else { (self.width, self.height, self.width, 1) };
        let scale = 1.0 / (2 * r + 1) as f32;
        let mut line = vec![[0.0_f32; 3]; n];
        for l in 0..lines {
            for (i, c) in line.iter_mut().enumerate() {
                *c = self.data[l * stride + i * step];
            }
            let at = |i: i64| line[i.clamp(0, n as i64 - 1) as usize];
            let mut acc = [0.0_f32; 3];
            for i in -(r as i64)..=r as i64 {
                let c = at(i);
                (0..3).for_each(|k| acc[k] += c[k]);
            }
            for i in 0..n {
                self.data[l * stride + i * step] = acc.map(|v| v * scale);
                let (a, b) = (at(i as i64 + r as i64 + 1), at(i as i64 - r as i64));
                (0..3).for_each(|k| acc[k] += a[k] - b[k]);
            }
        }
    }

    /// Bilinear sample at scene coordinates, clamped to the edge.
    pub fn sample(&self, x: f32, y: f32) -> Rgb {
        let (px, py) = self.to_px(x, y);
        let (px, py) = ((px - 0.5).clamp(0.0, self.width as f32 - 1.001), (py - 0.5).clamp(0.0, self.height as f32 - 1.001));
        let (i, j) = (px as usize, py as usize);
        let (fx, fy) = (px - i as f32, py - j as f32);
        let p = j * self.width + i;
        let q = p + if j + 1 < self.height { self.width } else { 0 };
        let s = usize::from(i + 1 < self.width);
        mix3(mix3(self.data[p], self.data[p + s], fx), mix3(self.data[q], self.data[q + s], fx), fy)
    }

    /// Interpolates vertically at `y` with a cubic B-spline, which does not ring around bright discs. `out` is the input of [`SmallCanvas::cubic_x`].
    pub fn cubic_row(&self, y: f32, out: &mut Vec<Rgb>) {
        let (_, py) = self.to_px(0.0, y);
        let py = py - 0.5;
        let j = py.floor();
        let w = weights(py - j);
        out.clear();
        out.resize(self.width, [0.0; 3]);
        for (k, weight) in w.iter().enumerate() {
            let row = (j as i64 + k as i64 - 1).clamp(0, self.height as i64 - 1) as usize;
            for (o, c) in out.iter_mut().zip(&self.data[row * self.width..(row + 1) * self.width]) {
                (0..3).for_each(|i| o[i] += c[i] * weight);
            }
        }
    }

    /// Interpolates a row from [`SmallCanvas::cubic_row`] at `x`.
    #[inline]
    pub fn cubic_x(&self, row: &[Rgb], x: f32) -> Rgb {
        let px = x * UNIT + self.width as f32 * 0.5 - 0.5;
        let i = px.floor();
        let w = weights(px - i);
        let i = (i as i64 - 1).clamp(0, self.width as i64 - 4) as usize;
        let (a, b, c, d) = (row[i], row[i + 1], row[i + 2], row[i + 3]);
        std::array::from_fn(|k| a[k] * w[0] + b[k] * w[1] + c[k] * w[2] + d[k] * w[3])
    }

    /// Mean colour above the ground line; values above 4 are clipped.
    pub fn mean(&self) -> Rgb {
        let rows = (self.height as f32 - BELOW * UNIT).max(1.0) as usize;
        let n = (rows * self.width) as f32;
        let mut sum = [0.0_f64; 3];
        for c in &self.data[..rows * self.width] {
            (0..3).for_each(|k| sum[k] += f64::from(c[k].min(4.0)));
        }
        sum.map(|v| v as f32 / n)
    }
}

/// Weights of a uniform cubic B-spline.
#[inline]
fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    let u = 1.0 - t;
    [u * u * u / 6.0, (3.0 * t3 - 6.0 * t2 + 4.0) / 6.0, (-3.0 * t3 + 3.0 * t2 + 3.0 * t + 1.0) / 6.0, t3 / 6.0]
}
