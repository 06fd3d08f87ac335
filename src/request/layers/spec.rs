//! The types that describe a layer, and their limits.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::super::choices::{Choice, UnknownWord, choice};

/// Most layers of a request.
pub const MAX_LAYERS: usize = 50;
/// Most characters of a text layer.
pub const MAX_LAYER_TEXT: usize = 500;
/// Most runs of a text layer.
pub const MAX_RUNS: usize = 50;
/// Most characters of a layer's name.
pub const MAX_LABEL: usize = 100;
/// Most pixels of all decoded pictures of the layers together.
pub const MAX_LAYER_PIXELS: u64 = 64_000_000;

/// An sRGB colour.
pub type Color = [u8; 3];

choice! {
    /// The type of a layer.
    #[derive(Default)]
    LayerType {
        /// Flat letters.
        #[default]
        Text = "text",
        /// A logo, sticker or photo.
        Picture = "picture",
        /// A geometric shape.
        Shape = "shape",
    }
}

choice! {
    /// Alignment of a text's lines within its box.
    #[derive(Default)]
    Align {
        /// At the left edge.
        Left = "left",
        /// In the middle.
        #[default]
        Center = "center",
        /// At the right edge.
        Right = "right",
    }
}

choice! {
    /// The outline of a shape.
    #[derive(Default)]
    ShapeKind {
        /// A rectangle with sharp corners.
        #[default]
        Rectangle = "rectangle",
        /// A rectangle with round corners.
        Rounded = "rounded",
        /// An ellipse; a circle where both sides are equally long in pixels.
        Ellipse = "ellipse",
        /// A straight line with round ends; the height is its thickness.
        Line = "line",
        /// A banner with folded, notched ends.
        Ribbon = "ribbon",
        /// A star with many points, as on price badges.
        Burst = "burst",
    }
}

impl Choice for LayerType {}
impl Choice for Align {}
impl Choice for ShapeKind {}

/// A layer that is drawn. `I` is the type of pictures.
#[derive(Clone, Debug)]
pub struct Layer<I> {
    /// Index in the request's list, from 0, by which messages name the layer.
    pub index: usize,
    /// Horizontal centre, fraction of the canvas' width.
    pub x: f32,
    /// Vertical centre, fraction of the canvas' height.
    pub y: f32,
    /// Clockwise rotation in degrees.
    pub rotation: f32,
    /// Opacity of the layer including its shadow, 0..=1.
    pub opacity: f32,
    /// Whether it lies behind product and headline instead of above everything.
    pub behind: bool,
    /// The shadow.
    pub shadow: Option<Shadow>,
    /// Its content.
    pub content: LayerContent<I>,
}

/// The content of a layer.
#[derive(Clone, Debug)]
pub enum LayerContent<I> {
    /// Flat letters.
    Text(FlatText),
    /// A picture.
    Picture(PictureLayer<I>),
    /// A shape.
    Shape(ShapeLayer),
}

/// Flat letters.
#[derive(Clone, Debug)]
pub struct FlatText {
    /// The text, in parts with the same style. Not empty; the joined text has a visible character.
    pub runs: Vec<TextRun>,
    /// Type size (em), fraction of the canvas' height.
    pub size: f32,
    /// Distance between baselines in ems.
    pub line_height: f32,
    /// Additional distance between letters in ems; negative brings them closer.
    pub letter_spacing: f32,
    /// Alignment of the lines.
    pub align: Align,
    /// Width of the box in which lines are broken, fraction of the canvas' width; `None` breaks only where the text does.
    pub width: Option<f32>,
    /// The line around the letters.
    pub outline: Option<Border>,
    /// The plate behind the letters.
    pub plate: Option<Plate>,
}

/// A part of a text with the same style.
#[derive(Clone, Debug)]
pub struct TextRun {
    /// Normalised to NFC; may contain line breaks.
    pub text: String,
    /// Full name of a listed font.
    pub font: String,
    /// Colour of the letters.
    pub color: Color,
    /// Size as a multiple of the layer's `size`.
    pub scale: f32,
}

/// A picture.
#[derive(Clone, Debug)]
pub struct PictureLayer<I> {
    /// The picture.
    pub image: I,
    /// Width of the box that it fits into, fraction of the canvas' width.
    pub width: Option<f32>,
    /// Height of the box that it fits into, fraction of the canvas' height. Width, height or both are set.
    pub height: Option<f32>,
    /// Radius of the corners, fraction of the shorter side, 0..=0.5.
    pub radius: f32,
}

/// A shape.
#[derive(Clone, Debug)]
pub struct ShapeLayer {
    /// Its outline.
    pub kind: ShapeKind,
    /// Fraction of the canvas' width.
    pub width: f32,
    /// Fraction of the canvas' height.
    pub height: f32,
    /// Colour of the inside; `None` leaves it transparent. Fill, border or both are set.
    pub fill: Option<Color>,
    /// The line along the edge, inside the shape.
    pub border: Option<Border>,
    /// Radius of the corners of [`ShapeKind::Rounded`], fraction of the shorter side, 0..=0.5.
    pub radius: f32,
    /// Points of [`ShapeKind::Burst`].
    pub points: u32,
    /// Depth of the notches of [`ShapeKind::Burst`], fraction of the radius.
    pub depth: f32,
}

/// A line along an edge.
#[derive(Clone, Debug)]
pub struct Border {
    /// Colour.
    pub color: Color,
    /// Width, fraction of the canvas' height.
    pub width: f32,
}

/// A soft shadow.
#[derive(Clone, Debug)]
pub struct Shadow {
    /// Colour.
    pub color: Color,
    /// Opacity, 0..=1.
    pub opacity: f32,
    /// Offset to the right, fraction of the canvas' height.
    pub x: f32,
    /// Offset downwards, fraction of the canvas' height.
    pub y: f32,
    /// Standard deviation of the blur, fraction of the canvas' height.
    pub blur: f32,
}

/// A plate behind letters.
#[derive(Clone, Debug)]
pub struct Plate {
    /// Colour.
    pub color: Color,
    /// Opacity, 0..=1.
    pub opacity: f32,
    /// Distance from the text to the upper and lower edge, fraction of the canvas' height; 1.5 times as much at the sides.
    pub padding: f32,
    /// Radius of the corners, fraction of the shorter side, 0..=0.5.
    pub radius: f32,
}

impl<I> Layer<I> {
    /// The JSON path of a field of this layer, such as `layers[2].color`.
    pub fn path(&self, field: &str) -> String {
        format!("layers[{}].{field}", self.index)
    }

    /// Converts the picture of the layer, if it has one. `picture` gets the layer's index and the picture.
    ///
    /// # Errors
    /// Those of `picture`.
    pub fn try_map<J, E>(self, picture: impl FnOnce(usize, I) -> Result<J, E>) -> Result<Layer<J>, E> {
        let content = match self.content {
            LayerContent::Text(text) => LayerContent::Text(text),
            LayerContent::Shape(shape) => LayerContent::Shape(shape),
            LayerContent::Picture(PictureLayer { image, width, height, radius }) => {
                LayerContent::Picture(PictureLayer { image: picture(self.index, image)?, width, height, radius })
            }
        };
        let Self { index, x, y, rotation, opacity, behind, shadow, .. } = self;
        Ok(Layer { index, x, y, rotation, opacity, behind, shadow, content })
    }

    /// The picture; `None` for other types.
    pub fn picture(&self) -> Option<&I> {
        if let LayerContent::Picture(picture) = &self.content { Some(&picture.image) } else { None }
    }
}

/// Names of the fonts that the layers use, each once.
pub fn fonts<I>(layers: &[Layer<I>]) -> BTreeSet<&str> {
    let texts = layers.iter().filter_map(|layer| if let LayerContent::Text(text) = &layer.content { Some(text) } else { None });
    texts.flat_map(|text| text.runs.iter().map(|run| run.font.as_str())).collect()
}
