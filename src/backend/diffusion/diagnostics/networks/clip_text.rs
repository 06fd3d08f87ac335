//! `clip-text`: hidden states of a prompt for SDXL and the pooled state for FLUX.

use candle_core::Tensor;

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::clip::{ClipConfig, ClipText};

impl Component<'_> {
    /// The input `input_ids`, `[B, T]` integers.
    pub fn token_ids(&self) -> Result<&Tensor, ComponentError> {
        let ids = self.input("input_ids")?;
        if ids.rank() != 2 || ids.elem_count() == 0 || ids.dtype().is_float() {
            let what = format!("the input input_ids must be [batch, tokens] of integers, it is {:?} of {:?}", ids.dims(), ids.dtype());
            return Err(ComponentError::Input(what));
        }
        Ok(ids)
    }
}

/// Reads `input_ids`; writes `last_hidden_state`, `penultimate` and `pooled`.
pub fn run(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let config: ClipConfig = component.config_as()?;
    config.check(&component.place)?;
    let ids = component.token_ids()?;
    let out = ClipText::load(component.vars()?, &config)?.forward(ids)?;
    Ok(Tensors::from([
        ("last_hidden_state".to_owned(), out.last_hidden_state),
        ("penultimate".to_owned(), out.penultimate),
        ("pooled".to_owned(), out.pooled),
    ]))
}
