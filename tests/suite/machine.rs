//! The real binary on machines with a broken driver, and in a container with little memory.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::served::{call_at, serve_in};

/// Fails if the work does not end.
fn within_two_minutes<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(Duration::from_secs(120)).unwrap_or_else(|_| panic!("{what} does not end"))
}

fn doctor(mut command: Command, dir: &Path) -> Value {
    let program = env!("CARGO_BIN_EXE_nanococoa");
    command.arg(program).args(["doctor", "--json"]).stdin(Stdio::null()).stdout(Stdio::piped());
    std::fs::write(dir.join("config.toml"), "").unwrap();
    command.env("NANOCOCOA_DATA_DIR", dir.join("data")).env("NANOCOCOA_CONFIG", dir.join("config.toml"));
    let mut child = command.spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut told = String::new();
        sender.send(std::io::Read::read_to_string(&mut output, &mut told).map(|_| told))
    });
    let Ok(told) = receiver.recv_timeout(Duration::from_secs(120)) else {
        child.kill().unwrap();
        panic!("doctor does not end");
    };
    let status = child.wait().unwrap();
    assert!(status.success(), "{status}");
    serde_json::from_str(told.unwrap().trim()).unwrap()
}

/// An NVML whose start never returns, as of a GPU that has fallen off the bus.
fn hanging_driver(dir: &Path) {
    let source = dir.join("driver.c");
    std::fs::write(&source, "#include <unistd.h>\nint nvmlInit_v2(void) { for (;;) pause(); }\n").unwrap();
    // The compiler that links Rust programs.
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(dir.join("libnvidia-ml.so.1")).arg(&source).status().unwrap();
    assert!(built.success());
}

#[test]
fn a_driver_that_hangs_stops_neither_doctor_nor_the_server() {
    let dir = tempfile::tempdir().unwrap();
    hanging_driver(dir.path());
    let libraries = format!("LD_LIBRARY_PATH={}", dir.path().display());
    let mut command = Command::new("env");
    command.arg(&libraries);
    let report = doctor(command, dir.path());
    assert_eq!(report["system_metrics"]["gpu_info"], json!([]));
    assert!(report["system_metrics"]["ram_total_gb"].as_f64().unwrap() > 0.0, "{report}");
    let to_do = report["to_do"].to_string();
    assert!(to_do.contains("The NVIDIA driver does not answer."), "{to_do}");

    let mut server = serve_in(Some(("env", &[&libraries])), &dir.path().join("data"), &[]);
    let get = |path: &str| {
        let (address, path) = (server.address.clone(), path.to_owned());
        thread::spawn(move || call_at(&address, "GET", &path, None))
    };
    let request = json!({"bg_prompt": "wooden table", "text_content": null, "width": 256, "height": 256});
    let address = server.address.clone();
    let job = within_two_minutes("POST /generate", move || call_at(&address, "POST", "/generate", Some(&request)));
    let status = format!("/status/{}?images=false", job["job_id"].as_str().unwrap());
    let asked = ["/health", "/health", "/health", "/health", &status, &status].map(|path| (path, get(path)));
    for (path, answered) in asked {
        let answer = within_two_minutes(path, move || answered.join().unwrap());
        assert_eq!(answer["system_metrics"]["gpu_info"], json!([]), "{answer}");
    }
    let id = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    for _ in 0..12_000 {
        if let Some(ended) = server.child.try_wait().unwrap() {
            assert_eq!(ended.code(), Some(0), "{ended}");
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the server does not end");
}

#[test]
fn the_memory_of_a_container_is_its_limit() {
    let dir = tempfile::tempdir().unwrap();
    let group = dir.path().join("group");
    std::fs::create_dir(&group).unwrap();
    // 2 GiB, most of which are files that can be given back.
    for (file, content) in [("memory.max", 2 << 30), ("memory.current", 2013265920_u64)] {
        std::fs::write(group.join(file), format!("{content}\n")).unwrap();
    }
    std::fs::write(group.join("memory.stat"), "anon 536870912\nfile 1476395008\n").unwrap();
    std::fs::write(group.join("memory.swap.current"), "0\n").unwrap();
    let mount = "mount --bind \"$1\" /sys/fs/cgroup && shift && exec \"$@\"";
    let inside = |flags: &'static str| {
        let mut command = Command::new("unshare");
        command.args([flags, "sh", "-c", mount, "sh"]).arg(&group);
        command
    };
    // Root needs no user namespace, which some systems forbid.
    let flags = ["-m", "-rm"].into_iter().find(|flags| inside(flags).arg("true").status().is_ok_and(|status| status.success()));
    let Some(flags) = flags else { panic!("this system allows no mount namespace, as for the test of a full disk") };
    let load = doctor(inside(flags), dir.path())["system_metrics"].take();
    assert_eq!(load["ram_total_gb"], 2.0, "{load}");
    // More only if the machine itself has less than 1.5 GiB left.
    assert!(load["ram_used_gb"].as_f64().unwrap() >= 0.5, "{load}");
}
