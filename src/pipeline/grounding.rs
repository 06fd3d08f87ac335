//! Effects of the product on the surface that it stands on: contact shadow, ambient occlusion, cast shadow, reflection.

use std::borrow::Cow;

use rayon::prelude::*;

use super::borders::CutSides;
use super::outline;
use super::solid::{Footprint, Solid};
use crate::backend::{KeyLight, PlacedProduct, Scene, View};
use crate::cancel::{CancelToken, Stopped};
use crate::imaging::blur::{dilate, erode, gaussian_plane, gaussian_plane_xy, gaussian_rgb};
use crate::imaging::{LinearRgb, Plane};
use crate::math;
use crate::request::ShadowSpec;

/// Shadows are computed at half size on canvases larger than this; they are soft.
const FULL_SIZE: usize = 700;
/// Ambient occlusion of the surface by parts up to a height (share of the product's height): that height, blur (share of the canvas' shorter side),
/// strength.
const OCCLUSION: [(f32, f32, f32); 3] = [(0.015, 0.0035, 0.86), (0.10, 0.012, 0.56), (0.52, 0.040, 0.46)];
/// Largest length of a cast shadow as a multiple of the product's height; lower light is treated as higher.
const LONGEST: f32 = 0.95;
/// Least horizontal part of the direction to a key light whose shadow has a requested direction: straight from above it would have none.
const LEAST_SLANT: f32 = 0.35;
/// Blurs of the cast shadow, as shares of the canvas' shorter side. Penumbras between them are interpolated.
const PENUMBRAS: [f32; 5] = [0.002, 0.006, 0.015, 0.034, 0.075];

/// The scene with the shadows and the reflection of the product, but without the product.
pub struct Grounding {
    /// Canvas size, linear.
    pub grounded: LinearRgb,
    /// The region that a backend may repaint, 0..=1: around the outline, and the contact shadow.
    pub band: Plane,
    /// All shadows, 0 (none) ..= 1 (black).
    pub shadow: Plane,
}

/// Adds the shadows and the reflection of a placed product to the scene. `cut`: sides on which the photo cuts the product off. A product that is cut
/// off at the top or bottom gets neither, because the picture does not show what it stands on. `asked`: how the request wants the shadows; their
/// direction and softness are those of the scene's key light, see `lit`.
///
/// # Errors
/// The job was stopped.
pub fn ground(
    scene: &Scene,
    product: &PlacedProduct,
    cut: CutSides,
    asked: &ShadowSpec,
    cancel: &CancelToken,
) -> Result<Grounding, Stopped> {
    let (w, h) = (product.alpha.width, product.alpha.height);
    let unit = h.min(w) as f32;
    let step = if w.min(h) > FULL_SIZE { 2 } else { 1 };
    let solid = if cut.bottom || cut.top { None } else { Solid::new(product, scene.view, step) };
    let small = unit / step as f32;
    let (contact, cast) = match &solid {
        Some(solid) if asked.strength > 0.0 => {
            let contact = if asked.contact { Some(occlusion(solid, scene, small, cancel)?) } else { None };
            (contact, Some(cast(solid, scene, small, cancel)?))
        }
        _ => (None, None),
    };
    let (contact, cast) = (contact.map(|plane| denser(plane, asked.strength)), cast.map(|plane| denser(plane, asked.strength)));
    cancel.check()?;
    let scale = 1.0 / step as f32;
    let at = |plane: &Option<Plane>, x: usize, y: usize| {
        // Interpolated values may round to more than 1.
        plane.as_ref().map_or(0.0, |p| p.sample((x as f32 + 0.5) * scale, (y as f32 + 0.5) * scale).min(1.0))
    };
    let (mut shadow, mut touched) = (Plane::new(w, h, 0.0), Plane::new(w, h, 0.0));
    shadow.data.par_chunks_mut(w).zip(touched.data.par_chunks_mut(w)).enumerate().for_each(|(y, (shadow, touched))| {
        // The surface receives shadows, the backdrop does not.
        let on_surface = ((y as f32 - scene.ground_line) / (0.02 * unit)).clamp(0.0, 1.0);
        if on_surface > 0.0 {
            for (x, (s, t)) in shadow.iter_mut().zip(touched).enumerate() {
                *t = at(&contact, x, y) * on_surface;
                *s = 1.0 - (1.0 - *t) * (1.0 - at(&cast, x, y) * on_surface);
            }
        }
    });
    cancel.check()?;
    let mut grounded = scene.image.clone();
    if solid.is_some() && scene.gloss > 0.02 && !scene.view.is_flat_lay() {
        mirror(scene, product, unit, &mut grounded);
    }
    cancel.check()?;
    // Ambient light tints the shadows.
    let ambient = scene.ambient;
    let top = ambient[0].max(ambient[1]).max(ambient[2]).max(1e-3);
    grounded.data.par_iter_mut().zip(&shadow.data).filter(|(_, s)| **s > 0.0).for_each(|(c, &s)| {
        (0..3).for_each(|k| c[k] *= 1.0 - s * (1.0 - 0.10 * ambient[k] / top));
    });
    cancel.check()?;
    let wide = dilate(&product.alpha, (0.015 * unit) as usize);
    let inner = erode(&product.alpha, (0.010 * unit) as usize);
    cancel.check()?;
    let mut band = gaussian_plane(&wide, 0.004 * unit);
    band.data.par_iter_mut().enumerate().for_each(|(i, b)| {
        let outside = 1.0 - inner.data[i];
        *b = (*b * outside).max(touched.data[i].min(1.0) * outside).clamp(0.0, 1.0);
    });
    Ok(Grounding { grounded, band, shadow })
}

/// A shadow whose density is multiplied.
fn denser(mut shadow: Plane, strength: f32) -> Plane {
    if strength != 1.0 {
        shadow.data.par_iter_mut().filter(|v| **v > 0.0).for_each(|v| *v = (1.0 - math::powf(1.0 - v.min(1.0), strength)).clamp(0.0, 1.0));
    }
    shadow
}

/// The scene with its key light turned and softened so that the product's shadow falls as the request asks.
pub(super) fn lit<'a>(scene: &'a Scene, asked: &ShadowSpec) -> Cow<'a, Scene> {
    if asked.direction.is_none() && asked.softness.is_none() {
        return Cow::Borrowed(scene);
    }
    let mut lit = scene.clone();
    if let Some(direction) = asked.direction {
        let [x, y, z] = lit.key.direction;
        let along = math::hypot(x, z).max(LEAST_SLANT);
        let (sin, cos) = math::sin_cos(direction.to_radians());
        let long = math::hypot(along, y);
        lit.key.direction = [-cos * along / long, y / long, -sin * along / long];
    }
    lit.key.softness = asked.softness.unwrap_or(lit.key.softness);
    Cow::Owned(lit)
}

/// Blurs a plane on the surface: less along the depth, which is foreshortened. `sigma` in pixels.
fn blur_on_surface(plane: &Plane, sigma: f32, view: View) -> Plane {
    gaussian_plane_xy(plane, sigma, sigma * view.foreshortening().max(0.22))
}

/// Ambient occlusion of the surface by the product, 0..=1: strong and narrow at the contact, weaker and wider below overhangs. `unit`: shorter side
/// of the reduced canvas in pixels.
fn occlusion(solid: &Solid, scene: &Scene, unit: f32, cancel: &CancelToken) -> Result<Plane, Stopped> {
    let mut light: Option<Plane> = None;
    // The dark side of the product is the one away from the key light.
    let slide = slide(scene.key, scene.view);
    for (i, (height, sigma, strength)) in OCCLUSION.into_iter().enumerate() {
        cancel.check()?;
        let drift = if i == 0 { 0.0 } else { 0.22 };
        let print = solid.project((slide.0 * drift, slide.1 * drift), height * solid.tall, i > 0, 0.9 * sigma * unit);
        let soft = blur_on_surface(&print.cover, sigma * unit, scene.view);
        // A product that lies flat touches everywhere, and a dark line all around it would look drawn.
        let strength = if scene.view.is_flat_lay() { 0.6 * strength } else { strength };
        let open = |v: f32| 1.0 - (v * 1.25).min(1.0) * strength;
        match &mut light {
            None => light = Some(Plane { data: soft.data.iter().map(|v| open(*v)).collect(), ..soft }),
            Some(light) => light.data.iter_mut().zip(&soft.data).for_each(|(l, v)| *l *= open(*v)),
        }
    }
    let mut out = light.unwrap_or_else(|| Plane::new(1, 1, 1.0));
    out.data.iter_mut().for_each(|v| *v = 1.0 - *v);
    Ok(out)
}

/// Offset of a point's shadow per unit of its height: to the right, and down the picture.
fn slide(key: KeyLight, view: View) -> (f32, f32) {
    let d = key.direction;
    let up = d[1].max(0.2);
    let (x, z) = (-d[0] / up, -d[2] / up);
    let long = math::hypot(x, z);
    let k = if long > LONGEST { LONGEST / long } else { 1.0 };
    (x * k, z * k * view.foreshortening())
}

/// The cast shadow, 0..=1: the solid projected onto the surface, away from the key light. Higher parts cast wider penumbras. `unit` as in
/// [`occlusion`].
fn cast(solid: &Solid, scene: &Scene, unit: f32, cancel: &CancelToken) -> Result<Plane, Stopped> {
    let Footprint { cover, height } = solid.project(slide(scene.key, scene.view), solid.tall, false, 0.0);
    let (w, h) = (cover.width, cover.height);
    let weighted =
        Plane { width: w, height: h, data: cover.data.iter().zip(&height.data).map(|(c, y)| if *c > 0.0 { c * y } else { 0.0 }).collect() };
    let near = 0.018 * unit;
    let (heights, weights) = (gaussian_plane(&weighted, near), gaussian_plane(&cover, near));
    cancel.check()?;
    let levels: Vec<Plane> = PENUMBRAS
        .iter()
        .map(|sigma| {
            cancel.check()?;
            Ok(blur_on_surface(&cover, sigma * unit, scene.view))
        })
        .collect::<Result<_, Stopped>>()?;
    let softness = scene.key.softness.clamp(0.0, 1.0);
    let spread = 0.025 + 0.26 * math::powf(softness, 1.5);
    let strength = 0.74 - 0.34 * softness;
    let mut out = Plane::new(w, h, 0.0);
    out.data.par_iter_mut().enumerate().for_each(|(i, v)| {
        let weight = weights.data[i];
        if weight < 1e-4 && levels[PENUMBRAS.len() - 1].data[i] < 1e-3 {
            return;
        }
        let height = if weight > 1e-4 { heights.data[i] / weight } else { solid.tall };
        let wanted = PENUMBRAS[0] + spread * height / unit;
        let next = PENUMBRAS.iter().position(|p| *p >= wanted).unwrap_or(PENUMBRAS.len() - 1).max(1);
        let (a, b) = (PENUMBRAS[next - 1], PENUMBRAS[next]);
        let t = ((wanted - a) / (b - a)).clamp(0.0, 1.0);
        let dark = levels[next - 1].data[i] * (1.0 - t) + levels[next].data[i] * t;
        *v = dark * strength * (1.0 - 0.40 * (height / solid.tall).min(1.0));
    });
    Ok(out)
}

/// Blends the mirror image of the product into the surface, column by column, so that it follows a round base. Parts that overhang the base are
/// mirrored at its middle. Roughness and distance make the image softer.
fn mirror(scene: &Scene, product: &PlacedProduct, unit: f32, grounded: &mut LinearRgb) {
    let (w, h) = (product.alpha.width, product.alpha.height);
    let lower = outline::lower_contour(&product.alpha);
    let Some(base) = outline::base(&lower).map(|base| base.contact(scene.view.foreshortening())) else { return };
    let (x0, y0, x1, y1) = product.bounds;
    let middle = product.foot - 1.0 - base.sag;
    let length = ((y1 - y0) as f32 * 0.6).min(0.30 * unit).max(2.0);
    let margin = (0.05 * unit) as usize + 2;
    let top = (middle.max(0.0) as usize).saturating_sub(margin).min(h);
    let part = (x0.saturating_sub(margin), top, (x1 + margin).min(w), (y1 + length as usize + margin).min(h));
    let (pw, ph) = (part.2 - part.0, part.3.saturating_sub(part.1));
    if pw == 0 || ph == 0 {
        return;
    }
    // Row at which a column is mirrored.
    let mirrored_at = |x: usize| match (x.checked_sub(base.left).filter(|i| *i < base.width()), lower[x]) {
        (Some(i), Some(low)) if (low as f32) > product.foot - 1.0 - base.rise[i] - 0.02 * unit => low as f32,
        (Some(i), _) => product.foot - 1.0 - base.rise[i],
        (None, _) => middle,
    };
    let at_row: Vec<f32> = (part.0..part.2).map(mirrored_at).collect();
    // Schlick's approximation (1994) with a smaller exponent, because advertisements show stronger reflections.
    let grazing = (1.0 - scene.view.foreshortening()).powi(4);
    let strength = scene.gloss.clamp(0.0, 1.0) * (0.26 + 0.55 * grazing);
    let mut image = LinearRgb::new(pw, ph, [0.0; 3]);
    let mut alpha = Plane::new(pw, ph, 0.0);
    image.data.par_chunks_mut(pw).zip(alpha.data.par_chunks_mut(pw)).enumerate().for_each(|(j, (image, alpha))| {
        let y = (part.1 + j) as f32;
        for (i, (c, a)) in image.iter_mut().zip(alpha).enumerate() {
            let d = y - at_row[i];
            let from = at_row[i] - d;
            if d <= 0.0 || d >= length || from < 0.0 {
                continue;
            }
            let p = from as usize * w + part.0 + i;
            let v = product.alpha.data[p] * (1.0 - d / length).powi(2) * strength;
            *a = v;
            *c = product.image.data[p].map(|c| c * v);
        }
    });
    let rough = scene.roughness.clamp(0.0, 1.0);
    let soft = |sigma: f32| (gaussian_rgb(&image, sigma * unit), gaussian_plane(&alpha, sigma * unit));
    let (near, far) = (soft(0.0012 + 0.008 * rough), soft(0.004 + 0.034 * rough));
    for j in 0..ph {
        let y = part.1 + j;
        let on_surface = ((y as f32 - scene.ground_line) / (0.02 * unit)).clamp(0.0, 1.0);
        for (i, row) in at_row.iter().enumerate().take(pw) {
            let t = ((y as f32 - row) / (0.6 * length)).clamp(0.0, 1.0);
            let p = j * pw + i;
            let a = (near.1.data[p] * (1.0 - t) + far.1.data[p] * t) * on_surface;
            if a > 1e-4 {
                let out = &mut grounded.data[y * w + part.0 + i];
                for (k, v) in out.iter_mut().enumerate() {
                    let c = (near.0.data[p][k] * (1.0 - t) + far.0.data[p][k] * t) * on_surface;
                    *v = *v * (1.0 - a) + c;
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "grounding_tests.rs"]
mod tests;
