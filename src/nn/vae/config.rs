//! `config.json` of an AutoencoderKL.

use serde::Deserialize;
use serde_json::{Map, Value, json};

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
    /// Channels of the decoder at each scale, finest first, if they differ from `block_out_channels` (FLUX.2).
    pub decoder_block_out_channels: Option<Vec<usize>>,
    /// Height and width of the patches that the diffusion model sees (FLUX.2).
    pub patch_size: (usize, usize),
    /// Added to the variances of the patches (FLUX.2).
    pub batch_norm_eps: f64,
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
            decoder_block_out_channels: None,
            patch_size: (2, 2),
            batch_norm_eps: 1e-4,
            down_block_types: vec!["DownEncoderBlock2D".into()],
            up_block_types: vec!["UpDecoderBlock2D".into()],
        }
    }
}

/// diffusers' class of FLUX.2's autoencoder.
const FLUX2: &str = "AutoencoderKLFlux2";

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

    /// FLUX.2's, with diffusers' defaults for what `config` does not say. An empty one stands for its single file, which comes without a config.
    ///
    /// # Errors
    /// A value of the wrong type.
    pub fn flux2(config: &Map<String, Value>) -> serde_json::Result<Self> {
        let mut all = json!({
            "_class_name": FLUX2,
            "block_out_channels": [128, 256, 512, 512],
            "layers_per_block": 2,
            "latent_channels": 32,
            "sample_size": 1024,
            "down_block_types": vec!["DownEncoderBlock2D"; 4],
            "up_block_types": vec!["UpDecoderBlock2D"; 4],
        });
        if let Value::Object(all) = &mut all {
            all.extend(config.clone());
        }
        serde_json::from_value(all)
    }

    /// Whether the diffusion model sees normalised patches of the latents.
    pub fn has_patches(&self) -> bool {
        self.class_name.as_deref() == Some(FLUX2)
    }

    /// The config for a file with or without statistics of patches. Only FLUX.2's has them, also where a config names no class.
    #[must_use]
    pub(super) fn of_file(&self, has_statistics: bool) -> Self {
        let class_name = if has_statistics { Some(FLUX2.to_owned()) } else { self.class_name.clone() };
        Self { class_name, ..self.clone() }
    }

    /// Channels of the latents that the diffusion model sees.
    pub fn packed_channels(&self) -> usize {
        if self.has_patches() { self.latent_channels * self.patch_size.0 * self.patch_size.1 } else { self.latent_channels }
    }

    /// Channels of the decoder at each scale, finest first.
    pub fn decoder_channels(&self) -> &[usize] {
        self.decoder_block_out_channels.as_ref().unwrap_or(&self.block_out_channels)
    }

    /// Whether this network can be built.
    ///
    /// # Errors
    /// Says which key asks for what does not exist here. `place` is the config's file.
    pub fn check(&self, place: &str) -> Result<(), WeightsError> {
        let fail = |what: String| Err(WeightsError::config(place, what));
        if let Some(class) = self.class_name.as_deref().filter(|c| !["AutoencoderKL", FLUX2].contains(c)) {
            return fail(format!("the config is of the class {class}, AutoencoderKL or {FLUX2} is needed"));
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
        let decoder = self.decoder_channels();
        if decoder.len() != scales || decoder.contains(&0) {
            return fail(format!("decoder_block_out_channels must have {scales} positive entries, as block_out_channels has"));
        }
        if [self.patch_size.0, self.patch_size.1].iter().any(|side| !(1..=64).contains(side))
            || self.batch_norm_eps.is_nan()
            || self.batch_norm_eps <= 0.0
        {
            return fail(format!("patch_size {:?} or batch_norm_eps {} cannot be used", self.patch_size, self.batch_norm_eps));
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
