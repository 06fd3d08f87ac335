//! `GET /openapi.json`, and the interactive page from the program itself.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::Value;
use utoipa_swagger_ui::Config;

use super::{ApiError, ApiState, blocking, openapi};
use crate::notice;

/// Scripts and styles of the page come from here; nothing comes from elsewhere.
const CSP: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                   font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static UI: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::from("/openapi.json")));

/// `GET /openapi.json`.
pub(super) async fn openapi(State(state): State<ApiState>) -> Result<Json<Value>, ApiError> {
    blocking(move || openapi::document(&state)).await.map(Json)
}

/// `GET /`: redirects to the page.
pub(super) async fn root() -> Redirect {
    Redirect::temporary("/docs/")
}

/// `GET /docs`: the page's files are found relative to `/docs/`.
pub(super) async fn index() -> Redirect {
    Redirect::temporary("/docs/")
}

/// `GET /docs/{path}`: the page and its files.
pub(super) async fn asset(path: Option<Path<String>>) -> Result<Response, ApiError> {
    let path = path.map(|p| p.0).unwrap_or_default();
    let file = utoipa_swagger_ui::serve(&path, Arc::clone(&UI)).map_err(|e| ApiError::Internal(e.to_string()))?;
    let file = file.ok_or_else(|| ApiError::NotFound(notice!("api-no-page")))?;
    // The page's own files are in the program once, however many take them.
    let shared = |bytes: Cow<'static, [u8]>| match bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    let headers: [(HeaderName, &str); 2] = [(header::CONTENT_SECURITY_POLICY, CSP), (header::X_FRAME_OPTIONS, "DENY")];
    let mut response = (StatusCode::OK, headers, [(header::CONTENT_TYPE, file.content_type)], shared(file.bytes)).into_response();
    if file.gzpipped {
        response.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
