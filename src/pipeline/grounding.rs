//! Effects of the product on the surface that it stands on: contact shadow, ambient occlusion, cast shadow, reflection.

use rayon::prelude::*;

use crate::backend::{PlacedProduct, Scene};
use crate::cancel::{CancelToken, Stopped};
use crate::imaging::blur::{dilate, erode, gaussian_plane, gaussian_rgb};
use crate::imaging::{LinearRgb, Plane};
use crate::math;

/// The scene with the shadows and the reflection of the product, but without the product.
pub struct Grounding {
    /// Canvas size, linear.
    pub grounded: LinearRgb,
    /// The region that a backend may repaint: around the outline, and the contact shadow; 0..=1.
    pub band: Plane,
    /// All shadows, 0 (none) ..= 1 (black).
    pub shadow: Plane,
}

/// Adds the shadows and the reflection of a placed product to the scene.
pub fn ground(scene: &Scene, product: &PlacedProduct, cancel: &CancelToken) -> Result<Grounding, Stopped> {
    let (w, h) = (product.alpha.width, product.alpha.height);
    let unit = h.min(w) as f32;
    let lower = lower_contour(&product.alpha);
    let contact = contact(scene, product, &lower, unit, cancel)?;
    let cast = cast(scene, product, unit);
    cancel.check()?;
    let mut shadow = Plane::new(w, h, 0.0);
    shadow.data.par_iter_mut().enumerate().for_each(|(i, s)| {
        let y = (i / w) as f32;
        // The surface receives shadows, the backdrop does not.
        let on_surface = ((y - scene.ground_line) / (0.02 * unit)).clamp(0.0, 1.0);
        *s = (1.0 - (1.0 - contact.data[i]) * (1.0 - cast.data[i])) * on_surface;
    });
    let mirror = (scene.gloss > 0.02).then(|| reflection(scene, product, &lower, unit));
    cancel.check()?;
    let mut grounded = scene.image.clone();
    // Ambient light tints the shadows.
    let ambient = scene.ambient;
    let top = ambient[0].max(ambient[1]).max(ambient[2]).max(1e-3);
    grounded.data.par_iter_mut().enumerate().for_each(|(i, c)| {
        if let Some((image, alpha)) = &mirror {
            let a = alpha.data[i];
            if a > 0.0 {
                (0..3).for_each(|k| c[k] += (image.data[i][k] - c[k]) * a);
            }
        }
        let s = shadow.data[i];
        if s > 0.0 {
            (0..3).for_each(|k| c[k] *= 1.0 - s * (1.0 - 0.10 * ambient[k] / top));
        }
    });
    cancel.check()?;
    let wide = dilate(&product.alpha, (0.015 * unit) as usize);
    let inner = erode(&product.alpha, (0.010 * unit) as usize);
    cancel.check()?;
    let mut band = gaussian_plane(&wide, 0.004 * unit);
    band.data
        .par_iter_mut()
        .enumerate()
        .for_each(|(i, b)| *b = (*b * (1.0 - inner.data[i])).max(contact.data[i].min(1.0) * (1.0 - inner.data[i])).clamp(0.0, 1.0));
    Ok(Grounding { grounded, band, shadow })
}

/// The lowest covered row of each column.
fn lower_contour(alpha: &Plane) -> Vec<Option<usize>> {
    let mut lower = vec![None; alpha.width];
    for y in 0..alpha.height {
        for (x, slot) in lower.iter_mut().enumerate() {
            if alpha.data[y * alpha.width + x] > 0.5 {
                *slot = Some(y);
            }
        }
    }
    lower
}

/// The contact shadow: three blurs of the lower outline, each shifted further down and softer.
fn contact(scene: &Scene, product: &PlacedProduct, lower: &[Option<usize>], unit: f32, cancel: &CancelToken) -> Result<Plane, Stopped> {
    let (w, h) = (product.alpha.width, product.alpha.height);
    let (_, y0, _, y1) = product.bounds;
    let tall = (y1 - y0) as f32;
    // Parts of the outline high above the foot, such as a bottle's shoulders, cast no contact shadow.
    let reach = (0.55 * tall).min(0.30 * unit).max(2.0);
    let mut base = Plane::new(w, h, 0.0);
    for (x, low) in lower.iter().enumerate() {
        let Some(low) = *low else { continue };
        let lift = product.foot - 1.0 - low as f32;
        let near = math::powf((1.0 - lift / reach).clamp(0.0, 1.0), 0.7);
        let from = low.saturating_sub((0.10 * tall) as usize);
        for y in from..=low {
            base.data[y * w + x] = near;
        }
    }
    // The shadow reaches further on the side away from the light, and further in hard light.
    let swept = sweep(&base, scene, tall.min(0.5 * unit));
    cancel.check()?;
    let hard = 1.0 - scene.key.softness.clamp(0.0, 1.0);
    let layers = [(0.004, 0.003, 0.75), (0.014, 0.008, 0.50), (0.040, 0.016, 0.34)];
    let blurred: Vec<(Plane, usize, f32)> = layers
        .iter()
        .map(|&(sigma, down, strength)| {
            cancel.check()?;
            Ok((gaussian_plane(&base, sigma * unit), (down * unit) as usize, strength))
        })
        .collect::<Result<_, Stopped>>()?;
    cancel.check()?;
    let thrown = gaussian_plane(&swept, unit * (0.005 + 0.014 * (1.0 - hard)));
    let mut out = Plane::new(w, h, 0.0);
    out.data.par_chunks_mut(w).enumerate().for_each(|(y, row)| {
        for (x, v) in row.iter_mut().enumerate() {
            let mut light = 1.0;
            light *= 1.0 - thrown.data[y * w + x] * (0.30 + 0.42 * hard);
            for (plane, down, strength) in &blurred {
                if y >= *down {
                    light *= 1.0 - (plane.data[(y - down) * w + x] * strength * 1.25).min(0.92);
                }
            }
            *v = 1.0 - light;
        }
    });
    Ok(out)
}

/// Smears the plane along the ground, away from the key light; it fades with distance.
fn sweep(base: &Plane, scene: &Scene, tall: f32) -> Plane {
    let d = scene.key.direction;
    let up = d[1].max(0.25);
    let reach = tall * 0.16;
    let (dx, dy) = ((-d[0] / up).clamp(-1.2, 1.2) * reach, (-d[2] / up * 0.5).clamp(-0.25, 0.45) * reach);
    let (w, h) = (base.width as i64, base.height as i64);
    let steps = (math::hypot(dx, dy) / 2.0).ceil().max(1.0) as usize;
    let mut out = Plane::new(base.width, base.height, 0.0);
    out.data.par_chunks_mut(base.width).enumerate().for_each(|(y, row)| {
        for k in 0..=steps {
            let t = k as f32 / steps as f32;
            let (ox, oy) = ((dx * t).round() as i64, (dy * t).round() as i64);
            let from = y as i64 - oy;
            if from < 0 || from >= h {
                continue;
            }
            let source = &base.data[(from * w) as usize..((from + 1) * w) as usize];
            let fade = (1.0 - t) * (1.0 - 0.3 * t);
            let (to0, from0) = (ox.max(0) as usize, (-ox).max(0) as usize);
            let n = (w - ox.abs()).max(0) as usize;
            for (v, s) in row[to0.min(w as usize)..].iter_mut().zip(&source[from0.min(w as usize)..]).take(n) {
                *v = v.max(s * fade);
            }
        }
    });
    out
}

/// The cast shadow: the silhouette projected onto the ground plane, away from the key light.
fn cast(scene: &Scene, product: &PlacedProduct, unit: f32) -> Plane {
    let (w, h) = (product.alpha.width, product.alpha.height);
    let (x0, y0, x1, y1) = product.bounds;
    let d = scene.key.direction;
    let up = d[1].max(0.25);
    // Ground offset per pixel of height. In photos taken from above, the box is taller than the product.
    let slope_x = (-d[0] / up * 0.55).clamp(-0.9, 0.9);
    let away = (d[2] / up * 0.35).clamp(-0.35, 0.45);
    let slope_y = if away.abs() < 0.12 { 0.12_f32.copysign(if away == 0.0 { 1.0 } else { away }) } else { away };
    let tall = (y1 - y0) as f32;
    let mut hard = Plane::new(w, h, 0.0);
    let margin = (tall * 1.1) as usize;
    let (from_x, to_x) = (x0.saturating_sub(margin), (x1 + margin).min(w));
    hard.data.par_chunks_mut(w).enumerate().for_each(|(y, row)| {
        let t = (product.foot - y as f32) / slope_y;
        if t < 0.0 || t > tall {
            return;
        }
        let fade = 1.0 - 0.65 * t / tall;
        for (x, v) in row.iter_mut().enumerate().take(to_x).skip(from_x) {
            let sx = x as f32 + 0.5 - t * slope_x;
            if sx > x0 as f32 && sx < x1 as f32 {
                *v = product.alpha.sample(sx, product.foot - t) * fade;
            }
        }
    });
    let softness = scene.key.softness.clamp(0.0, 1.0);
    // A box as wide as it is tall usually shows a flat thing from above, which casts no upright silhouette.
    let standing = ((tall / ((x1 - x0) as f32).max(1.0) - 0.95) / 0.5).clamp(0.0, 1.0);
    let mut soft = gaussian_plane(&hard, unit * (0.006 + 0.022 * softness));
    let strength = (0.62 - 0.34 * softness) * standing;
    soft.data.iter_mut().for_each(|v| *v *= strength);
    soft
}

/// The reflection below the lower outline, column by column, so that it follows a round base.
fn reflection(scene: &Scene, product: &PlacedProduct, lower: &[Option<usize>], unit: f32) -> (LinearRgb, Plane) {
    let (w, h) = (product.alpha.width, product.alpha.height);
    let (x0, y0, x1, y1) = product.bounds;
    let length = ((y1 - y0) as f32 * 0.55).min(0.28 * unit).max(2.0);
    let mut image = LinearRgb::new(w, h, [0.0; 3]);
    let mut alpha = Plane::new(w, h, 0.0);
    for (x, low) in lower.iter().enumerate().take(x1).skip(x0) {
        let Some(low) = *low else { continue };
        let lift = (product.foot - 1.0 - low as f32) / (0.5 * unit * 0.46);
        let near = (1.0 - lift).clamp(0.0, 1.0);
        for d in 1..length as usize {
            let (y, from) = (low + d, low.checked_sub(d));
            let Some(from) = from.filter(|_| y < h) else { break };
            let a = product.alpha.at(x, from);
            let fade = (1.0 - d as f32 / length).powi(2) * near;
            let v = a * fade * scene.gloss.clamp(0.0, 1.0) * 0.8;
            alpha.data[y * w + x] = v;
            image.data[y * w + x] = product.image.at(x, from).map(|c| c * v);
        }
    }
    let sigma = unit * (0.0015 + 0.02 * scene.roughness.clamp(0.0, 1.0));
    let mut image = gaussian_rgb(&image, sigma);
    let alpha = gaussian_plane(&alpha, sigma);
    image.data.par_iter_mut().zip(&alpha.data).for_each(|(c, &a)| *c = if a > 1e-4 { c.map(|v| v / a) } else { [0.0; 3] });
    (image, alpha)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::KeyLight;

    #[test]
    fn the_surface_receives_shadows_and_the_backdrop_does_not() {
        let (w, h) = (256, 256);
        let mut alpha = Plane::new(w, h, 0.0);
        for y in 100..200 {
            for x in 100..156 {
                alpha.data[y * w + x] = 1.0;
            }
        }
        let product = PlacedProduct { image: LinearRgb::new(w, h, [0.8, 0.1, 0.1]), alpha, bounds: (100, 100, 156, 200), foot: 200.0 };
        let scene = Scene {
            image: LinearRgb::new(w, h, [0.5; 3]),
            ground_line: 146.0,
            key: KeyLight { direction: [-0.5, 0.8, 0.3], color: [1.0; 3], softness: 0.4 },
            ambient: [1.0; 3],
            gloss: 0.4,
            roughness: 0.2,
        };
        let g = ground(&scene, &product, &CancelToken::default()).unwrap();
        assert!(g.grounded.at(128, 202)[1] < 0.3, "{:?}", g.grounded.at(128, 202));
        assert_eq!(g.grounded.at(20, 60), [0.5; 3]);
        assert!(g.shadow.at(190, 188) > g.shadow.at(66, 188), "the shadow falls away from the light");
        let mirrored = g.grounded.at(128, 212);
        assert!(mirrored[0] > mirrored[1] * 1.1, "a glossy surface mirrors the red product: {mirrored:?}");
        assert!(g.band.at(128, 150) < 0.05 && g.band.at(100, 150) > 0.3);
    }
}
