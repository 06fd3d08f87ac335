//! `POST /generate`.

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};

use super::body::Form;
use super::wire::{PlanBody, Started};
use super::{ApiError, ApiState, blocking, body};
use crate::engine::{Plan, SubmitPolicy, parse_request, project};
use crate::request::{FieldError, asks_for_plan};

/// A body without it asks for no plan.
const DRY_RUN: &[u8] = b"dry_run";

/// Starts a job.
#[utoipa::path(post, path = "/generate", tag = "generation",
    request_body(content((super::openapi::GenerateRequest = "application/json"), (Vec<u8> = "application/zip")),
        description = "Fields, or a project file (.ncocoa) that was saved in the studio"),
    responses(
        (status = 200, description = "The job was started; with dry_run nothing is, and the answer is a PlanBody", body = Started),
        (status = 400, description = "Wrong fields, all of them", body = super::wire::InvalidBody),
        (status = 413, description = "The body is too large", body = super::wire::DetailBody),
        (status = 415, description = "The body is neither JSON nor a project", body = super::wire::DetailBody),
        (status = 503, description = "Another job runs", body = super::wire::BusyBody,
            headers(("Retry-After" = u64, description = "Seconds until another try makes sense"))),
    ))]
pub(super) async fn generate(State(state): State<ApiState>, request: Request) -> Result<Response, ApiError> {
    let form = match admit(&state, &request) {
        Ok(form) => form,
        Err(error) => {
            body::drain(request, state.body_limit.saturating_mul(4)).await;
            return Err(error);
        }
    };
    // Before the body is read: what waits here holds no memory.
    let _turn = state.parsers.acquire().await.map_err(|_| ApiError::ShuttingDown)?;
    let busy = state.engine.busy();
    let bytes = match (body::read(request.into_body(), state.body_limit).await, busy) {
        (Ok(bytes), None) => bytes,
        // Only a plan is made beside a running job; what cannot be one need not be parsed.
        (Ok(bytes), Some(_)) if bytes.windows(DRY_RUN.len()).any(|w| w == DRY_RUN) => bytes,
        (_, Some(retry_after)) => return Err(ApiError::Busy { retry_after }),
        (Err(error), None) => return Err(error),
    };
    let engine = state.engine.clone();
    blocking(move || {
        let raw = match form {
            Form::Json => body::parse_object(&bytes),
            Form::Project => project::request_of(&bytes).map_err(not_a_project),
        };
        drop(bytes);
        if !raw.as_ref().is_ok_and(asks_for_plan) {
            not_busy(&engine)?;
        }
        let raw = raw?;
        let spec = parse_request(&engine, &raw, true).map_err(ApiError::Invalid)?;
        drop(raw);
        let warnings = spec.warnings.clone();
        if spec.dry_run {
            let Plan { engine, steps, eta_seconds } = engine.plan(&spec)?;
            let plan = PlanBody { dry_run: true, engine: engine.as_str(), steps, eta_seconds, warnings };
            return Ok(Json(plan).into_response());
        }
        let job_id = engine.submit(spec, SubmitPolicy::RejectIfBusy)?;
        Ok(Json(Started { job_id, status: "started", warnings }).into_response())
    })
    .await?
}

fn admit(state: &ApiState, request: &Request) -> Result<Form, ApiError> {
    let form = body::form(request.headers())?;
    body::require_length(request.headers(), state.body_limit)?;
    Ok(form)
}

fn not_a_project(why: String) -> ApiError {
    ApiError::Invalid(vec![FieldError { loc: vec!["body".into()], msg: why, kind: "project_invalid".into() }])
}

fn not_busy(engine: &crate::engine::Engine) -> Result<(), ApiError> {
    engine.busy().map_or(Ok(()), |retry_after| Err(ApiError::Busy { retry_after }))
}
