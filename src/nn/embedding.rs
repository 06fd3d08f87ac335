//! Rows of a table by number.

use candle_core::{DType, Result, Tensor};

use crate::weights::{Vars, Weight, WeightsError};

/// A table `[count, size]`, dense or quantised.
pub struct Embedding {
    table: Weight,
    dtype: DType,
}

impl Embedding {
    /// Takes `weight` `[count, size]`.
    ///
    /// # Errors
    /// A tensor is missing or of another shape.
    pub fn load(vars: &Vars, count: usize, size: usize) -> std::result::Result<Self, WeightsError> {
        Ok(Self { table: vars.weight("weight", (count, size))?, dtype: vars.dtype() })
    }

    /// `ids` `[B, T]`, integers below `count` → `[B, T, size]`.
    ///
    /// # Errors
    /// A number without a row, no memory.
    pub fn forward(&self, ids: &Tensor) -> Result<Tensor> {
        let count = match &self.table {
            Weight::Dense(table) => table.dim(0)?,
            Weight::Quantized(packed) => packed.shape().dims()[0],
        };
        // GPUs would read past the table without a word.
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
