//! `flow-match-euler`, `euler-discrete` and `torch-randn`.

use candle_core::{DType, Device, Tensor};

use crate::backend::diffusion::diagnostics::component::{Component, ComponentError, Tensors};
use crate::schedule::torch_rng::{NoiseType, TorchRng};
use crate::schedule::{EulerDiscrete, FlowMatchEuler, Schedule, ScheduleError};

impl Component<'_> {
    /// A scalar input that is a count.
    fn count(&self, name: &str) -> Result<usize, ComponentError> {
        let value = self.scalar(name)?;
        if value.fract() != 0.0 || !(0.0..=1e9).contains(&value) {
            return Err(ComponentError::Input(format!("the input {name} must be a whole number, it is {value}")));
        }
        Ok(value as usize)
    }

    fn schedule_error(&self, error: ScheduleError) -> ComponentError {
        ComponentError::Input(format!("{}: {error}", self.place))
    }
}

fn row(values: &[f64]) -> Result<Tensor, ComponentError> {
    Ok(Tensor::from_vec(values.iter().map(|v| *v as f32).collect::<Vec<_>>(), values.len(), &Device::Cpu)?)
}

fn outputs(schedule: &Schedule) -> Result<Tensors, ComponentError> {
    Ok(Tensors::from([
        ("sigmas".to_owned(), row(&schedule.sigmas)?),
        ("timesteps".to_owned(), row(&schedule.timesteps())?),
        ("init_noise_sigma".to_owned(), row(&[schedule.init_noise_sigma])?),
    ]))
}

/// With `image_seq_len` the sigmas of FLUX.1's pipelines, without it the scheduler's own. The input `sigmas` replaces both. With `flux2` not 0 the
/// sigmas of FLUX.2's pipelines.
pub fn flow_match_euler(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let config: FlowMatchEuler = component.config_as()?;
    let tokens = component.inputs.contains_key("image_seq_len").then(|| component.count("image_seq_len")).transpose()?;
    let flux2 = component.inputs.contains_key("flux2") && component.scalar("flux2")? != 0.0;
    let made = match (component.inputs.get("sigmas"), tokens) {
        (None, Some(tokens)) if flux2 => config.flux2_schedule(component.count("num_inference_steps")?, tokens),
        (Some(sigmas), _) => config.schedule_of(&sigmas.flatten_all()?.to_dtype(DType::F64)?.to_vec1::<f64>()?, tokens),
        (None, Some(tokens)) => config.schedule(component.count("num_inference_steps")?, tokens),
        (None, None) => config.default_schedule(component.count("num_inference_steps")?, None),
    };
    outputs(&made.map_err(|e| component.schedule_error(e))?)
}

pub fn euler_discrete(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let config: EulerDiscrete = component.config_as()?;
    let made = config.schedule(component.count("num_inference_steps")?);
    outputs(&made.map_err(|e| component.schedule_error(e))?)
}

/// `--dtype bf16` and `f16` draw in the order in which PyTorch draws for these types.
pub fn torch_randn(component: &Component<'_>) -> Result<Tensors, ComponentError> {
    let seed = component.input("seed")?;
    if seed.elem_count() != 1 {
        return Err(ComponentError::Input(format!("the input seed must have one element, it has {}", seed.elem_count())));
    }
    let seed = seed.flatten_all()?.to_dtype(DType::I64)?.to_vec1::<i64>()?[0] as u64;
    let sides = component.input("shape")?.flatten_all()?.to_dtype(DType::I64)?.to_vec1::<i64>()?;
    let shape: Option<Vec<usize>> = sides.iter().map(|d| usize::try_from(*d).ok()).collect();
    let count = shape.as_ref().and_then(|s| s.iter().try_fold(1usize, |n, d| n.checked_mul(*d))).filter(|n| *n <= 1 << 30);
    let (Some(shape), Some(count)) = (shape, count) else {
        return Err(ComponentError::Input(format!("the input shape {sides:?} is not a valid shape")));
    };
    let kind = if component.dtype == DType::F32 { NoiseType::Single } else { NoiseType::Half };
    let noise = Tensor::from_vec(TorchRng::new(seed).randn_as(count, kind), shape, &Device::Cpu)?.to_dtype(component.dtype)?;
    Ok(Tensors::from([("noise".to_owned(), noise)]))
}
