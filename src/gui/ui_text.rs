//! Sentences of the studio that are worded when they are shown, in the language of that moment.

use std::fmt::Display;

use super::i18n::Lang;
use crate::notice::Notice;

/// A sentence for the designer.
#[derive(Clone, Debug)]
pub struct UiText(Content);

#[derive(Clone, Debug)]
enum Content {
    /// A key of the word table and the values of its placeholders.
    Key { key: &'static str, values: Vec<String> },
    /// A message from below the studio.
    Notice(Notice),
}

impl UiText {
    /// A sentence by its key; `values` fill `{0}`, `{1}` and so on.
    pub fn new(key: &'static str, values: &[&dyn Display]) -> Self {
        Self(Content::Key { key, values: values.iter().map(|v| v.to_string()).collect() })
    }

    /// Whether this is the sentence with that key.
    pub fn is(&self, key: &str) -> bool {
        matches!(&self.0, Content::Key { key: own, .. } if *own == key)
    }

    /// The sentence in a language.
    pub fn words(&self, lang: Lang) -> String {
        let (key, values) = match &self.0 {
            Content::Key { key, values } => (*key, values),
            Content::Notice(notice) => return lang.notice(notice),
        };
        let values: Vec<String> = values.iter().map(|v| lang.say(v)).collect();
        let values: Vec<&dyn Display> = values.iter().map(|v| v as &dyn Display).collect();
        lang.f(key, &values)
    }
}

impl From<Notice> for UiText {
    fn from(notice: Notice) -> Self {
        Self(Content::Notice(notice))
    }
}

impl From<String> for UiText {
    fn from(text: String) -> Self {
        Self::new("error.raw", &[&text])
    }
}
