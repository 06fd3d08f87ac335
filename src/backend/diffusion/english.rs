//! Korean prompts in the English that the text encoders know: T5 has no Hangul at all, CLIP only its bytes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

#[derive(serde::Deserialize)]
struct Data {
    terms: BTreeMap<String, String>,
}

fn terms() -> &'static [(Vec<char>, String)] {
    static TERMS: OnceLock<Vec<(Vec<char>, String)>> = OnceLock::new();
    TERMS.get_or_init(|| {
        let data: Result<Data, _> = toml::from_str(include_str!("../../../assets/i18n/prompt_terms.toml"));
        let mut list: Vec<(Vec<char>, String)> =
            data.map(|d| d.terms.into_iter().map(|(k, v)| (k.chars().collect(), v)).collect()).unwrap_or_default();
        list.sort_by_key(|(korean, _)| std::cmp::Reverse(korean.len()));
        list
    })
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}')
}

/// A prompt in English, and the Korean words in it that are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct English {
    /// What the models read.
    pub prompt: String,
    /// Left out.
    pub unknown: Vec<String>,
}

/// Replaces Korean words by their English ones; what is not Korean stays as it is.
pub fn english(prompt: &str) -> English {
    let chars: Vec<char> = prompt.chars().collect();
    let mut out = String::with_capacity(prompt.len());
    let mut unknown = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if !is_hangul(chars[i]) {
            out.push(chars[i]);
            i += 1;
            continue;
        }
        // A term may hold a blank ("나무 테이블"), so it is looked for before the word is cut out.
        let known = |at: usize| terms().iter().find(|(korean, _)| chars[at..].starts_with(korean));
        let start = i;
        let end = chars[start..].iter().position(|c| !is_hangul(*c)).map_or(chars.len(), |n| start + n);
        let mut words: Vec<&str> = Vec::new();
        let mut first = true;
        while i < end {
            match known(i) {
                // Inside a word a single syllable may mean anything: a particle, an ending.
                Some((korean, english)) if first || korean.len() > 1 => {
                    words.push(english);
                    i += korean.len();
                    first = false;
                }
                _ if first => {
                    unknown.push(chars[start..end].iter().collect());
                    i = end;
                }
                _ => i += 1,
            }
        }
        i = i.max(end);
        out.push_str(&words.join(" "));
    }
    let prompt = out.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",");
    English { prompt, unknown }
}

/// The words for the designer about what was left out.
pub fn complaint(field: &str, unknown: &[String]) -> Option<String> {
    (!unknown.is_empty()).then(|| {
        format!(
            "{field}: the diffusion models read English; these words were left out: {}. Write them in English to use them",
            unknown.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_becomes_english_and_the_rest_stays() {
        let made = english("해질녘 바닷가, 모래 위의 컵 with soft light");
        assert_eq!(made.prompt, "at dusk seaside, sand with soft light");
        assert_eq!(made.unknown, ["위의", "컵"]);
        assert_eq!(english("따뜻한 카페의 나무 테이블").prompt, "warm cafe wooden table");
        assert_eq!(english("황금색 입체글자").prompt, "gold three-dimensional letters");
        let plain = "A bottle — 85mm, bokeh!";
        assert_eq!(english(plain), English { prompt: plain.into(), unknown: Vec::new() });
        assert!(complaint("bg_prompt", &made.unknown).unwrap().contains("컵"));
        assert!(complaint("bg_prompt", &[]).is_none());
        assert!(terms().len() > 200);
    }
}
