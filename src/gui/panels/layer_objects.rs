//! The layers on the picture: select, drag, scale, stretch and turn.

use egui::{Align2, CursorIcon, Modifiers, PointerButton, Pos2, Rect, Response, Sense, Ui, Vec2, vec2};
use serde_json::Value;

use super::guides::{self, Guide, HANDLE, Lines, REACH, object, outline, snap};
use crate::gui::commands::EditCommand;
use crate::gui::context::PanelContext;
use crate::gui::layer_boxes::{self, LayerFrame, turned};
use crate::gui::layer_fields as fields;
use crate::gui::selection::{Selection, Target};
use crate::gui::state::Brief;
use crate::gui::{layer_names, widgets};
use crate::notice;
use crate::request::layers::LayerType;

/// Distance in points between the frame and the handle that turns it.
const STALK: f32 = 24.0;
/// Angles that a turn snaps to, degrees, and within which distance.
const RIGHT: (f32, f32) = (45.0, 3.0);
/// Angles that a turn with Shift keeps to, degrees.
const STEP: f32 = 15.0;
/// Sides of a frame shorter than this, in points, have no handle in their middle.
const SHORT: f32 = 44.0;

/// The dragged part of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Body,
    /// A corner, clockwise from the upper left.
    Corner(usize),
    /// The middle of a side, clockwise from the upper one.
    Side(usize),
    Turn,
}

const CORNERS: [Vec2; 4] = [vec2(0.0, 0.0), vec2(1.0, 0.0), vec2(1.0, 1.0), vec2(0.0, 1.0)];
const SIDES: [Vec2; 4] = [vec2(0.5, 0.0), vec2(1.0, 0.5), vec2(0.5, 1.0), vec2(0.0, 0.5)];

/// A drag and its start; lengths in heights of the canvas.
pub struct LayerDrag {
    part: Part,
    /// The brief before the drag.
    pub before: Brief,
    /// Pointer at the start.
    from: Pos2,
    /// The dragged things, with their frames at the start.
    moved: Vec<(Target, LayerFrame)>,
}

/// The context of the functions that draw and move layers.
pub struct LayerStage<'a> {
    /// The canvas.
    pub area: Rect,
    /// The picture on the canvas.
    pub rect: Rect,
    /// Everything on the picture, the lowest first.
    pub frames: &'a [(Target, LayerFrame)],
    /// The drag, if there is one.
    pub drag: &'a mut Option<LayerDrag>,
}

impl LayerStage<'_> {
    fn screen(&self, at: Pos2) -> Pos2 {
        self.rect.min + at.to_vec2() * self.rect.height()
    }

    fn canvas(&self, at: Pos2) -> Pos2 {
        ((at - self.rect.min) / self.rect.height()).to_pos2()
    }

    fn pressed(&self, ui: &Ui) -> Option<Pos2> {
        ui.input(|i| i.pointer.press_origin()).map(|at| self.canvas(at))
    }

    fn grab(&mut self, cx: &PanelContext<'_>, ui: &Ui, part: Part, targets: &Selection) {
        let Some(from) = self.pressed(ui) else { return };
        let moves = |target: Target| targets.contains(target) && !is_locked(cx.brief(), target);
        let moved = self.frames.iter().copied().filter(|(target, _)| moves(*target)).collect();
        *self.drag = Some(LayerDrag { part, before: cx.brief().clone(), from, moved });
    }

    /// Starts a drag of everything that is selected.
    pub fn grab_selected(&mut self, cx: &PanelContext<'_>, ui: &Ui, target: Target) {
        // Focused, so that Ctrl+Z undoes the drag and not typing in a text field.
        ui.memory_mut(|m| m.request_focus(target.object_id()));
        self.grab(cx, ui, Part::Body, cx.selection);
    }

    /// The uppermost thing at a point.
    fn top(&self, brief: &Brief, at: Pos2) -> Option<Target> {
        self.frames.iter().rev().find(|(target, frame)| frame.contains(at) && !is_locked(brief, *target)).map(|(target, _)| *target)
    }
}

fn is_locked(brief: &Brief, target: Target) -> bool {
    matches!(target, Target::Layer(index) if brief.layers.get(index).is_some_and(|layer| fields::flag(layer, "locked")))
}

/// Selects the target that was clicked or reached with Tab.
pub fn select(cx: &PanelContext<'_>, stage: &LayerStage<'_>, ui: &Ui, response: &Response, target: Target) {
    let more = ui.input(|i| i.modifiers.shift || i.modifiers.command);
    if response.clicked() {
        let at = response.interact_pointer_pos().map(|at| stage.canvas(at));
        let hit = at.and_then(|at| stage.top(cx.brief(), at)).unwrap_or(target);
        ui.memory_mut(|m| m.request_focus(hit.object_id()));
        cx.send(EditCommand::Select(cx.selection.clicked(hit, more)));
    } else if response.drag_started_by(PointerButton::Primary) && !cx.selection.contains(target) {
        cx.send(EditCommand::Select(cx.selection.clicked(target, more)));
    } else if response.gained_focus() && !cx.selection.contains(target) && !ui.input(|i| i.pointer.any_down() || i.pointer.any_released()) {
        cx.send(EditCommand::Select(Selection::of(target)));
    }
}

/// Draws the frame of a layer, and its handles if it alone is selected.
pub fn layer(cx: &PanelContext<'_>, stage: &mut LayerStage<'_>, ui: &mut Ui, index: usize, frame: &LayerFrame) {
    let target = Target::Layer(index);
    let corners = frame.corners().map(|at| stage.screen(at));
    let bounds = Rect::from_points(&corners);
    if !bounds.intersects(stage.area) {
        return;
    }
    let locked = is_locked(cx.brief(), target);
    let over = ui.input(|i| i.pointer.hover_pos()).filter(|at| bounds.contains(*at));
    // The corners beside a turned layer belong to what lies below.
    let solid = !locked && over.is_none_or(|at| frame.contains(stage.canvas(at)));
    let lang = cx.lang();
    let name = lang.notice(&notice!("layer-object", name = layer_names::title(cx.brief(), index, lang)));
    let response = object(ui, stage.area, bounds, target, &name, solid);
    select(cx, stage, ui, &response, target);
    let selected = cx.selection.contains(target);
    if response.drag_started_by(PointerButton::Primary) && !locked {
        if selected {
            stage.grab_selected(cx, ui, target);
        } else {
            response.request_focus();
            stage.grab(cx, ui, Part::Body, &Selection::of(target));
        }
    }
    if response.double_clicked() && fields::kind(&cx.brief().layers[index]) == LayerType::Text {
        cx.send(EditCommand::EditText(index));
    }
    let moving = stage.drag.as_ref().is_some_and(|drag| drag.moved.iter().any(|(moved, _)| *moved == target));
    if selected || moving || response.has_focus() || (solid && over.is_some()) {
        outline(ui, stage.area, corners, selected || moving);
    }
    if cx.selection.only() == Some(target) && !locked && !guides::is_panning(ui) {
        handles(cx, stage, ui, index, frame);
    }
}

fn handles(cx: &PanelContext<'_>, stage: &mut LayerStage<'_>, ui: &mut Ui, index: usize, frame: &LayerFrame) {
    let Some(layer) = cx.brief().layers.get(index) else { return };
    let size = frame.extent.size() * stage.rect.height();
    let has_side = |side: usize| match fields::kind(layer) {
        LayerType::Text => side % 2 == 1 && size.y >= SHORT / 2.0,
        LayerType::Picture => false,
        LayerType::Shape => (if side % 2 == 1 { size.y } else { size.x }) >= SHORT,
    };
    let mut parts: Vec<(Part, Vec2)> = CORNERS.into_iter().enumerate().map(|(i, at)| (Part::Corner(i), at)).collect();
    parts.extend(SIDES.into_iter().enumerate().filter(|(i, _)| has_side(*i)).map(|(i, at)| (Part::Side(i), at)));
    let centre = stage.screen(frame.point(vec2(0.5, 0.5)));
    let top = stage.screen(frame.point(vec2(0.5, 0.0)));
    // Below the frame if there is no room above it.
    let up = turned(vec2(0.0, -STALK), frame.rotation);
    let stalk = if stage.area.contains(top + up) { top + up } else { stage.screen(frame.point(vec2(0.5, 1.0))) - up };
    let places = parts.into_iter().map(|(part, share)| (part, stage.screen(frame.point(share)))).chain([(Part::Turn, stalk)]);
    for (part, at) in places.collect::<Vec<_>>() {
        if !stage.area.contains(at) {
            continue;
        }
        let target = Target::Layer(index);
        let response =
            ui.interact(Rect::from_center_size(at, Vec2::splat(HANDLE * 2.0)), target.object_id().with(part_key(part)), Sense::DRAG);
        if response.drag_started_by(PointerButton::Primary) {
            ui.memory_mut(|m| m.request_focus(target.object_id()));
            stage.grab(cx, ui, part, &Selection::of(target));
        }
        let cursor = if part == Part::Turn { CursorIcon::Alias } else { resize_cursor(at - centre) };
        response.on_hover_cursor(cursor);
        guides::dot(ui, stage.area, at, matches!(part, Part::Turn | Part::Side(_)));
        if part == Part::Turn {
            widgets::paint_icon(ui, at, crate::gui::icons::ROTATE_CW, 9.0, egui::Color32::BLACK);
        }
    }
}

fn part_key(part: Part) -> (&'static str, usize) {
    match part {
        Part::Body => ("body", 0),
        Part::Corner(i) => ("corner", i),
        Part::Side(i) => ("side", i),
        Part::Turn => ("turn", 0),
    }
}

/// The cursor for a handle in this direction from the centre.
fn resize_cursor(direction: Vec2) -> CursorIcon {
    let eighth = (direction.angle().to_degrees().rem_euclid(180.0) / 45.0).round() as u32 % 4;
    match eighth {
        0 => CursorIcon::ResizeHorizontal,
        1 => CursorIcon::ResizeNwSe,
        2 => CursorIcon::ResizeVertical,
        _ => CursorIcon::ResizeNeSw,
    }
}

/// Applies the drag, if there is one.
pub fn drag(cx: &PanelContext<'_>, stage: &mut LayerStage<'_>, ui: &Ui, brief: &mut Brief, guides: &mut Vec<Guide>) {
    let Some(drag) = &*stage.drag else { return };
    if !ui.input(|i| i.pointer.any_down()) {
        *stage.drag = None;
        ui.ctx().request_repaint();
        return;
    }
    let Some(at) = ui.input(|i| i.pointer.interact_pos()) else { return };
    let (now, modifiers) = (stage.canvas(at), ui.input(|i| i.modifiers));
    let mut changed = drag.before.clone();
    let words = match (drag.part, drag.moved.first()) {
        (Part::Body, _) => {
            move_all(cx, stage, drag, &mut changed, now, modifiers, guides);
            None
        }
        (part, Some((Target::Layer(index), frame))) => {
            let Some(layer) = changed.layers.get_mut(*index) else { return };
            let place = DragGeometry { frame, aspect: layer_boxes::aspect(&drag.before), from: drag.from, now };
            match part {
                Part::Corner(i) => place.scale(layer, CORNERS[i % 4], modifiers.alt),
                Part::Side(i) => place.stretch(layer, i, modifiers.alt),
                _ => place.turn(layer, modifiers),
            }
            Some(describe(&changed, *index, part))
        }
        _ => None,
    };
    if let Some(words) = words {
        let at = at + vec2(0.0, 34.0);
        widgets::badge(ui, at, Align2::CENTER_CENTER, &words, true);
    }
    *brief = changed;
}

/// The new angle, type size or sides of a dragged layer.
fn describe(brief: &Brief, index: usize, part: Part) -> String {
    let Some(layer) = brief.layers.get(index) else { return String::new() };
    let (width, height) = (brief.width as f32, brief.height as f32);
    if part == Part::Turn {
        return format!("{:.0}°", fields::number(layer, fields::field("rotation")));
    }
    if let (LayerType::Text, Part::Corner(_)) = (fields::kind(layer), part) {
        return format!("{:.0} px", fields::number(layer, fields::field("size")) * height);
    }
    let size = layer_boxes::frame(brief, index, None).map_or(Vec2::ZERO, |frame| frame.extent.size() * height);
    match fields::own_number(layer, fields::field("width")) {
        Some(own) if fields::kind(layer) == LayerType::Text => format!("{:.0} px", own * width),
        _ => format!("{:.0} × {:.0} px", size.x, size.y),
    }
}

/// Moves all dragged things, snapped as one box.
fn move_all(
    cx: &PanelContext<'_>,
    stage: &LayerStage<'_>,
    drag: &LayerDrag,
    brief: &mut Brief,
    now: Pos2,
    modifiers: Modifiers,
    guides: &mut Vec<Guide>,
) {
    let aspect = layer_boxes::aspect(brief);
    let mut by = now - drag.from;
    if modifiers.shift {
        by = if by.x.abs() > by.y.abs() { vec2(by.x, 0.0) } else { vec2(0.0, by.y) };
    }
    let Some(bounds) = drag.moved.iter().map(|(_, frame)| frame.bounds()).reduce(Rect::union) else { return };
    let lines = Lines::of(cx, stage.frames, |target| drag.moved.iter().any(|(moved, _)| *moved == target));
    let reach = vec2(REACH, REACH) / stage.rect.size();
    let half = bounds.size() / vec2(aspect, 1.0) / 2.0;
    let centre = bounds.center() + by;
    let x = Lines::places(&lines.x, -half.x, half.x).collect::<Vec<_>>();
    if let Some(found) = snap(centre.x / aspect, &x, reach.x, modifiers.alt) {
        by.x += found.at * aspect - centre.x;
        guides.push(Guide { vertical: true, at: found.line, name: None });
    }
    let y = Lines::places(&lines.y, -half.y, half.y).collect::<Vec<_>>();
    if let Some(found) = snap(centre.y, &y, reach.y, modifiers.alt) {
        by.y += found.at - centre.y;
        guides.push(Guide { vertical: false, at: found.line, name: None });
    }
    for (target, frame) in &drag.moved {
        shift(brief, *target, frame, by);
    }
}

/// Moves a target from its frame. `by`: in heights of the canvas.
pub fn shift(brief: &mut Brief, target: Target, frame: &LayerFrame, by: Vec2) {
    let aspect = layer_boxes::aspect(brief);
    let to = frame.centre + by;
    let unit = |v: f32| v.clamp(0.0, 1.0);
    match target {
        Target::Layer(index) => {
            let Some(layer) = brief.layers.get_mut(index) else { return };
            if by.x != 0.0 {
                fields::set_number(layer, fields::field("x"), to.x / aspect);
            }
            if by.y != 0.0 {
                fields::set_number(layer, fields::field("y"), to.y);
            }
        }
        Target::Product => {
            if by.x != 0.0 {
                brief.product_x = Some(unit(to.x / aspect));
            }
            if by.y != 0.0 {
                brief.product_y = Some(unit(frame.bounds().bottom() + by.y));
            }
        }
        Target::Headline => {
            if by.x != 0.0 {
                brief.text_x = Some(unit(to.x / aspect));
            }
            if by.y != 0.0 {
                brief.text_y = Some(unit(to.y));
            }
        }
    }
}

/// Moves a layer by a fraction of the picture, and scales it about its centre.
pub fn nudge(brief: &mut Brief, index: usize, step: Vec2, factor: f32) {
    let Some(layer) = brief.layers.get_mut(index).filter(|layer| !fields::flag(layer, "locked")) else { return };
    for (name, by) in [("x", step.x), ("y", step.y)] {
        if by != 0.0 {
            let field = fields::field(name);
            fields::set_number(layer, field, fields::number(layer, field) + by);
        }
    }
    if factor != 1.0 {
        scale(layer, factor);
    }
}

/// Scales a layer as far as the request allows; returns the factor.
fn scale(layer: &mut Value, factor: f32) -> f32 {
    let shape = layer_boxes::shape_size(layer);
    let own = |layer: &Value, name: &str| fields::own_number(layer, fields::field(name));
    let sizes: Vec<(&str, f32)> = match fields::kind(layer) {
        LayerType::Text => {
            let width = own(layer, "width").map(|width| ("width", width));
            [("size", fields::number(layer, fields::field("size")))].into_iter().chain(width).collect()
        }
        LayerType::Shape => vec![("width", shape.x), ("height", shape.y)],
        LayerType::Picture => {
            let (width, height) = (own(layer, "width"), own(layer, "height"));
            let width = width.or(height.is_none().then_some(0.2));
            width.map(|w| ("width", w)).into_iter().chain(height.map(|h| ("height", h))).collect()
        }
    };
    // All by the same factor, or the proportions would change at the limit of one of them.
    let factor = sizes.iter().fold(factor.max(0.0), |factor, (name, size)| {
        let (min, max) = fields::range(fields::field(name));
        factor.clamp(min / size.max(1e-4), (max / size.max(1e-4)).max(min / size.max(1e-4)))
    });
    for (name, size) in sizes {
        fields::set_number(layer, fields::field(name), size * factor);
    }
    factor
}

/// The geometry of a drag: the layer's frame at the start, and the pointer then and now.
struct DragGeometry<'a> {
    frame: &'a LayerFrame,
    aspect: f32,
    from: Pos2,
    now: Pos2,
}

impl DragGeometry<'_> {
    fn set_centre(&self, layer: &mut Value, centre: Pos2) {
        fields::set_number(layer, fields::field("x"), centre.x / self.aspect);
        fields::set_number(layer, fields::field("y"), centre.y);
    }

    /// Scales by a corner. The opposite corner stays, or the middle.
    fn scale(&self, layer: &mut Value, corner: Vec2, about_middle: bool) {
        let grabbed = self.frame.point(corner);
        let fixed = if about_middle { self.frame.point(vec2(0.5, 0.5)) } else { self.frame.point(Vec2::splat(1.0) - corner) };
        let (start, to) = (grabbed - fixed, grabbed + (self.now - self.from) - fixed);
        let factor = scale(layer, start.dot(to) / start.length_sq().max(1e-8));
        self.set_centre(layer, fixed + (self.frame.centre - fixed) * factor);
    }

    /// Moves a side. The opposite side stays, or the middle.
    fn stretch(&self, layer: &mut Value, side: usize, about_middle: bool) {
        let share = SIDES[side % 4];
        let grabbed = self.frame.point(share);
        let fixed = if about_middle { self.frame.point(vec2(0.5, 0.5)) } else { self.frame.point(Vec2::splat(1.0) - share) };
        let start = grabbed - fixed;
        let along = start.normalized();
        let factor = (start + (self.now - self.from)).dot(along) / start.length().max(1e-4);
        let horizontal = side % 2 == 1;
        let (name, size) = match (fields::kind(layer), horizontal) {
            (LayerType::Shape, _) => {
                let size = layer_boxes::shape_size(layer);
                if horizontal { ("width", size.x) } else { ("height", size.y) }
            }
            _ => ("width", self.frame.extent.width() / self.aspect),
        };
        let field = fields::field(name);
        let (min, max) = fields::range(field);
        // A text box has room for a letter at least.
        let least = if fields::kind(layer) == LayerType::Text { fields::number(layer, fields::field("size")) / self.aspect } else { min };
        let wanted = (size * factor).clamp(least.max(min), max);
        fields::set_number(layer, field, wanted);
        let factor = wanted / size.max(1e-4);
        let from_fixed = self.frame.centre - fixed;
        let distance = from_fixed.dot(along);
        self.set_centre(layer, self.frame.centre + along * distance * (factor - 1.0));
    }

    fn turn(&self, layer: &mut Value, modifiers: Modifiers) {
        let angle = |at: Pos2| (at - self.frame.centre).angle().to_degrees();
        let free = self.frame.rotation + angle(self.now) - angle(self.from);
        let nearest = |step: f32| (free / step).round() * step;
        let rotation = if modifiers.shift {
            nearest(STEP)
        } else if (free - nearest(RIGHT.0)).abs() < RIGHT.1 && !modifiers.alt {
            nearest(RIGHT.0)
        } else {
            (free * 10.0).round() / 10.0
        };
        fields::set_number(layer, fields::field("rotation"), (rotation + 180.0).rem_euclid(360.0) - 180.0);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use egui::pos2;

    use super::*;

    fn frame(centre: Pos2, size: Vec2, rotation: f32) -> LayerFrame {
        LayerFrame { centre, extent: Rect::from_center_size(Pos2::ZERO, size), rotation }
    }

    fn number(layer: &Value, name: &str) -> f32 {
        fields::number(layer, fields::field(name))
    }

    #[test]
    fn a_corner_scales_about_the_opposite_one() {
        let mut layer = json!({"type": "shape", "fill": "#000000", "width": 0.4, "height": 0.2});
        let frame = frame(pos2(0.5, 0.5), vec2(0.4, 0.2), 0.0);
        let place = DragGeometry { frame: &frame, aspect: 1.0, from: pos2(0.7, 0.6), now: pos2(0.9, 0.7) };
        place.scale(&mut layer, vec2(1.0, 1.0), false);
        assert!((number(&layer, "width") - 0.6).abs() < 1e-3 && (number(&layer, "height") - 0.3).abs() < 1e-3, "{layer}");
        // The upper left corner is where it was.
        assert!((number(&layer, "x") - 0.6).abs() < 1e-3 && (number(&layer, "y") - 0.55).abs() < 1e-3, "{layer}");
    }

    #[test]
    fn a_side_of_a_turned_shape_moves_along_its_own_axis() {
        let mut layer = json!({"type": "shape", "fill": "#000000", "width": 0.4, "height": 0.2, "rotation": 90});
        let frame = frame(pos2(0.5, 0.5), vec2(0.4, 0.2), 90.0);
        // Its right side points downwards.
        let place = DragGeometry { frame: &frame, aspect: 1.0, from: pos2(0.5, 0.7), now: pos2(0.62, 0.8) };
        place.stretch(&mut layer, 1, false);
        assert!((number(&layer, "width") - 0.5).abs() < 1e-3 && number(&layer, "height") == 0.2, "{layer}");
        assert!((number(&layer, "x") - 0.5).abs() < 1e-3 && (number(&layer, "y") - 0.55).abs() < 1e-3, "{layer}");
    }

    #[test]
    fn turns_snap_to_right_angles_and_stay_within_a_half_turn() {
        let frame = frame(pos2(0.5, 0.5), vec2(0.4, 0.2), 0.0);
        let turned_to = |now: Pos2, modifiers| {
            let mut layer = json!({"type": "text", "text": "a"});
            DragGeometry { frame: &frame, aspect: 1.0, from: pos2(0.5, 0.3), now }.turn(&mut layer, modifiers);
            number(&layer, "rotation")
        };
        assert_eq!(turned_to(pos2(0.7, 0.505), Modifiers::NONE), 90.0);
        assert!((turned_to(pos2(0.7, 0.505), Modifiers::ALT) - 91.4).abs() < 0.1);
        assert_eq!(turned_to(pos2(0.3, 0.52), Modifiers::SHIFT), -90.0);
        assert_eq!(turned_to(pos2(0.5, 0.7), Modifiers::NONE).abs(), 180.0);
    }

    #[test]
    fn scaling_stops_for_all_sides_at_once() {
        let mut layer = json!({"type": "text", "text": "a", "size": 0.5, "width": 0.2});
        assert_eq!(scale(&mut layer, 10.0), 2.0);
        assert_eq!((number(&layer, "size"), number(&layer, "width")), (1.0, 0.4));
    }
}
