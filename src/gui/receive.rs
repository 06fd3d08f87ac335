//! Handles the reports of background tasks, jobs and the server.

use egui::Context;
use uuid::Uuid;

use super::app::Studio;
use super::job_client::{RestoredBrief, Submission};
use super::layer_edits;
use super::message::Message;
use super::server::ServerEvent;
use super::state::{Brief, Product};
use super::toasts::{Severity, UndoTarget};
use super::view::{Source, Tab};
use super::windows::Window;
use crate::hub::{Family, HubError};
use crate::job::JobStatus;
use crate::notice;
use crate::notice::Notice;
use crate::paths;
use crate::request::layers::{LayerType, ShapeKind};

/// Whether two briefs are versions of one advertisement: they show the same product and the same slogan.
fn is_same_advertisement(a: &Brief, b: &Brief) -> bool {
    let photo = |brief: &Brief| brief.product.as_ref().map(|product| product.hash.clone());
    photo(a) == photo(b) && a.text.trim() == b.text.trim()
}

/// Seconds for which a notification offers to undo; the menu can still undo later.
const UNDO_SECONDS: f64 = 8.0;

impl Studio {
    /// Handles a message of a background task. `now`: seconds since the window opened.
    pub(super) fn receive(&mut self, ctx: &Context, message: Message, now: f64) {
        match message {
            Message::Submitted(submission) => self.submitted(submission, now),
            Message::Deleted(id) => self.deleted(id, now),
            Message::StrokeSaved(number, mask) => {
                let mask = mask.map_err(|text| self.toasts.notify(Severity::Error, text, now)).ok();
                self.panels.brush.stroke_saved(&mut self.session.brief, number, mask);
            }
            Message::MaskLoaded(key, mask) => self.panels.brush.mask_loaded(ctx, &self.session.brief, key, &mask),
            Message::Product(product, path) => {
                self.place_product(*product);
                if let Some(path) = path {
                    self.session.remember_file(path);
                }
            }
            Message::LayerPicture(picture, layer) => self.place_layer_picture(*picture, layer, now),
            Message::Backdrop(picture) => {
                self.session.brief.backdrop = Some(*picture);
                self.session.brief.background_color.clear();
                self.view.source = Source::Draft;
            }
            Message::Restored(restored, base) => self.restored(*restored, base, now),
            Message::ProjectSaved { brief, path, project } => {
                self.toasts.notify(Severity::Success, notice!("toast-saved", path = path.display()), now);
                self.undo.saved(&mut self.session, project, path, *brief);
            }
            Message::ProjectOpened { brief, path } => {
                self.start_new_project(now);
                self.session.project = paths::file_stem(&path);
                self.session.saved = Some((path, (*brief).clone()));
                self.session.brief = *brief;
                self.view.source = Source::Draft;
            }
            // Edits that were made meanwhile are not overwritten.
            Message::TemplateApplied { before, after } if self.session.brief == *before => {
                self.session.brief = *after;
                self.view.source = Source::Draft;
                self.view.tab = Tab::Final;
            }
            Message::TemplateApplied { .. } => self.toasts.notify(Severity::Info, notice!("templates-edited-meanwhile"), now),
            Message::Brand(outcome) => self.receive_brand(outcome, now),
            Message::SetSubmitted(submission) => self.set_submitted(submission),
            Message::SetChanged => {}
            Message::Succeeded(text) => self.toasts.notify(Severity::Success, text, now),
            Message::Noted(text) => self.toasts.notify(Severity::Info, text, now),
            Message::Failed(text) => self.toasts.notify(Severity::Error, text, now),
            Message::FileChosen(purpose, path) => self.use_file(purpose, path, now),
            Message::NoFileDialog(purpose) => self.window = Some(Window::path(purpose)),
            Message::PathChecked(text, state, reason) => {
                if let Some(Window::Path { purpose, entry }) = &mut self.window
                    && let Some(path) = entry.take_result(text, state, reason)
                {
                    let purpose = purpose.clone();
                    self.window = None;
                    self.use_file(purpose, path, now);
                }
            }
            Message::ModelsListed => {}
            Message::ModelsChanged => self.models_changed(now),
            Message::EndRequested => {
                self.quitting = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            }
        }
        self.schedule_autosave(ctx);
    }

    fn models_changed(&mut self, now: f64) {
        match self.models.take_outcome() {
            Some((set, Ok(()))) => {
                let is_runtime = self.models.sets().iter().any(|known| known.set.key == set && known.set.family == Family::Runtime);
                let ready = if is_runtime { notice!("models-toast-runtime") } else { notice!("models-toast-ready") };
                self.toasts.notify(Severity::Success, ready, now);
            }
            Some((_, Err(HubError::Stopped))) | None => {}
            Some((_, Err(error))) => self.toasts.notify(Severity::Error, error.notice(), now),
        }
        self.models.refresh();
        // Models that have arrived are used without a restart.
        self.watch.refresh_models();
    }

    fn submitted(&mut self, submission: Submission, now: f64) {
        match submission {
            Submission::Accepted { id, brief, reseeded } => {
                let unchanged = Brief { seed: brief.seed, ..self.session.brief.clone() } == *brief;
                if reseeded && unchanged {
                    self.session.brief.seed = brief.seed;
                }
                self.session.remember_job(id, *brief);
                // A quick job may finish before the studio sees it as active.
                if !self.watched.iter().any(|w| w.0 == id) {
                    self.watched.push((id, JobStatus::Pending));
                }
                // The first of several jobs stays in view until it has finished.
                let watching = self.context().shown_job().is_some_and(|j| j.status.is_active());
                if !watching {
                    self.view.source = Source::Job(id);
                }
                self.view.compare = None;
            }
            Submission::Unchanged(id) => {
                self.view.source = Source::Job(id);
                self.toasts.notify(Severity::Info, notice!("toast-unchanged"), now);
            }
        }
    }

    fn deleted(&mut self, id: Uuid, now: f64) {
        if self.view.source == Source::Job(id) {
            self.view.source = Source::Draft;
        }
        self.view.compare = self.view.compare.filter(|c| *c != Source::Job(id));
        self.session.base = self.session.base.filter(|b| *b != id);
        self.toasts.offer_undo(UndoTarget::Job(id), notice!("toast-deleted"), now + UNDO_SECONDS);
    }

    /// Puts a photo into the brief. If it is another photo than before, mask and position are reset.
    fn place_product(&mut self, product: Product) {
        let brief = &mut self.session.brief;
        if brief.product.as_ref().is_none_or(|p| p.hash != product.hash) {
            brief.forget_photo();
        }
        brief.product = Some(product);
        self.view.source = Source::Draft;
    }

    fn restored(&mut self, restored: RestoredBrief, base: Option<Uuid>, now: f64) {
        let RestoredBrief { mut brief, photo_unknown, had_photo } = restored;
        // An advertisement that was made without a photo needs none.
        let photo_missing = photo_unknown && had_photo && base.is_none();
        if photo_unknown {
            (brief.product, brief.mask) = (self.session.brief.product.clone(), self.session.brief.mask.clone());
        } else if let Some(id) = base {
            self.session.remember_job(id, brief.clone());
        }
        // Another advertisement is another project: saving must not replace the file of this one.
        if self.session.saved.as_ref().is_some_and(|(_, saved)| !is_same_advertisement(saved, &brief)) {
            self.start_new_project(now);
        }
        self.session.brief = brief;
        self.session.base = base.or(self.session.base);
        self.view.source = base.map_or(Source::Draft, Source::Job);
        let (severity, code) = match (photo_missing, self.session.brief.product.is_some()) {
            (false, _) => (Severity::Success, "toast-restored"),
            (true, true) => (Severity::Info, "toast-restored-kept-photo"),
            (true, false) => (Severity::Info, "toast-restored-no-photo"),
        };
        self.toasts.notify(severity, Notice::new(code), now);
    }

    /// Puts a picture into a new layer, or into the layer at this place.
    fn place_layer_picture(&mut self, picture: Product, layer: Option<usize>, now: f64) {
        let brief = &mut self.session.brief;
        let is_replaced = |index: &usize| brief.layers.get(*index).is_some_and(super::brief_layers::is_picture);
        if let Some(index) = layer.filter(is_replaced) {
            brief.layer_pictures.insert(index, picture);
            return;
        }
        self.add_layer(layer_edits::new_layer(LayerType::Picture, ShapeKind::default(), ""), Some(picture), now);
    }

    /// Starts another project. Undo restores the present one; if it is unsaved, a notification offers to.
    pub(super) fn start_new_project(&mut self, now: f64) {
        let unsaved = !self.session.brief.is_blank() && (self.session.saved.is_none() || self.session.is_unsaved());
        if unsaved {
            let target = UndoTarget::Project(self.undo.project());
            self.toasts.offer_undo(target, notice!("toast-put-away"), now + UNDO_SECONDS);
        }
        self.undo.observe(&self.session.brief, now);
        self.undo.start_project(&mut self.session);
    }

    /// Compares the jobs with those of the last frame: makes the newest result the base and reports failures and warnings.
    pub(super) fn follow_jobs(&mut self, now: f64) {
        let jobs = self.jobs();
        for job in jobs.iter() {
            let before = self.watched.iter().find(|w| w.0 == job.id).map(|w| w.1);
            if before == Some(job.status) || (before.is_none() && !job.status.is_active()) {
                continue;
            }
            self.watched.retain(|w| w.0 != job.id);
            self.watched.push((job.id, job.status));
            match job.status {
                JobStatus::Completed => {
                    if self.view.source == Source::Job(job.id) || self.session.base.is_none() {
                        self.session.base = Some(job.id);
                    }
                    for warning in &job.warnings {
                        self.toasts.notify(Severity::Info, warning.clone(), now);
                    }
                }
                // The canvas itself shows the failure of the job on it.
                JobStatus::Failed if self.view.source == Source::Job(job.id) => {}
                JobStatus::Failed => self.toasts.notify(Severity::Error, notice!("toast-failed", reason = job.message.clone()), now),
                JobStatus::Stopped => self.toasts.notify(Severity::Info, notice!("toast-stopped"), now),
                JobStatus::Pending | JobStatus::Running => {}
            }
        }
        self.watched.retain(|w| w.1.is_active() || jobs.iter().any(|j| j.id == w.0));
    }

    /// Handles the events of the server.
    pub(super) fn follow_server(&mut self, now: f64) {
        while let Some(event) = self.server.poll() {
            match event {
                ServerEvent::Started(_) => self.toasts.dismiss_all("server-busy"),
                ServerEvent::Stopped => {}
                ServerEvent::Failed(text) => self.toasts.notify(Severity::Error, text, now),
            }
        }
    }
}
