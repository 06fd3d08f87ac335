//! Requests: one field table, one parser for JSON, forms and flags, one [`JobSpec`] that cannot be invalid.
//!
//! Pure: no files, no clock.

mod defaults;
mod extensions;
pub mod fields;
mod json;
mod parse;
#[cfg(test)]
mod parse_tests;
mod placeholder;
mod reader;
mod schema;
mod spec;
mod step_number;

pub use defaults::{DEFAULT_BG_COMPOSITION_NEGATIVE, DEFAULT_BG_NEGATIVE, DEFAULT_TEXT_NEGATIVE};
pub use json::{RawRequest, read_fields};
pub use parse::{Attachments, Decode, FieldError, ParseContext, asks_for_plan, parse};
pub use spec::{
    BackendChoice, BackendKind, BackgroundSpec, CompositionMode, CompositionSpec, JobSpec, Placement, SourceImage, Start, TextPosition,
    TextSpec,
};
pub use step_number::{InvalidStep, StepNumber};
