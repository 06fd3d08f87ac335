//! The studio's background tasks. Each runs a blocking function on its own thread and sends the result to the window.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use egui::{ColorImage, Context};
use tracing::Span;
use uuid::Uuid;

use super::background::{Mailbox, TaskThreads, WriteGuard};
use super::brand_kit::BrandKit;
use super::brush::{FinishedStroke, LoadedMask, MaskRequest};
use super::clipboard::{self, Pasted};
use super::dialogs::{self, Answer, FilePurpose};
use super::export::{self, Settings};
use super::format_set::{FormatSets, SetOrder};
use super::job_client::{JobClient, RestoredBrief, Submission, SubmitOptions};
use super::live::Boxes;
use super::message::{BrandOutcome, Message};
use super::native_window::NativeWindow;
use super::path_entry::{self, CheckReason};
use super::photos::PhotoStore;
use super::set_work::SetWork;
use super::state::{Brief, Session};
use super::template_brief::Filling;
use super::writer::Writer;
use super::{presets, project_file, size_set, template_brief};
use crate::engine::Engine;
use crate::formats::FileType;
use crate::job::{Annotation, JobSnapshot};
use crate::notice;
use crate::notice::Language;
use crate::notice::Notice;
use crate::request::SourceImage;
use crate::request::StepNumber;
use crate::request::fields::{BACKGROUND_IMAGE, PRODUCT_IMAGE};
use crate::request::layers::Color;
use crate::templates::Template;
use crate::typography::FontCatalog;

/// The message of a finished task, if it has one.
type Outcome = Result<Option<Message>, Notice>;

/// The services that tasks use; clones share them.
#[derive(Clone)]
struct TaskContext {
    jobs: JobClient,
    photos: PhotoStore,
    mailbox: Mailbox<Message>,
}

/// Starts background tasks. Dropping this waits a limited time for them.
pub struct Tasks {
    cx: TaskContext,
    writer: Writer,
    writes: Arc<AtomicUsize>,
    threads: TaskThreads,
    window: NativeWindow,
}

/// A tracing span that names the job in the log.
fn job_span(id: Uuid) -> Span {
    tracing::info_span!("job", %id)
}

impl Tasks {
    /// `folder` is the studio's own folder.
    pub fn new(engine: Engine, ctx: &Context, folder: &Path) -> (Self, mpsc::Receiver<Message>) {
        let (mailbox, messages) = Mailbox::new(ctx);
        let photos = PhotoStore::new(folder);
        let jobs = JobClient::new(engine, photos.clone());
        let saved = mailbox.clone();
        let writer = Writer::start(folder.to_path_buf(), move |number, mask| {
            saved.send(Message::StrokeSaved(number, mask));
        });
        let cx = TaskContext { jobs, photos, mailbox };
        (Self { cx, writer, writes: Arc::default(), threads: TaskThreads::default(), window: NativeWindow::default() }, messages)
    }

    /// Sets the window that file dialogs belong to.
    pub fn set_window(&mut self, window: NativeWindow) {
        self.window = window;
    }

    /// Sends `EndRequested` when `end_signal` returns, and ends the program when it returns again, in case the window does not answer.
    pub fn end_at(&self, end_signal: impl Fn() + Send + 'static) {
        /// As shells report a program that Ctrl-C has ended.
        const INTERRUPTED: i32 = 130;
        let mailbox = self.cx.mailbox.clone();
        // Not joined: it waits for a signal as long as the program runs.
        super::background::spawn("nanococoa-signal", move || {
            end_signal();
            mailbox.send(Message::EndRequested);
            end_signal();
            std::process::exit(INTERRUPTED);
        });
    }

    /// Runs a task in a tracing span; an error becomes a message.
    fn run(&self, name: &str, span: Span, task: impl FnOnce(&TaskContext) -> Outcome + Send + 'static) {
        let cx = self.cx.clone();
        let started = span.in_scope(|| {
            self.threads.run(name, move || {
                let message = task(&cx).unwrap_or_else(|text| {
                    tracing::debug!(error = %text, "the task failed");
                    Some(Message::Failed(text))
                });
                if let Some(message) = message {
                    cx.mailbox.send(message);
                }
            })
        });
        if !started {
            self.cx.mailbox.send(Message::Failed(notice!("error-thread")));
        }
    }

    /// Like `run`, for writing a file of the user: the window asks before it closes while such a file is being written.
    fn run_write(&self, name: &str, span: Span, task: impl FnOnce(&TaskContext) -> Outcome + Send + 'static) {
        let guard = WriteGuard::begin(&self.writes);
        self.run(name, span, move |cx| {
            let outcome = task(cx);
            drop(guard);
            outcome
        });
    }

    /// Sends a message to the window, which handles it in its next frame.
    pub fn send(&self, message: Message) {
        self.cx.mailbox.send(message);
    }

    /// A mailbox of the window for other services.
    pub fn mailbox(&self) -> Mailbox<Message> {
        self.cx.mailbox.clone()
    }

    /// Number of files that are being written.
    pub fn writes(&self) -> usize {
        self.writes.load(Ordering::Acquire)
    }

    /// Submits briefs, one job each, in this order.
    pub fn submit(&self, briefs: Vec<Brief>, options: SubmitOptions) {
        self.run("nanococoa-submit", Span::current(), move |cx| {
            // Each job goes to the front of the queue, so submitting in reverse order keeps their order.
            let briefs: Vec<Brief> = if options.front { briefs.into_iter().rev().collect() } else { briefs };
            for brief in briefs {
                cx.mailbox.send(Message::Submitted(cx.jobs.submit(brief, options)?));
            }
            Ok(None)
        });
    }

    /// Submits a brief in every usual size. `boxes`: where its parts stand, if that is known.
    pub fn submit_size_set(&self, brief: Brief, boxes: Option<Boxes>, fonts: Arc<FontCatalog>) {
        self.run("nanococoa-submit", Span::current(), move |cx| {
            for brief in size_set::briefs(&brief, boxes.as_ref(), &fonts) {
                cx.mailbox.send(Message::Submitted(cx.jobs.submit(brief, SubmitOptions::default())?));
            }
            Ok(None)
        });
    }

    /// Continues a job after its last finished step.
    pub fn resume(&self, id: Uuid, brief: Option<Brief>) {
        self.run("nanococoa-resume", job_span(id), move |cx| Ok(cx.jobs.resume(id, brief)?.map(Message::Submitted)));
    }

    /// Runs a job's steps again from `step` on.
    pub fn rerun(&self, id: Uuid, step: StepNumber, brief: Option<Brief>) {
        self.run("nanococoa-rerun", job_span(id), move |cx| Ok(cx.jobs.rerun(id, step, brief)?.map(Message::Submitted)));
    }

    /// Stops a job, or all of them if none is named.
    pub fn stop(&self, id: Option<Uuid>) {
        self.run("nanococoa-stop", id.map_or_else(Span::current, job_span), move |cx| {
            cx.jobs.stop(id);
            Ok(None)
        });
    }

    /// Moves a finished job to the trash.
    pub fn delete(&self, id: Uuid) {
        self.run("nanococoa-delete", job_span(id), move |cx| cx.jobs.delete(id).map(|()| Some(Message::Deleted(id))));
    }

    /// Takes a job out of the trash; the one deleted last if none is named.
    pub fn take_back(&self, id: Option<Uuid>) {
        self.run("nanococoa-restore", id.map_or_else(Span::current, job_span), move |cx| cx.jobs.take_back(id).map(|()| None));
    }

    /// Changes star, title or note of a job.
    pub fn annotate(&self, id: Uuid, change: Annotation) {
        self.run("nanococoa-annotate", job_span(id), move |cx| cx.jobs.annotate(id, change).map(|()| None));
    }

    /// Toggles the star of a job.
    pub fn toggle_star(&self, id: Uuid) {
        self.run("nanococoa-annotate", job_span(id), move |cx| cx.jobs.toggle_star(id).map(|()| None));
    }

    /// Restores the settings of a job. `brief`: the brief of the job, if the session has it.
    pub fn restore(&self, job: Arc<JobSnapshot>, brief: Option<Brief>) {
        self.run("nanococoa-restore", job_span(job.id), move |cx| {
            // The job has its own copies of pictures that the studio has lost.
            let known = brief.filter(Brief::has_its_pictures).map(|brief| RestoredBrief { brief, photo_unknown: false, had_photo: true });
            let restored = known.map_or_else(|| cx.jobs.brief_of(&job), Ok)?;
            Ok(Some(Message::Restored(Box::new(restored), Some(job.id))))
        });
    }

    /// Opens a photo, or restores the settings in a picture of this program.
    pub fn open_photo(&self, path: PathBuf) {
        self.run("nanococoa-open", Span::current(), move |cx| cx.open_photo(&crate::paths::find(&path)).map(Some));
    }

    /// Opens a picture, which may be an SVG, for a new layer or for the layer at this place.
    pub fn open_layer_picture(&self, path: PathBuf, layer: Option<usize>) {
        self.run("nanococoa-layer", Span::current(), move |cx| {
            let path = crate::paths::find(&path);
            let source = crate::engine::decode_layer_source_file(&path)?;
            let picture = cx.photos.keep_file(&path, &source)?;
            cx.note(&source, "layers");
            Ok(Some(Message::LayerPicture(Box::new(picture), layer)))
        });
    }

    /// Opens a picture for the background.
    pub fn open_backdrop(&self, path: PathBuf) {
        self.run("nanococoa-backdrop", Span::current(), move |cx| {
            let path = crate::paths::find(&path);
            let source = crate::engine::decode_field_file(BACKGROUND_IMAGE.name, &path)?;
            let picture = cx.photos.keep_file(&path, &source)?;
            cx.note(&source, BACKGROUND_IMAGE.name);
            Ok(Some(Message::Backdrop(Box::new(picture))))
        });
    }

    /// Opens the picture in the clipboard, or the file whose path is there.
    pub fn paste(&self) {
        self.run("nanococoa-paste", Span::current(), |cx| match clipboard::read()? {
            Pasted::File(path) => cx.open_photo(&path).map(Some),
            Pasted::Picture(picture) => cx.keep_pixels(&picture).map(Some),
            Pasted::Text(text) => cx.open_text(&text).map(Some),
        });
    }

    /// Opens pixels that were pasted.
    pub fn paste_pixels(&self, picture: Arc<ColorImage>) {
        self.run("nanococoa-paste", Span::current(), move |cx| cx.keep_pixels(&picture).map(Some));
    }

    /// Opens the file whose path was pasted.
    pub fn paste_text(&self, text: String) {
        self.run("nanococoa-paste", Span::current(), move |cx| cx.open_text(&text).map(Some));
    }

    /// Opens the bundled sample photo.
    pub fn open_sample(&self) {
        self.run("nanococoa-sample", Span::current(), |cx| cx.photos.keep_sample().map(|p| Some(Message::Product(Box::new(p), None))));
    }

    /// Shows a file dialog in `folder`; `name` is the suggested name of a file to write.
    pub fn ask_for_file(&self, purpose: FilePurpose, name: Option<String>, folder: Option<PathBuf>, lang: Language) {
        let window = self.window;
        self.run("nanococoa-dialog", Span::current(), move |_| {
            Ok(match dialogs::ask(&purpose, name, folder, lang, window)? {
                Answer::Chosen(path) => Some(Message::FileChosen(purpose, path)),
                Answer::Cancelled => None,
                Answer::Unavailable => Some(Message::NoFileDialog(purpose)),
            })
        });
    }

    /// Checks a path that was entered.
    pub fn check_path(&self, purpose: FilePurpose, text: String, reason: CheckReason) {
        self.run("nanococoa-path", Span::current(), move |_| {
            let state = path_entry::check(&purpose, &text);
            Ok(Some(Message::PathChecked(text, state, reason)))
        });
    }

    /// Opens a project.
    pub fn open_project(&self, path: PathBuf) {
        self.run("nanococoa-project", Span::current(), move |cx| {
            let path = crate::paths::find(&path);
            let brief = Box::new(project_file::open(&path, &cx.photos)?);
            Ok(Some(Message::ProjectOpened { brief, path }))
        });
    }

    /// Saves a project; `project` is the number that undo gave it.
    pub fn save_project(&self, brief: Brief, path: PathBuf, project: u32) {
        self.run_write("nanococoa-project", Span::current(), move |_| {
            let path = project_file::save(&brief, path)?;
            Ok(Some(Message::ProjectSaved { brief: Box::new(brief), path, project }))
        });
    }

    /// Exports a picture of a job.
    pub fn export(&self, job: Uuid, from: PathBuf, to: PathBuf, settings: Settings, lang: Language) {
        self.run_write("nanococoa-export", job_span(job), move |cx| {
            let with_layers = settings.spec.is_none() && settings.file == FileType::Ora;
            let written = match with_layers {
                true => export::write_layered(&cx.jobs.layered(job)?, &from, &to, &settings, lang)?,
                false => export::write(&from, &to, settings, lang)?,
            };
            for notice in written.notices {
                cx.mailbox.send(Message::Noted(notice));
            }
            let path = written.path.display();
            Ok(Some(Message::Succeeded(match written.summary {
                Some(summary) => notice!("toast-exported-format", path = path, summary = summary),
                None => notice!("toast-exported", path = path),
            })))
        });
    }

    /// Lays a template out on the canvas of a brief.
    pub fn apply_template(&self, brief: Brief, template: Template, filling: Filling, fonts: Arc<FontCatalog>) {
        self.run("nanococoa-template", Span::current(), move |cx| {
            let laid = template_brief::lay_out_for_brief(&template, &filling, (brief.width, brief.height), &fonts)?;
            let after = template_brief::apply_to_brief(&brief, &laid, &cx.photos)?;
            Ok(Some(Message::TemplateApplied { before: Box::new(brief), after: Box::new(after) }))
        });
    }

    /// Reads the brand kit in a folder. The outcome has the number `generation`.
    pub fn open_brand(&self, folder: PathBuf, generation: u64) {
        self.run("nanococoa-brand", Span::current(), move |_| {
            Ok(Some(Message::Brand(BrandOutcome::Opened(generation, BrandKit::open(&folder).map(Box::new)))))
        });
    }

    /// Makes a brand kit in a folder, or reads the one that is there. The outcome has the number `generation`.
    pub fn create_brand(&self, folder: PathBuf, colors: Vec<Color>, generation: u64) {
        self.run_write("nanococoa-brand", Span::current(), move |_| {
            Ok(Some(Message::Brand(BrandOutcome::Opened(generation, BrandKit::create(&folder, &colors).map(Box::new)))))
        });
    }

    /// Writes a brand kit.
    pub fn save_brand(&self, kit: Arc<BrandKit>) {
        self.run_write("nanococoa-brand", Span::current(), move |_| {
            let saved = kit.save().map(Box::new);
            Ok(Some(Message::Brand(BrandOutcome::Written(kit, saved, false))))
        });
    }

    /// Copies a logo or a font into a brand kit, and writes the kit.
    pub fn add_to_brand(&self, kit: Arc<BrandKit>, path: PathBuf, is_font: bool) {
        self.run_write("nanococoa-brand", Span::current(), move |_| {
            let added = if is_font { kit.with_font(&path) } else { kit.with_logo(&path) };
            Ok(Some(Message::Brand(BrandOutcome::Written(kit, added.map(Box::new), is_font))))
        });
    }

    /// Makes a size set of a finished job in a folder. `brief`: the brief of the job, if the session has it.
    pub fn make_set(
        &self,
        order: SetOrder,
        folder: PathBuf,
        (job, brief): (Arc<JobSnapshot>, Option<Brief>),
        sets: FormatSets,
        fonts: Arc<FontCatalog>,
        lang: Language,
    ) {
        self.run_write("nanococoa-set", job_span(job.id), move |cx| {
            let tell = |submission: Option<Submission>| {
                cx.mailbox.send(submission.map_or(Message::SetChanged, Message::SetSubmitted));
            };
            let work = SetWork { jobs: &cx.jobs, fonts: &fonts, lang, sets: &sets, tell: &tell };
            // The job's own brief, if a picture of the session's is gone.
            let brief = brief.filter(Brief::has_its_pictures).map_or_else(|| cx.jobs.brief_of(&job).map(|found| found.brief), Ok);
            let made = brief.and_then(|brief| work.run(&order, &folder, &brief, &cx.jobs.frames(job.id)));
            let (done, all) = sets.end();
            made?;
            let done = notice!("set-toast-done", done = done, all = all, folder = folder.as_path());
            Ok(Some(Message::Succeeded(done)))
        });
    }

    /// Loads the fonts of these folders.
    pub fn load_fonts(&self, folders: Vec<PathBuf>) {
        self.run("nanococoa-fonts", Span::current(), move |cx| {
            cx.jobs.load_fonts(&folders);
            Ok(None)
        });
    }

    /// Saves the user's presets, unless their file exists but cannot be parsed, for example after an edit by hand.
    pub fn save_presets(&self, path: PathBuf, text: String) {
        self.run("nanococoa-presets", Span::current(), move |_| {
            if std::fs::read_to_string(&path).is_ok_and(|old| !presets::is_readable(&old)) {
                return Err(notice!("error-presets", path = path.display()));
            }
            crate::store::create_private_dir(path.parent().unwrap_or(&path))
                .map_err(|e| notice!("error-write", path = path.display(), detail = e.to_string()))?;
            crate::store::write_atomic(&path, text.as_bytes()).map_err(|e| e.notice())?;
            Ok(None)
        });
    }

    /// Loads a mask for the brush.
    pub fn load_mask(&self, request: MaskRequest) {
        self.run("nanococoa-mask", Span::current(), move |_| {
            let loaded = LoadedMask::read(&request.path)?;
            Ok(Some(Message::MaskLoaded(request.key, Arc::new(loaded))))
        });
    }

    /// Writes a brush stroke after the earlier ones.
    pub fn save_stroke(&self, stroke: FinishedStroke) {
        let number = stroke.number;
        if !self.writer.stroke(stroke, WriteGuard::begin(&self.writes)) {
            self.cx.mailbox.send(Message::StrokeSaved(number, Err(notice!("error-thread"))));
        }
    }

    /// Writes the session, unless a newer one follows soon.
    pub fn save_session(&self, session: Session) {
        self.writer.session(session);
    }

    /// Writes every waiting stroke and ends the writing thread; the caller writes the last session itself.
    pub fn close_writer(&self) {
        self.writer.close();
    }
}

impl TaskContext {
    fn open_photo(&self, path: &Path) -> Result<Message, Notice> {
        let source = crate::engine::decode_source_file(path)?;
        if let Some(restored) = self.jobs.brief_in(&source.text)? {
            return Ok(Message::Restored(Box::new(restored), None));
        }
        let product = self.photos.keep_file(path, &source)?;
        self.note(&source, PRODUCT_IMAGE.name);
        Ok(Message::Product(Box::new(product), Some(path.to_path_buf())))
    }

    /// Shows the remarks of a decoded picture.
    fn note(&self, source: &SourceImage, field: &'static str) {
        for note in &source.notes {
            self.mailbox.send(Message::Noted(note.clone().at(field)));
        }
    }

    fn keep_pixels(&self, picture: &ColorImage) -> Result<Message, Notice> {
        let product = self.photos.keep(&clipboard::to_png(picture)?, "clipboard.png")?;
        Ok(Message::Product(Box::new(product), None))
    }

    fn open_text(&self, text: &str) -> Result<Message, Notice> {
        let path = crate::paths::find(&crate::paths::from_text(text));
        // The Finder adds the bare name of a copied file as text.
        let path = if path.is_file() { path } else { clipboard::file().ok_or_else(clipboard::empty)? };
        self.open_photo(&path)
    }
}
