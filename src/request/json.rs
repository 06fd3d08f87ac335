//! Reads fields from JSON. Values of unknown fields are skipped without being built.
//!
//! Takes the memory of the body and of one copy of the strings of known fields. A tree of arbitrary JSON would take up to forty times the
//! size of the body.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::error::FieldError;
use super::fields::LAYERS;
use super::json_limits::JsonLimits;
use super::layers::{TooLarge, read_list, too_large};
use super::raw::RawRequest;
use super::unknown::{MAX_NAME, known};
use crate::notice;
use crate::notice::Notice;

/// Only `layers` needs any nesting, and skipping a value takes one byte of memory per level. Values of unknown fields are never built, so their
/// number does not matter.
const LIMITS: JsonLimits = JsonLimits { depth: 128, values: usize::MAX };

/// Reads the fields of a JSON object. A known field that is sent twice is an error. Pictures stay base64 texts.
///
/// # Errors
/// One error for each field whose value cannot be read, or one error of the request as a whole.
pub fn read_fields(bytes: &[u8]) -> Result<RawRequest, Vec<FieldError>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let invalid = |notice| vec![FieldError::whole("json_invalid", notice)];
    let text = std::str::from_utf8(bytes).map_err(|e| invalid(notice!("request-not-utf8", position = e.valid_up_to())))?;
    if !LIMITS.hold(text.as_bytes()) {
        return Err(invalid(notice!("request-too-deep", most = LIMITS.depth)));
    }
    let invalid = |e: serde_json::Error| invalid(notice!("request-not-json", detail = e.to_string()));
    if !text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with('{') {
        serde_json::from_str::<IgnoredAny>(text).map_err(invalid)?;
        return Err(vec![FieldError::whole("object_type", notice!("request-not-an-object"))]);
    }
    let object: Object = serde_json::from_str(text).map_err(invalid)?;
    if object.errors.is_empty() { Ok(object.request) } else { Err(object.errors) }
}

#[derive(Default)]
struct Object {
    request: RawRequest,
    errors: Vec<FieldError>,
}

impl Object {
    fn refuse(&mut self, name: &'static str, kind: &'static str, notice: Notice) {
        if !self.errors.iter().any(|e| e.field() == Some(name)) {
            self.errors.push(FieldError::new(name, kind, notice));
        }
    }

    fn take(&mut self, name: &'static str, raw: &RawValue) {
        let raw = raw.get();
        let value = match raw.as_bytes().first() {
            // The only known field that is a tree.
            Some(b'[' | b'{') if name == LAYERS.name => match read_list(raw) {
                Ok(value) => value.map_err(|_| notice!("request-layers-unreadable")),
                Err(TooLarge) => Err(too_large()),
            },
            Some(b'"') => text(raw).map(Value::String).ok_or_else(|| notice!("request-surrogate")),
            Some(b'[') => Ok(Value::Array(Vec::new())),
            Some(b'{') => Ok(Value::Object(Map::new())),
            _ => serde_json::from_str(raw).map_err(|_| notice!("request-number-too-large")),
        };
        match value {
            Ok(value) => {
                self.request.fields.insert(name.into(), value);
            }
            Err(notice) => self.refuse(name, "json_invalid", notice),
        }
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut object = Object::default();
                while let Some(name) = map.next_key::<Name>()? {
                    match name {
                        Name::Known(name) if object.request.fields.contains_key(name) => {
                            map.next_value::<IgnoredAny>()?;
                            object.refuse(name, "duplicate", notice!("request-duplicate"));
                        }
                        Name::Known(name) => object.take(name, map.next_value::<&RawValue>()?),
                        Name::Unknown(name) => {
                            map.next_value::<IgnoredAny>()?;
                            object.request.skip_unknown(&name);
                        }
                    }
                }
                Ok(object)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// The name of a field. A long unknown one is cut rather than copied whole.
enum Name {
    Known(&'static str),
    Unknown(String),
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Key;
        impl Visitor<'_> for Key {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                Ok(known(name).map_or_else(|| Name::Unknown(name.chars().take(MAX_NAME).collect()), Name::Known))
            }
        }
        deserializer.deserialize_str(Key)
    }
}

/// Unescapes a JSON string whose syntax has been checked; `None` if it has half of a surrogate pair. Allocates once and at most the length of `raw`;
/// serde_json would unescape into a buffer first.
fn text(raw: &str) -> Option<String> {
    let mut rest = raw.strip_prefix('"')?.strip_suffix('"')?;
    if !rest.contains('\\') {
        return Some(rest.to_owned());
    }
    let mut out = String::with_capacity(rest.len());
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (escape, after) = rest[at + 1..].split_at_checked(1)?;
        rest = after;
        out.push(match escape {
            "n" => '\n',
            "t" => '\t',
            "r" => '\r',
            "b" => '\u{8}',
            "f" => '\u{c}',
            "u" => {
                let (first, after) = unit(rest)?;
                rest = after;
                match first {
                    0xD800..=0xDBFF => {
                        let (second, after) = unit(rest.strip_prefix("\\u")?)?;
                        rest = after;
                        let low = second.checked_sub(0xDC00).filter(|v| *v < 0x400)?;
                        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + low)?
                    }
                    other => char::from_u32(other)?,
                }
            }
            other => other.chars().next()?,
        });
    }
    out.push_str(rest);
    Some(out)
}

/// Four hexadecimal digits, and what follows them.
fn unit(text: &str) -> Option<(u32, &str)> {
    let (digits, after) = text.split_at_checked(4)?;
    u32::from_str_radix(digits, 16).ok().map(|v| (v, after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::unknown::MAX_NAMED;
    use super::*;

    fn read(text: &str) -> RawRequest {
        read_fields(text.as_bytes()).unwrap()
    }

    #[test]
    fn known_fields_are_what_serde_json_reads() {
        for value in [
            r#""plain 한국어""#,
            r#""""#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""\u0041\uac00\ud83d\ude00 end""#,
            r#""iVBOR\/w0KGgo\n""#,
            "1.5",
            "-0",
            "18446744073709551615",
            "true",
            "null",
        ] {
            let whole: Value = serde_json::from_str(value).unwrap();
            assert_eq!(read(&format!(" {{\"bg_prompt\" : {value} }} ")).fields["bg_prompt"], whole, "{value}");
        }
        assert_eq!(
            read("{\"seed\": [1, {\"a\": 2}], \"strength\": {\"a\": []}}").fields,
            *json!({"seed": [], "strength": {}}).as_object().unwrap()
        );
        assert_eq!(
            read("\u{feff}{\"input_image\": \"a\", \"\\u0073eed\": 4}").fields,
            *json!({"input_image": "a", "seed": 4}).as_object().unwrap()
        );
    }

    #[test]
    fn unknown_fields_are_named_in_part_and_counted() {
        let names: Vec<String> = (0..1000).map(|i| format!("\"key{i}\": [{{\"seed\": {i}}}]")).collect();
        let long = "x".repeat(5000);
        let raw = read(&format!("{{\"{long}\": 1e999, {}, \"seed\": 7, \"key3\": 1}}", names.join(",")));
        assert_eq!((raw.fields.len(), raw.more_unknown), (MAX_NAMED + 1, 1001 - MAX_NAMED));
        assert_eq!((&raw.fields["seed"], raw.fields.keys().next().unwrap().len()), (&json!(7), MAX_NAME));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let deep = |n: usize| format!("{{\"x\": {}{}}}", "[".repeat(n), "]".repeat(n));
        assert!(read_fields(deep(LIMITS.depth - 1).as_bytes()).is_ok());
        for (text, loc, kind) in [
            ("{\"seed\": 1, \"seed\": 2, \"seed\": 3}", "seed", "duplicate"),
            ("{\"strength\": 1e999}", "strength", "json_invalid"),
            ("{\"bg_prompt\": \"\\ud800\"}", "bg_prompt", "json_invalid"),
            ("{\"bg_prompt\": \"\\ud800\\u0041\"}", "bg_prompt", "json_invalid"),
            ("{\"bg_prompt\": \"\\udc00\"}", "bg_prompt", "json_invalid"),
            ("{\"bg_prompt\": \"\\u00g0\"}", "body", "json_invalid"),
            ("{\"bg_prompt\": \"a\nb\"}", "body", "json_invalid"),
            ("{\"seed\": 1} {}", "body", "json_invalid"),
            ("{\"x\": [1, }", "body", "json_invalid"),
            ("seed", "body", "json_invalid"),
            ("[{}]", "body", "object_type"),
            (" \"text\"", "body", "object_type"),
            (&deep(LIMITS.depth), "body", "json_invalid"),
        ] {
            let errors = read_fields(text.as_bytes()).unwrap_err();
            assert_eq!((errors.len(), errors[0].field().unwrap_or("body"), errors[0].kind), (1, loc, kind), "{text}: {errors:?}");
            assert!(errors[0].to_string().len() < 200, "{}", errors[0]);
        }
        assert!(read_fields(b"{\"bg_prompt\": \"\xff\"}").unwrap_err()[0].to_string().contains("byte 15"));
    }
}
