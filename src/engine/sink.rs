//! From the pipeline to the disk and to the snapshots.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use image::RgbImage;
use serde_json::json;
use uuid::Uuid;

use super::{Inner, lock};
use crate::backend::StageObserver;
use crate::imaging::encode::{ImageRef, encode_png_with_mask};
use crate::job::progress::Workload;
use crate::job::{ImageName, JobEvent, JobSnapshot, Preview, Stage};
use crate::pipeline::plan::StepKeys;
use crate::pipeline::{Picture, PipelineError, Sink, Taken};
use crate::request::fields::FIELDS;
use crate::request::{JobSpec, SourceImage, Start, StepNumber};
use crate::store::StoreError;

/// Previews at most some ten times a second.
const PREVIEW_EVERY: Duration = Duration::from_millis(100);

/// What the sink must know of a job to take steps from earlier ones.
pub(super) struct Order {
    pub keys: StepKeys,
    pub force_from_step: Option<StepNumber>,
    /// Step 1 has a product.
    pub product: bool,
    /// Every stage, in order.
    pub stages: Vec<Stage>,
}

impl Order {
    pub fn new(spec: &JobSpec, keys: StepKeys) -> Self {
        let product = matches!(&spec.start, Start::Background { product: Some(_), .. });
        Self { keys, force_from_step: spec.force_from_step, product, stages: Stage::plan(spec) }
    }
}

/// Writes pictures, publishes events, learns durations.
pub(super) struct JobSink<'a> {
    pub(super) inner: &'a Inner,
    pub(super) id: Uuid,
    pub(super) order: Order,
    load: Workload,
    running: Mutex<Option<(Stage, Instant)>>,
    percent: AtomicU32,
    previews: AtomicU64,
    last_preview: Mutex<Instant>,
    quiet: AtomicBool,
    /// The mask that the next step result carries.
    mask: Mutex<Option<Vec<u8>>>,
}

impl<'a> JobSink<'a> {
    pub(super) fn new(inner: &'a Inner, id: Uuid, load: Workload, order: Order) -> Self {
        Self {
            inner,
            id,
            order,
            load,
            running: Mutex::new(None),
            percent: AtomicU32::new(0),
            previews: AtomicU64::new(0),
            last_preview: Mutex::new(Instant::now()),
            quiet: AtomicBool::new(false),
            mask: Mutex::new(None),
        }
    }

    pub(super) fn apply(&self, event: JobEvent) {
        self.inner.apply(self.id, event);
    }

    /// A stage that takes no time: nothing is learned from it.
    pub(super) fn pass(&self, stage: Stage) {
        self.end_stage();
        self.apply(JobEvent::StageStarted(stage));
    }

    /// The running stage has done its work.
    fn end_stage(&self) {
        if let Some((stage, since)) = lock(&self.running).take() {
            lock(&self.inner.durations).learn(stage, &self.load, since.elapsed().as_secs_f64());
        }
    }

    /// Writes the record so that it survives a crash. A failure is logged and does not end the job.
    pub(super) fn record(&self) {
        if let Err(error) = self.inner.record(self.id) {
            tracing::warn!(id = %self.id, %error, "record could not be refreshed");
        }
    }

    /// Learns the duration of the running stage; one that did not end teaches nothing.
    pub(super) fn close(&self, finished: bool) {
        self.quiet.store(true, Ordering::Release);
        if let Some((stage, since)) = lock(&self.running).take()
            && finished
        {
            lock(&self.inner.durations).learn(stage, &self.load, since.elapsed().as_secs_f64());
        }
    }
}

impl StageObserver for JobSink<'_> {
    fn progress(&self, fraction: f32) {
        // Rows report thousands of times; only a new percent is news.
        let percent = (fraction.clamp(0.0, 1.0) * 100.0) as u32;
        if self.percent.fetch_max(percent, Ordering::Relaxed) < percent {
            self.apply(JobEvent::Advanced(f64::from(fraction)));
        }
    }

    fn preview(&self, picture: RgbImage) {
        *lock(&self.last_preview) = Instant::now();
        let sequence = self.previews.fetch_add(1, Ordering::Relaxed) + 1;
        self.apply(JobEvent::Previewed(Arc::new(Preview { sequence, image: picture })));
    }

    fn warn(&self, text: &str) {
        self.apply(JobEvent::Warned(text.to_owned()));
    }

    fn wants_preview(&self) -> bool {
        !self.quiet.load(Ordering::Acquire) && lock(&self.last_preview).elapsed() >= PREVIEW_EVERY
    }
}

impl Sink for JobSink<'_> {
    fn stage(&self, stage: Stage) {
        self.end_stage();
        *lock(&self.running) = Some((stage, Instant::now()));
        self.percent.store(0, Ordering::Relaxed);
        self.apply(JobEvent::StageStarted(stage));
    }

    fn save(&self, name: ImageName, picture: Picture<'_>) -> Result<(), PipelineError> {
        let text = match self.inner.snapshot(self.id) {
            Some(job) if is_result(name) => metadata(&job, name),
            _ => Vec::new(),
        };
        self.write(name, picture, &text)
    }

    fn save_given(&self, name: ImageName, picture: Picture<'_>, source: &SourceImage) -> Result<(), PipelineError> {
        self.write(name, picture, &source.text)
    }

    fn finish_with(&self, last: ImageName) -> Result<(), PipelineError> {
        let failed = |error: &dyn std::fmt::Display| PipelineError::Sink(format!("final.png could not be saved: {error}"));
        let bytes = std::fs::read(self.inner.store.image_path(self.id, last)).map_err(|e| failed(&e))?;
        self.keep(ImageName::Final, &bytes).map_err(|e| PipelineError::Kept { technical: e.technical(), message: e.to_string() })?;
        let hash = self.inner.snapshot(self.id).and_then(|job| job.hashes.get(last.as_str()).cloned());
        self.apply(JobEvent::Saved(ImageName::Final, hash));
        self.record();
        Ok(())
    }

    fn take(&self, step: u8) -> Option<Taken> {
        self.take_step(step)
    }

    fn legibility(&self, score: f32) {
        self.apply(JobEvent::Legible(score));
    }
}

fn is_result(name: ImageName) -> bool {
    matches!(name, ImageName::Step1 | ImageName::Step2 | ImageName::Final)
}

impl JobSink<'_> {
    fn write(&self, name: ImageName, picture: Picture<'_>, text: &[(String, String)]) -> Result<(), PipelineError> {
        let failed = |error: &dyn std::fmt::Display| PipelineError::Sink(format!("{}.png could not be saved: {error}", name.as_str()));
        let (pixels, hash) = match picture {
            Picture::Rgb(image) => (ImageRef::Rgb(image), rgb_hash(image)),
            Picture::Rgba(image) => (ImageRef::Rgba(image), content_hash(image.dimensions(), image.as_raw())),
            Picture::Gray(image) => (ImageRef::Gray(image), String::new()),
        };
        let text: Vec<(&str, &str)> = text.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let mask = match name {
            ImageName::Step1 | ImageName::Step2 => lock(&self.mask).take(),
            _ => None,
        };
        let png = encode_png_with_mask(pixels, &text, mask.as_deref()).map_err(|e| failed(&e))?;
        self.keep(name, &png).map_err(|e| PipelineError::Kept { technical: e.technical(), message: e.to_string() })?;
        if matches!(name, ImageName::Placed | ImageName::Face) {
            *lock(&self.mask) = Some(png);
        }
        // The photo's hash finds the job again when the same photo is sent.
        self.apply(JobEvent::Saved(name, (is_result(name) || name == ImageName::Product).then_some(hash)));
        if is_result(name) {
            self.record();
        }
        Ok(())
    }

    fn keep(&self, name: ImageName, png: &[u8]) -> Result<(), StoreError> {
        match self.inner.store.save_image(self.id, name, png) {
            // The job's folder vanished. A folder needs a record before it gets pictures.
            Err(error) if error.is_missing() => {
                self.inner.record(self.id)?;
                self.inner.checked(self.id);
                self.inner.store.save_image(self.id, name, png)
            }
            other => other,
        }
    }
}

fn content_hash((width, height): (u32, u32), rgba: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&width.to_le_bytes()).update(&height.to_le_bytes()).update(rgba);
    hasher.finalize().to_hex().to_string()
}

/// The hash that the same picture has once it comes back as RGBA.
fn rgb_hash(image: &RgbImage) -> String {
    let rgba: Vec<u8> = image.pixels().flat_map(|p| [p.0[0], p.0[1], p.0[2], 255]).collect();
    content_hash(image.dimensions(), &rgba)
}

/// The text chunks of a result: `parameters` as other tools read it, `nanococoa` with everything.
fn metadata(job: &JobSnapshot, name: ImageName) -> Vec<(String, String)> {
    let text = |key: &str| job.parameters.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let number = |key: &str| job.parameters.get(key).map(ToString::to_string).unwrap_or_default();
    let (prompt, negative) = match name {
        ImageName::Step2 => (text("text_model_prompt"), text("negative_prompt")),
        // The scene came with the request: what was asked for here is the text, or only the composite.
        _ if job.start_step == 2 => (text("text_model_prompt"), text("negative_prompt")),
        _ if job.start_step == 3 => (text("composition_prompt"), text("composition_negative_prompt")),
        _ => (text("bg_prompt"), text("bg_negative_prompt")),
    };
    let used: serde_json::Map<String, serde_json::Value> = job
        .parameters
        .iter()
        .filter(|(key, _)| {
            FIELDS.iter().find(|f| f.name == key.as_str()).is_none_or(|f| f.used_by.iter().any(|s| s.get() == job.start_step))
        })
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    let parameters = format!(
        "{prompt}\nNegative prompt: {negative}\nSteps: {}, CFG scale: {}, Seed: {}, Size: {}x{}, Model: {}, Engine: {}",
        number("num_inference_steps"),
        number("guidance_scale"),
        job.seed,
        job.width,
        job.height,
        job.engine_label,
        job.engine.as_str(),
    );
    let all = json!({
        "program": concat!("nanoCocoa Studio ", env!("CARGO_PKG_VERSION")),
        "job_id": job.id,
        "image": name.as_str(),
        "engine": job.engine,
        "engine_label": job.engine_label,
        "draft": job.engine == crate::request::BackendKind::Draft,
        "seed": job.seed,
        "width": job.width,
        "height": job.height,
        "legibility": job.legibility,
        "warnings": job.warnings,
        "parameters": used,
    });
    vec![
        ("Software".into(), format!("nanoCocoa Studio {} ({} engine)", env!("CARGO_PKG_VERSION"), job.engine.as_str())),
        ("parameters".into(), parameters),
        ("nanococoa".into(), all.to_string()),
    ]
}
