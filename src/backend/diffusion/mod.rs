//! The diffusion backend: BiRefNet, FLUX and SDXL with a ControlNet, on candle.

pub mod autoencoder;
pub mod backend;
pub mod birefnet;
pub mod chat;
pub mod compositing;
pub mod denoise;
pub mod device;
pub mod diagnostics;
pub mod error;
pub mod flux;
pub mod flux2;
pub mod folder;
pub mod loaded;
pub mod loader;
pub mod models;
pub mod paint_size;
mod parts;
pub mod pictures;
pub mod preview;
pub mod prompt_cache;
pub mod prompt_fields;
pub mod prompt_language;
pub mod report;
pub mod residency;
pub mod sdxl;
pub mod sizes;
pub mod tokenize;
