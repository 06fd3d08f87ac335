//! OpenAPI 3.1 from the handlers, the answers' types and the field table; the interactive page from the program itself.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Map, Value, json};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{OpenApi, PartialSchema, ToSchema};
use utoipa_swagger_ui::Config;

use super::{ApiError, events, generate, help, jobs, resources};
use crate::request::fields::FIELDS;

/// Scripts and styles of the page come from here; nothing comes from elsewhere.
const CSP: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                   font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The body of `POST /generate`; its properties come from the field table.
pub(super) struct GenerateRequest;

impl PartialSchema for GenerateRequest {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().build().into()
    }
}

impl ToSchema for GenerateRequest {}

#[derive(OpenApi)]
#[openapi(
    info(title = "nanoCocoa Studio", description = "Turns a product photo into a finished advertisement."),
    paths(
        generate::generate, jobs::status, jobs::stop, jobs::stop_all, jobs::annotate, jobs::restore, jobs::list, jobs::delete, jobs::image, events::events, resources::fonts,
        resources::font_metadata, resources::font_file, resources::health, help::guide, help::parameters
    ),
    components(schemas(GenerateRequest, super::wire::PlanBody, super::wire::PlannedStepBody, crate::job::Annotation)),
    tags(
        (name = "generation", description = "Make advertisements"),
        (name = "jobs", description = "What was made"),
        (name = "resources", description = "Fonts and health"),
        (name = "help", description = "This, in words")
    )
)]
struct Api;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());
static UI: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| Arc::new(Config::from("/openapi.json")));

fn document() -> Value {
    let mut document = serde_json::to_value(Api::openapi()).unwrap_or_default();
    let properties: Map<String, Value> = FIELDS.iter().map(|f| (f.name.to_owned(), f.schema())).collect();
    let needs = |step: u8| -> Vec<&str> { FIELDS.iter().filter(|f| f.required_for.contains(&step)).map(|f| f.name).collect() };
    let when = |step: u8| json!({ "if": { "properties": { "start_step": { "const": step } }, "required": ["start_step"] }, "then": { "required": needs(step) } });
    document["components"]["securitySchemes"] = json!({
        "token": { "type": "http", "scheme": "bearer", "description": "Needed if the server was started with a token." },
        "password": { "type": "http", "scheme": "basic", "description": "The token as the password, with any user name." },
    });
    document["security"] = json!([{}, { "token": [] }, { "password": [] }]);
    // Rules that stand before every route.
    let refusals = [("401", "The token is missing or wrong"), ("403", "The Host or Origin header is not allowed")];
    let detail = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/DetailBody" } } });
    for path in document["paths"].as_object_mut().into_iter().flat_map(|p| p.values_mut()) {
        for operation in path.as_object_mut().into_iter().flat_map(|p| p.values_mut()) {
            for (status, words) in refusals {
                operation["responses"][status] = json!({ "description": words, "content": detail });
            }
        }
    }
    document["components"]["schemas"]["GenerateRequest"] = json!({
        "type": "object",
        "description": "Every field is optional unless start_step needs it; null means the default.",
        "properties": properties,
        "allOf": [when(2), when(3)],
        "examples": [help::example()],
    });
    document
}

/// `GET /openapi.json`.
pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

/// `GET /`: people are led to the page.
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
    let file = file.ok_or(ApiError::NotFound("Not found. The page is at /docs/"))?;
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
