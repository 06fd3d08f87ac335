//! What is behind the set: drawn sharp and simple on a small HDR canvas, then put out of focus by a lens.
//!
//! Small bright things become bokeh discs, edges melt, texture turns into tone: the blur is what makes simple shapes look photographed.

use super::low::Low;
use super::noise::{Rgb, Rng, add, fbm, mix, mix3, mul, mul3, n2, smooth};
use super::outdoors;
use super::prompt::SceneSpec;
use crate::backend::draft::env::{EnvId, env};

/// Backdrops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BackdropKind {
    /// A bundled environment map through the lens.
    Env(EnvId),
    /// Pendant lamps, counter, shelves.
    Cafe,
    /// Columns, lit panels, a chandelier.
    Hall,
    /// Big windows, blinds, plants.
    Office,
    /// Plaster wall; light and shadow come from the gobo.
    Wall,
    /// Paper that runs down to the floor.
    Sweep,
    /// Panes with curtains.
    Curtains,
    /// Glazed tiles with a shelf.
    TiledWall,
    /// Shelves with books.
    Shelves,
    /// Lights of a city at night.
    City,
    /// Coloured tubes on a dark wall.
    Neon,
    /// Arches and discs in paper colours.
    Arches,
    /// Dark, with rims of light.
    Dark,
    /// Candles and warm points.
    Candles,
    /// A decorated tree's lights.
    Tree,
    /// Paper lattice doors.
    Lattice,
    /// Strip lights and racks.
    Gym,
    /// Falling glitter.
    Glitter,
    /// Sky over the sea.
    Sea,
    /// Leaves against light.
    Foliage,
    /// Flowers among leaves.
    Flowers,
    /// Blossoms on branches.
    Blossom,
    /// Firs in snow.
    SnowWood,
    /// Ranges behind each other.
    Mountains,
    /// Dunes.
    Dunes,
    /// Roofs before a low sun.
    Skyline,
    /// Clouds.
    Sky,
    /// Stars and nebulae.
    Space,
    /// Water seen from within.
    Deep,
}

/// Paints the backdrop of a scene.
pub fn paint(spec: &SceneSpec, low: &mut Low) {
    let mut rng = Rng::new(spec.seed ^ 0xbac4);
    let p = &spec.back;
    match spec.backdrop {
        BackdropKind::Env(id) => environment(id, spec, low, &mut rng),
        BackdropKind::Cafe => cafe(p, low, &mut rng),
        BackdropKind::Hall => hall(p, low, &mut rng),
        BackdropKind::Office => office(p, low, &mut rng),
        BackdropKind::Wall => wall(p, spec, low),
        BackdropKind::Sweep => sweep(p, spec, low),
        BackdropKind::Curtains => curtains(p, spec, low, &mut rng),
        BackdropKind::TiledWall => tiled(p, spec, low, &mut rng),
        BackdropKind::Shelves => shelves(p, low, &mut rng),
        BackdropKind::City => city(p, low, &mut rng),
        BackdropKind::Neon => neon(p, low, &mut rng),
        BackdropKind::Arches => arches(p, spec, low, &mut rng),
        BackdropKind::Dark => dark(p, spec, low, &mut rng),
        BackdropKind::Candles => candles(p, low, &mut rng),
        BackdropKind::Tree => tree(p, low, &mut rng),
        BackdropKind::Lattice => lattice(p, low, &mut rng),
        BackdropKind::Gym => gym(p, low, &mut rng),
        BackdropKind::Glitter => glitter(p, low, &mut rng),
        BackdropKind::Sea => outdoors::sea(p, spec, low, &mut rng),
        BackdropKind::Foliage => outdoors::foliage(p, low, &mut rng),
        BackdropKind::Flowers => outdoors::flowers(p, low, &mut rng),
        BackdropKind::Blossom => outdoors::blossom(p, low, &mut rng),
        BackdropKind::SnowWood => outdoors::snow_wood(p, low, &mut rng),
        BackdropKind::Mountains => outdoors::mountains(p, spec, low, &mut rng),
        BackdropKind::Dunes => outdoors::dunes(p, spec, low, &mut rng),
        BackdropKind::Skyline => outdoors::skyline(p, spec, low, &mut rng),
        BackdropKind::Sky => outdoors::sky(p, spec, low, &mut rng),
        BackdropKind::Space => outdoors::space(p, low, &mut rng),
        BackdropKind::Deep => outdoors::deep(p, low, &mut rng),
    }
}

fn environment(id: EnvId, spec: &SceneSpec, low: &mut Low, rng: &mut Rng) {
    let map = env(id);
    let yaw = spec.yaw + rng.range(-0.12, 0.12);
    let pitch = rng.range(0.02, 0.10);
    let tint = spec.back[0];
    low.fill(|x, y| {
        // The lens sees some fifty degrees across.
        let d = [x * 0.95, (y - 0.22) * 0.95 + pitch, -1.0];
        let (s, c) = yaw.sin_cos();
        let v = map.sample([d[0] * c - d[2] * s, d[1], d[0] * s + d[2] * c], 0.0);
        let grey = (v[0] + v[1] + v[2]) / 3.0;
        mul3(mix3(v, [grey; 3], 0.35).map(|v| v.min(9.0)), tint)
    });
    let mean = low.mean();
    let scale = spec.back_level / (0.2126 * mean[0] + 0.7152 * mean[1] + 0.0722 * mean[2]).max(1e-3);
    low.map(|_, _, c| mul(c, scale));
    low.defocus(0.030);
}

fn cafe(p: &[Rgb; 4], low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    let split = rng.range(-0.25, 0.25);
    let side = rng.sign();
    low.fill(|x, y| {
        let wall = mix3(p[0], p[1], smooth(split - 0.02, split + 0.02, x * side));
        mul(wall, 0.55 + 0.5 * smooth(0.0, 0.7, y) + 0.16 * n2(x * 4.0, y * 9.0, 3))
    });
    // A lit shelf wall on one side, a window strip on the other.
    let x0 = split * side;
    let shelf = |i: usize| 0.10 + 0.13 * i as f32;
    for i in 0..((top / 0.13) as usize + 1) {
        let y = shelf(i);
        let (a, b) = if side > 0.0 { (x0 + 0.05, half + 0.1) } else { (-half - 0.1, x0 - 0.05) };
        low.rect((a, y), (b, y + 0.012), mul(p[2], 0.5), 0.9);
        low.rect((a, y + 0.012), (b, y + 0.03), mul(p[3], 0.25), 0.45);
        let mut x = a;
        while x < b {
            let w = rng.range(0.012, 0.03);
            let h = rng.range(0.03, 0.085);
            if rng.f() < 0.75 {
                let c = mix3(mul(p[2], rng.range(0.3, 1.2)), mul(p[3], rng.range(0.2, 0.9)), rng.f());
                low.rect((x, y + 0.012), (x + w, y + 0.012 + h), c, 0.9);
            }
            x += w + rng.range(0.006, 0.03);
        }
    }
    let (a, b) = if side > 0.0 { (-half - 0.1, x0 - rng.range(0.08, 0.2)) } else { (x0 + rng.range(0.08, 0.2), half + 0.1) };
    low.rect((a, 0.12), (b, top + 0.1), mul(p[3], 1.25), 0.85);
    for i in 0..6 {
        let x = mix(a, b, i as f32 / 5.0 + rng.range(-0.03, 0.03));
        low.rect((x - 0.008, 0.1), (x + 0.008, top + 0.1), mul(p[2], 0.25), 0.9);
    }
    // Counter and chair backs.
    low.rect((-half - 0.1, -0.1), (half + 0.1, rng.range(0.05, 0.09)), mul(p[2], 0.30), 0.95);
    for _ in 0..4 {
        let (x, h) = (rng.range(-half, half), rng.range(0.10, 0.16));
        low.rect((x - 0.045, 0.0), (x + 0.045, h), mul(p[2], 0.16), 0.85);
    }
    low.defocus(0.022);
    // Pendant lamps near the top, smaller points further off.
    let lamps = 4 + rng.below(3);
    for i in 0..lamps {
        let x = mix(-half, half, (i as f32 + rng.range(0.2, 0.8)) / lamps as f32);
        let y = top * rng.range(0.60, 0.93);
        low.bokeh((x, y), rng.range(0.022, 0.04), mul(p[3], rng.range(0.9, 1.8)));
        low.glow((x, y), (0.12, 0.12), mul(p[3], 0.12));
    }
    for _ in 0..16 {
        let at = (rng.range(-half, half), rng.range(0.12, top * 0.85));
        low.bokeh(at, rng.range(0.010, 0.022), mul(p[3], rng.range(0.12, 0.5)));
    }
    low.defocus(0.006);
}

fn hall(p: &[Rgb; 4], low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    let centre = rng.range(-0.12, 0.12);
    low.fill(|x, y| {
        let g = 1.0 / (1.0 + ((x - centre) / 0.4).powi(2) + ((y - 0.2) / 0.5).powi(2));
        mul(mix3(p[1], p[0], g), 0.45 + 0.9 * g)
    });
    // The hall runs back to a lit end wall; panels and columns step towards the viewer.
    low.rect((centre - 0.10, 0.05), (centre + 0.10, 0.30 * top / 0.58), mul(p[3], 0.8), 0.9);
    low.rect((centre - 0.035, 0.05), (centre + 0.035, 0.20), mul(p[1], 0.8), 0.9);
    for s in [-1.0_f32, 1.0] {
        let mut d = 0.13;
        let mut w = 0.010;
        while d < half + 0.35 {
            let x = centre + s * d;
            low.rect((x + s * w * 1.6, 0.03), (x + s * w * 3.4, top * (0.5 + d)), mul(p[3], 0.55), 0.8);
            low.rect((x - w, -0.1), (x + w, top + 0.2), mul(p[2], 0.55), 1.0);
            low.rect((x - s * w * 1.0, -0.1), (x - s * w * 0.3, top + 0.2), mul(p[2], 0.95), 0.8);
            low.rect((x - w * 1.5, -0.1), (x + w * 1.5, 0.035), mul(p[2], 0.35), 1.0);
            d *= 1.62;
            w *= 1.62;
        }
    }
    low.rect((-half - 0.1, -0.15), (half + 0.1, 0.05), mul(p[0], 0.55), 0.75);
    for _ in 0..5 {
        let (x, w) = (centre + rng.sign() * rng.range(0.08, 0.4), rng.range(0.03, 0.06));
        low.rect((x - w, 0.0), (x + w, 0.055), mul(p[1], 0.8), 0.85);
        low.rect((x - w, 0.05), (x - w * 0.6, 0.09), mul(p[1], 0.8), 0.85);
    }
    low.defocus(0.019);
    // The chandelier and sconces.
    let (cx, cy) = (centre + rng.range(-0.05, 0.05), top * rng.range(0.80, 0.92));
    low.glow((cx, cy), (0.28, 0.20), mul(p[3], 0.30));
    for _ in 0..46 {
        let (a, r) = (rng.f() * 6.28, rng.f().sqrt());
        low.bokeh((cx + a.cos() * r * 0.16, cy + a.sin() * r * 0.055 - 0.03 * (1.0 - r)), rng.range(0.010, 0.020), mul(p[3], rng.range(0.08, 0.7)));
    }
    for s in [-1.0_f32, 1.0] {
        for d in [0.16, 0.27, 0.44] {
            let at = (centre + s * d, 0.20 + 0.28 * d);
            low.bokeh(at, 0.012 + 0.03 * d, mul(p[3], 0.9));
        }
    }
    low.defocus(0.005);
}

fn office(p: &[Rgb; 4], low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    low.fill(|x, y| mul(p[0], 0.80 + 0.25 * y + 0.08 * x));
    // Windows: sky above, a hazy town and trees below; frames; blinds half up in one of them.
    let n = 3;
    let shift = rng.range(-0.2, 0.2);
    let (w0, gap) = (2.0 * half / n as f32, 0.05);
    for i in -1..=n {
        let a = -half + (i as f32 + shift) * w0 + gap;
        let b = a + w0 - gap;
        low.rect((a, 0.10), (b, top + 0.2), mul(p[1], 1.6), 1.0);
        low.rect((a, 0.10), (b, 0.10 + top * 0.25), mul(mix3(p[1], p[3], 0.35), 1.15), 0.9);
        let mut x = a;
        while x < b - 0.02 {
            let (w, h) = (rng.range(0.02, 0.06), rng.range(0.06, 0.28) * top);
            let c = mix3(p[1], p[0], rng.range(0.2, 0.7));
            low.rect((x, 0.10), ((x + w).min(b), 0.12 + h), mul(c, rng.range(0.8, 1.15)), 0.65);
            x += w;
        }
        for _ in 0..10 {
            let at = (rng.range(a, b), rng.range(0.09, 0.17));
            low.ellipse(at, (rng.range(0.02, 0.05), rng.range(0.02, 0.04)), 0.0, mul(p[3], rng.range(0.4, 0.9)), 0.6);
        }
        low.rect((a + 0.5 * (b - a) - 0.006, 0.1), (a + 0.5 * (b - a) + 0.006, top + 0.2), mul(p[0], 0.5), 0.9);
        low.rect((a - gap, -0.1), (a, top + 0.2), mul(p[2], 0.75), 1.0);
        if (i + rng.below(2) as i32) % 2 == 0 {
            let bottom = top * rng.range(0.62, 0.8);
            let mut y = bottom;
            while y < top + 0.1 {
                low.rect((a, y), (b, y + 0.011), mul(p[0], 1.05), 0.85);
                y += 0.020;
            }
        }
    }
    low.rect((-half - 0.1, -0.1), (half + 0.1, 0.10), mul(p[2], 0.62), 1.0);
    low.defocus(0.016);
    // A desk with a monitor, a lamp, plants.
    let d = rng.sign();
    low.rect((-half - 0.1, 0.02), (half + 0.1, 0.045), mul(p[2], 0.9), 0.9);
    let m = d * rng.range(0.18, 0.34);
    low.rect((m - 0.12, 0.08), (m + 0.12, 0.21), [0.02, 0.022, 0.025], 0.95);
    low.rect((m - 0.012, 0.03), (m + 0.012, 0.08), [0.05; 3], 0.95);
    let x = -d * rng.range(0.28, 0.42) * half / 0.5;
    plant(low, rng, (x, 0.03), 0.30, p[3]);
    plant(low, rng, (d * half * 0.95, 0.02), 0.22, mul(p[3], 0.7));
    low.defocus(0.016);
    low.glow((rng.range(-0.3, 0.3), top * 0.8), (0.5, 0.35), mul(p[1], 0.18));
}

/// A pot plant.
fn plant(low: &mut Low, rng: &mut Rng, at: (f32, f32), size: f32, color: Rgb) {
    low.rect((at.0 - size * 0.16, at.1), (at.0 + size * 0.16, at.1 + size * 0.3), [0.55, 0.53, 0.50], 0.95);
    for _ in 0..46 {
        let angle = rng.range(0.25, 2.9);
        let r = size * rng.range(0.25, 0.8);
        let tip = (at.0 + angle.cos() * r, at.1 + size * 0.3 + angle.sin() * r);
        let c = mul(color, rng.range(0.25, 1.5));
        low.ellipse(tip, (size * rng.range(0.08, 0.17), size * rng.range(0.03, 0.06)), angle + rng.range(-0.5, 0.5), c, 0.9);
    }
}

fn wall(p: &[Rgb; 4], spec: &SceneSpec, low: &mut Low) {
    let seed = spec.seed as u32;
    let side = spec.light.direction[0].signum();
    low.fill(|x, y| {
        let trowel = fbm(x * 5.0 + 0.6 * n2(x * 3.0, y * 3.0, seed), y * 7.0, 4, seed ^ 3);
        let t = (0.45 + 0.5 * x * side + 0.25 * (y - 0.3) + 0.22 * trowel).clamp(0.0, 1.0);
        // Light falls from one side and dies out at the other; a touch darker where wall meets table.
        mul(mix3(p[1], p[0], t), (0.68 + 0.55 * t) * (0.80 + 0.20 * smooth(-0.02, 0.16, y)))
    });
    low.defocus(0.006);
}

fn sweep(p: &[Rgb; 4], spec: &SceneSpec, low: &mut Low) {
    let side = spec.light.direction[0].signum();
    let top = low.top;
    // A lamp lights the paper behind the product; away from it the tone falls off.
    low.fill(|x, y| {
        let (u, v) = ((x - 0.12 * side) / 0.55, (y - 0.16) / (0.42 + 0.2 * top));
        let g = 1.0 / (1.0 + u * u + v * v);
        mul(mix3(p[1], p[0], g), 0.42 + 0.80 * g)
    });
}

fn curtains(p: &[Rgb; 4], spec: &SceneSpec, low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    let seed = spec.seed as u32;
    let centre = rng.range(-0.18, 0.18);
    let open = rng.range(0.13, 0.20) * half / 0.5;
    low.fill(|x, y| mul(p[3], 1.7 - 0.5 * smooth(0.5, 0.0, y) + 0.2 * n2(x * 6.0, y * 6.0, 5)));
    for _ in 0..70 {
        let at = (centre + rng.bell() * 0.3, rng.range(0.0, top * 0.42));
        let c = mix3(p[3], p[2], rng.range(0.2, 0.9));
        low.ellipse(at, (rng.range(0.02, 0.05), rng.range(0.02, 0.05)), 0.0, mul(c, rng.range(0.6, 1.2)), 0.5);
    }
    low.rect((centre - 0.006, -0.1), (centre + 0.006, top + 0.2), mul(p[0], 0.8), 0.9);
    low.rect((-half - 0.1, top * 0.55), (half + 0.1, top * 0.55 + 0.012), mul(p[0], 0.8), 0.9);
    low.rect((-half - 0.1, -0.1), (half + 0.1, 0.035), mul(p[0], 0.9), 0.95);
    low.defocus(0.02);
    // Sheer folds: light passes where the cloth is single.
    low.map(|x, y, c| {
        let d = (x - centre).abs() - open - 0.03 * (1.0 - y) - 0.015 * n2(y * 3.0, x.signum(), seed);
        let cover = smooth(-0.012, 0.012, d);
        let u = x * 17.0 + 0.8 * n2(x * 5.0, y * 0.8, seed ^ 2) + 0.25 * x * y;
        let fold = 0.5 + 0.5 * (u * 2.4).sin() * (0.7 + 0.3 * (u * 0.7).cos());
        let through = 1.0 / (1.0 + (d.max(0.0) * 3.6).powi(2));
        let cloth = mul(mix3(p[1], p[0], fold), (0.42 + 0.55 * fold) * (0.55 + 0.75 * through));
        mix3(c, cloth, cover * 0.93)
    });
    low.defocus(0.009);
}

fn tiled(p: &[Rgb; 4], spec: &SceneSpec, low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    let seed = spec.seed as u32;
    let brick = rng.f() < 0.6;
    let (tw, th) = if brick { (0.15, 0.062) } else { (0.095, 0.095) };
    let side = spec.light.direction[0].signum();
    low.fill(|x, y| {
        let row = (y / th).floor();
        let u = x / tw + if brick && row as i32 & 1 != 0 { 0.5 } else { 0.0 };
        let (du, dv) = ((u - u.floor() - 0.5).abs() * tw, (y / th - row - 0.5).abs() * th);
        let grout = smooth(0.0055, 0.003, (tw * 0.5 - du).min(th * 0.5 - dv));
        let tone = 0.5 + 0.5 * n2(u.floor() * 3.7, row * 5.3 + 0.5, seed);
        let sheen = smooth(0.55, 1.0, 0.5 + x * side * 0.7 + 0.2 * n2(x * 2.0 + tone, y * 2.0, seed ^ 4));
        let c = mix3(mix3(p[0], p[1], tone), p[2], grout * 0.75);
        mul(c, 0.62 + 0.35 * (0.5 + x * side) + 0.35 * sheen)
    });
    // A rail or a shelf with small things.
    let y = top * rng.range(0.30, 0.42);
    let d = rng.sign();
    let (a, b) = (d * 0.10, d * (half + 0.1));
    let (a, b) = (a.min(b) + d.max(0.0) * 0.08, a.max(b) + d.min(0.0) * 0.08);
    low.rect((a, y), (b, y + 0.018), mul(p[3], 0.8), 1.0);
    low.rect((a, y - 0.05), (b, y), [0.05; 3], 0.18);
    let mut x = a + 0.02;
    while x < b {
        let (w, h) = (rng.range(0.025, 0.055), rng.range(0.05, 0.14));
        let c = [mul(p[3], 0.7), [0.75, 0.73, 0.68], [0.08, 0.09, 0.09], mul(p[2], 0.6)][rng.below(4)];
        low.rect((x, y + 0.018), (x + w, y + 0.018 + h), c, 0.95);
        low.ellipse((x + w * 0.5, y + 0.018 + h), (w * 0.3, 0.02), 0.0, c, 0.95);
        x += w + rng.range(0.01, 0.06);
    }
    let x = -d * half * rng.range(0.7, 0.9);
    plant(low, rng, (x, 0.0), 0.22, [0.06, 0.16, 0.05]);
    low.defocus(0.013);
}

fn shelves(p: &[Rgb; 4], low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    low.fill(|_, _| mul(p[0], 0.4));
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
                if rng.f() < 0.06 {
                    x += rng.range(0.02, 0.06);
                    lean = 0.2;
                }
                let hue = [p[1], p[2], p[3], mul(p[0], 1.4), [0.45, 0.40, 0.32]][rng.below(5)];
                let c = mul(hue, rng.range(0.3, 1.0));
                low.line((x, y + 0.012), (x + lean * h, y + h), w * 0.5, c, 1.0);
                if rng.f() < 0.3 {
                    low.rect((x - w * 0.4, y + h * 0.72), (x + w * 0.4, y + h * 0.8), mul(p[3], 0.9), 0.7);
                }
                lean *= 0.5;
                x += w + 0.001;
            }
            low.rect((bx, y), (bx + bay, y + 0.012), mul(p[0], 1.15), 1.0);
            low.rect((bx, y - 0.03), (bx + bay, y), [0.0; 3], 0.35);
            y += 0.145;
        }
        low.rect((bx - 0.012, -0.1), (bx + 0.012, top + 0.2), mul(p[0], 0.9), 1.0);
        bx += bay;
    }
    let lamp = (rng.sign() * rng.range(0.2, 0.4), top * 0.72);
    low.glow(lamp, (0.22, 0.18), mul(p[3], 0.35));
    low.map(|x, y, c| mul(c, 0.55 + 0.6 * smooth(0.7, 0.0, (x - lamp.0).hypot(y - lamp.1))));
    low.defocus(0.018);
    low.bokeh(lamp, 0.05, mul(p[3], 1.6));
    for _ in 0..10 {
        low.bokeh((rng.range(-half, half), rng.range(0.1, top)), rng.range(0.012, 0.02), mul(p[3], rng.range(0.08, 0.3)));
    }
    low.defocus(0.005);
}

fn city(p: &[Rgb; 4], low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    low.fill(|x, y| add(mix3(p[1], p[0], smooth(0.0, 0.55, y)), mul(p[1], 0.10 * n2(x * 3.0, y * 3.0, 7))));
    // Towers: darker masses with lit windows.
    let mut x = -half - 0.1;
    while x < half + 0.1 {
        let (w, h) = (rng.range(0.07, 0.16), rng.range(0.10, 0.42) * (top / 0.58));
        let shade = rng.range(0.25, 0.7);
        low.rect((x, -0.1), (x + w, h), mul(p[0], shade), 0.9);
        let mut y = 0.02;
        while y < h - 0.02 {
            let mut wx = x + 0.01;
            while wx < x + w - 0.01 {
                if rng.f() < 0.34 {
                    let c = mix3(p[2], p[3], rng.f());
                    low.rect((wx, y), (wx + 0.008, y + 0.010), mul(c, rng.range(0.6, 4.0)), 1.0);
                }
                wx += 0.019;
            }
            y += 0.023;
        }
        x += w * rng.range(0.7, 1.1);
    }
    low.defocus(0.020);
    // Street lights, signs and cars: big discs, denser towards the street.
    for _ in 0..95 {
        let y = 0.015 + 0.42 * rng.f().powi(2) * (top / 0.58);
        let at = (rng.range(-half, half), y);
        let c = match rng.below(10) {
            0..=3 => p[2],
            4..=6 => p[3],
            7 => [1.0, 0.10, 0.06],
            8 => [0.15, 0.75, 0.9],
            _ => [1.0, 0.9, 0.75],
        };
        low.bokeh(at, rng.range(0.014, 0.036), mul(c, rng.range(0.06, 0.75) * rng.range(0.4, 1.4)));
    }
    low.glow((0.0, 0.02), (0.6, 0.12), mul(p[2], 0.12));
    low.defocus(0.004);
}

fn neon(p: &[Rgb; 4], low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    let seed = rng.next() as u32;
    // A dark wall with joints, so that the light has something to fall on.
    low.fill(|x, y| {
        let joint = smooth(0.006, 0.002, ((x * 5.0).fract().abs() / 5.0).min((y * 9.0).fract().abs() / 9.0));
        mul(p[0], 0.8 + 0.5 * fbm(x * 6.0, y * 6.0, 3, seed) - 0.4 * joint)
    });
    let ring = rng.f() < 0.5;
    let mut tubes: Vec<((f32, f32), (f32, f32), Rgb)> = Vec::new();
    if ring {
        let (cx, cy, r) = (rng.range(-0.1, 0.1), 0.24, 0.25);
        let n = 40;
        for i in 0..n {
            let (a, b) = (i as f32 / n as f32 * std::f32::consts::TAU, (i + 1) as f32 / n as f32 * std::f32::consts::TAU);
            let c = mix3(p[2], p[3], 0.5 + 0.5 * (a + 0.6).sin());
            tubes.push(((cx + r * a.cos(), cy + r * a.sin()), (cx + r * b.cos(), cy + r * b.sin()), c));
        }
    } else {
        for i in 0..5 {
            let x = mix(-half, half, (i as f32 + 0.5 + rng.range(-0.2, 0.2)) / 5.0);
            let (y0, y1) = (rng.range(0.0, 0.1), top * rng.range(0.55, 0.95));
            tubes.push(((x, y0), (x + rng.range(-0.12, 0.12), y1), if i % 2 == 0 { p[2] } else { p[3] }));
        }
    }
    let unlit = low.clone();
    for t in &tubes {
        low.line(t.0, t.1, 0.018, mul(t.2, 0.9), 1.0);
    }
    let halo = {
        let mut h = low.clone();
        h.data.iter_mut().zip(&unlit.data).for_each(|(a, b)| *a = [a[0] - b[0], a[1] - b[1], a[2] - b[2]].map(|v| v.max(0.0)));
        (h.softened(0.05, 0.05), h.softened(0.15, 0.15))
    };
    for t in &tubes {
        low.line(t.0, t.1, 0.006, add(mul(t.2, 3.2), [0.35; 3]), 1.0);
    }
    low.defocus(0.011);
    for (c, (a, b)) in low.data.iter_mut().zip(halo.0.data.iter().zip(&halo.1.data)) {
        *c = add(*c, add(mul(*a, 0.9), mul(*b, 1.3)));
    }
    for _ in 0..14 {
        let c = if rng.f() < 0.5 { p[2] } else { p[3] };
        low.bokeh((rng.range(-half, half), rng.range(0.0, top * 0.6)), rng.range(0.012, 0.03), mul(c, rng.range(0.05, 0.25)));
    }
}

fn arches(p: &[Rgb; 4], spec: &SceneSpec, low: &mut Low, rng: &mut Rng) {
    wall(p, spec, low);
    let side = spec.light.direction[0].signum();
    let form = |low: &mut Low, at: (f32, f32), r: f32, c: Rgb, disc: bool| {
        let shadow = (at.0 - side * 0.030, at.1 - 0.012);
        for (q, c, a) in [(shadow, mul(p[1], 0.35), 0.30), (at, c, 1.0), ((at.0 - side * 0.010, at.1), mul(c, 0.86), 0.55)] {
            let r = if a == 0.55 { r * 0.94 } else { r };
            low.ellipse(q, (r, r), 0.0, c, a);
            if !disc {
                low.rect((q.0 - r, -0.1), (q.0 + r, q.1), c, a);
            }
        }
    };
    let x = rng.range(-0.12, 0.12);
    match rng.below(3) {
        0 => {
            form(low, (x - 0.17, 0.12), 0.16, mul(p[2], 0.9), false);
            form(low, (x + 0.09, 0.20), 0.20, mul(p[3], 0.95), false);
        }
        1 => {
            form(low, (x, 0.20), 0.30, mul(p[2], 0.95), true);
            form(low, (x + 0.30 * side, 0.05), 0.12, mul(p[3], 0.9), false);
        }
        _ => {
            form(low, (x, 0.17), 0.29, mul(p[3], 0.85), false);
            form(low, (x, 0.15), 0.21, mul(p[2], 0.95), false);
        }
    }
    low.defocus(0.005);
}

fn dark(p: &[Rgb; 4], spec: &SceneSpec, low: &mut Low, rng: &mut Rng) {
    let seed = spec.seed as u32;
    let (half, top) = (low.half, low.top);
    let tilt = rng.range(-0.3, 0.3);
    let style = rng.below(3);
    low.fill(|x, y| {
        let g = 1.0 / (1.0 + ((x - tilt * 0.4) / 0.34).powi(2) + ((y - 0.10) / 0.30).powi(2));
        let texture = 0.12 * fbm(x * 4.0, y * 4.0, 4, seed);
        add(mul(p[0], 0.5 + texture), mul(p[1], g * g * (0.9 + texture)))
    });
    match style {
        // Velvet drapes, panels of fluted stone, or strips of light.
        0 => low.map(|x, y, c| {
            let u = x * 19.0 + 0.8 * n2(x * 4.0, y * 0.7, seed ^ 1);
            mul(c, 0.35 + 0.9 * (0.5 + 0.5 * (u * 2.0).sin()).powi(2))
        }),
        1 => low.map(|x, _, c| {
            let u = (x * 14.0).fract().abs();
            mul(c, 0.45 + 0.9 * smooth(0.0, 0.5, u) * smooth(1.0, 0.6, u))
        }),
        _ => {
            for i in [-1.0_f32, 1.0] {
                let x = i * half * rng.range(0.62, 0.82);
                low.line((x, -0.05), (x + tilt * 0.2, top * rng.range(0.8, 1.2)), 0.006, mul(p[2], 3.0), 1.0);
                low.glow((x, top * 0.4), (0.10, 0.7), mul(p[2], 0.22));
            }
        }
    }
    low.defocus(0.012);
    for _ in 0..9 {
        low.bokeh((rng.range(-half, half), rng.range(0.02, top)), rng.range(0.010, 0.03), mul(p[2], rng.range(0.02, 0.10)));
    }
}

fn candles(p: &[Rgb; 4], low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    low.fill(|x, y| mul(mix3(p[1], p[0], smooth(0.0, 0.6, y)), 0.8 + 0.3 * n2(x * 3.0, y * 3.0, 11)));
    // Tables with cloths, chairs, glasses.
    for _ in 0..5 {
        let (x, y, w) = (rng.range(-half, half), rng.range(0.02, 0.10), rng.range(0.08, 0.16));
        low.rect((x - w, -0.1), (x + w, y), mul(p[2], rng.range(0.2, 0.5)), 0.9);
        low.rect((x - w * 0.2, y), (x + w * 0.2, y + 0.10), mul(p[1], 0.35), 0.8);
    }
    for i in 0..5 {
        let x = mix(-half, half, i as f32 / 4.0) + rng.range(-0.05, 0.05);
        low.rect((x - 0.05, 0.16), (x + 0.05, top * 0.95), mul(p[1], rng.range(0.5, 1.6)), 0.5);
        low.rect((x - 0.055, 0.15), (x - 0.045, top), mul(p[0], 0.4), 0.8);
    }
    low.defocus(0.024);
    for _ in 0..42 {
        let y = 0.03 + 0.45 * rng.f().powf(1.4) * (top / 0.58);
        low.bokeh((rng.range(-half, half), y), rng.range(0.012, 0.034), mul(p[3], rng.range(0.06, 0.9) * rng.range(0.3, 1.2)));
    }
    for _ in 0..5 {
        let at = (rng.range(-half, half), rng.range(0.05, 0.14));
        low.bokeh(at, 0.022, mul(p[3], 2.0));
        low.glow(at, (0.10, 0.12), mul(p[3], 0.22));
    }
    low.defocus(0.005);
}

fn tree(p: &[Rgb; 4], low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    low.fill(|x, y| mul(mix3(p[1], p[0], smooth(0.0, 0.6, y)), 0.9 + 0.2 * n2(x * 2.0, y * 2.0, 5)));
    let cx = rng.sign() * rng.range(0.12, 0.28);
    let tall = top * 1.08;
    for i in 0..900 {
        let t = i as f32 / 900.0;
        let y = tall * t;
        let spread = 0.36 * (1.0 - t) + 0.02;
        let x = cx + rng.bell() * spread;
        let c = mul(p[2], rng.range(0.15, 1.2));
        low.ellipse((x, y), (0.022, 0.009), rng.range(-0.9, 0.9), c, 0.85);
    }
    low.defocus(0.016);
    for _ in 0..80 {
        let t = rng.f();
        let at = (cx + rng.bell() * (0.36 * (1.0 - t) + 0.02), tall * t);
        low.bokeh(at, rng.range(0.010, 0.022), mul(p[3], rng.range(0.25, 1.5)));
    }
    for _ in 0..22 {
        let t = rng.f();
        let at = (cx + rng.bell() * (0.34 * (1.0 - t)), tall * t);
        low.bokeh(at, rng.range(0.018, 0.028), mul([0.75, 0.03, 0.03], rng.range(0.3, 0.9)));
    }
    for _ in 0..26 {
        low.bokeh((rng.range(-half, half), rng.range(0.02, top)), rng.range(0.015, 0.04), mul(p[3], rng.range(0.04, 0.25)));
    }
    low.glow((-cx * 1.3, 0.10), (0.22, 0.2), [0.5, 0.20, 0.06]);
    low.defocus(0.004);
}

fn lattice(p: &[Rgb; 4], low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    let sun = rng.sign() * rng.range(0.1, 0.3);
    low.fill(|x, y| {
        let g = 1.0 / (1.0 + ((x - sun) / 0.35).powi(2) + ((y - 0.3) / 0.4).powi(2));
        mul(p[0], 0.62 + 0.75 * g + 0.05 * n2(x * 30.0, y * 30.0, 8))
    });
    // Shadow of a branch on the paper.
    for _ in 0..60 {
        let at = (sun + rng.bell() * 0.35, rng.range(0.15, top));
        low.ellipse(at, (0.028, 0.010), rng.range(0.0, 3.1), mul(p[0], 0.35), 0.28);
    }
    low.defocus(0.010);
    let door = 0.38;
    let mut x = -half - rng.range(0.05, 0.3);
    while x < half + 0.1 {
        for i in 1..6 {
            let bx = x + door * i as f32 / 6.0;
            low.rect((bx - 0.0035, -0.1), (bx + 0.0035, top + 0.2), mul(p[2], 0.55), 0.95);
        }
        let mut y = 0.02;
        while y < top + 0.2 {
            for k in 0..3 {
                let yy = y + 0.028 * k as f32;
                low.rect((x, yy - 0.003), (x + door, yy + 0.003), mul(p[2], 0.55), 0.9);
            }
            y += 0.21;
        }
        low.rect((x - 0.022, -0.1), (x + 0.022, top + 0.2), mul(p[2], 0.8), 1.0);
        low.rect((x - 0.003, -0.1), (x + 0.003, top + 0.2), mul(p[2], 0.3), 1.0);
        x += door;
    }
    low.rect((-half - 0.1, -0.1), (half + 0.1, 0.05), mul(p[2], 0.6), 1.0);
    low.defocus(0.008);
}

fn gym(p: &[Rgb; 4], low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    low.fill(|x, y| mul(mix3(p[1], p[0], smooth(0.0, 0.5, y)), 0.9 + 0.25 * n2(x * 3.0, y * 5.0, 2)));
    for i in 0..3 {
        let x = mix(-half, half, (i as f32 + 0.5) / 3.0) + rng.range(-0.04, 0.04);
        low.rect((x - 0.115, 0.0), (x - 0.103, 0.34), [0.012; 3], 0.95);
        low.rect((x + 0.103, 0.0), (x + 0.115, 0.34), [0.012; 3], 0.95);
        low.rect((x - 0.17, 0.235), (x + 0.17, 0.245), [0.45; 3], 0.9);
        for s in [-1.0_f32, 1.0] {
            low.rect((x + s * 0.145 - 0.014, 0.17), (x + s * 0.145 + 0.014, 0.31), if i == 1 { mul(p[3], 0.5) } else { [0.02; 3] }, 0.95);
        }
    }
    for row in 0..2 {
        let y = 0.03 + 0.055 * row as f32;
        let mut x = -half;
        while x < half {
            low.ellipse((x, y), (0.018, 0.016), 0.0, [0.03; 3], 0.9);
            low.ellipse((x + 0.014, y + 0.004), (0.006, 0.010), 0.0, [0.35; 3], 0.7);
            x += 0.05;
        }
    }
    for i in 0..4 {
        let y = top * (0.66 + 0.10 * i as f32);
        let w = 0.10 + 0.10 * i as f32;
        for s in [-1.0_f32, 1.0] {
            low.line((s * w, y), (s * (w + 0.22), y + 0.05), 0.006, mul(p[2], 5.0), 1.0);
        }
    }
    low.glow((0.0, top), (0.6, 0.25), mul(p[2], 0.25));
    low.glow((rng.sign() * 0.45, 0.15), (0.16, 0.4), mul(p[3], 0.25));
    low.defocus(0.016);
}

fn glitter(p: &[Rgb; 4], low: &mut Low, rng: &mut Rng) {
    let (half, top) = (low.half, low.top);
    low.fill(|x, y| {
        let g = 1.0 / (1.0 + (x / 0.45).powi(2) + ((y - 0.12) / 0.35).powi(2));
        mix3(p[0], p[1], g)
    });
    for i in 0..230 {
        let near = i > 150;
        let y = if near { 0.25 * rng.f().powi(2) } else { rng.range(0.0, top) };
        let c = if rng.f() < 0.7 { p[2] } else { p[3] };
        let r = if near { rng.range(0.006, 0.016) } else { rng.range(0.012, 0.045) };
        low.bokeh((rng.range(-half, half), y), r, mul(c, rng.range(0.02, 0.35) * rng.f() * if near { 1.6 } else { 0.55 }));
    }
    low.glow((0.0, 0.0), (0.4, 0.06), mul(p[2], 0.22));
    low.defocus(0.004);
}
