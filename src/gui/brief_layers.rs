//! The layers of a brief and their pictures.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::state::Brief;
use crate::request::layers::LayerType;

/// Whether a layer is a picture.
pub(super) fn is_picture(layer: &Value) -> bool {
    layer.get("type").and_then(Value::as_str) == Some(LayerType::Picture.as_str())
}

/// Describes the edit between two lists of layers if it is one that typing, sliders and drags make in many small steps: one or two fields of one
/// layer, or the places of several. Edits of the same fields have the same description, so undo takes them as one.
pub fn quick_edit(a: &[Value], b: &[Value]) -> Option<Vec<(usize, String)>> {
    const CHOICES: [&str; 7] = ["type", "shape", "align", "hidden", "locked", "behind", "font_name"];
    if a.len() != b.len() {
        return None;
    }
    let mut changed = Vec::new();
    for (index, (a, b)) in a.iter().zip(b).enumerate().filter(|(_, (a, b))| a != b) {
        let (a, b) = (a.as_object()?, b.as_object()?);
        let names: BTreeSet<&String> = a.keys().chain(b.keys()).filter(|name| a.get(*name) != b.get(*name)).collect();
        changed.extend(names.into_iter().map(|name| (index, name.clone())));
    }
    let one = changed.iter().all(|(index, _)| *index == changed[0].0) && changed.len() <= 2;
    let places = changed.iter().all(|(_, name)| name == "x" || name == "y");
    let choice = changed.iter().any(|(_, name)| CHOICES.contains(&name.as_str()));
    ((one || places) && !choice).then_some(changed)
}

impl Brief {
    /// The studio's copies of every picture of the brief.
    pub fn picture_paths(&self) -> impl Iterator<Item = &Path> {
        let photos = self.product.iter().chain(&self.backdrop).chain(self.layer_pictures.values());
        photos.map(|photo| photo.path.as_path()).chain(self.mask.iter().map(|mask| mask.path.as_path()))
    }

    /// Whether all its pictures are there. Looks at the disk.
    pub fn has_its_pictures(&self) -> bool {
        self.picture_paths().all(Path::is_file)
    }

    /// The request as REST takes it, with the pictures of its layers as `text` writes them; without texts that are empty.
    pub fn to_raw_with(&self, text: impl Fn(usize) -> String) -> Map<String, Value> {
        let mut raw = self.to_raw();
        let layers = raw.get_mut("layers").and_then(Value::as_array_mut).into_iter().flatten().enumerate();
        for (index, layer) in layers.filter(|(index, _)| self.layer_pictures.contains_key(index)) {
            if let Some(layer) = layer.as_object_mut() {
                layer.insert("image".into(), json!(text(index)));
            }
        }
        let mut drawable = self.drawable_layers().into_iter().peekable();
        let mut index = 0;
        if let Some(layers) = raw.get_mut("layers").and_then(Value::as_array_mut) {
            layers.retain(|_| {
                index += 1;
                drawable.next_if_eq(&(index - 1)).is_some()
            });
        }
        raw
    }

    /// Removes picture layers without a picture, because a brief with such a layer cannot be drawn.
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
    fn edits_of_one_field_are_alike() {
        let text = |text: &str, x: f32| json!({"type": "text", "text": text, "x": x});
        let (a, b, c) = (vec![text("a", 0.5)], vec![text("ab", 0.5)], vec![text("abc", 0.5)]);
        assert!(quick_edit(&a, &b).is_some() && quick_edit(&a, &b) == quick_edit(&b, &c));
        assert_ne!(quick_edit(&a, &b), quick_edit(&a, &[text("a", 0.6)]));
        assert_eq!(quick_edit(&a, &[]), None);
        // Switches are edits of their own.
        let hidden = json!({"type": "text", "text": "a", "x": 0.5, "hidden": true});
        assert_eq!(quick_edit(&a, &[hidden]), None);
        let (two, moved) = ([text("a", 0.5), text("b", 0.5)], [text("a", 0.6), text("b", 0.6)]);
        assert!(quick_edit(&two, &moved).is_some());
        assert_eq!(quick_edit(&two, &[text("b", 0.5), text("a", 0.5)]), None);
    }

    #[test]
    fn a_layer_without_its_picture_is_left_out() {
        let picture =
            |path: &str| Product { path: path.into(), name: String::new(), hash: String::new(), width: 1, height: 1, has_alpha: true };
        let layer = |kind: &str| if kind == "text" { json!({"type": kind, "text": "a"}) } else { json!({"type": kind}) };
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
