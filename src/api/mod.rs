//! The REST API: an axum router over the [`Engine`](crate::engine::Engine). Handlers translate between JSON and the engine; rules belong to
//! the parser and the engine.

mod answer;
mod body;
mod compat;
mod connection;
mod docs;
mod error;
mod events;
mod field_error;
mod field_schema;
mod formats;
mod generate;
mod guard;
mod help;
mod jobs;
mod layer_schema;
mod limits;
mod listen;
mod memory;
mod models;
mod multipart;
mod names;
mod openapi;
mod pictures;
mod resources;
mod router;
mod schema;
mod security;
mod state;
mod templates;
mod wire;

pub use error::ApiError;
pub use field_error::FieldErrorBody;
pub use formats::{FormatBody, FormatList};
pub use limits::Limits;
pub use listen::serve;
pub use names::{read_host, read_origin};
pub use pictures::attach_base64;
pub use router::router;
pub use security::{MIN_TOKEN, SecurityPolicy, TokenProblem, check_token};
pub use state::ApiState;
pub use templates::{TemplateBody, TemplateList};
pub use wire::{
    Annotated, Deleted, FontList, FontMetadataBody, Fonts, Health, JobLine, JobList, NoticeBody, PlanBody, PlannedStepBody, Progress,
    Reset, Restored, Started, StatusBody, Stopped, StoppedAll,
};

use state::blocking;
