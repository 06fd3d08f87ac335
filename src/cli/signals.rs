//! The signals that end the program.

/// Waits for Ctrl-C, SIGTERM, or SIGHUP (the terminal was closed).
pub(super) async fn end_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = if hangup_is_ignored() { None } else { signal(SignalKind::hangup()).ok() };
        let closed = async {
            match hangup {
                Some(mut hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
                _ = closed => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

/// Whether the program was started with `nohup`, so that it outlives its terminal. Known on Linux only.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|l| l.strip_prefix("SigIgn:")).and_then(|m| u64::from_str_radix(m.trim(), 16).ok());
    mask.is_some_and(|m| m & 1 == 1)
}
