//! Why a write to the data folder failed, as one sentence that every door shows.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why something could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct StoreError {
    action: &'static str,
    path: PathBuf,
    /// The data folder, where the file is in it.
    root: Option<PathBuf>,
    source: io::Error,
}

impl StoreError {
    /// A failed action on a path, in the words of the sentence "cannot {action} {path}".
    pub(super) fn new(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self { action, path: path.to_path_buf(), root: None, source }
    }

    /// The same error, worded about the data folder as a whole: the name of one of its files does not help the user.
    pub(super) fn in_data_folder(self, root: &Path) -> Self {
        Self { root: Some(root.to_path_buf()), ..self }
    }

    /// Another program holds the folder.
    pub fn is_in_use(&self) -> bool {
        self.source.kind() == ErrorKind::WouldBlock
    }

    /// No space is left, or the user's quota is used up.
    pub fn is_full(&self) -> bool {
        matches!(self.source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
    }

    /// The file or its folder is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self.source.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
    }

    /// The operating system's message, with the file.
    pub fn technical(&self) -> String {
        format!("cannot {} {}: {}", self.action, self.path.display(), self.source)
    }

    fn is_read_only(&self) -> bool {
        matches!(self.source.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied)
    }

    fn sentence(&self) -> String {
        let parent = self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = self.root.as_deref().unwrap_or(parent).display();
        let source = self.source.kind();
        match &self.root {
            _ if self.is_in_use() => self.technical(),
            Some(_) if self.is_full() => {
                format!("The disk is full, so nothing can be saved in {folder}. Free some space or delete jobs for good, then try again.")
            }
            None if self.is_full() => {
                format!("The disk is full, so nothing can be saved in {folder}. Free some space or choose another folder.")
            }
            Some(_) if self.is_read_only() => {
                format!("The folder {folder} cannot be written to ({source}). Allow writing there or choose another with --data-dir.")
            }
            None if self.is_read_only() => {
                format!("The folder {folder} cannot be written to ({source}). Allow writing there or choose another folder.")
            }
            Some(_) if self.is_missing() => {
                format!(
                    "The folder {folder} is missing and cannot be made again ({source}). Check the disk or choose another with --data-dir."
                )
            }
            _ => format!("{}. Check that the folder exists, is writable and has free space", self.technical()),
        }
    }
}

/// For `map_err`: adds the action and its path.
pub(super) fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_path_buf();
    move |source| StoreError::new(action, &path, source)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        // Outside of the data folder --data-dir is no help.
        for kind in [ErrorKind::StorageFull, ErrorKind::ReadOnlyFilesystem] {
            let text = of(kind).to_string();
            assert!(text.contains("/data/jobs/a") && text.ends_with("choose another folder.") && !text.contains("job.json"), "{text}");
        }
        let other = said(ErrorKind::InvalidData);
        assert!(other.starts_with("cannot write /data/jobs/a/job.json: ") && other.contains("has free space"), "{other}");
        assert!(of(ErrorKind::StorageFull).technical().starts_with("cannot write /data/jobs/a/job.json: "));
    }
}
