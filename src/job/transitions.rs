//! How events change a job.

use super::annotation::{Annotation, kept_note, kept_title};
use super::event::{IllegalTransition, JobEvent};
use super::image_name::ImageName;
use super::snapshot::JobSnapshot;
use super::stage::{Stage, Step};
use super::status::JobStatus;
use crate::notice;
use crate::notice::Notice;
use crate::request::StepNumber;

impl JobSnapshot {
    /// Applies an event; an event that does not fit the status changes nothing. `now`: the steady clock.
    pub fn apply(&mut self, event: JobEvent, now: f64) -> Result<(), IllegalTransition> {
        use JobStatus::{Failed, Pending, Running, Stopped};
        match (self.status, event) {
            (_, JobEvent::Annotated(change)) => self.annotate(change),
            (_, JobEvent::Checked { lost, found }) => {
                let whole: Vec<_> = self.images.iter().chain(&found).copied().filter(|name| !lost.contains(name)).collect();
                self.list_pictures(&whole);
            }
            (Pending, JobEvent::Started { backend_label, step_keys }) => {
                self.status = Running;
                (self.backend_label, self.step_keys) = (backend_label, step_keys);
                self.message = notice!("job-starting");
            }
            (Running, JobEvent::StageStarted(stage)) => self.begin_stage(stage, now),
            (Running, JobEvent::Advanced(fraction)) => {
                self.progress.advance(fraction);
                self.raise_percent();
            }
            (Running, JobEvent::Saved(name, hash)) => self.add_picture(name, hash),
            (Running, JobEvent::StepReused(step)) => self.skip_step(step),
            (Running, JobEvent::Warned(warning)) => self.warn(warning),
            (Running, JobEvent::Legible(score)) => self.legibility = Some(score),
            (Running, JobEvent::Previewed(preview)) => {
                self.preview = Some(preview);
                self.preview_step = self.step.number();
            }
            (Running, JobEvent::Completed) => self.complete(now),
            (Pending | Running, JobEvent::Failed { error, message }) => {
                self.end(Failed, message, now);
                self.error = Some(error);
            }
            (Pending | Running, JobEvent::Stopped) => self.end(Stopped, notice!("job-stopped"), now),
            (Pending | Running, JobEvent::ProgramEnded) => self.end(Stopped, notice!("job-program-ended"), now),
            (status, event) => return Err(IllegalTransition { status: status.as_str(), event: event.name() }),
        }
        if self.status.is_active() {
            self.spent = Some((now - self.began).max(0.0));
        }
        Ok(())
    }

    /// Fails a job that was active when the program was killed or crashed. `end`: Unix seconds.
    pub fn interrupt(&mut self, end: f64) {
        self.status = JobStatus::Failed;
        self.end_time = Some(end.max(self.start_time));
        self.error = Some(notice!("job-interrupted-error"));
        self.message = match self.resume_step() {
            StepNumber::Background => notice!("job-interrupted-first"),
            step => notice!("job-interrupted", step = step.get()),
        };
    }

    fn begin_stage(&mut self, stage: Stage, now: f64) {
        self.progress.begin(stage, now);
        self.stage = Some(stage);
        self.step = Step::from(stage.step());
        self.message = stage.notice();
        self.raise_percent();
    }

    fn skip_step(&mut self, step: StepNumber) {
        self.progress.skip(step);
        self.raise_percent();
        self.message = notice!("job-taken-over");
        if !self.cached_steps.contains(&step) {
            self.cached_steps.push(step);
        }
    }

    fn raise_percent(&mut self) {
        self.progress_percent = self.progress_percent.max(self.progress.percent());
    }

    fn add_picture(&mut self, name: ImageName, hash: Option<String>) {
        if let Some(hash) = hash {
            self.hashes.insert(name.as_str().into(), hash);
        }
        self.lost.retain(|lost| *lost != name);
        if !self.images.contains(&name) {
            self.images.push(name);
        }
    }

    fn warn(&mut self, warning: Notice) {
        if let Some(step) = self.step.number() {
            let notes = self.step_notes.entry(step).or_default();
            if !notes.contains(&warning) {
                notes.push(warning.clone());
            }
        }
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn complete(&mut self, now: f64) {
        self.end(JobStatus::Completed, notice!("job-completed"), now);
        self.progress_percent = 100;
        if !self.lost.is_empty() {
            self.list_pictures(&self.images.clone());
        }
    }

    fn end(&mut self, status: JobStatus, message: Notice, now: f64) {
        self.status = status;
        self.message = message;
        self.end_time = Some(self.start_time + (now - self.began).max(0.0));
        self.preview = None;
    }

    fn annotate(&mut self, change: Annotation) {
        self.starred = change.starred.unwrap_or(self.starred);
        if let Some(title) = change.title {
            self.title = kept_title(&title);
        }
        if let Some(note) = change.note {
            self.note = kept_note(&note);
        }
    }
}
