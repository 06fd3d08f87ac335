//! The sizes of a FLUX transformer.

use serde::Deserialize;

use super::sizes::{check_axes, check_class, check_sizes, heads};
use crate::weights::{TensorShapes, TensorStore, WeightsError, flux_names};

/// `config.json` of diffusers' `FluxTransformer2DModel`, with its defaults.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FluxConfig {
    /// The class that wrote the config, if it says so.
    #[serde(rename = "_class_name")]
    pub class_name: Option<String>,
    /// Side of the patches that the network unpacks itself: 1, because the pipeline packs the latents.
    pub patch_size: usize,
    /// Channels of a packed latent: 16 × 2 × 2.
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
    /// Channels of the T5 states.
    pub joint_attention_dim: usize,
    /// Channels of CLIP's pooled state.
    pub pooled_projection_dim: usize,
    /// Whether the distilled guidance is an input (dev) or not (schnell).
    pub guidance_embeds: bool,
    /// Channels of a head per axis of the position.
    pub axes_dims_rope: Vec<usize>,
}

impl Default for FluxConfig {
    fn default() -> Self {
        Self {
            class_name: None,
            patch_size: 1,
            in_channels: 64,
            out_channels: None,
            num_layers: 19,
            num_single_layers: 38,
            attention_head_dim: 128,
            num_attention_heads: 24,
            joint_attention_dim: 4096,
            pooled_projection_dim: 768,
            guidance_embeds: false,
            axes_dims_rope: vec![16, 56, 56],
        }
    }
}

impl FluxConfig {
    /// Width of the network.
    pub fn inner(&self) -> usize {
        self.num_attention_heads * self.attention_head_dim
    }

    /// Channels of an output token.
    pub fn outputs(&self) -> usize {
        self.patch_size * self.patch_size * self.out_channels.unwrap_or(self.in_channels)
    }

    /// T5 tokens of a prompt that the network was trained with: 512 for dev, 256 for schnell (`black-forest-labs/flux` `src/flux/util.py`).
    pub fn text_tokens(&self) -> usize {
        if self.guidance_embeds { 512 } else { 256 }
    }

    /// Derives the config from the shapes of the tensors, for files without a config (single files, GGUF).
    ///
    /// # Errors
    /// The file is not a FLUX transformer with the public head size of 128, for which `axes_dims_rope` is known.
    pub fn of_store(store: std::sync::Arc<dyn TensorStore>) -> Result<Self, WeightsError> {
        let shapes = TensorShapes::new(flux_names::adapt(store));
        let size = |name: &str, dim: usize| shapes.size(name, dim);
        let head =
            size("single_transformer_blocks.0.attn.norm_q.weight", 0).or_else(|_| size("transformer_blocks.0.attn.norm_q.weight", 0))?;
        let inner = size("x_embedder.weight", 0)?;
        Ok(Self {
            in_channels: size("x_embedder.weight", 1)?,
            out_channels: Some(size("proj_out.weight", 0)?),
            num_layers: shapes.layers("transformer_blocks."),
            num_single_layers: shapes.layers("single_transformer_blocks."),
            num_attention_heads: heads(&shapes, inner, head)?,
            joint_attention_dim: size("context_embedder.weight", 1)?,
            pooled_projection_dim: size("time_text_embed.text_embedder.linear_1.weight", 1)?,
            guidance_embeds: shapes.has("time_text_embed.guidance_embedder."),
            ..Self::default()
        })
    }

    /// Checks the config; `place` is its file, for messages.
    ///
    /// # Errors
    /// The config is another network's, or its sizes do not fit together.
    pub fn check(&self, place: &str) -> Result<(), WeightsError> {
        let fail = |what: String| WeightsError::config(place, what);
        check_class(self.class_name.as_deref(), "FluxTransformer2DModel").map_err(fail)?;
        let widths = [self.in_channels, self.out_channels.unwrap_or(1), self.attention_head_dim, self.num_attention_heads];
        check_sizes(self.patch_size, &widths, [self.num_layers, self.num_single_layers]).map_err(fail)?;
        check_axes(&self.axes_dims_rope, self.attention_head_dim).map_err(fail)
    }
}
