//! Why the data folder could not be read or written.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::notice;
use crate::notice::Notice;

/// Why a file or folder could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.notice())]
pub struct StoreError {
    /// A verb of the messages `store-detail` and `store-failed`.
    action: &'static str,
    path: PathBuf,
    /// The data folder, if the file is in it.
    root: Option<PathBuf>,
    /// Whether a rename failed because another program has the file open.
    is_busy: bool,
    source: io::Error,
}

impl StoreError {
    /// A failed action on a path.
    pub(super) fn new(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self { action, path: path.to_path_buf(), root: None, is_busy: false, source }
    }

    /// The same error about the data folder as a whole: the name of a file in it does not help the user.
    pub(super) fn in_data_folder(self, root: &Path) -> Self {
        Self { root: Some(root.to_path_buf()), ..self }
    }

    /// Whether another program has the file, or a file in the folder, open in a way that forbids to replace or move it. Only on Windows, where the
    /// same error stands for a file that is write-protected.
    pub fn is_busy(&self) -> bool {
        self.is_busy
    }

    /// Whether another program has locked the folder.
    pub fn is_in_use(&self) -> bool {
        self.source.kind() == ErrorKind::WouldBlock
    }

    /// Whether no space is left or the user's quota is used up.
    pub fn is_full(&self) -> bool {
        matches!(self.source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
    }

    /// Whether the file or its folder is missing.
    pub fn is_missing(&self) -> bool {
        matches!(self.source.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
    }

    /// The operating system's message, with the file.
    pub fn technical(&self) -> Notice {
        notice!("store-detail", action = self.action, path = self.path.as_path(), source = self.source.to_string())
    }

    /// The operating system's error alone.
    pub fn into_source(self) -> io::Error {
        self.source
    }

    /// The operating system's message alone.
    pub fn system_message(&self) -> String {
        self.source.to_string()
    }

    fn is_read_only(&self) -> bool {
        matches!(self.source.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied)
    }

    /// What happened and what to do.
    pub fn notice(&self) -> Notice {
        let parent = self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = self.root.as_deref().unwrap_or(parent);
        let kind = self.source.kind().to_string();
        match &self.root {
            _ if self.is_busy => notice!("store-busy", path = self.path.as_path()),
            _ if self.is_in_use() => notice!("store-in-use", folder = self.root.as_deref().unwrap_or(&self.path)),
            Some(_) if self.is_full() => notice!("store-data-folder-full", folder = folder),
            None if self.is_full() => notice!("store-folder-full", folder = folder),
            Some(_) if self.is_read_only() => notice!("store-data-folder-read-only", folder = folder, source = kind),
            None if self.is_read_only() => notice!("store-folder-read-only", folder = folder, source = kind),
            Some(_) if self.is_missing() => notice!("store-data-folder-missing", folder = folder, source = kind),
            _ => notice!("store-failed", action = self.action, path = self.path.as_path(), source = self.source.to_string()),
        }
    }
}

/// Whether a rename failed because another program has the file open in a way that forbids it. Only Windows has such errors.
pub(super) fn is_busy(error: &io::Error, is_windows: bool) -> bool {
    /// `ERROR_ACCESS_DENIED`, `ERROR_SHARING_VIOLATION`, `ERROR_LOCK_VIOLATION`.
    const BUSY: [i32; 3] = [5, 32, 33];
    is_windows && error.raw_os_error().is_some_and(|code| BUSY.contains(&code))
}

/// For `map_err`: adds the action and its path.
pub(super) fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_path_buf();
    move |source| StoreError::new(action, &path, source)
}

/// As [`at`], for a failed rename, whose error may mean that the file is open elsewhere.
pub(super) fn at_rename(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    at_rename_on(cfg!(windows), action, path)
}

fn at_rename_on(is_windows: bool, action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_path_buf();
    move |source| StoreError { is_busy: is_busy(&source, is_windows), ..StoreError::new(action, &path, source) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_open_elsewhere_is_not_called_a_folder_without_permission() {
        let path = Path::new("ads/new menu.png");
        for code in [5, 32, 33] {
            let of = |is_windows| at_rename_on(is_windows, "write", path)(io::Error::from_raw_os_error(code));
            let text = of(true).to_string();
            assert!(
                text.starts_with("ads/new menu.png cannot be replaced or moved: another program has it or a file in it open"),
                "{text}"
            );
            assert!(of(true).is_busy() && of(true).in_data_folder(Path::new("ads")).notice().code() == "store-busy");
            assert!(!of(false).is_busy() && of(false).notice().code() != "store-busy");
            // A folder without write permission refuses the temporary file already.
            assert!(!at("write", path)(io::Error::from_raw_os_error(code)).is_busy());
        }
    }

    #[test]
    fn the_sentence_says_what_to_do() {
        let of = |kind: ErrorKind| StoreError::new("write", Path::new("/data/jobs/a/job.json"), kind.into());
        let said = |kind: ErrorKind| of(kind).in_data_folder(Path::new("/data")).to_string();
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded, ErrorKind::FileTooLarge] {
            let text = said(kind);
            assert!(text.starts_with("The disk is full, so nothing can be saved in /data. Free some space"), "{text}");
        }
        for kind in [ErrorKind::ReadOnlyFilesystem, ErrorKind::PermissionDenied] {
            let text = said(kind);
            assert!(text.starts_with("The folder /data cannot be written to (") && text.ends_with("--data-dir."), "{text}");
        }
        assert!(said(ErrorKind::NotADirectory).starts_with("The folder /data is missing"));
        // --data-dir does not help with files outside of the data folder.
        for kind in [ErrorKind::StorageFull, ErrorKind::ReadOnlyFilesystem] {
            let text = of(kind).to_string();
            assert!(text.contains("/data/jobs/a") && text.ends_with("choose another folder.") && !text.contains("job.json"), "{text}");
        }
        let other = said(ErrorKind::InvalidData);
        assert!(other.starts_with("cannot write /data/jobs/a/job.json: ") && other.contains("has free space"), "{other}");
        assert!(of(ErrorKind::StorageFull).technical().to_string().starts_with("cannot write /data/jobs/a/job.json: "));
    }
}
