//! Limits on connections, times and memory of the server.

use std::time::Duration;

/// `Retry-After` where memory, connections or event streams are short, seconds.
pub(super) const RETRY_AFTER: u64 = 5;

/// Limits of the server; tests use shorter ones.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at the same time. Each takes a file handle, and a second one while it sends a picture; systems give 1,024 to a program.
    pub connections: usize,
    /// Event streams at the same time: they stay open while a job runs, and other requests need connections too.
    pub event_streams: usize,
    /// From the first byte of a request to the end of its headers.
    pub header: Duration,
    /// Between requests, or before the first.
    pub idle: Duration,
    /// A connection whose client accepts no byte of the answer for this long is closed.
    pub write_stall: Duration,
    /// A body of which no byte arrives for this long is refused with `408`.
    pub body_idle: Duration,
    /// A whole body must arrive in this time, waiting for memory not counted.
    pub body_total: Duration,
    /// Minimum average rate of a body, bytes a second; the first `body_idle` of waiting is free.
    pub body_rate: usize,
    /// Bytes of bodies in memory at the same time; at least one whole body always fits.
    pub body_memory: usize,
    /// Bytes on top of `body_memory` that only bodies of at most half this size may use, so that they need not wait for large ones.
    pub body_reserve: usize,
    /// While other bodies wait for memory, one that is slow is refused with `503`: less than 128 KiB in this time, nothing for a quarter of
    /// it, or a pace at which its whole announced length takes longer than `queue`.
    pub body_pressed: Duration,
    /// How long a body waits for memory before it is refused with `503`.
    pub queue: Duration,
    /// Bytes of answers in memory at the same time. Pictures are streamed from their files and do not count.
    pub answer_memory: usize,
    /// How long open connections may keep the program from ending.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            event_streams: 64,
            header: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            write_stall: Duration::from_secs(20),
            body_idle: Duration::from_secs(10),
            body_total: Duration::from_secs(180),
            body_rate: 16 << 10,
            body_memory: 128 << 20,
            body_reserve: 16 << 20,
            body_pressed: Duration::from_secs(2),
            queue: Duration::from_secs(30),
            answer_memory: 64 << 20,
            grace: Duration::from_secs(10),
        }
    }
}
