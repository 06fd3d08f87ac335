//! `POST /generate`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};

use super::body::Form;
use super::wire::{PlanBody, Started};
use super::{ApiError, ApiState, blocking, body};
use crate::engine::{Plan, SubmitPolicy, parse_request, project};
use crate::request::{FieldError, asks_for_plan, read_fields};

/// A JSON body without this field's name asks for no plan.
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
        (status = 507, description = "The data folder cannot be written to", body = super::wire::DetailBody),
    ))]
pub(super) async fn generate(State(state): State<ApiState>, request: Request) -> Result<Response, ApiError> {
    let form = match admit(&state, &request) {
        Ok(form) => form,
        Err(error) => {
            body::drain(request, state.body_limit.saturating_mul(4)).await;
            return Err(error);
        }
    };
    let busy = state.engine.busy();
    let received = match (body::read(request, state.body_limit, &state).await, busy) {
        (Ok(received), _) => received,
        (Err(_), Some(retry_after)) => return Err(ApiError::Busy { retry_after }),
        (Err(error), None) => return Err(error),
    };
    // Taken only when the whole body has arrived, so that a slow sender does not block others.
    let turn = Arc::clone(&state.parsers).acquire_owned().await.map_err(|_| ApiError::ShuttingDown)?;
    let engine = state.engine.clone();
    blocking(move || {
        // Held until the work ends, even if the client has disconnected meanwhile.
        let _turn = turn;
        // While a job runs only plans are made; a body without the word need not be parsed.
        if let Some(retry_after) = busy.or_else(|| engine.busy())
            && !received.bytes.windows(DRY_RUN.len()).any(|w| w == DRY_RUN)
        {
            return Err(ApiError::Busy { retry_after });
        }
        let raw = match form {
            Form::Json => read_fields(&received.bytes).map_err(ApiError::Invalid),
            Form::Project => project::read_project(&received.bytes).map_err(not_a_project),
        };
        drop(received);
        if !raw.as_ref().is_ok_and(|raw| asks_for_plan(&raw.fields)) {
            not_busy(&engine)?;
        }
        let raw = raw?;
        let mut spec = parse_request(&engine, &raw.fields, true).map_err(ApiError::Invalid)?;
        raw.add_warning(&mut spec);
        drop(raw);
        let warnings = spec.warnings.clone();
        if spec.dry_run {
            let Plan { backend, steps, eta_seconds } = engine.plan(&spec)?;
            let plan = PlanBody { dry_run: true, engine: backend.as_str(), steps, eta_seconds, warnings };
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
