//! Whether the data folder can be written to.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::notice;
use crate::notice::Notice;
use crate::store::JobStore;

/// How long a probe stays valid.
const VALID: Duration = Duration::from_secs(1);
const GIB: f64 = (1_u64 << 30) as f64;
/// Free bytes below which a warning is given, because a large job may not fit.
const LOW_SPACE: u64 = 100 << 20;

/// Whether the data folder can be written to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Storage {
    /// Whether a new job can be kept.
    pub writable: bool,
    /// Free space on the folder's disk in GiB; `None` if unknown.
    pub free_gb: Option<f64>,
    /// The problem with the data folder and its remedy; `None` if there is none.
    pub message: Option<Notice>,
}

struct Probe {
    when: Instant,
    /// [`JobStore::failures`] at that time.
    failures: u64,
    storage: Storage,
}

/// Probes the data folder at most once a second, or after a write failed.
#[derive(Default)]
pub(super) struct StorageProbe(Mutex<Option<Probe>>);

impl StorageProbe {
    /// The status of the store's folder. Blocking.
    pub fn status(&self, store: &JobStore) -> Storage {
        let mut last = self.0.lock();
        if let Some(probe) = &*last
            && probe.when.elapsed() < VALID
            && probe.failures == store.failures()
        {
            return probe.storage.clone();
        }
        let storage = probe(store);
        *last = Some(Probe { when: Instant::now(), failures: store.failures(), storage: storage.clone() });
        storage
    }
}

fn probe(store: &JobStore) -> Storage {
    let written = store.probe();
    let free = crate::metrics::free_space(store.root());
    let low_space =
        || free.filter(|free| *free < LOW_SPACE).map(|free| notice!("engine-disk-short", free = free >> 20, folder = store.root()));
    Storage {
        writable: written.is_ok(),
        free_gb: free.map(|free| (free as f64 / GIB * 1000.0).round() / 1000.0),
        message: written.err().map(|error| error.notice()).or_else(low_space),
    }
}
