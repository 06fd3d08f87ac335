//! The right side: every result of every door, newest first.

use egui::{Align2, CornerRadius, FontId, Panel, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};
use std::sync::Arc;

use crate::gui::app::{Source, Studio};
use crate::gui::commands::Command;
use crate::gui::textures::Key;
use crate::gui::windows::Window;
use crate::gui::{icons, theme, widgets};
use crate::job::{ImageName, JobSnapshot, JobStatus};
use crate::request::StepNumber;

const WIDTH: f32 = 232.0;
const THUMB: f32 = 164.0;
const FOOT: f32 = 32.0;

pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    Panel::right("history").exact_size(WIDTH).resizable(false).frame(theme::panel_frame(c, vec2(0.0, 4.0))).show(ui, |ui| {
        egui::Frame::new().inner_margin(egui::Margin::symmetric(14, 0)).show(ui, |ui| {
            widgets::section(ui, lang.t("history.title"), None);
            ui.horizontal(|ui| {
                ui.set_height(34.0);
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if widgets::icon_toggle(ui, icons::STAR, lang.t("history.starred"), studio.starred_only).clicked() {
                        studio.starred_only = !studio.starred_only;
                    }
                    let hint = lang.t("history.search");
                    let edit = egui::TextEdit::singleline(&mut studio.history_query).id_salt("history-query");
                    let edit = edit.hint_text(RichText::new(hint).color(c.dim)).desired_width(ui.available_width());
                    let edit = edit.prefix(widgets::icon(icons::SEARCH, 14.0).color(c.dim)).margin(egui::Margin::symmetric(10, 7));
                    widgets::named(ui.add(edit), hint);
                });
            });
        });
        let jobs: Vec<_> = studio.jobs().iter().filter(|j| matches(studio, j)).cloned().collect();
        if jobs.is_empty() {
            empty(studio, ui);
            return;
        }
        ui.add_space(4.0);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            egui::Frame::new().inner_margin(egui::Margin::symmetric(14, 2)).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 10.0;
                for job in &jobs {
                    card(studio, ui, job);
                }
                ui.add_space(12.0);
            });
        });
    });
}

fn matches(studio: &Studio, job: &JobSnapshot) -> bool {
    let query = studio.history_query.to_lowercase();
    let words = |key: &str| job.prompt(key).unwrap_or_default().to_lowercase();
    if query.trim().is_empty() {
        return !studio.starred_only || job.starred;
    }
    let own = format!("{} {}", job.title.as_deref().unwrap_or_default(), job.note.as_deref().unwrap_or_default()).to_lowercase();
    let all = format!("{} {} {} {} {own}", words("text_content"), words("bg_prompt"), words("text_model_prompt"), job.seed);
    query.split_whitespace().all(|w| all.contains(w)) && (!studio.starred_only || job.starred)
}

fn empty(studio: &Studio, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    let searching = studio.starred_only || !studio.history_query.trim().is_empty();
    let words = if searching { lang.t("history.nothing_found") } else { lang.t("history.empty") };
    ui.add_space(56.0);
    ui.vertical_centered(|ui| {
        ui.set_max_width(WIDTH - 56.0);
        ui.label(widgets::icon(icons::HISTORY, 24.0).color(c.dim));
        ui.add_space(4.0);
        ui.label(RichText::new(words).size(theme::LABEL).color(c.dim));
    });
}

/// What a job is called: its slogan, or its scene.
pub fn title(job: &JobSnapshot) -> String {
    job.title.as_deref().or_else(|| job.text()).or_else(|| job.prompt("bg_prompt")).unwrap_or("–").replace('\n', " ")
}

fn card(studio: &mut Studio, ui: &mut Ui, job: &Arc<JobSnapshot>) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    let chosen = studio.source == Source::Job(job.id);
    let compared = studio.compare == Some(Source::Job(job.id));
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, THUMB + FOOT), Sense::click());
    let name = lang.f("history.entry", &[&title(job)]);
    let response = widgets::acting(response, Role::Button, &name);
    if ui.is_rect_visible(rect) {
        let picture = Rect::from_min_size(rect.min, vec2(width, THUMB));
        ui.painter().rect_filled(rect, theme::RADIUS, c.raised);
        thumbnail(studio, ui, picture, job);
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
        let when = when(studio, job);
        let font = FontId::proportional(theme::SMALL);
        let right = ui.painter().text(foot.right_center(), Align2::RIGHT_CENTER, when, font.clone(), c.dim);
        let galley = widgets::clipped(ui, &title(job), FontId::proportional(theme::LABEL), c.text, right.left() - foot.left() - 8.0);
        ui.painter().galley(pos2(foot.left(), foot.center().y - galley.size().y / 2.0), galley, c.text);
        // Below, where slogans seldom are.
        let made_by = super::engine::short(lang, job.backend);
        let words = if job.width == job.height { made_by.to_owned() } else { format!("{made_by} · {} × {}", job.width, job.height) };
        super::canvas::badge(ui, picture.left_bottom() + vec2(8.0, -8.0), Align2::LEFT_BOTTOM, &words, false);
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
    response.context_menu(|ui| menu(studio, ui, job));
    if response.clicked() {
        studio.source = Source::Job(job.id);
        studio.compare = None;
        if job.status == JobStatus::Completed {
            studio.session.base = Some(job.id);
        }
        studio.touch(ui.ctx());
    }
    if chosen {
        actions(studio, ui, job);
    }
}

fn when(studio: &Studio, job: &JobSnapshot) -> String {
    let lang = studio.lang();
    match job.status {
        JobStatus::Pending => lang.t("history.waiting").into(),
        JobStatus::Running if studio.bridge.is_stopping(job.id) => lang.t("step.stopping").into(),
        JobStatus::Running => format!("{} %", job.progress_percent),
        JobStatus::Failed => lang.t("history.failed").into(),
        JobStatus::Stopped => lang.t("history.stopped").into(),
        JobStatus::Completed => {
            let ago = (crate::engine::now() - job.start_time).max(0.0);
            match ago as u64 {
                0..=59 => lang.t("history.now").into(),
                60..=3599 => lang.f("history.minutes", &[&(ago as u64 / 60)]),
                3600..=86_399 => lang.f("history.hours", &[&(ago as u64 / 3600)]),
                _ => lang.f("history.days", &[&(ago as u64 / 86_400)]),
            }
        }
    }
}

fn thumbnail(studio: &mut Studio, ui: &Ui, rect: Rect, job: &JobSnapshot) {
    let c = theme::colors(ui);
    let found = [ImageName::Final, ImageName::Step1].into_iter().find(|n| job.images.contains(n));
    let path = found.and_then(|n| studio.bridge.image_path(job.id, n));
    let top = CornerRadius { nw: theme::RADIUS, ne: theme::RADIUS, sw: 0, se: 0 };
    ui.painter().rect_filled(rect, top, c.sunken);
    let Some(path) = path else {
        let glyph = if job.status.is_active() { icons::CLOCK } else { icons::TRIANGLE_ALERT };
        widgets::paint_icon(ui, rect.center(), glyph, 20.0, c.dim);
        return;
    };
    if let Some(texture) = studio.textures.get(Key::File(path, 440)) {
        // The middle of the picture, as wide as the card; tall pictures keep their upper part, where the words are.
        let (have, want) = (texture.size.x / texture.size.y, rect.width() / rect.height());
        let shown = if have > want { vec2(want / have, 1.0) } else { vec2(1.0, have / want) };
        let from = (Vec2::splat(1.0) - shown) * vec2(0.5, 0.12);
        let uv = Rect::from_min_size(from.to_pos2(), shown);
        let image = egui::epaint::RectShape::filled(rect, top, egui::Color32::WHITE).with_texture(texture.id, uv);
        ui.painter().add(image);
    }
}

/// The quick actions under the chosen card.
fn actions(studio: &mut Studio, ui: &mut Ui, job: &Arc<JobSnapshot>) {
    let lang = studio.lang();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = (ui.available_width() - 6.0 * 28.0) / 5.0;
        if widgets::icon_toggle(ui, icons::STAR, lang.t("history.star"), job.starred).clicked() {
            studio.bridge.star(job.id);
        }
        if widgets::icon_button(ui, icons::ROTATE_CCW, lang.t("history.restore")).clicked() {
            restore(studio, job);
        }
        let other = studio.session.base.filter(|b| *b != job.id).is_some() || studio.draft().is_some();
        let over = matches!(job.status, JobStatus::Failed | JobStatus::Stopped);
        if over {
            if widgets::icon_button(ui, icons::PLAY, lang.t("history.resume")).clicked() {
                resume(studio, job);
            }
        } else {
            ui.add_enabled_ui(other && job.status == JobStatus::Completed, |ui| {
                if widgets::icon_toggle(ui, icons::SQUARE_SPLIT_HORIZONTAL, lang.t("history.compare"), studio.compare.is_some()).clicked() {
                    studio.queue.push_back(Command::Compare);
                }
            });
        }
        ui.add_enabled_ui(job.images.contains(&ImageName::Final), |ui| {
            if widgets::icon_button(ui, icons::DOWNLOAD, lang.t("command.export")).clicked() {
                studio.queue.push_back(Command::Export);
            }
        });
        if job.status.is_active() {
            if widgets::icon_button(ui, icons::SQUARE, lang.t("history.stop")).clicked() {
                studio.bridge.stop(Some(job.id));
            }
        } else if widgets::icon_button(ui, icons::TRASH_2, lang.t("history.delete")).clicked() {
            studio.bridge.delete(job.id);
        }
        let more = widgets::icon_button(ui, icons::ELLIPSIS, lang.t("history.more"));
        egui::Popup::menu(&more).show(|ui| menu(studio, ui, job));
    });
}

/// Continues a job from its last finished step.
pub fn resume(studio: &Studio, job: &JobSnapshot) {
    studio.bridge.resume(job.id, studio.session.made.get(&job.id).cloned());
}

fn restore(studio: &mut Studio, job: &Arc<JobSnapshot>) {
    let made = studio.session.made.get(&job.id).cloned();
    crate::gui::restore::from_job(&studio.bridge, job, made);
}

fn menu(studio: &mut Studio, ui: &mut Ui, job: &Arc<JobSnapshot>) {
    let lang = studio.lang();
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
    if item(ui, true, icons::ROTATE_CCW, lang.t("history.restore")) {
        restore(studio, job);
    }
    if item(ui, true, icons::STAR, lang.t("history.star")) {
        studio.bridge.star(job.id);
    }
    if item(ui, true, icons::NOTEBOOK_PEN, lang.t("history.annotate")) {
        studio.window = Some(Window::note(job));
    }
    let done = job.status == JobStatus::Completed;
    if matches!(job.status, JobStatus::Failed | JobStatus::Stopped) && item(ui, true, icons::PLAY, lang.t("history.resume")) {
        resume(studio, job);
    }
    // A composite of two pictures need not know the words in them.
    for (step, glyph, key) in
        [(StepNumber::Text, icons::TYPE, "command.from_text"), (StepNumber::Composite, icons::LAYERS, "command.from_composite")]
    {
        let possible = done && job.images.contains(&ImageName::Step2) && (job.has_text || step == StepNumber::Composite);
        if item(ui, possible, glyph, lang.get(key).unwrap_or(key)) {
            let made = studio.session.made.get(&job.id).cloned();
            studio.bridge.again(job, step, made);
        }
    }
    let two = done && matches!(studio.source, Source::Job(other) if other != job.id);
    if item(ui, two, icons::COLUMNS_2, lang.t("history.compare_shown")) {
        studio.compare = Some(Source::Job(job.id));
    }
    if item(ui, job.images.contains(&ImageName::Final), icons::DOWNLOAD, lang.t("command.export")) {
        studio.source = Source::Job(job.id);
        studio.queue.push_back(Command::Export);
    }
    if item(ui, true, icons::COPY, lang.t("history.copy_id")) {
        ui.ctx().copy_text(job.id.to_string());
    }
    if job.status.is_active() {
        if item(ui, true, icons::SQUARE, lang.t("history.stop")) {
            studio.bridge.stop(Some(job.id));
        }
    } else if item(ui, true, icons::TRASH_2, lang.t("history.delete")) {
        studio.bridge.delete(job.id);
    }
}
