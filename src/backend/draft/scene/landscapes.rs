//! Backdrops of landscapes: towns by day, fields, water, bamboo, the polar night, ice, a camp.

use super::canvas::SmallCanvas;
use super::noise::{Rng, fbm, noise2};
use super::outdoors;
use super::spec::SceneSpec;
use crate::backend::draft::color::{Rgb, add, mix, mix3, mul};

use crate::math::{self, smoothstep};

/// Towers by day. Palette: zenith, haze, far tower, sunlit face.
pub fn towers(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let seed = spec.seed as u32;
    let half = canvas.half;
    let side = spec.light.direction[0].signum();
    canvas.fill(|x, y| outdoors::air(p, spec, x, y - 0.05, seed));
    for layer in 0..3 {
        let near = layer as f32 / 2.0;
        let mut x = -half - 0.15;
        while x < half + 0.1 {
            let w = rng.range(0.07, 0.15) * (0.7 + 0.6 * near);
            let h = (0.20 + 0.16 * near) * rng.range(0.45, 1.35);
            let c = mul(mix3(p[1], mix3(p[2], p[3], rng.unit() * 0.5), 0.35 + 0.5 * near), rng.range(0.75, 1.1));
            canvas.rect((x, -0.15), (x + w, h), c, 1.0);
            // The face in the shade, then rows of windows that mirror the sky.
            let (a, b) = if side > 0.0 { (x, x + w * 0.35) } else { (x + w * 0.65, x + w) };
            canvas.rect((a, -0.15), (b, h), mul(c, 0.62), 1.0);
            let mut y = 0.015;
            while y < h - 0.015 {
                let glass = mul(mix3(p[0], p[1], rng.unit()), rng.range(0.5, 1.15));
                canvas.rect((x + w * 0.08, y), (x + w * 0.92, y + 0.010), glass, 0.28 + 0.4 * near);
                y += 0.022;
            }
            x += w * rng.range(0.85, 1.6);
        }
        canvas.defocus(0.013 - 0.002 * near);
    }
    // Trees of the street, and light between them.
    for _ in 0..90 {
        let at = (rng.range(-half - 0.05, half + 0.05), rng.range(-0.06, 0.075));
        let c = mul(mix3([0.05, 0.10, 0.03], [0.20, 0.28, 0.07], rng.unit()), rng.range(0.6, 1.3));
        canvas.ellipse(at, (rng.range(0.02, 0.05), rng.range(0.014, 0.03)), 0.0, mul(c, 0.4 + (p[1][0] + p[1][1] + p[1][2]) * 0.25), 0.75);
    }
    canvas.defocus(0.016);
}

/// Rolling hills. Palette: zenith, haze, near hill, far hill.
pub fn hills(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let seed = rng.bits() as u32;
    let side = spec.light.direction[0].signum();
    canvas.fill(|x, y| {
        let mut c = outdoors::air(p, spec, x, y - 0.05, seed);
        for layer in 0..4u32 {
            let near = layer as f32 / 3.0;
            let k = 1.1 + 0.7 * layer as f32;
            let h = 0.185 - 0.045 * layer as f32 + 0.055 * noise2(x * k + layer as f32 * 4.3, 0.4, seed ^ (layer * 53));
            let inside = smoothstep(-0.003, 0.003, h - y);
            if inside > 0.0 {
                let slope = noise2((x + 0.02 * side) * k + layer as f32 * 4.3, 0.4, seed ^ (layer * 53))
                    - noise2(x * k + layer as f32 * 4.3, 0.4, seed ^ (layer * 53));
                // Furrows run over the hill, trees stand along its crest.
                let rows = 0.5 + 0.5 * math::sin((y * 60.0 + x * 14.0 * side + 3.0 * noise2(x * 2.0, y * 6.0, seed ^ 9)) * (1.0 + near));
                let patch = smoothstep(-0.1, 0.3, noise2(x * 2.6 + layer as f32, y * 11.0, seed ^ 77));
                let tone = mix3(p[3], p[2], (0.25 + 0.55 * patch + 0.3 * near).clamp(0.0, 1.0));
                let body = mul(tone, (0.80 + 1.8 * slope + 0.10 * rows * near).clamp(0.4, 1.25));
                let woods = smoothstep(0.012, 0.0, h - y) * smoothstep(0.0, 0.25, noise2(x * 19.0, layer as f32 * 3.0, seed ^ 5));
                let body = mix3(body, mul(p[3], 0.35), woods * 0.85);
                c = mix3(c, mix3(body, p[1], 0.62 * (1.0 - near)), inside);
            }
        }
        c
    });
    canvas.defocus(0.010);
}

/// Falling water between leaves. Palette: shadow, mid green, lit green, water.
pub fn waterfall(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let seed = rng.bits() as u32;
    let (half, top) = (canvas.half, canvas.top);
    outdoors::foliage(&[p[0], p[1], p[2], mul(p[3], 0.8)], canvas, rng);
    let centre = rng.range(-0.16, 0.16);
    // Wet rock beside the water.
    canvas.map(|x, y, c| {
        let d = (x - centre).abs() - 0.20 - 0.05 * noise2(y * 5.0, 1.0, seed);
        let rock = 0.5 + 0.5 * fbm(x * 9.0, y * 7.0, 4, seed ^ 1);
        mix3(c, mul([0.13, 0.14, 0.125], 0.35 + rock), 0.85 * smoothstep(0.05, -0.05, d))
    });
    canvas.defocus(0.010);
    canvas.map(|x, y, c| {
        let w = 0.095 + 0.04 * noise2(y * 2.2, 3.0, seed ^ 2) + 0.05 * smoothstep(0.3, -0.05, y);
        let u = x - centre - 0.015 * noise2(y * 3.0, 9.0, seed ^ 6);
        let inside = smoothstep(0.03, -0.02, u.abs() - w);
        let streak = 0.5 + 0.5 * noise2(u * 42.0, y * 2.2, seed ^ 3) + 0.35 * noise2(u * 95.0, y * 3.5, seed ^ 4);
        let sheet = mul(p[3], 0.36 + 0.62 * streak.clamp(0.0, 1.2));
        let c = mix3(c, sheet, inside * (0.55 + 0.4 * streak).clamp(0.0, 0.96));
        // Spray where it lands.
        let spray = smoothstep(0.20, -0.06, y) * smoothstep(0.42, 0.05, u.abs()) * (0.6 + 0.4 * noise2(x * 6.0, y * 6.0, seed ^ 5));
        mix3(c, mul(p[3], 0.92), 0.75 * spray.clamp(0.0, 1.0))
    });
    canvas.defocus(0.010);
    for _ in 0..50 {
        let at = (centre + rng.bell() * half * 0.8, rng.unit().powi(2) * top * 0.5);
        canvas.bokeh(at, rng.range(0.004, 0.014), mul(p[3], rng.range(0.04, 0.22)));
    }
}

/// Stems of bamboo. Palette: shadow, stem, lit stem, light.
pub fn bamboo(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = rng.bits() as u32;
    let sun = (rng.range(-0.25, 0.25), top * 0.8);
    canvas.fill(|x, y| {
        let g = 1.0 / (1.0 + ((x - sun.0) / 0.35).powi(2) + ((y - sun.1) / 0.45).powi(2));
        let m = 0.5 + 0.5 * fbm(x * 4.0, y * 2.0, 3, seed);
        add(mix3(p[0], mul(p[1], 0.8), m), mul(p[3], 0.75 * g))
    });
    for layer in 0..3 {
        let near = layer as f32 / 2.0;
        let n = 20 - 5 * layer;
        for i in 0..n {
            let x = mix(-half - 0.05, half + 0.05, (i as f32 + rng.unit()) / n as f32);
            if layer == 2 && x.abs() < 0.16 {
                continue;
            }
            let w = mix(0.006, 0.020, near) * rng.range(0.75, 1.25);
            let lean = rng.range(-0.03, 0.03);
            let lit = 1.0 / (1.0 + ((x - sun.0) / 0.4).powi(2));
            let c = mul(mix3(p[1], p[2], 0.25 + 0.7 * lit * rng.unit()), mix(0.95, 0.72, near) * rng.range(0.7, 1.15));
            let (a, b) = ((x, -0.12), (x + lean, top + 0.12));
            canvas.line(a, b, w, mul(c, 0.55), 1.0);
            canvas.line((a.0 - w * 0.25, a.1), (b.0 - w * 0.25, b.1), w * 0.55, c, 0.9);
            canvas.line((a.0 - w * 0.45, a.1), (b.0 - w * 0.45, b.1), w * 0.16, mix3(c, p[3], 0.5), 0.7);
            let mut y = -0.1 + rng.range(0.0, 0.1);
            while y < top + 0.1 {
                let cx = x + lean * (y + 0.12) / (top + 0.24);
                canvas.rect((cx - w * 1.12, y), (cx + w * 1.12, y + w * 0.28), mul(c, 0.35), 0.85);
                y += rng.range(0.09, 0.14) * (0.7 + 0.6 * near);
            }
        }
        for _ in 0..(60 - 14 * layer) {
            let at = (rng.range(-half, half), top * math::powf(rng.unit(), 0.6));
            let r = mix(0.016, 0.028, near) * rng.range(0.7, 1.3);
            let c = mul(mix3(p[1], p[2], rng.unit()), rng.range(0.5, 1.25));
            canvas.ellipse(at, (r, r * 0.17), rng.range(-1.2, 1.2), c, 0.85);
        }
        canvas.defocus(0.018 - 0.003 * near);
    }
    for _ in 0..26 {
        let at = (sun.0 + rng.bell() * 0.5, sun.1 + rng.bell() * 0.3);
        canvas.bokeh(at, rng.range(0.012, 0.03), mul(p[3], rng.range(0.03, 0.2)));
    }
}

/// Northern lights over snow. Palette: zenith, horizon, first light, second light.
pub fn aurora(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = rng.bits() as u32;
    let lean = rng.sign();
    canvas.fill(|x, y| {
        let mut c = mix3(p[1], p[0], smoothstep(0.02, 0.55, y));
        for layer in 0..3u32 {
            let k = layer as f32;
            // A curtain: a wavy lower hem, from which rays rise and fade.
            let wave = noise2(x * 1.5 + 3.1 * k, k * 7.0, seed ^ layer) + 0.35 * noise2(x * 4.1 + k, 2.0, seed ^ 8 ^ layer);
            let hem = 0.17 + 0.10 * k + 0.09 * wave + 0.12 * x * lean;
            let up = y - hem;
            let ray = 0.62 + 0.38 * noise2((x + 0.10 * wave) * 26.0, y * 1.3 + k, seed ^ 20 ^ layer);
            let patch = smoothstep(-0.55, 0.35, noise2(x * 1.3 + 5.0 * k, 4.0, seed ^ 30 ^ layer));
            let glow = smoothstep(-0.022, 0.03, up) * math::exp(-up.max(0.0) * (5.2 - 0.7 * k));
            let tint = mix3(p[2], p[3], smoothstep(0.02, 0.30, up));
            c = add(c, mul(tint, 0.72 * glow * ray * patch * (1.0 - 0.22 * k)));
        }
        c
    });
    canvas.defocus(0.006);
    for _ in 0..150 {
        let at = (rng.range(-half, half), rng.range(0.05, top));
        canvas.bokeh(at, rng.range(0.0015, 0.004), mul([0.9, 0.95, 1.0], 0.08 + 0.9 * rng.unit().powi(5)));
    }
    let glow = mul(p[2], 0.10);
    canvas.map(|x, y, c| {
        let h = 0.055 + 0.05 * noise2(x * 2.2, 1.0, seed ^ 40) + 0.018 * noise2(x * 7.0, 4.0, seed ^ 41);
        let firs = 0.018 * (noise2(x * 60.0, 3.0, seed ^ 42)).max(0.0);
        let land = mix3(mul(p[1], 0.30), add(mul(p[1], 0.9), glow), smoothstep(0.03, -0.05, y - 0.02));
        mix3(c, land, smoothstep(-0.004, 0.004, h + firs - y))
    });
    canvas.defocus(0.007);
}

/// Facets of ice. Palette: sky, haze, deep ice, lit ice.
pub fn ice(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let seed = rng.bits() as u32;
    let side = spec.light.direction[0].signum();
    canvas.fill(|x, y| {
        let mut c = outdoors::air(p, spec, x, y - 0.05, seed);
        for layer in 0..3u32 {
            let near = layer as f32 / 2.0;
            let at = x * (2.0 + near) + layer as f32 * 6.1;
            // Broken crests: straight runs with sudden steps.
            let cell = at.floor();
            let t = at - cell;
            let height = |i: f32| 0.5 + 0.5 * noise2(i * 3.7 + 0.5, layer as f32 + 0.5, seed);
            let run = mix(height(cell), height(cell + 1.0), t) + 0.16 * (noise2(at * 2.7, layer as f32 * 3.0 + 0.5, seed ^ 6)).abs();
            let h = 0.10 + (0.34 - 0.07 * layer as f32) * run * (0.45 + 0.55 * smoothstep(0.05, 0.35, x.abs())) - 0.02 * near;
            let inside = smoothstep(-0.002, 0.002, h - y);
            if inside > 0.0 {
                let facet = noise2(at * 1.7 + 2.0 * y, 2.3 * layer as f32 + 3.0 * y, seed ^ 4);
                let lit = (0.55 + 0.4 * facet + 0.70 * side * ((t - 0.5).abs() - 0.25)).clamp(0.05, 1.0);
                let strata = 0.5 + 0.5 * noise2(x * 3.0, y * 34.0 + 5.0 * facet, seed ^ 5);
                let blue = mix3(p[2], p[3], (lit * (0.7 + 0.3 * strata)).clamp(0.0, 1.0));
                c = mix3(c, mix3(mul(blue, 0.55 + 0.35 * lit), p[1], 0.42 * (1.0 - near)), inside);
            }
        }
        c
    });
    canvas.defocus(0.011);
    for _ in 0..24 {
        let at = (rng.range(-canvas.half, canvas.half), rng.range(0.0, canvas.top * 0.6));
        canvas.bokeh(at, rng.range(0.004, 0.014), mul(p[3], rng.range(0.03, 0.16)));
    }
}

/// A glowing tent among trees at dusk. Palette: zenith, dusk, tree, lamp.
pub fn camp(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|_, y| mix3(p[1], p[0], smoothstep(0.0, 0.6, y)));
    for _ in 0..80 {
        canvas.bokeh(
            (rng.range(-half, half), rng.range(0.15, top)),
            rng.range(0.0015, 0.004),
            mul([1.0; 3], 0.05 + 0.5 * rng.unit().powi(4)),
        );
    }
    for layer in 0..3 {
        let near = layer as f32 / 2.0;
        for _ in 0..(16 - 3 * layer) {
            let x = rng.sign() * half * rng.range(0.12 + 0.25 * near, 1.1);
            let tall = (0.24 + 0.30 * near) * rng.range(0.7, 1.3);
            let c = mix3(mul(p[1], 0.5), p[2], 0.4 + 0.6 * near);
            for k in 0..12 {
                let t = k as f32 / 12.0;
                let w = tall * 0.20 * (1.0 - t) * rng.range(0.8, 1.2);
                canvas.ellipse((x, -0.02 + tall * t), (w, tall * 0.06), 0.0, c, 0.95);
            }
        }
        canvas.defocus(0.014);
    }
    let x = rng.sign() * rng.range(0.16, 0.26);
    // The tent: lit cloth that is brightest near the lamp inside.
    let size = 0.15;
    canvas.map(|px, py, c| {
        let (u, v) = ((px - x) / size, py / (size * 1.05));
        let edge = 1.0 - v - u.abs() * (1.0 + 0.25 * (1.0 - v.clamp(0.0, 1.0)) * u.abs());
        let inside = smoothstep(-0.02, 0.03, edge) * smoothstep(-0.25, -0.1, v);
        let lamp = 1.0 / (1.0 + (u * u + (v - 0.25).powi(2)) * 5.0);
        let seam = smoothstep(0.02, 0.0, (u - 0.18 * (1.0 - v)).abs()) * 0.4;
        mix3(c, mul(p[3], (0.20 + 1.25 * lamp) * (1.0 - seam)), inside)
    });
    canvas.glow((x, 0.04), (0.26, 0.16), mul(p[3], 0.28));
    canvas.defocus(0.010);
    let fire = (-x * 1.1, 0.015);
    canvas.glow(fire, (0.11, 0.10), mul([1.0, 0.42, 0.10], 0.9));
    for _ in 0..14 {
        let up = rng.unit();
        canvas.bokeh(
            (fire.0 + rng.bell() * 0.03 * (1.0 - up), fire.1 + up * 0.06),
            rng.range(0.008, 0.016),
            mul([1.0, 0.50, 0.14], 1.2 * (1.0 - up)),
        );
    }
    let (y0, sag) = (top * 0.62, 0.09);
    for i in 0..10 {
        let t = i as f32 / 9.0 * 2.0 - 1.0;
        canvas.bokeh((t * half * 1.05, y0 - sag * (1.0 - t * t)), 0.013, mul(p[3], 0.9));
    }
    canvas.defocus(0.004);
}
