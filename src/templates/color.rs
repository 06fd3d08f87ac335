//! Colours of templates: parsing, and contrast ratios.

use crate::imaging::{luminance, srgb8_to_linear};
use crate::request::layers::Color;

/// Minimum contrast ratio of a text with its background (WCAG 2.2, AA).
pub(super) const LEAST_CONTRAST: f32 = 4.5;

/// Parses `#RRGGBB`.
pub(super) fn parsed(hex: &str) -> Option<Color> {
    let digits = hex.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    Some([(value >> 16) as u8, (value >> 8) as u8, value as u8])
}

/// The colour as `#RRGGBB`.
pub(super) fn hex([r, g, b]: Color) -> String {
    format!("#{r:02X}{g:02X}{b:02X}")
}

/// The contrast ratio of two colours (WCAG 2.2).
pub(super) fn contrast(a: Color, b: Color) -> f32 {
    let tone = |color: Color| luminance(color.map(srgb8_to_linear)) + 0.05;
    let (a, b) = (tone(a), tone(b));
    a.max(b) / a.min(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_compared() {
        assert_eq!((parsed("#00C73c"), parsed("00C73C"), parsed("#+0C73C"), parsed("#12345")), (Some([0, 0xC7, 0x3C]), None, None, None));
        assert_eq!(hex([0, 0xC7, 0x3C]), "#00C73C");
        assert!((contrast([255; 3], [0; 3]) - 21.0).abs() < 0.01 && (contrast([119; 3], [255; 3]) - 4.48).abs() < 0.02);
    }
}
