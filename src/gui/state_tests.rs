//! Tests of the brief and the session.

use super::*;
use crate::request::Flip;

#[test]
fn a_photo_is_recent_once_however_its_name_is_spelled() {
    use unicode_normalization::UnicodeNormalization as _;
    let mut session = Session::default();
    let composed = "사진/제품.png";
    session.remember_file(composed.into());
    session.remember_file("사진/컵.png".into());
    session.remember_file(composed.nfd().collect::<String>().into());
    assert_eq!(session.recent.len(), 2);
    assert_eq!(session.recent.iter().map(|p| paths::file_name(p)).collect::<Vec<_>>(), ["제품.png", "컵.png"]);
}

#[test]
fn a_brief_survives_the_parser_and_comes_back() {
    let brief = Brief {
        scene: "marble table".into(),
        text: "신메뉴".into(),
        style: "chrome".into(),
        mode: CompositionMode::Behind,
        position: TextPosition::Auto,
        composition_strength: 0.35,
        seed: 7,
        width: 768,
        text_x: Some(0.25),
        text_y: Some(0.8),
        layers: vec![json!({"type": "text", "text": "50%", "behind": true})],
        background_color: "#00C73C".into(),
        engine: BackendChoice::Draft,
        others: [("composition_steps".to_owned(), json!(9)), ("auto_unload".to_owned(), json!(true))].into_iter().collect(),
        ..Brief::default()
    };
    let context = crate::request::ParseContext::permissive(crate::assets::DEFAULT_FONT);
    let request = crate::request::OpenRequest::<crate::request::KnownImage>::new(brief.to_raw());
    let spec = crate::request::parse(&request, &context).unwrap();
    assert!(spec.warnings.is_empty(), "{:?}", spec.warnings);
    assert_eq!(Brief::from_parameters(&spec.parameters, spec.seed, (spec.width, spec.height)), brief);
}

/// The words in session and project files are those of earlier versions, and an unknown one costs itself alone.
#[test]
fn choices_are_kept_as_words() {
    let session = Session { brief: Brief { mode: CompositionMode::Blend, ..Brief::default() }, ..Session::default() };
    let mut json = serde_json::to_value(&session).unwrap();
    assert_eq!(
        (&json["brief"]["mode"], &json["brief"]["position"], &json["brief"]["engine"]),
        (&json!("blend"), &json!("top"), &json!("auto"))
    );
    assert!(json["made"].is_object() && json["order"].is_array());
    json["brief"]["mode"] = json!("upside down");
    json["brief"]["engine"] = json!("draft");
    let back: Session = serde_json::from_value(json).unwrap();
    assert_eq!((back.brief.mode, back.brief.engine), (CompositionMode::Overlay, BackendChoice::Draft));
}

#[test]
fn the_oldest_is_forgotten_first() {
    let id = |n: usize| Uuid::from_u128((n as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
    let mut session = Session::default();
    // From before the order was kept.
    session.job_briefs.insert(Uuid::from_u128(u128::MAX), Brief::default());
    for n in 0..REMEMBERED + 3 {
        session.remember_job(id(n), Brief::default());
    }
    session.remember_job(id(3), Brief::default());
    session.remember_job(id(REMEMBERED + 3), Brief::default());
    let mut kept: Vec<usize> = (0..REMEMBERED + 4).filter(|n| session.job_briefs.contains_key(&id(*n))).collect();
    assert_eq!((session.job_briefs.len(), session.job_order.len()), (REMEMBERED, REMEMBERED));
    let last = kept.split_off(1);
    assert_eq!((kept, last), (vec![3], (5..REMEMBERED + 4).collect()));
}

/// A field that a brief neither edits nor keeps would be lost when a job of the CLI or the REST API is run again.
#[test]
fn every_field_has_its_place() {
    let product = Product { path: "a".into(), name: String::new(), hash: String::new(), width: 1, height: 1, has_alpha: false };
    let some = Some(0.5);
    let full = Brief {
        product: Some(product),
        scene: "a".into(),
        scene_negative: "a".into(),
        text: "a".into(),
        style: "a".into(),
        style_negative: "a".into(),
        engine: BackendChoice::Draft,
        model: ModelChoice::Flux2Klein,
        product_x: some,
        product_y: some,
        product_scale: some,
        look: ProductLook {
            rotation: 12.0,
            flip: Flip::Both,
            crop: [0.1, 0.2, 0.8, 0.9],
            exposure: 0.5,
            white_balance: -0.5,
            shadow: 0.5,
            softness: some,
            direction: some,
            contact: false,
        },
        text_x: some,
        text_y: some,
        text_scale: some,
        camera_elevation: some,
        layers: vec![json!({"type": "shape", "fill": "#112233"})],
        background_color: "#112233".into(),
        ..Brief::default()
    };
    let kept = full.to_raw();
    let back = Brief::from_parameters(&kept, 1, (8, 8)).look;
    assert_eq!(back, full.look);
    let saved: ProductLook = serde_json::from_value(serde_json::to_value(&full.look).unwrap()).unwrap();
    assert_eq!(saved, full.look);
    // Nothing is sent of a look that is as photographed, or without a product.
    let plain = Brief { look: ProductLook::default(), ..full.clone() };
    let names = |brief: &Brief| brief.to_raw().keys().filter(|k| k.starts_with("shadow_") || k.starts_with("product_")).count();
    assert_eq!((names(&plain), names(&Brief { product: None, ..full.clone() })), (3, 0));
    // Pictures are attached; the rest says how a job is run, not what it makes; test_mode is kept as the draft backend.
    let apart = [
        "product_image",
        "mask_image",
        "background_image",
        "step1_image",
        "step2_image",
        "start_step",
        "force_from_step",
        "stop_step",
        "dry_run",
        "test_mode",
    ];
    for field in crate::request::fields::FIELDS.iter().map(|f| f.name) {
        assert!(kept.contains_key(field) || OTHERS.contains(&field) || apart.contains(&field), "{field} is lost");
    }
}

#[test]
fn another_photo_starts_without_the_fields_of_the_photo_before() {
    use crate::request::fields::FIELDS_OF_PHOTO;
    let look = ProductLook {
        rotation: 10.0,
        flip: Flip::Both,
        crop: [0.1, 0.1, 0.9, 0.9],
        exposure: 0.5,
        white_balance: 0.5,
        ..ProductLook::default()
    };
    let others = serde_json::json!({"product_pick_x": 0.5, "product_pick_y": 0.5});
    let mut brief = Brief {
        product: Some(Product { path: "a".into(), name: String::new(), hash: String::new(), width: 1, height: 1, has_alpha: false }),
        look,
        camera_elevation: Some(30.0),
        others: others.as_object().unwrap().clone(),
        ..Brief::default()
    };
    let set = |brief: &Brief| FIELDS_OF_PHOTO.iter().filter(|field| brief.to_raw().contains_key(field.name)).count();
    // The mask is a picture beside the fields.
    assert_eq!(set(&brief), FIELDS_OF_PHOTO.len() - 1);
    brief.forget_photo();
    assert_eq!(set(&brief), 0);
}

#[test]
fn numbers_of_a_brief_keep_their_value() {
    for value in [0.1_f32, 1.0 / 3.0, 0.456_789_1, 12.3456, 0.0] {
        let text = decimal(value).to_string();
        assert_eq!(text.parse::<f32>().unwrap(), value, "{text}");
    }
    assert_eq!(decimal(0.1).to_string(), "0.1");
}
