//! Reads the list of layers from JSON text, under limits: a tree of JSON takes many times the memory of its text.

use serde_json::Value;

use super::super::value::quoted;
use crate::notice;
use crate::notice::Notice;

/// Most values of the whole list. Fifty text layers with fifty coloured runs each have about ten thousand.
const MAX_VALUES: usize = 20_000;
/// Deepest nesting: the list, a layer, its runs, a run.
const MAX_DEPTH: usize = 8;

/// The list has too many values, or they are nested too deeply.
pub(in super::super) struct TooLarge;

/// Reads a value whose syntax was checked before.
pub(in super::super) fn read_list(raw: &str) -> Result<serde_json::Result<Value>, TooLarge> {
    if is_bounded(raw.as_bytes()) { Ok(serde_json::from_str(raw)) } else { Err(TooLarge) }
}

/// Reads a list of layers that was sent or kept as text.
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
    notice!("request-layers-too-large", most = MAX_VALUES)
}

/// Whether the text has at most [`MAX_VALUES`] values, nested at most [`MAX_DEPTH`] deep. Works on invalid JSON too.
fn is_bounded(text: &[u8]) -> bool {
    let (mut values, mut depth, mut quoted, mut escaped) = (1_usize, 0_usize, false, false);
    for &byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => {
                depth += 1;
                values += 1;
                if depth > MAX_DEPTH {
                    return false;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if values > MAX_VALUES {
            return false;
        }
    }
    true
}
