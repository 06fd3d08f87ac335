//! The FLUX.1 transformer (dev and schnell). Reference: diffusers `models/transformers/transformer_flux.py`, and the authors' own
//! `black-forest-labs/flux` `src/flux/model.py`.
//!
//! [`FluxTransformer::prepare`] computes everything that stays the same over the steps.

use candle_core::{DType, Device, Result, Tensor};

mod block;
mod config;
mod embed;
pub mod rope;

pub use config::FluxConfig;

use crate::nn::Linear;
use crate::nn::fused::modulated_norm;
use crate::weights::{LoadResult, Vars, flux_names};
use block::{DoubleBlock, SingleBlock};
use embed::Conditioning;
use rope::Rope;

/// The network.
pub struct FluxTransformer {
    config: FluxConfig,
    x_embedder: Linear,
    context_embedder: Linear,
    conditioning: Conditioning,
    double: Vec<DoubleBlock>,
    single: Vec<SingleBlock>,
    norm_out: Linear,
    proj_out: Linear,
    dtype: DType,
    device: Device,
}

/// An encoded prompt and the geometry of a picture.
#[derive(Clone, Copy)]
pub struct FluxPrompt<'a> {
    /// T5's states, `[B, T, joint_attention_dim]`.
    pub encoder_hidden_states: &'a Tensor,
    /// CLIP's pooled state, `[B, pooled_projection_dim]`.
    pub pooled_projections: &'a Tensor,
    /// Distilled guidance, such as 3.5, `[B]` or `[1]`; required by dev, ignored by schnell.
    pub guidance: Option<&'a Tensor>,
    /// Positions of the text tokens, `[T, 3]`, see [`rope::text_ids`].
    pub txt_ids: &'a Tensor,
    /// Positions of the image tokens, `[S, 3]`, see [`rope::image_ids`].
    pub img_ids: &'a Tensor,
}

/// Everything about a prompt and a geometry that stays the same over the steps.
pub struct FluxPrepared {
    context: Tensor,
    constant: Tensor,
    rope: Rope,
}

impl FluxTransformer {
    /// Loads the whole file, in the layout of diffusers or of the authors.
    ///
    /// # Errors
    /// A config whose sizes do not fit together; a tensor is missing, has another shape, or belongs to no part of the network.
    pub fn load(vars: &Vars, config: &FluxConfig) -> LoadResult<Self> {
        config.check(&vars.place())?;
        let vars = vars.adapted(flux_names::adapt);
        let inner = config.inner();
        let double = vars.pp("transformer_blocks");
        let single = vars.pp("single_transformer_blocks");
        let network = Self {
            x_embedder: Linear::load(&vars.pp("x_embedder"), config.in_channels, inner)?,
            context_embedder: Linear::load(&vars.pp("context_embedder"), config.joint_attention_dim, inner)?,
            conditioning: Conditioning::load(&vars.pp("time_text_embed"), config)?,
            double: (0..config.num_layers).map(|i| DoubleBlock::load(&double.pp(i), config)).collect::<std::result::Result<_, _>>()?,
            single: (0..config.num_single_layers)
                .map(|i| SingleBlock::load(&single.pp(i), config))
                .collect::<std::result::Result<_, _>>()?,
            norm_out: Linear::load(&vars.pp("norm_out").pp("linear"), inner, 2 * inner)?,
            proj_out: Linear::load(&vars.pp("proj_out"), inner, config.outputs())?,
            config: config.clone(),
            dtype: vars.dtype(),
            device: vars.device().clone(),
        };
        vars.finish(|_| false)?;
        Ok(network)
    }

    /// The config that the network was built from.
    pub fn config(&self) -> &FluxConfig {
        &self.config
    }

    /// Computes everything that stays the same over the steps.
    ///
    /// # Errors
    /// Shapes that do not fit, dev without guidance, out of memory.
    pub fn prepare(&self, prompt: &FluxPrompt<'_>) -> Result<FluxPrepared> {
        let tokens = prompt.encoder_hidden_states.dim(1)?;
        if prompt.txt_ids.dim(0)? != tokens {
            candle_core::bail!("{tokens} text tokens have {} positions", prompt.txt_ids.dim(0)?);
        }
        Ok(FluxPrepared {
            context: self.context_embedder.forward(&prompt.encoder_hidden_states.to_dtype(self.dtype)?)?,
            constant: self.conditioning.constant(prompt.pooled_projections, prompt.guidance)?,
            rope: Rope::new(prompt.txt_ids, prompt.img_ids, &self.config.axes_dims_rope, &self.device)?,
        })
    }

    /// One step: packed latents `[B, S, in_channels]` at `timestep` `[B]` or `[1]`, 0 to 1 (float32) → the predicted velocity
    /// `[B, S, outputs]`, in the network's type.
    ///
    /// # Errors
    /// Shapes that do not fit the prepared ones, out of memory.
    pub fn forward(&self, latents: &Tensor, timestep: &Tensor, prepared: &FluxPrepared) -> Result<Tensor> {
        let (batch, image_tokens, _) = latents.dims3()?;
        let text_tokens = prepared.context.dim(1)?;
        if prepared.rope.tokens() != text_tokens + image_tokens || prepared.context.dim(0)? != batch {
            let (b, n) = (prepared.context.dim(0)?, prepared.rope.tokens() - text_tokens);
            candle_core::bail!("latents are {batch} × {image_tokens} tokens, prepared for {b} × {n}");
        }
        let conditioning = self.conditioning.at(&prepared.constant, timestep)?.silu()?.to_dtype(self.dtype)?;
        let mut image = self.x_embedder.forward(&latents.to_dtype(self.dtype)?)?;
        let mut text = prepared.context.clone();
        for block in &self.double {
            (text, image) = block.forward(&text, &image, &conditioning, &prepared.rope)?;
        }
        let mut joint = Tensor::cat(&[text, image], 1)?;
        for block in &self.single {
            joint = block.forward(&joint, &conditioning, &prepared.rope)?;
        }
        let image = joint.narrow(1, text_tokens, image_tokens)?.contiguous()?;
        let modulation = self.norm_out.forward(&conditioning)?.unsqueeze(1)?.to_dtype(DType::F32)?;
        let inner = self.config.inner();
        let (scale, shift) = (modulation.narrow(2, 0, inner)?, modulation.narrow(2, inner, inner)?);
        self.proj_out.forward(&modulated_norm(&image, &scale, &shift, 1e-6)?)
    }
}
