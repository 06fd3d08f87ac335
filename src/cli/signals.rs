//! The signals that end the program.

use std::future::Future;

/// Completes at Ctrl-C, SIGTERM, or SIGHUP (the terminal was closed). The signals are caught from the call on, not only while the future
/// is polled, so that a server that has announced its address ends cleanly. Must be called within a tokio runtime.
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

/// Completes at Ctrl-C, Ctrl-Break, or when the console is closed. Windows ends the program five seconds after its console was closed. The events are
/// caught from the call on. Must be called within a tokio runtime.
///
/// Signing out and shutdown are not among them: Windows sends `CTRL_LOGOFF_EVENT` and `CTRL_SHUTDOWN_EVENT` to services only, and to no program that
/// has loaded user32, as this one has for its window.
#[cfg(windows)]
pub(super) fn end_signal() -> impl Future<Output = ()> + Send + 'static {
    use std::task::Poll;
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};

    let (mut interrupt, mut break_key, mut closed) = (ctrl_c().ok(), ctrl_break().ok(), ctrl_close().ok());
    std::future::poll_fn(move |cx| {
        let events = [
            interrupt.as_mut().map(|event| event.poll_recv(cx)),
            break_key.as_mut().map(|event| event.poll_recv(cx)),
            closed.as_mut().map(|event| event.poll_recv(cx)),
        ];
        if events.iter().flatten().any(Poll::is_ready) { Poll::Ready(()) } else { Poll::Pending }
    })
}

/// Whether the program was started with `nohup`, so that it outlives its terminal. Known on Linux only.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|l| l.strip_prefix("SigIgn:")).and_then(|m| u64::from_str_radix(m.trim(), 16).ok());
    mask.is_some_and(|m| m & 1 == 1)
}
