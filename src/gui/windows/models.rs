use egui::{RichText, Ui};

use super::{Stay, Window, head, remark};
use crate::gui::app::Studio;
use crate::gui::{icons, theme, widgets};

pub fn show(studio: &mut Studio, ui: &mut Ui) -> Stay {
    let lang = studio.lang();
    let c = theme::colors(ui);
    ui.set_width(560.0);
    let close = head(studio, ui, lang.t("models.title"));
    widgets::card(ui).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.label(widgets::icon(icons::INFO, 18.0).color(c.accent_text));
            ui.label(RichText::new(lang.t("models.why_title")).font(egui::FontId::new(14.0, theme::bold())));
        });
        remark(ui, lang.t("models.why"));
    });
    widgets::section(ui, lang.t("models.installed"), None);
    let gpus = studio.bridge.watch().load().0.gpu_info;
    let gpu = gpus.first().map_or_else(|| lang.t("models.no_gpu").to_owned(), |g| format!("{} · {:.0} GB", g.name, g.vram_total_gb));
    let rows = [
        (icons::PACKAGE, "U²-Netp", lang.t("models.u2net").to_owned()),
        (icons::WAND_SPARKLES, "nanoCocoa draft", lang.t("models.draft").to_owned()),
        (icons::CPU, lang.t("models.gpu"), gpu),
    ];
    for (glyph, name, about) in rows {
        ui.horizontal(|ui| {
            ui.set_height(24.0);
            ui.label(widgets::icon(glyph, 16.0).color(c.dim));
            ui.label(RichText::new(name).font(egui::FontId::new(13.5, theme::bold())));
            ui.label(RichText::new(about).color(c.dim));
        });
    }
    widgets::section(ui, lang.t("models.folder"), None);
    ui.label(RichText::new(studio.config.data_dir.display().to_string()).size(12.5).color(c.dim));
    if close { Stay::Close } else { Stay::Open(Window::Models) }
}
