//! Deleted jobs that can still be taken back. They are renamed, so deleting is quick; the disk is free once they are purged.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::error::{StoreError, at};
use super::write::create_private_dir;
use super::{JobStore, lock};

pub(super) const TRASH: &str = "trash";

impl JobStore {
    fn trash_dir(&self, id: Uuid) -> PathBuf {
        self.root.join(TRASH).join(id.to_string())
    }

    /// Moves a job's folder to the trash. On a full disk, where even that may fail, the folder is removed at once.
    pub fn trash(&self, id: Uuid) -> Result<(), StoreError> {
        self.hold()?;
        let mut trashed = lock(&self.trashed);
        let (dir, trash) = (self.job_dir(id), self.root.join(TRASH));
        let moved = create_private_dir(&trash).map_err(at("create", &trash)).and_then(|()| match fs::rename(&dir, self.trash_dir(id)) {
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

    /// Moves a job's folder back from the trash. `false`: it is not there any more.
    pub fn restore(&self, id: Uuid) -> Result<bool, StoreError> {
        self.hold()?;
        let mut trashed = lock(&self.trashed);
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
            Err(e) => Err(at("take back", &dir)(e).in_data_folder(&self.root)),
        }
    }

    /// Whether a deleted job can be taken back.
    pub fn is_trashed(&self, id: Uuid) -> bool {
        lock(&self.trashed).contains_key(&id)
    }

    /// Removes a job from the disk, from the trash or from where it is kept.
    pub fn purge(&self, id: Uuid) -> Result<(), StoreError> {
        self.hold()?;
        lock(&self.trashed).remove(&id);
        lock(&self.marks).remove(&id);
        self.remove(self.trash_dir(id))?;
        self.remove(self.job_dir(id))
    }

    /// Removes from the disk what has been in the trash for longer than this. Returns how many jobs that were.
    pub fn purge_older_than(&self, age: Duration) -> usize {
        let mut trashed = lock(&self.trashed);
        if trashed.is_empty() || self.hold().is_err() {
            return 0;
        }
        let due: Vec<Uuid> = trashed.iter().filter(|(_, since)| since.elapsed() >= age).map(|(id, _)| *id).collect();
        for id in &due {
            match self.remove(self.trash_dir(*id)) {
                Ok(()) => {
                    trashed.remove(id);
                    lock(&self.marks).remove(id);
                }
                Err(error) => tracing::warn!(%id, %error, "a deleted job is still in the trash"),
            }
        }
        due.len()
    }

    /// Renamed first, so that what is left after a crash or a failure is known to be deleted.
    fn remove(&self, dir: PathBuf) -> Result<(), StoreError> {
        let name = dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let aside = dir.with_file_name(format!("{}{name}", super::DELETED));
        let target = match fs::rename(&dir, &aside) {
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
