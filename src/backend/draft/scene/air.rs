//! Effects in the air in front of the scene: fog, rain, snow, smoke, beams of light, sparks and blurred lights. They are soft, so a small canvas is
//! enlarged to the whole picture.

use super::canvas::SmallCanvas;
use super::noise::{Rng, fbm, noise2};
use super::shapes::Lamp;
use super::spec::{Air, SceneSpec, View};
use crate::backend::draft::color::{Rgb, add, mix, mix3, mul, mul3};
use crate::math::{self, smoothstep};

/// The light that the effects add, and how much of the picture they cover.
pub struct AirLayer {
    light: SmallCanvas,
    /// Coverage by fog and smoke in the first channel, 0..=1; `None` without them.
    cover: Option<SmallCanvas>,
    unit: f32,
    height: f32,
}

impl AirLayer {
    /// Paints the effects of a scene; `None` if it has none. Size, `unit` (pixels per scene unit) and `ground` (row of the surface's far edge) in
    /// pixels.
    pub fn new(spec: &SceneSpec, (width, height, unit): (f32, f32, f32), ground: f32, lamp: &Lamp) -> Option<Self> {
        let air = spec.air;
        if air == Air::default() {
            return None;
        }
        let (half, top) = (width * 0.5 / unit, height / unit);
        let mut light = SmallCanvas::new(half, top);
        let mut rng = Rng::new(spec.seed ^ 0xa17_c0de);
        let flat = spec.view == View::FlatLay;
        let far = (height - ground) / unit;
        let level = add(mul(lamp.ambient, 0.9), mul(lamp.key, 0.35));
        let white = mix3(level, [(level[0] + level[1] + level[2]) / 3.0; 3], 0.5);
        // Coloured effects are as bright as white ones would be.
        let tint = air.tint.map_or([1.0; 3], |c| mul(c, 1.0 / c[0].max(c[1]).max(c[2]).max(0.08)));
        let white = mul3(white, tint);
        bokeh(&mut light, air.bokeh, spec, far, &mut rng);
        if air.rays > 0.0 {
            rays(&mut light, air.rays, spec, lamp);
        }
        snow(&mut light, air.snow, white, &mut rng);
        rain(&mut light, air.rain, white, &mut rng);
        sparks(&mut light, air.sparks, far, air.tint.map(|_| tint), &mut rng);
        stars(&mut light, air.stars, (far, flat), tint, &mut rng);
        let cover = (air.fog > 0.0 || air.smoke > 0.0).then(|| {
            let mut cover = SmallCanvas::new(half, top);
            let seed = spec.seed as u32 ^ 0x5e0;
            let around = mix3(lamp.surroundings, white, 0.45);
            cover.fill(|x, y| [thickness(air, (x, y), far, half, flat, seed); 3]);
            light.data.iter_mut().zip(&cover.data).for_each(|(l, c)| {
                let tone = if air.smoke > 0.0 { mix3(around, white, if air.tint.is_some() { 0.92 } else { 0.6 }) } else { around };
                *l = add(mul(*l, 1.0 - 0.5 * c[0]), mul(tone, c[0]));
            });
            cover
        });
        Some(Self { light, cover, unit, height })
    }

    /// Composites the effects over a row of pixels. `scratch` is reused between rows.
    pub fn over_row(&self, row: usize, out: &mut [Rgb], scratch: &mut (Vec<Rgb>, Vec<Rgb>)) {
        let y = (self.height - (row as f32 + 0.5)) / self.unit;
        self.light.cubic_row(y, &mut scratch.0);
        if let Some(cover) = &self.cover {
            cover.cubic_row(y, &mut scratch.1);
        }
        let middle = out.len() as f32 * 0.5;
        for (i, c) in out.iter_mut().enumerate() {
            let x = (i as f32 + 0.5 - middle) / self.unit;
            let keep = self.cover.as_ref().map_or(1.0, |cover| 1.0 - cover.cubic_x(&scratch.1, x)[0]);
            *c = add(mul(*c, keep), self.light.cubic_x(&scratch.0, x));
        }
    }
}

/// Coverage by fog and smoke at a point, 0..=1.
fn thickness(air: Air, (x, y): (f32, f32), far: f32, half: f32, flat: bool, seed: u32) -> f32 {
    let mut clear = 1.0;
    if air.fog > 0.0 {
        // Thickest at the far edge of the surface, thin in front of the product.
        let bank = if flat { 0.5 } else { smoothstep(far * 0.25, far + 0.06, y) * (1.0 - 0.45 * smoothstep(far + 0.05, far + 0.55, y)) };
        let drift = 0.80 + 0.34 * fbm(x * 1.6, y * 4.0, 3, seed);
        clear *= 1.0 - (air.fog * (0.06 + 0.52 * bank) * drift).clamp(0.0, 0.72);
    }
    if air.smoke > 0.0 {
        let w = 0.35 * fbm(x * 2.2, y * 2.2, 3, seed ^ 1);
        let curl = 0.5 + 0.5 * fbm(x * 2.6 + w * 2.0, y * 3.0 - w * 1.6, 5, seed ^ 2);
        let wisp = 1.0 - fbm(x * 3.4 - w, y * 2.0 + w * 2.4, 4, seed ^ 3).abs() * 2.2;
        let side = smoothstep(0.05 * half, 0.85 * half, x.abs());
        let low = if flat { 0.6 } else { smoothstep(far + 0.30, far - 0.08, y) * smoothstep(-0.10, 0.16, y) };
        let high = smoothstep(far - 0.1, far + 0.2, y) * smoothstep(far + 0.75, far + 0.25, y) * side * 0.75;
        let dense = smoothstep(0.42, 0.92, curl) * (0.45 + 0.55 * wisp.clamp(0.0, 1.0));
        clear *= 1.0 - (air.smoke * (low * (0.30 + 0.70 * side) + high) * dense * 1.15).clamp(0.0, 0.86);
    }
    1.0 - clear
}

fn bokeh(canvas: &mut SmallCanvas, amount: f32, spec: &SceneSpec, far: f32, rng: &mut Rng) {
    if amount <= 0.0 {
        return;
    }
    let lamp = mix3(spec.light.color, [1.0, 0.66, 0.32], 0.65);
    let (half, top) = (canvas.half, canvas.top);
    for _ in 0..(46.0 * amount.sqrt()) as usize {
        let y = if far >= top { rng.range(0.0, top) } else { mix(far + 0.02, top, rng.unit()) };
        let tint = mix3(lamp, [1.0, 0.95, 0.9], rng.unit() * 0.5);
        let level = rng.range(0.05, 0.42) * rng.range(0.3, 1.0) * (0.55 + 0.45 * amount);
        canvas.bokeh((rng.range(-half, half), y), rng.range(0.012, 0.040), mul(tint, level));
    }
    canvas.defocus(0.003);
}

/// Beams from the upper corner on the lamp's side.
fn rays(canvas: &mut SmallCanvas, amount: f32, spec: &SceneSpec, lamp: &Lamp) {
    let seed = spec.seed as u32 ^ 0x4a9;
    let side = spec.light.direction[0].signum();
    let from = (side * canvas.half * 1.15, canvas.top * 1.12);
    let tint = mix3(lamp.key, spec.light.color, 0.4);
    canvas.map(|x, y, c| {
        let (dx, dy) = (x - from.0, from.1 - y);
        let angle = math::atan2(dx * -side, dy);
        let beam = smoothstep(-0.05, 0.55, noise2(angle * 9.0, 0.5, seed) + 0.45 * noise2(angle * 23.0, 3.5, seed ^ 1));
        let d = math::hypot(dx, dy);
        let dust = 0.85 + 0.2 * fbm(x * 5.0, y * 5.0, 3, seed ^ 2);
        let fan = smoothstep(-0.15, 0.20, angle) * smoothstep(1.45, 1.0, angle);
        add(c, mul(tint, amount * 0.46 * beam * fan * dust / (1.0 + 1.3 * d * d)))
    });
}

fn snow(canvas: &mut SmallCanvas, amount: f32, white: Rgb, rng: &mut Rng) {
    if amount <= 0.0 {
        return;
    }
    let (half, top) = (canvas.half, canvas.top);
    let level = mul(white, 0.9 / (0.30 + 0.70 * white[1].max(0.2)).max(0.3));
    for (n, lo, hi, bright) in [(300.0, 0.0016, 0.0034, 0.75), (120.0, 0.0030, 0.0056, 0.52), (20.0, 0.009, 0.020, 0.20)] {
        for _ in 0..(n * amount * (half * 2.0 * top).max(0.5)) as usize {
            let at = (rng.range(-half, half), rng.range(0.0, top));
            canvas.bokeh(at, rng.range(lo, hi), mul(level, bright * rng.range(0.45, 1.1)));
        }
    }
    canvas.defocus(0.0024);
}

fn rain(canvas: &mut SmallCanvas, amount: f32, white: Rgb, rng: &mut Rng) {
    if amount <= 0.0 {
        return;
    }
    let (half, top) = (canvas.half, canvas.top);
    let slant = rng.range(0.06, 0.14) * rng.sign();
    let mut drops = SmallCanvas::new(half, top);
    let level = mul(white, 1.0 / (0.35 + 0.65 * white[1].max(0.2)));
    for (n, radius, lo, hi, bright) in [(260.0, 0.0011, 0.04, 0.09, 0.26), (60.0, 0.0015, 0.10, 0.17, 0.15)] {
        for _ in 0..(n * amount * (half * 2.0 * top).max(0.5)) as usize {
            let at = (rng.range(-half - 0.05, half + 0.05), rng.range(-0.05, top));
            let long = rng.range(lo, hi);
            drops.line(at, (at.0 + slant * long, at.1 + long), radius, level, bright * rng.range(0.3, 1.0));
        }
    }
    drops.defocus(0.0026);
    canvas.data.iter_mut().zip(&drops.data).for_each(|(c, d)| *c = add(*c, *d));
}

fn sparks(canvas: &mut SmallCanvas, amount: f32, far: f32, tint: Option<Rgb>, rng: &mut Rng) {
    if amount <= 0.0 {
        return;
    }
    let half = canvas.half;
    canvas.glow((0.0, far * 0.9), (half * 0.9, 0.16), mul(tint.unwrap_or([0.75, 0.27, 0.06]), 0.34 * amount));
    for _ in 0..(120.0 * amount) as usize {
        let up = rng.unit();
        let at = (rng.bell() * half * 1.1, far * 0.4 + up * (canvas.top - far * 0.4));
        let hot = mix3(tint.unwrap_or([1.0, 0.36, 0.07]), [1.0, 0.78, 0.40], rng.unit() * if tint.is_some() { 0.3 } else { 1.0 });
        let size = rng.range(0.0016, 0.0046);
        let end = (at.0 + rng.range(-0.010, 0.010), at.1 + rng.range(0.002, 0.018));
        canvas.line(at, end, size, mul(hot, 2.6 * (1.1 - up)), 0.8);
        if rng.unit() < 0.2 {
            canvas.bokeh(at, rng.range(0.008, 0.020), mul(hot, 0.16));
        }
    }
    canvas.defocus(0.0025);
}

/// Small lights with four rays.
fn stars(canvas: &mut SmallCanvas, amount: f32, (far, flat): (f32, bool), tint: Rgb, rng: &mut Rng) {
    if amount <= 0.0 {
        return;
    }
    let (half, top) = (canvas.half, canvas.top);
    let mut shine = SmallCanvas::new(half, top);
    // Stars of the night sky stay above the land.
    let low = if flat { 0.0 } else { far + if amount < 0.5 { 0.45 * (top - far) } else { 0.02 } };
    for i in 0..(120.0 * amount) as usize {
        let at = (rng.range(-half, half), mix(low, top, rng.unit()));
        let bright = rng.range(0.3, 1.0);
        shine.bokeh(at, rng.range(0.0014, 0.0030), mul3(mul([1.0, 0.97, 0.90], 1.1 * bright), tint));
        if i % 6 == 0 {
            let r = rng.range(0.014, 0.036) * (0.5 + 0.5 * amount);
            for k in 1..=4 {
                let (t, c) = (r * k as f32 / 4.0, mul3(mul([1.0, 0.95, 0.84], 0.42 / k as f32 * bright * 4.0), tint));
                shine.line((at.0 - t, at.1), (at.0 + t, at.1), 0.0009, c, 0.35);
                shine.line((at.0, at.1 - t), (at.0, at.1 + t), 0.0009, c, 0.35);
            }
            shine.bokeh(at, 0.0045, mul3([1.5, 1.45, 1.3], tint));
        }
    }
    shine.defocus(0.0024);
    canvas.data.iter_mut().zip(&shine.data).for_each(|(c, d)| *c = add(*c, *d));
}
