//! The diffusion engine: BiRefNet, FLUX and SDXL + ControlNet on candle.

pub mod component;
pub mod denoise;
pub mod device;
pub mod english;
pub mod error;
pub mod flux;
pub mod folder;
pub mod models;
pub mod pictures;
pub mod pipeline;
pub mod residency;
pub mod sizes;
pub mod tokenize;
