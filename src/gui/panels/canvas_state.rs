//! The view state of the canvas.

use super::objects::Drag;
use super::zoom::Zoom;
use crate::gui::state::Brief;

/// The view state of the canvas.
pub struct CanvasState {
    /// Zoom and position of the picture.
    pub zoom: Zoom,
    /// Position of the comparison's line, as a fraction of the picture's width.
    pub split: f32,
    /// The drag of product or text, if there is one.
    pub drag: Option<Drag>,
}

impl Default for CanvasState {
    fn default() -> Self {
        Self { zoom: Zoom::default(), split: 0.5, drag: None }
    }
}

impl CanvasState {
    /// Whether product or text are being dragged.
    pub fn is_dragging(&self) -> bool {
        self.drag.is_some()
    }

    /// Ends the drag and returns the brief before it.
    pub fn cancel_drag(&mut self) -> Option<Brief> {
        self.drag.take().map(|drag| drag.before)
    }
}
