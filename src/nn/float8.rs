//! Matrices whose rows are kept in 8 bits.

use candle_core::{D, DType, Result, Tensor};

#[cfg(feature = "cuda")]
use super::kernels;

/// The largest value of e4m3.
const LARGEST: f64 = 448.0;
/// Rows of zeros have this scale, whose inverse is finite.
const SMALLEST_SCALE: f64 = 1e-12;

/// Rows in e4m3, each with a scale of its own: row = scale · values. The largest value of a row becomes 448, the largest of e4m3, and values
/// are rounded by at most 1/16 of themselves.
pub struct Float8 {
    /// `[…, width]` in e4m3, contiguous.
    pub values: Tensor,
    /// One for each row, `[rows]` float32.
    pub scales: Tensor,
}

/// Tokens as linear layers take them.
pub enum Rows {
    /// Floating point, `[…, width]`.
    Dense(Tensor),
    /// Rounded to 8 bits.
    Float8(Float8),
}

impl Float8 {
    /// Rounds rows: `parts` `[…, width]` lie side by side, and GELU (tanh approximation) is applied to the columns from `gelu_from` on.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn of_parts(parts: &[&Tensor], gelu_from: usize) -> Result<Self> {
        #[cfg(feature = "cuda")]
        if let Some([values, scales]) = kernels::quantize_rows(parts, gelu_from)? {
            return Ok(Self { values, scales });
        }
        let x = Tensor::cat(parts, D::Minus1)?.to_dtype(DType::F32)?;
        let width = x.dim(D::Minus1)?;
        let x = match gelu_from {
            0 => x.gelu()?,
            from if from < width => {
                Tensor::cat(&[x.narrow(D::Minus1, 0, from)?, x.narrow(D::Minus1, from, width - from)?.gelu()?], D::Minus1)?
            }
            _ => x,
        };
        let scales = (x.abs()?.max_keepdim(D::Minus1)? / LARGEST)?.maximum(SMALLEST_SCALE)?;
        Ok(Self { values: x.broadcast_div(&scales)?.to_dtype(DType::F8E4M3)?.contiguous()?, scales: scales.flatten_all()? })
    }

    /// Rounds `first` `[…, width]`, if there is one, and beside it [`super::fused::swiglu`] of `gated` `[…, 2 · hidden]`.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn of_gated(first: Option<&Tensor>, gated: &Tensor) -> Result<Self> {
        #[cfg(feature = "cuda")]
        if let Some([values, scales]) = kernels::quantize_gated_rows(first, gated)? {
            return Ok(Self { values, scales });
        }
        let hidden = super::fused::swiglu(gated)?;
        Self::of_parts(&first.into_iter().chain([&hidden]).collect::<Vec<_>>(), usize::MAX / 8 * 8)
    }

    /// Rounds rows.
    ///
    /// # Errors
    /// Out of memory.
    pub fn of(x: &Tensor) -> Result<Self> {
        Self::of_parts(&[x], usize::MAX / 8 * 8)
    }

    /// Values and scales.
    pub fn tensors(&self) -> [&Tensor; 2] {
        [&self.values, &self.scales]
    }

    /// The rows in floating point, `[…, width]`.
    ///
    /// # Errors
    /// Out of memory.
    pub fn unpack(&self, dtype: DType) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Some(dense) = kernels::unpack_rows(&self.values, &self.scales, dtype)? {
            return Ok(dense);
        }
        let mut shape = self.values.dims().to_vec();
        if let Some(last) = shape.last_mut() {
            *last = 1;
        }
        self.values.to_dtype(DType::F32)?.broadcast_mul(&self.scales.reshape(shape)?)?.to_dtype(dtype)
    }
}

/// [`super::fused::modulated_norm`], in 8 bits.
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn modulated_norm(x: &Tensor, scale: &Tensor, shift: &Tensor, eps: f64) -> Result<Float8> {
    #[cfg(feature = "cuda")]
    if let Some((_, [values, scales])) = kernels::norm_quantize_rows(x, None, scale, shift, eps)? {
        return Ok(Float8 { values, scales });
    }
    Float8::of(&super::fused::modulated_norm(x, scale, shift, eps)?)
}

/// `x + gate · update` as [`super::fused::add_gated`] makes it, and its [`modulated_norm`].
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn modulated_norm_of_sum(x: &Tensor, [update, gate]: [&Tensor; 2], [scale, shift]: [&Tensor; 2], eps: f64) -> Result<(Tensor, Float8)> {
    #[cfg(feature = "cuda")]
    {
        let update = kernels::Update { update, gate: Some(gate) };
        if let Some((sum, [values, scales])) = kernels::norm_quantize_rows(x, Some(update), scale, shift, eps)? {
            return Ok((sum, Float8 { values, scales }));
        }
    }
    let sum = super::fused::add_gated(x, update, gate)?;
    let normed = modulated_norm(&sum, scale, shift, eps)?;
    Ok((sum, normed))
}
