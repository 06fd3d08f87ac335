//! The diffusion engine: BiRefNet, FLUX and SDXL + ControlNet on candle.

pub mod backend;
pub mod birefnet;
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
pub mod preview;
pub mod prompts;
pub mod report;
pub mod residency;
pub mod sdxl;
pub mod sizes;
pub mod tokenize;
