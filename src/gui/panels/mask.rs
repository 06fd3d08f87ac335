//! Painting mode of the product tab: the photo with its background tinted, and the brush that corrects the mask.

use egui::{Color32, CursorIcon, Frame, Key, Panel, PointerButton, Pos2, Rect, RichText, Stroke, Ui, Vec2, vec2};

use super::zoom::hand_held;
use crate::gui::brush::Brush;
use crate::gui::commands::{FileCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::textures;
use crate::gui::view::Tab;
use crate::gui::{icons, theme, widgets};

/// Whether the canvas is in painting mode.
pub fn painting(cx: &PanelContext<'_>, brush: &Brush) -> bool {
    cx.view.tab == Tab::Product && brush.on && cx.brief().product.is_some()
}

/// The bar with the brush's settings, above the picture.
pub fn bar(cx: &PanelContext<'_>, brush: &mut Brush, ui: &mut Ui) {
    if cx.view.tab != Tab::Product || cx.brief().product.is_none() {
        return;
    }
    let c = theme::colors(ui);
    let lang = cx.lang();
    let frame = Frame::new().fill(c.canvas).inner_margin(egui::Margin::symmetric(16, 6));
    Panel::top("brush").exact_size(44.0).show_separator_line(false).frame(frame).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            let on = brush.on;
            if toggle(ui, icons::BRUSH, lang.t("command-brush"), on) {
                cx.send(UiCommand::Brush);
            }
            if !on {
                let words = if cx.brief().mask.is_some() { lang.t("brush-corrected") } else { lang.t("brush-about") };
                ui.label(RichText::new(words).size(theme::LABEL).color(c.dim));
                return;
            }
            let mut add = brush.add;
            ui.scope(|ui| {
                ui.set_max_width(164.0);
                widgets::segmented(ui, &mut add, &[(true, lang.t("brush-add")), (false, lang.t("brush-remove"))]);
            });
            brush.add = add;
            // Two sliders, if there is room for their names.
            let wide = ui.available_width() > 560.0;
            let mut size = brush.size * 100.0;
            small(ui, wide, lang.t("brush-size"), &mut size, 0.5..=30.0);
            brush.size = size / 100.0;
            let mut soft = brush.softness * 100.0;
            small(ui, wide, lang.t("brush-soft"), &mut soft, 0.0..=100.0);
            brush.softness = soft / 100.0;
            for (command, key) in
                [(UiCommand::Undo, "command-undo"), (UiCommand::Redo, "command-redo"), (UiCommand::MaskAuto, "command-mask-auto")]
            {
                ui.add_enabled_ui(cx.enabled(command), |ui| {
                    if widgets::icon_button(ui, command.info().icon, lang.t(key)).clicked() {
                        cx.send(command);
                    }
                });
            }
        });
    });
}

fn toggle(ui: &mut Ui, glyph: &str, name: &str, on: bool) -> bool {
    let c = theme::colors(ui);
    let (fill, line, color) = if on { (c.selected, c.accent, c.accent_text) } else { (c.raised, c.border, c.text) };
    let label = (widgets::icon(glyph, 15.0).color(color), RichText::new(name).color(color));
    let button = egui::Button::new(label).gap(7.0).fill(fill).stroke(Stroke::new(1.0, line)).min_size(vec2(0.0, 32.0));
    let response = ui.add(button);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, name));
    response.clicked()
}

fn small(ui: &mut Ui, named: bool, name: &str, value: &mut f32, range: std::ops::RangeInclusive<f32>) {
    let c = theme::colors(ui);
    if named {
        ui.label(RichText::new(name).size(theme::LABEL).color(c.dim));
    }
    ui.scope(|ui| {
        ui.spacing_mut().slider_width = 84.0;
        ui.spacing_mut().interact_size.y = 20.0;
        ui.style_mut().visuals.selection.bg_fill = c.accent;
        ui.style_mut().visuals.widgets.inactive.bg_fill = c.border;
        let slider = egui::Slider::new(value, range).show_value(false);
        widgets::named(ui.add(slider), name).on_hover_text(name);
    });
}

/// The photo and the size of its mask, if there is a mask to paint on.
pub fn picture(cx: &PanelContext<'_>, brush: &mut Brush, ui: &Ui) -> Option<(textures::Shown, Vec2)> {
    let draft = cx.draft();
    let ready = brush.prepare(ui.ctx(), cx.brief(), draft.as_ref());
    if let Some(request) = brush.request(cx.brief()) {
        cx.send(FileCommand::LoadMask(request));
    }
    let path = cx.brief().product.as_ref()?.path.clone();
    let photo = cx.textures.get(textures::Key::File(path, textures::MAX_TEXTURE_SIDE))?;
    let (_, size) = brush.shown().filter(|_| ready)?;
    Some((photo, size))
}

/// Draws tint and brush over the photo at `rect` and paints strokes.
pub fn show(cx: &PanelContext<'_>, brush: &mut Brush, ui: &mut Ui, area: Rect, rect: Rect, response: &egui::Response) {
    let Some((tint, size)) = brush.shown() else { return };
    let painter = ui.painter_at(area);
    painter.image(tint, rect, widgets::full_uv(), Color32::WHITE);
    let scale = rect.width() / size.x;
    if !ui.ctx().text_edit_focused() {
        let (less, more, swap) = ui
            .input(|i| (i.key_pressed(Key::OpenBracket), i.key_pressed(Key::CloseBracket), i.key_pressed(Key::X) && i.modifiers.is_none()));
        let factor = if more { 1.2 } else { 1.0 } / if less { 1.2 } else { 1.0 };
        brush.size = (brush.size * factor).clamp(0.005, 0.3);
        brush.add ^= swap;
    }
    let on_mask = |p: Pos2| ((p - rect.min) / scale).to_pos2();
    let held = response.dragged_by(PointerButton::Primary) || response.drag_started_by(PointerButton::Primary);
    if let Some(at) = response.interact_pointer_pos().filter(|_| held && !hand_held(ui)) {
        response.request_focus();
        if response.drag_started_by(PointerButton::Primary)
            && let Some(origin) = ui.input(|i| i.pointer.press_origin())
        {
            brush.paint(on_mask(origin));
        }
        brush.paint(on_mask(at));
    } else if response.clicked()
        && let Some(at) = response.interact_pointer_pos()
    {
        brush.paint(on_mask(at));
    }
    if !ui.input(|i| i.pointer.primary_down())
        && let Some(stroke) = brush.end_stroke(cx.brief())
    {
        cx.send(FileCommand::SaveStroke(stroke));
    }
    if let Some(at) = response.hover_pos() {
        let radius = brush.radius() * scale;
        painter.circle_stroke(at, radius, Stroke::new(2.5, Color32::from_black_alpha(120)));
        painter.circle_stroke(at, radius, Stroke::new(1.2, Color32::WHITE));
        let sign = if brush.add { icons::PLUS } else { icons::MINUS };
        widgets::paint_icon(ui, at, sign, 12.0, Color32::WHITE);
        ui.ctx().set_cursor_icon(CursorIcon::None);
    }
}
