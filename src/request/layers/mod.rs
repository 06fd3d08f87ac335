//! The layers of an advertisement beside product and headline: texts, pictures and shapes on the canvas.
//!
//! One description for requests, projects and the renderer. Positions and sizes are fractions of the canvas, so a layer looks the same at
//! every size of the canvas.

mod color;
mod json;
mod read;
mod spec;
mod table;
#[cfg(test)]
mod tests;

pub use color::{hex, read_color};
pub use json::parse_list;
pub(super) use json::{TooLarge, read_list, too_large};
pub(super) use read::{ReadLayers, read_layers};
pub use spec::{
    Align, Border, Color, FlatText, Layer, LayerContent, LayerType, MAX_LABEL, MAX_LAYER_PIXELS, MAX_LAYER_TEXT, MAX_LAYERS, MAX_RUNS,
    PictureLayer, Plate, Shadow, ShapeKind, ShapeLayer, TextRun, fonts,
};
pub use table::{FIELDS as LAYER_FIELDS, LayerField};
