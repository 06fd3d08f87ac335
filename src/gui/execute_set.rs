//! Size sets and variations: started, followed and opened.

use std::path::PathBuf;

use uuid::Uuid;

use super::app::Studio;
use super::format_set::{PATTERN, SetChoice, SetEntry, SetOrder, file_names};
use super::job_client::{Submission, SubmitOptions};
use super::state::random_seed;
use super::toasts::Severity;
use super::variations;
use super::view::{Source, Tab};
use super::windows::Window;
use crate::job::JobStatus;
use crate::notice;

impl Studio {
    /// The formats of the size set that is or was made last, for tests.
    pub fn set_entries(&self) -> Vec<SetEntry> {
        self.sets.entries()
    }

    /// Whether a size set is being made.
    pub fn is_making_set(&self) -> bool {
        self.sets.is_running()
    }

    /// Submits variations of the brief.
    pub(super) fn submit_variations(&mut self, now: f64) {
        let brief = &self.session.brief;
        let made: Vec<_> = self.session.job_briefs.values().collect();
        let count = self.session.variations.clamp(2, 9) as usize;
        let briefs = variations::of(brief, &made, count, self.lang(), &mut random_seed);
        if briefs.is_empty() {
            self.toasts.notify(Severity::Info, notice!("variations-none"), now);
            return;
        }
        if briefs.len() < count {
            self.toasts.notify(Severity::Info, notice!("variations-fewer", number = briefs.len()), now);
        }
        self.tasks.submit(briefs, SubmitOptions::default());
    }

    /// The window of size sets for a job.
    pub(super) fn set_window(&self, job: Uuid) -> Window {
        let pattern = self.session.set_pattern.trim();
        let known = |id: &&String| self.formats.get(id).is_ok();
        Window::Set(Box::new(SetChoice {
            job,
            chosen: self.session.set_formats.iter().filter(known).cloned().collect(),
            pattern: if pattern.is_empty() { PATTERN.to_owned() } else { pattern.to_owned() },
            xmp: true,
            badge: false,
            replace: false,
            again: false,
        }))
    }

    /// Makes a size set in a folder.
    pub(super) fn start_set(&mut self, order: SetOrder, folder: PathBuf, now: f64) {
        self.session.set_formats = order.formats.iter().map(|spec| spec.id.clone()).collect();
        self.session.set_pattern = if order.pattern.trim() == PATTERN { String::new() } else { order.pattern.trim().to_owned() };
        self.window = Some(self.set_window(order.job));
        if let Err(why) = file_names(&order) {
            self.toasts.notify(Severity::Error, why, now);
            return;
        }
        let Some(job) = self.job(order.job) else {
            self.toasts.notify(Severity::Error, notice!("error-export-gone"), now);
            return;
        };
        if !self.sets.begin(&order) {
            self.toasts.notify(Severity::Info, notice!("set-running"), now);
            return;
        }
        let brief = self.session.job_briefs.get(&order.job).cloned();
        self.tasks.make_set(order, folder, (job, brief), self.sets.clone(), self.watch.fonts(), self.lang());
    }

    /// Remembers a job of the size set. The picture on the canvas stays.
    pub(super) fn set_submitted(&mut self, submission: Submission) {
        if let Submission::Accepted { id, brief, .. } = submission {
            self.session.remember_job(id, *brief);
            if !self.watched.iter().any(|watched| watched.0 == id) {
                self.watched.push((id, JobStatus::Pending));
            }
        }
    }

    /// Opens a result as a project of its own, so that it can be corrected alone: the file of the present project is left.
    pub(super) fn open_alone(&mut self, id: Uuid, name: String, now: f64) {
        let Some(brief) = self.session.job_briefs.get(&id).cloned() else {
            self.toasts.notify(Severity::Error, notice!("error-export-gone"), now);
            return;
        };
        self.start_new_project(now);
        self.session.brief = brief;
        self.session.project = name;
        self.session.base = Some(id);
        (self.view.source, self.view.tab, self.view.compare) = (Source::Job(id), Tab::Final, None);
        self.window = None;
    }
}
