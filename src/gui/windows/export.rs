use egui::Ui;

use super::{Stay, Window, head, remark};
use crate::gui::app::Studio;
use crate::gui::dialogs::{self, Purpose};
use crate::gui::export::{Format, Part, Settings};
use crate::gui::{icons, widgets};

pub fn show(studio: &mut Studio, ui: &mut Ui, mut settings: Settings) -> Stay {
    let lang = studio.lang();
    ui.set_width(440.0);
    let mut close = head(studio, ui, lang.t("export.title"));
    let job = studio.export_job().and_then(|id| studio.job(id));
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
    widgets::section(ui, lang.t("export.picture"), None);
    widgets::segmented(ui, &mut settings.part, &parts);
    widgets::section(ui, lang.t("export.format"), None);
    let formats: Vec<(Format, &str)> = Format::ALL.iter().map(|f| (*f, f.name())).collect();
    widgets::segmented(ui, &mut settings.format, &formats);
    widgets::section(ui, lang.t("export.size"), None);
    let sizes = [(None, lang.t("export.as_made")), (Some(1080), "1080"), (Some(720), "720"), (Some(512), "512")];
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
            dialogs::save(&studio.bridge, Purpose::Export(Box::new(settings.clone())), &name, lang);
            close = true;
        }
        if widgets::button(ui, icons::X, lang.t("window.cancel")).clicked() {
            close = true;
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Export(settings)) }
}
