//! The brand kit: opened, edited, written.

use std::path::PathBuf;

use egui::Context;

use super::app::Studio;
use super::brand_kit::BrandKit;
use super::message::BrandOutcome;
use super::panels::layer_properties;
use super::toasts::Severity;
use super::windows::Window;
use crate::notice;
use crate::templates::Brand;

/// Seconds after the last edit at which the kit is written.
const WRITE_DELAY: f64 = 0.8;

impl Studio {
    /// The brand kit in use, for tests.
    pub fn brand_kit(&self) -> Option<&Brand> {
        self.brand.kit().map(|kit| &kit.brand)
    }

    /// Whether an edit of the brand kit is not written yet.
    pub fn is_brand_unwritten(&self) -> bool {
        self.brand.edited.is_some() || self.brand.busy
    }

    /// The folders of all fonts: those of the settings and the kit's.
    pub(super) fn font_folders(&self) -> Vec<PathBuf> {
        let own = self.brand.kit().and_then(|kit| kit.brand.fonts.clone());
        self.config.font_dirs.iter().cloned().chain(own).collect()
    }

    /// Makes a kit in a folder, with the colours of the advertisement.
    pub(super) fn create_brand(&mut self, folder: PathBuf) {
        self.brand.busy = true;
        self.tasks.create_brand(folder, layer_properties::used_colors(&self.session.brief));
    }

    /// Replaces the contents of the kit. `now`: seconds since the window opened.
    pub(super) fn edit_brand(&mut self, brand: Brand, now: f64) {
        if let Some(kit) = self.brand.kit() {
            let kit = kit.edited(brand);
            self.brand.set(Some(kit));
            self.brand.edited = Some(now);
        }
    }

    /// Copies a logo or a font into the kit.
    pub(super) fn add_to_brand(&mut self, path: PathBuf, is_font: bool) {
        let Some(kit) = self.brand.shared() else { return };
        self.brand.edited = None;
        self.brand.busy = true;
        self.tasks.add_to_brand(kit, path, is_font);
        self.window = Some(Window::brand());
    }

    /// Reads the kit again from its folder; edits that were not written are lost.
    pub(super) fn reopen_brand(&mut self) {
        if let Some(folder) = self.session.brand.clone() {
            self.brand.edited = None;
            self.brand.busy = true;
            self.tasks.open_brand(folder);
        }
    }

    /// Stops using the kit.
    pub(super) fn leave_brand(&mut self) {
        if self.brand.edited.take().is_some()
            && let Some(kit) = self.brand.shared()
        {
            self.tasks.save_brand(kit);
        }
        self.session.brand = None;
        self.use_brand(None);
        self.brand.problem = None;
    }

    /// Inserts a logo of the kit as a layer.
    pub(super) fn insert_logo(&mut self, name: &str) {
        if let Some(kit) = self.brand.kit() {
            self.tasks.open_layer_picture(kit.folder.join(name), None);
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
        self.brand.busy = false;
        match outcome {
            BrandOutcome::Opened(Ok(kit)) => {
                self.session.brand = Some(kit.folder.clone());
                self.brand.problem = None;
                self.use_brand(Some(*kit));
            }
            // The kit that was in use stays, and so does the damaged one on the disk.
            BrandOutcome::Opened(Err(why)) => {
                self.brand.problem = Some(why.clone());
                self.toasts.notify(Severity::Error, why, now);
            }
            BrandOutcome::Written(of, Ok(kit), has_new_font) => {
                self.brand.take_written(&of, *kit, now);
                if has_new_font {
                    self.tasks.load_fonts(self.font_folders());
                }
            }
            BrandOutcome::Written(_, Err(why), _) => {
                self.brand.problem = Some(why.clone());
                self.toasts.notify(Severity::Error, why, now);
            }
        }
    }

    /// Adds the colours that colour fields added, and writes the kit once its edits have settled.
    pub(super) fn follow_brand(&mut self, ctx: &Context, now: f64) {
        let added = self.brand.colors().map(|colors| colors.take_added()).unwrap_or_default();
        for color in added {
            if let Some(kit) = self.brand.kit().map(|kit| kit.with_color(color)) {
                self.brand.set(Some(kit));
                self.brand.edited = Some(now);
                self.toasts.notify(Severity::Success, notice!("brand-toast-color", color = crate::request::layers::hex(color)), now);
            }
        }
        let Some(edited) = self.brand.edited.filter(|_| !self.brand.busy) else { return };
        let left = WRITE_DELAY - (now - edited);
        if left > 0.0 {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64(left + 0.02));
        } else if let Some(kit) = self.brand.shared() {
            self.brand.edited = None;
            self.brand.busy = true;
            self.tasks.save_brand(kit);
        }
    }

    /// Writes what is not written yet, before the program ends. Blocking.
    pub(super) fn close_brand(&mut self) {
        if self.brand.edited.take().is_some()
            && let Some(Err(why)) = self.brand.kit().map(BrandKit::save)
        {
            tracing::error!(%why, "the brand kit cannot be saved");
        }
    }

    /// A message about a kit that was opened as asked for.
    pub(super) fn brand_chosen(&mut self, folder: PathBuf) {
        self.brand.busy = true;
        self.tasks.open_brand(folder);
        self.window = Some(Window::brand());
    }
}
