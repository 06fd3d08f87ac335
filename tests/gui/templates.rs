//! The gallery of templates: opened, drawn with the designer's photo, chosen and undone, in both languages.

use nanococoa::notice::Language;

use crate::desk::{Desk, real, sample};

fn gallery(lang: Language) {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::over(dir.path(), real(dir.path()), Some(lang));
    desk.harness.state_mut().open(sample());
    desk.until("the photo", |s| s.session.brief.product.is_some());
    desk.fill("text-title", "오늘만 반값");
    desk.until_drafted();
    let before = desk.studio().session.brief.clone();

    desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::T);
    desk.frames(3);
    assert_eq!(desk.studio().window_name(), Some("templates"));
    let took = desk.until("the pictures", |s| !s.is_loading());
    println!("{lang:?}: gallery after {} ms", took.as_millis());
    assert!(!desk.has(desk.words("templates-failed")));
    desk.click_label(if lang == Language::Korean { "세일" } else { "Sale" });
    desk.until("the template", |s| !s.session.brief.layers.is_empty());
    assert!(!desk.studio().has_window());
    let brief = desk.studio().session.brief.clone();
    let headline = brief.layers.iter().find(|layer| layer["name"] == "headline").unwrap();
    assert_eq!((headline["text"].as_str(), brief.product.is_some(), brief.backdrop.is_some()), (Some("오늘만 반값"), true, true));
    desk.until_drafted();

    // Another template takes the designer's text along, and not the first one's own texts.
    desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::T);
    desk.frames(3);
    desk.click_label(if lang == Language::Korean { "오픈" } else { "Grand opening" });
    desk.until("the other template", |s| s.session.brief.layers != brief.layers);
    let other = desk.studio().session.brief.clone();
    let text = |name: &str| other.layers.iter().find(|layer| layer["name"] == name).map(|layer| layer["text"].clone());
    assert_eq!((text("headline").unwrap(), text("kicker").unwrap() == "SEASON OFF"), ("오늘만 반값".into(), false));

    desk.frames(40);
    for expected in [brief, before] {
        desk.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
        desk.frames(3);
        assert!(desk.studio().session.brief == expected);
    }
}

#[test]
fn templates_are_chosen_from_the_gallery_in_korean() {
    gallery(Language::Korean);
}

#[test]
fn templates_are_chosen_from_the_gallery_in_english() {
    gallery(Language::English);
}
