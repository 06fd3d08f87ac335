//! The jobs that wait for the worker.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};
use uuid::Uuid;

use crate::cancel::CancelToken;
use crate::request::{BackendKind, JobSpec};

/// A queued job, with everything that the worker needs to run it.
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
        let mut state = self.state.lock();
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
        let mut state = self.state.lock();
        self.changed.wait_while(&mut state, is_idle);
        state.waiting.pop_front()
    }

    /// IDs of the waiting jobs, next first; jobs that were stopped while they waited may still be among them.
    pub fn waiting(&self) -> Vec<Uuid> {
        self.state.lock().waiting.iter().map(|work| work.id).collect()
    }

    /// Refuses further jobs.
    pub fn close(&self) {
        self.state.lock().is_closed = true;
        self.changed.notify_all();
    }
}
