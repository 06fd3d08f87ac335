//! `qwen3-text`: Qwen3 as the text encoder of FLUX.2.

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::qwen3::{Qwen3Config, Qwen3Encoder};

/// Reads `input_ids` and optionally `attention_mask`; writes `prompt_embeds`.
pub fn run(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let vars = component.vars()?;
    let config = component.config_or_shapes(vars, Qwen3Config::of_store)?;
    config.check(&component.place)?;
    let states = Qwen3Encoder::load(vars, &config)?.forward(component.token_ids()?, component.inputs.get("attention_mask"))?;
    Ok(Tensors::from([("prompt_embeds".to_owned(), states)]))
}
