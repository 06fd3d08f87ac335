//! What the studio says and does when the status of a job changes.

use super::app::{Source, Studio};
use super::bridge::Say;
use super::toasts::Kind;
use crate::job::JobStatus;

impl Studio {
    /// Compares the jobs with those of the last frame: the newest result becomes the base, failures and notes are told. `now`: seconds
    /// since the window opened.
    pub(super) fn follow_jobs(&mut self, now: f64) {
        let jobs = self.bridge.jobs();
        for job in jobs.iter() {
            let before = self.watched.iter().find(|w| w.0 == job.id).map(|w| w.1);
            if before == Some(job.status) || (before.is_none() && !job.status.is_active()) {
                continue;
            }
            self.watched.retain(|w| w.0 != job.id);
            self.watched.push((job.id, job.status));
            match job.status {
                JobStatus::Completed => {
                    if self.source == Source::Job(job.id) || self.session.base.is_none() {
                        self.session.base = Some(job.id);
                    }
                    for note in &job.warnings {
                        self.toasts.say(Kind::Note, note.clone().into(), now);
                    }
                }
                // The canvas says it itself where the job is on it.
                JobStatus::Failed if self.source == Source::Job(job.id) => {}
                JobStatus::Failed => self.toasts.say(Kind::Bad, Say::new("toast.failed", &[&job.message]), now),
                JobStatus::Stopped => self.toasts.say(Kind::Note, Say::new("toast.stopped", &[]), now),
                JobStatus::Pending | JobStatus::Running => {}
            }
        }
        self.watched.retain(|w| w.1.is_active() || jobs.iter().any(|j| j.id == w.0));
    }
}
