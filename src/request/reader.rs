//! Reads one field at a time by the table's rules and collects errors, resolved parameters and warnings.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization as _;

use super::fields::{Fallback, Field, Kind, MAX_PROMPT_CHARS, MAX_TEXT_CHARS, TEST_MODE};
use super::parse::{FieldError, ParseContext};
use super::placeholder;
use super::spec::SourceImage;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true),
);

type Outcome = (Vec<FieldError>, Map<String, Value>, Vec<String>);

pub(super) struct Reader<'a> {
    raw: &'a Map<String, Value>,
    cx: &'a ParseContext<'a>,
    errors: Vec<FieldError>,
    parameters: Map<String, Value>,
    warnings: Vec<String>,
    /// Pictures that cannot be read are replaced instead of refused.
    test_mode: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(raw: &'a Map<String, Value>, cx: &'a ParseContext<'a>) -> Self {
        let reader = Self { raw, cx, errors: Vec::new(), parameters: Map::new(), warnings: Vec::new(), test_mode: false };
        let test_mode = reader.peek(&TEST_MODE).is_some_and(|v| to_flag(v, cx.lenient) == Some(true));
        Self { test_mode, ..reader }
    }

    /// Whether pictures that cannot be read are replaced.
    pub(super) fn test_mode(&self) -> bool {
        self.test_mode
    }

    /// The picture that stands in for one that cannot be read; says so.
    pub(super) fn placeholder(&mut self, field: &Field) -> SourceImage {
        self.warn(format!("{}: this is not a usable picture; test_mode puts a placeholder in its place", field.name));
        let source = placeholder::picture(field);
        self.set(field, json!(source.description));
        source
    }

    pub(super) fn raw(&self) -> &'a Map<String, Value> {
        self.raw
    }

    pub(super) fn finish(self) -> Outcome {
        (self.errors, self.parameters, self.warnings)
    }

    pub(super) fn error(&mut self, field: &Field, kind: &str, msg: impl Into<String>) {
        self.errors.push(FieldError::new(field.name, kind, msg));
    }

    pub(super) fn warn(&mut self, text: String) {
        self.warnings.push(text);
    }

    pub(super) fn set(&mut self, field: &Field, value: Value) {
        self.parameters.insert(field.name.into(), value);
    }

    /// The value under the field's name or an older one; null is absent.
    fn peek(&self, field: &Field) -> Option<&'a Value> {
        let names = std::iter::once(&field.name).chain(field.aliases);
        names.filter_map(|n| self.raw.get(*n)).find(|v| !v.is_null())
    }

    pub(super) fn sent(&self, field: &Field) -> bool {
        self.peek(field).is_some() || self.cx.attachments.contains_key(field.name)
    }

    fn take(&mut self, field: &Field) -> Option<&'a Value> {
        let value = self.peek(field)?;
        let sent = |n: &str| self.raw.get(n).is_some_and(|v| !v.is_null());
        if let Some(alias) = field.aliases.iter().find(|a| sent(a) && sent(field.name)) {
            self.warn(format!("{alias}: ignored, because {} was sent too", field.name));
        }
        Some(value)
    }

    /// Reports a field that the start step cannot do without, unless something is wrong with it already.
    pub(super) fn need<T>(&mut self, field: &Field, start_step: u8, value: Option<T>, remedy: &str) -> Option<T> {
        if value.is_none() && !self.errors.iter().any(|e| e.field() == field.name) {
            self.error(field, "missing", format!("required when start_step is {start_step}; {remedy}"));
        }
        value
    }

    pub(super) fn integer(&mut self, field: &Field) -> u64 {
        let fallback = if let Fallback::Integer(v) = field.fallback { v } else { 0 };
        self.integer_or(field, fallback)
    }

    pub(super) fn integer_or(&mut self, field: &Field, fallback: u64) -> u64 {
        let Some(value) = self.take(field) else {
            self.set(field, json!(fallback));
            return fallback;
        };
        match self.to_integer(field, value) {
            Ok(v) => {
                self.set(field, json!(v));
                v
            }
            Err((kind, msg)) => {
                self.error(field, kind, msg);
                // 0 is no valid value: rules that depend on this field are skipped.
                0
            }
        }
    }

    /// The seed; -1 draws one, as does none.
    pub(super) fn seed(&mut self, field: &Field) -> u64 {
        let random = match self.peek(field) {
            Some(Value::Number(n)) => n.as_f64() == Some(-1.0),
            Some(Value::String(s)) if self.cx.lenient => s.trim().parse::<f64>() == Ok(-1.0),
            _ => false,
        };
        if random {
            self.set(field, json!(self.cx.fallback_seed));
            return self.cx.fallback_seed;
        }
        self.integer_or(field, self.cx.fallback_seed)
    }

    fn to_integer(&self, field: &Field, value: &Value) -> Result<u64, (&'static str, String)> {
        let (min, max, multiple) = match field.kind {
            Kind::Integer { min, max, multiple } => (min, max, multiple),
            _ => (0, u64::MAX, 1),
        };
        let rule = field.rule();
        let out_of_range = || ("out_of_range", format!("{} is out of range; send {rule}", shown(value)));
        let number = match value {
            Value::Number(n) => n.clone(),
            Value::String(s) if self.cx.lenient => match s.trim().parse::<u64>() {
                Ok(v) => v.into(),
                Err(_) => serde_json::from_str(s.trim())
                    .map_err(|_| ("integer_type", format!("{} is not a number; send {rule}", shown(value))))?,
            },
            other => return Err(("integer_type", format!("{} is not a whole number; send {rule}", shown(other)))),
        };
        let v = match (number.as_u64(), number.as_f64()) {
            (Some(v), _) => v,
            (None, Some(v)) if v.fract() != 0.0 => {
                return Err(("integer_type", format!("{} is not a whole number; send {rule}", shown(value))));
            }
            // 2^64, the first float that no longer fits.
            (None, Some(v)) if (0.0..18_446_744_073_709_551_616.0).contains(&v) => v as u64,
            _ => return Err(out_of_range()),
        };
        if !(min..=max).contains(&v) {
            return Err(out_of_range());
        }
        if v % multiple != 0 {
            return Err((
                "multiple_of",
                format!("{v} is not a multiple of {multiple}; send {} or {}", v / multiple * multiple, (v / multiple + 1) * multiple),
            ));
        }
        Ok(v)
    }

    pub(super) fn number(&mut self, field: &Field) -> f32 {
        let fallback = if let Fallback::Number(v) = field.fallback { v } else { 0.0 };
        let Kind::Number { min, max } = field.kind else { return fallback as f32 };
        let Some(value) = self.take(field) else {
            self.set(field, json!(fallback));
            return fallback as f32;
        };
        let number = match value {
            Value::Number(n) => n.as_f64(),
            Value::String(s) if self.cx.lenient => s.trim().parse::<f64>().ok().filter(|v| v.is_finite()),
            _ => None,
        };
        match number {
            Some(v) if (min..=max).contains(&v) => {
                self.set(field, json!(v));
                return v as f32;
            }
            Some(_) => self.error(field, "out_of_range", format!("{} is out of range; send {}", shown(value), field.rule())),
            None => self.error(field, "number_type", format!("{} is not a number; send {}", shown(value), field.rule())),
        }
        fallback as f32
    }

    /// A number that stays out of the parameters unless it was sent; `None` when it was not.
    pub(super) fn optional_number(&mut self, field: &Field) -> Option<f32> {
        self.sent(field).then(|| self.number(field))
    }

    /// A whole number that stays out of the parameters unless it was sent; `None` when it was not.
    pub(super) fn optional_integer(&mut self, field: &Field) -> Option<u64> {
        self.sent(field).then(|| self.integer(field))
    }

    /// A flag that says how to answer, not what to make: it never shows in the parameters.
    pub(super) fn silent_flag(&mut self, field: &Field) -> bool {
        let flag = self.flag(field);
        self.parameters.remove(field.name);
        flag
    }

    pub(super) fn flag(&mut self, field: &Field) -> bool {
        let fallback = matches!(field.fallback, Fallback::Flag(true));
        let Some(value) = self.take(field) else {
            self.set(field, json!(fallback));
            return fallback;
        };
        let flag = to_flag(value, self.cx.lenient);
        if let Some(flag) = flag {
            self.set(field, json!(flag));
            return flag;
        }
        self.error(field, "boolean_type", format!("{} is neither true nor false", shown(value)));
        fallback
    }

    pub(super) fn choice(&mut self, field: &Field) -> &'static str {
        let fallback = if let Fallback::Text(v) = field.fallback { v } else { "" };
        let Kind::Choice(words) = field.kind else { return fallback };
        let Some(value) = self.take(field) else {
            self.set(field, json!(fallback));
            return fallback;
        };
        match value.as_str().map(|s| (s, words.iter().find(|w| w.eq_ignore_ascii_case(s.trim())))) {
            Some((_, Some(word))) => {
                self.set(field, json!(word));
                return word;
            }
            Some((_, None)) => self.error(field, "enum", format!("{} is not known; send {}", shown(value), field.rule())),
            None => self.error(field, "string_type", format!("{} is not a text; send {}", shown(value), field.rule())),
        }
        fallback
    }

    /// A text in NFC with `\n` line ends, trimmed, at most `most` characters.
    fn text(&mut self, field: &Field, most: usize) -> Option<String> {
        let value = self.take(field)?;
        let Value::String(raw) = value else {
            self.error(field, "string_type", format!("{} is not a text; send a string, or null for the default", shown(value)));
            return None;
        };
        // Normalising can only shrink a text by so much; do not normalise megabytes to learn that.
        if raw.len() > most * 64 {
            self.error(field, "string_too_long", format!("far too long; send at most {most} characters"));
            return None;
        }
        let text: String = raw.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n").replace('\t', " ").nfc().collect();
        if let Some(c) = text.chars().find(|c| c.is_control() && *c != '\n') {
            self.error(field, "control_character", format!("contains the control character U+{:04X}; remove it", u32::from(c)));
            return None;
        }
        let text = text.trim();
        let count = text.chars().count();
        if count > most {
            self.error(field, "string_too_long", format!("{count} characters are too many; send at most {most}"));
            return None;
        }
        Some(text.to_owned())
    }

    pub(super) fn prompt(&mut self, field: &Field) -> String {
        let fallback = if let Fallback::Text(v) = field.fallback { v } else { "" };
        let blank_is_default = matches!(field.kind, Kind::Prompt { may_be_blank: false });
        let text = self.text(field, MAX_PROMPT_CHARS).filter(|t| !(blank_is_default && t.is_empty()));
        let value = if text.is_none() && fallback.is_empty() { Value::Null } else { json!(text.as_deref().unwrap_or(fallback)) };
        self.set(field, value);
        text.unwrap_or_else(|| fallback.to_owned())
    }

    /// Blank is none; so is a text of nothing but invisible characters.
    pub(super) fn slogan(&mut self, field: &Field) -> Option<String> {
        let blank = |c: char| {
            c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{3164}')
        };
        let text = self.text(field, MAX_TEXT_CHARS).filter(|t| !t.chars().all(blank));
        self.set(field, json!(text));
        text
    }

    /// Refuses a text that cannot be shaped or drawn before any work is done, and names the characters.
    pub(super) fn drawable(&mut self, field: &Field, text: Option<&str>, font: &str) {
        if let Some(why) = text.and_then(|t| (self.cx.unsettable)(t)) {
            self.error(field, "unsupported_script", why);
            return;
        }
        if let Some(before) = text.and_then(|t| t.split_once('\u{fe0f}')).and_then(|(before, _)| before.chars().last()) {
            self.warn(format!("{}: {before} is set as a solid shape, not as a coloured emoji", field.name));
        }
        let missing = text.map(|t| (self.cx.undrawable)(font, t)).unwrap_or_default();
        if !missing.is_empty() && !font.is_empty() {
            let shown: Vec<String> = missing.iter().take(8).map(|c| format!("{c} (U+{:04X})", u32::from(*c))).collect();
            let more = if missing.len() > 8 { " and more" } else { "" };
            self.error(
                field,
                "missing_glyphs",
                format!("no font here can draw {}{more}; leave it out or add a font that has it", shown.join(", ")),
            );
        }
    }

    /// The listed name. That the default face is missing matters only when letters are to be drawn.
    pub(super) fn font(&mut self, field: &Field, needed: bool) -> String {
        let name = match self.take(field) {
            Some(Value::String(name)) => Some(name.as_str()).filter(|n| !n.trim().is_empty()),
            Some(other) => {
                self.error(field, "string_type", format!("{} is not a text; send a name from GET /fonts", shown(other)));
                return String::new();
            }
            None => None,
        };
        // Looking a name up takes time by its length, and paths end at 4,096 bytes.
        if let Some(name) = name.filter(|n| n.len() > MAX_FONT_NAME) {
            self.error(field, "unknown_font", format!("{} is not a listed font; send one of the names of GET /fonts", quoted(name)));
            return String::new();
        }
        let wanted = name.unwrap_or(self.cx.default_font);
        // A file's name may begin or end with a space.
        let found = (self.cx.resolve_font)(wanted).or_else(|| (self.cx.resolve_font)(wanted.trim()));
        match (found, name) {
            (Some(font), _) => {
                self.set(field, json!(font));
                font
            }
            (None, Some(name)) => {
                let name = name.trim();
                let msg = match (self.cx.skipped_font)(name) {
                    Some(why) => format!("{} is skipped: {why}", quoted(name)),
                    None => format!("{} is not a listed font; send one of the names of GET /fonts", quoted(name)),
                };
                self.error(field, "unknown_font", msg);
                String::new()
            }
            (None, None) if !needed => {
                self.set(field, Value::Null);
                wanted.to_owned()
            }
            (None, None) => {
                let text = format!("the default font {} is not there; send one of the names of GET /fonts", quoted(wanted));
                self.error(field, "unknown_font", text);
                String::new()
            }
        }
    }

    pub(super) fn image(&mut self, field: &Field) -> Option<SourceImage> {
        let read = match self.cx.attachments.get(field.name) {
            Some(attached) => attached.clone().map_err(|msg| ("image_invalid", msg)),
            None => match self.take(field)? {
                Value::String(text) => self.picture(text),
                other => {
                    self.error(field, "string_type", format!("{} is not a text; send the file as a base64 string", shown(other)));
                    return None;
                }
            },
        };
        match read.and_then(visible) {
            Ok(source) => {
                for note in &source.notes {
                    self.warn(format!("{}: {note}", field.name));
                }
                self.set(field, json!(source.description));
                Some(source)
            }
            Err(_) if self.test_mode => Some(self.placeholder(field)),
            Err((kind, msg)) => {
                self.error(field, kind, msg);
                None
            }
        }
    }

    fn picture(&self, text: &str) -> Result<SourceImage, (&'static str, String)> {
        (self.cx.decode)(&from_base64(text)?).map_err(|msg| ("image_invalid", msg))
    }
}

/// A picture that shows something.
fn visible(source: SourceImage) -> Result<SourceImage, (&'static str, String)> {
    if source.pixels.pixels().all(|p| p.0[3] == 0) {
        return Err(("image_invisible", "the picture is fully transparent; send one that shows something".into()));
    }
    Ok(source)
}

/// A flag, or one written as text.
pub(super) fn to_flag(value: &Value, lenient: bool) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::String(s) if lenient => match s.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn from_base64(text: &str) -> Result<Vec<u8>, (&'static str, String)> {
    let mut text = text.trim();
    if text.get(..5).is_some_and(|p| p.eq_ignore_ascii_case("data:")) {
        let (head, body) = text.split_once(',').unwrap_or((text, ""));
        let head = head.to_ascii_lowercase();
        if !head.starts_with("data:image/") || !head.ends_with(";base64") {
            let msg = "only data:image/...;base64, addresses are understood; send the file as base64";
            return Err(("data_url", msg.into()));
        }
        text = body;
    }
    let odd = |b: u8| b.is_ascii_whitespace() || b == b'-' || b == b'_';
    let bytes = text.trim_end_matches(|c: char| c == '=' || c.is_ascii_whitespace()).as_bytes();
    let bytes = if bytes.iter().any(|&b| odd(b)) {
        let plain = |b: u8| match b {
            b'-' => b'+',
            b'_' => b'/',
            b => b,
        };
        Cow::Owned(bytes.iter().filter(|b| !b.is_ascii_whitespace()).map(|&b| plain(b)).collect::<Vec<u8>>())
    } else {
        Cow::Borrowed(bytes)
    };
    if bytes.is_empty() {
        return Err(("image_empty", "empty; send the file as base64, or leave the field out".into()));
    }
    BASE64.decode(bytes.as_ref()).map_err(|e| {
        let why = match e {
            base64::DecodeError::InvalidByte(at, b) => format!("character {} ({:?})", at + 1, char::from(b)),
            base64::DecodeError::InvalidLength(_) => "its end is missing".into(),
            other => other.to_string(),
        };
        ("base64_invalid", format!("this is not base64: {why}; send the bytes of the file encoded as base64"))
    })
}

/// Longest name of a font that is looked up, bytes.
const MAX_FONT_NAME: usize = 4096;

/// A name from outside in quotes, escaped and not too long.
pub(super) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(80).collect();
    if short.len() < text.len() { format!("{short:?}…") } else { format!("{short:?}") }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(s) => quoted(s),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
        other => other.to_string(),
    }
}
