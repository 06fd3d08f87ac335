//! `autoencoder-kl`: encodes pictures and decodes latents, without the scaling of the diffusion model.

use std::ops::ControlFlow;

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::vae::{AutoencoderKl, VaeConfig};

/// Decodes the input `latents` to `pixels`, encodes `pixels` to `mean` and `logvar`. Works in tiles if the input `tiled` is not 0.
pub fn run(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let config: VaeConfig = component.config_as()?;
    config.check(&component.place)?;
    let network = AutoencoderKl::load(component.vars()?, &config)?;
    let tiled = component.inputs.contains_key("tiled") && component.scalar("tiled")? != 0.0;
    let tiling = tiled.then(|| network.tiling());
    let progress = &mut |_| ControlFlow::Continue(());
    let mut outputs = Tensors::new();
    if component.inputs.contains_key("latents") {
        let latents = component.input_typed("latents")?;
        outputs.extend(network.decode_with(&latents, tiling, progress)?.map(|pixels| ("pixels".to_owned(), pixels)));
    }
    if component.inputs.contains_key("pixels") {
        let pixels = component.input_typed("pixels")?;
        if let Some(moments) = network.encode_with(&pixels, tiling, progress)? {
            outputs.insert("mean".to_owned(), moments.mean);
            outputs.insert("logvar".to_owned(), moments.logvar);
        }
    }
    if outputs.is_empty() {
        return Err(ComponentError::Input("the inputs have neither latents (to decode) nor pixels (to encode)".into()));
    }
    Ok(outputs)
}
