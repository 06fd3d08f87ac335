//! The draft backend, which runs on the CPU without downloads: segments with an embedded network, paints scenes procedurally and renders 3D
//! letters. Deterministic.

#![warn(clippy::disallowed_methods)]

pub mod blend;
mod color;
pub mod env;
pub mod harmonize;
pub mod scene;
pub mod sculpt;
pub mod segment;

use image::RgbImage;

use super::{Backend, BackendError, BlendRequest, HarmonizeRequest, Prompts, Scene, SceneRequest, SculptRequest, StageCx, TextLayer};
use crate::imaging::{LinearRgb, Matte};
use crate::request::BackendKind;

/// The draft backend.
#[derive(Default)]
pub struct DraftBackend {
    segmenter: segment::Segmenter,
}

impl Backend for DraftBackend {
    fn kind(&self) -> BackendKind {
        BackendKind::Draft
    }

    fn label(&self) -> String {
        concat!("nanoCocoa draft ", env!("CARGO_PKG_VERSION"), " (CPU)").into()
    }

    fn segment(&mut self, photo: &RgbImage, cx: StageCx<'_>) -> Result<Matte, BackendError> {
        self.segmenter.segment(photo, cx)
    }

    fn follows_product(&self, prompts: Prompts<'_>) -> bool {
        scene::follows_product(prompts)
    }

    fn paint_scene(&mut self, request: &SceneRequest<'_>, cx: StageCx<'_>) -> Result<Scene, BackendError> {
        scene::paint(request, cx)
    }

    fn blend_product(&mut self, request: &BlendRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError> {
        blend::blend(request, cx)
    }

    fn sculpt_text(&mut self, request: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError> {
        sculpt::sculpt(request, cx)
    }

    fn harmonize(&mut self, request: &HarmonizeRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError> {
        harmonize::harmonize(request, cx)
    }

    fn unload(&mut self) {
        self.segmenter = segment::Segmenter::default();
    }
}
