//! Image containers and operations: colour conversion, resizing, blur, matting, edges, encoding and decoding.
//!
//! Computations use two containers: [`Plane`] (one `f32` per pixel: mattes, masks, luminance) and [`LinearRgb`] (three linear-light `f32`
//! per pixel, Rec. 709 primaries, 1.0 = display white). Files and step results are 8-bit sRGB (types of the `image` crate).

#![warn(clippy::disallowed_methods)]

pub mod blur;
pub mod canny;
pub mod decode;
mod detail;
pub mod encode;
pub mod enlarge;
pub mod mark;
pub mod matting;
pub mod palette;
mod plane;
pub mod png_chunks;
mod pyramid;
pub mod resize;
mod rgb;

pub use matting::Matte;
pub use plane::{Plane, neighbours};
pub use pyramid::continued;
pub use rgb::{LinearRgb, flattened, linear_to_srgb8, luminance, over_white, srgb_to_linear, srgb8_to_linear};
