//! The thread that owns the backend and runs one job at a time.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::queue::Work;
use super::reuse::{self, StepReuse};
use super::shared::Shared;
use super::sink::JobSink;
use crate::backend::{Backend, BackendError};
use crate::cancel::Stopped;
use crate::job::JobEvent;
use crate::notice;
use crate::pipeline::{self, PipelineError};

/// A backend with loaded models.
struct LoadedBackend {
    backend: Box<dyn Backend>,
    /// Another version means another backend or other models.
    version: String,
}

/// Runs jobs until the queue closes.
pub(super) fn run(shared: &Shared) {
    let mut loaded: Option<LoadedBackend> = None;
    while let Some(work) = shared.queue.pop() {
        // At the level of errors, so that it stands in every log line that is shown at all.
        let _span = tracing::error_span!("job", id = %work.id).entered();
        let result = run_guarded(shared, &work, &mut loaded);
        let durations = shared.durations.to_durations();
        if let Err(error) = shared.records.store.save_durations(&durations) {
            tracing::warn!(%error, "learned durations could not be kept");
        }
        shared.records.finish(work.id, end_event(shared, result));
        if work.spec.auto_unload
            && let Some(loaded) = &mut loaded
        {
            loaded.backend.unload();
        }
    }
}

/// Runs a job; a panic fails the job, not the program.
fn run_guarded(shared: &Shared, work: &Work, loaded: &mut Option<LoadedBackend>) -> Result<(), PipelineError> {
    if work.cancel.is_cancelled() {
        return Err(Stopped.into());
    }
    catch_unwind(AssertUnwindSafe(|| run_job(shared, work, loaded))).unwrap_or_else(|payload| {
        // The panic may have left the backend half changed.
        *loaded = None;
        let text = panic_text(payload.as_ref());
        tracing::error!(text, "a job panicked");
        Err(BackendError::Failed(notice!("engine-job-panicked", detail = text)).into())
    })
}

fn end_event(shared: &Shared, result: Result<(), PipelineError>) -> JobEvent {
    match result {
        Ok(()) => JobEvent::Completed,
        Err(PipelineError::Backend(BackendError::Stopped(_))) => shared.stop_event(),
        Err(PipelineError::Kept { technical, message }) => JobEvent::Failed { error: technical, message },
        Err(error) => JobEvent::Failed { error: error.notice(), message: error.notice() },
    }
}

fn run_job(shared: &Shared, work: &Work, loaded: &mut Option<LoadedBackend>) -> Result<(), PipelineError> {
    let version = (shared.backends.version)(work.backend);
    let backend = match loaded {
        Some(loaded) if loaded.version == version => &mut loaded.backend,
        slot => {
            // The old backend's memory must be free before the new one takes some.
            *slot = None;
            &mut slot.insert(LoadedBackend { backend: (shared.backends.make)(work.backend)?, version }).backend
        }
    };
    let recalled = reuse::recall(shared, &work.spec);
    let keys = reuse::keys(shared, &work.spec, work.backend, &recalled);
    let step_keys = keys.iter().map(|(step, key)| (step, key.to_owned())).collect();
    shared.table.apply(work.id, JobEvent::Started { backend_label: backend.label(), step_keys });
    let sink = JobSink::new(shared, work, StepReuse::new(&work.spec, keys));
    let result = pipeline::run(&work.spec, backend.as_mut(), &shared.fonts.catalog(), recalled, &work.cancel, &sink);
    sink.close(result.is_ok());
    result
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".into())
}
