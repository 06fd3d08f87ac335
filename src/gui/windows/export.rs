use egui::{RichText, Ui, vec2};
use uuid::Uuid;

use super::{Stay, Window, head, remark, width};
use crate::gui::app::{Source, Studio};
use crate::gui::dialogs::{self, Purpose};
use crate::gui::export::{Format, Part, Settings};
use crate::gui::panels::{engine, history, product::full_uv};
use crate::gui::textures::Key;
use crate::gui::{icons, theme, widgets};
use crate::job::JobSnapshot;

/// Side of the picture that says what is exported.
const THUMB: f32 = 64.0;

pub fn show(studio: &mut Studio, ui: &mut Ui, id: Uuid, mut settings: Settings) -> Stay {
    let lang = studio.lang();
    width(ui, 440.0);
    let mut close = head(studio, ui, lang.t("export.title"));
    let job = studio.job(id);
    let parts: Vec<(Part, &str)> = Part::ALL
        .iter()
        .filter(|p| job.as_ref().is_some_and(|j| j.images.contains(&p.image())))
        .map(|p| (*p, lang.get(p.key()).unwrap_or_default()))
        .collect();
    if !parts.iter().any(|p| p.0 == settings.part)
        && let Some(first) = parts.first()
    {
        settings.part = first.0;
    }
    if let Some(job) = &job {
        which(studio, ui, job, settings.part);
    }
    widgets::section(ui, lang.t("export.picture"), None);
    widgets::segmented(ui, &mut settings.part, &parts);
    widgets::section(ui, lang.t("export.format"), None);
    let formats: Vec<(Format, &str)> = Format::ALL.iter().map(|f| (*f, f.name())).collect();
    widgets::segmented(ui, &mut settings.format, &formats);
    widgets::section(ui, lang.t("export.size"), None);
    // Pictures are made smaller, never larger than they are.
    let side = job.as_ref().map_or(0, |j| j.width.max(j.height));
    let smaller = [(1080, "1080"), (720, "720"), (512, "512")].into_iter().filter(|(s, _)| *s < side).map(|(s, words)| (Some(s), words));
    let sizes: Vec<_> = std::iter::once((None, lang.t("export.as_made"))).chain(smaller).collect();
    if !sizes.iter().any(|s| s.0 == settings.side) {
        settings.side = None;
    }
    widgets::segmented(ui, &mut settings.side, &sizes);
    if settings.format == Format::Jpeg {
        let mut quality = f32::from(settings.quality);
        widgets::slider(ui, lang.t("export.quality"), &mut quality, 50.0..=100.0, 0);
        settings.quality = quality.round() as u8;
    }
    let white = settings.part.transparent() && settings.format == Format::Jpeg;
    if white {
        remark(ui, lang.t("export.on_white"));
    }
    widgets::section(ui, lang.t("export.mark"), None);
    let made = settings.part != Part::Cutout;
    ui.add_enabled_ui(made, |ui| ui.checkbox(&mut settings.xmp, lang.t("export.xmp")));
    ui.add_enabled_ui(!settings.part.transparent(), |ui| ui.checkbox(&mut settings.badge, lang.t("export.badge")));
    if settings.format == Format::Png {
        ui.checkbox(&mut settings.settings, lang.t("export.settings"));
    }
    remark(ui, if made { lang.t("export.mark_about") } else { lang.t("export.photo_about") });
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        if widgets::primary(ui, icons::DOWNLOAD, lang.t("export.save"), "").clicked() {
            let name = job.as_ref().map(|j| crate::gui::panels::history::title(j));
            let name: String = name.unwrap_or_default().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).take(40).collect();
            let suffix = if settings.part == Part::Final { String::new() } else { format!("_{}", settings.part.image().as_str()) };
            let name = format!("{}{suffix}.{}", if name.is_empty() { "nanococoa" } else { &name }, settings.format.extension());
            dialogs::save(&studio.bridge, Purpose::Export(id, Box::new(settings.clone())), &name, lang);
            close = true;
        }
        if widgets::button(ui, icons::X, lang.t("window.cancel")).clicked() {
            close = true;
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Export { job: id, settings }) }
}

/// What is exported: its picture and name, and a word where something else is on the canvas.
fn which(studio: &mut Studio, ui: &mut Ui, job: &JobSnapshot, part: Part) {
    let lang = studio.lang();
    let c = theme::colors(ui);
    let picture = studio.bridge.image_path(job.id, part.image()).and_then(|path| studio.textures.get(Key::File(path, 440)));
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(THUMB, THUMB), egui::Sense::hover());
        ui.painter().rect_filled(rect, theme::RADIUS, c.sunken);
        if let Some(texture) = picture {
            let size = texture.size * (THUMB / texture.size.max_elem().max(1.0));
            let place = egui::Rect::from_center_size(rect.center(), size);
            ui.painter().image(texture.id, place, full_uv(), egui::Color32::WHITE);
        }
        ui.vertical(|ui| {
            let title = engine::labelled(lang, job, &history::title(job));
            ui.add(egui::Label::new(RichText::new(title).font(egui::FontId::new(theme::BODY, theme::bold()))).truncate());
            ui.label(RichText::new(format!("{} × {}", job.width, job.height)).size(theme::LABEL).color(c.dim));
            if studio.source != Source::Job(job.id) {
                remark(ui, lang.t("export.not_shown"));
            }
        });
    });
}
