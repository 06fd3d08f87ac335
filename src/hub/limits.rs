//! Limits on connections, sizes and times of downloads.

use std::time::Duration;

/// Limits of downloads; tests use smaller ones.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at the same time.
    pub connections: usize,
    /// Connections for one file.
    pub per_file: usize,
    /// Files at the same time.
    pub files: usize,
    /// Bytes of one request. Larger files are fetched in several ranges.
    pub chunk: u64,
    /// Timeout for connecting.
    pub connect: Duration,
    /// A request is cancelled and retried if its server sends nothing, or less than `slowest`, for this long.
    pub stall: Duration,
    /// Lowest speed of a connection, bytes per second.
    pub slowest: u64,
    /// Pause after the first failure; it doubles with each further one.
    pub first_pause: Duration,
    /// Consecutive failures without progress after which the download fails.
    pub attempts: u32,
    /// Bytes that must stay free on the disk.
    pub spare: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 8,
            per_file: 4,
            files: 4,
            chunk: 32 << 20,
            connect: Duration::from_secs(20),
            stall: Duration::from_secs(30),
            slowest: 512,
            first_pause: Duration::from_millis(500),
            attempts: 8,
            spare: 512 << 20,
        }
    }
}
