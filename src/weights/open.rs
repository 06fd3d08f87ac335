//! Opens weights files of any supported format.

use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};

use super::error::WeightsError;
use super::gguf::GgufStore;
use super::safetensors::{SafetensorsStore, find_in_folder};
use super::scaled;
use super::store::TensorStore;

/// Opens a `.safetensors` file, an `.index.json` of shards, a `.gguf` file, or a folder with one of them (see [`find_in_folder`]).
///
/// # Errors
/// A file is missing or damaged.
pub fn open(path: &Path) -> Result<Arc<dyn TensorStore>, WeightsError> {
    if path.is_dir() {
        return open(&find_in_folder(path)?);
    }
    if !path.is_file() {
        return Err(WeightsError::MissingFile { path: path.into() });
    }
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    if name.ends_with(".gguf") {
        return Ok(Arc::new(GgufStore::open(path)?));
    }
    if name.ends_with(".onnx") {
        return Ok(Arc::new(GraphFile(path.display().to_string())));
    }
    // Also `….safetensors.index.fp16.json`.
    if name.ends_with(".json") && name.contains(".index.") {
        return Ok(scaled::adapt(Arc::new(SafetensorsStore::open_index(path)?)));
    }
    Ok(scaled::adapt(Arc::new(SafetensorsStore::open(&[path.to_path_buf()])?)))
}

/// An ONNX file, which its own runtime reads; only its path is needed here.
struct GraphFile(String);

impl TensorStore for GraphFile {
    fn place(&self) -> String {
        self.0.clone()
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn shape(&self, _: &str) -> Option<Vec<usize>> {
        None
    }

    fn tensor(&self, name: &str, _: DType, _: &Device) -> Result<Tensor, WeightsError> {
        Err(WeightsError::MissingTensor { place: self.place(), name: name.into() })
    }
}
