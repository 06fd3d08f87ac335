//! Step reuse: finds steps that earlier jobs have finished with the same inputs, and shares their pictures.

use std::sync::Arc;

use image::DynamicImage;
use serde::Serialize;
use uuid::Uuid;

use super::error::SubmitError;
use super::shared::Shared;
use crate::imaging::Plane;
use crate::imaging::decode::MAX_PIXELS;
use crate::job::progress::{Progress, Workload};
use crate::job::{ImageName, JobSnapshot, Stage, Step};
use crate::pipeline::plan::{self, StepKeys};
use crate::pipeline::{Recalled, Taken};
use crate::request::{Backdrop, BackendKind, InputImage, JobSpec, Start, StepNumber};

/// The steps that a job would run and their expected duration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// The backend that would make it.
    #[serde(rename = "engine")]
    pub backend: BackendKind,
    /// The steps of the job in order, from the start step.
    pub steps: Vec<PlannedStep>,
    /// Expected seconds in total.
    pub eta_seconds: f64,
}

/// A step of a [`Plan`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedStep {
    /// Which step.
    pub step: StepNumber,
    /// `step1_background`, `step2_text` or `step3_composite`.
    pub name: &'static str,
    /// An earlier job has finished it with the same inputs, so it would be reused instead of run.
    pub cached: bool,
    /// Expected seconds; 0 if it is cached.
    pub eta_seconds: f64,
}

/// Decides which steps of a job can be reused from earlier jobs.
pub(super) struct StepReuse {
    pub keys: StepKeys,
    force_from_step: Option<StepNumber>,
    has_product: bool,
    has_backdrop: bool,
    has_headline: bool,
}

/// A step of an earlier job whose pictures this job now shares.
pub(super) struct ReusedStep {
    pub from: Arc<JobSnapshot>,
    /// The pictures, the result last.
    pub names: &'static [ImageName],
    pub taken: Taken,
}

impl StepReuse {
    pub fn new<I>(spec: &JobSpec<I>, keys: StepKeys) -> Self {
        let has_product = matches!(&spec.start, Start::Background { product: Some(_), .. });
        let has_backdrop = matches!(&spec.backdrop, Backdrop::Picture(_));
        Self { keys, force_from_step: spec.force_from_step, has_product, has_backdrop, has_headline: spec.has_headline() }
    }

    /// The key of a step that may be reused; `None` if it must run or if the job does not have this step.
    fn key(&self, step: StepNumber) -> Option<&str> {
        if self.force_from_step.is_some_and(|from| step >= from) { None } else { self.keys.get(step) }
    }

    /// The pictures of a finished step; the result last.
    fn pictures(&self, step: StepNumber) -> &'static [ImageName] {
        use ImageName::{Backdrop, Cutout, Edges, Face, Final, Letters, Mask, Placed, Product, Step1, Step2};
        match step {
            StepNumber::Background if self.has_product && self.has_backdrop => &[Product, Backdrop, Mask, Cutout, Placed, Step1],
            StepNumber::Background if self.has_product => &[Product, Mask, Cutout, Placed, Step1],
            StepNumber::Background if self.has_backdrop => &[Backdrop, Step1],
            StepNumber::Background => &[Step1],
            StepNumber::Text => &[Edges, Face, Step2],
            StepNumber::Composite if self.has_headline => &[Letters, Final],
            StepNumber::Composite => &[Final],
        }
    }

    /// The picture that is the mask of a step's result.
    fn mask_of(&self, step: StepNumber) -> Option<ImageName> {
        match step {
            StepNumber::Background => self.has_product.then_some(ImageName::Placed),
            StepNumber::Text => Some(ImageName::Face),
            StepNumber::Composite => None,
        }
    }

    /// Jobs that have finished this step and still have its pictures, newest first. A result is listed once it is on disk, so a step
    /// counts as finished however the job ended.
    fn finished(&self, shared: &Shared, step: StepNumber) -> Vec<Arc<JobSnapshot>> {
        let Some(key) = self.key(step) else { return Vec::new() };
        let mut jobs = shared.table.snapshots();
        jobs.retain(|job| job.step_keys.get(&step).is_some_and(|kept| kept == key));
        jobs.retain(|job| self.pictures(step).iter().all(|name| job.images.contains(name)));
        jobs
    }

    /// Reuses a step for job `id` from the newest other job that has finished it.
    pub fn take(&self, shared: &Shared, id: Uuid, step: StepNumber) -> Option<ReusedStep> {
        self.finished(shared, step).into_iter().filter(|job| job.id != id).find_map(|job| self.take_from(shared, id, step, job))
    }

    fn take_from(&self, shared: &Shared, id: Uuid, step: StepNumber, from: Arc<JobSnapshot>) -> Option<ReusedStep> {
        let (names, store) = (self.pictures(step), &shared.records.store);
        if !names.iter().all(|&name| store.has_valid_checksums(from.id, name)) {
            // Takes the damaged picture off that job's list.
            shared.records.check_pictures(from.id);
            return None;
        }
        if let Err(error) = store.share_images(from.id, id, names) {
            // The job was probably deleted meanwhile.
            tracing::debug!(from = %from.id, %error, "a step could not be reused");
            return None;
        }
        // Read from this job's folder, because the other job may be deleted at any time.
        let image = read_png(shared, id, ImageName::of_result(step))?;
        let mask = match self.mask_of(step) {
            Some(name) => Some(Plane::from_gray(&read_png(shared, id, name)?.into_luma8())),
            None => None,
        };
        Some(ReusedStep { from, names, taken: Taken { image, mask } })
    }
}

fn read_png(shared: &Shared, id: Uuid, name: ImageName) -> Option<DynamicImage> {
    let bytes = std::fs::read(shared.records.store.image_path(id, name)).ok()?;
    let image = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).ok()?;
    (u64::from(image.width()) * u64::from(image.height()) <= MAX_PIXELS).then_some(image)
}

/// The content keys of a job's steps.
pub(super) fn keys<I: InputImage>(shared: &Shared, spec: &JobSpec<I>, backend: BackendKind, recalled: &Recalled) -> StepKeys {
    plan::keys(spec, &(shared.backends.version)(backend), recalled, &|font| shared.fonts.content_hash(font))
}

/// The steps of a job that could be reused now.
pub(super) fn cached_steps<I>(shared: &Shared, spec: &JobSpec<I>, keys: &StepKeys) -> Vec<StepNumber> {
    let reuse = StepReuse::new(spec, keys.clone());
    let is_whole = |job: &JobSnapshot, step| reuse.pictures(step).iter().all(|&name| shared.records.store.is_whole(job.id, name));
    let is_cached = |step: &StepNumber| reuse.finished(shared, *step).iter().any(|job| is_whole(job, *step));
    keys.iter().map(|(step, _)| step).filter(is_cached).collect()
}

/// See [`super::Engine::plan`].
pub(super) fn plan<I: InputImage>(shared: &Shared, spec: &JobSpec<I>) -> Result<Plan, SubmitError> {
    let (backend, _) = shared.resolve(spec.backend)?;
    let keys = keys(shared, spec, backend, &recall(shared, spec));
    let cached = cached_steps(shared, spec, &keys);
    let progress = Progress::new(&Stage::plan(spec), &shared.durations.to_durations(), &Workload::of(spec, backend));
    let planned = |step: StepNumber| {
        let cached = cached.contains(&step);
        let eta_seconds = if cached { 0.0 } else { progress.step_seconds(step) };
        PlannedStep { step, name: Step::from(step).as_str(), cached, eta_seconds }
    };
    let steps: Vec<PlannedStep> = keys.iter().map(|(step, _)| planned(step)).collect();
    let eta_seconds = steps.iter().map(|step| step.eta_seconds).sum();
    Ok(Plan { backend, steps, eta_seconds })
}

/// The masks of the pictures in a request: those that the files carry, or else those of the earlier jobs that made the pictures.
pub(super) fn recall<I: InputImage>(shared: &Shared, spec: &JobSpec<I>) -> Recalled {
    let (step1, step2) = match &spec.start {
        Start::Background { .. } => return Recalled::default(),
        Start::Text { step1, .. } => (step1, None),
        Start::Composite { step1, step2, .. } => (step1, step2.as_ref()),
    };
    let load = |result: ImageName, source: &I, wanted: ImageName| {
        if let Some(mask) = source.mask() {
            return Some(Plane::from_gray(mask));
        }
        let is_maker = |job: &&Arc<JobSnapshot>| {
            job.hashes.get(result.as_str()).is_some_and(|hash| *hash == source.hash()) && job.images.contains(&wanted)
        };
        let id = shared.table.snapshots().iter().find(is_maker)?.id;
        let bytes = shared.records.picture(id, wanted)?;
        let image = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).ok()?;
        Some(Plane::from_gray(&image.into_luma8()))
    };
    Recalled {
        placed: load(ImageName::Step1, step1, ImageName::Placed),
        front_faces: step2.and_then(|step2| load(ImageName::Step2, step2, ImageName::Face)),
    }
}
