//! The job engine: accepts jobs, keeps them on disk and runs them one at a time on the worker thread, which owns the backend.

mod again;
mod clock;
mod door;
mod durations;
mod error;
mod fonts;
mod handle;
mod keeper;
mod metadata;
pub mod project;
mod queue;
mod records;
mod reuse;
mod shared;
mod shutdown;
mod sink;
mod storage;
mod table;
mod watchers;
mod worker;

pub use clock::{clock, now};
pub use door::{decode_source, decode_source_file, parse_request, parse_with_attachments};
pub use error::{DeleteError, EngineError, ManageError, ResumeError, SubmitError};
pub use handle::{Engine, EngineConfig, SubmitPolicy};
pub use reuse::{Plan, PlannedStep};
pub use storage::Storage;
