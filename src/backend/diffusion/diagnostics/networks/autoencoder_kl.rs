//! `autoencoder-kl` and `autoencoder-kl-flux2`: encode pictures and decode latents, without the scaling of the diffusion model.

use std::ops::ControlFlow;

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::vae::{AutoencoderKl, VaeConfig};

/// Decodes the input `latents` to `pixels`, encodes `pixels` to `mean` and `logvar`. Works in tiles if the input `tiled` is not 0.
pub fn run(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    code(component, component.config_as()?)
}

/// Like [`run`], with the defaults of FLUX.2's autoencoder for what the config does not say. The statistics of the diffusion model's patches are
/// checked; they take no part here.
pub fn flux2(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let config = component.config.as_object().cloned().unwrap_or_default();
    let config = VaeConfig::flux2(&config).map_err(|e| ComponentError::Input(format!("{}: {e}", component.place)))?;
    code(component, config)
}

fn code(component: &Component<'_>, config: VaeConfig) -> Result<Tensors, ComponentError> {
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
