//! Errors of the diffusion backend.

use std::fmt;

use crate::backend::BackendError;
use crate::cancel::Stopped;
use crate::notice;
use crate::notice::Notice;
use crate::schedule::ScheduleError;
use crate::weights::{WeightsError, one_line};

/// The result of everything that a diffusion model does.
pub type DiffusionResult<T> = Result<T, DiffusionError>;

/// Why a diffusion model produced no picture.
#[derive(Debug)]
pub enum DiffusionError {
    /// Weights, configs or tokenizers cannot be used.
    Weights(WeightsError),
    /// The scheduler's config or the number of steps cannot be used.
    Schedule(ScheduleError),
    /// The request cannot be met, for example because of its size.
    Input(Notice),
    /// The photo has no pixels.
    EmptyPhoto,
    /// The user stopped the work.
    Stopped,
    /// A network produced NaN or infinite values.
    NotFinite,
    /// The computation failed.
    Tensor(candle_core::Error),
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
    /// The message for people.
    pub fn notice(&self) -> Notice {
        if self.is_out_of_memory() {
            let is_on_gpu = self.candle_text().is_some_and(|text| text.contains("cuda") || text.contains("cublas"));
            return if is_on_gpu { notice!("diffusion-out-of-memory") } else { notice!("diffusion-out-of-host-memory") };
        }
        match self {
            Self::Weights(error) => error.notice(),
            Self::Schedule(error) => notice!("diffusion-scheduler-unusable", detail = error.to_string()),
            Self::Input(notice) => notice.clone(),
            Self::EmptyPhoto => notice!("diffusion-photo-empty"),
            Self::Stopped => notice!("diffusion-stopped"),
            Self::NotFinite => notice!("diffusion-not-finite"),
            Self::Tensor(error) => notice!("diffusion-computation-failed", detail = one_line(error)),
        }
    }

    /// Whether memory ran out. The caller can free models and try again with a smaller plan.
    pub fn is_out_of_memory(&self) -> bool {
        let signs = ["out of memory", "out_of_memory", "memory_allocation", "alloc_failed", "failed to create metal resource: buffer"];
        self.candle_text().is_some_and(|text| signs.iter().any(|sign| text.contains(sign)))
    }

    /// The text of candle's error in lower case. candle has no variant for exhausted memory.
    fn candle_text(&self) -> Option<String> {
        match self {
            Self::Tensor(error) => Some(error.to_string().to_lowercase()),
            Self::Weights(WeightsError::Tensor { source, .. }) => Some(source.to_string().to_lowercase()),
            _ => None,
        }
    }
}

impl From<Stopped> for DiffusionError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<ScheduleError> for DiffusionError {
    fn from(error: ScheduleError) -> Self {
        Self::Schedule(error)
    }
}

impl From<candle_core::Error> for DiffusionError {
    fn from(error: candle_core::Error) -> Self {
        Self::Tensor(error)
    }
}

impl fmt::Display for DiffusionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.notice().fmt(f)
    }
}

impl std::error::Error for DiffusionError {}

impl From<DiffusionError> for BackendError {
    fn from(error: DiffusionError) -> Self {
        match error {
            DiffusionError::Stopped => Self::Stopped(Stopped),
            other => Self::Failed(other.notice()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_gpu_runs_out_of_gpu_memory() {
        let text = |words: &str| DiffusionError::Tensor(candle_core::Error::Msg(words.into())).to_string();
        for words in ["DriverError(CUDA_ERROR_OUT_OF_MEMORY, \"out of memory\")", "CublasError(CUBLAS_STATUS_ALLOC_FAILED)"] {
            assert!(text(words).starts_with("CUDA out of memory."), "{}", text(words));
        }
        let host = text("memory allocation of 8 bytes failed: out of memory");
        // The GPU of a Mac has no memory of its own.
        assert_eq!(text("Failed to create metal resource: Buffer"), host);
        assert!(host.starts_with("Out of memory.") && !host.contains("CUDA") && !host.contains("GPU"), "{host}");
    }
}
