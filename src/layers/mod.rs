//! Draws layers on a picture: flat text, pictures and shapes with shadows.
//!
//! Each layer is drawn on a transparent patch with several samples per pixel, which is then composited over the picture. Colours are mixed as 8-bit
//! sRGB values, as in design programs, so an opaque layer has exactly its colour.

#![warn(clippy::disallowed_methods)]

mod bounds;
mod draw;
mod extent;
mod patch;
mod picture;
mod shape;
mod svg;
mod svg_cost;
#[cfg(test)]
mod tests;
mod text;

pub use bounds::bounds;
pub use draw::{LayerContext, draw};
pub use extent::text_extent;
pub use svg::{MAX_SVG_BYTES, decode_svg, is_svg};
