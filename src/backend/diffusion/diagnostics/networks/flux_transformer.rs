//! `flux-transformer`: one denoising step of FLUX.1.

use candle_core::Tensor;

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::nn::flux::{FluxConfig, FluxPrompt, FluxTransformer, rope};

/// The positions in an input, `[N, 3]` or, from older pipelines, `[B, N, 3]`; `None` if the input is missing.
fn position_ids(component: &Component<'_>, name: &str) -> Result<Option<Tensor>, ComponentError> {
    let Some(ids) = component.inputs.get(name) else { return Ok(None) };
    let ids = if ids.rank() == 3 { ids.get(0)? } else { ids.clone() };
    if ids.rank() != 2 {
        return Err(ComponentError::Input(format!("the input {name} must be [tokens, 3], it is {:?}", ids.dims())));
    }
    Ok(Some(ids))
}

/// Image positions without `img_ids`: the picture must be square.
fn square_image_ids(tokens: usize, component: &Component<'_>) -> Result<Tensor, ComponentError> {
    let side = tokens.isqrt();
    if side * side != tokens {
        let what = format!("img_ids is missing: {tokens} image tokens do not form a square, so rows and columns are unknown");
        return Err(ComponentError::Input(what));
    }
    Ok(rope::image_ids(side, side, &component.device)?)
}

/// Reads the inputs `hidden_states`, `encoder_hidden_states`, `pooled_projections`, `timestep`, optionally `guidance`, `img_ids` and
/// `txt_ids`; writes `sample`.
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
    let img_ids = match position_ids(component, "img_ids")? {
        Some(ids) => ids,
        None => square_image_ids(latents.dim(1)?, component)?,
    };
    let txt_ids = match position_ids(component, "txt_ids")? {
        Some(ids) => ids,
        None => rope::text_ids(context.dim(1)?, &component.device)?,
    };
    if config.guidance_embeds {
        component.input("guidance")?;
    }
    let timestep = component.input("timestep")?;
    if ![1, latents.dim(0)?].contains(&timestep.elem_count()) {
        let (count, batch) = (timestep.elem_count(), latents.dim(0)?);
        return Err(ComponentError::Input(format!("the input timestep has {count} values, hidden_states are a batch of {batch}")));
    }
    let prompt = FluxPrompt {
        encoder_hidden_states: context,
        pooled_projections: component.input("pooled_projections")?,
        guidance: component.inputs.get("guidance"),
        txt_ids: &txt_ids,
        img_ids: &img_ids,
    };
    let mut prepared = network.prepare(&prompt, &timestep.flatten_all()?.unsqueeze(0)?)?;
    let sample = network.forward(latents, 0, &mut prepared)?;
    Ok(Tensors::from([("sample".to_owned(), sample)]))
}
