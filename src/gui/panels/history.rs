//! The history: the jobs of all front ends, newest first.

use std::sync::Arc;

use egui::{Align2, CornerRadius, FontId, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::gui::commands::{JobAction, JobCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::search::Query;
use crate::gui::textures::Key;
use crate::gui::view::Source;
use crate::gui::{icons, job_title, theme, widgets};
use crate::job::{ImageName, JobSnapshot, JobStatus};
use crate::notice;
use crate::request::StepNumber;
use crate::request::fields::{BG_PROMPT, TEXT_CONTENT, TEXT_MODEL_PROMPT};

const THUMB: f32 = 164.0;
const FOOT: f32 = 32.0;

/// The view state of the panel.
#[derive(Default)]
pub struct HistoryPanel {
    query: String,
    starred_only: bool,
}

/// Draws the search field and the jobs.
pub fn show(cx: &PanelContext<'_>, state: &mut HistoryPanel, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    egui::Frame::new().inner_margin(egui::Margin::symmetric(14, 0)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.set_height(34.0);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if widgets::icon_toggle(ui, icons::STAR, lang.t("history-starred"), state.starred_only).clicked() {
                    state.starred_only = !state.starred_only;
                }
                let hint = lang.t("history-search");
                let edit = egui::TextEdit::singleline(&mut state.query).id_salt(("history", "query"));
                let edit = edit.hint_text(RichText::new(hint).color(c.dim)).desired_width(ui.available_width());
                let edit = edit.prefix(widgets::icon(icons::SEARCH, 14.0).color(c.dim)).margin(egui::Margin::symmetric(10, 7));
                widgets::named(ui.add(edit), hint);
            });
        });
    });
    let jobs: Vec<_> = cx.jobs().iter().filter(|j| matches(state, j)).cloned().collect();
    if jobs.is_empty() {
        empty(cx, state, ui);
        return;
    }
    ui.add_space(4.0);
    ScrollArea::vertical().id_salt("history").auto_shrink(false).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::symmetric(14, 2)).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 10.0;
            for job in &jobs {
                card(cx, ui, job);
            }
            ui.add_space(12.0);
        });
        widgets::scroll_to_focus(ui);
    });
}

/// Whether a job passes search and filter.
fn matches(state: &HistoryPanel, job: &JobSnapshot) -> bool {
    let query = Query::new(&state.query);
    if query.is_empty() {
        return !state.starred_only || job.starred;
    }
    let own = format!("{} {}", job.title.as_deref().unwrap_or_default(), job.note.as_deref().unwrap_or_default());
    let sent = [&TEXT_CONTENT, &BG_PROMPT, &TEXT_MODEL_PROMPT].map(|field| job.text_field(field).unwrap_or_default()).join(" ");
    let all = format!("{sent} {} {own}", job.seed);
    query.matches(&all) && (!state.starred_only || job.starred)
}

fn empty(cx: &PanelContext<'_>, state: &HistoryPanel, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let searching = state.starred_only || !state.query.trim().is_empty();
    let words = if searching { lang.t("history-nothing-found") } else { lang.t("history-empty") };
    ui.add_space(56.0);
    ui.vertical_centered(|ui| {
        ui.set_max_width(ui.available_width() - 56.0);
        ui.label(widgets::icon(icons::HISTORY, 24.0).color(c.dim));
        ui.add_space(4.0);
        ui.label(RichText::new(words).size(theme::LABEL).color(c.dim));
    });
}

fn card(cx: &PanelContext<'_>, ui: &mut Ui, job: &Arc<JobSnapshot>) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let chosen = cx.view.source == Source::Job(job.id);
    let compared = cx.view.compare == Some(Source::Job(job.id));
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, THUMB + FOOT), Sense::click());
    let name = lang.notice(&notice!("history-entry", title = job_title::title(job)));
    let response = widgets::labelled(response, Role::Button, &name);
    if ui.is_rect_visible(rect) {
        let picture = Rect::from_min_size(rect.min, vec2(width, THUMB));
        ui.painter().rect_filled(rect, theme::RADIUS, c.raised);
        thumbnail(cx, ui, picture, job);
        let edge = if chosen || compared {
            c.accent
        } else if response.hovered() {
            c.border
        } else {
            c.line
        };
        let stroke = Stroke::new(if chosen { 1.5 } else { 1.0 }, edge);
        ui.painter().rect_stroke(rect, theme::RADIUS, stroke, StrokeKind::Inside);
        widgets::focus_ring(ui, &response, rect, theme::RADIUS);
        let foot = Rect::from_min_max(picture.left_bottom(), rect.max).shrink2(vec2(10.0, 0.0));
        let when = when(cx, job);
        let font = FontId::proportional(theme::SMALL);
        let right = ui.painter().text(foot.right_center(), Align2::RIGHT_CENTER, when, font.clone(), c.dim);
        let galley =
            widgets::clipped(ui, &job_title::title(job), FontId::proportional(theme::LABEL), c.text, right.left() - foot.left() - 8.0);
        ui.painter().galley(pos2(foot.left(), foot.center().y - galley.size().y / 2.0), galley, c.text);
        // At the bottom, where pictures seldom have text.
        let made_by = super::backend::short(lang, job.backend);
        let words = if job.width == job.height { made_by.to_owned() } else { format!("{made_by} · {} × {}", job.width, job.height) };
        widgets::badge(ui, picture.left_bottom() + vec2(8.0, -8.0), Align2::LEFT_BOTTOM, &words, false);
        if job.note.is_some() {
            let at = picture.right_bottom() + vec2(-14.0, -14.0);
            ui.painter().circle_filled(at, 10.0, egui::Color32::from_black_alpha(150));
            widgets::paint_icon(ui, at, icons::NOTEBOOK_PEN, 12.0, egui::Color32::WHITE);
        }
        if job.starred {
            let at = picture.right_top() + vec2(-14.0, 14.0);
            ui.painter().circle_filled(at, 10.0, egui::Color32::from_black_alpha(150));
            widgets::paint_icon(ui, at, icons::STAR, 13.0, theme::DARK.accent);
        }
    }
    let response = match &job.note {
        Some(note) => response.on_hover_text(note),
        None => response,
    };
    response.context_menu(|ui| menu(cx, ui, job));
    if response.clicked() {
        send(cx, job, JobAction::Show);
    }
    if chosen {
        actions(cx, ui, job);
    }
}

fn when(cx: &PanelContext<'_>, job: &JobSnapshot) -> String {
    let lang = cx.lang();
    match job.status {
        JobStatus::Pending => lang.t("history-waiting").into(),
        JobStatus::Running if cx.is_stopping(job.id) => lang.t("step-stopping").into(),
        JobStatus::Running => format!("{} %", job.progress_percent),
        JobStatus::Failed => lang.t("history-failed").into(),
        JobStatus::Stopped => lang.t("history-stopped").into(),
        JobStatus::Completed => {
            let ago = (crate::engine::now() - job.start_time).max(0.0);
            match ago as u64 {
                0..=59 => lang.t("history-now").into(),
                60..=3599 => lang.notice(&notice!("history-minutes", minutes = ago as u64 / 60)),
                3600..=86_399 => lang.notice(&notice!("history-hours", hours = ago as u64 / 3600)),
                _ => lang.notice(&notice!("history-days", days = ago as u64 / 86_400)),
            }
        }
    }
}

fn thumbnail(cx: &PanelContext<'_>, ui: &Ui, rect: Rect, job: &JobSnapshot) {
    let c = theme::colors(ui);
    let found = [ImageName::Final, ImageName::Step1].into_iter().find(|n| job.images.contains(n));
    let path = found.and_then(|n| cx.image_path(job.id, n));
    let top = CornerRadius { nw: theme::RADIUS, ne: theme::RADIUS, sw: 0, se: 0 };
    ui.painter().rect_filled(rect, top, c.sunken);
    let Some(path) = path else {
        let glyph = if job.status.is_active() { icons::CLOCK } else { icons::TRIANGLE_ALERT };
        widgets::paint_icon(ui, rect.center(), glyph, 20.0, c.dim);
        return;
    };
    if let Some(texture) = cx.textures.get(Key::File(path, 440)) {
        // The whole title: two results may differ only in the part that does not fit.
        widgets::paint_fitted(ui, rect.shrink2(vec2(0.0, 4.0)), texture.id, texture.size);
    }
}

/// The quick actions under the chosen card.
fn actions(cx: &PanelContext<'_>, ui: &mut Ui, job: &Arc<JobSnapshot>) {
    let lang = cx.lang();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = (ui.available_width() - 6.0 * 28.0) / 5.0;
        if widgets::icon_toggle(ui, icons::STAR, lang.t("history-star"), job.starred).clicked() {
            send(cx, job, JobAction::Star);
        }
        if widgets::icon_button(ui, icons::ROTATE_CCW, lang.t("history-restore")).clicked() {
            send(cx, job, JobAction::Restore);
        }
        let other = cx.session.base.filter(|b| *b != job.id).is_some() || cx.draft().is_some();
        let over = matches!(job.status, JobStatus::Failed | JobStatus::Stopped);
        if over {
            if widgets::icon_button(ui, icons::PLAY, lang.t("history-resume")).clicked() {
                send(cx, job, JobAction::Resume);
            }
        } else {
            ui.add_enabled_ui(other && job.status == JobStatus::Completed, |ui| {
                if widgets::icon_toggle(ui, icons::SQUARE_SPLIT_HORIZONTAL, lang.t("history-compare"), cx.view.compare.is_some()).clicked()
                {
                    cx.send(UiCommand::Compare);
                }
            });
        }
        ui.add_enabled_ui(job.images.contains(&ImageName::Final), |ui| {
            if widgets::icon_button(ui, icons::DOWNLOAD, lang.t("command-export")).clicked() {
                cx.send(UiCommand::Export);
            }
        });
        if job.status.is_active() {
            if widgets::icon_button(ui, icons::SQUARE, lang.t("history-stop")).clicked() {
                send(cx, job, JobAction::Stop);
            }
        } else if widgets::icon_button(ui, icons::TRASH_2, lang.t("history-delete")).clicked() {
            send(cx, job, JobAction::Delete);
        }
        let more = widgets::icon_button(ui, icons::ELLIPSIS, lang.t("history-more"));
        egui::Popup::menu(&more).show(|ui| menu(cx, ui, job));
    });
}

fn send(cx: &PanelContext<'_>, job: &JobSnapshot, action: JobAction) {
    cx.send(JobCommand { job: job.id, action });
}

fn menu(cx: &PanelContext<'_>, ui: &mut Ui, job: &Arc<JobSnapshot>) {
    let lang = cx.lang();
    ui.set_min_width(220.0);
    let item = |ui: &mut Ui, on: bool, glyph: &str, words: &str| {
        let c = theme::colors(ui);
        let label = (widgets::icon(glyph, 15.0).color(c.dim), RichText::new(words));
        let response = ui.add_enabled(on, egui::Button::new(label).gap(10.0).min_size(vec2(220.0, 30.0)));
        let clicked = widgets::named(response, words).clicked();
        if clicked {
            ui.close();
        }
        clicked
    };
    if item(ui, true, icons::ROTATE_CCW, lang.t("history-restore")) {
        send(cx, job, JobAction::Restore);
    }
    if item(ui, true, icons::STAR, lang.t("history-star")) {
        send(cx, job, JobAction::Star);
    }
    if item(ui, true, icons::NOTEBOOK_PEN, lang.t("history-annotate")) {
        send(cx, job, JobAction::EditNote);
    }
    let done = job.status == JobStatus::Completed;
    if matches!(job.status, JobStatus::Failed | JobStatus::Stopped) && item(ui, true, icons::PLAY, lang.t("history-resume")) {
        send(cx, job, JobAction::Resume);
    }
    // A composite of two given pictures can be made again without the text.
    for (step, glyph, key) in
        [(StepNumber::Text, icons::TYPE, "command-from-text"), (StepNumber::Composite, icons::LAYERS, "command-from-composite")]
    {
        let possible = done && job.images.contains(&ImageName::Step2) && (job.has_text || step == StepNumber::Composite);
        if item(ui, possible, glyph, lang.t(key)) {
            send(cx, job, JobAction::Rerun(step));
        }
    }
    let two = done && matches!(cx.view.source, Source::Job(other) if other != job.id);
    if item(ui, two, icons::COLUMNS_2, lang.t("history-compare-shown")) {
        send(cx, job, JobAction::Compare);
    }
    if item(ui, job.images.contains(&ImageName::Final), icons::DOWNLOAD, lang.t("command-export")) {
        send(cx, job, JobAction::Export);
    }
    if item(ui, true, icons::COPY, lang.t("history-copy-id")) {
        ui.ctx().copy_text(job.id.to_string());
    }
    if job.status.is_active() {
        if item(ui, true, icons::SQUARE, lang.t("history-stop")) {
            send(cx, job, JobAction::Stop);
        }
    } else if item(ui, true, icons::TRASH_2, lang.t("history-delete")) {
        send(cx, job, JobAction::Delete);
    }
}
