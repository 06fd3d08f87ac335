//! The canvas of an empty project: how to begin.

use egui::{FontId, Rect, RichText, Sense, Ui, vec2};

use crate::gui::commands::UiCommand;
use crate::gui::context::PanelContext;
use crate::gui::{icons, theme, widgets};

/// Draws the welcome screen.
pub fn show(cx: &PanelContext<'_>, ui: &mut Ui, rect: Rect) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let size = vec2(460.0_f32.min(rect.width() - 32.0), 330.0);
    let place = Rect::from_center_size(rect.center(), size);
    ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| {
        ui.vertical_centered(|ui| {
            ui.label(widgets::icon(icons::COFFEE, 40.0).color(c.accent_text));
            ui.add_space(8.0);
            ui.label(RichText::new(lang.t("welcome-title")).font(FontId::new(theme::DISPLAY, theme::bold())));
            ui.add_space(2.0);
            ui.label(RichText::new(lang.t("welcome-about")).color(c.dim));
            ui.add_space(20.0);
        });
        for (number, key) in ["welcome-one", "welcome-two", "welcome-three"].into_iter().enumerate() {
            ui.horizontal(|ui| {
                ui.add_space((size.x - 380.0).max(0.0) / 2.0);
                let (dot, _) = ui.allocate_exact_size(vec2(26.0, 26.0), Sense::hover());
                ui.painter().circle_filled(dot.center(), 12.0, c.selected);
                let font = FontId::new(theme::LABEL, theme::bold());
                ui.painter().text(dot.center(), egui::Align2::CENTER_CENTER, number + 1, font, c.accent_text);
                ui.label(lang.t(key));
            });
        }
        ui.add_space(20.0);
        ui.horizontal(|ui| {
            let sample = lang.t("command-sample");
            let open = lang.t("command-open-photo");
            ui.add_space((size.x - 320.0).max(0.0) / 2.0);
            if widgets::primary(ui, icons::IMAGE_PLUS, open, "").clicked() {
                cx.send(UiCommand::OpenPhoto);
            }
            if widgets::button(ui, icons::COFFEE, sample).clicked() {
                cx.send(UiCommand::Sample);
            }
        });
    });
}
