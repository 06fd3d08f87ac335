//! The conditioning vector of FLUX: the sum of the embeddings of timestep, guidance and CLIP's pooled state.
//!
//! Reference: diffusers `embeddings.py` `CombinedTimestepGuidanceTextProjEmbeddings`. All of it runs in float32: it is one row per
//! picture, and every block is scaled by it.

use candle_core::{DType, Result, Tensor};

use super::config::FluxConfig;
use crate::nn::embedding::{EmbeddingMlp, frequencies};
use crate::weights::{LoadResult, Vars};

/// Channels of a sinusoidal embedding.
const CHANNELS: usize = 256;

/// The embeddings of the three inputs.
pub(super) struct Conditioning {
    time: EmbeddingMlp,
    guidance: Option<EmbeddingMlp>,
    text: EmbeddingMlp,
}

impl Conditioning {
    pub(super) fn load(vars: &Vars, config: &FluxConfig) -> LoadResult<Self> {
        let vars = vars.with_dtype(DType::F32);
        let size = config.inner();
        Ok(Self {
            time: EmbeddingMlp::load(&vars.pp("timestep_embedder"), CHANNELS, size, true)?,
            guidance: match config.guidance_embeds {
                true => Some(EmbeddingMlp::load(&vars.pp("guidance_embedder"), CHANNELS, size, true)?),
                false => None,
            },
            text: EmbeddingMlp::load(&vars.pp("text_embedder"), config.pooled_projection_dim, size, true)?,
        })
    }

    /// The part that stays the same over the steps. `pooled` `[B, P]`, `guidance` `[B]` → `[B, inner]`, float32.
    pub(super) fn constant(&self, pooled: &Tensor, guidance: Option<&Tensor>) -> Result<Tensor> {
        let text = self.text.forward(&pooled.to_dtype(DType::F32)?)?;
        match (&self.guidance, guidance) {
            (Some(mlp), Some(guidance)) => text.broadcast_add(&mlp.forward(&sinusoidal(guidance, CHANNELS)?)?),
            (Some(_), None) => candle_core::bail!("this FLUX has a guidance embedding: guidance [B] is needed"),
            // schnell ignores guidance.
            (None, _) => Ok(text),
        }
    }

    /// The constant part and `timesteps` `[S, B]` or `[S, 1]`, 0 to 1 → `[S · B, inner]`, float32: the rows of each step together.
    pub(super) fn at(&self, constant: &Tensor, timesteps: &Tensor) -> Result<Tensor> {
        let steps = timesteps.dim(0)?;
        let time = self.time.forward(&sinusoidal(timesteps, CHANNELS)?)?.reshape((steps, (), constant.dim(1)?))?;
        time.broadcast_add(&constant.unsqueeze(0)?)?.flatten(0, 1)
    }
}

/// `[B]` → `[B, channels]`: cosines, then sines, of 1000 · t at falling frequencies, float32.
pub(in crate::nn) fn sinusoidal(t: &Tensor, channels: usize) -> Result<Tensor> {
    let half = channels / 2;
    let frequencies = Tensor::from_vec(frequencies(half, half as f32), (1, half), t.device())?;
    let t = (t.to_dtype(DType::F32)?.flatten_all()?.unsqueeze(1)? * 1000.0)?;
    let angles = t.broadcast_mul(&frequencies)?;
    Tensor::cat(&[angles.cos()?, angles.sin()?], 1)
}
