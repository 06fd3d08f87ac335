//! The lock on the data folder. Without it, two programs on one folder would each fail the other's running jobs as interrupted.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::error::{StoreError, at};
use super::write::create_private_dir;

const LOCK: &str = "lock";
/// How often locking is tried when another program removes the folder meanwhile.
const ATTEMPTS: usize = 5;

/// The locked file `<root>/lock`.
#[derive(Debug)]
pub(super) struct FolderLock {
    file: File,
    path: PathBuf,
}

impl FolderLock {
    /// Creates `<root>/jobs` if it is missing and locks the folder. Fails if another program holds the lock.
    pub fn take(root: &Path) -> Result<Self, StoreError> {
        let path = root.join(LOCK);
        let jobs = root.join("jobs");
        for _ in 0..ATTEMPTS {
            create_private_dir(&jobs).map_err(at("create", &jobs))?;
            let file = match open(&path) {
                // The folder was removed after it was created.
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                other => other.map_err(at("open", &path))?,
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::new("use", root, ErrorKind::WouldBlock.into()));
                }
                // Some network file systems do not support locks.
                Err(TryLockError::Error(error)) => return Err(at("lock", &path)(error)),
            }
            let lock = Self { file, path: path.clone() };
            // A lock on a removed file excludes no other program.
            if lock.is_current() {
                return Ok(lock);
            }
        }
        Err(at("lock", &path)(ErrorKind::NotFound.into()))
    }

    /// Whether the locked file is still the one in the folder. Two system calls.
    pub fn is_current(&self) -> bool {
        let Ok(there) = fs::metadata(&self.path) else { return false };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            self.file.metadata().is_ok_and(|held| (held.dev(), held.ino()) == (there.dev(), there.ino()))
        }
        // The file was opened so that nobody can remove it (`options`), so a file at this path is the locked one. The handle is asked too: it is
        // invalid once a network drive was disconnected.
        #[cfg(not(unix))]
        {
            self.file.metadata().is_ok() && there.is_file()
        }
    }
}

/// On a read-only medium an existing lock file is opened for reading, so that the jobs on it can still be looked at.
fn open(path: &Path) -> io::Result<File> {
    let opened = options().create(true).truncate(false).write(true).open(path);
    match opened {
        Err(e) if matches!(e.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied) => {
            options().read(true).open(path).map_err(|_| e)
        }
        other => other,
    }
}

/// How the lock file is opened: Windows removes open files unless they were opened without `FILE_SHARE_DELETE`.
#[cfg(windows)]
fn options() -> OpenOptions {
    use std::os::windows::fs::OpenOptionsExt as _;
    /// `FILE_SHARE_READ | FILE_SHARE_WRITE`.
    const SHARED: u32 = 1 | 2;
    let mut options = OpenOptions::new();
    options.share_mode(SHARED);
    options
}

/// How the lock file is opened.
#[cfg(not(windows))]
fn options() -> OpenOptions {
    OpenOptions::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_program_holds_the_folder_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("my data 자료");
        let first = FolderLock::take(&root).unwrap();
        assert!(first.is_current());
        assert!(FolderLock::take(&root).unwrap_err().is_in_use());
        drop(first);
        let second = FolderLock::take(&root).unwrap();
        assert!(second.is_current() && FolderLock::take(&root).unwrap_err().is_in_use());
    }

    #[cfg(windows)]
    #[test]
    fn the_file_of_a_lock_cannot_be_removed() {
        let dir = tempfile::tempdir().unwrap();
        let first = FolderLock::take(dir.path()).unwrap();
        assert!(fs::remove_file(dir.path().join(LOCK)).is_err() && first.is_current());
        drop(first);
        fs::remove_file(dir.path().join(LOCK)).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_that_lost_its_file_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("data");
        let first = FolderLock::take(&root).unwrap();
        assert!(first.is_current());
        assert!(FolderLock::take(&root).unwrap_err().is_in_use());
        fs::remove_dir_all(&root).unwrap();
        assert!(!first.is_current());
        let second = FolderLock::take(&root).unwrap();
        assert!(second.is_current() && !first.is_current());
        assert!(FolderLock::take(&root).unwrap_err().is_in_use());
        drop(first);
        assert!(FolderLock::take(&root).unwrap_err().is_in_use());
        drop(second);
        FolderLock::take(&root).unwrap();
    }
}
