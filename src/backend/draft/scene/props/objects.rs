//! Solid props: boxes, candles, balloons, lanterns, fruit, stones.

use super::super::shapes::{Form, Outline, Shape, Skin};
use super::super::spec::Prop;
use super::stage::{Paint, Stage, pick};
use crate::backend::draft::color::{Rgb, from_hex, mix, mix3, mul, mul3};
use crate::math::{self, smoothstep};

/// Wrapped boxes with lids, ribbons and bows.
pub fn gifts(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let pairs = [(0xb02a32, 0xe6c67a), (0xf2ede4, 0xc23440), (0x2f5a44, 0xe6c67a), (0xd8b06a, 0xf6f0e4)];
    let spots = [(-1.0, 0.30, 0.20), (1.0, 0.22, 0.18), (1.0, 0.58, 0.125), (-1.0, 0.70, 0.105), (-1.0, 0.10, 0.15)];
    for (i, (side, deep, size)) in spots.into_iter().enumerate() {
        let row = mix(stage.ground, stage.height, if stage.is_flat() { [0.24, 0.20, 0.82, 0.86, 0.52][i] } else { deep + 0.10 });
        let off = [0.37, 0.36, 0.43, 0.44, 0.24][i] + if stage.is_flat() && i == 4 { 0.18 } else { 0.0 };
        let at = (stage.beside(stage.width * (0.5 + side * off)), row);
        let (paper, band) = pairs[(i + stage.rng.below(2)) % pairs.len()];
        let (paper, band) = match color {
            Some(c) if i % 2 == 0 => (c, mix3(c, [0.95; 3], 0.75)),
            Some(c) => (mix3(c, [0.95; 3], 0.7), c),
            None => (from_hex(paper), from_hex(band)),
        };
        let turn = stage.rng.range(0.25, 0.60) * -side;
        let tall = size * stage.rng.range(0.62, 0.95);
        gift(stage, at, size, tall, turn, paper, band);
    }
}

/// A box at `at` (pixels); `size` and `tall` in scene units.
fn gift(stage: &mut Stage<'_>, at: (f32, f32), size: f32, tall: f32, turn: f32, paper: Rgb, band: Rgb) {
    let s = stage.scale(at.1);
    let up = if stage.is_flat() { 0.0 } else { (1.0 - stage.tilt().powi(2)).sqrt() };
    let paint = Paint { color: paper, ribbon: band, tied: true, clear: 0.0, shadow: true, lift: 0.0 };
    stage.cuboid(at, (size, tall, size), turn, &paint);
    // The lid is a little wider than the box.
    let lid = Paint { color: mul(paper, 1.08), ribbon: band, tied: true, clear: 0.0, shadow: false, lift: 0.5 + tall * 0.80 * s * up };
    stage.cuboid((at.0, at.1 - tall * 0.80 * s * up), (size * 1.06, tall * 0.22, size * 1.06), turn, &lid);
    let top = (at.0, at.1 - tall * 1.02 * s * up);
    bow(stage, top, size * 0.30 * s, band, at.1 + size * s);
}

/// A bow: two loops, two tails and a knot.
fn bow(stage: &mut Stage<'_>, at: (f32, f32), r: f32, color: Rgb, depth: f32) {
    let soft = stage.blur(depth.min(stage.height));
    for (angle, long, light) in
        [(-0.55, 1.0, 1.0), (-2.60, 1.0, 0.82), (0.35, 0.85, 0.72), (2.80, 0.85, 0.68), (-1.15, 0.85, 0.95), (-2.0, 0.85, 0.78)]
    {
        let (s, c) = math::sin_cos(angle);
        let tone = mul3(mul(color, light), stage.light([c * 0.5, 0.6, 0.5]));
        let shape = Shape {
            form: Form::Blade { outline: Outline::Petal, vein: mul(tone, 0.55), curl: 0.25 * c.signum() },
            at: (at.0 + c * r * long * 0.62, at.1 + s * r * long * 0.50),
            axes: [(c * r * long * 0.66, s * r * long * 0.55), (-s * r * 0.46, c * r * 0.46)],
            color: tone,
            alpha: 1.0,
            soft,
            depth,
            seed: stage.rng.bits() as u32,
        };
        stage.shapes.push(shape);
    }
    stage.ball(at, (r * 0.24, r * 0.20), 0.0, Skin::Gloss, color, depth + 0.1, soft);
}

/// A satin ribbon that winds over the surface on both sides of the product.
pub fn ribbon(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let tint = color.unwrap_or(from_hex(0xb8323c));
    let unit = stage.unit;
    let tilt = mix(stage.tilt(), 1.0, 0.15);
    let n = 150;
    for side in [-1.0_f32, 1.0] {
        let row = mix(stage.ground, stage.height, if stage.is_flat() { 0.22 } else { 0.28 });
        let (phase, reach) = (stage.rng.range(0.0, 6.0), stage.rng.range(0.20, 0.25));
        // The middle line: a serpentine from the border towards the viewer.
        let point = |t: f32| {
            let swing = math::sin(t * 9.0 + phase);
            let x = stage.width * 0.5 + side * (stage.width * 0.50 - unit * reach * (0.35 + 0.42 * swing) * smoothstep(0.0, 0.2, t));
            (x, row + (stage.height * 1.02 - row) * t)
        };
        let line: Vec<(f32, f32)> = (0..=n).map(|k| point(k as f32 / n as f32)).collect();
        for k in 0..n {
            let (a, b) = (line[k], line[k + 1]);
            let (dx, dy) = (b.0 - a.0, (b.1 - a.1) / tilt);
            let long = math::hypot(dx, dy).max(1e-3);
            let half = 0.026 * stage.scale(a.1);
            // Across the ribbon on the surface, foreshortened.
            let (nx, ny) = (-dy / long * half, dx / long * half * tilt);
            let wave = math::sin(k as f32 / n as f32 * 18.0 + phase);
            let light = stage.light([0.45 * wave, 0.8, 0.35]);
            let sheen = smoothstep(0.55, 1.0, wave) * 0.55;
            let tone = mul3(mix3(mul(tint, 0.82 + 0.16 * wave), [1.0; 3], sheen * 0.30), light);
            if k % 3 == 0 {
                // Below every part of the ribbon, or it would darken the part before.
                let before = stage.shapes.len();
                stage.cast_shadow((a.0, a.1 + half * 0.25), half * 1.25, half * 0.4, 0.11);
                let below = stage.ground;
                stage.shapes[before..].iter_mut().for_each(|s| s.depth = below);
            }
            let soft = stage.blur(a.1);
            stage.shapes.push(Shape {
                form: Form::Face { stripes: [false; 2], ribbon: tone, fade: 0.0, clear: 0.0 },
                at: (a.0 - nx - dx * 0.3, a.1 - ny - (b.1 - a.1) * 0.3),
                axes: [(dx * 1.6, (b.1 - a.1) * 1.6), (2.0 * nx, 2.0 * ny)],
                color: tone,
                alpha: 1.0,
                soft,
                depth: a.1 + 2.0,
                seed: 0,
            });
        }
    }
}

/// Balls that lie to the left and right of the product by turns, at depths from `far` to `near`.
fn lie_around(stage: &mut Stage<'_>, count: usize, (far, near): (f32, f32), size: f32, skin: Skin, color: Option<Rgb>, palette: &[Rgb]) {
    for i in 0..count {
        let at = stage.spot(if i % 2 == 0 { -1.0 } else { 1.0 }, far, near);
        let tint = pick(&mut stage.rng, color, palette);
        stage.lie(at, size, 1.0, skin, tint);
    }
}

/// Paper lanterns that hang from above.
pub fn lanterns(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let palette = [0xe8442c, 0xf0a040, 0xf4c878].map(from_hex);
    if stage.is_flat() {
        return lie_around(stage, 4, (0.05, 0.95), 0.06, Skin::Lantern, color, &palette);
    }
    let unit = stage.unit;
    for (i, (x, y, size, blur)) in [
        (-0.36, 0.20, 0.072, 0.003),
        (0.38, 0.15, 0.080, 0.003),
        (-0.20, 0.09, 0.045, 0.009),
        (0.22, 0.30, 0.040, 0.010),
        (0.05, 0.05, 0.036, 0.012),
        (-0.46, 0.38, 0.038, 0.011),
    ]
    .into_iter()
    .enumerate()
    {
        let at = (stage.width * (0.5 + x) + stage.rng.range(-0.02, 0.02) * unit, stage.height * y);
        let r = size * unit;
        let soft = 0.7 + blur * unit;
        let c = pick(&mut stage.rng, color, &palette);
        let depth = stage.ground - 30.0 + if size > 0.06 { 10.0 } else { i as f32 };
        stage.cord((at.0, -2.0), (at.0, at.1 - r), unit * 0.0012, [0.02; 3], depth, soft * 0.6);
        stage.glow(at, r * 2.2, mul(mix3(c, [1.0, 0.6, 0.25], 0.5), 0.30), depth);
        stage.ball(at, (r, r * 0.88), 0.0, Skin::Lantern, c, depth, soft);
        for (dy, w) in [(-0.86, 0.34), (0.86, 0.34)] {
            let shape = Shape {
                form: Form::Blade { outline: Outline::Slip, vein: [0.03; 3], curl: 0.0 },
                at: (at.0, at.1 + dy * r),
                axes: [(r * w, 0.0), (0.0, r * 0.07)],
                color: [0.05, 0.03, 0.02],
                alpha: 1.0,
                soft,
                depth: depth + 0.1,
                seed: 0,
            };
            stage.shapes.push(shape);
        }
        stage.cord((at.0, at.1 + r * 0.9), (at.0, at.1 + r * 1.5), unit * 0.0022, mul(c, 0.6), depth, soft);
    }
}

/// Two strings of bulbs.
pub fn string_lights(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let unit = stage.unit;
    let lamp = color.map_or([1.0, 0.70, 0.36], |c| mul(c, 1.0 / c[0].max(c[1]).max(c[2]).max(0.1)));
    let flat = stage.is_flat();
    for (y, sag, blur) in [(0.05, 0.13, 0.004), (0.16, 0.10, 0.010)] {
        let n = 11;
        let place = |t: f32, s: &Stage<'_>| {
            if flat {
                let a = t * std::f32::consts::TAU;
                return (s.width * (0.5 + 0.43 * math::cos(a)), s.height * (0.5 + (0.30 + sag) * math::sin(a)));
            }
            let u = t * 2.0 - 1.0;
            (s.width * (0.5 + 0.56 * u), s.height * y + sag * unit * (1.0 - u * u))
        };
        let depth = if flat { 1.0 } else { stage.ground - 40.0 };
        let soft = if flat { 0.8 } else { 0.7 + blur * unit };
        for k in 0..n * 4 {
            let (a, b) = (place(k as f32 / (n * 4) as f32, stage), place((k + 1) as f32 / (n * 4) as f32, stage));
            stage.cord(a, b, unit * 0.0016, [0.015, 0.013, 0.012], depth, soft * 0.5);
        }
        for k in 0..n {
            let at = place((k as f32 + 0.5) / n as f32, stage);
            let at = (at.0, at.1 + if flat { 0.0 } else { 0.018 * unit });
            let r = unit * 0.010;
            stage.glow(at, r * 3.4, mul(lamp, 0.42), depth);
            stage.ball(at, (r, r * 1.25), 0.0, Skin::Lantern, mul(lamp, 1.1), depth + 0.1, soft);
        }
    }
}

/// Candles with flames.
pub fn candles(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let wax = color.unwrap_or(from_hex(0xf2e6d0));
    for (side, off, deep, tall) in
        [(-1.0, 0.37, 0.26, 0.17), (-1.0, 0.27, 0.16, 0.11), (1.0, 0.35, 0.20, 0.14), (1.0, 0.44, 0.46, 0.085), (-1.0, 0.45, 0.56, 0.075)]
    {
        let deep = if stage.is_flat() { stage.rng.range(0.1, 0.9) } else { deep };
        let at = (stage.beside(stage.width * (0.5 + side * off)), mix(stage.ground, stage.height, deep));
        let s = stage.scale(at.1);
        let top = stage.tube(at, 0.032, tall, wax);
        let r = 0.032 * s;
        let soft = stage.blur(at.1);
        let tilt = stage.tilt();
        stage.glow(at, r * 4.0, [0.22, 0.10, 0.03], at.1 + 0.05);
        // The wax is lit from inside below the flame.
        stage.glow((top.0, top.1 + r * 0.5), r * 1.3, [0.55, 0.28, 0.09], at.1 + 0.1);
        stage.cord((top.0, top.1), (top.0, top.1 - r * 0.35), r * 0.05, [0.02; 3], at.1 + 0.2, soft);
        let flame = (top.0, top.1 - r * mix(1.0, 0.0, if stage.is_flat() { 1.0 } else { tilt * 0.3 }));
        let long = if stage.is_flat() { 0.35 } else { 0.85 };
        for (size, tint) in [(1.0, [1.6, 0.72, 0.18]), (0.62, [2.4, 1.5, 0.62])] {
            let shape = Shape {
                form: Form::Blade { outline: Outline::Leaf, vein: tint, curl: 0.0 },
                at: (flame.0, flame.1 + r * 0.12 * (1.0 - size)),
                axes: [(0.0, -r * long * size), (r * 0.85 * size, 0.0)],
                color: tint,
                alpha: 0.92,
                soft: soft.max(r * 0.07),
                depth: at.1 + 0.3,
                seed: 1,
            };
            stage.shapes.push(shape);
        }
        stage.glow(flame, r * 2.6, [0.95, 0.48, 0.15], at.1 + 0.4);
    }
}

/// Balloons on strings.
pub fn balloons(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let palette = [0xe85a6a, 0xf4c04a, 0x5aa8dc, 0xf2a8c0, 0x8ac8a0, 0xf4efe6].map(from_hex);
    let unit = stage.unit;
    if stage.is_flat() {
        return lie_around(stage, 7, (0.02, 0.98), 0.075, Skin::Balloon, color, &palette);
    }
    let places = [(-0.40, 0.24), (0.41, 0.20), (-0.29, 0.12), (0.30, 0.36), (-0.46, 0.46), (0.20, 0.08), (0.47, 0.44), (-0.16, 0.06)];
    for (i, (x, y)) in places.into_iter().enumerate() {
        let far = i >= 3;
        let r = unit * if far { stage.rng.range(0.046, 0.062) } else { stage.rng.range(0.074, 0.090) };
        let at = (stage.width * (0.5 + x) + stage.rng.range(-0.015, 0.015) * unit, stage.height * y);
        let soft = 0.7 + unit * if far { 0.007 } else { 0.002 };
        let depth = stage.ground - 60.0 + r;
        let c = pick(&mut stage.rng, color, &palette);
        let end = (at.0 + stage.rng.range(-0.03, 0.03) * unit, stage.ground + 0.1 * unit);
        let mut p = (at.0, at.1 + r * 1.18);
        for k in 1..=10 {
            let t = k as f32 / 10.0;
            let q = (mix(at.0, end.0, t) + 0.008 * unit * math::sin(t * 7.0 + i as f32), mix(at.1 + r * 1.18, end.1, t));
            stage.cord(p, q, unit * 0.0011, mul3([0.75; 3], stage.light([0.0, 0.5, 0.6])), depth, soft * 0.35);
            p = q;
        }
        stage.ball((at.0, at.1 + r * 1.15), (r * 0.10, r * 0.08), 0.0, Skin::Matte, mul(c, 0.7), depth, soft);
        stage.ball(at, (r, r * 1.16), 0.0, Skin::Balloon, c, depth + 0.1, soft);
    }
}

/// Plain boxes, cylinders and a sphere, as in sets of product photography.
pub fn blocks(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let own = stage.spec.back;
    let usual = [mul(own[0], 0.95), mul(own[2], 0.95), mul(own[1], 1.05)].map(|c| mix3(c, [0.6; 3], 0.15));
    let tint = |i: usize| color.map_or(usual[i % 3], |c| mix3(c, [0.9; 3], 0.22 * (i % 3) as f32));
    let (a, b, c, d) = (tint(0), tint(1), tint(2), tint(1));
    let row = |s: &Stage<'_>, t: f32| mix(s.ground, s.height, t);
    let (w, flat) = (stage.width, stage.is_flat());
    let plain = |color: Rgb| Paint { color, ribbon: color, tied: false, clear: 0.0, shadow: true, lift: 0.0 };
    stage.cuboid((stage.beside(w * 0.13), row(stage, 0.24)), (0.15, 0.22, 0.15), 0.45, &plain(a));
    stage.tube((stage.beside(w * 0.88), row(stage, 0.22)), 0.080, 0.14, b);
    stage.cuboid((stage.beside(w * 0.76), row(stage, 0.10)), (0.12, 0.26, 0.12), -0.35, &plain(c));
    stage.tube((stage.beside(w * 0.25), row(stage, if flat { 0.88 } else { 0.46 })), 0.050, 0.045, d);
    stage.lie((stage.beside(w * 0.90), row(stage, 0.60)), 0.042, 1.0, Skin::Matte, a);
}

/// Cubes of ice.
pub fn ice_cubes(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let tint = color.map_or([0.86, 0.95, 1.0], |c| mix3(c, [1.0; 3], 0.35));
    for i in 0..13 {
        let side = if i % 2 == 0 { -1.0 } else { 1.0 };
        let at = stage.spot(side, if stage.is_flat() { 0.04 } else { 0.18 }, 0.96);
        let size = stage.rng.range(0.070, 0.100);
        let turn = stage.rng.range(-0.7, 0.7);
        let paint = Paint { color: tint, ribbon: tint, tied: false, clear: 1.0, shadow: true, lift: 0.0 };
        stage.cuboid(at, (size, size * 0.92, size), turn, &paint);
        let s = stage.scale(at.1);
        stage.glow((at.0 + size * 0.2 * s, at.1 - size * 0.7 * s), size * 0.16 * s, [0.7, 0.75, 0.8], at.1 + size * s);
    }
}

/// Two stacks of books.
pub fn books(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let palette = [0x7a2f2a, 0x2f4a5a, 0xc8a86a, 0x4a5a3a, 0xe6dccb].map(from_hex);
    for (side, deep, n) in [(-1.0, 0.24, 4), (1.0, 0.30, 3)] {
        let row = mix(stage.ground, stage.height, deep);
        let x = stage.beside(stage.width * (0.5 + side * 0.37));
        let (s, up) = (stage.scale(row), if stage.is_flat() { 0.0 } else { (1.0 - stage.tilt().powi(2)).sqrt() });
        let mut high = 0.0;
        for k in 0..n {
            let thick = stage.rng.range(0.030, 0.046);
            let turn = stage.rng.range(-0.22, 0.22) + 0.12 * side;
            let (w, d) = (0.26 - 0.014 * k as f32, 0.19 - 0.010 * k as f32);
            let cover = pick(&mut stage.rng, color, &palette);
            let at = (x + stage.rng.range(-0.006, 0.006) * s, row - high * s * up);
            let lift = k as f32 * 3.0 + high * s * up;
            let book = Paint { color: cover, ribbon: mix3(cover, from_hex(0xe8d8b0), 0.6), tied: false, clear: 0.0, shadow: k == 0, lift };
            stage.cuboid(at, (w, thick, d), turn, &book);
            high += thick;
        }
    }
}

/// Stacks of coins and a few that lie about.
pub fn coins(stage: &mut Stage<'_>, color: Option<Rgb>) {
    let gold = color.unwrap_or(from_hex(0xd9a941));
    for (side, deep, n) in [(-1.0, 0.30, 7), (-1.0, 0.42, 4), (1.0, 0.26, 9), (1.0, 0.48, 3)] {
        let (x, row) = stage.spot(side, deep, deep + 0.05);
        let s = stage.scale(row);
        for k in 0..n {
            let up = if stage.is_flat() { 0.0 } else { k as f32 * 0.0115 * s };
            let before = stage.shapes.len();
            let dx = stage.rng.range(-0.002, 0.002) * s;
            stage.tube((x + dx, row), 0.034, 0.010, mul(gold, if k % 2 == 0 { 1.0 } else { 0.86 }));
            for shape in &mut stage.shapes[before..] {
                let shadow = matches!(shape.form, Form::Shadow);
                if shadow && k > 0 {
                    shape.alpha = 0.0;
                } else if !shadow {
                    shape.at.1 -= up;
                    shape.depth += k as f32 * 0.01;
                }
            }
        }
    }
    for _ in 0..14 {
        let at = stage.around();
        stage.tube(at, 0.030, 0.006, gold);
    }
}

/// Round props. The table has number, sizes, squash, skin and colours of each kind.
pub fn round_things(stage: &mut Stage<'_>, prop: Prop, color: Option<Rgb>) {
    let own = stage.spec.back;
    let set = [mul(own[0], 0.95), mul(own[2], 0.95), [0.86, 0.83, 0.78]];
    let (n, sizes, squash, skin, palette): (usize, (f32, f32), f32, Skin, Vec<Rgb>) = match prop {
        Prop::Stones => (15, (0.030, 0.080), 0.62, Skin::Stone, [0x77777a, 0x9c9890, 0x5a5a5c, 0xb8b2a6].map(from_hex).to_vec()),
        Prop::Shells => (15, (0.014, 0.030), 1.0, Skin::Gloss, [0xf2e6da, 0xf4dcd2, 0xe9dfd4].map(from_hex).to_vec()),
        Prop::Spheres => (8, (0.026, 0.082), 1.0, Skin::Gloss, set.to_vec()),
        Prop::Ornaments => (11, (0.042, 0.078), 1.0, Skin::Metal, [0xc22a34, 0xd9a941, 0xb8bcc2, 0x1f6a48].map(from_hex).to_vec()),
        Prop::Pumpkins => (6, (0.070, 0.125), 0.74, Skin::Ribbed, [0xd8701c, 0xe0862c, 0xc85a18].map(from_hex).to_vec()),
        Prop::Citrus => (9, (0.050, 0.064), 0.96, Skin::Gloss, [0xf2b01c, 0xf0d030, 0xf08a1c].map(from_hex).to_vec()),
        Prop::Berries => (44, (0.017, 0.029), 0.94, Skin::Gloss, [0x8a1024, 0x2a2c5a, 0xb01c2c, 0x4a1a3a].map(from_hex).to_vec()),
        _ => (110, (0.018, 0.026), 0.62, Skin::Bean, [0x3f2214, 0x5a3420, 0x2f190f].map(from_hex).to_vec()),
    };
    for i in 0..n {
        let side = if i % 2 == 0 { -1.0 } else { 1.0 };
        let far = if stage.is_flat() { 0.02 } else { 0.16 };
        let at = if n > 20 { stage.around() } else { stage.spot(side, far, 0.95) };
        let size = stage.rng.range(sizes.0, sizes.1);
        let c = pick(&mut stage.rng, color, &palette);
        match prop {
            Prop::Citrus if i % 2 == 0 || i == 1 => slice(stage, at, size * 1.15, c),
            Prop::CoffeeBeans => bean(stage, at, size, c),
            Prop::Shells if i % 3 == 0 => starfish(stage, at, size * 3.2, c),
            _ => {
                let r = stage.lie(at, size, squash, skin, c);
                finish(stage, prop, at, r, squash);
            }
        }
    }
}

/// Adds the stem of a pumpkin and the cap of an ornament.
fn finish(stage: &mut Stage<'_>, prop: Prop, (x, row): (f32, f32), r: f32, squash: f32) {
    let lift = if stage.is_flat() { 0.0 } else { r * squash * (2.0 - 0.35 * stage.tilt()) };
    let soft = stage.blur(row);
    match prop {
        Prop::Pumpkins => {
            let stem = mul3(from_hex(0x6a6a34), stage.light([0.0, 0.6, 0.6]));
            stage.cord((x, row - lift + r * 0.18), (x + r * 0.10, row - lift - r * 0.20), r * 0.085, stem, row + 0.1, soft);
        }
        Prop::Ornaments => {
            let cap = mul3(from_hex(0xc9a252), stage.light([0.0, 0.6, 0.7]));
            stage.cord((x, row - lift + r * 0.06), (x, row - lift - r * 0.07), r * 0.17, cap, row + 0.1, soft);
        }
        _ => {}
    }
}

/// A slice of a citrus fruit.
fn slice(stage: &mut Stage<'_>, at: (f32, f32), size: f32, color: Rgb) {
    let r = size * stage.scale(at.1);
    let tilt = mix(stage.tilt(), 1.0, 0.12);
    let soft = stage.blur(at.1);
    stage.cast_shadow(at, r * 1.02, r * 0.15, 0.5);
    // The rind shows as a thin side below the cut.
    stage.ball((at.0, at.1 + r * 0.05), (r, r * tilt), 0.0, Skin::Matte, mul(color, 0.7), at.1, soft);
    stage.ball((at.0, at.1 - r * 0.04), (r, r * tilt), 0.0, Skin::Slice, color, at.1 + 0.1, soft);
}

/// A coffee bean.
fn bean(stage: &mut Stage<'_>, at: (f32, f32), size: f32, color: Rgb) {
    let r = size * stage.scale(at.1);
    let soft = stage.blur(at.1);
    let angle = stage.rng.range(0.0, 3.1);
    stage.cast_shadow((at.0, at.1 + r * 0.2), r * 0.85, r * 0.5, 0.5);
    let wide = r * stage.rng.range(0.64, 0.74);
    stage.ball(at, (r, wide), angle * mix(0.5, 1.0, stage.tilt()), Skin::Bean, color, at.1, soft);
}

/// A starfish.
fn starfish(stage: &mut Stage<'_>, at: (f32, f32), size: f32, color: Rgb) {
    let r = size * stage.scale(at.1);
    let (s, c) = math::sin_cos(stage.rng.range(0.0, 6.0));
    let tilt = mix(stage.tilt(), 1.0, 0.15);
    stage.cast_shadow(at, r * 0.6, r * 0.2, 0.5);
    let tone = mul3(mix3(color, from_hex(0xd88a5a), 0.55), stage.light([0.0, 0.95, 0.2]));
    let shape = Shape {
        form: Form::Blade { outline: Outline::Star, vein: tone, curl: 0.0 },
        at,
        axes: [(r * c, r * s * tilt), (-r * s, r * c * tilt)],
        color: tone,
        alpha: 1.0,
        soft: stage.blur(at.1),
        depth: at.1,
        seed: stage.rng.bits() as u32,
    };
    stage.shapes.push(shape);
}
