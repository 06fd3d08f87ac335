//! Renders 3D letters: bevelled faces, side walls that converge to a vanishing point below, image-based lighting. Looks without an extrusion are
//! drawn by `looks`.

mod colors;
mod field;
mod looks;
mod material;
mod noise;
mod shade;
mod tone;

use image::{RgbImage, RgbaImage};
use rayon::prelude::*;

use self::field::Field;
use self::looks::Drawing;
use self::material::{Kind, Look};
use self::shade::Shader;
use self::tone::{Lit, expose};
use crate::backend::{BackendError, SculptRequest, StageCx, TextLayer};
use crate::imaging::blur::box_plane;
use crate::imaging::{Plane, linear_to_srgb8, luminance, srgb8_to_linear};
use crate::math;
use crate::notice;
use crate::typography::{LINE_GAP, TextLayout};

/// N-rooks sample positions in a pixel: no two share a row or a column, and the first four cover the quadrants.
const WALL_SAMPLES: [[f32; 2]; 8] = [
    [0.3125, 0.1875],
    [0.9375, 0.3125],
    [0.1875, 0.9375],
    [0.6875, 0.5625],
    [0.0625, 0.4375],
    [0.4375, 0.6875],
    [0.5625, 0.0625],
    [0.8125, 0.8125],
];
/// Sample positions in a pixel on bevels: a rotated grid.
const BEVEL_SAMPLES: [[f32; 2]; 4] = [[0.125, 0.625], [0.375, 0.125], [0.625, 0.875], [0.875, 0.375]];

/// Perspective of the extrusion.
struct Camera {
    /// Vanishing point of the walls, canvas pixels.
    vanish: [f32; 2],
    /// Depth of the extrusion as a fraction of the distance to the vanishing point.
    depth: f32,
}

/// Renders the letters in the style of the prompt. The front faces are exactly the glyphs of the layout.
///
/// # Errors
/// The backdrop and the layout differ in size, or the job was stopped.
pub fn sculpt(request: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError> {
    let glyphs = request.glyphs;
    cx.step(0.0)?;
    if (request.backdrop.width() as usize, request.backdrop.height() as usize) != (glyphs.width, glyphs.height) {
        return Err(BackendError::Failed(notice!("draft-size-mismatch")));
    }
    let (mean, behind) = luminances(request.backdrop, glyphs);
    if !request.prompts.positive.trim().is_empty() && !material::has_known_words(request.prompts.positive) {
        cx.observer.notice(notice!("draft-unknown-material").at("text_model_prompt"));
    }
    let material = material::choose(request.prompts.positive, request.prompts.negative, mean);
    let em = glyphs.font_px;
    let (x0, y0, x1, y1) = glyphs.bounds;

    let seed = (request.sampling.seed ^ (request.sampling.seed >> 32)) as u32;
    if material.look != Look::Sculpted {
        let field = Field::new(glyphs, looks::margin_em(material.look) * em + 6.0);
        cx.step(0.4)?;
        let drawing = Drawing { glyphs, field: &field, material: &material, backdrop: behind, seed };
        let image = drawing.draw(cx)?;
        cx.step(1.0)?;
        return Ok(TextLayer { image, front_faces: glyphs.coverage.clone() });
    }
    let halo = if material.kind == Kind::Neon { 0.55 * em } else { 0.0 };
    let field = Field::new(glyphs, (material.depth_em * em * 1.9).max(halo) + 6.0);
    cx.step(0.15)?;

    let drop = 0.5 * (x1 - x0).max(0.45 * glyphs.width as f32) + 0.5 * (y1 - y0);
    let vanish = [glyphs.width as f32 / 2.0, (y0 + y1) / 2.0 + drop];
    // Small, thin or dense type gets a shallow extrusion, which would otherwise fill the counters.
    let small = (em / 90.0).clamp(0.35, 1.0);
    // The walls of the first line are the longest; they must end above the second line.
    let stretch = (vanish[1] - y0) / drop;
    let depth = (material.depth_em * em * small).min(2.6 * field.half_stroke).min((LINE_GAP - 0.1) * em / stretch);
    let camera = Camera { vanish, depth: depth / drop };
    let eye = [vanish[0], (y0 + y1) / 2.0 + 0.3 * drop];
    let shader = Shader::new(material, glyphs, &field, eye, seed);

    let lit = paint_faces(&field, &shader, &glyphs.coverage, cx)?;
    let inside = |i: usize| glyphs.coverage.at(field.x0 + i % field.w, field.y0 + i / field.w) > 0.9;
    let faces = expose(&lit, inside, &material, behind);
    cx.step(0.6)?;
    let limit =
        Limit { typical: typical_luminance(&faces, &field, &glyphs.coverage), near: edge_luminance(&faces, &field, &glyphs.coverage) };
    let walls = paint_walls(&field, &shader, &camera, &glyphs.coverage, &limit, cx)?;
    cx.step(0.9)?;

    let glow = (halo > 0.0).then(|| Glow::new(&glyphs.coverage, em));
    let image = assemble(glyphs, &field, &faces, &walls, glow.as_ref(), &shader);
    cx.step(1.0)?;
    Ok(TextLayer { image, front_faces: glyphs.coverage.clone() })
}

fn paint_faces(field: &Field, shader: &Shader<'_>, coverage: &Plane, cx: StageCx<'_>) -> Result<Vec<Lit>, BackendError> {
    let mut out = vec![Lit::default(); field.w * field.h];
    out.par_chunks_mut(field.w).enumerate().try_for_each(|(y, row)| -> Result<(), BackendError> {
        cx.check()?;
        for (x, c) in row.iter_mut().enumerate() {
            if coverage.at(field.x0 + x, field.y0 + y) <= 0.0 {
                continue;
            }
            let (px, py) = ((field.x0 + x) as f32, (field.y0 + y) as f32);
            if field.signed([px + 0.5, py + 0.5]) < -(shader.bevel + 2.0) {
                *c = shader.face([px + 0.5, py + 0.5]);
            } else {
                for s in BEVEL_SAMPLES {
                    c.add(&shader.face([px + s[0], py + s[1]]), 0.25);
                }
            }
        }
        Ok(())
    })?;
    Ok(out)
}

/// The luminance below which a third of the front faces lies; 0.5 without faces.
fn typical_luminance(faces: &[[f32; 4]], field: &Field, coverage: &Plane) -> f32 {
    let mut values: Vec<f32> = faces
        .iter()
        .enumerate()
        .filter(|(i, _)| coverage.at(field.x0 + i % field.w, field.y0 + i / field.w) > 0.9)
        .map(|(_, &[r, g, b, _])| luminance([r, g, b]))
        .collect();
    if values.is_empty() {
        return 0.5;
    }
    let k = values.len() / 3;
    *values.select_nth_unstable_by(k, f32::total_cmp).1
}

/// Luminance of the faces, to which the walls need contrast.
struct Limit {
    typical: f32,
    /// Mean luminance of the faces near each pixel of the field; 0 far from them.
    near: Plane,
}

impl Limit {
    /// The luminance to which a wall at a point of the contour needs contrast. Bright faces get dark walls everywhere, also beside their darker
    /// edges.
    fn at(&self, field: &Field, p: [f32; 2]) -> f32 {
        if self.typical <= shade::DARK_FACE {
            return self.typical;
        }
        let near = self.near.sample(p[0] - field.x0 as f32, p[1] - field.y0 as f32);
        if near > 0.0 { near.min(self.typical).max(0.55 * self.typical).max(shade::DARK_FACE * 1.2) } else { self.typical }
    }
}

/// Mean luminance of the faces in a small square around each point.
fn edge_luminance(faces: &[[f32; 4]], field: &Field, coverage: &Plane) -> Plane {
    let radius = (coverage.width.max(coverage.height) / 256).max(2);
    let solid = |i: usize| coverage.at(field.x0 + i % field.w, field.y0 + i / field.w) > 0.95;
    let plane = |value: &dyn Fn(usize) -> f32| Plane {
        width: field.w,
        height: field.h,
        data: (0..field.w * field.h).map(|i| if solid(i) { value(i) } else { 0.0 }).collect(),
    };
    let (light, weight) = (plane(&|i| luminance([faces[i][0], faces[i][1], faces[i][2]])), plane(&|_| 1.0));
    let (mut mean, weight) = rayon::join(|| box_plane(&light, radius), || box_plane(&weight, radius));
    mean.data.iter_mut().zip(&weight.data).for_each(|(m, w)| *m = if *w > 0.01 { *m / w } else { 0.0 });
    mean
}

/// Linear colour (straight) and alpha of the side walls, row by row of the field.
fn paint_walls(
    field: &Field,
    shader: &Shader<'_>,
    camera: &Camera,
    coverage: &Plane,
    limit: &Limit,
    cx: StageCx<'_>,
) -> Result<Vec<[f32; 4]>, BackendError> {
    let mut out = vec![[0.0; 4]; field.w * field.h];
    out.par_chunks_mut(field.w).enumerate().try_for_each(|(y, row)| -> Result<(), BackendError> {
        cx.check()?;
        for (x, c) in row.iter_mut().enumerate() {
            if coverage.at(field.x0 + x, field.y0 + y) >= 1.0 {
                continue;
            }
            let (px, py) = ((field.x0 + x) as f32, (field.y0 + y) as f32);
            let far = math::hypot(px - camera.vanish[0], py - camera.vanish[1]) * camera.depth;
            if field.signed([px + 0.5, py + 0.5]) > far + 1.5 {
                continue;
            }
            let (mut sum, mut shaded, mut hits, mut taken) = ([0.0; 4], 0.0f32, 0.0, 0.0);
            for (k, s) in WALL_SAMPLES.into_iter().enumerate() {
                // Half of the samples suffice for a pixel without a silhouette.
                if k == 4 && (hits == 4.0 || hits == 0.0) {
                    break;
                }
                taken += 1.0;
                if let Some((p, z)) = march(field, camera, [px + s[0], py + s[1]]) {
                    hits += 1.0;
                    // Walls are smooth, so every other hit suffices for their colour.
                    if k % 2 == 0 || shaded == 0.0 {
                        let normal = field.edge(p, field.signed(p) <= 0.0).out;
                        let w = shader.wall(p, normal, z, limit.at(field, p));
                        for i in 0..4 {
                            sum[i] += w[i];
                        }
                        shaded += 1.0;
                    }
                }
            }
            if hits > 0.0 {
                *c = [sum[0] / shaded, sum[1] / shaded, sum[2] / shaded, sum[3] / shaded * hits / taken];
            }
        }
        Ok(())
    })?;
    Ok(out)
}

/// Marches from `q` away from the vanishing point until the contour is met. Returns that point of the contour and the depth of the wall at `q`, 0 at
/// the front to 1 at the back; `None` if no wall covers `q`.
fn march(field: &Field, camera: &Camera, q: [f32; 2]) -> Option<([f32; 2], f32)> {
    let (dx, dy) = (q[0] - camera.vanish[0], q[1] - camera.vanish[1]);
    let length = math::hypot(dx, dy).max(1e-3);
    let (dx, dy, far) = (dx / length, dy / length, length * camera.depth);
    let mut s = 0.0;
    for _ in 0..48 {
        let p = [q[0] + dx * s, q[1] + dy * s];
        let d = field.signed(p);
        if d < 0.06 {
            return Some((p, (s / far.max(1e-3)).clamp(0.0, 1.0)));
        }
        s += (d * 0.96).max(0.08);
        if s > far {
            return None;
        }
    }
    None
}

/// Glow around neon letters: two blurred copies of the coverage.
struct Glow {
    near: Plane,
    wide: Plane,
}

/// Pixels per cell of the glow.
const GLOW_CELL: usize = 4;

impl Glow {
    fn new(coverage: &Plane, em: f32) -> Self {
        let (w, h) = (coverage.width.div_ceil(GLOW_CELL), coverage.height.div_ceil(GLOW_CELL));
        let mut small = Plane::new(w, h, 0.0);
        for y in 0..coverage.height {
            for x in 0..coverage.width {
                small.data[y / GLOW_CELL * w + x / GLOW_CELL] += coverage.at(x, y) / (GLOW_CELL * GLOW_CELL) as f32;
            }
        }
        let radius = |ems: f32| ((em * ems / GLOW_CELL as f32).round() as usize).max(1);
        let near = box_blur(&small, radius(0.05), 3);
        let wide = box_blur(&small, radius(0.15), 3);
        Self { near, wide }
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x / GLOW_CELL as f32, y / GLOW_CELL as f32);
        let light = 0.75 * self.near.sample(x, y) + 0.8 * self.wide.sample(x, y);
        // The offset makes the glow end before the blurred plane does.
        ((light - 0.012).max(0.0) * 0.95).min(0.85)
    }
}

fn box_blur(plane: &Plane, radius: usize, passes: usize) -> Plane {
    let (w, h) = (plane.width, plane.height);
    let mut a = plane.clone();
    let run = |source: &[f32], target: &mut [f32], start: usize, stride: usize, n: usize| {
        let k = 1.0 / (2 * radius + 1) as f32;
        let mut sum: f32 = (0..radius.min(n)).map(|i| source[start + i * stride]).sum();
        for i in 0..n {
            if i + radius < n {
                sum += source[start + (i + radius) * stride];
            }
            if i > radius {
                sum -= source[start + (i - radius - 1) * stride];
            }
            target[start + i * stride] = sum.max(0.0) * k;
        }
    };
    for _ in 0..passes {
        let mut b = a.clone();
        (0..h).for_each(|y| run(&a.data, &mut b.data, y * w, 1, w));
        (0..w).for_each(|x| run(&b.data, &mut a.data, x, w, h));
    }
    a
}

/// Composites faces, walls and glow to a picture with straight alpha.
fn assemble(
    glyphs: &TextLayout,
    field: &Field,
    faces: &[[f32; 4]],
    walls: &[[f32; 4]],
    glow: Option<&Glow>,
    shader: &Shader<'_>,
) -> RgbaImage {
    let mut color = vec![[0.0f32; 3]; field.w * field.h];
    let mut alpha = vec![0.0f32; field.w * field.h];
    for i in 0..field.w * field.h {
        let (x, y) = (field.x0 + i % field.w, field.y0 + i / field.w);
        let cov = glyphs.coverage.at(x, y);
        let (face, wall) = (faces[i], walls[i]);
        let (front, back) = (cov * face[3], wall[3] * (1.0 - cov));
        let solid = front + back;
        let (lit, hue) = match glow {
            Some(g) if solid < 1.0 => {
                let p = [x as f32 + 0.5, y as f32 + 0.5];
                (g.at(p[0], p[1]) * (1.0 - solid), shader.neon(p))
            }
            _ => (0.0, [0.0; 3]),
        };
        let a = solid + lit;
        if a > 1e-4 {
            color[i] = std::array::from_fn(|k| (face[k] * front + wall[k] * back + hue[k] * lit) / a);
            alpha[i] = a.min(1.0);
        }
    }
    bleed(&mut color, &alpha, field.w, field.h);
    let mut image = RgbaImage::new(glyphs.width as u32, glyphs.height as u32);
    for i in 0..field.w * field.h {
        let c = color[i].map(linear_to_srgb8);
        let a = (alpha[i] * 255.0 + 0.5) as u8;
        image.put_pixel((field.x0 + i % field.w) as u32, (field.y0 + i / field.w) as u32, image::Rgba([c[0], c[1], c[2], a]));
    }
    image
}

/// Alpha bleeding: extends colours into transparent pixels, so that filtering causes no dark fringes.
fn bleed(color: &mut [[f32; 3]], alpha: &[f32], w: usize, h: usize) {
    let mut known: Vec<bool> = alpha.iter().map(|&a| a > 0.004).collect();
    let mut copy = |to: usize, from: usize| {
        if !known[to] && known[from] {
            known[to] = true;
            color[to] = color[from];
        }
    };
    for y in 0..h {
        (1..w).for_each(|x| copy(y * w + x, y * w + x - 1));
        (0..w - 1).rev().for_each(|x| copy(y * w + x, y * w + x + 1));
    }
    for y in 1..h {
        (0..w).for_each(|x| copy(y * w + x, (y - 1) * w + x));
    }
    for y in (0..h - 1).rev() {
        (0..w).for_each(|x| copy(y * w + x, (y + 1) * w + x));
    }
}

/// Mean luminance of the picture, and of the part behind the text.
fn luminances(image: &RgbImage, glyphs: &TextLayout) -> (f32, f32) {
    let (x0, y0, x1, y1) = glyphs.bounds;
    let (mut all, mut behind) = ((0.0f32, 0.0f32), (0.0f32, 0.0f32));
    // Every fourth pixel and row are enough for a mean.
    for y in (0..image.height()).step_by(4) {
        for x in (0..image.width()).step_by(4) {
            let l = luminance(image.get_pixel(x, y).0.map(srgb8_to_linear));
            all = (all.0 + l, all.1 + 1.0);
            if (x0..=x1).contains(&(x as f32)) && (y0..=y1).contains(&(y as f32)) {
                behind = (behind.0 + l, behind.1 + 1.0);
            }
        }
    }
    let mean = all.0 / all.1.max(1.0);
    (mean, if behind.1 > 0.0 { behind.0 / behind.1 } else { mean })
}

#[cfg(test)]
mod tests;
