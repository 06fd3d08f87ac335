//! Launches `float8.cu`: rows in 8 bits.

use candle_core::cuda_backend::cudarc::driver::LaunchConfig;
use candle_core::{D, DType, Device, Result, Tensor};

use super::context::{Arg, Context, aligned, is_half, of, pointer, suffix};
use super::elementwise::{Update, WIDTH, grid, launch, rows_of_modulations};

/// Threads that share a row where [`MOST_PACKS`] of each suffice: few wait for each other.
const FEW_THREADS: usize = 128;
/// Most threads that share a row.
const MOST_THREADS: usize = 512;
/// Most packs of [`WIDTH`] values that a thread holds.
const MOST_PACKS: usize = 4;

/// Whether the device multiplies e4m3 matrices: from compute capability 8.9 on.
pub fn multiplies_float8(device: &Device) -> Result<bool> {
    Ok(of(device)?.is_some_and(|context| context.capability >= (8, 9)))
}

/// Packs a thread holds, and the launch of a block a row; `None` for rows that are too long.
fn block_per_row(rows: usize, width: usize) -> Option<(usize, LaunchConfig)> {
    let packs = width / WIDTH;
    let of_thread = packs.div_ceil(FEW_THREADS).min(MOST_PACKS);
    if !width.is_multiple_of(WIDTH) || of_thread == 0 || packs > MOST_THREADS * MOST_PACKS {
        return None;
    }
    let threads = packs.div_ceil(of_thread).next_multiple_of(32) as u32;
    let grid_dim = (u32::try_from(rows).ok().filter(|&rows| rows > 0 && i32::try_from(rows).is_ok())?, 1, 1);
    Some((of_thread, LaunchConfig { grid_dim, block_dim: (threads, 1, 1), shared_mem_bytes: 0 }))
}

/// The tensors of rows in 8 bits, not written yet: values of the shape `[…, width]`, scales `[rows]`.
fn room(context: &Context, like: &Tensor, width: usize) -> Result<[Tensor; 2]> {
    let mut shape = like.dims().to_vec();
    if let Some(last) = shape.last_mut() {
        *last = width;
    }
    let rows = like.elem_count() / like.dim(D::Minus1)?;
    Ok([context.uninit(shape, DType::F8E4M3)?, context.uninit(rows, DType::F32)?])
}

/// One or two tensors `[…, width]` of one type, side by side, with GELU (tanh) from column `gelu_from` on → values and scales.
pub fn quantize_rows(parts: &[&Tensor], gelu_from: usize) -> Result<Option<[Tensor; 2]>> {
    let (first, second) = match parts {
        &[one] => (one, None),
        &[first, second] => (first, Some(second)),
        _ => return Ok(None),
    };
    let (Some(context), Some(suffix)) = (of(first.device())?, suffix(first.dtype())) else { return Ok(None) };
    if parts.iter().any(|part| part.dtype() != first.dtype()) {
        return Ok(None);
    }
    let first_width = first.dim(D::Minus1)?;
    let width = first_width + second.map_or(Ok(0), |part| part.dim(D::Minus1))?;
    let rows = first.elem_count() / first_width.max(1);
    let fits = first_width.is_multiple_of(WIDTH)
        && parts.iter().all(|part| part.dims().split_last().map(|s| s.1) == first.dims().split_last().map(|s| s.1));
    let Some((packs, config)) = block_per_row(rows, width).filter(|_| fits && gelu_from.is_multiple_of(WIDTH)) else { return Ok(None) };
    let a = first.contiguous()?;
    let b = second.map(Tensor::contiguous).transpose()?;
    let [values, scales] = room(&context, first, width)?;
    let addresses = [pointer(&a)?, b.as_ref().map(pointer).transpose()?.unwrap_or_default(), pointer(&values)?, pointer(&scales)?];
    if !aligned(&addresses) {
        return Ok(None);
    }
    let mut args: Vec<Arg> = addresses.into_iter().map(Arg::Pointer).collect();
    args.extend([first_width, width, gelu_from.min(width)].map(|size| Arg::Int(size as i32)));
    launch(&context, &format!("quantize_rows_{packs}_{suffix}"), config, &args)?;
    Ok(Some([values, scales]))
}

/// `first` `[…, first_width]`, if there is one, and beside it SiLU of the first half · the second half of `gated` `[…, 2 · hidden]`, of one type
/// → values `[…, first_width + hidden]` and scales. Both widths are multiples of 8.
pub fn quantize_gated_rows(first: Option<&Tensor>, gated: &Tensor) -> Result<Option<[Tensor; 2]>> {
    let (Some(context), Some(suffix)) = (of(gated.device())?, suffix(gated.dtype())) else { return Ok(None) };
    let hidden = gated.dim(D::Minus1)? / 2;
    let first_width = first.map_or(Ok(0), |first| first.dim(D::Minus1))?;
    let width = first_width + hidden;
    let rows = gated.elem_count() / (2 * hidden).max(1);
    let mut fits = gated.dim(D::Minus1)? == 2 * hidden && hidden.is_multiple_of(WIDTH) && first_width.is_multiple_of(WIDTH);
    if let Some(first) = first {
        fits &= first.dtype() == gated.dtype() && first.dims().split_last().map(|s| s.1) == gated.dims().split_last().map(|s| s.1);
    }
    let Some((packs, config)) = block_per_row(rows, width).filter(|_| fits) else { return Ok(None) };
    let a = first.map(Tensor::contiguous).transpose()?;
    let b = gated.contiguous()?;
    let [values, scales] = room(&context, gated, width)?;
    let addresses = [a.as_ref().map(pointer).transpose()?.unwrap_or_default(), pointer(&b)?, pointer(&values)?, pointer(&scales)?];
    if !aligned(&addresses) {
        return Ok(None);
    }
    let mut args: Vec<Arg> = addresses.into_iter().map(Arg::Pointer).collect();
    args.extend([first_width, width].map(|size| Arg::Int(size as i32)));
    launch(&context, &format!("quantize_gated_rows_{packs}_{suffix}"), config, &args)?;
    Ok(Some([values, scales]))
}

/// Layer norm without weights, then · (1 + scale) + shift, as [`super::layer_norm`] → values and scales. With an update, which has a gate, the
/// norm is that of the sum, which comes first; see [`super::layer_norm_of_sum`].
pub fn norm_quantize_rows(
    x: &Tensor,
    update: Option<Update<'_>>,
    scale: &Tensor,
    shift: &Tensor,
    eps: f64,
) -> Result<Option<(Tensor, [Tensor; 2])>> {
    let (Some(context), Some(suffix)) = (of(x.device())?, suffix(x.dtype())) else { return Ok(None) };
    let columns = x.dim(D::Minus1)?;
    let rows = x.elem_count() / columns.max(1);
    let Some((packs, config)) = block_per_row(rows, columns).filter(|_| is_half(x.dtype())) else { return Ok(None) };
    let gate = update.and_then(|update| update.gate);
    let modulations: Vec<&Tensor> = [scale, shift].into_iter().chain(gate).collect();
    let Some((rows_per_batch, stride)) = rows_of_modulations(&modulations, rows, columns)? else { return Ok(None) };
    let x = x.contiguous()?;
    let [values, out_scales] = room(&context, &x, columns)?;
    let (mut sum, mut y, mut residual) = (x.clone(), None, [0; 3]);
    if let Some(Update { update, gate }) = update {
        let Some(gate) = gate.filter(|_| update.dims() == x.dims() && update.dtype() == x.dtype()) else { return Ok(None) };
        sum = context.uninit(x.dims(), x.dtype())?;
        residual = [pointer(y.insert(update.contiguous()?))?, pointer(gate)?, pointer(&sum)?];
    }
    let addresses = [pointer(scale)?, pointer(shift)?, pointer(&values)?, pointer(&out_scales)?];
    let addresses: Vec<u64> = [pointer(&x)?].into_iter().chain(residual).chain(addresses).collect();
    if !aligned(&addresses) {
        return Ok(None);
    }
    let mut args: Vec<Arg> = addresses.into_iter().map(Arg::Pointer).collect();
    args.extend([columns, rows_per_batch].map(|size| Arg::Int(size as i32)));
    args.extend([Arg::long(stride), Arg::Float(eps as f32)]);
    launch(&context, &format!("norm_quantize_rows_{packs}_{suffix}"), config, &args)?;
    drop(y);
    Ok(Some((sum, [values, out_scales])))
}

/// The address of float32 scales, or of a bias in another type.
fn start(tensor: Option<&Tensor>) -> Result<u64> {
    Ok(tensor.map(pointer).transpose()?.unwrap_or_default())
}

/// A product of unscaled values that was multiplied by 2⁻¹⁶, `[…, columns]`, becomes the product of the rows, in place.
pub fn scale_product(
    context: &Context,
    product: &Tensor,
    row_scales: &Tensor,
    column_scales: &Tensor,
    bias: Option<&Tensor>,
) -> Result<()> {
    let Some(suffix) = suffix(product.dtype()) else { candle_core::bail!("a product in {:?}", product.dtype()) };
    let (rows, columns) = (row_scales.elem_count(), column_scales.elem_count());
    if rows * columns != product.elem_count() || !columns.is_multiple_of(WIDTH) {
        candle_core::bail!("{rows} and {columns} scales for a product of {:?}", product.shape());
    }
    let addresses = [pointer(product)?, pointer(row_scales)?, pointer(column_scales)?, start(bias)?];
    let mut args: Vec<Arg> = addresses.into_iter().map(Arg::Pointer).collect();
    args.extend([rows, columns].map(Arg::long));
    launch(context, &format!("scale_product_{suffix}"), grid(rows * columns / WIDTH)?, &args)
}

/// Rows in 8 bits → `[…, width]` in another type.
pub fn unpack_rows(values: &Tensor, scales: &Tensor, dtype: DType) -> Result<Option<Tensor>> {
    let (Some(context), Some(suffix)) = (of(values.device())?, suffix(dtype)) else { return Ok(None) };
    let columns = values.dim(D::Minus1)?;
    if !columns.is_multiple_of(WIDTH) || values.elem_count() == 0 || !values.is_contiguous() {
        return Ok(None);
    }
    let out = context.uninit(values.dims(), dtype)?;
    let addresses = [pointer(values)?, pointer(scales)?, pointer(&out)?];
    if !aligned(&addresses) {
        return Ok(None);
    }
    let mut args: Vec<Arg> = addresses.into_iter().map(Arg::Pointer).collect();
    args.extend([values.elem_count() / columns, columns].map(Arg::long));
    launch(&context, &format!("unpack_rows_{suffix}"), grid(values.elem_count() / WIDTH)?, &args)?;
    Ok(Some(out))
}
