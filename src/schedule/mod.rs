//! Noise schedules and noise: sigmas and timesteps in f64, checked against reference values. No I/O, no clock.
//!
//! A schedule is a list of [`Step`]s made ahead of time. Every update of these samplers is a weighted sum of the noisy sample and the
//! network's output, so a step is a few numbers, and one loop applies them for every sampler.

pub mod betas;
pub mod euler_discrete;
pub mod flow_match_euler;
pub mod spacing;
pub mod strength;
pub mod torch_rng;

pub use euler_discrete::EulerDiscrete;
pub use flow_match_euler::FlowMatchEuler;
pub use torch_rng::TorchRng;

/// A scheduler config, or a number of steps, that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScheduleError(pub String);

/// One denoising step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The timestep for the network, in the scheduler's own unit (0 to the number of training steps).
    pub timestep: f64,
    /// Noise level before the step.
    pub sigma: f64,
    /// Noise level after it.
    pub sigma_next: f64,
    /// Factor of the sample before the network.
    pub input_scale: f64,
    /// Weights of sample and network output in the next sample.
    pub next: (f64, f64),
    /// Weights of sample and network output in the predicted x₀.
    pub x0_weights: (f64, f64),
}

/// All denoising steps, most noise first.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// In the order in which they run.
    pub steps: Vec<Step>,
    /// Noise levels: one before each step and one after the last (more where the reference keeps more).
    pub sigmas: Vec<f64>,
    /// Standard deviation of the noise that sampling starts from.
    pub init_noise_sigma: f64,
}

impl Schedule {
    /// The timesteps for the network.
    pub fn timesteps(&self) -> Vec<f64> {
        self.steps.iter().map(|s| s.timestep).collect()
    }

    /// The steps from index `start` on, for image-to-image.
    #[must_use]
    pub fn from_step(&self, start: usize) -> Self {
        let rest = |of: &[f64]| of.get(start..).unwrap_or_default().to_vec();
        Self {
            steps: self.steps.get(start..).unwrap_or_default().to_vec(),
            sigmas: rest(&self.sigmas),
            init_noise_sigma: self.init_noise_sigma,
        }
    }
}

/// Rounds to float32, in which the references keep their tables.
fn f32r(x: f64) -> f64 {
    f64::from(x as f32)
}

fn check_class(found: Option<&str>, expected: &str) -> Result<(), ScheduleError> {
    match found {
        Some(found) if found != expected => Err(ScheduleError(format!("the config is of the class {found}, {expected} is needed"))),
        _ => Ok(()),
    }
}

fn check_steps(steps: usize) -> Result<(), ScheduleError> {
    // More steps than any schedule was trained with are a mistake and would take unbounded memory.
    if (1..=100_000).contains(&steps) { Ok(()) } else { Err(ScheduleError(format!("{steps} inference steps: use 1 or more"))) }
}
