use egui::Ui;
use uuid::Uuid;

use super::window::{Stay, Window, head, width};
use crate::gui::commands::{JobAction, JobCommand};
use crate::gui::context::PanelContext;
use crate::gui::{icons, widgets};

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui, id: Uuid, mut title: String, mut note: String) -> Stay {
    let lang = cx.lang();
    width(ui, 440.0);
    let mut close = head(cx, ui, lang.t("history-annotate").trim_end_matches("..."));
    widgets::section(ui, lang.t("note-title"), None);
    let first = widgets::field(ui, &mut title, lang.t("note-title"), lang.t("note-title-hint"), 1);
    if ui.memory(|m| m.focused().is_none()) {
        first.request_focus();
    }
    let entered = first.lost_focus() && !cx.composing && ui.input(|i| i.key_pressed(egui::Key::Enter));
    widgets::section(ui, lang.t("note-note"), None);
    widgets::field(ui, &mut note, lang.t("note-note"), lang.t("note-note-hint"), 4);
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        if widgets::primary(ui, icons::CHECK, lang.t("note-save"), "").clicked() || entered {
            cx.send(JobCommand { job: id, action: JobAction::Annotate { title: title.clone(), note: note.clone() } });
            close = true;
        }
        if widgets::button(ui, icons::X, lang.t("window-cancel")).clicked() {
            close = true;
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Note { id, title, note }) }
}
