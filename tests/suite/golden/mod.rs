//! Golden pictures: what each backend makes for every scene family, letter material and composition mode, tied to the revision constants.
//!
//! Each picture is kept as 32 × 32 blocks: the mean of each block, and the standard deviation inside it (`<group>-contrast.png`).
//! Transcendental functions and SIMD sums differ in the last bits between processors, so both are compared with a small tolerance. A changed
//! colour or position exceeds it in the means; changed grain, dithering or anti-aliasing does in the deviations. Not seen: a change below the
//! tolerance, and one that keeps mean and deviation of every block, such as another seed of the same fine grain.
//!
//! When a test fails because pixels changed on purpose: bump `DRAFT_REVISION` (or `DIFFUSION_REVISION`) in `src/backend/backends.rs`, then run
//! `UPDATE_GOLDEN=1 cargo test --test suite golden -- --nocapture`, which prints what changed and by how much. Without a bump the command
//! refuses to replace a picture; it only adds new ones.

mod covered;
mod sheet;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::Device;
use image::RgbImage;
use nanococoa::assets::{SceneEntry, scenes};
use nanococoa::backend::diffusion::backend::DiffusionBackend;
use nanococoa::backend::diffusion::loaded::Setup;
use nanococoa::backend::diffusion::models::Models;
use nanococoa::backend::draft::DraftBackend;
use nanococoa::backend::{DIFFUSION_REVISION, DRAFT_REVISION};
use nanococoa::engine::{Engine, EngineConfig, SubmitPolicy};
use nanococoa::job::ImageName;
use nanococoa::request::CompositionMode;
use serde_json::{Value, json};
use sheet::check;

use crate::common::{self, completed};
use crate::models;

/// Letter material or look, and a prompt that leads to it.
const MATERIALS: &[(&str, &str)] = &[
    ("neon", "neon sign"),
    ("balloon", "balloon"),
    ("rosegold", "rose gold"),
    ("ice", "ice"),
    ("glass", "glass"),
    ("chocolate", "chocolate"),
    ("candy", "candy"),
    ("marble", "marble"),
    ("wood", "wood"),
    ("concrete", "concrete"),
    ("stone", "stone"),
    ("paper", "paper"),
    ("leather", "leather"),
    ("knit", "red knit"),
    ("plastic", "red plastic"),
    ("ceramic", "ceramic"),
    ("chrome", "chrome"),
    ("copper", "copper"),
    ("silver", "silver"),
    ("gold", "gold"),
    ("steel", "steel"),
    ("neon-tube", "neon tube"),
    ("paper-cut", "paper-cut"),
    ("hand-painted", "hand-painted"),
    ("engraved", "engraved"),
    ("embossed", "embossed"),
    ("outlined", "outlined white letters"),
    ("flat", "flat"),
];

const MODES: &[&str] = &["overlay", "blend", "behind"];

fn config(data: &Path) -> EngineConfig {
    EngineConfig { data_dir: data.into(), font_dirs: Vec::new(), default_font: nanococoa::assets::DEFAULT_FONT.into() }
}

/// Runs a request to its end and opens one of its pictures; transparent parts show mid grey.
fn picture(engine: &Engine, request: &Value, name: ImageName) -> RgbImage {
    let picture = image::open(file(engine, request, name)).unwrap().into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [r, g, b, a] = picture.get_pixel(x, y).0;
        image::Rgb([r, g, b].map(|v| ((u32::from(v) * u32::from(a) + 128 * (255 - u32::from(a))) / 255) as u8))
    })
}

/// Runs a request to its end. Returns the file of one of its pictures.
fn file(engine: &Engine, request: &Value, name: ImageName) -> PathBuf {
    let mut raw = json!({"width": 256, "height": 256, "seed": 11});
    raw.as_object_mut().unwrap().extend(request.as_object().unwrap().clone());
    let spec =
        nanococoa::engine::parse_request(engine, common::raw(raw.as_object().unwrap().clone()), false).unwrap_or_else(|e| panic!("{e:?}"));
    let id = engine.submit(spec, SubmitPolicy::Enqueue).unwrap();
    completed(&common::wait(engine, id));
    engine.image_path(id, name).unwrap()
}

fn draft(data: &Path) -> Engine {
    Engine::start(config(data), Arc::new(|_| Ok(Box::new(DraftBackend::default())))).unwrap()
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn photo() -> String {
    base64(nanococoa::assets::SAMPLE_PHOTO)
}

/// A mask that keeps the middle of the photo's left half.
fn mask() -> String {
    let photo = image::load_from_memory(nanococoa::assets::SAMPLE_PHOTO).unwrap();
    let (w, h) = (photo.width(), photo.height());
    let inside = |x: u32, y: u32| (w / 4..w / 2).contains(&x) && (h / 4..h * 3 / 4).contains(&y);
    let mask = image::GrayImage::from_fn(w, h, |x, y| image::Luma([if inside(x, y) { 255 } else { 0 }]));
    let mut png = std::io::Cursor::new(Vec::new());
    mask.write_to(&mut png, image::ImageFormat::Png).unwrap();
    base64(png.get_ref())
}

#[test]
fn scenes_of_the_draft_backend() {
    let data = tempfile::tempdir().unwrap();
    let engine = draft(data.path());
    let made = |scene: &SceneEntry| {
        let request = json!({"bg_prompt": scene.prompt_en, "text_content": null});
        (scene.key.clone(), picture(&engine, &request, ImageName::Step1))
    };
    check("scenes", &format!("draft {DRAFT_REVISION}"), 2, scenes().iter().map(made).collect());
    engine.shutdown();
}

#[test]
fn letters_of_the_draft_backend() {
    let data = tempfile::tempdir().unwrap();
    let engine = draft(data.path());
    let made = |(name, prompt): &(&str, &str)| {
        let request = json!({"bg_prompt": "plaster wall", "text_content": "봄B", "text_model_prompt": prompt, "stop_step": 2});
        ((*name).to_owned(), picture(&engine, &request, ImageName::Step2))
    };
    check("letters", &format!("draft {DRAFT_REVISION}"), 2, MATERIALS.iter().map(made).collect());
    engine.shutdown();
}

/// The whole way: cut-out, grounding, light and composition.
#[test]
fn advertisements_of_the_draft_backend() {
    let data = tempfile::tempdir().unwrap();
    let engine = draft(data.path());
    let base =
        json!({"product_image": photo(), "bg_prompt": "wooden table in a cafe", "text_content": "신메뉴", "text_model_prompt": "gold"});
    let with = |change: Value| {
        let mut request = base.clone();
        request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        request
    };
    let mut made: Vec<(String, RgbImage)> = vec![("cut-out".into(), picture(&engine, &with(json!({"stop_step": 1})), ImageName::Step1))];
    for mode in MODES {
        // In the middle, where letters and product overlap.
        made.push((
            (*mode).into(),
            picture(&engine, &with(json!({"composition_mode": mode, "text_position": "center"})), ImageName::Final),
        ));
    }
    for position in ["top", "bottom"] {
        made.push((position.into(), picture(&engine, &with(json!({"text_position": position})), ImageName::Final)));
    }
    let placed = json!({"product_x": 0.3, "product_y": 0.9, "product_scale": 0.7, "text_x": 0.6, "text_y": 0.3});
    made.push(("placed".into(), picture(&engine, &with(placed), ImageName::Final)));
    made.push(("repainted".into(), picture(&engine, &with(json!({"preserve_product": false, "strength": 0.9})), ImageName::Final)));
    made.push((
        "automatic".into(),
        picture(&engine, &with(json!({"text_position": "auto", "composition_mode": "blend"})), ImageName::Final),
    ));
    made.push(("small-text".into(), picture(&engine, &with(json!({"text_scale": 0.4, "text_position": "bottom"})), ImageName::Final)));
    made.push(("masked".into(), picture(&engine, &with(json!({"mask_image": mask(), "text_position": "top"})), ImageName::Final)));
    made.extend(later_steps(&engine, &base));
    check("advertisements", &format!("draft {DRAFT_REVISION}"), 2, made);
    engine.shutdown();
}

/// From step 2 and from step 3 on, with the files of earlier steps.
fn later_steps(engine: &Engine, base: &Value) -> [(String, RgbImage); 2] {
    let given = |name| base64(&std::fs::read(file(engine, base, name)).unwrap());
    let second = json!({
        "start_step": 2, "step1_image": given(ImageName::Step1), "text_content": "세일", "text_model_prompt": "chrome", "text_position": "top",
    });
    let third = json!({
        "start_step": 3, "step1_image": second["step1_image"], "step2_image": given(ImageName::Step2), "composition_mode": "behind",
        "text_x": 0.4, "text_y": 0.6,
    });
    [("from-step-2".into(), picture(engine, &second, ImageName::Final)), ("from-step-3".into(), picture(engine, &third, ImageName::Final))]
}

/// Tiny random models on the CPU: FLUX paints the scene, SDXL the letters.
#[test]
fn advertisements_of_the_diffusion_backend() {
    let (models, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    models::write_tiny_models(models.path());
    let root = models.path().to_owned();
    let backend = move |_| -> Result<Box<dyn nanococoa::backend::Backend>, nanococoa::backend::BackendError> {
        let setup = Setup {
            models: Models::scan(&root),
            device: Device::Cpu,
            device_name: "cpu".into(),
            float8: false,
            free: Arc::new(|| None),
            prompts: Default::default(),
            sizes: Default::default(),
        };
        Ok(Box::new(DiffusionBackend::new(setup)?))
    };
    let engine = Engine::start(config(data.path()), Arc::new(backend)).unwrap();
    let request = |mode: &str| {
        json!({
            "product_image": photo(), "bg_prompt": "wooden table", "text_content": "신메뉴", "text_model_prompt": "gold letters",
            "composition_mode": mode, "text_position": "center", "num_inference_steps": 2, "text_num_inference_steps": 2, "composition_steps": 2, "composition_strength": 0.5,
        })
    };
    let mut made = vec![
        ("background".to_owned(), picture(&engine, &request("overlay"), ImageName::Step1)),
        ("letters".to_owned(), picture(&engine, &request("overlay"), ImageName::Step2)),
    ];
    made.extend(MODES.iter().map(|mode| ((*mode).to_owned(), picture(&engine, &request(mode), ImageName::Final))));
    check("diffusion", &format!("draft {DRAFT_REVISION}, diffusion {DIFFUSION_REVISION}"), 4, made);
    engine.shutdown();
}

#[test]
fn every_family_and_material_has_a_picture() {
    let kebab = |name: &String| {
        let mut out = String::new();
        for c in name.chars() {
            if c.is_uppercase() && !out.is_empty() {
                out.push('-');
            }
            out.extend(c.to_lowercase());
        }
        out
    };
    let found = covered::read();
    assert!(found.families.len() > 30 && found.materials.len() > 15, "{found:?}");
    let missing = |names: &[String], cases: &[(&str, &str)]| -> Vec<String> {
        names.iter().map(kebab).filter(|name| !cases.iter().any(|(case, _)| case == name)).collect()
    };
    let families: Vec<(&str, &str)> = scenes().iter().map(|s| (s.key.as_str(), s.prompt_en.as_str())).collect();
    assert_eq!(missing(&found.families, &families), Vec::<String>::new(), "scene families without an entry in scenes.toml");
    assert_eq!(missing(&found.materials, MATERIALS), Vec::<String>::new(), "materials without a case");
    let modes: Vec<&str> = CompositionMode::ALL.iter().map(|mode| mode.as_str()).collect();
    assert_eq!(modes, MODES);
}
