//! Hashes, gradient noise and random numbers. All are pure functions of their inputs, so that results do not depend on the order of threads.

use crate::math::smoothstep;

/// Integer hash by Thomas Mueller.
#[inline]
pub fn hash(mut x: u32) -> u32 {
    x = (x ^ (x >> 16)).wrapping_mul(0x45d9_f3b3);
    x = (x ^ (x >> 15)).wrapping_mul(0x45d9_f3b3);
    x ^ (x >> 16)
}

/// Hash of a lattice point.
#[inline]
pub fn hash2(x: i32, y: i32, seed: u32) -> u32 {
    hash((x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77).rotate_left(13) ^ seed)
}

/// Converts a hash to 0..1.
#[inline]
pub fn unit(h: u32) -> f32 {
    (h >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// Deterministic random number generator (SplitMix64) for composition.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator with this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A uniform number, 0..1.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 * (1.0 / 16_777_216.0)
    }

    /// A uniform number, `a`..`b`.
    pub fn range(&mut self, a: f32, b: f32) -> f32 {
        a + (b - a) * self.unit()
    }

    /// A roughly normally distributed number, -1..1.
    pub fn bell(&mut self) -> f32 {
        (self.unit() + self.unit() + self.unit()) * (2.0 / 3.0) - 1.0
    }

    /// A uniform integer, 0..n.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }

    /// -1 or 1.
    pub fn sign(&mut self) -> f32 {
        if self.bits() & 1 == 0 { -1.0 } else { 1.0 }
    }
}

#[inline]
fn gradient(h: u32, x: f32, y: f32) -> f32 {
    // Eight gradient directions suffice when octaves are summed.
    let (a, b) = if h & 4 == 0 { (x, y) } else { (y, x) };
    let a = if h & 1 == 0 { a } else { -a };
    let b = if h & 2 == 0 { b } else { -b };
    a + 0.5 * b
}

/// Gradient noise, about -1..1.
#[inline]
pub fn noise2(x: f32, y: f32, seed: u32) -> f32 {
    let (xf, yf) = (x.floor(), y.floor());
    let (xi, yi) = (xf as i32, yf as i32);
    let (u, v) = (x - xf, y - yf);
    let (su, sv) = (u * u * u * (u * (u * 6.0 - 15.0) + 10.0), v * v * v * (v * (v * 6.0 - 15.0) + 10.0));
    let a = gradient(hash2(xi, yi, seed), u, v);
    let b = gradient(hash2(xi + 1, yi, seed), u - 1.0, v);
    let c = gradient(hash2(xi, yi + 1, seed), u, v - 1.0);
    let d = gradient(hash2(xi + 1, yi + 1, seed), u - 1.0, v - 1.0);
    let top = a + (b - a) * su;
    let bottom = c + (d - c) * su;
    (top + (bottom - top) * sv) * 1.25
}

/// Fractal sum of octaves of [`noise2`], about -1..1.
pub fn fbm(x: f32, y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut gain, mut f) = (0.0, 0.5, 1.0);
    for i in 0..octaves {
        sum += gain * noise2(x * f, y * f, seed.wrapping_add(i * 7919));
        gain *= 0.5;
        f *= 2.03;
    }
    sum
}

/// Footprint of a defocused pixel on the surface, in surface units.
#[derive(Clone, Copy, Debug)]
pub struct Footprint {
    /// Along x.
    pub x: f32,
    /// Along the depth.
    pub z: f32,
}

impl Footprint {
    /// Remaining contrast, 0..=1, of a pattern with `fx` and `fz` periods per unit after averaging over the footprint.
    #[inline]
    pub fn keep(self, fx: f32, fz: f32) -> f32 {
        let t = (fx * self.x).max(fz * self.z);
        1.0 - smoothstep(0.18, 0.75, t)
    }

    /// A band of noise that fades out before it aliases.
    #[inline]
    pub fn band(self, x: f32, z: f32, fx: f32, fz: f32, seed: u32) -> f32 {
        let keep = self.keep(fx, fz);
        if keep <= 0.004 { 0.0 } else { keep * noise2(x * fx, z * fz, seed) }
    }

    /// Octaves of [`Self::band`] that start at frequencies `fx`, `fz`.
    pub fn fbm(self, x: f32, z: f32, fx: f32, fz: f32, octaves: u32, seed: u32) -> f32 {
        let (mut sum, mut gain, mut f) = (0.0, 0.5, 1.0);
        for i in 0..octaves {
            let keep = self.keep(fx * f, fz * f);
            if keep <= 0.004 {
                break;
            }
            sum += gain * keep * noise2(x * fx * f, z * fz * f, seed.wrapping_add(i * 7919));
            gain *= 0.52;
            f *= 2.03;
        }
        sum
    }
}
