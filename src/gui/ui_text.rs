//! Sentences of the studio that are worded when they are shown, in the language of that moment.

use std::fmt::Display;

use super::i18n::Lang;

/// A sentence for the designer: a key of the word table and the values of its placeholders.
#[derive(Clone, Debug)]
pub struct UiText {
    key: &'static str,
    values: Vec<String>,
}

impl UiText {
    /// A sentence by its key; `values` fill `{0}`, `{1}` and so on.
    pub fn new(key: &'static str, values: &[&dyn Display]) -> Self {
        Self { key, values: values.iter().map(|v| v.to_string()).collect() }
    }

    /// Whether this is the sentence with that key.
    pub fn is(&self, key: &str) -> bool {
        self.key == key
    }

    /// The sentence in a language.
    pub fn words(&self, lang: Lang) -> String {
        let values: Vec<String> = self.values.iter().map(|v| lang.say(v)).collect();
        let values: Vec<&dyn Display> = values.iter().map(|v| v as &dyn Display).collect();
        lang.f(self.key, &values)
    }
}

impl From<String> for UiText {
    fn from(text: String) -> Self {
        Self::new("error.raw", &[&text])
    }
}
