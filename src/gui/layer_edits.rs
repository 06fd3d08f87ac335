//! Edits of the list of layers: add, order, duplicate, remove.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::layer_fields as fields;
use super::state::{Brief, Product};
use crate::request::CompositionMode;
use crate::request::layers::{LayerType, MAX_LAYERS, ShapeKind};

/// Offset of a duplicate from its original, as a fraction of the canvas.
const COPY_OFFSET: f32 = 0.03;

/// A move of layers in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restack {
    /// One step to the front.
    Forward,
    /// One step to the back.
    Backward,
    /// In front of everything.
    Front,
    /// Behind everything but the background.
    Back,
}

/// An entry of the list, from the lowest to the front.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The layer at this place in the brief's list.
    Layer(usize),
    /// Product and headline.
    Middle,
}

/// A new layer of a type in the middle of the canvas.
pub fn new_layer(kind: LayerType, shape: ShapeKind, text: &str) -> Value {
    match (kind, shape) {
        (LayerType::Text, _) => {
            json!({"type": "text", "text": text, "size": 0.08, "color": "#FFFFFF", "shadow": {"opacity": 0.6, "y": 0.003}})
        }
        (LayerType::Picture, _) => json!({"type": "picture", "width": 0.25}),
        (LayerType::Shape, ShapeKind::Line) => {
            json!({"type": "shape", "shape": "line", "fill": "#E53935", "width": 0.4, "height": 0.008})
        }
        (LayerType::Shape, ShapeKind::Burst) => {
            json!({"type": "shape", "shape": "burst", "fill": "#E53935", "width": 0.22, "height": 0.22})
        }
        (LayerType::Shape, kind) => json!({"type": "shape", "shape": kind.as_str(), "fill": "#E53935", "width": 0.35, "height": 0.12}),
    }
}

impl Brief {
    /// The entries of the list, lowest first.
    pub fn slots(&self) -> Vec<Slot> {
        let behind = |index: &usize| fields::flag(&self.layers[*index], "behind");
        let all = 0..self.layers.len();
        let below = all.clone().filter(behind).map(Slot::Layer);
        let above = all.filter(|index| !behind(index)).map(Slot::Layer);
        below.chain([Slot::Middle]).chain(above).collect()
    }

    /// Reorders the layers. Layers without an entry are removed. Returns the new place of each layer.
    pub fn stack(&mut self, slots: &[Slot]) -> BTreeMap<usize, usize> {
        let mut places = BTreeMap::new();
        let (layers, mut pictures) = (std::mem::take(&mut self.layers), std::mem::take(&mut self.layer_pictures));
        let middle = slots.iter().position(|slot| *slot == Slot::Middle).unwrap_or(0);
        for (at, slot) in slots.iter().enumerate() {
            let Slot::Layer(index) = *slot else { continue };
            let Some(mut layer) = layers.get(index).cloned() else { continue };
            fields::set_flag(&mut layer, "behind", at < middle);
            if let Some(picture) = pictures.remove(&index) {
                self.layer_pictures.insert(self.layers.len(), picture);
            }
            places.insert(index, self.layers.len());
            self.layers.push(layer);
        }
        places
    }

    /// Adds a layer in front and returns its place; `None` if there are as many as a request may have.
    pub fn add_layer(&mut self, layer: Value, picture: Option<Product>) -> Option<usize> {
        let at = self.layers.len();
        if at >= MAX_LAYERS {
            return None;
        }
        self.layers.push(layer);
        if let Some(picture) = picture {
            self.layer_pictures.insert(at, picture);
        }
        Some(at)
    }

    /// Removes layers.
    pub fn remove_layers(&mut self, indices: &[usize]) {
        let mut slots = self.slots();
        slots.retain(|slot| !matches!(slot, Slot::Layer(index) if indices.contains(index)));
        self.stack(&slots);
    }

    /// Adds copies of layers, each in front of all layers and a little beside its original. Returns their places.
    pub fn duplicate_layers(&mut self, indices: &[usize]) -> Vec<usize> {
        let mut copies = Vec::new();
        for &index in indices {
            let Some(mut layer) = self.layers.get(index).cloned() else { continue };
            for name in ["x", "y"] {
                let field = fields::field(name);
                let at = fields::number(&layer, field);
                // Never out of sight.
                fields::set_number(&mut layer, field, if at + COPY_OFFSET > 1.0 { at - COPY_OFFSET } else { at + COPY_OFFSET });
            }
            fields::set_flag(&mut layer, "locked", false);
            copies.extend(self.add_layer(layer, self.layer_pictures.get(&index).cloned()));
        }
        copies
    }

    /// Moves layers up or down in the list. Chosen layers next to each other keep their order. Returns the new place of each layer.
    pub fn restack(&mut self, indices: &[usize], step: Restack) -> BTreeMap<usize, usize> {
        let mut slots = self.slots();
        let chosen = |slot: &Slot| matches!(slot, Slot::Layer(index) if indices.contains(index));
        match step {
            Restack::Front => slots.sort_by_key(&chosen),
            Restack::Back => slots.sort_by_key(|slot| !chosen(slot)),
            Restack::Forward => {
                for at in (0..slots.len().saturating_sub(1)).rev() {
                    if chosen(&slots[at]) && !chosen(&slots[at + 1]) {
                        slots.swap(at, at + 1);
                    }
                }
            }
            Restack::Backward => {
                for at in 1..slots.len() {
                    if chosen(&slots[at]) && !chosen(&slots[at - 1]) {
                        slots.swap(at, at - 1);
                    }
                }
            }
        }
        self.stack(&slots)
    }

    /// Moves a layer to another place in the order; `to` counts the entries of [`Self::slots`] below it once it is taken out.
    pub fn move_layer(&mut self, index: usize, to: usize) -> BTreeMap<usize, usize> {
        let mut slots = self.slots();
        slots.retain(|slot| *slot != Slot::Layer(index));
        slots.insert(to.min(slots.len()), Slot::Layer(index));
        self.stack(&slots)
    }

    /// Puts the headline in front of the product or behind it.
    pub fn put_headline_behind(&mut self, behind: bool) {
        match (behind, self.mode) {
            (true, _) => self.mode = CompositionMode::Behind,
            (false, CompositionMode::Behind) => self.mode = CompositionMode::Overlay,
            (false, _) => {}
        }
    }

    /// The places of the layers that can be drawn: texts without a visible character cannot.
    pub fn drawable_layers(&self) -> Vec<usize> {
        let blank = |layer: &Value| fields::kind(layer) == LayerType::Text && fields::text(layer).trim().is_empty();
        (0..self.layers.len()).filter(|index| !blank(&self.layers[*index])).collect()
    }

    /// The brief without the layers that cannot be drawn. While a text is being typed it may be empty, and a request with an empty text is
    /// refused.
    pub fn drawable(&self) -> std::borrow::Cow<'_, Self> {
        let kept = self.drawable_layers();
        if kept.len() == self.layers.len() {
            return std::borrow::Cow::Borrowed(self);
        }
        let layers = kept.iter().map(|index| self.layers[*index].clone()).collect();
        let place = |(at, index): (usize, &usize)| Some((at, self.layer_pictures.get(index)?.clone()));
        let layer_pictures = kept.iter().enumerate().filter_map(place).collect();
        std::borrow::Cow::Owned(Self { layers, layer_pictures, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, behind: bool) -> Value {
        let mut layer = json!({"type": "shape", "fill": "#000000", "name": name});
        fields::set_flag(&mut layer, "behind", behind);
        layer
    }

    fn brief() -> Brief {
        let layers = vec![named("a", false), named("b", true), named("c", false)];
        let picture = Product { path: "c".into(), name: "c".into(), hash: "c".into(), width: 1, height: 1, has_alpha: true };
        Brief { layers, layer_pictures: [(2, picture)].into(), ..Brief::default() }
    }

    /// Names from the lowest to the front; "|" is product and headline, and a picture is marked.
    fn order(brief: &Brief) -> String {
        let name = |slot: Slot| match slot {
            Slot::Middle => "|".to_owned(),
            Slot::Layer(i) => {
                let mark = if brief.layer_pictures.contains_key(&i) { "*" } else { "" };
                format!("{}{mark}", fields::words(&brief.layers[i], "name"))
            }
        };
        brief.slots().into_iter().map(name).collect()
    }

    #[test]
    fn layers_pass_product_and_headline_with_their_pictures() {
        let mut brief = brief();
        assert_eq!(order(&brief), "b|ac*");
        let c = brief.restack(&[2], Restack::Backward)[&2];
        assert_eq!(order(&brief), "b|c*a");
        let c = brief.restack(&[c], Restack::Backward)[&c];
        assert_eq!(order(&brief), "bc*|a");
        let c = brief.restack(&[c], Restack::Back)[&c];
        assert_eq!(order(&brief), "c*b|a");
        let c = brief.restack(&[c], Restack::Front)[&c];
        assert_eq!(order(&brief), "b|ac*");
        let c = brief.move_layer(c, 0)[&c];
        assert_eq!((c, order(&brief).as_str()), (0, "c*b|a"));
        // At the end nothing moves, and two that touch move together.
        brief.restack(&[0], Restack::Backward);
        assert_eq!(order(&brief), "c*b|a");
        brief.restack(&[0, 1], Restack::Forward);
        assert_eq!(order(&brief), "|c*ba");
    }

    #[test]
    fn copies_and_removals_keep_the_pictures_of_the_others() {
        let mut brief = brief();
        assert_eq!(brief.duplicate_layers(&[0, 2]), [3, 4]);
        assert_eq!(order(&brief), "b|ac*ac*");
        assert_eq!((brief.layers[4]["x"].as_f64(), brief.layers[4]["y"].as_f64()), (Some(0.53), Some(0.53)));
        brief.remove_layers(&[0, 1]);
        assert_eq!(order(&brief), "|c*ac*");
        while brief.add_layer(named("d", false), None).is_some() {}
        assert_eq!(brief.layers.len(), MAX_LAYERS);
        assert!(brief.duplicate_layers(&[0]).is_empty());
    }

    #[test]
    fn an_empty_text_is_not_sent() {
        let mut brief = brief();
        brief.layers.insert(0, json!({"type": "text", "text": " \n"}));
        let picture = brief.layer_pictures.remove(&2).unwrap();
        brief.layer_pictures.insert(3, picture);
        let drawn = brief.drawable();
        assert_eq!((drawn.layers.len(), drawn.layer_pictures.keys().copied().collect::<Vec<_>>()), (3, vec![2]));
        assert_eq!(brief.drawable_layers(), [1, 2, 3]);
    }
}
