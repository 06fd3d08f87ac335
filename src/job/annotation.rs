//! The user's annotation of a job: star, title, note.

use serde::{Deserialize, Serialize};

/// Longest title in characters; longer ones are cut.
const TITLE_LENGTH: usize = 200;
/// Longest note in characters; longer ones are cut.
const NOTE_LENGTH: usize = 2000;

/// A change of a job's annotation. `None` leaves the field unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// Whether the job has a star.
    pub starred: Option<bool>,
    /// The user's name for the job; a blank text removes it.
    pub title: Option<String>,
    /// The user's note; a blank text removes it.
    pub note: Option<String>,
}

/// A title trimmed and cut to its limit; `None` if it is blank.
pub(super) fn kept_title(text: &str) -> Option<String> {
    trimmed(text, TITLE_LENGTH)
}

/// A note trimmed and cut to its limit; `None` if it is blank.
pub(super) fn kept_note(text: &str) -> Option<String> {
    trimmed(text, NOTE_LENGTH)
}

fn trimmed(text: &str, most: usize) -> Option<String> {
    Some(text.trim().chars().take(most).collect::<String>()).filter(|text| !text.is_empty())
}
