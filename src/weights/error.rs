//! Errors of loading weights. Each message is one line that names the file and the tensor.

use std::path::{Path, PathBuf};

/// The result of loading weights or a config.
pub type LoadResult<T> = Result<T, WeightsError>;

/// Why weights or a config could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// A file is missing.
    #[error("{path}: there is no such file; download the model or point to its folder")]
    MissingFile {
        /// The missing file.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A file is truncated, damaged or has another format.
    #[error("{path}: {what}; download it again")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A tensor is missing in the file.
    #[error("{place}: tensor {name} is missing")]
    MissingTensor {
        /// File or folder.
        place: String,
        /// The tensor's full name.
        name: String,
    },
    /// The file has tensors that belong to no part of the network, so it is another network's.
    #[error("{place}: {count} tensor(s) belong to no part of the network, the first is {name}")]
    ExtraTensors {
        /// File or folder.
        place: String,
        /// The first of them.
        name: String,
        /// How many there are.
        count: usize,
    },
    /// A tensor has another shape than the config asks for.
    #[error("{place}: tensor {name} has shape {found:?}, the config asks for {expected:?}")]
    Shape {
        /// File or folder.
        place: String,
        /// The tensor's full name.
        name: String,
        /// What the network needs.
        expected: Vec<usize>,
        /// What the file has.
        found: Vec<usize>,
    },
    /// A config cannot be used.
    #[error("{place}: {what}")]
    Config {
        /// File or component.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// The user stopped the work.
    #[error("stopped")]
    Stopped,
    /// candle failed, most often because memory ran out.
    #[error("{place}: {}", one_line(source))]
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
    /// Maps an I/O error of a file.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| match source.kind() {
            std::io::ErrorKind::NotFound => Self::MissingFile { path: path.into() },
            _ => Self::Io { path: path.into(), source },
        }
    }

    /// A config that cannot be used.
    pub fn config(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Config { place: place.into(), what: what.into() }
    }
}

impl From<candle_core::Error> for WeightsError {
    fn from(source: candle_core::Error) -> Self {
        Self::Tensor { place: "network".into(), source }
    }
}
