//! Outdoor backdrops.

use super::canvas::SmallCanvas;
use super::noise::{Rng, fbm, noise2};
use super::spec::SceneSpec;
use crate::backend::draft::color::{Rgb, add, mix, mix3, mul, mul3};

use crate::math::{self, smoothstep};

/// Sky with the glow of the sun. Palette: zenith, haze.
pub fn air(p: &[Rgb; 4], spec: &SceneSpec, x: f32, y: f32, seed: u32) -> Rgb {
    let base = mix3(p[1], p[0], smoothstep(0.0, 0.62, y));
    let cloud = smoothstep(0.05, 0.55, fbm(x * 1.6 + 0.3 * y, y * 4.6, 4, seed)) * smoothstep(0.02, 0.25, y) * spec.clouds;
    let lit = mix3(p[1], [1.25, 1.2, 1.15], 0.5);
    let d = ((x - spec.sun.0) / 0.30).powi(2) + ((y - spec.sun.1) / 0.22).powi(2);
    let glow = 1.0 / (1.0 + d).powi(2);
    add(mix3(base, lit, 0.75 * cloud), mul(spec.light.color, spec.sun_power * glow))
}

/// Sea under a sky, with glitter below the sun.
pub fn sea(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let seed = spec.seed as u32;
    let horizon = 0.16 + rng.range(-0.015, 0.03);
    canvas.fill(|x, y| {
        if y > horizon {
            return air(p, spec, x, y - horizon, seed);
        }
        // Waves get flatter and closer towards the horizon.
        let depth = 1.0 / (horizon - y + 0.012);
        let wave = noise2(x * depth * 0.9, depth * 2.4, seed ^ 1) + 0.6 * noise2(x * depth * 2.2, depth * 5.0, seed ^ 2);
        let t = smoothstep(0.0, horizon + 0.05, horizon - y);
        let c = mul(mix3(p[2], p[3], t), 0.92 + 0.16 * wave);
        let track = math::exp(-((x - spec.sun.0) / (0.05 + 0.35 * (horizon - y))).powi(2));
        let spark = smoothstep(0.35, 0.9, wave) * track * spec.sun_power;
        add(mix3(c, air(p, spec, x, horizon - y, seed), 0.28 * (1.0 - t)), mul(spec.light.color, 2.2 * spark))
    });
    // Surf at the shore, as bright as the light.
    let foam = mul3(mix3([1.0; 3], spec.light.color, 0.6), mix3([0.30, 0.32, 0.36], [0.95, 0.97, 0.98], smoothstep(0.25, 1.0, spec.key)));
    for i in 0..3 {
        let y0 = 0.012 + 0.026 * i as f32;
        let mut x = -canvas.half - 0.1;
        let phase = rng.range(0.0, 9.0);
        while x < canvas.half + 0.1 {
            let y = y0 + 0.008 * noise2(x * 5.0 + phase, phase, seed ^ 7);
            canvas.ellipse((x, y), (0.03, 0.004 + 0.003 * noise2(x * 14.0, phase, seed)), 0.0, foam, 0.55);
            x += 0.012;
        }
    }
    if rng.unit() < 0.6 {
        // A headland.
        let s = rng.sign();
        let len = rng.range(0.25, 0.5);
        for i in 0..40 {
            let t = i as f32 / 39.0;
            let h = 0.045 * math::powf(1.0 - t, 0.7) * (0.8 + 0.3 * noise2(t * 6.0, 0.0, seed));
            let x = s * (canvas.half + 0.05 - t * len);
            canvas.rect((x - 0.012, horizon), (x + 0.012, horizon + h), mix3(p[1], [0.10, 0.16, 0.14], 0.55), 0.95);
        }
    }
    canvas.defocus(0.011);
}

/// Foliage with gaps of light. Palette: shadow, mid green, lit green, light.
pub fn foliage(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = rng.bits() as u32;
    let sun = (rng.range(-0.3, 0.3), top * rng.range(0.75, 0.95));
    canvas.fill(|x, y| {
        let g = 1.0 / (1.0 + ((x - sun.0) / 0.36).powi(2) + ((y - sun.1) / 0.36).powi(2));
        let m = 0.5 + 0.5 * fbm(x * 3.0, y * 3.0, 3, seed);
        add(mix3(p[0], p[1], smoothstep(0.2, 0.8, m)), mul(p[3], 0.9 * g * (0.4 + m)))
    });
    for _ in 0..5 {
        let (x, w) = (rng.range(-half, half), rng.range(0.012, 0.035));
        canvas.line((x, -0.1), (x + rng.range(-0.08, 0.08), top + 0.2), w, mul([0.10, 0.07, 0.045], rng.range(0.4, 1.0)), 0.75);
    }
    canvas.defocus(0.020);
    leaves(canvas, rng, 800, &[p[0], p[0], p[1], p[1], p[2]], sun, 0.019);
    canvas.defocus(0.028);
    // Gaps between the leaves: discs of sky.
    for _ in 0..95 {
        let at = (sun.0 + rng.bell() * 0.62, sun.1 + rng.bell() * 0.48);
        let c = mix3(p[3], p[2], rng.unit() * 0.6);
        canvas.bokeh(at, rng.range(0.014, 0.036), mul(c, rng.range(0.05, 0.36) * rng.range(0.4, 1.3)));
    }
    // Darker near the ground.
    canvas.map(|_, y, c| mul(c, 0.62 + 0.42 * smoothstep(-0.05, 0.42, y)));
    leaves(canvas, rng, 60, &[p[1], p[2], p[2]], sun, 0.030);
    canvas.defocus(0.017);
}

fn leaves(canvas: &mut SmallCanvas, rng: &mut Rng, n: usize, colors: &[Rgb], sun: (f32, f32), size: f32) {
    let (half, top) = (canvas.half, canvas.top);
    let n = (n as f32 * (half * 2.0 * top / 0.58).max(0.4)) as usize;
    for _ in 0..n {
        let at = (rng.range(-half - 0.05, half + 0.05), rng.range(-0.08, top + 0.05));
        let d = math::hypot(at.0 - sun.0, at.1 - sun.1);
        let lit = (1.25 - d * 1.1).max(0.25) * rng.range(0.4, 1.3);
        let c = mul(colors[rng.below(colors.len())], lit);
        let r = size * rng.range(0.6, 1.4);
        canvas.ellipse(at, (r, r * 0.5), rng.range(0.0, std::f32::consts::PI), c, 0.8);
    }
}

/// A bed of flowers. Palette: deep green, light, first flower, second flower.
pub fn flowers(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let sun = (rng.range(-0.3, 0.3), top);
    let green = p[0];
    foliage(&[mul(green, 0.45), green, add(mul(green, 2.2), [0.04, 0.05, 0.0]), p[1]], canvas, rng);
    canvas.glow(sun, (0.5, 0.35), mul(p[1], 0.25));
    let blooms = |canvas: &mut SmallCanvas, rng: &mut Rng, n: usize, size: f32, high: f32| {
        for _ in 0..n {
            let at = (rng.range(-half - 0.03, half + 0.03), high * math::powf(rng.unit(), 1.3) - 0.03);
            let c = mul([p[2], p[3], mix3(p[2], [1.0; 3], 0.5)][rng.below(3)], rng.range(0.6, 1.25));
            let petals = 5 + rng.below(3);
            let r = size * rng.range(0.7, 1.3);
            let turn = rng.unit() * 3.0;
            for k in 0..petals {
                let a = turn + k as f32 / petals as f32 * std::f32::consts::TAU;
                let q = (at.0 + math::cos(a) * r * 0.6, at.1 + math::sin(a) * r * 0.6);
                canvas.ellipse(q, (r * 0.55, r * 0.36), -a, mul(c, rng.range(0.8, 1.1)), 0.92);
            }
            canvas.ellipse(at, (r * 0.26, r * 0.26), 0.0, [0.85, 0.55, 0.08], 0.9);
        }
    };
    blooms(canvas, rng, 90, 0.018, 0.34);
    canvas.defocus(0.016);
    blooms(canvas, rng, 34, 0.032, 0.17);
    canvas.defocus(0.011);
}

/// Branches in bloom. Palette: sky, haze, petal, deep petal.
pub fn blossom(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = rng.bits() as u32;
    canvas
        .fill(|x, y| mix3(mix3(p[1], p[0], smoothstep(0.05, 0.6, y)), p[2], 0.35 * smoothstep(-0.1, 0.5, fbm(x * 2.5, y * 2.5, 3, seed))));
    let cloud = |canvas: &mut SmallCanvas, rng: &mut Rng, clusters: usize, size: f32| {
        for _ in 0..clusters {
            // Denser at the sides and the top, to keep the middle clear.
            let side = rng.sign();
            let (cx, cy) = (side * half * rng.range(0.35, 1.1), top * rng.range(0.15, 1.1));
            for _ in 0..16 {
                let at = (cx + rng.bell() * 0.09, cy + rng.bell() * 0.07);
                let c = mix3(mix3(p[2], [1.05, 1.0, 1.0], rng.unit() * 0.6), p[3], rng.unit() * 0.5);
                canvas.ellipse(at, (size, size * rng.range(0.6, 1.0)), rng.range(0.0, 3.0), mul(c, rng.range(0.75, 1.15)), 0.85);
            }
        }
    };
    cloud(canvas, rng, 38, 0.017);
    canvas.defocus(0.026);
    for s in [-1.0_f32, 1.0] {
        for _ in 0..2 {
            let y = top * rng.range(0.45, 1.0);
            let (a, b) = ((s * (half + 0.05), y), (s * half * rng.range(0.2, 0.5), y - rng.range(-0.06, 0.14)));
            canvas.line(a, b, 0.006, [0.10, 0.055, 0.05], 0.8);
        }
    }
    cloud(canvas, rng, 40, 0.012);
    canvas.defocus(0.012);
    for _ in 0..26 {
        canvas.bokeh(
            (rng.range(-half, half), rng.range(0.0, top)),
            rng.range(0.012, 0.034),
            mul(mix3(p[2], [1.0; 3], 0.4), rng.range(0.03, 0.16)),
        );
    }
    for _ in 0..16 {
        let at = (rng.range(-half, half), rng.range(0.02, top));
        canvas.ellipse(at, (0.010, 0.006), rng.range(0.0, 3.0), mul(p[2], 1.05), 0.8);
    }
    canvas.defocus(0.004);
}

/// Firs in snow. Palette: sky, haze, fir, snow.
pub fn snow_wood(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|_, y| mix3(p[1], p[0], smoothstep(0.1, 0.7, y)));
    for layer in 0..3 {
        let near = layer as f32 / 2.0;
        let n = 13 - 3 * layer;
        for i in 0..n {
            let mut x = mix(-half - 0.1, half + 0.1, (i as f32 + rng.range(0.1, 0.9)) / n as f32);
            if layer == 2 && x.abs() < 0.22 {
                x += 0.34 * x.signum();
            }
            let tall = (0.20 + 0.22 * near) * rng.range(0.7, 1.25);
            let base = 0.05 - 0.03 * near;
            for k in 0..9 {
                let t = k as f32 / 9.0;
                let w = tall * 0.26 * (1.0 - t) * rng.range(0.85, 1.15);
                let y = base + tall * t;
                let fir = mix3(p[1], p[2], 0.30 + 0.6 * near);
                canvas.ellipse((x, y), (w, tall * 0.075), 0.0, fir, 0.95);
                canvas.ellipse((x + w * 0.15, y + tall * 0.035), (w * 0.78, tall * 0.030), 0.0, mul(p[3], 0.85), 0.75);
            }
        }
        let ground = mix3(p[1], p[3], 0.5 + 0.5 * near);
        canvas.rect((-half - 0.1, -0.15), (half + 0.1, 0.06 - 0.028 * near), ground, 0.9);
        canvas.defocus(0.017 - 0.003 * near);
    }
    for _ in 0..150 {
        let at = (rng.range(-half, half), rng.range(0.0, top));
        canvas.bokeh(at, rng.range(0.003, 0.015), mul([1.0, 1.0, 1.02], rng.range(0.05, 0.30)));
    }
}

/// A ridge line as a function of x.
fn ridge(x: f32, f: f32, rough: u32, seed: u32) -> f32 {
    let (mut sum, mut gain, mut k) = (0.0, 0.62, f);
    for i in 0..rough {
        sum += gain * (1.0 - 2.0 * noise2(x * k, i as f32 * 3.3 + 0.45, seed ^ i).abs());
        gain *= 0.40;
        k *= 2.2;
    }
    sum
}

/// Mountain ranges, one behind another. Palette: sky, haze, rock, snow or forest.
pub fn mountains(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let seed = rng.bits() as u32;
    let side = spec.light.direction[0].signum();
    canvas.fill(|x, y| {
        let mut c = air(p, spec, x, y - 0.05, seed);
        for layer in 0..4u32 {
            let near = layer as f32 / 3.0;
            let h = 0.20 - 0.058 * layer as f32
                + (0.19 - 0.045 * layer as f32) * ridge(x + layer as f32 * 3.7, 1.5 + 0.8 * near, 5, seed ^ (layer * 97));
            let inside = smoothstep(-0.003, 0.003, h - y);
            if inside > 0.0 {
                // Ridges and gullies below the crest: a height field lit from the side of the sun.
                let relief = |x: f32, y: f32| {
                    let (u, v) = (x + 0.35 * (y - h) * noise2(x * 3.0, near * 5.0, seed ^ 51).signum(), y);
                    let w = 0.05 * noise2(x * 9.0, y * 9.0, seed ^ 52);
                    let a = 1.0 - 2.0 * noise2((u + w) * 9.0, v * 5.5 + layer as f32 * 7.0, seed ^ 53).abs();
                    let b = 1.0 - 2.0 * noise2((u - w) * 21.0, v * 15.0, seed ^ 54).abs();
                    a + 0.5 * b + 0.3 * noise2(x * 50.0, y * 45.0, seed ^ 55)
                };
                let slope = relief(x + 0.006 * side, y + 0.004) - relief(x, y);
                let rock = 0.5 + 0.5 * noise2(x * 26.0 + y * 14.0, y * 30.0 - x * 9.0, seed ^ 5);
                let lit = (0.66 - 1.5 * slope).clamp(0.22, 1.15);
                let snow = smoothstep(0.17, 0.27, y + 0.10 * (rock - 0.5) + 0.05 * slope) * (1.0 - near);
                let body = mul(mix3(mix3(p[2], p[3], 0.6 * near), [0.92, 0.95, 1.0], snow), lit);
                let haze = (0.58 - 0.46 * near) + 0.18 * smoothstep(0.14, 0.0, y);
                c = mix3(c, mix3(body, p[1], haze.clamp(0.0, 0.9)), inside);
            }
        }
        c
    });
    canvas.defocus(0.008);
}

/// Dunes under a clear sky. Palette: sky, haze, lit sand, shaded sand.
pub fn dunes(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let seed = rng.bits() as u32;
    let side = spec.light.direction[0].signum();
    canvas.fill(|x, y| {
        let mut c = air(p, spec, x, y - 0.02, seed);
        for layer in 0..4u32 {
            let near = layer as f32 / 3.0;
            let k = 1.3 + 0.5 * layer as f32;
            let crest = |x: f32| {
                0.20 - 0.05 * layer as f32
                    + 0.075 * noise2(x * k + layer as f32 * 5.0, 0.5, seed ^ layer)
                    + 0.03 * noise2(x * k * 2.3, 7.5, seed ^ layer ^ 4)
            };
            let h = crest(x);
            let inside = smoothstep(-0.002, 0.002, h - y);
            if inside > 0.0 {
                // A sharp crest line runs down the face and separates light from shadow.
                let part =
                    noise2((x + 0.9 * (h - y) * side) * k * 1.6, 3.0 + layer as f32, seed ^ 31) + 0.2 * noise2(x * 5.0, y * 9.0, seed ^ 9);
                let lit = smoothstep(-0.08, 0.10, part);
                let body = mul(mix3(p[3], p[2], lit), 0.9 + 0.5 * (h - y) + 0.05 * noise2(x * 20.0, y * 60.0, seed));
                c = mix3(c, mix3(body, p[1], 0.5 * (1.0 - near)), inside);
            }
        }
        c
    });
    canvas.defocus(0.009);
}

/// Roofs against the evening sky. Palette: zenith, glow, roof, lamp.
pub fn skyline(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let seed = rng.bits() as u32;
    let half = canvas.half;
    canvas.fill(|x, y| air(p, spec, x, y - 0.05, seed));
    for layer in 0..3 {
        let near = layer as f32 / 2.0;
        let mut x = -half - 0.1;
        while x < half + 0.1 {
            let w = rng.range(0.04, 0.11);
            let h = (0.24 - 0.07 * near) * rng.range(0.35, 1.15);
            let body = mix3(p[1], p[2], 0.35 + 0.55 * near);
            canvas.rect((x, -0.15), (x + w, h), mul(body, rng.range(0.8, 1.1)), 0.95);
            if rng.unit() < 0.3 {
                canvas.rect((x + w * 0.3, h), (x + w * 0.55, h + 0.02), body, 0.95);
            }
            for _ in 0..(2 + 5 * layer) {
                let at = (x + rng.range(0.01, 0.09), rng.range(0.0, h));
                canvas.rect((at.0, at.1), (at.0 + 0.006, at.1 + 0.008), mul(p[3], rng.range(0.5, 3.0)), near);
            }
            x += w * rng.range(0.8, 1.3);
        }
        canvas.defocus(0.011);
    }
    canvas.rect((-half - 0.1, -0.15), (half + 0.1, 0.02), mul(p[2], 0.8), 0.8);
    canvas.defocus(0.008);
    // A string of lamps above the terrace.
    let (y0, sag) = (canvas.top * rng.range(0.55, 0.7), rng.range(0.06, 0.12));
    let n = 11;
    for i in 0..n {
        let t = i as f32 / (n - 1) as f32 * 2.0 - 1.0;
        let at = (t * half * 1.05, y0 - sag * (1.0 - t * t));
        canvas.bokeh(at, 0.017, mul(p[3], 1.1));
    }
    canvas.defocus(0.004);
}

/// Clouds. Palette: zenith, haze, cloud light, cloud shade.
pub fn sky(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let seed = rng.bits() as u32;
    let side = spec.light.direction[0].signum();
    canvas.fill(|x, y| {
        let base = mix3(p[1], p[0], smoothstep(0.0, 0.65, y));
        let d = |x: f32, y: f32| {
            let billow = 1.0 - 2.0 * fbm(x * 2.2 + 3.0, y * 3.2, 4, seed).abs();
            0.5 * billow + 0.7 * fbm(x * 1.4, y * 2.0, 3, seed ^ 3) - 0.25 - 0.9 * (y - 0.12).abs()
        };
        let a = d(x, y);
        let cover = smoothstep(-0.22, 0.14, a);
        let lit = (0.62 + 1.7 * (a - d(x + 0.03 * side, y + 0.035))).clamp(0.0, 1.1);
        mix3(base, mix3(p[3], p[2], lit), cover)
    });
    canvas.defocus(0.010);
}

/// Stars and nebulae. Palette: void, first cloud, second cloud, star.
pub fn space(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = rng.bits() as u32;
    canvas.fill(|x, y| {
        let w = fbm(x * 2.0, y * 2.0, 3, seed);
        let a = smoothstep(-0.1, 0.7, fbm(x * 2.0 + w, y * 2.4 - 0.8 * x + w, 5, seed ^ 1));
        let b = smoothstep(0.0, 0.7, fbm(x * 2.6 - w, y * 2.6 + 4.0, 5, seed ^ 2));
        let dust = 0.35 + 0.65 * smoothstep(-0.2, 0.3, fbm(x * 5.0 + 2.0 * w, y * 5.0, 4, seed ^ 3));
        add(p[0], add(mul(p[1], 1.1 * a * a * dust), mul(p[2], 0.8 * b * b * dust)))
    });
    canvas.defocus(0.006);
    for _ in 0..260 {
        let at = (rng.range(-half, half), rng.range(0.0, top));
        let m = rng.unit().powi(9);
        canvas.bokeh(at, 0.0016 + 0.0045 * m, mul(mix3(p[3], p[1], rng.unit() * 0.4), 0.06 + 1.5 * m));
    }
    // A planet's limb.
    let s = rng.sign();
    let (cx, cy, r) = (s * half * rng.range(0.7, 1.0), top * rng.range(0.45, 0.65), rng.range(0.13, 0.20));
    let tint = p[2];
    canvas.map(|x, y, c| {
        let (u, v) = ((x - cx) / r, (y - cy) / r);
        let d = (u * u + v * v).sqrt();
        let z = (1.0 - d * d).max(0.0).sqrt();
        let lit = (-s * u * 0.75 + v * 0.4 + z * 0.35).max(0.0);
        let bands = 0.75 + 0.4 * fbm(u * 1.2 + 0.4 * noise2(u * 2.0, v * 5.0, seed), v * 5.0, 3, seed ^ 8);
        let body = mul(mix3(tint, [0.8, 0.72, 0.66], 0.45), lit * bands);
        let air = mul(mix3(tint, [0.5, 0.7, 1.0], 0.5), 0.6 * smoothstep(1.12, 1.0, d) * smoothstep(0.90, 1.0, d) * (0.2 + lit));
        add(mix3(c, body, smoothstep(1.0 + 0.008, 1.0 - 0.008, d)), air)
    });
    canvas.defocus(0.004);
}

/// Light shafts under water. Palette: deep, bright, caustic, bubble.
pub fn deep(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = rng.bits() as u32;
    let sun = (rng.range(-0.3, 0.3), top + 0.25);
    canvas.fill(|x, y| {
        let base = mix3(p[0], p[1], smoothstep(-0.05, 0.75, y));
        let angle = (x - sun.0) / (sun.1 - y);
        let ray = smoothstep(-0.1, 0.7, noise2(angle * 7.0, 0.0, seed) + 0.5 * noise2(angle * 17.0, 3.0, seed ^ 1));
        add(base, mul(p[2], 0.42 * ray * smoothstep(-0.15, 0.6, y)))
    });
    canvas.defocus(0.010);
    for _ in 0..60 {
        let at = (rng.range(-half, half), rng.range(0.0, top));
        canvas.bokeh(at, rng.range(0.005, 0.026), mul(p[3], rng.range(0.02, 0.20)));
    }
}
