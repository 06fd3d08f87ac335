//! The geometry of the columns that a deformable convolution gathers, shared by the CPU code and the CUDA kernel.

/// The parameters of a deformable convolution; the same in both directions.
#[derive(Clone, Copy, Debug)]
pub struct DeformSpec {
    /// Step between outputs.
    pub stride: usize,
    /// Zeros around the input.
    pub padding: usize,
    /// Dilation of the kernel.
    pub dilation: usize,
}

/// Gathers columns `[B, C·K·K, rows·W']` for some rows of the output.
pub(super) struct Columns {
    /// Side of the kernel.
    pub kernel: usize,
    /// Stride, padding and dilation.
    pub spec: DeformSpec,
    /// Height of the whole output.
    pub out_height: usize,
    /// Width of the output.
    pub out_width: usize,
    /// The first row to gather for.
    pub first_row: usize,
    /// The number of rows to gather for.
    pub rows: usize,
}
