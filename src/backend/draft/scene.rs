//! Paints the empty set: an environment far out of focus behind a surface in perspective.

use rayon::prelude::*;

use super::env::{EnvId, env};
use crate::backend::{BackendError, KeyLight, Scene, SceneRequest, StageCx};
use crate::imaging::LinearRgb;

#[derive(Clone, Copy, PartialEq)]
enum Surface {
    Wood,
    Marble,
    Concrete,
    Sand,
    Water,
    Grass,
    Sweep,
    Cloth,
    Dark,
}

/// Words (English, Korean) and what they choose.
const PLACES: &[(&[&str], EnvId, [f32; 3])] = &[
    (&["beach", "sea", "ocean", "sunset", "해변", "바다", "노을", "바닷가", "석양"], EnvId::Sunset, [1.0, 0.9, 0.8]),
    (&["studio", "minimal", "스튜디오", "미니멀"], EnvId::Studio, [1.0, 1.0, 1.0]),
    (&["lobby", "hotel", "cafe", "café", "restaurant", "호텔", "로비", "카페", "레스토랑"], EnvId::Lobby, [1.0, 0.9, 0.78]),
    (&["garden", "forest", "grass", "정원", "숲", "공원"], EnvId::Apartment, [0.75, 1.0, 0.6]),
    (&["night", "neon", "야경", "네온", "밤"], EnvId::Lobby, [0.5, 0.4, 1.0]),
    (&["snow", "winter", "눈", "겨울"], EnvId::Sunset, [0.8, 0.95, 1.2]),
    (&["office", "home", "room", "kitchen", "사무실", "방", "주방", "거실"], EnvId::Apartment, [1.0, 0.98, 0.94]),
];
const SURFACES: &[(&[&str], Surface)] = &[
    (&["wood", "나무", "원목", "cafe", "카페", "office", "사무실"], Surface::Wood),
    (&["marble", "대리석", "kitchen", "주방"], Surface::Marble),
    (&["concrete", "stone", "콘크리트", "돌"], Surface::Concrete),
    (&["sand", "beach", "desert", "모래", "해변", "사막"], Surface::Sand),
    (&["water", "물", "수면"], Surface::Water),
    (&["grass", "garden", "forest", "잔디", "정원", "숲"], Surface::Grass),
    (&["fabric", "linen", "cloth", "bed", "천", "린넨", "침실"], Surface::Cloth),
    (&["dark", "black", "luxury", "night", "어두운", "블랙", "고급", "야경"], Surface::Dark),
    (&["studio", "minimal", "white", "스튜디오", "미니멀"], Surface::Sweep),
];

fn hash(x: i64, y: i64, seed: u64) -> f32 {
    let mut h = (x as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (y as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F) ^ seed;
    h = (h ^ (h >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    h = (h ^ (h >> 32)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((h >> 40) as f32) / 16_777_216.0
}

fn noise(x: f32, y: f32, seed: u64) -> f32 {
    let (xf, yf) = (x.floor(), y.floor());
    let (fx, fy) = (x - xf, y - yf);
    let (sx, sy) = (fx * fx * (3.0 - 2.0 * fx), fy * fy * (3.0 - 2.0 * fy));
    let (xi, yi) = (xf as i64, yf as i64);
    let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
    mix(mix(hash(xi, yi, seed), hash(xi + 1, yi, seed), sx), mix(hash(xi, yi + 1, seed), hash(xi + 1, yi + 1, seed), sx), sy)
}

/// Octaves that are finer than the footprint fade into their mean: no aliasing at the far edge.
fn fbm(x: f32, y: f32, octaves: u32, footprint: f32, seed: u64) -> f32 {
    let (mut sum, mut amplitude, mut frequency) = (0.5, 0.5, 1.0);
    for o in 0..octaves {
        let keep = (1.3 - footprint * frequency * 2.0).clamp(0.0, 1.0);
        if keep > 0.0 {
            sum += (noise(x * frequency, y * frequency, seed.wrapping_add(u64::from(o) * 77)) - 0.5) * amplitude * keep;
        }
        amplitude *= 0.5;
        frequency *= 2.03;
    }
    sum
}

fn mix3(a: [f32; 3], b: [f32; 3], t: f32) -> [f32; 3] {
    std::array::from_fn(|k| a[k] + (b[k] - a[k]) * t)
}

fn albedo(surface: Surface, x: f32, z: f32, fp: f32, seed: u64) -> [f32; 3] {
    match surface {
        Surface::Wood => {
            let plank = (x * 1.6).floor();
            let offset = hash(plank as i64, 3, seed) * 40.0;
            let grain = fbm(x * 22.0, z * 1.6 + offset, 4, fp * 22.0, seed);
            let rings = ((fbm(x * 3.0, z * 0.5 + offset, 2, fp * 3.0, seed ^ 9) * 26.0).sin() * 0.5 + 0.5) * (1.0 - (fp * 40.0).min(1.0));
            let tone = 0.75 + 0.5 * hash(plank as i64, 1, seed);
            let gap = ((x * 1.6).fract() - 0.5).abs();
            let seam = (1.0 - ((0.5 - gap) / (0.008 + fp * 1.6)).min(1.0)) * 0.65;
            let c = mix3([0.40, 0.22, 0.11], [0.20, 0.095, 0.04], (grain * 0.75 + rings * 0.35).clamp(0.0, 1.0));
            c.map(|v| v * tone * (1.0 - seam))
        }
        Surface::Marble => {
            let (wx, wz) = (fbm(x * 1.3, z * 1.3, 4, fp * 1.3, seed) - 0.5, fbm(x * 1.3 + 9.0, z * 1.3, 4, fp * 1.3, seed) - 0.5);
            let v = fbm(x * 1.1 + wx * 2.4, z * 1.1 + wz * 2.4, 5, fp * 1.5, seed ^ 5) - 0.5;
            let vein = (1.0 - (v.abs() * 16.0).min(1.0)).powi(2) * 0.8;
            let soft = fbm(x * 0.8, z * 0.8, 3, fp, seed ^ 8);
            mix3(mix3([0.80, 0.79, 0.77], [0.68, 0.68, 0.70], soft), [0.30, 0.30, 0.33], vein)
        }
        Surface::Concrete => [0.36, 0.355, 0.345].map(|v: f32| v * (0.7 + 0.6 * fbm(x * 5.0, z * 5.0, 5, fp * 5.0, seed))),
        Surface::Sand => {
            let ripple = ((z * 16.0 + fbm(x * 2.0, z * 2.0, 3, fp * 2.0, seed) * 9.0).sin() * 0.5 + 0.5) * (1.0 - (fp * 24.0).min(1.0));
            [0.62, 0.49, 0.33].map(|v: f32| v * (0.75 + 0.2 * ripple + 0.25 * fbm(x * 40.0, z * 40.0, 3, fp * 40.0, seed)))
        }
        Surface::Water => [0.02, 0.06, 0.08],
        Surface::Grass => {
            let blade = fbm(x * 70.0, z * 24.0, 3, fp * 60.0, seed);
            mix3(
                [0.035, 0.09, 0.015],
                [0.16, 0.28, 0.05],
                (blade * 1.3 + fbm(x * 2.0, z * 2.0, 3, fp * 2.0, seed) * 0.5 - 0.4).clamp(0.0, 1.0),
            )
        }
        Surface::Cloth => [0.62, 0.58, 0.52].map(|v: f32| v * (0.6 + 0.8 * fbm(x * 1.6 + z, z * 1.2, 4, fp * 1.6, seed))),
        Surface::Dark => [0.022, 0.022, 0.026].map(|v: f32| v * (0.7 + 0.6 * fbm(x * 3.0, z * 3.0, 4, fp * 3.0, seed))),
        Surface::Sweep => [0.62, 0.61, 0.60],
    }
}

/// Filmic curve (Narkowicz 2015, a fit to ACES).
fn tone(v: f32) -> f32 {
    let v = v * 0.72;
    ((v * (2.51 * v + 0.03)) / (v * (2.43 * v + 0.59) + 0.14)).clamp(0.0, 1.0)
}

/// Paints the set that the prompt asks for.
pub fn paint(request: &SceneRequest<'_>, cx: StageCx<'_>) -> Result<Scene, BackendError> {
    cx.step(0.0)?;
    let prompt = request.prompt.to_lowercase();
    let words = blake3::hash(prompt.as_bytes());
    let pick = u64::from_le_bytes(words.as_bytes()[..8].try_into().unwrap_or_default());
    let seed = pick ^ request.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let any = |list: &[&str]| list.iter().any(|w| prompt.contains(w));
    let neutral = [EnvId::Studio, EnvId::Apartment, EnvId::Lobby];
    let (id, tint) = PLACES
        .iter()
        .find(|p| any(p.0))
        .map_or_else(|| (neutral[(pick % 3) as usize], std::array::from_fn(|k| 0.85 + 0.3 * hash(k as i64, 7, pick))), |p| (p.1, p.2));
    let surface = SURFACES
        .iter()
        .find(|s| any(s.0))
        .map_or([Surface::Sweep, Surface::Wood, Surface::Marble, Surface::Concrete, Surface::Cloth][(pick / 3 % 5) as usize], |s| s.1);
    let night = any(&["night", "dark", "black", "밤", "야경", "어두운", "블랙"]);
    let map = env(id);
    let (w, h) = (request.width, request.height);
    let (wf, hf) = (w as f32, h as f32);
    let ground_line = hf * 0.57;
    let horizon = 0.40;
    let turn = hash(1, 1, seed) * std::f32::consts::TAU;
    let exposure = if night { 0.30 } else { 0.85 };
    let backdrop = |x: f32, y: f32, roughness: f32| {
        let (dx, dy) = ((x - wf / 2.0) / hf * 1.1, (horizon - y / hf) * 1.1);
        let d = [dx * turn.cos() - turn.sin(), dy, -dx * turn.sin() - turn.cos()];
        let c = map.sample(d, roughness);
        let c: [f32; 3] = std::array::from_fn(|k| c[k].min(6.0) * tint[k] * exposure);
        c
    };
    let side = if hash(2, 2, seed) > 0.5 { 1.0 } else { -1.0 };
    let direction = {
        let d = [0.55 * side, 0.75, 0.36_f32];
        let l = d.iter().map(|v| v * v).sum::<f32>().sqrt();
        d.map(|v| v / l)
    };
    let key_color = {
        let m = tint[0].max(tint[1]).max(tint[2]);
        tint.map(|v| v / m)
    };
    let (gloss, roughness) = match surface {
        Surface::Water => (0.9, 0.15),
        Surface::Dark => (0.55, 0.12),
        Surface::Marble => (0.35, 0.12),
        Surface::Wood => (0.14, 0.45),
        Surface::Sweep => (0.08, 0.5),
        _ => (0.0, 1.0),
    };
    let mut image = LinearRgb::new(w, h, [0.0; 3]);
    image.data.par_chunks_mut(w).enumerate().try_for_each(|(y, row)| {
        cx.check()?;
        let yf = y as f32 + 0.5;
        for (x, out) in row.iter_mut().enumerate() {
            let xf = x as f32 + 0.5;
            let behind = || backdrop(xf, yf, 0.34);
            let edge = ((yf - ground_line) / (hf * 0.004) + 0.5).clamp(0.0, 1.0);
            let mut c = if edge < 1.0 { behind() } else { [0.0; 3] };
            if edge > 0.0 {
                let depth = 0.55 / (yf / hf - horizon).max(0.05);
                let (px, pz) = ((xf - wf / 2.0) / hf * depth, depth * 1.5);
                let base = albedo(surface, px + 10.0, pz, depth / hf * 1.2, seed);
                let pool = (-((px - side * 0.15).powi(2) * 0.5 + (depth - 1.5).powi(2) * 0.22)).exp();
                let light = (0.55 + 0.75 * pool) * if night { 0.5 } else { 1.0 };
                let fresnel = gloss * (0.12 + 0.88 * (1.0 - 0.45 / depth).clamp(0.0, 1.0).powi(3));
                let mirror = backdrop(xf, 2.0 * ground_line - yf, 0.34 + roughness * 0.4);
                let lit: [f32; 3] = std::array::from_fn(|k| base[k] * light * (0.65 + 0.35 * key_color[k]) * 1.35);
                c = mix3(c, mix3(lit, mirror, fresnel), edge);
            }
            let (vx, vy) = ((xf / wf - 0.5) * 2.0, (yf / hf - 0.5) * 2.0);
            let vignette = 1.0 - 0.16 * (vx * vx + vy * vy).powf(1.2).min(1.6);
            let dither = (hash(x as i64, y as i64, 5) - 0.5) / 512.0;
            *out = c.map(|v| (tone(v * vignette) + dither).clamp(0.0, 1.0));
        }
        Ok::<(), BackendError>(())
    })?;
    cx.step(1.0)?;
    Ok(Scene { image, ground_line, key: KeyLight { direction, color: key_color, softness: 0.5 }, ambient: key_color, gloss, roughness })
}
