//! OpenAPI 3.1 of this server. utoipa describes handlers and answer types, the field table describes the request; this module adds what
//! neither knows: answers of the middleware, binary files, fixed words, and the fonts and backends that this server has now.

use std::sync::LazyLock;

use base64::Engine as _;
use serde_json::{Map, Value, json};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{OpenApi, PartialSchema, ToSchema};

use super::field_schema::schema;
use super::{ApiState, compat, events, formats, generate, help, jobs, models, resources, templates};
use crate::assets;
use crate::job::ImageName;
use crate::request::StepNumber;
use crate::request::fields::{FIELDS, Field, IGNORED, Kind};

/// The body of `POST /generate`; its properties come from the field table.
pub(super) struct GenerateRequest;

impl PartialSchema for GenerateRequest {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().build().into()
    }
}

impl ToSchema for GenerateRequest {}

/// The same as a form: pictures are files, every other field is text.
pub(super) struct GenerateForm;

impl PartialSchema for GenerateForm {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().build().into()
    }
}

impl ToSchema for GenerateForm {}

#[derive(OpenApi)]
#[openapi(
    info(title = "nanoCocoa Studio", description = "Turns a product photo into a finished advertisement."),
    paths(
        generate::generate, jobs::status, jobs::stop, jobs::stop_all, compat::server_reset, jobs::annotate, jobs::restore, jobs::list,
        jobs::delete, jobs::image, formats::export_job, events::events, resources::fonts, resources::font_metadata, resources::font_file, formats::list_formats, templates::list_templates, resources::health,
        models::list_models, models::pull_models, models::pause_models, models::delete_models, help::guide, help::parameters
    ),
    components(schemas(
        GenerateRequest, GenerateForm, super::wire::BusyBody, super::wire::InvalidBody, super::wire::DetailBody, super::wire::PlanBody,
        super::wire::PlannedStepBody, super::schema::Annotation
    )),
    tags(
        (name = "generation", description = "Make advertisements"),
        (name = "jobs", description = "Jobs and their pictures"),
        (name = "resources", description = "Fonts, formats, templates and health"),
        (name = "models", description = "Models of the diffusion engine"),
        (name = "help", description = "The guide and the parameter reference")
    )
)]
struct Api;

static BASE: LazyLock<Value> = LazyLock::new(base);

/// Descriptions of answers for which the handler gives none.
const ANSWERS: &[(&str, &str)] =
    &[("400", "The request cannot be understood or done; `detail` says why"), ("404", "There is no such job, picture or font")];
/// Answers that any route can give.
const ANYWHERE: &[(&str, &str)] = &[
    ("401", "The token is missing or wrong"),
    ("403", "The Host or Origin header is not allowed"),
    ("500", "An internal error; the log of the program says more"),
    ("503", "The server is shutting down or has too many connections"),
];
/// Answers of routes with a value in the path or the query.
const VALUES: &[(&str, &str)] = &[("400", "A value in the path or the query cannot be understood; `detail` says why")];
/// Answers of routes that read a body.
const BODIES: &[(&str, &str)] = &[
    ("400", "The body is not valid; `detail` says why"),
    ("408", "The body did not arrive in time"),
    ("413", "The body is too large"),
    ("415", "The content type is not accepted"),
];
/// Answers of routes that write to the disk.
const WRITES: &[(&str, &str)] = &[("507", "The disk is full or cannot be written to")];

/// The part of the document that does not change while the program runs.
fn base() -> Value {
    let mut document = serde_json::to_value(Api::openapi()).unwrap_or_default();
    for path in members(&mut document["paths"]) {
        for (method, operation) in path.1.as_object_mut().into_iter().flatten() {
            complete(operation, method);
        }
    }
    let schemas = &mut document["components"]["schemas"];
    schemas["GenerateRequest"] = request();
    schemas["GenerateForm"] = form();
    words(schemas);
    document["paths"]["/jobs/{job_id}/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]["schema"] = event();
    let generate = &mut document["paths"]["/generate"]["post"];
    let refs = |names: &[&str]| json!({ "oneOf": names.iter().map(|n| reference(n)).collect::<Vec<_>>() });
    generate["responses"]["200"]["content"] = json_of(&refs(&["Started", "PlanBody"]));
    generate["responses"]["400"]["content"] = json_of(&refs(&["InvalidBody", "DetailBody"]));
    generate["responses"]["503"]["content"] = json_of(&refs(&["BusyBody", "DetailBody"]));
    generate["responses"]["200"]["links"] = links();
    generate["requestBody"]["required"] = json!(true);
    generate["requestBody"]["content"]["application/json"]["examples"] = examples();
    document
}

/// The document of this server as it is now. May look at the disk for the models of an engine.
pub(super) fn document(state: &ApiState) -> Value {
    let mut document = BASE.clone();
    let names = font_names(state);
    let has_diffusion = state.engine.diffusion().is_ok();
    for name in ["GenerateRequest", "GenerateForm"] {
        let properties = &mut document["components"]["schemas"][name]["properties"];
        let mut names = names.clone();
        names.push(if name == "GenerateRequest" { Value::Null } else { json!("") });
        if name == "GenerateRequest" {
            list_layer_fonts(&mut properties["layers"], &names);
        }
        properties["font_name"]["enum"] = Value::Array(names);
        if !has_diffusion && let Some(engines) = properties["engine"].get_mut("enum").and_then(Value::as_array_mut) {
            engines.retain(|e| e != "diffusion");
            let description = format!("{} The diffusion models are not installed here.", text(&properties["engine"]));
            properties["engine"]["description"] = json!(description);
        }
    }
    let formats: Vec<&str> = state.formats.formats().iter().map(|format| format.id.as_str()).collect();
    let query = document.pointer_mut("/paths/~1jobs~1{job_id}~1export/get/parameters").and_then(Value::as_array_mut);
    for parameter in query.into_iter().flatten().filter(|parameter| parameter["name"] == "format") {
        parameter["schema"]["enum"] = json!(formats);
    }
    if state.security.needs_token() {
        document["components"]["securitySchemes"] = json!({
            "bearer": { "type": "http", "scheme": "bearer", "description": "The token that the server was started with." },
            "password": { "type": "http", "scheme": "basic", "description": "The token as the password, with any user name." },
        });
        document["security"] = json!([{ "bearer": [] }, { "password": [] }]);
    }
    document
}

/// Names the fonts that text layers and their runs take.
fn list_layer_fonts(layers: &mut Value, names: &[Value]) {
    for layer in layers.pointer_mut("/items/oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
        for path in ["/properties/font_name", "/properties/runs/items/properties/font_name"] {
            if let Some(font) = layer.pointer_mut(path) {
                font["enum"] = json!(names);
            }
        }
    }
}

fn text(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// Every name that `font_name` takes: listed ones, and file names that only one face has.
fn font_names(state: &ApiState) -> Vec<Value> {
    let fonts = state.engine.fonts();
    let listed = fonts.names();
    let files = listed.iter().filter_map(|n| n.rsplit('/').next()).filter(|f| !listed.iter().any(|n| n == f));
    let mut files: Vec<&str> = files.filter(|f| fonts.resolve(f).is_some()).collect();
    files.sort_unstable();
    listed.iter().map(String::as_str).chain(files).map(|n| json!(n)).collect()
}

fn members(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flatten()
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn json_of(schema: &Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}

/// Completes an operation: every answer gets a description, files become binary, job IDs become UUIDs.
fn complete(operation: &mut Value, method: &str) {
    let body = operation.get("requestBody").is_some();
    for (_, content) in members(&mut operation["requestBody"]["content"]) {
        binary(content);
    }
    if !body {
        // Indexing has made it.
        operation.as_object_mut().map(|o| o.remove("requestBody"));
    }
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        match parameter["name"].as_str() {
            Some("job_id") => parameter["schema"] = json!({ "type": "string", "format": "uuid" }),
            Some("name") => parameter["schema"]["enum"] = ImageName::ALL.iter().map(|n| n.as_str()).collect(),
            Some("report") => parameter["schema"] = json!({ "type": "string", "enum": ["true", "false", "1", "0", "yes", "no"] }),
            Some("images") => parameter["schema"] = json!({ "type": "string", "enum": ["true", "false", "1", "0", "yes", "no"] }),
            _ => {}
        }
    }
    if operation["parameters"].is_null() {
        operation.as_object_mut().map(|o| o.remove("parameters"));
    }
    let valued = operation.get("parameters").is_some();
    let more = [(true, ANYWHERE), (body, BODIES), (valued, VALUES), (method != "get", WRITES)];
    for (status, words) in more.into_iter().filter(|m| m.0).flat_map(|m| m.1) {
        if operation["responses"][status].is_null() {
            operation["responses"][status] = json!({ "description": words, "content": json_of(&reference("DetailBody")) });
        }
    }
    let summary = operation["summary"].as_str().unwrap_or("The answer").to_owned();
    for (status, response) in members(&mut operation["responses"]) {
        if text(response).is_empty() {
            let words = ANSWERS.iter().find(|a| a.0 == status.as_str()).map_or(summary.as_str(), |a| a.1);
            response["description"] = json!(words);
        }
        if let Some(content) = response.get_mut("content") {
            members(content).filter(|(kind, _)| kind.as_str() != "application/json").for_each(|(_, content)| binary(content));
        }
    }
}

/// Describes a file as binary instead of a list of numbers.
fn binary(content: &mut Value) {
    if content["schema"]["type"] == "array" {
        content["schema"] = json!({ "type": "string", "format": "binary" });
    }
}

/// Lists the allowed words of answer fields whose types say only "string".
fn words(schemas: &mut Value) {
    const STATUS: &[&str] = &["pending", "running", "completed", "failed", "stopped"];
    const STEPS: &[&str] = &["init", "step1_background", "step2_text", "step3_composite"];
    const FIXED: &[(&str, &str, &[&str])] = &[
        ("Started", "status", &["started"]),
        ("StoppedAll", "status", &["stopped"]),
        ("Deleted", "status", &["deleted"]),
        ("Reset", "status", &["reset"]),
        ("BusyBody", "status", &["busy"]),
        ("Health", "status", &["healthy", "busy"]),
        ("Stopped", "status", STATUS),
        ("Restored", "status", STATUS),
        ("Progress", "status", STATUS),
        ("Progress", "current_step", STEPS),
        ("JobLine", "status", STATUS),
        ("JobLine", "current_step", STEPS),
        ("PlanBody", "engine", &["draft", "diffusion"]),
        ("ModelSetBody", "installed", &["yes", "partly", "no"]),
        ("LicenceBody", "sale", &["yes", "rules", "no"]),
        ("FormatBody", "file", &["jpeg", "png", "webp", "pdf"]),
        ("DownloadBody", "status", &["running", "completed", "stopped", "failed"]),
        ("DownloadBody", "phase", &["asking", "checking", "downloading", "placing"]),
        ("ModelAnswer", "status", &["started", "stopping"]),
        ("ModelDeleted", "status", &["deleted"]),
        ("FontMetadataBody", "style", &["gothic", "serif", "handwriting", "mono", "sans-serif"]),
        ("FontMetadataBody", "weight", &["light", "regular", "bold", "extrabold", "heavy"]),
    ];
    for (schema, property, words) in FIXED {
        let property = &mut schemas[schema]["properties"][property];
        if property.is_object() {
            property["enum"] = json!(words);
        }
    }
    // Anything else is refused, so there is no default.
    if let Some(Value::Object(accept)) = schemas.pointer_mut("/PullRequest/properties/accept_licence") {
        accept.remove("default");
        accept.insert("enum".into(), json!([true]));
    }
    let id = json!({ "type": "string", "format": "uuid", "description": "Job ID.", "examples": ["550e8400-e29b-41d4-a716-446655440000"] });
    // All 64 bits.
    schemas["StatusBody"]["allOf"][1]["properties"]["seed"] =
        json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX, "description": "The seed." });
    for (_, schema) in members(schemas) {
        if let Some(property) = schema.get_mut("properties").and_then(|p| p.get_mut("job_id")) {
            *property = id.clone();
        }
    }
}

/// One server-sent event.
fn event() -> Value {
    json!({
        "type": "object",
        "required": ["event", "data"],
        "properties": {
            "event": { "enum": ["progress", "preview", "result", "end"] },
            "data": { "type": "string", "contentMediaType": "application/json" },
        },
    })
}

/// Links from the started job to its other calls.
fn links() -> Value {
    let with = |operation: &str| json!({ "operationId": operation, "parameters": { "job_id": "$response.body#/job_id" } });
    let of = ["status", "stop", "delete", "annotate", "restore", "image", "events"];
    Value::Object(of.iter().map(|name| ((*name).to_owned(), with(name))).collect())
}

/// `GenerateRequest`: the table, and the rules that join fields.
fn request() -> Value {
    let mut properties: Map<String, Value> = FIELDS.iter().map(|f| (f.name.to_owned(), schema(f))).collect();
    for name in IGNORED {
        properties.insert((*name).into(), json!({ "description": "Accepted and not used.", "deprecated": true }));
    }
    json!({
        "type": "object",
        "description": "Every field is optional unless start_step needs it; null means the default. Unknown fields are ignored, and named \
                        in the warnings of the answer.",
        "properties": properties,
        "allOf": rules(),
    })
}

/// The conditions on fields if step 2 or 3 is the first one: the fields that must be sent, with their schemas.
fn needed(step: StepNumber) -> Map<String, Value> {
    let text = |f: &Field| match f.kind {
        Kind::Text => json!({ "type": "string", "pattern": "[0-9A-Za-z가-힣]" }),
        _ => json!({ "type": "string" }),
    };
    FIELDS.iter().filter(|f| f.required_for.contains(&step)).map(|f| (f.name.to_owned(), text(f))).collect()
}

/// The last steps that a job may have that begins with this one.
fn later(step: StepNumber) -> impl Iterator<Item = StepNumber> {
    StepNumber::ALL.into_iter().filter(move |s| *s >= step)
}

/// The words for `false`.
const OFF: [&str; 4] = ["false", "0", "no", "off"];

/// The rules that join fields of a JSON body.
fn rules() -> Value {
    let is = |field: &str, values: Value| json!({ "properties": { field: { "enum": values } }, "required": [field] });
    let from = |step: StepNumber| {
        let mut then = needed(step);
        let required: Vec<String> = then.keys().cloned().collect();
        then.insert("mask_image".into(), json!({ "type": "null" }));
        let stops: Vec<Value> = later(step).flat_map(|s| [json!(s), json!(s.to_string())]).chain([Value::Null]).collect();
        then.insert("stop_step".into(), json!({ "enum": stops }));
        json!({ "if": is("start_step", json!([step, step.to_string()])), "then": { "properties": then, "required": required } })
    };
    let string = |field: &str| json!({ "properties": { field: { "type": "string" } }, "required": [field] });
    let off: Vec<Value> = [json!(false)].into_iter().chain(OFF.map(Value::from)).chain([Value::Null]).collect();
    json!([
        from(StepNumber::Text),
        from(StepNumber::Composite),
        { "if": string("mask_image"), "then": string("product_image") },
        { "if": string("background_color"), "then": { "properties": { "background_image": { "type": "null" } } } },
        { "if": is("engine", json!(["diffusion"])), "then": { "properties": { "test_mode": { "enum": off } } } },
    ])
}

/// The same rules for a form, whose values are texts and files and where an empty text is the same as nothing. They are written without `if` and
/// `not`, which tools that make requests from schemas apply to JSON values only.
fn form_rules() -> Value {
    let from = |step: StepNumber| {
        let others: Vec<String> =
            StepNumber::ALL.into_iter().filter(|s| *s != step).map(|s| s.to_string()).chain([String::new()]).collect();
        let mut then = needed(step);
        let required: Vec<String> = then.keys().cloned().collect();
        let stops: Vec<String> = later(step).map(|s| s.to_string()).chain([String::new()]).collect();
        then.insert("stop_step".into(), json!({ "enum": stops }));
        then.insert("mask_image".into(), json!(false));
        json!({ "anyOf": [{ "properties": { "start_step": { "enum": others } } }, { "properties": then, "required": required }] })
    };
    let off: Vec<&str> = OFF.into_iter().chain([""]).collect();
    json!([
        from(StepNumber::Text),
        from(StepNumber::Composite),
        { "dependentRequired": { "mask_image": ["product_image"] } },
        { "dependentSchemas": { "background_image": { "properties": { "background_color": { "enum": [""] } } } } },
        { "anyOf": [
            { "properties": { "engine": { "enum": ["auto", "draft", ""] } } },
            { "properties": { "test_mode": { "enum": off } } },
        ] },
    ])
}

/// `GenerateForm`: every value is text, except that pictures are files.
fn form() -> Value {
    let file = |f: &Field| json!({ "type": "string", "format": "binary", "description": f.description });
    let text = |f: &Field| {
        let mut property = schema(f);
        property["type"] = json!("string");
        // They hold for numbers.
        for rule in ["minimum", "maximum", "multipleOf", "default", "examples"] {
            property.as_object_mut().map(|p| p.remove(rule));
        }
        if let Some(words) = property.get_mut("enum").and_then(Value::as_array_mut) {
            words.retain(|word| !word.is_null());
            words.push(json!(""));
        }
        if let Some(pattern) =
            property.get("pattern").and_then(Value::as_str).filter(|_| !matches!(f.kind, Kind::Text | Kind::Prompt { .. }))
        {
            property["pattern"] = json!(format!("^$|{pattern}"));
        }
        property
    };
    let layers = |f: &Field| {
        let words = format!(
            "{} A JSON list as in GenerateRequest, without its pictures: these are files in parts named layers[0].image and so on.",
            f.description
        );
        json!({ "type": "string", "contentMediaType": "application/json", "format": "layers-json", "description": words })
    };
    let property = |f: &&Field| {
        let property = match f.kind {
            Kind::Image => file(f),
            Kind::Layers => layers(f),
            _ => text(f),
        };
        (f.name.to_owned(), property)
    };
    json!({
        "type": "object",
        "description": "The fields of GenerateRequest as a form: pictures are files, everything else is text. An empty part is the same as \
                        none, prompts and text_content apart. Unknown parts are ignored, and named in the warnings of the answer; \
                        repeated parts are errors.",
        "properties": FIELDS.iter().map(property).collect::<Map<_, _>>(),
        // A header of a part cannot carry control characters.
        "propertyNames": { "pattern": "^[^\\u0000-\\u001f\\u007f]*$" },
        "allOf": form_rules(),
    })
}

/// Requests that run as they are.
fn examples() -> Value {
    let photo = base64::engine::general_purpose::STANDARD.encode(assets::SAMPLE_PHOTO);
    let mut whole = help::example();
    whole["product_image"] = json!(photo);
    let mut plan = whole.clone();
    plan["dry_run"] = json!(true);
    json!({
        "advertisement": { "summary": "A photo and a slogan: all three steps", "value": whole },
        "background": {
            "summary": "The scene alone, quickly, with the draft engine",
            "value": { "bg_prompt": "wooden table in a cafe, morning light", "width": 512, "height": 512, "engine": "draft" },
        },
        "plan": { "summary": "Only what would be done, and how long it would take", "value": plan },
    })
}
