//! Routes for clients of the original server: `POST /server-reset`, `/clip-score`, paths that end in `/`.

use axum::Json;
use axum::Router;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, any};

use super::jobs::wait_until_ended;
use super::wire::{DetailBody, Reset};
use super::{ApiError, ApiState, blocking, body};
use crate::engine::DeleteError;
use crate::notice;
use crate::notice::Notice;

/// Why there is no `/clip-score`.
pub(super) fn no_clip_score() -> Notice {
    notice!("api-no-clip-score")
}

/// Adds a route, and a redirect to it from the same path with a slash at its end.
pub(super) fn route(router: Router<ApiState>, path: &str, methods: MethodRouter<ApiState>) -> Router<ApiState> {
    router.route(path, methods).route(&format!("{path}/"), any(without_slash))
}

/// 307, as FastAPI answers: method and body stay. Only known paths come here, so the target is on this server.
async fn without_slash(State(state): State<ApiState>, OriginalUri(uri): OriginalUri, request: Request) -> Response {
    let path = uri.path().trim_end_matches('/');
    let target = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    // If the body were not read, the client would see a broken pipe instead of the redirect.
    body::drain(request, state.body_limit).await;
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, target)]).into_response()
}

/// `/clip-score`, by any method.
pub(super) async fn clip_score(State(state): State<ApiState>, request: Request) -> Response {
    // Clients send pictures here; without reading them they would see a broken pipe instead of the sentence.
    body::drain(request, state.body_limit).await;
    (StatusCode::NOT_IMPLEMENTED, Json(DetailBody::new(&no_clip_score()))).into_response()
}

/// Stops every job and removes all of them.
#[utoipa::path(post, path = "/server-reset", tag = "jobs",
    responses((status = 200, description = "What was stopped and removed", body = Reset)))]
pub(super) async fn server_reset(State(state): State<ApiState>) -> Result<Json<Reset>, ApiError> {
    let engine = state.engine.clone();
    let stopped = blocking(move || engine.stop_all()).await?;
    wait_until_ended(&state.engine, &stopped).await;
    let engine = state.engine.clone();
    let removed_jobs = blocking(move || {
        let mut removed = 0;
        for job in engine.snapshots() {
            match engine.delete(job.id) {
                Ok(()) => removed += 1,
                // Still at its last stage, started meanwhile, or deleted by another call.
                Err(DeleteError::Running | DeleteError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(removed)
    })
    .await??;
    let total_jobs = state.engine.snapshots().len();
    let message = format!("{} stopped, {} removed", jobs(stopped.len()), jobs(removed_jobs));
    Ok(Json(Reset { status: "reset", message, stopped_jobs: stopped.len(), removed_jobs, total_jobs }))
}

fn jobs(count: usize) -> String {
    if count == 1 { "1 job".into() } else { format!("{count} jobs") }
}
