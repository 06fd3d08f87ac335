//! Downloads one file: in ranges over several connections, resuming an earlier run, and hashed while it arrives.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parking_lot::{Condvar, Mutex};
use reqwest::{Response, StatusCode, Url};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::error::HubError;
use super::hash::{Check, read_at, write_all_at};
use super::http::{Client, Failure, FileHead, Remedy, content_range, describe, tag};
use super::intervals::Intervals;
use super::journal::{ContentId, Journal};
use super::progress::Progress;
use super::registry::{Index, WantedFile};
use super::retry;
use super::source::host_of;

/// Most restarts of a file because its content changed or had the wrong hash.
const MAX_RESTARTS: u32 = 2;
/// Fewest bytes between two lines of the journal. A crash loses up to this much per connection.
const FINEST_STEP: u64 = 16 << 10;
/// Most lines of a journal in one run.
const MAX_LINES: u64 = 8192;
/// A broken connection that delivered at least this many bytes resets the count of failures. A smaller value could make retries endless.
const MIN_PROGRESS: u64 = 64 << 10;
/// Bytes that are hashed at once.
const BLOCK: usize = 256 << 10;
/// Bytes after which the file is flushed during the download, so that the final flush is short.
const FLUSH: u64 = 64 << 20;

/// Fetches files; shared by all downloads of a set.
pub(super) struct Fetcher {
    pub(super) client: Client,
    pub(super) connections: Arc<Semaphore>,
    pub(super) progress: Progress,
}

/// A file to download.
#[derive(Clone, Debug)]
pub(super) struct Download {
    pub(super) wanted: WantedFile,
    /// The commit, so that all files of a repository belong together.
    pub(super) revision: String,
    pub(super) head: FileHead,
    /// The finished file. Bytes and journal of the unfinished one are beside it.
    pub(super) ready: PathBuf,
}

impl Download {
    /// How the content is checked.
    pub(super) fn check(&self) -> Check {
        check_of(&self.wanted, &self.head)
    }

    fn content(&self) -> ContentId {
        ContentId { etag: self.head.etag.clone(), size: self.head.size }
    }

    /// Bytes that an earlier run has downloaded.
    pub(super) fn bytes_downloaded(&self) -> u64 {
        let (part, journal) = unfinished(&self.ready);
        if !journal.is_file() {
            return 0;
        }
        Journal::open(&journal, &part, &self.content()).map_or(0, |journal| journal.done().bytes())
    }
}

/// How the content of a file is checked: by the hash of the registry, else by the tag of the hub.
pub(super) fn check_of(wanted: &WantedFile, head: &FileHead) -> Check {
    wanted.file.sha256.as_ref().map_or_else(|| Check::of_tag(&head.etag), |hash| Check::Sha256(hash.clone()))
}

/// The unfinished file and its journal beside the finished one.
pub(super) fn unfinished(ready: &Path) -> (PathBuf, PathBuf) {
    let with = |end: &str| {
        let mut name = ready.file_name().unwrap_or_default().to_os_string();
        name.push(end);
        ready.with_file_name(name)
    };
    (with(".part"), with(".journal"))
}

/// A running download, shared by its connections and the hashing thread.
struct Shared {
    path: PathBuf,
    file: File,
    size: u64,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    journal: Journal,
    /// Bytes that are on disk or being fetched.
    taken: Intervals,
    /// The address that the hub redirects to.
    address: Option<Url>,
    /// Tag of the content at that address.
    tag: Option<String>,
    /// Whether the download has ended, so that the hashing thread must end too.
    ended: bool,
}

impl Shared {
    /// Reserves the next range to fetch; `None` if every byte is on disk or being fetched.
    fn take_range(&self, longest: u64) -> Option<Range<u64>> {
        let mut state = self.state.lock();
        let gap = state.taken.first_gap(0, self.size, longest)?;
        state.taken.add(gap.clone());
        Some(gap)
    }

    fn done(&self) -> u64 {
        self.state.lock().journal.done().bytes()
    }
}

/// Ends the hashing thread when the download ends or its future is dropped.
struct EndOnDrop(Arc<Shared>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.state.lock().ended = true;
        self.0.changed.notify_all();
    }
}

/// Writes the bytes of one connection and records them in the journal, also when the connection's future is dropped.
struct Writer<'a> {
    shared: &'a Shared,
    /// End of the bytes that the journal records.
    recorded: u64,
    at: u64,
    /// Bytes between two lines of the journal.
    step: u64,
}

impl Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), HubError> {
        write_all_at(&self.shared.file, bytes, self.at).map_err(HubError::io(&self.shared.path))?;
        self.at += bytes.len() as u64;
        if self.at - self.recorded >= self.step { self.record() } else { Ok(()) }
    }

    fn record(&mut self) -> Result<(), HubError> {
        let range = self.recorded..self.at;
        self.recorded = self.at;
        let added = self.shared.state.lock().journal.add(range);
        self.shared.changed.notify_all();
        added.map_err(HubError::io(&self.shared.path))
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.record() {
            tracing::warn!(%error, "the journal of a download cannot be written");
        }
    }
}

impl Fetcher {
    /// Downloads a file to its ready path. Returns the download with the latest answer of the hub, and the content's hash. After a failure the bytes
    /// stay for the next run, unless their hash is wrong.
    pub(super) async fn fetch(self: &Arc<Self>, mut download: Download) -> Result<(Download, String), HubError> {
        let (mut restarts, mut whole) = (0, false);
        loop {
            let failure = match self.attempt(&download, whole).await {
                Ok(hash) => return Ok((download, hash)),
                Err(failure) => failure,
            };
            match failure.remedy {
                Remedy::Whole if !whole => whole = true,
                Remedy::Restart => {
                    discard(&download.ready);
                    restarts += 1;
                    if restarts > MAX_RESTARTS {
                        return Err(failure.error);
                    }
                    tracing::info!(path = %download.wanted.file.path, reason = %failure.error, "the download starts again");
                    download.head = self.head(&download.wanted, &download.revision).await?;
                }
                _ => return Err(failure.error),
            }
        }
    }

    /// Asks for size and tag of a file, with retries, and compares them with the registry.
    pub(super) async fn head(&self, wanted: &WantedFile, revision: &str) -> Result<FileHead, HubError> {
        let mut failures = 0;
        let head = loop {
            let permit = self.connections.acquire().await;
            let asked = match wanted.index {
                None => self.client.head(&wanted.repository, revision, &wanted.file.path).await,
                Some(Index::Pypi) => self.client.find(wanted).await,
            };
            drop(permit);
            match asked {
                Ok(head) => break head,
                Err(failure) => {
                    failures += 1;
                    self.pause_or_fail(failure, failures).await.map_err(|failure| failure.error)?;
                }
            }
        };
        let differs = wanted.file.size.is_some_and(|size| size != head.size)
            || head.sha256().is_some_and(|found| wanted.file.sha256.as_ref().is_some_and(|expected| expected != found));
        if differs {
            return Err(HubError::UnexpectedContent { path: wanted.file.path.clone() });
        }
        Ok(head)
    }

    /// Waits before the next attempt, or returns the failure if there is no further attempt.
    async fn pause_or_fail(&self, failure: Failure, failures: u32) -> Result<(), Failure> {
        let limits = &self.client.limits;
        let pause = match failure.remedy {
            Remedy::Retry(Some(pause)) => pause,
            Remedy::Retry(None) => retry::pause(limits.first_pause, failures, jitter()),
            // The address has expired; the first attempt with a new one needs no pause.
            Remedy::AskAgain if failures <= 1 => Duration::ZERO,
            Remedy::AskAgain => retry::pause(limits.first_pause, failures, jitter()),
            Remedy::None | Remedy::Restart | Remedy::Whole => return Err(failure),
        };
        if failures >= limits.attempts {
            return Err(failure.error.into());
        }
        tracing::info!(error = %failure.error, failures, ?pause, "a request is tried again");
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// One attempt to complete the file; returns its hash. `whole`: in one request, for a server that ignores ranges.
    async fn attempt(self: &Arc<Self>, download: &Download, whole: bool) -> Result<String, Failure> {
        let size = download.head.size;
        let shared = Arc::new(open(download, whole)?);
        let before = shared.done();
        self.progress.add_done(before);
        let check = download.check();
        let end = EndOnDrop(Arc::clone(&shared));
        let hashing = {
            let (shared, check) = (Arc::clone(&shared), check.clone());
            tokio::task::spawn_blocking(move || hash_as_it_arrives(&shared, &check))
        };
        let chunk = if whole { size.max(1) } else { self.client.limits.chunk.max(1) };
        let workers = (size - before).div_ceil(chunk).min(self.client.limits.per_file.max(1) as u64);
        let mut running = JoinSet::new();
        for _ in 0..workers {
            running.spawn(Arc::clone(self).run_connection(Arc::clone(&shared), download.clone(), chunk, whole));
        }
        let mut result = Ok(());
        while let Some(ended) = running.join_next().await {
            let ended = ended.unwrap_or_else(|error| Err(internal(&download.wanted, &error).into()));
            if let Err(failure) = ended {
                result = Err(failure);
                break;
            }
        }
        // The other connections record their bytes before this returns.
        running.shutdown().await;
        if let Err(failure) = result {
            if matches!(failure.remedy, Remedy::Restart | Remedy::Whole) {
                self.progress.take_back(shared.done());
            }
            return Err(failure);
        }
        let hash = hashing.await.map_err(|error| internal(&download.wanted, &error))??;
        drop(end);
        if !check.accepts(&hash) {
            self.progress.take_back(size);
            return Err(Failure { error: HubError::WrongHash { path: download.wanted.file.path.clone() }, remedy: Remedy::Restart });
        }
        let (part, journal) = unfinished(&download.ready);
        shared.file.sync_all().and_then(|()| std::fs::rename(&part, &download.ready)).map_err(HubError::io(&download.ready))?;
        let _ = std::fs::remove_file(journal);
        Ok(hash)
    }

    /// One connection: fetches ranges until none is left.
    async fn run_connection(self: Arc<Self>, shared: Arc<Shared>, download: Download, chunk: u64, whole: bool) -> Result<(), Failure> {
        while let Some(range) = shared.take_range(chunk) {
            self.fetch_range(&shared, &download, range, whole).await?;
        }
        Ok(())
    }

    async fn fetch_range(&self, shared: &Shared, download: &Download, range: Range<u64>, whole: bool) -> Result<(), Failure> {
        let (mut at, mut failures, mut slow) = (range.start, 0, 0);
        while at < range.end {
            let begin = at;
            let permit = self.connections.acquire().await;
            let streamed = self.stream(shared, download, &mut at, range.end, whole).await;
            drop(permit);
            let Err(failure) = streamed else { continue };
            // A very slow server keeps making progress, so stalls are counted separately.
            slow += u32::from(matches!(failure.error, HubError::Stalled { .. }));
            if whole {
                self.progress.take_back(at);
                at = 0;
            } else if at - begin >= MIN_PROGRESS.min(range.end - begin) {
                failures = 0;
            }
            failures += 1;
            if matches!(failure.remedy, Remedy::AskAgain) {
                shared.state.lock().address = None;
            }
            self.pause_or_fail(failure, failures.max(slow)).await?;
        }
        Ok(())
    }

    /// One request: writes the bytes from `at` on, and advances it.
    async fn stream(&self, shared: &Shared, download: &Download, at: &mut u64, end: u64, whole: bool) -> Result<(), Failure> {
        let (response, url) = self.request(shared, download, *at..end, whole).await?;
        let step = FINEST_STEP.max(shared.size / MAX_LINES);
        let mut writer = Writer { shared, recorded: *at, at: *at, step };
        let received = self.receive(response, &url, download, &mut writer, end).await;
        *at = writer.at;
        received?;
        writer.record().map_err(Failure::from)
    }

    /// Requests a range and checks that the answer is this range of the expected content. Returns the answer and its address.
    async fn request(&self, shared: &Shared, download: &Download, range: Range<u64>, whole: bool) -> Result<(Response, Url), Failure> {
        let wanted = &download.wanted;
        let is_everything = range == (0..shared.size);
        let hub = match &download.head.address {
            Some(address) => address.clone(),
            None => self.client.source().file_url(&wanted.repository, &download.revision, &wanted.file.path)?,
        };
        let from = shared.state.lock().address.clone().unwrap_or_else(|| hub.clone());
        let asked = Some(&range).filter(|_| !is_everything);
        let (response, url) = self.client.get(from, asked, &wanted.repository, &wanted.file.path).await?;
        let changed = |remedy| Failure { error: HubError::Changed { path: wanted.file.path.clone() }, remedy };
        match response.status() {
            StatusCode::PARTIAL_CONTENT => {
                let (start, total) = content_range(response.headers()).unwrap_or((u64::MAX, None));
                if start != range.start || total.is_some_and(|total| total != shared.size) {
                    return Err(changed(Remedy::Restart));
                }
            }
            StatusCode::OK if is_everything || whole => {}
            StatusCode::OK => return Err(changed(Remedy::Whole)),
            status => return Err(HubError::Status { host: host_of(&url), status: status.as_u16() }.into()),
        }
        let expected = range.end - range.start;
        if let Some(found) = response.content_length().filter(|found| *found != expected) {
            let error = HubError::WrongLength { path: wanted.file.path.clone(), expected, found };
            return Err(Failure { error, remedy: Remedy::Restart });
        }
        let found = tag(response.headers(), "etag");
        let is_hub = download.head.address.is_none() && url.origin() == hub.origin();
        let mut state = shared.state.lock();
        // The hub's own tag is known; that of another server is remembered from its first answer.
        let known = if is_hub { Some(download.head.etag.clone()).filter(|tag| !tag.is_empty()) } else { state.tag.clone() };
        let differs = found.as_ref().is_some_and(|found| known.is_some_and(|known| *found != known));
        if differs && tag(response.headers(), "x-linked-etag").is_none() {
            return Err(changed(Remedy::Restart));
        }
        if !is_hub {
            (state.tag, state.address) = (found, Some(url.clone()));
        }
        drop(state);
        Ok((response, url))
    }

    /// Writes the bytes of an answer as they arrive.
    async fn receive(
        &self,
        mut response: Response,
        url: &Url,
        download: &Download,
        writer: &mut Writer<'_>,
        end: u64,
    ) -> Result<(), Failure> {
        let limits = &self.client.limits;
        let expected = end - writer.at;
        let wrong_length = |found: u64, remedy| {
            let error = HubError::WrongLength { path: download.wanted.file.path.clone(), expected, found };
            Failure { error, remedy }
        };
        let stalled = || Failure { error: HubError::Stalled { host: host_of(url) }, remedy: Remedy::Retry(None) };
        let (mut window, mut in_window) = (Instant::now(), 0_u64);
        while writer.at < end {
            let left = end - writer.at;
            let bytes = match tokio::time::timeout(limits.stall, response.chunk()).await {
                Err(_) => return Err(stalled()),
                Ok(Err(error)) => {
                    let error = HubError::Network { host: host_of(url), detail: describe(&error) };
                    return Err(Failure { error, remedy: Remedy::Retry(None) });
                }
                Ok(Ok(None)) => return Err(wrong_length(expected - left, Remedy::Retry(None))),
                Ok(Ok(Some(bytes))) => bytes,
            };
            let count = bytes.len() as u64;
            if count > left {
                return Err(wrong_length(expected - left + count, Remedy::Restart));
            }
            writer.write(&bytes)?;
            in_window += count;
            self.progress.add_fetched(count);
            let elapsed = window.elapsed();
            if elapsed >= limits.stall {
                if (in_window as f64) < limits.slowest as f64 * elapsed.as_secs_f64() {
                    return Err(stalled());
                }
                (window, in_window) = (Instant::now(), 0);
            }
        }
        Ok(())
    }
}

/// Opens the unfinished file and its journal. `whole`: discards the bytes of earlier runs.
fn open(download: &Download, whole: bool) -> Result<Shared, HubError> {
    let (part, journal) = unfinished(&download.ready);
    if let Some(folder) = download.ready.parent() {
        std::fs::create_dir_all(folder).map_err(HubError::io(folder))?;
    }
    if whole {
        let _ = std::fs::remove_file(&journal);
    }
    let journal = Journal::open(&journal, &part, &download.content()).map_err(HubError::io(&journal))?;
    let file = File::options().read(true).write(true).create(true).truncate(false).open(&part);
    let file = file.and_then(|file| file.set_len(download.head.size).map(|()| file)).map_err(HubError::io(&part))?;
    let taken = journal.done().clone();
    let state = Mutex::new(State { journal, taken, address: None, tag: None, ended: false });
    Ok(Shared { path: part, file, size: download.head.size, state, changed: Condvar::new() })
}

/// Removes the unfinished file and its journal.
pub(super) fn discard(ready: &Path) {
    let (part, journal) = unfinished(ready);
    let _ = std::fs::remove_file(journal);
    let _ = std::fs::remove_file(part);
}

/// Hashes the file from its start, waiting for bytes that have not arrived yet. The bytes are still in the page cache.
fn hash_as_it_arrives(shared: &Shared, check: &Check) -> Result<String, HubError> {
    let mut digest = check.start(shared.size);
    let mut block = vec![0; BLOCK];
    let (mut at, mut flushed) = (0, 0);
    while at < shared.size {
        let there = {
            let mut state = shared.state.lock();
            while state.journal.done().prefix() <= at && !state.ended {
                shared.changed.wait(&mut state);
            }
            if state.ended {
                return Err(HubError::Stopped);
            }
            state.journal.done().prefix()
        };
        let length = (there - at).min(BLOCK as u64) as usize;
        let count = read_at(&shared.file, &mut block[..length], at).map_err(HubError::io(&shared.path))?;
        if count == 0 {
            let error = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
            return Err(HubError::io(&shared.path)(error));
        }
        digest.update(&block[..count]);
        at += count as u64;
        if at - flushed >= FLUSH {
            shared.file.sync_data().map_err(HubError::io(&shared.path))?;
            flushed = at;
        }
    }
    Ok(digest.finish())
}

/// The error for a task that panicked, which is a defect of this program.
fn internal(wanted: &WantedFile, error: &tokio::task::JoinError) -> HubError {
    HubError::Io { path: wanted.place(), detail: error.to_string() }
}

/// A number from 0 to 1 that differs between connections.
fn jitter() -> f64 {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
    f64::from(nanos % 1000) / 1000.0
}
