//! A hub on loopback for tests: plain HTTP/1.1 over `std::net`, one thread a connection, one request a connection. Each test says what a request
//! is answered.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as the server got it.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path with query.
    pub path: String,
    pub headers: Vec<(String, String)>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// The range that was asked for; the end is not part of it.
    pub fn range(&self, size: usize) -> Option<Range<usize>> {
        let (start, end) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        Some(start.parse().unwrap()..(end.parse::<usize>().unwrap() + 1).min(size))
    }
}

/// An answer, and how badly it is sent.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Arc<Vec<u8>>,
    pub part: Range<usize>,
    /// Bytes and pause after each of them.
    pub pace: Option<(usize, Duration)>,
    /// The connection breaks after so many bytes of the body.
    pub cut_after: Option<usize>,
    /// Nothing more comes after so many bytes of the body.
    pub stall_after: Option<usize>,
    /// Other than the true length.
    pub announced: Option<u64>,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// A redirect to another address, as the hub answers for large files.
    pub fn redirect(to: &str) -> Self {
        Self::status(302).with("Location", to)
    }

    /// A content, or the range of it that was asked for.
    pub fn content(request: &Request, body: &Arc<Vec<u8>>, etag: &str) -> Self {
        let range = request.range(body.len());
        let part = range.clone().unwrap_or(0..body.len());
        let reply = Self { status: if range.is_some() { 206 } else { 200 }, part: part.clone(), body: Arc::clone(body), ..Self::default() };
        let reply = reply.with("ETag", format!("\"{etag}\"")).with("Accept-Ranges", "bytes");
        match range {
            Some(_) => reply.with("Content-Range", format!("bytes {}-{}/{}", part.start, part.end.saturating_sub(1), body.len())),
            None => reply,
        }
    }
}

type Answer = dyn Fn(&Request) -> Reply + Send + Sync;

/// A server on loopback. Dropping it ends the accept loop.
pub struct FakeHub {
    pub address: String,
    seen: Arc<Mutex<Vec<Request>>>,
    sent: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
}

impl FakeHub {
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let hub = Self { address, seen: Arc::default(), sent: Arc::default(), ended: Arc::default() };
        let (seen, sent, ended) = (Arc::clone(&hub.seen), Arc::clone(&hub.sent), Arc::clone(&hub.ended));
        let answer: Arc<Answer> = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::Acquire) {
                    return;
                }
                let (seen, sent, answer, ended) = (Arc::clone(&seen), Arc::clone(&sent), Arc::clone(&answer), Arc::clone(&ended));
                // A client that goes away in the middle is part of the tests.
                std::thread::spawn(move || stream.and_then(|stream| serve(stream, &*answer, &seen, &sent, &ended)));
            }
        });
        hub
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// Bytes of contents that were sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Acquire)
    }
}

impl Drop for FakeHub {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        let _ = TcpStream::connect(&self.address);
    }
}

fn serve(mut stream: TcpStream, answer: &Answer, seen: &Mutex<Vec<Request>>, sent: &AtomicU64, ended: &AtomicBool) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let mut lines = text.lines();
    let mut words = lines.next().unwrap().split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let request = Request { method, path, headers };
    seen.lock().unwrap().push(request.clone());
    let reply = answer(&request);
    let mut head = format!("HTTP/1.1 {} Answer\r\nConnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", reply.announced.unwrap_or(reply.part.len() as u64)));
    stream.write_all(head.as_bytes())?;
    if request.is_head() {
        return Ok(());
    }
    let body = &reply.body[reply.part.clone()];
    let cut = reply.cut_after.unwrap_or(body.len()).min(body.len());
    let stall = reply.stall_after.unwrap_or(body.len());
    let mut at = 0;
    while at < cut.min(stall) {
        let (step, pause) = reply.pace.unwrap_or((256 << 10, Duration::ZERO));
        let end = (at + step).min(cut).min(stall);
        stream.write_all(&body[at..end])?;
        sent.fetch_add((end - at) as u64, Ordering::AcqRel);
        at = end;
        if !pause.is_zero() {
            std::thread::sleep(pause);
        }
    }
    if stall < body.len() {
        // Until the client gives up, or the test ends.
        stream.set_read_timeout(Some(Duration::from_millis(50)))?;
        while !ended.load(Ordering::Acquire) {
            match stream.read(&mut byte) {
                Ok(0) => break,
                Err(error) if !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => break,
                _ => {}
            }
        }
    }
    Ok(())
}

/// Bytes that look random, the same for the same seed.
pub fn bytes(seed: u64, size: usize) -> Arc<Vec<u8>> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    Arc::new(bytes)
}
