//! Why a job ended without an advertisement.

use crate::backend::BackendError;
use crate::cancel::Stopped;
use crate::notice::Notice;
use crate::typography::LayoutError;

/// Why a job ended without an advertisement.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The backend failed, or the user stopped the job.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The text cannot be laid out.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A result could not be encoded.
    #[error("{0}")]
    Sink(Notice),
    /// A result could not be written.
    #[error("{message}")]
    Kept {
        /// The operating system's error, with the file's path.
        technical: Notice,
        /// What happened and what to do.
        message: Notice,
    },
}

impl PipelineError {
    /// The message for people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Backend(error) => error.notice(),
            Self::Layout(error) => error.notice(),
            Self::Sink(notice) | Self::Kept { message: notice, .. } => notice.clone(),
        }
    }
}

impl From<Stopped> for PipelineError {
    fn from(stopped: Stopped) -> Self {
        Self::Backend(stopped.into())
    }
}
