//! Follows the engine for the window: woken by its changes it keeps the newest jobs, the plan of the brief and the machine's load, and asks
//! for a frame only when one of them looks different.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use egui::Context;

use super::spec;
use super::state::Brief;
use crate::backend::Installation;
use crate::engine::{Engine, Plan};
use crate::job::JobSnapshot;
use crate::metrics::SystemMetrics;
use crate::typography::FontCatalog;

/// Changes closer together than this are one: a job reports a hundred times, and a frame costs more than a look.
const PACE: Duration = Duration::from_millis(60);
/// How often the machine's load is read while a job is active, and while none is: each visible change costs a frame.
const LOAD_BUSY: Duration = Duration::from_secs(2);
const LOAD_IDLE: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Inbox {
    changed: bool,
    brief: Option<Brief>,
    look: bool,
    closing: bool,
}

/// What is known about the diffusion engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Diffusion {
    /// Why it can run, or why not.
    pub ready: Result<String, String>,
    /// What is installed.
    pub installed: Installation,
}

#[derive(Default)]
struct Shown {
    diffusion: Option<Arc<Diffusion>>,
    jobs: Arc<Vec<Arc<JobSnapshot>>>,
    load: (SystemMetrics, f64),
    plan: Option<(Brief, Plan)>,
    fonts: Arc<FontCatalog>,
    /// The load stays as it is: for pictures that must not change.
    frozen: bool,
}

#[derive(Default)]
struct Shared {
    inbox: Mutex<Inbox>,
    signal: Condvar,
    shown: Mutex<Shown>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Shared {
    fn tell(&self, change: impl FnOnce(&mut Inbox)) {
        change(&mut lock(&self.inbox));
        self.signal.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Handle of the window; clones share it.
#[derive(Clone)]
pub struct Watch(Arc<Shared>);

impl Watch {
    /// Starts the thread. `folder` is on the disk whose free space is shown.
    pub fn start(engine: &Engine, ctx: &Context, folder: PathBuf) -> Self {
        let shared = Arc::new(Shared::default());
        {
            let mut shown = lock(&shared.shown);
            (shown.jobs, shown.fonts) = (Arc::new(engine.snapshots()), engine.fonts());
        }
        let told: Weak<Shared> = Arc::downgrade(&shared);
        engine.on_change(Box::new(move || {
            if let Some(shared) = told.upgrade() {
                shared.tell(|inbox| inbox.changed = true);
            }
        }));
        let (theirs, engine, ctx) = (Arc::clone(&shared), engine.clone(), ctx.clone());
        let thread = super::bridge::spawn("nanococoa-watch", move || follow(&theirs, &engine, &ctx, &folder));
        *lock(&shared.thread) = thread;
        Self(shared)
    }

    /// Every job, newest first.
    pub fn jobs(&self) -> Arc<Vec<Arc<JobSnapshot>>> {
        Arc::clone(&lock(&self.0.shown).jobs)
    }

    /// The machine's load and free disk space in GiB.
    pub fn load(&self) -> (SystemMetrics, f64) {
        lock(&self.0.shown).load.clone()
    }

    /// Shows this load from now on.
    pub fn freeze_load(&self, load: SystemMetrics, disk: f64) {
        let mut shown = lock(&self.0.shown);
        shown.load = (load, disk);
        shown.frozen = true;
    }

    /// What would run for this brief, once that is known.
    pub fn plan(&self, brief: &Brief) -> Option<Plan> {
        lock(&self.0.shown).plan.as_ref().filter(|p| p.0 == *brief).map(|p| p.1.clone())
    }

    /// Asks what would run for this brief.
    pub fn wonder(&self, brief: Brief) {
        self.0.tell(|inbox| inbox.brief = Some(brief));
    }

    /// What is known about the diffusion engine, once it was looked at.
    pub fn diffusion(&self) -> Option<Arc<Diffusion>> {
        lock(&self.0.shown).diffusion.clone()
    }

    /// Looks at the models again.
    pub fn look_at_models(&self) {
        self.0.tell(|inbox| inbox.look = true);
    }

    /// The faces as they are now.
    pub fn fonts(&self) -> Arc<FontCatalog> {
        Arc::clone(&lock(&self.0.shown).fonts)
    }

    /// Ends the thread, which lets go of the engine.
    pub fn close(&self) {
        self.0.tell(|inbox| inbox.closing = true);
        let thread = lock(&self.0.thread).take();
        if thread.is_some_and(|t| t.join().is_err()) {
            tracing::error!("the watching thread ended with a panic");
        }
    }
}

fn follow(shared: &Shared, engine: &Engine, ctx: &Context, folder: &std::path::Path) {
    let mut brief: Option<Brief> = None;
    let mut sampled: Option<Instant> = None;
    let mut seen = (f64::MIN, f64::MIN);
    let mut models_due = false;
    let (mut active, mut stale) = (engine.snapshots().iter().any(|j| j.status.is_active()), true);
    loop {
        let wait = sampled.map_or(Duration::ZERO, |t| (if active { LOAD_BUSY } else { LOAD_IDLE }).saturating_sub(t.elapsed()));
        let (changed, wanted, look) = {
            let guard = lock(&shared.inbox);
            let quiet = |inbox: &mut Inbox| !inbox.changed && !inbox.closing && !inbox.look && inbox.brief.is_none();
            let (mut inbox, _) = shared.signal.wait_timeout_while(guard, wait, quiet).unwrap_or_else(PoisonError::into_inner);
            if inbox.closing {
                return;
            }
            (std::mem::take(&mut inbox.changed), inbox.brief.take(), std::mem::take(&mut inbox.look))
        };
        let (mut visible, mut meters) = (false, false);
        if changed {
            let jobs = engine.snapshots();
            active = jobs.iter().any(|j| j.status.is_active());
            let mut shown = lock(&shared.shown);
            (shown.jobs, shown.fonts) = (Arc::new(jobs), engine.fonts());
            visible = true;
        }
        stale |= changed || wanted.is_some();
        // What is cached changes when a job ends; while one runs its own state is shown.
        let plan_now = stale && (!active || wanted.is_some());
        brief = wanted.or(brief);
        if let Some(brief) = brief.as_ref().filter(|_| plan_now) {
            stale = false;
            let plan = spec::of(brief, &engine.fonts()).ok().and_then(|spec| engine.plan(&spec).ok());
            let plan = plan.map(|p| (brief.clone(), p));
            let mut shown = lock(&shared.shown);
            visible |= shown.plan != plan;
            shown.plan = plan;
        }
        if sampled.is_none_or(|t| t.elapsed() >= if active { LOAD_BUSY } else { LOAD_IDLE }) {
            sampled = Some(Instant::now());
            let load = engine.metrics();
            let disk = crate::metrics::free_disk(folder);
            // A frame costs more than the news that a quiet machine is 4 % busier.
            let differs = |now: f64, then: f64, by: f64| (now - then).abs() >= by;
            let moved = differs(load.cpu_percent, seen.0, 12.0) || differs(load.ram_used_gb, seen.1, 0.3);
            if moved {
                seen = (load.cpu_percent, load.ram_used_gb);
            }
            let mut shown = lock(&shared.shown);
            if !shown.frozen {
                shown.load = (load, disk);
                meters = moved;
            }
            models_due = true;
        }
        if models_due || look {
            models_due = false;
            visible |= see_models(shared, engine, look);
        }
        if visible {
            ctx.request_repaint();
        } else if meters {
            // Without a delay egui draws two frames, to let things settle.
            ctx.request_repaint_after(Duration::from_millis(1));
        }
        if changed && active {
            std::thread::sleep(PACE);
        }
    }
}

/// Whether the diffusion engine can run, and what is installed where that may have changed; says whether it looks different.
fn see_models(shared: &Shared, engine: &Engine, look: bool) -> bool {
    let ready = engine.diffusion().map(|why| why.to_string()).map_err(|why| why.to_string());
    let known = lock(&shared.shown).diffusion.clone();
    if !look && known.as_ref().is_some_and(|k| k.ready == ready) {
        return false;
    }
    let now = Diffusion { ready, installed: engine.installation() };
    let visible = known.is_none_or(|k| *k != now);
    lock(&shared.shown).diffusion = Some(Arc::new(now));
    visible
}
