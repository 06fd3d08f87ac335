use egui::Ui;
use uuid::Uuid;

use super::{Stay, Window, head, width};
use crate::gui::app::Studio;
use crate::gui::{icons, widgets};
use crate::job::Annotation;

pub fn show(studio: &mut Studio, ui: &mut Ui, id: Uuid, mut title: String, mut note: String) -> Stay {
    let lang = studio.lang();
    width(ui, 440.0);
    let mut close = head(studio, ui, lang.t("history.annotate").trim_end_matches("..."));
    widgets::section(ui, lang.t("note.title"), None);
    let first = widgets::field(ui, &mut title, lang.t("note.title"), lang.t("note.title_hint"), 1);
    if ui.memory(|m| m.focused().is_none()) {
        first.request_focus();
    }
    let entered = first.lost_focus() && !studio.is_composing() && ui.input(|i| i.key_pressed(egui::Key::Enter));
    widgets::section(ui, lang.t("note.note"), None);
    widgets::field(ui, &mut note, lang.t("note.note"), lang.t("note.note_hint"), 4);
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        if widgets::primary(ui, icons::CHECK, lang.t("note.save"), "").clicked() || entered {
            let change = Annotation { starred: None, title: Some(title.clone()), note: Some(note.clone()) };
            studio.bridge.annotate(id, change);
            close = true;
        }
        if widgets::button(ui, icons::X, lang.t("window.cancel")).clicked() {
            close = true;
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Note { id, title, note }) }
}
