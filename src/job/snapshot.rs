//! The snapshot of a job: shown by every front end and kept in `job.json`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::event::Preview;
use super::image_name::ImageName;
use super::progress::{Durations, Progress, Workload};
use super::stage::{Stage, Step};
use super::status::JobStatus;
use crate::notice;
use crate::notice::Notice;
use crate::request::fields::{BACKGROUND_IMAGE, BG_PROMPT, Field, LAYERS, MASK_IMAGE, PRODUCT_IMAGE, TEXT_CONTENT, TRANSPARENT};
use crate::request::{BackendKind, JobSpec, StepNumber};

/// The state of a job at one moment. Its JSON is the record in `job.json`; records of earlier versions can be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
// `remote` makes the derived functions inherent, so that reading a record can complete it; see `Deserialize` below.
#[serde(remote = "Self")]
pub struct JobSnapshot {
    /// Job ID.
    pub id: Uuid,
    /// Whether it waits, runs or has ended, and how.
    pub status: JobStatus,
    /// 0..=100.
    pub progress_percent: u8,
    /// Running or last step.
    pub step: Step,
    /// Running or last stage.
    pub stage: Option<Stage>,
    /// The progress line. For a failed job: what happened and what to do.
    pub message: Notice,
    /// Technical detail of a failure.
    pub error: Option<Notice>,
    /// Unix seconds when it was accepted.
    pub start_time: f64,
    /// Unix seconds when it ended: `start_time` plus the duration by the steady clock, so that changes of the wall clock do not matter.
    pub end_time: Option<f64>,
    /// The steady clock when it was accepted.
    #[serde(skip)]
    pub began: f64,
    /// Seconds between its start and its newest event. If the program was killed, nothing else tells how long the job ran.
    #[serde(default)]
    pub spent: Option<f64>,
    /// Sequence number among the jobs of this folder, from 1. Records of earlier versions have 0.
    #[serde(default)]
    pub sequence: u64,
    /// The backend that makes it.
    #[serde(rename = "engine")]
    pub backend: BackendKind,
    /// Name and version of that backend.
    #[serde(rename = "engine_label")]
    pub backend_label: String,
    /// Why that backend was chosen.
    #[serde(rename = "engine_reason")]
    pub backend_reason: Notice,
    /// The seed of every random number.
    pub seed: u64,
    /// Canvas width, pixels.
    pub width: u32,
    /// Canvas height, pixels.
    pub height: u32,
    /// The first step that runs.
    pub start_step: StepNumber,
    /// The request as sent, with defaults filled in and pictures replaced by descriptions.
    pub parameters: Arc<Map<String, Value>>,
    /// The job starts with a product photo. Derived from `parameters`, as are the next four.
    #[serde(skip)]
    pub has_product: bool,
    /// The cut-out was corrected by a mask.
    #[serde(skip)]
    pub has_mask: bool,
    /// The advertisement has text.
    #[serde(skip)]
    pub has_text: bool,
    /// The advertisement has layers that are drawn.
    #[serde(skip)]
    pub has_layers: bool,
    /// The product stands on an own picture.
    #[serde(skip)]
    pub has_backdrop: bool,
    /// Inputs that were ignored or adjusted, and flaws of the result.
    pub warnings: Vec<Notice>,
    /// Legibility score of the final picture, 0..=1.
    pub legibility: Option<f32>,
    /// Pictures on disk.
    pub images: Vec<ImageName>,
    /// Pictures that were on disk and are missing or damaged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<ImageName>,
    /// Content hashes of the step results and of the photo by image name. They identify a picture that a client sends back.
    #[serde(default)]
    pub hashes: BTreeMap<String, String>,
    /// Content keys of its steps; see `pipeline::plan`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub step_keys: BTreeMap<StepNumber, String>,
    /// Steps that were reused from earlier jobs instead of run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cached_steps: Vec<StepNumber>,
    /// The warnings of each step; also in `warnings`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub step_notes: BTreeMap<StepNumber, Vec<Notice>>,
    /// The user gave it a star.
    #[serde(default)]
    pub starred: bool,
    /// The user's name for the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The user's note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The newest preview.
    #[serde(skip)]
    pub preview: Option<Arc<Preview>>,
    /// The step that the preview shows; `None` before the first preview.
    #[serde(skip)]
    pub preview_step: Option<StepNumber>,
    /// The stages with their expected durations.
    #[serde(skip)]
    pub progress: Progress,
}

impl Serialize for JobSnapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

/// Fields that are not in the record are derived from the parameters, which records of every version have.
impl<'de> Deserialize<'de> for JobSnapshot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer).map(Self::with_derived_fields)
    }
}

impl JobSnapshot {
    /// A job that was just accepted. `start_time`: the wall clock, Unix seconds.
    pub fn new(id: Uuid, spec: &JobSpec, (backend, reason): (BackendKind, Notice), durations: &Durations, start_time: f64) -> Self {
        let load = Workload::of(spec, backend);
        Self {
            id,
            status: JobStatus::Pending,
            progress_percent: 0,
            step: Step::Init,
            stage: None,
            message: notice!("job-waiting"),
            error: None,
            start_time,
            end_time: None,
            began: 0.0,
            spent: None,
            sequence: 0,
            backend,
            backend_label: String::new(),
            backend_reason: reason,
            seed: spec.seed,
            width: spec.width,
            height: spec.height,
            start_step: spec.start.step(),
            parameters: Arc::new(spec.parameters.clone()),
            has_product: false,
            has_mask: false,
            has_text: false,
            has_layers: false,
            has_backdrop: false,
            warnings: spec.warnings.clone(),
            legibility: None,
            images: Vec::new(),
            lost: Vec::new(),
            hashes: BTreeMap::new(),
            step_keys: BTreeMap::new(),
            cached_steps: Vec::new(),
            step_notes: BTreeMap::new(),
            starred: false,
            title: None,
            note: None,
            preview: None,
            preview_step: None,
            progress: Progress::new(&Stage::plan(spec), durations, &load),
        }
        .with_derived_fields()
    }

    fn with_derived_fields(mut self) -> Self {
        let is_set = |field: &Field| self.parameters.get(field.name).is_some_and(|value| !value.is_null());
        (self.has_product, self.has_mask) = (is_set(&PRODUCT_IMAGE), is_set(&MASK_IMAGE));
        self.has_text = self.text().is_some();
        self.has_backdrop = is_set(&BACKGROUND_IMAGE);
        let is_drawn = |layer: &Value| layer.get("hidden") != Some(&Value::Bool(true));
        self.has_layers = self.parameters.get(LAYERS.name).and_then(Value::as_array).is_some_and(|layers| layers.iter().any(is_drawn));
        self
    }

    /// Whether the advertisement has no background, so that its picture has an alpha channel.
    pub fn is_clear(&self) -> bool {
        self.parameters.get("background_color").and_then(|value| value.as_str()) == Some(TRANSPARENT)
    }

    /// The text of the advertisement.
    pub fn text(&self) -> Option<&str> {
        self.text_field(&TEXT_CONTENT)
    }

    /// The scene prompt.
    pub fn scene(&self) -> Option<&str> {
        self.text_field(&BG_PROMPT)
    }

    /// A text field of the request, trimmed; `None` if it is blank.
    pub fn text_field(&self, field: &Field) -> Option<&str> {
        self.parameters.get(field.name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The documented `sub_step`.
    pub fn sub_step(&self) -> Option<&'static str> {
        self.stage.map(Stage::as_str)
    }

    /// The first step that has to run if this job is continued with its pictures on disk.
    pub fn resume_step(&self) -> StepNumber {
        // A job without text has only step 1, unless it started with `step2_image` or has layers.
        let is_kept = |name| self.images.contains(&name);
        let layers_alone = !self.has_text && self.has_layers && is_kept(ImageName::Step1);
        let both_kept = self.has_text && is_kept(ImageName::Step1) && is_kept(ImageName::Step2);
        if self.start_step == StepNumber::Composite || layers_alone || both_kept {
            StepNumber::Composite
        } else if self.start_step == StepNumber::Text || (self.has_text && is_kept(ImageName::Step1)) {
            StepNumber::Text
        } else {
            StepNumber::Background
        }
    }

    /// Seconds since it was accepted; for an ended job, until its end. `now`: the steady clock.
    pub fn elapsed(&self, now: f64) -> f64 {
        self.end_time.map_or(now - self.began, |end| end - self.start_time).max(0.0)
    }

    /// Seconds to the end; negative if it is late, 0 if it has ended. `now`: the steady clock.
    pub fn eta(&self, now: f64) -> i64 {
        if self.status.is_active() { self.progress.eta(now).ceil() as i64 } else { 0 }
    }

    /// Seconds to the end of the running step; negative if it is late, 0 if the job has ended. `now`: the steady clock.
    pub fn step_eta(&self, now: f64) -> i64 {
        if self.status.is_active() { self.progress.step_eta(now).ceil() as i64 } else { 0 }
    }
}
