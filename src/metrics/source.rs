//! One counter.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// A counter. `None` after a panic: it is not read again, because its state is not known.
pub(super) struct Source<T>(Option<Box<dyn FnMut() -> Option<T> + Send>>);

impl<T> Source<T> {
    pub(super) fn new(read: impl FnMut() -> Option<T> + Send + 'static) -> Self {
        Self(Some(Box::new(read)))
    }

    /// `None` if the value is unknown.
    pub(super) fn read(&mut self) -> Option<T> {
        let read = self.0.as_mut()?;
        catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
            tracing::warn!("a counter of the machine's load panicked; its value is unknown from now on");
            self.0 = None;
            None
        })
    }
}
