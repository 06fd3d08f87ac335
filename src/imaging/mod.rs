//! Pixel containers and the operations on them: colour, resize, masks, edges, blends, encode and decode.
//!
//! Two containers serve the whole program: [`Plane`] (one `f32` a pixel: mattes, masks, luminance) and [`LinearRgb`] (three
//! linear-light `f32` a pixel, Rec. 709 primaries, 1.0 = display white). Files and step results are 8-bit sRGB (`image` crate types).

pub mod blur;
pub mod canny;
pub mod decode;
pub mod encode;
pub mod mark;
pub mod matting;
mod plane;
pub mod png_chunks;
pub mod resize;
mod rgb;

pub use matting::Matte;
pub use plane::Plane;
pub use rgb::{LinearRgb, linear_to_srgb8, luminance, srgb_to_linear, srgb8_to_linear};
