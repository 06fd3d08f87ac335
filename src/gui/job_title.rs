//! How jobs are called in the studio.

use crate::job::JobSnapshot;

/// The job's title on one line: the designer's own, else its text, else its scene.
pub fn title(job: &JobSnapshot) -> String {
    job.title.as_deref().or_else(|| job.text()).or_else(|| job.prompt("bg_prompt")).unwrap_or("–").replace('\n', " ")
}
