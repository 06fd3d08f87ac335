//! `nanococoa debug pipeline`: runs one whole pipeline from a model's folder to a picture, for comparison with diffusers.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device};
use image::RgbImage;

use crate::backend::diffusion::denoise::SamplingCallbacks;
use crate::backend::diffusion::error::DiffusionError;
use crate::backend::diffusion::flux::{FluxInpaint, FluxModel, FluxRequest};
use crate::backend::diffusion::sdxl::{SdxlFolders, SdxlModel, SdxlRequest};
use crate::notice::Notice;

/// The arguments of `nanococoa debug pipeline`.
#[derive(Clone, Debug)]
pub struct PipelineArgs {
    /// `flux-text-to-image`, `flux-inpaint` or `sdxl-controlnet`.
    pub kind: String,
    /// The model's folder.
    pub model: PathBuf,
    /// Prompts, size, steps, guidance and seed; also used for SDXL.
    pub request: FluxRequest,
    /// How far the picture may change (inpainting).
    pub strength: f64,
    /// The picture to inpaint.
    pub image: Option<PathBuf>,
    /// The inpainting mask; white is repainted.
    pub mask: Option<PathBuf>,
    /// The control picture: edges, white on black.
    pub control: Option<PathBuf>,
    /// Scale of the ControlNet's residuals.
    pub conditioning_scale: f64,
}

/// The kinds of pipelines.
pub const PIPELINES: [&str; 3] = ["flux-text-to-image", "flux-inpaint", "sdxl-controlnet"];

/// Longest side of a picture in pixels.
const MAX_SIDE: usize = 8192;

/// Runs a pipeline.
///
/// # Errors
/// A file is missing or damaged, the request cannot be met, or memory runs out.
pub fn run(args: &PipelineArgs, device: &Device, dtype: DType) -> Result<RgbImage, DiffusionError> {
    let request = &args.request;
    if request.steps == 0 {
        return Err(unusable("--steps: use 1 or more"));
    }
    if request.width.max(request.height) > MAX_SIDE {
        return Err(unusable(format!("--width, --height: {MAX_SIDE} is the most")));
    }
    for (flag, value) in
        [("--guidance", request.guidance), ("--true-cfg-scale", request.true_cfg_scale), ("--conditioning-scale", args.conditioning_scale)]
    {
        if !value.is_finite() {
            return Err(unusable(format!("{flag}: {value} cannot be used; write a number")));
        }
    }
    let callbacks = SamplingCallbacks { step: &mut |_| ControlFlow::Continue(()), autoencoder: &mut |_| ControlFlow::Continue(()) };
    match args.kind.as_str() {
        "flux-text-to-image" => FluxModel::open(&args.model, device, dtype)?.text_to_image(request, callbacks),
        "flux-inpaint" => {
            let mut model = FluxModel::open(&args.model, device, dtype)?;
            let side = model.token_side()?;
            let whole = |length: usize| (length / side * side) as u32;
            let size = (whole(request.width), whole(request.height));
            if size.0 == 0 || size.1 == 0 {
                return Err(unusable(format!("--width, --height: {side} is the least")));
            }
            let image = load(args.image.as_deref(), "--image")?.into_rgb8();
            let mask = load(args.mask.as_deref(), "--mask")?.into_luma8();
            let image = fitted(image, size);
            let mask = if mask.dimensions() == size {
                mask
            } else {
                image::imageops::resize(&mask, size.0, size.1, image::imageops::FilterType::Lanczos3)
            };
            let inpaint = FluxInpaint { image: &image, mask: &mask, strength: args.strength };
            model.inpaint(request, &inpaint, callbacks)
        }
        "sdxl-controlnet" => {
            let sdxl = SdxlRequest {
                width: request.width,
                height: request.height,
                steps: request.steps,
                guidance: request.guidance,
                conditioning_scale: args.conditioning_scale,
                seed: request.seed,
            };
            let control = fitted(load(args.control.as_deref(), "--control")?.into_rgb8(), (request.width as u32, request.height as u32));
            let mut model = SdxlModel::open(SdxlFolders::one(&args.model), device, dtype)?;
            model.text_to_image(&sdxl, &request.prompt, request.negative_prompt.as_deref(), &control, callbacks)
        }
        other => Err(unusable(format!("--kind {other}: there is no such pipeline; there are {}", PIPELINES.join(", ")))),
    }
}

/// Diagnostics speak English only.
fn unusable(words: impl Into<String>) -> DiffusionError {
    DiffusionError::Input(Notice::verbatim(words))
}

fn fitted(image: RgbImage, size: (u32, u32)) -> RgbImage {
    if image.dimensions() == size {
        return image;
    }
    crate::imaging::resize::resize_rgb8(&image, size.0 as usize, size.1 as usize, crate::imaging::resize::Filter::Lanczos3)
}

fn load(path: Option<&Path>, flag: &str) -> Result<image::DynamicImage, DiffusionError> {
    let path = path.ok_or_else(|| unusable(format!("{flag} is missing")))?;
    image::open(path).map_err(|e| unusable(format!("{flag}: {}: {e}", path.display())))
}
