//! The UNet of SDXL with its micro-conditioning, and ControlNet.
//!
//! Reference: Podell et al. 2023; diffusers `models/unets/unet_2d_condition.py`. Sizes come from the config; networks of the same family
//! with other blocks or without micro-conditioning work too, as do latents with odd sizes.

mod blocks;
mod conditioning;
mod config;
mod controlnet;
mod embed;
mod transformer;

use candle_core::{Result, Tensor};

use super::{Conv2d, ConvSpec, GroupNorm};
use crate::weights::{LoadResult, Vars};
use blocks::{Decoder, Encoder};
pub use conditioning::Conditioning;
pub use config::{PerBlock, UnetConfig};
pub use controlnet::{Control, ControlNet, ControlStates, PreparedControl, Residuals};
use embed::Embedding;
pub use transformer::KeyValue;

/// Everything about a [`Conditioning`] that stays the same over the steps.
pub struct Prepared {
    context: Vec<KeyValue>,
    constant: Option<Tensor>,
}

/// The network.
pub struct Unet {
    conv_in: Conv2d,
    embedding: Embedding,
    encoder: Encoder,
    decoder: Decoder,
    norm_out: GroupNorm,
    conv_out: Conv2d,
    center: bool,
}

impl Unet {
    /// Loads every tensor at the root of `vars`.
    ///
    /// # Errors
    /// The config is not supported; a tensor is missing, has another shape, or belongs to no part of the network.
    pub fn load(vars: &Vars, config: &UnetConfig) -> LoadResult<Self> {
        config.check(&vars.place(), "UNet2DConditionModel")?;
        let network = Self {
            conv_in: Conv2d::load(&vars.pp("conv_in"), config.in_channels, config.first(), ConvSpec::same(config.conv_in_kernel))?,
            embedding: Embedding::load(vars, config)?,
            encoder: Encoder::load(vars, config)?,
            decoder: Decoder::load(vars, config)?,
            norm_out: GroupNorm::load(&vars.pp("conv_norm_out"), config.first(), config.groups(), config.norm_eps)?,
            conv_out: Conv2d::load(&vars.pp("conv_out"), config.first(), config.out_channels, ConvSpec::same(config.conv_out_kernel))?,
            center: config.center_input_sample,
        };
        vars.finish(|_| false)?;
        Ok(network)
    }

    /// Everything about a prompt that does not change over the steps.
    ///
    /// # Errors
    /// Shapes that do not fit; inputs that this network needs are missing.
    pub fn prepare(&self, conditioning: &Conditioning<'_>) -> Result<Prepared> {
        let mut context = Vec::new();
        self.encoder.prepare(conditioning.encoder_hidden_states, &mut context)?;
        self.decoder.prepare(conditioning.encoder_hidden_states, &mut context)?;
        Ok(Prepared { context, constant: self.embedding.constant(conditioning.text_embeds, conditioning.time_ids)? })
    }

    /// One step: `sample` `[B, C, h, w]` (scaled for the scheduler), `timestep` `[B]` or `[1]`, 0 to 1000 → the prediction, `[B, C, h, w]`.
    /// `control` is added to the skips and to the middle.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn forward(&self, sample: &Tensor, timestep: &Tensor, prepared: &Prepared, control: Option<Control<'_>>) -> Result<Tensor> {
        let time = self.embedding.at(timestep, prepared.constant.as_ref(), sample.dtype())?;
        let mut context = prepared.context.iter();
        let x = if self.center { self.conv_in.forward(&sample.affine(2.0, -1.0)?)? } else { self.conv_in.forward(sample)? };
        let mut skips = self.encoder.down(x, &time, &mut context)?;
        let Some(last) = skips.last() else { candle_core::bail!("a network without blocks") };
        let mut x = self.encoder.middle(last, &time, &mut context)?;
        if let Some(control) = control {
            let count = control.skips();
            if count != skips.len() {
                candle_core::bail!("{count} residuals of a ControlNet for {} skips: it belongs to another network", skips.len());
            }
            for (i, skip) in skips.iter_mut().enumerate() {
                *skip = control.add_to_skip(i, skip)?;
            }
            x = control.add_to_middle(&x)?;
        }
        let x = self.decoder.forward(x, skips, &time, &mut context)?;
        self.conv_out.forward(&self.norm_out.silu(&x)?)
    }
}
