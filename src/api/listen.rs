//! The accept loop: bounds the number of connections and closes idle and stalled ones.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use super::connection::{CloseReason, Connection, GuardedBody, MonitoredStream, ServingGuard, too_many_connections};
use super::{ApiState, Limits, router};

/// Limit of a connection's read buffer, bytes. Queued writes may exceed it by one piece of an answer.
const BUFFER: usize = 64 << 10;
/// Longest headers of a request, bytes.
const HEADERS: usize = 32 << 10;
/// Connections that are refused with an answer at the same time; further ones are closed without one.
const REFUSING: usize = 32;
/// How long a refused client may take to read the answer.
const REFUSAL_PATIENCE: Duration = Duration::from_secs(1);
/// Pauses of the accept loop when the system gives no more handles.
const SHORT_PAUSE: Duration = Duration::from_millis(20);
const LONG_PAUSE: Duration = Duration::from_secs(1);
/// At most one warning in this time.
const WARN_AGAIN: Duration = Duration::from_secs(60);

/// The open connections by number.
#[derive(Default)]
struct OpenConnections(Mutex<HashMap<u64, Arc<Connection>>>);

impl OpenConnections {
    fn all(&self) -> parking_lot::MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.0.lock()
    }

    /// Closes the connection that has been idle or stalled longest. Returns `false` if every connection is being served.
    fn make_room(&self, limits: &Limits) -> bool {
        let mut all = self.all();
        let longest = all.iter().filter_map(|(id, c)| Some((c.idle_for(limits)?, *id))).max();
        let Some(victim) = longest.and_then(|(_, id)| all.remove(&id)) else { return false };
        victim.evict();
        true
    }
}

/// Removes a connection from the open ones when its task ends, for whatever reason.
struct OpenGuard(Arc<OpenConnections>, u64);

impl Drop for OpenGuard {
    fn drop(&mut self) {
        self.0.all().remove(&self.1);
    }
}

/// Serves until `shutdown` completes, then waits up to [`Limits::grace`] for open requests.
///
/// # Errors
/// None at present.
pub async fn serve(listener: TcpListener, state: ApiState, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let limits = Arc::clone(&state.limits);
    let closing = Arc::clone(&state.closing);
    let closed = state.closing();
    let router = router(state);
    let open = Arc::new(OpenConnections::default());
    let refusing = Arc::new(Semaphore::new(REFUSING));
    let epoch = Instant::now();
    let mut tasks = JoinSet::new();
    let mut number = 0_u64;
    let mut pause = SHORT_PAUSE;
    let mut warned: Option<Instant> = None;
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        // Remove ended tasks, so that the set does not grow.
        while tasks.try_join_next().is_some() {}
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                if warned.is_none_or(|at| at.elapsed() > WARN_AGAIN) {
                    warned = Some(Instant::now());
                    tracing::warn!(%error, connections = open.all().len(), "no connection can be accepted");
                }
                open.make_room(&limits);
                // Without a pause the next call fails at once, and the loop spins.
                tokio::select! {
                    () = &mut shutdown => break,
                    () = tokio::time::sleep(pause) => {}
                }
                pause = (pause * 2).min(LONG_PAUSE);
                continue;
            }
        };
        pause = SHORT_PAUSE;
        if open.all().len() >= limits.connections && !open.make_room(&limits) {
            refuse(stream, &refusing);
            continue;
        }
        number += 1;
        let connection = Arc::new(Connection::new(epoch));
        open.all().insert(number, Arc::clone(&connection));
        let guard = OpenGuard(Arc::clone(&open), number);
        let drive = drive(stream, connection, router.clone(), Arc::clone(&limits), closed.clone());
        tasks.spawn(async move {
            let _guard = guard;
            drive.await;
        });
    }
    drop(listener);
    closing.send_replace(true);
    let ended = async { while tasks.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(limits.grace, ended).await;
    Ok(())
}

/// Whether an accept error concerns one connection, not the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// Serves one connection until it ends, is idle, stalls, or must make room.
async fn drive(stream: TcpStream, connection: Arc<Connection>, router: Router, limits: Arc<Limits>, mut closed: watch::Receiver<bool>) {
    // Events and small answers go out at once.
    let _ = stream.set_nodelay(true);
    let served = Arc::clone(&connection);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let serving = ServingGuard::begin(Arc::clone(&served));
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Arc::clone(&served));
        let answer = router.clone().oneshot(request);
        async move {
            let answer = answer.await?;
            Ok::<_, Infallible>(answer.map(|body| GuardedBody::new(body, serving)))
        }
    });
    let io = TokioIo::new(MonitoredStream::new(stream, Arc::clone(&connection)));
    let http = http1::Builder::new().max_buf_size(BUFFER).max_header_size(HEADERS).serve_connection(io, service);
    let mut http = pin!(http);
    let shortest = limits.header.min(limits.idle).min(limits.write_stall);
    let mut tick = tokio::time::interval((shortest / 4).clamp(Duration::from_millis(5), Duration::from_secs(1)));
    let mut ending = false;
    loop {
        tokio::select! {
            // Errors here are invalid requests and disconnects; neither is worth a log line.
            _ = http.as_mut() => return,
            () = connection.evicted() => return connection.set_close_reason(CloseReason::Evicted),
            _ = tick.tick() => {
                if ending && !connection.is_busy() {
                    return;
                }
                if let Some(close_reason) = connection.overdue(&limits) {
                    return connection.set_close_reason(close_reason);
                }
            }
            _ = closed.wait_for(|c| *c), if !ending => {
                ending = true;
                http.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Answers `503` and closes.
fn refuse(mut stream: TcpStream, refusing: &Arc<Semaphore>) {
    let Ok(turn) = Arc::clone(refusing).try_acquire_owned() else { return };
    tokio::spawn(async move {
        let _turn = turn;
        let tell = async {
            stream.write_all(&too_many_connections()).await?;
            stream.shutdown().await?;
            // Closing with unread bytes resets the connection, and the client may lose the answer.
            tokio::io::copy(&mut (&mut stream).take(BUFFER as u64), &mut tokio::io::sink()).await
        };
        let _ = tokio::time::timeout(REFUSAL_PATIENCE, tell).await;
    });
}
