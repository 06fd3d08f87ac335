//! Which parts stay in memory. A plan is chosen by the free memory; if memory runs out anyway, the next smaller plan is tried.

use std::sync::Arc;

use candle_core::DType;

use super::folder::ComponentFiles;
use crate::notice;
use crate::notice::Notice;
use crate::weights::safetensors::find_in_folder;
use crate::weights::{TensorStore, WeightsError};

const GIB: f64 = (1u64 << 30) as f64;
/// Share of the free memory that a plan may take; the rest is for fragmentation and other programs.
const SHARE: f64 = 0.94;
/// Activations of BiRefNet in bytes, which works on a square of 1024 pixels. Estimated; not measured.
const MATTING: u64 = 3 << 30;

/// Which parts of a model stay in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// The text encoders stay after prompts are encoded.
    pub encoders: bool,
    /// The denoising networks stay while the autoencoder works, and between jobs.
    pub networks: bool,
    /// Side of the autoencoder's tiles in picture pixels; `None` for whole pictures.
    pub tile: Option<usize>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { encoders: true, networks: true, tile: None }
    }
}

/// Memory of each part in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// T5 and CLIP of FLUX.
    pub flux_encoders: u64,
    /// The FLUX transformer.
    pub flux_transformer: u64,
    /// The FLUX transformer with its products in 8 bits.
    pub flux_transformer_float8: u64,
    /// FLUX's autoencoder.
    pub flux_vae: u64,
    /// Both text encoders of SDXL.
    pub sdxl_encoders: u64,
    /// UNet and ControlNet.
    pub sdxl_networks: u64,
    /// SDXL's autoencoder.
    pub sdxl_vae: u64,
    /// Qwen3 of FLUX.2.
    pub flux2_encoder: u64,
    /// The FLUX.2 transformer.
    pub flux2_transformer: u64,
    /// The FLUX.2 transformer with its products in 8 bits.
    pub flux2_transformer_float8: u64,
    /// FLUX.2's autoencoder.
    pub flux2_vae: u64,
    /// BiRefNet.
    pub birefnet: u64,
}

impl Sizes {
    /// The same with the products of the transformers in 8 bits.
    #[must_use]
    pub fn in_float8(self) -> Self {
        Self { flux_transformer: self.flux_transformer_float8, flux2_transformer: self.flux2_transformer_float8, ..self }
    }

    /// Everything.
    pub fn all(&self) -> u64 {
        self.flux() + self.sdxl() + self.flux2() + self.birefnet
    }

    /// All of FLUX.
    pub fn flux(&self) -> u64 {
        self.flux_encoders + self.flux_transformer + self.flux_vae
    }

    /// All of FLUX.2.
    pub fn flux2(&self) -> u64 {
        self.flux2_encoder + self.flux2_transformer + self.flux2_vae
    }

    /// All of SDXL and its ControlNet.
    pub fn sdxl(&self) -> u64 {
        self.sdxl_encoders + self.sdxl_networks + self.sdxl_vae
    }
}

/// Memory of one component in bytes: its elements in `dtype`, or the file size if that is smaller because the weights are quantised.
///
/// # Errors
/// Missing or damaged files.
pub fn bytes_in_memory(files: &ComponentFiles, dtype: DType) -> Result<u64, WeightsError> {
    let store = files.open()?;
    let elements: u64 = store.names().iter().filter_map(|n| store.shape(n)).map(|s| s.iter().map(|&d| d as u64).product::<u64>()).sum();
    Ok((elements * dtype.size_in_bytes() as u64).min(if is_packed(files) { files.bytes() } else { u64::MAX }))
}

/// Bytes that a dense network has fewer if its products are in 8 bits: one of two for each value of the matrices that `is_in_float8` names, which
/// then have a float32 scale for each row. `adapt` gives the tensors these names.
///
/// # Errors
/// Missing or damaged files.
pub fn saved_by_float8(
    files: &ComponentFiles,
    adapt: fn(Arc<dyn TensorStore>) -> Arc<dyn TensorStore>,
    is_in_float8: fn(&str) -> bool,
    dtype: DType,
) -> Result<u64, WeightsError> {
    if is_packed(files) {
        return Ok(0);
    }
    let store = adapt(files.open()?);
    let saved = |name: &String| match store.shape(name)?[..] {
        [rows, columns] if is_in_float8(name) => Some((rows * columns * (dtype.size_in_bytes() - 1)).saturating_sub(4 * rows) as u64),
        _ => None,
    };
    Ok(store.names().iter().filter_map(saved).sum())
}

fn is_packed(files: &ComponentFiles) -> bool {
    let file = if files.weights.is_dir() { find_in_folder(&files.weights).unwrap_or_default() } else { files.weights.clone() };
    file.extension().is_some_and(|e| e.eq_ignore_ascii_case("gguf"))
}

/// How the models share the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Which parts of each model stay in memory.
    pub retention: Retention,
    /// Models stay loaded while another one works.
    pub models_stay: bool,
    /// Peak memory in bytes, including activations.
    pub peak: u64,
}

/// Memory of the activations in bytes for a canvas of `pixels` pixels: of a denoising step, and of an autoencoder. `value`: bytes per value.
fn activations(pixels: u64, tile: Option<usize>, value: u64) -> (u64, u64) {
    let tokens = pixels / 256;
    // On an H200 at 1024² all models took 3.5 GiB beside their weights, the program's own half a gigabyte among them. Most of it is the autoencoder's.
    let transformer = (512 << 20) + tokens * 150_000 * value;
    let seen = tile.map_or(pixels, |t| pixels.min((t * t) as u64));
    (transformer, (256 << 20) + seen * 3_000)
}

/// Memory of the activations of a step of FLUX.2 in bytes, with one reference of the canvas' size up to a megapixel. Estimated from the shapes of
/// a single block (64,000 values a token, twice) and from the largest block of scores that plain attention makes; not measured.
fn flux2_step(pixels: u64, value: u64) -> u64 {
    let tokens = pixels / 256 + (pixels / 256).min(4096) + 512;
    tokens * 128_000 * value + (1 << 30)
}

/// All plans, fastest first.
pub fn plans(sizes: &Sizes, pixels: u64, dtype: DType) -> Vec<Plan> {
    let value = dtype.size_in_bytes() as u64;
    let (steps, whole) = activations(pixels, None, value);
    let (_, tiled) = activations(pixels, Some(512), value);
    let stay = Retention::default();
    let leave = Retention { encoders: false, ..stay };
    let alone = Retention { encoders: false, networks: false, tile: Some(512) };
    let flux2_steps = if sizes.flux2() > 0 { flux2_step(pixels, value) } else { 0 };
    let flux1_steps = if sizes.flux() + sizes.sdxl() > 0 || sizes.flux2() == 0 { steps } else { 0 };
    let work = flux1_steps.max(flux2_steps).max(whole);
    let flux_leaving = sizes.flux_encoders.max(sizes.flux_transformer + sizes.flux_vae + work);
    let sdxl_leaving = sizes.sdxl_encoders.max(sizes.sdxl_networks + sizes.sdxl_vae + work);
    let flux2_leaving = sizes.flux2_encoder.max(sizes.flux2_transformer + sizes.flux2_vae + work);
    let matting = sizes.birefnet + if flux1_steps > 0 { flux1_steps } else { MATTING };
    let one_by_one = [
        sizes.flux_encoders,
        sizes.flux_transformer + flux1_steps,
        sizes.flux_vae + tiled,
        sizes.sdxl_encoders,
        sizes.sdxl_networks + flux1_steps,
        sizes.sdxl_vae + tiled,
        sizes.flux2_encoder,
        sizes.flux2_transformer + flux2_steps,
        sizes.flux2_vae + tiled,
        matting,
    ];
    vec![
        Plan { retention: stay, models_stay: true, peak: sizes.all() + work },
        Plan { retention: stay, models_stay: false, peak: sizes.flux().max(sizes.sdxl()).max(sizes.flux2()).max(sizes.birefnet) + work },
        Plan { retention: leave, models_stay: false, peak: flux_leaving.max(sdxl_leaving).max(flux2_leaving).max(matting) },
        Plan { retention: alone, models_stay: false, peak: one_by_one.into_iter().max().unwrap_or(0) },
    ]
}

/// Index of the first plan that fits into `free` bytes, of the last plan if none fits, of the first if the free memory is unknown.
pub fn choose(plans: &[Plan], free: Option<u64>) -> usize {
    let Some(free) = free else { return 0 };
    let room = (free as f64 * SHARE) as u64;
    plans.iter().position(|p| p.peak <= room).unwrap_or(plans.len().saturating_sub(1))
}

impl Plan {
    /// The plan as shown to the user.
    pub fn notice(&self) -> Notice {
        let size = format!("{:.1}", self.peak as f64 / GIB);
        match (self.models_stay, self.retention.encoders, self.retention.networks) {
            (true, ..) => notice!("diffusion-plan-everything-stays", size = size),
            (false, true, _) => notice!("diffusion-plan-one-model", size = size),
            (false, false, true) => notice!("diffusion-plan-encoders-leave", size = size),
            (false, false, false) => notice!("diffusion-plan-one-network", size = size),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn klein_has_a_plan_for_twelve_gigabytes_and_more() {
        const GIB: f64 = (1u64 << 30) as f64;
        let bytes = |gib: f64| (gib * GIB) as u64;
        // The public files in bf16; of Qwen3 27 of 36 layers are loaded.
        let sizes = Sizes {
            flux2_encoder: bytes(5.8),
            flux2_transformer: bytes(7.2),
            flux2_vae: bytes(0.16),
            birefnet: bytes(0.41),
            ..Sizes::default()
        };
        let plans = plans(&sizes, 1024 * 1024, DType::BF16);
        assert!(plans.windows(2).all(|p| p[0].peak >= p[1].peak), "{plans:?}");
        let fits = |gigabytes: f64| choose(&plans, Some((gigabytes * 1e9) as u64));
        assert!(plans[fits(12.0)].peak as f64 <= 12e9 && fits(12.0) == 3, "{plans:?}");
        assert!(fits(24.0) < fits(16.0) && plans[fits(16.0)].peak as f64 <= 16e9, "{plans:?}");
        // 8 bits, packed: a GGUF file of each.
        let packed = Sizes { flux2_encoder: bytes(3.2), flux2_transformer: bytes(3.9), ..sizes };
        let plans = super::plans(&packed, 1024 * 1024, DType::BF16);
        assert!(plans[choose(&plans, Some(8_000_000_000))].peak as f64 <= 8e9, "{plans:?}");
    }

    #[test]
    fn less_memory_means_a_smaller_plan() {
        const GIB: u64 = 1 << 30;
        // The public models in bf16 and f16.
        let sizes = Sizes {
            flux_encoders: 9 * GIB,
            flux_transformer: 22 * GIB,
            flux_transformer_float8: 14 * GIB,
            flux_vae: GIB / 6,
            sdxl_encoders: 3 * GIB / 2,
            sdxl_networks: 7 * GIB,
            sdxl_vae: GIB / 6,
            birefnet: GIB / 2,
            ..Sizes::default()
        };
        let plans = plans(&sizes, 1024 * 1024, DType::BF16);
        assert!(plans.windows(2).all(|p| p[0].peak > p[1].peak), "{plans:?}");
        let chosen = |gib: u64| choose(&plans, Some(gib * GIB));
        assert_eq!(chosen(80), 0);
        assert_eq!(chosen(24), 3);
        assert!((1..=2).contains(&chosen(44)), "{}", chosen(44));
        assert_eq!(chosen(4), 3);
        assert_eq!(choose(&plans, None), 0);
        assert!(plans[0].notice().to_string().contains("GiB"));
    }
}
