//! Queries, keys and values as one product makes them.

use candle_core::Tensor;

/// Queries, keys and values of consecutive tokens before norm and rotation.
#[derive(Clone, Copy)]
pub struct Qkv<'a> {
    /// q, k and v side by side, `[B, N, 3 · H · D]`.
    pub qkv: &'a Tensor,
    /// Weights of the RMS norms of q and k, `[D]` float32.
    pub norms: [&'a Tensor; 2],
}
