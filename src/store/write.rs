//! Atomic writes: after a crash either the old or the new file is there, whole. On Windows this may also be the old one although the write had
//! returned, because a rename cannot be flushed there. Permissions follow the user's umask.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use super::error::{StoreError, at, at_rename, is_busy};

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
    let (mut file, mut temporary) = temporary(dir).map_err(at("write", path))?.into_parts();
    write(&mut file).and_then(|()| file.sync_all()).map_err(at("write", path))?;
    drop(file);
    // `persist` of tempfile fails on Windows for paths of more than 260 characters and while another program reads the old file.
    rename(&temporary, path).map_err(at_rename("write", path))?;
    temporary.disable_cleanup(true);
    sync_dir(dir)
}

/// Longest pause between two attempts to rename; all pauses together take about a second.
const LONGEST_PAUSE: Duration = Duration::from_millis(512);

/// Renames a file or folder, replacing a file. On Windows this fails for a moment while a virus scanner or search index reads the file, so it is
/// tried again for a second.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    while_busy(|| fs::rename(from, to), |error| is_busy(error, cfg!(windows)), std::thread::sleep)
}

/// Calls `attempt` until it succeeds or fails for another reason than a busy file, about a second long. `pause` waits between two attempts:
/// callers hold their locks in `attempt` only.
pub fn while_busy<T, E>(
    mut attempt: impl FnMut() -> Result<T, E>,
    is_busy: impl Fn(&E) -> bool,
    mut pause: impl FnMut(Duration),
) -> Result<T, E> {
    let mut time = Duration::from_millis(1);
    loop {
        match attempt() {
            Err(error) if is_busy(&error) && time <= LONGEST_PAUSE => {
                pause(time);
                time *= 2;
            }
            other => return other,
        }
    }
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

/// A temporary file, removed unless its clean-up is disabled. It is created with mode 0666, so that the umask decides its permissions.
pub(super) fn temporary(dir: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o666);
    }
    // Created here, because tempfile marks its own files as temporary on Windows, which keeps them out of caches and backups.
    tempfile::Builder::new().prefix(".").suffix(".tmp").make_in(dir, |path| options.open(path))
}

/// Makes a rename in the folder last. Windows cannot sync a folder: NTFS logs the rename, so the folder stays consistent, but a power cut within
/// some seconds can undo it.
pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    File::open(dir).and_then(|d| d.sync_all()).map_err(at("sync", dir))?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read as _};

    use super::*;

    #[cfg(unix)]
    #[test]
    fn folders_are_private_and_files_follow_the_umask() {
        use std::os::unix::fs::PermissionsExt as _;

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
        copy_atomic(&deep.join("file"), &deep.join("copy")).unwrap();
        assert_eq!(mode(&deep.join("copy")), mode(&dir.path().join("plain")));
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("a b/한글");
        create_private_dir(&deep).unwrap();
        let (file, copy) = (deep.join("file"), deep.join("copy"));
        write_atomic(&file, b"x").unwrap();
        write_atomic(&file, b"yy").unwrap();
        copy_atomic(&file, &copy).unwrap();
        assert_eq!((fs::read(&file).unwrap(), fs::read(&copy).unwrap()), (b"yy".to_vec(), b"yy".to_vec()));
        assert!(copy_atomic(&deep.join("none"), &copy).is_err());
        assert!(write_atomic(&deep, b"x").is_err(), "a folder is not replaced");
        assert_eq!((fs::read(&copy).unwrap(), fs::read_dir(&deep).unwrap().count()), (b"yy".to_vec(), 2));
    }

    #[test]
    fn a_file_that_is_being_read_is_replaced_or_stays_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("picture.png");
        write_atomic(&path, b"old").unwrap();
        let mut reader = File::open(&path).unwrap();
        let replaced = write_atomic(&path, b"new");
        // Windows 10 replaces open files on NTFS. Other file systems, and Wine, refuse.
        assert!(replaced.is_ok() || cfg!(windows));
        let expected: &[u8] = if replaced.is_ok() { b"new" } else { b"old" };
        assert_eq!((fs::read(&path).unwrap().as_slice(), fs::read_dir(dir.path()).unwrap().count()), (expected, 1));
        let mut read = String::new();
        reader.read_to_string(&mut read).unwrap();
        assert_eq!(read, "old");
        drop(reader);
        write_atomic(&path, b"newer").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"newer");
    }

    #[test]
    fn a_file_that_is_closed_within_a_second_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("picture.png");
        write_atomic(&path, b"old").unwrap();
        let reader = File::open(&path).unwrap();
        let closing = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            drop(reader);
        });
        write_atomic(&path, b"new").unwrap();
        closing.join().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_busy_file_is_tried_for_a_second_and_another_error_once() {
        // What Windows answers while another program has a file open, and the same number on other systems.
        for code in [5, 32, 33] {
            let error = io::Error::from_raw_os_error(code);
            assert!(is_busy(&error, true) && !is_busy(&error, false), "{code}");
        }
        assert!(!is_busy(&io::Error::from_raw_os_error(2), true) && !is_busy(&ErrorKind::PermissionDenied.into(), true));
        let waited = |last: i32, attempts: usize| {
            let (mut made, mut pauses) = (0, Vec::new());
            let attempt = || {
                made += 1;
                Err::<(), _>(io::Error::from_raw_os_error(if made < attempts { 32 } else { last }))
            };
            let error = while_busy(attempt, |error| is_busy(error, true), |time| pauses.push(time.as_millis())).unwrap_err();
            (error.raw_os_error(), pauses)
        };
        assert_eq!(waited(2, 1), (Some(2), vec![]));
        assert_eq!(waited(2, 4), (Some(2), vec![1, 2, 4]));
        let (error, pauses) = waited(32, 99);
        assert_eq!((error, pauses.len(), pauses.iter().sum()), (Some(32), 10, 1023_u128));
    }

    #[test]
    fn paths_of_more_than_260_characters_are_written() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("a long folder name, ".repeat(4) + "end").join("긴 폴더 이름, ".repeat(12) + "끝").join("n".repeat(120));
        create_private_dir(&deep).unwrap();
        let path = deep.join("advertisement.png");
        assert!(path.to_string_lossy().chars().count() > 300);
        for bytes in [b"first", b"again"] {
            write_atomic(&path, bytes).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
        let moved = deep.join("moved.png");
        rename(&path, &moved).unwrap();
        assert_eq!((path.exists(), fs::read_dir(&deep).unwrap().count()), (false, 1));
    }
}
