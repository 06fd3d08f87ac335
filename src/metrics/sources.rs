//! Where the values of a sample come from. A source that fails or panics leaves its value unknown.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::gpus::Gpus;
use super::load::{GpuInfo, MemoryLoad, SystemMetrics, round_to_tenth};
use super::system::System;

/// A counter. `None` after a panic: it is not read again, because its state is not known.
struct Source<T>(Option<Box<dyn FnMut() -> Option<T> + Send>>);

impl<T> Source<T> {
    fn new(read: impl FnMut() -> Option<T> + Send + 'static) -> Self {
        Self(Some(Box::new(read)))
    }

    fn read(&mut self) -> Option<T> {
        let read = self.0.as_mut()?;
        catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
            tracing::warn!("a counter of the machine's load panicked; its value is unknown from now on");
            self.0 = None;
            None
        })
    }
}

/// The counters of a machine.
pub(super) struct Sources {
    cpu: Source<f64>,
    memory: Source<MemoryLoad>,
    gpus: Source<Vec<GpuInfo>>,
}

impl Sources {
    /// `cpu` is the utilisation in percent since the last call.
    pub(super) fn new(
        cpu: impl FnMut() -> Option<f64> + Send + 'static,
        memory: impl FnMut() -> Option<MemoryLoad> + Send + 'static,
        mut gpus: impl FnMut() -> Vec<GpuInfo> + Send + 'static,
    ) -> Self {
        Self { cpu: Source::new(cpu), memory: Source::new(memory), gpus: Source::new(move || Some(gpus())) }
    }

    pub(super) fn of_this_machine() -> Self {
        // Opened at the first sample, where a panic is caught.
        let (mut cpu, mut memory, mut gpus) = (None, None, None);
        Self::new(
            move || cpu.get_or_insert_with(System::new).cpu_percent(),
            move || memory.get_or_insert_with(System::new).memory(),
            move || gpus.get_or_insert_with(Gpus::new).read(),
        )
    }

    pub(super) fn read(&mut self) -> SystemMetrics {
        SystemMetrics {
            cpu_percent: self.cpu.read().filter(|p| p.is_finite()).map(round_to_tenth),
            memory: self.memory.read(),
            gpu_info: self.gpus.read().unwrap_or_default(),
        }
    }
}
