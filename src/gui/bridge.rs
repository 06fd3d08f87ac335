//! The only place that talks to the engine: commands go in, messages come out, and nothing here is waited for in a frame.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use base64::Engine as _;
use egui::Context;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::state::{Brief, Product};
use crate::engine::{Engine, SubmitPolicy};
use crate::job::{ImageName, JobSnapshot};
use crate::metrics::SystemMetrics;
use crate::request::SourceImage;
use crate::typography::FontCatalog;

/// How often the jobs are looked at while one is active, and while none is.
const LIVELY: Duration = Duration::from_millis(60);
const QUIET: Duration = Duration::from_millis(400);
/// How often the machine's load is read while a job is active, and while none is: each change costs a frame.
const LOAD_EVERY: Duration = Duration::from_secs(2);
const LOAD_IDLE: Duration = Duration::from_secs(6);

/// What the threads tell the window.
pub enum Message {
    /// A job was accepted.
    Submitted(Uuid, Box<Brief>),
    /// A photo is ready; the flag says that it is the brief's (not only a recent file).
    Product(Box<Product>, Option<PathBuf>),
    /// Settings were found in a picture or a job.
    Restored(Box<Brief>, Option<Uuid>),
    /// Something went well.
    Done(Say),
    /// Something went wrong; a sentence with a next step.
    Failed(Say),
    /// A file was chosen in a dialog.
    Chosen(super::dialogs::Purpose, PathBuf),
    /// No file dialog can be shown here.
    NoDialog(super::dialogs::Purpose),
    /// A project was read.
    Project(Box<Brief>, String),
}

/// A sentence for the designer: a key of the word table and what fills its holes.
#[derive(Clone, Debug)]
pub struct Say(&'static str, Vec<String>);

impl Say {
    /// A sentence by its key.
    pub fn new(key: &'static str, values: &[&dyn std::fmt::Display]) -> Self {
        Self(key, values.iter().map(|v| v.to_string()).collect())
    }

    /// In a language.
    pub fn words(&self, lang: super::i18n::Lang) -> String {
        let values: Vec<&dyn std::fmt::Display> = self.1.iter().map(|v| v as &dyn std::fmt::Display).collect();
        lang.f(self.0, &values)
    }
}

impl std::convert::From<String> for Say {
    fn from(text: String) -> Self {
        Self::new("error.raw", &[&text])
    }
}

/// Which steps a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// All of them.
    Start,
    /// Text and composite, on the background of this job.
    Text(Uuid),
    /// The composite of this job's background and letters.
    Composite(Uuid),
}

#[derive(Default)]
struct Shared {
    jobs: Mutex<Arc<Vec<Arc<JobSnapshot>>>>,
    load: Mutex<(SystemMetrics, f64)>,
    nudge: (Mutex<bool>, Condvar),
    closing: AtomicBool,
}

/// Handle of the window to everything behind it; clones share it.
#[derive(Clone)]
pub struct Bridge {
    engine: Engine,
    ctx: Context,
    folder: PathBuf,
    sender: mpsc::Sender<Message>,
    shared: Arc<Shared>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bridge {
    /// Starts to watch the engine. `folder` is the studio's own folder.
    pub fn new(engine: Engine, ctx: Context, folder: PathBuf) -> (Self, mpsc::Receiver<Message>) {
        let (sender, receiver) = mpsc::channel();
        let shared = Arc::new(Shared::default());
        *lock(&shared.jobs) = Arc::new(engine.snapshots());
        let bridge = Self { engine, ctx, folder, sender, shared };
        let watcher = bridge.clone();
        spawn("nanococoa-watch", move || watcher.watch());
        (bridge, receiver)
    }

    /// Looks at the engine until the window closes. Replaced by a callback once the engine offers one.
    fn watch(&self) {
        let mut seen = Vec::new();
        let mut sampled: Option<Instant> = None;
        let mut shown = 0_i64;
        while !self.shared.closing.load(Ordering::Acquire) {
            let jobs = self.engine.snapshots();
            let active = jobs.iter().any(|j| j.status.is_active());
            let marks: Vec<_> = jobs.iter().map(mark).collect();
            if marks != seen {
                seen = marks;
                *lock(&self.shared.jobs) = Arc::new(jobs);
                self.ctx.request_repaint();
            }
            if sampled.is_none_or(|t| t.elapsed() >= if active { LOAD_EVERY } else { LOAD_IDLE }) {
                sampled = Some(Instant::now());
                let load = self.engine.metrics();
                let rough = (load.cpu_percent / 10.0) as i64 * 10_000 + (load.ram_used_gb * 4.0) as i64;
                *lock(&self.shared.load) = (load, crate::metrics::free_disk(&self.folder));
                if rough != shown {
                    shown = rough;
                    self.ctx.request_repaint();
                }
            }
            let (flag, signal) = &self.shared.nudge;
            let waited = signal.wait_timeout(lock(flag), if active { LIVELY } else { QUIET });
            *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
        }
    }

    fn nudge(&self) {
        *lock(&self.shared.nudge.0) = true;
        self.shared.nudge.1.notify_all();
    }

    /// Ends the watching.
    pub fn close(&self) {
        self.shared.closing.store(true, Ordering::Release);
        self.nudge();
    }

    /// The studio's own folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every job, newest first.
    pub fn jobs(&self) -> Arc<Vec<Arc<JobSnapshot>>> {
        Arc::clone(&lock(&self.shared.jobs))
    }

    /// The machine's load and free disk space in GiB.
    pub fn load(&self) -> (SystemMetrics, f64) {
        lock(&self.shared.load).clone()
    }

    /// The faces.
    pub fn fonts(&self) -> &Arc<FontCatalog> {
        self.engine.fonts()
    }

    /// The engine, for the server.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// A finished picture of a job.
    pub fn image_path(&self, id: Uuid, name: ImageName) -> Option<PathBuf> {
        self.engine.image_path(id, name)
    }

    /// Tells the window something, from any thread.
    pub fn send(&self, message: Message) {
        let _ = self.sender.send(message);
        self.ctx.request_repaint();
    }

    /// Makes the window look again.
    pub fn wake(&self) {
        self.ctx.request_repaint();
    }

    /// Runs work off the window's thread; an error becomes a message.
    pub fn work(&self, name: &str, work: impl FnOnce(&Self) -> Result<Option<Message>, Say> + Send + 'static) {
        let bridge = self.clone();
        let started = spawn(name, move || match work(&bridge) {
            Ok(Some(message)) => bridge.send(message),
            Ok(None) => {}
            Err(text) => bridge.send(Message::Failed(text)),
        });
        if !started {
            self.send(Message::Failed(Say::new("error.thread", &[])));
        }
    }

    /// Sends briefs to the queue, one job each.
    pub fn submit(&self, briefs: Vec<Brief>, from: From) {
        self.work("nanococoa-submit", move |bridge| {
            for brief in briefs {
                let raw = bridge.raw(&brief, from)?;
                let spec = crate::engine::parse_request(&bridge.engine, &raw, false)
                    .map_err(|errors| errors.iter().map(|e| e.msg.clone()).collect::<Vec<_>>().join("\n"))
                    .map_err(Say::from)?;
                let id = bridge.engine.submit(spec, SubmitPolicy::Enqueue).map_err(|e| Say::from(e.to_string()))?;
                bridge.send(Message::Submitted(id, Box::new(brief)));
                bridge.nudge();
            }
            Ok(None)
        });
    }

    /// The raw request, pictures included.
    fn raw(&self, brief: &Brief, from: From) -> Result<Map<String, Value>, Say> {
        let mut raw = brief.to_raw();
        if let Some(product) = &brief.product {
            let bytes = std::fs::read(&product.path).map_err(|e| Say::new("error.photo_gone", &[&product.name, &e]))?;
            raw.insert("product_image".into(), json!(base64::engine::general_purpose::STANDARD.encode(bytes)));
        }
        let mut put = |field: &str, id: Uuid, name: ImageName| {
            let text = self.engine.base64(id, name).ok_or_else(|| Say::new("error.result_gone", &[]))?;
            raw.insert(field.into(), Value::String(text.to_string()));
            Ok::<(), Say>(())
        };
        let step = match from {
            From::Start => 1,
            From::Text(id) => {
                put("step1_image", id, ImageName::Step1)?;
                2
            }
            From::Composite(id) => {
                put("step1_image", id, ImageName::Step1)?;
                put("step2_image", id, ImageName::Step2)?;
                3
            }
        };
        raw.insert("start_step".into(), json!(step));
        Ok(raw)
    }

    /// Stops a job.
    pub fn stop(&self, id: Uuid) {
        self.work("nanococoa-stop", move |bridge| {
            bridge.engine.stop(id);
            bridge.nudge();
            Ok(None)
        });
    }

    /// Removes a finished job and its files.
    pub fn delete(&self, id: Uuid) {
        self.work("nanococoa-delete", move |bridge| {
            bridge.engine.delete(id).map_err(|e| Say::from(e.to_string()))?;
            bridge.nudge();
            Ok(None)
        });
    }

    /// Reads a photo and keeps a copy of it in the studio's folder.
    pub fn open_photo(&self, path: PathBuf) {
        self.work("nanococoa-open", move |bridge| {
            let bytes = std::fs::read(&path).map_err(|e| Say::new("error.read", &[&path.display(), &e]))?;
            if let Some(brief) = super::restore::from_png(bridge, &bytes)? {
                return Ok(Some(Message::Restored(Box::new(brief), None)));
            }
            let name = path.file_name().map_or_else(|| "photo".into(), |n| n.to_string_lossy().into_owned());
            bridge.keep_photo(&bytes, &name).map(|p| Some(Message::Product(Box::new(p), Some(path))))
        });
    }

    /// Keeps pixels that were pasted.
    pub fn paste_photo(&self) {
        self.work("nanococoa-paste", move |bridge| {
            let none = || Say::new("error.clipboard_empty", &[]);
            let mut clipboard = arboard::Clipboard::new().map_err(|_| Say::new("error.clipboard", &[]))?;
            if let Ok(picture) = clipboard.get_image() {
                let (w, h) = (picture.width as u32, picture.height as u32);
                let pixels = image::RgbaImage::from_raw(w, h, picture.bytes.into_owned()).ok_or_else(none)?;
                let png = crate::imaging::decode::encode_png(&pixels, &[]).map_err(|e| Say::from(e.to_string()))?;
                return bridge.keep_photo(&png, "clipboard.png").map(|p| Some(Message::Product(Box::new(p), None)));
            }
            let text = clipboard.get_text().map_err(|_| none())?;
            let path = PathBuf::from(text.trim().trim_start_matches("file://"));
            if !path.is_file() {
                return Err(none());
            }
            bridge.open_photo(path);
            Ok(None)
        });
    }

    /// Keeps the bundled sample.
    pub fn sample_photo(&self) {
        self.work("nanococoa-sample", |bridge| bridge.keep_photo(SAMPLE, "coffee.png").map(|p| Some(Message::Product(Box::new(p), None))));
    }

    /// Decodes a photo, to be sure that it is one, and keeps its bytes under their hash. Blocking.
    pub fn keep_photo(&self, bytes: &[u8], name: &str) -> Result<Product, Say> {
        let (pixels, description) = crate::imaging::decode::decode_image(bytes).map_err(|e| Say::from(e.to_string()))?;
        let (width, height) = pixels.dimensions();
        let source = SourceImage::new(pixels, description);
        let folder = self.folder.join("photos");
        std::fs::create_dir_all(&folder).map_err(|e| Say::new("error.write", &[&folder.display(), &e]))?;
        let path = folder.join(format!("{}.image", blake3::hash(bytes).to_hex()));
        if !path.is_file() {
            crate::store::write_atomic(&path, bytes).map_err(|e| Say::from(e.to_string()))?;
        }
        Ok(Product { path, name: name.into(), hash: source.hash.clone(), width, height, has_alpha: source.has_alpha })
    }
}

static SAMPLE: &[u8] = include_bytes!("../../assets/samples/coffee.png");

type Mark = (Uuid, crate::job::JobStatus, u8, Option<crate::job::Stage>, usize, Option<u64>);

fn mark(job: &Arc<JobSnapshot>) -> Mark {
    (job.id, job.status, job.progress_percent, job.stage, job.images.len(), job.preview.as_ref().map(|p| p.sequence))
}

/// Starts a named thread; says whether that worked.
pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> bool {
    let started = std::thread::Builder::new().name(name.into()).spawn(work);
    if let Err(error) = &started {
        tracing::error!(%error, name, "no thread");
    }
    started.is_ok()
}
