//! What comes in and goes out as files: single pictures, font folders, pasted pictures, and the question before quitting.

use std::sync::Arc;

use egui::{Color32, ColorImage, Event, ViewportEvent};
use egui_kittest::kittest::Queryable as _;
use nanococoa::job::JobStatus;
use nanococoa::notice;
use nanococoa::notice::Language;

use crate::common::{Act, Script};
use crate::desk::{Desk, sample};

#[test]
fn single_steps_are_exported() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = Desk::fake(dir.path(), &Script::default(), lang);
        desk.fill("scene-title", "sea");
        desk.fill("text-title", "Sale");
        desk.click("command-generate");
        desk.until_made(1);
        desk.frames(3);
        desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::E);
        desk.frames(3);
        desk.click("tab-text");
        desk.click("export-save");
        desk.until("the path box", |s| s.window_name() == Some("path"));
        desk.frames(3);
        let out = dir.path().join("letters.png");
        desk.fill("path-field", &out.display().to_string());
        desk.click("path-write");
        desk.until("the file", |s| out.is_file() && !s.notifications().is_empty());
        assert!(image::open(&out).unwrap().color().has_alpha());
        desk.end();
    }
}

#[test]
fn a_file_with_layers_and_a_page_are_exported() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.fill("scene-title", "sea");
    desk.fill("text-title", "Sale");
    desk.click("command-generate");
    desk.until_made(1);
    desk.frames(3);
    for (format, name) in [("OpenRaster", "ad.ora"), ("PDF", "ad.pdf")] {
        desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::E);
        desk.frames(3);
        desk.click_label(format);
        desk.click("export-save");
        desk.until("the path box", |s| s.window_name() == Some("path"));
        desk.frames(3);
        let out = dir.path().join(name);
        desk.fill("path-field", &out.display().to_string());
        desk.click("path-write");
        desk.until("the file", |_| out.is_file());
        desk.frames(3);
    }
    let mut zip = zip::ZipArchive::new(std::fs::File::open(dir.path().join("ad.ora")).unwrap()).unwrap();
    let mut stack = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("stack.xml").unwrap(), &mut stack).unwrap();
    assert!(stack.contains("name=\"Background\"") && stack.contains("name=\"Slogan\""), "{stack}");
    assert!(std::fs::read(dir.path().join("ad.pdf")).unwrap().starts_with(b"%PDF-"));
    desk.end();
}

#[test]
fn a_format_gives_the_size_and_the_file() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = Desk::fake(dir.path(), &Script::default(), lang);
        desk.fill("text-title", "Sale");
        let catalogue = nanococoa::formats::Catalogue::embedded();
        let portrait = catalogue.get("instagram-portrait").unwrap();
        let entry = format!("{}  1080×1350", portrait.name(lang));
        // The list lies below the fold of a small window.
        desk.harness.get_all_by_label(desk.words("size-formats")).last().unwrap().scroll_to_me();
        desk.frames(3);
        desk.click("size-formats");
        desk.frames(3);
        desk.click_label(&entry);
        desk.until("the size", |s| (s.session.brief.width, s.session.brief.height) == (1080, 1350));
        desk.click("command-generate");
        desk.until_made(1);
        desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::E);
        desk.frames(3);
        desk.click("export-formats");
        desk.frames(3);
        desk.click_label(&entry);
        desk.frames(3);
        desk.click("export-save");
        desk.until("the path box", |s| s.window_name() == Some("path"));
        desk.frames(3);
        // Another extension than the format's is not kept alone.
        desk.fill("path-field", &dir.path().join("ad.png").display().to_string());
        desk.click("path-write");
        let out = dir.path().join("ad.png.jpg");
        desk.until("the file", |s| out.is_file() && !s.notifications().is_empty());
        assert_eq!(image::image_dimensions(&out).unwrap(), (1080, 1350));
        assert!(
            desk.studio().notifications().iter().any(|words| words.contains("95") && words.contains("KB")),
            "{:?}",
            desk.studio().notifications()
        );
        desk.end();
    }
}

#[test]
fn a_font_folder_is_added_used_and_removed() {
    let dir = tempfile::tempdir().unwrap();
    let fonts = dir.path().join("내 글꼴");
    std::fs::create_dir(&fonts).unwrap();
    let (_, bytes) = nanococoa::assets::FONTS.iter().find(|f| f.0.ends_with("NanumGothic.ttf")).unwrap();
    std::fs::write(fonts.join("Mine.ttf"), bytes).unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::Korean);
    let count = desk.engine.fonts().names().len();
    desk.click("font-folders");
    desk.click("fonts-add");
    desk.until("the path box", |s| s.window_name() == Some("path"));
    desk.frames(3);
    desk.fill("path-field", &fonts.display().to_string());
    desk.click("path-read");
    let engine = desk.engine.clone();
    desk.until("the face", |_| engine.fonts().names().len() == count + 1);
    assert!(desk.has(&Language::Korean.notice(&notice!("fonts-remove", path = fonts.display()))));
    desk.harness.key_press(egui::Key::Escape);
    desk.frames(4);
    desk.fill("text-title", "신메뉴");
    desk.fill("font-search", "Mine");
    // Called what its name table says.
    desk.click_label("나눔고딕");
    desk.until_drafted();
    assert_eq!(desk.studio().session.brief.font, "Mine.ttf");

    // The next start knows it too; taken from the list it is gone, and the draft says what is wrong, in Korean.
    desk.click("font-folders");
    desk.click_label(&Language::Korean.notice(&notice!("fonts-remove", path = fonts.display())));
    desk.until("the end of the face", |_| engine.fonts().names().len() == count);
    desk.harness.key_press(egui::Key::Escape);
    desk.frames(4);
    desk.fill("text-title", "신메뉴 출시");
    desk.until("a word about it", |s| s.problem().is_some());
    let words = desk.studio().problem().unwrap();
    assert!(words.contains("목록에 없는 글꼴"), "{words}");
    desk.end();
}

#[test]
fn a_pasted_picture_becomes_the_product() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    let mut picture = ColorImage::filled([64, 48], Color32::WHITE);
    for y in 12..36 {
        for x in 16..48 {
            picture.pixels[y * 64 + x] = Color32::from_rgb(180, 30, 20);
        }
    }
    desk.harness.event(Event::PasteImage(Arc::new(picture)));
    desk.until("the product", |s| s.session.brief.product.is_some());
    let product = desk.studio().session.brief.product.clone().unwrap();
    assert_eq!((product.name.as_str(), product.width, product.height), ("clipboard.png", 64, 48));
    // A copied file is pasted as its path; anything else is said to be none.
    desk.harness.event(Event::Paste(format!("file://{}", sample().display())));
    desk.until("the sample", |s| s.session.brief.product.as_ref().is_some_and(|p| p.name == "coffee.png"));
    desk.harness.event(Event::Paste("hello".into()));
    desk.until("a word about it", |s| s.notifications().iter().any(|t| t.contains("no picture")));
    desk.end();
}

/// Asks the window to close, as the window manager does.
fn ask_to_close(desk: &mut Desk) {
    let input = desk.harness.input_mut();
    input.viewports.entry(egui::ViewportId::ROOT).or_default().events.push(ViewportEvent::Close);
    desk.harness.step();
    let input = desk.harness.input_mut();
    input.viewports.entry(egui::ViewportId::ROOT).or_default().events.clear();
    desk.frames(3);
}

#[test]
fn quitting_names_what_runs_and_what_is_not_in_the_project_file() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let script = Script::default();
        let mut desk = Desk::fake(dir.path(), &script, lang);
        ask_to_close(&mut desk);
        assert!(!desk.studio().has_window(), "nothing holds it back");
        desk.end();

        let dir = tempfile::tempdir().unwrap();
        let mut desk = Desk::fake(dir.path(), &script, lang);
        desk.fill("scene-title", "sea");
        let path = dir.path().join("summer.ncocoa");
        desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
        desk.until("the path box", |s| s.has_window());
        desk.frames(3);
        desk.fill("path-field", &path.display().to_string());
        desk.click("path-write");
        desk.until("the file", |s| s.session.saved.is_some());
        desk.fill("scene-title", "mountain lake");
        script.set("scene", Act::Slow(std::time::Duration::from_secs(30)));
        desk.click("command-generate");
        desk.until("a running job", |s| s.jobs().first().is_some_and(|j| j.status == JobStatus::Running));
        ask_to_close(&mut desk);
        assert!(desk.has(desk.words("quit-title")));
        assert!(desk.has(&lang.notice(&notice!("quit-unsaved", file = "summer.ncocoa"))));
        assert!(
            desk.has(&lang.notice(&notice!("quit-job", title = "mountain lake", percent = 0)))
                || desk.has(&lang.notice(&notice!("quit-job", title = "mountain lake", percent = 1)))
        );
        desk.click("quit-save");
        desk.until("the project as it is", |s| !s.session.is_unsaved());
        desk.frames(3);
        assert!(!desk.has(&lang.notice(&notice!("quit-unsaved", file = "summer.ncocoa"))));
        desk.click("quit-stay");
        assert!(!desk.studio().has_window());
        desk.click("command-stop");
        desk.until("rest", |s| s.active_count() == 0);
        script.set("scene", Act::Quick);
        desk.end();
    }
}

/// Saves what is on the desk by the path box.
fn save_as(desk: &mut Desk, path: &std::path::Path) {
    desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
    desk.until("the path box", |s| s.window_name() == Some("path"));
    desk.frames(3);
    desk.fill("path-field", &path.display().to_string());
    desk.click("path-write");
    desk.until("the file", |s| s.session.saved.as_ref().is_some_and(|k| k.0 == *path) && !s.session.is_unsaved());
    // From then on the same keys save where it is, without a word.
    desk.fill("text-title", "Later");
    desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
    desk.until("the file again", |s| !s.session.is_unsaved());
    assert!(!desk.studio().has_window());
}

#[test]
fn a_new_advertisement_never_goes_into_the_old_file() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = Desk::fake(dir.path(), &Script::default(), lang);
        let [a, b] = ["a.ncocoa", "b.ncocoa"].map(|n| dir.path().join(n));
        desk.fill("scene-title", "sea");
        save_as(&mut desk, &a);
        desk.click_label(desk.words("menu-file"));
        desk.click("command-new");
        assert_eq!(desk.studio().session.saved, None);
        assert!(!desk.studio().notifications().iter().any(|n| n == desk.words("toast-put-away")), "nothing was lost");
        desk.fill("scene-title", "mountain");
        save_as(&mut desk, &b);
        assert_eq!(desk.studio().session.project, "b");

        // Unsaved work is not lost without a word, and comes back with its file.
        desk.fill("scene-title", "mountain lake");
        desk.harness.state_mut().open(a.clone());
        desk.until("the other project", |s| s.session.project == "a");
        desk.frames(2);
        assert!(desk.has(desk.words("toast-put-away")));
        desk.fill("scene-title", "sea at night");
        desk.click("toast-undo");
        desk.until("the first project", |s| s.session.project == "b");
        assert_eq!(desk.studio().session.brief.scene, "mountain lake");
        assert!(desk.studio().session.saved.as_ref().is_some_and(|s| s.0 == b));
        ask_to_close(&mut desk);
        assert!(desk.has(&lang.notice(&notice!("quit-unsaved", file = "b.ncocoa"))));
        desk.click("quit-save");
        desk.until("the project as it is", |s| !s.session.is_unsaved());
        let text = |path: &std::path::Path| {
            let bytes = std::fs::read(path).unwrap();
            nanococoa::engine::project::read_project(&bytes).unwrap().fields["bg_prompt"].clone()
        };
        assert_eq!((text(&a), text(&b)), ("sea".into(), "mountain lake".into()));
        desk.end();
    }
}

#[test]
fn photos_that_nothing_refers_to_are_removed_a_day_later() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.harness.state_mut().open(sample());
    desk.until("the photo", |s| s.session.brief.product.is_some());
    let used = desk.studio().session.brief.product.clone().unwrap().path;
    desk.end();
    let [fresh, old] = ["fresh.image", "old.mask.png"].map(|n| used.with_file_name(n));
    let day = std::time::SystemTime::now() - std::time::Duration::from_secs(25 * 60 * 60);
    for path in [&fresh, &old] {
        std::fs::write(path, b"left over").unwrap();
    }
    for path in [&used, &old] {
        std::fs::File::options().append(true).open(path).unwrap().set_modified(day).unwrap();
    }
    let desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    assert_eq!([&used, &fresh, &old].map(|p| p.is_file()), [true, true, false]);
    desk.end();
}
