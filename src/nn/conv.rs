//! Two-dimensional convolution with bias.

use candle_core::{DType, Result, Tensor};

use super::fused::{add, add_bias};
use crate::weights::{LoadResult, Vars};

/// Kernel `[out, in / groups, k, k]`, stride, zero padding and dilation the same in both directions.
pub struct Conv2d {
    /// On a GPU with channels of zeros, up to multiples of 8.
    weight: Tensor,
    outputs: usize,
    bias: Option<Tensor>,
    stride: usize,
    padding: usize,
    dilation: usize,
    groups: usize,
}

/// The parameters of a convolution except its channels.
#[derive(Clone, Copy, Debug)]
pub struct ConvSpec {
    /// Side of the kernel.
    pub kernel: usize,
    /// Step between outputs.
    pub stride: usize,
    /// Zeros around the input.
    pub padding: usize,
    /// Dilation of the kernel.
    pub dilation: usize,
    /// Groups of channels.
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

/// Values in the im2col matrix of a GPU convolution at a time. Bounds its memory; candle's kernel also indexes it with 32 bits.
const MAX_COLUMNS: usize = 1 << 27;

impl Conv2d {
    /// Convolves in bands of output rows, so that the im2col matrix has at most `most` values at a time.
    fn convolve(&self, x: &Tensor, weight: &Tensor, most: usize) -> Result<Tensor> {
        let (b, c, h, w) = x.dims4()?;
        let kernel = weight.dim(2)?;
        let reach = self.dilation * (kernel - 1) + 1;
        if h + 2 * self.padding < reach || w + 2 * self.padding < reach {
            candle_core::bail!("a picture of {w} × {h} is too small for a kernel of {reach}");
        }
        let rows = (h + 2 * self.padding - reach) / self.stride + 1;
        let columns = (w + 2 * self.padding - reach) / self.stride + 1;
        let band = (most / (b * c * kernel * kernel * columns).max(1)).max(1);
        if band >= rows {
            return x.contiguous()?.conv2d(weight, self.padding, self.stride, self.dilation, self.groups);
        }
        let padded = x.pad_with_zeros(2, self.padding, self.padding)?.pad_with_zeros(3, self.padding, self.padding)?;
        let part = |first: usize| -> Result<Tensor> {
            let count = band.min(rows - first);
            let seen = padded.narrow(2, first * self.stride, (count - 1) * self.stride + reach)?;
            seen.contiguous()?.conv2d(weight, 0, self.stride, self.dilation, self.groups)
        };
        let parts = (0..rows).step_by(band).map(part).collect::<Result<Vec<_>>>()?;
        Tensor::cat(&parts, 2)
    }

    /// Loads `weight` and, if the spec has one, `bias`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(vars: &Vars, inputs: usize, outputs: usize, spec: ConvSpec) -> LoadResult<Self> {
        let weight = vars.get("weight", (outputs, inputs / spec.groups, spec.kernel, spec.kernel))?;
        let bias = if spec.bias { Some(vars.get("bias", outputs)?) } else { None };
        Ok(Self::new(weight, bias, spec)?)
    }

    /// From tensors: `weight` `[out, in / groups, k, k]`, `bias` `[out]`.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new(weight: Tensor, bias: Option<Tensor>, spec: ConvSpec) -> Result<Self> {
        let outputs = weight.dim(0)?;
        let weight = arranged(weight, spec.groups)?;
        // The kernels of a GPU add biases in float32.
        let bias = bias.map(|bias| if bias.device().is_cuda() { bias.to_dtype(DType::F32) } else { Ok(bias) }).transpose()?;
        Ok(Self { weight, outputs, bias, stride: spec.stride, padding: spec.padding, dilation: spec.dilation, groups: spec.groups })
    }

    /// The bias, on a GPU in float32.
    pub(super) fn bias(&self) -> Option<&Tensor> {
        self.bias.as_ref()
    }

    /// The type that it computes in.
    pub fn dtype(&self) -> DType {
        self.weight.dtype()
    }

    /// `x` `[B, in, H, W]` of any type → `[B, out, H', W']`.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.forward_padded(x, 0)
    }

    /// Like [`Conv2d::forward`], followed by ReLU.
    ///
    /// # Errors
    /// As [`Conv2d::forward`].
    pub fn forward_relu(&self, x: &Tensor) -> Result<Tensor> {
        let (y, bias) = self.forward_without_bias(x)?;
        #[cfg(feature = "cuda")]
        if let Some(y) = super::kernels::activate(&y, bias, super::kernels::Function::Relu)? {
            return Ok(y);
        }
        bias.map_or_else(|| Ok(y.clone()), |bias| add_bias(&y, bias))?.relu()
    }

    /// Like [`Conv2d::forward`], with the bias `[out]` that is still to be added: a norm or a sum that follows adds it at no cost.
    ///
    /// # Errors
    /// As [`Conv2d::forward`].
    pub fn forward_without_bias(&self, x: &Tensor) -> Result<(Tensor, Option<&Tensor>)> {
        self.convolve_any(x, 0).map(|y| (y, self.bias.as_ref()))
    }

    /// Like [`Conv2d::forward`], with `more` zeros below and right beside the padding.
    ///
    /// # Errors
    /// As [`Conv2d::forward`].
    pub fn forward_padded(&self, x: &Tensor, more: usize) -> Result<Tensor> {
        let y = self.convolve_any(x, more)?;
        match &self.bias {
            Some(bias) => add_bias(&y, bias),
            None => Ok(y),
        }
    }

    /// `residual + forward(x)`; the type of the sum is as in [`add`]. `bias` is the layer's own, in the layer's type: a kernel of 1×1 adds both in the
    /// product.
    ///
    /// # Errors
    /// As [`Conv2d::forward`].
    pub(super) fn forward_added(&self, x: &Tensor, bias: Option<&Tensor>, residual: &Tensor) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        if let Some(sum) = self.added_in_product(x, bias, residual)? {
            return Ok(sum);
        }
        let _ = bias;
        add(residual, &self.forward(x)?)
    }

    #[cfg(feature = "cuda")]
    fn added_in_product(&self, x: &Tensor, bias: Option<&Tensor>, residual: &Tensor) -> Result<Option<Tensor>> {
        let (outputs, inputs, kernel, _) = self.weight.dims4()?;
        let is_product = kernel == 1 && self.stride == 1 && self.padding == 0 && self.groups == 1;
        let is_whole = outputs == self.outputs && inputs == x.dim(1)? && bias.is_some() == self.bias.is_some();
        let fits = [x, residual].into_iter().all(|t| super::kernels::is_channels_last(t) && t.dtype() == self.weight.dtype());
        if !(is_product && is_whole && fits) {
            return Ok(None);
        }
        let rows = |t: &Tensor| t.permute((0, 2, 3, 1));
        let weight = self.weight.reshape((outputs, inputs))?;
        let sum = super::kernels::linear_added(&rows(x)?, &weight, bias, &rows(residual)?)?;
        sum.map(|sum| sum.permute((0, 3, 1, 2))).transpose()
    }

    fn convolve_any(&self, x: &Tensor, more: usize) -> Result<Tensor> {
        let missing = (self.weight.dim(1)? * self.groups).saturating_sub(x.dim(1)?);
        let x = &x.to_dtype(self.weight.dtype())?.pad_with_zeros(1, 0, missing)?;
        self.convolve_whole(x, more)?.narrow(1, 0, self.outputs)
    }

    /// `x` has the weight's channels, and so has the result.
    fn convolve_whole(&self, x: &Tensor, more: usize) -> Result<Tensor> {
        #[cfg(feature = "cuda")]
        {
            let padding = [self.padding, self.padding + more];
            if let Some(y) = super::kernels::convolution(x, &self.weight, padding, self.stride, self.dilation)? {
                return Ok(y);
            }
        }
        let x = &if more > 0 { x.pad_with_zeros(2, 0, more)?.pad_with_zeros(3, 0, more)? } else { x.clone() };
        let weight = self.weight.contiguous()?;
        if weight.dim(2)? == 1 && self.stride == 1 && self.padding == 0 && self.groups == 1 {
            // A 1×1 convolution is a matrix product; im2col would only copy the input.
            let (b, c, h, w) = x.dims4()?;
            let outputs = weight.dim(0)?;
            let matrix = weight.reshape((1, outputs, c))?.broadcast_as((b, outputs, c))?;
            matrix.contiguous()?.matmul(&x.reshape((b, c, h * w))?.contiguous()?)?.reshape((b, outputs, h, w))
        } else {
            self.convolve(x, &weight, if x.device().is_cpu() { usize::MAX } else { MAX_COLUMNS })
        }
    }
}

/// Tensor cores take channels in groups of so many: with 3 channels a convolution is about ten times slower.
#[cfg(feature = "cuda")]
const WIDTH: usize = 8;

/// On a GPU, the order and the number of channels with which the library is fast.
#[cfg_attr(not(feature = "cuda"), expect(unused_variables))]
fn arranged(weight: Tensor, groups: usize) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if weight.device().is_cuda() {
        let missing = |channels: usize| channels.next_multiple_of(WIDTH) - channels;
        let padded = match groups == 1 && weight.dtype() != DType::F32 {
            true => weight.pad_with_zeros(0, 0, missing(weight.dim(0)?))?.pad_with_zeros(1, 0, missing(weight.dim(1)?))?,
            false => weight,
        };
        return super::kernels::channels_last(&padded);
    }
    Ok(weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn bands_give_the_whole_result() {
        let cpu = &Device::Cpu;
        let made = |name: &str, shape: &[usize]| {
            let values = crate::weights::synthetic::values(name, shape, 3);
            Tensor::from_vec(values, shape, cpu).unwrap()
        };
        for (stride, padding, dilation, groups) in [(1, 1, 1, 1), (2, 1, 1, 2), (1, 2, 2, 1), (2, 0, 1, 1)] {
            let x = made("x", &[2, 4, 11, 7]);
            let weight = made("w", &[6, 4 / groups, 3, 3]);
            let spec = ConvSpec { kernel: 3, stride, padding, dilation, groups, bias: false };
            let conv = Conv2d::new(weight, None, spec).unwrap();
            let whole = conv.convolve(&x, &conv.weight, usize::MAX).unwrap();
            for most in [1, 2 * 4 * 9 * 7 * 2, 2 * 4 * 9 * 7 * 3] {
                let parts = conv.convolve(&x, &conv.weight, most).unwrap();
                assert_eq!(parts.dims(), whole.dims());
                let differ = (parts - &whole).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
                assert!(differ < 1e-5, "{stride} {padding} {dilation} {groups}: {differ}");
            }
        }
        let small = Conv2d::new(made("w", &[1, 1, 3, 3]), None, ConvSpec { padding: 0, bias: false, ..ConvSpec::same(3) }).unwrap();
        let error = small.forward(&Tensor::zeros((1, 1, 2, 5), DType::F32, cpu).unwrap()).unwrap_err().to_string();
        assert!(error.contains("too small"), "{error}");
    }
}
