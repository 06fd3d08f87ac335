//! An autoencoder between 8-bit pictures and the latents of its diffusion model.

use candle_core::{DType, Tensor};
use image::RgbImage;

use super::error::{DiffusionError, DiffusionResult};
use super::pictures::to_image;
use crate::nn::vae::{AutoencoderKl, ProgressCallback, Tiling, VaeConfig};

/// A loaded autoencoder and the type that it computes in.
pub struct Autoencoder {
    network: AutoencoderKl,
    dtype: DType,
}

impl Autoencoder {
    /// Wraps a network that was loaded in `dtype`.
    pub fn new(network: AutoencoderKl, dtype: DType) -> Self {
        Self { network, dtype }
    }

    /// The network's sizes.
    pub fn config(&self) -> &VaeConfig {
        self.network.config()
    }

    /// Tiles with a side of `side` picture pixels; `None` for whole pictures.
    fn tiling(&self, side: Option<usize>) -> Option<Tiling> {
        side.map(|sample| Tiling { sample, latent: sample / self.config().scale() })
    }

    /// Pixels `[1, 3, H, W]` in −1..1 → scaled latents in float32: a sample with `noise`, which is standard normal and has the shape of the latents,
    /// or without it the mean. `tile` is the side of the tiles.
    ///
    /// # Errors
    /// Out of memory, [`DiffusionError::Stopped`].
    pub fn encode(
        &self,
        pixels: &Tensor,
        noise: Option<&Tensor>,
        tile: Option<usize>,
        progress: ProgressCallback<'_>,
    ) -> DiffusionResult<Tensor> {
        let pixels = pixels.to_dtype(self.dtype)?;
        let moments = self.network.encode_with(&pixels, self.tiling(tile), progress)?.ok_or(DiffusionError::Stopped)?;
        let latents = match noise {
            Some(noise) => moments.sample(noise)?,
            None => moments.mean,
        };
        Ok(self.network.scale_latents(&latents.to_dtype(DType::F32)?)?)
    }

    /// Scaled latents `[B, C, h, w]` → pixels `[B, 3, H, W]`, about −1 to 1, float32.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn decode_tensor(&self, latents: &Tensor) -> DiffusionResult<Tensor> {
        let latents = self.network.unscale_latents(latents)?.to_dtype(self.dtype)?;
        Ok(self.network.decode(&latents)?.to_dtype(DType::F32)?)
    }

    /// Scaled latents `[1, C, h, w]` → a picture. `tile` is the side of the tiles.
    ///
    /// # Errors
    /// Out of memory, [`DiffusionError::Stopped`], values that are not finite.
    pub fn decode(&self, latents: &Tensor, tile: Option<usize>, progress: ProgressCallback<'_>) -> DiffusionResult<RgbImage> {
        let latents = self.network.unscale_latents(latents)?.to_dtype(self.dtype)?;
        let pixels = self.network.decode_with(&latents, self.tiling(tile), progress)?;
        to_image(&pixels.ok_or(DiffusionError::Stopped)?)
    }
}
