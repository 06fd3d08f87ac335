//! One sample of the machine's load.

use serde::Serialize;

/// Bytes in a GiB.
pub(super) const GIB: f64 = (1u64 << 30) as f64;

/// Memory of the machine, of the container that limits it, or of a GPU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryLoad {
    /// GiB in use.
    pub used_gb: f64,
    /// GiB in all.
    pub total_gb: f64,
}

impl MemoryLoad {
    /// Rounded to a tenth of a GiB; `None` if the total is 0, as systems report it where they do not know it.
    pub(super) fn from_bytes(used: u64, total: u64) -> Option<Self> {
        let gib = |bytes: u64| round_to_tenth(bytes as f64 / GIB);
        (total > 0).then(|| Self { used_gb: gib(used), total_gb: gib(total) })
    }

    /// Share in use, percent.
    pub fn percent(self) -> f64 {
        if self.total_gb > 0.0 { round_to_tenth(self.used_gb / self.total_gb * 100.0) } else { 0.0 }
    }
}

/// One GPU.
#[derive(Clone, Debug, PartialEq)]
pub struct GpuInfo {
    /// Index in the driver's list.
    pub index: u32,
    /// Product name.
    pub name: String,
    /// Utilisation in percent; `None` if unknown.
    pub gpu_util: Option<f64>,
    /// `None` if unknown.
    pub memory: Option<MemoryLoad>,
}

/// One sample of the machine's load. In JSON, unknown values are 0 and unknown GPUs are left out: clients of the original server
/// calculate with these numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(into = "MetricsJson")]
pub struct SystemMetrics {
    /// Utilisation of all cores together, percent; `None` if unknown.
    pub cpu_percent: Option<f64>,
    /// `None` if unknown.
    pub memory: Option<MemoryLoad>,
    /// Empty without an NVIDIA driver; `None` if unknown, because the driver does not answer.
    pub gpu_info: Option<Vec<GpuInfo>>,
}

#[derive(Serialize)]
struct MetricsJson {
    cpu_percent: f64,
    ram_used_gb: f64,
    ram_total_gb: f64,
    ram_percent: f64,
    gpu_info: Vec<GpuJson>,
}

#[derive(Serialize)]
struct GpuJson {
    index: u32,
    name: String,
    gpu_util: f64,
    vram_used_gb: f64,
    vram_total_gb: f64,
    vram_percent: f64,
}

impl From<SystemMetrics> for MetricsJson {
    fn from(load: SystemMetrics) -> Self {
        Self {
            cpu_percent: load.cpu_percent.unwrap_or_default(),
            ram_used_gb: load.memory.map_or(0.0, |m| m.used_gb),
            ram_total_gb: load.memory.map_or(0.0, |m| m.total_gb),
            ram_percent: load.memory.map_or(0.0, MemoryLoad::percent),
            gpu_info: load.gpu_info.into_iter().flatten().map(GpuJson::from).collect(),
        }
    }
}

impl From<GpuInfo> for GpuJson {
    fn from(gpu: GpuInfo) -> Self {
        Self {
            index: gpu.index,
            name: gpu.name,
            gpu_util: gpu.gpu_util.unwrap_or_default(),
            vram_used_gb: gpu.memory.map_or(0.0, |m| m.used_gb),
            vram_total_gb: gpu.memory.map_or(0.0, |m| m.total_gb),
            vram_percent: gpu.memory.map_or(0.0, MemoryLoad::percent),
        }
    }
}

pub(super) fn round_to_tenth(v: f64) -> f64 {
    (v * 10.0).round() / 10.0
}
