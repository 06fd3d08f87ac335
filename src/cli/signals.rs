//! The signals that end the program.

use std::future::Future;

/// Completes at Ctrl-C, SIGTERM, or SIGHUP (the terminal was closed). The signals are caught from the call on, not only while the future
/// is polled, so that a server that has announced its address ends in good order. Must be called within a tokio runtime.
#[cfg(unix)]
pub(super) fn end_signal() -> impl Future<Output = ()> + Send + 'static {
    use tokio::signal::unix::{SignalKind, signal};

    let hangup = if hangup_is_ignored() { None } else { Some(SignalKind::hangup()) };
    let kinds = [Some(SignalKind::interrupt()), Some(SignalKind::terminate()), hangup];
    let mut caught: Vec<_> = kinds.into_iter().flatten().filter_map(|kind| signal(kind).ok()).collect();
    std::future::poll_fn(move |cx| {
        let ends = caught.iter_mut().any(|signal| signal.poll_recv(cx).is_ready());
        if ends { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
}

/// Completes at Ctrl-C.
#[cfg(not(unix))]
pub(super) fn end_signal() -> impl Future<Output = ()> + Send + 'static {
    async {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Whether the program was started with `nohup`, so that it outlives its terminal. Known on Linux only.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|l| l.strip_prefix("SigIgn:")).and_then(|m| u64::from_str_radix(m.trim(), 16).ok());
    mask.is_some_and(|m| m & 1 == 1)
}
