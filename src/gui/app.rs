//! The studio's state and its frame: `logic` receives messages, `ui` draws the panels, `execute` carries out what they sent.

use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use egui::{Context, Event, ImeEvent, Ui};
use uuid::Uuid;

use super::brand_colors;
use super::brand_state::{BrandAction, BrandState, BrandTask};
use super::commands::{self, CommandQueue};
use super::context::{JobLookup, PanelContext};
use super::format_set::FormatSets;
use super::gallery::Gallery;
use super::live::{Draft, DraftRequest, Live};
use super::message::Message;
use super::model_client::ModelClient;
use super::native_window::{self, NativeWindow, TaskbarProgress};
use super::panels::{self, Panels};
use super::paste_keys::PasteKeys;
use super::presets::Presets;
use super::selection::Selection;
use super::server::ServerSwitch;
use super::state::Session;
use super::tasks::Tasks;
use super::textures::Textures;
use super::toasts::{Severity, Toasts};
use super::undo::Undo;
use super::view::View;
pub use super::view::{Side, Source, Tab};
use super::watch::Watch;
use super::windows::{self, Window};
use super::{project_file, session_file, theme};
use crate::config::Config;
use crate::engine::{Engine, Plan};
use crate::formats::Catalogue;
use crate::job::{Annotation, JobSnapshot, JobStatus};
use crate::notice::Language;
use crate::templates::TemplateCatalogue;

/// Seconds between an edit and the autosave.
const AUTOSAVE_DELAY: f64 = 1.0;
/// Width in points from which the panel at the right is shown by default. Narrower windows need the room for the tools above the picture.
const SIDE_MIN_WIDTH: f32 = 1240.0;

/// The parameters of [`Studio::new`].
pub struct Options {
    /// The job engine, which the studio's server uses too.
    pub engine: Engine,
    /// The configuration.
    pub config: Config,
}

/// The keyboard at the end of the last frame.
#[derive(Default)]
struct Keyboard {
    was_typing: bool,
    was_composing: bool,
    paste: PasteKeys,
}

/// The application.
pub struct Studio {
    /// State that is restored at the next start.
    pub session: Session,
    pub(super) engine: Engine,
    pub(super) config: Config,
    /// The studio's own folder.
    pub(super) folder: PathBuf,
    pub(super) tasks: Tasks,
    pub(super) messages: mpsc::Receiver<Message>,
    pub(super) watch: Watch,
    live: Live,
    textures: Textures,
    pub(super) undo: Undo,
    pub(super) view: View,
    pub(super) panels: Panels,
    pub(super) toasts: Toasts,
    pub(super) window: Option<Window>,
    commands: CommandQueue,
    pub(super) presets: Presets,
    pub(super) server: ServerSwitch,
    pub(super) models: ModelClient,
    pub(super) formats: Arc<Catalogue>,
    pub(super) templates: Arc<TemplateCatalogue>,
    gallery: Gallery,
    pub(super) brand: BrandState,
    pub(super) sets: FormatSets,
    composing: bool,
    keyboard: Keyboard,
    /// The selection on the canvas.
    pub(super) selection: Selection,
    /// Whether the panel at the right is shown; `None` shows it if there is room.
    pub(super) side_open: Option<bool>,
    /// The newest draft that was requested.
    drafted: Option<DraftRequest>,
    /// Whether the brief changed since undo last recorded it.
    unrecorded: bool,
    /// The window's title as it was last set.
    title: String,
    /// The jobs of the last frame with their status.
    pub(super) watched: Vec<(Uuid, JobStatus)>,
    dirty_since: Option<f64>,
    pub(super) quitting: bool,
    ctx: Context,
    native: NativeWindow,
    /// Whether the first window was fitted into the screen.
    is_fitted: bool,
    taskbar: TaskbarProgress,
    /// `None` before the first frame, and inside if the system refuses a menu.
    #[cfg(target_os = "macos")]
    mac_menu: Option<Option<super::mac_menu::MacMenu>>,
}

impl Studio {
    /// Restores the session, starts the threads and installs fonts and styles in `ctx`.
    pub fn new(ctx: &Context, options: Options) -> Self {
        let Options { engine, config } = options;
        theme::install(ctx);
        let folder = config.data_dir.join("studio");
        let session = session_file::load(&folder);
        let (tasks, messages) = Tasks::new(engine.clone(), ctx, &folder);
        let watch = Watch::start(&engine, ctx, folder.clone());
        let mut brand = BrandState::default();
        if let Some(folder) = session.brand.clone() {
            brand.ask(BrandAction::Open(folder));
            if let Some(BrandTask::Open(folder, generation)) = brand.next_task() {
                tasks.open_brand(folder, generation);
            }
        }
        for id in &session.starred {
            tasks.annotate(*id, Annotation { starred: Some(true), ..Annotation::default() });
        }
        ctx.set_theme(if session.dark { egui::Theme::Dark } else { egui::Theme::Light });
        ctx.set_zoom_factor(session.zoom);
        ctx.options_mut(|o| o.zoom_with_keyboard = false);
        let models = ModelClient::new(&config, tasks.mailbox());
        // Mistakes in the user's file are shown, and the program's own formats are offered.
        let (formats, mistakes) = match Catalogue::load(&Catalogue::user_file(&config.file)) {
            Ok(formats) => (formats, None),
            Err(error) => (Catalogue::embedded(), Some(error.notice())),
        };
        let mut toasts = Toasts::default();
        if let Some(mistakes) = mistakes {
            toasts.notify(Severity::Error, mistakes, 0.0);
        }
        let (templates, unusable) = TemplateCatalogue::load(&TemplateCatalogue::user_folder(&config.file));
        for error in unusable {
            toasts.notify(Severity::Error, error.notice(), 0.0);
        }
        let templates = Arc::new(templates);
        let mut server = ServerSwitch::new(&config);
        server.bind = session.server.clone().unwrap_or(server.bind);
        Self {
            live: Live::start(ctx.clone(), watch.font_source()),
            textures: Textures::new(ctx, &watch.font_source()),
            undo: Undo::default(),
            view: View::default(),
            panels: Panels::default(),
            toasts,
            window: None,
            commands: CommandQueue::default(),
            presets: Presets::load(&folder),
            server,
            models,
            formats: Arc::new(formats),
            gallery: Gallery::start(ctx.clone(), watch.font_source(), Arc::clone(&templates)),
            templates,
            brand,
            sets: FormatSets::default(),
            composing: false,
            keyboard: Keyboard::default(),
            selection: Selection::default(),
            side_open: None,
            drafted: None,
            unrecorded: true,
            title: String::new(),
            watched: Vec::new(),
            dirty_since: None,
            quitting: false,
            ctx: ctx.clone(),
            native: NativeWindow::default(),
            is_fitted: false,
            taskbar: TaskbarProgress::default(),
            #[cfg(target_os = "macos")]
            mac_menu: None,
            session,
            engine,
            config,
            folder,
            tasks,
            messages,
            watch,
        }
    }

    /// Downloads models from this hub from now on, for tests.
    pub fn use_hub(&mut self, hub: crate::hub::Hub) {
        self.models = self.models.with_hub(hub);
        self.models.refresh();
    }

    /// Names the window that the studio is shown in. Without it, file dialogs have no owner, and the taskbar shows no progress.
    pub(super) fn window_created(&mut self, native: NativeWindow) {
        self.native = native;
        self.tasks.set_window(native);
    }

    /// Closes the window when `end_signal` returns, and ends the program when it returns again.
    pub(super) fn end_at(&self, end_signal: impl Fn() + Send + 'static) {
        self.tasks.end_at(end_signal);
    }

    /// The context that panels read.
    pub(super) fn context(&self) -> PanelContext<'_> {
        PanelContext {
            session: &self.session,
            view: self.view,
            watch: &self.watch,
            live: &self.live,
            textures: &self.textures,
            presets: &self.presets,
            server: &self.server,
            models: &self.models,
            templates: &self.templates,
            gallery: &self.gallery,
            formats: &self.formats,
            brand: &self.brand,
            sets: &self.sets,
            config: &self.config,
            toasts: &self.toasts,
            undo: &self.undo,
            composing: self.composing,
            selection: &self.selection,
            window_open: self.window.is_some(),
            history_shown: self.shows_history(&self.ctx),
            layers_shown: self.shows_layers(&self.ctx),
            writes: self.tasks.writes(),
            lookup: JobLookup::new(&self.engine),
            commands: &self.commands,
        }
    }

    /// The language in use.
    pub fn lang(&self) -> Language {
        self.session.lang
    }

    /// The sentences of the notifications, oldest first.
    pub fn notifications(&self) -> Vec<String> {
        self.toasts.words(self.lang())
    }

    /// The source of the shown picture.
    pub fn shown(&self) -> Source {
        self.view.source
    }

    /// Shows a result or the draft.
    pub fn show(&mut self, source: Source) {
        self.view.source = source;
    }

    /// Whether pictures are being decoded or drawn.
    pub fn is_loading(&self) -> bool {
        self.textures.is_loading() || self.gallery.is_busy()
    }

    /// The address that the server listens at, if it runs.
    pub fn server_address(&self) -> Option<std::net::SocketAddr> {
        self.server.address()
    }

    /// Whether the history is shown.
    pub fn shows_history(&self, ctx: &Context) -> bool {
        self.shows_side(ctx) && self.view.side == Side::History
    }

    /// Whether the layers are shown.
    pub fn shows_layers(&self, ctx: &Context) -> bool {
        self.shows_side(ctx) && self.view.side == Side::Layers
    }

    /// Whether the panel at the right is shown.
    pub(super) fn shows_side(&self, ctx: &Context) -> bool {
        self.side_open.unwrap_or_else(|| ctx.content_rect().width() >= SIDE_MIN_WIDTH)
    }

    /// The chosen tab.
    pub fn tab(&self) -> Tab {
        self.view.tab
    }

    /// Whether an IME composes text.
    pub fn is_composing(&self) -> bool {
        self.composing
    }

    /// Whether a brush stroke is being painted or written.
    pub fn is_painting(&self) -> bool {
        self.panels.brush.is_busy()
    }

    /// The brush's diameter, as a fraction of the photo's longer side.
    pub fn brush_size(&self) -> f32 {
        self.panels.brush.size
    }

    /// Why there is no draft of the brief, in the language of the interface.
    pub fn problem(&self) -> Option<String> {
        self.live.with(|s| s.error.clone()).map(|e| self.lang().notice(&e))
    }

    /// The name of the window over the panels.
    pub fn window_name(&self) -> Option<&'static str> {
        self.window.as_ref().map(Window::name)
    }

    /// Whether a window lies over the panels.
    pub fn has_window(&self) -> bool {
        self.window.is_some()
    }

    /// Whether no work is pending: pictures, draft and plan are up to date, and no job is active.
    pub fn is_settled(&self) -> bool {
        let brief = &self.session.brief;
        let drafted = brief.is_blank() || (self.draft().is_some_and(|d| d.brief == *brief) && self.plan().is_some());
        drafted && !self.textures.is_loading() && self.active_count() == 0
    }

    /// Opens a photo, restores the settings in a picture of this program, or opens a project.
    pub fn open(&mut self, path: PathBuf) {
        if path.extension().is_some_and(|e| e.eq_ignore_ascii_case(project_file::EXTENSION)) {
            self.tasks.open_project(path);
        } else {
            self.tasks.open_photo(path);
        }
    }

    /// The newest live draft.
    pub fn draft(&self) -> Option<Draft> {
        self.context().draft()
    }

    /// Every job, newest first.
    pub fn jobs(&self) -> Arc<Vec<Arc<JobSnapshot>>> {
        self.watch.jobs()
    }

    /// The steps that "Generate" would run for the brief, once they are known.
    pub fn plan(&self) -> Option<Plan> {
        self.context().plan()
    }

    /// Shows this load of the machine from now on, for snapshot tests; free space in GiB.
    pub fn freeze_load(&self, load: crate::metrics::SystemMetrics, free_disk: Option<f64>) {
        self.watch.freeze_load(load, free_disk);
    }

    /// A job by its ID.
    pub fn job(&self, id: Uuid) -> Option<Arc<JobSnapshot>> {
        self.context().job(id)
    }

    /// The running job, or the one that runs next.
    pub fn active(&self) -> Option<Arc<JobSnapshot>> {
        self.context().active()
    }

    /// Number of jobs that run or wait.
    pub fn active_count(&self) -> usize {
        self.context().active_count()
    }

    /// Schedules the autosave.
    pub(super) fn schedule_autosave(&mut self, ctx: &Context) {
        if self.dirty_since.is_none() {
            self.dirty_since = Some(ctx.input(|i| i.time));
            ctx.request_repaint_after(std::time::Duration::from_secs_f64(AUTOSAVE_DELAY + 0.05));
        }
    }

    /// Work between two frames: messages, autosave, requests to close the window.
    pub fn logic(&mut self, ctx: &Context) {
        let now = ctx.input(|i| i.time);
        self.textures.drain();
        while let Ok(message) = self.messages.try_recv() {
            self.receive(ctx, message, now);
        }
        self.follow_jobs(now);
        self.follow_brand(ctx, now);
        if self.dirty_since.is_some_and(|t| now - t >= AUTOSAVE_DELAY) {
            self.dirty_since = None;
            self.tasks.save_session(self.session.clone());
        }
        self.follow_server(now);
        if ctx.input(|i| i.viewport().close_requested()) {
            let would_lose = self.active_count() > 0 || self.session.is_unsaved() || self.tasks.writes() > 0;
            if !self.quitting && would_lose {
                ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
                self.window = Some(Window::Quit);
            } else {
                self.quitting = true;
            }
        }
    }

    #[cfg(target_os = "macos")]
    fn follow_mac_menu(&mut self, ctx: &Context) {
        let lang = self.session.lang;
        let Some(mut menu) = self.mac_menu.take().unwrap_or_else(|| super::mac_menu::MacMenu::install(ctx, lang)) else {
            self.mac_menu = Some(None);
            return;
        };
        // As for shortcuts: an open window has the keyboard, and keys that end a composition are no commands.
        let open = self.window.is_none() && !self.composing;
        let chosen = menu.update(lang, |command| command == commands::UiCommand::Quit || (open && self.context().enabled(command)));
        self.mac_menu = Some(Some(menu));
        chosen.into_iter().for_each(|command| self.commands.send(command));
    }

    /// One frame.
    pub fn ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        // `benches/studio.rs` reads this line: the second frame begins when the first is on the screen.
        match ctx.cumulative_frame_nr() {
            0 => ctx.request_repaint(),
            1 => tracing::debug!("first frame shown"),
            _ => {}
        }
        tracing::trace!("frame");
        self.read_input(&ctx);
        self.draw(ui);
        while let Some(command) = self.commands.next() {
            self.execute(&ctx, command);
        }
        self.request_draft(&ctx);
        self.update_window_title(&ctx);
        self.keyboard = Keyboard { was_typing: ctx.text_edit_focused(), was_composing: self.composing, paste: self.keyboard.paste };
    }

    /// Draws panels, window and notifications. Edits of the brief take effect before the next panel is drawn; other commands wait for the end
    /// of the frame.
    fn draw(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let mut panels = std::mem::take(&mut self.panels);
        self.selection.retain_known(&self.session.brief);
        brand_colors::offer(&ctx, self.brand.colors());
        panels::top::show(&self.context(), ui);
        panels::status::show(&self.context(), ui);
        panels::brief::show(&self.context(), &mut panels.brief, ui);
        self.apply_brief_edits(&ctx);
        if self.shows_side(&ctx) {
            panels::side::show(&self.context(), &mut panels.side, ui);
            self.apply_brief_edits(&ctx);
        }
        panels::canvas::show(&self.context(), &mut panels.canvas, &mut panels.brush, ui);
        self.apply_brief_edits(&ctx);
        self.panels = panels;
        if let Some(window) = self.window.take() {
            self.window = windows::show(&self.context(), &ctx, window);
            self.apply_brief_edits(&ctx);
        }
        let now = ctx.input(|i| i.time);
        if let Some(next) = self.toasts.expire(now) {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64((next - now).max(0.0) + 0.05));
        }
        panels::toasts::show(&self.context(), &ctx, self.window.is_some());
    }

    fn apply_brief_edits(&mut self, ctx: &Context) {
        for brief in self.commands.take_brief_edits() {
            self.session.brief = brief;
            ctx.request_repaint();
        }
    }

    /// Reads IME composition, pasted pictures, shortcuts and dropped files.
    fn read_input(&mut self, ctx: &Context) {
        let events = ctx.input(|i| i.events.clone());
        let pasted_unseen = self.keyboard.paste.update(&events);
        if cfg!(windows) && pasted_unseen && !ctx.text_edit_focused() {
            self.tasks.paste();
        }
        for event in &events {
            match event {
                Event::Ime(ImeEvent::Preedit { text, .. }) => self.composing = !text.is_empty(),
                Event::Ime(ImeEvent::Commit(_)) => self.composing = false,
                Event::PasteImage(image) => self.tasks.paste_pixels(Arc::clone(image)),
                // File managers put the path of a copied file into the clipboard.
                Event::Paste(text) if !ctx.text_edit_focused() => self.tasks.paste_text(text.clone()),
                _ => {}
            }
        }
        if !ctx.text_edit_focused() {
            self.composing = false;
        }
        // If a composition was committed in this frame, its Enter may be among the events.
        let ended = events.iter().any(|e| matches!(e, Event::Ime(_)));
        if self.panels.canvas.is_dragging()
            && ctx.input_mut(|i| i.consume_key(egui::Modifiers::NONE, egui::Key::Escape))
            && let Some(before) = self.panels.canvas.cancel_drag()
        {
            self.session.brief = before;
        }
        if !self.composing && !self.keyboard.was_composing && !self.keyboard.was_typing {
            self.leave_with_escape(ctx);
        }
        // An open window or menu has the keyboard.
        if self.window.is_none() && !egui::Popup::is_any_open(ctx) {
            let composing = self.composing || self.keyboard.was_composing || ended;
            let typing = self.keyboard.was_typing || ctx.text_edit_focused();
            commands::pressed(ctx, composing, typing).into_iter().for_each(|command| self.commands.send(command));
        }
        for file in ctx.input(|i| i.raw.dropped_files.clone()) {
            self.drop_file(ctx, file.path().to_path_buf());
        }
    }

    /// Requests draft and plan when the brief changed, unless an IME composes text.
    fn request_draft(&mut self, ctx: &Context) {
        if self.composing {
            return;
        }
        let dragging = self.panels.canvas.is_dragging();
        let request = DraftRequest { brief: self.session.brief.clone(), dragging, known_mask: self.known_mask() };
        if self.drafted.as_ref() != Some(&request) {
            let edited = self.drafted.as_ref().is_none_or(|w| (&w.brief, w.dragging) != (&request.brief, dragging));
            // After an edit the draft replaces the result of another brief on the canvas.
            let made = matches!(self.view.source, Source::Job(id) if self.session.job_briefs.get(&id) == Some(&self.session.brief));
            if self.drafted.is_some() && edited && !made {
                self.view.source = Source::Draft;
            }
            if !self.session.brief.is_blank() {
                self.live.request(request.clone());
                self.watch.request_plan(self.session.brief.clone());
            }
            self.drafted = Some(request);
            self.unrecorded = true;
        }
        // A drag is one edit, however long it takes.
        if self.unrecorded && !dragging {
            self.unrecorded = false;
            if self.undo.observe(&self.session.brief, ctx.input(|i| i.time)) {
                self.schedule_autosave(ctx);
            }
        }
    }

    /// Sets the window's title: the project's name, with a dot if it is unsaved.
    fn update_window_title(&mut self, ctx: &Context) {
        let name = self.session.project.trim();
        let dot = if self.session.is_unsaved() { "● " } else { "" };
        let title = if name.is_empty() { "nanoCocoa Studio".to_owned() } else { format!("{dot}{name} – nanoCocoa Studio") };
        if self.title != title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Saves the session and ends the threads; safe to call twice.
    pub fn close(&mut self) {
        // Finishes the last strokes, which belong to the session. From here on only this function writes the session.
        self.tasks.close_writer();
        let mut of_brand = Vec::new();
        while let Ok(message) = self.messages.try_recv() {
            match message {
                Message::StrokeSaved(number, mask) => self.panels.brush.stroke_saved(&mut self.session.brief, number, mask.ok()),
                Message::Brand(outcome) => of_brand.push(outcome),
                _ => {}
            }
        }
        self.sets.stop();
        self.close_brand(of_brand);
        session_file::save(&self.folder, &self.session);
        self.server.stop();
        self.watch.close();
    }
}

impl eframe::App for Studio {
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        Self::logic(self, ctx);
        self.is_fitted = self.is_fitted || native_window::fit_into_screen(ctx);
        let percent = self.active().map(|job| job.progress_percent);
        self.taskbar.show(self.native, percent);
        #[cfg(target_os = "macos")]
        self.follow_mac_menu(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        Self::ui(self, ui);
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.close();
        self.engine.shutdown();
    }
}
