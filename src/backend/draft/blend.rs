//! Blends the product into the scene: relights its low frequencies and keeps its detail as photographed.

use rayon::prelude::*;

use crate::backend::{BackendError, BlendRequest, StageCx};
use crate::imaging::blur::{gaussian_plane, gaussian_rgb};
use crate::imaging::{LinearRgb, Plane, luminance};
use crate::math;

/// How strongly the light's direction shapes the product.
const MODELLING: f32 = 0.60;
/// Largest change of the light by that, so that labels stay as they were photographed.
const MOST_MODELLED: f32 = 0.16;

/// Composites the relit product over the scene with its shadow and reflection.
pub fn blend(request: &BlendRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError> {
    let (product, scene) = (request.product, request.scene);
    let (w, h) = (product.alpha.width, product.alpha.height);
    let (x0, y0, x1, y1) = product.bounds;
    let unit = w.min(h) as f32;
    let amount = request.strength.clamp(0.0, 1.0) * if request.preserve_product { 1.0 } else { 1.8 };
    let product_mean = mean(&product.image, &product.alpha, product.bounds);
    let margin = (unit * 0.08) as usize;
    let around = (x0.saturating_sub(margin), y0.saturating_sub(margin), (x1 + margin).min(w), (y1 + margin).min(h));
    let outside = Plane { width: w, height: h, data: product.alpha.data.iter().map(|a| 1.0 - a).collect() };
    let scene_mean = mean(request.grounded, &outside, around);
    cx.step(0.6)?;

    let ambient_mean = scene.ambient.iter().sum::<f32>().max(1e-3) / 3.0;
    let key_mean = scene.key.color.iter().sum::<f32>().max(1e-3) / 3.0;
    let exposure = math::powf((luminance(scene_mean) + 0.03) / (luminance(product_mean) + 0.03), 0.16 * amount).clamp(0.84, 1.16);
    let white: [f32; 3] = std::array::from_fn(|k| {
        let tint = 0.5 * scene.ambient[k] / ambient_mean + 0.5 * scene.key.color[k] / key_mean;
        (1.0 + (tint - 1.0) * 0.22 * amount).clamp(0.86, 1.14)
    });
    let (cx0, half) = ((x0 + x1) as f32 / 2.0, ((x1 - x0) as f32 / 2.0).max(1.0));
    let key = scene.key.direction;
    let side = key[0] * 0.06 * amount;
    let (top, tall) = (y0 as f32, ((y1 - y0) as f32).max(1.0));

    // Blurs are limited to the product and the margin that they reach.
    let reach = (unit * 0.1) as usize + 1;
    let part = (x0.saturating_sub(reach), y0.saturating_sub(reach), (x1 + reach).min(w), (y1 + reach).min(h));
    let (left, above) = (part.0, part.1);
    let alpha = product.alpha.crop(part);

    // Low frequencies take the full gain, detail only its square root: after the display's transfer curve (about a square root), detail keeps its
    // contrast.
    let mut low = product.image.crop(part);
    low.data.iter_mut().zip(&alpha.data).for_each(|(c, a)| *c = c.map(|v| v * a));
    let low = gaussian_rgb(&low, unit * 0.03);
    cx.step(0.7)?;
    let low_alpha = gaussian_plane(&alpha, unit * 0.03);

    // The matte, blurred, is a pillow whose slope stands for the product's: its sides turn away from the viewer, towards the light or away from it.
    let rounding = 0.11 * tall.min(2.0 * half);
    let pillow = gaussian_plane(&alpha, rounding);
    // Light from above counts less: the photo has it already.
    let towards = (key[0] * MODELLING * amount * rounding, -0.55 * key[1] * MODELLING * amount * rounding);

    // Light wrap: light from behind spills over the outline.
    let soft = gaussian_plane(&alpha, unit * 0.006);
    cx.step(0.75)?;
    let wrap = gaussian_rgb(&request.grounded.crop(part), unit * 0.012);
    cx.step(0.8)?;
    let mut out = request.grounded.clone();
    out.data.par_chunks_mut(w).enumerate().skip(y0).take(y1 - y0).for_each(|(y, row)| {
        let foot = ((y as f32 - top) / tall).powi(3) * 0.10 * amount;
        for (x, out) in row.iter_mut().enumerate().take(x1).skip(x0) {
            let (i, p) = (y * w + x, (y - above) * alpha.width + x - left);
            let a = product.alpha.data[i];
            if a <= 0.0 {
                continue;
            }
            let turned = 1.0 + lit_slope(&pillow, (x - left, y - above), towards).clamp(-MOST_MODELLED, MOST_MODELLED);
            let shade = exposure * turned * (1.0 + side * ((x as f32 - cx0) / half)) * (1.0 - foot);
            let edge = (1.0 - soft.data[p]).clamp(0.0, 0.5) * 0.36 * (1.0 - (a - 0.9).max(0.0) * 4.0);
            for k in 0..3 {
                let gain = shade * white[k];
                let base = low.data[p][k] / low_alpha.data[p].max(1e-3);
                let lit = (product.image.data[i][k] * gain.sqrt() + (gain - gain.sqrt()) * base).clamp(0.0, 1.0);
                let lit = lit + (wrap.data[p][k] - lit) * edge;
                out[k] += (lit - out[k]) * a;
            }
        }
    });
    cx.step(1.0)?;
    Ok(out)
}

/// Slope of the pillow at a point, towards the light.
fn lit_slope(pillow: &Plane, (x, y): (usize, usize), towards: (f32, f32)) -> f32 {
    let (left, right) = (x.saturating_sub(1), (x + 1).min(pillow.width - 1));
    let (above, below) = (y.saturating_sub(1), (y + 1).min(pillow.height - 1));
    let across = (pillow.at(left, y) - pillow.at(right, y)) / (right - left).max(1) as f32;
    let down = (pillow.at(x, above) - pillow.at(x, below)) / (below - above).max(1) as f32;
    across * towards.0 + down * towards.1
}

fn mean(image: &LinearRgb, weight: &Plane, (x0, y0, x1, y1): (usize, usize, usize, usize)) -> [f32; 3] {
    let (mut sum, mut total) = ([0.0_f64; 3], 1e-6_f64);
    for y in y0..y1 {
        for x in x0..x1 {
            let a = f64::from(weight.at(x, y));
            let c = image.at(x, y);
            (0..3).for_each(|k| sum[k] += f64::from(c[k]) * a);
            total += a;
        }
    }
    sum.map(|v| (v / total) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::{KeyLight, PlacedProduct, Prompts, Quiet, Sampling, Scene, View};
    use crate::cancel::CancelToken;
    use crate::imaging::blur::erode;

    fn detail(image: &LinearRgb) -> Plane {
        let low = gaussian_rgb(image, 8.0);
        Plane {
            width: image.width,
            height: image.height,
            data: image.data.iter().zip(&low.data).map(|(c, l)| luminance(*c) - luminance(*l)).collect(),
        }
    }

    /// Mean SSIM over 8×8 windows (Wang et al. 2004) where the mask is full.
    fn ssim(a: &Plane, b: &Plane, mask: &Plane) -> f32 {
        let (c1, c2) = (1e-4, 9e-4 * 0.1);
        let (mut sum, mut count) = (0.0, 0);
        for y in (0..a.height - 8).step_by(4) {
            for x in (0..a.width - 8).step_by(4) {
                let window = || (0..64).map(move |i| (x + i % 8, y + i / 8));
                if window().any(|(x, y)| mask.at(x, y) < 0.99) {
                    continue;
                }
                let mean = |p: &Plane| window().map(|(x, y)| p.at(x, y)).sum::<f32>() / 64.0;
                let (ma, mb) = (mean(a), mean(b));
                let (mut va, mut vb, mut cov) = (0.0, 0.0, 0.0);
                for (x, y) in window() {
                    let (da, db) = (a.at(x, y) - ma, b.at(x, y) - mb);
                    va += da * da / 63.0;
                    vb += db * db / 63.0;
                    cov += da * db / 63.0;
                }
                sum += (2.0 * ma * mb + c1) * (2.0 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
                count += 1;
            }
        }
        sum / count as f32
    }

    /// A matte scene in white ambient light whose ground line is at the middle of the picture.
    fn scene(image: LinearRgb, key: KeyLight) -> Scene {
        let ground_line = image.height as f32 / 2.0;
        Scene { image, ground_line, view: View::default(), key, ambient: [1.0; 3], gloss: 0.0, roughness: 1.0 }
    }

    /// The product blended into a scene without shadows.
    fn blended(scene: &Scene, product: &PlacedProduct, cancel: &CancelToken) -> Result<LinearRgb, BackendError> {
        let request = BlendRequest {
            scene,
            product,
            grounded: &scene.image,
            band: &product.alpha,
            prompts: Prompts { positive: "", negative: "" },
            strength: 0.6,
            sampling: Sampling { steps: 4, guidance_scale: 3.5, true_cfg_scale: 1.0, seed: 1 },
            preserve_product: true,
        };
        blend(&request, StageCx { cancel, observer: &Quiet })
    }

    #[test]
    fn the_label_stays_as_photographed() {
        let (w, h) = (256, 256);
        let (mut alpha, mut image) = (Plane::new(w, h, 0.0), LinearRgb::new(w, h, [0.0; 3]));
        for y in 60..220 {
            for x in 70..190 {
                alpha.data[y * w + x] = 1.0;
                let stripe = if (x / 3 + y / 5) % 2 == 0 { 0.65 } else { 0.15 };
                image.data[y * w + x] = [stripe, stripe * 0.6, 0.2];
            }
        }
        let product = PlacedProduct { image: image.clone(), alpha: alpha.clone(), bounds: (70, 60, 190, 220), foot: 220.0 };
        for tone in [[0.05, 0.06, 0.2], [0.9, 0.85, 0.6], [0.3, 0.2, 0.1]] {
            let key = KeyLight { direction: [-0.5, 0.8, 0.3], color: [1.0, 0.8, 0.6], softness: 0.4 };
            let scene = Scene { ambient: [0.7, 0.8, 1.0], ..scene(LinearRgb::new(w, h, tone), key) };
            let cancel = CancelToken::default();
            let out = blended(&scene, &product, &cancel).unwrap();
            let score = ssim(&detail(&image), &detail(&out), &erode(&alpha, 34));
            println!("SSIM of the detail layer on {tone:?}: {score:.4}");
            assert!(score >= 0.98, "{score}");
            cancel.cancel();
            assert!(blended(&scene, &product, &cancel).is_err());
        }
    }

    #[test]
    fn the_side_towards_the_light_is_lighter_within_bounds() {
        let (w, h) = (240, 240);
        let mut alpha = Plane::new(w, h, 0.0);
        for y in 60..210 {
            (80..160).for_each(|x| alpha.data[y * w + x] = 1.0);
        }
        let product = PlacedProduct { image: LinearRgb::new(w, h, [0.4; 3]), alpha, bounds: (80, 60, 160, 210), foot: 210.0 };
        let lit = |x: f32| {
            let key = KeyLight { direction: [x, 0.7, 0.2], color: [1.0; 3], softness: 0.4 };
            let scene = scene(LinearRgb::new(w, h, [0.4; 3]), key);
            let out = blended(&scene, &product, &CancelToken::default()).unwrap();
            [88, 120, 151].map(|x| out.at(x, 130)[0])
        };
        for x in [-0.7, 0.7] {
            let [left, middle, right] = lit(x);
            let (bright, dark) = if x < 0.0 { (left, right) } else { (right, left) };
            println!("light from {x}: {left:.3} {middle:.3} {right:.3}");
            assert!(bright > 1.08 * dark && bright < 1.5 * dark && (middle / 0.4 - 1.0).abs() < 0.15);
        }
    }
}
