//! Exposes the faces: radiance → display colours. Matches named colours, keeps contrast to the background, applies the tone curve.

use rayon::prelude::*;

use super::material::{Kind, Material};
use crate::backend::draft::color::{Rgb, mix3};
use crate::imaging::luminance;
use crate::math::{self, smoothstep};

/// Tone curve with a soft shoulder that keeps mid tones and the hue of highlights. `glare` is the radiance that may turn white; it does from 1.5
/// upwards.
fn tone(c: Rgb, glare: f32) -> Rgb {
    let peak = c[0].max(c[1]).max(c[2]);
    if peak <= 0.6 {
        return c;
    }
    let squeezed = 0.6 + 0.4 * (1.0 - math::exp(-(peak - 0.6) / 0.55));
    let hue = c.map(|v| v * squeezed / peak);
    mix3(hue, [squeezed; 3], smoothstep(1.5, 4.5, glare) * 0.7)
}

/// The radiance of a point of a face, before exposure.
#[derive(Clone, Copy, Default)]
pub(super) struct Lit {
    /// Diffuse light, which has the colour of the material.
    pub body: Rgb,
    /// Specular light.
    pub shine: Rgb,
    /// Colour of the material without light and texture.
    pub base: Rgb,
    /// Opacity, 0..=1.
    pub opacity: f32,
}

impl Lit {
    /// Adds another sample, weighted by `share`.
    pub(super) fn add(&mut self, other: &Self, share: f32) {
        for i in 0..3 {
            self.body[i] += other.body[i] * share;
            self.shine[i] += other.shine[i] * share;
            self.base[i] += other.base[i] * share;
        }
        self.opacity += other.opacity * share;
    }
}

/// Converts radiance to exposed radiance.
struct Exposure {
    body: Rgb,
    /// Specular light that the whole face has; subtracted, because it would wash out a named colour.
    veil: Rgb,
    shine: f32,
    /// Share of the diffuse light that may turn white, 0..=1; 0 for solids with a named colour.
    glare: f32,
}

impl Exposure {
    fn apply(&self, lit: &Lit) -> Rgb {
        let shine: Rgb = std::array::from_fn(|i| (lit.shine[i] - self.veil[i]).max(0.0) * self.shine);
        let c: Rgb = std::array::from_fn(|i| lit.body[i] * self.body[i] + shine[i]);
        let glare: Rgb = std::array::from_fn(|i| shine[i] + (c[i] - shine[i]) * self.glare);
        tone(c, glare[0].max(glare[1]).max(glare[2]))
    }

    /// The exposure at which the faces have, on average, the colours that the prompt names. Found by iteration.
    fn of_named(samples: &[Lit], metal: bool) -> Self {
        let count = samples.len().max(1) as f32;
        let mean = |value: &dyn Fn(&Lit) -> Rgb| -> Rgb {
            let sum = samples.iter().fold([0.0; 3], |sum: Rgb, lit| std::array::from_fn(|i| sum[i] + value(lit)[i]));
            sum.map(|v| v / count)
        };
        // The tone curve does not reach 1, and a metal without dark parts does not look reflective.
        let target = mean(&|lit| lit.base).map(|v| if metal { v * 0.88 } else { v.min(0.95) });
        let veil: Rgb = std::array::from_fn(|i| {
            let mut values: Vec<f32> = samples.iter().map(|lit| lit.shine[i]).collect();
            let k = values.len() * 3 / 5;
            if k < values.len() { *values.select_nth_unstable_by(k, f32::total_cmp).1 } else { 0.0 }
        });
        let darkest = target[0].min(target[1]).min(target[2]);
        let left = mean(&|lit| std::array::from_fn(|i| (lit.shine[i] - veil[i]).max(0.0)));
        let shine = ((0.008 + 0.4 * darkest) / left[0].max(left[1]).max(left[2]).max(1e-6)).min(1.0);
        let mut found = Self { body: [1.0; 3], veil, shine, glare: if metal { 0.6 } else { 0.0 } };
        for _ in 0..6 {
            let now = mean(&|lit| found.apply(lit));
            found.body = std::array::from_fn(|i| (found.body[i] * (target[i] + 1e-4) / (now[i] + 1e-4)).clamp(0.02, 12.0));
        }
        found
    }
}

/// The exposure factor that brings a material without a named colour nearer to a contrast ratio of 3:1 with the background: less light in front of
/// bright backgrounds, more in front of dark ones. `least` is the smallest factor, `backdrop` the luminance behind the text.
fn for_contrast(samples: &[Lit], exposure: &Exposure, least: f32, backdrop: f32) -> f32 {
    /// Backgrounds above this luminance count as bright.
    const BRIGHT: f32 = 0.5;
    let mean = samples.iter().map(|lit| luminance(exposure.apply(lit))).sum::<f32>() / samples.len().max(1) as f32;
    let mean = mean.max(1e-3);
    if mean > backdrop || backdrop < 0.12 {
        let wanted = (backdrop + 0.05) * 3.2 - 0.05;
        (wanted / mean).clamp(1.0, 1.5)
    } else if backdrop > BRIGHT {
        // The side walls must still be able to be darker than the faces.
        let wanted = ((backdrop + 0.05) / 3.2 - 0.05).max(0.15);
        (wanted / mean).clamp(least, 1.0)
    } else {
        // In front of medium tones, a darkened background serves better than darker letters.
        1.0
    }
}

/// Display-referred linear colours and opacity of the faces. `inside` tells whether a pixel lies entirely within a letter; `backdrop` is the
/// luminance behind the text.
pub(super) fn expose(faces: &[Lit], inside: impl Fn(usize) -> bool, material: &Material, backdrop: f32) -> Vec<[f32; 4]> {
    let samples: Vec<Lit> = (0..faces.len()).step_by(3).filter(|&i| inside(i)).map(|i| faces[i]).collect();
    let mut exposure = Exposure { body: [1.0; 3], veil: [0.0; 3], shine: 1.0, glare: 1.0 };
    if material.named && matches!(material.kind, Kind::Metal | Kind::Solid) {
        exposure = Exposure::of_named(&samples, material.kind == Kind::Metal);
    } else if matches!(material.kind, Kind::Metal | Kind::Solid) && !material.named {
        // Metal reflects its surroundings, so it may become much darker than wood or stone.
        let least = if material.kind == Kind::Metal { 0.5 } else { 0.88 };
        exposure.body = [for_contrast(&samples, &exposure, least, backdrop); 3];
    }
    let colour = |lit: &Lit| {
        let c = exposure.apply(lit);
        [c[0], c[1], c[2], lit.opacity]
    };
    faces.par_iter().map(colour).collect()
}
