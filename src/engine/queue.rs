//! The jobs that wait for the worker.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

use uuid::Uuid;

use super::sync::lock;
use crate::cancel::CancelToken;
use crate::request::{BackendKind, JobSpec};

/// A job on its way to the worker.
pub(super) struct Work {
    pub id: Uuid,
    pub spec: JobSpec,
    pub backend: BackendKind,
    pub cancel: CancelToken,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Work>,
    is_closed: bool,
}

/// First in, first out; a job may also be put in front.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

impl Queue {
    /// Adds a job; `false` once the queue is closed.
    pub fn push(&self, work: Work, front: bool) -> bool {
        let mut state = lock(&self.state);
        if state.is_closed {
            return false;
        }
        if front {
            state.waiting.push_front(work);
        } else {
            state.waiting.push_back(work);
        }
        self.changed.notify_one();
        true
    }

    /// Waits for the next job; `None` once the queue is closed and empty.
    pub fn pop(&self) -> Option<Work> {
        let is_idle = |state: &mut State| state.waiting.is_empty() && !state.is_closed;
        let state = self.changed.wait_while(lock(&self.state), is_idle);
        state.unwrap_or_else(PoisonError::into_inner).waiting.pop_front()
    }

    /// IDs of the waiting jobs, next first; jobs that were stopped while they waited may still be among them.
    pub fn waiting(&self) -> Vec<Uuid> {
        lock(&self.state).waiting.iter().map(|work| work.id).collect()
    }

    /// Refuses further jobs.
    pub fn close(&self) {
        lock(&self.state).is_closed = true;
        self.changed.notify_all();
    }
}
