//! Weights computed from their names. The scripts that compute the reference values use the same formula, so that no weights need to be
//! stored.

use std::collections::BTreeMap;

use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::{DType, Device, Shape, Tensor};

use super::error::WeightsError;
use super::store::{TensorFactory, TensorStore};

/// Tensors with values computed from their names. `tests/parity/fill.py` is the same formula in numpy.
pub struct Synthetic {
    shapes: BTreeMap<String, Vec<usize>>,
    seed: u64,
}

impl Synthetic {
    /// Tensors with these names and shapes; another seed gives other values.
    pub fn new(shapes: BTreeMap<String, Vec<usize>>, seed: u64) -> Self {
        Self { shapes, seed }
    }
}

/// Creates every tensor that a network asks for, and counts the parameters.
pub struct GeneratedWeights {
    seed: u64,
    count: AtomicU64,
}

impl GeneratedWeights {
    /// Another seed gives other values.
    pub fn new(seed: u64) -> Self {
        Self { seed, count: AtomicU64::new(0) }
    }

    /// Number of parameters created so far.
    pub fn parameters(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

impl TensorFactory for GeneratedWeights {
    fn create(&self, name: &str, shape: &Shape, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        self.count.fetch_add(shape.elem_count() as u64, Ordering::Relaxed);
        Ok(Tensor::from_vec(values(name, shape.dims(), self.seed), shape, device)?.to_dtype(dtype)?)
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The values of one tensor, row-major: uniform numbers from splitmix64 over the FNV-1a hash of the name, scaled by the kind of
/// tensor. Matrices and kernels have variance 1 / fan-in, so activations stay of order one; one-dimensional `weight`s (norms)
/// lie around 1, everything else around 0.
pub fn values(name: &str, shape: &[usize], seed: u64) -> Vec<f32> {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let start = mix(hash ^ mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15)));
    let fan_in: usize = shape.iter().skip(1).product();
    let (centre, scale) = match shape.len() {
        0 | 1 if name.ends_with("weight") => (1.0, 0.2),
        0 | 1 => (0.0, 0.2),
        _ => (0.0, (3.0 / fan_in.max(1) as f64).sqrt()),
    };
    let count: usize = shape.iter().product();
    (0..count as u64)
        .map(|i| {
            let bits = mix(start.wrapping_add((i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            let unit = (bits >> 11) as f64 / (1u64 << 53) as f64;
            let value = centre + scale * (2.0 * unit - 1.0);
            // A variance is positive.
            (if name.ends_with("running_var") { 1.0 + value.abs() } else { value }) as f32
        })
        .collect()
}

impl TensorStore for Synthetic {
    fn place(&self) -> String {
        "synthetic weights".into()
    }

    fn names(&self) -> Vec<String> {
        self.shapes.keys().cloned().collect()
    }

    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.shapes.get(name).cloned()
    }

    fn tensor(&self, name: &str, dtype: DType, device: &Device) -> Result<Tensor, WeightsError> {
        let shape = self.shapes.get(name).ok_or_else(|| WeightsError::MissingTensor { place: self.place(), name: name.into() })?;
        Ok(Tensor::from_vec(values(name, shape, self.seed), shape.as_slice(), device)?.to_dtype(dtype)?)
    }
}
