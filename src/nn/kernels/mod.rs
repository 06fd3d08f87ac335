//! Operations on NVIDIA GPUs in place of plain ones: our own fused kernels, and NVIDIA's libraries.
//!
//! A function here returns `None` for a type, layout or size that it does not take; the caller then uses plain operations.

mod attention;
mod blas;
mod context;
mod cudnn;
mod deform_conv;
mod elementwise;
mod float8;
#[cfg(test)]
mod tests;
mod warm_up;

pub(super) use attention::attention;
pub(super) use blas::{Activation, linear, linear_added, linear_float8, linear_of_parts};
pub(super) use cudnn::convolution;
pub(super) use deform_conv::deform_columns;
pub(super) use elementwise::{
    Function, Update, activate, add, channels_last, gather_rows, geglu, group_norm, is_channels_last, layer_norm, layer_norm_of_sum,
    resize_bilinear, rms_norm, rotate_heads, swiglu, upsample_twice,
};
pub(super) use float8::{multiplies_float8, norm_quantize_rows, quantize_gated_rows, quantize_rows, unpack_rows};
pub use warm_up::warm_up;
