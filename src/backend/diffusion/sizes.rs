//! Memory that the models take, computed from the headers of their files.

use candle_core::DType;

use super::folder::ComponentFiles;
use super::models::Models;
use super::residency::{Sizes, bytes_in_memory};
use crate::weights::WeightsError;

/// The memory that every part takes. Reads headers only.
///
/// # Errors
/// Missing or damaged files.
pub fn measure(models: &Models, dtype: DType, sdxl_dtype: DType) -> Result<Sizes, WeightsError> {
    let mut sizes = Sizes::default();
    if let Some(flux) = &models.flux {
        let part =
            |name: &str, word: &str| ComponentFiles::find(flux, name, |file| file.contains(word)).and_then(|p| bytes_in_memory(&p, dtype));
        sizes.flux_transformer = part("transformer", "flux")?;
        sizes.flux_encoders = part("text_encoder", "clip_l")? + part("text_encoder_2", "t5")?;
        sizes.flux_vae = part("vae", "ae")?;
    }
    if let Some(sdxl) = &models.sdxl {
        let part = |name: &str| ComponentFiles::find(sdxl, name, |_| false).and_then(|p| bytes_in_memory(&p, sdxl_dtype));
        let control = match &models.controlnet {
            Some(own) => bytes_in_memory(&ComponentFiles::in_folder(own), sdxl_dtype)?,
            None => part("controlnet")?,
        };
        sizes.sdxl_encoders = part("text_encoder")? + part("text_encoder_2")?;
        sizes.sdxl_networks = part("unet")? + control;
        sizes.sdxl_vae = match &models.sdxl_vae {
            Some(own) => bytes_in_memory(&ComponentFiles::in_folder(own), DType::F32)?,
            // Most autoencoders overflow float16 and run in float32.
            None => ComponentFiles::find(sdxl, "vae", |_| false).and_then(|p| bytes_in_memory(&p, DType::F32))?,
        };
    }
    if let Some(birefnet) = &models.birefnet {
        sizes.birefnet = bytes_in_memory(&ComponentFiles::in_folder(birefnet), dtype)?;
    }
    Ok(sizes)
}
