//! `POST /generate`.

use axum::Json;
use axum::extract::{Request, State};

use super::wire::Started;
use super::{ApiError, ApiState, blocking, body};
use crate::engine::{SubmitPolicy, parse_request};

/// Starts a job.
#[utoipa::path(post, path = "/generate", tag = "generation",
    request_body(content = super::docs::GenerateRequest, content_type = "application/json"),
    responses(
        (status = 200, description = "The job was started", body = Started),
        (status = 400, description = "Wrong fields, all of them", body = super::wire::InvalidBody),
        (status = 413, description = "The body is too large", body = super::wire::DetailBody),
        (status = 415, description = "The body is not JSON", body = super::wire::DetailBody),
        (status = 503, description = "Another job runs", body = super::wire::BusyBody,
            headers(("Retry-After" = u64, description = "Seconds until another try makes sense"))),
    ))]
pub(super) async fn generate(State(state): State<ApiState>, request: Request) -> Result<Json<Started>, ApiError> {
    if let Err(error) = admit(&state, &request) {
        body::drain(request, state.body_limit.saturating_mul(4)).await;
        return Err(error);
    }
    // Before the body is read: what waits here holds no memory.
    let _turn = state.parsers.acquire().await.map_err(|_| ApiError::ShuttingDown)?;
    let bytes = body::read(request.into_body(), state.body_limit).await?;
    let engine = state.engine.clone();
    blocking(move || {
        not_busy(&engine)?;
        let raw = body::parse_object(&bytes)?;
        drop(bytes);
        let spec = parse_request(&engine, &raw, false).map_err(ApiError::Invalid)?;
        drop(raw);
        let warnings = spec.warnings.clone();
        let job_id = engine.submit(spec, SubmitPolicy::RejectIfBusy)?;
        Ok(Json(Started { job_id, status: "started", warnings }))
    })
    .await?
}

fn admit(state: &ApiState, request: &Request) -> Result<(), ApiError> {
    body::require_json(request.headers())?;
    body::require_length(request.headers(), state.body_limit)?;
    not_busy(&state.engine)
}

fn not_busy(engine: &crate::engine::Engine) -> Result<(), ApiError> {
    engine.busy().map_or(Ok(()), |retry_after| Err(ApiError::Busy { retry_after }))
}
