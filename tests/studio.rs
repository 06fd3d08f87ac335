//! What the studio asks of the engine: placement, corrected masks, kept steps, plans, the queue, notes and undo.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::*;
use nanococoa::api::parse_request;
use nanococoa::engine::{Engine, SubmitPolicy};
use nanococoa::job::ImageName;
use serde_json::{Value, json};
use uuid::Uuid;

fn submit(engine: &Engine, extra: Value) -> Uuid {
    let spec = parse_request(engine, &request(extra), false).unwrap();
    engine.submit(spec, SubmitPolicy::Enqueue).unwrap()
}

fn run(engine: &Engine, extra: Value) -> Uuid {
    let id = submit(engine, extra);
    completed(&wait(engine, id));
    id
}

fn pixels(engine: &Engine, id: Uuid, name: ImageName) -> image::RgbaImage {
    image::open(engine.image_path(id, name).unwrap_or_else(|| panic!("{name:?}"))).unwrap().into_rgba8()
}

/// A grey PNG as base64.
fn mask_base64(width: u32, height: u32, inside: impl Fn(u32, u32) -> bool) -> String {
    use base64::Engine as _;
    let image = image::GrayImage::from_fn(width, height, |x, y| image::Luma([if inside(x, y) { 255 } else { 0 }]));
    let png = nanococoa::imaging::decode::encode_png(&image, &[]).unwrap();
    base64::engine::general_purpose::STANDARD.encode(png)
}

#[test]
fn absent_placement_changes_no_pixel_and_a_wish_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine_in(dir.path(), &Script::default());
    let plain = run(&engine, json!({}));
    let nulls = json!({"product_x": null, "product_y": null, "product_scale": null, "text_x": null, "text_y": null, "mask_image": null,
        "force_from_step": 1});
    let nulls = run(&engine, nulls);
    let one = run(&engine, json!({"product_scale": 1.0, "force_from_step": 1}));
    for &name in ImageName::ALL {
        assert_eq!(pixels(&engine, plain, name), pixels(&engine, nulls, name), "{name:?}");
        assert_eq!(pixels(&engine, plain, name), pixels(&engine, one, name), "{name:?}");
    }
    let keys = |id| engine.snapshot(id).unwrap().parameters.keys().cloned().collect::<Vec<_>>();
    assert!(!keys(plain).iter().any(|k| k.starts_with("product_") && k != "product_image"));
    let moved = run(&engine, json!({"product_x": 0.25, "text_x": 0.75, "text_y": 0.8}));
    let across = |id, name| {
        let mask = nanococoa::imaging::Plane::from_gray(&image::open(engine.image_path(id, name).unwrap()).unwrap().into_luma8());
        let (x0, y0, x1, y1) = mask.bounds(0.3).unwrap();
        ((x0 + x1) as f32 / 2.0, (y0 + y1) as f32 / 2.0, x1 - x0)
    };
    assert!((across(moved, ImageName::Placed).0 - 64.0).abs() <= 1.5, "{:?}", across(moved, ImageName::Placed));
    let (before, after) = (across(plain, ImageName::Letters), across(moved, ImageName::Letters));
    assert!(after.1 > before.1 && after.0 >= before.0 && after.2 == before.2, "{before:?} {after:?}");
    let text = nanococoa::imaging::decode::read_png_text(&std::fs::read(engine.image_path(moved, ImageName::Final).unwrap()).unwrap());
    let meta: Value = serde_json::from_str(&text.iter().find(|t| t.0 == "nanococoa").unwrap().1).unwrap();
    assert_eq!(meta["parameters"]["product_x"], 0.25);
    engine.shutdown();
}

#[test]
fn a_corrected_mask_goes_before_segmentation() {
    let dir = tempfile::tempdir().unwrap();
    let script = Script::default();
    script.set("segment", Act::Fail("the photo must not be segmented".into()));
    let engine = engine_in(dir.path(), &script);
    // Half the photo's size: it is brought to the photo's.
    let mask = mask_base64(24, 20, |x, _| x < 12);
    let id = run(&engine, json!({"mask_image": mask}));
    let kept = pixels(&engine, id, ImageName::Mask);
    assert_eq!(kept.dimensions(), (48, 40));
    assert!(kept.get_pixel(5, 5).0[0] == 255 && kept.get_pixel(44, 5).0[0] == 0);
    assert_eq!(pixels(&engine, id, ImageName::Cutout).get_pixel(44, 5).0[3], 0);
    assert!(engine.snapshot(id).unwrap().parameters["mask_image"].as_str().unwrap().starts_with("PNG 24×20"));

    // Continued before its first step was finished, the job still knows its mask.
    script.set("scene", Act::Slow(std::time::Duration::from_secs(30)));
    let id = submit(&engine, json!({"mask_image": mask, "seed": 4}));
    wait_until(&engine, id, |j| j.sub_step() == Some("flux_background_generation"));
    engine.stop(id);
    wait(&engine, id);
    let raw = engine.resume_request(id).unwrap();
    assert!(raw["mask_image"].as_str().unwrap().starts_with("iVBOR"));
    script.set("scene", Act::Quick);
    let spec = parse_request(&engine, &raw, false).unwrap();
    let again = engine.submit(spec, SubmitPolicy::Enqueue).unwrap();
    completed(&wait(&engine, again));
    assert_eq!(pixels(&engine, again, ImageName::Mask), kept);
    engine.shutdown();
}
