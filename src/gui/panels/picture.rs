//! The picture on the canvas: selection, label, comparison, and messages.

use egui::{Color32, CursorIcon, FontId, Rect, RichText, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};
use uuid::Uuid;

use super::canvas_state::CanvasState;
use super::zoom::Gesture;
use super::{mask, objects, welcome};
use crate::gui::brush::Brush;
use crate::gui::commands::{EditCommand, JobAction, JobCommand};
use crate::gui::context::PanelContext;
use crate::gui::selection::Selection;
use crate::gui::textures::{Key, MAX_TEXTURE_SIDE, Shown};
use crate::gui::view::{Source, Tab};
use crate::gui::{icons, job_title, theme, widgets};
use crate::job::{ImageName, JobSnapshot, JobStatus};
use crate::notice;
use crate::notice::Notice;
use crate::request::StepNumber;

/// A picture, and the size in pixels that it is shown as.
struct Picture {
    texture: Shown,
    size: Vec2,
    transparent: bool,
    /// Key of the note that names a stand-in.
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

/// Draws the picture and everything on it.
pub fn show(cx: &PanelContext<'_>, state: &mut CanvasState, brush: &mut Brush, ui: &mut Ui) {
    let lang = cx.lang();
    let area = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(area, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, lang.t("canvas-picture")));
    if cx.brief().is_blank() && cx.view.source == Source::Draft {
        welcome::show(cx, ui, area);
        return;
    }
    let painting = mask::painting(cx, brush);
    let picture = if painting {
        mask::picture(cx, brush, ui).map(|(texture, size)| Picture::of(texture, size, true))
    } else {
        find(cx, cx.view.source, cx.view.tab)
    };
    let Some(picture) = picture else {
        waiting(cx, ui, area);
        if matches!(cx.view.source, Source::Job(_)) {
            trouble(cx, ui, area);
        }
        return;
    };
    let gesture = Gesture { response: &response, painting, comparing: cx.view.compare.is_some() };
    let rect = state.zoom.place(ui, area, picture.size, &gesture);
    let painter = ui.painter_at(area);
    let shadow =
        egui::Shadow { offset: [0, 6], blur: 32, spread: 0, color: Color32::from_black_alpha(if cx.session.dark { 110 } else { 45 }) };
    // If the picture fills the canvas, its shadow is not visible.
    if !rect.contains_rect(area) {
        painter.add(shadow.as_shape(rect, 3.0));
    }
    paint(ui, area, rect, &picture);
    if painting {
        mask::show(cx, brush, ui, area, rect, &response);
        return;
    }
    if let Some(other) = cx.view.compare {
        let sides = Sides { left: other, note: picture.note };
        compare(cx, &mut state.split, ui, area, rect, &response, &sides);
    } else {
        let (words, accent) = match cx.view.source {
            Source::Draft if cx.live.with(|s| s.busy) => (lang.t("canvas-drawing").to_owned(), true),
            Source::Draft => (lang.t("canvas-live-draft").to_owned(), false),
            Source::Job(id) => (label(cx, id, picture.note), false),
        };
        // A click beside everything.
        if response.clicked() && !cx.selection.is_empty() {
            cx.send(EditCommand::Select(Selection::default()));
        }
        objects::show(cx, &mut state.drags, ui, area, rect);
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(words.clone()),
            ..WidgetInfo::labeled(Role::Image, true, lang.t("canvas-picture"))
        });
        widgets::badge(ui, area.left_top() + vec2(12.0, 12.0), egui::Align2::LEFT_TOP, &words, accent);
    }
    trouble(cx, ui, area);
}

/// Draws the whole message of a failed job or draft, with buttons for the remedies.
fn trouble(cx: &PanelContext<'_>, ui: &mut Ui, area: Rect) {
    let (lang, c) = (cx.lang(), theme::colors(ui));
    // The message of a finished job also reports lost pictures.
    let has_message =
        |j: &std::sync::Arc<JobSnapshot>| j.status == JobStatus::Failed || (j.status == JobStatus::Completed && !j.lost.is_empty());
    let job = cx.shown_job().filter(has_message);
    let words = match &job {
        Some(job) => Some(lang.notice(&job.message)),
        None if cx.view.source == Source::Draft => cx.live.with(|s| s.error.clone()).map(|error| lang.notice(&error)),
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
            if button(ui, "history-resume") {
                cx.send(JobCommand { job: job.id, action: JobAction::Resume });
            }
            if button(ui, "canvas-copy-message") {
                ui.ctx().copy_text(words.clone());
            }
        });
    });
}

fn label(cx: &PanelContext<'_>, id: Uuid, note: Option<&'static str>) -> String {
    let lang = cx.lang();
    let Some(job) = cx.job(id) else { return lang.t("canvas-result").into() };
    let words = state_words(cx, &job);
    match note {
        Some(note) => lang.notice(&Notice::new(note).with("caption", words)),
        None if job.status.is_active() => words,
        None => super::backend::labelled(lang, &job, &words),
    }
}

/// The progress of a job, or how it ended.
fn state_words(cx: &PanelContext<'_>, job: &JobSnapshot) -> String {
    let lang = cx.lang();
    if job.status.is_active() {
        return lang.notice(&notice!("canvas-making", percent = job.progress_percent));
    }
    match job.status {
        JobStatus::Failed => lang.t("canvas-failed").into(),
        JobStatus::Stopped => lang.t("canvas-stopped").into(),
        _ => lang.notice(&notice!("canvas-result-of", title = job_title::title(job), seed = job.seed)),
    }
}

/// The picture of a tab, from the draft or from a job. While a job is active, its preview or the draft stands in for a missing picture;
/// afterwards the last picture that it made.
fn find(cx: &PanelContext<'_>, source: Source, tab: Tab) -> Option<Picture> {
    let id = match source {
        Source::Draft => return draft(cx, tab),
        Source::Job(id) => id,
    };
    let job = cx.job(id)?;
    let size = vec2(job.width as f32, job.height as f32);
    let active = job.status.is_active();
    if let Some((name, note)) = best(&job, tab)
        && let Some(path) = cx.image_path(id, name)
    {
        // The history's small picture is often loaded already.
        let large = cx.textures.get(Key::File(path.clone(), MAX_TEXTURE_SIDE));
        let cut = matches!(name, ImageName::Cutout | ImageName::Product);
        if let Some(texture) = large.or_else(|| cx.textures.get(Key::File(path, 440))) {
            let size = if cut { texture.size } else { size };
            return Some(Picture { note, ..Picture::of(texture, size, cut || name == ImageName::Step2 || job.is_clear()) });
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
        return Some(Picture::of(cx.textures.preview(id, preview), size, false));
    }
    if active { draft(cx, tab).map(|d| d.noted("canvas-draft-meanwhile")) } else { None }
}

/// The picture of a job for a tab, and the key of its note if it is a stand-in.
fn best(job: &JobSnapshot, tab: Tab) -> Option<(ImageName, Option<&'static str>)> {
    let there = |name: &ImageName| job.images.contains(name);
    if let Some(name) = own_pictures(tab).iter().copied().find(there) {
        return Some((name, None));
    }
    let over = !job.status.is_active() && tab == Tab::Final;
    STAND_INS.into_iter().find(|(name, _)| over && there(name)).map(|(name, note)| (name, Some(note)))
}

/// The pictures that a tab shows, best first.
fn own_pictures(tab: Tab) -> &'static [ImageName] {
    match tab {
        Tab::Product => &[ImageName::Cutout, ImageName::Product],
        Tab::Background => &[ImageName::Step1],
        Tab::Text => &[ImageName::Step2],
        Tab::Final => &[ImageName::Final],
    }
}

/// The pictures of an unfinished job for the last tab, best first, with the keys of their notes.
const STAND_INS: [(ImageName, &str); 3] = [
    (ImageName::Step1, "canvas-only-to-background"),
    (ImageName::Step2, "canvas-only-to-text"),
    (ImageName::Cutout, "canvas-only-to-cutout"),
];

/// Key of the reason why a job has no picture to show; `None` while it is loading or being made.
fn missing(cx: &PanelContext<'_>, id: Uuid) -> Option<&'static str> {
    let job = cx.job(id)?;
    match best(&job, cx.view.tab) {
        Some((name, _)) => {
            let path = cx.image_path(id, name)?;
            cx.textures.is_damaged(&Key::File(path, MAX_TEXTURE_SIDE)).then_some("canvas-damaged")
        }
        None if job.status.is_active() => None,
        None if was_lost(&job, cx.view.tab) => Some("canvas-damaged"),
        None if cx.view.tab == Tab::Final => Some("canvas-nothing-made"),
        None => Some("canvas-nothing-of-step"),
    }
}

/// Whether a picture for the tab was made but is missing or damaged now.
fn was_lost(job: &JobSnapshot, tab: Tab) -> bool {
    let shown = |name: &ImageName| own_pictures(tab).contains(name) || (tab == Tab::Final && STAND_INS.iter().any(|(n, _)| n == name));
    job.lost.iter().any(shown)
}

fn draft(cx: &PanelContext<'_>, tab: Tab) -> Option<Picture> {
    let draft = cx.draft()?;
    let size = vec2(draft.brief.width as f32, draft.brief.height as f32);
    let clear = draft.brief.is_clear();
    let (slot, image, transparent) = match tab {
        Tab::Product => ("draft-cutout", draft.cutout?, true),
        Tab::Background => ("draft-background", draft.background, clear),
        Tab::Text => ("draft-letters", draft.letters?, true),
        Tab::Final => ("draft-final", draft.picture, clear),
    };
    let texture = cx.textures.live(slot, &image);
    let size = if tab == Tab::Product { texture.size } else { size };
    Some(Picture::of(texture, size, transparent))
}

fn waiting(cx: &PanelContext<'_>, ui: &mut Ui, area: Rect) {
    let lang = cx.lang();
    let brief = &cx.brief();
    if let Source::Job(id) = cx.view.source {
        let words = missing(cx, id).map(|key| lang.t(key));
        message(ui, area, words.is_none(), words.unwrap_or_default());
        return;
    }
    let error = cx.live.with(|s| s.error.clone());
    let words = match (cx.view.tab, error) {
        (_, Some(error)) => lang.notice(&error),
        (Tab::Product, None) if brief.product.is_none() => lang.t("canvas-no-product").into(),
        (Tab::Text, None) if !brief.has_text() => lang.t("canvas-no-text").into(),
        _ => lang.t("canvas-first-draft").into(),
    };
    message(ui, area, cx.live.with(|s| s.busy), &words);
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

fn paint(ui: &mut Ui, area: Rect, rect: Rect, picture: &Picture) {
    let clip = ui.clip_rect();
    ui.set_clip_rect(clip.intersect(area));
    if picture.transparent {
        widgets::checkerboard(ui, rect);
    }
    ui.painter().image(picture.texture.id, rect, widgets::full_uv(), Color32::WHITE);
    ui.set_clip_rect(clip);
}

/// The left side of a comparison, and the note of the picture on the right.
struct Sides {
    left: Source,
    note: Option<&'static str>,
}

/// Draws the left picture of a comparison up to a line that can be dragged; `split` is the line's position.
fn compare(cx: &PanelContext<'_>, split: &mut f32, ui: &mut Ui, area: Rect, rect: Rect, response: &egui::Response, sides: &Sides) {
    let Sides { left: other, note } = *sides;
    let lang = cx.lang();
    if (response.dragged() || response.clicked())
        && let Some(at) = response.interact_pointer_pos()
    {
        *split = ((at.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
    }
    if response.has_focus() {
        let step = ui.input(|i| f32::from(i.key_pressed(egui::Key::ArrowRight)) - f32::from(i.key_pressed(egui::Key::ArrowLeft)));
        *split = (*split + step * 0.02).clamp(0.0, 1.0);
    }
    let line = rect.left() + rect.width() * *split;
    let left = Rect::from_min_max(rect.min, pos2(line, rect.max.y));
    let picture = find(cx, other, cx.view.tab);
    if let Some(picture) = &picture {
        // A picture of another aspect ratio is fitted.
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
    for (dx, glyph) in [(-9.0, icons::CHEVRON_LEFT), (9.0, icons::CHEVRON_RIGHT)] {
        let font = FontId::new(14.0, theme::icons());
        painter.text(middle + vec2(dx, 0.0), egui::Align2::CENTER_CENTER, glyph, font, Color32::BLACK);
    }
    let name = |source, note| match source {
        Source::Draft => lang.t("canvas-live-draft").to_owned(),
        Source::Job(id) => label(cx, id, note),
    };
    // In the corners of the canvas, where they hide less of the pictures.
    widgets::badge(ui, area.left_top() + vec2(12.0, 12.0), egui::Align2::LEFT_TOP, &name(other, picture.and_then(|p| p.note)), false);
    widgets::badge(ui, area.right_top() + vec2(-12.0, 12.0), egui::Align2::RIGHT_TOP, &name(cx.view.source, note), false);
    if response.hovered() {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
}
