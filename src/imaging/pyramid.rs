//! Colours of a picture spread into the places where they are not known.

use image::RgbImage;
use rayon::prelude::*;

use super::plane::Plane;

/// Pull-push pyramid (Gortler et al., "The Lumigraph", 1996): weighted colours, averaged down until every gap is covered, then filled back
/// up. Its finest level has half the photo's size, which suffices for extrapolation.
pub(super) struct Pyramid {
    /// Size of the finest level.
    width: usize,
    height: usize,
    /// Colours 0..=1, weight dropped.
    filled: Vec<[f32; 4]>,
}

impl Pyramid {
    /// The pyramid of the pixels by their weights.
    pub fn new(photo: &RgbImage, weight: impl Fn(usize) -> f32 + Sync) -> Self {
        let (fw, fh) = (photo.width() as usize, photo.height() as usize);
        let raw = photo.as_raw();
        let (mut w, mut h) = (fw.div_ceil(2).max(1), fh.div_ceil(2).max(1));
        let mut level = vec![[0.0f32; 4]; w * h];
        level.par_chunks_mut(w).enumerate().for_each(|(y, row)| {
            for (x, out) in row.iter_mut().enumerate() {
                let mut sum = [0.0f32; 4];
                for yy in 2 * y..(2 * y + 2).min(fh) {
                    for xx in 2 * x..(2 * x + 2).min(fw) {
                        let i = yy * fw + xx;
                        let k = weight(i);
                        for c in 0..3 {
                            sum[c] += k * f32::from(raw[i * 3 + c]) / 255.0;
                        }
                        sum[3] += k;
                    }
                }
                *out = normalise(sum);
            }
        });
        let mut levels = vec![(w, h, level)];
        while w > 1 || h > 1 {
            let (w2, h2) = (w.div_ceil(2), h.div_ceil(2));
            let mut next = vec![[0.0f32; 4]; w2 * h2];
            if let Some((_, _, fine)) = levels.last() {
                next.par_chunks_mut(w2).enumerate().for_each(|(y, row)| {
                    for (x, out) in row.iter_mut().enumerate() {
                        let mut sum = [0.0f32; 4];
                        for yy in 2 * y..(2 * y + 2).min(h) {
                            for p in &fine[yy * w + 2 * x..yy * w + (2 * x + 2).min(w)] {
                                for c in 0..3 {
                                    sum[c] += p[3] * p[c];
                                }
                                sum[3] += p[3];
                            }
                        }
                        *out = normalise(sum);
                    }
                });
            }
            levels.push((w2, h2, next));
            (w, h) = (w2, h2);
        }
        let mut coarse = levels.pop().unwrap_or((1, 1, vec![[0.0; 4]]));
        while let Some((w, h, mut fine)) = levels.pop() {
            let (cw, ch, above) = &coarse;
            fine.par_chunks_mut(w).enumerate().for_each(|(y, row)| {
                for (x, p) in row.iter_mut().enumerate().filter(|(_, p)| p[3] < 1.0) {
                    let up = bilinear(above, *cw, *ch, (x, y));
                    *p = [mix(up[0], p[0], p[3]), mix(up[1], p[1], p[3]), mix(up[2], p[2], p[3]), 1.0];
                }
            });
            coarse = (w, h, fine);
        }
        Self { width: coarse.0, height: coarse.1, filled: coarse.2 }
    }

    /// The colour at a pixel of the photo.
    pub fn at(&self, x: usize, y: usize) -> [f32; 3] {
        bilinear(&self.filled, self.width, self.height, (x, y))
    }
}

fn normalise(sum: [f32; 4]) -> [f32; 4] {
    if sum[3] <= 1e-9 {
        return [0.0; 4];
    }
    let k = 1.0 / sum[3];
    [sum[0] * k, sum[1] * k, sum[2] * k, sum[3].min(1.0)]
}

/// Bilinear sample of the next coarser level. Each level has exactly half the size (rounded up), hence the fixed factor of 2.
fn bilinear(level: &[[f32; 4]], w: usize, h: usize, (x, y): (usize, usize)) -> [f32; 3] {
    let half = |i: usize, n: usize| {
        let near = i / 2;
        let other = if i.is_multiple_of(2) { near.saturating_sub(1) } else { (near + 1).min(n - 1) };
        (near.min(n - 1), other)
    };
    let ((x0, x1), (y0, y1)) = (half(x, w), half(y, h));
    let (a, b, c, d) = (&level[y0 * w + x0], &level[y0 * w + x1], &level[y1 * w + x0], &level[y1 * w + x1]);
    std::array::from_fn(|k| (a[k] * 0.75 + b[k] * 0.25) * 0.75 + (c[k] * 0.75 + d[k] * 0.25) * 0.25)
}

fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// The picture with the pixels where `unknown` is above 0 continued from those around. They are blurred: nothing tells what was there.
pub fn continued(picture: &RgbImage, unknown: &Plane) -> RgbImage {
    let known = |i: usize| if unknown.data.get(i).is_none_or(|v| *v <= 0.0) { 1.0 } else { 0.0 };
    let pyramid = Pyramid::new(picture, known);
    let mut out = picture.clone();
    for (i, pixel) in out.pixels_mut().enumerate().filter(|(i, _)| known(*i) == 0.0) {
        let colour = pyramid.at(i % unknown.width, i / unknown.width);
        pixel.0 = colour.map(|v| (v * 255.0 + 0.5).clamp(0.0, 255.0) as u8);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_continued_from_around_and_the_rest_stays() {
        let picture = RgbImage::from_fn(40, 30, |x, y| {
            let inside = (10..30).contains(&x) && (10..20).contains(&y);
            image::Rgb(if inside { [255, 0, 0] } else { [40, 90, 140] })
        });
        let mut gap = Plane::new(40, 30, 0.0);
        (10..20).for_each(|y| gap.data[y * 40 + 10..y * 40 + 30].fill(0.5));
        let whole = continued(&picture, &gap);
        assert!(whole.pixels().all(|p| p.0.iter().zip([40u8, 90, 140]).all(|(a, b)| a.abs_diff(b) <= 1)), "{:?}", whole.get_pixel(20, 15));
    }
}
