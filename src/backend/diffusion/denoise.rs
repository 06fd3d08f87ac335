//! The only sampling loop: one network call a step, told about after every step, stopped between steps.

use std::ops::ControlFlow;

use candle_core::{DType, Result, Tensor};

use super::pictures::unpack;
use crate::schedule::{Schedule, Step};

/// What a listener may ask about after a step.
pub struct StepState<'a> {
    /// Steps that are done.
    pub done: usize,
    /// Steps in all.
    pub of: usize,
    sample: &'a Tensor,
    output: &'a Tensor,
    step: &'a Step,
    packed: Packed,
}

/// Rows and columns of latents that the network takes as tokens (see [`unpack`]); `None`: it takes them as they are.
pub type Packed = Option<(usize, usize)>;

impl StepState<'_> {
    /// The clean latents `[B, C, h, w]` that the network foretells now, float32; computed only when asked for.
    ///
    /// # Errors
    /// No memory.
    pub fn clean(&self) -> Result<Tensor> {
        let (sample, output) = self.step.clean;
        let clean = ((self.sample * sample)? + (self.output * output)?)?;
        match self.packed {
            Some((height, width)) => unpack(&clean, height, width),
            None => Ok(clean),
        }
    }
}

/// Told after every step; a break ends the loop.
pub type Listener<'a> = &'a mut dyn FnMut(&StepState<'_>) -> ControlFlow<()>;

/// Who hears how far a picture is, and may end it.
pub struct Hears<'a> {
    /// After every denoising step.
    pub step: Listener<'a>,
    /// After every stage of the autoencoder, of every tile: how much is done, 0 to 1.
    pub decode: crate::nn::vae::Tell<'a>,
}

/// What happens to the sample after a step, such as putting known latents back: the sample and the number of the step that was done,
/// from 0.
pub type AfterStep<'a> = &'a mut dyn FnMut(Tensor, usize) -> Result<Tensor>;

/// Goes through a schedule from `latents` (noise, or a picture with noise on it; any shape). `network` gets the scaled sample and the
/// step and answers with its prediction. The sample is kept in float32 between steps whatever the network's type. `None`: stopped.
///
/// # Errors
/// What the network says.
pub fn denoise(
    latents: &Tensor,
    packed: Packed,
    schedule: &Schedule,
    network: &mut dyn FnMut(&Tensor, &Step) -> Result<Tensor>,
    after: AfterStep<'_>,
    listener: Listener<'_>,
) -> Result<Option<Tensor>> {
    let mut sample = latents.to_dtype(DType::F32)?;
    let of = schedule.steps.len();
    for (i, step) in schedule.steps.iter().enumerate() {
        let scaled = if step.input_scale == 1.0 { sample.clone() } else { (&sample * step.input_scale)? };
        let output = network(&scaled, step)?.to_dtype(DType::F32)?;
        let next = ((&sample * step.next.0)? + (&output * step.next.1)?)?;
        let state = StepState { done: i + 1, of, sample: &sample, output: &output, step, packed };
        if listener(&state).is_break() {
            return Ok(None);
        }
        sample = after(next, i)?;
    }
    Ok(Some(sample))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::FlowMatchEuler;
    use candle_core::Device;

    /// Five steps with a network that knows the way; how often it was called, and the way's end.
    fn walk(listener: Listener<'_>) -> (usize, Option<Vec<f32>>) {
        // Along a straight line from noise to data the velocity is noise − data at every point.
        let data = Tensor::new(&[1f32, -2.0, 0.5], &Device::Cpu).unwrap();
        let noise = Tensor::new(&[0.3f32, 0.7, -1.1], &Device::Cpu).unwrap();
        let velocity = (&noise - &data).unwrap();
        let schedule = FlowMatchEuler::default().schedule(5, 256).unwrap();
        let mut calls = 0;
        let mut network = |_: &Tensor, _: &Step| {
            calls += 1;
            Ok(velocity.clone())
        };
        let out = denoise(&noise, None, &schedule, &mut network, &mut |x, _| Ok(x), listener).unwrap();
        (calls, out.map(|x| x.to_vec1::<f32>().unwrap()))
    }

    #[test]
    fn a_perfect_network_arrives() {
        let mut seen = Vec::new();
        let (calls, out) = walk(&mut |state| {
            seen.push((state.done, state.of));
            let foretold = state.clean().unwrap().to_vec1::<f32>().unwrap();
            assert!((foretold[1] + 2.0).abs() < 1e-4, "{foretold:?}");
            ControlFlow::Continue(())
        });
        let out = out.unwrap();
        assert!(out.iter().zip([1.0, -2.0, 0.5]).all(|(a, b)| (a - b).abs() < 1e-5), "{out:?}");
        assert_eq!((calls, seen.last()), (5, Some(&(5, 5))));
    }

    #[test]
    fn a_break_ends_it_at_once() {
        assert_eq!(walk(&mut |_| ControlFlow::Break(())), (1, None));
    }
}
