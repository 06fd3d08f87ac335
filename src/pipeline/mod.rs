//! From a spec to an advertisement: which steps run, layout, masks, layers, occlusion, legibility, and the keys by which results are reused.
//!
//! [`run`] is the only orchestrator. Jobs and live drafts differ in their [`Sink`] alone.

pub mod background;
pub mod composite;
mod error;
pub mod grounding;
pub mod layers;
pub mod layout;
pub mod legibility;
pub mod live;
#[cfg(test)]
mod live_tests;
pub mod placement;
pub mod plan;
pub mod position;
mod preview;
mod run;
mod sink;
pub mod text;

pub use error::PipelineError;
pub use run::{Recalled, run};
pub use sink::{Picture, Sink, Taken};
