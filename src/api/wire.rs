//! The bodies of the answers, as documented.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::job::JobSnapshot;
use crate::metrics::SystemMetrics;
use crate::notice::Notice;
use crate::request::StepNumber;

/// A message for people, with a code for programs.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeBody {
    /// The request field that it is about, or null.
    #[schema(required = true, example = "text_content")]
    pub field: Option<String>,
    /// Stable identifier of the message. `verbatim`: the text has no code.
    #[schema(example = "pipeline-low-contrast")]
    pub code: String,
    /// The words, as they stand in `warnings`.
    pub text: String,
}

impl NoticeBody {
    fn new(notice: &Notice) -> Self {
        Self { field: notice.field().map(str::to_owned), code: notice.code().to_owned(), text: notice.to_string() }
    }

    pub(super) fn list(notices: &[Notice]) -> Vec<Self> {
        notices.iter().map(Self::new).collect()
    }
}

/// The words of notices.
pub(super) fn texts(notices: &[Notice]) -> Vec<String> {
    notices.iter().map(Notice::to_string).collect()
}

/// The code of a notice; `None` for texts without one, such as those of old records.
fn code(notice: &Notice) -> Option<String> {
    (!notice.is_verbatim()).then(|| notice.code().to_owned())
}

/// `POST /generate`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Started {
    /// Job ID (UUID).
    #[schema(value_type = String, example = "550e8400-e29b-41d4-a716-446655440000")]
    pub job_id: Uuid,
    /// `started`.
    #[schema(example = "started")]
    pub status: &'static str,
    /// Inputs that were ignored or adjusted; left out if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The warnings with their codes, in the same order; only there when there is something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<NoticeBody>,
}

/// `POST /generate` with `dry_run`.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanBody {
    /// `true`.
    #[schema(example = true)]
    pub dry_run: bool,
    /// `draft` or `diffusion`.
    #[schema(example = "draft")]
    pub engine: &'static str,
    /// The steps that the job has, in order.
    #[schema(value_type = Vec<PlannedStepBody>)]
    pub steps: Vec<crate::engine::PlannedStep>,
    /// Expected seconds of all of them.
    pub eta_seconds: f64,
    /// Inputs that would be ignored or adjusted; left out if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The warnings with their codes, in the same order; only there when there is something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<NoticeBody>,
}

/// A step of a plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedStepBody {
    /// 1, 2 or 3.
    pub step: u8,
    /// `step1_background`, `step2_text` or `step3_composite`.
    #[schema(example = "step1_background")]
    pub name: String,
    /// It would be taken from an earlier job.
    pub cached: bool,
    /// Expected seconds; 0 when it is cached.
    pub eta_seconds: f64,
}

/// The annotation of a job.
#[derive(Debug, Serialize, ToSchema)]
pub struct Annotated {
    /// Job ID (UUID).
    #[schema(value_type = String, example = "550e8400-e29b-41d4-a716-446655440000")]
    pub job_id: Uuid,
    /// Marked as good.
    pub starred: bool,
    /// Its name for people.
    #[schema(required = true)]
    pub title: Option<String>,
    /// Its note.
    #[schema(required = true)]
    pub note: Option<String>,
}

/// `POST /stop`.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoppedAll {
    /// Jobs that were pending or running.
    #[schema(value_type = Vec<String>)]
    pub job_ids: Vec<Uuid>,
    /// `stopped`.
    #[schema(example = "stopped")]
    pub status: &'static str,
}

/// `POST /stop/{job_id}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stopped {
    /// Job ID (UUID).
    #[schema(value_type = String, example = "550e8400-e29b-41d4-a716-446655440000")]
    pub job_id: Uuid,
    /// `stopped`, or the status in which it had ended before.
    #[schema(example = "stopped")]
    pub status: &'static str,
}

/// `DELETE /jobs/{job_id}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deleted {
    /// Job ID (UUID).
    #[schema(value_type = String, example = "550e8400-e29b-41d4-a716-446655440000")]
    pub job_id: Uuid,
    /// `deleted`.
    #[schema(example = "deleted")]
    pub status: &'static str,
    /// For people.
    #[schema(example = "Job deleted")]
    pub message: &'static str,
}

/// `POST /server-reset`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reset {
    /// `reset`.
    #[schema(example = "reset")]
    pub status: &'static str,
    /// For people.
    #[schema(example = "1 job stopped, 3 jobs removed")]
    pub message: String,
    /// Jobs that were pending or running.
    pub stopped_jobs: usize,
    /// Jobs that were removed, with their pictures.
    pub removed_jobs: usize,
    /// Jobs that are left: 0, unless one began meanwhile or has not ended yet.
    pub total_jobs: usize,
}

/// `POST /jobs/{job_id}/restore`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Restored {
    /// Job ID (UUID).
    #[schema(value_type = String, example = "550e8400-e29b-41d4-a716-446655440000")]
    pub job_id: Uuid,
    /// The status that it had.
    #[schema(example = "completed")]
    pub status: &'static str,
}

/// The progress of a job: part of `GET /status`, and an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct Progress {
    /// Job ID (UUID).
    #[schema(value_type = String, example = "550e8400-e29b-41d4-a716-446655440000")]
    pub job_id: Uuid,
    /// `pending`, `running`, `completed`, `failed` or `stopped`.
    #[schema(example = "running")]
    pub status: &'static str,
    /// 0..=100.
    pub progress_percent: u8,
    /// `init`, `step1_background`, `step2_text` or `step3_composite`.
    #[schema(example = "step2_text")]
    pub current_step: &'static str,
    /// Stage within the step.
    #[schema(example = "sdxl_text_generation", required = true)]
    pub sub_step: Option<&'static str>,
    /// For people; of a failed job, what to do.
    pub message: String,
    /// Stable identifier of `message`; left out if the text has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "job-starting")]
    pub message_code: Option<String>,
    /// Seconds since it was accepted, or that it took.
    pub elapsed_sec: f64,
    /// Seconds to the end; negative when late.
    pub eta_seconds: i64,
    /// Seconds to the end of the step; negative when late.
    pub step_eta_seconds: i64,
    /// Technical text of a failure; only there when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Stable identifier of `error`; left out if the text has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
}

impl Progress {
    pub(super) fn new(job: &JobSnapshot, now: f64) -> Self {
        Self {
            job_id: job.id,
            status: job.status.as_str(),
            progress_percent: job.progress_percent,
            current_step: job.step.as_str(),
            sub_step: job.sub_step(),
            message: job.message.to_string(),
            message_code: code(&job.message),
            elapsed_sec: tenth(job.elapsed(now)),
            eta_seconds: job.eta(now),
            step_eta_seconds: job.step_eta(now),
            error: job.error.as_ref().map(Notice::to_string),
            error_code: job.error.as_ref().and_then(code),
        }
    }
}

/// `GET /status`.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatusBody<'a> {
    /// Its progress.
    #[serde(flatten)]
    pub progress: Progress,
    /// The machine's load.
    #[schema(value_type = super::schema::SystemMetrics)]
    pub system_metrics: SystemMetrics,
    /// As sent, defaults filled in, images described.
    #[schema(value_type = Object)]
    pub parameters: &'a Map<String, Value>,
    /// Base64 PNG, or null while there is none (or with `images=false`).
    #[schema(value_type = Option<String>, required = true)]
    pub step1_result: Option<Arc<str>>,
    /// Base64 PNG with transparency, or null.
    #[schema(value_type = Option<String>, required = true)]
    pub step2_result: Option<Arc<str>>,
    /// Base64 PNG, or null.
    #[schema(value_type = Option<String>, required = true)]
    pub final_result: Option<Arc<str>>,
    /// `draft` or `diffusion`.
    #[schema(example = "draft")]
    pub engine: &'static str,
    /// Name and version of the engine.
    pub engine_label: &'a str,
    /// Why that engine.
    pub engine_reason: String,
    /// Stable identifier of `engine_reason`; left out if the text has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine_reason_code: Option<String>,
    /// Inputs that were ignored or adjusted.
    pub warnings: Vec<String>,
    /// The warnings with their codes, in the same order.
    pub notices: Vec<NoticeBody>,
    /// How well the text reads, 0..=1.
    #[schema(required = true)]
    pub legibility: Option<f32>,
    /// The seed.
    pub seed: u64,
    /// Canvas width.
    pub width: u32,
    /// Canvas height.
    pub height: u32,
    /// Pictures that `GET /jobs/{job_id}/images/{name}.png` has.
    pub images: Vec<&'static str>,
    /// Steps that were taken from earlier jobs with the same inputs; only there when there are some.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(value_type = Vec<u8>)]
    pub cached_steps: &'a [StepNumber],
    /// Marked as good; only there when it is.
    #[serde(skip_serializing_if = "is_false")]
    pub starred: bool,
    /// Its name for people; only there when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// Its note; only there when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'a str>,
}

impl<'a> StatusBody<'a> {
    /// The status without its pictures.
    pub(super) fn new(system_metrics: SystemMetrics, job: &'a JobSnapshot) -> Self {
        Self {
            progress: Progress::new(job, crate::engine::clock()),
            system_metrics,
            parameters: &job.parameters,
            step1_result: None,
            step2_result: None,
            final_result: None,
            engine: job.backend.as_str(),
            engine_label: &job.backend_label,
            engine_reason: job.backend_reason.to_string(),
            engine_reason_code: code(&job.backend_reason),
            warnings: texts(&job.warnings),
            notices: NoticeBody::list(&job.warnings),
            legibility: job.legibility,
            seed: job.seed,
            width: job.width,
            height: job.height,
            images: job.images.iter().map(|n| n.as_str()).collect(),
            cached_steps: &job.cached_steps,
            starred: job.starred,
            title: job.title.as_deref(),
            note: job.note.as_deref(),
        }
    }
}

/// One line of `GET /jobs`.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobLine {
    /// Job ID (UUID).
    #[schema(value_type = String, example = "550e8400-e29b-41d4-a716-446655440000")]
    pub job_id: Uuid,
    /// As in `GET /status`.
    pub status: &'static str,
    /// 0..=100.
    pub progress_percent: u8,
    /// As in `GET /status`.
    pub current_step: &'static str,
    /// For people.
    pub message: String,
    /// Unix seconds.
    pub start_time: f64,
    /// Seconds since then, or that it took.
    pub elapsed_sec: f64,
    /// Marked as good; only there when it is.
    #[serde(skip_serializing_if = "is_false")]
    pub starred: bool,
    /// Its name for people; only there when it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// `GET /jobs`.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobList {
    /// All.
    pub total_jobs: usize,
    /// Pending or running.
    pub active_jobs: usize,
    /// Completed.
    pub completed_jobs: usize,
    /// Failed.
    pub failed_jobs: usize,
    /// Newest first.
    pub jobs: Vec<JobLine>,
}

/// `GET /fonts`.
#[derive(Debug, Serialize, ToSchema)]
pub struct FontList {
    /// Sorted names, as `font_name` takes them.
    pub fonts: Vec<String>,
}

/// `GET /fonts/metadata`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Fonts {
    /// Sorted by name.
    #[schema(value_type = Vec<FontMetadataBody>)]
    pub fonts: Vec<crate::typography::FontMetadata>,
}

/// Metadata of a font face.
#[derive(Debug, Serialize, ToSchema)]
pub struct FontMetadataBody {
    /// As in `GET /fonts`.
    pub name: String,
    /// `gothic`, `serif`, `handwriting`, `mono` or `sans-serif`.
    pub style: String,
    /// `light`, `regular`, `bold`, `extrabold` or `heavy`.
    pub weight: String,
    /// Its uses.
    pub usage: Vec<String>,
    /// Mood, such as `casual`.
    pub tone: Vec<String>,
}

/// `GET /health`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// `healthy` or `busy`.
    #[schema(example = "healthy")]
    pub status: &'static str,
    /// Unix seconds.
    pub server_time: f64,
    /// All jobs.
    pub total_jobs: usize,
    /// Pending or running ones.
    pub active_jobs: usize,
    /// The machine's load.
    #[schema(value_type = super::schema::SystemMetrics)]
    pub system_metrics: SystemMetrics,
    /// Version of the program.
    pub version: &'static str,
    /// Whether jobs can be kept.
    pub storage: StorageBody,
}

/// Whether the data folder can be written to.
#[derive(Debug, Serialize, ToSchema)]
pub struct StorageBody {
    /// A new job can be kept.
    pub writable: bool,
    /// GiB that are free where the folder is; null when unknown.
    #[schema(required = true)]
    pub free_gb: Option<f64>,
    /// The problem and its remedy; null if there is none.
    #[schema(required = true)]
    pub message: Option<String>,
    /// Stable identifier of `message`; left out if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_code: Option<String>,
}

impl StorageBody {
    pub(super) fn new(storage: &crate::engine::Storage) -> Self {
        Self {
            writable: storage.writable,
            free_gb: storage.free_gb,
            message: storage.message.as_ref().map(Notice::to_string),
            message_code: storage.message.as_ref().and_then(code),
        }
    }
}

/// An error with one reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct DetailBody {
    /// The problem, in words.
    #[schema(example = "Job not found")]
    pub detail: String,
    /// Stable identifier of the message. `verbatim`: the text has no code.
    #[schema(example = "engine-job-not-found")]
    pub code: String,
}

impl DetailBody {
    pub(super) fn new(notice: &Notice) -> Self {
        Self { detail: notice.to_string(), code: notice.code().to_owned() }
    }
}

/// An error with every wrong field.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvalidBody {
    /// One entry a field.
    pub detail: Vec<super::field_error::FieldErrorBody>,
}

/// Another job runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct BusyBody {
    /// `busy`.
    #[schema(example = "busy")]
    pub status: String,
    /// For people.
    #[schema(example = "Busy. Retry after 25s")]
    pub message: String,
    /// Seconds, at least 1.
    #[schema(example = 25)]
    pub retry_after: u64,
    /// Stable identifier of the message.
    #[schema(example = "engine-busy")]
    pub code: String,
}

fn is_false(v: &bool) -> bool {
    !v
}

pub(super) fn tenth(v: f64) -> f64 {
    (v * 10.0).round() / 10.0
}
