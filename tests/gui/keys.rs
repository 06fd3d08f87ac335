//! The keyboard: what it does, and above all what it must not do.

use egui::{Event, ImeEvent, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use nanococoa::notice::Language;

use crate::common::Script;
use crate::desk::Desk;

fn preedit(text: &str) -> Event {
    Event::Ime(ImeEvent::Preedit { text: text.into(), active_range_chars: None })
}

#[test]
fn composing_hangul_starts_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::Korean);
    desk.fill("text-title", "신메뉴");
    desk.until_drafted();
    let before = desk.studio().draft().unwrap().sequence;
    for text in ["ㅎ", "하", "한"] {
        desk.harness.event(preedit(text));
        desk.frames(2);
        assert!(desk.studio().is_composing());
        desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
        desk.frames(2);
    }
    // The Enter that ends a composition comes with its commit.
    let enter = Event::Key { key: Key::Enter, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::COMMAND };
    desk.harness.input_mut().events.extend([enter, Event::Ime(ImeEvent::Commit("한".into()))]);
    desk.harness.step();
    assert!(desk.studio().jobs().is_empty(), "a job was started");
    assert_eq!(desk.studio().draft().unwrap().sequence, before, "half a syllable was drawn");
    desk.until_drafted();
    assert!(desk.studio().session.brief.text.ends_with('한'), "{}", desk.studio().session.brief.text);
    assert_eq!(desk.engine.snapshots().len(), 0);
    desk.end();
}

#[test]
fn letters_are_letters_while_one_types() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.fill("scene-title", "sea");
    let seed = desk.studio().session.brief.seed;
    let keys =
        [(Key::R, "r"), (Key::C, "c"), (Key::B, "b"), (Key::Num1, "1"), (Key::Plus, "+"), (Key::Minus, "-"), (Key::Questionmark, "?")];
    let tab = desk.studio().tab();
    for (key, text) in keys {
        let words = desk.words("scene-title");
        desk.harness.query_all_by_label(words).find(|n| n.accesskit_node().is_text_input()).unwrap().focus();
        desk.frames(2);
        let before = desk.studio().session.brief.scene.len();
        // A key and the letter that it types come together.
        desk.harness.key_press(key);
        desk.harness.event(Event::Text(text.into()));
        desk.frames(2);
        assert!(!desk.studio().has_window(), "{key:?} opened a window");
        assert_eq!(desk.studio().session.brief.scene.len(), before + 1, "{key:?} was not typed");
    }
    assert_eq!((desk.studio().session.brief.seed, desk.studio().tab()), (seed, tab));
    assert!(desk.engine.snapshots().is_empty());
    desk.end();
}

#[test]
fn esc_leaves_a_text_field_first_and_stops_the_job_then() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    script.set("scene", crate::common::Act::Slow(std::time::Duration::from_secs(60)));
    let mut desk = Desk::fake(dir.path(), &script, Language::English);
    desk.fill("scene-title", "sea");
    desk.click("command-generate");
    desk.until("the job runs", |s| s.jobs().iter().any(|j| j.status.is_active()));
    let words = desk.words("scene-title");
    desk.harness.query_all_by_label(words).find(|n| n.accesskit_node().is_text_input()).unwrap().focus();
    desk.frames(3);
    desk.harness.key_press(Key::Escape);
    desk.frames(5);
    std::thread::sleep(std::time::Duration::from_millis(100));
    desk.frames(2);
    assert!(desk.studio().jobs().iter().all(|j| j.status.is_active()), "leaving the field stopped the job");
    desk.harness.key_press(Key::Escape);
    desk.until("the stop", |s| s.jobs().iter().all(|j| !j.status.is_active()));
    desk.end();
}

#[test]
fn plain_keys_work_while_something_else_has_the_keyboard() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.fill("scene-title", "sea");
    desk.until_drafted();
    // A button that was reached by Tab, as the product after a drag.
    let words = desk.words("command-generate");
    desk.harness.query_all_by_label(words).next().unwrap().focus();
    desk.frames(3);
    assert_ne!(desk.studio().tab(), nanococoa::gui::app::Tab::Background);
    desk.harness.key_press(Key::Num2);
    desk.frames(3);
    assert_eq!(desk.studio().tab(), nanococoa::gui::app::Tab::Background);
    desk.end();
}

#[test]
fn shortcuts_work_and_bare_enter_never_generates() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    desk.harness.state_mut().session.brief.scene = "sea".into();
    desk.frames(3);
    desk.harness.key_press(Key::Enter);
    desk.frames(3);
    assert!(desk.engine.snapshots().is_empty());
    desk.harness.key_press(Key::Questionmark);
    desk.frames(3);
    assert!(desk.studio().has_window());
    desk.harness.key_press(Key::Escape);
    desk.frames(3);
    assert!(!desk.studio().has_window());
    // The palette finds a command in either language and runs it.
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    desk.frames(3);
    desk.harness.event(Event::Text("변형".into()));
    desk.frames(2);
    desk.harness.key_press(Key::Escape);
    desk.frames(2);
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    desk.frames(3);
    desk.harness.event(Event::Text("generate every".into()));
    desk.frames(2);
    desk.harness.key_press(Key::Enter);
    desk.until_made(1);
    desk.harness.state_mut().session.brief.seed_locked = true;
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    desk.until("a word about it", |s| s.notifications().iter().any(|t| t.starts_with("Nothing changed")));
    assert_eq!(desk.engine.snapshots().len(), 1);
    desk.end();
}
