//! The signal that ends the engine's threads.

use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// A flag that is set once and wakes the threads that wait for it.
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

    /// Waits until the signal is closed or this time has passed. Returns `false` if it is closed.
    pub fn wait(&self, time: Duration) -> bool {
        let mut closed = self.closed.lock();
        self.changed.wait_while_for(&mut closed, |closed| !*closed, time);
        !*closed
    }
}
