//! Whether the data folder can be written to.

use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::Serialize;

use crate::notice;
use crate::notice::Notice;
use crate::store::JobStore;

/// How long a status is reused.
const FRESH: Duration = Duration::from_secs(1);
const GIB: f64 = (1_u64 << 30) as f64;
/// Free bytes below which a warning is given: a large job may not fit.
const SHORT: u64 = 100 << 20;

/// Whether the data folder can be written to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Storage {
    /// Whether a new job can be kept.
    pub writable: bool,
    /// GiB free where the folder is; `None` when unknown.
    pub free_gb: Option<f64>,
    /// What is wrong and what to do.
    #[serde(serialize_with = "in_words")]
    pub message: Option<Notice>,
}

fn in_words<S: serde::Serializer>(message: &Option<Notice>, serializer: S) -> Result<S::Ok, S::Error> {
    message.as_ref().map(Notice::to_string).serialize(serializer)
}

struct Probe {
    at: Instant,
    /// How many writes of the store had failed by then.
    failures: u64,
    found: Storage,
}

/// Probes the data folder at most once a second, or after a write failed.
#[derive(Default)]
pub(super) struct StorageProbe(Mutex<Option<Probe>>);

impl StorageProbe {
    /// The status of the store's folder. Blocking.
    pub fn status(&self, store: &JobStore) -> Storage {
        let mut last = self.0.lock();
        if let Some(probe) = &*last
            && probe.at.elapsed() < FRESH
            && probe.failures == store.failures()
        {
            return probe.found.clone();
        }
        let found = probe(store);
        *last = Some(Probe { at: Instant::now(), failures: store.failures(), found: found.clone() });
        found
    }
}

fn probe(store: &JobStore) -> Storage {
    let written = store.probe();
    let free = crate::metrics::free_space(store.root());
    let short = || free.filter(|free| *free < SHORT).map(|free| notice!("engine-disk-short", free = free >> 20, folder = store.root()));
    Storage {
        writable: written.is_ok(),
        free_gb: free.map(|free| (free as f64 / GIB * 1000.0).round() / 1000.0),
        message: written.err().map(|error| error.notice()).or_else(short),
    }
}
