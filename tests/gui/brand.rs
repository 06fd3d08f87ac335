//! The brand kit in the window: made, filled, used by templates, colours and layers, kept, and damaged; by label, in both languages.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use nanococoa::notice;
use nanococoa::notice::{Language, Notice};

use crate::desk::{Desk, real, sample};

const LOGO: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 1'><rect width='2' height='1' fill='#1E88E5'/></svg>";

fn press(desk: &mut Desk, modifiers: Modifiers, key: Key) {
    desk.harness.key_press_modifiers(modifiers, key);
    desk.frames(3);
}

/// Types into the field with these words as its name.
fn fill(desk: &mut Desk, name: &Notice, text: &str) {
    let words = desk.studio().lang().notice(name);
    let field = desk.harness.query_all_by_label(&words).find(|node| node.accesskit_node().is_text_input()).expect(&words);
    field.focus();
    desk.frames(2);
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    desk.frames(1);
    desk.harness.event(egui::Event::Text(text.into()));
    desk.frames(2);
}

/// Enters a path where the desktop has no dialog.
fn enter_path(desk: &mut Desk, path: &Path) {
    desk.until("the path box", |s| s.window_name() == Some("path"));
    desk.frames(3);
    desk.fill("path-field", &path.display().to_string());
    desk.click("path-read");
}

fn until_kept(desk: &mut Desk) {
    desk.until("the kit on the disk", |s| !s.is_brand_unwritten());
    desk.frames(2);
}

/// Whether a hexadecimal field is as wide as its digits.
fn shows_every_digit(desk: &Desk, name: &str) -> bool {
    let words = desk.studio().lang().notice(&notice!("layer-hex", name = name.to_owned()));
    let field = desk.harness.get_by_label(&words).rect();
    let font = egui::TextStyle::Body.resolve(&desk.harness.ctx.global_style());
    let width_of = |text: &str| desk.harness.ctx.fonts_mut(|f| f.layout_no_wrap(text.into(), font.clone(), egui::Color32::WHITE).size().x);
    ["#E53935", "#D0D0D0", "#CCCCCC", "#888888"].iter().all(|digits| width_of(digits) + 16.0 <= field.width())
}

fn journey(lang: Language) {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::over(dir.path(), real(dir.path()), Some(lang));
    desk.harness.state_mut().open(sample());
    desk.until("the photo", |s| s.session.brief.product.is_some());
    let (folder, logo) = (dir.path().join("봄 카페"), dir.path().join("logo.svg"));
    std::fs::write(&logo, LOGO).unwrap();

    // A kit in a new folder: a colour with a role of templates, a logo, a text.
    press(&mut desk, Modifiers::COMMAND, Key::B);
    assert_eq!(desk.studio().window_name(), Some("brand"));
    desk.click("brand-create");
    enter_path(&mut desk, &folder);
    desk.until("the kit", |s| s.brand_kit().is_some() && s.window_name() == Some("brand"));
    desk.frames(3);
    assert_eq!(desk.studio().brand_kit().unwrap().name, "봄 카페");
    desk.click("brand-new-color");
    fill(&mut desk, &notice!("brand-role", role = "color-1"), "primary");
    press(&mut desk, Modifiers::NONE, Key::Tab);
    let primary = lang.notice(&notice!("brand-color-of", role = "primary"));
    assert!(desk.has(&primary) && shows_every_digit(&desk, &primary));
    fill(&mut desk, &notice!("layer-hex", name = primary.clone()), "#00704A");
    assert_eq!(desk.studio().brand_kit().unwrap().color("primary"), Some([0, 0x70, 0x4A]));
    until_kept(&mut desk);
    desk.click("brand-add-logo");
    enter_path(&mut desk, &logo);
    desk.until("the logo", |s| s.brand_kit().is_some_and(|kit| kit.logos == ["logo.svg"]) && s.window_name() == Some("brand"));
    desk.frames(3);
    desk.click("brand-add-text");
    desk.frames(3);
    desk.click_label("kicker");
    until_kept(&mut desk);
    // A save that fails is shown, and is repeated on request.
    let file = folder.join("brand.toml");
    let kept = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, "name = \"theirs\"\n").unwrap();
    fill(&mut desk, &notice!("brand-text-of", slot = "kicker"), "봄 카페 소식");
    desk.until("the failed save", |s| s.notifications().iter().any(|words| words.contains("brand.toml")));
    desk.frames(3);
    assert!(desk.has(desk.words("brand-unsaved-about")) && desk.studio().is_brand_unwritten());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "name = \"theirs\"\n");
    std::fs::write(&file, &kept).unwrap();
    desk.click("brand-save-again");
    until_kept(&mut desk);
    assert!(!desk.has(desk.words("brand-unsaved-about")));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(["primary = \"#00704A\"", "logo = \"logo.svg\"", "kicker = \"봄 카페 소식\""].iter().all(|part| text.contains(part)), "{text}");
    assert!(folder.join("logo.svg").is_file());
    press(&mut desk, Modifiers::NONE, Key::Escape);

    // Templates take it.
    press(&mut desk, Modifiers::COMMAND, Key::T);
    desk.until("the pictures", |s| !s.is_loading());
    assert!(desk.has(&lang.notice(&notice!("templates-with-brand", name = "봄 카페"))));
    desk.click_label(if lang == Language::Korean { "세일" } else { "Sale" });
    desk.until("the template", |s| !s.session.brief.layers.is_empty());
    let brief = desk.studio().session.brief.clone();
    let kicker = brief.layers.iter().find(|layer| layer["name"] == "kicker").unwrap();
    assert_eq!(kicker["text"], "봄 카페 소식");

    // A logo becomes a layer; the colour of a text is one of the kit's.
    let pictures = |desk: &Desk| desk.studio().session.brief.layer_pictures.len();
    let before = pictures(&desk);
    press(&mut desk, Modifiers::COMMAND, Key::B);
    desk.click_label(&lang.notice(&notice!("brand-insert", name = "logo.svg")));
    desk.until("the layer", |s| s.session.brief.layer_pictures.len() == before + 1);
    press(&mut desk, Modifiers::NONE, Key::Escape);
    desk.frames(4);
    press(&mut desk, Modifiers::NONE, Key::Escape);
    press(&mut desk, Modifiers::NONE, Key::T);
    desk.frames(4);
    let color = desk.words("layer-color");
    assert!(shows_every_digit(&desk, color));
    desk.click_label(color);
    desk.click_label(&lang.notice(&notice!("brand-color", role = "primary", color = "#00704A")));
    let last = desk.studio().session.brief.layers.last().unwrap().clone();
    assert_eq!(last["color"], "#00704A");
    desk.end();

    // The next start knows it.
    let mut desk = Desk::over(dir.path(), real(dir.path()), Some(lang));
    desk.until("the kit", |s| s.brand_kit().is_some());
    // A damaged file is told in one sentence; the kit in use stays, and so does the file.
    std::fs::write(&file, "name = \"a\"\ncolours = 1\n").unwrap();
    press(&mut desk, Modifiers::COMMAND, Key::B);
    desk.click("brand-reopen");
    desk.until("a word about it", |s| s.notifications().iter().any(|words| words.contains("brand.toml")));
    let words = desk.studio().notifications().into_iter().find(|words| words.contains("brand.toml")).unwrap();
    assert!(!words.contains('\n') && words.contains('2'), "{words}");
    assert_eq!(desk.studio().brand_kit().unwrap().name, "봄 카페");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "name = \"a\"\ncolours = 1\n");
    std::fs::write(&file, &text).unwrap();
    desk.click("brand-reopen");
    desk.until("the kit again", |s| s.brand_kit().is_some_and(|kit| kit.texts.contains_key("kicker")) && !s.is_brand_unwritten());
    desk.click("brand-close");
    desk.until("no kit", |s| s.brand_kit().is_none() && s.session.brand.is_none());
    assert!(file.is_file());
    desk.end();
}

#[test]
fn an_edit_is_kept_if_the_kit_is_left_or_the_window_closed_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("kit");
    let text = || std::fs::read_to_string(folder.join("brand.toml")).unwrap();
    let mut desk = Desk::over(dir.path(), real(dir.path()), Some(Language::English));
    press(&mut desk, Modifiers::COMMAND, Key::B);
    desk.click("brand-create");
    enter_path(&mut desk, &folder);
    desk.until("the kit", |s| s.brand_kit().is_some() && s.window_name() == Some("brand"));
    desk.frames(3);
    desk.fill("brand-name", "First");
    desk.click("brand-close");
    desk.until("no kit", |s| s.brand_kit().is_none());
    assert!(text().contains("\"First\""), "{}", text());
    // The buttons move to where the kit was.
    desk.frames(4);
    desk.click("brand-open");
    enter_path(&mut desk, &folder);
    desk.until("the kit again", |s| s.brand_kit().is_some() && s.window_name() == Some("brand"));
    desk.frames(3);
    desk.fill("brand-name", "Second");
    desk.end();
    assert!(text().contains("\"Second\""), "{}", text());
}

#[test]
fn a_brand_kit_is_made_used_and_kept_in_korean() {
    journey(Language::Korean);
}

#[test]
fn a_brand_kit_is_made_used_and_kept_in_english() {
    journey(Language::English);
}
