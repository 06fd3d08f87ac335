//! Where the values of a sample come from. A source that fails, panics or hangs leaves its value unknown.

use std::time::{Duration, Instant};

use super::gpus::Gpus;
use super::load::{GpuInfo, MemoryLoad, SystemMetrics, round_to_tenth};
use super::reader::{Reader, Timing};
use super::source::Source;
use super::system::System;

/// The counters of a machine.
pub(super) struct Sources {
    cpu: Reader<f64>,
    pub(super) memory: Reader<MemoryLoad>,
    gpus: Reader<Vec<GpuInfo>>,
}

impl Sources {
    /// `cpu` is the utilisation in percent since the last call.
    pub(super) fn new(
        cpu: impl FnMut() -> Option<f64> + Send + 'static,
        memory: impl FnMut() -> Option<MemoryLoad> + Send + 'static,
        gpus: impl FnMut() -> Option<Vec<GpuInfo>> + Send + 'static,
    ) -> Self {
        Self { cpu: Reader::new(Source::new(cpu)), memory: Reader::new(Source::new(memory)), gpus: Reader::new(Source::new(gpus)) }
    }

    pub(super) fn of_this_machine() -> Self {
        // Opened by the first reading, where a panic is caught and nobody waits for a driver.
        let (mut cpu, mut memory, mut gpus) = (None, None, None);
        Self::new(
            move || cpu.get_or_insert_with(System::new).cpu_percent(),
            move || memory.get_or_insert_with(System::new).memory(),
            move || Some(gpus.get_or_insert_with(Gpus::new).read()),
        )
    }

    /// Asks for readings of all counters that were older than `max_age` at `now`. Does not wait.
    pub(super) fn ask(&self, now: Instant, max_age: Duration) {
        self.cpu.ask(now, max_age);
        self.memory.ask(now, max_age);
        self.gpus.ask(now, max_age);
    }

    /// The values at `now`, for which [`Sources::ask`] was called.
    pub(super) fn wait(&self, now: Instant, timing: Timing) -> SystemMetrics {
        SystemMetrics {
            cpu_percent: self.cpu.wait(now, timing).filter(|p| p.is_finite()).map(round_to_tenth),
            memory: self.memory.wait(now, timing),
            gpu_info: self.gpus.wait(now, timing),
        }
    }
}
