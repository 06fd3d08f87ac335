//! Which engines this program has on this machine.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use nanococoa::backend::diffusion::backend::{DiffusionBackend, FreeMemory, Setup};
use nanococoa::backend::diffusion::device::{self, DeviceChoice};
use nanococoa::backend::diffusion::models::Models;
use nanococoa::backend::diffusion::report::report;
use nanococoa::backend::draft::DraftBackend;
use nanococoa::backend::{BackendError, Backends, Installation, backend_version};
use nanococoa::config::Config;
use nanococoa::metrics::Sampler;
use nanococoa::request::BackendKind;

const GIB: f64 = (1u64 << 30) as f64;

/// How long what was seen in the models' folder counts: the studio asks at every change of the brief.
const SEEN: Duration = Duration::from_secs(2);

/// Looks for models and device; the device is opened once, the models' folder is looked at again when it is asked for after a while.
pub(super) fn setup(config: &Config) -> impl Fn() -> Result<Setup, String> + Send + Sync + Clone + use<> {
    let (folder, choice) = (config.models_dir.clone(), config.device.clone());
    let device = Arc::new(OnceLock::new());
    let seen: Arc<Mutex<Option<(Instant, Models)>>> = Arc::default();
    let sampler = Arc::new(Sampler::default());
    move || {
        let models = {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            match &*seen {
                Some((when, models)) if when.elapsed() < SEEN => models.clone(),
                _ => seen.insert((Instant::now(), Models::scan(&folder))).1.clone(),
            }
        };
        if let Some(complaint) = models.complaint() {
            return Err(complaint);
        }
        let (device, device_name) = device.get_or_init(|| choice.parse::<DeviceChoice>().and_then(DeviceChoice::open)).clone()?;
        let (sampler, gpu) = (Arc::clone(&sampler), device.clone());
        // Of the GPU in use, or of the machine.
        let free: FreeMemory = Arc::new(move || {
            let of_machine = || {
                let now = sampler.sample_now();
                (gpu.is_cpu() && now.ram_total_gb > 0.0).then_some(((now.ram_total_gb - now.ram_used_gb) * GIB) as u64)
            };
            device::free_memory(&gpu).or_else(of_machine)
        });
        Ok(Setup { models, device, device_name, free })
    }
}

/// The draft engine always, the diffusion engine where models and device are.
pub(super) fn engines(config: &Config) -> Backends {
    let setup = setup(config);
    let (asked, looked, known) = (setup.clone(), setup.clone(), setup.clone());
    let folder = config.models_dir.clone();
    Backends {
        make: Arc::new(move |kind| match kind {
            BackendKind::Draft => Ok(Box::new(DraftBackend::default())),
            BackendKind::Diffusion => {
                let setup = setup().map_err(|why| BackendError::Failed(format!("The diffusion engine cannot run: {why}.")))?;
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
            BackendKind::Draft => Ok("the draft engine is embedded".into()),
            BackendKind::Diffusion => asked().map(|s| format!("the diffusion models are installed and run on {}", s.device_name)),
        }),
        installed: Arc::new(move || {
            let models = Models::scan(&folder);
            let device = looked().ok();
            let name = device.as_ref().map(|s| s.device_name.clone());
            match device.map(DiffusionBackend::new) {
                Some(Ok(mut backend)) => {
                    let (sizes, plan) = backend.needs(1024 * 1024);
                    Installation { models: report(&models, Some(&sizes)), device: name, plan: Some(plan.to_string()), problem: None }
                }
                Some(Err(error)) => {
                    Installation { models: report(&models, None), problem: Some(error.to_string()), ..Installation::default() }
                }
                None => Installation { models: report(&models, None), ..Installation::default() },
            }
        }),
    }
}
