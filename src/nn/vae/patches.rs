//! The latents of FLUX.2's diffusion model: patches of the autoencoder's latents, normalised with the statistics of the training pictures.
//!
//! Reference: diffusers `models/autoencoders/autoencoder_kl_flux2.py` (`bn`) and `pipelines/flux2/pipeline_flux2_klein.py`
//! (`_patchify_latents`, `_unpatchify_latents`).

use candle_core::{DType, Result, Tensor};

use super::config::VaeConfig;
use crate::weights::{LoadResult, Vars};

/// Mean and deviation of each channel of a patch, `[1, channels, 1, 1]` float32.
pub(super) struct PatchStatistics {
    mean: Tensor,
    deviation: Tensor,
    patch: (usize, usize),
}

impl PatchStatistics {
    /// Loads `running_mean` and `running_var`.
    pub(super) fn load(vars: &Vars, config: &VaeConfig) -> LoadResult<Self> {
        let vars = vars.with_dtype(DType::F32);
        let channels = config.latent_channels * config.patch_size.0 * config.patch_size.1;
        let (mean, variance) = (vars.get("running_mean", channels)?, vars.get("running_var", channels)?);
        let row = (1, channels, 1, 1);
        let deviation = (variance + config.batch_norm_eps)?.sqrt()?;
        Ok(Self { mean: mean.reshape(row)?, deviation: deviation.reshape(row)?, patch: config.patch_size })
    }

    /// `[B, C, H, W]` → `[B, C · patch, H / patch height, W / patch width]`.
    pub(super) fn normalise(&self, latents: &Tensor) -> Result<Tensor> {
        let (b, c, h, w) = latents.dims4()?;
        let (rows, columns) = self.patch;
        let patches = latents.reshape((b, c, h / rows, rows, w / columns, columns))?.permute((0, 1, 3, 5, 2, 4))?;
        let patches = patches.contiguous()?.reshape((b, c * rows * columns, h / rows, w / columns))?;
        patches.to_dtype(DType::F32)?.broadcast_sub(&self.mean)?.broadcast_div(&self.deviation)
    }

    /// The inverse of [`PatchStatistics::normalise`].
    pub(super) fn restore(&self, patches: &Tensor) -> Result<Tensor> {
        let (b, c, h, w) = patches.dims4()?;
        let (rows, columns) = self.patch;
        let latents = patches.to_dtype(DType::F32)?.broadcast_mul(&self.deviation)?.broadcast_add(&self.mean)?;
        let latents = latents.reshape((b, c / (rows * columns), rows, columns, h, w))?.permute((0, 1, 4, 2, 5, 3))?;
        latents.contiguous()?.reshape((b, c / (rows * columns), h * rows, w * columns))
    }
}
