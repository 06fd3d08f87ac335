//! The engines that make pictures. One trait, one method a stage, in the domain's words.
//!
//! Layout, masks, layers and occlusion are the pipeline's and shared by every engine, so that a draft and its render agree.

pub mod diffusion;
pub mod draft;

use std::sync::Arc;

use image::{RgbImage, RgbaImage};

use crate::cancel::{CancelToken, Stopped};
use crate::imaging::{LinearRgb, Matte, Plane};
use crate::request::BackendKind;

/// Bump `DRAFT_REVISION` whenever the pixels of the draft backend or of the pipeline change: kept steps of older revisions are not reused.
pub const DRAFT_REVISION: u32 = 3;

/// Bump `DIFFUSION_REVISION` whenever the diffusion backend makes other pixels from the same models.
pub const DIFFUSION_REVISION: u32 = 1;

/// Backend, program version and revision. A kept step is reused only if this is the same.
pub fn backend_version(kind: BackendKind) -> String {
    let version = format!("{} {} r{DRAFT_REVISION}", kind.as_str(), env!("CARGO_PKG_VERSION"));
    match kind {
        BackendKind::Draft => version,
        BackendKind::Diffusion => format!("{version}.{DIFFUSION_REVISION}"),
    }
}

/// Why a stage ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The user asked for it.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The stage cannot be done; the text says what is wrong and what to do, in a designer's words.
    #[error("{0}")]
    Failed(String),
}

/// What a stage tells about itself while it runs.
pub trait StageObserver: Sync {
    /// Fraction of the stage that is done, 0..=1.
    fn progress(&self, fraction: f32);
    /// A small picture of the work so far. Called at most some ten times a second.
    fn preview(&self, picture: RgbImage);
    /// Something the user should know about the result; kept with the job.
    fn warn(&self, text: &str);
    /// Whether a preview would be shown now (rate limit, somebody watching); asking is cheap.
    fn wants_preview(&self) -> bool;
}

/// Listens to nothing: for callers that only want the result.
pub struct Quiet;

impl StageObserver for Quiet {
    fn progress(&self, _: f32) {}
    fn preview(&self, _: RgbImage) {}
    fn warn(&self, _: &str) {}
    fn wants_preview(&self) -> bool {
        false
    }
}

/// What every stage is given besides its request.
#[derive(Clone, Copy)]
pub struct StageCx<'a> {
    /// Read between rows, tiles and steps.
    pub cancel: &'a CancelToken,
    /// Told about progress.
    pub observer: &'a dyn StageObserver,
}

impl StageCx<'_> {
    /// `Err` once the user asked to stop.
    #[inline]
    pub fn check(&self) -> Result<(), Stopped> {
        self.cancel.check()
    }

    /// Checks for a stop and reports progress.
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

/// What a picture should and should not show, in English or Korean. Either may be empty.
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
    /// How to sample.
    pub sampling: Sampling,
}

/// An empty set, ready for the product.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The picture, display-referred linear light (after the tone curve), canvas size.
    pub image: LinearRgb,
    /// Row (pixels, from the top) of the far edge of the surface that things stand on.
    pub ground_line: f32,
    /// The main light.
    pub key: KeyLight,
    /// Mean colour of the light that falls on the product from all around, linear, about 1 in its brightest channel.
    pub ambient: [f32; 3],
    /// Mirror strength of the surface, 0 (cloth) ..= 1 (still water).
    pub gloss: f32,
    /// Blur of that mirror image, 0 sharp ..= 1 very rough.
    pub roughness: f32,
}

/// The product on the canvas, as the pipeline laid it out.
#[derive(Clone, Debug)]
pub struct PlacedProduct {
    /// Canvas-sized colours, linear, not premultiplied; meaningful where `alpha` > 0.
    pub image: LinearRgb,
    /// Canvas-sized matte.
    pub alpha: Plane,
    /// Bounding box in canvas pixels `(x0, y0, x1, y1)`, end exclusive.
    pub bounds: (usize, usize, usize, usize),
    /// Row on which it stands (its lowest contact).
    pub foot: f32,
}

/// Product into scene.
pub struct BlendRequest<'a> {
    /// The empty set.
    pub scene: &'a Scene,
    /// The product.
    pub product: &'a PlacedProduct,
    /// Scene with shadows, occlusion and reflection of the product already laid under it, without the product.
    pub grounded: &'a LinearRgb,
    /// The band in which an engine may repaint: 1 around the outline and the contact shadow, 0 inside and far away.
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

/// Letters to sculpt; laid out by the pipeline.
pub struct SculptRequest<'a> {
    /// Front faces of the letters on the canvas, anti-aliased coverage 0..=1.
    pub glyphs: &'a crate::typography::TextLayout,
    /// Canny edges of the glyph canvas, white on black, canvas size.
    pub edges: &'a image::GrayImage,
    /// Material and look of the letters, in words.
    pub prompts: Prompts<'a>,
    /// The picture the text will stand before (step 1), for glass and for the light; canvas size.
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
    pub face: Plane,
}

/// The last, light pass over the layered picture.
pub struct HarmonizeRequest<'a> {
    /// The layered picture.
    pub image: &'a LinearRgb,
    /// Where the pass may act (text and its surroundings), 0..=1.
    pub mask: &'a Plane,
    /// The look of the finished picture, in words.
    pub prompts: Prompts<'a>,
    /// Inpainting strength, 0..=1.
    pub strength: f32,
    /// How to sample.
    pub sampling: Sampling,
}

/// An engine. One worker thread owns it.
pub trait Backend: Send {
    /// Which engine it is.
    fn kind(&self) -> BackendKind;
    /// Name and version for labels and metadata, such as "nanoCocoa draft 0.1.0 (CPU)".
    fn label(&self) -> String;
    /// Cuts the product out of its photo.
    fn segment(&mut self, photo: &RgbImage, cx: StageCx<'_>) -> Result<Matte, BackendError>;
    /// Paints the empty set.
    fn paint_scene(&mut self, request: &SceneRequest<'_>, cx: StageCx<'_>) -> Result<Scene, BackendError>;
    /// Puts the product into the set.
    fn blend_product(&mut self, request: &BlendRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError>;
    /// Sculpts the letters. The layer may still have its background; [`Backend::cut_text`] removes it.
    fn sculpt_text(&mut self, request: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError>;
    /// Removes the background from a layer that [`Backend::sculpt_text`] made for the same request.
    fn cut_text(&mut self, sculpted: TextLayer, request: &SculptRequest<'_>, cx: StageCx<'_>) -> Result<TextLayer, BackendError> {
        let (_, _) = (request, cx);
        Ok(sculpted)
    }
    /// Ties text and picture together.
    fn harmonize(&mut self, request: &HarmonizeRequest<'_>, cx: StageCx<'_>) -> Result<LinearRgb, BackendError>;
    /// Frees what can be loaded again.
    fn unload(&mut self) {}
}

/// Whether an engine could run a job now, asked at every submission: `Ok` says why it can, `Err` why it cannot and what to do.
pub type Availability = Arc<dyn Fn(BackendKind) -> Result<String, String> + Send + Sync>;

/// A model that the diffusion engine works with, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    /// Its name for programs.
    pub key: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// Its licence.
    pub licence: &'static str,
    /// Whether that licence allows commercial work.
    pub commercial: bool,
    /// Where it is; `None`: it is missing.
    pub place: Option<std::path::PathBuf>,
    /// Bytes of its weights on the disk.
    pub on_disk: u64,
    /// Bytes that it takes in memory, where that is known.
    pub in_memory: Option<u64>,
}

/// What the diffusion engine has on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Installation {
    /// Every model, found or not.
    pub models: Vec<ModelInfo>,
    /// Where it would run, if it can.
    pub device: Option<String>,
    /// How the models would share the memory, if they can run.
    pub plan: Option<String>,
    /// What is wrong with models that are there.
    pub problem: Option<String>,
}

/// Looks at the models. Blocking disk I/O.
pub type Installed = Arc<dyn Fn() -> Installation + Send + Sync>;

/// The engines of this program.
#[derive(Clone)]
pub struct Backends {
    /// Makes them.
    pub make: BackendFactory,
    /// Knows which can run.
    pub available: Availability,
    /// What must agree for a kept step to be taken instead of run, and for a loaded engine to be used again: [`backend_version`], and
    /// whatever models it computes with.
    pub version: Version,
    /// Knows what is installed.
    pub installed: Installed,
}

/// See [`Backends::version`].
pub type Version = Arc<dyn Fn(BackendKind) -> String + Send + Sync>;

impl Backends {
    /// The draft engine alone.
    pub fn draft_only(make: BackendFactory) -> Self {
        Self {
            make,
            available: Arc::new(|kind| match kind {
                BackendKind::Draft => Ok("the draft engine is embedded".into()),
                BackendKind::Diffusion => Err("no diffusion models are installed".into()),
            }),
            version: Arc::new(backend_version),
            installed: Arc::new(|| Installation {
                models: diffusion::report::report(&diffusion::models::Models::default(), None),
                ..Installation::default()
            }),
        }
    }
}

/// Makes an engine on the worker thread.
pub type BackendFactory = Arc<dyn Fn(BackendKind) -> Result<Box<dyn Backend>, BackendError> + Send + Sync>;
