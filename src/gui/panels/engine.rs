//! Which engine makes the picture: asked in the top bar, in the models window, on results.

use egui::{RichText, Ui};

use crate::gui::app::Studio;
use crate::gui::i18n::Lang;
use crate::gui::{theme, widgets};
use crate::job::JobSnapshot;
use crate::request::BackendKind;

/// The engine that would make the brief: of its plan, or as far as is known without one.
pub fn of(studio: &Studio) -> BackendKind {
    let ready = || studio.bridge.watch().diffusion().is_some_and(|d| d.ready.is_ok());
    match studio.plan() {
        Some(plan) => plan.backend,
        None if !chosen_draft(studio) && ready() => BackendKind::Diffusion,
        None => BackendKind::Draft,
    }
}

/// Whether the brief asks for a draft.
pub fn chosen_draft(studio: &Studio) -> bool {
    studio.session.brief.engine == BackendKind::Draft.as_str()
}

/// Where the diffusion engine runs: the GPU by its name, where that is known.
pub fn device(studio: &Studio) -> String {
    let device = studio.bridge.watch().diffusion().and_then(|d| d.installed.device.clone()).unwrap_or_default();
    let gpus = studio.bridge.watch().load().0.gpu_info;
    match gpus.first() {
        Some(gpu) if device.starts_with("CUDA") && gpus.len() == 1 => gpu.name.clone(),
        _ => device,
    }
}

/// Words, with the engine that made the job.
pub fn labelled(lang: Lang, job: &JobSnapshot, words: &str) -> String {
    match job.backend {
        BackendKind::Draft => lang.f("canvas.by_draft", &[&words]),
        BackendKind::Diffusion => lang.f("canvas.by_diffusion", &[&words]),
    }
}

/// The engine's name on a card.
pub fn short(lang: Lang, kind: BackendKind) -> &'static str {
    match kind {
        BackendKind::Draft => lang.t("advanced.engine_draft"),
        BackendKind::Diffusion => lang.t("advanced.engine_diffusion"),
    }
}

/// Lets the brief choose; says so where its choice cannot run.
pub fn choice(studio: &mut Studio, ui: &mut Ui) {
    let lang = studio.lang();
    let c = theme::colors(ui);
    ui.label(RichText::new(lang.t("advanced.engine")).size(theme::SMALL).color(c.dim));
    let options = [("auto", "advanced.engine_auto"), ("draft", "advanced.engine_draft"), ("diffusion", "advanced.engine_diffusion")];
    let options: Vec<(String, &str)> = options.iter().map(|(value, key)| ((*value).to_owned(), lang.get(key).unwrap_or(key))).collect();
    widgets::segmented(ui, &mut studio.session.brief.engine, &options);
    if studio.session.brief.engine == BackendKind::Diffusion.as_str()
        && let Some(Err(why)) = studio.bridge.watch().diffusion().map(|d| d.ready.clone())
    {
        let words = lang.f("models.why_not", &[&lang.say(&why)]);
        ui.add(egui::Label::new(RichText::new(words).size(theme::LABEL).color(c.bad)).wrap());
    }
}
