//! Normalisations. They run in float32 whatever the network's type is, and round once, at the end, as PyTorch's kernels do.

use candle_core::{D, DType, Result, Tensor};

use crate::weights::{LoadResult, Vars, WeightsError};

/// Mean and variance over the last dimension.
pub struct LayerNorm {
    affine: Option<(Tensor, Tensor)>,
    eps: f64,
    dtype: DType,
}

impl LayerNorm {
    /// Takes `weight` and `bias` `[size]`.
    ///
    /// # Errors
    /// A tensor is missing or of another shape.
    pub fn load(vars: &Vars, size: usize, eps: f64) -> LoadResult<Self> {
        let wide = vars.with_dtype(DType::F32);
        Ok(Self { affine: Some((wide.get("weight", size)?, wide.get("bias", size)?)), eps, dtype: vars.dtype() })
    }

    /// Without weight and bias, into float32.
    pub fn plain(eps: f64) -> Self {
        Self { affine: None, eps, dtype: DType::F32 }
    }

    /// `x` `[…, size]` → the same shape, in the network's type.
    ///
    /// # Errors
    /// Shapes that do not fit, no memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
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

/// Root mean square over the last dimension.
pub struct RmsNorm {
    weight: Tensor,
    eps: f64,
}

impl RmsNorm {
    /// Takes `weight` `[size]`.
    ///
    /// # Errors
    /// A tensor is missing or of another shape.
    pub fn load(vars: &Vars, size: usize, eps: f64) -> LoadResult<Self> {
        Ok(Self { weight: vars.get("weight", size)?, eps })
    }

    /// `x` `[…, size]` → the same shape.
    ///
    /// # Errors
    /// Shapes that do not fit, no memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let dtype = x.dtype();
        let x = x.to_dtype(DType::F32)?;
        let mean = x.sqr()?.mean_keepdim(D::Minus1)?;
        x.broadcast_div(&(mean + self.eps)?.sqrt()?)?.to_dtype(dtype)?.broadcast_mul(&self.weight)
    }
}

/// Mean and variance over groups of channels of `[B, C, H, W]`.
pub struct GroupNorm {
    weight: Tensor,
    bias: Tensor,
    groups: usize,
    eps: f64,
    dtype: DType,
}

impl GroupNorm {
    /// Takes `weight` and `bias` `[channels]`.
    ///
    /// # Errors
    /// A tensor is missing or of another shape; channels that do not divide into groups.
    pub fn load(vars: &Vars, channels: usize, groups: usize, eps: f64) -> LoadResult<Self> {
        if groups == 0 || !channels.is_multiple_of(groups) {
            return Err(WeightsError::config(vars.place(), format!("{channels} channels do not divide into {groups} norm groups")));
        }
        let wide = vars.with_dtype(DType::F32);
        Ok(Self { weight: wide.get("weight", channels)?, bias: wide.get("bias", channels)?, groups, eps, dtype: vars.dtype() })
    }

    /// `x` `[B, C, …]` → the same shape, in the network's type.
    ///
    /// # Errors
    /// Shapes that do not fit, no memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.wide(x)?.to_dtype(self.dtype)
    }

    /// The same with a SiLU after it.
    ///
    /// # Errors
    /// As [`GroupNorm::forward`].
    pub fn silu(&self, x: &Tensor) -> Result<Tensor> {
        self.wide(x)?.silu()?.to_dtype(self.dtype)
    }

    fn wide(&self, x: &Tensor) -> Result<Tensor> {
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
