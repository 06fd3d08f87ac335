//! Operations that run as one kernel on NVIDIA GPUs. Elsewhere, and for types and layouts that the kernels do not take, they are made of
//! plain operations in float32.
//!
//! Residual sums have the network's type on a GPU, as in the reference, and float32 on the CPU.

use candle_core::{D, DType, Result, Tensor};

#[cfg(feature = "cuda")]
use super::kernels;
use super::norm::LayerNorm;
pub use super::qkv::Qkv;

/// `x + y` of one shape. Where kernels run, both in one 16-bit type give a sum of that type; otherwise the sum is float32.
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn add(x: &Tensor, y: &Tensor) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(sum) = kernels::add(x, y, None, None)? {
        return Ok(sum);
    }
    x.to_dtype(DType::F32)?.broadcast_add(&y.to_dtype(DType::F32)?)
}

/// `x + y + bias` for `[B, C, H, W]` and a bias `[C]` of any type, as [`add`].
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn add_biased(x: &Tensor, y: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(sum) = kernels::add(x, y, None, bias)? {
        return Ok(sum);
    }
    match bias {
        Some(bias) => add(x, &add_bias(y, bias)?),
        None => add(x, y),
    }
}

/// `x + bias` for `[B, C, H, W]` and a bias `[C]` of any type. The sum has the type of `x`.
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn add_bias(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(sum) = kernels::activate(x, Some(bias), kernels::Function::Identity)? {
        return Ok(sum);
    }
    x.broadcast_add(&bias.to_dtype(x.dtype())?.reshape((1, (), 1, 1))?)
}

/// `x + gate · y`: `x`, `y` `[B, N, C]`, `gate` `[B, 1, C]` float32. The type of the sum is as in [`add`]. float16 sums are clipped to its
/// range, as FLUX's reference does.
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn add_gated(x: &Tensor, y: &Tensor, gate: &Tensor) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(sum) = kernels::add(x, y, Some(gate), None)? {
        return Ok(sum);
    }
    let y = if y.dtype() == DType::F16 { &y.clamp(-65504f32, 65504f32)? } else { y };
    x.to_dtype(DType::F32)?.broadcast_add(&y.to_dtype(DType::F32)?.broadcast_mul(gate)?)
}

/// `x + update` as [`add`] makes it, and its norm.
///
/// # Errors
/// As [`LayerNorm::forward`].
pub fn norm_of_sum(norm: &LayerNorm, x: &Tensor, update: &Tensor) -> Result<(Tensor, Tensor)> {
    #[cfg(feature = "cuda")]
    if let Some((weight, bias)) = &norm.affine {
        let update = kernels::Update { update, gate: None };
        if let Some((sum, normed)) = kernels::layer_norm_of_sum(x, update, Some((weight, bias)), None, norm.eps)? {
            return Ok((sum, normed.to_dtype(norm.dtype)?));
        }
    }
    let sum = add(x, update)?;
    let normed = norm.forward(&sum)?;
    Ok((sum, normed))
}

/// Layer norm without weights, then `· (1 + scale) + shift`: `x` `[B, N, C]`, `scale`, `shift` `[B, 1, C]` float32. The output is float32
/// or of the type of `x`.
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn modulated_norm(x: &Tensor, scale: &Tensor, shift: &Tensor, eps: f64) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(y) = kernels::layer_norm(x, None, Some((scale, shift)), eps)? {
        return Ok(y);
    }
    LayerNorm::without_affine(eps).forward(x)?.broadcast_mul(&(scale + 1.0)?)?.broadcast_add(shift)
}

/// `x + gate · update` as [`add_gated`] makes it, and its [`modulated_norm`].
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn modulated_norm_of_sum(x: &Tensor, [update, gate]: [&Tensor; 2], [scale, shift]: [&Tensor; 2], eps: f64) -> Result<(Tensor, Tensor)> {
    #[cfg(feature = "cuda")]
    {
        let update = kernels::Update { update, gate: Some(gate) };
        if let Some(both) = kernels::layer_norm_of_sum(x, update, None, Some((scale, shift)), eps)? {
            return Ok(both);
        }
    }
    let sum = add_gated(x, update, gate)?;
    let normed = modulated_norm(&sum, scale, shift, eps)?;
    Ok((sum, normed))
}

/// `x` `[…, 2 · C]` → the first half · GELU (exact) of the second, `[…, C]`.
///
/// # Errors
/// An odd last dimension, out of memory.
pub fn geglu(x: &Tensor) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(y) = kernels::geglu(x)? {
        return Ok(y);
    }
    let half = x.dim(D::Minus1)? / 2;
    x.narrow(D::Minus1, 0, half)? * x.narrow(D::Minus1, half, half)?.gelu_erf()?
}

/// `x` `[…, 2 · C]` → SiLU of the first half · the second half, `[…, C]`.
///
/// # Errors
/// An odd last dimension, out of memory.
pub fn swiglu(x: &Tensor) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(y) = kernels::swiglu(x)? {
        return Ok(y);
    }
    let half = x.dim(D::Minus1)? / 2;
    x.narrow(D::Minus1, 0, half)?.silu()? * x.narrow(D::Minus1, half, half)?
}

/// GELU, exact.
///
/// # Errors
/// Out of memory.
pub fn gelu_erf(x: &Tensor) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(y) = kernels::activate(x, None, kernels::Function::GeluErf)? {
        return Ok(y);
    }
    x.gelu_erf()
}

/// Nearest neighbour: `[B, C, h, w]` → `[B, C, height, width]`.
///
/// # Errors
/// Out of memory.
pub fn upsample_nearest(x: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if x.dims4().is_ok_and(|(_, _, h, w)| height == 2 * h && width == 2 * w) {
        if let Some(y) = kernels::upsample_twice(x)? {
            return Ok(y);
        }
    }
    x.upsample_nearest2d(height, width)
}

/// Bilinear with aligned corners: `[B, C, h, w]` → `[B, C, height, width]`.
///
/// # Errors
/// Out of memory.
pub fn resize_bilinear(x: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    if x.dims4().is_ok_and(|(_, _, h, w)| (h, w) == (height, width)) {
        return Ok(x.clone());
    }
    #[cfg(feature = "cuda")]
    if let Some(y) = kernels::resize_bilinear(x, height, width)? {
        return Ok(y);
    }
    x.contiguous()?.upsample_bilinear2d(height, width, true)
}

/// `relu(x + bias)`: `x` `[B, C, H, W]`, `bias` `[B, C, 1, 1]` or `[1, C, 1, 1]` of the same type.
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn bias_relu(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if bias.elem_count() == x.dim(1)? {
        if let Some(y) = kernels::activate(x, Some(&bias.flatten_all()?), kernels::Function::Relu)? {
            return Ok(y);
        }
    }
    x.broadcast_add(bias)?.relu()
}

/// Rows of `[B, N, C]` in the order of `order` `[M]` of type `u32` → `[B, M, C]`. `is_padded`: `order` may contain the index `N`, which gives
/// zeros.
///
/// # Errors
/// A larger index on the CPU, out of memory.
pub fn gather_rows(x: &Tensor, order: &Tensor, is_padded: bool) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(y) = kernels::gather_rows(x, order)? {
        return Ok(y);
    }
    if !is_padded {
        return x.contiguous()?.index_select(order, 1);
    }
    let (b, _, c) = x.dims3()?;
    Tensor::cat(&[x, &Tensor::zeros((b, 1, c), x.dtype(), x.device())?], 1)?.index_select(order, 1)
}

/// `factor · x` for `[B, C, H, W]`. Pictures whose channels are side by side in memory stay so.
///
/// # Errors
/// Out of memory.
pub fn multiplied(x: &Tensor, factor: f64) -> Result<Tensor> {
    // The product of a tensor in the order of its memory takes a fifth of the time of one in another order.
    (x.permute((0, 2, 3, 1))? * factor)?.permute((0, 3, 1, 2))
}

/// Joins `[B, C, H, W]` along the channels. Pictures whose channels are side by side in memory stay so.
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn join_channels(parts: &[&Tensor]) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if parts.iter().all(|part| kernels::is_channels_last(part) && part.dtype() == parts[0].dtype()) {
        let rows = parts.iter().map(|part| part.permute((0, 2, 3, 1))).collect::<Result<Vec<_>>>()?;
        return Tensor::cat(&rows, 3)?.permute((0, 3, 1, 2));
    }
    // Sums that no kernel takes are float32 beside parts of 16 bits.
    match parts.iter().all(|part| part.dtype() == parts[0].dtype()) {
        true => Tensor::cat(parts, 1),
        false => Tensor::cat(&parts.iter().map(|part| part.to_dtype(DType::F32)).collect::<Result<Vec<_>>>()?, 1),
    }
}

/// The pixels of `[B, C, H, W]` as tokens `[B, H · W, C]`.
///
/// # Errors
/// Out of memory.
pub fn to_tokens(x: &Tensor) -> Result<Tensor> {
    let (b, c, h, w) = x.dims4()?;
    x.permute((0, 2, 3, 1))?.contiguous()?.reshape((b, h * w, c))
}

/// Tokens `[B, H · W, C]` as a picture `[B, C, H, W]`: a view, whose channels are side by side in memory.
///
/// # Errors
/// Sizes that do not fit.
pub fn to_picture(tokens: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let (b, _, c) = tokens.dims3()?;
    tokens.reshape((b, height, width, c))?.permute((0, 3, 1, 2))
}

/// RMS norm and rotation of each head of q and k, for the tokens of `first`, if any, and then of `second`. → q, k, v, `[B, H, N, D]` each,
/// in the type of `second`.
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn rotate_heads(first: Option<Qkv<'_>>, second: Qkv<'_>, rope: &super::flux::rope::Rope, size: usize, eps: f64) -> Result<[Tensor; 3]> {
    #[cfg(feature = "cuda")]
    if let Some(rotated) = kernels::rotate_heads(first, second, rope.tables(), size, eps)? {
        return Ok(rotated);
    }
    let dtype = second.qkv.dtype();
    let mut joined: [Vec<Tensor>; 3] = Default::default();
    let mut start = 0;
    for part in first.into_iter().chain([second]) {
        let (b, n, width) = part.qkv.dims3()?;
        let heads = part.qkv.reshape((b, n, 3, width / (3 * size), size))?;
        for (i, all) in joined.iter_mut().enumerate() {
            let x = heads.narrow(2, i, 1)?.squeeze(2)?;
            all.push(match part.norms.get(i) {
                // Norm and rotation both compute in float32: convert once there and once back.
                Some(norm) => {
                    let y = candle_nn::ops::rms_norm(&x.to_dtype(DType::F32)?.contiguous()?, norm, eps as f32)?;
                    rope.rotate(&y.transpose(1, 2)?.contiguous()?, start)?.to_dtype(dtype)?
                }
                None => x.transpose(1, 2)?.contiguous()?,
            });
        }
        start += n;
    }
    let [q, k, v] = joined;
    Ok([Tensor::cat(&q, 2)?, Tensor::cat(&k, 2)?, Tensor::cat(&v, 2)?])
}
