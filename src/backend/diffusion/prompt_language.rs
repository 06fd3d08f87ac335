//! Translates Korean prompts into English with the term list in `assets/i18n/prompt_terms.toml`: T5 has no Hangul tokens at all, CLIP
//! only single bytes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::notice;
use crate::notice::Notice;

#[derive(serde::Deserialize)]
struct TermFile {
    terms: BTreeMap<String, String>,
}

/// Korean terms with their English translation, longest first.
fn terms() -> &'static [(Vec<char>, String)] {
    static TERMS: OnceLock<Vec<(Vec<char>, String)>> = OnceLock::new();
    TERMS.get_or_init(|| {
        let file: Result<TermFile, _> = toml::from_str(include_str!("../../../assets/i18n/prompt_terms.toml"));
        let mut list: Vec<(Vec<char>, String)> =
            file.map(|f| f.terms.into_iter().map(|(k, v)| (k.chars().collect(), v)).collect()).unwrap_or_default();
        list.sort_by_key(|(korean, _)| std::cmp::Reverse(korean.len()));
        list
    })
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}')
}

/// A prompt translated into English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The English prompt for the text encoders.
    pub prompt: String,
    /// Korean words that are not in the term list; the English prompt does not contain them.
    pub untranslated: Vec<String>,
}

/// Replaces Korean terms by English ones. Text in other scripts stays as it is.
pub fn translate(prompt: &str) -> Translation {
    let chars: Vec<char> = prompt.chars().collect();
    let mut out = String::with_capacity(prompt.len());
    let mut untranslated = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if !is_hangul(chars[i]) {
            out.push(chars[i]);
            i += 1;
            continue;
        }
        // A term may contain a space ("나무 테이블"), so terms are looked up before the word is cut at its end.
        let term_at = |at: usize| terms().iter().find(|(korean, _)| chars[at..].starts_with(korean));
        let start = i;
        let end = chars[start..].iter().position(|c| !is_hangul(*c)).map_or(chars.len(), |n| start + n);
        let mut words: Vec<&str> = Vec::new();
        let mut first = true;
        while i < end {
            match term_at(i) {
                // A single syllable inside a word is usually a particle or an ending, not a term.
                Some((korean, english)) if first || korean.len() > 1 => {
                    words.push(english);
                    i += korean.len();
                    first = false;
                }
                _ if first => {
                    untranslated.push(chars[start..end].iter().collect());
                    i = end;
                }
                _ => i += 1,
            }
        }
        i = i.max(end);
        out.push_str(&words.join(" "));
    }
    let prompt = out.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",");
    Translation { prompt, untranslated }
}

impl Translation {
    /// A warning that names the words without a translation; `None` if there are none. `field` is the prompt's REST name.
    pub fn warning(&self, field: &'static str) -> Option<Notice> {
        let words = || self.untranslated.join(", ");
        (!self.untranslated.is_empty()).then(|| notice!("diffusion-prompt-untranslated", words = words()).at(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn korean_becomes_english_and_the_rest_stays() {
        let made = translate("해질녘 바닷가, 모래 위의 컵 with soft light");
        assert_eq!(made.prompt, "at dusk seaside, sand with soft light");
        assert_eq!(made.untranslated, ["위의", "컵"]);
        assert_eq!(translate("따뜻한 카페의 나무 테이블").prompt, "warm cafe wooden table");
        assert_eq!(translate("황금색 입체글자").prompt, "gold three-dimensional letters");
        let plain = "A bottle — 85mm, bokeh!";
        assert_eq!(translate(plain), Translation { prompt: plain.into(), untranslated: Vec::new() });
        assert!(made.warning("bg_prompt").unwrap().to_string().contains("컵"));
        assert!(translate(plain).warning("bg_prompt").is_none());
        assert!(terms().len() > 200);
    }
}
