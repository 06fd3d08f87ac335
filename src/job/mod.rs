//! The state machine of a job: statuses, events, progress, estimates. Pure: the caller passes `now`.

mod annotation;
mod event;
mod image_name;
mod pictures;
pub mod progress;
mod snapshot;
mod stage;
mod status;
mod transitions;

pub use annotation::Annotation;
pub use event::{IllegalTransition, JobEvent, Preview};
pub use image_name::ImageName;
pub use snapshot::JobSnapshot;
pub use stage::{Stage, Step};
pub use status::JobStatus;
