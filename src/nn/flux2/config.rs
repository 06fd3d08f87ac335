//! The sizes of a FLUX.2 transformer.

use std::sync::Arc;

use serde::Deserialize;

use crate::nn::flux::sizes::{check_axes, check_class, check_sizes, heads};
use crate::weights::{TensorShapes, TensorStore, WeightsError, flux2_names};

/// `config.json` of diffusers' `Flux2Transformer2DModel`, with its defaults.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct Flux2Config {
    /// The class that wrote the config, if it says so.
    #[serde(rename = "_class_name")]
    pub class_name: Option<String>,
    /// Side of the patches that the network unpacks itself: 1, because the autoencoder packs the latents.
    pub patch_size: usize,
    /// Channels of a latent: 32 × 2 × 2.
    pub in_channels: usize,
    /// Output channels; `None` for `in_channels`.
    pub out_channels: Option<usize>,
    /// Double-stream blocks.
    pub num_layers: usize,
    /// Single-stream blocks.
    pub num_single_layers: usize,
    /// Channels of an attention head.
    pub attention_head_dim: usize,
    /// Attention heads.
    pub num_attention_heads: usize,
    /// Channels of the text encoder's states.
    pub joint_attention_dim: usize,
    /// Channels of the sinusoidal embeddings of timestep and guidance.
    pub timestep_guidance_channels: usize,
    /// Width of an MLP's hidden layer, as a multiple of the network's width.
    pub mlp_ratio: f64,
    /// Channels of a head per axis of the position.
    pub axes_dims_rope: Vec<usize>,
    /// Base of the rotary frequencies.
    pub rope_theta: f64,
    /// Epsilon of the norms.
    pub eps: f64,
    /// Whether the distilled guidance is an input (dev) or not (klein).
    pub guidance_embeds: bool,
}

impl Default for Flux2Config {
    fn default() -> Self {
        Self {
            class_name: None,
            patch_size: 1,
            in_channels: 128,
            out_channels: None,
            num_layers: 8,
            num_single_layers: 48,
            attention_head_dim: 128,
            num_attention_heads: 48,
            joint_attention_dim: 15_360,
            timestep_guidance_channels: 256,
            mlp_ratio: 3.0,
            axes_dims_rope: vec![32; 4],
            rope_theta: 2000.0,
            eps: 1e-6,
            guidance_embeds: true,
        }
    }
}

impl Flux2Config {
    /// Width of the network.
    pub fn inner(&self) -> usize {
        self.num_attention_heads * self.attention_head_dim
    }

    /// Width of an MLP's hidden layer, rounded down.
    pub fn mlp(&self) -> usize {
        (self.inner() as f64 * self.mlp_ratio) as usize
    }

    /// Channels of an output token.
    pub fn outputs(&self) -> usize {
        self.patch_size * self.patch_size * self.out_channels.unwrap_or(self.in_channels)
    }

    /// Derives the config from the shapes of the tensors, for files without a config (single files, GGUF).
    ///
    /// # Errors
    /// The file is not a FLUX.2 transformer with the public head size of 128, for which `axes_dims_rope` is known.
    pub fn of_store(store: Arc<dyn TensorStore>) -> Result<Self, WeightsError> {
        let shapes = TensorShapes::new(flux2_names::adapt(store));
        let size = |name: &str, dim: usize| shapes.size(name, dim);
        let inner = size("x_embedder.weight", 0)?;
        let head = size("single_transformer_blocks.0.attn.norm_q.weight", 0)?;
        let num_attention_heads = heads(&shapes, inner, head)?;
        // The output of a single block reads the attended values and the MLP side by side.
        let mlp = size("single_transformer_blocks.0.attn.to_out.weight", 1)?.saturating_sub(inner);
        Ok(Self {
            in_channels: size("x_embedder.weight", 1)?,
            out_channels: Some(size("proj_out.weight", 0)?),
            num_layers: shapes.layers("transformer_blocks."),
            num_single_layers: shapes.layers("single_transformer_blocks."),
            num_attention_heads,
            joint_attention_dim: size("context_embedder.weight", 1)?,
            timestep_guidance_channels: size("time_guidance_embed.timestep_embedder.linear_1.weight", 1)?,
            mlp_ratio: mlp as f64 / inner as f64,
            guidance_embeds: shapes.has("time_guidance_embed.guidance_embedder."),
            ..Self::default()
        })
    }

    /// Checks the config; `place` is its file, for messages.
    ///
    /// # Errors
    /// The config is another network's, or its sizes do not fit together.
    pub fn check(&self, place: &str) -> Result<(), WeightsError> {
        let fail = |what: String| WeightsError::config(place, what);
        check_class(self.class_name.as_deref(), "Flux2Transformer2DModel").map_err(fail)?;
        let out_channels = self.out_channels.unwrap_or(1);
        let widths = [self.in_channels, out_channels, self.attention_head_dim, self.num_attention_heads, self.joint_attention_dim];
        check_sizes(self.patch_size, &widths, [self.num_layers, self.num_single_layers]).map_err(fail)?;
        if !(2..=1 << 16).contains(&self.timestep_guidance_channels) || !self.timestep_guidance_channels.is_multiple_of(2) {
            return Err(fail(format!("timestep_guidance_channels {} must be an even number", self.timestep_guidance_channels)));
        }
        if !(self.mlp_ratio > 0.0 && self.mlp_ratio <= 64.0) || self.mlp() == 0 {
            return Err(fail(format!("mlp_ratio {} cannot be used", self.mlp_ratio)));
        }
        if !(self.rope_theta > 0.0 && self.rope_theta.is_finite() && self.eps >= 0.0 && self.eps.is_finite()) {
            return Err(fail(format!("rope_theta {} or eps {} cannot be used", self.rope_theta, self.eps)));
        }
        check_axes(&self.axes_dims_rope, self.attention_head_dim).map_err(fail)
    }
}
