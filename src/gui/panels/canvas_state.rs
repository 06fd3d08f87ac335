//! The view state of the canvas.

use super::objects::Drags;
use super::zoom::Zoom;
use crate::gui::state::Brief;

/// The view state of the canvas.
pub struct CanvasState {
    /// Zoom and position of the picture.
    pub zoom: Zoom,
    /// Position of the comparison's line, as a fraction of the picture's width.
    pub split: f32,
    /// The drags of product, text and layers.
    pub drags: Drags,
}

impl Default for CanvasState {
    fn default() -> Self {
        Self { zoom: Zoom::default(), split: 0.5, drags: Drags::default() }
    }
}

impl CanvasState {
    /// Whether product, text or layers are being dragged.
    pub fn is_dragging(&self) -> bool {
        self.drags.object.is_some() || self.drags.layers.is_some()
    }

    /// Ends the drag and returns the brief before it.
    pub fn cancel_drag(&mut self) -> Option<Brief> {
        let drags = std::mem::take(&mut self.drags);
        drags.object.map(|drag| drag.before).or(drags.layers.map(|drag| drag.before))
    }
}
