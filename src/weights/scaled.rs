//! Files whose 8-bit weights come with scales: `X.weight` in float8 stands for `X.weight` · `X.weight_scale`.
//!
//! The scale is one number, or one for each row. Older files call it `scale_weight`. Scales of activations are for hardware that multiplies in
//! float8; here weights are unpacked while they are read.

use std::ops::Range;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};

use super::error::WeightsError;
use super::store::{TensorStore, Weight};

/// Suffixes of the scale that belongs to `X.weight`.
const SCALES: [&str; 2] = [".weight_scale", ".scale_weight"];
/// Suffixes of tensors that only other programs need.
const OTHERS: [&str; 4] = [".input_scale", ".scale_input", ".comfy_quant", "scaled_fp8"];

/// A store that multiplies weights by their scales and hides the scales.
struct Scaled(Arc<dyn TensorStore>);

/// The store with plain weights, whether they have scales or not.
pub(super) fn adapt(store: Arc<dyn TensorStore>) -> Arc<dyn TensorStore> {
    let scaled = store.names().iter().any(|name| SCALES.iter().any(|suffix| name.ends_with(suffix)));
    if scaled { Arc::new(Scaled(store)) } else { store }
}

fn is_hidden(name: &str) -> bool {
    SCALES.iter().chain(&OTHERS).any(|suffix| name.ends_with(suffix))
}

impl Scaled {
    /// The scale of a tensor as float32 that can be multiplied with its `rows`; `None` if it has none.
    fn scale(&self, name: &str, rows: Option<Range<usize>>, device: &Device) -> Result<Option<Tensor>, WeightsError> {
        let Some(module) = name.strip_suffix(".weight") else { return Ok(None) };
        let scale = SCALES.iter().map(|suffix| format!("{module}{suffix}")).find(|scale| self.0.shape(scale).is_some());
        let Some(scale) = scale else { return Ok(None) };
        let shape = self.0.shape(name).unwrap_or_default();
        let all = shape.first().copied().unwrap_or_default();
        let values = self.0.tensor(&scale, DType::F32, device)?.flatten_all()?;
        match values.elem_count() {
            1 => Ok(Some(values.reshape(())?)),
            count if count == all => {
                let values = if let Some(rows) = rows { values.narrow(0, rows.start, rows.len())? } else { values };
                let mut shape = vec![1; shape.len()];
                shape[0] = values.elem_count();
                Ok(Some(values.reshape(shape)?))
            }
            count => Err(WeightsError::config(
                self.place(),
                format!("tensor {scale} has {count} values; one, or one for each of {all} rows, is supported"),
            )),
        }
    }

    fn multiplied(&self, weight: Tensor, scale: &Tensor, dtype: DType) -> Result<Tensor, WeightsError> {
        Ok(weight.broadcast_mul(scale)?.to_dtype(dtype)?)
    }
}

impl TensorStore for Scaled {
    fn place(&self) -> String {
        self.0.place()
    }

    fn names(&self) -> Vec<String> {
        self.0.names().into_iter().filter(|name| !is_hidden(name)).collect()
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.0.shape(name).filter(|_| !is_hidden(name))
    }

    fn tensor(&self, name: &str, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        match self.scale(name, None, device)? {
            Some(scale) => self.multiplied(self.0.tensor(name, DType::F32, device)?, &scale, dtype),
            None => self.0.tensor(name, dtype, device),
        }
    }

    fn tensor_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        match self.scale(name, Some(rows.clone()), device)? {
            Some(scale) => self.multiplied(self.0.tensor_rows(name, rows, DType::F32, device)?, &scale, dtype),
            None => self.0.tensor_rows(name, rows, dtype, device),
        }
    }

    fn weight(&self, name: &str, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        self.tensor(name, dtype, device).map(Weight::Dense)
    }

    fn weight_rows(&self, name: &str, rows: Range<usize>, dtype: DType, device: &Device) -> Result<Weight, WeightsError> {
        self.tensor_rows(name, rows, dtype, device).map(Weight::Dense)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::weights::MemoryStore;

    #[test]
    fn weights_are_multiplied_by_their_scales() {
        let on_cpu = |values: &[f32]| Tensor::new(values, &Device::Cpu).unwrap();
        let packed = on_cpu(&[1.0, 2.0, 4.0, 8.0]).reshape((2, 2)).unwrap().to_dtype(DType::F8E4M3).unwrap();
        let tensors = HashMap::from([
            ("one.weight".to_owned(), packed.clone()),
            ("one.weight_scale".to_owned(), on_cpu(&[0.5]).reshape(()).unwrap()),
            ("one.input_scale".to_owned(), on_cpu(&[3.0])),
            ("rows.weight".to_owned(), packed.clone()),
            ("rows.scale_weight".to_owned(), on_cpu(&[2.0, 10.0]).reshape((2, 1)).unwrap()),
            ("plain.weight".to_owned(), packed.clone()),
            ("wrong.weight".to_owned(), packed),
            ("wrong.weight_scale".to_owned(), on_cpu(&[1.0, 2.0, 3.0])),
        ]);
        let store = adapt(Arc::new(MemoryStore::new(tensors)));
        assert_eq!(store.names(), ["one.weight", "plain.weight", "rows.weight", "wrong.weight"]);
        let read = |name: &str| store.tensor(name, DType::F32, &Device::Cpu).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(read("one.weight"), [[0.5, 1.0], [2.0, 4.0]]);
        assert_eq!(read("rows.weight"), [[2.0, 4.0], [40.0, 80.0]]);
        assert_eq!(read("plain.weight"), [[1.0, 2.0], [4.0, 8.0]]);
        let second = store.tensor_rows("rows.weight", 1..2, DType::F32, &Device::Cpu).unwrap();
        assert_eq!(second.to_vec2::<f32>().unwrap(), [[40.0, 80.0]]);
        let error = store.tensor("wrong.weight", DType::F32, &Device::Cpu).unwrap_err().to_string();
        assert!(error.contains("wrong.weight_scale has 3 values"), "{error}");
        assert!(store.shape("one.weight_scale").is_none());
    }
}
