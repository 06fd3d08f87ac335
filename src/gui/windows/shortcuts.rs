use egui::{RichText, Ui};

use super::window::{Stay, Window, head, remark, width};
use crate::gui::commands::UiCommand;
use crate::gui::context::PanelContext;
use crate::gui::theme;

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui) -> Stay {
    let lang = cx.lang();
    let c = theme::colors(ui);
    width(ui, 680.0);
    let close = head(cx, ui, lang.t("command-shortcuts"));
    let all: Vec<UiCommand> = UiCommand::ALL.iter().copied().filter(|x| x.info().shortcut.is_some()).collect();
    let half = all.len().div_ceil(2);
    ui.spacing_mut().item_spacing.x = 40.0;
    ui.columns(2, |columns| {
        for (i, command) in all.iter().enumerate() {
            let ui = &mut columns[i / half];
            ui.horizontal(|ui| {
                ui.set_height(24.0);
                ui.label(lang.t(command.info().key));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.label(RichText::new(command.shortcut_words(ui.ctx())).size(theme::SMALL).color(c.accent_text));
                });
            });
        }
    });
    ui.add_space(8.0);
    remark(ui, lang.t("shortcuts-about"));
    if close { Stay::Close } else { Stay::Open(Window::Shortcuts) }
}
