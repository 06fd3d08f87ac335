//! Reads and writes fields of a layer. A brief keeps layers as JSON; ranges and defaults come from the request's field table.

use serde_json::{Map, Value, json};

use crate::request::fields::{Fallback, Field, Kind};
use crate::request::layers::{Color, LAYER_FIELDS, LayerType, ShapeKind, hex, read_color};

/// The field of a layer with this name; the layer's type if there is none.
pub fn field(name: &str) -> &'static Field {
    let found = LAYER_FIELDS.iter().map(|(field, _)| *field).find(|field| field.name == name);
    found.unwrap_or(LAYER_FIELDS[0].0)
}

/// The field of a part of a layer, such as the blur of its shadow; the part itself if there is none.
pub fn part(section: &str, name: &str) -> &'static Field {
    let section = field(section);
    match section.kind {
        Kind::Section(fields) | Kind::List(fields) => fields.iter().copied().find(|field| field.name == name).unwrap_or(section),
        _ => section,
    }
}

/// The type of a layer; a type that this version does not know counts as text.
pub fn kind(layer: &Value) -> LayerType {
    layer.get("type").and_then(Value::as_str).and_then(|word| word.parse().ok()).unwrap_or_default()
}

/// The outline of a shape.
pub fn shape(layer: &Value) -> ShapeKind {
    layer.get("shape").and_then(Value::as_str).and_then(|word| word.parse().ok()).unwrap_or_default()
}

/// Smallest and largest value that the request allows.
pub fn range(field: &Field) -> (f32, f32) {
    match field.kind {
        Kind::Number { min, max } => (min as f32, max as f32),
        Kind::Integer { min, max, .. } => (min as f32, max as f32),
        _ => (0.0, 1.0),
    }
}

fn fallback(field: &Field) -> Option<f32> {
    match field.fallback {
        Fallback::Number(v) => Some(v as f32),
        Fallback::Integer(v) => Some(v as f32),
        _ => None,
    }
}

/// The number of a field, if the object has it.
pub fn own_number(object: &Value, field: &Field) -> Option<f32> {
    object.get(field.name).and_then(Value::as_f64).map(|v| v as f32)
}

/// The number of a field, else the field's default.
pub fn number(object: &Value, field: &Field) -> f32 {
    own_number(object, field).or_else(|| fallback(field)).unwrap_or_default()
}

/// Sets a number within the field's range; the default is left out. Fractions keep four digits: a tenth of a pixel.
pub fn set_number(object: &mut Value, field: &Field, value: f32) {
    let (min, max) = range(field);
    let digits = |v: f32| (f64::from(v) * 1e4).round() / 1e4;
    let value = digits(value.clamp(min, max));
    if fallback(field).map(digits) == Some(value) {
        return remove(object, field.name);
    }
    let value = match field.kind {
        Kind::Integer { .. } => json!(value.round() as u64),
        _ => json!(value),
    };
    set(object, field.name, value);
}

/// Whether a flag is set.
pub fn flag(object: &Value, name: &str) -> bool {
    object.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// Sets a flag; `false` is left out.
pub fn set_flag(object: &mut Value, name: &str, on: bool) {
    if on { set(object, name, json!(true)) } else { remove(object, name) }
}

/// The text of a field; empty if there is none.
pub fn words<'v>(object: &'v Value, name: &str) -> &'v str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Sets a text; an empty one is left out.
pub fn set_words(object: &mut Value, name: &str, words: &str) {
    if words.is_empty() { remove(object, name) } else { set(object, name, json!(words)) }
}

/// The colour of a field, if the object has a readable one.
pub fn own_color(object: &Value, field: &Field) -> Option<Color> {
    object.get(field.name).and_then(read_color)
}

/// The colour of a field, else the field's default; black if it has none.
pub fn color(object: &Value, field: &Field) -> Color {
    let default = || if let Fallback::Text(text) = field.fallback { read_color(&json!(text)) } else { None };
    own_color(object, field).or_else(default).unwrap_or_default()
}

/// Sets a colour.
pub fn set_color(object: &mut Value, field: &Field, color: Color) {
    set(object, field.name, json!(hex(color)));
}

/// Whether a part of a layer, such as its shadow, is drawn.
pub fn has_part(layer: &Value, name: &str) -> bool {
    match layer.get(name) {
        Some(Value::Object(_)) => true,
        other => other.and_then(Value::as_bool).unwrap_or(false),
    }
}

/// A part of a layer, switched on if it was off.
pub fn part_mut<'v>(layer: &'v mut Value, name: &str) -> Option<&'v mut Value> {
    let object = layer.as_object_mut()?;
    let part = object.entry(name).or_insert_with(|| json!({}));
    if !part.is_object() {
        *part = json!({});
    }
    Some(part)
}

/// Removes a field.
pub fn remove(object: &mut Value, name: &str) {
    if let Some(object) = object.as_object_mut() {
        object.shift_remove(name);
    }
}

/// Sets a field.
pub fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.into(), value);
    }
}

/// The runs of a text layer: its own, or one that takes everything from the layer.
pub fn runs(layer: &Value) -> Vec<Value> {
    match layer.get("runs").and_then(Value::as_array) {
        Some(runs) => runs.clone(),
        None => vec![json!({"text": words(layer, "text")})],
    }
}

/// The whole text of a text layer.
pub fn text(layer: &Value) -> String {
    match layer.get("runs").and_then(Value::as_array) {
        Some(runs) => runs.iter().map(|run| words(run, "text")).collect(),
        None => words(layer, "text").to_owned(),
    }
}

/// Sets the runs. Neighbours that look alike become one, empty ones are left out, and a single one without a look of its own becomes `text`.
pub fn set_runs(layer: &mut Value, runs: Vec<Value>) {
    let look = |run: &Value| {
        let mut look = run.as_object().cloned().unwrap_or_default();
        look.shift_remove("text");
        look
    };
    let mut merged: Vec<Value> = Vec::new();
    for run in runs.into_iter().filter(|run| !words(run, "text").is_empty()) {
        match merged.last_mut() {
            Some(last) if look(last) == look(&run) => {
                let joined = format!("{}{}", words(last, "text"), words(&run, "text"));
                set(last, "text", json!(joined));
            }
            _ => merged.push(run),
        }
    }
    let plain = match merged.as_slice() {
        [] => Some(String::new()),
        [one] if look(one) == Map::new() => Some(words(one, "text").to_owned()),
        _ => None,
    };
    match plain {
        Some(text) => {
            remove(layer, "runs");
            set(layer, "text", json!(text));
        }
        None => {
            remove(layer, "text");
            set(layer, "runs", Value::Array(merged));
        }
    }
}

/// Replaces the text. The runs keep their style; inserted characters belong to the run in which they begin, or that ends there.
pub fn set_text(layer: &mut Value, text: &str) {
    if layer.get("runs").is_none() {
        return set(layer, "text", json!(text));
    }
    let (old, new): (Vec<char>, Vec<char>) = (self::text(layer).chars().collect(), text.chars().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - same;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (cut, inserted) = (same..old.len() - tail, &new[same..new.len() - tail]);
    let (mut at, mut placed) = (0, false);
    let mut runs = runs(layer);
    for run in &mut runs {
        let chars: Vec<char> = words(run, "text").chars().collect();
        let (from, to) = (at, at + chars.len());
        // Text typed between two runs belongs to the first; text that replaces letters belongs to their run.
        let here = !placed && (cut.start < to || (cut.is_empty() && cut.start == to));
        let mut kept: String = chars.iter().enumerate().filter(|(i, _)| from + i < cut.start).map(|(_, c)| *c).collect();
        if here {
            kept.extend(inserted);
            placed = true;
        }
        kept.extend(chars.iter().enumerate().filter(|(i, _)| from + i >= cut.end).map(|(_, c)| *c));
        set(run, "text", json!(kept));
        at = to;
    }
    set_runs(layer, runs);
}

/// Changes the look of the characters `from..to` of the text: they become runs of their own.
pub fn restyle(layer: &mut Value, from: usize, to: usize, change: impl Fn(&mut Value)) {
    let (mut at, mut parts) = (0, Vec::new());
    for run in runs(layer) {
        let chars: Vec<char> = words(&run, "text").chars().collect();
        let cuts = [0, from.saturating_sub(at).min(chars.len()), to.saturating_sub(at).min(chars.len()), chars.len()];
        for (k, ends) in cuts.windows(2).enumerate() {
            let [start, end] = [ends[0], ends[1].max(ends[0])];
            let mut part = run.clone();
            set(&mut part, "text", json!(chars[start..end].iter().collect::<String>()));
            if k == 1 && end > start {
                change(&mut part);
            }
            parts.push(part);
        }
        at += chars.len();
    }
    set_runs(layer, parts);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_that_the_studio_names_exist() {
        for name in ["x", "y", "rotation", "opacity", "width", "height", "size", "line_height", "letter_spacing", "color", "fill", "points"]
        {
            assert_eq!(field(name).name, name);
        }
        for (section, name) in [("shadow", "blur"), ("outline", "width"), ("border", "color"), ("plate", "padding"), ("runs", "scale")] {
            assert_eq!(part(section, name).name, name);
        }
    }

    #[test]
    fn numbers_stay_in_range_and_defaults_are_left_out() {
        let mut layer = json!({"type": "text"});
        set_number(&mut layer, field("x"), 7.0);
        assert_eq!(layer["x"], 1.5);
        set_number(&mut layer, field("x"), 0.333_333);
        assert_eq!(layer["x"], 0.3333);
        set_number(&mut layer, field("x"), 0.5);
        assert_eq!((layer.get("x"), number(&layer, field("x"))), (None, 0.5));
        set_number(&mut layer, field("points"), 9.4);
        assert_eq!(layer["points"], 9);
    }

    #[test]
    fn a_part_is_on_as_flag_or_object() {
        let mut layer = json!({"type": "text", "outline": true, "plate": false});
        assert!(has_part(&layer, "outline") && !has_part(&layer, "plate") && !has_part(&layer, "shadow"));
        set_color(part_mut(&mut layer, "outline").unwrap(), part("outline", "color"), [1, 2, 3]);
        assert_eq!(layer["outline"], json!({"color": "#010203"}));
    }

    #[test]
    fn a_restyled_word_is_a_run_and_typing_keeps_it() {
        let mut layer = json!({"type": "text", "text": "지금 2,980원 부터"});
        let red = |run: &mut Value| set_color(run, part("runs", "color"), [255, 0, 0]);
        restyle(&mut layer, 3, 8, red);
        assert_eq!(layer["runs"], json!([{"text": "지금 "}, {"text": "2,980", "color": "#FF0000"}, {"text": "원 부터"}]));
        // Typed within the red run, at its end and before it.
        set_text(&mut layer, "지금 2,9800원 부터");
        assert_eq!(layer["runs"][1]["text"], "2,9800");
        set_text(&mut layer, "지금 1,980원 부터");
        assert_eq!(layer["runs"][1]["text"], "1,980");
        set_text(&mut layer, "오늘 1,980원 부터");
        assert_eq!((layer["runs"][0]["text"].as_str(), text(&layer).as_str()), (Some("오늘 "), "오늘 1,980원 부터"));
        // A run without text vanishes, and the rest is plain again.
        set_text(&mut layer, "오늘 부터");
        assert_eq!((layer.get("runs"), layer["text"].as_str()), (None, Some("오늘 부터")));
        set_text(&mut layer, "");
        assert_eq!(layer["text"], "");
    }
}
