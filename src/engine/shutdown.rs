//! The end of the engine, as its threads see it.

use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// Closed once; wakes threads that wait.
#[derive(Default)]
pub(super) struct ShutdownSignal {
    closed: Mutex<bool>,
    changed: Condvar,
}

impl ShutdownSignal {
    pub fn close(&self) {
        *self.closed.lock() = true;
        self.changed.notify_all();
    }

    pub fn is_closed(&self) -> bool {
        *self.closed.lock()
    }

    /// Waits for this time; `false` once the signal is closed.
    pub fn wait(&self, time: Duration) -> bool {
        let mut closed = self.closed.lock();
        self.changed.wait_while_for(&mut closed, |closed| !*closed, time);
        !*closed
    }
}
