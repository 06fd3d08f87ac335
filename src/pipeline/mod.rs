//! Makes an advertisement from a spec: order of the steps, layout, masks, layers, occlusion, legibility, and the keys for step reuse.
//!
//! [`run`] is the only orchestrator. Jobs and live drafts differ only in their [`Sink`].

#![warn(clippy::disallowed_methods)]

mod adjust;
pub mod background;
pub mod borders;
mod clear;
pub mod composite;
mod contrast;
mod error;
pub mod grounding;
pub mod layered;
pub mod layers;
pub mod layout;
pub mod legibility;
pub mod live;
#[cfg(test)]
mod live_tests;
mod outline;
mod pick;
pub mod placement;
pub mod plan;
pub mod position;
mod posture;
mod preview;
#[cfg(test)]
mod rim_tests;
mod run;
mod sink;
mod solid;
pub mod step1;
pub mod text;

pub use error::PipelineError;
pub use run::{Recalled, run};
pub use sink::{Picture, Sink, Taken};
