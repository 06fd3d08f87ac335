//! Imports models that the user has already: a folder in Hugging Face layout, or a single weights file.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::HubError;
use super::place::link_or_copy;
use super::pull::Hub;
use crate::cancel::CancelToken;

/// Deepest subfolder of a model.
const MAX_DEPTH: usize = 3;
/// Most files of a model.
const MAX_FILES: usize = 2000;

impl Hub {
    /// Adds a folder or a weights file to the models folder, as hard links if the file system has them, else as copies. `is_model` tells whether the
    /// program recognises a folder. Returns the new folder, which appears complete, by one rename. Blocking.
    ///
    /// # Errors
    /// It is not a model, a folder of this name exists already, the disk is full, or the work was stopped.
    pub fn import(&self, from: &Path, is_model: impl Fn(&Path) -> bool, cancel: &CancelToken) -> Result<PathBuf, HubError> {
        let not_a_model = || HubError::NotAModel { path: from.to_path_buf() };
        let source = fs::canonicalize(from).map_err(HubError::io(from))?;
        let name = if source.is_dir() { source.file_name() } else { source.file_stem() };
        let name = crate::paths::portable_name(&name.unwrap_or_default().to_string_lossy());
        if name.is_empty() || name.starts_with('.') {
            return Err(not_a_model());
        }
        let files = if source.is_dir() { files_in(&source)? } else { with_config(&source) };
        if files.is_empty() {
            return Err(not_a_model());
        }
        fs::create_dir_all(&self.folder).map_err(HubError::io(&self.folder))?;
        let _lock = self.own().lock()?;
        let target = self.folder.join(&name);
        if target.symlink_metadata().is_ok() {
            return Err(HubError::Exists { path: target });
        }
        // Removed with everything in it unless the import succeeds.
        let staged = tempfile::Builder::new().prefix(".import-").tempdir_in(&self.folder).map_err(HubError::io(&self.folder))?;
        let folder = staged.path().join(&name);
        for (path, inner) in files {
            cancel.check().map_err(|_| HubError::Stopped)?;
            link_or_copy(&path, &folder.join(inner))?;
        }
        if !is_model(&folder) {
            return Err(not_a_model());
        }
        fs::rename(&folder, &target).map_err(HubError::io(&target))?;
        Ok(target)
    }
}

/// The file, and the `config.json` beside it.
fn with_config(file: &Path) -> Vec<(PathBuf, PathBuf)> {
    let is_weights = file.extension().is_some_and(|e| e.eq_ignore_ascii_case("safetensors") || e.eq_ignore_ascii_case("gguf"));
    let config = file.with_file_name("config.json");
    let named = |path: PathBuf| path.file_name().map(PathBuf::from).map(|inner| (path, inner));
    [Some(file.to_path_buf()).filter(|_| is_weights), Some(config).filter(|c| is_weights && c.is_file())]
        .into_iter()
        .flatten()
        .filter_map(named)
        .collect()
}

/// The files in a folder and its subfolders, with their paths inside it. Files whose names begin with a dot are left out.
fn files_in(folder: &Path) -> Result<Vec<(PathBuf, PathBuf)>, HubError> {
    let (mut found, mut folders) = (Vec::new(), vec![(folder.to_path_buf(), PathBuf::new(), 0)]);
    while let Some((path, inner, depth)) = folders.pop() {
        for entry in fs::read_dir(&path).map_err(HubError::io(&path))? {
            let path = entry.map_err(HubError::io(&path))?.path();
            let Some(name) = path.file_name().filter(|name| !name.to_string_lossy().starts_with('.')) else { continue };
            let inner = inner.join(name);
            // Follows links: caches consist of them.
            match fs::metadata(&path) {
                Ok(data) if data.is_dir() && depth < MAX_DEPTH => folders.push((path, inner, depth + 1)),
                Ok(data) if data.is_file() => found.push((fs::canonicalize(&path).map_err(HubError::io(&path))?, inner)),
                _ => {}
            }
            if found.len() > MAX_FILES {
                return Err(HubError::NotAModel { path: folder.to_path_buf() });
            }
        }
    }
    Ok(found)
}
