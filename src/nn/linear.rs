//! Linear layers, dense or quantised.

use candle_core::quantized::QTensor;
use candle_core::{D, DType, Result, Tensor};

use crate::weights::{LoadResult, Vars, Weight};

/// `y = x Wᵀ + b` over the last dimension.
pub struct Linear {
    weight: Weight,
    bias: Option<Tensor>,
    dtype: DType,
}

impl Linear {
    /// Loads `weight` `[outputs, inputs]` and `bias` `[outputs]`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(vars: &Vars, inputs: usize, outputs: usize) -> LoadResult<Self> {
        Self::with_bias(vars, inputs, outputs, true)
    }

    /// Like [`Linear::load`], with or without a bias.
    ///
    /// # Errors
    /// As [`Linear::load`].
    pub fn with_bias(vars: &Vars, inputs: usize, outputs: usize, bias: bool) -> LoadResult<Self> {
        let weight = vars.weight("weight", (outputs, inputs))?;
        let bias = if bias { Some(vars.get("bias", outputs)?) } else { None };
        Ok(Self { weight, bias, dtype: vars.dtype() })
    }

    /// `x` `[…, inputs]` of any type → `[…, outputs]`.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.forward_in(x, self.dtype)
    }

    /// Like [`Linear::forward`], computed in `dtype`, for the few products that need more precision than the network's type.
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward_in(&self, x: &Tensor, dtype: DType) -> Result<Tensor> {
        let x = &x.to_dtype(dtype)?;
        let y = match &self.weight {
            Weight::Dense(weight) => product(x, &weight.to_dtype(dtype)?)?,
            // Unpacked for each product: candle's packed product also rounds the activations to 8 bits, 0.4 % of error per
            // layer, while unpacking costs little beside a product with hundreds of rows.
            Weight::Quantized(packed) => product(x, &unpack(packed, dtype)?)?,
        };
        match &self.bias {
            Some(bias) => y.broadcast_add(&bias.to_dtype(dtype)?),
            None => Ok(y),
        }
    }
}

/// One flat product. Batched products with a broadcast matrix are several times slower.
fn product(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let mut dims = x.dims().to_vec();
    let flat = x.reshape(((), x.dim(D::Minus1)?))?.matmul(&weight.t()?)?;
    if let Some(last) = dims.last_mut() {
        *last = weight.dim(0)?;
    }
    flat.reshape(dims)
}

fn unpack(packed: &QTensor, dtype: DType) -> Result<Tensor> {
    let device = packed.device();
    // float16 represents the values of a block more precisely than bfloat16, with half the memory traffic of float32.
    let dense = if dtype == DType::F32 || device.is_cpu() { packed.dequantize(&device)? } else { packed.dequantize_f16(&device)? };
    dense.to_dtype(dtype)
}
