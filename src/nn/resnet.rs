//! The residual block, downsampling and upsampling that VAE, UNet and ControlNet share.
//!
//! Reference: diffusers `models/resnet.py`, `models/downsampling.py`, `models/upsampling.py`.

use candle_core::{DType, Result, Tensor};

use super::fused::{add_biased, upsample_nearest};
use super::{Conv2d, ConvSpec, GroupNorm, Linear};
use crate::weights::{LoadResult, Vars};

/// Norm, SiLU and convolution, twice, with a residual connection. The time embedding, if there is one, is added between the two.
pub struct ResnetBlock {
    norm1: GroupNorm,
    conv1: Conv2d,
    /// On a GPU its bias includes that of the first convolution.
    time: Option<Linear>,
    norm2: GroupNorm,
    conv2: Conv2d,
    shortcut: Option<Conv2d>,
    /// On a GPU the biases of second convolution and shortcut in one.
    sum_bias: Option<Tensor>,
}

/// The parameters of a [`ResnetBlock`] except its channels.
#[derive(Clone, Copy, Debug)]
pub struct ResnetSpec {
    /// Groups of the group norms.
    pub groups: usize,
    /// Epsilon of the group norms.
    pub eps: f64,
    /// Size of the time embedding, if there is one.
    pub time: Option<usize>,
}

impl ResnetBlock {
    /// Loads `norm1 conv1 time_emb_proj norm2 conv2 conv_shortcut`, the last if the channels change.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(vars: &Vars, inputs: usize, outputs: usize, spec: ResnetSpec) -> LoadResult<Self> {
        let conv2 = Conv2d::load(&vars.pp("conv2"), outputs, outputs, ConvSpec::same(3))?;
        let shortcut = match inputs == outputs {
            true => None,
            false => Some(Conv2d::load(&vars.pp("conv_shortcut"), inputs, outputs, ConvSpec::same(1))?),
        };
        let biases = (conv2.bias(), shortcut.as_ref().and_then(Conv2d::bias));
        let sum_bias = match biases {
            (Some(a), Some(b)) if vars.device().is_cuda() => Some((a + b)?),
            _ => None,
        };
        let conv1 = Conv2d::load(&vars.pp("conv1"), inputs, outputs, ConvSpec::same(3))?;
        let mut time = spec.time.map(|size| Linear::load(&vars.pp("time_emb_proj"), size, outputs)).transpose()?;
        if let Some(bias) = conv1.bias().filter(|_| vars.device().is_cuda()) {
            time = time.map(|linear| linear.with_more_bias(bias)).transpose()?;
        }
        Ok(Self {
            norm1: GroupNorm::load(&vars.pp("norm1"), inputs, spec.groups, spec.eps)?,
            conv1,
            time,
            norm2: GroupNorm::load(&vars.pp("norm2"), outputs, spec.groups, spec.eps)?,
            conv2,
            shortcut,
            sum_bias,
        })
    }

    /// `x` `[B, in, H, W]`, `time` `[B, T]` after SiLU (the same for every block of a step) → `[B, out, H, W]`.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn forward(&self, x: &Tensor, time: Option<&Tensor>) -> Result<Tensor> {
        // Each map is freed as soon as the next one is made: at full size one of them takes half a gigabyte.
        let (y, bias) = self.conv1.forward_without_bias(&self.norm1.silu(x)?)?;
        let is_in_time = x.device().is_cuda() && self.time.is_some() && time.is_some();
        let bias = bias.filter(|_| !is_in_time).map(|bias| bias.to_dtype(DType::F32)?.unsqueeze(0)).transpose()?;
        let time = match (&self.time, time) {
            (Some(linear), Some(time)) => Some(linear.forward(time)?.to_dtype(DType::F32)?),
            _ => None,
        };
        let normed = match (time, bias) {
            (Some(time), Some(bias)) => self.norm2.silu_of_sum(&y, &time.broadcast_add(&bias)?)?,
            (Some(extra), None) | (None, Some(extra)) => self.norm2.silu_of_sum(&y, &extra)?,
            (None, None) => self.norm2.silu(&y)?,
        };
        drop(y);
        let (y, bias) = self.conv2.forward_without_bias(&normed)?;
        drop(normed);
        match (&self.shortcut, &self.sum_bias) {
            (Some(shortcut), Some(both)) => add_biased(&shortcut.forward_without_bias(x)?.0, &y, Some(both)),
            (Some(shortcut), None) => add_biased(&shortcut.forward(x)?, &y, bias),
            (None, _) => add_biased(x, &y, bias),
        }
    }
}

/// A convolution of stride 2.
pub struct Downsample {
    conv: Conv2d,
    /// Pads with zeros only on the right and below, as in the VAE.
    asymmetric: bool,
}

impl Downsample {
    /// Loads `conv`. `padding` as in the config: 1 on all sides, or 0 for asymmetric padding.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(vars: &Vars, channels: usize, padding: usize) -> LoadResult<Self> {
        let spec = ConvSpec { stride: 2, padding, ..ConvSpec::same(3) };
        Ok(Self { conv: Conv2d::load(&vars.pp("conv"), channels, channels, spec)?, asymmetric: padding == 0 })
    }

    /// `[B, C, H, W]` → half the size.
    ///
    /// # Errors
    /// The picture is too small to halve, out of memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (_, _, h, w) = x.dims4()?;
        if h.min(w) < 2 && self.asymmetric || h.min(w) == 0 {
            candle_core::bail!("{w} × {h} cannot be halved: the picture is too small for this network");
        }
        self.conv.forward_padded(x, usize::from(self.asymmetric))
    }
}

/// Nearest neighbour upsampling and a convolution.
pub struct Upsample {
    conv: Conv2d,
}

impl Upsample {
    /// Loads `conv`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(vars: &Vars, channels: usize) -> LoadResult<Self> {
        Ok(Self { conv: Conv2d::load(&vars.pp("conv"), channels, channels, ConvSpec::same(3))? })
    }

    /// `[B, C, h, w]` → `[B, C, H, W]` of `size`, or twice as large without `size`.
    ///
    /// # Errors
    /// Out of memory.
    pub fn forward(&self, x: &Tensor, size: Option<(usize, usize)>) -> Result<Tensor> {
        let (_, _, h, w) = x.dims4()?;
        let (h, w) = size.unwrap_or((2 * h, 2 * w));
        self.conv.forward(&upsample_nearest(&x.to_dtype(self.conv.dtype())?, h, w)?)
    }
}
