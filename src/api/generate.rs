//! `POST /generate`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};

use super::body::{Format, Received};
use super::multipart::read_form;
use super::pictures::attach_base64;
use super::wire::{NoticeBody, PlanBody, Started, texts};
use super::{ApiError, ApiState, blocking, body};
use crate::engine::{Plan, SubmitPolicy, parse_request, project};
use crate::request::{FieldError, RawRequest, RequestKind, read_fields};

/// Starts a job.
#[utoipa::path(post, path = "/generate", tag = "generation",
    request_body(content(
            (super::openapi::GenerateRequest = "application/json"),
            (super::openapi::GenerateForm = "multipart/form-data"),
            (Vec<u8> = "application/zip"),
        ),
        description = "Fields with pictures as base64, a form with pictures as files, or a project file (.ncocoa) that was saved in the studio"),
    responses(
        (status = 200, description = "The job was started; with dry_run nothing is, and the answer is a PlanBody", body = Started),
        (status = 400, description = "Wrong fields, all of them", body = super::wire::InvalidBody),
        (status = 413, description = "The body is too large", body = super::wire::DetailBody),
        (status = 415, description = "The body is neither JSON, nor a form, nor a project", body = super::wire::DetailBody),
        (status = 503, description = "Another job runs", body = super::wire::BusyBody,
            headers(("Retry-After" = u64, description = "Seconds until another try makes sense"))),
        (status = 507, description = "The data folder cannot be written to", body = super::wire::DetailBody),
    ))]
pub(super) async fn generate(State(state): State<ApiState>, request: Request) -> Result<Response, ApiError> {
    let format = match admit(&state, &request) {
        Ok(format) => format,
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
        let raw = read_request(&format, received);
        // While a job runs, requests that cannot be read are answered as busy too.
        let kind = raw.as_ref().map_or(RequestKind::Run, |raw| RequestKind::of(&raw.fields));
        if kind == RequestKind::Run
            && let Some(retry_after) = busy.or_else(|| engine.busy())
        {
            return Err(ApiError::Busy { retry_after });
        }
        let mut raw = raw?;
        attach_base64(&mut raw);
        let spec = parse_request(&engine, raw, true).map_err(ApiError::Invalid)?;
        let (warnings, notices) = (texts(&spec.warnings), NoticeBody::list(&spec.warnings));
        if kind == RequestKind::Plan {
            let Plan { backend, steps, eta_seconds } = engine.plan(&spec)?;
            let plan = PlanBody { dry_run: true, engine: backend.as_str(), steps, eta_seconds, warnings, notices };
            return Ok(Json(plan).into_response());
        }
        let job_id = engine.submit(spec, SubmitPolicy::RejectIfBusy)?;
        Ok(Json(Started { job_id, status: "started", warnings, notices }).into_response())
    })
    .await?
}

/// Reads a body and drops it. Runs on a blocking thread.
fn read_request(format: &Format, received: Received) -> Result<RawRequest, ApiError> {
    match format {
        Format::Json => read_fields(&received.bytes).map_err(ApiError::Invalid),
        Format::Form { content_type } => {
            let Received { bytes, memory } = received;
            let raw = tokio::runtime::Handle::current().block_on(read_form(content_type, bytes.into()));
            drop(memory);
            raw.map_err(ApiError::Invalid)
        }
        Format::Project => {
            let invalid = |e: project::ProjectError| ApiError::Invalid(vec![FieldError::whole("project_invalid", e.notice())]);
            project::read_project(&received.bytes).map_err(invalid)
        }
    }
}

fn admit(state: &ApiState, request: &Request) -> Result<Format, ApiError> {
    let format = body::format(request.headers())?;
    body::require_length(request.headers(), state.body_limit)?;
    Ok(format)
}
