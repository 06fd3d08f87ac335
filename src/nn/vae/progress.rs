//! Progress of the autoencoder.

use std::ops::ControlFlow;

/// Called after each stage with the finished share of the work, 0 to 1; `Break` stops the work.
pub type ProgressCallback<'a> = &'a mut dyn FnMut(f32) -> ControlFlow<()>;

/// Counts the stages of all tiles.
pub(super) struct StageCounter<'a> {
    progress: ProgressCallback<'a>,
    done: usize,
    total: usize,
}

impl<'a> StageCounter<'a> {
    /// `total` stages are to come.
    pub(super) fn new(progress: ProgressCallback<'a>, total: usize) -> Self {
        Self { progress, done: 0, total }
    }

    /// Reports a finished stage.
    pub(super) fn finish_stage(&mut self) -> ControlFlow<()> {
        self.done += 1;
        (self.progress)(self.done as f32 / self.total.max(self.done) as f32)
    }
}
