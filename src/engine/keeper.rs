//! The background thread that checks the data folder, empties the trash and retries failed records.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::{Inner, lock};

/// How long a deleted job can be taken back; then it leaves the disk.
pub(super) const TRASH_AGE: Duration = Duration::from_secs(10 * 60);
/// Time between two rounds: a folder that vanished is locked again within it.
const CHECK_EVERY: Duration = Duration::from_secs(2);
/// The jobs' folders are looked at every so many rounds.
const JOBS_EVERY: u32 = 5;

/// Wakes the thread and ends it when the engine shuts down.
#[derive(Default)]
pub(super) struct ShutdownSignal {
    closed: Mutex<bool>,
    changed: Condvar,
}

impl ShutdownSignal {
    /// The thread ends, now or when it starts.
    pub fn close(&self) {
        *lock(&self.closed) = true;
        self.changed.notify_all();
    }

    fn is_closed(&self) -> bool {
        *lock(&self.closed)
    }

    /// Waits; `false` once it is closed.
    fn wait(&self, time: Duration) -> bool {
        let closed = self.changed.wait_timeout_while(lock(&self.closed), time, |closed| !*closed);
        !*closed.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Runs until the engine shuts down.
pub(super) fn run(inner: &Inner) {
    check_unmarked_pictures(inner);
    let (mut round, mut seen, mut held) = (0_u32, inner.store.generation(), true);
    while inner.keeper.wait(CHECK_EVERY) {
        match inner.store.hold() {
            Ok(()) => held = true,
            // Logged once, not every two seconds.
            Err(error) if held => {
                held = false;
                tracing::error!(%error, "the data folder cannot be used");
            }
            Err(_) => {}
        }
        round = round.wrapping_add(1);
        let generation = inner.store.generation();
        if generation != seen || round.is_multiple_of(JOBS_EVERY) {
            inner.check_jobs(generation != seen);
            seen = generation;
        }
        inner.empty_trash(TRASH_AGE);
        // Records that failed while the disk was full are written once there is space.
        let mut unsaved = std::mem::take(&mut *lock(&inner.unsaved));
        unsaved.retain(|id| inner.record(*id).is_err());
        lock(&inner.unsaved).append(&mut unsaved);
    }
}

/// Checks the pictures for which there was no time at the start, newest jobs first, and records their marks for the next start.
fn check_unmarked_pictures(inner: &Inner) {
    for job in inner.snapshots() {
        if inner.keeper.is_closed() {
            return;
        }
        if !job.status.is_active() && !job.images.iter().all(|name| inner.store.is_marked(job.id, *name)) {
            inner.checked(job.id);
            if let Err(error) = inner.record(job.id) {
                tracing::debug!(id = %job.id, %error, "the marks of checked pictures could not be recorded");
            }
        }
    }
}
