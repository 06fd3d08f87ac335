//! The backends that this program has on this machine, as the job engine gets them.

use std::sync::Arc;

use super::diffusion::models::Models;
use super::diffusion::report::report;
use super::installation::Installation;
use super::{Backend, BackendError};
use crate::notice;
use crate::notice::Notice;
use crate::request::BackendKind;

/// Bump `DRAFT_REVISION` whenever the pixels of the draft backend or of the pipeline change: kept steps of older revisions are not reused.
pub const DRAFT_REVISION: u32 = 7;

/// Bump `DIFFUSION_REVISION` whenever the diffusion backend makes other pixels from the same models.
pub const DIFFUSION_REVISION: u32 = 6;

/// Backend, program version and revision. A kept step is reused only if this is the same.
pub fn backend_version(kind: BackendKind) -> String {
    let version = format!("{} {} r{DRAFT_REVISION}", kind.as_str(), env!("CARGO_PKG_VERSION"));
    match kind {
        BackendKind::Draft => version,
        BackendKind::Diffusion => format!("{version}.{DIFFUSION_REVISION}"),
    }
}

/// Creates a backend on the worker thread.
pub type BackendFactory = Arc<dyn Fn(BackendKind) -> Result<Box<dyn Backend>, BackendError> + Send + Sync>;

/// Whether a backend could run a job now; called at every submission. `Ok` says why it can, `Err` why it cannot and what to do.
pub type Availability = Arc<dyn Fn(BackendKind) -> Result<Notice, Notice> + Send + Sync>;

/// See [`Backends::version`].
pub type Version = Arc<dyn Fn(BackendKind) -> String + Send + Sync>;

/// Reports the installed models. Blocking disk I/O.
pub type Installed = Arc<dyn Fn() -> Installation + Send + Sync>;

/// The backends of this program.
#[derive(Clone)]
pub struct Backends {
    /// Creates a backend.
    pub make: BackendFactory,
    /// Whether a backend can run.
    pub available: Availability,
    /// The version of a backend and its models: [`backend_version`] and the identity of the models. A kept step and a loaded backend are reused
    /// only if it is the same.
    pub version: Version,
    /// The installed models.
    pub installed: Installed,
}

impl Backends {
    /// Only the draft backend.
    pub fn draft_only(make: BackendFactory) -> Self {
        Self {
            make,
            available: Arc::new(|kind| match kind {
                BackendKind::Draft => Ok(notice!("diffusion-draft-ready")),
                BackendKind::Diffusion => Err(notice!("diffusion-no-models")),
            }),
            version: Arc::new(backend_version),
            installed: Arc::new(|| Installation { models: report(&Models::default(), None), ..Installation::default() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keys of kept steps contain these words. A new revision or program version changes them on purpose, and kept steps are made again; so
    /// would any change of their form.
    #[test]
    fn the_version_in_the_keys_of_kept_steps_has_this_form() {
        let versions = [BackendKind::Draft, BackendKind::Diffusion].map(backend_version);
        assert_eq!(versions, ["draft 0.1.0 r7", "diffusion 0.1.0 r7.6"]);
    }
}
