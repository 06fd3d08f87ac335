//! Lays the request of a finished advertisement out again for another canvas.

use serde_json::{Map, Value, json};

use super::geometry::{Frame, Margins};
use super::size_set::{Boxes, Moved, adapt, move_layer, product_area};
use crate::layers;
use crate::pipeline::layout::columns_beside;
use crate::request::fields::LAYERS;
use crate::request::{InputImage, JobSpec};
use crate::typography::{FontCatalog, TextLayout, layout_text_between};

/// A finished advertisement: its specification, and the boxes of its parts in pixels of its canvas.
#[derive(Clone, Copy)]
pub struct Finished<'a, I> {
    /// The specification.
    pub spec: &'a JobSpec<I>,
    /// The product's box.
    pub product: Option<Frame>,
    /// The ink of the sculpted headline.
    pub headline: Option<Frame>,
}

/// The headline of an advertisement: text, face and size.
struct Headline<'a> {
    text: &'a str,
    font: &'a str,
    scale: f32,
}

/// Fields with the place of product and headline.
const PLACES: [&str; 6] = ["product_x", "product_y", "product_scale", "text_x", "text_y", "text_scale"];
/// Range of `text_scale`.
const SCALES: (f32, f32) = (0.2, 1.0);

/// Whether a request has layers, or a place for product or headline. The pipeline lays out all other requests itself.
pub fn is_placed_by_hand(fields: &Map<String, Value>) -> bool {
    let has = |name: &&str| fields.get(*name).is_some_and(|value| !value.is_null());
    PLACES.iter().any(has) || fields.get(LAYERS.name).is_some_and(|layers| layers.as_array().is_none_or(|l| !l.is_empty()))
}

/// The fields of the same advertisement on another canvas. `fields`: those of the request, with the layers as a list. `margins`: margins
/// of the new canvas that stay free.
pub fn adapt_request<I: InputImage>(
    fields: &Map<String, Value>,
    finished: &Finished<'_, I>,
    to: (u32, u32),
    margins: &Margins,
    fonts: &FontCatalog,
) -> Map<String, Value> {
    let mut fields = fields.clone();
    let spec = finished.spec;
    let from = (spec.width, spec.height);
    let sent = fields.get(LAYERS.name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut frames: Vec<Option<Frame>> = vec![None; sent.len()];
    for layer in spec.layers.iter().chain(&spec.hidden_layers) {
        let found = layers::bounds(layer, from, fonts);
        if let (Some(place), Some([x0, y0, x1, y1])) = (frames.get_mut(layer.index), found) {
            *place = Some(Frame { x0: x0 as f32, y0: y0 as f32, x1: x1 as f32, y1: y1 as f32 });
        }
    }
    let boxes = Boxes { canvas: from, product: finished.product, headline: finished.headline, layers: frames };
    let adapted = adapt(&boxes, to, margins);
    let layers = sent.into_iter().enumerate().map(|(at, mut layer)| {
        let moved = boxes.layers.get(at).copied().flatten().zip(adapted.layers.get(at).copied().flatten());
        if let (Some(object), Some((old, moved))) = (layer.as_object_mut(), moved) {
            move_layer(object, &old, &moved, from, to);
        }
        layer
    });
    let layers: Vec<Value> = layers.collect();
    if !layers.is_empty() {
        fields.insert(LAYERS.name.into(), Value::Array(layers));
    }
    if let Some(moved) = &adapted.product {
        for name in ["product_x", "product_y", "product_scale"] {
            fields.shift_remove(name);
        }
        fields.extend(product_area(moved, to).map(|(name, value)| (name.to_owned(), value)));
    }
    if let (Some(headline), Some(moved)) = (headline(spec), &adapted.headline) {
        place_headline(&mut fields, &headline, (&boxes, adapted.product.as_ref()), moved, to, fonts);
    }
    fields.insert("width".into(), json!(to.0));
    fields.insert("height".into(), json!(to.1));
    fields
}

fn headline<I>(spec: &JobSpec<I>) -> Option<Headline<'_>> {
    let text = match &spec.start {
        crate::request::Start::Background { text, .. } => text.as_ref()?,
        crate::request::Start::Text { text, .. } => text,
        crate::request::Start::Composite { .. } => return None,
    };
    Some(Headline { text: &text.content, font: &text.font, scale: spec.placement.text_scale.unwrap_or(1.0) })
}

/// Sets place and size of the headline. Its lines break as on the old canvas.
fn place_headline(
    fields: &mut Map<String, Value>,
    headline: &Headline<'_>,
    (boxes, product): (&Boxes, Option<&Moved>),
    moved: &Moved,
    to: (u32, u32),
    fonts: &FontCatalog,
) {
    let set = |text: &str, (w, h): (u32, u32), scale: f32, product: Option<Frame>| -> Option<TextLayout> {
        let canvas = (w as usize, h as usize);
        let columns = columns_beside(canvas, product.map(|frame| (frame.x0, frame.x1)));
        layout_text_between(fonts, headline.font, text, canvas, scale, columns).ok()
    };
    let Some(old) = set(headline.text, boxes.canvas, headline.scale, boxes.product) else { return };
    let lines = old.lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n");
    let Some(largest) = set(&lines, to, 1.0, product.map(|moved| moved.frame)) else { return };
    let scale = (old.font_px * moved.scale.0 / largest.font_px).clamp(SCALES.0, SCALES.1);
    let (x, y) = moved.frame.center();
    let share = |at: f32, side: u32| super::shapes::share(at.clamp(0.0, side as f32), side as f32);
    fields.insert("text_content".into(), json!(lines));
    fields.insert("text_x".into(), share(x, to.0));
    fields.insert("text_y".into(), share(y, to.1));
    fields.insert("text_scale".into(), json!((f64::from(scale) * 1000.0).floor().max(200.0) / 1000.0));
}
