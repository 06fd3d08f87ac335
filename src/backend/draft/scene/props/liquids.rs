//! Splashes, drops and bubbles.

use super::super::noise::{Rgb, mix, mix3, mul};
use super::super::shapes::Skin;
use super::Stage;
use crate::math;

/// A crown of water behind and beside the product: sheets that break into drops.
pub fn splash(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let unit = stage.unit;
    let (cx, row) = (stage.width * 0.5, mix(stage.ground, stage.height, 0.50));
    let squash = stage.tilt();
    let tint = color.unwrap_or([0.9, 0.97, 1.0]);
    let skin = if color.is_some() { Skin::Gloss } else { Skin::Drop };
    let reach = 0.27 * stage.scale(row).min(unit * 1.2);
    // A ring of disturbed water around the foot.
    for i in 0..64 {
        let a = i as f32 / 64.0 * std::f32::consts::TAU + stage.rng.range(-0.04, 0.04);
        let r = reach * stage.rng.range(0.90, 1.12);
        let at = (cx + math::cos(a) * r, row + math::sin(a) * r * squash);
        let s = unit * stage.rng.range(0.010, 0.022);
        stage.ball(at, (s * 1.6, s * 0.7), 0.0, skin, tint, at.1 - 2.0, 0.8);
    }
    for i in 0..22 {
        let a = (i as f32 + stage.rng.range(-0.3, 0.3)) / 22.0 * std::f32::consts::TAU;
        let (sn, cs) = math::sin_cos(a);
        // Higher at the sides and behind, where the product does not hide it.
        let high = unit * stage.rng.range(0.10, 0.24) * (0.65 + 0.35 * cs.abs()) * if sn > 0.3 { 0.45 } else { 1.0 };
        let out = reach * stage.rng.range(0.25, 0.55);
        let start = (cx + cs * reach, row + sn * reach * squash);
        let steps = 22;
        for k in 0..steps {
            let t = k as f32 / (steps - 1) as f32;
            let x = start.0 + cs * out * t + stage.rng.range(-0.5, 0.5) * unit * 0.002;
            let y = start.1 + sn * out * t * squash - high * (2.0 * t - 1.05 * t * t);
            // The jet thins, and pinches into drops near its end.
            let pinch = if t > 0.55 { 0.55 + 0.45 * math::sin(t * 34.0 + a * 5.0) } else { 1.0 };
            let s = unit * 0.017 * (1.0 - 0.72 * t) * pinch.max(0.2);
            let lean = math::atan2(-high * (2.0 - 2.1 * t) + sn * out * squash, cs * out);
            stage.ball((x, y), (s * 1.45, s), lean, skin, tint, start.1 - 1.0 + t, 0.7);
        }
        for _ in 0..7 {
            let t = stage.rng.range(0.75, 1.5);
            let x = start.0 + cs * out * t * 1.25 + stage.rng.bell() * unit * 0.03;
            let y = start.1 - high * (2.0 * t - 1.0 * t * t).max(0.3) - stage.rng.unit() * unit * 0.05;
            let s = unit * stage.rng.range(0.0022, 0.0075);
            let soft = 0.7 + unit * 0.003 * stage.rng.unit();
            stage.ball((x, y), (s, s * 1.15), 0.0, skin, tint, start.1, soft);
        }
    }
}

/// Drops that lie on the surface.
pub fn drops(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let tilt = stage.tilt();
    for i in 0..230 {
        let at = stage.around();
        let large = if i % 9 == 0 { stage.rng.range(0.009, 0.016) } else { stage.rng.range(0.0022, 0.0075) };
        let r = large * stage.scale(at.1);
        let ry = r * mix(tilt, 1.0, 0.22);
        let soft = stage.blur(at.1);
        stage.shade((at.0, at.1 + ry * 0.5), r * 0.85, r * 0.3, 0.28);
        let (skin, tint) = match color {
            Some(c) => (Skin::Gloss, c),
            None => (Skin::Drop, [1.0; 3]),
        };
        let stretch = stage.rng.range(0.85, 1.25);
        let lean = stage.rng.range(-0.2, 0.2);
        stage.ball(at, (r * stretch, ry), lean, skin, tint, at.1, soft);
    }
}

/// Soap bubbles in the air, and foam where they land.
pub fn bubbles(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let unit = stage.unit;
    for i in 0..30 {
        let near = stage.rng.range(0.4, 1.9);
        let side = if i % 2 == 0 { -1.0 } else { 1.0 };
        let (x, y) = if stage.is_flat() {
            stage.around()
        } else {
            let off = stage.rng.range(0.16, 0.52);
            (stage.width * (0.5 + side * off), stage.height * stage.rng.range(0.03, 0.93))
        };
        let r = unit * stage.rng.range(0.010, 0.034) * near;
        let soft = 0.7 + unit * 0.005 * (near - 1.0).abs();
        let tint = color.unwrap_or([1.0; 3]);
        let depth = if y > stage.ground { y } else { stage.ground - 5.0 };
        stage.ball((x, y), (r, r), 0.0, Skin::Bubble, mix3(tint, [1.0; 3], 0.3), depth, soft);
        if color.is_some() {
            stage.glow((x, y), r * 1.1, mul(tint, 0.10), depth);
        }
    }
}
