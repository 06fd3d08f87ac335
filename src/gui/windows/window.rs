//! The windows, and their common frame.

use std::sync::Arc;

use egui::{RichText, Ui};
use uuid::Uuid;

use crate::formats::FormatSpec;
use crate::gui::context::PanelContext;
use crate::gui::dialogs::FilePurpose;
use crate::gui::export::{Part, Settings};
use crate::gui::format_set::SetChoice;
use crate::gui::path_entry::PathEntry;
use crate::gui::{icons, theme, widgets};
use crate::job::JobSnapshot;

/// An open window, with the values entered in it.
pub enum Window {
    /// Export of a picture of this job.
    Export {
        /// The job, whatever the canvas shows meanwhile.
        job: Uuid,
        /// The chosen settings.
        settings: Settings,
    },
    /// Several formats of a job.
    Set(Box<SetChoice>),
    /// The brand kit.
    Brand,
    /// The REST server.
    Server,
    /// The font folders.
    Fonts,
    /// The command palette.
    Palette {
        /// The words to search for.
        query: String,
        /// Index of the selected command.
        cursor: usize,
    },
    /// The list of shortcuts.
    Shortcuts,
    /// The gallery of templates.
    Templates,
    /// The models.
    Models {
        /// The open question about a set.
        question: Option<Question>,
    },
    /// A path to enter where the desktop has no file dialogs.
    Path {
        /// The purpose of the file.
        purpose: FilePurpose,
        /// The entered path.
        entry: PathEntry,
    },
    /// The question before closing.
    Quit,
    /// Title and note of a job.
    Note {
        /// The job.
        id: Uuid,
        /// The entered title.
        title: String,
        /// The entered note.
        note: String,
    },
}

impl Window {
    /// The export window. `format` is chosen in it.
    pub fn export(job: Uuid, part: Part, format: Option<Arc<FormatSpec>>) -> Self {
        Self::Export { job, settings: Settings { part, spec: format, ..Settings::default() } }
    }

    /// The brand kit.
    pub fn brand() -> Self {
        Self::Brand
    }

    /// The window of models, with no question.
    pub fn models() -> Self {
        Self::Models { question: None }
    }

    /// The command palette, with an empty query.
    pub fn palette() -> Self {
        Self::Palette { query: String::new(), cursor: 0 }
    }

    /// The window for title and note of a job.
    pub fn note(job: &JobSnapshot) -> Self {
        Self::Note { id: job.id, title: job.title.clone().unwrap_or_default(), note: job.note.clone().unwrap_or_default() }
    }

    /// The window for a path.
    pub fn path(purpose: FilePurpose) -> Self {
        Self::Path { purpose, entry: PathEntry::default() }
    }

    /// The window's name, for tests.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Export { .. } => "export",
            Self::Set(_) => "set",
            Self::Brand => "brand",
            Self::Server => "server",
            Self::Fonts => "fonts",
            Self::Palette { .. } => "palette",
            Self::Shortcuts => "shortcuts",
            Self::Templates => "templates",
            Self::Models { .. } => "models",
            Self::Path { .. } => "path",
            Self::Quit => "quit",
            Self::Note { .. } => "note",
        }
    }
}

/// A question of the window of models about the set with this key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether the designer agrees to its licences.
    Licence(String),
    /// Whether it is to be deleted.
    Delete(String),
}

impl Question {
    /// Key of the set that it is about.
    pub fn set(&self) -> &String {
        match self {
            Self::Licence(set) | Self::Delete(set) => set,
        }
    }
}

/// Whether a window stays open after it was drawn.
pub enum Stay {
    /// It stays open, with the entered values.
    Open(Window),
    /// It closes.
    Close,
}

/// Sets a window's width, reduced to the available room.
pub fn width(ui: &mut Ui, wanted: f32) {
    ui.set_width(wanted.min(ui.ctx().content_rect().width() - 72.0));
}

/// Draws title and close button; returns whether that was clicked.
pub fn head(cx: &PanelContext<'_>, ui: &mut Ui, title: &str) -> bool {
    let lang = cx.lang();
    let closed = ui
        .horizontal(|ui| {
            ui.label(RichText::new(title).font(egui::FontId::new(theme::TITLE, theme::bold())));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                widgets::icon_button(ui, icons::X, lang.t("window-close")).clicked()
            })
            .inner
        })
        .inner;
    ui.add_space(8.0);
    closed
}

/// Draws a remark that wraps.
pub fn remark(ui: &mut Ui, words: &str) {
    let c = theme::colors(ui);
    ui.add(egui::Label::new(RichText::new(words).size(theme::LABEL).color(c.dim)).wrap());
}
