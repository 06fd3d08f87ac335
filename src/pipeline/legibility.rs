//! Legibility: the contrast along the contour of the letters.
//!
//! Contrast ratios are those of WCAG 2.2: `(L₁ + 0.05) / (L₂ + 0.05)` of relative luminances. It asks for 3:1 in large text.

use rayon::prelude::*;

use crate::imaging::blur::box_plane;
use crate::imaging::{LinearRgb, Plane, luminance};

/// The contrast ratio that a contour sample must reach.
pub const MINIMUM_RATIO: f32 = 3.0;

/// How legible the letters are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Legibility {
    /// Share of contour samples with a ratio of at least 3:1.
    pub score: f32,
    /// The contrast ratio that 95 % of the samples reach (5th percentile).
    pub p05_ratio: f32,
    /// Number of contour samples.
    pub samples: usize,
}

/// The part of the canvas around the letters; right and bottom are exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Left.
    pub x0: usize,
    /// Top.
    pub y0: usize,
    /// Right.
    pub x1: usize,
    /// Bottom.
    pub y1: usize,
}

impl Window {
    /// The bounding box of mask values above one half, with a margin in pixels; `None` if there are none.
    pub fn around(mask: &Plane, margin: usize) -> Option<Self> {
        let (x0, y0, x1, y1) = mask.bounds(0.5)?;
        Some(Self {
            x0: x0.saturating_sub(margin),
            y0: y0.saturating_sub(margin),
            x1: (x1 + margin).min(mask.width),
            y1: (y1 + margin).min(mask.height),
        })
    }

    fn crop(&self, plane: &Plane) -> Plane {
        plane.crop((self.x0, self.y0, self.x1, self.y1))
    }

    fn luminance(&self, image: &LinearRgb) -> Plane {
        let (w, h) = (self.x1 - self.x0, self.y1 - self.y0);
        let mut out = Plane::new(w, h, 0.0);
        out.data.par_chunks_mut(w).enumerate().for_each(|(y, row)| {
            let from = (y + self.y0) * image.width + self.x0;
            for (v, c) in row.iter_mut().zip(&image.data[from..from + w]) {
                *v = luminance(*c);
            }
        });
        out
    }
}

/// Weighted local mean of `value` in squares with sides of `2·radius + 1` pixels, −1 where the weight is 0; and the mean weight.
fn local_mean(value: &Plane, weight: &Plane, radius: usize) -> (Plane, Plane) {
    let product =
        Plane { width: value.width, height: value.height, data: value.data.iter().zip(&weight.data).map(|(v, w)| v * w).collect() };
    let (mut sum, count) = rayon::join(|| box_plane(&product, radius), || box_plane(weight, radius));
    sum.data.iter_mut().zip(&count.data).for_each(|(s, c)| *s = if *c > 1e-4 { *s / c } else { -1.0 });
    (sum, count)
}

/// Radius of the means, pixels.
fn radius(image: &LinearRgb) -> usize {
    ((image.width.max(image.height) as f32 / 1024.0 * 4.0).round() as usize).max(2)
}

/// The two sides of a point of the contour.
#[derive(Clone, Copy, Debug)]
pub(super) struct ContourSample {
    /// Mean luminance of the letter near the point; negative if no solid part of a letter is near.
    pub inside: f32,
    /// Mean luminance of the surroundings near the point; negative if there are none.
    pub outside: f32,
    /// Share of the surroundings that the text layer covers, with side walls for example.
    pub covered: f32,
    /// Share of the background that shows through the letter.
    pub clear: f32,
}

impl ContourSample {
    /// The contrast ratio; 1 for strokes that are too thin or too dense to have two sides.
    pub(super) fn ratio(&self) -> f32 {
        if self.inside < 0.0 || self.outside < 0.0 {
            return 1.0;
        }
        contrast_ratio(self.inside, self.outside)
    }
}

/// The contrast ratio of two luminances.
pub(super) fn contrast_ratio(a: f32, b: f32) -> f32 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Measures the legibility of `letters` in a picture; `None` if they have no contour. `visible` is 0 where something hides the letters.
pub fn measure(image: &LinearRgb, letters: &Plane, visible: Option<&Plane>) -> Option<Legibility> {
    summarize(&contour(image, letters, None, visible))
}

/// The legibility of a contour; `None` if it has no samples.
pub(super) fn summarize(samples: &[ContourSample]) -> Option<Legibility> {
    let mut ratios: Vec<f32> = samples.iter().map(ContourSample::ratio).collect();
    if ratios.is_empty() {
        return None;
    }
    let good = ratios.iter().filter(|&&v| v >= MINIMUM_RATIO).count();
    let fifth = ratios.len() / 20;
    let (_, p05, _) = ratios.select_nth_unstable_by(fifth, f32::total_cmp);
    let p05_ratio = *p05;
    Some(Legibility { score: good as f32 / ratios.len() as f32, p05_ratio, samples: ratios.len() })
}

/// Samples the contour of the letters. `layer` is the alpha of the whole text layer.
pub(super) fn contour(image: &LinearRgb, letters: &Plane, layer: Option<&Plane>, visible: Option<&Plane>) -> Vec<ContourSample> {
    let r = radius(image);
    let Some(window) = Window::around(letters, 4 * r) else { return Vec::new() };
    let mask = window.crop(letters);
    let lum = window.luminance(image);
    let seen = visible.map(|v| window.crop(v));
    // Antialiased pixels count as neither letter nor surroundings.
    let side = |keep: &(dyn Fn(f32) -> bool + Sync)| Plane {
        width: mask.width,
        height: mask.height,
        data: mask.data.iter().map(|&m| f32::from(u8::from(keep(m)))).collect(),
    };
    let (inside, outside) = (side(&|m| m > 0.95), side(&|m| m < 0.05));
    let ((li, _), (lo, _)) = rayon::join(|| local_mean(&lum, &inside, r), || local_mean(&lum, &outside, r));
    let opacity = layer.map(|alpha| {
        let alpha = window.crop(alpha);
        rayon::join(|| local_mean(&alpha, &outside, r).0, || local_mean(&alpha, &inside, r).0)
    });
    let (w, h) = (mask.width, mask.height);
    let mut samples = Vec::new();
    for y in 1..h.saturating_sub(1) {
        for x in 1..w.saturating_sub(1) {
            let i = y * w + x;
            let edge = mask.data[i] > 0.5 && [i - 1, i + 1, i - w, i + w].iter().any(|&n| mask.data[n] <= 0.5);
            if !edge || seen.as_ref().is_some_and(|s| s.data[i] < 0.5) {
                continue;
            }
            let (covered, clear) =
                opacity.as_ref().map_or((0.0, 0.0), |(around, within)| (around.data[i].max(0.0), 1.0 - within.data[i].clamp(0.0, 1.0)));
            samples.push(ContourSample { inside: li.data[i], outside: lo.data[i], covered, clear });
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bars of 12 pixels: strokes and counters as tight as real letters have them.
    fn bars(w: usize, h: usize) -> Plane {
        let mut mask = Plane::new(w, h, 0.0);
        for y in 60..h - 60 {
            for x in 60..w - 60 {
                if (x / 12) % 3 != 2 && (y / 40) % 4 != 3 {
                    mask.data[y * w + x] = 1.0;
                }
            }
        }
        mask
    }

    #[test]
    fn black_on_white_is_legible_and_grey_on_grey_is_not() {
        let mask = bars(512, 256);
        let paint = |letter: f32, ground: f32| LinearRgb {
            width: 512,
            height: 256,
            data: mask.data.iter().map(|&m| [ground + (letter - ground) * m; 3]).collect(),
        };
        assert!(measure(&paint(0.0, 1.0), &mask, None).unwrap().score > 0.99);
        assert!(measure(&paint(0.25, 0.3), &mask, None).unwrap().score < 0.01);
    }

    #[test]
    fn illegible_letters_have_a_low_score_or_none() {
        let empty = Plane::new(64, 64, 0.0);
        let white = LinearRgb::new(64, 64, [1.0; 3]);
        assert!(measure(&white, &empty, None).is_none());
        // Hairlines: never solid.
        let hair = Plane { width: 512, height: 64, data: (0..512 * 64).map(|i| if i % 3 == 0 { 0.7 } else { 0.1 }).collect() };
        let image = LinearRgb { width: 512, height: 64, data: hair.data.iter().map(|&m| [1.0 - m; 3]).collect() };
        assert!(measure(&image, &hair, None).unwrap().score < 0.1);
    }
}
