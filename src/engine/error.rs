//! Why a call to the engine failed.

use crate::notice;
use crate::notice::Notice;
use crate::store::StoreError;

/// Why the engine could not start.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.notice())]
pub enum EngineError {
    /// The data folder cannot be used.
    Store(#[from] StoreError),
    /// The system starts no thread.
    Thread(#[source] std::io::Error),
}

/// Why a job was not accepted.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.notice())]
pub enum SubmitError {
    /// Another job is active.
    Busy {
        /// Seconds until a new try makes sense, at least 1.
        retry_after: u64,
    },
    /// The requested backend cannot run here.
    BackendUnavailable(Notice),
    /// The data folder cannot be written to.
    Store(#[from] StoreError),
    /// The engine is shutting down.
    ShutDown,
}

/// Why a job was not deleted.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.notice())]
pub enum DeleteError {
    /// There is no such job.
    NotFound,
    /// The job is pending or running.
    Running,
    /// The data folder cannot be written to.
    Store(#[from] StoreError),
}

/// Why a job was not annotated or restored.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.notice())]
pub enum ManageError {
    /// There is no such job, or it is no longer in the trash.
    NotFound,
    /// The data folder cannot be written to.
    Store(#[from] StoreError),
}

/// Why a job cannot be continued.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.notice())]
pub enum ResumeError {
    /// There is no such job.
    NotFound,
    /// The job is pending or running.
    Running,
    /// A picture that the job needs is missing; its file name.
    Missing(String),
}

fn not_found() -> Notice {
    notice!("engine-job-not-found")
}

impl EngineError {
    /// What happened and what to do.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Store(error) => error.notice(),
            Self::Thread(error) => notice!("engine-no-thread", source = error.to_string()),
        }
    }
}

impl SubmitError {
    /// What happened and what to do.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Busy { retry_after } => notice!("engine-busy", seconds = *retry_after),
            Self::BackendUnavailable(notice) => notice.clone(),
            Self::Store(error) => error.notice(),
            Self::ShutDown => notice!("engine-shutting-down"),
        }
    }
}

impl DeleteError {
    /// What happened and what to do.
    pub fn notice(&self) -> Notice {
        match self {
            Self::NotFound => not_found(),
            Self::Running => notice!("engine-delete-running"),
            Self::Store(error) => error.notice(),
        }
    }
}

impl ManageError {
    /// What happened and what to do.
    pub fn notice(&self) -> Notice {
        match self {
            Self::NotFound => not_found(),
            Self::Store(error) => error.notice(),
        }
    }
}

impl ResumeError {
    /// What happened and what to do.
    pub fn notice(&self) -> Notice {
        match self {
            Self::NotFound => not_found(),
            Self::Running => notice!("engine-resume-running"),
            Self::Missing(file) => notice!("engine-resume-picture-missing", file = file.clone()),
        }
    }
}
