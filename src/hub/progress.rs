//! Progress of a download, which front ends read while it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde::Serialize;

/// The phase of a download.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Asking the hub for sizes and tags.
    #[default]
    Asking,
    /// Checking files that are on this machine already.
    Checking,
    /// Downloading.
    Downloading,
    /// Moving finished files into the models folder.
    Placing,
    /// Packing weights into fewer bits.
    Packing,
}

/// Progress of a download. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    phase: Mutex<Phase>,
    total: AtomicU64,
    done: AtomicU64,
    fetched: AtomicU64,
}

/// The progress at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProgressNow {
    /// The phase.
    pub phase: Phase,
    /// Bytes of all files; 0 until the hub has told their sizes.
    pub total_bytes: u64,
    /// Bytes of them that are on this machine.
    pub done_bytes: u64,
    /// Bytes that this run has fetched; the speed is their increase over time.
    pub fetched_bytes: u64,
}

impl Progress {
    /// The progress at this moment.
    pub fn now(&self) -> ProgressNow {
        let total_bytes = self.0.total.load(Ordering::Relaxed);
        ProgressNow {
            phase: *self.0.phase.lock(),
            total_bytes,
            done_bytes: self.0.done.load(Ordering::Relaxed).min(total_bytes),
            fetched_bytes: self.0.fetched.load(Ordering::Relaxed),
        }
    }

    /// Sets phase and bytes, for work that does its own counting.
    pub fn set(&self, phase: Phase, done: u64, total: u64) {
        self.set_phase(phase);
        self.set_total(total);
        self.0.done.store(done, Ordering::Relaxed);
    }

    pub(super) fn set_phase(&self, phase: Phase) {
        *self.0.phase.lock() = phase;
    }

    pub(super) fn set_total(&self, bytes: u64) {
        self.0.total.store(bytes, Ordering::Relaxed);
    }

    /// Adds bytes that are on this machine without being fetched.
    pub(super) fn add_done(&self, bytes: u64) {
        self.0.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Subtracts bytes that must be fetched again.
    pub(super) fn take_back(&self, bytes: u64) {
        let _ = self.0.done.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |done| Some(done.saturating_sub(bytes)));
    }

    pub(super) fn add_fetched(&self, bytes: u64) {
        self.0.done.fetch_add(bytes, Ordering::Relaxed);
        self.0.fetched.fetch_add(bytes, Ordering::Relaxed);
    }
}
