//! The stages of an advertisement on the diffusion models. Layout, masks and layers are the pipeline's, and the set's geometry is the
//! draft engine's, so that a draft and its render agree.

use std::ops::ControlFlow;
use std::sync::Arc;

use candle_core::{DType, Device};
use image::{GrayImage, RgbImage, RgbaImage};

use super::birefnet::Matter;
use super::denoise::{Hears, StepState};
use super::english::{complaint, english};
use super::error::DiffusionError;
use super::flux::{FluxInpaint, FluxModel, FluxRequest};
use super::models::Models;
use super::preview::{LatentFamily, preview};
use super::residency::{Plan, Sizes, choose, plans};
use super::sdxl::{SdxlModel, SdxlRequest};
use crate::backend::draft::DraftBackend;
use crate::backend::draft::segment::is_useful;
use crate::backend::{
    Backend, BackendError, BlendRequest, HarmonizeRequest, Matte, Sampling, Scene, SceneRequest, SculptRequest, StageCx, TextLayer,
};
use crate::imaging::blur::{dilate, gaussian_plane, gaussian_rgb};
use crate::imaging::{LinearRgb, Plane};
use crate::request::BackendKind;
use crate::weights::{Stop, one_line};

/// How far FLUX may go from the draft's set when it paints the scene: it keeps where the horizon and the light are, and little else.
const SCENE_STRENGTH: f64 = 0.92;
/// Longest side of previews in pixels.
const PREVIEW_SIDE: usize = 384;

/// Bytes of memory that are free on the device; `None`: not known.
pub type FreeMemory = Arc<dyn Fn() -> Option<u64> + Send + Sync>;

/// Where the engine runs and on what.
#[derive(Clone)]
pub struct Setup {
    /// Where the models are.
    pub models: Models,
    /// Where to compute.
    pub device: Device,
    /// The device's name for people.
    pub device_name: String,
    /// Asked before models are loaded.
    pub free: FreeMemory,
}

impl Setup {
    /// What decides in which precision is computed.
    pub fn device_kind(&self) -> &'static str {
        if self.device.is_cpu() { "cpu" } else { "gpu" }
    }
}

/// The engine. Models are loaded when their stage comes.
pub struct DiffusionBackend {
    setup: Setup,
    /// FLUX and BiRefNet.
    dtype: DType,
    /// SDXL was trained for float16.
    sdxl_dtype: DType,
    sizes: Sizes,
    plan: Option<usize>,
    draft: DraftBackend,
    flux: Option<FluxModel>,
    sdxl: Option<SdxlModel>,
    matte: Option<Matter>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Model {
    Flux,
    Sdxl,
    Matte,
}

impl DiffusionBackend {
    /// Looks at the models' files; loads nothing yet.
    ///
    /// # Errors
    /// A model that is missing or damaged, in a designer's words.
    pub fn new(setup: Setup) -> Result<Self, BackendError> {
        if let Some(complaint) = setup.models.complaint() {
            return Err(BackendError::Failed(format!("{complaint}. Install them or use the draft engine.")));
        }
        let cpu = setup.device.is_cpu();
        let dtype = if cpu { DType::F32 } else { DType::BF16 };
        let sdxl_dtype = if cpu { DType::F32 } else { DType::F16 };
        let sizes = super::sizes::measure(&setup.models, dtype, sdxl_dtype).map_err(|e| BackendError::Failed(words(&e.into())))?;
        Ok(Self { setup, dtype, sdxl_dtype, sizes, plan: None, draft: DraftBackend::default(), flux: None, sdxl: None, matte: None })
    }

    fn plans(&self, pixels: usize) -> Vec<Plan> {
        plans(&self.sizes, pixels as u64, self.dtype)
    }

    /// The plan for a canvas; chosen once, while nothing is loaded yet.
    fn plan(&mut self, pixels: usize) -> Plan {
        let all = self.plans(pixels);
        let loaded = self.flux.is_some() || self.sdxl.is_some() || self.matte.is_some();
        let chosen = match self.plan {
            Some(plan) if loaded => plan,
            known => choose(&all, (self.setup.free)()).max(known.unwrap_or(0)),
        };
        self.plan = Some(chosen);
        all[chosen.min(all.len() - 1)]
    }

    /// What the models take in memory, and how they would share it for a canvas of so many pixels.
    pub fn needs(&mut self, pixels: usize) -> (Sizes, Plan) {
        (self.sizes, self.plan(pixels))
    }

    /// What would be kept in memory for a canvas of so many pixels, with what is free now, and at which precision parts are loaded.
    pub fn describe(&mut self, pixels: usize) -> Vec<String> {
        const GIB: f64 = (1u64 << 30) as f64;
        let plan = self.plan(pixels);
        let (flux, sdxl) = (format!("{:?}", self.dtype).to_lowercase(), format!("{:?}", self.sdxl_dtype).to_lowercase());
        let part = |name: &str, path: &Option<std::path::PathBuf>, bytes: u64, kind: &str| {
            let place = path.as_ref().map(|p| p.display().to_string()).unwrap_or_default();
            format!("{name:<9} {:.2} GiB as {kind} (packed weights stay packed), {place}", bytes as f64 / GIB)
        };
        let (models, sizes) = (&self.setup.models, &self.sizes);
        vec![
            part("FLUX", &models.flux, sizes.flux(), &flux),
            part("SDXL", &models.sdxl, sizes.sdxl(), &sdxl),
            part("BiRefNet", &models.birefnet, sizes.birefnet, &flux),
            format!("plan      {plan}"),
        ]
    }

    /// Makes room for a model as the plan says.
    fn only(&mut self, model: Model, plan: &Plan) {
        if plan.models_stay {
            return;
        }
        if model != Model::Flux {
            self.flux = None;
        }
        if model != Model::Sdxl {
            self.sdxl = None;
        }
        if model != Model::Matte {
            self.matte = None;
        }
    }

    fn flux(&mut self, pixels: usize, cx: StageCx<'_>) -> Result<&mut FluxModel, DiffusionError> {
        let plan = self.plan(pixels);
        self.only(Model::Flux, &plan);
        let model = match self.flux.take() {
            Some(model) => model,
            None => FluxModel::open(&self.setup.models.flux.clone().unwrap_or_default(), &self.setup.device, self.dtype)?,
        };
        let model = self.flux.insert(model);
        model.set_keep(plan.keep);
        model.set_stop(stop_of(cx));
        Ok(model)
    }

    fn sdxl(&mut self, pixels: usize, cx: StageCx<'_>) -> Result<&mut SdxlModel, DiffusionError> {
        let plan = self.plan(pixels);
        self.only(Model::Sdxl, &plan);
        let models = &self.setup.models;
        let model = match self.sdxl.take() {
            Some(model) => model,
            None => SdxlModel::open(
                &models.sdxl.clone().unwrap_or_default(),
                models.controlnet.as_deref(),
                models.sdxl_vae.as_deref(),
                &self.setup.device,
                self.sdxl_dtype,
            )?,
        };
        let model = self.sdxl.insert(model);
        model.set_keep(plan.keep);
        model.set_stop(stop_of(cx));
        Ok(model)
    }

    fn matte_model(&mut self, pixels: usize, cx: StageCx<'_>) -> Result<&mut Matter, DiffusionError> {
        let plan = self.plan(pixels);
        self.only(Model::Matte, &plan);
        let model = match self.matte.take() {
            Some(model) => model,
            None => {
                Matter::load_until(&self.setup.models.birefnet.clone().unwrap_or_default(), &self.setup.device, self.dtype, &stop_of(cx))?
            }
        };
        Ok(self.matte.insert(model))
    }

    /// Does a piece of work; when memory runs out, everything is freed and the next smaller plan is tried.
    fn attempt<T>(
        &mut self,
        pixels: usize,
        cx: StageCx<'_>,
        mut work: impl FnMut(&mut Self) -> Result<T, DiffusionError>,
    ) -> Result<T, BackendError> {
        loop {
            cx.check()?;
            match work(self) {
                Ok(made) => return Ok(made),
                Err(DiffusionError::Stopped) => return Err(crate::cancel::Stopped.into()),
                Err(error) if error.is_out_of_memory() => {
                    self.free_all();
                    let next = self.plan.unwrap_or(0) + 1;
                    let Some(plan) = self.plans(pixels).get(next).copied() else {
                        return Err(BackendError::Failed(words(&error)));
                    };
                    self.plan = Some(next);
                    cx.observer.warn(&format!("memory ran out, so this step was run again with less: {plan}"));
                }
                Err(error) => return Err(BackendError::Failed(words(&error))),
            }
        }
    }

    fn free_all(&mut self) {
        self.flux = None;
        self.sdxl = None;
        self.matte = None;
    }

    fn inpaint(
        &mut self,
        request: &FluxRequest,
        image: &RgbImage,
        mask: &GrayImage,
        strength: f64,
        cx: StageCx<'_>,
    ) -> Result<RgbImage, BackendError> {
        let (width, height) = (request.width, request.height);
        let made = self.attempt(width * height, cx, |engine| {
            let flux = engine.flux(width * height, cx)?;
            let hears = Hears { step: &mut |state| listen(state, cx, LatentFamily::Flux), decode: &mut |_| stop_or_go(cx) };
            flux.inpaint(request, &FluxInpaint { image, mask, strength }, hears)
        })?;
        self.flux.iter().flat_map(|f| f.cuts(&request.prompt)).for_each(|cut| cx.observer.warn(&cut));
        Ok(made)
    }

    /// BiRefNet's matte, whatever it sees.
    fn cut_out(&mut self, photo: &RgbImage, cx: StageCx<'_>) -> Result<Matte, BackendError> {
        let pixels = 1024 * 1024;
        self.attempt(pixels, cx, |engine| engine.matte_model(pixels, cx)?.matte(photo, cx).map_err(lower))
    }

    /// The prompt in the models' language; what is left out is said.
    fn in_english(field: &str, prompt: &str, cx: StageCx<'_>) -> String {
        let made = english(prompt);
        complaint(field, &made.unknown).iter().for_each(|text| cx.observer.warn(text));
        made.prompt
    }
}

/// Tells progress, shows what is foretold, hears a stop.
fn listen(state: &StepState<'_>, cx: StageCx<'_>, family: LatentFamily) -> ControlFlow<()> {
    cx.observer.progress(state.done as f32 / state.of.max(1) as f32);
    if cx.observer.wants_preview() {
        // A preview that fails is no reason to lose the picture.
        if let Ok(small) = state.clean().and_then(|latents| preview(&latents, family)) {
            cx.observer.preview(enlarged(small));
        }
    }
    stop_or_go(cx)
}

/// A job's stop for those who know no jobs.
fn stop_of(cx: StageCx<'_>) -> Stop {
    let cancel = cx.cancel.clone();
    Arc::new(move || cancel.is_cancelled())
}

fn stop_or_go(cx: StageCx<'_>) -> ControlFlow<()> {
    if cx.check().is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// A stage's error seen from below, so that a lack of memory is recognised.
fn lower(error: BackendError) -> DiffusionError {
    match error {
        BackendError::Stopped(_) => DiffusionError::Stopped,
        BackendError::Failed(text) => DiffusionError::Tensor(candle_core::Error::Msg(text)),
    }
}

fn enlarged(small: RgbImage) -> RgbImage {
    let (w, h) = (small.width() as usize, small.height() as usize);
    let scale = (PREVIEW_SIDE as f64 / w.max(h) as f64).max(1.0);
    let to = |side: usize| ((side as f64 * scale).round() as usize).max(1);
    crate::imaging::resize::resize_rgb8(&small, to(w), to(h), crate::imaging::resize::Filter::Triangle)
}

/// An error in a designer's words.
fn words(error: &DiffusionError) -> String {
    if error.is_out_of_memory() {
        return "CUDA out of memory. Close other programs that use the GPU, choose a smaller size or install smaller (GGUF) models; the draft \
                engine works meanwhile."
            .into();
    }
    match error {
        // A sentence for designers already.
        DiffusionError::Tensor(candle_core::Error::Msg(text)) if text.ends_with('.') => text.clone(),
        DiffusionError::Tensor(e) => format!("The computation failed: {}. Try again, or use the draft engine.", one_line(e)),
        other => other.to_string(),
    }
}

fn mix(under: &LinearRgb, over: &LinearRgb, amount: &Plane) -> LinearRgb {
    let data = under.data.iter().zip(&over.data).zip(&amount.data);
    LinearRgb {
        width: under.width,
        height: under.height,
        data: data.map(|((a, b), t)| std::array::from_fn(|k| a[k] + (b[k] - a[k]) * t.clamp(0.0, 1.0))).collect(),
    }
}

/// The light of `painted` on the detail of `kept`: only what is wider than `sigma` pixels is taken over, by `amount`.
fn relight(kept: &LinearRgb, painted: &LinearRgb, amount: &Plane, sigma: f32) -> LinearRgb {
    let (low_kept, low_painted) = (gaussian_rgb(kept, sigma), gaussian_rgb(painted, sigma));
    let mut out = kept.clone();
    for (i, colour) in out.data.iter_mut().enumerate() {
        let t = amount.data[i].clamp(0.0, 1.0);
        // A ratio keeps texture; its bounds keep labels as photographed.
        *colour = std::array::from_fn(|k| {
            let ratio = ((low_painted.data[i][k] + 0.02) / (low_kept.data[i][k] + 0.02)).clamp(0.6, 1.6);
            (colour[k] * (1.0 + (ratio - 1.0) * t)).clamp(0.0, 1.0)
        });
    }
    out
}

/// White where an engine may paint.
fn where_to_paint(amount: &Plane) -> GrayImage {
    Plane { width: amount.width, height: amount.height, data: amount.data.iter().map(|&v| if v > 0.1 { 1.0 } else { 0.0 }).collect() }
        .to_gray()
}

impl Backend for DiffusionBackend {
    fn kind(&self) -> BackendKind {
        BackendKind::Diffusion
    }

    fn label(&self) -> String {
        let name = |path: &Option<std::path::PathBuf>| {
            path.as_ref().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
        };
        let models = &self.setup.models;
        format!("{} + {} ({})", name(&models.flux), name(&models.sdxl), self.setup.device_name)
    }

    fn segment(&mut self, photo: &RgbImage, cx: StageCx<'_>) -> Result<Matte, BackendError> {
        let matte = self.cut_out(photo, cx)?;
        if is_useful(&matte.alpha) {
            return Ok(matte);
        }
        cx.observer.warn("product_image: BiRefNet saw no product in the photo, so the draft engine's network cut it out");
        self.draft.segment(photo, cx)
    }

    fn paint_scene(&mut self, request: &SceneRequest<'_>, cx: StageCx<'_>) -> Result<Scene, BackendError> {
        let set = self.draft.paint_scene(request, StageCx { cancel: cx.cancel, observer: &crate::backend::Quiet })?;
        let words = (Self::in_english("bg_prompt", request.prompts.positive, cx), request.prompts.negative);
        let plain = flux_request(words, (request.width, request.height), request.sampling);
        let flux = FluxRequest { true_cfg_scale: f64::from(request.sampling.true_cfg_scale), ..plain };
        let everywhere = GrayImage::from_pixel(request.width as u32, request.height as u32, image::Luma([255]));
        let picture = self.inpaint(&flux, &set.image.to_srgb(), &everywhere, SCENE_STRENGTH, cx)?;
        Ok(Scene { image: LinearRgb::from_srgb(&picture), ..set })
    }

    fn blend_product(&mut self, request: &BlendRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError> {
        // The draft's blend first: light and colour by low frequencies. FLUX then works the seam and the shadow out.
        let laid = self.draft.blend_product(request, StageCx { cancel: cx.cancel, observer: &crate::backend::Quiet })?;
        let (width, height) = (laid.width, laid.height);
        if request.strength <= 0.0 || band_is_empty(request.band) {
            return Ok(laid);
        }
        let amount = if request.preserve_product {
            request.band.clone()
        } else {
            let joined = request.band.data.iter().zip(&request.product.alpha.data).map(|(b, a)| b.max(*a)).collect();
            Plane { width, height, data: joined }
        };
        let Some(strength) = usable(request.strength, request.sampling.steps) else { return Ok(laid) };
        let words = (english(request.prompts.positive).prompt, request.prompts.negative);
        let flux = flux_request(words, (width, height), request.sampling);
        let painted = self.inpaint(&flux, &laid.to_srgb(), &where_to_paint(&amount), strength, cx)?;
        let painted = LinearRgb::from_srgb(&painted);
        let blended = mix(&laid, &painted, &amount);
        if !request.preserve_product {
            return Ok(blended);
        }
        // Inside, the product's own detail under the new light.
        let (x0, y0, x1, y1) = request.product.bounds;
        let sigma = 0.06 * (x1 - x0).min(y1 - y0) as f32;
        let lit = relight(&laid, &blended, &request.product.alpha, sigma.max(2.0));
        let inside =
            Plane { width, height, data: request.product.alpha.data.iter().zip(&amount.data).map(|(a, b)| a * (1.0 - b)).collect() };
        Ok(mix(&blended, &lit, &inside))
    }

    fn sculpt_text(&mut self, request: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError> {
        let (width, height) = (request.glyphs.width, request.glyphs.height);
        let sdxl = SdxlRequest {
            width,
            height,
            steps: request.sampling.steps as usize,
            guidance: f64::from(request.sampling.guidance_scale),
            conditioning_scale: 1.0,
            seed: request.sampling.seed,
        };
        let control = image::DynamicImage::ImageLuma8(request.edges.clone()).into_rgb8();
        let prompt = Self::in_english("text_model_prompt", request.prompts.positive, cx);
        let negative = unwanted(request.prompts.negative);
        let picture = self.attempt(width * height, cx, |engine| {
            let model = engine.sdxl(width * height, cx)?;
            let hears = Hears { step: &mut |state| listen(state, cx, LatentFamily::Sdxl), decode: &mut |_| stop_or_go(cx) };
            model.text_to_image(&sdxl, &prompt, negative.as_deref(), &control, hears)
        })?;
        self.sdxl.iter().flat_map(|m| m.cuts(&prompt)).for_each(|cut| cx.observer.warn(&cut));
        let quiet = StageCx { cancel: cx.cancel, observer: &crate::backend::Quiet };
        let matte = self.cut_out(&picture, quiet)?;
        Ok(clamp_to_glyphs(&picture, &matte, &request.glyphs.coverage, request.glyphs.font_px))
    }

    fn harmonize(&mut self, request: &HarmonizeRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError> {
        let laid = self.draft.harmonize(request, StageCx { cancel: cx.cancel, observer: &crate::backend::Quiet })?;
        let (width, height) = (laid.width, laid.height);
        let Some(strength) = usable(request.strength, request.sampling.steps) else { return Ok(laid) };
        if band_is_empty(request.mask) {
            return Ok(laid);
        }
        let words = (english(request.prompts.positive).prompt, request.prompts.negative);
        let flux = flux_request(words, (width, height), request.sampling);
        let painted = self.inpaint(&flux, &laid.to_srgb(), &where_to_paint(request.mask), strength, cx)?;
        // Letters stay the letters that were asked for: the pass brings light, not shapes.
        Ok(relight(&laid, &LinearRgb::from_srgb(&painted), request.mask, 0.02 * width.min(height) as f32))
    }

    fn unload(&mut self) {
        self.free_all();
        self.plan = None;
        self.draft.unload();
    }
}

/// What is not wanted, in English; `None` where nothing is said.
fn unwanted(negative_prompt: &str) -> Option<String> {
    Some(english(negative_prompt).prompt).filter(|text| !text.trim().is_empty())
}

fn band_is_empty(band: &Plane) -> bool {
    band.data.iter().all(|&v| v <= 0.1)
}

/// What FLUX is asked for, without true classifier-free guidance. `words`: what should be seen, in English, and what should not.
fn flux_request(words: (String, &str), (width, height): (usize, usize), sampling: Sampling) -> FluxRequest {
    FluxRequest {
        prompt: words.0,
        negative_prompt: unwanted(words.1),
        width,
        height,
        steps: sampling.steps as usize,
        guidance: f64::from(sampling.guidance_scale),
        true_cfg_scale: 1.0,
        seed: sampling.seed,
    }
}

/// A strength that leaves at least one step; `None` when none is meant.
fn usable(strength: f32, steps: u32) -> Option<f64> {
    (strength > 0.0 && steps > 0).then(|| f64::from(strength).min(1.0).max(1.0 / f64::from(steps) + 1e-6).min(1.0))
}

/// The sculpted letters alone: BiRefNet's matte within the font's own shapes and a little around them for the third dimension. Inside
/// the faces the letters are always solid.
fn clamp_to_glyphs(picture: &RgbImage, matte: &Matte, face: &Plane, font_px: f32) -> TextLayer {
    let reach = (font_px * 0.10).clamp(2.0, 48.0);
    let near = gaussian_plane(&dilate(face, reach.round() as usize), reach * 0.25);
    let (width, height) = (face.width, face.height);
    let mut image = RgbaImage::new(width as u32, height as u32);
    for (i, pixel) in image.pixels_mut().enumerate() {
        let (x, y) = ((i % width) as u32, (i / width) as u32);
        let solid = face.data[i];
        let alpha = (matte.alpha.data[i] * near.data[i]).max(solid).clamp(0.0, 1.0);
        // Where the matte missed a face, the picture itself is what is there.
        let own = if matte.alpha.data[i] > 0.05 { matte.foreground.get_pixel(x, y).0 } else { picture.get_pixel(x, y).0 };
        pixel.0 = [own[0], own[1], own[2], (alpha * 255.0 + 0.5) as u8];
    }
    TextLayer { image, face: face.clone() }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::cancel::CancelToken;

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl crate::backend::StageObserver for Heard {
        fn progress(&self, _: f32) {}
        fn preview(&self, _: RgbImage) {}
        fn warn(&self, text: &str) {
            self.0.lock().unwrap().push(text.into());
        }
        fn wants_preview(&self) -> bool {
            false
        }
    }

    fn backend() -> DiffusionBackend {
        let setup = Setup { models: Models::default(), device: Device::Cpu, device_name: "CPU".into(), free: Arc::new(|| None) };
        let (dtype, gib) = (DType::F32, 1 << 30);
        let sizes = Sizes { flux_encoders: 9 * gib, flux_transformer: 22 * gib, sdxl_networks: 7 * gib, birefnet: gib, ..Sizes::default() };
        let draft = DraftBackend::default();
        DiffusionBackend { setup, dtype, sdxl_dtype: dtype, sizes, plan: None, draft, flux: None, sdxl: None, matte: None }
    }

    fn no_memory() -> DiffusionError {
        DiffusionError::Tensor(candle_core::Error::Msg("DriverError(CUDA_ERROR_OUT_OF_MEMORY, \"out of memory\")".into()))
    }

    #[test]
    fn out_of_memory_tries_every_smaller_plan_and_then_says_what_to_do() {
        let (cancel, pixels) = (CancelToken::default(), 1024 * 1024);
        let heard = Heard::default();
        let cx = StageCx { cancel: &cancel, observer: &heard };
        let mut engine = backend();
        let plans = engine.plans(pixels).len();
        engine.plan(pixels);
        let mut used = Vec::new();
        let made = engine.attempt(pixels, cx, |e| {
            used.push(e.plan.unwrap());
            if used.len() < 3 { Err(no_memory()) } else { Ok(7) }
        });
        assert_eq!((made.unwrap(), used), (7, vec![0, 1, 2]));
        assert_eq!(heard.0.lock().unwrap().len(), 2);
        // What did not fit is not tried again by the next stage.
        assert_eq!(engine.plan(pixels), engine.plans(pixels)[2]);

        let mut tries = 0;
        let failed = engine.attempt(pixels, cx, |_| -> Result<(), _> {
            tries += 1;
            Err(no_memory())
        });
        let text = failed.unwrap_err().to_string();
        assert!(text.starts_with("CUDA out of memory.") && text.contains("smaller size"), "{text}");
        assert_eq!(tries, plans - 2);

        // Other errors are no reason to try again.
        let mut tries = 0;
        let failed = engine.attempt(pixels, cx, |_| -> Result<(), _> {
            tries += 1;
            Err(DiffusionError::Tensor(candle_core::Error::Msg("shape mismatch".into())))
        });
        assert!(failed.unwrap_err().to_string().contains("shape mismatch"));
        assert_eq!(tries, 1);
    }
}
