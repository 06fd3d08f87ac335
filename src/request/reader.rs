//! Reads single fields by the rules of the table; collects errors, the job's parameters and warnings.

use serde_json::{Map, Value, json};
use unicode_normalization::UnicodeNormalization as _;

use super::choices::Choice;
use super::context::ParseContext;
use super::error::FieldError;
use super::field::{Fallback, Field, Kind, TRANSPARENT};
use super::fields::{MAX_PROMPT_CHARS, MAX_TEXT_CHARS, STEP1_IMAGE, TEST_MODE};
use super::input_image::InputImage;
use super::layers::{Color, hex, read_color};
use super::placeholder;
use super::raw::{OpenRequest, UnusableImage};
use super::spec::Backdrop;
use super::step_number::StepNumber;
use super::value::{quoted, shown, to_flag};
use crate::notice;
use crate::notice::{Argument, Notice};

/// Longest name of a font that is looked up, bytes. Looking a name up takes time by its length, and paths end at 4,096 bytes.
const MAX_FONT_NAME: usize = 4096;
/// Characters without a glyph that are named in a message; others are not.
const MAX_NAMED_CHARACTERS: usize = 8;
/// Unicode normalisation shrinks a text at most by this factor: longer texts need not be normalised to be found too long.
const MAX_SHRINK: usize = 64;

/// Errors, parameters and warnings.
pub(super) type Outcome = (Vec<FieldError>, Map<String, Value>, Vec<Notice>);

/// Kind and message of an error.
pub(super) type Fault = (&'static str, Notice);

pub(super) struct Reader<'a, I> {
    request: &'a OpenRequest<I>,
    cx: &'a ParseContext<'a>,
    errors: Vec<FieldError>,
    parameters: Map<String, Value>,
    warnings: Vec<Notice>,
    test_mode: bool,
}

impl<'a, I: InputImage> Reader<'a, I> {
    pub(super) fn new(request: &'a OpenRequest<I>, cx: &'a ParseContext<'a>) -> Self {
        let reader = Self { request, cx, errors: Vec::new(), parameters: Map::new(), warnings: Vec::new(), test_mode: false };
        let test_mode = reader.peek(&TEST_MODE).is_some_and(|v| to_flag(v, cx.lenient) == Some(true));
        Self { test_mode, ..reader }
    }

    /// Whether placeholders replace pictures that cannot be used.
    pub(super) fn test_mode(&self) -> bool {
        self.test_mode
    }

    pub(super) fn finish(self) -> Outcome {
        (self.errors, self.parameters, self.warnings)
    }

    pub(super) fn error(&mut self, field: &Field, kind: &'static str, notice: Notice) {
        self.errors.push(FieldError::new(field.name, kind, notice));
    }

    /// Reports an error at a path within a field, such as `layers[2].color`.
    pub(super) fn fault(&mut self, path: String, kind: &'static str, notice: Notice) {
        self.errors.push(FieldError::new(path, kind, notice));
    }

    pub(super) fn warn(&mut self, notice: Notice) {
        self.warnings.push(notice);
    }

    pub(super) fn set(&mut self, field: &Field, value: Value) {
        self.parameters.insert(field.name.into(), value);
    }

    /// Leaves a field out of the job's parameters.
    pub(super) fn hide(&mut self, field: &Field) {
        self.parameters.remove(field.name);
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        self.request.fields.get(name).filter(|value| !value.is_null())
    }

    /// The value under the field's name or an alias; null is absent.
    fn peek(&self, field: &Field) -> Option<&'a Value> {
        field.names().find_map(|name| self.value(name))
    }

    /// Whether numbers and flags may be written as text.
    pub(super) fn is_lenient(&self) -> bool {
        self.cx.lenient
    }

    /// The value of a field as it was sent; null is absent.
    pub(super) fn sent_value(&mut self, field: &Field) -> Option<&'a Value> {
        self.take(field)
    }

    pub(super) fn sent(&self, field: &Field) -> bool {
        self.peek(field).is_some() || self.request.images.contains_key(field.name)
    }

    fn take(&mut self, field: &Field) -> Option<&'a Value> {
        let by_name = self.value(field.name).is_some() || self.request.images.contains_key(field.name);
        if let Some(alias) = field.aliases.iter().find(|alias| by_name && self.value(alias).is_some()) {
            self.warn(notice!("request-alias-ignored", field = Argument::field(field.name)).at(*alias));
        }
        self.peek(field)
    }

    /// Reports a missing value, unless something is wrong with the field already.
    pub(super) fn need<T>(&mut self, field: &Field, value: Option<T>, missing: Notice) -> Option<T> {
        if value.is_none() && !self.errors.iter().any(|e| e.field() == Some(field.name)) {
            self.error(field, "missing", missing);
        }
        value
    }

    /// A whole number; `None` if it is invalid.
    pub(super) fn integer(&mut self, field: &Field) -> Option<u64> {
        let fallback = if let Fallback::Integer(v) = field.fallback { v } else { 0 };
        self.integer_or(field, fallback)
    }

    pub(super) fn integer_or(&mut self, field: &Field, fallback: u64) -> Option<u64> {
        let Some(value) = self.take(field) else {
            self.set(field, json!(fallback));
            return Some(fallback);
        };
        match self.to_integer(field, value) {
            Ok(v) => {
                self.set(field, json!(v));
                Some(v)
            }
            Err((kind, notice)) => {
                self.error(field, kind, notice);
                None
            }
        }
    }

    /// A whole number of 32 bits; 0 if it is invalid.
    pub(super) fn count(&mut self, field: &Field) -> u32 {
        to_count(self.integer(field))
    }

    pub(super) fn count_or(&mut self, field: &Field, fallback: u32) -> u32 {
        to_count(self.integer_or(field, fallback.into()))
    }

    /// A step; `None` if it is invalid.
    pub(super) fn step(&mut self, field: &Field) -> Option<StepNumber> {
        self.integer(field).and_then(|v| StepNumber::try_from(v).ok())
    }

    /// A step that is in the parameters only if it was sent; `None` if it is absent or invalid.
    pub(super) fn optional_step(&mut self, field: &Field) -> Option<StepNumber> {
        if self.sent(field) { self.step(field) } else { None }
    }

    /// The seed; -1 draws one.
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
        self.integer_or(field, self.cx.fallback_seed).unwrap_or(0)
    }

    fn to_integer(&self, field: &Field, value: &Value) -> Result<u64, Fault> {
        let (min, max, multiple) = match field.kind {
            Kind::Integer { min, max, multiple } => (min, max, multiple),
            _ => (0, u64::MAX, 1),
        };
        let not_whole = || ("integer_type", notice!("request-not-a-whole-number", value = shown(value), rule = field.rule()));
        let out_of_range = || ("out_of_range", notice!("request-out-of-range", value = shown(value), rule = field.rule()));
        let number = match value {
            Value::Number(n) => n.clone(),
            Value::String(s) if self.cx.lenient => match s.trim().parse::<u64>() {
                Ok(v) => v.into(),
                Err(_) => serde_json::from_str(s.trim())
                    .map_err(|_| ("integer_type", notice!("request-not-a-number", value = shown(value), rule = field.rule())))?,
            },
            _ => return Err(not_whole()),
        };
        let v = match (number.as_u64(), number.as_f64()) {
            (Some(v), _) => v,
            (None, Some(v)) if v.fract() != 0.0 => return Err(not_whole()),
            // 2^64, the first float that no longer fits.
            (None, Some(v)) if (0.0..18_446_744_073_709_551_616.0).contains(&v) => v as u64,
            _ => return Err(out_of_range()),
        };
        if !(min..=max).contains(&v) {
            return Err(out_of_range());
        }
        if v % multiple != 0 {
            let below = v / multiple * multiple;
            return Err((
                "multiple_of",
                notice!("request-not-a-multiple", value = v, multiple = multiple, below = below, above = below + multiple),
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
            Some(_) => self.error(field, "out_of_range", notice!("request-out-of-range", value = shown(value), rule = field.rule())),
            None => self.error(field, "number_type", notice!("request-not-a-number", value = shown(value), rule = field.rule())),
        }
        fallback as f32
    }

    /// A number that is in the parameters only if it was sent.
    pub(super) fn optional_number(&mut self, field: &Field) -> Option<f32> {
        self.sent(field).then(|| self.number(field))
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
        self.error(field, "boolean_type", notice!("request-not-a-flag", value = shown(value)));
        fallback
    }

    /// A flag that is in the parameters only if it was sent.
    pub(super) fn optional_flag(&mut self, field: &Field) -> Option<bool> {
        self.sent(field).then(|| self.flag(field))
    }

    /// The default if the word is invalid.
    pub(super) fn choice<C: Choice>(&mut self, field: &Field) -> C {
        let Some(value) = self.take(field) else {
            let fallback = C::default();
            if !field.silent {
                self.set(field, json!(fallback.to_string()));
            }
            return fallback;
        };
        match value.as_str().map(|word| word.trim().parse::<C>()) {
            Some(Ok(choice)) => {
                self.set(field, json!(choice.to_string()));
                return choice;
            }
            Some(Err(_)) => self.error(field, "enum", notice!("request-unknown-choice", value = shown(value), rule = field.rule())),
            None => self.error(field, "string_type", notice!("request-choice-not-a-text", value = shown(value), rule = field.rule())),
        }
        C::default()
    }

    /// A text in NFC with `\n` line ends, trimmed, at most `most` characters.
    fn read_text(&mut self, field: &Field, most: usize) -> Option<String> {
        let value = self.take(field)?;
        let Value::String(raw) = value else {
            self.error(field, "string_type", notice!("request-not-a-text", value = shown(value)));
            return None;
        };
        match clean_text(raw, most, str::trim) {
            Ok(text) => Some(text),
            Err((kind, notice)) => {
                self.error(field, kind, notice);
                None
            }
        }
    }

    pub(super) fn prompt(&mut self, field: &Field) -> String {
        let fallback = if let Fallback::Text(v) = field.fallback { v } else { "" };
        let blank_is_default = matches!(field.kind, Kind::Prompt { may_be_blank: false });
        let text = self.read_text(field, MAX_PROMPT_CHARS).filter(|t| !(blank_is_default && t.is_empty()));
        let value = if text.is_none() && fallback.is_empty() { Value::Null } else { json!(text.as_deref().unwrap_or(fallback)) };
        self.set(field, value);
        text.unwrap_or_else(|| fallback.to_owned())
    }

    /// The advertisement's text; `None` if it has no visible character.
    pub(super) fn text(&mut self, field: &Field) -> Option<String> {
        let text = self.read_text(field, MAX_TEXT_CHARS).filter(|t| !is_blank(t));
        self.set(field, json!(text));
        text
    }

    /// Refuses a text that cannot be drawn, before any work is done, and names the characters.
    pub(super) fn drawable(&mut self, field: &Field, text: Option<&str>, font: &str) {
        if let Some(text) = text {
            self.check_drawable(field.name.to_owned(), text, font);
        }
    }

    /// As [`Self::drawable`], at a path; returns whether the text can be drawn.
    pub(super) fn check_drawable(&mut self, path: String, text: &str, font: &str) -> bool {
        // A variation selector asks for the coloured form of the character before it.
        if let Some(before) =
            text.split_once('\u{fe0f}').and_then(|(before, _)| before.chars().last()).filter(|&c| !(self.cx.has_in_color)(c))
        {
            self.warn(notice!("request-emoji-without-colour", character = before).at(path.clone()));
        }
        let missing = (self.cx.undrawable)(font, text);
        if missing.is_empty() || font.is_empty() {
            return true;
        }
        let named: Vec<String> = missing.iter().take(MAX_NAMED_CHARACTERS).map(|&c| format!("{c} ({})", code_point(c))).collect();
        let notice = if missing.len() > MAX_NAMED_CHARACTERS {
            notice!("request-many-missing-glyphs", characters = named)
        } else {
            notice!("request-missing-glyphs", characters = named)
        };
        self.fault(path, "missing_glyphs", notice);
        false
    }

    /// The listed name. A missing default font is an error only if text will be drawn.
    pub(super) fn font(&mut self, field: &Field, needed: bool) -> String {
        let name = match self.take(field) {
            Some(Value::String(name)) => Some(name.as_str()).filter(|n| !n.trim().is_empty()),
            Some(other) => {
                self.error(field, "string_type", notice!("request-font-not-a-text", value = shown(other)));
                return String::new();
            }
            None => None,
        };
        match self.find_font(name) {
            Ok(font) => {
                self.set(field, json!(font));
                font
            }
            Err(_) if name.is_none() && !needed => {
                self.set(field, Value::Null);
                self.cx.default_font.to_owned()
            }
            Err(error) => {
                self.error(field, "unknown_font", error);
                String::new()
            }
        }
    }

    /// The listed name of a font; `None` stands for the default one.
    pub(super) fn find_font(&self, name: Option<&str>) -> Result<String, Notice> {
        let wanted = name.unwrap_or(self.cx.default_font);
        // A file's name may begin or end with a space.
        let find = |name: &str| (self.cx.resolve_font)(name).or_else(|| (self.cx.resolve_font)(name.trim()));
        let found = if wanted.len() > MAX_FONT_NAME { None } else { find(wanted) };
        match (found, name) {
            (Some(font), _) => Ok(font),
            (None, None) => Err(notice!("request-no-default-font", font = quoted(wanted))),
            (None, Some(name)) => {
                let skipped = if name.len() > MAX_FONT_NAME { None } else { (self.cx.skipped_font)(name.trim()) };
                Err(match skipped {
                    Some(reason) => notice!("request-skipped-font", font = quoted(name.trim()), reason = reason),
                    None => notice!("request-unknown-font", font = quoted(name.trim())),
                })
            }
        }
    }

    /// The colour of a field that was sent.
    pub(super) fn color(&mut self, field: &Field) -> Option<Color> {
        let value = self.take(field)?;
        let color = read_color(value);
        match color {
            Some(color) => self.set(field, json!(hex(color))),
            None => self.error(field, "color_type", notice!("request-not-a-color", value = shown(value), rule = field.rule())),
        }
        color
    }

    /// The plain background of a field that was sent.
    pub(super) fn background(&mut self, field: &Field) -> Option<Backdrop<I>> {
        let value = self.take(field)?;
        if value.as_str().is_some_and(|word| word.trim().eq_ignore_ascii_case(TRANSPARENT)) {
            self.set(field, json!(TRANSPARENT));
            return Some(Backdrop::Transparent);
        }
        self.color(field).map(Backdrop::Color)
    }

    /// The picture of a layer, as its front end has read it.
    pub(super) fn layer_image(&self, layer: usize) -> Option<Result<I, UnusableImage>> {
        self.request.layer_images.get(&layer).cloned()
    }

    /// A picture at a path within a field; `None` if it cannot be used, which is reported.
    pub(super) fn usable_image(&mut self, path: String, image: Result<I, UnusableImage>) -> Option<I> {
        match image.and_then(visible) {
            Ok(image) => {
                for note in image.notes() {
                    self.warn(note.clone().at(path.clone()));
                }
                Some(image)
            }
            Err(_) if self.test_mode => {
                self.warn(notice!("request-placeholder").at(path));
                Some(placeholder::cut_out().into())
            }
            Err(unusable) => {
                self.fault(path, unusable.kind, unusable.notice);
                None
            }
        }
    }

    pub(super) fn image(&mut self, field: &Field) -> Option<I> {
        let value = self.take(field);
        let image = match (self.request.images.get(field.name), value) {
            (Some(image), _) => image.clone(),
            (None, Some(value)) => {
                let notice = match value {
                    // The front end has not read it.
                    Value::String(_) => notice!("request-image-not-attached", value = shown(value)),
                    _ => notice!("request-image-not-a-text", value = shown(value)),
                };
                self.error(field, "string_type", notice);
                return None;
            }
            (None, None) => return None,
        };
        match image.and_then(visible) {
            Ok(image) => {
                for note in image.notes() {
                    self.warn(note.clone().at(field.name));
                }
                self.set(field, json!(image.description()));
                Some(image)
            }
            Err(_) if self.test_mode => Some(self.placeholder(field)),
            Err(unusable) => {
                self.error(field, unusable.kind, unusable.notice);
                None
            }
        }
    }

    /// The picture that replaces one that cannot be used, with a warning.
    pub(super) fn placeholder(&mut self, field: &Field) -> I {
        self.warn(notice!("request-placeholder").at(field.name));
        let source = if field.name == STEP1_IMAGE.name { placeholder::scene() } else { placeholder::cut_out() };
        self.set(field, json!(source.description));
        source.into()
    }
}

/// A text in NFC with `\n` line ends, at most `most` characters after `trim`.
pub(super) fn clean_text(raw: &str, most: usize, trim: fn(&str) -> &str) -> Result<String, Fault> {
    if raw.len() > most * MAX_SHRINK {
        return Err(("string_too_long", notice!("request-far-too-long", most = most)));
    }
    let text: String = raw.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n").replace('\t', " ").nfc().collect();
    if let Some(c) = text.chars().find(|c| c.is_control() && *c != '\n') {
        return Err(("control_character", notice!("request-control-character", code = code_point(c))));
    }
    let text = trim(&text);
    let count = text.chars().count();
    if count > most {
        return Err(("string_too_long", notice!("request-too-long", count = count, most = most)));
    }
    Ok(text.to_owned())
}

/// Whether a text has no visible character.
pub(super) fn is_blank(text: &str) -> bool {
    let blank =
        |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{3164}');
    text.chars().all(blank)
}

/// An error for a picture of which nothing can be seen.
fn visible<I: InputImage>(image: I) -> Result<I, UnusableImage> {
    if image.is_visible() { Ok(image) } else { Err(UnusableImage { kind: "image_invisible", notice: notice!("request-invisible-image") }) }
}

fn to_count(value: Option<u64>) -> u32 {
    value.map_or(0, |v| u32::try_from(v).unwrap_or(u32::MAX))
}

fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}
