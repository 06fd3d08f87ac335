use egui::{Key, RichText, Ui};

use super::window::{Stay, Window, head, remark, width};
use crate::gui::commands::FileCommand;
use crate::gui::context::PanelContext;
use crate::gui::dialogs::FilePurpose;
use crate::gui::path_entry::{CheckReason, PathEntry, PathState, SETTLED};
use crate::gui::{icons, theme, widgets};

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui, purpose: FilePurpose, mut entry: PathEntry) -> Stay {
    let lang = cx.lang();
    let c = theme::colors(ui);
    width(ui, 520.0);
    let mut close = head(cx, ui, purpose.title(lang));
    remark(ui, lang.t("path-about"));
    let hint = if purpose.is_folder() {
        lang.t("path-hint-folder")
    } else if matches!(purpose, FilePurpose::SaveProject) {
        lang.t("path-hint-project")
    } else if purpose.writes() {
        lang.t("path-hint-write")
    } else {
        lang.t("path-hint-read")
    };
    let response = widgets::field(ui, &mut entry.text, lang.t("path-field"), hint, 1);
    let entered = response.lost_focus() && !cx.composing && ui.input(|i| i.key_pressed(Key::Enter));
    // Also after a path that does not exist was entered.
    if (entry.text.is_empty() || entered) && !response.has_focus() {
        response.request_focus();
    }
    let now = ui.input(|i| i.time);
    if response.changed() {
        entry.edit(now);
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(SETTLED + 0.02));
    }
    let check = |text: &str, reason| cx.send(FileCommand::CheckPath(purpose.clone(), text.to_owned(), reason));
    if entry.is_check_due(now) {
        check(&entry.text, CheckReason::Edited);
    }
    if entry.state() == Some(&PathState::Missing) {
        let words = if purpose.writes() || purpose.is_folder() { lang.t("path-no-folder") } else { lang.t("path-no-file") };
        ui.label(RichText::new(words).size(theme::LABEL).color(c.bad));
    }
    // An existing file is replaced only by a second click, on a button that says so.
    let confirming = entry.is_confirming();
    if confirming {
        ui.label(RichText::new(lang.t("path-exists")).size(theme::LABEL).color(c.bad));
    }
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        let (glyph, words) = if confirming {
            (icons::SAVE, lang.t("path-replace"))
        } else if purpose.writes() {
            (icons::SAVE, lang.t("path-write"))
        } else {
            (icons::FOLDER_OPEN, lang.t("path-read"))
        };
        let is_entered = !entry.text.trim().is_empty();
        let clicked = ui.add_enabled_ui(is_entered, |ui| widgets::primary(ui, glyph, words, "").clicked()).inner;
        if clicked && confirming {
            check(&entry.text, CheckReason::Replaced);
        } else if clicked || (entered && is_entered) {
            check(&entry.text, CheckReason::Entered);
        }
        if widgets::button(ui, icons::X, lang.t("window-cancel")).clicked() {
            close = true;
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Path { purpose, entry }) }
}
