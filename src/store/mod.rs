//! The job folders on disk: atomic writes, the lock, the trash, and recovery after a crash.

mod error;
mod lock;
mod recover;
mod trash;
mod whole;
mod write;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, UNIX_EPOCH};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use error::StoreError;
pub use whole::is_whole_png;
pub use write::{copy_atomic, create_private_dir, while_busy, write_atomic};

use crate::job::progress::Durations;
use crate::job::{ImageName, JobSnapshot};
use error::{at, at_rename};
use lock::FolderLock;

const RECORD: &str = "job.json";
const TIMINGS: &str = "timings.json";
/// Prefix of the names of folders that are being removed.
const DELETED: &str = ".deleted-";
/// Large enough that every file system has to allocate space for it.
const PROBE: [u8; 4096] = [b'x'; 4096];

/// Size and modification time of a picture's file when its checksums were last verified. While both are unchanged, the file is not read
/// again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FileStamp {
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u64,
}

impl FileStamp {
    fn of(file: &fs::Metadata) -> Self {
        let modified = file.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        Self { bytes: file.len(), modified: modified.map_or(0, |d| d.as_nanos() as u64) }
    }
}

type FileStamps = BTreeMap<String, FileStamp>;

/// `job.json`: the snapshot, and the stamps of the job's picture files.
#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    job: &'a JobSnapshot,
    files: FileStamps,
}

/// The jobs on disk: `<root>/jobs/<uuid>/{job.json, *.png}`. Deleted jobs stay in `<root>/trash` for a while.
#[derive(Debug)]
pub struct JobStore {
    root: PathBuf,
    /// `None` while another program holds the lock.
    lock: Mutex<Option<FolderLock>>,
    generation: AtomicU64,
    failures: AtomicU64,
    stamps: Mutex<HashMap<Uuid, FileStamps>>,
    /// Restorable jobs and when they were deleted. Held while a folder is renamed into the trash or out of it, neither while files are removed nor
    /// while a busy file is waited for: the studio reads the list in every frame.
    trashed: Mutex<HashMap<Uuid, Instant>>,
    /// Folders whose removal began and failed, and when. They cannot be restored.
    half_removed: Mutex<HashMap<PathBuf, Instant>>,
}

impl JobStore {
    /// Opens or creates the folder and recovers the jobs in it, oldest first. Jobs that were active fail as interrupted; their
    /// finished steps are kept. Temporary files and folders without a record or picture are removed; damaged pictures are not listed.
    pub fn open(root: &Path) -> Result<(Self, Vec<JobSnapshot>), StoreError> {
        let lock = FolderLock::take(root).map_err(|e| e.in_data_folder(root))?;
        let store = Self {
            root: root.to_path_buf(),
            lock: Mutex::new(Some(lock)),
            generation: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            stamps: Mutex::default(),
            trashed: Mutex::default(),
            half_removed: Mutex::default(),
        };
        let jobs = store.recover_all()?;
        Ok((store, jobs))
    }

    /// The data folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a job.
    pub fn job_dir(&self, id: Uuid) -> PathBuf {
        self.root.join("jobs").join(id.to_string())
    }

    /// The file of a job's picture, whether it exists or not.
    pub fn image_path(&self, id: Uuid, name: ImageName) -> PathBuf {
        self.job_dir(id).join(name.file_name())
    }

    /// Makes sure that the folder exists and that this program holds its lock. A folder that vanished is created and locked again.
    /// Fails while another program holds the lock. Two system calls if nothing has changed.
    pub fn hold(&self) -> Result<(), StoreError> {
        let mut held = self.lock.lock();
        if held.as_ref().is_some_and(FolderLock::is_current) {
            return Ok(());
        }
        // Released first: if the file is the same after all, this program's own lock would block the new one.
        *held = None;
        *held = Some(FolderLock::take(&self.root).map_err(|e| e.in_data_folder(&self.root))?);
        self.generation.fetch_add(1, Ordering::AcqRel);
        tracing::warn!(folder = %self.root.display(), "the data folder had vanished and was created again");
        Ok(())
    }

    /// Rises whenever the folder had vanished and was created again.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Rises with every failed write.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Acquire)
    }

    /// Checks that the folder can be written to, by writing a temporary file. Succeeds on a full disk whose trash has jobs in it: the next
    /// write empties the trash.
    pub fn probe(&self) -> Result<(), StoreError> {
        let jobs = self.root.join("jobs");
        let write = || {
            use std::io::Write as _;
            create_private_dir(&jobs).map_err(at("create", &jobs))?;
            let mut file = write::temporary(&jobs).map_err(at("write into", &jobs))?;
            file.as_file_mut().write_all(&PROBE).map_err(at("write into", &jobs))
        };
        match self.hold().and_then(|()| write()) {
            Err(error) if error.is_full() && !self.trashed.lock().is_empty() => Ok(()),
            other => other.map_err(|e| e.in_data_folder(&self.root)),
        }
    }

    /// Creates a job's folder and writes the first record. Leaves no folder behind on failure.
    pub fn create(&self, job: &JobSnapshot) -> Result<(), StoreError> {
        let made = self.save_record(job);
        if made.is_err() {
            let _ = fs::remove_dir_all(self.job_dir(job.id));
        }
        made
    }

    /// Replaces `job.json`. Creates the job's folder if it is missing.
    pub fn save_record(&self, job: &JobSnapshot) -> Result<(), StoreError> {
        let dir = self.job_dir(job.id);
        let path = dir.join(RECORD);
        let listed = |name: &String| job.images.iter().any(|n| n.as_str() == name);
        let files =
            self.stamps.lock().get(&job.id).into_iter().flatten().filter(|(n, _)| listed(n)).map(|(n, m)| (n.clone(), *m)).collect();
        let json = serde_json::to_vec_pretty(&Record { job, files }).map_err(io::Error::other).map_err(at("encode", &path))?;
        self.run_write(|| {
            if !dir.is_dir() {
                create_private_dir(&dir).map_err(at("create", &dir))?;
            }
            write_atomic(&path, &json)
        })
    }

    /// Writes a finished picture into the job's folder, which must exist.
    pub fn save_image(&self, id: Uuid, name: ImageName, png: &[u8]) -> Result<(), StoreError> {
        let path = self.image_path(id, name);
        self.run_write(|| write_atomic(&path, png))?;
        self.stamp_written(id, name);
        Ok(())
    }

    /// Writes another file into the job's folder, which must exist.
    pub fn save_file(&self, id: Uuid, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.job_dir(id).join(name);
        self.run_write(|| write_atomic(&path, bytes))
    }

    /// Adds pictures of job `from` to job `to`, as hard links or, where the file system has none, as copies. Neither job depends on the
    /// other: pictures are replaced, never written in place. The pictures are on disk when this returns.
    pub fn share_images(&self, from: Uuid, to: Uuid, names: &[ImageName]) -> Result<(), StoreError> {
        let dir = self.job_dir(to);
        self.run_write(|| {
            for &name in names {
                let (source, target) = (self.image_path(from, name), self.image_path(to, name));
                let link = dir.join(format!(".{}.link.tmp", name.as_str()));
                let _ = fs::remove_file(&link);
                match fs::hard_link(&source, &link) {
                    Ok(()) => {
                        write::rename(&link, &target).map_err(at_rename("write", &target))?;
                        // A rename onto the same file leaves both names.
                        let _ = fs::remove_file(&link);
                    }
                    // Not every file system supports hard links.
                    Err(_) => write_atomic(&target, &fs::read(&source).map_err(at("read", &source))?)?,
                }
            }
            write::sync_dir(&dir)
        })?;
        names.iter().for_each(|&name| self.stamp_written(to, name));
        Ok(())
    }

    /// Whether a picture exists and is whole. The file is read only if it has changed since its checksums were last verified.
    pub fn is_whole(&self, id: Uuid, name: ImageName) -> bool {
        if self.is_unchanged(id, name) {
            return true;
        }
        let path = self.image_path(id, name);
        let Ok(stamp) = fs::metadata(&path).map(|file| FileStamp::of(&file)) else { return false };
        let whole = whole::is_whole_file(&path, true);
        if whole {
            self.set_stamp(id, name, stamp);
        }
        whole
    }

    /// Whether a picture's file has the size and modification time that it had when its checksums were last verified.
    pub fn is_unchanged(&self, id: Uuid, name: ImageName) -> bool {
        let file = fs::metadata(self.image_path(id, name));
        file.is_ok_and(|file| self.stamp(id, name) == Some(FileStamp::of(&file)))
    }

    /// As [`JobStore::is_whole`], but always reads the file.
    pub fn has_valid_checksums(&self, id: Uuid, name: ImageName) -> bool {
        let whole = whole::is_whole_file(&self.image_path(id, name), true);
        if !whole && let Some(stamps) = self.stamps.lock().get_mut(&id) {
            stamps.remove(name.as_str());
        }
        whole
    }

    /// Durations learned by earlier runs; none if the file is missing or unreadable.
    pub fn load_durations(&self) -> Durations {
        fs::read(self.root.join(TIMINGS)).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default()
    }

    /// Writes the learned durations.
    pub fn save_durations(&self, durations: &Durations) -> Result<(), StoreError> {
        let path = self.root.join(TIMINGS);
        let json = serde_json::to_vec_pretty(durations).map_err(io::Error::other).map_err(at("encode", &path))?;
        self.run_write(|| write_atomic(&path, &json))
    }

    /// Runs a write; every write goes through here. Makes sure that this program holds the lock. On a full disk it empties the trash and
    /// tries the write again.
    fn run_write(&self, write: impl Fn() -> Result<(), StoreError>) -> Result<(), StoreError> {
        let written = self.hold().and_then(|()| match write() {
            Err(error) if error.is_full() && self.purge_older_than(Duration::ZERO) > 0 => {
                tracing::info!("the disk is full, so the deleted jobs were removed for good");
                write()
            }
            other => other,
        });
        written.map_err(|e| {
            self.failures.fetch_add(1, Ordering::AcqRel);
            e.in_data_folder(&self.root)
        })
    }

    fn stamp(&self, id: Uuid, name: ImageName) -> Option<FileStamp> {
        self.stamps.lock().get(&id)?.get(name.as_str()).copied()
    }

    fn set_stamp(&self, id: Uuid, name: ImageName, stamp: FileStamp) {
        self.stamps.lock().entry(id).or_default().insert(name.as_str().to_owned(), stamp);
    }

    /// Records the stamp of a picture that was just written.
    fn stamp_written(&self, id: Uuid, name: ImageName) {
        if let Ok(file) = fs::metadata(self.image_path(id, name)) {
            self.set_stamp(id, name, FileStamp::of(&file));
        }
    }
}
