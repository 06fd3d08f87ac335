//! The one thread that writes what the window keeps by itself: masks in the order of their strokes, and the session as it was last.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

use image::GrayImage;

use super::bridge::{Message, Say, Writing};
use super::state::{Mask, Session};

/// What the brush left, on its way to the disk.
struct Stroke {
    number: u64,
    mask: GrayImage,
    _writing: Writing,
}

#[derive(Default)]
struct Inbox {
    strokes: VecDeque<Stroke>,
    session: Option<Session>,
    closing: bool,
}

#[derive(Default)]
struct Shared {
    inbox: Mutex<Inbox>,
    signal: Condvar,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Tells the window something.
pub(super) type Tell = Arc<dyn Fn(Message) + Send + Sync>;

/// Handle of the window; clones share it.
#[derive(Clone)]
pub struct Writer {
    shared: Arc<Shared>,
    tell: Tell,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Writer {
    /// Starts the thread; it writes into the studio's own folder.
    pub(super) fn start(folder: PathBuf, tell: Tell) -> Self {
        let shared = Arc::new(Shared::default());
        let (theirs, telling) = (Arc::clone(&shared), Arc::clone(&tell));
        let thread = super::bridge::spawn("nanococoa-write", move || run(&theirs, &folder, &telling));
        *lock(&shared.thread) = thread;
        Self { shared, tell }
    }

    /// Writes a mask after those that were given before it. Its end is told in any case.
    pub(super) fn stroke(&self, number: u64, mask: GrayImage, writing: Writing) {
        if lock(&self.shared.thread).is_none() {
            (self.tell)(Message::Masked(number, Err(Say::new("error.thread", &[]))));
            return;
        }
        lock(&self.shared.inbox).strokes.push_back(Stroke { number, mask, _writing: writing });
        self.shared.signal.notify_one();
    }

    /// Writes the session, unless a newer one comes before its turn.
    pub fn session(&self, session: Session) {
        lock(&self.shared.inbox).session = Some(session);
        self.shared.signal.notify_one();
    }

    /// Writes every mask that waits and ends the thread; after this nothing but the caller writes. The session that waits is the
    /// caller's to write.
    pub fn close(&self) {
        {
            let mut inbox = lock(&self.shared.inbox);
            inbox.closing = true;
            inbox.session = None;
        }
        self.shared.signal.notify_one();
        let thread = lock(&self.shared.thread).take();
        if thread.is_some_and(|t| t.join().is_err()) {
            tracing::error!("the writing thread ended with a panic");
        }
    }
}

fn run(shared: &Shared, folder: &Path, tell: &Tell) {
    loop {
        let (stroke, session) = {
            let guard = lock(&shared.inbox);
            let idle = |inbox: &mut Inbox| inbox.strokes.is_empty() && inbox.session.is_none() && !inbox.closing;
            let mut inbox = shared.signal.wait_while(guard, idle).unwrap_or_else(PoisonError::into_inner);
            let stroke = inbox.strokes.pop_front();
            // A session is never in a hurry: the mask that is being written belongs to the next one.
            let session = if stroke.is_none() { inbox.session.take() } else { None };
            if stroke.is_none() && session.is_none() {
                return;
            }
            (stroke, session)
        };
        if let Some(stroke) = stroke {
            tell(Message::Masked(stroke.number, keep(folder, &stroke.mask)));
        }
        if let Some(session) = session {
            super::restore::save_now(folder, &session);
        }
    }
}

fn keep(folder: &Path, mask: &GrayImage) -> Result<Mask, Say> {
    let png = crate::imaging::encode::encode_png(mask, &[]).map_err(|e| Say::from(e.to_string()))?;
    super::bridge::keep_mask(folder, &png)
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;
    use crate::gui::state::Brief;

    #[test]
    fn masks_come_in_the_order_of_their_strokes_and_the_last_session_stays() {
        let dir = tempfile::tempdir().unwrap();
        let (sender, receiver) = std::sync::mpsc::channel();
        let sender = Mutex::new(sender);
        let writer = Writer::start(dir.path().into(), Arc::new(move |m| drop(lock(&sender).send(m))));
        let writes = Arc::default();
        // The first takes longest.
        for number in 0..12_u8 {
            let side = if number == 0 { 1600 } else { 8 };
            let noise = |x: u32, y: u32| Luma([(x.wrapping_mul(y).wrapping_mul(2_654_435_761) >> 24) as u8 ^ number]);
            writer.stroke(u64::from(number), GrayImage::from_fn(side, side, noise), Writing::begin(&writes));
            writer.session(Session { brief: Brief { seed: number.into(), ..Brief::default() }, ..Session::default() });
        }
        writer.close();
        crate::gui::restore::save_now(dir.path(), &Session { brief: Brief { seed: 99, ..Brief::default() }, ..Session::default() });
        let told: Vec<u64> = receiver
            .try_iter()
            .filter_map(|m| match m {
                Message::Masked(number, Ok(mask)) => mask.path.is_file().then_some(number),
                _ => None,
            })
            .collect();
        assert_eq!(told, (0..12).collect::<Vec<_>>());
        assert_eq!(writes.load(std::sync::atomic::Ordering::Acquire), 0);
        assert_eq!(crate::gui::restore::session(dir.path()).brief.seed, 99);
    }
}
