//! The one place where commands change the state of the studio.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::Context;
use uuid::Uuid;

use super::app::Studio;
use super::brand_state::BrandAction;
use super::commands::{AppCommand, Command, EditCommand, FileCommand, JobAction, JobCommand, ModelCommand, ServerCommand, UiCommand};
use super::dialogs::FilePurpose;
use super::export::Part;
use super::job_client::SubmitOptions;
use super::layer_edits;
use super::message::Message;
use super::presets::Kind;
use super::project_file;
use super::selection::{Selection, Target};
use super::state::{Brief, random_seed};
use super::template_brief::{self, Filling};
use super::toasts::{Severity, UndoTarget};
use super::view::{Side, Source, Tab};
use super::windows::Window;
use crate::job::{Annotation, JobStatus};
use crate::notice;
use crate::notice::Notice;
use crate::paths;
use crate::request::StepNumber;
use crate::request::layers::LayerType;

impl Studio {
    /// Carries a command out, if it is enabled.
    pub fn execute(&mut self, ctx: &Context, command: impl Into<Command>) {
        let command = command.into();
        if let Command::Ui(ui) = &command
            && !self.context().enabled(*ui)
        {
            return;
        }
        match command {
            Command::Ui(command) => self.execute_ui(ctx, command),
            Command::Job(command) => self.execute_job(ctx, command),
            Command::Edit(command) => self.execute_edit(command, ctx.input(|i| i.time)),
            Command::File(command) => self.execute_file(command, ctx.input(|i| i.time)),
            Command::Server(command) => self.execute_server(ctx, command),
            Command::Model(command) => self.execute_model(command),
            Command::App(command) => self.execute_app(ctx, command),
        }
        self.schedule_autosave(ctx);
        ctx.request_repaint();
    }

    fn execute_ui(&mut self, ctx: &Context, command: UiCommand) {
        match command {
            UiCommand::Generate => self.generate(false),
            UiCommand::GenerateFront => self.generate(true),
            UiCommand::GenerateAll => self.submit(SubmitOptions { force_from_step: Some(StepNumber::FIRST), ..SubmitOptions::default() }),
            UiCommand::FromText => self.submit(SubmitOptions { force_from_step: Some(StepNumber::Text), ..SubmitOptions::default() }),
            UiCommand::FromComposite => {
                self.submit(SubmitOptions { force_from_step: Some(StepNumber::Composite), ..SubmitOptions::default() })
            }
            UiCommand::Variations => self.submit_variations(ctx.input(|i| i.time)),
            UiCommand::SizeSet => {
                let brief = self.session.brief.clone();
                let boxes = self.draft().filter(|draft| draft.brief == brief).map(|draft| draft.boxes);
                self.tasks.submit_size_set(brief, boxes, self.watch.fonts());
            }
            UiCommand::Stop => {
                if let Some(job) = self.active() {
                    self.tasks.stop(Some(job.id));
                }
            }
            UiCommand::StopAll => self.tasks.stop(None),
            UiCommand::TakeBack => self.tasks.take_back(None),
            UiCommand::Undo => {
                self.undo.undo(&mut self.session);
            }
            UiCommand::Redo => {
                self.undo.redo(&mut self.session);
            }
            UiCommand::TextAuto => self.session.brief.place_text_automatically(),
            UiCommand::ProductAuto => self.session.brief.place_product_automatically(),
            UiCommand::MaskAuto => self.session.brief.mask = None,
            UiCommand::RollSeed => self.session.brief.seed = random_seed(),
            UiCommand::LockSeed => self.session.brief.seed_locked = !self.session.brief.seed_locked,
            UiCommand::New
            | UiCommand::OpenPhoto
            | UiCommand::OpenPath
            | UiCommand::Paste
            | UiCommand::Sample
            | UiCommand::OpenProject
            | UiCommand::SaveProject
            | UiCommand::SaveProjectAs => self.execute_project(ctx, command),
            command if command.is_about_layers() => self.execute_layers(command, ctx.input(|i| i.time)),
            UiCommand::Templates
            | UiCommand::Export
            | UiCommand::FormatSet
            | UiCommand::Brand
            | UiCommand::Fonts
            | UiCommand::Server
            | UiCommand::Models
            | UiCommand::Palette
            | UiCommand::Shortcuts => {
                self.open_window(command);
            }
            _ => self.execute_view(ctx, command),
        }
    }

    /// Commands that open photos, and open and save projects.
    fn execute_project(&mut self, ctx: &Context, command: UiCommand) {
        match command {
            UiCommand::OpenPhoto => self.ask_for_file(FilePurpose::Photo, None),
            UiCommand::OpenPath => self.window = Some(Window::path(FilePurpose::Photo)),
            UiCommand::Paste => self.tasks.paste(),
            UiCommand::Sample => self.tasks.open_sample(),
            UiCommand::OpenProject => self.ask_for_file(FilePurpose::OpenProject, None),
            UiCommand::SaveProject if self.session.saved.is_some() => {
                if let Some((path, _)) = self.session.saved.clone() {
                    self.use_file(FilePurpose::SaveProject, path, ctx.input(|i| i.time));
                }
            }
            UiCommand::SaveProject | UiCommand::SaveProjectAs => {
                let name = self.session.project.trim();
                let name = crate::paths::portable_name(if name.is_empty() { "nanococoa" } else { name });
                let name = format!("{name}.{}", project_file::EXTENSION);
                self.ask_for_file(FilePurpose::SaveProject, Some(name));
            }
            _ => {
                let fresh = Brief::fresh();
                self.start_new_project(ctx.input(|i| i.time));
                self.session.brief = fresh;
                self.view.source = Source::Draft;
            }
        }
    }

    fn open_window(&mut self, command: UiCommand) {
        self.window = match command {
            UiCommand::Export => {
                let part = match self.view.tab {
                    Tab::Final => Part::Final,
                    Tab::Background => Part::Background,
                    Tab::Text => Part::Text,
                    Tab::Product => Part::Cutout,
                };
                let job = self.context().export_job().and_then(|id| self.job(id));
                let format = job.as_ref().and_then(|job| self.sets.format_of((job.width, job.height)));
                job.map(|job| Window::export(job.id, part, format))
            }
            UiCommand::FormatSet => self.context().export_job().map(|job| self.set_window(job)),
            UiCommand::Brand => Some(Window::brand()),
            UiCommand::Templates => Some(Window::Templates),
            UiCommand::Fonts => Some(Window::Fonts),
            UiCommand::Server => Some(Window::Server),
            UiCommand::Models => {
                self.watch.refresh_models();
                self.models.refresh();
                Some(Window::models())
            }
            UiCommand::Palette => Some(Window::palette()),
            _ => Some(Window::Shortcuts),
        };
    }

    /// Commands that change the view.
    fn execute_view(&mut self, ctx: &Context, command: UiCommand) {
        match command {
            UiCommand::Brush => {
                self.view.tab = Tab::Product;
                self.panels.brush.on = !self.panels.brush.on;
            }
            UiCommand::TabProduct => self.view.tab = Tab::Product,
            UiCommand::TabBackground => self.view.tab = Tab::Background,
            UiCommand::TabText => self.view.tab = Tab::Text,
            UiCommand::TabFinal => self.view.tab = Tab::Final,
            UiCommand::DraftOrResult => {
                let other = self.context().other_side();
                self.view.show(other.unwrap_or(self.view.source));
            }
            UiCommand::Compare => {
                self.view.compare = if self.view.compare.is_some() { None } else { self.context().other_side() };
            }
            UiCommand::ZoomFit => self.panels.canvas.zoom.fit = true,
            UiCommand::ZoomActual => self.panels.canvas.zoom.set(1.0 / ctx.pixels_per_point()),
            UiCommand::ZoomIn => self.panels.canvas.zoom.multiply(1.25),
            UiCommand::ZoomOut => self.panels.canvas.zoom.multiply(1.0 / 1.25),
            UiCommand::History => self.toggle_side(ctx, Side::History),
            UiCommand::Layers => self.toggle_side(ctx, Side::Layers),
            UiCommand::Theme => {
                self.session.dark = !self.session.dark;
                ctx.set_theme(if self.session.dark { egui::Theme::Dark } else { egui::Theme::Light });
            }
            UiCommand::Language => self.session.lang = self.lang().next(),
            UiCommand::Larger => self.interface_zoom(ctx, 0.1),
            UiCommand::Smaller => self.interface_zoom(ctx, -0.1),
            UiCommand::CopyCurl => self.copy_curl(ctx),
            UiCommand::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            _ => {}
        }
    }

    fn execute_job(&mut self, ctx: &Context, JobCommand { job: id, action }: JobCommand) {
        let brief = self.session.job_briefs.get(&id).cloned();
        match action {
            JobAction::Show => {
                self.view.show(Source::Job(id));
                if self.job(id).is_some_and(|j| j.status == JobStatus::Completed) {
                    self.session.base = Some(id);
                }
            }
            JobAction::Compare => self.view.compare = Some(Source::Job(id)),
            JobAction::Restore => {
                if let Some(job) = self.job(id) {
                    self.tasks.restore(job, brief);
                }
            }
            JobAction::Resume => self.tasks.resume(id, brief),
            JobAction::Rerun(step) => self.tasks.rerun(id, step, brief),
            JobAction::Star => self.tasks.toggle_star(id),
            JobAction::EditNote => self.window = self.job(id).map(|job| Window::note(&job)).or(self.window.take()),
            JobAction::Annotate { title, note } => {
                self.tasks.annotate(id, Annotation { starred: None, title: Some(title), note: Some(note) });
            }
            JobAction::Export => {
                self.view.source = Source::Job(id);
                self.execute(ctx, UiCommand::Export);
            }
            JobAction::Stop => self.tasks.stop(Some(id)),
            JobAction::Delete => self.tasks.delete(id),
        }
    }

    fn execute_edit(&mut self, command: EditCommand, now: f64) {
        match command {
            EditCommand::Brief(brief) => self.session.brief = *brief,
            EditCommand::ProjectName(name) => self.session.project = name,
            EditCommand::Language(lang) => self.session.lang = lang,
            EditCommand::Variations(count) => self.session.variations = count,
            EditCommand::ApplyTemplate(id) => self.apply_template(&id),
            EditCommand::Show(source) => self.view.show(source),
            EditCommand::RefineMask => {
                self.view.tab = Tab::Product;
                self.panels.brush.on = true;
            }
            EditCommand::Select(selection) => self.select(selection),
            EditCommand::EditText(index) => {
                self.select(Selection::of(Target::Layer(index)));
                self.side_open = Some(true);
                self.panels.side.begin_typing();
            }
            EditCommand::AddShape(kind) => {
                self.add_layer(layer_edits::new_layer(LayerType::Shape, kind, ""), None, now);
            }
            EditCommand::MoveLayer(index, to) => {
                let places = self.session.brief.move_layer(index, to);
                self.follow_layers(&places);
            }
            EditCommand::Brand(brand) => self.brand.edit(*brand, now),
            EditCommand::OpenAlone(id, name) => self.open_alone(id, name, now),
            EditCommand::AddPreset(kind, text) => {
                self.presets.add(kind, &text);
                self.save_presets(kind);
            }
            EditCommand::RemovePreset(kind, index) => {
                self.presets.remove(kind, index);
                self.save_presets(kind);
            }
        }
    }

    /// Lays a template out for the brief; the brief follows as a message.
    fn apply_template(&mut self, id: &str) {
        match self.templates.get(id) {
            Ok(template) => {
                let texts = template_brief::own_texts(&self.session.brief, &self.templates, self.brand.kit());
                let filling = Filling { texts, language: self.lang(), brand: self.brand.shared() };
                self.tasks.apply_template(self.session.brief.clone(), template, filling, self.watch.fonts());
            }
            Err(why) => self.fail(why),
        }
    }

    fn execute_file(&mut self, command: FileCommand, now: f64) {
        match command {
            FileCommand::Open(path) => self.open(path),
            FileCommand::Ask(purpose, name) => self.ask_for_file(purpose, name),
            FileCommand::CheckPath(purpose, text, reason) => self.tasks.check_path(purpose, text, reason),
            FileCommand::SaveProject(path) => self.tasks.save_project(self.session.brief.clone(), path, self.undo.project()),
            FileCommand::RemoveFontFolder(folder) => {
                let left = self.config.added_font_dirs.iter().filter(|d| **d != folder).cloned().collect();
                self.set_font_folders(left);
            }
            FileCommand::InsertLogo(name) => self.insert_logo(&name),
            FileCommand::ReopenBrand => self.reopen_brand(now),
            FileCommand::SaveBrand => self.save_brand(),
            FileCommand::CloseBrand => self.ask_brand(BrandAction::Leave, now),
            FileCommand::StopSet => self.sets.stop(),
            FileCommand::LoadMask(request) => self.tasks.load_mask(request),
            FileCommand::SaveStroke(stroke) => self.tasks.save_stroke(stroke),
        }
    }

    fn execute_server(&mut self, ctx: &Context, command: ServerCommand) {
        match command {
            ServerCommand::Address(address) => {
                self.session.server = Some(address.trim().to_owned()).filter(|a| *a != self.config.bind.to_string());
                self.server.bind = address;
            }
            ServerCommand::Token(token) => self.server.token = token,
            ServerCommand::Start => {
                let catalogues = (Arc::clone(&self.formats), Arc::clone(&self.templates));
                self.server.start(self.engine.clone(), self.models.downloads(), catalogues, ctx);
            }
            ServerCommand::Stop => self.server.stop(),
            ServerCommand::CopyCurl => self.copy_curl(ctx),
        }
    }

    fn execute_model(&mut self, command: ModelCommand) {
        match command {
            ModelCommand::Pull(set) => self.models.pull(set),
            ModelCommand::Pause(set) => self.models.pause(&set),
            ModelCommand::Verify(set) => self.models.verify(set),
            ModelCommand::Remove(set) => self.models.remove(set),
        }
    }

    fn execute_app(&mut self, ctx: &Context, command: AppCommand) {
        match command {
            AppCommand::Quit => {
                self.quitting = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            }
            AppCommand::DismissToast(index) => self.toasts.dismiss(index),
            AppCommand::Undo(UndoTarget::Job(id)) => self.tasks.take_back(Some(id)),
            AppCommand::Undo(UndoTarget::Project(number)) => self.undo.back_to(&mut self.session, number),
        }
    }

    fn submit(&self, options: SubmitOptions) {
        self.tasks.submit(vec![self.session.brief.clone()], options);
    }

    fn generate(&self, front: bool) {
        let locked = self.session.brief.seed_locked;
        let same = self.context().job_of_same_brief().filter(|_| locked);
        self.submit(SubmitOptions { front, reseed: !locked, same, ..SubmitOptions::default() });
    }

    fn interface_zoom(&mut self, ctx: &Context, step: f32) {
        self.session.zoom = ((self.session.zoom + step) * 10.0).round().clamp(7.0, 20.0) / 10.0;
        ctx.set_zoom_factor(self.session.zoom);
    }

    /// Shows a file dialog in the folder that was used last for this kind of file.
    pub(super) fn ask_for_file(&self, purpose: FilePurpose, name: Option<String>) {
        let folder = self.session.folders.get(&purpose.kind()).cloned();
        self.tasks.ask_for_file(purpose, name, folder, self.lang());
    }

    /// Uses a path that was chosen or entered.
    pub(super) fn use_file(&mut self, purpose: FilePurpose, path: PathBuf, now: f64) {
        if let Some(folder) = purpose.folder_of(&path) {
            self.session.folders.insert(purpose.kind(), folder);
        }
        match purpose {
            FilePurpose::Photo => self.open(path),
            FilePurpose::LayerPicture(layer) => self.tasks.open_layer_picture(path, layer),
            FilePurpose::Backdrop => self.tasks.open_backdrop(path),
            FilePurpose::FontFolder => {
                let mut folders = self.config.added_font_dirs.clone();
                if !folders.iter().any(|known| paths::are_equal(known, &path)) {
                    folders.push(path);
                }
                self.set_font_folders(folders);
                self.window = Some(Window::Fonts);
            }
            FilePurpose::ModelsFolder => self.set_models_folder(&path),
            FilePurpose::OpenProject => self.tasks.open_project(path),
            FilePurpose::SaveProject => {
                let name = paths::file_stem(&path);
                if !name.is_empty() {
                    self.session.project = name;
                }
                self.tasks.save_project(self.session.brief.clone(), path, self.undo.project());
            }
            FilePurpose::Export(job, settings) => self.export(job, path, *settings),
            FilePurpose::BrandFolder => self.ask_in_brand_window(BrandAction::Open(path), now),
            FilePurpose::NewBrandFolder => self.ask_in_brand_window(BrandAction::Create(path), now),
            FilePurpose::BrandLogo => self.ask_in_brand_window(BrandAction::Add(path, false), now),
            FilePurpose::BrandFont => self.ask_in_brand_window(BrandAction::Add(path, true), now),
            FilePurpose::SetFolder(order) => self.start_set(*order, path, now),
        }
    }

    fn export(&mut self, job: Uuid, path: PathBuf, settings: super::export::Settings) {
        let from = self.context().image_path(job, settings.part.image());
        match from {
            Some(from) => self.tasks.export(job, from, path, settings, self.lang()),
            None => self.fail(notice!("error-export-gone")),
        }
    }

    /// Uses the fonts of these folders, now and after the next start.
    fn set_font_folders(&mut self, folders: Vec<PathBuf>) {
        // One short line: writing it takes less than a frame.
        if let Err(error) = self.config.set_added_font_dirs(folders) {
            self.fail(notice!("error-write", path = self.config.data_dir.display(), detail = error.to_string()));
        }
        self.tasks.load_fonts(self.font_folders());
    }

    /// Uses this folder of models from the next start on: the job engine keeps the one that it was started with.
    fn set_models_folder(&self, folder: &Path) {
        // One short line: writing it takes less than a frame.
        match self.config.choose_models_dir(folder) {
            Ok(()) => self.tasks.send(Message::Succeeded(notice!("models-toast-folder", folder = folder))),
            Err(error) => self.fail(notice!("error-write", path = self.config.data_dir.display(), detail = error.to_string())),
        }
    }

    fn save_presets(&self, kind: Kind) {
        let (path, text) = self.presets.file(kind, &self.folder);
        self.tasks.save_presets(path, text);
    }

    fn fail(&self, text: Notice) {
        self.tasks.send(Message::Failed(text));
    }

    fn copy_curl(&mut self, ctx: &Context) {
        ctx.copy_text(self.server.curl(&self.session.brief));
        let now = ctx.input(|i| i.time);
        self.toasts.notify(Severity::Success, notice!("toast-curl"), now);
    }
}
