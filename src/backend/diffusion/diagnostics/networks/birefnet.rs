//! `birefnet`: `pixel_values` `[B, 3, H, W]` → `logits` `[B, 1, H, W]`.

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::birefnet::BiRefNet;

pub fn run(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let network = BiRefNet::load(component.vars()?, &component.config_as()?)?;
    let pixels = component.input_typed("pixel_values")?;
    match pixels.dims() {
        [b, 3, h, w] if *b > 0 && *h > 0 && *w > 0 && h % 32 == 0 && w % 32 == 0 => {}
        dims => {
            let what = format!("the input pixel_values must be [B, 3, H, W] with sides that are multiples of 32, it is {dims:?}");
            return Err(ComponentError::Input(what));
        }
    }
    Ok(Tensors::from([("logits".into(), network.forward(&pixels)?)]))
}
