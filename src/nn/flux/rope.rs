//! Rotary position embeddings of FLUX.1 and FLUX.2.
//!
//! Reference: diffusers `transformer_flux.py` `FluxPosEmbed`, and RoFormer (arXiv 2104.09864). Angles are computed in float64 and kept in
//! float32 whatever the network's type: bfloat16 cannot tell neighbouring positions apart.

use candle_core::{DType, Device, Result, Tensor};

/// Rotary tables of one resolution and text length, for text tokens first, then image tokens.
pub struct Rope {
    cos: Tensor,
    sin: Tensor,
}

/// Ids of text tokens: `[tokens, 3]`, all zero.
///
/// # Errors
/// Out of memory.
pub fn text_ids(tokens: usize, device: &Device) -> Result<Tensor> {
    Tensor::zeros((tokens, 3), DType::F32, device)
}

/// Ids of image tokens, row by row: `[rows · columns, 3]` of (0, row, column). Rows and columns count packed latents (16 pixels).
///
/// # Errors
/// Out of memory.
pub fn image_ids(rows: usize, columns: usize, device: &Device) -> Result<Tensor> {
    let ids: Vec<f32> = (0..rows).flat_map(|y| (0..columns).flat_map(move |x| [0.0, y as f32, x as f32])).collect();
    Tensor::from_vec(ids, (rows * columns, 3), device)
}

impl Rope {
    /// Tables for the ids `[N, A]` of each part, one after the other; axis `a` rotates `axes[a]` channels of each head. `theta` is the base of
    /// the frequencies.
    ///
    /// # Errors
    /// Ids with another number of axes, out of memory.
    pub fn new(parts: [&Tensor; 2], axes: &[usize], theta: f64, device: &Device) -> Result<Self> {
        let mut angles: Vec<f64> = Vec::new();
        let mut tokens = 0;
        for ids in parts {
            // Metal has no float64.
            let ids = ids.to_device(&Device::Cpu)?.to_dtype(DType::F64)?.to_vec2::<f64>()?;
            tokens += ids.len();
            for id in ids {
                if id.len() != axes.len() {
                    candle_core::bail!("ids have {} axes, the network has {}", id.len(), axes.len());
                }
                for (position, &size) in id.iter().zip(axes) {
                    angles.extend((0..size).step_by(2).map(|i| position * (1.0 / theta.powf(i as f64 / size as f64))));
                }
            }
        }
        let half = axes.iter().sum::<usize>() / 2;
        let table = |f: fn(f64) -> f64| Tensor::from_vec(angles.iter().map(|&a| f(a) as f32).collect(), (tokens, half), device);
        Ok(Self { cos: table(f64::cos)?, sin: table(f64::sin)? })
    }

    /// Cosines and sines, `[tokens, half the head]` each, float32.
    pub fn tables(&self) -> [&Tensor; 2] {
        [&self.cos, &self.sin]
    }

    /// Number of text and image tokens.
    pub fn tokens(&self) -> usize {
        self.cos.dims()[0]
    }

    /// Rotates `x` `[B, H, N, D]`, float32 and contiguous, whose first token is the table's token `start`. Neighbouring channels are
    /// a pair.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn rotate(&self, x: &Tensor, start: usize) -> Result<Tensor> {
        let tokens = x.dim(2)?;
        candle_nn::rotary_emb::rope_i(x, &self.cos.narrow(0, start, tokens)?, &self.sin.narrow(0, start, tokens)?)
    }
}
