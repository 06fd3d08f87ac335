//! CUDA kernels, compiled at run time for the GPU in use.

mod deform_conv;

use std::sync::OnceLock;

use candle_core::cuda_backend::cudarc::{driver::CudaFunction, nvrtc};
use candle_core::{CudaDevice, Result};

pub(super) use deform_conv::deform_columns;

/// A source file, compiled once per process.
struct Source {
    name: &'static str,
    code: &'static str,
    ptx: OnceLock<std::result::Result<String, String>>,
}

impl Source {
    const fn new(name: &'static str, code: &'static str) -> Self {
        Self { name, code, ptx: OnceLock::new() }
    }

    /// A kernel of this file, loaded on a device.
    fn function(&self, device: &CudaDevice, kernel: &str) -> Result<CudaFunction> {
        let compile = || nvrtc::compile_ptx(self.code).map(|ptx| ptx.to_src()).map_err(|e| e.to_string());
        match self.ptx.get_or_init(compile) {
            Ok(ptx) => Ok(device.get_or_load_custom_func(kernel, self.name, ptx)?.into_cuda_function()),
            Err(e) => candle_core::bail!("the CUDA kernel {} cannot be compiled: {e}", self.name),
        }
    }
}
