use egui::{RichText, Ui, vec2};
use uuid::Uuid;

use super::window::{Stay, Window, head, remark, width};
use crate::formats::{FileType, no_transparency, picture_for};
use crate::gui::commands::{FileCommand, UiCommand};
use crate::gui::context::PanelContext;
use crate::gui::dialogs::FilePurpose;
use crate::gui::export::{Part, Settings};
use crate::gui::panels::{backend, format};
use crate::gui::textures::Key;
use crate::gui::view::Source;
use crate::gui::{icons, job_title, theme, widgets};
use crate::job::JobSnapshot;

/// Side of the preview in points.
const THUMB: f32 = 64.0;

pub fn show(cx: &PanelContext<'_>, ui: &mut Ui, id: Uuid, mut settings: Settings) -> Stay {
    let lang = cx.lang();
    width(ui, 440.0);
    let mut close = head(cx, ui, lang.t("export-title"));
    let job = cx.job(id);
    let parts: Vec<(Part, &str)> =
        Part::ALL.iter().filter(|p| job.as_ref().is_some_and(|j| j.images.contains(&p.image()))).map(|p| (*p, lang.t(p.key()))).collect();
    if !parts.iter().any(|p| p.0 == settings.part)
        && let Some(first) = parts.first()
    {
        settings.part = first.0;
    }
    if let Some(job) = &job {
        summary(cx, ui, job, settings.part);
    }
    widgets::section(ui, lang.t("export-picture"), None);
    widgets::segmented(ui, &mut settings.part, &parts);
    if widgets::section(ui, lang.t("export-format"), Some(lang.t("export-several"))).is_some_and(|r| r.clicked()) {
        cx.send(UiCommand::FormatSet);
    }
    if format::choice(cx, ui, lang.t("export-formats"), lang.t("export-free"), &mut settings.spec) {
        // The picture that the format wants: the cut-out for a white background.
        let wanted = settings.spec.as_ref().zip(job.as_ref()).and_then(|(spec, job)| picture_for(spec, &job.images));
        settings.part = Part::ALL.into_iter().find(|part| Some(part.image()) == wanted).unwrap_or(settings.part);
    }
    match settings.spec.clone() {
        Some(spec) => remark(ui, &lang.notice(&format::limits(&spec))),
        None => free(cx, ui, job.as_deref(), &mut settings),
    }
    let clear = job.as_ref().is_some_and(|job| job.is_clear()) && !settings.part.is_transparent();
    match (&settings.spec, settings.file) {
        (Some(spec), _) if clear => remark(ui, &lang.notice(&no_transparency(spec.file))),
        (None, FileType::Jpeg) if clear => remark(ui, &lang.notice(&no_transparency(FileType::Jpeg))),
        _ => {}
    }
    widgets::section(ui, lang.t("export-mark"), None);
    let made = settings.part != Part::Cutout;
    ui.add_enabled_ui(made, |ui| ui.checkbox(&mut settings.xmp, lang.t("export-xmp")));
    // A badge needs a ground.
    let stays_clear = settings.part.is_transparent() || clear && settings.spec.is_none() && settings.file != FileType::Jpeg;
    ui.add_enabled_ui(!stays_clear && settings.file_type() != FileType::Ora, |ui| ui.checkbox(&mut settings.badge, lang.t("export-badge")));
    if settings.file == FileType::Png && settings.spec.is_none() {
        ui.checkbox(&mut settings.settings, lang.t("export-settings"));
    }
    remark(ui, if made { lang.t("export-mark-about") } else { lang.t("export-photo-about") });
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        if widgets::primary(ui, icons::DOWNLOAD, lang.t("export-save"), "").clicked() {
            let name = job.as_deref().map(job_title::title);
            let name: String = name.unwrap_or_default().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).take(40).collect();
            let name = crate::paths::portable_name(&name);
            let suffix = if settings.part == Part::Final { String::new() } else { format!("_{}", settings.part.image().as_str()) };
            let suffix = settings.spec.as_ref().map_or(suffix, |spec| format!("_{}", spec.id));
            let name = format!("{}{suffix}.{}", if name.is_empty() { "nanococoa" } else { &name }, settings.file_type().extension());
            cx.send(FileCommand::Ask(FilePurpose::Export(id, Box::new(settings.clone())), Some(name)));
            close = true;
        }
        if widgets::button(ui, icons::X, lang.t("window-cancel")).clicked() {
            close = true;
        }
    });
    if close { Stay::Close } else { Stay::Open(Window::Export { job: id, settings }) }
}

/// File type, size and quality where no format of the catalogue decides them.
fn free(cx: &PanelContext<'_>, ui: &mut Ui, job: Option<&JobSnapshot>, settings: &mut Settings) {
    let lang = cx.lang();
    // A file with layers is of the whole advertisement.
    let possible = |file: &FileType| *file != FileType::Ora || settings.part == Part::Final;
    let types: Vec<(FileType, &str)> = FileType::ALL.into_iter().filter(possible).map(|file| (file, file.name())).collect();
    if !types.iter().any(|(file, _)| *file == settings.file) {
        settings.file = FileType::Png;
    }
    widgets::segmented(ui, &mut settings.file, &types);
    match settings.file {
        FileType::Ora => {
            remark(ui, lang.t("export-ora-about"));
            settings.side = None;
            return;
        }
        FileType::Pdf => remark(ui, lang.t("export-pdf-about")),
        FileType::Png | FileType::Jpeg | FileType::Webp => {}
    }
    widgets::section(ui, lang.t("export-size"), None);
    // Pictures are made smaller, never larger than they are.
    let side = job.map_or(0, |j| j.width.max(j.height));
    let smaller = [(1080, "1080"), (720, "720"), (512, "512")].into_iter().filter(|(s, _)| *s < side).map(|(s, words)| (Some(s), words));
    let sizes: Vec<_> = std::iter::once((None, lang.t("export-as-made"))).chain(smaller).collect();
    if !sizes.iter().any(|s| s.0 == settings.side) {
        settings.side = None;
    }
    widgets::segmented(ui, &mut settings.side, &sizes);
    if settings.file == FileType::Jpeg {
        let mut quality = f32::from(settings.quality);
        widgets::slider(ui, lang.t("export-quality"), &mut quality, 50.0..=100.0, 0);
        settings.quality = quality.round() as u8;
    }
    if settings.part.is_transparent() && settings.file == FileType::Jpeg {
        remark(ui, lang.t("export-on-white"));
    }
}

/// Draws preview and title of the job, and a remark if the canvas shows something else.
fn summary(cx: &PanelContext<'_>, ui: &mut Ui, job: &JobSnapshot, part: Part) {
    let lang = cx.lang();
    let c = theme::colors(ui);
    let picture = cx.image_path(job.id, part.image()).and_then(|path| cx.textures.get(Key::File(path, 440)));
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(THUMB, THUMB), egui::Sense::hover());
        ui.painter().rect_filled(rect, theme::RADIUS, c.sunken);
        if let Some(texture) = picture {
            let size = texture.size * (THUMB / texture.size.max_elem().max(1.0));
            let place = egui::Rect::from_center_size(rect.center(), size);
            ui.painter().image(texture.id, place, widgets::full_uv(), egui::Color32::WHITE);
        }
        ui.vertical(|ui| {
            let title = backend::labelled(lang, job, &job_title::title(job));
            ui.add(egui::Label::new(RichText::new(title).font(egui::FontId::new(theme::BODY, theme::bold()))).truncate());
            ui.label(RichText::new(format!("{} × {}", job.width, job.height)).size(theme::LABEL).color(c.dim));
            if cx.view.source != Source::Job(job.id) {
                remark(ui, lang.t("export-not-shown"));
            }
        });
    });
}
