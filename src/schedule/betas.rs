//! The cumulative alphas of a variance-preserving diffusion model.
//!
//! Reference: Ho et al. 2020; diffusers `schedulers/scheduling_euler_discrete.py`, whose tables are float32: every operation is rounded as
//! in the reference, or a thousand products would drift away from it.

use super::{ScheduleError, f32r};

/// `torch.linspace` in float32, which counts from the nearer end.
fn linspace_f32(start: f64, end: f64, count: usize) -> Vec<f64> {
    let (start, end) = (start as f32, end as f32);
    let step = (end - start) / count.saturating_sub(1).max(1) as f32;
    let value = |i: usize| if i < count / 2 { start + step * i as f32 } else { end - step * (count - 1 - i) as f32 };
    (0..count).map(|i| f64::from(value(i))).collect()
}

/// The betas by the name of their schedule: `linear`, `scaled_linear` (even in the square root), `squaredcos_cap_v2`.
///
/// # Errors
/// The name is unknown.
pub fn betas(name: &str, start: f64, end: f64, count: usize) -> Result<Vec<f64>, ScheduleError> {
    match name {
        "linear" => Ok(linspace_f32(start, end, count)),
        "scaled_linear" => Ok(linspace_f32(start.sqrt(), end.sqrt(), count).into_iter().map(|b| f32r(b * b)).collect()),
        "squaredcos_cap_v2" => {
            let bar = |t: f64| ((t + 0.008) / 1.008 * std::f64::consts::FRAC_PI_2).cos().powi(2);
            let n = count as f64;
            Ok((0..count).map(|i| f32r((1.0 - bar((i + 1) as f64 / n) / bar(i as f64 / n)).min(0.999))).collect())
        }
        _ => Err(ScheduleError(format!("beta_schedule {name} is unknown: linear, scaled_linear and squaredcos_cap_v2 are known"))),
    }
}

/// The cumulative alphas ᾱ of each training step: running products of 1 − β. With `zero_snr` the last one is almost zero (Lin et al. 2023,
/// algorithm 1), large enough to keep the noise level finite.
pub fn cumulative_alphas(betas: &[f64], zero_snr: bool) -> Vec<f64> {
    let product = |alphas: &[f64]| -> Vec<f64> {
        let mut left = 1.0;
        let next = |alpha: &f64| {
            left *= alpha;
            f32r(left)
        };
        alphas.iter().map(next).collect()
    };
    let alphas: Vec<f64> = betas.iter().map(|b| f32r(1.0 - b)).collect();
    let bars = product(&alphas);
    if !zero_snr {
        return bars;
    }
    let roots: Vec<f64> = bars.iter().map(|b| f32r(b.sqrt())).collect();
    let (Some(&first), Some(&last)) = (roots.first(), roots.last()) else { return bars };
    let roots: Vec<f64> = roots.iter().map(|r| f32r(f32r(r - last) * f32r(first / f32r(first - last)))).collect();
    let bars: Vec<f64> = roots.iter().map(|r| f32r(r * r)).collect();
    let mut alphas: Vec<f64> = bars.windows(2).map(|w| f32r(w[1] / w[0])).collect();
    alphas.insert(0, bars.first().copied().unwrap_or(1.0));
    let alphas: Vec<f64> = alphas.iter().map(|a| f32r(1.0 - f32r(1.0 - a))).collect();
    let mut bars = product(&alphas);
    if let Some(last) = bars.last_mut() {
        *last = 2f64.powi(-24);
    }
    bars
}
