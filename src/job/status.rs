//! The status of a job.

use serde::{Deserialize, Serialize};

/// Whether a job waits, runs or has ended, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// In the queue.
    Pending,
    /// The worker runs it.
    Running,
    /// All results are on disk.
    Completed,
    /// An error ended it; finished steps are kept.
    Failed,
    /// The user or the end of the program stopped it; finished steps are kept.
    Stopped,
}

impl JobStatus {
    /// Whether the job is pending or running.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::Running)
    }

    /// The word used over REST.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}
