use std::collections::BTreeSet;

use image::{Rgba, RgbaImage};
use serde_json::{Map, Value, json};

use super::*;
use crate::request::{FieldError, JobSpec, OpenRequest, ParseContext, SourceImage, StepNumber, parse};

fn context() -> ParseContext<'static> {
    ParseContext {
        resolve_font: &|name| name.ends_with(".ttf").then(|| name.to_owned()),
        skipped_font: &|_| None,
        default_font: "Default.ttf",
        undrawable: &|_, text| text.chars().filter(|&c| c == '🍕').collect(),
        has_in_color: &|_| false,
        fallback_seed: 1,
        lenient: true,
    }
}

/// Parses a request; every string in `image` of a layer stands for a picture.
fn run(raw: Value) -> Result<JobSpec, Vec<FieldError>> {
    let Value::Object(fields) = raw else { panic!("object") };
    let mut request = OpenRequest::<SourceImage>::new(fields);
    let pictures: Vec<usize> = match request.fields.get("layers") {
        Some(Value::Array(layers)) => (0..layers.len()).filter(|i| layers[*i].get("image").is_some_and(Value::is_string)).collect(),
        _ => Vec::new(),
    };
    for index in pictures {
        let image = SourceImage::new(RgbaImage::from_pixel(40, 20, Rgba([index as u8, 2, 3, 255])), "PNG 40×20".into());
        request = request.with_layer_image(index, image);
    }
    parse(&request, &context())
}

fn layers(list: Value) -> Result<JobSpec, Vec<FieldError>> {
    run(json!({"layers": list}))
}

/// Paths of all errors.
fn wrong(list: Value) -> Vec<String> {
    layers(list).unwrap_err().iter().map(|e| e.field().unwrap().to_owned()).collect()
}

#[test]
fn the_least_that_must_be_accepted_is_accepted() {
    let spec = layers(json!([
        {"type": "text", "text": "2,980원", "font_name": null, "size": 0.07, "color": "#E53935", "x": 0.5, "y": 0.9, "align": "center"},
        {"type": "picture", "image": "<base64 PNG, JPEG, WebP or SVG>", "x": 0.88, "y": 0.08, "width": 0.15},
        {"type": "shape", "shape": "rectangle", "fill": "#00C73C", "x": 0.5, "y": 0.9, "width": 0.4, "height": 0.1}
    ]))
    .unwrap();
    assert!(spec.warnings.is_empty(), "{:?}", spec.warnings);
    let [text, picture, shape] = spec.layers.as_slice() else { panic!("{:?}", spec.layers.len()) };
    let LayerContent::Text(text) = &text.content else { panic!() };
    assert_eq!((text.runs[0].color, text.runs[0].font.as_str(), text.size), ([0xE5, 0x39, 0x35], "Default.ttf", 0.07));
    assert_eq!(picture.picture().unwrap().pixels.get_pixel(0, 0).0, [1, 2, 3, 255]);
    let LayerContent::Shape(shape) = &shape.content else { panic!() };
    assert_eq!((shape.kind, shape.fill, shape.width), (ShapeKind::Rectangle, Some([0, 0xC7, 0x3C]), 0.4));
    // Pictures are descriptions in the parameters, and the rest makes the same request again.
    assert_eq!(spec.parameters["layers"][1]["image"], "PNG 40×20");
    assert_eq!(layers(spec.parameters["layers"].clone()).unwrap().parameters, spec.parameters);
}

#[test]
fn absent_layers_leave_the_request_as_it_was() {
    let plain = run(json!({"text_content": "Hi"})).unwrap();
    for name in ["layers", "background_color", "background_image"] {
        assert!(!plain.parameters.contains_key(name), "{name}");
        assert_eq!(run(json!({"text_content": "Hi", name: null})).unwrap().parameters, plain.parameters);
    }
    assert!(plain.layers.is_empty() && plain.last_step() == StepNumber::LAST);
    assert_eq!(run(json!({})).unwrap().last_step(), StepNumber::FIRST);
    assert_eq!(layers(json!([{"type": "shape", "fill": "#fff"}])).unwrap().last_step(), StepNumber::LAST);
}

#[test]
fn every_wrong_value_is_named_by_its_path() {
    for (layer, field) in [
        (json!({}), "type"),
        (json!({"type": "video"}), "type"),
        (json!({"type": 3}), "type"),
        (json!({"type": "text"}), "text"),
        (json!({"type": "text", "text": " \n"}), "text"),
        (json!({"type": "text", "text": 5}), "text"),
        (json!({"type": "text", "text": "🍕"}), "text"),
        (json!({"type": "text", "text": "a\u{1}"}), "text"),
        (json!({"type": "text", "text": "가".repeat(501)}), "text"),
        (json!({"type": "text", "text": "a", "color": "red"}), "color"),
        (json!({"type": "text", "text": "a", "color": "#12345"}), "color"),
        (json!({"type": "text", "text": "a", "color": "#12345é"}), "color"),
        (json!({"type": "text", "text": "a", "size": 2}), "size"),
        (json!({"type": "text", "text": "a", "size": "0.1"}), "size"),
        (json!({"type": "text", "text": "a", "align": "justify"}), "align"),
        (json!({"type": "text", "text": "a", "font_name": "Nope"}), "font_name"),
        (json!({"type": "text", "text": "a", "outline": 5}), "outline"),
        (json!({"type": "text", "text": "a", "outline": {"width": 9}}), "outline.width"),
        (json!({"type": "text", "text": "a", "plate": {"color": "x"}}), "plate.color"),
        (json!({"type": "text", "text": "a", "runs": [{"text": "b"}]}), "runs"),
        (json!({"type": "text", "runs": []}), "runs"),
        (json!({"type": "text", "runs": [5]}), "runs[0]"),
        (json!({"type": "text", "runs": [{"text": "a"}, {"text": "b", "color": 1}]}), "runs[1].color"),
        (json!({"type": "text", "runs": [{"color": "#fff"}]}), "runs[0].text"),
        (json!({"type": "picture"}), "image"),
        (json!({"type": "picture", "image": 5}), "image"),
        (json!({"type": "shape"}), "fill"),
        (json!({"type": "shape", "fill": "#fff", "shape": "heart"}), "shape"),
        (json!({"type": "shape", "fill": "#fff", "points": 2.5}), "points"),
        (json!({"type": "shape", "fill": "#fff", "x": "left"}), "x"),
        (json!({"type": "shape", "fill": "#fff", "rotation": 400}), "rotation"),
        (json!({"type": "shape", "fill": "#fff", "opacity": -0.1}), "opacity"),
        (json!({"type": "shape", "fill": "#fff", "hidden": "yes"}), "hidden"),
        (json!({"type": "shape", "fill": "#fff", "shadow": {"blur": 1}}), "shadow.blur"),
    ] {
        let good = json!({"type": "shape", "fill": "#fff"});
        assert_eq!(wrong(json!([good, layer])), [format!("layers[1].{field}")], "{layer}");
    }
    assert_eq!(wrong(json!([5])), ["layers[0]"]);
    assert_eq!(wrong(json!({"type": "text"})), ["layers"]);
    assert_eq!(wrong(json!("[{]")), ["layers"]);
    assert_eq!(wrong(json!(vec![json!({"type": "shape", "fill": "#fff"}); MAX_LAYERS + 1])), ["layers"]);
    // All of them at once, each with a remedy.
    let errors = layers(json!([{"type": "text", "text": "a", "size": 9, "color": "blue"}, {"type": "picture"}])).unwrap_err();
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "layers[0].color: \"blue\" is not a colour; send a colour such as #E53935",
            "layers[0].size: 9 is out of range; send a number from 0.005 to 1",
            "layers[1].image: required; send base64 of a PNG, JPEG, WebP or SVG file; data:image/...;base64, may precede it",
        ]
    );
    assert_eq!(errors[0].kind, "color_type");
}

#[test]
fn unknown_and_foreign_fields_are_warned_about() {
    let spec =
        layers(json!([{"type": "shape", "fill": "#fff", "colour": 1, "rotaton": 5, "align": "left", "shadow": {"blurr": 1}}])).unwrap();
    let said: Vec<String> = spec.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "\"layers[0].colour\": unknown field, ignored; did you mean color?",
            "\"layers[0].rotaton\": unknown field, ignored; did you mean rotation?",
            "layers[0].align: not used by a layer of this type, only by: text",
            "\"layers[0].shadow.blurr\": unknown field, ignored; did you mean blur?",
        ]
    );
    let many: Map<String, Value> = (0..1000).map(|i| (format!("unknown{i}"), json!(i))).collect();
    let mut layer = json!({"type": "shape", "fill": "#fff"});
    layer.as_object_mut().unwrap().extend(many);
    assert_eq!(layers(json!([layer])).unwrap().warnings.len(), 21);
}

#[test]
fn hidden_layers_are_checked_and_kept_but_not_drawn() {
    let hidden = json!({"type": "picture", "image": "x", "hidden": true, "name": "logo", "locked": true});
    let spec = layers(json!([hidden, {"type": "shape", "fill": "#fff"}])).unwrap();
    assert_eq!((spec.layers.len(), spec.layers[0].index, spec.hidden_layers.len()), (1, 1, 1));
    assert_eq!(spec.parameters["layers"][0]["hidden"], true);
    assert_eq!((&spec.parameters["layers"][0]["name"], &spec.parameters["layers"][0]["locked"]), (&json!("logo"), &json!(true)));
    assert_eq!(layers(json!([hidden])).unwrap().last_step(), StepNumber::FIRST);
    assert_eq!(wrong(json!([{"type": "shape", "hidden": true}])), ["layers[0].fill"]);
}

#[test]
fn runs_and_sections_have_their_defaults() {
    let spec = layers(json!([{
        "type": "text", "color": "#123", "outline": true, "plate": {}, "shadow": false,
        "runs": [{"text": "오늘만 "}, {"text": "2,980원", "color": "#e53935", "font_name": "B.ttf", "scale": 1.5}]
    }]))
    .unwrap();
    let LayerContent::Text(text) = &spec.layers[0].content else { panic!() };
    assert_eq!((text.runs[0].text.as_str(), text.runs[0].color, text.runs[1].color), ("오늘만 ", [0x11, 0x22, 0x33], [0xE5, 0x39, 0x35]));
    assert_eq!((text.runs[1].font.as_str(), text.runs[1].scale), ("B.ttf", 1.5));
    assert!(text.outline.is_some() && text.plate.is_some() && spec.layers[0].shadow.is_none());
    assert_eq!(spec.parameters["layers"][0]["outline"], true);
    assert_eq!(fonts(&spec.layers), BTreeSet::from(["B.ttf", "Default.ttf"]));
    // A form sends the list as text.
    let text = spec.parameters["layers"].to_string();
    assert_eq!(layers(json!(text)).unwrap().parameters, spec.parameters);
}

#[test]
fn a_composite_without_headline_needs_layers() {
    let opaque = || SourceImage::new(RgbaImage::from_pixel(256, 256, Rgba([9, 9, 9, 255])), "PNG".into());
    let of = |more: Value| {
        let mut fields = json!({"start_step": 3});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        parse(&OpenRequest::new(fields.as_object().unwrap().clone()).with_image("step1_image", opaque()), &context())
    };
    let layers = json!([{"type": "shape", "fill": "#fff"}]);
    assert!(!of(json!({"layers": layers})).unwrap().has_headline());
    assert_eq!(of(json!({})).unwrap_err()[0].field(), Some("step2_image"));
    assert_eq!(of(json!({"layers": layers, "text_content": "Hi"})).unwrap_err()[0].field(), Some("step2_image"));
}

#[test]
fn own_backgrounds_exclude_each_other() {
    let picture = SourceImage::new(RgbaImage::from_pixel(8, 8, Rgba([9, 9, 9, 255])), "PNG".into());
    let fields = json!({"background_color": "#00c73c"}).as_object().unwrap().clone();
    let color = parse(&OpenRequest::<SourceImage>::new(fields.clone()), &context()).unwrap();
    assert!(matches!(color.backdrop, crate::request::Backdrop::Color([0, 0xC7, 0x3C])));
    assert_eq!(color.parameters["background_color"], "#00C73C");
    let both = parse(&OpenRequest::new(fields).with_image("background_image", picture), &context()).unwrap_err();
    assert_eq!((both[0].field(), both[0].kind), (Some("background_image"), "conflict"));
    let clear = run(json!({"background_color": " Transparent"})).unwrap();
    assert!(matches!(clear.backdrop, crate::request::Backdrop::Transparent));
    assert_eq!(clear.parameters["background_color"], "transparent");
    // A layer has no such colour.
    assert_eq!(layers(json!([{"type": "shape", "fill": "transparent"}])).unwrap_err()[0].field(), Some("layers[0].fill"));
    assert_eq!(run(json!({"background_color": "green"})).unwrap_err()[0].field(), Some("background_color"));
}

/// Whatever JSON stands in `layers`: the reader answers, and every error names `layers` or a path below it.
#[test]
fn random_json_never_panics_and_errors_name_the_field() {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |n: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % n as u64) as usize
    };
    fn value(next: &mut impl FnMut(usize) -> usize, depth: usize) -> Value {
        let words = ["text", "picture", "shape", "burst", "", "#fff", "#12345g", "\u{301}가", "left", "NaN", "🍕", "a.ttf", "\u{0}", "-1"];
        match next(if depth > 4 { 6 } else { 10 }) {
            0 => Value::Null,
            1 => json!(next(2) == 0),
            2 => json!(next(2000) as f64 / 1000.0),
            3 => json!([0.0, -0.0, 1e300, -1e300, 5e-324, 1e17][next(6)]),
            4 | 5 => json!(words[next(words.len())]),
            6 => Value::Array((0..next(4)).map(|_| value(next, depth + 1)).collect()),
            _ => object(next, depth),
        }
    }
    fn object(next: &mut impl FnMut(usize) -> usize, depth: usize) -> Value {
        let mut map = Map::new();
        for _ in 0..next(8) {
            let (field, _) = LAYER_FIELDS[next(LAYER_FIELDS.len())];
            let good = field.example_value();
            let value = if next(3) == 0 && !good.is_null() { good } else { value(next, depth + 1) };
            map.insert(field.name.into(), value);
        }
        if next(4) > 0 {
            map.insert("type".into(), json!(LayerType::WORDS[next(3)]));
        }
        Value::Object(map)
    }
    let (mut good, mut bad) = (0, 0);
    for _ in 0..4000 {
        let list = if next(20) == 0 { value(&mut next, 0) } else { Value::Array((0..next(4)).map(|_| object(&mut next, 0)).collect()) };
        match layers(list.clone()) {
            Ok(spec) => {
                good += 1;
                assert_eq!(
                    layers(spec.parameters.get("layers").cloned().unwrap_or_default()).unwrap().parameters,
                    spec.parameters,
                    "{list}"
                );
            }
            Err(errors) => {
                bad += 1;
                for error in errors {
                    assert!(error.field().unwrap().starts_with("layers") && !error.to_string().contains("request-"), "{list}: {error}");
                }
            }
        }
    }
    assert!(good > 300 && bad > 300, "{good} {bad}");
}

#[test]
fn texts_are_read_under_limits() {
    assert!(parse_list("[1]").is_ok() && parse_list("\u{feff}[]").is_ok());
    assert!(parse_list(&format!("[{}1]", "1,".repeat(30_000))).unwrap_err().to_string().contains("20000"));
    assert!(parse_list(&format!("{}{}", "[".repeat(50), "]".repeat(50))).is_err());
    assert!(parse_list("[\"a,[[[[[[[[[[[[\\\"[[[[\"]").is_ok(), "brackets in strings do not count");
    let errors = crate::request::read_fields(format!("{{\"layers\": [{}1]}}", "1,".repeat(30_000)).as_bytes()).unwrap_err();
    assert_eq!(errors[0].field(), Some("layers"));
    let read = crate::request::read_fields(br#"{"layers": [{"type": "text", "text": "\uac00"}], "seed": [1]}"#).unwrap();
    assert_eq!((&read.fields["layers"][0]["text"], &read.fields["seed"]), (&json!("가"), &json!([])));
}
