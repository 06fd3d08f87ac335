//! A server in a box.

use std::path::PathBuf;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use nanococoa::api::{ApiState, Limits, SecurityPolicy, router};
use nanococoa::engine::Engine;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::common::{Script, engine_in};

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.bytes)))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

pub struct World {
    outer: tempfile::TempDir,
    pub engine: Engine,
    pub state: ApiState,
    pub router: Router,
    pub script: Script,
}

impl Drop for World {
    fn drop(&mut self) {
        self.engine.shutdown();
    }
}

impl World {
    pub fn new() -> Self {
        Self::with(SecurityPolicy::new(None, Vec::new(), Vec::new()), 64 << 20)
    }

    pub fn with(policy: SecurityPolicy, limit: usize) -> Self {
        Self::limited(policy, limit, Limits::default())
    }

    pub fn limited(policy: SecurityPolicy, limit: usize, limits: Limits) -> Self {
        let outer = tempfile::tempdir().unwrap();
        let script = Script::default();
        let engine = engine_in(&outer.path().join("data"), &script);
        let state = ApiState::new(engine.clone(), policy, limit).with_limits(limits);
        Self { outer, engine, router: router(state.clone()), state, script }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("host")) {
            request = request.header("host", "localhost:8000");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], Body::empty()).await
    }

    pub async fn generate(&self, body: impl Into<Body>) -> Answer {
        self.call("POST", "/generate", &[("content-type", "application/json")], body).await
    }

    pub async fn post(&self, body: &Value) -> Answer {
        self.generate(body.to_string()).await
    }

    /// Polls until the job is over.
    pub async fn finish(&self, id: &str) -> Value {
        for _ in 0..6000 {
            let status = self.get(&format!("/status/{id}?images=false")).await.json();
            if !["pending", "running"].contains(&status["status"].as_str().unwrap()) {
                return status;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("job hangs");
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.outer.path().join("data")
    }

    /// Every file below the folder that holds the data folder, without the engine's own.
    pub fn strange_files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.outer.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if !["lock", "timings.json"].contains(&path.file_name().unwrap().to_str().unwrap()) {
                    found.push(path);
                }
            }
        }
        found
    }
}

pub fn b64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
