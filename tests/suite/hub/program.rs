//! Downloads by the program itself: the command line, proxies, Ctrl-C and `kill -9`.

use std::path::PathBuf;
use std::time::Duration;

use super::{BIG, Fixture, is_big_get, sha256};
use crate::fake_hub::{FakeHub, Reply};

/// The program with a fixture's folders and a hub.
fn program(fixture: &Fixture, endpoint: &str, args: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_nanococoa"));
    let config = fixture.dir.path().join("config.toml");
    std::fs::write(&config, "").unwrap();
    for name in ["HF_TOKEN", "HF_TOKEN_PATH", "HF_HOME", "HF_HUB_CACHE", "HUGGING_FACE_HUB_TOKEN", "HUGGINGFACE_HUB_CACHE"] {
        command.env_remove(name);
    }
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "NANOCOCOA_MODELS"] {
        command.env_remove(name);
    }
    command
        .env("HOME", fixture.dir.path())
        .env("XDG_CACHE_HOME", fixture.dir.path().join("no cache"))
        .env("HF_ENDPOINT", endpoint)
        .env("NANOCOCOA_DATA_DIR", fixture.dir.path().join("data"))
        .env("NANOCOCOA_CONFIG", config)
        .args(args);
    command
}

impl Fixture {
    /// As [`Fixture::new`], with the models folder that the program takes by default.
    fn for_program(size: usize) -> (Self, PathBuf) {
        let fixture = Self::new(size);
        let models = fixture.dir.path().join("data/models");
        (fixture, models)
    }
}

#[test]
fn the_command_line_manages_models() {
    let (fixture, models) = Fixture::for_program(900_000);
    let server = FakeHub::start(fixture.plain());
    let run = |args: &[&str]| {
        let output = program(&fixture, &server.url(), &[&["models"], args].concat()).stdin(std::process::Stdio::null()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let json = |text: &str| -> serde_json::Value {
        assert_eq!(text.lines().count(), 1, "{text}");
        serde_json::from_str(text).unwrap()
    };
    let (code, out, _) = run(&["list"]);
    assert!(code == 0 && out.contains("klein-4b") && out.contains("tiny") && out.contains("You may sell the pictures."), "{out}");
    assert!(out.contains("You may not use it for commercial work.") && out.contains("Recommended."), "{out}");
    let listed = json(&run(&["list", "--json"]).1);
    let of_tiny = |listed: &serde_json::Value| listed["sets"].as_array().unwrap().iter().find(|s| s["set"] == "tiny").unwrap().clone();
    assert_eq!((&of_tiny(&listed)["installed"], &of_tiny(&listed)["licences"][0]["sale"]), (&"no".into(), &"yes".into()));
    let (code, _, err) = run(&["pull", "tiny"]);
    assert!(code == 2 && err.contains("Licence: MIT") && err.contains("--accept-licence"), "{code} {err}");
    assert!(server.seen().is_empty(), "nothing before the licence");
    let (code, _, err) = run(&["pull", "none", "--accept-licence"]);
    assert!(code == 2 && err.contains("schnell-12gb"), "{code} {err}");
    let (code, out, err) = run(&["pull", "tiny", "--accept-licence", "--json"]);
    assert_eq!((code, &json(&out)["installed"]), (0, &"yes".into()), "{err}");
    assert!(std::fs::read(models.join("tiny").join(BIG)).unwrap() == **fixture.big());
    assert_eq!(run(&["path"]).1.trim(), models.display().to_string());
    assert_eq!(run(&["path", "tiny"]).1.trim(), models.join("tiny").display().to_string());
    assert_eq!(run(&["path", "dev"]).0, 2);
    let (code, out, _) = run(&["verify"]);
    assert!(code == 0 && out.contains("2 files checked, 0 of them"), "{out}");
    std::fs::write(models.join("tiny/config.json"), [0; 300]).unwrap();
    let (code, out, _) = run(&["verify", "tiny", "--json"]);
    assert_eq!((code, &json(&out)["damaged"][0]["problem"]), (1, &"content".into()));
    let (code, out, err) = run(&["pull", "tiny", "--accept-licence"]);
    assert!(code == 0 && out.contains("is installed in"), "{out}{err}");
    let (code, out, _) = run(&["remove", "tiny", "--json"]);
    assert_eq!((code, &json(&out)["freed_bytes"]), (0, &900_300.into()));
    assert!(!models.join("tiny").exists());
    let (code, _, err) = run(&["import", "nowhere"]);
    assert!(code == 1 && err.contains("nowhere"), "{code} {err}");
}

#[test]
fn proxies_of_the_environment_are_used() {
    let (fixture, models) = Fixture::for_program(100_000);
    let plain = fixture.plain();
    let proxy = FakeHub::start(move |request| {
        let mut request = request.clone();
        request.path = request.path.strip_prefix("http://hub.invalid").unwrap_or("/direct").to_owned();
        plain(&request)
    });
    let output = program(&fixture, "http://hub.invalid", &["models", "pull", "tiny", "--accept-licence"])
        .env("http_proxy", proxy.url())
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .env("HF_TOKEN", "hf_secret")
        .env("NANOCOCOA_LOG", "trace")
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    assert!(models.join("tiny").join(BIG).is_file());
    // Everybody on the way could read it.
    assert!(proxy.seen().iter().all(|request| request.header("authorization").is_none()));
    assert!(!log.contains("hf_secret"), "the most talkative log has no token");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_download_in_good_order() {
    let (fixture, models) = Fixture::for_program(8 << 20);
    let plain = fixture.plain();
    let server = FakeHub::start(move |request| Reply { pace: Some((8192, Duration::from_millis(1))), ..plain(request) });
    let args = ["models", "pull", "tiny", "--accept-licence", "--json"];
    let child = program(&fixture, &server.url(), &args).stdout(std::process::Stdio::piped()).spawn().unwrap();
    while server.sent() < 1 << 20 {
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &told["installed"]), (Some(1), &"partly".into()), "{told}");
    assert!(told["error"].as_str().unwrap().contains("what has arrived is kept"), "{told}");
    assert!(!models.join("tiny").exists());
    assert!(program(&fixture, &server.url(), &args).output().unwrap().status.success());
    assert!(std::fs::read(models.join("tiny").join(BIG)).unwrap() == **fixture.big());
}

/// The program is killed in the middle of the download, twenty times.
#[cfg(unix)]
#[test]
fn a_killed_download_continues_with_little_loss() {
    const SIZE: usize = 128 << 20;
    const KILLS: u64 = 20;
    let (fixture, models) = Fixture::for_program(SIZE);
    let plain = fixture.plain();
    // So slow that the program keeps up on a busy machine: what waits in the buffers of the system is lost with it, and counts as sent.
    let server = FakeHub::start(move |request| match is_big_get(request) {
        true => Reply { pace: Some((4096, Duration::from_micros(400))), ..plain(request) },
        false => plain(request),
    });
    let args = ["models", "pull", "tiny", "--accept-licence"];
    for kill in 1..=KILLS {
        let mut child = program(&fixture, &server.url(), &args).stderr(std::process::Stdio::null()).spawn().unwrap();
        let until = SIZE as u64 * kill / (KILLS + 2);
        while server.sent() < until {
            assert!(child.try_wait().unwrap().is_none(), "the program ended by itself before kill {kill}");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!models.join("tiny").exists());
    }
    let output = program(&fixture, &server.url(), &args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(sha256(&std::fs::read(models.join("tiny").join(BIG)).unwrap()), sha256(fixture.big()));
    let twice = server.sent().saturating_sub(SIZE as u64 + 300 * (KILLS + 1));
    println!("{twice} of {SIZE} bytes came twice");
    assert!(twice * 20 <= SIZE as u64, "{twice} bytes came twice");
}

/// Speed and memory beside curl's, for people to look at:
/// `cargo nextest run --test suite figures_of_downloads --run-ignored only --no-capture`.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "prints figures, compares nothing"]
fn figures_of_downloads() {
    const SIZE: usize = 2 << 30;
    let (fixture, models) = Fixture::for_program(SIZE);
    let server = FakeHub::start(fixture.plain());
    for _ in 0..2 {
        let _ = std::fs::remove_dir_all(&models);
        let start = std::time::Instant::now();
        let address = format!("{}/acme/tiny/resolve/main/{BIG}", server.url());
        let to = fixture.dir.path().join("by curl");
        assert!(std::process::Command::new("curl").args(["-s", "-o", to.to_str().unwrap(), &address]).status().unwrap().success());
        // The program does not end before its file is on disk.
        std::fs::File::open(&to).unwrap().sync_all().unwrap();
        let curl = start.elapsed();
        std::fs::remove_file(to).unwrap();
        let start = std::time::Instant::now();
        let mut child = program(&fixture, &server.url(), &["models", "pull", "tiny", "--accept-licence", "--json"]).spawn().unwrap();
        let mut peak = String::new();
        while child.try_wait().unwrap().is_none() {
            let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
            peak = status.lines().find(|line| line.starts_with("VmHWM")).map_or(peak, str::to_owned);
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(child.wait().unwrap().success());
        let own = start.elapsed();
        println!(
            "2 GiB: curl {curl:?}, this program {own:?} with its hash, {:.0} % of curl, {peak}",
            100.0 * curl.as_secs_f64() / own.as_secs_f64()
        );
    }
}
