//! Every error of the REST door, mapped to HTTP once.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::engine::{DeleteError, ManageError, SubmitError};
use crate::notice::Notice;
use crate::request::FieldError;

use super::field_error::FieldErrorBody;

/// Why a call was not done. The answer is always JSON with a `detail`, busy apart, which has its documented shape.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Wrong fields, all of them.
    #[error("{} wrong fields", .0.len())]
    Invalid(Vec<FieldError>),
    /// A call that cannot be understood or done.
    #[error("{0}")]
    BadRequest(String),
    /// The token is missing or wrong.
    #[error("A token is required: send the header Authorization: Bearer <token>, or the token as the password of HTTP Basic")]
    Unauthorized,
    /// This caller may not.
    #[error("{0}")]
    Forbidden(String),
    /// No such thing.
    #[error("{0}")]
    NotFound(&'static str),
    /// Right path, wrong verb.
    #[error("Method not allowed. The Allow header names the methods of this path")]
    MethodNotAllowed,
    /// The body did not come in time.
    #[error("The body did not arrive in time")]
    Timeout,
    /// Too many bytes.
    #[error("The body is larger than the limit of {} bytes. Send less: smaller images for POST /generate, or raise max_body_mib in the settings", .limit)]
    TooLarge {
        /// Bytes.
        limit: usize,
    },
    /// Not JSON.
    #[error("The body must be JSON: send the header Content-Type: application/json")]
    UnsupportedMediaType,
    /// Another job is active.
    #[error("Busy. Retry after {retry_after}s")]
    Busy {
        /// Seconds, at least 1.
        retry_after: u64,
    },
    /// The program ends.
    #[error("The server is shutting down")]
    ShuttingDown,
    /// The data folder cannot be written to: what is wrong and what to do.
    #[error("{0}")]
    Storage(String),
    /// An internal error; the text goes to the log, not to the caller.
    #[error("{0}")]
    Internal(String),
}

impl ApiError {
    /// A wrong field.
    pub fn field(field: &'static str, kind: &'static str, notice: Notice) -> Self {
        Self::Invalid(vec![FieldError::new(field, kind, notice)])
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Invalid(_) | Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Busy { .. } | Self::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
            Self::Storage(_) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn body(&self) -> Value {
        match self {
            Self::Invalid(errors) => json!({ "detail": errors.iter().map(FieldErrorBody::from).collect::<Vec<_>>() }),
            Self::Busy { retry_after } => json!({ "status": "busy", "message": self.to_string(), "retry_after": retry_after }),
            Self::Internal(_) => json!({ "detail": "Internal server error. The log of the program says more" }),
            other => json!({ "detail": other.to_string() }),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if let Self::Internal(text) | Self::Storage(text) = &self {
            tracing::error!(error = %text, "request failed");
        }
        let mut response = (self.status(), Json(self.body())).into_response();
        match self {
            Self::Busy { retry_after } => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
            }
            Self::Unauthorized => {
                // Two headers: browsers read one scheme of each.
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                let basic = HeaderValue::from_static("Basic realm=\"nanoCocoa Studio\", charset=\"UTF-8\"");
                response.headers_mut().append(header::WWW_AUTHENTICATE, basic);
            }
            _ => {}
        }
        response
    }
}

/// The same error with its words as `detail`.
pub(super) async fn in_json(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 4096).await.unwrap_or_default();
    let words = String::from_utf8_lossy(&bytes);
    let words = if words.trim().is_empty() { parts.status.canonical_reason().unwrap_or("Error") } else { words.trim() };
    let answer = Json(json!({ "detail": words })).into_response();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.extend(answer.headers().clone());
    Response::from_parts(parts, answer.into_body())
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Busy { retry_after } => Self::Busy { retry_after },
            SubmitError::BackendUnavailable(text) => {
                Self::field("engine", "engine_unavailable", Notice::verbatim(text.strip_prefix("engine: ").unwrap_or(&text)))
            }
            SubmitError::Store(error) => Self::Storage(error.to_string()),
            SubmitError::ShutDown => Self::ShuttingDown,
        }
    }
}

impl From<ManageError> for ApiError {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::NotFound => Self::NotFound("Job not found"),
            ManageError::Store(error) => Self::Storage(error.to_string()),
        }
    }
}

impl From<DeleteError> for ApiError {
    fn from(error: DeleteError) -> Self {
        match error {
            DeleteError::NotFound => Self::NotFound("Job not found"),
            DeleteError::Running => Self::BadRequest(error.to_string()),
            DeleteError::Store(error) => Self::Storage(error.to_string()),
        }
    }
}
