//! Requests that continue a job from its own pictures.

use bytes::Bytes;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Engine, ResumeError};
use crate::job::ImageName;
use crate::request::fields::{FIELDS, Kind, START_STEP, STOP_STEP};
use crate::request::{Attachment, RawRequest};

impl Engine {
    /// The request that continues a job after its last finished step. Reads the pictures; blocking.
    ///
    /// # Errors
    /// The job is unknown or active, or a picture is missing.
    pub fn resume_request(&self, id: Uuid) -> Result<RawRequest, ResumeError> {
        let step = self.snapshot(id).ok_or(ResumeError::NotFound)?.resume_step();
        self.request_from(id, step)
    }

    /// The request that makes a job again from this step on, with its settings and its own pictures. A job has no pictures for steps before
    /// the one that it began with, apart from those that it was given. Reads the pictures; blocking.
    ///
    /// # Errors
    /// The job is unknown or active, or a picture is missing.
    pub fn request_from(&self, id: Uuid, step: u8) -> Result<RawRequest, ResumeError> {
        let job = self.snapshot(id).ok_or(ResumeError::NotFound)?;
        if job.status.is_active() {
            return Err(ResumeError::Running);
        }
        let mut fields = Map::clone(&job.parameters);
        // In a job's parameters pictures are descriptions.
        for image in FIELDS.iter().filter(|f| f.kind == Kind::Image) {
            fields.remove(image.name);
        }
        fields.insert(START_STEP.name.into(), step.into());
        // A job that was told to end before this step goes on to the end.
        if fields.get(STOP_STEP.name).and_then(Value::as_u64).is_some_and(|stop| stop < step.into()) {
            fields.remove(STOP_STEP.name);
        }
        let mut request = RawRequest { fields, ..RawRequest::default() };
        let mut attach = |field, name: ImageName| {
            let bytes = self.picture(id, name).ok_or_else(|| ResumeError::Missing(name.file_name()))?;
            request.attachments.insert(field, Attachment::File(Bytes::from(bytes)));
            Ok(())
        };
        let had = |field: &str| job.parameters.get(field).is_some_and(|v| !v.is_null());
        if step == 1 && had("product_image") {
            attach("product_image", ImageName::Product)?;
        }
        if step == 1 && had("mask_image") {
            attach("mask_image", ImageName::Mask)?;
        }
        if step >= 2 {
            attach("step1_image", ImageName::Step1)?;
        }
        if step == 3 {
            attach("step2_image", ImageName::Step2)?;
        }
        Ok(request)
    }
}
