//! Recovers the jobs of a data folder when it is opened.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, UNIX_EPOCH};

use serde::Deserialize;
use uuid::Uuid;

use super::error::{StoreError, at};
use super::write::is_temporary;
use super::{DELETED, FileStamps, JobStore, RECORD, whole};
use crate::job::{ImageName, JobSnapshot};

/// Time that may be spent at the start on reading pictures whose files have changed. The keeper thread reads the rest later.
const READ_AT_START: Duration = Duration::from_secs(1);

/// The stamps in `job.json`. Records of earlier versions have none.
#[derive(Deserialize)]
struct Files {
    files: Option<FileStamps>,
}

impl JobStore {
    /// Empties the trash and reads every job, oldest first.
    pub(super) fn recover_all(&self) -> Result<Vec<JobSnapshot>, StoreError> {
        self.clear_trash_at_start();
        remove_temporary(&self.root);
        let jobs_dir = self.root.join("jobs");
        remove_temporary(&jobs_dir);
        let begin = Instant::now();
        let mut jobs = Vec::new();
        for entry in fs::read_dir(&jobs_dir).map_err(at("read", &jobs_dir))?.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(DELETED) {
                let _ = fs::remove_dir_all(entry.path());
                continue;
            }
            let Ok(id) = name.parse::<Uuid>() else { continue };
            // The store writes UUIDs in one spelling; a folder with another spelling is not its own.
            if name != id.to_string() {
                continue;
            }
            match self.recover(id, begin.elapsed() < READ_AT_START) {
                Ok(Some(job)) => jobs.push(job),
                Ok(None) if is_leftover(&entry.path()) => {
                    if let Err(error) = fs::remove_dir_all(entry.path()) {
                        tracing::warn!(%id, %error, "an empty job folder could not be removed");
                    }
                }
                Ok(None) => tracing::warn!(%id, "folder without a readable job.json is left alone"),
                Err(error) => tracing::warn!(%id, %error, "job could not be recovered"),
            }
        }
        // The clock may have been set back between two jobs; records of earlier versions have no sequence.
        jobs.sort_by(|a, b| a.sequence.cmp(&b.sequence).then(a.start_time.total_cmp(&b.start_time)));
        Ok(jobs)
    }

    fn recover(&self, id: Uuid, read: bool) -> Result<Option<JobSnapshot>, StoreError> {
        let dir = self.job_dir(id);
        remove_temporary(&dir);
        let Ok(bytes) = fs::read(dir.join(RECORD)) else { return Ok(None) };
        let Ok(mut job) = serde_json::from_slice::<JobSnapshot>(&bytes) else { return Ok(None) };
        if job.id != id {
            return Ok(None);
        }
        let known = serde_json::from_slice::<Files>(&bytes).ok().and_then(|f| f.files).unwrap_or_default();
        self.stamps.lock().insert(id, known.clone());
        let whole: Vec<ImageName> = ImageName::ALL.iter().copied().filter(|&n| self.is_whole_at_start(id, n, read)).collect();
        job.list_pictures(&whole);
        let interrupted = job.status.is_active();
        if interrupted {
            let end = fs::metadata(dir.join(RECORD)).and_then(|m| m.modified()).ok();
            let end = end.and_then(|t| t.duration_since(UNIX_EPOCH).ok()).map(|d| d.as_secs_f64());
            // Records of earlier versions have only the file's modification time, which follows the wall clock.
            let end = job.spent.map(|spent| job.start_time + spent).or(end).unwrap_or(job.start_time);
            job.interrupt(end);
        }
        // A copied data folder has other modification times. Recording them saves reading the pictures at the next start.
        let was_read = read && self.stamps.lock().get(&id).is_some_and(|now| *now != known);
        if (interrupted || was_read)
            && let Err(error) = self.save_record(&job)
        {
            // The job is usable even if this cannot be written.
            tracing::warn!(%id, %error, "a recovered job could not be recorded");
        }
        Ok(Some(job))
    }

    /// Whether a picture is whole. A file that has changed is read to the end; without `read`, only its chunk structure is checked for now.
    fn is_whole_at_start(&self, id: Uuid, name: ImageName, read: bool) -> bool {
        if read || self.is_unchanged(id, name) { self.is_whole(id, name) } else { whole::is_whole_file(&self.image_path(id, name), false) }
    }
}

/// Removes the temporary files of interrupted writes from a folder.
fn remove_temporary(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if is_temporary(&entry.file_name().to_string_lossy()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a job's folder has no content beyond an empty record, because its creation was interrupted.
fn is_leftover(dir: &Path) -> bool {
    let Ok(entries) = fs::read_dir(dir) else { return false };
    let is_empty_record = |e: &fs::DirEntry| e.file_name() == RECORD && e.metadata().is_ok_and(|m| m.is_file() && m.len() == 0);
    entries.into_iter().all(|entry| entry.is_ok_and(|e| is_empty_record(&e)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_without_anything_finished_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let jobs = dir.path().join("jobs");
        let make = |files: &[(&str, &[u8])]| {
            let folder = jobs.join(Uuid::new_v4().to_string());
            fs::create_dir_all(&folder).unwrap();
            files.iter().for_each(|(name, bytes)| fs::write(folder.join(name), bytes).unwrap());
            folder
        };
        let gone = [make(&[]), make(&[(".a.tmp", b"x")]), make(&[("job.json", b"")])];
        let kept = [make(&[("step1.png", b"x")]), make(&[("job.json", b"{")]), make(&[("notes.txt", b"")]), make(&[("draft.tmp", b"x")])];
        let others = [jobs.join("other"), jobs.join(Uuid::new_v4().simple().to_string())];
        others.iter().for_each(|o| fs::create_dir(o).unwrap());
        fs::write(dir.path().join(".b.tmp"), b"x").unwrap();
        let (store, found) = JobStore::open(dir.path()).unwrap();
        assert!(found.is_empty());
        assert!(gone.iter().all(|g| !g.exists()), "{gone:?}");
        assert!(kept.iter().chain(&others).all(|k| k.exists()), "{kept:?}");
        assert!(!dir.path().join(".b.tmp").exists());
        drop(store);
    }
}
