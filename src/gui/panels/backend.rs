//! Shared by several panels: the label and the choice of the backend.

use egui::{RichText, Ui};

use crate::gui::context::PanelContext;
use crate::gui::{theme, widgets};
use crate::job::JobSnapshot;
use crate::notice;
use crate::notice::Language;
use crate::request::{BackendChoice, BackendKind, ModelChoice};

/// The device of the diffusion backend: the GPU's name if known.
pub fn device(cx: &PanelContext<'_>) -> String {
    let device = cx.watch.diffusion().and_then(|d| d.installed.device.clone()).unwrap_or_default();
    let gpus = cx.watch.load().0.gpu_info.unwrap_or_default();
    match gpus.first() {
        Some(gpu) if device.starts_with("CUDA") && gpus.len() == 1 => gpu.name.clone(),
        _ => device,
    }
}

/// A label, with the backend that made the job.
pub fn labelled(lang: Language, job: &JobSnapshot, words: &str) -> String {
    match job.backend {
        BackendKind::Draft => lang.notice(&notice!("canvas-by-draft", caption = words.to_owned())),
        BackendKind::Diffusion => lang.notice(&notice!("canvas-by-diffusion", caption = words.to_owned())),
    }
}

/// The backend's short name.
pub fn short(lang: Language, kind: BackendKind) -> &'static str {
    match kind {
        BackendKind::Draft => lang.t("advanced-engine-draft"),
        BackendKind::Diffusion => lang.t("advanced-engine-diffusion"),
    }
}

/// Draws the choice of the models where the diffusion backend can run and may be used.
pub fn model_choice(cx: &PanelContext<'_>, engine: BackendChoice, chosen: &mut ModelChoice, ui: &mut Ui) {
    if engine == BackendChoice::Draft || cx.watch.diffusion().is_none_or(|d| d.ready.is_err()) {
        return;
    }
    let lang = cx.lang();
    ui.label(RichText::new(lang.t("advanced-model")).size(theme::SMALL).color(theme::colors(ui).dim));
    let options = [
        (ModelChoice::Auto, lang.t("advanced-model-auto")),
        (ModelChoice::Flux1, lang.t("advanced-model-flux1")),
        (ModelChoice::Flux2Klein, lang.t("advanced-model-flux2-klein")),
    ];
    widgets::segmented(ui, chosen, &options);
}

/// Draws the choice of the backend, and why it cannot run. Returns whether another one was chosen.
pub fn choice(cx: &PanelContext<'_>, chosen: &mut BackendChoice, ui: &mut Ui) -> bool {
    let lang = cx.lang();
    let c = theme::colors(ui);
    ui.label(RichText::new(lang.t("advanced-engine")).size(theme::SMALL).color(c.dim));
    let options = [
        (BackendChoice::Auto, lang.t("advanced-engine-auto")),
        (BackendChoice::Draft, lang.t("advanced-engine-draft")),
        (BackendChoice::Diffusion, lang.t("advanced-engine-diffusion")),
    ];
    let changed = widgets::segmented(ui, chosen, &options);
    if *chosen == BackendChoice::Diffusion
        && let Some(Err(why)) = cx.watch.diffusion().map(|d| d.ready.clone())
    {
        let words = lang.notice(&notice!("models-why-not", reason = why));
        ui.add(egui::Label::new(RichText::new(words).size(theme::LABEL).color(c.bad)).wrap());
    }
    changed
}
