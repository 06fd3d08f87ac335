use std::path::PathBuf;

use egui::{Key, RichText, Ui};

use super::window::{Stay, Window, head, remark, width};
use crate::gui::commands::FileCommand;
use crate::gui::context::PanelContext;
use crate::gui::dialogs::FilePurpose;
use crate::gui::{icons, theme, widgets};

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui, purpose: FilePurpose, mut text: String, mut asked: String) -> Stay {
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
    let response = widgets::field(ui, &mut text, lang.t("path-field"), hint, 1);
    let entered = response.lost_focus() && !cx.composing && ui.input(|i| i.key_pressed(Key::Enter));
    // Also after a path that does not exist was entered.
    if (text.is_empty() || entered) && !response.has_focus() {
        response.request_focus();
    }
    let typed = expand(text.trim());
    // A file to read may be named in another Unicode normal form; a file to write is named as typed.
    let path = if purpose.writes() { typed } else { crate::paths::find(&typed) };
    let folder = path.parent().is_some_and(|p| p.as_os_str().is_empty() || p.is_dir());
    let exists = if purpose.is_folder() {
        path.is_dir()
    } else if purpose.writes() {
        folder && !path.is_dir()
    } else {
        path.is_file()
    };
    let usable = !text.trim().is_empty() && exists;
    if !text.trim().is_empty() && !usable {
        let words = if purpose.writes() || purpose.is_folder() { lang.t("path-no-folder") } else { lang.t("path-no-file") };
        ui.label(RichText::new(words).size(theme::LABEL).color(c.bad));
    }
    // An existing file is replaced only by a second click, on a button that says so.
    let taken = usable && purpose.writes() && (path.is_file() || purpose.written_file(&path).is_file());
    let confirming = taken && asked == text;
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
        let clicked = ui.add_enabled_ui(usable, |ui| widgets::primary(ui, glyph, words, "").clicked()).inner;
        if taken && !(confirming && clicked) {
            if clicked || entered {
                asked.clone_from(&text);
            }
        } else if usable && (clicked || entered) {
            cx.send(FileCommand::Use(purpose.clone(), path));
            close = true;
        }
        if widgets::button(ui, icons::X, lang.t("window-cancel")).clicked() {
            close = true;
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Path { purpose, text, asked }) }
}

fn expand(text: &str) -> PathBuf {
    let home = directories::BaseDirs::new().map(|d| d.home_dir().to_path_buf());
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => crate::paths::from_text(text),
    }
}
