//! The user's annotation of a job: star, title, note.

use serde::{Deserialize, Serialize};

/// Longest title, characters; the rest is cut off.
const TITLE_LENGTH: usize = 200;
/// Longest note, characters; the rest is cut off.
const NOTE_LENGTH: usize = 2000;

/// A change of a job's annotation; `None` keeps the part as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The user marked the job as good.
    pub starred: Option<bool>,
    /// The user's name for the job; a blank one removes it.
    pub title: Option<String>,
    /// The user's note; a blank one removes it.
    pub note: Option<String>,
}

/// A title as it is kept.
pub(super) fn kept_title(text: &str) -> Option<String> {
    trimmed(text, TITLE_LENGTH)
}

/// A note as it is kept.
pub(super) fn kept_note(text: &str) -> Option<String> {
    trimmed(text, NOTE_LENGTH)
}

fn trimmed(text: &str, most: usize) -> Option<String> {
    Some(text.trim().chars().take(most).collect::<String>()).filter(|text| !text.is_empty())
}
