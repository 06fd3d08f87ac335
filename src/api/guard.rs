//! Middleware that applies the access rules to every request.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{ApiError, ApiState, body};

/// Applies the rules before every route, unknown ones included.
pub(super) async fn guard(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let policy = &state.security;
    let checked = policy.check_host(request.headers(), request.uri()).and_then(|h| policy.check_origin(request.headers(), &h));
    let origin = match checked {
        Ok(origin) => origin,
        Err(error) => return refuse(request, error).await,
    };
    let preflight = request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &origin {
        Some(_) if preflight => preflight_answer(),
        // The documentation is no secret, and a browser's address bar cannot send a token.
        _ if is_documentation(request.method(), request.uri().path()) => next.run(request).await,
        _ => match policy.check_token(request.headers()) {
            Ok(()) => next.run(request).await,
            Err(error) => refuse(request, error).await,
        },
    };
    if let Some(origin) = origin {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
        response.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After"));
    }
    response
}

fn is_documentation(method: &Method, path: &str) -> bool {
    method == Method::GET && (matches!(path, "/" | "/docs" | "/openapi.json") || path.starts_with("/docs/"))
}

fn preflight_answer() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Authorization, Content-Type"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

async fn refuse(request: Request, error: ApiError) -> Response {
    // Up to 1 MiB is read, so that the client sees the answer and not a broken pipe; callers that are refused get no more time.
    body::drain(request, 1 << 20).await;
    error.into_response()
}
