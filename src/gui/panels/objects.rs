//! Product and text on the picture: drag, scale, nudge with the arrow keys, and the guides that they snap to.

use egui::{
    Align2, Color32, CursorIcon, EventFilter, Key, Modifiers, PointerButton, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};

use super::zoom::hand_held;
use crate::gui::commands::{EditCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::live::{Boxes, Draft};
use crate::gui::state::Brief;
use crate::gui::view::{Source, Tab};
use crate::gui::{theme, widgets};
use crate::notice::Language;
use crate::request::TextPosition;
use crate::request::fields::{self as limits, Kind};

/// Distance in points within which an object snaps to a guide.
const REACH: f32 = 7.0;
/// Margin of the text at the top and the bottom, as a fraction of the height; the same as in the pipeline.
const MARGIN: f32 = 0.06;
/// Step of an arrow key, as a fraction of the picture.
const NUDGE: f32 = 0.005;
/// Step of an arrow key with Shift.
const NUDGE_FAR: f32 = 0.04;
/// Side of a handle in points.
const HANDLE: f32 = 9.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Product,
    ProductCorner(usize),
    Text,
    TextCorner(usize),
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

/// A line that an object snapped to.
struct Guide {
    vertical: bool,
    at: f32,
    name: Option<&'static str>,
}

/// A line that the text can snap to, and the position that it stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct SnapLine<T> {
    at: f32,
    target: T,
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
pub fn show(cx: &PanelContext<'_>, drag: &mut Option<Drag>, ui: &mut Ui, area: Rect, rect: Rect) {
    let Some(draft) = cx.draft().filter(|_| editable(cx)) else {
        *drag = None;
        return;
    };
    let boxes = draft.boxes;
    let both = cx.view.tab == Tab::Final;
    let brief = cx.brief().clone();
    let mut stage = Stage { area, rect, boxes: &boxes, lang: cx.lang(), brief, drag, guides: Vec::new() };
    if let Some(found) = boxes.product.filter(|_| both || cx.view.tab == Tab::Background) {
        let shown = product_now(&stage.brief, &draft.brief, &boxes, found);
        if stage.drag.is_some() && shown.center().distance(found.center()) > 0.004 {
            ghost(cx, ui, area, on_screen(rect, shown), &draft);
        }
        product(cx, &mut stage, ui, shown);
    }
    if let Some(found) = boxes.text.filter(|_| both) {
        let shown = text_now(&stage.brief, &draft.brief, &boxes, found);
        text(cx, &mut stage, ui, shown);
    }
    if stage.drag.is_some() && !ui.input(|i| i.pointer.any_down()) {
        *stage.drag = None;
        ui.ctx().request_repaint();
    }
    paint_guides(ui, area, rect, &stage.guides);
    if stage.brief != *cx.brief() {
        cx.send(EditCommand::Brief(Box::new(stage.brief)));
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

/// A box in fractions of the picture, in points on the screen.
fn on_screen(rect: Rect, share: Rect) -> Rect {
    Rect::from_min_size(rect.min + share.min.to_vec2() * rect.size(), share.size() * rect.size())
}

fn pointer(ui: &Ui, rect: Rect) -> Option<Pos2> {
    let at = ui.input(|i| i.pointer.interact_pos())?;
    Some(((at - rect.min) / rect.size()).to_pos2())
}

impl Stage<'_> {
    /// Starts a drag.
    fn grab(&mut self, ui: &Ui, part: Part, shown: Rect, response: &Response) {
        // Focused, so that Ctrl+Z undoes the drag and not typing in a text field.
        response.request_focus();
        let press = ui.input(|i| i.pointer.press_origin());
        let Some(from) = press.map(|p| ((p - self.rect.min) / self.rect.size()).to_pos2()) else { return };
        let (scale, at) = match part {
            Part::Product | Part::ProductCorner(_) => (self.brief.product_scale, pos2(shown.center().x, shown.max.y)),
            Part::Text | Part::TextCorner(_) => (self.brief.text_scale, shown.center()),
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

    /// The horizontal position that was dragged to, snapped to the thirds and the middle; `None` is the middle.
    fn snap_x(&mut self, x: f32, free: bool) -> Option<f32> {
        let lines = [1.0 / 3.0, 0.5, 2.0 / 3.0].map(|at| SnapLine { at, target: () });
        match snap(x, &lines, self.reach().x, free) {
            Some(SnapLine { at, .. }) => {
                self.guides.push(Guide { vertical: true, at, name: None });
                (at != 0.5).then_some(at)
            }
            None => Some(x),
        }
    }
}

fn product(cx: &PanelContext<'_>, stage: &mut Stage<'_>, ui: &mut Ui, shown: Rect) {
    let frame = on_screen(stage.rect, shown);
    let response = object(ui, stage.area, frame, "product", stage.lang.t("canvas-move-product"));
    if response.drag_started_by(PointerButton::Primary) {
        stage.grab(ui, Part::Product, shown, &response);
    }
    if response.dragged_by(PointerButton::Primary) && stage.drags(Part::Product) {
        move_product(stage, ui);
    }
    if response.double_clicked() {
        *stage.drag = None;
        cx.send(UiCommand::ProductAuto);
    }
    if let Some((step, scale)) = arrows(ui, &response) {
        let brief = &mut stage.brief;
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
    let moving = matches!(stage.drag.as_ref().map(|d| d.part), Some(Part::Product | Part::ProductCorner(_)));
    if response.hovered() || response.has_focus() || moving || near(ui, frame) {
        outline(ui, stage.area, frame, response.has_focus() || moving);
        corners(stage, ui, frame, shown, &response, Part::ProductCorner);
    }
}

/// Draws the handles at an object's corners and scales it.
fn corners(stage: &mut Stage<'_>, ui: &mut Ui, frame: Rect, shown: Rect, response: &Response, part: fn(usize) -> Part) {
    let corners = [frame.left_top(), frame.right_top(), frame.right_bottom(), frame.left_bottom()];
    for (i, corner) in corners.into_iter().enumerate() {
        let place = Rect::from_center_size(corner, Vec2::splat(HANDLE * 2.0));
        if !stage.area.contains(corner) {
            continue;
        }
        let handle = ui.interact(place, response.id.with(("corner", i)), Sense::DRAG);
        let cursor = if i % 2 == 0 { CursorIcon::ResizeNwSe } else { CursorIcon::ResizeNeSw };
        if handle.drag_started_by(PointerButton::Primary) {
            stage.grab(ui, part(i), shown, response);
        }
        if handle.dragged_by(PointerButton::Primary) && stage.drags(part(i)) {
            scale_dragged(stage, ui);
        }
        handle.on_hover_cursor(cursor);
        let dot = Rect::from_center_size(corner, Vec2::splat(HANDLE));
        ui.painter_at(stage.area).rect(dot, 2.0, Color32::WHITE, Stroke::new(1.5, theme::DARK.accent), StrokeKind::Inside);
    }
}

fn move_product(stage: &mut Stage<'_>, ui: &Ui) {
    let (Some(drag), Some(now)) = (&stage.drag, pointer(ui, stage.rect)) else { return };
    let to = (drag.at + (now - drag.from)).clamp(Pos2::ZERO, pos2(1.0, 1.0));
    let free = ui.input(|i| i.modifiers.alt);
    stage.brief.product_x = stage.snap_x(to.x, free);
    stage.brief.product_y = match snap(to.y, &[SnapLine { at: stage.boxes.ground, target: () }], stage.reach().y, free) {
        Some(SnapLine { at, .. }) => {
            stage.guides.push(Guide { vertical: false, at, name: Some(stage.lang.t("canvas-ground")) });
            None
        }
        None => Some(to.y),
    };
}

/// Scales the dragged object about its fixed point: the product's foot, the text's centre.
fn scale_dragged(stage: &mut Stage<'_>, ui: &Ui) {
    let rect = stage.rect;
    let (Some(drag), Some(now)) = (&stage.drag, pointer(ui, rect)) else { return };
    let (field, fixed_share) = match drag.part {
        Part::Product | Part::ProductCorner(_) => (&limits::PRODUCT_SCALE, 1.0),
        Part::Text | Part::TextCorner(_) => (&limits::TEXT_SCALE, 0.5),
    };
    let distance = |p: Pos2| ((p - drag.at) * rect.size()).length().max(1.0);
    let (min, max) = scale_range(field);
    let scale = (drag.scale * distance(now) / distance(drag.from)).clamp(min, max);
    // Snaps to the automatic size.
    let scale = if (scale - 1.0).abs() < 0.02 { 1.0 } else { (scale * 100.0).round() / 100.0 };
    let wanted = (scale != 1.0).then_some(scale);
    match drag.part {
        Part::Product | Part::ProductCorner(_) => stage.brief.product_scale = wanted,
        Part::Text | Part::TextCorner(_) => stage.brief.text_scale = wanted,
    }
    let words = format!("{:.0} %", scale * 100.0);
    let top = drag.at - vec2(0.0, drag.unit.y * scale * fixed_share);
    let at = rect.min + top.to_vec2() * rect.size() - vec2(0.0, 10.0);
    widgets::badge(ui, at.max(rect.min + vec2(30.0, 30.0)), Align2::CENTER_BOTTOM, &words, true);
}

fn text(cx: &PanelContext<'_>, stage: &mut Stage<'_>, ui: &mut Ui, shown: Rect) {
    let frame = on_screen(stage.rect, shown);
    let response = object(ui, stage.area, frame, "letters", stage.lang.t("canvas-move-text"));
    if response.drag_started_by(PointerButton::Primary) {
        stage.grab(ui, Part::Text, shown, &response);
    }
    let held = stage.drags(Part::Text);
    if response.dragged_by(PointerButton::Primary) && held {
        move_text(stage, ui, shown);
    }
    if response.double_clicked() {
        *stage.drag = None;
        cx.send(UiCommand::TextAuto);
    }
    if let Some((step, scale)) = arrows(ui, &response) {
        if scale != 1.0 {
            let (min, max) = scale_range(&limits::TEXT_SCALE);
            let scale = (stage.brief.text_scale.unwrap_or(1.0) * scale).clamp(min, max);
            stage.brief.text_scale = (scale < 1.0).then_some(scale);
        }
        let at = (shown.center() + step).clamp(Pos2::ZERO, pos2(1.0, 1.0));
        if step.x != 0.0 {
            stage.brief.text_x = Some(at.x);
        }
        if step.y != 0.0 {
            stage.brief.text_y = Some(at.y);
        }
    }
    let moving = matches!(stage.drag.as_ref().map(|d| d.part), Some(Part::Text | Part::TextCorner(_)));
    if response.hovered() || response.has_focus() || moving || near(ui, frame) {
        outline(ui, stage.area, frame, response.has_focus() || moving);
        corners(stage, ui, frame, shown, &response, Part::TextCorner);
    }
}

fn move_text(stage: &mut Stage<'_>, ui: &Ui, shown: Rect) {
    let (Some(drag), Some(now)) = (&stage.drag, pointer(ui, stage.rect)) else { return };
    let half = shown.size() / 2.0;
    // No glyph leaves the canvas: the pipeline would move the text back.
    let low = pos2(half.x.min(0.5), half.y.min(0.5));
    let to = (drag.at + (now - drag.from)).clamp(low, pos2(1.0 - low.x, 1.0 - low.y));
    let free = ui.input(|i| i.modifiers.alt);
    let positions = [TextPosition::Top, TextPosition::Center, TextPosition::Bottom, TextPosition::Auto];
    let named = positions.map(|position| SnapLine { at: position_y(position, half.y, stage.boxes), target: Some(position) });
    let thirds = [1.0 / 3.0, 2.0 / 3.0].map(|at| SnapLine { at, target: None });
    let lines: Vec<_> = named.into_iter().chain(thirds).collect();
    stage.brief.text_x = stage.snap_x(to.x, free);
    stage.brief.text_y = match snap(to.y, &lines, stage.reach().y, free) {
        Some(SnapLine { at, target }) => {
            let name = target.map(|position| position_name(stage.lang, position));
            stage.guides.push(Guide { vertical: false, at, name });
            stage.brief.position = target.unwrap_or(stage.brief.position);
            target.is_none().then_some(at)
        }
        None => Some(to.y),
    };
}

/// The nearest line within reach; none while `free`.
fn snap<T: Copy>(at: f32, lines: &[SnapLine<T>], reach: f32, free: bool) -> Option<SnapLine<T>> {
    let near = lines.iter().copied().filter(|l| !free && (l.at - at).abs() <= reach);
    near.min_by(|a, b| (a.at - at).abs().total_cmp(&(b.at - at).abs()))
}

/// An object that can be dragged, with its accessible name.
fn object(ui: &mut Ui, area: Rect, frame: Rect, id: &str, name: &'static str) -> Response {
    // Drags that move the picture pass through the objects on it.
    let hand = hand_held(ui) || ui.input(|i| i.pointer.middle_down() || i.pointer.secondary_down());
    let sense = if hand { Sense::focusable_noninteractive() } else { Sense::click_and_drag() };
    let response = ui.interact(frame.intersect(area), ui.scope_id().with(id), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    }
    response.on_hover_cursor(CursorIcon::Move)
}

/// The step of the pressed arrow keys, and the factor of Ctrl+↑ and Ctrl+↓.
fn arrows(ui: &Ui, response: &Response) -> Option<(Vec2, f32)> {
    if !response.has_focus() {
        return None;
    }
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

fn near(ui: &Ui, frame: Rect) -> bool {
    ui.input(|i| i.pointer.hover_pos()).is_some_and(|p| frame.expand(HANDLE).contains(p))
}

fn outline(ui: &Ui, area: Rect, frame: Rect, strong: bool) {
    let painter = ui.painter_at(area);
    painter.rect_stroke(frame, 0.0, Stroke::new(3.0, Color32::from_black_alpha(70)), StrokeKind::Middle);
    let width = if strong { 1.5 } else { 1.0 };
    painter.rect_stroke(frame, 0.0, Stroke::new(width, theme::DARK.accent), StrokeKind::Middle);
}

fn paint_guides(ui: &Ui, area: Rect, rect: Rect, guides: &[Guide]) {
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
        let lines = [SnapLine { at: 0.5, target: 'a' }, SnapLine { at: 0.52, target: 'b' }];
        let target = |at: f32, free: bool| snap(at, &lines, 0.02, free).map(|l| l.target);
        assert_eq!((target(0.505, false), target(0.515, false)), (Some('a'), Some('b')));
        assert_eq!((target(0.6, false), target(0.5, true)), (None, None));
    }

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
