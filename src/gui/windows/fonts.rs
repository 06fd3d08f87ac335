use egui::{RichText, ScrollArea, Ui};

use super::window::{Stay, Window, head, remark, width};
use crate::gui::commands::FileCommand;
use crate::gui::context::PanelContext;
use crate::gui::dialogs::FilePurpose;
use crate::gui::{icons, theme, widgets};
use crate::{notice, paths};

/// Height of the list of skipped files in points.
const SKIPPED_HEIGHT: f32 = 110.0;

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui) -> Stay {
    let lang = cx.lang();
    let c = theme::colors(ui);
    width(ui, 520.0);
    let close = head(cx, ui, lang.t("fonts-title"));
    remark(ui, &lang.notice(&notice!("fonts-about", count = cx.fonts().names().len())));
    widgets::section(ui, lang.t("fonts-added"), None);
    if cx.config.added_font_dirs.is_empty() {
        remark(ui, lang.t("fonts-none"));
    }
    for dir in &cx.config.added_font_dirs {
        ui.horizontal(|ui| {
            ui.set_height(28.0);
            ui.label(widgets::icon(icons::FOLDER, 15.0).color(c.dim));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::icon_button(ui, icons::TRASH_2, &lang.notice(&notice!("fonts-remove", path = dir.display()))).clicked() {
                    cx.send(FileCommand::RemoveFontFolder(dir.clone()));
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    ui.add(egui::Label::new(paths::display_path(dir)).truncate());
                });
            });
        });
    }
    let own = cx.config.data_dir.join("fonts");
    let others: Vec<_> = cx.config.font_dirs.iter().filter(|d| !cx.config.added_font_dirs.contains(d)).cloned().collect();
    widgets::section(ui, lang.t("fonts-always"), None);
    for dir in others {
        let words = if dir == own { lang.notice(&notice!("fonts-own", path = dir.display())) } else { paths::display_path(&dir) };
        ui.add(egui::Label::new(RichText::new(words).size(theme::LABEL).color(c.dim)).truncate());
    }
    skipped(cx, ui);
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        if widgets::primary(ui, icons::FOLDER_PLUS, lang.t("fonts-add"), "").clicked() {
            cx.send(FileCommand::Ask(FilePurpose::FontFolder, None));
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Fonts) }
}

/// Lists the font files that cannot be used, and why.
fn skipped(cx: &PanelContext<'_>, ui: &mut Ui) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    let fonts = cx.fonts();
    if fonts.skipped().is_empty() {
        return;
    }
    widgets::section(ui, lang.t("fonts-skipped"), None);
    let line = |ui: &mut Ui, words: String| ui.label(RichText::new(words).size(theme::LABEL).color(c.dim));
    ScrollArea::vertical().id_salt("skipped-fonts").max_height(SKIPPED_HEIGHT).auto_shrink([false, true]).show(ui, |ui| {
        for font in fonts.skipped() {
            line(ui, lang.notice(&notice!("fonts-skipped-file", font = &font.name, reason = font.reason.clone())));
        }
        if fonts.skipped_more() > 0 {
            line(ui, lang.notice(&notice!("fonts-skipped-more", count = fonts.skipped_more())));
        }
    });
}
