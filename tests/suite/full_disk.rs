//! The real binary on a disk of four megabytes that is really full: a tmpfs in a mount namespace of its own. Fails where the system allows none.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use nanococoa::hub::HubError;
use serde_json::{Value, json};

use crate::fake_hub::FakeHub;
use crate::hub::{BIG, Fixture, pull};
use crate::served::{Server, call, serve_in};

const MOUNT: &str = "mount -t tmpfs -o size=4m none \"$1\" && shift && exec \"$@\"";

fn inside(flags: &'static str) -> [&'static str; 5] {
    [flags, "sh", "-c", MOUNT, "sh"]
}

/// The flag with which `unshare` makes a mount namespace here.
fn flag_of_unshare(disk: &Path) -> &'static str {
    // Root needs no user namespace, which some systems forbid.
    let able = |flags: &&'static str| Command::new("unshare").args(inside(flags)).arg(disk).arg("true").status().is_ok_and(|s| s.success());
    ["-m", "-rm"].into_iter().find(able).unwrap_or_else(|| {
        panic!(
            "this system allows no mount namespace, so there is no small disk to fill: run the test as root, allow user namespaces (`sysctl \
             kernel.apparmor_restrict_unprivileged_userns=0`), or leave it out: `cargo nextest run -E 'not test(full_disk::)'`"
        )
    })
}

fn serve_on_a_small_disk(disk: &Path) -> Server {
    let flags = flag_of_unshare(disk);
    serve_in(Some(("unshare", &[&inside(flags)[..], &[disk.to_str().unwrap()]].concat())), &disk.join("data"), &[])
}

fn request(seed: u64) -> Value {
    json!({"bg_prompt": "wooden table", "text_content": null, "width": 256, "height": 256, "seed": seed})
}

fn finished(server: &Server, id: &str) -> Value {
    loop {
        let status = call(server, "GET", &format!("/status/{id}?images=false"), None);
        if !["pending", "running"].contains(&status["status"].as_str().unwrap()) {
            return status;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Writes until nothing more fits, then leaves so many bytes.
fn fill(path: &Path, leave: u64) {
    let mut file = fs::File::create(path).unwrap();
    while file.write_all(&[7; 4096]).is_ok() {}
    let size = file.metadata().unwrap().len();
    file.set_len(size - leave).unwrap();
}

#[test]
fn a_full_disk_loses_nothing_and_is_usable_again() {
    let outer = tempfile::tempdir().unwrap();
    let server = serve_on_a_small_disk(outer.path());
    // The disk as the server sees it.
    let disk = PathBuf::from(format!("/proc/{}/root{}", server.child.id(), outer.path().display()));
    let (jobs, filler) = (disk.join("data/jobs"), disk.join("filler"));
    let first = call(&server, "POST", "/generate", Some(&request(1)))["job_id"].as_str().unwrap().to_owned();
    assert_eq!(finished(&server, &first)["status"], "completed");
    let picture = fs::read(jobs.join(&first).join("final.png")).unwrap();

    fill(&filler, 0);
    let refused = call(&server, "POST", "/generate", Some(&request(2)));
    let sentence = refused["detail"].as_str().unwrap_or_else(|| panic!("{refused}")).to_owned();
    assert!(sentence.starts_with("The disk is full, so nothing can be saved in "), "{sentence}");
    assert_eq!(fs::read_dir(&jobs).unwrap().count(), 1, "no folder is left behind");
    let storage = call(&server, "GET", "/health", None)["storage"].clone();
    assert_eq!((&storage["writable"], &storage["message"]), (&json!(false), &json!(sentence)));
    let annotated = call(&server, "POST", &format!("/jobs/{first}/annotation"), Some(&json!({"starred": true})));
    assert_eq!(annotated["detail"], sentence);

    // Room for the record and no picture.
    fill(&filler, 12 << 10);
    let half = call(&server, "POST", "/generate", Some(&request(3)))["job_id"].as_str().unwrap().to_owned();
    let status = finished(&server, &half);
    assert_eq!((&status["status"], &status["message"]), (&json!("failed"), &json!(sentence)));
    assert_eq!(fs::read(jobs.join(&first).join("final.png")).unwrap(), picture);

    // A deleted job's space is there when it is needed.
    assert_eq!(call(&server, "DELETE", &format!("/jobs/{half}"), None)["message"], "Job deleted");
    fs::remove_file(&filler).unwrap();
    let second = call(&server, "POST", "/generate", Some(&request(4)))["job_id"].as_str().unwrap().to_owned();
    assert_eq!(finished(&server, &second)["status"], "completed");
    fill(&filler, 0);
    assert_eq!(call(&server, "DELETE", &format!("/jobs/{first}"), None)["status"], "deleted");
    let third = call(&server, "POST", "/generate", Some(&request(5)));
    assert!(third["job_id"].is_string(), "{third}");
    assert_eq!(finished(&server, third["job_id"].as_str().unwrap())["status"], "completed");
    let restored = call(&server, "POST", &format!("/jobs/{first}/restore"), None);
    assert_eq!(restored["detail"], "Job not found", "the trash was emptied");
}

/// The folder of the small disk for [`on_a_small_disk`].
const DISK: &str = "NANOCOCOA_TEST_DISK";

#[test]
fn a_disk_that_fills_up_in_the_middle_of_a_download_keeps_what_has_arrived() {
    let outer = tempfile::tempdir().unwrap();
    let flags = inside(flag_of_unshare(outer.path()));
    let own = std::env::current_exe().unwrap();
    let test = Command::new("unshare")
        .args(flags)
        .arg(outer.path())
        .arg(own)
        .args(["--exact", "full_disk::on_a_small_disk", "--ignored", "--nocapture"])
        .env(DISK, outer.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&test.stdout);
    assert!(test.status.success() && told.contains("1 passed"), "{told}{}", String::from_utf8_lossy(&test.stderr));
}

/// The disk has room at the start and is full in the middle, as when another program writes to it.
#[test]
#[ignore = "needs a disk of its own: another test runs it there"]
fn on_a_small_disk() {
    let disk = PathBuf::from(std::env::var(DISK).expect("run by the test above"));
    let (models, filler) = (disk.join("models"), disk.join("filler"));
    let fixture = Fixture::new(3 << 20);
    let server = FakeHub::start(fixture.plain());
    let hub = fixture.hub_in(&models, &server.url(), &[]);
    fill(&filler, 1 << 20);
    let error = pull(&hub).unwrap_err();
    assert!(matches!(error, HubError::DiskFull { .. }), "{error}");
    assert!(error.to_string().starts_with("The disk of ") && error.to_string().contains("is full. Free some space"), "{error}");
    let names: Vec<_> = fs::read_dir(&models).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [".nanococoa"], "nothing is placed");
    fs::remove_file(filler).unwrap();
    let before = server.sent();
    pull(&hub).unwrap();
    assert!(fs::read(models.join("tiny").join(BIG)).unwrap() == **fixture.big());
    let again = server.sent() - before;
    assert!(again < (5 << 20) / 2, "{again} bytes of {} came again", 3 << 20);
}
