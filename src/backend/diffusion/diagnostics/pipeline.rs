//! `nanococoa debug pipeline`: runs one whole pipeline from a model's folder to a picture, for comparison with diffusers.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device};
use image::imageops::{self, FilterType};
use image::{GrayImage, RgbImage};

use crate::backend::diffusion::denoise::SamplingCallbacks;
use crate::backend::diffusion::error::DiffusionError;
use crate::backend::diffusion::flux::{FluxInpaint, FluxModel, FluxRequest};
use crate::backend::diffusion::flux2::{Flux2Inpaint, Flux2Model, Flux2Request, shrunk};
use crate::backend::diffusion::sdxl::{SdxlFolders, SdxlModel, SdxlRequest};
use crate::notice::Notice;

/// The arguments of `nanococoa debug pipeline`.
#[derive(Clone, Debug)]
pub struct PipelineArgs {
    /// One of [`PIPELINES`].
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
    /// Reference pictures (FLUX.2).
    pub references: Vec<PathBuf>,
}

/// The kinds of pipelines.
pub const PIPELINES: [&str; 6] =
    ["flux-text-to-image", "flux-inpaint", "flux2-text-to-image", "flux2-edit", "flux2-inpaint", "sdxl-controlnet"];

/// Longest side of a picture in pixels.
const MAX_SIDE: usize = 8192;

/// Runs a pipeline.
///
/// # Errors
/// A file is missing or damaged, the request cannot be met, or memory runs out.
pub fn run(args: &PipelineArgs, device: &Device, dtype: DType) -> Result<RgbImage, DiffusionError> {
    let (request, picture) = (&args.request, &args.request.picture);
    if picture.steps == 0 {
        return Err(unusable("--steps: use 1 or more"));
    }
    if picture.width.max(picture.height) > MAX_SIDE {
        return Err(unusable(format!("--width, --height: {MAX_SIDE} is the most")));
    }
    for (flag, value) in
        [("--guidance", picture.guidance), ("--true-cfg-scale", request.true_cfg_scale), ("--conditioning-scale", args.conditioning_scale)]
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
            let size = (whole(picture.width), whole(picture.height));
            if size.0 == 0 || size.1 == 0 {
                return Err(unusable(format!("--width, --height: at least {side} is needed")));
            }
            let image = load(args.image.as_deref(), "--image")?.into_rgb8();
            let mask = load(args.mask.as_deref(), "--mask")?.into_luma8();
            let image = fitted(image, size);
            let mask = sized_mask(mask, size);
            let inpaint = FluxInpaint { image: &image, mask: &mask, strength: args.strength };
            model.inpaint(request, &inpaint, callbacks)
        }
        "flux2-text-to-image" => open_flux2(args, device, dtype)?.paint(&flux2_request(request), &[], callbacks),
        "flux2-edit" => {
            let references = load_references(args)?;
            if references.is_empty() {
                return Err(unusable("--reference is missing"));
            }
            open_flux2(args, device, dtype)?.paint(&flux2_request(request), &references, callbacks)
        }
        "flux2-inpaint" => flux2_inpaint(args, device, dtype, callbacks),
        "sdxl-controlnet" => {
            let sdxl = SdxlRequest { picture: *picture, conditioning_scale: args.conditioning_scale };
            let control = fitted(load(args.control.as_deref(), "--control")?.into_rgb8(), (picture.width as u32, picture.height as u32));
            let mut model = SdxlModel::open(SdxlFolders::one(&args.model), device, dtype)?;
            model.text_to_image(&sdxl, &request.prompt, request.negative_prompt.as_deref(), &control, callbacks)
        }
        other => Err(unusable(format!("--kind {other}: there is no such pipeline; there are {}", PIPELINES.join(", ")))),
    }
}

fn open_flux2(args: &PipelineArgs, device: &Device, dtype: DType) -> Result<Flux2Model, DiffusionError> {
    Flux2Model::open(&args.model, device, dtype)
}

fn flux2_request(request: &FluxRequest) -> Flux2Request {
    Flux2Request {
        prompt: request.prompt.clone(),
        // What the reference implementation uses.
        negative_prompt: request.negative_prompt.clone().unwrap_or_default(),
        picture: request.picture,
    }
}

fn load_references(args: &PipelineArgs) -> Result<Vec<RgbImage>, DiffusionError> {
    args.references.iter().map(|path| Ok(load(Some(path), "--reference")?.into_rgb8())).collect()
}

/// The picture's own size decides, as in the reference: shrunk to a megapixel and resized to whole tokens.
fn flux2_inpaint(args: &PipelineArgs, device: &Device, dtype: DType, callbacks: SamplingCallbacks<'_>) -> Result<RgbImage, DiffusionError> {
    let image = load(args.image.as_deref(), "--image")?.into_rgb8();
    let mask = load(args.mask.as_deref(), "--mask")?.into_luma8();
    let references = load_references(args)?;
    let mut model = open_flux2(args, device, dtype)?;
    let side = model.token_side()? as u32;
    let image = shrunk(&image);
    let size = (image.width() / side * side, image.height() / side * side);
    if size.0 == 0 || size.1 == 0 {
        return Err(unusable(format!("--image: {}×{} is too small: at least {side} is needed", image.width(), image.height())));
    }
    let image =
        if image.dimensions() == size { image } else { Cow::Owned(imageops::resize(&*image, size.0, size.1, FilterType::Lanczos3)) };
    let mut request = flux2_request(&args.request);
    (request.picture.width, request.picture.height) = (size.0 as usize, size.1 as usize);
    let mask = sized_mask(mask, size);
    let inpaint = Flux2Inpaint { image: &image, mask: &mask, strength: args.strength, references: &references };
    model.inpaint(&request, &inpaint, callbacks)
}

fn sized_mask(mask: GrayImage, size: (u32, u32)) -> GrayImage {
    if mask.dimensions() == size { mask } else { imageops::resize(&mask, size.0, size.1, FilterType::Lanczos3) }
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
