//! The command line door.

/// Prints a line; a reader that has gone away (`| head`) is no reason to panic.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

mod backends;
mod debug;
mod doctor;
mod generate;
mod serve;
mod signals;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use nanococoa::backend::diffusion::device::DeviceChoice;
use nanococoa::config::{Config, Overrides};
use nanococoa::engine::{Engine, EngineConfig, EngineError};
use nanococoa::gui::trouble::{self, Trouble};
use nanococoa::paths;

/// Turns a product photo into a finished advertisement on your own machine.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(flatten)]
    common: Common,
    /// Open this product photo (or project, or a picture made here) in the studio
    // Desktop entries call it without a file too.
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    open: Option<Option<PathBuf>>,
    /// Without a command the studio opens
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args, Clone)]
struct Common {
    /// Settings file (default: config.toml in the user's configuration folder)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder that keeps jobs and results
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Folder with more fonts; may be given several times
    #[arg(long = "fonts", global = true, value_name = "DIR")]
    font_dirs: Vec<PathBuf>,
    /// Folder with the diffusion models
    #[arg(long = "models", global = true, value_name = "DIR")]
    models_dir: Option<PathBuf>,
    /// Where the diffusion models run: auto, cpu, cuda or cuda:N
    #[arg(long, global = true, value_name = "DEVICE")]
    device: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Make an advertisement from a photo and a text
    Generate(Box<generate::GenerateArgs>),
    /// Continue an interrupted, stopped or failed job from its last finished step
    Resume(generate::ResumeArgs),
    /// Serve the REST interface for programs on this machine
    Serve(serve::ServeArgs),
    /// Say which engine would run, what is missing and what to do
    Doctor {
        /// One line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Check a component against your own reference
    #[command(subcommand)]
    Debug(Box<debug::DebugCommand>),
}

/// 1: it failed. 2: bad input.
#[derive(Debug)]
enum Failure {
    Failed(String),
    BadInput(String),
    /// The user has read it; this is the exit code.
    Said(u8),
}

impl Failure {
    fn text(&self) -> &str {
        match self {
            Self::Failed(text) | Self::BadInput(text) => text,
            Self::Said(_) => "",
        }
    }

    fn code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::BadInput(_) => 2,
            Self::Said(code) => *code,
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(format!("{error:#}"))
    }
}

/// Parses the flags and runs the command.
pub fn run() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("NANOCOCOA_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let cli = Cli::parse();
    let result = match cli.command {
        None => studio(&cli.common, cli.open.flatten()),
        Some(Command::Generate(args)) => generate::generate(&cli.common, *args),
        Some(Command::Resume(args)) => generate::resume(&cli.common, args),
        Some(Command::Serve(args)) => serve::serve(&cli.common, args),
        Some(Command::Doctor { json }) => doctor::doctor(&cli.common, json),
        Some(Command::Debug(command)) => debug::debug(*command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say_failure(&failure);
            ExitCode::from(failure.code())
        }
    }
}

fn say_failure(failure: &Failure) {
    if !matches!(failure, Failure::Said(_)) {
        eprintln!("error: {}", failure.text());
    }
}

/// The window, over an engine of its own that its server switch serves too.
fn studio(common: &Common, open: Option<PathBuf>) -> Result<(), Failure> {
    let open = open.map(|path| paths::find(&path));
    let (engine, config) = prepare(common, open.as_deref()).map_err(|(trouble, failure)| {
        // Whoever clicked an icon has no terminal to read it in; the terminal has it first all the same.
        say_failure(&failure);
        trouble::show(trouble);
        Failure::Said(failure.code())
    })?;
    let ended = nanococoa::gui::run(nanococoa::gui::Options { engine: engine.clone(), config }, open);
    engine.shutdown();
    ended.map_err(Failure::Failed)
}

/// What the window needs, or why there can be none.
fn prepare(common: &Common, open: Option<&Path>) -> Result<(Engine, Config), (Trouble, Failure)> {
    let bad = |failure: Failure| (Trouble::Failed(failure.text().to_owned()), failure);
    if let Some(path) = open.filter(|p| !p.is_file()) {
        return Err(bad(Failure::BadInput(format!("--open: there is no file {}", path.display()))));
    }
    let config = load_config(overrides(common)).map_err(bad)?;
    match start_engine(&config) {
        Ok(engine) => Ok((engine, config)),
        Err(error) => {
            let failure = Failure::Failed(error.to_string());
            match error {
                EngineError::Store(store) if store.is_in_use() => Err((Trouble::InUse(config.data_dir), failure)),
                _ => Err(bad(failure)),
            }
        }
    }
}

fn overrides(common: &Common) -> Overrides {
    Overrides {
        config: common.config.clone(),
        data_dir: common.data_dir.clone(),
        font_dirs: common.font_dirs.clone(),
        models_dir: common.models_dir.clone(),
        device: common.device.clone(),
        ..Overrides::default()
    }
}

fn load_config(overrides: Overrides) -> Result<Config, Failure> {
    let config = Config::load(overrides).map_err(|e| Failure::BadInput(e.to_string()))?;
    config.device.parse::<DeviceChoice>().map_err(|notice| Failure::BadInput(notice.to_string()))?;
    Ok(config)
}

fn start_engine(config: &Config) -> Result<Engine, EngineError> {
    Engine::start_with(
        EngineConfig { data_dir: config.data_dir.clone(), font_dirs: config.font_dirs.clone(), default_font: config.default_font.clone() },
        backends::backends(config),
    )
}
