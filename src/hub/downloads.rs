//! Downloads in the background, for front ends that stay open while they run.

use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::Mutex;

use super::error::HubError;
use super::progress::{Progress, ProgressNow};
use super::pull::Hub;
use crate::cancel::CancelToken;

/// Called when a download starts and when it ends. Progress is polled instead.
pub type OnChange = Arc<dyn Fn() + Send + Sync>;

/// The state of the last download of this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownloadState {
    /// Key of the set.
    pub set: String,
    /// Its progress.
    pub progress: ProgressNow,
    /// How it ended; `None` while it runs. A stop is [`HubError::Stopped`].
    pub outcome: Option<Result<(), HubError>>,
}

impl DownloadState {
    /// Whether it still runs.
    pub fn is_running(&self) -> bool {
        self.outcome.is_none()
    }
}

/// Runs downloads in the background, one at a time. Dropping it stops the running one and waits for it.
pub struct Downloads {
    hub: Arc<Hub>,
    last: Arc<Mutex<Option<Running>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    on_change: OnChange,
}

struct Running {
    set: String,
    progress: Progress,
    cancel: CancelToken,
    outcome: Option<Result<(), HubError>>,
}

impl Downloads {
    /// `on_change` is called from any thread.
    pub fn new(hub: Hub, on_change: OnChange) -> Self {
        Self { hub: Arc::new(hub), last: Arc::default(), thread: Mutex::default(), on_change }
    }

    /// The hub.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Starts the download of a set, or continues an unfinished one. `accepted`: whether the person agreed to its licences. Has no effect while this
    /// set is being downloaded.
    ///
    /// # Errors
    /// Another set is being downloaded, there is no such set, or its licences were not accepted.
    pub fn start(&self, set: &str, accepted: bool) -> Result<(), HubError> {
        let known = self.hub.registry().set(set)?;
        if !accepted {
            let licences = self.hub.registry().licences_of(known).into_iter().map(|licence| licence.name.clone()).collect();
            return Err(HubError::LicenceNotAccepted { set: set.to_owned(), licences });
        }
        let mut thread = self.thread.lock();
        let (progress, cancel) = (Progress::default(), CancelToken::default());
        {
            let mut last = self.last.lock();
            match &*last {
                Some(running) if running.outcome.is_none() && running.set == set => return Ok(()),
                Some(running) if running.outcome.is_none() => return Err(HubError::Busy { folder: self.hub.folder().to_path_buf() }),
                _ => {}
            }
            *last = Some(Running { set: set.to_owned(), progress: progress.clone(), cancel: cancel.clone(), outcome: None });
        }
        if let Some(ended) = thread.take() {
            let _ = ended.join();
        }
        let (hub, last, set, on_change) = (Arc::clone(&self.hub), Arc::clone(&self.last), set.to_owned(), Arc::clone(&self.on_change));
        let work = move || {
            let outcome = hub.pull(&set, true, &cancel, &progress);
            if let Some(running) = last.lock().as_mut() {
                running.outcome = Some(outcome);
            }
            on_change();
        };
        match std::thread::Builder::new().name("model download".into()).spawn(work) {
            Ok(started) => *thread = Some(started),
            Err(error) => {
                let error = HubError::io(self.hub.folder())(error);
                if let Some(running) = self.last.lock().as_mut() {
                    running.outcome = Some(Err(error.clone()));
                }
                return Err(error);
            }
        }
        drop(thread);
        (self.on_change)();
        Ok(())
    }

    /// Stops the download of a set; what has arrived is kept. Returns at once, without effect if it does not run.
    pub fn pause(&self, set: &str) {
        if let Some(running) = self.last.lock().as_ref().filter(|running| running.set == set) {
            running.cancel.cancel();
        }
    }

    /// Removes a set after stopping its download. Blocking.
    ///
    /// # Errors
    /// See [`Hub::remove`].
    pub fn remove(&self, set: &str) -> Result<u64, HubError> {
        self.hub.registry().set(set)?;
        self.pause(set);
        let is_running = || self.last.lock().as_ref().is_some_and(|running| running.set == set && running.outcome.is_none());
        if is_running()
            && let Some(thread) = self.thread.lock().take()
        {
            let _ = thread.join();
        }
        let freed = self.hub.remove(set);
        let mut last = self.last.lock();
        if last.as_ref().is_some_and(|running| running.set == set && running.outcome.is_some()) {
            *last = None;
        }
        drop(last);
        (self.on_change)();
        freed
    }

    /// The last download of this program.
    pub fn state(&self) -> Option<DownloadState> {
        let last = self.last.lock();
        let running = last.as_ref()?;
        Some(DownloadState { set: running.set.clone(), progress: running.progress.now(), outcome: running.outcome.clone() })
    }
}

impl Drop for Downloads {
    fn drop(&mut self) {
        if let Some(running) = self.last.lock().as_ref() {
            running.cancel.cancel();
        }
        if let Some(thread) = self.thread.lock().take() {
            let _ = thread.join();
        }
    }
}
