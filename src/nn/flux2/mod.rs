//! The FLUX.2 transformer (klein). Reference: diffusers `models/transformers/transformer_flux2.py`.
//!
//! [`Flux2Transformer::prepare`] computes what can be computed before the steps, also for the tokens of references.

use std::ops::Range;

use candle_core::{DType, Device, Result, Tensor};

mod block;
mod config;
pub mod ids;

pub use config::Flux2Config;

use super::Linear;
use super::embedding::EmbeddingMlp;
use super::flux::block::{Modulation, Tokens, modulation_table, modulations};
use super::flux::double_is_in_float8;
use super::flux::embed::sinusoidal;
pub use super::flux::is_in_float8;
use super::flux::rope::Rope;
use super::fused::modulated_norm;
use crate::weights::{LoadResult, Vars, flux2_names};
use block::{DoubleBlock, SingleBlock};

/// The network.
pub struct Flux2Transformer {
    config: Flux2Config,
    x_embedder: Linear,
    context_embedder: Linear,
    time: EmbeddingMlp,
    guidance: Option<EmbeddingMlp>,
    shared: SharedModulations,
    double: Vec<DoubleBlock>,
    single: Vec<SingleBlock>,
    proj_out: Linear,
    dtype: DType,
    device: Device,
}

/// The modulations: of both streams of all double blocks, of all single blocks, and of the last norm.
struct SharedModulations {
    image: Linear,
    text: Linear,
    single: Linear,
    out: Linear,
}

/// An encoded prompt, references, and the geometry of a picture.
#[derive(Clone, Copy)]
pub struct Flux2Prompt<'a> {
    /// The text encoder's states, `[B, T, joint_attention_dim]`.
    pub encoder_hidden_states: &'a Tensor,
    /// Latents of references, `[B, R, in_channels]`, if there are any.
    pub references: Option<&'a Tensor>,
    /// Distilled guidance, `[B]` or `[1]`; required by dev, ignored by klein.
    pub guidance: Option<&'a Tensor>,
    /// Positions of the text tokens, `[T, 4]`, see [`ids::text_ids`].
    pub txt_ids: &'a Tensor,
    /// Positions of the image tokens and then of the references' tokens, `[S + R, 4]`, see [`ids::image_ids`].
    pub img_ids: &'a Tensor,
}

/// Steps whose modulations are computed together; their tables take 0.2 MB a step.
const STEPS_AT_ONCE: usize = 32;

/// Everything about a prompt, references, a geometry and a schedule that can be computed before the steps.
pub struct Flux2Prepared {
    context: Tensor,
    /// Embedded references, `[B, R, inner]`.
    references: Option<Tensor>,
    rope: Rope,
    /// After SiLU, `[steps · B, inner]`: the rows of each step together.
    conditioning: Tensor,
    tables: Option<Tables>,
}

/// The modulations of some of the steps, each `[rows, 1, channels]` float32 with the rows of [`Flux2Prepared::conditioning`].
struct Tables {
    steps: Range<usize>,
    image: Tensor,
    text: Tensor,
    single: Tensor,
    out: Tensor,
}

impl SharedModulations {
    fn load(vars: &Vars, inner: usize) -> LoadResult<Self> {
        let linear = |name: &str, parts: usize| Linear::with_bias(&vars.pp(name).pp("linear"), inner, parts * inner, false);
        Ok(Self {
            image: linear("double_stream_modulation_img", 6)?,
            text: linear("double_stream_modulation_txt", 6)?,
            single: linear("single_stream_modulation", 3)?,
            out: linear("norm_out", 2)?,
        })
    }

    /// The tables of `steps`, whose rows are `conditioning`.
    fn tables(&self, steps: Range<usize>, conditioning: &Tensor) -> Result<Tables> {
        let table = |linear: &Linear| modulation_table(linear, conditioning);
        Ok(Tables { steps, image: table(&self.image)?, text: table(&self.text)?, single: table(&self.single)?, out: table(&self.out)? })
    }
}

/// The two modulations in the rows of a double block's stream.
fn pair(rows: &Tensor) -> Result<[Modulation; 2]> {
    let pair = <[Modulation; 2]>::try_from(modulations(rows, 2)?);
    pair.map_err(|_| candle_core::Error::Msg("a double block has two modulations".into()))
}

impl Flux2Transformer {
    /// Loads the whole file, in the layout of diffusers or of the authors. With [`Vars::with_float8`] the blocks compute their products in 8 bits;
    /// [`is_in_float8`] names them.
    ///
    /// # Errors
    /// A config whose sizes do not fit together; a tensor is missing, has another shape, or belongs to no part of the network.
    pub fn load(vars: &Vars, config: &Flux2Config) -> LoadResult<Self> {
        config.check(&vars.place())?;
        let vars = vars.adapted(flux2_names::adapt);
        let inner = config.inner();
        let (double, single) = (vars.pp("transformer_blocks"), vars.pp("single_transformer_blocks"));
        // In 8 bits only the large matrices of blocks: what they are modulated with, and the ends of the network, stay precise.
        let vars = vars.with_float8(false);
        let double = |i: usize| double.with_float8(double.float8() && double_is_in_float8(i)).pp(i);
        // One row a picture, and every block is scaled by it: in float32.
        let embed = vars.pp("time_guidance_embed").with_dtype(DType::F32);
        let embedder = |name: &str| EmbeddingMlp::load(&embed.pp(name), config.timestep_guidance_channels, inner, false);
        let linear = |name: &str, inputs: usize, outputs: usize| Linear::with_bias(&vars.pp(name), inputs, outputs, false);
        let network = Self {
            x_embedder: linear("x_embedder", config.in_channels, inner)?,
            context_embedder: linear("context_embedder", config.joint_attention_dim, inner)?,
            time: embedder("timestep_embedder")?,
            guidance: if config.guidance_embeds { Some(embedder("guidance_embedder")?) } else { None },
            shared: SharedModulations::load(&vars, inner)?,
            double: (0..config.num_layers).map(|i| DoubleBlock::load(&double(i), config)).collect::<LoadResult<_>>()?,
            single: (0..config.num_single_layers).map(|i| SingleBlock::load(&single.pp(i), config)).collect::<LoadResult<_>>()?,
            proj_out: linear("proj_out", inner, config.outputs())?,
            config: config.clone(),
            dtype: vars.dtype(),
            device: vars.device().clone(),
        };
        vars.finish(|_| false)?;
        Ok(network)
    }

    /// The config that the network was built from.
    pub fn config(&self) -> &Flux2Config {
        &self.config
    }

    /// Computes what can be computed before the steps. `timesteps`: `[S, B]` or `[S, 1]`, 0 to 1 (float32), a row for each step.
    ///
    /// # Errors
    /// Shapes that do not fit, dev without guidance, out of memory.
    pub fn prepare(&self, prompt: &Flux2Prompt<'_>, timesteps: &Tensor) -> Result<Flux2Prepared> {
        let (batch, tokens, _) = prompt.encoder_hidden_states.dims3()?;
        if prompt.txt_ids.dim(0)? != tokens {
            candle_core::bail!("{tokens} text tokens have {} positions", prompt.txt_ids.dim(0)?);
        }
        let references = match prompt.references {
            Some(latents) if latents.dim(0)? != batch => {
                candle_core::bail!("the references are a batch of {}, the prompts of {batch}: the shapes must fit", latents.dim(0)?)
            }
            Some(latents) => Some(self.x_embedder.forward(&latents.to_dtype(self.dtype)?)?),
            None => None,
        };
        Ok(Flux2Prepared {
            context: self.context_embedder.forward(&prompt.encoder_hidden_states.to_dtype(self.dtype)?)?,
            references,
            rope: Rope::new([prompt.txt_ids, prompt.img_ids], &self.config.axes_dims_rope, self.config.rope_theta, &self.device)?,
            conditioning: self.conditioning(timesteps, prompt.guidance, batch)?.silu()?.to_dtype(self.dtype)?,
            tables: None,
        })
    }

    /// Embeddings of timestep and guidance, `[steps · batch, inner]` float32.
    fn conditioning(&self, timesteps: &Tensor, guidance: Option<&Tensor>, batch: usize) -> Result<Tensor> {
        let inner = self.config.inner();
        let channels = self.config.timestep_guidance_channels;
        let steps = timesteps.dim(0)?;
        let time = self.time.forward(&sinusoidal(timesteps, channels)?)?.reshape((steps, (), inner))?;
        let time = time.broadcast_as((steps, batch, inner))?;
        let all = match (&self.guidance, guidance) {
            (Some(mlp), Some(guidance)) => time.broadcast_add(&mlp.forward(&sinusoidal(guidance, channels)?)?.unsqueeze(0)?)?,
            (Some(_), None) => candle_core::bail!("this FLUX.2 has a guidance embedding: guidance [B] is needed"),
            // klein ignores guidance.
            (None, _) => time.contiguous()?,
        };
        all.flatten(0, 1)
    }

    /// The modulations of `step` and of some that follow it.
    fn tables(&self, conditioning: &Tensor, batch: usize, step: usize) -> Result<Tables> {
        let all = conditioning.dim(0)? / batch;
        if step >= all {
            candle_core::bail!("step {step} of {all} prepared ones");
        }
        let end = all.min(step + STEPS_AT_ONCE);
        self.shared.tables(step..end, &conditioning.narrow(0, step * batch, (end - step) * batch)?)
    }

    /// One step: latents `[B, S, in_channels]` at the prepared timestep number `step`, from 0 → the predicted velocity `[B, S, outputs]`, in
    /// the network's type.
    ///
    /// # Errors
    /// Shapes that do not fit the prepared ones, a step that was not prepared, out of memory.
    pub fn forward(&self, latents: &Tensor, step: usize, prepared: &mut Flux2Prepared) -> Result<Tensor> {
        let (batch, image_tokens, _) = latents.dims3()?;
        let (known, text_tokens, _) = prepared.context.dims3()?;
        let reference_tokens = prepared.references.as_ref().map_or(Ok(0), |r| r.dim(1))?;
        if prepared.rope.tokens() != text_tokens + image_tokens + reference_tokens || known != batch {
            let n = prepared.rope.tokens().saturating_sub(text_tokens + reference_tokens);
            candle_core::bail!("latents are {batch} × {image_tokens} tokens, prepared for {known} × {n}");
        }
        let tables = match prepared.tables.take() {
            Some(tables) if tables.steps.contains(&step) => tables,
            _ => self.tables(&prepared.conditioning, batch, step)?,
        };
        let tables = &*prepared.tables.insert(tables);
        let first = (step - tables.steps.start) * batch;
        let rows = |table: &Tensor| table.narrow(0, first, batch);
        let mut image = self.x_embedder.forward(&latents.to_dtype(self.dtype)?)?;
        if let Some(references) = &prepared.references {
            image = Tensor::cat(&[&image, references], 1)?;
        }
        let mut text = prepared.context.clone();
        let (of_text, of_image) = (pair(&rows(&tables.text)?)?, pair(&rows(&tables.image)?)?);
        for block in &self.double {
            (text, image) = block.forward((&text, &image), (&of_text, &of_image), &prepared.rope)?;
        }
        let mut joint = Tokens::new(Tensor::cat(&[text, image], 1)?);
        let of_single = modulations(&rows(&tables.single)?, 1)?;
        for block in &self.single {
            joint = block.forward(&joint, &of_single[0], &prepared.rope)?;
        }
        let image = joint.sum()?.narrow(1, text_tokens, image_tokens)?.contiguous()?;
        let inner = self.config.inner();
        let out = rows(&tables.out)?;
        let (scale, shift) = (out.narrow(2, 0, inner)?, out.narrow(2, inner, inner)?);
        self.proj_out.forward(&modulated_norm(&image, &scale, &shift, self.config.eps)?)
    }
}
