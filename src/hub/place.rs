//! Moves finished files into the models folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::HubError;
use super::receipts::Entry;
use crate::store::StoreError;

/// A file of the set on its way into the models folder.
pub(super) struct Arrival {
    pub(super) entry: Entry,
    /// The finished file, or `None` if it is in its place already.
    pub(super) ready: Option<PathBuf>,
}

/// Hard-links a file, or copies it if the file system has no hard links. Replaces `to`.
///
/// # Errors
/// `to` cannot be written.
pub(super) fn link_or_copy(from: &Path, to: &Path) -> Result<(), HubError> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(HubError::io(folder))?;
    }
    let _ = fs::remove_file(to);
    if fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    crate::store::copy_atomic(from, to).map_err(StoreError::into_source).map_err(HubError::io(to))
}

/// Moves every ready file into its place. A model's folder that does not exist yet appears complete, by one rename; in an existing folder, the files
/// by which the search recognises a model come last.
///
/// # Errors
/// A file cannot be moved.
pub(super) fn place(models: &Path, incoming: &Path, arrivals: &[Arrival]) -> Result<(), HubError> {
    let mut folders: BTreeMap<&str, Vec<(&str, &PathBuf)>> = BTreeMap::new();
    for arrival in arrivals {
        if let (Some(ready), Some((folder, path))) = (&arrival.ready, arrival.entry.place.split_once('/')) {
            folders.entry(folder).or_default().push((path, ready));
        }
    }
    for (folder, mut files) in folders {
        let (target, waiting) = (models.join(folder), incoming.join(folder));
        if target.symlink_metadata().is_err() && file_count(&waiting) == Some(files.len()) {
            fs::rename(&waiting, &target).map_err(HubError::io(&target))?;
            continue;
        }
        files.sort_by_key(|(path, _)| (is_marker(path), *path));
        for (path, ready) in files {
            let to = target.join(path.split('/').collect::<PathBuf>());
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent).map_err(HubError::io(parent))?;
            }
            fs::rename(ready, &to).map_err(HubError::io(&to))?;
        }
        remove_empty_folders(&waiting);
    }
    // Fails if files are left, which then stay.
    let _ = fs::remove_dir(incoming);
    Ok(())
}

/// Whether the search for models recognises a folder by this file.
fn is_marker(path: &str) -> bool {
    !path.contains('/')
}

/// Number of files in a folder and its subfolders; `None` if it cannot be read.
fn file_count(folder: &Path) -> Option<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder).ok()? {
        let entry = entry.ok()?;
        count += if entry.file_type().ok()?.is_dir() { file_count(&entry.path())? } else { 1 };
    }
    Some(count)
}

/// Removes the empty folders in a folder, and the folder itself if it is empty then.
pub(super) fn remove_empty_folders(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_empty_folders(&entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
}
