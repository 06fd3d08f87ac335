//! The thread that owns the backend and runs one job at a time.

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::queue::Work;
use super::reuse::{self, StepReuse};
use super::shared::Shared;
use super::sink::JobSink;
use crate::backend::{Backend, BackendError};
use crate::cancel::Stopped;
use crate::job::JobEvent;
use crate::notice;
use crate::notice::Notice;
use crate::pipeline::{self, PipelineError};

/// The backend that ran the last job, with the models that it has loaded.
struct LoadedBackend {
    backend: Box<dyn Backend>,
    /// From [`Backends::version`](crate::backend::Backends::version). A job that needs another version gets a new backend.
    version: String,
}

/// Runs jobs until the queue closes.
pub(super) fn run(shared: &Shared) {
    let mut loaded: Option<LoadedBackend> = None;
    while let Some(work) = shared.queue.pop() {
        // A span of the error level is part of every log line that the filter lets through.
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
        // The panic may have left the backend in an inconsistent state.
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
        Err(error) => JobEvent::Failed { error: technical_detail(error.notice(), &error), message: error.notice() },
    }
}

/// The message, followed by its causes where it has some.
fn technical_detail(message: Notice, error: &dyn Error) -> Notice {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.fold(message, |text, cause| Notice::verbatim(format!("{text}: {cause}")))
}

fn run_job(shared: &Shared, work: &Work, loaded: &mut Option<LoadedBackend>) -> Result<(), PipelineError> {
    let version = (shared.backends.version)(work.backend);
    let backend = match loaded {
        Some(loaded) if loaded.version == version => &mut loaded.backend,
        slot => {
            // Free the old backend's memory before the new one allocates.
            *slot = None;
            &mut slot.insert(LoadedBackend { backend: (shared.backends.make)(work.backend)?, version }).backend
        }
    };
    backend.choose_model(work.spec.model)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_technical_detail_is_text_for_readers() {
        let reason = notice!("diffusion-no-models");
        let error = BackendError::Failed(notice!("diffusion-cannot-run", reason = reason).at("engine"));
        let error = PipelineError::from(error);
        let detail = technical_detail(error.notice(), &error);
        assert_eq!(detail.to_string(), "engine: The diffusion engine cannot run: no diffusion models are installed.");
        assert_eq!(detail.code(), "diffusion-cannot-run");

        #[derive(Debug, thiserror::Error)]
        #[error("nothing was written")]
        struct Outer(#[source] std::io::Error);
        let error = Outer(std::io::ErrorKind::StorageFull.into());
        let detail = technical_detail(Notice::verbatim(error.to_string()), &error);
        assert_eq!(detail.to_string(), "nothing was written: no storage space");
    }
}
