//! Backdrops: simple shapes, drawn sharp on a small HDR canvas and then defocused. The lens blur turns highlights into bokeh discs and makes
//! simple shapes look photographed.

use super::canvas::SmallCanvas;
use super::noise::{Rng, fbm, noise2};
use super::spec::{BackdropKind, SceneSpec};
use super::{evening, interiors, landscapes, outdoors};
use crate::backend::draft::color::{Rgb, mix, mix3, mul, mul3};
use crate::backend::draft::env::{EnvId, env};
use crate::math::{self, smoothstep};

/// Paints the backdrop of a scene.
pub fn paint(spec: &SceneSpec, canvas: &mut SmallCanvas) {
    let mut rng = Rng::new(spec.seed ^ 0xbac4);
    let p = &spec.back;
    match spec.backdrop {
        BackdropKind::Env(id) => environment(id, spec, canvas, &mut rng),
        BackdropKind::Cafe => cafe(p, canvas, &mut rng),
        BackdropKind::Hall => evening::hall(p, canvas, &mut rng),
        BackdropKind::Office => office(p, canvas, &mut rng),
        BackdropKind::Wall => wall(p, spec, canvas),
        BackdropKind::Sweep => sweep(p, spec, canvas),
        BackdropKind::Curtains => curtains(p, spec, canvas, &mut rng),
        BackdropKind::TiledWall => tiled(p, spec, canvas, &mut rng),
        BackdropKind::Shelves => evening::shelves(p, canvas, &mut rng),
        BackdropKind::City => evening::city(p, canvas, &mut rng),
        BackdropKind::Neon => evening::neon(p, canvas, &mut rng),
        BackdropKind::Arches => arches(p, spec, canvas, &mut rng),
        BackdropKind::Dark => evening::dark(p, spec, canvas, &mut rng),
        BackdropKind::Candles => evening::candles(p, canvas, &mut rng),
        BackdropKind::Tree => evening::tree(p, canvas, &mut rng),
        BackdropKind::Lattice => lattice(p, canvas, &mut rng),
        BackdropKind::Gym => evening::gym(p, canvas, &mut rng),
        BackdropKind::Glitter => evening::glitter(p, canvas, &mut rng),
        BackdropKind::Sea => outdoors::sea(p, spec, canvas, &mut rng),
        BackdropKind::Foliage => outdoors::foliage(p, canvas, &mut rng),
        BackdropKind::Flowers => outdoors::flowers(p, canvas, &mut rng),
        BackdropKind::Blossom => outdoors::blossom(p, canvas, &mut rng),
        BackdropKind::SnowWood => outdoors::snow_wood(p, canvas, &mut rng),
        BackdropKind::Mountains => outdoors::mountains(p, spec, canvas, &mut rng),
        BackdropKind::Dunes => outdoors::dunes(p, spec, canvas, &mut rng),
        BackdropKind::Skyline => outdoors::skyline(p, spec, canvas, &mut rng),
        BackdropKind::Sky => outdoors::sky(p, spec, canvas, &mut rng),
        BackdropKind::Space => outdoors::space(p, canvas, &mut rng),
        BackdropKind::Deep => outdoors::deep(p, canvas, &mut rng),
        BackdropKind::Towers => landscapes::towers(p, spec, canvas, &mut rng),
        BackdropKind::Hills => landscapes::hills(p, spec, canvas, &mut rng),
        BackdropKind::Waterfall => landscapes::waterfall(p, canvas, &mut rng),
        BackdropKind::Bamboo => landscapes::bamboo(p, canvas, &mut rng),
        BackdropKind::Greenhouse => interiors::greenhouse(p, canvas, &mut rng),
        BackdropKind::Gallery => interiors::gallery(p, canvas, &mut rng),
        BackdropKind::Niches => interiors::niches(p, canvas, &mut rng),
        BackdropKind::Bricks => interiors::bricks(p, spec, canvas),
        BackdropKind::Gradient => interiors::gradient(p, spec, canvas),
        BackdropKind::Drape => interiors::drape(p, spec, canvas, &mut rng),
        BackdropKind::Stage => interiors::stage(p, canvas, &mut rng),
        BackdropKind::Aurora => landscapes::aurora(p, canvas, &mut rng),
        BackdropKind::Fireworks => interiors::fireworks(p, canvas, &mut rng),
        BackdropKind::Fire => interiors::fire(p, canvas, &mut rng),
        BackdropKind::Camp => landscapes::camp(p, canvas, &mut rng),
        BackdropKind::Ice => landscapes::ice(p, spec, canvas, &mut rng),
        BackdropKind::Market => interiors::market(p, canvas, &mut rng),
        BackdropKind::Hearts => interiors::hearts(p, canvas, &mut rng),
        BackdropKind::Nursery => interiors::nursery(p, canvas, &mut rng),
        BackdropKind::Glassware => interiors::glassware(p, canvas, &mut rng),
    }
}

fn environment(id: EnvId, spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let map = env(id);
    let yaw = spec.yaw + rng.range(-0.12, 0.12);
    let pitch = rng.range(0.02, 0.10);
    let tint = match id {
        EnvId::Sunset => [1.06, 0.95, 0.86],
        EnvId::Lobby => [1.08, 0.96, 0.82],
        EnvId::Studio | EnvId::Apartment => [1.03, 1.0, 0.96],
    };
    canvas.fill(|x, y| {
        // The field of view is about fifty degrees.
        let d = [x * 0.95, (y - 0.22) * 0.95 + pitch, -1.0];
        let (s, c) = math::sin_cos(yaw);
        let v = map.sample([d[0] * c - d[2] * s, d[1], d[0] * s + d[2] * c], 0.0);
        let grey = (v[0] + v[1] + v[2]) / 3.0;
        mul3(mix3(v, [grey; 3], 0.35).map(|v| v.min(9.0)), tint)
    });
    let mean = canvas.mean();
    let scale = spec.back_level / (0.2126 * mean[0] + 0.7152 * mean[1] + 0.0722 * mean[2]).max(1e-3);
    canvas.map(|_, _, c| mul(c, scale));
    canvas.defocus(0.030);
}

fn cafe(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let split = rng.range(-0.25, 0.25);
    let side = rng.sign();
    canvas.fill(|x, y| {
        let wall = mix3(p[0], p[1], smoothstep(split - 0.02, split + 0.02, x * side));
        mul(wall, 0.55 + 0.5 * smoothstep(0.0, 0.7, y) + 0.16 * noise2(x * 4.0, y * 9.0, 3))
    });
    // A lit wall with shelves on one side, a strip of windows on the other.
    let x0 = split * side;
    let shelf = |i: usize| 0.10 + 0.13 * i as f32;
    for i in 0..((top / 0.13) as usize + 1) {
        let y = shelf(i);
        let (a, b) = if side > 0.0 { (x0 + 0.05, half + 0.1) } else { (-half - 0.1, x0 - 0.05) };
        canvas.rect((a, y), (b, y + 0.012), mul(p[2], 0.5), 0.9);
        canvas.rect((a, y + 0.012), (b, y + 0.03), mul(p[3], 0.25), 0.45);
        let mut x = a;
        while x < b {
            let w = rng.range(0.012, 0.03);
            let h = rng.range(0.03, 0.085);
            if rng.unit() < 0.75 {
                let c = mix3(mul(p[2], rng.range(0.3, 1.2)), mul(p[3], rng.range(0.2, 0.9)), rng.unit());
                canvas.rect((x, y + 0.012), (x + w, y + 0.012 + h), c, 0.9);
            }
            x += w + rng.range(0.006, 0.03);
        }
    }
    let (a, b) = if side > 0.0 { (-half - 0.1, x0 - rng.range(0.08, 0.2)) } else { (x0 + rng.range(0.08, 0.2), half + 0.1) };
    canvas.rect((a, 0.12), (b, top + 0.1), mul(p[3], 1.25), 0.85);
    for i in 0..6 {
        let x = mix(a, b, i as f32 / 5.0 + rng.range(-0.03, 0.03));
        canvas.rect((x - 0.008, 0.1), (x + 0.008, top + 0.1), mul(p[2], 0.25), 0.9);
    }
    // Counter and chair backs.
    canvas.rect((-half - 0.1, -0.1), (half + 0.1, rng.range(0.05, 0.09)), mul(p[2], 0.30), 0.95);
    for _ in 0..4 {
        let (x, h) = (rng.range(-half, half), rng.range(0.10, 0.16));
        canvas.rect((x - 0.045, 0.0), (x + 0.045, h), mul(p[2], 0.16), 0.85);
    }
    canvas.defocus(0.022);
    // Pendant lamps near the top, smaller lights in the distance.
    let lamps = 4 + rng.below(3);
    for i in 0..lamps {
        let x = mix(-half, half, (i as f32 + rng.range(0.2, 0.8)) / lamps as f32);
        let y = top * rng.range(0.60, 0.93);
        canvas.bokeh((x, y), rng.range(0.022, 0.04), mul(p[3], rng.range(0.9, 1.8)));
        canvas.glow((x, y), (0.12, 0.12), mul(p[3], 0.12));
    }
    for _ in 0..16 {
        let at = (rng.range(-half, half), rng.range(0.12, top * 0.85));
        canvas.bokeh(at, rng.range(0.010, 0.022), mul(p[3], rng.range(0.12, 0.5)));
    }
    canvas.defocus(0.006);
}

fn office(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    canvas.fill(|x, y| mul(p[0], 0.80 + 0.25 * y + 0.08 * x));
    // Windows with frames: sky above, a hazy town and trees below; half-open blinds in one of them.
    let n = 3;
    let shift = rng.range(-0.2, 0.2);
    let (w0, gap) = (2.0 * half / n as f32, 0.05);
    for i in -1..=n {
        let a = -half + (i as f32 + shift) * w0 + gap;
        let b = a + w0 - gap;
        canvas.rect((a, 0.10), (b, top + 0.2), mul(p[1], 1.6), 1.0);
        canvas.rect((a, 0.10), (b, 0.10 + top * 0.25), mul(mix3(p[1], p[3], 0.35), 1.15), 0.9);
        let mut x = a;
        while x < b - 0.02 {
            let (w, h) = (rng.range(0.02, 0.06), rng.range(0.06, 0.28) * top);
            let c = mix3(p[1], p[0], rng.range(0.2, 0.7));
            canvas.rect((x, 0.10), ((x + w).min(b), 0.12 + h), mul(c, rng.range(0.8, 1.15)), 0.65);
            x += w;
        }
        for _ in 0..10 {
            let at = (rng.range(a, b), rng.range(0.09, 0.17));
            canvas.ellipse(at, (rng.range(0.02, 0.05), rng.range(0.02, 0.04)), 0.0, mul(p[3], rng.range(0.4, 0.9)), 0.6);
        }
        canvas.rect((a + 0.5 * (b - a) - 0.006, 0.1), (a + 0.5 * (b - a) + 0.006, top + 0.2), mul(p[0], 0.5), 0.9);
        canvas.rect((a - gap, -0.1), (a, top + 0.2), mul(p[2], 0.75), 1.0);
        if (i + rng.below(2) as i32) % 2 == 0 {
            let bottom = top * rng.range(0.62, 0.8);
            let mut y = bottom;
            while y < top + 0.1 {
                canvas.rect((a, y), (b, y + 0.011), mul(p[0], 1.05), 0.85);
                y += 0.020;
            }
        }
    }
    canvas.rect((-half - 0.1, -0.1), (half + 0.1, 0.10), mul(p[2], 0.62), 1.0);
    canvas.defocus(0.016);
    // A desk with a monitor, a lamp, plants.
    let d = rng.sign();
    canvas.rect((-half - 0.1, 0.02), (half + 0.1, 0.045), mul(p[2], 0.9), 0.9);
    let m = d * rng.range(0.18, 0.34);
    canvas.rect((m - 0.12, 0.08), (m + 0.12, 0.21), [0.02, 0.022, 0.025], 0.95);
    canvas.rect((m - 0.012, 0.03), (m + 0.012, 0.08), [0.05; 3], 0.95);
    let x = -d * rng.range(0.28, 0.42) * half / 0.5;
    plant(canvas, rng, (x, 0.03), 0.30, p[3]);
    plant(canvas, rng, (d * half * 0.95, 0.02), 0.22, mul(p[3], 0.7));
    canvas.defocus(0.016);
    canvas.glow((rng.range(-0.3, 0.3), top * 0.8), (0.5, 0.35), mul(p[1], 0.18));
}

/// A pot plant.
fn plant(canvas: &mut SmallCanvas, rng: &mut Rng, at: (f32, f32), size: f32, color: Rgb) {
    canvas.rect((at.0 - size * 0.16, at.1), (at.0 + size * 0.16, at.1 + size * 0.3), [0.55, 0.53, 0.50], 0.95);
    for _ in 0..46 {
        let angle = rng.range(0.25, 2.9);
        let r = size * rng.range(0.25, 0.8);
        let tip = (at.0 + math::cos(angle) * r, at.1 + size * 0.3 + math::sin(angle) * r);
        let c = mul(color, rng.range(0.25, 1.5));
        canvas.ellipse(tip, (size * rng.range(0.08, 0.17), size * rng.range(0.03, 0.06)), angle + rng.range(-0.5, 0.5), c, 0.9);
    }
}

fn wall(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas) {
    let seed = spec.seed as u32;
    let side = spec.light.direction[0].signum();
    canvas.fill(|x, y| {
        let trowel = fbm(x * 5.0 + 0.6 * noise2(x * 3.0, y * 3.0, seed), y * 7.0, 4, seed ^ 3);
        let t = (0.45 + 0.5 * x * side + 0.25 * (y - 0.3) + 0.22 * trowel).clamp(0.0, 1.0);
        // Light falls off from one side to the other; slightly darker where the wall meets the table.
        mul(mix3(p[1], p[0], t), (0.68 + 0.55 * t) * (0.80 + 0.20 * smoothstep(-0.02, 0.16, y)))
    });
    canvas.defocus(0.006);
}

fn sweep(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas) {
    let side = spec.light.direction[0].signum();
    let top = canvas.top;
    // A lamp lights the paper behind the product, with a fall-off.
    canvas.fill(|x, y| {
        let (u, v) = ((x - 0.12 * side) / 0.55, (y - 0.16) / (0.42 + 0.2 * top));
        let g = 1.0 / (1.0 + u * u + v * v);
        mul(mix3(p[1], p[0], g), 0.42 + 0.80 * g)
    });
}

fn curtains(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = spec.seed as u32;
    let centre = rng.range(-0.18, 0.18);
    let open = rng.range(0.13, 0.20) * half / 0.5;
    canvas.fill(|x, y| mul(p[3], 1.7 - 0.5 * smoothstep(0.5, 0.0, y) + 0.2 * noise2(x * 6.0, y * 6.0, 5)));
    for _ in 0..70 {
        let at = (centre + rng.bell() * 0.3, rng.range(0.0, top * 0.42));
        let c = mix3(p[3], p[2], rng.range(0.2, 0.9));
        canvas.ellipse(at, (rng.range(0.02, 0.05), rng.range(0.02, 0.05)), 0.0, mul(c, rng.range(0.6, 1.2)), 0.5);
    }
    canvas.rect((centre - 0.006, -0.1), (centre + 0.006, top + 0.2), mul(p[0], 0.8), 0.9);
    canvas.rect((-half - 0.1, top * 0.55), (half + 0.1, top * 0.55 + 0.012), mul(p[0], 0.8), 0.9);
    canvas.rect((-half - 0.1, -0.1), (half + 0.1, 0.035), mul(p[0], 0.9), 0.95);
    canvas.defocus(0.02);
    // Sheer folds: more light passes where the cloth is not doubled.
    canvas.map(|x, y, c| {
        let d = (x - centre).abs() - open - 0.03 * (1.0 - y) - 0.015 * noise2(y * 3.0, x.signum(), seed);
        let cover = smoothstep(-0.012, 0.012, d);
        let u = x * 17.0 + 0.8 * noise2(x * 5.0, y * 0.8, seed ^ 2) + 0.25 * x * y;
        let fold = 0.5 + 0.5 * math::sin(u * 2.4) * (0.7 + 0.3 * math::cos(u * 0.7));
        let through = 1.0 / (1.0 + (d.max(0.0) * 3.6).powi(2));
        let lit = mul(mix3(p[1], p[0], fold), (0.42 + 0.60 * fold) * (0.55 + 0.85 * through));
        let cloth = mul3(lit, mix3([0.98, 0.99, 1.02], spec.light.color, 0.2 + 0.6 * through));
        mix3(c, cloth, cover * 0.93)
    });
    canvas.defocus(0.009);
}

fn tiled(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let seed = spec.seed as u32;
    let brick = rng.unit() < 0.6;
    let (tw, th) = if brick { (0.15, 0.062) } else { (0.095, 0.095) };
    let side = spec.light.direction[0].signum();
    canvas.fill(|x, y| {
        let row = (y / th).floor();
        let u = x / tw + if brick && row as i32 & 1 != 0 { 0.5 } else { 0.0 };
        let (du, dv) = ((u - u.floor() - 0.5).abs() * tw, (y / th - row - 0.5).abs() * th);
        let grout = smoothstep(0.0055, 0.003, (tw * 0.5 - du).min(th * 0.5 - dv));
        let tone = 0.5 + 0.5 * noise2(u.floor() * 3.7, row * 5.3 + 0.5, seed);
        let sheen = smoothstep(0.55, 1.0, 0.5 + x * side * 0.7 + 0.2 * noise2(x * 2.0 + tone, y * 2.0, seed ^ 4));
        let c = mix3(mix3(p[0], p[1], tone), p[2], grout * 0.75);
        mul(c, 0.62 + 0.35 * (0.5 + x * side) + 0.35 * sheen)
    });
    // A rail or a shelf with small things.
    let y = top * rng.range(0.30, 0.42);
    let d = rng.sign();
    let (a, b) = (d * 0.10, d * (half + 0.1));
    let (a, b) = (a.min(b) + d.max(0.0) * 0.08, a.max(b) + d.min(0.0) * 0.08);
    canvas.rect((a, y), (b, y + 0.018), mul(p[3], 0.8), 1.0);
    canvas.rect((a, y - 0.05), (b, y), [0.05; 3], 0.18);
    let mut x = a + 0.02;
    while x < b {
        let (w, h) = (rng.range(0.025, 0.055), rng.range(0.05, 0.14));
        let c = [mul(p[3], 0.7), [0.75, 0.73, 0.68], [0.08, 0.09, 0.09], mul(p[2], 0.6)][rng.below(4)];
        canvas.rect((x, y + 0.018), (x + w, y + 0.018 + h), c, 0.95);
        canvas.ellipse((x + w * 0.5, y + 0.018 + h), (w * 0.3, 0.02), 0.0, c, 0.95);
        x += w + rng.range(0.01, 0.06);
    }
    let x = -d * half * rng.range(0.7, 0.9);
    plant(canvas, rng, (x, 0.0), 0.22, [0.06, 0.16, 0.05]);
    canvas.defocus(0.013);
}

fn arches(p: &[Rgb; 4], spec: &SceneSpec, canvas: &mut SmallCanvas, rng: &mut Rng) {
    wall(p, spec, canvas);
    let side = spec.light.direction[0].signum();
    let form = |canvas: &mut SmallCanvas, at: (f32, f32), r: f32, c: Rgb, disc: bool| {
        let shadow = (at.0 - side * 0.030, at.1 - 0.012);
        for (q, c, a) in [(shadow, mul(p[1], 0.35), 0.30), (at, c, 1.0), ((at.0 - side * 0.010, at.1), mul(c, 0.86), 0.55)] {
            let r = if a == 0.55 { r * 0.94 } else { r };
            canvas.ellipse(q, (r, r), 0.0, c, a);
            if !disc {
                canvas.rect((q.0 - r, -0.1), (q.0 + r, q.1), c, a);
            }
        }
    };
    let x = rng.range(-0.12, 0.12);
    match rng.below(3) {
        0 => {
            form(canvas, (x - 0.17, 0.12), 0.16, mul(p[2], 0.9), false);
            form(canvas, (x + 0.09, 0.20), 0.20, mul(p[3], 0.95), false);
        }
        1 => {
            form(canvas, (x, 0.20), 0.30, mul(p[2], 0.95), true);
            form(canvas, (x + 0.30 * side, 0.05), 0.12, mul(p[3], 0.9), false);
        }
        _ => {
            form(canvas, (x, 0.17), 0.29, mul(p[3], 0.85), false);
            form(canvas, (x, 0.15), 0.21, mul(p[2], 0.95), false);
        }
    }
    canvas.defocus(0.005);
}

fn lattice(p: &[Rgb; 4], canvas: &mut SmallCanvas, rng: &mut Rng) {
    let (half, top) = (canvas.half, canvas.top);
    let sun = rng.sign() * rng.range(0.1, 0.3);
    canvas.fill(|x, y| {
        let g = 1.0 / (1.0 + ((x - sun) / 0.35).powi(2) + ((y - 0.3) / 0.4).powi(2));
        mul(p[0], 0.62 + 0.75 * g + 0.05 * noise2(x * 30.0, y * 30.0, 8))
    });
    // Shadow of a branch on the paper.
    for _ in 0..60 {
        let at = (sun + rng.bell() * 0.35, rng.range(0.15, top));
        canvas.ellipse(at, (0.028, 0.010), rng.range(0.0, 3.1), mul(p[0], 0.35), 0.28);
    }
    canvas.defocus(0.010);
    let door = 0.38;
    let mut x = -half - rng.range(0.05, 0.3);
    while x < half + 0.1 {
        for i in 1..6 {
            let bx = x + door * i as f32 / 6.0;
            canvas.rect((bx - 0.0035, -0.1), (bx + 0.0035, top + 0.2), mul(p[2], 0.55), 0.95);
        }
        let mut y = 0.02;
        while y < top + 0.2 {
            for k in 0..3 {
                let yy = y + 0.028 * k as f32;
                canvas.rect((x, yy - 0.003), (x + door, yy + 0.003), mul(p[2], 0.55), 0.9);
            }
            y += 0.21;
        }
        canvas.rect((x - 0.022, -0.1), (x + 0.022, top + 0.2), mul(p[2], 0.8), 1.0);
        canvas.rect((x - 0.003, -0.1), (x + 0.003, top + 0.2), mul(p[2], 0.3), 1.0);
        x += door;
    }
    canvas.rect((-half - 0.1, -0.1), (half + 0.1, 0.05), mul(p[2], 0.6), 1.0);
    canvas.defocus(0.008);
}
