//! Fused attention: cuDNN's where it is installed and takes the case, otherwise `attention.cu`.

use candle_core::cuda_backend::cudarc::driver::LaunchConfig;
use candle_core::{D, DType, Result, Tensor};

use super::context::{Arg, Context, is_half, of, pointer, suffix};
use super::cudnn;

/// Up to so many keys the own kernel is the faster one (measured on an H200: 0.022 against 0.034 ms for 4096 queries, 77 keys, 20 heads).
const SHORT: usize = 128;
/// Threads of a block.
const THREADS: u32 = 128;

/// Rows of queries and bytes of shared memory that a block of `attention.cu` takes, for the head sizes that it has.
fn tile(size: usize) -> Option<(usize, u32)> {
    match size {
        32 => Some((64, 16_384)),
        64 => Some((128, 49_152)),
        128 => Some((128, 65_536)),
        _ => None,
    }
}

/// softmax(q kᵀ · scale + bias) v: `q` `[B, H, Q, D]`, `k`, `v` `[B, H, K, D]` of one 16-bit type, any strides; `bias` float32, broadcast to
/// `[B, H, Q, K]`. → `[B, H, Q, D]`, in memory `[B, Q, H, D]`. With `which` `[B]` of type `u32`, `bias` is `[P, H, Q, K]`, and entry `i` of the
/// batch has the bias `which[i]`.
pub fn attention([q, k, v]: [&Tensor; 3], bias: Option<&Tensor>, which: Option<&Tensor>, scale: f64) -> Result<Option<Tensor>> {
    let Some(context) = of(q.device())? else { return Ok(None) };
    let dtype = q.dtype();
    let (b, h, rows, d) = q.dims4()?;
    if !is_half(dtype) || k.dtype() != dtype || v.dtype() != dtype || k.dims() != v.dims() || k.elem_count() == 0 || q.elem_count() == 0 {
        return Ok(None);
    }
    // Rows start at multiples of 16 bytes.
    let prepared = |x: &Tensor| -> Result<Tensor> {
        let stride = x.stride();
        let fits = stride[3] == 1 && stride[..3].iter().all(|s| s % 8 == 0) && pointer(x)? % 16 == 0;
        if fits { Ok(x.clone()) } else { x.force_contiguous() }
    };
    let (q, k, v) = (prepared(q)?, prepared(k)?, prepared(v)?);
    let out = context.uninit((b, rows, h, d), dtype)?.transpose(1, 2)?;
    let tensors = [&q, &k, &v, &out];
    if let Some(which) = which {
        return Ok(own(&context, tensors, bias, Some(which), scale)?.then_some(out));
    }
    // With a prompt's keys the library's kernel is slower than its start.
    let is_short = k.dim(2)? <= SHORT;
    let filled = (bias.is_none() && !is_short && cudnn::attention(&context, tensors, scale)?)
        || own(&context, tensors, bias, None, scale)?
        || (bias.is_none() && is_short && cudnn::attention(&context, tensors, scale)?);
    Ok(filled.then_some(out))
}

/// Fills `out`. Returns false for sizes that the kernel does not have.
pub(super) fn own(context: &Context, tensors: [&Tensor; 4], bias: Option<&Tensor>, which: Option<&Tensor>, scale: f64) -> Result<bool> {
    let [q, k, _, _] = tensors;
    let (b, h, rows, d) = q.dims4()?;
    let keys = k.dim(2)?;
    let (Some((queries, shared)), Some(suffix)) = (tile(d), suffix(q.dtype())) else { return Ok(false) };
    let (Ok(blocks), true) = (u32::try_from(rows.div_ceil(queries) * h * b), scale > 0.0) else { return Ok(false) };
    let bias = match bias {
        Some(bias) if which.is_some() && bias.dtype() == DType::F32 && bias.dims()[1..] == [h, rows, keys] => Some(bias.clone()),
        Some(bias) if bias.dtype() == DType::F32 && bias.dim(D::Minus1)? == keys => Some(bias.broadcast_as((b, h, rows, keys))?),
        Some(_) => return Ok(false),
        None => None,
    };
    if bias.as_ref().is_some_and(|bias| bias.stride()[3] != 1) {
        return Ok(false);
    }
    let mut args = Vec::with_capacity(24);
    for tensor in tensors {
        args.push(Arg::Pointer(pointer(tensor)?));
    }
    args.push(Arg::Pointer(bias.as_ref().map(pointer).transpose()?.unwrap_or_default()));
    args.push(Arg::Pointer(which.map(pointer).transpose()?.unwrap_or_default()));
    for tensor in tensors {
        args.extend(tensor.stride()[..3].iter().copied().map(Arg::long));
    }
    args.extend(bias.as_ref().map_or([0; 3], |bias| [bias.stride()[0], bias.stride()[1], bias.stride()[2]]).map(Arg::long));
    args.extend([h, rows, keys].map(|size| Arg::Int(size as i32)));
    args.push(Arg::Float(scale as f32));
    let config = LaunchConfig { grid_dim: (blocks, 1, 1), block_dim: (THREADS, 1, 1), shared_mem_bytes: shared };
    // SAFETY: the parameters of `attention.cu` in order; sizes and strides are those of live tensors of `out`'s type.
    #[allow(unsafe_code)]
    unsafe {
        context.launch(&format!("attention_{suffix}_{d}"), config, &args)?;
    }
    Ok(true)
}
