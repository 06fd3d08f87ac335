//! Several FLUX models side by side, for example the same one in bfloat16 and packed as Q8_0 and Q4_K: which of them is used.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::loaded::Setup;
use super::models::Models;
use super::residency::{choose, plans};
use super::sizes::MeasuredSizes;
use crate::notice;
use crate::notice::Notice;

/// A FLUX model that suits the memory.
#[derive(Clone, PartialEq, Eq)]
struct Suited {
    /// The folders that it was chosen from, with their files.
    identity: String,
    room: Option<u64>,
    folder: PathBuf,
}

/// Chooses between FLUX models, and remembers the choice for as long as the files stay the same. Clones share it.
#[derive(Clone, Default)]
pub struct FluxChoice {
    /// Name of the folder that was asked for; empty: the memory decides.
    wanted: String,
    last: Arc<Mutex<Option<Suited>>>,
}

impl FluxChoice {
    /// The folder with this name, or with `auto` the one that suits the memory.
    pub fn of_setting(name: &str) -> Self {
        let wanted = Some(name.trim()).filter(|name| *name != "auto").unwrap_or_default().to_owned();
        Self { wanted, last: Arc::default() }
    }

    /// Sets the FLUX model of a setup if there are several. `room`: all the memory of the device in bytes; `pixels`: of the canvas. The most precise
    /// model is taken that fits without loading its networks one by one, else the smallest. Reads headers of weights.
    ///
    /// # Errors
    /// There is no folder with the name that was asked for.
    pub fn apply(&self, setup: &mut Setup, pixels: usize, room: Option<u64>) -> Result<(), Notice> {
        let folders = flux_folders(&setup.models.root);
        if !self.wanted.is_empty() {
            let named = |folder: &PathBuf| folder.file_name().is_some_and(|name| *name == *self.wanted);
            let known: Vec<String> =
                folders.iter().filter_map(|folder| folder.file_name()).map(|name| name.to_string_lossy().into_owned()).collect();
            let missing = || notice!("diffusion-flux-unknown", name = self.wanted.clone(), known = known.join(", "));
            setup.models.flux = Some(folders.into_iter().find(named).ok_or_else(missing)?);
            return Ok(());
        }
        if folders.len() < 2 {
            return Ok(());
        }
        let identity = super::models::identity_of(folders.iter().map(PathBuf::as_path));
        let mut last = self.last.lock();
        let known = last.as_ref().filter(|suited| suited.identity == identity && suited.room == room).map(|suited| suited.folder.clone());
        let folder = match known.or_else(|| suited(setup, folders, pixels, room)) {
            Some(folder) => folder,
            // Damaged files: the job that loads them names them.
            None => return Ok(()),
        };
        *last = Some(Suited { identity, room, folder: folder.clone() });
        setup.models.flux = Some(folder);
        Ok(())
    }
}

/// Folders of FLUX models in a folder, by name.
fn flux_folders(root: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    folders.retain(|folder| folder.is_dir() && Models::scan(folder).flux.as_ref() == Some(folder));
    folders.sort();
    folders
}

/// The most precise model that fits, else the smallest; `None` if no header can be read.
fn suited(setup: &Setup, folders: Vec<PathBuf>, pixels: usize, room: Option<u64>) -> Option<PathBuf> {
    let measure = |folder: &PathBuf| {
        let models = Models { flux: Some(folder.clone()), ..setup.models.clone() };
        MeasuredSizes::default().measure(&models, setup.dtype(), setup.sdxl_dtype()).ok()
    };
    let mut measured: Vec<_> = folders.into_iter().filter_map(|folder| measure(&folder).map(|sizes| (sizes, folder))).collect();
    measured.sort_by_key(|(sizes, _)| std::cmp::Reverse(sizes.flux()));
    let fits = |(sizes, _): &&(_, PathBuf)| {
        let plans = plans(sizes, pixels as u64, setup.dtype());
        // The last plan loads the networks one by one, for every picture again.
        choose(&plans, room) + 1 < plans.len()
    };
    measured.iter().find(fits).or(measured.last()).map(|(_, folder)| folder.clone())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use candle_core::{DType, Device, Tensor};

    use super::*;

    /// A FLUX folder whose transformer has so many values.
    fn write(root: &Path, name: &str, values: usize) {
        let folder = root.join(name);
        for part in ["transformer", "text_encoder", "text_encoder_2", "vae"] {
            std::fs::create_dir_all(folder.join(part)).unwrap();
            let count = if part == "transformer" { values } else { 8 };
            let tensors = HashMap::from([("w".to_owned(), Tensor::zeros(count, DType::F32, &Device::Cpu).unwrap())]);
            candle_core::safetensors::save(&tensors, folder.join(part).join("model.safetensors")).unwrap();
        }
        std::fs::write(folder.join("model_index.json"), r#"{"_class_name": "FluxPipeline"}"#).unwrap();
    }

    #[test]
    fn the_memory_or_the_person_decides_between_flux_models() {
        let dir = tempfile::tempdir().unwrap();
        for (name, values) in [("a-small", 1000), ("b-large", 9_000_000), ("c-middle", 4_000_000)] {
            write(dir.path(), name, values);
        }
        let setup = |models: Models| Setup {
            models,
            device: Device::Cpu,
            device_name: "CPU".into(),
            float8: false,
            free: Arc::new(|| None),
            prompts: Default::default(),
            sizes: Default::default(),
        };
        let chosen = |setting: &str, room: Option<u64>| {
            let mut setup = setup(Models::scan(dir.path()));
            let applied = FluxChoice::of_setting(setting).apply(&mut setup, 256 * 256, room);
            applied.map(|()| setup.models.flux.and_then(|folder| folder.file_name().map(|name| name.to_owned())))
        };
        let named = |name: &str| -> Result<_, Notice> { Ok(Some(std::ffi::OsString::from(name))) };
        // Weights take 36 and 16 MB in float32; the activations of so small a canvas are the same for all.
        let largest = setup(Models::scan(&dir.path().join("b-large")));
        let sizes = largest.sizes.measure(&largest.models, DType::F32, DType::F32).unwrap();
        let enough = plans(&sizes, 256 * 256, DType::F32)[2].peak * 100 / 94 + (1 << 20);
        assert_eq!(chosen("auto", None), named("b-large"));
        assert_eq!(chosen("auto", Some(enough)), named("b-large"));
        assert_eq!(chosen("auto", Some(enough - (10 << 20))), named("c-middle"));
        assert_eq!(chosen("auto", Some(1 << 20)), named("a-small"));
        assert_eq!(chosen("a-small", None), named("a-small"));
        let error = chosen("other", None).unwrap_err().to_string();
        assert!(error.contains("a-small, b-large, c-middle"), "{error}");
    }
}
