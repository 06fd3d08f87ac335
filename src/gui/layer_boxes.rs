//! The boxes of a brief's layers on the canvas.
//!
//! Positions are fractions of the canvas' height in both directions, so that rotations keep their angles.

use egui::{Pos2, Rect, Vec2, pos2, vec2};
use serde_json::Value;

use super::layer_fields as fields;
use super::state::Brief;
use crate::request::layers::{LayerType, ShapeKind};

/// Fields that move or hide a layer without changing its extent.
const PLACE: [&str; 8] = ["x", "y", "rotation", "opacity", "behind", "hidden", "locked", "name"];

/// The extent of a text layer in a drafted brief.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextBox {
    /// The layer's place in the brief's list.
    pub layer: usize,
    /// The box relative to the centre, without the rotation.
    pub extent: Rect,
}

/// A layer's box and its rotation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerFrame {
    /// The centre of the rotation.
    pub centre: Pos2,
    /// The box relative to the centre, without the rotation.
    pub extent: Rect,
    /// Degrees, clockwise.
    pub rotation: f32,
}

/// A vector turned clockwise by an angle in degrees.
pub fn turned(v: Vec2, degrees: f32) -> Vec2 {
    let (sin, cos) = degrees.to_radians().sin_cos();
    vec2(v.x * cos - v.y * sin, v.x * sin + v.y * cos)
}

impl LayerFrame {
    /// A point of the box on the canvas; `share` is 0..=1 in both directions.
    pub fn point(&self, share: Vec2) -> Pos2 {
        let at = self.extent.min + share * self.extent.size();
        self.centre + turned(at.to_vec2(), self.rotation)
    }

    /// The corners, clockwise from the upper left.
    pub fn corners(&self) -> [Pos2; 4] {
        [vec2(0.0, 0.0), vec2(1.0, 0.0), vec2(1.0, 1.0), vec2(0.0, 1.0)].map(|share| self.point(share))
    }

    /// The upright box around it.
    pub fn bounds(&self) -> Rect {
        Rect::from_points(&self.corners())
    }

    /// Whether a point is in it.
    pub fn contains(&self, at: Pos2) -> bool {
        self.extent.contains(turned(at - self.centre, -self.rotation).to_pos2())
    }
}

/// Width of the canvas as a multiple of its height.
pub fn aspect(brief: &Brief) -> f32 {
    brief.width as f32 / brief.height.max(1) as f32
}

/// The frame of a layer. `drafted` is the newest drafted brief with the boxes of its texts.
pub fn frame(brief: &Brief, index: usize, drafted: Option<(&Brief, &[TextBox])>) -> Option<LayerFrame> {
    let layer = brief.layers.get(index)?;
    let aspect = aspect(brief);
    let extent = match fields::kind(layer) {
        LayerType::Text => text_extent(brief, index, drafted),
        LayerType::Picture => {
            let size = picture_size(brief, index)?;
            Rect::from_center_size(Pos2::ZERO, size)
        }
        LayerType::Shape => Rect::from_center_size(Pos2::ZERO, shape_size(layer) * vec2(aspect, 1.0)),
    };
    let place = |name| fields::number(layer, fields::field(name));
    Some(LayerFrame { centre: pos2(place("x") * aspect, place("y")), extent, rotation: place("rotation") })
}

/// Width and height of a shape, as fractions of the canvas' width and height.
pub fn shape_size(layer: &Value) -> Vec2 {
    let own = |name| fields::own_number(layer, fields::field(name));
    let height = if fields::shape(layer) == ShapeKind::Line { 0.006 } else { 0.1 };
    vec2(own("width").unwrap_or(0.3), own("height").unwrap_or(height))
}

/// Size of a picture within its box, in heights of the canvas.
fn picture_size(brief: &Brief, index: usize) -> Option<Vec2> {
    let (layer, picture) = (brief.layers.get(index)?, brief.layer_pictures.get(&index)?);
    let own = |name| fields::own_number(layer, fields::field(name));
    let (width, height) = (own("width").map(|w| w * aspect(brief)), own("height"));
    let width = width.or(height.is_none().then_some(0.2 * aspect(brief)));
    let size = vec2(picture.width.max(1) as f32, picture.height.max(1) as f32);
    let scale = width.map(|w| w / size.x).into_iter().chain(height.map(|h| h / size.y)).reduce(f32::min)?;
    Some(size * scale)
}

/// The box of a text: that of the draft, scaled by what has changed since.
fn text_extent(brief: &Brief, index: usize, drafted: Option<(&Brief, &[TextBox])>) -> Rect {
    let layer = &brief.layers[index];
    let size = fields::number(layer, fields::field("size"));
    let width = fields::own_number(layer, fields::field("width")).map(|width| width * aspect(brief));
    let found = drafted.and_then(|(old, boxes)| {
        let boxed = |at: usize| Some((old.layers.get(at)?, boxes.iter().find(|found| found.layer == at)?.extent));
        let same_place = boxed(index).filter(|(was, _)| fields::kind(was) == LayerType::Text);
        let alike = |found: &(&Value, Rect)| looks_alike(found.0, layer);
        same_place.filter(alike).or_else(|| boxes.iter().filter_map(|found| boxed(found.layer)).find(alike)).or(same_place)
    });
    let Some((was, extent)) = found else {
        let text = fields::text(layer);
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or(1).max(1) as f32;
        let lines = text.lines().count().max(1) as f32;
        return Rect::from_center_size(Pos2::ZERO, vec2(width.unwrap_or(longest * size * 0.8), lines * size * 1.25));
    };
    let scale = size / fields::number(was, fields::field("size")).max(1e-3);
    let mut extent = Rect::from_min_max((extent.min.to_vec2() * scale).to_pos2(), (extent.max.to_vec2() * scale).to_pos2());
    let old_width = drafted.and_then(|(old, _)| Some(fields::own_number(was, fields::field("width"))? * aspect(old)));
    if let Some(width) = width.filter(|width| old_width.is_none_or(|old| (old * scale - width).abs() > 1e-4)) {
        (extent.min.x, extent.max.x) = (-width / 2.0, width / 2.0);
    }
    extent
}

/// Whether two layers have the same extent: they differ at most in their place.
fn looks_alike(a: &Value, b: &Value) -> bool {
    let (Some(a), Some(b)) = (a.as_object(), b.as_object()) else { return false };
    let differs = |(name, value): (&String, &Value), other: &serde_json::Map<String, Value>| {
        !PLACE.contains(&name.as_str()) && other.get(name) != Some(value)
    };
    !a.iter().any(|field| differs(field, b)) && !b.iter().any(|field| differs(field, a))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::gui::state::Product;

    fn near(a: Pos2, b: Pos2) -> bool {
        (a - b).length() < 1e-4
    }

    #[test]
    fn a_turned_shape_is_hit_where_it_is() {
        let layer = json!({"type": "shape", "fill": "#000000", "x": 0.5, "y": 0.5, "width": 0.5, "height": 0.2, "rotation": 90});
        let brief = Brief { layers: vec![layer], width: 800, height: 400, ..Brief::default() };
        let frame = frame(&brief, 0, None).unwrap();
        // Half of 800 is a whole height; turned it is upright.
        assert!(near(frame.centre, pos2(1.0, 0.5)) && (frame.extent.size() - vec2(1.0, 0.2)).length() < 1e-5);
        let bounds = frame.bounds();
        assert!(near(bounds.min, pos2(0.9, 0.0)) && near(bounds.max, pos2(1.1, 1.0)), "{bounds:?}");
        assert!(frame.contains(pos2(1.05, 0.05)) && !frame.contains(pos2(1.3, 0.5)));
    }

    #[test]
    fn a_picture_keeps_its_proportions_within_its_box() {
        let picture = Product { path: "a".into(), name: "a".into(), hash: "a".into(), width: 200, height: 100, has_alpha: true };
        let layer = |fields: Value| Brief { layers: vec![fields], layer_pictures: [(0, picture.clone())].into(), ..Brief::default() };
        let size = |brief: &Brief| frame(brief, 0, None).unwrap().extent.size();
        assert!((size(&layer(json!({"type": "picture", "width": 0.4}))) - vec2(0.4, 0.2)).length() < 1e-5);
        assert!((size(&layer(json!({"type": "picture", "width": 0.4, "height": 0.1}))) - vec2(0.2, 0.1)).length() < 1e-5);
        assert!((size(&layer(json!({"type": "picture"}))) - vec2(0.2, 0.1)).length() < 1e-5);
    }

    #[test]
    fn a_text_scales_with_its_size_until_it_is_drafted_anew() {
        let text = |fields: Value| Brief { layers: vec![fields], ..Brief::default() };
        let old = text(json!({"type": "text", "text": "a", "size": 0.1}));
        let boxes = [TextBox { layer: 0, extent: Rect::from_center_size(Pos2::ZERO, vec2(0.3, 0.1)) }];
        let size = |brief: &Brief| frame(brief, 0, Some((&old, &boxes))).unwrap().extent.size();
        assert!((size(&text(json!({"type": "text", "text": "a", "size": 0.2, "x": 0.9}))) - vec2(0.6, 0.2)).length() < 1e-5);
        assert!((size(&text(json!({"type": "text", "text": "a", "size": 0.1, "width": 0.8}))) - vec2(0.8, 0.1)).length() < 1e-5);
        // After a change of the order the box is found by its look.
        let mut moved = text(json!({"type": "text", "text": "b"}));
        moved.layers.push(json!({"type": "text", "text": "a", "size": 0.1, "y": 0.2}));
        let found = frame(&moved, 1, Some((&old, &boxes))).unwrap();
        assert_eq!(found.extent.size(), vec2(0.3, 0.1));
    }
}
