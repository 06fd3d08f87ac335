//! Over a real socket.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nanococoa::api::{Limits, SecurityPolicy, serve};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::common::{Act, request};
use crate::support::World;

pub struct Server {
    pub world: World,
    pub address: SocketAddr,
    pub end: oneshot::Sender<()>,
    pub task: JoinHandle<std::io::Result<()>>,
}

async fn start() -> Server {
    start_with(Limits::default()).await
}

pub async fn start_with(limits: Limits) -> Server {
    let world = World::limited(SecurityPolicy::new(None, Vec::new(), Vec::new()), 64 << 20, limits);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel::<()>();
    let task = tokio::spawn(serve(listener, world.state.clone(), async {
        let _ = ended.await;
    }));
    Server { world, address, end, task }
}

/// Sends bytes, reads the answer to its end; a peer that stops listening while we write is fine.
pub async fn raw(address: SocketAddr, pieces: &[&[u8]]) -> (u16, String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    for piece in pieces {
        if stream.write_all(piece).await.is_err() {
            break;
        }
    }
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut bytes)).await;
    assert!(read.is_ok(), "no answer");
    let at = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    (status, head, bytes.get(at + 4..).unwrap_or_default().to_vec())
}

pub async fn call(address: SocketAddr, method: &str, path: &str, body: &str) -> (u16, Value) {
    let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{kind}Content-Length: {}\r\n\r\n", body.len());
    let (status, head, body) = raw(address, &[head.as_bytes(), body.as_bytes()]).await;
    assert!(!head.to_lowercase().contains("transfer-encoding: chunked"), "{head}");
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_job_and_a_graceful_end() {
    let server = start().await;
    let at = server.address;
    let body = Value::Object(request(json!({}))).to_string();
    let (status, started) = call(at, "POST", "/generate", &body).await;
    assert_eq!(status, 200, "{started}");
    let id = started["job_id"].as_str().unwrap();
    assert_eq!(server.world.finish(id).await["status"], "completed");
    let (_, done) = call(at, "GET", &format!("/status/{id}"), "").await;
    assert!(done["final_result"].as_str().unwrap().starts_with("iVBOR"));
    // A follower of a long job does not keep the server alive.
    server.world.script.set("scene", Act::Slow(Duration::from_secs(60)));
    let (_, started) = call(at, "POST", "/generate", &body).await;
    let mut follower = TcpStream::connect(at).await.unwrap();
    let path = format!("/jobs/{}/events", started["job_id"].as_str().unwrap());
    follower.write_all(format!("GET {path} HTTP/1.1\r\nHost: {at}\r\n\r\n").as_bytes()).await.unwrap();
    let mut some = [0; 64];
    follower.read_exact(&mut some).await.unwrap();
    let begin = Instant::now();
    server.end.send(()).unwrap();
    server.task.await.unwrap().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(9));
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_needs_neither_body_nor_type() {
    let server = start().await;
    server.world.script.set("scene", Act::Slow(Duration::from_secs(60)));
    let (_, started) = call(server.address, "POST", "/generate", &Value::Object(request(json!({}))).to_string()).await;
    let id = started["job_id"].as_str().unwrap();
    let head = format!("POST /stop/{id} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let (status, _, body) = raw(server.address, &[head.as_bytes()]).await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, body["status"].as_str()), (200, Some("stopped")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_65_mib_body_gets_its_413() {
    let server = start().await;
    let at = server.address;
    let size = 65 << 20;
    let filler = vec![b'x'; size];
    let head = format!(
        "POST /generate HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
    );
    let (status, _, body) = raw(at, &[head.as_bytes(), &filler]).await;
    assert_eq!(status, 413, "{}", String::from_utf8_lossy(&body));
    assert!(serde_json::from_slice::<Value>(&body).unwrap()["detail"].is_string());
    let head = format!(
        "POST /generate HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{size:x}\r\n"
    );
    let (status, _, _) = raw(at, &[head.as_bytes(), &filler, b"\r\n0\r\n\r\n"]).await;
    assert_eq!(status, 413);
    assert_eq!(call(at, "GET", "/health", "").await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn strange_bytes_do_no_harm() {
    let server = start().await;
    let at = server.address;
    let cases: &[&[u8]] = &[
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /generate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n",
    ];
    for case in cases {
        let mut stream = TcpStream::connect(at).await.unwrap();
        stream.write_all(case).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut bytes = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(15), stream.read_to_end(&mut bytes)).await.expect("an end");
        let head = String::from_utf8_lossy(&bytes).into_owned();
        // Every refusal is JSON. hyper closes without an answer after half a request.
        if !head.is_empty() {
            let body = head.split_once("\r\n\r\n").unwrap().1;
            assert!(serde_json::from_str::<Value>(body).unwrap()["detail"].is_string(), "{head}");
        }
        assert!(!head.starts_with("HTTP/1.1 2") && !head.starts_with("HTTP/1.1 5"), "{:?}: {head}", String::from_utf8_lossy(case));
        assert_eq!(call(at, "GET", "/health", "").await.0, 200);
    }
    // A peer that hangs up in the middle of its body.
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream
        .write_all(b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        .await
        .unwrap();
    drop(stream);
    assert_eq!(call(at, "GET", "/health", "").await.0, 200);
}

/// Prints the rate of light status calls during a job; asserts no time.
#[tokio::test(flavor = "multi_thread")]
async fn many_pollers() {
    let world = World::new();
    world.script.set("scene", Act::Slow(Duration::from_secs(60)));
    let started = world.post(&Value::Object(request(json!({})))).await.json();
    let path = format!("/status/{}?images=false", started["job_id"].as_str().unwrap());
    let begin = Instant::now();
    for _ in 0..2000 {
        assert_eq!(world.get(&path).await.status, 200);
    }
    println!("{:.0} light status calls a second on one task", 2000.0 / begin.elapsed().as_secs_f64());
}
