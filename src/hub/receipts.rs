//! Receipts record which files of the models folder belong to which set: one JSON file per set, in the program's own subfolder of the models folder.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::HubError;
use crate::store::StoreError;

/// The program's own subfolder of the models folder. The search for models leaves it out, because no model is directly in it.
const OWN: &str = ".nanococoa";

/// Largest receipt in bytes.
const MAX_RECEIPT: u64 = 4 << 20;

/// How a file came into the models folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Downloaded, or shared with another set.
    Hub,
    /// A link into the cache of the hub's own tools. Removing the set removes the link only.
    Cache,
    /// A file of the user that had the right content. Removing the set keeps it.
    Own,
}

/// A file of an installed set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Path below the models folder, with `/`.
    pub place: String,
    /// Repository that it came from.
    pub repository: String,
    /// Commit that it came from.
    pub revision: String,
    /// The hub's tag of the content.
    pub etag: String,
    /// Size in bytes.
    pub size: u64,
    /// Hash of the content in hexadecimal: of the same kind as the tag, or SHA-256 if the tag is not a hash.
    pub hash: String,
    /// How it came into the models folder.
    pub origin: Origin,
    /// Whether the last check found other content. The next download replaces the file.
    #[serde(default)]
    pub damaged: bool,
}

impl Entry {
    /// Its path in the models folder.
    pub fn path(&self, folder: &Path) -> PathBuf {
        folder.join(self.place.split('/').collect::<PathBuf>())
    }

    /// Whether a file with the right size is in its place.
    pub fn is_there(&self, folder: &Path) -> bool {
        !self.damaged && std::fs::metadata(self.path(folder)).is_ok_and(|file| file.is_file() && file.len() == self.size)
    }
}

/// The files of a set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The files.
    pub files: Vec<Entry>,
}

/// The program's own files in the models folder.
#[derive(Clone, Debug)]
pub(super) struct OwnFolder(PathBuf);

impl OwnFolder {
    pub(super) fn of(models: &Path) -> Self {
        Self(models.join(OWN))
    }

    /// The folder of unfinished files, and of finished ones that are not placed yet.
    pub(super) fn incoming(&self) -> PathBuf {
        self.0.join("incoming")
    }

    fn receipts(&self) -> PathBuf {
        self.0.join("receipts")
    }

    /// Takes the lock that downloads, checks and removals hold. It is released when the returned file is dropped, and by a crash.
    ///
    /// # Errors
    /// Another process or thread holds it; the folder cannot be written.
    pub(super) fn lock(&self) -> Result<File, HubError> {
        let path = self.0.join("lock");
        std::fs::create_dir_all(&self.0).map_err(HubError::io(&self.0))?;
        let file = File::options().write(true).create(true).truncate(false).open(&path).map_err(HubError::io(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => Err(HubError::Busy { folder: self.0.parent().unwrap_or(&self.0).to_path_buf() }),
            Err(std::fs::TryLockError::Error(error)) => Err(HubError::io(&path)(error)),
        }
    }

    /// Every receipt by the key of its set. Unreadable receipts are ignored.
    pub(super) fn load(&self) -> BTreeMap<String, Receipt> {
        let entries = std::fs::read_dir(self.receipts()).into_iter().flatten().flatten();
        let read = |path: PathBuf| {
            let set = path.file_name()?.to_str()?.strip_suffix(".json")?.to_owned();
            if std::fs::metadata(&path).ok()?.len() > MAX_RECEIPT {
                return None;
            }
            let mut receipt: Receipt = serde_json::from_str(&std::fs::read_to_string(&path).ok()?).ok()?;
            // Removing a set must not delete files outside the folder, even if a receipt was edited.
            receipt
                .files
                .retain(|file| file.place.split('/').all(|name| !name.is_empty() && name != "." && name != ".." && !name.contains('\\')));
            Some((set, receipt))
        };
        entries.filter_map(|entry| read(entry.path())).collect()
    }

    /// Writes the receipt of a set, or removes it if it has no files.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn save(&self, set: &str, receipt: &Receipt) -> Result<(), HubError> {
        let folder = self.receipts();
        let path = folder.join(format!("{set}.json"));
        if receipt.files.is_empty() {
            return match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(HubError::io(&path)(error)),
                _ => Ok(()),
            };
        }
        std::fs::create_dir_all(&folder).map_err(HubError::io(&folder))?;
        let json = serde_json::to_vec_pretty(receipt).map_err(|e| HubError::io(&path)(e.into()))?;
        crate::store::write_atomic(&path, &json).map_err(StoreError::into_source).map_err(HubError::io(&path))
    }
}
