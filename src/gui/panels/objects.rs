//! Product and text on the picture: drag, scale, nudge with the arrow keys, and the guides that they snap to.

use egui::{Align2, Color32, CursorIcon, PointerButton, Pos2, Rect, Response, Sense, Ui, Vec2, pos2, vec2};

use super::guides::{
    self, Guide, HANDLE, Lines, REACH, SnapLine, arrows, corners_of, has_keys, near, on_screen, outline, paint_guides, pointer, snap,
};
use super::layer_objects::{self, LayerDrag, LayerStage};
use crate::gui::commands::{EditCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::layer_boxes::{self, LayerFrame};
use crate::gui::layer_edits::Slot;
use crate::gui::layer_fields;
use crate::gui::live::{Boxes, Draft};
use crate::gui::selection::{Selection, Target};
use crate::gui::state::Brief;
use crate::gui::view::{Source, Tab};
use crate::gui::widgets;
use crate::notice::Language;
use crate::request::fields::{self as limits, Kind};
use crate::request::{CompositionMode, TextPosition};

/// Margin of the text at the top and the bottom, as a fraction of the height; the same as in the pipeline.
const MARGIN: f32 = 0.06;

/// The objects that are not layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    Product,
    Text,
}

impl Object {
    fn target(self) -> Target {
        match self {
            Self::Product => Target::Product,
            Self::Text => Target::Headline,
        }
    }
}

/// A part of an object that can be dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    object: Object,
    /// Index of a corner, which scales the object; `None` for the object itself, which moves.
    corner: Option<usize>,
}

/// A drag and its start.
pub struct Drag {
    part: Part,
    /// The brief before the drag.
    pub before: Brief,
    /// Pointer at the start, as fractions of the picture.
    from: Pos2,
    /// Position at the start: centre and foot of the product, or centre of the text.
    at: Pos2,
    /// Scale of the product or the text at the start.
    scale: f32,
    /// Size of the product or the text at scale 1.
    unit: Vec2,
}

/// The context of the functions that draw and move objects.
struct Stage<'a> {
    /// The canvas.
    area: Rect,
    /// The picture on the canvas.
    rect: Rect,
    boxes: &'a Boxes,
    lang: Language,
    brief: Brief,
    drag: &'a mut Option<Drag>,
    guides: Vec<Guide>,
    /// The lines that the dragged object snaps to.
    lines: Lines,
}

/// The drags on the canvas.
#[derive(Default)]
pub struct Drags {
    /// That of product or text.
    pub object: Option<Drag>,
    /// That of layers.
    pub layers: Option<LayerDrag>,
}

/// Whether the shown picture belongs to the brief, so that dragging on it makes sense.
fn editable(cx: &PanelContext<'_>) -> bool {
    let brief = &cx.brief();
    cx.view.compare.is_none()
        && match cx.view.source {
            Source::Draft => true,
            Source::Job(id) => cx.session.job_briefs.get(&id) == Some(brief),
        }
}

/// Draws frames and handles over the picture at `rect` and moves the dragged object.
pub fn show(cx: &PanelContext<'_>, drags: &mut Drags, ui: &mut Ui, area: Rect, rect: Rect) {
    let Some(draft) = cx.draft().filter(|_| editable(cx)) else {
        *drags = Drags::default();
        return;
    };
    let boxes = draft.boxes;
    let brief = cx.brief().clone();
    let mut order = frames(&brief, &draft);
    if cx.view.tab != Tab::Final {
        order.retain(|(target, _)| *target == Target::Product && cx.view.tab == Tab::Background);
    }
    let frames = order.clone();
    // Selected things lie above the rest, so that their handles can be reached.
    order.sort_by_key(|(target, _)| cx.selection.contains(*target));
    let Drags { object: drag, layers } = drags;
    let lines = Lines::of(cx, &frames, |target| drag.as_ref().is_some_and(|drag| drag.part.object.target() == target));
    let mut stage = Stage { area, rect, boxes: &boxes, lang: cx.lang(), brief, drag, guides: Vec::new(), lines };
    let mut layer_stage = LayerStage { area, rect, frames: &frames, drag: layers };
    for (target, frame) in &order {
        let shown = shares(frame, &stage.brief);
        match target {
            Target::Product => {
                if stage.drag.is_some() && boxes.product.is_some_and(|found| shown.center().distance(found.center()) > 0.004) {
                    ghost(cx, ui, area, on_screen(rect, shown), &draft);
                }
                movable(cx, &mut stage, &mut layer_stage, ui, Object::Product, shown);
            }
            Target::Headline => movable(cx, &mut stage, &mut layer_stage, ui, Object::Text, shown),
            Target::Layer(index) => layer_objects::layer(cx, &mut layer_stage, ui, *index, frame),
        }
    }
    if stage.drag.is_some() && !ui.input(|i| i.pointer.any_down()) {
        *stage.drag = None;
        ui.ctx().request_repaint();
    }
    layer_objects::drag(cx, &mut layer_stage, ui, &mut stage.brief, &mut stage.guides);
    keys(cx, &mut stage.brief, ui, &frames);
    paint_guides(ui, area, rect, &stage.guides);
    if stage.brief != *cx.brief() {
        cx.send(EditCommand::Brief(Box::new(stage.brief)));
    }
}

/// Everything that can be selected on the canvas, the lowest first, in heights of the canvas.
pub fn frames(brief: &Brief, draft: &Draft) -> Vec<(Target, LayerFrame)> {
    let product =
        draft.boxes.product.filter(|_| brief.product.is_some()).map(|found| product_now(brief, &draft.brief, &draft.boxes, found));
    let headline = draft.boxes.text.filter(|_| brief.has_text()).map(|found| text_now(brief, &draft.brief, &draft.boxes, found));
    let mut middle = [(Target::Product, product), (Target::Headline, headline)];
    if brief.mode == CompositionMode::Behind {
        middle.reverse();
    }
    let aspect = layer_boxes::aspect(brief);
    let boxed = |(target, share): (Target, Option<Rect>)| {
        let share = share?;
        let size = share.size() * vec2(aspect, 1.0);
        let centre = pos2(share.center().x * aspect, share.center().y);
        Some((target, LayerFrame { centre, extent: Rect::from_center_size(Pos2::ZERO, size), rotation: 0.0 }))
    };
    let drafted = Some((&draft.brief, &*draft.texts));
    let mut frames = Vec::new();
    for slot in brief.slots() {
        match slot {
            Slot::Middle => frames.extend(middle.into_iter().filter_map(boxed)),
            Slot::Layer(index) if layer_fields::flag(&brief.layers[index], "hidden") => {}
            Slot::Layer(index) => {
                frames.extend(layer_boxes::frame(brief, index, drafted).map(|frame| (Target::Layer(index), frame)));
            }
        }
    }
    frames
}

/// The upright box of a frame as fractions of the picture.
fn shares(frame: &LayerFrame, brief: &Brief) -> Rect {
    let scale = vec2(1.0 / layer_boxes::aspect(brief), 1.0);
    let bounds = frame.bounds();
    Rect::from_min_max((bounds.min.to_vec2() * scale).to_pos2(), (bounds.max.to_vec2() * scale).to_pos2())
}

/// Moves and scales the selected things with the arrow keys.
fn keys(cx: &PanelContext<'_>, brief: &mut Brief, ui: &Ui, frames: &[(Target, LayerFrame)]) {
    if !has_keys(cx, ui, cx.selection) {
        return;
    }
    let Some((step, scale)) = arrows(ui) else { return };
    for (target, frame) in frames.iter().filter(|(target, _)| cx.selection.contains(*target)) {
        let shown = shares(frame, brief);
        match target {
            Target::Product => nudge_product(brief, shown, step, scale),
            Target::Headline => nudge_text(brief, shown, step, scale),
            Target::Layer(index) => layer_objects::nudge(brief, *index, step, scale),
        }
    }
}

fn nudge_product(brief: &mut Brief, shown: Rect, step: Vec2, scale: f32) {
    if step.x != 0.0 {
        brief.product_x = Some((shown.center().x + step.x).clamp(0.0, 1.0));
    }
    if step.y != 0.0 {
        brief.product_y = Some((shown.max.y + step.y).clamp(0.0, 1.0));
    }
    if scale != 1.0 {
        let (min, max) = scale_range(&limits::PRODUCT_SCALE);
        brief.product_scale = Some((brief.product_scale.unwrap_or(1.0) * scale).clamp(min, max));
    }
}

fn nudge_text(brief: &mut Brief, shown: Rect, step: Vec2, scale: f32) {
    if scale != 1.0 {
        let (min, max) = scale_range(&limits::TEXT_SCALE);
        let scale = (brief.text_scale.unwrap_or(1.0) * scale).clamp(min, max);
        brief.text_scale = (scale < 1.0).then_some(scale);
    }
    let at = (shown.center() + step).clamp(Pos2::ZERO, pos2(1.0, 1.0));
    if step.x != 0.0 {
        brief.text_x = Some(at.x);
    }
    if step.y != 0.0 {
        brief.text_y = Some(at.y);
    }
}

/// Paints the cut-out at its new place until the draft shows it there.
fn ghost(cx: &PanelContext<'_>, ui: &Ui, area: Rect, frame: Rect, draft: &Draft) {
    if let (Some(image), Some(part)) = (&draft.cutout, draft.boxes.cut) {
        let texture = cx.textures.live("draft-cutout", image);
        ui.painter_at(area).image(texture.id, frame, part, Color32::from_white_alpha(150));
    }
}

/// The product's box that the brief will give, as fractions of the picture; `found` is its box in the draft.
fn product_now(brief: &Brief, drafted: &Brief, boxes: &Boxes, found: Rect) -> Rect {
    let size = found.size() * brief.product_scale.unwrap_or(1.0) / drafted.product_scale.unwrap_or(1.0);
    let x = brief.product_x.unwrap_or(if drafted.product_x.is_none() { found.center().x } else { 0.5 });
    let y = brief.product_y.unwrap_or(if drafted.product_y.is_none() { found.max.y } else { boxes.ground });
    Rect::from_min_max(pos2(x - size.x / 2.0, y - size.y), pos2(x + size.x / 2.0, y))
}

/// The text's box that the brief will give; `found` is its box in the draft.
fn text_now(brief: &Brief, drafted: &Brief, boxes: &Boxes, found: Rect) -> Rect {
    let size = found.size() * brief.text_scale.unwrap_or(1.0) / drafted.text_scale.unwrap_or(1.0);
    let half = size.y / 2.0;
    let y = brief.text_y.unwrap_or(position_y(brief.position, half, boxes));
    // No glyph leaves the canvas.
    let x = brief.text_x.unwrap_or(0.5).clamp((size.x / 2.0).min(0.5), (1.0 - size.x / 2.0).max(0.5));
    Rect::from_center_size(pos2(x, y.clamp(half.min(0.5), (1.0 - half).max(0.5))), size)
}

/// Centre of the text at a position; `half` is half of its height.
fn position_y(position: TextPosition, half: f32, boxes: &Boxes) -> f32 {
    match position {
        TextPosition::Top => MARGIN + half,
        TextPosition::Center => 0.5,
        TextPosition::Bottom => 1.0 - MARGIN - half,
        TextPosition::Auto => boxes.auto_y,
    }
}

/// Name of a position.
fn position_name(lang: Language, position: TextPosition) -> &'static str {
    match position {
        TextPosition::Top => lang.t("layers-top"),
        TextPosition::Center => lang.t("layers-center"),
        TextPosition::Bottom => lang.t("layers-bottom"),
        TextPosition::Auto => lang.t("layers-auto"),
    }
}

/// Smallest and largest scale that the request allows.
fn scale_range(field: &limits::Field) -> (f32, f32) {
    match field.kind {
        Kind::Number { min, max } => (min as f32, max as f32),
        _ => (1.0, 1.0),
    }
}

impl Stage<'_> {
    /// Starts a drag.
    fn grab(&mut self, ui: &Ui, part: Part, shown: Rect, response: &Response) {
        // Focused, so that Ctrl+Z undoes the drag and not typing in a text field.
        response.request_focus();
        let press = ui.input(|i| i.pointer.press_origin());
        let Some(from) = press.map(|p| ((p - self.rect.min) / self.rect.size()).to_pos2()) else { return };
        let (scale, at) = match part.object {
            Object::Product => (self.brief.product_scale, pos2(shown.center().x, shown.max.y)),
            Object::Text => (self.brief.text_scale, shown.center()),
        };
        let scale = scale.unwrap_or(1.0);
        *self.drag = Some(Drag { part, before: self.brief.clone(), from, at, scale, unit: shown.size() / scale });
    }

    /// Whether this part is being dragged.
    fn drags(&self, part: Part) -> bool {
        self.drag.as_ref().is_some_and(|d| d.part == part)
    }

    /// Distance in which guides attract, as fractions of the picture.
    fn reach(&self) -> Vec2 {
        vec2(REACH, REACH) / self.rect.size()
    }

    /// The horizontal position that was dragged to, snapped to the thirds, the middle and the lines around; `None` is the middle. `half`: half
    /// of the width.
    fn snap_x(&mut self, x: f32, half: f32, free: bool) -> Option<f32> {
        let thirds = [1.0 / 3.0, 2.0 / 3.0].map(|at| SnapLine::here(at, ()));
        let lines: Vec<_> = thirds.into_iter().chain(Lines::places(&self.lines.x, -half, half)).collect();
        match snap(x, &lines, self.reach().x, free) {
            Some(SnapLine { at, line, .. }) => {
                self.guides.push(Guide { vertical: true, at: line, name: None });
                (at != 0.5).then_some(at)
            }
            None => Some(x),
        }
    }
}

/// Handles selection and the drag of an object, which a drag of several selected things replaces. Returns whether the object is dragged alone.
fn is_dragged(cx: &PanelContext<'_>, layers: &mut LayerStage<'_>, ui: &Ui, response: &Response, target: Target) -> bool {
    layer_objects::select(cx, layers, ui, response, target);
    let group = cx.selection.len() > 1 && cx.selection.contains(target);
    if response.drag_started_by(PointerButton::Primary) && group {
        layers.grab_selected(cx, ui, target);
    }
    !group
}

/// Draws an object and lets it be selected, dragged and placed automatically by a double click.
fn movable(cx: &PanelContext<'_>, stage: &mut Stage<'_>, layers: &mut LayerStage<'_>, ui: &mut Ui, object: Object, shown: Rect) {
    let frame = on_screen(stage.rect, shown);
    let name = match object {
        Object::Product => stage.lang.t("canvas-move-product"),
        Object::Text => stage.lang.t("canvas-move-text"),
    };
    let response = guides::object(ui, stage.area, frame, object.target(), name, true);
    let alone = is_dragged(cx, layers, ui, &response, object.target());
    let body = Part { object, corner: None };
    if response.drag_started_by(PointerButton::Primary) && alone {
        stage.grab(ui, body, shown, &response);
    }
    if response.dragged_by(PointerButton::Primary) && stage.drags(body) {
        match object {
            Object::Product => move_product(stage, ui, shown),
            Object::Text => move_text(stage, ui, shown),
        }
    }
    if response.double_clicked() {
        *stage.drag = None;
        cx.send(match object {
            Object::Product => UiCommand::ProductAuto,
            Object::Text => UiCommand::TextAuto,
        });
    }
    handles(cx, stage, ui, object, frame, shown, &response);
}

/// Draws an object's frame, and its handles while it is selected or the pointer is near. The corners can always be dragged, so that a press on
/// one never moves the picture.
fn handles(cx: &PanelContext<'_>, stage: &mut Stage<'_>, ui: &mut Ui, object: Object, frame: Rect, shown: Rect, response: &Response) {
    let (selection, target) = (cx.selection, object.target());
    let dragged = stage.drag.as_ref().is_some_and(|drag| drag.part.object == object);
    let strong = response.has_focus() || dragged || selection.contains(target);
    let visible = strong || response.hovered() || near(ui, frame);
    if visible {
        outline(ui, stage.area, corners_of(frame), strong);
    }
    if selection.len() < 2 && corners(stage, ui, object, frame, shown, response, visible) && !selection.contains(target) {
        cx.send(EditCommand::Select(Selection::of(target)));
    }
}

/// Draws the handles at an object's corners and scales it. Returns whether a drag of one began.
fn corners(stage: &mut Stage<'_>, ui: &mut Ui, object: Object, frame: Rect, shown: Rect, response: &Response, visible: bool) -> bool {
    if guides::is_panning(ui) {
        return false;
    }
    let mut began = false;
    for (i, corner) in corners_of(frame).into_iter().enumerate() {
        let place = Rect::from_center_size(corner, Vec2::splat(HANDLE * 2.0));
        if !stage.area.contains(corner) {
            continue;
        }
        let handle = ui.interact(place, response.id.with(("corner", i)), Sense::DRAG);
        let part = Part { object, corner: Some(i) };
        let cursor = if i % 2 == 0 { CursorIcon::ResizeNwSe } else { CursorIcon::ResizeNeSw };
        if handle.drag_started_by(PointerButton::Primary) {
            stage.grab(ui, part, shown, response);
            began = true;
        }
        if handle.dragged_by(PointerButton::Primary) && stage.drags(part) {
            scale_dragged(stage, ui);
        }
        handle.on_hover_cursor(cursor);
        if visible {
            guides::dot(ui, stage.area, corner, false);
        }
    }
    began
}

fn move_product(stage: &mut Stage<'_>, ui: &Ui, shown: Rect) {
    let (Some(drag), Some(now)) = (&stage.drag, pointer(ui, stage.rect)) else { return };
    let to = (drag.at + (now - drag.from)).clamp(Pos2::ZERO, pos2(1.0, 1.0));
    let free = ui.input(|i| i.modifiers.alt);
    stage.brief.product_x = stage.snap_x(to.x, shown.width() / 2.0, free);
    let ground = SnapLine::here(stage.boxes.ground, true);
    let around = Lines::places(&stage.lines.y, -shown.height(), 0.0).map(|SnapLine { at, line, .. }| SnapLine { at, line, target: false });
    let lines: Vec<_> = [ground].into_iter().chain(around).collect();
    stage.brief.product_y = match snap(to.y, &lines, stage.reach().y, free) {
        Some(SnapLine { at, line, target: is_ground }) => {
            let name = is_ground.then(|| stage.lang.t("canvas-ground"));
            stage.guides.push(Guide { vertical: false, at: line, name });
            (!is_ground).then_some(at)
        }
        None => Some(to.y),
    };
}

/// Scales the dragged object about its fixed point: the product's foot, the text's centre.
fn scale_dragged(stage: &mut Stage<'_>, ui: &Ui) {
    let rect = stage.rect;
    let (Some(drag), Some(now)) = (&stage.drag, pointer(ui, rect)) else { return };
    let (field, fixed_share) = match drag.part.object {
        Object::Product => (&limits::PRODUCT_SCALE, 1.0),
        Object::Text => (&limits::TEXT_SCALE, 0.5),
    };
    let distance = |p: Pos2| ((p - drag.at) * rect.size()).length().max(1.0);
    let (min, max) = scale_range(field);
    let scale = (drag.scale * distance(now) / distance(drag.from)).clamp(min, max);
    // Snaps to the automatic size.
    let scale = if (scale - 1.0).abs() < 0.02 { 1.0 } else { (scale * 100.0).round() / 100.0 };
    let wanted = (scale != 1.0).then_some(scale);
    match drag.part.object {
        Object::Product => stage.brief.product_scale = wanted,
        Object::Text => stage.brief.text_scale = wanted,
    }
    let words = format!("{:.0} %", scale * 100.0);
    let top = drag.at - vec2(0.0, drag.unit.y * scale * fixed_share);
    let at = rect.min + top.to_vec2() * rect.size() - vec2(0.0, 10.0);
    widgets::badge(ui, at.max(rect.min + vec2(30.0, 30.0)), Align2::CENTER_BOTTOM, &words, true);
}

fn move_text(stage: &mut Stage<'_>, ui: &Ui, shown: Rect) {
    let (Some(drag), Some(now)) = (&stage.drag, pointer(ui, stage.rect)) else { return };
    let half = shown.size() / 2.0;
    // No glyph leaves the canvas: the pipeline would move the text back.
    let low = pos2(half.x.min(0.5), half.y.min(0.5));
    let to = (drag.at + (now - drag.from)).clamp(low, pos2(1.0 - low.x, 1.0 - low.y));
    let free = ui.input(|i| i.modifiers.alt);
    let positions = [TextPosition::Top, TextPosition::Center, TextPosition::Bottom, TextPosition::Auto];
    let named = positions.map(|position| SnapLine::here(position_y(position, half.y, stage.boxes), Some(position)));
    let thirds = [1.0 / 3.0, 2.0 / 3.0].map(|at| SnapLine::here(at, None));
    let around = Lines::places(&stage.lines.y, -half.y, half.y).map(|SnapLine { at, line, .. }| SnapLine { at, line, target: None });
    let lines: Vec<_> = named.into_iter().chain(thirds).chain(around).collect();
    stage.brief.text_x = stage.snap_x(to.x, half.x, free);
    stage.brief.text_y = match snap(to.y, &lines, stage.reach().y, free) {
        Some(SnapLine { at, line, target }) => {
            let name = target.map(|position| position_name(stage.lang, position));
            stage.guides.push(Guide { vertical: false, at: line, name });
            stage.brief.position = target.unwrap_or(stage.brief.position);
            target.is_none().then_some(at)
        }
        None => Some(to.y),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line that the text snaps to is where the text stands at that position.
    #[test]
    fn positions_keep_the_text_on_the_canvas() {
        let boxes = Boxes { auto_y: 0.4, ..Boxes::default() };
        let found = Rect::from_center_size(pos2(0.5, 0.5), vec2(0.6, 0.2));
        for (position, y) in
            [(TextPosition::Top, 0.16), (TextPosition::Center, 0.5), (TextPosition::Bottom, 0.84), (TextPosition::Auto, 0.4)]
        {
            let brief = Brief { position, ..Brief::default() };
            let at = text_now(&brief, &brief, &boxes, found).center();
            assert!((at.y - y).abs() < 1e-6 && (at.y - position_y(position, 0.1, &boxes)).abs() < 1e-6, "{position:?}: {at}");
        }
    }
}
