//! Deleted jobs that can still be restored. Deleting only renames the folder, which is quick; purging frees the disk space.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::error::{StoreError, at};
use super::write::{create_private_dir, rename};
use super::{DELETED, JobStore};

pub(super) const TRASH: &str = "trash";

impl JobStore {
    fn trash_dir(&self, id: Uuid) -> PathBuf {
        self.root.join(TRASH).join(id.to_string())
    }

    /// Moves a job's folder to the trash. If the disk is too full even for that, removes the folder at once.
    pub fn trash(&self, id: Uuid) -> Result<(), StoreError> {
        self.hold()?;
        let mut trashed = self.trashed.lock();
        let (dir, trash) = (self.job_dir(id), self.root.join(TRASH));
        let moved = create_private_dir(&trash).map_err(at("create", &trash)).and_then(|()| match rename(&dir, &self.trash_dir(id)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(at("remove", &dir)(e)),
            _ => Ok(()),
        });
        match moved {
            Err(error) if error.is_full() => self.remove(dir),
            Err(error) => Err(error.in_data_folder(&self.root)),
            Ok(()) => {
                trashed.insert(id, Instant::now());
                Ok(())
            }
        }
    }

    /// Moves a job's folder back from the trash. Returns `false` if it is no longer there.
    pub fn restore(&self, id: Uuid) -> Result<bool, StoreError> {
        self.hold()?;
        let mut trashed = self.trashed.lock();
        if !trashed.contains_key(&id) {
            return Ok(false);
        }
        let dir = self.trash_dir(id);
        match rename(&dir, &self.job_dir(id)) {
            Ok(()) => {
                trashed.remove(&id);
                Ok(true)
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                trashed.remove(&id);
                Ok(false)
            }
            Err(e) => Err(at("restore", &dir)(e).in_data_folder(&self.root)),
        }
    }

    /// IDs of the deleted jobs that can be restored. No disk access.
    pub fn trashed_ids(&self) -> HashSet<Uuid> {
        self.trashed.lock().keys().copied().collect()
    }

    /// Removes a job's folder from the disk, in the trash or not. A job in the trash that cannot be removed stays restorable.
    pub fn purge(&self, id: Uuid) -> Result<(), StoreError> {
        self.hold()?;
        let since = self.trashed.lock().remove(&id);
        let removed = self.remove(self.trash_dir(id)).and_then(|()| self.remove(self.job_dir(id)));
        if removed.is_ok() {
            self.stamps.lock().remove(&id);
        } else if let Some(since) = since {
            self.trashed.lock().insert(id, since);
        }
        removed
    }

    /// Removes jobs from the disk that have been in the trash for at least `age`. Returns how many were removed. A job that
    /// cannot be removed is tried again after another `age`.
    pub fn purge_older_than(&self, age: Duration) -> usize {
        if self.trashed.lock().is_empty() || self.hold().is_err() {
            return 0;
        }
        // From here on they cannot be restored. The lock is not held while files are removed, because the studio lists the trash in every frame.
        let due: Vec<Uuid> = self.trashed.lock().extract_if(|_, since| since.elapsed() >= age).map(|(id, _)| id).collect();
        let mut removed = 0;
        for id in due {
            match self.remove(self.trash_dir(id)) {
                Ok(()) => {
                    self.stamps.lock().remove(&id);
                    removed += 1;
                }
                Err(error) => {
                    tracing::warn!(%id, %error, "a deleted job could not be removed from the trash");
                    // Counts as deleted just now, so that the warning is not repeated every two seconds.
                    self.trashed.lock().insert(id, Instant::now());
                }
            }
        }
        removed
    }

    /// Removes jobs that an earlier run left in the trash. Other files stay, because `--data-dir` may name a folder that has its own `trash`.
    pub(super) fn clear_trash_at_start(&self) {
        let trash = self.root.join(TRASH);
        for entry in fs::read_dir(&trash).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_job = name.strip_prefix(DELETED).unwrap_or(&name).parse::<Uuid>().is_ok();
            if is_job && let Err(error) = fs::remove_dir_all(entry.path()) {
                tracing::warn!(%error, path = %entry.path().display(), "a deleted job could not be removed from the trash");
            }
        }
        // Removes the folder only if it is empty.
        let _ = fs::remove_dir(&trash);
    }

    /// Removes a folder. Renames it first, so that after a crash midway the next start recognises it as deleted.
    fn remove(&self, dir: PathBuf) -> Result<(), StoreError> {
        let name = dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let aside = dir.with_file_name(format!("{DELETED}{name}"));
        let target = match rename(&dir, &aside) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            Ok(()) => aside,
            Err(_) => dir,
        };
        match fs::remove_dir_all(&target) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(at("remove", &target)(e).in_data_folder(&self.root)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_deleted_jobs_leave_the_trash() {
        let dir = tempfile::tempdir().unwrap();
        let trash = dir.path().join(TRASH);
        let (old, half) = (Uuid::new_v4().to_string(), format!("{DELETED}{}", Uuid::new_v4()));
        for name in [old.as_str(), half.as_str(), "letters"] {
            fs::create_dir_all(trash.join(name)).unwrap();
            fs::write(trash.join(name).join("file"), b"x").unwrap();
        }
        let (store, _) = JobStore::open(dir.path()).unwrap();
        let left: Vec<_> = fs::read_dir(&trash).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["letters"]);

        let id = Uuid::new_v4();
        fs::create_dir(store.job_dir(id)).unwrap();
        store.trash(id).unwrap();
        assert_eq!(store.purge_older_than(Duration::from_secs(60)), 0);
        assert!(store.trashed_ids().contains(&id));
        assert_eq!((store.purge_older_than(Duration::ZERO), store.purge_older_than(Duration::ZERO)), (1, 0));
        assert!(store.trashed_ids().is_empty() && !trash.join(id.to_string()).exists());
    }
}
