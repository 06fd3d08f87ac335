//! Fonts, layout and rasters of the slogan.

mod catalog;
mod layout;
mod outline;

pub use catalog::{FontCatalog, FontEntry, FontMetadata};
pub use layout::{LayoutError, MAX_CHARS, TextLayout, layout_text};
