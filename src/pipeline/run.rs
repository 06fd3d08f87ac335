//! The orchestrator: runs the steps of a spec in order, for jobs and for live drafts.

use std::borrow::Cow;
use std::sync::Arc;

use super::error::PipelineError;
use super::sink::{Picture, Sink};
use super::step1::Background;
use super::{background, composite, text};
use crate::backend::{Backend, StageCx};
use crate::cancel::CancelToken;
use crate::imaging::{Plane, resize};
use crate::job::ImageName;
use crate::notice;
use crate::request::{Backdrop, JobSpec, SourceImage, Start, StepNumber};
use crate::typography::FontCatalog;

/// Masks of the pictures in a request, as kept by the earlier jobs that made the pictures.
#[derive(Clone, Debug, Default)]
pub struct Recalled {
    /// The product's matte on the canvas of `step1_image`.
    pub placed: Option<Plane>,
    /// Front faces of the letters of `step2_image`.
    pub front_faces: Option<Plane>,
}

/// Runs a job from its start step to its last one. Steps and stages that the sink offers from earlier runs are not run again.
pub fn run(
    spec: &JobSpec,
    backend: &mut dyn Backend,
    fonts: &FontCatalog,
    recalled: Recalled,
    cancel: &CancelToken,
    sink: &dyn Sink,
) -> Result<(), PipelineError> {
    let cx = StageCx { cancel, observer: sink };
    let (width, height) = (spec.width as usize, spec.height as usize);

    for (layer, picture) in spec.layers.iter().chain(&spec.hidden_layers).filter_map(|layer| Some((layer.index, layer.picture()?))) {
        sink.keep_layer_picture(layer, picture)?;
    }
    let placed = recalled.placed.filter(|p| (p.width, p.height) == (width, height));
    let is_clear = matches!(spec.backdrop, Backdrop::Transparent);
    let (step1, text_spec, given) = match &spec.start {
        Start::Background { product, mask, text } => {
            let result = match sink.take(StepNumber::Background) {
                Some(taken) if is_clear => Background::clear(taken.image.into_rgba8(), taken.mask),
                Some(taken) => Background::opaque(taken.image.into_rgb8(), taken.mask),
                None => background::run(spec, product.as_ref(), mask.as_ref(), backend, cx, sink)?,
            };
            cx.check()?;
            (result, text.as_ref(), None)
        }
        Start::Text { step1, text, .. } => (given_background(spec, step1, placed, sink)?, Some(text), None),
        Start::Composite { step1, step2, .. } => {
            let background = given_background(spec, step1, placed, sink)?;
            let headline = match step2 {
                Some(step2) => Some(given_headline(step2, recalled.front_faces, sink)?),
                None => None,
            };
            (background, None, headline)
        }
    };
    if spec.last_step() == StepNumber::Background {
        return sink.finish_with(ImageName::Step1);
    }
    let headline = match (given, text_spec) {
        (Some(headline), _) => Some(headline),
        (None, Some(text)) => Some(match sink.take(StepNumber::Text) {
            Some(taken) => text::Headline { image: Arc::new(taken.image.into_rgba8()), front_faces: taken.mask },
            None => text::run(spec, text, (&step1.image, step1.placed.as_ref()), backend, fonts, cx, sink)?,
        }),
        // Layers alone.
        (None, None) => None,
    };
    cx.check()?;
    if spec.last_step() == StepNumber::Text {
        return sink.finish_with(ImageName::Step2);
    }
    if sink.take(StepNumber::Composite).is_none() {
        let parts = composite::CompositeInput { step1, headline: headline.as_ref() };
        composite::run(spec, parts, backend, fonts, cx, sink)?;
    }
    Ok(())
}

/// `step2_image` as the headline.
fn given_headline(step2: &SourceImage, front_faces: Option<Plane>, sink: &dyn Sink) -> Result<text::Headline, PipelineError> {
    let headline = text::given(step2, front_faces);
    if let Some(front_faces) = &headline.front_faces {
        sink.save(ImageName::Face, Picture::Gray(&front_faces.to_gray()))?;
    }
    sink.save_given(ImageName::Step2, Picture::Rgba(&step2.pixels), step2)?;
    Ok(headline)
}

/// `step1_image` as the background: cropped and scaled to the canvas where it has another size, and on white unless the request wants no background.
fn given_background(spec: &JobSpec, source: &SourceImage, placed: Option<Plane>, sink: &dyn Sink) -> Result<Background, PipelineError> {
    let (width, height) = (spec.width as usize, spec.height as usize);
    let (w, h) = (source.pixels.width() as f64, source.pixels.height() as f64);
    let picture = if (w * height as f64 / (h * width as f64) - 1.0).abs() > 0.01 {
        sink.notice(notice!("pipeline-background-cropped").at("step1_image"));
        Cow::Owned(composite::cover(&source.pixels, width, height))
    } else {
        Cow::Borrowed(&*source.pixels)
    };
    // Masks come first: the sink embeds them in the file of the picture that they belong to.
    if let Some(placed) = &placed {
        sink.save(ImageName::Placed, Picture::Gray(&placed.to_gray()))?;
    }
    if !matches!(spec.backdrop, Backdrop::Transparent) {
        let image = composite::flatten(&picture, width, height);
        sink.save_given(ImageName::Step1, Picture::Rgb(&image), source)?;
        return Ok(Background::opaque(image, placed));
    }
    let picture = if picture.dimensions() == (spec.width, spec.height) {
        picture
    } else {
        Cow::Owned(resize::resize_rgba8(&picture, width, height, resize::Filter::Lanczos3))
    };
    sink.save_given(ImageName::Step1, Picture::Rgba(&picture), source)?;
    Ok(Background::clear(picture.into_owned(), placed))
}
