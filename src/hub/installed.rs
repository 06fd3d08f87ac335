//! The installed sets: their states, checking and removing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::HubError;
use super::fetch::{discard, unfinished};
use super::hash::{Check, hash_file};
use super::journal;
use super::place::remove_empty_folders;
use super::progress::{Phase, Progress};
use super::pull::Hub;
use super::receipts::{Entry, Origin, Receipt};
use super::registry::ModelSet;
use crate::cancel::CancelToken;

/// Whether a set is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Installed {
    /// Every file is in its place.
    Yes,
    /// A download has begun, or files are missing or damaged.
    Partly,
    /// None of its files is on this machine.
    No,
}

/// A set on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetState {
    /// The set.
    pub set: ModelSet,
    /// Whether it is installed.
    pub installed: Installed,
    /// Bytes of its files in the models folder, those of an unfinished download included. Files that sets share count for each.
    pub on_disk: u64,
}

/// A file that failed the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Its path.
    pub path: PathBuf,
    /// Whether it is missing; otherwise its content differs.
    pub missing: bool,
}

/// The result of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Number of files that were checked.
    pub files: usize,
    /// Files that are missing or damaged.
    pub damaged: Vec<Damage>,
}

impl Hub {
    /// Every set of the registry with its state. Blocking; reads no contents.
    pub fn list(&self) -> Vec<SetState> {
        let receipts = self.own().load();
        let incoming = self.own().incoming();
        let state = |set: &ModelSet| {
            let mut waiting = 0;
            for wanted in self.registry.files_of(set) {
                let ready = incoming.join(wanted.waiting_place());
                waiting += fs::metadata(&ready).map_or(0, |file| file.len());
                waiting += journal::bytes_noted(&unfinished(&ready).1);
            }
            let files = receipts.get(&set.key).map(|receipt| receipt.files.as_slice()).unwrap_or_default();
            let there: Vec<&Entry> = files.iter().filter(|file| file.is_there(&self.folder)).collect();
            let installed = match (files.len(), there.len()) {
                (0, _) if waiting == 0 => Installed::No,
                (files, there) if files > 0 && files == there => Installed::Yes,
                _ => Installed::Partly,
            };
            SetState { set: set.clone(), installed, on_disk: waiting + there.iter().map(|file| file.size).sum::<u64>() }
        };
        self.registry.sets().iter().map(state).collect()
    }

    /// The folders of an installed set.
    ///
    /// # Errors
    /// There is no such set, or it is not installed.
    pub fn folders_of(&self, set: &str) -> Result<Vec<PathBuf>, HubError> {
        let set = self.registry.set(set)?;
        let receipt = self.receipt(&set.key)?;
        let names: BTreeSet<&str> = receipt.files.iter().filter_map(|file| file.place.split('/').next()).collect();
        Ok(names.into_iter().map(|name| self.folder.join(name)).collect())
    }

    fn receipt(&self, set: &str) -> Result<Receipt, HubError> {
        self.own().load().remove(set).ok_or_else(|| HubError::NotInstalled { set: set.to_owned() })
    }

    /// Reads every file of an installed set and compares its hash. The next download fetches damaged files again. Blocking.
    ///
    /// # Errors
    /// There is no such set, it is not installed, or the work was stopped.
    pub fn verify(&self, set: &str, cancel: &CancelToken, progress: &Progress) -> Result<Verified, HubError> {
        let set = self.registry.set(set)?;
        let _lock = self.own().lock()?;
        let mut receipt = self.receipt(&set.key)?;
        progress.set_phase(Phase::Checking);
        progress.set_total(receipt.files.iter().map(|file| file.size).sum());
        let mut verified = Verified { files: receipt.files.len(), ..Verified::default() };
        for file in &mut receipt.files {
            let path = file.path(&self.folder);
            // The same kind of hash as during the download.
            let check = match file.hash.len() {
                40 => Check::GitBlob(file.hash.clone()),
                _ => Check::Sha256(file.hash.clone()),
            };
            let missing = !fs::metadata(&path).is_ok_and(|found| found.is_file());
            let is_right = !missing && {
                let (hash, size) = hash_file(&path, &check, cancel, |bytes| progress.add_done(bytes))?;
                size == file.size && check.accepts(&hash)
            };
            file.damaged = !is_right;
            if !is_right {
                verified.damaged.push(Damage { path, missing });
            }
        }
        self.own().save(&set.key, &receipt)?;
        Ok(verified)
    }

    /// Removes a set and its unfinished download. Files that other sets need, that were there before, or that are in the cache of the hub's own
    /// tools stay. Returns the number of bytes that were freed. Blocking.
    ///
    /// # Errors
    /// There is no such set, none of its files is on this machine, or a file cannot be removed.
    pub fn remove(&self, set: &str) -> Result<u64, HubError> {
        let set = self.registry.set(set)?;
        if !self.folder.is_dir() {
            return Err(HubError::NotInstalled { set: set.key.clone() });
        }
        let _lock = self.own().lock()?;
        let mut receipts = self.own().load();
        let own = receipts.remove(&set.key);
        let needed: BTreeSet<&str> = receipts.values().flat_map(|receipt| &receipt.files).map(|file| file.place.as_str()).collect();
        let (mut freed, mut found) = (0, own.is_some());
        let mut folders = BTreeSet::new();
        for file in own.iter().flat_map(|receipt| &receipt.files) {
            if needed.contains(file.place.as_str()) || file.origin == Origin::Own {
                continue;
            }
            let path = file.path(&self.folder);
            let is_last = file.origin == Origin::Hub && !has_other_names(&path);
            match fs::remove_file(&path) {
                Ok(()) => freed += if is_last { file.size } else { 0 },
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(HubError::io(&path)(error)),
            }
            folders.extend(file.place.split('/').next().map(|name| self.folder.join(name)));
        }
        let incoming = self.own().incoming();
        for wanted in self.registry.files_of(set) {
            let ready = incoming.join(wanted.waiting_place());
            let noted = journal::bytes_noted(&unfinished(&ready).1);
            let finished = fs::metadata(&ready).map_or(0, |file| file.len());
            found |= noted + finished > 0;
            freed += noted + finished;
            discard(&ready);
            let _ = fs::remove_file(&ready);
            for member in &wanted.file.unpack {
                let _ = fs::remove_file(incoming.join(wanted.member_place(member)));
            }
        }
        self.own().save(&set.key, &Receipt::default())?;
        folders.iter().for_each(|folder| remove_empty_folders(folder));
        remove_empty_folders(&incoming);
        if found { Ok(freed) } else { Err(HubError::NotInstalled { set: set.key.clone() }) }
    }
}

/// Whether the content has other names, so that removing this one frees nothing. Not known on Windows.
fn has_other_names(path: &Path) -> bool {
    #[cfg(unix)]
    return fs::symlink_metadata(path).is_ok_and(|file| std::os::unix::fs::MetadataExt::nlink(&file) > 1);
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
