//! A message, and the arguments it carries. Each contains the other, so both are here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// The code of a text that carries its own words, such as a message in the record of a job that an older version made.
const VERBATIM: &str = "verbatim";

/// One message to people. Boxed, because most errors carry one and results must stay small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Recorded", into = "Content")]
pub struct Notice(Box<Content>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Content {
    /// REST name of the request field that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<Cow<'static, str>>,
    /// ID of the Fluent message.
    code: Cow<'static, str>,
    /// Variables of the message by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    arguments: BTreeMap<Cow<'static, str>, Argument>,
}

impl Notice {
    /// A notice without arguments. Use [`notice!`](crate::notice!), whose codes and arguments are checked by a test.
    pub fn new(code: &'static str) -> Self {
        Self(Box::new(Content { field: None, code: Cow::Borrowed(code), arguments: BTreeMap::new() }))
    }

    /// A text that is shown as it is in every language. Only for words that do not come from this program.
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self::new(VERBATIM).with("text", text.into())
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Argument>) -> Self {
        self.0.arguments.insert(Cow::Borrowed(name), value.into());
        self
    }

    /// Says which request field the notice is about (REST name).
    #[must_use]
    pub fn at(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.0.field = Some(field.into());
        self
    }

    /// REST name of the request field that it is about.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// ID of the message: stable, kebab-case.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// Whether it is a text that has no code.
    pub fn is_verbatim(&self) -> bool {
        self.code() == VERBATIM
    }

    /// An argument by name.
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.0.arguments.get(name)
    }

    /// The arguments by name.
    pub(super) fn arguments(&self) -> impl Iterator<Item = (&str, &Argument)> {
        self.0.arguments.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

/// A notice in a file; versions before notices kept plain English texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Recorded {
    Text(String),
    Notice {
        #[serde(default)]
        field: Option<String>,
        code: String,
        #[serde(default)]
        arguments: BTreeMap<String, Argument>,
    },
}

impl From<Notice> for Content {
    fn from(notice: Notice) -> Self {
        *notice.0
    }
}

impl From<Recorded> for Notice {
    fn from(recorded: Recorded) -> Self {
        match recorded {
            // Records of older versions stay English in every language.
            Recorded::Text(text) => Self::verbatim(text),
            Recorded::Notice { field, code, arguments } => Self(Box::new(Content {
                field: field.map(Cow::Owned),
                code: Cow::Owned(code),
                arguments: arguments.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect(),
            })),
        }
    }
}

/// A value within a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Argument {
    /// A whole number; Fluent chooses plural forms by it.
    Integer(i64),
    /// A whole number beyond `i64`.
    Unsigned(u64),
    /// A text: a name, a path, a formatted decimal, a technical detail in English.
    Text(Cow<'static, str>),
    /// Several values, separated by commas.
    List(Vec<Argument>),
    /// A message within the message, worded in the same language.
    Notice(Box<Notice>),
    /// A request field by its REST name; shown as the reader knows it.
    Field(#[serde(with = "field")] Cow<'static, str>),
}

/// `{"field": "seed"}`, which tells it from a text.
mod field {
    use std::borrow::Cow;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Record {
        field: String,
    }

    pub(super) fn serialize<S: Serializer>(name: &str, serializer: S) -> Result<S::Ok, S::Error> {
        Record { field: name.to_owned() }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'static, str>, D::Error> {
        Record::deserialize(deserializer).map(|record| Cow::Owned(record.field))
    }
}

impl Argument {
    /// A request field by its REST name.
    pub fn field(name: &'static str) -> Self {
        Self::Field(Cow::Borrowed(name))
    }
}

impl From<Notice> for Argument {
    fn from(notice: Notice) -> Self {
        Self::Notice(Box::new(notice))
    }
}

impl From<&'static str> for Argument {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<&Path> for Argument {
    fn from(path: &Path) -> Self {
        path.display().into()
    }
}

impl From<std::path::Display<'_>> for Argument {
    fn from(path: std::path::Display<'_>) -> Self {
        // Names from a Mac are often decomposed (NFD), which reads as loose letters where a font or a terminal does not join them.
        path.to_string().nfc().collect::<String>().into()
    }
}

impl From<&String> for Argument {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<char> for Argument {
    fn from(character: char) -> Self {
        character.to_string().into()
    }
}

impl From<u64> for Argument {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or(Self::Unsigned(number), Self::Integer)
    }
}

impl From<usize> for Argument {
    fn from(number: usize) -> Self {
        (number as u64).into()
    }
}

macro_rules! small_integers {
    ($($kind:ty),*) => {
        $(impl From<$kind> for Argument {
            fn from(number: $kind) -> Self {
                Self::Integer(number.into())
            }
        })*
    };
}
small_integers!(u8, u16, u32, i8, i16, i32, i64);

impl<T: Into<Argument>> From<Vec<T>> for Argument {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice;

    #[test]
    fn paths_in_messages_are_composed() {
        let decomposed: String = "글꼴/제품.png".nfd().collect();
        let path = Path::new(&decomposed);
        let shown = |path: Argument| matches!(path, Argument::Text(text) if text == "글꼴/제품.png");
        assert!(shown(path.into()) && shown(path.display().into()));
    }

    #[test]
    fn a_notice_survives_its_record() {
        let inner = notice!("verbatim", text = "the disk is full");
        let notice =
            Notice::new("verbatim").with("text", inner).with("count", u64::MAX).with("field", Argument::Field("seed".into())).at("width");
        let json = serde_json::to_string(&notice).unwrap();
        assert_eq!(serde_json::from_str::<Notice>(&json).unwrap(), notice, "{json}");
        assert_eq!(notice.to_string(), "width: the disk is full");
    }

    #[test]
    fn texts_of_old_records_are_kept() {
        let notice: Notice = serde_json::from_str("\"step1_image: it was cropped\"").unwrap();
        assert_eq!((notice.code(), notice.to_string().as_str()), ("verbatim", "step1_image: it was cropped"));
    }
}
