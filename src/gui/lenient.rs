//! Choices in files of other versions.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads a choice. A word that this version does not know becomes the default: one word must not cost the whole session.
pub(super) fn known_or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(choice(Some(&Value::deserialize(deserializer)?)))
}

/// The choice that a JSON value names; the default for anything else.
pub(super) fn choice<T: DeserializeOwned + Default>(value: Option<&Value>) -> T {
    value.and_then(|v| T::deserialize(v).ok()).unwrap_or_default()
}
