//! The end of the engine, as its threads see it.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::sync::lock;

/// Closed once; wakes threads that wait.
#[derive(Default)]
pub(super) struct ShutdownSignal {
    closed: Mutex<bool>,
    changed: Condvar,
}

impl ShutdownSignal {
    pub fn close(&self) {
        *lock(&self.closed) = true;
        self.changed.notify_all();
    }

    pub fn is_closed(&self) -> bool {
        *lock(&self.closed)
    }

    /// Waits for this time; `false` once the signal is closed.
    pub fn wait(&self, time: Duration) -> bool {
        let closed = self.changed.wait_timeout_while(lock(&self.closed), time, |closed| !*closed);
        !*closed.unwrap_or_else(PoisonError::into_inner).0
    }
}
