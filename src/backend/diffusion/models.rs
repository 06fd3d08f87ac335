//! Finds models in a folder by the contents of its subfolders, not by their names.

use std::path::{Path, PathBuf};

use super::folder::{pipeline_class, read_json};
use crate::notice;
use crate::notice::Notice;
use crate::request::ModelChoice;

/// The models that were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Models {
    /// The folder that was searched.
    pub root: PathBuf,
    /// FLUX.1: scenes, and blending the product into them.
    pub flux: Option<PathBuf>,
    /// SDXL: the 3D headline.
    pub sdxl: Option<PathBuf>,
    /// The ControlNet that conditions SDXL on edges; also `None` if it is inside the folder of SDXL.
    pub controlnet: Option<PathBuf>,
    /// A separate autoencoder for SDXL, such as the one fixed for float16. It replaces the one of SDXL.
    pub sdxl_vae: Option<PathBuf>,
    /// FLUX.2 klein: scenes, blending and the 3D headline.
    pub flux2: Option<PathBuf>,
    /// BiRefNet: cut-outs.
    pub birefnet: Option<PathBuf>,
}

/// The family of networks that paints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Painter {
    /// FLUX.1 for pictures, SDXL with a ControlNet for letters.
    Flux1,
    /// FLUX.2 klein for both.
    Flux2,
}

/// The keys of a `config.json` that identify a component.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct ComponentConfig {
    #[serde(rename = "_class_name")]
    class: String,
    architectures: Vec<String>,
    latent_channels: usize,
}

/// Identifies the files in folders by path, size and modification time.
pub fn identity_of<'a>(folders: impl IntoIterator<Item = &'a Path>) -> String {
    let mut hash = blake3::Hasher::new();
    for folder in folders {
        visit_files(folder, 0, &mut |path, data| {
            let time = data.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok()).map_or(0, |d| d.as_nanos());
            hash.update(format!("{}\0{}\0{time}\n", path.display(), data.len()).as_bytes());
        });
    }
    hash.finalize().to_hex().to_string()
}

fn has_file(folder: &Path, accept: impl Fn(&str) -> bool) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else { return false };
    entries.flatten().any(|e| e.path().is_file() && accept(&e.file_name().to_string_lossy().to_lowercase()))
}

/// Calls `visit` for every file of a model in a stable order. Models are two folders deep.
fn visit_files(folder: &Path, depth: usize, visit: &mut dyn FnMut(&Path, &std::fs::Metadata)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        // `metadata` follows links: download caches consist of them.
        match std::fs::metadata(&path) {
            Ok(data) if data.is_dir() && depth < 2 => visit_files(&path, depth + 1, visit),
            Ok(data) if data.is_file() => visit(&path, &data),
            _ => {}
        }
    }
}

/// Whether a folder without an index holds FLUX.2 klein as single files: the transformer under its usual names, and Qwen3.
fn is_flux2_of_single_files(folder: &Path) -> bool {
    let is_weights = |n: &str| n.ends_with(".gguf") || n.ends_with(".safetensors");
    let named = |n: &str| ["klein", "flux2", "flux-2", "flux.2"].iter().any(|word| n.contains(word)) && !n.contains("vae");
    let text = folder.join("text_encoder").is_dir() || has_file(folder, |n| is_weights(n) && n.contains("qwen"));
    text && !folder.join("text_encoder_2").is_dir() && has_file(folder, |n| is_weights(n) && named(n))
}

impl Models {
    /// Searches a folder and its subfolders. Folders that cannot be read are skipped.
    pub fn scan(root: &Path) -> Self {
        let mut found = Self { root: root.into(), ..Self::default() };
        found.inspect(root);
        if let Ok(entries) = std::fs::read_dir(root) {
            let mut folders: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(|p| p.is_dir()).collect();
            folders.sort();
            for folder in folders {
                found.inspect(&folder);
            }
        }
        found
    }

    fn inspect(&mut self, folder: &Path) {
        let own = || Some(folder.to_path_buf());
        match pipeline_class(folder) {
            Some(class) if class.starts_with("Flux2") => self.flux2 = self.flux2.take().or_else(own),
            Some(class) if class.starts_with("Flux") => self.flux = self.flux.take().or_else(own),
            Some(class) if class.starts_with("StableDiffusionXL") => self.sdxl = self.sdxl.take().or_else(own),
            Some(_) => {}
            // Single files side by side: a transformer with Qwen3 and a tokenizer.
            None if is_flux2_of_single_files(folder) => self.flux2 = self.flux2.take().or_else(own),
            // A single weights file with the small components beside it, as is usual for GGUF.
            None if folder.join("text_encoder_2").is_dir() && folder.join("scheduler").is_dir() => {
                let single = has_file(folder, |n| n.contains("flux") && (n.ends_with(".gguf") || n.ends_with(".safetensors")));
                if single || folder.join("transformer").is_dir() {
                    self.flux = self.flux.take().or_else(own);
                }
            }
            None => {
                let weights = has_file(folder, |n| n.ends_with(".safetensors"));
                let config: ComponentConfig = read_json(&folder.join("config.json")).unwrap_or_default();
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

    /// Identifies the files of all models by path, size and modification time.
    pub fn identity(&self) -> String {
        let all = [&self.flux, &self.sdxl, &self.controlnet, &self.sdxl_vae, &self.flux2, &self.birefnet];
        identity_of(all.into_iter().flatten().map(PathBuf::as_path))
    }

    fn has_control(&self) -> bool {
        self.controlnet.is_some() || self.sdxl.as_ref().is_some_and(|s| s.join("controlnet").is_dir())
    }

    /// The family that paints: FLUX.1 with SDXL if both are complete, as before FLUX.2 was known, else FLUX.2 if it was found.
    pub fn painter(&self) -> Painter {
        let flux1 = self.flux.is_some() && self.sdxl.is_some() && self.has_control();
        if self.flux2.is_some() && !flux1 { Painter::Flux2 } else { Painter::Flux1 }
    }

    /// The models that a request asks for, without those of the other family.
    ///
    /// # Errors
    /// They are not installed.
    pub fn for_choice(&self, choice: ModelChoice) -> Result<Self, Notice> {
        let painter = match choice {
            ModelChoice::Auto => return Ok(self.clone()),
            ModelChoice::Flux1 => Painter::Flux1,
            ModelChoice::Flux2Klein => Painter::Flux2,
        };
        let only = match painter {
            Painter::Flux1 => Self { flux2: None, ..self.clone() },
            Painter::Flux2 => Self { flux: None, sdxl: None, controlnet: None, sdxl_vae: None, ..self.clone() },
        };
        match only.missing_notice() {
            None if only.painter() == painter => Ok(only),
            _ => Err(notice!("diffusion-model-not-installed", model = choice.as_str())),
        }
    }

    /// The names of missing models; empty if every model was found.
    pub fn missing(&self) -> Vec<&'static str> {
        if self.painter() == Painter::Flux2 {
            return if self.birefnet.is_some() { Vec::new() } else { vec!["BiRefNet"] };
        }
        let control = self.has_control();
        [
            (self.flux.is_some(), "FLUX.1 (schnell or dev)"),
            (self.sdxl.is_some(), "SDXL base 1.0"),
            (control, "ControlNet canny for SDXL"),
            (self.birefnet.is_some(), "BiRefNet"),
        ]
        .into_iter()
        .filter(|(found, _)| !found)
        .map(|(_, name)| name)
        .collect()
    }

    /// A message about missing models; `None` if every model was found.
    pub fn missing_notice(&self) -> Option<Notice> {
        let missing = self.missing();
        match missing.len() {
            0 => None,
            4 => Some(notice!("diffusion-no-models")),
            _ => {
                Some(notice!("diffusion-models-missing", count = missing.len(), folder = self.root.as_path(), models = missing.join(", ")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn models_are_recognised_by_their_contents() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let put = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let empty = Models::scan(root);
        assert_eq!(empty.missing().len(), 4);
        assert_eq!(empty.missing_notice().unwrap().to_string(), "no diffusion models are installed");
        put("a/model_index.json", r#"{"_class_name": "FluxPipeline"}"#);
        put("0/model_index.json", r#"{"_class_name": "Flux2KleinPipeline"}"#);
        put("b/model_index.json", r#"{"_class_name": "StableDiffusionXLPipeline"}"#);
        put("c/config.json", r#"{"_class_name": "ControlNetModel"}"#);
        put("c/diffusion_pytorch_model.safetensors", "");
        let some = Models::scan(root);
        assert_eq!(some.flux, Some(root.join("a")));
        assert_eq!(some.missing(), ["BiRefNet"]);
        let text = some.missing_notice().unwrap().to_string();
        assert!(text.starts_with("1 of the diffusion models is missing in ") && text.ends_with(": BiRefNet"), "{text}");
        let text = Models::scan(&root.join("a")).missing_notice().unwrap().to_string();
        assert!(text.starts_with("3 of the diffusion models are missing in "), "{text}");
        put("d/config.json", r#"{"architectures": ["BiRefNet"]}"#);
        put("d/model.safetensors", "");
        assert_eq!(Models::scan(root).missing_notice(), None);
        assert_eq!(Models::scan(&root.join("nowhere")).missing().len(), 4);
        // A separate autoencoder replaces SDXL's; FLUX's has another number of latent channels.
        put("e/config.json", r#"{"_class_name": "AutoencoderKL", "latent_channels": 16}"#);
        put("e/diffusion_pytorch_model.safetensors", "");
        assert_eq!(Models::scan(root).sdxl_vae, None);
        put("e/config.json", r#"{"_class_name": "AutoencoderKL", "latent_channels": 4}"#);
        assert_eq!(Models::scan(root).sdxl_vae, Some(root.join("e")));
        // Changed files change the identity, so that results of the old files are not reused.
        let before = Models::scan(root).identity();
        assert_eq!(before, Models::scan(root).identity());
        put("e/diffusion_pytorch_model.safetensors", "longer");
        assert_ne!(before, Models::scan(root).identity());
        // FLUX.2 paints only where the others are not complete.
        assert_eq!((Models::scan(root).flux2, Models::scan(root).painter()), (Some(root.join("0")), Painter::Flux1));
        let choose = |choice: ModelChoice| Models::scan(root).for_choice(choice);
        let klein = choose(ModelChoice::Flux2Klein).unwrap();
        assert_eq!((klein.painter(), &klein.flux, &klein.flux2), (Painter::Flux2, &None, &Some(root.join("0"))));
        assert_eq!(choose(ModelChoice::Flux1).unwrap().painter(), Painter::Flux1);
        let without = Models { flux2: None, ..Models::scan(root) };
        let refused = without.for_choice(ModelChoice::Flux2Klein).unwrap_err().to_string();
        assert!(refused.contains("flux2-klein"), "{refused}");
        put("h/flux-2-klein-4b-Q8_0.gguf", "");
        put("h/qwen_3_4b.safetensors", "");
        let single = Models::scan(&root.join("h"));
        assert_eq!((&single.flux2, single.painter(), single.missing()), (&Some(root.join("h")), Painter::Flux2, vec!["BiRefNet"]));
        // A quantised transformer beside the small components.
        put("g/flux1-schnell-Q4_K_S.gguf", "");
        put("g/scheduler/scheduler_config.json", "{}");
        put("g/text_encoder_2/config.json", "{}");
        assert_eq!(Models::scan(&root.join("g")).flux, Some(root.join("g")));
    }
}
