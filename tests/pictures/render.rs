//! Photographs bodies that are given as signed distances: a pinhole camera, a soft key light, an overcast sky, a floor and a wall. Beside the photo it gives what no
//! camera gives: the product's true opacity and the elevation from which it was seen. Glass is thin-walled: light passes it straight.

use super::vector::{V, hash, noise, turbulence};

/// Distance of a body and which of its surfaces is nearest.
pub type Near = (f32, u8);

/// How a surface looks.
#[derive(Clone, Copy, Debug)]
pub struct Surface {
    pub color: V,
    /// Share of mirrored light seen straight on.
    pub gloss: f32,
    /// Mirrors blur: 0 for a mirror, 1 for chalk.
    pub rough: f32,
    /// Share of the light that passes at right angles; above zero for glass.
    pub clear: f32,
}

pub fn matt(r: f32, g: f32, b: f32) -> Surface {
    Surface { color: V(r, g, b), gloss: 0.02, rough: 0.8, clear: 0.0 }
}

pub fn shiny(r: f32, g: f32, b: f32) -> Surface {
    Surface { color: V(r, g, b), gloss: 0.05, rough: 0.15, clear: 0.0 }
}

pub fn metal(r: f32, g: f32, b: f32) -> Surface {
    Surface { color: V(r, g, b), gloss: 0.8, rough: 0.25, clear: 0.0 }
}

pub fn glass(r: f32, g: f32, b: f32, clear: f32) -> Surface {
    Surface { color: V(r, g, b), gloss: 0.06, rough: 0.05, clear }
}

/// A body to photograph. It stands or lies on the plane y = 0 unless it hangs.
#[derive(Clone, Copy)]
pub struct Thing {
    pub shape: fn(V) -> Near,
    pub surface: fn(u8, V) -> Surface,
    /// Centre and radius of a sphere around it.
    pub centre: V,
    pub radius: f32,
}

/// What is behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Backdrop {
    Sweep(V),
    Wood,
    Room,
    /// A wall at this distance behind the product, for things that hang.
    Wall(V, f32),
}

/// How a body is photographed.
#[derive(Clone, Copy)]
pub struct Shot {
    pub thing: Thing,
    /// Degrees above the horizon.
    pub elevation: f32,
    /// Degrees by which the body is turned.
    pub turn: f32,
    pub backdrop: Backdrop,
    /// Direction of the light from the left, in degrees about y.
    pub light: f32,
    /// Share of the picture's side that the sphere around the body takes.
    pub fill: f32,
}

/// A photo and its truth.
pub struct Photo {
    pub side: usize,
    pub rgb: Vec<u8>,
    pub alpha: Vec<f32>,
}

const SAMPLES: i32 = 3;
/// Distance of the camera as a multiple of the sphere's radius.
pub const AWAY: f32 = 4.6;

struct Stage {
    shot: Shot,
    eye: V,
    right: V,
    up: V,
    ahead: V,
    sun: V,
}

impl Stage {
    fn near(&self, p: V) -> Near {
        let thing = &self.shot.thing;
        (thing.shape)((p - thing.centre).turned(self.shot.turn) + thing.centre)
    }

    fn normal(&self, p: V) -> V {
        let e = 0.0012;
        let d = |q: V| self.near(q).0;
        V(
            d(p + V(e, 0.0, 0.0)) - d(p - V(e, 0.0, 0.0)),
            d(p + V(0.0, e, 0.0)) - d(p - V(0.0, e, 0.0)),
            d(p + V(0.0, 0.0, e)) - d(p - V(0.0, 0.0, e)),
        )
        .unit()
    }

    /// Where a ray enters and leaves the sphere around the body.
    fn range(&self, o: V, d: V) -> Option<(f32, f32)> {
        let to = o - self.shot.thing.centre;
        let (b, c) = (to.dot(d), to.dot(to) - self.shot.thing.radius.powi(2));
        let disc = b * b - c;
        (disc > 0.0 && -b + disc.sqrt() > 0.0).then(|| ((-b - disc.sqrt()).max(0.0), -b + disc.sqrt()))
    }

    /// The first surface on a ray after `from`.
    fn hit(&self, o: V, d: V, from: f32) -> Option<(f32, u8)> {
        let (near, far) = self.range(o, d)?;
        let mut t = near.max(from);
        for _ in 0..160 {
            let (gap, surface) = self.near(o + d * t);
            if gap.abs() < 0.0007 {
                return Some((t, surface));
            }
            t += gap.abs() * 0.85 + 0.0002;
            if t > far {
                return None;
            }
        }
        None
    }

    /// Share of the key light that reaches a point.
    fn lit(&self, p: V) -> f32 {
        let Some((near, far)) = self.range(p, self.sun) else { return 1.0 };
        let (mut t, mut light) = (near.max(0.02), 1.0f32);
        for _ in 0..48 {
            let (gap, surface) = self.near(p + self.sun * t);
            let clear = if gap < 0.02 { (self.shot.thing.surface)(surface, p).clear } else { 0.0 };
            light = light.min((7.0 * gap / t).max(clear * 0.8));
            t += gap.abs().clamp(0.012, 0.25);
            if t > far || light < 0.005 {
                break;
            }
        }
        light.clamp(0.0, 1.0)
    }

    /// Share of the sky that a point sees along its normal.
    fn open(&self, p: V, n: V) -> f32 {
        let mut hidden = 0.0;
        let mut weight = 1.0;
        for step in [0.03f32, 0.08, 0.18, 0.35, 0.6] {
            let at = p + n * step;
            let gap = self.near(at).0.min(if self.floor() { at.1 } else { f32::MAX });
            hidden += weight * (step - gap).max(0.0) / step;
            weight *= 0.62;
        }
        (1.0 - 0.42 * hidden).clamp(0.05, 1.0)
    }

    fn floor(&self) -> bool {
        !matches!(self.shot.backdrop, Backdrop::Wall(..))
    }

    /// Light from a direction that no body blocks: softboxes, sky and the floor's bounce.
    fn around(&self, d: V, rough: f32) -> V {
        let soft = |edge: f32, v: f32, width: f32| {
            let t = ((v - edge) / width + 0.5).clamp(0.0, 1.0);
            t * t * (3.0 - 2.0 * t)
        };
        let blur = 0.04 + 0.5 * rough;
        let side = soft(0.55, d.dot(V(-0.85, 0.35, 0.38).unit()), blur) * 2.2;
        let rim = soft(0.80, d.dot(V(0.9, 0.3, -0.2).unit()), blur) * 1.4;
        let sky = 0.35 + 0.45 * soft(0.1, d.1, 0.9);
        V(0.95, 0.97, 1.0) * (sky + side + rim)
    }

    fn shade(&self, p: V, d: V, s: Surface) -> V {
        let mut n = self.normal(p);
        if n.dot(d) > 0.0 {
            n = n * -1.0;
        }
        let open = self.open(p, n);
        let key = n.dot(self.sun).max(0.0) * if s.clear > 0.0 { 1.0 } else { self.lit(p + n * 0.004) };
        let bounce = V(0.5, 0.47, 0.43) * (0.25 * (0.5 - 0.5 * n.1));
        let light = V(1.0, 0.97, 0.92) * (1.15 * key) + (V(0.55, 0.58, 0.62) * (0.65 + 0.35 * n.1) + bounce) * open;
        let mirror = d - n * (2.0 * d.dot(n));
        let fresnel = s.gloss + (1.0 - s.gloss) * (1.0 - n.dot(d).abs()).powi(5) * (1.0 - s.rough);
        let spark = mirror.dot(self.sun).max(0.0).powf(4.0 + 120.0 * (1.0 - s.rough).powi(3)) * (1.0 - s.rough) * key;
        let seen = self.around(mirror, s.rough) * open;
        if s.gloss > 0.5 {
            return s.color.tint(seen + V(1.0, 1.0, 1.0) * (spark * 2.0)) * 0.9 + s.color.tint(light) * 0.12;
        }
        s.color.tint(light) * (1.0 - fresnel) + seen * fresnel + V(1.0, 1.0, 1.0) * (spark * 0.5)
    }

    /// What is behind the product.
    fn behind(&self, o: V, d: V) -> V {
        if let Backdrop::Wall(color, away) = self.shot.backdrop {
            let t = (-away - o.2) / d.2.min(-1e-3);
            let p = o + d * t;
            let grain = 0.95 + 0.1 * turbulence(V(p.0 * 6.0, p.1 * 6.0, 3.0));
            return color * (grain * (0.35 + 0.65 * self.lit(p)) * (1.05 - 0.05 * p.0));
        }
        let t = if d.1 < -1e-3 { -o.1 / d.1 } else { f32::MAX };
        let reach = AWAY * 2.2 * self.shot.thing.radius;
        let floor = |p: V| {
            let light = 0.42 + 0.58 * self.lit(V(p.0, 0.003, p.2));
            let near = self.near(V(p.0, 0.02, p.2)).0.max(0.0);
            light * (0.45 + 0.55 * (near / 0.35).min(1.0).sqrt())
        };
        match self.shot.backdrop {
            Backdrop::Sweep(color) => {
                // The floor curves up into the wall.
                let up = if t < reach { 1.0 - 0.22 * (t / reach).powi(2) } else { 0.78 + 0.25 * d.1.max(0.0) };
                color * (up * if t < reach { floor(o + d * t) } else { 1.0 })
            }
            Backdrop::Wood if t < reach => {
                let p = o + d * t;
                let plank = (p.2 * 1.6).floor();
                let rings = turbulence(V(p.0 * 0.8 + 9.0 * hash(plank as i32, 3, 1), p.2 * 14.0, plank));
                let gap = ((p.2 * 1.6 - plank) * 40.0).min(1.0);
                V(0.50, 0.33, 0.20).mix(V(0.30, 0.18, 0.10), rings) * (floor(p) * (0.5 + 0.5 * gap))
            }
            Backdrop::Room if t < reach => V(0.62, 0.58, 0.54) * floor(o + d * t),
            _ => {
                // A room out of focus.
                let (u, v) = (d.0 * 3.0, d.1 * 3.0);
                let blob = noise(V(u * 1.3 + 5.0, v * 1.1, 2.0));
                V(0.42, 0.36, 0.30).mix(V(0.75, 0.70, 0.60), blob).mix(V(0.25, 0.30, 0.30), noise(V(u, v, 9.0)) * 0.6)
            }
        }
    }

    /// Light along a ray: the product's share, premultiplied, its opacity, and the light behind it.
    fn trace(&self, d: V) -> (V, f32, V) {
        let (mut front, mut passes, mut from) = (V::default(), 1.0f32, 0.0);
        for _ in 0..6 {
            let Some((t, kind)) = self.hit(self.eye, d, from) else { break };
            let p = self.eye + d * t;
            if self.floor() && p.1 < -0.002 {
                break;
            }
            let local = (p - self.shot.thing.centre).turned(self.shot.turn) + self.shot.thing.centre;
            let s = (self.shot.thing.surface)(kind, local);
            let slant = 1.0 - self.normal(p).dot(d).abs();
            let through = s.clear * (1.0 - slant.powi(3)).max(0.0);
            front = front + self.shade(p, d, s) * (passes * (1.0 - through));
            passes *= through;
            if passes < 0.01 {
                passes = 0.0;
                break;
            }
            from = t + 0.012;
        }
        let behind = if passes > 0.0 { self.behind(self.eye, d) } else { V::default() };
        (front, 1.0 - passes, behind)
    }
}

fn encode(v: f32) -> f32 {
    // A camera's shoulder keeps highlights.
    let v = if v > 0.7 { 0.7 + 0.3 * (1.0 - (-(v - 0.7) / 0.3).exp()) } else { v.max(0.0) };
    if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 }
}

/// Photographs a body on a square picture.
pub fn photograph(shot: Shot, side: usize) -> Photo {
    let e = shot.elevation.to_radians();
    let (thing, distance) = (shot.thing, AWAY * shot.thing.radius);
    let ahead = V(0.0, -e.sin(), -e.cos());
    let right = V(1.0, 0.0, 0.0);
    let stage = Stage {
        shot,
        eye: thing.centre - ahead * distance,
        right,
        up: right.cross(ahead),
        ahead,
        sun: V(-0.62, 0.95, 0.45).turned(shot.light).unit(),
    };
    let spread = 1.0 / ((AWAY * AWAY - 1.0).sqrt() * shot.fill);
    let mut rows: Vec<Vec<([u8; 3], f32)>> = Vec::new();
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..2)
            .map(|half| {
                let stage = &stage;
                scope.spawn(move || (0..side).filter(|y| y % 2 == half).map(|y| row(stage, y, side, spread)).collect::<Vec<_>>())
            })
            .collect();
        let mut parts: Vec<_> = parts.into_iter().filter_map(|p| p.join().ok()).map(Vec::into_iter).collect();
        rows = (0..side).filter_map(|y| parts[y % 2].next()).collect();
    });
    let pixels: Vec<_> = rows.into_iter().flatten().collect();
    Photo { side, rgb: pixels.iter().flat_map(|p| p.0).collect(), alpha: pixels.iter().map(|p| p.1).collect() }
}

fn row(stage: &Stage, y: usize, side: usize, spread: f32) -> Vec<([u8; 3], f32)> {
    let code = |v: f32, grain: f32| (encode(v) * 255.0 + grain).clamp(0.0, 255.0) as u8;
    (0..side)
        .map(|x| {
            let (mut seen, mut alpha) = (V::default(), 0.0);
            for i in 0..SAMPLES * SAMPLES {
                let at = |p: usize, k: i32| (2.0 * (p as f32 + (k as f32 + 0.5) / SAMPLES as f32) / side as f32 - 1.0) * spread;
                let (u, v) = (at(x, i % SAMPLES), -at(y, i / SAMPLES));
                let (f, a, b) = stage.trace((stage.ahead + stage.right * u + stage.up * v).unit());
                seen = seen + f + b * (1.0 - a);
                alpha += a;
            }
            let k = 1.0 / (SAMPLES * SAMPLES) as f32;
            let grain = 0.5 + 2.4 * (hash(x as i32, y as i32, 7) - 0.5);
            let rgb = seen * k;
            ([code(rgb.0, grain), code(rgb.1, grain), code(rgb.2, grain)], alpha * k)
        })
        .collect()
}
