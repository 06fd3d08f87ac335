//! The extent of a text around its centre, for editors that draw a frame around it.

use super::text;
use crate::request::layers::FlatText;
use crate::typography::FontCatalog;

/// Left, top, right and bottom of an unrotated text relative to its centre, in pixels. Includes outline, plate and the box in which lines are
/// broken. `canvas`: its sides in pixels. `None` for a text that draws nothing.
pub fn text_extent(text: &FlatText, canvas: (f32, f32), fonts: &FontCatalog) -> Option<[f32; 4]> {
    let drawn = text::fills(text, canvas, fonts);
    let boxes = drawn.fills.iter().map(|fill| fill.path.bounds());
    let boxes = boxes.map(|b| [b.left(), b.top(), b.right(), b.bottom()]);
    let [left, top, right, bottom] = boxes.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])?;
    let half = text.width.map_or(0.0, |width| width * canvas.0 / 2.0);
    Some([left.min(-half), top, right.max(half), bottom])
}
