//! Fonts, text layout and rasterisation of the headline.

#![warn(clippy::disallowed_methods)]

mod breaks;
mod catalog;
mod color;
mod colored;
mod describe;
mod face;
mod faces;
mod fit;
mod flat;
mod formats;
mod guard;
mod headers;
mod layout;
mod outline;
mod sample;
mod scan;
mod shaping;
mod shaping_guard;
mod table;
mod trace;
mod wrap;

pub use catalog::{FontCatalog, SkippedFont};
pub use colored::{Colored, Polygons};
pub use describe::FontMetadata;
pub use face::FontEntry;
pub use fit::LINE_GAP;
pub use flat::{FlatRun, FlatStyle, FlatText, layout_flat};
pub use layout::{LayoutError, TextLayout, layout_text, layout_text_between};
pub use sample::sample;
