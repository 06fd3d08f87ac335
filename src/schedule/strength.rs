//! The start of image-to-image: a strength below 1 skips the first, noisiest steps and starts from the noised picture.
//!
//! Reference: diffusers `pipelines/flux/pipeline_flux_inpaint.py`, `get_timesteps` and `prepare_latents`.

use super::ScheduleError;

/// Index of the first step to run, of `steps` steps, at `strength` 0 to 1.
///
/// # Errors
/// The strength is outside 0 to 1, or too small to leave a step.
pub fn first_step(steps: usize, strength: f64) -> Result<usize, ScheduleError> {
    if !(0.0..=1.0).contains(&strength) {
        return Err(ScheduleError(format!("strength {strength}: use a number from 0 to 1")));
    }
    let count = steps as f64;
    // In floating point and truncated as in the reference: 10 steps at 0.3 start at 7, 28 at 0.6 at 11.
    let start = (count - (count * strength).min(count)).max(0.0) as usize;
    if start >= steps {
        return Err(ScheduleError(format!("strength {strength} leaves none of {steps} steps: use a higher strength or more steps")));
    }
    Ok(start)
}

/// Weights of picture and noise at noise level `sigma` of flow matching, 0 to 1; 1 is pure noise.
pub fn flow_mix(sigma: f64) -> (f64, f64) {
    (1.0 - sigma, sigma)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_where_the_reference_does() {
        // (steps, strength) → int(max(steps − min(steps · strength, steps), 0)), from Python.
        let cases = [
            (10, 0.3, 7),
            (10, 0.6, 4),
            (10, 1.0, 0),
            (28, 0.6, 11),
            (28, 0.3, 19),
            (4, 0.85, 0),
            (50, 0.7, 15),
            (3, 0.4, 1),
            (30, 0.1, 27),
            (20, 0.05, 19),
        ];
        for (steps, strength, start) in cases {
            assert_eq!(first_step(steps, strength), Ok(start), "{steps} {strength}");
        }
        assert!(first_step(10, 0.0).is_err());
        assert!(first_step(10, 1.1).is_err());
        assert!(first_step(10, f64::NAN).is_err());
    }
}
