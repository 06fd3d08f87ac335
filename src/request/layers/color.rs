//! Colours as requests write them.

use serde_json::Value;

use super::spec::Color;

/// The colour that `#RRGGBB` or `#RGB` names.
pub fn read_color(value: &Value) -> Option<Color> {
    let digits = value.as_str()?.strip_prefix('#')?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let channel = |k: usize| match digits.len() {
        3 => u8::from_str_radix(digits.get(k..=k)?, 16).ok().map(|v| v * 17),
        6 => u8::from_str_radix(digits.get(2 * k..2 * k + 2)?, 16).ok(),
        _ => None,
    };
    Some([channel(0)?, channel(1)?, channel(2)?])
}

/// `#RRGGBB`
pub fn hex([r, g, b]: Color) -> String {
    format!("#{r:02X}{g:02X}{b:02X}")
}
