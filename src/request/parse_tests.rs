use std::collections::HashSet;

use image::{Rgba, RgbaImage};
use serde_json::{Map, Value, json};

use crate::notice::Notice;
use crate::request::fields::FIELDS;
use crate::request::*;

/// "W H A" makes a W×H picture with alpha A in its upper half.
fn decode(text: &str) -> Result<SourceImage, UnusableImage> {
    let n: Vec<u32> = text.split(' ').filter_map(|t| t.parse().ok()).collect();
    let [w, h, a] = n[..] else { return Err(UnusableImage::undecodable(Notice::verbatim("This file is not an image."))) };
    let mut image = RgbaImage::from_pixel(w, h, Rgba([9, 9, 9, 255]));
    for y in 0..h.div_ceil(2) {
        for x in 0..w {
            image.put_pixel(x, y, Rgba([9, 9, 9, a as u8]));
        }
    }
    Ok(SourceImage::new(image, format!("PNG {w}×{h}, 1 B")))
}

/// A request whose texts in picture fields are pictures of [`decode`].
fn open(raw: Value) -> OpenRequest {
    let Value::Object(fields) = raw else { panic!("object") };
    let mut request = OpenRequest::new(fields);
    for field in FIELDS.iter().filter(|f| f.kind == fields::Kind::Image) {
        if let Some(Value::String(text)) = request.fields.get(field.name) {
            request.images.insert(field.name, decode(text));
            request.fields.remove(field.name);
        }
    }
    request
}

fn context(lenient: bool) -> ParseContext<'static> {
    ParseContext {
        resolve_font: &|name| name.ends_with("B.ttf").then(|| "X/B.ttf".to_owned()),
        skipped_font: &|name| (name == "C.eot").then(|| Notice::verbatim("convert it")),
        default_font: "B.ttf",
        undrawable: &|_, text| text.chars().filter(|&c| c == '🍕').collect(),
        has_in_color: &|_| false,
        fallback_seed: 77,
        lenient,
    }
}

fn run(raw: Value, lenient: bool) -> Result<JobSpec, Vec<FieldError>> {
    parse(&open(raw), &context(lenient))
}

fn said(warnings: &[Notice]) -> Vec<String> {
    warnings.iter().map(ToString::to_string).collect()
}

fn wrong(raw: Value) -> Vec<String> {
    run(raw, false).unwrap_err().iter().map(|e| e.field().unwrap().to_owned()).collect()
}

#[test]
fn nothing_at_all_is_a_request() {
    let spec = run(json!({}), false).unwrap();
    assert!(matches!(spec.start, Start::Background { product: None, mask: None, text: None }));
    assert_eq!((spec.width, spec.height, spec.seed, spec.background.steps), (1024, 1024, 77, 4));
    assert_eq!(spec.parameters["seed"], 77);
    assert_eq!(spec.parameters["composition_mode"], "overlay");
    assert_eq!(spec.parameters["strength"], 0.6);
    assert!(spec.warnings.is_empty());
    let nulls: Map<String, Value> = FIELDS.iter().map(|f| (f.name.to_owned(), Value::Null)).collect();
    assert_eq!(run(Value::Object(nulls), false).unwrap().parameters, spec.parameters);
}

#[test]
fn parameters_make_the_same_request_again() {
    let first = run(json!({"text_content": "Hi", "composition_prompt": "x", "strength": 0.25, "test_mode": true, "seed": u64::MAX}), false)
        .unwrap();
    let again = run(Value::Object(first.parameters.clone()), false).unwrap();
    assert_eq!(first.parameters, again.parameters);
    assert_eq!((first.backend, first.seed), (BackendChoice::Draft, u64::MAX));
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let fields = wrong(json!({
        "start_step": 4, "text_content": 5, "bg_prompt": "a\u{0}b", "strength": 1.5, "num_inference_steps": 4.5, "guidance_scale": true,
        "font_name": "../../etc/passwd", "width": 100, "height": -16, "composition_mode": "beside", "seed": -2, "preserve_product": "yes",
        "product_image": "!!", "engine": 3
    }));
    let got: HashSet<&str> = fields.iter().map(String::as_str).collect();
    let want = [
        "start_step",
        "text_content",
        "bg_prompt",
        "strength",
        "num_inference_steps",
        "guidance_scale",
        "font_name",
        "width",
        "height",
        "composition_mode",
        "seed",
        "preserve_product",
        "product_image",
        "engine",
    ];
    assert_eq!(got, HashSet::from(want));
    assert_eq!(fields.len(), want.len());
}

#[test]
fn steps_need_their_inputs() {
    assert_eq!(wrong(json!({"start_step": 2})), ["text_content", "step1_image"]);
    assert_eq!(wrong(json!({"start_step": 3})), ["step1_image", "step2_image"]);
    assert_eq!(wrong(json!({"start_step": 2, "text_content": "  \n", "step1_image": "x"})), ["step1_image", "text_content"]);
    assert_eq!(wrong(json!({"start_step": 3, "step1_image": "512 512 255", "step2_image": "512 512 255"})), ["step2_image"]);
    let spec = run(json!({"start_step": 3, "step1_image": "512 768 255", "step2_image": "512 768 0"}), false).unwrap();
    assert_eq!((spec.width, spec.height, spec.start.step()), (512, 768, StepNumber::Composite));
    assert!(spec.warnings.is_empty());
}

#[test]
fn what_no_font_can_draw_is_said_at_once() {
    assert_eq!(wrong(json!({"text_content": "pizza 🍕"})), ["text_content"]);
    let spec = run(json!({"start_step": 2, "text_content": "a", "step1_image": "512 512 255", "product_image": "9 9 255"}), false);
    assert!(said(&spec.unwrap().warnings).iter().any(|w| w.starts_with("product_image: not used")));
}

#[test]
fn the_canvas_follows_step1() {
    let start = |more: Value| {
        let mut raw = json!({"start_step": 2, "text_content": "a", "step1_image": "1000 900 255"});
        raw.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let spec = run(raw, false).unwrap();
        (spec.width, spec.height, spec.warnings.len())
    };
    assert_eq!(start(json!({})), (1000, 900, 0));
    assert_eq!(start(json!({"width": 512, "height": 512})), (512, 512, 1));
    assert_eq!(start(json!({"step1_image": "4096 2048 255"})), (4096, 2048, 0));
    assert_eq!(start(json!({"step1_image": "8192 2050 255"})), (4096, 1025, 1));
    assert_eq!(start(json!({"step1_image": "100 200 255"})), (256, 512, 1));
    assert_eq!(start(json!({"step1_image": "1 3000 255"})), (256, 4096, 1));
}

#[test]
fn pictures_are_attached_not_written_into_fields() {
    let spec = run(json!({"product_image": "256 256 255"}), false).unwrap();
    assert!(matches!(spec.start, Start::Background { product: Some(_), .. }));
    assert_eq!(spec.parameters["product_image"], "PNG 256×256, 1 B");
    assert_eq!(wrong(json!({"product_image": "1 1 0"})), ["product_image"]);
    let mut text = OpenRequest::<SourceImage>::new(Map::new());
    text.fields.insert("input_image".into(), json!("aGk="));
    let errors = parse(&text, &context(false)).unwrap_err();
    assert_eq!(
        (errors[0].field(), errors[0].to_string().as_str()),
        (Some("product_image"), "product_image: \"aGk=\" is not a picture; send the file itself")
    );
    // The attachment takes precedence over an alias.
    let mut both = open(json!({"product_image": "256 256 255"}));
    both.fields.insert("input_image".into(), json!("aGk="));
    let spec = parse(&both, &context(false)).unwrap();
    assert_eq!(said(&spec.warnings), ["input_image: ignored, because product_image was sent too"]);
}

#[test]
fn a_request_can_be_planned_without_its_pictures() {
    let known = |hash: &str, dimensions| KnownImage { hash: hash.into(), has_alpha: false, dimensions };
    let fields = |extra: Value| extra.as_object().unwrap().clone();
    let request = OpenRequest::new(fields(json!({"text_content": "a"})))
        .with_image("product_image", known("photo", Some((300, 200))))
        .with_image("mask_image", known("mask", None));
    let spec = parse(&request, &context(false)).unwrap();
    let Start::Background { product: Some(product), mask: Some(mask), .. } = &spec.start else { panic!("start") };
    assert_eq!((product.hash(), mask.hash()), ("photo", "mask"));
    let request = request.with_image("mask_image", known("mask", Some((200, 300))));
    assert_eq!(parse(&request, &context(false)).unwrap_err()[0].kind, "wrong_shape");
    let later =
        OpenRequest::new(fields(json!({"text_content": "a", "start_step": 2}))).with_image("step1_image", known("s", Some((512, 768))));
    let spec = parse(&later, &context(false)).unwrap();
    assert_eq!((spec.width, spec.height, spec.start.step()), (512, 768, StepNumber::Text));
}

#[test]
fn files_are_decoded_when_a_request_is_opened() {
    let mut raw = RawRequest::default();
    raw.attachments.insert("product_image", Attachment::File("256 256 255".into()));
    raw.attachments.insert("step1_image", Attachment::File("x".into()));
    let decode = |_: &str, bytes: &[u8]| decode(std::str::from_utf8(bytes).unwrap()).map_err(|e| e.notice);
    let request = raw.open(&decode, &|_| Err(Notice::verbatim("no layers here")));
    assert!(request.images["product_image"].is_ok());
    assert_eq!(request.images["step1_image"].as_ref().unwrap_err().kind, "image_invalid");
}

#[test]
fn texts_are_normalised_and_counted() {
    let text = |t: &str| run(json!({"text_content": t}), false).unwrap().parameters["text_content"].clone();
    assert_eq!(text(" \u{1112}\u{1161}\u{11ab}\r\nb "), "한\nb");
    assert_eq!(text("\u{200b} \n"), Value::Null);
    assert_eq!(text(&"가".repeat(200)).as_str().unwrap().chars().count(), 200);
    assert_eq!(wrong(json!({"text_content": "가".repeat(201)})), ["text_content"]);
    assert_eq!(wrong(json!({"bg_prompt": "a".repeat(2001)})), ["bg_prompt"]);
    assert_eq!(wrong(json!({"negative_prompt": "a".repeat(2_000_000)})), ["negative_prompt"]);
    assert_eq!(wrong(json!({"text_content": "a\u{7f}"})), ["text_content"]);
    assert_eq!(run(json!({"bg_negative_prompt": "", "bg_prompt": " "}), false).unwrap().background.negative_prompt, "");
}

#[test]
fn numbers_are_strict_unless_lenient() {
    assert_eq!(run(json!({"num_inference_steps": 4.0, "guidance_scale": 7}), false).unwrap().background.steps, 4);
    for bad in [json!("4"), json!(0), json!(51), json!(true), json!([4]), json!({}), json!(1e300), json!(-4.0)] {
        assert_eq!(wrong(json!({"num_inference_steps": bad})), ["num_inference_steps"]);
    }
    let spec = run(
        json!({"num_inference_steps": "6", "strength": "0.5", "preserve_product": "off", "width": "512", "seed": "18446744073709551615"}),
        true,
    )
    .unwrap();
    assert_eq!((spec.background.steps, spec.background.strength, spec.background.preserve_product), (6, 0.5, false));
    assert_eq!((spec.width, spec.seed), (512, u64::MAX));
    for bad in ["nan", "inf", "x", "", "1e999", "0x4"] {
        let errors = run(json!({"strength": bad, "num_inference_steps": bad}), true).unwrap_err();
        assert_eq!(errors.len(), 2, "{bad}");
    }
    assert_eq!(wrong(json!({"seed": 18_446_744_073_709_551_616.0_f64})), ["seed"]);
}

#[test]
fn aliases_and_unknown_fields() {
    let spec = run(json!({"text_prompt": "gold", "text_negative_prompt": "n", "text_model_prompt": "chrome", "bg_promt": "x", "colour": 1, "text_content": "a"}), false).unwrap();
    let Start::Background { text: Some(text), .. } = &spec.start else { panic!("text") };
    assert_eq!((text.style_prompt.as_str(), text.negative_prompt.as_str(), text.font.as_str()), ("chrome", "n", "X/B.ttf"));
    assert_eq!(spec.warnings.len(), 3);
    assert!(said(&spec.warnings).iter().any(|w| w.contains("bg_promt") && w.contains("did you mean bg_prompt")));
    assert!(said(&spec.warnings).iter().any(|w| w.contains("colour")));
    assert!(!spec.parameters.contains_key("colour"));
    assert_eq!(wrong(json!({"test_mode": true, "engine": "diffusion"})), ["test_mode"]);
}

#[test]
fn a_missing_default_font_matters_only_with_text() {
    let cx = ParseContext { resolve_font: &|_| None, default_font: "gone.ttf", ..context(false) };
    assert!(parse(&open(json!({})), &cx).is_ok());
    let errors = parse(&open(json!({"text_content": "a"})), &cx).unwrap_err();
    assert_eq!(errors[0].field(), Some("font_name"));
}

#[test]
fn the_table_is_sound() {
    let mut seen = HashSet::new();
    for field in FIELDS {
        assert!(seen.insert(field.name));
        assert!(field.aliases.iter().all(|a| seen.insert(a)));
        assert!(!field.description.is_empty() && !field.description_ko.is_empty());
        assert!(!field.example_value().is_null(), "{}", field.name);
        assert!(!field.rule().to_string().is_empty());
    }
    // The parser reads every field of the table: each default shows in the parameters, images apart.
    let spec = run(json!({}), false).unwrap();
    for field in FIELDS.iter().filter(|f| f.kind != fields::Kind::Image) {
        assert_eq!(spec.parameters.contains_key(field.name), !field.silent, "{}", field.name);
    }
}

#[test]
fn placement_and_orders_show_only_when_sent() {
    let spec = run(
        json!({"product_x": 0.25, "product_y": 1, "product_scale": 4, "text_x": 0, "text_y": 0.5, "text_scale": 0.2, "force_from_step": 2}),
        false,
    )
    .unwrap();
    let at = spec.placement;
    assert_eq!(
        (at.product_x, at.product_y, at.product_scale, at.text_x, at.text_y, at.text_scale),
        (Some(0.25), Some(1.0), Some(4.0), Some(0.0), Some(0.5), Some(0.2))
    );
    assert_eq!((spec.force_from_step, &spec.parameters["product_scale"]), (Some(StepNumber::Text), &json!(4.0)));
    assert_eq!(run(Value::Object(spec.parameters.clone()), false).unwrap().placement, at);
    let seen = run(json!({"camera_elevation": 35, "product_pick_x": 0.25}), false).unwrap();
    assert_eq!((seen.placement.camera_elevation, seen.placement.product_pick), (Some(35.0), Some((0.25, 0.5))));
    assert_eq!(seen.parameters["camera_elevation"], json!(35.0));
    assert_eq!(
        wrong(json!({"camera_elevation": 91, "product_pick_x": -1, "product_pick_y": "b"})),
        ["product_pick_x", "product_pick_y", "camera_elevation"]
    );
    let spec = run(json!({"product_x": null, "dry_run": true}), false).unwrap();
    assert!(spec.placement == Placement::default());
    assert_eq!(spec.parameters.keys().collect::<Vec<_>>(), run(json!({}), false).unwrap().parameters.keys().collect::<Vec<_>>());
    let bad = json!({"product_x": 1.01, "product_y": -0.1, "product_scale": 0.09, "text_x": "a", "text_y": 2, "text_scale": 1.01, "force_from_step": 4, "dry_run": 1});
    assert_eq!(wrong(bad), ["product_x", "product_y", "product_scale", "text_x", "text_y", "text_scale", "force_from_step", "dry_run"]);
}

#[test]
fn the_products_pixels_and_shadow_are_read_and_refused_by_name() {
    let plain = run(json!({}), false).unwrap();
    assert_eq!((plain.product, plain.shadow), (ProductEdit::default(), ShadowSpec::default()));
    let sent = json!({"product_rotation": -12.5, "product_flip": "Horizontal", "product_crop_left": 0.2, "product_crop_bottom": 0.8,
        "product_exposure": 0.5, "product_white_balance": -1, "shadow_strength": 0, "shadow_softness": 1, "shadow_direction": 270,
        "shadow_contact": false});
    let spec = run(sent, false).unwrap();
    let crop = Some(Area { left: 0.2, top: 0.0, right: 1.0, bottom: 0.8 });
    let edit = ProductEdit { crop, flip: Flip::Horizontal, rotation: -12.5, exposure: 0.5, white_balance: -1.0 };
    assert_eq!(spec.product, edit);
    assert_eq!(spec.shadow, ShadowSpec { strength: 0.0, softness: Some(1.0), direction: Some(270.0), contact: false });
    assert_eq!((&spec.parameters["product_flip"], &spec.parameters["shadow_contact"]), (&json!("horizontal"), &json!(false)));
    let again = run(Value::Object(spec.parameters.clone()), false).unwrap();
    assert_eq!((again.product, again.shadow, again.parameters), (spec.product, spec.shadow, spec.parameters));
    // Numbers and flags of forms are text.
    let lenient = run(json!({"product_rotation": "90", "shadow_contact": "off"}), true).unwrap();
    assert_eq!((lenient.product.rotation, lenient.shadow.contact), (90.0, false));
    assert_eq!(run(json!({"product_crop_left": 0, "product_crop_right": 1}), false).unwrap().product, ProductEdit::default());
    let bad = json!({"product_rotation": 181, "product_flip": "left", "product_crop_top": -0.1, "product_exposure": 1.5,
        "product_white_balance": "warm", "shadow_strength": 2.1, "shadow_softness": -1, "shadow_direction": 361, "shadow_contact": 1});
    let fields = [
        "product_rotation",
        "product_flip",
        "product_crop_top",
        "product_exposure",
        "product_white_balance",
        "shadow_strength",
        "shadow_softness",
        "shadow_direction",
        "shadow_contact",
    ];
    assert_eq!(wrong(bad), fields);
    assert_eq!(
        wrong(json!({"product_crop_left": 0.5, "product_crop_right": 0.52, "product_crop_bottom": 0.04})),
        ["product_crop_right", "product_crop_bottom"]
    );
    // The smallest crop may begin at every edge, although differences of decimals are not exact.
    for percent in 0..=95 {
        let crop = json!({"product_crop_left": f64::from(percent) / 100.0, "product_crop_right": f64::from(percent + 5) / 100.0});
        assert!(run(crop.clone(), false).is_ok(), "{crop}");
    }
}

#[test]
fn the_model_is_one_of_three_words_and_shows_only_when_sent() {
    let spec = run(json!({"model": "FLUX2-klein"}), false).unwrap();
    assert_eq!((spec.model, &spec.parameters["model"]), (ModelChoice::Flux2Klein, &json!("flux2-klein")));
    let spec = run(json!({}), false).unwrap();
    assert_eq!((spec.model, spec.parameters.get("model")), (ModelChoice::Auto, None));
    assert_eq!(wrong(json!({"model": "flux3"})), ["model"]);
}

#[test]
fn the_last_step_shows_only_when_sent() {
    let stop = |raw: Value| run(raw, true).map(|s| (s.stop_step.get(), s.last_step().get(), s.parameters.get("stop_step").cloned()));
    assert_eq!(stop(json!({"text_content": "a"})).unwrap(), (3, 3, None));
    assert_eq!(stop(json!({"text_content": "a", "stop_step": null})).unwrap(), (3, 3, None));
    assert_eq!(stop(json!({"text_content": "a", "stop_step": "2"})).unwrap(), (2, 2, Some(json!(2))));
    assert_eq!(stop(json!({"stop_step": 3})).unwrap(), (3, 1, Some(json!(3))));
    let later = json!({"start_step": 2, "stop_step": 1, "text_content": "a", "step1_image": "512 512 255"});
    let errors = run(later, true).unwrap_err();
    assert_eq!((errors[0].field(), errors[0].kind, errors.len()), (Some("stop_step"), "before_start_step", 1));
    assert!(errors[0].to_string().contains("send 2 or 3"), "{}", errors[0]);
    // A wrong start is said once.
    assert_eq!(wrong(json!({"start_step": 7, "stop_step": 1})), ["start_step"]);
    assert_eq!(wrong(json!({"start_step": 2, "stop_step": 9})), ["stop_step", "text_content", "step1_image"]);
}

#[test]
fn minus_one_is_a_random_seed() {
    for seed in [json!(-1), json!("-1"), json!(-1.0), json!(" -1 ")] {
        let spec = run(json!({"seed": seed}), true).unwrap();
        assert_eq!((spec.seed, &spec.parameters["seed"]), (77, &json!(77)), "{seed}");
    }
    assert_eq!(run(json!({"seed": -1}), false).unwrap().seed, 77);
    for seed in [json!(-2), json!("-2"), json!(-1.5), json!("-0.5"), json!(true)] {
        assert_eq!(run(json!({"seed": seed}), true).unwrap_err()[0].field(), Some("seed"), "{seed}");
    }
}

#[test]
fn placeholders_are_for_test_mode() {
    for word in ["DUMMY_IMAGE_DATA", "string", "test", "", "1 1 0"] {
        for test_mode in [json!(true), json!("true")] {
            let spec = run(json!({"product_image": word, "test_mode": test_mode}), true).unwrap();
            assert!(matches!(&spec.start, Start::Background { product: Some(p), .. } if p.has_alpha), "{word}");
            assert_eq!(spec.parameters["product_image"], "placeholder 512×512");
            assert!(spec.warnings.len() == 1 && said(&spec.warnings)[0].starts_with("product_image: "), "{:?}", spec.warnings);
        }
        for raw in [json!({"product_image": word}), json!({"product_image": word, "engine": "draft"})] {
            assert_eq!(wrong(raw), ["product_image"], "{word}");
        }
    }
    let raw = json!({"start_step": 3, "step1_image": "string", "step2_image": "512 512 255", "test_mode": true});
    let spec = run(raw, false).unwrap();
    assert!(
        matches!(&spec.start, Start::Composite { step1, step2, .. } if !step1.has_alpha && step2.as_ref().is_some_and(|step2| step2.has_alpha))
    );
    assert_eq!(spec.warnings.len(), 2);
    let masked = |mask: &str, photo: &str| {
        let spec = run(json!({"product_image": photo, "mask_image": mask, "test_mode": true}), false).unwrap();
        matches!(spec.start, Start::Background { product: Some(_), mask: Some(_), .. })
    };
    assert!(masked("string", "string") && masked("string", "300 300 255") && !masked("string", "300 200 255"));
    // A value that is not text is a client error, not a placeholder.
    assert_eq!(wrong(json!({"product_image": 5, "test_mode": true})), ["product_image"]);
    assert_eq!(wrong(json!({"start_step": 2, "text_content": "a", "test_mode": true})), ["step1_image"]);
}

#[test]
fn fields_of_the_original_without_a_meaning_are_silent() {
    for value in [json!("flux"), json!(null), json!(5), json!({"a": [1]})] {
        let spec = run(json!({"bg_model": value}), false).unwrap();
        assert!(spec.warnings.is_empty() && !spec.parameters.contains_key("bg_model"));
    }
}

#[test]
fn a_mask_belongs_to_a_photo_of_its_shape() {
    let photo = "300 200 255";
    let mask = |mask: &str, more: Value| {
        let mut raw = json!({"product_image": photo, "mask_image": mask});
        raw.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        run(raw, false).map(|s| matches!(s.start, Start::Background { mask: Some(_), .. }))
    };
    for good in ["300 200 0", "150 100 0", "75 50 0", "601 400 0"] {
        assert!(mask(good, json!({})).unwrap(), "{good}");
    }
    // The fake decoder paints nearly black: without transparency nothing is product.
    for (bad, kind) in [("200 300 0", "wrong_shape"), ("300 200 255", "mask_empty")] {
        assert_eq!(mask(bad, json!({})).unwrap_err()[0].kind, kind, "{bad}");
    }
    assert_eq!(mask("300 200 0", json!({"product_image": null})).unwrap_err()[0].kind, "missing_product");
    let later = mask("300 200 0", json!({"start_step": 2, "text_content": "a", "step1_image": "512 512 255"}));
    assert_eq!(later.unwrap_err()[0].kind, "not_used");
}

#[test]
fn texts_and_fonts_that_cannot_be_used_say_why() {
    for (request, kind, words) in [
        (json!({"text_content": "어서 오세요", "font_name": "C.eot"}), "unknown_font", "font_name: \"C.eot\" is skipped: convert it"),
        (
            json!({"text_content": "어서 오세요 🍕"}),
            "missing_glyphs",
            "text_content: no font here can draw 🍕 (U+1F355); leave it out or add a font that has it",
        ),
    ] {
        let errors = run(request, false).unwrap_err();
        let found: Vec<(&str, String)> = errors.iter().map(|e| (e.kind, e.to_string())).collect();
        assert_eq!(found, [(kind, words.to_owned())]);
    }
    let spec = run(json!({"text_content": "사랑❤\u{fe0f}"}), false).unwrap();
    assert!(
        said(&spec.warnings).iter().any(|w| w == "text_content: ❤ is set as a solid shape, not as a coloured emoji"),
        "{:?}",
        spec.warnings
    );
}
