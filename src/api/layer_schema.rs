//! The documentation of layers: as JSON Schema and as entries of `GET /help/parameters`.

use serde_json::{Map, Value, json};

use crate::request::fields::{Fallback, Field, Kind};
use crate::request::layers::{LAYER_FIELDS, LayerType, MAX_LABEL, MAX_LAYER_TEXT, MAX_LAYERS, MAX_RUNS};

/// A colour.
pub(super) const COLOR: &str = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$";
/// A text without control characters other than tab and line breaks.
pub(super) const NO_CONTROLS: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";
/// A text with something to draw.
const VISIBLE: &str = "[0-9A-Za-z가-힣]";

/// The entries of `GET /help/parameters` for the fields of a layer.
pub(super) fn layer_help() -> Vec<Value> {
    LAYER_FIELDS.iter().map(|(field, types)| entry(field, types)).collect()
}

fn entry(field: &Field, types: &[LayerType]) -> Value {
    let all = if types.is_empty() { LayerType::ALL } else { types };
    let default = if let Fallback::Computed(words) = field.fallback { json!(words) } else { field.default_value() };
    let mut entry = json!({
        "name": field.name,
        "layer_types": all,
        "type": field.json_type(),
        "default": default,
        "rule": field.rule().english(),
        "description": field.description,
        "description_ko": field.description_ko,
        "example": field.example_value(),
    });
    if let Kind::Section(fields) | Kind::List(fields) = field.kind {
        entry["fields"] = fields.iter().map(|field| self::entry(field, types)).collect();
    }
    entry
}

/// The schema of `layers`.
pub(super) fn layers() -> Value {
    json!({
        "type": ["array", "null"],
        "maxItems": MAX_LAYERS,
        "items": { "oneOf": LayerType::ALL.iter().map(|kind| layer(*kind)).collect::<Vec<_>>() },
    })
}

/// The schema of a layer of one type.
fn layer(kind: LayerType) -> Value {
    let fields = LAYER_FIELDS.iter().filter(|(_, types)| types.is_empty() || types.contains(&kind));
    let mut properties: Map<String, Value> = fields.map(|(field, _)| (field.name.to_owned(), property(field))).collect();
    properties.insert("type".into(), json!({ "const": kind.as_str(), "description": "What the layer is." }));
    let mut schema = json!({ "type": "object", "title": kind.as_str(), "properties": properties, "required": ["type"] });
    let sent = |field: &str, schema: Value, other: Option<&str>| {
        let mut properties = Map::from_iter([(field.to_owned(), schema)]);
        properties.extend(other.map(|other| (other.to_owned(), json!({ "type": "null" }))));
        json!({ "properties": properties, "required": [field] })
    };
    match kind {
        LayerType::Text => {
            schema["anyOf"] =
                json!([sent("text", json!({ "type": "string" }), Some("runs")), sent("runs", json!({ "type": "array" }), Some("text"))]);
        }
        LayerType::Picture => {
            schema["required"] = json!(["type", "image"]);
            schema["properties"]["image"]["type"] = json!("string");
        }
        LayerType::Shape => {
            let border = json!({ "anyOf": [{ "type": "object" }, { "const": true }] });
            schema["anyOf"] = json!([sent("fill", json!({ "type": "string" }), None), sent("border", border, None)]);
        }
    }
    schema
}

/// The schema of a field of a layer.
fn property(field: &Field) -> Value {
    let mut schema = match field.kind {
        Kind::Section(fields) => json!({ "type": ["object", "boolean", "null"], "properties": properties(fields) }),
        Kind::List(fields) => json!({
            "type": ["array", "null"],
            "minItems": 1,
            "maxItems": MAX_RUNS,
            "items": run(fields),
        }),
        Kind::Number { min, max } => json!({ "type": ["number", "null"], "minimum": min, "maximum": max }),
        Kind::Integer { min, max, .. } => json!({ "type": ["integer", "null"], "minimum": min, "maximum": max }),
        Kind::Color => json!({ "type": ["string", "null"], "pattern": COLOR }),
        Kind::Choice(words) => {
            json!({ "type": ["string", "null"], "enum": words.iter().map(|w| json!(w)).chain([Value::Null]).collect::<Vec<_>>() })
        }
        Kind::LayerText => {
            json!({ "type": ["string", "null"], "maxLength": MAX_LAYER_TEXT, "format": "drawable-text", "pattern": VISIBLE })
        }
        Kind::LayerImage => {
            json!({ "type": ["string", "null"], "contentEncoding": "base64", "contentMediaType": "image/*", "format": "image-base64" })
        }
        Kind::Label => json!({ "type": ["string", "null"], "maxLength": MAX_LABEL, "pattern": NO_CONTROLS }),
        _ => json!({ "type": [field.json_type(), "null"] }),
    };
    let mut words = format!("{}\n\n{}", field.description, field.description_ko);
    match field.fallback {
        Fallback::Computed(default) => words.push_str(&format!("\n\nDefault: {default}.")),
        Fallback::Nothing => {}
        _ => schema["default"] = field.default_value(),
    }
    schema["description"] = json!(words);
    let example = field.example_value();
    if !example.is_null() {
        schema["examples"] = json!([example]);
    }
    schema
}

fn properties(fields: &[&Field]) -> Map<String, Value> {
    fields.iter().map(|field| (field.name.to_owned(), property(field))).collect()
}

/// A run: its text is required.
fn run(fields: &[&Field]) -> Value {
    let mut properties = properties(fields);
    if let Some(text) = properties.get_mut("text") {
        text["type"] = json!("string");
    }
    json!({ "type": "object", "properties": properties, "required": ["text"] })
}
