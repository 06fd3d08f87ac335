//! BiRefNet (Zheng et al., "Bilateral Reference for High-Resolution Dichotomous Image Segmentation", 2024) with the Swin-v1 backbone, as
//! the public checkpoints are configured: two input scales concatenated, context of three stages, one squeeze block, deformable ASPP in
//! every decoder block, image patches and gradient attention in the decoder.
//!
//! Reference: ZhengPeng7/BiRefNet `models/birefnet.py`. Linear maps are merged where that is exact and
//! cheaper: batch norms are folded into their convolutions, and the last 1×1 convolution runs before the last upsampling.

use candle_core::{DType, Result, Tensor};

use super::birefnet_blocks::{BatchNorm, DecoderBlock, folded};
use super::fused::{add, join_channels, resize_bilinear};
use super::swin::{Swin, SwinConfig};
use super::{Conv2d, ConvSpec};
use crate::weights::{LoadResult, Vars};

/// Hidden channels of the image patch blocks.
const PATCH_INNER: usize = 64;
/// Channels of the gradient attention.
const GRADIENT: usize = 16;

/// The network.
pub struct BiRefNet {
    backbone: Swin,
    squeeze: DecoderBlock,
    /// From the deepest to the shallowest.
    stages: Vec<DecoderStage>,
    output: Output,
}

/// One stage of the decoder: image patches are concatenated, then block, gradient attention, and upsampling to the next map.
struct DecoderStage {
    patches: Patches,
    block: DecoderBlock,
    /// `None` in the last stage.
    up: Option<(Gradient, Conv2d)>,
}

/// The image, cut into patches that become channels at the size of a map.
struct Patches {
    conv1: Conv2d,
    conv_out: Conv2d,
}

struct Gradient {
    conv: Conv2d,
    attention: Conv2d,
}

/// The last 1×1 convolution, split into the part for the decoder's map and the part for the image.
struct Output {
    decoder: Conv2d,
    picture1: Conv2d,
    /// The second convolution of the image block, merged with the 1×1 convolution after it.
    picture2: Conv2d,
}

/// `[B, C, H, W]` → `[B, C·gy·gx, h, w]`: pixel (y, x) of patch (gy, gx) becomes channel (c, gy, gx) at (y, x).
fn patches_of(image: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let (b, c, h, w) = image.dims4()?;
    let (rows, columns) = (h / height, w / width);
    let x = image.reshape(&[b, c, rows, height, columns, width][..])?.permute(vec![0, 1, 2, 4, 3, 5])?;
    x.contiguous()?.reshape((b, c * rows * columns, height, width))
}

impl Patches {
    fn load(vars: &Vars, inputs: usize, outputs: usize) -> LoadResult<Self> {
        Ok(Self {
            conv1: Conv2d::load(&vars.pp("conv1"), inputs, PATCH_INNER, ConvSpec::same(3))?,
            conv_out: Conv2d::load(&vars.pp("conv_out"), PATCH_INNER, outputs, ConvSpec::same(3))?,
        })
    }

    /// Concatenates the map and the image patches along the channels.
    fn join(&self, map: &Tensor, image: &Tensor) -> Result<Tensor> {
        let (_, _, h, w) = map.dims4()?;
        let patches = self.conv_out.forward(&self.conv1.forward(&patches_of(image, h, w)?)?)?;
        join_channels(&[map, &patches])
    }
}

impl Output {
    fn load(vars: &Vars, channels: usize, picture: usize) -> LoadResult<Self> {
        let wide = |vars: &Vars, name: &str, shape: &[usize]| vars.with_dtype(DType::F32).get(name, shape);
        let (out, block) = (vars.pp("conv_out1").pp("0"), vars.pp("ipt_blk1"));
        let (conv_out, dtype) = (block.pp("conv_out"), vars.dtype());
        let last = wide(&out, "weight", &[1, channels + picture, 1, 1])?;
        let bias = wide(&out, "bias", &[1])?;
        let kernel = wide(&conv_out, "weight", &[picture, PATCH_INNER, 3, 3])?;
        let kernel_bias = wide(&conv_out, "bias", &[picture])?;
        let of_decoder = last.narrow(1, 0, channels)?.contiguous()?;
        let of_picture = last.narrow(1, channels, picture)?.contiguous()?.reshape((1, picture))?;
        let joined = of_picture.matmul(&kernel.contiguous()?.reshape((picture, PATCH_INNER * 9))?)?.reshape((1, PATCH_INNER, 3, 3))?;
        let joined_bias = (of_picture.matmul(&kernel_bias.contiguous()?.reshape((picture, 1))?)?.reshape(1)? + bias.contiguous()?)?;
        Ok(Self {
            decoder: Conv2d::new(of_decoder.to_dtype(dtype)?, None, ConvSpec::same(1))?,
            picture1: Conv2d::load(&block.pp("conv1"), 3, PATCH_INNER, ConvSpec::same(3))?,
            picture2: Conv2d::new(joined.to_dtype(dtype)?, Some(joined_bias.to_dtype(dtype)?), ConvSpec::same(3))?,
        })
    }

    fn forward(&self, map: &Tensor, image: &Tensor) -> Result<Tensor> {
        let (_, _, h, w) = image.dims4()?;
        // Upsampling and a 1×1 convolution commute: one channel is upsampled instead of 192.
        let decoder = resize_bilinear(&self.decoder.forward(map)?, h, w)?;
        decoder + self.picture2.forward(&self.picture1.forward(image)?)?
    }
}

/// Checks tensors that only training uses; they are not kept.
fn training_only(vars: &Vars, name: &str, inputs: usize) -> LoadResult<()> {
    let vars = vars.pp(name);
    vars.get("weight", (1, inputs, 1, 1))?;
    vars.get("bias", 1)?;
    Ok(())
}

impl BiRefNet {
    /// Loads `bb.…`, `squeeze_module.0.…` and `decoder.…`.
    ///
    /// # Errors
    /// A tensor is missing, has another shape, or belongs to no part of the network; the config is not supported.
    pub fn load(vars: &Vars, config: &SwinConfig) -> LoadResult<Self> {
        config.check(&vars.place())?;
        // Both input scales, from the deepest map to the shallowest.
        let channels: Vec<usize> = (0..4).rev().map(|stage| 2 * config.channels(stage)).collect();
        let decoder = vars.pp("decoder");
        let backbone = Swin::load(&vars.pp("bb"), config)?;
        let squeeze = DecoderBlock::load(&vars.pp("squeeze_module").pp("0"), channels.iter().sum(), channels[0])?;
        let mut stages = Vec::with_capacity(4);
        for (i, &inputs) in channels.iter().enumerate() {
            // The files count down: block 4 is the deepest, and its patches have number 5.
            let number = 4 - i;
            let patches = channels[i.saturating_sub(1)] / 8;
            let outputs = channels.get(i + 1).copied().unwrap_or(channels[3] / 2);
            let grid = 32 >> i;
            let up = if i < 3 {
                training_only(&decoder, &format!("conv_ms_spvn_{number}"), outputs)?;
                training_only(&decoder, &format!("gdt_convs_pred_{number}.0"), GRADIENT)?;
                let convs = decoder.pp(format!("gdt_convs_{number}"));
                let conv = folded(&convs.pp("0"), outputs, GRADIENT, ConvSpec::same(3), &BatchNorm::load(&convs.pp("1"), GRADIENT)?)?;
                let attention = Conv2d::load(&decoder.pp(format!("gdt_convs_attn_{number}.0")), GRADIENT, 1, ConvSpec::same(1))?;
                let lateral = decoder.pp(format!("lateral_block{number}")).pp("conv");
                Some((Gradient { conv, attention }, Conv2d::load(&lateral, outputs, outputs, ConvSpec::same(1))?))
            } else {
                None
            };
            stages.push(DecoderStage {
                patches: Patches::load(&decoder.pp(format!("ipt_blk{}", number + 1)), 3 * grid * grid, patches)?,
                block: DecoderBlock::load(&decoder.pp(format!("decoder_block{number}")), inputs + patches, outputs)?,
                up,
            });
        }
        let output = Output::load(&decoder, channels[3] / 2, channels[3] / 8)?;
        vars.finish(|name| name.ends_with("relative_position_index") || name.ends_with("num_batches_tracked"))?;
        Ok(Self { backbone, squeeze, stages, output })
    }

    /// `x` `[B, 3, H, W]`, RGB normalised by ImageNet's mean and deviation, sides multiples of 32 → logits `[B, 1, H, W]`.
    ///
    /// # Errors
    /// Another shape, out of memory.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.forward_with(x, &|| Ok(()))
    }

    /// Like [`BiRefNet::forward`]; `before_block` is called before every block (twice the sum of `depths`, plus five). Its error ends the pass.
    ///
    /// # Errors
    /// As [`BiRefNet::forward`]; errors of `before_block`.
    pub fn forward_with(&self, x: &Tensor, before_block: &dyn Fn() -> Result<()>) -> Result<Tensor> {
        let (_, c, height, width) = x.dims4()?;
        if c != 3 || height == 0 || width == 0 || height % 32 != 0 || width % 32 != 0 {
            candle_core::bail!("BiRefNet takes [B, 3, H, W] with sides that are multiples of 32, not {:?}", x.dims());
        }
        let x = x.contiguous()?;
        let mut maps = self.encode(&x, before_block)?;
        let Some(mut map) = maps.pop() else { candle_core::bail!("the backbone has no maps") };
        before_block()?;
        map = self.squeeze.forward(&map)?;
        for stage in &self.stages {
            before_block()?;
            map = stage.block.forward(&stage.patches.join(&map, &x)?)?;
            if let (Some((gradient, lateral)), Some(skip)) = (&stage.up, maps.pop()) {
                let seen = gradient.conv.forward_relu(&map)?;
                map = map.broadcast_mul(&candle_nn::ops::sigmoid(&gradient.attention.forward(&seen)?)?)?;
                let (_, _, h, w) = skip.dims4()?;
                map = add(&resize_bilinear(&map, h, w)?, &lateral.forward(&skip)?)?;
            }
        }
        self.output.forward(&map, &x)
    }

    /// The four maps of both scales; the last one is concatenated with the context of the others.
    fn encode(&self, x: &Tensor, before_block: &dyn Fn() -> Result<()>) -> Result<Vec<Tensor>> {
        let (_, _, height, width) = x.dims4()?;
        let full = self.backbone.forward(x, before_block)?;
        let half = self.backbone.forward(&resize_bilinear(x, height / 2, width / 2)?, before_block)?;
        let mut maps = Vec::with_capacity(full.len());
        for (full, half) in full.into_iter().zip(half) {
            let (_, _, h, w) = full.dims4()?;
            maps.push(join_channels(&[&full, &resize_bilinear(&half, h, w)?])?);
        }
        if let Some(deepest) = maps.pop() {
            let (_, _, h, w) = deepest.dims4()?;
            let mut context = maps.iter().map(|map| resize_bilinear(map, h, w)).collect::<Result<Vec<_>>>()?;
            context.push(deepest);
            maps.push(join_channels(&context.iter().collect::<Vec<_>>())?);
        }
        Ok(maps)
    }
}
