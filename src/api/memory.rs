//! Bytes that many requests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of a permit.
const UNIT: usize = 1 << 10;

/// A number of bytes, given out in the order in which they were asked for.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    units: Arc<Semaphore>,
    total: u32,
    waiting: Arc<AtomicUsize>,
}

/// Bytes that are given back when it is dropped.
#[derive(Debug)]
pub(super) struct Held(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// Counts one who waits.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        let total = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let units = Arc::new(Semaphore::new(usize::try_from(total).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS)));
        Self { units, total, waiting: Arc::default() }
    }

    fn units(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).min(self.total)
    }

    /// So many bytes, if they are there now. More than there are in all counts as all.
    pub(super) fn hold(&self, bytes: usize) -> Option<Held> {
        Arc::clone(&self.units).try_acquire_many_owned(self.units(bytes)).ok().map(Held)
    }

    /// So many bytes, if they are there in time.
    pub(super) async fn wait(&self, bytes: usize, patience: Duration) -> Option<Held> {
        if let Some(held) = self.hold(bytes) {
            return Some(held);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        let units = Arc::clone(&self.units).acquire_many_owned(self.units(bytes));
        tokio::time::timeout(patience, units).await.ok()?.ok().map(Held)
    }

    /// Whether somebody waits for bytes.
    pub(super) fn is_short(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_come_back() {
        let budget = Budget::new(10 << 10);
        let some = budget.hold(6 << 10).unwrap();
        assert!(budget.hold(5 << 10).is_none() && !budget.is_short());
        let waits = budget.clone();
        let waiting = tokio::spawn(async move { waits.wait(5 << 10, Duration::from_secs(30)).await });
        while !budget.is_short() {
            tokio::task::yield_now().await;
        }
        assert!(budget.wait(5 << 10, Duration::from_millis(5)).await.is_none());
        drop(some);
        let later = waiting.await.unwrap();
        assert!(later.is_some() && !budget.is_short());
        drop(later);
        // What is larger than all takes all.
        assert!(budget.hold(1 << 30).is_some());
    }
}
