//! The sizes of a FLUX.2 transformer.

use std::sync::Arc;

use serde::Deserialize;

use crate::weights::{TensorStore, WeightsError, flux2_names};

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
        let store = flux2_names::adapt(store);
        let size = |name: &str, dim: usize| {
            let found = store.shape(name).and_then(|s| s.get(dim).copied());
            found.ok_or_else(|| WeightsError::MissingTensor { place: store.place(), name: name.into() })
        };
        let names = store.names();
        let blocks = |prefix: &str| {
            let index = |n: &String| n.strip_prefix(prefix)?.split('.').next()?.parse::<usize>().ok();
            names.iter().filter_map(index).max().map_or(0, |last| last + 1)
        };
        let inner = size("x_embedder.weight", 0)?;
        let head = size("single_transformer_blocks.0.attn.norm_q.weight", 0)?;
        if head != 128 || inner % head != 0 {
            return Err(WeightsError::config(store.place(), format!("heads of {head} channels in {inner} need the network's config.json")));
        }
        // The output of a single block reads the attended values and the MLP side by side.
        let mlp = size("single_transformer_blocks.0.attn.to_out.weight", 1)?.saturating_sub(inner);
        Ok(Self {
            in_channels: size("x_embedder.weight", 1)?,
            out_channels: Some(size("proj_out.weight", 0)?),
            num_layers: blocks("transformer_blocks."),
            num_single_layers: blocks("single_transformer_blocks."),
            num_attention_heads: inner / head,
            joint_attention_dim: size("context_embedder.weight", 1)?,
            timestep_guidance_channels: size("time_guidance_embed.timestep_embedder.linear_1.weight", 1)?,
            mlp_ratio: mlp as f64 / inner as f64,
            guidance_embeds: names.iter().any(|n| n.starts_with("time_guidance_embed.guidance_embedder.")),
            ..Self::default()
        })
    }

    /// Checks the config; `place` is its file, for messages.
    ///
    /// # Errors
    /// The config is another network's, or its sizes do not fit together.
    pub fn check(&self, place: &str) -> Result<(), WeightsError> {
        let fail = |what: String| Err(WeightsError::config(place, what));
        if let Some(class) = self.class_name.as_ref().filter(|c| *c != "Flux2Transformer2DModel") {
            return fail(format!("the config is of a {class}, not of a Flux2Transformer2DModel"));
        }
        // Every size is checked first, so that no sum or product overflows.
        let sizes = [
            self.patch_size,
            self.in_channels,
            self.out_channels.unwrap_or(1),
            self.attention_head_dim,
            self.num_attention_heads,
            self.joint_attention_dim,
        ];
        let few = [self.num_layers, self.num_single_layers];
        if sizes.contains(&0) || sizes.iter().any(|&s| s > 1 << 16) || self.patch_size > 64 || few.iter().any(|&n| n > 1 << 12) {
            return fail("a size in the config is zero or too large".into());
        }
        if !(2..=1 << 16).contains(&self.timestep_guidance_channels) || !self.timestep_guidance_channels.is_multiple_of(2) {
            return fail(format!("timestep_guidance_channels {} must be an even number", self.timestep_guidance_channels));
        }
        if !(self.mlp_ratio > 0.0 && self.mlp_ratio <= 64.0) || self.mlp() == 0 {
            return fail(format!("mlp_ratio {} cannot be used", self.mlp_ratio));
        }
        if !(self.rope_theta > 0.0 && self.rope_theta.is_finite() && self.eps >= 0.0 && self.eps.is_finite()) {
            return fail(format!("rope_theta {} or eps {} cannot be used", self.rope_theta, self.eps));
        }
        let axes = &self.axes_dims_rope;
        let fit = axes.iter().all(|&d| d % 2 == 0 && d <= self.attention_head_dim) && axes.len() <= 16;
        if !fit || axes.iter().sum::<usize>() != self.attention_head_dim {
            return fail(format!("axes_dims_rope {axes:?} must be even and add up to attention_head_dim {}", self.attention_head_dim));
        }
        Ok(())
    }
}
