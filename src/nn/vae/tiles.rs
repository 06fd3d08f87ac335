//! Processes large pictures in overlapping tiles to save memory. Seams are blended linearly over the overlap.
//!
//! Reference: diffusers `models/autoencoders/autoencoder_kl.py`, `_tiled_encode`, `tiled_decode`, `blend_v`, `blend_h`.

use candle_core::{Result, Tensor};

/// Sides of tiles before and after the network, in pixels of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiling {
    /// Side of a tile in picture pixels.
    pub sample: usize,
    /// Side of the same tile in latent pixels.
    pub latent: usize,
}

/// Share of a tile that overlaps with its neighbour.
const OVERLAP: f64 = 0.25;

/// Side of an input tile, distance between input tiles, side of the kept part of an output tile, and width of the seam.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    input: usize,
    stride: usize,
    keep: usize,
    seam: usize,
}

impl Plan {
    pub(super) fn new(input: usize, output: usize) -> Self {
        let stride = ((input as f64 * (1.0 - OVERLAP)) as usize).max(1);
        let seam = (output as f64 * OVERLAP) as usize;
        Self { input, stride, keep: output - seam, seam }
    }

    /// How many tiles a picture of this size has.
    pub(super) fn count(&self, height: usize, width: usize) -> usize {
        height.div_ceil(self.stride) * width.div_ceil(self.stride)
    }

    /// Runs `network` on every tile of `x` and joins the outputs. Besides the result, only one row of tiles is in memory.
    pub(super) fn run(&self, x: &Tensor, mut network: impl FnMut(&Tensor) -> Result<Option<Tensor>>) -> Result<Option<Tensor>> {
        let (_, _, height, width) = x.dims4()?;
        let mut rows = Vec::new();
        let mut above: Vec<Tensor> = Vec::new();
        for top in (0..height).step_by(self.stride) {
            let band = x.narrow(2, top, self.input.min(height - top))?;
            let mut row: Vec<Tensor> = Vec::new();
            for left in (0..width).step_by(self.stride) {
                let Some(mut tile) = network(&band.narrow(3, left, self.input.min(width - left))?.contiguous()?)? else {
                    return Ok(None);
                };
                if let Some(above) = above.get(row.len()) {
                    tile = blend(above, &tile, 2, self.seam)?;
                }
                if let Some(before) = row.last() {
                    tile = blend(before, &tile, 3, self.seam)?;
                }
                row.push(tile);
            }
            let kept = row.iter().map(|t| t.narrow(2, 0, self.keep.min(t.dim(2)?))?.narrow(3, 0, self.keep.min(t.dim(3)?)));
            rows.push(Tensor::cat(&kept.collect::<Result<Vec<_>>>()?, 3)?);
            above = row;
        }
        Tensor::cat(&rows, 2).map(Some)
    }
}

/// The first `seam` rows or columns of `b` fade in over the last ones of `a`.
fn blend(a: &Tensor, b: &Tensor, dim: usize, seam: usize) -> Result<Tensor> {
    let (from, size) = (a.dim(dim)?, b.dim(dim)?);
    let seam = seam.min(from).min(size);
    if seam == 0 {
        return Ok(b.clone());
    }
    let mut shape = [1, 1, 1, 1];
    shape[dim] = seam;
    let weights: Vec<f32> = (0..seam).map(|i| i as f32 / seam as f32).collect();
    let weights = Tensor::from_vec(weights, &shape, b.device())?.to_dtype(b.dtype())?;
    let old = a.narrow(dim, from - seam, seam)?;
    let faded = (&old + b.narrow(dim, 0, seam)?.sub(&old)?.broadcast_mul(&weights)?)?;
    if seam == size {
        return Ok(faded);
    }
    Tensor::cat(&[faded, b.narrow(dim, seam, size - seam)?], dim)
}
