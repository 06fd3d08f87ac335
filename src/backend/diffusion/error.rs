//! Errors of the diffusion backend.

use crate::backend::BackendError;
use crate::cancel::Stopped;
use crate::schedule::ScheduleError;
use crate::weights::{WeightsError, one_line};

/// The result of everything that a diffusion model does.
pub type DiffusionResult<T> = Result<T, DiffusionError>;

/// Why a diffusion model produced no picture.
#[derive(Debug, thiserror::Error)]
pub enum DiffusionError {
    /// Weights, configs or tokenizers cannot be used.
    #[error(transparent)]
    Weights(WeightsError),
    /// The scheduler's config or the number of steps cannot be used.
    #[error("scheduler: {0}")]
    Schedule(#[from] ScheduleError),
    /// The request cannot be met, for example because of its size.
    #[error("{0}")]
    Input(String),
    /// The user stopped the work.
    #[error("stopped")]
    Stopped,
    /// A network produced NaN or infinite values.
    #[error("The network produced NaN or infinite values; its weights are damaged, or this precision is too small for them.")]
    NotFinite,
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
    /// Whether memory ran out. The caller can free models and try again with a smaller plan.
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

impl From<Stopped> for DiffusionError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<DiffusionError> for BackendError {
    fn from(error: DiffusionError) -> Self {
        if error.is_out_of_memory() {
            let text = "CUDA out of memory. Close other programs that use the GPU, choose a smaller size or install smaller (GGUF) models; the \
                        draft engine works meanwhile.";
            return Self::Failed(text.into());
        }
        match error {
            DiffusionError::Stopped => Self::Stopped(Stopped),
            DiffusionError::Tensor(e) => {
                Self::Failed(format!("The computation failed: {}. Try again, or use the draft engine.", one_line(&e)))
            }
            other => Self::Failed(other.to_string()),
        }
    }
}
