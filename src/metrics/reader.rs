//! A counter that is read on a thread of its own, which publishes the latest value.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::source::Source;

/// How old a value may be, and how long its reader waits for a newer one.
#[derive(Clone, Copy)]
pub(super) struct Timing {
    /// A value up to this age is taken without a new reading.
    pub(super) max_age: Duration,
    /// Longest wait, from the time at which the reading that is waited for began. Nobody waits for one that hangs since long.
    pub(super) patience: Duration,
    /// A value up to this age stands in for one that did not come in time.
    pub(super) stale_after: Duration,
}

struct State<T> {
    /// `None` once the thread has taken it.
    source: Option<Source<T>>,
    is_started: bool,
    /// Whether a reading is asked for that has not begun.
    is_asked: bool,
    /// Since when a reading is asked for or runs.
    pending_since: Option<Instant>,
    /// When the last finished reading began, and its value.
    last: Option<(Instant, Option<T>)>,
    is_closed: bool,
}

impl<T> State<T> {
    /// The last reading, if it was at most this old at `now`.
    fn last_within(&self, now: Instant, age: Duration) -> Option<&Option<T>> {
        self.last.as_ref().filter(|(began, _)| now.saturating_duration_since(*began) <= age).map(|(_, value)| value)
    }
}

struct Shared<T> {
    state: Mutex<State<T>>,
    /// A reading is asked for, a reading has finished, or the owner is gone.
    changed: Condvar,
}

/// A counter. The thread starts with the first reading and ends after this is dropped; nobody waits for that.
pub(super) struct Reader<T: Clone + Send + 'static>(Arc<Shared<T>>);

impl<T: Clone + Send + 'static> Reader<T> {
    pub(super) fn new(source: Source<T>) -> Self {
        let state = State { source: Some(source), is_started: false, is_asked: false, pending_since: None, last: None, is_closed: false };
        Self(Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() }))
    }

    /// Asks for a reading if the last one was older than `max_age` at `now`. Does not wait.
    pub(super) fn ask(&self, now: Instant, max_age: Duration) {
        let mut state = self.0.state.lock();
        if state.last_within(now, max_age).is_some() {
            return;
        }
        if !state.is_started {
            let shared = Arc::clone(&self.0);
            match thread::Builder::new().name("nanococoa-load".into()).spawn(move || shared.run()) {
                Ok(_) => state.is_started = true,
                Err(error) => return tracing::warn!(%error, "a counter of the machine's load cannot be read"),
            }
        }
        state.is_asked = true;
        state.pending_since.get_or_insert(now);
        self.0.changed.notify_all();
    }

    /// The value at `now`, for which [`Reader::ask`] was called. `None` if it is unknown, or the newest one is too old.
    pub(super) fn wait(&self, now: Instant, timing: Timing) -> Option<T> {
        let mut state = self.0.state.lock();
        if let Some(since) = state.pending_since {
            let is_missing = |state: &mut State<T>| state.last_within(now, timing.max_age).is_none();
            self.0.changed.wait_while_until(&mut state, is_missing, since + timing.patience);
        }
        state.last_within(now, timing.stale_after.max(timing.max_age)).cloned().flatten()
    }
}

impl<T: Clone + Send + 'static> Drop for Reader<T> {
    fn drop(&mut self) {
        self.0.state.lock().is_closed = true;
        self.0.changed.notify_all();
    }
}

impl<T> Shared<T> {
    fn run(&self) {
        let Some(mut source) = self.state.lock().source.take() else { return };
        loop {
            let began = {
                let mut state = self.state.lock();
                self.changed.wait_while(&mut state, |state| !state.is_asked && !state.is_closed);
                if state.is_closed {
                    return;
                }
                let began = Instant::now();
                (state.is_asked, state.pending_since) = (false, Some(began));
                began
            };
            // May take for ever.
            let value = source.read();
            let mut state = self.state.lock();
            state.last = Some((began, value));
            state.pending_since = state.is_asked.then(Instant::now);
            self.changed.notify_all();
        }
    }
}
