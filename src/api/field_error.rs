//! Errors of fields in answers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::request::FieldError;

/// One wrong field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FieldError)]
pub struct FieldErrorBody {
    /// `["body", field]`; `["body"]` for the body as a whole.
    pub loc: Vec<String>,
    /// The problem and its remedy, beginning with the field's name.
    pub msg: String,
    /// Machine-readable kind, such as `missing`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Code of the message, such as `request-out-of-range`: finer than `type`, and independent of the wording.
    pub code: String,
}

impl From<&FieldError> for FieldErrorBody {
    fn from(error: &FieldError) -> Self {
        let loc = std::iter::once("body").chain(error.field()).map(str::to_owned).collect();
        Self { loc, msg: error.to_string(), kind: error.kind, code: error.notice.code().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::notice;

    #[test]
    fn an_error_names_its_field_in_place_and_message() {
        let error = FieldError::new("bg_prompt", "string_too_long", notice!("request-too-long", count = 2001, most = 2000));
        assert_eq!(
            serde_json::to_value(FieldErrorBody::from(&error)).unwrap(),
            json!({
                "loc": ["body", "bg_prompt"],
                "msg": "bg_prompt: 2001 characters are too many; send at most 2000",
                "type": "string_too_long",
                "code": "request-too-long",
            })
        );
        let whole = FieldErrorBody::from(&FieldError::whole("object_type", notice!("request-not-an-object")));
        assert_eq!(
            (whole.loc.as_slice(), whole.msg.as_str()),
            (&["body".to_owned()][..], "The body must be a JSON object such as {\"text_content\": \"New Product\"}")
        );
    }
}
