//! Calls that users make about their jobs: watch, stop, annotate, delete, restore, view.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use image::DynamicImage;
use uuid::Uuid;

use super::{DeleteError, Engine, Inner, lock};
use crate::job::{Annotation, ImageName, JobEvent, JobSnapshot, JobStatus};
use crate::store::StoreError;

/// Deleted jobs that can be taken back; older ones leave the disk.
const TRASH_KEPT: usize = 20;

/// Why a job was not marked or taken back.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// No such job, or it is no longer in the trash.
    #[error("Job not found")]
    NotFound,
    /// The jobs' folder.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Inner {
    /// Calls every watcher; holds no lock while it does.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        let watchers = self.watchers.read().unwrap_or_else(PoisonError::into_inner).clone();
        watchers.iter().for_each(|wake| wake());
    }

    /// Writes a job's record as it stands now. One at a time, so that a record never goes back in time.
    pub(super) fn record(&self, id: Uuid) -> Result<(), StoreError> {
        let _one = lock(&self.records);
        let job = self.table.read().unwrap_or_else(PoisonError::into_inner).jobs.get(&id).map(|e| e.state.borrow().clone());
        job.map_or(Ok(()), |job| self.store.save_record(&job))
    }
}

impl Engine {
    /// Calls back after any change of any job: from the worker's thread or the one that made the change, up to some hundred times a job.
    /// The callback must be quick (wake a thread, ask for a repaint) and must not panic; it may call the engine.
    pub fn on_change(&self, callback: Box<dyn Fn() + Send + Sync>) {
        self.inner.watchers.write().unwrap_or_else(PoisonError::into_inner).push(Arc::from(callback));
    }

    /// Rises with every change of any job.
    pub fn changes(&self) -> u64 {
        self.inner.changes.load(Ordering::Acquire)
    }

    /// Jobs that wait for the worker, next first.
    pub fn waiting(&self) -> Vec<Uuid> {
        let pending = |id: &Uuid| self.snapshot(*id).is_some_and(|j| j.status == JobStatus::Pending);
        self.inner.queue.waiting().into_iter().filter(pending).collect()
    }

    /// Asks every active job to stop, the waiting ones first so that none of them starts meanwhile. Returns their IDs.
    pub fn stop_all(&self) -> Vec<Uuid> {
        let mut active: Vec<_> = self.snapshots().into_iter().filter(|j| j.status.is_active()).collect();
        active.sort_by_key(|j| j.status != JobStatus::Pending);
        active.iter().for_each(|job| {
            self.stop(job.id);
        });
        active.iter().map(|j| j.id).collect()
    }

    /// Changes the annotation of a job in any state. If the record cannot be written, nothing changes.
    pub fn annotate(&self, id: Uuid, change: Annotation) -> Result<Arc<JobSnapshot>, ManageError> {
        let inner = &self.inner;
        let (job, _) = {
            let _one = lock(&inner.records);
            let mut next = JobSnapshot::clone(&*inner.snapshot(id).ok_or(ManageError::NotFound)?);
            let event = JobEvent::Annotated(change);
            if next.apply(event.clone(), super::clock()).is_ok() {
                inner.store.save_record(&next)?;
            }
            inner.publish(id, event).ok_or(ManageError::NotFound)?
        };
        inner.changed();
        Ok(job)
    }

    /// Removes a job that is over, with its files. [`Engine::restore`] takes it back until ten minutes have passed, the space is needed,
    /// the program starts again or twenty more jobs were deleted.
    pub fn delete(&self, id: Uuid) -> Result<(), DeleteError> {
        let inner = &self.inner;
        let purged = {
            // Deletes and restores exclude each other; readers of the table do not wait for the disk. A job that has ended stays ended.
            let _one = lock(&inner.records);
            if self.snapshot(id).ok_or(DeleteError::NotFound)?.status.is_active() {
                return Err(DeleteError::Running);
            }
            inner.store.trash(id)?;
            // Where the disk was full, it is gone at once.
            let restorable = inner.store.trashed_ids();
            let mut table = inner.table.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(entry) = table.jobs.remove(&id) {
                table.trashed.push((id, entry));
            }
            table.trashed.retain(|(id, _)| restorable.contains(id));
            let over = table.trashed.len().saturating_sub(TRASH_KEPT);
            table.trashed.drain(..over).map(|(id, _)| id).collect::<Vec<_>>()
        };
        for old in purged {
            if let Err(error) = inner.store.purge(old) {
                tracing::warn!(id = %old, %error, "deleted job is still in the trash");
            }
        }
        inner.changed();
        Ok(())
    }

    /// Removes a job that is over from the disk at once, also one that was deleted before. It cannot be taken back.
    pub fn purge(&self, id: Uuid) -> Result<(), DeleteError> {
        let inner = &self.inner;
        {
            let _one = lock(&inner.records);
            match self.snapshot(id) {
                Some(job) if job.status.is_active() => return Err(DeleteError::Running),
                None if !inner.store.trashed_ids().contains(&id) => return Err(DeleteError::NotFound),
                _ => {}
            }
            inner.store.purge(id)?;
            let mut table = inner.table.write().unwrap_or_else(PoisonError::into_inner);
            table.jobs.remove(&id);
            table.trashed.retain(|(trashed, _)| *trashed != id);
        }
        inner.changed();
        Ok(())
    }

    /// Takes a deleted job back, as it was and where it stood.
    pub fn restore(&self, id: Uuid) -> Result<Arc<JobSnapshot>, ManageError> {
        let inner = &self.inner;
        let job = {
            let _one = lock(&inner.records);
            self.trashed().iter().find(|job| job.id == id).ok_or(ManageError::NotFound)?;
            let is_back = inner.store.restore(id)?;
            let mut table = inner.table.write().unwrap_or_else(PoisonError::into_inner);
            let at = table.trashed.iter().position(|(trashed, _)| *trashed == id).ok_or(ManageError::NotFound)?;
            let (id, entry) = table.trashed.remove(at);
            if !is_back {
                return Err(ManageError::NotFound);
            }
            let job = entry.state.borrow().clone();
            table.jobs.insert(id, entry);
            job
        };
        inner.changed();
        Ok(job)
    }

    /// Jobs that can be taken back, last deleted first.
    pub fn trashed(&self) -> Vec<Arc<JobSnapshot>> {
        let restorable = self.inner.store.trashed_ids();
        let table = self.inner.table.read().unwrap_or_else(PoisonError::into_inner);
        table.trashed.iter().rev().filter(|(id, _)| restorable.contains(id)).map(|(_, e)| e.state.borrow().clone()).collect()
    }

    /// A finished picture, decoded. Reads the disk.
    pub fn load_image(&self, id: Uuid, name: ImageName) -> Option<DynamicImage> {
        let bytes = self.picture(id, name)?;
        image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).ok()
    }
}
