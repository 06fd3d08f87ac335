//! Opens a pipeline's folder and loads networks from it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use candle_core::{DType, Device};
use serde::de::DeserializeOwned;

use super::device::release_freed_memory;
use super::error::DiffusionResult;
use super::folder::{ComponentFiles, pipeline_class};
use crate::notice;
use crate::weights::{LoadResult, StopCheck, TensorStore, Vars, WeightsError, stoppable};

/// The folder of one pipeline, and where and in which type its networks compute.
pub struct Loader {
    folder: PathBuf,
    device: Device,
    dtype: DType,
    stop: StopCheck,
}

impl Loader {
    /// Checks the pipeline class that the folder names, if it names one. `class` is the expected class, `family` the prefix that all
    /// classes of the model share.
    ///
    /// # Errors
    /// The folder is another model's.
    pub fn open(folder: &Path, family: &str, class: &str, device: &Device, dtype: DType) -> DiffusionResult<Self> {
        if let Some(found) = pipeline_class(folder).filter(|found| !found.starts_with(family)) {
            return Err(WeightsError::config(
                folder.display().to_string(),
                notice!("diffusion-other-model", found = found, class = class.to_owned()),
            )
            .into());
        }
        Ok(Self { folder: folder.into(), device: device.clone(), dtype, stop: Arc::new(|| false) })
    }

    /// Sets the check that stops loading between two tensors.
    pub fn set_stop(&mut self, stop: StopCheck) {
        self.stop = stop;
    }

    /// Where the networks compute.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The type that the networks compute in.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The pipeline's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads a component's config without loading its weights. `fallback` as for [`Loader::load`].
    ///
    /// # Errors
    /// Missing or damaged files.
    pub fn config<C: DeserializeOwned>(
        &self,
        files: &ComponentFiles,
        fallback: impl FnOnce(Arc<dyn TensorStore>) -> LoadResult<C>,
    ) -> DiffusionResult<C> {
        Ok(files.config(&files.open()?, fallback)?)
    }

    /// Loads one network in the pipeline's type. `fallback` makes the config from the weights if the component has no `config.json`.
    ///
    /// # Errors
    /// Missing or damaged files, weights that do not fit the config, [`super::error::DiffusionError::Stopped`].
    pub fn load<C: DeserializeOwned, N>(
        &self,
        files: &ComponentFiles,
        fallback: impl FnOnce(Arc<dyn TensorStore>) -> LoadResult<C>,
        network: impl FnOnce(&Vars, &C) -> LoadResult<N>,
    ) -> DiffusionResult<N> {
        self.load_as(files, |_| self.dtype, fallback, network)
    }

    /// Like [`Loader::load`], in a type that depends on the config.
    ///
    /// # Errors
    /// As [`Loader::load`].
    pub fn load_as<C: DeserializeOwned, N>(
        &self,
        files: &ComponentFiles,
        dtype: impl FnOnce(&C) -> DType,
        fallback: impl FnOnce(Arc<dyn TensorStore>) -> LoadResult<C>,
        network: impl FnOnce(&Vars, &C) -> LoadResult<N>,
    ) -> DiffusionResult<N> {
        let start = Instant::now();
        let store = files.open()?;
        let config: C = files.config(&store, fallback)?;
        let vars = Vars::new(stoppable(store, &self.stop), dtype(&config), &self.device);
        let network = network(&vars, &config)?;
        // Layers that were joined while loading leave holes that the work would not fill.
        release_freed_memory(&self.device);
        let (bytes, seconds) = (files.bytes() as f64, start.elapsed().as_secs_f64());
        let rate = format!("{:.2} GB/s", bytes / 1e9 / seconds.max(1e-6));
        tracing::info!(weights = %files.weights.display(), gigabytes = bytes / 1e9, seconds, rate, "a network is loaded");
        Ok(network)
    }
}

/// Returns the content of a slot. If the slot is empty, fills it with `load` first.
///
/// # Errors
/// Errors of `load`; the slot stays empty.
pub(super) fn get_or_load<T>(slot: &mut Option<T>, load: impl FnOnce() -> DiffusionResult<T>) -> DiffusionResult<&mut T> {
    let loaded = match slot.take() {
        Some(loaded) => loaded,
        None => load()?,
    };
    Ok(slot.insert(loaded))
}

/// For components whose config cannot be read from the weights.
///
/// # Errors
/// Always: it names the missing `config.json`.
pub fn config_required<C>(store: Arc<dyn TensorStore>) -> LoadResult<C> {
    Err(WeightsError::config(store.place(), notice!("diffusion-config-missing")))
}
