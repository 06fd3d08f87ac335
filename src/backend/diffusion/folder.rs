//! A model's folder in Hugging Face layout: components in folders of their own, each with `config.json` and weights; single files where
//! people use them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::weights::safetensors::find_in_folder;
use crate::weights::{TensorStore, WeightsError, open};

/// A JSON file in the words of `T`.
///
/// # Errors
/// No file, no JSON, values of another type.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, WeightsError> {
    let text = std::fs::read_to_string(path).map_err(WeightsError::io(path))?;
    let bad = |e: serde_json::Error| WeightsError::config(path.display().to_string(), format!("cannot be used: {e}"));
    // Structs would also be read from lists.
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).map_err(bad)?;
    serde_json::from_value(serde_json::Value::Object(object)).map_err(bad)
}

/// The pipeline class that a folder's `model_index.json` names.
pub fn pipeline_class(folder: &Path) -> Option<String> {
    let index: serde_json::Value = read_json(&folder.join("model_index.json")).ok()?;
    index.get("_class_name")?.as_str().map(str::to_owned)
}

/// One component: where its weights are, and its config where it has one.
pub struct Part {
    /// The weights' file, index or folder.
    pub weights: PathBuf,
    /// `config.json`, where there is one.
    pub config: Option<PathBuf>,
}

impl Part {
    /// `name` in `folder`: a folder of that name, or a single file beside the other folders whose name `single` accepts.
    ///
    /// # Errors
    /// Neither is there.
    pub fn find(folder: &Path, name: &str, single: impl Fn(&str) -> bool) -> Result<Self, WeightsError> {
        let own = folder.join(name);
        let beside = own.join("config.json");
        if own.is_dir() && find_in_folder(&own).is_ok() {
            return Ok(Self::own(&own));
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
            // The component's folder may hold its config alone.
            Some(weights) => Ok(Self { weights, config: beside.is_file().then_some(beside) }),
            None => Err(WeightsError::MissingFile { path: own }),
        }
    }

    /// A component that is a folder of its own, wherever it lies.
    pub fn own(folder: &Path) -> Self {
        let config = folder.join("config.json");
        Self { weights: folder.into(), config: config.is_file().then_some(config) }
    }

    /// The weights, opened.
    ///
    /// # Errors
    /// Missing or damaged files.
    pub fn open(&self) -> Result<Arc<dyn TensorStore>, WeightsError> {
        open(&self.weights)
    }

    /// The config, or what `otherwise` makes of the weights where there is none.
    ///
    /// # Errors
    /// A config that cannot be read; what `otherwise` says.
    pub fn config<T: DeserializeOwned>(
        &self,
        store: &Arc<dyn TensorStore>,
        otherwise: impl FnOnce(Arc<dyn TensorStore>) -> Result<T, WeightsError>,
    ) -> Result<T, WeightsError> {
        match &self.config {
            Some(path) => read_json(path),
            None => otherwise(Arc::clone(store)),
        }
    }

    /// Bytes of the weights on disk.
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
        let find = || Part::find(root, "transformer", |file| file.contains("flux"));
        put("transformer/config.json");
        assert!(find().is_err());
        put("flux1-dev-Q4_K_S.gguf");
        let part = find().unwrap();
        assert_eq!((part.weights, part.config), (root.join("flux1-dev-Q4_K_S.gguf"), Some(root.join("transformer/config.json"))));
        // Weights of its own come first, under any usual name.
        put("transformer/diffusion_pytorch_model.safetensors.index.fp16.json");
        assert_eq!(find().unwrap().weights, root.join("transformer"));
        std::fs::write(root.join("list.json"), "[]").unwrap();
        assert!(read_json::<serde_json::Value>(&root.join("list.json")).is_err());
    }
}
