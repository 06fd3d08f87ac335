//! From a photo to an advertisement and back, in both languages.

use std::time::Duration;

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use nanococoa::engine::SubmitPolicy;
use nanococoa::gui::app::Source;
use nanococoa::job::{ImageName, JobStatus};
use nanococoa::notice;
use nanococoa::notice::Language;
use nanococoa::request::StepNumber;

use crate::common::{Act, Script, picture_base64, raw, request};
use crate::desk::{Desk, Dropped, real, sample};

type Edit = fn(&mut Desk);

fn journey(lang: Language) {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::over(dir.path(), real(dir.path()), Some(lang));
    assert!(desk.has(desk.words("welcome-title")));

    // A photo by path.
    desk.click("product-path");
    desk.fill("path-field", &sample().display().to_string());
    desk.click("path-read");
    desk.until("the photo", |s| s.session.brief.product.is_some());
    desk.harness.state_mut().session.brief.seed = 7;
    desk.fill("scene-title", "wooden table in a café");
    desk.fill("text-title", "신메뉴 출시");
    let first = desk.until_drafted();
    println!("{lang:?}: first draft after {} ms", first.as_millis());

    // Edits, each followed by the draft.
    let picture = |d: &Desk| d.studio().draft().unwrap().picture.pixels.clone();
    let mut last = picture(&desk);
    let edits: [(&str, Edit); 4] = [
        ("text", |d| d.fill("text-title", "오늘의 커피")),
        ("font", |d| {
            d.fill("font-search", "dohyeon");
            let name = if d.studio().lang() == Language::Korean { "배달의민족 도현" } else { "BM DoHyeon" };
            d.click_label(name);
        }),
        ("position", |d| d.click("layers-bottom")),
        ("mode", |d| d.click("layers-behind")),
    ];
    let size = (512, 512);
    (desk.harness.state_mut().session.brief.width, desk.harness.state_mut().session.brief.height) = size;
    desk.until_drafted();
    for (name, edit) in edits {
        edit(&mut desk);
        let took = desk.until_drafted();
        println!("{lang:?}: {name}: window {} ms, engine {:.0} ms", took.as_millis(), desk.studio().draft().unwrap().millis);
        let now = picture(&desk);
        assert_ne!(now, last, "{name} did not show in the draft");
        last = now;
    }

    // Make it.
    desk.click("command-generate");
    desk.until_made(1);
    let one = desk.studio().jobs()[0].clone();
    assert_eq!((one.start_step.get(), one.width), (1, 512));
    assert_eq!(desk.studio().shown(), Source::Job(one.id));
    assert!(desk.has(&lang.notice(&notice!("history-entry", title = "오늘의 커피"))));

    // Only the letters changed: only they and the composite run.
    desk.fill("text-title", "SUMMER");
    desk.until_drafted();
    assert_eq!(desk.studio().shown(), Source::Draft);
    assert_eq!(desk.until_planned(), [(1, true), (2, false), (3, false)]);
    let background = desk.words("step-background");
    assert!(desk.has(&format!("{background}: {}", desk.words("step-kept"))), "the chip says that the background is there");
    desk.click("again-text");
    desk.until_made(2);
    let two = desk.studio().jobs()[0].clone();
    assert_eq!(two.cached_steps, [StepNumber::Background]);
    let bytes = |id| std::fs::read(desk.engine.image_path(id, ImageName::Step1).unwrap()).unwrap();
    let pixels = |id| image::load_from_memory(&bytes(id)).unwrap().into_rgb8();
    assert_eq!(pixels(one.id), pixels(two.id), "the background is the same");

    // Only the composite.
    desk.click("layers-top");
    assert_eq!(desk.until_planned(), [(1, true), (2, true), (3, false)]);
    desk.click("again-composite");
    desk.until_made(3);
    assert_eq!(desk.studio().jobs()[0].cached_steps, [StepNumber::Background, StepNumber::Text]);

    // An old entry comes back, and undo takes that back.
    let changed = desk.studio().session.brief.clone();
    desk.click_label(&lang.notice(&notice!("history-entry", title = "오늘의 커피")));
    desk.click("history-restore");
    desk.until("the old settings", |s| s.session.brief.text == "오늘의 커피");
    desk.frames(2);
    assert_eq!(desk.studio().session.brief.mode, nanococoa::request::CompositionMode::Behind);
    desk.click_label(desk.words("menu-edit"));
    desk.click("command-undo");
    desk.until("what was before", |s| s.session.brief == changed);

    // Export.
    desk.click_label(&lang.notice(&notice!("history-entry", title = "오늘의 커피")));
    let out = dir.path().join("out.jpg");
    desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::E);
    desk.frames(3);
    desk.click_label("JPEG");
    desk.click("export-save");
    desk.until("the path box", |s| s.has_window());
    desk.frames(3);
    desk.fill("path-field", &out.display().to_string());
    desk.click("path-write");
    desk.until("the file", |_| out.is_file());
    assert_eq!(image::open(&out).unwrap().width(), 512);

    // Quit, start again: all still there.
    let brief = desk.studio().session.brief.clone();
    desk.end();
    let mut desk = Desk::over(dir.path(), real(dir.path()), None);
    assert_eq!((desk.studio().lang(), &desk.studio().session.brief), (lang, &brief));
    assert_eq!(desk.studio().jobs().len(), 3);
    desk.until_drafted();
    desk.end();
}

#[test]
fn a_whole_journey_in_korean() {
    journey(Language::Korean);
}

#[test]
fn a_whole_journey_in_english() {
    journey(Language::English);
}

#[test]
fn a_job_can_be_stopped_in_every_step() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    let mut desk = Desk::fake(dir.path(), &script, Language::English);
    desk.fill("scene-title", "sea");
    desk.fill("text-title", "Sale");
    for (i, stage) in ["scene", "sculpt", "harmonize"].into_iter().enumerate() {
        script.set(stage, Act::Slow(Duration::from_secs(30)));
        desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Enter);
        desk.until("a running job", |s| s.jobs().len() == i + 1 && s.jobs()[0].stage.is_some());
        desk.until("the stage", |s| s.jobs()[0].status == JobStatus::Running && s.jobs()[0].step.as_str().contains(["1", "2", "3"][i]));
        desk.click("command-stop");
        desk.until("the stop", |s| s.jobs()[0].status == JobStatus::Stopped);
        script.set(stage, Act::Quick);
    }
    desk.end();
}

#[test]
fn a_stop_shows_at_once_and_esc_stops_the_running_job() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let script = Script::default();
        script.set("scene", Act::Deaf(Duration::from_secs(3)));
        let mut desk = Desk::fake(dir.path(), &script, lang);
        desk.fill("scene-title", "sea");
        desk.click("command-generate");
        desk.until("the stage", |s| s.jobs().first().is_some_and(|j| j.step.number() == Some(StepNumber::Background)));
        // Another one is looked at.
        desk.click_label(desk.words("generate-more"));
        desk.click("command-generate-front");
        desk.until("another one", |s| s.jobs().len() == 2);
        let [other, first] = [0, 1].map(|i| desk.studio().jobs()[i].id);
        desk.harness.state_mut().show(Source::Job(other));
        desk.frames(2);
        // The first Esc may leave a field.
        for _ in 0..2 {
            desk.harness.key_press(egui::Key::Escape);
            desk.frames(2);
        }
        let engine = desk.engine.clone();
        desk.until("the wish", |_| engine.is_stopping(first));
        desk.harness.state_mut().show(Source::Job(first));
        desk.frames(3);
        assert_eq!(desk.studio().job(first).unwrap().status, JobStatus::Running, "the stage has not heard of it yet");
        let stopping = desk.words("step-stopping");
        assert!(desk.has(stopping) && desk.has(&format!("{}: {stopping}", desk.words("step-background"))));
        assert!(!desk.has(desk.words("command-stop")));
        assert_eq!(desk.studio().job(other).unwrap().status, JobStatus::Pending);
        script.set("scene", Act::Quick);
        desk.until("the end", |s| s.job(first).is_some_and(|j| j.status == JobStatus::Stopped));
        desk.until_made(1);
        desk.end();
    }
}

#[test]
fn the_job_that_is_next_is_the_one_in_front() {
    let dir = tempfile::tempdir().unwrap();
    let make = crate::common::fake(&Script::default());
    // The models take their time.
    let slow: nanococoa::backend::BackendFactory = std::sync::Arc::new(move |kind| {
        std::thread::sleep(Duration::from_secs(4));
        make(kind)
    });
    let engine = nanococoa::engine::Engine::start(crate::common::config_in(dir.path()), slow).unwrap();
    let submit = |policy| {
        let spec = nanococoa::engine::parse_request(&engine, raw(request(serde_json::json!({}))), false).unwrap();
        engine.submit(spec, policy).unwrap()
    };
    let first = submit(SubmitPolicy::Enqueue);
    while engine.waiting().contains(&first) {
        std::thread::sleep(Duration::from_millis(5));
    }
    submit(SubmitPolicy::Enqueue);
    let front = submit(SubmitPolicy::Front);
    let mut desk = Desk::over(dir.path(), engine.clone(), Some(Language::English));
    let active = |s: &nanococoa::gui::Studio| s.active().map(|j| j.id);
    assert_eq!(active(desk.studio()), Some(first));
    engine.stop(first);
    desk.until("the stop", |s| s.job(first).is_some_and(|j| j.status == JobStatus::Stopped));
    assert_eq!(active(desk.studio()), Some(front));
    engine.stop_all();
    desk.end();
}

#[test]
fn a_failure_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    script.set("scene", Act::Fail(nanococoa::notice::Notice::verbatim("The card ran out of memory. Choose a smaller size.")));
    let mut desk = Desk::fake(dir.path(), &script, Language::Korean);
    desk.fill("scene-title", "바다");
    desk.click("command-generate");
    desk.until("the failure", |s| s.jobs().first().is_some_and(|j| j.status == JobStatus::Failed));
    desk.frames(3);
    let words = "The card ran out of memory. Choose a smaller size.";
    assert!(desk.has(words) && desk.has(desk.words("canvas-copy-message")));
    // Elsewhere a notification says it.
    let from_rest = request(serde_json::json!({"text_content": "From REST"}));
    let spec = nanococoa::engine::parse_request(&desk.engine, raw(from_rest), false).unwrap();
    desk.engine.submit(spec, SubmitPolicy::RejectIfBusy).unwrap();
    desk.until("the words", |s| s.notifications().iter().any(|t| t.contains("Choose a smaller size")));
    desk.end();
}

#[test]
fn jobs_of_other_doors_show_up_and_can_be_deleted_with_undo() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    let from_rest = request(serde_json::json!({"text_content": "From REST"}));
    let spec = nanococoa::engine::parse_request(&desk.engine, raw(from_rest), false).unwrap();
    desk.engine.submit(spec, SubmitPolicy::RejectIfBusy).unwrap();
    desk.until_made(1);
    desk.frames(3);
    desk.click_label("History: From REST");
    desk.click("history-restore");
    desk.until("its settings", |s| s.session.brief.text == "From REST" && s.session.brief.product.is_some());
    let (id, before) = (desk.studio().jobs()[0].id, desk.engine.changes());
    // Twice before the window has seen it once: as it was.
    desk.click("history-star");
    desk.click("history-star");
    let engine = desk.engine.clone();
    desk.until("both", |_| engine.changes() >= before + 2);
    assert!(!desk.engine.snapshot(id).unwrap().starred);
    desk.click("history-star");
    desk.until("the star", |s| s.jobs()[0].starred);
    desk.click("history-delete");
    desk.until("the empty history", |s| s.jobs().is_empty() && !s.notifications().is_empty());
    assert_eq!(desk.engine.trashed().len(), 1);
    desk.frames(2);
    desk.click("toast-undo");
    desk.until("the job again", |s| s.jobs().len() == 1);
    assert!(desk.studio().jobs()[0].starred);
    // Also when the notification has gone.
    desk.frames(2);
    desk.click_label("History: From REST");
    desk.click("history-delete");
    desk.until("the empty history", |s| s.jobs().is_empty());
    desk.frames(300);
    assert!(desk.studio().notifications().is_empty());
    desk.click_label(desk.words("menu-edit"));
    desk.click("command-take-back");
    desk.until("the job again", |s| s.jobs().len() == 1);
    desk.end();
}

/// Makes the job under the chosen card again, by its menu.
fn again(desk: &mut Desk, key: &'static str, count: usize) -> std::sync::Arc<nanococoa::job::JobSnapshot> {
    desk.click("history-more");
    desk.click(key);
    desk.until_made(count);
    desk.frames(3);
    desk.studio().jobs()[0].clone()
}

#[test]
fn jobs_of_other_doors_are_made_again_from_their_own_pictures() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    let given = crate::common::photo_base64(256, 256);
    let from_rest = serde_json::json!({
        "start_step": 2, "step1_image": given, "text_content": "From REST",
        "text_guidance_scale": 9.5, "composition_prompt": "warm light", "seed": 3,
    });
    let submit = |desk: &Desk, fields: &serde_json::Value| {
        let spec = nanococoa::engine::parse_request(&desk.engine, raw(fields.as_object().unwrap().clone()), false).unwrap();
        desk.engine.submit(spec, SubmitPolicy::RejectIfBusy).unwrap()
    };
    let first = submit(&desk, &from_rest);
    desk.until_made(1);
    let scene = |desk: &Desk, id| image::open(desk.engine.image_path(id, ImageName::Step1).unwrap()).unwrap().into_rgb8();
    desk.frames(3);
    for (key, start, count) in [("command-from-text", 2, 2), ("command-from-composite", 2, 3)] {
        desk.click_label("History: From REST");
        let job = again(&mut desk, key, count);
        assert_eq!((job.start_step.get(), job.seed), (start, 3), "{key}");
        assert_eq!(scene(&desk, job.id), scene(&desk, first), "{key}: the scene is the one that was given");
        assert_eq!(job.parameters["text_guidance_scale"], 9.5);
        assert_eq!(job.parameters["composition_prompt"], "warm light");
    }
    desk.end();

    // Where the background was painted here, the settings come with its photo.
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    let first = submit(&desk, &serde_json::Value::Object(request(serde_json::json!({"bg_prompt": "harbour", "text_content": "First"}))));
    desk.until_made(1);
    let step1 = picture_base64(&desk.engine, first, ImageName::Step1);
    submit(&desk, &serde_json::json!({"start_step": 2, "step1_image": step1, "text_content": "Second", "seed": 3}));
    desk.until_made(2);
    desk.frames(3);
    desk.click_label("History: Second");
    desk.click("history-restore");
    desk.until("the settings", |s| s.session.brief.text == "Second");
    let brief = desk.studio().session.brief.clone();
    assert_eq!((brief.scene.as_str(), brief.product.map(|p| (p.width, p.height))), ("harbour", Some((48, 40))));
    assert_eq!(desk.until_planned()[0], (1, true), "the background is the one that is there");
    desk.end();
}

#[test]
fn a_result_of_another_machine_leaves_the_photo_on_the_desk() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut desk = Desk::fake(other.path(), &Script::default(), Language::English);
    desk.fill("text-title", "From afar");
    desk.click("command-generate");
    desk.until_made(1);
    let path = dir.path().join("theirs.png");
    std::fs::copy(desk.engine.image_path(desk.studio().jobs()[0].id, ImageName::Final).unwrap(), &path).unwrap();
    desk.end();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.harness.state_mut().open(sample());
    desk.until("the photo", |s| s.session.brief.product.is_some());
    let photo = desk.studio().session.brief.product.clone();
    desk.harness.state_mut().open(path);
    desk.until("the settings", |s| s.session.brief.text == "From afar");
    assert_eq!(desk.studio().session.brief.product, photo);
    desk.end();
}

#[test]
fn variations_and_sizes_wait_in_the_queue() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.fill("scene-title", "sea");
    desk.click("generate-more");
    desk.click("command-size-set");
    desk.until_made(4);
    let mut sizes: Vec<_> = desk.studio().jobs().iter().map(|j| (j.width, j.height)).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [(1008, 1792), (1024, 1024), (1024, 1280), (1792, 1008)]);
    desk.click("generate-more");
    desk.click("command-variations");
    desk.until_made(8);
    desk.end();
}

#[test]
fn a_result_dropped_on_the_window_restores_its_settings() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.fill("text-title", "Drop me");
    desk.click("command-generate");
    desk.until_made(1);
    let id = desk.studio().jobs()[0].id;
    let path = desk.engine.image_path(id, ImageName::Final).unwrap();
    desk.fill("text-title", "Something else");
    desk.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(path)));
    desk.until("the settings", |s| s.session.brief.text == "Drop me");

    // One that was made elsewhere does not hold its photo, which is said.
    let foreign = dir.path().join("foreign.png");
    std::fs::copy(desk.engine.image_path(id, ImageName::Final).unwrap(), &foreign).unwrap();
    desk.engine.delete(id).unwrap();
    desk.fill("text-title", "Something else");
    desk.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(foreign)));
    desk.until("the settings", |s| s.session.brief.text == "Drop me");
    // It was made without a photo: none is asked for.
    assert!(desk.has(desk.words("toast-restored")) && !desk.has(desk.words("toast-restored-no-photo")));
    desk.end();
}

#[test]
fn the_server_switch_serves_the_same_engine() {
    use std::io::{Read as _, Write as _};
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.fill("text-title", "Same");
    desk.click("command-generate");
    desk.until_made(1);
    let id = desk.studio().jobs()[0].id.to_string();
    desk.click("command-server");
    desk.fill("server-address", "0.0.0.0:0");
    assert!(desk.has(desk.words("server-needs-token")));
    desk.fill("server-address", "127.0.0.1:0");
    desk.click("server-start");
    desk.until("the server", |s| s.server_address().is_some());
    let mut stream = std::net::TcpStream::connect(desk.studio().server_address().unwrap()).unwrap();
    stream.write_all(b"GET /jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(&id), "{answer}");
    desk.frames(6);
    desk.click("server-stop");
    desk.until("the end of the server", |s| s.server_address().is_none());
    desk.end();
}

/// The first line of the answer to a caller who found the machine by this name.
fn answer(port: u16, host: &str) -> String {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let call = format!("GET /jobs HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer opensesameopensesame\r\nConnection: close\r\n\r\n");
    stream.write_all(call.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_server_on_every_address_answers_other_machines_and_its_address_is_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.click("command-server");
    desk.fill("server-address", "0.0.0.0:0");
    desk.fill("server-token", "opensesameopensesame");
    let token = desk.words("server-token");
    let role = desk.harness.query_all_by_label(token).map(|n| n.accesskit_node().role()).find(|r| *r == egui::Role::PasswordInput);
    assert!(role.is_some(), "the token is not to be read over a shoulder");
    desk.click("server-start");
    desk.until("the server", |s| s.server_address().is_some());
    let port = desk.studio().server_address().unwrap().port();
    assert!(answer(port, &format!("192.168.7.20:{port}")).contains("200"));
    assert!(answer(port, "evil.example").contains("403"));
    desk.end();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.click("command-server");
    let name = desk.words("server-address");
    let field = desk.harness.query_all_by_label(name).find(|n| n.accesskit_node().is_text_input()).unwrap();
    assert_eq!(field.accesskit_node().value().as_deref(), Some("0.0.0.0:0"));
    let session = std::fs::read_to_string(dir.path().join("studio/session.json")).unwrap();
    assert!(!session.contains("opensesameopensesame"), "the token stays out of the file");
    desk.end();
}

#[test]
fn a_project_is_saved_and_opened_with_its_photo() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.harness.state_mut().open(sample());
    desk.until("the photo", |s| s.session.brief.product.is_some());
    desk.fill("text-title", "Project");
    let brief = desk.studio().session.brief.clone();
    let path = dir.path().join("autumn.ncocoa");
    desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
    desk.until("the path box", |s| s.has_window());
    desk.frames(3);
    desk.fill("path-field", &path.display().to_string());
    desk.click("path-write");
    desk.until("the file", |_| path.is_file());
    // Who gets it reads nothing about this machine.
    let bytes = std::fs::read(&path).unwrap();
    let mut parts = nanococoa::engine::project::Project::open(&bytes).unwrap();
    for part in ["project.json", "request.json"] {
        let json = String::from_utf8(parts.part(part).unwrap()).unwrap();
        assert!(!json.contains(&dir.path().display().to_string()), "{json}");
    }
    desk.click_label(desk.words("menu-file"));
    desk.click("command-new");
    assert!(desk.studio().session.brief.is_blank());
    std::fs::remove_file(&brief.product.as_ref().unwrap().path).unwrap();
    desk.harness.state_mut().open(path);
    desk.until("the project", |s| s.session.brief == brief);
    assert_eq!(desk.studio().session.project, "autumn");
    assert!(brief.product.unwrap().path.is_file());
    desk.end();
}

#[test]
fn a_stopped_job_is_continued_and_one_can_be_let_in_front() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    script.set("sculpt", Act::Slow(Duration::from_secs(30)));
    let mut desk = Desk::fake(dir.path(), &script, Language::Korean);
    desk.fill("scene-title", "바다");
    desk.fill("text-title", "여름 특가");
    desk.click("command-generate");
    desk.until("the letters", |s| s.jobs().first().is_some_and(|j| j.step.number() == Some(StepNumber::Text)));
    // Two more wait; the last one is let in front.
    for key in [egui::Modifiers::COMMAND, egui::Modifiers::COMMAND | egui::Modifiers::SHIFT] {
        let seed = desk.studio().session.brief.seed;
        desk.harness.state_mut().session.brief.seed = seed + 1;
        let before = desk.studio().jobs().len();
        desk.harness.key_press_modifiers(key, egui::Key::Enter);
        desk.until("one more", |s| s.jobs().len() == before + 1);
    }
    let last = desk.studio().jobs()[0].id;
    assert_eq!(desk.engine.waiting()[0], last);
    desk.click_label(desk.words("menu-make"));
    desk.click("command-stop-all");
    desk.until("rest", |s| s.active_count() == 0);
    script.set("sculpt", Act::Quick);
    let first = desk.studio().jobs()[2].clone();
    assert_eq!(first.status, JobStatus::Stopped);
    // The oldest card is the last one.
    desk.click_label(&Language::Korean.notice(&notice!("history-entry", title = "여름 특가")));
    assert_eq!(desk.studio().shown(), Source::Job(first.id));
    desk.click("history-resume");
    desk.until_made(1);
    let job = desk.studio().jobs()[0].clone();
    assert_eq!((job.start_step.get(), job.seed), (2, first.seed));
    desk.end();
}

#[test]
fn a_photo_is_dropped_and_previews_show_while_a_step_runs() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let script = Script::default();
        let mut desk = Desk::fake(dir.path(), &script, lang);
        desk.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(sample())));
        desk.until("the photo", |s| s.session.brief.product.as_ref().is_some_and(|p| p.name == "coffee.png"));
        desk.until_drafted();
        desk.fill("text-title", "Sale");
        script.set("scene", Act::Slow(Duration::from_secs(30)));
        desk.click("command-generate");
        desk.until("a preview", |s| s.jobs().first().is_some_and(|j| j.preview.is_some()));
        let job = desk.studio().jobs()[0].clone();
        assert_eq!(desk.studio().shown(), Source::Job(job.id));
        desk.frames(3);
        assert!(desk.has(desk.words("command-stop")));
        desk.click("command-stop");
        desk.until("the stop", |s| s.active_count() == 0);
        desk.end();
    }
}
