//! Clients that stall, open many connections, or never read.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use nanococoa::api::{Limits, SecurityPolicy};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::common::{Act, request};
use crate::socket::{call, raw, start_with};
use crate::support::World;

/// Generous: what is tested takes milliseconds, or for ever.
const SOON: Duration = Duration::from_secs(20);

fn short(millis: u64) -> Limits {
    let time = Duration::from_millis(millis);
    Limits { header: time, idle: time, write_stall: time, body_idle: time, body_pressed: time, ..Limits::default() }
}

async fn send(at: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// What comes until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset after the answer is an end too.
    let _ = tokio::time::timeout(SOON, stream.read_to_end(&mut bytes)).await.expect("the server keeps it open");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn post(length: usize) -> Vec<u8> {
    format!("POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn stalled_bodies_do_not_block_others() {
    let server = start_with(Limits::default()).await;
    let mut stalled = Vec::new();
    for _ in 0..20 {
        stalled.push(send(server.address, &post(1000)).await);
        // Large ones, of which some has come.
        let begun = [post(60 << 20), b"{\"bg_prompt\": \"".to_vec(), vec![b'a'; 300 << 10]].concat();
        stalled.push(send(server.address, &begun).await);
    }
    let body = Value::Object(request(json!({}))).to_string();
    let answer = tokio::time::timeout(SOON, call(server.address, "POST", "/generate", &body)).await.expect("others wait");
    assert_eq!(answer.0, 200, "{}", answer.1);
    assert_eq!(call(server.address, "GET", "/health", "").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stalls_or_trickles_is_given_up() {
    let limits = Limits { body_rate: 1 << 20, ..short(300) };
    let server = start_with(limits).await;
    let mut stalled = send(server.address, &post(100)).await;
    let answer = rest(&mut stalled).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("\"detail\":"), "{answer}");
    let mut trickle = send(server.address, &post(100_000)).await;
    let (mut reader, mut writer) = trickle.split();
    let mut bytes = Vec::new();
    let read = reader.read_to_end(&mut bytes);
    let write = async {
        while writer.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        _ = read => {}
        () = write => {}
        () = tokio::time::sleep(SOON) => panic!("it trickles for ever"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_sent_headers_and_idle_connections_end() {
    let server = start_with(short(300)).await;
    let mut half = send(server.address, b"GET /health HTTP/1.1\r\nHost: local").await;
    let answer = rest(&mut half).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("\"detail\":"), "{answer}");
    // One that sends a byte now and then.
    let mut slow = TcpStream::connect(server.address).await.unwrap();
    let begin = Instant::now();
    while slow.write_all(b"G").await.is_ok() {
        assert!(begin.elapsed() < SOON, "it may go on for ever");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut silent = send(server.address, b"").await;
    assert_eq!(rest(&mut silent).await, "");
    let mut kept = send(server.address, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let answer = rest(&mut kept).await;
    assert!(answer.starts_with("HTTP/1.1 200") && !answer.contains("HTTP/1.1 4"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_kept_between_requests() {
    let server = start_with(Limits::default()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET /fonts HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"]}") {
            let mut some = [0; 4096];
            let n = tokio::time::timeout(SOON, stream.read(&mut some)).await.unwrap().unwrap();
            assert!(n > 0);
            bytes.extend_from_slice(&some[..n]);
        }
        assert!(bytes.starts_with(b"HTTP/1.1 200"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_bounded_and_idle_ones_make_room() {
    let limits = Limits { connections: 8, ..Limits::default() };
    let server = start_with(limits).await;
    let at = server.address;
    // Idle ones, half-sent ones: many more than there are places, and the server still answers.
    let mut idle = Vec::new();
    for i in 0..60 {
        idle.push(send(at, if i % 2 == 0 { b"" } else { b"GET /health HTTP/1.1\r\n" }).await);
        if i % 20 == 19 {
            assert_eq!(call(at, "GET", "/health", "").await.0, 200);
        }
    }
    let told = rest(&mut idle[1]).await;
    assert!(told.starts_with("HTTP/1.1 503") && told.contains("\"retry_after\":5"), "{told}");
    // While every connection is being served, the next one gets a 503.
    server.world.script.set("scene", Act::Slow(Duration::from_secs(60)));
    let started = server.world.post(&Value::Object(request(json!({})))).await.json();
    let events = format!("GET /jobs/{}/events HTTP/1.1\r\nHost: localhost\r\n\r\n", started["job_id"].as_str().unwrap());
    let mut followers = Vec::new();
    for _ in 0..8 {
        let mut follower = send(at, events.as_bytes()).await;
        let mut some = [0; 16];
        follower.read_exact(&mut some).await.unwrap();
        assert_eq!(&some[..12], b"HTTP/1.1 200");
        followers.push(follower);
    }
    let (status, head, body) = raw(at, &[b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"]).await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &body["status"], &body["retry_after"]), (503, &json!("busy"), &json!(5)), "{head}");
    assert!(head.contains("retry-after: 5"), "{head}");
    drop(followers.pop());
    let begin = Instant::now();
    while call(at, "GET", "/health", "").await.0 != 200 {
        assert!(begin.elapsed() < SOON, "the place is not given back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn event_streams_leave_room_for_other_requests() {
    let server = start_with(Limits { event_streams: 2, ..Limits::default() }).await;
    let at = server.address;
    server.world.script.set("scene", Act::Slow(Duration::from_secs(60)));
    let started = server.world.post(&Value::Object(request(json!({})))).await.json();
    let path = format!("/jobs/{}/events", started["job_id"].as_str().unwrap());
    let events = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut followers = Vec::new();
    for _ in 0..2 {
        let mut follower = send(at, events.as_bytes()).await;
        let mut some = [0; 16];
        follower.read_exact(&mut some).await.unwrap();
        assert_eq!(&some[..12], b"HTTP/1.1 200");
        followers.push(follower);
    }
    assert_eq!(call(at, "GET", &path, "").await.0, 503);
    assert_eq!(call(at, "GET", "/health", "").await.0, 200);
    drop(followers);
    let begin = Instant::now();
    loop {
        let mut follower = send(at, events.as_bytes()).await;
        let mut some = [0; 16];
        follower.read_exact(&mut some).await.unwrap();
        if &some[..12] == b"HTTP/1.1 200" {
            break;
        }
        assert!(begin.elapsed() < SOON, "the places are not given back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_to_a_wrong_path_hears_the_answer() {
    let server = start_with(Limits::default()).await;
    let body = "x".repeat(8 << 20);
    let head = format!(
        "POST /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let (status, _, answer) = raw(server.address, &[head.as_bytes(), body.as_bytes()]).await;
    assert_eq!(status, 404);
    assert!(String::from_utf8_lossy(&answer).contains("GET /help"));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_outlive_every_limit_of_idleness() {
    let server = start_with(short(200)).await;
    server.world.script.set("segment", Act::Slow(Duration::from_secs(2)));
    let started = server.world.post(&Value::Object(request(json!({})))).await.json();
    let events =
        format!("GET /jobs/{}/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", started["job_id"].as_str().unwrap());
    let told = rest(&mut send(server.address, events.as_bytes()).await).await;
    assert!(told.contains("event: end"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unread_answers_are_given_up() {
    let server = start_with(short(500)).await;
    let started = server.world.post(&Value::Object(request(json!({"width": 1024, "height": 1024})))).await.json();
    let id = started["job_id"].as_str().unwrap().to_owned();
    assert_eq!(server.world.finish(&id).await["status"], "completed");
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(server.address).await.unwrap();
    // As many answers as fill every buffer on the way.
    let path = "GET /fonts/NanumGothic/NanumGothic.ttf HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(path.repeat(20).as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut total = 0;
    let mut bytes = vec![0; 1 << 16];
    loop {
        match tokio::time::timeout(SOON, stream.read(&mut bytes)).await.expect("it is still open") {
            Ok(n) if n > 0 => total += n,
            _ => break,
        }
    }
    let face = server.world.get("/fonts/NanumGothic/NanumGothic.ttf").await.bytes.len();
    assert!(total < 20 * face, "all {total} bytes were sent to one who did not read for a while");
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_in_answers_are_the_files() {
    use base64::Engine as _;
    let world = World::new();
    let started = world.post(&Value::Object(request(json!({})))).await.json();
    let id = started["job_id"].as_str().unwrap().to_owned();
    assert_eq!(world.finish(&id).await["status"], "completed");
    let status = world.get(&format!("/status/{id}")).await;
    assert_eq!(status.header("content-length"), status.bytes.len().to_string());
    assert_eq!(status.header("content-type"), "application/json");
    let status = status.json();
    for (field, name) in [("step1_result", "step1"), ("step2_result", "step2"), ("final_result", "final")] {
        let image = world.get(&format!("/jobs/{id}/images/{name}.png")).await;
        assert_eq!(image.header("content-length"), image.bytes.len().to_string());
        let text = status[field].as_str().unwrap();
        assert_eq!(base64::engine::general_purpose::STANDARD.decode(text).unwrap(), image.bytes, "{field}");
        let path = world.engine.image_path(id.parse().unwrap(), name.parse().unwrap()).unwrap();
        assert_eq!(std::fs::read(path).unwrap(), image.bytes);
    }
    // The same keys in the same order as without pictures.
    let light = world.get(&format!("/status/{id}?images=false")).await.json();
    let keys = |v: &Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&light), keys(&status));
    // A picture whose file is gone is null.
    std::fs::remove_file(world.engine.image_path(id.parse().unwrap(), "step2".parse().unwrap()).unwrap()).unwrap();
    let status = world.get(&format!("/status/{id}")).await.json();
    assert!(status["step2_result"].is_null() && status["final_result"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_for_bodies_and_answers_is_shared_out() {
    // No memory: large bodies are told to come back, small ones are read all the same.
    let limits = Limits {
        body_memory: 1 << 20,
        body_reserve: 0,
        queue: Duration::from_millis(200),
        body_pressed: SOON,
        answer_memory: 1 << 10,
        ..Limits::default()
    };
    let world = World::limited(SecurityPolicy::new(None, Vec::new(), Vec::new()), 1 << 20, limits);
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel::<Result<Vec<u8>, std::io::Error>>();
    sender.send(Ok(vec![b' '; 400 << 10])).unwrap();
    let slow = axum::body::Body::from_stream(futures_util::stream::unfold(receiver, |mut r| async move { r.recv().await.map(|v| (v, r)) }));
    let router = world.router.clone();
    let call = axum::http::Request::post("/generate").header("host", "localhost").header("content-type", "application/json");
    let first = tokio::spawn(tower::ServiceExt::oneshot(router, call.body(slow).unwrap()));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let large = format!("{{\"bg_prompt\": \"{}\"}}", "a".repeat(700 << 10));
    let answer = world.generate(large.clone()).await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
    assert_eq!(answer.json(), json!({"status": "busy", "message": "Busy. Retry after 5s", "retry_after": 5, "code": "engine-busy"}));
    assert_eq!(world.generate("{\"strength\": 9}").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.get("/health").await.status, StatusCode::OK);
    sender.send(Ok(b"{\"strength\": 9}".to_vec())).unwrap();
    drop(sender);
    assert_eq!(first.await.unwrap().unwrap().status(), StatusCode::BAD_REQUEST);
    assert_eq!(world.generate(large).await.status, StatusCode::BAD_REQUEST);
    // Answers: a large one that is built in memory is refused while there is none for it; what is shared is not.
    let call = axum::http::Request::get("/help/parameters").header("host", "localhost").body(axum::body::Body::empty()).unwrap();
    let unread = tower::ServiceExt::oneshot(world.router.clone(), call).await.unwrap();
    assert_eq!(unread.status(), StatusCode::OK);
    assert_eq!(world.get("/help/parameters").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.get("/fonts/NanumGothic/NanumGothic.ttf").await.status, StatusCode::OK);
    assert_eq!(world.get("/health").await.status, StatusCode::OK);
    drop(unread);
    assert_eq!(world.get("/help/parameters").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_json_costs_nothing_and_is_named_in_part() {
    let world = World::new();
    let many: Vec<String> = (0..1000).map(|i| format!("\"key{i}\": [[{{\"a\": [0, 0, {i}]}}]]")).collect();
    let body = format!("{{\"start_step\": 1, \"width\": 256, \"height\": 256, \"test_mode\": true, {}}}", many.join(","));
    let started = world.generate(body).await;
    assert_eq!(started.status, StatusCode::OK, "{}", String::from_utf8_lossy(&started.bytes));
    let warnings = started.json()["warnings"].as_array().unwrap().clone();
    assert_eq!((warnings.len(), &warnings[20]), (21, &json!("980 more unknown fields, ignored")));
    let id = started.json()["job_id"].as_str().unwrap().to_owned();
    assert_eq!(world.finish(&id).await["warnings"].as_array().unwrap()[..21], warnings[..]);
    // An annotation is small.
    let path = format!("/jobs/{id}/annotation");
    let json_type = [("content-type", "application/json")];
    for (body, status) in [
        (format!("{{\"title\": \"a\", \"x\": \"{}\"}}", "a".repeat(300 << 10)), 413),
        (format!("{{\"starred\": \"{}\"}}", "a".repeat(100 << 10)), 400),
        (format!("{{\"x\": {}1{}, \"title\": \"b\"}}", "[".repeat(10_000), "]".repeat(10_000)), 200),
    ] {
        let answer = world.call("POST", &path, &json_type, body).await;
        assert_eq!(answer.status, status);
        assert!(answer.bytes.len() < 400);
    }
}
