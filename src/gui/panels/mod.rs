//! The fixed parts of the window. Panels read a `PanelContext`, own their view state, and send commands.

pub mod actions;
pub mod backend;
pub mod brief;
pub mod canvas;
pub mod canvas_state;
pub mod fields;
pub mod fonts;
pub mod format;
pub mod history;
pub mod mask;
pub mod objects;
pub mod picture;
pub mod product;
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
    /// The history on the right.
    pub history: history::HistoryPanel,
    /// The canvas in the middle.
    pub canvas: canvas_state::CanvasState,
    /// The brush on the canvas.
    pub brush: Brush,
}
