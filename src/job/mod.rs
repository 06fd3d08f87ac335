//! What a job is while it lives: states, progress, estimates, stop. Pure: the caller passes `now`.

mod annotation;
mod cancel;
mod pictures;
pub mod progress;
pub mod state;

pub use annotation::Annotation;
pub use cancel::{CancelToken, Stopped};
pub use state::{ImageName, JobEvent, JobSnapshot, JobStatus, Preview, Stage, Step};
