//! Product and letters on the picture: dragged, scaled, nudged with the arrows, with guides that they snap to.

use egui::{
    Align2, Color32, CursorIcon, EventFilter, Key, Modifiers, PointerButton, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};

use super::canvas;
use crate::gui::app::{Source, Studio, Tab};
use crate::gui::commands::Command;
use crate::gui::i18n::Lang;
use crate::gui::live::{Boxes, Draft};
use crate::gui::state::Brief;
use crate::gui::theme;

/// Screen points within which a guide takes hold.
const REACH: f32 = 7.0;
/// Air above and below the letters at the top and the bottom, as the engine keeps it.
const MARGIN: f32 = 0.06;
/// One press of an arrow, and with Shift.
const NUDGE: f32 = 0.005;
const NUDGE_FAR: f32 = 0.04;
const HANDLE: f32 = 9.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Product,
    Corner(usize),
    Text,
}

/// A drag from its beginning.
pub struct Grip {
    part: Part,
    /// The brief before it, for Esc.
    before: Brief,
    /// Pointer at the beginning, as fractions of the picture.
    from: Pos2,
    /// Where the part stood: centre and foot of the product, centre of the letters.
    at: Pos2,
    scale: f32,
    /// The product's size when its scale was 1.
    unit: Vec2,
}

/// A line that something snapped to.
struct Guide {
    upright: bool,
    at: f32,
    name: Option<&'static str>,
}

/// Takes the brief back to what it was before the drag.
pub fn cancel(studio: &mut Studio) {
    if let Some(grip) = studio.grip.take() {
        studio.session.brief = grip.before;
    }
}

/// Whether what is shown is what the brief would give.
fn editable(studio: &Studio) -> bool {
    let brief = &studio.session.brief;
    studio.compare.is_none()
        && match studio.source {
            Source::Draft => true,
            Source::Job(id) => studio.session.made.get(&id) == Some(brief),
        }
}

/// Draws the frames and handles over the picture at `rect` and moves what is dragged.
pub fn show(studio: &mut Studio, ui: &mut Ui, area: Rect, rect: Rect) {
    let Some(draft) = studio.draft().filter(|_| editable(studio)) else {
        studio.grip = None;
        return;
    };
    let boxes = draft.boxes;
    let both = studio.tab == Tab::Final;
    let lang = studio.lang();
    let mut guides = Vec::new();
    if let Some(found) = boxes.product.filter(|_| both || studio.tab == Tab::Background) {
        let shown = product_now(&studio.session.brief, &draft.brief, &boxes, found);
        if studio.grip.is_some() && shown.center().distance(found.center()) > 0.004 {
            ghost(studio, ui, area, on_screen(rect, shown), &draft);
        }
        product(studio, ui, area, rect, shown, &boxes, lang, &mut guides);
    }
    if let Some(found) = boxes.text.filter(|_| both) {
        let shown = text_now(&studio.session.brief, &boxes, found);
        text(studio, ui, area, rect, shown, &boxes, lang, &mut guides);
    }
    if studio.grip.is_some() && !ui.input(|i| i.pointer.any_down()) {
        studio.grip = None;
        ui.ctx().request_repaint();
    }
    paint_guides(ui, area, rect, &guides);
}

/// The cut-out where it will be: the draft follows a moment later.
fn ghost(studio: &mut Studio, ui: &Ui, area: Rect, frame: Rect, draft: &Draft) {
    if let (Some(image), Some(part)) = (&draft.cutout, draft.boxes.cut) {
        let texture = studio.textures.live("draft-cutout", image);
        ui.painter_at(area).image(texture.id, frame, part, Color32::from_white_alpha(150));
    }
}

/// The product's box as the brief has it; the draft follows a moment later.
fn product_now(brief: &Brief, drafted: &Brief, boxes: &Boxes, found: Rect) -> Rect {
    let size = found.size() * brief.product_scale.unwrap_or(1.0) / drafted.product_scale.unwrap_or(1.0);
    // Where nothing was wished, it stands as the engine puts it.
    let x = brief.product_x.unwrap_or(if drafted.product_x.is_none() { found.center().x } else { 0.5 });
    let y = brief.product_y.unwrap_or(if drafted.product_y.is_none() { found.max.y } else { boxes.ground });
    Rect::from_min_max(pos2(x - size.x / 2.0, y - size.y), pos2(x + size.x / 2.0, y))
}

fn text_now(brief: &Brief, boxes: &Boxes, found: Rect) -> Rect {
    let half = found.height() / 2.0;
    let y = brief.text_y.unwrap_or(match brief.position.as_str() {
        "center" => 0.5,
        "bottom" => 1.0 - MARGIN - half,
        "auto" => boxes.auto_y,
        _ => MARGIN + half,
    });
    // The letters stay whole.
    let x = brief.text_x.unwrap_or(0.5).clamp((found.width() / 2.0).min(0.5), (1.0 - found.width() / 2.0).max(0.5));
    Rect::from_center_size(pos2(x, y.clamp(half.min(0.5), (1.0 - half).max(0.5))), found.size())
}

fn on_screen(rect: Rect, share: Rect) -> Rect {
    Rect::from_min_size(rect.min + share.min.to_vec2() * rect.size(), share.size() * rect.size())
}

fn pointer(ui: &Ui, rect: Rect) -> Option<Pos2> {
    let at = ui.input(|i| i.pointer.interact_pos())?;
    Some(((at - rect.min) / rect.size()).to_pos2())
}

fn grab(studio: &mut Studio, ui: &Ui, rect: Rect, part: Part, shown: Rect, response: &Response) {
    // The keyboard follows the hand: undo is the brief's, not that of a text field.
    response.request_focus();
    let Some(from) = ui.input(|i| i.pointer.press_origin()).map(|p| ((p - rect.min) / rect.size()).to_pos2()) else { return };
    let scale = studio.session.brief.product_scale.unwrap_or(1.0);
    let at = if part == Part::Text { shown.center() } else { pos2(shown.center().x, shown.max.y) };
    studio.grip = Some(Grip { part, before: studio.session.brief.clone(), from, at, scale, unit: shown.size() / scale });
}

#[allow(clippy::too_many_arguments)]
fn product(studio: &mut Studio, ui: &mut Ui, area: Rect, rect: Rect, shown: Rect, boxes: &Boxes, lang: Lang, guides: &mut Vec<Guide>) {
    let frame = on_screen(rect, shown);
    let name = lang.t("canvas.move_product");
    let response = object(ui, area, frame, "product", name);
    let held = |studio: &Studio, part| studio.grip.as_ref().is_some_and(|g| g.part == part);
    if response.drag_started_by(PointerButton::Primary) {
        grab(studio, ui, rect, Part::Product, shown, &response);
    }
    if response.dragged_by(PointerButton::Primary) && held(studio, Part::Product) {
        move_product(studio, ui, rect, boxes, guides);
    }
    if response.double_clicked() {
        studio.grip = None;
        studio.queue.push_back(Command::ProductAuto);
    }
    if let Some((step, scale)) = arrows(ui, &response) {
        let brief = &mut studio.session.brief;
        if step.x != 0.0 {
            brief.product_x = Some((shown.center().x + step.x).clamp(0.0, 1.0));
        }
        if step.y != 0.0 {
            brief.product_y = Some((shown.max.y + step.y).clamp(0.0, 1.0));
        }
        if scale != 1.0 {
            brief.product_scale = Some((brief.product_scale.unwrap_or(1.0) * scale).clamp(0.1, 4.0));
        }
    }
    let moving = matches!(studio.grip.as_ref().map(|g| g.part), Some(Part::Product | Part::Corner(_)));
    if !(response.hovered() || response.has_focus() || moving || near(ui, frame)) {
        return;
    }
    outline(ui, area, frame, response.has_focus() || moving);
    let corners = [frame.left_top(), frame.right_top(), frame.right_bottom(), frame.left_bottom()];
    for (i, corner) in corners.into_iter().enumerate() {
        let place = Rect::from_center_size(corner, Vec2::splat(HANDLE * 2.0));
        if !area.contains(corner) {
            continue;
        }
        let handle = ui.interact(place, ui.scope_id().with(("corner", i)), Sense::DRAG);
        let cursor = if i % 2 == 0 { CursorIcon::ResizeNwSe } else { CursorIcon::ResizeNeSw };
        if handle.drag_started_by(PointerButton::Primary) {
            grab(studio, ui, rect, Part::Corner(i), shown, &response);
        }
        if handle.dragged_by(PointerButton::Primary) && held(studio, Part::Corner(i)) {
            scale_product(studio, ui, rect);
        }
        handle.on_hover_cursor(cursor);
        let dot = Rect::from_center_size(corner, Vec2::splat(HANDLE));
        ui.painter_at(area).rect(dot, 2.0, Color32::WHITE, Stroke::new(1.5, theme::DARK.accent), StrokeKind::Inside);
    }
}

fn move_product(studio: &mut Studio, ui: &Ui, rect: Rect, boxes: &Boxes, guides: &mut Vec<Guide>) {
    let (Some(grip), Some(now)) = (&studio.grip, pointer(ui, rect)) else { return };
    let to = (grip.at + (now - grip.from)).clamp(Pos2::ZERO, pos2(1.0, 1.0));
    let free = ui.input(|i| i.modifiers.alt);
    let reach = vec2(REACH, REACH) / rect.size();
    let x = snap(to.x, &[(1.0 / 3.0, None), (0.5, None), (2.0 / 3.0, None)], reach.x, free);
    let y = snap(to.y, &[(boxes.ground, Some("canvas.ground"))], reach.y, free);
    let lang = studio.lang();
    let brief = &mut studio.session.brief;
    brief.product_x = match x {
        Some((at, _)) => {
            guides.push(Guide { upright: true, at, name: None });
            (at != 0.5).then_some(at)
        }
        None => Some(to.x),
    };
    brief.product_y = match y {
        Some((at, key)) => {
            guides.push(Guide { upright: false, at, name: key.map(|k| lang.t(k)) });
            None
        }
        None => Some(to.y),
    };
}

fn scale_product(studio: &mut Studio, ui: &Ui, rect: Rect) {
    let (Some(grip), Some(now)) = (&studio.grip, pointer(ui, rect)) else { return };
    let from_foot = |p: Pos2| ((p - grip.at) * rect.size()).length().max(1.0);
    let scale = (grip.scale * from_foot(now) / from_foot(grip.from)).clamp(0.1, 4.0);
    // Nothing but the automatic size within a breath of it.
    let scale = if (scale - 1.0).abs() < 0.02 { 1.0 } else { (scale * 100.0).round() / 100.0 };
    studio.session.brief.product_scale = (scale != 1.0).then_some(scale);
    let words = format!("{:.0} %", scale * 100.0);
    let top = grip.at - vec2(0.0, grip.unit.y * scale);
    let at = rect.min + top.to_vec2() * rect.size() - vec2(0.0, 10.0);
    canvas::badge(ui, at.max(rect.min + vec2(30.0, 30.0)), Align2::CENTER_BOTTOM, &words, true);
}

#[allow(clippy::too_many_arguments)]
fn text(studio: &mut Studio, ui: &mut Ui, area: Rect, rect: Rect, shown: Rect, boxes: &Boxes, lang: Lang, guides: &mut Vec<Guide>) {
    let frame = on_screen(rect, shown);
    let response = object(ui, area, frame, "letters", lang.t("canvas.move_text"));
    if response.drag_started_by(PointerButton::Primary) {
        grab(studio, ui, rect, Part::Text, shown, &response);
    }
    let held = studio.grip.as_ref().is_some_and(|g| g.part == Part::Text);
    if response.dragged_by(PointerButton::Primary) && held {
        move_text(studio, ui, rect, shown, boxes, guides);
    }
    if response.double_clicked() {
        studio.grip = None;
        studio.queue.push_back(Command::TextAuto);
    }
    if let Some((step, _)) = arrows(ui, &response) {
        let at = (shown.center() + step).clamp(Pos2::ZERO, pos2(1.0, 1.0));
        if step.x != 0.0 {
            studio.session.brief.text_x = Some(at.x);
        }
        if step.y != 0.0 {
            studio.session.brief.text_y = Some(at.y);
        }
    }
    if response.hovered() || response.has_focus() || held {
        outline(ui, area, frame, response.has_focus() || held);
    }
}

fn move_text(studio: &mut Studio, ui: &Ui, rect: Rect, shown: Rect, boxes: &Boxes, guides: &mut Vec<Guide>) {
    let (Some(grip), Some(now)) = (&studio.grip, pointer(ui, rect)) else { return };
    let half = shown.size() / 2.0;
    // The letters stay whole: what the engine would pull back is not offered.
    let low = pos2(half.x.min(0.5), half.y.min(0.5));
    let to = (grip.at + (now - grip.from)).clamp(low, pos2(1.0 - low.x, 1.0 - low.y));
    let free = ui.input(|i| i.modifiers.alt);
    let reach = vec2(REACH, REACH) / rect.size();
    let lines = [
        (MARGIN + half.y, Some("layers.top")),
        (0.5, Some("layers.center")),
        (1.0 - MARGIN - half.y, Some("layers.bottom")),
        (boxes.auto_y, Some("layers.auto")),
        (1.0 / 3.0, None),
        (2.0 / 3.0, None),
    ];
    let x = snap(to.x, &[(0.5, None), (1.0 / 3.0, None), (2.0 / 3.0, None)], reach.x, free);
    let y = snap(to.y, &lines, reach.y, free);
    let lang = studio.lang();
    let brief = &mut studio.session.brief;
    brief.text_x = match x {
        Some((at, _)) => {
            guides.push(Guide { upright: true, at, name: None });
            (at != 0.5).then_some(at)
        }
        None => Some(to.x),
    };
    brief.text_y = match y {
        Some((at, key)) => {
            guides.push(Guide { upright: false, at, name: key.map(|k| lang.t(k)) });
            if let Some(key) = key {
                brief.position = key.trim_start_matches("layers.").to_owned();
            }
            key.is_none().then_some(at)
        }
        None => Some(to.y),
    };
}

/// The nearest line within reach.
fn snap(at: f32, lines: &[(f32, Option<&'static str>)], reach: f32, free: bool) -> Option<(f32, Option<&'static str>)> {
    let near = lines.iter().copied().filter(|l| !free && (l.0 - at).abs() <= reach);
    near.min_by(|a, b| (a.0 - at).abs().total_cmp(&(b.0 - at).abs()))
}

/// Something that can be held, named for those who do not see it.
fn object(ui: &mut Ui, area: Rect, frame: Rect, id: &str, name: &'static str) -> Response {
    // The hand that moves the view reaches through what lies on it.
    let hand = super::mask::panning(ui) || ui.input(|i| i.pointer.middle_down() || i.pointer.secondary_down());
    let sense = if hand { Sense::focusable_noninteractive() } else { Sense::click_and_drag() };
    let response = ui.interact(frame.intersect(area), ui.scope_id().with(id), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if response.has_focus() {
        let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
    }
    response.on_hover_cursor(CursorIcon::Move)
}

/// How far the arrows move, and how much Ctrl+↑ and Ctrl+↓ scale.
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
        let line = if guide.upright {
            let x = rect.left() + rect.width() * guide.at;
            [pos2(x, rect.top()), pos2(x, rect.bottom())]
        } else {
            let y = rect.top() + rect.height() * guide.at;
            [pos2(rect.left(), y), pos2(rect.right(), y)]
        };
        painter.extend(egui::Shape::dashed_line(&line, stroke, 6.0, 4.0));
        if let Some(name) = guide.name {
            canvas::badge(ui, line[1] - vec2(10.0, 0.0), Align2::RIGHT_CENTER, name, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_line_within_reach_takes_hold() {
        let lines = [(0.5, Some("a")), (0.52, None)];
        assert_eq!(snap(0.505, &lines, 0.02, false), Some((0.5, Some("a"))));
        assert_eq!(snap(0.515, &lines, 0.02, false), Some((0.52, None)));
        assert_eq!(snap(0.6, &lines, 0.02, false), None);
        assert_eq!(snap(0.5, &lines, 0.02, true), None);
    }
}
