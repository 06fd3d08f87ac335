//! Spatial self-attention and cross-attention to the prompt, between the residual blocks.
//!
//! Reference: diffusers `models/transformers/transformer_2d.py`, `models/attention.py` (`BasicTransformerBlock`), `models/activations.py` (`GEGLU`).

use candle_core::{Result, Tensor};

use crate::nn::fused::{add, geglu, norm_of_sum, to_picture, to_tokens};
use crate::nn::{Conv2d, ConvSpec, GroupNorm, JoinedLinear, LayerNorm, Linear, attention};
use crate::weights::{LoadResult, Vars};

/// Keys and values of the prompt for one layer, `[B, heads, tokens, D]` each: the same at every step.
pub type KeyValue = (Tensor, Tensor);

/// The prompt's keys and values in the order in which the layers use them.
pub(super) type Context<'a> = std::slice::Iter<'a, KeyValue>;

/// `[B, N, H · D]` → `[B, H, N, D]`.
fn split(x: &Tensor, heads: usize) -> Result<Tensor> {
    let (b, n, c) = x.dims3()?;
    x.reshape((b, n, heads, c / heads))?.transpose(1, 2)
}

/// Attention of the pixels to each other.
struct SelfAttention {
    qkv: JoinedLinear,
    out: Linear,
    heads: usize,
}

impl SelfAttention {
    fn load(vars: &Vars, size: usize, heads: usize) -> LoadResult<Self> {
        Ok(Self {
            qkv: JoinedLinear::load(&["to_q", "to_k", "to_v"].map(|name| vars.pp(name)), size, size, false)?,
            out: Linear::load(&vars.pp("to_out.0"), size, size)?,
            heads,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (b, n, c) = x.dims3()?;
        let size = c / self.heads;
        let qkv = self.qkv.forward(x)?.reshape((b, n, 3, self.heads, size))?;
        let part = |i: usize| qkv.narrow(2, i, 1)?.squeeze(2)?.transpose(1, 2);
        let y = attention(&part(0)?, &part(1)?, &part(2)?, None, 1.0 / (size as f64).sqrt())?;
        self.out.forward(&y.transpose(1, 2)?.flatten_from(2)?)
    }
}

/// Attention of the pixels to the prompt.
struct CrossAttention {
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
    heads: usize,
    scale: f64,
}

impl CrossAttention {
    fn load(vars: &Vars, size: usize, context: usize, heads: usize) -> LoadResult<Self> {
        let linear = |name: &str, inputs: usize| Linear::with_bias(&vars.pp(name), inputs, size, false);
        Ok(Self {
            q: linear("to_q", size)?,
            k: linear("to_k", context)?,
            v: linear("to_v", context)?,
            out: Linear::load(&vars.pp("to_out.0"), size, size)?,
            heads,
            scale: 1.0 / ((size / heads) as f64).sqrt(),
        })
    }

    fn key_value(&self, context: &Tensor) -> Result<KeyValue> {
        Ok((split(&self.k.forward(context)?, self.heads)?, split(&self.v.forward(context)?, self.heads)?))
    }

    fn forward(&self, x: &Tensor, (k, v): &KeyValue) -> Result<Tensor> {
        let y = attention(&split(&self.q.forward(x)?, self.heads)?, k, v, None, self.scale)?;
        self.out.forward(&y.transpose(1, 2)?.flatten_from(2)?)
    }
}

/// Self-attention, cross-attention and a gated MLP, each with a norm before it and a residual connection.
struct Layer {
    norms: [LayerNorm; 3],
    self_attention: SelfAttention,
    cross_attention: CrossAttention,
    ff_in: Linear,
    ff_out: Linear,
}

impl Layer {
    fn load(vars: &Vars, size: usize, context: usize, heads: usize) -> LoadResult<Self> {
        let norm = |name: &str| LayerNorm::load(&vars.pp(name), size, 1e-5);
        Ok(Self {
            norms: [norm("norm1")?, norm("norm2")?, norm("norm3")?],
            self_attention: SelfAttention::load(&vars.pp("attn1"), size, heads)?,
            cross_attention: CrossAttention::load(&vars.pp("attn2"), size, context, heads)?,
            ff_in: Linear::load(&vars.pp("ff.net.0.proj"), size, 8 * size)?,
            ff_out: Linear::load(&vars.pp("ff.net.2"), 4 * size, size)?,
        })
    }

    /// The new tokens are the sum of the two results. `update` is still to be added to `x`: sums are made together with the norm that
    /// follows.
    fn forward(&self, x: &Tensor, update: Option<&Tensor>, prompt: &KeyValue) -> Result<(Tensor, Tensor)> {
        let (x, normed) = match update {
            Some(update) => norm_of_sum(&self.norms[0], x, update)?,
            None => (x.clone(), self.norms[0].forward(x)?),
        };
        let (x, normed) = norm_of_sum(&self.norms[1], &x, &self.self_attention.forward(&normed)?)?;
        let (x, normed) = norm_of_sum(&self.norms[2], &x, &self.cross_attention.forward(&normed, prompt)?)?;
        let gated = geglu(&self.ff_in.forward(&normed)?)?;
        Ok((x, self.ff_out.forward(&gated)?))
    }
}

/// The projection into and out of tokens: a linear layer or, in older networks, an equivalent 1×1 convolution.
enum Projection {
    Linear(Linear),
    Kernel(Conv2d),
}

impl Projection {
    fn load(vars: &Vars, size: usize, linear: bool) -> LoadResult<Self> {
        match linear {
            true => Linear::load(vars, size, size).map(Self::Linear),
            false => Conv2d::load(vars, size, size, ConvSpec::same(1)).map(Self::Kernel),
        }
    }
}

/// A stack of layers over the pixels of `[B, C, H, W]`.
pub(super) struct Transformer {
    norm: GroupNorm,
    proj_in: Projection,
    layers: Vec<Layer>,
    proj_out: Projection,
}

/// The parameters of a [`Transformer`] except its channels.
#[derive(Clone, Copy, Debug)]
pub(super) struct TransformerSpec {
    pub depth: usize,
    pub heads: usize,
    pub context: usize,
    pub groups: usize,
    pub linear: bool,
}

impl Transformer {
    pub(super) fn load(vars: &Vars, size: usize, spec: TransformerSpec) -> LoadResult<Self> {
        let layer = |i: usize| Layer::load(&vars.pp(format!("transformer_blocks.{i}")), size, spec.context, spec.heads);
        Ok(Self {
            norm: GroupNorm::load(&vars.pp("norm"), size, spec.groups, 1e-6)?,
            proj_in: Projection::load(&vars.pp("proj_in"), size, spec.linear)?,
            layers: (0..spec.depth).map(layer).collect::<LoadResult<_>>()?,
            proj_out: Projection::load(&vars.pp("proj_out"), size, spec.linear)?,
        })
    }

    /// Appends the layers' keys and values for a prompt `[B, tokens, context]`.
    pub(super) fn prepare(&self, prompt: &Tensor, out: &mut Vec<KeyValue>) -> Result<()> {
        for layer in &self.layers {
            out.push(layer.cross_attention.key_value(prompt)?);
        }
        Ok(())
    }

    pub(super) fn forward(&self, x: &Tensor, context: &mut Context<'_>) -> Result<Tensor> {
        let (_, _, h, w) = x.dims4()?;
        let normed = self.norm.forward(x)?;
        let mut y = match &self.proj_in {
            Projection::Linear(linear) => linear.forward(&to_tokens(&normed)?)?,
            Projection::Kernel(conv) => to_tokens(&conv.forward(&normed)?)?,
        };
        let mut update = None;
        for layer in &self.layers {
            let Some(prompt) = context.next() else { candle_core::bail!("the prompt was prepared for another network") };
            let (sum, next) = layer.forward(&y, update.as_ref(), prompt)?;
            (y, update) = (sum, Some(next));
        }
        if let Some(update) = &update {
            y = add(&y, update)?;
        }
        let y = match &self.proj_out {
            Projection::Linear(linear) => to_picture(&linear.forward(&y)?, h, w)?,
            Projection::Kernel(conv) => conv.forward(&to_picture(&y, h, w)?)?,
        };
        add(x, &y)
    }
}
