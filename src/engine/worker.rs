//! The thread that owns the backend and runs one job at a time.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use uuid::Uuid;

use super::sink::{JobSink, Order};
use super::{Inner, lock};
use crate::backend::{Backend, BackendError, BackendFactory};
use crate::cancel::CancelToken;
use crate::job::JobEvent;
use crate::job::state::workload;
use crate::pipeline::{self, PipelineError};
use crate::request::{BackendKind, JobSpec};

/// A job on its way to the worker.
pub(super) struct Work {
    pub id: Uuid,
    pub spec: JobSpec,
    pub kind: BackendKind,
    pub cancel: CancelToken,
}

/// Runs jobs until the queue closes.
pub(super) fn run(inner: &Inner, factory: &BackendFactory) {
    let mut ready: Option<Ready> = None;
    while let Some(work) = inner.queue.pop() {
        let outcome = if work.cancel.is_cancelled() {
            Err(PipelineError::Backend(BackendError::Stopped(crate::cancel::Stopped)))
        } else {
            catch_unwind(AssertUnwindSafe(|| run_one(inner, &work, &mut ready, factory))).unwrap_or_else(|payload| {
                // What a panic left behind in the engine cannot be trusted.
                ready = None;
                let text = panic_text(payload.as_ref());
                tracing::error!(id = %work.id, text, "a job panicked");
                Err(PipelineError::Backend(BackendError::Failed(format!(
                    "an internal error ended this job ({text}). Finished steps are kept; please report it"
                ))))
            })
        };
        let event = match outcome {
            Ok(()) => JobEvent::Completed,
            Err(PipelineError::Backend(BackendError::Stopped(_))) => inner.stop_event(),
            Err(PipelineError::Kept { technical, message }) => JobEvent::Failed { error: technical, message },
            Err(error) => JobEvent::Failed { error: format!("{error:?}"), message: error.to_string() },
        };
        finish(inner, work.id, event);
        if work.spec.auto_unload
            && let Some(ready) = &mut ready
        {
            ready.backend.unload();
        }
    }
}

/// A loaded engine.
struct Ready {
    backend: Box<dyn Backend>,
    version: String,
}

/// Writes the record before the end is published: a client that saw the end finds the same after a crash.
fn finish(inner: &Inner, id: Uuid, event: JobEvent) {
    // A copy: new jobs need the durations while this is written.
    let durations = lock(&inner.durations).clone();
    if let Err(error) = inner.store.save_durations(&durations) {
        tracing::warn!(%error, "learned durations could not be kept");
    }
    let one = lock(&inner.records);
    let recorded = {
        let table = inner.table.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        table.jobs.get(&id).map(|e| e.state.borrow().clone()).and_then(|job| {
            let mut next = (*job).clone();
            next.apply(event.clone(), super::clock()).ok().map(|()| next)
        })
    };
    let event = match recorded.map(|job| inner.store.save_record(&job)) {
        Some(Err(error)) => {
            tracing::error!(%id, %error, "job could not be recorded");
            lock(&inner.unsaved).push(id);
            match event {
                JobEvent::Completed => JobEvent::Failed { error: error.technical(), message: error.to_string() },
                other => other,
            }
        }
        _ => event,
    };
    let published = inner.publish(id, event);
    drop(one);
    if published.is_some_and(|(_, modified)| modified) {
        inner.changed();
    }
}

fn run_one(inner: &Inner, work: &Work, ready: &mut Option<Ready>, factory: &BackendFactory) -> Result<(), PipelineError> {
    let version = (inner.version)(work.kind);
    let backend = match ready {
        Some(ready) if ready.version == version => &mut ready.backend,
        slot => {
            // Another engine, or other models under the same name: the old one's memory is free before the new one takes some.
            *slot = None;
            &mut slot.insert(Ready { backend: factory(work.kind)?, version }).backend
        }
    };
    let recalled = inner.recall(&work.spec);
    let keys = inner.keys(&work.spec, work.kind, &recalled);
    let step_keys = keys.iter().map(|(step, key)| (step.get(), key.to_owned())).collect();
    inner.apply(work.id, JobEvent::Started { engine_label: backend.label(), step_keys });
    let sink = JobSink::new(inner, work.id, workload(&work.spec, work.kind), Order::new(&work.spec, keys));
    let result = pipeline::run(&work.spec, backend.as_mut(), &inner.fonts(), recalled, &work.cancel, &sink);
    sink.close(result.is_ok());
    result
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".into())
}
