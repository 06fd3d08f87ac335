//! Launches `elementwise.cu`.

use candle_core::cuda_backend::cudarc::driver::LaunchConfig;
use candle_core::{D, DType, Result, Tensor};

use crate::nn::qkv::Qkv;

use super::context::{Arg, Context, aligned, is_half, of, pointer, suffix};

/// Elements that a thread loads at a time, as in the kernels.
pub(super) const WIDTH: usize = 8;
const THREADS: usize = 256;

/// The context and the kernel suffix, if the tensor is on a CUDA device and of a type that the kernels take.
fn usable(x: &Tensor) -> Result<Option<(std::sync::Arc<Context>, &'static str)>> {
    let (Some(context), Some(suffix)) = (of(x.device())?, suffix(x.dtype())) else { return Ok(None) };
    Ok((x.elem_count() > 0).then_some((context, suffix)))
}

/// A block for each `THREADS` threads, of which there are fewer than 2³²: the kernels number them with 32 bits.
pub(super) fn grid(threads: usize) -> Result<LaunchConfig> {
    if u32::try_from(threads + THREADS).is_err() {
        candle_core::bail!("{threads} threads are too many for a launch");
    }
    let blocks = threads.div_ceil(THREADS) as u32;
    Ok(LaunchConfig { grid_dim: (blocks, 1, 1), block_dim: (THREADS as u32, 1, 1), shared_mem_bytes: 0 })
}

/// Launches with addresses and sizes that the caller has checked.
pub(super) fn launch(context: &Context, name: &str, config: LaunchConfig, args: &[Arg]) -> Result<()> {
    // SAFETY: the functions below pass what the kernel of that name takes, with addresses of tensors that live until the launch and sizes
    // that they have checked against them.
    #[allow(unsafe_code)]
    unsafe {
        context.launch(name, config, args)
    }
}

/// One block a row, as wide as the row needs.
fn block_per_row(rows: usize, columns: usize) -> Result<LaunchConfig> {
    let threads = (columns / WIDTH).div_ceil(32).clamp(1, THREADS / 32) * 32;
    let Ok(rows) = u32::try_from(rows) else { candle_core::bail!("{rows} rows are too many for a launch") };
    Ok(LaunchConfig { grid_dim: (rows, 1, 1), block_dim: (threads as u32, 1, 1), shared_mem_bytes: ((columns + 32) * 4) as u32 })
}

/// One warp a row. Small blocks: registers limit how many fit, and whole blocks come and go.
fn warp_per_row(rows: usize) -> Result<LaunchConfig> {
    const WARPS: usize = 4;
    let Ok(blocks) = u32::try_from(rows.div_ceil(WARPS)) else { candle_core::bail!("{rows} rows are too many for a launch") };
    Ok(LaunchConfig { grid_dim: (blocks, 1, 1), block_dim: (32 * WARPS as u32, 1, 1), shared_mem_bytes: 0 })
}

/// Longest row whose values fit the shared memory of every card.
const MOST_COLUMNS: usize = 48 * 256 - 32;

/// Packs that a lane holds in the kernels with a warp for each row.
const PACKS_OF_WARP: [usize; 3] = [3, 6, 12];

/// Heads that a thread rotates, as in the kernel.
const HEADS_OF_THREAD: usize = 4;

/// Threads that compute the factors of a group of channels.
const THREADS_OF_GROUP: u32 = 1024;

/// A float32 matrix of one row a picture: `[B, 1, columns]` whose rows may be parts of longer ones.
pub(super) fn modulation(x: &Tensor, columns: usize) -> Option<usize> {
    let stride = *x.stride().first()?;
    let fits = x.dtype() == DType::F32 && x.dims().last() == Some(&columns) && x.stride().last() == Some(&1);
    fits.then_some(stride)
}

/// An update that is added before a norm: `gate` (float32 `[B, 1, columns]`; none for 1) · `update`, which has the shape and type of the other summand.
#[derive(Clone, Copy)]
pub struct Update<'a> {
    pub update: &'a Tensor,
    pub gate: Option<&'a Tensor>,
}

/// Float32 modulations `[B, 1, columns]` that are parts of one table, before they are used in a kernel: rows that share a modulation, and
/// elements from one modulation to the next. `None` if they do not fit `rows`.
pub(super) fn rows_of_modulations(parts: &[&Tensor], rows: usize, columns: usize) -> Result<Option<(usize, usize)>> {
    let Some(first) = parts.first() else { return Ok(Some((rows, 0))) };
    let (Some(stride), batch) = (modulation(first, columns), first.dim(0)?) else { return Ok(None) };
    let same = |part: &&Tensor| modulation(part, columns) == Some(stride) && part.elem_count() == batch * columns;
    Ok((batch > 0 && parts.iter().all(same) && rows.is_multiple_of(batch)).then(|| (rows / batch, stride)))
}

/// Layer norm over the last dimension, then · weight + bias, then · (1 + scale) + shift; see `elementwise.cu`. Weights `[columns]` are
/// float32. The output has the type of `x`.
pub fn layer_norm(
    x: &Tensor,
    affine: Option<(&Tensor, &Tensor)>,
    scale_and_shift: Option<(&Tensor, &Tensor)>,
    eps: f64,
) -> Result<Option<Tensor>> {
    Ok(norm(x, None, affine, scale_and_shift, eps)?.map(|(_, normed)| normed))
}

/// `x + gate · update` as [`add`] makes it, and its [`layer_norm`], for 16-bit types and short rows.
pub fn layer_norm_of_sum(
    x: &Tensor,
    update: Update<'_>,
    affine: Option<(&Tensor, &Tensor)>,
    scale_and_shift: Option<(&Tensor, &Tensor)>,
    eps: f64,
) -> Result<Option<(Tensor, Tensor)>> {
    norm(x, Some(update), affine, scale_and_shift, eps)
}

/// The sum, which is `x` without an update, and its norm.
fn norm(
    x: &Tensor,
    update: Option<Update<'_>>,
    affine: Option<(&Tensor, &Tensor)>,
    scale_and_shift: Option<(&Tensor, &Tensor)>,
    eps: f64,
) -> Result<Option<(Tensor, Tensor)>> {
    let Some((context, suffix)) = usable(x)? else { return Ok(None) };
    let columns = x.dim(D::Minus1)?;
    if !columns.is_multiple_of(WIDTH) || columns > MOST_COLUMNS {
        return Ok(None);
    }
    let by_warp = PACKS_OF_WARP.into_iter().find(|packs| packs * 32 * WIDTH >= columns && is_half(x.dtype()));
    let x = x.contiguous()?;
    let rows = x.elem_count() / columns;
    let affine: Vec<&Tensor> = affine.into_iter().flat_map(|(weight, bias)| [weight, bias]).collect();
    if affine.iter().any(|t| t.dtype() != DType::F32) {
        return Ok(None);
    }
    let scale_and_shift: Vec<&Tensor> = scale_and_shift.into_iter().flat_map(|(scale, shift)| [scale, shift]).collect();
    let modulations: Vec<&Tensor> = scale_and_shift.iter().copied().chain(update.and_then(|u| u.gate)).collect();
    let Some((rows_per_batch, stride)) = rows_of_modulations(&modulations, rows, columns)? else { return Ok(None) };
    let out = context.uninit(x.dims(), x.dtype())?;
    let mut sum = x.clone();
    let address = |parts: &[&Tensor], i: usize| parts.get(i).map_or(Ok(0), |t| pointer(t));
    let mut addresses = vec![pointer(&x)?];
    // Kept until the launch.
    let mut y = None;
    if let Some(Update { update, gate }) = update {
        if update.dims() != x.dims() || update.dtype() != x.dtype() || by_warp.is_none() {
            return Ok(None);
        }
        sum = context.uninit(x.dims(), x.dtype())?;
        let update = y.insert(update.contiguous()?);
        addresses.extend([pointer(update)?, gate.map_or(Ok(0), pointer)?, pointer(&sum)?]);
    } else if by_warp.is_some() {
        addresses.extend([0; 3]);
    }
    addresses.push(pointer(&out)?);
    addresses.extend([address(&affine, 0)?, address(&affine, 1)?, address(&scale_and_shift, 0)?, address(&scale_and_shift, 1)?]);
    if !aligned(&addresses) {
        return Ok(None);
    }
    let mut args: Vec<Arg> = addresses.into_iter().map(Arg::Pointer).collect();
    args.extend(by_warp.map(|_| Arg::long(rows)));
    args.extend([columns, rows_per_batch, stride].map(Arg::long));
    args.push(Arg::Float(eps as f32));
    match by_warp {
        Some(packs) => launch(&context, &format!("layer_norm_by_warp_{packs}_{suffix}"), warp_per_row(rows)?, &args)?,
        None => launch(&context, &format!("layer_norm_{suffix}"), block_per_row(rows, columns)?, &args)?,
    }
    drop(y);
    Ok(Some((sum, out)))
}

/// RMS norm over the last dimension with `weight` `[columns]`, float32. The output has the type `out`, which is that of `x` unless `x` is
/// float32.
pub fn rms_norm(x: &Tensor, weight: &Tensor, eps: f64, out: DType) -> Result<Option<Tensor>> {
    let Some((context, from)) = usable(x)? else { return Ok(None) };
    let Some(to) = suffix(out) else { return Ok(None) };
    let columns = x.dim(D::Minus1)?;
    if !columns.is_multiple_of(WIDTH) || columns > MOST_COLUMNS || weight.dtype() != DType::F32 {
        return Ok(None);
    }
    let name = match () {
        () if from == to => format!("rms_norm_{from}"),
        () if x.dtype() == DType::F32 => format!("rms_norm_f32_{to}"),
        () => return Ok(None),
    };
    let x = x.contiguous()?;
    let rows = x.elem_count() / columns;
    let out = context.uninit(x.dims(), out)?;
    let addresses = [pointer(&x)?, pointer(&out)?, pointer(weight)?];
    if !aligned(&addresses) {
        return Ok(None);
    }
    let mut args: Vec<Arg> = addresses.into_iter().map(Arg::Pointer).collect();
    args.extend([Arg::long(columns), Arg::Float(eps as f32)]);
    launch(&context, &name, block_per_row(rows, columns)?, &args)?;
    Ok(Some(out))
}

/// The order of a tensor's elements in memory, if it has no gaps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Rows,
    /// `[B, C, H, W]`, the channels of a pixel side by side.
    ChannelsLast,
}

fn order(x: &Tensor) -> Option<Order> {
    if x.is_contiguous() {
        return Some(Order::Rows);
    }
    is_channels_last(x).then_some(Order::ChannelsLast)
}

/// Whether `[B, C, H, W]` is in memory as `[B, H, W, C]`.
pub fn is_channels_last(x: &Tensor) -> bool {
    match (x.dims(), x.stride()) {
        (&[_, c, h, w], &[b_stride, c_stride, h_stride, w_stride]) => {
            let sizes = [c, w, h];
            c_stride == 1 && w_stride == c && h_stride == w * c && b_stride == h * w * c && sizes.iter().all(|&size| size > 0)
        }
        _ => false,
    }
}

/// `[B, C, H, W]` with the channels of a pixel side by side in memory; copied if it is not.
pub fn channels_last(x: &Tensor) -> Result<Tensor> {
    match is_channels_last(x) {
        true => Ok(x.clone()),
        false => x.permute((0, 2, 3, 1))?.contiguous()?.permute((0, 3, 1, 2)),
    }
}

/// `x + gate · (y + bias)`, elementwise over tensors of one shape and type. `gate` `[B, 1, columns]` and `bias` `[columns]` are float32 and
/// run along the last dimension, or along the channels of a channels-last `[B, C, H, W]`.
pub fn add(x: &Tensor, y: &Tensor, gate: Option<&Tensor>, bias: Option<&Tensor>) -> Result<Option<Tensor>> {
    let Some((context, suffix)) = usable(x)? else { return Ok(None) };
    if x.dims() != y.dims() || x.dtype() != y.dtype() {
        return Ok(None);
    }
    let (x, y) = match (order(x), order(y)) {
        (Some(a), Some(b)) if a == b => (x.clone(), y.clone()),
        _ if x.rank() == 4 => (channels_last(x)?, channels_last(y)?),
        _ => (x.contiguous()?, y.contiguous()?),
    };
    let by_channels = is_channels_last(&x);
    if x.rank() == 4 && !by_channels && (gate.is_some() || bias.is_some()) {
        return Ok(None);
    }
    let columns = match (by_channels, gate.is_some() || bias.is_some()) {
        (true, _) => x.dim(1)?,
        (false, true) => x.dim(D::Minus1)?,
        // Without gate and bias only the number of elements matters.
        (false, false) => x.elem_count(),
    };
    if !columns.is_multiple_of(WIDTH) {
        return Ok(None);
    }
    let rows = x.elem_count() / columns;
    let (mut gate_at, mut stride, mut rows_per_batch) = (0, 0, rows);
    if let Some(gate) = gate {
        let (Some(of_gate), batch) = (modulation(gate, columns), gate.dim(0)?) else { return Ok(None) };
        if gate.elem_count() != batch * columns || rows % batch != 0 {
            return Ok(None);
        }
        (gate_at, stride, rows_per_batch) = (pointer(gate)?, of_gate, rows / batch);
    }
    let bias_at = match bias {
        Some(bias) if bias.dtype() == DType::F32 && bias.elem_count() == columns && bias.is_contiguous() => pointer(bias)?,
        Some(_) => return Ok(None),
        None => 0,
    };
    let out = context.uninit(x.elem_count(), x.dtype())?;
    let addresses = [pointer(&x)?, pointer(&y)?, gate_at, bias_at, pointer(&out)?];
    if !aligned(&addresses) {
        return Ok(None);
    }
    let mut args: Vec<Arg> = addresses.into_iter().map(Arg::Pointer).collect();
    args.extend([rows, columns, rows_per_batch, stride].map(Arg::long));
    launch(&context, &format!("add_gated_{suffix}"), grid(x.elem_count() / WIDTH)?, &args)?;
    like(out, &x).map(Some)
}

/// The flat `out` with the shape and the order of `x`.
fn like(out: Tensor, x: &Tensor) -> Result<Tensor> {
    if x.is_contiguous() {
        return out.reshape(x.dims());
    }
    let (b, c, h, w) = x.dims4()?;
    out.reshape((b, h, w, c))?.permute((0, 3, 1, 2))
}

/// `x` `[…, 2 · columns]`, float32, float16 or bfloat16, any strides → the first half · GELU (exact) of the second, `[…, columns]` of that type.
/// `columns` is a multiple of 8.
pub fn geglu(x: &Tensor) -> Result<Option<Tensor>> {
    gated(x, "geglu")
}

/// As [`geglu`], SiLU of the first half · the second.
pub fn swiglu(x: &Tensor) -> Result<Option<Tensor>> {
    gated(x, "swiglu")
}

fn gated(x: &Tensor, kernel: &str) -> Result<Option<Tensor>> {
    let Some((context, suffix)) = usable(x)? else { return Ok(None) };
    let columns = x.dim(D::Minus1)? / 2;
    if !columns.is_multiple_of(WIDTH) || !x.dim(D::Minus1)?.is_multiple_of(2) {
        return Ok(None);
    }
    let x = x.contiguous()?;
    let rows = x.elem_count() / (2 * columns);
    let mut shape = x.dims().to_vec();
    if let Some(last) = shape.last_mut() {
        *last = columns;
    }
    let out = context.uninit(shape, x.dtype())?;
    let args = [Arg::Pointer(pointer(&x)?), Arg::Pointer(pointer(&out)?), Arg::long(rows), Arg::long(columns)];
    if !aligned(&[pointer(&x)?]) {
        return Ok(None);
    }
    launch(&context, &format!("{kernel}_{suffix}"), grid(rows * columns / WIDTH)?, &args)?;
    Ok(Some(out))
}

/// RMS norm and rotation of each head of q and k. The tokens of `first`, if any, come before those of `second`. `tables`: cosines and sines
/// `[tokens, size / 2]`, float32. → q, k, v, `[B, heads, N, size]` each.
pub fn rotate_heads(first: Option<Qkv<'_>>, second: Qkv<'_>, tables: [&Tensor; 2], size: usize, eps: f64) -> Result<Option<[Tensor; 3]>> {
    let Some((context, suffix)) = usable(second.qkv)? else { return Ok(None) };
    let (batch, second_tokens, width) = second.qkv.dims3()?;
    let heads = width / (3 * size);
    if size % WIDTH != 0 || size > 32 * WIDTH || heads * 3 * size != width {
        return Ok(None);
    }
    let before = first.unwrap_or(Qkv { qkv: second.qkv, norms: second.norms });
    let first_tokens = if first.is_some() { before.qkv.dim(1)? } else { 0 };
    let tokens = first_tokens + second_tokens;
    let weights = [before.norms[0], before.norms[1], second.norms[0], second.norms[1]];
    let all_f32 = weights.iter().chain(&tables).all(|t| t.dtype() == DType::F32 && t.is_contiguous());
    if !all_f32 || before.qkv.dtype() != second.qkv.dtype() || tables.iter().any(|t| t.dims() != [tokens, size / 2]) {
        return Ok(None);
    }
    let (a, b) = (before.qkv.contiguous()?, second.qkv.contiguous()?);
    // Values stay where they are unless two sources must become one.
    let parts = if first.is_some() { 3 } else { 2 };
    let out = context.uninit((batch, tokens, parts, heads, size), b.dtype())?;
    let mut addresses = vec![pointer(&a)?, pointer(&b)?];
    for tensor in weights.into_iter().chain(tables) {
        addresses.push(pointer(tensor)?);
    }
    addresses.push(pointer(&out)?);
    if !aligned(&addresses) {
        return Ok(None);
    }
    let lanes = (size / WIDTH).next_power_of_two();
    let threads = batch * tokens * parts * heads.div_ceil(HEADS_OF_THREAD) * lanes;
    let mut args: Vec<Arg> = addresses.into_iter().map(Arg::Pointer).collect();
    args.extend([batch, tokens, first_tokens].map(Arg::long));
    args.extend([parts, heads, size, lanes].map(|size| Arg::Int(size as i32)));
    args.push(Arg::Float(eps as f32));
    launch(&context, &format!("rotate_heads_{suffix}"), grid(threads)?, &args)?;
    let part = |all: &Tensor, i: usize| all.narrow(2, i, 1)?.squeeze(2)?.transpose(1, 2);
    let v = if first.is_some() { part(&out, 2)? } else { part(&b.reshape((batch, tokens, 3, heads, size))?, 2)? };
    Ok(Some([part(&out, 0)?, part(&out, 1)?, v]))
}

/// Group norm of `[B, C, H, W]`, after `extra` `[B or 1, C]` (float32) was added to every pixel, then SiLU if asked for. Weight and bias
/// `[C]` are float32. The output is channels-last and of the type of `x`.
pub fn group_norm(
    x: &Tensor,
    groups: usize,
    weight: &Tensor,
    bias: &Tensor,
    extra: Option<&Tensor>,
    eps: f64,
    with_silu: bool,
) -> Result<Option<Tensor>> {
    let Some((context, suffix)) = usable(x)? else { return Ok(None) };
    let Ok((batch, channels, height, width)) = x.dims4() else { return Ok(None) };
    if !channels.is_multiple_of(WIDTH) || channels > 1024 * WIDTH || batch > 65_535 {
        return Ok(None);
    }
    let extra = match extra {
        Some(extra) if extra.dtype() == DType::F32 && extra.dims() == [batch, channels] => Some((extra.contiguous()?, channels)),
        Some(extra) if extra.dtype() == DType::F32 && extra.elem_count() == channels => Some((extra.contiguous()?, 0)),
        Some(_) => return Ok(None),
        None => None,
    };
    let x = channels_last(x)?;
    let pixels = height * width;
    // About as many blocks as two waves of the largest card hold, and at least 32 pixels each.
    let span = pixels.div_ceil(264).max(32);
    let spans = pixels.div_ceil(span);
    let layers = (THREADS / (channels / WIDTH)).max(1);
    let partial = context.uninit((batch, spans, channels, 2), DType::F32)?;
    let factors = context.uninit((batch, 2, channels), DType::F32)?;
    let out = context.uninit(x.elem_count(), x.dtype())?;
    let [x_at, out_at, partial_at, factors_at] = [pointer(&x)?, pointer(&out)?, pointer(&partial)?, pointer(&factors)?];
    if !aligned(&[x_at, out_at]) {
        return Ok(None);
    }
    let config = LaunchConfig {
        grid_dim: (spans as u32, batch as u32, 1),
        block_dim: ((channels / WIDTH) as u32, layers as u32, 1),
        shared_mem_bytes: (layers * channels * 8) as u32,
    };
    let args = [Arg::Pointer(x_at), Arg::Pointer(partial_at), Arg::long(pixels), Arg::long(channels), Arg::long(span)];
    if config.shared_mem_bytes > 48 << 10 {
        return Ok(None);
    }
    launch(&context, &format!("channel_moments_{suffix}"), config, &args)?;
    let (extra_at, extra_stride) = match &extra {
        Some((extra, stride)) => (pointer(extra)?, *stride),
        None => (0, 0),
    };
    let config = LaunchConfig { grid_dim: (groups as u32, batch as u32, 1), block_dim: (THREADS_OF_GROUP, 1, 1), shared_mem_bytes: 128 };
    let mut args: Vec<Arg> = [partial_at, pointer(weight)?, pointer(bias)?, extra_at, factors_at].map(Arg::Pointer).into();
    args.extend([pixels, channels, span, spans, extra_stride].map(Arg::long));
    args.push(Arg::Float(eps as f32));
    launch(&context, "norm_factors", config, &args)?;
    let mut args: Vec<Arg> = [x_at, factors_at, out_at].map(Arg::Pointer).into();
    args.extend([x.elem_count(), pixels * channels, channels].map(Arg::long));
    args.push(Arg::Int(i32::from(with_silu)));
    launch(&context, &format!("scale_channels_{suffix}"), grid(x.elem_count() / WIDTH)?, &args)?;
    like(out, &x).map(Some)
}

/// Nearest neighbour, twice the size: `[B, C, H, W]` → `[B, C, 2 · H, 2 · W]`, channels-last.
pub fn upsample_twice(x: &Tensor) -> Result<Option<Tensor>> {
    let Some((context, suffix)) = usable(x)? else { return Ok(None) };
    let (batch, channels, height, width) = x.dims4()?;
    if !channels.is_multiple_of(WIDTH) {
        return Ok(None);
    }
    let x = channels_last(x)?;
    let out = context.uninit((batch, 2 * height, 2 * width, channels), x.dtype())?;
    if !aligned(&[pointer(&x)?]) {
        return Ok(None);
    }
    let mut args = vec![Arg::Pointer(pointer(&x)?), Arg::Pointer(pointer(&out)?)];
    args.extend([out.elem_count(), height, width, channels].map(Arg::long));
    launch(&context, &format!("upsample_twice_{suffix}"), grid(out.elem_count() / WIDTH)?, &args)?;
    out.permute((0, 3, 1, 2)).map(Some)
}

/// Rows of `[B, N, C]` in the order of `order` `[M]` of type `u32` → `[B, M, C]`. The index `N` gives zeros.
pub fn gather_rows(x: &Tensor, order: &Tensor) -> Result<Option<Tensor>> {
    let Some((context, _)) = usable(x)? else { return Ok(None) };
    let ((batch, rows, columns), count) = (x.dims3()?, order.elem_count());
    let bytes = columns * x.dtype().size_in_bytes();
    let units = batch * count * bytes / 16;
    let Ok(total) = i32::try_from(units) else { return Ok(None) };
    if !bytes.is_multiple_of(16) || order.dtype() != DType::U32 || !order.is_contiguous() || total == 0 {
        return Ok(None);
    }
    let x = x.contiguous()?;
    let out = context.uninit((batch, count, columns), x.dtype())?;
    let addresses = [pointer(&x)?, pointer(order)?, pointer(&out)?];
    if addresses[0] % 16 != 0 {
        return Ok(None);
    }
    let mut args: Vec<Arg> = addresses.into_iter().map(Arg::Pointer).collect();
    args.extend([units, rows, count, bytes / 16].map(|size| Arg::Int(size as i32)));
    launch(&context, "gather_rows_16", grid(units)?, &args)?;
    Ok(Some(out))
}

/// Bilinear with aligned corners: `[B, C, H, W]` → `[B, C, height, width]`, channels-last.
pub fn resize_bilinear(x: &Tensor, height: usize, width: usize) -> Result<Option<Tensor>> {
    let Some((context, suffix)) = usable(x)? else { return Ok(None) };
    let (batch, channels, rows, columns) = x.dims4()?;
    if !channels.is_multiple_of(WIDTH) || x.elem_count() == 0 || height == 0 || width == 0 {
        return Ok(None);
    }
    let x = channels_last(x)?;
    let out = context.uninit((batch, height, width, channels), x.dtype())?;
    if !aligned(&[pointer(&x)?]) {
        return Ok(None);
    }
    let mut args = vec![Arg::Pointer(pointer(&x)?), Arg::Pointer(pointer(&out)?)];
    args.extend([out.elem_count(), rows, columns, height, width, channels].map(Arg::long));
    launch(&context, &format!("resize_bilinear_{suffix}"), grid(out.elem_count() / WIDTH)?, &args)?;
    out.permute((0, 3, 1, 2)).map(Some)
}

/// An activation function of `elementwise.cu`.
#[derive(Clone, Copy)]
pub enum Function {
    /// GELU, exact.
    GeluErf = 0,
    /// ReLU.
    Relu = 1,
    /// Nothing.
    Identity = 2,
}

/// `f(x + bias)`: `bias` `[columns]` of any floating point type runs along the last dimension, or along the channels of `[B, C, H, W]`.
pub fn activate(x: &Tensor, bias: Option<&Tensor>, function: Function) -> Result<Option<Tensor>> {
    let Some((context, suffix)) = usable(x)? else { return Ok(None) };
    let x = match (order(x), bias.is_some() && x.rank() == 4) {
        (Some(Order::ChannelsLast), _) | (Some(_), false) => x.clone(),
        (_, true) => channels_last(x)?,
        (None, false) => x.contiguous()?,
    };
    let columns = match (is_channels_last(&x), bias.is_some()) {
        (true, _) => x.dim(1)?,
        (false, true) => x.dim(D::Minus1)?,
        (false, false) => x.elem_count(),
    };
    let bias = bias.map(|bias| bias.to_dtype(DType::F32)?.contiguous()).transpose()?;
    if !columns.is_multiple_of(WIDTH) || bias.as_ref().is_some_and(|bias| bias.elem_count() != columns) {
        return Ok(None);
    }
    let out = context.uninit(x.elem_count(), x.dtype())?;
    let addresses = [pointer(&x)?, bias.as_ref().map(pointer).transpose()?.unwrap_or_default(), pointer(&out)?];
    if !aligned(&addresses) {
        return Ok(None);
    }
    let mut args: Vec<Arg> = addresses.into_iter().map(Arg::Pointer).collect();
    args.extend([Arg::long(x.elem_count()), Arg::long(columns), Arg::Int(function as i32)]);
    launch(&context, &format!("activate_{suffix}"), grid(x.elem_count() / WIDTH)?, &args)?;
    like(out, &x).map(Some)
}
