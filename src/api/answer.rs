//! Large answers: files sent piece by piece, and a bound for those that are built in memory.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::connection::GuardedBody;
use super::limits::RETRY_AFTER;
use super::{ApiError, ApiState, blocking};

/// Bytes of a file that are in memory at a time. A multiple of three: base64 of the pieces is base64 of the whole.
const PIECE: usize = 48 << 10;
/// Answers up to this size do not count against [`super::Limits::answer_memory`], bytes.
const SMALL: usize = 16 << 10;

/// Marks an answer whose bytes are shared with others, not copied.
#[derive(Clone, Copy)]
pub(super) struct Shared;

/// A part of an answer.
pub(super) enum Part {
    /// Text, sent as it is.
    Text(Bytes),
    /// A file, sent as it is.
    File(Picture),
    /// A file as base64.
    Base64(Picture),
}

/// A picture's file. It does not change while it is sent: pictures are replaced, never written in place.
pub(super) struct Picture {
    path: PathBuf,
    length: u64,
}

impl Picture {
    /// Returns `None` if the file is missing or empty. Blocking.
    pub(super) fn find(path: PathBuf) -> Option<Self> {
        let meta = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file)?;
        Some(Self { path, length: meta.len() }).filter(|p| p.length > 0)
    }
}

impl Part {
    fn length(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::File(file) => file.length,
            Self::Base64(file) => file.length.div_ceil(3) * 4,
        }
    }
}

/// An answer from parts, with its length; files are read as the client takes them, one handle at a time.
pub(super) fn from_parts(kind: &'static str, parts: Vec<Part>) -> Response {
    let length: u64 = parts.iter().map(Part::length).sum();
    let source = Source { parts: parts.into(), open: None };
    let stream = futures_util::stream::try_unfold(source, |mut source| async move {
        // Texts need no thread.
        if source.open.is_none()
            && let Some(Part::Text(_)) = source.parts.front()
            && let Some(Part::Text(text)) = source.parts.pop_front()
        {
            return Ok(Some((text, source)));
        }
        let (piece, source) = blocking(move || (source.next(), source)).await.map_err(io::Error::other)?;
        Ok::<_, io::Error>(piece?.map(|bytes| (bytes, source)))
    });
    (
        [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_LENGTH, HeaderValue::from(length))],
        Body::from_stream(stream),
    )
        .into_response()
}

struct Source {
    parts: VecDeque<Part>,
    open: Option<Open>,
}

struct Open {
    file: File,
    left: u64,
    base64: bool,
}

impl Source {
    /// The next piece; `None` at the end.
    fn next(&mut self) -> io::Result<Option<Bytes>> {
        if self.open.is_none() {
            let (picture, base64) = match self.parts.pop_front() {
                None => return Ok(None),
                Some(Part::Text(text)) => return Ok(Some(text)),
                Some(Part::File(picture)) => (picture, false),
                Some(Part::Base64(picture)) => (picture, true),
            };
            let file = File::open(&picture.path)?;
            // A picture that was replaced since must not be sent in part, as if it were whole.
            if file.metadata()?.len() != picture.length {
                return Err(io::Error::other("the picture was replaced while the answer was being sent"));
            }
            self.open = Some(Open { file, left: picture.length, base64 });
        }
        let Some(open) = &mut self.open else { return Ok(None) };
        let mut bytes = vec![0; PIECE.min(usize::try_from(open.left).unwrap_or(PIECE))];
        // If the file became shorter, the answer is cut off and misses its Content-Length, which the client notices.
        open.file.read_exact(&mut bytes)?;
        open.left -= bytes.len() as u64;
        let piece = if open.base64 { STANDARD.encode(&bytes).into() } else { bytes.into() };
        if open.left == 0 {
            self.open = None;
        }
        Ok(Some(piece))
    }
}

/// Bounds the bytes of answers that wait in memory for slow readers; answers `503` beyond the bound.
pub(super) async fn bound(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let size = response.body().size_hint().exact().and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
    if size <= SMALL || response.extensions().get::<Shared>().is_some() {
        return response;
    }
    match state.answers.try_take(size) {
        Some(held) => response.map(|body| Body::new(GuardedBody::new(body, held))),
        None => ApiError::Busy { retry_after: RETRY_AFTER }.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_picture_that_was_replaced_ends_the_answer() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.png");
        for (later, whole) in [(&b"12345"[..], true), (b"123456", false), (b"1234", false)] {
            std::fs::write(&path, b"12345").unwrap();
            let answer = from_parts("image/png", vec![Part::File(Picture::find(path.clone()).unwrap())]);
            std::fs::write(&path, later).unwrap();
            let sent = axum::body::to_bytes(answer.into_body(), 100).await;
            assert_eq!(sent.is_ok_and(|bytes| &bytes[..] == b"12345"), whole, "{later:?}");
        }
    }
}
