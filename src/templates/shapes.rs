//! The shapes of a template on a canvas: as layers, or painted into the background.

use image::{Rgb, RgbImage};
use serde_json::{Map, Value, json};

use super::color::hex;
use super::geometry::{Frame, Regions};
use super::spec::{Level, Shape};
use crate::cancel::CancelToken;
use crate::layers::{self, LayerContext};
use crate::request::SourceImage;
use crate::request::layers::{Border, Color, Layer, LayerContent, Shadow, ShapeKind, ShapeLayer};
use crate::typography::FontCatalog;

/// A shape in pixels of the canvas, with its colours.
#[derive(Clone, Debug)]
pub(super) struct PlacedShape {
    pub(super) kind: ShapeKind,
    pub(super) on: Level,
    pub(super) frame: Frame,
    pub(super) fill: Option<Color>,
    pub(super) border: Option<(Color, f32)>,
    pub(super) rotation: f32,
    pub(super) opacity: f32,
    pub(super) radius: f32,
    pub(super) points: u32,
    pub(super) shadow: bool,
}

/// Depth of a burst's notches.
const DEPTH: f32 = 0.11;
/// A text within this fraction of the half axes of an ellipse or burst lies on it.
const INSIDE: f32 = 0.98;

impl PlacedShape {
    /// A filled shape.
    pub(super) fn filled(kind: ShapeKind, frame: Frame, fill: Color) -> Self {
        Self {
            kind,
            on: Level::Above,
            frame,
            fill: Some(fill),
            border: None,
            rotation: 0.0,
            opacity: 1.0,
            radius: 0.25,
            points: 18,
            shadow: false,
        }
    }

    /// A template's shape on a canvas. `color` finds a role's colour.
    pub(super) fn of(shape: &Shape, regions: &Regions, color: &dyn Fn(&str) -> Color) -> Option<Self> {
        if !shape.only.is_empty() && !shape.only.contains(&regions.shape) {
            return None;
        }
        let (region, unit) = (regions.frame(shape.region), regions.unit);
        let shorter = region.width().min(region.height());
        let [w, h] = match (shape.side, shape.units) {
            (Some([w, h]), _) => [w * shorter, h * shorter],
            (None, Some([w, h])) => [w * unit, h * unit],
            (None, None) => [shape.size[0] * region.width(), shape.size[1] * region.height()],
        };
        let (w, h) = (w + shape.grow[0] * unit, h + shape.grow[1] * unit);
        let x = region.x0 + shape.at[0] * region.width() + shape.shift[0] * unit;
        let y = region.y0 + shape.at[1] * region.height() + shape.shift[1] * unit;
        (w > 0.0 && h > 0.0).then(|| Self {
            kind: shape.shape,
            on: shape.on,
            frame: Frame::around((x, y), w, h),
            fill: shape.fill.as_deref().map(color),
            border: shape.border.as_deref().map(|role| (color(role), shape.border_width * unit)),
            rotation: shape.rotation,
            opacity: shape.opacity,
            radius: shape.radius,
            points: shape.points,
            shadow: shape.shadow,
        })
    }

    /// The shape as a layer of a request.
    pub(super) fn json(&self, name: &str, (width, height): (u32, u32)) -> Value {
        let (w, h) = (width as f32, height as f32);
        let (x, y) = self.frame.center();
        let mut layer = Map::new();
        let mut put = |key: &str, value: Value| drop(layer.insert(key.into(), value));
        put("type", json!("shape"));
        put("name", json!(name));
        put("shape", json!(self.kind.to_string()));
        put("x", share(x, w));
        put("y", share(y, h));
        put("width", share(self.frame.width(), w));
        put("height", share(self.frame.height(), h));
        if let Some(fill) = self.fill {
            put("fill", json!(hex(fill)));
        }
        if let Some((color, width)) = self.border {
            put("border", json!({"color": hex(color), "width": share(width, h)}));
        }
        if self.rotation != 0.0 {
            put("rotation", json!(self.rotation));
        }
        if self.opacity < 1.0 {
            put("opacity", decimal(self.opacity));
        }
        match self.kind {
            ShapeKind::Rounded => put("radius", decimal(self.radius)),
            ShapeKind::Burst => {
                put("points", json!(self.points));
                put("depth", decimal(DEPTH));
            }
            _ => {}
        }
        if self.shadow {
            put("shadow", json!(true));
        }
        if self.on == Level::Behind {
            put("behind", json!(true));
        }
        Value::Object(layer)
    }

    fn layer(&self, (width, height): (u32, u32)) -> Layer<SourceImage> {
        let (w, h) = (width as f32, height as f32);
        let (x, y) = self.frame.center();
        Layer {
            index: 0,
            x: x / w,
            y: y / h,
            rotation: self.rotation,
            opacity: self.opacity,
            behind: false,
            shadow: self.shadow.then_some(Shadow { color: [0; 3], opacity: 0.25, x: 0.0, y: 0.006, blur: 0.012 }),
            content: LayerContent::Shape(ShapeLayer {
                kind: self.kind,
                width: self.frame.width() / w,
                height: self.frame.height() / h,
                fill: self.fill,
                border: self.border.map(|(color, width)| Border { color, width: width / h }),
                radius: self.radius,
                points: self.points,
                depth: DEPTH,
            }),
        }
    }

    /// How much of a box the shape's fill covers.
    pub(super) fn cover(&self, text: &Frame) -> Cover {
        let paints = self.fill.is_some() && self.kind != ShapeKind::Line;
        if !paints || !self.frame.overlaps(text, 0.5) {
            return Cover::None;
        }
        let (cx, cy) = self.frame.center();
        let corners = [(text.x0, text.y0), (text.x1, text.y0), (text.x0, text.y1), (text.x1, text.y1)];
        let is_round = matches!(self.kind, ShapeKind::Ellipse | ShapeKind::Burst);
        let within = |(x, y): (f32, f32), reach: f32| {
            let (a, b) = ((x - cx) / (self.frame.width() / 2.0), (y - cy) / (self.frame.height() / 2.0));
            a * a + b * b <= reach * reach
        };
        let depth = if self.kind == ShapeKind::Burst { 1.0 - DEPTH } else { 1.0 };
        if is_round {
            if corners.iter().all(|c| within(*c, INSIDE * depth)) {
                return Cover::All;
            }
            let nearest = (cx.clamp(text.x0, text.x1), cy.clamp(text.y0, text.y1));
            return if within(nearest, 1.0) { Cover::Some } else { Cover::None };
        }
        if self.rotation == 0.0 && self.frame.holds(text, 0.5) { Cover::All } else { Cover::Some }
    }
}

/// See [`PlacedShape::cover`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cover {
    All,
    Some,
    None,
}

/// A background of one colour with shapes on it.
pub(super) fn painted(paper: Color, shapes: &[PlacedShape], canvas: (u32, u32), fonts: &FontCatalog) -> RgbImage {
    let mut image = RgbImage::from_pixel(canvas.0, canvas.1, Rgb(paper));
    let layers: Vec<_> = shapes.iter().map(|shape| shape.layer(canvas)).collect();
    let cancel = CancelToken::default();
    // Shapes give no notices, and nobody stops them.
    let _ = layers::draw(&mut image, &layers, LayerContext { fonts, hidden: None, cancel: &cancel });
    image
}

/// A number with five decimals.
pub(super) fn decimal(value: f32) -> Value {
    json!((f64::from(value) * 100_000.0).round() / 100_000.0)
}

/// A length as a fraction of a side.
pub(super) fn share(length: f32, side: f32) -> Value {
    decimal(length / side)
}
