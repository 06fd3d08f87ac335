//! The product turned, mirrored, cropped and corrected, its shadow, and advertisements without a background: pixels of the draft backend.

use nanococoa::backend::Backend;
use nanococoa::backend::draft::DraftBackend;
use nanococoa::engine::{Engine, SubmitPolicy, parse_request};
use nanococoa::imaging::Plane;
use nanococoa::job::ImageName;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::common::*;

fn draft_engine(dir: &std::path::Path) -> Engine {
    Engine::start(config_in(dir), std::sync::Arc::new(|_| Ok(Box::new(DraftBackend::default()) as Box<dyn Backend>))).unwrap()
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A cut-out bottle of 30×90 pixels, red on its left half and blue on its right one, with a green label in the upper third of the left half.
fn bottle() -> String {
    let pixel = |x: u32, y: u32| {
        if !(45..75).contains(&x) || !(15..105).contains(&y) {
            return image::Rgba([0; 4]);
        }
        let label = x < 57 && (25..40).contains(&y);
        image::Rgba(if label {
            [20, 180, 60, 255]
        } else if x < 60 {
            [190, 30, 30, 255]
        } else {
            [30, 40, 190, 255]
        })
    };
    base64(&nanococoa::imaging::encode::encode_png(&image::RgbaImage::from_fn(120, 120, pixel), &[]).unwrap())
}

fn run(engine: &Engine, extra: Value) -> Uuid {
    let mut fields = request(json!({"product_image": bottle(), "background_color": "#FFFFFF", "text_content": null, "seed": 7}));
    fields.extend(extra.as_object().unwrap().clone());
    let spec = parse_request(engine, raw(fields), true).unwrap_or_else(|errors| panic!("{errors:?}"));
    let id = engine.submit(spec, SubmitPolicy::Enqueue).unwrap();
    completed(&wait(engine, id));
    id
}

fn pixels(engine: &Engine, id: Uuid, name: ImageName) -> image::RgbaImage {
    image::open(engine.image_path(id, name).unwrap_or_else(|| panic!("{name:?}"))).unwrap().into_rgba8()
}

fn footprint(engine: &Engine, id: Uuid) -> (usize, usize, usize, usize) {
    let mask = image::open(engine.image_path(id, ImageName::Placed).unwrap()).unwrap().into_luma8();
    Plane::from_gray(&mask).bounds(0.5).unwrap()
}

/// Mean darkness of the white canvas in these columns, below the product's foot row.
fn shade(engine: &Engine, id: Uuid, columns: std::ops::Range<u32>) -> f32 {
    let image = pixels(engine, id, ImageName::Final);
    let (_, _, _, foot) = footprint(engine, id);
    let rows = foot as u32 - 12..(foot as u32 + 20).min(image.height());
    let count = (columns.len() * rows.len()) as f32;
    rows.flat_map(|y| columns.clone().map(move |x| (x, y))).map(|(x, y)| 255.0 - f32::from(image.get_pixel(x, y).0[1])).sum::<f32>() / count
}

#[test]
fn fields_at_their_defaults_change_no_pixel() {
    let dir = tempfile::tempdir().unwrap();
    let engine = draft_engine(dir.path());
    let plain = run(&engine, json!({"background_color": null}));
    let same = json!({"background_color": null, "product_rotation": 0, "product_flip": "none", "product_crop_left": 0, "product_exposure": 0,
        "product_white_balance": 0, "shadow_strength": 1, "shadow_contact": true, "force_from_step": 1});
    let same = run(&engine, same);
    for name in [ImageName::Placed, ImageName::Step1, ImageName::Final] {
        assert_eq!(pixels(&engine, plain, name), pixels(&engine, same, name), "{name:?}");
    }
    let names = |id| engine.snapshot(id).unwrap().parameters.keys().filter(|k| k.starts_with("shadow_")).count();
    assert_eq!((names(plain), names(same)), (0, 2));
    engine.shutdown();
}

#[test]
fn the_footprint_follows_the_turned_mirrored_and_cropped_product() {
    let dir = tempfile::tempdir().unwrap();
    let engine = draft_engine(dir.path());
    let aspect = |extra: Value| {
        let (x0, y0, x1, y1) = footprint(&engine, run(&engine, extra));
        (x1 - x0) as f32 / (y1 - y0) as f32
    };
    assert!((aspect(json!({})) - 1.0 / 3.0).abs() < 0.03);
    assert!((aspect(json!({"product_rotation": 90})) - 3.0).abs() < 0.2);
    let (sin, cos) = 30.0_f32.to_radians().sin_cos();
    let tilted = aspect(json!({"product_rotation": 30}));
    assert!((tilted - (cos + 3.0 * sin) / (sin + 3.0 * cos)).abs() < 0.05, "{tilted}");
    // The upper half alone is half as tall.
    assert!((aspect(json!({"product_crop_bottom": 0.5})) - 30.0 / 45.0).abs() < 0.05);

    // Mirrored, the halves change places; twice mirrored, the picture is the same.
    let half = |extra: Value| {
        let id = run(&engine, extra);
        let (x0, y0, x1, y1) = footprint(&engine, id);
        let image = pixels(&engine, id, ImageName::Step1);
        let at = |x: usize, y: usize| image.get_pixel(x as u32, y as u32).0;
        (at(x0 + (x1 - x0) / 4, y0 + 3 * (y1 - y0) / 4), at(x0 + 3 * (x1 - x0) / 4, y0 + 3 * (y1 - y0) / 4))
    };
    let (left, right) = half(json!({}));
    assert!(left[0] > left[2] && right[2] > right[0], "{left:?} {right:?}");
    let mirrored = half(json!({"product_flip": "horizontal"}));
    assert!(mirrored.0[2] > mirrored.0[0] && mirrored.1[0] > mirrored.1[2], "{mirrored:?}");
    let (upside, turned) = (run(&engine, json!({"product_flip": "both"})), run(&engine, json!({"product_rotation": 180})));
    assert_eq!(pixels(&engine, upside, ImageName::Step1), pixels(&engine, turned, ImageName::Step1));
    // The parameters make the same request again, and the file has them.
    let text = nanococoa::imaging::png_chunks::read_png_text(&std::fs::read(engine.image_path(turned, ImageName::Final).unwrap()).unwrap());
    let meta: Value = serde_json::from_str(&text.iter().find(|t| t.0 == "nanococoa").unwrap().1).unwrap();
    assert_eq!(meta["parameters"]["product_rotation"], 180.0);
    engine.shutdown();
}

#[test]
fn the_shadow_is_as_it_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let engine = draft_engine(dir.path());
    let (x0, _, x1, _) = footprint(&engine, run(&engine, json!({})));
    let (left, right) = (0..x0 as u32 - 2, x1 as u32 + 2..256);
    let sides = |extra: Value| {
        let id = run(&engine, extra);
        (shade(&engine, id, left.clone()), shade(&engine, id, right.clone()))
    };
    let plain = sides(json!({}));
    assert!(plain.0 + plain.1 > 2.0, "{plain:?}");
    // Off darkens nothing: what is not product is white.
    let off = run(&engine, json!({"shadow_strength": 0}));
    let placed = pixels(&engine, off, ImageName::Placed);
    let image = pixels(&engine, off, ImageName::Final);
    assert!(image.pixels().zip(placed.pixels()).all(|(p, m)| m.0[0] > 0 || p.0 == [255; 4]));
    let strong = sides(json!({"shadow_strength": 2}));
    assert!(strong.0 + strong.1 > 1.3 * (plain.0 + plain.1), "{strong:?} {plain:?}");
    let (to_right, to_left) = (sides(json!({"shadow_direction": 0})), sides(json!({"shadow_direction": 180})));
    assert!(to_right.1 > 1.5 * to_right.0 && to_left.0 > 1.5 * to_left.1, "{to_right:?} {to_left:?}");
    engine.shutdown();
}

#[test]
fn exposure_and_warmth_change_the_product_alone() {
    let dir = tempfile::tempdir().unwrap();
    let engine = draft_engine(dir.path());
    let mean = |extra: Value| {
        let id = run(&engine, extra);
        let (image, placed) = (pixels(&engine, id, ImageName::Final), pixels(&engine, id, ImageName::Placed));
        let inside: Vec<[u8; 4]> = image.pixels().zip(placed.pixels()).filter(|(_, m)| m.0[0] == 255).map(|(p, _)| p.0).collect();
        assert_eq!(image.get_pixel(2, 2).0, [255; 4]);
        [0, 1, 2].map(|k| inside.iter().map(|p| f32::from(p[k])).sum::<f32>() / inside.len() as f32)
    };
    let plain = mean(json!({}));
    let (bright, dark) = (mean(json!({"product_exposure": 1})), mean(json!({"product_exposure": -1})));
    assert!((0..3).all(|k| bright[k] > plain[k] + 8.0 && dark[k] < plain[k] - 8.0), "{plain:?} {bright:?} {dark:?}");
    let warm = mean(json!({"product_white_balance": 1}));
    assert!(warm[0] > plain[0] + 3.0 && warm[2] < plain[2] - 3.0, "{plain:?} {warm:?}");
    engine.shutdown();
}

#[test]
fn without_a_background_the_picture_is_transparent() {
    let dir = tempfile::tempdir().unwrap();
    let engine = draft_engine(dir.path());
    let layers = json!([
        {"type": "shape", "fill": "#00C73C", "x": 0.9, "y": 0.1, "width": 0.1, "height": 0.1},
        {"type": "shape", "fill": "#1E88E5", "x": 0.5, "y": 0.7, "width": 0.9, "height": 0.1, "opacity": 0.5, "behind": true}
    ]);
    let all = json!({"background_color": "transparent", "text_content": "SALE", "layers": layers});
    let id = run(&engine, all.clone());
    let image = pixels(&engine, id, ImageName::Final);
    for (x, y) in [(0, 0), (255, 255), (0, 255), (3, 128)] {
        assert_eq!(image.get_pixel(x, y).0[3], 0, "{x},{y}");
    }
    assert_eq!(image.get_pixel(230, 25).0, [0, 0xC7, 0x3C, 255]);
    // Behind the product, half translucent.
    let [r, g, b, a] = image.get_pixel(20, 179).0;
    assert!(a.abs_diff(128) <= 2 && r.abs_diff(0x1E) <= 3 && g.abs_diff(0x88) <= 3 && b.abs_diff(0xE5) <= 3, "{:?}", [r, g, b, a]);
    // Product and letters are opaque, the shadow is a veil.
    let (x0, y0, x1, y1) = footprint(&engine, id);
    assert_eq!(image.get_pixel(((x0 + x1) / 2) as u32, ((y0 + y1) / 2) as u32).0[3], 255);
    let letters = pixels(&engine, id, ImageName::Letters);
    let faces = || image.pixels().zip(letters.pixels()).filter(|(_, m)| m.0[0] == 255);
    assert!(faces().count() > 200 && faces().all(|(p, _)| p.0[3] > 200));
    let veil = image.pixels().zip(letters.pixels()).filter(|(p, m)| (5..120).contains(&p.0[3]) && m.0[0] == 0).count();
    assert!(veil > 100, "{veil}");
    let job = engine.snapshot(id).unwrap();
    assert!(job.legibility.is_none() && job.warnings.iter().any(|w| w.code() == "pipeline-legibility-transparent"), "{:?}", job.warnings);

    // From the kept steps, and from their files, the same pixels.
    let again = run(&engine, {
        let mut all = all.clone();
        all["force_from_step"] = json!(3);
        all
    });
    assert_eq!(pixels(&engine, again, ImageName::Final), image);
    let file = |name| base64(&std::fs::read(engine.image_path(id, name).unwrap()).unwrap());
    let third = json!({"start_step": 3, "step1_image": file(ImageName::Step1), "step2_image": file(ImageName::Step2), "product_image": null,
        "text_content": "SALE", "background_color": "transparent", "layers": layers});
    assert_eq!(pixels(&engine, run(&engine, third), ImageName::Final), image);

    // On white it is what a white background gives, up to the rounding of the shadow's veil.
    let white = run(&engine, json!({"background_color": "#FFFFFF"}));
    let clear = run(&engine, json!({"background_color": "transparent"}));
    let (white, clear) = (pixels(&engine, white, ImageName::Final), pixels(&engine, clear, ImageName::Final));
    let over = |p: [u8; 4], k: usize| 255.0 - (255.0 - f32::from(p[k])) * f32::from(p[3]) / 255.0;
    let off = white.pixels().zip(clear.pixels()).map(|(w, c)| (0..3).map(|k| (f32::from(w.0[k]) - over(c.0, k)).abs()).fold(0.0, f32::max));
    assert!(off.clone().sum::<f32>() / 65536.0 < 0.6 && off.fold(0.0, f32::max) < 24.0);
    // With nothing on it, it is empty.
    let empty = run(&engine, json!({"background_color": "transparent", "product_image": null}));
    assert!(pixels(&engine, empty, ImageName::Final).pixels().all(|p| p.0 == [0; 4]));
    engine.shutdown();
}

#[test]
fn an_opaque_file_names_the_transparency_that_it_loses() {
    use nanococoa::formats::{Catalogue, Master, Options, export};
    let dir = tempfile::tempdir().unwrap();
    let engine = draft_engine(dir.path());
    let id = run(&engine, json!({"background_color": "transparent"}));
    let png = engine.picture(id, ImageName::Final).unwrap();
    let catalogue = Catalogue::embedded();
    let codes = |png: &[u8], id: &str| -> Vec<String> {
        let master = Master { name: ImageName::Final, png, letters: None, placed: None };
        let exported = export(&master, catalogue.get(id).unwrap(), Options::default()).unwrap();
        exported.notices.iter().map(|notice| notice.code().to_owned()).collect()
    };
    assert!(codes(&png, "instagram-square").contains(&"formats-rule-transparent".to_owned()));
    let opaque = engine.picture(run(&engine, json!({})), ImageName::Final).unwrap();
    assert!(!codes(&opaque, "instagram-square").contains(&"formats-rule-transparent".to_owned()));
    engine.shutdown();
}

/// The parts stacked on a ground, with mixing of the encoded values.
fn stacked(layered: &nanococoa::engine::Layered, ground: u8) -> image::RgbImage {
    let (w, h) = layered.picture.dimensions();
    let mut out = image::RgbImage::from_pixel(w, h, image::Rgb([ground; 3]));
    for (_, part) in layered.parts.iter().filter(|(_, part)| !part.is_hidden) {
        for (x, y, from) in part.image.enumerate_pixels() {
            let to = out.get_pixel_mut(x + part.left, y + part.top);
            let a = f32::from(from.0[3]) / 255.0;
            (0..3).for_each(|k| to.0[k] = (f32::from(from.0[k]) * a + f32::from(to.0[k]) * (1.0 - a)).round() as u8);
        }
    }
    out
}

#[test]
fn a_job_is_taken_apart_and_its_parts_give_it_again() {
    use nanococoa::pipeline::layered::PartKind::{Background, Headline, Layer, Product, Shadow};
    let dir = tempfile::tempdir().unwrap();
    let engine = draft_engine(dir.path());
    let layers = json!([
        {"type": "shape", "name": "bar", "fill": "#1E88E5", "x": 0.5, "y": 0.9, "width": 0.9, "height": 0.1, "behind": true},
        {"type": "text", "text": "2,980원", "size": 0.08, "color": "#E53935", "x": 0.5, "y": 0.9},
        {"type": "picture", "image": photo_base64(16, 16), "x": 0.1, "y": 0.5, "width": 0.1, "hidden": true}
    ]);
    for (background, first) in [(Value::Null, Background), (json!("transparent"), Shadow)] {
        let extra = json!({"background_color": background, "text_content": "SALE", "layers": layers});
        let id = run(&engine, extra);
        let layered = engine.layered(id).unwrap();
        let kinds: Vec<_> = layered.parts.iter().map(|(_, part)| part.kind).collect();
        assert_eq!(kinds, [first, Layer(0), Product, Headline, Layer(1), Layer(2)], "{background}");
        let names: Vec<String> = layered.parts.iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names[1..], ["bar", "Product", "Slogan", "2,980원", "Layer 3"]);
        let (again, wanted) = (stacked(&layered, 255), {
            let mut on_white = image::RgbImage::new(256, 256);
            for (to, from) in on_white.pixels_mut().zip(layered.picture.pixels()) {
                to.0 = nanococoa::imaging::over_white(from.0);
            }
            on_white
        });
        let off: Vec<u8> = again.as_raw().iter().zip(wanted.as_raw()).map(|(a, b)| a.abs_diff(*b)).collect();
        let mean = off.iter().map(|v| f32::from(*v)).sum::<f32>() / off.len() as f32;
        let far = off.iter().filter(|v| **v > 12).count() as f32 / off.len() as f32;
        println!("{background}: mean difference {mean:.3}, {:.3} % of the values far off", far * 100.0);
        assert!(mean < 0.5 && far < 0.002, "{background}: {mean} {far}");
    }
    // Without text and layers there is the background alone.
    let plain = engine.layered(run(&engine, json!({"product_image": null}))).unwrap();
    assert_eq!(plain.parts.iter().map(|(_, part)| part.kind).collect::<Vec<_>>(), [Background]);
    assert_eq!(engine.layered(Uuid::nil()).err().unwrap().code(), "formats-no-picture");
    engine.shutdown();
}
