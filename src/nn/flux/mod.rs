//! The FLUX.1 transformer (dev and schnell). Reference: diffusers `models/transformers/transformer_flux.py`, and the authors' own
//! `black-forest-labs/flux` `src/flux/model.py`.
//!
//! [`FluxTransformer::prepare`] computes what can be computed before the steps.

use std::ops::Range;

use candle_core::{DType, Device, Result, Tensor};

pub(super) mod block;
mod config;
pub(super) mod embed;
pub mod rope;
pub(super) mod sizes;

pub use config::FluxConfig;

use crate::nn::Linear;
use crate::nn::fused::modulated_norm;
use crate::weights::{LoadResult, Vars, flux_names};
use block::{DoubleBlock, SingleBlock, Tokens};
use embed::Conditioning;
use rope::Rope;

/// Base of the rotary frequencies.
const THETA: f64 = 10_000.0;
/// Whether a matrix of this network or of FLUX.2, by its name in diffusers' layout, is kept in 8 bits if [`Vars::with_float8`] asks for it.
pub fn is_in_float8(name: &str) -> bool {
    let block = |kind: &str| name.strip_prefix(kind).and_then(|rest| rest.split_once('.')?.0.parse::<usize>().ok());
    let in_a_block = block("transformer_blocks.").is_some_and(double_is_in_float8) || block("single_transformer_blocks.").is_some();
    in_a_block && name.ends_with(".weight") && !name.contains(".norm")
}

/// The first double block stays precise: everything after it is computed from what it makes. Over the networks of `tests/parity` that takes a
/// fifth to a third off the error of 8 bits; the last single block takes a tenth.
pub(super) fn double_is_in_float8(block: usize) -> bool {
    block > 0
}

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

/// Steps whose modulations are computed together. Their layers hold a quarter of the network's weights, which are read once for all of
/// them; the tables of FLUX.1 take 4 MB a step.
const STEPS_AT_ONCE: usize = 8;

/// Everything about a prompt, a geometry and a schedule that can be computed before the steps.
pub struct FluxPrepared {
    context: Tensor,
    rope: Rope,
    /// After SiLU, `[steps · B, inner]`: the rows of each step together.
    conditioning: Tensor,
    modulations: Modulations,
}

/// The modulations of some of the steps, each `[rows, 1, channels]` float32 with the rows of [`FluxPrepared::conditioning`].
#[derive(Default)]
struct Modulations {
    steps: Range<usize>,
    double: Vec<[Tensor; 2]>,
    single: Vec<Tensor>,
    out: Option<Tensor>,
}

impl FluxTransformer {
    /// Loads the whole file, in the layout of diffusers or of the authors. With [`Vars::with_float8`] the blocks compute their products in 8 bits.
    ///
    /// # Errors
    /// A config whose sizes do not fit together; a tensor is missing, has another shape, or belongs to no part of the network.
    pub fn load(vars: &Vars, config: &FluxConfig) -> LoadResult<Self> {
        config.check(&vars.place())?;
        let vars = vars.adapted(flux_names::adapt);
        let inner = config.inner();
        let double = vars.pp("transformer_blocks");
        let single = vars.pp("single_transformer_blocks");
        // Only the large matrices of blocks are in 8 bits; modulations and the ends of the network stay precise.
        let vars = vars.with_float8(false);
        let network = Self {
            x_embedder: Linear::load(&vars.pp("x_embedder"), config.in_channels, inner)?,
            context_embedder: Linear::load(&vars.pp("context_embedder"), config.joint_attention_dim, inner)?,
            conditioning: Conditioning::load(&vars.pp("time_text_embed"), config)?,
            double: (0..config.num_layers)
                .map(|i| DoubleBlock::load(&double.with_float8(double.float8() && double_is_in_float8(i)).pp(i), config))
                .collect::<std::result::Result<_, _>>()?,
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

    /// Computes what can be computed before the steps. `timesteps`: `[S, B]` or `[S, 1]`, 0 to 1 (float32), a row for each step.
    ///
    /// # Errors
    /// Shapes that do not fit, dev without guidance, out of memory.
    pub fn prepare(&self, prompt: &FluxPrompt<'_>, timesteps: &Tensor) -> Result<FluxPrepared> {
        let tokens = prompt.encoder_hidden_states.dim(1)?;
        if prompt.txt_ids.dim(0)? != tokens {
            candle_core::bail!("{tokens} text tokens have {} positions", prompt.txt_ids.dim(0)?);
        }
        let constant = self.conditioning.constant(prompt.pooled_projections, prompt.guidance)?;
        Ok(FluxPrepared {
            context: self.context_embedder.forward(&prompt.encoder_hidden_states.to_dtype(self.dtype)?)?,
            rope: Rope::new([prompt.txt_ids, prompt.img_ids], &self.config.axes_dims_rope, THETA, &self.device)?,
            conditioning: self.conditioning.at(&constant, timesteps)?.silu()?.to_dtype(self.dtype)?,
            modulations: Modulations::default(),
        })
    }

    /// The modulations of `step` and of some that follow it.
    fn modulate(&self, prepared: &FluxPrepared, batch: usize, step: usize) -> Result<Modulations> {
        let all = prepared.conditioning.dim(0)? / batch;
        if step >= all {
            candle_core::bail!("step {step} of {all} prepared ones");
        }
        let count = STEPS_AT_ONCE.min(all - step);
        let conditioning = prepared.conditioning.narrow(0, step * batch, count * batch)?;
        Ok(Modulations {
            steps: step..step + count,
            double: self.double.iter().map(|block| block.modulate(&conditioning)).collect::<Result<_>>()?,
            single: self.single.iter().map(|block| block.modulate(&conditioning)).collect::<Result<_>>()?,
            out: Some(block::modulation_table(&self.norm_out, &conditioning)?),
        })
    }

    /// One step: packed latents `[B, S, in_channels]` at the prepared timestep number `step`, from 0 → the predicted velocity
    /// `[B, S, outputs]`, in the network's type.
    ///
    /// # Errors
    /// Shapes that do not fit the prepared ones, a step that was not prepared, out of memory.
    pub fn forward(&self, latents: &Tensor, step: usize, prepared: &mut FluxPrepared) -> Result<Tensor> {
        let (batch, image_tokens, _) = latents.dims3()?;
        let text_tokens = prepared.context.dim(1)?;
        if prepared.rope.tokens() != text_tokens + image_tokens || prepared.context.dim(0)? != batch {
            let (b, n) = (prepared.context.dim(0)?, prepared.rope.tokens() - text_tokens);
            candle_core::bail!("latents are {batch} × {image_tokens} tokens, prepared for {b} × {n}");
        }
        if !prepared.modulations.steps.contains(&step) {
            prepared.modulations = Modulations::default();
            prepared.modulations = self.modulate(prepared, batch, step)?;
        }
        let FluxPrepared { context, rope, modulations, .. } = &*prepared;
        let first = (step - modulations.steps.start) * batch;
        let rows = |table: &Tensor| table.narrow(0, first, batch);
        let mut image = self.x_embedder.forward(&latents.to_dtype(self.dtype)?)?;
        let mut text = context.clone();
        for (block, [of_image, of_text]) in self.double.iter().zip(&modulations.double) {
            (text, image) = block.forward(&text, &image, &[rows(of_image)?, rows(of_text)?], rope)?;
        }
        let mut joint = Tokens::new(Tensor::cat(&[text, image], 1)?);
        for (block, table) in self.single.iter().zip(&modulations.single) {
            joint = block.forward(&joint, &rows(table)?, rope)?;
        }
        let image = joint.sum()?.narrow(1, text_tokens, image_tokens)?.contiguous()?;
        let Some(out) = &modulations.out else { candle_core::bail!("the last norm has no modulation") };
        let modulation = rows(out)?;
        let inner = self.config.inner();
        let (scale, shift) = (modulation.narrow(2, 0, inner)?, modulation.narrow(2, inner, inner)?);
        self.proj_out.forward(&modulated_norm(&image, &scale, &shift, 1e-6)?)
    }
}

#[cfg(test)]
mod tests {
    use super::is_in_float8;

    #[test]
    fn only_large_matrices_after_the_first_block_are_in_8_bits() {
        for name in [
            "transformer_blocks.1.attn.to_q.weight",
            "transformer_blocks.18.ff.net.2.weight",
            "single_transformer_blocks.0.proj_out.weight",
        ] {
            assert!(is_in_float8(name), "{name}");
        }
        for name in [
            "transformer_blocks.0.attn.to_q.weight",
            "transformer_blocks.1.norm1.linear.weight",
            "transformer_blocks.1.attn.norm_q.weight",
            "transformer_blocks.1.attn.to_q.bias",
            "x_embedder.weight",
        ] {
            assert!(!is_in_float8(name), "{name}");
        }
    }
}
