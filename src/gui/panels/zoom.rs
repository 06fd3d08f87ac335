//! Zoom and position of the picture on the canvas.

use egui::{CursorIcon, Key, Rect, Response, Ui, Vec2, vec2};

/// Smallest and largest zoom, in points per pixel of the picture.
const LIMITS: (f32, f32) = (0.05, 16.0);

/// Zoom and position.
#[derive(Clone, Copy, Debug)]
pub struct Zoom {
    /// Whether the picture is fitted into the canvas.
    pub fit: bool,
    /// Points per pixel of the picture.
    pub scale: f32,
    pan: Vec2,
}

impl Default for Zoom {
    fn default() -> Self {
        Self { fit: true, scale: 1.0, pan: Vec2::ZERO }
    }
}

/// The pointer on the canvas, and the meaning of a drag.
pub struct Gesture<'a> {
    /// The canvas.
    pub response: &'a Response,
    /// Whether a primary drag paints instead of moving the picture.
    pub painting: bool,
    /// Whether a primary drag moves the line of the comparison instead.
    pub comparing: bool,
}

impl Zoom {
    /// Sets the scale.
    pub fn set(&mut self, scale: f32) {
        self.fit = false;
        self.scale = scale.clamp(LIMITS.0, LIMITS.1);
    }

    /// Multiplies the scale.
    pub fn multiply(&mut self, factor: f32) {
        self.set(self.scale * factor);
    }

    /// The picture's rectangle, after the wheel and drags have zoomed and moved it. `size` is the picture's size in pixels.
    pub fn place(&mut self, ui: &Ui, area: Rect, size: Vec2, gesture: &Gesture<'_>) -> Rect {
        let room = area.shrink(32.0).size().max(vec2(64.0, 64.0));
        let fitted = (room.x / size.x).min(room.y / size.y);
        let Gesture { response, painting, comparing } = *gesture;
        if response.double_clicked() && !painting {
            self.fit = true;
        }
        self.zoom_at_pointer(ui, area, fitted);
        // The middle button also moves the picture over objects that can be dragged, but not through a window above.
        let middle = ui.input(|i| i.pointer.middle_down() && i.pointer.press_origin().is_some_and(|p| area.contains(p)));
        let middle = middle && ui.input(|i| i.pointer.press_origin()).and_then(|p| ui.ctx().layer_id_at(p)) == Some(ui.layer_id());
        let moves = middle || (response.dragged() && (!painting || hand_held(ui)));
        if moves && !comparing {
            if self.fit {
                self.pan = Vec2::ZERO;
                self.fit = false;
            }
            self.pan += if middle { ui.input(|i| i.pointer.delta()) } else { response.drag_delta() };
        }
        if self.fit {
            self.scale = fitted;
            self.pan = Vec2::ZERO;
        }
        let size = size * self.scale;
        let limit = (size + area.size()) / 2.0 - Vec2::splat(48.0);
        self.pan = self.pan.clamp(-limit, limit);
        if response.hovered() && !comparing && !painting {
            ui.ctx().set_cursor_icon(if response.dragged() { CursorIcon::Grabbing } else { CursorIcon::Grab });
        }
        Rect::from_center_size(area.center() + self.pan, size)
    }

    /// Zooms with wheel and pinch; the point under the pointer stays where it is. `fitted` is the scale of a fitted picture.
    fn zoom_at_pointer(&mut self, ui: &Ui, area: Rect, fitted: f32) {
        // Also over objects that can be dragged.
        let over = ui.rect_contains_pointer(area).then(|| ui.input(|i| i.pointer.hover_pos())).flatten();
        let Some(at) = over else { return };
        let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
        let factor = pinch * (scroll / 300.0).exp();
        if (factor - 1.0).abs() > 1e-3 {
            let before = if self.fit { fitted } else { self.scale };
            let scale = (before * factor).clamp(LIMITS.0, LIMITS.1);
            let centre = area.center() + if self.fit { Vec2::ZERO } else { self.pan };
            self.pan = (centre - at) * (scale / before) + (at - area.center());
            self.scale = scale;
            self.fit = false;
        }
    }
}

/// Whether space is held, so that drags move the picture instead of the objects on it.
pub fn hand_held(ui: &Ui) -> bool {
    ui.input(|i| i.key_down(Key::Space)) && !ui.ctx().text_edit_focused()
}
