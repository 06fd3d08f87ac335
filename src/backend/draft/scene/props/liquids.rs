//! Splashes, drops and bubbles.

use super::super::noise::noise2;
use super::super::shapes::{Form, Outline, Shape, Skin};
use super::stage::Stage;
use crate::backend::draft::color::{Rgb, mix, mix3, mul, mul3};
use crate::math;

/// A crown-shaped splash around the product: a wavy sheet of water that rises from a ring, and drops that fly off its tips.
pub fn splash(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let unit = stage.unit;
    let cx = stage.width * stage.camera.subject.map_or(0.5, |subject| subject.x);
    let row = mix(stage.ground, stage.height, 0.46);
    let squash = stage.tilt();
    let tint = color.unwrap_or([0.90, 0.96, 1.0]);
    let light = stage.light([0.0, 0.8, 0.5]);
    let body = mul3(tint, light);
    let reach = (0.31 * stage.scale(row)).min(0.33 * stage.width);
    let seed = stage.rng.bits() as u32;
    let flat = if stage.is_flat() { 0.35 } else { 1.0 };
    let n = 150;
    // Height of the sheet's rim by angle, in scene units.
    let rim = |a: f32| {
        let (s, c) = math::sin_cos(a);
        let tips = 0.5 + 0.5 * noise2(c * 3.6 + 9.0, s * 3.6, seed);
        let fine = 0.5 + 0.5 * noise2(c * 9.0, s * 9.0 + 5.0, seed ^ 1);
        (0.045 + 0.13 * tips * tips + 0.045 * fine * tips) * (0.72 + 0.28 * c.abs()) * if s > 0.35 { 0.62 } else { 1.0 } * flat
    };
    for i in 0..n {
        let a = (i as f32 + 0.5) / n as f32 * std::f32::consts::TAU;
        let (sn, cs) = math::sin_cos(a);
        let foot = (cx + cs * reach, row + sn * reach * squash);
        let high = rim(a) * unit;
        let lean = high * 0.55;
        let tip = (foot.0 + cs * lean, foot.1 + sn * lean * squash - high);
        let next = (i as f32 + 1.5) / n as f32 * std::f32::consts::TAU;
        let wide = (math::cos(next) - cs).abs().max((math::sin(next) - sn).abs() * squash) * reach * 1.9 + unit * 0.004;
        // Thin water is clear; ridges along the sheet catch the light.
        let ridge = 0.5 + 0.5 * noise2(cs * 14.0, sn * 14.0, seed ^ 2);
        let depth = foot.1 - 1.0;
        sheet(stage, foot, tip, wide, mul(body, 0.55 + 0.75 * ridge), 0.16 + 0.34 * ridge * ridge, depth);
        if ridge > 0.62 {
            sheet(stage, foot, tip, wide * 0.28, mul(body, 1.5), 0.55 * (ridge - 0.4), depth + 0.1);
        }
        // The thick edge of the sheet.
        let bead = unit * (0.0035 + 0.0045 * ridge);
        stage.ball(tip, (bead * 1.5, bead), a, Skin::Drop, tint, depth + 0.2, 0.7);
        let crest = rim(a) > rim(a - 0.09).max(rim(a + 0.09));
        for _ in 0..if crest { 12 } else { usize::from(i % 3 == 0) } {
            let t = stage.rng.unit();
            let at = (
                tip.0 + cs * unit * 0.10 * t + stage.rng.bell() * unit * 0.012,
                tip.1 - unit * (0.10 * t - 0.08 * t * t) - stage.rng.unit() * unit * 0.02,
            );
            let s = unit * mix(0.0085, 0.0020, t) * stage.rng.range(0.6, 1.2);
            stage.ball(at, (s, s * 1.12), 0.0, Skin::Drop, tint, depth + 0.3, 0.7 + unit * 0.002 * t);
        }
    }
    // Rings of waves around the splash.
    for (k, strength) in [(1.12, 0.55), (1.30, 0.35), (1.52, 0.2)] {
        for i in 0..120 {
            let a = i as f32 / 120.0 * std::f32::consts::TAU;
            let b = (i + 1) as f32 / 120.0 * std::f32::consts::TAU;
            let at = |a: f32| (cx + math::cos(a) * reach * k, row + math::sin(a) * reach * k * squash);
            let facing = 0.5 - 0.5 * math::sin(a);
            let before = stage.shapes.len();
            stage.cord(at(a), at(b), unit * 0.0032, mul(body, 0.5 + 0.8 * facing), row - reach * 2.0, unit * 0.003);
            stage.shapes[before..].iter_mut().for_each(|s| s.alpha = strength * (0.4 + 0.6 * facing));
        }
    }
}

/// A strip of clear water from its foot to its tip, pixels.
fn sheet(stage: &mut Stage<'_>, foot: (f32, f32), tip: (f32, f32), wide: f32, color: Rgb, alpha: f32, depth: f32) {
    let (dx, dy) = ((tip.0 - foot.0) * 0.5, (tip.1 - foot.1) * 0.5);
    stage.shapes.push(Shape {
        form: Form::Blade { outline: Outline::Slip, vein: color, curl: 0.0 },
        at: ((foot.0 + tip.0) * 0.5, (foot.1 + tip.1) * 0.5),
        axes: [(dx, dy), (wide * 0.5, 0.0)],
        color,
        alpha,
        soft: (wide * 0.45).max(0.8),
        depth,
        seed: 0,
    });
}

/// Drops that lie on the surface.
pub fn drops(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let tilt = stage.tilt();
    for i in 0..230 {
        let at = stage.around();
        let large = if i % 7 == 0 { stage.rng.range(0.014, 0.024) } else { stage.rng.range(0.003, 0.011) };
        let r = large * stage.scale(at.1);
        let ry = r * mix(tilt, 1.0, 0.22);
        let soft = stage.blur(at.1);
        stage.cast_shadow((at.0, at.1 + ry * 0.5), r * 0.85, r * 0.3, 0.28);
        let (skin, tint) = match color {
            Some(c) => (Skin::Gloss, c),
            None => (Skin::Drop, [1.0; 3]),
        };
        let stretch = stage.rng.range(0.85, 1.25);
        let lean = stage.rng.range(-0.2, 0.2);
        stage.ball(at, (r * stretch, ry), lean, skin, tint, at.1, soft);
    }
}

/// Soap bubbles in the air.
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
