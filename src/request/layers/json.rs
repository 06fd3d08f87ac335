//! Parses the list of layers from JSON text that is within limits.

use serde_json::Value;

use super::super::json_limits::JsonLimits;
use super::super::value::quoted;
use crate::notice;
use crate::notice::Notice;

/// The list, a layer, its runs and a run are four levels. Fifty text layers with fifty coloured runs each have about ten thousand values.
const LIMITS: JsonLimits = JsonLimits { depth: 8, values: 20_000 };

/// The list has too many values, or they are nested too deeply.
pub(in super::super) struct TooLarge;

/// Parses JSON if it is within the limits.
pub(in super::super) fn read_list(raw: &str) -> Result<serde_json::Result<Value>, TooLarge> {
    if LIMITS.hold(raw.as_bytes()) { Ok(serde_json::from_str(raw)) } else { Err(TooLarge) }
}

/// Parses a list of layers that was sent or kept as text.
///
/// # Errors
/// It is not JSON, or too large.
pub fn parse_list(text: &str) -> Result<Value, Notice> {
    let text = text.trim_start_matches('\u{feff}');
    match read_list(text) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(notice!("request-layers-not-json", text = quoted(text.trim()), detail = error.to_string())),
        Err(TooLarge) => Err(too_large()),
    }
}

/// The message about a list of too many values.
pub(in super::super) fn too_large() -> Notice {
    notice!("request-layers-too-large", most = LIMITS.values)
}
