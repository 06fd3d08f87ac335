use egui::{RichText, Ui};

use super::{Stay, Window, head, remark, width};
use crate::backend::ModelInfo;
use crate::gui::app::Studio;
use crate::gui::i18n::Lang;
use crate::gui::panels::engine;
use crate::gui::{icons, theme, widgets};
use crate::request::BackendKind;

const GB: f64 = 1e9;

pub fn show(studio: &mut Studio, ui: &mut Ui) -> Stay {
    let lang = studio.lang();
    let c = theme::colors(ui);
    width(ui, 640.0);
    let close = head(studio, ui, lang.t("models.title"));
    let known = studio.bridge.watch().diffusion();
    let diffusion = engine::of(studio) == BackendKind::Diffusion;
    let device = engine::device(studio);
    widgets::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.label(widgets::icon(icons::INFO, 18.0).color(c.accent_text));
            let title = match (diffusion, engine::chosen_draft(studio)) {
                (true, _) => lang.f("models.ready_title", &[&device]),
                (false, true) => lang.t("models.chosen_title").to_owned(),
                (false, false) => lang.t("models.why_title").to_owned(),
            };
            ui.label(RichText::new(title).font(egui::FontId::new(theme::STRONG, theme::bold())));
        });
        if let Some(Err(why)) = known.as_ref().map(|k| &k.ready) {
            remark(ui, &lang.f("models.why_not", &[&lang.say(why)]));
        }
        if let Some(problem) = known.as_ref().and_then(|k| k.installed.problem.as_ref()) {
            ui.label(RichText::new(lang.say(&problem.to_string())).size(theme::LABEL).color(c.bad));
        }
        remark(ui, if diffusion { lang.t("models.ready") } else { lang.t("models.why") });
        match known.as_ref().and_then(|k| k.installed.plan.as_ref()) {
            Some(plan) => remark(ui, &lang.f("models.plan", &[&lang.say(&plan.to_string())])),
            None => remark(ui, lang.t("models.needs")),
        }
    });
    ui.add_space(theme::UNIT);
    engine::choice(studio, ui);
    widgets::section(ui, lang.t("models.installed"), None);
    for model in known.iter().flat_map(|k| &k.installed.models) {
        row(
            ui,
            lang,
            model.name,
            lang.get(&format!("models.{}", model.key)).unwrap_or_default(),
            &state(lang, model),
            model.place.is_some(),
        );
        if !model.commercial {
            ui.label(RichText::new(format!("{} · {}", model.licence, lang.t("models.not_commercial"))).size(theme::SMALL).color(c.bad));
        }
    }
    row(ui, lang, "U²-Netp", lang.t("models.u2net"), &format!("Apache-2.0 · {}", lang.t("models.embedded")), true);
    let gpus = studio.bridge.watch().load().0.gpu_info;
    let gpu = gpus.first().map_or_else(|| lang.t("models.no_gpu").to_owned(), |g| format!("{} · {:.0} GB", g.name, g.vram_total_gb));
    ui.add_space(theme::UNIT);
    for (words, value) in [(lang.t("models.gpu"), gpu), (lang.t("models.folder"), studio.config.models_dir.display().to_string())] {
        ui.horizontal(|ui| {
            ui.label(RichText::new(words).size(theme::LABEL).color(c.dim));
            ui.add(egui::Label::new(RichText::new(value).size(theme::LABEL)).truncate());
        });
    }
    if close { Stay::Close } else { Stay::Open(Window::Models) }
}

fn state(lang: Lang, model: &ModelInfo) -> String {
    let gb = |bytes: u64| format!("{:.1}", bytes as f64 / GB);
    let mut words = vec![model.licence.to_owned()];
    if model.place.is_some() {
        words.push(lang.f("models.on_disk", &[&gb(model.on_disk)]));
        words.extend(model.in_memory.map(|bytes| lang.f("models.in_memory", &[&gb(bytes)])));
    }
    words.join(" · ")
}

/// A model: what it is, whether it is there, and below it licence and size.
fn row(ui: &mut Ui, lang: Lang, name: &str, about: &str, state: &str, there: bool) {
    let c = theme::colors(ui);
    ui.horizontal(|ui| {
        ui.set_height(20.0);
        let (glyph, color) = if there { (icons::CIRCLE_CHECK, c.good) } else { (icons::PACKAGE, c.dim) };
        ui.label(widgets::icon(glyph, 16.0).color(color));
        ui.label(RichText::new(name).font(egui::FontId::new(theme::BODY, theme::bold())));
        ui.label(RichText::new(about).size(theme::LABEL).color(c.dim));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(RichText::new(if there { lang.t("models.found") } else { lang.t("models.missing") }).size(theme::LABEL).color(color));
            ui.add(egui::Label::new(RichText::new(state).size(theme::SMALL).color(c.dim)).truncate());
        });
    });
}
