//! Models: the sets that can be downloaded, their states, and downloads.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::DetailBody;
use super::{ApiError, ApiState, blocking, body};
use crate::hub::{DownloadState, Downloads, Hub, HubError, Licence, SetState};
use crate::notice;

/// Longest body of `POST /models/{set}/pull`, bytes.
const PULL: usize = 16 << 10;

/// `GET /models`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelList {
    /// The models folder.
    pub models_dir: String,
    /// The sets that can be downloaded.
    pub sets: Vec<ModelSetBody>,
}

/// A set of models.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelSetBody {
    /// Its key.
    pub set: String,
    /// Its name.
    pub title: String,
    /// `yes`, `partly` (a download was begun, or files are missing or damaged) or `no`.
    #[schema(value_type = String)]
    pub installed: crate::hub::Installed,
    /// Bytes of its files on disk, those of an unfinished download included.
    pub on_disk_bytes: u64,
    /// About the size of the download, 10⁹ bytes.
    pub download_gb: f64,
    /// GPU memory that it is meant for, 10⁹ bytes.
    pub memory_from_gb: u32,
    /// A larger set makes better use of more memory than this, 10⁹ bytes; null: there is none.
    #[schema(required = true)]
    pub memory_to_gb: Option<u32>,
    /// It is the set to begin with.
    pub recommended: bool,
    /// This version of the program can run it.
    pub usable: bool,
    /// Its licences, the strictest first.
    pub licences: Vec<LicenceBody>,
    /// The download that runs or ran last in this program; null: none of this set.
    #[schema(required = true)]
    pub download: Option<DownloadBody>,
}

/// A licence.
#[derive(Debug, Serialize, ToSchema)]
pub struct LicenceBody {
    /// Its name.
    #[schema(example = "Apache-2.0")]
    pub name: String,
    /// The page with its text.
    pub page: String,
    /// May pictures be sold? `yes`, `rules` (yes, within its rules of use) or `no`.
    #[schema(value_type = String)]
    pub sale: crate::hub::Sale,
    /// The same in plain words.
    pub words: String,
}

impl LicenceBody {
    fn new(licence: &Licence) -> Self {
        let words = licence.sale.notice().to_string();
        Self { name: licence.name.clone(), page: licence.page.clone(), sale: licence.sale, words }
    }
}

/// A download.
#[derive(Debug, Serialize, ToSchema)]
pub struct DownloadBody {
    /// `running`, `completed`, `stopped` or `failed`.
    #[schema(example = "running")]
    pub status: &'static str,
    /// `asking`, `checking`, `downloading` or `placing`.
    #[schema(value_type = String)]
    pub phase: crate::hub::Phase,
    /// Bytes of all files; 0 while the hub has not told them.
    pub total_bytes: u64,
    /// Bytes of them that are on this machine.
    pub done_bytes: u64,
    /// Bytes that this run has fetched; its rise is the speed.
    pub fetched_bytes: u64,
    /// Why it failed and what to do; null unless it failed.
    #[schema(required = true)]
    pub error: Option<String>,
    /// Code of the error for programs; null unless it failed.
    #[schema(required = true)]
    pub error_code: Option<String>,
}

impl DownloadBody {
    fn new(state: &DownloadState) -> Self {
        let (status, error) = match &state.outcome {
            None => ("running", None),
            Some(Ok(())) => ("completed", None),
            Some(Err(HubError::Stopped)) => ("stopped", None),
            Some(Err(error)) => ("failed", Some(error.notice())),
        };
        let now = state.progress;
        Self {
            status,
            phase: now.phase,
            total_bytes: now.total_bytes,
            done_bytes: now.done_bytes,
            fetched_bytes: now.fetched_bytes,
            error: error.as_ref().map(ToString::to_string),
            error_code: error.map(|notice| notice.code().to_owned()),
        }
    }
}

/// The body of `POST /models/{set}/pull`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct PullRequest {
    /// The person has read the licences of the set and agrees to them.
    #[schema(required = true)]
    accept_licence: bool,
}

/// `POST /models/{set}/pull` and `POST /models/{set}/pause`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelAnswer {
    /// Key of the set.
    pub set: String,
    /// `started` or `stopping`.
    pub status: &'static str,
}

/// `DELETE /models/{set}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ModelDeleted {
    /// Key of the set.
    pub set: String,
    /// `deleted`.
    pub status: &'static str,
    /// Bytes that are free again.
    pub freed_bytes: u64,
}

impl From<HubError> for ApiError {
    fn from(error: HubError) -> Self {
        let notice = error.notice();
        match error {
            HubError::UnknownSet { .. } | HubError::NotInstalled { .. } => Self::NotFound(notice),
            HubError::Busy { .. } => Self::Conflict(notice),
            HubError::DiskFull { .. } | HubError::Io { .. } => Self::Storage(notice),
            _ => Self::BadRequest(notice),
        }
    }
}

fn downloads(state: &ApiState) -> Result<Arc<Downloads>, ApiError> {
    state.models.clone().ok_or_else(|| ApiError::NotFound(notice!("api-no-models")))
}

/// The sets of models: licences, sizes, installed files, and the progress of a download.
#[utoipa::path(get, path = "/models", tag = "models",
    responses((status = 200, body = ModelList), (status = 404, description = "This server has no models", body = DetailBody)))]
pub(super) async fn list_models(State(state): State<ApiState>) -> Result<Json<ModelList>, ApiError> {
    let downloads = downloads(&state)?;
    blocking(move || Json(models(downloads.hub(), downloads.state().as_ref()))).await
}

/// Blocking.
fn models(hub: &Hub, download: Option<&DownloadState>) -> ModelList {
    let registry = hub.registry();
    let recommended = registry.recommended().map(|set| set.key.as_str());
    let body = |state: SetState| ModelSetBody {
        title: state.set.title.clone(),
        installed: state.installed,
        on_disk_bytes: state.on_disk,
        download_gb: (registry.gigabytes_of(&state.set) * 100.0).round() / 100.0,
        memory_from_gb: state.set.memory_gb.from,
        memory_to_gb: state.set.memory_gb.to,
        recommended: recommended == Some(state.set.key.as_str()),
        usable: state.set.family.is_supported(),
        licences: registry.licences_of(&state.set).into_iter().map(LicenceBody::new).collect(),
        download: download.filter(|download| download.set == state.set.key).map(DownloadBody::new),
        set: state.set.key,
    };
    ModelList { models_dir: hub.folder().display().to_string(), sets: hub.list().into_iter().map(body).collect() }
}

/// Starts or continues the download of a set. Its progress is in `GET /models`.
#[utoipa::path(post, path = "/models/{set}/pull", tag = "models",
    params(("set" = String, Path, description = "Key of a set")),
    request_body(content = PullRequest, content_type = "application/json"),
    responses((status = 200, body = ModelAnswer),
        (status = 400, description = "The licences are not accepted, or the body is not valid", body = DetailBody),
        (status = 404, description = "There is no such set", body = DetailBody),
        (status = 409, description = "Another set is being downloaded", body = DetailBody)))]
pub(super) async fn pull_models(
    State(state): State<ApiState>,
    Path(set): Path<String>,
    request: Request,
) -> Result<Json<ModelAnswer>, ApiError> {
    let asked: PullRequest = body::read_json(request, PULL, &state, |why| notice!("api-pull", detail = why)).await?;
    let downloads = downloads(&state)?;
    let key = set.clone();
    blocking(move || downloads.start(&key, asked.accept_licence)).await??;
    Ok(Json(ModelAnswer { set, status: "started" }))
}

/// Stops the download of a set; what has arrived is kept. Without effect if it does not run.
#[utoipa::path(post, path = "/models/{set}/pause", tag = "models",
    params(("set" = String, Path, description = "Key of a set")),
    responses((status = 200, body = ModelAnswer), (status = 404, description = "There is no such set", body = DetailBody)))]
pub(super) async fn pause_models(State(state): State<ApiState>, Path(set): Path<String>) -> Result<Json<ModelAnswer>, ApiError> {
    let downloads = downloads(&state)?;
    downloads.hub().registry().set(&set)?;
    downloads.pause(&set);
    Ok(Json(ModelAnswer { set, status: "stopping" }))
}

/// Removes a set and its unfinished download. Files that other sets need stay.
#[utoipa::path(delete, path = "/models/{set}", tag = "models",
    params(("set" = String, Path, description = "Key of a set")),
    responses((status = 200, body = ModelDeleted),
        (status = 404, description = "There is no such set, or it is not installed", body = DetailBody),
        (status = 409, description = "Another set is being downloaded", body = DetailBody)))]
pub(super) async fn delete_models(State(state): State<ApiState>, Path(set): Path<String>) -> Result<Json<ModelDeleted>, ApiError> {
    let downloads = downloads(&state)?;
    let key = set.clone();
    let freed_bytes = blocking(move || downloads.remove(&key)).await??;
    Ok(Json(ModelDeleted { set, status: "deleted", freed_bytes }))
}
