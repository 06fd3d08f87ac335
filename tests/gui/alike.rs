//! The live draft shows what "Generate" makes: both pictures of one brief are compared.

use image::RgbImage;
use image::imageops::{FilterType, resize};
use nanococoa::gui::live::Draft;
use nanococoa::gui::state::{Brief, Mask};
use nanococoa::job::ImageName;
use nanococoa::notice::Language;
use nanococoa::request::{BackendChoice, CompositionMode, TextPosition};

use crate::desk::{Desk, real, sample};

/// Longest side at which pictures are compared: finer detail depends on the number of pixels.
const SIDE: u32 = 72;
/// Largest difference of a channel, 0..=255, that resolution alone causes at that size. Measured: at most 21 for the same brief, and at least
/// 175 for a disturbed one; the test prints the table (`cargo nextest run --test gui --no-capture alike`).
const TOLERANCE: u8 = 40;

fn compared(image: &RgbImage) -> RgbImage {
    let scale = f64::from(SIDE) / f64::from(image.width().max(image.height()));
    let side = |pixels: u32| ((f64::from(pixels) * scale).round() as u32).max(1);
    resize(image, side(image.width()), side(image.height()), FilterType::Triangle)
}

fn difference(a: &RgbImage, b: &RgbImage) -> u8 {
    let (a, b) = (compared(a), compared(b));
    assert_eq!(a.dimensions(), b.dimensions());
    a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

fn picture(draft: &Draft) -> RgbImage {
    let [width, height] = draft.picture.size;
    let pixels = draft.picture.pixels.iter().flat_map(|p| [p.r(), p.g(), p.b()]).collect();
    RgbImage::from_raw(width as u32, height as u32, pixels).unwrap()
}

/// A mask that keeps the left part of the sample's product.
fn left_half(desk: &Desk, dir: &std::path::Path) -> Mask {
    let product = desk.studio().session.brief.product.clone().unwrap();
    let mask = image::GrayImage::from_fn(product.width, product.height, |x, y| {
        let inside = x > product.width / 4 && x < product.width * 9 / 20 && y > product.height / 4 && y < product.height * 3 / 4;
        image::Luma([if inside { 255 } else { 0 }])
    });
    let path = dir.join("mask.png");
    mask.save(&path).unwrap();
    Mask { path, hash: "left".into() }
}

type Edit = fn(&mut Brief);

#[test]
fn the_live_draft_and_the_finished_draft_look_alike() {
    let dir = tempfile::tempdir().unwrap();
    let mut desk = Desk::over(dir.path(), real(dir.path()), Some(Language::English));
    desk.harness.state_mut().open(sample());
    desk.until("the photo", |s| s.session.brief.product.is_some());
    let mask = left_half(&desk, dir.path());
    let base = Brief {
        product: desk.studio().session.brief.product.clone(),
        scene: "wooden table in a warm cafe".into(),
        text: "신메뉴 출시".into(),
        style: "gold metallic text".into(),
        seed: 7,
        seed_locked: true,
        engine: BackendChoice::Draft,
        ..Brief::default()
    };
    // A brief, and an edit of it that must be seen.
    let cases: [(&str, Edit, Edit); 7] = [
        ("overlay", |_| {}, |b| b.text_y = Some(0.2)),
        (
            "blend",
            |b| (b.mode, b.position, b.width, b.height) = (CompositionMode::Blend, TextPosition::Bottom, 1280, 720),
            |b| b.position = TextPosition::Center,
        ),
        // In the middle, where letters and product overlap.
        ("behind", |b| (b.mode, b.position) = (CompositionMode::Behind, TextPosition::Center), |b| b.mode = CompositionMode::Overlay),
        ("without a product", |b| (b.product, b.position, b.height) = (None, TextPosition::Center, 1280), |b| b.seed = 8),
        ("without text", |b| b.text.clear(), |b| b.product_x = Some(0.54)),
        (
            "placed",
            |b| (b.product_x, b.product_y, b.product_scale, b.text_x, b.text_y) = (Some(0.3), Some(0.9), Some(1.3), Some(0.6), Some(0.25)),
            |b| b.product_scale = Some(1.2),
        ),
        ("masked", |b| b.scene = "beach at noon".into(), |b| b.mask = None),
    ];
    let mut rows = Vec::new();
    for (count, (name, edit, disturb)) in cases.into_iter().enumerate() {
        let mut brief = base.clone();
        edit(&mut brief);
        if name == "masked" {
            brief.mask = Some(mask.clone());
        }
        desk.harness.state_mut().session.brief = brief.clone();
        desk.until_drafted();
        let live = picture(&desk.studio().draft().unwrap());
        desk.click("command-generate");
        desk.until_made(count + 1);
        let id = desk.studio().jobs()[0].id;
        let finished = image::open(desk.engine.image_path(id, ImageName::Final).unwrap()).unwrap().into_rgb8();
        assert_eq!(desk.studio().session.brief, brief);

        disturb(&mut desk.harness.state_mut().session.brief);
        desk.until_drafted();
        let disturbed = picture(&desk.studio().draft().unwrap());
        rows.push((name, difference(&live, &finished), difference(&disturbed, &finished)));
    }
    desk.end();
    println!("{:20} {:>5} {:>9}", "case", "same", "disturbed");
    for (name, same, disturbed) in &rows {
        println!("{name:20} {same:5} {disturbed:9}");
    }
    for (name, same, disturbed) in rows {
        assert!(same <= TOLERANCE, "{name}: the live draft differs by {same}");
        assert!(disturbed > TOLERANCE, "{name}: the comparison misses an edit ({disturbed})");
    }
}
