//! Linear layers, dense, packed or in 8 bits.

use std::ops::Range;

use candle_core::quantized::QTensor;
use candle_core::{D, DType, Result, Tensor};

use super::float8::{Float8, Rows};
use crate::weights::{LoadResult, Vars, Weight};

/// A matrix `[outputs, inputs]`.
enum Matrix {
    Dense(Tensor),
    /// Packed GGUF blocks.
    Packed(QTensor),
    Float8(Float8),
}

impl Matrix {
    /// The matrix as the file has it.
    fn stored(weight: Weight) -> Self {
        match weight {
            Weight::Dense(weight) => Self::Dense(weight),
            Weight::Quantized(weight) => Self::Packed(weight),
        }
    }
}

/// `y = x Wᵀ + b` over the last dimension.
pub struct Linear {
    weight: Matrix,
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
        let layer = Self::as_stored(vars, inputs, outputs, bias)?;
        Ok(if vars.float8() { layer.in_float8()? } else { layer })
    }

    fn as_stored(vars: &Vars, inputs: usize, outputs: usize, bias: bool) -> LoadResult<Self> {
        let weight = Matrix::stored(vars.weight("weight", (outputs, inputs))?);
        let bias = if bias { Some(vars.get("bias", outputs)?) } else { None };
        Ok(Self { weight, bias, dtype: vars.dtype() })
    }

    /// Some outputs of a larger layer without a bias: the `rows` of its `weight` `[outputs, inputs]`, in 8 bits if `vars` asks for it.
    ///
    /// # Errors
    /// As [`Linear::load`]; the layer does not have these rows.
    pub fn of_rows(vars: &Vars, inputs: usize, outputs: usize, rows: Range<usize>) -> LoadResult<Self> {
        let weight = Matrix::stored(vars.weight_rows("weight", (outputs, inputs), rows)?);
        let layer = Self { weight, bias: None, dtype: vars.dtype() };
        Ok(if vars.float8() { layer.in_float8()? } else { layer })
    }

    /// The layer with `more` `[outputs]` added to its bias.
    pub(super) fn with_more_bias(self, more: &Tensor) -> Result<Self> {
        let more = more.to_dtype(DType::F32)?;
        let sum = match &self.bias {
            Some(bias) => (bias.to_dtype(DType::F32)? + more)?,
            None => more,
        };
        Ok(Self { bias: Some(sum.to_dtype(self.dtype)?), ..self })
    }

    /// The layer with its dense weight in 8 bits. A packed weight stays.
    fn in_float8(self) -> Result<Self> {
        let weight = match self.weight {
            Matrix::Dense(weight) => Matrix::Float8(Float8::of(&weight)?),
            other => other,
        };
        Ok(Self { weight, ..self })
    }

    /// One layer with the outputs of all; `None` if a weight is packed.
    fn joined(layers: &[Self]) -> Result<Option<Self>> {
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for layer in layers {
            let Matrix::Dense(weight) = &layer.weight else { return Ok(None) };
            weights.push(weight);
            biases.extend(&layer.bias);
        }
        let Some(first) = layers.first() else { return Ok(None) };
        let weight = Matrix::Dense(Tensor::cat(&weights, 0)?);
        let bias = if biases.is_empty() { None } else { Some(Tensor::cat(&biases, 0)?) };
        Ok(Some(Self { weight, bias, dtype: first.dtype }))
    }

    /// Whether the layer takes [`Rows::Float8`]: its weight is in 8 bits, and the device multiplies them. The CPU does it in float32, for tests.
    pub fn takes_float8(&self) -> bool {
        let Matrix::Float8(weight) = &self.weight else { return false };
        let device = weight.values.device();
        #[cfg(feature = "cuda")]
        if device.is_cuda() {
            return self.dtype != DType::F32 && super::kernels::multiplies_float8(device).unwrap_or(false);
        }
        device.is_cpu()
    }

    /// `x` `[…, inputs]` of any type → `[…, outputs]`.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.forward_in(x, self.dtype)
    }

    /// Like [`Linear::forward`], for rows that may be in 8 bits.
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward_rows(&self, x: &Rows) -> Result<Tensor> {
        match (x, &self.weight) {
            (Rows::Dense(x), _) => self.forward(x),
            (Rows::Float8(x), Matrix::Float8(weight)) => self.float8_product(x, weight),
            (Rows::Float8(x), _) => self.forward(&x.unpack(self.dtype)?),
        }
    }

    fn float8_product(&self, x: &Float8, weight: &Float8) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Some(y) = super::kernels::linear_float8(x.tensors(), weight.tensors(), self.bias.as_ref(), self.dtype)? {
            return Ok(y);
        }
        self.with_its_bias(product(&x.unpack(self.dtype)?, &weight.unpack(self.dtype)?)?, self.dtype)
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

    /// `next.forward(self.forward_gelu(x))`, for rows that may be in 8 bits.
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward_gelu_then(&self, x: &Rows, next: &Self) -> Result<Tensor> {
        match x {
            Rows::Dense(x) => next.forward(&self.forward_gelu(x)?),
            Rows::Float8(_) => next.forward_rows(&Rows::Float8(Float8::of_parts(&[&self.forward_rows(x)?], 0)?)),
        }
    }

    /// `next.forward(swiglu(self.forward(x)))`, for rows that may be in 8 bits.
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward_swiglu_then(&self, x: &Rows, next: &Self) -> Result<Tensor> {
        let gated = self.forward_rows(x)?;
        match x {
            Rows::Dense(_) => next.forward(&super::fused::swiglu(&gated)?),
            Rows::Float8(_) => next.forward_rows(&Rows::Float8(Float8::of_gated(None, &gated)?)),
        }
    }

    /// `residual + forward(x)`: `residual` `[…, outputs]`. The type of the sum is as in [`super::fused::add`].
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward_added(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Matrix::Dense(weight) = &self.weight {
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
        if let Matrix::Dense(weight) = &self.weight {
            if let Some(y) = super::kernels::linear_of_parts(parts, weight, self.bias.as_ref())? {
                return Ok(y);
            }
        }
        self.forward(&Tensor::cat(parts, D::Minus1)?)
    }

    #[cfg(feature = "cuda")]
    fn fused(&self, x: &Tensor, dtype: DType, activation: super::kernels::Activation) -> Result<Option<Tensor>> {
        let bias = self.bias.as_ref();
        match &self.weight {
            Matrix::Dense(weight) if weight.dtype() == dtype => super::kernels::linear(x, weight, bias, activation),
            Matrix::Dense(_) => Ok(None),
            Matrix::Packed(_) | Matrix::Float8(_) if dtype == DType::F32 => Ok(None),
            Matrix::Packed(packed) => super::kernels::linear(x, &unpack(packed, dtype)?, bias, activation),
            Matrix::Float8(rows) => super::kernels::linear(x, &rows.unpack(dtype)?, bias, activation),
        }
    }

    /// Like [`Linear::forward`], computed in `dtype`, for the few products that need more precision than the network's type.
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward_in(&self, x: &Tensor, dtype: DType) -> Result<Tensor> {
        let x = &x.to_dtype(dtype)?;
        if let Matrix::Float8(weight) = &self.weight
            && dtype == self.dtype
            && self.takes_float8()
        {
            return self.float8_product(&Float8::of(x)?, weight);
        }
        #[cfg(feature = "cuda")]
        if let Some(y) = self.fused(x, dtype, super::kernels::Activation::None)? {
            return Ok(y);
        }
        let y = match &self.weight {
            Matrix::Dense(weight) => product(x, &weight.to_dtype(dtype)?)?,
            // Unpacked for each product: candle's packed product also rounds the activations to 8 bits, 0.4 % of error per
            // layer, while unpacking costs little beside a product with hundreds of rows.
            Matrix::Packed(packed) => product(x, &unpack(packed, dtype)?)?,
            Matrix::Float8(rows) => product(x, &rows.unpack(dtype)?)?,
        };
        self.with_its_bias(y, dtype)
    }

    fn with_its_bias(&self, y: Tensor, dtype: DType) -> Result<Tensor> {
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
        let layers = vars.iter().map(|vars| Linear::as_stored(vars, inputs, outputs, bias)).collect::<LoadResult<Vec<_>>>()?;
        let Some(first) = vars.first() else { return Ok(Self(layers)) };
        let joined = if first.device().is_cuda() { Linear::joined(&layers)? } else { None };
        let layers = joined.map_or(layers, |one| vec![one]);
        Ok(Self(match first.float8() {
            true => layers.into_iter().map(Linear::in_float8).collect::<Result<_>>()?,
            false => layers,
        }))
    }

    /// Whether all layers take rows in 8 bits, see [`Linear::takes_float8`].
    pub fn takes_float8(&self) -> bool {
        self.0.iter().all(Linear::takes_float8)
    }

    /// `x` `[…, inputs]` → `[…, layers · outputs]`.
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.each(|layer| layer.forward(x))
    }

    /// Like [`JoinedLinear::forward`], for rows that may be in 8 bits.
    ///
    /// # Errors
    /// As [`Linear::forward`].
    pub fn forward_rows(&self, x: &Rows) -> Result<Tensor> {
        self.each(|layer| layer.forward_rows(x))
    }

    fn each(&self, forward: impl Fn(&Linear) -> Result<Tensor>) -> Result<Tensor> {
        match self.0.as_slice() {
            [one] => forward(one),
            layers => Tensor::cat(&layers.iter().map(forward).collect::<Result<Vec<_>>>()?, D::Minus1),
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
