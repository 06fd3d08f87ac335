//! The documentation of a field: as an entry of `GET /help/parameters` and as JSON Schema.

use serde_json::{Map, Value, json};

use super::layer_schema::{self, NO_CONTROLS};
use crate::request::fields::{Fallback, Field, Kind, MAX_PROMPT_CHARS, MAX_TEXT_CHARS, TRANSPARENT};

/// Flags written as text.
const FLAG_WORDS: &str = "^(true|false|1|0|yes|no|on|off)$";

/// The entry of `GET /help/parameters`.
pub(super) fn help(field: &Field) -> Value {
    let default = if let Fallback::Computed(words) = field.fallback { json!(words) } else { field.default_value() };
    let mut entry = json!({
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
    });
    if field.kind == Kind::Layers {
        entry["fields"] = json!(layer_schema::layer_help());
    }
    entry
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
        Kind::Text => {
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
        Kind::Color => {
            add("pattern", json!(layer_schema::COLOR));
        }
        Kind::Background => {
            let color = layer_schema::COLOR.trim_start_matches('^').trim_end_matches('$');
            add("pattern", json!(format!("^({color}|{TRANSPARENT})$")));
        }
        Kind::Layers => {
            if let Value::Object(layers) = layer_schema::layers() {
                schema.extend(layers);
            }
        }
        // Fields of layers have schemas of their own.
        Kind::Font | Kind::LayerText | Kind::LayerImage | Kind::Label | Kind::Section(_) | Kind::List(_) => {}
    }
    let mut add = |name: &str, value: Value| schema.insert(name.into(), value);
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
    /// A longer list of numbers is written with classes of digits.
    const LISTED: u64 = 32;
    if multiple == 1 && max - min > LISTED {
        return digit_classes(min, max).join("|");
    }
    let all = (min..=max).filter(|v| v.is_multiple_of(multiple.max(1)));
    all.map(|v| v.to_string()).collect::<Vec<_>>().join("|")
}

/// Regular expressions that together match the whole numbers of a range, such as `25[6-9]` and `[3-9][0-9][0-9]`.
fn digit_classes(min: u64, max: u64) -> Vec<String> {
    let mut parts = Vec::new();
    let mut from = min;
    while from <= max {
        // The largest block of 10ⁿ numbers that begins at a multiple of its size, and how many of them follow with the same number of digits.
        let fits = |size: u64| from.is_multiple_of(size) && from + size - 1 <= max;
        let mut size = 1;
        while fits(size * 10) && (from >= size * 10) {
            size *= 10;
        }
        let digit = from / size % 10;
        let blocks = (1..10 - digit).take_while(|n| from + size * (n + 1) - 1 <= max).count() as u64;
        let (head, last) = (from / size / 10, digit + blocks);
        let head = if head == 0 { String::new() } else { head.to_string() };
        let class = if blocks == 0 { digit.to_string() } else { format!("[{digit}-{last}]") };
        parts.push(format!("{head}{class}{}", "[0-9]".repeat(size.ilog10() as usize)));
        from += size * (blocks + 1);
    }
    parts
}

/// A regular expression of the numbers of a range that begins at a whole number of tenths (a whole number, if it is negative) and ends at a
/// whole number. Everything that it matches is in the range.
fn numbers(min: f64, max: f64) -> String {
    let mut parts = Vec::new();
    if min < 0.0 {
        let below = (-min).floor() as u64;
        parts.extend((below > 0).then(|| format!("-({})(\\.[0-9]+)?", integers(0, below - 1, 1))));
        parts.push(format!("-{below}(\\.0+)?"));
    }
    let min = min.max(0.0);
    let (tenths, first, last) = ((min * 10.0).round() as u64, min.ceil() as u64, max.floor() as u64);
    if !tenths.is_multiple_of(10) {
        parts.push(format!("{}\\.[{}-9][0-9]*", tenths / 10, tenths % 10));
    }
    if first < last {
        parts.push(format!("({})(\\.[0-9]+)?", integers(first, last - 1, 1)));
    }
    parts.push(format!("{last}(\\.0+)?"));
    format!("^({})$", parts.join("|"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::{self, FIELDS};

    #[test]
    fn patterns_name_the_range() {
        assert_eq!(schema(&fields::START_STEP)["pattern"], "^(1|2|3)$");
        assert_eq!(schema(&fields::STRENGTH)["pattern"], r"^((0)(\.[0-9]+)?|1(\.0+)?)$");
        assert_eq!(schema(&fields::PRODUCT_SCALE)["pattern"], r"^(0\.[1-9][0-9]*|(1|2|3)(\.[0-9]+)?|4(\.0+)?)$");
        assert_eq!(schema(&fields::TEXT_SCALE)["pattern"], r"^(0\.[2-9][0-9]*|1(\.0+)?)$");
        let sides = schema(&fields::WIDTH)["pattern"].as_str().unwrap().to_owned();
        assert_eq!(sides, "^(25[6-9]|2[6-9][0-9]|[3-9][0-9][0-9]|[1-3][0-9][0-9][0-9]|40[0-8][0-9]|409[0-6])$");
        for (side, is_allowed) in [(0, false), (25, false), (255, false), (1000, true), (4097, false), (25_600, false)] {
            assert_eq!(accepts(&sides, &side.to_string()), is_allowed, "{side}");
        }
        assert!((256..=4096).all(|side: u32| accepts(&sides, &side.to_string())));
    }

    /// What is left of the text after each way to match the pattern at its beginning. Knows what [`numbers`] writes.
    fn rests<'t>(pattern: &str, text: &'t str) -> Vec<&'t str> {
        let mut depth = 0;
        let bar = pattern.char_indices().find(|(_, c)| {
            depth += i32::from(*c == '(') - i32::from(*c == ')');
            *c == '|' && depth == 0
        });
        if let Some((at, _)) = bar {
            return [rests(&pattern[..at], text), rests(&pattern[at + 1..], text)].concat();
        }
        let Some(first) = pattern.chars().next() else { return vec![text] };
        let length = match first {
            '(' => {
                let ends = pattern.char_indices().scan(0, |depth, (i, c)| {
                    *depth += i32::from(c == '(') - i32::from(c == ')');
                    Some((i, *depth))
                });
                ends.skip(1).find(|(_, depth)| *depth == 0).unwrap().0 + 1
            }
            '[' => pattern.find(']').unwrap() + 1,
            '\\' => 2,
            _ => 1,
        };
        let (atom, after) = pattern.split_at(length);
        let once = |text: &'t str| -> Vec<&'t str> {
            let Some(next) = text.chars().next() else { return Vec::new() };
            let fits = match atom.as_bytes() {
                [b'(', inner @ .., b')'] => return rests(std::str::from_utf8(inner).unwrap(), text),
                [b'[', from, b'-', to, b']'] => (*from..=*to).contains(&(next as u8)),
                [.., only] => *only == next as u8,
                [] => false,
            };
            if fits { vec![&text[1..]] } else { Vec::new() }
        };
        let (least, most, after) = match after.chars().next() {
            Some('?') => (0, 1, &after[1..]),
            Some('*') => (0, usize::MAX, &after[1..]),
            Some('+') => (1, usize::MAX, &after[1..]),
            _ => (1, 1, after),
        };
        let mut found = Vec::new();
        let (mut now, mut times) = (vec![text], 0);
        while !now.is_empty() {
            if times >= least {
                found.extend(now.iter().flat_map(|text| rests(after, text)));
            }
            if times == most {
                break;
            }
            now = now.into_iter().flat_map(once).collect();
            times += 1;
        }
        found
    }

    fn accepts(pattern: &str, text: &str) -> bool {
        let inner = pattern.strip_prefix('^').and_then(|p| p.strip_suffix('$')).unwrap();
        rests(inner, text).contains(&"")
    }

    #[test]
    fn patterns_accept_the_range_and_nothing_else() {
        assert!(accepts(r"^(a(b|c)?|[2-4]\.0+)$", "ac") && accepts(r"^(a(b|c)?|[2-4]\.0+)$", "3.00"));
        assert!(!accepts(r"^(a(b|c)?|[2-4]\.0+)$", "5.0") && !accepts(r"^(a(b|c)?|[2-4]\.0+)$", "3."));
        for field in FIELDS {
            let Kind::Number { min, max } = field.kind else { continue };
            let pattern = schema(field)["pattern"].as_str().unwrap().to_owned();
            let middle = (min + max) / 2.0;
            for good in [min.to_string(), max.to_string(), format!("{max:.2}"), middle.to_string(), field.example_value().to_string()] {
                assert!(accepts(&pattern, &good), "{}: {good} and {pattern}", field.name);
            }
            let outside = [min - 0.1, min - 0.01, max + 0.1, max + 0.01, max + 1.0].map(|v| format!("{v:.2}"));
            for bad in outside.iter().map(String::as_str).chain(["", ".1", "."]) {
                assert!(!accepts(&pattern, bad), "{}: {bad} and {pattern}", field.name);
            }
        }
    }

    #[test]
    fn what_may_arrive_as_text_says_so() {
        // The list of layers is documented as a list.
        for field in FIELDS.iter().filter(|field| field.kind != Kind::Layers) {
            let schema = schema(field);
            let types = schema["type"].as_array().unwrap();
            assert!(types.contains(&json!("string")) && types.contains(&json!("null")), "{}", field.name);
            assert!(types.contains(&json!(field.json_type())), "{}", field.name);
        }
    }
}
