//! The product tab's second face: the photo with what is left out tinted, and the brush that changes it.

use egui::{Color32, CursorIcon, Frame, Key, Panel, PointerButton, Pos2, Rect, RichText, Stroke, Ui, Vec2, vec2};

use super::product::full_uv;
use crate::gui::app::{Studio, Tab};
use crate::gui::commands::Command;
use crate::gui::textures;
use crate::gui::{icons, theme, widgets};

/// Whether the canvas is for painting now.
pub fn painting(studio: &Studio) -> bool {
    studio.tab == Tab::Product && studio.brush.on && studio.session.brief.product.is_some()
}

/// The bar with the brush's settings, above the picture.
pub fn bar(studio: &mut Studio, ui: &mut Ui) {
    if studio.tab != Tab::Product || studio.session.brief.product.is_none() {
        return;
    }
    let c = theme::colors(ui);
    let lang = studio.lang();
    let frame = Frame::new().fill(c.canvas).inner_margin(egui::Margin::symmetric(16, 6));
    Panel::top("brush").exact_size(44.0).show_separator_line(false).frame(frame).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            let on = studio.brush.on;
            if toggle(ui, icons::BRUSH, lang.t("command.brush"), on) {
                studio.queue.push_back(Command::Brush);
            }
            if !on {
                let words = if studio.session.brief.mask.is_some() { lang.t("brush.corrected") } else { lang.t("brush.about") };
                ui.label(RichText::new(words).size(theme::LABEL).color(c.dim));
                return;
            }
            let mut add = studio.brush.add;
            ui.scope(|ui| {
                ui.set_max_width(164.0);
                widgets::segmented(ui, &mut add, &[(true, lang.t("brush.add")), (false, lang.t("brush.remove"))]);
            });
            studio.brush.add = add;
            // Two sliders where there is room for their names.
            let wide = ui.available_width() > 560.0;
            let mut size = studio.brush.size * 100.0;
            small(ui, wide, lang.t("brush.size"), &mut size, 0.5..=30.0);
            studio.brush.size = size / 100.0;
            let mut soft = studio.brush.soft * 100.0;
            small(ui, wide, lang.t("brush.soft"), &mut soft, 0.0..=100.0);
            studio.brush.soft = soft / 100.0;
            for (command, key) in
                [(Command::Undo, "command.undo"), (Command::Redo, "command.redo"), (Command::MaskAuto, "command.mask_auto")]
            {
                ui.add_enabled_ui(studio.enabled(command), |ui| {
                    if widgets::icon_button(ui, command.face().icon, lang.get(key).unwrap_or(key)).clicked() {
                        studio.queue.push_back(command);
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

/// The photo, as large as the sheet, if there is something to paint on.
pub fn picture(studio: &mut Studio, ui: &Ui) -> Option<(textures::Shown, Vec2)> {
    let draft = studio.draft();
    let ready = studio.brush.prepare(ui.ctx(), &studio.bridge, &studio.session.brief, draft.as_ref());
    let path = studio.session.brief.product.as_ref()?.path.clone();
    let photo = studio.textures.get(textures::Key::File(path, super::picture::LARGEST))?;
    let (_, size) = studio.brush.shown().filter(|_| ready)?;
    Some((photo, size))
}

/// Tint, brush and strokes over the photo at `rect`.
pub fn show(studio: &mut Studio, ui: &mut Ui, area: Rect, rect: Rect, response: &egui::Response) {
    let Some((tint, size)) = studio.brush.shown() else { return };
    let painter = ui.painter_at(area);
    painter.image(tint, rect, full_uv(), Color32::WHITE);
    let scale = rect.width() / size.x;
    if !ui.ctx().text_edit_focused() {
        let (less, more, swap) = ui
            .input(|i| (i.key_pressed(Key::OpenBracket), i.key_pressed(Key::CloseBracket), i.key_pressed(Key::X) && i.modifiers.is_none()));
        let factor = if more { 1.2 } else { 1.0 } / if less { 1.2 } else { 1.0 };
        studio.brush.size = (studio.brush.size * factor).clamp(0.005, 0.3);
        studio.brush.add ^= swap;
    }
    let on_sheet = |p: Pos2| ((p - rect.min) / scale).to_pos2();
    let held = response.dragged_by(PointerButton::Primary) || response.drag_started_by(PointerButton::Primary);
    if let Some(at) = response.interact_pointer_pos().filter(|_| held && !panning(ui)) {
        response.request_focus();
        if response.drag_started_by(PointerButton::Primary)
            && let Some(origin) = ui.input(|i| i.pointer.press_origin())
        {
            studio.brush.paint(on_sheet(origin));
        }
        studio.brush.paint(on_sheet(at));
    } else if response.clicked()
        && let Some(at) = response.interact_pointer_pos()
    {
        studio.brush.paint(on_sheet(at));
    }
    if !ui.input(|i| i.pointer.primary_down()) {
        studio.brush.lift(&studio.bridge, &studio.session.brief);
    }
    if let Some(at) = response.hover_pos() {
        let radius = studio.brush.radius() * scale;
        painter.circle_stroke(at, radius, Stroke::new(2.5, Color32::from_black_alpha(120)));
        painter.circle_stroke(at, radius, Stroke::new(1.2, Color32::WHITE));
        let sign = if studio.brush.add { icons::PLUS } else { icons::MINUS };
        widgets::paint_icon(ui, at, sign, 12.0, Color32::WHITE);
        ui.ctx().set_cursor_icon(CursorIcon::None);
    }
}

/// Space held: the hand moves the picture instead of painting.
pub fn panning(ui: &Ui) -> bool {
    ui.input(|i| i.key_down(Key::Space)) && !ui.ctx().text_edit_focused()
}
