//! Reads JSON bodies under limits.

use std::fmt;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt as _;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::ApiError;
use crate::request::FieldError;

/// Project files of the studio.
pub(super) const PROJECT: &str = "application/zip";
/// The whole body must arrive in this time; callers are on this machine or near it, and others wait meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);
/// And what is thrown away in this.
const DRAIN_PATIENCE: Duration = Duration::from_secs(10);

/// How a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Fields.
    Json,
    /// A project file of the studio.
    Project,
}

/// Fields, or a project file, by what the headers say.
pub(super) fn form(headers: &HeaderMap) -> Result<Form, ApiError> {
    if kind(headers) == PROJECT { Ok(Form::Project) } else { require_json(headers).map(|()| Form::Json) }
}

fn kind(headers: &HeaderMap) -> String {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `application/json`, or a type that ends in `+json`; parameters do not matter.
pub(super) fn require_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let kind = kind(headers);
    let json = kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"));
    if json { Ok(()) } else { Err(ApiError::UnsupportedMediaType) }
}

/// The length that was announced must be within the limit.
pub(super) fn require_length(headers: &HeaderMap, limit: usize) -> Result<(), ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    if announced.is_some_and(|n| n > limit as u64) { Err(ApiError::TooLarge { limit }) } else { Ok(()) }
}

/// Reads the body, announced or chunked, up to the limit.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let mut stream = body.into_data_stream();
    let read = async {
        let mut bytes = Vec::new();
        let mut total = 0_usize;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|e| ApiError::BadRequest(format!("The body could not be read: {e}")))?;
            total = total.saturating_add(chunk.len());
            if total <= limit {
                bytes.extend_from_slice(&chunk);
            } else if total > limit.saturating_mul(4) {
                break;
            }
        }
        if total > limit { Err(ApiError::TooLarge { limit }) } else { Ok(Bytes::from(bytes)) }
    };
    tokio::time::timeout(PATIENCE, read).await.unwrap_or(Err(ApiError::Timeout))
}

/// Reads and forgets a body, so that its sender hears the answer instead of a closed connection. One that asks first
/// (`Expect: 100-continue`) has not sent it.
pub(super) async fn drain(request: Request, most: usize) {
    if request.headers().contains_key(header::EXPECT) {
        return;
    }
    let mut stream = request.into_body().into_data_stream();
    let forget = async {
        let mut total = 0_usize;
        while let Some(Ok(chunk)) = stream.next().await {
            total = total.saturating_add(chunk.len());
            if total > most {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(DRAIN_PATIENCE, forget).await;
}

/// The fields of a JSON object. A field that comes twice has no clear meaning and is an error.
pub(super) fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let object: Object = serde_json::from_slice(bytes).map_err(|e| {
        let (kind, what) =
            if e.is_data() { ("object_type", "The body must be a JSON object") } else { ("json_invalid", "The body is not valid JSON") };
        ApiError::Invalid(vec![FieldError { loc: vec!["body".into()], msg: format!("{what}: {e}"), kind: kind.into() }])
    })?;
    if object.twice.is_empty() {
        return Ok(object.fields);
    }
    let errors = object.twice.iter().map(|name| FieldError::new(name, "duplicate", "sent more than once; send it once")).collect();
    Err(ApiError::Invalid(errors))
}

struct Object {
    fields: Map<String, Value>,
    twice: Vec<String>,
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object such as {\"text_content\": \"New Product\"}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut object = Object { fields: Map::new(), twice: Vec::new() };
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if object.fields.contains_key(&name) && !object.twice.contains(&name) && object.twice.len() < 20 {
                        object.twice.push(name.chars().take(80).collect());
                    }
                    object.fields.insert(name, value);
                }
                Ok(object)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}
