//! `config.json` of an AutoencoderKL.

use serde::Deserialize;

use crate::weights::WeightsError;

/// Sizes and factors, with diffusers' defaults.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct VaeConfig {
    /// Class of the component, if the file says so.
    #[serde(rename = "_class_name")]
    pub class_name: Option<String>,
    /// Channels of input pictures.
    pub in_channels: usize,
    /// Channels of output pictures.
    pub out_channels: usize,
    /// Channels at each scale, finest first.
    pub block_out_channels: Vec<usize>,
    /// Residual blocks at each scale of the encoder; the decoder has one more.
    pub layers_per_block: usize,
    /// Channels of latents.
    pub latent_channels: usize,
    /// Groups of the group norms.
    pub norm_num_groups: usize,
    /// A 1×1 convolution after the encoder.
    pub use_quant_conv: bool,
    /// A 1×1 convolution before the decoder.
    pub use_post_quant_conv: bool,
    /// Self-attention at the coarsest scale.
    pub mid_block_add_attention: bool,
    /// The diffusion model sees (latents − `shift_factor`) · `scaling_factor`.
    pub scaling_factor: f64,
    /// See `scaling_factor`; `None` for 0.
    pub shift_factor: Option<f64>,
    /// The network overflows float16 and must run in float32.
    pub force_upcast: bool,
    /// Side of the training pictures in pixels; also the side of tiles.
    pub sample_size: SampleSize,
    /// The activation; only SiLU is supported.
    pub act_fn: String,
    /// Kinds of encoder blocks; only `DownEncoderBlock2D` is supported.
    pub down_block_types: Vec<String>,
    /// Kinds of decoder blocks; only `UpDecoderBlock2D` is supported.
    pub up_block_types: Vec<String>,
}

/// Size of the training pictures.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum SampleSize {
    /// Square.
    Side(usize),
    /// Height, width.
    Sides(usize, usize),
}

impl SampleSize {
    /// The height.
    pub fn side(self) -> usize {
        match self {
            Self::Side(side) | Self::Sides(side, _) => side,
        }
    }
}

impl Default for VaeConfig {
    fn default() -> Self {
        Self {
            class_name: None,
            in_channels: 3,
            out_channels: 3,
            block_out_channels: vec![64],
            layers_per_block: 1,
            latent_channels: 4,
            norm_num_groups: 32,
            use_quant_conv: true,
            use_post_quant_conv: true,
            mid_block_add_attention: true,
            scaling_factor: 0.18215,
            shift_factor: None,
            force_upcast: true,
            sample_size: SampleSize::Side(32),
            act_fn: "silu".into(),
            down_block_types: vec!["DownEncoderBlock2D".into()],
            up_block_types: vec!["UpDecoderBlock2D".into()],
        }
    }
}

impl VaeConfig {
    /// FLUX.1's, for its single file, which comes without a config.
    pub fn flux() -> Self {
        Self {
            block_out_channels: vec![128, 256, 512, 512],
            layers_per_block: 2,
            latent_channels: 16,
            use_quant_conv: false,
            use_post_quant_conv: false,
            scaling_factor: 0.3611,
            shift_factor: Some(0.1159),
            down_block_types: vec!["DownEncoderBlock2D".into(); 4],
            up_block_types: vec!["UpDecoderBlock2D".into(); 4],
            ..Self::default()
        }
    }

    /// Whether this network can be built.
    ///
    /// # Errors
    /// Says which key asks for what does not exist here. `place` is the config's file.
    pub fn check(&self, place: &str) -> Result<(), WeightsError> {
        let fail = |what: String| Err(WeightsError::config(place, what));
        if let Some(class) = self.class_name.as_deref().filter(|c| *c != "AutoencoderKL") {
            return fail(format!("the config is of the class {class}, AutoencoderKL is needed"));
        }
        if self.act_fn != "silu" && self.act_fn != "swish" {
            return fail(format!("act_fn {} is not supported, only silu is", self.act_fn));
        }
        let scales = self.block_out_channels.len();
        for (key, kinds, known) in [
            ("down_block_types", &self.down_block_types, "DownEncoderBlock2D"),
            ("up_block_types", &self.up_block_types, "UpDecoderBlock2D"),
        ] {
            if let Some(other) = kinds.iter().find(|k| *k != known) {
                return fail(format!("{key} names {other}, only {known} is supported"));
            }
            if kinds.len() != scales {
                return fail(format!("{key} has {} entries, block_out_channels has {scales}", kinds.len()));
            }
        }
        if !self.scaling_factor.is_finite() || self.scaling_factor == 0.0 || self.layers_per_block > 64 {
            return fail(format!("scaling_factor {} or layers_per_block {} cannot be used", self.scaling_factor, self.layers_per_block));
        }
        if scales == 0 || scales > 16 || self.latent_channels == 0 || self.block_out_channels.contains(&0) {
            return fail("block_out_channels and latent_channels must have positive entries, one for each of up to 16 scales".into());
        }
        Ok(())
    }

    /// Pixels per latent pixel in each direction.
    pub fn scale(&self) -> usize {
        1 << (self.block_out_channels.len().saturating_sub(1))
    }
}
