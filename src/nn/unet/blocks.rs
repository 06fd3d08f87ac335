//! The blocks of a UNet: down, middle, up.
//!
//! Reference: diffusers `models/unets/unet_2d_blocks.py`.

use candle_core::{Result, Tensor};

use super::config::{Scale, UnetConfig};
use super::transformer::{Context, KeyValue, Transformer, TransformerSpec};
use crate::nn::fused::join_channels;
use crate::nn::resnet::{Downsample, ResnetBlock, ResnetSpec, Upsample};
use crate::weights::{LoadResult, Vars, WeightsError};

/// A residual block and, in blocks with cross-attention, a transformer after it.
type Pair = (ResnetBlock, Option<Transformer>);

fn resnet_spec(config: &UnetConfig) -> ResnetSpec {
    ResnetSpec { groups: config.groups(), eps: config.norm_eps, time: Some(config.time()) }
}

fn transformer(vars: &Vars, i: usize, scale: &Scale, depth: usize, config: &UnetConfig) -> LoadResult<Transformer> {
    let spec = TransformerSpec {
        depth,
        heads: scale.heads,
        context: scale.context,
        groups: config.groups(),
        linear: config.use_linear_projection,
    };
    Transformer::load(&vars.pp(format!("attentions.{i}")), scale.channels, spec)
}

/// Loads the pairs of a scale; `inputs` returns the input channels of each.
fn pairs(vars: &Vars, scale: &Scale, inputs: impl Fn(usize) -> usize, config: &UnetConfig) -> LoadResult<Vec<Pair>> {
    let depths = scale.depth.expand(scale.layers).unwrap_or_default();
    let mut pairs = Vec::with_capacity(scale.layers);
    for i in 0..scale.layers {
        let resnet = ResnetBlock::load(&vars.pp(format!("resnets.{i}")), inputs(i), scale.channels, resnet_spec(config))?;
        let depth = depths.get(i).copied().unwrap_or_default();
        let attention = scale.cross_attention.then(|| transformer(vars, i, scale, depth, config)).transpose()?;
        pairs.push((resnet, attention));
    }
    Ok(pairs)
}

fn apply((resnet, attention): &Pair, x: &Tensor, time: &Tensor, context: &mut Context<'_>) -> Result<Tensor> {
    let x = resnet.forward(x, Some(time))?;
    match attention {
        Some(attention) => attention.forward(&x, context),
        None => Ok(x),
    }
}

fn prepare_all(pairs: &[Pair], prompt: &Tensor, out: &mut Vec<KeyValue>) -> Result<()> {
    pairs.iter().filter_map(|(_, attention)| attention.as_ref()).try_for_each(|attention| attention.prepare(prompt, out))
}

/// One scale of the encoder.
struct Down {
    pairs: Vec<Pair>,
    downsample: Option<Downsample>,
}

/// The encoder's scales, which UNet and ControlNet share, and the middle.
pub(super) struct Encoder {
    down: Vec<Down>,
    middle: Option<Middle>,
}

struct Middle {
    first: ResnetBlock,
    /// In a middle block with cross-attention.
    second: Option<(Transformer, ResnetBlock)>,
}

impl Encoder {
    pub(super) fn load(vars: &Vars, config: &UnetConfig) -> LoadResult<Self> {
        let place = vars.place();
        let scales = config.scales(&place)?;
        let mut inputs = config.first();
        let mut down = Vec::with_capacity(scales.len());
        for (i, scale) in scales.iter().enumerate() {
            let vars = vars.pp(format!("down_blocks.{i}"));
            let downsample = match i + 1 == scales.len() {
                true => None,
                false => Some(Downsample::load(&vars.pp("downsamplers.0"), scale.channels, config.downsample_padding)?),
            };
            down.push(Down { pairs: pairs(&vars, scale, |j| if j == 0 { inputs } else { scale.channels }, config)?, downsample });
            inputs = scale.channels;
        }
        let middle = match (&config.mid_block_type, scales.last()) {
            (Some(kind), Some(scale)) => Some(Middle::load(&vars.pp("mid_block"), kind, scale, config)?),
            _ => None,
        };
        Ok(Self { down, middle })
    }

    /// Channels of every skip connection, in order.
    pub(super) fn skip_channels(config: &UnetConfig, place: &str) -> LoadResult<Vec<usize>> {
        let scales = config.scales(place)?;
        let mut all = vec![config.first()];
        for (i, scale) in scales.iter().enumerate() {
            let downsampled = usize::from(i + 1 < scales.len());
            all.extend(std::iter::repeat_n(scale.channels, scale.layers + downsampled));
        }
        Ok(all)
    }

    /// Keys and values of a prompt for the layers of encoder and middle, in order.
    pub(super) fn prepare(&self, prompt: &Tensor, out: &mut Vec<KeyValue>) -> Result<()> {
        for down in &self.down {
            prepare_all(&down.pairs, prompt, out)?;
        }
        match self.middle.as_ref().and_then(|m| m.second.as_ref()) {
            Some((attention, _)) => attention.prepare(prompt, out),
            None => Ok(()),
        }
    }

    /// The skip connections of every scale, starting with the input. The last one is the input of the middle block.
    pub(super) fn down(&self, x: Tensor, time: &Tensor, context: &mut Context<'_>) -> Result<Vec<Tensor>> {
        let mut x = x;
        let mut skips = vec![x.clone()];
        for down in &self.down {
            for pair in &down.pairs {
                x = apply(pair, &x, time, context)?;
                skips.push(x.clone());
            }
            if let Some(downsample) = &down.downsample {
                x = downsample.forward(&x)?;
                skips.push(x.clone());
            }
        }
        Ok(skips)
    }

    pub(super) fn middle(&self, x: &Tensor, time: &Tensor, context: &mut Context<'_>) -> Result<Tensor> {
        let Some(middle) = &self.middle else { return Ok(x.clone()) };
        let x = middle.first.forward(x, Some(time))?;
        match &middle.second {
            Some((attention, resnet)) => resnet.forward(&attention.forward(&x, context)?, Some(time)),
            None => Ok(x),
        }
    }
}

impl Middle {
    fn load(vars: &Vars, kind: &str, scale: &Scale, config: &UnetConfig) -> LoadResult<Self> {
        let resnet = |i: usize| ResnetBlock::load(&vars.pp(format!("resnets.{i}")), scale.channels, scale.channels, resnet_spec(config));
        let depth = scale.depth.expand(scale.layers).and_then(|d| d.first().copied()).unwrap_or_default();
        let second = match kind {
            "UNetMidBlock2DCrossAttn" => Some((transformer(vars, 0, scale, depth, config)?, resnet(1)?)),
            "UNetMidBlock2D" => None,
            other => {
                let known = "UNetMidBlock2DCrossAttn and UNetMidBlock2D are";
                return Err(WeightsError::config(vars.place(), format!("mid_block_type {other} is not supported; {known}")));
            }
        };
        Ok(Self { first: resnet(0)?, second })
    }
}

/// One scale of the decoder.
struct Up {
    pairs: Vec<Pair>,
    upsample: Option<Upsample>,
}

/// The decoder's scales.
pub(super) struct Decoder {
    up: Vec<Up>,
}

impl Decoder {
    pub(super) fn load(vars: &Vars, config: &UnetConfig) -> LoadResult<Self> {
        let place = vars.place();
        let scales = config.up_scales(&place)?;
        let mut skips = Encoder::skip_channels(config, &place)?;
        let mut inputs = scales.first().map_or(0, |s| s.channels);
        let mut up = Vec::with_capacity(scales.len());
        for (i, scale) in scales.iter().enumerate() {
            let vars = vars.pp(format!("up_blocks.{i}"));
            if skips.len() < scale.layers {
                return Err(WeightsError::config(place, "layers_per_block leaves too few skips for the decoder"));
            }
            // The decoder uses the skips in reverse.
            let taken: Vec<usize> = skips.split_off(skips.len() - scale.layers).into_iter().rev().collect();
            let pairs = pairs(&vars, scale, |j| taken[j] + if j == 0 { inputs } else { scale.channels }, config)?;
            let upsample = match i + 1 == scales.len() {
                true => None,
                false => Some(Upsample::load(&vars.pp("upsamplers.0"), scale.channels)?),
            };
            up.push(Up { pairs, upsample });
            inputs = scale.channels;
        }
        Ok(Self { up })
    }

    /// Keys and values of a prompt for the layers of the decoder, in order.
    pub(super) fn prepare(&self, prompt: &Tensor, out: &mut Vec<KeyValue>) -> Result<()> {
        self.up.iter().try_for_each(|up| prepare_all(&up.pairs, prompt, out))
    }

    /// Consumes the skips, last first.
    pub(super) fn forward(&self, x: Tensor, mut skips: Vec<Tensor>, time: &Tensor, context: &mut Context<'_>) -> Result<Tensor> {
        let mut x = x;
        for up in &self.up {
            for pair in &up.pairs {
                let Some(skip) = skips.pop() else { candle_core::bail!("the decoder ran out of skips") };
                x = apply(pair, &join_channels(&[&x, &skip])?, time, context)?;
            }
            if let Some(upsample) = &up.upsample {
                // Odd sizes cannot be doubled back; the next skip has the size.
                let size = skips.last().map(|s| s.dims4()).transpose()?.map(|(_, _, h, w)| (h, w));
                x = upsample.forward(&x, size)?;
            }
        }
        Ok(x)
    }
}
