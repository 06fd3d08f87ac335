//! CPU and memory by sysinfo, and free space by `statvfs`.

use std::path::Path;

use super::load::MemoryLoad;

/// `None` where sysinfo is not available.
pub(super) struct System(Option<sysinfo::System>);

impl System {
    pub(super) fn new() -> Self {
        Self(sysinfo::System::new().ok())
    }

    /// Utilisation of all cores since the last call, in percent.
    pub(super) fn cpu_percent(&mut self) -> Option<f64> {
        let system = self.0.as_mut()?;
        system.refresh_cpu_usage();
        // Without /proc the list is empty, and the utilisation would read 0.
        (!system.cpus().is_empty()).then(|| f64::from(system.global_cpu_usage()))
    }

    pub(super) fn memory(&mut self) -> Option<MemoryLoad> {
        let system = self.0.as_mut()?;
        system.refresh_memory();
        MemoryLoad::from_bytes(system.used_memory(), system.total_memory())
    }
}

/// `statvfs` covers every file system; sysinfo's list of disks leaves out those in memory (tmpfs).
pub(super) fn free_space(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}
