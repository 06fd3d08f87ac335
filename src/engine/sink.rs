//! The pipeline's sink for jobs: writes pictures to disk and turns what happens into job events.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use image::RgbImage;
use parking_lot::Mutex;
use uuid::Uuid;

use super::layer_pictures;
use super::metadata;
use super::queue::Work;
use super::reuse::StepReuse;
use super::shared::Shared;
use crate::backend::StageObserver;
use crate::imaging::encode::{ImageRef, encode_png_with_mask};
use crate::job::progress::Workload;
use crate::job::{ImageName, JobEvent, Preview, Stage};
use crate::notice;
use crate::notice::Notice;
use crate::pipeline::{Picture, PipelineError, Sink, Taken};
use crate::request::{SourceImage, StepNumber};
use crate::store::StoreError;

/// Shortest time between two previews.
const PREVIEW_EVERY: Duration = Duration::from_millis(100);

/// Writes the pictures of one job, publishes its events and learns its durations.
pub(super) struct JobSink<'a> {
    shared: &'a Shared,
    id: Uuid,
    reuse: StepReuse,
    /// Every stage of the job, in order.
    stages: Vec<Stage>,
    load: Workload,
    running: Mutex<Option<(Stage, Instant)>>,
    /// The percentage of the running stage that was published last.
    percent: AtomicU32,
    previews: AtomicU64,
    last_preview: Mutex<Instant>,
    is_closed: AtomicBool,
    /// The matte or the front faces as PNG, embedded in the file of the next step result.
    mask: Mutex<Option<Vec<u8>>>,
}

impl<'a> JobSink<'a> {
    pub fn new(shared: &'a Shared, work: &Work, reuse: StepReuse) -> Self {
        Self {
            shared,
            id: work.id,
            reuse,
            stages: Stage::plan(&work.spec),
            load: Workload::of(&work.spec, work.backend),
            running: Mutex::new(None),
            percent: AtomicU32::new(0),
            previews: AtomicU64::new(0),
            last_preview: Mutex::new(Instant::now()),
            is_closed: AtomicBool::new(false),
            mask: Mutex::new(None),
        }
    }

    fn apply(&self, event: JobEvent) {
        self.shared.table.apply(self.id, event);
    }

    /// Ends the running stage and begins the next one, if any. With `is_done`, learns the ended stage's duration.
    fn change_stage(&self, next: Option<Stage>, is_done: bool) {
        let next = next.map(|stage| (stage, Instant::now()));
        let ended = std::mem::replace(&mut *self.running.lock(), next);
        if let Some((stage, since)) = ended.filter(|_| is_done) {
            tracing::debug!(?stage, millis = since.elapsed().as_millis(), "the stage is done");
            self.shared.durations.learn(stage, &self.load, since.elapsed().as_secs_f64());
        }
    }

    /// Rewrites `job.json`, so that finished steps survive a crash. A failure is logged and does not end the job.
    fn record(&self) {
        if let Err(error) = self.shared.records.write(self.id) {
            tracing::warn!(%error, "the record could not be written");
        }
    }

    /// Ends the last stage and refuses further previews.
    pub fn close(&self, is_done: bool) {
        self.is_closed.store(true, Ordering::Release);
        self.change_stage(None, is_done);
    }
}

impl StageObserver for JobSink<'_> {
    fn progress(&self, fraction: f32) {
        // Rows report progress thousands of times; only whole percents are published.
        let percent = (fraction.clamp(0.0, 1.0) * 100.0) as u32;
        if self.percent.fetch_max(percent, Ordering::Relaxed) < percent {
            self.apply(JobEvent::Advanced(f64::from(fraction)));
        }
    }

    fn preview(&self, picture: RgbImage) {
        *self.last_preview.lock() = Instant::now();
        let sequence = self.previews.fetch_add(1, Ordering::Relaxed) + 1;
        self.apply(JobEvent::Previewed(Arc::new(Preview { sequence, image: picture })));
    }

    fn notice(&self, notice: Notice) {
        self.apply(JobEvent::Warned(notice));
    }

    fn wants_preview(&self) -> bool {
        !self.is_closed.load(Ordering::Acquire) && self.last_preview.lock().elapsed() >= PREVIEW_EVERY
    }
}

impl Sink for JobSink<'_> {
    fn stage(&self, stage: Stage) {
        self.change_stage(Some(stage), true);
        self.percent.store(0, Ordering::Relaxed);
        self.apply(JobEvent::StageStarted(stage));
    }

    fn save(&self, name: ImageName, picture: Picture<'_>) -> Result<(), PipelineError> {
        let text = match self.shared.table.snapshot(self.id) {
            Some(job) if name.is_result() => metadata::of_result(&job, name),
            _ => Vec::new(),
        };
        self.write(name, picture, &text, None)
    }

    fn save_given(&self, name: ImageName, picture: Picture<'_>, source: &SourceImage) -> Result<(), PipelineError> {
        // `step1_image` may have been flattened or cropped: then the hash of its source does not apply to the file written here.
        let known = match picture {
            Picture::Rgba(image) if std::ptr::eq(image, &*source.pixels) => Some(source.hash.as_str()),
            _ => None,
        };
        // Only results carry the text of the file that they came from.
        let text = if name.is_result() { source.text.as_slice() } else { &[] };
        self.write(name, picture, text, known)
    }

    fn keep_layer_picture(&self, layer: usize, picture: &SourceImage) -> Result<(), PipelineError> {
        layer_pictures::keep(self.shared, self.id, layer, picture)
    }

    fn finish_with(&self, last: ImageName) -> Result<(), PipelineError> {
        let path = self.shared.records.store.image_path(self.id, last);
        let bytes = std::fs::read(path).map_err(|error| not_saved(ImageName::Final, &error))?;
        self.keep(ImageName::Final, &bytes)?;
        let hash = self.shared.table.snapshot(self.id).and_then(|job| job.hashes.get(last.as_str()).cloned());
        self.apply(JobEvent::Saved(ImageName::Final, hash));
        self.record();
        Ok(())
    }

    fn take(&self, step: StepNumber) -> Option<Taken> {
        let reused = self.reuse.take(self.shared, self.id, step)?;
        for stage in self.stages.iter().filter(|stage| stage.step() == step) {
            // The stage takes no time, so nothing is learned from it.
            self.change_stage(None, true);
            self.apply(JobEvent::StageStarted(*stage));
        }
        self.apply(JobEvent::StepReused(step));
        for note in reused.from.step_notes.get(&step).into_iter().flatten() {
            self.apply(JobEvent::Warned(note.clone()));
        }
        if step == StepNumber::Composite
            && let Some(score) = reused.from.legibility
        {
            self.apply(JobEvent::Legible(score));
        }
        for &name in reused.names {
            self.apply(JobEvent::Saved(name, reused.from.hashes.get(name.as_str()).cloned()));
        }
        self.record();
        Some(reused.taken)
    }

    fn legibility(&self, score: f32) {
        self.apply(JobEvent::Legible(score));
    }
}

impl JobSink<'_> {
    /// Writes a picture to disk and publishes it. `known_hash`: the content hash of its pixels, if they were hashed before.
    fn write(
        &self,
        name: ImageName,
        picture: Picture<'_>,
        text: &[(String, String)],
        known_hash: Option<&str>,
    ) -> Result<(), PipelineError> {
        // By the photo's hash, a later request with the same photo is recognised.
        let hash = (name.is_result() || name == ImageName::Product).then(|| known_hash.map_or_else(|| hash_of(&picture), str::to_owned));
        let pixels = match picture {
            Picture::Rgb(image) => ImageRef::Rgb(image),
            Picture::Rgba(image) => ImageRef::Rgba(image),
            Picture::Gray(image) => ImageRef::Gray(image),
        };
        let text: Vec<(&str, &str)> = text.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let mask = match name {
            ImageName::Step1 | ImageName::Step2 => self.mask.lock().take(),
            _ => None,
        };
        let start = Instant::now();
        let png = encode_png_with_mask(pixels, &text, mask.as_deref()).map_err(|error| not_saved(name, &error))?;
        let encoded = start.elapsed();
        self.keep(name, &png)?;
        tracing::debug!(?name, encoding = encoded.as_millis(), millis = start.elapsed().as_millis(), "the picture is on disk");
        if matches!(name, ImageName::Placed | ImageName::Face) {
            *self.mask.lock() = Some(png);
        }
        self.apply(JobEvent::Saved(name, hash));
        if name.is_result() {
            self.record();
        }
        Ok(())
    }

    fn keep(&self, name: ImageName, png: &[u8]) -> Result<(), PipelineError> {
        let records = &self.shared.records;
        let saved = match records.store.save_image(self.id, name, png) {
            // The job's folder vanished. Recovery keeps pictures only beside a record, so the record is written first.
            Err(error) if error.is_missing() => records.write(self.id).and_then(|()| {
                records.check_pictures(self.id);
                records.store.save_image(self.id, name, png)
            }),
            other => other,
        };
        saved.map_err(|error: StoreError| PipelineError::Kept { technical: error.technical(), message: error.notice() })
    }
}

fn not_saved(name: ImageName, error: &dyn std::fmt::Display) -> PipelineError {
    PipelineError::Sink(notice!("engine-picture-not-saved", file = name.file_name(), source = error.to_string()))
}

/// The hash of a picture as `SourceImage` computes it; empty for a mask.
fn hash_of(picture: &Picture<'_>) -> String {
    match picture {
        Picture::Rgb(image) => rgb_hash(image),
        Picture::Rgba(image) => content_hash(image.dimensions(), image.as_raw()),
        Picture::Gray(_) => String::new(),
    }
}

fn content_hash((width, height): (u32, u32), rgba: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&width.to_le_bytes()).update(&height.to_le_bytes()).update(rgba);
    hasher.finalize().to_hex().to_string()
}

/// The hash of an opaque picture as `SourceImage` computes it: over RGBA.
fn rgb_hash(image: &RgbImage) -> String {
    let rgba: Vec<u8> = image.pixels().flat_map(|p| [p.0[0], p.0[1], p.0[2], 255]).collect();
    content_hash(image.dimensions(), &rgba)
}
