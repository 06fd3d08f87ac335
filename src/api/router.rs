//! The routes, and what happens before and after each of them.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, delete, get, post};
use tower_http::catch_panic::CatchPanicLayer;

use super::error::{self, ApiError};
use super::state::ApiState;
use super::{answer, body, compat, docs, events, formats, generate, guard, help, jobs, models, resources, templates};
use crate::notice;

/// Reads a body that nobody needs before it refuses, so that the client receives the answer instead of a reset.
async fn refuse(state: ApiState, request: Request, error: ApiError) -> ApiError {
    body::drain(request, state.body_limit).await;
    error
}

/// Every route.
pub fn router(state: ApiState) -> Router {
    let routes: [(&str, MethodRouter<ApiState>); 24] = [
        ("/generate", post(generate::generate)),
        ("/status/{job_id}", get(jobs::status)),
        ("/stop", post(jobs::stop_all)),
        ("/stop/{job_id}", post(jobs::stop)),
        ("/server-reset", post(compat::server_reset)),
        ("/jobs", get(jobs::list)),
        ("/jobs/{job_id}", delete(jobs::delete)),
        ("/jobs/{job_id}/images/{file}", get(jobs::image)),
        ("/jobs/{job_id}/export", get(formats::export_job)),
        ("/jobs/{job_id}/annotation", post(jobs::annotate)),
        ("/jobs/{job_id}/restore", post(jobs::restore)),
        ("/jobs/{job_id}/events", get(events::events)),
        ("/fonts", get(resources::fonts)),
        ("/fonts/metadata", get(resources::font_metadata)),
        ("/formats", get(formats::list_formats)),
        ("/templates", get(templates::list_templates)),
        ("/health", get(resources::health)),
        ("/models", get(models::list_models)),
        ("/models/{set}", delete(models::delete_models)),
        ("/models/{set}/pull", post(models::pull_models)),
        ("/models/{set}/pause", post(models::pause_models)),
        ("/help", get(help::guide)),
        ("/help/parameters", get(help::parameters)),
        ("/openapi.json", get(docs::openapi)),
    ];
    let documented = routes.into_iter().fold(Router::new(), |router, (path, methods)| compat::route(router, path, methods));
    compat::route(documented, "/clip-score", any(compat::clip_score))
        .route("/", get(docs::root))
        .route("/fonts/{*path}", get(resources::font_file))
        .route("/docs", get(docs::index))
        .route("/docs/", get(docs::asset))
        .route("/docs/{*path}", get(docs::asset))
        .fallback(|State(state): State<ApiState>, request: Request| refuse(state, request, ApiError::NotFound(notice!("api-not-found"))))
        .method_not_allowed_fallback(|State(state): State<ApiState>, request: Request| refuse(state, request, ApiError::MethodNotAllowed))
        .layer(middleware::from_fn_with_state(state.clone(), answer::bound))
        .layer(middleware::from_fn(headers))
        .layer(middleware::from_fn_with_state(state.clone(), guard::guard))
        .layer(CatchPanicLayer::custom(panicked))
        .with_state(state)
}

fn panicked(what: Box<dyn std::any::Any + Send>) -> Response {
    let text = what.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| what.downcast_ref::<String>().cloned());
    ApiError::Internal(format!("a request handler panicked: {}", text.unwrap_or_default())).into_response()
}

/// Adds the common headers and turns plain-text errors of extractors into JSON.
async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let json = response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"application/json"));
    if !json && (response.status().is_client_error() || response.status().is_server_error()) {
        response = error::in_json(response).await;
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_500_in_json() {
        async fn broken() -> &'static str {
            panic!("secret")
        }
        let app: Router = Router::new().route("/", get(broken)).layer(CatchPanicLayer::custom(panicked));
        let answer = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status().as_u16(), 500);
        let body = to_bytes(answer.into_body(), 1000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert!(body["detail"].as_str().unwrap().starts_with("Internal server error") && !body.to_string().contains("secret"));
    }
}
