//! Flow matching along straight lines with Euler steps: the sampler of FLUX.1 and FLUX.2.
//!
//! Reference: Lipman et al. 2022, Esser et al. 2024; diffusers `schedulers/scheduling_flow_match_euler_discrete.py` and, for the sigmas that
//! the pipeline passes and the shift by size, `pipelines/flux/pipeline_flux.py`.

use serde::Deserialize;

use super::spacing::{exponential, karras, linspace};
use super::{Schedule, ScheduleError, Step, check_class, check_steps, f32r};

/// `scheduler_config.json` of a flow-matching model.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct FlowMatchEuler {
    #[serde(rename = "_class_name")]
    class_name: Option<String>,
    num_train_timesteps: usize,
    shift: f64,
    use_dynamic_shifting: bool,
    base_shift: Option<f64>,
    max_shift: Option<f64>,
    base_image_seq_len: Option<f64>,
    max_image_seq_len: Option<f64>,
    invert_sigmas: bool,
    shift_terminal: Option<f64>,
    use_karras_sigmas: Option<bool>,
    use_exponential_sigmas: Option<bool>,
    use_beta_sigmas: Option<bool>,
    time_shift_type: String,
    stochastic_sampling: bool,
}

impl Default for FlowMatchEuler {
    fn default() -> Self {
        Self {
            class_name: None,
            num_train_timesteps: 1000,
            shift: 1.0,
            use_dynamic_shifting: false,
            base_shift: None,
            max_shift: None,
            base_image_seq_len: None,
            max_image_seq_len: None,
            invert_sigmas: false,
            shift_terminal: None,
            use_karras_sigmas: None,
            use_exponential_sigmas: None,
            use_beta_sigmas: None,
            time_shift_type: "exponential".into(),
            stochastic_sampling: false,
        }
    }
}

/// Tokens above which the number of steps does not change the shift.
const MANY_TOKENS: usize = 4300;

/// The shift of FLUX.2, which its authors fitted to the number of image tokens at 10 and at 200 steps. Reference: diffusers
/// `pipelines/flux2/pipeline_flux2.py`, `compute_empirical_mu`.
pub fn empirical_mu(image_seq_len: usize, steps: usize) -> f64 {
    let tokens = image_seq_len as f64;
    let (at_10, at_200) = (8.738_095_24e-5 * tokens + 1.898_333_33, 1.6927e-4 * tokens + 0.456_666_66);
    if image_seq_len > MANY_TOKENS {
        return at_200;
    }
    let slope = (at_200 - at_10) / 190.0;
    slope * steps as f64 + (at_200 - 200.0 * slope)
}

impl FlowMatchEuler {
    /// FLUX.2's, for folders without a config of the scheduler.
    pub fn flux2() -> Self {
        Self { use_dynamic_shifting: true, shift: 3.0, ..Self::default() }
    }

    /// The schedule of FLUX's pipelines: sigmas evenly spaced from 1 to 1/`steps`, then shifted. `image_seq_len`: number of image tokens,
    /// a quarter of the latent pixels.
    ///
    /// # Errors
    /// There are no steps, or the config is not supported.
    pub fn schedule(&self, steps: usize, image_seq_len: usize) -> Result<Schedule, ScheduleError> {
        check_steps(steps)?;
        self.schedule_of(&linspace(1.0, 1.0 / steps as f64, steps), Some(image_seq_len))
    }

    /// The scheduler's own schedule when it is given no sigmas: evenly spaced from its largest to its smallest training sigma.
    /// `image_seq_len` is required if the shift depends on it.
    ///
    /// # Errors
    /// As [`FlowMatchEuler::schedule`].
    pub fn default_schedule(&self, steps: usize, image_seq_len: Option<usize>) -> Result<Schedule, ScheduleError> {
        check_steps(steps)?;
        let n = self.train_steps()?;
        // A static shift is already part of the training table and is applied again, as in the reference.
        let ends = [1.0, f32r(1.0 / n)].map(|s| if self.use_dynamic_shifting { s } else { f32r(self.static_shift(s)) });
        let sigmas: Vec<f64> = linspace(ends[0] * n, ends[1] * n, steps).into_iter().map(|t| t / n).collect();
        self.shifted(sigmas, image_seq_len.map(|tokens| self.mu(tokens)))
    }

    /// The schedule along given sigmas, most noise first, before shifting.
    ///
    /// # Errors
    /// As [`FlowMatchEuler::schedule`].
    pub fn schedule_of(&self, sigmas: &[f64], image_seq_len: Option<usize>) -> Result<Schedule, ScheduleError> {
        self.schedule_with_shift(sigmas, image_seq_len.map(|tokens| self.mu(tokens)))
    }

    /// Like [`FlowMatchEuler::schedule`], with the shift of FLUX.2's pipelines.
    ///
    /// # Errors
    /// As [`FlowMatchEuler::schedule`].
    pub fn flux2_schedule(&self, steps: usize, image_seq_len: usize) -> Result<Schedule, ScheduleError> {
        check_steps(steps)?;
        self.schedule_with_shift(&linspace(1.0, 1.0 / steps as f64, steps), Some(empirical_mu(image_seq_len, steps)))
    }

    /// Like [`FlowMatchEuler::schedule_of`], with a given shift.
    ///
    /// # Errors
    /// As [`FlowMatchEuler::schedule`].
    pub fn schedule_with_shift(&self, sigmas: &[f64], mu: Option<f64>) -> Result<Schedule, ScheduleError> {
        check_steps(sigmas.len())?;
        self.shifted(sigmas.iter().map(|s| f32r(*s)).collect(), mu)
    }

    fn train_steps(&self) -> Result<f64, ScheduleError> {
        if self.num_train_timesteps == 0 {
            return Err(ScheduleError("num_train_timesteps is 0".into()));
        }
        Ok(self.num_train_timesteps as f64)
    }

    fn static_shift(&self, sigma: f64) -> f64 {
        self.shift * sigma / (1.0 + (self.shift - 1.0) * sigma)
    }

    /// The shift for a picture with this number of tokens, on the line through the two sizes in the config.
    pub fn mu(&self, image_seq_len: usize) -> f64 {
        let (base, max) = (self.base_image_seq_len.unwrap_or(256.0), self.max_image_seq_len.unwrap_or(4096.0));
        let (low, high) = (self.base_shift.unwrap_or(0.5), self.max_shift.unwrap_or(1.15));
        let slope = (high - low) / (max - base);
        image_seq_len as f64 * slope + (low - slope * base)
    }

    fn shifted(&self, sigmas: Vec<f64>, mu: Option<f64>) -> Result<Schedule, ScheduleError> {
        check_class(self.class_name.as_deref(), "FlowMatchEulerDiscreteScheduler")?;
        let n = self.train_steps()?;
        if self.use_beta_sigmas == Some(true) {
            return Err(ScheduleError("use_beta_sigmas is not supported".into()));
        }
        if self.stochastic_sampling {
            return Err(ScheduleError("stochastic_sampling is not supported".into()));
        }
        let mut sigmas = if self.use_dynamic_shifting {
            let mu =
                mu.ok_or_else(|| ScheduleError("use_dynamic_shifting is on: image_seq_len, the number of image tokens, is needed".into()))?;
            let weight = match self.time_shift_type.as_str() {
                "exponential" => mu.exp(),
                "linear" => mu,
                other => return Err(ScheduleError(format!("time_shift_type {other} is unknown: exponential and linear are known"))),
            };
            sigmas.into_iter().map(|s| weight / (weight + (1.0 / s - 1.0))).collect()
        } else {
            sigmas.into_iter().map(|s| self.static_shift(s)).collect::<Vec<f64>>()
        };
        let last = sigmas.last().copied().unwrap_or(0.0);
        if let Some(end) = self.shift_terminal.filter(|end| *end != 0.0) {
            let scale = (1.0 - last) / (1.0 - end);
            sigmas.iter_mut().for_each(|s| *s = 1.0 - (1.0 - *s) / scale);
        }
        let (max, min) = (sigmas.first().copied().unwrap_or(1.0), sigmas.last().copied().unwrap_or(0.0));
        if self.use_karras_sigmas == Some(true) {
            sigmas = karras(min, max, sigmas.len());
        } else if self.use_exponential_sigmas == Some(true) {
            sigmas = exponential(min, max, sigmas.len());
        }
        if sigmas.iter().any(|s| !s.is_finite()) {
            return Err(ScheduleError("the config leads to noise levels that are NaN or infinite".into()));
        }
        let flip = |s: f64| if self.invert_sigmas { 1.0 - s } else { s };
        let mut sigmas: Vec<f64> = sigmas.into_iter().map(|s| f32r(flip(f32r(s)))).collect();
        sigmas.push(flip(0.0));
        let step = |w: &[f64]| Step {
            timestep: f32r(w[0] * n),
            sigma: w[0],
            sigma_next: w[1],
            input_scale: 1.0,
            // The network predicts the velocity from picture to noise.
            next: (1.0, w[1] - w[0]),
            x0_weights: (1.0, -w[0]),
        };
        Ok(Schedule { steps: sigmas.windows(2).map(step).collect(), sigmas, init_noise_sigma: 1.0 })
    }
}
