//! The maintenance thread: checks the data folder, empties the trash and retries records that could not be written.

use std::time::Duration;

use super::shared::Shared;

/// How long a deleted job can be restored before it is purged.
const TRASH_AGE: Duration = Duration::from_secs(10 * 60);
/// Time between two rounds, and so the longest time until a folder that vanished is locked again.
const CHECK_EVERY: Duration = Duration::from_secs(2);
/// Job folders are checked in every round of this many.
const JOBS_EVERY: u32 = 5;

/// Runs until the engine shuts down.
pub(super) fn run(shared: &Shared) {
    check_changed_pictures(shared);
    let (records, store) = (&shared.records, &shared.records.store);
    let (mut round, mut generation, mut is_held) = (0_u32, store.generation(), true);
    while shared.shutdown.wait(CHECK_EVERY) {
        match store.hold() {
            Ok(()) => is_held = true,
            // Logged once, not every two seconds.
            Err(error) if is_held => {
                is_held = false;
                tracing::error!(%error, "the data folder cannot be used");
            }
            Err(_) => {}
        }
        round = round.wrapping_add(1);
        let was_recreated = std::mem::replace(&mut generation, store.generation()) != generation;
        if was_recreated || round.is_multiple_of(JOBS_EVERY) {
            records.check_jobs(was_recreated);
        }
        records.empty_trash(TRASH_AGE);
        // Records that failed while the disk was full are written once there is space.
        records.retry_unsaved();
    }
}

/// Reads the pictures that the start had no time for, newest jobs first, and records their stamps for the next start.
fn check_changed_pictures(shared: &Shared) {
    let records = &shared.records;
    for job in shared.table.snapshots() {
        if shared.shutdown.is_closed() {
            return;
        }
        if !job.status.is_active() && !job.images.iter().all(|name| records.store.is_unchanged(job.id, *name)) {
            records.check_pictures(job.id);
            if let Err(error) = records.write(job.id) {
                tracing::debug!(id = %job.id, %error, "the stamps of checked pictures could not be recorded");
            }
        }
    }
}
