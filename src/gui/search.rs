//! Matching of texts in the studio's search fields.

use unicode_normalization::UnicodeNormalization as _;

/// The words of a query: all of them must occur.
pub struct Query(Vec<String>);

impl Query {
    /// Capitals and the Unicode normalization form make no difference.
    pub fn new(text: &str) -> Self {
        Self(folded(text).split_whitespace().map(str::to_owned).collect())
    }

    /// Whether there is no word to look for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a text contains every word.
    pub fn matches(&self, text: &str) -> bool {
        let text = folded(text);
        self.0.iter().all(|word| text.contains(word))
    }
}

fn folded(text: &str) -> String {
    text.nfc().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_and_decomposed_words_are_found_in_each_other() {
        let spelled = |text: &str| [text.nfc().collect::<String>(), text.nfd().collect::<String>()];
        for text in spelled("배민 주아체 Café.ttf") {
            for words in ["주아", "CAFÉ 배민", " "] {
                assert!(spelled(words).iter().all(|w| Query::new(w).matches(&text)), "{words} in {text}");
            }
            assert!(!Query::new("나눔").matches(&text));
        }
        assert!(Query::new(" \n").is_empty() && !Query::new("a").is_empty());
    }
}
