//! The state that panels may read. Panels own only their view state; every change is a command.

use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;

use super::brand_kit::BrandKit;
use super::brand_state::BrandState;
use super::commands::{Command, CommandQueue, UiCommand};
use super::export::Part;
use super::format_set::FormatSets;
use super::gallery::Gallery;
use super::layer_fields;
use super::live::{Draft, Live};
use super::model_client::ModelClient;
use super::presets::Presets;
use super::selection::Selection;
use super::selection::Target;
use super::server::ServerSwitch;
use super::state::{Brief, Session};
use super::textures::Textures;
use super::toasts::Toasts;
use super::undo::Undo;
use super::view::{Source, View};
use super::watch::Watch;
use crate::config::Config;
use crate::engine::{Engine, Plan};
use crate::formats::Catalogue;
use crate::job::{ImageName, JobSnapshot, JobStatus};
use crate::notice::Language;
use crate::request::{BackendChoice, BackendKind, StepNumber};
use crate::templates::TemplateCatalogue;
use crate::typography::FontCatalog;

/// Windows narrower than this, in points, show fewer tools to leave room for the picture.
pub const NARROW: f32 = 1000.0;

/// The facts about jobs that the context reads from the job engine itself. Panels cannot reach the job engine through it.
pub struct JobLookup<'a>(&'a Engine);

impl<'a> JobLookup<'a> {
    /// Reads from this job engine.
    pub(super) fn new(engine: &'a Engine) -> Self {
        Self(engine)
    }
}

/// The state of the studio as one panel sees it in one frame.
pub struct PanelContext<'a> {
    /// The brief and the session around it.
    pub session: &'a Session,
    /// The selected pictures.
    pub view: View,
    /// Newest jobs, plan, load and fonts.
    pub watch: &'a Watch,
    /// The live draft.
    pub live: &'a Live,
    /// The texture cache.
    pub textures: &'a Textures,
    /// Presets of scenes and styles.
    pub presets: &'a Presets,
    /// The REST server.
    pub server: &'a ServerSwitch,
    /// Models that can be downloaded.
    pub models: &'a ModelClient,
    /// The templates.
    pub templates: &'a TemplateCatalogue,
    /// Their pictures.
    pub gallery: &'a Gallery,
    /// The formats of advertisements.
    pub formats: &'a Catalogue,
    /// The brand kit and the state of its folder.
    pub brand: &'a BrandState,
    /// The size set that is or was made last.
    pub sets: &'a FormatSets,
    /// The configuration.
    pub config: &'a Config,
    /// The notifications.
    pub toasts: &'a Toasts,
    /// Undo and redo of the brief.
    pub undo: &'a Undo,
    /// Whether an IME composes text.
    pub composing: bool,
    /// The selection on the canvas.
    pub selection: &'a Selection,
    /// Whether a window lies over the panels.
    pub window_open: bool,
    /// Whether the history is shown.
    pub history_shown: bool,
    /// Whether the layers are shown.
    pub layers_shown: bool,
    /// Number of files that are being written.
    pub writes: usize,
    pub(super) lookup: JobLookup<'a>,
    pub(super) commands: &'a CommandQueue,
}

impl PanelContext<'_> {
    /// Sends a command; it is carried out after the panels are drawn.
    pub fn send(&self, command: impl Into<Command>) {
        self.commands.send(command);
    }

    /// The language of the interface.
    pub fn lang(&self) -> Language {
        self.session.lang
    }

    /// The brief.
    pub fn brief(&self) -> &Brief {
        &self.session.brief
    }

    /// Every job, newest first.
    pub fn jobs(&self) -> Arc<Vec<Arc<JobSnapshot>>> {
        self.watch.jobs()
    }

    /// A job by its ID.
    pub fn job(&self, id: Uuid) -> Option<Arc<JobSnapshot>> {
        self.jobs().iter().find(|j| j.id == id).cloned()
    }

    /// The job that is shown, if it is known.
    pub fn shown_job(&self) -> Option<Arc<JobSnapshot>> {
        self.view.job().and_then(|id| self.job(id))
    }

    /// The running job, or the one that runs next.
    pub fn active(&self) -> Option<Arc<JobSnapshot>> {
        let jobs = self.jobs();
        let running = jobs.iter().find(|j| j.status == JobStatus::Running);
        let next = || {
            let waiting = self.lookup.0.waiting();
            // A pending job that is no longer in the queue is the one that the worker prepares: `None` sorts first.
            jobs.iter().filter(|j| j.status == JobStatus::Pending).min_by_key(|j| waiting.iter().position(|id| *id == j.id))
        };
        running.or_else(next).cloned()
    }

    /// Number of jobs that run or wait.
    pub fn active_count(&self) -> usize {
        self.jobs().iter().filter(|j| j.status.is_active()).count()
    }

    /// Whether a job was asked to stop and has not stopped yet.
    pub fn is_stopping(&self, id: Uuid) -> bool {
        self.lookup.0.is_stopping(id)
    }

    /// The file of a job's picture.
    pub fn image_path(&self, id: Uuid, name: ImageName) -> Option<PathBuf> {
        self.lookup.0.image_path(id, name)
    }

    /// The fonts.
    pub fn fonts(&self) -> Arc<FontCatalog> {
        self.watch.fonts()
    }

    /// The brand kit in use.
    pub fn brand(&self) -> Option<&BrandKit> {
        self.brand.kit()
    }

    /// The newest live draft.
    pub fn draft(&self) -> Option<Draft> {
        self.live.with(|s| s.draft.clone())
    }

    /// The steps that "Generate" would run for the brief, once they are known.
    pub fn plan(&self) -> Option<Plan> {
        self.watch.plan(self.brief())
    }

    /// Whether the results of all steps up to this one are cached.
    fn cached_to(&self, step: StepNumber) -> bool {
        let plan = self.plan();
        plan.is_some_and(|p| StepNumber::ALL.into_iter().filter(|n| *n <= step).all(|n| p.steps.iter().any(|s| s.step == n && s.cached)))
    }

    /// The finished job that the draft is compared with.
    pub fn base(&self) -> Option<Uuid> {
        let id = self.session.base?;
        self.job(id).filter(|j| j.status == JobStatus::Completed && j.images.contains(&ImageName::Step1)).map(|j| j.id)
    }

    /// The source that the shown picture can be compared with.
    pub fn other_side(&self) -> Option<Source> {
        match self.view.source {
            Source::Job(_) => self.draft().map(|_| Source::Draft),
            Source::Draft => self.base().map(Source::Job),
        }
    }

    /// A finished job of the same brief.
    pub fn job_of_same_brief(&self) -> Option<Uuid> {
        let done = |id: &Uuid| self.job(*id).is_some_and(|j| j.status == JobStatus::Completed);
        let same = self.session.job_briefs.iter().filter(|(_, brief)| brief.is_same_job(self.brief()));
        same.map(|(id, _)| *id).find(done)
    }

    /// The job whose pictures would be exported.
    pub fn export_job(&self) -> Option<Uuid> {
        let id = self.view.job().or(self.session.base);
        id.filter(|id| self.job(*id).is_some_and(|j| Part::ALL.iter().any(|p| j.images.contains(&p.image()))))
    }

    /// The backend that would make the brief: that of its plan, or the likely one without a plan.
    pub fn backend(&self) -> BackendKind {
        let ready = || self.watch.diffusion().is_some_and(|d| d.ready.is_ok());
        match self.plan() {
            Some(plan) => plan.backend,
            None if self.brief().engine != BackendChoice::Draft && ready() => BackendKind::Diffusion,
            None => BackendKind::Draft,
        }
    }

    /// Whether a command can be carried out now.
    pub fn enabled(&self, command: UiCommand) -> bool {
        let brief = self.brief();
        match command {
            UiCommand::Undo => self.undo.can_undo(),
            UiCommand::Redo => self.undo.can_redo(),
            UiCommand::Generate | UiCommand::GenerateFront | UiCommand::GenerateAll | UiCommand::Variations | UiCommand::SizeSet => {
                !brief.is_blank() && !self.composing
            }
            UiCommand::FromText => brief.has_text() && self.cached_to(StepNumber::Background),
            UiCommand::FromComposite => (brief.has_text() || !brief.layers.is_empty()) && self.cached_to(StepNumber::Text),
            UiCommand::TakeBack => !self.lookup.0.trashed().is_empty(),
            UiCommand::TextAuto => brief.text_x.is_some() || brief.text_y.is_some() || brief.text_scale.is_some(),
            UiCommand::ProductAuto => brief.product_x.is_some() || brief.product_y.is_some() || brief.product_scale.is_some(),
            UiCommand::MaskAuto => brief.mask.is_some(),
            UiCommand::Stop => self.active().is_some_and(|j| !self.is_stopping(j.id)),
            UiCommand::StopAll => self.active_count() > 1,
            UiCommand::Export | UiCommand::FormatSet => self.export_job().is_some(),
            UiCommand::Compare => self.view.compare.is_some() || self.other_side().is_some(),
            UiCommand::DraftOrResult => self.other_side().is_some(),
            UiCommand::CopyCurl => !brief.is_blank(),
            UiCommand::SelectAll => !brief.layers.is_empty(),
            UiCommand::Delete => self.selection.iter().any(|target| self.is_unlocked(target)),
            UiCommand::Duplicate
            | UiCommand::Forward
            | UiCommand::Backward
            | UiCommand::ToFront
            | UiCommand::ToBack
            | UiCommand::HideLayer
            | UiCommand::LockLayer => !self.selection.layers().is_empty(),
            UiCommand::DistributeX | UiCommand::DistributeY => self.selection.len() > 2 && self.draft().is_some(),
            command if command.aligns() => !self.selection.is_empty() && self.draft().is_some(),
            _ => true,
        }
    }

    /// Whether something may be moved and deleted.
    pub fn is_unlocked(&self, target: Target) -> bool {
        match target {
            Target::Layer(index) => self.brief().layers.get(index).is_some_and(|layer| !layer_fields::flag(layer, "locked")),
            _ => true,
        }
    }
}
