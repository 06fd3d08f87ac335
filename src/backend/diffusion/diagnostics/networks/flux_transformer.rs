//! `flux-transformer`: one step of FLUX.1.

use candle_core::Tensor;

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::flux::{FluxConfig, FluxPrompt, FluxTransformer, rope};

/// Positions that were given, `[N, 3]` or, as old pipelines have them, `[B, N, 3]`.
fn ids(component: &Component<'_>, name: &str) -> Result<Option<Tensor>, ComponentError> {
    let Some(ids) = component.inputs.get(name) else { return Ok(None) };
    let ids = if ids.rank() == 3 { ids.get(0)? } else { ids.clone() };
    if ids.rank() != 2 {
        return Err(ComponentError::Input(format!("the input {name} must be [tokens, 3], it is {:?}", ids.dims())));
    }
    Ok(Some(ids))
}

/// Image positions of a square picture: without `img_ids` nothing says how many rows there are.
fn square(tokens: usize, component: &Component<'_>) -> Result<Tensor, ComponentError> {
    let side = tokens.isqrt();
    if side * side != tokens {
        let what = format!("img_ids is missing: {tokens} image tokens are no square, so rows and columns are unknown");
        return Err(ComponentError::Input(what));
    }
    Ok(rope::image_ids(side, side, &component.device)?)
}

/// Inputs and outputs as `parity.md` lists them.
pub fn run(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let vars = component.vars()?;
    let no_config = component.config.as_object().is_none_or(serde_json::Map::is_empty);
    let config = if no_config { FluxConfig::of_store(vars.store())? } else { component.config_as()? };
    config.check(&component.place)?;
    let network = FluxTransformer::load(vars, &config)?;
    let latents = component.input("hidden_states")?;
    let context = component.input("encoder_hidden_states")?;
    for (name, tensor) in [("hidden_states", latents), ("encoder_hidden_states", context)] {
        if tensor.rank() != 3 {
            return Err(ComponentError::Input(format!("the input {name} must be [batch, tokens, channels], it is {:?}", tensor.dims())));
        }
    }
    let img_ids = match ids(component, "img_ids")? {
        Some(ids) => ids,
        None => square(latents.dim(1)?, component)?,
    };
    let txt_ids = match ids(component, "txt_ids")? {
        Some(ids) => ids,
        None => rope::text_ids(context.dim(1)?, &component.device)?,
    };
    if config.guidance_embeds {
        component.input("guidance")?;
    }
    let prepared = network.prepare(&FluxPrompt {
        encoder_hidden_states: context,
        pooled_projections: component.input("pooled_projections")?,
        guidance: component.inputs.get("guidance"),
        txt_ids: &txt_ids,
        img_ids: &img_ids,
    })?;
    let timestep = component.input("timestep")?;
    if ![1, latents.dim(0)?].contains(&timestep.elem_count()) {
        let (count, batch) = (timestep.elem_count(), latents.dim(0)?);
        return Err(ComponentError::Input(format!("the input timestep has {count} values, hidden_states are a batch of {batch}")));
    }
    let sample = network.forward(latents, timestep, &prepared)?;
    Ok(Tensors::from([("sample".to_owned(), sample)]))
}
