//! Callbacks that run after a job has changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

type Watcher = Arc<dyn Fn() + Send + Sync>;

/// The callbacks, and a counter of changes.
#[derive(Default)]
pub(super) struct Watchers {
    callbacks: RwLock<Vec<Watcher>>,
    changes: AtomicU64,
}

impl Watchers {
    pub fn add(&self, callback: Box<dyn Fn() + Send + Sync>) {
        self.callbacks.write().push(Arc::from(callback));
    }

    /// Counts a change and runs every callback. Holds no lock meanwhile, so callbacks may call the engine.
    pub fn notify(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        let callbacks = self.callbacks.read().clone();
        callbacks.iter().for_each(|callback| callback());
    }

    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }
}
