//! The backends that make pictures: one trait with one method per stage.
//!
//! The pipeline owns layout, masks, layers and occlusion for every backend, so that a draft and its render agree.

mod backends;
pub mod diffusion;
pub mod draft;
mod installation;
mod view;

use image::{RgbImage, RgbaImage};

use crate::cancel::{CancelToken, Stopped};
use crate::imaging::{LinearRgb, Matte, Plane};
use crate::notice;
use crate::notice::Notice;
use crate::request::{BackendKind, ModelChoice};

pub use backends::{Availability, BackendFactory, Backends, DIFFUSION_REVISION, DRAFT_REVISION, Installed, Version, backend_version};
pub use installation::{Installation, ModelInfo};
pub use view::{Framing, Subject, View};

/// Why a stage ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The user stopped the job.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The stage failed: the problem and its remedy.
    #[error("{0}")]
    Failed(Notice),
}

impl BackendError {
    /// The message for people.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Failed(notice) => notice.clone(),
            Self::Stopped(Stopped) => notice!("job-stopped"),
        }
    }
}

/// Receives progress, previews and warnings of a running stage.
pub trait StageObserver: Sync {
    /// Reports the finished fraction of the stage, 0..=1.
    fn progress(&self, fraction: f32);
    /// Shows a small picture of the work so far. Called at most about ten times per second.
    fn preview(&self, picture: RgbImage);
    /// Reports something that the user should know about the result; kept with the job.
    fn notice(&self, notice: Notice);
    /// Whether a preview would be shown now. Depends on the rate limit and on front ends that watch; cheap to call.
    fn wants_preview(&self) -> bool;
}

/// Ignores everything, for callers that need only the result.
pub struct Quiet;

impl StageObserver for Quiet {
    fn progress(&self, _: f32) {}
    fn preview(&self, _: RgbImage) {}
    fn notice(&self, _: Notice) {}
    fn wants_preview(&self) -> bool {
        false
    }
}

/// The context of a running stage.
#[derive(Clone, Copy)]
pub struct StageCx<'a> {
    /// The stop flag, checked between rows, tiles and denoising steps.
    pub cancel: &'a CancelToken,
    /// Receives progress, previews and warnings.
    pub observer: &'a dyn StageObserver,
}

impl StageCx<'_> {
    /// Returns `Err` once the user stopped the job.
    #[inline]
    pub fn check(&self) -> Result<(), Stopped> {
        self.cancel.check()
    }

    /// Checks the stop flag and reports progress.
    pub fn step(&self, fraction: f32) -> Result<(), Stopped> {
        self.cancel.check()?;
        self.observer.progress(fraction);
        Ok(())
    }
}

/// The main light of a scene.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyLight {
    /// Unit vector towards the light: x right, y up, z towards the viewer.
    pub direction: [f32; 3],
    /// Linear colour; the brightest channel is 1.
    pub color: [f32; 3],
    /// 0 = hard sun, 1 = overcast sky: how soft the shadow is.
    pub softness: f32,
}

/// The positive and the negative prompt, in English or Korean. Either may be empty.
#[derive(Clone, Copy, Debug)]
pub struct Prompts<'a> {
    /// What the picture should show.
    pub positive: &'a str,
    /// What the picture should not show.
    pub negative: &'a str,
}

/// How a backend samples. The same values with the same seed give the same pixels; the draft backend reads the seed only.
#[derive(Clone, Copy, Debug)]
pub struct Sampling {
    /// Denoising steps.
    pub steps: u32,
    /// Guidance scale: distilled guidance for FLUX, classifier-free guidance for SDXL.
    pub guidance_scale: f32,
    /// Scale of true classifier-free guidance for FLUX; 1 or less switches it off, and the negative prompt has no effect. SDXL ignores it.
    pub true_cfg_scale: f32,
    /// Seed of the noise.
    pub seed: u64,
}

/// An empty scene to be painted.
#[derive(Clone, Debug)]
pub struct SceneRequest<'a> {
    /// The scene in words.
    pub prompts: Prompts<'a>,
    /// Width of the canvas in pixels.
    pub width: usize,
    /// Height of the canvas in pixels.
    pub height: usize,
    /// From where it is seen, and where its product will stand.
    pub framing: Framing,
    /// How to sample.
    pub sampling: Sampling,
}

/// An empty scene, ready for the product.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The picture, display-referred linear light (after the tone curve), canvas size.
    pub image: LinearRgb,
    /// Row of the far edge of the ground surface, in pixels from the top; negative if the surface fills the picture.
    pub ground_line: f32,
    /// From where the place at which the product stands is seen.
    pub view: View,
    /// The main light.
    pub key: KeyLight,
    /// Mean colour of the ambient light on the product, linear; the brightest channel is about 1.
    pub ambient: [f32; 3],
    /// Mirror strength of the surface, 0 (cloth) ..= 1 (still water).
    pub gloss: f32,
    /// Roughness of that reflection, 0 (sharp) ..= 1 (very rough).
    pub roughness: f32,
}

/// The product on the canvas, placed by the pipeline.
#[derive(Clone, Debug)]
pub struct PlacedProduct {
    /// Canvas-sized colours, linear, not premultiplied; meaningful where `alpha` > 0.
    pub image: LinearRgb,
    /// Canvas-sized matte.
    pub alpha: Plane,
    /// Bounding box in canvas pixels `(x0, y0, x1, y1)`, end exclusive.
    pub bounds: (usize, usize, usize, usize),
    /// Row of the lowest contact of the product with the ground, in pixels.
    pub foot: f32,
}

/// A product to be blended into a scene.
pub struct BlendRequest<'a> {
    /// The empty scene.
    pub scene: &'a Scene,
    /// The product.
    pub product: &'a PlacedProduct,
    /// The scene with the shadows, occlusion and reflection of the product, but without the product.
    pub grounded: &'a LinearRgb,
    /// The region that a backend may repaint: 1 around the outline and the contact shadow, 0 inside the product and far away.
    pub band: &'a Plane,
    /// How the product is put into the scene, in words.
    pub prompts: Prompts<'a>,
    /// Inpainting strength, 0..=1.
    pub strength: f32,
    /// How to sample.
    pub sampling: Sampling,
    /// Keep the product's own pixels (only low frequencies relit).
    pub preserve_product: bool,
}

/// Letters to sculpt, laid out by the pipeline.
pub struct SculptRequest<'a> {
    /// The glyphs on the canvas; their coverage is the front faces of the letters, anti-aliased, 0..=1.
    pub glyphs: &'a crate::typography::TextLayout,
    /// Canny edges of the glyph canvas, white on black, canvas size.
    pub edges: &'a image::GrayImage,
    /// Material and look of the letters, in words.
    pub prompts: Prompts<'a>,
    /// The picture behind the text (step 1), for refraction and light; canvas size.
    pub backdrop: &'a RgbImage,
    /// How to sample.
    pub sampling: Sampling,
}

/// Sculpted text on a transparent canvas.
#[derive(Clone, Debug)]
pub struct TextLayer {
    /// sRGB, straight alpha, canvas size.
    pub image: RgbaImage,
    /// Front faces of the letters, 0..=1, canvas size.
    pub front_faces: Plane,
}

/// The last pass, which matches the light of the layered picture.
pub struct HarmonizeRequest<'a> {
    /// The layered picture.
    pub image: &'a LinearRgb,
    /// The region that the pass may change (the text and its surroundings), 0..=1.
    pub mask: &'a Plane,
    /// The look of the finished picture, in words.
    pub prompts: Prompts<'a>,
    /// Inpainting strength, 0..=1.
    pub strength: f32,
    /// How to sample.
    pub sampling: Sampling,
}

/// A backend. One worker thread owns it.
pub trait Backend: Send {
    /// The kind of backend.
    fn kind(&self) -> BackendKind;
    /// Name and version for labels and metadata, such as "nanoCocoa draft 0.1.0 (CPU)".
    fn label(&self) -> String;
    /// Chooses the models of the jobs that follow. Backends without models ignore it.
    ///
    /// # Errors
    /// The models are not installed; the message says which are.
    fn choose_model(&mut self, model: ModelChoice) -> Result<(), BackendError> {
        let _ = model;
        Ok(())
    }
    /// Cuts the product out of its photo.
    fn segment(&mut self, photo: &RgbImage, cx: StageCx<'_>) -> Result<Matte, BackendError>;
    /// Whether a scene of these words is painted around its product: it is then told where that will stand.
    fn follows_product(&self, _: Prompts<'_>) -> bool {
        false
    }
    /// Paints the empty scene.
    fn paint_scene(&mut self, request: &SceneRequest<'_>, cx: StageCx<'_>) -> Result<Scene, BackendError>;
    /// Blends the product into the scene.
    fn blend_product(&mut self, request: &BlendRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError>;
    /// Sculpts the letters. The layer may still have its background; [`Backend::cut_text`] removes it.
    fn sculpt_text(&mut self, request: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError>;
    /// Removes the background from a layer that [`Backend::sculpt_text`] made for the same request.
    fn cut_text(&mut self, sculpted: TextLayer, request: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError> {
        let (_, _) = (request, cx);
        Ok(sculpted)
    }
    /// Matches the light of text and picture.
    fn harmonize(&mut self, request: &HarmonizeRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError>;
    /// Frees everything that can be loaded again.
    fn unload(&mut self) {}
}
