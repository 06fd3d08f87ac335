//! Load of the machine: CPU and memory, GPUs by NVML, free disk space. Every value may be unknown: without permission, without an NVIDIA driver, or
//! because a driver does not answer. In a container with a memory limit, the memory is the container's and the CPU the machine's.

mod gpus;
mod load;
mod reader;
mod source;
mod sources;
#[cfg(not(windows))]
#[path = "system_sysinfo.rs"]
mod system;
#[cfg(windows)]
#[path = "system_windows.rs"]
mod system;

use std::path::Path;
use std::time::{Duration, Instant};

use load::GIB;
pub use load::{GpuInfo, MemoryLoad, SystemMetrics};
use reader::Timing;
use sources::Sources;

/// For displays. Reading the counters costs up to a millisecond, and clients may poll far more often than they change. An old value stands in for
/// an overdue one for longer than the studio's interval between two readings, ten seconds.
const RECENT: Timing =
    Timing { max_age: Duration::from_millis(500), patience: Duration::from_millis(100), stale_after: Duration::from_secs(15) };

/// For decisions and reports. Drivers of several GPUs take seconds to start.
const NOW: Timing = Timing { max_age: Duration::ZERO, patience: Duration::from_secs(5), stale_after: Duration::ZERO };

/// Samples the machine at most twice a second. Every counter is read on a thread of its own, so one that hangs, such as a broken driver's, delays
/// its readers once, for a limited time, and is unknown from then on.
pub struct Sampler(Sources);

impl Default for Sampler {
    fn default() -> Self {
        Self(Sources::of_this_machine())
    }
}

impl Sampler {
    /// Starts the counters and takes a first sample in the background.
    pub fn start(&self) {
        self.0.ask(Instant::now(), RECENT.max_age);
    }

    /// The newest sample: at most half a second old, or up to 15 s where a counter is slow. Blocking for at most a tenth of a second.
    pub fn sample(&self) -> SystemMetrics {
        self.sample_with(RECENT)
    }

    /// A sample taken now. Values that are not known after five seconds are unknown. Blocking.
    pub fn sample_now(&self) -> SystemMetrics {
        self.sample_with(NOW)
    }

    /// The memory in use now; `None` if it is not known after five seconds. Reads no other counter. Blocking.
    pub fn memory_now(&self) -> Option<MemoryLoad> {
        self.memory_with(NOW)
    }

    fn sample_with(&self, timing: Timing) -> SystemMetrics {
        let now = Instant::now();
        // All counters are read at the same time.
        self.0.ask(now, timing.max_age);
        self.0.wait(now, timing)
    }

    fn memory_with(&self, timing: Timing) -> Option<MemoryLoad> {
        let now = Instant::now();
        self.0.memory.ask(now, timing.max_age);
        self.0.memory.wait(now, timing)
    }
}

/// Free space in GiB on the file system of `folder`; `None` if unknown.
pub fn free_disk(folder: &Path) -> Option<f64> {
    free_space(folder).map(|bytes| bytes as f64 / GIB)
}

/// Bytes that this user may still write to the file system of `folder`; `None` if unknown, for example because there is no such folder.
pub fn free_space(folder: &Path) -> Option<u64> {
    system::free_space(folder)
}

#[cfg(test)]
mod tests;
