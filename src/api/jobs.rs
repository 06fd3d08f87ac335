//! Status, stop, list, delete, pictures.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::answer::{self, Part, Picture};
use super::wire::{Annotated, Deleted, DetailBody, JobLine, JobList, Restored, StatusBody, Stopped, StoppedAll, tenth};
use super::{ApiError, ApiState, blocking, body};
use crate::engine::{Engine, clock};
use crate::job::{Annotation, ImageName, JobSnapshot, JobStatus};
use crate::notice;
use crate::notice::Notice;

/// How long `POST /stop` waits for the work to end.
const STOP_PATIENCE: Duration = Duration::from_secs(15);
/// Longest body of an annotation, bytes: a title and a note.
const ANNOTATION: usize = 256 << 10;

/// A job ID from a path. An invalid UUID is treated as an unknown job.
pub(super) fn job_id(text: &str) -> Result<Uuid, ApiError> {
    Uuid::try_parse(text).map_err(|_| ApiError::no_job())
}

pub(super) fn find(engine: &Engine, text: &str) -> Result<Arc<JobSnapshot>, ApiError> {
    engine.snapshot(job_id(text)?).ok_or_else(ApiError::no_job)
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
        flag("images", self.images.as_deref(), true)
    }
}

/// A query that axum cannot read.
pub(super) fn wrong_query(rejection: QueryRejection) -> ApiError {
    ApiError::BadRequest(Notice::verbatim(rejection.body_text()))
}

/// A flag of the query, or its default where it was left out.
pub(super) fn flag(name: &'static str, value: Option<&str>, default: bool) -> Result<bool, ApiError> {
    match value.map(str::trim) {
        None => Ok(default),
        Some("true" | "1" | "yes") => Ok(true),
        Some("false" | "0" | "no") => Ok(false),
        Some(_) => Err(ApiError::BadRequest(notice!("api-flag").at(name))),
    }
}

/// Progress and results of a job.
#[utoipa::path(get, path = "/status/{job_id}", tag = "generation",
    params(("job_id" = String, Path, description = "Job ID (UUID)"), StatusQuery),
    responses((status = 200, body = StatusBody), (status = 404, body = DetailBody)))]
pub(super) async fn status(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    query: Result<Query<StatusQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    let mut job = find(&state.engine, &id)?;
    let images = query.map_err(wrong_query)?.images()?;
    let engine = state.engine;
    if job.images.is_empty() && job.lost.is_empty() {
        let load = blocking(move || engine.metrics()).await?;
        return Ok(Json(StatusBody::new(load, &job)).into_response());
    }
    let parts = blocking(move || {
        // Pictures whose files are gone are not listed.
        job = engine.checked(job.id).unwrap_or(job);
        with_pictures(&engine, &job, images)
    });
    Ok(answer::from_parts("application/json", parts.await?.map_err(|e| ApiError::Internal(e.to_string()))?))
}

/// The status with its pictures, which are read when they are sent. Blocking.
fn with_pictures(engine: &Engine, job: &JobSnapshot, images: bool) -> serde_json::Result<Vec<Part>> {
    // Marks where a picture goes. It is random, so that no title or prompt can contain it.
    let mark = Uuid::new_v4().simple().to_string();
    let mut body = StatusBody::new(engine.metrics(), job);
    let mut pictures = Vec::new();
    for (field, name) in
        [(&mut body.step1_result, ImageName::Step1), (&mut body.step2_result, ImageName::Step2), (&mut body.final_result, ImageName::Final)]
    {
        if images && let Some(picture) = whole_picture(engine, job.id, name) {
            *field = Some(mark.as_str().into());
            pictures.push(picture);
        }
    }
    let json = serde_json::to_string(&body)?;
    let mut pictures = pictures.into_iter();
    let mut parts = Vec::new();
    for text in json.split(&mark) {
        parts.push(Part::Text(Bytes::copy_from_slice(text.as_bytes())));
        parts.extend(pictures.next().map(Part::Base64));
    }
    Ok(parts)
}

/// A picture whose checksums are right; it is read again while it is sent. Blocking.
fn whole_picture(engine: &Engine, id: Uuid, name: ImageName) -> Option<Picture> {
    engine.whole_image_path(id, name).and_then(Picture::find)
}

/// Stops a job; answers when its work has ended.
#[utoipa::path(post, path = "/stop/{job_id}", tag = "generation",
    params(("job_id" = String, Path, description = "Job ID (UUID)")),
    responses((status = 200, body = Stopped), (status = 404, body = DetailBody)))]
pub(super) async fn stop(State(state): State<ApiState>, Path(id): Path<String>) -> Result<Json<Stopped>, ApiError> {
    let id = job_id(&id)?;
    let mut updates = state.engine.subscribe(id).ok_or_else(ApiError::no_job)?;
    let engine = state.engine.clone();
    blocking(move || engine.stop(id)).await?.ok_or_else(ApiError::no_job)?;
    let ended = updates.wait_for(|job| !job.status.is_active());
    let status = match tokio::time::timeout(STOP_PATIENCE, ended).await {
        Ok(Ok(job)) => job.status,
        // Deleted meanwhile or still running: answer with the actual status.
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

/// Stars a job, sets its title or its note; fields that are not sent stay as they are.
#[utoipa::path(post, path = "/jobs/{job_id}/annotation", tag = "jobs",
    params(("job_id" = String, Path, description = "Job ID (UUID)")),
    request_body(content = super::schema::Annotation, content_type = "application/json"),
    responses((status = 200, body = Annotated), (status = 400, body = DetailBody), (status = 404, body = DetailBody),
        (status = 507, description = "The data folder cannot be written to", body = DetailBody)))]
pub(super) async fn annotate(State(state): State<ApiState>, Path(id): Path<String>, request: Request) -> Result<Json<Annotated>, ApiError> {
    let id = job_id(&id)?;
    let change: Annotation = body::read_json(request, ANNOTATION, &state, |why| notice!("api-annotation", detail = why)).await?;
    let job = blocking(move || state.engine.annotate(id, change)).await??;
    Ok(Json(Annotated { job_id: id, starred: job.starred, title: job.title.clone(), note: job.note.clone() }))
}

/// Takes back a job that was deleted less than ten minutes ago, unless the space was needed.
#[utoipa::path(post, path = "/jobs/{job_id}/restore", tag = "jobs",
    params(("job_id" = String, Path, description = "Job ID (UUID)")),
    responses((status = 200, body = Restored), (status = 404, body = DetailBody),
        (status = 507, description = "The data folder cannot be written to", body = DetailBody)))]
pub(super) async fn restore(State(state): State<ApiState>, Path(id): Path<String>) -> Result<Json<Restored>, ApiError> {
    let id = job_id(&id)?;
    let job = blocking(move || state.engine.restore(id)).await??;
    Ok(Json(Restored { job_id: id, status: job.status.as_str() }))
}

/// Longest page of `GET /jobs`.
const PAGE_MOST: usize = 1000;

/// Query of `GET /jobs`.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// At most so many jobs, 1 to 1000; all when left out.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Option<String>,
    /// A job's ID: only jobs older than this one.
    before: Option<String>,
}

impl ListQuery {
    fn limit(&self) -> Result<usize, ApiError> {
        let Some(text) = self.limit.as_deref() else { return Ok(usize::MAX) };
        let limit = text.trim().parse().ok().filter(|n| (1..=PAGE_MOST).contains(n));
        limit.ok_or_else(|| ApiError::BadRequest(notice!("api-limit", most = PAGE_MOST.to_string()).at("limit")))
    }

    /// A page of these jobs, which come newest first. A job that was just deleted is still a place in the list.
    fn page<'a>(&self, engine: &Engine, jobs: &'a [Arc<JobSnapshot>]) -> Result<&'a [Arc<JobSnapshot>], ApiError> {
        let limit = self.limit()?;
        let rest = match self.before.as_deref() {
            None => jobs,
            Some(text) => {
                let id = Uuid::try_parse(text.trim()).ok();
                let find = |jobs: &[Arc<JobSnapshot>]| jobs.iter().find(|job| Some(job.id) == id).map(|job| job.sequence);
                let place = find(jobs).or_else(|| find(&engine.trashed()));
                let place = place.ok_or_else(|| ApiError::NotFound(notice!("api-before").at("before")))?;
                &jobs[jobs.partition_point(|job| job.sequence >= place)..]
            }
        };
        Ok(&rest[..rest.len().min(limit)])
    }
}

/// Every job, newest first, or a page of them; the counts are of all.
#[utoipa::path(get, path = "/jobs", tag = "jobs", params(ListQuery),
    responses((status = 200, body = JobList), (status = 400, description = "A wrong parameter", body = DetailBody), (status = 404, description = "`before` is not a job", body = DetailBody)))]
pub(super) async fn list(
    State(state): State<ApiState>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<JobList>, ApiError> {
    let query = query.map_err(wrong_query)?;
    let jobs = state.engine.snapshots();
    let page = query.page(&state.engine, &jobs)?;
    let now = clock();
    let count = |status| jobs.iter().filter(|j| j.status == status).count();
    Ok(Json(JobList {
        total_jobs: jobs.len(),
        active_jobs: jobs.iter().filter(|j| j.status.is_active()).count(),
        completed_jobs: count(JobStatus::Completed),
        failed_jobs: count(JobStatus::Failed),
        jobs: page
            .iter()
            .map(|j| JobLine {
                job_id: j.id,
                status: j.status.as_str(),
                progress_percent: j.progress_percent,
                current_step: j.step.as_str(),
                message: j.message.to_string(),
                start_time: j.start_time,
                elapsed_sec: tenth(j.elapsed(now)),
                starred: j.starred,
                title: j.title.clone(),
            })
            .collect(),
    }))
}

/// Query of `DELETE /jobs/{job_id}`.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeleteQuery {
    /// `true` removes it from the disk at once; otherwise it can be taken back for ten minutes.
    #[param(value_type = Option<bool>)]
    purge: Option<String>,
}

impl DeleteQuery {
    fn purge(&self) -> Result<bool, ApiError> {
        flag("purge", self.purge.as_deref(), false)
    }
}

/// Deletes a job that is over, with its pictures.
#[utoipa::path(delete, path = "/jobs/{job_id}", tag = "jobs",
    params(("job_id" = String, Path, description = "Job ID (UUID)"), DeleteQuery),
    responses((status = 200, body = Deleted), (status = 400, body = DetailBody), (status = 404, body = DetailBody),
        (status = 507, description = "The data folder cannot be written to", body = DetailBody)))]
pub(super) async fn delete(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    query: Result<Query<DeleteQuery>, QueryRejection>,
) -> Result<Json<Deleted>, ApiError> {
    let id = job_id(&id)?;
    let purge = query.map_err(wrong_query)?.purge()?;
    blocking(move || if purge { state.engine.purge(id) } else { state.engine.delete(id) }).await??;
    Ok(Json(Deleted { job_id: id, status: "deleted", message: "Job deleted" }))
}

/// A picture of a job as a PNG file.
#[utoipa::path(get, path = "/jobs/{job_id}/images/{name}.png", tag = "jobs",
    params(("job_id" = String, Path, description = "Job ID (UUID)"),
        ("name" = String, Path, description = "product, cutout, mask, edges, step1, step2 or final")),
    responses((status = 200, content_type = "image/png", body = Vec<u8>), (status = 404, body = DetailBody)))]
pub(super) async fn image(State(state): State<ApiState>, Path((id, file)): Path<(String, String)>) -> Result<Response, ApiError> {
    let no_image = || ApiError::NotFound(notice!("api-no-image"));
    let id = job_id(&id)?;
    if state.engine.snapshot(id).is_none() {
        return Err(ApiError::no_job());
    }
    let name: ImageName = file.strip_suffix(".png").and_then(|n| n.parse().ok()).ok_or_else(no_image)?;
    let picture = blocking(move || whole_picture(&state.engine, id, name)).await?.ok_or_else(no_image)?;
    Ok(answer::from_parts("image/png", vec![Part::File(picture)]))
}
