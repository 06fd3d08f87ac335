//! Noise schedules and noise: sigmas and timesteps in f64, checked against reference values. No I/O, no clock.
