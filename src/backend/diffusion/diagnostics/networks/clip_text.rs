//! `clip-text`: a prompt's states for SDXL and its pooled state for FLUX.

use candle_core::Tensor;

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::clip::{ClipConfig, ClipText};

impl Component<'_> {
    /// `input_ids`, `[B, T]` of integers.
    pub fn token_ids(&self) -> Result<&Tensor, ComponentError> {
        let ids = self.input("input_ids")?;
        if ids.rank() != 2 || ids.elem_count() == 0 || ids.dtype().is_float() {
            let what = format!("the input input_ids must be [batch, tokens] of integers, it is {:?} of {:?}", ids.dims(), ids.dtype());
            return Err(ComponentError::Input(what));
        }
        Ok(ids)
    }
}

/// Inputs and outputs as `parity.md` lists them.
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
