//! Legibility: the contrast along the contour of the letters, and the halo that secures it.
//!
//! Contrast ratios are those of WCAG 2.2: `(L₁ + 0.05) / (L₂ + 0.05)` of relative luminances. It asks for 3:1 in large text.

use rayon::prelude::*;

use crate::imaging::blur::{box_plane, gaussian_plane};
use crate::imaging::{LinearRgb, Plane, luminance};

/// The contrast ratio that a contour sample must reach.
pub const MINIMUM_RATIO: f32 = 3.0;
/// The contrast ratio that [`secure`] aims at. Above the minimum, because other tools sample the contour differently.
const TARGET_RATIO: f32 = 3.9;

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

/// Weighted local mean of `value` in a square of `2·radius + 1` pixels, -1 where the weight is 0; and the mean weight.
fn local_mean(value: &Plane, weight: &Plane, radius: usize) -> (Plane, Plane) {
    let product =
        Plane { width: value.width, height: value.height, data: value.data.iter().zip(&weight.data).map(|(v, w)| v * w).collect() };
    let (mut sum, count) = rayon::join(|| box_plane(&product, radius), || box_plane(weight, radius));
    sum.data.iter_mut().zip(&count.data).for_each(|(s, c)| *s = if *c > 1e-4 { *s / c } else { -1.0 });
    (sum, count)
}

fn radius(image: &LinearRgb) -> usize {
    ((image.width.max(image.height) as f32 / 1024.0 * 4.0).round() as usize).max(2)
}

/// Measures the legibility of `letters` in a picture; `None` if they have no contour. `visible` is 0 where something hides the letters.
pub fn measure(image: &LinearRgb, letters: &Plane, visible: Option<&Plane>) -> Option<Legibility> {
    let r = radius(image);
    let window = Window::around(letters, 4 * r)?;
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
    let (li, _) = local_mean(&lum, &inside, r);
    let (lo, _) = local_mean(&lum, &outside, r);
    let (w, h) = (mask.width, mask.height);
    let mut ratios = Vec::new();
    for y in 1..h.saturating_sub(1) {
        for x in 1..w.saturating_sub(1) {
            let i = y * w + x;
            let edge = mask.data[i] > 0.5 && [i - 1, i + 1, i - w, i + w].iter().any(|&n| mask.data[n] <= 0.5);
            if !edge || seen.as_ref().is_some_and(|s| s.data[i] < 0.5) {
                continue;
            }
            if li.data[i] < 0.0 || lo.data[i] < 0.0 {
                // No solid letter or no clear surroundings within the radius: the strokes are too thin or too dense to be legible.
                ratios.push(1.0);
                continue;
            }
            let (a, b) = (li.data[i].max(lo.data[i]), li.data[i].min(lo.data[i]));
            ratios.push((a + 0.05) / (b + 0.05));
        }
    }
    if ratios.is_empty() {
        return None;
    }
    let good = ratios.iter().filter(|&&v| v >= MINIMUM_RATIO).count();
    let fifth = ratios.len() / 20;
    let (_, p05, _) = ratios.select_nth_unstable_by(fifth, f32::total_cmp);
    let p05_ratio = *p05;
    Some(Legibility { score: good as f32 / ratios.len() as f32, p05_ratio, samples: ratios.len() })
}

/// Darkens or lightens the surroundings of the letters until the contrast ratio is reached, with a soft fall-off. Where the tone of a letter
/// leaves no room for that, its rim is adjusted too. Changes only pixels where `visible` is 1. `width` scales the halo.
pub fn secure(image: &mut LinearRgb, letters: &Plane, visible: Option<&Plane>, width: f32) {
    let r = radius(image);
    let unit = image.width.max(image.height) as f32 / 1024.0;
    let reach = 14.0 * unit * width;
    let Some(window) = Window::around(letters, (reach * 2.5) as usize + 4 * r) else { return };
    let mask = window.crop(letters);
    let lum = window.luminance(image);
    let seen = visible.map(|v| window.crop(v));
    let solid = Plane { width: mask.width, height: mask.height, data: mask.data.iter().map(|&m| f32::from(u8::from(m > 0.9))).collect() };
    // Just outside the contour, a small window contains little but the bevel's bright rim; a wider one reaches the face behind it.
    let (mut letter, wider) = rayon::join(|| local_mean(&lum, &solid, r).0, || local_mean(&lum, &solid, 2 * r + 1).0);
    for ((near, far), inside) in letter.data.iter_mut().zip(&wider.data).zip(&solid.data) {
        if *inside < 0.5 && *far >= 0.0 {
            *near = if *near >= 0.0 { near.min(*far) } else { *far };
        }
    }
    let mut faces: Vec<f32> = letter.data.iter().zip(&solid.data).filter(|(v, s)| **s > 0.5 && **v >= 0.0).map(|(v, _)| *v).collect();
    if faces.is_empty() {
        return;
    }
    let middle = faces.len() / 2;
    let (_, typical, _) = faces.select_nth_unstable_by(middle, f32::total_cmp);
    let typical = *typical;
    // Darker surroundings give a letter of luminance L its contrast only if (L + 0.05) / 3 is more than the luminance of black, 0.05.
    let dark = typical >= 0.14;
    let spread = gaussian_plane(&mask, reach * 0.5);
    let near = gaussian_plane(&mask, 2.2 * unit.max(0.6));
    let (w, bounds) = (mask.width, window);
    let (floor, ceiling) = (0.19, 0.165);
    image.data.par_chunks_mut(image.width).enumerate().skip(bounds.y0).take(bounds.y1 - bounds.y0).for_each(|(y, row)| {
        for (x, c) in row.iter_mut().enumerate().take(bounds.x1).skip(bounds.x0) {
            let i = (y - bounds.y0) * w + x - bounds.x0;
            let shown = seen.as_ref().map_or(1.0, |s| s.data[i]);
            let m = mask.data[i];
            if m > 0.02 {
                // Adjust the rim of the letter only where its own tone leaves too little contrast.
                let l = luminance(*c);
                let rim = ((1.0 - near.data[i]) * 2.2).clamp(0.0, 1.0) * m * shown;
                if dark && letter.data[i] >= 0.0 && letter.data[i] < floor && rim > 0.0 {
                    let lift = (floor - letter.data[i]) * rim;
                    let gain = ((l + lift) / l.max(0.02)).min(6.0);
                    *c = c.map(|v| (v * (1.0 + (gain - 1.0) * 0.7) + lift * 0.3).min(1.0));
                } else if !dark && letter.data[i] > ceiling && rim > 0.0 {
                    let gain = 1.0 - (1.0 - ceiling / letter.data[i]) * rim;
                    *c = c.map(|v| v * gain);
                }
            }
            // Full strength at the contour, soft fall-off further out.
            let fall = (spread.data[i] * 3.2).clamp(0.0, 1.0);
            let weight = (fall * fall * (3.0 - 2.0 * fall)).max((near.data[i] * 40.0).min(1.0)) * (1.0 - m) * shown;
            if weight <= 0.003 {
                continue;
            }
            let own = if letter.data[i] >= 0.0 { letter.data[i] } else { typical };
            let l = luminance(*c);
            if dark {
                let target = ((own.max(floor) + 0.05) / TARGET_RATIO - 0.05).max(0.004);
                if l > target {
                    let gain = 1.0 + (target / l - 1.0) * weight;
                    *c = c.map(|v| v * gain);
                }
            } else {
                let target = ((own.min(ceiling) + 0.05) * TARGET_RATIO - 0.05).clamp(0.4, 0.92);
                if l < target {
                    let t = (target - l) / (1.0 - l).max(1e-3) * weight;
                    *c = c.map(|v| v + (1.0 - v) * t);
                }
            }
        }
    });
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

    #[test]
    fn secure_makes_every_tone_legible_on_every_background() {
        let mask = bars(512, 256);
        for letter in [0.01, 0.06, 0.11, 0.14, 0.2, 0.4, 0.7, 0.95] {
            for ground in [0.0, 0.02, 0.1, 0.2, 0.45, 0.8, 1.0] {
                let mut image = LinearRgb {
                    width: 512,
                    height: 256,
                    data: mask
                        .data
                        .iter()
                        .enumerate()
                        .map(|(i, &m)| {
                            let busy = if (i % 512 / 5 + i / 512 / 7) % 2 == 0 { 1.3 } else { 0.6 };
                            [(ground * busy + (letter - ground * busy) * m).min(1.0); 3]
                        })
                        .collect(),
                };
                secure(&mut image, &mask, None, 1.0);
                let found = measure(&image, &mask, None).unwrap();
                assert!(found.score >= 0.95, "letter {letter} on {ground}: {found:?}");
            }
        }
    }
}
