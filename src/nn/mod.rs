//! The networks. All sizes come from the component's own config; tensor names are those of the public checkpoints.
//!
//! Every network takes its tensors from [`crate::weights::Vars`] and is compared with its reference in `tests/parity`.

pub mod attention;
pub mod birefnet;
mod birefnet_blocks;
pub mod clip;
pub mod conv;
mod deform_columns;
pub mod deform_conv;
pub mod embedding;
pub mod float8;
pub mod flux;
pub mod flux2;
pub mod fused;
#[cfg(feature = "cuda")]
mod kernels;
pub mod linear;
pub mod norm;
mod qkv;
pub mod qwen3;
pub mod resnet;
pub mod swin;
pub mod t5;
pub mod unet;
pub mod vae;

pub use attention::attention;
pub use conv::{Conv2d, ConvSpec};
pub use embedding::Embedding;
#[cfg(feature = "cuda")]
pub use kernels::warm_up;
pub use linear::{JoinedLinear, Linear};
pub use norm::{GroupNorm, LayerNorm, RmsNorm};
