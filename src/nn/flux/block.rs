//! The two kinds of FLUX blocks. Reference: diffusers `transformer_flux.py` (`FluxTransformerBlock`, `FluxSingleTransformerBlock`),
//! MM-DiT: arXiv 2403.03206.

use candle_core::{D, DType, Result, Tensor};

use super::config::FluxConfig;
use super::rope::Rope;
use crate::nn::float8::{self, Float8, Rows};
use crate::nn::fused::{Qkv, add_gated, modulated_norm, modulated_norm_of_sum, rotate_heads};
use crate::nn::{JoinedLinear, Linear, attention};
use crate::weights::{LoadResult, Vars};

const EPS: f64 = 1e-6;

/// Shift and scale after a norm without weights, and the gate of the residual update; each `[B, 1, inner]` float32.
pub(in crate::nn) struct Modulation {
    shift: Tensor,
    scale: Tensor,
    gate: Tensor,
}

/// The modulations of a layer: `conditioning` `[R, inner]`, one row for each step and picture → `[R, 1, 3 · parts · inner]` float32.
pub(in crate::nn) fn modulation_table(linear: &Linear, conditioning: &Tensor) -> Result<Tensor> {
    linear.forward(conditioning)?.unsqueeze(1)?.to_dtype(DType::F32)
}

/// The `parts` modulations in the rows of one step.
pub(in crate::nn) fn modulations(rows: &Tensor, parts: usize) -> Result<Vec<Modulation>> {
    let size = rows.dim(D::Minus1)? / (3 * parts);
    let piece = |i: usize| rows.narrow(D::Minus1, i * size, size);
    (0..parts).map(|p| Ok(Modulation { shift: piece(3 * p)?, scale: piece(3 * p + 1)?, gate: piece(3 * p + 2)? })).collect()
}

impl Modulation {
    /// Normalised, scaled and shifted rows in the form that the layers that follow take. `float8`: whether they take rows in 8 bits.
    pub(in crate::nn) fn norm_rows(&self, x: &Tensor, float8: bool, eps: f64) -> Result<Rows> {
        match float8 {
            true => float8::modulated_norm(x, &self.scale, &self.shift, eps).map(Rows::Float8),
            false => modulated_norm(x, &self.scale, &self.shift, eps).map(Rows::Dense),
        }
    }

    /// The sum of `x` and a gated update, and the norm of the sum, as [`Modulation::norm_rows`].
    pub(in crate::nn) fn norm_of_sum(&self, x: &Tensor, [update, gate]: [&Tensor; 2], float8: bool, eps: f64) -> Result<(Tensor, Rows)> {
        Ok(match float8 {
            true => {
                let (sum, normed) = float8::modulated_norm_of_sum(x, [update, gate], [&self.scale, &self.shift], eps)?;
                (sum, Rows::Float8(normed))
            }
            false => {
                let (sum, normed) = modulated_norm_of_sum(x, [update, gate], [&self.scale, &self.shift], eps)?;
                (sum, Rows::Dense(normed))
            }
        })
    }

    pub(in crate::nn) fn add(&self, x: &Tensor, update: &Tensor) -> Result<Tensor> {
        add_gated(x, update, &self.gate)
    }

    /// The factor of an update before it is added.
    pub(in crate::nn) fn gate(&self) -> &Tensor {
        &self.gate
    }
}

/// Tokens as the single blocks pass them on: each block adds what the one before it made together with its own norm.
pub(in crate::nn) struct Tokens {
    x: Tensor,
    /// An update and its gate.
    pending: Option<[Tensor; 2]>,
}

impl Tokens {
    pub(in crate::nn) fn new(x: Tensor) -> Self {
        Self { x, pending: None }
    }

    /// `x` with an update that the next block adds.
    pub(in crate::nn) fn with_update(x: Tensor, update: Tensor, modulation: &Modulation) -> Self {
        Self { x, pending: Some([update, modulation.gate.clone()]) }
    }

    /// The sum of what there is, and its norm. `float8`: whether the layers that follow take rows in 8 bits.
    pub(in crate::nn) fn norm(&self, modulation: &Modulation, float8: bool, eps: f64) -> Result<(Tensor, Rows)> {
        match &self.pending {
            Some([update, gate]) => modulation.norm_of_sum(&self.x, [update, gate], float8, eps),
            None => Ok((self.x.clone(), modulation.norm_rows(&self.x, float8, eps)?)),
        }
    }

    pub(in crate::nn) fn sum(self) -> Result<Tensor> {
        match &self.pending {
            Some([update, gate]) => add_gated(&self.x, update, gate),
            None => Ok(self.x),
        }
    }
}

/// Queries, keys and values of one stream, each with its own matrix.
pub(in crate::nn) struct Heads {
    pub(in crate::nn) qkv: JoinedLinear,
    norms: HeadNorms,
}

impl Heads {
    /// Loads matrices of `inner` channels, with or without biases, and the norms of heads of `size` channels.
    pub(in crate::nn) fn load(
        vars: &Vars,
        (inner, size): (usize, usize),
        bias: bool,
        [q, k, v, norm_q, norm_k]: [&str; 5],
    ) -> LoadResult<Self> {
        Ok(Self {
            qkv: JoinedLinear::load(&[vars.pp(q), vars.pp(k), vars.pp(v)], inner, inner, bias)?,
            norms: HeadNorms::load(vars, size, [norm_q, norm_k])?,
        })
    }

    pub(in crate::nn) fn of<'a>(&'a self, qkv: &'a Tensor) -> Qkv<'a> {
        self.norms.of(qkv)
    }

    /// Channels of a head.
    pub(in crate::nn) fn size(&self) -> usize {
        self.norms.size()
    }
}

/// Names of a block's heads: q, k, v, and the norms of q and k.
pub(in crate::nn) const IMAGE_HEADS: [&str; 5] = ["to_q", "to_k", "to_v", "norm_q", "norm_k"];
/// The same for the text stream of a double block.
pub(in crate::nn) const TEXT_HEADS: [&str; 5] = ["add_q_proj", "add_k_proj", "add_v_proj", "norm_added_q", "norm_added_k"];

/// RMS norms of the heads of queries and keys.
pub(in crate::nn) struct HeadNorms {
    q: Tensor,
    k: Tensor,
}

impl HeadNorms {
    pub(in crate::nn) fn load(vars: &Vars, size: usize, [q, k]: [&str; 2]) -> LoadResult<Self> {
        let norm = |name: &str| vars.pp(name).with_dtype(DType::F32).get("weight", size);
        Ok(Self { q: norm(q)?, k: norm(k)? })
    }

    pub(in crate::nn) fn of<'a>(&'a self, qkv: &'a Tensor) -> Qkv<'a> {
        Qkv { qkv, norms: [&self.q, &self.k] }
    }

    /// Channels of a head.
    pub(in crate::nn) fn size(&self) -> usize {
        self.q.elem_count()
    }
}

/// q, k and v `[B, H, N, D]` → `[B, N, H · D]`.
pub(in crate::nn) fn attend([q, k, v]: &[Tensor; 3]) -> Result<Tensor> {
    let (b, _, n, d) = q.dims4()?;
    attention(q, k, v, None, 1.0 / (d as f64).sqrt())?.transpose(1, 2)?.contiguous()?.reshape((b, n, ()))
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
            modulation: Linear::load(&vars.with_float8(false).pp(norm).pp("linear"), inner, 6 * inner)?,
            heads: Heads::load(&vars.pp("attn"), (inner, config.attention_head_dim), true, heads)?,
            out: Linear::load(&vars.pp("attn").pp(out), inner, inner)?,
            mlp_in: Linear::load(&mlp.pp(0).pp("proj"), inner, 4 * inner)?,
            mlp_out: Linear::load(&mlp.pp(2), 4 * inner, inner)?,
        })
    }

    fn finish(&self, x: &Tensor, attended: &Tensor, modulation: &[Modulation]) -> Result<Tensor> {
        let [first, second] = modulation else { candle_core::bail!("a double block has two modulations") };
        let (x, normed) = second.norm_of_sum(x, [&self.out.forward(attended)?, &first.gate], self.mlp_in.takes_float8(), EPS)?;
        second.add(&x, &self.mlp_in.forward_gelu_then(&normed, &self.mlp_out)?)
    }
}

/// Text and image streams with their own weights and joint attention.
pub(super) struct DoubleBlock {
    image: Stream,
    text: Stream,
}

impl DoubleBlock {
    pub(super) fn load(vars: &Vars, config: &FluxConfig) -> LoadResult<Self> {
        Ok(Self {
            image: Stream::load(vars, config, "norm1", IMAGE_HEADS, "to_out.0", "ff")?,
            text: Stream::load(vars, config, "norm1_context", TEXT_HEADS, "to_add_out", "ff_context")?,
        })
    }

    /// The modulations of image and text. `conditioning` `[R, inner]` (after SiLU) → `[R, 1, 6 · inner]` each.
    pub(super) fn modulate(&self, conditioning: &Tensor) -> Result<[Tensor; 2]> {
        Ok([modulation_table(&self.image.modulation, conditioning)?, modulation_table(&self.text.modulation, conditioning)?])
    }

    /// `text` `[B, T, inner]`, `image` `[B, S, inner]`, the rows of a step of [`DoubleBlock::modulate`] → the new `text` and `image`.
    pub(super) fn forward(
        &self,
        text: &Tensor,
        image: &Tensor,
        [of_image, of_text]: &[Tensor; 2],
        rope: &Rope,
    ) -> Result<(Tensor, Tensor)> {
        let (of_image, of_text) = (modulations(of_image, 2)?, modulations(of_text, 2)?);
        let (t, s) = (text.dim(1)?, image.dim(1)?);
        let float8 = self.image.heads.qkv.takes_float8();
        let of_text_heads = self.text.heads.qkv.forward_rows(&of_text[0].norm_rows(text, float8, EPS)?)?;
        let of_image_heads = self.image.heads.qkv.forward_rows(&of_image[0].norm_rows(image, float8, EPS)?)?;
        let (first, second) = (self.text.heads.of(&of_text_heads), self.image.heads.of(&of_image_heads));
        let joint = attend(&rotate_heads(Some(first), second, rope, self.image.heads.size(), EPS)?)?;
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
            modulation: Linear::load(&vars.with_float8(false).pp("norm").pp("linear"), inner, 3 * inner)?,
            heads: Heads::load(&vars.pp("attn"), (inner, config.attention_head_dim), true, IMAGE_HEADS)?,
            mlp_in: Linear::load(&vars.pp("proj_mlp"), inner, 4 * inner)?,
            out: Linear::load(&vars.pp("proj_out"), 5 * inner, inner)?,
        })
    }

    /// `conditioning` `[R, inner]` (after SiLU) → `[R, 1, 3 · inner]`.
    pub(super) fn modulate(&self, conditioning: &Tensor) -> Result<Tensor> {
        modulation_table(&self.modulation, conditioning)
    }

    /// `tokens` `[B, T + S, inner]`, the rows of a step of [`SingleBlock::modulate`] → the new tokens.
    pub(super) fn forward(&self, tokens: &Tokens, modulation: &Tensor, rope: &Rope) -> Result<Tokens> {
        let modulation = modulations(modulation, 1)?.remove(0);
        let (x, normed) = tokens.norm(&modulation, self.mlp_in.takes_float8(), EPS)?;
        let qkv = self.heads.qkv.forward_rows(&normed)?;
        let attended = attend(&rotate_heads(None, self.heads.of(&qkv), rope, self.heads.size(), EPS)?)?;
        let update = match &normed {
            Rows::Dense(normed) => self.out.forward_parts(&[&attended, &self.mlp_in.forward_gelu(normed)?])?,
            Rows::Float8(_) => {
                let parts = [&attended, &self.mlp_in.forward_rows(&normed)?];
                self.out.forward_rows(&Rows::Float8(Float8::of_parts(&parts, attended.dim(D::Minus1)?)?))?
            }
        };
        Ok(Tokens::with_update(x, update, &modulation))
    }
}
