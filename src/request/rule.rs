//! The rule for a field's value, in words.

use super::field::{Field, Kind, TRANSPARENT};
use super::fields::{MAX_PROMPT_CHARS, MAX_TEXT_CHARS};
use super::layers::{LayerType, MAX_LABEL, MAX_LAYER_TEXT, MAX_LAYERS, MAX_RUNS};
use crate::notice;
use crate::notice::Notice;

impl Field {
    /// The rule in words: a noun phrase.
    pub fn rule(&self) -> Notice {
        match self.kind {
            Kind::Integer { min, max, multiple: 1 } => notice!("request-rule-integer", min = min, max = max),
            Kind::Integer { min, max, multiple } => notice!("request-rule-multiple", min = min, max = max, multiple = multiple),
            Kind::Seed => notice!("request-rule-seed", max = u64::MAX),
            // Fluent would round decimals.
            Kind::Number { min, max } => notice!("request-rule-number", min = min.to_string(), max = max.to_string()),
            Kind::Flag => notice!("request-rule-flag"),
            Kind::Prompt { .. } => notice!("request-rule-prompt", most = MAX_PROMPT_CHARS),
            Kind::Text => notice!("request-rule-text", most = MAX_TEXT_CHARS),
            Kind::Choice(words) => notice!("request-rule-choice", words = words.to_vec()),
            Kind::Font => notice!("request-rule-font"),
            Kind::Image if cfg!(feature = "heic") => notice!("request-rule-image"),
            Kind::Image => notice!("request-rule-image-without-heic"),
            Kind::Color => notice!("request-rule-color"),
            Kind::Background => notice!("request-rule-background", transparent = TRANSPARENT),
            Kind::Layers => notice!("request-rule-layers", most = MAX_LAYERS, types = LayerType::WORDS.to_vec()),
            Kind::LayerText => notice!("request-rule-layer-text", most = MAX_LAYER_TEXT),
            Kind::LayerImage => notice!("request-rule-layer-image"),
            Kind::Label => notice!("request-rule-label", most = MAX_LABEL),
            Kind::Section(fields) => notice!("request-rule-section", fields = names(fields)),
            Kind::List(fields) => notice!("request-rule-runs", most = MAX_RUNS, fields = names(fields)),
        }
    }
}

fn names(fields: &[&Field]) -> Vec<&'static str> {
    fields.iter().map(|field| field.name).collect()
}
