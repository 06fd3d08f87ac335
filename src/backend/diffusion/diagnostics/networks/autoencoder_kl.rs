//! `autoencoder-kl`: pictures to latents and back, not scaled.

use std::ops::ControlFlow;

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::vae::{AutoencoderKl, VaeConfig};

/// `latents` → `pixels`, `pixels` → `mean` and `logvar`. Any input `tiled` that is not 0 asks for tiles.
pub fn run(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let config: VaeConfig = component.config_as()?;
    config.check(&component.place)?;
    let network = AutoencoderKl::load(component.vars()?, &config)?;
    let tiled = component.inputs.contains_key("tiled") && component.scalar("tiled")? != 0.0;
    let tiling = tiled.then(|| network.tiling());
    let tell = &mut |_| ControlFlow::Continue(());
    let mut outputs = Tensors::new();
    if component.inputs.contains_key("latents") {
        let latents = component.input_typed("latents")?;
        outputs.extend(network.decode_with(&latents, tiling, tell)?.map(|pixels| ("pixels".to_owned(), pixels)));
    }
    if component.inputs.contains_key("pixels") {
        let pixels = component.input_typed("pixels")?;
        if let Some(moments) = network.encode_with(&pixels, tiling, tell)? {
            outputs.insert("mean".to_owned(), moments.mean);
            outputs.insert("logvar".to_owned(), moments.logvar);
        }
    }
    if outputs.is_empty() {
        return Err(ComponentError::Input("the inputs have neither latents (to decode) nor pixels (to encode)".into()));
    }
    Ok(outputs)
}
