//! The user's annotation of a job: star, title, note.

use serde::{Deserialize, Serialize};

use super::JobSnapshot;

/// A change of a job's annotation; `None` leaves a part as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Annotation {
    /// Marked as good.
    pub starred: Option<bool>,
    /// Its name for people; blank: none. At most 200 characters are kept.
    pub title: Option<String>,
    /// Anything; blank: none. At most 2000 characters are kept.
    pub note: Option<String>,
}

impl JobSnapshot {
    pub(super) fn annotate(&mut self, change: Annotation) {
        let kept = |text: String, most: usize| Some(text.trim().chars().take(most).collect::<String>()).filter(|t| !t.is_empty());
        self.starred = change.starred.unwrap_or(self.starred);
        if let Some(title) = change.title {
            self.title = kept(title, 200);
        }
        if let Some(note) = change.note {
            self.note = kept(note, 2000);
        }
    }
}
