//! Launches `deform_conv.cu`.

use candle_core::backend::BackendStorage;
use candle_core::cuda_backend::cudarc::driver::{CudaSlice, DeviceRepr, LaunchConfig, PushKernelArg};
use candle_core::cuda_backend::{CudaDType, CudaStorageSlice, WrapErr};
use candle_core::{CudaDevice, CudaStorage, Device, Layout, Result, Shape};

use super::context;
use crate::nn::deform_columns::Columns;

const THREADS: u32 = 256;
/// Channels per thread block, as in the kernel.
const CHANNELS: usize = 8;

/// `x`, offsets and mask (contiguous, of one floating point type) → columns `[B, C·K·K, rows·W']`.
pub fn deform_columns(
    op: &Columns,
    (x, x_layout): (&CudaStorage, &Layout),
    (offset, offset_layout): (&CudaStorage, &Layout),
    (mask, mask_layout): (&CudaStorage, &Layout),
) -> Result<(CudaStorage, Shape)> {
    let device = x.device();
    let layouts = [x_layout, offset_layout, mask_layout];
    let storage = match (&x.slice, &offset.slice, &mask.slice) {
        (CudaStorageSlice::F32(x), CudaStorageSlice::F32(o), CudaStorageSlice::F32(m)) => {
            launch(op, device, "deform_columns_f32", [x, o, m], layouts)?
        }
        (CudaStorageSlice::F16(x), CudaStorageSlice::F16(o), CudaStorageSlice::F16(m)) => {
            launch(op, device, "deform_columns_f16", [x, o, m], layouts)?
        }
        (CudaStorageSlice::BF16(x), CudaStorageSlice::BF16(o), CudaStorageSlice::BF16(m)) => {
            launch(op, device, "deform_columns_bf16", [x, o, m], layouts)?
        }
        _ => candle_core::bail!("deform_conv2d: input, offsets and mask must share one of the types f32, f16, bf16"),
    };
    let (b, c, _, _) = x_layout.shape().dims4()?;
    Ok((storage, Shape::from((b, c * op.kernel * op.kernel, op.rows * op.out_width))))
}

fn launch<T: DeviceRepr + CudaDType>(
    op: &Columns,
    device: &CudaDevice,
    kernel: &str,
    inputs: [&CudaSlice<T>; 3],
    layouts: [&Layout; 3],
) -> Result<CudaStorage> {
    let mut views = Vec::with_capacity(3);
    for (slice, layout) in inputs.into_iter().zip(layouts) {
        let Some((start, end)) = layout.contiguous_offsets() else { candle_core::bail!("deform_conv2d: contiguous tensors are needed") };
        views.push(slice.slice(start..end));
    }
    let (b, c, height, width) = layouts[0].shape().dims4()?;
    let taps = op.kernel * op.kernel;
    let places = op.rows * op.out_width;
    let sizes = [
        b,
        c,
        height,
        width,
        op.kernel,
        op.spec.stride,
        op.spec.padding,
        op.spec.dilation,
        op.out_height,
        op.out_width,
        op.first_row,
        op.rows,
    ]
    .map(|size| size as i32);
    let Some(context) = context::of(&Device::Cuda(device.clone()))? else { candle_core::bail!("a CUDA device is needed") };
    let function = context.function(kernel)?;
    // SAFETY: the kernel writes every element before any is read.
    #[allow(unsafe_code)]
    let out = unsafe { device.alloc::<T>(b * c * taps * places)? };
    let config = LaunchConfig {
        grid_dim: ((b * taps * places).div_ceil(THREADS as usize) as u32, c.div_ceil(CHANNELS) as u32, 1),
        block_dim: (THREADS, 1, 1),
        shared_mem_bytes: 0,
    };
    let stream = device.cuda_stream();
    let mut builder = stream.launch_builder(&function);
    views.iter().for_each(|view| {
        builder.arg(view);
    });
    builder.arg(&out);
    sizes.iter().for_each(|size| {
        builder.arg(size);
    });
    // SAFETY: pointers and sizes are the kernel's parameters in order; it stays inside the maps that the caller has checked.
    #[allow(unsafe_code)]
    unsafe { builder.launch(config) }.w()?;
    drop(builder);
    Ok(CudaStorage::wrap_cuda_slice(out, device.clone()))
}
