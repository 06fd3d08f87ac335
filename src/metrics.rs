//! Load of the machine: CPU and memory by sysinfo, GPUs by NVML, free disk space. Without an NVIDIA driver the list of GPUs is empty.

use std::time::{Duration, Instant};

use nvml_wrapper::Nvml;
use parking_lot::Mutex;
use serde::Serialize;

const GIB: f64 = (1u64 << 30) as f64;
/// Longest age of a sample. Reading the counters costs up to a millisecond, and clients may poll far more often than they change.
const MAX_AGE: Duration = Duration::from_millis(500);

/// One GPU.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GpuInfo {
    /// Index in the driver's list.
    pub index: u32,
    /// Product name.
    pub name: String,
    /// Utilisation in percent.
    pub gpu_util: f64,
    /// Memory in use, GiB.
    pub vram_used_gb: f64,
    /// Total memory, GiB.
    pub vram_total_gb: f64,
    /// Memory in use, percent.
    pub vram_percent: f64,
}

/// One sample of the machine's load.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SystemMetrics {
    /// Utilisation of all cores together, percent.
    pub cpu_percent: f64,
    /// Memory in use, GiB.
    pub ram_used_gb: f64,
    /// Total memory, GiB.
    pub ram_total_gb: f64,
    /// Memory in use, percent.
    pub ram_percent: f64,
    /// Empty without an NVIDIA driver.
    pub gpu_info: Vec<GpuInfo>,
}

struct State {
    /// `None` where sysinfo or NVML is not available.
    system: Option<sysinfo::System>,
    nvml: Option<Nvml>,
    taken: Option<Instant>,
    last: SystemMetrics,
}

/// Samples the machine at most twice a second.
pub struct Sampler(Mutex<State>);

impl Default for Sampler {
    fn default() -> Self {
        Self(Mutex::new(State {
            system: sysinfo::System::new().ok(),
            nvml: Nvml::init().ok(),
            taken: None,
            last: SystemMetrics::default(),
        }))
    }
}

impl Sampler {
    /// The newest sample, at most half a second old.
    pub fn sample(&self) -> SystemMetrics {
        self.sample_within(MAX_AGE)
    }

    /// A sample taken now.
    pub fn sample_now(&self) -> SystemMetrics {
        self.sample_within(Duration::ZERO)
    }

    fn sample_within(&self, max_age: Duration) -> SystemMetrics {
        let mut guard = self.0.lock();
        let state = &mut *guard;
        if state.taken.is_none_or(|t| t.elapsed() >= max_age) {
            let gpu_info = state.nvml.as_ref().map(gpus).unwrap_or_default();
            state.last = SystemMetrics { gpu_info, ..SystemMetrics::default() };
            if let Some(system) = &mut state.system {
                system.refresh_cpu_usage();
                system.refresh_memory();
                let (used, total) = (system.used_memory() as f64 / GIB, system.total_memory() as f64 / GIB);
                state.last.cpu_percent = round_to_tenth(f64::from(system.global_cpu_usage()));
                state.last.ram_used_gb = round_to_tenth(used);
                state.last.ram_total_gb = round_to_tenth(total);
                state.last.ram_percent = if total > 0.0 { round_to_tenth(used / total * 100.0) } else { 0.0 };
            }
            state.taken = Some(Instant::now());
        }
        state.last.clone()
    }
}

fn gpus(nvml: &Nvml) -> Vec<GpuInfo> {
    let one = |index| {
        let device = nvml.device_by_index(index).ok()?;
        let memory = device.memory_info().ok()?;
        let (used, total) = (memory.used as f64 / GIB, memory.total as f64 / GIB);
        Some(GpuInfo {
            index,
            name: device.name().unwrap_or_else(|_| "NVIDIA GPU".into()),
            gpu_util: device.utilization_rates().map_or(0.0, |u| f64::from(u.gpu)),
            vram_used_gb: round_to_tenth(used),
            vram_total_gb: round_to_tenth(total),
            vram_percent: if total > 0.0 { round_to_tenth(used / total * 100.0) } else { 0.0 },
        })
    };
    (0..nvml.device_count().unwrap_or(0)).filter_map(one).collect()
}

fn round_to_tenth(v: f64) -> f64 {
    (v * 10.0).round() / 10.0
}

/// Free space in GiB on the file system of `folder`; 0 if unknown.
pub fn free_disk(folder: &std::path::Path) -> f64 {
    free_space(folder).map_or(0.0, |bytes| bytes as f64 / GIB)
}

/// Bytes that this user may still write to the file system of `folder`; `None` if unknown.
pub fn free_space(folder: &std::path::Path) -> Option<u64> {
    // statvfs covers every file system; sysinfo's list of disks leaves out those in memory (tmpfs).
    #[cfg(unix)]
    {
        let disk = rustix::fs::statvfs(folder).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let disks = sysinfo::Disks::new_with_refreshed_list().ok()?;
        let mut inside: Vec<_> = disks.iter().filter(|d| folder.starts_with(d.mount_point())).collect();
        inside.sort_by_key(|d| d.mount_point().as_os_str().len());
        inside.last().map(|d| d.available_space())
    }
}
