//! Cuts products out of photos with BiRefNet. Its mattes are finer than those of the draft backend's network, with soft edges.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use image::RgbImage;

use super::error::{DiffusionError, DiffusionResult};
use super::folder::read_json;
use crate::backend::StageCx;
use crate::imaging::resize::{Filter, resample_encoded, resize_plane};
use crate::imaging::{Matte, Plane, matting};
use crate::nn::birefnet::BiRefNet;
use crate::nn::swin::SwinConfig;
use crate::notice;
use crate::weights::{StopCheck, Vars, WeightsError, open, stoppable};

/// Side that the public checkpoints were trained at.
const SIDE: usize = 1024;
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
/// If the photo is larger than the network's input by more than this factor, the matte's edges are refined from the photo.
const MAX_ENLARGEMENT: f64 = 2.0;

/// The keys of `config.json` that are used. The public files have no sizes.
#[derive(serde::Deserialize)]
struct Config {
    #[serde(default)]
    architectures: Vec<String>,
    #[serde(default)]
    image_size: Option<usize>,
    #[serde(flatten)]
    other: serde_json::Map<String, serde_json::Value>,
}

/// A loaded BiRefNet.
pub struct MattingNetwork {
    network: BiRefNet,
    device: Device,
    dtype: DType,
    side: usize,
    /// Number of blocks in one forward pass, for progress.
    blocks: usize,
}

impl MattingNetwork {
    /// Loads `config.json` (optional) and `model.safetensors` from a folder.
    ///
    /// # Errors
    /// A file is missing, truncated or damaged; a tensor is missing, unknown or has another shape; the config is another model's.
    pub fn load(folder: &Path, device: &Device, dtype: DType) -> Result<Self, WeightsError> {
        Self::load_stoppable(folder, device, dtype, &(Arc::new(|| false) as StopCheck))
    }

    /// Like [`MattingNetwork::load`], but `stop` can stop it between two tensors.
    ///
    /// # Errors
    /// As [`MattingNetwork::load`]; [`WeightsError::Stopped`].
    pub fn load_stoppable(folder: &Path, device: &Device, dtype: DType, stop: &StopCheck) -> Result<Self, WeightsError> {
        let path = folder.join("config.json");
        let (sizes, side) = if path.is_file() { read_config(&path)? } else { (None, SIDE) };
        let store = if folder.is_dir() { open(folder).map_err(|e| with_usual_name(e, folder))? } else { open(folder)? };
        // Where the files tell no size either, the tensor that is missing is named when the network is loaded.
        let backbone = sizes.or_else(|| SwinConfig::from_shapes("bb.", |name| store.shape(name))).unwrap_or_default();
        let network = BiRefNet::load(&Vars::new(stoppable(store, stop), dtype, device), &backbone)?;
        let blocks = 2 * backbone.depths.iter().sum::<usize>() + 5;
        Ok(Self { network, device: device.clone(), dtype, side, blocks })
    }

    /// Changes the side of the network's square input in pixels; rounded up to a multiple of 32.
    #[must_use]
    pub fn with_side(mut self, side: usize) -> Self {
        self.side = side.max(32).next_multiple_of(32);
        self
    }

    /// The product's opacity, 0..=1, at the size of the network's input.
    ///
    /// # Errors
    /// Stopped, out of memory, [`DiffusionError::NotFinite`].
    pub fn predict_alpha(&self, photo: &RgbImage, cx: StageCx<'_>) -> DiffusionResult<Plane> {
        cx.step(0.0)?;
        let planes = preprocess(photo, self.side);
        let done = Cell::new(0usize);
        let before_block = || {
            done.set(done.get() + 1);
            let fraction = 0.05 + 0.75 * done.get() as f32 / self.blocks as f32;
            cx.step(fraction.min(0.8)).map_err(candle_core::Error::wrap)
        };
        let pass = || -> candle_core::Result<Vec<f32>> {
            let x = Tensor::from_vec(planes, (1, 3, self.side, self.side), &self.device)?.to_dtype(self.dtype)?;
            let logits = self.network.forward_with(&x, &before_block)?.to_dtype(DType::F32)?;
            candle_nn::ops::sigmoid(&logits)?.flatten_all()?.to_vec1::<f32>()
        };
        let data = pass().or_else(|e| {
            // A stop reaches this point as the callback's error.
            cx.check()?;
            Err(DiffusionError::from(e))
        })?;
        if data.iter().any(|v| !v.is_finite()) {
            return Err(DiffusionError::NotFinite);
        }
        Ok(Plane { width: self.side, height: self.side, data })
    }

    /// The product's matte at the photo's size: soft alpha, and foreground colours without the old background.
    ///
    /// # Errors
    /// As [`MattingNetwork::predict_alpha`]; the photo has no pixels.
    pub fn matte(&self, photo: &RgbImage, cx: StageCx<'_>) -> DiffusionResult<Matte> {
        let (width, height) = (photo.width() as usize, photo.height() as usize);
        if width == 0 || height == 0 {
            return Err(DiffusionError::EmptyPhoto);
        }
        let coarse = self.predict_alpha(photo, cx)?;
        cx.step(0.85)?;
        let matte = if width.max(height) as f64 > MAX_ENLARGEMENT * self.side as f64 {
            matting::refine(photo, &coarse, cx.cancel)?
        } else {
            // A guided filter would only coarsen the network's edge, which stays soft at hair and glass.
            let alpha = resize_plane(&coarse, width, height, Filter::Triangle);
            let foreground = matting::estimate_foreground(photo, &alpha, cx.cancel)?;
            Matte { alpha, foreground }
        };
        cx.step(1.0)?;
        Ok(matte)
    }
}

/// Names the usual weights file if a folder has no weights.
fn with_usual_name(error: WeightsError, folder: &Path) -> WeightsError {
    match error {
        WeightsError::MissingFile { .. } => WeightsError::MissingFile { path: folder.join("model.safetensors") },
        other => other,
    }
}

/// The backbone's sizes, if the file has them, and the side of the network's input.
fn read_config(path: &Path) -> Result<(Option<SwinConfig>, usize), WeightsError> {
    let place = path.display().to_string();
    let config: Config = read_json(path)?;
    if !config.architectures.is_empty() && !config.architectures.iter().any(|a| a.contains("BiRefNet")) {
        return Err(WeightsError::config(&place, notice!("diffusion-config-of-other-model", found = config.architectures)));
    }
    let side = config.image_size.unwrap_or(SIDE);
    if side == 0 || side > 8192 || !side.is_multiple_of(32) {
        return Err(WeightsError::config(&place, format!("image_size {side} is not a multiple of 32 up to 8192")));
    }
    if !SwinConfig::KEYS.iter().any(|key| config.other.contains_key(*key)) {
        return Ok((None, side));
    }
    let backbone: SwinConfig = serde_json::from_value(config.other.into()).map_err(|e| WeightsError::config(&place, e.to_string()))?;
    backbone.check(&place)?;
    Ok((Some(backbone), side))
}

/// The network's input as the reference prepares it: resized to a square by antialiased linear interpolation of the 8-bit values, rounded,
/// normalised by ImageNet's mean and deviation; planes R, G, B.
fn preprocess(photo: &RgbImage, side: usize) -> Vec<f32> {
    let mut small = resample_encoded(photo, (side, side), Filter::Triangle);
    small.iter_mut().for_each(|p| *p = p.map(|v| v.round().clamp(0.0, 255.0)));
    (0..3).flat_map(|c| small.iter().map(move |p| (p[c] / 255.0 - MEAN[c]) / DEVIATION[c])).collect()
}
