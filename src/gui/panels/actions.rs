//! Below the picture: what each step will do or is doing, and the buttons that make it happen.

use egui::{Align2, FontId, Layout, Rect, RichText, Role, Sense, Stroke, StrokeKind, Ui, pos2, vec2};
use std::sync::Arc;

use crate::gui::app::{Source, Studio};
use crate::gui::commands::Command;
use crate::gui::{icons, theme, widgets};
use crate::job::{ImageName, JobSnapshot, JobStatus};
use crate::request::StepNumber;

pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let active = studio.active();
    // The bar belongs to the job that is shown, if that one is active, otherwise to the running one.
    let shown = if let Source::Job(id) = studio.source { studio.job(id).filter(|j| j.status.is_active()) } else { None };
    let job = shown.or(active);
    steps(studio, ui, job.as_ref());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 4.0), Sense::hover());
    if let Some(job) = &job {
        widgets::bar(ui, rect, f32::from(job.progress_percent) / 100.0);
    } else {
        widgets::bar(ui, rect, 0.0);
    }
    buttons(studio, ui, job.as_ref());
}

enum State {
    Kept,
    /// Seconds, where they are known.
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

fn steps(studio: &Studio, ui: &mut Ui, job: Option<&Arc<JobSnapshot>>) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    let names = [lang.t("step.background"), lang.t("step.text"), lang.t("step.composite")];
    let width = (ui.available_width() - 2.0 * 8.0) / 3.0;
    ui.horizontal(|ui| {
        for (i, name) in names.into_iter().enumerate() {
            let state = state(studio, job, i as u8 + 1);
            let (rect, response) = ui.allocate_exact_size(vec2(width, 34.0), Sense::hover());
            let running = matches!(state, State::Running(_) | State::Stopping);
            let edge = if running { c.accent } else { c.line };
            ui.painter().rect(rect, theme::RADIUS, c.raised, Stroke::new(1.0, edge), StrokeKind::Inside);
            let font = FontId::proportional(theme::BODY);
            let bold = FontId::new(theme::SMALL, theme::bold());
            let off = matches!(state, State::Off);
            ui.painter().text(
                pos2(rect.left() + 12.0, rect.center().y),
                Align2::LEFT_CENTER,
                i + 1,
                bold,
                if off { c.dim } else { c.accent_text },
            );
            let eta = if let State::Will(eta) = &state { *eta } else { None };
            let (words, color) = match state {
                State::Kept => (lang.t("step.kept").to_owned(), c.dim),
                State::Will(None) => (lang.t("step.will").to_owned(), c.text),
                State::Will(Some(eta)) if eta < 1.0 => (lang.t("step.will_soon").to_owned(), c.text),
                State::Will(Some(eta)) => (lang.f("step.will_in", &[&seconds(eta)]), c.text),
                State::Running(left) if left > 0 => (lang.f("step.running_left", &[&left]), c.accent_text),
                State::Running(_) => (lang.t("step.running").to_owned(), c.accent_text),
                State::Stopping => (lang.t("step.stopping").to_owned(), c.accent_text),
                State::Waiting(eta) if eta > 0.0 => (lang.f("step.waiting_for", &[&seconds(eta)]), c.dim),
                State::Waiting(_) => (lang.t("step.waiting").to_owned(), c.dim),
                State::Done => (lang.t("step.done").to_owned(), c.good),
                State::Off => (lang.t("step.off").to_owned(), c.dim),
            };
            // The step's name is worth more than the whole sentence.
            let width_of = |words: &str| ui.painter().layout_no_wrap(words.to_owned(), FontId::proportional(theme::BODY), c.text).size().x;
            let words = match eta {
                Some(eta) if eta < 1.0 && width_of(name) + width_of(&words) + 52.0 > rect.width() => lang.t("step.soon").to_owned(),
                Some(eta) if width_of(name) + width_of(&words) + 52.0 > rect.width() => lang.f("step.about_seconds", &[&seconds(eta)]),
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
            widgets::acting(response, Role::Label, &about).on_hover_text(lang.t("step.about"));
        }
    });
}

fn state(studio: &Studio, job: Option<&Arc<JobSnapshot>>, step: u8) -> State {
    let Some(job) = job else {
        let Some(plan) = studio.plan() else {
            let off = step > 1 && studio.session.brief.text.trim().is_empty();
            return if off { State::Off } else { State::Will(None) };
        };
        return match plan.steps.iter().find(|s| s.step.get() == step) {
            None => State::Off,
            Some(s) if s.cached => State::Kept,
            Some(s) => State::Will(Some(s.eta_seconds)),
        };
    };
    let result = [ImageName::Step1, ImageName::Step2, ImageName::Final][usize::from(step - 1)];
    let Ok(step) = StepNumber::try_from(step) else { return State::Off };
    let at = job.step.number();
    if step > StepNumber::FIRST && !job.has_text && job.start_step == StepNumber::FIRST {
        State::Off
    } else if step < job.start_step || job.cached_steps.contains(&step) {
        State::Kept
    } else if at == Some(step) && studio.bridge.is_stopping(job.id) {
        State::Stopping
    } else if at == Some(step) {
        State::Running(job.step_eta(crate::engine::clock()))
    } else if job.images.contains(&result) {
        State::Done
    } else {
        State::Waiting(job.progress.step_seconds(step))
    }
}

fn buttons(studio: &mut Studio, ui: &mut Ui, job: Option<&Arc<JobSnapshot>>) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    ui.horizontal(|ui| {
        ui.set_height(36.0);
        // Space presses a focused button; Enter alone never starts anything.
        let enter = ui.input(|i| i.key_pressed(egui::Key::Enter));
        let words = lang.t("command.generate");
        let hint = Command::Generate.shortcut_words(ui.ctx());
        let wide = ui.available_width() > 720.0;
        ui.add_enabled_ui(studio.enabled(Command::Generate), |ui| {
            let response = widgets::primary(ui, icons::SPARKLES, words, if wide { &hint } else { "" });
            if response.on_hover_text(lang.f("generate.about", &[&hint])).clicked() && !enter {
                studio.queue.push_back(Command::Generate);
            }
        });
        for (command, key) in [(Command::FromText, "again.text"), (Command::FromComposite, "again.composite")] {
            ui.add_enabled_ui(studio.enabled(command), |ui| {
                let name = lang.get(key).unwrap_or(key);
                let response = widgets::button(ui, icons::ROTATE_CCW, name).on_hover_text(lang.t(command.face().key));
                if response.on_disabled_hover_text(lang.t("again.not_yet")).clicked() && !enter {
                    studio.queue.push_back(command);
                }
            });
        }
        more(studio, ui);
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            let Some(job) = job else {
                ready(studio, ui);
                return;
            };
            let stopping = studio.bridge.is_stopping(job.id);
            let words = if stopping { lang.t("step.stopping") } else { lang.t("command.stop") };
            let label = (widgets::icon(icons::SQUARE, 14.0).color(c.bad), RichText::new(words).color(c.bad));
            let response = ui.add_enabled(!stopping, egui::Button::new(label).gap(7.0).min_size(vec2(0.0, 34.0)));
            let mut response = widgets::named(response, words);
            // Esc stops the running job, whichever is looked at.
            if studio.active().is_some_and(|a| a.id == job.id) {
                response = response.on_hover_text("Esc");
            }
            if response.clicked() {
                studio.bridge.stop(Some(job.id));
            }
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width().max(0.0), 34.0), Sense::hover());
            progress(studio, ui, rect, job);
        });
    });
}

/// What pressing the button would mean: the seed, and a word when nothing has changed.
fn ready(studio: &mut Studio, ui: &mut Ui) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    let shown = if let Source::Job(id) = studio.source { studio.job(id) } else { None };
    if let Some(job) = shown.filter(|j| matches!(j.status, JobStatus::Failed | JobStatus::Stopped)) {
        let label = (widgets::icon(icons::PLAY, 14.0).color(c.accent_text), RichText::new(lang.t("history.resume")).color(c.accent_text));
        let response = ui.add(egui::Button::new(label).gap(7.0).min_size(vec2(0.0, 34.0)));
        if widgets::named(response, lang.t("history.resume")).on_hover_text(lang.t("history.resume_about")).clicked() {
            super::history::resume(studio, &job);
        }
        return;
    }
    let brief = &studio.session.brief;
    let idle = studio.plan().is_some_and(|p| !p.steps.is_empty() && p.steps.iter().all(|s| s.cached));
    let seed = lang.f("generate.ready", &[&brief.seed]);
    let words = match (idle, brief.seed_locked) {
        (true, false) => [lang.t("generate.fresh").to_owned(), lang.t("generate.fresh_short").to_owned()],
        (true, true) => [format!("{} · {seed}", lang.t("generate.same")), seed],
        (false, _) => [seed.clone(), seed],
    };
    let font = FontId::proportional(theme::LABEL);
    let room = ui.available_width() - 8.0;
    let galley = words.iter().map(|w| ui.painter().layout_no_wrap(w.clone(), font.clone(), c.dim)).find(|g| g.size().x < room);
    if let Some(galley) = galley {
        ui.label(galley);
    }
}

fn progress(studio: &Studio, ui: &Ui, rect: Rect, job: &JobSnapshot) {
    let c = theme::colors(ui);
    let lang = studio.lang();
    let now = crate::engine::clock();
    let elapsed = job.elapsed(now).round() as i64;
    let eta = job.eta(now);
    let stage = job.stage.and_then(|s| lang.get(&format!("stage.{}", s.as_str()))).unwrap_or(lang.t("stage.waiting"));
    let waiting = job.status == JobStatus::Pending;
    let left = if eta > 0 { lang.f("progress.left", &[&eta]) } else { lang.t("progress.soon").to_owned() };
    let words = if waiting {
        [stage.to_owned(), stage.to_owned()]
    } else {
        [
            format!("{stage} · {} % · {left} · {}", job.progress_percent, lang.f("progress.elapsed", &[&elapsed])),
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

/// Variations, size set, everything anew.
fn more(studio: &mut Studio, ui: &mut Ui) {
    let lang = studio.lang();
    let c = theme::colors(ui);
    let name = lang.t("generate.more");
    let label =
        (widgets::icon(icons::GRID_2X2, 15.0).color(c.dim), RichText::new(name), widgets::icon(icons::CHEVRON_DOWN, 13.0).color(c.dim));
    let response = widgets::named(ui.add(egui::Button::new(label).gap(7.0).min_size(vec2(0.0, 34.0))), name);
    egui::Popup::menu(&response).close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(280.0);
        let entry = |studio: &mut Studio, ui: &mut Ui, command: Command, about: &str| {
            let label = (widgets::icon(command.face().icon, 15.0).color(c.dim), RichText::new(lang.t(command.face().key)));
            let button = egui::Button::new(label).gap(10.0).min_size(vec2(280.0, 32.0));
            let response = widgets::named(ui.add_enabled(studio.enabled(command), button), lang.t(command.face().key));
            ui.label(RichText::new(about).size(theme::SMALL).color(c.dim));
            if response.clicked() {
                studio.queue.push_back(command);
                ui.close();
            }
        };
        entry(studio, ui, Command::Variations, &lang.f("generate.variations_about", &[&studio.session.variations]));
        let mut count = studio.session.variations as f32;
        widgets::slider(ui, lang.t("generate.count"), &mut count, 2.0..=9.0, 0);
        studio.session.variations = count.round() as u32;
        ui.separator();
        entry(studio, ui, Command::SizeSet, lang.t("generate.size_set_about"));
        ui.separator();
        entry(studio, ui, Command::GenerateFront, lang.t("generate.front_about"));
        entry(studio, ui, Command::GenerateAll, lang.t("generate.all_about"));
    });
}
