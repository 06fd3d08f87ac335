//! Formats of advertisements: a catalogue with the sizes, limits and rules of the places where they are shown, and the export that meets them.
//!
//! The catalogue is `assets/formats.toml`; a user's `formats.toml` beside the settings adds to it. [`export`] fits a finished picture to a
//! format, checks its rules and searches the best quality below its byte limit.

mod catalogue;
mod compress;
mod export;
mod fit;
mod read;
mod rules;
mod spec;

pub use catalogue::{Catalogue, CatalogueError};
pub use compress::Compression;
pub use export::{Exported, Master, Options, export, picture_for};
pub use spec::{FileType, FormatRule, FormatSource, FormatSpec, SafeZone};
