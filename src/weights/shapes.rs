//! Reads the sizes of a network from the shapes of its tensors, for files without a config.

use std::sync::Arc;

use super::error::{LoadResult, WeightsError};
use super::store::TensorStore;

/// The names and shapes in a store.
pub struct TensorShapes {
    store: Arc<dyn TensorStore>,
    names: Vec<String>,
}

impl TensorShapes {
    /// Those of a store whose names are the network's.
    pub fn new(store: Arc<dyn TensorStore>) -> Self {
        Self { names: store.names(), store }
    }

    /// File or folder of the store, for messages.
    pub fn place(&self) -> String {
        self.store.place()
    }

    /// Length of a dimension of a tensor, the outermost first.
    ///
    /// # Errors
    /// The tensor or the dimension is missing.
    pub fn size(&self, name: &str, dim: usize) -> LoadResult<usize> {
        let found = self.store.shape(name).and_then(|shape| shape.get(dim).copied());
        found.ok_or_else(|| WeightsError::MissingTensor { place: self.place(), name: name.into() })
    }

    /// Number of layers whose tensors are named `prefix`, the layer's index from 0, and a dot.
    pub fn layers(&self, prefix: &str) -> usize {
        let index = |name: &String| name.strip_prefix(prefix)?.split('.').next()?.parse::<usize>().ok();
        self.names.iter().filter_map(index).max().map_or(0, |last| last + 1)
    }

    /// Whether a tensor's name begins with `prefix`.
    pub fn has(&self, prefix: &str) -> bool {
        self.names.iter().any(|name| name.starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Tensor};

    use super::*;
    use crate::weights::MemoryStore;

    #[test]
    fn sizes_and_layers_are_read_from_names_and_shapes() {
        let tensor = || Tensor::zeros((2, 3), DType::F32, &Device::Cpu).unwrap();
        let tensors = ["block.0.a.weight", "block.11.a.weight", "block.x.a.weight", "out.weight"];
        let store = MemoryStore::new(tensors.into_iter().map(|name| (name.to_owned(), tensor())).collect());
        let shapes = TensorShapes::new(Arc::new(store));
        assert_eq!((shapes.size("out.weight", 0).unwrap(), shapes.size("out.weight", 1).unwrap()), (2, 3));
        for (name, dim) in [("out.weight", 2), ("missing.weight", 0)] {
            assert!(matches!(shapes.size(name, dim), Err(WeightsError::MissingTensor { .. })), "{name} {dim}");
        }
        assert_eq!((shapes.layers("block."), shapes.layers("other.")), (12, 0));
        assert!(shapes.has("block.11.") && !shapes.has("block.1."));
    }
}
