//! Reads layers and reports every wrong field by its path, such as `layers[2].color`.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::super::choices::Choice;
use super::super::field::{Fallback, Field, Kind};
use super::super::fields::LAYERS;
use super::super::input_image::InputImage;
use super::super::reader::{Reader, clean_text, is_blank};
use super::super::unknown::{MAX_NAMED, similar};
use super::super::value::{quoted, shown};
use super::color::{hex, read_color};
use super::json::parse_list;
use super::spec::{
    Align, Border, Color, FlatText, Layer, LayerContent, LayerType, MAX_LABEL, MAX_LAYER_TEXT, MAX_LAYERS, MAX_RUNS, PictureLayer, Plate,
    Shadow, ShapeKind, ShapeLayer, TextRun,
};
use super::table as t;
use crate::notice;
use crate::notice::Notice;

const WIDTH_OF_PICTURE: f32 = 0.2;
const SIZE_OF_SHAPE: (f32, f32) = (0.3, 0.1);
const THICKNESS_OF_LINE: f32 = 0.006;
const RADIUS_OF_SHAPE: f32 = 0.25;

/// The layers that are drawn, lowest first, and the hidden ones.
#[derive(Debug)]
pub(in super::super) struct ReadLayers<I> {
    pub(in super::super) drawn: Vec<Layer<I>>,
    pub(in super::super) hidden: Vec<Layer<I>>,
}

/// The layers of a request.
pub(in super::super) fn read_layers<I: InputImage>(r: &mut Reader<'_, I>) -> ReadLayers<I> {
    let (hidden, drawn) = read_all(r).into_iter().partition::<Vec<_>, _>(|(_, hidden)| *hidden);
    let layers = |list: Vec<(Layer<I>, bool)>| -> Vec<Layer<I>> { list.into_iter().map(|(layer, _)| layer).collect() };
    ReadLayers { drawn: layers(drawn), hidden: layers(hidden) }
}

/// The layers, each with whether it is hidden.
fn read_all<I: InputImage>(r: &mut Reader<'_, I>) -> Vec<(Layer<I>, bool)> {
    let Some(sent) = r.sent_value(&LAYERS) else { return Vec::new() };
    let value = match sent {
        // Forms and flags send texts.
        Value::String(text) if r.is_lenient() => match parse_list(text) {
            Ok(value) => Cow::Owned(value),
            Err(notice) => {
                r.error(&LAYERS, "list_type", notice);
                return Vec::new();
            }
        },
        value => Cow::Borrowed(value),
    };
    let Value::Array(list) = &*value else {
        r.error(&LAYERS, "list_type", notice!("request-layers-not-a-list", value = shown(&value), rule = LAYERS.rule()));
        return Vec::new();
    };
    if list.len() > MAX_LAYERS {
        r.error(&LAYERS, "too_many", notice!("request-layers-too-many", count = list.len(), most = MAX_LAYERS));
        return Vec::new();
    }
    let (mut layers, mut kept, mut unknown) = (Vec::new(), Vec::new(), Unknown::default());
    for (index, value) in list.iter().enumerate() {
        let Value::Object(object) = value else {
            let notice = notice!("request-layer-not-an-object", value = shown(value), rule = t::TYPE.rule());
            r.fault(format!("{}[{index}]", LAYERS.name), "object_type", notice);
            continue;
        };
        let mut reader = ObjectReader { r: &mut *r, path: format!("{}[{index}]", LAYERS.name), object, kept: Map::new() };
        layers.extend(reader.layer(index, &mut unknown));
        kept.push(Value::Object(reader.kept));
    }
    unknown.warn(r);
    r.set(&LAYERS, Value::Array(kept));
    layers
}

/// Warnings about fields that layers do not have; most are only counted.
#[derive(Default)]
struct Unknown {
    named: Vec<Notice>,
    more: usize,
}

impl Unknown {
    fn add(&mut self, warning: impl FnOnce() -> Notice) {
        if self.named.len() < MAX_NAMED {
            self.named.push(warning());
        } else {
            self.more += 1;
        }
    }

    fn warn<I: InputImage>(self, r: &mut Reader<'_, I>) {
        self.named.into_iter().for_each(|warning| r.warn(warning));
        if self.more > 0 {
            r.warn(notice!("request-more-unknown-fields", count = self.more));
        }
    }
}

/// Reads the fields of one object.
struct ObjectReader<'r, 'a, 'v, I> {
    r: &'r mut Reader<'a, I>,
    path: String,
    object: &'v Map<String, Value>,
    /// The fields as the job's parameters have them.
    kept: Map<String, Value>,
}

impl<'a, 'v, I: InputImage> ObjectReader<'_, 'a, 'v, I> {
    fn at(&self, field: &Field) -> String {
        format!("{}.{}", self.path, field.name)
    }

    fn error(&mut self, field: &Field, kind: &'static str, notice: Notice) {
        let path = self.at(field);
        self.r.fault(path, kind, notice);
    }

    fn missing(&mut self, field: &Field) {
        self.error(field, "missing", notice!("request-layer-required", rule = field.rule()));
    }

    fn value(&self, field: &Field) -> Option<&'v Value> {
        self.object.get(field.name).filter(|value| !value.is_null())
    }

    fn keep(&mut self, field: &Field, value: Value) {
        if !value.is_null() {
            self.kept.insert(field.name.into(), value);
        }
    }

    /// The value of a field if it was sent; anything that `read` does not take is an error.
    fn read<T>(
        &mut self,
        field: &Field,
        read: impl FnOnce(&mut Self, &'v Value) -> Result<(T, Value), (&'static str, Notice)>,
    ) -> Option<T> {
        let value = self.value(field)?;
        match read(self, value) {
            Ok((result, kept)) => {
                self.keep(field, kept);
                Some(result)
            }
            Err((kind, notice)) => {
                self.error(field, kind, notice);
                None
            }
        }
    }

    fn number(&mut self, field: &Field) -> Option<f32> {
        let (min, max) = match field.kind {
            Kind::Number { min, max } => (min, max),
            Kind::Integer { min, max, .. } => (min as f64, max as f64),
            _ => return None,
        };
        let whole = matches!(field.kind, Kind::Integer { .. });
        self.read(field, |_, value| {
            let number = match value {
                Value::Number(n) => n.as_f64(),
                _ => None,
            };
            match number {
                None => Err(("number_type", notice!("request-not-a-number", value = shown(value), rule = field.rule()))),
                Some(v) if whole && v.fract() != 0.0 => {
                    Err(("integer_type", notice!("request-not-a-whole-number", value = shown(value), rule = field.rule())))
                }
                Some(v) if !(min..=max).contains(&v) => {
                    Err(("out_of_range", notice!("request-out-of-range", value = shown(value), rule = field.rule())))
                }
                Some(v) => Ok((v as f32, if whole { json!(v as u64) } else { json!(v) })),
            }
        })
    }

    fn number_or(&mut self, field: &Field) -> f32 {
        let fallback = match field.fallback {
            Fallback::Number(v) => v as f32,
            Fallback::Integer(v) => v as f32,
            _ => 0.0,
        };
        self.number(field).unwrap_or(fallback)
    }

    fn flag(&mut self, field: &Field) -> bool {
        let flag = self.read(field, |_, value| {
            value.as_bool().map(|v| (v, json!(v))).ok_or_else(|| ("boolean_type", notice!("request-not-a-flag", value = shown(value))))
        });
        flag.unwrap_or(matches!(field.fallback, Fallback::Flag(true)))
    }

    fn choice<C: Choice>(&mut self, field: &Field) -> Option<C> {
        self.read(field, |_, value| match value.as_str().map(|word| word.trim().parse::<C>()) {
            Some(Ok(choice)) => {
                let kept = json!(choice.to_string());
                Ok((choice, kept))
            }
            Some(Err(_)) => Err(("enum", notice!("request-unknown-choice", value = shown(value), rule = field.rule()))),
            None => Err(("string_type", notice!("request-choice-not-a-text", value = shown(value), rule = field.rule()))),
        })
    }

    fn color(&mut self, field: &Field) -> Option<Color> {
        self.read(field, |_, value| match read_color(value) {
            Some(color) => Ok((color, json!(hex(color)))),
            None => Err(("color_type", notice!("request-not-a-color", value = shown(value), rule = field.rule()))),
        })
    }

    fn color_or(&mut self, field: &Field) -> Color {
        let fallback = if let Fallback::Text(text) = field.fallback { read_color(&json!(text)) } else { None };
        self.color(field).or(fallback).unwrap_or_default()
    }

    fn text(&mut self, field: &Field, most: usize) -> Option<String> {
        self.read(field, |_, value| match value {
            Value::String(text) => clean_text(text, most, |text| text).map(|text| (text.clone(), json!(text))),
            _ => Err(("string_type", notice!("request-layer-not-a-text", value = shown(value), rule = field.rule()))),
        })
    }

    fn font(&mut self, field: &Field) -> Option<String> {
        self.read(field, |reader, value| match value {
            Value::String(name) if name.trim().is_empty() => Ok((None, Value::Null)),
            Value::String(name) => {
                reader.r.find_font(Some(name)).map(|font| (Some(font.clone()), json!(font))).map_err(|notice| ("unknown_font", notice))
            }
            _ => Err(("string_type", notice!("request-font-not-a-text", value = shown(value)))),
        })
        .flatten()
    }

    /// The fields of an object within this one; `true` stands for an empty one. Returns what `read` makes of it.
    fn section<T>(&mut self, field: &Field, read: impl FnOnce(&mut ObjectReader<'_, 'a, 'v, I>) -> T) -> Option<T> {
        static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        let value = self.value(field)?;
        let object = match value {
            Value::Object(object) => object,
            other => match other.as_bool() {
                Some(true) => &*EMPTY,
                Some(false) => {
                    self.keep(field, json!(false));
                    return None;
                }
                None => {
                    self.error(field, "object_type", notice!("request-layer-not-a-section", value = shown(value), rule = field.rule()));
                    return None;
                }
            },
        };
        let path = self.at(field);
        let mut reader = ObjectReader { r: &mut *self.r, path, object, kept: Map::new() };
        let result = read(&mut reader);
        let kept = if reader.kept.is_empty() { json!(true) } else { Value::Object(reader.kept) };
        self.keep(field, kept);
        Some(result)
    }

    fn border(&mut self, field: &Field, unknown: &mut Unknown) -> Option<Border> {
        self.section(field, |r| {
            r.warn_unknown(t::BORDER_FIELDS.iter().copied(), unknown);
            Border { color: r.color_or(&t::BORDER_COLOR), width: r.number_or(&t::BORDER_WIDTH) }
        })
    }

    /// Warns about fields that are not in the table.
    fn warn_unknown(&self, known: impl Iterator<Item = &'static Field> + Clone, unknown: &mut Unknown) {
        for name in self.object.keys().filter(|name| known.clone().all(|field| field.name != name.as_str())) {
            unknown.add(|| {
                let path = format!("{}.{}", self.path, name.chars().take(MAX_LABEL).collect::<String>());
                match similar(name, known.clone()) {
                    Some(field) => notice!("request-unknown-field-hint", name = quoted(&path), field = field),
                    None => notice!("request-unknown-field", name = quoted(&path)),
                }
            });
        }
    }

    /// The layer, and whether it is hidden.
    fn layer(&mut self, index: usize, unknown: &mut Unknown) -> Option<(Layer<I>, bool)> {
        if self.value(&t::TYPE).is_none() {
            self.missing(&t::TYPE);
        }
        let kind: LayerType = self.choice(&t::TYPE)?;
        self.warn_unknown(t::FIELDS.iter().map(|(field, _)| *field), unknown);
        for (field, types) in t::FIELDS.iter().filter(|(_, types)| !types.is_empty() && !types.contains(&kind)) {
            if self.value(field).is_some() {
                let path = self.at(field);
                let types: Vec<&str> = types.iter().map(|kind| kind.as_str()).collect();
                unknown.add(|| notice!("request-layer-field-of-another-type", types = types).at(path));
            }
        }
        self.text(&t::NAME, MAX_LABEL);
        let hidden = self.flag(&t::HIDDEN);
        self.flag(&t::LOCKED);
        let layer = Layer {
            index,
            x: self.number_or(&t::X),
            y: self.number_or(&t::Y),
            rotation: self.number_or(&t::ROTATION),
            opacity: self.number_or(&t::OPACITY),
            behind: self.flag(&t::BEHIND),
            shadow: self
                .section(&t::SHADOW, |r| {
                    r.warn_unknown(t::SHADOW_FIELDS.iter().copied(), unknown);
                    let [color, opacity, x, y, blur] = t::SHADOW_FIELDS else { return None };
                    Some(Shadow {
                        color: r.color_or(color),
                        opacity: r.number_or(opacity),
                        x: r.number_or(x),
                        y: r.number_or(y),
                        blur: r.number_or(blur),
                    })
                })
                .flatten(),
            content: match kind {
                LayerType::Text => LayerContent::Text(self.flat_text(unknown)?),
                LayerType::Picture => LayerContent::Picture(self.picture(index)?),
                LayerType::Shape => LayerContent::Shape(self.shape(unknown)?),
            },
        };
        Some((layer, hidden))
    }

    fn flat_text(&mut self, unknown: &mut Unknown) -> Option<FlatText> {
        let color = self.color_or(&t::COLOR);
        let font = match self.font(&t::FONT_NAME) {
            Some(font) => Some(font),
            // A wrong name was reported.
            None if self.value(&t::FONT_NAME).is_some_and(|v| v.as_str().is_none_or(|name| !name.trim().is_empty())) => None,
            None => self.default_font(),
        };
        let runs = self.runs(color, font.as_deref(), unknown);
        let size = self.number_or(&t::SIZE);
        let line_height = self.number_or(&t::LINE_HEIGHT);
        let letter_spacing = self.number_or(&t::LETTER_SPACING);
        let align = self.choice::<Align>(&t::ALIGN).unwrap_or_default();
        let width = self.number(&t::WIDTH);
        let outline = self.border(&t::OUTLINE, unknown);
        let plate = self.section(&t::PLATE, |r| {
            r.warn_unknown(t::PLATE_FIELDS.iter().copied(), unknown);
            let [color, opacity, padding, radius] = t::PLATE_FIELDS else { return None };
            Some(Plate {
                color: r.color_or(color),
                opacity: r.number_or(opacity),
                padding: r.number_or(padding),
                radius: r.number_or(radius),
            })
        });
        Some(FlatText { runs: runs?, size, line_height, letter_spacing, align, width, outline, plate: plate.flatten() })
    }

    fn default_font(&mut self) -> Option<String> {
        match self.r.find_font(None) {
            Ok(font) => Some(font),
            Err(notice) => {
                self.error(&t::FONT_NAME, "unknown_font", notice);
                None
            }
        }
    }

    /// The parts of the text, from `text` or `runs`.
    fn runs(&mut self, color: Color, font: Option<&str>, unknown: &mut Unknown) -> Option<Vec<TextRun>> {
        let whole = self.text(&t::TEXT_TEXT, MAX_LAYER_TEXT);
        let sent_runs = self.value(&t::RUNS);
        match (self.value(&t::TEXT_TEXT).is_some(), sent_runs) {
            (true, Some(_)) => {
                self.error(&t::RUNS, "conflict", notice!("request-layer-two-texts"));
                None
            }
            (false, None) => {
                self.missing(&t::TEXT_TEXT);
                None
            }
            (true, None) => {
                let (text, font) = (whole?, font?.to_owned());
                self.check_text(&t::TEXT_TEXT, &text, &font)?;
                Some(vec![TextRun { text: text.trim().to_owned(), font, color, scale: 1.0 }])
            }
            (false, Some(Value::Array(list))) if (1..=MAX_RUNS).contains(&list.len()) => self.run_list(list, color, font, unknown),
            (false, Some(value)) => {
                self.error(&t::RUNS, "list_type", notice!("request-layer-runs", value = shown(value), rule = t::RUNS.rule()));
                None
            }
        }
    }

    fn run_list(&mut self, list: &'v [Value], color: Color, font: Option<&str>, unknown: &mut Unknown) -> Option<Vec<TextRun>> {
        let (mut runs, mut kept) = (Vec::new(), Vec::new());
        for (i, value) in list.iter().enumerate() {
            let path = format!("{}[{i}]", self.at(&t::RUNS));
            let Value::Object(object) = value else {
                let rule = Kind::Section(t::RUN_FIELDS);
                let rule = Field { kind: rule, ..t::RUNS }.rule();
                self.r.fault(path, "object_type", notice!("request-layer-not-a-section", value = shown(value), rule = rule));
                continue;
            };
            let mut reader = ObjectReader { r: &mut *self.r, path, object, kept: Map::new() };
            reader.warn_unknown(t::RUN_FIELDS.iter().copied(), unknown);
            runs.extend(reader.run(color, font));
            kept.push(Value::Object(reader.kept));
        }
        if runs.len() < list.len() {
            return None;
        }
        let count: usize = runs.iter().map(|run| run.text.chars().count()).sum();
        if count > MAX_LAYER_TEXT {
            self.error(&t::RUNS, "string_too_long", notice!("request-too-long", count = count, most = MAX_LAYER_TEXT));
            return None;
        }
        if runs.iter().all(|run| run.text.trim().is_empty()) {
            self.error(&t::RUNS, "missing", notice!("request-layer-blank-text"));
            return None;
        }
        self.keep(&t::RUNS, Value::Array(kept));
        Some(runs)
    }

    fn run(&mut self, color: Color, font: Option<&str>) -> Option<TextRun> {
        if self.value(&t::RUN_TEXT).is_none() {
            self.missing(&t::RUN_TEXT);
        }
        let text = self.text(&t::RUN_TEXT, MAX_LAYER_TEXT);
        let own = self.font(&t::RUN_FONT).or_else(|| font.map(str::to_owned));
        let color = self.color(&t::RUN_COLOR).unwrap_or(color);
        let scale = self.number_or(&t::RUN_SCALE);
        let (text, font) = (text?, own?);
        if !text.trim().is_empty() {
            self.check_text(&t::RUN_TEXT, &text, &font)?;
        }
        Some(TextRun { text, font, color, scale })
    }

    /// Refuses a text that cannot be drawn.
    fn check_text(&mut self, field: &Field, text: &str, font: &str) -> Option<()> {
        if is_blank(text) {
            self.error(field, "missing", notice!("request-layer-blank-text"));
            return None;
        }
        let path = self.at(field);
        self.r.check_drawable(path, text, font).then_some(())
    }

    fn picture(&mut self, index: usize) -> Option<PictureLayer<I>> {
        let image = self.image(index);
        let (width, height) = (self.number(&t::WIDTH), self.number(&t::HEIGHT));
        let radius = self.number(&t::RADIUS).unwrap_or(0.0);
        let width = width.or(height.is_none().then_some(WIDTH_OF_PICTURE));
        Some(PictureLayer { image: image?, width, height, radius })
    }

    fn image(&mut self, index: usize) -> Option<I> {
        let path = self.at(&t::IMAGE);
        match (self.r.layer_image(index), self.value(&t::IMAGE)) {
            (Some(image), _) => {
                let image = self.r.usable_image(path, image)?;
                self.keep(&t::IMAGE, json!(image.description()));
                Some(image)
            }
            (None, None) => {
                self.missing(&t::IMAGE);
                None
            }
            (None, Some(value)) => {
                let notice = match value {
                    Value::String(_) => notice!("request-image-not-attached", value = shown(value)),
                    _ => notice!("request-image-not-a-text", value = shown(value)),
                };
                self.error(&t::IMAGE, "string_type", notice);
                None
            }
        }
    }

    fn shape(&mut self, unknown: &mut Unknown) -> Option<ShapeLayer> {
        let kind = self.choice::<ShapeKind>(&t::SHAPE_KIND);
        let wrong_kind = kind.is_none() && self.value(&t::SHAPE_KIND).is_some();
        let kind = kind.unwrap_or_default();
        let fill = self.color(&t::FILL);
        let border = self.border(&t::BORDER, unknown);
        if self.value(&t::FILL).is_none() && border.is_none() {
            self.missing(&t::FILL);
            return None;
        }
        let height = if kind == ShapeKind::Line { THICKNESS_OF_LINE } else { SIZE_OF_SHAPE.1 };
        let shape = ShapeLayer {
            kind,
            width: self.number(&t::WIDTH).unwrap_or(SIZE_OF_SHAPE.0),
            height: self.number(&t::HEIGHT).unwrap_or(height),
            fill,
            border,
            radius: self.number(&t::RADIUS).unwrap_or(RADIUS_OF_SHAPE),
            points: self.number_or(&t::POINTS) as u32,
            depth: self.number_or(&t::DEPTH),
        };
        (!wrong_kind).then_some(shape)
    }
}
