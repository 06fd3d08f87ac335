//! The sampling loop of every model: one network call a step, a callback after each step, stops between steps.

use std::ops::ControlFlow;

use candle_core::{DType, Device, Result, Tensor};

use super::pictures::unpack;
use crate::backend::Sampling;
use crate::nn::fused::to_picture;
use crate::schedule::{Schedule, Step, strength};

/// Size, steps, guidance and seed: the inputs of every model besides its prompts.
#[derive(Clone, Copy, Debug)]
pub struct PictureSettings {
    /// Width in pixels. FLUX rounds both sides down to multiples of 16; SDXL takes multiples of 8 only.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Denoising steps.
    pub steps: usize,
    /// Scale of the distilled guidance for FLUX.1 dev, of classifier-free guidance for FLUX.2 and SDXL; 1 switches the latter off.
    pub guidance: f64,
    /// Seed of the noise.
    pub seed: u64,
}

impl PictureSettings {
    /// Those of a stage, for a picture of `(width, height)` pixels.
    pub fn new((width, height): (usize, usize), sampling: Sampling) -> Self {
        let Sampling { steps, guidance_scale, seed, .. } = sampling;
        Self { width, height, steps: steps as usize, guidance: f64::from(guidance_scale), seed }
    }
}

/// The state of sampling after a denoising step.
pub struct StepState<'a> {
    /// Number of finished steps.
    pub done: usize,
    /// Number of all steps.
    pub total: usize,
    sample: &'a Tensor,
    output: &'a Tensor,
    step: &'a Step,
    layout: Layout,
}

/// How the sample holds the latents of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As a picture `[B, C, h, w]`.
    Picture,
    /// As tokens of 2×2 latents (see [`unpack`]), of this height and width in latents.
    Squares(usize, usize),
    /// As one token for each latent, row by row, of this height and width.
    Rows(usize, usize),
}

impl StepState<'_> {
    /// The predicted x₀ at this step, latents `[B, C, h, w]` in float32. Computed on demand.
    ///
    /// # Errors
    /// Out of memory.
    pub fn predicted_x0(&self) -> Result<Tensor> {
        let (sample, output) = self.step.x0_weights;
        let x0 = ((self.sample * sample)? + (self.output * output)?)?;
        match self.layout {
            Layout::Picture => Ok(x0),
            Layout::Squares(height, width) => unpack(&x0, height, width),
            Layout::Rows(height, width) => to_picture(&x0, height, width)?.contiguous(),
        }
    }
}

/// Called after every denoising step; `Break` stops sampling.
pub type StepCallback<'a> = &'a mut dyn FnMut(&StepState<'_>) -> ControlFlow<()>;

/// Callbacks while a picture is sampled and decoded. Each may stop the work with `Break`.
pub struct SamplingCallbacks<'a> {
    /// Called after every denoising step.
    pub step: StepCallback<'a>,
    /// Called after every stage of the autoencoder in every tile.
    pub autoencoder: crate::nn::vae::ProgressCallback<'a>,
}

/// Changes the sample after a step, for example puts known latents back for inpainting. Arguments: the sample and the index of the
/// finished step, from 0.
pub type UpdateSample<'a> = &'a mut dyn FnMut(Tensor, usize) -> Result<Tensor>;

/// Samples along a schedule, starting from `latents` (pure noise or a noised picture, any shape). `network` maps the scaled sample and
/// the index of the step, from 0, to the model's prediction. The sample stays in float32 between steps, whatever the network's type. Returns `None` if a
/// callback stopped it.
///
/// # Errors
/// Errors of the network.
pub fn denoise(
    latents: &Tensor,
    layout: Layout,
    schedule: &Schedule,
    network: &mut dyn FnMut(&Tensor, usize) -> Result<Tensor>,
    update: UpdateSample<'_>,
    callback: StepCallback<'_>,
) -> Result<Option<Tensor>> {
    let mut sample = latents.to_dtype(DType::F32)?;
    let total = schedule.steps.len();
    for (i, step) in schedule.steps.iter().enumerate() {
        let scaled = if step.input_scale == 1.0 { sample.clone() } else { (&sample * step.input_scale)? };
        let output = network(&scaled, i)?.to_dtype(DType::F32)?;
        let next = ((&sample * step.next.0)? + (&output * step.next.1)?)?;
        let state = StepState { done: i + 1, total, sample: &sample, output: &output, step, layout };
        if callback(&state).is_break() {
            return Ok(None);
        }
        sample = update(next, i)?;
    }
    Ok(Some(sample))
}

/// The timesteps of FLUX's transformers, `[steps, 1]` in 0..1: the reference passes sigma · 1000 / 1000, in float32 along the way.
///
/// # Errors
/// Out of memory.
pub fn timesteps(schedule: &Schedule, device: &Device) -> Result<Tensor> {
    let timesteps: Vec<f32> = schedule.steps.iter().map(|step| (step.timestep / 1000.0) as f32).collect();
    Tensor::new(timesteps, device)?.unsqueeze(1)
}

/// Classifier-free guidance: the prediction of the negative prompt, moved `scale` times as far as to that of the prompt, in float32.
///
/// # Errors
/// Shapes that do not fit, out of memory.
fn guided(positive: &Tensor, negative: &Tensor, scale: f64) -> Result<Tensor> {
    let negative = negative.to_dtype(DType::F32)?;
    &negative + ((positive.to_dtype(DType::F32)? - &negative)? * scale)?
}

/// The prediction at a step. `conditions`: the positive one, then the negative one if there is classifier-free guidance.
///
/// # Errors
/// Errors of the network; another number of conditions.
pub fn predict<C>(conditions: &mut [C], scale: f64, mut network: impl FnMut(&mut C) -> Result<Tensor>) -> Result<Tensor> {
    match conditions {
        [positive] => network(positive),
        [positive, negative] => guided(&network(positive)?, &network(negative)?, scale),
        _ => candle_core::bail!("one or two conditions are needed, not {}", conditions.len()),
    }
}

/// The latents of a picture that is repainted under a mask, in the layout of the sample.
pub struct KnownLatents {
    /// The picture's.
    pub known: Tensor,
    /// Noise of the same shape.
    pub noise: Tensor,
    /// 1 where the picture is repainted, 0 where it stays; broadcast to the latents' shape.
    pub mask: Tensor,
}

impl KnownLatents {
    fn noised(&self, sigma: f64) -> Result<Tensor> {
        let (signal, amount) = strength::flow_mix(sigma);
        (&self.known * signal)? + (&self.noise * amount)?
    }

    /// The sample that a schedule starts from.
    ///
    /// # Errors
    /// Out of memory.
    pub fn start(&self, schedule: &Schedule) -> Result<Tensor> {
        self.noised(schedule.sigmas.first().copied().unwrap_or(1.0))
    }

    /// Puts the known latents back after the step with this index, at the noise level of the next one.
    ///
    /// # Errors
    /// Out of memory.
    pub fn restore(&self, sample: &Tensor, step: usize, schedule: &Schedule) -> Result<Tensor> {
        let outside = match schedule.steps.get(step + 1) {
            Some(next) => self.noised(next.sigma)?,
            None => self.known.clone(),
        };
        let keep = (1.0 - &self.mask)?;
        outside.broadcast_mul(&keep)? + sample.broadcast_mul(&self.mask)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::FlowMatchEuler;

    /// Five steps with a network that predicts the exact velocity. Returns the number of calls and the final sample.
    fn sample(callback: StepCallback<'_>) -> (usize, Option<Vec<f32>>) {
        // On the straight line from noise to data the velocity is noise − data everywhere.
        let data = Tensor::new(&[1f32, -2.0, 0.5], &Device::Cpu).unwrap();
        let noise = Tensor::new(&[0.3f32, 0.7, -1.1], &Device::Cpu).unwrap();
        let velocity = (&noise - &data).unwrap();
        let schedule = FlowMatchEuler::default().schedule(5, 256).unwrap();
        let mut calls = 0;
        let mut network = |_: &Tensor, _: usize| {
            calls += 1;
            Ok(velocity.clone())
        };
        let out = denoise(&noise, Layout::Picture, &schedule, &mut network, &mut |x, _| Ok(x), callback).unwrap();
        (calls, out.map(|x| x.to_vec1::<f32>().unwrap()))
    }

    #[test]
    fn an_exact_network_reaches_the_data() {
        let mut seen = Vec::new();
        let (calls, out) = sample(&mut |state| {
            seen.push((state.done, state.total));
            let x0 = state.predicted_x0().unwrap().to_vec1::<f32>().unwrap();
            assert!((x0[1] + 2.0).abs() < 1e-4, "{x0:?}");
            ControlFlow::Continue(())
        });
        let out = out.unwrap();
        assert!(out.iter().zip([1.0, -2.0, 0.5]).all(|(a, b)| (a - b).abs() < 1e-5), "{out:?}");
        assert_eq!((calls, seen.last()), (5, Some(&(5, 5))));
    }

    #[test]
    fn two_conditions_are_guided_and_three_are_an_error() {
        let predicted = |conditions: &mut [f32]| {
            predict(conditions, 3.0, |value| Tensor::new(*value, &Device::Cpu)).and_then(|x| x.to_scalar::<f32>()).ok()
        };
        // 1 + 3 · (2 − 1).
        assert_eq!((predicted(&mut [2.0]), predicted(&mut [2.0, 1.0])), (Some(2.0), Some(4.0)));
        assert_eq!((predicted(&mut []), predicted(&mut [1.0, 2.0, 3.0])), (None, None));
    }

    #[test]
    fn break_stops_sampling_at_once() {
        assert_eq!(sample(&mut |_| ControlFlow::Break(())), (1, None));
    }
}
