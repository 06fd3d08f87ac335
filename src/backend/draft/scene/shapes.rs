//! Shapes of props: analytic outlines and shading at the picture's resolution, with edges as soft as their defocus.

use super::noise::{fbm, hash2, noise2, unit};
use crate::backend::draft::color::{Rgb, add, mix, mix3, mul, mul3};
use crate::math::{self, smoothstep};

/// The light on props.
#[derive(Clone, Copy, Debug)]
pub struct Lamp {
    /// Ambient light.
    pub ambient: Rgb,
    /// Key light.
    pub key: Rgb,
    /// Unit vector towards the key light: x right, y up, z towards the viewer.
    pub direction: [f32; 3],
    /// Mean colour of the backdrop, for reflections.
    pub surroundings: Rgb,
}

/// Outline of a flat shape; its axis runs from −1 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outline {
    /// A pointed leaf with a midrib.
    Leaf,
    /// A leaf of a maple.
    Maple,
    /// A rounded petal.
    Petal,
    /// A slip of paper.
    Slip,
    /// A feather.
    Feather,
    /// A heart of paper.
    Heart,
    /// A long strip of a palm leaf.
    Strip,
    /// A star with five arms.
    Star,
}

/// Material of a ball.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skin {
    /// Plaster or clay.
    Matte,
    /// Lacquer or fruit.
    Gloss,
    /// Polished metal.
    Metal,
    /// A soap bubble.
    Bubble,
    /// A drop of water.
    Drop,
    /// Rubber that lets light through.
    Balloon,
    /// Paper with a lamp inside.
    Lantern,
    /// Stone.
    Stone,
    /// Ribbed skin of a pumpkin.
    Ribbed,
    /// A roasted bean with its crease.
    Bean,
    /// A cut through a citrus fruit.
    Slice,
}

/// The look of a shape.
#[derive(Clone, Debug)]
pub enum Form {
    /// A flat shape: outline, linear colour of its veins, and how far it bends sideways (0 straight).
    Blade { outline: Outline, vein: Rgb, curl: f32 },
    /// An ellipsoid.
    Ball { skin: Skin },
    /// A parallelogram from 0 to 1 on both axes: an optional stripe across each axis and its colour, darkening towards its lower edge, transparency.
    Face { stripes: [bool; 2], ribbon: Rgb, fade: f32, clear: f32 },
    /// An upright cylinder: height of its side as a multiple of its radius, and foreshortening of its ends.
    Tube { tall: f32, squash: f32 },
    /// Additive light without an outline.
    Glow,
    /// A soft shadow, which darkens the picture below it.
    Shadow,
    /// A round cord between two points.
    Cord { to: (f32, f32), radius: f32 },
}

/// One shape in the picture.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Its look.
    pub form: Form,
    /// Middle, or the first corner of a face, in pixels.
    pub at: (f32, f32),
    /// The shape's own axes: the vectors (1, 0) and (0, 1) in pixels.
    pub axes: [(f32, f32); 2],
    /// Linear colour. For flat shapes it includes the light.
    pub color: Rgb,
    /// Opacity, or strength of a shadow.
    pub alpha: f32,
    /// Radius of the blur in pixels.
    pub soft: f32,
    /// Drawing order: shapes with larger values are nearer. For a shape on the surface, its row.
    pub depth: f32,
    /// Seed of its texture.
    pub seed: u32,
}

impl Shape {
    /// The box that it covers, in pixels: left, top, right, bottom.
    pub fn bounds(&self) -> (f32, f32, f32, f32) {
        let (a, b) = (self.axes[0], self.axes[1]);
        let pad = self.soft * 1.5 + 1.5;
        let (x, y) = self.at;
        match self.form {
            Form::Cord { to, radius } => {
                let r = radius + pad;
                (x.min(to.0) - r, y.min(to.1) - r, x.max(to.0) + r, y.max(to.1) + r)
            }
            Form::Face { .. } => {
                let xs = [x, x + a.0, x + b.0, x + a.0 + b.0];
                let ys = [y, y + a.1, y + b.1, y + a.1 + b.1];
                let min = |v: [f32; 4]| v.into_iter().fold(f32::MAX, f32::min) - pad;
                let max = |v: [f32; 4]| v.into_iter().fold(f32::MIN, f32::max) + pad;
                (min(xs), min(ys), max(xs), max(ys))
            }
            Form::Tube { tall, squash } => {
                let r = a.0.abs();
                (x - r - pad, y - r * squash - pad, x + r + pad, y + r * (tall + squash) + pad)
            }
            Form::Glow => (x - a.0 * 3.0, y - a.0 * 3.0, x + a.0 * 3.0, y + a.0 * 3.0),
            _ => {
                let (rx, ry) = (a.0.abs() + b.0.abs() + pad, a.1.abs() + b.1.abs() + pad);
                (x - rx, y - ry, x + rx, y + ry)
            }
        }
    }

    /// The colour of a pixel with this shape composited over `base`.
    pub fn over(&self, x: f32, y: f32, base: Rgb, lamp: &Lamp) -> Rgb {
        let (dx, dy) = (x - self.at.0, y - self.at.1);
        match &self.form {
            Form::Blade { outline, vein, curl } => self.blade(*outline, *vein, *curl, dx, dy, base),
            Form::Ball { skin } => self.ball(*skin, dx, dy, base, lamp),
            Form::Face { stripes, ribbon, fade, clear } => self.face(*stripes, *ribbon, (*fade, *clear), dx, dy, base),
            Form::Tube { tall, squash } => self.tube(*tall, *squash, dx, dy, base, lamp),
            Form::Glow => {
                let d = (dx * dx + dy * dy) / (self.axes[0].0 * self.axes[0].0);
                let g = self.alpha * (1.0 / (1.0 + d * 1.6).powi(2) - 0.0042).max(0.0);
                add(base, mul(self.color, g))
            }
            Form::Shadow => {
                let (u, v) = self.local(dx, dy);
                let d = (u * u + v * v).sqrt();
                let s = smoothstep(1.0, 0.15, d);
                mul(base, 1.0 - self.alpha * s * s)
            }
            Form::Cord { to, radius } => {
                let (ex, ey) = (to.0 - self.at.0, to.1 - self.at.1);
                let t = ((dx * ex + dy * ey) / (ex * ex + ey * ey).max(1e-6)).clamp(0.0, 1.0);
                let (qx, qy) = (dx - t * ex, dy - t * ey);
                let d = (qx * qx + qy * qy).sqrt();
                let edge = self.soft.max(0.6);
                let a = smoothstep(radius + edge, (radius - edge).max(0.0), d) * (radius / (radius + 0.5 * self.soft)).min(1.0);
                mix3(base, self.color, self.alpha * a)
            }
        }
    }

    /// Offset from the middle in the shape's own axes.
    fn local(&self, dx: f32, dy: f32) -> (f32, f32) {
        let [(ax, ay), (bx, by)] = self.axes;
        let det = ax * by - ay * bx;
        let inv = 1.0 / if det.abs() < 1e-4 { 1e-4_f32.copysign(det) } else { det };
        ((dx * by - dy * bx) * inv, (dy * ax - dx * ay) * inv)
    }

    /// Lengths of the axes in pixels.
    fn lengths(&self) -> (f32, f32) {
        let [(ax, ay), (bx, by)] = self.axes;
        (math::hypot(ax, ay), math::hypot(bx, by))
    }

    fn blade(&self, outline: Outline, vein: Rgb, curl: f32, dx: f32, dy: f32, base: Rgb) -> Rgb {
        let (u, v0) = self.local(dx, dy);
        if u.abs() > 1.6 {
            return base;
        }
        // The blade bends along its axis.
        let v = v0 - curl * 0.28 * (1.0 - u * u);
        let (long, wide) = self.lengths();
        let (d, half) = match outline {
            Outline::Leaf => half_width(0.46 * math::powf((1.0 - u * u).max(0.0), 0.85) * (1.0 - 0.32 * u), u, v, long, wide),
            Outline::Petal => half_width(0.72 * (1.0 - u * u).max(0.0).sqrt() * (0.80 + 0.30 * u), u, v, long, wide),
            Outline::Slip => (((1.0 - u.abs()) * long).min((1.0 - v.abs()) * wide), 1.0),
            Outline::Strip => half_width(0.9 * math::powf((1.0 - u).clamp(0.0, 1.0), 0.6) * smoothstep(-1.0, -0.75, u), u, v, long, wide),
            Outline::Feather => {
                let barbs = 0.07 * noise2(u * 19.0, v.signum() * 3.0, self.seed);
                half_width((0.36 + barbs) * (1.0 - u * u).max(0.0).sqrt() * smoothstep(-1.0, -0.35, u), u, v, long, wide)
            }
            Outline::Heart => {
                let y = -v * 1.15 + 0.20 - 0.62 * u.abs().sqrt();
                ((0.92 - (u * u + y * y).sqrt()) * long.min(wide), 1.0)
            }
            Outline::Maple | Outline::Star => {
                let angle = math::atan2(v, u);
                let rho = (u * u + v * v).sqrt();
                ((reach(outline, angle, self.seed) - rho) * long.min(wide) * 0.8, 1.0)
            }
        };
        let edge = self.soft.max(0.7);
        let size = long.min(wide * half.max(0.2));
        let a = smoothstep(-edge, edge, d) * self.alpha * (size / (size + 0.35 * self.soft)).clamp(0.0, 1.0);
        if a <= 0.003 {
            return base;
        }
        let across = if half > 1e-3 { (v / half).clamp(-1.0, 1.0) } else { 0.0 };
        let mut c = mul(self.color, 1.0 + 0.30 * curl * across + 0.12 * u);
        let fine = 1.0 - smoothstep(0.02, 0.14, self.soft / long.max(1.0));
        match outline {
            Outline::Leaf | Outline::Maple => {
                let rib = smoothstep(0.035, 0.008, v.abs());
                let side = smoothstep(0.80, 1.0, (0.5 + 0.5 * math::sin((u * 1.2 - v.abs() * 1.1) * 17.0)).clamp(0.0, 1.0));
                c = mix3(c, vein, fine * (0.55 * rib + 0.16 * side));
                c = mul(c, 0.94 + 0.14 * fine * noise2(u * 5.0, v * 5.0, self.seed));
            }
            Outline::Petal => {
                let line = 0.5 + 0.5 * noise2(across * 7.0, u * 1.6, self.seed);
                c = mix3(mix3(c, vein, 0.5 * smoothstep(0.1, -1.0, u)), mul(c, 1.07), 0.5 * line * fine);
            }
            Outline::Feather => {
                let barb = 0.5 + 0.5 * math::sin((u + v.abs() * 0.9) * 60.0);
                c = mul(c, 0.90 + 0.10 * barb * fine);
                c = mix3(c, vein, 0.4 * fine * smoothstep(0.03, 0.0, v.abs()));
            }
            Outline::Strip => c = mul(c, 0.86 + 0.26 * across.abs()),
            Outline::Slip | Outline::Heart | Outline::Star => {}
        }
        mix3(base, c, a)
    }

    fn ball(&self, skin: Skin, dx: f32, dy: f32, base: Rgb, lamp: &Lamp) -> Rgb {
        let (u, v) = self.local(dx, dy);
        let r2 = u * u + v * v;
        if r2 > 2.6 {
            return base;
        }
        let (long, wide) = self.lengths();
        let size = long.min(wide);
        let r = r2.sqrt();
        let edge = self.soft.max(0.7);
        let a = smoothstep(-edge, edge, (1.0 - r) * size) * self.alpha * (size / (size + 0.3 * self.soft));
        if a <= 0.003 {
            return base;
        }
        // The normal in screen space; y of the picture points down.
        let z = (1.0 - r2).max(0.0).sqrt();
        let n = [u.clamp(-1.0, 1.0), -v.clamp(-1.0, 1.0), z];
        let (c, cover) = self.skin(skin, (u, v, r), n, base, lamp);
        mix3(base, c, a * cover)
    }

    /// Colour and opacity of a ball at the point `(u, v)` in its own axes, at distance `r` from the middle and with normal `n`.
    fn skin(&self, skin: Skin, (u, v, r): (f32, f32, f32), n: [f32; 3], base: Rgb, lamp: &Lamp) -> (Rgb, f32) {
        let l = lamp.direction;
        let facing = ((n[0] * l[0] + n[1] * l[1] + n[2] * l[2] + 0.42) / 1.42).max(0.0);
        let rim = math::powf(1.0 - n[2].clamp(0.0, 1.0), 3.0);
        // Mirror direction of the view, and a soft box in it.
        let m = [2.0 * n[2] * n[0], 2.0 * n[2] * n[1], 2.0 * n[2] * n[2] - 1.0];
        let toward = (m[0] * l[0] + m[1] * l[1] + m[2] * l[2]).max(0.0);
        let soft_box = smoothstep(0.86, 0.97, toward);
        let light = add(mul(lamp.ambient, 0.76 + 0.34 * n[1]), mul(lamp.key, facing));
        let matte = mul3(self.color, light);
        let white = add(mul(lamp.ambient, 0.5), mul(lamp.key, 0.9));
        match skin {
            Skin::Matte => (matte, 1.0),
            Skin::Stone => {
                let grain = fbm(u * 4.0 + unit(self.seed) * 9.0, v * 4.0, 4, self.seed);
                (mul(matte, 1.0 + 0.30 * grain), 1.0)
            }
            Skin::Gloss => {
                let mirrored = mul(mix3(lamp.surroundings, white, smoothstep(-0.2, 0.9, m[1])), 0.05 + 0.55 * rim);
                (add(add(matte, mirrored), mul(white, 0.85 * soft_box)), 1.0)
            }
            Skin::Metal => {
                let sky = smoothstep(-0.35, 0.75, m[1]);
                let band = smoothstep(0.30, 0.0, (m[1] + 0.12).abs());
                let env = mix3(mul(lamp.surroundings, 0.35), mul(white, 0.95), sky);
                let env = mul(env, 1.0 - 0.55 * band);
                (add(mul3(self.color, mul(env, 1.5)), mul(white, 1.1 * soft_box)), 1.0)
            }
            Skin::Balloon => {
                let through = mul3(self.color, mul(add(lamp.ambient, mul(lamp.key, 0.35)), 0.35 + 0.5 * rim));
                (add(add(mul(matte, 0.85), through), mul(white, 0.8 * soft_box + 0.10 * rim)), 0.97)
            }
            Skin::Bubble => {
                let film = math::sin(9.0 * r + 2.5 * v + 1.5 * u);
                let tint = [0.75 + 0.3 * film, 0.85 - 0.15 * film, 0.95 + 0.25 * math::sin(7.0 * r + 3.0 * u)];
                let c = add(
                    mul(base, 1.02),
                    mul(mul3(tint, add(white, mul(lamp.surroundings, 0.4))), 0.05 + 0.42 * math::powf(r.min(1.0), 5.0)),
                );
                let spot = smoothstep(0.24, 0.08, math::hypot(u - 0.42 * l[0].signum(), v + 0.46));
                let low = smoothstep(0.16, 0.05, math::hypot(u + 0.40 * l[0].signum(), v - 0.50));
                (add(c, mul(white, 0.95 * spot + 0.35 * low)), 1.0)
            }
            Skin::Drop => {
                // Light enters on the lamp's side and gathers on the other.
                let side = u * l[0].signum() - v * 0.8;
                let inner = mul(base, 0.80 - 0.42 * smoothstep(0.2, 1.1, side) + 0.75 * smoothstep(-0.05, -1.0, side));
                let c = add(inner, mul(white, 0.20 * smoothstep(0.0, -1.0, side) * smoothstep(1.0, 0.6, r)));
                let spot = smoothstep(0.30, 0.10, math::hypot(u - 0.36 * l[0].signum(), v + 0.40));
                let dark = smoothstep(0.72, 1.0, r);
                (add(mul(c, 1.0 - 0.30 * dark), mul(white, 1.1 * spot)), 1.0)
            }
            Skin::Lantern => {
                let ribs = 0.86 + 0.14 * math::sin(v * 34.0);
                let glow = 0.55 + 0.85 * math::powf(n[2].max(0.0), 1.4) * (1.0 - 0.35 * v.abs());
                (add(mul(self.color, 1.25 * glow * ribs), mul([1.0, 0.72, 0.36], 0.55 * glow * glow)), 1.0)
            }
            Skin::Ribbed => {
                let turn = (u / (1.0 - 0.55 * v * v).max(0.2).sqrt()).clamp(-1.0, 1.0);
                let rib = 0.5 + 0.5 * math::cos(turn * (1.0 + 0.4 * turn.abs()) * 11.0);
                let c = mul(matte, 0.58 + 0.46 * rib);
                (add(c, mul(white, 0.16 * soft_box)), 1.0)
            }
            Skin::Bean => {
                let crease = smoothstep(0.16, 0.03, (v - 0.16 * math::sin(u * 2.6)).abs());
                (add(mul(matte, 1.0 - 0.72 * crease), mul(white, 0.14 * soft_box + 0.03 * rim)), 1.0)
            }
            Skin::Slice => (self.slice((u, v, r), add(mul(lamp.ambient, 1.0), mul(lamp.key, 0.85))), 1.0),
        }
    }

    /// A cut through a citrus fruit: rind, pith, and segments with juice.
    fn slice(&self, (u, v, r): (f32, f32, f32), light: Rgb) -> Rgb {
        let angle = math::atan2(v, u) + unit(self.seed) * 6.0;
        let sector = angle / std::f32::consts::TAU * 10.0;
        let inside = (sector - sector.floor() - 0.5).abs();
        let wall = smoothstep(0.5 - 0.035 / r.max(0.12), 0.5 - 0.012 / r.max(0.12), inside);
        let pith = smoothstep(0.80, 0.84, r).max(wall * 0.9).max(smoothstep(0.12, 0.06, r));
        let cells = 0.5 + 0.5 * noise2(sector * 5.0, r * 14.0, self.seed);
        let pulp = mul(self.color, 0.78 + 0.36 * cells);
        let flesh = mix3(pulp, [0.93, 0.90, 0.78], pith * 0.85);
        let rind = mul(self.color, 0.92);
        mul3(mix3(flesh, rind, smoothstep(0.90, 0.93, r)), light)
    }

    fn face(&self, stripes: [bool; 2], ribbon: Rgb, (fade, clear): (f32, f32), dx: f32, dy: f32, base: Rgb) -> Rgb {
        let (u, v) = self.local(dx, dy);
        let (long, wide) = self.lengths();
        let skew = {
            let [(ax, ay), (bx, by)] = self.axes;
            ((ax * by - ay * bx).abs() / (long * wide).max(1e-4)).clamp(0.05, 1.0)
        };
        let d = (u.min(1.0 - u) * long * skew).min(v.min(1.0 - v) * wide * skew);
        let edge = self.soft.max(0.7);
        let a = smoothstep(-edge, edge, d) * self.alpha;
        if a <= 0.003 {
            return base;
        }
        let mut c = mul(self.color, 1.0 + fade * (0.5 - v));
        let line = |t: f32, size: f32| {
            let e = (edge / size.max(1.0)).max(0.004);
            smoothstep(0.085 + e, 0.085 - e, (t - 0.5).abs())
        };
        let band = (if stripes[0] { line(u, long) } else { 0.0 }).max(if stripes[1] { line(v, wide) } else { 0.0 });
        if band > 0.0 {
            let sheen = 1.0 + 0.25 * math::sin((u + v) * 5.0 + unit(self.seed) * 6.0);
            c = mix3(c, mul(ribbon, sheen * (1.0 + fade * (0.5 - v))), band);
        }
        if clear > 0.0 {
            // Ice and glass: the picture behind, with bright edges.
            let rim = smoothstep(0.16, 0.0, u.min(1.0 - u).min(v.min(1.0 - v)));
            let frost = 0.5 + 0.5 * fbm(u * 3.0, v * 3.0, 3, self.seed);
            c = add(mul(base, 0.62), mul(c, 0.20 + 0.34 * rim + 0.30 * frost * clear));
        }
        mix3(base, c, a)
    }

    fn tube(&self, tall: f32, squash: f32, dx: f32, dy: f32, base: Rgb, lamp: &Lamp) -> Rgb {
        let r = self.axes[0].0.abs().max(0.5);
        let (u, v) = (dx / r, dy / r);
        let edge = self.soft.max(0.7);
        // The side is the top ellipse swept downwards.
        let sweep = v.clamp(0.0, tall);
        let inside = |v: f32| (1.0 - (u * u + (v / squash.max(0.05)).powi(2)).sqrt()) * r * squash.max(0.25);
        let body = smoothstep(-edge, edge, inside(v - sweep));
        let top = smoothstep(-edge, edge, inside(v));
        let z = (1.0 - u * u).max(0.0).sqrt();
        let l = lamp.direction;
        let facing = (u * l[0] + z * l[2].max(0.25)).max(0.0);
        let side = mul3(self.color, add(mul(lamp.ambient, 0.70), mul(lamp.key, 0.80 * facing)));
        let up = mul3(self.color, add(lamp.ambient, mul(lamp.key, 0.92 * l[1].max(0.3))));
        let low = smoothstep(tall, tall * 0.55, v);
        let c = mix3(base, mul(side, 0.80 + 0.20 * low), body * self.alpha);
        mix3(c, up, top * self.alpha)
    }
}

/// Approximate distance from the outline in pixels, positive inside; and `half`, the half width at this place of the axis.
fn half_width(half: f32, u: f32, v: f32, long: f32, wide: f32) -> (f32, f32) {
    let across = (half - v.abs()) * wide;
    let along = (1.0 - u.abs()) * long;
    // Near a pointed tip both distances shrink together.
    (across.min(along * 0.8), half)
}

/// Radius of a star or maple leaf at an angle, as a fraction of half its length.
fn reach(outline: Outline, angle: f32, seed: u32) -> f32 {
    if outline == Outline::Star {
        let t = angle / std::f32::consts::TAU * 5.0;
        let d = (t - t.floor() - 0.5).abs() * 2.0;
        return mix(0.42, 0.98, d * d);
    }
    // Five lobes, the first the longest, with small teeth.
    let lobes = [(0.0, 1.0), (0.95, 0.82), (-0.95, 0.82), (2.0, 0.52), (-2.0, 0.52)];
    let mut r: f32 = 0.26;
    for (at, long) in lobes {
        let d = math::hypot(math::sin((angle - at) * 0.5) * 2.0, 0.0);
        let lobe = long / (1.0 + (d * (2.9 + long)).powi(2));
        r = r.max(0.26 + lobe * 0.74);
    }
    let tooth = unit(hash2((angle * 9.0).floor() as i32, 3, seed));
    r * (0.95 + 0.05 * math::sin(angle * 23.0) + 0.03 * tooth)
}
