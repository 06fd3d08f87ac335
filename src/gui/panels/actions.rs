//! The bar below the picture: state of each step, and the buttons that start and stop jobs.

use std::sync::Arc;

use egui::{Align2, FontId, Layout, Rect, RichText, Role, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::gui::commands::{EditCommand, JobAction, JobCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::{icons, theme, widgets};
use crate::job::{ImageName, JobSnapshot, JobStatus, Stage};
use crate::notice;
use crate::request::StepNumber;

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui) {
    let active = cx.active();
    // The bar belongs to the job that is shown, if that one is active, otherwise to the running one.
    let shown = cx.shown_job().filter(|j| j.status.is_active());
    let job = shown.or(active);
    steps(cx, ui, job.as_ref());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 4.0), Sense::hover());
    if let Some(job) = &job {
        widgets::bar(ui, rect, f32::from(job.progress_percent) / 100.0);
    } else {
        widgets::bar(ui, rect, 0.0);
    }
    buttons(cx, ui, job.as_ref());
}

/// The state of a step on the bar.
enum StepState {
    Kept,
    /// It will run; the estimate in seconds, if known.
    Will(Option<f64>),
    Running(i64),
    Stopping,
    Waiting(f64),
    Done,
    Off,
}

fn seconds(value: f64) -> String {
    format!("{:.0}", value.max(1.0))
}

fn steps(cx: &PanelContext<'_>, ui: &mut Ui, job: Option<&Arc<JobSnapshot>>) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let names = [lang.t("step-background"), lang.t("step-text"), lang.t("step-composite")];
    let width = (ui.available_width() - 2.0 * 8.0) / 3.0;
    ui.horizontal(|ui| {
        for (step, name) in StepNumber::ALL.into_iter().zip(names) {
            let state = state(cx, job, step);
            let (rect, response) = ui.allocate_exact_size(vec2(width, 34.0), Sense::hover());
            let running = matches!(state, StepState::Running(_) | StepState::Stopping);
            let edge = if running { c.accent } else { c.line };
            ui.painter().rect(rect, theme::RADIUS, c.raised, Stroke::new(1.0, edge), StrokeKind::Inside);
            let font = FontId::proportional(theme::BODY);
            let bold = FontId::new(theme::SMALL, theme::bold());
            let off = matches!(state, StepState::Off);
            ui.painter().text(
                pos2(rect.left() + 12.0, rect.center().y),
                Align2::LEFT_CENTER,
                step.get(),
                bold,
                if off { c.dim } else { c.accent_text },
            );
            let eta = if let StepState::Will(eta) = &state { *eta } else { None };
            let (words, color) = match state {
                StepState::Kept => (lang.t("step-kept").to_owned(), c.dim),
                StepState::Will(None) => (lang.t("step-will").to_owned(), c.text),
                StepState::Will(Some(eta)) if eta < 1.0 => (lang.t("step-will-soon").to_owned(), c.text),
                StepState::Will(Some(eta)) => (lang.notice(&notice!("step-will-in", seconds = seconds(eta))), c.text),
                StepState::Running(left) if left > 0 => (lang.notice(&notice!("step-running-left", seconds = left)), c.accent_text),
                StepState::Running(_) => (lang.t("step-running").to_owned(), c.accent_text),
                StepState::Stopping => (lang.t("step-stopping").to_owned(), c.accent_text),
                StepState::Waiting(eta) if eta > 0.0 => (lang.notice(&notice!("step-waiting-for", seconds = seconds(eta))), c.dim),
                StepState::Waiting(_) => (lang.t("step-waiting").to_owned(), c.dim),
                StepState::Done => (lang.t("step-done").to_owned(), c.good),
                StepState::Off => (lang.t("step-off").to_owned(), c.dim),
            };
            // If room is short, the step's name matters more than the whole sentence.
            let width_of = |words: &str| ui.painter().layout_no_wrap(words.to_owned(), FontId::proportional(theme::BODY), c.text).size().x;
            let words = match eta {
                Some(eta) if eta < 1.0 && width_of(name) + width_of(&words) + 52.0 > rect.width() => lang.t("step-soon").to_owned(),
                Some(eta) if width_of(name) + width_of(&words) + 52.0 > rect.width() => {
                    lang.notice(&notice!("step-about-seconds", seconds = seconds(eta)))
                }
                _ => words,
            };
            let right = ui.painter().text(
                rect.right_center() - vec2(12.0, 0.0),
                Align2::RIGHT_CENTER,
                &words,
                FontId::proportional(theme::SMALL),
                color,
            );
            let label = widgets::clipped(ui, name, font, if off { c.dim } else { c.text }, right.left() - rect.left() - 36.0);
            ui.painter().galley(pos2(rect.left() + 28.0, rect.center().y - label.size().y / 2.0), label, c.text);
            let about = format!("{name}: {words}");
            widgets::labelled(response, Role::Label, &about).on_hover_text(lang.t("step-about"));
        }
    });
}

fn state(cx: &PanelContext<'_>, job: Option<&Arc<JobSnapshot>>, step: StepNumber) -> StepState {
    let Some(job) = job else {
        let Some(plan) = cx.plan() else {
            let off = step > StepNumber::FIRST && !cx.brief().has_text();
            return if off { StepState::Off } else { StepState::Will(None) };
        };
        return match plan.steps.iter().find(|s| s.step == step) {
            None => StepState::Off,
            Some(s) if s.cached => StepState::Kept,
            Some(s) => StepState::Will(Some(s.eta_seconds)),
        };
    };
    let at = job.step.number();
    let background_only = job.start_step == StepNumber::FIRST && !job.has_text;
    if step > StepNumber::FIRST && background_only {
        StepState::Off
    } else if step < job.start_step || job.cached_steps.contains(&step) {
        StepState::Kept
    } else if at == Some(step) && cx.is_stopping(job.id) {
        StepState::Stopping
    } else if at == Some(step) {
        StepState::Running(job.step_eta(crate::engine::clock()))
    } else if job.images.contains(&ImageName::of_result(step)) {
        StepState::Done
    } else {
        StepState::Waiting(job.progress.step_seconds(step))
    }
}

fn buttons(cx: &PanelContext<'_>, ui: &mut Ui, job: Option<&Arc<JobSnapshot>>) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    ui.horizontal(|ui| {
        ui.set_height(36.0);
        // Space presses a focused button; Enter alone never starts anything.
        let enter = ui.input(|i| i.key_pressed(egui::Key::Enter));
        let words = lang.t("command-generate");
        let hint = UiCommand::Generate.shortcut_words(ui.ctx());
        let wide = ui.available_width() > 720.0;
        ui.add_enabled_ui(cx.enabled(UiCommand::Generate), |ui| {
            let response = widgets::primary(ui, icons::SPARKLES, words, if wide { &hint } else { "" });
            if response.on_hover_text(lang.notice(&notice!("generate-about", shortcut = hint))).clicked() && !enter {
                cx.send(UiCommand::Generate);
            }
        });
        for (command, key) in [(UiCommand::FromText, "again-text"), (UiCommand::FromComposite, "again-composite")] {
            ui.add_enabled_ui(cx.enabled(command), |ui| {
                let name = lang.t(key);
                let response = widgets::button(ui, icons::ROTATE_CCW, name).on_hover_text(lang.t(command.info().key));
                if response.on_disabled_hover_text(lang.t("again-not-yet")).clicked() && !enter {
                    cx.send(command);
                }
            });
        }
        more(cx, ui);
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            let Some(job) = job else {
                ready(cx, ui);
                return;
            };
            let stopping = cx.is_stopping(job.id);
            let words = if stopping { lang.t("step-stopping") } else { lang.t("command-stop") };
            let label = (widgets::icon(icons::SQUARE, 14.0).color(c.bad), RichText::new(words).color(c.bad));
            let response = ui.add_enabled(!stopping, egui::Button::new(label).gap(7.0).min_size(vec2(0.0, 34.0)));
            let mut response = widgets::named(response, words);
            // Esc stops the running job, even if another one is shown.
            if cx.active().is_some_and(|a| a.id == job.id) {
                response = response.on_hover_text("Esc");
            }
            if response.clicked() {
                cx.send(JobCommand { job: job.id, action: JobAction::Stop });
            }
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width().max(0.0), 34.0), Sense::hover());
            progress(cx, ui, rect, job);
        });
    });
}

/// The line about "Generate": its seed, or that nothing has changed. Offers to resume a failed or stopped job.
fn ready(cx: &PanelContext<'_>, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    if let Some(job) = cx.shown_job().filter(|j| matches!(j.status, JobStatus::Failed | JobStatus::Stopped)) {
        let label = (widgets::icon(icons::PLAY, 14.0).color(c.accent_text), RichText::new(lang.t("history-resume")).color(c.accent_text));
        let response = ui.add(egui::Button::new(label).gap(7.0).min_size(vec2(0.0, 34.0)));
        if widgets::named(response, lang.t("history-resume")).on_hover_text(lang.t("history-resume-about")).clicked() {
            cx.send(JobCommand { job: job.id, action: JobAction::Resume });
        }
        return;
    }
    let brief = &cx.brief();
    let idle = cx.plan().is_some_and(|p| !p.steps.is_empty() && p.steps.iter().all(|s| s.cached));
    let seed = lang.notice(&notice!("generate-ready", seed = brief.seed));
    let words = match (idle, brief.seed_locked) {
        (true, false) => [lang.t("generate-fresh").to_owned(), lang.t("generate-fresh-short").to_owned()],
        (true, true) => [format!("{} · {seed}", lang.t("generate-same")), seed],
        (false, _) => [seed.clone(), seed],
    };
    let font = FontId::proportional(theme::LABEL);
    let room = ui.available_width() - 8.0;
    let galley = words.iter().map(|w| ui.painter().layout_no_wrap(w.clone(), font.clone(), c.dim)).find(|g| g.size().x < room);
    if let Some(galley) = galley {
        ui.label(galley);
    }
}

/// Message of a running stage.
fn stage_code(stage: Stage) -> &'static str {
    match stage {
        Stage::Segmentation => "stage-segmentation",
        Stage::Scene => "stage-scene",
        Stage::Injection => "stage-injection",
        Stage::TextCanvas => "stage-text-canvas",
        Stage::Canny => "stage-canny",
        Stage::SdxlText => "stage-sdxl-text",
        Stage::TextMatte => "stage-text-matte",
        Stage::Composition => "stage-composition",
    }
}

fn progress(cx: &PanelContext<'_>, ui: &Ui, rect: Rect, job: &JobSnapshot) {
    let c = theme::colors(ui);
    let lang = cx.lang();
    let now = crate::engine::clock();
    let elapsed = job.elapsed(now).round() as i64;
    let eta = job.eta(now);
    let stage = lang.t(job.stage.map_or("stage-waiting", stage_code));
    let waiting = job.status == JobStatus::Pending;
    let left = if eta > 0 { lang.notice(&notice!("progress-left", seconds = eta)) } else { lang.t("progress-soon").to_owned() };
    let words = if waiting {
        [stage.to_owned(), stage.to_owned()]
    } else {
        [
            format!("{stage} · {} % · {left} · {}", job.progress_percent, lang.notice(&notice!("progress-elapsed", seconds = elapsed))),
            format!("{} % · {left}", job.progress_percent),
        ]
    };
    let font = FontId::proportional(theme::LABEL);
    let galley =
        words.iter().map(|w| ui.painter().layout_no_wrap(w.clone(), font.clone(), c.dim)).find(|g| g.size().x < rect.width() - 8.0);
    if let Some(galley) = galley {
        ui.painter().galley(pos2(rect.right() - galley.size().x - 4.0, rect.center().y - galley.size().y / 2.0), galley, c.dim);
    }
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(500));
}

/// The menu with the other ways to submit the brief.
fn more(cx: &PanelContext<'_>, ui: &mut Ui) {
    let lang = cx.lang();
    let c = theme::colors(ui);
    let name = lang.t("generate-more");
    let label =
        (widgets::icon(icons::GRID_2X2, 15.0).color(c.dim), RichText::new(name), widgets::icon(icons::CHEVRON_DOWN, 13.0).color(c.dim));
    let response = widgets::named(ui.add(egui::Button::new(label).gap(7.0).min_size(vec2(0.0, 34.0))), name);
    egui::Popup::menu(&response).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(280.0);
        let entry = |ui: &mut Ui, command: UiCommand, about: &str| {
            let label = (widgets::icon(command.info().icon, 15.0).color(c.dim), RichText::new(lang.t(command.info().key)));
            let button = egui::Button::new(label).gap(10.0).min_size(vec2(280.0, 32.0));
            let response = widgets::named(ui.add_enabled(cx.enabled(command), button), lang.t(command.info().key));
            ui.label(RichText::new(about).size(theme::SMALL).color(c.dim));
            if response.clicked() {
                cx.send(command);
                ui.close();
            }
        };
        entry(ui, UiCommand::Variations, &lang.notice(&notice!("generate-variations-about", number = cx.session.variations)));
        let mut count = cx.session.variations as f32;
        widgets::slider(ui, lang.t("generate-count"), &mut count, 2.0..=9.0, 0);
        let count = count.round() as u32;
        if count != cx.session.variations {
            cx.send(EditCommand::Variations(count));
        }
        ui.separator();
        entry(ui, UiCommand::SizeSet, lang.t("generate-size-set-about"));
        ui.separator();
        entry(ui, UiCommand::GenerateFront, lang.t("generate-front-about"));
        entry(ui, UiCommand::GenerateAll, lang.t("generate-all-about"));
    });
}
