//! Keeps the job records on disk consistent with the table in memory.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use uuid::Uuid;

use super::clock::clock;
use super::error::{DeleteError, ManageError, SubmitError};
use super::table::JobTable;
use crate::cancel::CancelToken;
use crate::job::{ImageName, JobEvent, JobSnapshot};
use crate::store::{JobStore, StoreError, is_whole_png, while_busy};

/// Number of deleted jobs that can be restored; older ones are purged.
const TRASH_KEPT: usize = 20;

/// Whether another program has a file of the job open.
fn is_busy(error: &DeleteError) -> bool {
    matches!(error, DeleteError::Store(error) if error.is_busy())
}

/// The records on disk. One record is written at a time, always from the newest snapshot, so an older state never replaces a newer one.
/// Deletes, restores and record writes exclude each other.
///
/// Lock order: `writing` before the table's lock. Readers of the table never wait for the disk.
pub(super) struct Records {
    pub store: JobStore,
    table: Arc<JobTable>,
    writing: Mutex<()>,
    /// Jobs that have ended and whose last record could not be written yet.
    unsaved: Mutex<Vec<Uuid>>,
}

impl Records {
    pub fn new(store: JobStore, table: Arc<JobTable>) -> Self {
        Self { store, table, writing: Mutex::default(), unsaved: Mutex::default() }
    }

    /// Adds a new job to memory and disk.
    pub fn create(&self, job: &mut JobSnapshot, only_if_idle: bool) -> Result<CancelToken, SubmitError> {
        // Held until the first record is written: a job that is stopped or deleted at once must not be recorded as waiting afterwards.
        let _writing = self.writing.lock();
        let cancel = self.table.insert(job, only_if_idle).map_err(|retry_after| SubmitError::Busy { retry_after })?;
        if let Err(error) = self.store.create(job) {
            self.table.remove(job.id);
            return Err(error.into());
        }
        Ok(cancel)
    }

    /// Removes a job that was created and then refused.
    pub fn discard(&self, id: Uuid) {
        self.table.remove(id);
        if let Err(error) = self.store.purge(id) {
            tracing::warn!(%id, %error, "a job that was refused is still on disk");
        }
    }

    /// Writes a job's record from the newest snapshot.
    pub fn write(&self, id: Uuid) -> Result<(), StoreError> {
        let _writing = self.writing.lock();
        self.table.snapshot(id).map_or(Ok(()), |job| self.store.save_record(&job))
    }

    /// Writes the record of a job that has ended; a failure is logged and tried again later.
    pub fn write_or_retry(&self, id: Uuid) {
        if let Err(error) = self.write(id) {
            tracing::error!(%id, %error, "a job could not be recorded");
            self.unsaved.lock().push(id);
        }
    }

    /// Retries the records that could not be written.
    pub fn retry_unsaved(&self) {
        let mut unsaved = std::mem::take(&mut *self.unsaved.lock());
        unsaved.retain(|id| self.write(*id).is_err());
        self.unsaved.lock().append(&mut unsaved);
    }

    /// Writes the record with an event applied, then publishes the event. If the record cannot be written, nothing changes.
    pub fn annotate(&self, id: Uuid, event: JobEvent) -> Result<Arc<JobSnapshot>, ManageError> {
        let (job, _) = {
            let _writing = self.writing.lock();
            let mut next = JobSnapshot::clone(&*self.table.snapshot(id).ok_or(ManageError::NotFound)?);
            if next.apply(event.clone(), clock()).is_ok() {
                self.store.save_record(&next)?;
            }
            self.table.publish(id, event).ok_or(ManageError::NotFound)?
        };
        self.table.watchers.notify();
        Ok(job)
    }

    /// Ends a job. The record is written before the end is published, so that a client that saw the end sees it after a crash too. A job
    /// whose completion cannot be recorded fails.
    pub fn finish(&self, id: Uuid, event: JobEvent) {
        let published = {
            let _writing = self.writing.lock();
            let recorded = self.table.snapshot(id).and_then(|job| {
                let mut next = JobSnapshot::clone(&job);
                next.apply(event.clone(), clock()).ok().map(|()| self.store.save_record(&next))
            });
            let event = match recorded {
                Some(Err(error)) => {
                    tracing::error!(%error, "the end of a job could not be recorded");
                    self.unsaved.lock().push(id);
                    match event {
                        JobEvent::Completed => JobEvent::Failed { error: error.technical(), message: error.notice() },
                        other => other,
                    }
                }
                _ => event,
            };
            self.table.publish(id, event)
        };
        if published.is_some_and(|(_, is_modified)| is_modified) {
            self.table.watchers.notify();
        }
    }

    /// Moves a job that has ended to the trash. If another program has one of its files open, it is tried again for a second.
    pub fn delete(&self, id: Uuid) -> Result<(), DeleteError> {
        self.delete_by(id, || self.store.trash(id).map_err(DeleteError::Store), is_busy, std::thread::sleep)
    }

    /// As `delete`, with the attempt, the errors after which it is tried again, and the pause between two attempts, in which nothing is locked.
    fn delete_by(
        &self,
        id: Uuid,
        trash: impl Fn() -> Result<(), DeleteError>,
        is_busy: impl Fn(&DeleteError) -> bool,
        pause: impl FnMut(Duration),
    ) -> Result<(), DeleteError> {
        let attempt = || -> Result<Vec<Uuid>, DeleteError> {
            let _writing = self.writing.lock();
            if self.table.snapshot(id).ok_or(DeleteError::NotFound)?.status.is_active() {
                return Err(DeleteError::Running);
            }
            trash()?;
            // On a full disk the store removes the folder at once, and the job is not restorable.
            Ok(self.table.trash(id, &self.store.trashed_ids(), TRASH_KEPT))
        };
        for old in while_busy(attempt, is_busy, pause)? {
            if let Err(error) = self.store.purge(old) {
                tracing::warn!(id = %old, %error, "a deleted job is still in the trash");
            }
        }
        self.table.watchers.notify();
        Ok(())
    }

    /// Removes a job that has ended, deleted or not, from the disk. If another program has one of its files open, it is tried again for a second.
    pub fn purge(&self, id: Uuid) -> Result<(), DeleteError> {
        let attempt = || -> Result<(), DeleteError> {
            let _writing = self.writing.lock();
            match self.table.snapshot(id) {
                Some(job) if job.status.is_active() => return Err(DeleteError::Running),
                None if !self.store.trashed_ids().contains(&id) => return Err(DeleteError::NotFound),
                _ => {}
            }
            self.store.purge(id)?;
            self.table.remove(id);
            Ok(())
        };
        while_busy(attempt, is_busy, std::thread::sleep)?;
        self.table.watchers.notify();
        Ok(())
    }

    /// Moves a job back from the trash. If another program has one of its files open, it is tried again for a second.
    pub fn restore(&self, id: Uuid) -> Result<Arc<JobSnapshot>, ManageError> {
        let attempt = || -> Result<Arc<JobSnapshot>, ManageError> {
            let _writing = self.writing.lock();
            if !self.trashed().iter().any(|job| job.id == id) {
                return Err(ManageError::NotFound);
            }
            let is_on_disk = self.store.restore(id)?;
            self.table.restore(id, is_on_disk).ok_or(ManageError::NotFound)
        };
        let is_busy = |error: &ManageError| matches!(error, ManageError::Store(error) if error.is_busy());
        let job = while_busy(attempt, is_busy, std::thread::sleep)?;
        self.table.watchers.notify();
        Ok(job)
    }

    /// Jobs that can be restored, last deleted first.
    pub fn trashed(&self) -> Vec<Arc<JobSnapshot>> {
        let restorable = self.store.trashed_ids();
        self.table.trashed().into_iter().filter(|job| restorable.contains(&job.id)).collect()
    }

    /// Removes jobs from the disk that were deleted at least `age` ago.
    pub fn empty_trash(&self, age: Duration) {
        if self.store.purge_older_than(age) > 0 {
            {
                let _writing = self.writing.lock();
                self.table.retain_trashed(&self.store.trashed_ids());
            }
            self.table.watchers.notify();
        }
    }

    /// The bytes of a listed picture. A damaged picture is taken off the list.
    pub fn picture(&self, id: Uuid, name: ImageName) -> Option<Vec<u8>> {
        let path = self.listed_path(id, name)?;
        let bytes = std::fs::read(path).ok().filter(|bytes| is_whole_png(bytes));
        if bytes.is_none() {
            self.update_picture_list(id, &|name| self.store.has_valid_checksums(id, name));
        }
        bytes
    }

    /// The path of a listed picture. The file is not checked.
    pub fn listed_path(&self, id: Uuid, name: ImageName) -> Option<PathBuf> {
        self.table.snapshot(id)?.images.contains(&name).then(|| self.store.image_path(id, name))
    }

    /// The path of a listed picture whose checksums are valid. A damaged picture is taken off the list.
    pub fn whole_path(&self, id: Uuid, name: ImageName) -> Option<PathBuf> {
        let path = self.listed_path(id, name)?;
        let is_whole = |name| self.store.has_valid_checksums(id, name);
        if is_whole(name) {
            return Some(path);
        }
        self.update_picture_list(id, &is_whole);
        None
    }

    /// A job, after checking its pictures. Files that have not changed since they were last verified are not read.
    pub fn check_pictures(&self, id: Uuid) -> Option<Arc<JobSnapshot>> {
        let job = self.table.snapshot(id)?;
        let is_whole = |name: &ImageName| self.store.is_whole(id, *name);
        if job.images.iter().all(is_whole) && !job.lost.iter().any(is_whole) {
            return Some(job);
        }
        self.update_picture_list(id, &|name| self.store.is_whole(id, name))
    }

    /// Updates the list of a job's pictures: whole ones are listed, others are lost.
    fn update_picture_list(&self, id: Uuid, is_whole: &dyn Fn(ImageName) -> bool) -> Option<Arc<JobSnapshot>> {
        let (job, is_modified) = {
            // Locked, because deleting and restoring move pictures, which must not count as lost.
            let _writing = self.writing.lock();
            let job = self.table.snapshot(id)?;
            let lost: Vec<_> = job.images.iter().copied().filter(|name| !is_whole(*name)).collect();
            let found: Vec<_> = job.lost.iter().copied().filter(|name| is_whole(*name)).collect();
            if lost.is_empty() && found.is_empty() {
                return Some(job);
            }
            tracing::warn!(%id, ?lost, ?found, "pictures of a job were lost or found again");
            self.table.publish(id, JobEvent::Checked { lost, found })?
        };
        if is_modified {
            self.table.watchers.notify();
        }
        Some(job)
    }

    /// Checks the pictures of all jobs, or only of those whose folder is missing or that have lost pictures.
    pub fn check_jobs(&self, all: bool) {
        for job in self.table.snapshots() {
            if all || !job.lost.is_empty() || !self.store.job_dir(job.id).is_dir() {
                self.check_pictures(job.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_is_locked_while_a_busy_job_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = JobStore::open(folder.path()).unwrap();
        let id = Uuid::new_v4();
        let job = json!({
            "id": id, "status": "completed", "progress_percent": 100, "step": "init", "stage": null, "message": "", "error": null,
            "start_time": 1.0, "end_time": 2.0, "engine": "draft", "engine_label": "", "engine_reason": "", "seed": 1, "width": 256,
            "height": 256, "start_step": 1, "parameters": {}, "warnings": [], "legibility": null, "images": [],
        });
        let job: JobSnapshot = serde_json::from_value(job).unwrap();
        store.save_record(&job).unwrap();
        let records = Records::new(store, Arc::new(JobTable::of_recovered(vec![job])));
        // Another program closes its file after the third attempt.
        let (attempts, pauses) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
        let trash = || {
            attempts.set(attempts.get() + 1);
            assert!(records.writing.try_lock().is_none(), "other writers wait while the folder moves");
            if attempts.get() <= 3 { Err(DeleteError::NotFound) } else { records.store.trash(id).map_err(DeleteError::Store) }
        };
        let pause = |_| {
            pauses.set(pauses.get() + 1);
            assert!(records.writing.try_lock().is_some(), "other jobs are recorded meanwhile");
            assert!(records.trashed().is_empty());
        };
        records.delete_by(id, trash, |error| matches!(error, DeleteError::NotFound), pause).unwrap();
        assert_eq!((attempts.get(), pauses.get(), records.trashed().len()), (4, 3, 1));
        assert!(records.table.snapshot(id).is_none());
    }
}
