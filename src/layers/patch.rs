//! The transparent patch of the canvas on which one layer is drawn.

use image::RgbImage;
use rayon::prelude::*;
use tiny_skia::{FillRule, FilterQuality, Paint, Path, PathBuilder, Pattern, Pixmap, PixmapMut, Rect, Shader, SpreadMode, Transform};

use crate::imaging::Plane;
use crate::imaging::blur::gaussian_plane;
use crate::request::layers::{Color, Shadow};

/// Most samples of a patch. A patch has 1, 4, 9 or 16 samples per pixel, as many as fit.
const MAX_SAMPLES: usize = 24_000_000;

/// The fill of an outline: a colour or a picture.
pub(super) enum Ink {
    /// One colour, and its opacity.
    Color(Color, f32),
    /// A picture whose upper left corner is at `left`, `top`, enlarged by `scale`. `smooth`: interpolate instead of keeping its pixels.
    Picture { pixels: Pixmap, left: f32, top: f32, scale: f32, smooth: bool },
}

/// A filled outline; its coordinates are pixels from the layer's centre.
pub(super) struct Fill {
    pub(super) path: Path,
    pub(super) ink: Ink,
}

impl Fill {
    pub(super) fn color(path: Option<Path>, color: Color) -> Option<Self> {
        Some(Self { path: path?, ink: Ink::Color(color, 1.0) })
    }
}

/// Position (centre in pixels of the canvas) and rotation of a layer.
#[derive(Clone, Copy)]
pub(super) struct Pose {
    pub(super) x: f32,
    pub(super) y: f32,
    /// Sine and cosine of the rotation.
    pub(super) turn: (f32, f32),
}

impl Pose {
    /// Maps pixels from the layer's centre to pixels of the canvas.
    fn transform(&self) -> Transform {
        let (sin, cos) = self.turn;
        Transform::from_row(cos, sin, -sin, cos, self.x, self.y)
    }
}

/// A premultiplied picture and its upper left corner on the canvas.
pub(super) struct Patch {
    left: i64,
    top: i64,
    pixels: Pixmap,
}

/// Left, top, right, bottom in pixels; right and bottom are exclusive.
type Box4 = [i64; 4];

impl Patch {
    /// Draws fills, lowest first; `None` if neither they nor their shadow, which extends `reach` pixels further, touch the canvas.
    pub(super) fn of(fills: &[Fill], pose: &Pose, canvas: (u32, u32), reach: f32) -> Option<Self> {
        let to_canvas = pose.transform();
        let reach = reach.ceil() as i64 + 1;
        let area = [-reach, -reach, i64::from(canvas.0) + reach, i64::from(canvas.1) + reach];
        let [x0, y0, x1, y1] = intersection(bounds(fills, to_canvas)?, area)?;
        let (w, h) = ((x1 - x0) as u32, (y1 - y0) as u32);
        let samples = (1..=4).rev().find(|s| (w * s) as usize * (h * s) as usize <= MAX_SAMPLES).unwrap_or(1);
        let mut fine = Pixmap::new(w * samples, h * samples)?;
        let scale = samples as f32;
        let transform = to_canvas.post_translate(-x0 as f32, -y0 as f32).post_scale(scale, scale);
        for fill in fills {
            paint(&mut fine.as_mut(), fill, transform);
        }
        let pixels = if samples == 1 { fine } else { averaged(&fine, w, h, samples as usize)? };
        Some(Self { left: x0, top: y0, pixels })
    }

    /// Composites the patch over a picture. `hidden` is 1 where something lies in front of the patch.
    pub(super) fn put(&self, image: &mut RgbImage, opacity: f32, hidden: Option<&Plane>) {
        let pixels = self.pixels.pixels();
        let width = self.pixels.width() as usize;
        over(image, self.area(), hidden, |x, y| {
            let pixel = pixels[y * width + x];
            (pixel.alpha() != 0).then(|| {
                let straight = pixel.demultiply();
                ([straight.red(), straight.green(), straight.blue()], f32::from(pixel.alpha()) / 255.0 * opacity)
            })
        });
    }

    /// Composites the shadow of the patch over a picture. `unit`: height of the canvas in pixels.
    pub(super) fn put_shadow(&self, image: &mut RgbImage, shadow: &Shadow, unit: f32, opacity: f32, hidden: Option<&Plane>) {
        let margin = shadow_reach(shadow, unit).ceil() as i64;
        let (w, h) = (self.pixels.width() as usize, self.pixels.height() as usize);
        let m = margin as usize;
        let mut alpha = Plane::new(w + 2 * m, h + 2 * m, 0.0);
        for (y, row) in self.pixels.pixels().chunks_exact(w).enumerate() {
            let at = (y + m) * alpha.width + m;
            for (to, from) in alpha.data[at..at + w].iter_mut().zip(row) {
                *to = f32::from(from.alpha()) / 255.0;
            }
        }
        let sigma = shadow.blur * unit;
        let soft = if sigma > 0.05 { gaussian_plane(&alpha, sigma) } else { alpha };
        let (dx, dy) = ((shadow.x * unit).round() as i64, (shadow.y * unit).round() as i64);
        let (left, top) = (self.left - margin + dx, self.top - margin + dy);
        let area = [left, top, left + soft.width as i64, top + soft.height as i64];
        over(image, area, hidden, |x, y| {
            let a = soft.data[y * soft.width + x];
            (a > 0.0).then_some((shadow.color, a * shadow.opacity * opacity))
        });
    }

    fn area(&self) -> Box4 {
        [self.left, self.top, self.left + i64::from(self.pixels.width()), self.top + i64::from(self.pixels.height())]
    }
}

/// Distance in pixels by which a shadow extends beyond its layer, without its offset.
fn shadow_reach(shadow: &Shadow, unit: f32) -> f32 {
    shadow.blur * unit * 3.0 + 1.0
}

/// Largest distance in pixels of a layer from the canvas at which its shadow may be visible.
pub(super) fn reach(shadow: Option<&Shadow>, unit: f32) -> f32 {
    shadow.map_or(0.0, |s| shadow_reach(s, unit) + s.x.abs().max(s.y.abs()) * unit)
}

/// Composites straight colours over the part of a picture that `area` covers. `color` gets coordinates within the area.
fn over(image: &mut RgbImage, area: Box4, hidden: Option<&Plane>, color: impl Fn(usize, usize) -> Option<(Color, f32)> + Sync) {
    let (w, h) = (image.width() as usize, image.height() as usize);
    let Some([x0, y0, x1, y1]) = intersection(area, [0, 0, w as i64, h as i64]) else { return };
    let rows = image.par_chunks_exact_mut(w * 3).enumerate().skip(y0 as usize).take((y1 - y0) as usize);
    rows.for_each(|(y, row)| {
        for x in x0..x1 {
            let Some((color, alpha)) = color((x - area[0]) as usize, (y as i64 - area[1]) as usize) else { continue };
            let x = x as usize;
            let alpha = alpha * hidden.map_or(1.0, |plane| 1.0 - plane.data[y * w + x]);
            for (to, from) in row[3 * x..3 * x + 3].iter_mut().zip(color) {
                let (below, above) = (f32::from(*to), f32::from(from));
                *to = (below + (above - below) * alpha + 0.5) as u8;
            }
        }
    });
}

/// The intersection of two boxes; `None` if it is empty.
fn intersection(a: Box4, b: Box4) -> Option<Box4> {
    let both = [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])];
    (both[0] < both[2] && both[1] < both[3]).then_some(both)
}

/// The bounding box of all fills after a transformation.
pub(super) fn bounds(fills: &[Fill], transform: Transform) -> Option<Box4> {
    let boxes = fills.iter().filter_map(|fill| fill.path.bounds().transform(transform));
    let all = boxes.reduce(|a, b| {
        let edges = (a.left().min(b.left()), a.top().min(b.top()), a.right().max(b.right()), a.bottom().max(b.bottom()));
        Rect::from_ltrb(edges.0, edges.1, edges.2, edges.3).unwrap_or(a)
    })?;
    Some([all.left().floor() as i64, all.top().floor() as i64, all.right().ceil() as i64, all.bottom().ceil() as i64])
}

/// The bounding box of all fills on the canvas.
pub(super) fn bounds_on_canvas(fills: &[Fill], pose: &Pose) -> Option<Box4> {
    bounds(fills, pose.transform())
}

fn paint(to: &mut PixmapMut<'_>, fill: &Fill, transform: Transform) {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    match &fill.ink {
        Ink::Color([r, g, b], opacity) => paint.set_color_rgba8(*r, *g, *b, (opacity.clamp(0.0, 1.0) * 255.0 + 0.5) as u8),
        Ink::Picture { pixels, left, top, scale, smooth } => {
            let quality = if *smooth { FilterQuality::Bilinear } else { FilterQuality::Nearest };
            paint.shader =
                Pattern::new(pixels.as_ref(), SpreadMode::Pad, quality, 1.0, Transform::from_row(*scale, 0.0, 0.0, *scale, *left, *top));
        }
    }
    if let Shader::SolidColor(color) = &paint.shader
        && color.alpha() <= 0.0
    {
        return;
    }
    to.fill_path(&fill.path, &paint, FillRule::Winding, transform, None);
}

/// Averages squares of `samples`² pixels.
fn averaged(fine: &Pixmap, width: u32, height: u32, samples: usize) -> Option<Pixmap> {
    let mut out = Pixmap::new(width, height)?;
    let (w, row_length) = (width as usize, fine.width() as usize * 4);
    let count = (samples * samples) as u32;
    out.data_mut().par_chunks_exact_mut(w * 4).enumerate().for_each(|(y, row)| {
        for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
            let mut sum = [0_u32; 4];
            for line in 0..samples {
                let from = (y * samples + line) * row_length + x * samples * 4;
                for sample in fine.data()[from..from + samples * 4].chunks_exact(4) {
                    sum.iter_mut().zip(sample).for_each(|(s, v)| *s += u32::from(*v));
                }
            }
            pixel.iter_mut().zip(sum).for_each(|(to, s)| *to = ((s + count / 2) / count) as u8);
        }
    });
    Some(out)
}

/// A path of closed polygons.
pub(super) fn polygons<'p>(contours: impl IntoIterator<Item = &'p [[f32; 2]]>) -> Option<Path> {
    let mut path = PathBuilder::new();
    for contour in contours {
        for (i, [x, y]) in contour.iter().enumerate() {
            if i == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
        }
        path.close();
    }
    path.finish()
}

/// A rectangle with round corners around the layer's centre; lengths in pixels.
pub(super) fn rounded(width: f32, height: f32, radius: f32) -> Option<Path> {
    /// Length of the Bézier handles of a quarter of a circle, as a fraction of its radius.
    const HANDLE: f32 = 0.552_284_8;
    let (w, h) = (width / 2.0, height / 2.0);
    let r = radius.min(w).min(h);
    if r < 0.01 {
        return Some(PathBuilder::from_rect(Rect::from_ltrb(-w, -h, w, h)?));
    }
    let k = r * (1.0 - HANDLE);
    let mut path = PathBuilder::new();
    path.move_to(-w + r, -h);
    path.line_to(w - r, -h);
    path.cubic_to(w - k, -h, w, -h + k, w, -h + r);
    path.line_to(w, h - r);
    path.cubic_to(w, h - k, w - k, h, w - r, h);
    path.line_to(-w + r, h);
    path.cubic_to(-w + k, h, -w, h - k, -w, h - r);
    path.line_to(-w, -h + r);
    path.cubic_to(-w, -h + k, -w + k, -h, -w + r, -h);
    path.close();
    path.finish()
}
