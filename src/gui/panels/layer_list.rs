//! The list of layers with its buttons. The uppermost entry is the front of the picture.

use egui::{
    Color32, CornerRadius, FontId, Frame, Margin, Popup, Pos2, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use super::guides::hold_arrows;
use super::layer_properties::{self, PropertyState};
use crate::gui::commands::{EditCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::layer_edits::Slot;
use crate::gui::selection::Target;
use crate::gui::state::Brief;
use crate::gui::{icons, layer_fields as fields, layer_names, theme, widgets};
use crate::notice;
use crate::request::CompositionMode;
use crate::request::layers::ShapeKind;

/// Height of an entry.
const ROW: f32 = 32.0;
/// Number of entries that are visible without scrolling.
const ROWS: f32 = 7.0;

/// The view state of the panel.
#[derive(Default)]
pub struct LayerPanel {
    properties: PropertyState,
}

impl LayerPanel {
    /// Puts the cursor into the text of the layer that is selected next.
    pub fn begin_typing(&mut self) {
        self.properties.begin_typing();
    }
}

/// An entry of the list, with the number of entries of the order below it.
struct Row {
    target: Target,
    below: usize,
}

/// Draws the list and the properties of the selection.
pub fn show(cx: &PanelContext<'_>, state: &mut LayerPanel, ui: &mut Ui) {
    let mut brief = cx.brief().clone();
    let side = Margin::symmetric(14, 0);
    Frame::new().inner_margin(side).show(ui, |ui| {
        add_buttons(cx, ui);
        ui.add_space(4.0);
        list(cx, &mut brief, ui);
        tools(cx, ui);
    });
    ui.add_space(2.0);
    ui.painter().hline(ui.max_rect().x_range(), ui.cursor().top(), Stroke::new(1.0, theme::colors(ui).line));
    ui.add_space(4.0);
    ScrollArea::vertical().id_salt("properties").auto_shrink(false).show(ui, |ui| {
        Frame::new().inner_margin(Margin { left: 14, right: 14, top: 2, bottom: 20 }).show(ui, |ui| {
            ui.set_width(ui.available_width());
            layer_properties::show(cx, &mut brief, &mut state.properties, ui);
        });
        widgets::scroll_to_focus(ui);
    });
    if brief != *cx.brief() {
        cx.send(EditCommand::Brief(Box::new(brief)));
    }
}

/// The buttons that add a layer.
fn add_buttons(cx: &PanelContext<'_>, ui: &mut Ui) {
    let lang = cx.lang();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let width = (ui.available_width() - 12.0) / 3.0;
        for (command, key) in
            [(UiCommand::AddText, "layer-text"), (UiCommand::AddPicture, "layer-picture"), (UiCommand::AddShape, "layer-shape")]
        {
            let words = lang.t(key);
            let label = (widgets::icon(command.info().icon, 14.0).color(theme::colors(ui).dim), RichText::new(words).size(theme::LABEL));
            ui.spacing_mut().button_padding.x = 6.0;
            let response = ui.add_sized(vec2(width, 32.0), egui::Button::new(label).gap(5.0));
            let name = lang.t(command.info().key);
            let response = widgets::named(response, name).on_hover_text(name);
            if command == UiCommand::AddShape {
                Popup::menu(&response).show(|ui| shapes(cx, ui));
            } else if response.clicked() {
                cx.send(command);
            }
        }
    });
}

/// The shapes that can be added.
fn shapes(cx: &PanelContext<'_>, ui: &mut Ui) {
    for kind in ShapeKind::ALL {
        let name = layer_names::shape(*kind, cx.lang());
        if ui.add(egui::Button::new(name).frame(false).min_size(vec2(140.0, 28.0))).clicked() {
            cx.send(EditCommand::AddShape(*kind));
            ui.close();
        }
    }
}

/// The entries from the front to the back.
fn rows(brief: &Brief) -> Vec<Row> {
    let mut rows = Vec::new();
    for (below, slot) in brief.slots().into_iter().enumerate() {
        match slot {
            Slot::Layer(index) => rows.push(Row { target: Target::Layer(index), below }),
            Slot::Middle => {
                let mut middle = vec![Target::Product, Target::Headline];
                if brief.mode == CompositionMode::Behind {
                    middle.reverse();
                }
                rows.extend(middle.into_iter().filter(|target| target.is_in(brief)).map(|target| Row { target, below }));
            }
        }
    }
    rows.reverse();
    rows
}

fn list(cx: &PanelContext<'_>, brief: &mut Brief, ui: &mut Ui) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    let rows = rows(brief);
    // A file over the window may be dropped here.
    let edge = if ui.input(|i| i.raw.hovered_files.is_empty()) { c.border } else { c.accent };
    Frame::new().fill(c.sunken).stroke(Stroke::new(1.0, edge)).corner_radius(theme::RADIUS).inner_margin(2).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 0.0;
        let most = ROW * ROWS;
        let area = ScrollArea::vertical().id_salt("layers").max_height(most.min(ui.available_height() * 0.4)).auto_shrink([false, true]);
        area.show(ui, |ui| {
            let top = ui.cursor().top();
            for row in &rows {
                self::row(cx, brief, ui, row);
            }
            background_row(cx, brief, ui);
            dragged(cx, ui, &rows, top);
            widgets::scroll_to_focus(ui);
        });
    });
    if brief.layers.is_empty() {
        ui.label(RichText::new(lang.t("layer-hint")).size(theme::SMALL).color(c.dim));
    }
}

/// The entry of the background, below all layers.
fn background_row(cx: &PanelContext<'_>, brief: &Brief, ui: &mut Ui) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    widgets::paint_icon(ui, pos2(rect.left() + 30.0, rect.center().y), icons::IMAGE, 14.0, c.dim);
    let what = match (&brief.backdrop, brief.background_color.as_str()) {
        (Some(photo), _) => photo.name.clone(),
        (None, "") => lang.t("scene-title").to_owned(),
        (None, _) if brief.is_clear() => lang.t("background-nothing").to_owned(),
        (None, color) => color.to_owned(),
    };
    let words = format!("{} · {what}", lang.t("tab-background"));
    let galley = widgets::clipped(ui, &words, FontId::proportional(theme::LABEL), c.dim, rect.right() - rect.left() - 60.0);
    ui.painter().galley(pos2(rect.left() + 46.0, rect.center().y - galley.size().y / 2.0), galley, c.dim);
}

fn row(cx: &PanelContext<'_>, brief: &mut Brief, ui: &mut Ui, row: &Row) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let (glyph, title) = match row.target {
        Target::Product => (icons::COFFEE, lang.t("product-title").to_owned()),
        Target::Headline => (icons::SPARKLES, brief.text.replace('\n', " ")),
        Target::Layer(index) => (layer_names::icon(fields::kind(&brief.layers[index])), layer_names::title(brief, index, lang)),
    };
    let layer = if let Target::Layer(index) = row.target { Some(index) } else { None };
    let buttons = if layer.is_some() { 60.0 } else { 0.0 };
    let body = Rect::from_min_max(rect.min, pos2(rect.right() - buttons, rect.max.y));
    let sense = if layer.is_some() { Sense::click_and_drag() } else { Sense::click() };
    let response = ui.interact(body, row.target.row_id(), sense);
    let on = cx.selection.contains(row.target);
    let hidden = layer.is_some_and(|index| fields::flag(&brief.layers[index], "hidden"));
    if on || response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(6), if on { c.selected } else { c.hover });
    }
    widgets::focus_ring(ui, &response, body, 6);
    if layer.is_some() {
        widgets::paint_icon(ui, pos2(rect.left() + 11.0, rect.center().y), icons::GRIP_VERTICAL, 13.0, c.border);
    }
    let color = if hidden { c.dim } else { c.text };
    widgets::paint_icon(ui, pos2(rect.left() + 30.0, rect.center().y), glyph, 14.0, if on { c.accent_text } else { c.dim });
    let galley = widgets::clipped(ui, &title, FontId::proportional(theme::BODY), color, body.right() - rect.left() - 52.0);
    ui.painter().galley(pos2(rect.left() + 46.0, rect.center().y - galley.size().y / 2.0), galley, color);
    let name = match row.target {
        Target::Headline => lang.notice(&notice!("layer-headline-row", text = title)),
        Target::Product => title,
        Target::Layer(_) => lang.notice(&notice!("layer-row", name = title)),
    };
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, &name));
    hold_arrows(ui, &response);
    if response.clicked() {
        response.request_focus();
        let more = ui.input(|i| i.modifiers.shift || i.modifiers.command);
        cx.send(EditCommand::Select(cx.selection.clicked(row.target, more)));
    }
    if let Some(index) = layer {
        flags(cx, brief, ui, rect, index);
    }
}

/// The buttons that hide and lock a layer.
fn flags(cx: &PanelContext<'_>, brief: &mut Brief, ui: &mut Ui, rect: Rect, index: usize) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    let title = layer_names::title(brief, index, lang);
    let layer = &mut brief.layers[index];
    let states = [("locked", icons::LOCK, icons::LOCK_OPEN, "layer-lock"), ("hidden", icons::EYE_OFF, icons::EYE, "layer-hide")];
    for (k, (flag, on_glyph, off_glyph, key)) in states.into_iter().enumerate() {
        let on = fields::flag(layer, flag);
        let at = pos2(rect.right() - 45.0 + 30.0 * k as f32, rect.center().y);
        let place = Rect::from_center_size(at, vec2(28.0, ROW - 2.0));
        let response = ui.interact(place, Target::Layer(index).row_id().with(flag), Sense::click());
        let tone = if on {
            c.accent_text
        } else if response.hovered() {
            c.text
        } else if flag == "locked" {
            c.border
        } else {
            c.dim
        };
        widgets::paint_icon(ui, at, if on { on_glyph } else { off_glyph }, 14.0, tone);
        widgets::focus_ring(ui, &response, place, 6);
        let name = if key == "layer-lock" {
            lang.notice(&notice!("layer-lock-one", name = title.clone()))
        } else {
            lang.notice(&notice!("layer-hide-one", name = title.clone()))
        };
        response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &name));
        if response.on_hover_text(lang.t(key)).on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
            fields::set_flag(layer, flag, !on);
        }
    }
}

/// Shows where a dragged entry would go, and moves it there when it is dropped.
fn dragged(cx: &PanelContext<'_>, ui: &Ui, rows: &[Row], top: f32) {
    let find = |row: &&Row| {
        let response = ui.ctx().read_response(row.target.row_id());
        response.is_some_and(|response| response.dragged() || response.drag_stopped())
    };
    let Some(row) = rows.iter().find(find) else { return };
    let (Target::Layer(index), Some(response), Some(at)) =
        (row.target, ui.ctx().read_response(row.target.row_id()), ui.input(|i| i.pointer.interact_pos()))
    else {
        return;
    };
    // The gap between two entries that is nearest, counted from the top.
    let gap = (((at.y - top) / ROW).round().max(0.0) as usize).min(rows.len());
    let line = top + gap as f32 * ROW;
    let range = response.rect.left()..=ui.max_rect().right();
    ui.painter().hline(range, line, Stroke::new(2.0, theme::colors(ui).accent));
    ui.painter().circle_filled(Pos2::new(response.rect.left() + 2.0, line), 3.5, theme::colors(ui).accent);
    ui.painter().rect_filled(response.rect, 6.0, Color32::from_white_alpha(12));
    ui.ctx().set_cursor_icon(egui::CursorIcon::Grabbing);
    if !response.drag_stopped() {
        return;
    }
    // Everything under the line is below the layer; its own entry does not count.
    let to = rows.get(gap).map_or(0, |under| under.below + 1);
    let to = if row.below < to { to - 1 } else { to };
    if to != row.below {
        cx.send(EditCommand::MoveLayer(index, to));
    }
}

/// The buttons for the selected layers.
fn tools(cx: &PanelContext<'_>, ui: &mut Ui) {
    let lang = cx.lang();
    let rows: [&[UiCommand]; 2] = [
        &[UiCommand::ToFront, UiCommand::Forward, UiCommand::Backward, UiCommand::ToBack, UiCommand::Duplicate, UiCommand::Delete],
        UiCommand::ALIGN,
    ];
    if cx.selection.is_empty() {
        return;
    }
    ui.add_space(2.0);
    ui.spacing_mut().item_spacing.y = 2.0;
    for commands in rows {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = (ui.available_width() - commands.len() as f32 * 28.0) / (commands.len() - 1) as f32;
            for command in commands {
                let info = command.info();
                let tip = format!("{} {}", lang.t(info.key), command.shortcut_words(ui.ctx()));
                ui.add_enabled_ui(cx.enabled(*command), |ui| {
                    if widgets::icon_button(ui, info.icon, lang.t(info.key)).on_hover_text(tip.trim()).clicked() {
                        cx.send(*command);
                    }
                });
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn product_and_headline_stand_between_the_layers() {
        let layer = |behind: bool| json!({"type": "shape", "fill": "#000000", "behind": behind});
        let product = crate::gui::state::Product {
            path: "a".into(),
            name: String::new(),
            hash: String::new(),
            width: 1,
            height: 1,
            has_alpha: false,
        };
        let mut brief = Brief { layers: vec![layer(false), layer(true)], text: "a".into(), product: Some(product), ..Brief::default() };
        let targets = |brief: &Brief| rows(brief).into_iter().map(|row| row.target).collect::<Vec<_>>();
        assert_eq!(targets(&brief), [Target::Layer(0), Target::Headline, Target::Product, Target::Layer(1)]);
        brief.mode = CompositionMode::Behind;
        brief.text.clear();
        assert_eq!(targets(&brief), [Target::Layer(0), Target::Product, Target::Layer(1)]);
    }
}
