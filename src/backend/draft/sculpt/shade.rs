//! Shading of faces, bevels and side walls.

use super::field::Field;
use super::material::{Bevel, Kind, Material, Texture};
use super::noise::{fbm, knit, marble, noise, wood};
use crate::backend::KeyLight;
use crate::backend::draft::env::{EnvId, EnvMap, env};
use crate::imaging::{LinearRgb, luminance};
use crate::math;
use crate::typography::TextLayout;

type V3 = [f32; 3];

fn dot(a: V3, b: V3) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn unit(v: V3) -> V3 {
    let l = dot(v, v).sqrt().max(1e-9);
    v.map(|c| c / l)
}

fn mix(a: V3, b: V3, t: f32) -> V3 {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * t)
}

fn mul(a: V3, b: V3) -> V3 {
    std::array::from_fn(|i| a[i] * b[i])
}

fn smooth(lo: f32, hi: f32, v: f32) -> f32 {
    let t = ((v - lo) / (hi - lo)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Tone curve with a soft shoulder that keeps mid tones and the hue of highlights.
fn tone(c: V3) -> V3 {
    let peak = c[0].max(c[1]).max(c[2]);
    if peak <= 0.6 {
        return c;
    }
    let squeezed = 0.6 + 0.4 * (1.0 - math::exp(-(peak - 0.6) / 0.55));
    let hue = c.map(|v| v * squeezed / peak);
    // Very bright highlights turn white.
    mix(hue, [squeezed; 3], smooth(1.5, 4.5, peak) * 0.7)
}

/// Shades points of the letters.
pub(super) struct Shader<'a> {
    material: Material,
    field: &'a Field,
    env: &'static EnvMap,
    key: KeyLight,
    backdrop: &'a LinearRgb,
    /// Canvas pixels per backdrop cell.
    backdrop_cell: f32,
    /// Bevel width, pixels.
    pub bevel: f32,
    em: f32,
    bounds: (f32, f32, f32, f32),
    lines: f32,
    eye: [f32; 2],
    focal: f32,
    seed: u32,
}

impl<'a> Shader<'a> {
    pub(super) fn new(
        material: Material,
        glyphs: &TextLayout,
        field: &'a Field,
        backdrop: (&'a LinearRgb, f32),
        eye: [f32; 2],
        seed: u64,
    ) -> Self {
        let id = match (material.kind, material.bevel) {
            (Kind::Metal, Bevel::Balloon) => EnvId::Studio,
            (Kind::Metal, _) if material.colors[0][0] > material.colors[0][2] * 1.4 => EnvId::Lobby,
            (Kind::Metal, _) => EnvId::Apartment,
            _ => EnvId::Studio,
        };
        let env = env(id);
        let font = glyphs.font_px;
        // A bevel takes at most half of a stroke, so that a flat face remains and dense syllables stay legible.
        let bevel = (material.bevel_em * font).min(0.5 * field.half_stroke).max(0.8);
        Self {
            material,
            field,
            env,
            key: env.key(),
            backdrop: backdrop.0,
            backdrop_cell: backdrop.1,
            bevel,
            em: font,
            bounds: glyphs.bounds,
            lines: glyphs.lines.iter().filter(|l| !l.trim().is_empty()).count().max(1) as f32,
            eye,
            focal: glyphs.width as f32 * 1.3,
            seed: (seed ^ (seed >> 32)) as u32,
        }
    }

    /// Position within the text block: x −1..1, y −1..1 within the line, and 0..1 down the block.
    fn place(&self, p: [f32; 2]) -> (f32, f32, f32) {
        let (x0, y0, x1, y1) = self.bounds;
        let fx = ((p[0] - x0) / (x1 - x0).max(1.0)) * 2.0 - 1.0;
        let v = ((p[1] - y0) / (y1 - y0).max(1.0)).clamp(0.0, 0.9999);
        (fx.clamp(-1.0, 1.0), (v * self.lines).fract() * 2.0 - 1.0, v)
    }

    fn view(&self, p: [f32; 2]) -> V3 {
        unit([(self.eye[0] - p[0]) / self.focal, (p[1] - self.eye[1]) / self.focal, 1.0])
    }

    /// Reflected light: the environment map and, above it, the soft boxes of a product photo studio.
    fn mirror(&self, r: V3, roughness: f32) -> V3 {
        let mut room = self.env.sample(r, roughness);
        let metal = self.material.colors[0];
        if self.material.kind == Kind::Metal && (metal[0] - metal[2]).abs() < 0.15 {
            // Silver and chrome must look cool, so the warm tint of the room's lamps is removed.
            let grey = luminance(room);
            room = mix(room, [0.94 * grey, 0.99 * grey, 1.08 * grey], 0.75);
        }
        let w = 0.035 + roughness * 0.55;
        let step = |e: f32| smooth(e - w, e + w, r[1]);
        let side = 0.8 + 0.35 * (math::sin(r[0] * 4.2 + 0.7) * (1.0 - roughness)) + 0.12 * math::sin(r[0] * 9.0 - 1.0) * (1.0 - roughness);
        // Polished chrome reflects the horizon on its faces; rougher metals have it lower.
        let horizon = -0.2 + 0.11 * (1.0 - roughness / 0.08).max(0.0);
        let ground = 0.2 + 0.34 * (1.0 - step(-0.62)) + 0.16 * (1.0 - step(-0.4));
        let sky = 0.75 + 0.55 * step(0.02) + 1.1 * step(0.3) * (1.0 - step(0.72)) + 0.35 * step(0.86);
        let box_light = ground + (sky * side - ground) * step(horizon);
        mix(room.map(|v| v.min(5.0)), [box_light, box_light, box_light * 1.03], 0.62)
    }

    /// Height of the texture and its tone at a point, in ems.
    fn texture(&self, x: f32, y: f32) -> (f32, f32) {
        let s = self.seed;
        match self.material.texture {
            Texture::None => (0.0, 1.0),
            Texture::Stone => {
                let big = fbm(x * 7.0, y * 7.0, 4, s);
                let grain = fbm(x * 38.0, y * 38.0, 3, s ^ 5);
                let speck = if noise(x * 70.0, y * 70.0, s ^ 11) > 0.8 { 0.75 } else { 1.0 };
                (big * 0.6 + grain * 0.4, (0.5 + 0.65 * big * 0.7 + 0.35 * grain) * speck)
            }
            Texture::Concrete => {
                let big = fbm(x * 4.0, y * 4.0, 4, s);
                let pore = smooth(0.8, 0.9, noise(x * 26.0, y * 26.0, s ^ 3));
                (big * 0.5 - pore * 0.6, 0.75 + 0.4 * (big - 0.3) - 0.35 * pore)
            }
            Texture::Wood => {
                let g = wood(x, y, s);
                (g, 0.42 + 0.75 * g)
            }
            Texture::Marble => (0.0, 0.55 + 0.5 * marble(x, y, s)),
            Texture::Paper => {
                let f = fbm(x * 60.0, y * 42.0, 3, s);
                (f, 0.94 + 0.1 * f)
            }
            Texture::Leather => {
                let c = (noise(x * 24.0, y * 24.0, s) - 0.5).abs() + (noise(x * 31.0 + 7.0, y * 29.0, s ^ 1) - 0.5).abs();
                let pit = smooth(0.05, 0.3, c);
                (pit, 0.7 + 0.35 * pit)
            }
            Texture::Ice => {
                let f = fbm(x * 5.0, y * 5.0, 4, s);
                let crack = smooth(0.0, 0.035, (fbm(x * 3.0, y * 3.0, 3, s ^ 8) - 0.5).abs());
                (f, 0.8 + 0.25 * f * crack)
            }
            Texture::Brushed => {
                let f = noise(x * 3.0, y * 150.0, s) * 0.6 + noise(x * 9.0, y * 320.0, s ^ 2) * 0.4;
                (f, 0.9 + 0.2 * f)
            }
            Texture::Knit => {
                let stitch = knit(x, y, s);
                (stitch, 0.45 + 0.6 * stitch)
            }
            Texture::Stripes => (0.0, smooth(-0.18, 0.18, math::sin((x + y * 0.8) * 9.0))),
        }
    }

    fn albedo(&self, p: [f32; 2], tone: f32) -> V3 {
        let [a, b] = self.material.colors;
        let (fx, _, v) = self.place(p);
        let base = if a == b { a } else { mix(a, b, smooth(0.15, 0.85, (v + fx * 0.5 + 0.5) / 2.0)) };
        match self.material.texture {
            // Candy stripes: the colour and white.
            Texture::Stripes => mix([0.92, 0.9, 0.88], base, tone),
            Texture::Wood => {
                let dark = mul(base, [0.42, 0.32, 0.26]);
                mix(dark, base, tone.clamp(0.0, 1.2))
            }
            _ => base.map(|c| c * tone),
        }
    }

    /// Slope of the front at `p` (image axes, z = 1), its distance to the outline, the height of the inflated stroke (1 = a typical
    /// one), and the tone of the texture.
    fn front(&self, p: [f32; 2]) -> ([f32; 2], f32, f32, f32) {
        let m = &self.material;
        let (d, out) = self.field.edge(p, self.field.signed(p) <= 0.0);
        let (u, g) = self.field.pillow(p);
        let half = self.field.half_stroke;
        let swell = (2.0 * u).sqrt();
        let (fx, fy, _) = self.place(p);
        let t = d / self.bevel;
        let mut s = match m.bevel {
            Bevel::Chamfer => out.map(|o| o * 1.05 * (1.0 - smooth(0.8, 1.2, t))),
            Bevel::Round => {
                let a = (1.0 - t).clamp(0.0, 1.0);
                out.map(|o| o * math::tan(a * 1.22))
            }
            Bevel::Balloon => {
                let z = (swell * 1.05).max(0.16 * half);
                [-g[0] / z, -g[1] / z]
            }
        };
        if m.bevel != Bevel::Balloon {
            let k = (0.07 + 0.07 * m.bow) / half;
            s = [s[0] - g[0] * k, s[1] - g[1] * k];
        }
        // Slightly curved faces vary the reflection across the word.
        let (ex, ey) = (p[0] / self.em, p[1] / self.em);
        let wobble = |o: f32| noise(ex * 1.7 + o, ey * 1.3 - o, self.seed ^ 77) - 0.5;
        s[0] += m.bow * (0.16 * fx + 0.10 * wobble(0.0));
        s[1] += m.bow * (0.13 * fy + 0.08 * wobble(31.7));
        let (h, tone_map) = self.texture(ex, ey);
        if m.bump > 0.0 {
            let e = 0.6 / self.em;
            // The grain runs along x, so its height hardly changes in that direction.
            if !matches!(m.texture, Texture::Wood | Texture::Brushed) {
                s[0] -= m.bump * (self.texture(ex + e, ey).0 - h) / e * 0.06;
            }
            s[1] -= m.bump * (self.texture(ex, ey + e).0 - h) / e * 0.06;
        }
        (s, d, (swell / half).min(1.2), tone_map)
    }

    /// Display-linear colour of the front at `p`.
    pub(super) fn face(&self, p: [f32; 2]) -> V3 {
        let m = &self.material;
        let (s, d, swell, tone_map) = self.front(p);
        let n = unit([s[0], -s[1], 1.0]);
        let v = self.view(p);
        let nv = dot(n, v).clamp(0.02, 1.0);
        let r: V3 = std::array::from_fn(|i| 2.0 * dot(n, v) * n[i] - v[i]);
        let fresnel = (1.0 - nv).powi(5);
        let albedo = self.albedo(p, tone_map);
        let t = d / self.bevel;
        let c = match m.kind {
            Kind::Metal => {
                let f: V3 = albedo.map(|c| c + (1.0 - c) * fresnel);
                // The edge between bevel and face catches a thin highlight.
                let line = if m.bevel == Bevel::Chamfer { (1.0 - ((t - 1.0).abs() * self.bevel / 1.1).min(1.0)) * 0.35 } else { 0.0 };
                let light = self.mirror(r, m.roughness);
                let half = unit([self.key.direction[0] + v[0], self.key.direction[1] + v[1], self.key.direction[2] + v[2]]);
                let spark = math::powf(dot(n, half).max(0.0), 90.0) * 1.5;
                std::array::from_fn(|i| f[i] * (light[i] * 1.05 + line + spark * self.key.color[i]))
            }
            Kind::Solid => self.solid(n, v, r, albedo, fresnel, 1.0),
            Kind::Glass => {
                let shift = self.bevel.max(3.0) * 1.6;
                let q = [p[0] + s[0] * shift, p[1] + s[1] * shift];
                let behind = self.behind(q);
                // A broad diagonal highlight, as on window panes.
                let slant = (p[0] + p[1] * 0.8) / self.em * 2.1;
                let gleam = smooth(0.55, 0.95, math::sin(slant)) * 0.16;
                let frost = mix(behind, [0.92; 3], 0.27 + 1.5 * gleam);
                let body = mul(mul(frost, mix(albedo, [1.0; 3], 0.35)), [1.25; 3]);
                let shine = self.mirror(r, m.roughness);
                let f = 0.07 + 0.93 * fresnel;
                // A bright rim at the bevel and a dark line at the edge keep the letter legible on any backdrop.
                let rim = (1.0 - ((t - 0.8).abs() / 0.4).min(1.0)) * 0.55;
                let edge = 0.45 + 0.55 * smooth(0.0, 0.45, t);
                std::array::from_fn(|i| (body[i] * (0.8 + 0.12 * swell) + shine[i] * (f + 0.1 * (1.0 - t).max(0.0)) + rim * 0.9) * edge)
            }
            Kind::Neon => {
                let glow = self.neon(p);
                let core = smooth(0.55, 1.15, swell);
                let lit = mix(glow, [1.0, 0.985, 0.97], 0.06 + 0.7 * core);
                let rim = 0.72 + 0.28 * smooth(0.0, 1.0, t);
                let shine = self.mirror(r, 0.1);
                return std::array::from_fn(|i| (lit[i] * rim + shine[i] * 0.05 * (1.0 - t).max(0.0)).min(1.0));
            }
        };
        tone(c)
    }

    fn solid(&self, n: V3, v: V3, r: V3, albedo: V3, fresnel: f32, ao: f32) -> V3 {
        let m = &self.material;
        let irradiance = self.env.irradiance(n);
        let key = self.key.direction;
        let lambert = dot(n, key).max(0.0);
        let half = unit([key[0] + v[0], key[1] + v[1], key[2] + v[2]]);
        let power = 6.0 + 380.0 * (1.0 - m.roughness).powi(3);
        let lobe = math::powf(dot(n, half).max(0.0), power) * (0.25 + 1.6 * (1.0 - m.roughness)) * (0.15 + m.coat);
        let shine = self.mirror(r, m.roughness);
        let f = m.coat * (0.04 + 0.96 * fresnel);
        std::array::from_fn(|i| {
            let diffuse = albedo[i] * (0.46 * irradiance[i].min(1.6) + 0.24 + 0.62 * lambert * self.key.color[i]);
            ao * (diffuse * (1.0 - f) + shine[i] * f + lobe * self.key.color[i] * 0.45)
        })
    }

    fn behind(&self, p: [f32; 2]) -> V3 {
        self.backdrop.sample(p[0] / self.backdrop_cell, p[1] / self.backdrop_cell)
    }

    /// Colour of the neon light at a point; the brightest channel is 1.
    pub(super) fn neon(&self, p: [f32; 2]) -> V3 {
        let c = self.albedo(p, 1.0);
        let peak = c[0].max(c[1]).max(c[2]).max(1e-3);
        c.map(|v| math::powf(v / peak, 1.15).max(0.015))
    }

    /// Colour of a side wall. `out` is its normal in image axes, `z` its depth, 0..=1, and `limit` the luminance of the faces.
    pub(super) fn wall(&self, p: [f32; 2], out: [f32; 2], z: f32, limit: f32) -> V3 {
        let m = &self.material;
        // A slight taper varies the tone of long walls.
        let n = unit([out[0], -out[1], 0.25 - 0.2 * z]);
        let v = unit([self.view(p)[0] * 2.0, self.view(p)[1] * 2.0 - 0.25, 1.0]);
        let r: V3 = std::array::from_fn(|i| 2.0 * dot(n, v) * n[i] - v[i]);
        let fresnel = (1.0 - dot(n, v).clamp(0.0, 1.0)).powi(5) * 0.5;
        // Nearby strokes block light.
        let reach = 0.22 * self.em;
        let open = (self.field.signed([p[0] + out[0] * reach, p[1] + out[1] * reach]) / reach).clamp(0.0, 1.0);
        let ao = (0.35 + 0.65 * open) * (1.0 - 0.55 * z);
        let (ex, ey) = (p[0] / self.em, p[1] / self.em);
        let tone_map = self.texture(ex + z * 0.2 * out[0], ey + z * 0.2 * out[1]).1;
        let albedo = self.albedo(p, tone_map);
        let raw: V3 = match m.kind {
            Kind::Metal => {
                let light = self.mirror(r, m.roughness.max(0.1));
                std::array::from_fn(|i| math::powf(albedo[i], 1.35) * light[i] * ao)
            }
            Kind::Solid => self.solid(n, v, r, albedo.map(|c| math::powf(c, 1.1)), fresnel, ao),
            Kind::Glass => {
                let behind = self.behind([p[0] - out[0] * 8.0, p[1] - out[1] * 8.0]);
                let shine = self.mirror(r, 0.08);
                std::array::from_fn(|i| (behind[i] * 0.5 * albedo[i] + shine[i] * (0.08 + 0.5 * fresnel)) * (0.5 + 0.5 * ao))
            }
            Kind::Neon => {
                let glow = self.neon(p);
                let spill = (1.0 - z).powi(2) * 0.34 * (0.5 + 0.5 * open) + 0.02;
                std::array::from_fn(|i| glow[i] * spill + 0.006)
            }
        };
        let l = luminance(raw).max(1e-5);
        if limit > 0.075 {
            // At most a third of the luminance of the faces (WCAG contrast 3:1), with a soft limit.
            let most = ((limit + 0.05) / 3.3 - 0.05).max(0.006);
            let wanted = most * (1.0 - math::exp(-1.15 * l / most));
            raw.map(|c| c * wanted / l)
        } else {
            let least = (limit + 0.05) * 3.9 - 0.05;
            let wanted = least + l * 0.5;
            mix(raw.map(|c| c * wanted / l), [wanted; 3], 0.55)
        }
    }
}
