//! Which pictures of a job are still on disk, and what it says when some are not.

use super::{ImageName, JobSnapshot, JobStatus};

/// What a completed job says.
pub(super) const COMPLETED: &str = "All steps completed";
const LOST: &str = "Pictures of this job are missing or damaged and are not shown: ";

impl JobSnapshot {
    /// Lists these pictures, in their usual order, and no others. Pictures that were listed before and are not among them are named in the
    /// warnings, and in the message of a completed job, until they are found again.
    pub fn list_pictures(&mut self, whole: &[ImageName]) {
        let missing = |n: &ImageName| !whole.contains(n) && (self.images.contains(n) || self.lost.contains(n));
        let lost: Vec<ImageName> = ImageName::ALL.iter().copied().filter(missing).collect();
        self.images = ImageName::ALL.iter().copied().filter(|n| whole.contains(n)).collect();
        self.lost = lost;
        self.warnings.retain(|w| !w.starts_with(LOST));
        let said = self.lost.iter().map(|n| n.file_name()).collect::<Vec<_>>().join(", ");
        let said = if said.is_empty() { None } else { Some(format!("{LOST}{said}. Generate it again.")) };
        if self.status == JobStatus::Completed {
            self.message = said.clone().unwrap_or_else(|| COMPLETED.into());
        }
        self.warnings.extend(said);
    }

    /// Seconds since it was accepted, or that it took. `now`: the steady clock.
    pub fn elapsed(&self, now: f64) -> f64 {
        self.end_time.map_or(now - self.began, |end| end - self.start_time).max(0.0)
    }

    /// Seconds to its end, negative when late, 0 when over. `now`: the steady clock.
    pub fn eta(&self, now: f64) -> i64 {
        if self.status.is_active() { self.progress.eta(now).ceil() as i64 } else { 0 }
    }

    /// Seconds to the end of the running step, negative when late, 0 when over. `now`: the steady clock.
    pub fn step_eta(&self, now: f64) -> i64 {
        if self.status.is_active() { self.progress.step_eta(now).ceil() as i64 } else { 0 }
    }
}
