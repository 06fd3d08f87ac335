//! The matrix product with bias, dense or quantised.

use candle_core::quantized::QMatMul;
use candle_core::{D, DType, Module, Result, Tensor};

use crate::weights::{Vars, Weight, WeightsError};

enum Matrix {
    Dense(Tensor),
    Quantized(QMatMul),
}

/// `y = x Wᵀ + b` over the last dimension.
pub struct Linear {
    matrix: Matrix,
    bias: Option<Tensor>,
    dtype: DType,
}

impl Linear {
    /// Takes `weight` `[outputs, inputs]` and `bias` `[outputs]`.
    ///
    /// # Errors
    /// A tensor is missing or of another shape.
    pub fn load(vars: &Vars, inputs: usize, outputs: usize) -> std::result::Result<Self, WeightsError> {
        Self::with_bias(vars, inputs, outputs, true)
    }

    /// The same, with or without a bias.
    ///
    /// # Errors
    /// As [`Linear::load`].
    pub fn with_bias(vars: &Vars, inputs: usize, outputs: usize, bias: bool) -> std::result::Result<Self, WeightsError> {
        let matrix = match vars.weight("weight", (outputs, inputs))? {
            Weight::Dense(weight) => Matrix::Dense(weight),
            Weight::Quantized(weight) => Matrix::Quantized(QMatMul::from_qtensor(weight)?),
        };
        let bias = if bias { Some(vars.get("bias", outputs)?) } else { None };
        Ok(Self { matrix, bias, dtype: vars.dtype() })
    }

    /// `x` `[…, inputs]` → `[…, outputs]`.
    ///
    /// # Errors
    /// Shapes that do not fit, no memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = match &self.matrix {
            // One flat product: batched products with a broadcast matrix are several times slower.
            Matrix::Dense(weight) => {
                let mut dims = x.dims().to_vec();
                let inputs = x.dim(D::Minus1)?;
                let flat = x.reshape(((), inputs))?.matmul(&weight.t()?)?;
                if let Some(last) = dims.last_mut() {
                    *last = weight.dim(0)?;
                }
                flat.reshape(dims)?
            }
            // candle multiplies packed blocks with float32 activations.
            Matrix::Quantized(weight) => weight.forward(&x.to_dtype(DType::F32)?.contiguous()?)?.to_dtype(self.dtype)?,
        };
        match &self.bias {
            Some(bias) => y.broadcast_add(bias),
            None => Ok(y),
        }
    }
}
