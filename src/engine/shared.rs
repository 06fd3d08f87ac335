//! The parts of the engine that the handle, the worker and the keeper share. Each has its own lock.

use std::sync::Arc;

use uuid::Uuid;

use super::durations::LearnedDurations;
use super::error::SubmitError;
use super::fonts::Fonts;
use super::queue::Queue;
use super::records::Records;
use super::shutdown::ShutdownSignal;
use super::storage::StorageProbe;
use super::table::JobTable;
use crate::backend::Backends;
use crate::job::{JobEvent, JobStatus};
use crate::metrics::Sampler;
use crate::notice;
use crate::notice::Notice;
use crate::request::{BackendChoice, BackendKind};

pub(super) struct Shared {
    pub table: Arc<JobTable>,
    pub records: Records,
    pub queue: Queue,
    pub durations: LearnedDurations,
    pub fonts: Fonts,
    pub backends: Backends,
    pub sampler: Sampler,
    pub storage: StorageProbe,
    pub shutdown: ShutdownSignal,
}

impl Shared {
    /// The event that ends a stopped job, by whether the user stopped it or the program ends.
    pub fn stop_event(&self) -> JobEvent {
        if self.shutdown.is_closed() { JobEvent::ProgramEnded } else { JobEvent::Stopped }
    }

    /// Asks a job to stop and returns its status; a job that has ended keeps it. `None` if there is no such job.
    pub fn stop(&self, id: Uuid) -> Option<JobStatus> {
        let status = self.table.cancel(id)?;
        match status {
            // A waiting job ends at once; the worker may be busy for a while.
            JobStatus::Pending => {
                let job = self.table.apply(id, self.stop_event());
                if job.as_ref().is_some_and(|job| job.status == JobStatus::Stopped) {
                    self.records.write_or_retry(id);
                }
                Some(job.map_or(status, |job| job.status))
            }
            // The running stage may take a while to notice; watchers are told at once.
            JobStatus::Running => {
                self.table.watchers.notify();
                Some(status)
            }
            _ => Some(status),
        }
    }

    /// Asks every active job to stop and returns their IDs. Waiting jobs come first, so that none of them starts meanwhile.
    pub fn stop_all(&self) -> Vec<Uuid> {
        let mut active = self.table.snapshots();
        active.retain(|job| job.status.is_active());
        active.sort_by_key(|job| job.status != JobStatus::Pending);
        active.iter().for_each(|job| {
            self.stop(job.id);
        });
        active.iter().map(|job| job.id).collect()
    }

    /// Stops every job and lets the threads end.
    pub fn shut_down(&self) {
        self.shutdown.close();
        self.stop_all();
        self.queue.close();
    }

    /// The backend that runs for this choice on this machine, and the reason.
    pub fn resolve(&self, choice: BackendChoice) -> Result<(BackendKind, Notice), SubmitError> {
        if choice == BackendChoice::Draft {
            return Ok((BackendKind::Draft, notice!("engine-draft-requested")));
        }
        match ((self.backends.available)(BackendKind::Diffusion), choice) {
            (Ok(why), _) => Ok((BackendKind::Diffusion, why)),
            (Err(why), BackendChoice::Diffusion) => {
                Err(SubmitError::BackendUnavailable(notice!("engine-diffusion-unavailable", reason = why).at("engine")))
            }
            (Err(why), _) => Ok((BackendKind::Draft, notice!("engine-draft-instead", reason = why))),
        }
    }
}
