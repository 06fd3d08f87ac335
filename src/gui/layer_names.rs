//! Names and icons of layers in the list, on the canvas and in messages.

use super::icons;
use super::layer_fields as fields;
use super::state::Brief;
use crate::notice::Language;
use crate::request::layers::{LayerType, ShapeKind};

/// Most characters of a text in a name.
const SHOWN: usize = 40;

/// The layer's own name, else its text, its file or its shape.
pub fn title(brief: &Brief, index: usize, lang: Language) -> String {
    let Some(layer) = brief.layers.get(index) else { return String::new() };
    let own = fields::words(layer, "name").trim();
    if !own.is_empty() {
        return own.to_owned();
    }
    match fields::kind(layer) {
        LayerType::Text => {
            let text = fields::text(layer);
            let line = text.lines().map(str::trim).find(|line| !line.is_empty());
            line.map_or_else(|| lang.t("layer-empty-text").to_owned(), |line| line.chars().take(SHOWN).collect())
        }
        LayerType::Picture => {
            brief.layer_pictures.get(&index).map_or_else(|| lang.t("layer-picture").to_owned(), |picture| picture.name.clone())
        }
        LayerType::Shape => shape(fields::shape(layer), lang).to_owned(),
    }
}

/// The name of a shape.
pub fn shape(kind: ShapeKind, lang: Language) -> &'static str {
    match kind {
        ShapeKind::Rectangle => lang.t("layer-rectangle"),
        ShapeKind::Rounded => lang.t("layer-rounded"),
        ShapeKind::Ellipse => lang.t("layer-ellipse"),
        ShapeKind::Line => lang.t("layer-line"),
        ShapeKind::Ribbon => lang.t("layer-ribbon"),
        ShapeKind::Burst => lang.t("layer-burst"),
    }
}

/// The icon of a type of layer.
pub fn icon(kind: LayerType) -> &'static str {
    match kind {
        LayerType::Text => icons::TYPE,
        LayerType::Picture => icons::IMAGE,
        LayerType::Shape => icons::SHAPES,
    }
}
