//! The catalogue of formats, and a job's picture exported in one of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::jobs::{find, flag, wrong_query};
use super::wire::{DetailBody, NoticeBody};
use super::{ApiError, ApiState, blocking};
use crate::engine::Engine;
use crate::formats::{self, Compression, Exported, FormatSpec, Master};
use crate::job::{ImageName, JobSnapshot};
use crate::notice;

/// `GET /formats`.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormatList {
    /// The formats in the order in which they are offered.
    pub formats: Vec<FormatBody>,
}

/// A format of advertisements.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormatBody {
    /// Its ID.
    #[schema(example = "instagram-portrait")]
    pub id: String,
    /// English name.
    pub name: String,
    /// Korean name.
    pub name_ko: String,
    /// Width of the file in pixels.
    pub width: u32,
    /// Height of the file in pixels.
    pub height: u32,
    /// `width` to send to `POST /generate` for a layout of this format: small files are painted larger.
    pub canvas_width: u32,
    /// `height` to send to `POST /generate`.
    pub canvas_height: u32,
    /// `jpeg`, `png`, `webp` or `pdf`.
    pub file: String,
    /// Most bytes of the file; null: no limit.
    #[schema(required = true)]
    pub max_bytes: Option<u64>,
    /// Density that the file states, dots per inch; null: none.
    #[schema(required = true)]
    pub dpi: Option<u32>,
    /// Margins that text keeps free.
    pub safe_zone: SafeZoneBody,
    /// `white-background`, `no-text`.
    pub rules: Vec<String>,
    /// Least share of the picture's width or height that the product takes; null: any.
    #[schema(required = true)]
    pub min_product: Option<f32>,
    /// Public page that states the figures.
    pub source_url: String,
    /// Day on which they were compared, `YYYY-MM-DD`.
    pub source_date: String,
}

/// Pixels of the file at each side that an app covers or cuts off.
#[derive(Debug, Serialize, ToSchema)]
#[allow(missing_docs)]
pub struct SafeZoneBody {
    pub top: u32,
    pub bottom: u32,
    pub left: u32,
    pub right: u32,
}

impl From<&FormatSpec> for FormatBody {
    fn from(format: &FormatSpec) -> Self {
        let (canvas_width, canvas_height) = format.canvas();
        let safe = format.safe;
        Self {
            id: format.id.clone(),
            name: format.name_en.clone(),
            name_ko: format.name_ko.clone(),
            width: format.width,
            height: format.height,
            canvas_width,
            canvas_height,
            file: format.file.word().to_owned(),
            max_bytes: format.max_bytes,
            dpi: format.dpi,
            safe_zone: SafeZoneBody { top: safe.top, bottom: safe.bottom, left: safe.left, right: safe.right },
            rules: format.rules.iter().map(|rule| rule.word().to_owned()).collect(),
            min_product: format.min_product,
            source_url: format.source.url.clone(),
            source_date: format.source.date.clone(),
        }
    }
}

/// The report of an export (`report=true`).
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportBody {
    /// ID of the format.
    pub format: String,
    /// The picture of the job that was exported: `final`, `step1` or `cutout`.
    pub picture: String,
    /// Media type of the file.
    pub media_type: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes of the file.
    pub bytes: usize,
    /// JPEG quality that the byte limit allows; null for other files.
    #[schema(required = true)]
    pub quality: Option<u8>,
    /// Colours of a PNG with a palette; null for other files.
    #[schema(required = true)]
    pub colours: Option<u16>,
    /// The same in words.
    pub message: String,
    /// Rules of the format that the picture breaks and what was done to fit it, each with what to do.
    pub notices: Vec<NoticeBody>,
}

/// Sizes, limits and rules of the places where advertisements are shown.
#[utoipa::path(get, path = "/formats", tag = "resources", responses((status = 200, body = FormatList)))]
pub(super) async fn list_formats(State(state): State<ApiState>) -> Json<FormatList> {
    Json(FormatList { formats: state.formats.formats().iter().map(FormatBody::from).collect() })
}

/// Query of `GET /jobs/{job_id}/export`.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportQuery {
    /// ID of a format of `GET /formats`.
    #[param(value_type = String, required = true, example = "instagram-portrait")]
    format: Option<String>,
    /// `true` answers with what the file is like instead of the file.
    #[param(value_type = Option<bool>)]
    report: Option<String>,
}

/// A job's picture in a format: its size and file type, at the best quality below its byte limit. The headers `X-Export-Quality` (such as
/// `quality 86` or `256 colours`) and `X-Export-Notices` (codes of broken rules) say what `report=true` says in full.
#[utoipa::path(get, path = "/jobs/{job_id}/export", tag = "jobs",
    params(("job_id" = String, Path, description = "Job ID (UUID)"), ExportQuery),
    responses(
        (status = 200, description = "The file, or with `report=true` what it is like", content(
            (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"), (Vec<u8> = "application/pdf"), (ExportBody = "application/json"))),
        (status = 400, description = "There is no such format", body = DetailBody),
        (status = 404, description = "There is no such job, or it has no picture for the format", body = DetailBody),
        (status = 409, description = "The picture cannot meet the format's byte limit; `detail` says what to do", body = DetailBody),
    ))]
pub(super) async fn export_job(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    let job = find(&state.engine, &id)?;
    let Query(query) = query.map_err(wrong_query)?;
    let report = flag("report", query.report.as_deref(), false)?;
    let id = query.format.as_deref().map(str::trim).unwrap_or_default();
    let format = state.formats.get(id).map_err(|why| ApiError::BadRequest(why.at("format")))?.clone();
    // Shared with the decoding of requests: each takes hundreds of megabytes.
    let turn = Arc::clone(&state.parsers).acquire_owned().await.map_err(|_| ApiError::ShuttingDown)?;
    let engine = state.engine.clone();
    blocking(move || {
        let _turn = turn;
        let (picture, exported) = export(&engine, &job, &format)?;
        Ok(if report { Json(body(&format, picture, &exported)).into_response() } else { file(&format, exported) })
    })
    .await?
}

/// Blocking.
fn export(engine: &Engine, job: &JobSnapshot, format: &FormatSpec) -> Result<(ImageName, Exported), ApiError> {
    let missing = || ApiError::NotFound(notice!("formats-no-picture").at("format"));
    let picture = formats::picture_for(format, &job.images).ok_or_else(missing)?;
    let png = engine.picture(job.id, picture).ok_or_else(missing)?;
    let letters = engine.picture(job.id, ImageName::Letters);
    let placed = engine.picture(job.id, ImageName::Placed);
    let master = Master { name: picture, png: &png, letters: letters.as_deref(), placed: placed.as_deref() };
    let exported = formats::export(&master, format, formats::Options::default()).map_err(ApiError::Conflict)?;
    Ok((picture, exported))
}

fn body(format: &FormatSpec, picture: ImageName, exported: &Exported) -> ExportBody {
    let (quality, colours) = match exported.compression {
        Compression::Lossless => (None, None),
        Compression::Quality(quality) => (Some(quality), None),
        Compression::Colours(colours) => (None, Some(colours)),
    };
    ExportBody {
        format: format.id.clone(),
        picture: picture.as_str().to_owned(),
        media_type: exported.file.media_type().to_owned(),
        width: exported.size.0,
        height: exported.size.1,
        bytes: exported.bytes.len(),
        quality,
        colours,
        message: exported.summary(format).to_string(),
        notices: NoticeBody::list(&exported.notices),
    }
}

fn file(format: &FormatSpec, exported: Exported) -> Response {
    let quality = match exported.compression {
        Compression::Lossless => "lossless".to_owned(),
        Compression::Quality(quality) => format!("quality {quality}"),
        Compression::Colours(colours) => format!("{colours} colours"),
    };
    let codes: Vec<&str> = exported.notices.iter().map(|notice| notice.code()).collect();
    // An ID has lower case letters, digits and hyphens only.
    let name = format!("attachment; filename=\"{}.{}\"", format.id, exported.file.extension());
    let mut response = ([(header::CONTENT_TYPE, exported.file.media_type())], exported.bytes).into_response();
    let fields = [("content-disposition", name), ("x-export-quality", quality), ("x-export-notices", codes.join(", "))];
    for (field, value) in fields {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(field, value);
        }
    }
    response
}
