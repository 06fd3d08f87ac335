//! The fixed parts of the window. Panels read a `PanelContext`, own their view state, and send commands.

pub mod actions;
pub mod backend;
pub mod background;
pub mod brief;
pub mod canvas;
pub mod canvas_state;
pub mod color;
pub mod fields;
pub mod fonts;
pub mod format;
pub mod guides;
pub mod history;
pub mod layer_list;
pub mod layer_objects;
pub mod layer_properties;
pub mod layer_text;
pub mod mask;
pub mod number;
pub mod objects;
pub mod picture;
pub mod product;
pub mod product_look;
pub mod side;
pub mod status;
pub mod toasts;
pub mod top;
pub mod welcome;
pub mod zoom;

use super::brush::Brush;

/// The view state of all panels.
#[derive(Default)]
pub struct Panels {
    /// The brief on the left.
    pub brief: brief::BriefPanel,
    /// The history and the layers on the right.
    pub side: side::SidePanel,
    /// The canvas in the middle.
    pub canvas: canvas_state::CanvasState,
    /// The brush on the canvas.
    pub brush: Brush,
}
