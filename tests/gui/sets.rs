//! One advertisement in several formats, and variations: by label, in both languages.

use std::collections::BTreeSet;
use std::time::Duration;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use nanococoa::gui::view::Source;
use nanococoa::job::JobStatus;
use nanococoa::notice;
use nanococoa::notice::Language;

use crate::common::{Act, Script};
use crate::desk::{Desk, sample};

fn press(desk: &mut Desk, modifiers: Modifiers, key: Key) {
    desk.harness.key_press_modifiers(modifiers, key);
    desk.frames(3);
}

const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

/// Ticks a format.
fn tick(desk: &mut Desk, id: &str) -> String {
    let catalogue = nanococoa::formats::Catalogue::embedded();
    let spec = catalogue.get(id).unwrap();
    let name = spec.name(desk.studio().lang()).to_owned();
    let words = format!("{name}  {}×{}", spec.width, spec.height);
    desk.harness.get_all_by_label(&words).last().unwrap().scroll_to_me();
    desk.frames(6);
    desk.click_label(&words);
    name
}

fn start(desk: &mut Desk, count: usize, folder: &std::path::Path) {
    let words = desk.studio().lang().notice(&notice!("set-start", count = count));
    desk.harness.get_all_by_label(&words).last().unwrap().scroll_to_me();
    desk.frames(6);
    desk.click_label(&words);
    desk.until("the path box", |s| s.window_name() == Some("path"));
    desk.frames(3);
    desk.fill("path-field", &folder.display().to_string());
    desk.click("path-read");
}

fn journey(lang: Language) {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    let mut desk = Desk::fake(dir.path(), &script, lang);
    desk.fill("scene-title", "sea");
    desk.fill("text-title", "Sale");
    desk.click("command-generate");
    desk.until_made(1);
    desk.frames(3);
    let shown = desk.studio().shown();
    assert!(matches!(shown, Source::Job(_)));

    press(&mut desk, CTRL_SHIFT, Key::E);
    assert_eq!(desk.studio().window_name(), Some("set"));
    tick(&mut desk, "instagram-square");
    let link = tick(&mut desk, "meta-link");
    // A pattern that cannot be used is told before anything is made.
    desk.fill("set-pattern", "{size}");
    assert!(desk.has(&lang.notice(&notice!(
        "set-pattern-unknown",
        placeholder = "{size}",
        known = ["{name}", "{format}", "{width}", "{height}", "{number}"].map(str::to_owned).to_vec()
    ))));
    desk.fill("set-pattern", "{name}-{format}-{width}");
    let out = dir.path().join("세트");
    start(&mut desk, 2, &out);
    desk.until("the set", |s| s.set_entries().len() == 2 && !s.is_making_set());
    desk.frames(3);
    for (file, size) in [("Sale-instagram-square-1080.jpg", (1080, 1080)), ("Sale-meta-link-1200.jpg", (1200, 628))] {
        assert_eq!(image::image_dimensions(out.join(file)).unwrap(), size);
    }
    assert_eq!((desk.studio().window_name(), desk.studio().shown()), (Some("set"), shown));
    assert!(desk.studio().notifications().iter().any(|words| words.contains("세트")), "{:?}", desk.studio().notifications());

    // One result is corrected alone, as a project of its own.
    let kept = (dir.path().join("master.ncocoa"), desk.studio().session.brief.clone());
    desk.harness.state_mut().session.saved = Some(kept);
    desk.frames(2);
    desk.click_label(&lang.notice(&notice!("set-correct", format = link)));
    assert!(!desk.studio().has_window());
    let session = &desk.studio().session;
    assert_eq!((session.brief.width, session.brief.height, session.brief.text.as_str()), (1200, 628, "Sale"));
    assert_eq!((session.project.as_str(), session.saved.is_some()), ("Sale meta-link", false));
    desk.fill("text-title", "Sale now");
    desk.click("command-generate");
    desk.until_made(4);
    desk.frames(3);
    press(&mut desk, Modifiers::COMMAND, Key::E);
    // Its format is chosen already.
    assert!(desk.has(&lang.notice(&notice!("format-limits", width = "1200", height = "628", file = "JPEG", most = "30000"))));
    press(&mut desk, Modifiers::NONE, Key::Escape);

    // The window is free meanwhile, and a stop ends the set.
    press(&mut desk, CTRL_SHIFT, Key::E);
    script.set("scene", Act::Slow(Duration::from_secs(60)));
    if desk.has(desk.words("set-again")) {
        desk.click("set-again");
    }
    tick(&mut desk, "instagram-story");
    start(&mut desk, 3, &out);
    desk.until("the first job", |s| s.jobs().iter().any(|job| job.status == JobStatus::Running));
    desk.frames(3);
    desk.click("set-hide");
    assert!(!desk.studio().has_window());
    desk.fill("text-title", "Meanwhile");
    assert_eq!(desk.studio().session.brief.text, "Meanwhile");
    press(&mut desk, Modifiers::NONE, Key::Escape);
    desk.until("a result to export", |s| s.shown() == Source::Draft || s.active_count() == 1);
    let ctx = desk.harness.ctx.clone();
    desk.harness.state_mut().execute(&ctx, nanococoa::gui::commands::UiCommand::FormatSet);
    desk.frames(3);
    desk.click("set-stop");
    desk.until("the end", |s| !s.is_making_set());
    script.set("scene", Act::Quick);
    desk.end();
}

#[test]
fn formats_are_made_stopped_and_corrected_alone_in_korean() {
    journey(Language::Korean);
}

#[test]
fn formats_are_made_stopped_and_corrected_alone_in_english() {
    journey(Language::English);
}

#[test]
fn variations_are_no_copies_of_what_was_made() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.fill("scene-title", "marble counter");
    desk.fill("text-title", "Sale");
    desk.click("command-generate");
    desk.until_made(1);
    let first = desk.studio().session.brief.clone();
    for made in [5, 9] {
        desk.click("generate-more");
        desk.click("command-variations");
        desk.until_made(made);
        desk.frames(3);
    }
    let briefs = &desk.studio().session.job_briefs;
    assert_eq!(briefs.len(), 9);
    let distinct = |value: &dyn Fn(&nanococoa::gui::state::Brief) -> String| briefs.values().map(value).collect::<BTreeSet<_>>().len();
    assert_eq!(distinct(&|b| b.seed.to_string()), 9);
    assert_eq!(briefs.values().filter(|b| b.is_same_job(&first)).count(), 1);
    assert!(distinct(&|b| b.scene.clone()) >= 5 && distinct(&|b| format!("{:?}", b.position)) >= 3);
    assert!(desk.studio().jobs().iter().all(|job| job.cached_steps.is_empty()), "a step was taken from the finished one");
    desk.end();
}

#[test]
fn a_restored_entry_has_its_photo_though_the_studio_lost_its_copy() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = Desk::fake(dir.path(), &Script::default(), lang);
        desk.harness.state_mut().open(sample());
        desk.until("the photo", |s| s.session.brief.product.is_some());
        desk.fill("text-title", "Sale");
        desk.click("command-generate");
        desk.until_made(1);
        let copy = desk.studio().session.brief.product.clone().unwrap().path;
        std::fs::remove_file(&copy).unwrap();
        press(&mut desk, Modifiers::COMMAND, Key::N);
        desk.frames(3);
        desk.click_label(&lang.notice(&notice!("history-entry", title = "Sale")));
        desk.click("history-restore");
        desk.until("the settings", |s| s.session.brief.text == "Sale");
        assert!(desk.studio().session.brief.product.as_ref().is_some_and(|photo| photo.path.is_file()));
        desk.until_drafted();
        assert_eq!(desk.studio().problem(), None);
        desk.end();
    }
}
