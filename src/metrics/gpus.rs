//! NVIDIA GPUs by NVML.

use nvml_wrapper::Nvml;

use super::load::{GpuInfo, MemoryLoad};

/// The driver's library; `None` without an NVIDIA driver, or if it refuses to start.
pub(super) struct Gpus(Option<Nvml>);

impl Gpus {
    pub(super) fn new() -> Self {
        Self(Nvml::init().ok())
    }

    pub(super) fn read(&self) -> Vec<GpuInfo> {
        let Some(nvml) = &self.0 else { return Vec::new() };
        let one = |index| {
            let device = nvml.device_by_index(index).ok()?;
            Some(GpuInfo {
                index,
                name: device.name().unwrap_or_else(|_| "NVIDIA GPU".into()),
                // Not supported on partitions of a GPU (MIG).
                gpu_util: device.utilization_rates().ok().map(|u| f64::from(u.gpu)),
                // Not supported on GPUs that share the machine's memory.
                memory: device.memory_info().ok().and_then(|m| MemoryLoad::from_bytes(m.used, m.total)),
            })
        };
        (0..nvml.device_count().unwrap_or(0)).filter_map(one).collect()
    }
}
