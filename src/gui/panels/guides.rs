//! Shared by the objects on the canvas: guides that they snap to, frames, handles and keys.

use egui::{
    Align2, Color32, CursorIcon, EventFilter, Key, Modifiers, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    pos2, vec2,
};

use super::zoom::hand_held;
use crate::gui::context::PanelContext;
use crate::gui::layer_boxes::LayerFrame;
use crate::gui::selection::{Selection, Target};
use crate::gui::{theme, widgets};

/// Distance in points within which an object snaps to a guide.
pub const REACH: f32 = 7.0;
/// Step of an arrow key, as a fraction of the picture.
const NUDGE: f32 = 0.005;
/// Step of an arrow key with Shift.
const NUDGE_FAR: f32 = 0.04;
/// Side of a handle in points.
pub const HANDLE: f32 = 9.0;

/// A line that an object snapped to, as a fraction of the picture.
pub struct Guide {
    /// Whether it is vertical.
    pub vertical: bool,
    /// Its place.
    pub at: f32,
    /// Its name.
    pub name: Option<&'static str>,
}

/// A line that an object can snap to, and what that stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SnapLine<T> {
    /// Where the object is then.
    pub at: f32,
    /// Where the line is.
    pub line: f32,
    /// Its meaning for the caller.
    pub target: T,
}

impl<T> SnapLine<T> {
    /// A line through the point by which the object is placed.
    pub fn here(at: f32, target: T) -> Self {
        Self { at, line: at, target }
    }
}

/// The nearest line within reach; none while `free`.
pub fn snap<T: Copy>(at: f32, lines: &[SnapLine<T>], reach: f32, free: bool) -> Option<SnapLine<T>> {
    let near = lines.iter().copied().filter(|l| !free && (l.at - at).abs() <= reach);
    near.min_by(|a, b| (a.at - at).abs().total_cmp(&(b.at - at).abs()))
}

/// The lines that everything snaps to, as fractions of the picture: edges and middle of the canvas, the safe zone of its format, and edges and
/// middles of the other objects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    /// The vertical ones.
    pub x: Vec<f32>,
    /// The horizontal ones.
    pub y: Vec<f32>,
}

impl Lines {
    /// The lines for a drag of the targets for which `moves` is true. `frames` are in heights of the canvas.
    pub fn of(cx: &PanelContext<'_>, frames: &[(Target, LayerFrame)], moves: impl Fn(Target) -> bool) -> Self {
        let (width, height) = (cx.brief().width, cx.brief().height);
        let aspect = width as f32 / height.max(1) as f32;
        let mut lines = Self { x: vec![0.0, 0.5, 1.0], y: vec![0.0, 0.5, 1.0] };
        for format in cx.formats.formats().iter().filter(|format| format.canvas() == (width, height)) {
            let (w, h, safe) = (format.width.max(1) as f32, format.height.max(1) as f32, format.safe);
            let inner = |margin: u32| margin > 0;
            lines.x.extend([safe.left].into_iter().filter(|m| inner(*m)).map(|m| m as f32 / w));
            lines.x.extend([safe.right].into_iter().filter(|m| inner(*m)).map(|m| 1.0 - m as f32 / w));
            lines.y.extend([safe.top].into_iter().filter(|m| inner(*m)).map(|m| m as f32 / h));
            lines.y.extend([safe.bottom].into_iter().filter(|m| inner(*m)).map(|m| 1.0 - m as f32 / h));
        }
        for (_, frame) in frames.iter().filter(|(target, _)| !moves(*target)) {
            let bounds = frame.bounds();
            lines.x.extend([bounds.left(), bounds.center().x, bounds.right()].map(|x| x / aspect));
            lines.y.extend([bounds.top(), bounds.center().y, bounds.bottom()]);
        }
        lines
    }

    /// The places of a box at which one of its edges or its middle is on a line. `low` and `high`: its edges from the point by which it is placed.
    pub fn places(lines: &[f32], low: f32, high: f32) -> impl Iterator<Item = SnapLine<()>> {
        lines.iter().flat_map(move |line| [low, (low + high) / 2.0, high].map(|edge| SnapLine { at: line - edge, line: *line, target: () }))
    }
}

/// A box in fractions of the picture, in points on the screen.
pub fn on_screen(rect: Rect, share: Rect) -> Rect {
    Rect::from_min_size(rect.min + share.min.to_vec2() * rect.size(), share.size() * rect.size())
}

/// The pointer as fractions of the picture.
pub fn pointer(ui: &Ui, rect: Rect) -> Option<Pos2> {
    let at = ui.input(|i| i.pointer.interact_pos())?;
    Some(((at - rect.min) / rect.size()).to_pos2())
}

/// Whether drags move the picture instead of the objects on it.
pub fn is_panning(ui: &Ui) -> bool {
    hand_held(ui) || ui.input(|i| i.pointer.middle_down() || i.pointer.secondary_down())
}

/// An object that can be dragged, with its accessible name. `solid`: it takes clicks and drags.
pub fn object(ui: &mut Ui, area: Rect, frame: Rect, target: Target, name: &str, solid: bool) -> Response {
    // Drags that move the picture pass through the objects on it.
    let sense = if is_panning(ui) || !solid { Sense::focusable_noninteractive() } else { Sense::click_and_drag() };
    let response = ui.interact(frame.intersect(area), target.object_id(), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    hold_arrows(ui, &response);
    response.on_hover_cursor(CursorIcon::Move)
}

/// Keeps the arrow keys with a control that has the focus.
pub fn hold_arrows(ui: &Ui, response: &Response) {
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    }
}

/// Whether the arrow keys move the selection: no other control and no window has the keyboard.
pub fn has_keys(cx: &PanelContext<'_>, ui: &Ui, selection: &Selection) -> bool {
    let focused = ui.memory(|m| m.focused());
    let ours = focused.is_none_or(|id| selection.iter().any(|target| id == target.object_id() || id == target.row_id()));
    ours && !selection.is_empty() && !cx.window_open && !cx.composing && !egui::Popup::is_any_open(ui.ctx())
}

/// The step of the pressed arrow keys, and the factor of Ctrl+↑ and Ctrl+↓.
pub fn arrows(ui: &Ui) -> Option<(Vec2, f32)> {
    ui.input_mut(|i| {
        let mut step = Vec2::ZERO;
        for (key, direction) in [
            (Key::ArrowLeft, vec2(-1.0, 0.0)),
            (Key::ArrowRight, vec2(1.0, 0.0)),
            (Key::ArrowUp, vec2(0.0, -1.0)),
            (Key::ArrowDown, vec2(0.0, 1.0)),
        ] {
            if i.consume_key(Modifiers::COMMAND, key) {
                let scale = if direction.y < 0.0 { 1.05 } else { 1.0 / 1.05 };
                return (direction.y != 0.0).then_some((Vec2::ZERO, scale));
            }
            let far = i.consume_key(Modifiers::SHIFT, key);
            if far || i.consume_key(Modifiers::NONE, key) {
                step += direction * if far { NUDGE_FAR } else { NUDGE };
            }
        }
        (step != Vec2::ZERO).then_some((step, 1.0))
    })
}

/// Whether the pointer is on a frame or at its handles.
pub fn near(ui: &Ui, frame: Rect) -> bool {
    ui.input(|i| i.pointer.hover_pos()).is_some_and(|p| frame.expand(HANDLE).contains(p))
}

/// Draws a frame through these corners.
pub fn outline(ui: &Ui, area: Rect, corners: [Pos2; 4], strong: bool) {
    let painter = ui.painter_at(area);
    let width = if strong { 1.5 } else { 1.0 };
    for stroke in [Stroke::new(3.0, Color32::from_black_alpha(70)), Stroke::new(width, theme::DARK.accent)] {
        painter.add(egui::Shape::closed_line(corners.to_vec(), stroke));
    }
}

/// The corners of an upright box, clockwise from the upper left.
pub fn corners_of(frame: Rect) -> [Pos2; 4] {
    [frame.left_top(), frame.right_top(), frame.right_bottom(), frame.left_bottom()]
}

/// Draws a handle.
pub fn dot(ui: &Ui, area: Rect, at: Pos2, round: bool) {
    let radius = if round { HANDLE / 2.0 } else { 2.0 };
    let dot = Rect::from_center_size(at, Vec2::splat(HANDLE));
    ui.painter_at(area).rect(dot, radius, Color32::WHITE, Stroke::new(1.5, theme::DARK.accent), StrokeKind::Inside);
}

/// Draws guides over the picture.
pub fn paint_guides(ui: &Ui, area: Rect, rect: Rect, guides: &[Guide]) {
    let painter = ui.painter_at(area);
    let stroke = Stroke::new(1.0, theme::DARK.accent_text);
    for guide in guides {
        let line = if guide.vertical {
            let x = rect.left() + rect.width() * guide.at;
            [pos2(x, rect.top()), pos2(x, rect.bottom())]
        } else {
            let y = rect.top() + rect.height() * guide.at;
            [pos2(rect.left(), y), pos2(rect.right(), y)]
        };
        painter.extend(egui::Shape::dashed_line(&line, stroke, 6.0, 4.0));
        if let Some(name) = guide.name {
            widgets::badge(ui, line[1] - vec2(10.0, 0.0), Align2::RIGHT_CENTER, name, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_line_within_reach_takes_hold() {
        let lines = [SnapLine::here(0.5, 'a'), SnapLine::here(0.52, 'b')];
        let target = |at: f32, free: bool| snap(at, &lines, 0.02, free).map(|l| l.target);
        assert_eq!((target(0.505, false), target(0.515, false)), (Some('a'), Some('b')));
        assert_eq!((target(0.6, false), target(0.5, true)), (None, None));
    }

    #[test]
    fn a_box_snaps_with_its_edges_and_its_middle() {
        let places: Vec<f32> = Lines::places(&[1.0], -0.1, 0.1).map(|place| place.at).collect();
        assert_eq!(places, [1.1, 1.0, 0.9]);
        let found = snap(0.89, &Lines::places(&[0.0, 0.5, 1.0], -0.1, 0.1).collect::<Vec<_>>(), 0.02, false).unwrap();
        assert_eq!((found.at, found.line), (0.9, 1.0));
    }
}
