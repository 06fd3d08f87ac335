//! The traits of tensor sources, and the two sources without files.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use candle_core::quantized::QTensor;
use candle_core::{DType, Device, Shape, Tensor};
use parking_lot::Mutex;

use super::error::WeightsError;

/// A matrix as its file stores it.
pub enum Weight {
    /// Floating point.
    Dense(Tensor),
    /// Packed GGUF blocks.
    Quantized(QTensor),
}

/// Creates any tensor that a network asks for, instead of reading it from a file.
pub trait TensorFactory: Send + Sync {
    /// Creates one tensor.
    ///
    /// # Errors
    /// Out of memory.
    fn create(&self, name: &str, shape: &Shape, dtype: DType, device: &Device) -> Result<Tensor, WeightsError>;
}

/// A source of named tensors. Names are full (`down_blocks.0.resnets.1.conv1.weight`).
pub trait TensorStore: Send + Sync {
    /// File or folder, for messages.
    fn place(&self) -> String;
    /// Every name, sorted.
    fn names(&self) -> Vec<String>;
    /// Shape of a tensor, outermost dimension first; `None` if it is missing.
    fn shape(&self, name: &str) -> Option<Vec<usize>>;
    /// The tensor on `device`. Floating point tensors come in `dtype` (quantised ones unpacked), integers as they are.
    ///
    /// # Errors
    /// The tensor is missing, the file cannot be read, out of memory.
    fn tensor(&self, name: &str, dtype: DType, device: &Device) -> Result<Tensor, WeightsError>;
    /// A matrix, left packed if the file has it packed.
    ///
    /// # Errors
    /// As [`TensorStore::tensor`].
    fn weight(&self, name: &str, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        self.tensor(name, dtype, device).map(Weight::Dense)
    }
    /// Some rows (outermost dimension) of a tensor, for files that store several matrices as one.
    ///
    /// # Errors
    /// As [`TensorStore::tensor`]; the tensor does not have these rows.
    fn tensor_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        Ok(self.tensor(name, dtype, device)?.narrow(0, rows.start, rows.len())?)
    }
    /// Some rows of a matrix, left packed if the file has it packed.
    ///
    /// # Errors
    /// As [`TensorStore::tensor_rows`].
    fn weight_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        self.tensor_rows(name, rows, dtype, device).map(Weight::Dense)
    }
}

/// Tensors in memory.
#[derive(Default)]
pub struct MemoryStore {
    tensors: HashMap<String, Tensor>,
}

impl MemoryStore {
    /// A store of these tensors, by name.
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

/// Returns zeros without data for every tensor and records names and shapes: shows which tensors a full-size network takes, without its
/// memory. Every tensor is one expanded zero.
#[derive(Default)]
pub struct Recorder {
    asked: Mutex<BTreeMap<String, Vec<usize>>>,
    known: Option<BTreeMap<String, Vec<usize>>>,
}

impl Recorder {
    /// A recorder that knows names and shapes of a real file, for networks that ask which tensors exist.
    pub fn with_known(known: BTreeMap<String, Vec<usize>>) -> Self {
        Self { asked: Mutex::default(), known: Some(known) }
    }

    /// Names and shapes of the tensors taken so far.
    pub fn asked(&self) -> BTreeMap<String, Vec<usize>> {
        self.asked.lock().clone()
    }

    fn record(&self, name: &str, shape: &[usize]) {
        self.asked.lock().insert(name.into(), shape.to_vec());
    }
}

impl TensorFactory for Recorder {
    fn create(&self, name: &str, shape: &Shape, dtype: DType, _: &Device) -> Result<Tensor, WeightsError> {
        self.record(name, shape.dims());
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
        self.record(name, &shape);
        Ok(Tensor::zeros((), dtype, device)?.broadcast_as(shape)?)
    }
}
