//! Shading of faces, bevels and side walls.

use super::field::{Edge, Field};
use super::material::{Bevel, Kind, Material, Texture};
use super::noise::{fbm, knit, marble, noise, wood};
use super::tone::Lit;
use crate::backend::KeyLight;
use crate::backend::draft::color::{mix3, mul3};
use crate::backend::draft::env::{EnvId, EnvMap, env};
use crate::imaging::luminance;
use crate::math::{self, smoothstep};
use crate::typography::TextLayout;

/// A colour or a direction.
type V3 = [f32; 3];

fn dot(a: V3, b: V3) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn unit(v: V3) -> V3 {
    let l = dot(v, v).sqrt().max(1e-9);
    v.map(|c| c / l)
}

/// Faces up to this luminance get walls that are lighter than the faces.
pub(super) const DARK_FACE: f32 = 0.075;

/// Shades points of the letters.
pub(super) struct Shader<'a> {
    material: Material,
    field: &'a Field,
    env: &'static EnvMap,
    key: KeyLight,
    /// Bevel width, pixels.
    pub bevel: f32,
    /// How steep round bevels become at the contour, 0..=1.
    steep: f32,
    /// Type size, pixels.
    em: f32,
    /// Box of the text, pixels.
    bounds: (f32, f32, f32, f32),
    /// Number of lines that are not blank.
    lines: f32,
    /// Position of the viewer above the canvas, pixels.
    eye: [f32; 2],
    /// Distance of the viewer from the canvas, pixels.
    focal: f32,
    seed: u32,
}

impl<'a> Shader<'a> {
    pub(super) fn new(material: Material, glyphs: &TextLayout, field: &'a Field, eye: [f32; 2], seed: u32) -> Self {
        let id = match (material.kind, material.bevel) {
            (Kind::Metal, Bevel::Balloon) => EnvId::Studio,
            (Kind::Metal, _) if material.colors[0][0] > material.colors[0][2] * 1.4 => EnvId::Lobby,
            (Kind::Metal, _) => EnvId::Apartment,
            _ => EnvId::Studio,
        };
        let env = env(id);
        let font = glyphs.font_px;
        // A bevel takes at most half of a stroke, so that a flat face remains and dense syllables stay legible. On hairlines it takes less and is
        // flatter: a round one would turn them into tubes.
        let heavy = (field.half_stroke / (0.055 * font)).min(1.0).powi(2);
        let bevel = (material.bevel_em * font).min((0.26 + 0.24 * heavy) * field.half_stroke).max(0.8);
        Self {
            material,
            field,
            env,
            key: env.key(),
            bevel,
            steep: 0.5 + 0.5 * heavy,
            em: font,
            bounds: glyphs.bounds,
            lines: glyphs.lines.iter().filter(|l| !l.trim().is_empty()).count().max(1) as f32,
            eye,
            focal: glyphs.width as f32 * 1.3,
            seed,
        }
    }

    /// Position of a point within the text block: −1..=1 across it, −1..=1 down its line, 0..1 down the whole block.
    fn place(&self, p: [f32; 2]) -> (f32, f32, f32) {
        let (x0, y0, x1, y1) = self.bounds;
        let fx = ((p[0] - x0) / (x1 - x0).max(1.0)) * 2.0 - 1.0;
        let v = ((p[1] - y0) / (y1 - y0).max(1.0)).clamp(0.0, 0.9999);
        (fx.clamp(-1.0, 1.0), (v * self.lines).fract() * 2.0 - 1.0, v)
    }

    /// Unit vector from a point to the viewer: x right, y up, z out of the picture.
    fn view(&self, p: [f32; 2]) -> V3 {
        unit([(self.eye[0] - p[0]) / self.focal, (p[1] - self.eye[1]) / self.focal, 1.0])
    }

    /// Radiance from direction `r`: the environment map mixed with the soft boxes and the dark floor of a photo studio.
    fn mirror(&self, r: V3, roughness: f32) -> V3 {
        let mut room = self.env.sample(r, roughness);
        let metal = self.material.colors[0];
        if self.material.kind == Kind::Metal && (metal[0] - metal[2]).abs() < 0.15 {
            // Silver and chrome look warm in the light of the room's lamps, so its tint is removed.
            let grey = luminance(room);
            room = mix3(room, [0.94 * grey, 0.99 * grey, 1.08 * grey], 0.75);
        }
        let foil = self.is_foil();
        // Foil shows a crisp horizon; other surfaces blur it with their roughness.
        let w = if foil { 0.03 } else { 0.035 + roughness * 0.55 };
        let step = |e: f32| smoothstep(e - w, e + w, r[1]);
        let side = 0.8 + 0.35 * (math::sin(r[0] * 4.2 + 0.7) * (1.0 - roughness)) + 0.12 * math::sin(r[0] * 9.0 - 1.0) * (1.0 - roughness);
        // Polished chrome reflects the horizon on its faces; rougher metals have it lower.
        let horizon = -0.2 + 0.11 * (1.0 - roughness / 0.08).max(0.0);
        let horizon = if foil { -0.08 } else { horizon };
        let ground = if foil { 0.07 } else { 0.2 } + 0.34 * (1.0 - step(-0.62)) + 0.16 * (1.0 - step(-0.4));
        let sky = 0.75 + 0.55 * step(0.02) + 1.1 * step(0.3) * (1.0 - step(0.72)) + 0.35 * step(0.86);
        let box_light = ground + (sky * side - ground) * step(horizon);
        mix3(room.map(|v| v.min(5.0)), [box_light, box_light, box_light * 1.03], if foil { 0.78 } else { 0.62 })
    }

    /// Whether the material is inflated foil, which has a welded seam.
    fn is_foil(&self) -> bool {
        self.material.kind == Kind::Metal && self.material.bevel == Bevel::Balloon
    }

    /// Height and brightness of the texture at a point, whose coordinates are in ems.
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
                let pore = smoothstep(0.8, 0.9, noise(x * 26.0, y * 26.0, s ^ 3));
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
                let pit = smoothstep(0.05, 0.3, c);
                (pit, 0.7 + 0.35 * pit)
            }
            Texture::Ice => {
                let f = fbm(x * 5.0, y * 5.0, 4, s);
                let crack = smoothstep(0.0, 0.035, (fbm(x * 3.0, y * 3.0, 3, s ^ 8) - 0.5).abs());
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
            Texture::Stripes => (0.0, smoothstep(-0.18, 0.18, math::sin((x + y * 0.8) * 9.0))),
        }
    }

    /// Linear colour at `p` without texture.
    pub(super) fn base(&self, p: [f32; 2]) -> V3 {
        let [a, b] = self.material.colors;
        let (fx, _, v) = self.place(p);
        if a == b { a } else { mix3(a, b, smoothstep(0.15, 0.85, (v + fx * 0.5 + 0.5) / 2.0)) }
    }

    /// Linear colour at `p` with the texture's brightness.
    fn albedo(&self, p: [f32; 2], tone: f32) -> V3 {
        let base = self.base(p);
        match self.material.texture {
            // Candy stripes: the colour and white.
            Texture::Stripes => mix3([0.92, 0.9, 0.88], base, tone),
            Texture::Wood => {
                let dark = mul3(base, [0.42, 0.32, 0.26]);
                mix3(dark, base, tone.clamp(0.0, 1.2))
            }
            _ => base.map(|c| c * tone),
        }
    }

    /// Slope of the front at `p` (image axes, z = 1), its distance to the outline in pixels, the height of the inflated stroke as a multiple of the
    /// typical half stroke, and the brightness of the texture.
    fn front(&self, p: [f32; 2]) -> ([f32; 2], f32, f32, f32) {
        let m = &self.material;
        let edge = self.field.edge(p, self.field.signed(p) <= 0.0);
        let (d, out) = (edge.distance, edge.out);
        let (u, g) = self.field.pillow(p);
        let half = self.field.half_stroke;
        let swell = (2.0 * u).sqrt();
        let (fx, fy, _) = self.place(p);
        let t = d / self.bevel;
        let mut s = match m.bevel {
            Bevel::Chamfer => out.map(|o| o * 1.05 * (1.0 - smoothstep(0.8, 1.2, t))),
            Bevel::Round => {
                let a = (1.0 - t).clamp(0.0, 1.0);
                out.map(|o| o * math::tan(a * 1.22 * self.steep))
            }
            Bevel::Balloon => {
                let z = (swell * 1.05).max(0.16 * half);
                let s = [-g[0] / z, -g[1] / z];
                if self.is_foil() { self.seam(s, &edge) } else { s }
            }
        };
        if m.bevel != Bevel::Balloon {
            let k = (0.07 + 0.07 * m.bow) / half;
            s = [s[0] - g[0] * k, s[1] - g[1] * k];
        }
        // A slight curvature varies the reflection across the word.
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

    /// Width of the welded seam of foil, pixels.
    fn seam_width(&self) -> f32 {
        (0.02 * self.em).min(0.2 * self.field.half_stroke)
    }

    /// Slope of foil near its seam: a narrow flat flange along the contour, and folds that run from it into the inflated part.
    fn seam(&self, inflated: [f32; 2], edge: &Edge) -> [f32; 2] {
        let (em, half) = (self.em, self.field.half_stroke);
        let width = self.seam_width();
        let along = edge.arc / em;
        let ripple = math::sin(along * 75.0 + 11.0 * noise(along * 9.0, 3.0, self.seed ^ 41));
        let fold = ripple * smoothstep(0.25, 0.9, noise(along * 15.0, 8.0, self.seed ^ 43));
        let fade = math::exp(-(edge.distance - width).max(0.0) / (0.2 * half).max(1.0));
        let tangent = [-edge.out[1], edge.out[0]];
        if edge.distance < width {
            return std::array::from_fn(|i| edge.out[i] * 0.3 + tangent[i] * fold * 0.16);
        }
        std::array::from_fn(|i| inflated[i] + tangent[i] * fold * 0.2 * fade)
    }

    /// Radiance of the front at `p`, before exposure.
    pub(super) fn face(&self, p: [f32; 2]) -> Lit {
        let m = &self.material;
        let (s, d, swell, tone_map) = self.front(p);
        let n = unit([s[0], -s[1], 1.0]);
        let v = self.view(p);
        let nv = dot(n, v).clamp(0.02, 1.0);
        let r: V3 = std::array::from_fn(|i| 2.0 * dot(n, v) * n[i] - v[i]);
        let fresnel = (1.0 - nv).powi(5);
        let albedo = self.albedo(p, tone_map);
        let base = if m.texture == Texture::Stripes { albedo } else { self.base(p) };
        let t = d / self.bevel;
        match m.kind {
            Kind::Metal => {
                let f: V3 = albedo.map(|c| c + (1.0 - c) * fresnel);
                // The edge between bevel and face catches a thin highlight.
                let line = if m.bevel == Bevel::Chamfer { (1.0 - ((t - 1.0).abs() * self.bevel / 1.1).min(1.0)) * 0.35 } else { 0.0 };
                let light = self.mirror(r, m.roughness);
                let half = unit([self.key.direction[0] + v[0], self.key.direction[1] + v[1], self.key.direction[2] + v[2]]);
                let spark = math::powf(dot(n, half).max(0.0), 90.0) * 1.5;
                let (gloss, crease) = if self.is_foil() {
                    // The weld casts a fine line where the foil begins to swell.
                    let weld = (d - self.seam_width()).abs() / (0.006 * self.em).max(0.8);
                    (0.07 * smoothstep(0.9, 2.2, luminance(light)), 1.0 - 0.4 * (1.0 - weld).max(0.0))
                } else {
                    (0.0, 1.0)
                };
                Lit {
                    body: std::array::from_fn(|i| crease * f[i] * (light[i] * 1.05 + line + spark * self.key.color[i])),
                    shine: light.map(|v| v * gloss),
                    base,
                    opacity: 1.0,
                }
            }
            Kind::Solid => {
                let (body, shine) = self.solid(n, v, r, albedo, fresnel, 1.0);
                Lit { body, shine, base, opacity: 1.0 }
            }
            Kind::Glass => self.glass(p, (n, r, fresnel), (t, swell), albedo),
            Kind::Neon => {
                let glow = self.neon(p);
                let core = smoothstep(0.45, 1.1, swell);
                let lit = mix3(glow, [1.0, 0.985, 0.97], 0.06 + 0.7 * core);
                // Bright enough for the shoulder of the tone curve.
                Lit { body: lit.map(|c| c * 1.8), shine: [0.0; 3], base, opacity: 1.0 }
            }
        }
    }

    /// Glass is transparent where it is flat (compositing refracts the background there) and reflects the room at its edges.
    fn glass(&self, p: [f32; 2], (n, r, fresnel): (V3, V3, f32), (t, swell): (f32, f32), albedo: V3) -> Lit {
        let m = &self.material;
        let turned = 1.0 - n[2];
        let room = self.mirror(r, m.roughness.max(0.05));
        // Diagonal highlights, as on window panes.
        let slant = (p[0] + p[1] * 0.8) / self.em;
        let gleam = 0.16 * smoothstep(0.5, 0.62, math::sin(slant * 2.1)) + 0.07 * smoothstep(0.86, 0.93, math::sin(slant * 2.1 - 1.3));
        // The upper part of the letters reflects the sky.
        let sky = smoothstep(0.5, -1.0, self.place(p).1);
        let light = self.env.irradiance(n);
        let body: V3 = std::array::from_fn(|i| albedo[i] * (0.78 + 0.24 * light[i].min(1.4) + 0.06 * swell));
        let mirror = (0.04 + 0.96 * fresnel + 0.55 * turned).min(0.85);
        // Caustics: light gathers where the bevel meets the face.
        let tilt = math::hypot(n[0], n[1]).max(1e-4);
        let lit_side = smoothstep(-0.5, 0.9, (0.8 * n[1] - 0.6 * n[0]) / tilt);
        let gathered = (1.0 - (t - 0.85).abs() * 2.0).max(0.0).powi(2) * (0.15 + 0.85 * lit_side);
        let clear = (2.4 * turned + 0.75 * gathered + 2.4 * gleam).min(1.0);
        let veil = m.opacity * (0.72 + 0.5 * sky);
        let opacity = veil + (0.9 - veil) * clear;
        // The bevel refracts towards the dark side of the room, so it is darker than the face.
        let deep = 1.0 - 0.72 * smoothstep(0.02, 0.3, turned);
        let shine: V3 = std::array::from_fn(|i| room[i] * mirror * 1.05 + gleam + gathered * 0.8);
        Lit { body: body.map(|c| c * (1.0 - mirror) * deep), shine, base: albedo, opacity }
    }

    /// Diffuse and specular light of an opaque surface with normal `n`, seen from `v` and reflecting `r`. `ao`: ambient occlusion, 0..=1.
    fn solid(&self, n: V3, v: V3, r: V3, albedo: V3, fresnel: f32, ao: f32) -> (V3, V3) {
        let m = &self.material;
        let irradiance = self.env.irradiance(n);
        let key = self.key.direction;
        let lambert = dot(n, key).max(0.0);
        let half = unit([key[0] + v[0], key[1] + v[1], key[2] + v[2]]);
        let power = 6.0 + 380.0 * (1.0 - m.roughness).powi(3);
        let lobe = math::powf(dot(n, half).max(0.0), power) * (0.25 + 1.6 * (1.0 - m.roughness)) * (0.15 + m.coat);
        let mirrored = self.mirror(r, m.roughness);
        let f = m.coat * (0.04 + 0.96 * fresnel);
        let diffuse = |i: usize| albedo[i] * (0.46 * irradiance[i].min(1.6) + 0.24 + 0.62 * lambert * self.key.color[i]);
        let body = std::array::from_fn(|i| ao * diffuse(i) * (1.0 - f));
        (body, std::array::from_fn(|i| ao * (mirrored[i] * f + lobe * self.key.color[i] * 0.45)))
    }

    /// Colour of the neon light at a point; the brightest channel is 1.
    pub(super) fn neon(&self, p: [f32; 2]) -> V3 {
        let c = self.albedo(p, 1.0);
        let peak = c[0].max(c[1]).max(c[2]).max(1e-3);
        c.map(|v| math::powf(v / peak, 1.15).max(0.015))
    }

    /// Display-referred linear colour and opacity of a side wall. `out` is its normal in image axes, `z` its depth (0 front ..= 1 back), `limit` the
    /// luminance of the faces.
    pub(super) fn wall(&self, p: [f32; 2], out: [f32; 2], z: f32, limit: f32) -> [f32; 4] {
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
            Kind::Solid => {
                let (body, shine) = self.solid(n, v, r, albedo.map(|c| math::powf(c, 1.1)), fresnel, ao);
                std::array::from_fn(|i| body[i] + shine[i])
            }
            Kind::Glass => {
                let room = self.mirror(r, 0.08);
                let lit: V3 = std::array::from_fn(|i| albedo[i] * (0.24 + 0.24 * ao) * (1.0 - 0.5 * z) + room[i] * (0.08 + 0.4 * fresnel));
                if m.opacity < 0.75 {
                    // Clear glass has clear sides, which need no contrast to its faces.
                    return [lit[0], lit[1], lit[2], 0.3 + 0.3 * (1.0 - z)];
                }
                lit
            }
            Kind::Neon => {
                let glow = self.neon(p);
                let spill = (1.0 - z).powi(2) * 0.5 * (0.5 + 0.5 * open) + 0.02;
                std::array::from_fn(|i| glow[i] * spill + 0.006)
            }
        };
        let l = luminance(raw).max(1e-5);
        let grain = if m.texture == Texture::Wood { self.cut_wood(ex, ey, out, z) } else { 1.0 };
        let c = if limit > DARK_FACE {
            // At most a third of the luminance of the faces (WCAG contrast 3:1), with a soft limit.
            let most = ((limit + 0.05) / 3.15 - 0.05).max(0.006);
            let wanted = most * (1.0 - math::exp(-1.15 * l / most));
            raw.map(|c| c * wanted / l * grain)
        } else {
            let least = (limit + 0.05) * 3.9 - 0.05;
            let wanted = least + l * 0.5;
            mix3(raw.map(|c| c * wanted / l), [wanted; 3], 0.55).map(|c| c * grain)
        };
        [c[0], c[1], c[2], 1.0]
    }

    /// Brightness factor of wood on a side wall, about 1: end grain with year rings and pores on walls across the fibres, long grain elsewhere.
    fn cut_wood(&self, ex: f32, ey: f32, out: [f32; 2], z: f32) -> f32 {
        let depth = z * self.material.depth_em;
        let long = wood(ex, depth * 2.5 + ey * 0.15, self.seed ^ 19);
        let (ry, rz) = (ey * 1.1 + 0.05 * noise(ey * 9.0, depth * 20.0, self.seed), depth + 0.23);
        let rings = math::sin(math::hypot((ry - ry.floor()) - 0.5, rz) * 150.0) * 0.5 + 0.5;
        let pores = if noise(ey * 120.0, depth * 150.0, self.seed ^ 23) > 0.72 { 0.55 } else { 1.0 };
        let end = (0.72 + 0.55 * rings) * pores;
        let across = smoothstep(0.45, 0.85, out[0].abs());
        (0.75 + 0.5 * long) * (1.0 - across) + end * across
    }
}
