//! The trait that every source of tensors implements, and the two sources without files.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex};

use candle_core::quantized::QTensor;
use candle_core::{DType, Device, Shape, Tensor};

use super::{Maker, WeightsError};

/// A matrix as its file keeps it.
pub enum Weight {
    /// Floating point.
    Dense(Tensor),
    /// GGUF blocks, multiplied without unpacking the whole.
    Quantized(QTensor),
}

/// A source of named tensors. Names are full (`down_blocks.0.resnets.1.conv1.weight`).
pub trait TensorStore: Send + Sync {
    /// File or folder, for messages.
    fn place(&self) -> String;
    /// Every name, sorted.
    fn names(&self) -> Vec<String>;
    /// Shape of a tensor, outermost dimension first; `None` where there is no such tensor.
    fn shape(&self, name: &str) -> Option<Vec<usize>>;
    /// The tensor on `device`. Floating point tensors come in `dtype` (quantised ones unpacked), integers as they are.
    ///
    /// # Errors
    /// A missing tensor, an unreadable file, no memory.
    fn tensor(&self, name: &str, dtype: DType, device: &Device) -> Result<Tensor, WeightsError>;
    /// A matrix, left packed where the file has it packed.
    ///
    /// # Errors
    /// As [`TensorStore::tensor`].
    fn weight(&self, name: &str, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        self.tensor(name, dtype, device).map(Weight::Dense)
    }
    /// Some rows (outermost dimension) of a tensor, for files that keep several matrices in one.
    ///
    /// # Errors
    /// As [`TensorStore::tensor`]; rows that the tensor does not have.
    fn tensor_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        Ok(self.tensor(name, dtype, device)?.narrow(0, rows.start, rows.len())?)
    }
    /// Some rows of a matrix, left packed where the file has it packed.
    ///
    /// # Errors
    /// As [`TensorStore::tensor_rows`].
    fn weight_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        self.tensor_rows(name, rows, dtype, device).map(Weight::Dense)
    }
}

/// Opens what people have: a `.safetensors` file, its `.index.json` of shards, a `.gguf` file, or a folder that holds one of them
/// under a usual name (`diffusion_pytorch_model`, `model`, `*.fp16`).
///
/// # Errors
/// A missing or damaged file.
pub fn open(path: &Path) -> Result<Arc<dyn TensorStore>, WeightsError> {
    if path.is_dir() {
        return open(&super::safetensors::find_in_folder(path)?);
    }
    if !path.is_file() {
        return Err(WeightsError::MissingFile { path: path.into() });
    }
    let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    if name.ends_with(".gguf") {
        return Ok(Arc::new(super::gguf::GgufStore::open(path)?));
    }
    if name.ends_with(".onnx") {
        return Ok(Arc::new(GraphFile(path.display().to_string())));
    }
    // Also `….safetensors.index.fp16.json`.
    if name.ends_with(".json") && name.contains(".index.") {
        return Ok(Arc::new(super::safetensors::SafetensorsStore::open_index(path)?));
    }
    Ok(Arc::new(super::safetensors::SafetensorsStore::open(&[path.to_path_buf()])?))
}

/// A whole network in one file (ONNX), which its own runtime reads: only the place is known.
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

/// Tensors that are in memory already.
#[derive(Default)]
pub struct MemoryStore {
    tensors: HashMap<String, Tensor>,
}

impl MemoryStore {
    /// Takes them over.
    pub fn new(tensors: HashMap<String, Tensor>) -> Self {
        Self { tensors }
    }
}

impl TensorStore for MemoryStore {
    fn place(&self) -> String {
        "memory".into()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.tensors.keys().cloned().collect();
        names.sort();
        names
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.tensors.get(name).map(|t| t.dims().to_vec())
    }

    fn tensor(&self, name: &str, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        let tensor = self.tensors.get(name).ok_or_else(|| WeightsError::MissingTensor { place: self.place(), name: name.into() })?;
        let tensor = tensor.to_device(device)?;
        Ok(if tensor.dtype().is_float() { tensor.to_dtype(dtype)? } else { tensor })
    }
}

/// Has whatever it is asked for and keeps a list of it, without data: a full-size network can be built in no memory to see
/// which tensors it takes. Every tensor is one zero, expanded.
#[derive(Default)]
pub struct Recorder {
    asked: Mutex<BTreeMap<String, Vec<usize>>>,
    known: Option<BTreeMap<String, Vec<usize>>>,
}

impl Recorder {
    /// A recorder that answers questions about presence and shape from a real file's list.
    pub fn with_known(known: BTreeMap<String, Vec<usize>>) -> Self {
        Self { asked: Mutex::default(), known: Some(known) }
    }

    /// What was asked for so far, with the shapes that were asked for.
    pub fn asked(&self) -> BTreeMap<String, Vec<usize>> {
        self.asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn note(&self, name: &str, shape: &[usize]) {
        self.asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(name.into(), shape.to_vec());
    }
}

impl Maker for Recorder {
    fn make(&self, name: &str, shape: &Shape, dtype: DType, _: &Device) -> Result<Tensor, WeightsError> {
        self.note(name, shape.dims());
        Ok(Tensor::zeros((), dtype, &Device::Cpu)?.broadcast_as(shape)?)
    }
}

impl TensorStore for Arc<Recorder> {
    fn place(&self) -> String {
        "recorder".into()
    }

    fn names(&self) -> Vec<String> {
        self.known.as_ref().map(|k| k.keys().cloned().collect()).unwrap_or_default()
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.known.as_ref().and_then(|k| k.get(name).cloned())
    }

    fn tensor(&self, name: &str, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        let shape = self.shape(name).ok_or_else(|| WeightsError::MissingTensor { place: self.place(), name: name.into() })?;
        self.note(name, &shape);
        Ok(Tensor::zeros((), dtype, device)?.broadcast_as(shape)?)
    }
}
