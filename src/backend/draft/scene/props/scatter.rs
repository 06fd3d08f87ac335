//! Flat props in the air and on the surface: leaves, petals, confetti, feathers, hearts.

use super::super::shapes::{Form, Outline, Shape};
use super::super::spec::Prop;
use super::stage::{Stage, pick};
use crate::backend::draft::color::{Rgb, from_hex, mix3, mul, mul3};
use crate::math;

/// How a flat prop looks, and how many there are.
struct Kind {
    outlines: &'static [Outline],
    palette: &'static [u32],
    /// Number in the air.
    flying: usize,
    /// Number on the surface.
    lying: usize,
    /// Half of the length, scene units.
    size: f32,
    /// Width as a fraction of the length.
    width: f32,
    /// How much light passes through, 0..=1.
    sheer: f32,
}

fn kind(prop: Prop) -> Kind {
    match prop {
        Prop::Maple => Kind {
            outlines: &[Outline::Maple, Outline::Maple, Outline::Leaf],
            palette: &[0xb8401c, 0xd8722a, 0xe8a83a, 0x9a3018, 0xc88a2c],
            flying: 20,
            lying: 20,
            size: 0.062,
            width: 0.95,
            sheer: 0.45,
        },
        Prop::Petals => Kind {
            outlines: &[Outline::Petal],
            palette: &[0xf2a8b8, 0xf8ccd4, 0xe88098, 0xf9dde2],
            flying: 26,
            lying: 44,
            size: 0.034,
            width: 0.95,
            sheer: 0.5,
        },
        Prop::Confetti => Kind {
            outlines: &[Outline::Slip],
            palette: &[0xd8b05a, 0xe85a7a, 0x4a9ad8, 0xf2f0ea, 0x5ab48a, 0xf0c040],
            flying: 190,
            lying: 120,
            size: 0.015,
            width: 0.55,
            sheer: 0.1,
        },
        Prop::Feathers => Kind {
            outlines: &[Outline::Feather],
            palette: &[0xf6f3ee, 0xeae6e0, 0xffffff],
            flying: 10,
            lying: 9,
            size: 0.095,
            width: 0.62,
            sheer: 0.35,
        },
        Prop::Hearts => Kind {
            outlines: &[Outline::Heart],
            palette: &[0xd8324a, 0xf07a94, 0xf6b4c0, 0xb81c38],
            flying: 24,
            lying: 24,
            size: 0.030,
            width: 1.0,
            sheer: 0.15,
        },
        _ => Kind {
            outlines: &[Outline::Leaf],
            palette: &[0x4f8a34, 0x76a844, 0x356a2a, 0x93bf58],
            flying: 19,
            lying: 18,
            size: 0.064,
            width: 0.85,
            sheer: 0.45,
        },
    }
}

/// Scatters a flat prop in the air and on the surface.
pub fn scatter(stage: &mut Stage<'_>, prop: Prop, color: Option<Rgb>) {
    let kind = kind(prop);
    let palette: Vec<Rgb> = kind.palette.iter().map(|c| from_hex(*c)).collect();
    // From above nothing is seen in the air, and there is more surface to cover.
    let (on_surface, in_air) = if stage.is_flat() { ((kind.lying as f32 * 1.7) as usize, 0) } else { (kind.lying, kind.flying) };
    let mut place = |count: usize, one: fn(&mut Stage<'_>, &Kind, Rgb)| {
        for _ in 0..count {
            let tint = pick(&mut stage.rng, color, &palette);
            one(stage, &kind, tint);
        }
    };
    place(on_surface, lying);
    place(in_air, flying);
}

/// Adds one that lies on the surface, with its shadow.
fn lying(stage: &mut Stage<'_>, kind: &Kind, color: Rgb) {
    let at = stage.around();
    let tilt = stage.tilt();
    let r = kind.size * stage.scale(at.1) * stage.rng.range(0.75, 1.2);
    let angle = stage.rng.range(0.0, std::f32::consts::TAU);
    let (s, c) = math::sin_cos(angle);
    let w = r * kind.width;
    let soft = stage.blur(at.1);
    // It touches the surface along its middle only, so its shadow is larger than it is.
    stage.shapes.push(Shape {
        form: Form::Shadow,
        at: (at.0 - stage.lamp.direction[0] * r * 0.25, at.1 + r * 0.10),
        axes: [(r * 1.15, 0.0), (0.0, r * 1.15 * tilt.max(0.25))],
        color: [0.0; 3],
        alpha: 0.34,
        soft: 0.0,
        depth: at.1 - 0.5,
        seed: 0,
    });
    let lean = stage.rng.range(-0.2, 0.2);
    let light = stage.light([lean, 0.95, 0.2]);
    let outline = kind.outlines[stage.rng.below(kind.outlines.len())];
    let shape = Shape {
        form: Form::Blade { outline, vein: mul3(mul(color, 0.62), light), curl: stage.rng.range(-0.6, 0.6) * kind.width },
        at,
        axes: [(r * c, r * s * tilt), (-w * s, w * c * tilt)],
        color: mul3(color, light),
        alpha: 1.0,
        soft,
        depth: at.1,
        seed: stage.rng.bits() as u32,
    };
    stage.shapes.push(shape);
}

/// Adds one in the air.
fn flying(stage: &mut Stage<'_>, kind: &Kind, color: Rgb) {
    // Most are beside the product; a few are near the lens and far out of focus.
    let near = stage.rng.unit();
    let depth = if near > 0.90 { stage.rng.range(1.9, 2.7) } else { stage.rng.range(0.45, 1.25) };
    let mut x = stage.width * stage.rng.unit();
    let y = stage.height * stage.rng.range(-0.02, 0.86);
    let off = (x / stage.width - 0.5).abs();
    if off < 0.24 && y > stage.height * 0.22 {
        x += stage.width * 0.30 * (x / stage.width - 0.5).signum();
    }
    if near > 0.90 {
        let side = (x / stage.width - 0.5).signum();
        x = stage.width * (0.5 + side * stage.rng.range(0.40, 0.54));
    }
    let r = kind.size * stage.scale(stage.ground.max(stage.height * 0.5) + stage.height * 0.2) * depth * stage.rng.range(0.8, 1.15);
    let soft = 0.6 + stage.unit * if depth > 1.0 { 0.014 * (depth - 1.0) } else { 0.008 * (1.0 - depth) };
    let (angle, turn, flip) =
        (stage.rng.range(0.0, std::f32::consts::TAU), stage.rng.range(0.25, 1.0), stage.rng.range(0.0, std::f32::consts::TAU));
    let (s, c) = math::sin_cos(angle);
    let skew = 0.35 * math::sin(flip);
    let w = r * kind.width * turn;
    let n = [0.6 * math::cos(flip), 0.5 + 0.4 * math::sin(flip), turn];
    let mut light = stage.light(n);
    // Light that comes through from behind.
    (0..3).for_each(|k| light[k] += kind.sheer * stage.lamp.key[k] * 0.5);
    let outline = kind.outlines[stage.rng.below(kind.outlines.len())];
    let shape = Shape {
        form: Form::Blade { outline, vein: mul3(mix3(mul(color, 0.6), color, 0.3), light), curl: stage.rng.range(-1.0, 1.0) * turn },
        at: (x, y),
        axes: [(r * c, r * s), (-w * s + skew * r * c, w * c + skew * r * s)],
        color: mul3(color, light),
        alpha: 1.0,
        soft,
        depth: if near > 0.90 { stage.height * 2.0 } else { stage.ground - stage.height * (1.3 - depth) },
        seed: stage.rng.bits() as u32,
    };
    stage.shapes.push(shape);
}
