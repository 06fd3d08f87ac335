//! Linear layers, dense or quantised.

use std::ops::Range;

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

    /// Some outputs of a larger layer without a bias: the `rows` of its `weight` `[outputs, inputs]`.
    ///
    /// # Errors
    /// As [`Linear::load`]; the layer does not have these rows.
    pub fn of_rows(vars: &Vars, inputs: usize, outputs: usize, rows: Range<usize>) -> LoadResult<Self> {
        Ok(Self { weight: vars.weight_rows("weight", (outputs, inputs), rows)?, bias: None, dtype: vars.dtype() })
    }

    /// One layer with the outputs of all; `None` if a weight is packed.
    fn joined(layers: &[Self]) -> Result<Option<Self>> {
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for layer in layers {
            let Weight::Dense(weight) = &layer.weight else { return Ok(None) };
            weights.push(weight);
            biases.extend(&layer.bias);
        }
        let Some(first) = layers.first() else { return Ok(None) };
        let weight = Weight::Dense(Tensor::cat(&weights, 0)?);
        let bias = if biases.is_empty() { None } else { Some(Tensor::cat(&biases, 0)?) };
        Ok(Some(Self { weight, bias, dtype: first.dtype }))
    }

    /// `x` `[…, inputs]` of any type → `[…, outputs]`.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.forward_in(x, self.dtype)
    }

    /// Like [`Linear::forward`], followed by GELU (tanh approximation).
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward_gelu(&self, x: &Tensor) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Some(y) = self.fused(&x.to_dtype(self.dtype)?, self.dtype, super::kernels::Activation::Gelu)? {
            return Ok(y);
        }
        self.forward(x)?.gelu()
    }

    /// `residual + forward(x)`: `residual` `[…, outputs]`. The type of the sum is as in [`super::fused::add`].
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward_added(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Weight::Dense(weight) = &self.weight {
            let x = x.to_dtype(self.dtype)?;
            if let Some(sum) = super::kernels::linear_added(&x, weight, self.bias.as_ref(), residual)? {
                return Ok(sum);
            }
        }
        super::fused::add(residual, &self.forward(x)?)
    }

    /// Like [`Linear::forward`], of parts that lie side by side along the last dimension.
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward_parts(&self, parts: &[&Tensor]) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Weight::Dense(weight) = &self.weight {
            if let Some(y) = super::kernels::linear_of_parts(parts, weight, self.bias.as_ref())? {
                return Ok(y);
            }
        }
        self.forward(&Tensor::cat(parts, D::Minus1)?)
    }

    #[cfg(feature = "cuda")]
    fn fused(&self, x: &Tensor, dtype: DType, activation: super::kernels::Activation) -> Result<Option<Tensor>> {
        match &self.weight {
            Weight::Dense(weight) if weight.dtype() == dtype => super::kernels::linear(x, weight, self.bias.as_ref(), activation),
            Weight::Dense(_) => Ok(None),
            Weight::Quantized(packed) => match dtype == DType::F32 {
                true => Ok(None),
                false => super::kernels::linear(x, &unpack(packed, dtype)?, self.bias.as_ref(), activation),
            },
        }
    }

    /// Like [`Linear::forward`], computed in `dtype`, for the few products that need more precision than the network's type.
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward_in(&self, x: &Tensor, dtype: DType) -> Result<Tensor> {
        let x = &x.to_dtype(dtype)?;
        #[cfg(feature = "cuda")]
        if let Some(y) = self.fused(x, dtype, super::kernels::Activation::None)? {
            return Ok(y);
        }
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

/// Several linear layers of the same input, whose outputs are wanted side by side.
pub struct JoinedLinear(Vec<Linear>);

impl JoinedLinear {
    /// Loads the layers at `vars`, each with `outputs` outputs, with or without a bias. On a GPU dense weights become one matrix: one large product
    /// is faster than several small ones.
    ///
    /// # Errors
    /// As [`Linear::load`].
    pub fn load(vars: &[Vars], inputs: usize, outputs: usize, bias: bool) -> LoadResult<Self> {
        let layers = vars.iter().map(|vars| Linear::with_bias(vars, inputs, outputs, bias)).collect::<LoadResult<Vec<_>>>()?;
        if !vars.first().is_some_and(|vars| vars.device().is_cuda()) {
            return Ok(Self(layers));
        }
        Ok(Self(match Linear::joined(&layers)? {
            Some(one) => vec![one],
            None => layers,
        }))
    }

    /// `x` `[…, inputs]` → `[…, layers · outputs]`.
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self.0.as_slice() {
            [one] => one.forward(x),
            layers => Tensor::cat(&layers.iter().map(|layer| layer.forward(x)).collect::<Result<Vec<_>>>()?, D::Minus1),
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
