//! The job engine: one handle for every door, one worker thread that owns the backend.

mod again;
mod clock;
mod intake;
mod keeper;
mod kept;
mod manage;
pub mod project;
mod queue;
mod sink;
mod storage;
mod worker;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;

use tokio::sync::watch;
use uuid::Uuid;

pub use clock::{clock, now};
pub use kept::{Plan, PlannedStep};
pub use manage::ManageError;
pub use storage::Storage;

use crate::backend::{Availability, BackendFactory, Backends, Installation, Installed, Version};
use crate::cancel::CancelToken;
use crate::imaging::Plane;
use crate::job::progress::Durations;
use crate::job::{ImageName, JobEvent, JobSnapshot, JobStatus};
use crate::metrics::{Sampler, SystemMetrics};
use crate::pipeline::Recalled;
use crate::request::{BackendChoice, BackendKind, InputImage, JobSpec, Start};
use crate::store::{JobStore, StoreError};
use crate::typography::FontCatalog;

pub use intake::{decode_source, decode_source_file, open_request, parse_open_request, parse_request, parse_with_fonts};

/// What an engine needs to start.
pub struct EngineConfig {
    /// Where jobs are kept.
    pub data_dir: PathBuf,
    /// Folders with more fonts.
    pub font_dirs: Vec<PathBuf>,
    /// The face that is used when none is named.
    pub default_font: String,
}

/// Why an engine could not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The jobs' folder.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The worker thread.
    #[error("cannot start the worker thread: {0}")]
    Thread(std::io::Error),
}

/// Whether a job waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitPolicy {
    /// Refuse while another job is pending or running (REST).
    RejectIfBusy,
    /// Wait in the queue.
    Enqueue,
    /// Wait before those that wait already.
    Front,
}

/// Why a job was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// Another job is active.
    #[error("Busy. Retry after {retry_after}s")]
    Busy {
        /// Seconds, at least 1.
        retry_after: u64,
    },
    /// The engine that was asked for is not there.
    #[error("{0}")]
    BackendUnavailable(String),
    /// The jobs' folder.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The program ends.
    #[error("the program is shutting down")]
    ShutDown,
}

/// Why a job was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// No such job.
    #[error("Job not found")]
    NotFound,
    /// It is pending or running.
    #[error("Cannot delete running job. Stop it first.")]
    Running,
    /// The jobs' folder.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a job cannot be continued.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// No such job.
    #[error("Job not found")]
    NotFound,
    /// It is pending or running.
    #[error("Cannot continue an active job. Stop it first.")]
    Running,
    /// Its inputs are gone.
    #[error("a picture that this job needs is missing: {0}. Start a new job with the original photo")]
    Missing(String),
}

struct Entry {
    state: watch::Sender<Arc<JobSnapshot>>,
    cancel: CancelToken,
    order: u64,
}

#[derive(Default)]
struct Table {
    jobs: HashMap<Uuid, Entry>,
    /// Deleted ones that can be taken back, last deleted last.
    trashed: Vec<(Uuid, Entry)>,
    next_order: u64,
}

/// Called after changes.
type Watcher = Arc<dyn Fn() + Send + Sync>;

pub(crate) struct Inner {
    table: RwLock<Table>,
    /// Held while a record is written; taken before `table`.
    records: Mutex<()>,
    queue: queue::Queue,
    watchers: RwLock<Vec<Watcher>>,
    changes: AtomicU64,
    store: JobStore,
    fonts: RwLock<Arc<FontCatalog>>,
    default_font: String,
    durations: Mutex<Durations>,
    sampler: Sampler,
    closing: AtomicBool,
    keeper: keeper::ShutdownSignal,
    /// Jobs that are over and whose last record could not be written yet.
    unsaved: Mutex<Vec<Uuid>>,
    storage: Mutex<storage::Seen>,
    available: Availability,
    version: Version,
    installed: Installed,
}

/// Handle to the engine; clones share it. The worker ends at [`Engine::shutdown`].
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    /// The event that ends a stopped job: stopped by its user, or by the end of the program.
    fn stop_event(&self) -> JobEvent {
        if self.closing.load(Ordering::Acquire) { JobEvent::ProgramEnded } else { JobEvent::Stopped }
    }

    fn fonts(&self) -> Arc<FontCatalog> {
        Arc::clone(&self.fonts.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Applies an event and publishes the new snapshot. An event that comes too late is dropped, and logged.
    fn apply(&self, id: Uuid, event: JobEvent) -> Option<Arc<JobSnapshot>> {
        let (job, modified) = self.publish(id, event)?;
        if modified {
            self.changed();
        }
        Some(job)
    }

    /// As `apply`, without calling the watchers.
    fn publish(&self, id: Uuid, event: JobEvent) -> Option<(Arc<JobSnapshot>, bool)> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let entry = table.jobs.get(&id)?;
        let modified = entry.state.send_if_modified(|snapshot| {
            let mut next = JobSnapshot::clone(snapshot);
            match next.apply(event, clock()) {
                Ok(()) => {
                    *snapshot = Arc::new(next);
                    true
                }
                Err(error) => {
                    tracing::debug!(%id, %error, "event dropped");
                    false
                }
            }
        });
        Some((entry.state.borrow().clone(), modified))
    }

    fn snapshot(&self, id: Uuid) -> Option<Arc<JobSnapshot>> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        table.jobs.get(&id).map(|e| e.state.borrow().clone())
    }

    fn snapshots(&self) -> Vec<Arc<JobSnapshot>> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let mut jobs: Vec<_> = table.jobs.values().map(|e| (e.order, e.state.borrow().clone())).collect();
        jobs.sort_by_key(|j| std::cmp::Reverse(j.0));
        jobs.into_iter().map(|j| j.1).collect()
    }

    /// Which engine a choice means here, and why.
    fn resolve(&self, choice: BackendChoice) -> Result<(BackendKind, String), SubmitError> {
        if choice == BackendChoice::Draft {
            return Ok((BackendKind::Draft, "the draft engine was asked for".into()));
        }
        match ((self.available)(BackendKind::Diffusion), choice) {
            (Ok(why), _) => Ok((BackendKind::Diffusion, why.to_string())),
            (Err(why), BackendChoice::Diffusion) => {
                Err(SubmitError::BackendUnavailable(format!("engine: diffusion cannot run: {why}; use \"auto\" or \"draft\" meanwhile")))
            }
            (Err(why), _) => Ok((BackendKind::Draft, format!("{why}, so the embedded draft engine makes a draft"))),
        }
    }

    /// Masks that earlier jobs know about pictures that this job was given.
    fn recall<I: InputImage>(&self, spec: &JobSpec<I>) -> Recalled {
        let (step1, step2) = match &spec.start {
            Start::Background { .. } => return Recalled::default(),
            Start::Text { step1, .. } => (step1, None),
            Start::Composite { step1, step2, .. } => (step1, Some(step2)),
        };
        let load = |result: ImageName, source: &I, wanted: ImageName| {
            if let Some(mask) = source.mask() {
                return Some(Plane::from_gray(mask));
            }
            let id = self.find_by_hash(result, source.hash(), wanted)?;
            let bytes = self.picture(id, wanted)?;
            let image = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).ok()?;
            Some(Plane::from_gray(&image.into_luma8()))
        };
        Recalled {
            placed: load(ImageName::Step1, step1, ImageName::Placed),
            face: step2.and_then(|s| load(ImageName::Step2, s, ImageName::Face)),
        }
    }

    fn find_by_hash(&self, result: ImageName, hash: &str, wanted: ImageName) -> Option<Uuid> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        table.jobs.iter().find_map(|(id, entry)| {
            let job = entry.state.borrow();
            let same = job.hashes.get(result.as_str()).is_some_and(|h| h == hash);
            (same && job.images.contains(&wanted)).then_some(*id)
        })
    }
}

impl Engine {
    /// Opens the jobs' folder, recovers what is in it and starts the worker.
    pub fn start(config: EngineConfig, factory: BackendFactory) -> Result<Self, EngineError> {
        Self::start_with(config, Backends::draft_only(factory))
    }

    /// The same with every engine that this program has.
    pub fn start_with(config: EngineConfig, engines: Backends) -> Result<Self, EngineError> {
        let (store, recovered) = JobStore::open(&config.data_dir)?;
        let mut table = Table::default();
        for mut job in recovered {
            let order = table.next_order.max(job.sequence).max(1);
            table.next_order = order + 1;
            job.sequence = order;
            table.jobs.insert(job.id, Entry { state: watch::Sender::new(Arc::new(job)), cancel: CancelToken::default(), order });
        }
        let durations = Mutex::new(store.load_durations());
        let fonts = RwLock::new(Arc::new(FontCatalog::load(&config.font_dirs)));
        let inner = Arc::new(Inner {
            table: RwLock::new(table),
            records: Mutex::new(()),
            queue: queue::Queue::default(),
            watchers: RwLock::new(Vec::new()),
            changes: AtomicU64::new(0),
            store,
            fonts,
            default_font: config.default_font,
            durations,
            sampler: Sampler::default(),
            closing: AtomicBool::new(false),
            keeper: keeper::ShutdownSignal::default(),
            unsaved: Mutex::default(),
            storage: Mutex::default(),
            available: engines.available,
            version: engines.version,
            installed: engines.installed,
        });
        let engine = Self { inner, threads: Arc::default() };
        let shared = Arc::clone(&engine.inner);
        engine.spawn("nanococoa-engine", move || worker::run(&shared, &engines.make))?;
        let shared = Arc::clone(&engine.inner);
        if let Err(error) = engine.spawn("nanococoa-keeper", move || keeper::run(&shared)) {
            engine.shutdown();
            return Err(error);
        }
        Ok(engine)
    }

    fn spawn(&self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), EngineError> {
        let thread = std::thread::Builder::new().name(name.into()).spawn(work).map_err(EngineError::Thread)?;
        lock(&self.threads).push(thread);
        Ok(())
    }

    /// Accepts a job. Its folder and record are on disk when this returns. Blocking disk I/O of a few milliseconds.
    pub fn submit(&self, spec: JobSpec, policy: SubmitPolicy) -> Result<Uuid, SubmitError> {
        let inner = &self.inner;
        if inner.closing.load(Ordering::Acquire) {
            return Err(SubmitError::ShutDown);
        }
        let (kind, reason) = inner.resolve(spec.backend)?;
        let id = Uuid::new_v4();
        let mut job = JobSnapshot::new(id, &spec, kind, reason, &lock(&inner.durations), now());
        job.began = clock();
        // Estimates as things are now; what is really taken is decided when the job runs.
        let keys = inner.keys(&spec, kind, &inner.recall(&spec));
        inner.cached_steps(&spec, &keys).into_iter().for_each(|step| job.progress.skip(step));
        let cancel = CancelToken::default();
        // Held until the first record is written: a job that is stopped or deleted at once must not be recorded as waiting afterwards.
        let one = lock(&inner.records);
        {
            let mut table = inner.table.write().unwrap_or_else(PoisonError::into_inner);
            if policy == SubmitPolicy::RejectIfBusy
                && let Some(retry_after) = retry_after(&table)
            {
                return Err(SubmitError::Busy { retry_after });
            }
            let order = table.next_order.max(1);
            table.next_order = order + 1;
            job.sequence = order;
            let entry = Entry { state: watch::Sender::new(Arc::new(job.clone())), cancel: cancel.clone(), order };
            table.jobs.insert(id, entry);
        }
        if let Err(error) = inner.store.create(&job) {
            self.forget(id);
            return Err(error.into());
        }
        drop(one);
        let work = worker::Work { id, spec, kind, cancel };
        if inner.queue.push(work, policy == SubmitPolicy::Front) {
            inner.changed();
            Ok(id)
        } else {
            self.forget(id);
            if let Err(error) = inner.store.purge(id) {
                tracing::warn!(%id, %error, "a job that was refused is still on disk");
            }
            Err(SubmitError::ShutDown)
        }
    }

    fn forget(&self, id: Uuid) {
        self.inner.table.write().unwrap_or_else(PoisonError::into_inner).jobs.remove(&id);
    }

    /// Asks a job to stop and says where it stands now; a finished job keeps its status. `None`: no such job.
    pub fn stop(&self, id: Uuid) -> Option<JobStatus> {
        let status = {
            let table = self.inner.table.read().unwrap_or_else(PoisonError::into_inner);
            let entry = table.jobs.get(&id)?;
            entry.cancel.cancel();
            entry.state.borrow().status
        };
        if status != JobStatus::Pending {
            // The running stage may take a while to notice; watchers are told at once.
            if status == JobStatus::Running {
                self.inner.changed();
            }
            return Some(status);
        }
        // A waiting job need not wait for the worker to hear of it.
        let job = self.inner.apply(id, self.inner.stop_event());
        if let Some(job) = &job
            && job.status == JobStatus::Stopped
            && let Err(error) = self.inner.record(id)
        {
            tracing::error!(%id, %error, "stopped job could not be recorded");
            lock(&self.inner.unsaved).push(id);
        }
        Some(job.map_or(status, |j| j.status))
    }

    /// Whether a job was asked to stop and has not come to its end yet.
    pub fn is_stopping(&self, id: Uuid) -> bool {
        let table = self.inner.table.read().unwrap_or_else(PoisonError::into_inner);
        table.jobs.get(&id).is_some_and(|e| e.cancel.is_cancelled() && e.state.borrow().status.is_active())
    }

    /// A job as it stands now.
    pub fn snapshot(&self, id: Uuid) -> Option<Arc<JobSnapshot>> {
        self.inner.snapshot(id)
    }

    /// Every job, newest first.
    pub fn snapshots(&self) -> Vec<Arc<JobSnapshot>> {
        self.inner.snapshots()
    }

    /// Follows a job: always the newest snapshot.
    pub fn subscribe(&self, id: Uuid) -> Option<watch::Receiver<Arc<JobSnapshot>>> {
        let table = self.inner.table.read().unwrap_or_else(PoisonError::into_inner);
        table.jobs.get(&id).map(|e| e.state.subscribe())
    }

    /// While a job is active: seconds until a new one can be tried, at least 1.
    pub fn busy(&self) -> Option<u64> {
        retry_after(&self.inner.table.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The file of a finished picture. Its content is not checked; see [`Engine::whole_image_path`].
    pub fn image_path(&self, id: Uuid, name: ImageName) -> Option<PathBuf> {
        self.snapshot(id)?.images.contains(&name).then(|| self.inner.store.image_path(id, name))
    }

    /// Whether the diffusion engine could run a job now: why it can, or why not.
    pub fn diffusion(&self) -> Result<String, String> {
        (self.inner.available)(BackendKind::Diffusion).map(|why| why.to_string()).map_err(|why| why.to_string())
    }

    /// What the diffusion engine has on this machine. Blocking.
    pub fn installation(&self) -> Installation {
        (self.inner.installed)()
    }

    /// The faces as they are now.
    pub fn fonts(&self) -> Arc<FontCatalog> {
        self.inner.fonts()
    }

    /// Reads the faces anew: the bundled ones and those in these folders. Jobs that run keep theirs. Blocking.
    pub fn load_fonts(&self, dirs: &[PathBuf]) {
        let fonts = Arc::new(FontCatalog::load(dirs));
        *self.inner.fonts.write().unwrap_or_else(PoisonError::into_inner) = fonts;
        self.inner.changed();
    }

    /// The face that is used when none is named.
    pub fn default_font(&self) -> &str {
        &self.inner.default_font
    }

    /// The machine's load, sampled at most twice a second.
    pub fn metrics(&self) -> SystemMetrics {
        self.inner.sampler.sample()
    }

    /// Stops every job and joins the threads; safe to call twice.
    pub fn shutdown(&self) {
        self.inner.closing.store(true, Ordering::Release);
        self.stop_all();
        self.inner.queue.close();
        self.inner.keeper.close();
        for thread in lock(&self.threads).drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the engine ended with a panic");
            }
        }
    }
}

fn retry_after(table: &Table) -> Option<u64> {
    let now = clock();
    let active: Vec<f64> = table
        .jobs
        .values()
        .map(|e| e.state.borrow().clone())
        .filter(|j| j.status.is_active())
        .map(|j| j.progress.eta(now).max(0.0))
        .collect();
    (!active.is_empty()).then(|| (active.iter().sum::<f64>().ceil() as u64).max(1))
}
