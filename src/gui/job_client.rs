//! The studio's requests to the job engine. All functions block; `tasks` runs them off the window's thread.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::brief_layers::is_picture;
use super::photos::PhotoStore;
use super::state::{Brief, Product, random_seed};
use crate::engine::{Engine, Layered, SubmitPolicy};
use crate::job::{Annotation, ImageName, JobSnapshot};
use crate::notice;
use crate::notice::Notice;
use crate::request::fields::{BACKGROUND_IMAGE, FIELDS, FORCE_FROM_STEP, MASK_IMAGE, PRODUCT_IMAGE, SEED, START_STEP};
use crate::request::{FieldError, JobSpec, OpenRequest, StepNumber, UnusableImage};
use crate::templates::Frame;

/// How a brief becomes a job.
#[derive(Clone, Copy, Debug, Default)]
pub struct SubmitOptions {
    /// Run this step and the later ones even if their results are cached.
    pub force_from_step: Option<StepNumber>,
    /// Put the job at the front of the queue.
    pub front: bool,
    /// A finished job of the same brief. The brief is submitted only if a step would run.
    pub same: Option<Uuid>,
    /// Draw a new seed if no step would run.
    pub reseed: bool,
}

/// The outcome of submitting a brief.
pub enum Submission {
    /// The job engine accepted a job.
    Accepted {
        /// The new job.
        id: Uuid,
        /// The brief of the job, including a newly drawn seed.
        brief: Box<Brief>,
        /// Whether a new seed was drawn because no step would have run.
        reseeded: bool,
    },
    /// No step would run; this finished job is the result.
    Unchanged(Uuid),
}

/// The brief of a job of any front end.
pub struct RestoredBrief {
    /// The brief, with the studio's copies of the job's pictures.
    pub brief: Brief,
    /// Whether the job's photo is unknown, because the request contained a finished background whose job is not here.
    pub photo_unknown: bool,
    /// Whether the advertisement was made with a photo, as far as that is known.
    pub had_photo: bool,
}

/// Where product and headline stand in the pictures of a job, pixels of its canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PartFrames {
    /// The product.
    pub product: Option<Frame>,
    /// The ink of the sculpted headline.
    pub headline: Option<Frame>,
}

/// How often the end of a job is looked for.
const WAIT_INTERVAL: Duration = Duration::from_millis(40);

/// The job engine as the studio uses it; clones share it.
#[derive(Clone)]
pub struct JobClient {
    engine: Engine,
    photos: PhotoStore,
    /// Held while a star is read and toggled, so that no quick click is lost.
    stars: Arc<Mutex<()>>,
}

impl JobClient {
    /// A client that keeps the pictures of jobs in `photos`.
    pub fn new(engine: Engine, photos: PhotoStore) -> Self {
        Self { engine, photos, stars: Arc::default() }
    }

    /// The parts of a finished advertisement.
    ///
    /// # Errors
    /// The job has not finished, or a picture is gone.
    pub fn layered(&self, job: Uuid) -> Result<Layered, Notice> {
        self.engine.layered(job)
    }

    /// Submits one brief.
    ///
    /// # Errors
    /// A picture's copy is gone, the request has errors, or the job engine does not accept it.
    pub fn submit(&self, mut brief: Brief, options: SubmitOptions) -> Result<Submission, Notice> {
        let mut request = open_request(&brief)?;
        if let Some(step) = options.force_from_step {
            request.fields.insert(FORCE_FROM_STEP.name.into(), json!(step));
        }
        let mut spec = self.spec(&request)?;
        let plan_needed = options.reseed || options.same.is_some();
        let nothing_runs = plan_needed && self.engine.plan(&spec).is_ok_and(|p| p.steps.iter().all(|s| s.cached));
        let reseeded = nothing_runs && options.reseed;
        if reseeded {
            brief.seed = random_seed();
            request.fields.insert(SEED.name.into(), json!(brief.seed));
            spec = self.spec(&request)?;
        } else if let Some(id) = options.same.filter(|_| nothing_runs) {
            return Ok(Submission::Unchanged(id));
        }
        let policy = if options.front { SubmitPolicy::Front } else { SubmitPolicy::Enqueue };
        let id = self.engine.submit(spec, policy).map_err(|e| e.notice())?;
        Ok(Submission::Accepted { id, brief: Box::new(brief), reseeded })
    }

    fn spec(&self, request: &OpenRequest) -> Result<JobSpec, Notice> {
        crate::engine::parse_open_request(&self.engine, request, false).map_err(FieldError::join)
    }

    /// Continues a job after its last finished step. `brief`: the brief of the job, if the session has it.
    ///
    /// # Errors
    /// The job is gone or cannot be resumed, or the job engine does not accept the new one.
    pub fn resume(&self, id: Uuid, brief: Option<Brief>) -> Result<Option<Submission>, Notice> {
        let raw = self.engine.resume_request(id).map_err(|e| e.notice())?;
        self.submit_again(id, self.spec(&crate::engine::open_request(raw))?, brief)
    }

    /// Runs a job's steps again from `step` on, with its own pictures and settings.
    ///
    /// # Errors
    /// The job or a picture is gone, or the job engine does not accept the new one.
    pub fn rerun(&self, id: Uuid, step: StepNumber, brief: Option<Brief>) -> Result<Option<Submission>, Notice> {
        let from = |start: StepNumber| {
            let mut raw = self.engine.request_from(id, start).map_err(|e| e.notice())?;
            raw.fields.insert(FORCE_FROM_STEP.name.into(), json!(step));
            self.spec(&crate::engine::open_request(raw))
        };
        let first = self.engine.snapshot(id).map_or(step, |job| job.start_step);
        // If the earlier steps can be reused, the whole job is submitted, so that the new job has the photo too.
        let mut spec = from(first.min(step))?;
        let plan = self.engine.plan(&spec);
        if plan.is_ok_and(|p| p.steps.iter().any(|s| s.step < step && !s.cached)) {
            spec = from(step)?;
        }
        self.submit_again(id, spec, brief)
    }

    /// Submits a job that continues the job `from`.
    fn submit_again(&self, from: Uuid, spec: JobSpec, brief: Option<Brief>) -> Result<Option<Submission>, Notice> {
        let id = self.engine.submit(spec, SubmitPolicy::Enqueue).map_err(|e| e.notice())?;
        let brief = match (brief, self.engine.snapshot(from)) {
            (Some(brief), _) => brief,
            (None, Some(job)) => self.brief_of(&job)?.brief,
            (None, None) => return Ok(None),
        };
        Ok(Some(Submission::Accepted { id, brief: Box::new(brief), reseeded: false }))
    }

    /// Replaces the fonts by the bundled ones and those in these folders. Running jobs keep the old ones.
    pub fn load_fonts(&self, folders: &[PathBuf]) {
        self.engine.load_fonts(folders);
    }

    /// Stops a job, or all jobs if none is named.
    pub fn stop(&self, id: Option<Uuid>) {
        match id {
            Some(id) => drop(self.engine.stop(id)),
            None => drop(self.engine.stop_all()),
        }
    }

    /// Waits for the end of a job, which is stopped once `stops` says so. `None` if the job is gone.
    pub fn wait(&self, id: Uuid, stops: &dyn Fn() -> bool) -> Option<Arc<JobSnapshot>> {
        let mut is_stopped = false;
        loop {
            let job = self.engine.snapshot(id)?;
            if !job.status.is_active() {
                return Some(job);
            }
            if !is_stopped && stops() {
                is_stopped = true;
                self.stop(Some(id));
            }
            std::thread::sleep(WAIT_INTERVAL);
        }
    }

    /// Where product and headline stand in a finished job, by its masks.
    pub fn frames(&self, id: Uuid) -> PartFrames {
        let found = |name: ImageName| Frame::of_mask(&self.engine.load_image(id, name)?.into_luma8());
        PartFrames { product: found(ImageName::Placed), headline: found(ImageName::Letters) }
    }

    /// The file of a job's picture.
    pub fn image_path(&self, id: Uuid, name: ImageName) -> Option<PathBuf> {
        self.engine.image_path(id, name)
    }

    /// Moves a finished job to the trash.
    ///
    /// # Errors
    /// The job is active, gone, or its folder cannot be moved.
    pub fn delete(&self, id: Uuid) -> Result<(), Notice> {
        self.engine.delete(id).map_err(|e| e.notice())
    }

    /// Takes a job out of the trash; the one deleted last if none is named.
    ///
    /// # Errors
    /// The job is not in the trash, or its folder cannot be moved.
    pub fn take_back(&self, id: Option<Uuid>) -> Result<(), Notice> {
        match id.or_else(|| self.engine.trashed().first().map(|j| j.id)) {
            Some(id) => self.engine.restore(id).map(drop).map_err(|e| e.notice()),
            None => Ok(()),
        }
    }

    /// Changes star, title or note of a job.
    ///
    /// # Errors
    /// The job is gone, or its record cannot be written.
    pub fn annotate(&self, id: Uuid, change: Annotation) -> Result<(), Notice> {
        self.engine.annotate(id, change).map(drop).map_err(|e| e.notice())
    }

    /// Toggles the star of a job. Starts from the job engine's state, which may be newer than the window's.
    ///
    /// # Errors
    /// The job is gone, or its record cannot be written.
    pub fn toggle_star(&self, id: Uuid) -> Result<(), Notice> {
        let _one_at_a_time = self.stars.lock();
        let starred = self.engine.snapshot(id).is_some_and(|job| job.starred);
        self.annotate(id, Annotation { starred: Some(!starred), ..Annotation::default() })
    }

    /// The brief of a job, whichever front end sent it.
    ///
    /// # Errors
    /// A picture of the job cannot be read or copied.
    pub fn brief_of(&self, job: &JobSnapshot) -> Result<RestoredBrief, Notice> {
        let painter = if job.start_step > StepNumber::FIRST { self.painter_of(job) } else { None };
        let mut parameters = Map::clone(&job.parameters);
        if let Some(painter) = &painter {
            let of_scene =
                FIELDS.iter().filter(|f| f.used_by == [StepNumber::Background]).filter_map(|f| painter.parameters.get_key_value(f.name));
            parameters.extend(of_scene.map(|(k, v)| (k.clone(), v.clone())));
        }
        let photo_unknown = job.start_step > StepNumber::FIRST && painter.is_none();
        let with_photo = painter.as_deref().unwrap_or(job);
        let mut brief = Brief::from_parameters(&parameters, job.seed, (job.width, job.height));
        brief.product = self.product_of(with_photo.id)?;
        let corrected = with_photo.has_mask && brief.product.is_some();
        if let Some(path) = self.engine.image_path(with_photo.id, ImageName::Mask).filter(|_| corrected) {
            brief.mask = Some(self.photos.keep_mask(&read(&path)?)?);
        }
        if let Some(path) = self.engine.image_path(with_photo.id, ImageName::Backdrop) {
            brief.backdrop = Some(self.photos.keep(&read(&path)?, "background.png")?);
        }
        self.restore_layers(&mut brief, job.id)?;
        Ok(RestoredBrief { brief, photo_unknown, had_photo: true })
    }

    /// The brief inside a picture of this program, given the picture's text entries; `None` for any other picture.
    ///
    /// # Errors
    /// A picture of the job cannot be read or copied.
    pub fn brief_in(&self, text: &[(String, String)]) -> Result<Option<RestoredBrief>, Notice> {
        let Some(all) = text.iter().find(|(k, _)| k == "nanococoa").and_then(|(_, v)| serde_json::from_str::<Value>(v).ok()) else {
            return Ok(None);
        };
        let Some(parameters) = all["parameters"].as_object() else { return Ok(None) };
        let id = all["job_id"].as_str().and_then(|t| t.parse::<Uuid>().ok());
        if let Some(job) = id.and_then(|id| self.engine.snapshot(id)) {
            return self.brief_of(&job).map(Some);
        }
        let side = |key: &str| all[key].as_u64().and_then(|v| u32::try_from(v).ok()).unwrap_or(1024);
        let mut brief = Brief::from_parameters(parameters, all["seed"].as_u64().unwrap_or(0), (side("width"), side("height")));
        brief.drop_layers_without_pictures();
        // A job that began later than with the background does not know.
        let is_first = parameters.get(START_STEP.name).and_then(Value::as_u64).is_none_or(|step| step == 1);
        let had_photo = !is_first || parameters.get(PRODUCT_IMAGE.name).is_some_and(|photo| !photo.is_null());
        Ok(Some(RestoredBrief { brief, photo_unknown: true, had_photo }))
    }

    /// Copies the pictures of a job's layers. A layer whose picture is lost is left out.
    fn restore_layers(&self, brief: &mut Brief, id: Uuid) -> Result<(), Notice> {
        for index in (0..brief.layers.len()).filter(|index| is_picture(&brief.layers[*index])) {
            if let Some(bytes) = self.engine.layer_picture(id, index) {
                brief.layer_pictures.insert(index, self.photos.keep_layer(&bytes, &format!("layer {}", index + 1))?);
            }
        }
        brief.drop_layers_without_pictures();
        Ok(())
    }

    /// A copy of a job's photo, if the job has one.
    fn product_of(&self, id: Uuid) -> Result<Option<Product>, Notice> {
        let Some(path) = self.engine.image_path(id, ImageName::Product) else { return Ok(None) };
        self.photos.keep(&read(&path)?, "product.png").map(Some)
    }

    /// The job that made the `step1_image` of `job`, if it still exists.
    fn painter_of(&self, job: &JobSnapshot) -> Option<Arc<JobSnapshot>> {
        let step1 = ImageName::Step1.as_str();
        let given = job.hashes.get(step1)?;
        self.engine.snapshots().into_iter().find(|j| j.start_step == StepNumber::FIRST && j.hashes.get(step1) == Some(given))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Notice> {
    std::fs::read(path).map_err(|e| notice!("error-read", path = path.display(), detail = e.to_string()))
}

/// The request of a brief with its pictures, decoded from the studio's copies.
fn open_request(brief: &Brief) -> Result<OpenRequest, Notice> {
    let brief = &*brief.drawable();
    let mut request = OpenRequest::new(brief.to_raw());
    for (layer, picture) in &brief.layer_pictures {
        let gone = |e: std::io::Error| notice!("error-photo-gone", photo = &picture.name, detail = e.to_string());
        let bytes = std::fs::read(&picture.path).map_err(gone)?;
        request.layer_images.insert(*layer, crate::engine::decode_layer_source(&bytes).map_err(UnusableImage::undecodable));
    }
    let mut attach = |field: &'static str, path: &Path, name: &str| {
        std::fs::metadata(path).map_err(|e| notice!("error-photo-gone", photo = name.to_owned(), detail = e.to_string()))?;
        request.images.insert(field, crate::engine::decode_source_file(path).map_err(UnusableImage::undecodable));
        Ok::<(), Notice>(())
    };
    if let Some(backdrop) = &brief.backdrop {
        attach(BACKGROUND_IMAGE.name, &backdrop.path, &backdrop.name)?;
    }
    let Some(product) = &brief.product else { return Ok(request) };
    attach(PRODUCT_IMAGE.name, &product.path, &product.name)?;
    if let Some(mask) = &brief.mask {
        attach(MASK_IMAGE.name, &mask.path, &product.name)?;
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::draft::DraftBackend;
    use crate::engine::EngineConfig;

    #[test]
    fn quick_clicks_on_a_star_each_turn_it() {
        let dir = tempfile::tempdir().unwrap();
        let config = EngineConfig { data_dir: dir.path().into(), font_dirs: Vec::new(), default_font: crate::assets::DEFAULT_FONT.into() };
        let engine = Engine::start(config, Arc::new(|_| Ok(Box::new(DraftBackend::default())))).unwrap();
        let client = JobClient::new(engine.clone(), PhotoStore::new(&dir.path().join("studio")));
        let brief = Brief { scene: "sea".into(), width: 256, height: 256, ..Brief::default() };
        let Ok(Submission::Accepted { id, .. }) = client.submit(brief, SubmitOptions::default()) else { panic!("not accepted") };
        while engine.snapshot(id).unwrap().status.is_active() {
            std::thread::sleep(Duration::from_millis(5));
        }
        for (clicks, starred) in [(2, false), (7, true)] {
            let threads: Vec<_> = (0..clicks)
                .map(|_| {
                    let client = client.clone();
                    std::thread::spawn(move || client.toggle_star(id).unwrap())
                })
                .collect();
            threads.into_iter().for_each(|t| t.join().unwrap());
            assert_eq!(engine.snapshot(id).unwrap().starred, starred, "{clicks}");
        }
        engine.shutdown();
    }
}
