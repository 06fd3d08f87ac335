//! Models for the window: the sets, the running download and the running check. The only code of the studio that calls the hub.

use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;

use super::background::{Mailbox, TaskThreads};
use super::message::Message;
use crate::cancel::CancelToken;
use crate::config::Config;
use crate::hub::{DownloadState, Downloads, Hub, HubError, Licence, Progress, ProgressNow, SetState};
use crate::notice;
use crate::notice::Notice;

/// Weight of the newest measurement in the shown speed.
const NEWEST: f64 = 0.2;

/// The speed of the running download.
#[derive(Default)]
struct Speed {
    at: Option<(Instant, u64)>,
    bytes_per_second: f64,
}

/// A running check of a set.
struct Check {
    set: String,
    progress: Progress,
    cancel: CancelToken,
}

#[derive(Default)]
struct Shown {
    sets: Vec<SetState>,
    check: Option<Check>,
    speed: Speed,
}

/// The studio's handle of models.
pub struct ModelClient {
    downloads: Result<Arc<Downloads>, Notice>,
    shown: Arc<Mutex<Shown>>,
    mailbox: Mailbox<Message>,
    threads: TaskThreads,
    was_running: bool,
}

impl ModelClient {
    /// The models of the configured folder. Reads the registry, which takes less than a frame.
    pub fn new(config: &Config, mailbox: Mailbox<Message>) -> Self {
        Self::of(Hub::open(&config.models_dir, &config.data_dir), mailbox)
    }

    /// The models of this hub.
    pub fn of(hub: Result<Hub, HubError>, mailbox: Mailbox<Message>) -> Self {
        let changed = mailbox.clone();
        let on_change = Arc::new(move || {
            changed.send(Message::ModelsChanged);
        });
        let downloads = hub.map(|hub| Arc::new(Downloads::new(hub, on_change))).map_err(|error| error.notice());
        Self { downloads, shown: Arc::default(), mailbox, threads: TaskThreads::default(), was_running: false }
    }

    /// The same with another hub.
    pub fn with_hub(&self, hub: Hub) -> Self {
        Self::of(Ok(hub), self.mailbox.clone())
    }

    /// The downloads, for the studio's server; `None` if the registry cannot be used.
    pub fn downloads(&self) -> Option<Arc<Downloads>> {
        self.downloads.as_ref().ok().map(Arc::clone)
    }

    /// Why the registry cannot be used; `None` if it can.
    pub fn problem(&self) -> Option<&Notice> {
        self.downloads.as_ref().err()
    }

    /// Every set, as of the last refresh.
    pub fn sets(&self) -> Vec<SetState> {
        self.shown.lock().sets.clone()
    }

    /// The licences of a set, the strictest first.
    pub fn licences(&self, set: &SetState) -> Vec<Licence> {
        let registry = self.downloads.as_ref().ok().map(|downloads| downloads.hub().registry());
        registry.map(|registry| registry.licences_of(&set.set).into_iter().cloned().collect()).unwrap_or_default()
    }

    /// Approximate size of a set's download, 10⁹ bytes.
    pub fn gigabytes(&self, set: &SetState) -> f64 {
        self.downloads.as_ref().map_or(0.0, |downloads| downloads.hub().registry().gigabytes_of(&set.set))
    }

    /// Key of the set that is offered first.
    pub fn recommended(&self) -> Option<&str> {
        let registry = self.downloads.as_ref().ok()?.hub().registry();
        registry.recommended().map(|set| set.key.as_str())
    }

    /// The running download.
    pub fn running(&self) -> Option<DownloadState> {
        self.downloads.as_ref().ok()?.state().filter(DownloadState::is_running)
    }

    /// Why the last download of a set failed; `None` if it runs, was stopped or succeeded.
    pub fn failure(&self, set: &str) -> Option<Notice> {
        match self.downloads.as_ref().ok()?.state().filter(|state| state.set == set)?.outcome? {
            Err(HubError::Stopped) | Ok(()) => None,
            Err(error) => Some(error.notice()),
        }
    }

    /// Speed of the running download in bytes a second, averaged over a few seconds. Call it about four times a second.
    pub fn speed(&self, now: ProgressNow) -> f64 {
        let mut shown = self.shown.lock();
        let speed = &mut shown.speed;
        let fetched = now.fetched_bytes;
        match speed.at {
            Some((then, before)) if fetched >= before => {
                let seconds = then.elapsed().as_secs_f64();
                if seconds >= 0.2 {
                    let newest = (fetched - before) as f64 / seconds;
                    let is_first = speed.bytes_per_second == 0.0;
                    speed.bytes_per_second = if is_first { newest } else { speed.bytes_per_second * (1.0 - NEWEST) + newest * NEWEST };
                    speed.at = Some((Instant::now(), fetched));
                }
            }
            _ => *speed = Speed { at: Some((Instant::now(), fetched)), bytes_per_second: 0.0 },
        }
        speed.bytes_per_second
    }

    /// The running check: the set, and the part that is done, 0 to 1.
    pub fn checking(&self) -> Option<(String, f32)> {
        let shown = self.shown.lock();
        let check = shown.check.as_ref()?;
        let now = check.progress.now();
        Some((check.set.clone(), now.done_bytes as f32 / now.total_bytes.max(1) as f32))
    }

    /// Reads the sets again, on a thread.
    pub fn refresh(&self) {
        let (Some(downloads), shown, mailbox) = (self.downloads(), Arc::clone(&self.shown), self.mailbox.clone()) else { return };
        self.run(move || {
            let sets = downloads.hub().list();
            shown.lock().sets = sets;
            mailbox.send(Message::ModelsListed);
            Ok(None)
        });
    }

    /// The outcome of the last download. Returned once.
    pub fn take_outcome(&mut self) -> Option<(String, Result<(), HubError>)> {
        let state = self.downloads.as_ref().ok()?.state()?;
        let ended = state.outcome.filter(|_| self.was_running);
        self.was_running = ended.is_none() && (self.was_running || self.running().is_some());
        ended.map(|outcome| (state.set, outcome))
    }

    /// Downloads a set, or continues an unfinished download. The designer has agreed to its licences.
    pub fn pull(&mut self, set: String) {
        let Some(downloads) = self.downloads() else { return };
        self.shown.lock().speed = Speed::default();
        self.was_running = true;
        self.run(move || downloads.start(&set, true).map(|()| None).map_err(|error| error.notice()));
    }

    /// Stops the download or the check of a set.
    pub fn pause(&self, set: &str) {
        if let Ok(downloads) = &self.downloads {
            downloads.pause(set);
        }
        if let Some(check) = self.shown.lock().check.as_ref().filter(|check| check.set == set) {
            check.cancel.cancel();
        }
    }

    /// Reads the files of a set and compares their hashes.
    pub fn verify(&self, set: String) {
        let Some(downloads) = self.downloads() else { return };
        let (progress, cancel, shown) = (Progress::default(), CancelToken::default(), Arc::clone(&self.shown));
        shown.lock().check = Some(Check { set: set.clone(), progress: progress.clone(), cancel: cancel.clone() });
        let mailbox = self.mailbox.clone();
        self.run(move || {
            let verified = downloads.hub().verify(&set, &cancel, &progress);
            shown.lock().check = None;
            mailbox.send(Message::ModelsChanged);
            match verified {
                Ok(verified) if verified.damaged.is_empty() => {
                    Ok(Some(Message::Succeeded(notice!("models-toast-whole", count = verified.files))))
                }
                Ok(verified) => Err(notice!("models-toast-damaged", count = verified.damaged.len())),
                Err(HubError::Stopped) => Ok(None),
                Err(error) => Err(error.notice()),
            }
        });
    }

    /// Removes a set.
    pub fn remove(&self, set: String) {
        let Some(downloads) = self.downloads() else { return };
        self.run(move || {
            let freed = downloads.remove(&set).map_err(|error| error.notice())?;
            let gigabytes = format!("{:.1}", freed as f64 / 1e9);
            Ok(Some(Message::Succeeded(notice!("models-toast-removed", gigabytes = gigabytes))))
        });
    }

    fn run(&self, task: impl FnOnce() -> Result<Option<Message>, Notice> + Send + 'static) {
        let mailbox = self.mailbox.clone();
        let told = mailbox.clone();
        let started = self.threads.run("nanococoa-models", move || {
            if let Some(message) = task().unwrap_or_else(|text| Some(Message::Failed(text))) {
                mailbox.send(message);
            }
        });
        if !started {
            told.send(Message::Failed(notice!("error-thread")));
        }
    }
}
