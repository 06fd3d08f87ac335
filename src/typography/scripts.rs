//! Rejects texts that need shaping (joined letters, positioned marks, right-to-left order): the layout sets characters side by side, from left
//! to right. Scripts are those of UAX #24, marks those of the general category M.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript as _};

use crate::notice;
use crate::notice::{Argument, Notice};

/// Most characters that are quoted in a message.
const MAX_QUOTED: usize = 16;

/// Scripts whose letters can be set side by side from left to right without shaping. Scripts that Unicode adds later are rejected until they
/// are listed here.
const PLAIN: &[Script] = &[
    Script::Armenian,
    Script::Bamum,
    Script::Bopomofo,
    Script::Braille,
    Script::Canadian_Aboriginal,
    Script::Carian,
    Script::Caucasian_Albanian,
    Script::Cherokee,
    Script::Coptic,
    Script::Cyrillic,
    Script::Deseret,
    Script::Elbasan,
    Script::Ethiopic,
    Script::Georgian,
    Script::Glagolitic,
    Script::Gothic,
    Script::Greek,
    Script::Han,
    Script::Hangul,
    Script::Hiragana,
    Script::Katakana,
    Script::Latin,
    Script::Linear_A,
    Script::Linear_B,
    Script::Lisu,
    Script::Lycian,
    Script::Nushu,
    Script::Ogham,
    Script::Old_Italic,
    Script::Old_Permic,
    Script::Old_Persian,
    Script::Osage,
    Script::Osmanya,
    Script::Runic,
    Script::Shavian,
    Script::Tangut,
    Script::Tifinagh,
    Script::Ugaritic,
    Script::Vai,
    Script::Vithkuqi,
    Script::Warang_Citi,
    Script::Yi,
];
/// Right-to-left scripts with joined letters.
const JOINED: &[Script] = &[
    Script::Adlam,
    Script::Arabic,
    Script::Chorasmian,
    Script::Hanifi_Rohingya,
    Script::Mandaic,
    Script::Manichaean,
    Script::Nko,
    Script::Old_Uyghur,
    Script::Psalter_Pahlavi,
    Script::Sogdian,
    Script::Syriac,
];
/// Right-to-left scripts with separate letters.
const REVERSED: &[Script] = &[
    Script::Avestan,
    Script::Cypriot,
    Script::Elymaic,
    Script::Hatran,
    Script::Hebrew,
    Script::Imperial_Aramaic,
    Script::Inscriptional_Pahlavi,
    Script::Inscriptional_Parthian,
    Script::Lydian,
    Script::Mende_Kikakui,
    Script::Meroitic_Cursive,
    Script::Meroitic_Hieroglyphs,
    Script::Nabataean,
    Script::Old_Hungarian,
    Script::Old_North_Arabian,
    Script::Old_Sogdian,
    Script::Old_South_Arabian,
    Script::Old_Turkic,
    Script::Palmyrene,
    Script::Phoenician,
    Script::Samaritan,
    Script::Thaana,
    Script::Yezidi,
];

/// Why a text needs shaping and cannot be laid out yet, with a remedy; `None` if it can be laid out.
pub fn unsettable(text: &str) -> Option<Notice> {
    let chars: Vec<char> = text.nfc().collect();
    (0..chars.len()).find_map(|at| reason_at(&chars, at))
}

/// The reason why the character at `at` cannot be set.
fn reason_at(chars: &[char], at: usize) -> Option<Notice> {
    let c = chars[at];
    let code = format!("U+{:04X}", u32::from(c));
    let before = chars[..at].iter().rev().copied().find(|&c| !is_selector(c));
    let with_previous = || before.into_iter().chain([c]).collect::<String>();
    match c {
        // Text and emoji presentation: letters are solid shapes in either.
        '\u{fe0e}' | '\u{fe0f}' => return None,
        _ if is_selector(c) => return Some(notice!("typography-variant", characters = with_previous(), code = code)),
        '\u{200f}' | '\u{61c}' | '\u{202b}' | '\u{202e}' | '\u{2067}' => return Some(notice!("typography-direction", code = code)),
        _ if joins_emoji(chars, at, before) => {
            let from = chars[..at].iter().rposition(|c| c.is_whitespace()).map_or(0, |i| i + 1);
            let to = chars[at..].iter().position(|c| c.is_whitespace()).map_or(chars.len(), |i| at + i);
            let word: String = chars[from..to].iter().take(MAX_QUOTED).collect();
            return Some(notice!("typography-emoji", characters = word));
        }
        _ if is_jamo(c) => {
            let from = chars[..at].iter().rposition(|&c| !is_jamo(c)).map_or(0, |i| i + 1);
            let block: String = chars[from..].iter().take_while(|&&c| is_jamo(c)).take(MAX_QUOTED).collect();
            return Some(notice!("typography-old-hangul", characters = block));
        }
        _ => {}
    }
    if let Some(script) = foreign(c) {
        let needs = match script {
            s if JOINED.contains(&s) => notice!("typography-needs-joining"),
            s if REVERSED.contains(&s) => notice!("typography-needs-right-to-left"),
            _ => notice!("typography-needs-reordering"),
        };
        return Some(notice!("typography-needs-shaping", script = script_name(script), needs = needs));
    }
    is_combining_mark(c).then(|| notice!("typography-mark", characters = with_previous(), code = code))
}

/// Name of a script; the English name of the Unicode standard if there is no translation.
fn script_name(script: Script) -> Argument {
    match script {
        Script::Arabic => notice!("typography-script-arabic").into(),
        Script::Hebrew => notice!("typography-script-hebrew").into(),
        Script::Thaana => notice!("typography-script-thaana").into(),
        Script::Syriac => notice!("typography-script-syriac").into(),
        Script::Devanagari => notice!("typography-script-devanagari").into(),
        Script::Bengali => notice!("typography-script-bengali").into(),
        Script::Tamil => notice!("typography-script-tamil").into(),
        Script::Telugu => notice!("typography-script-telugu").into(),
        Script::Kannada => notice!("typography-script-kannada").into(),
        Script::Malayalam => notice!("typography-script-malayalam").into(),
        Script::Gujarati => notice!("typography-script-gujarati").into(),
        Script::Gurmukhi => notice!("typography-script-gurmukhi").into(),
        Script::Sinhala => notice!("typography-script-sinhala").into(),
        Script::Oriya => notice!("typography-script-oriya").into(),
        Script::Thai => notice!("typography-script-thai").into(),
        Script::Lao => notice!("typography-script-lao").into(),
        Script::Khmer => notice!("typography-script-khmer").into(),
        Script::Myanmar => notice!("typography-script-myanmar").into(),
        Script::Tibetan => notice!("typography-script-tibetan").into(),
        Script::Mongolian => notice!("typography-script-mongolian").into(),
        Script::Javanese => notice!("typography-script-javanese").into(),
        _ => script.full_name().replace('_', " ").into(),
    }
}

/// The script of a character outside of [`PLAIN`]; `None` if the character can be set. Punctuation that only one script uses counts as a
/// letter of that script.
fn foreign(c: char) -> Option<Script> {
    let scripts = c.script_extension();
    if scripts.is_common() || scripts.is_inherited() {
        return None;
    }
    // `Unknown` are unassigned characters and the private-use ones of icon fonts; whether a font can draw them is checked elsewhere.
    let mut all = scripts.iter().filter(|s| *s != Script::Unknown);
    let first = all.next()?;
    let plain = PLAIN.contains(&first) || all.any(|s| PLAIN.contains(&s));
    (!plain).then_some(first)
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_jamo(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{d7b0}'..='\u{d7ff}')
}

/// Whether a character is part of an emoji sequence (UTS #51): joiner, skin tone, keycap, flag, tag.
fn joins_emoji(chars: &[char], at: usize, before: Option<char>) -> bool {
    let symbol = |c: &char| !c.is_alphanumeric() && !c.is_whitespace() && !c.is_ascii();
    match chars[at] {
        '\u{200d}' => before.as_ref().is_some_and(symbol) && chars.get(at + 1).is_some_and(symbol),
        '\u{1f3fb}'..='\u{1f3ff}' => before.as_ref().is_some_and(symbol),
        '\u{20e3}' => true,
        '\u{1f1e6}'..='\u{1f1ff}' => true,
        '\u{e0020}'..='\u{e007f}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_stand_side_by_side_can_be_set() {
        for text in [
            "신메뉴 Sale 50% ₩9,900!",
            "ㅋㅋㅋ ㅎ",
            "Café Crème ÅÉÎ Tiếng Việt",
            "e\u{301} o\u{308} Vie\u{323}\u{302}t",
            "\u{1112}\u{1161}\u{11ab}",
            "春の新作発表会、開催中！「お見逃しなく。」ー・々ゝｶﾞ",
            "か\u{3099} は\u{309a}",
            "ΑΒΓ Привет Ёй Հայ ქარ ꀀ ᏣᎳᎩ",
            "繁體中文 简体 ㄅㄆㄇ",
            "한\u{200b}글\u{200d}이\u{2060}름\u{ad}표 \u{200e}abc \u{202a}x\u{202c}",
            "❤\u{fe0f} ★ ☺\u{fe0e} 🍕",
            "\u{e000}",
            "𝐀𝟙 ½ ① ㈱ №",
        ] {
            assert_eq!(unsettable(text), None, "{text}");
        }
    }

    #[test]
    fn texts_that_need_shaping_are_refused_with_what_they_need() {
        for (text, words) in [
            ("خصم كبير", "Arabic letters cannot be set yet: they need joining and right-to-left order"),
            ("세일 خصم", "Arabic letters"),
            ("50٪", "Arabic letters"),
            ("\u{fee1}", "Arabic letters"),
            ("٣", "letters cannot be set yet"),
            ("שלום", "Hebrew letters cannot be set yet: they need right-to-left order"),
            ("ދިވެހި", "Thaana"),
            ("ܫܠܡܐ", "Syriac"),
            ("ߒߞߏ", "Nko"),
            ("नमस्ते", "Devanagari letters cannot be set yet: they need letters that move"),
            ("বাংলা", "Bengali"),
            ("தமிழ்", "Tamil"),
            ("తెలుగు", "Telugu"),
            ("ಕನ್ನಡ", "Kannada"),
            ("മലയാളം", "Malayalam"),
            ("ગુજરાતી", "Gujarati"),
            ("ਪੰਜਾਬੀ", "Gurmukhi"),
            ("සිංහල", "Sinhala"),
            ("ลดราคา น้ำ", "Thai"),
            ("ລາວ", "Lao"),
            ("ខ្មែរ", "Khmer"),
            ("မြန်မာ", "Myanmar"),
            ("བོད་", "Tibetan"),
            ("ᠮᠣᠩᠭᠣᠯ", "Mongolian"),
            ("ꦗꦮ", "Javanese"),
            ("x\u{304} n\u{302}", "\"x\u{304}\" needs the mark U+0304"),
            ("A\u{20dd}", "U+20DD"),
            ("\u{301}", "U+0301"),
            ("か\u{309a}", "U+309A"),
            ("훈민정\u{1159}\u{1173}\u{11b7}", "\"\u{1159}\u{1173}\u{11b7}\" is made of Old Hangul letters"),
            ("\u{1112}\u{119e}\u{11ab}", "Old Hangul"),
            ("\u{a960}", "Old Hangul"),
            ("가족 👩\u{200d}👧", "\"👩\u{200d}👧\" joins several characters into one emoji"),
            ("👩\u{200d}❤\u{fe0f}\u{200d}👨", "joins several"),
            ("👍🏽", "joins several"),
            ("🇰🇷", "joins several"),
            ("1\u{fe0f}\u{20e3}", "joins several"),
            ("葛\u{e0100}", "variation selector U+E0100"),
            ("≨\u{fe00}", "variation selector U+FE00"),
            ("abc\u{202e}def", "U+202E asks for right-to-left order"),
            ("abc\u{200f}", "U+200F"),
            ("\u{2067}abc\u{2069}", "U+2067"),
        ] {
            let said = unsettable(text).unwrap_or_else(|| panic!("{text} was accepted")).english();
            assert!(said.contains(words), "{text}: {said}");
            assert!(!said.contains('\n'));
        }
    }
}
