//! Flowers, branches and palm leaves.

use super::super::shapes::{Form, Outline, Shape, Skin};
use super::stage::{Stage, pick};
use crate::backend::draft::color::{Rgb, from_hex, mix, mix3, mul, mul3};
use crate::math;

/// Adds a leaf or petal with its axis from `from` to `to`, pixels.
#[allow(clippy::too_many_arguments, reason = "a line of geometry and a line of looks")]
fn blade(
    stage: &mut Stage<'_>,
    outline: Outline,
    from: (f32, f32),
    to: (f32, f32),
    width: f32,
    color: Rgb,
    curl: f32,
    depth: f32,
    soft: f32,
) {
    let (dx, dy) = ((to.0 - from.0) * 0.5, (to.1 - from.1) * 0.5);
    let shape = Shape {
        form: Form::Blade { outline, vein: mul(color, 0.68), curl },
        at: ((from.0 + to.0) * 0.5, (from.1 + to.1) * 0.5),
        axes: [(dx, dy), (-dy * width, dx * width)],
        color,
        alpha: 1.0,
        soft,
        depth,
        seed: stage.rng.bits() as u32,
    };
    stage.shapes.push(shape);
}

/// Flowers with leaves on both sides of the product.
pub fn flowers(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let palette = [0xf2b4c0, 0xf7dade, 0xf8f0e8, 0xea98a4, 0xf4d0a0].map(from_hex);
    let green = from_hex(0x567f3c);
    let count = if stage.is_flat() { 12 } else { 11 };
    for i in 0..count {
        let side = if i % 2 == 0 { -1.0 } else { 1.0 };
        let at = stage.spot(side, if stage.is_flat() { 0.02 } else { 0.22 }, 1.0);
        let size = stage.rng.range(0.055, 0.095);
        let r = size * stage.scale(at.1);
        let soft = stage.blur(at.1);
        let up = if stage.is_flat() { 0.0 } else { r * 0.75 };
        stage.cast_shadow(at, r * 1.1, r, 0.55);
        for k in 0..5 {
            let a = stage.rng.range(0.0, std::f32::consts::TAU);
            let (s, c) = math::sin_cos(a);
            let long = r * stage.rng.range(1.3, 1.9);
            let from = (at.0 + c * r * 0.3, at.1 - up * 0.5 + s * r * 0.25);
            let to = (at.0 + c * long, at.1 - up * 0.4 + s * long * stage.tilt().max(0.55));
            let light = stage.light([c * 0.5, 0.8, 0.3]);
            let tone = mul3(mul(green, stage.rng.range(0.7, 1.2)), light);
            blade(stage, Outline::Leaf, from, to, 0.75, tone, 0.3, at.1 - 0.2 + k as f32 * 0.01, soft);
        }
        let tint = pick(&mut stage.rng, color, &palette);
        bloom(stage, (at.0, at.1 - up), r, tint, at.1, soft);
    }
}

/// A flower of four rings of petals.
fn bloom(stage: &mut Stage<'_>, at: (f32, f32), r: f32, color: Rgb, depth: f32, soft: f32) {
    let squash = if stage.is_flat() { 1.0 } else { 0.80 };
    let turn = stage.rng.range(0.0, 6.0);
    for ring in 0..4 {
        let t = ring as f32 / 3.0;
        let (n, reach) = ([9, 8, 6, 5][ring], mix(1.0, 0.38, t));
        for k in 0..n {
            let a = turn + (k as f32 + 0.5 * (ring % 2) as f32) / n as f32 * std::f32::consts::TAU + stage.rng.range(-0.12, 0.12);
            let (s, c) = math::sin_cos(a);
            let long = r * reach * stage.rng.range(0.92, 1.08);
            let from = (at.0 + c * r * 0.05, at.1 + s * r * 0.05 * squash);
            let to = (at.0 + c * long, at.1 + s * long * squash);
            let light = stage.light([c * 0.55, 0.45 - 0.5 * s, 0.55 + 0.2 * t]);
            // Deeper petals are darker at their root and warmer.
            let tone = mul3(mix3(mul(color, 0.92), mul(color, 0.70), t * 0.8), light);
            blade(stage, Outline::Petal, from, to, 0.86, tone, 0.0, depth + 0.1 + 0.02 * ring as f32, soft);
        }
    }
    let heart = mul(mix3(from_hex(0xe8b84a), color, 0.25), 0.9);
    stage.ball(at, (r * 0.15, r * 0.15 * squash), 0.0, Skin::Stone, heart, depth + 0.3, soft);
}

/// Twigs with leaves that reach in from the sides and the upper corners.
pub fn branches(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let greens = [0x6f8f6a, 0x567a4c, 0x8ba684, 0x4a6b40].map(from_hex);
    let unit = stage.unit;
    let flat = stage.is_flat();
    for i in 0..6 {
        let side = if i % 2 == 0 { -1.0 } else { 1.0 };
        let near = i < 2;
        let from = if flat {
            (stage.width * (0.5 + side * 0.53), stage.height * stage.rng.range(0.05, 0.95))
        } else {
            (stage.width * (0.5 + side * 0.54), stage.height * [0.16, 0.22, 0.42, 0.50, 0.02, 0.06][i])
        };
        let aim = if flat { stage.height * 0.5 } else { stage.height * stage.rng.range(0.22, 0.50) };
        let base = math::atan2(aim - from.1, -side * stage.width * 0.5);
        let mut a = base + stage.rng.range(-0.45, 0.45);
        let bend = stage.rng.range(-0.10, 0.10);
        let (step, leaf) = if near { (0.046, 0.082) } else { (0.036, 0.060) };
        let soft = if flat { 0.6 } else { 0.6 + unit * [0.003, 0.004, 0.010, 0.010, 0.014, 0.014][i] };
        let depth = if flat { 1.0 } else { stage.ground - 10.0 + i as f32 };
        let mut p = from;
        for k in 0..9 {
            let t = k as f32 / 9.0;
            let q = (p.0 + math::cos(a) * step * unit, p.1 + math::sin(a) * step * unit);
            let bark = mul3(from_hex(0x6a5a40), stage.light([0.0, 0.6, 0.6]));
            stage.cord(p, q, unit * 0.0028 * (1.2 - t), bark, depth, soft);
            for s in [-1.0_f32, 1.0] {
                let b = a + s * stage.rng.range(0.6, 1.1);
                let long = leaf * unit * (1.0 - 0.45 * t) * stage.rng.range(0.8, 1.15);
                let to = (q.0 + math::cos(b) * long, q.1 + math::sin(b) * long);
                let tint = pick(&mut stage.rng, color, &greens);
                let mut light = stage.light([math::cos(b) * 0.5, 0.55 - 0.35 * math::sin(b), 0.6]);
                (0..3).for_each(|c| light[c] += 0.18 * stage.lamp.key[c]);
                let curl = stage.rng.range(-0.4, 0.4);
                blade(stage, Outline::Leaf, q, to, 1.05, mul3(tint, light), curl, depth + 0.01 * k as f32, soft);
            }
            p = q;
            a += bend + stage.rng.range(-0.08, 0.08);
        }
    }
}

/// Palm fronds from the sides; one is near the lens.
pub fn palms(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let greens = [0x3a7a3a, 0x4f9444, 0x2c6432].map(from_hex);
    let unit = stage.unit;
    let (w, h) = (stage.width, stage.height);
    let fronds: [(f32, f32, f32, f32, f32); 5] = [
        (-0.56, 0.02, 0.50, 0.46, 0.006),
        (0.56, 0.06, 2.55, 0.46, 0.006),
        (-0.58, 0.34, 0.05, 0.34, 0.010),
        (0.58, 0.40, 3.05, 0.32, 0.010),
        (0.60, 0.99, 3.75, 0.36, 0.014),
    ];
    for (i, (fx, fy, heading, long, blur)) in fronds.into_iter().enumerate() {
        let from = (w * (0.5 + fx), h * fy);
        let mut a = heading + stage.rng.range(-0.15, 0.15);
        let bend = 0.55 * if fx < 0.0 { 1.0 } else { -1.0 } / 16.0;
        let soft = 0.6 + if stage.is_flat() { 0.0 } else { unit * blur };
        let depth = if i == 4 { h * 2.0 } else { stage.ground - 20.0 + i as f32 };
        let mut p = from;
        for k in 0..16 {
            let t = k as f32 / 16.0;
            let q = (p.0 + math::cos(a) * long * unit / 16.0, p.1 + math::sin(a) * long * unit / 16.0);
            let stem = mul3(from_hex(0x6a8a3a), stage.light([0.0, 0.7, 0.5]));
            stage.cord(p, q, unit * 0.0035 * (1.2 - t), stem, depth + 0.5, soft);
            let leaf = 0.17 * unit * (1.0 - (1.8 * t - 0.75).powi(2) * 0.7).max(0.18);
            for s in [-1.0_f32, 1.0] {
                let b = a + s * (1.05 - 0.6 * t) + stage.rng.range(-0.06, 0.06);
                let to = (q.0 + math::cos(b) * leaf, q.1 + math::sin(b) * leaf + leaf * 0.10);
                let mut light = stage.light([math::cos(b) * 0.4, 0.6 - 0.4 * math::sin(b), 0.6]);
                (0..3).for_each(|c| light[c] += 0.16 * stage.lamp.key[c]);
                let tint = mul3(pick(&mut stage.rng, color, &greens), light);
                blade(stage, Outline::Strip, q, to, 0.085, tint, 0.0, depth, soft);
            }
            p = q;
            a += bend;
        }
    }
}
