//! Modulated deformable convolution (Zhu et al., "Deformable ConvNets v2: More Deformable, Better Results", 2019).
//!
//! Reference: `torchvision.ops.deform_conv2d` with one offset group and one weight group. The samples at the kernel's taps are gathered
//! into columns (on the CPU by all cores, also for Metal; on CUDA by `kernels/deform_conv.cu`) and multiplied by the kernel, some rows of the output at
//! a time: the columns of a 7×7 kernel are 49 times the input.

use candle_core::{CpuStorage, CustomOp3, DType, Device, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::deform_columns::Columns;
pub use super::deform_columns::DeformSpec;

/// Values in the columns at a time: 64 MB in float32 on the CPU, 512 MB on a GPU.
const MAX_COLUMNS_CPU: usize = 1 << 24;
const MAX_COLUMNS_GPU: usize = 1 << 27;

/// `x` `[B, C, H, W]`, `offset` `[B, 2·K·K, H', W']` in pixels (down, right, down, …), `weight` `[O, C, K, K]`, `mask` `[B, K·K, H', W']` →
/// `[B, O, H', W']`. Samples outside the input are 0.
///
/// # Errors
/// Shapes that do not fit, out of memory, a device without this operation.
pub fn deform_conv2d(x: &Tensor, offset: &Tensor, weight: &Tensor, mask: &Tensor, spec: DeformSpec) -> Result<Tensor> {
    let dtype = x.dtype();
    if x.device().is_cpu() && dtype != DType::F32 {
        let wide = |t: &Tensor| t.to_dtype(DType::F32);
        return deform_conv2d(&wide(x)?, &wide(offset)?, &wide(weight)?, &wide(mask)?, spec)?.to_dtype(dtype);
    }
    let (b, c, height, width) = x.dims4()?;
    let (outputs, inputs, kernel, kernel_w) = weight.dims4()?;
    let reach = spec.dilation * kernel.saturating_sub(1) + 1;
    if inputs != c || kernel != kernel_w || kernel == 0 || spec.stride == 0 || height.min(width) + 2 * spec.padding < reach {
        candle_core::bail!("deform_conv2d: a kernel of {:?} does not fit an input of {:?}", weight.dims(), x.dims());
    }
    let out = |size: usize| (size + 2 * spec.padding - reach) / spec.stride + 1;
    let (out_height, out_width) = (out(height), out(width));
    let taps = kernel * kernel;
    if offset.dims() != [b, 2 * taps, out_height, out_width] || mask.dims() != [b, taps, out_height, out_width] {
        candle_core::bail!("deform_conv2d: offsets {:?} or mask {:?} do not fit the output", offset.dims(), mask.dims());
    }
    // Metal has no kernel for this: the columns are gathered on the CPU and multiplied on the GPU.
    let placed = |t: &Tensor| if x.device().is_metal() { t.to_device(&Device::Cpu)?.to_dtype(DType::F32) } else { Ok(t.clone()) };
    let (sampled, offset, mask) = (placed(x)?.contiguous()?, placed(offset)?.contiguous()?, placed(mask)?.contiguous()?);
    let matrix = weight.reshape((1, outputs, c * taps))?.broadcast_as((b, outputs, c * taps))?.contiguous()?;
    let limit = if sampled.device().is_cpu() { MAX_COLUMNS_CPU } else { MAX_COLUMNS_GPU };
    let step = (limit / (b * c * taps * out_width).max(1)).max(1);
    // The next layers of a GPU read the channels of a pixel side by side.
    let by_pixels = x.device().is_cuda();
    let mut parts = Vec::with_capacity(out_height.div_ceil(step));
    for first_row in (0..out_height).step_by(step) {
        let rows = step.min(out_height - first_row);
        let gather = Columns { kernel, spec, out_height, out_width, first_row, rows };
        let columns = sampled.apply_op3_no_bwd(&offset, &mask, &gather)?.to_dtype(dtype)?.to_device(x.device())?;
        parts.push(match by_pixels {
            true => columns.transpose(1, 2)?.matmul(&matrix.transpose(1, 2)?)?.reshape((b, rows, out_width, outputs))?,
            false => matrix.matmul(&columns)?.reshape((b, outputs, rows, out_width))?,
        });
    }
    let joined = match parts.as_slice() {
        [one] => one.clone(),
        _ => Tensor::cat(&parts, if by_pixels { 1 } else { 2 })?,
    };
    if by_pixels { joined.permute((0, 3, 1, 2)) } else { Ok(joined) }
}

/// One bilinear sample: offsets of its four neighbours in a channel, and their weights times the mask.
#[derive(Clone, Copy, Default)]
struct Sample {
    at: [u32; 4],
    weight: [f32; 4],
}

impl Sample {
    fn new(y: f32, x: f32, height: usize, width: usize, gain: f32) -> Self {
        let mut sample = Self::default();
        if y > -1.0 && x > -1.0 && y < height as f32 && x < width as f32 {
            let (y0, x0) = (y.floor(), x.floor());
            let (ty, tx) = (y - y0, x - x0);
            let corners = [
                (y0, x0, (1.0 - ty) * (1.0 - tx)),
                (y0, x0 + 1.0, (1.0 - ty) * tx),
                (y0 + 1.0, x0, ty * (1.0 - tx)),
                (y0 + 1.0, x0 + 1.0, ty * tx),
            ];
            for (i, (cy, cx, weight)) in corners.into_iter().enumerate() {
                if cy >= 0.0 && cx >= 0.0 && cy < height as f32 && cx < width as f32 {
                    sample.at[i] = (cy as usize * width + cx as usize) as u32;
                    sample.weight[i] = weight * gain;
                }
            }
        }
        sample
    }

    fn of(&self, plane: &[f32]) -> f32 {
        self.at.iter().zip(self.weight).map(|(&at, weight)| plane[at as usize] * weight).sum()
    }
}

fn values<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&values[start..end]),
        _ => candle_core::bail!("deform_conv2d: contiguous float32 tensors are needed on the CPU"),
    }
}

impl CustomOp3 for Columns {
    fn name(&self) -> &'static str {
        "deform-columns"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, offset, mask) = (values(s1, l1)?, values(s2, l2)?, values(s3, l3)?);
        let (b, c, height, width) = l1.shape().dims4()?;
        let (taps, map, places) = (self.kernel * self.kernel, self.out_height * self.out_width, self.rows * self.out_width);
        let start = self.first_row * self.out_width;
        let mut columns = vec![0f32; b * c * taps * places];
        let mut samples = vec![Sample::default(); taps * places];
        for (image, out) in columns.chunks_exact_mut((c * taps * places).max(1)).enumerate() {
            // The sampling positions are the same for every channel.
            samples.par_chunks_exact_mut(places).enumerate().for_each(|(tap, row)| {
                let plane = |of: &'_ [f32], channel: usize| -> Vec<f32> { of[channel * map + start..][..places].to_vec() };
                let down = plane(offset, image * 2 * taps + 2 * tap);
                let right = plane(offset, image * 2 * taps + 2 * tap + 1);
                let gain = plane(mask, image * taps + tap);
                let tap_at = |out: usize, tap: usize| (out * self.spec.stride + tap * self.spec.dilation) as f32 - self.spec.padding as f32;
                for (place, sample) in row.iter_mut().enumerate() {
                    let y = tap_at(self.first_row + place / self.out_width, tap / self.kernel) + down[place];
                    let x = tap_at(place % self.out_width, tap % self.kernel) + right[place];
                    *sample = Sample::new(y, x, height, width, gain[place]);
                }
            });
            out.par_chunks_exact_mut(taps * places).enumerate().for_each(|(channel, out)| {
                let plane = &x[(image * c + channel) * height * width..][..height * width];
                out.iter_mut().zip(&samples).for_each(|(out, sample)| *out = sample.of(plane));
            });
        }
        Ok((CpuStorage::F32(columns), Shape::from((b, c * taps, places))))
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(
        &self,
        s1: &candle_core::CudaStorage,
        l1: &Layout,
        s2: &candle_core::CudaStorage,
        l2: &Layout,
        s3: &candle_core::CudaStorage,
        l3: &Layout,
    ) -> Result<(candle_core::CudaStorage, Shape)> {
        super::kernels::deform_columns(self, (s1, l1), (s2, l2), (s3, l3))
    }
}
