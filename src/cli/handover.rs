//! Hands over to the build for NVIDIA GPUs if it, a driver and the libraries of CUDA are installed. Otherwise, and if anything goes wrong, this
//! program does the work.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Command;

use nanococoa::config::Config;
use nanococoa::cuda::{Choice, Cuda};
use nanococoa::notice;
use nanococoa::notice::Notice;

/// Set in the environment of the build that takes over, to the version of the program that handed over. A program that has it never hands over,
/// so there is no loop, even if a file under the build's name is another program.
const HANDED_OVER: &str = "NANOCOCOA_HANDED_OVER";

/// The variable with the folders that the dynamic loader searches.
#[cfg(windows)]
const LIBRARY_PATH: &str = "PATH";
#[cfg(not(windows))]
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// The parts of CUDA on this machine, as the settings choose them.
pub(super) fn cuda(config: &Config) -> Cuda {
    let own = std::env::current_exe().unwrap_or_default();
    Cuda::new(Choice::of_setting(&config.cuda), &own, &config.data_dir, &config.models_dir)
}

/// Whether another program has handed over to this one.
pub(super) fn was_handed_over() -> bool {
    std::env::var_os(HANDED_OVER).is_some()
}

/// Why this program does not run models on an NVIDIA GPU, with the remedy; `None` if there is no reason.
pub(super) fn reason(config: &Config) -> Option<Notice> {
    // Without a problem the missing piece arrived after the start.
    let arrived = || Some(notice!("cuda-ready-to-start")).filter(|_| !was_handed_over());
    cuda(config).problems().into_iter().next().or_else(arrived)
}

/// Hands over to the build for NVIDIA GPUs if everything that it needs is here. `windowed`: the studio, which needs no console. Returns
/// if this program has to do the work; otherwise the process ends as that build ends.
pub(super) fn to_cuda(config: &Config, windowed: bool) {
    let before = std::env::var_os(HANDED_OVER);
    if cfg!(feature = "cuda") {
        if let Some(version) = before.filter(|version| version != env!("CARGO_PKG_VERSION")) {
            tracing::warn!(own = env!("CARGO_PKG_VERSION"), other = ?version, "the program and its build for NVIDIA GPUs have different versions");
        }
        return;
    }
    if before.is_some() {
        tracing::warn!("what is named nanococoa-cuda is not the build for NVIDIA GPUs");
        return;
    }
    if !matches!(config.device.split(':').next(), Some("auto" | "cuda")) {
        return;
    }
    let cuda = cuda(config);
    let Some(program) = cuda.ready() else { return };
    let mut command = Command::new(&program);
    command.args(std::env::args_os().skip(1)).env(HANDED_OVER, env!("CARGO_PKG_VERSION"));
    if cuda.runtime().is_dir() {
        match library_path(cuda.runtime(), std::env::var_os(LIBRARY_PATH)) {
            Some(path) => command.env(LIBRARY_PATH, path),
            None => return,
        };
    }
    let error = replace(command, windowed);
    tracing::warn!(program = %program.display(), %error, "the build for NVIDIA GPUs cannot be started");
}

/// The folder before those that are searched already; `None` if its name cannot stand in the variable.
fn library_path(folder: &Path, before: Option<OsString>) -> Option<OsString> {
    let before = before.filter(|value| !value.is_empty());
    let folders = std::iter::once(folder.to_path_buf()).chain(before.iter().flat_map(std::env::split_paths));
    std::env::join_paths(folders).ok()
}

/// Runs a program in place of this one, with the same process ID, so that signals, exit code and services need nothing. Returns only why that is not possible.
#[cfg(unix)]
fn replace(mut command: Command, _: bool) -> io::Error {
    std::os::unix::process::CommandExt::exec(&mut command)
}

/// Runs a program, waits for it and exits with its code. Ctrl-C reaches both; the program handles it.
#[cfg(windows)]
fn replace(mut command: Command, windowed: bool) -> io::Error {
    use std::os::windows::process::CommandExt as _;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;

    if windowed && super::console::close_own_window() {
        // It would open a console of its own.
        command.creation_flags(CREATE_NO_WINDOW);
    }
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return error,
    };
    super::console::leave_interrupts_to_others();
    match child.wait() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_libraries_come_before_those_of_the_user() {
        let path = |before: Option<&str>| library_path(Path::new("runtime"), before.map(Into::into)).unwrap();
        let split = |path: &OsString| std::env::split_paths(path).collect::<Vec<_>>();
        assert_eq!((path(None), path(Some(""))), ("runtime".into(), "runtime".into()));
        let given = std::env::join_paths(["a", "b"]).unwrap();
        assert_eq!(split(&path(given.to_str())), ["runtime", "a", "b"].map(std::path::PathBuf::from));
    }
}
