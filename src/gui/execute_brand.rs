//! The brand kit: opened, edited, written.

use std::path::PathBuf;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use egui::Context;

use super::app::Studio;
use super::brand_kit::BrandKit;
use super::brand_state::{BrandAction, BrandTask};
use super::message::{BrandOutcome, Message};
use super::panels::layer_properties;
use super::toasts::Severity;
use super::windows::Window;
use crate::notice;
use crate::templates::Brand;

/// How long the end of the program waits for a write to the kit's folder.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

impl Studio {
    /// The brand kit in use, for tests.
    pub fn brand_kit(&self) -> Option<&Brand> {
        self.brand.kit().map(|kit| &kit.brand)
    }

    /// Whether an edit of the brand kit is not written yet, or something is still to be done with it.
    pub fn is_brand_unwritten(&self) -> bool {
        !self.brand.is_settled()
    }

    /// The folders of all fonts: those of the settings and the kit's.
    pub(super) fn font_folders(&self) -> Vec<PathBuf> {
        let own = self.brand.kit().and_then(|kit| kit.brand.fonts.clone());
        self.config.font_dirs.iter().cloned().chain(own).collect()
    }

    /// Does an action as soon as the folder of the kit is neither read nor written.
    pub(super) fn ask_brand(&mut self, action: BrandAction, now: f64) {
        self.add_colors(now);
        self.brand.ask(action);
        self.advance_brand();
    }

    /// Does an action with a chosen folder or file, and shows the kit.
    pub(super) fn ask_in_brand_window(&mut self, action: BrandAction, now: f64) {
        self.ask_brand(action, now);
        self.window = Some(Window::brand());
    }

    /// Reads the kit again from its folder; edits that were not written are lost.
    pub(super) fn reopen_brand(&mut self, now: f64) {
        if let Some(folder) = self.session.brand.clone() {
            self.ask_brand(BrandAction::Reopen(folder), now);
        }
    }

    /// Writes the kit again after a save failed.
    pub(super) fn save_brand(&mut self) {
        let task = self.brand.next_save();
        self.run_brand(task);
    }

    /// Inserts a logo of the kit as a layer.
    pub(super) fn insert_logo(&mut self, name: &str) {
        if let Some(kit) = self.brand.kit() {
            self.tasks.open_layer_picture(kit.folder.join(name), None);
        }
    }

    /// Begins what waits, until a task runs.
    fn advance_brand(&mut self) {
        loop {
            let task = self.brand.next_task();
            if task.is_none() {
                return;
            }
            self.run_brand(task);
        }
    }

    fn run_brand(&mut self, task: Option<BrandTask>) {
        match task {
            Some(BrandTask::Save(kit)) => self.tasks.save_brand(kit),
            Some(BrandTask::Add(kit, path, is_font)) => self.tasks.add_to_brand(kit, path, is_font),
            Some(BrandTask::Open(folder, generation)) => self.tasks.open_brand(folder, generation),
            Some(BrandTask::Create(folder, generation)) => {
                self.tasks.create_brand(folder, layer_properties::used_colors(&self.session.brief), generation);
            }
            Some(BrandTask::Leave) => {
                self.session.brand = None;
                self.use_brand(None);
            }
            None => {}
        }
    }

    fn use_brand(&mut self, kit: Option<BrandKit>) {
        let fonts = |kit: Option<&BrandKit>| kit.and_then(|kit| kit.brand.fonts.clone());
        let had = fonts(self.brand.kit());
        self.brand.set(kit);
        let has = fonts(self.brand.kit());
        if had != has {
            self.tasks.load_fonts(self.font_folders());
        }
    }

    /// Handles what a task did with the kit.
    pub(super) fn receive_brand(&mut self, outcome: BrandOutcome, now: f64) {
        match outcome {
            BrandOutcome::Opened(generation, opened) => {
                if !self.brand.end_opening(generation) {
                    return;
                }
                match opened {
                    Ok(kit) => {
                        self.session.brand = Some(kit.folder.clone());
                        self.brand.forget_edits();
                        self.use_brand(Some(*kit));
                    }
                    // The kit that was in use stays, and so does the damaged one on the disk.
                    Err(why) => {
                        self.brand.problem = Some(why.clone());
                        self.toasts.notify(Severity::Error, why, now);
                    }
                }
            }
            BrandOutcome::Written(of, written, has_new_font) => {
                if let Err(why) = &written {
                    self.toasts.notify(Severity::Error, why.clone(), now);
                }
                let is_written = written.is_ok();
                self.add_colors(now);
                self.brand.take_written(&of, written.map(|kit| *kit), now);
                if has_new_font && is_written {
                    self.tasks.load_fonts(self.font_folders());
                }
            }
        }
        self.advance_brand();
    }

    /// Adds the colours that colour fields added to the kit.
    fn add_colors(&mut self, now: f64) {
        for color in self.brand.take_added(now) {
            self.toasts.notify(Severity::Success, notice!("brand-toast-color", color = crate::request::layers::hex(color)), now);
        }
    }

    /// Adds the colours that colour fields added, and writes the kit once its edits have settled.
    pub(super) fn follow_brand(&mut self, ctx: &Context, now: f64) {
        self.add_colors(now);
        match self.brand.until_save(now) {
            Some(left) if left > 0.0 => ctx.request_repaint_after(Duration::from_secs_f64(left + 0.02)),
            Some(_) => self.save_brand(),
            None => {}
        }
    }

    /// Waits for the write that runs, and writes what is not written yet, before the program ends. Blocking. `received`: outcomes that were
    /// received after the last frame.
    pub(super) fn close_brand(&mut self, received: Vec<BrandOutcome>) {
        drop(self.brand.take_added(0.0));
        received.into_iter().for_each(|outcome| self.take_last(outcome));
        let deadline = Instant::now() + CLOSE_TIMEOUT;
        while self.brand.is_writing() {
            match self.messages.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(Message::Brand(outcome)) => self.take_last(outcome),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    // A second write would race the first one.
                    tracing::error!("the brand kit is still being written; its last edits may be lost");
                    return;
                }
            }
        }
        if let Some(BrandTask::Save(kit)) = self.brand.next_save() {
            let saved = kit.save();
            if let Err(why) = &saved {
                tracing::error!(%why, "the brand kit cannot be saved");
            }
            self.brand.take_written(&kit, saved, 0.0);
        }
    }

    /// Takes an outcome at the end of the program, where no other task begins.
    fn take_last(&mut self, outcome: BrandOutcome) {
        if let BrandOutcome::Written(of, written, _) = outcome {
            self.brand.take_written(&of, written.map(|kit| *kit), 0.0);
        }
    }
}
