//! Why weights could not be loaded, in one line that names file and tensor.

use std::path::{Path, PathBuf};

/// The result of loading weights or a config.
pub type LoadResult<T> = Result<T, WeightsError>;

/// Why weights or a config could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// A file is not there.
    #[error("{path}: there is no such file; download the model or point to its folder")]
    MissingFile {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is cut short, damaged or of another format.
    #[error("{path}: {what}; download it again")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A tensor that the network needs is not in the file.
    #[error("{place}: tensor {name} is missing")]
    MissingTensor {
        /// File or folder.
        place: String,
        /// The tensor's full name.
        name: String,
    },
    /// Tensors that the network does not know: another network's file.
    #[error("{place}: {count} tensor(s) belong to no part of the network, the first is {name}")]
    ExtraTensors {
        /// File or folder.
        place: String,
        /// The first of them.
        name: String,
        /// How many.
        count: usize,
    },
    /// A tensor of the wrong shape: the config belongs to another file.
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
    /// A config that cannot be used.
    #[error("{place}: {what}")]
    Config {
        /// File or component.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// The user stopped it.
    #[error("stopped")]
    Stopped,
    /// The tensor library failed, most often for memory.
    #[error("{place}: {}", one_line(source))]
    Tensor {
        /// File or folder and tensor.
        place: String,
        /// What the library says.
        source: candle_core::Error,
    },
}

/// The library's errors carry a backtrace in their text where backtraces are on.
pub fn one_line(error: &candle_core::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().trim().to_owned()
}

impl WeightsError {
    /// A file that cannot be opened or read.
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
