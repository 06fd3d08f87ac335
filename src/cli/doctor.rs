//! `doctor`: which engine would run, what is missing, what to do.

use nanococoa::metrics::Sampler;
use nanococoa::typography::FontCatalog;
use serde_json::json;

use super::{Common, Failure, load_config, overrides};

pub(super) fn doctor(common: &Common, as_json: bool) -> Result<(), Failure> {
    let config = load_config(overrides(common))?;
    let metrics = Sampler::default().sample();
    let fonts = FontCatalog::load(&config.font_dirs);
    let names = fonts.names();
    let writable = std::fs::create_dir_all(&config.data_dir)
        .and_then(|()| tempfile::tempfile_in(&config.data_dir).map(drop))
        .map_err(|e| format!("{e}; choose another folder with --data-dir"));
    let mut todo = Vec::new();
    if let Err(reason) = &writable {
        todo.push(format!("The data folder {} cannot be written: {reason}.", config.data_dir.display()));
    }
    if fonts.resolve(&config.default_font).is_none() {
        todo.push(format!("The default font {} is not there; mend default_font in {}.", config.default_font, config.file.display()));
    }
    if as_json {
        let report = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "engine": "draft",
            "engine_reason": "this version carries the draft engine only",
            "cores": std::thread::available_parallelism().map_or(1, usize::from),
            "system_metrics": metrics,
            "fonts": names,
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
    say!("            diffusion: not available in this version; pictures are drafts and say so");
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
    if todo.is_empty() {
        say!("Everything that the draft engine needs is here.");
    }
    for line in todo {
        say!("To do       {line}");
    }
    Ok(())
}
