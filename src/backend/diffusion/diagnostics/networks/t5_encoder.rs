//! `t5-encoder`: hidden states of a prompt for FLUX.

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::t5::{T5Config, T5Encoder};

/// Reads `input_ids` and optionally `attention_mask`; writes `last_hidden_state`.
pub fn run(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let vars = component.vars()?;
    let config = component.config_or_shapes(vars, T5Config::of_store)?;
    config.check(&component.place)?;
    let ids = component.token_ids()?;
    let states = T5Encoder::load(vars, &config)?.forward(ids, component.inputs.get("attention_mask"))?;
    Ok(Tensors::from([("last_hidden_state".to_owned(), states)]))
}
