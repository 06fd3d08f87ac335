//! The picture itself: zoom, pan, comparison, and what stands on it while something is being made.

use egui::{Color32, CursorIcon, FontId, Rect, RichText, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};
use uuid::Uuid;

use super::{canvas, mask, objects, product::full_uv};
use crate::gui::app::{Source, Studio, Tab};
use crate::gui::textures::{Key, Shown};
use crate::gui::{theme, widgets};
use crate::job::{ImageName, JobSnapshot, JobStatus};
use crate::request::StepNumber;

/// Longest side that is uploaded; graphics cards of this class take 8192, and no screen shows more than this.
pub const LARGEST: u32 = 2048;

/// A picture and the size it stands for.
struct Picture {
    texture: Shown,
    size: Vec2,
    transparent: bool,
    /// Key of the words that say what stands in for the picture that was asked for.
    note: Option<&'static str>,
}

impl Picture {
    fn of(texture: Shown, size: Vec2, transparent: bool) -> Self {
        Self { texture, size, transparent, note: None }
    }

    fn noted(self, note: &'static str) -> Self {
        Self { note: Some(note), ..self }
    }
}

pub fn show(studio: &mut Studio, ui: &mut Ui) {
    let lang = studio.lang();
    let area = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(area, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, lang.t("canvas.picture")));
    if studio.session.brief.is_blank() && studio.source == Source::Draft {
        canvas::welcome(studio, ui, area);
        return;
    }
    let painting = mask::painting(studio);
    let picture = if painting {
        mask::picture(studio, ui).map(|(texture, size)| Picture::of(texture, size, true))
    } else {
        find(studio, studio.source, studio.tab)
    };
    let Some(picture) = picture else {
        waiting(studio, ui, area);
        if matches!(studio.source, Source::Job(_)) {
            trouble(studio, ui, area);
        }
        return;
    };
    let rect = place(studio, ui, area, &picture, &response, painting);
    let painter = ui.painter_at(area);
    let shadow =
        egui::Shadow { offset: [0, 6], blur: 32, spread: 0, color: Color32::from_black_alpha(if studio.session.dark { 110 } else { 45 }) };
    // A picture larger than its room throws none that could be seen.
    if !rect.contains_rect(area) {
        painter.add(shadow.as_shape(rect, 3.0));
    }
    paint(ui, area, rect, &picture);
    if painting {
        mask::show(studio, ui, area, rect, &response);
        return;
    }
    if let Some(other) = studio.compare {
        compare(studio, ui, area, rect, other, &response, picture.note);
    } else {
        let (words, accent) = match studio.source {
            Source::Draft if studio.live.with(|s| s.busy) => (lang.t("canvas.drawing").to_owned(), true),
            Source::Draft => (lang.t("canvas.live_draft").to_owned(), false),
            Source::Job(id) => (label(studio, id, picture.note), false),
        };
        objects::show(studio, ui, area, rect);
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(words.clone()),
            ..WidgetInfo::labeled(Role::Image, true, lang.t("canvas.picture"))
        });
        canvas::badge(ui, area.left_top() + vec2(12.0, 12.0), egui::Align2::LEFT_TOP, &words, accent);
    }
    trouble(studio, ui, area);
}

/// What went wrong with what is shown, whole, with what can be done about it.
fn trouble(studio: &mut Studio, ui: &mut Ui, area: Rect) {
    let (lang, c) = (studio.lang(), theme::colors(ui));
    // A finished job whose pictures are lost says so in its message, too.
    let says = |j: &std::sync::Arc<JobSnapshot>| j.status == JobStatus::Failed || (j.status == JobStatus::Completed && !j.lost.is_empty());
    let job = if let Source::Job(id) = studio.source { studio.job(id).filter(says) } else { None };
    let words = match &job {
        Some(job) => Some(lang.notice(&job.message)),
        None if studio.source == Source::Draft => studio.live.with(|s| s.error.clone()).map(|error| lang.say(&error)),
        None => None,
    };
    let Some(words) = words else { return };
    let width = (area.width() - 32.0).min(520.0);
    let text = ui.painter().layout(words.clone(), FontId::proportional(theme::BODY), c.text, width - 32.0);
    let buttons = if job.is_some() { 14.0 + ui.spacing().interact_size.y.max(34.0) } else { 0.0 };
    let size = vec2(width, (text.size().y + 24.0 + buttons).min(area.height() - 16.0));
    let card = Rect::from_min_size(pos2(area.center().x - width / 2.0, area.bottom() - 12.0 - size.y), size);
    ui.painter().rect(card, 8.0, c.raised, Stroke::new(1.0, c.bad), StrokeKind::Inside);
    ui.scope_builder(egui::UiBuilder::new().max_rect(card.shrink2(vec2(16.0, 12.0))), |ui| {
        egui::ScrollArea::vertical().max_height(size.y - 24.0 - buttons).show(ui, |ui| {
            ui.add(egui::Label::new(RichText::new(&words).size(theme::BODY).color(c.text)).wrap());
        });
        let Some(job) = job else { return };
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let button = |ui: &mut Ui, key: &'static str| widgets::named(ui.button(lang.t(key)), lang.t(key)).clicked();
            if button(ui, "history.resume") {
                super::history::resume(studio, &job);
            }
            if button(ui, "canvas.copy_message") {
                ui.ctx().copy_text(words.clone());
            }
        });
    });
}

fn label(studio: &Studio, id: Uuid, note: Option<&'static str>) -> String {
    let lang = studio.lang();
    let Some(job) = studio.job(id) else { return lang.t("canvas.result").into() };
    let words = standing(studio, &job);
    match note {
        Some(note) => lang.f(note, &[&words]),
        None if job.status.is_active() => words,
        None => super::engine::labelled(lang, &job, &words),
    }
}

fn standing(studio: &Studio, job: &JobSnapshot) -> String {
    let lang = studio.lang();
    if job.status.is_active() {
        return lang.f("canvas.making", &[&job.progress_percent]);
    }
    match job.status {
        JobStatus::Failed => lang.t("canvas.failed").into(),
        JobStatus::Stopped => lang.t("canvas.stopped").into(),
        _ => lang.f("canvas.result_of", &[&super::history::title(job), &job.seed]),
    }
}

/// The picture of a tab, from the draft or from a job. What a job has not got is never another brief's: while it is active its preview or
/// the draft stands in, afterwards what it came to.
fn find(studio: &mut Studio, source: Source, tab: Tab) -> Option<Picture> {
    let id = match source {
        Source::Draft => return draft(studio, tab),
        Source::Job(id) => id,
    };
    let job = studio.job(id)?;
    let size = vec2(job.width as f32, job.height as f32);
    let active = job.status.is_active();
    if let Some((name, note)) = best(&job, tab)
        && let Some(path) = studio.bridge.image_path(id, name)
    {
        // The small one of the history is there sooner.
        let large = studio.textures.get(Key::File(path.clone(), LARGEST));
        let cut = matches!(name, ImageName::Cutout | ImageName::Product);
        if let Some(texture) = large.or_else(|| studio.textures.get(Key::File(path, 440))) {
            let size = if cut { texture.size } else { size };
            return Some(Picture { note, ..Picture::of(texture, size, cut || name == ImageName::Step2) });
        }
        return None;
    }
    let own = match tab {
        Tab::Product => false,
        Tab::Background => job.preview_step == Some(StepNumber::Background),
        Tab::Text => job.preview_step == Some(StepNumber::Text),
        Tab::Final => true,
    };
    if let Some(preview) = job.preview.as_ref().filter(|_| active && own) {
        return Some(Picture::of(studio.textures.preview(id, preview), size, false));
    }
    if active { draft(studio, tab).map(|d| d.noted("canvas.draft_meanwhile")) } else { None }
}

/// The picture of a job for a tab, and the words for what it stands in for.
fn best(job: &JobSnapshot, tab: Tab) -> Option<(ImageName, Option<&'static str>)> {
    let there = |name: &ImageName| job.images.contains(name);
    if let Some(name) = own_pictures(tab).iter().copied().find(there) {
        return Some((name, None));
    }
    let over = !job.status.is_active() && tab == Tab::Final;
    STAND_INS.into_iter().find(|(name, _)| over && there(name)).map(|(name, note)| (name, Some(note)))
}

/// The pictures that a tab is for, best first.
fn own_pictures(tab: Tab) -> &'static [ImageName] {
    match tab {
        Tab::Product => &[ImageName::Cutout, ImageName::Product],
        Tab::Background => &[ImageName::Step1],
        Tab::Text => &[ImageName::Step2],
        Tab::Final => &[ImageName::Final],
    }
}

/// What the last tab shows of a job that did not get to its end, best first, and the words for it.
const STAND_INS: [(ImageName, &str); 3] = [
    (ImageName::Step1, "canvas.only_to_background"),
    (ImageName::Step2, "canvas.only_to_text"),
    (ImageName::Cutout, "canvas.only_to_cutout"),
];

/// Why nothing of a job can be shown; `None`: it is on its way.
fn missing(studio: &Studio, id: Uuid) -> Option<&'static str> {
    let job = studio.job(id)?;
    match best(&job, studio.tab) {
        Some((name, _)) => {
            let path = studio.bridge.image_path(id, name)?;
            studio.textures.is_damaged(&Key::File(path, LARGEST)).then_some("canvas.damaged")
        }
        None if job.status.is_active() => None,
        None if was_lost(&job, studio.tab) => Some("canvas.damaged"),
        None if studio.tab == Tab::Final => Some("canvas.nothing_made"),
        None => Some("canvas.nothing_of_step"),
    }
}

/// Whether a picture that the tab would show was made and is missing or damaged now.
fn was_lost(job: &JobSnapshot, tab: Tab) -> bool {
    let shown = |name: &ImageName| own_pictures(tab).contains(name) || (tab == Tab::Final && STAND_INS.iter().any(|(n, _)| n == name));
    job.lost.iter().any(shown)
}

fn draft(studio: &mut Studio, tab: Tab) -> Option<Picture> {
    let draft = studio.draft()?;
    let size = vec2(draft.brief.width as f32, draft.brief.height as f32);
    let (slot, image, transparent) = match tab {
        Tab::Product => ("draft-cutout", draft.cutout?, true),
        Tab::Background => ("draft-background", draft.background, false),
        Tab::Text => ("draft-letters", draft.letters?, true),
        Tab::Final => ("draft-final", draft.picture, false),
    };
    let texture = studio.textures.live(slot, &image);
    let size = if tab == Tab::Product { texture.size } else { size };
    Some(Picture::of(texture, size, transparent))
}

fn waiting(studio: &Studio, ui: &mut Ui, area: Rect) {
    let lang = studio.lang();
    let brief = &studio.session.brief;
    if let Source::Job(id) = studio.source {
        let words = missing(studio, id).and_then(|key| lang.get(key));
        message(ui, area, words.is_none(), words.unwrap_or_default());
        return;
    }
    let error = studio.live.with(|s| s.error.clone());
    let words = match (studio.tab, error) {
        (_, Some(error)) => lang.say(&error),
        (Tab::Product, None) if brief.product.is_none() => lang.t("canvas.no_product").into(),
        (Tab::Text, None) if brief.text.trim().is_empty() => lang.t("canvas.no_text").into(),
        _ => lang.t("canvas.first_draft").into(),
    };
    message(ui, area, studio.live.with(|s| s.busy), &words);
}

fn message(ui: &mut Ui, area: Rect, busy: bool, words: &str) {
    let c = theme::colors(ui);
    let place = Rect::from_center_size(area.center(), vec2(360.0, 80.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(place), |ui| {
        ui.vertical_centered(|ui| {
            if busy {
                ui.add(egui::Spinner::new().size(24.0).color(c.accent_text));
                ui.add_space(8.0);
            }
            ui.label(RichText::new(words).color(c.dim));
        });
    });
}

/// Where the picture stands, after the wheel and the hand have moved it.
fn place(studio: &mut Studio, ui: &Ui, area: Rect, picture: &Picture, response: &egui::Response, painting: bool) -> Rect {
    let room = area.shrink(32.0).size().max(vec2(64.0, 64.0));
    let fit = (room.x / picture.size.x).min(room.y / picture.size.y);
    let view = &mut studio.view;
    if response.double_clicked() && !painting {
        view.fit = true;
    }
    // Also over what can be dragged on the picture.
    let over = ui.rect_contains_pointer(area).then(|| ui.input(|i| i.pointer.hover_pos())).flatten();
    if let Some(at) = over {
        let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
        let factor = pinch * (scroll / 300.0).exp();
        if (factor - 1.0).abs() > 1e-3 {
            let before = if view.fit { fit } else { view.zoom };
            let zoom = (before * factor).clamp(0.05, 16.0);
            let centre = area.center() + if view.fit { Vec2::ZERO } else { view.pan };
            view.pan = (centre - at) * (zoom / before) + (at - area.center());
            view.zoom = zoom;
            view.fit = false;
        }
    }
    // Also where the product or the letters lie on top.
    let middle = ui.input(|i| i.pointer.middle_down() && i.pointer.press_origin().is_some_and(|p| area.contains(p)));
    let middle = middle && ui.input(|i| i.pointer.press_origin()).and_then(|p| ui.ctx().layer_id_at(p)) == Some(ui.layer_id());
    let hand = middle || (response.dragged() && (!painting || mask::panning(ui)));
    if hand && studio.compare.is_none() {
        if view.fit {
            view.pan = Vec2::ZERO;
            view.fit = false;
        }
        view.pan += if middle { ui.input(|i| i.pointer.delta()) } else { response.drag_delta() };
    }
    if view.fit {
        view.zoom = fit;
        view.pan = Vec2::ZERO;
    }
    let size = picture.size * view.zoom;
    let limit = (size + area.size()) / 2.0 - Vec2::splat(48.0);
    view.pan = view.pan.clamp(-limit, limit);
    if response.hovered() && studio.compare.is_none() && !painting {
        ui.ctx().set_cursor_icon(if response.dragged() { CursorIcon::Grabbing } else { CursorIcon::Grab });
    }
    Rect::from_center_size(area.center() + studio.view.pan, size)
}

fn paint(ui: &mut Ui, area: Rect, rect: Rect, picture: &Picture) {
    let clip = ui.clip_rect();
    ui.set_clip_rect(clip.intersect(area));
    if picture.transparent {
        widgets::checkerboard(ui, rect);
    }
    ui.painter().image(picture.texture.id, rect, full_uv(), Color32::WHITE);
    ui.set_clip_rect(clip);
}

/// The other picture on the left of a line that can be dragged.
fn compare(studio: &mut Studio, ui: &mut Ui, area: Rect, rect: Rect, other: Source, response: &egui::Response, note: Option<&'static str>) {
    let lang = studio.lang();
    if (response.dragged() || response.clicked())
        && let Some(at) = response.interact_pointer_pos()
    {
        studio.split = ((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
    }
    if response.has_focus() {
        let step = ui.input(|i| f32::from(i.key_pressed(egui::Key::ArrowRight)) - f32::from(i.key_pressed(egui::Key::ArrowLeft)));
        studio.split = (studio.split + step * 0.02).clamp(0.0, 1.0);
    }
    let line = rect.left() + rect.width() * studio.split;
    let left = Rect::from_min_max(rect.min, pos2(line, rect.max.y));
    let picture = find(studio, other, studio.tab);
    if let Some(picture) = &picture {
        // Of another shape it keeps its own, as large as fits.
        let scale = (rect.width() / picture.size.x).min(rect.height() / picture.size.y);
        let own = Rect::from_center_size(rect.center(), picture.size * scale);
        if (own.size() - rect.size()).length() > 2.0 {
            ui.painter_at(area.intersect(left)).rect_filled(rect, 0.0, theme::colors(ui).canvas);
            paint(ui, area.intersect(left), own, picture);
        } else {
            paint(ui, area.intersect(left), rect, picture);
        }
    }
    let painter = ui.painter_at(area);
    painter.line_segment([pos2(line, rect.top()), pos2(line, rect.bottom())], Stroke::new(2.0, Color32::WHITE));
    let middle = pos2(line, area.intersect(rect).center().y);
    painter.rect_filled(Rect::from_center_size(middle, vec2(40.0, 24.0)), 12.0, Color32::WHITE);
    for (dx, glyph) in [(-9.0, crate::gui::icons::CHEVRON_LEFT), (9.0, crate::gui::icons::CHEVRON_RIGHT)] {
        let font = FontId::new(14.0, theme::icons());
        painter.text(middle + vec2(dx, 0.0), egui::Align2::CENTER_CENTER, glyph, font, Color32::BLACK);
    }
    let name = |source, note| match source {
        Source::Draft => lang.t("canvas.live_draft").to_owned(),
        Source::Job(id) => label(studio, id, note),
    };
    // Beside the picture where there is room: they would hide what is compared.
    canvas::badge(ui, area.left_top() + vec2(12.0, 12.0), egui::Align2::LEFT_TOP, &name(other, picture.and_then(|p| p.note)), false);
    canvas::badge(ui, area.right_top() + vec2(-12.0, 12.0), egui::Align2::RIGHT_TOP, &name(studio.source, note), false);
    if response.hovered() {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
}
