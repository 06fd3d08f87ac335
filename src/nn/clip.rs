//! The text encoders of CLIP: L (FLUX and SDXL) and bigG (SDXL). Reference: transformers `models/clip/modeling_clip.py`;
//! arXiv 2103.00020.

use candle_core::{DType, Device, Result, Tensor};
use serde::Deserialize;

use super::{Embedding, LayerNorm, Linear, attention};
use crate::weights::{LoadResult, Vars, WeightsError};

/// `config.json` of a CLIP text model, with transformers' defaults.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct ClipConfig {
    /// Size of the vocabulary.
    pub vocab_size: usize,
    /// Width of the hidden states.
    pub hidden_size: usize,
    /// Width of the hidden layer of the MLP.
    pub intermediate_size: usize,
    /// Width of the projected pooled state; `None` for `hidden_size`.
    pub projection_dim: Option<usize>,
    /// Number of blocks.
    pub num_hidden_layers: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// The longest prompt in tokens.
    pub max_position_embeddings: usize,
    /// `quick_gelu` or `gelu`.
    pub hidden_act: String,
    /// Epsilon of the norms.
    pub layer_norm_eps: f64,
    /// The token that ends a prompt. Old configs say 2 by mistake; transformers then takes the highest ID in the prompt.
    pub eos_token_id: i64,
    /// The class that wrote the config, if it says so.
    pub architectures: Option<Vec<String>>,
    /// The kind of model that the config describes, if it says so.
    pub model_type: Option<String>,
}

impl Default for ClipConfig {
    fn default() -> Self {
        Self {
            vocab_size: 49_408,
            hidden_size: 512,
            intermediate_size: 2048,
            projection_dim: Some(512),
            num_hidden_layers: 12,
            num_attention_heads: 8,
            max_position_embeddings: 77,
            hidden_act: "quick_gelu".into(),
            layer_norm_eps: 1e-5,
            eos_token_id: 49_407,
            architectures: None,
            model_type: None,
        }
    }
}

#[derive(Clone, Copy)]
enum Activation {
    Quick,
    Erf,
    Tanh,
}

impl ClipConfig {
    /// CLIP-L's text encoder, for single files, which come without a config.
    pub fn clip_l() -> Self {
        Self {
            hidden_size: 768,
            intermediate_size: 3072,
            num_attention_heads: 12,
            projection_dim: Some(768),
            eos_token_id: 2,
            ..Self::default()
        }
    }

    /// Checks the config; `place` is its file, for messages.
    ///
    /// # Errors
    /// The config is another network's, or its sizes do not fit together.
    pub fn check(&self, place: &str) -> LoadResult<()> {
        if let Some(kind) = self.model_type.as_ref().filter(|k| *k != "clip_text_model") {
            return Err(WeightsError::config(place, format!("the config is of a {kind}, not of a clip_text_model")));
        }
        let sizes = [self.vocab_size, self.hidden_size, self.intermediate_size, self.num_attention_heads, self.max_position_embeddings];
        if sizes.contains(&0) || sizes.iter().any(|&s| s > 1 << 24) || self.num_hidden_layers > 1 << 12 {
            return Err(WeightsError::config(place, "a size in the config is zero or too large"));
        }
        if self.num_hidden_layers == 0 || !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            let what =
                format!("hidden_size {} does not divide into {} heads, or there are no layers", self.hidden_size, self.num_attention_heads);
            return Err(WeightsError::config(place, what));
        }
        self.activation(place).map(|_| ())
    }

    fn activation(&self, place: &str) -> LoadResult<Activation> {
        match self.hidden_act.as_str() {
            "quick_gelu" => Ok(Activation::Quick),
            "gelu" => Ok(Activation::Erf),
            "gelu_new" | "gelu_pytorch_tanh" => Ok(Activation::Tanh),
            other => Err(WeightsError::config(place, format!("hidden_act {other} is not supported"))),
        }
    }

    /// Whether the class that wrote the config has a projection; `None` if the config does not name it.
    fn projects(&self) -> Option<bool> {
        self.architectures.as_ref()?.first().map(|a| a == "CLIPTextModelWithProjection")
    }
}

struct Layer {
    norm1: LayerNorm,
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
    norm2: LayerNorm,
    fc1: Linear,
    fc2: Linear,
    heads: usize,
    activation: Activation,
}

impl Layer {
    fn load(vars: &Vars, config: &ClipConfig) -> LoadResult<Self> {
        let (size, wide) = (config.hidden_size, config.intermediate_size);
        let attention = |name: &str| Linear::load(&vars.pp("self_attn").pp(name), size, size);
        let norm = |name: &str| LayerNorm::load(&vars.pp(name), size, config.layer_norm_eps);
        Ok(Self {
            norm1: norm("layer_norm1")?,
            q: attention("q_proj")?,
            k: attention("k_proj")?,
            v: attention("v_proj")?,
            out: attention("out_proj")?,
            norm2: norm("layer_norm2")?,
            fc1: Linear::load(&vars.pp("mlp.fc1"), size, wide)?,
            fc2: Linear::load(&vars.pp("mlp.fc2"), wide, size)?,
            heads: config.num_attention_heads,
            activation: config.activation(&vars.place())?,
        })
    }

    fn forward(&self, x: &Tensor, causal: &Tensor) -> Result<Tensor> {
        let (b, t, size) = x.dims3()?;
        let normed = self.norm1.forward(x)?;
        let split =
            |linear: &Linear| linear.forward(&normed)?.reshape((b, t, self.heads, ()))?.transpose(1, 2)?.to_dtype(DType::F32)?.contiguous();
        let scale = ((size / self.heads) as f64).sqrt().recip();
        let attended = attention(&split(&self.q)?, &split(&self.k)?, &split(&self.v)?, Some(causal), scale)?;
        let attended = attended.transpose(1, 2)?.reshape((b, t, size))?.to_dtype(normed.dtype())?;
        // The residual sum stays in float32.
        let x = (x + self.out.forward(&attended)?.to_dtype(DType::F32)?)?;
        let y = self.fc1.forward(&self.norm2.forward(&x)?)?;
        let y = match self.activation {
            Activation::Quick => (candle_nn::ops::sigmoid(&(&y * 1.702)?)? * y)?,
            Activation::Erf => y.gelu_erf()?,
            Activation::Tanh => y.gelu()?,
        };
        x + self.fc2.forward(&y)?.to_dtype(DType::F32)?
    }
}

/// The text encoder.
pub struct ClipText {
    config: ClipConfig,
    tokens: Embedding,
    positions: Tensor,
    layers: Vec<Layer>,
    norm: LayerNorm,
    projection: Option<Linear>,
    device: Device,
}

/// The encoder's outputs.
pub struct ClipOutput {
    /// After the last block and the final norm, `[B, T, hidden_size]`.
    pub last_hidden_state: Tensor,
    /// The penultimate hidden state, without the final norm, `[B, T, hidden_size]`; SDXL's condition.
    pub penultimate: Tensor,
    /// The pooled state: the last hidden state at the end token, `[B, projection_dim]`, or `[B, hidden_size]` without a projection.
    pub pooled: Tensor,
}

impl ClipText {
    /// Loads the text encoder of a file and ignores an image encoder in it.
    ///
    /// # Errors
    /// The config cannot be used; a tensor is missing, has another shape, or belongs to no part of the network.
    pub fn load(vars: &Vars, config: &ClipConfig) -> LoadResult<Self> {
        config.check(&vars.place())?;
        let size = config.hidden_size;
        // Newer library versions write the names without `text_model.`.
        let bare = vars.has("embeddings.token_embedding.weight");
        let text = if bare { vars.clone() } else { vars.pp("text_model") };
        let embeddings = text.pp("embeddings");
        let layers = text.pp("encoder.layers");
        let has_projection = vars.has("text_projection.weight");
        let projection = if config.projects().unwrap_or(has_projection) {
            Some(Linear::with_bias(&vars.pp("text_projection"), size, config.projection_dim.unwrap_or(size), false)?)
        } else {
            None
        };
        let network = Self {
            tokens: Embedding::load(&embeddings.pp("token_embedding"), config.vocab_size, size)?,
            positions: embeddings.pp("position_embedding").get("weight", (config.max_position_embeddings, size))?,
            layers: (0..config.num_hidden_layers).map(|i| Layer::load(&layers.pp(i), config)).collect::<LoadResult<_>>()?,
            norm: LayerNorm::load(&text.pp("final_layer_norm"), size, config.layer_norm_eps)?,
            projection,
            config: config.clone(),
            device: vars.device().clone(),
        };
        let beside = ["vision_model.", "visual_projection.", "text_projection.", "logit_scale"];
        vars.finish(|name| name.ends_with("position_ids") || beside.iter().any(|b| name.starts_with(b)))?;
        Ok(network)
    }

    /// The config that the network was built from.
    pub fn config(&self) -> &ClipConfig {
        &self.config
    }

    /// `input_ids` `[B, T]`, T up to `max_position_embeddings`.
    ///
    /// # Errors
    /// Too many tokens, an ID outside the vocabulary, out of memory.
    pub fn forward(&self, input_ids: &Tensor) -> Result<ClipOutput> {
        let (batch, tokens) = input_ids.dims2()?;
        let most = self.config.max_position_embeddings;
        if tokens == 0 || tokens > most {
            candle_core::bail!("{tokens} tokens, this CLIP takes 1 to {most}");
        }
        let causal: Vec<f32> = (0..tokens).flat_map(|q| (0..tokens).map(move |k| if k > q { f32::NEG_INFINITY } else { 0.0 })).collect();
        let causal = Tensor::from_vec(causal, (1, 1, tokens, tokens), &self.device)?;
        let embedded = self.tokens.forward(input_ids)?.broadcast_add(&self.positions.narrow(0, 0, tokens)?)?;
        let mut x = embedded.to_dtype(DType::F32)?;
        let mut penultimate = x.clone();
        for layer in &self.layers {
            let next = layer.forward(&x, &causal)?;
            penultimate = std::mem::replace(&mut x, next);
        }
        let last_hidden_state = self.norm.forward(&x)?;
        let ends = self.ends(input_ids)?;
        let rows = (0..batch).zip(ends).map(|(b, end)| last_hidden_state.get(b)?.narrow(0, end, 1)).collect::<Result<Vec<_>>>()?;
        let pooled = Tensor::cat(&rows, 0)?;
        let pooled = match &self.projection {
            Some(projection) => projection.forward(&pooled)?,
            None => pooled,
        };
        Ok(ClipOutput { penultimate: penultimate.to_dtype(last_hidden_state.dtype())?, last_hidden_state, pooled })
    }

    /// Position of the first end token of each prompt; 0 if there is none.
    fn ends(&self, input_ids: &Tensor) -> Result<Vec<usize>> {
        let ids = input_ids.to_dtype(DType::I64)?.to_vec2::<i64>()?;
        Ok(ids
            .iter()
            .map(|ids| {
                let end = if self.config.eos_token_id == 2 { ids.iter().copied().max() } else { Some(self.config.eos_token_id) };
                ids.iter().position(|&id| Some(id) == end).unwrap_or(0)
            })
            .collect())
    }
}
