//! The embedding of timestep, sizes and pooled prompt that every block of a UNet receives. It is one row per picture, so all of it runs in
//! float32: in half precision a timestep of 981 is off by whole steps.
//!
//! Reference: diffusers `models/embeddings.py` (`get_timestep_embedding`, `TimestepEmbedding`); Podell et al. 2023, 2.2.

use candle_core::{DType, Result, Tensor};

use super::config::UnetConfig;
use crate::nn::embedding::{EmbeddingMlp, frequencies};
use crate::weights::{LoadResult, Vars};

/// Sinusoidal embedding of numbers.
#[derive(Clone, Copy, Debug)]
struct Sinusoidal {
    size: usize,
    cosines_first: bool,
    shift: f64,
}

impl Sinusoidal {
    /// `[N]` → `[N, size]`, float32.
    fn of(self, numbers: &Tensor) -> Result<Tensor> {
        let half = self.size / 2;
        let span = (half as f64 - self.shift) as f32;
        let frequencies = Tensor::from_vec(frequencies(half, span), (1, half), numbers.device())?;
        let angles = numbers.to_dtype(DType::F32)?.reshape(((), 1))?.broadcast_mul(&frequencies)?;
        let (sines, cosines) = (angles.sin()?, angles.cos()?);
        let waves = if self.cosines_first { Tensor::cat(&[cosines, sines], 1)? } else { Tensor::cat(&[sines, cosines], 1)? };
        if self.size.is_multiple_of(2) { Ok(waves) } else { waves.pad_with_zeros(1, 0, 1) }
    }
}

/// Timestep, pooled prompt and sizes.
pub(super) struct Embedding {
    time: EmbeddingMlp,
    time_sinusoidal: Sinusoidal,
    added: Option<(EmbeddingMlp, Sinusoidal)>,
}

impl Embedding {
    pub(super) fn load(vars: &Vars, config: &UnetConfig) -> LoadResult<Self> {
        let vars = vars.with_dtype(DType::F32);
        let waves = |size| Sinusoidal { size, cosines_first: config.flip_sin_to_cos, shift: config.freq_shift };
        let added = match (&config.addition_embed_type, config.addition_time_embed_dim, config.projection_class_embeddings_input_dim) {
            (Some(_), Some(size), Some(inputs)) => {
                Some((EmbeddingMlp::load(&vars.pp("add_embedding"), inputs, config.time(), true)?, waves(size)))
            }
            _ => None,
        };
        let time = EmbeddingMlp::load(&vars.pp("time_embedding"), config.first(), config.time(), true)?;
        Ok(Self { time, time_sinusoidal: waves(config.first()), added })
    }

    /// The part that stays the same over the steps: `text_embeds` `[B, P]` and `time_ids` `[B, 6]` → `[B, T]`; `None` for networks without these inputs.
    pub(super) fn constant(&self, text_embeds: Option<&Tensor>, time_ids: Option<&Tensor>) -> Result<Option<Tensor>> {
        let Some((mlp, waves)) = &self.added else { return Ok(None) };
        let (Some(text), Some(ids)) = (text_embeds, time_ids) else {
            candle_core::bail!("this network needs text_embeds [B, P] and time_ids [B, 6]")
        };
        let ids = waves.of(&ids.flatten_all()?)?.reshape((text.dim(0)?, ()))?;
        mlp.forward(&Tensor::cat(&[text.to_dtype(DType::F32)?, ids], 1)?).map(Some)
    }

    /// `timestep` `[B]` or `[1]` and the constant part → `[B, T]` or `[1, T]` after the SiLU that starts every block, in `dtype`.
    pub(super) fn at(&self, timestep: &Tensor, constant: Option<&Tensor>, dtype: DType) -> Result<Tensor> {
        let time = self.time.forward(&self.time_sinusoidal.of(&timestep.flatten_all()?)?)?;
        let sum = match constant {
            Some(constant) => time.broadcast_add(constant)?,
            None => time,
        };
        sum.silu()?.to_dtype(dtype)
    }
}
