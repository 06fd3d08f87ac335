//! The keyboard: what it does, and above all what it must not do.

use egui::{Event, ImeEvent, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use nanococoa::gui::i18n::Lang;

use crate::common::Script;
use crate::desk::Desk;

fn preedit(text: &str) -> Event {
    Event::Ime(ImeEvent::Preedit { text: text.into(), active_range_chars: None })
}

#[test]
fn composing_hangul_starts_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Lang::Ko);
    desk.fill("text.title", "신메뉴");
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
    let mut desk = Desk::fake(dir.path(), &Script::default(), Lang::En);
    desk.fill("scene.title", "sea");
    let seed = desk.studio().session.brief.seed;
    for key in [Key::R, Key::C, Key::Num1, Key::Num2, Key::Questionmark, Key::Enter, Key::Escape] {
        let words = desk.words("scene.title");
        desk.harness.query_all_by_label(words).find(|n| n.accesskit_node().is_text_input()).unwrap().focus();
        desk.frames(2);
        desk.harness.key_press(key);
        desk.frames(2);
        assert!(!desk.studio().has_window(), "{key:?} opened a window");
    }
    assert_eq!(desk.studio().session.brief.seed, seed);
    assert!(desk.engine.snapshots().is_empty());
    desk.end();
}

#[test]
fn shortcuts_work_and_bare_enter_never_generates() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::fake(dir.path(), &Script::default(), Lang::En);
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
