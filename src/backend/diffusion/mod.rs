//! The diffusion engine: BiRefNet, FLUX and SDXL + ControlNet on candle.

pub mod component;
pub mod tokenize;
