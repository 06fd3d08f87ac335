//! Reads bodies under limits of size, time and memory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use futures_util::{FutureExt as _, StreamExt as _};
use serde::de::DeserializeOwned;

use super::connection::Connection;
use super::limits::RETRY_AFTER;
use super::memory::{Budget, BudgetPermit};
use super::{ApiError, ApiState, Limits};
use crate::notice;
use crate::notice::Notice;

/// Media type of the studio's project files.
const PROJECT: &str = "application/zip";
/// Media type of forms.
const FORM: &str = "multipart/form-data";
/// Bytes of a body that are read without a share of the memory: the number of connections bounds all small bodies together.
const UNCOUNTED: usize = 256 << 10;
/// While memory is short, at least this many bytes of a large body must arrive per [`Limits::body_pressed`].
const PRESSED_BYTES: usize = 128 << 10;
/// Time in which a body that is discarded must arrive.
const DRAIN_PATIENCE: Duration = Duration::from_secs(10);

/// The format of a request's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// JSON fields.
    Json,
    /// A form with files.
    Form {
        /// The header, with the boundary of the parts.
        content_type: String,
    },
    /// A project file of the studio.
    Project,
}

/// The format that the headers name.
pub(super) fn format(headers: &HeaderMap) -> Result<Format, ApiError> {
    match media_type(headers).as_str() {
        PROJECT => Ok(Format::Project),
        FORM => Ok(Format::Form { content_type: content_type(headers).to_owned() }),
        kind if is_json(kind) => Ok(Format::Json),
        _ => Err(ApiError::UnsupportedMediaType(notice!("api-body-format"))),
    }
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

/// The type in lower case, without its parameters.
fn media_type(headers: &HeaderMap) -> String {
    content_type(headers).split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// Accepts `application/json` and types that end in `+json`, with any parameters.
pub(super) fn require_json(headers: &HeaderMap) -> Result<(), ApiError> {
    if is_json(&media_type(headers)) { Ok(()) } else { Err(ApiError::UnsupportedMediaType(notice!("api-body-not-json"))) }
}

/// Refuses a body whose announced length is over the limit.
pub(super) fn require_length(headers: &HeaderMap, limit: usize) -> Result<(), ApiError> {
    if announced(headers).is_some_and(|n| n > limit as u64) { Err(ApiError::TooLarge { limit }) } else { Ok(()) }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok())
}

/// A body in memory, with its share of the memory for bodies.
pub(super) struct Received {
    /// The body.
    pub(super) bytes: Vec<u8>,
    /// Held while the body is in memory. Small bodies have no share.
    pub(super) memory: Option<BudgetPermit>,
}

/// The value of a small JSON body of at most `limit` bytes. `invalid` words what is wrong with it.
///
/// # Errors
/// Another media type, too large, too slow, no memory in time, or not a `T`.
pub(super) async fn read_json<T: DeserializeOwned>(
    request: Request,
    limit: usize,
    state: &ApiState,
    invalid: impl FnOnce(String) -> Notice,
) -> Result<T, ApiError> {
    require_json(request.headers())?;
    let limit = state.body_limit.min(limit);
    let received = match require_length(request.headers(), limit) {
        Ok(()) => read(request, limit, state).await?,
        Err(error) => {
            drain(request, state.body_limit).await;
            return Err(error);
        }
    };
    // serde quotes the invalid value, which may be long.
    serde_json::from_slice(&received.bytes).map_err(|e| ApiError::BadRequest(invalid(e.to_string().chars().take(200).collect())))
}

/// Reads the body, announced or chunked, up to `limit` bytes. The first 256 KiB are read at once, the rest when the shared memory has room for
/// the whole body.
///
/// # Errors
/// Too large, too slow, or no memory in time.
pub(super) async fn read(request: Request, limit: usize, state: &ApiState) -> Result<Received, ApiError> {
    let limits = &state.limits;
    let expected = announced(request.headers()).and_then(|n| usize::try_from(n).ok()).unwrap_or(limit).min(limit);
    let connection = request.extensions().get::<Arc<Connection>>().cloned();
    let mut reader = BodyReader {
        stream: request.into_body().into_data_stream(),
        expected,
        limits,
        budget: &state.bodies,
        connection,
        pace: Pace::default(),
    };
    let mut received = Received { bytes: Vec::new(), memory: None };
    let mut total = 0_usize;
    while let Some(chunk) = reader.next(received.memory.is_some()).await? {
        total = total.saturating_add(chunk.len());
        if total > limit {
            // Keep reading for a while without storing, so that the sender receives the answer instead of a reset.
            received = Received { bytes: Vec::new(), memory: None };
            if total > limit.saturating_mul(4) {
                break;
            }
            continue;
        }
        if total > UNCOUNTED && received.memory.is_none() {
            let held = state.bodies.wait(expected.max(total), limits.queue).await;
            received.memory = Some(held.ok_or(ApiError::Busy { retry_after: RETRY_AFTER })?);
        }
        let bytes = &mut received.bytes;
        if bytes.capacity() < total {
            // Doubles, but never beyond the announced length.
            let capacity = (bytes.capacity() * 2).max(UNCOUNTED).min(expected).max(total);
            bytes.reserve_exact(capacity - bytes.len());
        }
        bytes.extend_from_slice(&chunk);
    }
    if total > limit { Err(ApiError::TooLarge { limit }) } else { Ok(received) }
}

/// How fast a body has arrived so far. Only time spent waiting for its sender counts.
#[derive(Default)]
struct Pace {
    waited: Duration,
    bytes: usize,
    window_waited: Duration,
    window_bytes: usize,
}

/// Reads a body and enforces the limits on its pace.
struct BodyReader<'a> {
    stream: BodyDataStream,
    /// Bytes of the whole body as announced; the limit where nothing is announced.
    expected: usize,
    limits: &'a Limits,
    budget: &'a Budget,
    connection: Option<Arc<Connection>>,
    pace: Pace,
}

impl BodyReader<'_> {
    /// The next bytes. `holds`: this body holds shared memory that others may wait for.
    async fn next(&mut self, holds: bool) -> Result<Option<Bytes>, ApiError> {
        if let Some(chunk) = self.stream.next().now_or_never() {
            return self.arrived(chunk);
        }
        let look = (self.limits.body_idle.min(self.limits.body_pressed) / 8).max(Duration::from_millis(5));
        let mut idle = Duration::ZERO;
        if let Some(connection) = &self.connection {
            connection.set_body_waiting(true);
        }
        let outcome = loop {
            let begin = Instant::now();
            let chunk = tokio::time::timeout(look, self.stream.next()).await;
            let waited = begin.elapsed();
            idle += waited;
            self.pace.waited += waited;
            self.pace.window_waited += waited;
            match chunk {
                Ok(chunk) => break self.arrived(chunk),
                Err(_) => {
                    if let Err(error) = self.check_pace(idle, holds) {
                        break Err(error);
                    }
                }
            }
        };
        if let Some(connection) = &self.connection {
            connection.set_body_waiting(false);
        }
        // A body that trickles byte by byte is too slow as well.
        if matches!(outcome, Ok(Some(_))) {
            self.check_pace(Duration::ZERO, holds)?;
        }
        outcome
    }

    fn arrived(&mut self, chunk: Option<Result<Bytes, axum::Error>>) -> Result<Option<Bytes>, ApiError> {
        let chunk = chunk.transpose().map_err(|e| ApiError::BadRequest(notice!("api-body-unreadable", detail = e.to_string())))?;
        let bytes = chunk.as_ref().map_or(0, Bytes::len);
        self.pace.bytes += bytes;
        self.pace.window_bytes += bytes;
        Ok(chunk)
    }

    /// Checks the pace, `idle` after the last byte.
    ///
    /// # Errors
    /// `Busy` if this body must give its memory to others, `Timeout` if its sender is too slow.
    fn check_pace(&mut self, idle: Duration, holds: bool) -> Result<(), ApiError> {
        let (limits, pace) = (self.limits, &mut self.pace);
        let window_ended = pace.window_waited >= limits.body_pressed;
        // In proportion to the memory that it holds: else two bodies without a length could hold all of it for minutes.
        let share = limits.body_pressed.as_secs_f64() / limits.queue.as_secs_f64().max(0.001);
        let needed = PRESSED_BYTES.max((self.expected as f64 * share) as usize);
        let sluggish = (window_ended && pace.window_bytes < needed) || idle >= limits.body_pressed / 4;
        if window_ended {
            (pace.window_waited, pace.window_bytes) = (Duration::ZERO, 0);
        }
        if sluggish && holds && self.budget.has_waiters() {
            return Err(ApiError::Busy { retry_after: RETRY_AFTER });
        }
        let after = pace.waited.saturating_sub(limits.body_idle).as_secs_f64();
        let too_slow = idle >= limits.body_idle || pace.waited >= limits.body_total || after * limits.body_rate as f64 > pace.bytes as f64;
        if too_slow { Err(ApiError::Timeout) } else { Ok(()) }
    }
}

/// Reads and discards a body, so that the client receives the answer instead of a reset. A client that sent `Expect: 100-continue` has
/// not sent the body yet.
pub(super) async fn drain(request: Request, most: usize) {
    if request.headers().contains_key(header::EXPECT) {
        return;
    }
    let connection = request.extensions().get::<Arc<Connection>>().cloned();
    let mut stream = request.into_body().into_data_stream();
    let waits = |waits| {
        if let Some(connection) = &connection {
            connection.set_body_waiting(waits);
        }
    };
    let forget = async {
        let mut total = 0_usize;
        loop {
            waits(true);
            let Some(Ok(chunk)) = stream.next().await else { break };
            waits(false);
            total = total.saturating_add(chunk.len());
            if total > most {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(DRAIN_PATIENCE, forget).await;
    waits(false);
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[tokio::test]
    async fn a_body_that_holds_much_memory_must_be_quick_while_others_wait() {
        const MIB: usize = 1 << 20;
        let limits = Limits { body_pressed: Duration::from_secs(2), queue: Duration::from_secs(30), ..Limits::default() };
        let budget = Budget::new(64 * MIB, 0);
        let all = budget.try_take(64 * MIB);
        let check = |expected: usize, bytes: usize, holds: bool| {
            let window = Duration::from_secs(2);
            let pace = Pace { waited: window, bytes, window_waited: window, window_bytes: bytes };
            let stream = Body::empty().into_data_stream();
            let mut reader = BodyReader { stream, expected, limits: &limits, budget: &budget, connection: None, pace };
            reader.check_pace(Duration::ZERO, holds).is_ok()
        };
        assert!(check(64 * MIB, MIB, true), "nobody waits");
        let waits = budget.clone();
        let waiting = tokio::spawn(async move { waits.wait(MIB, Duration::from_secs(30)).await });
        while !budget.has_waiters() {
            tokio::task::yield_now().await;
        }
        assert!(!check(64 * MIB, MIB, true) && check(64 * MIB, 5 * MIB, true));
        assert!(!check(MIB, 100 << 10, true) && check(MIB, 200 << 10, true));
        assert!(check(64 * MIB, MIB, false), "a body without a share of the memory is not pressed");
        drop(all);
        assert!(waiting.await.unwrap().is_some());
    }
}
