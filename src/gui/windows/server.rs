use egui::{RichText, Ui};

use super::window::{Stay, Window, head, remark, width};
use crate::gui::commands::ServerCommand;
use crate::gui::context::PanelContext;
use crate::gui::{icons, theme, widgets};
use crate::notice;

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui) -> Stay {
    let lang = cx.lang();
    let c = theme::colors(ui);
    width(ui, 480.0);
    let close = head(cx, ui, lang.t("server-title"));
    remark(ui, lang.t("server-about"));
    let on = cx.server.is_on();
    widgets::section(ui, lang.t("server-address"), None);
    let mut address = cx.server.bind.clone();
    let entered = ui.add_enabled_ui(!on, |ui| widgets::field(ui, &mut address, lang.t("server-address"), "127.0.0.1:8000", 1));
    if entered.inner.changed() {
        cx.send(ServerCommand::Address(address));
    }
    widgets::section(ui, lang.t("server-token"), None);
    let mut token = cx.server.token.clone();
    let entered = ui.add_enabled_ui(!on, |ui| widgets::secret(ui, &mut token, lang.t("server-token"), lang.t("server-token-hint")));
    if entered.inner.changed() {
        cx.send(ServerCommand::Token(token));
    }
    let problem = cx.server.problem();
    if let (Some(problem), false) = (&problem, on) {
        ui.label(RichText::new(lang.notice(problem)).size(theme::LABEL).color(c.bad));
    }
    ui.add_space(8.0);
    match cx.server.address() {
        Some(address) => {
            ui.horizontal(|ui| {
                let (dot, _) = ui.allocate_exact_size(egui::vec2(10.0, 20.0), egui::Sense::hover());
                ui.painter().circle_filled(dot.center(), 4.0, c.good);
                ui.label(lang.notice(&notice!("server-listening", address = address.to_string())));
            });
            ui.horizontal(|ui| {
                let address = cx.server.local_address().unwrap_or(address);
                ui.hyperlink_to(lang.t("server-docs"), format!("http://{address}/docs"));
            });
        }
        None => remark(ui, lang.t("server-is-off")),
    }
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        if on {
            if widgets::button(ui, icons::POWER, lang.t("server-stop")).clicked() {
                cx.send(ServerCommand::Stop);
            }
        } else {
            ui.add_enabled_ui(problem.is_none(), |ui| {
                if widgets::primary(ui, icons::POWER, lang.t("server-start"), "").clicked() {
                    cx.send(ServerCommand::Start);
                }
            });
        }
        if widgets::button(ui, icons::COPY, lang.t("command-copy-curl")).on_hover_text(lang.t("server-curl-about")).clicked() {
            cx.send(ServerCommand::CopyCurl);
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Server) }
}
