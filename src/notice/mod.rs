//! Messages to people: a code with named arguments, worded by the front ends.
//!
//! Code below the front ends says *what* happened with [`notice!`](crate::notice!). The command line, the REST API and the studio word it
//! in their reader's language and terms ([`Wording`]). The words are Fluent files under `assets/i18n/<language>/`; a code is the ID of a
//! message there.
//!
//! ```ignore
//! let notice = notice!("decode-empty").at("product_image");
//! assert_eq!(notice.to_string(), "product_image: The file is empty. Save or download it again.");
//! ```

mod argument;
mod josa;
mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use argument::Argument;
pub use words::{FrontEnd, Language, Wording};

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

/// Makes a [`Notice`](crate::notice::Notice): `notice!("code", name = value, …)`. The code is a literal, so that a test can check it and
/// the names of its arguments against the Fluent files.
#[macro_export]
macro_rules! notice {
    ($code:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::notice::Notice::new($code)$(.with(stringify!($name), $value))*
    };
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

    /// An argument by name.
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.0.arguments.get(name)
    }

    /// The sentence without the field's name, in English as over REST.
    pub fn english(&self) -> String {
        Wording::REST.sentence(self)
    }
}

/// In English as over REST, beginning with the field's name.
impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Wording::REST.notice(self))
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

#[cfg(test)]
mod tests {
    use super::*;

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
