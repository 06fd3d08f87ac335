//! The handle to the job engine. Every front end holds one.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use image::DynamicImage;
use parking_lot::Mutex;
use tokio::sync::watch;
use uuid::Uuid;

use super::clock::{clock, now};
use super::durations::LearnedDurations;
use super::error::{DeleteError, EngineError, ManageError, SubmitError};
use super::fonts::Fonts;
use super::queue::{Queue, Work};
use super::records::Records;
use super::reuse::{self, Plan};
use super::shared::Shared;
use super::shutdown::ShutdownSignal;
use super::storage::{Storage, StorageProbe};
use super::table::JobTable;
use super::{keeper, layer_pictures, worker};
use crate::backend::{BackendFactory, Backends, Installation};
use crate::job::{Annotation, ImageName, JobEvent, JobSnapshot, JobStatus};
use crate::metrics::{Sampler, SystemMetrics};
use crate::notice::Notice;
use crate::request::{BackendKind, InputImage, JobSpec};
use crate::store::JobStore;
use crate::typography::FontCatalog;

/// Settings of an engine.
pub struct EngineConfig {
    /// The folder of the jobs.
    pub data_dir: PathBuf,
    /// Folders with more fonts.
    pub font_dirs: Vec<PathBuf>,
    /// The face that is used when a request names none.
    pub default_font: String,
}

/// The place of a new job while another is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitPolicy {
    /// It is refused (REST).
    RejectIfBusy,
    /// It waits at the end of the queue.
    Enqueue,
    /// It waits at the front of the queue.
    Front,
}

/// Handle to the engine; clones share it. The threads end at [`Engine::shutdown`], or when the last clone is dropped.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
    threads: Arc<Threads>,
}

/// The worker and the keeper. Dropping this stops every job and joins them.
struct Threads {
    shared: Arc<Shared>,
    handles: Mutex<Vec<JoinHandle<()>>>,
}

impl Threads {
    fn spawn(&self, name: &str, run: impl FnOnce(&Shared) + Send + 'static) -> Result<(), EngineError> {
        let shared = Arc::clone(&self.shared);
        let handle = thread::Builder::new().name(name.into()).spawn(move || run(&shared)).map_err(EngineError::Thread)?;
        self.handles.lock().push(handle);
        Ok(())
    }

    fn shut_down(&self) {
        self.shared.shut_down();
        let handles = std::mem::take(&mut *self.handles.lock());
        for handle in handles {
            // A callback may drop the last clone on the worker thread, which cannot join itself.
            if handle.thread().id() != thread::current().id() && handle.join().is_err() {
                tracing::error!("a thread of the engine ended with a panic");
            }
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.shut_down();
    }
}

/// Starting, submitting and stopping.
impl Engine {
    /// As [`Engine::start_with`], with only the draft backend.
    pub fn start(config: EngineConfig, factory: BackendFactory) -> Result<Self, EngineError> {
        Self::start_with(config, Backends::draft_only(factory))
    }

    /// Opens the data folder, recovers the jobs in it and starts the threads.
    pub fn start_with(config: EngineConfig, backends: Backends) -> Result<Self, EngineError> {
        let (store, recovered) = JobStore::open(&config.data_dir)?;
        let table = Arc::new(JobTable::of_recovered(recovered));
        let durations = LearnedDurations::new(store.load_durations());
        let shared = Arc::new(Shared {
            records: Records::new(store, Arc::clone(&table)),
            table,
            queue: Queue::default(),
            durations,
            fonts: Fonts::load(&config.font_dirs, config.default_font),
            backends,
            sampler: Sampler::default(),
            storage: StorageProbe::default(),
            shutdown: ShutdownSignal::default(),
        });
        let engine = Self { threads: Arc::new(Threads { shared: Arc::clone(&shared), handles: Mutex::default() }), shared };
        engine.threads.spawn("nanococoa-engine", worker::run)?;
        engine.threads.spawn("nanococoa-keeper", keeper::run)?;
        // Drivers of GPUs take up to seconds to start; the first reader need not wait for them.
        engine.shared.sampler.start();
        Ok(engine)
    }

    /// Accepts a job. Folder and record are on disk when this returns. Blocking disk I/O of a few milliseconds.
    pub fn submit(&self, spec: JobSpec, policy: SubmitPolicy) -> Result<Uuid, SubmitError> {
        let shared = &self.shared;
        if shared.shutdown.is_closed() {
            return Err(SubmitError::ShutDown);
        }
        let (backend, reason) = shared.resolve(spec.backend)?;
        let id = Uuid::new_v4();
        let mut job = JobSnapshot::new(id, &spec, (backend, reason), &shared.durations.to_durations(), now());
        job.began = clock();
        // A first estimate. Which steps are reused is decided when the job runs.
        let keys = reuse::keys(shared, &spec, backend, &reuse::recall(shared, &spec));
        reuse::cached_steps(shared, &spec, &keys).into_iter().for_each(|step| job.progress.skip(step));
        let cancel = shared.records.create(&mut job, policy == SubmitPolicy::RejectIfBusy)?;
        if !shared.queue.push(Work { id, spec, backend, cancel }, policy == SubmitPolicy::Front) {
            shared.records.discard(id);
            return Err(SubmitError::ShutDown);
        }
        shared.table.watchers.notify();
        Ok(id)
    }

    /// The steps that a job would run, with their expected durations. Writes nothing and does not wait for running jobs, but may read
    /// pictures of earlier jobs.
    pub fn plan<I: InputImage>(&self, spec: &JobSpec<I>) -> Result<Plan, SubmitError> {
        reuse::plan(&self.shared, spec)
    }

    /// Asks a job to stop and returns its status; a job that has ended keeps it. `None` if there is no such job.
    pub fn stop(&self, id: Uuid) -> Option<JobStatus> {
        self.shared.stop(id)
    }

    /// Asks every active job to stop and returns their IDs. Waiting jobs come first, so that none of them starts meanwhile.
    pub fn stop_all(&self) -> Vec<Uuid> {
        self.shared.stop_all()
    }

    /// Stops every job and joins the threads; safe to call twice.
    pub fn shutdown(&self) {
        self.threads.shut_down();
    }
}

/// Reading jobs.
impl Engine {
    /// The newest snapshot of a job.
    pub fn snapshot(&self, id: Uuid) -> Option<Arc<JobSnapshot>> {
        self.shared.table.snapshot(id)
    }

    /// Every job, newest first.
    pub fn snapshots(&self) -> Vec<Arc<JobSnapshot>> {
        self.shared.table.snapshots()
    }

    /// A receiver of a job's newest snapshot.
    pub fn subscribe(&self, id: Uuid) -> Option<watch::Receiver<Arc<JobSnapshot>>> {
        self.shared.table.subscribe(id)
    }

    /// Registers a callback for every change of any job. It runs on the thread that made the change, up to several hundred times per job.
    /// It must be quick (wake a thread, request a repaint) and must not panic; it may call the engine.
    pub fn on_change(&self, callback: Box<dyn Fn() + Send + Sync>) {
        self.shared.table.watchers.add(callback);
    }

    /// Rises with every change of any job.
    pub fn changes(&self) -> u64 {
        self.shared.table.watchers.changes()
    }

    /// Jobs that wait for the worker, next first.
    pub fn waiting(&self) -> Vec<Uuid> {
        let is_pending = |id: &Uuid| self.snapshot(*id).is_some_and(|job| job.status == JobStatus::Pending);
        self.shared.queue.waiting().into_iter().filter(is_pending).collect()
    }

    /// Whether a job was asked to stop and has not ended yet.
    pub fn is_stopping(&self, id: Uuid) -> bool {
        self.shared.table.is_stopping(id)
    }

    /// Seconds until a new job is worth trying, at least 1; `None` if no job is active.
    pub fn busy(&self) -> Option<u64> {
        self.shared.table.retry_after()
    }
}

/// Managing jobs that have ended.
impl Engine {
    /// Changes the annotation of a job in any status. If the record cannot be written, nothing changes.
    pub fn annotate(&self, id: Uuid, change: Annotation) -> Result<Arc<JobSnapshot>, ManageError> {
        self.shared.records.annotate(id, JobEvent::Annotated(change))
    }

    /// Deletes a job that has ended, with its files. [`Engine::restore`] brings it back until ten minutes have passed, the disk
    /// is full, the program has restarted or twenty more jobs were deleted.
    pub fn delete(&self, id: Uuid) -> Result<(), DeleteError> {
        self.shared.records.delete(id)
    }

    /// Removes a job that has ended, deleted or not, from the disk at once. It cannot be restored.
    pub fn purge(&self, id: Uuid) -> Result<(), DeleteError> {
        self.shared.records.purge(id)
    }

    /// Restores a deleted job, with its place in the list.
    pub fn restore(&self, id: Uuid) -> Result<Arc<JobSnapshot>, ManageError> {
        self.shared.records.restore(id)
    }

    /// Jobs that can be restored, last deleted first.
    pub fn trashed(&self) -> Vec<Arc<JobSnapshot>> {
        self.shared.records.trashed()
    }

    /// Purges jobs that were deleted at least `age` ago. The keeper does so after ten minutes. Blocking.
    pub fn empty_trash(&self, age: Duration) {
        self.shared.records.empty_trash(age);
    }
}

/// Reading pictures.
impl Engine {
    /// A job, after checking its pictures. Blocking: one system call per picture.
    pub fn checked(&self, id: Uuid) -> Option<Arc<JobSnapshot>> {
        self.shared.records.check_pictures(id)
    }

    /// The file of a listed picture. The content is not checked; see [`Engine::whole_image_path`].
    pub fn image_path(&self, id: Uuid, name: ImageName) -> Option<PathBuf> {
        self.shared.records.listed_path(id, name)
    }

    /// The file of a listed picture whose checksums are valid. Reads the file in chunks; a damaged picture is taken off the list. Blocking.
    pub fn whole_image_path(&self, id: Uuid, name: ImageName) -> Option<PathBuf> {
        self.shared.records.whole_path(id, name)
    }

    /// The file of a layer's picture (PNG or SVG) of a job that has begun; `None` if it is not there. `layer`: its place in the request's
    /// list. Blocking.
    pub fn layer_picture(&self, id: Uuid, layer: usize) -> Option<Vec<u8>> {
        layer_pictures::read(&self.shared, id, layer)
    }

    /// The bytes of a listed picture. A damaged picture is taken off the list. Blocking.
    pub fn picture(&self, id: Uuid, name: ImageName) -> Option<Vec<u8>> {
        self.shared.records.picture(id, name)
    }

    /// A listed picture, decoded. Blocking.
    pub fn load_image(&self, id: Uuid, name: ImageName) -> Option<DynamicImage> {
        let bytes = self.picture(id, name)?;
        image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).ok()
    }
}

/// Machine, models, fonts and storage.
impl Engine {
    /// Whether the diffusion backend could run a job now. Either way the message says why.
    pub fn diffusion(&self) -> Result<Notice, Notice> {
        (self.shared.backends.available)(BackendKind::Diffusion)
    }

    /// The diffusion models on this machine. Blocking.
    pub fn installation(&self) -> Installation {
        (self.shared.backends.installed)()
    }

    /// The current faces.
    pub fn fonts(&self) -> Arc<FontCatalog> {
        self.shared.fonts.catalog()
    }

    /// Replaces the faces by the bundled ones and those in these folders. Running jobs keep the old ones. Blocking.
    pub fn load_fonts(&self, dirs: &[PathBuf]) {
        self.shared.fonts.reload(dirs);
        self.shared.table.watchers.notify();
    }

    /// The face that is used when a request names none.
    pub fn default_font(&self) -> &str {
        &self.shared.fonts.default
    }

    /// The machine's load, sampled at most twice a second. Blocking for at most a tenth of a second, while a counter does not answer.
    pub fn metrics(&self) -> SystemMetrics {
        self.shared.sampler.sample()
    }

    /// Whether the data folder can be written to, probed at most once a second or after a write failed. Blocking.
    pub fn storage(&self) -> Storage {
        self.shared.storage.status(&self.shared.records.store)
    }
}
