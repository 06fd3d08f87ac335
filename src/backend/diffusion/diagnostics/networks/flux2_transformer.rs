//! `flux2-transformer`: one denoising step of FLUX.2.

use super::flux_transformer::{one_step, position_ids_or, sequences, square_side};
use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::flux2::{Flux2Config, Flux2Prompt, Flux2Transformer, ids};

/// Reads the inputs `hidden_states`, `encoder_hidden_states`, `timestep`, optionally `guidance`, `img_ids` and `txt_ids`; writes `sample`. Tokens of
/// references are a part of `hidden_states`, as in the reference implementation.
pub fn run(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let vars = component.vars()?;
    let config = component.config_or_shapes(vars, Flux2Config::of_store)?;
    config.check(&component.place)?;
    let network = Flux2Transformer::load(vars, &config)?;
    let (latents, context) = sequences(component)?;
    let img_ids = position_ids_or(component, "img_ids", || {
        let side = square_side(latents.dim(1)?)?;
        Ok(ids::image_ids(&[(side, side)], &component.device)?)
    })?;
    let txt_ids = position_ids_or(component, "txt_ids", || Ok(ids::text_ids(context.dim(1)?, &component.device)?))?;
    if config.guidance_embeds {
        component.input("guidance")?;
    }
    let prompt = Flux2Prompt {
        encoder_hidden_states: context,
        references: None,
        guidance: component.inputs.get("guidance"),
        txt_ids: &txt_ids,
        img_ids: &img_ids,
    };
    let mut prepared = network.prepare(&prompt, &one_step(component, latents.dim(0)?)?)?;
    let sample = network.forward(latents, 0, &mut prepared)?;
    Ok(Tensors::from([("sample".to_owned(), sample)]))
}
