//! CPU, memory and free space from kernel32. sysinfo reads the CPU from performance counters (pdh.dll), which are slow to open, can be
//! damaged or switched off, and end the program where a function of that library is missing (Wine).
#![allow(unsafe_code, reason = "calls of the system")]

use std::os::windows::ffi::OsStrExt as _;
use std::path::Path;

use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW;
use windows_sys::Win32::System::SystemInformation::{GlobalMemoryStatusEx, MEMORYSTATUSEX};
use windows_sys::Win32::System::Threading::GetSystemTimes;

use super::load::MemoryLoad;

/// Time of all cores since the start of the system, in units of 100 ns.
#[derive(Clone, Copy, Default)]
struct CoreTime {
    idle: u64,
    total: u64,
}

/// The time at the last call.
pub(super) struct System(CoreTime);

impl System {
    pub(super) fn new() -> Self {
        Self(CoreTime::default())
    }

    /// Utilisation of all cores since the last call, in percent.
    pub(super) fn cpu_percent(&mut self) -> Option<f64> {
        let now = core_time()?;
        let then = std::mem::replace(&mut self.0, now);
        let total = now.total.checked_sub(then.total).filter(|t| *t > 0)?;
        let idle = now.idle.saturating_sub(then.idle).min(total);
        Some((total - idle) as f64 / total as f64 * 100.0)
    }

    pub(super) fn memory(&mut self) -> Option<MemoryLoad> {
        let mut status = MEMORYSTATUSEX { dwLength: size_of::<MEMORYSTATUSEX>() as u32, ..MEMORYSTATUSEX::default() };
        // SAFETY: `status` is valid for writes and names its own size.
        let known = unsafe { GlobalMemoryStatusEx(&raw mut status) } != 0;
        let used = status.ullTotalPhys.saturating_sub(status.ullAvailPhys);
        known.then(|| MemoryLoad::from_bytes(used, status.ullTotalPhys)).flatten()
    }
}

fn core_time() -> Option<CoreTime> {
    let (mut idle, mut kernel, mut user) = (FILETIME::default(), FILETIME::default(), FILETIME::default());
    // SAFETY: all three are valid for writes.
    let known = unsafe { GetSystemTimes(&raw mut idle, &raw mut kernel, &raw mut user) } != 0;
    let ticks = |time: FILETIME| u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime);
    // The kernel's time includes the idle time.
    known.then(|| CoreTime { idle: ticks(idle), total: ticks(kernel).saturating_add(ticks(user)) })
}

/// Quotas of this user are taken into account.
pub(super) fn free_space(folder: &Path) -> Option<u64> {
    // The empty path would name the current folder.
    let last = folder.as_os_str().encode_wide().last()?;
    // Folders of a network share must end in a backslash.
    let end = if last == u16::from(b'\\') || last == u16::from(b'/') { None } else { Some(u16::from(b'\\')) };
    let path: Vec<u16> = folder.as_os_str().encode_wide().chain(end).chain([0]).collect();
    let mut free = 0;
    // SAFETY: `path` ends in a zero, and `free` is valid for writes; the other results are not asked for.
    let known = unsafe { GetDiskFreeSpaceExW(path.as_ptr(), &raw mut free, std::ptr::null_mut(), std::ptr::null_mut()) } != 0;
    known.then_some(free)
}
