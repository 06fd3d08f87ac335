//! Cuts products out of photos with BiRefNet: finer than the draft engine's network, soft where the product is.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use image::RgbImage;

use super::folder::read_json;
use crate::backend::{BackendError, StageCx};
use crate::imaging::Matte;
use crate::imaging::resize::{Filter, resample, resize_plane};
use crate::imaging::{Plane, matting};
use crate::nn::birefnet::BiRefNet;
use crate::nn::swin::SwinConfig;
use crate::weights::{Stop, Vars, WeightsError, one_line, open, stoppable};

/// Side that the public checkpoints were trained at.
const SIDE: usize = 1024;
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
/// A photo that is larger than the network's picture by more than this gets edges from its own pixels.
const MAX_ENLARGEMENT: f64 = 2.0;

/// What of `config.json` matters. The public file names no sizes: it is Swin-L then.
#[derive(serde::Deserialize)]
struct Config {
    #[serde(default)]
    architectures: Vec<String>,
    #[serde(default)]
    image_size: Option<usize>,
    #[serde(flatten)]
    backbone: SwinConfig,
}

/// A loaded network and where it computes.
pub struct Matter {
    network: BiRefNet,
    device: Device,
    dtype: DType,
    side: usize,
    /// Blocks of one pass.
    blocks: usize,
}

impl Matter {
    /// Loads `config.json` (may be absent) and `model.safetensors` of a folder.
    ///
    /// # Errors
    /// A missing, cut or damaged file; a tensor that is missing, left over or of another shape; another model's config.
    pub fn load(folder: &Path, device: &Device, dtype: DType) -> Result<Self, WeightsError> {
        Self::load_until(folder, device, dtype, &(Arc::new(|| false) as Stop))
    }

    /// The same, until somebody stops it.
    ///
    /// # Errors
    /// As [`Matter::load`]; [`WeightsError::Stopped`].
    pub fn load_until(folder: &Path, device: &Device, dtype: DType, stop: &Stop) -> Result<Self, WeightsError> {
        let path = folder.join("config.json");
        let (backbone, side) = if path.is_file() { read_config(&path)? } else { (SwinConfig::default(), SIDE) };
        let store = if folder.is_dir() { open(folder).map_err(|e| named(e, folder))? } else { open(folder)? };
        let network = BiRefNet::load(&Vars::new(stoppable(store, stop), dtype, device), &backbone)?;
        let blocks = 2 * backbone.depths.iter().sum::<usize>() + 5;
        Ok(Self { network, device: device.clone(), dtype, side, blocks })
    }

    /// Changes the side of the network's picture in pixels; rounded up to a multiple of 32.
    #[must_use]
    pub fn with_side(mut self, side: usize) -> Self {
        self.side = side.max(32).next_multiple_of(32);
        self
    }

    /// The product's opacity as the network sees it, 0..=1, at the network's size.
    ///
    /// # Errors
    /// A stop; no memory; an answer that is no number.
    pub fn coarse(&self, photo: &RgbImage, cx: StageCx<'_>) -> Result<Plane, BackendError> {
        cx.step(0.0)?;
        let planes = preprocess(photo, self.side);
        let done = Cell::new(0usize);
        let hook = || {
            done.set(done.get() + 1);
            let fraction = 0.05 + 0.75 * done.get() as f32 / self.blocks as f32;
            cx.step(fraction.min(0.8)).map_err(candle_core::Error::wrap)
        };
        let pass = || -> candle_core::Result<Vec<f32>> {
            let x = Tensor::from_vec(planes, (1, 3, self.side, self.side), &self.device)?.to_dtype(self.dtype)?;
            let logits = self.network.forward_with(&x, &hook)?.to_dtype(DType::F32)?;
            candle_nn::ops::sigmoid(&logits)?.flatten_all()?.to_vec1::<f32>()
        };
        let data = pass().or_else(|e| {
            // The hook's error is the stop itself.
            cx.check()?;
            Err(BackendError::Failed(format!("The cut-out network stopped: {}", one_line(&e))))
        })?;
        if data.iter().any(|v| !v.is_finite()) {
            let what = "The cut-out network's answer is no number; its weights are damaged, or this precision is too small for them.";
            return Err(BackendError::Failed(what.into()));
        }
        Ok(Plane { width: self.side, height: self.side, data })
    }

    /// The product's matte at the photo's size: soft alpha, and colours freed from the old background.
    ///
    /// # Errors
    /// As [`Matter::coarse`]; a photo without pixels.
    pub fn matte(&self, photo: &RgbImage, cx: StageCx<'_>) -> Result<Matte, BackendError> {
        let (width, height) = (photo.width() as usize, photo.height() as usize);
        if width == 0 || height == 0 {
            return Err(BackendError::Failed("The photo has no pixels.".into()));
        }
        let coarse = self.coarse(photo, cx)?;
        cx.step(0.85)?;
        let matte = if width.max(height) as f64 > MAX_ENLARGEMENT * self.side as f64 {
            matting::refine(photo, &coarse, cx.cancel)?
        } else {
            // The network's own edge is finer than what a guided filter makes of it, and stays soft where hair or glass is.
            let alpha = resize_plane(&coarse, width, height, Filter::Triangle);
            let foreground = matting::estimate_foreground(photo, &alpha, cx.cancel)?;
            Matte { alpha, foreground }
        };
        cx.step(1.0)?;
        Ok(matte)
    }
}

/// The usual name for a folder that has no weights.
fn named(error: WeightsError, folder: &Path) -> WeightsError {
    match error {
        WeightsError::MissingFile { .. } => WeightsError::MissingFile { path: folder.join("model.safetensors") },
        other => other,
    }
}

fn read_config(path: &Path) -> Result<(SwinConfig, usize), WeightsError> {
    let place = path.display().to_string();
    let config: Config = read_json(path)?;
    if !config.architectures.is_empty() && !config.architectures.iter().any(|a| a.contains("BiRefNet")) {
        return Err(WeightsError::config(&place, format!("is the config of {}, not of BiRefNet", config.architectures.join(", "))));
    }
    let side = config.image_size.unwrap_or(SIDE);
    if side == 0 || side > 8192 || !side.is_multiple_of(32) {
        return Err(WeightsError::config(&place, format!("image_size {side} is no multiple of 32 up to 8192")));
    }
    config.backbone.check(&place)?;
    Ok((config.backbone, side))
}

/// As the reference prepares its pictures: squeezed to a square by antialiased linear interpolation of the codes, rounded, ImageNet's mean
/// and deviation; planes R, G, B.
fn preprocess(photo: &RgbImage, side: usize) -> Vec<f32> {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let raw = photo.as_raw();
    let small = resample::<3, [f32; 3]>(
        (width, height),
        (side, side),
        Filter::Triangle,
        |y, row| {
            for (r, p) in row.iter_mut().zip(raw[y * width * 3..].chunks_exact(3)) {
                *r = [f32::from(p[0]), f32::from(p[1]), f32::from(p[2])];
            }
        },
        |row, out| out.iter_mut().zip(row).for_each(|(o, r)| *o = r.map(|v| v.round().clamp(0.0, 255.0))),
        1,
    );
    (0..3).flat_map(|c| small.iter().map(move |p| (p[c] / 255.0 - MEAN[c]) / DEVIATION[c])).collect()
}
