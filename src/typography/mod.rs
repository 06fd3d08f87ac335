//! Fonts, layout and rasters of the slogan.

mod catalog;
mod layout;

pub use catalog::{FontCatalog, FontEntry, FontMetadata};
pub use layout::{LayoutError, TextLayout, layout_text};
