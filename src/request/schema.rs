//! A field's rule: in words, as an entry of `GET /help/parameters` and as JSON Schema.

use serde_json::{Map, Value, json};

use super::fields::{Fallback, Field, Kind, MAX_PROMPT_CHARS, MAX_TEXT_CHARS};

/// No control characters but tab and line breaks.
const NO_CONTROLS: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";
/// Flags written as text.
const FLAG_WORDS: &str = "^(true|false|1|0|yes|no|on|off)$";

/// Where the program is built with its decoder.
const HEIC: &str = if cfg!(feature = "heic") { " HEIC," } else { "" };

impl Field {
    /// The rule in words.
    pub fn rule(&self) -> String {
        match self.kind {
            Kind::Integer { min, max, multiple: 1 } => format!("a whole number from {min} to {max}"),
            Kind::Integer { min, max, multiple } => format!("a whole number from {min} to {max}, a multiple of {multiple}"),
            Kind::Seed => format!("a whole number from 0 to {}, or -1 for a random one", u64::MAX),
            Kind::Number { min, max } => format!("a number from {min} to {max}"),
            Kind::Flag => "true or false".into(),
            Kind::Prompt { .. } => format!("at most {MAX_PROMPT_CHARS} characters, without control characters"),
            Kind::Slogan => format!("at most {MAX_TEXT_CHARS} characters; line breaks are kept; blank means no text"),
            Kind::Choice(words) => format!("one of: {}", words.join(", ")),
            Kind::Font => "a name from GET /fonts, in full or the file name alone where only one face has it".into(),
            Kind::Image => format!("base64 of a PNG, JPEG, WebP,{HEIC} BMP or TIFF file; data:image/...;base64, may precede it"),
        }
    }

    /// The entry of `GET /help/parameters`.
    pub fn help(&self) -> Value {
        let default = if let Fallback::Computed(words) = self.fallback { json!(words) } else { self.default_value() };
        json!({
            "name": self.name,
            "aliases": self.aliases,
            "type": self.json_type(),
            "nullable": true,
            "default": default,
            "required_for_start_step": self.required_for,
            "used_by_start_step": self.used_by,
            "rule": self.rule(),
            "description": self.description,
            "description_ko": self.description_ko,
            "example": self.example_value(),
        })
    }

    /// The property's JSON Schema (2020-12, as OpenAPI 3.1 has it). Numbers and flags may also arrive as text: `pattern` then holds.
    pub fn schema(&self) -> Value {
        let mut schema = Map::new();
        let text_too = matches!(self.kind, Kind::Integer { .. } | Kind::Seed | Kind::Number { .. } | Kind::Flag);
        let types = if text_too { json!([self.json_type(), "string", "null"]) } else { json!([self.json_type(), "null"]) };
        schema.insert("type".into(), types);
        let mut add = |name: &str, value: Value| schema.insert(name.into(), value);
        match self.kind {
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
        let default = self.default_value();
        if !default.is_null() {
            add("default", default);
        }
        add("description", json!(self.words()));
        add("examples", json!([self.example_value()]));
        Value::Object(schema)
    }

    /// The description for readers: English, Korean, rule, default.
    fn words(&self) -> String {
        let mut words = format!("{}\n\n{}\n\nRule: {}.", self.description, self.description_ko, self.rule());
        if let Fallback::Computed(default) = self.fallback {
            words.push_str(&format!(" Default: {default}."));
        }
        if !self.required_for.is_empty() {
            let steps: Vec<String> = self.required_for.iter().map(u8::to_string).collect();
            words.push_str(&format!(" Required when start_step is {}.", steps.join(" or ")));
        }
        if !self.aliases.is_empty() {
            words.push_str(&format!(" Older name: {}.", self.aliases.join(", ")));
        }
        words
    }
}

/// A regular expression of the whole numbers of a range, without anchors.
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
    use super::super::fields::{self, FIELDS};
    use super::*;

    #[test]
    fn patterns_name_the_range() {
        assert_eq!(fields::START_STEP.schema()["pattern"], "^(1|2|3)$");
        assert_eq!(fields::STRENGTH.schema()["pattern"], r"^((0)(\.[0-9]+)?|1(\.0+)?)$");
        assert_eq!(fields::PRODUCT_SCALE.schema()["pattern"], r"^((1|2|3)(\.[0-9]+)?|4(\.0+)?)$");
        let sides = fields::WIDTH.schema()["pattern"].as_str().unwrap().to_owned();
        assert!(sides.starts_with("^(256|272|") && sides.ends_with("|2048)$"), "{sides}");
    }

    #[test]
    fn what_may_arrive_as_text_says_so() {
        for field in FIELDS {
            let schema = field.schema();
            let types = schema["type"].as_array().unwrap();
            assert!(types.contains(&json!("string")) && types.contains(&json!("null")), "{}", field.name);
            assert!(types.contains(&json!(field.json_type())), "{}", field.name);
        }
    }
}
