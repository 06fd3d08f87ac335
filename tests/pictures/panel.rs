//! Forty advertisements of rendered photos, on one sheet, with their faults measured.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use image::{RgbImage, RgbaImage, imageops};
use nanococoa::backend::draft::DraftBackend;
use nanococoa::backend::{Framing, Scene, StageObserver};
use nanococoa::cancel::CancelToken;
use nanococoa::engine::{Engine, EngineConfig};
use nanococoa::imaging::{LinearRgb, Plane};
use nanococoa::job::{ImageName, Stage};
use nanococoa::notice::Notice;
use nanococoa::pipeline::layout::TextLayout;
use nanococoa::pipeline::{Picture, PipelineError, Recalled, Sink, run};
use nanococoa::request::SourceImage;
use serde_json::json;

use super::{elevation, measure, photo, picture};
use crate::common;

/// Photo, text, scene, style.
const ADVERTISEMENTS: [(&str, &str, &str, &str); 40] = [
    ("bottle", "OLIVE OIL", "wooden table in a sunny kitchen, leaves", "gold"),
    ("glass bottle", "Fresh Mint", "white marble, water splash, ice cubes", "ice"),
    ("wine glass", "VINTAGE\nSELECTION", "dark luxury studio, smoke", "gold"),
    ("cream jar", "Soft Touch", "pink podium, petals", "rose gold"),
    ("mug", "따뜻한 겨울", "snowy cabin window, winter", "wood"),
    ("bowl", "신선한 과일", "green garden in summer, leaves", "flat white"),
    ("cake from above", "오늘의\n디저트", "flat lay on linen fabric", "paper-cut"),
    ("cake", "Sweet Moments", "cafe table, warm light", "chocolate"),
    ("carton", "BACK TO SCHOOL", "yellow studio, books", "red plastic"),
    ("two tubes", "Daily Care", "spring blossom, petals", "flat #1e90ff"),
    ("ball", "GAME DAY", "concrete wall, spotlight", "chrome"),
    ("shirt on a wall", "SUMMER DROP", "beach at sunset", "neon pink"),
    ("shirt from above", "NEW\nARRIVAL", "light wood", "gold"),
    ("car", "Drive Beyond", "desert at golden hour", "silver"),
    ("bicycle", "도심을 달리다", "city street at night, neon", "neon tube"),
    ("brush", "Perfect Finish", "beige gallery, feathers", "copper"),
    ("plant", "Bring Nature Home", "scandinavian living room", "embossed"),
    ("teapot", "전통의 맛", "hanok, autumn leaves", "hand-painted"),
    ("headphones", "PURE SOUND", "purple studio, smoke", "glass"),
    ("spectacles", "See More", "white marble", "outlined black"),
    ("chair", "Sit Back", "loft interior", "concrete"),
    ("lying tube", "50% OFF", "coral pink paper, confetti", "balloon"),
    ("bottle", "와인 축제", "vineyard at sunset", "gold"),
    ("cream jar", "빛나는 피부", "water drops, blue studio", "silver"),
    ("mug", "Good Morning\nCoffee", "light wood table, morning light", "gold"),
    ("ball", "결승전", "stadium at night", "neon red"),
    ("car", "새로운 시작", "snow mountain road", "ice"),
    ("teapot", "Tea Time", "flat lay, flowers", "paper-cut"),
    ("chair", "편안한 하루", "green plants, window", "flat #2f5a44"),
    ("carton", "한정판", "red pedestal, gift boxes, confetti", "gold"),
    ("plant", "봄맞이 대축제", "cherry blossom park", "flat white"),
    ("headphones", "Black Friday", "black studio, spotlight", "gold balloon"),
    ("two tubes", "Sun & Sea", "beach, shells", "candy"),
    ("wine glass", "Cheers!", "christmas, string lights", "gold"),
    ("bowl", "Vitamin C", "lemon yellow background, citrus", "red plastic"),
    ("spectacles", "가을 신상", "autumn park, maple leaves", "copper"),
    ("brush", "NEW COLOR", "silk fabric, rose", "rose gold"),
    ("glass bottle", "여름 특가", "rocky beach, ocean waves", "glass"),
    ("bicycle", "Free Ride", "meadow, blue sky", "flat #ffffff"),
    ("shirt from above", "감사 이벤트", "concrete floor, leaves", "stone"),
];

/// Sides of photos, advertisements and their pictures on the sheet.
const PHOTO: usize = 640;
const CANVAS: usize = 1024;
const SHOWN: u32 = 400;
/// From this elevation on a scene is a flat lay, whatever the exact angle.
const FLAT: f32 = 58.0;

/// What a run makes.
#[derive(Default)]
struct Made {
    framing: Framing,
    scene: Option<LinearRgb>,
    step1: RgbImage,
    placed: Option<Plane>,
    headline: RgbaImage,
    text: Option<TextLayout>,
    last: RgbImage,
    notices: Vec<Notice>,
}

#[derive(Default)]
struct Keeper(Mutex<Made>);

impl StageObserver for Keeper {
    fn progress(&self, _: f32) {}
    fn preview(&self, _: RgbImage) {}
    fn notice(&self, notice: Notice) {
        self.0.lock().unwrap().notices.push(notice);
    }
    fn wants_preview(&self) -> bool {
        false
    }
}

impl Sink for Keeper {
    fn stage(&self, _: Stage) {}
    fn save(&self, name: ImageName, picture: Picture<'_>) -> Result<(), PipelineError> {
        let mut made = self.0.lock().unwrap();
        match (name, picture) {
            (ImageName::Step1, Picture::Rgb(image)) => made.step1 = image.clone(),
            (ImageName::Placed, Picture::Gray(mask)) => made.placed = Some(Plane::from_gray(mask)),
            (ImageName::Step2, Picture::Rgba(image)) => made.headline = image.clone(),
            (ImageName::Final, Picture::Rgb(image)) => made.last = image.clone(),
            _ => {}
        }
        Ok(())
    }
    fn save_given(&self, _: ImageName, _: Picture<'_>, _: &SourceImage) -> Result<(), PipelineError> {
        Ok(())
    }
    fn finish_with(&self, _: ImageName) -> Result<(), PipelineError> {
        Ok(())
    }
    fn keep_scene(&self, framing: Framing, scene: Scene) -> Arc<Scene> {
        let mut made = self.0.lock().unwrap();
        made.framing = framing;
        made.scene = Some(scene.image.clone());
        Arc::new(scene)
    }
    fn text_placed(&self, layout: TextLayout) {
        self.0.lock().unwrap().text = Some(layout);
    }
    fn legibility(&self, _: f32) {}
}

fn png(image: &RgbImage) -> String {
    use base64::Engine as _;
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    base64::engine::general_purpose::STANDARD.encode(bytes.get_ref())
}

fn advertise(engine: &Engine, backend: &mut DraftBackend, photo: &str, (text, scene, style): (&str, &str, &str), seed: usize) -> Made {
    let raw = json!({
        "product_image": photo, "text_content": text, "bg_prompt": scene, "text_model_prompt": style, "seed": seed, "width": CANVAS, "height": CANVAS
    });
    let spec = nanococoa::engine::parse_request(engine, common::raw(raw.as_object().unwrap().clone()), false).unwrap();
    let keeper = Keeper::default();
    run(&spec, backend, &engine.fonts(), Recalled::default(), &CancelToken::default(), &keeper).unwrap();
    keeper.0.into_inner().unwrap()
}

/// The layer's box before it was moved, to find by how much it was.
fn layer(made: &Made) -> Plane {
    let alpha = measure::moved(&made.headline, (0, 0));
    match (alpha.bounds(0.3), made.text) {
        (Some(from), Some(to)) => measure::moved(&made.headline, (to.ink.0 as i64 - from.0 as i64, to.ink.1 as i64 - from.1 as i64)),
        _ => alpha,
    }
}

#[test]
#[ignore = "makes forty advertisements"]
fn panel() {
    let out = PathBuf::from(std::env::var_os("PANEL").expect("PANEL=DIR says where the sheet goes"));
    std::fs::create_dir_all(&out).unwrap();
    let data = tempfile::tempdir().unwrap();
    let config = EngineConfig { data_dir: data.path().into(), font_dirs: Vec::new(), default_font: nanococoa::assets::DEFAULT_FONT.into() };
    let engine = Engine::start(config, Arc::new(|_| Ok(Box::new(DraftBackend::default())))).unwrap();
    let mut backend = DraftBackend::default();
    let mut photos: BTreeMap<&str, String> = BTreeMap::new();
    let mut sheet = RgbImage::new(8 * SHOWN, 5 * SHOWN);
    println!(
        "| no. | photo | camera off | contact | rim | width × height | letters over product | words without effect |\n|---|---|---|---|---|---|---|---|"
    );
    for (i, (name, text, scene, style)) in ADVERTISEMENTS.into_iter().enumerate() {
        let photo = photos.entry(name).or_insert_with(|| png(&picture(&photo(name, PHOTO)))).clone();
        let made = advertise(&engine, &mut backend, &photo, (text, scene, style), i + 1);
        let (layer, elevation) = (layer(&made), elevation(name));
        let camera = made.framing.view.map_or("none".to_owned(), |view| {
            let off = if view.elevation >= FLAT && elevation >= FLAT { 0.0 } else { (view.elevation - elevation).abs() };
            format!("{off:.0}°")
        });
        let contact = match (&made.scene, &made.placed) {
            (Some(scene), Some(placed)) => measure::contact(scene, &made.step1, placed),
            _ => 0.0,
        };
        let rim = measure::rim(&made.step1, &made.last, &layer);
        let (x0, y0, x1, y1) = made.placed.as_ref().and_then(|p| p.bounds(0.5)).unwrap_or_default();
        let share = |a: usize| 100 * a / CANVAS;
        let over = made.placed.as_ref().map_or(0.0, |placed| measure::covered(placed, &layer));
        let words: Vec<String> = made.notices.iter().map(ToString::to_string).filter(|n| n.contains("effect")).collect();
        println!(
            "| {} | {name} | {camera} | {contact:.2} | {rim:+.1} | {} × {} % | {:.0} % | {} |",
            i + 1,
            share(x1 - x0),
            share(y1 - y0),
            100.0 * over,
            words.join("; ")
        );
        made.last.save(out.join(format!("{:02}.png", i + 1))).unwrap();
        let shown = imageops::thumbnail(&made.last, SHOWN, SHOWN);
        imageops::replace(&mut sheet, &shown, i64::from(i as u32 % 8 * SHOWN), i64::from(i as u32 / 8 * SHOWN));
    }
    sheet.save(out.join("sheet.jpg")).unwrap();
    engine.shutdown();
}
