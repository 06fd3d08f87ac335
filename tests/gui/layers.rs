//! Layers in the studio: the panel, the handles on the picture, and backgrounds of one's own; by label and by keyboard.

use std::path::Path;
use std::sync::Arc;

use egui::{Key, Modifiers, Pos2, Rect, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use nanococoa::gui::Side;
use nanococoa::gui::selection::Target;
use nanococoa::notice;
use nanococoa::notice::Language;
use serde_json::{Value, json};

use crate::common::Script;
use crate::desk::{Desk, Dropped, sample};

const LOGO: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 1'><rect width='2' height='1' fill='#1E88E5'/></svg>";

fn desk(dir: &Path, lang: Language) -> Desk {
    let mut desk = Desk::fake(dir, &Script::default(), lang);
    desk.fill("scene-title", "sea");
    // Keys of one letter are commands only outside of text fields.
    desk.harness.key_press(Key::Escape);
    desk.until_drafted();
    desk.frames(3);
    desk
}

fn layers(desk: &Desk) -> Vec<Value> {
    desk.studio().session.brief.layers.clone()
}

/// A number of a layer; places that are absent are the middle.
fn number(desk: &Desk, index: usize, name: &str) -> f64 {
    let middle = matches!(name, "x" | "y").then_some(0.5);
    let layer = layers(desk)[index].clone();
    layer[name].as_f64().or(middle).unwrap_or_else(|| panic!("no {name}: {layer}"))
}

fn press(desk: &mut Desk, modifiers: Modifiers, key: Key) {
    desk.harness.key_press_modifiers(modifiers, key);
    desk.frames(3);
}

/// Puts shapes into the brief, each a twentieth of the canvas wide and high, at these places.
fn with_squares(desk: &mut Desk, places: &[(f64, f64)]) {
    let square = |(x, y): &(f64, f64)| json!({"type": "shape", "fill": "#E53935", "x": x, "y": y, "width": 0.1, "height": 0.1});
    desk.harness.state_mut().session.brief.layers = places.iter().map(square).collect();
    desk.until_drafted();
    desk.frames(3);
}

/// The frames of the layers on the picture with this title, the lowest first.
fn frames(desk: &Desk, title: &str) -> Vec<Rect> {
    let name = desk.studio().lang().notice(&notice!("layer-object", name = title.to_owned()));
    desk.harness.get_all_by_label(&name).map(|node| node.rect()).collect()
}

/// Presses on a place that the pointer was never near, and drags from there.
fn drag_at_once(desk: &mut Desk, from: Pos2, by: Vec2) {
    desk.harness.drag_at(from);
    desk.frames(2);
    for step in 1..=6 {
        desk.harness.hover_at(from + by * (step as f32 / 6.0));
        desk.frames(1);
    }
    desk.harness.drop_at(from + by);
    desk.frames(3);
}

fn click_at(desk: &mut Desk, at: Pos2) {
    desk.harness.hover_at(at);
    desk.frames(1);
    desk.harness.drag_at(at);
    desk.frames(1);
    desk.harness.drop_at(at);
    desk.frames(3);
}

/// The square's picture on the screen: side of the whole picture in points.
fn picture_side(desk: &Desk, frame: Rect) -> f32 {
    let share = number(desk, 0, "width") as f32;
    frame.width() / share
}

#[test]
fn a_text_is_written_with_the_keyboard_alone_and_sent() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = desk(dir.path(), lang);
        press(&mut desk, Modifiers::NONE, Key::T);
        assert_eq!(layers(&desk).len(), 1);
        // The cursor is in the text, all of it selected: what is typed replaces it.
        desk.harness.event(egui::Event::Text("2,980원".into()));
        desk.frames(3);
        assert_eq!(layers(&desk)[0]["text"], "2,980원");
        let hex = lang.notice(&notice!("layer-hex", name = lang.t("layer-color")));
        desk.harness.get_by_label(&hex).focus();
        desk.frames(2);
        press(&mut desk, Modifiers::COMMAND, Key::A);
        desk.harness.event(egui::Event::Text("#e53935".into()));
        desk.frames(2);
        assert_eq!(layers(&desk)[0]["color"], "#E53935");
        press(&mut desk, Modifiers::NONE, Key::Escape);
        // The arrows move what is selected.
        press(&mut desk, Modifiers::NONE, Key::ArrowRight);
        press(&mut desk, Modifiers::SHIFT, Key::ArrowDown);
        assert!((number(&desk, 0, "x") - 0.505).abs() < 1e-4 && (number(&desk, 0, "y") - 0.54).abs() < 1e-4, "{:?}", layers(&desk));
        desk.until_drafted();
        press(&mut desk, Modifiers::COMMAND, Key::Enter);
        desk.until_made(1);
        let sent = desk.studio().jobs()[0].parameters["layers"].clone();
        assert_eq!((sent[0]["text"].as_str(), sent[0]["color"].as_str()), (Some("2,980원"), Some("#E53935")));
        desk.end();
    }
}

#[test]
fn part_of_a_text_gets_a_colour_and_a_size_of_its_own() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = desk(dir.path(), lang);
        desk.harness.state_mut().session.brief.layers = vec![json!({"type": "text", "text": "지금 2,980원"})];
        desk.until_drafted();
        desk.frames(3);
        let row = lang.notice(&notice!("layer-row", name = "지금 2,980원"));
        press(&mut desk, Modifiers::NONE, Key::L);
        desk.click_label(&row);
        desk.fill("layer-text-content", "오늘 2,980원");
        // The last six characters.
        for _ in 0..6 {
            press(&mut desk, Modifiers::SHIFT, Key::ArrowLeft);
        }
        desk.click("layer-restyle");
        let runs = layers(&desk)[0]["runs"].clone();
        assert_eq!((runs[0]["text"].as_str(), runs[1]["text"].as_str()), (Some("오늘 "), Some("2,980원")));
        let hex = lang.notice(&notice!("layer-hex", name = lang.notice(&notice!("layer-run-color", text = "2,980원"))));
        desk.harness.get_by_label(&hex).focus();
        desk.frames(2);
        press(&mut desk, Modifiers::COMMAND, Key::A);
        desk.harness.event(egui::Event::Text("00c73c".into()));
        desk.frames(2);
        assert_eq!(layers(&desk)[0]["runs"][1]["color"], "#00C73C");
        desk.until_drafted();
        assert_eq!(desk.studio().problem(), None);
        let plain = lang.notice(&notice!("layer-run-plain", text = "2,980원"));
        desk.click_label(&plain);
        assert_eq!((layers(&desk)[0].get("runs"), layers(&desk)[0]["text"].as_str()), (None, Some("오늘 2,980원")));
        desk.end();
    }
}

#[test]
fn shapes_are_added_ordered_hidden_and_locked_from_the_list() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = desk(dir.path(), lang);
        press(&mut desk, Modifiers::NONE, Key::L);
        for kind in ["layer-ellipse", "layer-burst"] {
            desk.click("command-add-shape");
            desk.click(kind);
        }
        let kinds = |desk: &Desk| layers(desk).iter().map(|layer| layer["shape"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(kinds(&desk), ["ellipse", "burst"]);
        // The new one is selected: one step back, then behind everything.
        press(&mut desk, Modifiers::COMMAND, Key::OpenBracket);
        assert_eq!(kinds(&desk), ["burst", "ellipse"]);
        desk.click("command-to-back");
        assert_eq!((kinds(&desk), layers(&desk)[0]["behind"].as_bool()), (vec!["burst".into(), "ellipse".into()], Some(true)));
        desk.click("command-to-front");
        assert_eq!((kinds(&desk), layers(&desk)[1].get("behind")), (vec!["ellipse".into(), "burst".into()], None));
        let burst = lang.t("layer-burst");
        desk.click_label(&lang.notice(&notice!("layer-hide-one", name = burst)));
        desk.click_label(&lang.notice(&notice!("layer-lock-one", name = burst)));
        assert_eq!((layers(&desk)[1]["hidden"].as_bool(), layers(&desk)[1]["locked"].as_bool()), (Some(true), Some(true)));
        // Locked layers are not deleted.
        press(&mut desk, Modifiers::NONE, Key::Delete);
        assert_eq!(layers(&desk).len(), 2);
        desk.click_label(&lang.notice(&notice!("layer-lock-one", name = burst)));
        press(&mut desk, Modifiers::NONE, Key::Delete);
        assert_eq!(kinds(&desk), ["ellipse"]);
        press(&mut desk, Modifiers::COMMAND, Key::Z);
        assert_eq!(kinds(&desk), ["ellipse", "burst"]);
        desk.end();
    }
}

#[test]
fn an_entry_of_the_list_is_dragged_to_another_place() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path(), Language::English);
    let named = |name: &str| json!({"type": "shape", "fill": "#E53935", "name": name});
    let brief = &mut desk.harness.state_mut().session.brief;
    brief.layers = ["a", "b", "c"].map(named).into();
    brief.text = "Sale".into();
    desk.until_drafted();
    press(&mut desk, Modifiers::NONE, Key::L);
    let row = |desk: &Desk, name: &str| {
        let name = desk.studio().lang().notice(&notice!("layer-row", name = name.to_owned()));
        desk.harness.get_by_label(&name).rect()
    };
    let (a, c) = (row(&desk, "a"), row(&desk, "c"));
    assert!(c.top() < a.top(), "the front is not on top");
    // Below the slogan, which is the last entry but one.
    desk.drag(c.center(), vec2(0.0, a.center().y - c.center().y + a.height() * 2.2));
    let order = |desk: &Desk| layers(desk).iter().map(|layer| layer["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!((order(&desk), layers(&desk)[0]["behind"].as_bool()), (vec!["c".into(), "a".into(), "b".into()], Some(true)));
    let (b, c) = (row(&desk, "b"), row(&desk, "c"));
    desk.drag(c.center(), vec2(0.0, b.top() - c.center().y + 2.0));
    assert_eq!((order(&desk), layers(&desk)[2].get("behind")), (vec!["a".into(), "b".into(), "c".into()], None));
    desk.end();
}

#[test]
fn layers_are_dragged_scaled_turned_and_snap() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path(), Language::English);
    with_squares(&mut desk, &[(0.3, 0.3), (0.32, 0.3)]);
    let title = desk.words("layer-rectangle");
    let before = desk.studio().session.brief.clone();
    let frame = frames(&desk, title)[0];
    let side = picture_side(&desk, frame);
    // Both lie here: the upper one is selected.
    click_at(&mut desk, frame.center());
    assert_eq!(desk.studio().selection().only(), Some(Target::Layer(1)));
    // Almost to the middle of the canvas: it snaps.
    let at = frames(&desk, title).last().unwrap().center();
    desk.drag(at, vec2(0.18 * side + 3.0, 0.2 * side - 2.0));
    assert_eq!((layers(&desk)[1].get("x"), layers(&desk)[1].get("y")), (None, None), "{:?}", layers(&desk)[1]);
    press(&mut desk, Modifiers::COMMAND, Key::Z);
    assert_eq!(desk.studio().session.brief, before, "a drag is one step of undo");
    // A corner, pressed without the pointer coming near first. The opposite corner stays.
    press(&mut desk, Modifiers::NONE, Key::Escape);
    let away = frame.center() + vec2(0.5 * side, 0.55 * side);
    click_at(&mut desk, frame.center());
    desk.harness.hover_at(away);
    desk.frames(3);
    let frame = *frames(&desk, title).last().unwrap();
    drag_at_once(&mut desk, frame.right_bottom() - vec2(1.0, 1.0), frame.size());
    assert!((number(&desk, 1, "width") - 0.2).abs() < 0.01, "{:?}", layers(&desk)[1]);
    let scaled = *frames(&desk, title).last().unwrap();
    assert!((scaled.left_top() - frame.left_top()).length() < 2.0, "{frame:?} {scaled:?}");
    // The handle above the frame turns it.
    drag_at_once(&mut desk, pos_above(scaled), vec2(scaled.height(), scaled.height() / 2.0 + 24.0));
    assert!((number(&desk, 1, "rotation") - 90.0).abs() < 0.1, "{:?}", layers(&desk)[1]);
    desk.end();
}

/// The handle that turns the layer with this frame.
fn pos_above(frame: Rect) -> Pos2 {
    frame.center_top() - vec2(0.0, 24.0)
}

#[test]
fn several_layers_are_copied_aligned_distributed_and_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path(), Language::Korean);
    with_squares(&mut desk, &[(0.2, 0.2), (0.3, 0.5), (0.8, 0.6)]);
    press(&mut desk, Modifiers::COMMAND, Key::A);
    assert_eq!(desk.studio().selection().len(), 3);
    desk.click("command-distribute-x");
    assert!((number(&desk, 1, "x") - 0.5).abs() < 1e-3, "{:?}", layers(&desk));
    desk.click("command-align-top");
    for index in 0..3 {
        assert!((number(&desk, index, "y") - 0.2).abs() < 1e-3, "{:?}", layers(&desk));
    }
    press(&mut desk, Modifiers::NONE, Key::ArrowDown);
    assert!((0..3).all(|index| (number(&desk, index, "y") - 0.205).abs() < 1e-3), "{:?}", layers(&desk));
    press(&mut desk, Modifiers::COMMAND, Key::D);
    assert_eq!((layers(&desk).len(), desk.studio().selection().layers()), (6, vec![3, 4, 5]));
    press(&mut desk, Modifiers::NONE, Key::Delete);
    assert_eq!(layers(&desk).len(), 3);
    // One alone is aligned with the canvas.
    let title = desk.words("layer-rectangle");
    let at = frames(&desk, title)[0].center();
    click_at(&mut desk, at);
    desk.click("command-align-right");
    assert!((number(&desk, 0, "x") - 0.95).abs() < 1e-3, "{:?}", layers(&desk)[0]);
    press(&mut desk, Modifiers::NONE, Key::Escape);
    assert!(desk.studio().selection().is_empty());
    desk.end();
}

#[test]
fn a_logo_is_dropped_with_shift_or_on_the_layers_and_survives_the_project() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let logo = dir.path().join("logo.svg");
        std::fs::write(&logo, LOGO).unwrap();
        let mut desk = desk(dir.path(), lang);
        desk.harness.input_mut().dropped_files.push(Arc::new(Dropped(logo)));
        desk.until("the logo", |s| s.session.brief.layer_pictures.len() == 1);
        desk.frames(3);
        assert_eq!(desk.studio().session.brief.layers[0]["type"], "picture");
        assert!(desk.studio().shows_layers(&desk.harness.ctx.clone()));
        desk.harness.input_mut().events.push(egui::Event::ModifiersChanged(Modifiers::SHIFT));
        desk.harness.input_mut().dropped_files.push(Arc::new(Dropped(sample())));
        desk.frames(1);
        desk.harness.input_mut().events.push(egui::Event::ModifiersChanged(Modifiers::NONE));
        desk.until("the picture", |s| s.session.brief.layer_pictures.len() == 2);
        assert_eq!(desk.studio().session.brief.product, None, "the picture became the product");
        desk.until_drafted();
        let kept = desk.studio().session.brief.clone();
        let file = dir.path().join("with logo.ncocoa");
        desk.harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
        desk.until("the path box", |s| s.window_name() == Some("path"));
        desk.frames(3);
        desk.fill("path-field", &file.display().to_string());
        desk.click("path-write");
        desk.until("the file", |s| s.session.saved.is_some());
        press(&mut desk, Modifiers::COMMAND, Key::N);
        assert!(layers(&desk).is_empty() && desk.studio().session.saved.is_none(), "Ctrl+N starts an empty project");
        desk.harness.state_mut().open(file);
        desk.until("the project", |s| s.session.brief == kept);
        desk.end();
    }
}

#[test]
fn a_background_is_a_colour_or_an_own_photo() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = desk(dir.path(), lang);
        desk.click("background-color");
        let hex = lang.notice(&notice!("layer-hex", name = lang.t("background-color-name")));
        desk.harness.get_by_label(&hex).focus();
        desk.frames(2);
        press(&mut desk, Modifiers::COMMAND, Key::A);
        desk.harness.event(egui::Event::Text("#00C73C".into()));
        desk.frames(2);
        desk.until_drafted();
        let draft = desk.studio().draft().unwrap();
        assert!(draft.picture.pixels.iter().all(|pixel| *pixel == egui::Color32::from_rgb(0, 0xC7, 0x3C)), "another colour is drawn");
        desk.click("background-photo");
        desk.until("the path box", |s| s.window_name() == Some("path"));
        desk.frames(3);
        desk.fill("path-field", &sample().display().to_string());
        desk.click("path-read");
        desk.until("the photo", |s| s.session.brief.backdrop.is_some());
        assert_eq!(desk.studio().session.brief.background_color, "");
        desk.until_drafted();
        assert_eq!(desk.studio().problem(), None);
        desk.click("background-scene");
        assert_eq!(desk.studio().session.brief.backdrop, None);
        desk.end();
    }
}

#[test]
fn escape_leaves_the_comparison_and_a_restored_entry_leaves_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path(), Language::English);
    desk.fill("text-title", "Sale");
    desk.until_drafted();
    desk.click("command-generate");
    desk.until_made(1);
    desk.frames(3);
    desk.click("command-compare");
    assert!(desk.studio().is_comparing());
    press(&mut desk, Modifiers::NONE, Key::Escape);
    assert!(!desk.studio().is_comparing());
    // Another advertisement with a file; the entry of the first one is restored.
    let file = dir.path().join("other.ncocoa");
    desk.fill("text-title", "Another");
    desk.until_drafted();
    let brief = desk.studio().session.brief.clone();
    desk.harness.state_mut().session.saved = Some((file.clone(), brief));
    desk.harness.state_mut().session.project = "other".into();
    desk.frames(2);
    desk.click_label(&Language::English.notice(&notice!("history-entry", title = "Sale")));
    desk.click("history-restore");
    desk.until("the first text", |s| s.session.brief.text == "Sale");
    assert_eq!((&desk.studio().session.saved, desk.studio().session.project.as_str()), (&None, ""));
    // Undo brings text and file back together.
    press(&mut desk, Modifiers::COMMAND, Key::Z);
    assert_eq!(desk.studio().session.saved.as_ref().map(|saved| saved.0.clone()), Some(file));
    assert_eq!(desk.studio().session.brief.text, "Another");
    desk.end();
}

#[test]
fn tab_scrolls_to_what_it_reaches() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path(), Language::English);
    desk.harness.set_size(vec2(1280.0, 720.0));
    desk.frames(4);
    let words = desk.words("style-title");
    desk.harness.query_all_by_label(words).find(|node| node.accesskit_node().is_text_input()).unwrap().focus();
    desk.frames(2);
    let bottom = 720.0;
    let mut reached = false;
    for _ in 0..40 {
        desk.harness.key_press(Key::Tab);
        desk.frames(12);
        let field = desk.harness.query_all_by_label(desk.words("size-width")).last();
        if field.is_some_and(|field| field.accesskit_node().is_focused()) {
            let rect = desk.harness.get_by_label(desk.words("size-width")).rect();
            assert!(rect.bottom() < bottom && rect.top() > 40.0, "out of sight: {rect:?}");
            reached = true;
            break;
        }
    }
    assert!(reached, "Tab does not reach the width");
    desk.end();
}

#[test]
fn the_panels_take_turns_without_moving_the_picture() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path(), Language::English);
    let picture = desk.harness.get_by_label(desk.words("canvas-picture")).rect();
    press(&mut desk, Modifiers::NONE, Key::L);
    assert!(desk.studio().shows_layers(&desk.harness.ctx.clone()));
    let now = desk.harness.get_by_label(desk.words("canvas-picture")).rect();
    assert!(now.min.distance(picture.min) < 0.5 && now.max.distance(picture.max) < 0.5, "{picture:?} {now:?}");
    press(&mut desk, Modifiers::NONE, Key::H);
    assert!(desk.studio().shows_history(&desk.harness.ctx.clone()));
    assert_eq!(desk.studio().side(), Side::History);
    press(&mut desk, Modifiers::NONE, Key::H);
    assert!(!desk.studio().shows_history(&desk.harness.ctx.clone()));
    desk.end();
}
