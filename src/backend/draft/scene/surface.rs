//! Surfaces: procedural materials in surface units (about 30 cm) with analytic filtering.
//!
//! Every pattern receives the footprint of the pixel (perspective and defocus) and fades to its mean before it aliases, so one evaluation per
//! pixel suffices and the far edge is defocused at no extra cost.

use super::noise::{Footprint, fbm, hash, hash2, noise2, unit};
use crate::backend::draft::color::{Rgb, mix, mix3, mul};
use crate::math::{self, smoothstep};

/// Materials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SurfaceKind {
    /// Planks with growth rings and fibres.
    Wood,
    /// Polished stone with veins.
    Marble,
    /// Cast concrete.
    Concrete,
    /// Woven cloth with folds.
    Linen,
    /// Wind-rippled sand.
    Sand,
    /// Split stone.
    Slate,
    /// Open water.
    Water,
    /// Short grass.
    Grass,
    /// Brushed metal.
    Metal,
    /// Black acrylic or glass.
    Gloss,
    /// Paper or painted board, almost without texture.
    Plain,
    /// Chips of stone in cement.
    Terrazzo,
    /// Glazed tiles.
    Tile,
    /// Snow cover.
    Snow,
    /// Wet asphalt.
    Asphalt,
    /// Lunar dust.
    Regolith,
    /// Shining cloth with deep folds.
    Silk,
    /// Clear ice with cracks.
    Ice,
}

/// The colours (ground, pattern, accent; sRGB `0xRRGGBB`) of a material that a prompt names without a colour.
pub fn usual_colors(kind: SurfaceKind) -> [u32; 3] {
    match kind {
        SurfaceKind::Wood => [0xc79a68, 0x8a5a30, 0xb98b58],
        SurfaceKind::Marble => [0xf1efec, 0xcfccc8, 0x77767a],
        SurfaceKind::Concrete => [0xb4b2ad, 0x86847f, 0x6b6a66],
        SurfaceKind::Linen => [0xe9e2d6, 0xcfc4b2, 0xbfb29c],
        SurfaceKind::Sand => [0xc59f6c, 0xe6cda2, 0xf3e4c6],
        SurfaceKind::Slate => [0x4d5055, 0x76797d, 0x6e6458],
        SurfaceKind::Water => [0x8fc7d6, 0x1d6b8c, 0xf2fdff],
        SurfaceKind::Grass => [0x7fae3e, 0x1d3d12, 0xb9d45c],
        SurfaceKind::Metal => [0x9a9ca0, 0xc9ccd0, 0xffffff],
        SurfaceKind::Gloss => [0x101113, 0x17181b, 0xffffff],
        SurfaceKind::Plain => [0xe8e4de, 0xd9d3ca, 0xffffff],
        SurfaceKind::Terrazzo => [0xe9e4dc, 0xc08c72, 0x6f7f7a],
        SurfaceKind::Tile => [0xe9ecec, 0xd2dada, 0x9aa2a2],
        SurfaceKind::Snow => [0xf6f9ff, 0xc3d3ea, 0xffffff],
        SurfaceKind::Asphalt => [0x1b1c20, 0x36383d, 0x000000],
        SurfaceKind::Regolith => [0x4c4a48, 0x8d8984, 0x000000],
        SurfaceKind::Silk => [0xefe3d8, 0xcbb3a2, 0xf7efe8],
        SurfaceKind::Ice => [0xd6ecf6, 0x6fa6c8, 0xffffff],
    }
}

/// A material with its colours and layout.
#[derive(Clone, Debug)]
pub struct Surface {
    /// Kind of material.
    pub kind: SurfaceKind,
    /// Linear colours: ground, pattern, accent.
    pub colors: [Rgb; 3],
    /// Seed of the pattern.
    pub seed: u32,
    /// Whether directional patterns run across the picture instead of away from the viewer.
    pub across: bool,
    /// Size of the pattern; 1 is natural size.
    pub scale: f32,
}

/// Shading inputs of the surface at a point.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Diffuse colour.
    pub albedo: Rgb,
    /// Slopes of the relief along x and depth.
    pub slope: [f32; 2],
    /// Factor by which the surface's reflectivity is multiplied.
    pub gloss: f32,
    /// Ambient occlusion: the fraction of ambient light that arrives.
    pub open: f32,
    /// Brightness of sparkles, which is added.
    pub glint: f32,
}

impl Hit {
    fn flat(albedo: Rgb) -> Self {
        Self { albedo, slope: [0.0; 2], gloss: 1.0, open: 1.0, glint: 0.0 }
    }
}

impl Surface {
    /// Reflectivity and roughness of the material, 0..=1.
    pub fn finish(&self) -> (f32, f32) {
        match self.kind {
            SurfaceKind::Wood => (0.34, 0.5),
            SurfaceKind::Marble => (0.62, 0.16),
            SurfaceKind::Concrete => (0.16, 0.75),
            SurfaceKind::Linen | SurfaceKind::Sand => (0.0, 1.0),
            SurfaceKind::Slate => (0.3, 0.55),
            SurfaceKind::Water => (1.0, 0.05),
            SurfaceKind::Grass => (0.04, 0.95),
            SurfaceKind::Metal => (0.75, 0.5),
            SurfaceKind::Gloss => (0.95, 0.06),
            SurfaceKind::Plain => (0.12, 0.7),
            SurfaceKind::Terrazzo => (0.5, 0.25),
            SurfaceKind::Tile => (0.6, 0.15),
            SurfaceKind::Snow => (0.05, 0.9),
            SurfaceKind::Asphalt => (0.8, 0.2),
            SurfaceKind::Regolith => (0.0, 1.0),
            SurfaceKind::Silk => (0.05, 0.9),
            SurfaceKind::Ice => (0.9, 0.14),
        }
    }

    /// Evaluates the material at `x`, `z`, filtered over the footprint `fp`.
    pub fn hit(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let k = 1.0 / self.scale;
        let (x, z, fp) = (x * k, z * k, Footprint { x: fp.x * k, z: fp.z * k });
        match self.kind {
            SurfaceKind::Wood => self.wood(x, z, fp),
            SurfaceKind::Marble => self.marble(x, z, fp),
            SurfaceKind::Concrete => self.concrete(x, z, fp),
            SurfaceKind::Linen => self.linen(x, z, fp),
            SurfaceKind::Sand => self.sand(x, z, fp),
            SurfaceKind::Slate => self.slate(x, z, fp),
            SurfaceKind::Water => self.water(x, z, fp),
            SurfaceKind::Grass => self.grass(x, z, fp),
            SurfaceKind::Metal => self.metal(x, z, fp),
            SurfaceKind::Gloss => self.gloss(x, z, fp),
            SurfaceKind::Plain => self.plain(x, z, fp),
            SurfaceKind::Terrazzo => self.terrazzo(x, z, fp),
            SurfaceKind::Tile => self.tile(x, z, fp),
            SurfaceKind::Snow => self.snow(x, z, fp),
            SurfaceKind::Asphalt => self.asphalt(x, z, fp),
            SurfaceKind::Regolith => self.regolith(x, z, fp),
            SurfaceKind::Silk => self.silk(x, z, fp),
            SurfaceKind::Ice => self.ice(x, z, fp),
        }
    }

    fn wood(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        // `a` runs along the planks, `b` across them.
        let (a, b, fa, fb) = if self.across { (x, z, fp.x, fp.z) } else { (z, x, fp.z, fp.x) };
        let f = Footprint { x: fa, z: fb };
        let plank = 0.62;
        let at = b / plank + unit(self.seed) * 0.6 + 0.2;
        let id = at.floor();
        let h = hash2(id as i32, 11, self.seed);
        let (r1, r2, r3) = (unit(h), unit(hash(h ^ 1)), unit(hash(h ^ 2)));
        let a = a + r1 * 37.0;
        let inner = at - id - 0.5;
        // The centre of the log is beside or below the plank and shifts slowly: some planks show cathedral grain, others straight grain.
        let wander = 0.14 * noise2(a * 0.55, id * 3.1, h) + 0.035 * noise2(a * 1.7, inner * 2.0 + id * 5.0, h ^ 5);
        let off = (inner - (r2 - 0.5) * 1.3) * plank + wander;
        let depth = 0.10 + 0.16 * r3 + 0.10 * noise2(a * 0.33, id * 7.7, h ^ 9);
        let radius = (off * off + depth * depth).sqrt() + 0.006 * f.band(a, b, 2.5, 14.0, h ^ 3);
        let rings = radius * 42.0 + 1.6 * noise2(radius * 13.0, a * 0.4, h ^ 13);
        let steep = (off.abs() / radius).max(0.12);
        let keep = f.keep(3.0, 46.0 * steep);
        let phase = rings - rings.floor();
        // Latewood: rings darken slowly and end abruptly.
        let ring = smoothstep(0.15, 0.86, phase) * (1.0 - smoothstep(0.88, 1.0, phase));
        let strength = 0.35 + 0.65 * unit(hash2(rings.floor() as i32, 5, h));
        let ring = mix(0.40, ring * strength, keep);
        let fibre = 0.45 * f.band(a, b, 1.1, 36.0, h ^ 24)
            + 0.55 * f.band(a, b, 1.8, 60.0, h ^ 21)
            + 0.5 * f.band(a, b, 4.0, 150.0, h ^ 22)
            + 0.5 * f.band(a, b, 0.8, 22.0, h ^ 23);
        let pores_keep = f.keep(5.0, 110.0);
        let pores = smoothstep(0.42, 0.75, noise2(a * 5.0, b * 110.0, h ^ 31)) * pores_keep * (0.35 + 0.65 * ring);
        let cloud = f.fbm(a, b, 0.7, 2.3, 2, h ^ 41);
        let t = (0.16 + 0.55 * ring + 0.24 * fibre + 0.34 * cloud).clamp(0.0, 1.0);
        let mut c = mix3(self.colors[0], self.colors[1], t);
        c = mix3(c, self.colors[2], 0.14 * (r3 + cloud).clamp(0.0, 1.0));
        c = mul(c, (0.84 + 0.30 * r2) * (1.0 - 0.45 * pores) * (1.0 + 0.09 * fibre));
        // The gap between planks: dark, with rounded edges that catch light.
        let edge = (0.5 - inner.abs()) * plank;
        let width = 0.005;
        let gap = coverage(edge, width, fb);
        let bevel = 1.0 - smoothstep(width, width + 0.022 + fb, edge);
        let mut hit = Hit::flat(mul(c, 1.0 - 0.86 * gap));
        let tilt = -inner.signum() * bevel * 0.35 * (1.0 - gap) + 0.05 * fibre;
        hit.slope = if self.across { [0.0, tilt] } else { [tilt, 0.0] };
        hit.gloss = (1.0 - 0.9 * gap) * (0.85 + 0.3 * ring) * (1.0 - 0.5 * pores);
        hit.open = 1.0 - 0.5 * gap;
        hit
    }

    fn marble(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        // Slanted, so that veins run diagonally through the slab.
        let (u, v) = (x * 0.82 + z * 0.42, -x * 0.50 + z * 0.80);
        let wx = fbm(u * 0.9, v * 0.9, 3, s ^ 71);
        let wz = fbm(u * 0.9 + 17.0, v * 0.9, 3, s ^ 72);
        let (p, q) = (u * 0.55 + 0.75 * wx, v * 1.05 + 0.65 * wz);
        let span = fp.x.max(fp.z * 0.6);
        let vein = |f: f32, sharp: f32, seed: u32| {
            let n = noise2(p * f, q * f, seed).abs() + 0.10 * fp.band(p, q, f * 4.0, f * 4.0, seed ^ 7).abs();
            // A vein thinner than the footprint is drawn wider and paler to avoid aliasing.
            let wide = 1.0 / sharp + span * f * 0.8;
            let d = n / wide;
            (1.0 / sharp / wide) / (1.0 + d * d * d)
        };
        let mask = smoothstep(-0.25, 0.45, noise2(p * 0.7 + 9.0, q * 0.7, s ^ 81));
        let bold = vein(1.0, 26.0, s ^ 82) * mask;
        let thin = vein(2.3, 34.0, s ^ 83) * smoothstep(-0.1, 0.5, noise2(p * 1.1, q * 1.1 + 4.0, s ^ 84));
        let hair = vein(4.6, 36.0, s ^ 85) * smoothstep(0.0, 0.6, noise2(p * 1.6 + 3.0, q * 1.6, s ^ 86));
        let halo = vein(1.0, 5.5, s ^ 82) * mask;
        let cloud = 0.5 + 0.5 * fp.fbm(p, q, 1.2, 1.2, 4, s ^ 87);
        let mut c = mix3(self.colors[0], self.colors[1], (0.55 * cloud * cloud + 0.55 * halo).clamp(0.0, 1.0));
        c = mix3(c, self.colors[2], (0.95 * bold + 0.55 * thin + 0.34 * hair).clamp(0.0, 0.92));
        let mut hit = Hit::flat(c);
        hit.slope = [0.006 * fp.band(x, z, 2.0, 2.0, s ^ 88), 0.006 * fp.band(x, z, 2.0, 2.0, s ^ 89)];
        hit
    }

    fn concrete(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        let cloud = fp.fbm(x, z, 0.8, 0.9, 5, s);
        let stain = smoothstep(-0.1, 0.6, fbm(x * 0.5 + 3.0, z * 0.5, 3, s ^ 3));
        let fine = fp.band(x, z, 42.0, 42.0, s ^ 4) + 0.8 * fp.band(x, z, 95.0, 95.0, s ^ 5);
        let pore = smoothstep(0.62, 0.8, noise2(x * 21.0, z * 21.0, s ^ 6)) * fp.keep(21.0, 21.0);
        let t = (0.42 + 0.85 * cloud + 0.30 * stain).clamp(0.0, 1.0);
        let c = mul(mix3(self.colors[0], self.colors[1], t), (1.0 + 0.10 * fine) * (1.0 - 0.4 * pore));
        let mut hit = Hit::flat(c);
        hit.slope = [0.05 * fp.band(x, z, 30.0, 30.0, s ^ 7) + 0.4 * pore, 0.05 * fp.band(x, z, 30.0, 30.0, s ^ 8)];
        hit.gloss = 0.55 + 0.9 * stain;
        hit
    }

    fn linen(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        // Long soft folds that meet at angles; slopes are differences of the height field.
        let height = |x: f32, z: f32| {
            // A few long rounded folds; the cloth is mostly flat.
            let (u, v) = (x * 0.80 + z * 0.60, z * 0.80 - x * 0.60);
            let w = 0.35 * noise2(u * 0.5, v * 0.5, s ^ 1);
            let fold = |n: f32| 1.0 / (1.0 + 26.0 * n * n);
            let a = fold(noise2(u * 0.28 + w, v * 0.85 + 0.5 * w, s ^ 2)) * smoothstep(-0.35, 0.35, noise2(u * 0.6, v * 0.6, s ^ 5));
            let b = fold(noise2(u * 0.75 - w, v * 0.35 + w, s ^ 3)) * smoothstep(-0.1, 0.5, noise2(u * 0.7, v * 0.7 + 4.0, s ^ 6));
            let c = noise2(u * 1.3 + w, v * 1.9, s ^ 4);
            0.20 * a + 0.14 * b + 0.035 * c
        };
        let e = 0.02 + 0.5 * fp.x;
        let h = height(x, z);
        let soft = fp.keep(1.2, 0.5);
        let (sx, sz) = ((height(x + e, z) - h) / e * soft, (height(x, z + e) - h) / e * soft);
        // The weave: threads over and under, uneven like flax.
        let f = 62.0;
        let keep = fp.keep(f, f);
        let slub = 0.5 * fp.band(x, z, 5.0, 70.0, s ^ 6) + 0.5 * fp.band(x, z, 70.0, 5.0, s ^ 7);
        let weave = if keep > 0.01 {
            let (a, b) = (math::sin(x * f * std::f32::consts::PI), math::sin(z * f * std::f32::consts::PI));
            keep * a * b
        } else {
            0.0
        };
        let t = (0.4 + 0.35 * slub + 0.16 * weave).clamp(0.0, 1.0);
        let mut hit = Hit::flat(mul(mix3(self.colors[0], self.colors[1], t), 1.0 + 0.05 * weave));
        hit.slope = [sx + 0.06 * slub, sz];
        hit.open = 0.82 + 0.18 * smoothstep(-0.02, 0.10, h);
        hit
    }

    fn silk(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        // Broad folds that fan out and a few creases across them.
        let height = |x: f32, z: f32| {
            let w = 0.55 * noise2(x * 0.5, z * 0.45, s ^ 1);
            let u = x * 0.9 + z * 0.5 + w;
            let a = math::sin(u * 4.2 + 1.3 * noise2(z * 0.6, x * 0.3, s ^ 2));
            let b = math::sin(u * 8.6 - z * 1.1 + 1.6 * noise2(x * 0.8, z * 0.7, s ^ 3));
            0.105 * a + 0.034 * b + 0.030 * noise2(x * 1.9 + w, z * 1.5, s ^ 4)
        };
        let e = 0.014 + 0.5 * fp.x.max(fp.z * 0.5);
        let h = height(x, z);
        let (sx, sz) = ((height(x + e, z) - h) / e, (height(x, z + e) - h) / e);
        // The weave of satin reflects along the ridges.
        let ridge = smoothstep(0.02, 0.12, h);
        let mut hit = Hit::flat(mix3(mul(self.colors[1], 0.86), self.colors[0], smoothstep(-0.13, 0.10, h)));
        hit.slope = [sx, sz];
        hit.open = 0.62 + 0.38 * smoothstep(-0.14, 0.06, h);
        let sheen = (1.0 - 1.6 * (sx * 0.8 + sz * 0.5 - 0.12).abs()).max(0.0);
        hit.glint = 0.20 * sheen * sheen * ridge * (self.colors[0][0] + self.colors[0][1] + self.colors[0][2]) / 3.0;
        hit
    }

    fn ice(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        let w = 0.4 * fbm(x * 0.8, z * 0.8, 3, s);
        let crack = |f: f32, sharp: f32, k: u32| {
            let n = noise2((x + w) * f, (z - w) * f, s ^ k).abs();
            let wide = 1.0 / sharp + fp.x.max(fp.z * 0.6) * f;
            (1.0 / sharp / wide) / (1.0 + (n / wide).powi(2))
        };
        let lines = 0.9 * crack(0.9, 40.0, 1) + 0.6 * crack(2.1, 44.0, 2) + 0.35 * crack(4.7, 40.0, 3);
        let cloud = 0.5 + 0.5 * fp.fbm(x, z, 0.9, 0.9, 4, s ^ 4);
        let frost = smoothstep(0.1, 0.7, fp.fbm(x, z, 1.6, 1.6, 4, s ^ 5));
        let c = mix3(mix3(self.colors[1], self.colors[0], cloud), self.colors[2], (0.55 * frost + 0.5 * lines).clamp(0.0, 0.9));
        let mut hit = Hit::flat(c);
        hit.slope = [0.03 * fp.band(x, z, 5.0, 5.0, s ^ 6), 0.03 * fp.band(x, z, 5.0, 5.0, s ^ 7)];
        hit.gloss = 1.0 - 0.7 * frost;
        hit
    }

    fn sand(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        let warp = 0.9 * fbm(x * 0.7, z * 0.5, 3, s);
        let dune = noise2(x * 0.45 + 5.0, z * 0.4, s ^ 2);
        let p = z * 4.4 + x * (0.9 + 0.5 * dune) + warp * 2.6;
        let keep = fp.keep(1.2, 5.2);
        let amp = (0.30 + 0.35 * smoothstep(-0.5, 0.6, noise2(x * 0.6, z * 0.6 + 3.0, s ^ 3))) * keep;
        let tau = std::f32::consts::TAU;
        let (sn, cs) = math::sin_cos(p * tau);
        let grain = fp.band(x, z, 60.0, 60.0, s ^ 4) + fp.band(x, z, 130.0, 130.0, s ^ 5);
        let lump = fp.fbm(x, z, 3.0, 3.0, 3, s ^ 6);
        let t = (0.42 + 0.22 * lump + 0.10 * grain + 0.16 * sn * amp + 0.2 * dune).clamp(0.0, 1.0);
        let mut hit = Hit::flat(mul(mix3(self.colors[0], self.colors[1], t), 1.0 + 0.06 * grain));
        // Ripples are steeper on the lee side.
        let slope = cs * (1.0 - 0.45 * sn) * amp * 0.55;
        hit.slope = [slope * 0.42 + 0.14 * lump + 0.10 * grain, slope + 0.12 * noise2(x * 1.3, z * 1.3, s ^ 8)];
        hit.open = 0.90 + 0.10 * sn * amp;
        hit
    }

    fn slate(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        // Split stone: a slightly uneven face with small chips.
        let height = |x: f32, z: f32| 0.060 * fp.fbm(x, z, 1.7, 2.1, 5, s ^ 2);
        let e = 0.010 + 0.8 * fp.x.max(fp.z * 0.5);
        let h = height(x, z);
        let (sx, sz) = ((height(x + e, z) - h) / e, (height(x, z + e) - h) / e);
        let fine = fp.band(x, z, 34.0, 36.0, s ^ 4) + 0.8 * fp.band(x, z, 80.0, 84.0, s ^ 7);
        let cloud = fp.fbm(x, z, 1.0, 1.1, 5, s ^ 5);
        let t = (0.46 + 0.75 * cloud + 0.16 * fine).clamp(0.0, 1.0);
        let mut c = mix3(self.colors[0], self.colors[1], t);
        c = mix3(c, self.colors[2], 0.5 * smoothstep(0.1, 0.6, fbm(x * 0.8 + 7.0, z * 0.8, 3, s ^ 6)));
        let mut hit = Hit::flat(mul(c, 1.0 + 0.10 * fine));
        hit.slope = [sx.clamp(-0.55, 0.55) + 0.07 * fine, sz.clamp(-0.55, 0.55)];
        hit.gloss = (0.5 + 0.6 * cloud).max(0.0);
        hit
    }

    fn water(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        let height = |x: f32, z: f32| {
            let w = 0.35 * noise2(x * 0.6, z * 0.5, s);
            0.050 * fp.band(x + w, z + w, 1.1, 1.5, s ^ 1)
                + 0.026 * fp.band(x - w, z + w, 2.6, 3.4, s ^ 2)
                + 0.010 * fp.band(x, z + w, 6.0, 8.0, s ^ 3)
        };
        let e = 0.01 + 0.4 * fp.x;
        let h = height(x, z);
        let (sx, sz) = ((height(x + e, z) - h) / e, (height(x, z + e) - h) / e);
        // Caustics: bright where two warped cell patterns are thin.
        let cell = |x: f32, z: f32, k: u32| 1.0 - noise2(x + 0.6 * noise2(x * 0.8, z * 0.8, k ^ 9), z, k).abs();
        let c1 = cell(x * 1.9 + h * 6.0, z * 2.3, s ^ 4).max(0.0).powi(9);
        let c2 = cell(x * 3.1, z * 3.6 + h * 6.0, s ^ 5).max(0.0).powi(8);
        let caustic = (c1 + 0.6 * c2) * fp.keep(2.0, 2.4);
        let t = (0.35 + 4.0 * h + 0.5 * caustic).clamp(0.0, 1.0);
        let c = mix3(mix3(self.colors[1], self.colors[0], t), self.colors[2], (0.55 * caustic).min(0.85));
        let mut hit = Hit::flat(c);
        hit.slope = [sx, sz];
        hit
    }

    fn grass(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        // Blades: slanted streaks, short in depth, at three sizes.
        let lean = 0.10 * noise2(x * 1.5, z * 1.5, s ^ 1) + 0.03 * noise2(x * 6.0, z * 5.0, s ^ 9);
        let blade = |f: f32, k: u32| {
            let keep = fp.keep(f, f * 0.22);
            keep * noise2((x + lean) * f, z * f * 0.22, s ^ k)
        };
        let b = 0.5 * blade(26.0, 2) + 0.6 * blade(52.0, 3) + 0.5 * blade(105.0, 4);
        let tuft = fp.fbm(x, z, 2.2, 2.6, 3, s ^ 5);
        let clover = smoothstep(0.2, 0.7, noise2(x * 1.1, z * 1.1, s ^ 6));
        let t = (0.42 + 0.62 * b + 0.4 * tuft).clamp(0.0, 1.0);
        let mut c = mix3(self.colors[1], self.colors[0], t);
        c = mix3(c, self.colors[2], 0.35 * clover * t + 0.45 * smoothstep(0.55, 1.0, t));
        let mut hit = Hit::flat(mul(c, (0.72 + 0.5 * t).max(0.2)));
        hit.slope = [0.5 * b, 0.2 * tuft];
        hit.open = 0.55 + 0.45 * t;
        hit
    }

    fn metal(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        let streak = 0.6 * fp.band(x, z, 0.5, 40.0, s) + 0.6 * fp.band(x, z, 1.2, 110.0, s ^ 1) + 0.4 * fp.band(x, z, 0.3, 14.0, s ^ 2);
        let cloud = noise2(x * 0.4, z * 0.4, s ^ 3);
        let t = (0.5 + 0.35 * streak + 0.2 * cloud).clamp(0.0, 1.0);
        let mut hit = Hit::flat(mix3(self.colors[0], self.colors[1], t));
        hit.gloss = 0.9 + 0.25 * streak;
        hit.slope = [0.0, 0.03 * streak];
        hit
    }

    fn gloss(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let c = mix3(self.colors[0], self.colors[1], 0.5 + 0.5 * noise2(x * 0.5, z * 0.5, self.seed));
        let mut hit = Hit::flat(c);
        hit.slope = [0.0, 0.004 * fp.band(x, z, 1.0, 1.0, self.seed ^ 3)];
        hit
    }

    fn plain(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        let fine = fp.band(x, z, 70.0, 70.0, s) + 0.7 * fp.band(x, z, 28.0, 28.0, s ^ 1);
        let cloud = fbm(x * 0.5, z * 0.5, 2, s ^ 2);
        let mut hit = Hit::flat(mul(mix3(self.colors[0], self.colors[1], (0.4 + 0.4 * cloud).clamp(0.0, 1.0)), 1.0 + 0.018 * fine));
        hit.slope = [0.02 * fine, 0.0];
        hit
    }

    fn terrazzo(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        let mut c = mul(self.colors[0], 1.0 + 0.05 * fp.fbm(x, z, 3.0, 3.0, 4, s));
        for (layer, f) in [(0u32, 5.2_f32), (1, 10.5), (2, 21.0)] {
            let (px, pz) =
                (x * f + 0.25 * noise2(x * f * 1.4, z * f * 1.4, s ^ 60), z * f + 0.25 * noise2(x * f * 1.4 + 7.0, z * f * 1.4, s ^ 61));
            let (ix, iz) = (px.floor(), pz.floor());
            let blur = f * fp.x.max(fp.z * 0.7);
            for (ox, oz) in
                [(-1.0, -1.0), (0.0, -1.0), (1.0, -1.0), (-1.0, 0.0), (0.0, 0.0), (1.0, 0.0), (-1.0, 1.0), (0.0, 1.0), (1.0, 1.0_f32)]
            {
                let h = hash2((ix + ox) as i32, (iz + oz) as i32, s ^ (layer * 977));
                if unit(h) > 0.42 {
                    continue;
                }
                let (cx, cz) = (ix + ox + unit(hash(h ^ 1)), iz + oz + unit(hash(h ^ 2)));
                let (dx, dz) = (px - cx, pz - cz);
                let r = 0.16 + 0.24 * unit(hash(h ^ 4));
                if dx * dx + dz * dz > (r * 1.5 + 0.3 * blur).powi(2) {
                    continue;
                }
                let angle = unit(hash(h ^ 3)) * std::f32::consts::TAU;
                let (sn, cs) = math::sin_cos(angle);
                let (u, v) = (dx * cs + dz * sn, (dz * cs - dx * sn) * 1.5);
                // Angular chips: the maximum of a few half-planes.
                let d = u.abs().max(v.abs()).max((u + v).abs() * 0.8);
                let soft = 0.03 + 0.7 * blur;
                let fade = 1.0 / (1.0 + (0.6 * blur / r).powi(2));
                let a = (0.5 + (r - d) / soft).clamp(0.0, 1.0) * fade;
                let pick = unit(hash(h ^ 5));
                let chip = if pick < 0.45 {
                    self.colors[1]
                } else if pick < 0.75 {
                    self.colors[2]
                } else {
                    mul(self.colors[0], 0.55)
                };
                c = mix3(c, mul(chip, 0.8 + 0.4 * unit(hash(h ^ 6))), a);
            }
        }
        Hit::flat(c)
    }

    fn tile(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        let size = 0.62;
        let (u, v) = (x / size + 0.5, z / size);
        let (iu, iv) = (u.floor(), v.floor());
        let (du, dv) = ((u - iu - 0.5).abs(), (v - iv - 0.5).abs());
        let h = hash2(iu as i32, iv as i32, s);
        let grout = coverage((0.5 - du) * size, 0.011, fp.x).max(coverage((0.5 - dv) * size, 0.011, fp.z));
        let tone = 0.93 + 0.14 * unit(h);
        let glaze = fp.fbm(x + unit(h) * 9.0, z, 2.0, 2.0, 3, s ^ 4);
        let c = mul(mix3(self.colors[0], self.colors[1], (0.35 + 0.6 * glaze).clamp(0.0, 1.0)), tone);
        let mut hit = Hit::flat(mix3(c, self.colors[2], grout * 0.9));
        let lip = |d: f32, f: f32| smoothstep(0.5 - (0.05 + f), 0.5, d);
        hit.slope = [
            (u - iu - 0.5).signum() * -0.3 * lip(du, fp.x) * (1.0 - grout) + 0.02 * (unit(hash(h ^ 1)) - 0.5),
            (v - iv - 0.5).signum() * -0.3 * lip(dv, fp.z) * (1.0 - grout) + 0.03 * (unit(hash(h ^ 2)) - 0.5),
        ];
        hit.gloss = 1.0 - 0.9 * grout;
        hit.open = 1.0 - 0.3 * grout;
        hit
    }

    fn snow(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        let height = |x: f32, z: f32| {
            let w = 0.5 * noise2(x * 0.5, z * 0.5, s);
            0.16 * noise2(x * 0.7 + w, z * 0.8, s ^ 1) + 0.05 * fp.band(x + w, z, 2.2, 2.4, s ^ 2) + 0.016 * fp.band(x, z, 7.0, 7.0, s ^ 3)
        };
        let e = 0.015 + 0.4 * fp.x;
        let h = height(x, z);
        let (sx, sz) = ((height(x + e, z) - h) / e, (height(x, z + e) - h) / e);
        let grain = fp.band(x, z, 48.0, 48.0, s ^ 4) + fp.band(x, z, 110.0, 110.0, s ^ 5);
        let sparkle = smoothstep(0.72, 0.9, noise2(x * 75.0, z * 75.0, s ^ 6)) * fp.keep(75.0, 75.0);
        let mut hit = Hit::flat(mul(mix3(self.colors[1], self.colors[0], (0.6 + 2.5 * h).clamp(0.0, 1.0)), 1.0 + 0.03 * grain));
        hit.slope = [sx * 1.5 + 0.07 * grain, sz * 1.5];
        hit.open = 0.80 + 0.20 * smoothstep(-0.12, 0.15, h);
        hit.glint = 0.5 * sparkle;
        hit
    }

    fn asphalt(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        // Puddles reflect sharply, the rough parts between them weakly.
        let wet = smoothstep(-0.12, 0.22, fbm(x * 0.55, z * 0.45, 3, s));
        let grain = fp.band(x, z, 30.0, 34.0, s ^ 1) + fp.band(x, z, 62.0, 66.0, s ^ 2);
        let t = (0.4 + 0.35 * grain + 0.3 * fp.fbm(x, z, 1.5, 1.5, 3, s ^ 3)).clamp(0.0, 1.0);
        let mut hit = Hit::flat(mul(mix3(self.colors[0], self.colors[1], t), 1.0 - 0.5 * wet));
        let rough = 1.0 - wet;
        hit.slope = [
            0.12 * rough * grain + 0.012 * fp.band(x, z, 3.0, 3.0, s ^ 4),
            0.22 * rough * fp.band(x, z, 24.0, 24.0, s ^ 5) + 0.02 * fp.band(x, z, 3.0, 3.0, s ^ 6),
        ];
        hit.gloss = 0.35 + 0.65 * wet;
        hit
    }

    fn regolith(&self, x: f32, z: f32, fp: Footprint) -> Hit {
        let s = self.seed;
        let (mut sx, mut sz, mut shade) = (0.0, 0.0, 0.0);
        for (f, k) in [(1.1_f32, 1u32), (2.6, 2), (6.0, 3)] {
            let (px, pz) = (x * f, z * f);
            let (ix, iz) = (px.floor(), pz.floor());
            let keep = fp.keep(f * 1.5, f * 1.5);
            for o in 0..9 {
                let (cx, cz) = (ix + (o % 3) as f32 - 1.0, iz + (o / 3) as f32 - 1.0);
                let h = hash2(cx as i32, cz as i32, s ^ (k * 131));
                if unit(h) > 0.5 {
                    continue;
                }
                let (dx, dz) = (px - cx - unit(hash(h ^ 1)), pz - cz - unit(hash(h ^ 2)));
                let r = 0.14 + 0.3 * unit(hash(h ^ 3));
                let d = (dx * dx + dz * dz).sqrt() / r;
                if d < 1.5 {
                    // A bowl with a raised rim.
                    let g = keep
                        * if d < 1.0 {
                            0.75 * d * smoothstep(1.02, 0.85, d)
                        } else {
                            -0.5 * smoothstep(1.5, 1.05, d) * smoothstep(1.0, 1.06, d)
                        };
                    sx += g * dx / (d * r).max(1e-3);
                    sz += g * dz / (d * r).max(1e-3);
                    shade += 0.12 * keep * smoothstep(1.0, 0.4, d);
                }
            }
        }
        let lump = fp.fbm(x, z, 2.0, 2.0, 5, s ^ 9);
        let grain = fp.band(x, z, 50.0, 50.0, s ^ 10) + fp.band(x, z, 110.0, 110.0, s ^ 11);
        let t = (0.5 + 0.5 * lump + 0.12 * grain - shade).clamp(0.0, 1.0);
        let mut hit = Hit::flat(mix3(self.colors[0], self.colors[1], t));
        hit.slope = [sx + 0.25 * lump + 0.12 * grain, sz + 0.2 * fp.band(x, z, 3.0, 3.0, s ^ 12)];
        hit
    }
}

/// Coverage of a pixel of size `span` at distance `d` from the centre of a line with half-width `w`.
fn coverage(d: f32, w: f32, span: f32) -> f32 {
    let s = span.max(1e-5);
    let hi = ((w - d) / s + 0.5).clamp(0.0, 1.0);
    let lo = ((-w - d) / s + 0.5).clamp(0.0, 1.0);
    hi - lo
}
