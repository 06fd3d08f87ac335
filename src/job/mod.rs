//! What a job is while it lives: states, progress, estimates, stop. Pure: the caller passes `now`.

mod annotation;
mod pictures;
pub mod progress;
pub mod state;

pub use annotation::Annotation;
pub use state::{ImageName, JobEvent, JobSnapshot, JobStatus, Preview, Stage, Step};
