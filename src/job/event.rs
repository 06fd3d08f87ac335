//! The events that change a job.

use std::collections::BTreeMap;
use std::sync::Arc;

use image::RgbImage;

use super::annotation::Annotation;
use super::image_name::ImageName;
use super::stage::Stage;
use crate::notice::Notice;
use crate::request::StepNumber;

/// A preview of the running stage.
#[derive(Debug)]
pub struct Preview {
    /// Number of this preview within the job, from 1.
    pub sequence: u64,
    /// A small sRGB picture.
    pub image: RgbImage,
}

/// Something that happens to a job; [`super::JobSnapshot::apply`] applies it.
#[derive(Clone, Debug)]
pub enum JobEvent {
    /// The worker starts the job.
    Started {
        /// Name and version of the backend.
        backend_label: String,
        /// Content keys of the steps that run.
        step_keys: BTreeMap<StepNumber, String>,
    },
    /// A stage begins.
    StageStarted(Stage),
    /// The finished fraction of the running stage, 0..=1.
    Advanced(f64),
    /// A picture is on disk; step results come with their content hash.
    Saved(ImageName, Option<String>),
    /// Something was ignored or adjusted, or the result has a flaw.
    Warned(Notice),
    /// The legibility score of the final picture, 0..=1.
    Legible(f32),
    /// A step was reused from an earlier job; its pictures are on disk.
    StepReused(StepNumber),
    /// The user changed star, title or note.
    Annotated(Annotation),
    /// The pictures were checked.
    Checked {
        /// Listed pictures that are missing or damaged.
        lost: Vec<ImageName>,
        /// Pictures that were lost and are whole again.
        found: Vec<ImageName>,
    },
    /// A preview of the running stage.
    Previewed(Arc<Preview>),
    /// Every result is on disk.
    Completed,
    /// An error ends the job.
    Failed {
        /// Technical detail.
        error: Notice,
        /// What happened and what to do.
        message: Notice,
    },
    /// The user stopped the job.
    Stopped,
    /// The program ended while the job waited or ran.
    ProgramEnded,
}

impl JobEvent {
    /// The event's name in errors and logs; several events share one.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::Completed => "completed",
            Self::Failed { .. } => "failed",
            Self::Stopped | Self::ProgramEnded => "stopped",
            _ => "progress",
        }
    }
}

/// An event does not fit the job's status.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a {status} job cannot take the event {event}")]
pub struct IllegalTransition {
    pub(super) status: &'static str,
    pub(super) event: &'static str,
}
