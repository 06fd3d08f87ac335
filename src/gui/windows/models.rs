use egui::{RichText, Ui};

use super::model_sets;
use super::window::{Question, Stay, Window, head, remark, width};
use crate::backend::ModelInfo;
use crate::gui::commands::EditCommand;
use crate::gui::context::PanelContext;
use crate::gui::panels::backend;
use crate::gui::{icons, theme, widgets};
use crate::notice;
use crate::notice::Language;
use crate::request::{BackendChoice, BackendKind};

const GB: f64 = 1e9;

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui, question: Option<Question>) -> Stay {
    let lang = cx.lang();
    let c = theme::colors(ui);
    width(ui, 640.0);
    let close = head(cx, ui, lang.t("models-title"));
    let known = cx.watch.diffusion();
    let diffusion = cx.backend() == BackendKind::Diffusion;
    let device = backend::device(cx);
    widgets::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.label(widgets::icon(icons::INFO, 18.0).color(c.accent_text));
            let title = match (diffusion, cx.brief().engine == BackendChoice::Draft) {
                (true, _) => lang.notice(&notice!("models-ready-title", device = device)),
                (false, true) => lang.t("models-chosen-title").to_owned(),
                (false, false) => lang.t("models-why-title").to_owned(),
            };
            ui.label(RichText::new(title).font(egui::FontId::new(theme::STRONG, theme::bold())));
        });
        if let Some(Err(why)) = known.as_ref().map(|k| &k.ready) {
            remark(ui, &lang.notice(&notice!("models-why-not", reason = why.clone())));
        }
        if let Some(problem) = known.as_ref().and_then(|k| k.installed.problem.as_ref()) {
            ui.label(RichText::new(lang.notice(problem)).size(theme::LABEL).color(c.bad));
        }
        remark(ui, if diffusion { lang.t("models-ready") } else { lang.t("models-why") });
        match known.as_ref().and_then(|k| k.installed.plan.as_ref()) {
            Some(plan) => remark(ui, &lang.notice(&notice!("models-plan", plan = plan.clone()))),
            None => remark(ui, lang.t("models-needs")),
        }
    });
    ui.add_space(theme::UNIT);
    let mut brief = cx.brief().clone();
    if backend::choice(cx, &mut brief.engine, ui) {
        cx.send(EditCommand::Brief(Box::new(brief)));
    }
    let question = model_sets::show(cx, ui, question);
    widgets::section(ui, lang.t("models-installed"), None);
    for model in known.iter().flat_map(|k| &k.installed.models) {
        row(ui, lang, model.name, purpose(lang, model.key), &state(lang, model), model.place.is_some());
        if !model.commercial {
            ui.label(RichText::new(format!("{} · {}", model.licence, lang.t("models-not-commercial"))).size(theme::SMALL).color(c.bad));
        }
    }
    row(ui, lang, "U²-Netp", lang.t("models-u2net"), &format!("Apache-2.0 · {}", lang.t("models-embedded")), true);
    let gpus = cx.watch.load().0.gpu_info;
    let gpu = match gpus.as_deref().map(<[_]>::first) {
        Some(Some(gpu)) => match gpu.memory {
            Some(memory) => format!("{} · {:.0} GB", gpu.name, memory.total_gb),
            None => gpu.name.clone(),
        },
        Some(None) => lang.t("models-no-gpu").to_owned(),
        None => lang.t("models-gpu-silent").to_owned(),
    };
    ui.add_space(theme::UNIT);
    for (words, value) in [(lang.t("models-gpu"), gpu), (lang.t("models-folder"), crate::paths::display_path(&cx.config.models_dir))] {
        ui.horizontal(|ui| {
            ui.label(RichText::new(words).size(theme::LABEL).color(c.dim));
            ui.add(egui::Label::new(RichText::new(value).size(theme::LABEL)).truncate());
        });
    }
    if close { Stay::Close } else { Stay::Open(Window::Models { question }) }
}

/// The purpose of a model of the diffusion backend.
fn purpose(lang: Language, key: &str) -> &'static str {
    match key {
        "flux" => lang.t("models-flux"),
        "encoders" => lang.t("models-encoders"),
        "sdxl" => lang.t("models-sdxl"),
        "controlnet" => lang.t("models-controlnet"),
        "birefnet" => lang.t("models-birefnet"),
        _ => "",
    }
}

fn state(lang: Language, model: &ModelInfo) -> String {
    let gb = |bytes: u64| format!("{:.1}", bytes as f64 / GB);
    let mut words = vec![model.licence.to_owned()];
    if model.place.is_some() {
        words.push(lang.notice(&notice!("models-on-disk", gigabytes = gb(model.on_disk))));
        words.extend(model.in_memory.map(|bytes| lang.notice(&notice!("models-in-memory", gigabytes = gb(bytes)))));
    }
    words.join(" · ")
}

/// Draws a model: its purpose, whether it is installed, and below that licence and size.
fn row(ui: &mut Ui, lang: Language, name: &str, about: &str, state: &str, there: bool) {
    let c = theme::colors(ui);
    ui.horizontal(|ui| {
        ui.set_height(20.0);
        let (glyph, color) = if there { (icons::CIRCLE_CHECK, c.good) } else { (icons::PACKAGE, c.dim) };
        ui.label(widgets::icon(glyph, 16.0).color(color));
        ui.label(RichText::new(name).font(egui::FontId::new(theme::BODY, theme::bold())));
        ui.label(RichText::new(about).size(theme::LABEL).color(c.dim));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(RichText::new(if there { lang.t("models-found") } else { lang.t("models-missing") }).size(theme::LABEL).color(color));
            ui.add(egui::Label::new(RichText::new(state).size(theme::SMALL).color(c.dim)).truncate());
        });
    });
}
