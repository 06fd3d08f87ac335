//! nanoCocoa Studio turns a product photo into a finished advertisement on the designer's own machine.
//!
//! The command line, the REST API and the studio are thin front ends of the same job [`engine`] and have the same abilities. Each makes a
//! [`request::JobSpec`] and reads back snapshots and the files in the job's folder. `ARCHITECTURE.md` has the module map, the allowed
//! dependencies and the invariants.

pub mod api;
pub mod assets;
pub mod backend;
pub mod cancel;
pub mod config;
pub mod cuda;
pub mod engine;
pub mod formats;
pub mod gui;
pub mod hub;
pub mod imaging;
pub mod job;
pub mod layers;
pub mod limits;
pub mod math;
pub mod metrics;
pub mod nn;
pub mod notice;
pub mod paths;
pub mod pipeline;
pub mod request;
pub mod schedule;
pub mod store;
pub mod templates;
pub mod typography;
pub mod weights;
