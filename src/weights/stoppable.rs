//! A tensor store whose loading can be stopped between two tensors; a model is gigabytes from a disk.

use std::ops::Range;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};

use super::error::WeightsError;
use super::store::{TensorStore, Weight};

/// Returns whether loading should stop.
pub type StopCheck = Arc<dyn Fn() -> bool + Send + Sync>;

struct Stoppable {
    store: Arc<dyn TensorStore>,
    stop: StopCheck,
}

/// The tensors of `store`, or [`WeightsError::Stopped`] once `stop` returns true.
pub fn stoppable(store: Arc<dyn TensorStore>, stop: &StopCheck) -> Arc<dyn TensorStore> {
    Arc::new(Stoppable { store, stop: Arc::clone(stop) })
}

impl Stoppable {
    fn store(&self) -> Result<&dyn TensorStore, WeightsError> {
        if (self.stop)() { Err(WeightsError::Stopped) } else { Ok(self.store.as_ref()) }
    }
}

impl TensorStore for Stoppable {
    fn place(&self) -> String {
        self.store.place()
    }

    fn names(&self) -> Vec<String> {
        self.store.names()
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.store.shape(name)
    }

    fn tensor(&self, name: &str, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        self.store()?.tensor(name, dtype, device)
    }

    fn tensor_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        self.store()?.tensor_rows(name, rows, dtype, device)
    }

    fn weight(&self, name: &str, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        self.store()?.weight(name, dtype, device)
    }

    fn weight_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        self.store()?.weight_rows(name, rows, dtype, device)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::weights::{GeneratedWeights, MemoryStore, Vars};

    #[test]
    fn loading_stops_between_two_tensors() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let stop: StopCheck = Arc::new(move || count.fetch_add(1, Ordering::Relaxed) >= 2);
        let tensor = Tensor::zeros(3, DType::F32, &Device::Cpu).unwrap();
        let all = ["a", "b", "c"].map(|name| (name.to_owned(), tensor.clone()));
        let vars = Vars::new(stoppable(Arc::new(MemoryStore::new(all.into())), &stop), DType::F32, &Device::Cpu);
        assert!(vars.get("a", 3).is_ok() && vars.get("b", 3).is_ok());
        assert!(matches!(vars.get("c", 3), Err(WeightsError::Stopped)));
        // Generated weights are not stopped: they come from no file.
        assert!(Vars::created_by(Arc::new(GeneratedWeights::new(1)), DType::F32, &Device::Cpu).get("c", 3).is_ok());
    }
}
