//! Errors of loading weights. Each message is one line that names the file and the tensor.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::notice;
use crate::notice::{Argument, Notice};

/// The result of loading weights or a config.
pub type LoadResult<T> = Result<T, WeightsError>;

/// Why weights or a config could not be loaded.
#[derive(Debug)]
pub enum WeightsError {
    /// A file is missing.
    MissingFile {
        /// The missing file.
        path: PathBuf,
    },
    /// A file cannot be read.
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A file is truncated, damaged or has another format.
    Corrupt {
        /// The file.
        path: PathBuf,
        /// The problem: a notice, or a technical detail in English.
        what: Argument,
    },
    /// A tensor is missing in the file.
    MissingTensor {
        /// File or folder.
        place: String,
        /// The tensor's full name.
        name: String,
    },
    /// The file has tensors that belong to no part of the network, so it is another network's.
    ExtraTensors {
        /// File or folder.
        place: String,
        /// The first of them.
        name: String,
        /// How many there are.
        count: usize,
    },
    /// A tensor has another shape than the config asks for.
    Shape {
        /// File or folder.
        place: String,
        /// The tensor's full name.
        name: String,
        /// The shape that the network needs.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A config cannot be used.
    Config {
        /// File or component.
        place: String,
        /// The problem: a notice, or a technical detail in English.
        what: Argument,
    },
    /// The user stopped the work.
    Stopped,
    /// candle failed, most often because memory ran out.
    Tensor {
        /// File or folder and tensor.
        place: String,
        /// The error of candle.
        source: candle_core::Error,
    },
}

/// The first line of a candle error. The rest is a backtrace if backtraces are on.
pub fn one_line(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().trim().to_owned()
}

impl WeightsError {
    /// The message for people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::MissingFile { path } => notice!("diffusion-file-missing", path = path.as_path()),
            Self::Io { path, source } => notice!("diffusion-file-unreadable", path = path.as_path(), detail = source.to_string()),
            Self::Corrupt { path, what } => notice!("diffusion-file-damaged", path = path.as_path(), detail = what.clone()),
            Self::MissingTensor { place, name } => notice!("diffusion-tensor-missing", place = place.clone(), name = name.clone()),
            Self::ExtraTensors { place, name, count } => {
                notice!("diffusion-tensors-unknown", place = place.clone(), name = name.clone(), count = *count)
            }
            Self::Shape { place, name, expected, found } => notice!(
                "diffusion-tensor-shape",
                place = place.clone(),
                name = name.clone(),
                expected = format!("{expected:?}"),
                found = format!("{found:?}")
            ),
            Self::Config { place, what } => notice!("diffusion-config-unusable", place = place.clone(), detail = what.clone()),
            Self::Stopped => notice!("diffusion-stopped"),
            Self::Tensor { place, source } => {
                notice!("diffusion-weights-not-loaded", place = place.clone(), detail = one_line(source))
            }
        }
    }

    /// Maps an I/O error of a file.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| match source.kind() {
            std::io::ErrorKind::NotFound => Self::MissingFile { path: path.into() },
            _ => Self::Io { path: path.into(), source },
        }
    }

    /// A config that cannot be used.
    pub fn config(place: impl Into<String>, what: impl Into<Argument>) -> Self {
        Self::Config { place: place.into(), what: what.into() }
    }
}

impl fmt::Display for WeightsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.notice().fmt(f)
    }
}

impl std::error::Error for WeightsError {}

impl From<candle_core::Error> for WeightsError {
    fn from(source: candle_core::Error) -> Self {
        Self::Tensor { place: "network".into(), source }
    }
}
