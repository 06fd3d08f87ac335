//! A model's folder in Hugging Face layout: one folder per component with `config.json` and weights, or a single weights file beside the
//! other components.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::weights::safetensors::find_in_folder;
use crate::weights::{TensorStore, WeightsError, open};

/// Reads a JSON object from a file.
///
/// # Errors
/// The file is missing, is not a JSON object, or does not fit `T`.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, WeightsError> {
    let text = std::fs::read_to_string(path).map_err(WeightsError::io(path))?;
    let bad = |e: serde_json::Error| WeightsError::config(path.display().to_string(), format!("cannot be used: {e}"));
    // serde would also read a struct from a list.
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).map_err(bad)?;
    serde_json::from_value(serde_json::Value::Object(object)).map_err(bad)
}

/// The pipeline class that a folder's `model_index.json` names.
pub fn pipeline_class(folder: &Path) -> Option<String> {
    let index: serde_json::Value = read_json(&folder.join("model_index.json")).ok()?;
    index.get("_class_name")?.as_str().map(str::to_owned)
}

/// The files of one component.
pub struct ComponentFiles {
    /// Weights file, index of shards, or folder.
    pub weights: PathBuf,
    /// `config.json`, if there is one.
    pub config: Option<PathBuf>,
}

impl ComponentFiles {
    /// Finds the component `name` in `folder`: a folder of that name, or a weights file in `folder` whose name `single` accepts.
    ///
    /// # Errors
    /// Neither exists.
    pub fn find(folder: &Path, name: &str, single: impl Fn(&str) -> bool) -> Result<Self, WeightsError> {
        let own = folder.join(name);
        let beside = own.join("config.json");
        if own.is_dir() && find_in_folder(&own).is_ok() {
            return Ok(Self::in_folder(&own));
        }
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .map_err(WeightsError::io(folder))?
            .flatten()
            .map(|e| e.path())
            .filter(|p| {
                let file = p.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
                (file.ends_with(".safetensors") || file.ends_with(".gguf")) && single(&file)
            })
            .collect();
        files.sort();
        match files.into_iter().next() {
            // The component's folder may contain only its config.
            Some(weights) => Ok(Self { weights, config: beside.is_file().then_some(beside) }),
            None => Err(WeightsError::MissingFile { path: own }),
        }
    }

    /// A component whose folder is known.
    pub fn in_folder(folder: &Path) -> Self {
        let config = folder.join("config.json");
        Self { weights: folder.into(), config: config.is_file().then_some(config) }
    }

    /// Opens the weights.
    ///
    /// # Errors
    /// Missing or damaged files.
    pub fn open(&self) -> Result<Arc<dyn TensorStore>, WeightsError> {
        open(&self.weights)
    }

    /// Reads the config, or derives it from the weights with `fallback` if there is none.
    ///
    /// # Errors
    /// The config cannot be read; errors of `fallback`.
    pub fn config<T: DeserializeOwned>(
        &self,
        store: &Arc<dyn TensorStore>,
        fallback: impl FnOnce(Arc<dyn TensorStore>) -> Result<T, WeightsError>,
    ) -> Result<T, WeightsError> {
        match &self.config {
            Some(path) => read_json(path),
            None => fallback(Arc::clone(store)),
        }
    }

    /// Size of the weights on disk in bytes.
    pub fn bytes(&self) -> u64 {
        if self.weights.is_file() {
            return std::fs::metadata(&self.weights).map_or(0, |m| m.len());
        }
        let Ok(entries) = std::fs::read_dir(&self.weights) else { return 0 };
        let sizes = entries.flatten().filter(|e| e.path().extension().is_some_and(|x| x == "safetensors" || x == "gguf"));
        sizes.filter_map(|e| e.metadata().ok()).map(|m| m.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_alone_does_not_hide_the_single_file_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        std::fs::create_dir(root.join("transformer")).unwrap();
        let put = |name: &str| std::fs::write(root.join(name), "{}").unwrap();
        let find = || ComponentFiles::find(root, "transformer", |file| file.contains("flux"));
        put("transformer/config.json");
        assert!(find().is_err());
        put("flux1-dev-Q4_K_S.gguf");
        let files = find().unwrap();
        assert_eq!((files.weights, files.config), (root.join("flux1-dev-Q4_K_S.gguf"), Some(root.join("transformer/config.json"))));
        // Weights in the component's own folder come first, under any usual name.
        put("transformer/diffusion_pytorch_model.safetensors.index.fp16.json");
        assert_eq!(find().unwrap().weights, root.join("transformer"));
        std::fs::write(root.join("list.json"), "[]").unwrap();
        assert!(read_json::<serde_json::Value>(&root.join("list.json")).is_err());
    }
}
