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
pub use write::{copy_atomic, create_private_dir, write_atomic};

use crate::job::progress::Durations;
use crate::job::{ImageName, JobSnapshot};
use error::at;
use lock::FolderLock;

const RECORD: &str = "job.json";
const TIMINGS: &str = "timings.json";
/// Beginning of the names of folders that are being removed.
const DELETED: &str = ".deleted-";
/// Enough for any file system to need space for it.
const PROBE: [u8; 4096] = [b'x'; 4096];

/// Size and date of a picture's file when its checksums were last right. While both are the same, the file is not read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    bytes: u64,
    /// Nanoseconds since 1970.
    modified: u64,
}

impl Mark {
    fn of(file: &fs::Metadata) -> Self {
        let modified = file.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        Self { bytes: file.len(), modified: modified.map_or(0, |d| d.as_nanos() as u64) }
    }
}

type Marks = BTreeMap<String, Mark>;

/// `job.json`: the snapshot, and the marks of its pictures.
#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    job: &'a JobSnapshot,
    files: Marks,
}

/// The folder that keeps every job: `<root>/jobs/<uuid>/{job.json, *.png}`; deleted ones are in `<root>/trash` for a while.
#[derive(Debug)]
pub struct JobStore {
    root: PathBuf,
    /// `None` while another program has the folder.
    lock: Mutex<Option<FolderLock>>,
    generation: AtomicU64,
    failures: AtomicU64,
    marks: Mutex<HashMap<Uuid, Marks>>,
    /// Restorable jobs and when they were deleted. Held while a folder is renamed into the trash or out of it, not while files are removed.
    trashed: Mutex<HashMap<Uuid, Instant>>,
}

impl JobStore {
    /// Opens or makes the folder and recovers the jobs in it, oldest first. A job that was active is failed as interrupted; its finished
    /// steps are kept. Half-written files and folders without anything finished are removed, and damaged pictures are not listed.
    pub fn open(root: &Path) -> Result<(Self, Vec<JobSnapshot>), StoreError> {
        let lock = FolderLock::take(root).map_err(|e| e.in_data_folder(root))?;
        let store = Self {
            root: root.to_path_buf(),
            lock: Mutex::new(Some(lock)),
            generation: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            marks: Mutex::default(),
            trashed: Mutex::default(),
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

    /// Where a picture of a job is kept.
    pub fn image_path(&self, id: Uuid, name: ImageName) -> PathBuf {
        self.job_dir(id).join(name.file_name())
    }

    /// Makes sure that the folder exists and that this program holds its lock. A folder that vanished is made and locked again. Fails while
    /// another program holds it. Two system calls when nothing changed.
    pub fn hold(&self) -> Result<(), StoreError> {
        let mut held = self.lock.lock();
        if held.as_ref().is_some_and(FolderLock::is_current) {
            return Ok(());
        }
        // Let go first: where the file is the same after all, this program would keep itself out.
        *held = None;
        *held = Some(FolderLock::take(&self.root).map_err(|e| e.in_data_folder(&self.root))?);
        self.generation.fetch_add(1, Ordering::AcqRel);
        tracing::warn!(folder = %self.root.display(), "the data folder had vanished and was made again");
        Ok(())
    }

    /// Rises whenever the folder had vanished and was made again.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Rises whenever something could not be written.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Acquire)
    }

    /// Whether something can be written: writes some bytes and removes them. On a full disk the trash is left alone: the next write would
    /// empty it, so while there is some this says yes.
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

    /// Makes the folder and writes the first record; leaves no folder when it fails.
    pub fn create(&self, job: &JobSnapshot) -> Result<(), StoreError> {
        let made = self.save_record(job);
        if made.is_err() {
            let _ = fs::remove_dir_all(self.job_dir(job.id));
        }
        made
    }

    /// Replaces `job.json`; makes the job's folder where it is missing.
    pub fn save_record(&self, job: &JobSnapshot) -> Result<(), StoreError> {
        let dir = self.job_dir(job.id);
        let path = dir.join(RECORD);
        let listed = |name: &String| job.images.iter().any(|n| n.as_str() == name);
        let files = self.marks.lock().get(&job.id).into_iter().flatten().filter(|(n, _)| listed(n)).map(|(n, m)| (n.clone(), *m)).collect();
        let json = serde_json::to_vec_pretty(&Record { job, files }).map_err(io::Error::other).map_err(at("encode", &path))?;
        self.writing(|| {
            if !dir.is_dir() {
                create_private_dir(&dir).map_err(at("create", &dir))?;
            }
            write_atomic(&path, &json)
        })
    }

    /// Writes a finished picture into the job's folder, which must be there.
    pub fn save_image(&self, id: Uuid, name: ImageName, png: &[u8]) -> Result<(), StoreError> {
        let path = self.image_path(id, name);
        self.writing(|| write_atomic(&path, png))?;
        self.remember(id, name);
        Ok(())
    }

    /// Gives a job the finished pictures of another: the same files under new names, so that neither needs the other. Pictures are never
    /// written in place, so sharing one file is safe. The pictures are on disk when this returns.
    pub fn take_over(&self, from: Uuid, to: Uuid, names: &[ImageName]) -> Result<(), StoreError> {
        let dir = self.job_dir(to);
        self.writing(|| {
            for &name in names {
                let (source, target) = (self.image_path(from, name), self.image_path(to, name));
                let link = dir.join(format!(".{}.link.tmp", name.as_str()));
                let _ = fs::remove_file(&link);
                match fs::hard_link(&source, &link) {
                    Ok(()) => {
                        fs::rename(&link, &target).map_err(at("write", &target))?;
                        // A rename onto the same file leaves both names.
                        let _ = fs::remove_file(&link);
                    }
                    // Not every file system has links.
                    Err(_) => write_atomic(&target, &fs::read(&source).map_err(at("read", &source))?)?,
                }
            }
            write::sync_dir(&dir)
        })?;
        names.iter().for_each(|&name| self.remember(to, name));
        Ok(())
    }

    /// Whether a picture is there and whole. Its checksums are read only if the file does not look as it did when it was last known to be.
    pub fn is_whole(&self, id: Uuid, name: ImageName) -> bool {
        if self.is_marked(id, name) {
            return true;
        }
        let path = self.image_path(id, name);
        let Ok(mark) = fs::metadata(&path).map(|file| Mark::of(&file)) else { return false };
        let whole = whole::is_whole_file(&path, true);
        if whole {
            self.set_mark(id, name, mark);
        }
        whole
    }

    /// Whether a picture's file looks as it did when it was last known to be whole.
    pub fn is_marked(&self, id: Uuid, name: ImageName) -> bool {
        let file = fs::metadata(self.image_path(id, name));
        file.is_ok_and(|file| self.mark(id, name) == Some(Mark::of(&file)))
    }

    /// As [`JobStore::is_whole`], with the checksums read in any case.
    pub fn is_whole_to_the_bit(&self, id: Uuid, name: ImageName) -> bool {
        let whole = whole::is_whole_file(&self.image_path(id, name), true);
        if !whole && let Some(marks) = self.marks.lock().get_mut(&id) {
            marks.remove(name.as_str());
        }
        whole
    }

    /// Durations learned by earlier runs; unreadable ones are forgotten.
    pub fn load_durations(&self) -> Durations {
        fs::read(self.root.join(TIMINGS)).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default()
    }

    /// Keeps what was learned.
    pub fn save_durations(&self, durations: &Durations) -> Result<(), StoreError> {
        let path = self.root.join(TIMINGS);
        let json = serde_json::to_vec_pretty(durations).map_err(io::Error::other).map_err(at("encode", &path))?;
        self.writing(|| write_atomic(&path, &json))
    }

    /// Every write goes through here: this program must hold the lock, and on a full disk the trash is emptied and the write is tried again.
    fn writing(&self, write: impl Fn() -> Result<(), StoreError>) -> Result<(), StoreError> {
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

    fn mark(&self, id: Uuid, name: ImageName) -> Option<Mark> {
        self.marks.lock().get(&id)?.get(name.as_str()).copied()
    }

    fn set_mark(&self, id: Uuid, name: ImageName, mark: Mark) {
        self.marks.lock().entry(id).or_default().insert(name.as_str().to_owned(), mark);
    }

    /// Marks a picture that was just written as whole.
    fn remember(&self, id: Uuid, name: ImageName) {
        if let Ok(file) = fs::metadata(self.image_path(id, name)) {
            self.set_mark(id, name, Mark::of(&file));
        }
    }
}
