//! What the studio can do, other programs can do too.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::common::{Act, request};
use crate::support::World;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

fn body(extra: Value) -> Value {
    Value::Object(request(extra))
}

async fn finished(world: &World, extra: Value) -> (String, Value) {
    let started = world.post(&body(extra)).await;
    assert_eq!(started.status, StatusCode::OK, "{}", String::from_utf8_lossy(&started.bytes));
    let id = started.json()["job_id"].as_str().unwrap().to_owned();
    let status = world.finish(&id).await;
    assert_eq!(status["status"], "completed", "{status}");
    (id, status)
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_steps_show_in_the_status_and_plain_answers_stay_as_they_were() {
    let world = World::new();
    let (_, first) = finished(&world, json!({})).await;
    for silent in ["cached_steps", "starred", "title", "note"] {
        assert!(first.get(silent).is_none(), "{silent}");
    }
    for silent in ["product_x", "product_scale", "text_y", "text_scale", "mask_image", "dry_run", "force_from_step"] {
        assert!(first["parameters"].get(silent).is_none(), "{silent}");
    }
    let (_, second) = finished(&world, json!({"text_position": "bottom"})).await;
    assert_eq!(second["cached_steps"], json!([1, 2]));
    let (_, third) = finished(&world, json!({"text_position": "bottom", "force_from_step": 2, "product_x": 0.5})).await;
    assert!(third.get("cached_steps").is_none() && third["parameters"]["product_x"] == 0.5);
    let (id, _) = finished(&world, json!({})).await;
    let line = &world.get("/jobs").await.json()["jobs"][0];
    assert_eq!(line.as_object().unwrap().len(), 7);
    assert_eq!(world.get(&format!("/jobs/{id}/images/letters.png")).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_answers_beside_a_running_job_and_leaves_nothing() {
    let world = World::new();
    let before = world.strange_files().len();
    let plan = world.post(&body(json!({"dry_run": true}))).await;
    assert_eq!((plan.status, world.strange_files().len()), (StatusCode::OK, before));
    let plan = plan.json();
    assert_eq!(plan.as_object().unwrap().keys().collect::<Vec<_>>(), ["dry_run", "engine", "steps", "eta_seconds"]);
    assert_eq!((&plan["dry_run"], &plan["engine"], plan["steps"].as_array().unwrap().len()), (&json!(true), &json!("draft"), 3));
    assert!(plan["eta_seconds"].as_f64().unwrap() > 0.0 && world.get("/jobs").await.json()["total_jobs"] == 0);
    finished(&world, json!({})).await;

    world.script.set("scene", Act::Slow(Duration::from_secs(30)));
    let id = world.post(&body(json!({"seed": 8}))).await.json()["job_id"].as_str().unwrap().to_owned();
    let plan = world.post(&body(json!({"dry_run": true, "colour": 1}))).await.json();
    assert_eq!(plan["steps"][0], json!({"step": 1, "name": "step1_background", "cached": true, "eta_seconds": 0.0}));
    assert_eq!((&plan["eta_seconds"], plan["warnings"].as_array().unwrap().len()), (&json!(0.0), 1));
    let wrong = world.post(&body(json!({"dry_run": "true", "seed": -2}))).await;
    assert_eq!((wrong.status, &wrong.json()["detail"][0]["loc"][1]), (StatusCode::BAD_REQUEST, &json!("seed")));
    for busy in [body(json!({})), body(json!({"dry_run": false})), body(json!({"bg_prompt": "dry_run"}))] {
        assert_eq!(world.post(&busy).await.status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(world.generate("{\"dry_run\": true").await.status, StatusCode::SERVICE_UNAVAILABLE);
    let stopped = world.call("POST", "/stop", &[], "").await.json();
    assert_eq!(stopped, json!({"job_ids": [id], "status": "stopped"}));
    assert_eq!(world.get(&format!("/status/{id}?images=false")).await.json()["status"], "stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn masks_are_checked() {
    let world = World::new();
    let photo = crate::common::photo_base64(48, 40);
    for (extra, kind) in [
        (json!({"mask_image": crate::common::photo_base64(40, 48)}), "wrong_shape"),
        (json!({"mask_image": photo, "product_image": null}), "missing_product"),
        (json!({"mask_image": "x!"}), "base64_invalid"),
    ] {
        let answer = world.post(&body(extra)).await;
        assert_eq!((answer.status, &answer.json()["detail"][0]["type"]), (StatusCode::BAD_REQUEST, &json!(kind)));
    }
    let (_, status) = finished(&world, json!({"mask_image": photo})).await;
    assert!(status["parameters"]["mask_image"].as_str().unwrap().starts_with("PNG 48×40"));
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_and_undo() {
    let world = World::new();
    let (id, _) = finished(&world, json!({})).await;
    let path = format!("/jobs/{id}/annotation");
    let marked = world.call("POST", &path, JSON, json!({"starred": true, "title": "봄"}).to_string()).await;
    assert_eq!(marked.json(), json!({"job_id": id, "starred": true, "title": "봄", "note": null}));
    let status = world.get(&format!("/status/{id}?images=false")).await.json();
    assert_eq!((&status["starred"], &status["title"], status.get("note")), (&json!(true), &json!("봄"), None));
    assert_eq!(world.get("/jobs").await.json()["jobs"][0]["title"], "봄");
    assert_eq!(world.call("POST", &path, JSON, "{\"starred\": 1}").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.call("POST", &path, &[], "{}").await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(world.call("POST", "/jobs/x/annotation", JSON, "{}").await.status, StatusCode::NOT_FOUND);

    let restore = format!("/jobs/{id}/restore");
    assert_eq!(world.call("POST", &restore, &[], "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.call("DELETE", &format!("/jobs/{id}"), &[], "").await.status, StatusCode::OK);
    assert_eq!(world.get(&format!("/status/{id}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.call("POST", &restore, &[], "").await.json(), json!({"job_id": id, "status": "completed"}));
    assert!(world.get(&format!("/status/{id}")).await.json()["final_result"].is_string());
}
