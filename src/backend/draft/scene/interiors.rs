//! Backdrops of rooms, shops, stages and painted sets.

use super::canvas::SmallCanvas;
use super::noise::{Rng, fbm, noise2};
use super::spec::SceneSpec;
use crate::backend::draft::color::{Rgb, add, mix, mix3, mul};

use crate::math::{self, smoothstep};

/// A glass house. Palette: shadow, mid green, lit green, light.
pub fn greenhouse(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let centre = rng.range(-0.1, 0.1);
    canvas.fill(|x, y| mul(p[3], 1.05 - 0.35 * smoothstep(0.4, 0.0, y) - 0.1 * (x - centre).abs()));
    // The panes converge towards the end of the house.
    for i in -7i32..=7 {
        let (a, b) = (centre + i as f32 * 0.035, centre + i as f32 * 0.16);
        canvas.line((a, 0.20), (b, top + 0.25), 0.004, mul(p[1], 0.35), 0.8);
    }
    for i in 0..6 {
        let y = 0.22 + 0.055 * i as f32 * (1.0 + 0.22 * i as f32);
        canvas.line((-half - 0.1, y + 0.05), (centre, y), 0.0035, mul(p[1], 0.4), 0.75);
        canvas.line((centre, y), (half + 0.1, y + 0.05), 0.0035, mul(p[1], 0.4), 0.75);
    }
    canvas.defocus(0.012);
    // Beds of plants on both sides, taller towards the viewer.
    for layer in 0..3 {
        let near = layer as f32 / 2.0;
        for _ in 0..(240 - 50 * layer) {
            let side = rng.sign();
            let d = rng.range(0.05 + 0.16 * near, 1.0);
            let x = centre + side * half * 1.1 * d;
            let reach = 0.06 + (0.12 + 0.34 * near) * d;
            let y = reach * rng.unit() - 0.03;
            let c = mul(mix3(mix3(p[0], p[1], rng.unit()), p[2], rng.unit() * 0.7 * (y / reach).clamp(0.0, 1.0)), rng.range(0.5, 1.3));
            let r = mix(0.016, 0.040, near) * rng.range(0.6, 1.4);
            canvas.ellipse((x, y), (r, r * rng.range(0.25, 0.6)), rng.range(0.0, 3.1), c, 0.9);
        }
        canvas.defocus(0.015);
    }
    for _ in 0..18 {
        let at = (centre + rng.bell() * half, top * rng.range(0.3, 0.95));
        canvas.bokeh(at, rng.range(0.012, 0.03), mul(p[3], rng.range(0.04, 0.18)));
    }
}

/// A white wall with pictures under spotlights. Palette: wall, shade, first and second picture.
pub fn gallery(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = rng.bits() as u32;
    let shift = rng.range(-0.08, 0.08);
    let frames: Vec<(f32, f32, f32)> =
        (-1i32..=1).map(|i| (shift + i as f32 * 0.37, rng.range(0.095, 0.125), rng.range(0.12, 0.16))).collect();
    canvas.fill(|x, y| {
        let pools = frames.iter().map(|f| 1.0 / (1.0 + ((x - f.0) / 0.15).powi(2) + ((y - 0.30) / 0.22).powi(2))).fold(0.0, f32::max);
        mul(mix3(p[1], p[0], pools), 0.42 + 0.62 * pools)
    });
    for (i, &(x, w, h)) in frames.iter().enumerate() {
        let y = 0.28;
        canvas.rect((x - w - 0.004, y - h - 0.022), (x + w + 0.010, y + h), [0.0; 3], 0.22);
        canvas.rect((x - w, y - h), (x + w, y + h), [0.05, 0.045, 0.04], 1.0);
        canvas.rect((x - w + 0.010, y - h + 0.010), (x + w - 0.010, y + h - 0.010), mul(p[0], 0.95), 1.0);
        let tint = [p[2], p[3], mix3(p[2], p[3], 0.5)][i];
        let (a, b) = ((x - w + 0.028, y - h + 0.028), (x + w - 0.028, y + h - 0.028));
        canvas.rect(a, b, tint, 1.0);
        for _ in 0..16 {
            let at = (rng.range(a.0 + 0.02, b.0 - 0.02), rng.range(a.1 + 0.02, b.1 - 0.02));
            let c = mix3([p[2], p[3], p[0]][rng.below(3)], tint, 0.3);
            canvas.ellipse(at, (rng.range(0.010, 0.028), rng.range(0.008, 0.022)), rng.range(0.0, 3.1), c, 0.8);
        }
    }
    // Skirting and the joint of the floor.
    canvas.rect((-half - 0.1, -0.12), (half + 0.1, 0.016), mul(p[1], 0.75), 1.0);
    canvas.map(|x, y, c| mul(c, 0.97 + 0.05 * noise2(x * 5.0, y * 5.0, seed)));
    canvas.defocus(0.015);
    for f in &frames {
        canvas.bokeh((f.0, top * 0.96), 0.018, [1.3, 1.2, 1.0]);
    }
    canvas.defocus(0.003);
}

/// Lit niches with goods. Palette: panel, shade, lamp, goods.
pub fn niches(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|x, y| mul(mix3(p[1], p[0], smoothstep(-0.1, 0.6, y)), 0.62 + 0.10 * x));
    let (w, h) = (0.30, 0.185);
    let mut x = -half - rng.range(0.05, 0.25);
    while x < half + 0.1 {
        let mut y = 0.05;
        while y < top + 0.1 {
            let (a, b) = ((x + 0.018, y), (x + w - 0.018, y + h - 0.03));
            canvas.rect(a, b, mul(mix3(p[0], p[2], 0.5), 0.95), 1.0);
            // The strip under each board lights the niche from above.
            for k in 0..6 {
                let t = k as f32 / 6.0;
                canvas.rect((a.0, mix(b.1, a.1, t)), (b.0, b.1), mul(p[2], 0.32), 0.16);
            }
            canvas.rect((a.0, b.1 - 0.006), (b.0, b.1), mul(p[2], 2.2), 0.9);
            let mut gx = a.0 + rng.range(0.015, 0.04);
            while gx < b.0 - 0.035 {
                let (gw, gh) = (rng.range(0.020, 0.046), rng.range(0.04, 0.105));
                let c = mul([p[3], mix3(p[3], p[0], 0.6), mul(p[1], 0.5), mix3(p[2], [1.0; 3], 0.4)][rng.below(4)], rng.range(0.55, 1.05));
                canvas.rect((gx, a.1), (gx + gw, a.1 + gh), c, 1.0);
                canvas.rect((gx + gw * 0.3, a.1 + gh), (gx + gw * 0.7, a.1 + gh + 0.014), mul(c, 0.6), 1.0);
                gx += gw + rng.range(0.012, 0.05);
            }
            canvas.rect((x, y - 0.014), (x + w, y), mul(p[1], 0.9), 1.0);
            y += h;
        }
        canvas.rect((x - 0.012, -0.1), (x + 0.016, top + 0.2), mul(p[1], 0.75), 1.0);
        x += w;
    }
    canvas.defocus(0.021);
    for _ in 0..8 {
        canvas.bokeh((rng.range(-half, half), top * rng.range(0.75, 1.0)), rng.range(0.014, 0.024), mul(p[2], rng.range(0.2, 0.8)));
    }
    canvas.defocus(0.004);
}

/// A wall of bricks. Palette: brick, dark brick, light brick, lamp.
pub fn bricks(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas) {
    let seed = spec.seed as u32;
    let side = spec.light.direction[0].signum();
    let (tw, th) = (0.112, 0.040);
    canvas.fill(|x, y| {
        let row = (y / th).floor();
        let u = x / tw + if row as i32 & 1 != 0 { 0.5 } else { 0.0 };
        let col = u.floor();
        let (du, dv) = ((u - col - 0.5).abs() * tw, (y / th - row - 0.5).abs() * th);
        let edge = (tw * 0.5 - du).min(th * 0.5 - dv) + 0.0014 * noise2(x * 90.0, y * 90.0, seed ^ 3);
        let mortar = smoothstep(0.0052, 0.0022, edge);
        let tone = 0.5 + 0.5 * noise2(col * 5.3 + 0.5, row * 7.7 + 0.5, seed);
        let grain = fbm(x * 26.0, y * 26.0, 3, seed ^ 1);
        let c = mix3(mix3(p[1], p[0], 0.35 + 0.65 * tone), p[2], 0.35 * smoothstep(0.6, 1.0, tone));
        let c = mul(c, 0.92 + 0.22 * grain);
        let mean = (p[0][0] + p[0][1] + p[0][2]) / 3.0;
        let c = mix3(c, mul([1.0, 0.97, 0.92], 0.75 * mean + 0.10), mortar * 0.8);
        let t = (0.5 + 0.55 * x * side + 0.15 * (y - 0.3)).clamp(0.0, 1.0);
        mul(c, (0.52 + 0.62 * t) * (0.78 + 0.22 * smoothstep(-0.02, 0.14, y)) * (1.0 - 0.25 * smoothstep(0.01, 0.0, edge) * (1.0 - mortar)))
    });
    canvas.defocus(0.0075);
}

/// A gradient. Palette: upper colour, lower colour, accent.
pub fn gradient(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas) {
    let side = spec.light.direction[0].signum();
    let top = canvas.top.max(0.2);
    canvas.fill(|x, y| {
        let t = (y / top + 0.25 * x * side).clamp(0.0, 1.0);
        let c = mix3(p[1], p[0], t * t * (3.0 - 2.0 * t));
        let d = ((x + 0.42 * side) / 0.5).powi(2) + ((y - 0.8 * top) / 0.5).powi(2);
        mix3(c, p[2], 0.65 / (1.0 + d * 1.6).powi(2))
    });
}

/// Hanging cloth. Palette: cloth, deep fold, fold, light.
pub fn drape(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let seed = spec.seed as u32;
    let side = spec.light.direction[0].signum();
    let (cx, gather) = (rng.range(-0.25, 0.25), rng.range(0.7, 1.0));
    let top = canvas.top.max(0.2);
    canvas.fill(|x, y| {
        // Folds run down from where the cloth is gathered.
        let t = (1.0 - y / top).clamp(0.0, 1.2);
        let u = (x - cx) / (1.0 - 0.45 * gather * (1.0 - t)) + 0.05 * noise2(x * 3.0, y * 2.2, seed);
        let h = |u: f32| {
            math::sin(u * 27.0 + 1.4 * noise2(u * 3.0, y * 1.2, seed ^ 1)) + 0.45 * math::sin(u * 61.0 + 2.0 * noise2(u * 5.0, y, seed ^ 2))
        };
        let (a, b) = (h(u), h(u + 0.006 * side));
        let lit = (0.55 + 0.9 * (a - b) + 0.20 * a).clamp(0.0, 1.15);
        let c = mix3(mix3(p[1], p[2], smoothstep(0.0, 0.5, lit)), p[0], smoothstep(0.3, 0.95, lit));
        let c = add(c, mul(p[3], 0.16 * smoothstep(0.80, 1.1, lit)));
        mul(c, (0.55 + 0.5 * (0.5 + 0.55 * x * side)) * (0.74 + 0.26 * smoothstep(-0.02, 0.16, y)))
    });
    canvas.defocus(0.008);
}

/// Beams of stage lights. Palette: dark, haze, first lamp, second lamp.
pub fn stage(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = rng.bits() as u32;
    let lamps: Vec<(f32, f32, Rgb)> = (0..6)
        .map(|i| {
            let x = mix(-half * 0.95, half * 0.95, i as f32 / 5.0) + rng.range(-0.03, 0.03);
            (x, -x * rng.range(0.35, 0.8) + rng.range(-0.12, 0.12), if i % 2 == 0 { p[2] } else { p[3] })
        })
        .collect();
    canvas.fill(|x, y| {
        let floor = 1.0 / (1.0 + (x / 0.5).powi(2) + (y / 0.14).powi(2));
        let mut c = add(p[0], mul(p[1], 0.35 + 1.3 * floor));
        for (i, &(lx, aim, tint)) in lamps.iter().enumerate() {
            let t = ((top + 0.03 - y) / (top + 0.05)).clamp(0.0, 1.2);
            let middle = mix(lx, aim, t);
            let width = 0.008 + 0.085 * t;
            let d = (x - middle) / width;
            let smoke = 0.75 + 0.35 * noise2(x * 7.0, y * 7.0 + i as f32, seed);
            c = add(c, mul(tint, 0.62 * smoke * math::exp(-d * d * 1.6) / (0.35 + 2.4 * t)));
        }
        c
    });
    canvas.defocus(0.006);
    for &(x, _, tint) in &lamps {
        canvas.bokeh((x, top * 0.97), 0.018, add(mul(tint, 2.4), [0.5; 3]));
    }
    for _ in 0..22 {
        let c = if rng.unit() < 0.5 { p[2] } else { p[3] };
        canvas.bokeh((rng.range(-half, half), rng.range(0.0, top * 0.4)), rng.range(0.006, 0.020), mul(c, rng.range(0.03, 0.18)));
    }
    canvas.defocus(0.003);
}

/// Fireworks over a town. Palette: zenith, horizon, first burst, second burst.
pub fn fireworks(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = rng.bits() as u32;
    canvas.fill(|x, y| add(mix3(p[1], p[0], smoothstep(0.0, 0.5, y)), mul(p[1], 0.14 * fbm(x * 3.0, y * 3.0, 3, seed))));
    let tints = [p[2], p[3], mix3(p[2], [1.0; 3], 0.5), [0.35, 0.7, 1.0]];
    for b in 0..5 {
        let side = if b % 2 == 0 { -1.0 } else { 1.0 };
        let at = (side * half * rng.range(0.15, 0.9), top * rng.range(0.48, 0.95));
        let (r, tint) = (rng.range(0.10, 0.20), tints[rng.below(4)]);
        let rays = 34 + rng.below(20);
        for i in 0..rays {
            let a = (i as f32 + rng.unit()) / rays as f32 * std::f32::consts::TAU;
            let len = r * rng.range(0.55, 1.0);
            let mut from = (at.0 + math::cos(a) * len * 0.18, at.1 + math::sin(a) * len * 0.18);
            for k in 1..=6 {
                let t = 0.18 + 0.82 * k as f32 / 6.0;
                // Sparks sink while they fly.
                let to = (at.0 + math::cos(a) * len * t, at.1 + math::sin(a) * len * t - 0.030 * t * t);
                canvas.line(from, to, 0.0009, mul(tint, 0.3 + 2.0 * t), 0.30 * t + 0.06);
                from = to;
            }
            canvas.bokeh(from, rng.range(0.0018, 0.0040), mul(tint, rng.range(0.8, 3.2)));
            let t = rng.range(0.55, 1.05);
            let at = (at.0 + math::cos(a + 0.06) * r * t, at.1 + math::sin(a + 0.06) * r * t - 0.030 * t * t);
            canvas.bokeh(at, rng.range(0.0012, 0.0026), mul(tint, rng.range(0.5, 2.4)));
        }
        canvas.glow(at, (r * 0.9, r * 0.9), mul(tint, 0.22));
    }
    canvas.defocus(0.0034);
    let mut x = -half - 0.1;
    while x < half + 0.1 {
        let (w, h) = (rng.range(0.03, 0.08), rng.range(0.02, 0.085));
        canvas.rect((x, -0.15), (x + w, h), mul(p[0], 0.6), 0.95);
        for _ in 0..7 {
            canvas.bokeh((x + rng.range(0.0, w), rng.range(0.0, h)), 0.003, mul(p[2], rng.range(0.1, 0.9)));
        }
        x += w;
    }
    for _ in 0..30 {
        canvas.bokeh((rng.range(-half, half), rng.range(0.0, 0.05)), rng.range(0.008, 0.018), mul(p[2], rng.range(0.05, 0.35)));
    }
    canvas.defocus(0.006);
}

/// A fire in a dark room. Palette: dark, wall, flame, bright flame.
pub fn fire(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = rng.bits() as u32;
    let cx = rng.sign() * rng.range(0.10, 0.22);
    canvas.fill(|x, y| {
        let g = 1.0 / (1.0 + ((x - cx) / 0.30).powi(2) + ((y - 0.12) / 0.28).powi(2));
        let row = (y / 0.052).floor();
        let u = x / 0.13 + if row as i32 & 1 != 0 { 0.5 } else { 0.0 };
        let tone = 0.75 + 0.3 * noise2(u.floor() * 3.1 + 0.5, row * 4.7 + 0.5, seed);
        let joint = smoothstep(0.07, 0.02, ((u - u.floor() - 0.5).abs() - 0.5).abs()).max(smoothstep(
            0.12,
            0.03,
            ((y / 0.052 - row - 0.5).abs() - 0.5).abs(),
        ));
        mul(mix3(p[0], p[1], 0.35 + 0.65 * g), (0.5 + 1.9 * g) * tone * (1.0 - 0.4 * joint))
    });
    // The opening, logs and flames.
    canvas.rect((cx - 0.19, -0.15), (cx + 0.19, 0.26), [0.006, 0.004, 0.003], 0.97);
    for s in [-1.0_f32, 1.0] {
        canvas.line((cx + s * 0.12, 0.012), (cx - s * 0.05, 0.045), 0.018, [0.055, 0.028, 0.014], 1.0);
    }
    canvas.map(|x, y, c| {
        let u = (x - cx) / 0.135;
        let sway = 0.22 * noise2(x * 9.0, y * 7.0 - 2.0, seed ^ 1) + 0.10 * noise2(x * 22.0, y * 13.0, seed ^ 2);
        let tongue = 0.10 + 0.125 * (0.5 + 0.5 * noise2(x * 15.0, 2.5, seed ^ 3)) * (1.0 - u * u).max(0.0);
        let v = (y - 0.02) / tongue;
        let body = smoothstep(1.0, 0.25, v + sway) * smoothstep(1.0, 0.55, (u + sway * 0.4).abs()) * smoothstep(-0.3, 0.1, v);
        let core = body * body * smoothstep(0.85, 0.0, v);
        add(c, add(mul(p[2], 1.5 * body), mul(p[3], 2.4 * core)))
    });
    canvas.glow((cx, 0.05), (0.22, 0.14), mul(p[2], 0.30));
    canvas.rect((cx - 0.30, 0.275), (cx + 0.30, 0.30), mul(p[1], 0.9), 0.95);
    canvas.defocus(0.016);
    for _ in 0..36 {
        let at = (cx + rng.bell() * half * 0.7, rng.unit() * top);
        canvas.bokeh(at, rng.range(0.003, 0.016), mul(p[3], rng.range(0.04, 0.32)));
    }
    canvas.defocus(0.003);
}

/// Stalls with awnings and bulbs. Palette: dark, wood, awning, lamp.
pub fn market(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|x, y| mul(mix3(p[1], p[0], smoothstep(0.05, 0.5, y)), 0.75 + 0.25 * noise2(x * 3.0, y * 3.0, 9)));
    let mut x = -half - rng.range(0.05, 0.2);
    let mut i = 0;
    while x < half + 0.1 {
        let w = rng.range(0.26, 0.36);
        let h = rng.range(0.25, 0.31);
        let base = if i % 2 == 0 { p[2] } else { mix3(p[2], [0.9, 0.86, 0.76], 0.75) };
        // Lit inside, goods on the counter, a striped awning above.
        canvas.rect((x + 0.01, -0.1), (x + w - 0.01, h), mul(p[3], 0.30), 0.9);
        canvas.rect((x, -0.12), (x + w, 0.075), mul(p[1], 0.55), 1.0);
        for _ in 0..26 {
            let at = (rng.range(x + 0.02, x + w - 0.02), rng.range(0.078, 0.115));
            let c = [[0.75, 0.12, 0.06], [0.85, 0.45, 0.08], [0.25, 0.42, 0.10], [0.80, 0.70, 0.40]][rng.below(4)];
            canvas.ellipse(at, (0.014, 0.013), 0.0, mul(c, rng.range(0.5, 1.1)), 1.0);
        }
        let stripes = 8;
        for k in 0..stripes {
            let (a, b) =
                (mix(x - 0.015, x + w + 0.015, k as f32 / stripes as f32), mix(x - 0.015, x + w + 0.015, (k + 1) as f32 / stripes as f32));
            let c = if k % 2 == 0 { base } else { [0.82, 0.78, 0.70] };
            canvas.rect((a, h), (b, h + 0.062), mul(c, 0.85), 1.0);
            canvas.ellipse(((a + b) * 0.5, h), ((b - a) * 0.5, 0.016), 0.0, mul(c, 0.62), 1.0);
        }
        x += w + rng.range(0.02, 0.06);
        i += 1;
    }
    canvas.defocus(0.019);
    for line in 0..3 {
        let (y0, sag) = (top * (0.66 + 0.13 * line as f32), rng.range(0.04, 0.09));
        for k in 0..9 {
            let t = (k as f32 + 0.5 * (line % 2) as f32) / 8.0 * 2.0 - 1.0;
            canvas.bokeh((t * half * 1.1, y0 - sag * (1.0 - t * t)), 0.014 + 0.004 * line as f32, mul(p[3], 0.85));
        }
    }
    for _ in 0..16 {
        canvas.bokeh((rng.range(-half, half), rng.range(0.08, 0.30)), rng.range(0.010, 0.022), mul(p[3], rng.range(0.08, 0.4)));
    }
    canvas.defocus(0.004);
}

/// Coverage of a heart at an offset from its middle, in half widths; `soft` is the width of its edge.
pub fn heart(u: f32, v: f32, soft: f32) -> f32 {
    let y = v * 1.15 + 0.20 - 0.62 * u.abs().sqrt();
    smoothstep(soft, -soft, (u * u + y * y).sqrt() - 0.92)
}

/// Blurred hearts. Palette: deep, light, heart, glow.
pub fn hearts(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let cx = rng.range(-0.2, 0.2);
    canvas.fill(|x, y| {
        let g = 1.0 / (1.0 + ((x - cx) / 0.5).powi(2) + ((y - 0.2) / 0.45).powi(2));
        mix3(p[0], p[1], g)
    });
    canvas.defocus(0.01);
    let shapes: Vec<(f32, f32, f32, f32, f32)> = (0..34)
        .map(|_| {
            (
                rng.range(-half, half),
                top * rng.unit(),
                rng.range(0.014, 0.050),
                rng.range(-0.4, 0.4),
                rng.range(0.05, 0.34) * rng.range(0.4, 1.2),
            )
        })
        .collect();
    canvas.map(|x, y, c| {
        let mut c = c;
        for &(hx, hy, r, lean, glow) in &shapes {
            let (u, v) = ((x - hx) / r, (y - hy) / r);
            if u * u + v * v < 3.2 {
                let (u, v) = (u + lean * v, v - lean * u);
                c = add(c, mul(p[2], glow * heart(u, v, 0.16)));
            }
        }
        c
    });
    for _ in 0..20 {
        canvas.bokeh((rng.range(-half, half), rng.range(0.0, top)), rng.range(0.004, 0.014), mul(p[3], rng.range(0.05, 0.3)));
    }
    canvas.defocus(0.004);
}

/// A wall with bunting, a shelf and toys. Palette: wall, toys, bunting.
pub fn nursery(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|x, y| mul(p[0], 0.72 + 0.22 * smoothstep(0.0, 0.5, y) + 0.12 * x));
    // A low wainscot, and paper dots above it.
    canvas.rect((-half - 0.1, -0.15), (half + 0.1, 0.10), mul(mix3(p[1], p[0], 0.35), 0.85), 1.0);
    canvas.rect((-half - 0.1, 0.10), (half + 0.1, 0.115), mul(p[0], 1.0), 1.0);
    for j in 0..7 {
        for i in -6i32..=6 {
            let at = (i as f32 * 0.13 + if j % 2 == 0 { 0.065 } else { 0.0 }, 0.17 + j as f32 * 0.075);
            canvas.ellipse(at, (0.009, 0.009), 0.0, mul(p[1], 0.85), 0.55);
        }
    }
    let colors = [p[1], p[2], p[3], mix3(p[1], p[3], 0.5)];
    let (y0, sag) = (top * 0.86, 0.10);
    for i in 0..13 {
        let t = (i as f32 + 0.5) / 13.0 * 2.0 - 1.0;
        let (x, y) = (t * half * 1.1, y0 - sag * (1.0 - t * t));
        for k in 0..7 {
            let w = 0.026 * (1.0 - k as f32 / 7.0);
            canvas.rect((x - w, y - 0.008 * (k + 1) as f32), (x + w, y - 0.008 * k as f32), mul(colors[i % 4], 0.92), 1.0);
        }
    }
    let d = rng.sign();
    let y = 0.26;
    canvas.rect((d * 0.08, y), (d * (half + 0.1), y + 0.016), [0.62, 0.46, 0.30], 1.0);
    let mut x = 0.12;
    while x < half + 0.05 {
        let c = mul(colors[rng.below(4)], 0.85);
        let s = rng.range(0.022, 0.036);
        match rng.below(3) {
            0 => canvas.rect((d * x - s, y + 0.016), (d * x + s, y + 0.016 + 2.0 * s), c, 1.0),
            1 => canvas.ellipse((d * x, y + 0.016 + s), (s, s), 0.0, c, 1.0),
            _ => {
                canvas.ellipse((d * x, y + 0.016 + s * 0.8), (s * 0.9, s), 0.0, [0.42, 0.27, 0.15], 1.0);
                canvas.ellipse((d * x, y + 0.016 + s * 2.2), (s * 0.75, s * 0.7), 0.0, [0.46, 0.30, 0.17], 1.0);
                for e in [-1.0_f32, 1.0] {
                    canvas.ellipse((d * x + e * s * 0.6, y + 0.016 + s * 2.8), (s * 0.28, s * 0.28), 0.0, [0.42, 0.27, 0.15], 1.0);
                }
            }
        }
        x += rng.range(0.085, 0.12);
    }
    canvas.defocus(0.015);
}

/// Lit glassware on shelves. Palette: wall, shade, liquid, lamp.
pub fn glassware(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|x, y| mul(mix3(p[1], p[0], smoothstep(0.0, 0.5, y)), 0.72 + 0.12 * x));
    for i in 0..4 {
        let x = mix(-half, half, (i as f32 + 0.5) / 4.0);
        canvas.rect((x - 0.10, 0.05), (x + 0.10, top + 0.1), mul(p[1], 0.80), 0.55);
        canvas.rect((x - 0.105, -0.1), (x - 0.098, top + 0.1), mul(p[1], 0.7), 0.8);
    }
    for row in 0..3 {
        let y = 0.07 + 0.19 * row as f32;
        canvas.rect((-half - 0.1, y - 0.012), (half + 0.1, y), mul(p[3], 0.85), 1.0);
        canvas.rect((-half - 0.1, y - 0.018), (half + 0.1, y - 0.012), mul(p[2], 0.5), 0.7);
        let mut x = -half + rng.range(0.0, 0.06);
        while x < half {
            let s = rng.range(0.020, 0.038);
            let tint = [p[2], mix3(p[2], [0.3, 0.8, 0.6], 0.6), mix3(p[2], [0.9, 0.6, 0.2], 0.6), p[3]][rng.below(4)];
            let liquid = mul(tint, 0.62);
            if rng.unit() < 0.5 {
                canvas.ellipse((x, y + s), (s, s), 0.0, mix3(liquid, p[3], 0.25), 0.85);
                canvas.rect((x - s * 0.28, y + s * 1.7), (x + s * 0.28, y + s * 3.0), mul(p[3], 0.8), 0.6);
            } else {
                canvas.rect((x - s * 0.5, y), (x + s * 0.5, y + s * 2.9), mul(p[3], 0.9), 0.5);
                canvas.rect((x - s * 0.5, y), (x + s * 0.5, y + s * 1.7), liquid, 0.75);
            }
            canvas.rect((x - s * 0.55, y + s * 0.6), (x - s * 0.38, y + s * 1.6), mul(p[3], 1.5), 0.7);
            x += s * 2.0 + rng.range(0.02, 0.07);
        }
    }
    canvas.defocus(0.018);
    canvas.glow((rng.range(-0.3, 0.3), top), (0.5, 0.3), mul(p[3], 0.22));
    for _ in 0..10 {
        canvas.bokeh(
            (rng.range(-half, half), rng.range(0.1, top)),
            rng.range(0.010, 0.022),
            mul(mix3(p[2], p[3], 0.5), rng.range(0.05, 0.2)),
        );
    }
}
