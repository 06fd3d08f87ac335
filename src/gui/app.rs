//! The window's state and its frame: messages are drained in `logic`, panels are drawn in `ui`, commands run in between.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use egui::{Context, Event, ImeEvent, Ui};
use uuid::Uuid;

use super::bridge::{Bridge, Message, Say};
use super::brush::Brush;
use super::commands::{self, Command};
use super::i18n::Lang;
use super::live::{Draft, Live, Wish};
use super::panels::objects::Grip;
use super::presets::Presets;
use super::server::ServerSwitch;
use super::state::{Brief, Session};
use super::textures::Textures;
use super::toasts::{Back, Kind, Toasts};
use super::undo::Undo;
use super::windows::Window;
use super::{panels, theme, windows};
use crate::config::Config;
use crate::engine::Engine;
use crate::job::{Annotation, ImageName, JobSnapshot, JobStatus};
use crate::request::BackendKind;

/// Seconds in which the notification offers to undo a deletion; the menu can do it later too.
const UNDO_DELETE: f64 = 8.0;
/// Seconds between an edit and its autosave.
const SAVE_AFTER: f64 = 1.0;

/// What the studio works with.
pub struct Options {
    /// The engine that the server switch serves too.
    pub engine: Engine,
    /// Folder, address, token.
    pub config: Config,
}

/// Which picture of the way to the advertisement is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Tab {
    Product,
    Background,
    Text,
    Final,
}

/// Whose picture is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The live draft of the brief.
    Draft,
    /// A job's result.
    Job(Uuid),
}

/// Zoom and position of the picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub fit: bool,
    pub zoom: f32,
    pub pan: egui::Vec2,
}

/// Windows narrower than this, in points, keep the room for the picture.
pub(super) const NARROW: f32 = 1000.0;
/// Below this many points the history is only there when it is asked for: the tools above the picture need the room.
const NO_HISTORY: f32 = 1240.0;

/// The application.
pub struct Studio {
    pub(super) bridge: Bridge,
    messages: mpsc::Receiver<Message>,
    pub(super) live: Live,
    pub(super) textures: Textures,
    /// What is found again at the next start.
    pub session: Session,
    pub(super) undo: Undo,
    pub(super) tab: Tab,
    pub(super) source: Source,
    /// The left side of the comparison.
    pub(super) compare: Option<Source>,
    pub(super) split: f32,
    pub(super) view: View,
    pub(super) toasts: Toasts,
    pub(super) window: Option<Window>,
    pub(super) queue: VecDeque<Command>,
    pub(super) presets: Presets,
    pub(super) server: ServerSwitch,
    pub(super) config: Config,
    pub(super) font_query: String,
    pub(super) font_in_view: Option<String>,
    pub(super) history_query: String,
    pub(super) starred_only: bool,
    /// What is being dragged on the picture.
    pub(super) grip: Option<Grip>,
    /// The brush on the cut-out.
    pub(super) brush: Brush,
    pub(super) composing: bool,
    /// Whether a text field had the keyboard, and a syllable was being composed, when the last frame ended.
    was_typing: bool,
    was_composing: bool,
    /// Whether the history is shown; `None`: where there is room.
    pub(super) history_open: Option<bool>,
    pub(super) prompt_cursor: Option<(panels::fields::Field, usize)>,
    /// What the last draft was asked for.
    drafted: Option<Wish>,
    /// The brief changed since undo last looked.
    unseen: bool,
    titled: String,
    pub(super) watched: Vec<(Uuid, JobStatus)>,
    dirty_since: Option<f64>,
    pub(super) quitting: bool,
}

impl Studio {
    /// Restores the session and starts the threads. `ctx` gets fonts and styles.
    pub fn new(ctx: &Context, options: Options) -> Self {
        theme::install(ctx);
        let folder = options.config.data_dir.join("studio");
        let session = super::restore::session(&folder);
        let (bridge, messages) = Bridge::new(options.engine.clone(), ctx.clone(), folder.clone());
        let live = Live::start(ctx.clone(), bridge.watch().clone());
        let textures = Textures::new(ctx.clone(), bridge.watch());
        for id in &session.starred {
            bridge.annotate(*id, Annotation { starred: Some(true), ..Annotation::default() });
        }
        ctx.set_theme(if session.dark { egui::Theme::Dark } else { egui::Theme::Light });
        ctx.set_zoom_factor(session.zoom);
        ctx.options_mut(|o| o.zoom_with_keyboard = false);
        let source = Source::Draft;
        let mut server = ServerSwitch::new(&options.config);
        server.bind = session.server.clone().unwrap_or(server.bind);
        Self {
            bridge,
            messages,
            live,
            textures,
            undo: Undo::default(),
            tab: Tab::Final,
            source,
            compare: None,
            split: 0.5,
            view: View { fit: true, zoom: 1.0, pan: egui::Vec2::ZERO },
            toasts: Toasts::default(),
            window: None,
            queue: VecDeque::new(),
            presets: Presets::load(&folder),
            server,
            config: options.config,
            font_query: String::new(),
            font_in_view: None,
            history_query: String::new(),
            starred_only: false,
            grip: None,
            brush: Brush::default(),
            composing: false,
            was_typing: false,
            was_composing: false,
            history_open: None,
            prompt_cursor: None,
            drafted: None,
            unseen: true,
            titled: String::new(),
            watched: Vec::new(),
            dirty_since: None,
            quitting: false,
            session,
        }
    }

    /// The language in use.
    pub fn lang(&self) -> Lang {
        self.session.lang
    }

    /// The notifications that are shown, oldest first.
    pub fn notifications(&self) -> Vec<String> {
        self.toasts.words(self.lang())
    }

    /// The result or draft that is shown.
    pub fn shown(&self) -> Source {
        self.source
    }

    /// Shows a result or the draft.
    pub fn show(&mut self, source: Source) {
        self.source = source;
    }

    /// Whether pictures are on their way to the screen.
    pub fn is_loading(&self) -> bool {
        self.textures.is_loading()
    }

    /// Where the server listens, if it is on.
    pub fn server_address(&self) -> Option<std::net::SocketAddr> {
        self.server.address()
    }

    /// Whether the history has its place at the right.
    pub fn shows_history(&self, ctx: &Context) -> bool {
        self.history_open.unwrap_or(ctx.content_rect().width() >= NO_HISTORY)
    }

    /// Which picture of the way is shown.
    pub fn tab(&self) -> Tab {
        self.tab
    }

    /// Whether a syllable is being composed.
    pub fn is_composing(&self) -> bool {
        self.composing
    }

    /// Whether a stroke of the brush is being made or written.
    pub fn is_painting(&self) -> bool {
        self.brush.busy()
    }

    /// The brush's diameter, as a part of the photo's longer side.
    pub fn brush_size(&self) -> f32 {
        self.brush.size
    }

    /// Why there is no draft of the brief, in the language of the window.
    pub fn problem(&self) -> Option<String> {
        self.live.with(|s| s.error.clone()).map(|e| self.lang().say(&e))
    }

    /// The window that lies over the panels.
    pub fn window_name(&self) -> Option<&'static str> {
        self.window.as_ref().map(Window::name)
    }

    /// Whether everything that was asked for is on the screen: pictures, draft, plan.
    pub fn is_settled(&self) -> bool {
        let brief = &self.session.brief;
        let drafted = brief.is_blank() || (self.draft().is_some_and(|d| d.brief == *brief) && self.plan().is_some());
        drafted && !self.textures.is_loading() && self.active_count() == 0
    }

    /// Whether a window lies over the panels.
    pub fn has_window(&self) -> bool {
        self.window.is_some()
    }

    /// Opens a photo, or restores the settings of a picture that was made here.
    pub fn open(&mut self, path: PathBuf) {
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case(super::restore::PROJECT)) {
            super::restore::open_project(&self.bridge, path);
        } else {
            self.bridge.open_photo(path);
        }
    }

    /// The newest live draft.
    pub fn draft(&self) -> Option<Draft> {
        self.live.with(|s| s.draft.clone())
    }

    /// Every job, newest first.
    pub fn jobs(&self) -> Arc<Vec<Arc<JobSnapshot>>> {
        self.bridge.jobs()
    }

    /// Shows this load of the machine from now on: for pictures that must not change.
    pub fn freeze_load(&self, load: crate::metrics::SystemMetrics, free_disk: f64) {
        self.bridge.watch().freeze_load(load, free_disk);
    }

    /// A job.
    pub fn job(&self, id: Uuid) -> Option<Arc<JobSnapshot>> {
        self.bridge.jobs().iter().find(|j| j.id == id).cloned()
    }

    /// The running job, or the one that will run next.
    pub fn active(&self) -> Option<Arc<JobSnapshot>> {
        let jobs = self.bridge.jobs();
        let running = jobs.iter().find(|j| j.status == JobStatus::Running);
        let next = || {
            let waiting = self.bridge.waiting();
            // The one that the worker is making ready for waits no more.
            jobs.iter().filter(|j| j.status == JobStatus::Pending).min_by_key(|j| waiting.iter().position(|id| *id == j.id))
        };
        running.or_else(next).cloned()
    }

    /// Jobs that run or wait.
    pub fn active_count(&self) -> usize {
        self.bridge.jobs().iter().filter(|j| j.status.is_active()).count()
    }

    pub(super) fn touch(&mut self, ctx: &Context) {
        if self.dirty_since.is_none() {
            self.dirty_since = Some(ctx.input(|i| i.time));
            ctx.request_repaint_after(std::time::Duration::from_secs_f64(SAVE_AFTER + 0.05));
        }
    }

    /// Everything between two frames: messages, drafts, autosave.
    pub fn logic(&mut self, ctx: &Context) {
        let now = ctx.input(|i| i.time);
        self.textures.drain();
        while let Ok(message) = self.messages.try_recv() {
            self.take(ctx, message, now);
        }
        self.follow_jobs(now);
        if self.dirty_since.is_some_and(|t| now - t >= SAVE_AFTER) {
            self.dirty_since = None;
            self.bridge.writer().session(self.session.clone());
        }
        self.server.poll(&mut self.toasts, now);
        if ctx.input(|i| i.viewport().close_requested()) {
            if !self.quitting && self.holds_back() {
                ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
                self.window = Some(Window::Quit);
            } else {
                self.quitting = true;
            }
        }
    }

    fn take(&mut self, ctx: &Context, message: Message, now: f64) {
        match message {
            Message::Submitted(id, brief, reseeded) => {
                let now_the_same = Brief { seed: brief.seed, ..self.session.brief.clone() } == *brief;
                if reseeded && now_the_same {
                    self.session.brief.seed = brief.seed;
                }
                self.session.made(id, *brief);
                // A quick job may be over before it was ever seen active.
                if !self.watched.iter().any(|w| w.0 == id) {
                    self.watched.push((id, JobStatus::Pending));
                }
                // The first of several stays in view until it is over.
                let watching = matches!(self.source, Source::Job(j) if self.job(j).is_some_and(|j| j.status.is_active()));
                if !watching {
                    self.source = Source::Job(id);
                }
                self.compare = None;
            }
            Message::Unchanged(id) => {
                self.source = Source::Job(id);
                self.toasts.say(Kind::Note, Say::new("toast.unchanged", &[]), now);
            }
            Message::Deleted(id) => {
                if self.source == Source::Job(id) {
                    self.source = Source::Draft;
                }
                self.compare = self.compare.filter(|c| *c != Source::Job(id));
                self.session.base = self.session.base.filter(|b| *b != id);
                self.toasts.undo(Back::Job(id), Say::new("toast.deleted", &[]), now + UNDO_DELETE);
            }
            Message::Masked(number, mask) => {
                let mask = mask.map_err(|say| self.toasts.say(Kind::Bad, say, now)).ok();
                self.brush.kept(&mut self.session.brief, number, mask);
            }
            Message::Sheet(key, mask) => self.brush.read(ctx, &self.session.brief, key, &mask),
            Message::Product(product, path) => {
                // Another photo stands where it stands by itself, with a mask of its own.
                let brief = &mut self.session.brief;
                if brief.product.as_ref().is_none_or(|p| p.hash != product.hash) {
                    brief.mask = None;
                    (brief.product_x, brief.product_y, brief.product_scale) = (None, None, None);
                }
                brief.product = Some(*product);
                if let Some(path) = path {
                    self.session.used_file(path);
                }
                self.source = Source::Draft;
            }
            Message::Restored(mut brief, base, keeps_photo) => {
                let photo_missing = keeps_photo && base.is_none();
                if keeps_photo {
                    (brief.product, brief.mask) = (self.session.brief.product.clone(), self.session.brief.mask.clone());
                } else if let Some(id) = base {
                    self.session.made(id, (*brief).clone());
                }
                self.session.brief = *brief;
                self.session.base = base.or(self.session.base);
                self.source = base.map_or(Source::Draft, Source::Job);
                let (kind, key) = match (photo_missing, self.session.brief.product.is_some()) {
                    (false, _) => (Kind::Good, "toast.restored"),
                    (true, true) => (Kind::Note, "toast.restored_kept_photo"),
                    (true, false) => (Kind::Note, "toast.restored_no_photo"),
                };
                self.toasts.say(kind, Say::new(key, &[]), now);
            }
            Message::Saved(brief, path, project) => {
                self.toasts.say(Kind::Good, Say::new("toast.saved", &[&path.display()]), now);
                self.undo.saved(&mut self.session, project, path, *brief);
            }
            Message::Project(brief, name, path) => {
                self.turn(now);
                self.session.saved = Some((path, (*brief).clone()));
                self.session.brief = *brief;
                self.session.project = name;
                self.source = Source::Draft;
            }
            Message::Done(say) => self.toasts.say(Kind::Good, say, now),
            Message::Noted(say) => self.toasts.say(Kind::Note, say, now),
            Message::Failed(say) => self.toasts.say(Kind::Bad, say, now),
            Message::Chosen(purpose, path) => self.chosen(purpose, path),
            Message::NoDialog(purpose) => self.window = Some(Window::path(purpose)),
        }
        self.touch(ctx);
    }

    /// Another project comes onto the desk: what is on it is put away, and can be had back.
    pub(super) fn turn(&mut self, now: f64) {
        let lost = !self.session.brief.is_blank() && (self.session.saved.is_none() || self.session.unsaved());
        if lost {
            self.toasts.undo(Back::Project(self.undo.project()), Say::new("toast.put_away", &[]), now + UNDO_DELETE);
        }
        self.undo.observe(&self.session.brief, now);
        self.undo.turn(&mut self.session);
    }

    /// Whether closing would stop or lose something.
    fn holds_back(&self) -> bool {
        self.active_count() > 0 || self.session.unsaved() || self.bridge.writes() > 0
    }

    /// One frame.
    pub fn ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        // Read by the benchmark: the second frame begins when the first is on the screen.
        match ctx.cumulative_frame_nr() {
            0 => ctx.request_repaint(),
            1 => tracing::debug!("first frame shown"),
            _ => {}
        }
        tracing::trace!("frame");
        self.listen(&ctx);
        panels::top::show(self, ui);
        panels::status::show(self, ui);
        panels::brief::show(self, ui);
        if self.shows_history(&ctx) {
            panels::history::show(self, ui);
        }
        panels::canvas::show(self, ui);
        windows::show(self, &ctx);
        super::toasts::show(self, &ctx);
        while let Some(command) = self.queue.pop_front() {
            self.execute(&ctx, command);
        }
        self.redraft(&ctx);
        self.update_window_title(&ctx);
        self.was_typing = ctx.text_edit_focused();
        self.was_composing = self.composing;
    }

    /// Composition, shortcuts and dropped files.
    fn listen(&mut self, ctx: &Context) {
        let events = ctx.input(|i| i.events.clone());
        for event in &events {
            match event {
                Event::Ime(ImeEvent::Preedit { text, .. }) => self.composing = !text.is_empty(),
                Event::Ime(ImeEvent::Commit(_)) => self.composing = false,
                Event::PasteImage(image) => self.bridge.keep_pixels(Arc::clone(image)),
                // A copied file comes as its path.
                Event::Paste(text) if !ctx.text_edit_focused() => self.bridge.paste_text(text.clone()),
                _ => {}
            }
        }
        if !ctx.text_edit_focused() {
            self.composing = false;
        }
        // A commit in this very frame may come with the Enter that ended the composition.
        let ended = events.iter().any(|e| matches!(e, Event::Ime(_)));
        if self.grip.is_some() && ctx.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::Escape)) {
            panels::objects::cancel(self);
        }
        // A window or a menu that is open has the keyboard.
        if self.window.is_none() && !egui::Popup::is_any_open(ctx) {
            let composing = self.composing || self.was_composing || ended;
            self.queue.extend(commands::pressed(ctx, composing, self.was_typing || ctx.text_edit_focused()));
        }
        for file in ctx.input(|i| i.raw.dropped_files.clone()) {
            self.open(file.path().to_path_buf());
        }
    }

    /// The mask that the diffusion engine found in this photo before, where it will make the brief: its cut-out network is another one than
    /// the draft's.
    fn known_cut(&self) -> Option<PathBuf> {
        let product = self.session.brief.product.as_ref().filter(|p| !p.has_alpha)?;
        if panels::engine::of(self) != BackendKind::Diffusion {
            return None;
        }
        let jobs = self.bridge.jobs();
        let found = jobs
            .iter()
            .filter(|j| j.backend == BackendKind::Diffusion && j.images.contains(&ImageName::Mask))
            .find(|j| !j.has_mask && j.hashes.get(ImageName::Product.as_str()) == Some(&product.hash));
        found.and_then(|job| self.bridge.image_path(job.id, ImageName::Mask))
    }

    /// Asks for a draft when the brief changed and no syllable is half-written.
    fn redraft(&mut self, ctx: &Context) {
        if self.composing {
            return;
        }
        let quick = self.grip.is_some();
        let wish = Wish { brief: self.session.brief.clone(), quick, cut: self.known_cut() };
        if self.drafted.as_ref() != Some(&wish) {
            let edited = self.drafted.as_ref().is_none_or(|w| (&w.brief, w.quick) != (&wish.brief, quick));
            // Changing a result shows the draft that will replace it.
            let made = matches!(self.source, Source::Job(id) if self.session.made.get(&id) == Some(&self.session.brief));
            if self.drafted.is_some() && edited && !made {
                self.source = Source::Draft;
            }
            if !self.session.brief.is_blank() {
                self.live.want(wish.clone());
                self.bridge.watch().wonder(self.session.brief.clone());
            }
            self.drafted = Some(wish);
            self.unseen = true;
        }
        // A drag is one edit, however long it takes.
        if self.unseen && self.grip.is_none() {
            self.unseen = false;
            if self.undo.observe(&self.session.brief, ctx.input(|i| i.time)) {
                self.touch(ctx);
            }
        }
    }

    /// The window's title: the project, with a dot while its file lacks something.
    fn update_window_title(&mut self, ctx: &Context) {
        let name = self.session.project.trim();
        let dot = if self.session.unsaved() { "● " } else { "" };
        let title = if name.is_empty() { "nanoCocoa Studio".to_owned() } else { format!("{dot}{name} – nanoCocoa Studio") };
        if self.titled != title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.titled = title;
        }
    }

    /// Saves and ends the threads; safe to call twice.
    pub fn close(&mut self) {
        // The last strokes belong to the session, and nobody else writes it any more.
        self.bridge.writer().close();
        while let Ok(message) = self.messages.try_recv() {
            if let Message::Masked(number, mask) = message {
                self.brush.kept(&mut self.session.brief, number, mask.ok());
            }
        }
        super::restore::save_now(self.bridge.folder(), &self.session);
        self.server.stop();
        self.bridge.close();
    }
}

impl eframe::App for Studio {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        Self::logic(self, ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        Self::ui(self, ui);
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.close();
        self.bridge.engine().shutdown();
    }
}
