//! The jobs in memory: newest snapshots, stop flags and subscribers.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::RwLock;
use tokio::sync::watch;
use uuid::Uuid;

use super::clock::clock;
use super::watchers::Watchers;
use crate::cancel::CancelToken;
use crate::job::{JobEvent, JobSnapshot, JobStatus};

struct Entry {
    state: watch::Sender<Arc<JobSnapshot>>,
    cancel: CancelToken,
}

impl Entry {
    fn new(job: JobSnapshot) -> Self {
        Self { state: watch::Sender::new(Arc::new(job)), cancel: CancelToken::default() }
    }

    fn snapshot(&self) -> Arc<JobSnapshot> {
        self.state.borrow().clone()
    }
}

#[derive(Default)]
struct Entries {
    jobs: HashMap<Uuid, Entry>,
    /// Deleted jobs that can be restored, last deleted last.
    trashed: Vec<(Uuid, Entry)>,
    last_sequence: u64,
}

/// Every job in memory. Snapshots change only here, and only through [`JobSnapshot::apply`]. The lock is never held during disk I/O or
/// while watchers are called.
#[derive(Default)]
pub(super) struct JobTable {
    entries: RwLock<Entries>,
    pub watchers: Watchers,
}

impl JobTable {
    /// A table of recovered jobs, oldest first. Records of earlier versions get their sequence numbers here.
    pub fn of_recovered(jobs: Vec<JobSnapshot>) -> Self {
        let mut entries = Entries::default();
        for mut job in jobs {
            job.sequence = job.sequence.max(entries.last_sequence + 1);
            entries.last_sequence = job.sequence;
            entries.jobs.insert(job.id, Entry::new(job));
        }
        Self { entries: RwLock::new(entries), watchers: Watchers::default() }
    }

    /// Adds a new job and assigns its sequence number. With `only_if_idle`, fails while another job is active; the error is the number of
    /// seconds until a new try makes sense.
    pub fn insert(&self, job: &mut JobSnapshot, only_if_idle: bool) -> Result<CancelToken, u64> {
        let mut entries = self.entries.write();
        if only_if_idle && let Some(retry_after) = retry_after(&entries) {
            return Err(retry_after);
        }
        entries.last_sequence += 1;
        job.sequence = entries.last_sequence;
        let entry = Entry::new(job.clone());
        let cancel = entry.cancel.clone();
        entries.jobs.insert(job.id, entry);
        Ok(cancel)
    }

    pub fn snapshot(&self, id: Uuid) -> Option<Arc<JobSnapshot>> {
        self.entries.read().jobs.get(&id).map(Entry::snapshot)
    }

    /// Every job, newest first.
    pub fn snapshots(&self) -> Vec<Arc<JobSnapshot>> {
        let mut jobs: Vec<_> = self.entries.read().jobs.values().map(Entry::snapshot).collect();
        jobs.sort_by_key(|job| std::cmp::Reverse(job.sequence));
        jobs
    }

    pub fn subscribe(&self, id: Uuid) -> Option<watch::Receiver<Arc<JobSnapshot>>> {
        self.entries.read().jobs.get(&id).map(|entry| entry.state.subscribe())
    }

    /// Seconds until a new job is worth trying, at least 1; `None` if no job is active.
    pub fn retry_after(&self) -> Option<u64> {
        retry_after(&self.entries.read())
    }

    /// Sets a job's stop flag and returns the status; `None` if there is no such job.
    pub fn cancel(&self, id: Uuid) -> Option<JobStatus> {
        let entries = self.entries.read();
        let entry = entries.jobs.get(&id)?;
        entry.cancel.cancel();
        Some(entry.snapshot().status)
    }

    /// Whether an active job's stop flag is set.
    pub fn is_stopping(&self, id: Uuid) -> bool {
        self.entries.read().jobs.get(&id).is_some_and(|entry| entry.cancel.is_cancelled() && entry.snapshot().status.is_active())
    }

    /// Applies an event, publishes the snapshot and calls the watchers. An event that does not fit the job's status is
    /// dropped and logged.
    pub fn apply(&self, id: Uuid, event: JobEvent) -> Option<Arc<JobSnapshot>> {
        let (job, is_modified) = self.publish(id, event)?;
        if is_modified {
            self.watchers.notify();
        }
        Some(job)
    }

    /// As [`Self::apply`] without calling the watchers, for callers that hold a lock. Returns the snapshot and whether it changed.
    pub fn publish(&self, id: Uuid, event: JobEvent) -> Option<(Arc<JobSnapshot>, bool)> {
        let entries = self.entries.read();
        let entry = entries.jobs.get(&id)?;
        let is_modified = entry.state.send_if_modified(|snapshot| {
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
        Some((entry.snapshot(), is_modified))
    }

    /// Removes a job, deleted or not.
    pub fn remove(&self, id: Uuid) {
        let mut entries = self.entries.write();
        entries.jobs.remove(&id);
        entries.trashed.retain(|(trashed, _)| *trashed != id);
    }

    /// Moves a job to the deleted ones and drops those that are not `restorable`. Also drops the oldest deleted jobs beyond `most` and
    /// returns their IDs.
    pub fn trash(&self, id: Uuid, restorable: &HashSet<Uuid>, most: usize) -> Vec<Uuid> {
        let mut entries = self.entries.write();
        if let Some(entry) = entries.jobs.remove(&id) {
            entries.trashed.push((id, entry));
        }
        entries.trashed.retain(|(id, _)| restorable.contains(id));
        let over = entries.trashed.len().saturating_sub(most);
        entries.trashed.drain(..over).map(|(id, _)| id).collect()
    }

    /// Moves a deleted job back. Without `is_on_disk` it is only dropped.
    pub fn restore(&self, id: Uuid, is_on_disk: bool) -> Option<Arc<JobSnapshot>> {
        let mut entries = self.entries.write();
        let at = entries.trashed.iter().position(|(trashed, _)| *trashed == id)?;
        let (id, entry) = entries.trashed.remove(at);
        if !is_on_disk {
            return None;
        }
        let job = entry.snapshot();
        entries.jobs.insert(id, entry);
        Some(job)
    }

    /// Deleted jobs, last deleted first.
    pub fn trashed(&self) -> Vec<Arc<JobSnapshot>> {
        self.entries.read().trashed.iter().rev().map(|(_, entry)| entry.snapshot()).collect()
    }

    /// Drops deleted jobs that are not `restorable`.
    pub fn retain_trashed(&self, restorable: &HashSet<Uuid>) {
        self.entries.write().trashed.retain(|(id, _)| restorable.contains(id));
    }
}

fn retry_after(entries: &Entries) -> Option<u64> {
    let now = clock();
    let active = entries.jobs.values().map(Entry::snapshot).filter(|job| job.status.is_active());
    let seconds: Vec<f64> = active.map(|job| job.progress.eta(now).max(0.0)).collect();
    (!seconds.is_empty()).then(|| (seconds.iter().sum::<f64>().ceil() as u64).max(1))
}
