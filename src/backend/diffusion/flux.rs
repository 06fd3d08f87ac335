//! FLUX.1: text to image, and painting into a picture under a mask.
//!
//! Reference: diffusers `pipelines/flux/pipeline_flux.py` and `pipeline_flux_inpaint.py`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use image::{GrayImage, RgbImage};

use super::denoise::{Hears, Listener, denoise};
use super::error::DiffusionError;
use super::folder::{Part, read_json};
use super::pictures::{binary_mask, nearest, noise, pack, picture, pixels, unpack};
use super::prompts::Prompts;
use super::residency::Keep;
use super::tokenize::PromptTokenizer;
use crate::nn::clip::{ClipConfig, ClipText};
use crate::nn::flux::rope::{image_ids, text_ids};
use crate::nn::flux::{FluxConfig, FluxPrepared, FluxPrompt, FluxTransformer};
use crate::nn::t5::{T5Config, T5Encoder};
use crate::nn::vae::{AutoencoderKl, Tell, VaeConfig};
use crate::schedule::{FlowMatchEuler, Schedule, TorchRng, strength};
use crate::weights::{Stop, TensorStore, Vars, WeightsError, stoppable};

type Made<T> = Result<T, DiffusionError>;

/// A prompt as the transformer takes it.
pub struct FluxCondition {
    /// T5's states, `[1, T, D]`.
    pub states: Tensor,
    /// CLIP's pooled state, `[1, P]`.
    pub pooled: Tensor,
    /// Parts of the prompt that did not fit, in words.
    pub cuts: Vec<String>,
}

/// What to make.
#[derive(Clone, Debug)]
pub struct FluxRequest {
    /// What should be seen.
    pub prompt: String,
    /// What should not; acts when `true_cfg_scale` is above 1.
    pub negative_prompt: Option<String>,
    /// Pixels, multiples of 16.
    pub width: usize,
    /// Pixels, multiples of 16.
    pub height: usize,
    /// Denoising steps.
    pub steps: usize,
    /// Distilled guidance (dev).
    pub guidance: f64,
    /// True classifier-free guidance; 1 is none.
    pub true_cfg_scale: f64,
    /// Seed of the noise.
    pub seed: u64,
}

/// What to keep of a picture, and how much to change.
pub struct FluxInpaint<'a> {
    /// The picture, of the request's size in whole tokens.
    pub image: &'a RgbImage,
    /// White is painted anew; of the same size.
    pub mask: &'a GrayImage,
    /// 0 to 1.
    pub strength: f64,
}

struct Encoders {
    clip: ClipText,
    t5: T5Encoder,
}

/// A FLUX model in a folder; parts are loaded when they are needed.
pub struct FluxModel {
    folder: PathBuf,
    device: Device,
    dtype: DType,
    keep: Keep,
    stop: Stop,
    scheduler: FlowMatchEuler,
    clip_tokens: PromptTokenizer,
    t5_tokens: PromptTokenizer,
    prompts: Prompts<FluxCondition>,
    encoders: Option<Encoders>,
    transformer: Option<FluxTransformer>,
    vae: Option<AutoencoderKl>,
}

/// Longest prompt of the pipeline's default, T5 tokens.
pub const TEXT_LENGTH: usize = 512;

impl FluxModel {
    /// Opens a folder: configs and tokenizers now, weights when they are needed.
    ///
    /// # Errors
    /// Files that are missing or of another model.
    pub fn open(folder: &Path, device: &Device, dtype: DType) -> Made<Self> {
        if let Some(class) = super::folder::pipeline_class(folder).filter(|c| !c.starts_with("Flux")) {
            return Err(WeightsError::config(folder.display().to_string(), format!("this is a {class}, not a FluxPipeline")).into());
        }
        let scheduler = folder.join("scheduler/scheduler_config.json");
        Ok(Self {
            scheduler: read_json(&scheduler)?,
            clip_tokens: PromptTokenizer::clip(&folder.join("tokenizer"))?,
            t5_tokens: PromptTokenizer::t5(&folder.join("tokenizer_2"))?,
            folder: folder.into(),
            device: device.clone(),
            dtype,
            keep: Keep::default(),
            stop: Arc::new(|| false),
            prompts: Prompts::default(),
            encoders: None,
            transformer: None,
            vae: None,
        })
    }

    /// Says what stays in memory; what may not stay leaves now.
    pub fn set_keep(&mut self, keep: Keep) {
        self.keep = keep;
        if !keep.encoders {
            self.encoders = None;
        }
        if !keep.networks {
            self.transformer = None;
        }
    }

    /// Says who may stop the loading of weights.
    pub fn set_stop(&mut self, stop: Stop) {
        self.stop = stop;
    }

    fn vars(&self, store: Arc<dyn TensorStore>, dtype: DType) -> Vars {
        Vars::new(stoppable(store, &self.stop), dtype, &self.device)
    }

    fn part(&self, name: &str) -> Made<Part> {
        let single = |file: &str| match name {
            "transformer" => file.contains("flux"),
            "vae" => file == "ae.safetensors" || file.contains("vae"),
            "text_encoder" => file.contains("clip_l"),
            _ => file.contains("t5"),
        };
        Ok(Part::find(&self.folder, name, single)?)
    }

    fn load_encoders(&self) -> Made<Encoders> {
        let part = self.part("text_encoder")?;
        let store = part.open()?;
        let config: ClipConfig = part.config(&store, |_| Ok(ClipConfig::clip_l()))?;
        let clip = ClipText::load(&self.vars(store, self.dtype), &config)?;
        let part = self.part("text_encoder_2")?;
        let store = part.open()?;
        let config: T5Config = part.config(&store, T5Config::of_store)?;
        let t5 = T5Encoder::load(&self.vars(store, self.dtype), &config)?;
        Ok(Encoders { clip, t5 })
    }

    /// Prompts, encoded; the same words are encoded once, and all with encoders that are loaded once.
    ///
    /// # Errors
    /// Files, memory.
    pub fn conditions(&mut self, prompts: &[&str]) -> Made<Vec<Arc<FluxCondition>>> {
        let made = prompts.iter().map(|prompt| self.condition(prompt)).collect();
        if !self.keep.encoders {
            self.encoders = None;
        }
        made
    }

    fn condition(&mut self, prompt: &str) -> Made<Arc<FluxCondition>> {
        if let Some(known) = self.prompts.get(prompt) {
            return Ok(known);
        }
        if !self.keep.encoders {
            // Where the encoders may not stay, there is no room for them beside the transformer.
            self.transformer = None;
        }
        let clip = self.clip_tokens.encode(prompt, self.clip_tokens.length())?;
        let t5 = self.t5_tokens.encode(prompt, TEXT_LENGTH)?;
        let encoders = match self.encoders.take() {
            Some(encoders) => encoders,
            None => self.load_encoders()?,
        };
        let pooled = encoders.clip.forward(&clip.tensor(&self.device)?)?.pooled;
        let states = encoders.t5.forward(&t5.tensor(&self.device)?, None)?;
        self.encoders = Some(encoders);
        // CLIP's part is only the prompt's gist; T5 reads the whole, so only its cut loses something.
        let cuts = t5.cut.iter().map(ToString::to_string).collect();
        Ok(self.prompts.keep(prompt, FluxCondition { states, pooled, cuts }))
    }

    /// The parts of a prompt that did not fit, in words; nothing where it was not encoded.
    pub fn cuts(&self, prompt: &str) -> Vec<String> {
        self.prompts.get(prompt).map(|c| c.cuts.clone()).unwrap_or_default()
    }

    fn transformer(&mut self) -> Made<FluxTransformer> {
        if let Some(loaded) = self.transformer.take() {
            return Ok(loaded);
        }
        let part = self.part("transformer")?;
        let store = part.open()?;
        let config: FluxConfig = part.config(&store, FluxConfig::of_store)?;
        Ok(FluxTransformer::load(&self.vars(store, self.dtype), &config)?)
    }

    fn vae(&mut self) -> Made<&AutoencoderKl> {
        if self.vae.is_none() {
            let part = self.part("vae")?;
            let store = part.open()?;
            let config: VaeConfig = part.config(&store, |_| Ok(VaeConfig::flux()))?;
            let dtype = vae_dtype(self.dtype);
            self.vae = Some(AutoencoderKl::load(&self.vars(store, dtype), &config)?);
        }
        self.vae.as_ref().ok_or_else(|| DiffusionError::Input("the autoencoder is not loaded".into()))
    }

    /// Paints a picture. The listener hears of every step.
    ///
    /// # Errors
    /// Files, memory, [`DiffusionError::Stopped`].
    pub fn text_to_image(&mut self, request: &FluxRequest, hears: Hears<'_>) -> Made<RgbImage> {
        let geometry = self.geometry(request)?;
        let mut rng = TorchRng::new(request.seed);
        let noise = noise(&mut rng, geometry.shape(), self.dtype, &self.device)?;
        let schedule = self.scheduler.schedule(request.steps, geometry.tokens())?;
        let latents = self.sample(request, &geometry, &pack(&noise)?, &schedule, &mut |x, _| Ok(x), hears.step)?;
        self.decode(&latents, &geometry, hears.decode)
    }

    /// Paints into a picture where the mask is white.
    ///
    /// # Errors
    /// As [`FluxModel::text_to_image`]; a strength that leaves no step.
    pub fn inpaint(&mut self, request: &FluxRequest, inpaint: &FluxInpaint<'_>, hears: Hears<'_>) -> Made<RgbImage> {
        let geometry = self.geometry(request)?;
        let side = self.token_side()? / 2;
        let size = ((geometry.width * side) as u32, (geometry.height * side) as u32);
        if inpaint.image.dimensions() != size || inpaint.mask.dimensions() != size {
            let what = format!("image and mask must have the size of the picture, {} × {}", size.0, size.1);
            return Err(DiffusionError::Input(what));
        }
        let full = self.scheduler.schedule(request.steps, geometry.tokens())?;
        let schedule = full.from_step(strength::first_step(request.steps, inpaint.strength)?);
        let mut rng = TorchRng::new(request.seed);
        let known = self.encode(&pixels(inpaint.image, &self.device.clone())?, &mut rng, &geometry, hears.decode)?;
        let noise = noise(&mut rng, geometry.shape(), self.dtype, &self.device)?;
        let mask = nearest(&binary_mask(inpaint.mask, &self.device)?, geometry.height, geometry.width)?;
        let mask = pack(&mask.repeat((1, geometry.channels, 1, 1))?)?;
        let (known, noise) = (pack(&known)?, pack(&noise)?);
        // Noise on the known picture, at a level.
        let noisy = |sigma: f64| -> candle_core::Result<Tensor> {
            let (picture, noised) = strength::flow_mix(sigma);
            (&known * picture)? + (&noise * noised)?
        };
        let start = noisy(schedule.sigmas.first().copied().unwrap_or(1.0))?;
        let last = schedule.steps.len() - 1;
        let keep = (1.0 - &mask)?;
        let mut after = |x: Tensor, i: usize| {
            let outside = if i < last { noisy(schedule.steps[i + 1].sigma)? } else { known.clone() };
            (outside * &keep)? + (x * &mask)?
        };
        let latents = self.sample(request, &geometry, &start, &schedule, &mut after, hears.step)?;
        self.decode(&latents, &geometry, hears.decode)
    }

    fn sample(
        &mut self,
        request: &FluxRequest,
        geometry: &Geometry,
        start: &Tensor,
        schedule: &Schedule,
        after: super::denoise::AfterStep<'_>,
        listener: Listener<'_>,
    ) -> Made<Tensor> {
        let negative = request.negative_prompt.as_deref().filter(|_| request.true_cfg_scale > 1.0);
        let prompts: Vec<&str> = std::iter::once(request.prompt.as_str()).chain(negative).collect();
        let conditions = self.conditions(&prompts)?;
        let [positive, negative @ ..] = conditions.as_slice() else {
            return Err(DiffusionError::Input("no prompt was encoded".into()));
        };
        let transformer = self.transformer()?;
        let guidance = Tensor::new(&[request.guidance as f32], &self.device)?;
        let images = image_ids(geometry.height / 2, geometry.width / 2, &self.device)?;
        let prepare = |condition: &FluxCondition| -> Made<FluxPrepared> {
            let texts = text_ids(condition.states.dim(1)?, &self.device)?;
            Ok(transformer.prepare(&FluxPrompt {
                encoder_hidden_states: &condition.states,
                pooled_projections: &condition.pooled,
                guidance: transformer.config().guidance_embeds.then_some(&guidance),
                txt_ids: &texts,
                img_ids: &images,
            })?)
        };
        let with = prepare(positive)?;
        let without = negative.first().map(|negative| prepare(negative)).transpose()?;
        let device = self.device.clone();
        let mut network = |x: &Tensor, step: &crate::schedule::Step| {
            // The reference hands sigma · 1000 / 1000 over, in the network's type on its way.
            let time = Tensor::new(&[(step.timestep / 1000.0) as f32], &device)?;
            let velocity = transformer.forward(x, &time, &with)?;
            match &without {
                Some(without) => {
                    let plain = transformer.forward(x, &time, without)?.to_dtype(DType::F32)?;
                    &plain + ((velocity.to_dtype(DType::F32)? - &plain)? * request.true_cfg_scale)?
                }
                None => Ok(velocity),
            }
        };
        let packed = Some((geometry.height, geometry.width));
        let result = denoise(start, packed, schedule, &mut network, after, listener);
        if self.keep.networks {
            self.transformer = Some(transformer);
        }
        result?.ok_or(DiffusionError::Stopped)
    }

    /// Pixels of a token in each direction: pictures have whole tokens, sides are cut to them.
    ///
    /// # Errors
    /// The autoencoder's files.
    pub fn token_side(&mut self) -> Made<usize> {
        Ok(2 * self.vae()?.config().scale())
    }

    fn geometry(&mut self, request: &FluxRequest) -> Made<Geometry> {
        let side = self.token_side()?;
        let channels = self.vae()?.config().latent_channels;
        if request.width < side || request.height < side {
            return Err(DiffusionError::Input(format!("{} × {} is too small: {side} is the least", request.width, request.height)));
        }
        // As the reference: sides are cut to whole tokens.
        Ok(Geometry { channels, width: 2 * (request.width / side), height: 2 * (request.height / side) })
    }

    fn encode(&mut self, pixels: &Tensor, rng: &mut TorchRng, geometry: &Geometry, tell: Tell<'_>) -> Made<Tensor> {
        // Only the stop is heard here: the steps tell how far it is.
        let tell = &mut |_: f32| tell(0.0);
        let noise = noise(rng, geometry.shape(), self.dtype, &self.device)?;
        let keep = self.keep;
        let dtype = vae_dtype(self.dtype);
        let vae = self.vae()?;
        let pixels = pixels.to_dtype(dtype)?;
        let moments = vae.encode_with(&pixels, keep.tiling(vae), tell)?;
        let moments = moments.ok_or(DiffusionError::Stopped)?;
        Ok(vae.scale_latents(&moments.sample(&noise)?.to_dtype(DType::F32)?)?)
    }

    fn decode(&mut self, tokens: &Tensor, geometry: &Geometry, tell: Tell<'_>) -> Made<RgbImage> {
        let keep = self.keep;
        let dtype = vae_dtype(self.dtype);
        let vae = self.vae()?;
        let latents = vae.unscale_latents(&unpack(tokens, geometry.height, geometry.width)?)?.to_dtype(dtype)?;
        let pixels = vae.decode_with(&latents, keep.tiling(vae), tell)?;
        Ok(picture(&pixels.ok_or(DiffusionError::Stopped)?)?)
    }
}

/// Latents of one picture.
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

/// The autoencoder overflows float16; bfloat16 is enough, as in the reference.
fn vae_dtype(dtype: DType) -> DType {
    if dtype == DType::F16 { DType::F32 } else { dtype }
}
