//! Finds colours in a style prompt: words in English and Korean, and codes such as `#1e90ff`.

use crate::backend::draft::color::from_hex;
use crate::request::layers::parse_hex_color;

/// Colour words with their sRGB code `0xRRGGBB`. English words match whole tokens, Korean words the start of a token.
const COLORS: &[(&str, u32)] = &[
    ("red", 0xdc1a20),
    ("빨간", 0xdc1a20),
    ("빨강", 0xdc1a20),
    ("붉은", 0xc5221f),
    ("레드", 0xdc1a20),
    ("적색", 0xc5221f),
    ("crimson", 0xb0102c),
    ("burgundy", 0x7a1030),
    ("와인", 0x7a1030),
    ("scarlet", 0xe02a10),
    ("coral", 0xff6f5a),
    ("코랄", 0xff6f5a),
    ("산호", 0xff6f5a),
    ("orange", 0xf67a10),
    ("주황", 0xf67a10),
    ("오렌지", 0xf67a10),
    ("peach", 0xffb38a),
    ("복숭아", 0xffb38a),
    ("피치", 0xffb38a),
    ("yellow", 0xf9cb16),
    ("노란", 0xf9cb16),
    ("노랑", 0xf9cb16),
    ("옐로", 0xf9cb16),
    ("lemon", 0xf7e13a),
    ("레몬", 0xf7e13a),
    ("lime", 0xa6d81e),
    ("라임", 0xa6d81e),
    ("연두", 0x9ccb3c),
    ("green", 0x1f9a48),
    ("초록", 0x1f9a48),
    ("녹색", 0x1f9a48),
    ("그린", 0x1f9a48),
    ("emerald", 0x0d9a66),
    ("에메랄드", 0x0d9a66),
    ("mint", 0x79dcb8),
    ("민트", 0x79dcb8),
    ("olive", 0x7d8230),
    ("올리브", 0x7d8230),
    ("teal", 0x0f8a8a),
    ("청록", 0x0f8a8a),
    ("turquoise", 0x21c3c0),
    ("터키석", 0x21c3c0),
    ("cyan", 0x15cfe6),
    ("시안", 0x15cfe6),
    ("aqua", 0x21d0dc),
    ("sky", 0x58b4f2),
    ("하늘", 0x58b4f2),
    ("blue", 0x1e62dc),
    ("파란", 0x1e62dc),
    ("파랑", 0x1e62dc),
    ("푸른", 0x1e62dc),
    ("블루", 0x1e62dc),
    ("navy", 0x1a2f6e),
    ("남색", 0x1a2f6e),
    ("네이비", 0x1a2f6e),
    ("indigo", 0x3d34a8),
    ("purple", 0x8434c8),
    ("보라", 0x8434c8),
    ("퍼플", 0x8434c8),
    ("violet", 0x7a3de0),
    ("바이올렛", 0x7a3de0),
    ("lavender", 0xb69bea),
    ("라벤더", 0xb69bea),
    ("magenta", 0xe32aa8),
    ("마젠타", 0xe32aa8),
    ("pink", 0xff6fae),
    ("분홍", 0xff6fae),
    ("핑크", 0xff6fae),
    ("brown", 0x7b4a28),
    ("갈색", 0x7b4a28),
    ("브라운", 0x7b4a28),
    ("beige", 0xdcc7a2),
    ("베이지", 0xdcc7a2),
    ("ivory", 0xf4ecd8),
    ("아이보리", 0xf4ecd8),
    ("cream", 0xf5e6c4),
    ("크림", 0xf5e6c4),
    ("white", 0xf4f4f2),
    ("흰", 0xf4f4f2),
    ("하얀", 0xf4f4f2),
    ("화이트", 0xf4f4f2),
    ("백색", 0xf4f4f2),
    ("gray", 0x8a8d92),
    ("grey", 0x8a8d92),
    ("회색", 0x8a8d92),
    ("그레이", 0x8a8d92),
    ("black", 0x1a1b1e),
    ("검은", 0x1a1b1e),
    ("검정", 0x1a1b1e),
    ("블랙", 0x1a1b1e),
    ("pastel", 0xf5b7d0),
    ("파스텔", 0xf5b7d0),
    ("salmon", 0xfa8072),
    ("살구", 0xfbceb1),
    ("maroon", 0x800000),
    ("밤색", 0x5a3420),
    ("charcoal", 0x36454f),
    ("차콜", 0x36454f),
    ("khaki", 0x8a7f4e),
    ("카키", 0x8a7f4e),
    ("mustard", 0xd9a520),
    ("겨자", 0xd9a520),
    ("terracotta", 0xc8603a),
    ("테라코타", 0xc8603a),
    ("plum", 0x8e4585),
    ("자두", 0x8e4585),
    ("자주색", 0x8b1a62),
    ("lilac", 0xc8a2c8),
    ("라일락", 0xc8a2c8),
    ("fuchsia", 0xff00ff),
    ("azure", 0x2f8fe0),
    ("쪽빛", 0x24408e),
    ("다홍", 0xe0303a),
    ("주홍", 0xf0501e),
];

/// Basic colours. After a more particular colour they add nothing: "navy blue" is navy. "red blue" is two colours.
const BASIC: &[&str] = &["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "gray", "grey", "black"];
/// Words before a colour that darken it.
const DARKER: &[&str] = &["dark", "deep", "진한", "짙은", "어두운", "다크"];
/// Words before a colour that lighten it.
const LIGHTER: &[&str] = &["light", "pale", "연한", "옅은", "밝은", "라이트"];

/// The words of a prompt in lower case; codes keep their `#`.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let spaced = text.to_lowercase().replace('#', " #");
    spaced.split(|c: char| !c.is_alphanumeric() && c != '#').filter(|t| !t.is_empty() && *t != "#").map(str::to_owned).collect()
}

/// A code `#RGB`, `#RRGGBB` or `#RRGGBBAA` (the alpha has no effect), which a Korean particle may follow.
fn code(token: &str) -> Option<u32> {
    let rest = token.strip_prefix('#')?;
    let digits = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
    if rest[digits..].starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let opaque = if digits == 8 { 6 } else { digits };
    parse_hex_color(&token[..=opaque]).map(|[r, g, b]| u32::from_be_bytes([0, r, g, b]))
}

/// The code of a colour word.
fn word(token: &str) -> Option<u32> {
    COLORS.iter().find(|(w, _)| if w.is_ascii() { token == *w } else { token.starts_with(w) }).map(|c| c.1)
}

/// Whether a token names a colour.
pub(super) fn is_color(token: &str) -> bool {
    code(token).or_else(|| word(token)).is_some()
}

/// The linear colours that the tokens name, in order, each once. "dark" and "light" before a colour shade it.
pub(super) fn named(tokens: &[String]) -> Vec<[f32; 3]> {
    let mut colors: Vec<[f32; 3]> = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let before = i.checked_sub(1).map_or("", |k| tokens[k].as_str());
        let Some(hex) = code(token).or_else(|| word(token)) else { continue };
        if BASIC.contains(&token.as_str()) && word(before).is_some() && !BASIC.contains(&before) {
            continue;
        }
        let mut color = from_hex(hex);
        if DARKER.contains(&before) {
            color = color.map(|v| v * 0.4);
        } else if LIGHTER.contains(&before) {
            color = color.map(|v| v + (1.0 - v) * 0.45);
        }
        if !colors.contains(&color) {
            colors.push(color);
        }
    }
    colors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<[f32; 3]> {
        named(&tokens(text))
    }

    #[test]
    fn words_and_codes_are_these_colours() {
        assert_eq!(of("letters in #1E90ff"), [from_hex(0x1e90ff)]);
        assert_eq!(of("#1e90FF로 칠한 글자"), [from_hex(0x1e90ff)]);
        assert_eq!(of("#f80, #00ff0080"), [from_hex(0xff8800), from_hex(0x00ff00)]);
        assert_eq!(of("#12345 #gg0000 #1e90ffz #"), Vec::<[f32; 3]>::new());
        assert_eq!(of("빨간 글자"), of("red"));
        assert_eq!(of("navy blue"), [from_hex(0x1a2f6e)]);
        assert_eq!(of("red and blue").len(), 2);
        assert!(of("dark red")[0][0] < of("red")[0][0] && of("연한 파랑")[0][0] > of("파랑")[0][0]);
    }
}
