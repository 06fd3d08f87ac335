//! The list of a job's pictures, and the warning about missing or damaged ones.

use super::image_name::ImageName;
use super::snapshot::JobSnapshot;
use super::status::JobStatus;
use crate::notice;

/// The code of the warning that names lost pictures.
const LOST: &str = "job-pictures-lost";
/// The beginning of that warning in records of versions before typed messages.
const LOST_WORDS: &str = "Pictures of this job are missing or damaged and are not shown: ";

impl JobSnapshot {
    /// Replaces the list of pictures by these, in the order of [`ImageName::ALL`]. Pictures that were listed before and are missing now
    /// count as lost: the warnings, and the message of a completed job, name them until they are found again.
    pub fn list_pictures(&mut self, whole: &[ImageName]) {
        let is_missing = |name: &ImageName| !whole.contains(name) && (self.images.contains(name) || self.lost.contains(name));
        let lost: Vec<ImageName> = ImageName::ALL.iter().copied().filter(is_missing).collect();
        self.images = ImageName::ALL.iter().copied().filter(|name| whole.contains(name)).collect();
        self.lost = lost;
        self.warnings.retain(|warning| warning.code() != LOST && !warning.to_string().starts_with(LOST_WORDS));
        let names: Vec<String> = self.lost.iter().map(|name| name.file_name()).collect();
        let warning = (!names.is_empty()).then(|| notice!("job-pictures-lost", names = names));
        if self.status == JobStatus::Completed {
            self.message = warning.clone().unwrap_or_else(|| notice!("job-completed"));
        }
        self.warnings.extend(warning);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::JobEvent;
    use crate::notice::Notice;

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
        job.apply(JobEvent::Started { backend_label: String::new(), step_keys: Default::default() }, 51.0).unwrap();
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
        assert_eq!((job.images.as_slice(), job.message.to_string().as_str()), (&[Step1, Final][..], "Starting..."));
        job.apply(JobEvent::Completed, 53.0).unwrap();
        assert!(job.message.to_string().ends_with("not shown: step2.png. Generate it again."), "{}", job.message);
        job.apply(JobEvent::Checked { lost: vec![Step1], found: vec![] }, 54.0).unwrap();
        assert!(job.message.to_string().contains(": step1.png, step2.png.") && job.warnings == [job.message.clone()], "{:?}", job.warnings);
        job.apply(JobEvent::Checked { lost: vec![], found: vec![Step1, Step2] }, 55.0).unwrap();
        assert_eq!((job.message.code(), job.warnings.len(), job.images.len()), ("job-completed", 0, 3));
        let mut stopped = started();
        stopped.apply(JobEvent::Saved(Step1, None), 52.0).unwrap();
        stopped.apply(JobEvent::Stopped, 53.0).unwrap();
        stopped.apply(JobEvent::Checked { lost: vec![Step1], found: vec![] }, 54.0).unwrap();
        assert_eq!((stopped.message.to_string().as_str(), stopped.warnings.len()), ("Stopped by user", 1));
    }

    #[test]
    fn records_with_plain_texts_are_read_and_completed() {
        let mut json = serde_json::to_value(job()).unwrap();
        json["warnings"] = serde_json::json!([format!("{LOST_WORDS}step1.png. Generate it again."), "seed: odd"]);
        json["message"] = "All steps completed".into();
        json["status"] = "completed".into();
        json["lost"] = serde_json::json!(["step1"]);
        json["step_keys"] = serde_json::json!({ "1": "a" });
        json["parameters"] = serde_json::json!({ "text_content": "SALE", "mask_image": null, "product_image": "400x300 PNG" });
        let mut job: JobSnapshot = serde_json::from_value(json).unwrap();
        assert_eq!((job.has_text, job.has_mask, job.has_product, job.text()), (true, false, true, Some("SALE")));
        job.list_pictures(&[ImageName::Step1]);
        assert_eq!((job.warnings.as_slice(), job.message.code()), (&[Notice::verbatim("seed: odd")][..], "job-completed"));
        let again: JobSnapshot = serde_json::from_slice(&serde_json::to_vec(&job).unwrap()).unwrap();
        assert_eq!((again.message, again.warnings, again.step_keys), (job.message, job.warnings, job.step_keys));
        assert!(again.has_text && again.has_product && !again.has_mask);
    }
}
