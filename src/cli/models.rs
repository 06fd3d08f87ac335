//! `models`: lists, downloads, checks and removes the models of the diffusion engine.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use nanococoa::backend::diffusion::models::Models;
use nanococoa::cancel::CancelToken;
use nanococoa::config::Config;
use nanococoa::hub::{Family, Hub, HubError, Installed, Phase, Progress, Registry};
use nanococoa::notice;
use nanococoa::paths;
use nanococoa::weights::quantize::Packing;
use nanococoa::weights::{self, StopCheck};
use serde_json::{Value, json};

use super::common::{Failure, runtime, words};
use super::signals::end_signal;

/// How often the progress bar is drawn.
const REDRAW: Duration = Duration::from_millis(200);

/// What to do with models.
#[derive(Subcommand)]
pub(super) enum ModelsCommand {
    /// List the sets of models: size, licence, memory needed, whether they are installed
    List {
        /// One line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Download a set, or continue an interrupted download
    Pull {
        /// A set of `models list`
        set: String,
        /// Agree to the licences that `models list` names
        #[arg(long)]
        accept_licence: bool,
        /// One line of JSON on standard output, no progress bar
        #[arg(long)]
        json: bool,
    },
    /// Read installed files and compare their hashes
    Verify {
        /// A set; without one, every installed set
        set: Option<String>,
        /// One line of JSON on standard output, no progress bar
        #[arg(long)]
        json: bool,
    },
    /// Remove a set. Files that other sets need, your own and those of a Hugging Face cache stay
    Remove {
        /// The set
        set: String,
        /// One line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the folder of models, or the folders of a set
    Path {
        /// The set
        set: Option<String>,
    },
    /// Add models that you have: a folder in Hugging Face layout, or a weights file
    Import {
        /// File or folder
        #[arg(value_name = "FILE|DIR")]
        from: PathBuf,
        /// One line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Pack the matrices of a safetensors file or folder into a GGUF file, which takes less memory
    Quantize {
        /// Weights file, index of shards, or folder of one component
        #[arg(value_name = "FILE|DIR")]
        from: PathBuf,
        /// The GGUF file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// q8_0 (8.5 bits a weight) or q4_k (4.5 bits)
        #[arg(long = "type", value_name = "TYPE", value_parser = ["q8_0", "q4_k"], default_value = "q8_0")]
        kind: String,
        /// One line of JSON on standard output, no progress bar
        #[arg(long)]
        json: bool,
    },
}

impl From<HubError> for Failure {
    fn from(error: HubError) -> Self {
        if error.is_bad_input() { Self::bad_input(error.notice()) } else { Self::failed(error.notice()) }
    }
}

pub(super) fn models(config: Result<Config, Failure>, command: ModelsCommand) -> Result<(), Failure> {
    if let ModelsCommand::Quantize { from, out, kind, json } = command {
        let packing = if kind == "q4_k" { Packing::Q4K } else { Packing::Q8_0 };
        return pack(&from, &out, packing, json);
    }
    let config = config?;
    let hub = Hub::open(&config.models_dir, &config.data_dir)?;
    match command {
        ModelsCommand::List { json } => list(&hub, json),
        ModelsCommand::Pull { set, accept_licence, json } => pull(&hub, &set, accept_licence, json),
        ModelsCommand::Verify { set, json } => verify(&hub, set, json),
        ModelsCommand::Remove { set, json } => remove(&hub, &set, json),
        ModelsCommand::Path { set: None } => {
            say!("{}", hub.folder().display());
            Ok(())
        }
        ModelsCommand::Path { set: Some(set) } => {
            for folder in hub.folders_of(&set)? {
                say!("{}", folder.display());
            }
            Ok(())
        }
        ModelsCommand::Import { from, json } => import(&hub, &from, json),
        // Done above: it needs no folder of models.
        ModelsCommand::Quantize { .. } => Ok(()),
    }
}

fn list(hub: &Hub, as_json: bool) -> Result<(), Failure> {
    let registry = hub.registry();
    let recommended = registry.recommended().map(|set| set.key.clone());
    let states = hub.list();
    if as_json {
        let sets: Vec<Value> = states
            .iter()
            .map(|state| {
                json!({
                    "set": state.set.key,
                    "title": state.set.title,
                    "installed": state.installed,
                    "on_disk_bytes": state.on_disk,
                    "download_gb": registry.gigabytes_of(&state.set),
                    "memory_gb": state.set.memory_gb,
                    "recommended": recommended.as_ref() == Some(&state.set.key),
                    "usable": state.set.family.is_supported(),
                    "licences": licences(registry, &state.set.key),
                })
            })
            .collect();
        say!("{}", json!({"models_dir": hub.folder(), "sets": sets}));
        return Ok(());
    }
    for state in states {
        let set = &state.set;
        let installed = match state.installed {
            Installed::Yes => words(&notice!("cli-models-installed", gigabytes = gigabytes(state.on_disk))),
            Installed::Partly => words(&notice!("cli-models-partly", gigabytes = gigabytes(state.on_disk))),
            Installed::No => words(&notice!("cli-models-absent", gigabytes = format!("{:.1}", registry.gigabytes_of(set)))),
        };
        let memory = match set.memory_gb.to {
            Some(to) => format!("{}–{to}", set.memory_gb.from),
            None => set.memory_gb.from.to_string(),
        };
        say!("{:<14} {}", set.key, set.title);
        say!("{:<14} {installed}; {}", "", words(&notice!("cli-models-memory", gigabytes = memory)));
        for licence in registry.licences_of(set) {
            say!("{:<14} {}: {}", "", licence.name, words(&licence.sale.notice()));
        }
        if !set.family.is_supported() {
            say!("{:<14} {}", "", words(&notice!("cli-models-not-usable")));
        } else if recommended.as_ref() == Some(&set.key) {
            say!("{:<14} {}", "", words(&notice!("cli-models-recommended")));
        }
    }
    Ok(())
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.2}", bytes as f64 / 1e9)
}

fn licences(registry: &Registry, set: &str) -> Vec<Value> {
    let set = registry.set(set).ok();
    let licences = set.map(|set| registry.licences_of(set)).unwrap_or_default();
    licences.into_iter().map(|l| json!({"name": l.name, "page": l.page, "sale": l.sale, "words": words(&l.sale.notice())})).collect()
}

fn pull(hub: &Hub, set: &str, mut accepted: bool, as_json: bool) -> Result<(), Failure> {
    let known = hub.registry().set(set)?;
    // On standard error: scripts read the other one.
    for licence in hub.registry().licences_of(known) {
        let shown = notice!("cli-models-licence", name = licence.name.clone(), page = licence.page.clone(), sale = licence.sale.notice());
        say_stderr!("{}", words(&shown));
    }
    if !known.family.is_supported() {
        say_stderr!("note: {}", words(&notice!("cli-models-not-usable")));
    }
    if !accepted && !as_json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        accepted = asks_agreement();
    }
    let outcome = with_progress(as_json, |cancel, progress| hub.pull(set, accepted, cancel, progress))?;
    if as_json {
        let state = hub.list().into_iter().find(|state| state.set.key == set);
        let installed = state.as_ref().map(|state| state.installed);
        let error = outcome.as_ref().err().map(|error| words(&error.notice()));
        say!("{}", json!({"set": set, "installed": installed, "on_disk_bytes": state.map(|s| s.on_disk), "error": error}));
    }
    outcome?;
    if !as_json {
        let (set, folder) = (set.to_owned(), hub.folder());
        say!(
            "{}",
            words(&match known.family {
                Family::Runtime => notice!("cli-models-runtime-pulled", set = set, folder = folder),
                _ => notice!("cli-models-pulled", set = set, folder = folder),
            })
        );
    }
    Ok(())
}

/// Asks at the terminal whether the person agrees to the licences above.
fn asks_agreement() -> bool {
    // A prompt, which `say_stderr!` would end with a line break. Nobody may read it.
    let _ = write!(std::io::stderr(), "{} ", words(&notice!("cli-models-agree")));
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Runs work on its own thread, with a progress bar; Ctrl-C stops it.
fn with_progress<T: Send>(quiet: bool, work: impl FnOnce(&CancelToken, &Progress) -> T + Send) -> Result<T, Failure> {
    let runtime = runtime(&mut tokio::runtime::Builder::new_current_thread())?;
    let (cancel, progress) = (CancelToken::default(), Progress::default());
    let bar = if quiet || !std::io::stderr().is_terminal() { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) = ProgressStyle::with_template("{msg:<12} {bar:32} {bytes:>10} / {total_bytes:10} {bytes_per_sec:>12}  {eta}") {
        bar.set_style(style);
    }
    let done = std::thread::scope(|scope| {
        let worker = scope.spawn(|| work(&cancel, &progress));
        runtime.block_on(async {
            let mut ended = std::pin::pin!(end_signal());
            let mut stopping = false;
            let mut resumed = false;
            while !worker.is_finished() {
                let now = progress.now();
                if now.phase == Phase::Downloading && !resumed {
                    // Bytes of earlier runs must not count as speed.
                    bar.set_position(now.done_bytes);
                    bar.reset_eta();
                    resumed = true;
                }
                bar.set_length(now.total_bytes);
                bar.set_position(now.done_bytes);
                bar.set_message(phase(now.phase));
                tokio::select! {
                    () = &mut ended, if !stopping => {
                        stopping = true;
                        cancel.cancel();
                    }
                    () = tokio::time::sleep(REDRAW) => {}
                }
            }
        });
        worker.join()
    });
    bar.finish_and_clear();
    done.map_err(|_| Failure::failed(notice!("cli-models-broke")))
}

fn phase(phase: Phase) -> String {
    words(&match phase {
        Phase::Asking => notice!("cli-models-asking"),
        Phase::Checking => notice!("cli-models-checking"),
        Phase::Downloading => notice!("cli-models-downloading"),
        Phase::Placing => notice!("cli-models-placing"),
        Phase::Packing => notice!("cli-models-packing"),
    })
}

fn verify(hub: &Hub, set: Option<String>, as_json: bool) -> Result<(), Failure> {
    let installed = || hub.list().into_iter().filter(|s| s.installed != Installed::No).map(|s| s.set.key).collect();
    let sets: Vec<String> = set.map_or_else(installed, |set| vec![set]);
    let (mut files, mut damaged) = (0, Vec::new());
    for set in &sets {
        let verified = with_progress(as_json, |cancel, progress| hub.verify(set, cancel, progress))?;
        // Without a named set, one that was only begun has nothing to check.
        let verified = match verified {
            Err(HubError::NotInstalled { .. }) if sets.len() > 1 => continue,
            other => other?,
        };
        files += verified.files;
        damaged.extend(verified.damaged.into_iter().map(|damage| (set.clone(), damage)));
    }
    if as_json {
        let damaged: Vec<Value> = damaged
            .iter()
            .map(|(set, d)| json!({"set": set, "path": d.path, "problem": if d.missing { "missing" } else { "content" }}))
            .collect();
        say!("{}", json!({"sets": sets, "files": files, "damaged": damaged}));
    } else {
        for (set, damage) in &damaged {
            let (path, set) = (damage.path.display(), set.clone());
            let line = match damage.missing {
                true => notice!("cli-models-file-missing", path = path, set = set),
                false => notice!("cli-models-file-damaged", path = path, set = set),
            };
            say!("{}", words(&line));
        }
        say!("{}", words(&notice!("cli-models-verified", files = files, damaged = damaged.len())));
    }
    if damaged.is_empty() { Ok(()) } else { Err(Failure::shown(1)) }
}

fn remove(hub: &Hub, set: &str, as_json: bool) -> Result<(), Failure> {
    let freed = hub.remove(set)?;
    if as_json {
        say!("{}", json!({"set": set, "freed_bytes": freed}));
    } else {
        say!("{}", words(&notice!("cli-models-removed", set = set.to_owned(), gigabytes = gigabytes(freed))));
    }
    Ok(())
}

fn import(hub: &Hub, from: &Path, as_json: bool) -> Result<(), Failure> {
    let from = paths::find(from);
    let placed = with_progress(true, |cancel, _| hub.import(&from, is_model, cancel))??;
    if as_json {
        say!("{}", json!({"path": placed}));
    } else {
        say!("{}", words(&notice!("cli-models-imported", path = placed.display())));
    }
    Ok(())
}

fn pack(from: &Path, out: &Path, packing: Packing, as_json: bool) -> Result<(), Failure> {
    if out.exists() {
        return Err(Failure::bad_input(notice!("cli-models-out-exists", path = out.display())));
    }
    let store = weights::open(&paths::find(from)).map_err(|error| Failure::bad_input(error.notice()))?;
    let written = with_progress(as_json, |cancel, progress| {
        let cancel = cancel.clone();
        let stop: StopCheck = Arc::new(move || cancel.is_cancelled());
        weights::quantize::quantize(store.as_ref(), out, packing, &stop, |done, total| progress.set(Phase::Packing, done, total))
    })?;
    let bytes = written.map_err(|error| Failure::failed(error.notice()))?;
    if as_json {
        say!("{}", json!({"path": out, "bytes": bytes}));
    } else {
        say!("{}", words(&notice!("cli-models-quantized", path = out.display(), gigabytes = gigabytes(bytes))));
    }
    Ok(())
}

/// Whether the search for models recognises a folder.
fn is_model(folder: &Path) -> bool {
    let found = Models::scan(folder);
    let models = [&found.flux, &found.sdxl, &found.controlnet, &found.sdxl_vae, &found.flux2, &found.birefnet];
    models.into_iter().flatten().any(|place| place == folder)
}
