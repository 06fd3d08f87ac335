//! The pictures of a job's layers: files in its folder, as PNG or SVG. They are inputs, so they are not listed among the job's pictures.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::shared::Shared;
use crate::imaging::encode::{ImageRef, encode_png_with_mask};
use crate::notice;
use crate::pipeline::PipelineError;
use crate::request::SourceImage;
use crate::request::fields::LAYERS;
use crate::request::layers::LayerType;

/// Name of the file of a layer's picture. It may hold an SVG as well: the content tells.
pub(super) fn layer_file(layer: usize) -> String {
    format!("layer{layer}.picture")
}

/// The layers in a job's parameters that are pictures, hidden ones included.
pub(super) fn picture_layers(parameters: &Map<String, Value>) -> Vec<usize> {
    let layers = parameters.get(LAYERS.name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_picture = |layer: &Value| layer.get("type").and_then(Value::as_str) == Some(LayerType::Picture.as_str());
    layers.iter().enumerate().filter(|(_, layer)| is_picture(layer)).map(|(index, _)| index).collect()
}

/// Writes the picture of a layer to the job's folder.
pub(super) fn keep(shared: &Shared, id: Uuid, layer: usize, picture: &SourceImage) -> Result<(), PipelineError> {
    let png;
    let bytes = match &picture.vector {
        Some(source) => source.as_bytes(),
        None => {
            png = encode_png_with_mask(ImageRef::Rgba(&picture.pixels), &[], None).map_err(|error| {
                PipelineError::Sink(notice!("engine-picture-not-saved", file = layer_file(layer), source = error.to_string()))
            })?;
            png.as_slice()
        }
    };
    let saved = shared.records.store.save_file(id, &layer_file(layer), bytes);
    saved.map_err(|error| PipelineError::Kept { technical: error.technical(), message: error.notice() })
}

/// The file of a layer's picture; `None` if it is not there.
pub(super) fn read(shared: &Shared, id: Uuid, layer: usize) -> Option<Vec<u8>> {
    std::fs::read(shared.records.store.job_dir(id).join(layer_file(layer))).ok()
}
