//! Which engines this program has on this machine.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use nanococoa::backend::diffusion::engine::{DiffusionBackend, FreeMemory, Setup};
use nanococoa::backend::diffusion::{device::DeviceChoice, models::Models, report::report};
use nanococoa::backend::draft::DraftBackend;
use nanococoa::backend::{BackendError, Engines, Installation};
use nanococoa::config::Config;
use nanococoa::metrics::Sampler;
use nanococoa::request::EngineKind;

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
        let free = free_memory(Arc::clone(&sampler), device.is_cpu());
        Ok(Setup { models, device, device_name, free })
    }
}

/// Free memory of the first GPU, or of the machine.
fn free_memory(sampler: Arc<Sampler>, cpu: bool) -> FreeMemory {
    Arc::new(move || {
        let now = sampler.sample_now();
        let free = match now.gpu_info.first() {
            Some(gpu) if !cpu => gpu.vram_total_gb - gpu.vram_used_gb,
            _ if cpu && now.ram_total_gb > 0.0 => now.ram_total_gb - now.ram_used_gb,
            _ => return None,
        };
        Some((free * GIB) as u64)
    })
}

/// The draft engine always, the diffusion engine where models and device are.
pub(super) fn engines(config: &Config) -> Engines {
    let setup = setup(config);
    let (asked, looked) = (setup.clone(), setup.clone());
    let folder = config.models_dir.clone();
    Engines {
        make: Arc::new(move |kind| match kind {
            EngineKind::Draft => Ok(Box::new(DraftBackend::default())),
            EngineKind::Diffusion => {
                let setup = setup().map_err(|why| BackendError::Failed(format!("The diffusion engine cannot run: {why}.")))?;
                Ok(Box::new(DiffusionBackend::new(setup)?))
            }
        }),
        available: Arc::new(move |kind| match kind {
            EngineKind::Draft => Ok("the draft engine is embedded".into()),
            EngineKind::Diffusion => asked().map(|s| format!("the diffusion models are installed and run on {}", s.device_name)),
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
