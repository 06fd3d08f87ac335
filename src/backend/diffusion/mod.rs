//! The diffusion engine: BiRefNet, FLUX and SDXL + ControlNet on candle.

pub mod component;
pub mod denoise;
pub mod error;
pub mod folder;
pub mod pictures;
pub mod preview;
pub mod sdxl;
pub mod tokenize;
