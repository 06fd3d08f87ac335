//! Environment maps for image-based lighting, reflections and out-of-focus backdrops.
//!
//! Equirectangular Radiance maps, prefiltered on first use: each roughness level is a blurred, smaller copy, so that a glossy reflection is a
//! single bilinear fetch (split-sum prefiltering, Karis, "Real Shading in Unreal Engine 4", 2013, with a Gaussian lobe).

use std::f32::consts::{PI, TAU};
use std::io::Cursor;
use std::sync::OnceLock;

use image::ImageFormat;

use crate::assets::hdri;
use crate::backend::KeyLight;
use crate::math;

/// The embedded environment maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EnvId {
    /// Big soft boxes.
    Studio,
    /// Warm lamps.
    Lobby,
    /// Daylight from windows.
    Apartment,
    /// Low sun over water.
    Sunset,
}

/// An equirectangular map at one roughness level.
struct Level {
    width: usize,
    height: usize,
    data: Vec<[f32; 3]>,
}

impl Level {
    fn fetch(&self, u: f32, v: f32) -> [f32; 3] {
        let (x, y) = (u * self.width as f32 - 0.5, (v * self.height as f32 - 0.5).clamp(0.0, self.height as f32 - 1.0));
        let x0f = x.floor();
        let fx = x - x0f;
        let x0 = (x0f as i64).rem_euclid(self.width as i64) as usize;
        let x1 = (x0 + 1) % self.width;
        let y0 = y as usize;
        let y1 = (y0 + 1).min(self.height - 1);
        let fy = y - y0 as f32;
        let at = |x: usize, y: usize| self.data[y * self.width + x];
        let (a, b, c, d) = (at(x0, y0), at(x1, y0), at(x0, y1), at(x1, y1));
        std::array::from_fn(|i| (a[i] * (1.0 - fx) + b[i] * fx) * (1.0 - fy) + (c[i] * (1.0 - fx) + d[i] * fx) * fy)
    }

    /// A copy at half the size, by 2×2 means.
    fn half(&self) -> Self {
        let (width, height) = ((self.width / 2).max(1), (self.height / 2).max(1));
        let data = (0..width * height)
            .map(|i| {
                let (x, y) = (2 * (i % width), 2 * (i / width));
                let mut sum = [0.0; 3];
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let c = self.data[(y + dy).min(self.height - 1) * self.width + (x + dx).min(self.width - 1)];
                    (0..3).for_each(|k| sum[k] += c[k] * 0.25);
                }
                sum
            })
            .collect();
        Self { width, height, data }
    }

    /// A copy blurred by `sigma` radians; along longitude, the kernel widens towards the poles.
    fn blurred(&self, sigma: f32) -> Self {
        let (w, h) = (self.width, self.height);
        let vertical = kernel(sigma / PI * h as f32);
        let rv = (vertical.len() / 2) as i64;
        let mut tall = vec![[0.0; 3]; w * h];
        for y in 0..h {
            for (k, weight) in vertical.iter().enumerate() {
                // Beyond a pole, the meridian continues on the opposite side.
                let mut yy = y as i64 + k as i64 - rv;
                let mut shift = 0;
                if yy < 0 {
                    yy = -1 - yy;
                    shift = w / 2;
                } else if yy >= h as i64 {
                    yy = 2 * h as i64 - 1 - yy;
                    shift = w / 2;
                }
                let yy = yy.clamp(0, h as i64 - 1) as usize;
                for x in 0..w {
                    let c = self.data[yy * w + (x + shift) % w];
                    (0..3).for_each(|i| tall[y * w + x][i] += c[i] * weight);
                }
            }
        }
        let mut data = vec![[0.0; 3]; w * h];
        for y in 0..h {
            let latitude = math::sin((y as f32 + 0.5) / h as f32 * PI).max(0.02);
            let horizontal = kernel((sigma / TAU * w as f32 / latitude).min(w as f32 / 4.0));
            let rh = (horizontal.len() / 2) as i64;
            for x in 0..w {
                for (k, weight) in horizontal.iter().enumerate() {
                    let xx = (x as i64 + k as i64 - rh).rem_euclid(w as i64) as usize;
                    let c = tall[y * w + xx];
                    (0..3).for_each(|i| data[y * w + x][i] += c[i] * weight);
                }
            }
        }
        Self { width: w, height: h, data }
    }
}

fn kernel(sigma: f32) -> Vec<f32> {
    let sigma = sigma.max(0.05);
    let radius = (sigma * 2.5).ceil() as i32;
    let raw: Vec<f32> = (-radius..=radius).map(|i| math::exp(-0.5 * (i as f32 / sigma).powi(2))).collect();
    let sum: f32 = raw.iter().sum();
    raw.iter().map(|v| v / sum).collect()
}

/// A prefiltered environment, exposed so that its mean radiance is 1.
pub struct EnvMap {
    /// Levels from sharp to rough; level `i` has roughness `i / (levels - 1)`.
    levels: Vec<Level>,
    irradiance: Level,
    key: KeyLight,
}

/// Returns an environment map, which is decoded and prefiltered on first use.
pub fn env(id: EnvId) -> &'static EnvMap {
    static MAPS: [OnceLock<EnvMap>; 4] = [const { OnceLock::new() }; 4];
    let (slot, bytes) = match id {
        EnvId::Studio => (0, hdri::STUDIO),
        EnvId::Lobby => (1, hdri::LOBBY),
        EnvId::Apartment => (2, hdri::APARTMENT),
        EnvId::Sunset => (3, hdri::SUNSET),
    };
    MAPS[slot].get_or_init(|| EnvMap::build(bytes))
}

impl EnvMap {
    fn build(bytes: &[u8]) -> Self {
        let base = image::load(Cursor::new(bytes), ImageFormat::Hdr).map(image::DynamicImage::into_rgb32f).ok();
        let mut base = match base {
            Some(i) => Level { width: i.width() as usize, height: i.height() as usize, data: i.pixels().map(|p| p.0).collect() },
            // The embedded files always decode; a grey dome stands in if one does not.
            None => Level { width: 4, height: 2, data: vec![[1.0; 3]; 8] },
        };
        while base.width > 512 {
            base = base.half();
        }
        // The sun is clipped before the exposure is computed: it would cause fireflies and make everything else too dark.
        for _ in 0..4 {
            let scale = 1.0 / base.mean().max(1e-6);
            base.data.iter_mut().for_each(|c| *c = c.map(|v| (v * scale).min(60.0)));
        }
        let mut levels = Vec::with_capacity(6);
        let mut small = base.half();
        let key = small.brightest();
        levels.push(base);
        for sigma in [0.035, 0.09, 0.2, 0.4, 0.7] {
            levels.push(small.blurred(sigma));
            if small.width > 32 {
                small = small.half();
            }
        }
        let irradiance = small.cosine();
        Self { levels, irradiance, key }
    }

    /// Radiance from a direction (x right, y up, z towards the viewer), blurred by `roughness` 0..=1.
    pub fn sample(&self, direction: [f32; 3], roughness: f32) -> [f32; 3] {
        let (u, v) = to_uv(direction);
        let at = roughness.clamp(0.0, 1.0) * (self.levels.len() - 1) as f32;
        let i = (at as usize).min(self.levels.len() - 2);
        let f = at - i as f32;
        let (a, b) = (self.levels[i].fetch(u, v), self.levels[i + 1].fetch(u, v));
        std::array::from_fn(|k| a[k] + (b[k] - a[k]) * f)
    }

    /// Cosine-weighted mean radiance around a normal; about 1.
    pub fn irradiance(&self, normal: [f32; 3]) -> [f32; 3] {
        let (u, v) = to_uv(normal);
        self.irradiance.fetch(u, v)
    }

    /// The key light: the brightest direction, adjusted to come from the front and from above.
    pub fn key(&self) -> KeyLight {
        self.key
    }
}

impl Level {
    fn mean(&self) -> f32 {
        let (mut sum, mut weight) = (0.0_f64, 0.0_f64);
        for (i, c) in self.data.iter().enumerate() {
            let w = f64::from(math::sin(((i / self.width) as f32 + 0.5) / self.height as f32 * PI));
            sum += w * f64::from(c[0] * 0.2126 + c[1] * 0.7152 + c[2] * 0.0722);
            weight += w;
        }
        (sum / weight) as f32
    }

    fn brightest(&self) -> KeyLight {
        let (mut direction, mut color, mut total, mut top) = ([0.0_f32; 3], [0.0_f32; 3], 0.0_f32, 0.0_f32);
        for (i, c) in self.data.iter().enumerate() {
            let v = ((i / self.width) as f32 + 0.5) / self.height as f32;
            let l = c[0] * 0.2126 + c[1] * 0.7152 + c[2] * 0.0722;
            let area = math::sin(v * PI);
            total += l * area;
            // Light from below the horizon does not reach the surface.
            if l > 3.0 && v < 0.55 {
                let d = to_direction(((i % self.width) as f32 + 0.5) / self.width as f32, v);
                let w = (l - 3.0) * area;
                (0..3).for_each(|k| {
                    direction[k] += d[k] * w;
                    color[k] += c[k] * w;
                });
                top += l * area;
            }
        }
        let mut d = if top > 0.0 { direction } else { [0.4, 0.8, 0.45] };
        let length = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt().max(1e-6);
        d = d.map(|v| v / length);
        d = [d[0], d[1].max(0.45), d[2].max(0.15)];
        let length = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt();
        let brightest = color[0].max(color[1]).max(color[2]).max(1e-6);
        let color = if top > 0.0 { color.map(|v| v / brightest) } else { [1.0; 3] };
        KeyLight { direction: d.map(|v| v / length), color, softness: (1.0 - top / total.max(1e-6)).clamp(0.15, 0.95) }
    }

    fn cosine(&self) -> Self {
        let mut source = Self { width: self.width, height: self.height, data: self.data.clone() };
        while source.width > 32 {
            source = source.half();
        }
        let (width, height) = (32, 16);
        let texels: Vec<([f32; 3], f32, [f32; 3])> = (0..source.width * source.height)
            .map(|i| {
                let v = ((i / source.width) as f32 + 0.5) / source.height as f32;
                (to_direction(((i % source.width) as f32 + 0.5) / source.width as f32, v), math::sin(v * PI), source.data[i])
            })
            .collect();
        let data = (0..width * height)
            .map(|i| {
                let n = to_direction(((i % width) as f32 + 0.5) / width as f32, ((i / width) as f32 + 0.5) / height as f32);
                let (mut sum, mut weight) = ([0.0; 3], 0.0);
                for (d, area, c) in &texels {
                    let cos = (n[0] * d[0] + n[1] * d[1] + n[2] * d[2]).max(0.0) * area;
                    weight += cos;
                    (0..3).for_each(|k| sum[k] += c[k] * cos);
                }
                sum.map(|v| v / weight.max(1e-6))
            })
            .collect();
        Self { width, height, data }
    }
}

fn to_uv(d: [f32; 3]) -> (f32, f32) {
    let length = (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]).sqrt().max(1e-9);
    (math::atan2(d[0], d[2]) / TAU + 0.5, math::acos((d[1] / length).clamp(-1.0, 1.0)) / PI)
}

fn to_direction(u: f32, v: f32) -> [f32; 3] {
    let (phi, theta) = ((u - 0.5) * TAU, v * PI);
    [math::sin(theta) * math::sin(phi), math::cos(theta), math::sin(theta) * math::cos(phi)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[ignore = "prints times and lights"]
    fn load_times() {
        for id in [EnvId::Studio, EnvId::Lobby, EnvId::Apartment, EnvId::Sunset] {
            let start = std::time::Instant::now();
            let map = env(id);
            println!("{id:?} {:?} {:?} mean {}", start.elapsed(), map.key(), map.levels[0].mean());
        }
    }

    #[test]
    fn directions_round_trip() {
        for (u, v) in [(0.1, 0.3), (0.5, 0.5), (0.9, 0.8)] {
            let (a, b) = to_uv(to_direction(u, v));
            assert!((a - u).abs() < 1e-4 && (b - v).abs() < 1e-4);
        }
    }

    #[test]
    fn every_map_is_exposed_and_rougher_is_flatter() {
        for id in [EnvId::Studio, EnvId::Lobby, EnvId::Apartment, EnvId::Sunset] {
            let map = env(id);
            let mean = map.levels[0].mean();
            assert!((0.5..1.2).contains(&mean), "{id:?} {mean}");
            let spread = |r: f32| {
                let values: Vec<f32> = (0..64).map(|i| map.sample(to_direction(i as f32 / 64.0, 0.45), r)[1]).collect();
                values.iter().copied().fold(0.0, f32::max) - values.iter().copied().fold(f32::MAX, f32::min)
            };
            assert!(spread(1.0) < spread(0.0), "{id:?}");
            let key = map.key();
            assert!(key.direction[1] > 0.3 && key.direction[2] > 0.0);
        }
    }
}
