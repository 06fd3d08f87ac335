//! What opens over the window: one at a time, closed by Esc or by a click beside it.

mod export;
mod fonts;
mod models;
mod note;
mod palette;
mod path;
mod quit;
mod server;
mod shortcuts;

use egui::{Context, Id, Modal, RichText, Ui};

use super::app::Studio;
use super::dialogs::Purpose;
use super::export::{Part, Settings};
use super::{icons, theme, widgets};

/// Which one is open, with what was entered in it.
pub enum Window {
    Export { job: uuid::Uuid, settings: Settings },
    Server,
    Fonts,
    Palette { query: String, cursor: usize },
    Shortcuts,
    Models,
    Path { purpose: Purpose, text: String, asked: String },
    Quit,
    Note { id: uuid::Uuid, title: String, note: String },
}

impl Window {
    /// Export of a picture of this job, whatever is shown meanwhile.
    pub fn export(job: uuid::Uuid, part: Part) -> Self {
        Self::Export { job, settings: Settings { part, ..Settings::default() } }
    }

    /// The palette, with nothing typed yet.
    pub fn palette() -> Self {
        Self::Palette { query: String::new(), cursor: 0 }
    }

    /// Which one it is.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Export { .. } => "export",
            Self::Server => "server",
            Self::Fonts => "fonts",
            Self::Palette { .. } => "palette",
            Self::Shortcuts => "shortcuts",
            Self::Models => "models",
            Self::Path { .. } => "path",
            Self::Quit => "quit",
            Self::Note { .. } => "note",
        }
    }

    /// Name and note of a job.
    pub fn note(job: &crate::job::JobSnapshot) -> Self {
        Self::Note { id: job.id, title: job.title.clone().unwrap_or_default(), note: job.note.clone().unwrap_or_default() }
    }

    /// The path box.
    pub fn path(purpose: Purpose) -> Self {
        Self::Path { purpose, text: String::new(), asked: String::new() }
    }
}

/// What a window says when it was drawn.
enum Stay {
    Open(Window),
    Close,
}

pub(super) fn show(studio: &mut Studio, ctx: &Context) {
    let Some(window) = studio.window.take() else { return };
    let dark = if studio.session.dark { 150 } else { 90 };
    let modal = Modal::new(Id::unique("window")).backdrop_color(egui::Color32::from_black_alpha(dark));
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(24);
    // What does not fit is scrolled to; the palette scrolls its own list.
    let room = ctx.content_rect().size() - egui::vec2(72.0, 72.0);
    let answer = modal.frame(frame).show(ctx, |ui| {
        ui.set_max_width(room.x);
        let palette = matches!(window, Window::Palette { .. });
        let height = if palette { f32::INFINITY } else { room.y };
        egui::ScrollArea::vertical().max_height(height).min_scrolled_height(room.y).show(ui, |ui| content(studio, ui, window)).inner
    });
    let close = answer.should_close();
    if let Stay::Open(window) = answer.inner
        && !close
        && studio.window.is_none()
    {
        studio.window = Some(window);
    }
}

fn content(studio: &mut Studio, ui: &mut Ui, window: Window) -> Stay {
    match window {
        Window::Export { job, settings } => export::show(studio, ui, job, settings),
        Window::Server => server::show(studio, ui),
        Window::Fonts => fonts::show(studio, ui),
        Window::Palette { query, cursor } => palette::show(studio, ui, query, cursor),
        Window::Shortcuts => shortcuts::show(studio, ui),
        Window::Models => models::show(studio, ui),
        Window::Path { purpose, text, asked } => path::show(studio, ui, purpose, text, asked),
        Window::Quit => quit::show(studio, ui),
        Window::Note { id, title, note } => note::show(studio, ui, id, title, note),
    }
}

/// Sets a window's width, less where there is no room.
fn width(ui: &mut Ui, wanted: f32) {
    ui.set_width(wanted.min(ui.ctx().content_rect().width() - 72.0));
}

/// Title and cross; says whether the cross was clicked.
fn head(studio: &Studio, ui: &mut Ui, title: &str) -> bool {
    let lang = studio.lang();
    let closed = ui
        .horizontal(|ui| {
            ui.label(RichText::new(title).font(egui::FontId::new(theme::TITLE, theme::bold())));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                widgets::icon_button(ui, icons::X, lang.t("window.close")).clicked()
            })
            .inner
        })
        .inner;
    ui.add_space(8.0);
    closed
}

fn remark(ui: &mut Ui, words: &str) {
    let c = theme::colors(ui);
    ui.add(egui::Label::new(RichText::new(words).size(theme::LABEL).color(c.dim)).wrap());
}
