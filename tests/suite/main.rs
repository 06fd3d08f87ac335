//! Integration tests in one program: each further one would link the whole crate again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/fake_hub.rs"]
mod fake_hub;
#[path = "../parity/models.rs"]
mod models;
#[path = "../pictures/mod.rs"]
mod pictures;
#[path = "../common/project.rs"]
mod project;
#[path = "../common/served.rs"]
mod served;

mod cli;
#[cfg(unix)]
mod crash;
mod engine;
mod formats;
#[cfg(target_os = "linux")]
mod full_disk;
mod golden;
mod hub;
mod layers;
#[cfg(target_os = "linux")]
mod machine;
mod product;
mod runtime;
mod studio;
mod templates;
mod weights;
