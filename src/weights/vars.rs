//! A network's view of a tensor store: a name prefix, a device, a type, and a record of the tensors that were taken.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;
use std::sync::Arc;

use candle_core::{DType, Device, Shape, Tensor};
use parking_lot::Mutex;

use super::error::WeightsError;
use super::store::{MemoryStore, Recorder, TensorFactory, TensorStore, Weight};

struct Inner {
    store: Arc<dyn TensorStore>,
    factory: Option<Arc<dyn TensorFactory>>,
    taken: Mutex<BTreeSet<String>>,
}

/// The source of a network's tensors. Cheap to clone; clones share the record of taken tensors.
#[derive(Clone)]
pub struct Vars {
    inner: Arc<Inner>,
    path: String,
    device: Device,
    dtype: DType,
    float8: bool,
}

impl Vars {
    /// The root of a store. Floating point tensors come in `dtype` on `device`.
    pub fn new(store: Arc<dyn TensorStore>, dtype: DType, device: &Device) -> Self {
        Self::root(store, None, dtype, device)
    }

    /// A root that returns zeros without data and records the names and shapes (see [`Recorder`]).
    pub fn recording(recorder: &Arc<Recorder>, dtype: DType) -> Self {
        Self::root(Arc::new(Arc::clone(recorder)), Some(Arc::clone(recorder) as Arc<dyn TensorFactory>), dtype, &Device::Cpu)
    }

    /// A root that creates every tensor in any shape with `factory`: networks of any size without files.
    pub fn created_by(factory: Arc<dyn TensorFactory>, dtype: DType, device: &Device) -> Self {
        Self::root(Arc::new(MemoryStore::default()), Some(factory), dtype, device)
    }

    fn root(store: Arc<dyn TensorStore>, factory: Option<Arc<dyn TensorFactory>>, dtype: DType, device: &Device) -> Self {
        let inner = Inner { store, factory, taken: Mutex::default() };
        Self { inner: Arc::new(inner), path: String::new(), device: device.clone(), dtype, float8: false }
    }

    /// Appends a segment to the name prefix.
    #[must_use]
    pub fn pp(&self, segment: impl Display) -> Self {
        Self { path: self.full(&segment.to_string()), ..self.clone() }
    }

    /// A root over the same files with another store, for example with other names. Starts a new record of taken tensors.
    #[must_use]
    pub fn adapted(&self, adapt: impl FnOnce(Arc<dyn TensorStore>) -> Arc<dyn TensorStore>) -> Self {
        let store = adapt(Arc::clone(&self.inner.store));
        Self { float8: self.float8, ..Self::root(store, self.inner.factory.clone(), self.dtype, &self.device) }
    }

    fn full(&self, name: &str) -> String {
        if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path) }
    }

    /// The name prefix, without a dot at its end.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The type that tensors come in.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The device that tensors come on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// File or folder, for messages.
    pub fn place(&self) -> String {
        self.inner.store.place()
    }

    /// The store of the tensors.
    pub fn store(&self) -> Arc<dyn TensorStore> {
        Arc::clone(&self.inner.store)
    }

    /// Whether the store has a tensor. A recorder without a list has none.
    pub fn has(&self, name: &str) -> bool {
        self.inner.store.shape(&self.full(name)).is_some()
    }

    /// Whether the store has any tensor with this prefix.
    pub fn has_any(&self) -> bool {
        let prefix = format!("{}.", self.path);
        self.inner.store.names().iter().any(|n| n.starts_with(&prefix))
    }

    /// Shape of a tensor; `None` if it is missing.
    pub fn shape_of(&self, name: &str) -> Option<Vec<usize>> {
        self.inner.store.shape(&self.full(name))
    }

    /// The same variables in another type, for parts that stay in float32.
    #[must_use]
    pub fn with_dtype(&self, dtype: DType) -> Self {
        Self { dtype, ..self.clone() }
    }

    /// The same variables in the memory of the CPU, for large tables of which the device needs a few rows.
    #[must_use]
    pub fn on_cpu(&self) -> Self {
        Self { device: Device::Cpu, ..self.clone() }
    }

    /// The same variables for layers that keep dense matrices in 8 bits, or do not.
    #[must_use]
    pub fn with_float8(&self, float8: bool) -> Self {
        Self { float8, ..self.clone() }
    }

    /// Whether linear layers keep dense matrices in 8 bits.
    pub fn float8(&self) -> bool {
        self.float8
    }

    fn check(&self, name: &str, expected: &Shape) -> Result<(), WeightsError> {
        self.inner.taken.lock().insert(name.into());
        match self.inner.store.shape(name) {
            None => Err(WeightsError::MissingTensor { place: self.place(), name: name.into() }),
            Some(found) if found != expected.dims() => {
                Err(WeightsError::Shape { place: self.place(), name: name.into(), expected: expected.dims().to_vec(), found })
            }
            Some(_) => Ok(()),
        }
    }

    fn created(&self, name: &str, shape: &Shape) -> Option<Result<Tensor, WeightsError>> {
        self.inner.factory.as_ref().map(|factory| factory.create(name, shape, self.dtype, &self.device))
    }

    /// A tensor of exactly this shape.
    ///
    /// # Errors
    /// The tensor is missing, has another shape, or cannot be read; out of memory.
    pub fn get(&self, name: &str, shape: impl Into<Shape>) -> Result<Tensor, WeightsError> {
        let shape = shape.into();
        let name = self.full(name);
        if let Some(created) = self.created(&name, &shape) {
            return created;
        }
        self.check(&name, &shape)?;
        let tensor = self.inner.store.tensor(&name, self.dtype, &self.device)?;
        self.check_float(&name, tensor.dtype()).map(|()| tensor)
    }

    /// Refuses integers: weights are floating point.
    fn check_float(&self, name: &str, dtype: DType) -> Result<(), WeightsError> {
        if dtype.is_float() {
            return Ok(());
        }
        let what = format!("tensor {name} holds whole numbers ({}), weights are f32, f16, bf16 or packed (GGUF)", dtype.as_str());
        Err(WeightsError::config(self.place(), what))
    }

    /// Checks a tensor that is a second copy of another one, without reading it.
    ///
    /// # Errors
    /// The tensor is missing or has another shape.
    pub fn tied(&self, name: &str, shape: impl Into<Shape>) -> Result<(), WeightsError> {
        let shape = shape.into();
        let name = self.full(name);
        match self.created(&name, &shape) {
            Some(created) => created.map(|_| ()),
            None => self.check(&name, &shape),
        }
    }

    /// A matrix `[out, in]`, left packed if the file has it packed.
    ///
    /// # Errors
    /// As [`Vars::get`].
    pub fn weight(&self, name: &str, shape: (usize, usize)) -> Result<Weight, WeightsError> {
        let shape = Shape::from(shape);
        let name = self.full(name);
        if let Some(created) = self.created(&name, &shape) {
            return created.map(Weight::Dense);
        }
        self.check(&name, &shape)?;
        let weight = self.inner.store.weight(&name, self.dtype, &self.device)?;
        self.check_weight(&name, weight)
    }

    /// Some rows of a matrix of `shape` `[out, in]`, left packed if the file has it packed.
    ///
    /// # Errors
    /// As [`Vars::get`]; the matrix does not have these rows.
    pub fn weight_rows(&self, name: &str, shape: (usize, usize), rows: Range<usize>) -> Result<Weight, WeightsError> {
        let shape = Shape::from(shape);
        let name = self.full(name);
        if let Some(created) = self.created(&name, &shape) {
            return Ok(Weight::Dense(created?.narrow(0, rows.start, rows.len())?));
        }
        self.check(&name, &shape)?;
        let weight = self.inner.store.weight_rows(&name, rows, self.dtype, &self.device)?;
        self.check_weight(&name, weight)
    }

    fn check_weight(&self, name: &str, weight: Weight) -> Result<Weight, WeightsError> {
        match &weight {
            Weight::Dense(tensor) => self.check_float(name, tensor.dtype()).map(|()| weight),
            Weight::Quantized(_) => Ok(weight),
        }
    }

    /// Checks that every tensor was taken, except those that `ignore` accepts (buffers that the network computes itself).
    ///
    /// # Errors
    /// Tensors are left over, so the file is another network's.
    pub fn finish(&self, ignore: impl Fn(&str) -> bool) -> Result<(), WeightsError> {
        let taken = self.inner.taken.lock();
        let mut extra = self.inner.store.names().into_iter().filter(|n| !taken.contains(n) && !ignore(n));
        match extra.next() {
            Some(name) if self.inner.factory.is_none() => {
                Err(WeightsError::ExtraTensors { place: self.place(), name, count: 1 + extra.count() })
            }
            _ => Ok(()),
        }
    }
}
