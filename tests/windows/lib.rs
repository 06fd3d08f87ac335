//! The modules whose behaviour depends on the system's paths, locks, renames and counters, with their own tests, in a library so small that it is built for
//! Windows in a minute. `run.sh` makes a package of it. The modules are the program's files; nothing is copied.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
// Most callers are in the modules that are left out here.
#![allow(dead_code, unused_imports)]

#[path = "../../src/assets.rs"]
pub mod assets;
#[path = "../../src/config.rs"]
pub mod config;
#[path = "../../src/metrics/mod.rs"]
pub mod metrics;
#[path = "../../src/notice/mod.rs"]
pub mod notice;
#[path = "../../src/paths.rs"]
pub mod paths;

/// The part of `store` that touches files.
#[path = "../../src/store"]
pub mod store {
    mod error;
    mod lock;
    mod write;
}
