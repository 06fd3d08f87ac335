//! Layers and own backgrounds through the engine: steps that are kept, pictures that come back, exact colours.

use nanococoa::backend::Backend;
use nanococoa::backend::draft::DraftBackend;
use nanococoa::engine::{Engine, SubmitPolicy, parse_request};
use nanococoa::job::ImageName;
use nanococoa::request::{Attachment, RawRequest, StepNumber};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::*;

const LOGO: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 1'><rect width='2' height='1' fill='#1E88E5'/></svg>";

fn draft_engine(dir: &std::path::Path) -> Engine {
    Engine::start(config_in(dir), std::sync::Arc::new(|_| Ok(Box::new(DraftBackend::default()) as Box<dyn Backend>))).unwrap()
}

fn submit(engine: &Engine, raw: RawRequest) -> Uuid {
    let spec = parse_request(engine, raw, true).unwrap_or_else(|errors| panic!("{errors:?}"));
    let id = engine.submit(spec, SubmitPolicy::Enqueue).unwrap();
    completed(&wait(engine, id));
    id
}

fn run(engine: &Engine, extra: Value) -> Uuid {
    let mut fields = request(json!({"product_image": product()}));
    fields.extend(extra.as_object().unwrap().clone());
    submit(engine, raw(fields))
}

/// A cut-out box.
fn product() -> String {
    let inside = |v: u32, side: u32| (4..side - 4).contains(&v);
    let box_ = |x, y| if inside(x, 48) && inside(y, 40) { image::Rgba([120, 60, 30, 255]) } else { image::Rgba([0; 4]) };
    base64(&nanococoa::imaging::encode::encode_png(&image::RgbaImage::from_fn(48, 40, box_), &[]).unwrap())
}

fn pixels(engine: &Engine, id: Uuid, name: ImageName) -> image::RgbaImage {
    image::open(engine.image_path(id, name).unwrap_or_else(|| panic!("{name:?}"))).unwrap().into_rgba8()
}

fn cached(engine: &Engine, id: Uuid) -> Vec<u8> {
    engine.snapshot(id).unwrap().cached_steps.iter().map(|step| step.get()).collect()
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn stack() -> Value {
    json!([
        {"type": "shape", "shape": "ellipse", "fill": "#FFC107", "x": 0.5, "y": 0.6, "width": 0.9, "height": 0.5, "behind": true},
        {"type": "picture", "image": photo_base64(64, 32), "x": 0.15, "y": 0.9, "width": 0.2, "rotation": 10},
        {"type": "picture", "image": base64(LOGO), "x": 0.85, "y": 0.9, "width": 0.2},
        {"type": "picture", "image": photo_base64(16, 16), "hidden": true},
        {"type": "text", "text": "2,980원", "size": 0.1, "color": "#E53935", "x": 0.5, "y": 0.9, "plate": true}
    ])
}

#[test]
fn changed_layers_run_the_last_step_only() {
    let dir = tempfile::tempdir().unwrap();
    let engine = draft_engine(dir.path());
    let plain = run(&engine, json!({}));
    let layered = run(&engine, json!({"layers": stack()}));
    assert_eq!(cached(&engine, layered), [1, 2]);
    assert_eq!(pixels(&engine, layered, ImageName::Step1), pixels(&engine, plain, ImageName::Step1));
    let (before, after) = (pixels(&engine, plain, ImageName::Final), pixels(&engine, layered, ImageName::Final));
    // The logo is above everything in exactly its colour; the ellipse lies behind the product.
    assert_eq!(after.get_pixel(218, 230).0, [0x1E, 0x88, 0xE5, 255]);
    assert_ne!(before, after);
    let placed = pixels(&engine, plain, ImageName::Placed);
    let product: Vec<_> = placed.enumerate_pixels().filter(|(_, y, p)| p.0[0] == 255 && (130..190).contains(y)).collect();
    assert!(product.len() > 500 && product.iter().all(|(x, y, _)| before.get_pixel(*x, *y) == after.get_pixel(*x, *y)));
    let yellow = after.enumerate_pixels().filter(|(x, y, p)| placed.get_pixel(*x, *y).0[0] == 0 && p.0 == [0xFF, 0xC1, 0x07, 255]).count();
    assert!(yellow > 500, "{yellow}");
    // The same again is taken as a whole; without layers the job is the one from before.
    assert_eq!(cached(&engine, run(&engine, json!({"layers": stack()}))), [1, 2, 3]);
    assert_eq!(cached(&engine, run(&engine, json!({"layers": []}))), [1, 2, 3]);
    engine.shutdown();
}

#[test]
fn a_job_runs_again_with_the_pictures_of_its_layers() {
    let dir = tempfile::tempdir().unwrap();
    let engine = draft_engine(dir.path());
    let first = run(&engine, json!({"layers": stack(), "background_image": photo_base64(90, 60)}));
    let wanted = pixels(&engine, first, ImageName::Final);
    for step in StepNumber::ALL {
        let mut raw = engine.request_from(first, step).unwrap();
        assert_eq!(raw.layer_pictures.keys().copied().collect::<Vec<_>>(), [1, 2, 3], "the hidden one too");
        assert!(matches!(&raw.layer_pictures[&2], Attachment::File(bytes) if &bytes[..] == LOGO));
        raw.fields.insert("force_from_step".into(), json!(step.get()));
        let again = submit(&engine, raw);
        assert_eq!(pixels(&engine, again, ImageName::Final), wanted, "{step}");
    }
    let text = nanococoa::imaging::png_chunks::read_png_text(&std::fs::read(engine.image_path(first, ImageName::Final).unwrap()).unwrap());
    let meta: Value = serde_json::from_str(&text.iter().find(|t| t.0 == "nanococoa").unwrap().1).unwrap();
    assert_eq!(meta["parameters"]["layers"].as_array().unwrap().len(), 5);
    assert!(meta["parameters"]["layers"][2]["image"].as_str().unwrap().starts_with("SVG 2×1"));
    engine.shutdown();
}

#[test]
fn layers_alone_make_an_advertisement() {
    let dir = tempfile::tempdir().unwrap();
    let engine = draft_engine(dir.path());
    let id = run(&engine, json!({"text_content": null, "layers": stack()}));
    let job = engine.snapshot(id).unwrap();
    assert!(job.images.contains(&ImageName::Final) && !job.images.contains(&ImageName::Step2));
    assert_ne!(pixels(&engine, id, ImageName::Final), pixels(&engine, id, ImageName::Step1));
    assert_eq!((job.resume_step(), job.legibility), (StepNumber::Composite, None));
    let again = submit(&engine, engine.resume_request(id).unwrap());
    assert_eq!(pixels(&engine, again, ImageName::Final), pixels(&engine, id, ImageName::Final));
    // Ended before its last step, it is the background.
    let early = run(&engine, json!({"text_content": null, "layers": stack(), "stop_step": 2}));
    assert_eq!(pixels(&engine, early, ImageName::Final), pixels(&engine, id, ImageName::Step1));
    engine.shutdown();
}

#[test]
fn a_plain_background_is_exactly_its_colour() {
    let dir = tempfile::tempdir().unwrap();
    let engine = draft_engine(dir.path());
    for (hex, color) in [("#00C73C", [0, 0xC7, 0x3C]), ("#FFFFFF", [255; 3]), ("#010203", [1, 2, 3])] {
        let id = run(&engine, json!({"background_color": hex}));
        let image = pixels(&engine, id, ImageName::Final);
        let exact = image.pixels().filter(|p| p.0[..3] == color).count();
        assert!(exact * 5 > 2 * 256 * 256, "{hex}: {exact}");
        for (x, y) in [(0, 0), (255, 0), (0, 255), (255, 255), (2, 128)] {
            assert_eq!(image.get_pixel(x, y).0[..3], color, "{hex} at {x},{y}");
        }
    }
    let alone = run(&engine, json!({"background_color": "#00C73C", "text_content": null, "product_image": null}));
    assert!(pixels(&engine, alone, ImageName::Final).pixels().all(|p| p.0 == [0, 0xC7, 0x3C, 255]));
    assert!(engine.snapshot(alone).unwrap().stage.is_some());
    engine.shutdown();
}

#[test]
fn an_own_picture_covers_the_canvas() {
    let dir = tempfile::tempdir().unwrap();
    let engine = draft_engine(dir.path());
    // Left half red, right half blue; twice as wide as the canvas.
    let wide = image::RgbImage::from_fn(512, 256, |x, _| image::Rgb(if x < 256 { [200, 0, 0] } else { [0, 0, 200] }));
    let wide = base64(&nanococoa::imaging::encode::encode_png(&wide, &[]).unwrap());
    let id = run(&engine, json!({"background_image": wide, "text_content": null, "product_image": null}));
    let image = pixels(&engine, id, ImageName::Final);
    assert_eq!((image.get_pixel(0, 0).0, image.get_pixel(127, 255).0), ([200, 0, 0, 255], [200, 0, 0, 255]));
    assert_eq!((image.get_pixel(128, 0).0, image.get_pixel(255, 255).0), ([0, 0, 200, 255], [0, 0, 200, 255]));
    assert_eq!(pixels(&engine, id, ImageName::Backdrop).dimensions(), (512, 256));
    engine.shutdown();
}
