//! Three-dimensional vectors and the signed distances of simple bodies (Quilez, "Distance functions").

use std::ops::{Add, Mul, Sub};

/// A point or a direction; y points up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct V(pub f32, pub f32, pub f32);

impl Add for V {
    type Output = V;
    fn add(self, o: V) -> V {
        V(self.0 + o.0, self.1 + o.1, self.2 + o.2)
    }
}

impl Sub for V {
    type Output = V;
    fn sub(self, o: V) -> V {
        V(self.0 - o.0, self.1 - o.1, self.2 - o.2)
    }
}

impl Mul<f32> for V {
    type Output = V;
    fn mul(self, k: f32) -> V {
        V(self.0 * k, self.1 * k, self.2 * k)
    }
}

impl V {
    pub fn dot(self, o: V) -> f32 {
        self.0 * o.0 + self.1 * o.1 + self.2 * o.2
    }

    pub fn cross(self, o: V) -> V {
        V(self.1 * o.2 - self.2 * o.1, self.2 * o.0 - self.0 * o.2, self.0 * o.1 - self.1 * o.0)
    }

    pub fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    pub fn unit(self) -> V {
        self * (1.0 / self.length().max(1e-9))
    }

    /// Componentwise product, for colours.
    pub fn tint(self, o: V) -> V {
        V(self.0 * o.0, self.1 * o.1, self.2 * o.2)
    }

    pub fn mix(self, o: V, t: f32) -> V {
        self + (o - self) * t
    }

    /// Turned about the y axis, in degrees.
    pub fn turned(self, degrees: f32) -> V {
        let (s, c) = degrees.to_radians().sin_cos();
        V(c * self.0 + s * self.2, self.1, c * self.2 - s * self.0)
    }

    /// Turned about the x axis, in degrees.
    pub fn tipped(self, degrees: f32) -> V {
        let (s, c) = degrees.to_radians().sin_cos();
        V(self.0, c * self.1 - s * self.2, s * self.1 + c * self.2)
    }

    /// Turned about the z axis, in degrees.
    pub fn leaned(self, degrees: f32) -> V {
        let (s, c) = degrees.to_radians().sin_cos();
        V(c * self.0 - s * self.1, s * self.0 + c * self.1, self.2)
    }

    /// The point of the first of `n` equal sectors about the y axis that this point repeats, and its sector.
    pub fn repeated(self, n: f32) -> (V, f32) {
        let step = std::f32::consts::TAU / n;
        let sector = (self.2.atan2(self.0) / step).round();
        (self.turned((sector * step).to_degrees()), sector)
    }
}

pub fn sphere(p: V, r: f32) -> f32 {
    p.length() - r
}

pub fn ellipsoid(p: V, r: V) -> f32 {
    let k = V(p.0 / r.0, p.1 / r.1, p.2 / r.2).length();
    let g = V(p.0 / (r.0 * r.0), p.1 / (r.1 * r.1), p.2 / (r.2 * r.2)).length();
    k * (k - 1.0) / g.max(1e-6)
}

/// A box of half sizes `h` with edges rounded by `r`.
pub fn block(p: V, h: V, r: f32) -> f32 {
    let q = V(p.0.abs() - h.0 + r, p.1.abs() - h.1 + r, p.2.abs() - h.2 + r);
    V(q.0.max(0.0), q.1.max(0.0), q.2.max(0.0)).length() + q.0.max(q.1).max(q.2).min(0.0) - r
}

/// A body of revolution about y from the signed distance of its half section.
pub fn section(radial: f32, y: f32, half: (f32, f32), r: f32) -> f32 {
    let q = (radial.abs() - half.0 + r, y.abs() - half.1 + r);
    (q.0.max(0.0)).hypot(q.1.max(0.0)) + q.0.max(q.1).min(0.0) - r
}

/// A cylinder about y of radius and half height.
pub fn cylinder(p: V, radius: f32, half: f32, r: f32) -> f32 {
    section(p.0.hypot(p.2), p.1, (radius, half), r)
}

/// A frustum about y: radius `a` at `-half`, `b` at `+half`; nearly exact for moderate slopes.
pub fn frustum(p: V, a: f32, b: f32, half: f32, r: f32) -> f32 {
    let t = ((p.1 / half + 1.0) / 2.0).clamp(0.0, 1.0);
    let slope = (b - a) / (2.0 * half);
    section(p.0.hypot(p.2), p.1, (a + (b - a) * t, half), r) / (1.0 + slope * slope).sqrt()
}

pub fn capsule(p: V, a: V, b: V, r: f32) -> f32 {
    let (pa, ba) = (p - a, b - a);
    let h = (pa.dot(ba) / ba.dot(ba).max(1e-9)).clamp(0.0, 1.0);
    (pa - ba * h).length() - r
}

/// A ring about y.
pub fn ring(p: V, radius: f32, r: f32) -> f32 {
    (p.0.hypot(p.2) - radius).hypot(p.1) - r
}

pub fn smooth_min(a: f32, b: f32, k: f32) -> f32 {
    let h = (k - (a - b).abs()).max(0.0) / k;
    a.min(b) - h * h * k * 0.25
}

/// A value of 0..1 for a point of a grid.
pub fn hash(x: i32, y: i32, z: i32) -> f32 {
    let mut n = (x as u32).wrapping_mul(374_761_393) ^ (y as u32).wrapping_mul(668_265_263) ^ (z as u32).wrapping_mul(2_147_483_647);
    n = (n ^ (n >> 13)).wrapping_mul(1_274_126_177);
    ((n ^ (n >> 16)) & 0xFFFF) as f32 / 65_535.0
}

/// Smooth noise of 0..1.
pub fn noise(p: V) -> f32 {
    let (i, j, k) = (p.0.floor(), p.1.floor(), p.2.floor());
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (u, v, w) = (ease(p.0 - i), ease(p.1 - j), ease(p.2 - k));
    let at = |a: i32, b: i32, c: i32| hash(i as i32 + a, j as i32 + b, k as i32 + c);
    let lerp = |a: f32, b: f32, t: f32| a + (b - a) * t;
    let layer = |c: i32| lerp(lerp(at(0, 0, c), at(1, 0, c), u), lerp(at(0, 1, c), at(1, 1, c), u), v);
    lerp(layer(0), layer(1), w)
}

/// Noise of four octaves, 0..1.
pub fn turbulence(p: V) -> f32 {
    (0..4).map(|o| noise(p * (1 << o) as f32) / (2 << o) as f32).sum::<f32>() / 0.9375
}
