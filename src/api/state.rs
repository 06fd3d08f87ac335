//! The state that the handlers share.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use super::ApiError;
use super::limits::Limits;
use super::memory::Budget;
use super::security::SecurityPolicy;
use crate::engine::Engine;
use crate::formats::Catalogue;
use crate::hub::Downloads;
use crate::templates::TemplateCatalogue;

/// Requests whose pictures are decoded at the same time: each may take hundreds of megabytes.
const PARSERS: usize = 1;

/// The state that the handlers share; cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    pub(crate) engine: Engine,
    pub(super) models: Option<Arc<Downloads>>,
    pub(super) formats: Arc<Catalogue>,
    pub(super) templates: Arc<TemplateCatalogue>,
    pub(crate) security: Arc<SecurityPolicy>,
    pub(crate) body_limit: usize,
    pub(crate) parsers: Arc<Semaphore>,
    pub(super) limits: Arc<Limits>,
    pub(super) bodies: Budget,
    pub(super) answers: Budget,
    pub(crate) event_streams: Arc<Semaphore>,
    pub(super) closing: Arc<watch::Sender<bool>>,
}

impl ApiState {
    /// The state of a server with this engine, these access rules and this limit on a body, bytes.
    pub fn new(engine: Engine, security: SecurityPolicy, body_limit: usize) -> Self {
        Self {
            engine,
            models: None,
            formats: Arc::new(Catalogue::embedded()),
            templates: Arc::new(TemplateCatalogue::embedded()),
            security: Arc::new(security),
            body_limit,
            parsers: Arc::new(Semaphore::new(PARSERS)),
            limits: Arc::default(),
            bodies: Budget::new(0, 0),
            answers: Budget::new(0, 0),
            event_streams: Arc::new(Semaphore::new(0)),
            closing: Arc::new(watch::Sender::new(false)),
        }
        .with_limits(Limits::default())
    }

    /// The same with models that callers may download and remove.
    #[must_use]
    pub fn with_models(self, models: Arc<Downloads>) -> Self {
        Self { models: Some(models), ..self }
    }

    /// The same with another catalogue of formats than the program's.
    #[must_use]
    pub fn with_formats(self, formats: Arc<Catalogue>) -> Self {
        Self { formats, ..self }
    }

    /// The same with other templates than the program's.
    #[must_use]
    pub fn with_templates(self, templates: Arc<TemplateCatalogue>) -> Self {
        Self { templates, ..self }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.bodies = Budget::new(limits.body_memory.max(self.body_limit), limits.body_reserve);
        self.answers = Budget::new(limits.answer_memory, 0);
        self.event_streams = Arc::new(Semaphore::new(limits.event_streams));
        self.limits = Arc::new(limits);
        self
    }

    /// Turns true when the server ends: endless answers must end then.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }
}

/// Runs disk and CPU work off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| ApiError::Internal(e.to_string()))
}
