//! The cut-out that the draft shows where models have made one already.

use std::path::PathBuf;

use super::app::Studio;
use crate::job::ImageName;
use crate::request::BackendKind;

impl Studio {
    /// The mask that the diffusion backend made of this photo in an earlier job, if that backend is also the one for the brief. The draft
    /// uses it, because the draft backend's matting network may cut the product out differently.
    pub(super) fn known_mask(&self) -> Option<PathBuf> {
        let product = self.session.brief.product.as_ref().filter(|p| !p.has_alpha)?;
        if self.context().backend() != BackendKind::Diffusion {
            return None;
        }
        let jobs = self.jobs();
        let found = jobs
            .iter()
            .filter(|j| j.backend == BackendKind::Diffusion && j.images.contains(&ImageName::Mask))
            .find(|j| !j.has_mask && j.hashes.get(ImageName::Product.as_str()) == Some(&product.hash));
        found.and_then(|job| self.context().image_path(job.id, ImageName::Mask))
    }
}
