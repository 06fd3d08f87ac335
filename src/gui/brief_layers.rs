//! The layers of a brief and their pictures.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::state::Brief;
use crate::request::layers::LayerType;

/// Whether a layer is a picture.
pub(super) fn is_picture(layer: &Value) -> bool {
    layer.get("type").and_then(Value::as_str) == Some(LayerType::Picture.as_str())
}

impl Brief {
    /// The studio's copies of every picture of the brief.
    pub fn picture_paths(&self) -> impl Iterator<Item = &Path> {
        let photos = self.product.iter().chain(&self.backdrop).chain(self.layer_pictures.values());
        photos.map(|photo| photo.path.as_path()).chain(self.mask.iter().map(|mask| mask.path.as_path()))
    }

    /// The request as REST takes it, with the pictures of its layers as `text` writes them.
    pub fn to_raw_with(&self, text: impl Fn(usize) -> String) -> Map<String, Value> {
        let mut raw = self.to_raw();
        let layers = raw.get_mut("layers").and_then(Value::as_array_mut).into_iter().flatten().enumerate();
        for (index, layer) in layers.filter(|(index, _)| self.layer_pictures.contains_key(index)) {
            if let Some(layer) = layer.as_object_mut() {
                layer.insert("image".into(), json!(text(index)));
            }
        }
        raw
    }

    /// Removes the layers whose picture is not known. Without it they could not be drawn, and nothing else of the brief either.
    pub fn drop_layers_without_pictures(&mut self) {
        let mut pictures = std::mem::take(&mut self.layer_pictures);
        let layers = std::mem::take(&mut self.layers);
        for (index, layer) in layers.into_iter().enumerate() {
            match (is_picture(&layer), pictures.remove(&index)) {
                (true, None) => continue,
                (true, Some(picture)) => drop(self.layer_pictures.insert(self.layers.len(), picture)),
                (false, _) => {}
            }
            self.layers.push(layer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::state::{Product, without_pictures};

    #[test]
    fn a_layer_without_its_picture_is_left_out() {
        let picture =
            |path: &str| Product { path: path.into(), name: String::new(), hash: String::new(), width: 1, height: 1, has_alpha: true };
        let layer = |kind: &str| json!({"type": kind});
        let mut brief = Brief {
            layers: vec![layer("picture"), layer("text"), layer("picture")],
            layer_pictures: [(2, picture("b"))].into(),
            ..Brief::default()
        };
        brief.drop_layers_without_pictures();
        assert_eq!(brief.layers, [layer("text"), layer("picture")]);
        assert_eq!(brief.picture_paths().collect::<Vec<_>>(), [Path::new("b")]);
        let raw = brief.to_raw_with(|index| format!("picture {index}"));
        assert_eq!(raw["layers"], json!([layer("text"), {"type": "picture", "image": "picture 1"}]));
        let again = without_pictures(raw.get("layers"));
        assert_eq!(again, brief.layers);
    }
}
