//! Which models a folder holds. Folders are known by what is in them, not by their names.

use std::path::{Path, PathBuf};

use super::folder::{pipeline_class, read_json};

/// Where each model is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Models {
    /// The folder that was searched.
    pub root: PathBuf,
    /// FLUX.1: scenes, and blending the product into them.
    pub flux: Option<PathBuf>,
    /// SDXL: 3D letters.
    pub sdxl: Option<PathBuf>,
    /// The ControlNet that steers SDXL by edges; `None` also where it lies inside SDXL's folder.
    pub controlnet: Option<PathBuf>,
    /// An autoencoder for SDXL in a folder of its own, such as the one mended for float16; used instead of SDXL's.
    pub sdxl_vae: Option<PathBuf>,
    /// BiRefNet: cut-outs.
    pub birefnet: Option<PathBuf>,
}

/// What of any component's `config.json` tells what it is.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Described {
    #[serde(rename = "_class_name")]
    class: String,
    architectures: Vec<String>,
    latent_channels: usize,
}

fn has_file(folder: &Path, accept: impl Fn(&str) -> bool) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|e| e.path().is_file() && accept(&e.file_name().to_string_lossy().to_lowercase()))
}

/// Every file in a model's folder, in order; models are two folders deep.
fn files(folder: &Path, depth: usize, seen: &mut dyn FnMut(&Path, &std::fs::Metadata)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        // Follows links: caches are full of them.
        match std::fs::metadata(&path) {
            Ok(data) if data.is_dir() && depth < 2 => files(&path, depth + 1, seen),
            Ok(data) if data.is_file() => seen(&path, &data),
            _ => {}
        }
    }
}

impl Models {
    /// Looks at a folder and the folders in it. A folder that cannot be read has no models.
    pub fn scan(root: &Path) -> Self {
        let mut found = Self { root: root.into(), ..Self::default() };
        found.look_at(root);
        if let Ok(entries) = std::fs::read_dir(root) {
            let mut folders: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
            folders.sort();
            for folder in folders {
                found.look_at(&folder);
            }
        }
        found
    }

    fn look_at(&mut self, folder: &Path) {
        let own = || Some(folder.to_path_buf());
        match pipeline_class(folder) {
            Some(class) if class.starts_with("Flux") => self.flux = self.flux.take().or_else(own),
            Some(class) if class.starts_with("StableDiffusionXL") => self.sdxl = self.sdxl.take().or_else(own),
            Some(_) => {}
            // Single files with the small parts beside them, as people who use GGUF have it.
            None if folder.join("text_encoder_2").is_dir() && folder.join("scheduler").is_dir() => {
                let single = has_file(folder, |n| n.contains("flux") && (n.ends_with(".gguf") || n.ends_with(".safetensors")));
                if single || folder.join("transformer").is_dir() {
                    self.flux = self.flux.take().or_else(own);
                }
            }
            None => {
                let weights = has_file(folder, |n| n.ends_with(".safetensors"));
                let config: Described = read_json(&folder.join("config.json")).unwrap_or_default();
                let named = folder.file_name().is_some_and(|n| n.to_string_lossy().to_lowercase().contains("birefnet"));
                if !weights {
                    return;
                }
                if config.class == "ControlNetModel" {
                    self.controlnet = self.controlnet.take().or_else(own);
                } else if config.class == "AutoencoderKL" && config.latent_channels == 4 {
                    self.sdxl_vae = self.sdxl_vae.take().or_else(own);
                } else if named || config.architectures.iter().any(|a| a.contains("BiRefNet")) {
                    self.birefnet = self.birefnet.take().or_else(own);
                }
            }
        }
    }

    /// What tells these models from others: names, sizes and times of all their files.
    pub fn identity(&self) -> String {
        let mut hash = blake3::Hasher::new();
        let folders = [&self.flux, &self.sdxl, &self.controlnet, &self.sdxl_vae, &self.birefnet];
        for folder in folders.into_iter().flatten() {
            files(folder, 0, &mut |path, data| {
                let seconds = data.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok()).map_or(0, |d| d.as_nanos());
                hash.update(format!("{}\0{}\0{seconds}\n", path.display(), data.len()).as_bytes());
            });
        }
        hash.finalize().to_hex().to_string()
    }

    /// What is not there, in words; empty when everything is.
    pub fn missing(&self) -> Vec<&'static str> {
        let control = self.controlnet.is_some() || self.sdxl.as_ref().is_some_and(|s| s.join("controlnet").is_dir());
        [
            (self.flux.is_some(), "FLUX.1 (schnell or dev)"),
            (self.sdxl.is_some(), "SDXL base 1.0"),
            (control, "ControlNet canny for SDXL"),
            (self.birefnet.is_some(), "BiRefNet"),
        ]
        .into_iter()
        .filter(|(there, _)| !there)
        .map(|(_, name)| name)
        .collect()
    }

    /// One sentence about what is missing; `None` when everything is there.
    pub fn complaint(&self) -> Option<String> {
        let missing = self.missing();
        match missing.len() {
            0 => None,
            4 => Some("no diffusion models are installed".into()),
            _ => Some(format!("{} of the diffusion models are missing in {}: {}", missing.len(), self.root.display(), missing.join(", "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn folders_are_known_by_what_is_in_them() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let put = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let empty = Models::scan(root);
        assert_eq!(empty.missing().len(), 4);
        assert_eq!(empty.complaint().unwrap(), "no diffusion models are installed");
        put("a/model_index.json", r#"{"_class_name": "FluxPipeline"}"#);
        put("b/model_index.json", r#"{"_class_name": "StableDiffusionXLPipeline"}"#);
        put("c/config.json", r#"{"_class_name": "ControlNetModel"}"#);
        put("c/diffusion_pytorch_model.safetensors", "");
        let some = Models::scan(root);
        assert_eq!(some.flux, Some(root.join("a")));
        assert_eq!(some.missing(), ["BiRefNet"]);
        assert!(some.complaint().unwrap().contains("BiRefNet"));
        put("d/config.json", r#"{"architectures": ["BiRefNet"]}"#);
        put("d/model.safetensors", "");
        assert_eq!(Models::scan(root).complaint(), None);
        assert_eq!(Models::scan(&root.join("nowhere")).missing().len(), 4);
        // An autoencoder of its own is used instead of SDXL's; FLUX's has other latents.
        put("e/config.json", r#"{"_class_name": "AutoencoderKL", "latent_channels": 16}"#);
        put("e/diffusion_pytorch_model.safetensors", "");
        assert_eq!(Models::scan(root).sdxl_vae, None);
        put("e/config.json", r#"{"_class_name": "AutoencoderKL", "latent_channels": 4}"#);
        assert_eq!(Models::scan(root).sdxl_vae, Some(root.join("e")));
        // Other files, another identity: nothing that the old ones made is taken for theirs.
        let before = Models::scan(root).identity();
        assert_eq!(before, Models::scan(root).identity());
        put("e/diffusion_pytorch_model.safetensors", "longer");
        assert_ne!(before, Models::scan(root).identity());
        // A quantised transformer beside the small parts.
        put("g/flux1-schnell-Q4_K_S.gguf", "");
        put("g/scheduler/scheduler_config.json", "{}");
        put("g/text_encoder_2/config.json", "{}");
        assert_eq!(Models::scan(&root.join("g")).flux, Some(root.join("g")));
    }
}
