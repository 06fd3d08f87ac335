//! The stages of an advertisement on the diffusion models. The pipeline owns layout, masks and layers, and the draft backend paints the
//! geometry of the scene, so that a draft and its render agree.

use std::ops::ControlFlow;
use std::time::Instant;

use candle_core::Tensor;
use image::{GrayImage, RgbImage};

use super::compositing::{
    blend_by, clamp_to_glyphs, crop_around, cut_out_reference, enlarge_preview, framed_preview, inpaint_mask, is_empty, outside, pasted,
    relight, union,
};
use super::denoise::{PictureSettings, SamplingCallbacks, StepState};
use super::device::peak_memory;
use super::flux::{FluxInpaint, FluxRequest};
use super::instructions;
use super::loaded::{LoadedModels, Setup};
use super::models::{Models, Painter};
use super::paint_size::PaintSize;
use super::preview::{LatentFamily, preview};
use super::prompt_fields::{self, EnglishPrompts, PromptFields};
use super::residency::{Plan, Sizes};
use super::sdxl::SdxlRequest;
use crate::backend::draft::DraftBackend;
use crate::backend::draft::segment::is_useful;
use crate::backend::{
    Backend, BackendError, BlendRequest, HarmonizeRequest, Prompts, Quiet, Sampling, Scene, SceneRequest, SculptRequest, StageCx, TextLayer,
};
use crate::imaging::{LinearRgb, Matte, Plane};
use crate::notice;
use crate::request::{BackendKind, ModelChoice};

/// Inpainting strength of the scene over the draft's: FLUX keeps little more than the horizon and the light.
const SCENE_STRENGTH: f64 = 0.92;
/// BiRefNet works on a square of 1024 pixels, whatever the photo's size.
const MATTING_PIXELS: usize = 1024 * 1024;

/// A picture to repaint under a mask, and how.
#[derive(Clone, Copy)]
pub(super) struct Repaint<'a> {
    /// The stage's prompt fields.
    pub fields: &'static PromptFields,
    /// Their values.
    pub prompts: Prompts<'a>,
    /// How to sample.
    pub sampling: Sampling,
    /// The picture.
    pub image: &'a RgbImage,
    /// White is repainted; same size as `image`.
    pub mask: &'a GrayImage,
    /// How far the picture may change, 0 to 1.
    pub strength: f64,
    /// Pictures that FLUX.2 sees besides `image`.
    pub references: &'a [RgbImage],
    /// The instruction that is added to the prompt for FLUX.2.
    pub instruction: &'a str,
    /// Makes the preview that is shown from one of `image`.
    pub framed: &'a dyn Fn(RgbImage) -> RgbImage,
}

/// The diffusion backend. A model is loaded when its first stage runs.
pub struct DiffusionBackend {
    /// All models that are installed; `models` has those of the chosen family.
    installed: Models,
    pub(super) models: LoadedModels,
    pub(super) draft: DraftBackend,
}

impl DiffusionBackend {
    /// Reads the headers of the models' files. No weights are loaded yet.
    ///
    /// # Errors
    /// A model is missing or damaged; the message says which and what to do.
    pub fn new(setup: Setup) -> Result<Self, BackendError> {
        if let Some(missing) = setup.models.missing_notice() {
            return Err(BackendError::Failed(notice!("diffusion-install-models", reason = missing)));
        }
        Ok(Self { installed: setup.models.clone(), models: LoadedModels::new(setup)?, draft: DraftBackend::default() })
    }

    /// Memory of the models, and the memory plan for a canvas of `pixels` pixels.
    pub fn memory(&mut self, pixels: usize) -> (Sizes, Plan) {
        (self.models.sizes(), self.models.plan(pixels))
    }

    /// The models and the memory plan for a canvas of `pixels` pixels, one line each.
    pub fn describe(&mut self, pixels: usize) -> Vec<String> {
        self.models.describe(pixels)
    }

    /// Repaints a picture of any size with the family of networks that is installed.
    pub(super) fn inpaint(&mut self, repaint: &Repaint<'_>, cx: StageCx<'_>) -> Result<RgbImage, BackendError> {
        match self.models.setup().models.painter() {
            Painter::Flux1 => self.inpaint_flux1(repaint, cx),
            Painter::Flux2 => self.inpaint_flux2(repaint, cx),
        }
    }

    /// Like [`DiffusionBackend::inpaint`], of the part of the picture around `region` if that is smaller. The rest stays as it is.
    pub(super) fn inpaint_around(&mut self, repaint: &Repaint<'_>, region: &Plane, cx: StageCx<'_>) -> Result<RgbImage, BackendError> {
        let Some(crop) = crop_around(region) else { return self.inpaint(repaint, cx) };
        let [x, y, w, h] = [crop.x, crop.y, crop.width, crop.height].map(|v| v as u32);
        let part = image::imageops::crop_imm(repaint.image, x, y, w, h).to_image();
        let mask = image::imageops::crop_imm(repaint.mask, x, y, w, h).to_image();
        let framed = |preview: RgbImage| framed_preview(repaint.image, preview, crop);
        let painted = self.inpaint(&Repaint { image: &part, mask: &mask, framed: &framed, ..*repaint }, cx)?;
        Ok(pasted(repaint.image, &painted, crop))
    }

    fn inpaint_flux1(&mut self, repaint: &Repaint<'_>, cx: StageCx<'_>) -> Result<RgbImage, BackendError> {
        let Repaint { image, mask, strength, framed, .. } = *repaint;
        let prompts = repaint.fields.for_flux(repaint.prompts, repaint.sampling, cx);
        let size = PaintSize::of(image.width() as usize, image.height() as usize);
        let (request, pixels) = (flux_request(prompts, size.painted(), repaint.sampling), size.pixels());
        let (image, mask) = (size.picture(image), size.mask(mask));
        let framed = |preview: RgbImage| framed(size.preview(preview));
        let start = Instant::now();
        let painted = self.models.with_memory_fallback(pixels, cx, |models| {
            let inpaint = FluxInpaint { image: &image, mask: &mask, strength };
            let mut step = |state: &StepState<'_>| report_step(state, cx, &|latents| preview(latents, LatentFamily::Flux), &framed);
            let callbacks = SamplingCallbacks { step: &mut step, autoencoder: &mut |_| break_if_stopped(cx) };
            models.flux(pixels, cx)?.inpaint(&request, &inpaint, callbacks)
        })?;
        self.log_time("FLUX", start);
        self.models.warn_of_truncated_flux_prompt(&request.prompt, cx);
        Ok(size.canvas(painted))
    }

    /// BiRefNet's matte, even if it found nothing.
    fn cut_out(&mut self, photo: &RgbImage, cx: StageCx<'_>) -> Result<Matte, BackendError> {
        let start = Instant::now();
        let matte = self.models.with_memory_fallback(MATTING_PIXELS, cx, |models| models.matting(MATTING_PIXELS, cx)?.matte(photo, cx));
        self.log_time("BiRefNet", start);
        matte
    }

    /// Logs how long a model worked, so that the rest of its stage can be told from it, and the memory that it took.
    pub(super) fn log_time(&self, model: &str, start: Instant) {
        let gibibytes = peak_memory(&self.models.setup().device).map(|bytes| format!("{:.2}", bytes as f64 / (1u64 << 30) as f64));
        tracing::debug!(model, millis = start.elapsed().as_millis(), gibibytes, "the model is done");
    }
}

/// Logs how long the processor worked for a part of a stage.
pub(super) fn log_processor(part: &str, start: Instant) {
    tracing::debug!(part, millis = start.elapsed().as_millis(), "the processor is done");
}

/// Reports progress and a preview of the predicted x₀.
pub(super) fn report_step(
    state: &StepState<'_>,
    cx: StageCx<'_>,
    colours: &dyn Fn(&Tensor) -> candle_core::Result<RgbImage>,
    framed: &dyn Fn(RgbImage) -> RgbImage,
) -> ControlFlow<()> {
    cx.observer.progress(state.done as f32 / state.total.max(1) as f32);
    if cx.observer.wants_preview() {
        // A failed preview must not fail the picture.
        if let Ok(small) = state.predicted_x0().and_then(|latents| colours(&latents)) {
            cx.observer.preview(enlarge_preview(&framed(small)));
        }
    }
    break_if_stopped(cx)
}

/// The preview of a picture that is painted as a whole.
pub(super) fn whole(preview: RgbImage) -> RgbImage {
    preview
}

pub(super) fn break_if_stopped(cx: StageCx<'_>) -> ControlFlow<()> {
    if cx.check().is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

pub(super) fn quiet(cx: StageCx<'_>) -> StageCx<'_> {
    StageCx { cancel: cx.cancel, observer: &Quiet }
}

fn flux_request(prompts: EnglishPrompts, size: (usize, usize), sampling: Sampling) -> FluxRequest {
    FluxRequest {
        prompt: prompts.positive,
        negative_prompt: prompts.negative,
        true_cfg_scale: f64::from(sampling.true_cfg_scale),
        picture: PictureSettings::new(size, sampling),
    }
}

/// The strength, raised so that it leaves at least one denoising step; `None` if nothing is to be repainted.
fn effective_strength(strength: f32, steps: u32) -> Option<f64> {
    (strength > 0.0 && steps > 0).then(|| f64::from(strength).min(1.0).max(1.0 / f64::from(steps) + 1e-6).min(1.0))
}

impl Backend for DiffusionBackend {
    fn kind(&self) -> BackendKind {
        BackendKind::Diffusion
    }

    fn label(&self) -> String {
        let name = |path: &Option<std::path::PathBuf>| {
            path.as_ref().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
        };
        let Setup { models, device_name, .. } = self.models.setup();
        match models.painter() {
            Painter::Flux1 => format!("{} + {} ({device_name})", name(&models.flux), name(&models.sdxl)),
            Painter::Flux2 => format!("{} ({device_name})", name(&models.flux2)),
        }
    }

    fn choose_model(&mut self, model: ModelChoice) -> Result<(), BackendError> {
        let chosen = self.installed.for_choice(model).map_err(|why| BackendError::Failed(why.at("model")))?;
        let setup = self.models.setup();
        if setup.models != chosen {
            let setup = Setup { models: chosen, ..setup.clone() };
            // The other family's memory is needed before this one's is measured.
            self.models.unload();
            self.models = LoadedModels::new(setup)?;
        }
        Ok(())
    }

    fn segment(&mut self, photo: &RgbImage, cx: StageCx<'_>) -> Result<Matte, BackendError> {
        let matte = self.cut_out(photo, cx)?;
        if is_useful(&matte.alpha) {
            return Ok(matte);
        }
        cx.observer.notice(notice!("diffusion-no-product").at("product_image"));
        self.draft.segment(photo, cx)
    }

    fn follows_product(&self, prompts: Prompts<'_>) -> bool {
        self.draft.follows_product(prompts)
    }

    fn paint_scene(&mut self, request: &SceneRequest<'_>, cx: StageCx<'_>) -> Result<Scene, BackendError> {
        let start = Instant::now();
        let draft = self.draft.paint_scene(request, quiet(cx))?;
        log_processor("draft of the scene", start);
        if self.models.setup().models.painter() == Painter::Flux2 {
            return self.paint_scene_flux2(draft, request, cx);
        }
        let everywhere = GrayImage::from_pixel(request.width as u32, request.height as u32, image::Luma([255]));
        let repaint = Repaint {
            fields: &prompt_fields::SCENE,
            prompts: request.prompts,
            sampling: request.sampling,
            image: &draft.image.to_srgb(),
            mask: &everywhere,
            strength: SCENE_STRENGTH,
            references: &[],
            instruction: "",
            framed: &whole,
        };
        let picture = self.inpaint(&repaint, cx)?;
        Ok(Scene { image: LinearRgb::from_srgb(&picture), ..draft })
    }

    fn blend_product(&mut self, request: &BlendRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError> {
        // The draft matches light and colour by low frequencies; FLUX then works on the seam and the shadow.
        let start = Instant::now();
        let draft = self.draft.blend_product(request, quiet(cx))?;
        log_processor("draft of the product", start);
        let Some(strength) = effective_strength(request.strength, request.sampling.steps).filter(|_| !is_empty(request.band)) else {
            return Ok(draft);
        };
        let region = if request.preserve_product { request.band.clone() } else { union(request.band, &request.product.alpha) };
        let references = cut_out_reference(request.product);
        let repaint = Repaint {
            fields: &prompt_fields::BLEND,
            prompts: request.prompts,
            sampling: request.sampling,
            image: &draft.to_srgb(),
            mask: &inpaint_mask(&region),
            strength,
            references: references.as_slice(),
            instruction: instructions::BLEND,
            framed: &whole,
        };
        let painted = match self.models.setup().models.painter() {
            Painter::Flux1 => self.inpaint(&repaint, cx)?,
            // The references bring as many tokens again as the picture has: a part takes a fraction of the time.
            Painter::Flux2 => self.inpaint_around(&repaint, &region, cx)?,
        };
        let start = Instant::now();
        let blended = blend_by(&draft, &LinearRgb::from_srgb(&painted), &region);
        if !request.preserve_product {
            return Ok(blended);
        }
        // Inside the product only its light changes; its detail stays.
        let (x0, y0, x1, y1) = request.product.bounds;
        let sigma = 0.06 * (x1 - x0).min(y1 - y0) as f32;
        let lit = relight(&draft, &blended, &request.product.alpha, sigma.max(2.0));
        let kept = blend_by(&blended, &lit, &outside(&request.product.alpha, &region));
        log_processor("light of the product", start);
        Ok(kept)
    }

    fn sculpt_text(&mut self, request: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError> {
        if self.models.setup().models.painter() == Painter::Flux2 {
            return self.sculpt_text_flux2(request, cx);
        }
        let size = PaintSize::of(request.glyphs.width, request.glyphs.height);
        let sdxl = SdxlRequest { picture: PictureSettings::new(size.painted(), request.sampling), conditioning_scale: 1.0 };
        let control = image::DynamicImage::ImageLuma8(size.edges(request.edges).into_owned()).into_rgb8();
        let prompts = prompt_fields::TEXT.for_sdxl(request.prompts, request.sampling, cx);
        let (prompt, negative) = (prompts.positive.as_str(), prompts.negative.as_deref());
        let start = Instant::now();
        let picture = self.models.with_memory_fallback(size.pixels(), cx, |models| {
            let mut step = |state: &StepState<'_>| {
                report_step(state, cx, &|latents| preview(latents, LatentFamily::Sdxl), &|preview| size.preview(preview))
            };
            let callbacks = SamplingCallbacks { step: &mut step, autoencoder: &mut |_| break_if_stopped(cx) };
            models.sdxl(size.pixels(), cx)?.text_to_image(&sdxl, prompt, negative, &control, callbacks)
        })?;
        self.log_time("SDXL", start);
        self.models.warn_of_truncated_sdxl_prompt(prompt, cx);
        Ok(TextLayer {
            image: image::DynamicImage::ImageRgb8(size.canvas(picture)).into_rgba8(),
            front_faces: request.glyphs.coverage.clone(),
        })
    }

    fn cut_text(&mut self, sculpted: TextLayer, request: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError> {
        // Letters of the draft backend come without a background.
        if sculpted.image.pixels().any(|pixel| pixel[3] < 255) {
            return Ok(sculpted);
        }
        let picture = image::DynamicImage::ImageRgba8(sculpted.image).into_rgb8();
        let matte = self.cut_out(&picture, cx)?;
        Ok(clamp_to_glyphs(&picture, &matte, &sculpted.front_faces, request.glyphs.font_px))
    }

    fn harmonize(&mut self, request: &HarmonizeRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError> {
        let start = Instant::now();
        let draft = self.draft.harmonize(request, quiet(cx))?;
        log_processor("draft of the light", start);
        let (width, height) = (draft.width, draft.height);
        let sampling = self.sampling_of_pass(request.sampling, width * height, cx)?;
        let Some(strength) = effective_strength(request.strength, sampling.steps).filter(|_| !is_empty(request.mask)) else {
            return Ok(draft);
        };
        let (picture, mask) = (draft.to_srgb(), inpaint_mask(request.mask));
        let repaint = Repaint {
            fields: &prompt_fields::COMPOSITE,
            prompts: request.prompts,
            sampling,
            image: &picture,
            mask: &mask,
            strength,
            references: &[],
            instruction: instructions::COMPOSITE,
            framed: &whole,
        };
        let painted = self.inpaint_around(&repaint, request.mask, cx)?;
        // The pass changes the light, never the shapes of the letters.
        let start = Instant::now();
        let lit = relight(&draft, &LinearRgb::from_srgb(&painted), request.mask, 0.02 * width.min(height) as f32);
        log_processor("light of the picture", start);
        Ok(lit)
    }

    fn unload(&mut self) {
        self.models.unload();
        self.draft.unload();
    }
}
