//! Requests: one field table, one parser for every front end, one [`JobSpec`] that cannot be invalid.
//!
//! Pure: no files, no clock.

mod choices;
mod context;
mod defaults;
mod error;
mod extensions;
mod field;
pub mod fields;
mod input_image;
mod json;
mod json_limits;
pub mod layers;
mod parse;
#[cfg(test)]
mod parse_tests;
mod pictures;
mod placeholder;
mod product_fields;
mod raw;
mod reader;
mod rule;
mod spec;
mod step_number;
mod unknown;
mod value;

pub use choices::{BackendChoice, BackendKind, CompositionMode, Flip, ModelChoice, TextPosition, UnknownWord};
pub use context::ParseContext;
pub use defaults::{DEFAULT_BG_COMPOSITION_NEGATIVE, DEFAULT_BG_NEGATIVE, DEFAULT_TEXT_NEGATIVE};
pub use error::FieldError;
pub use input_image::{InputImage, KnownImage, SourceImage};
pub use json::read_fields;
pub use parse::parse;
pub use raw::{Attachment, Decode, DecodeLayer, OpenRequest, RawRequest, RequestKind, UnusableImage};
pub use spec::{Area, Backdrop, BackgroundSpec, CompositionSpec, JobSpec, Placement, ProductEdit, ShadowSpec, Start, TextSpec};
pub use step_number::{InvalidStep, StepNumber};
