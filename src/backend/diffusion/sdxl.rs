//! SDXL steered by a ControlNet: text and edges to a picture.
//!
//! Reference: diffusers `pipelines/controlnet/pipeline_controlnet_sd_xl.py`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use image::RgbImage;

use super::denoise::{Hears, denoise};
use super::error::DiffusionError;
use super::folder::{Part, pipeline_class, read_json};
use super::pictures::{noise, picture, pixels};
use super::prompts::Prompts;
use super::residency::Keep;
use super::tokenize::PromptTokenizer;
use crate::nn::clip::{ClipConfig, ClipText};
use crate::nn::unet::{Conditioning, ControlNet, Unet, UnetConfig};
use crate::nn::vae::{AutoencoderKl, Tell, VaeConfig};
use crate::schedule::{EulerDiscrete, Step, TorchRng};
use crate::weights::{Stop, TensorStore, Vars, WeightsError, stoppable};

type Made<T> = Result<T, DiffusionError>;

/// A prompt as the networks take it.
pub struct SdxlCondition {
    /// The last but one states of both encoders side by side, `[1, 77, C]`.
    pub states: Tensor,
    /// The second encoder's projected state, `[1, P]`.
    pub pooled: Tensor,
    /// Parts of the prompt that did not fit, in words.
    pub cuts: Vec<String>,
}

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct SdxlRequest {
    /// Pixels, a multiple of 8.
    pub width: usize,
    /// Pixels, a multiple of 8.
    pub height: usize,
    /// Denoising steps.
    pub steps: usize,
    /// Classifier-free guidance; 1 is none.
    pub guidance: f64,
    /// How strongly the edges steer.
    pub conditioning_scale: f64,
    /// Seed of the noise.
    pub seed: u64,
}

struct Networks {
    unet: Unet,
    control: ControlNet,
    channels: usize,
}

/// SDXL in a folder and its ControlNet; parts are loaded when they are needed.
pub struct SdxlModel {
    folder: PathBuf,
    control: Part,
    own_vae: Option<PathBuf>,
    device: Device,
    dtype: DType,
    keep: Keep,
    stop: Stop,
    scheduler: EulerDiscrete,
    empty_is_zero: bool,
    prompts: Prompts<SdxlCondition>,
    encoders: Option<[(PromptTokenizer, ClipText); 2]>,
    networks: Option<Networks>,
    vae: Option<AutoencoderKl>,
}

impl SdxlModel {
    /// Opens a folder: configs now, weights when they are needed. `control`: the ControlNet's own folder, where it is not `controlnet` in
    /// the first; `own_vae`: an autoencoder that is used instead of the folder's, such as the one mended for float16.
    ///
    /// # Errors
    /// Files that are missing or of another model.
    pub fn open(folder: &Path, control: Option<&Path>, own_vae: Option<&Path>, device: &Device, dtype: DType) -> Made<Self> {
        if let Some(class) = pipeline_class(folder).filter(|c| !c.starts_with("StableDiffusionXL")) {
            let what = format!("this is a {class}, not a StableDiffusionXLPipeline");
            return Err(WeightsError::config(folder.display().to_string(), what).into());
        }
        let control = match control {
            Some(own) => Part::own(own),
            None => Part::find(folder, "controlnet", |file| file.contains("controlnet"))?,
        };
        let index = folder.join("model_index.json");
        let index: serde_json::Value = if index.is_file() { read_json(&index)? } else { serde_json::Value::Null };
        Ok(Self {
            scheduler: read_json(&folder.join("scheduler/scheduler_config.json"))?,
            empty_is_zero: index.get("force_zeros_for_empty_prompt").and_then(serde_json::Value::as_bool).unwrap_or(true),
            folder: folder.into(),
            control,
            own_vae: own_vae.map(Path::to_path_buf),
            device: device.clone(),
            dtype,
            keep: Keep::default(),
            stop: Arc::new(|| false),
            prompts: Prompts::default(),
            encoders: None,
            networks: None,
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
            self.networks = None;
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
            "vae" => file.contains("vae"),
            "unet" => file.contains("unet"),
            "text_encoder" => file.contains("clip_l"),
            _ => file.contains("clip_g"),
        };
        Ok(Part::find(&self.folder, name, single)?)
    }

    fn load_encoder(&self, tokens: &str, name: &str) -> Made<(PromptTokenizer, ClipText)> {
        let tokenizer = PromptTokenizer::clip(&self.folder.join(tokens))?;
        let part = self.part(name)?;
        let store = part.open()?;
        let config: ClipConfig = part.config(&store, |s| Err(no_config(s.place())))?;
        Ok((tokenizer, ClipText::load(&self.vars(store, self.dtype), &config)?))
    }

    /// A prompt, encoded; the same words are encoded once.
    ///
    /// # Errors
    /// Files, memory.
    pub fn condition(&mut self, prompt: &str) -> Made<Arc<SdxlCondition>> {
        if let Some(known) = self.prompts.get(prompt) {
            return Ok(known);
        }
        let encoders = match self.encoders.take() {
            Some(encoders) => encoders,
            None => [self.load_encoder("tokenizer", "text_encoder")?, self.load_encoder("tokenizer_2", "text_encoder_2")?],
        };
        let encode = |(tokenizer, clip): &(PromptTokenizer, ClipText)| -> Made<_> {
            let tokens = tokenizer.encode(prompt, tokenizer.length())?;
            Ok((clip.forward(&tokens.tensor(&self.device)?)?, tokens.cut))
        };
        let ((first, cut), (second, _)) = (encode(&encoders[0])?, encode(&encoders[1])?);
        let condition = SdxlCondition {
            states: Tensor::cat(&[first.penultimate, second.penultimate], 2)?,
            pooled: second.pooled,
            // Both encoders cut at the same word.
            cuts: cut.iter().map(ToString::to_string).collect(),
        };
        if self.keep.encoders {
            self.encoders = Some(encoders);
        }
        Ok(self.prompts.keep(prompt, condition))
    }

    /// The parts of a prompt that did not fit, in words; nothing where it was not encoded.
    pub fn cuts(&self, prompt: &str) -> Vec<String> {
        self.prompts.get(prompt).map(|c| c.cuts.clone()).unwrap_or_default()
    }

    /// What is not wanted, encoded. Without words it is nothing at all (zeros) for models whose index says so, such as SDXL itself.
    ///
    /// # Errors
    /// Files, memory.
    pub fn negative(&mut self, prompt: Option<&str>, like: &SdxlCondition) -> Made<Arc<SdxlCondition>> {
        match prompt {
            None if self.empty_is_zero => {
                Ok(Arc::new(SdxlCondition { states: like.states.zeros_like()?, pooled: like.pooled.zeros_like()?, cuts: Vec::new() }))
            }
            words => self.condition(words.unwrap_or("")),
        }
    }

    fn networks(&mut self) -> Made<Networks> {
        if let Some(loaded) = self.networks.take() {
            return Ok(loaded);
        }
        let part = self.part("unet")?;
        let store = part.open()?;
        let config: UnetConfig = part.config(&store, |s| Err(no_config(s.place())))?;
        let unet = Unet::load(&self.vars(store, self.dtype), &config)?;
        let store = self.control.open()?;
        let controlled: UnetConfig = self.control.config(&store, |s| Err(no_config(s.place())))?;
        let control = ControlNet::load(&self.vars(store, self.dtype), &controlled)?;
        Ok(Networks { unet, control, channels: config.in_channels })
    }

    fn vae(&mut self) -> Made<(&AutoencoderKl, DType)> {
        if self.vae.is_none() {
            let part = match &self.own_vae {
                Some(own) => Part::own(own),
                None => self.part("vae")?,
            };
            let store = part.open()?;
            let config: VaeConfig = part.config(&store, |s| Err(no_config(s.place())))?;
            let dtype = vae_dtype(&config, self.dtype);
            self.vae = Some(AutoencoderKl::load(&self.vars(store, dtype), &config)?);
        }
        let dtype = self.dtype;
        let vae = self.vae.as_ref().ok_or_else(|| DiffusionError::Input("the autoencoder is not loaded".into()))?;
        Ok((vae, vae_dtype(vae.config(), dtype)))
    }

    /// Paints a picture from words.
    ///
    /// # Errors
    /// As [`SdxlModel::paint`].
    pub fn text_to_image(
        &mut self,
        request: &SdxlRequest,
        prompt: &str,
        negative: Option<&str>,
        control: &RgbImage,
        hears: Hears<'_>,
    ) -> Made<RgbImage> {
        let positive = self.condition(prompt)?;
        let negative = if request.guidance > 1.0 { Some(self.negative(negative, &positive)?) } else { None };
        self.paint(request, &positive, negative.as_deref(), control, hears)
    }

    /// Paints a picture from encoded prompts; without `negative` there is no guidance. `control` has the request's size.
    ///
    /// # Errors
    /// Files, memory, sizes that do not fit, [`DiffusionError::Stopped`].
    pub fn paint(
        &mut self,
        request: &SdxlRequest,
        positive: &SdxlCondition,
        negative: Option<&SdxlCondition>,
        control: &RgbImage,
        hears: Hears<'_>,
    ) -> Made<RgbImage> {
        let SdxlRequest { width, height, .. } = *request;
        if control.dimensions() != (width as u32, height as u32) {
            let what = format!("the control picture is {} × {}, the picture {width} × {height}", control.width(), control.height());
            return Err(DiffusionError::Input(what));
        }
        let side = self.vae()?.0.config().scale();
        if width == 0 || height == 0 || width % side != 0 || height % side != 0 {
            return Err(DiffusionError::Input(format!("{width} × {height}: both sides must be multiples of {side}")));
        }
        let schedule = self.scheduler.schedule(request.steps)?;
        let networks = self.networks()?;
        let noise = noise(&mut TorchRng::new(request.seed), (networks.channels, height / side, width / side), self.dtype, &self.device)?;
        let latents = (noise * schedule.init_noise_sigma)?;

        // Both halves of guidance go through the networks as one batch, the unwanted first.
        let pair = |of: fn(&SdxlCondition) -> &Tensor| -> Made<Tensor> {
            let both: Vec<&Tensor> = negative.into_iter().chain([positive]).map(of).collect();
            Ok(Tensor::cat(&both, 0)?)
        };
        let states = pair(|c| &c.states)?.to_dtype(self.dtype)?;
        let pooled = pair(|c| &c.pooled)?;
        let batch = states.dim(0)?;
        let sizes = [height, width, 0, 0, height, width].map(|v| v as f32);
        let time_ids = Tensor::new(&[sizes], &self.device)?.repeat((batch, 1))?;
        let conditioning = Conditioning { encoder_hidden_states: &states, text_embeds: Some(&pooled), time_ids: Some(&time_ids) };
        let prepared = networks.unet.prepare(&conditioning)?;
        // 0 to 1, unlike pictures for the autoencoder.
        let edges = pixels(control, &self.device)?.affine(0.5, 0.5)?.to_dtype(self.dtype)?;
        let steered = networks.control.prepare(&conditioning, &edges)?;
        let (dtype, device) = (self.dtype, self.device.clone());
        let mut network = |x: &Tensor, step: &Step| {
            let x = x.to_dtype(dtype)?;
            let x = if batch == 2 { Tensor::cat(&[&x, &x], 0)? } else { x };
            let time = Tensor::new(&[step.timestep as f32], &device)?;
            let residuals = networks.control.forward(&x, &time, &steered, request.conditioning_scale)?;
            let out = networks.unet.forward(&x, &time, &prepared, Some(&residuals))?.to_dtype(DType::F32)?;
            if batch == 1 {
                return Ok(out);
            }
            let (without, with) = (out.narrow(0, 0, 1)?, out.narrow(0, 1, 1)?);
            &without + ((with - &without)? * request.guidance)?
        };
        let result = denoise(&latents, None, &schedule, &mut network, &mut |x, _| Ok(x), hears.step);
        self.networks = self.keep.networks.then_some(networks);
        drop((prepared, steered));
        self.decode(&result?.ok_or(DiffusionError::Stopped)?, hears.decode)
    }

    fn decode(&mut self, latents: &Tensor, tell: Tell<'_>) -> Made<RgbImage> {
        let keep = self.keep;
        let (vae, dtype) = self.vae()?;
        let latents = vae.unscale_latents(latents)?.to_dtype(dtype)?;
        let pixels = vae.decode_with(&latents, keep.tiling(vae), tell)?;
        Ok(picture(&pixels.ok_or(DiffusionError::Stopped)?)?)
    }
}

/// SDXL's own autoencoder overflows float16; fixed ones say that they do not.
fn vae_dtype(config: &VaeConfig, dtype: DType) -> DType {
    if dtype == DType::F16 && config.force_upcast { DType::F32 } else { dtype }
}

fn no_config(place: String) -> WeightsError {
    WeightsError::config(place, "config.json is missing beside the weights")
}
