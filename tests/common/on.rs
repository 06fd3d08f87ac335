//! Where tests compute: on CPU in float32, or as `NANOCOCOA_TEST_DEVICE` (`cuda`, `cuda:1`) and `NANOCOCOA_TEST_DTYPE` (`bf16`, `f16`) say.
#![allow(clippy::unwrap_used)]

use candle_core::{DType, Device};
use nanococoa::backend::diffusion::diagnostics::component::{device_named, dtype_named};

/// The device, its name, and the type of networks that are tested alone.
pub fn place() -> (Device, String, DType) {
    let said = |name: &str, otherwise: &str| std::env::var(name).unwrap_or_else(|_| otherwise.into());
    let name = said("NANOCOCOA_TEST_DEVICE", "cpu");
    (device_named(&name).unwrap(), name, dtype_named(&said("NANOCOCOA_TEST_DTYPE", "f32")).unwrap())
}
