//! The only place that talks to the engine: commands go in, messages come out, and nothing here is waited for in a frame.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use egui::{ColorImage, Context};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::state::{Brief, Mask, Product};
use super::watch::Watch;
use super::writer::Writer;
use crate::engine::{Engine, SubmitPolicy};
use crate::job::{Annotation, ImageName, JobSnapshot};
use crate::request::{JobSpec, OpenRequest, SourceImage, UnusableImage};
use crate::typography::FontCatalog;

/// What the threads tell the window.
pub enum Message {
    /// A job was accepted; the flag says that its brief got a new seed because nothing else had changed.
    Submitted(Uuid, Box<Brief>, bool),
    /// Nothing would run: this job is the result already.
    Unchanged(Uuid),
    /// A job is in the trash and can be taken back.
    Deleted(Uuid),
    /// A photo is ready; the flag says that it is the brief's (not only a recent file).
    Product(Box<Product>, Option<PathBuf>),
    /// Settings were found in a picture or a job; the flag says that nobody knows its photo, so that the one on the desk stays.
    Restored(Box<Brief>, Option<Uuid>, bool),
    /// Something went well.
    Done(Say),
    /// Something to know about what was just opened.
    Noted(Say),
    /// Something went wrong; a sentence with a next step.
    Failed(Say),
    /// A file was chosen in a dialog.
    Chosen(super::dialogs::Purpose, PathBuf),
    /// No file dialog can be shown here.
    NoDialog(super::dialogs::Purpose),
    /// A project was read.
    Project(Box<Brief>, String, PathBuf),
    /// A project, by the number that undo knows it by, was written.
    Saved(Box<Brief>, PathBuf, u32),
    /// The brush's stroke with this number is on disk, or could not be written.
    Masked(u64, Result<Mask, Say>),
    /// A mask to paint on was read.
    Sheet(super::brush::Key, Arc<(image::GrayImage, egui::ColorImage)>),
}

/// A sentence for the designer: a key of the word table and what fills its holes.
#[derive(Clone, Debug)]
pub struct Say(&'static str, Vec<String>);

impl Say {
    /// A sentence by its key.
    pub fn new(key: &'static str, values: &[&dyn std::fmt::Display]) -> Self {
        Self(key, values.iter().map(|v| v.to_string()).collect())
    }

    /// Whether it is the sentence with this key.
    pub fn is(&self, key: &str) -> bool {
        self.0 == key
    }

    /// In a language.
    pub fn words(&self, lang: super::i18n::Lang) -> String {
        let values: Vec<String> = self.1.iter().map(|v| lang.say(v)).collect();
        let values: Vec<&dyn std::fmt::Display> = values.iter().map(|v| v as &dyn std::fmt::Display).collect();
        lang.f(self.0, &values)
    }
}

impl std::convert::From<String> for Say {
    fn from(text: String) -> Self {
        Self::new("error.raw", &[&text])
    }
}

/// How briefs become jobs.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// Run this step and later ones even if they are cached.
    pub force: Option<u8>,
    /// Before those that wait.
    pub front: bool,
    /// The finished job of the very same brief: where nothing would run, it is shown, or a new seed is drawn.
    pub same: Option<Uuid>,
    /// Where nothing would run, draw a new seed.
    pub reseed: bool,
}

/// Counts a file that is being written, for as long as it lives.
pub(super) struct Writing(Arc<AtomicUsize>);

impl Writing {
    pub(super) fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(count))
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Handle of the window to everything behind it; clones share it.
#[derive(Clone)]
pub struct Bridge {
    engine: Engine,
    ctx: Context,
    folder: PathBuf,
    sender: mpsc::Sender<Message>,
    watch: Watch,
    writer: Writer,
    writes: Arc<AtomicUsize>,
    /// Held while a star is turned round.
    stars: Arc<Mutex<()>>,
}

impl Bridge {
    /// Starts to watch the engine. `folder` is the studio's own folder.
    pub fn new(engine: Engine, ctx: Context, folder: PathBuf) -> (Self, mpsc::Receiver<Message>) {
        let (sender, receiver) = mpsc::channel();
        let watch = Watch::start(&engine, &ctx, folder.clone());
        let (tell, wake) = (sender.clone(), ctx.clone());
        let tell = move |message| {
            let _ = tell.send(message);
            wake.request_repaint();
        };
        let writer = Writer::start(folder.clone(), Arc::new(tell));
        (Self { engine, ctx, folder, sender, watch, writer, writes: Arc::default(), stars: Arc::default() }, receiver)
    }

    /// Ends the watching.
    pub fn close(&self) {
        self.watch.close();
    }

    /// What writes the session and the brush's masks.
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Writes what the brush left, after its earlier strokes.
    pub fn keep_stroke(&self, number: u64, mask: image::GrayImage) {
        self.writer.stroke(number, mask, Writing::begin(&self.writes));
    }

    /// The newest jobs, the plan and the load.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The studio's own folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every job, newest first.
    pub fn jobs(&self) -> Arc<Vec<Arc<JobSnapshot>>> {
        self.watch.jobs()
    }

    /// The faces.
    pub fn fonts(&self) -> Arc<FontCatalog> {
        self.watch.fonts()
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
        if started.is_none() {
            self.send(Message::Failed(Say::new("error.thread", &[])));
        }
    }

    /// As `work`, for files of the designer that must be whole before the window closes.
    pub fn write(&self, name: &str, work: impl FnOnce(&Self) -> Result<Option<Message>, Say> + Send + 'static) {
        let writing = Writing::begin(&self.writes);
        self.work(name, move |bridge| {
            let end = work(bridge);
            drop(writing);
            end
        });
    }

    /// Files that are being written.
    pub fn writes(&self) -> usize {
        self.writes.load(Ordering::Acquire)
    }

    /// Sends briefs to the queue, one job each.
    pub fn submit(&self, briefs: Vec<Brief>, how: How) {
        self.work("nanococoa-submit", move |bridge| {
            // Let in front one by one, the last would be first.
            let briefs: Vec<Brief> = if how.front { briefs.into_iter().rev().collect() } else { briefs };
            for brief in briefs {
                if let Some(done) = bridge.submit_one(brief, how)? {
                    bridge.send(done);
                }
            }
            Ok(None)
        });
    }

    fn submit_one(&self, mut brief: Brief, how: How) -> Result<Option<Message>, Say> {
        let mut request = open_request(&brief, how.force)?;
        let mut spec = self.spec(&request)?;
        let wonder = how.reseed || how.same.is_some();
        let idle = wonder && self.engine.plan(&spec).is_ok_and(|p| p.steps.iter().all(|s| s.cached));
        let mut reseeded = false;
        if idle {
            if how.reseed {
                brief.seed = super::execute::random_seed();
                request.fields = raw(&brief, how.force);
                spec = self.spec(&request)?;
                reseeded = true;
            } else if let Some(id) = how.same {
                return Ok(Some(Message::Unchanged(id)));
            }
        }
        let policy = if how.front { SubmitPolicy::Front } else { SubmitPolicy::Enqueue };
        let id = self.engine.submit(spec, policy).map_err(|e| Say::from(e.to_string()))?;
        Ok(Some(Message::Submitted(id, Box::new(brief), reseeded)))
    }

    fn spec(&self, request: &OpenRequest) -> Result<JobSpec, Say> {
        let spec = crate::engine::parse_open_request(&self.engine, request, false);
        spec.map_err(|errors| Say::from(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
    }

    /// Continues a job from its last finished step.
    pub fn resume(&self, id: Uuid, made: Option<Brief>) {
        self.work("nanococoa-resume", move |bridge| {
            let raw = bridge.engine.resume_request(id).map_err(|e| Say::from(e.to_string()))?;
            bridge.submit_again(id, bridge.spec(&crate::engine::open_request(raw))?, made)
        });
    }

    /// Runs a job's steps again from this one on, from its own pictures and settings.
    pub fn again(&self, job: &Arc<JobSnapshot>, step: u8, made: Option<Brief>) {
        let job = Arc::clone(job);
        self.work("nanococoa-again", move |bridge| {
            let from = |start: u8| {
                let mut raw = bridge.engine.request_from(job.id, start).map_err(|e| Say::from(e.to_string()))?;
                raw.fields.insert("force_from_step".into(), json!(step));
                bridge.spec(&crate::engine::open_request(raw))
            };
            // As a whole job where its earlier steps can be taken, so that the new one has a photo too.
            let mut spec = from(job.start_step.min(step))?;
            let plan = bridge.engine.plan(&spec);
            if plan.is_ok_and(|p| p.steps.iter().any(|s| s.step < step && !s.cached)) {
                spec = from(step)?;
            }
            bridge.submit_again(job.id, spec, made)
        });
    }

    /// Sends a request that goes on from an earlier job.
    fn submit_again(&self, from: Uuid, spec: JobSpec, made: Option<Brief>) -> Result<Option<Message>, Say> {
        let new = self.engine.submit(spec, SubmitPolicy::Enqueue).map_err(|e| Say::from(e.to_string()))?;
        let brief = match (made, self.engine.snapshot(from)) {
            (Some(brief), _) => brief,
            (None, Some(job)) => super::restore::brief_of(self, &job)?.0,
            (None, None) => return Ok(None),
        };
        Ok(Some(Message::Submitted(new, Box::new(brief), false)))
    }

    /// Whether a job was asked to stop and still has to come to a place where it can.
    pub fn is_stopping(&self, id: Uuid) -> bool {
        self.engine.is_stopping(id)
    }

    /// Jobs that wait for the worker, next first.
    pub fn waiting(&self) -> Vec<Uuid> {
        self.engine.waiting()
    }

    /// Stops a job, or all of them.
    pub fn stop(&self, id: Option<Uuid>) {
        self.work("nanococoa-stop", move |bridge| {
            match id {
                Some(id) => {
                    bridge.engine.stop(id);
                }
                None => {
                    bridge.engine.stop_all();
                }
            }
            Ok(None)
        });
    }

    /// Moves a job that is over to the trash.
    pub fn delete(&self, id: Uuid) {
        self.work("nanococoa-delete", move |bridge| {
            bridge.engine.delete(id).map_err(|e| Say::from(e.to_string()))?;
            Ok(Some(Message::Deleted(id)))
        });
    }

    /// Takes a job out of the trash; the last deleted one when none is named.
    pub fn take_back(&self, id: Option<Uuid>) {
        self.work("nanococoa-restore", move |bridge| {
            if let Some(id) = id.or_else(|| bridge.engine.trashed().first().map(|j| j.id)) {
                bridge.engine.restore(id).map_err(|e| Say::from(e.to_string()))?;
            }
            Ok(None)
        });
    }

    /// Changes the star, name or note of a job.
    pub fn annotate(&self, id: Uuid, change: Annotation) {
        self.work("nanococoa-mark", move |bridge| {
            bridge.engine.annotate(id, change).map_err(|e| Say::from(e.to_string()))?;
            Ok(None)
        });
    }

    /// Gives a job a star, or takes it away: as the job stands by then, which the window may not have seen yet.
    pub fn star(&self, id: Uuid) {
        self.work("nanococoa-mark", move |bridge| {
            let _one = bridge.stars.lock().unwrap_or_else(PoisonError::into_inner);
            let starred = bridge.engine.snapshot(id).is_some_and(|job| job.starred);
            let change = Annotation { starred: Some(!starred), ..Annotation::default() };
            bridge.engine.annotate(id, change).map_err(|e| Say::from(e.to_string()))?;
            Ok(None)
        });
    }

    /// Reads a photo and keeps a copy of it in the studio's folder.
    pub fn open_photo(&self, path: PathBuf) {
        self.work("nanococoa-open", move |bridge| {
            let source = crate::engine::decode_source_file(&path).map_err(|e| Say::from(e.to_string()))?;
            if let Some((brief, keeps)) = super::restore::from_text(bridge, &source.text)? {
                return Ok(Some(Message::Restored(Box::new(brief), None, keeps)));
            }
            let name = path.file_name().map_or_else(|| "photo".into(), |n| n.to_string_lossy().into_owned());
            let unreadable = |e: std::io::Error| Say::new("error.read", &[&path.display(), &e]);
            let mut hasher = blake3::Hasher::new();
            hasher.update_reader(std::fs::File::open(&path).map_err(unreadable)?).map_err(unreadable)?;
            let product = bridge.keep(&source, &name, hasher.finalize(), |kept| {
                crate::store::copy_atomic(&path, kept).map_err(|e| Say::from(e.to_string()))
            })?;
            for note in &source.notes {
                bridge.send(Message::Noted(Say::from(format!("product_image: {note}"))));
            }
            Ok(Some(Message::Product(Box::new(product), Some(path))))
        });
    }

    /// Looks into the clipboard, for those who paste by menu.
    pub fn paste_photo(&self) {
        self.work("nanococoa-paste", move |bridge| {
            let mut clipboard = arboard::Clipboard::new().map_err(|_| Say::new("error.clipboard", &[]))?;
            if let Ok(picture) = clipboard.get_image() {
                let size = [picture.width, picture.height];
                bridge.keep_pixels(Arc::new(ColorImage::from_rgba_unmultiplied(size, &picture.bytes)));
                return Ok(None);
            }
            bridge.paste_text(clipboard.get_text().map_err(|_| Say::new("error.clipboard_empty", &[]))?);
            Ok(None)
        });
    }

    /// Keeps pixels that were pasted.
    pub fn keep_pixels(&self, picture: Arc<ColorImage>) {
        self.work("nanococoa-paste", move |bridge| {
            let none = || Say::new("error.clipboard_empty", &[]);
            let rgba = picture.pixels.iter().flat_map(|p| p.to_srgba_unmultiplied()).collect();
            let [w, h] = picture.size.map(|v| v as u32);
            let pixels = image::RgbaImage::from_raw(w, h, rgba).filter(|p| !p.is_empty()).ok_or_else(none)?;
            let png = crate::imaging::encode::encode_png(&pixels, &[]).map_err(|e| Say::from(e.to_string()))?;
            bridge.keep_photo(&png, "clipboard.png").map(|p| Some(Message::Product(Box::new(p), None)))
        });
    }

    /// Opens the file whose path was pasted.
    pub fn paste_text(&self, text: String) {
        self.work("nanococoa-paste", move |bridge| {
            let path = crate::paths::find(Path::new(text.trim().trim_start_matches("file://")));
            if !path.is_file() {
                return Err(Say::new("error.clipboard_empty", &[]));
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
        let source = crate::engine::decode_source(bytes).map_err(|e| Say::from(e.to_string()))?;
        self.keep(&source, name, blake3::hash(bytes), |kept| crate::store::write_atomic(kept, bytes).map_err(|e| Say::from(e.to_string())))
    }

    /// Keeps a decoded photo's file under the hash of its content; `write` makes the copy where there is none yet.
    fn keep(
        &self,
        source: &SourceImage,
        name: &str,
        content: blake3::Hash,
        write: impl FnOnce(&Path) -> Result<(), Say>,
    ) -> Result<Product, Say> {
        let folder = self.folder.join(super::restore::PHOTOS);
        crate::store::create_private_dir(&folder).map_err(|e| Say::new("error.write", &[&folder.display(), &e]))?;
        let path = folder.join(format!("{}.image", content.to_hex()));
        if !path.is_file() {
            write(&path)?;
        }
        let (width, height) = source.pixels.dimensions();
        Ok(Product { path, name: name.into(), hash: source.hash.clone(), width, height, has_alpha: source.has_alpha })
    }
}

/// The raw request without its pictures.
fn raw(brief: &Brief, force: Option<u8>) -> Map<String, Value> {
    let mut raw = brief.to_raw();
    if let Some(step) = force {
        raw.insert("force_from_step".into(), json!(step));
    }
    raw
}

/// The request of a brief with its pictures, decoded from the studio's copies.
///
/// # Errors
/// A copy is gone.
fn open_request(brief: &Brief, force: Option<u8>) -> Result<OpenRequest, Say> {
    let mut request = OpenRequest::new(raw(brief, force));
    let Some(product) = &brief.product else { return Ok(request) };
    let mut attach = |field: &'static str, path: &Path| {
        std::fs::metadata(path).map_err(|e| Say::new("error.photo_gone", &[&product.name, &e]))?;
        request.images.insert(field, crate::engine::decode_source_file(path).map_err(UnusableImage::undecodable));
        Ok::<(), Say>(())
    };
    attach("product_image", &product.path)?;
    if let Some(mask) = &brief.mask {
        attach("mask_image", &mask.path)?;
    }
    Ok(request)
}

impl Bridge {
    /// Keeps a mask under its hash. Blocking.
    pub fn keep_mask(&self, png: &[u8]) -> Result<Mask, Say> {
        keep_mask(&self.folder, png)
    }
}

/// Keeps a mask under its hash in the studio's folder. Blocking.
pub(super) fn keep_mask(folder: &Path, png: &[u8]) -> Result<Mask, Say> {
    let hash = crate::engine::decode_source(png).map_err(|e| Say::from(e.to_string()))?.hash;
    let folder = folder.join(super::restore::PHOTOS);
    crate::store::create_private_dir(&folder).map_err(|e| Say::new("error.write", &[&folder.display(), &e]))?;
    let path = folder.join(format!("{hash}.mask.png"));
    if !path.is_file() {
        crate::store::write_atomic(&path, png).map_err(|e| Say::from(e.to_string()))?;
    }
    Ok(Mask { path, hash })
}

static SAMPLE: &[u8] = include_bytes!("../../assets/samples/coffee.png");

/// Starts a named thread; `None` where the system has none left.
pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Option<std::thread::JoinHandle<()>> {
    let started = std::thread::Builder::new().name(name.into()).spawn(work);
    started.inspect_err(|error| tracing::error!(%error, name, "no thread")).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::backend::draft::DraftBackend;
    use crate::engine::EngineConfig;

    #[test]
    fn stars_that_are_clicked_quickly_are_turned_round_each_time() {
        let dir = tempfile::tempdir().unwrap();
        let config = EngineConfig { data_dir: dir.path().into(), font_dirs: Vec::new(), default_font: crate::assets::DEFAULT_FONT.into() };
        let engine = Engine::start(config, Arc::new(|_| Ok(Box::new(DraftBackend::default())))).unwrap();
        let (bridge, _messages) = Bridge::new(engine.clone(), Context::default(), dir.path().join("studio"));
        let brief = Brief { scene: "sea".into(), width: 256, height: 256, ..Brief::default() };
        let id = engine.submit(bridge.spec(&OpenRequest::new(brief.to_raw())).unwrap(), SubmitPolicy::Enqueue).unwrap();
        while engine.snapshot(id).unwrap().status.is_active() {
            std::thread::sleep(Duration::from_millis(5));
        }
        for (clicks, starred) in [(2, false), (7, true)] {
            let before = engine.changes();
            (0..clicks).for_each(|_| bridge.star(id));
            while engine.changes() < before + clicks {
                std::thread::sleep(Duration::from_millis(5));
            }
            assert_eq!(engine.snapshot(id).unwrap().starred, starred, "{clicks}");
        }
        bridge.writer().close();
        bridge.close();
        engine.shutdown();
    }
}
