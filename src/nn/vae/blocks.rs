//! Encoder and decoder of AutoencoderKL.
//!
//! Reference: Rombach et al. 2022; diffusers `models/autoencoders/vae.py`, `models/unets/unet_2d_blocks.py` (`UNetMidBlock2D`).

use candle_core::{Result, Tensor};

use super::config::VaeConfig;
use super::progress::StageCounter;
use crate::nn::fused::{add, to_picture, to_tokens};
use crate::nn::resnet::{Downsample, ResnetBlock, ResnetSpec, Upsample};
use crate::nn::{Conv2d, ConvSpec, GroupNorm, Linear, attention};
use crate::weights::{LoadResult, Vars};

/// Epsilon of every norm.
const EPS: f64 = 1e-6;

/// Self-attention over all pixels with one head and a residual connection.
struct SpatialSelfAttention {
    norm: GroupNorm,
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
}

impl SpatialSelfAttention {
    fn load(vars: &Vars, channels: usize, groups: usize) -> LoadResult<Self> {
        let linear = |name: &str| Linear::load(&vars.pp(name), channels, channels);
        Ok(Self {
            norm: GroupNorm::load(&vars.pp("group_norm"), channels, groups, EPS)?,
            q: linear("to_q")?,
            k: linear("to_k")?,
            v: linear("to_v")?,
            out: linear("to_out.0")?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (_, c, h, w) = x.dims4()?;
        let tokens = to_tokens(&self.norm.forward(x)?)?;
        let head = |linear: &Linear| linear.forward(&tokens)?.unsqueeze(1);
        let y = attention(&head(&self.q)?, &head(&self.k)?, &head(&self.v)?, None, 1.0 / (c as f64).sqrt())?.squeeze(1)?;
        add(x, &to_picture(&self.out.forward(&y)?, h, w)?)
    }
}

struct Middle {
    first: ResnetBlock,
    attention: Option<SpatialSelfAttention>,
    second: ResnetBlock,
}

impl Middle {
    fn load(vars: &Vars, channels: usize, config: &VaeConfig) -> LoadResult<Self> {
        let resnet = |i: usize| ResnetBlock::load(&vars.pp(format!("resnets.{i}")), channels, channels, spec(config));
        Ok(Self {
            first: resnet(0)?,
            attention: match config.mid_block_add_attention {
                true => Some(SpatialSelfAttention::load(&vars.pp("attentions.0"), channels, config.norm_num_groups)?),
                false => None,
            },
            second: resnet(1)?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = self.first.forward(x, None)?;
        if let Some(attention) = &self.attention {
            x = attention.forward(&x)?;
        }
        self.second.forward(&x, None)
    }
}

fn spec(config: &VaeConfig) -> ResnetSpec {
    ResnetSpec { groups: config.norm_num_groups, eps: EPS, time: None }
}

/// Loads `resnets.0`, `resnets.1`, …; the first changes the channels.
fn resnets(vars: &Vars, count: usize, inputs: usize, outputs: usize, config: &VaeConfig) -> LoadResult<Vec<ResnetBlock>> {
    let load = |i: usize| ResnetBlock::load(&vars.pp(format!("resnets.{i}")), if i == 0 { inputs } else { outputs }, outputs, spec(config));
    (0..count).map(load).collect()
}

/// Norm, SiLU and convolution at the end of encoder and decoder.
struct Head {
    norm: GroupNorm,
    conv: Conv2d,
}

impl Head {
    fn load(vars: &Vars, inputs: usize, outputs: usize, groups: usize) -> LoadResult<Self> {
        Ok(Self {
            norm: GroupNorm::load(&vars.pp("conv_norm_out"), inputs, groups, EPS)?,
            conv: Conv2d::load(&vars.pp("conv_out"), inputs, outputs, ConvSpec::same(3))?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.conv.forward(&self.norm.silu(x)?)
    }
}

/// Maps pictures to moments.
pub(super) struct Encoder {
    conv_in: Conv2d,
    down: Vec<(Vec<ResnetBlock>, Option<Downsample>)>,
    middle: Middle,
    head: Head,
}

impl Encoder {
    pub(super) fn load(vars: &Vars, config: &VaeConfig) -> LoadResult<Self> {
        let channels = &config.block_out_channels;
        let first = channels.first().copied().unwrap_or_default();
        let mut inputs = first;
        let mut down = Vec::with_capacity(channels.len());
        for (i, &outputs) in channels.iter().enumerate() {
            let vars = vars.pp(format!("down_blocks.{i}"));
            let downsample = match i + 1 == channels.len() {
                true => None,
                false => Some(Downsample::load(&vars.pp("downsamplers.0"), outputs, 0)?),
            };
            down.push((resnets(&vars, config.layers_per_block, inputs, outputs, config)?, downsample));
            inputs = outputs;
        }
        Ok(Self {
            conv_in: Conv2d::load(&vars.pp("conv_in"), config.in_channels, first, ConvSpec::same(3))?,
            down,
            middle: Middle::load(&vars.pp("mid_block"), inputs, config)?,
            head: Head::load(vars, inputs, 2 * config.latent_channels, config.norm_num_groups)?,
        })
    }

    /// Number of stages that are counted.
    pub(super) fn stages(&self) -> usize {
        self.down.len() + 1
    }

    /// Returns `None` if the progress callback stopped it.
    pub(super) fn forward(&self, x: &Tensor, stages: &mut StageCounter<'_>) -> Result<Option<Tensor>> {
        let mut x = self.conv_in.forward(x)?;
        for (blocks, downsample) in &self.down {
            for block in blocks {
                x = block.forward(&x, None)?;
            }
            if let Some(downsample) = downsample {
                x = downsample.forward(&x)?;
            }
            if stages.finish_stage().is_break() {
                return Ok(None);
            }
        }
        let x = self.middle.forward(&x)?;
        if stages.finish_stage().is_break() {
            return Ok(None);
        }
        self.head.forward(&x).map(Some)
    }
}

/// Maps latents to pictures.
pub(super) struct Decoder {
    conv_in: Conv2d,
    middle: Middle,
    up: Vec<(Vec<ResnetBlock>, Option<Upsample>)>,
    head: Head,
}

impl Decoder {
    pub(super) fn load(vars: &Vars, config: &VaeConfig) -> LoadResult<Self> {
        let channels: Vec<usize> = config.decoder_channels().iter().rev().copied().collect();
        let first = channels.first().copied().unwrap_or_default();
        let mut inputs = first;
        let mut up = Vec::with_capacity(channels.len());
        for (i, &outputs) in channels.iter().enumerate() {
            let vars = vars.pp(format!("up_blocks.{i}"));
            let upsample = match i + 1 == channels.len() {
                true => None,
                false => Some(Upsample::load(&vars.pp("upsamplers.0"), outputs)?),
            };
            up.push((resnets(&vars, config.layers_per_block + 1, inputs, outputs, config)?, upsample));
            inputs = outputs;
        }
        Ok(Self {
            conv_in: Conv2d::load(&vars.pp("conv_in"), config.latent_channels, first, ConvSpec::same(3))?,
            middle: Middle::load(&vars.pp("mid_block"), first, config)?,
            up,
            head: Head::load(vars, inputs, config.out_channels, config.norm_num_groups)?,
        })
    }

    /// Number of stages that are counted.
    pub(super) fn stages(&self) -> usize {
        self.up.len() + 1
    }

    /// Returns `None` if the progress callback stopped it.
    pub(super) fn forward(&self, x: &Tensor, stages: &mut StageCounter<'_>) -> Result<Option<Tensor>> {
        let mut x = self.middle.forward(&self.conv_in.forward(x)?)?;
        if stages.finish_stage().is_break() {
            return Ok(None);
        }
        for (blocks, upsample) in &self.up {
            for block in blocks {
                x = block.forward(&x, None)?;
            }
            if let Some(upsample) = upsample {
                x = upsample.forward(&x, None)?;
            }
            if stages.finish_stage().is_break() {
                return Ok(None);
            }
        }
        self.head.forward(&x).map(Some)
    }
}
