//! Pictures: scaled to their box, with round corners.

use tiny_skia::{IntSize, Pixmap};

use super::patch::{Fill, Ink, rounded};
use super::svg;
use crate::imaging::resize::{Filter, resize_rgba8};
use crate::request::SourceImage;
use crate::request::layers::PictureLayer;

/// Longest side to which a picture is resampled, pixels. Larger pictures, which are mostly outside the canvas, are resampled to this and then
/// enlarged.
const MAX_SIDE: f32 = 4096.0;

/// Width and height in whole pixels of a picture with these sides within its box, whose sides are fractions of the canvas'.
pub(super) fn size((w, h): (u32, u32), (width, height): (Option<f32>, Option<f32>), canvas: (f32, f32)) -> (f32, f32) {
    let (w, h) = (w.max(1) as f32, h.max(1) as f32);
    let by_width = width.map(|width| width * canvas.0 / w);
    let by_height = height.map(|height| height * canvas.1 / h);
    let scale = by_width.into_iter().chain(by_height).reduce(f32::min).unwrap_or(1.0);
    let side = |v: f32| (v * scale).round().max(1.0);
    (side(w), side(h))
}

/// The fill of a picture; `None` if it cannot be drawn. `canvas`: its sides in pixels. `turned`: the layer is rotated.
pub(super) fn fill(layer: &PictureLayer<SourceImage>, canvas: (f32, f32), turned: bool) -> Option<Fill> {
    let (width, height) = size(layer.image.pixels.dimensions(), (layer.width, layer.height), canvas);
    let scale = (width.max(height) / MAX_SIDE).max(1.0);
    let side = |v: f32| ((v / scale).round() as u32).max(1);
    let (w, h) = (side(width), side(height));
    let pixels = match &layer.image.vector {
        Some(source) => svg::raster(source, w, h)?,
        None => premultiplied(&resize_rgba8(&layer.image.pixels, w as usize, h as usize, Filter::CatmullRom))?,
    };
    let path = rounded(width, height, layer.radius * width.min(height))?;
    let smooth = turned || scale > 1.0;
    Some(Fill { path, ink: Ink::Picture { pixels, left: -width / 2.0, top: -height / 2.0, scale, smooth } })
}

/// The centre of a layer, moved so that the corner of an unrotated picture lies on a whole pixel and its pixels need no interpolation.
pub(super) fn snapped(centre: (f32, f32), fill: &Fill) -> (f32, f32) {
    let Ink::Picture { left, top, smooth: false, .. } = &fill.ink else { return centre };
    ((centre.0 + left).round() - left, (centre.1 + top).round() - top)
}

pub(super) fn premultiplied(image: &image::RgbaImage) -> Option<Pixmap> {
    let data = image.pixels().flat_map(|p| {
        let [r, g, b, a] = p.0;
        let times = |v: u8| ((u32::from(v) * u32::from(a) + 127) / 255) as u8;
        [times(r), times(g), times(b), a]
    });
    Pixmap::from_vec(data.collect(), IntSize::from_wh(image.width(), image.height())?)
}
