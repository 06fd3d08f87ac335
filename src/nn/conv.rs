//! Two-dimensional convolution with bias.

use candle_core::{Result, Tensor};

use crate::weights::{Vars, WeightsError};

/// Kernel `[out, in / groups, k, k]`, stride, zero padding and dilation the same in both directions.
pub struct Conv2d {
    weight: Tensor,
    bias: Option<Tensor>,
    stride: usize,
    padding: usize,
    dilation: usize,
    groups: usize,
}

/// What a convolution is besides its channels.
#[derive(Clone, Copy, Debug)]
pub struct ConvSpec {
    /// Side of the kernel.
    pub kernel: usize,
    /// Step between outputs.
    pub stride: usize,
    /// Zeros around the input.
    pub padding: usize,
    /// Distance between the kernel's taps.
    pub dilation: usize,
    /// Groups of channels that do not see each other.
    pub groups: usize,
    /// Whether there is a bias.
    pub bias: bool,
}

impl ConvSpec {
    /// Stride 1, padding that keeps the size, with bias.
    pub fn same(kernel: usize) -> Self {
        Self { kernel, stride: 1, padding: kernel / 2, dilation: 1, groups: 1, bias: true }
    }
}

impl Conv2d {
    /// Takes `weight` and, where there is one, `bias`.
    ///
    /// # Errors
    /// A tensor is missing or of another shape.
    pub fn load(vars: &Vars, inputs: usize, outputs: usize, spec: ConvSpec) -> std::result::Result<Self, WeightsError> {
        let weight = vars.get("weight", (outputs, inputs / spec.groups, spec.kernel, spec.kernel))?;
        let bias = if spec.bias { Some(vars.get("bias", outputs)?) } else { None };
        Ok(Self { weight, bias, stride: spec.stride, padding: spec.padding, dilation: spec.dilation, groups: spec.groups })
    }

    /// Of tensors that were computed: `weight` `[out, in / groups, k, k]`, `bias` `[out]`.
    pub fn new(weight: Tensor, bias: Option<Tensor>, spec: ConvSpec) -> Self {
        Self { weight, bias, stride: spec.stride, padding: spec.padding, dilation: spec.dilation, groups: spec.groups }
    }

    /// `x` `[B, in, H, W]` → `[B, out, H', W']`.
    ///
    /// # Errors
    /// Shapes that do not fit, no memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = if self.weight.dim(2)? == 1 && self.stride == 1 && self.padding == 0 && self.groups == 1 {
            // A 1×1 kernel is a matrix product; im2col would copy the input for nothing.
            let (b, c, h, w) = x.dims4()?;
            let outputs = self.weight.dim(0)?;
            let matrix = self.weight.reshape((1, outputs, c))?.broadcast_as((b, outputs, c))?;
            matrix.contiguous()?.matmul(&x.reshape((b, c, h * w))?.contiguous()?)?.reshape((b, outputs, h, w))?
        } else {
            x.contiguous()?.conv2d(&self.weight, self.padding, self.stride, self.dilation, self.groups)?
        };
        match &self.bias {
            Some(bias) => y.broadcast_add(&bias.reshape((1, (), 1, 1))?),
            None => Ok(y),
        }
    }
}
