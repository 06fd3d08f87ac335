//! The life of a job: states, events and the snapshot that every door reads.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use image::RgbImage;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::annotation::Annotation;
use super::pictures::COMPLETED;
use super::progress::{Durations, Progress, Workload};
use crate::request::{BackendKind, JobSpec, Start};

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// Waiting for the worker.
    Pending,
    /// The worker is at it.
    Running,
    /// All results are on disk.
    Completed,
    /// It ended with an error; finished steps are kept.
    Failed,
    /// It was stopped; finished steps are kept.
    Stopped,
}

impl JobStatus {
    /// Pending or running.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::Running)
    }

    /// The word used over REST.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

/// A step of the pipeline as the REST document names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Before the first step.
    Init,
    /// Step 1.
    Background,
    /// Step 2.
    Text,
    /// Step 3.
    Composite,
}

impl Step {
    /// The word used over REST.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Background => "step1_background",
            Self::Text => "step2_text",
            Self::Composite => "step3_composite",
        }
    }

    /// 0 before the first step, then 1, 2 or 3.
    pub fn number(self) -> u8 {
        match self {
            Self::Init => 0,
            Self::Background => 1,
            Self::Text => 2,
            Self::Composite => 3,
        }
    }

    /// The step of a number.
    pub fn of(number: u8) -> Self {
        match number {
            0 => Self::Init,
            1 => Self::Background,
            2 => Self::Text,
            _ => Self::Composite,
        }
    }
}

/// A stage within a step (`sub_step`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Cut the product out.
    Segmentation,
    /// Paint the set.
    Scene,
    /// Put the product into it.
    Injection,
    /// Lay the slogan out.
    TextCanvas,
    /// Its edges.
    Canny,
    /// Make it solid.
    SdxlText,
    /// Free it from its background.
    TextMatte,
    /// Put text and picture together.
    Composition,
}

impl Stage {
    /// In running order.
    pub const ALL: &'static [Self] = &[
        Self::Segmentation,
        Self::Scene,
        Self::Injection,
        Self::TextCanvas,
        Self::Canny,
        Self::SdxlText,
        Self::TextMatte,
        Self::Composition,
    ];

    /// The documented `sub_step`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Segmentation => "segmentation",
            Self::Scene => "flux_background_generation",
            Self::Injection => "flux_inpaint_injection",
            Self::TextCanvas => "text_canvas_preparation",
            Self::Canny => "canny_edge_detection",
            Self::SdxlText => "sdxl_text_generation",
            Self::TextMatte => "text_background_removal",
            Self::Composition => "intelligent_composition",
        }
    }

    /// The step it belongs to.
    pub fn step(self) -> Step {
        match self {
            Self::Segmentation | Self::Scene | Self::Injection => Step::Background,
            Self::TextCanvas | Self::Canny | Self::SdxlText | Self::TextMatte => Step::Text,
            Self::Composition => Step::Composite,
        }
    }

    /// What is going on, for people.
    pub fn message(self) -> &'static str {
        match self {
            Self::Segmentation => "Cutting the product out...",
            Self::Scene => "Painting the background...",
            Self::Injection => "Placing the product in the scene...",
            Self::TextCanvas => "Laying out the text...",
            Self::Canny => "Finding the edges of the text...",
            Self::SdxlText => "Generating 3D text...",
            Self::TextMatte => "Cutting the text out...",
            Self::Composition => "Compositing text and picture...",
        }
    }

    /// The stages that a job runs.
    pub fn plan<I>(spec: &JobSpec<I>) -> Vec<Self> {
        Self::from_start(&spec.start).into_iter().filter(|stage| stage.step().number() <= spec.stop_step.get()).collect()
    }

    fn from_start<I>(start: &Start<I>) -> Vec<Self> {
        let text = [Self::TextCanvas, Self::Canny, Self::SdxlText, Self::TextMatte, Self::Composition];
        match start {
            Start::Background { product, text: slogan, .. } => {
                let mut stages = Vec::with_capacity(8);
                if product.is_some() {
                    stages.push(Self::Segmentation);
                }
                stages.push(Self::Scene);
                if product.is_some() {
                    stages.push(Self::Injection);
                }
                if slogan.is_some() {
                    stages.extend(text);
                }
                stages
            }
            Start::Text { .. } => text.to_vec(),
            Start::Composite { .. } => vec![Self::Composition],
        }
    }
}

/// The pictures of a job's folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageName {
    /// The photo as decoded.
    Product,
    /// The product with its soft alpha.
    Cutout,
    /// The matte in the photo's size.
    Mask,
    /// The matte on the canvas.
    Placed,
    /// Canny edges of the slogan.
    Edges,
    /// Front faces of the letters.
    Face,
    /// The same faces as they stand in the finished picture.
    Letters,
    /// Result of step 1.
    Step1,
    /// Result of step 2.
    Step2,
    /// The advertisement.
    Final,
}

impl ImageName {
    /// Every name.
    pub const ALL: &'static [Self] = &[
        Self::Product,
        Self::Cutout,
        Self::Mask,
        Self::Placed,
        Self::Edges,
        Self::Face,
        Self::Letters,
        Self::Step1,
        Self::Step2,
        Self::Final,
    ];

    /// Name without extension.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Cutout => "cutout",
            Self::Mask => "mask",
            Self::Placed => "placed",
            Self::Edges => "edges",
            Self::Face => "face",
            Self::Letters => "letters",
            Self::Step1 => "step1",
            Self::Step2 => "step2",
            Self::Final => "final",
        }
    }

    /// File in the job's folder.
    pub fn file_name(self) -> String {
        format!("{}.png", self.as_str())
    }
}

impl FromStr for ImageName {
    type Err = ();

    fn from_str(s: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|n| n.as_str() == s).ok_or(())
    }
}

/// A picture of work in progress.
#[derive(Debug)]
pub struct Preview {
    /// Rises by one with each preview of a job.
    pub sequence: u64,
    /// Small sRGB picture.
    pub image: RgbImage,
}

/// What happens to a job.
#[derive(Clone, Debug)]
pub enum JobEvent {
    /// The worker took it up.
    Started {
        /// Name and version of the engine.
        engine_label: String,
        /// Content keys of its steps.
        step_keys: BTreeMap<u8, String>,
    },
    /// A stage begins.
    StageStarted(Stage),
    /// Fraction of the running stage.
    Advanced(f64),
    /// A picture is on disk; step results come with their content hash.
    Saved(ImageName, Option<String>),
    /// Something the user should know.
    Warned(String),
    /// The legibility score of the final picture.
    Legible(f32),
    /// A step (1..=3) was taken from an earlier job; its pictures are on disk.
    TookOver(u8),
    /// The user starred, named or annotated it.
    Annotated(Annotation),
    /// Its pictures were checked.
    Checked {
        /// Listed ones that are missing or damaged.
        lost: Vec<ImageName>,
        /// Lost ones that are there again.
        found: Vec<ImageName>,
    },
    /// A preview.
    Previewed(Arc<Preview>),
    /// Everything is on disk.
    Completed,
    /// It ended with an error.
    Failed {
        /// The technical text.
        error: String,
        /// What to do.
        message: String,
    },
    /// It was stopped.
    Stopped,
    /// The program ended while the job waited or ran.
    ProgramEnded,
}

/// An event that does not fit the state.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a {status} job cannot take the event {event}")]
pub struct IllegalTransition {
    status: &'static str,
    event: &'static str,
}

/// A job at one moment: what every door shows, and what `job.json` keeps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JobSnapshot {
    /// Its name everywhere.
    pub id: Uuid,
    /// Where it stands.
    pub status: JobStatus,
    /// 0..=100.
    pub progress_percent: u8,
    /// Running or last step.
    pub step: Step,
    /// Running or last stage.
    pub stage: Option<Stage>,
    /// For people.
    pub message: String,
    /// Technical text of a failure.
    pub error: Option<String>,
    /// Unix seconds when it was accepted.
    pub start_time: f64,
    /// `start_time` plus the seconds that it took, whatever happened to the wall clock meanwhile.
    pub end_time: Option<f64>,
    /// The steady clock when it was accepted.
    #[serde(skip)]
    pub began: f64,
    /// Seconds that it had taken at its newest event: all that is known of a job that the end of the program interrupted.
    #[serde(default)]
    pub spent: Option<f64>,
    /// Its place among the jobs of this folder, oldest first, from 1. Records of earlier versions have 0.
    #[serde(default)]
    pub sequence: u64,
    /// Which engine makes it.
    pub engine: BackendKind,
    /// Name and version of that engine.
    pub engine_label: String,
    /// Why that engine.
    pub engine_reason: String,
    /// Its seed.
    pub seed: u64,
    /// Canvas width.
    pub width: u32,
    /// Canvas height.
    pub height: u32,
    /// First step: 1, 2 or 3.
    pub start_step: u8,
    /// As sent, images described.
    pub parameters: Arc<Map<String, Value>>,
    /// What was ignored or adjusted.
    pub warnings: Vec<String>,
    /// Legibility score of the final picture, 0..=1.
    pub legibility: Option<f32>,
    /// Pictures on disk.
    pub images: Vec<ImageName>,
    /// Pictures that it had and that are missing or damaged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<ImageName>,
    /// Content hashes of the step results and of the photo: they recognise a picture that a client sends back, or sends again.
    #[serde(default)]
    pub hashes: BTreeMap<String, String>,
    /// Content keys of the steps that it runs, by step: what they depend on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub step_keys: BTreeMap<u8, String>,
    /// Steps that were taken from earlier jobs instead of run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cached_steps: Vec<u8>,
    /// What each step had to say; also in `warnings`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub step_notes: BTreeMap<u8, Vec<String>>,
    /// The user marked it as good.
    #[serde(default)]
    pub starred: bool,
    /// Its name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The user's note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The newest preview.
    #[serde(skip)]
    pub preview: Option<Arc<Preview>>,
    /// The step that the preview is of.
    #[serde(skip)]
    pub preview_step: u8,
    /// Weighted progress.
    #[serde(skip)]
    pub progress: Progress,
}

impl JobSnapshot {
    /// A job that was just accepted, at this time of the wall clock (Unix seconds).
    pub fn new(id: Uuid, spec: &JobSpec, engine: BackendKind, reason: String, durations: &Durations, start_time: f64) -> Self {
        let load = workload(spec, engine);
        Self {
            id,
            status: JobStatus::Pending,
            progress_percent: 0,
            step: Step::Init,
            stage: None,
            message: "Waiting to start".into(),
            error: None,
            start_time,
            end_time: None,
            began: 0.0,
            spent: None,
            sequence: 0,
            engine,
            engine_label: String::new(),
            engine_reason: reason,
            seed: spec.seed,
            width: spec.width,
            height: spec.height,
            start_step: spec.start.step().get(),
            parameters: Arc::new(spec.parameters.clone()),
            warnings: spec.warnings.iter().map(ToString::to_string).collect(),
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
            preview_step: 0,
            progress: Progress::new(&Stage::plan(spec), durations, &load),
        }
    }

    /// Applies an event; an event that does not fit the state changes nothing. `now`: the steady clock.
    pub fn apply(&mut self, event: JobEvent, now: f64) -> Result<(), IllegalTransition> {
        use JobStatus::{Completed, Failed, Pending, Running, Stopped};
        let illegal = |event| Err(IllegalTransition { status: self.status.as_str(), event });
        match (self.status, event) {
            (Pending, JobEvent::Started { engine_label, step_keys }) => {
                self.step_keys = step_keys;
                self.status = Running;
                self.engine_label = engine_label;
                self.message = "Starting...".into();
            }
            (Running, JobEvent::StageStarted(stage)) => {
                self.progress.begin(stage, now);
                self.stage = Some(stage);
                self.step = stage.step();
                self.message = stage.message().into();
                self.progress_percent = self.progress_percent.max(self.progress.percent());
            }
            (Running, JobEvent::Advanced(fraction)) => {
                self.progress.advance(fraction);
                self.progress_percent = self.progress_percent.max(self.progress.percent());
            }
            (Running, JobEvent::Saved(name, hash)) => {
                if let Some(hash) = hash {
                    self.hashes.insert(name.as_str().into(), hash);
                }
                self.lost.retain(|n| *n != name);
                if !self.images.contains(&name) {
                    self.images.push(name);
                }
            }
            (Running, JobEvent::TookOver(step)) => {
                self.progress.skip(step);
                self.progress_percent = self.progress_percent.max(self.progress.percent());
                self.message = "Taken from an earlier job".into();
                if !self.cached_steps.contains(&step) {
                    self.cached_steps.push(step);
                }
            }
            (_, JobEvent::Annotated(change)) => self.annotate(change),
            (_, JobEvent::Checked { lost, found }) => {
                let whole: Vec<_> = self.images.iter().chain(&found).copied().filter(|n| !lost.contains(n)).collect();
                self.list_pictures(&whole);
            }
            (Running, JobEvent::Warned(text)) => {
                if self.step != Step::Init {
                    let notes = self.step_notes.entry(self.step.number()).or_default();
                    if !notes.contains(&text) {
                        notes.push(text.clone());
                    }
                }
                if !self.warnings.contains(&text) {
                    self.warnings.push(text);
                }
            }
            (Running, JobEvent::Legible(score)) => self.legibility = Some(score),
            (Running, JobEvent::Previewed(preview)) => {
                self.preview = Some(preview);
                self.preview_step = self.step.number();
            }
            (Running, JobEvent::Completed) => {
                self.end(Completed, now);
                self.progress_percent = 100;
                self.message = COMPLETED.into();
                if !self.lost.is_empty() {
                    self.list_pictures(&self.images.clone());
                }
            }
            (Pending | Running, JobEvent::Failed { error, message }) => {
                self.end(Failed, now);
                self.error = Some(error);
                self.message = message;
            }
            (Pending | Running, JobEvent::Stopped) => {
                self.end(Stopped, now);
                self.message = "Stopped by user".into();
            }
            (Pending | Running, JobEvent::ProgramEnded) => {
                self.end(Stopped, now);
                self.message = "Stopped because the program ended; finished steps are kept".into();
            }
            (_, JobEvent::Started { .. }) => return illegal("started"),
            (_, JobEvent::Completed) => return illegal("completed"),
            (_, JobEvent::Failed { .. }) => return illegal("failed"),
            (_, JobEvent::Stopped | JobEvent::ProgramEnded) => return illegal("stopped"),
            _ => return illegal("progress"),
        }
        if self.status.is_active() {
            self.spent = Some((now - self.began).max(0.0));
        }
        Ok(())
    }

    fn end(&mut self, status: JobStatus, now: f64) {
        self.status = status;
        self.end_time = Some(self.start_time + (now - self.began).max(0.0));
        self.preview = None;
    }

    /// The documented `sub_step`.
    pub fn sub_step(&self) -> Option<&'static str> {
        self.stage.map(Stage::as_str)
    }

    /// The first step that still has to run when this job is continued, given what is on disk.
    pub fn resume_step(&self) -> u8 {
        // A job without a slogan has one step, unless it was given its text as a picture.
        let has_text = self.parameters.get("text_content").is_some_and(|t| !t.is_null());
        let kept = |name| self.images.contains(&name);
        if self.start_step == 3 || (has_text && kept(ImageName::Step1) && kept(ImageName::Step2)) {
            3
        } else if self.start_step == 2 || (has_text && kept(ImageName::Step1)) {
            2
        } else {
            1
        }
    }
}

/// What makes this job's stages comparable with those of others.
pub fn workload<I>(spec: &JobSpec<I>, engine: BackendKind) -> Workload {
    let text_steps = match &spec.start {
        Start::Background { text, .. } => text.as_ref().map_or(0, |t| t.steps),
        Start::Text { text, .. } => text.steps,
        Start::Composite { .. } => 0,
    };
    Workload { engine, pixels: u64::from(spec.width) * u64::from(spec.height), steps: spec.background.steps, text_steps }
}
