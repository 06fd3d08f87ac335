//! Finds the models and the device, and makes the backends from them.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use nanococoa::backend::diffusion::backend::DiffusionBackend;
use nanococoa::backend::diffusion::device::{Device, DeviceChoice, Memory, gpu_memory, warm_up};
use nanococoa::backend::diffusion::loaded::{FreeMemory, PromptCaches, Setup};
use nanococoa::backend::diffusion::models::Models;
use nanococoa::backend::diffusion::precision::Precision;
use nanococoa::backend::diffusion::report::report;
use nanococoa::backend::diffusion::sizes::MeasuredSizes;
use nanococoa::backend::diffusion::variants::FluxChoice;
use nanococoa::backend::draft::DraftBackend;
use nanococoa::backend::{BackendError, Backends, Installation, backend_version};
use nanococoa::config::Config;
use nanococoa::metrics::Sampler;
use nanococoa::notice;
use nanococoa::notice::Notice;
use nanococoa::request::{BackendKind, ModelChoice};
use parking_lot::Mutex;

const GIB: f64 = (1u64 << 30) as f64;

/// Canvas size in pixels for memory plans that are not made for a job.
const USUAL_PIXELS: usize = 1024 * 1024;

/// How long a search of the models' folder stays valid. The studio asks at every change of the brief.
const VALID: Duration = Duration::from_secs(2);

/// The last search for models and device, and its time.
type Search = (Instant, Result<Setup, Notice>);

/// Returns a function that searches for models and the device. The device is opened once; the models' folder is searched again if the last
/// search is older than [`VALID`]. `opened` is called with the device when it was opened.
pub(super) fn setup(config: &Config, opened: fn(&Device)) -> impl Fn() -> Result<Setup, Notice> + Send + Sync + Clone + use<> {
    let (folder, choice, settings) = (config.models_dir.clone(), config.device.clone(), config.clone());
    let (device, at_start) = (Arc::new(OnceLock::new()), Arc::new(OnceLock::new()));
    let last: Arc<Mutex<Option<Search>>> = Arc::default();
    let sampler = Arc::new(Sampler::default());
    let (prompts, sizes) = (PromptCaches::default(), MeasuredSizes::default());
    let flux = FluxChoice::of_setting(&config.flux);
    move || {
        let look = || {
            let models = Models::scan(&folder);
            if let Some(missing) = models.missing_notice() {
                return Err(missing);
            }
            let open = || choice.parse::<DeviceChoice>().and_then(DeviceChoice::open).inspect(|(device, _)| opened(device));
            // The program for every machine knows more precisely why it runs no models on the GPU.
            let precise = |why: Notice| match why.code() {
                "diffusion-built-without-cuda" => super::handover::reason(&settings).unwrap_or(why),
                _ => why,
            };
            let (device, device_name) = device.get_or_init(|| open().map_err(precise)).clone()?;
            let precision: Precision = settings.precision.parse()?;
            // The memory at the first search, when no model is loaded: the precision must not change while the program runs.
            let at_start = *at_start.get_or_init(|| memory(&device, &sampler));
            let total = at_start.map(|m| m.total);
            let (sampler, of) = (Arc::clone(&sampler), device.clone());
            let free: FreeMemory = Arc::new(move || memory(&of, &sampler).map(|m| m.free));
            let (prompts, sizes) = (prompts.clone(), sizes.clone());
            let mut setup = Setup { models, device, device_name, float8: false, free, prompts, sizes };
            flux.apply(&mut setup, USUAL_PIXELS, total)?;
            let fits = |mut setup: Setup| {
                setup.choose_precision(precision, USUAL_PIXELS, at_start.map(|m| m.free));
                setup.check_capacity(USUAL_PIXELS, total).map(|()| setup)
            };
            fits(setup.clone()).or_else(|why| {
                // FLUX.2 klein needs less memory than FLUX.1.
                let models = setup.models.for_choice(ModelChoice::Flux2Klein).map_err(|_| why.clone())?;
                fits(Setup { models, ..setup }).map_err(|_| why)
            })
        };
        let mut last = last.lock();
        match &*last {
            Some((when, setup)) if when.elapsed() < VALID => setup.clone(),
            _ => last.insert((Instant::now(), look())).1.clone(),
        }
    }
}

/// The memory of the GPU in use, or of the machine (in a container, of the container).
fn memory(device: &Device, sampler: &Sampler) -> Option<Memory> {
    gpu_memory(device).or_else(|| {
        let now = Some(sampler).filter(|_| device.is_cpu())?.memory_now()?;
        let bytes = |gib: f64| (gib * GIB) as u64;
        Some(Memory { free: bytes(now.total_gb - now.used_gb), total: bytes(now.total_gb) })
    })
}

/// The draft backend, and the diffusion backend if its models and device are available.
pub(super) fn backends(config: &Config) -> Backends {
    let setup = setup(config, warm_up);
    let (asked, looked, known) = (setup.clone(), setup.clone(), setup.clone());
    let folder = config.models_dir.clone();
    Backends {
        make: Arc::new(move |kind| match kind {
            BackendKind::Draft => Ok(Box::new(DraftBackend::default())),
            BackendKind::Diffusion => {
                let setup = setup().map_err(|why| BackendError::Failed(notice!("diffusion-cannot-run", reason = why)))?;
                Ok(Box::new(DiffusionBackend::new(setup)?))
            }
        }),
        version: Arc::new(move |kind| {
            let version = backend_version(kind);
            match (kind, known()) {
                (BackendKind::Diffusion, Ok(setup)) => format!("{version} {} {}", setup.device_kind(), setup.models.identity()),
                _ => version,
            }
        }),
        available: Arc::new(move |kind| match kind {
            BackendKind::Draft => Ok(notice!("diffusion-draft-ready")),
            BackendKind::Diffusion => asked().map(|s| notice!("diffusion-ready", device = s.device_name)),
        }),
        installed: Arc::new(move || {
            let device = looked().ok();
            let models = device.as_ref().map_or_else(|| Models::scan(&folder), |setup| setup.models.clone());
            let name = device.as_ref().map(|s| s.device_name.clone());
            match device.map(DiffusionBackend::new) {
                Some(Ok(mut backend)) => {
                    let (sizes, plan) = backend.memory(USUAL_PIXELS);
                    Installation { models: report(&models, Some(&sizes)), device: name, plan: Some(plan.notice()), problem: None }
                }
                Some(Err(error)) => {
                    Installation { models: report(&models, None), problem: Some(error.notice()), ..Installation::default() }
                }
                None => Installation { models: report(&models, None), ..Installation::default() },
            }
        }),
    }
}
