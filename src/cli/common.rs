//! Shared by the commands: common flags, exit codes, settings, start of the engine.

use std::path::PathBuf;

use clap::Args;
use nanococoa::backend::diffusion::device::DeviceChoice;
use nanococoa::backend::diffusion::precision::Precision;
use nanococoa::config::{Config, Overrides};
use nanococoa::engine::{Engine, EngineConfig, EngineError};
use nanococoa::notice;
use nanococoa::notice::{Notice, Wording};

use super::backends;

/// Prints a line to standard output. Unlike `println!`, it does not panic when the reader has gone away (`| head`).
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

/// Prints a line to standard error. Unlike `eprintln!`, it does not panic when the reader has gone away or the disk is full.
macro_rules! say_stderr {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), $($words)*);
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
    /// Where the diffusion models run: auto, cpu, cuda, cuda:N or metal
    #[arg(long, global = true, value_name = "DEVICE")]
    pub(super) device: Option<String>,
    /// Products of FLUX on NVIDIA GPUs: auto (8 bits if memory is short), full or float8
    #[arg(long, global = true, value_name = "PRECISION")]
    pub(super) precision: Option<String>,
}

impl Common {
    /// The settings that these flags name.
    pub(super) fn overrides(&self) -> Overrides {
        Overrides {
            config: self.config.clone(),
            data_dir: self.data_dir.clone(),
            font_dirs: self.font_dirs.clone(),
            models_dir: self.models_dir.clone(),
            device: self.device.clone(),
            precision: self.precision.clone(),
            ..Overrides::default()
        }
    }
}

/// Why a command failed: its exit code, and the messages that are not shown yet.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    notices: Vec<Notice>,
}

impl Failure {
    /// Exit code 1.
    pub(super) fn failed(notice: Notice) -> Self {
        Self { code: 1, notices: vec![notice] }
    }

    /// Exit code 2: flags, files or settings are wrong.
    pub(super) fn bad_input(notice: Notice) -> Self {
        Self::bad_fields(vec![notice])
    }

    /// Exit code 2: these fields are wrong.
    pub(super) fn bad_fields(notices: Vec<Notice>) -> Self {
        Self { code: 2, notices }
    }

    /// The messages were shown already; only the exit code is left.
    pub(super) fn shown(code: u8) -> Self {
        Self { code, notices: Vec::new() }
    }

    pub(super) fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The messages, one a line below `error: `; empty if they were shown.
    pub(super) fn text(&self) -> String {
        self.notices.iter().map(words).collect::<Vec<_>>().join("\n       ")
    }

    pub(super) fn code(&self) -> u8 {
        self.code
    }

    /// Prints the messages to standard error.
    pub(super) fn print(&self) {
        if !self.notices.is_empty() {
            say_stderr!("error: {}", self.text());
        }
    }
}

/// A message in the terms of the command line.
pub(super) fn words(notice: &Notice) -> String {
    Wording::CLI.notice(notice)
}

pub(super) fn load_config(overrides: Overrides) -> Result<Config, Failure> {
    let config = Config::load(overrides).map_err(|e| Failure::bad_input(e.notice()))?;
    config.device.parse::<DeviceChoice>().map_err(Failure::bad_input)?;
    config.precision.parse::<Precision>().map_err(Failure::bad_input)?;
    Ok(config)
}

/// A runtime with time and network.
pub(super) fn runtime(builder: &mut tokio::runtime::Builder) -> Result<tokio::runtime::Runtime, Failure> {
    builder.enable_all().build().map_err(|e| Failure::failed(notice!("cli-runtime", detail = e.to_string())))
}

pub(super) fn start_engine(config: &Config) -> Result<Engine, EngineError> {
    Engine::start_with(
        EngineConfig { data_dir: config.data_dir.clone(), font_dirs: config.font_dirs.clone(), default_font: config.default_font.clone() },
        backends::backends(config),
    )
}
