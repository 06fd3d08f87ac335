//! `GET /jobs/{id}/events`: a job as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use base64::Engine as _;
use futures_util::Stream;
use image::codecs::jpeg::JpegEncoder;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::jobs::job_id;
use super::limits::RETRY_AFTER;
use super::wire::Progress;
use super::{ApiError, ApiState, blocking};
use crate::engine::clock;
use crate::job::{ImageName, JobSnapshot, Preview};

/// Not more often than this.
const PACE: Duration = Duration::from_millis(100);
/// Interval of `progress` events while the job does not change.
const TICK: Duration = Duration::from_secs(2);

struct Follow {
    /// Held until the stream ends.
    _permit: OwnedSemaphorePermit,
    updates: watch::Receiver<Arc<JobSnapshot>>,
    closing: watch::Receiver<bool>,
    told: Vec<ImageName>,
    preview: Option<u64>,
    ready: VecDeque<Event>,
    first: bool,
    over: bool,
}

/// Follows a job: `progress`, `preview`, `result` and, last, `end`.
#[utoipa::path(get, path = "/jobs/{job_id}/events", tag = "jobs",
    params(("job_id" = String, Path, description = "Job ID (UUID)")),
    responses((status = 200, content_type = "text/event-stream", body = String,
            description = "Events: progress (as GET /status without pictures), preview {sequence, width, height, image: data URL}, \
                           result {name, url}, end (as progress)"),
        (status = 404, body = super::wire::DetailBody),
        (status = 503, description = "Too many event streams are open", body = super::wire::BusyBody)))]
pub(super) async fn events(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let updates = state.engine.subscribe(job_id(&id)?).ok_or_else(ApiError::no_job)?;
    let permit = Arc::clone(&state.event_streams).try_acquire_owned().map_err(|_| ApiError::Busy { retry_after: RETRY_AFTER })?;
    let follow = Follow {
        _permit: permit,
        updates,
        closing: state.closing(),
        told: Vec::new(),
        preview: None,
        ready: VecDeque::new(),
        first: true,
        over: false,
    };
    let stream = futures_util::stream::unfold(follow, |mut follow| async move {
        let event = follow.next().await?;
        Some((Ok(event), follow))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

impl Follow {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.over {
                return None;
            }
            if !self.first {
                self.wait().await;
            }
            self.first = false;
            self.look().await;
        }
    }

    async fn wait(&mut self) {
        let changed = async {
            tokio::time::sleep(PACE).await;
            tokio::time::timeout(TICK, self.updates.changed()).await
        };
        tokio::select! {
            change = changed => if let Ok(Err(_)) = change { self.over = true },
            _ = self.closing.wait_for(|c| *c) => self.over = true,
        }
    }

    /// Queues the events that are new.
    async fn look(&mut self) {
        let job = self.updates.borrow_and_update().clone();
        for &name in &job.images {
            if !self.told.contains(&name) {
                self.told.push(name);
                let url = format!("/jobs/{}/images/{}", job.id, name.file_name());
                self.push("result", &json!({ "name": name.as_str(), "url": url }));
            }
        }
        if let Some(preview) = job.preview.clone().filter(|p| self.preview != Some(p.sequence)) {
            self.preview = Some(preview.sequence);
            if let Ok(Some(data)) = blocking(move || preview_data(&preview)).await {
                self.push("preview", &data);
            }
        }
        let ended = !job.status.is_active();
        self.over |= ended;
        let name = if ended { "end" } else { "progress" };
        if let Ok(data) = serde_json::to_value(Progress::new(&job, clock())) {
            self.push(name, &data);
        }
    }

    fn push(&mut self, name: &str, data: &Value) {
        self.ready.push_back(Event::default().event(name).data(data.to_string()));
    }
}

fn preview_data(preview: &Preview) -> Option<Value> {
    let mut jpeg = Cursor::new(Vec::new());
    preview.image.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 80)).ok()?;
    let text = base64::engine::general_purpose::STANDARD.encode(jpeg.into_inner());
    Some(json!({
        "sequence": preview.sequence,
        "width": preview.image.width(),
        "height": preview.image.height(),
        "image": format!("data:image/jpeg;base64,{text}"),
    }))
}
