//! The errors of the REST API and their HTTP answers.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::engine::{DeleteError, ManageError, SubmitError};
use crate::notice;
use crate::notice::Notice;
use crate::request::FieldError;

use super::field_error::FieldErrorBody;

/// Why a call failed. The answer is JSON with `detail` and `code`; a busy answer has a documented shape of its own.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.notice())]
pub enum ApiError {
    /// Wrong fields, all of them.
    Invalid(Vec<FieldError>),
    /// The call cannot be understood or done.
    BadRequest(Notice),
    /// The token is missing or wrong.
    Unauthorized,
    /// The Host or Origin header is not allowed.
    Forbidden(Notice),
    /// There is no such job, picture, font or path.
    NotFound(Notice),
    /// The path does not have this method.
    MethodNotAllowed,
    /// Something else is being done that excludes the call.
    Conflict(Notice),
    /// The body did not arrive in time.
    Timeout,
    /// The body is too large.
    TooLarge {
        /// Bytes.
        limit: usize,
    },
    /// The call does not take bodies of this media type.
    UnsupportedMediaType(Notice),
    /// Another job is active, or there is no memory for the call.
    Busy {
        /// Seconds, at least 1.
        retry_after: u64,
    },
    /// The program is ending.
    ShuttingDown,
    /// The data folder cannot be written to.
    Storage(Notice),
    /// An internal error; the text goes to the log, not to the client.
    Internal(String),
}

impl ApiError {
    /// A wrong field.
    pub fn field(field: &'static str, kind: &'static str, notice: Notice) -> Self {
        Self::Invalid(vec![FieldError::new(field, kind, notice)])
    }

    /// There is no such job.
    pub fn no_job() -> Self {
        Self::NotFound(notice!("engine-job-not-found"))
    }

    /// The problem and its remedy, as a message to people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Invalid(errors) => notice!("api-wrong-fields", count = errors.len()),
            Self::BadRequest(notice)
            | Self::Forbidden(notice)
            | Self::NotFound(notice)
            | Self::Conflict(notice)
            | Self::UnsupportedMediaType(notice)
            | Self::Storage(notice) => notice.clone(),
            Self::Unauthorized => notice!("api-token-required"),
            Self::MethodNotAllowed => notice!("api-method-not-allowed"),
            Self::Timeout => notice!("api-body-late"),
            // As text, so that no language groups the digits.
            Self::TooLarge { limit } => notice!("api-body-too-large", limit = limit.to_string()),
            Self::Busy { retry_after } => notice!("engine-busy", seconds = *retry_after),
            Self::ShuttingDown => notice!("api-shutting-down"),
            Self::Internal(_) => notice!("api-internal-error"),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Invalid(_) | Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Busy { .. } | Self::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
            Self::Storage(_) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn body(&self) -> Value {
        let notice = self.notice();
        match self {
            Self::Invalid(errors) => json!({ "detail": errors.iter().map(FieldErrorBody::from).collect::<Vec<_>>() }),
            Self::Busy { retry_after } => {
                json!({ "status": "busy", "message": notice.to_string(), "retry_after": retry_after, "code": notice.code() })
            }
            _ => json!({ "detail": notice.to_string(), "code": notice.code() }),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match &self {
            Self::Internal(error) => tracing::error!(error, "a request failed"),
            Self::Storage(error) => tracing::error!(%error, "a request failed"),
            _ => {}
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

/// Turns the plain-text error of an extractor into JSON with the text as `detail`.
pub(super) async fn in_json(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 4096).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let text = if text.trim().is_empty() { parts.status.canonical_reason().unwrap_or("Error") } else { text.trim() };
    let notice = Notice::verbatim(text);
    let answer = Json(json!({ "detail": text, "code": notice.code() })).into_response();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.extend(answer.headers().clone());
    Response::from_parts(parts, answer.into_body())
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Busy { retry_after } => Self::Busy { retry_after },
            SubmitError::BackendUnavailable(notice) => Self::field("engine", "engine_unavailable", notice),
            SubmitError::Store(error) => Self::Storage(error.notice()),
            SubmitError::ShutDown => Self::ShuttingDown,
        }
    }
}

impl From<ManageError> for ApiError {
    fn from(error: ManageError) -> Self {
        match error {
            ManageError::NotFound => Self::NotFound(error.notice()),
            ManageError::Store(error) => Self::Storage(error.notice()),
        }
    }
}

impl From<DeleteError> for ApiError {
    fn from(error: DeleteError) -> Self {
        match error {
            DeleteError::NotFound => Self::NotFound(error.notice()),
            DeleteError::Running => Self::BadRequest(error.notice()),
            DeleteError::Store(error) => Self::Storage(error.notice()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_fields_are_counted() {
        let wrong = |count: usize| {
            let error = FieldError::new("seed", "missing", notice!("request-duplicate"));
            ApiError::Invalid(vec![error; count]).to_string()
        };
        assert_eq!((wrong(1), wrong(2)), ("1 wrong field".to_owned(), "2 wrong fields".to_owned()));
    }
}
