use egui::{RichText, Ui};

use super::{Stay, Window, head, remark, width};
use crate::gui::app::Studio;
use crate::gui::{icons, theme, widgets};

pub fn show(studio: &mut Studio, ui: &mut Ui) -> Stay {
    let lang = studio.lang();
    let c = theme::colors(ui);
    width(ui, 480.0);
    let close = head(studio, ui, lang.t("server.title"));
    remark(ui, lang.t("server.about"));
    let on = studio.server.is_on();
    widgets::section(ui, lang.t("server.address"), None);
    let entered = ui.add_enabled_ui(!on, |ui| widgets::field(ui, &mut studio.server.bind, lang.t("server.address"), "127.0.0.1:8000", 1));
    if entered.inner.changed() {
        studio.session.server = Some(studio.server.bind.trim().to_owned()).filter(|b| *b != studio.config.bind.to_string());
        studio.touch(ui.ctx());
    }
    widgets::section(ui, lang.t("server.token"), None);
    ui.add_enabled_ui(!on, |ui| widgets::secret(ui, &mut studio.server.token, lang.t("server.token"), lang.t("server.token_hint")));
    let problem = studio.server.problem();
    if let (Some(say), false) = (&problem, on) {
        ui.label(RichText::new(say.words(lang)).size(theme::LABEL).color(c.bad));
    }
    ui.add_space(8.0);
    match studio.server.address() {
        Some(address) => {
            ui.horizontal(|ui| {
                let (dot, _) = ui.allocate_exact_size(egui::vec2(10.0, 20.0), egui::Sense::hover());
                ui.painter().circle_filled(dot.center(), 4.0, c.good);
                ui.label(lang.f("server.listening", &[&address]));
            });
            ui.horizontal(|ui| {
                let address = studio.server.reach().unwrap_or(address);
                ui.hyperlink_to(lang.t("server.docs"), format!("http://{address}/docs"));
            });
        }
        None => remark(ui, lang.t("server.is_off")),
    }
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        if on {
            if widgets::button(ui, icons::POWER, lang.t("server.stop")).clicked() {
                studio.server.stop();
            }
        } else {
            ui.add_enabled_ui(problem.is_none(), |ui| {
                if widgets::primary(ui, icons::POWER, lang.t("server.start"), "").clicked() {
                    let bridge = studio.bridge.clone();
                    studio.server.start(&bridge);
                }
            });
        }
        if widgets::button(ui, icons::COPY, lang.t("command.copy_curl")).on_hover_text(lang.t("server.curl_about")).clicked() {
            let ctx = ui.ctx().clone();
            studio.copy_curl(&ctx);
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Server) }
}
