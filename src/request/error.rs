//! Errors of fields.

use std::fmt;

use crate::notice;
use crate::notice::Notice;

/// One wrong field, or a request that is wrong as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The problem and its remedy. Its field is `None` for the request as a whole.
    pub notice: Notice,
    /// The kind of error for programs, such as `missing`: the `type` of REST answers.
    pub kind: &'static str,
}

impl FieldError {
    /// An error of a field.
    pub fn new(field: impl Into<std::borrow::Cow<'static, str>>, kind: &'static str, notice: Notice) -> Self {
        Self { notice: notice.at(field), kind }
    }

    /// An error of the request as a whole.
    pub fn whole(kind: &'static str, notice: Notice) -> Self {
        Self { notice, kind }
    }

    /// The message of several errors, one a line.
    pub fn join(errors: Vec<Self>) -> Notice {
        let notices = errors.into_iter().map(|error| error.notice);
        notices.reduce(|first, next| notice!("request-errors", first = first, next = next)).unwrap_or_else(|| Notice::verbatim(""))
    }

    /// The field's REST name.
    pub fn field(&self) -> Option<&str> {
        self.notice.field()
    }
}

/// In English as over REST, beginning with the field's name.
impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.notice.fmt(f)
    }
}
