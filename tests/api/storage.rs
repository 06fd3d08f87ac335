//! Jobs on a data folder that is not writable, gone or damaged; deleted jobs; pages of many jobs.

use std::fs;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::common::{Act, photo_base64};
use crate::support::World;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

fn body(extra: Value) -> Value {
    Value::Object(crate::common::request(extra))
}

async fn finished(world: &World, extra: Value) -> String {
    let answer = world.post(&body(extra)).await.json();
    let id = answer["job_id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    let status = world.finish(&id).await;
    assert_eq!(status["status"], "completed", "{status}");
    id
}

/// Puts a file in place of the jobs' folder: even root cannot write there.
fn block(world: &World) {
    let jobs = world.data().join("jobs");
    fs::rename(&jobs, world.data().join("aside")).unwrap();
    fs::write(jobs, b"").unwrap();
}

fn unblock(world: &World) {
    let jobs = world.data().join("jobs");
    fs::remove_file(&jobs).unwrap();
    fs::rename(world.data().join("aside"), jobs).unwrap();
}

/// Removes the data folder, which the engine may be making again meanwhile.
fn vanish(world: &World) {
    for _ in 0..100 {
        if fs::remove_dir_all(world.data()).is_ok() {
            return;
        }
    }
    panic!("the folder is always made again");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_that_writes_answers_507_with_what_to_do() {
    let world = World::new();
    let (kept, deleted) = (finished(&world, json!({})).await, finished(&world, json!({"seed": 8})).await);
    assert_eq!(world.call("DELETE", &format!("/jobs/{deleted}"), &[], "").await.status, StatusCode::OK);
    block(&world);
    let annotation = format!("/jobs/{kept}/annotation");
    let said = [
        world.post(&body(json!({}))).await,
        world.call("POST", &annotation, JSON, json!({"starred": true, "title": "x"}).to_string()).await,
        world.call("DELETE", &format!("/jobs/{kept}"), &[], "").await,
        world.call("DELETE", &format!("/jobs/{kept}?purge=true"), &[], "").await,
        world.call("POST", &format!("/jobs/{deleted}/restore"), &[], "").await,
    ];
    for (i, answer) in said.iter().enumerate() {
        assert_eq!(answer.status.as_u16(), 507, "{i}: {}", answer.json());
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(world.data().to_str().unwrap()) && detail.contains("--data-dir"), "{i}: {detail}");
        assert!(!detail.contains("Os {"), "{detail}");
    }
    // A plan writes nothing, and nothing was changed by what failed.
    assert_eq!(world.post(&body(json!({"dry_run": true}))).await.status, StatusCode::OK);
    unblock(&world);
    let jobs = world.get("/jobs").await.json();
    assert_eq!((&jobs["total_jobs"], jobs["jobs"][0].get("starred")), (&json!(1), None), "{jobs}");
    assert_eq!(fs::read_dir(world.data().join("jobs")).unwrap().count(), 1, "no folder is left behind");
    assert_eq!(world.call("POST", &format!("/jobs/{deleted}/restore"), &[], "").await.status, StatusCode::OK);
    assert_eq!(world.call("POST", &annotation, JSON, "{\"starred\": true}").await.json()["starred"], true);
    finished(&world, json!({"seed": 9})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_write_fails_midway_says_why_and_keeps_its_steps() {
    let world = World::new();
    world.script.set("sculpt", Act::Slow(Duration::from_millis(400)));
    let id = world.post(&body(json!({}))).await.json()["job_id"].as_str().unwrap().to_owned();
    while world.get(&format!("/status/{id}?images=false")).await.json()["sub_step"] != "sdxl_text_generation" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    block(&world);
    let status = world.finish(&id).await;
    assert_eq!(status["status"], "failed", "{status}");
    let message = status["message"].as_str().unwrap();
    assert!(message.starts_with("The folder ") && message.contains("--data-dir"), "{message}");
    assert!(!status["error"].as_str().unwrap().contains('{'), "{}", status["error"]);
    unblock(&world);
    // What was finished is there again with its folder.
    let status = world.get(&format!("/status/{id}")).await.json();
    assert!(status["step1_result"].is_string() && status["step2_result"].is_null(), "{}", status["images"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_says_whether_jobs_can_be_kept() {
    let world = World::new();
    let storage = |v: &Value| v["storage"].clone();
    let before = storage(&world.get("/health").await.json());
    assert_eq!(before["writable"], true, "{before}");
    assert!(before["free_gb"].as_f64().unwrap() > 0.0, "{before}");
    // The whole folder is a file now.
    let aside = world.data().with_extension("aside");
    fs::rename(world.data(), &aside).unwrap();
    fs::write(world.data(), b"").unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let answer = world.get("/health").await;
    let after = storage(&answer.json());
    assert_eq!((answer.status, &after["writable"]), (StatusCode::OK, &json!(false)), "{after}");
    assert!(after["message"].as_str().unwrap().contains("--data-dir"), "{after}");
    assert_eq!(answer.json()["status"], "healthy", "an old field keeps its meaning");
    assert_eq!(world.post(&body(json!({}))).await.status.as_u16(), 507);
    fs::remove_file(world.data()).unwrap();
    fs::rename(aside, world.data()).unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(storage(&world.get("/health").await.json())["writable"], true);
    finished(&world, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_vanishes_is_made_and_locked_again() {
    let world = World::new();
    let old = finished(&world, json!({})).await;
    assert!(world.get(&format!("/status/{old}")).await.json()["final_result"].is_string());
    vanish(&world);
    let status = world.get(&format!("/status/{old}")).await.json();
    assert_eq!((&status["images"], &status["final_result"], &status["status"]), (&json!([]), &Value::Null, &json!("completed")));
    let message = status["message"].as_str().unwrap();
    assert!(message.starts_with("Pictures of this job are missing or damaged") && message.contains("final.png"), "{message}");
    assert_eq!(world.get(&format!("/jobs/{old}/images/final.png")).await.status, StatusCode::NOT_FOUND);
    // No step is taken from missing pictures.
    let new = finished(&world, json!({})).await;
    let status = world.get(&format!("/status/{new}")).await.json();
    assert!(status["final_result"].is_string() && status.get("cached_steps").is_none(), "{}", status["images"]);
    let second = nanococoa::store::JobStore::open(&world.data());
    assert!(second.unwrap_err().is_in_use(), "the new folder is locked");

    // While another program has the folder, this one writes nothing into it.
    vanish(&world);
    let other = nanococoa::store::JobStore::open(&world.data()).unwrap();
    let answer = world.post(&body(json!({}))).await;
    assert_eq!(answer.status.as_u16(), 507, "{}", answer.json());
    assert!(answer.json()["detail"].as_str().unwrap().contains("another nanoCocoa uses it"));
    assert_eq!(fs::read_dir(world.data().join("jobs")).unwrap().count(), 0);
    drop(other);
    finished(&world, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_vanishes_in_the_middle_of_a_job_costs_only_what_was_in_it() {
    let world = World::new();
    world.script.set("sculpt", Act::Slow(Duration::from_millis(300)));
    let id = world.post(&body(json!({}))).await.json()["job_id"].as_str().unwrap().to_owned();
    while world.get(&format!("/status/{id}?images=false")).await.json()["sub_step"] != "sdxl_text_generation" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    vanish(&world);
    assert_eq!(world.finish(&id).await["status"], "completed");
    let status = world.get(&format!("/status/{id}")).await.json();
    assert!(
        status["step1_result"].is_null() && status["step2_result"].is_string() && status["final_result"].is_string(),
        "{}",
        status["images"]
    );
    assert!(status["message"].as_str().unwrap().contains("step1.png"), "{}", status["message"]);
    assert!(world.data().join("jobs").join(&id).join("job.json").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_pictures_are_neither_listed_nor_served_nor_used() {
    let world = World::new();
    let id = finished(&world, json!({})).await;
    let folder = world.data().join("jobs").join(&id);
    let path = folder.join("step1.png");
    let whole = fs::read(&path).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 60].fill(0);
    fs::write(&path, &damaged).unwrap();
    assert_eq!(world.get(&format!("/jobs/{id}/images/step1.png")).await.status, StatusCode::NOT_FOUND);
    let status = world.get(&format!("/status/{id}")).await.json();
    assert!(status["step1_result"].is_null() && status["final_result"].is_string());
    assert!(!status["images"].as_array().unwrap().contains(&json!("step1")), "{}", status["images"]);
    assert!(status["warnings"].to_string().contains("step1.png"), "{}", status["warnings"]);
    let again = finished(&world, json!({})).await;
    let cached = world.get(&format!("/status/{again}")).await.json()["cached_steps"].clone();
    assert_eq!(cached, json!([2, 3]), "a damaged step runs again, whole ones are taken");
    fs::write(&path, &whole).unwrap();
    let status = world.get(&format!("/status/{id}")).await.json();
    assert!(status["step1_result"].is_string() && status["message"] == "All steps completed", "{}", status["message"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_frees_the_disk() {
    let world = World::new();
    let (a, b) = (finished(&world, json!({})).await, finished(&world, json!({"seed": 4})).await);
    let path = |id: &str, query: &str| format!("/jobs/{id}{query}");
    let deleted = world.call("DELETE", &path(&a, "?purge=false"), &[], "").await.json();
    assert_eq!(deleted, json!({"job_id": a, "status": "deleted", "message": "Job deleted"}));
    assert_eq!(fs::read_dir(world.data().join("trash")).unwrap().count(), 1);
    for query in ["?purge=maybe", "?purge=2", "?purge="] {
        let answer = world.call("DELETE", &path(&b, query), &[], "").await;
        assert_eq!((answer.status, &answer.json()["detail"]), (StatusCode::BAD_REQUEST, &json!("purge: send true or false")));
    }
    // Also what was deleted before.
    for id in [&a, &b] {
        let answer = world.call("DELETE", &path(id, "?purge=true"), &[], "").await;
        assert_eq!((answer.status, answer.json()["status"].clone()), (StatusCode::OK, json!("deleted")));
        assert_eq!(world.call("POST", &path(id, "/restore"), &[], "").await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.call("DELETE", &path(id, "?purge=true"), &[], "").await.status, StatusCode::NOT_FOUND);
    }
    for folder in ["jobs", "trash"] {
        assert_eq!(fs::read_dir(world.data().join(folder)).unwrap().count(), 0, "{folder}");
    }
    // After some minutes the engine does this by itself.
    let c = finished(&world, json!({"seed": 5})).await;
    assert_eq!(world.call("DELETE", &path(&c, ""), &[], "").await.status, StatusCode::OK);
    world.engine.empty_trash(Duration::from_secs(60));
    assert_eq!(world.engine.trashed().len(), 1);
    world.engine.empty_trash(Duration::ZERO);
    assert!(world.engine.trashed().is_empty() && fs::read_dir(world.data().join("trash")).unwrap().count() == 0);
    assert_eq!(world.call("POST", &path(&c, "/restore"), &[], "").await.status, StatusCode::NOT_FOUND);
    world.script.set("scene", Act::Slow(Duration::from_secs(30)));
    let running = world.post(&body(json!({"seed": 6}))).await.json()["job_id"].as_str().unwrap().to_owned();
    assert_eq!(world.call("DELETE", &path(&running, "?purge=true"), &[], "").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_come_in_pages() {
    let world = World::new();
    let mut ids = Vec::new();
    for seed in 0..5 {
        ids.push(finished(&world, json!({"seed": seed, "text_content": null, "product_image": photo_base64(16, 16)})).await);
    }
    ids.reverse();
    let page = |query: String| {
        let world = &world;
        async move {
            let answer = world.get(&format!("/jobs{query}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.json());
            let list = answer.json();
            assert_eq!((&list["total_jobs"], &list["completed_jobs"]), (&json!(5), &json!(5)), "the counts are of all jobs");
            list["jobs"].as_array().unwrap().iter().map(|j| j["job_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(page(String::new()).await, ids);
    assert_eq!(page("?limit=2".into()).await, ids[..2]);
    assert_eq!(page(format!("?limit=2&before={}", ids[1])).await, ids[2..4]);
    assert_eq!(page(format!("?before={}", ids[3])).await, ids[4..]);
    assert!(page(format!("?limit=1000&before={}", ids[4])).await.is_empty());
    for (query, name) in [
        ("?limit=0", "limit"),
        ("?limit=1001", "limit"),
        ("?limit=-1", "limit"),
        ("?limit=1.5", "limit"),
        ("?limit=", "limit"),
        ("?limit=ten", "limit"),
        ("?limit=99999999999999999999", "limit"),
        ("?before=x", "before"),
        ("?before=", "before"),
        ("?before=00000000-0000-0000-0000-000000000000", "before"),
    ] {
        let answer = world.get(&format!("/jobs{query}")).await;
        let status = if name == "before" { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        assert_eq!(answer.status, status, "{query}");
        assert!(answer.json()["detail"].as_str().unwrap().starts_with(&format!("{name}: ")), "{query}");
    }
    assert_eq!(world.get("/jobs?limit=1&limit=2").await.status, StatusCode::BAD_REQUEST);
    // A client that deletes while it reads pages keeps its place.
    assert_eq!(world.call("DELETE", &format!("/jobs/{}", ids[1]), &[], "").await.status, StatusCode::OK);
    let list = world.get(&format!("/jobs?limit=1&before={}", ids[1])).await.json();
    assert_eq!((&list["jobs"][0]["job_id"], &list["total_jobs"]), (&json!(ids[2]), &json!(4)));
}
