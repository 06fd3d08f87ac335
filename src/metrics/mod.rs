//! Load of the machine: CPU and memory, GPUs by NVML, free disk space. Every value may be unknown: in containers, without permission, without
//! an NVIDIA driver.

mod gpus;
mod load;
mod sources;
#[cfg(not(windows))]
#[path = "system_sysinfo.rs"]
mod system;
#[cfg(windows)]
#[path = "system_windows.rs"]
mod system;

use std::path::Path;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use load::GIB;
pub use load::{GpuInfo, MemoryLoad, SystemMetrics};
use sources::Sources;

/// Longest age of a sample. Reading the counters costs up to a millisecond, and clients may poll far more often than they change.
const MAX_AGE: Duration = Duration::from_millis(500);

struct State {
    sources: Sources,
    taken: Option<Instant>,
    last: SystemMetrics,
}

/// Samples the machine at most twice a second.
pub struct Sampler(Mutex<State>);

impl Default for Sampler {
    fn default() -> Self {
        Self::with_sources(Sources::of_this_machine())
    }
}

impl Sampler {
    fn with_sources(sources: Sources) -> Self {
        Self(Mutex::new(State { sources, taken: None, last: SystemMetrics::default() }))
    }

    /// The newest sample, at most half a second old.
    pub fn sample(&self) -> SystemMetrics {
        self.sample_within(MAX_AGE)
    }

    /// A sample taken now.
    pub fn sample_now(&self) -> SystemMetrics {
        self.sample_within(Duration::ZERO)
    }

    fn sample_within(&self, max_age: Duration) -> SystemMetrics {
        let mut state = self.0.lock();
        if state.taken.is_none_or(|t| t.elapsed() >= max_age) {
            state.last = state.sources.read();
            state.taken = Some(Instant::now());
        }
        state.last.clone()
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
mod tests {
    use super::*;

    #[test]
    fn this_machine_tells_its_load() {
        let sampler = Sampler::default();
        let _ = sampler.sample_now();
        std::thread::sleep(Duration::from_millis(250));
        let load = sampler.sample_now();
        let memory = load.memory.unwrap();
        assert!(memory.total_gb > 0.0 && memory.used_gb <= memory.total_gb && (0.0..=100.0).contains(&memory.percent()), "{memory:?}");
        assert!((0.0..=100.0).contains(&load.cpu_percent.unwrap()), "{load:?}");
    }

    #[test]
    fn a_busy_core_is_seen() {
        let sampler = Sampler::default();
        let _ = sampler.sample_now();
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_millis(600) {
            std::hint::black_box(begin);
        }
        assert!(sampler.sample_now().cpu_percent.unwrap() > 0.0);
    }

    #[test]
    fn free_space_is_known_for_folders_that_exist() {
        let dir = tempfile::tempdir().unwrap();
        let nested = dir.path().join("내 광고 모음");
        std::fs::create_dir(&nested).unwrap();
        for folder in [dir.path(), &nested] {
            assert!(free_space(folder).unwrap() > 0 && free_disk(folder).unwrap() > 0.0);
        }
        assert_eq!((free_space(&dir.path().join("missing")), free_disk(Path::new(""))), (None, None));
    }

    #[test]
    fn unknown_values_are_zero_in_json() {
        let gpu = GpuInfo { index: 1, name: "GPU".into(), gpu_util: None, memory: None };
        let json = serde_json::to_value(SystemMetrics { gpu_info: vec![gpu], ..SystemMetrics::default() }).unwrap();
        for field in ["cpu_percent", "ram_used_gb", "ram_total_gb", "ram_percent"] {
            assert_eq!(json[field], 0.0, "{field}");
        }
        for field in ["gpu_util", "vram_used_gb", "vram_total_gb", "vram_percent"] {
            assert_eq!(json["gpu_info"][0][field], 0.0, "{field}");
        }
    }

    #[test]
    fn memory_without_a_total_is_unknown() {
        assert_eq!(MemoryLoad::from_bytes(5, 0), None);
        let half = MemoryLoad::from_bytes(4 << 30, 8 << 30).unwrap();
        assert_eq!((half.used_gb, half.total_gb, half.percent()), (4.0, 8.0, 50.0));
        assert_eq!(MemoryLoad { used_gb: 0.0, total_gb: 0.0 }.percent(), 0.0);
    }

    #[test]
    fn a_source_that_fails_leaves_its_value_unknown() {
        let sources = Sources::new(|| None, || MemoryLoad::from_bytes(1 << 30, 4 << 30), Vec::new);
        let load = Sampler::with_sources(sources).sample();
        assert_eq!((load.cpu_percent, load.memory.map(MemoryLoad::percent), load.gpu_info), (None, Some(25.0), Vec::new()));
    }

    #[test]
    fn a_source_that_panics_is_asked_once_and_the_others_go_on() {
        let asked = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        let count = std::sync::Arc::clone(&asked);
        let cpu = move || {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            panic!("the counter is missing")
        };
        let mut samples = 0;
        let gpus = move || {
            samples += 1;
            vec![GpuInfo { index: 0, name: "GPU".into(), gpu_util: Some(f64::from(samples)), memory: None }]
        };
        let sampler = Sampler::with_sources(Sources::new(cpu, || None, gpus));
        for sample in 1..=3 {
            let load = sampler.sample_now();
            assert_eq!((load.cpu_percent, load.memory), (None, None));
            assert_eq!(load.gpu_info[0].gpu_util, Some(f64::from(sample)));
        }
        assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 1);
    }
}
