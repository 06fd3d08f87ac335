//! A budget of bytes shared by all requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of a permit.
const UNIT: usize = 1 << 10;

/// Waiting requests try again after this time. There is no queue, so that small requests need not wait behind large ones.
const RETRY_EVERY: Duration = Duration::from_millis(40);

/// A number of bytes, some of them reserved for small requests.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    units: Arc<Semaphore>,
    total: u32,
    /// Units that only requests of at most half as many may use.
    reserve: u32,
    waiting: Arc<AtomicUsize>,
}

/// A share of the budget; returned when dropped.
#[derive(Debug)]
pub(super) struct BudgetPermit(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// Counts one waiting request while it lives.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Budget {
    /// `bytes` for every request, and `reserve` more for requests of at most half of `reserve`.
    pub(super) fn new(bytes: usize, reserve: usize) -> Self {
        let units = |bytes: usize| u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX >> 2).min(u32::MAX >> 2);
        let (bytes, reserve) = (units(bytes), units(reserve));
        let total = bytes + reserve;
        let units = Arc::new(Semaphore::new(usize::try_from(total).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS)));
        Self { units, total, reserve, waiting: Arc::default() }
    }

    /// Takes `bytes` if they are free now. A request for more than `bytes` of [`Self::new`] takes all of those.
    pub(super) fn try_take(&self, bytes: usize) -> Option<BudgetPermit> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        if units <= self.reserve / 2 {
            return Arc::clone(&self.units).try_acquire_many_owned(units).ok().map(BudgetPermit);
        }
        let units = units.min(self.total - self.reserve);
        let mut held = Arc::clone(&self.units).try_acquire_many_owned(units + self.reserve).ok()?;
        // The reserve must be free too, but is not taken.
        drop(held.split(usize::try_from(self.reserve).unwrap_or_default()));
        Some(BudgetPermit(held))
    }

    /// Takes `bytes` as soon as they are free; `None` after `patience`.
    pub(super) async fn wait(&self, bytes: usize, patience: Duration) -> Option<BudgetPermit> {
        if let Some(held) = self.try_take(bytes) {
            return Some(held);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        let look = async {
            loop {
                tokio::time::sleep(RETRY_EVERY).await;
                if let Some(held) = self.try_take(bytes) {
                    return held;
                }
            }
        };
        tokio::time::timeout(patience, look).await.ok()
    }

    /// Whether a request is waiting.
    pub(super) fn has_waiters(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_come_back() {
        let budget = Budget::new(10 << 10, 0);
        let some = budget.try_take(6 << 10).unwrap();
        assert!(budget.try_take(5 << 10).is_none() && !budget.has_waiters());
        let waits = budget.clone();
        let waiting = tokio::spawn(async move { waits.wait(5 << 10, Duration::from_secs(30)).await });
        while !budget.has_waiters() {
            tokio::task::yield_now().await;
        }
        assert!(budget.wait(5 << 10, Duration::from_millis(5)).await.is_none());
        drop(some);
        let later = waiting.await.unwrap();
        assert!(later.is_some() && !budget.has_waiters());
        drop(later);
        // A request beyond the budget takes all of it.
        assert!(budget.try_take(1 << 30).is_some());
    }

    #[test]
    fn small_ones_need_not_wait_for_large_ones() {
        let budget = Budget::new(64 << 10, 16 << 10);
        let all = budget.try_take(64 << 10).unwrap();
        assert!(budget.try_take(9 << 10).is_none());
        let small = (budget.try_take(8 << 10).unwrap(), budget.try_take(8 << 10).unwrap());
        assert!(budget.try_take(1).is_none());
        drop(all);
        assert!(budget.try_take(64 << 10).is_none() && budget.try_take(40 << 10).is_some());
        drop(small);
        assert!(budget.try_take(64 << 10).is_some());
    }
}
