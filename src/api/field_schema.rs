//! The documentation of a field: as an entry of `GET /help/parameters` and as JSON Schema.

use serde_json::{Map, Value, json};

use crate::request::fields::{Fallback, Field, Kind, MAX_PROMPT_CHARS, MAX_TEXT_CHARS};

/// A text without control characters other than tab and line breaks.
const NO_CONTROLS: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";
/// Flags written as text.
const FLAG_WORDS: &str = "^(true|false|1|0|yes|no|on|off)$";

/// The entry of `GET /help/parameters`.
pub(super) fn help(field: &Field) -> Value {
    let default = if let Fallback::Computed(words) = field.fallback { json!(words) } else { field.default_value() };
    json!({
        "name": field.name,
        "aliases": field.aliases,
        "type": field.json_type(),
        "nullable": true,
        "default": default,
        "required_for_start_step": field.required_for,
        "used_by_start_step": field.used_by,
        "rule": field.rule().english(),
        "description": field.description,
        "description_ko": field.description_ko,
        "example": field.example_value(),
    })
}

/// The property's JSON Schema (2020-12, as OpenAPI 3.1 has it). Numbers and flags may also arrive as text: `pattern` then holds.
pub(super) fn schema(field: &Field) -> Value {
    let mut schema = Map::new();
    let text_too = matches!(field.kind, Kind::Integer { .. } | Kind::Seed | Kind::Number { .. } | Kind::Flag);
    let types = if text_too { json!([field.json_type(), "string", "null"]) } else { json!([field.json_type(), "null"]) };
    schema.insert("type".into(), types);
    let mut add = |name: &str, value: Value| schema.insert(name.into(), value);
    match field.kind {
        Kind::Integer { min, max, multiple } => {
            add("minimum", json!(min));
            add("maximum", json!(max));
            if multiple > 1 {
                add("multipleOf", json!(multiple));
            }
            add("pattern", json!(format!("^({})$", integers(min, max, multiple))));
        }
        Kind::Seed => {
            add("minimum", json!(-1));
            add("maximum", json!(u64::MAX));
            // Nineteen digits always fit.
            add("pattern", json!("^(-1|0|[1-9][0-9]{0,18})$"));
        }
        Kind::Number { min, max } => {
            add("minimum", json!(min));
            add("maximum", json!(max));
            add("pattern", json!(numbers(min, max)));
        }
        Kind::Flag => {
            add("pattern", json!(FLAG_WORDS));
        }
        Kind::Prompt { .. } => {
            add("maxLength", json!(MAX_PROMPT_CHARS));
            add("pattern", json!(NO_CONTROLS));
        }
        Kind::Slogan => {
            add("maxLength", json!(MAX_TEXT_CHARS));
            add("format", json!("drawable-text"));
        }
        Kind::Choice(words) => {
            let mut all: Vec<Value> = words.iter().map(|w| json!(w)).collect();
            all.push(Value::Null);
            add("enum", Value::Array(all));
        }
        Kind::Image => {
            add("contentEncoding", json!("base64"));
            add("contentMediaType", json!("image/*"));
            add("format", json!("image-base64"));
        }
        Kind::Font => {}
    }
    let default = field.default_value();
    if !default.is_null() {
        add("default", default);
    }
    add("description", json!(description(field)));
    add("examples", json!([field.example_value()]));
    Value::Object(schema)
}

/// The description in English and Korean, the rule, the default.
fn description(field: &Field) -> String {
    let mut words = format!("{}\n\n{}\n\nRule: {}.", field.description, field.description_ko, field.rule().english());
    if let Fallback::Computed(default) = field.fallback {
        words.push_str(&format!(" Default: {default}."));
    }
    if !field.required_for.is_empty() {
        let steps: Vec<String> = field.required_for.iter().map(ToString::to_string).collect();
        words.push_str(&format!(" Required when start_step is {}.", steps.join(" or ")));
    }
    if !field.aliases.is_empty() {
        words.push_str(&format!(" Older name: {}.", field.aliases.join(", ")));
    }
    words
}

/// A regular expression for the whole numbers of a range, without anchors.
fn integers(min: u64, max: u64, multiple: u64) -> String {
    let all = (min..=max).filter(|v| v.is_multiple_of(multiple.max(1)));
    all.map(|v| v.to_string()).collect::<Vec<_>>().join("|")
}

/// A regular expression of the numbers of a range whose ends are whole, or that begins between two whole numbers. All that it matches are
/// in the range.
fn numbers(min: f64, max: f64) -> String {
    let (first, last) = (min.ceil() as u64, max.floor() as u64);
    let below = integers(first, last.saturating_sub(1), 1);
    format!("^(({below})(\\.[0-9]+)?|{last}(\\.0+)?)$")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::{self, FIELDS};

    #[test]
    fn patterns_name_the_range() {
        assert_eq!(schema(&fields::START_STEP)["pattern"], "^(1|2|3)$");
        assert_eq!(schema(&fields::STRENGTH)["pattern"], r"^((0)(\.[0-9]+)?|1(\.0+)?)$");
        assert_eq!(schema(&fields::PRODUCT_SCALE)["pattern"], r"^((1|2|3)(\.[0-9]+)?|4(\.0+)?)$");
        let sides = schema(&fields::WIDTH)["pattern"].as_str().unwrap().to_owned();
        assert!(sides.starts_with("^(256|272|") && sides.ends_with("|2048)$"), "{sides}");
    }

    #[test]
    fn what_may_arrive_as_text_says_so() {
        for field in FIELDS {
            let schema = schema(field);
            let types = schema["type"].as_array().unwrap();
            assert!(types.contains(&json!("string")) && types.contains(&json!("null")), "{}", field.name);
            assert!(types.contains(&json!(field.json_type())), "{}", field.name);
        }
    }
}
