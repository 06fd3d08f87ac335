//! ControlNet: a second encoder that sees a picture (edges, here) and steers the UNet through its skips.
//!
//! Reference: Zhang et al. 2023; diffusers `models/controlnets/controlnet.py`.

use candle_core::{Result, Tensor};

use super::blocks::Encoder;
use super::embed::Embedding;
use super::{Conditioning, KeyValue, UnetConfig};
use crate::nn::{Conv2d, ConvSpec};
use crate::weights::{LoadResult, Vars, WeightsError};

/// Convolutions that bring the picture to the latents' size.
struct Hint {
    convs: Vec<Conv2d>,
    reversed: bool,
}

impl Hint {
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

/// What is added to a UNet's skips, in the order of its encoder, and to its middle.
#[derive(Clone, Debug)]
pub struct Residuals {
    /// One for each skip.
    pub down: Vec<Tensor>,
    /// For the middle.
    pub mid: Tensor,
}

/// What the network makes of prompt and picture once, before the first step.
pub struct PreparedControl {
    context: Vec<KeyValue>,
    constant: Option<Tensor>,
    hint: Tensor,
}

/// The network.
pub struct ControlNet {
    conv_in: Conv2d,
    hint: Hint,
    embedding: Embedding,
    encoder: Encoder,
    down: Vec<Conv2d>,
    mid: Conv2d,
    pooled: bool,
}

impl ControlNet {
    /// Takes every tensor at the root of `vars`.
    ///
    /// # Errors
    /// A config that is not supported; tensors that are missing, of another shape, or left over.
    pub fn load(vars: &Vars, config: &UnetConfig) -> LoadResult<Self> {
        let place = vars.place();
        config.check(&place, "ControlNetModel")?;
        let zero = |name: String, channels: usize| Conv2d::load(&vars.pp(name), channels, channels, ConvSpec::same(1));
        let channels = Encoder::skip_channels(config, &place)?;
        let last = config.block_out_channels.last().copied().unwrap_or_default();
        let network = Self {
            conv_in: Conv2d::load(&vars.pp("conv_in"), config.in_channels, config.first(), ConvSpec::same(3))?,
            hint: Hint::load(&vars.pp("controlnet_cond_embedding"), config)?,
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
        Ok(PreparedControl { context, constant, hint: self.hint.forward(picture)? })
    }

    /// One step: `sample` and `timestep` as the UNet gets them, `scale` the strength of the steering.
    ///
    /// # Errors
    /// Shapes that do not fit, no memory.
    pub fn forward(&self, sample: &Tensor, timestep: &Tensor, prepared: &PreparedControl, scale: f64) -> Result<Residuals> {
        let time = self.embedding.at(timestep, prepared.constant.as_ref(), sample.dtype())?;
        let mut context = prepared.context.iter();
        let x = self.conv_in.forward(sample)?.broadcast_add(&prepared.hint)?;
        let skips = self.encoder.down(x, &time, &mut context)?;
        let Some(last) = skips.last() else { candle_core::bail!("a network without blocks") };
        let mid = self.encoder.middle(last, &time, &mut context)?;
        let finish = |conv: &Conv2d, x: &Tensor| {
            let y = conv.forward(x)?;
            let y = if scale == 1.0 { y } else { (y * scale)? };
            if self.pooled { y.mean_keepdim((2, 3)) } else { Ok(y) }
        };
        let down = self.down.iter().zip(&skips).map(|(conv, skip)| finish(conv, skip)).collect::<Result<_>>()?;
        Ok(Residuals { down, mid: finish(&self.mid, &mid)? })
    }
}
