//! The title of a job, as the studio shows it.

use unicode_normalization::UnicodeNormalization as _;

use crate::job::JobSnapshot;

/// The job's title on one line: the user's, else the advertising text, else the scene prompt.
pub fn title(job: &JobSnapshot) -> String {
    job.title
        .as_deref()
        .or_else(|| job.text())
        .or_else(|| job.scene())
        .unwrap_or("–")
        .nfc()
        .map(|c| if c == '\n' { ' ' } else { c })
        .collect()
}
