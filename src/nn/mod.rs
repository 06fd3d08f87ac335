//! Networks, written for their real checkpoints: all sizes come from the component's own config, tensor names are the files'.
//!
//! Every network takes its tensors from [`crate::weights::Vars`] and is compared with its reference in `tests/parity`.

pub mod attention;
pub mod birefnet;
mod birefnet_blocks;
pub mod conv;
pub mod deform_conv;
#[cfg(feature = "cuda")]
mod kernels;
pub mod linear;
pub mod norm;
pub mod swin;

pub use attention::attention;
pub use conv::{Conv2d, ConvSpec};
pub use linear::Linear;
pub use norm::{GroupNorm, LayerNorm, RmsNorm};
