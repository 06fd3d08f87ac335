//! The two kinds of FLUX.2 blocks. They have no biases, and all blocks of a kind share one modulation.
//!
//! Reference: diffusers `transformer_flux2.py` (`Flux2TransformerBlock`, `Flux2SingleTransformerBlock`).

use candle_core::{Result, Tensor};

use super::config::Flux2Config;
use crate::nn::Linear;
use crate::nn::float8::{Float8, Rows};
use crate::nn::flux::block::{HeadNorms, Heads, IMAGE_HEADS, Modulation, TEXT_HEADS, Tokens, attend};
use crate::nn::flux::rope::Rope;
use crate::nn::fused::{rotate_heads, swiglu};
use crate::weights::{LoadResult, Vars};

/// The text or the image stream of a double block.
struct Stream {
    heads: Heads,
    out: Linear,
    mlp_in: Linear,
    mlp_out: Linear,
    eps: f64,
}

impl Stream {
    fn load(vars: &Vars, config: &Flux2Config, heads: [&str; 5], out: &str, mlp: &str) -> LoadResult<Self> {
        let (inner, hidden) = (config.inner(), config.mlp());
        let attn = vars.pp("attn");
        Ok(Self {
            heads: Heads::load(&attn, (inner, config.attention_head_dim), false, heads)?,
            out: Linear::with_bias(&attn.pp(out), inner, inner, false)?,
            mlp_in: Linear::with_bias(&vars.pp(mlp).pp("linear_in"), inner, 2 * hidden, false)?,
            mlp_out: Linear::with_bias(&vars.pp(mlp).pp("linear_out"), hidden, inner, false)?,
            eps: config.eps,
        })
    }

    fn qkv(&self, x: &Tensor, modulation: &Modulation) -> Result<Tensor> {
        self.heads.qkv.forward_rows(&modulation.norm_rows(x, self.heads.qkv.takes_float8(), self.eps)?)
    }

    fn finish(&self, x: &Tensor, attended: &Tensor, [first, second]: &[Modulation; 2]) -> Result<Tensor> {
        let update = self.out.forward(attended)?;
        let (x, normed) = second.norm_of_sum(x, [&update, first.gate()], self.mlp_in.takes_float8(), self.eps)?;
        second.add(&x, &self.mlp_in.forward_swiglu_then(&normed, &self.mlp_out)?)
    }
}

/// Text and image streams with their own weights and joint attention.
pub(super) struct DoubleBlock {
    image: Stream,
    text: Stream,
}

impl DoubleBlock {
    pub(super) fn load(vars: &Vars, config: &Flux2Config) -> LoadResult<Self> {
        Ok(Self {
            image: Stream::load(vars, config, IMAGE_HEADS, "to_out.0", "ff")?,
            text: Stream::load(vars, config, TEXT_HEADS, "to_add_out", "ff_context")?,
        })
    }

    /// `text` `[B, T, inner]`, `image` `[B, S, inner]`, the modulations of attention and MLP of both → the new `text` and `image`.
    pub(super) fn forward(
        &self,
        (text, image): (&Tensor, &Tensor),
        (of_text, of_image): (&[Modulation; 2], &[Modulation; 2]),
        rope: &Rope,
    ) -> Result<(Tensor, Tensor)> {
        let (t, s) = (text.dim(1)?, image.dim(1)?);
        let (text_qkv, image_qkv) = (self.text.qkv(text, &of_text[0])?, self.image.qkv(image, &of_image[0])?);
        let (first, second) = (self.text.heads.of(&text_qkv), self.image.heads.of(&image_qkv));
        let joint = attend(&rotate_heads(Some(first), second, rope, self.image.heads.size(), self.image.eps)?)?;
        let part = |start: usize, count: usize| joint.narrow(1, start, count)?.contiguous();
        Ok((self.text.finish(text, &part(0, t)?, of_text)?, self.image.finish(image, &part(t, s)?, of_image)?))
    }
}

/// Text and image as one sequence, with attention and MLP in parallel.
pub(super) struct SingleBlock {
    qkv: Linear,
    mlp_in: Linear,
    norms: HeadNorms,
    out: Linear,
    eps: f64,
}

impl SingleBlock {
    pub(super) fn load(vars: &Vars, config: &Flux2Config) -> LoadResult<Self> {
        let (inner, hidden) = (config.inner(), config.mlp());
        let attn = vars.pp("attn");
        // Queries, keys, values and MLP are one matrix. Its two parts are read apart, so that their outputs need not be copied.
        let both = attn.pp("to_qkv_mlp_proj");
        let rows = 3 * inner + 2 * hidden;
        Ok(Self {
            qkv: Linear::of_rows(&both, inner, rows, 0..3 * inner)?,
            mlp_in: Linear::of_rows(&both, inner, rows, 3 * inner..rows)?,
            norms: HeadNorms::load(&attn, config.attention_head_dim, ["norm_q", "norm_k"])?,
            out: Linear::with_bias(&attn.pp("to_out"), inner + hidden, inner, false)?,
            eps: config.eps,
        })
    }

    /// `tokens` `[B, T + S, inner]` and their modulation → the new tokens.
    pub(super) fn forward(&self, tokens: &Tokens, modulation: &Modulation, rope: &Rope) -> Result<Tokens> {
        let (x, normed) = tokens.norm(modulation, self.mlp_in.takes_float8(), self.eps)?;
        let attended = self.attend(&normed, rope)?;
        let gated = self.mlp_in.forward_rows(&normed)?;
        let update = match &normed {
            Rows::Dense(_) => self.out.forward_parts(&[&attended, &swiglu(&gated)?])?,
            Rows::Float8(_) => self.out.forward_rows(&Rows::Float8(Float8::of_gated(Some(&attended), &gated)?))?,
        };
        Ok(Tokens::with_update(x, update, modulation))
    }

    /// The memory of queries, keys and values is free again when this returns.
    fn attend(&self, normed: &Rows, rope: &Rope) -> Result<Tensor> {
        let qkv = self.qkv.forward_rows(normed)?;
        attend(&rotate_heads(None, self.norms.of(&qkv), rope, self.norms.size(), self.eps)?)
    }
}
