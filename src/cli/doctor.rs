//! `doctor`: which engine would run, what is missing, what to do.

use nanococoa::backend::diffusion::backend::DiffusionBackend;
use nanococoa::metrics::Sampler;
use nanococoa::typography::FontCatalog;
use serde_json::json;

use super::{Common, Failure, load_config, overrides};

pub(super) fn doctor(common: &Common, as_json: bool) -> Result<(), Failure> {
    let config = load_config(overrides(common))?;
    let metrics = Sampler::default().sample();
    let fonts = FontCatalog::load(&config.font_dirs);
    let names = fonts.names();
    let writable = nanococoa::store::create_private_dir(&config.data_dir)
        .and_then(|()| tempfile::tempfile_in(&config.data_dir).map(drop))
        .map_err(|e| format!("{e}; choose another folder with --data-dir"));
    let mut todo = Vec::new();
    if let Err(reason) = &writable {
        todo.push(format!("The data folder {} cannot be written: {reason}.", config.data_dir.display()));
    }
    // The folder inside the data folder need not exist.
    for missing in config.font_dirs.iter().filter(|dir| !dir.is_dir() && !dir.starts_with(&config.data_dir)) {
        todo.push(format!(
            "The font folder {} was not found. Create it, or remove it from NANOCOCOA_FONTS or font_dirs.",
            missing.display()
        ));
    }
    if fonts.resolve(&config.default_font).is_none() {
        todo.push(format!(
            "The default font {} was not found. Set default_font in {} to one of the listed names.",
            config.default_font,
            config.file.display()
        ));
    }
    let (diffusion, parts) = match super::backends::setup(&config)() {
        Ok(setup) => {
            let device = setup.device_name.clone();
            match DiffusionBackend::new(setup) {
                Ok(mut backend) => (Ok(device), backend.describe(1024 * 1024)),
                Err(error) => (Err(error.to_string()), Vec::new()),
            }
        }
        Err(why) => (Err(why.to_string()), Vec::new()),
    };
    if let Err(why) = &diffusion {
        todo.push(format!(
            "For the diffusion engine: {why}. Models go into {} (or --models DIR); the draft engine works without them.",
            config.models_dir.display()
        ));
    }
    if as_json {
        let report = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "engine": if diffusion.is_ok() { "diffusion" } else { "draft" },
            "engine_reason": match &diffusion {
                Ok(device) => format!("the diffusion models are installed and run on {device}"),
                Err(why) => why.clone(),
            },
            "models_dir": config.models_dir,
            "device": config.device,
            "diffusion": parts,
            "cores": std::thread::available_parallelism().map_or(1, usize::from),
            "system_metrics": metrics,
            "fonts": names,
            "fonts_skipped": fonts.skipped(),
            "default_font": config.default_font,
            "data_dir": config.data_dir,
            "data_dir_writable": writable.is_ok(),
            "config_file": config.file,
            "config_file_found": config.file.is_file(),
            "to_do": todo,
        });
        say!("{report}");
        return Ok(());
    }
    say!("nanoCocoa Studio {}", env!("CARGO_PKG_VERSION"));
    say!("Engine      draft (CPU, {} threads): embedded, nothing to download", std::thread::available_parallelism().map_or(1, usize::from));
    match &diffusion {
        Ok(device) => say!("            diffusion (FLUX, SDXL + ControlNet, BiRefNet) on {device}: used by \"auto\""),
        Err(why) => say!("            diffusion: not available: {why}; pictures are drafts and say so"),
    }
    for part in &parts {
        say!("            {part}");
    }
    if metrics.gpu_info.is_empty() {
        say!("GPU         none found (no NVIDIA driver); the draft engine needs none");
    }
    for gpu in &metrics.gpu_info {
        say!("GPU {}       {}, {:.1} of {:.1} GiB in use", gpu.index, gpu.name, gpu.vram_used_gb, gpu.vram_total_gb);
    }
    say!("Memory      {:.1} of {:.1} GiB in use", metrics.ram_used_gb, metrics.ram_total_gb);
    say!("Data        {} ({})", config.data_dir.display(), if writable.is_ok() { "writable" } else { "NOT writable" });
    say!("Settings    {}{}", config.file.display(), if config.file.is_file() { "" } else { " (not there; defaults are used)" });
    say!("Fonts       {} (default {})", names.len(), config.default_font);
    for name in names {
        say!("            {name}");
    }
    for font in fonts.skipped() {
        say!("            {} is skipped: {}", font.name, font.reason);
    }
    if fonts.skipped_more() > 0 {
        say!("            {} more files are skipped", fonts.skipped_more());
    }
    if todo.is_empty() {
        say!("Everything that the draft engine needs is here.");
    }
    for line in todo {
        say!("To do       {line}");
    }
    Ok(())
}
