use egui::{RichText, Ui};

use super::{Stay, Window, head, remark, width};
use crate::gui::app::Studio;
use crate::gui::commands::Command;
use crate::gui::{icons, theme, widgets};

/// Jobs that are named one by one.
const NAMED: usize = 4;

pub fn show(studio: &mut Studio, ui: &mut Ui) -> Stay {
    let lang = studio.lang();
    let c = theme::colors(ui);
    width(ui, 460.0);
    let mut close = head(studio, ui, lang.t("quit.title"));
    let active: Vec<_> = studio.jobs().iter().filter(|j| j.status.is_active()).cloned().collect();
    let mut lines: Vec<(&str, String)> = active
        .iter()
        .rev()
        .take(NAMED)
        .map(|job| (icons::CLOCK, lang.f("quit.job", &[&crate::gui::panels::history::title(job), &job.progress_percent])))
        .collect();
    if active.len() > NAMED {
        lines.push((icons::ELLIPSIS, lang.f("quit.more", &[&(active.len() - NAMED)])));
    }
    let unsaved = studio.session.saved.clone().filter(|_| studio.session.unsaved());
    if let Some((path, _)) = &unsaved {
        lines.push((icons::SAVE, lang.f("quit.unsaved", &[&path.file_name().unwrap_or_default().to_string_lossy()])));
    }
    if studio.bridge.writes() > 0 {
        lines.push((icons::DOWNLOAD, lang.t("quit.writing").to_owned()));
    }
    if lines.is_empty() {
        // Everything came to its end while the question was asked.
        studio.quitting = true;
        ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
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
    remark(ui, if active.is_empty() { lang.t("quit.about_saved") } else { lang.t("quit.about") });
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        if widgets::primary(ui, icons::CLOCK, lang.t("quit.stay"), "").clicked() {
            close = true;
        }
        if let Some((path, _)) = unsaved
            && widgets::button(ui, icons::SAVE, lang.t("quit.save")).clicked()
        {
            crate::gui::restore::save_project(&studio.bridge, studio.session.brief.clone(), path, studio.undo.project());
        }
        let words = if active.is_empty() { lang.t("quit.leave_unsaved") } else { lang.t("quit.leave") };
        if widgets::button(ui, Command::Quit.face().icon, words).clicked() {
            studio.quitting = true;
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
            close = true;
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Quit) }
}
