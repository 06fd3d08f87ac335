//! Several formats from one advertisement that was laid out by hand: it is made once, and laid out again for each format from where its parts
//! stand.

use nanococoa::engine::Engine;
use nanococoa::formats::FormatSpec;
use nanococoa::job::{ImageName, JobSnapshot};
use nanococoa::request::{JobSpec, RawRequest};
use nanococoa::templates::{Finished, Frame, Margins, adapt_request, is_placed_by_hand};

use super::formats::Target;

/// The finished advertisement that formats are laid out from.
pub(super) struct Master {
    spec: JobSpec,
    product: Option<Frame>,
    headline: Option<Frame>,
}

/// Whether the formats of a request are laid out from a master. Others are laid out by the pipeline, as a single format is.
pub(super) fn needs_master(raw: &RawRequest, targets: &[Target]) -> bool {
    targets.iter().any(|target| target.format.is_some()) && is_placed_by_hand(&raw.fields)
}

impl Master {
    /// Reads where product and headline stand in a job of this specification.
    pub(super) fn of(engine: &Engine, spec: JobSpec, job: &JobSnapshot) -> Self {
        let found = |name: ImageName| Frame::of_mask(&engine.load_image(job.id, name)?.into_luma8());
        Self { spec, product: found(ImageName::Placed), headline: found(ImageName::Letters) }
    }

    /// The request for a format.
    pub(super) fn request(&self, raw: &RawRequest, format: &FormatSpec, engine: &Engine) -> RawRequest {
        let mut raw = raw.clone();
        let canvas = format.canvas();
        if canvas != (self.spec.width, self.spec.height) {
            let finished = Finished { spec: &self.spec, product: self.product, headline: self.headline };
            raw.fields = adapt_request(&raw.fields, &finished, canvas, &Margins::of_format(format, canvas), &engine.fonts());
        }
        raw
    }
}
