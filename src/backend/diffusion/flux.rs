//! FLUX.1: text to image, and inpainting.
//!
//! Reference: diffusers `pipelines/flux/pipeline_flux.py` and `pipeline_flux_inpaint.py`.

use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use image::{GrayImage, RgbImage};

use super::autoencoder::Autoencoder;
use super::denoise::{KnownLatents, Layout, PictureSettings, SamplingCallbacks, StepCallback, UpdateSample, denoise, predict, timesteps};
use super::error::{DiffusionError, DiffusionResult};
use super::folder::{ComponentFiles, read_json};
use super::loader::{Loader, get_or_load};
use super::parts::{Condition, ModelParts};
use super::pictures::{binary_mask, pack, resize_nearest, seeded_noise, to_tensor, unpack};
use super::tokenize::{PromptTokenizer, Truncation};
use crate::nn::clip::{ClipConfig, ClipText};
use crate::nn::flux::rope::{image_ids, text_ids};
use crate::nn::flux::{FluxConfig, FluxPrepared, FluxPrompt, FluxTransformer};
use crate::nn::t5::{T5Config, T5Encoder};
use crate::nn::vae::{ProgressCallback, VaeConfig};
use crate::notice;
use crate::schedule::{FlowMatchEuler, Schedule, TorchRng, strength};
use crate::weights::{LoadResult, Vars};

/// An encoded prompt, in host memory.
pub struct FluxCondition {
    /// T5's hidden states, `[1, T, D]`.
    pub states: Tensor,
    /// CLIP's pooled state, `[1, P]`.
    pub pooled: Tensor,
    /// Parts of the prompt that did not fit.
    pub truncations: Vec<Truncation>,
}

impl Condition for FluxCondition {
    fn truncations(&self) -> &[Truncation] {
        &self.truncations
    }
}

/// One picture to sample.
#[derive(Clone, Debug)]
pub struct FluxRequest {
    /// What the picture should show.
    pub prompt: String,
    /// What the picture should not show; used if `true_cfg_scale` is above 1.
    pub negative_prompt: Option<String>,
    /// Scale of true classifier-free guidance; 1 switches it off.
    pub true_cfg_scale: f64,
    /// Size, steps, guidance and seed.
    pub picture: PictureSettings,
}

/// A picture to change under a mask.
pub struct FluxInpaint<'a> {
    /// The picture; its size is the request's, rounded down to whole tokens.
    pub image: &'a RgbImage,
    /// White is repainted; same size as `image`.
    pub mask: &'a GrayImage,
    /// How far the picture may change, 0 to 1.
    pub strength: f64,
}

/// The text encoders.
pub struct Encoders {
    clip: ClipText,
    t5: T5Encoder,
}

/// A FLUX model in a folder. Its parts are loaded when they are needed.
pub struct FluxModel {
    /// Encoders, transformer, autoencoder and encoded prompts.
    pub parts: ModelParts<Encoders, FluxTransformer, FluxCondition>,
    scheduler: FlowMatchEuler,
    clip_tokens: PromptTokenizer,
    t5_tokens: PromptTokenizer,
    /// T5 tokens of a prompt; known from the transformer's config, which is read with the first prompt.
    text_tokens: Option<usize>,
    float8: bool,
}

/// A component of the folder, or a single file beside the components, as people who use GGUF have it.
fn files(loader: &Loader, name: &str) -> LoadResult<ComponentFiles> {
    ComponentFiles::find(loader.folder(), name, |file| match name {
        "transformer" => file.contains("flux"),
        "vae" => file == "ae.safetensors" || file.contains("vae"),
        "text_encoder" => file.contains("clip_l"),
        _ => file.contains("t5"),
    })
}

fn load_encoders(loader: &Loader) -> DiffusionResult<Encoders> {
    let clip = loader.load(&files(loader, "text_encoder")?, |_| Ok(ClipConfig::clip_l()), ClipText::load)?;
    let t5 = loader.load(&files(loader, "text_encoder_2")?, T5Config::of_store, T5Encoder::load)?;
    Ok(Encoders { clip, t5 })
}

impl FluxModel {
    /// Opens a folder and reads configs and tokenizers; weights are loaded later.
    ///
    /// # Errors
    /// Missing files, files of another model.
    pub fn open(folder: &Path, device: &Device, dtype: DType) -> DiffusionResult<Self> {
        Ok(Self {
            parts: ModelParts::new(Loader::open(folder, "Flux", "FluxPipeline", device, dtype)?),
            scheduler: read_json(&folder.join("scheduler/scheduler_config.json"))?,
            clip_tokens: PromptTokenizer::clip(&folder.join("tokenizer"))?,
            t5_tokens: PromptTokenizer::t5(&folder.join("tokenizer_2"))?,
            text_tokens: None,
            float8: false,
        })
    }

    /// The model with the products of its transformer in 8 bits, or not.
    #[must_use]
    pub fn with_float8(self, float8: bool) -> Self {
        Self { float8, ..self }
    }

    fn device(&self) -> Device {
        self.parts.loader.device().clone()
    }

    fn conditions(&mut self, prompts: &[&str]) -> DiffusionResult<Vec<Arc<FluxCondition>>> {
        let length = *get_or_load(&mut self.text_tokens, || {
            let loader = &self.parts.loader;
            Ok(loader.config(&files(loader, "transformer")?, FluxConfig::of_store)?.text_tokens())
        })?;
        let (device, clip_tokens, t5_tokens) = (self.device(), &self.clip_tokens, &self.t5_tokens);
        let load = |parts: &mut ModelParts<Encoders, FluxTransformer, FluxCondition>| {
            // A plan without room for the encoders between prompts has none for them beside the transformer either.
            if !parts.retention().encoders {
                parts.drop_networks();
            }
            load_encoders(&parts.loader)
        };
        let encode = |encoders: &Encoders, prompt: &str| {
            let clip = clip_tokens.encode(prompt, clip_tokens.length())?;
            let t5 = t5_tokens.encode(prompt, length)?;
            let pooled = encoders.clip.forward(&clip.tensor(&device)?)?.pooled.to_device(&Device::Cpu)?;
            let states = encoders.t5.forward(&t5.tensor(&device)?, None)?.to_device(&Device::Cpu)?;
            // CLIP only summarises the prompt; T5 reads all of it, so only words that T5 cuts off are lost.
            Ok(FluxCondition { states, pooled, truncations: t5.truncation.into_iter().collect() })
        };
        self.parts.conditions(prompts, load, encode)
    }

    fn autoencoder(&mut self) -> DiffusionResult<&Autoencoder> {
        self.parts.autoencoder(|loader| files(loader, "vae"), |_, dtype| autoencoder_dtype(dtype), |_| Ok(VaeConfig::flux()))
    }

    /// Paints a picture from a prompt.
    ///
    /// # Errors
    /// Files, memory, [`DiffusionError::Stopped`].
    pub fn text_to_image(&mut self, request: &FluxRequest, callbacks: SamplingCallbacks<'_>) -> DiffusionResult<RgbImage> {
        let geometry = self.geometry(&request.picture)?;
        let mut rng = TorchRng::new(request.picture.seed);
        let noise = seeded_noise(&mut rng, geometry.shape(), self.parts.loader.dtype(), &self.device())?;
        let schedule = self.scheduler.schedule(request.picture.steps, geometry.tokens())?;
        let latents = self.sample(request, &geometry, &pack(&noise)?, &schedule, &mut |x, _| Ok(x), callbacks.step)?;
        self.decode(&latents, &geometry, callbacks.autoencoder)
    }

    /// Repaints a picture where the mask is white.
    ///
    /// # Errors
    /// As [`FluxModel::text_to_image`]; a strength that leaves no denoising step.
    pub fn inpaint(
        &mut self,
        request: &FluxRequest,
        inpaint: &FluxInpaint<'_>,
        callbacks: SamplingCallbacks<'_>,
    ) -> DiffusionResult<RgbImage> {
        let geometry = self.geometry(&request.picture)?;
        self.check_size(inpaint, &geometry)?;
        let (device, dtype) = (self.device(), self.parts.loader.dtype());
        let full = self.scheduler.schedule(request.picture.steps, geometry.tokens())?;
        let schedule = full.from_step(strength::first_step(request.picture.steps, inpaint.strength)?);
        let mut rng = TorchRng::new(request.picture.seed);
        // The order in which the reference draws: first the autoencoder's noise, then the sampler's.
        let posterior_noise = seeded_noise(&mut rng, geometry.shape(), dtype, &device)?;
        let tile = self.parts.retention().tile;
        // Encoding only passes the stop on: progress is reported by the denoising steps.
        let stop_only = &mut |_: f32| (callbacks.autoencoder)(0.0);
        let known = self.autoencoder()?.encode(&to_tensor(inpaint.image, &device)?, Some(&posterior_noise), tile, stop_only)?;
        let noise = pack(&seeded_noise(&mut rng, geometry.shape(), dtype, &device)?)?;
        let mask = resize_nearest(&binary_mask(inpaint.mask, &device)?, geometry.height, geometry.width)?;
        let mask = pack(&mask.repeat((1, geometry.channels, 1, 1))?)?;
        let known = KnownLatents { known: pack(&known)?, noise, mask };
        let mut restore_known = |x: Tensor, i: usize| known.restore(&x, i, &schedule);
        let start = known.start(&schedule)?;
        let latents = self.sample(request, &geometry, &start, &schedule, &mut restore_known, callbacks.step)?;
        self.decode(&latents, &geometry, callbacks.autoencoder)
    }

    fn check_size(&mut self, inpaint: &FluxInpaint<'_>, geometry: &Geometry) -> DiffusionResult<()> {
        let side = self.token_side()? / 2;
        let (width, height) = ((geometry.width * side) as u32, (geometry.height * side) as u32);
        if inpaint.image.dimensions() == (width, height) && inpaint.mask.dimensions() == (width, height) {
            return Ok(());
        }
        Err(DiffusionError::Input(notice!("diffusion-inpaint-sizes", width = width, height = height)))
    }

    fn sample(
        &mut self,
        request: &FluxRequest,
        geometry: &Geometry,
        start: &Tensor,
        schedule: &Schedule,
        update: UpdateSample<'_>,
        callback: StepCallback<'_>,
    ) -> DiffusionResult<Tensor> {
        let negative = request.negative_prompt.as_deref().filter(|_| request.true_cfg_scale > 1.0);
        let prompts: Vec<&str> = std::iter::once(request.prompt.as_str()).chain(negative).collect();
        let conditions = self.conditions(&prompts)?;
        let float8 = self.float8;
        let load = |vars: &Vars, config: &FluxConfig| FluxTransformer::load(&vars.with_float8(float8), config);
        let transformer = self.parts.take_networks(|loader| loader.load(&files(loader, "transformer")?, FluxConfig::of_store, load))?;
        let layout = Layout::Squares(geometry.height, geometry.width);
        let result = prepare(&transformer, &conditions, request, geometry, schedule, &self.device()).and_then(|mut prepared| {
            let mut network = |x: &Tensor, step: usize| {
                predict(&mut prepared, request.true_cfg_scale, |condition| transformer.forward(x, step, condition))
            };
            Ok(denoise(start, layout, schedule, &mut network, update, callback)?)
        });
        self.parts.keep_networks(transformer);
        result?.ok_or(DiffusionError::Stopped)
    }

    /// Side of a token in pixels. Pictures are cut to whole tokens.
    ///
    /// # Errors
    /// Missing or damaged files of the autoencoder.
    pub fn token_side(&mut self) -> DiffusionResult<usize> {
        Ok(2 * self.autoencoder()?.config().scale())
    }

    fn geometry(&mut self, picture: &PictureSettings) -> DiffusionResult<Geometry> {
        let side = self.token_side()?;
        let channels = self.autoencoder()?.config().latent_channels;
        if picture.width < side || picture.height < side {
            let notice = notice!("diffusion-too-small", width = picture.width, height = picture.height, side = side);
            return Err(DiffusionError::Input(notice));
        }
        Ok(Geometry { channels, width: 2 * (picture.width / side), height: 2 * (picture.height / side) })
    }

    fn decode(&mut self, tokens: &Tensor, geometry: &Geometry, progress: ProgressCallback<'_>) -> DiffusionResult<RgbImage> {
        let tile = self.parts.retention().tile;
        let latents = unpack(tokens, geometry.height, geometry.width)?;
        self.autoencoder()?.decode(&latents, tile, progress)
    }
}

/// Prepares the positive condition and, with true classifier-free guidance, the negative one.
fn prepare(
    transformer: &FluxTransformer,
    conditions: &[Arc<FluxCondition>],
    request: &FluxRequest,
    geometry: &Geometry,
    schedule: &Schedule,
    device: &Device,
) -> DiffusionResult<Vec<FluxPrepared>> {
    let timesteps = timesteps(schedule, device)?;
    let guidance = Tensor::new(&[request.picture.guidance as f32], device)?;
    let images = image_ids(geometry.height / 2, geometry.width / 2, device)?;
    let one = |condition: &Arc<FluxCondition>| {
        let texts = text_ids(condition.states.dim(1)?, device)?;
        let prompt = FluxPrompt {
            encoder_hidden_states: &condition.states.to_device(device)?,
            pooled_projections: &condition.pooled.to_device(device)?,
            guidance: transformer.config().guidance_embeds.then_some(&guidance),
            txt_ids: &texts,
            img_ids: &images,
        };
        Ok(transformer.prepare(&prompt, &timesteps)?)
    };
    conditions.iter().map(one).collect()
}

/// Size of the latents of one picture.
struct Geometry {
    channels: usize,
    width: usize,
    height: usize,
}

impl Geometry {
    fn tokens(&self) -> usize {
        (self.width / 2) * (self.height / 2)
    }

    fn shape(&self) -> (usize, usize, usize) {
        (self.channels, self.height, self.width)
    }
}

/// The autoencoder overflows float16. bfloat16 is enough, as in the reference.
pub(super) fn autoencoder_dtype(dtype: DType) -> DType {
    if dtype == DType::F16 { DType::F32 } else { dtype }
}
