//! `flux-transformer`: one denoising step of FLUX.1.

use candle_core::Tensor;

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::flux::{FluxConfig, FluxPrompt, FluxTransformer, rope};

/// The positions in an input, `[N, axes]` or, from some pipelines, `[B, N, axes]`; `None` if the input is missing.
fn position_ids(component: &Component<'_>, name: &str) -> Result<Option<Tensor>, ComponentError> {
    let Some(ids) = component.inputs.get(name) else { return Ok(None) };
    let ids = if ids.rank() == 3 { ids.get(0)? } else { ids.clone() };
    if ids.rank() != 2 {
        return Err(ComponentError::Input(format!("the input {name} must be [tokens, axes], it is {:?}", ids.dims())));
    }
    Ok(Some(ids))
}

/// [`position_ids`], or those of an input that is missing.
pub(super) fn position_ids_or(
    component: &Component<'_>,
    name: &str,
    otherwise: impl FnOnce() -> Result<Tensor, ComponentError>,
) -> Result<Tensor, ComponentError> {
    position_ids(component, name)?.map_or_else(otherwise, Ok)
}

/// Rows and columns of a picture without `img_ids`, which must be square.
pub(super) fn square_side(tokens: usize) -> Result<usize, ComponentError> {
    let side = tokens.isqrt();
    if side * side != tokens {
        let what = format!("img_ids is missing: {tokens} image tokens do not form a square, so rows and columns are unknown");
        return Err(ComponentError::Input(what));
    }
    Ok(side)
}

/// The inputs `hidden_states` and `encoder_hidden_states`.
pub(super) fn sequences<'a>(component: &'a Component<'_>) -> Result<(&'a Tensor, &'a Tensor), ComponentError> {
    let (latents, context) = (component.input("hidden_states")?, component.input("encoder_hidden_states")?);
    for (name, tensor) in [("hidden_states", latents), ("encoder_hidden_states", context)] {
        if tensor.rank() != 3 {
            return Err(ComponentError::Input(format!("the input {name} must be [batch, tokens, channels], it is {:?}", tensor.dims())));
        }
    }
    Ok((latents, context))
}

/// The input `timestep` for one step of a batch, `[1, batch]` or `[1, 1]`.
pub(super) fn one_step(component: &Component<'_>, batch: usize) -> Result<Tensor, ComponentError> {
    let timestep = component.input("timestep")?;
    if ![1, batch].contains(&timestep.elem_count()) {
        let count = timestep.elem_count();
        return Err(ComponentError::Input(format!("the input timestep has {count} values, hidden_states are a batch of {batch}")));
    }
    Ok(timestep.flatten_all()?.unsqueeze(0)?)
}

/// Reads the inputs `hidden_states`, `encoder_hidden_states`, `pooled_projections`, `timestep`, optionally `guidance`, `img_ids` and
/// `txt_ids`; writes `sample`.
pub fn run(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let vars = component.vars()?;
    let config = component.config_or_shapes(vars, FluxConfig::of_store)?;
    config.check(&component.place)?;
    let network = FluxTransformer::load(vars, &config)?;
    let (latents, context) = sequences(component)?;
    let img_ids = position_ids_or(component, "img_ids", || {
        let side = square_side(latents.dim(1)?)?;
        Ok(rope::image_ids(side, side, &component.device)?)
    })?;
    let txt_ids = position_ids_or(component, "txt_ids", || Ok(rope::text_ids(context.dim(1)?, &component.device)?))?;
    if config.guidance_embeds {
        component.input("guidance")?;
    }
    let timesteps = one_step(component, latents.dim(0)?)?;
    let prompt = FluxPrompt {
        encoder_hidden_states: context,
        pooled_projections: component.input("pooled_projections")?,
        guidance: component.inputs.get("guidance"),
        txt_ids: &txt_ids,
        img_ids: &img_ids,
    };
    let mut prepared = network.prepare(&prompt, &timesteps)?;
    let sample = network.forward(latents, 0, &mut prepared)?;
    Ok(Tensors::from([("sample".to_owned(), sample)]))
}
