use egui::{RichText, Ui};

use super::window::{Stay, Window, head, remark, width};
use crate::gui::commands::{AppCommand, FileCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::{icons, job_title, theme, widgets};
use crate::{notice, paths};

/// Most jobs that are listed by name.
const NAMED: usize = 4;

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui) -> Stay {
    let lang = cx.lang();
    let c = theme::colors(ui);
    width(ui, 460.0);
    let mut close = head(cx, ui, lang.t("quit-title"));
    let active: Vec<_> = cx.jobs().iter().filter(|j| j.status.is_active()).cloned().collect();
    let mut lines: Vec<(&str, String)> = active
        .iter()
        .rev()
        .take(NAMED)
        .map(|job| (icons::CLOCK, lang.notice(&notice!("quit-job", title = job_title::title(job), percent = job.progress_percent))))
        .collect();
    if active.len() > NAMED {
        lines.push((icons::ELLIPSIS, lang.notice(&notice!("quit-more", number = active.len() - NAMED))));
    }
    let unsaved = cx.session.saved.clone().filter(|_| cx.session.is_unsaved());
    if let Some((path, _)) = &unsaved {
        lines.push((icons::SAVE, lang.notice(&notice!("quit-unsaved", file = paths::file_name(path)))));
    }
    if cx.writes > 0 {
        lines.push((icons::DOWNLOAD, lang.t("quit-writing").to_owned()));
    }
    if lines.is_empty() {
        // Everything has finished while the question was open.
        cx.send(AppCommand::Quit);
        return Stay::Close;
    }
    for (glyph, words) in lines {
        ui.horizontal(|ui| {
            ui.set_height(24.0);
            ui.label(widgets::icon(glyph, 15.0).color(c.accent_text));
            ui.add(egui::Label::new(RichText::new(words)).truncate());
        });
    }
    ui.add_space(4.0);
    remark(ui, if active.is_empty() { lang.t("quit-about-saved") } else { lang.t("quit-about") });
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        if widgets::primary(ui, icons::CLOCK, lang.t("quit-stay"), "").clicked() {
            close = true;
        }
        if let Some((path, _)) = unsaved
            && widgets::button(ui, icons::SAVE, lang.t("quit-save")).clicked()
        {
            cx.send(FileCommand::SaveProject(path));
        }
        let words = if active.is_empty() { lang.t("quit-leave-unsaved") } else { lang.t("quit-leave") };
        if widgets::button(ui, UiCommand::Quit.info().icon, words).clicked() {
            cx.send(AppCommand::Quit);
            close = true;
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Quit) }
}
