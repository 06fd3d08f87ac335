//! Normalisation layers. They compute in float32 and round once at the end, as PyTorch's kernels do.

use candle_core::{D, DType, Result, Tensor};

use crate::weights::{LoadResult, Vars, WeightsError};

/// Layer norm over the last dimension.
pub struct LayerNorm {
    pub(super) affine: Option<(Tensor, Tensor)>,
    pub(super) eps: f64,
    pub(super) dtype: DType,
}

impl LayerNorm {
    /// Loads `weight` and `bias` `[size]`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(vars: &Vars, size: usize, eps: f64) -> LoadResult<Self> {
        let in_f32 = vars.with_dtype(DType::F32);
        Ok(Self { affine: Some((in_f32.get("weight", size)?, in_f32.get("bias", size)?)), eps, dtype: vars.dtype() })
    }

    /// Without weight and bias; the output is float32.
    pub fn without_affine(eps: f64) -> Self {
        Self { affine: None, eps, dtype: DType::F32 }
    }

    /// `x` `[…, size]` → the same shape, in the network's type.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Some((weight, bias)) = &self.affine {
            if let Some(y) = super::kernels::layer_norm(x, Some((weight, bias)), None, self.eps)? {
                return y.to_dtype(self.dtype);
            }
        }
        let x = x.to_dtype(DType::F32)?;
        let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let y = centred.broadcast_div(&(variance + self.eps)?.sqrt()?)?;
        match &self.affine {
            Some((weight, bias)) => y.broadcast_mul(weight)?.broadcast_add(bias)?.to_dtype(self.dtype),
            None => y.to_dtype(self.dtype),
        }
    }
}

/// RMS norm over the last dimension.
pub struct RmsNorm {
    weight: Tensor,
    eps: f64,
}

impl RmsNorm {
    /// Loads `weight` `[size]`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(vars: &Vars, size: usize, eps: f64) -> LoadResult<Self> {
        Ok(Self { weight: vars.get("weight", size)?, eps })
    }

    /// `x` `[…, size]` → the same shape.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let dtype = x.dtype();
        let x = x.to_dtype(DType::F32)?;
        let mean = x.sqr()?.mean_keepdim(D::Minus1)?;
        x.broadcast_div(&(mean + self.eps)?.sqrt()?)?.to_dtype(dtype)?.broadcast_mul(&self.weight)
    }

    /// Like [`RmsNorm::forward`] of float32 `x` and weights, in `dtype` if the device rounds at no cost; otherwise float32.
    ///
    /// # Errors
    /// As [`RmsNorm::forward`].
    pub fn forward_as(&self, x: &Tensor, dtype: DType) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Some(y) = super::kernels::rms_norm(x, &self.weight, self.eps, dtype)? {
            return Ok(y);
        }
        let _ = dtype;
        self.forward(x)
    }
}

/// Group norm over channels of `[B, C, H, W]`.
pub struct GroupNorm {
    weight: Tensor,
    bias: Tensor,
    groups: usize,
    eps: f64,
    dtype: DType,
}

impl GroupNorm {
    /// Loads `weight` and `bias` `[channels]`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape; channels that do not divide into groups.
    pub fn load(vars: &Vars, channels: usize, groups: usize, eps: f64) -> LoadResult<Self> {
        if groups == 0 || !channels.is_multiple_of(groups) {
            return Err(WeightsError::config(vars.place(), format!("{channels} channels do not divide into {groups} norm groups")));
        }
        let in_f32 = vars.with_dtype(DType::F32);
        Ok(Self { weight: in_f32.get("weight", channels)?, bias: in_f32.get("bias", channels)?, groups, eps, dtype: vars.dtype() })
    }

    /// `x` `[B, C, …]` → the same shape, in the network's type.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.normalise(x, None, false)
    }

    /// Like [`GroupNorm::forward`], followed by SiLU.
    ///
    /// # Errors
    /// As [`GroupNorm::forward`].
    pub fn silu(&self, x: &Tensor) -> Result<Tensor> {
        self.normalise(x, None, true)
    }

    /// Like [`GroupNorm::silu`], of `x + extra`: `extra` `[B or 1, C]` is added to every pixel.
    ///
    /// # Errors
    /// As [`GroupNorm::forward`].
    pub fn silu_of_sum(&self, x: &Tensor, extra: &Tensor) -> Result<Tensor> {
        self.normalise(x, Some(&extra.to_dtype(DType::F32)?), true)
    }

    fn normalise(&self, x: &Tensor, extra: Option<&Tensor>, with_silu: bool) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Some(y) = super::kernels::group_norm(x, self.groups, &self.weight, &self.bias, extra, self.eps, with_silu)? {
            return y.to_dtype(self.dtype);
        }
        let y = match extra {
            Some(extra) => self.forward_f32(&x.to_dtype(DType::F32)?.broadcast_add(&extra.unsqueeze(2)?.unsqueeze(3)?)?)?,
            None => self.forward_f32(x)?,
        };
        if with_silu { y.silu()? } else { y }.to_dtype(self.dtype)
    }

    fn forward_f32(&self, x: &Tensor) -> Result<Tensor> {
        let dims = x.dims().to_vec();
        let grouped = x.to_dtype(DType::F32)?.reshape((dims[0], self.groups, ()))?;
        let centred = grouped.broadcast_sub(&grouped.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let y = centred.broadcast_div(&(variance + self.eps)?.sqrt()?)?.reshape(dims.as_slice())?;
        let mut shape = vec![1; dims.len()];
        shape[1] = dims[1];
        y.broadcast_mul(&self.weight.reshape(shape.as_slice())?)?.broadcast_add(&self.bias.reshape(shape.as_slice())?)
    }
}
