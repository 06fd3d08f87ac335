//! Embedding tables and sinusoidal frequencies.

use candle_core::{DType, Result, Tensor};

use super::linear::Linear;
use crate::weights::{LoadResult, Vars, Weight};

/// The frequencies of sinusoidal embeddings, 10000^(−i / span) for i in 0..`half`, rounded as in diffusers' `get_timestep_embedding`: at
/// guidance 30 the angles reach 30,000, where the last digits of a frequency matter.
pub fn frequencies(half: usize, span: f32) -> Vec<f32> {
    let log = -(10_000f64.ln()) as f32;
    (0..half).map(|i| f64::from(log * i as f32 / span).exp() as f32).collect()
}

/// An embedding table `[count, size]`, dense or quantised.
pub struct Embedding {
    table: Weight,
    dtype: DType,
}

impl Embedding {
    /// Loads `weight` `[count, size]`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(vars: &Vars, count: usize, size: usize) -> LoadResult<Self> {
        Ok(Self { table: vars.weight("weight", (count, size))?, dtype: vars.dtype() })
    }

    /// `ids` `[B, T]`, integers below `count`, on the table's device → `[B, T, size]` there.
    ///
    /// # Errors
    /// An ID outside the table, out of memory.
    pub fn forward(&self, ids: &Tensor) -> Result<Tensor> {
        let count = match &self.table {
            Weight::Dense(table) => table.dim(0)?,
            Weight::Quantized(packed) => packed.shape().dims()[0],
        };
        // A GPU would read past the table without an error.
        if let Some(bad) = ids.to_dtype(DType::I64)?.flatten_all()?.to_vec1::<i64>()?.iter().find(|&&id| id < 0 || id >= count as i64) {
            candle_core::bail!("token {bad} is not in the vocabulary of {count}");
        }
        match &self.table {
            Weight::Dense(table) => {
                let (b, t) = ids.dims2()?;
                table.index_select(&ids.to_dtype(DType::U32)?.flatten_all()?, 0)?.reshape((b, t, ()))
            }
            Weight::Quantized(packed) => packed.embedding(ids)?.to_dtype(self.dtype),
        }
    }
}

/// Projects a sinusoidal embedding: linear, SiLU, linear.
pub(super) struct EmbeddingMlp {
    linear1: Linear,
    linear2: Linear,
}

impl EmbeddingMlp {
    /// Loads `linear_1` and `linear_2`, with or without biases.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub(super) fn load(vars: &Vars, inputs: usize, size: usize, bias: bool) -> LoadResult<Self> {
        let linear = |name: &str, inputs: usize| Linear::with_bias(&vars.pp(name), inputs, size, bias);
        Ok(Self { linear1: linear("linear_1", inputs)?, linear2: linear("linear_2", size)? })
    }

    /// `[B, inputs]` → `[B, size]`.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.linear2.forward(&self.linear1.forward(x)?.silu()?)
    }
}

#[cfg(test)]
mod tests {
    /// Against `torch.exp(-math.log(10000) * torch.arange(128, dtype=torch.float32) / 128)`, torch 2.15 on CPU.
    #[test]
    fn frequencies_are_rounded_as_torch_does() {
        let ours = super::frequencies(128, 128.0);
        for (i, bits) in [(0, 0x3f80_0000_u32), (108, 0x39dd_1721), (115, 0x3985_9aa4), (116, 0x3978_a80d), (124, 0x390b_d46d)] {
            assert_eq!(ours[i].to_bits(), bits, "{i}");
        }
    }
}
