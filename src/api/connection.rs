//! State of one connection (what it waits for, since when), and JSON bodies for hyper's own error answers.

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

/// Why a connection is closed by the server, as the peer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Farewell {
    /// No answer: between requests, or when the peer does not read.
    Silent = 0,
    /// The headers took too long.
    HeaderTimeout = 1,
    /// Others need its place.
    Crowded = 2,
}

/// What a connection is doing; times are milliseconds since the server's start, 0: not.
#[derive(Debug)]
pub(super) struct Connection {
    epoch: Instant,
    /// A request is being answered.
    serving: AtomicBool,
    /// A byte of the next request has come.
    head_begun: AtomicBool,
    /// No request has been served yet.
    fresh: AtomicBool,
    /// Start of the wait for a request, or its first byte.
    quiet_since: AtomicU64,
    /// The peer takes no bytes since.
    write_blocked: AtomicU64,
    /// The body brings no bytes since.
    body_blocked: AtomicU64,
    farewell: AtomicU8,
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
            farewell: AtomicU8::new(0),
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
    pub(super) fn body_waits(&self, waits: bool) {
        self.mark(&self.body_blocked, waits);
    }

    /// A request is being answered, or an answer is still on its way.
    pub(super) fn is_busy(&self) -> bool {
        self.serving.load(Ordering::Relaxed) || self.write_blocked.load(Ordering::Relaxed) != 0
    }

    /// How it ends now, if a limit says so.
    pub(super) fn overdue(&self, limits: &Limits) -> Option<Farewell> {
        if self.age(&self.write_blocked).is_some_and(|age| age >= limits.write_stall) {
            return Some(Farewell::Silent);
        }
        if self.serving.load(Ordering::Relaxed) {
            return None;
        }
        let quiet = self.age(&self.quiet_since)?;
        match self.head_begun.load(Ordering::Relaxed) {
            true if quiet >= limits.header => Some(Farewell::HeaderTimeout),
            false if quiet >= limits.idle => Some(Farewell::Silent),
            _ => None,
        }
    }

    /// How long it has been idle or stalled; `None`: it is being served.
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

    /// What the peer is told when the connection is dropped.
    pub(super) fn say_farewell(&self, farewell: Farewell) {
        // On a kept-alive connection, or after an answer has begun, the client would take it for part of another answer.
        let fits = !self.is_busy() && (self.head_begun.load(Ordering::Relaxed) || self.fresh.load(Ordering::Relaxed));
        if fits {
            self.farewell.store(farewell as u8, Ordering::Relaxed);
        }
    }
}

/// While it lives, a request is being answered.
pub(super) struct Serving(std::sync::Arc<Connection>);

impl Serving {
    pub(super) fn begin(connection: std::sync::Arc<Connection>) -> Self {
        connection.serving.store(true, Ordering::Relaxed);
        connection.fresh.store(false, Ordering::Relaxed);
        connection.head_begun.store(false, Ordering::Relaxed);
        Self(connection)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.quiet_since.store(self.0.now(), Ordering::Relaxed);
        self.0.serving.store(false, Ordering::Relaxed);
    }
}

/// An answer's body, with whatever must live as long.
pub(super) struct Kept<T> {
    body: Body,
    _kept: T,
}

impl<T> Kept<T> {
    pub(super) fn new(body: Body, kept: T) -> Self {
        Self { body, _kept: kept }
    }
}

impl<T: Unpin> http_body::Body for Kept<T> {
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

/// The socket, which keeps its [`Connection`] up to date.
pub(super) struct Watched {
    stream: TcpStream,
    connection: std::sync::Arc<Connection>,
    /// The JSON answer that replaces one of hyper's: its unsent bytes, and the length of hyper's.
    instead: Option<(Vec<u8>, usize)>,
}

impl Watched {
    pub(super) fn new(stream: TcpStream, connection: std::sync::Arc<Connection>) -> Self {
        Self { stream, connection, instead: None }
    }

    fn wrote<T>(&self, poll: Poll<T>) -> Poll<T> {
        self.connection.mark(&self.connection.write_blocked, poll.is_pending());
        poll
    }

    fn poll_instead(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some((rest, _)) = &mut self.instead
            && !rest.is_empty()
        {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, rest))?;
            rest.drain(..written.max(1).min(rest.len()));
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let answer = match self.connection.farewell.load(Ordering::Relaxed) {
            1 => refusal(408, "Request Timeout", "The headers of the request did not arrive in time; send them again", None),
            2 => crowded(),
            _ => return,
        };
        // Best effort: usually the socket's send buffer is empty.
        let _ = self.stream.try_write(&answer);
    }
}

impl AsyncRead for Watched {
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

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.instead.is_none()
            && let Some(answer) = in_json(buf)
        {
            self.instead = Some((answer, buf.len()));
        }
        let poll = if self.instead.is_some() {
            match self.poll_instead(cx) {
                Poll::Ready(Ok(())) => Poll::Ready(Ok(self.instead.take().map_or(0, |(_, len)| len))),
                Poll::Ready(Err(e)) => Poll::Ready(Err(e)),
                Poll::Pending => Poll::Pending,
            }
        } else {
            Pin::new(&mut self.stream).poll_write(cx, buf)
        };
        self.wrote(poll)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let first = bufs.iter().find(|b| !b.is_empty());
        if let Some(first) = first
            && (self.instead.is_some() || is_bare(first))
        {
            return self.poll_write(cx, first);
        }
        let poll = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.wrote(poll)
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
        414 => refusal(414, "URI Too Long", "The address of the request is too long; send the data in the body", None),
        431 => {
            refusal(431, "Request Header Fields Too Large", "The headers of the request are too large; send fewer or shorter ones", None)
        }
        status => refusal(status, "Bad Request", "The request is not valid HTTP/1.1; check its first line and its headers", None),
    })
}

/// An answer outside of the router.
fn refusal(status: u16, reason: &str, detail: &str, retry_after: Option<u64>) -> Vec<u8> {
    let mut body = json!({ "detail": detail });
    let mut retry = String::new();
    if let Some(seconds) = retry_after {
        // As every busy answer, so that clients try again.
        body = json!({ "status": "busy", "message": detail, "retry_after": seconds });
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

/// The answer to a connection for which there is no place.
pub(super) fn crowded() -> Vec<u8> {
    refusal(503, "Service Unavailable", "Too many connections. Retry after 5s", Some(5))
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
        assert_eq!(connection.overdue(&limits), Some(Farewell::HeaderTimeout));
        let serving = Serving::begin(connection.clone());
        std::thread::sleep(Duration::from_millis(70));
        assert_eq!((connection.overdue(&limits), connection.idle_for(&limits)), (None, None));
        drop(serving);
        assert_eq!(connection.overdue(&limits), None);
        std::thread::sleep(Duration::from_millis(70));
        assert_eq!(connection.overdue(&limits), Some(Farewell::Silent));
        // The last bytes of an answer that the client is taking: not idle.
        connection.write_blocked.store(connection.now(), Ordering::Relaxed);
        assert_eq!(connection.idle_for(&limits), None);
        connection.write_blocked.store(0, Ordering::Relaxed);
        assert!(connection.idle_for(&limits).is_some());
        // A kept connection is closed without a word.
        connection.say_farewell(Farewell::Crowded);
        assert_eq!(connection.farewell.load(Ordering::Relaxed), 0);
    }
}
