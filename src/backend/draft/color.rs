//! Arithmetic on linear colours.

use crate::imaging::srgb8_to_linear;

/// A linear colour: red, green, blue; not limited to 0..=1.
pub type Rgb = [f32; 3];

/// Linear interpolation.
#[inline]
pub fn mix(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// Linear interpolation of colours.
#[inline]
pub fn mix3(a: Rgb, b: Rgb, t: f32) -> Rgb {
    [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)]
}

/// A colour times a factor.
#[inline]
pub fn mul(a: Rgb, s: f32) -> Rgb {
    [a[0] * s, a[1] * s, a[2] * s]
}

/// Product of two colours, channel by channel.
#[inline]
pub fn mul3(a: Rgb, b: Rgb) -> Rgb {
    [a[0] * b[0], a[1] * b[1], a[2] * b[2]]
}

/// Sum of two colours.
#[inline]
pub fn add(a: Rgb, b: Rgb) -> Rgb {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

/// The linear colour of an sRGB code `0xRRGGBB`.
pub fn from_hex(rgb: u32) -> Rgb {
    [16, 8, 0].map(|shift| srgb8_to_linear((rgb >> shift) as u8))
}
