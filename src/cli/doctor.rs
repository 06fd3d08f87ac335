//! `doctor`: reports the backend that would run, missing parts and remedies.

use std::path::PathBuf;
use std::thread::available_parallelism;

use nanococoa::backend::diffusion::backend::DiffusionBackend;
use nanococoa::config::Config;
use nanococoa::cuda::{Cuda, Driver};
use nanococoa::metrics::{MemoryLoad, Sampler, SystemMetrics};
use nanococoa::notice;
use nanococoa::typography::{FontCatalog, FontEntry};
use serde_json::{Value, json};

use super::common::words;

/// The state of this machine.
struct Findings {
    config: Config,
    metrics: SystemMetrics,
    fonts: FontCatalog,
    is_writable: bool,
    /// The device that the diffusion backend runs on, or why it cannot run.
    diffusion: Result<String, String>,
    /// The diffusion models, a line each.
    models: Vec<String>,
    cuda: CudaFindings,
    /// Remedies for the user, one sentence each.
    to_do: Vec<String>,
}

/// The parts of CUDA on this machine.
struct CudaFindings {
    driver: Driver,
    program: Option<PathBuf>,
    folder: PathBuf,
    missing: Vec<&'static str>,
    slower_without: Vec<&'static str>,
    is_off: bool,
}

impl CudaFindings {
    fn of(cuda: &Cuda) -> Self {
        let (driver, program, folder) = (cuda.driver(), cuda.program(), cuda.runtime().to_path_buf());
        Self { driver, program, folder, missing: cuda.missing(), slower_without: cuda.missing_useful(), is_off: cuda.is_off() }
    }

    fn in_json(&self) -> Value {
        let (driver, is_usable) = match self.driver {
            Driver::Missing => (None, false),
            Driver::TooOld(version) => (Some(version), false),
            Driver::Ready(version) => (Some(version), true),
        };
        json!({
            "driver_supports": driver.map(|version| version.to_string()),
            "driver_usable": is_usable,
            "program": self.program,
            "runtime_dir": self.folder,
            "missing_libraries": self.missing,
            "slower_without": self.slower_without,
            "switched_off": self.is_off,
            "is_cuda_build": cfg!(feature = "cuda"),
            "handed_over": super::handover::was_handed_over(),
        })
    }

    fn print(&self) {
        match (cfg!(feature = "cuda"), &self.program) {
            (true, _) if super::handover::was_handed_over() => {
                say!("CUDA        this is the build for NVIDIA GPUs, which nanococoa has started")
            }
            (true, _) => say!("CUDA        this is the build for NVIDIA GPUs"),
            (false, Some(program)) => say!("CUDA        build for NVIDIA GPUs: {}", program.display()),
            (false, None) if self.is_off => say!("CUDA        switched off"),
            (false, None) => say!("CUDA        build for NVIDIA GPUs: not found"),
        }
        match self.driver {
            Driver::Missing => say!("            driver: none"),
            Driver::TooOld(version) => say!("            driver: supports CUDA {version}, which is TOO OLD"),
            Driver::Ready(version) => say!("            driver: supports CUDA {version}"),
        }
        let folder = self.folder.display();
        match (self.missing.is_empty(), self.folder.is_dir()) {
            (true, true) => say!("            libraries: {folder}"),
            (true, false) => say!("            libraries: those of the system"),
            (false, _) => say!("            libraries: {} missing; looked for in {folder} and in the system", self.missing.join(", ")),
        }
    }
}

pub(super) fn doctor(config: Config, as_json: bool) {
    let findings = examine(config);
    if as_json {
        say!("{}", in_json(&findings));
    } else {
        print(&findings);
    }
}

fn examine(config: Config) -> Findings {
    let metrics = Sampler::default().sample_now();
    let fonts = FontCatalog::load(&config.font_dirs);
    let written = nanococoa::store::create_private_dir(&config.data_dir).and_then(|()| tempfile::tempfile_in(&config.data_dir).map(drop));
    let mut to_do = Vec::new();
    if metrics.gpu_info.is_none() {
        let words =
            "The NVIDIA driver does not answer. Check it with nvidia-smi or restart the machine; the draft engine works without it.";
        to_do.push(words.to_owned());
    }
    if let Err(error) = &written {
        let folder = config.data_dir.display();
        to_do.push(format!("The data folder {folder} cannot be written: {error}; choose another folder with --data-dir."));
    }
    // The folder inside the data folder need not exist.
    for missing in config.font_dirs.iter().filter(|dir| !dir.is_dir() && !dir.starts_with(&config.data_dir)) {
        let folder = missing.display();
        to_do.push(format!("The font folder {folder} was not found. Create it, or remove it from NANOCOCOA_FONTS or font_dirs."));
    }
    if fonts.resolve(&config.default_font).is_none() {
        let (font, file) = (&config.default_font, config.file.display());
        to_do.push(format!("The default font {font} was not found. Set default_font in {file} to one of the listed names."));
    }
    let cuda = super::handover::cuda(&config);
    // Only NVIDIA's systems: a Mac has its own way.
    if !cfg!(any(feature = "cuda", target_os = "macos")) {
        to_do.extend(cuda.problems().iter().map(|problem| format!("For models on an NVIDIA GPU: {}.", words(problem))));
    }
    let cuda = CudaFindings::of(&cuda);
    if matches!(cuda.driver, Driver::Ready(_)) {
        let slower = cuda.slower_without.iter().map(|name| words(&notice!("cuda-library-useful", name = *name)));
        to_do.extend(slower);
    }
    let (diffusion, models) = examine_diffusion(&config);
    if let Err(why) = &diffusion {
        let folder = config.models_dir.display();
        to_do.push(format!(
            "For the diffusion engine: {why}. `nanococoa models list` shows what can be downloaded. Models go into {folder} (or --models DIR); the draft \
             engine works without them."
        ));
    }
    Findings { config, metrics, fonts, is_writable: written.is_ok(), diffusion, models, cuda, to_do }
}

fn examine_diffusion(config: &Config) -> (Result<String, String>, Vec<String>) {
    match super::backends::setup(config, |_| ())() {
        Ok(setup) => {
            let device = setup.device_name.clone();
            match DiffusionBackend::new(setup) {
                Ok(mut backend) => (Ok(device), backend.describe(1024 * 1024)),
                Err(error) => (Err(words(&error.notice())), Vec::new()),
            }
        }
        Err(why) => (Err(words(&why)), Vec::new()),
    }
}

fn in_json(findings: &Findings) -> Value {
    let Findings { config, metrics, fonts, is_writable, diffusion, models, cuda, to_do } = findings;
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "engine": if diffusion.is_ok() { "diffusion" } else { "draft" },
        "engine_reason": match diffusion {
            Ok(device) => format!("the diffusion models are installed and run on {device}"),
            Err(why) => why.clone(),
        },
        "models_dir": config.models_dir,
        "device": config.device,
        "diffusion": models,
        "cuda": cuda.in_json(),
        "cores": cores(),
        "system_metrics": metrics,
        "fonts": fonts.names(),
        "fonts_skipped": fonts.skipped(),
        "default_font": config.default_font,
        "data_dir": config.data_dir,
        "data_dir_writable": is_writable,
        "config_file": config.file,
        "config_file_found": config.file.is_file(),
        "to_do": to_do,
    })
}

fn in_use(memory: Option<MemoryLoad>) -> String {
    memory.map_or_else(|| "amount in use not known".to_owned(), |m| format!("{:.1} of {:.1} GiB in use", m.used_gb, m.total_gb))
}

fn print(findings: &Findings) {
    let Findings { config, metrics, fonts, is_writable, diffusion, models, cuda, to_do } = findings;
    say!("nanoCocoa Studio {}", env!("CARGO_PKG_VERSION"));
    say!("Engine      draft (CPU, {} threads): embedded, nothing to download", cores());
    match diffusion {
        Ok(device) => say!("            diffusion (FLUX, SDXL + ControlNet, BiRefNet) on {device}: used by \"auto\""),
        Err(why) => say!("            diffusion: not available: {why}; pictures are drafts and say so"),
    }
    for model in models {
        say!("            {model}");
    }
    match metrics.gpu_info.as_deref() {
        Some([]) => say!("GPU         none found (no NVIDIA driver); the draft engine needs none"),
        None => say!("GPU         not known: the NVIDIA driver does not answer"),
        Some(_) => {}
    }
    for gpu in metrics.gpu_info.iter().flatten() {
        say!("GPU {}       {}, {}", gpu.index, gpu.name, in_use(gpu.memory));
    }
    if !cfg!(target_os = "macos") {
        cuda.print();
    }
    say!("Memory      {}", in_use(metrics.memory));
    say!("Data        {} ({})", config.data_dir.display(), if *is_writable { "writable" } else { "NOT writable" });
    say!("Settings    {}{}", config.file.display(), if config.file.is_file() { "" } else { " (not there; defaults are used)" });
    let (of_system, names): (Vec<_>, Vec<_>) = fonts.names().into_iter().partition(|n| fonts.entry(n).is_some_and(FontEntry::is_of_system));
    say!("Fonts       {} (default {})", names.len(), config.default_font);
    if !of_system.is_empty() {
        say!("            {} more of the system", of_system.len());
    }
    for name in names {
        say!("            {name}");
    }
    for font in fonts.skipped() {
        say!("            {} is skipped: {}", font.name, font.reason);
    }
    if fonts.skipped_more() > 0 {
        say!("            {} more files are skipped", fonts.skipped_more());
    }
    if to_do.is_empty() {
        say!("Everything that the draft engine needs is here.");
    }
    for line in to_do {
        say!("To do       {line}");
    }
}

fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}
