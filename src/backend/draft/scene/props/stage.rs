//! The set on which props are arranged: the camera's geometry, the light, and the basic shapes that props consist of.

use super::super::camera::Camera;
use super::super::noise::Rng;
use super::super::shapes::{Form, Lamp, Shape, Skin};
use super::super::spec::{SceneSpec, View};
use crate::backend::draft::color::{Rgb, mix, mix3, mul, mul3};
use crate::math;

/// The picture's geometry, and the shapes that were placed so far.
pub struct Stage<'a> {
    pub spec: &'a SceneSpec,
    pub width: f32,
    pub height: f32,
    /// Pixels per scene unit.
    pub unit: f32,
    /// Row of the surface's far edge.
    pub ground: f32,
    /// Row of the eye line.
    pub horizon: f32,
    pub camera: Camera,
    pub lamp: Lamp,
    pub rng: Rng,
    pub shapes: Vec<Shape>,
}

impl Stage<'_> {
    /// Whether the camera looks straight down.
    pub fn is_flat(&self) -> bool {
        self.spec.view == View::FlatLay
    }

    /// Foreshortening of circles on the surface.
    pub fn tilt(&self) -> f32 {
        if self.is_flat() {
            return 1.0;
        }
        if self.camera.fitted {
            return self.camera.view.foreshortening().clamp(0.08, 0.95);
        }
        let drop = mix(self.ground, self.height, 0.6) - self.horizon;
        (drop / math::hypot(drop, 1.25 * self.unit)).clamp(0.08, 0.95)
    }

    /// Rows from the horizon to the focal plane.
    fn focus(&self) -> f32 {
        if self.camera.fitted { self.camera.stand - self.horizon } else { mix(self.ground, self.height, 0.6) - self.horizon }
    }

    /// Pixels per scene unit for things that stand at a row.
    pub fn scale(&self, row: f32) -> f32 {
        let view = match self.spec.view {
            View::CloseUp => 1.55,
            View::Wide => 0.70,
            _ => 1.0,
        };
        if self.is_flat() {
            return self.unit * view;
        }
        self.unit * view * ((row - self.horizon) / self.focus()).clamp(0.25, 2.2)
    }

    /// Blur of things that stand at a row, pixels.
    pub fn blur(&self, row: f32) -> f32 {
        if self.is_flat() {
            return 0.6;
        }
        let strong = if self.spec.view == View::CloseUp { 1.9 } else { 1.0 };
        let far = 1.0 - (row - self.horizon) / self.focus();
        0.6 + strong * self.unit * if far > 0.0 { 0.017 * far } else { 0.013 * -far }
    }

    /// A random place on the surface beside the product: column and row. `side` is −1 for the left and 1 for the right; `far` and `near` limit the
    /// depth, which is 0 at the surface's far edge and 1 at the canvas' lower edge.
    pub fn spot(&mut self, side: f32, far: f32, near: f32) -> (f32, f32) {
        let row = mix(self.ground, self.height, self.rng.range(far, near));
        let middle = self.width * 0.5;
        let inner = if self.is_flat() { 0.30 } else { 0.25 };
        let x = middle + side * self.width * self.rng.range(inner, 0.49);
        (self.beside(x), row)
    }

    /// The column for something that would stand at `x`, so that a product which the designer has moved stays free: the mirrored column, or
    /// one beside the product.
    pub fn beside(&self, x: f32) -> f32 {
        /// A product this near to the middle has its place already.
        const MOVED: f32 = 0.04;
        const INWARD: f32 = 0.15;
        let Some(subject) = self.camera.subject.filter(|subject| (subject.x - 0.5).abs() > MOVED) else { return x };
        let (middle, half) = (subject.x * self.width, (0.5 * subject.width + 0.08) * self.width);
        let covered = |x: f32| (x - middle).abs() < half;
        if !covered(x) {
            return x;
        }
        // A little nearer to the middle: the mirrored column has its own thing.
        let mirrored = self.width - x;
        let inward = mirrored + INWARD * self.width * (x - mirrored).signum();
        [inward, mirrored].into_iter().find(|x| !covered(*x)).unwrap_or(middle + half * (0.5 - subject.x).signum())
    }

    /// A random place on the surface outside the product's: column and row.
    pub fn around(&mut self) -> (f32, f32) {
        for _ in 0..12 {
            let x = self.width * self.rng.range(0.01, 0.99);
            let row = mix(self.ground, self.height, self.rng.range(0.10, 0.99));
            let middle = self.camera.subject.map_or(0.5, |subject| subject.x);
            let wide = self.camera.subject.map_or(0.27, |subject| (0.55 * subject.width).max(0.27));
            let (u, v) = ((x / self.width - middle) / wide, (row / self.height - if self.is_flat() { 0.42 } else { 0.72 }) / 0.30);
            if u * u + v * v > 1.0 {
                return (x, row);
            }
        }
        (self.width * 0.06, self.height * 0.94)
    }

    /// Light on a surface with the unit normal `n`.
    pub fn light(&self, n: [f32; 3]) -> Rgb {
        let l = self.lamp.direction;
        let facing = ((n[0] * l[0] + n[1] * l[1] + n[2] * l[2] + 0.30) / 1.30).max(0.0);
        let open = 0.76 + 0.30 * n[1];
        std::array::from_fn(|k| self.lamp.ambient[k] * open + self.lamp.key[k] * facing)
    }

    /// Adds a soft shadow on the surface of something of this radius and height (`tall`) in pixels; `strength` 0..=1.
    pub fn cast_shadow(&mut self, (x, row): (f32, f32), radius: f32, tall: f32, strength: f32) {
        let l = self.lamp.direction;
        let up = l[1].max(0.3);
        let (ox, oy) = (-l[0] / up * tall * 0.35, if self.is_flat() { tall * 0.30 } else { -l[2] / up * tall * 0.12 });
        let tilt = self.tilt();
        let hard = 1.0 - self.spec.light.softness;
        let depth = row - 1.0;
        for (reach, alpha, shift) in [(1.10, 0.75, 0.15), (1.65, 0.45, 0.7), (2.3, 0.16 + 0.22 * hard, 1.2)] {
            let (rx, ry) = (radius * reach + ox.abs() * 0.4 * shift, radius * reach * tilt);
            self.shapes.push(Shape {
                form: Form::Shadow,
                at: (x + ox * shift, row + oy * shift),
                axes: [(rx, 0.0), (0.0, ry)],
                color: [0.0; 3],
                alpha: alpha * strength,
                soft: 0.0,
                depth,
                seed: 0,
            });
        }
    }

    /// Adds a ball whose middle is at `at`; `radii` in pixels.
    #[allow(clippy::too_many_arguments, reason = "where it is, what it is, and where the lens sees it")]
    pub fn ball(&mut self, at: (f32, f32), radii: (f32, f32), angle: f32, skin: Skin, color: Rgb, depth: f32, soft: f32) {
        let (s, c) = math::sin_cos(angle);
        let seed = self.rng.bits() as u32;
        self.shapes.push(Shape {
            form: Form::Ball { skin },
            at,
            axes: [(radii.0 * c, radii.0 * s), (-radii.1 * s, radii.1 * c)],
            color,
            alpha: 1.0,
            soft,
            depth,
            seed,
        });
    }

    /// Adds a ball that lies on the surface with its shadow; `size` is its radius in scene units. Returns its radius in pixels.
    pub fn lie(&mut self, (x, row): (f32, f32), size: f32, squash: f32, skin: Skin, color: Rgb) -> f32 {
        let r = size * self.scale(row);
        let (rx, ry) = (r, r * if self.is_flat() { 1.0 } else { squash });
        let soft = self.blur(row);
        self.cast_shadow((x, row), rx * 0.95, ry, 0.62);
        let lift = if self.is_flat() { 0.0 } else { ry * (1.0 - 0.35 * self.tilt()) };
        self.ball((x, row - lift), (rx, ry), 0.0, skin, color, row, soft);
        r
    }

    /// Adds a cord; all lengths in pixels.
    pub fn cord(&mut self, from: (f32, f32), to: (f32, f32), radius: f32, color: Rgb, depth: f32, soft: f32) {
        self.shapes.push(Shape {
            form: Form::Cord { to, radius },
            at: from,
            axes: [(1.0, 0.0), (0.0, 1.0)],
            color,
            alpha: 1.0,
            soft,
            depth,
            seed: 0,
        });
    }

    /// Adds a soft glow; `radius` in pixels.
    pub fn glow(&mut self, at: (f32, f32), radius: f32, color: Rgb, depth: f32) {
        self.shapes.push(Shape {
            form: Form::Glow,
            at,
            axes: [(radius, 0.0), (0.0, radius)],
            color,
            alpha: 1.0,
            soft: 0.0,
            depth,
            seed: 0,
        });
    }

    /// Adds a standing cylinder with its shadow: the middle of its foot, radius and height in scene units. Returns the middle of its top.
    pub fn tube(&mut self, (x, row): (f32, f32), radius: f32, tall: f32, color: Rgb) -> (f32, f32) {
        let s = self.scale(row);
        let (r, h, squash) = (radius * s, if self.is_flat() { 0.0 } else { tall * s }, self.tilt());
        let soft = self.blur(row);
        self.cast_shadow((x, row), r, tall * s, 0.6);
        let top = (x, row - h);
        self.shapes.push(Shape {
            form: Form::Tube { tall: h / r.max(0.5), squash },
            at: top,
            axes: [(r, 0.0), (0.0, r)],
            color,
            alpha: 1.0,
            soft,
            depth: row,
            seed: 0,
        });
        top
    }

    /// Adds a box on the surface: middle of its foot, sides in scene units (width, height, depth), rotation about the vertical in radians.
    pub fn cuboid(&mut self, (x, row): (f32, f32), (w, h, d): (f32, f32, f32), turn: f32, paint: &Paint) {
        let s = self.scale(row);
        let tilt = self.tilt();
        let up = if self.is_flat() { 0.0 } else { (1.0 - tilt * tilt).sqrt() };
        let (sn, cs) = math::sin_cos(turn);
        let ground = |px: f32, pz: f32| (px * s, -pz * s * tilt);
        let (ax, bz) = (ground(w * cs, w * sn), ground(-d * sn, d * cs));
        let rise = (0.0, -h * s * up);
        let base = (x - (ax.0 + bz.0) * 0.5, row - (ax.1 + bz.1) * 0.5);
        let soft = self.blur(row);
        if paint.shadow {
            self.cast_shadow((x, row), (w + d) * 0.40 * s, h * s, 0.7);
        }
        let near = row + (w + d) * 0.10 * s;
        let seed = self.rng.bits() as u32;
        let mut face = |at: (f32, f32), axes: [(f32, f32); 2], n: [f32; 3], stripes: [bool; 2], fade: f32, depth: f32| {
            let light = self.light(n);
            self.shapes.push(Shape {
                form: Form::Face { stripes, ribbon: mul3(paint.ribbon, light), fade, clear: paint.clear },
                at,
                axes,
                color: mul3(paint.color, light),
                alpha: 1.0,
                soft,
                depth: depth + paint.lift,
                seed,
            });
        };
        let sum = |a: (f32, f32), b: (f32, f32)| (a.0 + b.0, a.1 + b.1);
        // Two of the four sides are visible: those whose outward normal points to the viewer.
        if up > 0.0 {
            let front = [sn, 0.0, cs];
            let cross = [cs, 0.0, -sn];
            let stripes = [paint.tied, false];
            if front[2] > 0.0 {
                face(sum(base, rise), [ax, (-rise.0, -rise.1)], front, stripes, 0.22, near);
            }
            let right = cross[2] > 0.0;
            let at = if right { sum(base, ax) } else { base };
            let n = if right { cross } else { [-cross[0], 0.0, -cross[2]] };
            face(sum(at, rise), [bz, (-rise.0, -rise.1)], n, stripes, 0.22, near);
        }
        face(sum(base, rise), [ax, bz], [0.0, 1.0, 0.0], [paint.tied; 2], 0.0, near + 0.1);
    }
}

/// Looks of a box.
pub struct Paint {
    pub color: Rgb,
    pub ribbon: Rgb,
    /// Whether ribbons are tied around it.
    pub tied: bool,
    /// Transparency: 0 for paper, 1 for ice.
    pub clear: f32,
    /// Whether it casts a shadow on the surface.
    pub shadow: bool,
    /// Added to the depth, so that a lid or an upper book is drawn after the object below it.
    pub lift: f32,
}

/// A random colour of the palette, or a random variation of the requested one.
pub fn pick(rng: &mut Rng, color: Option<Rgb>, palette: &[Rgb]) -> Rgb {
    match color {
        Some(c) => {
            let pale = rng.unit();
            if pale < 0.25 { mix3(c, [0.92; 3], 0.35) } else { mul(c, rng.range(0.82, 1.08)) }
        }
        None => palette.get(rng.below(palette.len())).copied().unwrap_or([0.8; 3]),
    }
}
