//! Which steps run, in order. Each step is a function of its inputs, so that the studio and the benchmarks can call one alone.

pub mod background;
pub mod composite;
pub mod grounding;
pub mod layers;
pub mod legibility;
pub mod placement;
pub mod plan;
pub mod position;
pub mod text;

use std::sync::Arc;

use image::{DynamicImage, GrayImage, RgbImage, RgbaImage};

use crate::backend::{Backend, BackendError, StageCx, StageObserver};
use crate::cancel::CancelToken;
use crate::imaging::Plane;
use crate::job::{ImageName, Stage};
use crate::notice::Notice;
use crate::request::{JobSpec, SourceImage, Start, StepNumber};
use crate::typography::FontCatalog;

/// Why a job ended without its advertisement.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The engine failed or was stopped.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// The slogan cannot be laid out.
    #[error(transparent)]
    Layout(#[from] crate::typography::LayoutError),
    /// A result could not be encoded.
    #[error("{0}")]
    Sink(Notice),
    /// A result could not be written.
    #[error("{message}")]
    Kept {
        /// What the operating system said, with the file.
        technical: Notice,
        /// What happened and what to do.
        message: Notice,
    },
}

impl PipelineError {
    /// What happened and what to do.
    pub fn notice(&self) -> Notice {
        match self {
            Self::Backend(error) => error.notice(),
            Self::Layout(error) => Notice::verbatim(error.to_string()),
            Self::Sink(notice) | Self::Kept { message: notice, .. } => notice.clone(),
        }
    }
}

impl From<crate::cancel::Stopped> for PipelineError {
    fn from(stopped: crate::cancel::Stopped) -> Self {
        Self::Backend(stopped.into())
    }
}

/// A finished picture on its way to the disk.
pub enum Picture<'a> {
    /// Opaque colour.
    Rgb(&'a RgbImage),
    /// Colour with straight alpha.
    Rgba(&'a RgbaImage),
    /// A mask or edges.
    Gray(&'a GrayImage),
}

/// A step that an earlier job has finished, as it is on disk.
pub struct Taken {
    /// The step's result.
    pub image: DynamicImage,
    /// Of step 1 the product's matte on the canvas, of step 2 the letters' front faces.
    pub mask: Option<Plane>,
}

/// Where a job's events and pictures go.
pub trait Sink: StageObserver {
    /// A stage begins.
    fn stage(&self, stage: Stage);
    /// Keeps a picture; returns once it is safe on disk (or wherever the sink keeps it).
    fn save(&self, name: ImageName, picture: Picture<'_>) -> Result<(), PipelineError>;
    /// Keeps a picture that came with the request: it was not made by this job, and its file must not say so.
    fn save_given(&self, name: ImageName, picture: Picture<'_>, source: &SourceImage) -> Result<(), PipelineError>;
    /// The result of the last step is the advertisement: both files have the same bytes.
    fn finish_with(&self, last: ImageName) -> Result<(), PipelineError>;
    /// Step 1, 2 or 3 from an earlier job with the same inputs, kept for this job too; its stages are over then. `None`: run it.
    fn take(&self, step: StepNumber) -> Option<Taken> {
        let _ = step;
        None
    }
    /// The legibility score of the final picture.
    fn legibility(&self, score: f32);
}

/// What earlier runs know about the pictures that a job was given: masks that the pictures themselves do not carry.
#[derive(Clone, Debug, Default)]
pub struct Recalled {
    /// The product's matte on the canvas of `step1_image`.
    pub placed: Option<Plane>,
    /// Front faces of the letters of `step2_image`.
    pub face: Option<Plane>,
}

/// Runs a job from its start step to its last one.
pub fn run(
    spec: &JobSpec,
    backend: &mut dyn Backend,
    fonts: &FontCatalog,
    recalled: Recalled,
    cancel: &CancelToken,
    sink: &dyn Sink,
) -> Result<(), PipelineError> {
    let observer = ObserverOf(sink);
    let cx = StageCx { cancel, observer: &observer };
    let (width, height) = (spec.width as usize, spec.height as usize);

    let placed = recalled.placed.filter(|p| (p.width, p.height) == (width, height));
    let (step1, text_spec, step2, product_alpha) = match &spec.start {
        Start::Background { product, mask, text } => {
            let result = match sink.take(StepNumber::Background) {
                Some(taken) => background::Background { image: taken.image.into_rgb8(), placed: taken.mask },
                None => background::run(spec, product.as_ref(), mask.as_ref(), backend, cx, sink)?,
            };
            cx.check()?;
            (result.image, text.as_ref(), None, result.placed)
        }
        Start::Text { step1, text, .. } => {
            let image = given_step1(step1, placed.as_ref(), width, height, sink)?;
            (image, Some(text), None, placed)
        }
        Start::Composite { step1, step2, .. } => {
            let image = given_step1(step1, placed.as_ref(), width, height, sink)?;
            let layer = text::given(step2, recalled.face);
            if let Some(face) = &layer.face {
                sink.save(ImageName::Face, Picture::Gray(&face.to_gray()))?;
            }
            sink.save_given(ImageName::Step2, Picture::Rgba(&step2.pixels), step2)?;
            (image, None, Some(layer), placed)
        }
    };
    if spec.last_step() == StepNumber::Background {
        return sink.finish_with(ImageName::Step1);
    }
    let layer = match (step2, text_spec) {
        (Some(layer), _) => layer,
        (None, Some(text)) => match sink.take(StepNumber::Text) {
            Some(taken) => text::Layer { image: Arc::new(taken.image.into_rgba8()), face: taken.mask },
            None => text::run(spec, text, &step1, backend, fonts, cx, sink)?,
        },
        (None, None) => return Ok(()),
    };
    cx.check()?;
    if spec.last_step() == StepNumber::Text {
        return sink.finish_with(ImageName::Step2);
    }
    if sink.take(StepNumber::Composite).is_none() {
        composite::run(spec, &step1, &layer, product_alpha, backend, cx, sink)?;
    }
    Ok(())
}

fn given_step1(
    source: &SourceImage,
    placed: Option<&Plane>,
    width: usize,
    height: usize,
    sink: &dyn Sink,
) -> Result<RgbImage, PipelineError> {
    let (w, h) = (source.pixels.width() as f64, source.pixels.height() as f64);
    let image = if (w * height as f64 / (h * width as f64) - 1.0).abs() > 0.01 {
        sink.warn("step1_image: it has another shape than width and height ask for, so its edges were cut off");
        composite::flatten(&composite::cover(&source.pixels, width, height), width, height)
    } else {
        composite::flatten(&source.pixels, width, height)
    };
    // Masks come first: the picture that they belong to carries them.
    if let Some(placed) = placed {
        sink.save(ImageName::Placed, Picture::Gray(&placed.to_gray()))?;
    }
    sink.save_given(ImageName::Step1, Picture::Rgb(&image), source)?;
    Ok(image)
}

/// A sink seen as an observer.
struct ObserverOf<'a>(&'a dyn Sink);

impl StageObserver for ObserverOf<'_> {
    fn progress(&self, fraction: f32) {
        self.0.progress(fraction);
    }
    fn preview(&self, picture: RgbImage) {
        self.0.preview(picture);
    }
    fn warn(&self, text: &str) {
        self.0.warn(text);
    }
    fn notice(&self, notice: Notice) {
        self.0.notice(notice);
    }
    fn wants_preview(&self) -> bool {
        self.0.wants_preview()
    }
}
