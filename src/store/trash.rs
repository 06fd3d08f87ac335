//! Deleted jobs that can still be restored. Deleting only renames the folder, which is quick; purging frees the disk space.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::error::{StoreError, at, at_rename};
use super::write::create_private_dir;
use super::{DELETED, JobStore};

pub(super) const TRASH: &str = "trash";

/// Removes a folder with everything in it.
type RemoveDir<'a> = &'a dyn Fn(&Path) -> io::Result<()>;

/// Why a folder is still on the disk.
enum NotRemoved {
    /// Nothing in it has changed.
    Whole(StoreError),
    /// Its removal began: this is where the rest is.
    Partly(PathBuf, Box<StoreError>),
}

fn remove_dir(dir: &Path) -> io::Result<()> {
    fs::remove_dir_all(dir)
}

impl JobStore {
    fn trash_dir(&self, id: Uuid) -> PathBuf {
        self.root.join(TRASH).join(id.to_string())
    }

    /// Moves a job's folder to the trash. If the disk is too full even for that, removes the folder at once. A single attempt: see
    /// [`StoreError::is_busy`] and [`while_busy`](super::while_busy).
    pub fn trash(&self, id: Uuid) -> Result<(), StoreError> {
        self.hold()?;
        let mut trashed = self.trashed.lock();
        let (dir, trash) = (self.job_dir(id), self.root.join(TRASH));
        let moved = create_private_dir(&trash).map_err(at("create", &trash)).and_then(|()| match fs::rename(&dir, self.trash_dir(id)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(at_rename("remove", &dir)(e)),
            _ => Ok(()),
        });
        match moved {
            Err(error) if error.is_full() => {
                drop(trashed);
                self.remove_or_remember(dir, &remove_dir)
            }
            Err(error) => Err(error.in_data_folder(&self.root)),
            Ok(()) => {
                trashed.insert(id, Instant::now());
                Ok(())
            }
        }
    }

    /// Moves a job's folder back from the trash. Returns `false` if it is no longer there. A single attempt, as [`Self::trash`].
    pub fn restore(&self, id: Uuid) -> Result<bool, StoreError> {
        self.hold()?;
        let mut trashed = self.trashed.lock();
        if !trashed.contains_key(&id) {
            return Ok(false);
        }
        let dir = self.trash_dir(id);
        match fs::rename(&dir, self.job_dir(id)) {
            Ok(()) => {
                trashed.remove(&id);
                Ok(true)
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                trashed.remove(&id);
                Ok(false)
            }
            Err(e) => Err(at_rename("restore", &dir)(e).in_data_folder(&self.root)),
        }
    }

    /// IDs of the deleted jobs that can be restored. No disk access.
    pub fn trashed_ids(&self) -> HashSet<Uuid> {
        self.trashed.lock().keys().copied().collect()
    }

    /// Removes a job's folder from the disk, in the trash or not. On failure nothing has changed, and a job in the trash stays restorable. What is
    /// left of a folder whose removal stopped midway is removed later. A single attempt, as [`Self::trash`].
    pub fn purge(&self, id: Uuid) -> Result<(), StoreError> {
        self.hold()?;
        self.purge_by(id, &remove_dir)
    }

    fn purge_by(&self, id: Uuid, remove: RemoveDir<'_>) -> Result<(), StoreError> {
        let since = self.trashed.lock().remove(&id);
        let trash = self.remove_or_remember(self.trash_dir(id), remove);
        if let (Err(_), Some(since)) = (&trash, since) {
            self.trashed.lock().insert(id, since);
        }
        trash.and_then(|()| self.remove_or_remember(self.job_dir(id), remove))?;
        self.stamps.lock().remove(&id);
        Ok(())
    }

    /// Removes jobs from the disk that have been in the trash for at least `age`. Returns how many can no longer be restored. A job that
    /// cannot be removed is tried again after another `age`.
    pub fn purge_older_than(&self, age: Duration) -> usize {
        self.purge_older_than_by(age, &remove_dir)
    }

    fn purge_older_than_by(&self, age: Duration, remove: RemoveDir<'_>) -> usize {
        if (self.trashed.lock().is_empty() && self.half_removed.lock().is_empty()) || self.hold().is_err() {
            return 0;
        }
        // From here on they cannot be restored. The lock is not held while files are removed, because the studio lists the trash in every frame.
        let due: Vec<Uuid> = self.trashed.lock().extract_if(|_, since| since.elapsed() >= age).map(|(id, _)| id).collect();
        let rest: Vec<PathBuf> = self.half_removed.lock().extract_if(|_, since| since.elapsed() >= age).map(|(dir, _)| dir).collect();
        for dir in rest {
            if let Err(error) = remove(&dir)
                && error.kind() != io::ErrorKind::NotFound
            {
                self.half_removed.lock().insert(dir, Instant::now());
            }
        }
        let mut removed = 0;
        for id in due {
            match self.remove_or_remember(self.trash_dir(id), remove) {
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

    /// Removes a folder, or remembers to remove the rest of it later. On failure nothing in the folder has changed.
    fn remove_or_remember(&self, dir: PathBuf, remove: RemoveDir<'_>) -> Result<(), StoreError> {
        match self.remove(dir, remove) {
            Ok(()) => Ok(()),
            Err(NotRemoved::Whole(error)) => Err(error),
            Err(NotRemoved::Partly(rest, error)) => {
                tracing::warn!(%error, path = %rest.display(), "a deleted job is removed only in part; it is tried again later");
                self.half_removed.lock().insert(rest, Instant::now());
                Ok(())
            }
        }
    }

    /// Removes a folder. Renames it first, so that after a crash midway the next start recognises it as deleted.
    fn remove(&self, dir: PathBuf, remove: RemoveDir<'_>) -> Result<(), NotRemoved> {
        let name = dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let aside = dir.with_file_name(format!("{DELETED}{name}"));
        let target = match fs::rename(&dir, &aside) {
            Ok(()) => aside,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(e) => match at_rename("remove", &dir)(e) {
                // A full disk may refuse even this, and only the removal frees space.
                error if error.is_full() => dir,
                error => return Err(NotRemoved::Whole(error.in_data_folder(&self.root))),
            },
        };
        match remove(&target) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                let error = at("remove", &target)(e).in_data_folder(&self.root);
                Err(NotRemoved::Partly(target, Box::new(error)))
            }
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

    /// Removes the first file of a folder and fails at the next, as a file that another program has open.
    fn remove_some(dir: &Path) -> io::Result<()> {
        let mut files: Vec<_> = fs::read_dir(dir)?.flatten().map(|e| e.path()).collect();
        files.sort();
        fs::remove_file(&files[0])?;
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn job_of_two_files(store: &JobStore) -> Uuid {
        let id = Uuid::new_v4();
        fs::create_dir_all(store.job_dir(id)).unwrap();
        for name in ["a.png", "b.png"] {
            fs::write(store.job_dir(id).join(name), b"x").unwrap();
        }
        id
    }

    #[test]
    fn a_job_whose_removal_began_is_not_restorable_and_removed_later() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = JobStore::open(dir.path()).unwrap();
        for by_age in [true, false] {
            let id = job_of_two_files(&store);
            store.trash(id).unwrap();
            if by_age {
                assert_eq!(store.purge_older_than_by(Duration::ZERO, &remove_some), 1);
            } else {
                store.purge_by(id, &remove_some).unwrap();
            }
            assert!(store.trashed_ids().is_empty() && !store.restore(id).unwrap());
            let rest = dir.path().join(TRASH).join(format!("{DELETED}{id}"));
            assert!(rest.join("b.png").exists() && !rest.join("a.png").exists());
            // Not before its time, then until it succeeds.
            assert_eq!((store.purge_older_than(Duration::from_secs(60)), rest.exists()), (0, true));
            assert_eq!(
                (store.purge_older_than_by(Duration::ZERO, &|_| Err(io::ErrorKind::PermissionDenied.into())), rest.exists()),
                (0, true)
            );
            assert_eq!((store.purge_older_than(Duration::ZERO), rest.exists()), (0, false));
        }
    }

    #[test]
    fn a_job_whose_removal_cannot_begin_stays_whole_and_restorable() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = JobStore::open(dir.path()).unwrap();
        let id = job_of_two_files(&store);
        store.trash(id).unwrap();
        // A file where the folder would be moved to.
        let aside = dir.path().join(TRASH).join(format!("{DELETED}{id}"));
        fs::write(&aside, b"x").unwrap();
        assert!(store.purge(id).is_err());
        assert_eq!(store.purge_older_than(Duration::ZERO), 0);
        assert!(store.trashed_ids().contains(&id) && store.restore(id).unwrap());
        assert_eq!(fs::read_dir(store.job_dir(id)).unwrap().count(), 2);
    }
}
