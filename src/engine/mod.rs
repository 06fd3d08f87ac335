//! The job engine: accepts jobs, keeps them on disk and runs them one at a time on the worker thread, which owns the backend.

mod again;
mod clock;
mod durations;
mod error;
mod fonts;
mod handle;
mod intake;
mod keeper;
mod layer_pictures;
mod layered;
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
pub use error::{DeleteError, EngineError, ManageError, ResumeError, SubmitError};
pub use handle::{Engine, EngineConfig, SubmitPolicy};
pub use intake::{
    decode_field_file, decode_layer_source, decode_layer_source_file, decode_source, decode_source_file, open_request, parse_open_request,
    parse_request, parse_with_fonts,
};
pub use layered::Layered;
pub use reuse::{Plan, PlannedStep};
pub use storage::Storage;
