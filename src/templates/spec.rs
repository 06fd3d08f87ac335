//! The form of a template file. Lengths are in units, which scale with the canvas ([`super::geometry::unit`]).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::notice::Language;
use crate::request::layers::{Align, ShapeKind};

/// The slot of the headline, which `--text` and the studio's text fill.
pub const HEADLINE: &str = "headline";

/// A text in every language.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translations {
    /// English.
    #[serde(default)]
    pub en: String,
    /// Korean.
    #[serde(default)]
    pub ko: String,
}

impl Translations {
    /// The text in a language.
    pub fn of(&self, language: Language) -> &str {
        if language == Language::Korean { &self.ko } else { &self.en }
    }
}

/// A template.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Lower case letters, digits and hyphens.
    pub id: String,
    /// Name for people.
    pub name: Translations,
    /// Colours by their role.
    pub palette: BTreeMap<String, String>,
    /// The typefaces.
    #[serde(default)]
    pub fonts: Fonts,
    /// Prompt of the scene; without it the background is the palette's `paper` with the shapes on it.
    #[serde(default)]
    pub scene: Option<Translations>,
    /// Where texts and product stand.
    #[serde(default)]
    pub layout: Layout,
    /// The sculpted headline's style; without it the headline is flat. A banner always has a flat one.
    #[serde(default)]
    pub style: Option<Translations>,
    /// The texts and pictures that the user fills in.
    pub slots: Vec<Slot>,
    /// Shapes, lowest first.
    #[serde(default)]
    pub shapes: Vec<Shape>,
    /// The texts from top to bottom.
    pub items: Vec<Item>,
    /// A price badge at the product.
    #[serde(default)]
    pub badge: Option<Badge>,
}

/// The typefaces of a template, by their names in the font list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fonts {
    /// For headlines and prices.
    pub heading: String,
    /// For all other texts.
    pub body: String,
}

impl Default for Fonts {
    fn default() -> Self {
        Self { heading: "Pretendard/Pretendard-Black.otf".into(), body: "Pretendard/Pretendard-Bold.otf".into() }
    }
}

/// The side of the product on which the texts stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextSide {
    /// Above the product, or left of it.
    #[default]
    First,
    /// Below the product, or right of it.
    Last,
}

/// Where texts and product stand.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Layout {
    /// The side of the texts.
    pub text: TextSide,
    /// The texts' share of the height on an upright canvas.
    pub share: f32,
    /// The texts' share of the width on a wide canvas.
    pub wide_share: f32,
    /// Alignment on an upright canvas.
    pub align: Align,
    /// Alignment on a wide canvas.
    pub wide_align: Align,
    /// Height of the bar at the bottom in units; 0 for none.
    pub bar: f32,
    /// Colour of the bar.
    pub bar_fill: String,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            text: TextSide::First,
            share: 0.4,
            wide_share: 0.5,
            align: Align::Center,
            wide_align: Align::Left,
            bar: 0.0,
            bar_fill: "primary".into(),
        }
    }
}

/// The kind of value that a slot takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlotKind {
    /// A text.
    #[default]
    Text,
    /// A text whose number is larger than its currency.
    Price,
    /// A picture.
    Logo,
}

/// A text, price or logo that the user fills in.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Name in `--slot NAME=VALUE`.
    pub name: String,
    /// The kind of value.
    #[serde(default)]
    pub kind: SlotKind,
    /// The default text in English; an empty one leaves the slot out.
    #[serde(default)]
    pub en: String,
    /// The default text in Korean.
    #[serde(default)]
    pub ko: String,
}

impl Slot {
    /// The text if the user gives none.
    pub fn default_text(&self, language: Language) -> &str {
        if language == Language::Korean { &self.ko } else { &self.en }
    }
}

/// A class of aspect ratios. Templates lay out each class in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CanvasShape {
    /// Much higher than wide, as a story.
    Tall,
    /// Square, or a little higher than wide.
    Square,
    /// Wider than high, as a link preview.
    Wide,
    /// A banner.
    Banner,
}

/// A part of the canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Region {
    /// All of it.
    #[default]
    Canvas,
    /// The region of the texts.
    Text,
    /// The region of the texts, extended to the edges of the canvas.
    TextBleed,
    /// The box around the laid-out texts.
    TextBlock,
    /// The region of the product.
    Product,
    /// The region of the product, extended to the edges of the canvas.
    ProductBleed,
}

/// The level on which a shape is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Part of the background: the product casts its shadow on it. Not for templates with a scene.
    #[default]
    Backdrop,
    /// A layer behind product and headline.
    Behind,
    /// A layer below the texts.
    Above,
}

/// A shape.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shape {
    /// Its outline.
    pub shape: ShapeKind,
    /// The level.
    pub on: Level,
    /// The region that `at` and `size` are fractions of.
    pub region: Region,
    /// Centre, fractions of the region.
    pub at: [f32; 2],
    /// Width and height, fractions of the region.
    pub size: [f32; 2],
    /// Instead of `size`: width and height as fractions of the region's shorter side.
    pub side: Option<[f32; 2]>,
    /// Instead of `size`: width and height in units.
    pub units: Option<[f32; 2]>,
    /// Added to width and height, units.
    pub grow: [f32; 2],
    /// Moves the centre, units.
    pub shift: [f32; 2],
    /// Colour of the inside: a role or `#RRGGBB`.
    pub fill: Option<String>,
    /// Colour of the edge.
    pub border: Option<String>,
    /// Width of the edge, units.
    pub border_width: f32,
    /// Rotation, clockwise, degrees.
    pub rotation: f32,
    /// Opacity, 0 to 1.
    pub opacity: f32,
    /// Radius of round corners, fraction of the shorter side.
    pub radius: f32,
    /// Points of a burst.
    pub points: u32,
    /// Whether it has a soft shadow.
    pub shadow: bool,
    /// The canvases that have it; empty for all.
    pub only: Vec<CanvasShape>,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            shape: ShapeKind::Rectangle,
            on: Level::Backdrop,
            region: Region::Canvas,
            at: [0.5, 0.5],
            size: [1.0, 1.0],
            side: None,
            units: None,
            grow: [0.0, 0.0],
            shift: [0.0, 0.0],
            fill: None,
            border: None,
            border_width: 0.4,
            rotation: 0.0,
            opacity: 1.0,
            radius: 0.25,
            points: 18,
            shadow: false,
            only: Vec::new(),
        }
    }
}

/// The area in which a text is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The texts' region.
    #[default]
    Stack,
    /// The bar.
    Bar,
}

/// The role of a typeface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FontRole {
    /// Headlines.
    Heading,
    /// Other texts.
    #[default]
    Body,
}

/// A text or the logo.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Item {
    /// The slot that it shows.
    pub slot: String,
    /// The stack.
    pub place: Place,
    /// Type size, or height of a logo, units.
    pub size: f32,
    /// Colour.
    pub color: String,
    /// Face.
    pub font: FontRole,
    /// Maximum number of lines.
    pub lines: u32,
    /// Distance between baselines, ems.
    pub line_height: f32,
    /// Letter spacing, ems.
    pub spacing: f32,
    /// Distance from the text above, units.
    pub gap: f32,
    /// Colour of a plate.
    pub plate: Option<String>,
    /// Distance from the text to the plate's edge, ems.
    pub padding: f32,
    /// Radius of the plate's corners, fraction of its shorter side.
    pub radius: f32,
    /// Colour of a line through the text.
    pub strike: Option<String>,
    /// Colour of a line below the text.
    pub underline: Option<String>,
    /// Where there is no room, the texts with the largest number are left out first.
    pub priority: u32,
    /// The canvases that have it; empty for all.
    pub only: Vec<CanvasShape>,
}

impl Default for Item {
    fn default() -> Self {
        Self {
            slot: String::new(),
            place: Place::Stack,
            size: 4.0,
            color: "ink".into(),
            font: FontRole::Body,
            lines: 1,
            line_height: 1.2,
            spacing: 0.0,
            gap: 2.0,
            plate: None,
            padding: 0.5,
            radius: 0.5,
            strike: None,
            underline: None,
            priority: 5,
            only: Vec::new(),
        }
    }
}

/// A badge at the product.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Badge {
    /// The slots of its lines.
    pub slots: Vec<String>,
    /// Outline.
    pub shape: ShapeKind,
    /// Colour of the inside.
    pub fill: String,
    /// Colour of the letters.
    pub color: String,
    /// Colour of the edge.
    #[serde(default)]
    pub border: Option<String>,
    /// Width and height, units.
    pub size: f32,
    /// Centre, fractions of the product's region.
    pub at: [f32; 2],
    /// Rotation, clockwise, degrees.
    #[serde(default)]
    pub rotation: f32,
    /// The canvases that have it; empty for all.
    #[serde(default)]
    pub only: Vec<CanvasShape>,
}
