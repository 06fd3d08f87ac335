//! Networks, written for their real checkpoints: all sizes come from the component's own config, tensor names are the files'.
//!
//! Every network takes its tensors from [`crate::weights::Vars`] and is compared with its reference in `tests/parity`.

pub mod attention;
pub mod clip;
pub mod conv;
pub mod embedding;
pub mod flux;
pub mod linear;
pub mod norm;
pub mod resnet;
pub mod t5;
pub mod unet;
pub mod vae;

pub use attention::attention;
pub use conv::{Conv2d, ConvSpec};
pub use embedding::Embedding;
pub use linear::Linear;
pub use norm::{GroupNorm, LayerNorm, RmsNorm};
