//! Requests that continue a job, or repeat its last steps, with its own pictures.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Engine, ResumeError};
use crate::job::ImageName;
use crate::request::StepNumber;

impl Engine {
    /// The request that continues a job from its last finished step, as [`crate::request::parse`] takes it.
    pub fn resume_request(&self, id: Uuid) -> Result<Map<String, Value>, ResumeError> {
        let step = self.snapshot(id).ok_or(ResumeError::NotFound)?.resume_step();
        self.request_from(id, step)
    }

    /// The request that runs a job again from this step on, with the same settings and its own pictures. Fails if the job does not have
    /// the pictures that this step needs.
    pub fn request_from(&self, id: Uuid, step: StepNumber) -> Result<Map<String, Value>, ResumeError> {
        let job = self.snapshot(id).ok_or(ResumeError::NotFound)?;
        if job.status.is_active() {
            return Err(ResumeError::Running);
        }
        let mut raw = Map::clone(&job.parameters);
        for image in ["product_image", "mask_image", "step1_image", "step2_image"] {
            raw.remove(image);
        }
        raw.insert("start_step".into(), step.get().into());
        // A `stop_step` before this step would be invalid, so the new job runs to the end.
        if raw.get("stop_step").and_then(Value::as_u64).is_some_and(|stop| stop < step.get().into()) {
            raw.remove("stop_step");
        }
        let mut insert = |field: &str, name: ImageName, needed: bool| {
            match self.base64(id, name) {
                Some(text) => {
                    raw.insert(field.into(), Value::String(text));
                }
                None if needed => return Err(ResumeError::Missing(name.file_name())),
                None => {}
            }
            Ok(())
        };
        if step == StepNumber::Background {
            insert("product_image", ImageName::Product, job.has_product)?;
        }
        if step == StepNumber::Background && job.has_mask {
            insert("mask_image", ImageName::Mask, true)?;
        }
        if step >= StepNumber::Text {
            insert("step1_image", ImageName::Step1, true)?;
        }
        if step == StepNumber::Composite {
            insert("step2_image", ImageName::Step2, true)?;
        }
        Ok(raw)
    }
}
