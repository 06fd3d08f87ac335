//! The REST door: an axum router over the [`Engine`]. Handlers translate; they decide nothing that the engine or the parser could.

mod answer;
mod body;
mod compat;
mod connection;
mod docs;
mod error;
mod events;
mod field_error;
mod field_schema;
mod generate;
mod help;
mod jobs;
mod limits;
mod listen;
mod memory;
mod multipart;
mod names;
mod openapi;
mod pictures;
mod resources;
mod schema;
mod security;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, delete, get, post};
use tokio::sync::{Semaphore, watch};
use tower_http::catch_panic::CatchPanicLayer;

pub use error::ApiError;
pub use field_error::FieldErrorBody;
pub use limits::Limits;
pub use listen::serve;
pub use names::{read_host, read_origin};
pub use pictures::attach_base64;
pub use security::{MIN_TOKEN, SecurityPolicy, TokenProblem, check_token};
pub use wire::{
    Annotated, Deleted, FontList, FontMetadataBody, Fonts, Health, JobLine, JobList, PlanBody, PlannedStepBody, Progress, Reset, Restored,
    Started, StatusBody, Stopped, StoppedAll,
};

use crate::engine::Engine;

use memory::Budget;

/// Requests whose pictures are decoded at the same time: each may take hundreds of megabytes.
const PARSERS: usize = 1;

/// What the handlers share; cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    pub(crate) engine: Engine,
    pub(crate) security: Arc<SecurityPolicy>,
    pub(crate) body_limit: usize,
    pub(crate) parsers: Arc<Semaphore>,
    limits: Arc<Limits>,
    bodies: Budget,
    answers: Budget,
    pub(crate) event_streams: Arc<Semaphore>,
    closing: Arc<watch::Sender<bool>>,
}

impl ApiState {
    /// The state of a server with this engine, these access rules and this limit on a body, bytes.
    pub fn new(engine: Engine, security: SecurityPolicy, body_limit: usize) -> Self {
        Self {
            engine,
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

/// Reads a body that nobody needs before it refuses, so that the client receives the answer instead of a reset.
async fn refuse(state: ApiState, request: Request, error: ApiError) -> ApiError {
    body::drain(request, state.body_limit).await;
    error
}

/// Every route.
pub fn router(state: ApiState) -> Router {
    let routes: [(&str, MethodRouter<ApiState>); 17] = [
        ("/generate", post(generate::generate)),
        ("/status/{job_id}", get(jobs::status)),
        ("/stop", post(jobs::stop_all)),
        ("/stop/{job_id}", post(jobs::stop)),
        ("/server-reset", post(compat::server_reset)),
        ("/jobs", get(jobs::list)),
        ("/jobs/{job_id}", delete(jobs::delete)),
        ("/jobs/{job_id}/images/{file}", get(jobs::image)),
        ("/jobs/{job_id}/annotation", post(jobs::annotate)),
        ("/jobs/{job_id}/restore", post(jobs::restore)),
        ("/jobs/{job_id}/events", get(events::events)),
        ("/fonts", get(resources::fonts)),
        ("/fonts/metadata", get(resources::font_metadata)),
        ("/health", get(resources::health)),
        ("/help", get(help::guide)),
        ("/help/parameters", get(help::parameters)),
        ("/openapi.json", get(docs::openapi)),
    ];
    let documented = routes.into_iter().fold(Router::new(), |router, (path, methods)| compat::route(router, path, methods));
    compat::route(documented, "/clip-score", any(compat::clip_score))
        .route("/", get(docs::root))
        .route("/fonts/{*path}", get(resources::font_file))
        .route("/docs", get(docs::index))
        .route("/docs/", get(docs::asset))
        .route("/docs/{*path}", get(docs::asset))
        .fallback(|State(state): State<ApiState>, request: Request| {
            refuse(state, request, ApiError::NotFound("Not found. GET /help lists what is here"))
        })
        .method_not_allowed_fallback(|State(state): State<ApiState>, request: Request| refuse(state, request, ApiError::MethodNotAllowed))
        .layer(middleware::from_fn_with_state(state.clone(), answer::bound))
        .layer(middleware::from_fn(headers))
        .layer(middleware::from_fn_with_state(state.clone(), security::guard))
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(state)
}

fn panicked(what: Box<dyn std::any::Any + Send>) -> Response {
    let text = what.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| what.downcast_ref::<String>().cloned());
    ApiError::Internal(format!("a request handler panicked: {}", text.unwrap_or_default())).into_response()
}

/// Adds the common headers and turns plain-text errors of extractors into JSON.
async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let json = response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"application/json"));
    if !json && (response.status().is_client_error() || response.status().is_server_error()) {
        response = error::in_json(response).await;
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Runs disk and CPU work off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| ApiError::Internal(e.to_string()))
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_500_in_json() {
        async fn broken() -> &'static str {
            panic!("secret")
        }
        let app: Router = Router::new().route("/", get(broken)).layer(CatchPanicLayer::custom(panicked));
        let answer = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status().as_u16(), 500);
        let body = to_bytes(answer.into_body(), 1000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert!(body["detail"].as_str().unwrap().starts_with("Internal server error") && !body.to_string().contains("secret"));
    }
}
