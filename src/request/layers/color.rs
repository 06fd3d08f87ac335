//! Colours as hexadecimal codes.

use serde_json::Value;

use super::spec::Color;

/// The colour of a field, if its value is a code.
pub fn read_color(value: &Value) -> Option<Color> {
    value.as_str().and_then(parse_hex_color)
}

/// The colour of a code `#RRGGBB` or `#RGB`, in upper or lower case; `None` for any other text.
pub fn parse_hex_color(text: &str) -> Option<Color> {
    let digits = text.strip_prefix('#')?;
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

/// The code of a colour, `#RRGGBB`.
pub fn hex([r, g, b]: Color) -> String {
    format!("#{r:02X}{g:02X}{b:02X}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_three_and_six_digits_are_colours() {
        assert_eq!(parse_hex_color("#1E90ff"), Some([0x1e, 0x90, 0xff]));
        assert_eq!(parse_hex_color("#F0a"), Some([0xff, 0, 0xaa]));
        for text in ["1E90FF", "#", "#12", "#1234", "#12345", "#1234567", "#12345678", "#12345g", "#+12345", "#한국", " #123456"] {
            assert_eq!(parse_hex_color(text), None, "{text}");
        }
        assert_eq!(hex([0x1e, 0x90, 0xff]), "#1E90FF");
    }
}
