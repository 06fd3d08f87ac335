//! Value noise and patterns made of it.

use crate::math;

/// Hash of a lattice point, 0..1.
#[inline]
fn hash(x: i32, y: i32, seed: u32) -> f32 {
    let mut h = (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77) ^ seed.wrapping_mul(0xc2b2_ae3d);
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    ((h ^ (h >> 15)) >> 8) as f32 / 16_777_216.0
}

/// Value noise, 0..1.
#[inline]
pub(super) fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let (xf, yf) = (x.floor(), y.floor());
    let (xi, yi) = (xf as i32, yf as i32);
    let fade = |t: f32| t * t * (3.0 - 2.0 * t);
    let (u, v) = (fade(x - xf), fade(y - yf));
    let top = hash(xi, yi, seed) * (1.0 - u) + hash(xi + 1, yi, seed) * u;
    let bottom = hash(xi, yi + 1, seed) * (1.0 - u) + hash(xi + 1, yi + 1, seed) * u;
    top * (1.0 - v) + bottom * v
}

/// Fractal sum of octaves of noise, 0..1.
pub(super) fn fbm(mut x: f32, mut y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut weight, mut total) = (0.0, 0.5, 0.0);
    for o in 0..octaves {
        sum += weight * noise(x, y, seed.wrapping_add(o * 101));
        total += weight;
        weight *= 0.55;
        (x, y) = (x * 1.62 + y * 1.2, y * 1.62 - x * 1.2);
    }
    sum / total
}

/// Wood grain along x: 0 (dark) to 1 (light).
pub(super) fn wood(x: f32, y: f32, seed: u32) -> f32 {
    let warp = fbm(x * 0.7, y * 2.2, 3, seed) * 5.0;
    let rings = math::sin(y * 9.0 + warp * 1.6) * 0.5 + 0.5;
    let fibre = noise(x * 6.0, y * 90.0, seed ^ 7);
    let pores = if noise(x * 9.0, y * 140.0, seed ^ 9) > 0.82 { 0.35 } else { 0.0 };
    (0.55 * math::powf(rings, 0.7) + 0.3 * fibre + 0.25 * fbm(x * 1.5, y * 5.0, 3, seed ^ 3) - pores).clamp(0.0, 1.0)
}

/// Height of V-shaped knitting stitches: 0 (between them) to 1 (on top of the yarn).
pub(super) fn knit(x: f32, y: f32, seed: u32) -> f32 {
    /// Width and height of a stitch, ems.
    const STITCH: [f32; 2] = [0.075, 0.055];
    let column = x / STITCH[0];
    let side = (column - column.floor() - 0.5).abs();
    // Yarn is slanted on both sides of the stitch's middle.
    let row = y / STITCH[1] - side * 1.5 + 0.15 * noise(x * 3.0, y * 3.0, seed);
    let across = math::sin((row - row.floor()) * std::f32::consts::PI).max(0.0).sqrt();
    let ramp = |lo: f32, hi: f32| ((side - lo) / (hi - lo)).clamp(0.0, 1.0);
    let legs = ramp(0.0, 0.1) * (1.0 - ramp(0.4, 0.5));
    let fibre = 0.85 + 0.15 * noise(x * 120.0, y * 60.0, seed ^ 13);
    across * legs * fibre
}

/// Marble: 0 (vein) to 1 (ground).
pub(super) fn marble(x: f32, y: f32, seed: u32) -> f32 {
    let warp = fbm(x * 1.3, y * 1.3, 4, seed);
    let vein = math::sin((x * 1.1 + y * 1.9 + warp * 4.5) * 2.2).abs();
    let fine = math::sin((x * 2.3 - y * 1.4 + warp * 7.0) * 2.6).abs();
    (math::powf(vein, 0.35) * 0.75 + math::powf(fine, 0.3) * 0.25).clamp(0.0, 1.0)
}
