//! Type and rule of a request field.

use serde_json::{Value, json};

use super::step_number::StepNumber;

/// The word for a background that is not there.
pub const TRANSPARENT: &str = "transparent";

/// Type and rule of a field's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A whole number in a range.
    Integer {
        /// Smallest value.
        min: u64,
        /// Largest value.
        max: u64,
        /// Values are multiples of this.
        multiple: u64,
    },
    /// A whole number of 64 bits, or -1 to draw one at random.
    Seed,
    /// A number in a range.
    Number {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// `true` or `false`.
    Flag,
    /// A prompt for the backend.
    Prompt {
        /// Whether a blank text means an empty prompt instead of the default.
        may_be_blank: bool,
    },
    /// The text of the advertisement.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// The name of a listed font.
    Font,
    /// A picture.
    Image,
    /// A colour, `#RRGGBB`.
    Color,
    /// A colour, or [`TRANSPARENT`].
    Background,
    /// The list of layers.
    Layers,
    /// Within a layer: the text of a text layer or of a run.
    LayerText,
    /// Within a layer: a picture, which may be an SVG.
    LayerImage,
    /// Within a layer: a text for people, without effect on the picture.
    Label,
    /// Within a layer: an object of these fields, or a flag; `true` takes every default.
    Section(&'static [&'static Field]),
    /// Within a layer: a list of objects of these fields.
    List(&'static [&'static Field]),
}

/// The value of a field that was not sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fallback {
    /// Nothing.
    Nothing,
    /// A whole number.
    Integer(u64),
    /// A number.
    Number(f64),
    /// A flag.
    Flag(bool),
    /// A text.
    Text(&'static str),
    /// Depends on other things; described in English.
    Computed(&'static str),
}

/// One field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Name in JSON.
    pub name: &'static str,
    /// Other names that clients of earlier versions send.
    pub aliases: &'static [&'static str],
    /// Type and rule.
    pub kind: Kind,
    /// Value when absent or null.
    pub fallback: Fallback,
    /// The start steps that require it.
    pub required_for: &'static [StepNumber],
    /// The start steps that use it.
    pub used_by: &'static [StepNumber],
    /// Documentation, English.
    pub description: &'static str,
    /// Documentation, Korean.
    pub description_ko: &'static str,
    /// An example, as JSON.
    pub example: &'static str,
    /// Whether a job's parameters have it only if it was sent.
    pub silent: bool,
}

/// A picture in the examples: a box on a transparent ground, 24×24 PNG.
pub(super) const SMALL_PNG: &str = "\"iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAYAAADgdz34AAAAMElEQVR42mNgGAUDDRhxSVTYyP0nxaCOI4+wmsVEax+MWjBqwagFoxaMWjAKhgcAABgGBCA8GhyvAAAAAElFTkSuQmCC\"";

pub(super) const fn field(
    name: &'static str,
    kind: Kind,
    fallback: Fallback,
    description: &'static str,
    description_ko: &'static str,
) -> Field {
    Field {
        name,
        aliases: &[],
        kind,
        fallback,
        required_for: &[],
        used_by: &StepNumber::ALL,
        description,
        description_ko,
        example: "null",
        silent: false,
    }
}

impl Field {
    pub(super) const fn silent(mut self) -> Self {
        self.silent = true;
        self
    }

    pub(super) const fn like(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    pub(super) const fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    pub(super) const fn steps(mut self, used_by: &'static [StepNumber]) -> Self {
        self.used_by = used_by;
        self
    }

    pub(super) const fn required(mut self, required_for: &'static [StepNumber]) -> Self {
        self.required_for = required_for;
        self
    }

    /// Name of the JSON type, as in JSON Schema.
    pub fn json_type(&self) -> &'static str {
        match self.kind {
            Kind::Integer { .. } | Kind::Seed => "integer",
            Kind::Number { .. } => "number",
            Kind::Flag => "boolean",
            Kind::Prompt { .. } | Kind::Text | Kind::Choice(_) | Kind::Font | Kind::Image => "string",
            Kind::Color | Kind::Background | Kind::LayerText | Kind::LayerImage | Kind::Label => "string",
            Kind::Section(_) => "object",
            Kind::Layers | Kind::List(_) => "array",
        }
    }

    /// The default as JSON; null where it depends on other things.
    pub fn default_value(&self) -> Value {
        match self.fallback {
            Fallback::Nothing | Fallback::Computed(_) => Value::Null,
            Fallback::Integer(v) => json!(v),
            Fallback::Number(v) => json!(v),
            Fallback::Flag(v) => json!(v),
            Fallback::Text(v) => json!(v),
        }
    }

    /// The field's name, then its aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The example as JSON.
    pub fn example_value(&self) -> Value {
        serde_json::from_str(self.example).unwrap_or(Value::Null)
    }
}

pub(super) const fn integer(min: u64, max: u64) -> Kind {
    Kind::Integer { min, max, multiple: 1 }
}

pub(super) const fn number(min: f64, max: f64) -> Kind {
    Kind::Number { min, max }
}
