//! The blocks of BiRefNet's decoder: convolutions with folded batch norms around a deformable ASPP.
//!
//! Reference: ZhengPeng7/BiRefNet `models/modules/{decoder_blocks,aspp,deform_conv}.py`.

use candle_core::{DType, Result, Tensor};

use super::deform_conv::{DeformSpec, deform_conv2d};
use super::fused::{add, bias_relu};
use super::{Conv2d, ConvSpec};
use crate::weights::{LoadResult, Vars};

/// Hidden channels of a decoder block.
const INNER: usize = 64;
/// Channels of each branch of the ASPP.
const BRANCH: usize = 256;
/// Kernel sides of the ASPP's deformable branches after the first, which is 1.
const KERNELS: [usize; 3] = [1, 3, 7];
const EPS: f64 = 1e-5;

/// A batch norm in inference: scale and shift per channel, float32.
pub(super) struct BatchNorm {
    scale: Tensor,
    shift: Tensor,
}

impl BatchNorm {
    pub(super) fn load(vars: &Vars, channels: usize) -> LoadResult<Self> {
        let get = |name: &str| vars.with_dtype(DType::F32).get(name, channels);
        let scale = (get("weight")? / (get("running_var")? + EPS)?.sqrt()?)?;
        let shift = (get("bias")? - (get("running_mean")? * &scale)?)?;
        Ok(Self { scale, shift })
    }

    /// A kernel `[O, …]`, multiplied by the scale.
    fn times_kernel(&self, kernel: &Tensor) -> Result<Tensor> {
        let mut shape = vec![1; kernel.rank()];
        shape[0] = kernel.dim(0)?;
        kernel.broadcast_mul(&self.scale.reshape(shape)?)
    }
}

/// Loads a convolution with the batch norm after it folded in.
pub(super) fn folded(vars: &Vars, inputs: usize, outputs: usize, spec: ConvSpec, norm: &BatchNorm) -> LoadResult<Conv2d> {
    let in_f32 = vars.with_dtype(DType::F32);
    let kernel = norm.times_kernel(&in_f32.get("weight", (outputs, inputs, spec.kernel, spec.kernel))?)?;
    let shift = if spec.bias { ((in_f32.get("bias", outputs)? * &norm.scale)? + &norm.shift)? } else { norm.shift.clone() };
    let dtype = vars.dtype();
    Ok(Conv2d::new(kernel.to_dtype(dtype)?, Some(shift.to_dtype(dtype)?), spec)?)
}

/// Two 3×3 convolutions around a deformable ASPP.
pub(super) struct DecoderBlock {
    conv_in: Conv2d,
    attention: Aspp,
    conv_out: Conv2d,
}

impl DecoderBlock {
    pub(super) fn load(vars: &Vars, inputs: usize, outputs: usize) -> LoadResult<Self> {
        let spec = ConvSpec::same(3);
        Ok(Self {
            conv_in: folded(&vars.pp("conv_in"), inputs, INNER, spec, &BatchNorm::load(&vars.pp("bn_in"), INNER)?)?,
            attention: Aspp::load(&vars.pp("dec_att"))?,
            conv_out: folded(&vars.pp("conv_out"), INNER, outputs, spec, &BatchNorm::load(&vars.pp("bn_out"), outputs)?)?,
        })
    }

    /// `[B, in, H, W]` → `[B, out, H, W]`.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.conv_in.forward_relu(x)?;
        self.conv_out.forward(&self.attention.forward(&x)?)
    }
}

/// Atrous spatial pyramid pooling with deformable branches. The 1×1 convolution that joins the branches is split into
/// one slice per branch, so that the branches need not be in memory together.
struct Aspp {
    branches: Vec<(Branch, Conv2d)>,
    pooled: Conv2d,
    joins_pooled: Conv2d,
    /// Shift of the last batch norm, `[1, C, 1, 1]`.
    shift: Tensor,
}

impl Aspp {
    fn load(vars: &Vars) -> LoadResult<Self> {
        let dtype = vars.dtype();
        let count = KERNELS.len() + 2;
        let norm = BatchNorm::load(&vars.pp("bn1"), INNER)?;
        let join = norm.times_kernel(&vars.pp("conv1").with_dtype(DType::F32).get("weight", (INNER, count * BRANCH, 1, 1))?)?;
        let slice = |i: usize| -> Result<Conv2d> {
            Conv2d::new(join.narrow(1, i * BRANCH, BRANCH)?.contiguous()?.to_dtype(dtype)?, None, ConvSpec::same(1))
        };
        let mut branches = vec![(Branch::load(&vars.pp("aspp1"), 1)?, slice(0)?)];
        for (i, &kernel) in KERNELS.iter().enumerate() {
            branches.push((Branch::load(&vars.pp("aspp_deforms").pp(i), kernel)?, slice(i + 1)?));
        }
        let pool = vars.pp("global_avg_pool");
        let bare = ConvSpec { bias: false, ..ConvSpec::same(1) };
        let pooled = folded(&pool.pp("1"), INNER, BRANCH, bare, &BatchNorm::load(&pool.pp("2"), BRANCH)?)?;
        let shift = norm.shift.reshape((1, INNER, 1, 1))?.to_dtype(dtype)?;
        Ok(Self { branches, pooled, joins_pooled: slice(count - 1)?, shift })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        // Gathering and the mean read channel by channel; all four branches share the copy.
        let planar = x.contiguous()?;
        let mean = planar.to_dtype(DType::F32)?.mean_keepdim((2, 3))?.to_dtype(x.dtype())?;
        let pooled = self.joins_pooled.forward(&self.pooled.forward_relu(&mean)?)?;
        let constant = pooled.broadcast_add(&self.shift)?;
        let mut sum: Option<Tensor> = None;
        for (branch, join) in &self.branches {
            let part = join.forward(&branch.forward(x, &planar)?)?;
            sum = Some(match sum {
                Some(sum) => add(&sum, &part)?,
                None => part,
            });
        }
        match sum {
            Some(sum) => bias_relu(&sum, &constant.to_dtype(sum.dtype())?),
            None => constant.relu(),
        }
    }
}

/// A deformable convolution that predicts its offsets and modulation, then batch norm and ReLU.
struct Branch {
    /// Predicts offsets and modulation in one convolution.
    offsets_and_gains: Conv2d,
    weight: Tensor,
    shift: Tensor,
    kernel: usize,
}

impl Branch {
    fn load(vars: &Vars, kernel: usize) -> LoadResult<Self> {
        let (conv, dtype, taps) = (vars.pp("atrous_conv"), vars.dtype(), kernel * kernel);
        let part = |name: &str, outputs: usize| -> LoadResult<(Tensor, Tensor)> {
            let vars = conv.pp(name);
            Ok((vars.get("weight", (outputs, INNER, kernel, kernel))?, vars.get("bias", outputs)?))
        };
        let (offset, gain) = (part("offset_conv", 2 * taps)?, part("modulator_conv", taps)?);
        let norm = BatchNorm::load(&vars.pp("bn"), BRANCH)?;
        let weight = conv.pp("regular_conv").with_dtype(DType::F32).get("weight", (BRANCH, INNER, kernel, kernel))?;
        Ok(Self {
            offsets_and_gains: Conv2d::new(
                Tensor::cat(&[&offset.0, &gain.0], 0)?,
                Some(Tensor::cat(&[&offset.1, &gain.1], 0)?),
                ConvSpec::same(kernel),
            )?,
            weight: norm.times_kernel(&weight)?.to_dtype(dtype)?,
            shift: norm.shift.reshape((1, BRANCH, 1, 1))?.to_dtype(dtype)?,
            kernel,
        })
    }

    /// `planar`: the values of `x`, contiguous.
    fn forward(&self, x: &Tensor, planar: &Tensor) -> Result<Tensor> {
        let taps = self.kernel * self.kernel;
        let predicted = self.offsets_and_gains.forward(x)?;
        let offset = predicted.narrow(1, 0, 2 * taps)?;
        let gain = (candle_nn::ops::sigmoid(&predicted.narrow(1, 2 * taps, taps)?.contiguous()?)? * 2.0)?;
        let spec = DeformSpec { stride: 1, padding: self.kernel / 2, dilation: 1 };
        bias_relu(&deform_conv2d(planar, &offset, &self.weight, &gain, spec)?, &self.shift)
    }
}
