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
pub mod flux;
#[cfg(feature = "cuda")]
mod kernels;
pub mod linear;
pub mod norm;
pub mod resnet;
pub mod swin;
pub mod t5;
pub mod unet;
pub mod vae;

use candle_core::{DType, Result, Tensor};

pub use attention::attention;
pub use conv::{Conv2d, ConvSpec};
pub use embedding::Embedding;
pub use linear::Linear;
pub use norm::{GroupNorm, LayerNorm, RmsNorm};

/// `a + b` in float32, `b` broadcast. Residual sums use it: they keep their precision whatever type the blocks compute in.
pub(crate) fn add_f32(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    a.to_dtype(DType::F32)?.broadcast_add(&b.to_dtype(DType::F32)?)
}
