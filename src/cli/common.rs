//! What the commands share: common flags, exit codes, settings, the engine.

use std::path::PathBuf;

use clap::Args;
use nanococoa::backend::diffusion::device::DeviceChoice;
use nanococoa::config::{Config, Overrides};
use nanococoa::engine::{Engine, EngineConfig, EngineError};
use nanococoa::notice::{Notice, Wording};

use super::backends;

/// Prints a line to standard output. Unlike `println!`, it does not panic when the reader has gone away (`| head`).
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

#[derive(Args, Clone)]
pub(super) struct Common {
    /// Settings file (default: config.toml in the user's configuration folder)
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Folder that keeps jobs and results
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) data_dir: Option<PathBuf>,
    /// Folder with more fonts; may be given several times
    #[arg(long = "fonts", global = true, value_name = "DIR")]
    pub(super) font_dirs: Vec<PathBuf>,
    /// Folder with the diffusion models
    #[arg(long = "models", global = true, value_name = "DIR")]
    pub(super) models_dir: Option<PathBuf>,
    /// Where the diffusion models run: auto, cpu, cuda or cuda:N
    #[arg(long, global = true, value_name = "DEVICE")]
    pub(super) device: Option<String>,
}

/// Why a command failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// Exit code 1.
    Failed(String),
    /// Exit code 2: flags, files or settings are wrong.
    BadInput(String),
    /// The message was shown already; only the exit code is left.
    Shown(u8),
}

impl Failure {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Failed(text) | Self::BadInput(text) => text,
            Self::Shown(_) => "",
        }
    }

    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::BadInput(_) => 2,
            Self::Shown(code) => *code,
        }
    }

    /// Prints the message to standard error.
    pub(super) fn print(&self) {
        if !matches!(self, Self::Shown(_)) {
            eprintln!("error: {}", self.text());
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(format!("{error:#}"))
    }
}

/// A message in the terms of the command line.
pub(super) fn words(notice: &Notice) -> String {
    Wording::CLI.notice(notice)
}

pub(super) fn overrides(common: &Common) -> Overrides {
    Overrides {
        config: common.config.clone(),
        data_dir: common.data_dir.clone(),
        font_dirs: common.font_dirs.clone(),
        models_dir: common.models_dir.clone(),
        device: common.device.clone(),
        ..Overrides::default()
    }
}

pub(super) fn load_config(overrides: Overrides) -> Result<Config, Failure> {
    let config = Config::load(overrides).map_err(|e| Failure::BadInput(e.to_string()))?;
    config.device.parse::<DeviceChoice>().map_err(|notice| Failure::BadInput(notice.to_string()))?;
    Ok(config)
}

pub(super) fn start_engine(config: &Config) -> Result<Engine, EngineError> {
    Engine::start_with(
        EngineConfig { data_dir: config.data_dir.clone(), font_dirs: config.font_dirs.clone(), default_font: config.default_font.clone() },
        backends::backends(config),
    )
}
