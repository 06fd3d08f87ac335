//! Signals, too few file handles, and kill -9 at 30 moments during jobs: no finished step is lost, no broken file is listed, the job says
//! "interrupted" and can be continued.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

#[path = "common/served.rs"]
mod served;

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use served::{call, serve};

const BINARY: &str = env!("CARGO_BIN_EXE_nanococoa");

/// A seed of its own for every round: nothing is taken from the rounds before.
fn request(seed: u64) -> Value {
    use base64::Engine as _;
    let photo = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/coffee.png")).unwrap();
    json!({
        "product_image": base64::engine::general_purpose::STANDARD.encode(photo),
        "text_content": "신메뉴", "width": 320, "height": 320, "seed": seed,
    })
}

fn signal(server: &served::Server, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(server.child.id().to_string()).status().unwrap();
    assert!(sent.success());
}

#[test]
fn signals_end_the_server_in_good_order() {
    let data = tempfile::tempdir().unwrap();
    for name in ["TERM", "HUP", "INT"] {
        let mut server = serve(data.path(), &[]);
        assert_eq!(call(&server, "GET", "/health", None)["status"], "healthy");
        signal(&server, name);
        let begin = std::time::Instant::now();
        let ended = loop {
            if let Some(status) = server.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < Duration::from_secs(20), "SIG{name} does not end it");
            std::thread::sleep(Duration::from_millis(20));
        };
        assert_eq!(ended.code(), Some(0), "SIG{name}");
    }
}

/// `nohup nanococoa serve`
#[test]
#[cfg(target_os = "linux")]
fn a_server_under_nohup_outlives_its_terminal() {
    let data = tempfile::tempdir().unwrap();
    let mut server = served::serve_after("trap '' HUP", data.path());
    signal(&server, "HUP");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(call(&server, "GET", "/health", None)["status"], "healthy");
    assert!(server.child.try_wait().unwrap().is_none());
}

#[test]
#[cfg(target_os = "linux")]
fn too_few_handles_close_idle_connections_and_nothing_spins() {
    let data = tempfile::tempdir().unwrap();
    let server = served::serve_after("ulimit -n 80", data.path());
    let idle: Vec<_> = (0..150).map(|_| std::net::TcpStream::connect(&server.address).unwrap()).collect();
    let ticks = || -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.child.id())).unwrap();
        stat.rsplit(')').next().unwrap().split(' ').skip(12).take(2).map(|t| t.parse::<u64>().unwrap()).sum()
    };
    std::thread::sleep(Duration::from_secs(2));
    let before = ticks();
    std::thread::sleep(Duration::from_secs(2));
    // Two seconds are 200 ticks.
    assert!(ticks() - before < 100, "it spins: {} ticks of 200", ticks() - before);
    assert_eq!(call(&server, "GET", "/health", None)["status"], "healthy");
    drop(idle);
    assert_eq!(call(&server, "GET", "/health", None)["status"], "healthy");
}

#[test]
fn kill_nine_loses_no_finished_step() {
    let data = tempfile::tempdir().unwrap();
    let mut interrupted = 0;
    let mut last = None;
    for round in 0..30u64 {
        let server = serve(data.path(), &[]);
        let answer = call(&server, "POST", "/generate", Some(&request(round)));
        let id = answer["job_id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        // Spread over the whole job, denser in its first second; the last picture listed before the kill is what must be found again.
        std::thread::sleep(Duration::from_millis((round * 7919) % 1300));
        let before = call(&server, "GET", &format!("/status/{id}"), None);
        drop(server);

        let server = serve(data.path(), &[]);
        let after = call(&server, "GET", &format!("/status/{id}"), None);
        for result in ["step1_result", "step2_result", "final_result"] {
            if let Some(kept) = before[result].as_str() {
                assert_eq!(after[result].as_str(), Some(kept), "round {round}: {result} was lost");
            }
            if let Some(text) = after[result].as_str() {
                use base64::Engine as _;
                let png = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
                image::load_from_memory(&png).unwrap_or_else(|e| panic!("round {round}: {result} is broken: {e}"));
            }
        }
        match after["status"].as_str().unwrap() {
            "completed" => {}
            "failed" => {
                interrupted += 1;
                let message = after["message"].as_str().unwrap();
                assert!(message.to_lowercase().contains("interrupted"), "{message}");
                last = Some(id.clone());
            }
            other => panic!("round {round}: {other}"),
        }
        let leftovers: Vec<_> = std::fs::read_dir(data.path().join("jobs").join(&id))
            .unwrap()
            .flatten()
            .filter(|e| e.file_name().to_string_lossy().ends_with(".tmp"))
            .collect();
        assert!(leftovers.is_empty(), "round {round}: {leftovers:?}");
    }
    assert!(interrupted > 3, "only {interrupted} of 30 kills hit a running job");

    let id = last.unwrap();
    let out = data.path().join("continued.png");
    let run = Command::new(BINARY).arg("--data-dir").arg(data.path()).args(["resume", &id, "--json", "--out"]).arg(&out).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    image::open(out).unwrap();
}
