//! Converts radiance to display values: film curve, vignette, dither.

use super::noise::{hash, unit};
use super::spec::Grade;
use crate::backend::draft::color::{Rgb, mix3};
use crate::math::smoothstep;

/// Filmic tone curve per channel with crosstalk, so that bright saturated colours desaturate instead of clipping.
#[inline]
pub fn film(c: Rgb) -> Rgb {
    // Mixing channels before the curve and unmixing them after it keeps hues from shifting to primaries.
    let mean = (c[0] + c[1] + c[2]) * (1.0 / 3.0);
    let c = c.map(|v| (v + (mean - v) * 0.07).max(0.0) * 0.90);
    let out = c.map(|v| (v * (2.43 * v + 0.09)) / (v * (2.37 * v + 0.72) + 0.16));
    let mean = (out[0] + out[1] + out[2]) * (1.0 / 3.0);
    out.map(|v| (mean + (v - mean) * 1.06).clamp(0.0, 1.0))
}

/// Relative brightness at an offset from the centre; `u`, `v` are −1..=1 across the picture.
#[inline]
pub fn vignette(u: f32, v: f32, amount: f32) -> f32 {
    1.0 - amount * smoothstep(0.35, 1.55, (u * u + v * v).sqrt())
}

/// Adds noise of about half an 8-bit code, so that gradients show no bands.
#[inline]
pub fn dither(c: Rgb, x: usize, y: usize) -> Rgb {
    let h = hash((x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca6b));
    let noise = (unit(h) + unit(h.wrapping_mul(0xc2b2_ae35)) - 1.0) * 0.8;
    // In linear light, one sRGB code is about 2.2/255 · l^0.55; a square root is close enough.
    c.map(|v| (v + noise * (2.2 / 255.0) * v.max(0.0).sqrt()).clamp(0.0, 1.0))
}

/// Applies saturation, contrast, lift and the tints of dark and bright parts to display values.
#[inline]
pub fn grade(c: Rgb, g: &Grade) -> Rgb {
    let luma = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
    // A square root is close to the display's curve; contrast turns around its middle grey.
    let t = luma.max(0.0).sqrt();
    let bent = (0.46 + (t - 0.46) * g.contrast).max(0.0);
    let level = bent * bent / luma.max(1e-4);
    let tint = mix3(g.shadows, g.lights, smoothstep(0.12, 0.80, t));
    std::array::from_fn(|k| {
        let v = (luma + (c[k] - luma) * g.saturation) * if luma > 1e-4 { level.min(4.0) } else { 1.0 };
        (g.lift + v * (1.0 - g.lift) * tint[k]).clamp(0.0, 1.0)
    })
}
