//! Downloads a set: asks for every file, uses files that are on this machine already, checks the disk space, downloads the rest and places it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::error::HubError;
use super::fetch::{Download, Fetcher, check_of};
use super::hash::{Check, hash_file};
use super::http::{Client, FileHead};
use super::limits::Limits;
use super::place::{Arrival, link_or_copy, place};
use super::progress::{Phase, Progress};
use super::receipts::{Entry, Origin, OwnFolder, Receipt};
use super::registry::{ModelSet, Registry, WantedFile};
use super::source::Source;
use super::wheels;
use crate::cancel::CancelToken;

/// Bytes that may still be written to the file system of a folder; `None` if unknown.
pub type FreeSpace = fn(&Path) -> Option<u64>;

/// How often a running download checks the stop flag.
const STOP_INTERVAL: Duration = Duration::from_millis(50);

/// The models folder, and the source of its models.
#[derive(Clone, Debug)]
pub struct Hub {
    pub(super) folder: PathBuf,
    pub(super) registry: Registry,
    source: Source,
    limits: Limits,
    free_space: FreeSpace,
}

impl Hub {
    /// The models folder `models_dir`, with the registry of the program and of the data folder, and the hub of the environment. Blocking.
    ///
    /// # Errors
    /// A file of `registry.d` or `HF_ENDPOINT` cannot be used.
    pub fn open(models_dir: &Path, data_dir: &Path) -> Result<Self, HubError> {
        Ok(Self::new(models_dir, Registry::load(data_dir)?, Source::from_environment()?))
    }

    /// The models folder `models_dir` with this registry and source.
    pub fn new(models_dir: &Path, registry: Registry, source: Source) -> Self {
        Self { folder: models_dir.into(), registry, source, limits: Limits::default(), free_space: crate::metrics::free_space }
    }

    /// The same with other limits and another view of the disk.
    #[must_use]
    pub fn with_limits(self, limits: Limits, free_space: FreeSpace) -> Self {
        Self { limits, free_space, ..self }
    }

    /// The registry.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The models folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The hub that files come from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    pub(super) fn own(&self) -> OwnFolder {
        OwnFolder::of(&self.folder)
    }

    /// Downloads a set into the models folder, continuing an unfinished download. `accepted`: the person agreed to its licences. Blocking, for
    /// minutes or hours. A stop keeps what has arrived. When this returns without an error, every file is in its place with the right hash;
    /// otherwise no file was placed, except after a failed rename.
    ///
    /// # Errors
    /// See [`HubError`].
    pub fn pull(&self, set: &str, accepted: bool, cancel: &CancelToken, progress: &Progress) -> Result<(), HubError> {
        let set = self.registry.set(set)?;
        if !accepted {
            let licences = self.registry.licences_of(set).into_iter().map(|licence| licence.name.clone()).collect();
            return Err(HubError::LicenceNotAccepted { set: set.key.clone(), licences });
        }
        fs::create_dir_all(&self.folder).map_err(HubError::io(&self.folder))?;
        let _lock = self.own().lock()?;
        let client = Client::new(self.source.clone(), self.limits.clone())?;
        let fetcher =
            Arc::new(Fetcher { client, connections: Arc::new(Semaphore::new(self.limits.connections.max(1))), progress: progress.clone() });
        // A separate runtime, because writing and hashing would block other tasks.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("models")
            .enable_all()
            .build()
            .map_err(HubError::io(&self.folder))?;
        let arrivals = runtime.block_on(async {
            tokio::select! {
                arrivals = self.prepare_files(set, &fetcher, cancel) => arrivals,
                () = stopped(cancel) => Err(HubError::Stopped),
            }
        })?;
        progress.set_phase(Phase::Placing);
        let wanted = self.registry.files_of(set);
        let arrivals = wheels::unpack(arrivals, &wanted, &self.own().incoming(), cancel)?;
        // Before the files: after a crash in between, the next download finds them in the incoming folder.
        let receipt = Receipt { files: arrivals.iter().map(|arrival| arrival.entry.clone()).collect() };
        self.own().save(&set.key, &receipt)?;
        place(&self.folder, &self.own().incoming(), &arrivals)?;
        // Not before: until then a crash would cost their download.
        wheels::discard_archives(&wanted, &self.own().incoming());
        Ok(())
    }

    /// Brings every file of the set onto this machine, so that it can be placed.
    async fn prepare_files(&self, set: &ModelSet, fetcher: &Arc<Fetcher>, cancel: &CancelToken) -> Result<Vec<Arrival>, HubError> {
        let progress = &fetcher.progress;
        progress.set_phase(Phase::Asking);
        let downloads = self.ask_for_heads(set, fetcher).await?;
        progress.set_total(downloads.iter().map(|download| download.head.size).sum());
        progress.set_phase(Phase::Checking);
        let known: Vec<Entry> = self.own().load().into_values().flat_map(|receipt| receipt.files).collect();
        let (mut arrivals, mut missing) = (Vec::new(), Vec::new());
        let mut to_unpack = 0;
        for download in downloads {
            if let Some(unpacked) = wheels::already_unpacked(&download, &known, &self.folder)? {
                arrivals.extend(unpacked);
                progress.add_done(download.head.size);
                continue;
            }
            to_unpack += download.wanted.file.unpack.iter().map(|member| member.size).sum::<u64>();
            match self.find_local(&download, &known, cancel, progress)? {
                Some(arrival) => {
                    arrivals.push(arrival);
                    progress.add_done(download.head.size);
                }
                None => missing.push(download),
            }
        }
        let to_fetch: u64 = missing.iter().map(|download| download.head.size - download.bytes_downloaded().min(download.head.size)).sum();
        let needed = to_fetch + to_unpack;
        if let Some(free) = (self.free_space)(&self.folder).filter(|free| needed > 0 && *free < needed.saturating_add(self.limits.spare)) {
            return Err(HubError::DiskFull { folder: self.folder.clone(), needed: needed + self.limits.spare, free: Some(free) });
        }
        progress.set_phase(Phase::Downloading);
        // Small files first, so that problems of a repository show before its large files are downloaded.
        missing.sort_by_key(|download| download.head.size);
        let slots = Arc::new(Semaphore::new(self.limits.files.max(1)));
        let mut running = JoinSet::new();
        for download in missing {
            let (fetcher, slots) = (Arc::clone(fetcher), Arc::clone(&slots));
            running.spawn(async move {
                let _slot = slots.acquire().await;
                fetcher.fetch(download).await
            });
        }
        while let Some(ended) = running.join_next().await {
            let (download, hash) = ended.map_err(|e| HubError::Io { path: self.folder.clone(), detail: e.to_string() })??;
            arrivals.push(Arrival { entry: entry(&download, hash, Origin::Hub), ready: Some(download.ready) });
        }
        Ok(arrivals)
    }

    /// Asks for size and tag of every file, with all files of a repository from the same commit.
    async fn ask_for_heads(&self, set: &ModelSet, fetcher: &Arc<Fetcher>) -> Result<Vec<Download>, HubError> {
        let mut repositories: BTreeMap<(String, String), Vec<WantedFile>> = BTreeMap::new();
        for wanted in self.registry.files_of(set) {
            repositories.entry((wanted.repository.clone(), wanted.revision.clone())).or_default().push(wanted);
        }
        let incoming = self.own().incoming();
        let mut running = JoinSet::new();
        for ((_, revision), files) in repositories {
            let (fetcher, incoming) = (Arc::clone(fetcher), incoming.clone());
            running.spawn(async move {
                let (mut revision, mut found) = (revision, Vec::new());
                let mut asking = JoinSet::new();
                for (at, wanted) in files.into_iter().enumerate() {
                    let ask = ask_one(Arc::clone(&fetcher), wanted, revision.clone(), incoming.clone());
                    if at > 0 {
                        asking.spawn(ask);
                        continue;
                    }
                    // The first answer names the commit. If the repository is gated, no further files are asked for.
                    if let Some(download) = ask.await? {
                        revision = download.head.commit.clone().unwrap_or(revision);
                        found.push(Download { revision: revision.clone(), ..download });
                    }
                }
                while let Some(asked) = asking.join_next().await {
                    found.extend(asked.unwrap_or_else(|e| Err(HubError::Io { path: incoming.clone(), detail: e.to_string() }))?);
                }
                Ok::<_, HubError>(found)
            });
        }
        let mut all = Vec::new();
        while let Some(asked) = running.join_next().await {
            all.extend(asked.map_err(|e| HubError::Io { path: self.folder.clone(), detail: e.to_string() })??);
        }
        Ok(all)
    }

    /// Finds a file that need not be downloaded: it is in its place, waits to be placed, is part of another set, or is in the cache of the hub's own
    /// tools.
    ///
    /// # Errors
    /// Another file is in its place.
    fn find_local(
        &self,
        download: &Download,
        known: &[Entry],
        cancel: &CancelToken,
        progress: &Progress,
    ) -> Result<Option<Arrival>, HubError> {
        let head = &download.head;
        let target = self.folder.join(download.wanted.place());
        let in_place = known.iter().find(|entry| entry.path(&self.folder) == target);
        let is_same = |entry: &Entry| entry.etag == head.etag && entry.size == head.size && !head.etag.is_empty();
        if let Some(entry) = in_place.filter(|entry| is_same(entry) && entry.is_there(&self.folder)) {
            return Ok(Some(Arrival { entry: entry.clone(), ready: None }));
        }
        let check = check_of(&download.wanted, head);
        let matches = |path: &Path| -> Result<Option<String>, HubError> {
            if !fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() == head.size) {
                return Ok(None);
            }
            progress.set_phase(Phase::Checking);
            let (hash, _) = hash_file(path, &check, cancel, |_| {})?;
            // Without an expected hash, a file from elsewhere cannot be trusted.
            Ok(Some(hash).filter(|hash| check != Check::SizeOnly && check.accepts(hash)))
        };
        if in_place.is_none() && target.symlink_metadata().is_ok() {
            return match matches(&target)? {
                Some(hash) => Ok(Some(Arrival { entry: entry(download, hash, Origin::Own), ready: None })),
                None => Err(HubError::Exists { path: target }),
            };
        }
        if let Some(hash) = matches(&download.ready)? {
            let is_link = fs::symlink_metadata(&download.ready).is_ok_and(|file| file.is_symlink());
            let origin = if is_link { Origin::Cache } else { Origin::Hub };
            return Ok(Some(Arrival { entry: entry(download, hash, origin), ready: Some(download.ready.clone()) }));
        }
        let elsewhere = known.iter().find(|entry| is_same(entry) && entry.origin == Origin::Hub && entry.is_there(&self.folder));
        if let Some(path) = elsewhere.map(|entry| entry.path(&self.folder))
            && let Some(hash) = matches(&path)?
        {
            link_or_copy(&path, &download.ready)?;
            return Ok(Some(Arrival { entry: entry(download, hash, Origin::Hub), ready: Some(download.ready.clone()) }));
        }
        if let Some(blob) = self.in_cache(&download.wanted, head)
            && let Some(hash) = matches(&blob)?
        {
            let origin = link_to_cache(&blob, &download.ready)?;
            return Ok(Some(Arrival { entry: entry(download, hash, origin), ready: Some(download.ready.clone()) }));
        }
        Ok(None)
    }

    /// The file in the cache of the hub's own tools, which names files by their tags.
    fn in_cache(&self, wanted: &WantedFile, head: &FileHead) -> Option<PathBuf> {
        let is_name = !head.etag.is_empty() && head.etag.bytes().all(|b| b.is_ascii_hexdigit());
        let repository = format!("models--{}", wanted.repository.replace('/', "--"));
        let blob = self.source.cache().filter(|_| is_name)?.join(repository).join("blobs").join(&head.etag);
        fs::canonicalize(blob).ok()
    }
}

/// Asks for one file; `None` if it is optional and the repository lacks it.
async fn ask_one(fetcher: Arc<Fetcher>, wanted: WantedFile, revision: String, incoming: PathBuf) -> Result<Option<Download>, HubError> {
    match fetcher.head(&wanted, &revision).await {
        Ok(head) => {
            let ready = incoming.join(wanted.waiting_place());
            Ok(Some(Download { wanted, revision, head, ready }))
        }
        Err(HubError::NotFound { .. }) if wanted.file.optional => Ok(None),
        Err(error) => Err(error),
    }
}

/// Completes once a stop was requested.
async fn stopped(cancel: &CancelToken) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(STOP_INTERVAL).await;
    }
}

fn entry(download: &Download, hash: String, origin: Origin) -> Entry {
    let wanted = &download.wanted;
    Entry {
        place: format!("{}/{}", wanted.folder, wanted.file.target()),
        repository: wanted.repository.clone(),
        revision: download.revision.clone(),
        etag: download.head.etag.clone(),
        size: download.head.size,
        hash,
        origin,
        damaged: false,
    }
}

/// Makes a symbolic link to content in the cache. On Windows, where not every user may make them, a hard link or a copy.
fn link_to_cache(blob: &Path, ready: &Path) -> Result<Origin, HubError> {
    #[cfg(unix)]
    {
        if let Some(folder) = ready.parent() {
            fs::create_dir_all(folder).map_err(HubError::io(folder))?;
        }
        let _ = fs::remove_file(ready);
        std::os::unix::fs::symlink(blob, ready).map_err(HubError::io(ready))?;
        Ok(Origin::Cache)
    }
    #[cfg(not(unix))]
    link_or_copy(blob, ready).map(|()| Origin::Hub)
}
