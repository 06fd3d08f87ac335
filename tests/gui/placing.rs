//! Product and letters dragged on the picture, and the brush on the cut-out.

use egui::{Key, Modifiers, vec2};
use egui_kittest::kittest::Queryable as _;
use nanococoa::job::ImageName;
use nanococoa::notice::Language;

use crate::common::Script;
use crate::desk::{Desk, sample};

fn desk(dir: &std::path::Path, lang: Language) -> Desk {
    let mut desk = Desk::fake(dir, &Script::default(), lang);
    desk.harness.state_mut().open(sample());
    desk.until("the photo", |s| s.session.brief.product.is_some());
    desk.fill("text-title", "Sale");
    // Where the letters stand automatically depends on the set.
    desk.harness.state_mut().session.brief.seed = 7;
    desk.until_drafted();
    desk.frames(3);
    desk
}

#[test]
fn the_product_is_dragged_scaled_and_put_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path(), Language::English);
    let before = desk.studio().session.brief.clone();
    let at = desk.place("canvas-move-product");
    desk.drag(at, vec2(-120.0, 30.0));
    let brief = desk.studio().session.brief.clone();
    let x = brief.product_x.unwrap();
    assert!(x > 0.2 && x < 0.45, "{x}");
    assert!(brief.product_y.is_some());
    desk.until_drafted();
    let drawn = desk.studio().draft().unwrap().boxes.product.unwrap();
    assert!((drawn.center().x - x).abs() < 0.02, "{drawn:?} {x}");

    // A corner scales about the foot.
    let frame = desk.harness.get_by_label(desk.words("canvas-move-product")).rect();
    desk.harness.hover_at(frame.center());
    desk.frames(2);
    desk.drag(frame.left_top() + vec2(1.0, 1.0), vec2(frame.width() / 4.0, frame.height() / 4.0));
    let scale = desk.studio().session.brief.product_scale.unwrap();
    assert!(scale > 0.5 && scale < 0.9, "{scale}");

    // Each drag is one step of undo.
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    desk.frames(3);
    assert_eq!(desk.studio().session.brief, brief);
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    desk.frames(3);
    assert_eq!(desk.studio().session.brief, before);

    // Arrows, then a double click puts it back.
    desk.harness.get_by_label(desk.words("canvas-move-product")).focus();
    desk.frames(2);
    desk.harness.key_press(Key::ArrowRight);
    desk.harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::ArrowUp);
    desk.frames(3);
    let brief = desk.studio().session.brief.clone();
    assert!((brief.product_x.unwrap() - 0.505).abs() < 0.004, "{:?}", brief.product_x);
    assert!(brief.product_y.is_some() && brief.product_scale.unwrap() > 1.0);
    desk.click("command-product-auto");
    assert_eq!(desk.studio().session.brief, before);

    // What was placed is what is sent.
    desk.harness.state_mut().session.brief.product_x = Some(0.25);
    desk.click("command-generate");
    desk.until_made(1);
    assert_eq!(desk.studio().jobs()[0].parameters["product_x"], 0.25);
    desk.end();
}

/// The panel of the product: mirroring, turning, its shadow; and a canvas without a background. By keyboard, as the panel may be scrolled.
#[test]
fn the_product_is_turned_and_lit_in_its_panel() {
    for lang in Language::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut desk = desk(dir.path(), lang);
        let before = desk.studio().session.brief.clone();
        let drafted = desk.studio().draft().unwrap().boxes.product.unwrap();
        desk.harness.get_by_label(desk.words("canvas-move-product")).click();
        desk.frames(3);
        desk.harness.key_press(Key::L);
        desk.frames(3);
        let press = |desk: &mut Desk, key: &'static str, pressed: Key| {
            desk.harness.get_by_label(desk.words(key)).focus();
            desk.frames(2);
            desk.harness.key_press(pressed);
            desk.frames(2);
        };
        press(&mut desk, "product-flip-horizontal", Key::Space);
        assert_eq!(desk.studio().session.brief.look.flip, nanococoa::request::Flip::Horizontal);
        press(&mut desk, "product-rotation", Key::ArrowRight);
        let rotation = desk.studio().session.brief.look.rotation;
        assert!(rotation > 0.0, "{rotation}");
        desk.harness.state_mut().session.brief.look.rotation = 90.0;
        desk.until_drafted();
        desk.frames(2);
        let turned = desk.studio().draft().unwrap().boxes;
        let aspect = |rect: egui::Rect| rect.width() / rect.height();
        assert!((aspect(turned.product.unwrap()) * aspect(drafted) - 1.0).abs() < 0.1, "{turned:?} {drafted:?}");
        assert_eq!(turned.cut, None);
        press(&mut desk, "product-shadow-contact", Key::Space);
        press(&mut desk, "product-shadow-own-direction", Key::Space);
        let look = desk.studio().session.brief.look.clone();
        assert!(!look.contact && look.direction.is_some());
        // Not further: the photo itself can be undone too.
        for _ in 0..8 {
            if desk.studio().session.brief.look != before.look {
                desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
                desk.frames(2);
            }
        }
        assert_eq!(desk.studio().session.brief.look, before.look);

        desk.harness.state_mut().session.brief.look.rotation = 15.0;
        desk.click("background-nothing");
        assert_eq!(desk.studio().session.brief.background_color, "transparent");
        desk.until_drafted();
        let picture = desk.studio().draft().unwrap().picture;
        assert_eq!(picture.pixels[0].a(), 0);
        assert!(picture.pixels.iter().any(|p| p.a() == 255));
        desk.click("command-generate");
        desk.until_made(1);
        let job = &desk.studio().jobs()[0];
        assert_eq!((&job.parameters["product_rotation"], &job.parameters["background_color"]), (&15.0.into(), &"transparent".into()));
        desk.end();
    }
}

#[test]
fn letters_snap_to_their_places_and_stay_where_they_are_put() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path(), Language::Korean);
    desk.harness.state_mut().session.brief.product = None;
    desk.until_drafted();
    desk.frames(3);
    let at = desk.place("canvas-move-text");
    let picture = desk.harness.get_by_label(desk.words("canvas-picture")).rect();
    // Almost to the middle: it snaps.
    desk.drag(at, vec2(2.0, picture.center().y - at.y + 3.0));
    let brief = desk.studio().session.brief.clone();
    assert_eq!((brief.position, brief.text_x, brief.text_y), (nanococoa::request::TextPosition::Center, None, None));
    desk.until_drafted();
    desk.frames(3);
    let at = desk.place("canvas-move-text");
    let auto = desk.studio().draft().unwrap().boxes.auto_y;
    // Clear of every line.
    let far = if (auto - 0.58).abs() < 0.03 { 100.0 } else { 71.0 };
    desk.drag(at, vec2(0.0, far));
    let y = desk.studio().session.brief.text_y.unwrap();
    assert!(y > 0.52 && y < 0.66, "{y}");
    desk.until_drafted();
    desk.frames(3);
    let drawn = desk.studio().draft().unwrap().boxes.text.unwrap();
    assert!((drawn.center().y - y).abs() < 0.02, "{drawn:?} {y}");
    // Esc takes a drag back.
    let at = desk.place("canvas-move-text");
    let before = desk.studio().session.brief.clone();
    desk.harness.hover_at(at);
    desk.frames(2);
    desk.harness.drag_at(at);
    desk.frames(2);
    desk.harness.hover_at(at + vec2(40.0, 60.0));
    desk.frames(2);
    assert_ne!(desk.studio().session.brief, before);
    desk.harness.key_press(Key::Escape);
    desk.frames(2);
    assert_eq!(desk.studio().session.brief, before);
    desk.harness.drop_at(at + vec2(40.0, 60.0));
    desk.frames(2);
    assert_eq!(desk.studio().session.brief, before);
    desk.click("command-text-auto");
    assert_eq!((desk.studio().session.brief.text_x, desk.studio().session.brief.text_y), (None, None));
    desk.end();
}

#[test]
fn corners_and_keys_scale_the_letters_about_their_centre() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path(), Language::English);
    let before = desk.studio().session.brief.clone();
    let whole = desk.studio().draft().unwrap().boxes.text.unwrap();
    let frame = desk.harness.get_by_label(desk.words("canvas-move-text")).rect();
    desk.harness.hover_at(frame.center());
    desk.frames(2);
    desk.drag(frame.left_top() + vec2(1.0, 1.0), vec2(frame.width() / 4.0, frame.height() / 4.0));
    let brief = desk.studio().session.brief.clone();
    let scale = brief.text_scale.unwrap();
    assert!((scale - 0.5).abs() < 0.08 && brief.text_y.is_none(), "{scale}");
    desk.until_drafted();
    desk.frames(3);
    let drawn = desk.studio().draft().unwrap().boxes.text.unwrap();
    assert!((drawn.width() / whole.width() - scale).abs() < 0.04, "{whole:?} {drawn:?}");
    assert!((drawn.center().x - whole.center().x).abs() < 0.02, "{whole:?} {drawn:?}");
    // Letters never become larger than what fits.
    let frame = desk.harness.get_by_label(desk.words("canvas-move-text")).rect();
    desk.drag(frame.left_top() + vec2(1.0, 1.0), -frame.size() * 2.0);
    assert_eq!(desk.studio().session.brief.text_scale, None);
    desk.harness.get_by_label(desk.words("canvas-move-text")).focus();
    desk.frames(2);
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::ArrowDown);
    desk.frames(3);
    let nudged = desk.studio().session.brief.text_scale;
    assert!(nudged.is_some_and(|scale| (scale - 1.0 / 1.05).abs() < 1e-3), "{nudged:?}");
    desk.click("command-text-auto");
    assert_eq!(desk.studio().session.brief, before);
    desk.end();
}

#[test]
fn the_brush_corrects_the_cut_out() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = desk(dir.path(), Language::English);
    desk.click("product-refine");
    desk.frames(6);
    desk.until("the sheet", |_| true);
    desk.frames(10);
    let picture = desk.harness.get_by_label(desk.words("canvas-picture")).rect();
    let wait = |desk: &mut Desk| desk.until("the mask in the brief", |s| s.session.brief.mask.is_some() && !s.is_painting());
    desk.drag(picture.center(), vec2(120.0, 0.0));
    wait(&mut desk);
    let first = desk.studio().session.brief.mask.clone().unwrap();
    let gray = image::open(&first.path).unwrap().into_luma8();
    let (w, h) = gray.dimensions();
    assert_eq!(gray.get_pixel(w / 2, h / 2).0, [0], "removed where it was painted");
    desk.until_drafted();

    // Larger, adding, another stroke; then back by undo.
    desk.click("brush-add");
    let size = desk.studio().brush_size();
    desk.harness.key_press(Key::CloseBracket);
    desk.frames(2);
    assert!(desk.studio().brush_size() > size);
    desk.harness.key_press(Key::OpenBracket);
    desk.frames(2);
    desk.drag(picture.center(), vec2(60.0, 10.0));
    desk.until("another mask", |s| s.session.brief.mask.as_ref().is_some_and(|m| m.hash != first.hash) && !s.is_painting());
    desk.frames(2);
    desk.harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    desk.frames(3);
    assert_eq!(desk.studio().session.brief.mask.as_ref(), Some(&first));
    desk.until_drafted();

    // It goes with the request, and the job keeps it.
    desk.click("command-generate");
    desk.until_made(1);
    let job = desk.studio().jobs()[0].clone();
    assert!(job.parameters["mask_image"].is_string());
    let kept = image::open(desk.engine.image_path(job.id, ImageName::Mask).unwrap()).unwrap().into_luma8();
    assert_eq!(kept.get_pixel(kept.width() / 2, kept.height() / 2).0, [0]);
    desk.click("command-mask-auto");
    assert_eq!(desk.studio().session.brief.mask, None);
    desk.end();
}

/// The brush on, and the picture that it paints on.
fn refining(dir: &std::path::Path) -> (Desk, egui::Rect) {
    let mut desk = desk(dir, Language::English);
    desk.click("product-refine");
    desk.until("the sheet", |s| !s.is_loading());
    desk.frames(10);
    let picture = desk.harness.get_by_label(desk.words("canvas-picture")).rect();
    (desk, picture)
}

#[test]
fn the_last_stroke_is_kept_however_soon_the_window_closes() {
    let dir = tempfile::tempdir().unwrap();
    let (mut desk, picture) = refining(dir.path());
    desk.drag(picture.center(), vec2(120.0, 0.0));
    desk.drag(picture.center(), vec2(0.0, 90.0));
    desk.end();
    let desk = Desk::fake(dir.path(), &Script::default(), Language::English);
    let mask = desk.studio().session.brief.mask.clone().unwrap();
    let gray = image::open(&mask.path).unwrap().into_luma8();
    let scale = gray.width() as f32 / picture.width();
    let at = |x: f32, y: f32| gray.get_pixel(gray.width() / 2 + (x * scale) as u32, gray.height() / 2 + (y * scale) as u32).0[0];
    assert_eq!((at(60.0, 0.0), at(0.0, 60.0)), (0, 0), "both strokes are in it");
    desk.end();
}

#[test]
fn a_stroke_that_cannot_be_written_says_so_and_holds_nothing_up() {
    let dir = tempfile::tempdir().unwrap();
    let (mut desk, picture) = refining(dir.path());
    let photos = dir.path().join("studio/photos");
    let aside = dir.path().join("aside");
    std::fs::rename(&photos, &aside).unwrap();
    std::fs::write(&photos, b"in the way").unwrap();
    desk.drag(picture.center(), vec2(120.0, 0.0));
    desk.until("the end of the stroke", |s| !s.is_painting());
    desk.frames(3);
    let said = desk.studio().notifications();
    assert!(said.iter().any(|n| n.contains("cannot be written")), "{said:?}");
    assert_eq!(desk.studio().session.brief.mask, None);
    std::fs::remove_file(&photos).unwrap();
    std::fs::rename(&aside, &photos).unwrap();
    desk.drag(picture.center(), vec2(0.0, 90.0));
    desk.until("the mask", |s| s.session.brief.mask.is_some() && !s.is_painting());
    let gray = image::open(&desk.studio().session.brief.mask.as_ref().unwrap().path).unwrap().into_luma8();
    let right = (60.0 * gray.width() as f32 / picture.width()) as u32;
    assert_eq!(gray.get_pixel(gray.width() / 2 + right, gray.height() / 2).0, [255], "the lost stroke does not come back");
    desk.end();
}

#[test]
fn another_photo_never_gets_the_sheet_of_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let wide = dir.path().join("wide.png");
    image::RgbImage::from_pixel(400, 100, image::Rgb([200, 40, 30])).save(&wide).unwrap();
    let (mut desk, picture) = refining(dir.path());
    let first = desk.studio().session.brief.clone();
    desk.harness.state_mut().open(wide);
    desk.until("the other photo", |s| s.session.brief.product.as_ref().is_some_and(|p| p.width == 400));
    let other = desk.studio().session.brief.clone();
    desk.harness.state_mut().session.brief = first;
    desk.until_drafted();
    desk.frames(6);
    desk.drag(picture.center(), vec2(120.0, 0.0));
    desk.harness.state_mut().session.brief = other;
    desk.until("the end of the stroke", |s| !s.is_painting());
    desk.until_drafted();
    desk.frames(6);
    let picture = desk.harness.get_by_label(desk.words("canvas-picture")).rect();
    desk.drag(picture.center(), vec2(40.0, 0.0));
    desk.until("the mask", |s| s.session.brief.mask.is_some() && !s.is_painting());
    let gray = image::open(&desk.studio().session.brief.mask.as_ref().unwrap().path).unwrap();
    assert_eq!(gray.width(), gray.height() * 4);
    desk.end();
}
