//! Paints the scene without the product: prompt → `SceneSpec` → defocused backdrop, lit surface, props, air, film curve.
//!
//! Lengths are in scene units (the geometric mean of the picture's sides), so that a small preview and the full picture show the same
//! composition. Every pixel is a pure function of its position, so the number of threads does not change the result.

mod air;
mod backdrop;
mod camera;
mod canvas;
mod compose;
mod evening;
mod finish;
mod gobo;
mod interiors;
mod landscapes;
mod lexer;
mod looks;
mod nearest;
mod noise;
mod outdoors;
mod props;
mod reading;
mod recipe;
mod recipes;
mod report;
mod seasons;
mod shapes;
mod spec;
mod suggested_place;
mod surface;
#[cfg(test)]
mod tests;
mod venues;
#[cfg(test)]
mod word_tests;
mod words;

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use self::air::AirLayer;
use self::camera::Camera;
use self::canvas::SmallCanvas;
use self::gobo::Gobo;
use self::noise::{Footprint, Rng, noise2};
use self::shapes::{Lamp, Shape};
use self::spec::{BackdropKind, Grade, SceneSpec, View};
use self::surface::{Hit, Surface, SurfaceKind};
use crate::backend::draft::color::{Rgb, add, mix, mix3, mul, mul3};
use crate::backend::{BackendError, Framing, Prompts, Scene, SceneRequest, StageCx};
use crate::imaging::LinearRgb;
use crate::limits::MIN_SIDE;
use crate::math::smoothstep;
use crate::notice;

/// Whether something in the scene takes its place from the product: a podium, or things around it.
pub fn follows_product(prompts: Prompts<'_>) -> bool {
    let (spec, _) = compose::read(prompts.positive, prompts.negative, 0);
    spec.podium || !spec.props.is_empty()
}

/// Paints the scene of a request. The picture is display-referred: the film curve has been applied.
pub fn paint(request: &SceneRequest<'_>, cx: StageCx<'_>) -> Result<Scene, BackendError> {
    cx.step(0.0)?;
    let (w, h) = (request.width, request.height);
    if w == 0 || h == 0 {
        return Err(BackendError::Failed(notice!("draft-no-canvas", min = MIN_SIDE)));
    }
    let (mut spec, reading) = compose::read(request.prompts.positive, request.prompts.negative, request.sampling.seed);
    report::words(request.prompts.positive, &reading).into_iter().for_each(|notice| cx.observer.notice(notice));
    // A viewpoint that the words name wins over that of the product's photo, and one that the designer has chosen over the words.
    let framing = request.framing;
    let named = matches!(spec.view, View::FlatLay | View::Low | View::High);
    if framing.chosen && named {
        spec.view = View::Standard;
    }
    let view = framing.view.filter(|_| framing.chosen || !named);
    if view.is_some_and(crate::backend::View::is_flat_lay) {
        spec.view = View::FlatLay;
    }
    let renderer = Renderer::new(&spec, Framing { view, ..framing }, w, h);
    cx.step(0.25)?;
    let done = AtomicUsize::new(0);
    let mut image = LinearRgb::new(w, h, [0.0; 3]);
    image.data.par_chunks_mut(w).enumerate().try_for_each_init(Scratch::default, |scratch, (y, out)| {
        renderer.row(y, out, scratch);
        let n = done.fetch_add(1, Ordering::Relaxed) + 1;
        if n.is_multiple_of(64) { cx.step(0.25 + 0.75 * n as f32 / h as f32) } else { cx.check() }
    })?;
    cx.step(1.0)?;
    let top = renderer.ambient[0].max(renderer.ambient[1]).max(renderer.ambient[2]).max(1e-3);
    Ok(Scene {
        image,
        ground_line: renderer.camera.ground,
        view: renderer.camera.view,
        key: spec.light,
        ambient: mul(renderer.ambient, 1.0 / top),
        // Seen from straight above, a surface mirrors the sky and not the product.
        gloss: if spec.view == View::FlatLay { 0.0 } else { spec.gloss },
        roughness: spec.roughness,
    })
}

/// The state that all rows share while a scene is rendered.
struct Renderer<'a> {
    spec: &'a SceneSpec,
    back: SmallCanvas,
    /// The backdrop, blurred for reflections of medium roughness.
    soft: SmallCanvas,
    /// The backdrop, blurred more for rough reflections.
    rough: SmallCanvas,
    gobo: Gobo,
    /// Props from back to front.
    shapes: Vec<Shape>,
    /// Fog, rain, lights and the like in front of everything.
    air: Option<AirLayer>,
    lamp: Lamp,
    ambient: Rgb,
    /// Pixels per scene unit.
    unit: f32,
    width: f32,
    height: f32,
    camera: Camera,
}

/// If [`Camera::stretch`] is larger than this, the surface would take most of the time, so half of its pixels are interpolated.
const SPARSE: f32 = 1.35;

/// Least height in scene units for which backdrops are composed; a lower one would show only their lower part.
const BACKDROP: f32 = 0.42;

/// Buffers that a thread reuses between rows.
#[derive(Default)]
struct Scratch {
    backdrop: Vec<Rgb>,
    air: (Vec<Rgb>, Vec<Rgb>),
}

impl<'a> Renderer<'a> {
    fn new(spec: &'a SceneSpec, framing: Framing, w: usize, h: usize) -> Self {
        let (width, height) = (w as f32, h as f32);
        let unit = (width * height).sqrt();
        let camera = Camera::new(spec, framing, width, height);
        let top = if camera.fitted { (camera.ground / unit).max(BACKDROP) } else { camera.ground / unit };
        let mut back = SmallCanvas::new(width * 0.5 / (unit * spec.zoom), top / spec.zoom);
        backdrop::paint(spec, &mut back);
        wash(spec, &mut back);
        let gobo = Gobo::new(spec.gobo, &mut Rng::new(spec.seed ^ 0x60b0));
        if gobo.has_pattern()
            && matches!(spec.backdrop, BackdropKind::Wall | BackdropKind::Arches | BackdropKind::Bricks | BackdropKind::Drape)
        {
            let tint = spec.light.color;
            back.map(|x, y, c| {
                let g = gobo.on_wall(x, y);
                mul3(c, add([0.50, 0.53, 0.58], mul(tint, 0.92 * g)))
            });
        }
        let soft = back.softened(0.010, 0.022);
        let rough = back.softened(0.05, 0.11);
        let mean = back.mean();
        let level = (mean[0] + mean[1] + mean[2]) / 3.0;
        let tint = mul(mean, 1.0 / level.max(1e-3));
        let ambient = mul3(spec.ambient, mix3([1.0; 3], tint, 0.38));
        let key = mul(spec.light.color, spec.key);
        let lamp = Lamp { ambient, key, direction: spec.light.direction, surroundings: mean };
        let shapes = props::arrange(spec, (width, height, unit), camera, lamp);
        let air = AirLayer::new(spec, (width, height, unit), camera.ground, &lamp);
        Self { spec, back, soft, rough, gobo, shapes, air, lamp, ambient, unit, width, height, camera }
    }

    fn row(&self, y: usize, out: &mut [Rgb], scratch: &mut Scratch) {
        let spec = self.spec;
        let py = y as f32 + 0.5;
        let up = (self.camera.ground - py) / self.unit;
        let cover = smoothstep(-spec.edge, spec.edge, -up);
        let v = (py / self.height - 0.5) * 2.0;
        if cover < 1.0 {
            self.back.cubic_row((up / spec.zoom).max(-canvas::BELOW + 0.01), &mut scratch.backdrop);
        }
        let sparse = cover >= 1.0 && self.camera.stretch > SPARSE;
        if sparse {
            self.sparse_row(py, out);
        }
        for (x, c) in out.iter_mut().enumerate() {
            let px = x as f32 + 0.5 - self.width * 0.5;
            let sx = px / (self.unit * spec.zoom);
            let mut color = if sparse { *c } else { [0.0; 3] };
            if cover < 1.0 {
                color = self.back.cubic_x(&scratch.backdrop, sx);
            }
            if cover > 0.0 && !sparse {
                color = mix3(color, self.ground_at(px, py), cover);
            }
            *c = color;
        }
        for shape in &self.shapes {
            let (x0, y0, x1, y1) = shape.bounds();
            if py >= y0 && py <= y1 {
                let (from, to) = (x0.max(0.0) as usize, (x1.max(0.0).ceil() as usize).min(out.len()));
                for (x, c) in out.iter_mut().enumerate().take(to).skip(from) {
                    *c = shape.over(x as f32 + 0.5, py, *c, &self.lamp);
                }
            }
        }
        if let Some(air) = &self.air {
            air.over_row(y, out, &mut scratch.air);
        }
        let graded = spec.grade != Grade::NONE;
        for (x, c) in out.iter_mut().enumerate() {
            let u = (x as f32 + 0.5 - self.width * 0.5) / (self.width * 0.5);
            let mut lens = finish::vignette(u, v, spec.vignette) * spec.exposure;
            if spec.spot > 0.0 {
                let d = (u / 0.62).powi(2) + ((v - 0.22) / 0.80).powi(2);
                lens *= 1.0 + spec.spot * (1.30 / (1.0 + d * d) - 0.86);
            }
            let mut shown = finish::film(mul(*c, lens));
            if graded {
                shown = finish::grade(shown, &spec.grade);
            }
            *c = finish::dither(shown, x, y);
        }
    }

    /// Fills a row that shows only the surface: evaluates every second pixel and averages its neighbours for the others. The evaluated columns are
    /// the same in every row, because a checkerboard pattern would make steep lines look dotted.
    fn sparse_row(&self, py: f32, out: &mut [Rgb]) {
        let w = out.len();
        for x in (0..w).step_by(2) {
            out[x] = self.ground_at(x as f32 + 0.5 - self.width * 0.5, py);
        }
        for x in (1..w).step_by(2) {
            out[x] = mix3(out[x - 1], out[if x + 1 < w { x + 1 } else { x - 1 }], 0.5);
        }
    }

    /// Linear colour of the surface at a pixel: `px` from the middle of the picture, `py` from its top.
    fn ground_at(&self, px: f32, py: f32) -> Rgb {
        let Camera { ground, horizon, stand, focal, scale, fitted, .. } = self.camera;
        if self.spec.view == View::FlatLay && !fitted {
            return self.ground_below(px, py);
        }
        let py = py.max(ground - 2.0);
        let below = (py - ground).max(0.0) / self.unit;
        let drop = py - horizon;
        let (x, z) = (scale * px / drop, scale * focal / drop);
        // The focal plane is where products stand: blur grows towards the far edge and slightly towards the near one.
        let focus = if fitted { stand } else { mix(ground, self.height, 0.60) };
        let far = 1.0 - drop / (focus - horizon);
        let blur = if far > 0.0 { 0.017 * far } else { -0.010 * far } * self.unit;
        // Interpolated pixels need a pattern without detail of their size.
        let fine = if self.camera.stretch > SPARSE { 1.6 } else { 0.75 };
        let span = fine + blur * 1.4;
        let fp = Footprint { x: scale * span / drop, z: scale * span * focal / (drop * drop) };
        let (color, open) = self.shade(px, py, (x, z), fp, below);
        mul(color, open)
    }

    /// Linear colour of the surface seen from straight above; arguments as in [`Self::ground_at`].
    fn ground_below(&self, px: f32, py: f32) -> Rgb {
        // Pixels per surface unit where products stand in the usual view.
        let scale = 0.46 * self.unit;
        let fp = Footprint { x: 0.75 / scale, z: 0.75 / scale };
        let below = 0.14 + 0.45 * (py - 0.42 * self.height) / self.unit;
        let (color, _) = self.shade(px, py, (px / scale, (self.height - py) / scale), fp, below);
        color
    }

    /// A round podium: coverage of its top, coverage of its side, shade of the side, strength of the shadow around it.
    fn podium(&self, px: f32, py: f32) -> (f32, f32, f32, f32) {
        let Camera { ground, stand, view, fitted, subject, .. } = self.camera;
        let flat = self.spec.view == View::FlatLay;
        // Wide enough for the product, and below it.
        let width = subject.map_or(0.0, |subject| 0.60 * subject.width * self.width);
        let rx = (0.36 * self.unit.min(self.width * 1.2)).max(width);
        let px = px - subject.map_or(0.0, |subject| (subject.x - 0.5) * self.width);
        let stand = subject.filter(|_| !view.is_flat_lay() && !flat).map_or(stand, |subject| (subject.foot * self.height).max(ground));
        let ry = rx
            * if fitted {
                view.foreshortening()
            } else if flat {
                1.0
            } else {
                0.36
            };
        let middle = if !fitted && subject.is_none() {
            mix(ground, self.height, 0.52)
        } else if view.is_flat_lay() {
            stand
        } else {
            stand - 0.40 * ry
        };
        let tall = match (fitted, flat) {
            (true, _) => 0.064 * view.uprightness() * self.unit,
            (false, true) => 0.0,
            (false, false) => 0.060 * self.unit,
        };
        let side = self.spec.light.direction[0].signum();
        let inside = |x: f32, y: f32| (0.5 + (1.0 - ((x / rx).powi(2) + (y / ry).powi(2)).sqrt()) * ry).clamp(0.0, 1.0);
        let top = inside(px, py - middle);
        // The side is the top ellipse swept downwards.
        let sweep = if px.abs() < rx { (py - middle).clamp(0.0, tall) } else { 0.0 };
        let body = inside(px, py - middle - sweep).max(top);
        let turn = (px / rx).clamp(-1.0, 1.0);
        let shade = 0.62 + 0.30 * turn * side - 0.22 * turn * turn;
        let (sx, sy) = ((px + side * rx * 0.16) / (rx * 1.10), (py - middle - tall * 1.05) / (ry * 1.12));
        let shadow = smoothstep(1.35, 0.80, (sx * sx + sy * sy).sqrt());
        (top, body, shade, shadow)
    }

    /// Colour of the surface point `(x, z)` that the pixel `(px, py)` shows, and the fraction of ambient light that the backdrop does not block.
    /// `below`: distance of the pixel from the ground line in scene units.
    fn shade(&self, px: f32, py: f32, (x, z): (f32, f32), fp: Footprint, below: f32) -> (Rgb, f32) {
        let spec = self.spec;
        let mut hit = spec.surface.hit(x, z, fp);
        if let Some(cloth) = &spec.cloth {
            self.lay_cloth(cloth, (x, z), fp, &mut hit);
        }
        let l = spec.light.direction;
        let (sx, sz) = (hit.slope[0], hit.slope[1]);
        let inv = 1.0 / (1.0 + sx * sx + sz * sz).sqrt();
        let flat = l[1].max(0.25);
        let lambert = ((l[1] - sx * l[0] + sz * l[2]) * inv).max(0.0) / flat;
        // The pool of light is brightest a little behind the middle on the lamp's side.
        let u = (px / self.unit - 0.16 * l[0].signum()) / 0.62;
        let stretch = self.camera.stretch;
        let v = (below - 0.14 * stretch) / (0.46 * stretch);
        let pool = 0.42 + 0.72 / (1.0 + (u * u + v * v) * 0.9);
        let depth = (self.height - self.camera.ground) / self.unit;
        let gobo = self.gobo.on_surface(x, (depth - below) / depth * 2.6 * stretch.min(1.6));
        let key = mul(spec.light.color, spec.key * lambert * pool * gobo);
        let light = add(mul(self.ambient, hit.open), key);
        let mut c = mul3(hit.albedo, light);
        if hit.glint > 0.0 {
            c = add(c, mul(spec.light.color, hit.glint * pool * gobo));
        }
        if spec.gloss > 0.0 && spec.view != View::FlatLay {
            c = self.reflect(c, px, py, below, hit.gloss, (sx, sz));
        }
        if spec.podium {
            let (top, body, side, shadow) = self.podium(px, py);
            c = mul(c, 1.0 - 0.42 * shadow);
            let paint = spec.back[2];
            let lamp = add(self.ambient, mul(spec.light.color, spec.key * pool * gobo));
            c = mix3(c, mul3(mul(paint, 0.92 * side), lamp), body);
            c = mix3(c, mul3(mul(paint, 1.04), lamp), top);
        }
        // The backdrop occludes the ambient light of the strip in front of it.
        (c, 0.80 + 0.20 * smoothstep(0.0, 0.10, below))
    }

    /// Lays a cloth over one side of the surface, with a hem and a shadow along the hem.
    fn lay_cloth(&self, cloth: &Surface, (x, z): (f32, f32), fp: Footprint, hit: &mut Hit) {
        let side = if cloth.seed & 1 == 0 { 1.0 } else { -1.0 };
        let near = self.camera.scale * self.camera.focal / (self.height - self.camera.horizon).max(1.0);
        let near = if self.spec.view == View::FlatLay && !self.camera.fitted { 0.0 } else { near };
        let edge = 0.32 - x * side + 0.22 * (z - near)
            - 0.24 * noise2(z * 1.1, x * 0.4, cloth.seed)
            - 0.07 * noise2(z * 2.9, x * 1.6, cloth.seed ^ 1);
        let soft = 0.006 + fp.x.max(fp.z * 0.4);
        let on = smoothstep(soft, -soft, edge);
        let shade = 0.45 * smoothstep(0.16, 0.0, edge) * (1.0 - on);
        hit.open *= 1.0 - shade;
        hit.albedo = mul(hit.albedo, 1.0 - 0.6 * shade);
        if on > 0.0 {
            let c = cloth.hit(x * side, z, fp);
            // The hem is a raised fold.
            let hem = smoothstep(-0.030, -0.008, edge) * on;
            hit.albedo = mix3(hit.albedo, mul(c.albedo, 1.0 + 0.10 * hem), on);
            hit.slope = [mix(hit.slope[0], c.slope[0] * side - 0.4 * hem * side, on), mix(hit.slope[1], c.slope[1], on)];
            hit.gloss *= 1.0 - 0.95 * on;
            hit.open = mix(hit.open, c.open, on);
            hit.glint = mix(hit.glint, c.glint, on);
        }
    }

    /// Blends in the reflection of the backdrop by Schlick's Fresnel term.
    fn reflect(&self, base: Rgb, px: f32, py: f32, below: f32, factor: f32, slope: (f32, f32)) -> Rgb {
        let spec = self.spec;
        let (drop, focal) = (py - self.camera.horizon, self.camera.focal);
        let facing = drop / (drop * drop + focal * focal).sqrt();
        let water = spec.surface.kind == SurfaceKind::Water;
        let one = (1.0 - facing).max(0.0);
        let fresnel = 0.04 + 0.96 * one * one * one * one * one;
        let k = (fresnel * spec.gloss * factor * if water { 1.25 } else { 0.95 }).clamp(0.0, 1.0);
        let (mx, my) = (px / self.unit + slope.0 * 0.55, below * 0.92 + 0.004 + slope.1 * 0.75);
        let (mx, my) = (mx / spec.zoom, my.abs() / spec.zoom);
        // Reflections get rougher with the distance from the backdrop.
        let r = (spec.roughness * (0.55 + 1.8 * below)).clamp(0.0, 1.0);
        let image = if r < 0.35 {
            mix3(self.back.sample(mx, my), self.soft.sample(mx, my), r / 0.35)
        } else {
            mix3(self.soft.sample(mx, my), self.rough.sample(mx, my), ((r - 0.35) / 0.4).min(1.0))
        };
        add(mul(base, 1.0 - k), mul(image, k))
    }
}

/// Applies [`SceneSpec::wash`], which keeps the luminance, and [`SceneSpec::blur`] to the backdrop.
fn wash(spec: &SceneSpec, back: &mut SmallCanvas) {
    if let Some((color, amount)) = spec.wash {
        let own = (0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]).max(0.02);
        let tint = mul(color, 1.0 / own).map(|v| v.min(2.6));
        back.map(|_, _, c| {
            let luma = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
            mix3(c, mul(tint, luma), amount)
        });
    }
    if spec.blur > 0.0 {
        back.defocus(spec.blur / spec.zoom);
    }
}
