use egui::{Key, RichText, Ui};
use std::path::PathBuf;

use super::{Stay, Window, head, remark, width};
use crate::gui::app::Studio;
use crate::gui::dialogs::Purpose;
use crate::gui::{icons, theme, widgets};

pub fn show(studio: &mut Studio, ui: &mut Ui, purpose: Purpose, mut text: String, mut asked: String) -> Stay {
    let lang = studio.lang();
    let c = theme::colors(ui);
    width(ui, 520.0);
    let mut close = head(studio, ui, purpose.title(lang));
    remark(ui, lang.t("path.about"));
    let hint = if purpose.folder() {
        lang.t("path.hint_folder")
    } else if matches!(purpose, Purpose::SaveProject) {
        lang.t("path.hint_project")
    } else if purpose.writes() {
        lang.t("path.hint_write")
    } else {
        lang.t("path.hint_read")
    };
    let response = widgets::field(ui, &mut text, lang.t("path.field"), hint, 1);
    let entered = response.lost_focus() && !studio.composing && ui.input(|i| i.key_pressed(Key::Enter));
    // Also after an entry that was refused.
    if (text.is_empty() || entered) && !response.has_focus() {
        response.request_focus();
    }
    let typed = PathBuf::from(expand(text.trim()));
    // What is read may be spelled as a Mac does; what is written is spelled as it was typed.
    let path = if purpose.writes() { typed } else { crate::paths::find(&typed) };
    let folder = path.parent().is_some_and(|p| p.as_os_str().is_empty() || p.is_dir());
    let there = if purpose.folder() {
        path.is_dir()
    } else if purpose.writes() {
        folder && !path.is_dir()
    } else {
        path.is_file()
    };
    let good = !text.trim().is_empty() && there;
    if !text.trim().is_empty() && !good {
        let words = if purpose.writes() || purpose.folder() { lang.t("path.no_folder") } else { lang.t("path.no_file") };
        ui.label(RichText::new(words).size(theme::LABEL).color(c.bad));
    }
    // What is there already is replaced by a second click on a button that says so, and by nothing else.
    let taken = good && purpose.writes() && (path.is_file() || purpose.file(&path).is_file());
    let sure = taken && asked == text;
    if sure {
        ui.label(RichText::new(lang.t("path.exists")).size(theme::LABEL).color(c.bad));
    }
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        let (glyph, words) = if sure {
            (icons::SAVE, lang.t("path.replace"))
        } else if purpose.writes() {
            (icons::SAVE, lang.t("path.write"))
        } else {
            (icons::FOLDER_OPEN, lang.t("path.read"))
        };
        let clicked = ui.add_enabled_ui(good, |ui| widgets::primary(ui, glyph, words, "").clicked()).inner;
        if taken && !(sure && clicked) {
            if clicked || entered {
                asked.clone_from(&text);
            }
        } else if good && (clicked || entered) {
            studio.chosen(purpose.clone(), path);
            close = true;
        }
        if widgets::button(ui, icons::X, lang.t("window.cancel")).clicked() {
            close = true;
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Path { purpose, text, asked }) }
}

fn expand(text: &str) -> String {
    let home = directories::BaseDirs::new().map(|d| d.home_dir().display().to_string());
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => format!("{home}/{rest}"),
        _ => text.trim_start_matches("file://").to_owned(),
    }
}
