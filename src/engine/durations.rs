//! Learned durations of stages, shared between threads.

use parking_lot::Mutex;

use crate::job::Stage;
use crate::job::progress::{Durations, Workload};

/// Written by the sink, read by estimates.
pub(super) struct LearnedDurations(Mutex<Durations>);

impl LearnedDurations {
    pub fn new(durations: Durations) -> Self {
        Self(Mutex::new(durations))
    }

    pub fn learn(&self, stage: Stage, load: &Workload, seconds: f64) {
        self.0.lock().learn(stage, load, seconds);
    }

    /// A copy, so that the lock is not held while it is used or written to disk.
    pub fn to_durations(&self) -> Durations {
        self.0.lock().clone()
    }
}
