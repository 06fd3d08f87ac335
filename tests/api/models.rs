//! Models over REST, from a hub on loopback.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use nanococoa::api::router;
use nanococoa::hub::{Downloads, Hub, Limits, Registry, Source};
use serde_json::{Value, json};

use crate::fake_hub::{FakeHub, Reply, bytes};
use crate::support::{Answer, World};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

/// A server whose hub has the set `tiny`.
fn world(server: &FakeHub) -> World {
    let mut world = World::new();
    let data = world.data();
    std::fs::create_dir_all(data.join("registry.d")).unwrap();
    let tiny = "[[parts]]\nkey = \"tiny\"\ntitle = \"Tiny\"\nrepository = \"acme/tiny\"\nrevision = \"main\"\nformat = \"config\"\nlicence = \"mit\"\n\
                gigabytes = 0.2\nfiles = [{ path = \"model.safetensors\" }]\n[[sets]]\nkey = \"tiny\"\ntitle = \"Tiny\"\nfamily = \"none\"\n\
                memory_gb = { from = 1 }\ncontents = [{ part = \"tiny\", folder = \"tiny\" }]\n";
    std::fs::write(data.join("registry.d/tiny.toml"), tiny).unwrap();
    let endpoint = server.url();
    let source = Source::from_variables(|name| (name == "HF_ENDPOINT").then(|| endpoint.clone()), None).unwrap();
    let limits = Limits { spare: 0, first_pause: Duration::from_millis(2), ..Limits::default() };
    let hub = Hub::new(&data.join("models"), Registry::load(&data).unwrap(), source).with_limits(limits, |_| None);
    let state = world.state.clone().with_models(Arc::new(Downloads::new(hub, Arc::new(|| {}))));
    let routes: Router = router(state.clone());
    (world.state, world.router) = (state, routes);
    world
}

async fn set(world: &World, key: &str) -> Value {
    let list = world.get("/models").await;
    assert_eq!(list.status, StatusCode::OK);
    list.json()["sets"].as_array().unwrap().iter().find(|set| set["set"] == key).unwrap().clone()
}

async fn pull(world: &World, key: &str, body: &Value) -> Answer {
    world.call("POST", &format!("/models/{key}/pull"), &JSON, body.to_string()).await
}

/// Polls until the download is over.
async fn ended(world: &World) -> Value {
    for _ in 0..6000 {
        let set = set(world, "tiny").await;
        if set["download"]["status"] != "running" {
            return set;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the download hangs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_is_downloaded_and_deleted() {
    let content = bytes(4, 200_000);
    let server = FakeHub::start(move |request| Reply::content(request, &content, "v1"));
    let world = world(&server);
    let tiny = set(&world, "tiny").await;
    assert_eq!((&tiny["installed"], &tiny["download"], &tiny["licences"][0]["sale"]), (&json!("no"), &Value::Null, &json!("yes")));
    assert_eq!((&tiny["usable"], &tiny["recommended"], &tiny["memory_from_gb"]), (&json!(true), &json!(false), &json!(1)));
    assert_eq!(set(&world, "dev").await["licences"][0]["sale"], "no");
    for body in [json!({}), json!({"accept_licence": false}), json!({"accept_licence": "yes"}), json!([])] {
        let answer = pull(&world, "tiny", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(answer.json()["detail"].as_str().unwrap().contains("\"accept_licence\": true"), "{}", answer.json());
    }
    assert!(server.seen().is_empty());
    let yes = json!({"accept_licence": true});
    assert_eq!(pull(&world, "none", &yes).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.call("POST", "/models/tiny/pull", &[], yes.to_string()).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let started = pull(&world, "tiny", &yes).await;
    assert_eq!((started.status, started.json()), (StatusCode::OK, json!({"set": "tiny", "status": "started"})));
    let done = ended(&world).await;
    assert_eq!((&done["installed"], &done["on_disk_bytes"]), (&json!("yes"), &json!(200_000)));
    assert_eq!((&done["download"]["status"], &done["download"]["done_bytes"]), (&json!("completed"), &json!(200_000)));
    assert!(world.data().join("models/tiny/model.safetensors").is_file());
    let deleted = world.call("DELETE", "/models/tiny", &[], "").await;
    assert_eq!(deleted.json(), json!({"set": "tiny", "status": "deleted", "freed_bytes": 200_000}));
    assert_eq!(world.call("DELETE", "/models/tiny", &[], "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(set(&world, "tiny").await["installed"], "no");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_is_paused_and_excludes_another() {
    let content = bytes(5, 4_000_000);
    let server =
        FakeHub::start(move |request| Reply { pace: Some((4096, Duration::from_millis(2))), ..Reply::content(request, &content, "v1") });
    let world = world(&server);
    let yes = json!({"accept_licence": true});
    assert_eq!(pull(&world, "tiny", &yes).await.status, StatusCode::OK);
    assert_eq!(pull(&world, "tiny", &yes).await.status, StatusCode::OK, "the same again changes nothing");
    assert_eq!(pull(&world, "birefnet", &yes).await.status, StatusCode::CONFLICT);
    while server.sent() < 100_000 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let paused = world.call("POST", "/models/tiny/pause", &[], "").await;
    assert_eq!(paused.json(), json!({"set": "tiny", "status": "stopping"}));
    let stopped = ended(&world).await;
    assert_eq!((&stopped["installed"], &stopped["download"]["status"]), (&json!("partly"), &json!("stopped")));
    assert!(stopped["on_disk_bytes"].as_u64().unwrap() > 0);
    assert_eq!(world.call("POST", "/models/none/pause", &[], "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_has_words_and_a_code() {
    let server = FakeHub::start(|_| Reply::status(403).with("X-Error-Code", "GatedRepo"));
    let world = world(&server);
    pull(&world, "tiny", &json!({"accept_licence": true})).await;
    let failed = ended(&world).await["download"].clone();
    assert_eq!((&failed["status"], &failed["error_code"]), (&json!("failed"), &json!("hub-gated")));
    assert!(failed["error"].as_str().unwrap().contains("accept it at"), "{failed}");
    let document = world.get("/openapi.json").await.json();
    assert_eq!(document["components"]["schemas"]["PullRequest"]["properties"]["accept_licence"]["enum"], json!([true]));
    // A server without models says so.
    assert_eq!(World::new().get("/models").await.status, StatusCode::NOT_FOUND);
}
