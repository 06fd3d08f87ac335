//! ControlNet: a second encoder that is conditioned on a picture (edges, here) and adds residuals to the skips of the UNet.
//!
//! Reference: Zhang et al. 2023; diffusers `models/controlnets/controlnet.py`.

use candle_core::{Result, Tensor};

use super::blocks::Encoder;
use super::conditioning::Conditioning;
use super::config::UnetConfig;
use super::embed::Embedding;
use super::transformer::KeyValue;
use crate::nn::fused::{add, multiplied};
use crate::nn::{Conv2d, ConvSpec};
use crate::weights::{LoadResult, Vars, WeightsError};

/// Convolutions that reduce the control picture to the size of the latents.
struct ConditioningEmbedding {
    convs: Vec<Conv2d>,
    reversed: bool,
}

impl ConditioningEmbedding {
    fn load(vars: &Vars, config: &UnetConfig) -> LoadResult<Self> {
        let channels = &config.conditioning_embedding_out_channels;
        let (Some(&first), Some(&last)) = (channels.first(), channels.last()) else {
            return Err(WeightsError::config(vars.place(), "conditioning_embedding_out_channels is empty"));
        };
        let reversed = match config.controlnet_conditioning_channel_order.as_str() {
            "rgb" => false,
            "bgr" => true,
            other => {
                let what = format!("controlnet_conditioning_channel_order {other} is unknown: rgb and bgr are known");
                return Err(WeightsError::config(vars.place(), what));
            }
        };
        let same = ConvSpec::same(3);
        let mut convs = vec![Conv2d::load(&vars.pp("conv_in"), config.conditioning_channels, first, same)?];
        for (i, pair) in channels.windows(2).enumerate() {
            let load = |name: usize, outputs, spec| Conv2d::load(&vars.pp(format!("blocks.{name}")), pair[0], outputs, spec);
            convs.push(load(2 * i, pair[0], same)?);
            convs.push(load(2 * i + 1, pair[1], ConvSpec { stride: 2, ..same })?);
        }
        convs.push(Conv2d::load(&vars.pp("conv_out"), last, config.first(), same)?);
        Ok(Self { convs, reversed })
    }

    fn forward(&self, picture: &Tensor) -> Result<Tensor> {
        let mut x = if self.reversed { picture.flip(&[1])? } else { picture.clone() };
        for (i, conv) in self.convs.iter().enumerate() {
            x = conv.forward(&x)?;
            if i + 1 < self.convs.len() {
                x = x.silu()?;
            }
        }
        Ok(x)
    }
}

/// Residuals for the skips of a UNet, in the order of its encoder, and for its middle block.
#[derive(Clone, Debug)]
pub struct Residuals {
    /// One for each skip.
    pub down: Vec<Tensor>,
    /// For the middle.
    pub mid: Tensor,
}

/// The encoder's states of a denoising step. The last convolutions turn them into residuals, and can add these to a UNet's skips.
pub struct ControlStates {
    skips: Vec<Tensor>,
    mid: Tensor,
}

/// The residuals that a UNet adds to its skips and to its middle.
#[derive(Clone, Copy)]
pub enum Control<'a> {
    /// Residuals.
    Residuals(&'a Residuals),
    /// A ControlNet's residuals, multiplied by `scale`.
    States {
        /// The network.
        network: &'a ControlNet,
        /// Its states.
        states: &'a ControlStates,
        /// The factor.
        scale: f64,
    },
}

impl Control<'_> {
    /// Number of skips.
    pub(super) fn skips(&self) -> usize {
        match self {
            Self::Residuals(residuals) => residuals.down.len(),
            Self::States { network, .. } => network.down.len(),
        }
    }

    pub(super) fn add_to_skip(&self, i: usize, skip: &Tensor) -> Result<Tensor> {
        match self {
            Self::Residuals(residuals) => add(skip, &residuals.down[i]),
            Self::States { network, states, scale } => network.added(&network.down[i], &states.skips[i], skip, *scale),
        }
    }

    pub(super) fn add_to_middle(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Residuals(residuals) => add(x, &residuals.mid),
            Self::States { network, states, scale } => network.added(&network.mid, &states.mid, x, *scale),
        }
    }
}

/// A 1×1 convolution after a state, and its bias in the network's type.
struct ZeroConv {
    conv: Conv2d,
    bias: Tensor,
}

impl ZeroConv {
    fn load(vars: &Vars, channels: usize) -> LoadResult<Self> {
        Ok(Self { conv: Conv2d::load(vars, channels, channels, ConvSpec::same(1))?, bias: vars.get("bias", channels)? })
    }
}

/// Everything about prompt and control picture that stays the same over the steps.
pub struct PreparedControl {
    context: Vec<KeyValue>,
    constant: Option<Tensor>,
    picture: Tensor,
}

/// The network.
pub struct ControlNet {
    conv_in: Conv2d,
    embedding_of_picture: ConditioningEmbedding,
    embedding: Embedding,
    encoder: Encoder,
    down: Vec<ZeroConv>,
    mid: ZeroConv,
    pooled: bool,
}

impl ControlNet {
    /// Takes every tensor at the root of `vars`.
    ///
    /// # Errors
    /// The config is not supported; a tensor is missing, has another shape, or belongs to no part of the network.
    pub fn load(vars: &Vars, config: &UnetConfig) -> LoadResult<Self> {
        let place = vars.place();
        config.check(&place, "ControlNetModel")?;
        let zero = |name: String, channels: usize| ZeroConv::load(&vars.pp(name), channels);
        let channels = Encoder::skip_channels(config, &place)?;
        let last = config.block_out_channels.last().copied().unwrap_or_default();
        let network = Self {
            conv_in: Conv2d::load(&vars.pp("conv_in"), config.in_channels, config.first(), ConvSpec::same(3))?,
            embedding_of_picture: ConditioningEmbedding::load(&vars.pp("controlnet_cond_embedding"), config)?,
            embedding: Embedding::load(vars, config)?,
            encoder: Encoder::load(vars, config)?,
            down: channels.iter().enumerate().map(|(i, &c)| zero(format!("controlnet_down_blocks.{i}"), c)).collect::<LoadResult<_>>()?,
            mid: zero("controlnet_mid_block".into(), last)?,
            pooled: config.global_pool_conditions,
        };
        vars.finish(|_| false)?;
        Ok(network)
    }

    /// Everything about prompt and picture that does not change over the steps. `picture` `[B or 1, 3, H, W]`, 0 to 1, eight times the
    /// size of the latents.
    ///
    /// # Errors
    /// Shapes that do not fit; inputs that this network needs are missing.
    pub fn prepare(&self, conditioning: &Conditioning<'_>, picture: &Tensor) -> Result<PreparedControl> {
        let mut context = Vec::new();
        self.encoder.prepare(conditioning.encoder_hidden_states, &mut context)?;
        let constant = self.embedding.constant(conditioning.text_embeds, conditioning.time_ids)?;
        Ok(PreparedControl { context, constant, picture: self.embedding_of_picture.forward(picture)? })
    }

    /// One step: `sample` and `timestep` as the UNet gets them, `scale` multiplies the residuals.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn forward(&self, sample: &Tensor, timestep: &Tensor, prepared: &PreparedControl, scale: f64) -> Result<Residuals> {
        let states = self.states(sample, timestep, prepared)?;
        let down = self.down.iter().zip(&states.skips).map(|(zero, skip)| self.residual(zero, skip, scale)).collect::<Result<_>>()?;
        Ok(Residuals { down, mid: self.residual(&self.mid, &states.mid, scale)? })
    }

    fn residual(&self, zero: &ZeroConv, state: &Tensor, scale: f64) -> Result<Tensor> {
        let y = zero.conv.forward(state)?;
        let y = if scale == 1.0 { y } else { multiplied(&y, scale)? };
        if self.pooled { y.mean_keepdim((2, 3)) } else { Ok(y) }
    }

    /// `x` with the residual of a state.
    fn added(&self, zero: &ZeroConv, state: &Tensor, x: &Tensor, scale: f64) -> Result<Tensor> {
        match scale == 1.0 && !self.pooled {
            true => zero.conv.forward_added(state, Some(&zero.bias), x),
            false => add(x, &self.residual(zero, state, scale)?),
        }
    }

    /// One step up to the last convolutions: `sample` and `timestep` as the UNet gets them.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn states(&self, sample: &Tensor, timestep: &Tensor, prepared: &PreparedControl) -> Result<ControlStates> {
        let time = self.embedding.at(timestep, prepared.constant.as_ref(), sample.dtype())?;
        let mut context = prepared.context.iter();
        let x = self.conv_in.forward(sample)?;
        let x = add(&x, &prepared.picture.broadcast_as(x.shape())?)?;
        let skips = self.encoder.down(x, &time, &mut context)?;
        let Some(last) = skips.last() else { candle_core::bail!("a network without blocks") };
        let mid = self.encoder.middle(last, &time, &mut context)?;
        Ok(ControlStates { skips, mid })
    }
}
