//! Formats of advertisements: a catalogue of the sizes, limits and rules of platforms and print products, and the export to them.
//!
//! The catalogue is `assets/formats.toml`, completed by a user's `formats.toml` beside the settings. [`export`] fits a finished picture to a format,
//! checks the rules and finds the best quality within the byte limit. [`write_ora`] packs layers, [`write_pdf`] makes a page for print.

mod catalogue;
mod compress;
mod export;
mod fit;
mod ora;
mod pdf;
mod read;
mod rules;
mod spec;

pub use catalogue::{Catalogue, CatalogueError};
pub use compress::Compression;
pub use export::{Exported, Master, Options, export, has_clear_pixels, no_transparency, picture_for};
pub use ora::{OraLayer, write_ora};
pub use pdf::{PRINT_DPI, write_pdf};
pub use spec::{FileType, FormatRule, FormatSource, FormatSpec, SafeZone};
