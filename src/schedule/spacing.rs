//! Spacings of noise levels.

/// `count` numbers from `start` to `end`, both included (numpy's `linspace`).
pub fn linspace(start: f64, end: f64, count: usize) -> Vec<f64> {
    let step = (end - start) / count.saturating_sub(1).max(1) as f64;
    // numpy sets the last value exactly.
    (0..count).map(|i| if i > 0 && i + 1 == count { end } else { start + step * i as f64 }).collect()
}

/// Noise levels between the first and the last of `sigmas`, evenly spaced in their seventh root (Karras et al. 2022, equation 5).
pub fn karras(min: f64, max: f64, count: usize) -> Vec<f64> {
    const RHO: f64 = 7.0;
    let (low, high) = (min.powf(1.0 / RHO), max.powf(1.0 / RHO));
    linspace(0.0, 1.0, count).into_iter().map(|ramp| (high + ramp * (low - high)).powf(RHO)).collect()
}

/// Noise levels from `max` to `min`, evenly spaced in their logarithm.
pub fn exponential(min: f64, max: f64, count: usize) -> Vec<f64> {
    linspace(max.ln(), min.ln(), count).into_iter().map(f64::exp).collect()
}

/// The values of a table at fractional places, held at its ends (numpy's `interp` over 0, 1, 2, …).
pub fn interpolate(table: &[f64], at: f64) -> f64 {
    let last = table.len().saturating_sub(1);
    let at = at.clamp(0.0, last as f64);
    let low = at.floor() as usize;
    let high = (low + 1).min(last);
    match (table.get(low), table.get(high)) {
        (Some(a), Some(b)) => a + (b - a) * (at - low as f64),
        _ => f64::NAN,
    }
}
