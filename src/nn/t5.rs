//! The encoder of T5. Reference: transformers `models/t5/modeling_t5.py`; arXiv 1910.10683; gated MLP of v1.1: arXiv 2002.05202.
//!
//! The residual sum stays in float32: T5 overflows float16 and loses precision in bfloat16.

use std::sync::Arc;

use candle_core::{DType, Device, Result, Tensor};
use serde::Deserialize;

use super::{Embedding, JoinedLinear, Linear, RmsNorm, attention};
use crate::weights::{LoadResult, TensorShapes, TensorStore, Vars, WeightsError, t5_names};

/// `config.json` of a T5 model, with transformers' defaults.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct T5Config {
    /// Size of the vocabulary.
    pub vocab_size: usize,
    /// Width of the hidden states.
    pub d_model: usize,
    /// Channels of an attention head.
    pub d_kv: usize,
    /// Width of the hidden layer of the MLP.
    pub d_ff: usize,
    /// Number of encoder blocks.
    pub num_layers: usize,
    /// Attention heads.
    pub num_heads: usize,
    /// Buckets of relative positions.
    pub relative_attention_num_buckets: usize,
    /// Distances from here on share the last bucket.
    pub relative_attention_max_distance: usize,
    /// Epsilon of the norms.
    pub layer_norm_epsilon: f64,
    /// `gated-gelu` for v1.1, `relu` for the first version.
    pub feed_forward_proj: String,
    /// The kind of model that the config describes, if it says so.
    pub model_type: Option<String>,
}

impl Default for T5Config {
    fn default() -> Self {
        Self {
            vocab_size: 32_128,
            d_model: 512,
            d_kv: 64,
            d_ff: 2048,
            num_layers: 6,
            num_heads: 8,
            relative_attention_num_buckets: 32,
            relative_attention_max_distance: 128,
            layer_norm_epsilon: 1e-6,
            feed_forward_proj: "relu".into(),
            model_type: None,
        }
    }
}

#[derive(Clone, Copy)]
enum Activation {
    Relu,
    Gelu,
    GeluTanh,
    Silu,
}

impl T5Config {
    /// Derives the config from the shapes of the tensors, for files without a config (GGUF).
    ///
    /// # Errors
    /// The file is not a T5 encoder.
    pub fn of_store(store: Arc<dyn TensorStore>) -> LoadResult<Self> {
        let shapes = TensorShapes::new(t5_names::adapt(store));
        let shape = |name: &str| -> LoadResult<(usize, usize)> { Ok((shapes.size(name, 0)?, shapes.size(name, 1)?)) };
        let (vocab_size, d_model) = shape("shared.weight").or_else(|_| shape("encoder.embed_tokens.weight"))?;
        let attention = "encoder.block.0.layer.0.SelfAttention";
        let (relative_attention_num_buckets, num_heads) = shape(&format!("{attention}.relative_attention_bias.weight"))?;
        let mlp = "encoder.block.0.layer.1.DenseReluDense";
        let gated = shapes.has(&format!("{mlp}.wi_0.weight"));
        Ok(Self {
            vocab_size,
            d_model,
            d_kv: shape(&format!("{attention}.q.weight"))?.0 / num_heads.max(1),
            d_ff: shape(&format!("{mlp}.wo.weight"))?.1,
            num_layers: shapes.layers("encoder.block."),
            num_heads,
            relative_attention_num_buckets,
            feed_forward_proj: if gated { "gated-gelu" } else { "relu" }.into(),
            ..Self::default()
        })
    }

    /// Checks the config; `place` is its file, for messages.
    ///
    /// # Errors
    /// The config is another network's, or a value cannot be used.
    pub fn check(&self, place: &str) -> LoadResult<()> {
        if let Some(kind) = self.model_type.as_ref().filter(|k| !matches!(k.as_str(), "t5" | "mt5" | "umt5")) {
            return Err(WeightsError::config(place, format!("the config is of a {kind}, not of a t5")));
        }
        if self.model_type.as_deref() == Some("umt5") {
            return Err(WeightsError::config(place, "umt5 has its own position biases in every block, which is not supported"));
        }
        let sizes = [self.vocab_size, self.d_model, self.d_kv, self.d_ff, self.num_heads];
        if sizes.contains(&0) || sizes.iter().any(|&s| s > 1 << 24) || self.num_layers > 1 << 12 {
            return Err(WeightsError::config(place, "a size in the config is zero or too large"));
        }
        if self.relative_attention_num_buckets < 4 || self.relative_attention_max_distance <= self.relative_attention_num_buckets / 4 {
            return Err(WeightsError::config(place, "the relative attention's buckets or distance are too small"));
        }
        self.activation(place).map(|_| ())
    }

    fn activation(&self, place: &str) -> LoadResult<(bool, Activation)> {
        let name = self.feed_forward_proj.as_str();
        let (gated, act) = name.strip_prefix("gated-").map_or((false, name), |act| (true, act));
        Ok(match (gated, act) {
            // transformers reads "gated-gelu" as the tanh approximation and "gelu" as the exact function.
            (true, "gelu") | (_, "gelu_new") => (gated, Activation::GeluTanh),
            (false, "gelu") => (gated, Activation::Gelu),
            (_, "silu") => (gated, Activation::Silu),
            (_, "relu") => (gated, Activation::Relu),
            _ => return Err(WeightsError::config(place, format!("feed_forward_proj {name} is not supported"))),
        })
    }
}

struct Attention {
    projections: Projections,
    o: Linear,
    heads: usize,
    dtype: DType,
}

/// The products that make queries, keys and values.
enum Projections {
    /// One product in bfloat16, whose scores the attention keeps in float32.
    Joined(JoinedLinear),
    /// T5 does not scale the scores. They are large, so float16 would round them by whole units: q and k are computed in float32.
    Apart(Box<[Linear; 3]>),
}

impl Attention {
    fn load(vars: &Vars, config: &T5Config) -> LoadResult<Self> {
        let inner = config.num_heads * config.d_kv;
        let linear = |name: &str| Linear::with_bias(&vars.pp(name), config.d_model, inner, false);
        let o = Linear::with_bias(&vars.pp("o"), inner, config.d_model, false)?;
        let projections = match vars.device().is_cuda() && vars.dtype() == DType::BF16 {
            true => Projections::Joined(JoinedLinear::load(&["q", "k", "v"].map(|name| vars.pp(name)), config.d_model, inner, false)?),
            false => Projections::Apart(Box::new([linear("q")?, linear("k")?, linear("v")?])),
        };
        Ok(Self { projections, o, heads: config.num_heads, dtype: vars.dtype() })
    }

    fn forward(&self, x: &Tensor, bias: &Tensor) -> Result<Tensor> {
        let (b, t, _) = x.dims3()?;
        let y = match &self.projections {
            Projections::Joined(joined) => {
                let qkv = joined.forward(&x.to_dtype(self.dtype)?)?.reshape((b, t, 3, self.heads, ()))?;
                let part = |i: usize| qkv.narrow(2, i, 1)?.squeeze(2)?.transpose(1, 2);
                attention(&part(0)?, &part(1)?, &part(2)?, Some(bias), 1.0)?
            }
            Projections::Apart(apart) => {
                let [q, k, v] = apart.as_ref();
                let split = |y: Tensor| y.reshape((b, t, self.heads, ()))?.transpose(1, 2)?.to_dtype(DType::F32)?.contiguous();
                let (q, k) = (split(q.forward_in(x, DType::F32)?)?, split(k.forward_in(x, DType::F32)?)?);
                attention(&q, &k, &split(v.forward(x)?)?, Some(bias), 1.0)?
            }
        };
        self.o.forward_in(&y.transpose(1, 2)?.reshape((b, t, ()))?, self.dtype)
    }
}

struct FeedForward {
    first: Linear,
    gate: Option<Linear>,
    activation: Activation,
    out: Linear,
    out_dtype: DType,
}

impl FeedForward {
    fn load(vars: &Vars, config: &T5Config) -> LoadResult<Self> {
        let (gated, activation) = config.activation(&vars.place())?;
        let linear = |name: &str| Linear::with_bias(&vars.pp(name), config.d_model, config.d_ff, false);
        // The gated product exceeds float16; transformers also keeps this matrix in float32.
        let out_dtype = if vars.dtype() == DType::F16 { DType::F32 } else { vars.dtype() };
        Ok(Self {
            first: linear(if gated { "wi_0" } else { "wi" })?,
            gate: if gated { Some(linear("wi_1")?) } else { None },
            activation,
            out: Linear::with_bias(&vars.pp("wo").with_dtype(out_dtype), config.d_ff, config.d_model, false)?,
            out_dtype,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = match self.activation {
            Activation::Relu => self.first.forward(x)?.relu()?,
            Activation::Gelu => self.first.forward(x)?.gelu_erf()?,
            Activation::GeluTanh => self.first.forward_gelu(x)?,
            Activation::Silu => self.first.forward(x)?.silu()?,
        };
        let y = y.to_dtype(self.out_dtype)?;
        let y = match &self.gate {
            Some(gate) => (y * gate.forward(x)?.to_dtype(self.out_dtype)?)?,
            None => y,
        };
        self.out.forward(&y)
    }
}

struct Block {
    attention_norm: RmsNorm,
    attention: Attention,
    mlp_norm: RmsNorm,
    mlp: FeedForward,
}

/// The encoder.
pub struct T5Encoder {
    config: T5Config,
    tokens: Embedding,
    position_bias: Embedding,
    blocks: Vec<Block>,
    norm: RmsNorm,
    dtype: DType,
    device: Device,
}

impl T5Encoder {
    /// Loads the encoder of a file with transformers' or llama.cpp's tensor names and ignores a decoder in it.
    ///
    /// # Errors
    /// The config cannot be used; a tensor is missing, has another shape, or belongs to no part of the network.
    pub fn load(vars: &Vars, config: &T5Config) -> LoadResult<Self> {
        config.check(&vars.place())?;
        let vars = vars.adapted(t5_names::adapt);
        let encoder = vars.pp("encoder");
        let table = (config.vocab_size, config.d_model);
        let tokens = if vars.has("shared.weight") {
            if encoder.has("embed_tokens.weight") {
                encoder.tied("embed_tokens.weight", table)?;
            }
            Embedding::load(&vars.pp("shared"), table.0, table.1)?
        } else {
            Embedding::load(&encoder.pp("embed_tokens"), table.0, table.1)?
        };
        // The norms return float32; the layers after them convert.
        let norm = |vars: &Vars| RmsNorm::load(&vars.with_dtype(DType::F32), config.d_model, config.layer_norm_epsilon);
        let mut blocks = Vec::with_capacity(config.num_layers);
        for i in 0..config.num_layers {
            let vars = encoder.pp("block").pp(i).pp("layer");
            blocks.push(Block {
                attention_norm: norm(&vars.pp("0.layer_norm"))?,
                attention: Attention::load(&vars.pp("0.SelfAttention"), config)?,
                mlp_norm: norm(&vars.pp("1.layer_norm"))?,
                mlp: FeedForward::load(&vars.pp("1.DenseReluDense"), config)?,
            });
        }
        let bias = encoder.pp("block.0.layer.0.SelfAttention.relative_attention_bias").with_dtype(DType::F32);
        let network = Self {
            tokens,
            position_bias: Embedding::load(&bias, config.relative_attention_num_buckets, config.num_heads)?,
            blocks,
            norm: norm(&encoder.pp("final_layer_norm"))?,
            config: config.clone(),
            dtype: vars.dtype(),
            device: vars.device().clone(),
        };
        vars.finish(|name| name.starts_with("decoder.") || name.starts_with("lm_head."))?;
        Ok(network)
    }

    /// The config that the network was built from.
    pub fn config(&self) -> &T5Config {
        &self.config
    }

    /// `input_ids` `[B, T]` → `[B, T, d_model]` in the network's type. `mask` `[B, T]` is 1 for tokens and 0 for padding; FLUX
    /// uses none, so padding takes part in attention.
    ///
    /// # Errors
    /// Shapes that do not fit, an ID outside the vocabulary, out of memory.
    pub fn forward(&self, input_ids: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
        let (_, tokens) = input_ids.dims2()?;
        let mut bias = self.bias(tokens)?;
        if let Some(mask) = mask {
            let hidden = ((mask.to_dtype(DType::F32)? - 1.0)? * f64::from(f32::MAX / 2.0))?;
            bias = bias.broadcast_add(&hidden.unsqueeze(1)?.unsqueeze(1)?)?;
        }
        // float16 queries and keys would round the scores.
        let normed = if self.dtype == DType::F16 { DType::F32 } else { self.dtype };
        let mut x = self.tokens.forward(input_ids)?.to_dtype(DType::F32)?;
        for block in &self.blocks {
            let y = block.attention.forward(&block.attention_norm.forward_as(&x, normed)?, &bias)?;
            x = (x + y.to_dtype(DType::F32)?)?;
            let y = block.mlp.forward(&block.mlp_norm.forward_as(&x, normed)?)?;
            x = (x + y.to_dtype(DType::F32)?)?;
        }
        self.norm.forward(&x)?.to_dtype(self.dtype)
    }

    /// The relative position bias `[1, H, T, T]`, float32; the same in every block.
    fn bias(&self, tokens: usize) -> Result<Tensor> {
        let (buckets, far) = (self.config.relative_attention_num_buckets, self.config.relative_attention_max_distance);
        // From the farthest key before the query to the farthest one after it.
        let last = tokens as i64 - 1;
        let by_distance: Vec<u32> = (-last..=last).map(|distance| bucket(distance, buckets, far)).collect();
        let ids: Vec<u32> = (0..tokens).flat_map(|query| by_distance[tokens - 1 - query..][..tokens].iter().copied()).collect();
        let ids = Tensor::from_vec(ids, (tokens, tokens), &self.device)?;
        self.position_bias.forward(&ids)?.permute((2, 0, 1))?.unsqueeze(0)?.contiguous()
    }
}

/// The bucket of a distance (key − query). Short distances have a bucket each, longer ones share buckets logarithmically; half of the
/// buckets are for keys after the query.
fn bucket(distance: i64, buckets: usize, far: usize) -> u32 {
    let half = buckets / 2;
    let side = if distance > 0 { half } else { 0 };
    let distance = distance.unsigned_abs() as usize;
    let exact = half / 2;
    let number = if distance < exact {
        distance
    } else {
        // In float32 as in the reference, so that distances at a border fall into the same bucket.
        let ratio = (distance as f32 / exact as f32).ln() / (far as f64 / exact as f64).ln() as f32;
        (exact + (ratio * (half - exact) as f32) as usize).min(half - 1)
    };
    (side + number) as u32
}
