//! Scaled dot-product attention.

use candle_core::{D, DType, Result, Tensor};

/// Attention scores that exist at a time. Query rows are processed in chunks, so that memory stays bounded at 4,608 tokens and more.
const MAX_SCORES: usize = 1 << 27;
/// The same on a GPU, where scores take 12 bytes each on their way to the softmax: 0.4 GB.
const MAX_SCORES_OF_GPU: usize = 1 << 25;

/// softmax(q kᵀ · scale + bias) v, softmax in float32. `q` `[B, H, Q, D]`, `k` and `v` `[B, H, K, D]`, `bias` broadcast to
/// `[B, H, Q, K]` → `[B, H, Q, D]`, which need not be contiguous.
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn attention(q: &Tensor, k: &Tensor, v: &Tensor, bias: Option<&Tensor>, scale: f64) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(y) = super::kernels::attention([q, k, v], bias, None, scale)? {
        return Ok(y);
    }
    plain(q, k, v, bias, scale)
}

/// Like [`attention`], with one of few biases for each entry of the batch: `biases` `[P, H, Q, K]` float32, `which` `[B]` of type `u32` with
/// values below `P`.
///
/// # Errors
/// Shapes that do not fit, out of memory.
pub fn attention_with_biases(q: &Tensor, k: &Tensor, v: &Tensor, biases: &Tensor, which: &Tensor, scale: f64) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Some(y) = super::kernels::attention([q, k, v], Some(biases), Some(which), scale)? {
        return Ok(y);
    }
    plain(q, k, v, Some(&biases.index_select(which, 0)?), scale)
}

/// Attention by plain operations.
fn plain(q: &Tensor, k: &Tensor, v: &Tensor, bias: Option<&Tensor>, scale: f64) -> Result<Tensor> {
    let (b, h, rows, _) = q.dims4()?;
    let keys = k.dim(2)?;
    let k = k.contiguous()?;
    let v = v.contiguous()?;
    let kt = k.transpose(D::Minus2, D::Minus1)?;
    let part = |q: &Tensor, bias: Option<&Tensor>| -> Result<Tensor> {
        let dtype = q.dtype();
        // Scaled before the product: unscaled scores exceed the largest float16, 65,504.
        let q = if scale == 1.0 { q.contiguous()? } else { (q.contiguous()? * scale)? };
        let scores = q.matmul(&kt)?.to_dtype(DType::F32)?;
        let scores = match bias {
            Some(bias) => scores.broadcast_add(&bias.to_dtype(DType::F32)?)?,
            None => scores,
        };
        candle_nn::ops::softmax_last_dim(&scores)?.to_dtype(dtype)?.matmul(&v)
    };
    let most = if q.device().is_cpu() { MAX_SCORES } else { MAX_SCORES_OF_GPU };
    let chunk = (most / (b * h * keys).max(1)).max(1);
    if chunk >= rows {
        return part(q, bias);
    }
    let mut parts = Vec::with_capacity(rows.div_ceil(chunk));
    for start in (0..rows).step_by(chunk) {
        let len = chunk.min(rows - start);
        // A bias with one row applies to every query.
        let bias = match bias {
            Some(bias) if bias.dim(D::Minus2)? == rows => Some(bias.narrow(D::Minus2, start, len)?),
            other => other.cloned(),
        };
        parts.push(part(&q.narrow(2, start, len)?, bias.as_ref())?);
    }
    Tensor::cat(&parts, 2)
}
