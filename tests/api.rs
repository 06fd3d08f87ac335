//! The REST API: in process, over a real socket, and with everything that it must refuse.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

#[path = "api/bad_requests.rs"]
mod bad_requests;
#[path = "api/contract.rs"]
mod contract;
#[path = "common/fake_hub.rs"]
mod fake_hub;
#[path = "api/formats.rs"]
mod formats;
#[path = "api/forms.rs"]
mod forms;
#[path = "api/hostile.rs"]
mod hostile;
#[path = "api/layers.rs"]
mod layers;
#[path = "api/models.rs"]
mod models;
#[path = "api/openapi.rs"]
mod openapi;
#[path = "api/original_clients.rs"]
mod original_clients;
#[path = "common/project.rs"]
mod project;
#[path = "api/security.rs"]
mod security;
#[path = "api/socket.rs"]
mod socket;
#[path = "api/storage.rs"]
mod storage;
#[path = "api/studio.rs"]
mod studio;
#[path = "api/support.rs"]
mod support;
#[path = "api/templates.rs"]
mod templates;
