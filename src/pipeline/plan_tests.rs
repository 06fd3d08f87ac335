//! Tests of the content keys.

use serde_json::{Map, Value, json};

use super::*;
use crate::request::fields::{FIELDS, Kind};
use crate::request::{OpenRequest, ParseContext, SourceImage, parse};

/// A number in a picture field makes a picture of which a corner has that value.
fn spec(change: Value) -> JobSpec {
    let cx = ParseContext::permissive("A.ttf");
    let mut raw = json!({"product_image": 1, "text_content": "Hi", "width": 256, "height": 256});
    raw.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let mut request = OpenRequest::new(raw.as_object().unwrap().clone());
    for field in FIELDS.iter().filter(|f| f.kind == Kind::Image) {
        if let Some(n) = request.fields.remove(field.name).and_then(|v| v.as_u64()) {
            let mut image = image::RgbaImage::from_pixel(256, 256, image::Rgba([200, 200, 200, 100]));
            image.put_pixel(0, 0, image::Rgba([n as u8, 0, 0, 255]));
            request = request.with_image(field.name, SourceImage::new(image, "PNG".to_owned()));
        }
    }
    parse(&request, &cx).unwrap()
}

fn key(change: Value) -> [Option<String>; 3] {
    keys(&spec(change), "draft 1", &Recalled::default(), &str::to_owned).steps
}

/// A request without the field, and another value of the field; `None` for a field that has no case.
fn case(field: &str) -> Option<(Value, Value)> {
    let value = match field {
        "text_content" | "text_model_prompt" | "negative_prompt" => json!("a"),
        "bg_prompt" | "bg_negative_prompt" | "bg_composition_prompt" | "bg_composition_negative_prompt" => json!("a"),
        "composition_prompt" | "composition_negative_prompt" => json!("a"),
        "product_image" | "mask_image" | "step1_image" | "step2_image" => json!(2),
        "composition_mode" => json!("behind"),
        "text_position" => json!("auto"),
        "font_name" => json!("B.ttf"),
        "seed" | "product_scale" | "true_cfg_scale" => json!(2),
        "width" | "height" => json!(272),
        "product_left" | "product_top" | "product_right" | "product_bottom" | "product_x" | "product_y" | "text_x" | "text_y"
        | "text_scale" => json!(0.5),
        "camera_elevation" => json!(35),
        "product_pick_x" | "product_pick_y" => json!(0.25),
        "product_rotation" | "shadow_direction" => json!(30),
        "product_flip" => json!("horizontal"),
        "product_crop_left" | "product_crop_top" => json!(0.1),
        "product_crop_right" | "product_crop_bottom" => json!(0.9),
        "product_exposure" | "product_white_balance" | "shadow_strength" | "shadow_softness" => json!(0.5),
        "shadow_contact" => json!(false),
        "strength" | "composition_strength" => json!(0.1),
        "num_inference_steps" | "text_num_inference_steps" | "composition_steps" => json!(5),
        "guidance_scale" | "text_guidance_scale" | "composition_guidance_scale" => json!(3),
        "preserve_product" => json!(false),
        "auto_unload" | "test_mode" | "dry_run" => json!(true),
        "force_from_step" => json!(1),
        "stop_step" => json!(3),
        "layers" => json!([{"type": "shape", "fill": "#112233"}]),
        "background_color" => json!("#00C73C"),
        "background_image" => json!(2),
        "model" => json!("flux2-klein"),
        _ => return None,
    };
    let base = match field {
        "step1_image" => json!({"start_step": 2, "step1_image": 3}),
        "step2_image" => json!({"start_step": 3, "step1_image": 3, "step2_image": 4}),
        _ => json!({}),
    };
    Some((base, value))
}

/// The entry of a field in [`FIRST_CHANGED_STEP`] and its case; the error says what a new field lacks.
fn row(field: &str) -> Result<(Option<StepNumber>, (Value, Value)), String> {
    let entries: Vec<_> = FIRST_CHANGED_STEP.iter().filter(|entry| entry.0 == field).collect();
    let [entry] = entries[..] else {
        return Err(format!("{field} must stand in FIRST_CHANGED_STEP once, not {} times", entries.len()));
    };
    // Another start gives keys to other steps; another engine is another `backend`.
    if matches!(field, "start_step" | "engine") {
        return Ok((None, (json!({}), Value::Null)));
    }
    Ok((entry.1, case(field).ok_or(format!("{field} has no case in `case`"))?))
}

#[test]
fn each_field_changes_the_keys_that_the_table_says() {
    let fields: Vec<&str> = crate::request::fields::FIELDS.iter().map(|f| f.name).collect();
    for field in &fields {
        let (first_changed, (base, value)) = row(field).unwrap_or_else(|problem| panic!("{problem}"));
        let mut changed = base.clone();
        if !value.is_null() {
            changed[*field] = value;
        }
        let (before, after) = (key(base), key(changed));
        for step in StepNumber::ALL {
            let i = usize::from(step.get()) - 1;
            let expected = before[i].is_some() && first_changed.is_some_and(|first| step >= first);
            assert_eq!(before[i] != after[i], expected, "{field}, step {step}");
        }
    }
    assert_eq!(FIRST_CHANGED_STEP.len(), fields.len(), "a field of the table is no request field");
}

/// `used_by` lists start steps: a job from an earlier step runs the later ones too.
#[test]
fn a_field_is_used_by_every_start_step_up_to_the_first_that_it_changes() {
    for field in FIELDS {
        let Some(first_changed) = row(field.name).unwrap().0.or((field.name == "engine").then_some(StepNumber::FIRST)) else {
            continue;
        };
        // A given result replaces the steps before it.
        let given = ["step1_image", "step2_image"].contains(&field.name);
        for start in StepNumber::ALL.into_iter().filter(|start| *start <= first_changed && !given) {
            assert!(field.used_by.contains(&start), "{} from start_step {start}", field.name);
        }
    }
}

#[test]
fn another_backend_changes_every_key() {
    let of = |backend| keys(&spec(json!({})), backend, &Recalled::default(), &str::to_owned).steps;
    assert!(of("draft 1").iter().zip(of("diffusion 1")).all(|(a, b)| *a != b));
}

#[test]
fn a_new_field_needs_a_row_and_a_case() {
    assert!(row("halo_width").unwrap_err().contains("FIRST_CHANGED_STEP"));
    assert_eq!(case("halo_width"), None);
    assert!(row("bg_prompt").is_ok() && row("engine").is_ok());
}

#[test]
fn the_automatic_size_has_the_same_keys_as_none() {
    assert_eq!(key(json!({})), key(json!({"product_scale": 1})));
    let unchanged = json!({"product_rotation": 0, "product_flip": "none", "product_crop_left": 0, "product_crop_right": 1, "product_exposure": 0,
        "product_white_balance": 0, "shadow_strength": 1, "shadow_contact": true});
    assert_eq!(key(json!({})), key(unchanged));
}

#[test]
fn layers_change_the_last_step_only_where_they_are_drawn() {
    let with = |layers: Value| key(json!({"layers": layers}));
    let (plain, shape) = (key(json!({})), json!({"type": "shape", "fill": "#112233"}));
    let mut hidden = shape.clone();
    hidden["hidden"] = json!(true);
    let text = |font: &str| json!({"type": "text", "text": "A", "font_name": font});
    assert_eq!(with(json!([])), plain);
    assert_eq!(with(json!([hidden])), plain);
    assert_eq!(with(json!([shape]))[..2], plain[..2]);
    assert_eq!(with(json!([hidden, shape])), with(json!([shape])));
    let all = [plain, with(json!([shape])), with(json!([shape, shape])), with(json!([text("A.ttf")])), with(json!([text("B.ttf")]))];
    let different: std::collections::HashSet<_> = all.iter().map(|keys| keys[2].clone()).collect();
    assert_eq!(different.len(), all.len());
    // Without text, layers are what step 3 is for.
    let [first, second, third] = key(json!({"text_content": null, "layers": [shape]}));
    assert!(first.is_some() && second.is_none() && third.is_some());
}

#[test]
fn stages_depend_on_their_own_inputs_only() {
    let of = |change: Value| keys(&spec(change), "draft 1", &Recalled::default(), &str::to_owned);
    let plain = of(json!({}));
    let same = |change: Value| {
        let changed = of(change);
        [plain.matte() == changed.matte(), plain.scene() == changed.scene(), plain.headline_style() == changed.headline_style()]
    };
    assert_eq!(same(json!({"product_image": 2})), [false, true, true]);
    assert_eq!(same(json!({"mask_image": 2})), [false, true, true]);
    assert_eq!(same(json!({"bg_prompt": "a"})), [true, false, true]);
    assert_eq!(same(json!({"text_content": "Ho"})), [true, true, false]);
    assert_eq!(same(json!({"product_x": 0.3, "strength": 0.1, "composition_mode": "blend"})), [true; 3]);
    assert_eq!(same(json!({"seed": 2})), [true, false, false]);
    assert_eq!(of(json!({"product_image": null})).matte(), None);
    let all = [plain.matte(), plain.scene(), plain.headline_style(), plain.get(StepNumber::Background), plain.get(StepNumber::Text)];
    assert_eq!(all.into_iter().flatten().collect::<std::collections::HashSet<_>>().len(), 5);
}

/// Jobs on disk contain these keys. Any change in how keys are computed would make every kept step useless.
#[test]
fn keys_of_kept_jobs_stay_valid() {
    let placed = json!({"mask_image": 2, "product_x": 0.25, "text_y": 0.75, "composition_mode": "behind"});
    let given = json!({"start_step": 3, "step1_image": 3, "step2_image": 4, "product_image": null});
    let recalled = Recalled { placed: Some(Plane::new(8, 8, 0.5)), front_faces: Some(Plane::new(4, 4, 0.25)) };
    let plain = key(json!({}));
    let third = keys(&spec(given), "draft 1", &recalled, &str::to_owned).steps;
    let found: Vec<_> = plain.into_iter().chain(key(placed)).chain(third).flatten().collect();
    let kept = [
        "dd77933aaa7c20123c97593d5e34a800d98df8c8e85d1aa277b75689ca29b583",
        "cb39aa670ed7bbf3ef4d60b0524f3756dec191de3d9e99a2ecc4b4a8c1f5d5d3",
        "a46dbdbebcf8bf0e9c355777e2839c7dbdf88f45b648272ac3e1f8e2ba37251e",
        "9c00f5d54ee4f4bc1ffa91567f6d1ecb50feea2ebfc89890c81b6905c6d0f50c",
        "240c657247ddf367b079756197e282403169932a4de8cdf6e0a5b826a7313250",
        "69c1d775993b79dcebeac108fd2b779765b54f253bc9689bbb7b72f9d4e4ef60",
        "0118aa7cd2b483edff8c4a6f2d8ede77759a34f95e58bc5c12f537de7f73e14b",
    ];
    assert_eq!(found, kept);
}

#[test]
fn the_last_step_changes_no_key_of_those_that_run() {
    let whole = key(json!({}));
    for (stop, kept) in [(1, 1), (2, 2), (3, 3)] {
        let keys = key(json!({"stop_step": stop}));
        assert_eq!(keys[..kept], whole[..kept]);
        assert!(keys[kept..].iter().all(Option::is_none), "{stop}");
    }
}

#[test]
fn steps_that_are_not_run_have_no_key() {
    let [first, second, third] = key(json!({"text_content": null}));
    assert!(first.is_some() && second.is_none() && third.is_none());
    let later = |change: Value| {
        let mut raw = Map::from_iter([("step1_image".to_owned(), json!(3)), ("step2_image".to_owned(), json!(4))]);
        raw.extend(change.as_object().unwrap().clone());
        spec(Value::Object(raw))
    };
    let start2 = keys(&later(json!({"start_step": 2})), "draft 1", &Recalled::default(), &str::to_owned);
    assert_eq!(start2.iter().map(|(s, _)| s).collect::<Vec<_>>(), [StepNumber::Text, StepNumber::Composite]);
    let spec3 = later(json!({"start_step": 3}));
    let of = |recalled: &Recalled, backend| keys(&spec3, backend, recalled, &str::to_owned);
    let plain = of(&Recalled::default(), "draft 1");
    assert_eq!(plain.iter().map(|(s, k)| (s, k.len())).collect::<Vec<_>>(), [(StepNumber::Composite, 64)]);
    let placed = Recalled { placed: Some(Plane::new(8, 8, 0.5)), front_faces: None };
    let front_faces = Recalled { placed: None, front_faces: Some(Plane::new(8, 8, 0.5)) };
    let all = [&plain, &of(&placed, "draft 1"), &of(&front_faces, "draft 1"), &of(&Recalled::default(), "diffusion 1")];
    let different: std::collections::HashSet<_> = all.iter().map(|k| k.get(StepNumber::Composite).unwrap()).collect();
    assert_eq!(different.len(), 4);
}

#[test]
fn a_font_counts_by_its_content() {
    let spec = spec(json!({}));
    let of = |face: &'static str| keys(&spec, "draft 1", &Recalled::default(), &move |_| face.to_owned());
    assert_eq!(of("a").get(StepNumber::Background), of("b").get(StepNumber::Background));
    assert_ne!(of("a").get(StepNumber::Text), of("b").get(StepNumber::Text));
}
