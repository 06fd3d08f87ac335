//! The studio's threads. Every thread is named and started here, and joined here when its owner is dropped. Threads send results to the
//! window through a `Mailbox`, which wakes it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use egui::Context;
use parking_lot::{Condvar, Mutex};

/// How long a dropped owner waits for its threads. A file dialog that is still open must not keep the program from ending.
const JOIN_TIMEOUT: Duration = Duration::from_secs(2);
/// Interval at which the end of a thread is polled.
const JOIN_POLL_INTERVAL: Duration = Duration::from_millis(2);

/// The sending end of a channel to the window; clones share it.
pub struct Mailbox<T> {
    sender: mpsc::Sender<T>,
    ctx: Context,
}

impl<T> Clone for Mailbox<T> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone(), ctx: self.ctx.clone() }
    }
}

impl<T> Mailbox<T> {
    /// A mailbox and its receiving end.
    pub fn new(ctx: &Context) -> (Self, mpsc::Receiver<T>) {
        let (sender, receiver) = mpsc::channel();
        (Self { sender, ctx: ctx.clone() }, receiver)
    }

    /// Sends a message and asks for a frame. Returns `false` if nobody receives any more.
    pub fn send(&self, message: T) -> bool {
        let received = self.sender.send(message).is_ok();
        self.ctx.request_repaint();
        received
    }
}

/// Starts a named thread in the current tracing span; `None` if the system cannot start one.
pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Option<JoinHandle<()>> {
    let span = tracing::Span::current();
    let started = std::thread::Builder::new().name(name.into()).spawn(move || span.in_scope(work));
    started.inspect_err(|error| tracing::error!(%error, name, "the thread cannot be started")).ok()
}

/// Joins a thread if it ends before the deadline. Logs a panic or a missed deadline.
fn join(thread: JoinHandle<()>, deadline: Instant) {
    let name = thread.thread().name().unwrap_or_default().to_owned();
    while !thread.is_finished() {
        if Instant::now() >= deadline {
            tracing::warn!(name, "the thread still runs and is left behind");
            return;
        }
        std::thread::sleep(JOIN_POLL_INTERVAL);
    }
    if thread.join().is_err() {
        tracing::error!(name, "the thread ended with a panic");
    }
}

/// Joins threads, waiting a limited time. Logs those that panicked or still run.
pub fn join_all(threads: impl IntoIterator<Item = JoinHandle<()>>) {
    let deadline = Instant::now() + JOIN_TIMEOUT;
    threads.into_iter().for_each(|thread| join(thread, deadline));
}

/// Threads that each do one task and end.
#[derive(Default)]
pub struct TaskThreads(Mutex<Vec<JoinHandle<()>>>);

impl TaskThreads {
    /// Runs a task on a thread of its own. Returns `false` if the system cannot start one.
    pub fn run(&self, name: &str, task: impl FnOnce() + Send + 'static) -> bool {
        let Some(thread) = spawn(name, task) else { return false };
        let mut threads = self.0.lock();
        threads.retain(|t| !t.is_finished());
        threads.push(thread);
        true
    }
}

impl Drop for TaskThreads {
    fn drop(&mut self) {
        join_all(std::mem::take(&mut *self.0.lock()));
    }
}

/// The state that a worker thread waits on, and whether the worker should end.
struct Shared<I> {
    inbox: Mutex<(I, bool)>,
    signal: Condvar,
}

/// The worker's end of its inbox.
pub struct Inbox<I>(Arc<Shared<I>>);

impl<I> Inbox<I> {
    /// Waits until `ready` returns true and then returns what `take` takes out of the inbox. Returns `None` once the owner has closed the
    /// inbox; with `drain`, only when nothing is ready any more.
    pub fn wait<R>(&self, drain: bool, ready: impl Fn(&I) -> bool, take: impl FnOnce(&mut I) -> R) -> Option<R> {
        let wait = |(inbox, closing): &mut (I, bool)| !ready(inbox) && !*closing;
        let mut guard = self.0.inbox.lock();
        self.0.signal.wait_while(&mut guard, wait);
        let ends = guard.1 && !(drain && ready(&guard.0));
        (!ends).then(|| take(&mut guard.0))
    }

    /// Like `wait` without draining, but also returns after `timeout`.
    pub fn wait_for<R>(&self, timeout: Duration, ready: impl Fn(&I) -> bool, take: impl FnOnce(&mut I) -> R) -> Option<R> {
        let wait = |(inbox, closing): &mut (I, bool)| !ready(inbox) && !*closing;
        let mut guard = self.0.inbox.lock();
        self.0.signal.wait_while_for(&mut guard, wait, timeout);
        (!guard.1).then(|| take(&mut guard.0))
    }

    /// Changes the state that the worker shares with its owner.
    pub fn change(&self, change: impl FnOnce(&mut I)) {
        change(&mut self.0.inbox.lock().0);
    }
}

/// A thread that lives as long as its owner, and its inbox. Dropping this closes the inbox and joins the thread.
pub struct Worker<I> {
    shared: Arc<Shared<I>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl<I: Send + 'static> Worker<I> {
    /// Starts the thread with an inbox.
    pub fn start(name: &str, inbox: I, work: impl FnOnce(Inbox<I>) + Send + 'static) -> Self {
        let shared = Arc::new(Shared { inbox: Mutex::new((inbox, false)), signal: Condvar::new() });
        let theirs = Inbox(Arc::clone(&shared));
        let thread = Mutex::new(spawn(name, move || work(theirs)));
        Self { shared, thread }
    }

    /// A handle that changes the inbox and does not keep the worker alive.
    pub fn sender(&self) -> InboxSender<I> {
        InboxSender(Arc::downgrade(&self.shared))
    }
}

impl<I> Worker<I> {
    /// Changes the inbox and wakes the thread.
    pub fn tell(&self, change: impl FnOnce(&mut I)) {
        change(&mut self.shared.inbox.lock().0);
        self.shared.signal.notify_one();
    }

    /// Reads the state that the worker shares.
    pub fn read<R>(&self, look: impl FnOnce(&I) -> R) -> R {
        look(&self.shared.inbox.lock().0)
    }

    /// Whether the thread was started and is not closed.
    pub fn is_running(&self) -> bool {
        self.thread.lock().is_some()
    }

    /// Closes the inbox and waits for the thread without a time limit, because its work must be finished. Safe to call twice.
    pub fn close(&self) {
        self.shared.inbox.lock().1 = true;
        self.shared.signal.notify_one();
        let thread = self.thread.lock().take();
        if thread.is_some_and(|t| t.join().is_err()) {
            tracing::error!("a worker thread ended with a panic");
        }
    }
}

impl<I> Drop for Worker<I> {
    fn drop(&mut self) {
        self.shared.inbox.lock().1 = true;
        self.shared.signal.notify_one();
        if let Some(thread) = self.thread.lock().take() {
            join_all([thread]);
        }
    }
}

/// Changes the inbox of a worker as long as the worker lives.
pub struct InboxSender<I>(std::sync::Weak<Shared<I>>);

impl<I> InboxSender<I> {
    /// Changes the inbox and wakes the thread; does nothing once the worker is gone.
    pub fn tell(&self, change: impl FnOnce(&mut I)) {
        if let Some(shared) = self.0.upgrade() {
            change(&mut shared.inbox.lock().0);
            shared.signal.notify_one();
        }
    }
}

/// Counts a file that is being written while this is alive. The window asks before it closes if there is one.
pub struct WriteGuard(Arc<AtomicUsize>);

impl WriteGuard {
    /// Counts one more.
    pub fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(count))
    }
}

impl Drop for WriteGuard {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_worker_has_ended_and_a_closed_one_has_done_its_work() {
        let (sender, receiver) = mpsc::channel();
        let end = sender.clone();
        let worker = Worker::start("test", Vec::new(), move |inbox: Inbox<Vec<u8>>| {
            while let Some(all) = inbox.wait(true, |v| !v.is_empty(), std::mem::take) {
                all.into_iter().for_each(|n| sender.send(n).unwrap());
            }
            sender.send(99).unwrap();
        });
        worker.tell(|v| v.extend([1, 2]));
        worker.close();
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2, 99]);
        assert!(!worker.is_running());
        let waiting = Worker::start("test", (), move |inbox| {
            assert_eq!(inbox.wait(false, |()| false, |()| ()), None);
            end.send(7).unwrap();
        });
        drop(waiting);
        assert_eq!(receiver.try_recv(), Ok(7));
    }

    #[test]
    fn dropped_tasks_are_waited_for_but_not_for_ever() {
        let (sender, receiver) = mpsc::channel();
        let threads = TaskThreads::default();
        assert!(threads.run("test", move || {
            std::thread::sleep(Duration::from_millis(50));
            sender.send(1).unwrap();
        }));
        drop(threads);
        assert_eq!(receiver.try_recv(), Ok(1));
        let (held, holds) = mpsc::channel::<()>();
        let stuck = spawn("test", move || assert!(holds.recv().is_err())).unwrap();
        let began = Instant::now();
        join(stuck, began + Duration::from_millis(60));
        assert!(began.elapsed() < Duration::from_secs(5));
        drop(held);
    }

    #[test]
    fn a_mailbox_wakes_the_window() {
        let ctx = Context::default();
        let (woken, wakes) = mpsc::channel();
        ctx.set_request_repaint_callback(move |_| woken.send(()).unwrap());
        let (mailbox, receiver) = Mailbox::new(&ctx);
        assert!(mailbox.clone().send(5));
        assert_eq!((receiver.try_recv(), wakes.try_iter().count() > 0), (Ok(5), true));
        drop(receiver);
        assert!(!mailbox.send(6));
    }
}
