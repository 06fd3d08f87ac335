//! `sdxl-unet` and `sdxl-controlnet`: one denoising step each.

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::unet::{Conditioning, Control, ControlNet, Residuals, Unet, UnetConfig};

fn config(component: &Component<'_>, class: &str) -> Result<UnetConfig, ComponentError> {
    let config: UnetConfig = component.config_as()?;
    config.check(&component.place, class)?;
    Ok(config)
}

/// Runs a network on the inputs that both networks have: hidden states in the network's type, the others in float32.
fn with_conditioning<T>(
    component: &Component<'_>,
    config: &UnetConfig,
    run: impl FnOnce(&Conditioning<'_>) -> Result<T, ComponentError>,
) -> Result<T, ComponentError> {
    let states = component.input_typed("encoder_hidden_states")?;
    let added = config.addition_embed_type.is_some();
    run(&Conditioning {
        encoder_hidden_states: &states,
        text_embeds: if added { Some(component.input("text_embeds")?) } else { None },
        time_ids: if added { Some(component.input("time_ids")?) } else { None },
    })
}

pub fn unet(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let config = config(component, "UNet2DConditionModel")?;
    let network = Unet::load(component.vars()?, &config)?;
    let control = match component.inputs.contains_key("mid") {
        true => {
            let names = (0..).map(|i| format!("down_{i}")).take_while(|n| component.inputs.contains_key(n));
            let down = names.map(|n| component.input_typed(&n)).collect::<Result<_, _>>()?;
            Some(Residuals { down, mid: component.input_typed("mid")? })
        }
        false if component.inputs.contains_key("down_0") => {
            return Err(ComponentError::Input("the input mid is missing: it belongs to down_0".into()));
        }
        false => None,
    };
    with_conditioning(component, &config, |conditioning| {
        let prepared = network.prepare(conditioning)?;
        let sample = component.input_typed("sample")?;
        let out = network.forward(&sample, component.input("timestep")?, &prepared, control.as_ref().map(Control::Residuals))?;
        Ok(Tensors::from([("sample".to_owned(), out)]))
    })
}

pub fn controlnet(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let config = config(component, "ControlNetModel")?;
    let network = ControlNet::load(component.vars()?, &config)?;
    let scale = if component.inputs.contains_key("conditioning_scale") { component.scalar("conditioning_scale")? } else { 1.0 };
    with_conditioning(component, &config, |conditioning| {
        let prepared = network.prepare(conditioning, &component.input_typed("controlnet_cond")?)?;
        let sample = component.input_typed("sample")?;
        let out = network.forward(&sample, component.input("timestep")?, &prepared, scale)?;
        let mut outputs: Tensors = out.down.into_iter().enumerate().map(|(i, t)| (format!("down_{i}"), t)).collect();
        outputs.insert("mid".to_owned(), out.mid);
        Ok(outputs)
    })
}
