//! What steers the whole FLUX network: timestep, guidance and CLIP's pooled state, added up.
//!
//! Reference: diffusers `embeddings.py` `CombinedTimestepGuidanceTextProjEmbeddings`. All of it runs in float32: it is one row, and
//! every block scales with it.

use candle_core::{DType, Result, Tensor};

use super::FluxConfig;
use crate::nn::Linear;
use crate::nn::embedding::frequencies;
use crate::weights::{LoadResult, Vars};

/// Sines and cosines of a timestep.
const CHANNELS: usize = 256;

/// Linear, SiLU, linear.
struct Mlp {
    first: Linear,
    second: Linear,
}

impl Mlp {
    fn load(vars: &Vars, inputs: usize, size: usize) -> LoadResult<Self> {
        Ok(Self { first: Linear::load(&vars.pp("linear_1"), inputs, size)?, second: Linear::load(&vars.pp("linear_2"), size, size)? })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.second.forward(&self.first.forward(x)?.silu()?)
    }
}

/// The three inputs' embeddings.
pub(super) struct Conditioning {
    time: Mlp,
    guidance: Option<Mlp>,
    text: Mlp,
}

impl Conditioning {
    pub(super) fn load(vars: &Vars, config: &FluxConfig) -> LoadResult<Self> {
        let vars = vars.with_dtype(DType::F32);
        let size = config.inner();
        Ok(Self {
            time: Mlp::load(&vars.pp("timestep_embedder"), CHANNELS, size)?,
            guidance: match config.guidance_embeds {
                true => Some(Mlp::load(&vars.pp("guidance_embedder"), CHANNELS, size)?),
                false => None,
            },
            text: Mlp::load(&vars.pp("text_embedder"), config.pooled_projection_dim, size)?,
        })
    }

    /// What stays the same over the steps. `pooled` `[B, P]`, `guidance` `[B]` → `[B, inner]`, float32.
    pub(super) fn constant(&self, pooled: &Tensor, guidance: Option<&Tensor>) -> Result<Tensor> {
        let text = self.text.forward(&pooled.to_dtype(DType::F32)?)?;
        match (&self.guidance, guidance) {
            (Some(mlp), Some(guidance)) => text.broadcast_add(&mlp.forward(&waves(guidance)?)?),
            (Some(_), None) => candle_core::bail!("this FLUX has a guidance embedding: guidance [B] is needed"),
            // schnell has no use for it.
            (None, _) => Ok(text),
        }
    }

    /// The constant part and `timestep` `[B]`, 0 to 1 → `[B, inner]`, float32.
    pub(super) fn at(&self, constant: &Tensor, timestep: &Tensor) -> Result<Tensor> {
        constant.broadcast_add(&self.time.forward(&waves(timestep)?)?)
    }
}

/// `[B]` → `[B, 256]`: cosines, then sines, of 1000 · t at falling frequencies, float32.
fn waves(t: &Tensor) -> Result<Tensor> {
    let half = CHANNELS / 2;
    let frequencies = Tensor::from_vec(frequencies(half, half as f32), (1, half), t.device())?;
    let t = (t.to_dtype(DType::F32)?.flatten_all()?.unsqueeze(1)? * 1000.0)?;
    let angles = t.broadcast_mul(&frequencies)?;
    Tensor::cat(&[angles.cos()?, angles.sin()?], 1)
}
