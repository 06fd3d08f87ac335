//! Draws the layers of an advertisement in their order.

use image::RgbImage;

use super::patch::{Fill, Patch, Pose, bounds_on_canvas, reach};
use super::{picture, shape, text};
use crate::cancel::{CancelToken, Stopped};
use crate::imaging::Plane;
use crate::math;
use crate::notice;
use crate::notice::Notice;
use crate::request::SourceImage;
use crate::request::layers::{Layer, LayerContent};
use crate::typography::FontCatalog;

/// The user is warned about letters below this size in pixels.
const SMALLEST_LEGIBLE: f32 = 11.0;

/// The inputs of drawing besides the layers.
#[derive(Clone, Copy)]
pub struct LayerContext<'a> {
    /// The fonts of texts.
    pub fonts: &'a FontCatalog,
    /// 1 where something lies in front of the layers; canvas size.
    pub hidden: Option<&'a Plane>,
    /// The stop flag, checked between layers.
    pub cancel: &'a CancelToken,
}

/// Draws layers on a picture, the first one lowest. Returns warnings for the user.
///
/// # Errors
/// The job was stopped.
pub fn draw<'l>(
    image: &mut RgbImage,
    layers: impl IntoIterator<Item = &'l Layer<SourceImage>>,
    cx: LayerContext<'_>,
) -> Result<Vec<Notice>, Stopped> {
    let mut notices = Vec::new();
    for layer in layers {
        cx.cancel.check()?;
        draw_layer(image, layer, cx, &mut notices);
    }
    Ok(notices)
}

fn draw_layer(image: &mut RgbImage, layer: &Layer<SourceImage>, cx: LayerContext<'_>, notices: &mut Vec<Notice>) {
    let canvas = (image.width() as f32, image.height() as f32);
    let mut centre = (layer.x * canvas.0, layer.y * canvas.1);
    let turned = layer.rotation % 360.0 != 0.0;
    let fills: Vec<Fill> = match &layer.content {
        LayerContent::Text(text) => {
            let drawn = text::fills(text, canvas, cx.fonts);
            if drawn.is_cut {
                notices.push(notice!("layers-text-too-complex").at(layer.path("text")));
            } else if drawn.size < SMALLEST_LEGIBLE {
                notices.push(notice!("layers-text-small", pixels = drawn.size.round_ties_even() as u32).at(layer.path("size")));
            }
            drawn.fills
        }
        LayerContent::Shape(shape) => shape::fills(shape, canvas),
        LayerContent::Picture(picture) => {
            let fill = picture::fill(picture, canvas, turned);
            if let Some(fill) = &fill {
                centre = picture::snapped(centre, fill);
            }
            fill.into_iter().collect()
        }
    };
    let pose = Pose { x: centre.0, y: centre.1, turn: turn(layer.rotation) };
    if matches!(layer.content, LayerContent::Text(_)) && leaves_canvas(&fills, &pose, image.dimensions()) {
        notices.push(notice!("layers-text-outside").at(layer.path("text")));
    }
    let reach = reach(layer.shadow.as_ref(), canvas.1);
    let Some(patch) = Patch::of(&fills, &pose, image.dimensions(), reach) else { return };
    if let Some(shadow) = &layer.shadow {
        patch.put_shadow(image, shadow, canvas.1, layer.opacity, cx.hidden);
    }
    patch.put(image, layer.opacity, cx.hidden);
}

/// Sine and cosine of an angle in degrees; exact for right angles.
pub(super) fn turn(degrees: f32) -> (f32, f32) {
    match degrees.rem_euclid(360.0) {
        0.0 => (0.0, 1.0),
        90.0 => (1.0, 0.0),
        180.0 => (0.0, -1.0),
        270.0 => (-1.0, 0.0),
        other => math::sin_cos(other.to_radians()),
    }
}

/// Whether the fills extend beyond the canvas by more than a pixel.
fn leaves_canvas(fills: &[Fill], pose: &Pose, (width, height): (u32, u32)) -> bool {
    let found = bounds_on_canvas(fills, pose);
    found.is_some_and(|[x0, y0, x1, y1]| x0 < -1 || y0 < -1 || x1 > i64::from(width) + 1 || y1 > i64::from(height) + 1)
}
