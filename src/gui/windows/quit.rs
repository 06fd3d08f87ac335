use egui::Ui;

use super::{Stay, Window, head, note};
use crate::gui::app::Studio;
use crate::gui::{icons, widgets};

pub fn show(studio: &mut Studio, ui: &mut Ui) -> Stay {
    let lang = studio.lang();
    ui.set_width(420.0);
    let mut close = head(studio, ui, lang.t("quit.title"));
    note(ui, &lang.f("quit.about", &[&studio.active_count()]));
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        if widgets::primary(ui, icons::CLOCK, lang.t("quit.stay"), "").clicked() {
            close = true;
        }
        if widgets::button(ui, icons::POWER, lang.t("quit.leave")).clicked() {
            studio.quitting = true;
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
            close = true;
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Quit) }
}
