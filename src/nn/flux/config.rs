//! The sizes of a FLUX transformer.

use serde::Deserialize;

use crate::weights::{TensorStore, WeightsError, flux_names};

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
        let store = flux_names::adapt(store);
        let size = |name: &str, dim: usize| {
            let found = store.shape(name).and_then(|s| s.get(dim).copied());
            found.ok_or_else(|| WeightsError::MissingTensor { place: store.place(), name: name.into() })
        };
        let names = store.names();
        let blocks = |prefix: &str| {
            let index = |n: &String| n.strip_prefix(prefix)?.split('.').next()?.parse::<usize>().ok();
            names.iter().filter_map(index).max().map_or(0, |last| last + 1)
        };
        let head =
            size("single_transformer_blocks.0.attn.norm_q.weight", 0).or_else(|_| size("transformer_blocks.0.attn.norm_q.weight", 0))?;
        let inner = size("x_embedder.weight", 0)?;
        if head != 128 || inner % head != 0 {
            return Err(WeightsError::config(store.place(), format!("heads of {head} channels in {inner} need the network's config.json")));
        }
        Ok(Self {
            in_channels: size("x_embedder.weight", 1)?,
            out_channels: Some(size("proj_out.weight", 0)?),
            num_layers: blocks("transformer_blocks."),
            num_single_layers: blocks("single_transformer_blocks."),
            num_attention_heads: inner / head,
            joint_attention_dim: size("context_embedder.weight", 1)?,
            pooled_projection_dim: size("time_text_embed.text_embedder.linear_1.weight", 1)?,
            guidance_embeds: names.iter().any(|n| n.starts_with("time_text_embed.guidance_embedder.")),
            ..Self::default()
        })
    }

    /// Checks the config; `place` is its file, for messages.
    ///
    /// # Errors
    /// The config is another network's, or its sizes do not fit together.
    pub fn check(&self, place: &str) -> Result<(), WeightsError> {
        let fail = |what: String| Err(WeightsError::config(place, what));
        if let Some(class) = self.class_name.as_ref().filter(|c| *c != "FluxTransformer2DModel") {
            return fail(format!("the config is of a {class}, not of a FluxTransformer2DModel"));
        }
        // Every size is checked first, so that no sum or product overflows.
        let sizes = [self.patch_size, self.in_channels, self.out_channels.unwrap_or(1), self.attention_head_dim, self.num_attention_heads];
        let few = [self.num_layers, self.num_single_layers];
        if sizes.contains(&0) || sizes.iter().any(|&s| s > 1 << 16) || self.patch_size > 64 || few.iter().any(|&n| n > 1 << 12) {
            return fail("a size in the config is zero or too large".into());
        }
        if self.axes_dims_rope.iter().any(|&d| d > self.attention_head_dim)
            || self.axes_dims_rope.iter().sum::<usize>() != self.attention_head_dim
            || self.axes_dims_rope.iter().any(|d| d % 2 != 0)
        {
            let axes = &self.axes_dims_rope;
            return fail(format!("axes_dims_rope {axes:?} must be even and add up to attention_head_dim {}", self.attention_head_dim));
        }
        Ok(())
    }
}
