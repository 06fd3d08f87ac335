//! Models in the window, from a hub on loopback: licence, progress, pause, a restart, failure, deletion.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use egui_kittest::kittest::Queryable as _;
use nanococoa::gui::commands::UiCommand;
use nanococoa::hub::{Hub, Limits, Registry, Source};
use nanococoa::notice;
use nanococoa::notice::{Language, Notice};

use crate::common::Script;
use crate::desk::Desk;
use crate::fake_hub::{FakeHub, Reply, bytes};

const TITLE: &str = "Tiny";
const SIZE: usize = 4 << 20;

/// A studio whose hub has one more set.
fn desk(dir: &Path, server: &FakeHub, lang: Language) -> Desk {
    let folder = dir.join("registry.d");
    std::fs::create_dir_all(&folder).unwrap();
    let tiny = r#"
        [[parts]]
        key = "tiny"
        title = "Tiny"
        repository = "acme/tiny"
        revision = "main"
        format = "config"
        licence = "openrail"
        gigabytes = 0.004
        files = [{ path = "model.safetensors" }]
        [[sets]]
        key = "tiny"
        title = "Tiny"
        family = "none"
        memory_gb = { from = 1 }
        contents = [{ part = "tiny", folder = "tiny" }]
    "#;
    std::fs::write(folder.join("tiny.toml"), tiny).unwrap();
    let endpoint = server.url();
    let source = Source::from_variables(|name| (name == "HF_ENDPOINT").then(|| endpoint.clone()), None).unwrap();
    let limits = Limits { spare: 0, first_pause: Duration::from_millis(2), ..Limits::default() };
    let hub = Hub::new(&dir.join("models"), Registry::load(dir).unwrap(), source).with_limits(limits, |_| None);
    let mut desk = Desk::fake(dir, &Script::default(), lang);
    desk.harness.state_mut().use_hub(hub);
    let ctx = desk.harness.ctx.clone();
    desk.harness.state_mut().execute(&ctx, UiCommand::Models);
    wait(&mut desk, "the sets", |desk| desk.has(TITLE));
    desk
}

fn wait(desk: &mut Desk, what: &str, done: impl Fn(&Desk) -> bool) {
    let start = Instant::now();
    while !done(desk) {
        assert!(start.elapsed() < Duration::from_secs(60), "never: {what}; the studio says {:?}", desk.studio().notifications());
        desk.harness.step();
        std::thread::sleep(Duration::from_millis(4));
    }
}

fn words(desk: &Desk, notice: &Notice) -> String {
    desk.studio().lang().notice(notice)
}

/// Clicks what has this name.
fn click(desk: &mut Desk, notice: &Notice) {
    let words = words(desk, notice);
    desk.harness.get_by_label(&words).click();
    desk.frames(3);
}

fn journey(lang: Language) {
    let dir = tempfile::tempdir().unwrap();
    let content = bytes(3, SIZE);
    let slow = Arc::new(AtomicBool::new(true));
    let server = FakeHub::start({
        let (content, slow) = (Arc::clone(&content), Arc::clone(&slow));
        move |request| {
            let pace = slow.load(Ordering::Acquire).then_some((4096, Duration::from_millis(2)));
            Reply { pace, ..Reply::content(request, &content, "v1") }
        }
    });
    let download = notice!("models-download-set", title = TITLE);
    let mut at = desk(dir.path(), &server, lang);
    // The licence in plain words comes before the first byte, and a change of mind costs nothing.
    click(&mut at, &download);
    let plain_words = words(&at, &notice!("hub-sale-rules"));
    assert!(at.has("CreativeML Open RAIL++-M") && at.has(&plain_words));
    at.click("window-cancel");
    assert!(!at.has(&plain_words) && server.seen().is_empty());
    click(&mut at, &download);
    at.click("models-agree");
    let pause = notice!("models-pause-set", title = TITLE);
    wait(&mut at, "some progress", |desk| desk.has(&words(desk, &pause)) && server.sent() > 200_000);
    click(&mut at, &pause);
    wait(&mut at, "the pause", |desk| !desk.has(&words(desk, &pause)) && desk.has(&words(desk, &download)));
    assert!(!dir.path().join("models/tiny").exists());
    let kept = server.sent();
    at.end();
    // Another start continues.
    slow.store(false, Ordering::Release);
    let mut at = desk(dir.path(), &server, lang);
    assert!(at.has(at.words("models-continue")) || at.has(&words(&at, &download)));
    click(&mut at, &download);
    at.click("models-agree");
    let verify = notice!("models-verify-set", title = TITLE);
    wait(&mut at, "the end", |desk| desk.has(&words(desk, &verify)));
    let file = dir.path().join("models/tiny/model.safetensors");
    assert!(std::fs::read(&file).unwrap() == *content && kept < SIZE as u64);
    assert!(at.studio().notifications().contains(&words(&at, &notice!("models-toast-ready"))));
    click(&mut at, &verify);
    let whole = words(&at, &notice!("models-toast-whole", count = 1));
    wait(&mut at, "the check", |desk| desk.studio().notifications().contains(&whole));
    // Deleting asks first.
    wait(&mut at, "the end of the check", |desk| desk.has(&words(desk, &verify)));
    click(&mut at, &notice!("models-delete-set", title = TITLE));
    assert!(file.is_file());
    at.click("models-delete-now");
    wait(&mut at, "the deletion", |desk| desk.has(&words(desk, &download)));
    assert!(!file.exists());
    at.end();
}

#[test]
fn a_set_is_downloaded_paused_continued_checked_and_deleted() {
    for lang in Language::ALL {
        journey(lang);
    }
}

#[test]
fn a_failure_says_what_to_do() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let server = FakeHub::start(|_| Reply::status(401).with("X-Error-Code", "GatedRepo"));
        let mut at = desk(dir.path(), &server, lang);
        click(&mut at, &notice!("models-download-set", title = TITLE));
        at.click("models-agree");
        let page = format!("{}/acme/tiny", server.url());
        let told = words(&at, &notice!("hub-gated", repository = "acme/tiny", page = page));
        wait(&mut at, "the reason", |desk| desk.has(&told));
        wait(&mut at, "the notification", |desk| desk.studio().notifications().contains(&told));
        at.end();
    }
}
