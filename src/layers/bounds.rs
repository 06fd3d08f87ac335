//! The box of a layer on the canvas.

use super::draw::turn;
use super::patch::{Fill, Ink, Pose, bounds_on_canvas, rounded};
use super::{picture, shape, text};
use crate::request::InputImage;
use crate::request::layers::{Layer, LayerContent};
use crate::typography::FontCatalog;

/// The box of what a layer paints, without its shadow: left, top, right, bottom in whole pixels of a canvas with these sides. It may reach
/// beyond the canvas. `None` for a layer that paints nothing.
pub fn bounds<I: InputImage>(layer: &Layer<I>, (width, height): (u32, u32), fonts: &FontCatalog) -> Option<[i64; 4]> {
    let canvas = (width as f32, height as f32);
    let fills: Vec<Fill> = match &layer.content {
        LayerContent::Text(text) => text::fills(text, canvas, fonts).fills,
        LayerContent::Shape(shape) => shape::fills(shape, canvas),
        LayerContent::Picture(picture) => {
            let (w, h) = picture::size(picture.image.dimensions()?, (picture.width, picture.height), canvas);
            rounded(w, h, 0.0).map(|path| Fill { path, ink: Ink::Color([0; 3], 1.0) }).into_iter().collect()
        }
    };
    bounds_on_canvas(&fills, &Pose { x: layer.x * canvas.0, y: layer.y * canvas.1, turn: turn(layer.rotation) })
}
