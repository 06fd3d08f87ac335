//! The interface between the pipeline and its caller: receives events and pictures, and offers results of earlier runs.

use std::sync::Arc;

use image::{DynamicImage, GrayImage, RgbImage, RgbaImage};

use super::error::PipelineError;
use super::layout::{ProductLayout, TextLayout};
use crate::backend::{Framing, Scene, StageObserver};
use crate::imaging::{Matte, Plane};
use crate::job::{ImageName, Stage};
use crate::request::{SourceImage, StepNumber};

/// A finished picture that a sink keeps.
pub enum Picture<'a> {
    /// Opaque colour.
    Rgb(&'a RgbImage),
    /// Colour with straight alpha.
    Rgba(&'a RgbaImage),
    /// A mask or edges.
    Gray(&'a GrayImage),
}

/// The result of a step that an earlier run with the same inputs has finished.
pub struct Taken {
    /// The step's result.
    pub image: DynamicImage,
    /// For step 1 the product's matte on the canvas, for step 2 the letters' front faces.
    pub mask: Option<Plane>,
}

/// Receives a job's events and pictures, and offers results of earlier runs.
///
/// The job engine keeps pictures on disk and reuses whole steps. Live drafts keep everything in memory and reuse stages too.
pub trait Sink: StageObserver {
    /// A stage begins.
    fn stage(&self, stage: Stage);
    /// Keeps a picture. Returns once it is stored; for jobs, once it is safe on disk.
    fn save(&self, name: ImageName, picture: Picture<'_>) -> Result<(), PipelineError>;
    /// Keeps a picture that came with the request. The job did not make it, so its file must not carry the job's metadata.
    fn save_given(&self, name: ImageName, picture: Picture<'_>, source: &SourceImage) -> Result<(), PipelineError>;
    /// Keeps the picture of a layer, so that the job can be run again. `layer`: its place in the request's list.
    fn keep_layer_picture(&self, layer: usize, picture: &SourceImage) -> Result<(), PipelineError> {
        let (_, _) = (layer, picture);
        Ok(())
    }
    /// Makes the result of the last step the advertisement, byte for byte.
    fn finish_with(&self, last: ImageName) -> Result<(), PipelineError>;
    /// The result of a step from an earlier run with the same inputs. `None`: the step has to run.
    fn take(&self, step: StepNumber) -> Option<Taken> {
        let _ = step;
        None
    }
    /// The cut-out from an earlier run with the same inputs, if there is one.
    fn take_matte(&self) -> Option<Arc<Matte>> {
        None
    }
    /// Offers the cut-out to later runs. Returns the matte for the rest of this run, which may be smaller.
    fn keep_matte(&self, matte: Matte) -> Arc<Matte> {
        Arc::new(matte)
    }
    /// The empty scene from an earlier run with the same inputs and seen in the same way, if there is one.
    fn take_scene(&self, framing: Framing) -> Option<Arc<Scene>> {
        let _ = framing;
        None
    }
    /// Offers the empty scene to later runs.
    fn keep_scene(&self, framing: Framing, scene: Scene) -> Arc<Scene> {
        let _ = framing;
        Arc::new(scene)
    }
    /// Reports where the product stands, before step 1 is saved.
    fn product_placed(&self, _: ProductLayout) {}
    /// Reports where the letters stand, before the advertisement is saved.
    fn text_placed(&self, _: TextLayout) {}
    /// Reports the legibility score of the final picture, 0..=1.
    fn legibility(&self, score: f32);
}
