//! What the studio reads from a job's parameters.

use crate::job::JobSnapshot;

/// A text field of the job's request; empty if it was not sent.
pub fn words<'a>(job: &'a JobSnapshot, field: &str) -> &'a str {
    job.parameters.get(field).and_then(|v| v.as_str()).unwrap_or_default()
}

/// Whether the job draws a text.
pub fn has_text(job: &JobSnapshot) -> bool {
    !words(job, "text_content").trim().is_empty()
}

/// Whether the job came with a mask.
pub fn has_mask(job: &JobSnapshot) -> bool {
    job.parameters.get("mask_image").is_some_and(|v| !v.is_null())
}

/// The job's title on one line: the designer's own, else its text, else its scene.
pub fn title(job: &JobSnapshot) -> String {
    let filled = |field: &str| Some(words(job, field).trim()).filter(|t| !t.is_empty());
    let own = job.title.as_deref();
    own.or_else(|| filled("text_content")).or_else(|| filled("bg_prompt")).unwrap_or("–").replace('\n', " ")
}
