//! The command line.

#[macro_use]
mod common;

mod backends;
mod console;
mod debug;
mod doctor;
mod formats;
mod generate;
mod generate_args;
mod handover;
mod layers;
mod models;
mod output;
mod serve;
mod signals;
mod size_set;
mod templates;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use nanococoa::config::{Config, Overrides};
use nanococoa::engine::{Engine, EngineError};
use nanococoa::gui::trouble::{self, Trouble};
use nanococoa::notice::Notice;
use nanococoa::{notice, paths};

use common::{Common, Failure, load_config, runtime, start_engine};
use signals::end_signal;

/// Turns a product photo into a finished advertisement on your own machine.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(flatten)]
    common: Common,
    /// Open this product photo (or project, or a picture made here) in the studio
    // Desktop entries may pass `--open` without a file.
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    open: Option<Option<PathBuf>>,
    /// Without a command the studio opens
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Make an advertisement from a photo and a text
    Generate(Box<generate_args::GenerateArgs>),
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
    /// List the formats of advertisements that `generate --format` writes: size, file type, byte limit
    Formats {
        /// One line of JSON, with safe zones, rules and sources
        #[arg(long)]
        json: bool,
    },
    /// List the templates that `generate --template` fills, with their slots
    Templates {
        /// One line of JSON, with the default texts
        #[arg(long)]
        json: bool,
    },
    /// List, download, check and remove the models of the diffusion engine
    #[command(subcommand)]
    Models(models::ModelsCommand),
    /// Check a component against your own reference
    #[command(subcommand)]
    Debug(Box<debug::DebugCommand>),
}

impl Cli {
    /// The settings on the command line.
    fn overrides(&self) -> Overrides {
        let common = self.common.overrides();
        match &self.command {
            Some(Command::Serve(args)) => args.overrides(common),
            _ => common,
        }
    }
}

impl Command {
    /// Whether the build for NVIDIA GPUs does the command better.
    fn may_use_gpu(&self) -> bool {
        match self {
            Self::Generate(_) | Self::Resume(_) | Self::Serve(_) | Self::Doctor { .. } | Self::Debug(_) => true,
            Self::Formats { .. } | Self::Templates { .. } | Self::Models(_) => false,
        }
    }
}

/// Parses the flags and runs the command.
pub fn run() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("NANOCOCOA_LOG").unwrap_or_else(|_| "warn".into());
    // A line of the log that cannot be written is lost. tracing-subscriber would report that with `eprintln!`, whose panic ends the thread that
    // logs: the job's, for example.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    log.with_ansi(console::log_colours()).init();
    let cli = Cli::parse();
    let config = load_config(cli.overrides());
    if let Ok(config) = &config
        && cli.command.as_ref().is_none_or(Command::may_use_gpu)
    {
        handover::to_cuda(config, cli.command.is_none());
    }
    // A command reports unusable settings itself, and only if it needs them.
    let result = match cli.command {
        None => studio(config, cli.open.flatten()),
        Some(Command::Generate(args)) => generate::generate(config, *args, cli.common.data_dir.is_some()),
        Some(Command::Resume(args)) => generate::resume(config, args),
        Some(Command::Serve(_)) => config.and_then(serve::serve),
        Some(Command::Doctor { json }) => config.map(|config| doctor::doctor(config, json)),
        Some(Command::Formats { json }) => config.and_then(|config| formats::formats(&config, json)),
        Some(Command::Templates { json }) => config.map(|config| templates::templates(&config, json)),
        Some(Command::Models(command)) => models::models(config, command),
        Some(Command::Debug(command)) => debug::debug(*command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.code())
        }
    }
}

/// Opens the studio.
fn studio(config: Result<Config, Failure>, open: Option<PathBuf>) -> Result<(), Failure> {
    console::close_own_window();
    let open = open.map(|path| paths::find(&path));
    let (engine, config) = prepare(config, open.as_deref()).map_err(|(trouble, failure)| {
        // Users who clicked an icon have no terminal, so a window shows the message too.
        failure.print();
        trouble::show(trouble);
        Failure::shown(failure.code())
    })?;
    let waiting = runtime(&mut tokio::runtime::Builder::new_current_thread())?;
    let end = move || waiting.block_on(async { end_signal().await });
    let ended = nanococoa::gui::run(nanococoa::gui::Options { engine: engine.clone(), config }, open, end);
    engine.shutdown();
    ended.map_err(|notice| {
        trouble::show_box(&notice);
        Failure::failed(notice)
    })
}

/// Checks file and settings, and starts the engine.
fn prepare(config: Result<Config, Failure>, open: Option<&Path>) -> Result<(Engine, Config), (Trouble, Failure)> {
    let bad = |failure: Failure| (Trouble::Failed(failure.notices().first().cloned().unwrap_or_else(|| Notice::verbatim(""))), failure);
    if let Some(path) = open.filter(|p| !p.is_file()) {
        return Err(bad(Failure::bad_input(notice!("cli-open-missing", path = path.display()))));
    }
    let config = config.map_err(bad)?;
    match start_engine(&config) {
        Ok(engine) => Ok((engine, config)),
        Err(error) => {
            let failure = Failure::failed(error.notice());
            match error {
                EngineError::Store(store) if store.is_in_use() => Err((Trouble::InUse(config.data_dir), failure)),
                _ => Err(bad(failure)),
            }
        }
    }
}
