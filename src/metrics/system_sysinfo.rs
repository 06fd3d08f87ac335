//! CPU and memory by sysinfo, within the limits of the process's control group, and free space by `statvfs`.

use std::path::Path;

use super::load::MemoryLoad;

/// `None` where sysinfo is not available.
pub(super) struct System(Option<sysinfo::System>);

/// The limit of memory that a container, a service manager or an administrator has set for this process and its relatives.
struct MemoryLimit {
    /// Bytes.
    total: u64,
    /// Bytes that cannot be given back. Files that the system keeps in memory are left out, as in the machine's own figure: they fill every container
    /// that has read large models.
    resident: u64,
}

impl MemoryLimit {
    fn of_this_process(system: &sysinfo::System) -> Option<Self> {
        let this = sysinfo::get_current_pid().ok().and_then(|id| system.process(id));
        // Where the files of its own group are hidden, those at the root are the container's.
        let limits = this.and_then(sysinfo::Process::cgroup_limits).or_else(|| system.cgroup_limits())?;
        Some(Self { total: limits.total_memory, resident: limits.rss })
    }
}

/// The memory of a machine of which `available` bytes can be had, or the part of it within the limit.
fn memory_within(limit: Option<MemoryLimit>, total: u64, available: u64) -> Option<MemoryLoad> {
    match limit.filter(|limit| limit.total < total) {
        Some(limit) => {
            // Other programs may leave less than the limit allows.
            let used = limit.resident.min(limit.total).max(limit.total.saturating_sub(available));
            MemoryLoad::from_bytes(used, limit.total)
        }
        None => MemoryLoad::from_bytes(total.saturating_sub(available), total),
    }
}

impl System {
    pub(super) fn new() -> Self {
        let system = sysinfo::System::new().ok().map(|mut system| {
            // Control groups exist on Linux only, and sysinfo finds this process's through its entry in the list of processes.
            if cfg!(target_os = "linux")
                && let Ok(id) = sysinfo::get_current_pid()
            {
                let only_listed = sysinfo::ProcessRefreshKind::nothing().without_tasks();
                system.refresh_processes_specifics(sysinfo::ProcessesToUpdate::Some(&[id]), false, only_listed);
            }
            system
        });
        Self(system)
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
        memory_within(MemoryLimit::of_this_process(system), system.total_memory(), system.available_memory())
    }
}

/// `statvfs` covers every file system; sysinfo's list of disks leaves out those in memory (tmpfs).
pub(super) fn free_space(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn used_of(limit: Option<(u64, u64)>, total: u64, available: u64) -> (f64, f64) {
        let limit = limit.map(|(total, resident)| MemoryLimit { total: total * GIB, resident: resident * GIB });
        let load = memory_within(limit, total * GIB, available * GIB).unwrap();
        (load.used_gb, load.total_gb)
    }

    #[test]
    fn a_limit_replaces_the_memory_of_the_machine() {
        assert_eq!(used_of(None, 64, 48), (16.0, 64.0));
        assert_eq!(used_of(Some((8, 3)), 64, 48), (3.0, 8.0));
        // The machine has less left than the limit allows.
        assert_eq!(used_of(Some((8, 3)), 64, 2), (6.0, 8.0));
        // More is resident than a limit allows that was lowered meanwhile.
        assert_eq!(used_of(Some((8, 9)), 64, 48), (8.0, 8.0));
        // A limit above the memory limits nothing.
        assert_eq!(used_of(Some((96, 3)), 64, 48), (16.0, 64.0));
        assert_eq!(memory_within(None, 0, 0), None);
    }
}
