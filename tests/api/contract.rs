//! What the document promises.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::common::{Act, request};
use crate::support::World;

fn body(extra: Value) -> Value {
    Value::Object(request(extra))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_from_start_to_delete() {
    let world = World::new();
    let started = world.post(&body(json!({}))).await;
    assert_eq!(started.status, StatusCode::OK, "{}", String::from_utf8_lossy(&started.bytes));
    let started = started.json();
    assert_eq!(started.as_object().unwrap().keys().collect::<Vec<_>>(), ["job_id", "status"]);
    assert_eq!(started["status"], "started");
    let id = started["job_id"].as_str().unwrap();
    let light = world.finish(id).await;
    assert_eq!(light["status"], "completed", "{light}");
    assert!(light["final_result"].is_null());

    let status = world.get(&format!("/status/{id}")).await.json();
    for field in ["progress_percent", "eta_seconds", "step_eta_seconds"] {
        assert!(status[field].is_i64(), "{field}");
    }
    assert!(status["elapsed_sec"].is_f64());
    assert_eq!((status["progress_percent"].as_i64(), status["current_step"].as_str()), (Some(100), Some("step3_composite")));
    assert_eq!(status["sub_step"], "intelligent_composition");
    assert_eq!(status["parameters"]["bg_prompt"], "wooden table in a cafe");
    assert!(status["parameters"]["product_image"].as_str().unwrap().starts_with("PNG 48×40"));
    for metric in ["cpu_percent", "ram_used_gb", "ram_total_gb", "ram_percent"] {
        assert!(status["system_metrics"][metric].is_number());
    }
    assert!(status["system_metrics"]["gpu_info"].is_array());
    assert_eq!((status["engine"].as_str(), status["seed"].as_u64()), (Some("draft"), Some(3)));
    assert!(status["warnings"].is_array() && status.get("error").is_none() && status.get("error_code").is_none());
    assert!(status["message_code"].as_str().unwrap().starts_with("job-") && status["engine_reason_code"].is_string(), "{status}");
    for result in ["step1_result", "step2_result", "final_result"] {
        assert!(status[result].as_str().unwrap().starts_with("iVBORw0KGgo"), "{result}");
    }
    for name in ["product", "cutout", "mask", "step1", "step2", "final"] {
        let image = world.get(&format!("/jobs/{id}/images/{name}.png")).await;
        assert_eq!((image.status, image.header("content-type")), (StatusCode::OK, "image/png"), "{name}");
        assert!(image.bytes.starts_with(b"\x89PNG"));
    }
    assert_eq!(world.get(&format!("/jobs/{id}/images/nothing.png")).await.status, StatusCode::NOT_FOUND);

    let stopped = world.call("POST", &format!("/stop/{id}"), &[], "").await.json();
    assert_eq!(stopped, json!({"job_id": id, "status": "completed"}));
    let jobs = world.get("/jobs").await.json();
    assert_eq!((jobs["total_jobs"].as_u64(), jobs["completed_jobs"].as_u64(), jobs["active_jobs"].as_u64()), (Some(1), Some(1), Some(0)));
    let deleted = world.call("DELETE", &format!("/jobs/{id}"), &[], "").await;
    assert_eq!(deleted.json(), json!({"job_id": id, "status": "deleted", "message": "Job deleted"}));
    for (method, path) in [("GET", format!("/status/{id}")), ("POST", format!("/stop/{id}")), ("DELETE", format!("/jobs/{id}"))] {
        let gone = world.call(method, &path, &[], "").await;
        assert_eq!((gone.status, gone.json()), (StatusCode::NOT_FOUND, json!({"detail": "Job not found", "code": "engine-job-not-found"})));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn results_start_later_steps() {
    let world = World::new();
    let first = world.post(&body(json!({}))).await.json();
    let id = first["job_id"].as_str().unwrap().to_owned();
    assert_eq!(world.finish(&id).await["status"], "completed");
    let done = world.get(&format!("/status/{id}")).await.json();
    for raw in [
        json!({"start_step": 2, "step1_image": done["step1_result"], "text_content": "Other"}),
        json!({"start_step": 3, "step1_image": done["step1_result"], "step2_image": done["step2_result"], "composition_mode": "blend"}),
        json!({"text_content": null, "width": 256, "height": 256}),
    ] {
        let started = world.post(&raw).await;
        assert_eq!(started.status, StatusCode::OK, "{}", String::from_utf8_lossy(&started.bytes));
        let id = started.json()["job_id"].as_str().unwrap().to_owned();
        assert_eq!(world.finish(&id).await["status"], "completed");
        let status = world.get(&format!("/status/{id}")).await.json();
        assert!(status["step1_result"].is_string() && status["final_result"].is_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_job_at_a_time_and_stop_waits() {
    let world = World::new();
    world.script.set("scene", Act::Slow(Duration::from_secs(60)));
    let id = world.post(&body(json!({}))).await.json()["job_id"].as_str().unwrap().to_owned();
    let busy = world.post(&body(json!({}))).await;
    assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE);
    let answer = busy.json();
    let after = answer["retry_after"].as_u64().unwrap();
    assert!(after >= 1);
    assert_eq!(
        answer,
        json!({"status": "busy", "message": format!("Busy. Retry after {after}s"), "retry_after": after, "code": "engine-busy"})
    );
    assert_eq!(busy.header("retry-after"), after.to_string());
    assert_eq!(world.get("/health").await.json()["status"], "busy");
    let kept = world.call("DELETE", &format!("/jobs/{id}"), &[], "").await;
    assert_eq!(
        (kept.status, kept.json()),
        (StatusCode::BAD_REQUEST, json!({"detail": "Cannot delete running job. Stop it first.", "code": "engine-delete-running"}))
    );
    let stopped = world.call("POST", &format!("/stop/{id}"), &[], "").await;
    assert_eq!(stopped.json(), json!({"job_id": id, "status": "stopped"}));
    assert_eq!(world.get(&format!("/status/{id}")).await.json()["status"], "stopped");
    assert_eq!(world.get("/health").await.json()["status"], "healthy");
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_say_what_to_do() {
    let world = World::new();
    world.script.set("scene", Act::Fail(nanococoa::notice::Notice::verbatim("The scene cannot be painted. Try another prompt.")));
    let id = world.post(&body(json!({}))).await.json()["job_id"].as_str().unwrap().to_owned();
    let status = world.finish(&id).await;
    assert_eq!(status["status"], "failed");
    assert!(status["error"].is_string() && !status["message"].as_str().unwrap().is_empty());
    assert!(status.get("message_code").is_none() && status["error_code"] != "verbatim", "a text without a code: {status}");
    assert_eq!(world.get("/jobs").await.json()["failed_jobs"], 1);
    world.script.set("scene", Act::Fail(nanococoa::notice!("draft-no-canvas", min = 256)));
    let id = world.post(&body(json!({}))).await.json()["job_id"].as_str().unwrap().to_owned();
    assert_eq!(world.finish(&id).await["message_code"], "draft-no-canvas");
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_and_aliases() {
    let world = World::new();
    let started = world.post(&body(json!({"colour": "red", "test_mode": true, "text_prompt": "gold"}))).await.json();
    assert_eq!(started["warnings"].as_array().unwrap().len(), 1);
    assert!(started["warnings"][0].as_str().unwrap().contains("colour"));
    let notice = json!({"field": null, "code": "request-unknown-field", "text": started["warnings"][0]});
    assert_eq!(started["notices"], json!([notice]));
    let status = world.finish(started["job_id"].as_str().unwrap()).await;
    assert_eq!(
        (status["parameters"]["engine"].as_str(), status["parameters"]["text_model_prompt"].as_str()),
        (Some("draft"), Some("gold"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_tell_the_whole_story() {
    let world = World::new();
    world.script.set("scene", Act::Slow(Duration::from_millis(700)));
    let id = world.post(&body(json!({}))).await.json()["job_id"].as_str().unwrap().to_owned();
    let events = world.get(&format!("/jobs/{id}/events")).await;
    assert_eq!(events.header("content-type"), "text/event-stream");
    let text = String::from_utf8(events.bytes).unwrap();
    for name in ["progress", "result", "end"] {
        assert!(text.contains(&format!("event: {name}\n")), "{name}: {text}");
    }
    assert!(text.contains("data:image/jpeg;base64,"), "{text}");
    assert!(text.contains(&format!("/jobs/{id}/images/final.png")));
    let end = text.rsplit("event: end\ndata: ").next().unwrap().lines().next().unwrap();
    assert_eq!(serde_json::from_str::<Value>(end).unwrap()["status"], "completed");
    assert_eq!(world.get(&format!("/jobs/{}/events", uuid::Uuid::nil())).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn fonts() {
    let world = World::new();
    let fonts = world.get("/fonts").await.json();
    let names: Vec<&str> = fonts["fonts"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
    assert!(names.is_sorted() && names.contains(&"NanumSquare/NanumSquareEB.ttf"));
    for name in &names {
        let file = world.get(&format!("/fonts/{name}")).await;
        let kind = if name.ends_with("otf") { "font/otf" } else { "font/ttf" };
        assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, kind));
        assert!(file.bytes.len() > 1000);
    }
    let meta = world.get("/fonts/metadata").await.json();
    assert_eq!(meta["fonts"].as_array().unwrap().len(), names.len());
    for font in meta["fonts"].as_array().unwrap() {
        assert!(font["style"].is_string() && font["weight"].is_string() && font["usage"].is_array() && font["tone"].is_array());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn added_fonts_are_found_by_every_listed_name_in_either_spelling() {
    use unicode_normalization::UnicodeNormalization as _;
    let world = World::new();
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("mine");
    std::fs::create_dir_all(&folder).unwrap();
    let small = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fonts");
    let copy = |from: &str, to: &str| std::fs::copy(small.join(from), folder.join(to)).unwrap();
    copy("plain.otf", &"신메뉴 글꼴.otf".nfd().collect::<String>());
    copy("collection.ttc", "둘.ttc");
    copy("variable.ttf", "v[wght].ttf");
    copy("plain.woff2", "p.woff2");
    std::fs::write(folder.join("old.eot"), b"x").unwrap();
    world.engine.load_fonts(&[folder]);
    let encode = |name: &str| name.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    let list = world.get("/fonts").await.json();
    let names: Vec<String> = list["fonts"].as_array().unwrap().iter().map(|f| f.as_str().unwrap().to_owned()).collect();
    for wanted in ["신메뉴 글꼴.otf", "둘.ttc#Box One", "둘.ttc#Box Two", "v[wght].ttf", "v[wght].ttf#Black", "p.woff2"] {
        assert!(names.iter().any(|n| n == wanted), "{names:?}");
    }
    for name in &names {
        for spelled in [name.nfc().collect::<String>(), name.nfd().collect()] {
            let file = world.get(&format!("/fonts/{}", encode(&spelled))).await;
            let kind = match &file.bytes[..4] {
                b"OTTO" => "font/otf",
                b"ttcf" => "font/collection",
                _ => "font/ttf",
            };
            assert_eq!((file.status, file.header("content-type")), (StatusCode::OK, kind), "{spelled}");
            let asked = serde_json::json!({"font_name": spelled, "text_content": "ABEL", "test_mode": true, "dry_run": true});
            let answer = world.post(&asked).await;
            assert!(answer.status.is_success(), "{spelled}: {}", answer.json());
        }
    }
    let refused = world.post(&serde_json::json!({"font_name": "old.eot", "text_content": "ABEL"})).await;
    assert!(refused.status.is_client_error());
    assert!(refused.json().to_string().contains("is skipped: this kind of font file is not read"), "{}", refused.json());
    let set = world.post(&serde_json::json!({"text_content": "세일 שלום خصم", "test_mode": true, "dry_run": true})).await;
    assert!(set.status.is_success(), "{}", set.json());
    let refused = world.post(&serde_json::json!({"text_content": "세일 ᠮᠣ"})).await;
    assert!(refused.status.is_client_error());
    assert!(refused.json().to_string().contains("text_content: no font here can draw ᠮ (U+182E)"), "{}", refused.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn help_and_openapi_come_from_the_table() {
    let world = World::new();
    let help = world.get("/help/parameters").await.json();
    let api = world.get("/openapi.json").await.json();
    assert_eq!(api["openapi"], "3.1.0");
    let schema = &api["components"]["schemas"]["GenerateRequest"]["properties"];
    for field in nanococoa::request::fields::FIELDS {
        assert!(help["parameters"].as_array().unwrap().iter().any(|p| p["name"] == field.name));
        assert!(schema[field.name]["description"].is_string(), "{}", field.name);
    }
    assert_eq!(schema["num_inference_steps"]["maximum"], 50);
    let routes = [
        "/generate",
        "/status/{job_id}",
        "/stop/{job_id}",
        "/jobs",
        "/jobs/{job_id}",
        "/fonts",
        "/fonts/metadata",
        "/fonts/{path}",
        "/health",
        "/help",
        "/help/parameters",
        "/jobs/{job_id}/images/{name}.png",
        "/jobs/{job_id}/events",
    ];
    for path in routes {
        assert!(api["paths"][path].is_object(), "{path}");
    }
    // Every reference has a target.
    let text = api.to_string();
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(api["components"]["schemas"][name].is_object(), "{name}");
    }
    let guide = world.get("/help").await.json();
    assert!(guide["quick_start"].is_array() && guide["quick_start_ko"].is_array() && guide["endpoints"].is_object());
    let listed: Vec<&str> = guide["scenes"].as_array().unwrap().iter().filter_map(|s| s["name"].as_str()).collect();
    assert_eq!(listed, nanococoa::assets::scenes().iter().map(|s| s.key.as_str()).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_needs_no_internet() {
    let world = World::new();
    assert_eq!(world.get("/docs").await.header("location"), "/docs/");
    let page = world.get("/docs/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let html = String::from_utf8(page.bytes).unwrap();
    assert!(!html.contains("https://") && !html.contains("http://"), "{html}");
    for piece in html.split(['"', '\'']).filter(|p| p.ends_with(".js") || p.ends_with(".css")) {
        let file = world.get(&format!("/docs/{}", piece.trim_start_matches("./"))).await;
        assert_eq!(file.status, StatusCode::OK, "{piece}");
    }
    let start = world.get("/docs/swagger-initializer.js").await;
    assert!(String::from_utf8(start.bytes).unwrap().contains("/openapi.json"));
    assert_eq!(world.get("/docs/nothing.js").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_project_file_is_a_request() {
    let world = World::new();
    let zip = [("content-type", "application/zip")];
    let photo = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/coffee.png")).unwrap();
    let request = json!({"text_content": "신메뉴", "width": 320, "height": 256, "seed": 8});
    let answer = world.call("POST", "/generate", &zip, crate::project::project(&request, &photo)).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let done = world.finish(answer.json()["job_id"].as_str().unwrap()).await;
    assert_eq!((&done["status"], &done["parameters"]["seed"]), (&json!("completed"), &json!(8)), "{done}");
    for bad in [b"no zip".to_vec(), crate::project::project(&json!([1]), &photo)] {
        let answer = world.call("POST", "/generate", &zip, bad).await;
        assert_eq!(answer.status, 400);
        assert!(answer.json()["detail"][0]["msg"].as_str().unwrap().contains("studio"), "{}", answer.json());
    }
    // Its fields are checked as any others.
    let answer = world.call("POST", "/generate", &zip, crate::project::project(&json!({"width": 3}), b"no picture")).await;
    assert_eq!(answer.status, 400);
    assert!(answer.json()["detail"].as_array().unwrap().len() >= 2, "{}", answer.json());
}
