//! The jobs that wait for the worker.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

use uuid::Uuid;

use super::lock;
use super::worker::Work;

#[derive(Default)]
struct State {
    waiting: VecDeque<Work>,
    closed: bool,
}

/// First in, first out; a job may also be put in front.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    news: Condvar,
}

impl Queue {
    /// `false` once the queue is closed.
    pub fn push(&self, work: Work, front: bool) -> bool {
        let mut state = lock(&self.state);
        if state.closed {
            return false;
        }
        if front {
            state.waiting.push_front(work);
        } else {
            state.waiting.push_back(work);
        }
        self.news.notify_one();
        true
    }

    /// Waits for the next job; `None` once the queue is closed and empty.
    pub fn pop(&self) -> Option<Work> {
        let mut state = lock(&self.state);
        loop {
            if let Some(work) = state.waiting.pop_front() {
                return Some(work);
            }
            if state.closed {
                return None;
            }
            state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// IDs of the waiting jobs, next first; jobs that were stopped while they waited may still be among them.
    pub fn waiting(&self) -> Vec<Uuid> {
        lock(&self.state).waiting.iter().map(|w| w.id).collect()
    }

    /// No more jobs.
    pub fn close(&self) {
        lock(&self.state).closed = true;
        self.news.notify_all();
    }
}
