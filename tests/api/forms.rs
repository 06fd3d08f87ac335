//! `POST /generate` as `multipart/form-data`.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine as _;
use nanococoa::api::{Limits, SecurityPolicy};
use nanococoa::request::fields::{FIELDS, Kind};
use serde_json::{Value, json};

use crate::common::{Act, photo_base64, request};
use crate::socket::start_with;
use crate::support::{Answer, World};

const BOUNDARY: &str = "----form7d1c";

fn photo() -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(photo_base64(48, 40)).unwrap()
}

fn part(disposition: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
    [head.as_bytes(), content, b"\r\n"].concat()
}

fn form(parts: &[Vec<u8>]) -> Vec<u8> {
    [parts.concat(), format!("--{BOUNDARY}--\r\n").into_bytes()].concat()
}

/// The texts of a request as parts.
fn texts(extra: Value) -> Vec<Vec<u8>> {
    let mut fields = request(extra);
    fields.remove("product_image");
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fields.iter().map(|(name, value)| part(&format!("name=\"{name}\""), text(value).as_bytes())).collect()
}

fn file(name: &str, content: &[u8]) -> Vec<u8> {
    part(&format!("name=\"{name}\"; filename=\"cup.png\""), content)
}

async fn send(world: &World, body: Vec<u8>) -> Answer {
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    world.call("POST", "/generate", &[("content-type", &kind)], body).await
}

async fn finished(world: &World, started: Answer) -> Value {
    assert_eq!(started.status, StatusCode::OK, "{}", String::from_utf8_lossy(&started.bytes));
    let id = started.json()["job_id"].as_str().unwrap().to_owned();
    world.finish(&id).await;
    world.get(&format!("/status/{id}")).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_same_job_picture_as_json() {
    let world = World::new();
    let json = finished(&world, world.post(&Value::Object(request(json!({"force_from_step": 1})))).await).await;
    let parts = [texts(json!({"force_from_step": 1})), vec![file("input_image", &photo())]].concat();
    let form = finished(&world, send(&world, form(&parts)).await).await;
    assert_eq!(form["status"], "completed");
    assert_eq!(form["parameters"], json["parameters"]);
    // The files differ: their metadata names the job.
    let pixels = |status: &Value| {
        let png = base64::engine::general_purpose::STANDARD.decode(status["final_result"].as_str().unwrap()).unwrap();
        image::load_from_memory(&png).unwrap().into_rgb8()
    };
    assert!(pixels(&form) == pixels(&json));
}

/// Letters on a transparent ground.
fn letters() -> Vec<u8> {
    let image = image::RgbaImage::from_fn(48, 40, |x, _| image::Rgba([200, 40, 40, if x < 20 { 255 } else { 0 }]));
    nanococoa::imaging::encode::encode_png(&image, &[]).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_picture_field_is_a_file() {
    let world = World::new();
    let starts = [
        (1, vec![("product_image", photo()), ("mask_image", photo()), ("background_image", photo())]),
        (2, vec![("step1_image", photo())]),
        (3, vec![("step1_image", photo()), ("step2_image", letters())]),
    ];
    let mut tried = BTreeSet::new();
    for (start, files) in starts {
        let mut parts = texts(json!({"start_step": start}));
        parts.extend(files.iter().map(|(name, content)| file(name, content)));
        let done = finished(&world, send(&world, form(&parts)).await).await;
        assert_eq!(done["status"], "completed", "{done}");
        for (name, _) in files {
            assert!(done["parameters"][name].as_str().unwrap().starts_with("PNG 48×40"), "{name}: {}", done["parameters"]);
            tried.insert(name);
        }
    }
    let images: BTreeSet<&str> = FIELDS.iter().filter(|f| f.kind == Kind::Image).map(|f| f.name).collect();
    assert_eq!(tried, images);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_picture_is_named() {
    let world = World::new();
    let truncated = photo()[..40].to_vec();
    // Base64 is for JSON.
    for content in [b"no picture".to_vec(), truncated, photo_base64(48, 40).into_bytes()] {
        for (start, names) in [(1, vec!["product_image", "mask_image"]), (3, vec!["step1_image", "step2_image"])] {
            let mut parts = texts(json!({"start_step": start}));
            parts.extend(names.iter().map(|name| file(name, &content)));
            let answer = send(&world, form(&parts)).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
            let detail = answer.json()["detail"].clone();
            let found: Vec<&str> = detail.as_array().unwrap().iter().map(|e| e["loc"][1].as_str().unwrap()).collect();
            assert_eq!(found, names, "{detail}");
            assert!(detail.as_array().unwrap().iter().all(|e| e["type"] == "image_invalid"), "{detail}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_and_json_share_the_memory_for_bodies() {
    let limits = Limits {
        body_memory: 1 << 20,
        body_reserve: 0,
        queue: Duration::from_millis(200),
        body_pressed: Duration::from_secs(20),
        ..Limits::default()
    };
    let world = World::limited(SecurityPolicy::new(None, Vec::new(), Vec::new()), 1 << 20, limits);
    let large = form(&[file("product_image", &vec![b'a'; 700 << 10])]);
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel::<Result<Vec<u8>, std::io::Error>>();
    sender.send(Ok(large[..400 << 10].to_vec())).unwrap();
    let slow = axum::body::Body::from_stream(futures_util::stream::unfold(receiver, |mut r| async move { r.recv().await.map(|v| (v, r)) }));
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let call = axum::http::Request::post("/generate").header("host", "localhost").header("content-type", &kind).body(slow).unwrap();
    let first = tokio::spawn(tower::ServiceExt::oneshot(world.router.clone(), call));
    tokio::time::sleep(Duration::from_millis(300)).await;
    for answer in [send(&world, large.clone()).await, world.generate(format!("{{\"bg_prompt\": \"{}\"}}", "a".repeat(700 << 10))).await] {
        assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
    }
    assert_eq!(send(&world, form(&[part("name=\"strength\"", b"9")])).await.status, StatusCode::BAD_REQUEST, "small forms need no share");
    sender.send(Ok(large[400 << 10..].to_vec())).unwrap();
    drop(sender);
    assert_eq!(first.await.unwrap().unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(send(&world, large).await.status, StatusCode::BAD_REQUEST, "the memory is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_parts_are_ignored_and_named() {
    let world = World::new();
    let parts = [texts(json!({"dry_run": true})), vec![part("name=\"bg_promt\"", b"sea"), file("photo", &[0xff; 300])]].concat();
    let plan = send(&world, form(&parts)).await.json();
    let said = ["\"bg_promt\": unknown field, ignored; did you mean bg_prompt?", "\"photo\": unknown field, ignored"];
    assert_eq!(plan["warnings"], json!(said), "{plan}");
    let codes: Vec<&str> = plan["notices"].as_array().unwrap().iter().filter_map(|n| n["code"].as_str()).collect();
    assert_eq!(codes, ["request-unknown-field-hint", "request-unknown-field"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_beside_its_field_is_ignored_in_forms_as_in_json() {
    let world = World::new();
    let said = ["input_image: ignored, because product_image was sent too", "text_prompt: ignored, because text_model_prompt was sent too"];
    let aliases = json!({"dry_run": true, "text_model_prompt": "gold", "text_prompt": "chrome"});
    let parts = [texts(aliases.clone()), vec![file("input_image", b"unused"), file("product_image", &photo())]].concat();
    let mut fields = request(aliases);
    fields.insert("product_image".into(), json!(photo_base64(48, 40)));
    fields.insert("input_image".into(), json!("unused"));
    for plan in [send(&world, form(&parts)).await.json(), world.post(&Value::Object(fields)).await.json()] {
        let about_aliases = plan["notices"].as_array().unwrap().iter().filter(|n| n["code"] == "request-alias-ignored");
        let mut warnings: Vec<&str> = about_aliases.filter_map(|n| n["text"].as_str()).collect();
        warnings.sort_unstable();
        assert_eq!(warnings, said, "{plan}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_can_ask_for_a_plan_while_a_job_runs() {
    let world = World::new();
    world.script.set("scene", Act::Slow(Duration::from_secs(30)));
    let id = world.post(&Value::Object(request(json!({})))).await.json()["job_id"].as_str().unwrap().to_owned();
    let plan = send(&world, form(&[texts(json!({"dry_run": true})), vec![file("product_image", &photo())]].concat())).await;
    assert_eq!((plan.status, plan.json()["steps"].as_array().unwrap().len()), (StatusCode::OK, 3));
    assert_eq!(send(&world, form(&texts(json!({})))).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(send(&world, b"--".to_vec()).await.status, StatusCode::SERVICE_UNAVAILABLE);
    world.engine.stop(id.parse().unwrap());
    world.finish(&id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_forms_say_what_is_wrong() {
    let world = World::with(SecurityPolicy::new(None, Vec::new(), Vec::new()), 1 << 20);
    let wrong = |parts: Vec<Vec<u8>>| form(&parts);
    for (body, expected) in [
        (
            wrong(vec![part("name=\"seed\"", b"x"), part("name=\"strength\"", b"2")]),
            json!([["strength", "out_of_range"], ["seed", "integer_type"]]),
        ),
        (wrong(vec![part("name=\"seed\"", b"1"), part("name=\"seed\"", b"2")]), json!([["seed", "duplicate"]])),
        (wrong(vec![file("product_image", b"no picture")]), json!([["product_image", "image_invalid"]])),
        (wrong(vec![part("name=\"bg_prompt\"", b"\xff")]), json!([["bg_prompt", "text_invalid"]])),
        (b"{}".to_vec(), json!([[null, "form_invalid"]])),
    ] {
        let answer = send(&world, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        let detail = answer.json()["detail"].clone();
        let found: Vec<Value> = detail.as_array().unwrap().iter().map(|e| json!([e["loc"].get(1), e["type"]])).collect();
        assert_eq!(Value::Array(found), expected, "{detail}");
        assert!(detail.as_array().unwrap().iter().all(|e| e["msg"].is_string() && e["code"].is_string()), "{detail}");
    }
    let bare = world.call("POST", "/generate", &[("content-type", "multipart/form-data")], form(&[])).await;
    assert!(bare.status == StatusCode::BAD_REQUEST && bare.json()["detail"][0]["msg"].as_str().unwrap().contains("boundary"));
    assert_eq!(send(&world, form(&[file("product_image", &vec![0; 2 << 20])])).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    // Browsers send forms without asking first, so the origin decides.
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers = [("content-type", kind.as_str()), ("origin", "https://evil.example")];
    assert_eq!(world.call("POST", "/generate", &headers, form(&texts(json!({})))).await.status, StatusCode::FORBIDDEN);
    assert!(world.engine.snapshots().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_sends_files() {
    let server = start_with(Limits::default()).await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("cup.png"), photo()).unwrap();
    let address = format!("http://{}/generate", server.address);
    let folder = dir.path().to_owned();
    let output = tokio::task::spawn_blocking(move || {
        let fields = ["product_image=@cup.png", "text_content=신메뉴 출시", "width=256", "height=256", "seed=3", "preserve_product=yes"];
        let form = fields.iter().flat_map(|field| ["-F", field]);
        std::process::Command::new("curl").current_dir(folder).args(["-sS", &address]).args(form).output().expect("curl is installed")
    })
    .await
    .unwrap();
    let started: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"));
    assert_eq!(started["status"], "started", "{started}");
    let done = server.world.finish(started["job_id"].as_str().unwrap()).await;
    assert_eq!((&done["status"], &done["parameters"]["text_content"]), (&json!("completed"), &json!("신메뉴 출시")));
    assert!(done["parameters"]["product_image"].as_str().unwrap().starts_with("PNG 48×40"), "{done}");
}
