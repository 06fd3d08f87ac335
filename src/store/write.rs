//! Atomic writes: after a crash either the old or the new file is there, whole. Permissions follow the user's umask.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::error::{StoreError, at};

/// Replaces a file atomically: writes a temporary file beside it, syncs it, renames it and syncs the folder.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    replace(path, |file| file.write_all(bytes))
}

/// Copies a file atomically, as [`write_atomic`] does, without loading it into memory.
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

/// Creates a folder and its missing parents, accessible to this user alone. Existing folders keep their permissions.
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

/// Whether a file of this name was left behind by an interrupted write.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".tmp")
}

/// A temporary file, removed unless it is persisted. It is created with mode 0666, so that the umask decides its permissions.
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
