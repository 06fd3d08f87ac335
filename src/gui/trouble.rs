//! The window that says why the studio cannot open. Users who started it from an icon see no terminal.

use std::path::PathBuf;

use egui::{CentralPanel, Context, Frame, Key, Margin, RichText, ScrollArea, Ui};

use super::{icons, theme, widgets};
use crate::notice;
use crate::notice::Language;
use crate::notice::Notice;

/// Why the studio cannot open.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// Another instance uses this data folder.
    InUse(PathBuf),
    /// Anything else.
    Failed(Notice),
}

impl Trouble {
    fn notice(&self) -> Notice {
        match self {
            Self::InUse(folder) => notice!("trouble-in-use", folder = folder.display()),
            Self::Failed(notice) => notice.clone(),
        }
    }

    fn remedy(&self, lang: Language) -> &'static str {
        match self {
            Self::InUse(_) => lang.t("trouble-close-other"),
            Self::Failed(_) => lang.t("trouble-correct"),
        }
    }
}

/// The contents of the window, in both languages, because without a session the language is unknown.
pub struct TroubleWindow(Trouble);

impl TroubleWindow {
    /// `ctx` gets fonts and styles.
    pub fn new(ctx: &Context, trouble: Trouble) -> Self {
        theme::install(ctx);
        Self(trouble)
    }

    fn show(&self, ui: &mut Ui) {
        let c = theme::colors(ui);
        let mut close = ui.input(|i| i.key_pressed(Key::Escape));
        CentralPanel::default().frame(Frame::new().fill(c.panel).inner_margin(Margin::same(24))).show(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).max_height(ui.available_height() - 56.0).show(ui, |ui| {
                for lang in Language::ALL {
                    ui.label(RichText::new(lang.t("trouble-title")).size(theme::TITLE));
                    ui.add_space(4.0);
                    ui.label(lang.notice(&self.0.notice()));
                    ui.add_space(4.0);
                    ui.label(RichText::new(self.0.remedy(lang)).color(c.dim));
                    ui.add_space(20.0);
                }
            });
            ui.add_space(12.0);
            let words = Language::ALL.map(|lang| lang.t("trouble-close")).join(" · ");
            close |= widgets::primary(ui, icons::X, &words, "").clicked();
        });
        if close {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }
}

impl eframe::App for TroubleWindow {
    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        self.show(ui);
    }
}

/// Says in a plain box of the system why the window cannot be opened, for example without OpenGL. Only Windows has such boxes without further
/// programs; elsewhere this does nothing.
pub fn show_box(notice: &Notice) {
    if cfg!(windows) {
        let words = Language::ALL.map(|lang| lang.notice(notice)).join("\n\n");
        rfd::MessageDialog::new().set_level(rfd::MessageLevel::Error).set_title("nanoCocoa Studio").set_description(words).show();
    }
}

/// Shows the window until it is closed. If it cannot be opened, for example without OpenGL, [`show_box`] says the same.
pub fn show(trouble: Trouble) {
    show_by(trouble, show_window, show_box);
}

fn show_by<E: std::fmt::Display>(trouble: Trouble, window: impl FnOnce(Trouble) -> Result<(), E>, in_box: impl FnOnce(&Notice)) {
    let notice = trouble.notice();
    if let Err(error) = window(trouble) {
        tracing::debug!(%error, "no window");
        in_box(&notice);
    }
}

fn show_window(trouble: Trouble) -> eframe::Result {
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("nanoCocoa Studio")
        .with_app_id("io.github.nanococoa.Studio")
        .with_inner_size([560.0, 420.0]);
    if let Some(icon) = super::app_icon::load() {
        viewport = viewport.with_icon(icon);
    }
    let native = eframe::NativeOptions { viewport, centered: true, renderer: eframe::Renderer::Glow, ..eframe::NativeOptions::default() };
    eframe::run_native("nanoCocoa Studio", native, Box::new(|cx| Ok(Box::new(TroubleWindow::new(&cx.egui_ctx, trouble)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_window_a_box_says_why_the_studio_cannot_open() {
        let in_use = || Trouble::InUse("/data".into());
        let mut said = Vec::new();
        show_by(in_use(), |_| Err("no OpenGL"), |notice| said.push(notice.english()));
        assert_eq!(said, [in_use().notice().english()]);
        show_by(in_use(), |_| Ok::<_, String>(()), |notice| said.push(notice.english()));
        assert_eq!(said.len(), 1);
    }
}
