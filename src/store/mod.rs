//! The job folders on disk: atomic writes, and what is found again after a crash.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::job::progress::Durations;
use crate::job::{ImageName, JobSnapshot, JobStatus};

const RECORD: &str = "job.json";
const TRASH: &str = "trash";
const TIMINGS: &str = "timings.json";

/// Why something could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}{}", path.display(), self.remedy())]
pub struct StoreError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl StoreError {
    fn remedy(&self) -> &'static str {
        if self.is_in_use() { "" } else { ". Check that the folder exists, is writable and has free space" }
    }

    /// Another program holds the folder.
    pub fn is_in_use(&self) -> bool {
        self.source.kind() == io::ErrorKind::WouldBlock
    }
}

fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_path_buf();
    move |source| StoreError { action, path, source }
}

/// The folder that keeps every job: `<root>/jobs/<uuid>/{job.json, *.png}`; deleted ones are in `<root>/trash` for a while.
#[derive(Debug)]
pub struct JobStore {
    root: PathBuf,
    // Held for the life of the store: two programs on one folder would take each other's running jobs for interrupted ones.
    _lock: File,
}

impl JobStore {
    /// Opens or makes the folder and recovers the jobs in it, oldest first. A job that was active is failed as interrupted; its finished
    /// steps are kept. Half-written files are removed, and pictures that do not end as a PNG must are not listed.
    pub fn open(root: &Path) -> Result<(Self, Vec<JobSnapshot>), StoreError> {
        let jobs_dir = root.join("jobs");
        fs::create_dir_all(&jobs_dir).map_err(at("create", &jobs_dir))?;
        let lock_path = root.join("lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(at("open", &lock_path))?;
        if lock.try_lock().is_err() {
            let busy = io::Error::new(io::ErrorKind::WouldBlock, "another nanoCocoa uses it; close that one or choose another --data-dir");
            return Err(StoreError { action: "use", path: root.to_path_buf(), source: busy });
        }
        let trash = root.join(TRASH);
        if trash.exists()
            && let Err(error) = fs::remove_dir_all(&trash)
        {
            tracing::warn!(%error, "the trash could not be emptied");
        }
        let store = Self { root: root.to_path_buf(), _lock: lock };
        let mut jobs = Vec::new();
        for entry in fs::read_dir(&jobs_dir).map_err(at("read", &jobs_dir))?.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(".deleted-") {
                let _ = fs::remove_dir_all(entry.path());
                continue;
            }
            let Ok(id) = name.parse::<Uuid>() else { continue };
            match store.recover(id) {
                Ok(Some(job)) => jobs.push(job),
                Ok(None) => tracing::warn!(%id, "folder without a readable job.json is left alone"),
                Err(error) => tracing::warn!(%id, %error, "job could not be recovered"),
            }
        }
        jobs.sort_by(|a, b| a.start_time.total_cmp(&b.start_time));
        Ok((store, jobs))
    }

    /// The folder of a job.
    pub fn job_dir(&self, id: Uuid) -> PathBuf {
        self.root.join("jobs").join(id.to_string())
    }

    /// Where a picture of a job is kept.
    pub fn image_path(&self, id: Uuid, name: ImageName) -> PathBuf {
        self.job_dir(id).join(name.file_name())
    }

    /// Makes the folder and writes the first record.
    pub fn create(&self, job: &JobSnapshot) -> Result<(), StoreError> {
        let dir = self.job_dir(job.id);
        fs::create_dir_all(&dir).map_err(at("create", &dir))?;
        self.save_record(job)
    }

    /// Replaces `job.json`.
    pub fn save_record(&self, job: &JobSnapshot) -> Result<(), StoreError> {
        let path = self.job_dir(job.id).join(RECORD);
        let json = serde_json::to_vec_pretty(job).map_err(io::Error::other).map_err(at("encode", &path))?;
        write_atomic(&path, &json)
    }

    /// Writes a finished picture.
    pub fn save_image(&self, id: Uuid, name: ImageName, png: &[u8]) -> Result<(), StoreError> {
        write_atomic(&self.image_path(id, name), png)
    }

    /// Gives a job the finished pictures of another: the same files under new names, so that neither needs the other. Pictures are never
    /// written in place, so sharing one file is safe. The pictures are on disk when this returns.
    pub fn take_over(&self, from: Uuid, to: Uuid, names: &[ImageName]) -> Result<(), StoreError> {
        let dir = self.job_dir(to);
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
        sync_dir(&dir)
    }

    /// Moves a job's folder to the trash, which is emptied when the store is opened next.
    pub fn trash(&self, id: Uuid) -> Result<(), StoreError> {
        let (dir, trash) = (self.job_dir(id), self.root.join(TRASH));
        fs::create_dir_all(&trash).map_err(at("create", &trash))?;
        match fs::rename(&dir, trash.join(id.to_string())) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(at("remove", &dir)(e)),
            _ => Ok(()),
        }
    }

    /// Moves a job's folder back from the trash.
    pub fn restore(&self, id: Uuid) -> Result<(), StoreError> {
        let dir = self.root.join(TRASH).join(id.to_string());
        fs::rename(&dir, self.job_dir(id)).map_err(at("take back", &dir))
    }

    /// Removes a job in the trash from the disk.
    pub fn purge(&self, id: Uuid) -> Result<(), StoreError> {
        let dir = self.root.join(TRASH).join(id.to_string());
        match fs::remove_dir_all(&dir) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(at("remove", &dir)(e)),
            _ => Ok(()),
        }
    }

    /// Durations learned by earlier runs; unreadable ones are forgotten.
    pub fn load_durations(&self) -> Durations {
        fs::read(self.root.join(TIMINGS)).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default()
    }

    /// Keeps what was learned.
    pub fn save_durations(&self, durations: &Durations) -> Result<(), StoreError> {
        let path = self.root.join(TIMINGS);
        let json = serde_json::to_vec_pretty(durations).map_err(io::Error::other).map_err(at("encode", &path))?;
        write_atomic(&path, &json)
    }

    fn recover(&self, id: Uuid) -> Result<Option<JobSnapshot>, StoreError> {
        let dir = self.job_dir(id);
        for entry in fs::read_dir(&dir).map_err(at("read", &dir))?.flatten() {
            if entry.file_name().to_string_lossy().ends_with(".tmp") {
                let _ = fs::remove_file(entry.path());
            }
        }
        let Ok(bytes) = fs::read(dir.join(RECORD)) else { return Ok(None) };
        let Ok(mut job) = serde_json::from_slice::<JobSnapshot>(&bytes) else { return Ok(None) };
        if job.id != id {
            return Ok(None);
        }
        job.images = ImageName::ALL.iter().copied().filter(|&n| is_whole_png(&self.image_path(id, n))).collect();
        if job.status.is_active() {
            let end = fs::metadata(dir.join(RECORD)).and_then(|m| m.modified()).ok();
            let end = end.and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok()).map(|d| d.as_secs_f64());
            job.status = JobStatus::Failed;
            job.end_time = Some(end.unwrap_or(job.start_time).max(job.start_time));
            job.error = Some("interrupted: the program ended while this job was active".into());
            job.message = match job.resume_step() {
                1 => "Interrupted before the first step was finished. Continue it to run it again.".into(),
                step => format!("Interrupted. Steps before {step} are kept; continue it from step {step}."),
            };
            self.save_record(&job)?;
        }
        Ok(Some(job))
    }
}

/// Writes beside the target, syncs, renames, syncs the folder: after a crash the old file or the new one is there, whole.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let mut file = tempfile::Builder::new().prefix(".").suffix(".tmp").tempfile_in(dir).map_err(at("write into", dir))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(at("write", path))?;
    // Temporary files are private; results should have the usual permissions.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(at("write", path))?;
    }
    file.persist(path).map_err(|e| at("write", path)(e.error))?;
    sync_dir(dir)
}

fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    File::open(dir).and_then(|d| d.sync_all()).map_err(at("sync", dir))?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

/// Signature at the front and the IEND chunk at the very end.
fn is_whole_png(path: &Path) -> bool {
    use std::io::{Read as _, Seek as _, SeekFrom};
    const IEND: [u8; 12] = [0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60, 0x82];
    let read = || -> io::Result<bool> {
        let mut file = File::open(path)?;
        let (mut head, mut tail) = ([0; 8], [0; 12]);
        file.read_exact(&mut head)?;
        file.seek(SeekFrom::End(-12))?;
        file.read_exact(&mut tail)?;
        Ok(head == *b"\x89PNG\r\n\x1a\n" && tail == IEND)
    };
    read().unwrap_or(false)
}
