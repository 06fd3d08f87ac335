//! The one place where commands are carried out.

use egui::Context;
use uuid::Uuid;

use super::app::{Source, Studio, Tab};
use super::bridge::{How, Message, Say};
use super::commands::Command;
use super::dialogs::{self, Purpose};
use super::export::Part;
use super::i18n::Lang;
use super::state::Brief;
use super::toasts::Kind;
use super::windows::Window;
use crate::engine::Plan;
use crate::job::{ImageName, JobStatus};

/// Canvases of the size set: square, feed, story, wide.
pub const SIZES: [(&str, u32, u32); 4] = [("1:1", 1024, 1024), ("4:5", 1024, 1280), ("9:16", 1008, 1792), ("16:9", 1792, 1008)];

/// A seed that people can read and type.
pub fn random_seed() -> u64 {
    u64::from(Uuid::new_v4().as_fields().0) % 1_000_000
}

impl Studio {
    /// The finished job that the brief is compared with.
    pub fn base(&self) -> Option<Uuid> {
        let id = self.session.base?;
        self.job(id).filter(|j| j.status == JobStatus::Completed && j.images.contains(&ImageName::Step1)).map(|j| j.id)
    }

    /// What "Generate" would run for the brief as it is, once that is known.
    pub fn plan(&self) -> Option<Plan> {
        self.bridge.watch().plan(&self.session.brief)
    }

    /// Whether steps up to this one need not run.
    fn cached_to(&self, step: u8) -> bool {
        let plan = self.plan();
        plan.is_some_and(|p| (1..=step).all(|n| p.steps.iter().any(|s| s.step.get() == n && s.cached)))
    }

    /// The finished job of the very same brief.
    fn same_brief(&self) -> Option<Uuid> {
        let done = |id: &Uuid| self.job(*id).is_some_and(|j| j.status == JobStatus::Completed);
        let brief = Brief { seed_locked: false, ..self.session.brief.clone() };
        let same = |made: &Brief| Brief { seed_locked: false, ..made.clone() } == brief;
        self.session.made.iter().filter(|(_, made)| same(made)).map(|(id, _)| *id).find(done)
    }

    /// Whether a command can be carried out now.
    pub fn enabled(&self, command: Command) -> bool {
        let brief = &self.session.brief;
        let has_text = !brief.text.trim().is_empty();
        match command {
            Command::Undo => self.undo.can_undo(),
            Command::Redo => self.undo.can_redo(),
            Command::Generate | Command::GenerateFront | Command::GenerateAll | Command::Variations | Command::SizeSet => {
                !brief.is_blank() && !self.composing
            }
            Command::FromText => has_text && self.cached_to(1),
            Command::FromComposite => has_text && self.cached_to(2),
            Command::TakeBack => !self.bridge.engine().trashed().is_empty(),
            Command::TextAuto => brief.text_x.is_some() || brief.text_y.is_some(),
            Command::ProductAuto => brief.product_x.is_some() || brief.product_y.is_some() || brief.product_scale.is_some(),
            Command::MaskAuto => brief.mask.is_some(),
            Command::Stop => self.active().is_some_and(|j| !self.bridge.is_stopping(j.id)),
            Command::StopAll => self.active_count() > 1,
            Command::Export => self.export_job().is_some(),
            Command::Compare => self.compare.is_some() || self.other_side().is_some(),
            Command::DraftOrResult => self.other_side().is_some(),
            Command::CopyCurl => !brief.is_blank(),
            _ => true,
        }
    }

    /// The job whose pictures would be exported.
    pub fn export_job(&self) -> Option<Uuid> {
        let id = if let Source::Job(id) = self.source { Some(id) } else { self.session.base };
        id.filter(|id| self.job(*id).is_some_and(|j| Part::ALL.iter().any(|p| j.images.contains(&p.image()))))
    }

    /// Draws with the fonts of these folders too, from now on and after the next start.
    pub(super) fn set_font_folders(&mut self, folders: Vec<std::path::PathBuf>) {
        // A line of text: nothing that a frame would notice.
        if let Err(error) = self.config.set_added_font_dirs(folders) {
            self.bridge.send(Message::Failed(Say::new("error.write", &[&self.config.data_dir.display(), &error])));
        }
        let dirs = self.config.font_dirs.clone();
        self.bridge.work("nanococoa-fonts", move |bridge| {
            bridge.engine().load_fonts(&dirs);
            Ok(None)
        });
    }

    /// Keeps the designer's own presets.
    pub(super) fn keep_presets(&self, kind: super::presets::Kind) {
        let (path, text) = self.presets.file(kind, self.bridge.folder());
        self.bridge.work("nanococoa-presets", move |_| {
            // What somebody wrote by hand and this program cannot read is not written over.
            if std::fs::read_to_string(&path).is_ok_and(|old| !super::presets::readable(&old)) {
                return Err(Say::new("error.presets", &[&path.display()]));
            }
            crate::store::create_private_dir(path.parent().unwrap_or(&path))
                .map_err(|e| Say::new("error.write", &[&path.display(), &e]))?;
            crate::store::write_atomic(&path, text.as_bytes()).map_err(|e| Say::from(e.to_string()))?;
            Ok(None)
        });
    }

    /// What the shown picture can be compared with.
    pub fn other_side(&self) -> Option<Source> {
        match self.source {
            Source::Job(_) => self.draft().map(|_| Source::Draft),
            Source::Draft => self.base().map(Source::Job),
        }
    }

    /// Carries a command out.
    pub fn execute(&mut self, ctx: &Context, command: Command) {
        if !self.enabled(command) {
            return;
        }
        match command {
            Command::New => {
                let fresh = Brief { seed: random_seed(), ..Brief::default() };
                self.turn(ctx.input(|i| i.time));
                self.session.brief = fresh;
                self.source = Source::Draft;
            }
            Command::OpenPhoto => dialogs::open(&self.bridge, Purpose::Photo, self.lang()),
            Command::OpenPath => self.window = Some(Window::path(Purpose::Photo)),
            Command::DraftOrResult => {
                self.source = self.other_side().unwrap_or(self.source);
                self.compare = None;
            }
            Command::Paste => self.bridge.paste_photo(),
            Command::Sample => self.bridge.sample_photo(),
            Command::OpenProject => dialogs::open(&self.bridge, Purpose::OpenProject, self.lang()),
            Command::SaveProject if self.session.saved.is_some() => {
                if let Some((path, _)) = self.session.saved.clone() {
                    self.chosen(Purpose::SaveProject, path);
                }
            }
            Command::SaveProject | Command::SaveProjectAs => {
                dialogs::save(&self.bridge, Purpose::SaveProject, &self.project_file(), self.lang())
            }
            Command::Export => {
                let part = match self.tab {
                    Tab::Final => Part::Final,
                    Tab::Background => Part::Background,
                    Tab::Text => Part::Text,
                    Tab::Product => Part::Cutout,
                };
                self.window = self.export_job().map(|job| Window::export(job, part));
            }
            Command::Fonts => self.window = Some(Window::Fonts),
            Command::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Command::Undo => {
                self.undo.undo(&mut self.session);
            }
            Command::Redo => {
                self.undo.redo(&mut self.session);
            }
            Command::Generate => self.generate(false),
            Command::GenerateFront => self.generate(true),
            Command::GenerateAll => self.submit(How { force: Some(1), ..How::default() }),
            Command::FromText => self.submit(How { force: Some(2), ..How::default() }),
            Command::FromComposite => self.submit(How { force: Some(3), ..How::default() }),
            Command::Variations => {
                let brief = &self.session.brief;
                let briefs = (0..self.session.variations.clamp(2, 9)).map(|i| {
                    let seed = if i == 0 { brief.seed } else { random_seed() };
                    Brief { seed, ..brief.clone() }
                });
                self.bridge.submit(briefs.collect(), How::default());
            }
            Command::SizeSet => {
                let briefs = SIZES.iter().map(|&(_, width, height)| Brief { width, height, ..self.session.brief.clone() });
                self.bridge.submit(briefs.collect(), How::default());
            }
            Command::Stop => {
                if let Some(job) = self.active() {
                    self.bridge.stop(Some(job.id));
                }
            }
            Command::StopAll => self.bridge.stop(None),
            Command::TakeBack => self.bridge.take_back(None),
            Command::TextAuto => (self.session.brief.text_x, self.session.brief.text_y) = (None, None),
            Command::ProductAuto => {
                let brief = &mut self.session.brief;
                (brief.product_x, brief.product_y, brief.product_scale) = (None, None, None);
            }
            Command::MaskAuto => self.session.brief.mask = None,
            Command::Brush => {
                self.tab = Tab::Product;
                self.brush.on = !self.brush.on;
            }
            Command::RollSeed => self.session.brief.seed = random_seed(),
            Command::LockSeed => self.session.brief.seed_locked = !self.session.brief.seed_locked,
            Command::TabProduct => self.tab = Tab::Product,
            Command::TabBackground => self.tab = Tab::Background,
            Command::TabText => self.tab = Tab::Text,
            Command::TabFinal => self.tab = Tab::Final,
            Command::ZoomFit => self.view.fit = true,
            Command::ZoomActual => self.zoom_to(1.0 / ctx.pixels_per_point()),
            Command::ZoomIn => self.zoom_to(self.view.zoom * 1.25),
            Command::ZoomOut => self.zoom_to(self.view.zoom / 1.25),
            Command::Compare => self.compare = if self.compare.is_some() { None } else { self.other_side() },
            Command::History => self.history_open = Some(!self.shows_history(ctx)),
            Command::Theme => {
                self.session.dark = !self.session.dark;
                ctx.set_theme(if self.session.dark { egui::Theme::Dark } else { egui::Theme::Light });
            }
            Command::Language => self.session.lang = if self.lang() == Lang::Ko { Lang::En } else { Lang::Ko },
            Command::Larger => self.interface_zoom(ctx, 0.1),
            Command::Smaller => self.interface_zoom(ctx, -0.1),
            Command::Server => self.window = Some(Window::Server),
            Command::CopyCurl => self.copy_curl(ctx),
            Command::Models => {
                self.bridge.watch().look_at_models();
                self.window = Some(Window::Models);
            }
            Command::Palette => self.window = Some(Window::palette()),
            Command::Shortcuts => self.window = Some(Window::Shortcuts),
        }
        self.touch(ctx);
        ctx.request_repaint();
    }

    fn submit(&self, how: How) {
        self.bridge.submit(vec![self.session.brief.clone()], how);
    }

    fn generate(&self, front: bool) {
        let locked = self.session.brief.seed_locked;
        self.submit(How { front, reseed: !locked, same: self.same_brief().filter(|_| locked), ..How::default() });
    }

    fn zoom_to(&mut self, zoom: f32) {
        self.view.fit = false;
        self.view.zoom = zoom.clamp(0.05, 16.0);
    }

    fn interface_zoom(&mut self, ctx: &Context, step: f32) {
        self.session.zoom = ((self.session.zoom + step) * 10.0).round().clamp(7.0, 20.0) / 10.0;
        ctx.set_zoom_factor(self.session.zoom);
    }

    fn project_file(&self) -> String {
        let name = self.session.project.trim();
        format!("{}.{}", if name.is_empty() { "nanococoa" } else { name }, super::restore::PROJECT)
    }

    /// A file was chosen for something.
    pub(super) fn chosen(&mut self, purpose: Purpose, path: std::path::PathBuf) {
        match purpose {
            Purpose::Photo => self.open(path),
            Purpose::FontFolder => {
                let mut folders = self.config.added_font_dirs.clone();
                if !folders.contains(&path) {
                    folders.push(path);
                }
                self.set_font_folders(folders);
                self.window = Some(Window::Fonts);
            }
            Purpose::OpenProject => super::restore::open_project(&self.bridge, path),
            Purpose::SaveProject => {
                if let Some(name) = path.file_stem() {
                    self.session.project = name.to_string_lossy().into_owned();
                }
                super::restore::save_project(&self.bridge, self.session.brief.clone(), path, self.undo.project());
            }
            Purpose::Export(job, settings) => match self.bridge.image_path(job, settings.part.image()) {
                Some(from) => super::export::run(&self.bridge, from, path, *settings, self.lang()),
                None => self.bridge.send(Message::Failed(Say::new("error.export_gone", &[]))),
            },
        }
    }

    pub(super) fn copy_curl(&mut self, ctx: &Context) {
        ctx.copy_text(self.server.curl(&self.session.brief));
        let now = ctx.input(|i| i.time);
        self.toasts.say(Kind::Good, Say::new("toast.curl", &[]), now);
    }
}
