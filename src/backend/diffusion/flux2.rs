//! FLUX.2 klein: text to image, editing with reference pictures, and inpainting.
//!
//! Reference: diffusers `pipelines/flux2/pipeline_flux2_klein.py` and `pipeline_flux2_klein_inpaint.py`.

use std::path::Path;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use image::{GrayImage, RgbImage};

use super::autoencoder::Autoencoder;
use super::chat::ChatTokenizer;
use super::denoise::{KnownLatents, Layout, PictureSettings, SamplingCallbacks, StepCallback, UpdateSample, denoise, predict, timesteps};
use super::error::{DiffusionError, DiffusionResult};
use super::flux::autoencoder_dtype;
use super::folder::{ComponentFiles, read_json};
use super::loader::Loader;
use super::parts::{Condition, ModelParts};
use super::pictures::{bilinear_mask, seeded_noise, to_tensor};
use super::preview::PreviewFactors;
use super::tokenize::Truncation;
use crate::nn::flux2::{Flux2Config, Flux2Prepared, Flux2Prompt, Flux2Transformer, ids};
use crate::nn::fused::{to_picture, to_tokens};
use crate::nn::qwen3::{Qwen3Config, Qwen3Encoder};
use crate::nn::vae::{ProgressCallback, VaeConfig};
use crate::notice;
use crate::schedule::{FlowMatchEuler, Schedule, TorchRng, strength};
use crate::weights::{LoadResult, Vars, WeightsError};

/// Tokens of a prompt that the network was trained with; shorter ones are padded.
const TEXT_TOKENS: usize = 512;
/// References with more pixels are shrunk.
const MOST_REFERENCE_PIXELS: u64 = 1024 * 1024;

/// An encoded prompt, in host memory.
pub struct Flux2Condition {
    /// Qwen3's states, `[1, T, D]`.
    pub states: Tensor,
    /// Parts of the prompt that did not fit.
    pub truncations: Vec<Truncation>,
}

impl Condition for Flux2Condition {
    fn truncations(&self) -> &[Truncation] {
        &self.truncations
    }
}

/// One picture to sample.
#[derive(Clone, Debug)]
pub struct Flux2Request {
    /// What the picture should show, in any language that Qwen3 reads.
    pub prompt: String,
    /// What the picture should not show. Used by models that are not distilled, at a guidance above 1.
    pub negative_prompt: String,
    /// Size, steps, guidance and seed. Distilled models ignore the guidance.
    pub picture: PictureSettings,
}

/// A picture to change under a mask.
pub struct Flux2Inpaint<'a> {
    /// The picture, of the request's size.
    pub image: &'a RgbImage,
    /// White is repainted; same size as `image`.
    pub mask: &'a GrayImage,
    /// How far the picture may change, 0 to 1.
    pub strength: f64,
    /// References besides the picture itself.
    pub references: &'a [RgbImage],
}

type Parts = ModelParts<Qwen3Encoder, Flux2Transformer, Flux2Condition>;

/// A FLUX.2 klein model in a folder. Its parts are loaded when they are needed.
pub struct Flux2Model {
    /// Encoder, transformer, autoencoder and encoded prompts.
    pub parts: Parts,
    scheduler: FlowMatchEuler,
    tokens: ChatTokenizer,
    /// Distilled models need no classifier-free guidance.
    is_distilled: bool,
    preview: Option<Arc<PreviewFactors>>,
    float8: bool,
}

/// A component of the folder, or a single file beside the components, as people have them.
///
/// # Errors
/// Neither exists.
pub(super) fn files(folder: &Path, name: &str) -> LoadResult<ComponentFiles> {
    ComponentFiles::find(folder, name, |file| {
        let (is_vae, is_text) = (file.contains("vae") || file == "ae.safetensors", file.contains("qwen"));
        match name {
            "transformer" => (file.contains("flux") || file.contains("klein")) && !is_vae && !is_text,
            "vae" => is_vae,
            _ => is_text,
        }
    })
}

/// Whether the folder's model is distilled, as the public klein is. Models for training ("base") are not.
fn is_distilled(folder: &Path) -> bool {
    #[derive(serde::Deserialize)]
    struct Index {
        #[serde(default)]
        is_distilled: bool,
    }
    let index = folder.join("model_index.json");
    match read_json::<Index>(&index) {
        Ok(index) => index.is_distilled,
        Err(_) => !files(folder, "transformer").is_ok_and(|file| file.weights.to_string_lossy().to_lowercase().contains("base")),
    }
}

/// A reference as the network takes it: shrunk to a megapixel, its sides cut around the middle to multiples of `side`.
///
/// # Errors
/// A side is too short.
pub fn fitted_reference(picture: &RgbImage, side: usize) -> DiffusionResult<RgbImage> {
    let picture = shrunk(picture);
    let (width, height) = picture.dimensions();
    let cut = |length: u32| length / side as u32 * side as u32;
    let (w, h) = (cut(width), cut(height));
    if w == 0 || h == 0 {
        return Err(DiffusionError::Input(notice!("diffusion-reference-too-small", width = width, height = height, side = side)));
    }
    Ok(image::imageops::crop_imm(picture.as_ref(), (width - w) / 2, (height - h) / 2, w, h).to_image())
}

/// A picture with at most a megapixel. Resized as in the reference, in sRGB.
pub fn shrunk(picture: &RgbImage) -> std::borrow::Cow<'_, RgbImage> {
    let (width, height) = picture.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= MOST_REFERENCE_PIXELS {
        return std::borrow::Cow::Borrowed(picture);
    }
    let scale = (MOST_REFERENCE_PIXELS as f64 / pixels as f64).sqrt();
    let scaled = |length: u32| ((f64::from(length) * scale) as u32).max(1);
    std::borrow::Cow::Owned(image::imageops::resize(picture, scaled(width), scaled(height), image::imageops::FilterType::Lanczos3))
}

/// Size of the latents of one picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Geometry {
    channels: usize,
    rows: usize,
    columns: usize,
}

impl Geometry {
    fn tokens(self) -> usize {
        self.rows * self.columns
    }
}

/// References as tokens `[1, N, C]`, and the rows and columns of each.
#[derive(Default)]
struct References {
    tokens: Vec<Tensor>,
    sizes: Vec<(usize, usize)>,
}

impl References {
    /// `latents` `[1, C, h, w]`.
    fn push(&mut self, latents: &Tensor) -> candle_core::Result<()> {
        let (_, _, rows, columns) = latents.dims4()?;
        self.tokens.push(to_tokens(latents)?);
        self.sizes.push((rows, columns));
        Ok(())
    }

    fn joined(&self) -> candle_core::Result<Option<Tensor>> {
        if self.tokens.is_empty() { Ok(None) } else { Tensor::cat(&self.tokens, 1).map(Some) }
    }
}

impl Flux2Model {
    /// Opens a folder and reads configs and tokenizer; weights are loaded later.
    ///
    /// # Errors
    /// Missing files, files of another model.
    pub fn open(folder: &Path, device: &Device, dtype: DType) -> DiffusionResult<Self> {
        let loader = Loader::open(folder, "Flux2", "Flux2KleinPipeline", device, dtype)?;
        let scheduler = folder.join("scheduler/scheduler_config.json");
        let tokenizer = folder.join("tokenizer");
        Ok(Self {
            parts: ModelParts::new(loader),
            scheduler: if scheduler.is_file() { read_json(&scheduler)? } else { FlowMatchEuler::flux2() },
            tokens: ChatTokenizer::open(if tokenizer.is_dir() { &tokenizer } else { folder })?,
            is_distilled: is_distilled(folder),
            preview: None,
            float8: false,
        })
    }

    /// The model with the products of its transformer in 8 bits, or not. Qwen3 stays precise: rounding adds up over its 27 layers.
    #[must_use]
    pub fn with_float8(self, float8: bool) -> Self {
        Self { float8, ..self }
    }

    fn device(&self) -> Device {
        self.parts.loader.device().clone()
    }

    fn conditions(&mut self, prompts: &[&str]) -> DiffusionResult<Vec<Arc<Flux2Condition>>> {
        let (device, tokenizer) = (self.device(), &self.tokens);
        let load = |parts: &mut Parts| {
            // A plan without room for the encoder between prompts has none for it beside the transformer either.
            if !parts.retention().encoders {
                parts.drop_networks();
            }
            let files = files(parts.loader.folder(), "text_encoder")?;
            parts.loader.load(&files, Qwen3Config::of_store, Qwen3Encoder::load)
        };
        let encode = |encoder: &Qwen3Encoder, prompt: &str| {
            let tokens = tokenizer.encode(prompt, TEXT_TOKENS)?;
            let (ids, mask) = tokens.tensors(&device)?;
            let states = encoder.forward(&ids, Some(&mask))?.to_device(&Device::Cpu)?;
            Ok(Flux2Condition { states, truncations: tokens.truncation.into_iter().collect() })
        };
        self.parts.conditions(prompts, load, encode)
    }

    fn autoencoder(&mut self) -> DiffusionResult<&Autoencoder> {
        let config = |store: Arc<dyn crate::weights::TensorStore>| {
            VaeConfig::flux2(&serde_json::Map::new()).map_err(|e| WeightsError::config(store.place(), e.to_string()))
        };
        self.parts.autoencoder(|loader| files(loader.folder(), "vae"), |_, dtype| autoencoder_dtype(dtype), config)
    }

    /// Side of a token in pixels. Pictures are cut to whole tokens.
    ///
    /// # Errors
    /// Missing or damaged files of the autoencoder.
    pub fn token_side(&mut self) -> DiffusionResult<usize> {
        let config = self.autoencoder()?.config();
        Ok(config.patch_size.0 * config.scale())
    }

    fn geometry(&mut self, picture: &PictureSettings) -> DiffusionResult<Geometry> {
        let PictureSettings { width, height, .. } = *picture;
        let side = self.token_side()?;
        let channels = self.autoencoder()?.config().packed_channels();
        if width < side || height < side {
            return Err(DiffusionError::Input(notice!("diffusion-too-small", width = width, height = height, side = side)));
        }
        Ok(Geometry { channels, rows: height / side, columns: width / side })
    }

    /// The mean latents of a picture, `[1, C, h, w]`.
    fn encode(&mut self, picture: &RgbImage, callbacks: &mut SamplingCallbacks<'_>) -> DiffusionResult<Tensor> {
        let (device, tile) = (self.device(), self.parts.retention().tile);
        // Encoding only passes the stop on: progress is reported by the denoising steps.
        let stop_only = &mut |_: f32| (callbacks.autoencoder)(0.0);
        self.autoencoder()?.encode(&to_tensor(picture, &device)?, None, tile, stop_only)
    }

    fn add_references(
        &mut self,
        references: &mut References,
        pictures: &[RgbImage],
        callbacks: &mut SamplingCallbacks<'_>,
    ) -> DiffusionResult<()> {
        let side = self.token_side()?;
        for picture in pictures {
            let latents = self.encode(&fitted_reference(picture, side)?, callbacks)?;
            references.push(&latents)?;
        }
        Ok(())
    }

    /// Whether the model is distilled: it ignores guidance and negative prompts.
    pub fn is_distilled(&self) -> bool {
        self.is_distilled
    }

    /// How the latents of a step become the colours of a preview. Published factors are for other layouts, so the decoder is asked: one latent for
    /// each channel shows what that channel does to the mean colour.
    ///
    /// # Errors
    /// Files, memory, [`DiffusionError::Stopped`].
    pub fn preview_factors(&mut self) -> DiffusionResult<Arc<PreviewFactors>> {
        if let Some(known) = &self.preview {
            return Ok(Arc::clone(known));
        }
        let device = self.device();
        let autoencoder = self.autoencoder()?;
        let channels = autoencoder.config().packed_channels();
        let unit = Tensor::eye(channels, DType::F32, &device)?;
        let zero = Tensor::zeros((1, channels), DType::F32, &device)?;
        let latents = Tensor::cat(&[zero, unit], 0)?.reshape((channels + 1, channels, 1, 1))?;
        let colours = autoencoder.decode_tensor(&latents)?.mean((2, 3))?.to_device(&Device::Cpu)?.to_vec2::<f32>()?;
        let rgb = |row: &Vec<f32>| -> [f32; 3] { std::array::from_fn(|i| row.get(i).copied().unwrap_or_default()) };
        let bias = colours.first().map(rgb).unwrap_or_default();
        let factors = colours.iter().skip(1).map(|row| std::array::from_fn(|i| rgb(row)[i] - bias[i])).collect();
        let made = Arc::new(PreviewFactors { factors, bias });
        self.preview = Some(Arc::clone(&made));
        Ok(made)
    }

    /// Paints a picture from a prompt and, for editing, references of any size.
    ///
    /// # Errors
    /// Files, memory, a reference that is too small, [`DiffusionError::Stopped`].
    pub fn paint(
        &mut self,
        request: &Flux2Request,
        references: &[RgbImage],
        mut callbacks: SamplingCallbacks<'_>,
    ) -> DiffusionResult<RgbImage> {
        let geometry = self.geometry(&request.picture)?;
        let start = self.noise(request.picture.seed, geometry)?;
        let mut encoded = References::default();
        self.add_references(&mut encoded, references, &mut callbacks)?;
        let schedule = self.scheduler.flux2_schedule(request.picture.steps, geometry.tokens())?;
        let latents = self.sample(request, geometry, &encoded, (&start, &schedule), &mut |x, _| Ok(x), callbacks.step)?;
        self.decode(&latents, geometry, callbacks.autoencoder)
    }

    /// Repaints a picture where the mask is white. The picture itself is the first reference.
    ///
    /// # Errors
    /// As [`Flux2Model::paint`]; a strength that leaves no denoising step.
    pub fn inpaint(
        &mut self,
        request: &Flux2Request,
        inpaint: &Flux2Inpaint<'_>,
        mut callbacks: SamplingCallbacks<'_>,
    ) -> DiffusionResult<RgbImage> {
        let geometry = self.geometry(&request.picture)?;
        let side = self.token_side()?;
        let (width, height) = ((geometry.columns * side) as u32, (geometry.rows * side) as u32);
        if inpaint.image.dimensions() != (width, height) || inpaint.mask.dimensions() != (width, height) {
            return Err(DiffusionError::Input(notice!("diffusion-inpaint-sizes", width = width, height = height)));
        }
        let full = self.scheduler.flux2_schedule(request.picture.steps, geometry.tokens())?;
        let schedule = full.from_step(strength::first_step(request.picture.steps, inpaint.strength)?);
        let latents = self.encode(inpaint.image, &mut callbacks)?;
        let mut references = References::default();
        match u64::from(width) * u64::from(height) <= MOST_REFERENCE_PIXELS {
            true => references.push(&latents)?,
            false => self.add_references(&mut references, std::slice::from_ref(inpaint.image), &mut callbacks)?,
        }
        self.add_references(&mut references, inpaint.references, &mut callbacks)?;
        let mask = bilinear_mask(inpaint.mask, geometry.rows, geometry.columns, &self.device())?;
        let noise = self.noise(request.picture.seed, geometry)?;
        let known = KnownLatents { known: to_tokens(&latents)?, noise, mask: to_tokens(&mask)? };
        let start = known.start(&schedule)?;
        let mut restore = |x: Tensor, step: usize| known.restore(&x, step, &schedule);
        let latents = self.sample(request, geometry, &references, (&start, &schedule), &mut restore, callbacks.step)?;
        self.decode(&latents, geometry, callbacks.autoencoder)
    }

    /// Noise as tokens, in the order in which the reference draws it.
    fn noise(&self, seed: u64, geometry: Geometry) -> DiffusionResult<Tensor> {
        let shape = (geometry.channels, geometry.rows, geometry.columns);
        let noise = seeded_noise(&mut TorchRng::new(seed), shape, self.parts.loader.dtype(), &self.device())?;
        Ok(to_tokens(&noise)?)
    }

    fn sample(
        &mut self,
        request: &Flux2Request,
        geometry: Geometry,
        references: &References,
        (start, schedule): (&Tensor, &Schedule),
        update: UpdateSample<'_>,
        callback: StepCallback<'_>,
    ) -> DiffusionResult<Tensor> {
        let negative = (request.picture.guidance > 1.0 && !self.is_distilled).then_some(request.negative_prompt.as_str());
        let prompts: Vec<&str> = std::iter::once(request.prompt.as_str()).chain(negative).collect();
        let conditions = self.conditions(&prompts)?;
        let float8 = self.float8;
        let load = |vars: &Vars, config: &Flux2Config| Flux2Transformer::load(&vars.with_float8(float8), config);
        let transformer =
            self.parts.take_networks(|loader| loader.load(&files(loader.folder(), "transformer")?, Flux2Config::of_store, load))?;
        let layout = Layout::Rows(geometry.rows, geometry.columns);
        let prepared = prepare(&transformer, &conditions, geometry, references, schedule, &self.device());
        let result = prepared.and_then(|mut prepared| {
            let mut network = |x: &Tensor, step: usize| {
                predict(&mut prepared, request.picture.guidance, |condition| transformer.forward(x, step, condition))
            };
            Ok(denoise(start, layout, schedule, &mut network, update, callback)?)
        });
        self.parts.keep_networks(transformer);
        result?.ok_or(DiffusionError::Stopped)
    }

    fn decode(&mut self, tokens: &Tensor, geometry: Geometry, progress: ProgressCallback<'_>) -> DiffusionResult<RgbImage> {
        let tile = self.parts.retention().tile;
        let latents = to_picture(tokens, geometry.rows, geometry.columns)?.contiguous()?;
        self.autoencoder()?.decode(&latents, tile, progress)
    }
}

/// Prepares the positive condition and, with classifier-free guidance, the negative one.
fn prepare(
    transformer: &Flux2Transformer,
    conditions: &[Arc<Flux2Condition>],
    geometry: Geometry,
    references: &References,
    schedule: &Schedule,
    device: &Device,
) -> DiffusionResult<Vec<Flux2Prepared>> {
    let timesteps = timesteps(schedule, device)?;
    let pictures: Vec<(usize, usize)> =
        std::iter::once((geometry.rows, geometry.columns)).chain(references.sizes.iter().copied()).collect();
    let (images, joined) = (ids::image_ids(&pictures, device)?, references.joined()?);
    let one = |condition: &Arc<Flux2Condition>| {
        let prompt = Flux2Prompt {
            encoder_hidden_states: &condition.states.to_device(device)?,
            references: joined.as_ref(),
            guidance: None,
            txt_ids: &ids::text_ids(condition.states.dim(1)?, device)?,
            img_ids: &images,
        };
        Ok(transformer.prepare(&prompt, &timesteps)?)
    };
    conditions.iter().map(one).collect()
}
