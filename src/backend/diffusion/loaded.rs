//! The models of the diffusion backend: which are loaded, and how they share the memory.

use std::sync::Arc;

use candle_core::{DType, Device};

use super::birefnet::MattingNetwork;
use super::device::release_freed_memory;
use super::error::{DiffusionError, DiffusionResult};
use super::flux::{FluxCondition, FluxModel};
use super::flux2::{Flux2Condition, Flux2Model};
use super::loader::get_or_load;
use super::models::{Models, Painter};
use super::precision::Precision;
use super::prompt_cache::PromptCache;
use super::residency::{Plan, Sizes, choose, plans};
use super::sdxl::{SdxlCondition, SdxlFolders, SdxlModel};
use super::sizes::MeasuredSizes;
use crate::backend::{BackendError, StageCx};
use crate::notice;
use crate::notice::Notice;
use crate::weights::{StopCheck, WeightsError};

const GIB: f64 = (1u64 << 30) as f64;

/// Returns the free memory of the device in bytes; `None` if it is unknown.
pub type FreeMemory = Arc<dyn Fn() -> Option<u64> + Send + Sync>;

/// Encoded prompts of all diffusion models. They outlive the backend, so that a draft in between does not discard them.
#[derive(Clone, Default)]
pub struct PromptCaches {
    /// Prompts encoded for FLUX.
    pub flux: PromptCache<FluxCondition>,
    /// Prompts encoded for SDXL.
    pub sdxl: PromptCache<SdxlCondition>,
    /// Prompts encoded for FLUX.2.
    pub flux2: PromptCache<Flux2Condition>,
}

/// Which models the backend uses, and where they compute.
#[derive(Clone)]
pub struct Setup {
    /// The models' folders.
    pub models: Models,
    /// The compute device.
    pub device: Device,
    /// The device's name, as shown to the user.
    pub device_name: String,
    /// Whether FLUX computes its products in 8 bits.
    pub float8: bool,
    /// Called before models are loaded.
    pub free: FreeMemory,
    /// Encoded prompts.
    pub prompts: PromptCaches,
    /// Memory that the models take, measured once for the same files.
    pub sizes: MeasuredSizes,
}

impl Setup {
    /// The key of the precision: "cpu", "gpu", or "gpu float8" if FLUX computes its products in 8 bits.
    pub fn device_kind(&self) -> &'static str {
        match (self.device.is_cpu(), self.float8) {
            (true, _) => "cpu",
            (false, false) => "gpu",
            (false, true) => "gpu float8",
        }
    }

    /// Sets the precision of FLUX. `room`: bytes that are free on the device without models; they decide for [`Precision::Auto`], with the plans for
    /// a canvas of `pixels` pixels.
    pub fn choose_precision(&mut self, precision: Precision, pixels: usize, room: Option<u64>) {
        self.float8 = self.device.is_cuda()
            && match precision {
                Precision::Full => false,
                Precision::Float8 => true,
                Precision::Auto => self.needs_float8(pixels, room),
            };
    }

    /// Whether the transformer in its own type leaves room only for the smallest plan, and 8 bits make it smaller.
    fn needs_float8(&self, pixels: usize, room: Option<u64>) -> bool {
        let (Some(room), Ok(sizes)) = (room, self.sizes.measure(&self.models, self.dtype(), self.sdxl_dtype())) else { return false };
        let full = plans(&sizes, pixels as u64, self.dtype());
        sizes.in_float8().all() < sizes.all() && choose(&full, Some(room)) + 1 == full.len()
    }

    /// The memory of all parts in the precision that was chosen.
    ///
    /// # Errors
    /// Missing or damaged files.
    fn measure(&self) -> Result<Sizes, WeightsError> {
        let sizes = self.sizes.measure(&self.models, self.dtype(), self.sdxl_dtype())?;
        Ok(if self.float8 { sizes.in_float8() } else { sizes })
    }

    /// The type in which FLUX and BiRefNet compute.
    pub(super) fn dtype(&self) -> DType {
        if self.device.is_cpu() { DType::F32 } else { DType::BF16 }
    }

    /// The type in which SDXL computes; it was trained for float16.
    pub(super) fn sdxl_dtype(&self) -> DType {
        if self.device.is_cpu() { DType::F32 } else { DType::F16 }
    }

    /// Refuses models that need more than `total` bytes, the device's whole memory, even with the smallest plan for a canvas of `pixels`
    /// pixels. Reads the headers of weights that it has not measured yet. Damaged files pass: the job that loads them names them.
    ///
    /// # Errors
    /// A message with both sizes and what to do.
    pub fn check_capacity(&self, pixels: usize, total: Option<u64>) -> Result<(), Notice> {
        let (Ok(sizes), Some(total)) = (self.measure(), total) else { return Ok(()) };
        match plans(&sizes, pixels as u64, self.dtype()).iter().map(|plan| plan.peak).min() {
            Some(needed) if needed > total => Err(notice!(
                "diffusion-models-too-large",
                needed = format!("{:.1}", needed as f64 / GIB),
                device = self.device_name.clone(),
                total = format!("{:.1}", total as f64 / GIB)
            )),
            _ => Ok(()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Model {
    Flux,
    Sdxl,
    Flux2,
    Matting,
}

/// The models that are loaded now, and the memory plan they follow.
pub struct LoadedModels {
    setup: Setup,
    /// The type in which FLUX and BiRefNet compute.
    dtype: DType,
    sdxl_dtype: DType,
    sizes: Sizes,
    /// Index of the current plan.
    plan: Option<usize>,
    flux: Option<FluxModel>,
    sdxl: Option<SdxlModel>,
    flux2: Option<Flux2Model>,
    matting: Option<MattingNetwork>,
}

impl LoadedModels {
    /// Reads the headers of the models' files. No weights are loaded yet.
    ///
    /// # Errors
    /// Missing or damaged files.
    pub fn new(setup: Setup) -> DiffusionResult<Self> {
        let (dtype, sdxl_dtype) = (setup.dtype(), setup.sdxl_dtype());
        let sizes = setup.measure()?;
        Ok(Self { setup, dtype, sdxl_dtype, sizes, plan: None, flux: None, sdxl: None, flux2: None, matting: None })
    }

    /// The setup that the models were found with.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Memory of all parts.
    pub fn sizes(&self) -> Sizes {
        self.sizes
    }

    fn plans(&self, pixels: usize) -> Vec<Plan> {
        plans(&self.sizes, pixels as u64, self.dtype)
    }

    /// The plan for a canvas of `pixels` pixels. While models are loaded the plan stays; otherwise the free memory decides.
    pub fn plan(&mut self, pixels: usize) -> Plan {
        let all = self.plans(pixels);
        let loaded = self.flux.is_some() || self.sdxl.is_some() || self.flux2.is_some() || self.matting.is_some();
        let chosen = match self.plan {
            Some(plan) if loaded => plan,
            known => choose(&all, (self.setup.free)()).max(known.unwrap_or(0)),
        };
        self.plan = Some(chosen);
        all[chosen.min(all.len() - 1)]
    }

    /// The models with their memory, precision and place, and the plan for a canvas of `pixels` pixels, one line each.
    pub fn describe(&mut self, pixels: usize) -> Vec<String> {
        let plan = self.plan(pixels);
        let line = |name: &str, path: &Option<std::path::PathBuf>, bytes: u64, dtype: DType| {
            let (place, dtype) = (path.as_ref().map(|p| p.display().to_string()).unwrap_or_default(), dtype.as_str());
            format!("{name:<9} {:.2} GiB as {dtype} (packed weights stay packed), {place}", bytes as f64 / GIB)
        };
        let (models, sizes) = (&self.setup.models, &self.sizes);
        let flux_dtype = if self.setup.float8 { DType::F8E4M3 } else { self.dtype };
        let mut lines = match models.painter() {
            Painter::Flux1 => {
                vec![line("FLUX", &models.flux, sizes.flux(), flux_dtype), line("SDXL", &models.sdxl, sizes.sdxl(), self.sdxl_dtype)]
            }
            Painter::Flux2 => vec![line("FLUX.2", &models.flux2, sizes.flux2(), flux_dtype)],
        };
        lines.extend([line("BiRefNet", &models.birefnet, sizes.birefnet, self.dtype), format!("plan      {}", plan.notice())]);
        lines
    }

    /// Frees the other models if the plan for a canvas of `pixels` pixels keeps only one loaded. Returns the plan.
    fn make_room_for(&mut self, model: Model, pixels: usize) -> Plan {
        let plan = self.plan(pixels);
        if plan.models_stay {
            return plan;
        }
        if model != Model::Flux {
            self.flux = None;
        }
        if model != Model::Sdxl {
            self.sdxl = None;
        }
        if model != Model::Flux2 {
            self.flux2 = None;
        }
        if model != Model::Matting {
            self.matting = None;
        }
        plan
    }

    /// FLUX, opened if necessary.
    ///
    /// # Errors
    /// Missing or damaged files.
    pub fn flux(&mut self, pixels: usize, cx: StageCx<'_>) -> DiffusionResult<&mut FluxModel> {
        let plan = self.make_room_for(Model::Flux, pixels);
        let model = get_or_load(&mut self.flux, || {
            let folder = self.setup.models.flux.clone().unwrap_or_default();
            let mut model = FluxModel::open(&folder, &self.setup.device, self.dtype)?.with_float8(self.setup.float8);
            model.parts.share_prompts(self.setup.prompts.flux.clone());
            Ok(model)
        })?;
        model.parts.follow(plan.retention, stop_check(cx));
        Ok(model)
    }

    /// SDXL, opened if necessary.
    ///
    /// # Errors
    /// Missing or damaged files.
    pub fn sdxl(&mut self, pixels: usize, cx: StageCx<'_>) -> DiffusionResult<&mut SdxlModel> {
        let plan = self.make_room_for(Model::Sdxl, pixels);
        let model = get_or_load(&mut self.sdxl, || {
            let models = &self.setup.models;
            let folder = models.sdxl.clone().unwrap_or_default();
            let folders = SdxlFolders { pipeline: &folder, control: models.controlnet.as_deref(), autoencoder: models.sdxl_vae.as_deref() };
            let mut model = SdxlModel::open(folders, &self.setup.device, self.sdxl_dtype)?;
            model.parts.share_prompts(self.setup.prompts.sdxl.clone());
            Ok(model)
        })?;
        model.parts.follow(plan.retention, stop_check(cx));
        Ok(model)
    }

    /// FLUX.2, opened if necessary.
    ///
    /// # Errors
    /// Missing or damaged files.
    pub fn flux2(&mut self, pixels: usize, cx: StageCx<'_>) -> DiffusionResult<&mut Flux2Model> {
        let plan = self.make_room_for(Model::Flux2, pixels);
        let model = get_or_load(&mut self.flux2, || {
            let folder = self.setup.models.flux2.clone().unwrap_or_default();
            let mut model = Flux2Model::open(&folder, &self.setup.device, self.dtype)?.with_float8(self.setup.float8);
            model.parts.share_prompts(self.setup.prompts.flux2.clone());
            Ok(model)
        })?;
        model.parts.follow(plan.retention, stop_check(cx));
        Ok(model)
    }

    /// BiRefNet, loaded if necessary.
    ///
    /// # Errors
    /// Missing or damaged files, [`DiffusionError::Stopped`].
    pub fn matting(&mut self, pixels: usize, cx: StageCx<'_>) -> DiffusionResult<&mut MattingNetwork> {
        self.make_room_for(Model::Matting, pixels);
        get_or_load(&mut self.matting, || {
            let folder = self.setup.models.birefnet.clone().unwrap_or_default();
            Ok(MattingNetwork::load_stoppable(&folder, &self.setup.device, self.dtype, &stop_check(cx))?)
        })
    }

    /// Runs `work`. If memory runs out, frees all models and runs it again with the next smaller plan.
    ///
    /// # Errors
    /// Errors of `work`; out of memory if no smaller plan is left.
    pub fn with_memory_fallback<T>(
        &mut self,
        pixels: usize,
        cx: StageCx<'_>,
        mut work: impl FnMut(&mut Self) -> DiffusionResult<T>,
    ) -> Result<T, BackendError> {
        loop {
            cx.check()?;
            match work(self) {
                Ok(made) => return Ok(made),
                Err(DiffusionError::Stopped) => return Err(crate::cancel::Stopped.into()),
                Err(error) if error.is_out_of_memory() => {
                    self.free_all();
                    let next = self.plan.unwrap_or(0) + 1;
                    let Some(plan) = self.plans(pixels).get(next).copied() else {
                        return Err(error.into());
                    };
                    self.plan = Some(next);
                    cx.observer.notice(notice!("diffusion-less-memory", plan = plan.notice()));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Frees all models; the plan stays.
    fn free_all(&mut self) {
        self.flux = None;
        self.sdxl = None;
        self.flux2 = None;
        self.matting = None;
        release_freed_memory(&self.setup.device);
    }

    /// Frees all models and forgets the plan. Encoded prompts stay in host memory.
    pub fn unload(&mut self) {
        self.free_all();
        self.plan = None;
    }

    /// Passes warnings about a truncated FLUX prompt to the observer.
    pub fn warn_of_truncated_flux_prompt(&self, prompt: &str, cx: StageCx<'_>) {
        self.flux.iter().flat_map(|m| m.parts.truncations(prompt)).for_each(|cut| cx.observer.notice(cut.notice()));
    }

    /// Passes warnings about a truncated FLUX.2 prompt to the observer.
    pub fn warn_of_truncated_flux2_prompt(&self, prompt: &str, cx: StageCx<'_>) {
        self.flux2.iter().flat_map(|m| m.parts.truncations(prompt)).for_each(|cut| cx.observer.notice(cut.notice()));
    }

    /// Passes warnings about a truncated SDXL prompt to the observer.
    pub fn warn_of_truncated_sdxl_prompt(&self, prompt: &str, cx: StageCx<'_>) {
        self.sdxl.iter().flat_map(|m| m.parts.truncations(prompt)).for_each(|cut| cx.observer.notice(cut.notice()));
    }
}

/// The job's stop flag as a check for code that does not know jobs.
fn stop_check(cx: StageCx<'_>) -> StopCheck {
    let cancel = cx.cancel.clone();
    Arc::new(move || cancel.is_cancelled())
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;

    use image::RgbImage;

    use super::*;
    use crate::cancel::CancelToken;

    #[derive(Default)]
    struct Warnings(Mutex<Vec<String>>);

    impl crate::backend::StageObserver for Warnings {
        fn progress(&self, _: f32) {}
        fn preview(&self, _: RgbImage) {}
        fn notice(&self, notice: Notice) {
            self.0.lock().push(notice.to_string());
        }
        fn wants_preview(&self) -> bool {
            false
        }
    }

    fn models() -> LoadedModels {
        let prompts = PromptCaches::default();
        let free: FreeMemory = Arc::new(|| None);
        let (models, device_name, sizes) = (Models::default(), "CPU".into(), MeasuredSizes::default());
        let setup = Setup { models, device: Device::Cpu, device_name, float8: false, free, prompts, sizes };
        let (dtype, gib) = (DType::F32, 1 << 30);
        let sizes = Sizes { flux_encoders: 9 * gib, flux_transformer: 22 * gib, sdxl_networks: 7 * gib, birefnet: gib, ..Sizes::default() };
        LoadedModels { setup, dtype, sdxl_dtype: dtype, sizes, plan: None, flux: None, sdxl: None, flux2: None, matting: None }
    }

    #[test]
    fn models_that_fit_no_plan_are_refused_with_both_sizes() {
        let dir = tempfile::tempdir().unwrap();
        let tensor = candle_core::Tensor::zeros((1 << 10, 1 << 10), DType::F32, &Device::Cpu).unwrap();
        let weights = std::collections::HashMap::from([("w".to_owned(), tensor)]);
        candle_core::safetensors::save(&weights, dir.path().join("model.safetensors")).unwrap();
        let birefnet = Some(dir.path().into());
        let setup = Setup { models: Models { birefnet, ..Models::default() }, ..models().setup };
        let check = |total| setup.check_capacity(1 << 20, total);
        assert_eq!((check(None), check(Some(1 << 40))), (Ok(()), Ok(())));
        let refused = check(Some(1 << 20)).unwrap_err().to_string();
        assert!(refused.contains("GiB even with the smallest memory plan, CPU has 0.0 GiB"), "{refused}");
    }

    fn no_memory() -> DiffusionError {
        DiffusionError::Tensor(candle_core::Error::Msg("DriverError(CUDA_ERROR_OUT_OF_MEMORY, \"out of memory\")".into()))
    }

    #[test]
    fn out_of_memory_tries_every_smaller_plan_and_then_says_what_to_do() {
        let (cancel, pixels) = (CancelToken::default(), 1024 * 1024);
        let warnings = Warnings::default();
        let cx = StageCx { cancel: &cancel, observer: &warnings };
        let mut models = models();
        let plans = models.plans(pixels).len();
        models.plan(pixels);
        let mut used = Vec::new();
        let made = models.with_memory_fallback(pixels, cx, |m| {
            used.push(m.plan.unwrap());
            if used.len() < 3 { Err(no_memory()) } else { Ok(7) }
        });
        assert_eq!((made.unwrap(), used), (7, vec![0, 1, 2]));
        assert_eq!(warnings.0.lock().len(), 2);
        // The next stage starts with the plan that worked.
        assert_eq!(models.plan(pixels), models.plans(pixels)[2]);

        let mut tries = 0;
        let failed = models.with_memory_fallback(pixels, cx, |_| -> Result<(), _> {
            tries += 1;
            Err(no_memory())
        });
        let text = failed.unwrap_err().to_string();
        assert!(text.starts_with("CUDA out of memory.") && text.contains("smaller size"), "{text}");
        assert_eq!(tries, plans - 2);

        // Other errors are not retried.
        let mut tries = 0;
        let failed = models.with_memory_fallback(pixels, cx, |_| -> Result<(), _> {
            tries += 1;
            Err(DiffusionError::Tensor(candle_core::Error::Msg("shape mismatch".into())))
        });
        assert!(failed.unwrap_err().to_string().contains("shape mismatch"));
        assert_eq!(tries, 1);
    }
}
