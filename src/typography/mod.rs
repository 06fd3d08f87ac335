//! Fonts, text layout and rasterisation of the headline.

#![warn(clippy::disallowed_methods)]

mod breaks;
mod catalog;
mod describe;
mod face;
mod flat;
mod formats;
mod guard;
mod headers;
mod layout;
mod outline;
mod scan;
mod scripts;

pub use catalog::{FontCatalog, SkippedFont};
pub use describe::FontMetadata;
pub use face::FontEntry;
pub use flat::{FlatRun, FlatStyle, FlatText, Polygons, layout_flat};
pub use layout::{LINE_GAP, LayoutError, TextLayout, layout_text, layout_text_between};
pub use scripts::unsettable;
