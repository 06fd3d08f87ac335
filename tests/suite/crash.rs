//! Signals, too few file handles, and kill -9 at 30 moments during jobs, ten of them aimed at a write: no finished step is lost, no broken file
//! is listed, the job says "interrupted" and can be continued. The moments are observed, not timed. A write may end before the kill arrives, so
//! the test asks for at least three kills that hit one, and for 20 that hit a running job.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::served::{self, call, serve};

const BINARY: &str = env!("CARGO_BIN_EXE_nanococoa");
const ROUNDS: u64 = 30;

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
        let begin = Instant::now();
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

/// When a round kills the server.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// While the job runs and has come so far.
    Percent(u64),
    /// While the job runs this step.
    Step(&'static str),
    /// While the n-th unfinished file of the job is on disk, counted from 1.
    Write(usize),
}

/// Ten percentages, ten writes, and five times each of the two steps that take least of the time.
fn moment(round: u64) -> Moment {
    let turn = round / 6;
    match round % 6 {
        0 => Moment::Percent(turn * 20),
        1 => Moment::Percent(turn * 20 + 10),
        2 => Moment::Write(turn as usize * 2 + 1),
        3 => Moment::Write(turn as usize * 2 + 2),
        4 => Moment::Step("step2_text"),
        _ => Moment::Step("step3_composite"),
    }
}

/// Files that a write has not yet renamed.
fn unfinished(job: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(job).into_iter().flatten().flatten().map(|entry| entry.path());
    files.filter(|path| path.extension().is_some_and(|e| e == "tmp")).collect()
}

fn status(server: &served::Server, id: &str) -> Value {
    call(server, "GET", &format!("/status/{id}"), None)
}

fn is_active(status: &Value) -> bool {
    ["pending", "running"].contains(&status["status"].as_str().unwrap())
}

/// Waits for a moment of a job, or its end. Returns the job as it was last seen, with the results that must survive.
fn wait(server: &served::Server, id: &str, job: &Path, moment: Moment) -> Value {
    let begin = Instant::now();
    let mut seen = Vec::new();
    let mut last = status(server, id);
    loop {
        assert!(begin.elapsed() < Duration::from_secs(60), "{moment:?} never comes: {last}");
        let reached = match moment {
            Moment::Percent(percent) => last["status"] == "running" && last["progress_percent"].as_u64().unwrap() >= percent,
            Moment::Step(step) => last["current_step"] == step,
            Moment::Write(count) => {
                seen.extend(unfinished(job).into_iter().filter(|path| !seen.contains(path)).collect::<Vec<_>>());
                seen.len() >= count
            }
        };
        if reached || !is_active(&last) {
            return last;
        }
        // A write is over within a millisecond: the folder is read again and again, the server is asked seldom.
        if !matches!(moment, Moment::Write(_)) || begin.elapsed() > Duration::from_secs(1) {
            last = status(server, id);
        }
    }
}

/// Where a kill hit, by the last answer before it and the disk after it.
struct Hit {
    /// The job had begun and not ended.
    running: bool,
    /// A file was half written.
    write: bool,
    /// The step that was running.
    step: String,
}

impl Hit {
    fn read(job: &Path, before: &Value) -> Self {
        let record: Value = serde_json::from_slice(&std::fs::read(job.join("job.json")).unwrap()).unwrap();
        let seen_running = before["status"] == "running";
        let write = !unfinished(job).is_empty();
        // The record is older than the answer: it is written when a step ends.
        let step = if seen_running { &before["current_step"] } else { &record["step"] };
        Self { running: is_active(&record) && (seen_running || write), write, step: step.as_str().unwrap().to_owned() }
    }
}

/// The pictures that were there before are there after a restart, every listed one is whole, and nothing half written is left.
fn check_after_restart(round: u64, before: &Value, after: &Value, job: &Path) {
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
    assert_eq!(unfinished(job), Vec::<PathBuf>::new(), "round {round}");
}

#[test]
fn kill_nine_loses_no_finished_step() {
    let data = tempfile::tempdir().unwrap();
    let mut hits: Vec<Hit> = Vec::new();
    let mut last = None;
    for round in 0..ROUNDS {
        let server = serve(data.path(), &[]);
        let answer = call(&server, "POST", "/generate", Some(&request(round)));
        let id = answer["job_id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        let job = data.path().join("jobs").join(&id);
        let before = wait(&server, &id, &job, moment(round));
        // SIGKILL.
        drop(server);
        let hit = Hit::read(&job, &before);

        let server = serve(data.path(), &[]);
        let after = status(&server, &id);
        check_after_restart(round, &before, &after, &job);
        let ended = after["status"].as_str().unwrap();
        println!(
            "round {round}, {:?}: {} in {}{}; after the restart {ended}",
            moment(round),
            if hit.running { "running" } else { "not running" },
            hit.step,
            if hit.write { ", a file half written" } else { "" },
        );
        match ended {
            "completed" => assert!(!hit.running, "round {round}: a job that had not ended is completed"),
            "failed" => {
                let message = after["message"].as_str().unwrap();
                assert!(message.to_lowercase().contains("interrupted"), "{message}");
                last = Some(id.clone());
            }
            other => panic!("round {round}: {other}"),
        }
        hits.push(hit);
    }
    // A kill before or after the job proves nothing.
    let count = |wanted: &dyn Fn(&Hit) -> bool| hits.iter().filter(|hit| wanted(hit)).count() as u64;
    let (running, write) = (count(&|hit| hit.running), count(&|hit| hit.write));
    println!("{running} of {ROUNDS} kills hit a running job, {write} a write");
    assert!(running >= ROUNDS * 2 / 3, "only {running} of {ROUNDS} kills hit a running job");
    assert!(write >= 3, "only {write} kills hit a write");
    for step in ["background", "text", "composite"] {
        assert!(count(&|hit| hit.running && hit.step.ends_with(step)) > 0, "no kill hit {step}");
    }

    let id = last.unwrap();
    let out = data.path().join("continued.png");
    let run = Command::new(BINARY).arg("--data-dir").arg(data.path()).args(["resume", &id, "--json", "--out"]).arg(&out).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    image::open(out).unwrap();
}
