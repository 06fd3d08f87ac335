//! Memory that the models take, computed from the headers of their files.

use std::sync::Arc;

use candle_core::DType;
use parking_lot::Mutex;

use super::flux2;
use super::folder::ComponentFiles;
use super::models::{Models, Painter};
use super::residency::{Sizes, bytes_in_memory, saved_by_float8};
use crate::nn::flux::is_in_float8;
use crate::nn::qwen3;
use crate::weights::{WeightsError, flux_names, flux2_names, qwen3_names};

/// The memory that the models took when they were last measured, so that the headers of unchanged files are read once. Clones share it.
#[derive(Clone, Default)]
pub struct MeasuredSizes(Arc<Mutex<Option<Measured>>>);

struct Measured {
    /// [`Models::identity`]
    identity: String,
    dtypes: (DType, DType),
    sizes: Sizes,
}

impl MeasuredSizes {
    /// The memory that every part takes. Reads headers only if files or types differ from the last call's.
    ///
    /// # Errors
    /// Missing or damaged files. Errors are not kept.
    pub fn measure(&self, models: &Models, dtype: DType, sdxl_dtype: DType) -> Result<Sizes, WeightsError> {
        let (identity, dtypes) = (models.identity(), (dtype, sdxl_dtype));
        let mut last = self.0.lock();
        if let Some(last) = last.as_ref().filter(|last| last.identity == identity && last.dtypes == dtypes) {
            return Ok(last.sizes);
        }
        let sizes = measure(models, dtype, sdxl_dtype)?;
        *last = Some(Measured { identity, dtypes, sizes });
        Ok(sizes)
    }
}

/// The memory that every part takes. Reads headers only.
///
/// # Errors
/// Missing or damaged files.
fn measure(models: &Models, dtype: DType, sdxl_dtype: DType) -> Result<Sizes, WeightsError> {
    let mut sizes = Sizes::default();
    // Only the family that paints is loaded.
    let paints = |family: Painter| models.painter() == family;
    if let Some(flux2) = models.flux2.as_ref().filter(|_| paints(Painter::Flux2)) {
        let part = |name: &str| flux2::files(flux2, name).and_then(|p| bytes_in_memory(&p, dtype));
        sizes.flux2_transformer = part("transformer")?;
        let saved = saved_by_float8(&flux2::files(flux2, "transformer")?, flux2_names::adapt, is_in_float8, dtype)?;
        sizes.flux2_transformer_float8 = sizes.flux2_transformer.saturating_sub(saved);
        sizes.flux2_encoder = encoder_bytes(&flux2::files(flux2, "text_encoder")?, dtype)?;
        sizes.flux2_vae = part("vae")?;
    }
    if let Some(flux) = models.flux.as_ref().filter(|_| paints(Painter::Flux1)) {
        let part =
            |name: &str, word: &str| ComponentFiles::find(flux, name, |file| file.contains(word)).and_then(|p| bytes_in_memory(&p, dtype));
        sizes.flux_transformer = part("transformer", "flux")?;
        let transformer = ComponentFiles::find(flux, "transformer", |file| file.contains("flux"))?;
        sizes.flux_transformer_float8 =
            sizes.flux_transformer.saturating_sub(saved_by_float8(&transformer, flux_names::adapt, is_in_float8, dtype)?);
        sizes.flux_encoders = part("text_encoder", "clip_l")? + part("text_encoder_2", "t5")?;
        sizes.flux_vae = part("vae", "ae")?;
    }
    if let Some(sdxl) = models.sdxl.as_ref().filter(|_| paints(Painter::Flux1)) {
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

/// Memory of Qwen3 on the device in bytes: the layers that are computed. (On the CPU the embedding is beside them; 1.6 GB in float32.)
fn encoder_bytes(files: &ComponentFiles, dtype: DType) -> Result<u64, WeightsError> {
    let whole = bytes_in_memory(files, dtype)?;
    let store = qwen3_names::adapt(files.open()?);
    let (mut loaded, mut all) = (0u64, 0u64);
    for name in store.names() {
        let elements = store.shape(&name).map_or(0, |shape| shape.iter().map(|&d| d as u64).product());
        all += elements;
        loaded += if qwen3::is_on_device(&name) { elements } else { 0 };
    }
    Ok((whole as f64 * loaded as f64 / all.max(1) as f64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn headers_are_read_once_until_a_file_changes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.safetensors");
        let tensor = candle_core::Tensor::zeros((8, 8), DType::F32, &candle_core::Device::Cpu).unwrap();
        candle_core::safetensors::save(&std::collections::HashMap::from([("w".to_owned(), tensor)]), &path).unwrap();
        let models = Models { birefnet: Some(dir.path().into()), ..Models::default() };
        let sizes = MeasuredSizes::default();
        let measured = |dtype| sizes.measure(&models, dtype, DType::F16).map(|sizes| sizes.birefnet).ok();
        assert_eq!(measured(DType::F32), Some(256));
        // The same length and time, but nothing that can be read: only the first measurement can answer.
        let (length, time) = fs::metadata(&path).map(|data| (data.len() as usize, data.modified().unwrap())).unwrap();
        fs::write(&path, vec![0xff; length]).unwrap();
        fs::File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
        assert_eq!((measured(DType::F32), measured(DType::BF16)), (Some(256), None));
        fs::write(&path, "shorter").unwrap();
        assert_eq!(measured(DType::F32), None);
    }
}
