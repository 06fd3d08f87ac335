//! Noise schedules and noise: sigmas and timesteps in f64, checked against reference values. No I/O, no clock.
//!
//! A schedule is a list of [`Step`]s made ahead of time. Every update that the samplers here do is a weighted sum of the noisy sample and
//! the network's output, so a step is a few numbers, and the loop that applies them knows nothing of samplers.

pub mod betas;
pub mod euler_discrete;
pub mod flow_match_euler;
pub mod spacing;
pub mod strength;
pub mod torch_rng;

pub use euler_discrete::EulerDiscrete;
pub use flow_match_euler::FlowMatchEuler;
pub use torch_rng::TorchRng;

/// A scheduler config, or a request to it, that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScheduleError(pub String);

/// One step of the loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// What the network is told, in the scheduler's own unit (0 to the number of training steps).
    pub timestep: f64,
    /// Noise level before the step.
    pub sigma: f64,
    /// Noise level after it.
    pub sigma_next: f64,
    /// The network sees the sample times this.
    pub input_scale: f64,
    /// Weights of sample and network output in the next sample.
    pub next: (f64, f64),
    /// Weights of sample and network output in the clean picture that they foretell.
    pub x0_weights: (f64, f64),
}

/// All steps, most noise first.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// In the order in which they are done.
    pub steps: Vec<Step>,
    /// Noise levels: one before each step and one after the last (more where the reference keeps more).
    pub sigmas: Vec<f64>,
    /// Standard deviation of the noise that sampling starts from.
    pub init_noise_sigma: f64,
}

impl Schedule {
    /// What the network is told at each step.
    pub fn timesteps(&self) -> Vec<f64> {
        self.steps.iter().map(|s| s.timestep).collect()
    }

    /// The steps from `start` on, as image-to-image does them.
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

/// The nearest float32: the references keep their tables in it.
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
    // More steps than any schedule was trained with are a mistake, and would ask for memory without end.
    if (1..=100_000).contains(&steps) { Ok(()) } else { Err(ScheduleError(format!("{steps} inference steps: use 1 or more"))) }
}
