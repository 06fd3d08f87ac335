//! Arguments of notices.

use std::borrow::Cow;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Notice;

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
        path.display().to_string().into()
    }
}

impl From<std::path::Display<'_>> for Argument {
    fn from(path: std::path::Display<'_>) -> Self {
        path.to_string().into()
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
