use std::sync::Arc;

use egui::{RichText, Ui, vec2};

use super::window::{Stay, Window, head, remark, width};
use crate::gui::commands::{EditCommand, FileCommand};
use crate::gui::context::PanelContext;
use crate::gui::dialogs::FilePurpose;
use crate::gui::format_set::{PLACEHOLDERS, Progress, SetChoice, SetEntry, SetOrder, file_names};
use crate::gui::panels::format;
use crate::gui::{icons, job_title, theme, widgets};
use crate::{notice, paths};

/// Width of the window in points.
const WIDTH: f32 = 620.0;

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui, mut choice: Box<SetChoice>) -> Stay {
    let lang = cx.lang();
    width(ui, WIDTH);
    let close = head(cx, ui, lang.t("set-title"));
    let of_this_job = cx.sets.of().is_some_and(|(job, _)| job == choice.job);
    let closes =
        if cx.sets.is_running() || (of_this_job && !choice.again) { progress(cx, ui, &mut choice) } else { form(cx, ui, &mut choice) };
    if close || closes { Stay::Close } else { Stay::Open(Window::Set(choice)) }
}

/// Draws the choice of formats and names; returns whether the window is closed.
fn form(cx: &PanelContext<'_>, ui: &mut Ui, choice: &mut SetChoice) -> bool {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    remark(ui, lang.t("set-about"));
    widgets::section(ui, lang.t("set-formats"), None);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 14.0;
        if widgets::link(ui, lang.t("set-all")).clicked() {
            choice.chosen = cx.formats.formats().iter().map(|spec| spec.id.clone()).collect();
        }
        if widgets::link(ui, lang.t("set-none")).clicked() {
            choice.chosen.clear();
        }
    });
    for spec in cx.formats.formats() {
        let mut on = choice.chosen.contains(&spec.id);
        let words = format!("{}  {}×{}", spec.name(lang), spec.width, spec.height);
        if ui.checkbox(&mut on, words).on_hover_text(lang.notice(&format::limits(spec))).changed() {
            if on {
                choice.chosen.insert(spec.id.clone());
            } else {
                choice.chosen.remove(&spec.id);
            }
        }
    }
    widgets::section(ui, lang.t("set-names"), None);
    widgets::field(ui, &mut choice.pattern, lang.t("set-pattern"), "", 1);
    remark(ui, &lang.notice(&notice!("set-pattern-about", placeholders = PLACEHOLDERS.join("  "))));
    let order = order(cx, choice);
    match file_names(&order) {
        Ok(names) => {
            if let (Some(name), Some(spec)) = (names.first(), order.formats.first()) {
                let example = format!("{name}.{}", spec.file.extension());
                remark(ui, &lang.notice(&notice!("set-example", name = example)));
            }
        }
        Err(why) => drop(ui.label(RichText::new(lang.notice(&why)).size(theme::LABEL).color(c.bad))),
    }
    ui.checkbox(&mut choice.replace, lang.t("set-replace"));
    widgets::section(ui, lang.t("export-mark"), None);
    ui.checkbox(&mut choice.xmp, lang.t("export-xmp"));
    ui.checkbox(&mut choice.badge, lang.t("export-badge"));
    ui.add_space(12.0);
    let mut closes = false;
    ui.horizontal(|ui| {
        let ready = !order.formats.is_empty() && file_names(&order).is_ok();
        let words = lang.notice(&notice!("set-start", count = order.formats.len()));
        if ui.add_enabled_ui(ready, |ui| widgets::primary(ui, icons::FOLDER_OPEN, &words, "").clicked()).inner {
            cx.send(FileCommand::Ask(FilePurpose::SetFolder(Box::new(order.clone())), None));
        }
        closes = widgets::button(ui, icons::X, lang.t("window-cancel")).clicked();
    });
    closes
}

/// The order for the chosen formats, which follow the order of the catalogue.
fn order(cx: &PanelContext<'_>, choice: &SetChoice) -> SetOrder {
    let project = cx.session.project.trim();
    let title = || cx.job(choice.job).map(|job| job_title::title(&job)).unwrap_or_default();
    let name = if project.is_empty() { title() } else { project.to_owned() };
    let name: String = name.lines().next().unwrap_or_default().chars().take(40).collect();
    let formats = cx.formats.formats().iter().filter(|spec| choice.chosen.contains(&spec.id)).cloned().map(Arc::new).collect();
    SetOrder {
        job: choice.job,
        name: if name.trim().is_empty() { "nanococoa".to_owned() } else { name },
        formats,
        pattern: choice.pattern.clone(),
        xmp: choice.xmp,
        badge: choice.badge,
        replace: choice.replace,
    }
}

/// Draws how far each format is; returns whether the window is closed.
fn progress(cx: &PanelContext<'_>, ui: &mut Ui, choice: &mut SetChoice) -> bool {
    let lang = cx.lang();
    let (entries, running) = (cx.sets.entries(), cx.sets.is_running());
    let ended = entries.iter().filter(|entry| !matches!(entry.progress, Progress::Waiting | Progress::Making)).count();
    remark(ui, &lang.notice(&notice!("set-progress", done = ended, all = entries.len())));
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 4.0), egui::Sense::hover());
    let making = entries.iter().find(|entry| entry.progress == Progress::Making).and_then(|entry| cx.job(entry.job?));
    let part = making.map_or(0.0, |job| f32::from(job.progress_percent) / 100.0);
    widgets::bar(ui, rect, (ended as f32 + part) / entries.len().max(1) as f32);
    ui.add_space(4.0);
    let name = cx.sets.of().map(|(_, name)| name).unwrap_or_default();
    for (at, entry) in entries.iter().enumerate() {
        ui.push_id(("set entry", at), |ui| row(cx, ui, entry, &name));
    }
    remark(ui, lang.t("set-correct-about"));
    ui.add_space(12.0);
    let mut closes = false;
    ui.horizontal(|ui| {
        if running {
            let stopping = cx.sets.is_stopping();
            let words = if stopping { lang.t("step-stopping") } else { lang.t("set-stop") };
            if ui.add_enabled_ui(!stopping, |ui| widgets::button(ui, icons::SQUARE, words).clicked()).inner {
                cx.send(FileCommand::StopSet);
            }
        } else if widgets::button(ui, icons::ROTATE_CCW, lang.t("set-again")).clicked() {
            choice.again = true;
        }
        closes = widgets::button(ui, icons::X, lang.t(if running { "set-hide" } else { "window-close-set" })).clicked();
    });
    if running {
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(200));
    }
    closes
}

fn row(cx: &PanelContext<'_>, ui: &mut Ui, entry: &SetEntry, name: &str) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    let (glyph, color) = match &entry.progress {
        Progress::Waiting => (icons::CLOCK, c.dim),
        Progress::Making => (icons::REFRESH_CW, c.accent_text),
        Progress::Done { notices, .. } if notices.is_empty() => (icons::CIRCLE_CHECK, c.good),
        Progress::Done { .. } => (icons::TRIANGLE_ALERT, c.accent_text),
        Progress::Failed(_) => (icons::TRIANGLE_ALERT, c.bad),
        Progress::Stopped => (icons::CIRCLE_STOP, c.dim),
    };
    let spec = &entry.spec;
    ui.horizontal(|ui| {
        ui.label(widgets::icon(glyph, 15.0).color(color));
        ui.label(RichText::new(spec.name(lang)).font(egui::FontId::new(theme::BODY, theme::bold())));
        ui.label(RichText::new(format!("{}×{}", spec.width, spec.height)).size(theme::LABEL).color(c.dim));
        let made = entry.job.filter(|_| matches!(entry.progress, Progress::Done { .. } | Progress::Failed(_)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let Some(job) = made.filter(|job| cx.session.job_briefs.contains_key(job)) else { return };
            let words = lang.notice(&notice!("set-correct", format = spec.name(lang).to_owned()));
            let response = widgets::link(ui, lang.t("set-correct-short"));
            if widgets::named(response, &words).on_hover_text(&words).clicked() {
                cx.send(EditCommand::OpenAlone(job, format!("{name} {}", spec.id)));
            }
        });
    });
    let line = |ui: &mut Ui, words: &str, color| {
        ui.add(egui::Label::new(RichText::new(words).size(theme::LABEL).color(color)).wrap());
    };
    match &entry.progress {
        Progress::Waiting => line(ui, lang.t("set-waiting"), c.dim),
        Progress::Making => line(ui, lang.t("set-making"), c.dim),
        Progress::Stopped => line(ui, lang.t("set-stopped"), c.dim),
        Progress::Failed(why) => line(ui, &lang.notice(why), c.bad),
        Progress::Done { file, summary, notices } => {
            let name = paths::file_name(file);
            let words = match summary {
                Some(summary) => lang.notice(&notice!("set-file", name = name, summary = summary.clone())),
                None => name,
            };
            line(ui, &words, c.dim);
            for notice in notices {
                line(ui, &lang.notice(notice), c.accent_text);
            }
        }
    }
    ui.add_space(2.0);
}
