//! Why the diffusion engine could not make something.

use crate::schedule::ScheduleError;
use crate::weights::{WeightsError, one_line};

/// An error of the diffusion engine, below the words that a designer reads.
#[derive(Debug, thiserror::Error)]
pub enum DiffusionError {
    /// Files.
    #[error(transparent)]
    Weights(WeightsError),
    /// A scheduler's config.
    #[error("scheduler: {0}")]
    Schedule(#[from] ScheduleError),
    /// What was asked for cannot be done.
    #[error("{0}")]
    Input(String),
    /// The user stopped it.
    #[error("stopped")]
    Stopped,
    /// The computation failed.
    #[error("{}", one_line(.0))]
    Tensor(#[from] candle_core::Error),
}

impl From<WeightsError> for DiffusionError {
    fn from(error: WeightsError) -> Self {
        match error {
            WeightsError::Stopped => Self::Stopped,
            other => Self::Weights(other),
        }
    }
}

impl DiffusionError {
    /// Whether memory ran out: what is loaded can be freed and the work tried again with less.
    pub fn is_out_of_memory(&self) -> bool {
        let text = match self {
            Self::Tensor(e) => e.to_string(),
            Self::Weights(WeightsError::Tensor { source, .. }) => source.to_string(),
            _ => return false,
        };
        let text = text.to_lowercase();
        text.contains("out of memory")
            || text.contains("out_of_memory")
            || text.contains("memory_allocation")
            || text.contains("alloc_failed")
    }
}
