//! A network's view of a tensor store: a path of name segments, a device, a type, and a record of what was taken.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{DType, Device, Shape, Tensor};

use super::{MemoryStore, Recorder, TensorStore, Weight, WeightsError};

/// Makes whatever tensor is asked for, instead of a file that has some.
pub trait Maker: Send + Sync {
    /// One tensor.
    ///
    /// # Errors
    /// No memory.
    fn make(&self, name: &str, shape: &Shape, dtype: DType, device: &Device) -> Result<Tensor, WeightsError>;
}

struct Inner {
    store: Arc<dyn TensorStore>,
    maker: Option<Arc<dyn Maker>>,
    device: Device,
    taken: Mutex<BTreeSet<String>>,
}

/// Where a network takes its tensors from. Cheap to clone; clones share the record of what was taken.
#[derive(Clone)]
pub struct Vars {
    inner: Arc<Inner>,
    path: String,
    dtype: DType,
}

impl Vars {
    /// The root of a store. Floating point tensors come in `dtype` on `device`.
    pub fn new(store: Arc<dyn TensorStore>, dtype: DType, device: &Device) -> Self {
        Self::make(store, None, dtype, device)
    }

    /// A root that gives zeros without data and lists what is asked for (see [`Recorder`]).
    pub fn recording(recorder: &Arc<Recorder>, dtype: DType) -> Self {
        Self::make(Arc::new(Arc::clone(recorder)), Some(Arc::clone(recorder) as Arc<dyn Maker>), dtype, &Device::Cpu)
    }

    /// A root that has every tensor, in any shape, made by `maker`: networks of any size without files.
    pub fn made_by(maker: Arc<dyn Maker>, dtype: DType, device: &Device) -> Self {
        Self::make(Arc::new(MemoryStore::default()), Some(maker), dtype, device)
    }

    fn make(store: Arc<dyn TensorStore>, maker: Option<Arc<dyn Maker>>, dtype: DType, device: &Device) -> Self {
        let inner = Inner { store, maker, device: device.clone(), taken: Mutex::default() };
        Self { inner: Arc::new(inner), path: String::new(), dtype }
    }

    /// One segment down.
    #[must_use]
    pub fn pp(&self, segment: impl Display) -> Self {
        Self { inner: Arc::clone(&self.inner), path: self.full(&segment.to_string()), dtype: self.dtype }
    }

    /// A root over the same files read differently, such as under other names. What was taken so far is not carried over.
    #[must_use]
    pub fn adapted(&self, adapt: impl FnOnce(Arc<dyn TensorStore>) -> Arc<dyn TensorStore>) -> Self {
        let store = adapt(Arc::clone(&self.inner.store));
        Self::make(store, self.inner.maker.clone(), self.dtype, &self.inner.device)
    }

    fn full(&self, name: &str) -> String {
        if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path) }
    }

    /// Path so far, without a dot at its end.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The type that tensors come in.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The device that tensors come on.
    pub fn device(&self) -> &Device {
        &self.inner.device
    }

    /// File or folder, for messages.
    pub fn place(&self) -> String {
        self.inner.store.place()
    }

    /// What the tensors come from.
    pub fn store(&self) -> Arc<dyn TensorStore> {
        Arc::clone(&self.inner.store)
    }

    /// Whether a tensor is there. A recorder without a list has none.
    pub fn has(&self, name: &str) -> bool {
        self.inner.store.shape(&self.full(name)).is_some()
    }

    /// Whether anything lies under this path.
    pub fn has_any(&self) -> bool {
        let prefix = format!("{}.", self.path);
        self.inner.store.names().iter().any(|n| n.starts_with(&prefix))
    }

    /// Shape of a tensor, where it is there.
    pub fn shape_of(&self, name: &str) -> Option<Vec<usize>> {
        self.inner.store.shape(&self.full(name))
    }

    /// The same variables in another type, for parts that stay in float32.
    #[must_use]
    pub fn with_dtype(&self, dtype: DType) -> Self {
        Self { dtype, ..self.clone() }
    }

    fn check(&self, name: &str, expected: &Shape) -> Result<(), WeightsError> {
        self.inner.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into());
        match self.inner.store.shape(name) {
            None => Err(WeightsError::MissingTensor { place: self.place(), name: name.into() }),
            Some(found) if found != expected.dims() => {
                Err(WeightsError::Shape { place: self.place(), name: name.into(), expected: expected.dims().to_vec(), found })
            }
            Some(_) => Ok(()),
        }
    }

    fn made(&self, name: &str, shape: &Shape) -> Option<Result<Tensor, WeightsError>> {
        self.inner.maker.as_ref().map(|maker| maker.make(name, shape, self.dtype, &self.inner.device))
    }

    /// A tensor of exactly this shape.
    ///
    /// # Errors
    /// Missing, of another shape, unreadable, no memory.
    pub fn get(&self, name: &str, shape: impl Into<Shape>) -> Result<Tensor, WeightsError> {
        let shape = shape.into();
        let name = self.full(name);
        if let Some(made) = self.made(&name, &shape) {
            return made;
        }
        self.check(&name, &shape)?;
        let tensor = self.inner.store.tensor(&name, self.dtype, &self.inner.device)?;
        self.is_weight(&name, tensor.dtype()).map(|()| tensor)
    }

    /// Weights are numbers with a fraction.
    fn is_weight(&self, name: &str, dtype: DType) -> Result<(), WeightsError> {
        if dtype.is_float() {
            return Ok(());
        }
        let what = format!("tensor {name} holds whole numbers ({}), weights are f32, f16, bf16 or packed (GGUF)", dtype.as_str());
        Err(WeightsError::config(self.place(), what))
    }

    /// A tensor that the file keeps a second time under this name: its shape is checked, nothing is read.
    ///
    /// # Errors
    /// Missing, of another shape.
    pub fn tied(&self, name: &str, shape: impl Into<Shape>) -> Result<(), WeightsError> {
        let shape = shape.into();
        let name = self.full(name);
        match self.made(&name, &shape) {
            Some(made) => made.map(|_| ()),
            None => self.check(&name, &shape),
        }
    }

    /// A matrix `[out, in]`, left packed where the file has it packed.
    ///
    /// # Errors
    /// As [`Vars::get`].
    pub fn weight(&self, name: &str, shape: (usize, usize)) -> Result<Weight, WeightsError> {
        let shape = Shape::from(shape);
        let name = self.full(name);
        if let Some(made) = self.made(&name, &shape) {
            return made.map(Weight::Dense);
        }
        self.check(&name, &shape)?;
        let weight = self.inner.store.weight(&name, self.dtype, &self.inner.device)?;
        match &weight {
            Weight::Dense(tensor) => self.is_weight(&name, tensor.dtype()).map(|()| weight),
            Weight::Quantized(_) => Ok(weight),
        }
    }

    /// Names in the store that nothing took, without those that `ignore` accepts (buffers that are computed anew).
    ///
    /// # Errors
    /// Tensors are left over: the file is another network's.
    pub fn finish(&self, ignore: impl Fn(&str) -> bool) -> Result<(), WeightsError> {
        let taken = self.inner.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut extra = self.inner.store.names().into_iter().filter(|n| !taken.contains(n) && !ignore(n));
        match extra.next() {
            Some(name) if self.inner.maker.is_none() => {
                Err(WeightsError::ExtraTensors { place: self.place(), name, count: 1 + extra.count() })
            }
            _ => Ok(()),
        }
    }
}
