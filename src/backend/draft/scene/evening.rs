//! Backdrops that are lit by lamps.

use super::canvas::SmallCanvas;
use super::noise::{Rng, fbm, noise2};
use super::spec::SceneSpec;
use crate::backend::draft::color::{Rgb, add, mix, mix3, mul};

use crate::math::{self, smoothstep};

/// Shelves with books and a lamp.
pub fn shelves(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|_, _| mul(p[0], 0.4));
    let bay = 0.36;
    let start = -half - rng.range(0.1, 0.4);
    let mut bx = start;
    while bx < half + 0.1 {
        let mut y = -0.06 + rng.range(0.0, 0.02);
        while y < top + 0.1 {
            let mut x = bx + 0.016;
            let mut lean = 0.0;
            while x < bx + bay - 0.02 {
                let (w, h) = (rng.range(0.008, 0.022), rng.range(0.082, 0.118));
                if rng.unit() < 0.06 {
                    x += rng.range(0.02, 0.06);
                    lean = 0.2;
                }
                let hue = [p[1], p[2], p[3], mul(p[0], 1.4), [0.45, 0.40, 0.32]][rng.below(5)];
                let c = mul(hue, rng.range(0.3, 1.0));
                canvas.line((x, y + 0.012), (x + lean * h, y + h), w * 0.5, c, 1.0);
                if rng.unit() < 0.3 {
                    canvas.rect((x - w * 0.4, y + h * 0.72), (x + w * 0.4, y + h * 0.8), mul(p[3], 0.9), 0.7);
                }
                lean *= 0.5;
                x += w + 0.001;
            }
            canvas.rect((bx, y), (bx + bay, y + 0.012), mul(p[0], 1.15), 1.0);
            canvas.rect((bx, y - 0.03), (bx + bay, y), [0.0; 3], 0.35);
            y += 0.145;
        }
        canvas.rect((bx - 0.012, -0.1), (bx + 0.012, top + 0.2), mul(p[0], 0.9), 1.0);
        bx += bay;
    }
    let lamp = (rng.sign() * rng.range(0.2, 0.4), top * 0.72);
    canvas.glow(lamp, (0.22, 0.18), mul(p[3], 0.35));
    canvas.map(|x, y, c| mul(c, 0.55 + 0.6 * smoothstep(0.7, 0.0, math::hypot(x - lamp.0, y - lamp.1))));
    canvas.defocus(0.018);
    canvas.bokeh(lamp, 0.05, mul(p[3], 1.6));
    for _ in 0..10 {
        canvas.bokeh((rng.range(-half, half), rng.range(0.1, top)), rng.range(0.012, 0.02), mul(p[3], rng.range(0.08, 0.3)));
    }
    canvas.defocus(0.005);
}

/// Towers, windows, street lights.
pub fn city(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|x, y| add(mix3(p[1], p[0], smoothstep(0.0, 0.55, y)), mul(p[1], 0.10 * noise2(x * 3.0, y * 3.0, 7))));
    // Towers: darker masses with lit windows.
    let mut x = -half - 0.1;
    while x < half + 0.1 {
        let (w, h) = (rng.range(0.07, 0.16), rng.range(0.10, 0.42) * (top / 0.58));
        let shade = rng.range(0.25, 0.7);
        canvas.rect((x, -0.1), (x + w, h), mul(p[0], shade), 0.9);
        let mut y = 0.02;
        while y < h - 0.02 {
            let mut wx = x + 0.01;
            while wx < x + w - 0.01 {
                if rng.unit() < 0.34 {
                    let c = mix3(p[2], p[3], rng.unit());
                    canvas.rect((wx, y), (wx + 0.008, y + 0.010), mul(c, rng.range(0.6, 4.0)), 1.0);
                }
                wx += 0.019;
            }
            y += 0.023;
        }
        x += w * rng.range(0.7, 1.1);
    }
    canvas.defocus(0.020);
    // Street lights, signs and cars: large discs, denser towards the street.
    for _ in 0..95 {
        let y = 0.015 + 0.42 * rng.unit().powi(2) * (top / 0.58);
        let at = (rng.range(-half, half), y);
        let c = match rng.below(10) {
            0..=3 => p[2],
            4..=6 => p[3],
            7 => [1.0, 0.10, 0.06],
            8 => [0.15, 0.75, 0.9],
            _ => [1.0, 0.9, 0.75],
        };
        canvas.bokeh(at, rng.range(0.014, 0.036), mul(c, rng.range(0.06, 0.75) * rng.range(0.4, 1.4)));
    }
    canvas.glow((0.0, 0.02), (0.6, 0.12), mul(p[2], 0.12));
    canvas.defocus(0.004);
}

/// Neon tubes on a dark wall, which they light.
pub fn neon(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = rng.bits() as u32;
    // A dark wall with joints that catch the light of the tubes.
    canvas.fill(|x, y| {
        let joint = smoothstep(0.006, 0.002, ((x * 5.0).fract().abs() / 5.0).min((y * 9.0).fract().abs() / 9.0));
        mul(p[0], 0.8 + 0.5 * fbm(x * 6.0, y * 6.0, 3, seed) - 0.4 * joint)
    });
    let ring = rng.unit() < 0.5;
    type Tube = ((f32, f32), (f32, f32), Rgb);
    let mut tubes: Vec<Tube> = Vec::new();
    if ring {
        let (cx, cy, r) = (rng.range(-0.1, 0.1), 0.24, 0.25);
        let n = 40;
        for i in 0..n {
            let (a, b) = (i as f32 / n as f32 * std::f32::consts::TAU, (i + 1) as f32 / n as f32 * std::f32::consts::TAU);
            let c = mix3(p[2], p[3], 0.5 + 0.5 * math::sin(a + 0.6));
            tubes.push(((cx + r * math::cos(a), cy + r * math::sin(a)), (cx + r * math::cos(b), cy + r * math::sin(b)), c));
        }
    } else {
        for i in 0..5 {
            let x = mix(-half, half, (i as f32 + 0.5 + rng.range(-0.2, 0.2)) / 5.0);
            let (y0, y1) = (rng.range(0.0, 0.1), top * rng.range(0.55, 0.95));
            tubes.push(((x, y0), (x + rng.range(-0.12, 0.12), y1), if i % 2 == 0 { p[2] } else { p[3] }));
        }
    }
    let unlit = canvas.clone();
    for t in &tubes {
        canvas.line(t.0, t.1, 0.018, mul(t.2, 0.9), 1.0);
    }
    let halo = {
        let mut h = canvas.clone();
        h.data.iter_mut().zip(&unlit.data).for_each(|(a, b)| *a = [a[0] - b[0], a[1] - b[1], a[2] - b[2]].map(|v| v.max(0.0)));
        (h.softened(0.05, 0.05), h.softened(0.15, 0.15))
    };
    for t in &tubes {
        canvas.line(t.0, t.1, 0.006, add(mul(t.2, 3.2), [0.35; 3]), 1.0);
    }
    canvas.defocus(0.011);
    for (c, (a, b)) in canvas.data.iter_mut().zip(halo.0.data.iter().zip(&halo.1.data)) {
        *c = add(*c, add(mul(*a, 0.9), mul(*b, 1.3)));
    }
    for _ in 0..14 {
        let c = if rng.unit() < 0.5 { p[2] } else { p[3] };
        canvas.bokeh((rng.range(-half, half), rng.range(0.0, top * 0.6)), rng.range(0.012, 0.03), mul(c, rng.range(0.05, 0.25)));
    }
}

/// Velvet, fluted stone or rims of light.
pub fn dark(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let seed = spec.seed as u32;
    let (half, top) = (canvas.half, canvas.top);
    let tilt = rng.range(-0.3, 0.3);
    let style = rng.below(3);
    canvas.fill(|x, y| {
        let g = 1.0 / (1.0 + ((x - tilt * 0.4) / 0.34).powi(2) + ((y - 0.10) / 0.30).powi(2));
        let texture = 0.12 * fbm(x * 4.0, y * 4.0, 4, seed);
        add(mul(p[0], 0.7 + texture), mul(p[1], g * g * (1.5 + texture)))
    });
    match style {
        // Velvet drapes, panels of fluted stone, or strips of light.
        0 => canvas.map(|x, y, c| {
            let u = x * 19.0 + 0.8 * noise2(x * 4.0, y * 0.7, seed ^ 1);
            mul(c, 0.55 + 1.7 * (0.5 + 0.5 * math::sin(u * 2.0)).powi(2))
        }),
        1 => canvas.map(|x, _, c| {
            let u = (x * 14.0).fract().abs();
            mul(c, 0.45 + 0.9 * smoothstep(0.0, 0.5, u) * smoothstep(1.0, 0.6, u))
        }),
        _ => {
            for i in [-1.0_f32, 1.0] {
                let x = i * half * rng.range(0.62, 0.82);
                canvas.line((x, -0.05), (x + tilt * 0.2, top * rng.range(0.8, 1.2)), 0.006, mul(p[2], 3.0), 1.0);
                canvas.glow((x, top * 0.4), (0.10, 0.7), mul(p[2], 0.22));
            }
        }
    }
    canvas.defocus(0.012);
    for _ in 0..9 {
        canvas.bokeh((rng.range(-half, half), rng.range(0.02, top)), rng.range(0.010, 0.03), mul(p[2], rng.range(0.02, 0.10)));
    }
}

/// A dining room by candlelight.
pub fn candles(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|x, y| mul(mix3(p[1], p[0], smoothstep(0.0, 0.6, y)), 0.8 + 0.3 * noise2(x * 3.0, y * 3.0, 11)));
    // Tables with cloths, chairs, glasses.
    for _ in 0..5 {
        let (x, y, w) = (rng.range(-half, half), rng.range(0.02, 0.10), rng.range(0.08, 0.16));
        canvas.rect((x - w, -0.1), (x + w, y), mul(p[2], rng.range(0.2, 0.5)), 0.9);
        canvas.rect((x - w * 0.2, y), (x + w * 0.2, y + 0.10), mul(p[1], 0.35), 0.8);
    }
    for i in 0..5 {
        let x = mix(-half, half, i as f32 / 4.0) + rng.range(-0.05, 0.05);
        canvas.rect((x - 0.05, 0.16), (x + 0.05, top * 0.95), mul(p[1], rng.range(0.5, 1.6)), 0.5);
        canvas.rect((x - 0.055, 0.15), (x - 0.045, top), mul(p[0], 0.4), 0.8);
    }
    canvas.defocus(0.024);
    for _ in 0..42 {
        let y = 0.03 + 0.45 * math::powf(rng.unit(), 1.4) * (top / 0.58);
        canvas.bokeh((rng.range(-half, half), y), rng.range(0.012, 0.034), mul(p[3], rng.range(0.06, 0.9) * rng.range(0.3, 1.2)));
    }
    for _ in 0..5 {
        let at = (rng.range(-half, half), rng.range(0.05, 0.14));
        canvas.bokeh(at, 0.022, mul(p[3], 2.0));
        canvas.glow(at, (0.10, 0.12), mul(p[3], 0.22));
    }
    canvas.defocus(0.005);
}

/// A decorated tree.
pub fn tree(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|x, y| mul(mix3(p[1], p[0], smoothstep(0.0, 0.6, y)), 0.9 + 0.2 * noise2(x * 2.0, y * 2.0, 5)));
    let cx = rng.sign() * rng.range(0.12, 0.28);
    let tall = top * 1.08;
    for i in 0..900 {
        let t = i as f32 / 900.0;
        let y = tall * t;
        let spread = 0.36 * (1.0 - t) + 0.02;
        let x = cx + rng.bell() * spread;
        let c = mul(p[2], rng.range(0.15, 1.2));
        canvas.ellipse((x, y), (0.022, 0.009), rng.range(-0.9, 0.9), c, 0.85);
    }
    canvas.defocus(0.016);
    for _ in 0..80 {
        let t = rng.unit();
        let at = (cx + rng.bell() * (0.36 * (1.0 - t) + 0.02), tall * t);
        canvas.bokeh(at, rng.range(0.010, 0.022), mul(p[3], rng.range(0.25, 1.5)));
    }
    for _ in 0..22 {
        let t = rng.unit();
        let at = (cx + rng.bell() * (0.34 * (1.0 - t)), tall * t);
        canvas.bokeh(at, rng.range(0.018, 0.028), mul([0.75, 0.03, 0.03], rng.range(0.3, 0.9)));
    }
    for _ in 0..26 {
        canvas.bokeh((rng.range(-half, half), rng.range(0.02, top)), rng.range(0.015, 0.04), mul(p[3], rng.range(0.04, 0.25)));
    }
    canvas.glow((-cx * 1.3, 0.10), (0.22, 0.2), [0.5, 0.20, 0.06]);
    canvas.defocus(0.004);
}

/// Racks under strip lights.
pub fn gym(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|x, y| mul(mix3(p[1], p[0], smoothstep(0.0, 0.5, y)), 0.9 + 0.25 * noise2(x * 3.0, y * 5.0, 2)));
    for i in 0..3 {
        let x = mix(-half, half, (i as f32 + 0.5) / 3.0) + rng.range(-0.04, 0.04);
        canvas.rect((x - 0.115, 0.0), (x - 0.103, 0.34), [0.012; 3], 0.95);
        canvas.rect((x + 0.103, 0.0), (x + 0.115, 0.34), [0.012; 3], 0.95);
        canvas.rect((x - 0.17, 0.235), (x + 0.17, 0.245), [0.45; 3], 0.9);
        for s in [-1.0_f32, 1.0] {
            canvas.rect(
                (x + s * 0.145 - 0.014, 0.17),
                (x + s * 0.145 + 0.014, 0.31),
                if i == 1 { mul(p[3], 0.5) } else { [0.02; 3] },
                0.95,
            );
        }
    }
    for row in 0..2 {
        let y = 0.03 + 0.055 * row as f32;
        let mut x = -half;
        while x < half {
            canvas.ellipse((x, y), (0.018, 0.016), 0.0, [0.03; 3], 0.9);
            canvas.ellipse((x + 0.014, y + 0.004), (0.006, 0.010), 0.0, [0.35; 3], 0.7);
            x += 0.05;
        }
    }
    for i in 0..4 {
        let y = top * (0.66 + 0.10 * i as f32);
        let w = 0.10 + 0.10 * i as f32;
        for s in [-1.0_f32, 1.0] {
            canvas.line((s * w, y), (s * (w + 0.22), y + 0.05), 0.006, mul(p[2], 5.0), 1.0);
        }
    }
    canvas.glow((0.0, top), (0.6, 0.25), mul(p[2], 0.25));
    canvas.glow((rng.sign() * 0.45, 0.15), (0.16, 0.4), mul(p[3], 0.25));
    canvas.defocus(0.016);
}

/// Glitter in the air.
pub fn glitter(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|x, y| {
        let g = 1.0 / (1.0 + (x / 0.45).powi(2) + ((y - 0.12) / 0.35).powi(2));
        mix3(p[0], p[1], g)
    });
    for i in 0..230 {
        let near = i > 150;
        let y = if near { 0.25 * rng.unit().powi(2) } else { rng.range(0.0, top) };
        let c = if rng.unit() < 0.7 { p[2] } else { p[3] };
        let r = if near { rng.range(0.006, 0.016) } else { rng.range(0.012, 0.045) };
        canvas.bokeh((rng.range(-half, half), y), r, mul(c, rng.range(0.02, 0.35) * rng.unit() * if near { 1.6 } else { 0.55 }));
    }
    canvas.glow((0.0, 0.0), (0.4, 0.06), mul(p[2], 0.22));
    canvas.defocus(0.004);
}

/// A hotel hall: columns, lit panels, a chandelier.
pub fn hall(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let centre = rng.range(-0.12, 0.12);
    canvas.fill(|x, y| {
        let g = 1.0 / (1.0 + ((x - centre) / 0.4).powi(2) + ((y - 0.2) / 0.5).powi(2));
        mul(mix3(p[1], p[0], g), 0.45 + 0.9 * g)
    });
    // The hall ends in a lit wall; panels and columns recede towards it.
    canvas.rect((centre - 0.10, 0.05), (centre + 0.10, 0.30 * top / 0.58), mul(p[3], 0.8), 0.9);
    canvas.rect((centre - 0.035, 0.05), (centre + 0.035, 0.20), mul(p[1], 0.8), 0.9);
    for s in [-1.0_f32, 1.0] {
        let mut d = 0.13;
        let mut w = 0.010;
        while d < half + 0.35 {
            let x = centre + s * d;
            canvas.rect((x + s * w * 1.6, 0.03), (x + s * w * 3.4, top * (0.5 + d)), mul(p[3], 0.55), 0.8);
            canvas.rect((x - w, -0.1), (x + w, top + 0.2), mul(p[2], 0.55), 1.0);
            canvas.rect((x - s * w * 1.0, -0.1), (x - s * w * 0.3, top + 0.2), mul(p[2], 0.95), 0.8);
            canvas.rect((x - w * 1.5, -0.1), (x + w * 1.5, 0.035), mul(p[2], 0.35), 1.0);
            d *= 1.62;
            w *= 1.62;
        }
    }
    canvas.rect((-half - 0.1, -0.15), (half + 0.1, 0.05), mul(p[0], 0.55), 0.75);
    for _ in 0..5 {
        let (x, w) = (centre + rng.sign() * rng.range(0.08, 0.4), rng.range(0.03, 0.06));
        canvas.rect((x - w, 0.0), (x + w, 0.055), mul(p[1], 0.8), 0.85);
        canvas.rect((x - w, 0.05), (x - w * 0.6, 0.09), mul(p[1], 0.8), 0.85);
    }
    canvas.defocus(0.019);
    // The chandelier and sconces.
    let (cx, cy) = (centre + rng.range(-0.05, 0.05), top * rng.range(0.80, 0.92));
    canvas.glow((cx, cy), (0.28, 0.20), mul(p[3], 0.30));
    for _ in 0..46 {
        let (a, r) = (rng.unit() * std::f32::consts::TAU, rng.unit().sqrt());
        canvas.bokeh(
            (cx + math::cos(a) * r * 0.16, cy + math::sin(a) * r * 0.055 - 0.03 * (1.0 - r)),
            rng.range(0.010, 0.020),
            mul(p[3], rng.range(0.08, 0.7)),
        );
    }
    for s in [-1.0_f32, 1.0] {
        for d in [0.16, 0.27, 0.44] {
            let at = (centre + s * d, 0.20 + 0.28 * d);
            canvas.bokeh(at, 0.012 + 0.03 * d, mul(p[3], 0.9));
        }
    }
    canvas.defocus(0.005);
}
