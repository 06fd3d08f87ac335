//! Lists the models for the user: name, licence, size and place of each.

use std::path::{Path, PathBuf};

use super::folder::read_json;
use super::models::{Models, Painter};
use super::residency::Sizes;
use crate::backend::ModelInfo;

/// Size of the weights in a folder and its subfolders in bytes.
fn on_disk(path: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(path) else { return 0 };
    let sizes = entries.flatten().map(|e| {
        let path = e.path();
        let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
        match std::fs::metadata(&path) {
            Ok(about) if about.is_dir() => on_disk(&path),
            Ok(about) if name.ends_with(".safetensors") || name.ends_with(".gguf") => about.len(),
            _ => 0,
        }
    });
    sizes.sum()
}

/// Whether this FLUX is dev, whose licence forbids commercial use. Only dev has distilled guidance; a single file without a config is
/// recognised by its name.
fn is_dev(flux: &Path) -> bool {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Config {
        guidance_embeds: Option<bool>,
    }
    let config: Config = read_json(&flux.join("transformer").join("config.json")).unwrap_or_default();
    let named = || {
        let files = std::fs::read_dir(flux).into_iter().flatten().flatten();
        files.map(|e| e.file_name().to_string_lossy().to_lowercase()).any(|n| n.contains("flux") && n.contains("dev"))
    };
    config.guidance_embeds.unwrap_or_else(named)
}

/// Every model that the diffusion backend uses, found or not. FLUX.2 is listed if it was found. `sizes`: memory of the parts, if known.
pub fn report(models: &Models, sizes: Option<&Sizes>) -> Vec<ModelInfo> {
    let dev = models.flux.as_deref().map(is_dev);
    let inside =
        |folder: &Option<PathBuf>, names: &[&str]| folder.as_ref().map_or(0, |f| names.iter().map(|n| on_disk(&f.join(n))).sum::<u64>());
    let whole = |folder: &Option<PathBuf>| folder.as_deref().map_or(0, on_disk);
    let encoders = inside(&models.flux, &["text_encoder", "text_encoder_2"]);
    let own_control = models.sdxl.as_ref().map(|s| s.join("controlnet")).filter(|c| c.is_dir());
    let control = models.controlnet.clone().or_else(|| own_control.clone());
    let inner_control = own_control.as_deref().map_or(0, on_disk);
    let memory = |of: fn(&Sizes) -> u64| sizes.map(of).filter(|&bytes| bytes > 0);
    let (flux_name, flux_licence) = match dev {
        Some(true) => ("FLUX.1 dev", "FLUX.1 [dev] Non-Commercial"),
        Some(false) => ("FLUX.1 schnell", "Apache-2.0"),
        None => ("FLUX.1 schnell / dev", "Apache-2.0 / Non-Commercial"),
    };
    let model = |key, name, licence, place: &Option<PathBuf>, on_disk, in_memory| ModelInfo {
        key,
        name,
        licence,
        commercial: key != "flux" || dev != Some(true),
        place: place.clone(),
        on_disk,
        in_memory,
    };
    let mut all = vec![
        model(
            "flux",
            flux_name,
            flux_licence,
            &models.flux,
            whole(&models.flux).saturating_sub(encoders),
            memory(|s| s.flux_transformer + s.flux_vae),
        ),
        model("encoders", "T5-XXL + CLIP-L", "Apache-2.0, MIT", &models.flux, encoders, memory(|s| s.flux_encoders)),
        model(
            "sdxl",
            "SDXL base 1.0",
            "CreativeML Open RAIL++-M",
            &models.sdxl,
            whole(&models.sdxl).saturating_sub(inner_control),
            memory(|s| s.sdxl_encoders + s.sdxl_vae),
        ),
        model("controlnet", "ControlNet canny SDXL", "Open RAIL++-M", &control, whole(&control), memory(|s| s.sdxl_networks)),
        model("birefnet", "BiRefNet", "MIT", &models.birefnet, whole(&models.birefnet), memory(|s| s.birefnet)),
    ];
    if models.flux2.is_some() {
        // One model does all that the first four do, so they are listed only beside it.
        if models.painter() == Painter::Flux2 {
            all.retain(|info| info.key == "birefnet" || info.place.is_some());
        }
        let in_memory = memory(Sizes::flux2);
        all.insert(0, model("flux2", "FLUX.2 klein", "Apache-2.0", &models.flux2, whole(&models.flux2), in_memory));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_models_are_listed_with_their_licence() {
        let dir = tempfile::tempdir().unwrap();
        let flux = dir.path().join("flux");
        let put = |path: &str, text: &str| {
            let path = flux.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        put("transformer/config.json", r#"{"guidance_embeds": true}"#);
        put("transformer/diffusion_pytorch_model.safetensors", "12345");
        put("text_encoder_2/model.safetensors", "123");
        let models = Models { flux: Some(flux.clone()), ..Models::default() };
        let all = report(&models, None);
        assert_eq!((all[0].name, all[0].commercial, all[0].on_disk), ("FLUX.1 dev", false, 5));
        assert_eq!((all[1].on_disk, all[2].place.is_none()), (3, true));
        put("transformer/config.json", r#"{"guidance_embeds": false}"#);
        let all = report(&models, Some(&Sizes { flux_transformer: 7, ..Sizes::default() }));
        assert_eq!((all[0].name, all[0].commercial, all[0].in_memory), ("FLUX.1 schnell", true, Some(7)));
        std::fs::remove_dir_all(flux.join("transformer")).unwrap();
        put("flux1-dev-Q4_K_S.gguf", "");
        assert!(!report(&models, None)[0].commercial);
    }
}
