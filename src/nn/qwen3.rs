//! Qwen3 as a text encoder: the states after some of its layers. Reference: transformers `models/qwen3/modeling_qwen3.py`, diffusers
//! `pipelines/flux2/pipeline_flux2_klein.py` (`_get_qwen3_prompt_embeds`).
//!
//! The residual sum stays in float32. Layers after the last wanted state are checked, not loaded. The embedding, a seventh of what is loaded, stays in
//! the memory of the CPU: a prompt needs 512 of its 151,936 rows.

use std::sync::Arc;

use candle_core::{DType, Device, Result, Tensor};
use serde::Deserialize;

use super::fused::{add, swiglu};
use super::{Embedding, JoinedLinear, Linear, RmsNorm, attention};
use crate::weights::{LoadResult, TensorShapes, TensorStore, Vars, WeightsError, qwen3_names};

/// Numbers of layers after which the states are taken.
pub const STATES: [usize; 3] = [9, 18, 27];
/// Layers that are computed.
const LAYERS: usize = STATES[2];

/// `config.json` of a Qwen3 model, with transformers' defaults.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct Qwen3Config {
    /// Size of the vocabulary.
    pub vocab_size: usize,
    /// Width of the hidden states.
    pub hidden_size: usize,
    /// Width of the hidden layer of the MLP.
    pub intermediate_size: usize,
    /// Number of layers.
    pub num_hidden_layers: usize,
    /// Heads of queries.
    pub num_attention_heads: usize,
    /// Heads of keys and values; `None` for as many as of queries.
    pub num_key_value_heads: Option<usize>,
    /// Channels of a head.
    pub head_dim: usize,
    /// The activation; only SiLU is supported.
    pub hidden_act: String,
    /// Epsilon of the norms.
    pub rms_norm_eps: f64,
    /// Whether the matrices of attention have biases.
    pub attention_bias: bool,
    /// Base of the rotary frequencies, in files of older versions.
    pub rope_theta: Option<f64>,
    /// The rotary embedding, in files of newer versions.
    pub rope_parameters: Option<RopeParameters>,
    /// A change of the rotary embedding for long texts, in files of older versions.
    pub rope_scaling: Option<RopeParameters>,
    /// Whether some layers see only a part of the text.
    pub use_sliding_window: bool,
    /// The kind of model that the config describes, if it says so.
    pub model_type: Option<String>,
}

/// The rotary embedding as a config describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RopeParameters {
    /// Base of the frequencies.
    pub rope_theta: Option<f64>,
    /// `default` for frequencies that are not changed.
    #[serde(alias = "type")]
    pub rope_type: Option<String>,
}

impl Default for Qwen3Config {
    fn default() -> Self {
        Self {
            vocab_size: 151_936,
            hidden_size: 4096,
            intermediate_size: 22_016,
            num_hidden_layers: 32,
            num_attention_heads: 32,
            num_key_value_heads: Some(32),
            head_dim: 128,
            hidden_act: "silu".into(),
            rms_norm_eps: 1e-6,
            attention_bias: false,
            rope_theta: None,
            rope_parameters: None,
            rope_scaling: None,
            use_sliding_window: false,
            model_type: None,
        }
    }
}

impl Qwen3Config {
    /// Derives the config from the shapes of the tensors, for files without a config (single files, GGUF).
    ///
    /// # Errors
    /// The file is not a Qwen3.
    pub fn of_store(store: Arc<dyn TensorStore>) -> LoadResult<Self> {
        let shapes = TensorShapes::new(qwen3_names::adapt(store));
        let size = |name: &str, dim: usize| shapes.size(name, dim);
        let attention = "model.layers.0.self_attn";
        let head_dim = size(&format!("{attention}.q_norm.weight"), 0)?;
        let heads = |name: &str| -> LoadResult<usize> { Ok(size(&format!("{attention}.{name}.weight"), 0)? / head_dim.max(1)) };
        Ok(Self {
            vocab_size: size("model.embed_tokens.weight", 0)?,
            hidden_size: size("model.embed_tokens.weight", 1)?,
            intermediate_size: size("model.layers.0.mlp.gate_proj.weight", 0)?,
            num_hidden_layers: shapes.layers("model.layers."),
            num_attention_heads: heads("q_proj")?,
            num_key_value_heads: Some(heads("k_proj")?),
            head_dim,
            // The same in every Qwen3.
            rope_theta: Some(1e6),
            ..Self::default()
        })
    }

    /// Heads of keys and values.
    fn key_heads(&self) -> usize {
        self.num_key_value_heads.unwrap_or(self.num_attention_heads)
    }

    /// Base of the rotary frequencies.
    fn theta(&self) -> f64 {
        self.rope_parameters.as_ref().and_then(|rope| rope.rope_theta).or(self.rope_theta).unwrap_or(10_000.0)
    }

    /// Channels of the encoded prompt.
    pub fn outputs(&self) -> usize {
        STATES.len() * self.hidden_size
    }

    /// Checks the config; `place` is its file, for messages.
    ///
    /// # Errors
    /// The config is another network's, or a value cannot be used.
    pub fn check(&self, place: &str) -> LoadResult<()> {
        let fail = |what: String| Err(WeightsError::config(place, what));
        if let Some(kind) = self.model_type.as_ref().filter(|k| *k != "qwen3") {
            return fail(format!("the config is of a {kind}, not of a qwen3"));
        }
        let sizes = [self.vocab_size, self.hidden_size, self.intermediate_size, self.num_attention_heads, self.key_heads(), self.head_dim];
        if sizes.contains(&0) || sizes.iter().any(|&s| s > 1 << 24) || self.num_hidden_layers > 1 << 12 || !self.head_dim.is_multiple_of(2)
        {
            return fail("a size in the config is zero, odd or too large".into());
        }
        if !self.num_attention_heads.is_multiple_of(self.key_heads()) {
            return fail(format!("{} heads of queries do not share {} heads of keys evenly", self.num_attention_heads, self.key_heads()));
        }
        if self.num_hidden_layers < LAYERS {
            return fail(format!("num_hidden_layers is {}: the states after {LAYERS} layers are needed", self.num_hidden_layers));
        }
        if self.hidden_act != "silu" {
            return fail(format!("hidden_act {} is not supported, only silu is", self.hidden_act));
        }
        let mut changed = [&self.rope_parameters, &self.rope_scaling].into_iter().flatten().filter_map(|rope| rope.rope_type.as_deref());
        if let Some(kind) = changed.find(|kind| *kind != "default") {
            return fail(format!("rope_type {kind} is not supported, only default is"));
        }
        if self.use_sliding_window {
            return fail("use_sliding_window is not supported".into());
        }
        if !(self.theta() > 0.0 && self.theta().is_finite() && self.rms_norm_eps >= 0.0) {
            return fail(format!("rope_theta {} or rms_norm_eps {} cannot be used", self.theta(), self.rms_norm_eps));
        }
        Ok(())
    }
}

/// Whether a tensor, by transformers' name, is loaded onto the device: layers after the last wanted state, the output and the embedding are not.
pub fn is_on_device(name: &str) -> bool {
    let layer = name.strip_prefix("model.layers.").and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
    layer.map_or(name.starts_with("model.") && !name.contains("embed_tokens"), |layer| layer < LAYERS)
}

/// The inputs of every layer besides its states.
struct Shared {
    cos: Tensor,
    sin: Tensor,
    /// Added to the scores, `[B or 1, 1, T, T]`.
    bias: Tensor,
    /// 0 for tokens that attend to no token, `[B, T, 1]`; `None` if every token attends to some.
    attending: Option<Tensor>,
}

struct Attention {
    q: Linear,
    kv: JoinedLinear,
    norm_q: Tensor,
    norm_k: Tensor,
    out: Linear,
    heads: (usize, usize),
    eps: f32,
}

impl Attention {
    fn load(vars: &Vars, config: &Qwen3Config) -> LoadResult<Self> {
        let (width, size, bias) = (config.hidden_size, config.head_dim, config.attention_bias);
        let heads = (config.num_attention_heads, config.key_heads());
        let norm = |name: &str| vars.pp(name).with_dtype(DType::F32).get("weight", size);
        Ok(Self {
            q: Linear::with_bias(&vars.pp("q_proj"), width, heads.0 * size, bias)?,
            kv: JoinedLinear::load(&[vars.pp("k_proj"), vars.pp("v_proj")], width, heads.1 * size, bias)?,
            norm_q: norm("q_norm")?,
            norm_k: norm("k_norm")?,
            out: Linear::with_bias(&vars.pp("o_proj"), heads.0 * size, width, bias)?,
            heads,
            eps: config.rms_norm_eps as f32,
        })
    }

    fn forward(&self, x: &Tensor, shared: &Shared) -> Result<Tensor> {
        let (b, t, _) = x.dims3()?;
        let (queries, keys) = self.heads;
        let q = self.q.forward(x)?.reshape((b, t, queries, ()))?;
        let kv = self.kv.forward(x)?.reshape((b, t, 2, keys, ()))?;
        // Norm and rotation both compute in float32: convert once there and once back.
        let rotated = |heads: &Tensor, norm: &Tensor| -> Result<Tensor> {
            let normed = candle_nn::ops::rms_norm(&heads.to_dtype(DType::F32)?.contiguous()?, norm, self.eps)?;
            let rotated = candle_nn::rotary_emb::rope(&normed.transpose(1, 2)?.contiguous()?, &shared.cos, &shared.sin)?;
            rotated.to_dtype(heads.dtype())
        };
        // Each head of keys and values serves several heads of queries.
        let repeated = |heads: Tensor| -> Result<Tensor> {
            let (b, keys, t, d) = heads.dims4()?;
            let shape = (b, keys, queries / keys, t, d);
            heads.unsqueeze(2)?.broadcast_as(shape)?.reshape((b, queries, t, d))
        };
        let part = |i: usize| kv.narrow(2, i, 1)?.squeeze(2);
        let k = repeated(rotated(&part(0)?, &self.norm_k)?)?;
        let v = repeated(part(1)?.transpose(1, 2)?.contiguous()?)?;
        let q = rotated(&q, &self.norm_q)?;
        let scale = 1.0 / (q.dim(3)? as f64).sqrt();
        let y = attention(&q, &k, &v, Some(&shared.bias), scale)?.transpose(1, 2)?.reshape((b, t, ()))?;
        let y = match &shared.attending {
            Some(attending) => y.broadcast_mul(&attending.to_dtype(y.dtype())?)?,
            None => y,
        };
        self.out.forward(&y)
    }
}

struct Layer {
    attention_norm: RmsNorm,
    attention: Attention,
    mlp_norm: RmsNorm,
    gate_and_up: JoinedLinear,
    down: Linear,
    dtype: DType,
}

impl Layer {
    fn load(vars: &Vars, config: &Qwen3Config) -> LoadResult<Self> {
        let (width, hidden) = (config.hidden_size, config.intermediate_size);
        let norm = |name: &str| RmsNorm::load(&vars.pp(name).with_dtype(DType::F32), width, config.rms_norm_eps);
        let mlp = vars.pp("mlp");
        Ok(Self {
            attention_norm: norm("input_layernorm")?,
            attention: Attention::load(&vars.pp("self_attn"), config)?,
            mlp_norm: norm("post_attention_layernorm")?,
            gate_and_up: JoinedLinear::load(&[mlp.pp("gate_proj"), mlp.pp("up_proj")], width, hidden, false)?,
            down: Linear::with_bias(&mlp.pp("down_proj"), hidden, width, false)?,
            dtype: vars.dtype(),
        })
    }

    /// Checks the tensors of a layer that is not computed.
    fn check(vars: &Vars, config: &Qwen3Config) -> LoadResult<()> {
        let (width, hidden, size) = (config.hidden_size, config.intermediate_size, config.head_dim);
        let (queries, keys) = (config.num_attention_heads * size, config.key_heads() * size);
        let norms =
            [("input_layernorm", width), ("post_attention_layernorm", width), ("self_attn.q_norm", size), ("self_attn.k_norm", size)];
        for (name, size) in norms {
            vars.tied(&format!("{name}.weight"), size)?;
        }
        let attention = [("q_proj", queries, width), ("k_proj", keys, width), ("v_proj", keys, width), ("o_proj", width, queries)];
        for (name, outputs, inputs) in attention {
            vars.tied(&format!("self_attn.{name}.weight"), (outputs, inputs))?;
            if config.attention_bias {
                vars.tied(&format!("self_attn.{name}.bias"), outputs)?;
            }
        }
        for (name, outputs, inputs) in [("gate_proj", hidden, width), ("up_proj", hidden, width), ("down_proj", width, hidden)] {
            vars.tied(&format!("mlp.{name}.weight"), (outputs, inputs))?;
        }
        Ok(())
    }

    fn forward(&self, x: &Tensor, shared: &Shared) -> Result<Tensor> {
        let x = add(x, &self.attention.forward(&self.attention_norm.forward_as(x, self.dtype)?, shared)?)?.to_dtype(DType::F32)?;
        let hidden = self.gate_and_up.forward(&self.mlp_norm.forward_as(&x, self.dtype)?)?;
        // The gated product exceeds float16.
        let wide = if self.dtype == DType::F16 { DType::F32 } else { self.dtype };
        let y = self.down.forward_in(&swiglu(&hidden.to_dtype(wide)?)?, wide)?;
        add(&x, &y)?.to_dtype(DType::F32)
    }
}

/// The encoder.
pub struct Qwen3Encoder {
    config: Qwen3Config,
    tokens: Embedding,
    layers: Vec<Layer>,
    /// Used only if the last wanted state is the network's last, which transformers returns after the norm.
    norm: Option<RmsNorm>,
    dtype: DType,
    device: Device,
}

impl Qwen3Encoder {
    /// Loads a file with transformers' or llama.cpp's tensor names and ignores an output layer in it.
    ///
    /// # Errors
    /// The config cannot be used; a tensor is missing, has another shape, or belongs to no part of the network.
    pub fn load(vars: &Vars, config: &Qwen3Config) -> LoadResult<Self> {
        config.check(&vars.place())?;
        let root = vars.adapted(qwen3_names::adapt);
        let vars = root.pp("model");
        let layers = vars.pp("layers");
        let is_last = config.num_hidden_layers == LAYERS;
        let norm = match is_last {
            true => Some(RmsNorm::load(&vars.pp("norm").with_dtype(DType::F32), config.hidden_size, config.rms_norm_eps)?),
            false => {
                vars.tied("norm.weight", config.hidden_size)?;
                None
            }
        };
        let network = Self {
            tokens: Embedding::load(&vars.pp("embed_tokens").on_cpu(), config.vocab_size, config.hidden_size)?,
            layers: (0..LAYERS).map(|i| Layer::load(&layers.pp(i), config)).collect::<LoadResult<_>>()?,
            norm,
            config: config.clone(),
            dtype: vars.dtype(),
            device: vars.device().clone(),
        };
        (LAYERS..config.num_hidden_layers).try_for_each(|i| Layer::check(&layers.pp(i), config))?;
        root.finish(|name| name.starts_with("lm_head.") || name.ends_with("rotary_emb.inv_freq"))?;
        Ok(network)
    }

    /// The config that the network was built from.
    pub fn config(&self) -> &Qwen3Config {
        &self.config
    }

    /// `input_ids` `[B, T]`, `mask` `[B, T]`, 1 for tokens and 0 for padding → the states after 9, 18 and 27 layers side by side,
    /// `[B, T, 3 · hidden_size]` in the network's type.
    ///
    /// # Errors
    /// Shapes that do not fit, an ID outside the vocabulary, out of memory.
    pub fn forward(&self, input_ids: &Tensor, mask: Option<&Tensor>) -> Result<Tensor> {
        let (batch, tokens) = input_ids.dims2()?;
        if let Some(mask) = mask.filter(|mask| mask.dims() != [batch, tokens]) {
            candle_core::bail!("the mask has the shape {:?}, the tokens are {batch} × {tokens}", mask.dims());
        }
        let shared = self.shared(tokens, mask)?;
        let embedded = self.tokens.forward(&input_ids.to_device(&Device::Cpu)?)?;
        let mut x = embedded.to_device(&self.device)?.to_dtype(DType::F32)?;
        let mut states = Vec::with_capacity(STATES.len());
        for (i, layer) in self.layers.iter().enumerate() {
            x = layer.forward(&x, &shared)?;
            if STATES.contains(&(i + 1)) {
                let state = match self.norm.as_ref().filter(|_| i + 1 == LAYERS) {
                    Some(norm) => norm.forward(&x)?,
                    None => x.clone(),
                };
                states.push(state.to_dtype(self.dtype)?);
            }
        }
        Tensor::cat(&states, 2)
    }

    fn shared(&self, tokens: usize, mask: Option<&Tensor>) -> Result<Shared> {
        let half = self.config.head_dim / 2;
        // In float32 as in the reference: at position 511 the last digits of a frequency matter.
        let theta = self.config.theta() as f32;
        let frequencies: Vec<f32> = (0..half).map(|i| 1.0 / theta.powf(2.0 * i as f32 / self.config.head_dim as f32)).collect();
        let angles: Vec<f32> = (0..tokens).flat_map(|position| frequencies.iter().map(move |f| position as f32 * f)).collect();
        let table = |f: fn(f32) -> f32| Tensor::from_vec(angles.iter().map(|&a| f(a)).collect(), (tokens, half), &self.device);
        let masks = match mask {
            Some(mask) => mask.to_device(&Device::Cpu)?.to_dtype(DType::F32)?.to_vec2::<f32>()?,
            None => vec![vec![1.0; tokens]],
        };
        let batch = masks.len();
        let hidden = f32::MIN / 2.0;
        let mut bias = Vec::with_capacity(batch * tokens * tokens);
        let mut attending = Vec::with_capacity(batch * tokens);
        for mask in &masks {
            // Causal mask: a token attends to itself and the tokens before it, except padding.
            let mut first = tokens;
            for query in 0..tokens {
                bias.extend((0..tokens).map(|key| if key <= query && mask[key] != 0.0 { 0.0 } else { hidden }));
                first = if mask[query] != 0.0 { first.min(query) } else { first };
                attending.push(if first <= query { 1f32 } else { 0.0 });
            }
        }
        let has_idle = attending.contains(&0.0);
        let attending = Tensor::from_vec(attending, (batch, tokens, 1), &self.device)?;
        Ok(Shared {
            cos: table(f32::cos)?,
            sin: table(f32::sin)?,
            bias: Tensor::from_vec(bias, (batch, 1, tokens, tokens), &self.device)?,
            attending: has_idle.then_some(attending),
        })
    }
}
