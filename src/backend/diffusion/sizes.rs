//! How large the models are, from their files' headers.

use candle_core::DType;

use super::folder::Part;
use super::models::Models;
use super::residency::{Sizes, bytes_in_memory};
use crate::weights::WeightsError;

/// Bytes of every part in memory. Headers only are read.
///
/// # Errors
/// Missing or damaged files.
pub fn measure(models: &Models, dtype: DType, sdxl_dtype: DType) -> Result<Sizes, WeightsError> {
    let mut sizes = Sizes::default();
    if let Some(flux) = &models.flux {
        let part = |name: &str, word: &str| Part::find(flux, name, |file| file.contains(word)).and_then(|p| bytes_in_memory(&p, dtype));
        sizes.flux_transformer = part("transformer", "flux")?;
        sizes.flux_encoders = part("text_encoder", "clip_l")? + part("text_encoder_2", "t5")?;
        sizes.flux_vae = part("vae", "ae")?;
    }
    if let Some(sdxl) = &models.sdxl {
        let part = |name: &str| Part::find(sdxl, name, |_| false).and_then(|p| bytes_in_memory(&p, sdxl_dtype));
        let control = match &models.controlnet {
            Some(own) => bytes_in_memory(&Part::own(own), sdxl_dtype)?,
            None => part("controlnet")?,
        };
        sizes.sdxl_encoders = part("text_encoder")? + part("text_encoder_2")?;
        sizes.sdxl_networks = part("unet")? + control;
        sizes.sdxl_vae = match &models.sdxl_vae {
            Some(own) => bytes_in_memory(&Part::own(own), DType::F32)?,
            // Most overflow float16 and are kept in float32.
            None => Part::find(sdxl, "vae", |_| false).and_then(|p| bytes_in_memory(&p, DType::F32))?,
        };
    }
    if let Some(birefnet) = &models.birefnet {
        sizes.birefnet = bytes_in_memory(&Part::own(birefnet), dtype)?;
    }
    Ok(sizes)
}
