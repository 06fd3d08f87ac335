//! Watches the job engine for the window: keeps the newest jobs, the plan of the brief and the machine's load, and requests a frame only
//! when one of them changes visibly.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::Context;
use parking_lot::Mutex;

use super::background::{Inbox, Worker};
use super::spec;
use super::state::Brief;
use crate::backend::Installation;
use crate::engine::{Engine, Plan};
use crate::job::JobSnapshot;
use crate::metrics::SystemMetrics;
use crate::notice::Notice;
use crate::typography::FontCatalog;

/// Shortest time between two updates. A job reports progress about a hundred times, and a frame is expensive.
const THROTTLE: Duration = Duration::from_millis(60);
/// Time between two readings of the machine's load while a job is active, and while none is.
const LOAD_INTERVAL_BUSY: Duration = Duration::from_secs(2);
const LOAD_INTERVAL_IDLE: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Requests {
    changed: bool,
    brief: Option<Brief>,
    models: bool,
}

impl Requests {
    fn any(&self) -> bool {
        self.changed || self.brief.is_some() || self.models
    }
}

/// State of the diffusion backend.
#[derive(Clone, Debug, PartialEq)]
pub struct Diffusion {
    /// The device it can run on, or why it cannot run.
    pub ready: Result<Notice, Notice>,
    /// The installed models.
    pub installed: Installation,
}

#[derive(Default)]
struct Shown {
    diffusion: Option<Arc<Diffusion>>,
    jobs: Arc<Vec<Arc<JobSnapshot>>>,
    load: (SystemMetrics, Option<f64>),
    plan: Option<(Brief, Plan)>,
    fonts: Arc<FontCatalog>,
    /// Whether the load is fixed, for snapshot tests.
    frozen: bool,
}

/// Handle of the watching thread.
pub struct Watch {
    worker: Worker<Requests>,
    shown: Arc<Mutex<Shown>>,
}

impl Watch {
    /// Starts the thread. `folder` is on the disk whose free space is shown.
    pub fn start(engine: &Engine, ctx: &Context, folder: PathBuf) -> Self {
        let first = Shown { jobs: Arc::new(engine.snapshots()), fonts: engine.fonts(), ..Shown::default() };
        let shown = Arc::new(Mutex::new(first));
        let (theirs, for_thread, ctx) = (Arc::clone(&shown), engine.clone(), ctx.clone());
        let work = move |inbox| run(&inbox, &theirs, &for_thread, &ctx, &folder);
        let worker = Worker::start("nanococoa-watch", Requests::default(), work);
        let sender = worker.sender();
        engine.on_change(Box::new(move || sender.tell(|requests| requests.changed = true)));
        Self { worker, shown }
    }

    /// Every job, newest first.
    pub fn jobs(&self) -> Arc<Vec<Arc<JobSnapshot>>> {
        Arc::clone(&self.shown.lock().jobs)
    }

    /// The machine's load and free disk space in GiB.
    pub fn load(&self) -> (SystemMetrics, Option<f64>) {
        self.shown.lock().load.clone()
    }

    /// Shows this load from now on; free space in GiB.
    pub fn freeze_load(&self, load: SystemMetrics, disk: Option<f64>) {
        let mut shown = self.shown.lock();
        shown.load = (load, disk);
        shown.frozen = true;
    }

    /// The steps that would run for this brief, once they are known.
    pub fn plan(&self, brief: &Brief) -> Option<Plan> {
        self.shown.lock().plan.as_ref().filter(|p| p.0 == *brief).map(|p| p.1.clone())
    }

    /// Asks for the plan of this brief.
    pub fn request_plan(&self, brief: Brief) {
        self.worker.tell(|requests| requests.brief = Some(brief));
    }

    /// State of the diffusion backend, once it is known.
    pub fn diffusion(&self) -> Option<Arc<Diffusion>> {
        self.shown.lock().diffusion.clone()
    }

    /// Searches for installed models again.
    pub fn refresh_models(&self) {
        self.worker.tell(|requests| requests.models = true);
    }

    /// The fonts as they are now.
    pub fn fonts(&self) -> Arc<FontCatalog> {
        Arc::clone(&self.shown.lock().fonts)
    }

    /// A handle for other threads that reads the current fonts.
    pub fn font_source(&self) -> FontSource {
        FontSource(Arc::clone(&self.shown))
    }

    /// Ends the thread, which releases the job engine.
    pub fn close(&self) {
        self.worker.close();
    }
}

/// Reads the newest fonts from another thread; clones share it.
#[derive(Clone)]
pub struct FontSource(Arc<Mutex<Shown>>);

impl FontSource {
    /// The fonts as they are now.
    pub fn fonts(&self) -> Arc<FontCatalog> {
        Arc::clone(&self.0.lock().fonts)
    }

    /// A source whose fonts never change.
    #[cfg(test)]
    pub fn of(fonts: FontCatalog) -> Self {
        Self(Arc::new(Mutex::new(Shown { fonts: Arc::new(fonts), ..Shown::default() })))
    }
}

fn run(inbox: &Inbox<Requests>, shared: &Mutex<Shown>, engine: &Engine, ctx: &Context, folder: &std::path::Path) {
    let mut brief: Option<Brief> = None;
    let mut sampled: Option<Instant> = None;
    let mut seen = None;
    let (mut active, mut stale) = (engine.snapshots().iter().any(|j| j.status.is_active()), true);
    loop {
        let pause = if active { LOAD_INTERVAL_BUSY } else { LOAD_INTERVAL_IDLE };
        let wait = sampled.map_or(Duration::ZERO, |t| pause.saturating_sub(t.elapsed()));
        let Some(Requests { changed, brief: wanted, models }) = inbox.wait_for(wait, Requests::any, std::mem::take) else { return };
        let mut models_due = models;
        let (mut visible, mut meters) = (false, false);
        if changed {
            let jobs = engine.snapshots();
            active = jobs.iter().any(|j| j.status.is_active());
            let mut shown = shared.lock();
            (shown.jobs, shown.fonts) = (Arc::new(jobs), engine.fonts());
            visible = true;
        }
        stale |= changed || wanted.is_some();
        // The cache changes when a job ends; while one runs, the studio shows its progress instead of a plan.
        let plan_now = stale && (!active || wanted.is_some());
        brief = wanted.or(brief);
        if let Some(brief) = brief.as_ref().filter(|_| plan_now) {
            stale = false;
            let plan = spec::of(brief, &engine.fonts()).ok().and_then(|spec| engine.plan(&spec).ok());
            let plan = plan.map(|p| (brief.clone(), p));
            let mut shown = shared.lock();
            visible |= shown.plan != plan;
            shown.plan = plan;
        }
        if sampled.is_none_or(|t| t.elapsed() >= if active { LOAD_INTERVAL_BUSY } else { LOAD_INTERVAL_IDLE }) {
            sampled = Some(Instant::now());
            let load = engine.metrics();
            let disk = crate::metrics::free_disk(folder);
            // Small changes are not worth a frame.
            let differs = |now: Option<f64>, then: Option<f64>, by: f64| match (now, then) {
                (Some(now), Some(then)) => (now - then).abs() >= by,
                _ => now.is_some() != then.is_some(),
            };
            let now = (load.cpu_percent, load.memory.map(|m| m.used_gb), load.gpu_info.as_ref().map(Vec::len));
            let moved = seen.is_none_or(|seen: (Option<f64>, Option<f64>, Option<usize>)| {
                differs(now.0, seen.0, 12.0) || differs(now.1, seen.1, 0.3) || now.2 != seen.2
            });
            if moved {
                seen = Some(now);
            }
            let mut shown = shared.lock();
            if !shown.frozen {
                shown.load = (load, disk);
                meters = moved;
            }
            models_due = true;
        }
        if models_due {
            visible |= update_diffusion(shared, engine, models);
        }
        if visible {
            ctx.request_repaint();
        } else if meters {
            // Without a delay egui draws two frames.
            ctx.request_repaint_after(Duration::from_millis(1));
        }
        if changed && active {
            std::thread::sleep(THROTTLE);
        }
    }
}

/// Updates the state of the diffusion backend if it may have changed, or always with `force`. Returns whether it changed.
fn update_diffusion(shared: &Mutex<Shown>, engine: &Engine, force: bool) -> bool {
    let ready = engine.diffusion();
    let known = shared.lock().diffusion.clone();
    if !force && known.as_ref().is_some_and(|k| k.ready == ready) {
        return false;
    }
    let now = Diffusion { ready, installed: engine.installation() };
    let visible = known.is_none_or(|k| *k != now);
    shared.lock().diffusion = Some(Arc::new(now));
    visible
}
