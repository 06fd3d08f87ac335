//! Values of fields as they were sent.

use serde_json::Value;

use crate::notice;
use crate::notice::Argument;

/// Longest text that is quoted in a message, characters.
const MAX_QUOTED: usize = 80;

/// A flag, or one written as text.
pub(super) fn to_flag(value: &Value, lenient: bool) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::String(s) if lenient => match s.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A text in quotes, with control characters escaped, cut to 80 characters.
pub(super) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(MAX_QUOTED).collect();
    if short.len() < text.len() { format!("{short:?}…") } else { format!("{short:?}") }
}

/// A value as messages show it.
pub(super) fn shown(value: &Value) -> Argument {
    match value {
        Value::String(text) => quoted(text).into(),
        Value::Array(_) => notice!("request-list").into(),
        Value::Object(_) => notice!("request-object").into(),
        other => other.to_string().into(),
    }
}
