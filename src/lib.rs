//! nanoCocoa Studio: a product photo becomes a finished advertisement on the designer's own machine.
//!
//! One way in (`request::JobSpec`), one way out (snapshots and the files of the job's folder). The command line, the REST server and
//! the studio are thin doors to the same [`engine`]; none can do what another cannot. See `ARCHITECTURE.md` for the map, the
//! directions of the modules and the invariants.

pub mod api;
pub mod assets;
pub mod backend;
pub mod cancel;
pub mod config;
pub mod engine;
pub mod gui;
pub mod imaging;
pub mod job;
pub mod limits;
pub mod metrics;
pub mod nn;
pub mod notice;
pub mod paths;
pub mod pipeline;
pub mod request;
pub mod schedule;
pub mod store;
pub mod typography;
pub mod weights;
