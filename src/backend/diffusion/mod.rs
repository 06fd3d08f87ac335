//! The diffusion engine: BiRefNet, FLUX and SDXL + ControlNet on candle.

pub mod birefnet;
pub mod component;
