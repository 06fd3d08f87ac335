//! What stands on the canvas and who made it: never another brief's picture, never a draft without saying so.

use std::sync::Arc;
use std::time::Duration;

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use nanococoa::backend::{Backends, Installation};
use nanococoa::engine::Engine;
use nanococoa::job::{ImageName, JobStatus};
use nanococoa::notice;
use nanococoa::notice::Language;

use crate::common::{Act, Script, config_in, fake};
use crate::desk::Desk;

/// What the canvas says that it shows.
fn caption(desk: &Desk) -> String {
    let node = desk.harness.get_by_label(desk.words("canvas-picture"));
    node.accesskit_node().value().unwrap_or_default()
}

#[test]
fn a_job_that_failed_shows_what_it_came_to_and_nothing_else() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let script = Script::default();
        script.set("sculpt", Act::Fail(nanococoa::notice::Notice::verbatim("No letters today.")));
        let mut desk = Desk::fake(dir.path(), &script, lang);
        desk.fill("scene-title", "sea");
        desk.fill("text-title", "Sale");
        desk.click("command-generate");
        desk.until("the failure", |s| s.jobs().first().is_some_and(|j| j.status == JobStatus::Failed));
        let id = desk.studio().jobs()[0].id;
        desk.until("the picture", |s| !s.is_loading());
        desk.frames(3);
        let only = lang.notice(&notice!("canvas-only-to-background", caption = ""));
        assert!(caption(&desk).ends_with(only.trim()), "{}", caption(&desk));
        desk.click("tab-text");
        assert!(desk.has(desk.words("canvas-nothing-of-step")));
        desk.click("tab-final");

        // Before its first picture there is nothing, above all not the draft.
        script.set("scene", Act::Fail(nanococoa::notice::Notice::verbatim("No scene today.")));
        desk.fill("scene-title", "mountain");
        desk.click("command-generate");
        desk.until("the failure", |s| s.jobs().len() == 2 && s.jobs()[0].status == JobStatus::Failed);
        desk.frames(3);
        assert!(desk.has(desk.words("canvas-nothing-made")));

        // A file that is damaged is said to be.
        let path = desk.engine.image_path(id, ImageName::Step1).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 16].fill(0x55);
        std::fs::write(&path, bytes).unwrap();
        desk.end();
        let mut desk = Desk::fake(dir.path(), &script, lang);
        desk.click_label(&lang.notice(&notice!("history-entry", title = "Sale")));
        desk.click_label(&lang.notice(&notice!("history-entry", title = "Sale")));
        desk.until("the look", |s| !s.is_loading());
        desk.frames(3);
        assert!(desk.has(desk.words("canvas-damaged")));
        desk.end();
    }
}

#[test]
fn a_preview_shows_on_the_tab_of_its_step() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    script.set("scene", Act::Slow(Duration::from_secs(30)));
    let mut desk = Desk::fake(dir.path(), &script, Language::English);
    desk.fill("scene-title", "sea");
    desk.fill("text-title", "Sale");
    desk.until_drafted();
    desk.click("command-generate");
    desk.until("a preview", |s| s.jobs().first().is_some_and(|j| j.preview.is_some()));
    desk.frames(2);
    for (tab, meanwhile) in [("tab-background", false), ("tab-text", true), ("tab-final", false)] {
        desk.click(tab);
        let words = caption(&desk);
        assert_eq!(words.ends_with("draft meanwhile"), meanwhile, "{tab}: {words}");
    }
    desk.click("command-stop");
    desk.until("the stop", |s| s.active_count() == 0);
    desk.end();
}

/// An engine that has the models, and does what the script says.
fn with_models(dir: &std::path::Path, script: &Script) -> Engine {
    let engines = Backends {
        version: Arc::new(nanococoa::backend::backend_version),
        make: fake(script),
        available: Arc::new(|_| Ok(nanococoa::notice!("diffusion-ready", device = "CPU"))),
        installed: Arc::new(|| {
            let none = Backends::draft_only(fake(&Script::default()));
            Installation { device: Some("CPU".into()), ..(none.installed)() }
        }),
    };
    Engine::start_with(config_in(dir), engines).unwrap()
}

#[test]
fn the_draft_has_the_cut_out_that_the_models_made_of_this_photo() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::over(dir.path(), with_models(dir.path(), &Script::default()), Some(Language::English));
    desk.harness.state_mut().open(crate::desk::sample());
    desk.until_drafted();
    // The fake cuts a block out of the middle, which is no cup.
    let block = |s: &nanococoa::gui::Studio| {
        let mask = s.draft().unwrap().auto_mask.unwrap();
        let (w, h) = mask.dimensions();
        let inside = |x: u32, y: u32| x.abs_diff(w / 2) < w / 4 && y.abs_diff(h / 2) < h / 4;
        let wrong = mask.enumerate_pixels().filter(|(x, y, p)| (p.0[0] > 127) != inside(*x, *y)).count();
        wrong * 50 < mask.pixels().len()
    };
    assert!(!block(desk.studio()));
    desk.click("command-generate");
    desk.until_made(1);
    desk.until("the draft with the mask of the job", block);
    let id = desk.studio().jobs()[0].id;
    assert_eq!(desk.studio().shown(), nanococoa::gui::app::Source::Job(id), "the result stays on the canvas");
    // The draft engine will cut out by itself.
    desk.harness.state_mut().session.brief.engine = nanococoa::request::BackendChoice::Draft;
    desk.until("the draft with its own mask", |s| !block(s));
    desk.end();
}

#[test]
fn the_studio_says_which_engine_paints_and_lets_the_brief_choose() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let script = Script::default();
        let mut desk = Desk::over(dir.path(), with_models(dir.path(), &script), Some(lang));
        desk.fill("scene-title", "sea");
        desk.until("the plan", |s| s.plan().is_some());
        desk.frames(3);
        let flux = lang.notice(&notice!("top-engine-diffusion", device = "CPU"));
        assert!(desk.has(&flux));
        desk.click("command-generate");
        desk.until_made(1);
        desk.until("the picture", |s| !s.is_loading());
        desk.frames(3);
        assert!(caption(&desk).ends_with("FLUX"), "{}", caption(&desk));

        // Every model is named, with its licence.
        desk.click_label(&flux);
        desk.frames(3);
        for name in ["FLUX.1 schnell / dev", "T5-XXL + CLIP-L", "SDXL base 1.0", "ControlNet canny SDXL", "BiRefNet", "U²-Netp"] {
            assert!(desk.has(name), "{name}");
        }
        assert!(desk.has("CreativeML Open RAIL++-M"));
        let draft = desk.words("advanced-engine-draft");
        desk.click_label(draft);
        assert_eq!(desk.studio().session.brief.engine, nanococoa::request::BackendChoice::Draft);
        desk.harness.key_press(egui::Key::Escape);
        desk.until("the plan", |s| s.plan().is_some());
        desk.frames(3);
        assert!(desk.has(desk.words("top-engine-draft")) && !desk.has(&flux));
        desk.end();
    }
}

#[test]
fn what_is_exported_is_what_was_chosen_and_no_file_is_replaced_by_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    for (made, (scene, width)) in [("sea", 256), ("mountain", 512)].into_iter().enumerate() {
        desk.fill("scene-title", scene);
        desk.harness.state_mut().session.brief.width = width;
        desk.click("command-generate");
        desk.until_made(made + 1);
        desk.frames(3);
    }
    desk.click_label("History: sea");
    desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::E);
    desk.frames(3);
    assert!(!desk.has(desk.words("export-not-shown")));
    desk.click("export-save");
    desk.until("the path box", |s| s.window_name() == Some("path"));
    desk.frames(3);
    // Another result arrives meanwhile.
    let other = desk.studio().jobs()[0].id;
    desk.harness.state_mut().show(nanococoa::gui::app::Source::Job(other));
    let out = dir.path().join("out.png");
    std::fs::write(&out, b"somebody's").unwrap();
    desk.fill("path-field", &out.display().to_string());
    desk.harness.key_press(egui::Key::Enter);
    desk.until_shown("path-exists");
    desk.fill("path-field", &out.display().to_string());
    desk.harness.key_press(egui::Key::Enter);
    desk.frames(4);
    std::thread::sleep(std::time::Duration::from_millis(100));
    desk.frames(4);
    assert_eq!(std::fs::read(&out).unwrap(), b"somebody's", "Enter replaces nothing");
    desk.click("path-replace");
    desk.until("the file", |_| image::open(&out).is_ok());
    assert_eq!(image::open(&out).unwrap().width(), 256);

    // With the draft on the canvas the window says that the last result is meant.
    desk.harness.state_mut().show(nanococoa::gui::app::Source::Draft);
    desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::E);
    desk.frames(3);
    assert!(desk.has(desk.words("export-not-shown")));
    desk.end();
}
