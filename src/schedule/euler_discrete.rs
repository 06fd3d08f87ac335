//! Euler steps along the noise levels of a variance-preserving model: the sampler of SDXL.
//!
//! Reference: Karras et al. 2022, algorithm 2 without churn; diffusers `schedulers/scheduling_euler_discrete.py`.

use serde::Deserialize;

use super::spacing::{exponential, interpolate, karras, linspace};
use super::{Schedule, ScheduleError, Step, betas, check_class, check_steps, f32r};

/// `scheduler_config.json` of SDXL.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct EulerDiscrete {
    #[serde(rename = "_class_name")]
    class_name: Option<String>,
    num_train_timesteps: usize,
    beta_start: f64,
    beta_end: f64,
    beta_schedule: String,
    trained_betas: Option<Vec<f64>>,
    prediction_type: String,
    interpolation_type: String,
    use_karras_sigmas: Option<bool>,
    use_exponential_sigmas: Option<bool>,
    use_beta_sigmas: Option<bool>,
    sigma_min: Option<f64>,
    sigma_max: Option<f64>,
    timestep_spacing: String,
    timestep_type: String,
    steps_offset: i64,
    rescale_betas_zero_snr: bool,
    final_sigmas_type: String,
}

impl Default for EulerDiscrete {
    fn default() -> Self {
        Self {
            class_name: None,
            num_train_timesteps: 1000,
            beta_start: 0.0001,
            beta_end: 0.02,
            beta_schedule: "linear".into(),
            trained_betas: None,
            prediction_type: "epsilon".into(),
            interpolation_type: "linear".into(),
            use_karras_sigmas: None,
            use_exponential_sigmas: None,
            use_beta_sigmas: None,
            sigma_min: None,
            sigma_max: None,
            timestep_spacing: "linspace".into(),
            timestep_type: "discrete".into(),
            steps_offset: 0,
            rescale_betas_zero_snr: false,
            final_sigmas_type: "zero".into(),
        }
    }
}

fn unknown(key: &str, value: &str, known: &str) -> ScheduleError {
    ScheduleError(format!("{key} {value} is unknown: {known} are known"))
}

/// Half to even, as numpy rounds.
fn round(x: f64) -> f64 {
    x.round_ties_even()
}

impl EulerDiscrete {
    /// The noise level at each training step, least first.
    fn training_sigmas(&self) -> Result<Vec<f64>, ScheduleError> {
        let given = self.trained_betas.as_ref().map_or(self.num_train_timesteps, Vec::len);
        if !(2..=1_000_000).contains(&given) {
            return Err(ScheduleError(format!("{given} training steps cannot form a schedule")));
        }
        let betas = match &self.trained_betas {
            Some(betas) => betas.iter().map(|b| f32r(*b)).collect(),
            None => betas::betas(&self.beta_schedule, self.beta_start, self.beta_end, self.num_train_timesteps)?,
        };
        let alphas = betas::cumulative_alphas(&betas, self.rescale_betas_zero_snr);
        Ok(alphas.into_iter().map(|a| f32r(f32r(f32r(1.0 - a) / a).sqrt())).collect())
    }

    /// The (possibly fractional) training steps of the denoising steps, most noise first.
    fn spaced(&self, steps: usize) -> Result<Vec<f64>, ScheduleError> {
        let train = self.num_train_timesteps as f64;
        let timesteps: Vec<f64> = match self.timestep_spacing.as_str() {
            "linspace" => linspace(0.0, train - 1.0, steps).into_iter().rev().collect(),
            "leading" => {
                let ratio = self.num_train_timesteps / steps;
                (0..steps).rev().map(|i| (i * ratio) as f64 + self.steps_offset as f64).collect()
            }
            "trailing" => {
                let ratio = train / steps as f64;
                // The count of numpy's arange.
                let count = (train / ratio).ceil() as usize;
                (0..count).map(|i| round(train - i as f64 * ratio) - 1.0).collect()
            }
            other => return Err(unknown("timestep_spacing", other, "linspace, leading and trailing")),
        };
        Ok(timesteps.into_iter().map(f32r).collect())
    }

    /// The schedule for a number of denoising steps.
    ///
    /// # Errors
    /// There are no steps, or the config is not supported.
    pub fn schedule(&self, steps: usize) -> Result<Schedule, ScheduleError> {
        check_class(self.class_name.as_deref(), "EulerDiscreteScheduler")?;
        check_steps(steps)?;
        let table = self.training_sigmas()?;
        let mut timesteps = self.spaced(steps)?;
        let mut sigmas: Vec<f64> = match self.interpolation_type.as_str() {
            "linear" => timesteps.iter().map(|t| interpolate(&table, *t)).collect(),
            "log_linear" => {
                let (min, max) = (table[0], table[table.len() - 1]);
                linspace(max.ln(), min.ln(), steps + 1).into_iter().map(f64::exp).collect()
            }
            other => return Err(unknown("interpolation_type", other, "linear and log_linear")),
        };
        let ends = |sigmas: &[f64]| {
            let min = self.sigma_min.or(sigmas.last().copied()).unwrap_or(0.0);
            (min, self.sigma_max.or(sigmas.first().copied()).unwrap_or(1.0))
        };
        let (min, max) = ends(&sigmas);
        let respaced = match (self.use_karras_sigmas, self.use_exponential_sigmas, self.use_beta_sigmas) {
            (_, _, Some(true)) => return Err(ScheduleError("use_beta_sigmas is not supported".into())),
            (Some(true), _, _) => Some(karras(min, max, steps)),
            (_, Some(true), _) => Some(exponential(min, max, steps)),
            _ => None,
        };
        if let Some(respaced) = respaced {
            timesteps = respaced.iter().map(|s| sigma_to_timestep(*s, &table)).collect();
            sigmas = respaced;
        }
        // Logarithmic interpolation has one level more than there are steps; the last one is never stepped from.
        let last = match self.final_sigmas_type.as_str() {
            "zero" => 0.0,
            "sigma_min" => table[0],
            other => return Err(unknown("final_sigmas_type", other, "zero and sigma_min")),
        };
        sigmas.push(last);
        let sigmas: Vec<f64> = sigmas.into_iter().map(f32r).collect();
        if sigmas.iter().any(|s| !s.is_finite()) {
            return Err(ScheduleError("the config leads to noise levels that are NaN or infinite".into()));
        }
        let continuous = match self.timestep_type.as_str() {
            "discrete" => false,
            "continuous" => self.prediction_type == "v_prediction",
            other => return Err(unknown("timestep_type", other, "discrete and continuous")),
        };
        let timestep = |t: f64, sigma: f64| f32r(if continuous { 0.25 * sigma.ln() } else { t });
        let pairs = timesteps.iter().zip(sigmas.windows(2));
        let steps = pairs.map(|(t, w)| self.step(timestep(*t, w[0]), w[0], w[1])).collect::<Result<Vec<Step>, _>>()?;
        let max = sigmas.iter().copied().fold(0.0, f64::max);
        let init_noise_sigma = match self.timestep_spacing.as_str() {
            "leading" => f32r((max * max + 1.0).sqrt()),
            _ => max,
        };
        Ok(Schedule { steps, sigmas, init_noise_sigma })
    }

    fn step(&self, timestep: f64, sigma: f64, sigma_next: f64) -> Result<Step, ScheduleError> {
        let variance = sigma * sigma + 1.0;
        let x0_weights = match self.prediction_type.as_str() {
            "epsilon" => (1.0, -sigma),
            "v_prediction" => (1.0 / variance, -sigma / variance.sqrt()),
            "sample" | "original_sample" => (0.0, 1.0),
            other => return Err(unknown("prediction_type", other, "epsilon, v_prediction and sample")),
        };
        // sample + (sample − x₀) / sigma · (sigma_next − sigma), sorted by sample and output.
        let slope = (sigma_next - sigma) / sigma;
        let next = (1.0 + slope * (1.0 - x0_weights.0), -slope * x0_weights.1);
        Ok(Step { timestep, sigma, sigma_next, input_scale: 1.0 / variance.sqrt(), next, x0_weights })
    }
}

/// The (possibly fractional) training step with this noise level; linear in the logarithm.
fn sigma_to_timestep(sigma: f64, table: &[f64]) -> f64 {
    let log = sigma.max(1e-10).ln();
    let below = table.iter().filter(|s| s.ln() <= log).count();
    let low = below.saturating_sub(1).min(table.len() - 2);
    let (a, b) = (table[low].ln(), table[low + 1].ln());
    let weight = ((a - log) / (a - b)).clamp(0.0, 1.0);
    (1.0 - weight) * low as f64 + weight * (low + 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_as_the_reference_does() {
        // Two steps of five from 0.7 with the output -0.3: scaled input, next sample, predicted x₀ (diffusers 0.42.1).
        let cases = [
            ("epsilon", [[0.133_819_95, 1.552_473_5, 2.240_33], [0.620_632_9, 1.889_865, 2.240_33]]),
            ("v_prediction", [[0.133_819_95, 0.489_721_86, 0.320_049_55], [0.195_776_27, 0.422_782_9, 0.353_250_15]]),
            ("sample", [[0.133_819_95, 0.146_564_3, -0.3], [0.058_592_06, -0.072_474_14, -0.3]]),
        ];
        for (kind, rows) in cases {
            let config = EulerDiscrete {
                beta_start: 0.00085,
                beta_end: 0.012,
                beta_schedule: "scaled_linear".into(),
                steps_offset: 1,
                timestep_spacing: "leading".into(),
                prediction_type: kind.into(),
                ..EulerDiscrete::default()
            };
            let schedule = config.schedule(5).unwrap();
            let (mut sample, output) = (0.7, -0.3);
            for (step, row) in schedule.steps.iter().zip(rows) {
                let mix = |(a, b): (f64, f64)| a * sample + b * output;
                let found = [step.input_scale * sample, mix(step.next), mix(step.x0_weights)];
                assert!(found.iter().zip(row).all(|(a, b)| (a - b).abs() < 1e-5), "{kind}: {found:?} {row:?}");
                sample = found[1];
            }
        }
        let unknown = EulerDiscrete { prediction_type: "flow".into(), ..EulerDiscrete::default() };
        assert!(unknown.schedule(5).unwrap_err().0.contains("prediction_type flow"));
    }
}
