//! The thread that autosaves: masks in the order of their strokes, and the newest session.

use std::collections::VecDeque;
use std::path::PathBuf;

use image::GrayImage;

use super::background::{Inbox, Worker, WriteGuard};
use super::brush::FinishedStroke;
use super::photos::PhotoStore;
use super::session_file;
use super::state::{Mask, Session};
use crate::notice;
use crate::notice::Notice;

/// The pending writes.
#[derive(Default)]
struct Waiting {
    strokes: VecDeque<(FinishedStroke, WriteGuard)>,
    session: Option<Session>,
}

impl Waiting {
    fn any(&self) -> bool {
        !self.strokes.is_empty() || self.session.is_some()
    }
}

/// Handle of the writing thread.
pub struct Writer {
    worker: Worker<Waiting>,
}

enum Work {
    Stroke(FinishedStroke, WriteGuard),
    Session(Box<Session>),
}

impl Writer {
    /// Starts the thread; it writes into the studio's own folder. `saved` is called for each stroke with its mask.
    pub fn start(folder: PathBuf, saved: impl Fn(u64, Result<Mask, Notice>) + Send + 'static) -> Self {
        let worker = Worker::start("nanococoa-write", Waiting::default(), move |inbox| run(&inbox, &folder, &saved));
        Self { worker }
    }

    /// Writes a stroke after the earlier ones. Returns `false` if the thread does not run: nothing will be written.
    pub fn stroke(&self, stroke: FinishedStroke, guard: WriteGuard) -> bool {
        let running = self.worker.is_running();
        if running {
            self.worker.tell(|waiting| waiting.strokes.push_back((stroke, guard)));
        }
        running
    }

    /// Writes the session, unless a newer one arrives first.
    pub fn session(&self, session: Session) {
        self.worker.tell(|waiting| waiting.session = Some(session));
    }

    /// Writes every waiting stroke and ends the thread. The waiting session is dropped: the caller writes the last one itself.
    pub fn close(&self) {
        self.worker.tell(|waiting| waiting.session = None);
        self.worker.close();
    }
}

fn run(inbox: &Inbox<Waiting>, folder: &std::path::Path, saved: &impl Fn(u64, Result<Mask, Notice>)) {
    let photos = PhotoStore::new(folder);
    // Strokes go first: the session that follows refers to their masks.
    let take = |waiting: &mut Waiting| match waiting.strokes.pop_front() {
        Some((stroke, guard)) => Some(Work::Stroke(stroke, guard)),
        None => waiting.session.take().map(|session| Work::Session(Box::new(session))),
    };
    while let Some(work) = inbox.wait(true, Waiting::any, take) {
        match work {
            Some(Work::Stroke(stroke, guard)) => {
                saved(stroke.number, keep(&photos, &stroke.mask));
                drop(guard);
            }
            Some(Work::Session(session)) => session_file::save(folder, &session),
            None => {}
        }
    }
}

fn keep(photos: &PhotoStore, mask: &GrayImage) -> Result<Mask, Notice> {
    let png = crate::imaging::encode::encode_png(mask, &[]).map_err(|e| notice!("error-encode", detail = e.to_string()))?;
    photos.keep_mask(&png)
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
        let writer = Writer::start(dir.path().into(), move |number, mask| drop(sender.send((number, mask))));
        let writes = std::sync::Arc::default();
        // The first takes longest.
        for number in 0..12_u8 {
            let side = if number == 0 { 1600 } else { 8 };
            let noise = |x: u32, y: u32| Luma([(x.wrapping_mul(y).wrapping_mul(2_654_435_761) >> 24) as u8 ^ number]);
            let stroke = FinishedStroke { number: number.into(), mask: GrayImage::from_fn(side, side, noise) };
            assert!(writer.stroke(stroke, WriteGuard::begin(&writes)));
            writer.session(Session { brief: Brief { seed: number.into(), ..Brief::default() }, ..Session::default() });
        }
        writer.close();
        session_file::save(dir.path(), &Session { brief: Brief { seed: 99, ..Brief::default() }, ..Session::default() });
        let told: Vec<u64> =
            receiver.try_iter().filter_map(|(number, mask)| mask.is_ok_and(|mask| mask.path.is_file()).then_some(number)).collect();
        assert_eq!(told, (0..12).collect::<Vec<_>>());
        assert_eq!(writes.load(std::sync::atomic::Ordering::Acquire), 0);
        assert_eq!(session_file::load(dir.path()).brief.seed, 99);
    }
}
