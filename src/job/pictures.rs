//! The list of a job's pictures on disk, and its message when some are missing or damaged.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::JobEvent;

    fn job() -> JobSnapshot {
        let job = serde_json::json!({
            "id": uuid::Uuid::nil(), "status": "pending", "progress_percent": 0, "step": "init", "stage": null, "message": "", "error": null,
            "start_time": 1_000_000.0, "end_time": null, "engine": "draft", "engine_label": "", "engine_reason": "", "seed": 1, "width": 256,
            "height": 256, "start_step": 1, "parameters": {}, "warnings": [], "legibility": null, "images": [],
        });
        JobSnapshot { began: 50.0, ..serde_json::from_value(job).unwrap() }
    }

    fn started() -> JobSnapshot {
        let mut job = job();
        job.apply(JobEvent::Started { engine_label: String::new(), step_keys: Default::default() }, 51.0).unwrap();
        job
    }

    #[test]
    fn durations_come_from_the_steady_clock_and_points_in_time_do_not() {
        let mut job = started();
        assert_eq!((job.start_time, job.elapsed(53.5), job.spent), (1_000_000.0, 3.5, Some(1.0)));
        assert_eq!(job.elapsed(10.0), 0.0);
        job.apply(JobEvent::Completed, 57.0).unwrap();
        assert_eq!((job.elapsed(900.0), job.elapsed(0.0), job.end_time), (7.0, 7.0, Some(1_000_007.0)));
        // A record from before that was written while the clock was set back.
        job.end_time = Some(job.start_time - 3600.0);
        assert_eq!(job.elapsed(57.0), 0.0);
    }

    #[test]
    fn lost_pictures_are_named_until_they_are_found() {
        use ImageName::{Final, Step1, Step2};
        let mut job = started();
        for name in [Step2, Step1, Final] {
            job.apply(JobEvent::Saved(name, None), 52.0).unwrap();
        }
        job.apply(JobEvent::Checked { lost: vec![Step2], found: vec![] }, 52.0).unwrap();
        assert_eq!((job.images.as_slice(), job.message.as_str()), (&[Step1, Final][..], "Starting..."));
        job.apply(JobEvent::Completed, 53.0).unwrap();
        assert!(job.message.ends_with("not shown: step2.png. Generate it again."), "{}", job.message);
        job.apply(JobEvent::Checked { lost: vec![Step1], found: vec![] }, 54.0).unwrap();
        assert!(job.message.contains(": step1.png, step2.png.") && job.warnings == [job.message.clone()], "{:?}", job.warnings);
        job.apply(JobEvent::Checked { lost: vec![], found: vec![Step1, Step2] }, 55.0).unwrap();
        assert_eq!((job.message.as_str(), job.warnings.len(), job.images.len()), (COMPLETED, 0, 3));
        let mut stopped = started();
        stopped.apply(JobEvent::Saved(Step1, None), 52.0).unwrap();
        stopped.apply(JobEvent::Stopped, 53.0).unwrap();
        stopped.apply(JobEvent::Checked { lost: vec![Step1], found: vec![] }, 54.0).unwrap();
        assert_eq!((stopped.message.as_str(), stopped.warnings.len()), ("Stopped by user", 1));
    }
}
