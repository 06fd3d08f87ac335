//! Status, stop, list, delete, pictures.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::wire::{Annotated, Deleted, DetailBody, JobLine, JobList, Restored, StatusBody, Stopped, StoppedAll, tenth};
use super::{ApiError, ApiState, blocking, body};
use crate::engine::{Engine, now};
use crate::job::{Annotation, ImageName, JobSnapshot, JobStatus};

/// How long `POST /stop` waits for the work to end.
const STOP_PATIENCE: Duration = Duration::from_secs(15);
const NO_JOB: ApiError = ApiError::NotFound("Job not found");

/// A job's name from a path; what is no UUID names no job.
pub(super) fn job_id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| NO_JOB)
}

pub(super) fn find(engine: &Engine, text: &str) -> Result<Arc<JobSnapshot>, ApiError> {
    engine.snapshot(job_id(text)?).ok_or(NO_JOB)
}

/// Query of `GET /status`.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StatusQuery {
    /// `false` leaves the pictures out: a small and quick answer for pollers.
    images: Option<String>,
}

impl StatusQuery {
    fn images(&self) -> Result<bool, ApiError> {
        match self.images.as_deref().map(str::trim) {
            None | Some("true" | "1" | "yes") => Ok(true),
            Some("false" | "0" | "no") => Ok(false),
            Some(_) => Err(ApiError::BadRequest("images: send true or false".into())),
        }
    }
}

/// Progress and results of a job.
#[utoipa::path(get, path = "/status/{job_id}", tag = "generation",
    params(("job_id" = String, Path, description = "Name of the job"), StatusQuery),
    responses((status = 200, body = StatusBody), (status = 404, body = DetailBody)))]
pub(super) async fn status(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    query: Result<Query<StatusQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    let job = find(&state.engine, &id)?;
    let images = query.map_err(|e| ApiError::BadRequest(e.body_text()))?.images()?;
    let engine = state.engine;
    let body = if images && !job.images.is_empty() {
        blocking(move || serde_json::to_vec(&StatusBody::new(&engine, &job, true))).await?
    } else {
        serde_json::to_vec(&StatusBody::new(&engine, &job, false))
    };
    let body = body.map_err(|e| ApiError::Internal(e.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// Stops a job; answers when its work has ended.
#[utoipa::path(post, path = "/stop/{job_id}", tag = "generation",
    params(("job_id" = String, Path, description = "Name of the job")),
    responses((status = 200, body = Stopped), (status = 404, body = DetailBody)))]
pub(super) async fn stop(State(state): State<ApiState>, Path(id): Path<String>) -> Result<Json<Stopped>, ApiError> {
    let id = job_id(&id)?;
    let mut updates = state.engine.subscribe(id).ok_or(NO_JOB)?;
    let engine = state.engine.clone();
    blocking(move || engine.stop(id)).await?.ok_or(NO_JOB)?;
    let ended = updates.wait_for(|job| !job.status.is_active());
    let status = match tokio::time::timeout(STOP_PATIENCE, ended).await {
        Ok(Ok(job)) => job.status,
        // Deleted meanwhile, or still at it: say what is true.
        _ => state.engine.snapshot(id).map_or(JobStatus::Stopped, |job| job.status),
    };
    Ok(Json(Stopped { job_id: id, status: status.as_str() }))
}

/// Stops every job; answers when their work has ended.
#[utoipa::path(post, path = "/stop", tag = "generation", responses((status = 200, body = StoppedAll)))]
pub(super) async fn stop_all(State(state): State<ApiState>) -> Result<Json<StoppedAll>, ApiError> {
    let engine = state.engine.clone();
    let job_ids = blocking(move || engine.stop_all()).await?;
    wait_until_ended(&state.engine, &job_ids).await;
    Ok(Json(StoppedAll { job_ids, status: "stopped" }))
}

/// Waits until the work of all of these has ended, though not forever.
pub(super) async fn wait_until_ended(engine: &Engine, ids: &[Uuid]) {
    let ended = async {
        for &id in ids {
            if let Some(mut updates) = engine.subscribe(id) {
                let _ = updates.wait_for(|job| !job.status.is_active()).await;
            }
        }
    };
    let _ = tokio::time::timeout(STOP_PATIENCE, ended).await;
}

/// Marks a job, names it, notes something about it; what is not sent stays.
#[utoipa::path(post, path = "/jobs/{job_id}/annotation", tag = "jobs",
    params(("job_id" = String, Path, description = "Name of the job")),
    request_body(content = Annotation, content_type = "application/json"),
    responses((status = 200, body = Annotated), (status = 400, body = DetailBody), (status = 404, body = DetailBody)))]
pub(super) async fn annotate(State(state): State<ApiState>, Path(id): Path<String>, request: Request) -> Result<Json<Annotated>, ApiError> {
    let id = job_id(&id)?;
    body::require_json(request.headers())?;
    body::require_length(request.headers(), state.body_limit)?;
    let bytes = body::read(request.into_body(), state.body_limit).await?;
    let change: Annotation =
        serde_json::from_slice(&bytes).map_err(|e| ApiError::BadRequest(format!("Send starred (true or false), title, note: {e}")))?;
    let job = blocking(move || state.engine.annotate(id, change)).await??;
    Ok(Json(Annotated { job_id: id, starred: job.starred, title: job.title.clone(), note: job.note.clone() }))
}

/// Takes back a job that was deleted since the program started.
#[utoipa::path(post, path = "/jobs/{job_id}/restore", tag = "jobs",
    params(("job_id" = String, Path, description = "Name of the job")),
    responses((status = 200, body = Restored), (status = 404, body = DetailBody)))]
pub(super) async fn restore(State(state): State<ApiState>, Path(id): Path<String>) -> Result<Json<Restored>, ApiError> {
    let id = job_id(&id)?;
    let job = blocking(move || state.engine.restore(id)).await??;
    Ok(Json(Restored { job_id: id, status: job.status.as_str() }))
}

/// Every job, newest first.
#[utoipa::path(get, path = "/jobs", tag = "jobs", responses((status = 200, body = JobList)))]
pub(super) async fn list(State(state): State<ApiState>) -> Json<JobList> {
    let jobs = state.engine.snapshots();
    let now = now();
    let count = |status| jobs.iter().filter(|j| j.status == status).count();
    Json(JobList {
        total_jobs: jobs.len(),
        active_jobs: jobs.iter().filter(|j| j.status.is_active()).count(),
        completed_jobs: count(JobStatus::Completed),
        failed_jobs: count(JobStatus::Failed),
        jobs: jobs
            .iter()
            .map(|j| JobLine {
                job_id: j.id,
                status: j.status.as_str(),
                progress_percent: j.progress_percent,
                current_step: j.step.as_str(),
                message: j.message.clone(),
                start_time: j.start_time,
                elapsed_sec: tenth(j.elapsed(now)),
                starred: j.starred,
                title: j.title.clone(),
            })
            .collect(),
    })
}

/// Deletes a job that is over, with its pictures.
#[utoipa::path(delete, path = "/jobs/{job_id}", tag = "jobs",
    params(("job_id" = String, Path, description = "Name of the job")),
    responses((status = 200, body = Deleted), (status = 400, body = DetailBody), (status = 404, body = DetailBody)))]
pub(super) async fn delete(State(state): State<ApiState>, Path(id): Path<String>) -> Result<Json<Deleted>, ApiError> {
    let id = job_id(&id)?;
    blocking(move || state.engine.delete(id)).await??;
    Ok(Json(Deleted { job_id: id, status: "deleted" }))
}

/// A picture of a job as a PNG file.
#[utoipa::path(get, path = "/jobs/{job_id}/images/{name}.png", tag = "jobs",
    params(("job_id" = String, Path, description = "Name of the job"),
        ("name" = String, Path, description = "product, cutout, mask, edges, step1, step2 or final")),
    responses((status = 200, content_type = "image/png", body = Vec<u8>), (status = 404, body = DetailBody)))]
pub(super) async fn image(State(state): State<ApiState>, Path((id, file)): Path<(String, String)>) -> Result<Response, ApiError> {
    const NO_IMAGE: ApiError = ApiError::NotFound("This job has no such picture (yet)");
    let id = job_id(&id)?;
    if state.engine.snapshot(id).is_none() {
        return Err(NO_JOB);
    }
    let name: ImageName = file.strip_suffix(".png").and_then(|n| n.parse().ok()).ok_or(NO_IMAGE)?;
    let path = state.engine.image_path(id, name).ok_or(NO_IMAGE)?;
    let bytes = blocking(move || std::fs::read(path)).await?.map_err(|_| NO_IMAGE)?;
    Ok(([(header::CONTENT_TYPE, "image/png")], bytes).into_response())
}
