//! Steps that earlier jobs have finished: what a job would run, and what it can take instead.

use std::sync::{Arc, PoisonError};

use serde::Serialize;
use uuid::Uuid;

use super::sink::JobSink;
use super::{Engine, Inner, SubmitError, lock};
use crate::imaging::Plane;
use crate::imaging::decode::MAX_PIXELS;
use crate::job::progress::Progress;
use crate::job::state::workload;
use crate::job::{ImageName, JobEvent, JobSnapshot, Stage, Step};
use crate::pipeline::plan::{self, StepKeys};
use crate::pipeline::{Recalled, Taken};
use crate::request::{BackendKind, InputImage, JobSpec, Start};

/// What a job would do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Which engine would make it.
    pub engine: BackendKind,
    /// The steps that it has, in order; steps before its start are not among them.
    pub steps: Vec<PlannedStep>,
    /// Expected seconds of all of them.
    pub eta_seconds: f64,
}

/// A step of a [`Plan`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedStep {
    /// 1, 2 or 3.
    pub step: u8,
    /// `step1_background`, `step2_text` or `step3_composite`.
    pub name: &'static str,
    /// An earlier job has finished it with the same inputs: it would be taken, not run.
    pub cached: bool,
    /// Expected seconds; 0 when it is cached.
    pub eta_seconds: f64,
}

/// The pictures of a finished step; the result last.
fn pictures(step: u8, product: bool) -> &'static [ImageName] {
    use ImageName::{Cutout, Edges, Face, Final, Letters, Mask, Placed, Product, Step1, Step2};
    match (step, product) {
        (1, true) => &[Product, Mask, Cutout, Placed, Step1],
        (1, false) => &[Step1],
        (2, _) => &[Edges, Face, Step2],
        _ => &[Letters, Final],
    }
}

fn has_product<I>(spec: &JobSpec<I>) -> bool {
    matches!(&spec.start, Start::Background { product: Some(_), .. })
}

impl Inner {
    /// The keys of a job's steps.
    pub(super) fn keys<I: InputImage>(&self, spec: &JobSpec<I>, engine: BackendKind, recalled: &Recalled) -> StepKeys {
        let fonts = self.fonts();
        plan::keys(spec, &(self.version)(engine), recalled, &|font| {
            fonts.bytes(font).map_or_else(String::new, |b| blake3::hash(&b).to_hex().to_string())
        })
    }

    /// Jobs that have finished a step with this key and still have its pictures, newest first. A step is finished once its result is
    /// listed, which is after it is on disk, whatever became of the job.
    fn finished(&self, step: u8, key: &str, product: bool, not: Option<Uuid>) -> Vec<Arc<JobSnapshot>> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<_> = table
            .jobs
            .iter()
            .filter(|(id, _)| Some(**id) != not)
            .map(|(_, entry)| (entry.order, entry.state.borrow().clone()))
            .filter(|(_, job)| job.step_keys.get(&step).is_some_and(|k| k == key))
            .filter(|(_, job)| pictures(step, product).iter().all(|n| job.images.contains(n)))
            .collect();
        found.sort_by_key(|f| std::cmp::Reverse(f.0));
        found.into_iter().map(|f| f.1).collect()
    }

    /// The steps of a job that need not run as things are now.
    pub(super) fn cached_steps<I>(&self, spec: &JobSpec<I>, keys: &StepKeys) -> Vec<u8> {
        let forced = |step: u8| spec.force_from_step.is_some_and(|from| step >= from.get());
        let product = has_product(spec);
        let there = |job: &JobSnapshot, step| pictures(step, product).iter().all(|&n| self.store.is_whole(job.id, n));
        let cached = |step: u8, key: &str| !forced(step) && self.finished(step, key, product, None).iter().any(|j| there(j, step));
        keys.iter().filter(|(step, key)| cached(*step, key)).map(|(step, _)| step).collect()
    }
}

impl Engine {
    /// The steps that a job would run and their expected duration. Writes nothing and does not wait for running jobs. May read pictures of
    /// earlier jobs.
    pub fn plan<I: InputImage>(&self, spec: &JobSpec<I>) -> Result<Plan, SubmitError> {
        let inner = &self.inner;
        let (engine, _) = inner.resolve(spec.backend)?;
        let keys = inner.keys(spec, engine, &inner.recall(spec));
        let cached = inner.cached_steps(spec, &keys);
        let progress = Progress::new(&Stage::plan(spec), &lock(&inner.durations), &workload(spec, engine));
        let steps: Vec<PlannedStep> = keys
            .iter()
            .map(|(step, _)| {
                let cached = cached.contains(&step);
                let eta_seconds = if cached { 0.0 } else { progress.step_seconds(step) };
                PlannedStep { step, name: Step::of(step).as_str(), cached, eta_seconds }
            })
            .collect();
        let eta_seconds = steps.iter().map(|s| s.eta_seconds).sum();
        Ok(Plan { engine, steps, eta_seconds })
    }
}

impl JobSink<'_> {
    /// Takes a step from an earlier job, if one has it.
    pub(super) fn take_step(&self, step: u8) -> Option<Taken> {
        let order = &self.order;
        if order.force_from_step.is_some_and(|from| step >= from.get()) {
            return None;
        }
        let key = order.keys.get(step)?;
        self.inner.finished(step, key, order.product, Some(self.id)).iter().find_map(|job| self.take_from(step, job))
    }

    fn take_from(&self, step: u8, from: &JobSnapshot) -> Option<Taken> {
        let names = pictures(step, self.order.product);
        let (result, mask) = match step {
            1 => (ImageName::Step1, self.order.product.then_some(ImageName::Placed)),
            2 => (ImageName::Step2, Some(ImageName::Face)),
            _ => (ImageName::Final, None),
        };
        if !names.iter().all(|&name| self.inner.store.is_whole_to_the_bit(from.id, name)) {
            // The damaged picture leaves that job's list.
            self.inner.checked(from.id);
            return None;
        }
        if let Err(error) = self.inner.store.take_over(from.id, self.id, names) {
            // Deleted meanwhile, most likely.
            tracing::debug!(id = %self.id, from = %from.id, %error, "step could not be taken");
            return None;
        }
        // What is read is what this job now has.
        let read = |name| {
            let bytes = std::fs::read(self.inner.store.image_path(self.id, name)).ok()?;
            let image = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).ok()?;
            (u64::from(image.width()) * u64::from(image.height()) <= MAX_PIXELS).then_some(image)
        };
        let image = read(result)?;
        let mask = match mask {
            Some(name) => Some(Plane::from_gray(&read(name)?.into_luma8())),
            None => None,
        };
        for stage in self.order.stages.iter().filter(|s| s.step().number() == step) {
            self.pass(*stage);
        }
        self.apply(JobEvent::TookOver(step));
        for note in from.step_notes.get(&step).into_iter().flatten() {
            self.apply(JobEvent::Warned(note.clone()));
        }
        if step == 3
            && let Some(score) = from.legibility
        {
            self.apply(JobEvent::Legible(score));
        }
        for &name in names {
            self.apply(JobEvent::Saved(name, from.hashes.get(name.as_str()).cloned()));
        }
        self.record();
        Some(Taken { image, mask })
    }
}
