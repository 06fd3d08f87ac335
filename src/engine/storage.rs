//! Whether the data folder can be written to, and whether the pictures in it are still whole.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use uuid::Uuid;

use super::{Engine, Inner, lock};
use crate::job::{ImageName, JobEvent, JobSnapshot};
use crate::store::is_whole_png;

/// An answer may be reused for this long.
const FRESH: Duration = Duration::from_secs(1);
const GIB: f64 = (1_u64 << 30) as f64;
/// Free bytes below which a warning is given: a large job may not fit.
const SHORT: u64 = 100 << 20;

/// Whether the data folder can be written to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Storage {
    /// A new job can be kept.
    pub writable: bool,
    /// GiB that are free where the folder is; null when unknown.
    pub free_gb: Option<f64>,
    /// What is wrong and what to do; null when nothing is.
    pub message: Option<String>,
}

/// The newest answer, when it was found, and how many writes had failed by then.
pub(super) type Seen = Option<(Instant, u64, Storage)>;

fn look(inner: &Inner, root: &Path) -> Storage {
    let tried = inner.store.probe();
    let free = crate::metrics::free_space(root);
    let short = || {
        let free = free.filter(|f| *f < SHORT)?;
        let (free, folder) = (free >> 20, root.display());
        Some(format!("Only {free} MB are free where {folder} is, so a large job may not fit. Free some space or delete jobs for good."))
    };
    Storage {
        writable: tried.is_ok(),
        free_gb: free.map(|f| (f as f64 / GIB * 1000.0).round() / 1000.0),
        message: tried.err().map(|e| e.to_string()).or_else(short),
    }
}

impl Inner {
    /// A listed picture's bytes, if they are whole. A picture that is not leaves the list.
    pub(super) fn picture(&self, id: Uuid, name: ImageName) -> Option<Vec<u8>> {
        let job = self.snapshot(id)?;
        if !job.images.contains(&name) {
            return None;
        }
        let bytes = std::fs::read(self.store.image_path(id, name)).ok().filter(|bytes| is_whole_png(bytes));
        if bytes.is_none() {
            self.relist(id, &|name| self.store.is_whole_to_the_bit(id, name));
        }
        bytes
    }

    /// A job whose listed pictures are all on disk.
    pub(super) fn checked(&self, id: Uuid) -> Option<Arc<JobSnapshot>> {
        let job = self.snapshot(id)?;
        let same = job.images.iter().all(|n| self.store.is_whole(id, *n)) && !job.lost.iter().any(|n| self.store.is_whole(id, *n));
        if same { Some(job) } else { self.relist(id, &|name| self.store.is_whole(id, name)) }
    }

    /// Looks at a job's pictures and lists those that are whole.
    fn relist(&self, id: Uuid, is_whole: &dyn Fn(ImageName) -> bool) -> Option<Arc<JobSnapshot>> {
        let (job, modified) = {
            // Excludes delete and restore, which move the pictures: a moved picture is not a lost one.
            let _one = lock(&self.records);
            let job = self.snapshot(id)?;
            let lost: Vec<_> = job.images.iter().copied().filter(|n| !is_whole(*n)).collect();
            let found: Vec<_> = job.lost.iter().copied().filter(|n| is_whole(*n)).collect();
            if lost.is_empty() && found.is_empty() {
                return Some(job);
            }
            tracing::warn!(%id, ?lost, ?found, "pictures of a job were lost or found again");
            self.publish(id, JobEvent::Checked { lost, found })?
        };
        if modified {
            self.changed();
        }
        Some(job)
    }

    /// Checks the pictures of all jobs, or only of those whose folder is missing or that have lost pictures.
    pub(super) fn check_jobs(&self, all: bool) {
        for job in self.snapshots() {
            if all || !job.lost.is_empty() || !self.store.job_dir(job.id).is_dir() {
                self.checked(job.id);
            }
        }
    }

    /// Removes jobs from the disk that were deleted so long ago.
    pub(super) fn empty_trash(&self, age: Duration) {
        if self.store.purge_older_than(age) > 0 {
            self.forget_purged();
            self.changed();
        }
    }

    /// Forgets deleted jobs whose folders have left the trash.
    pub(super) fn forget_purged(&self) {
        let _one = lock(&self.records);
        let restorable = self.store.trashed_ids();
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        table.trashed.retain(|(id, _)| restorable.contains(id));
    }
}

impl Engine {
    /// Whether the data folder can be written to, found out at most once a second or after a write that failed. Blocking.
    pub fn storage(&self) -> Storage {
        let store = &self.inner.store;
        let mut seen = lock(&self.inner.storage);
        if let Some((since, failures, storage)) = &*seen
            && since.elapsed() < FRESH
            && *failures == store.failures()
        {
            return storage.clone();
        }
        let storage = look(&self.inner, store.root());
        *seen = Some((Instant::now(), store.failures(), storage.clone()));
        storage
    }

    /// A job as it stands now, with the pictures that are really on disk. Blocking, a system call a picture.
    pub fn checked(&self, id: Uuid) -> Option<Arc<JobSnapshot>> {
        self.inner.checked(id)
    }

    /// The path of a listed picture whose checksums are right. Reads the file piece by piece; a damaged picture leaves the list. Blocking.
    pub fn whole_image_path(&self, id: Uuid, name: ImageName) -> Option<PathBuf> {
        let path = self.image_path(id, name)?;
        let is_whole = |name| self.inner.store.is_whole_to_the_bit(id, name);
        if is_whole(name) {
            return Some(path);
        }
        self.inner.relist(id, &is_whole);
        None
    }

    /// The bytes of a finished picture, if they are whole. Reads the disk.
    pub fn picture(&self, id: Uuid, name: ImageName) -> Option<Vec<u8>> {
        self.inner.picture(id, name)
    }

    /// Removes jobs from the disk that were deleted so long ago, as the engine itself does after ten minutes. Blocking.
    pub fn empty_trash(&self, age: Duration) {
        self.inner.empty_trash(age);
    }
}
