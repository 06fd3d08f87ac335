//! The two kinds of FLUX blocks. Reference: diffusers `transformer_flux.py` (`FluxTransformerBlock`, `FluxSingleTransformerBlock`),
//! MM-DiT: arXiv 2403.03206.

use candle_core::{D, DType, Result, Tensor};

use super::config::FluxConfig;
use super::rope::Rope;
use crate::nn::{LayerNorm, Linear, add_f32, attention};
use crate::weights::{LoadResult, Vars};

const EPS: f64 = 1e-6;

/// Shift and scale after a norm without weights, and the gate of the residual update; each `[B, 1, inner]` float32.
struct Modulation {
    shift: Tensor,
    scale: Tensor,
    gate: Tensor,
}

/// `parts` modulations from the conditioning vector.
fn modulations(linear: &Linear, conditioning: &Tensor, parts: usize) -> Result<Vec<Modulation>> {
    let all = linear.forward(conditioning)?.unsqueeze(1)?.to_dtype(DType::F32)?;
    let size = all.dim(D::Minus1)? / (3 * parts);
    let piece = |i: usize| all.narrow(D::Minus1, i * size, size);
    (0..parts).map(|p| Ok(Modulation { shift: piece(3 * p)?, scale: (piece(3 * p + 1)? + 1.0)?, gate: piece(3 * p + 2)? })).collect()
}

impl Modulation {
    fn norm(&self, x: &Tensor) -> Result<Tensor> {
        LayerNorm::without_affine(EPS).forward(x)?.broadcast_mul(&self.scale)?.broadcast_add(&self.shift)
    }

    fn add(&self, x: &Tensor, update: &Tensor) -> Result<Tensor> {
        // float16 overflows in late blocks; the reference clips there too.
        let update = if update.dtype() == DType::F16 { &update.clamp(-65504f32, 65504f32)? } else { update };
        add_f32(x, &update.to_dtype(DType::F32)?.broadcast_mul(&self.gate)?)
    }
}

/// Queries, keys and values of one stream.
struct Heads {
    q: Linear,
    k: Linear,
    v: Linear,
    norm_q: Tensor,
    norm_k: Tensor,
    size: usize,
}

impl Heads {
    fn load(vars: &Vars, config: &FluxConfig, [q, k, v, norm_q, norm_k]: [&str; 5]) -> LoadResult<Self> {
        let inner = config.inner();
        let norm = |name: &str| vars.pp(name).with_dtype(DType::F32).get("weight", config.attention_head_dim);
        Ok(Self {
            q: Linear::load(&vars.pp(q), inner, inner)?,
            k: Linear::load(&vars.pp(k), inner, inner)?,
            v: Linear::load(&vars.pp(v), inner, inner)?,
            norm_q: norm(norm_q)?,
            norm_k: norm(norm_k)?,
            size: config.attention_head_dim,
        })
    }

    /// `x` `[B, N, inner]`, whose first token is token `start` of the sequence → q, k, v `[B, H, N, D]`.
    fn forward(&self, x: &Tensor, rope: &Rope, start: usize) -> Result<[Tensor; 3]> {
        let (b, n, _) = x.dims3()?;
        let split = |y: Tensor| y.reshape((b, n, (), self.size));
        let v = split(self.v.forward(x)?)?.transpose(1, 2)?.contiguous()?;
        // Norm and rotation both compute in float32: convert once there and once back.
        let rotated = |linear: &Linear, norm: &Tensor| {
            let y = split(linear.forward(x)?)?.to_dtype(DType::F32)?;
            let y = candle_nn::ops::rms_norm(&y, norm, EPS as f32)?.transpose(1, 2)?.contiguous()?;
            rope.rotate(&y, start)?.to_dtype(v.dtype())
        };
        Ok([rotated(&self.q, &self.norm_q)?, rotated(&self.k, &self.norm_k)?, v])
    }
}

/// `[B, H, N, D]` → `[B, N, H · D]`.
fn attend(q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
    let (b, _, n, d) = q.dims4()?;
    attention(q, k, v, None, 1.0 / (d as f64).sqrt())?.transpose(1, 2)?.reshape((b, n, ()))
}

/// The text or the image stream of a double block.
struct Stream {
    modulation: Linear,
    heads: Heads,
    out: Linear,
    mlp_in: Linear,
    mlp_out: Linear,
}

impl Stream {
    fn load(vars: &Vars, config: &FluxConfig, norm: &str, heads: [&str; 5], out: &str, mlp: &str) -> LoadResult<Self> {
        let inner = config.inner();
        let mlp = vars.pp(mlp).pp("net");
        Ok(Self {
            modulation: Linear::load(&vars.pp(norm).pp("linear"), inner, 6 * inner)?,
            heads: Heads::load(&vars.pp("attn"), config, heads)?,
            out: Linear::load(&vars.pp("attn").pp(out), inner, inner)?,
            mlp_in: Linear::load(&mlp.pp(0).pp("proj"), inner, 4 * inner)?,
            mlp_out: Linear::load(&mlp.pp(2), 4 * inner, inner)?,
        })
    }

    fn finish(&self, x: &Tensor, attended: &Tensor, modulation: &[Modulation]) -> Result<Tensor> {
        let [first, second] = modulation else { candle_core::bail!("a double block has two modulations") };
        let x = first.add(x, &self.out.forward(attended)?)?;
        let hidden = self.mlp_in.forward(&second.norm(&x)?)?.gelu()?;
        second.add(&x, &self.mlp_out.forward(&hidden)?)
    }
}

/// Text and image streams with their own weights and joint attention.
pub(super) struct DoubleBlock {
    image: Stream,
    text: Stream,
}

impl DoubleBlock {
    pub(super) fn load(vars: &Vars, config: &FluxConfig) -> LoadResult<Self> {
        let image = ["to_q", "to_k", "to_v", "norm_q", "norm_k"];
        let text = ["add_q_proj", "add_k_proj", "add_v_proj", "norm_added_q", "norm_added_k"];
        Ok(Self {
            image: Stream::load(vars, config, "norm1", image, "to_out.0", "ff")?,
            text: Stream::load(vars, config, "norm1_context", text, "to_add_out", "ff_context")?,
        })
    }

    /// `text` `[B, T, inner]`, `image` `[B, S, inner]`, `conditioning` `[B, inner]` (after SiLU) → the new `text` and `image`.
    pub(super) fn forward(&self, text: &Tensor, image: &Tensor, conditioning: &Tensor, rope: &Rope) -> Result<(Tensor, Tensor)> {
        let of_image = modulations(&self.image.modulation, conditioning, 2)?;
        let of_text = modulations(&self.text.modulation, conditioning, 2)?;
        let (t, s) = (text.dim(1)?, image.dim(1)?);
        let [tq, tk, tv] = self.text.heads.forward(&of_text[0].norm(text)?, rope, 0)?;
        let [iq, ik, iv] = self.image.heads.forward(&of_image[0].norm(image)?, rope, t)?;
        let joint = attend(&Tensor::cat(&[tq, iq], 2)?, &Tensor::cat(&[tk, ik], 2)?, &Tensor::cat(&[tv, iv], 2)?)?;
        let image = self.image.finish(image, &joint.narrow(1, t, s)?.contiguous()?, &of_image)?;
        let text = self.text.finish(text, &joint.narrow(1, 0, t)?.contiguous()?, &of_text)?;
        Ok((text, image))
    }
}

/// Text and image as one sequence, with attention and MLP in parallel.
pub(super) struct SingleBlock {
    modulation: Linear,
    heads: Heads,
    mlp_in: Linear,
    out: Linear,
}

impl SingleBlock {
    pub(super) fn load(vars: &Vars, config: &FluxConfig) -> LoadResult<Self> {
        let inner = config.inner();
        Ok(Self {
            modulation: Linear::load(&vars.pp("norm").pp("linear"), inner, 3 * inner)?,
            heads: Heads::load(&vars.pp("attn"), config, ["to_q", "to_k", "to_v", "norm_q", "norm_k"])?,
            mlp_in: Linear::load(&vars.pp("proj_mlp"), inner, 4 * inner)?,
            out: Linear::load(&vars.pp("proj_out"), 5 * inner, inner)?,
        })
    }

    /// `x` `[B, T + S, inner]`, `conditioning` `[B, inner]` (after SiLU) → the new `x`.
    pub(super) fn forward(&self, x: &Tensor, conditioning: &Tensor, rope: &Rope) -> Result<Tensor> {
        let modulation = modulations(&self.modulation, conditioning, 1)?;
        let normed = modulation[0].norm(x)?;
        let [q, k, v] = self.heads.forward(&normed, rope, 0)?;
        let attended = attend(&q, &k, &v)?;
        let hidden = self.mlp_in.forward(&normed)?.gelu()?;
        modulation[0].add(x, &self.out.forward(&Tensor::cat(&[attended, hidden], D::Minus1)?)?)
    }
}
