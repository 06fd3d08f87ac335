//! SDXL with a ControlNet: a picture from a prompt and a control picture (edges, here).
//!
//! Reference: diffusers `pipelines/controlnet/pipeline_controlnet_sd_xl.py`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use image::RgbImage;

use super::autoencoder::Autoencoder;
use super::denoise::{Layout, PictureSettings, SamplingCallbacks, denoise};
use super::error::{DiffusionError, DiffusionResult};
use super::folder::{ComponentFiles, read_json};
use super::loader::{Loader, config_required};
use super::parts::{Condition, ModelParts};
use super::pictures::{seeded_noise, to_tensor};
use super::tokenize::{PromptTokenizer, Truncation};
use crate::nn::clip::ClipText;
use crate::nn::unet::{Conditioning, Control, ControlNet, Prepared, PreparedControl, Unet, UnetConfig};
use crate::nn::vae::VaeConfig;
use crate::notice;
use crate::schedule::{EulerDiscrete, Step, TorchRng};
use crate::weights::LoadResult;

/// An encoded prompt, in host memory.
pub struct SdxlCondition {
    /// The penultimate hidden states of both encoders, concatenated, `[1, 77, C]`.
    pub states: Tensor,
    /// The second encoder's projected pooled state, `[1, P]`.
    pub pooled: Tensor,
    /// Parts of the prompt that did not fit.
    pub truncations: Vec<Truncation>,
}

impl Condition for SdxlCondition {
    fn truncations(&self) -> &[Truncation] {
        &self.truncations
    }
}

/// One picture to sample.
#[derive(Clone, Copy, Debug)]
pub struct SdxlRequest {
    /// Size, steps, guidance and seed.
    pub picture: PictureSettings,
    /// Scale of the ControlNet's residuals.
    pub conditioning_scale: f64,
}

/// The denoising networks.
pub struct Networks {
    unet: Unet,
    control: ControlNet,
    channels: usize,
    device: Device,
    dtype: DType,
}

/// The two text encoders with their tokenizers.
pub type Encoders = [(PromptTokenizer, ClipText); 2];

/// Where the parts of SDXL are.
#[derive(Clone, Copy)]
pub struct SdxlFolders<'a> {
    /// The pipeline's folder.
    pub pipeline: &'a Path,
    /// The ControlNet's folder; `None` for `controlnet` in the pipeline's folder.
    pub control: Option<&'a Path>,
    /// An autoencoder to use instead of the pipeline's, such as the one fixed for float16.
    pub autoencoder: Option<&'a Path>,
}

impl<'a> SdxlFolders<'a> {
    /// One folder with all parts.
    pub fn one(pipeline: &'a Path) -> Self {
        Self { pipeline, control: None, autoencoder: None }
    }
}

/// SDXL and its ControlNet. Parts are loaded when they are needed.
pub struct SdxlModel {
    /// Encoders, UNet and ControlNet, autoencoder and encoded prompts.
    pub parts: ModelParts<Encoders, Networks, SdxlCondition>,
    control: ComponentFiles,
    autoencoder: Option<PathBuf>,
    scheduler: EulerDiscrete,
    /// The empty negative prompt is all zeros instead of the encoding of "".
    zeros_for_empty_prompt: bool,
}

fn files(loader: &Loader, name: &str) -> LoadResult<ComponentFiles> {
    ComponentFiles::find(loader.folder(), name, |file| match name {
        "vae" => file.contains("vae"),
        "unet" => file.contains("unet"),
        "text_encoder" => file.contains("clip_l"),
        _ => file.contains("clip_g"),
    })
}

fn load_encoder(loader: &Loader, tokenizer: &str, name: &str) -> DiffusionResult<(PromptTokenizer, ClipText)> {
    let tokenizer = PromptTokenizer::clip(&loader.folder().join(tokenizer))?;
    Ok((tokenizer, loader.load(&files(loader, name)?, config_required, ClipText::load)?))
}

fn load_networks(loader: &Loader, control: &ComponentFiles) -> DiffusionResult<Networks> {
    let (unet, channels) = loader
        .load(&files(loader, "unet")?, config_required, |vars, config: &UnetConfig| Ok((Unet::load(vars, config)?, config.in_channels)))?;
    let control = loader.load(control, config_required, ControlNet::load)?;
    Ok(Networks { unet, control, channels, device: loader.device().clone(), dtype: loader.dtype() })
}

impl SdxlModel {
    /// Opens the folders and reads configs; weights are loaded later.
    ///
    /// # Errors
    /// Missing files, files of another model.
    pub fn open(folders: SdxlFolders<'_>, device: &Device, dtype: DType) -> DiffusionResult<Self> {
        let folder = folders.pipeline;
        let loader = Loader::open(folder, "StableDiffusionXL", "StableDiffusionXLPipeline", device, dtype)?;
        let control = match folders.control {
            Some(own) => ComponentFiles::in_folder(own),
            None => ComponentFiles::find(folder, "controlnet", |file| file.contains("controlnet"))?,
        };
        let index = folder.join("model_index.json");
        let index: serde_json::Value = if index.is_file() { read_json(&index)? } else { serde_json::Value::Null };
        let zeros = index.get("force_zeros_for_empty_prompt").and_then(serde_json::Value::as_bool);
        Ok(Self {
            scheduler: read_json(&folder.join("scheduler/scheduler_config.json"))?,
            zeros_for_empty_prompt: zeros.unwrap_or(true),
            control,
            autoencoder: folders.autoencoder.map(Path::to_path_buf),
            parts: ModelParts::new(loader),
        })
    }

    fn conditions(&mut self, prompts: &[&str]) -> DiffusionResult<Vec<Arc<SdxlCondition>>> {
        let device = self.parts.loader.device().clone();
        let load = |parts: &mut ModelParts<Encoders, Networks, SdxlCondition>| {
            let first = load_encoder(&parts.loader, "tokenizer", "text_encoder")?;
            Ok([first, load_encoder(&parts.loader, "tokenizer_2", "text_encoder_2")?])
        };
        let encode = |encoders: &Encoders, prompt: &str| {
            let one = |(tokenizer, clip): &(PromptTokenizer, ClipText)| -> DiffusionResult<_> {
                let tokens = tokenizer.encode(prompt, tokenizer.length())?;
                Ok((clip.forward(&tokens.tensor(&device)?)?, tokens.truncation))
            };
            let ((first, truncation), (second, _)) = (one(&encoders[0])?, one(&encoders[1])?);
            Ok(SdxlCondition {
                states: Tensor::cat(&[first.penultimate, second.penultimate], 2)?.to_device(&Device::Cpu)?,
                pooled: second.pooled.to_device(&Device::Cpu)?,
                // Both encoders truncate at the same word.
                truncations: truncation.into_iter().collect(),
            })
        };
        self.parts.conditions(prompts, load, encode)
    }

    fn autoencoder(&mut self) -> DiffusionResult<&Autoencoder> {
        let own = self.autoencoder.clone();
        let files = |loader: &Loader| own.map_or_else(|| files(loader, "vae"), |own| Ok(ComponentFiles::in_folder(&own)));
        self.parts.autoencoder(files, autoencoder_dtype, config_required)
    }

    /// Paints a picture from prompts. `control` has the request's size.
    ///
    /// # Errors
    /// As [`SdxlModel::paint`].
    pub fn text_to_image(
        &mut self,
        request: &SdxlRequest,
        prompt: &str,
        negative: Option<&str>,
        control: &RgbImage,
        callbacks: SamplingCallbacks<'_>,
    ) -> DiffusionResult<RgbImage> {
        let zeros = negative.is_none() && self.zeros_for_empty_prompt;
        let encoded = (request.picture.guidance > 1.0 && !zeros).then(|| negative.unwrap_or_default());
        let prompts: Vec<&str> = std::iter::once(prompt).chain(encoded).collect();
        let conditions = self.conditions(&prompts)?;
        let [positive, negative @ ..] = conditions.as_slice() else {
            return Err(DiffusionError::Input(notice!("diffusion-no-prompt")));
        };
        let negative = match negative.first() {
            Some(encoded) => Some(Arc::clone(encoded)),
            None if request.picture.guidance > 1.0 => Some(Arc::new(SdxlCondition {
                states: positive.states.zeros_like()?,
                pooled: positive.pooled.zeros_like()?,
                truncations: Vec::new(),
            })),
            None => None,
        };
        self.paint(request, positive, negative.as_deref(), control, callbacks)
    }

    /// Paints a picture from encoded prompts. There is no classifier-free guidance without `negative`. `control` has the request's size.
    ///
    /// # Errors
    /// Files, memory, sizes that do not fit, [`DiffusionError::Stopped`].
    pub fn paint(
        &mut self,
        request: &SdxlRequest,
        positive: &SdxlCondition,
        negative: Option<&SdxlCondition>,
        control: &RgbImage,
        callbacks: SamplingCallbacks<'_>,
    ) -> DiffusionResult<RgbImage> {
        let scale = self.autoencoder()?.config().scale();
        check_size(request, control, scale)?;
        let schedule = self.scheduler.schedule(request.picture.steps)?;
        let files = &self.control;
        let networks = self.parts.take_networks(|loader| load_networks(loader, files))?;
        let shape = (networks.channels, request.picture.height / scale, request.picture.width / scale);
        // The order of diffusers' batch: the negative prompt first.
        let conditions: Vec<&SdxlCondition> = negative.into_iter().chain([positive]).collect();
        let result = networks.prepare(request, &conditions, control).and_then(|guided| {
            let noise = seeded_noise(&mut TorchRng::new(request.picture.seed), shape, networks.dtype, &networks.device)?;
            let latents = (noise * schedule.init_noise_sigma)?;
            let mut network = |x: &Tensor, i: usize| guided.prediction(x, &schedule.steps[i]);
            Ok(denoise(&latents, Layout::Picture, &schedule, &mut network, &mut |x, _| Ok(x), callbacks.step)?)
        });
        self.parts.keep_networks(networks);
        let latents = result?.ok_or(DiffusionError::Stopped)?;
        let tile = self.parts.retention().tile;
        self.autoencoder()?.decode(&latents, tile, callbacks.autoencoder)
    }
}

fn check_size(request: &SdxlRequest, control: &RgbImage, scale: usize) -> DiffusionResult<()> {
    let PictureSettings { width, height, .. } = request.picture;
    if control.dimensions() != (width as u32, height as u32) {
        let (control_width, control_height) = control.dimensions();
        return Err(DiffusionError::Input(notice!(
            "diffusion-control-size",
            control_width = control_width,
            control_height = control_height,
            width = width,
            height = height
        )));
    }
    if width == 0 || height == 0 || width % scale != 0 || height % scale != 0 {
        return Err(DiffusionError::Input(notice!("diffusion-side-multiple", width = width, height = height, scale = scale)));
    }
    Ok(())
}

/// The networks with everything that stays the same over the steps of one picture.
struct Guided<'a> {
    networks: &'a Networks,
    request: &'a SdxlRequest,
    prompt: Prepared,
    control: PreparedControl,
    batch: usize,
}

impl Networks {
    /// `conditions`: the negative prompt, if there is classifier-free guidance, then the prompt.
    fn prepare<'a>(&'a self, request: &'a SdxlRequest, conditions: &[&SdxlCondition], control: &RgbImage) -> DiffusionResult<Guided<'a>> {
        let batched = |of: fn(&SdxlCondition) -> &Tensor| -> candle_core::Result<Tensor> {
            Tensor::cat(&conditions.iter().map(|condition| of(condition)).collect::<Vec<_>>(), 0)?.to_device(&self.device)
        };
        let (states, pooled) = (batched(|c| &c.states)?.to_dtype(self.dtype)?, batched(|c| &c.pooled)?);
        let (width, height) = (request.picture.width, request.picture.height);
        let sizes = [height, width, 0, 0, height, width].map(|v| v as f32);
        let time_ids = Tensor::new(&[sizes], &self.device)?.repeat((conditions.len(), 1))?;
        let conditioning = Conditioning { encoder_hidden_states: &states, text_embeds: Some(&pooled), time_ids: Some(&time_ids) };
        // ControlNet takes values from 0 to 1, unlike the autoencoder.
        let picture = to_tensor(control, &self.device)?.affine(0.5, 0.5)?.to_dtype(self.dtype)?;
        Ok(Guided {
            networks: self,
            request,
            prompt: self.unet.prepare(&conditioning)?,
            control: self.control.prepare(&conditioning, &picture)?,
            batch: conditions.len(),
        })
    }
}

impl Guided<'_> {
    /// The model's prediction at a step. With guidance, both conditions run as one batch.
    fn prediction(&self, x: &Tensor, step: &Step) -> candle_core::Result<Tensor> {
        let networks = self.networks;
        let x = x.to_dtype(networks.dtype)?;
        let x = if self.batch == 2 { Tensor::cat(&[&x, &x], 0)? } else { x };
        let time = Tensor::new(&[step.timestep as f32], &networks.device)?;
        let states = networks.control.states(&x, &time, &self.control)?;
        let control = Control::States { network: &networks.control, states: &states, scale: self.request.conditioning_scale };
        let out = networks.unet.forward(&x, &time, &self.prompt, Some(control))?.to_dtype(DType::F32)?;
        if self.batch == 1 {
            return Ok(out);
        }
        let (without, with) = (out.narrow(0, 0, 1)?, out.narrow(0, 1, 1)?);
        &without + ((with - &without)? * self.request.picture.guidance)?
    }
}

/// SDXL's own autoencoder overflows float16; fixed ones say so with `force_upcast: false`. bfloat16 has the range of float32 and the speed
/// of float16.
fn autoencoder_dtype(config: &VaeConfig, dtype: DType) -> DType {
    if dtype == DType::F16 && config.force_upcast { DType::BF16 } else { dtype }
}
