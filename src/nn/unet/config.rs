//! `config.json` of a UNet2DConditionModel or a ControlNetModel.

use serde::Deserialize;

use crate::weights::WeightsError;

/// One value for all blocks, or one per block.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum PerBlock<T> {
    /// One per block.
    Many(Vec<T>),
    /// One for all blocks.
    One(T),
}

impl<T: Clone> PerBlock<T> {
    /// One value for each of `count` blocks; `None` if the list has another length.
    pub fn expand(&self, count: usize) -> Option<Vec<T>> {
        match self {
            Self::Many(all) => (all.len() == count).then(|| all.clone()),
            Self::One(one) => Some(vec![one.clone(); count]),
        }
    }
}

/// Sizes and switches, with diffusers' defaults.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the keys are diffusers' own and are documented there")]
pub struct UnetConfig {
    #[serde(rename = "_class_name")]
    pub class_name: Option<String>,
    pub in_channels: usize,
    pub out_channels: usize,
    pub center_input_sample: bool,
    pub flip_sin_to_cos: bool,
    pub freq_shift: f64,
    pub down_block_types: Vec<String>,
    pub mid_block_type: Option<String>,
    pub up_block_types: Vec<String>,
    pub block_out_channels: Vec<usize>,
    pub layers_per_block: PerBlock<usize>,
    pub downsample_padding: usize,
    pub mid_block_scale_factor: f64,
    pub act_fn: String,
    pub norm_num_groups: Option<usize>,
    pub norm_eps: f64,
    pub cross_attention_dim: PerBlock<usize>,
    pub transformer_layers_per_block: PerBlock<PerBlock<usize>>,
    pub reverse_transformer_layers_per_block: Option<Vec<PerBlock<usize>>>,
    /// The number of heads, despite its name.
    pub attention_head_dim: PerBlock<usize>,
    pub num_attention_heads: Option<PerBlock<usize>>,
    pub use_linear_projection: bool,
    pub addition_embed_type: Option<String>,
    pub addition_time_embed_dim: Option<usize>,
    pub projection_class_embeddings_input_dim: Option<usize>,
    pub conv_in_kernel: usize,
    pub conv_out_kernel: usize,
    pub resnet_time_scale_shift: String,
    pub time_embedding_type: String,
    pub time_embedding_dim: Option<usize>,
    pub resnet_out_scale_factor: f64,
    /// Features that no SDXL checkpoint has: any value but null and false is refused.
    pub class_embed_type: Option<serde_json::Value>,
    pub num_class_embeds: Option<serde_json::Value>,
    pub encoder_hid_dim: Option<serde_json::Value>,
    pub encoder_hid_dim_type: Option<serde_json::Value>,
    pub only_cross_attention: Option<serde_json::Value>,
    pub dual_cross_attention: Option<serde_json::Value>,
    pub mid_block_only_cross_attention: Option<serde_json::Value>,
    pub resnet_skip_time_act: Option<serde_json::Value>,
    pub time_embedding_act_fn: Option<serde_json::Value>,
    pub timestep_post_act: Option<serde_json::Value>,
    pub time_cond_proj_dim: Option<serde_json::Value>,
    pub class_embeddings_concat: Option<serde_json::Value>,
    pub cross_attention_norm: Option<serde_json::Value>,
    pub attention_type: String,
    /// ControlNet only.
    pub conditioning_channels: usize,
    /// ControlNet only.
    pub conditioning_embedding_out_channels: Vec<usize>,
    /// ControlNet only.
    pub controlnet_conditioning_channel_order: String,
    /// ControlNet only.
    pub global_pool_conditions: bool,
}

impl Default for UnetConfig {
    fn default() -> Self {
        let kinds = |kinds: [&str; 4]| kinds.map(str::to_owned).to_vec();
        Self {
            class_name: None,
            in_channels: 4,
            out_channels: 4,
            center_input_sample: false,
            flip_sin_to_cos: true,
            freq_shift: 0.0,
            down_block_types: kinds(["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"]),
            mid_block_type: Some("UNetMidBlock2DCrossAttn".into()),
            up_block_types: kinds(["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]),
            block_out_channels: vec![320, 640, 1280, 1280],
            layers_per_block: PerBlock::One(2),
            downsample_padding: 1,
            mid_block_scale_factor: 1.0,
            act_fn: "silu".into(),
            norm_num_groups: Some(32),
            norm_eps: 1e-5,
            cross_attention_dim: PerBlock::One(1280),
            transformer_layers_per_block: PerBlock::One(PerBlock::One(1)),
            reverse_transformer_layers_per_block: None,
            attention_head_dim: PerBlock::One(8),
            num_attention_heads: None,
            use_linear_projection: false,
            addition_embed_type: None,
            addition_time_embed_dim: None,
            projection_class_embeddings_input_dim: None,
            conv_in_kernel: 3,
            conv_out_kernel: 3,
            resnet_time_scale_shift: "default".into(),
            time_embedding_type: "positional".into(),
            time_embedding_dim: None,
            resnet_out_scale_factor: 1.0,
            class_embed_type: None,
            num_class_embeds: None,
            encoder_hid_dim: None,
            encoder_hid_dim_type: None,
            only_cross_attention: None,
            dual_cross_attention: None,
            mid_block_only_cross_attention: None,
            resnet_skip_time_act: None,
            time_embedding_act_fn: None,
            timestep_post_act: None,
            time_cond_proj_dim: None,
            class_embeddings_concat: None,
            cross_attention_norm: None,
            attention_type: "default".into(),
            conditioning_channels: 3,
            conditioning_embedding_out_channels: vec![16, 32, 96, 256],
            controlnet_conditioning_channel_order: "rgb".into(),
            global_pool_conditions: false,
        }
    }
}

/// The parameters of the blocks at one scale.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    pub channels: usize,
    pub layers: usize,
    pub heads: usize,
    pub context: usize,
    /// Transformer layers, one entry for each residual block of the encoder.
    pub depth: PerBlock<usize>,
    pub cross_attention: bool,
}

fn is_set(value: Option<&serde_json::Value>) -> bool {
    match value {
        None => false,
        Some(serde_json::Value::Array(all)) => all.iter().any(|v| v != &serde_json::Value::Bool(false)),
        Some(value) => value != &serde_json::Value::Bool(false),
    }
}

impl UnetConfig {
    /// Checks the config. `class` is the expected class, `place` the config's file, for messages.
    ///
    /// # Errors
    /// A value is not supported; the message names the key.
    pub fn check(&self, place: &str, class: &str) -> Result<(), WeightsError> {
        let fail = |what: String| Err(WeightsError::config(place, what));
        if let Some(found) = self.class_name.as_deref().filter(|found| *found != class) {
            return fail(format!("the config is of the class {found}, {class} is needed"));
        }
        let refused = [
            ("class_embed_type", &self.class_embed_type),
            ("num_class_embeds", &self.num_class_embeds),
            ("encoder_hid_dim", &self.encoder_hid_dim),
            ("encoder_hid_dim_type", &self.encoder_hid_dim_type),
            ("only_cross_attention", &self.only_cross_attention),
            ("dual_cross_attention", &self.dual_cross_attention),
            ("mid_block_only_cross_attention", &self.mid_block_only_cross_attention),
            ("resnet_skip_time_act", &self.resnet_skip_time_act),
            ("time_embedding_act_fn", &self.time_embedding_act_fn),
            ("timestep_post_act", &self.timestep_post_act),
            ("time_cond_proj_dim", &self.time_cond_proj_dim),
            ("class_embeddings_concat", &self.class_embeddings_concat),
            ("cross_attention_norm", &self.cross_attention_norm),
        ];
        if let Some((key, value)) = refused.iter().find(|(_, value)| is_set(value.as_ref())) {
            return fail(format!("{key} {} is not supported", value.as_ref().map(ToString::to_string).unwrap_or_default()));
        }
        let words = [
            ("act_fn", self.act_fn.as_str(), "silu"),
            ("resnet_time_scale_shift", self.resnet_time_scale_shift.as_str(), "default"),
            ("time_embedding_type", self.time_embedding_type.as_str(), "positional"),
            ("attention_type", self.attention_type.as_str(), "default"),
            ("addition_embed_type", self.addition_embed_type.as_deref().unwrap_or("text_time"), "text_time"),
        ];
        if let Some((key, found, known)) = words.iter().find(|(_, found, known)| found != known) {
            return fail(format!("{key} {found} is not supported, only {known} is"));
        }
        let most = |layers: &PerBlock<usize>| match layers {
            PerBlock::Many(all) => all.iter().copied().max().unwrap_or(0),
            PerBlock::One(one) => *one,
        };
        if most(&self.layers_per_block) > 64 || self.block_out_channels.len() > 16 {
            return fail("layers_per_block or the number of blocks is too large".into());
        }
        if self.num_attention_heads.is_some() {
            return fail("num_attention_heads must be null: diffusers' UNets give the number of heads as attention_head_dim".into());
        }
        if self.norm_num_groups.is_none() {
            return fail("norm_num_groups must be a number".into());
        }
        if self.mid_block_scale_factor != 1.0 || self.resnet_out_scale_factor != 1.0 {
            return fail("mid_block_scale_factor and resnet_out_scale_factor must be 1".into());
        }
        if self.downsample_padding > 1 || self.conv_in_kernel.is_multiple_of(2) || self.conv_out_kernel.is_multiple_of(2) {
            return fail("downsample_padding must be 0 or 1, conv_in_kernel and conv_out_kernel must be odd".into());
        }
        if self.addition_embed_type.is_some()
            && (self.addition_time_embed_dim.is_none() || self.projection_class_embeddings_input_dim.is_none())
        {
            return fail("addition_embed_type needs addition_time_embed_dim and projection_class_embeddings_input_dim".into());
        }
        self.scales(place).map(|_| ())
    }

    pub(super) fn groups(&self) -> usize {
        self.norm_num_groups.unwrap_or_default()
    }

    /// Size of the time embedding.
    pub(super) fn time(&self) -> usize {
        self.time_embedding_dim.unwrap_or(4 * self.first())
    }

    /// Channels of the finest scale.
    pub(super) fn first(&self) -> usize {
        self.block_out_channels.first().copied().unwrap_or_default()
    }

    /// The encoder's scales, finest first.
    pub(super) fn scales(&self, place: &str) -> Result<Vec<Scale>, WeightsError> {
        let count = self.down_block_types.len();
        let fail = |what: String| WeightsError::config(place, what);
        let length = |key: &str| fail(format!("{key} must be one value or {count}, one for each entry of down_block_types"));
        if count == 0 || count > 16 || self.block_out_channels.len() != count || self.block_out_channels.contains(&0) {
            return Err(fail(format!("block_out_channels must have {count} positive entries, one for each of up to 16 down_block_types")));
        }
        let layers = self.layers_per_block.expand(count).ok_or_else(|| length("layers_per_block"))?;
        let heads = self.attention_head_dim.expand(count).ok_or_else(|| length("attention_head_dim"))?;
        let contexts = self.cross_attention_dim.expand(count).ok_or_else(|| length("cross_attention_dim"))?;
        let depths = self.transformer_layers_per_block.expand(count).ok_or_else(|| length("transformer_layers_per_block"))?;
        let mut scales = Vec::with_capacity(count);
        for (i, kind) in self.down_block_types.iter().enumerate() {
            let cross_attention = match kind.as_str() {
                "DownBlock2D" => false,
                "CrossAttnDownBlock2D" => true,
                other => {
                    let known = "DownBlock2D and CrossAttnDownBlock2D are";
                    return Err(fail(format!("down_block_types names {other}, which is not supported; {known}")));
                }
            };
            let channels = self.block_out_channels[i];
            if heads[i] == 0 || !channels.is_multiple_of(heads[i]) {
                return Err(fail(format!("{channels} channels do not divide into {} heads (attention_head_dim)", heads[i])));
            }
            let scale =
                Scale { channels, layers: layers[i], heads: heads[i], context: contexts[i], depth: depths[i].clone(), cross_attention };
            if scale.layers == 0 || scale.depth.expand(scale.layers).is_none() {
                return Err(fail("layers_per_block must be positive and fit transformer_layers_per_block".into()));
            }
            scales.push(scale);
        }
        Ok(scales)
    }

    /// The decoder's scales, coarsest first; each has one more residual block.
    pub(super) fn up_scales(&self, place: &str) -> Result<Vec<Scale>, WeightsError> {
        let fail = |what: String| WeightsError::config(place, what);
        let mut scales = self.scales(place)?;
        scales.reverse();
        if self.up_block_types.len() != scales.len() {
            return Err(fail(format!("up_block_types must have {} entries, as many as down_block_types", scales.len())));
        }
        let given = self.reverse_transformer_layers_per_block.as_ref();
        for (i, scale) in scales.iter_mut().enumerate() {
            scale.cross_attention = match self.up_block_types[i].as_str() {
                "UpBlock2D" => false,
                "CrossAttnUpBlock2D" => true,
                other => {
                    return Err(fail(format!(
                        "up_block_types names {other}, which is not supported; UpBlock2D and CrossAttnUpBlock2D are"
                    )));
                }
            };
            scale.layers += 1;
            if let Some(depth) = given.and_then(|g| g.get(i)) {
                scale.depth = depth.clone();
            }
            if scale.cross_attention && scale.depth.expand(scale.layers).is_none() {
                return Err(fail("transformer_layers_per_block is nested: reverse_transformer_layers_per_block must fit it".into()));
            }
        }
        Ok(scales)
    }
}
