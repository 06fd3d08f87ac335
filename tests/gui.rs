//! The real studio, driven by label.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

#[path = "gui/alike.rs"]
mod alike;
#[path = "gui/brand.rs"]
mod brand;
#[path = "gui/desk.rs"]
mod desk;
#[path = "gui/difference.rs"]
mod difference;
#[path = "common/fake_hub.rs"]
mod fake_hub;
#[path = "gui/files.rs"]
mod files;
#[path = "gui/journey.rs"]
mod journey;
#[path = "gui/keys.rs"]
mod keys;
#[path = "gui/layers.rs"]
mod layers;
#[path = "gui/models.rs"]
mod models;
#[path = "gui/names.rs"]
mod names;
#[path = "gui/placing.rs"]
mod placing;
#[path = "gui/sets.rs"]
mod sets;
#[path = "gui/shown.rs"]
mod shown;
#[path = "gui/snapshots.rs"]
mod snapshots;
#[path = "gui/templates.rs"]
mod templates;
#[path = "gui/trouble.rs"]
mod trouble;
