//! Elementary functions with the same results on every system.
//!
//! The functions of the standard library come from the system's C library, and these round the last bit differently: an advertisement made on
//! Windows had a few pixels that differed from Linux by one step of 255. Whatever becomes a pixel uses these functions instead, which are those of
//! crate `libm`. Clippy refuses the standard ones in the modules that make pixels.

/// 0 below `a`, 1 above `b`, and a cubic Hermite curve between them. `a` may be larger than `b`, which turns it over.
#[inline]
pub fn smoothstep(a: f32, b: f32, x: f32) -> f32 {
    let t = ((x - a) / (b - a)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// x^y.
pub fn powf(x: f32, y: f32) -> f32 {
    libm::powf(x, y)
}

/// e^x.
pub fn exp(x: f32) -> f32 {
    libm::expf(x)
}

/// Sine of an angle in radians.
pub fn sin(angle: f32) -> f32 {
    libm::sinf(angle)
}

/// Cosine of an angle in radians.
pub fn cos(angle: f32) -> f32 {
    libm::cosf(angle)
}

/// Sine and cosine of an angle in radians.
pub fn sin_cos(angle: f32) -> (f32, f32) {
    libm::sincosf(angle)
}

/// Tangent of an angle in radians.
pub fn tan(angle: f32) -> f32 {
    libm::tanf(angle)
}

/// Angle whose cosine is `x`, 0..=π; NaN outside -1..=1.
pub fn acos(x: f32) -> f32 {
    libm::acosf(x)
}

/// Angle of the point (x, y) from the x axis, -π..=π.
pub fn atan2(y: f32, x: f32) -> f32 {
    libm::atan2f(y, x)
}

/// √(x² + y²) where the squares do not overflow: without the care of the C function, and faster.
pub fn hypot(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_the_same_bits_everywhere() {
        // FNV-1a of the bits, made on x86-64 Linux.
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for i in 0..10_000 {
            let x = i as f32 * 0.003 + 0.001;
            let (s, c) = sin_cos(x);
            for v in [
                powf(x, 2.4),
                powf(x, 0.35),
                exp(-x),
                sin(x),
                cos(x),
                s,
                c,
                tan(x),
                acos((x * 0.03).min(1.0)),
                atan2(x, 7.0 - x),
                hypot(x, 3.0),
            ] {
                hash = (hash ^ u64::from(v.to_bits())).wrapping_mul(0x0100_0000_01b3);
            }
        }
        assert_eq!(format!("{hash:016x}"), "58735bc2046188f7");
    }

    #[test]
    fn results_differ_from_double_precision_by_rounding_only() {
        for i in -3000..3000 {
            let x = i as f32 * 0.01;
            let wide = f64::from(x);
            let near = |a: f32, b: f64| assert!((f64::from(a) - b).abs() <= 2e-7 * b.abs().max(0.1), "{x}: {a} {b}");
            near(exp(x), wide.exp());
            near(sin(x), wide.sin());
            near(cos(x), wide.cos());
            near(powf(x.abs(), 2.4), wide.abs().powf(f64::from(2.4f32)));
            near(atan2(x, 3.0), wide.atan2(3.0));
            near(hypot(x, 3.0), wide.hypot(3.0));
        }
    }
}
