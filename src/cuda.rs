//! The requirements of the program's build for NVIDIA GPUs: the driver, the libraries of CUDA, and the build itself.
//!
//! That build is linked against the driver, so it does not start without one. The program that starts everywhere checks the requirements and hands
//! over to the build (`cli/handover.rs`).

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(not(target_os = "macos"))]
use libloading::Library;

use crate::notice;
use crate::notice::Notice;

/// Subfolder of the models folder with the libraries of CUDA: the folder of the set `cuda`.
pub const RUNTIME: &str = "cuda";

/// The first version of CUDA that the driver must support, as the driver counts.
const LEAST_CUDA: i32 = 13_000;
/// How long the driver may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(3);
/// The first driver that supports it.
const LEAST_DRIVER: &str = "580";

#[cfg(windows)]
const DRIVER: &str = "nvcuda.dll";
#[cfg(not(windows))]
const DRIVER: &str = "libcuda.so.1";

/// Libraries without which the build does not start.
#[cfg(windows)]
const NEEDED: [&str; 4] = ["cudart64_13.dll", "cublas64_13.dll", "cublasLt64_13.dll", "curand64_10.dll"];
#[cfg(not(windows))]
const NEEDED: [&str; 4] = ["libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13", "libcurand.so.10"];

/// Libraries without which it is slower. cuDNN compiles some of its kernels with NVRTC.
#[cfg(windows)]
const USEFUL: [&str; 2] = ["cudnn64_9.dll", "nvrtc64_130_0.dll"];
#[cfg(not(windows))]
const USEFUL: [&str; 2] = ["libcudnn.so.9", "libnvrtc.so.13"];

/// A version of CUDA as the driver counts it: 13000 is 13.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CudaVersion(i32);

impl fmt::Display for CudaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 1000, self.0 % 1000 / 10)
    }
}

/// The NVIDIA driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// There is none, or its library cannot be opened.
    Missing,
    /// It supports only this older version of CUDA.
    TooOld(CudaVersion),
    /// It supports this version of CUDA.
    Ready(CudaVersion),
}

/// Where to look for the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// In the usual places.
    Auto,
    /// Nowhere: this program does the work itself.
    Off,
    /// At this path only.
    At(PathBuf),
}

impl Choice {
    /// The choice that a setting names: `auto`, `off`, or a path.
    pub fn of_setting(text: &str) -> Self {
        match text.trim() {
            "" | "auto" => Self::Auto,
            "off" => Self::Off,
            path => Self::At(path.into()),
        }
    }
}

/// Finds the driver, the libraries and the build. Nothing is cached: each method looks at the machine as it is now.
#[derive(Clone, Debug)]
pub struct Cuda {
    choice: Choice,
    /// Folder of the running program.
    beside: PathBuf,
    data_dir: PathBuf,
    runtime: PathBuf,
}

impl Cuda {
    /// Looks beside the running program `own`, in the data folder, and for libraries in the models folder.
    pub fn new(choice: Choice, own: &Path, data_dir: &Path, models_dir: &Path) -> Self {
        let beside = own.parent().unwrap_or(Path::new(".")).to_path_buf();
        // The loader would read a relative path from wherever the program is then.
        let runtime = models_dir.join(RUNTIME);
        let runtime = std::path::absolute(&runtime).unwrap_or(runtime);
        Self { choice, beside, data_dir: data_dir.into(), runtime }
    }

    /// The folder that the downloaded libraries are in, whether it exists or not.
    pub fn runtime(&self) -> &Path {
        &self.runtime
    }

    /// Whether it is switched off.
    pub fn is_off(&self) -> bool {
        self.choice == Choice::Off
    }

    /// File name of the build.
    pub fn program_name() -> String {
        format!("nanococoa-cuda{}", std::env::consts::EXE_SUFFIX)
    }

    /// The build for NVIDIA GPUs: beside this program, in `lib/nanococoa` next to the folder `bin` that this program is in, or in the data folder.
    pub fn program(&self) -> Option<PathBuf> {
        let name = Self::program_name();
        let places = match &self.choice {
            Choice::Off => Vec::new(),
            Choice::At(path) => vec![path.clone()],
            Choice::Auto => {
                let installed = self.beside.parent().map(|prefix| prefix.join("lib/nanococoa").join(&name));
                [Some(self.beside.join(&name)), installed, Some(self.data_dir.join(&name))].into_iter().flatten().collect()
            }
        };
        places.into_iter().find(|path| path.is_file())
    }

    /// The driver. Opens its library, but no GPU.
    pub fn driver(&self) -> Driver {
        match supported_version() {
            None => Driver::Missing,
            Some(version) if version.0 < LEAST_CUDA => Driver::TooOld(version),
            Some(version) => Driver::Ready(version),
        }
    }

    /// Libraries without which the build does not start, and which are neither downloaded nor part of the system.
    pub fn missing(&self) -> Vec<&'static str> {
        NEEDED.into_iter().filter(|name| !self.has(name)).collect()
    }

    /// Libraries without which the build is slower, and which are missing.
    pub fn missing_useful(&self) -> Vec<&'static str> {
        USEFUL.into_iter().filter(|name| !self.has(name)).collect()
    }

    fn has(&self, name: &str) -> bool {
        self.runtime.join(name).is_file() || system_has(name)
    }

    /// The build, if it and everything that it needs are here.
    pub fn ready(&self) -> Option<PathBuf> {
        // The cheapest check first: without the build, no library is opened.
        self.program().filter(|_| matches!(self.driver(), Driver::Ready(_)) && self.missing().is_empty())
    }

    /// The problems that keep models from running on an NVIDIA GPU, each with its remedy, without a full stop.
    pub fn problems(&self) -> Vec<Notice> {
        if self.is_off() {
            return vec![notice!("cuda-switched-off")];
        }
        let mut problems = Vec::new();
        match self.driver() {
            // Nothing else helps without it.
            Driver::Missing => return vec![notice!("cuda-driver-missing", library = DRIVER, driver = LEAST_DRIVER)],
            Driver::TooOld(version) => {
                let needed = CudaVersion(LEAST_CUDA).to_string();
                problems.push(notice!("cuda-driver-old", found = version.to_string(), needed = needed, driver = LEAST_DRIVER));
            }
            Driver::Ready(_) => {}
        }
        if self.program().is_none() {
            problems.push(match &self.choice {
                Choice::At(path) => notice!("cuda-program-not-there", path = path.as_path()),
                _ => notice!("cuda-program-missing", name = Self::program_name(), folder = self.beside.as_path()),
            });
        }
        problems.extend(self.missing().into_iter().map(|name| notice!("cuda-library-missing", name = name)));
        problems
    }
}

/// The newest version of CUDA that the driver supports; `None` without a driver, or if it does not answer in time.
fn supported_version() -> Option<CudaVersion> {
    // A driver whose GPU has failed may never answer.
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::Builder::new().name("driver".into()).spawn(move || sender.send(ask_driver())).ok()?;
    receiver.recv_timeout(PATIENCE).ok()?
}

#[cfg(not(target_os = "macos"))]
#[allow(unsafe_code)]
fn ask_driver() -> Option<CudaVersion> {
    type GetVersion = unsafe extern "system" fn(*mut i32) -> i32;
    // SAFETY: the driver's library is made to be opened by any program; its initialisers need nothing from this one.
    let library = unsafe { Library::new(DRIVER) }.ok()?;
    let mut version = 0;
    // SAFETY: this is the function's documented type, and it may be called before any other of the library.
    let status = unsafe { library.get::<GetVersion>(b"cuDriverGetVersion\0").ok()?(&raw mut version) };
    (status == 0 && version > 0).then_some(CudaVersion(version))
}

#[cfg(target_os = "macos")]
fn ask_driver() -> Option<CudaVersion> {
    None
}

/// Whether the system's loader finds a library.
#[cfg(unix)]
#[allow(unsafe_code)]
fn system_has(name: &str) -> bool {
    use libloading::os::unix::{Library, RTLD_LAZY, RTLD_LOCAL};
    // SAFETY: the libraries of CUDA are made to be opened by any program; this one is closed again at once.
    unsafe { Library::open(Some(name), RTLD_LAZY | RTLD_LOCAL) }.is_ok()
}

/// Whether the system's loader finds a library. Opening it would run its code, so only its file is looked for.
#[cfg(not(unix))]
fn system_has(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(path: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }

    #[test]
    fn the_build_is_found_where_packages_put_it() {
        let dir = tempfile::tempdir().unwrap();
        let (own, data) = (dir.path().join("usr/bin/nanococoa"), dir.path().join("data"));
        let of = |choice| Cuda::new(choice, &own, &data, &dir.path().join("models"));
        assert_eq!(of(Choice::Auto).program(), None);
        let name = Cuda::program_name();
        let mut places = vec![data.join(&name), dir.path().join("usr/lib/nanococoa").join(&name), own.with_file_name(&name)];
        for place in &places {
            touch(place);
            assert_eq!(of(Choice::Auto).program().as_ref(), Some(place), "the nearest one is taken");
        }
        assert_eq!(of(Choice::Off).program(), None);
        let chosen = places.remove(0);
        assert_eq!(of(Choice::of_setting(chosen.to_str().unwrap())).program(), Some(chosen));
        assert_eq!(of(Choice::of_setting("nowhere")).program(), None);
        assert_eq!((Choice::of_setting(" off "), Choice::of_setting("")), (Choice::Off, Choice::Auto));
    }

    #[test]
    fn every_missing_piece_is_named_with_its_remedy() {
        let dir = tempfile::tempdir().unwrap();
        let cuda = Cuda::new(Choice::Auto, &dir.path().join("nanococoa"), dir.path(), dir.path());
        let before = cuda.missing();
        for name in NEEDED {
            touch(&cuda.runtime().join(name));
        }
        assert!(cuda.missing().is_empty(), "of {before:?}");
        let off = Cuda { choice: Choice::Off, ..cuda.clone() };
        assert_eq!(off.problems(), [notice!("cuda-switched-off")]);
        let problems = cuda.problems();
        match cuda.driver() {
            Driver::Missing => assert_eq!(problems.len(), 1, "{problems:?}"),
            _ => assert!(problems.iter().any(|problem| problem.code() == "cuda-program-missing"), "{problems:?}"),
        }
        assert_eq!((CudaVersion(13_000).to_string(), CudaVersion(12_080).to_string()), ("13.0".into(), "12.8".into()));
    }
}
