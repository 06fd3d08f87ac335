//! A scriptable backend and small helpers for engine and API tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use image::{Rgb, RgbImage, Rgba, RgbaImage};
use nanococoa::backend::*;
use nanococoa::engine::{Engine, EngineConfig};
use nanococoa::imaging::{LinearRgb, Matte, Plane};
use nanococoa::job::{ImageName, JobSnapshot, JobStatus};
use nanococoa::notice::Notice;
use nanococoa::request::{BackendKind, RawRequest};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What a stage of the fake does.
#[derive(Clone, Debug, Default)]
pub enum Act {
    /// Answers at once.
    #[default]
    Quick,
    /// Works for so long, in small steps that honour a stop.
    Slow(Duration),
    /// Works for so long and hears nothing meanwhile.
    Deaf(Duration),
    /// Fails with this message.
    Fail(Notice),
    /// Panics.
    Panic,
}

/// The script of a fake, by stage: segment, scene, blend, sculpt, cut_text, harmonize.
#[derive(Clone, Debug, Default)]
pub struct Script(Arc<Mutex<std::collections::HashMap<&'static str, Act>>>, pub Arc<AtomicU32>);

impl Script {
    pub fn set(&self, stage: &'static str, act: Act) {
        self.0.lock().unwrap().insert(stage, act);
    }

    fn play(&self, stage: &'static str, cx: StageCx<'_>) -> Result<(), BackendError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        let act = self.0.lock().unwrap().get(stage).cloned().unwrap_or_default();
        match act {
            Act::Quick => Ok(cx.step(1.0)?),
            Act::Slow(time) => {
                let start = Instant::now();
                while start.elapsed() < time {
                    cx.step((start.elapsed().as_secs_f32() / time.as_secs_f32()).min(1.0))?;
                    if cx.observer.wants_preview() {
                        cx.observer.preview(RgbImage::from_pixel(8, 8, Rgb([9, 9, 9])));
                    }
                    std::thread::sleep(Duration::from_millis(2));
                }
                Ok(())
            }
            Act::Deaf(time) => {
                std::thread::sleep(time);
                Ok(cx.step(1.0)?)
            }
            Act::Fail(notice) => Err(BackendError::Failed(notice)),
            Act::Panic => panic!("scripted panic in {stage}"),
        }
    }
}

struct Fake(Script);

impl Backend for Fake {
    fn kind(&self) -> BackendKind {
        BackendKind::Draft
    }
    fn label(&self) -> String {
        "fake".into()
    }
    fn segment(&mut self, photo: &RgbImage, cx: StageCx<'_>) -> Result<Matte, BackendError> {
        self.0.play("segment", cx)?;
        let (w, h) = (photo.width() as usize, photo.height() as usize);
        let mut alpha = Plane::new(w, h, 0.0);
        for y in h / 4..h - h / 4 {
            for x in w / 4..w - w / 4 {
                alpha.data[y * w + x] = 1.0;
            }
        }
        Ok(Matte { alpha, foreground: photo.clone() })
    }
    fn paint_scene(&mut self, request: &SceneRequest<'_>, cx: StageCx<'_>) -> Result<Scene, BackendError> {
        self.0.play("scene", cx)?;
        let tone = (request.sampling.seed % 7) as f32 / 20.0 + 0.2;
        Ok(Scene {
            image: LinearRgb::new(request.width, request.height, [tone, tone, 0.3]),
            ground_line: request.height as f32 * 0.57,
            view: View::default(),
            key: KeyLight { direction: [0.3, 0.9, 0.3], color: [1.0; 3], softness: 0.5 },
            ambient: [1.0; 3],
            gloss: 0.1,
            roughness: 0.5,
        })
    }
    fn blend_product(&mut self, request: &BlendRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError> {
        self.0.play("blend", cx)?;
        Ok(request.grounded.clone())
    }
    fn sculpt_text(&mut self, request: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError> {
        self.0.play("sculpt", cx)?;
        let front_faces = request.glyphs.coverage.clone();
        let mut image = RgbaImage::new(front_faces.width as u32, front_faces.height as u32);
        for (p, v) in image.pixels_mut().zip(&front_faces.data) {
            *p = Rgba([240, 240, 240, (v * 255.0) as u8]);
        }
        Ok(TextLayer { image, front_faces })
    }
    fn cut_text(&mut self, sculpted: TextLayer, _: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError> {
        self.0.play("cut_text", cx)?;
        Ok(sculpted)
    }
    fn harmonize(&mut self, request: &HarmonizeRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError> {
        self.0.play("harmonize", cx)?;
        Ok(request.image.clone())
    }
}

/// An engine on a folder with a fake backend.
pub fn engine_in(dir: &std::path::Path, script: &Script) -> Engine {
    Engine::start(config_in(dir), fake(script)).unwrap()
}

pub fn config_in(dir: &std::path::Path) -> EngineConfig {
    EngineConfig { data_dir: dir.into(), font_dirs: Vec::new(), default_font: nanococoa::assets::DEFAULT_FONT.into() }
}

/// Makes fakes that follow this script.
pub fn fake(script: &Script) -> BackendFactory {
    let script = script.clone();
    Arc::new(move |_| Ok(Box::new(Fake(script.clone())) as Box<dyn Backend>))
}

/// A small photo as base64 PNG.
pub fn photo_base64(width: u32, height: u32) -> String {
    use base64::Engine as _;
    let image = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 7 % 256) as u8, (y * 5 % 256) as u8, 90]));
    let png = nanococoa::imaging::encode::encode_png(&image, &[]).unwrap();
    base64::engine::general_purpose::STANDARD.encode(png)
}

/// A whole small request.
pub fn request(extra: Value) -> Map<String, Value> {
    let mut raw = json!({
        "product_image": photo_base64(48, 40),
        "text_content": "신메뉴 출시",
        "bg_prompt": "wooden table in a cafe",
        "width": 256, "height": 256, "seed": 3,
    });
    raw.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    raw.as_object().unwrap().clone()
}

/// A request as the REST API reads it: pictures are base64.
pub fn raw(fields: Map<String, Value>) -> RawRequest {
    let mut raw = RawRequest { fields, ..RawRequest::default() };
    nanococoa::api::attach_base64(&mut raw);
    raw
}

/// A picture of a job as base64.
pub fn picture_base64(engine: &Engine, id: Uuid, name: ImageName) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(engine.picture(id, name).unwrap())
}

/// Waits for the end of a job.
pub fn wait(engine: &Engine, id: Uuid) -> Arc<JobSnapshot> {
    wait_until(engine, id, |j| !j.status.is_active())
}

/// Waits for a moment of a job.
pub fn wait_until(engine: &Engine, id: Uuid, done: impl Fn(&JobSnapshot) -> bool) -> Arc<JobSnapshot> {
    let start = Instant::now();
    loop {
        let job = engine.snapshot(id).expect("job");
        if done(&job) {
            return job;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "job hangs: {:?} {}", job.status, job.message);
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Shorthand.
pub fn completed(job: &JobSnapshot) {
    assert_eq!(job.status, JobStatus::Completed, "{} {:?}", job.message, job.error);
}
