//! Fonts and health.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use super::answer::Shared;
use super::wire::{DetailBody, FontList, Fonts, Health, StorageBody};
use super::{ApiError, ApiState, blocking};
use crate::engine::now;
use crate::notice;
use crate::typography::FontCatalog;

/// The names that `font_name` takes.
#[utoipa::path(get, path = "/fonts", tag = "resources", responses((status = 200, body = FontList)))]
pub(super) async fn fonts(State(state): State<ApiState>) -> Json<FontList> {
    Json(FontList { fonts: state.engine.fonts().names() })
}

/// The uses of each face.
#[utoipa::path(get, path = "/fonts/metadata", tag = "resources", responses((status = 200, body = Fonts)))]
pub(super) async fn font_metadata(State(state): State<ApiState>) -> Json<Fonts> {
    Json(Fonts { fonts: state.engine.fonts().metadata() })
}

/// The file of a font, by its listed name in any Unicode normal form and no other. Collections and variable fonts come whole, WOFF unpacked.
#[utoipa::path(get, path = "/fonts/{path}", tag = "resources",
    params(("path" = String, Path, description = "A name from GET /fonts", example = "NanumSquare/NanumSquareEB.ttf")),
    responses((status = 200, content_type = "font/ttf", body = Vec<u8>), (status = 404, body = DetailBody)))]
pub(super) async fn font_file(State(state): State<ApiState>, Path(path): Path<String>) -> Result<Response, ApiError> {
    // The catalog's names are keys, not paths: nothing else can be reached.
    let fonts = state.engine.fonts();
    let bytes = match fonts.bytes(&path).ok_or_else(|| ApiError::NotFound(notice!("api-no-font")))? {
        Cow::Owned(bytes) => bytes.into(),
        // Shared with the catalog: however many take it, the face is in memory once.
        Cow::Borrowed(_) => Bytes::from_owner(Face(Arc::clone(&fonts), path.clone())),
    };
    let kind = match bytes.get(..4) {
        Some(b"OTTO") => "font/otf",
        Some(b"ttcf") => "font/collection",
        _ => "font/ttf",
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "private, max-age=3600")], Extension(Shared), bytes).into_response())
}

/// A face of a catalog.
struct Face(Arc<FontCatalog>, String);

impl AsRef<[u8]> for Face {
    fn as_ref(&self) -> &[u8] {
        match self.0.bytes(&self.1) {
            Some(Cow::Borrowed(bytes)) => bytes,
            _ => &[],
        }
    }
}

/// Whether a job can be started now.
#[utoipa::path(get, path = "/health", tag = "resources", responses((status = 200, body = Health)))]
pub(super) async fn health(State(state): State<ApiState>) -> Result<Json<Health>, ApiError> {
    let engine = state.engine.clone();
    let (storage, system_metrics) = blocking(move || (engine.storage(), engine.metrics())).await?;
    let jobs = state.engine.snapshots();
    let active_jobs = jobs.iter().filter(|j| j.status.is_active()).count();
    Ok(Json(Health {
        status: if active_jobs > 0 { "busy" } else { "healthy" },
        server_time: now(),
        total_jobs: jobs.len(),
        active_jobs,
        system_metrics,
        version: env!("CARGO_PKG_VERSION"),
        storage: StorageBody::new(&storage),
    }))
}
