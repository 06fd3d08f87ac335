//! Canvas sizes in steps of one pixel, the catalogue of formats, and exports.

use axum::http::StatusCode;
use nanococoa::formats::Catalogue;
use serde_json::json;

use crate::common::photo_base64;
use crate::support::{World, b64};

async fn finished(world: &World, body: serde_json::Value) -> String {
    let answer = world.post(&body).await.json();
    assert!(answer["warnings"].is_null(), "{answer}");
    let id = answer["job_id"].as_str().unwrap().to_owned();
    let status = world.finish(&id).await;
    assert_eq!(status["status"], "completed", "{status}");
    id
}

fn size(bytes: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory(bytes).unwrap();
    (picture.width(), picture.height())
}

#[tokio::test(flavor = "multi_thread")]
async fn sides_of_any_length_are_made_exactly_and_again_from_kept_steps() {
    let world = World::new();
    for (width, height) in [(257, 1023), (1080, 1350), (4095, 256)] {
        let id =
            finished(&world, json!({"product_image": photo_base64(80, 60), "text_content": "신메뉴", "width": width, "height": height}))
                .await;
        let mut steps = Vec::new();
        for name in ["step1", "step2", "final"] {
            let picture = world.get(&format!("/jobs/{id}/images/{name}.png")).await.bytes;
            assert_eq!(size(&picture), (width, height), "{name}");
            steps.push(b64(&picture));
        }
        // Without a size the canvas is that of the picture, whatever its sides are.
        let second = finished(&world, json!({"start_step": 2, "text_content": "세일", "step1_image": steps[0]})).await;
        let third = finished(&world, json!({"start_step": 3, "step1_image": steps[0], "step2_image": steps[1]})).await;
        for again in [second, third] {
            assert_eq!(size(&world.get(&format!("/jobs/{again}/images/final.png")).await.bytes), (width, height));
        }
    }
    for (field, value) in [("width", json!(255)), ("height", json!(4097)), ("width", json!(300.5))] {
        let answer = world.post(&json!({field: value})).await;
        assert_eq!((answer.status, &answer.json()["detail"][0]["loc"]), (StatusCode::BAD_REQUEST, &json!(["body", field])));
    }
    // Sizes of old clients are what they were.
    let answer = finished(&world, json!({"text_content": "a"})).await;
    assert_eq!(size(&world.get(&format!("/jobs/{answer}/images/final.png")).await.bytes), (1024, 1024));
}

#[tokio::test(flavor = "multi_thread")]
async fn formats_are_listed_and_pictures_exported_in_them() {
    let world = World::new();
    let list = world.get("/formats").await.json();
    let formats = list["formats"].as_array().unwrap();
    assert_eq!(formats.len(), Catalogue::embedded().formats().len());
    let bizboard = formats.iter().find(|f| f["id"] == "kakao-bizboard").unwrap();
    assert_eq!((&bizboard["width"], &bizboard["file"], &bizboard["max_bytes"]), (&json!(1029), &json!("png"), &json!(300_000)));
    let (width, height) = (&bizboard["canvas_width"], &bizboard["canvas_height"]);
    let id =
        finished(&world, json!({"product_image": photo_base64(80, 60), "text_content": "세일", "width": width, "height": height})).await;
    let file = world.get(&format!("/jobs/{id}/export?format=kakao-bizboard")).await;
    assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, "image/png"));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"kakao-bizboard.png\"");
    assert!(file.bytes.len() <= 300_000 && size(&file.bytes) == (1029, 258));
    assert_eq!((file.header("x-export-quality"), file.header("x-export-notices")), ("lossless", ""));
    let report = world.get(&format!("/jobs/{id}/export?format=google-square&report=true")).await.json();
    assert_eq!((&report["width"], &report["media_type"], &report["picture"]), (&json!(1200), &json!("image/jpeg"), &json!("final")));
    assert!(report["quality"].as_u64().is_some_and(|q| q >= 50) && report["bytes"].as_u64().is_some_and(|b| b <= 150_000), "{report}");
    // The banner has another shape than the square: that is said with the remedy.
    let codes: Vec<&str> = report["notices"].as_array().unwrap().iter().map(|n| n["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"formats-framed"), "{report}");
    let white = world.get(&format!("/jobs/{id}/export?format=coupang-main&report=true")).await.json();
    assert_eq!(white["picture"], "cutout");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_exports_are_refused_with_what_to_do() {
    let world = World::new();
    let id = finished(&world, json!({"width": 300, "height": 256})).await;
    let detail = |answer: crate::support::Answer| (answer.status, answer.json()["code"].as_str().unwrap().to_owned());
    let get = async |path: String| detail(world.get(&path).await);
    let unknown = (StatusCode::BAD_REQUEST, "formats-unknown".to_owned());
    assert_eq!(get(format!("/jobs/{id}/export")).await, unknown);
    assert_eq!(get(format!("/jobs/{id}/export?format=instagram")).await, unknown);
    assert_eq!(get(format!("/jobs/{id}/export?format=a4-print&report=maybe")).await, (StatusCode::BAD_REQUEST, "api-flag".to_owned()));
    assert_eq!(get("/jobs/nobody/export?format=a4-print".to_owned()).await, (StatusCode::NOT_FOUND, "engine-job-not-found".to_owned()));
    // A limit that no quality meets.
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("formats.toml");
    let own = "[[formats]]\nid = \"tiny\"\nname = { en = \"a\", ko = \"b\" }\nwidth = 600\nheight = 512\nfile = \"jpeg\"\nmax_kb = 1\n\
               source = { url = \"https://example.com\", date = \"2026-11-30\" }\n";
    std::fs::write(&path, own).unwrap();
    let state = world.state.clone().with_formats(std::sync::Arc::new(Catalogue::load(&path).unwrap()));
    let router = nanococoa::api::router(state);
    let request = axum::http::Request::builder().uri(format!("/jobs/{id}/export?format=tiny")).header("host", "localhost:8000");
    let answer = tower::ServiceExt::oneshot(router, request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert!(body["code"] == "formats-jpeg-too-large" && body["detail"].as_str().unwrap().contains("at most 1 KB"), "{body}");
}
