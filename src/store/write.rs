//! Writing so that a crash leaves the old file or the new one, with the permissions that the user's umask allows.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::error::{StoreError, at};

/// Writes beside the target, syncs, renames, syncs the folder: after a crash the old file or the new one is there, whole.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    replace(path, |file| file.write_all(bytes))
}

/// Copies a file as [`write_atomic`] writes one; it is never in memory as a whole.
pub fn copy_atomic(from: &Path, to: &Path) -> Result<(), StoreError> {
    replace(to, |file| io::copy(&mut File::open(from)?, file).map(drop))
}

fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), StoreError> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let mut file = temporary(dir).map_err(at("write", path))?;
    write(file.as_file_mut()).and_then(|()| file.as_file().sync_all()).map_err(at("write", path))?;
    file.persist(path).map_err(|e| at("write", path)(e.error))?;
    sync_dir(dir)
}

/// Makes a folder and those above it for this user alone. One that exists keeps its permissions.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Whether a file is one of those that an interrupted write leaves behind.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".tmp")
}

/// A file that goes away unless it is persisted. Its permissions follow the umask, as those of any new file: nothing is set afterwards.
pub(super) fn temporary(dir: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(dir)
}

pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    File::open(dir).and_then(|d| d.sync_all()).map_err(at("sync", dir))?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn folders_are_private_and_files_follow_the_umask() {
        let dir = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let deep = dir.path().join("a/b");
        create_private_dir(&deep).unwrap();
        create_private_dir(&deep).unwrap();
        assert_eq!((mode(&deep), mode(&dir.path().join("a"))), (0o700, 0o700));
        // Whatever the umask of this run is, a plain new file shows it.
        File::create(dir.path().join("plain")).unwrap();
        write_atomic(&deep.join("file"), b"x").unwrap();
        assert_eq!(mode(&deep.join("file")), mode(&dir.path().join("plain")));
        assert_eq!(fs::read_dir(&deep).unwrap().count(), 1);
        copy_atomic(&deep.join("file"), &deep.join("copy")).unwrap();
        assert_eq!((fs::read(deep.join("copy")).unwrap(), mode(&deep.join("copy"))), (b"x".to_vec(), mode(&dir.path().join("plain"))));
        assert!(copy_atomic(&deep.join("none"), &deep.join("copy")).is_err());
        assert_eq!((fs::read(deep.join("copy")).unwrap(), fs::read_dir(&deep).unwrap().count()), (b"x".to_vec(), 2));
    }
}
