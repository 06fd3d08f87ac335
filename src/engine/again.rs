//! Requests that continue a job, or repeat its last steps, with its own pictures.

use bytes::Bytes;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::layer_pictures::{layer_file, picture_layers};
use super::{Engine, ResumeError};
use crate::job::ImageName;
use crate::request::fields::{BACKGROUND_IMAGE, FIELDS, Kind, MASK_IMAGE, PRODUCT_IMAGE, START_STEP, STEP1_IMAGE, STEP2_IMAGE, STOP_STEP};
use crate::request::{Attachment, RawRequest, StepNumber};

impl Engine {
    /// The request that continues a job after its last finished step. Reads the pictures; blocking.
    ///
    /// # Errors
    /// The job is unknown or active, or a picture is missing.
    pub fn resume_request(&self, id: Uuid) -> Result<RawRequest, ResumeError> {
        let step = self.snapshot(id).ok_or(ResumeError::NotFound)?.resume_step();
        self.request_from(id, step)
    }

    /// The request that runs a job again from this step on, with the same settings and its own pictures. Reads the pictures; blocking.
    ///
    /// # Errors
    /// The job is unknown or active, or does not have a picture that this step needs.
    pub fn request_from(&self, id: Uuid, step: StepNumber) -> Result<RawRequest, ResumeError> {
        let job = self.snapshot(id).ok_or(ResumeError::NotFound)?;
        if job.status.is_active() {
            return Err(ResumeError::Running);
        }
        let mut fields = Map::clone(&job.parameters);
        // In a job's parameters pictures are descriptions.
        for image in FIELDS.iter().filter(|f| f.kind == Kind::Image) {
            fields.remove(image.name);
        }
        fields.insert(START_STEP.name.into(), step.get().into());
        // A `stop_step` before this step would be invalid, so the new job runs to the end.
        if fields.get(STOP_STEP.name).and_then(Value::as_u64).is_some_and(|stop| stop < step.get().into()) {
            fields.remove(STOP_STEP.name);
        }
        let mut request = RawRequest { fields, ..RawRequest::default() };
        for layer in picture_layers(&job.parameters) {
            let bytes = self.layer_picture(id, layer).ok_or_else(|| ResumeError::Missing(layer_file(layer)))?;
            request.layer_pictures.insert(layer, Attachment::File(Bytes::from(bytes)));
        }
        let pictures = [
            (&PRODUCT_IMAGE, ImageName::Product, step == StepNumber::Background && job.has_product),
            (&MASK_IMAGE, ImageName::Mask, step == StepNumber::Background && job.has_mask),
            (&BACKGROUND_IMAGE, ImageName::Backdrop, step == StepNumber::Background && job.has_backdrop),
            (&STEP1_IMAGE, ImageName::Step1, step >= StepNumber::Text),
            // An advertisement of layers alone has no headline.
            (&STEP2_IMAGE, ImageName::Step2, step == StepNumber::Composite && (job.has_text || !job.has_layers)),
        ];
        for (field, name, _) in pictures.into_iter().filter(|(_, _, needed)| *needed) {
            let bytes = self.picture(id, name).ok_or_else(|| ResumeError::Missing(name.file_name()))?;
            request.attachments.insert(field.name, Attachment::File(Bytes::from(bytes)));
        }
        Ok(request)
    }
}
