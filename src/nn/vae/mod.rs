//! AutoencoderKL: pictures to latents and back, for FLUX.1 (16 channels), FLUX.2 (32) and SDXL (4).
//!
//! Reference: Rombach et al. 2022; diffusers `models/autoencoders/autoencoder_kl.py`, `autoencoder_kl_flux2.py`.

mod blocks;
mod config;
mod patches;
mod progress;
mod tiles;

use std::ops::ControlFlow;

use candle_core::{Result, Tensor};

use super::{Conv2d, ConvSpec};
use crate::weights::{LoadResult, Vars, vae_names};
use blocks::{Decoder, Encoder};
pub use config::{SampleSize, VaeConfig};
use patches::PatchStatistics;
pub use progress::ProgressCallback;
use progress::StageCounter;
use tiles::Plan;
pub use tiles::Tiling;

/// The posterior of a picture: a normal distribution for every latent value, `[B, C, h, w]` each.
#[derive(Clone, Debug)]
pub struct Moments {
    /// Its mean.
    pub mean: Tensor,
    /// The logarithm of its variance, −30 to 20.
    pub logvar: Tensor,
}

impl Moments {
    fn of(joined: &Tensor) -> Result<Self> {
        let channels = joined.dim(1)? / 2;
        Ok(Self { mean: joined.narrow(1, 0, channels)?.contiguous()?, logvar: joined.narrow(1, channels, channels)?.clamp(-30f32, 20f32)? })
    }

    /// Draws a sample; `noise` is standard normal and has the shape of the mean.
    ///
    /// # Errors
    /// The shape is different.
    pub fn sample(&self, noise: &Tensor) -> Result<Tensor> {
        let deviation = (&self.logvar * 0.5)?.exp()?;
        &self.mean + (deviation * noise.to_device(self.mean.device())?.to_dtype(self.mean.dtype())?)?
    }
}

/// The network.
pub struct AutoencoderKl {
    encoder: Encoder,
    quant: Option<Conv2d>,
    post_quant: Option<Conv2d>,
    decoder: Decoder,
    /// FLUX.2's diffusion model sees normalised patches.
    patches: Option<PatchStatistics>,
    config: VaeConfig,
}

impl AutoencoderKl {
    /// Loads every tensor at the root of `vars`, with diffusers' names (current or older attention names) or those of single files.
    ///
    /// # Errors
    /// The config is not supported; a tensor is missing, has another shape, or belongs to no part of the network.
    pub fn load(vars: &Vars, config: &VaeConfig) -> LoadResult<Self> {
        config.check(&vars.place())?;
        let vars = vars.adapted(vae_names::adapt);
        let config = &config.of_file(vars.has("bn.running_mean"));
        let conv = |used: bool, name: &str, channels: usize| {
            used.then(|| Conv2d::load(&vars.pp(name), channels, channels, ConvSpec::same(1))).transpose()
        };
        let network = Self {
            encoder: Encoder::load(&vars.pp("encoder"), config)?,
            quant: conv(config.use_quant_conv, "quant_conv", 2 * config.latent_channels)?,
            post_quant: conv(config.use_post_quant_conv, "post_quant_conv", config.latent_channels)?,
            decoder: Decoder::load(&vars.pp("decoder"), config)?,
            patches: if config.has_patches() { Some(PatchStatistics::load(&vars.pp("bn"), config)?) } else { None },
            config: config.clone(),
        };
        // Only training needs these.
        vars.finish(|name| name.starts_with("loss.") || name.starts_with("model_ema.") || name == "bn.num_batches_tracked")?;
        Ok(network)
    }

    /// The config that the network was built from.
    pub fn config(&self) -> &VaeConfig {
        &self.config
    }

    /// The tiles of diffusers: as large as the training pictures.
    pub fn tiling(&self) -> Tiling {
        let sample = self.config.sample_size.side();
        Tiling { sample, latent: sample / self.config.scale() }
    }

    /// `pixels` `[B, 3, H, W]`, −1 to 1 → moments `[B, C, H/8, W/8]`, not scaled.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn encode(&self, pixels: &Tensor) -> Result<Moments> {
        not_stopped(self.encode_with(pixels, None, &mut |_| ControlFlow::Continue(()))?)
    }

    /// Like [`AutoencoderKl::encode`], in tiles if `tiling` is given and the picture is larger than one tile. Returns `None` if `progress`
    /// stopped it.
    ///
    /// # Errors
    /// As [`AutoencoderKl::encode`].
    pub fn encode_with(&self, pixels: &Tensor, tiling: Option<Tiling>, progress: ProgressCallback<'_>) -> Result<Option<Moments>> {
        let (_, _, h, w) = pixels.dims4()?;
        let plan = check_tiling(tiling)?.filter(|t| h > t.sample || w > t.sample).map(|t| Plan::new(t.sample, t.latent));
        let mut stages = StageCounter::new(progress, self.encoder.stages() * plan.map_or(1, |p| p.count(h, w)));
        let mut network = |x: &Tensor| {
            let Some(y) = self.encoder.forward(x, &mut stages)? else { return Ok(None) };
            self.quant.as_ref().map_or(Ok(y.clone()), |conv| conv.forward(&y)).map(Some)
        };
        let joined = match plan {
            Some(plan) => plan.run(pixels, network)?,
            None => network(pixels)?,
        };
        joined.map(|j| Moments::of(&j)).transpose()
    }

    /// `latents` `[B, C, h, w]`, not scaled → pixels `[B, 3, 8 h, 8 w]`, about −1 to 1.
    ///
    /// # Errors
    /// Shapes that do not fit, out of memory.
    pub fn decode(&self, latents: &Tensor) -> Result<Tensor> {
        not_stopped(self.decode_with(latents, None, &mut |_| ControlFlow::Continue(()))?)
    }

    /// Like [`AutoencoderKl::decode`], in tiles if `tiling` is given and the latents are larger than one tile. Returns `None` if `progress`
    /// stopped it.
    ///
    /// # Errors
    /// As [`AutoencoderKl::decode`].
    pub fn decode_with(&self, latents: &Tensor, tiling: Option<Tiling>, progress: ProgressCallback<'_>) -> Result<Option<Tensor>> {
        let (_, _, h, w) = latents.dims4()?;
        let plan = check_tiling(tiling)?.filter(|t| h > t.latent || w > t.latent).map(|t| Plan::new(t.latent, t.sample));
        let mut stages = StageCounter::new(progress, self.decoder.stages() * plan.map_or(1, |p| p.count(h, w)));
        let mut network = |x: &Tensor| match &self.post_quant {
            Some(conv) => self.decoder.forward(&conv.forward(x)?, &mut stages),
            None => self.decoder.forward(x, &mut stages),
        };
        match plan {
            Some(plan) => plan.run(latents, network),
            None => network(latents),
        }
    }

    /// Scales latents of the encoder for the diffusion model. Those of FLUX.2 become patches.
    ///
    /// # Errors
    /// Sides that are not whole patches, out of memory.
    pub fn scale_latents(&self, latents: &Tensor) -> Result<Tensor> {
        if let Some(patches) = &self.patches {
            return patches.normalise(latents);
        }
        // (z − shift) · factor, in one pass.
        latents.affine(self.config.scaling_factor, -self.config.shift_factor.unwrap_or(0.0) * self.config.scaling_factor)
    }

    /// Scales latents of the diffusion model for the decoder.
    ///
    /// # Errors
    /// Out of memory.
    pub fn unscale_latents(&self, latents: &Tensor) -> Result<Tensor> {
        if let Some(patches) = &self.patches {
            return patches.restore(latents);
        }
        latents.affine(1.0 / self.config.scaling_factor, self.config.shift_factor.unwrap_or(0.0))
    }
}

fn not_stopped<T>(result: Option<T>) -> Result<T> {
    result.ok_or_else(|| candle_core::Error::Msg("the network was stopped".into()))
}

fn check_tiling(tiling: Option<Tiling>) -> Result<Option<Tiling>> {
    match tiling {
        Some(t) if t.latent == 0 || t.sample == 0 => candle_core::bail!("tiles of {} pixels are too small", t.sample),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use candle_core::{DType, Device};

    use super::*;
    use crate::weights::{Recorder, Synthetic, TensorStore};

    fn small() -> VaeConfig {
        let kinds = |kind: &str| vec![kind.to_owned(); 2];
        VaeConfig {
            block_out_channels: vec![4, 8],
            norm_num_groups: 2,
            down_block_types: kinds("DownEncoderBlock2D"),
            up_block_types: kinds("UpDecoderBlock2D"),
            sample_size: SampleSize::Side(8),
            ..VaeConfig::default()
        }
    }

    fn shapes() -> std::collections::BTreeMap<String, Vec<usize>> {
        let recorder = Arc::new(Recorder::default());
        AutoencoderKl::load(&Vars::recording(&recorder, DType::F32), &small()).unwrap();
        recorder.asked()
    }

    fn vars(store: impl TensorStore + 'static) -> Vars {
        Vars::new(Arc::new(store), DType::F32, &Device::Cpu)
    }

    #[test]
    fn reports_progress_and_stops() {
        let network = AutoencoderKl::load(&vars(Synthetic::new(shapes(), 1)), &small()).unwrap();
        let latents = Tensor::zeros((1, 4, 7, 10), DType::F32, &Device::Cpu).unwrap();
        let mut reported = Vec::new();
        let progress = &mut |done: f32| {
            reported.push(done);
            ControlFlow::Continue(())
        };
        // Tiles of 4, 3 apart: 3 rows of 4, with three stages each.
        let out = network.decode_with(&latents, Some(network.tiling()), progress).unwrap().unwrap();
        assert_eq!(out.dims(), [1, 3, 14, 20]);
        assert_eq!((reported.len(), reported.last()), (36, Some(&1.0)));
        let mut calls = 0;
        let stop = &mut |_: f32| {
            calls += 1;
            if calls == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        assert!(network.decode_with(&latents, Some(network.tiling()), stop).unwrap().is_none());
        assert_eq!(calls, 5);
        let moments = network.encode(&out).unwrap();
        assert_eq!(moments.mean.dims(), latents.dims());
        let plain = moments.sample(&latents).unwrap();
        let difference = (plain - &moments.mean).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        assert!(difference == 0.0, "noise of nothing changes nothing");
        assert!(network.encode(&Tensor::zeros((1, 3, 1, 5), DType::F32, &Device::Cpu).unwrap()).is_err());
    }

    #[test]
    fn errors_name_the_tensor_or_key() {
        let fail = |shapes, config: &VaeConfig| match AutoencoderKl::load(&vars(Synthetic::new(shapes, 1)), config) {
            Ok(_) => String::new(),
            Err(e) => e.to_string(),
        };
        let mut missing = shapes();
        missing.remove("decoder.conv_out.bias");
        assert!(fail(missing, &small()).contains("decoder.conv_out.bias is missing"));
        let mut extra = shapes();
        extra.insert("decoder.surprise".into(), vec![1]);
        assert!(fail(extra, &small()).contains("decoder.surprise"));
        let wide = VaeConfig { latent_channels: 5, ..small() };
        assert!(fail(shapes(), &wide).contains("has shape"));
        let other = VaeConfig { up_block_types: vec!["AttnUpDecoderBlock2D".into(); 2], ..small() };
        assert!(fail(shapes(), &other).contains("AttnUpDecoderBlock2D"));
    }
}
