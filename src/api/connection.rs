//! The state of one connection (idle, serving or stalled, and since when), and JSON bodies for hyper's own error answers.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use http_body::{Frame, SizeHint};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::Limits;
use super::limits::RETRY_AFTER;
use crate::notice;
use crate::notice::Notice;

/// Why the server closes a connection; decides which answer the peer gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum CloseReason {
    /// Idle, or the peer does not read: no answer.
    NoAnswer = 0,
    /// The headers took too long: `408`.
    HeaderTimeout = 1,
    /// Closed to make room for another connection: `503`.
    Evicted = 2,
}

/// What a connection is doing. Times are milliseconds since the server's start; 0 means "not now".
#[derive(Debug)]
pub(super) struct Connection {
    epoch: Instant,
    /// A request is being answered.
    serving: AtomicBool,
    /// The first byte of the next request has arrived.
    head_begun: AtomicBool,
    /// No request has been served yet.
    fresh: AtomicBool,
    /// Start of the wait for a request, or its first byte.
    quiet_since: AtomicU64,
    /// Since when the peer has accepted no byte.
    write_blocked: AtomicU64,
    /// Since when no byte of the body has arrived.
    body_blocked: AtomicU64,
    close_reason: AtomicU8,
    evicted: Notify,
}

impl Connection {
    pub(super) fn new(epoch: Instant) -> Self {
        let this = Self {
            epoch,
            serving: AtomicBool::new(false),
            head_begun: AtomicBool::new(false),
            fresh: AtomicBool::new(true),
            quiet_since: AtomicU64::new(0),
            write_blocked: AtomicU64::new(0),
            body_blocked: AtomicU64::new(0),
            close_reason: AtomicU8::new(0),
            evicted: Notify::new(),
        };
        this.quiet_since.store(this.now(), Ordering::Relaxed);
        this
    }

    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }

    fn age(&self, since: &AtomicU64) -> Option<Duration> {
        match since.load(Ordering::Relaxed) {
            0 => None,
            since => Some(Duration::from_millis(self.now().saturating_sub(since))),
        }
    }

    fn mark(&self, since: &AtomicU64, blocked: bool) {
        if !blocked {
            since.store(0, Ordering::Relaxed);
        } else if since.load(Ordering::Relaxed) == 0 {
            since.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Whether the body's reader waits for its sender.
    pub(super) fn set_body_waiting(&self, waits: bool) {
        self.mark(&self.body_blocked, waits);
    }

    /// A request is being answered, or an answer is still on its way.
    pub(super) fn is_busy(&self) -> bool {
        self.serving.load(Ordering::Relaxed) || self.write_blocked.load(Ordering::Relaxed) != 0
    }

    /// Why the connection must be closed now, if a limit is exceeded.
    pub(super) fn overdue(&self, limits: &Limits) -> Option<CloseReason> {
        if self.age(&self.write_blocked).is_some_and(|age| age >= limits.write_stall) {
            return Some(CloseReason::NoAnswer);
        }
        if self.serving.load(Ordering::Relaxed) {
            return None;
        }
        let quiet = self.age(&self.quiet_since)?;
        match self.head_begun.load(Ordering::Relaxed) {
            true if quiet >= limits.header => Some(CloseReason::HeaderTimeout),
            false if quiet >= limits.idle => Some(CloseReason::NoAnswer),
            _ => None,
        }
    }

    /// How long it has been idle or stalled. Returns `None` while it is being served.
    pub(super) fn idle_for(&self, limits: &Limits) -> Option<Duration> {
        // The end of an answer may still be on its way when its request is done.
        if !self.is_busy() {
            return self.age(&self.quiet_since);
        }
        let stalled = [&self.write_blocked, &self.body_blocked].into_iter().filter_map(|s| self.age(s)).max();
        stalled.filter(|age| *age >= limits.body_pressed)
    }

    /// Asks its task to close it, to make room for another.
    pub(super) fn evict(&self) {
        self.evicted.notify_one();
    }

    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// Chooses the answer that the peer gets when the connection is dropped.
    pub(super) fn set_close_reason(&self, close_reason: CloseReason) {
        // On a kept-alive connection, or after an answer has begun, the client would take it for part of another answer.
        let fits = !self.is_busy() && (self.head_begun.load(Ordering::Relaxed) || self.fresh.load(Ordering::Relaxed));
        if fits {
            self.close_reason.store(close_reason as u8, Ordering::Relaxed);
        }
    }
}

/// Marks the connection as serving a request while it lives.
pub(super) struct ServingGuard(std::sync::Arc<Connection>);

impl ServingGuard {
    pub(super) fn begin(connection: std::sync::Arc<Connection>) -> Self {
        connection.serving.store(true, Ordering::Relaxed);
        connection.fresh.store(false, Ordering::Relaxed);
        connection.head_begun.store(false, Ordering::Relaxed);
        Self(connection)
    }
}

impl Drop for ServingGuard {
    fn drop(&mut self) {
        self.0.quiet_since.store(self.0.now(), Ordering::Relaxed);
        self.0.serving.store(false, Ordering::Relaxed);
    }
}

/// An answer's body, and a guard that is dropped with it.
pub(super) struct GuardedBody<T> {
    body: Body,
    _guard: T,
}

impl<T> GuardedBody<T> {
    pub(super) fn new(body: Body, guard: T) -> Self {
        Self { body, _guard: guard }
    }
}

impl<T: Unpin> http_body::Body for GuardedBody<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The socket; records reads and stalled writes in its [`Connection`].
pub(super) struct MonitoredStream {
    stream: TcpStream,
    connection: std::sync::Arc<Connection>,
    /// The JSON answer that replaces one of hyper's: its unsent bytes, and the length of hyper's.
    replacement: Option<(Vec<u8>, usize)>,
}

impl MonitoredStream {
    pub(super) fn new(stream: TcpStream, connection: std::sync::Arc<Connection>) -> Self {
        Self { stream, connection, replacement: None }
    }

    fn note_write<T>(&self, poll: Poll<T>) -> Poll<T> {
        self.connection.mark(&self.connection.write_blocked, poll.is_pending());
        poll
    }

    fn poll_replacement(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some((rest, _)) = &mut self.replacement
            && !rest.is_empty()
        {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
            rest.drain(..written.max(1).min(rest.len()));
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for MonitoredStream {
    fn drop(&mut self) {
        let answer = match self.connection.close_reason.load(Ordering::Relaxed) {
            1 => refusal(408, "Request Timeout", &notice!("api-headers-late"), None),
            2 => too_many_connections(),
            _ => return,
        };
        // Best effort: usually the socket's send buffer is empty.
        let _ = self.stream.try_write(&answer);
    }
}

impl AsyncRead for MonitoredStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.stream).poll_read(cx, buf);
        let connection = &self.connection;
        if buf.filled().len() > before
            && !connection.serving.load(Ordering::Relaxed)
            && !connection.head_begun.swap(true, Ordering::Relaxed)
        {
            connection.quiet_since.store(connection.now(), Ordering::Relaxed);
        }
        poll
    }
}

impl AsyncWrite for MonitoredStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.replacement.is_none()
            && let Some(answer) = in_json(buf)
        {
            self.replacement = Some((answer, buf.len()));
        }
        let poll = if self.replacement.is_some() {
            match self.poll_replacement(cx) {
                Poll::Ready(Ok(())) => Poll::Ready(Ok(self.replacement.take().map_or(0, |(_, len)| len))),
                Poll::Ready(Err(e)) => Poll::Ready(Err(e)),
                Poll::Pending => Poll::Pending,
            }
        } else {
            Pin::new(&mut self.stream).poll_write(cx, buf)
        };
        self.note_write(poll)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let first = bufs.iter().find(|b| !b.is_empty());
        if let Some(first) = first
            && (self.replacement.is_some() || is_bare(first))
        {
            return self.poll_write(cx, first);
        }
        let poll = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.note_write(poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Whether this is hyper's own answer to an invalid request: every other error of this server has a content type.
fn is_bare(head: &[u8]) -> bool {
    let lower = |part: &[u8]| head.windows(part.len()).any(|w| w.eq_ignore_ascii_case(part));
    head.len() < 512
        && head.starts_with(b"HTTP/1.1 4")
        && head.ends_with(b"\r\n\r\n")
        && lower(b"\r\ncontent-length: 0\r\n")
        && !lower(b"\r\ncontent-type:")
        && !lower(b"\r\nx-content-type-options:")
}

/// The same in JSON.
fn in_json(head: &[u8]) -> Option<Vec<u8>> {
    if !is_bare(head) {
        return None;
    }
    let status = head.get(9..12).and_then(|s| std::str::from_utf8(s).ok()).and_then(|s| s.parse().ok())?;
    Some(match status {
        414 => refusal(414, "URI Too Long", &notice!("api-address-too-long"), None),
        431 => refusal(431, "Request Header Fields Too Large", &notice!("api-headers-too-large"), None),
        status => refusal(status, "Bad Request", &notice!("api-not-http"), None),
    })
}

/// An answer outside of the router.
fn refusal(status: u16, reason: &str, notice: &Notice, retry_after: Option<u64>) -> Vec<u8> {
    let mut body = json!({ "detail": notice.to_string(), "code": notice.code() });
    let mut retry = String::new();
    if let Some(seconds) = retry_after {
        // As every busy answer, so that clients try again.
        body = json!({ "status": "busy", "message": notice.to_string(), "retry_after": seconds, "code": notice.code() });
        retry = format!("retry-after: {seconds}\r\n");
    }
    let body = body.to_string();
    format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{retry}connection: close\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The answer to a connection beyond the limit.
pub(super) fn too_many_connections() -> Vec<u8> {
    refusal(503, "Service Unavailable", &notice!("api-too-many-connections", seconds = RETRY_AFTER), Some(RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_answers_without_a_type_are_replaced() {
        let bare = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\ndate: Wed, 25 Nov 2026 01:00:00 GMT\r\n\r\n";
        let text = String::from_utf8(in_json(bare).unwrap()).unwrap();
        assert!(text.starts_with("HTTP/1.1 400 ") && text.contains("{\"detail\":"), "{text}");
        for (status, words) in [("414 URI Too Long", "address"), ("431 Request Header Fields Too Large", "headers")] {
            let text = String::from_utf8(in_json(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes()).unwrap()).unwrap();
            assert!(text.starts_with(&format!("HTTP/1.1 {status}")) && text.contains(words), "{text}");
        }
        for other in [
            &b"HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 0\r\n\r\n"[..],
            b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 9\r\n\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"HTTP/1.1 400 Bad",
        ] {
            assert_eq!(in_json(other), None);
        }
    }

    #[test]
    fn limits_apply_to_what_a_connection_waits_for() {
        let limits = Limits { header: Duration::from_millis(20), idle: Duration::from_millis(60), ..Limits::default() };
        let connection = std::sync::Arc::new(Connection::new(Instant::now()));
        assert_eq!(connection.overdue(&limits), None);
        connection.head_begun.store(true, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(30));
        assert_eq!(connection.overdue(&limits), Some(CloseReason::HeaderTimeout));
        let serving = ServingGuard::begin(connection.clone());
        std::thread::sleep(Duration::from_millis(70));
        assert_eq!((connection.overdue(&limits), connection.idle_for(&limits)), (None, None));
        drop(serving);
        assert_eq!(connection.overdue(&limits), None);
        std::thread::sleep(Duration::from_millis(70));
        assert_eq!(connection.overdue(&limits), Some(CloseReason::NoAnswer));
        // The last bytes of an answer that the client is taking: not idle.
        connection.write_blocked.store(connection.now(), Ordering::Relaxed);
        assert_eq!(connection.idle_for(&limits), None);
        connection.write_blocked.store(0, Ordering::Relaxed);
        assert!(connection.idle_for(&limits).is_some());
        // A kept connection is closed without a word.
        connection.set_close_reason(CloseReason::Evicted);
        assert_eq!(connection.close_reason.load(Ordering::Relaxed), 0);
    }
}
