//! What the original system's own clients send, and what they expect.

use std::time::Duration;

use axum::http::StatusCode;
use nanococoa::api::SecurityPolicy;
use serde_json::{Value, json};

use crate::common::{Act, request};
use crate::support::World;

fn body(extra: Value) -> Value {
    Value::Object(request(extra))
}

async fn done(world: &World, body: &Value) -> Value {
    let started = world.post(body).await;
    assert_eq!(started.status, StatusCode::OK, "{}", String::from_utf8_lossy(&started.bytes));
    let id = started.json()["job_id"].as_str().unwrap().to_owned();
    assert_eq!(world.finish(&id).await["status"], "completed");
    world.get(&format!("/status/{id}")).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_ends_after_its_last_step() {
    let world = World::new();
    let first = done(&world, &body(json!({"stop_step": 1}))).await;
    assert!(first["step1_result"].is_string() && first["step2_result"].is_null(), "{}", first["images"]);
    assert_eq!(first["final_result"], first["step1_result"]);
    assert_eq!((&first["progress_percent"], &first["current_step"]), (&json!(100), &json!("step1_background")));
    assert_eq!(first["parameters"]["stop_step"], 1);
    let second = done(&world, &body(json!({"stop_step": "2"}))).await;
    assert_eq!(second["cached_steps"], json!([1]));
    assert!(second["step2_result"].is_string() && second["final_result"] == second["step2_result"]);
    assert_eq!(second["current_step"], "step2_text");
    let whole = done(&world, &body(json!({}))).await;
    assert_eq!(whole["cached_steps"], json!([1, 2]));
    assert!(whole["parameters"].get("stop_step").is_none());
    assert!(whole["final_result"] != whole["step1_result"] && whole["final_result"] != whole["step2_result"]);
    let text = json!({"start_step": 2, "stop_step": 2, "step1_image": whole["step1_result"], "text_content": "New"});
    let text = done(&world, &text).await;
    assert!(text["step1_result"].is_string() && text["final_result"] == text["step2_result"]);
    let plan = world.post(&body(json!({"stop_step": 2, "dry_run": true}))).await.json();
    assert_eq!(plan["steps"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_ended_early_goes_on_to_the_end() {
    let world = World::new();
    let first = done(&world, &body(json!({"stop_step": 1}))).await;
    let raw = world.engine.resume_request(first["job_id"].as_str().unwrap().parse().unwrap()).unwrap();
    assert_eq!((raw.fields["start_step"].as_u64(), raw.fields.get("stop_step")), (Some(2), None));
    let mut fields = raw.fields;
    fields.insert("step1_image".into(), first["step1_result"].clone());
    let whole = done(&world, &Value::Object(fields)).await;
    assert_eq!(whole["current_step"], "step3_composite");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_text_the_result_is_that_of_step_1() {
    let world = World::new();
    for extra in [json!({"text_content": null}), json!({"text_content": " "}), json!({"text_content": null, "force_from_step": 1})] {
        let job = done(&world, &body(extra)).await;
        assert!(job["final_result"].is_string());
        assert_eq!(job["final_result"], job["step1_result"]);
        let file = |name: &str| format!("/jobs/{}/images/{name}.png", job["job_id"].as_str().unwrap());
        assert_eq!(world.get(&file("final")).await.bytes, world.get(&file("step1")).await.bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_and_flags_may_be_text() {
    let world = World::new();
    let raw = json!({"start_step": "1", "num_inference_steps": "6", "strength": "0.25", "guidance_scale": " 7 ", "width": "256", "height": "272",
        "composition_strength": "1", "test_mode": "True", "auto_unload": "false", "seed": "12", "bg_model": "flux", "text_content": null});
    let answer = world.post(&raw).await;
    assert_eq!(answer.json().as_object().unwrap().keys().collect::<Vec<_>>(), ["job_id", "status"], "{}", answer.json());
    let job = world.finish(answer.json()["job_id"].as_str().unwrap()).await;
    let sent = &job["parameters"];
    assert_eq!((&sent["num_inference_steps"], &sent["strength"], &sent["guidance_scale"]), (&json!(6), &json!(0.25), &json!(7.0)));
    assert_eq!((&sent["width"], &sent["height"], &sent["seed"]), (&json!(256), &json!(272), &json!(12)));
    assert_eq!((&sent["test_mode"], &sent["engine"], &sent["auto_unload"]), (&json!(true), &json!("draft"), &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn minus_one_draws_a_seed() {
    let world = World::new();
    let mut drawn = Vec::new();
    for seed in [json!(-1), json!("-1")] {
        let job = done(&world, &body(json!({"seed": seed, "text_content": null}))).await;
        assert_eq!(job["seed"], job["parameters"]["seed"]);
        drawn.push(job["seed"].as_u64().unwrap());
    }
    assert_ne!(drawn[0], drawn[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn placeholders_run_in_test_mode() {
    let world = World::new();
    let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    for word in ["DUMMY_IMAGE_DATA", "string", "test", "", png, "data:image/png;base64,AAAA"] {
        let small = json!({"width": 256, "height": 256, "test_mode": true, "text_content": "Sale"});
        for images in [
            json!({"product_image": word}),
            json!({"start_step": 2, "step1_image": word}),
            json!({"start_step": "3", "step1_image": word, "step2_image": word}),
        ] {
            let mut raw = small.clone();
            raw.as_object_mut().unwrap().extend(images.as_object().unwrap().clone());
            let job = done(&world, &raw).await;
            assert!(job["final_result"].is_string(), "{raw}");
        }
        let strict = world.post(&json!({"product_image": word, "step1_image": word})).await;
        assert_eq!(strict.status == StatusCode::OK, word == png, "{word}");
        world.call("POST", "/stop", &[], "").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_stops_and_removes_everything() {
    let world = World::new();
    let empty = world.call("POST", "/server-reset", &[], "").await;
    assert_eq!(
        empty.json(),
        json!({"status": "reset", "message": "0 jobs stopped, 0 jobs removed", "stopped_jobs": 0, "removed_jobs": 0, "total_jobs": 0})
    );
    done(&world, &body(json!({}))).await;
    world.script.set("scene", Act::Slow(Duration::from_secs(30)));
    let running = world.post(&body(json!({"seed": 99}))).await.json();
    let reset = world.call("POST", "/server-reset", &[], "").await;
    assert_eq!(reset.status, StatusCode::OK);
    let reset = reset.json();
    assert_eq!((&reset["stopped_jobs"], &reset["removed_jobs"], &reset["total_jobs"]), (&json!(1), &json!(2), &json!(0)), "{reset}");
    assert_eq!(reset["message"], "1 job stopped, 2 jobs removed");
    let gone = world.get(&format!("/status/{}", running["job_id"].as_str().unwrap())).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/health").await.json()["status"], "healthy");
    // The rules of every POST.
    let foreign = world.call("POST", "/server-reset", &[("origin", "https://evil.example")], "").await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let guarded = World::with(SecurityPolicy::new(Some("a long random word".into()), Vec::new(), Vec::new()), 1 << 20);
    assert_eq!(guarded.call("POST", "/server-reset", &[], "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_at_the_end_redirects() {
    let world = World::new();
    let id = uuid::Uuid::nil();
    let cases = [
        ("POST", "/generate/".to_owned(), "/generate".to_owned()),
        ("GET", "/jobs/".into(), "/jobs".into()),
        ("GET", "/jobs/?limit=3&before=x".into(), "/jobs?limit=3&before=x".into()),
        ("GET", format!("/status/{id}/?images=false"), format!("/status/{id}?images=false")),
        ("POST", format!("/stop/{id}/"), format!("/stop/{id}")),
        ("DELETE", format!("/jobs/{id}/"), format!("/jobs/{id}")),
        ("GET", "/fonts/".into(), "/fonts".into()),
        ("GET", "/fonts/metadata/".into(), "/fonts/metadata".into()),
        ("GET", "/health/".into(), "/health".into()),
        ("GET", "/help/parameters/".into(), "/help/parameters".into()),
        ("POST", "/server-reset/".into(), "/server-reset".into()),
        // Whatever stands in the path, the target is on this server.
        ("GET", "/status/%2F%2Fevil.example/".into(), "/status/%2F%2Fevil.example".into()),
    ];
    for (method, path, target) in cases {
        let answer = world.call(method, &path, &[("content-type", "application/json")], "{\"bg_prompt\": \"x\"}").await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::TEMPORARY_REDIRECT, target.as_str()), "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clip_scores_are_not_computed() {
    let world = World::new();
    for method in ["GET", "POST", "PUT", "DELETE"] {
        let answer = world.call(method, "/clip-score", &[], "").await;
        assert_eq!(answer.status, StatusCode::NOT_IMPLEMENTED, "{method}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("CLIP scores are not computed"));
    }
    let guide = world.get("/help").await.json();
    assert!(guide["left_out"]["/clip-score"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn faces_are_recommended_by_the_words_of_the_original() {
    let world = World::new();
    let fonts = world.get("/fonts/metadata").await.json();
    let with = |word: &str| -> Vec<Value> {
        let has = |f: &Value, list: &str| f[list].as_array().unwrap().iter().any(|w| w == word);
        fonts["fonts"].as_array().unwrap().iter().filter(|f| has(f, "usage") || has(f, "tone")).cloned().collect()
    };
    for word in ["premium", "promotion", "casual", "accent", "headline", "clean"] {
        assert!(!with(word).is_empty(), "{word}");
    }
    for face in with("promotion") {
        assert!(["bold", "extrabold", "heavy"].contains(&face["weight"].as_str().unwrap()), "{face}");
    }
}
